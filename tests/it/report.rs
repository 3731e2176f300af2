//! Explain, compare and report: what a run's folder tells, on the small site.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::common::program::{rainier, text, word};

/// A day of the small site in which gensets break and the grid is lost, with a name that would be markup.
const TROUBLE: &str = r#"(
    format: 1,
    name: "Trouble <script>alert('x')</script> & \"more\"",
    about: "Does <b>everything</b> stand on the page as text?",
    site: "builtin:lab",
    workload: "builtin:lab",
    start: "2026-07-20T12:00:00",
    duration_s: 3600, tick_s: 30, record_every_s: 60, seed: 1, phase: 1,
    utilisation: 0.9, load_texture: 0.05, weather_offset_k: 0,
    events: [
        (at_s: 300, action: BreakNode, at: "B01/A/G", value: 99),
        (at_s: 300, action: BreakNode, at: "B01/B/G", value: 99),
        (at_s: 600, action: OpenFeed, at: "utility"),
        (at_s: 2400, action: CloseFeed, at: "utility"),
    ],
)"#;

/// Folders of runs that the tests share: trouble, and the same with one chip figure changed.
fn runs() -> &'static [PathBuf; 2] {
    static RUNS: OnceLock<[PathBuf; 2]> = OnceLock::new();
    RUNS.get_or_init(|| {
        let base = tempfile::tempdir().expect("a folder").keep();
        let scenario = base.join("trouble.ron");
        fs::write(&scenario, TROUBLE).expect("is written");
        let run = |name: &str, more: &[&str]| {
            let out = base.join(name);
            let all = [&["run", word(&scenario), "-q", "--out", word(&out)], more].concat();
            let output = rainier(&all);
            assert!(output.status.success(), "{}", text(&output.stderr));
            out
        };
        [
            run("a", &[]),
            run(
                "b",
                &[
                    "--set",
                    "catalog:chips.trainium2.tdp_w=0.55kW",
                    "--set",
                    "tariff:water_usd_per_m3=9",
                ],
            ),
        ]
    })
}

fn copy(from: &Path) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for entry in fs::read_dir(from).expect("is there") {
        let entry = entry.expect("is readable");
        fs::copy(entry.path(), folder.path().join(entry.file_name())).expect("is copied");
    }
    folder
}

#[test]
fn a_folder_holds_all_that_a_run_was_made_of() {
    let inputs: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(runs()[1].join("inputs.json")).expect("is there")).expect("is JSON");
    let files = inputs["files"].as_array().expect("a list");
    let of = |role: &str| files.iter().find(|file| file["role"] == role).expect(role);
    for role in [
        "scenario", "site", "catalog", "weather", "tariff", "grid", "capital", "workload",
    ] {
        assert_eq!(of(role)["sha256"].as_str().expect("a hash").len(), 64);
        assert!(of(role)["text"].as_str().expect("a text").len() > 100);
    }
    assert_eq!(of("scenario")["text"], TROUBLE);
    assert!(of("catalog")["changed"].as_str().expect("is changed").contains("550"));
    assert!(of("site")["changed"].is_null());
    let command = inputs["command"].as_str().expect("a command");
    assert!(
        command.contains("--set catalog:chips.trainium2.tdp_w=0.55kW"),
        "{command}"
    );
    assert!(inputs["assumptions"].as_array().expect("a list").len() > 100);
    let summary: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(runs()[1].join("summary.json")).expect("is there")).expect("is JSON");
    assert_eq!(inputs["digest"], summary["digest"]);
}

#[test]
fn a_run_does_not_differ_from_itself() {
    let a = word(&runs()[0]);
    let output = rainier(&["compare", a, a]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(
        text(&output.stdout).contains("Nothing differs"),
        "{}",
        text(&output.stdout)
    );
    let json: serde_json::Value =
        serde_json::from_slice(&rainier(&["compare", a, a, "--json"]).stdout).expect("is JSON");
    assert_eq!(json["same"], true);
    for list in ["inputs", "results", "meters", "places", "hours", "incidents"] {
        assert_eq!(json[list].as_array().expect(list).len(), 0, "{list}");
    }
}

#[test]
fn what_differs_is_named_with_both_values_and_what_it_moved() {
    let [a, b] = runs();
    let folder = tempfile::tempdir().expect("a folder");
    let page = folder.path().join("page.html");
    let output = rainier(&["compare", word(a), word(b), "--json", "--html", word(&page)]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("is JSON");
    let inputs = json["inputs"].as_array().expect("a list");
    let tdp = inputs
        .iter()
        .find(|change| change["path"] == "chips.trainium2.tdp_w")
        .expect("is found");
    assert_eq!((&tdp["file"], &tdp["change"]), (&"catalog".into(), &"changed".into()));
    assert!(tdp["a"].as_str().expect("a value").starts_with("(500,"), "{tdp}");
    assert!(tdp["b"].as_str().expect("a value").starts_with("(550,"), "{tdp}");
    let water = inputs
        .iter()
        .find(|change| change["path"] == "water_usd_per_m3")
        .expect("is found");
    assert_eq!(water["file"], "tariff");
    assert_eq!(inputs.len(), 2, "{inputs:?}");
    let results = json["results"].as_array().expect("a list");
    let it = results
        .iter()
        .find(|moved| moved["field"] == "/it_energy_kwh")
        .expect("moved");
    assert!(
        it["change"].as_f64() > Some(0.0) && it["relative"].as_f64() < Some(0.2),
        "{it}"
    );
    let meters = json["meters"].as_array().expect("a list");
    assert_eq!(
        (&meters[0]["of"], &meters[0]["meter"]),
        (&"energy".into(), &"IT".into())
    );
    assert!(json["places"].as_array().expect("a list").len() >= 2);
    assert!(!json["hours"].as_array().expect("a list").is_empty());
    let page = fs::read_to_string(page).expect("is written");
    assert!(page.contains("chips.trainium2.tdp_w") && page.contains("(550,"));
    whole(&page);
    let table = text(&rainier(&["compare", word(a), word(b)]).stdout);
    for expected in [
        "chips.trainium2.tdp_w",
        "The result that moved most",
        "IT energy",
        "Where: most in",
        "When: most from",
    ] {
        assert!(table.contains(expected), "{expected} is not in\n{table}");
    }
}

#[test]
fn scenarios_are_run_before_they_are_compared() {
    let output = rainier(&["compare", "builtin:lab-day", word(&runs()[0]), "--json"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("is JSON");
    let inputs = json["inputs"].as_array().expect("a list");
    assert!(
        inputs
            .iter()
            .any(|change| change["path"] == "tick_s" && change["a"] == "60" && change["b"] == "30")
    );
    assert!(
        inputs
            .iter()
            .any(|change| change["file"] == "workload" && change["change"] == "added")
    );
    let incidents = json["incidents"].as_array().expect("a list");
    assert!(
        incidents
            .iter()
            .any(|event| event["kind"] == "dark" && event["a"] == 0 && event["b"].as_u64() > Some(0))
    );
    assert!(
        incidents
            .iter()
            .any(|event| event["kind"] == "units lost" && event["b"] == 0)
    );
}

#[test]
fn every_chain_ends_in_a_first_cause() {
    let run = word(&runs()[0]);
    let all = text(&rainier(&["explain", run]).stdout);
    for expected in [
        "First causes",
        "utility was opened",
        "went dark",
        "kWh unserved",
        "Dark racks",
        "Jobs:",
        "was stopped by power or heat",
    ] {
        assert!(all.contains(expected), "{expected} is not in\n{all}");
    }
    let csv = fs::read_to_string(runs()[0].join("incidents.csv")).expect("is there");
    let incidents = csv.lines().count() - 1;
    assert!(incidents > 10);
    for n in 0..incidents.min(60) {
        let one = text(&rainier(&["explain", run, &n.to_string()]).stdout);
        let first = one
            .lines()
            .skip_while(|line| !line.starts_with("Why"))
            .nth(1)
            .expect("a chain");
        assert!(first.contains("first cause: #"), "{one}");
        assert!(one.contains(&format!("#{n} ")), "{one}");
    }
    let dark = text(&rainier(&["explain", run, "went dark"]).stdout);
    for expected in [
        "first cause:",
        "so #",
        "cost",
        "chip-hours",
        "$",
        "The same first cause also led to",
    ] {
        assert!(dark.contains(expected), "{expected} is not in\n{dark}");
    }
    let job = text(&rainier(&["explain", run, "train"]).stdout);
    assert!(
        job.contains("asked for at") && job.contains("was stopped by power or heat"),
        "{job}"
    );
    let wrong = rainier(&["explain", run, "a dragon"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(text(&wrong.stderr).contains("no incident and no job; a number from 0 to"));
}

/// The same as JSON: every chain by its numbers, from a first cause to the incident itself.
#[test]
fn chains_are_told_as_json() {
    let run = word(&runs()[0]);
    let json = |args: &[&str]| -> serde_json::Value {
        let output = rainier(&[&["explain", run, "--json"], args].concat());
        assert!(output.status.success(), "{}", text(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("is JSON")
    };
    let numbers = |value: &serde_json::Value| -> Vec<u64> {
        let list = value.as_array().expect("a list").iter();
        list.map(|n| n.as_u64().expect("a number")).collect()
    };
    let all = json(&[]);
    let incidents = all["incidents"].as_array().expect("a list");
    let csv = fs::read_to_string(runs()[0].join("incidents.csv")).expect("is there");
    assert_eq!(incidents.len(), csv.lines().count() - 1);
    for (n, incident) in incidents.iter().enumerate() {
        let chain = numbers(&incident["chain"]);
        assert_eq!(chain.last(), Some(&(n as u64)), "{incident}");
        assert!(incidents[chain[0] as usize]["cause"].is_null(), "{incident}");
        for pair in chain.windows(2) {
            assert_eq!(incidents[pair[1] as usize]["cause"], pair[0], "{incident}");
        }
    }
    let stories = all["stories"].as_array().expect("a list");
    let told: usize = stories.iter().map(|story| numbers(&story["members"]).len()).sum();
    assert_eq!(told, incidents.len(), "every incident is of one first cause");
    assert!(
        stories[0]["cost"]["unserved_kwh"].as_f64() > Some(0.0),
        "{}",
        stories[0]
    );
    assert!(stories[0]["cost"]["usd"][0].as_f64() > Some(0.0), "{}", stories[0]);
    let outages = all["outages"].as_array().expect("a list");
    assert!(!outages.is_empty() && outages.iter().all(|outage| numbers(&outage["chain"]).len() > 1));
    let stops = all["stops"].as_array().expect("a list");
    assert!(
        stops
            .iter()
            .any(|stop| stop["cause"] == "power or heat" && !numbers(&stop["chain"]).is_empty())
    );

    let dark = json(&["went dark"]);
    let n = dark["incident"]["number"].as_u64().expect("a number") as usize;
    assert_eq!(dark["incident"], incidents[n]);
    let why: Vec<u64> = dark["why"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|link| link["number"].as_u64())
        .collect();
    assert_eq!(why, numbers(&incidents[n]["chain"]));
    assert!(dark["outages"].as_array().is_some_and(|outages| !outages.is_empty()));
    let of_first = &dark["of_first_cause"];
    assert!(of_first["cost"]["unserved_kwh"].as_f64() >= dark["cost"]["unserved_kwh"].as_f64());
    assert!(numbers(&of_first["members"]).contains(&(n as u64)));

    let jobs = json(&["train"])["jobs"].clone();
    let jobs = jobs.as_array().expect("a list");
    assert!(
        jobs.iter()
            .any(|job| job["stops"].as_array().is_some_and(|stops| !stops.is_empty()))
    );
    let wrong = rainier(&["explain", run, "a dragon", "--json"]);
    assert_eq!((wrong.status.code(), wrong.stdout.len()), (Some(2), 0));
}

/// A scenario is run with other values; a run that has ended cannot be.
#[test]
fn values_are_set_for_scenarios_alone() {
    let tdp = "catalog:chips.trainium2.tdp_w=0.55kW";
    let output = rainier(&["compare", "builtin:lab-day", "builtin:lab-day", "--set", tdp, "--json"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("is JSON");
    let inputs = json["inputs"].as_array().expect("a list");
    assert!(
        inputs.len() == 1 && inputs[0]["path"] == "chips.trainium2.tdp_w",
        "{inputs:?}"
    );
    let moved = json["results"].as_array().expect("a list");
    assert!(
        moved
            .iter()
            .any(|moved| moved["field"] == "/it_energy_kwh" && moved["change"].as_f64() > Some(0.0))
    );

    let folder = tempfile::tempdir().expect("a folder");
    let page = folder.path().join("page.html");
    let output = rainier(&["report", "builtin:lab-day", "--set", tdp, "--out", word(&page)]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(fs::read_to_string(&page).expect("is written").contains(tdp));
    let output = rainier(&["explain", "builtin:lab-day", "--set", "scenario:events=[]", "--json"]);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("is JSON");
    assert_eq!(
        json["incidents"].as_array().map(Vec::len),
        Some(0),
        "{}",
        text(&output.stderr)
    );

    let run = word(&runs()[0]);
    for args in [
        vec!["explain", run, "--set", tdp],
        vec!["report", run, "--set", tdp],
        vec!["report", run, "--site", "builtin:lab"],
        vec!["compare", run, run, "--set", tdp],
    ] {
        let output = rainier(&args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(
            text(&output.stderr).contains("a run that has ended"),
            "{args:?}: {}",
            text(&output.stderr)
        );
    }
}

/// Every tag that opens is closed, in order, and nothing is fetched from elsewhere.
fn whole(page: &str) {
    let void = ["meta", "br", "hr", "img", "link", "input"];
    let mut open: Vec<&str> = Vec::new();
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let end = rest.find('>').expect("a tag ends");
        let tag = &rest[..end];
        let name = tag.trim_start_matches('/').split_whitespace().next().unwrap_or("");
        if tag.starts_with('!') || void.contains(&name) {
        } else if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "closes what is open");
        } else {
            open.push(name);
            if name == "style" {
                rest = &rest[rest.find("</style>").expect("ends")..];
                continue;
            }
        }
        rest = &rest[end + 1..];
    }
    assert!(open.is_empty(), "{open:?}");
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>"));
    for from_elsewhere in [
        "<script",
        "<link",
        "<img",
        "src=",
        "href=\"http",
        "url(",
        "@import",
        "<b>everything</b>",
    ] {
        assert!(!page.contains(from_elsewhere), "{from_elsewhere}");
    }
}

#[test]
fn a_report_stands_alone_and_has_every_section() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("page.html");
    let output = rainier(&["report", word(&runs()[0]), "--out", word(&path)]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let page = fs::read_to_string(&path).expect("is written");
    whole(&page);
    assert!(page.contains("Trouble &lt;script&gt;alert('x')&lt;/script&gt; &amp; &quot;more&quot;"));
    for expected in [
        "Power by part",
        "PUE",
        "Temperatures",
        "Cooling units by mode",
        "Operating bill by part",
        "Where power came from",
        "Racks without power",
        "Campus, halls by PUE",
        "By building",
        "By hall",
        "What happened, and why",
        "since utility was opened",
        "Rows that went dark",
        "Jobs",
        "Stops of jobs",
        "What this rests on",
        "engineering estimate",
        "How to make this run again",
        "SHA-256",
        "Every assumption",
        "chips.trainium2.tdp_w",
        "Digest",
        "page-break",
    ] {
        // Page breaks are in the style.
        let found = page.contains(expected) || (expected == "page-break" && page.contains("break-before:page"));
        assert!(found, "{expected} is not in the page");
    }
    assert!(!page.contains("NaN") && !page.contains(">inf"), "no number is missing");
    let default = rainier(&["report", word(&runs()[1])]);
    assert!(default.status.success() && runs()[1].join("report.html").is_file());
}

#[test]
fn a_page_that_cannot_be_written_says_so() {
    let output = rainier(&["report", word(&runs()[0]), "--out", "/proc/no/page.html"]);
    assert_eq!(output.status.code(), Some(3));
    let output = rainier(&[
        "compare",
        word(&runs()[0]),
        word(&runs()[0]),
        "--html",
        "/proc/no/page.html",
    ]);
    assert_eq!(output.status.code(), Some(3));
}

#[test]
fn missing_cut_and_corrupt_files_are_named() {
    type Break = fn(&Path);
    let cases: [(&str, Break); 13] = [
        ("inputs.json", |path| fs::remove_file(path).expect("goes")),
        ("summary.json", |path| fs::remove_file(path).expect("goes")),
        ("series.parquet", |path| fs::remove_file(path).expect("goes")),
        ("inputs.json", |path| cut(path, 0.5)),
        ("summary.json", |path| cut(path, 0.5)),
        ("summary.json", |path| fs::write(path, "[1, 2]").expect("is written")),
        ("series.parquet", |path| cut(path, 0.7)),
        ("series.parquet", |path| {
            fs::write(path, b"PAR1\0\0\0\xffPAR1").expect("is written")
        }),
        ("incidents.csv", |path| cut(path, 0.9)),
        ("incidents.csv", |path| {
            let good = fs::read_to_string(path).expect("is there");
            fs::write(path, good.replacen("\n0,", "\n7,", 1)).expect("is written");
        }),
        ("halls.csv", |path| {
            let good = fs::read_to_string(path).expect("is there");
            fs::write(path, good.replacen("site,", "site,much", 1)).expect("is written");
        }),
        ("outages.csv", |path| fs::write(path, "row\n\"").expect("is written")),
        ("jobs.csv", |path| {
            fs::write(path, "name,number\nx,y\n").expect("is written")
        }),
    ];
    for (name, harm) in cases {
        let folder = copy(&runs()[0]);
        harm(&folder.path().join(name));
        for args in [
            vec!["report", word(folder.path())],
            vec!["explain", word(folder.path())],
            vec!["compare", word(&runs()[1]), word(folder.path())],
        ] {
            let output = rainier(&args);
            let said = text(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{name}: {said}");
            assert!(said.contains(name) && !said.contains("panicked"), "{name}: {said}");
        }
    }
    // Any byte of a table may be wrong: an answer or an error, never a panic.
    let folder = copy(&runs()[0]);
    let path = folder.path().join("series.parquet");
    let good = fs::read(&path).expect("is there");
    for k in 0..24 {
        let mut bad = good.clone();
        let at = k * (bad.len() - 1) / 23;
        bad[at] ^= 0x55;
        fs::write(&path, bad).expect("is written");
        let output = rainier(&["explain", word(folder.path()), "0"]);
        assert!(
            matches!(output.status.code(), Some(0 | 2)),
            "byte {at}: {}",
            text(&output.stderr)
        );
        assert!(!text(&output.stderr).contains("panicked"), "byte {at}");
    }
    let nowhere = rainier(&["report", "no/such/run"]);
    assert_eq!(nowhere.status.code(), Some(2));
    assert!(text(&nowhere.stderr).contains("neither the folder of a run nor a scenario"));
}

fn cut(path: &Path, share: f64) {
    let bytes = fs::read(path).expect("is there");
    fs::write(path, &bytes[..(bytes.len() as f64 * share) as usize]).expect("is written");
}

#[test]
fn a_reader_that_has_seen_enough_ends_the_words_quietly() {
    for args in [
        vec!["describe", "--assumptions"],
        vec!["run", "builtin:lab-day", "-q"],
        vec!["explain", word(&runs()[0])],
    ] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_rainier"))
            .args(&args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(0), "{args:?}: {}", text(&output.stderr));
        assert!(!text(&output.stderr).contains("panicked"), "{args:?}");
    }
    if let Ok(full) = fs::File::options().write(true).open("/dev/full") {
        let status = Command::new(env!("CARGO_BIN_EXE_rainier"))
            .args(["describe"])
            .stdout(full)
            .stderr(Stdio::null())
            .status()
            .expect("the program starts");
        assert_eq!(status.code(), Some(3), "a full disk is told");
    }
}
