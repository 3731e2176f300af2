//! The command line as a user meets it: errors with places, exit codes, files.

use std::fs;
use std::process::Output;

use crate::common::program::{rainier, text};

#[test]
fn describe_goes_from_site_to_chip() {
    let site = text(&rainier(&["describe"]).stdout);
    assert!(
        site.contains("16 buildings, 64 halls, 1024 rows, 32768 racks, 1048576 chips"),
        "{site}"
    );
    let chip = text(&rainier(&["describe", "B03/H2/R12/K07/C05"]).stdout);
    assert!(
        chip.contains("B03/H2/R12/K07") && chip.contains("Trainium2") && chip.contains("[C2"),
        "{chip}"
    );
    let figures = text(&rainier(&["describe", "--assumptions"]).stdout);
    assert!(
        figures.contains("chips.trainium2.tdp_w") && figures.contains("Epoch AI"),
        "{figures}"
    );
    let missing = rainier(&["describe", "B77"]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(text(&missing.stderr).contains("B01 to B16"));
}

#[test]
fn check_reports_every_error_at_once_with_its_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("bad.ron");
    let good = include_str!("../../assets/scenarios/lab-day.ron");
    let bad = good
        .replace("tick_s: 60", "tick_s: 900")
        .replace("seed: 1", "seed: -3")
        .replace("phase: 1", "phace: 1")
        .replace("action: FailUnits", "action: Explode")
        .replace("utilisation: 0.92", "utilisation: \"high\"");
    fs::write(&path, bad).expect("is written");
    let output = rainier(&["check", path.to_str().expect("is text")]);
    assert_eq!(output.status.code(), Some(2));
    let errors = text(&output.stderr);
    for expected in [
        "error[E0106]",
        "tick_s: found 900; allowed: 1 to 300",
        "seed: found -3; allowed: 0 to 4294967295",
        "error[E0102]",
        "`phace`",
        "error[E0103]",
        "error[E0107]",
        "`Explode`; allowed: OpenFeed, CloseFeed",
        "utilisation: found \"high\"; allowed: a number, 0 to 1",
        "6 errors",
    ] {
        assert!(errors.contains(expected), "{expected} is not in\n{errors}");
    }
}

#[test]
fn names_that_nothing_defines_are_found_across_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("site.ron");
    let good = include_str!("../../assets/sites/lab.ron");
    fs::write(
        &path,
        good.replace("\"trn2\"", "\"trn9\"")
            .replace("builtin:indiana", "nowhere.ron"),
    )
    .expect("is written");
    let output = rainier(&["check", path.to_str().expect("is text")]);
    assert_eq!(output.status.code(), Some(2));
    let errors = text(&output.stderr);
    assert!(errors.contains("nowhere.ron") && errors.contains("E0111"), "{errors}");
    fs::write(
        &path,
        good.replace("\"trn2\"", "\"trn9\"")
            .replace("at: \"B02\"", "at: \"B09\""),
    )
    .expect("is written");
    let errors = text(&rainier(&["check", path.to_str().expect("is text")]).stderr);
    assert!(
        errors.contains(
            "building_kinds.shed.rack: found \"trn9\"; allowed: b200-air, gb200-nvl72, gb300-nvl72, h100-air"
        ),
        "{errors}"
    );
    assert!(
        errors.contains(":29:19:") && errors.contains("overrides[0].at: found \"B09\""),
        "{errors}"
    );
}

#[test]
fn a_run_writes_its_series_and_summary() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("a/b");
    let output = rainier(&[
        "run",
        "builtin:lab-day",
        "--quiet",
        "--out",
        out.to_str().expect("is text"),
    ]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let csv = fs::read_to_string(out.join("series.csv")).expect("is there");
    assert_eq!(
        csv.lines().count(),
        1 + 12,
        "a header and a row each five minutes of an hour"
    );
    let parquet = fs::read(out.join("series.parquet")).expect("is there");
    assert!(parquet.starts_with(b"PAR1") && parquet.ends_with(b"PAR1"));
    let summary: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(out.join("summary.json")).expect("is there")).expect("is JSON");
    assert_eq!(summary["ticks"], 60);
    assert!(summary["worst_imbalance"].as_f64().expect("is a number") < 1e-9);
    let stdout = text(&output.stdout);
    for line in [
        "IT power, mean",
        "PUE",
        "WUE",
        "Hottest chip",
        "Peak demand",
        "CO₂",
        "Cost",
        "digest",
    ] {
        assert!(stdout.contains(line), "{line} is not in\n{stdout}");
    }
}

#[test]
fn another_site_file_gives_another_data_center() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("mine.ron");
    let mine = include_str!("../../assets/sites/lab.ron")
        .replace("rows: 4", "rows: 2")
        .replace("Lab, Ashburn", "Mine, Ashburn");
    fs::write(&path, mine).expect("is written");
    let output = rainier(&[
        "run",
        "builtin:lab-day",
        "--json",
        "--site",
        path.to_str().expect("is text"),
    ]);
    let summary: serde_json::Value = serde_json::from_slice(&output.stdout).expect("is JSON");
    assert_eq!(summary["site"], "Mine, Ashburn, Virginia");
    assert_eq!(summary["live_chips"], 2 * 2 * 6 * 32);
}

#[test]
fn wrong_words_and_places_end_with_their_codes_and_no_panic() {
    for (args, code) in [
        (vec!["run", "builtin:nothing"], 2),
        (vec!["run", "/no/such/file.ron"], 2),
        (vec!["run", "/"], 2),
        (vec!["run", "builtin:lab-day", "--tick", "0"], 2),
        (vec!["run", "builtin:lab-day", "--tick", "nan"], 2),
        (vec!["run", "builtin:lab-day", "--duration", "-5"], 2),
        (vec!["run", "builtin:lab-day", "--out", "/proc/no/place"], 3),
        (vec!["fly"], 2),
    ] {
        let output = rainier(&args);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {}", text(&output.stderr));
        assert!(!text(&output.stderr).contains("panicked"), "{args:?}");
    }
}

#[test]
fn a_file_of_another_version_or_with_half_a_hall_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("site.ron");
    let good = include_str!("../../assets/sites/lab.ron");
    let errors_of = |bad: String| {
        fs::write(&path, bad).expect("is written");
        let output = rainier(&["check", path.to_str().expect("is text")]);
        assert_eq!(output.status.code(), Some(2));
        text(&output.stderr)
    };
    let version = errors_of(good.replace("format: 1", "format: 2").replace("phase: 1", "phace: 1"));
    assert!(
        version.contains("error[E0112]") && version.contains("format: found 2; allowed: 1"),
        "{version}"
    );
    assert!(
        !version.contains("phace"),
        "fields of another version mean nothing: {version}"
    );
    let half = errors_of(good.replace("hall_grid: (1, 1)", "hall_grid: (1, 1.5)"));
    assert!(half.contains("a whole number") && half.contains("hall_grid"), "{half}");
}

#[test]
fn power_answers_for_a_node_and_for_every_single_failure() {
    let all = text(&rainier(&["power", "builtin:lab-day", "--at", "300", "--n-1"]).stdout);
    assert!(
        all.contains("unit transformer") && all.contains("single failures in"),
        "{all}"
    );
    assert!(all.contains("utility") && all.contains("48 racks on battery"), "{all}");
    let one = text(&rainier(&["power", "builtin:lab-day", "--at", "300", "--node", "B01/A"]).stdout);
    for expected in ["rating", "headroom", "stranded", "under one failure", "S1/A, B01/A/G"] {
        assert!(one.contains(expected), "{expected} is not in\n{one}");
    }
    let wrong = rainier(&["power", "builtin:lab-day", "--node", "B09/Z"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(text(&wrong.stderr).contains("such as S1/A, B01/A, B01/H1/A/T1, B01/H1/R01/A"));
    let json: serde_json::Value =
        serde_json::from_slice(&rainier(&["power", "builtin:lab-day", "--at", "300", "--json"]).stdout)
            .expect("is JSON");
    let nodes = json["nodes"].as_array().expect("a list");
    assert!(
        nodes
            .iter()
            .any(|node| node["name"] == "B02/H1/R03/B" && node["voltage_pu"].as_f64() > Some(0.9))
    );
}

#[test]
fn a_swing_is_smaller_with_what_is_done_against_it() {
    let site = ["--site", "builtin:lab", "--json", "--at", "300"];
    let output = rainier(&[&["swing"], site.as_slice()].concat());
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("is JSON");
    let of = |which: &str, what: &str| json[which][what].as_f64().expect("a number");
    assert!(of("bare", "swing_w") > 1e5);
    assert!(of("smoothed", "swing_w") < 0.5 * of("bare", "swing_w"));
    assert!((of("bare", "dominant_hz") - 0.5).abs() < 1e-9);
    let without = rainier(&["swing", "builtin:lab-day"]);
    assert_eq!(without.status.code(), Some(2));
    assert!(text(&without.stderr).contains("has no `training`"));
}

#[test]
fn every_incident_of_a_run_is_written_with_its_causes() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out");
    let run = rainier(&["run", "builtin:lab-day", "-q", "--out", out.to_str().expect("is text")]);
    assert!(run.status.success());
    let story = text(&run.stdout);
    assert!(
        story.contains("What happened:") && story.contains("(since S1/A was opened)"),
        "{story}"
    );
    let mut csv = csv::Reader::from_path(out.join("incidents.csv")).expect("is there");
    let rows: Vec<csv::StringRecord> = csv.records().map(|row| row.expect("is a row")).collect();
    assert!(rows.len() > 10);
    let over = rows
        .iter()
        .find(|row| row[3].contains("went over to B01/A/G"))
        .expect("is in it");
    assert!(over[5].contains("S1/A was opened"), "{over:?}");
}

#[test]
fn a_power_path_that_does_not_fit_together_is_refused_with_every_reason() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("site.ron");
    let bad = include_str!("../../assets/sites/lab.ron")
        .replace("lineups: [\"A\", \"B\"]", "lineups: [\"A\", \"H1\"]")
        .replace("cords: [[[\"A\"], [\"B\"]]]", "cords: [[[\"A\"], [\"C\"]]]")
        .replace("switchboard: \"board-4500kva\"", "switchboard: \"plank\"")
        .replace(
            "buildings: [1, 2])",
            "buildings: [1, 2], rings: [(bus: \"Q\", cable: \"ring-34kv\", buildings: [1, 7], open_after: 3)])",
        );
    fs::write(&path, bad).expect("is written");
    let output = rainier(&["check", path.to_str().expect("is text")]);
    assert_eq!(output.status.code(), Some(2));
    let errors = text(&output.stderr);
    for expected in [
        "lineups: found \"H1\"",
        "cords: found \"C\"",
        "\"plank\"",
        "rings[0].bus: found \"Q\"",
        "open_after: found 3",
        "found B07",
    ] {
        assert!(errors.contains(expected), "{expected} is not in\n{errors}");
    }
}

#[test]
fn weather_is_read_from_an_epw_file_and_wrong_rows_are_named() {
    let epw = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/weather/chicago-ohare-tmy3.epw");
    let json = |weather: &[&str]| {
        let output = rainier(&[&["run", "builtin:lab-day", "-q", "--json"], weather].concat());
        assert!(output.status.success(), "{}", text(&output.stderr));
        serde_json::from_slice::<serde_json::Value>(&output.stdout).expect("is JSON")
    };
    assert_ne!(json(&["--weather", epw])["digest"], json(&[])["digest"]);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("bad.epw");
    fs::write(
        &path,
        fs::read_to_string(epw)
            .expect("is there")
            .replacen("-12.2,-16.1", "-12.2,wet", 1),
    )
    .expect("is written");
    let latin = fs::read_to_string(epw)
        .expect("is there")
        .replacen("Chicago Ohare", "Orly\u{e9}", 1);
    let bytes: Vec<u8> = latin.chars().map(|c| c as u8).collect();
    fs::write(folder.path().join("latin.epw"), bytes).expect("is written");
    let checked = rainier(&["check", folder.path().join("latin.epw").to_str().expect("is text")]);
    assert!(checked.status.success(), "{}", text(&checked.stderr));
    let output = rainier(&["run", "builtin:lab-day", "--weather", path.to_str().expect("is text")]);
    assert_eq!(output.status.code(), Some(2));
    let errors = text(&output.stderr);
    assert!(
        errors.contains("bad.epw:9:") && errors.contains("dew point temperature, °C: found \"wet\""),
        "{errors}"
    );
}

#[test]
fn a_year_and_a_ride_through_stand_beside_what_is_published() {
    let output = rainier(&["year", "--only", "B01/H1", "--days", "1", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let answer = text(&output.stdout);
    assert!(
        answer.contains("\"what\": \"wet_hours_share\"") && answer.contains("\"holds\": true"),
        "{answer}"
    );
    assert_eq!(rainier(&["year", "--only", "B99"]).status.code(), Some(2));
    let ride = text(&rainier(&["ride", "builtin:hybrid-day", "--tick", "10", "--repair", "600"]).stdout);
    for lost in ["one air-handling unit", "all fans", "the water supply", "all CDUs"] {
        assert!(ride.contains(lost), "{ride}");
    }
    assert_eq!(rainier(&["ride", "--tick", "0"]).status.code(), Some(2));
}

#[test]
fn liquid_that_does_not_fit_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("site.ron");
    let good = include_str!("../../assets/sites/hybrid.ron");
    let check = |site: String| {
        fs::write(&path, site).expect("is written");
        let output = rainier(&["check", path.to_str().expect("is text")]);
        (output.status.code(), text(&output.stderr))
    };
    let (code, errors) = check(good.replace(
        "racks_per_row: 5, liquid_loop: \"dry-40\", cdus: 2, ",
        "racks_per_row: 99, ",
    ));
    assert_eq!(code, Some(2));
    assert!(
        errors.contains("racks_per_row: found 99; allowed: at most the places of the row, 6"),
        "{errors}"
    );
    let (code, errors) = check(good.replace("liquid_loop: \"dry-40\", cdus: 2, ", ""));
    assert_eq!(code, Some(2));
    assert!(
        errors.contains("gb300-nvl72 with cold plates in B02/H1/R01"),
        "{errors}"
    );
    let (_, errors) = check(good.replace("\"tower-32\"", "\"tower-99\""));
    assert!(
        errors.contains("found \"tower-99\"; allowed: dry-40, tower-32"),
        "{errors}"
    );
}

#[test]
fn grow_names_the_limit_and_the_odds() {
    let folder = tempfile::tempdir().expect("a folder");
    let csv = folder.path().join("months.csv");
    let output = rainier(&["grow", "--draws", "50", "--csv", csv.to_str().expect("is text")]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let table = text(&output.stdout);
    for expected in [
        "2025-10",
        "power",
        "478 MW",
        "[C2] P14",
        "holds",
        "P90",
        "1,000,000 chips run",
        "next building live",
    ] {
        assert!(table.contains(expected), "{expected} is not in\n{table}");
    }
    assert!(!table.contains("does not hold"), "{table}");
    let rows = fs::read_to_string(csv).expect("is written");
    assert!(
        rows.starts_with("month,buildings_up,") && rows.lines().count() > 40,
        "{rows}"
    );
    let json = text(&rainier(&["grow", "--draws", "50", "--json", "--as-of", "2024-04-25"]).stdout);
    let json: serde_json::Value = serde_json::from_str(&json).expect("is JSON");
    assert!(
        json["outlook"]["target"]["p50"].as_str() > Some("2026-04-01"),
        "{}",
        json["outlook"]["target"]
    );
    assert_eq!(json["months"][0]["month"], "2024-05-01");
}

#[test]
fn wrong_plans_are_refused_by_grow_and_check() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("plan.ron");
    let good = include_str!("../../assets/plans/rainier.ron");
    fs::write(&path, good).expect("is written");
    let name = path.to_str().expect("is text");
    let output = rainier(&["check", name]);
    assert!(text(&output.stdout).contains("ok (plan)"), "{}", text(&output.stderr));
    let bad = good
        .replace("number: 16", "number: 61")
        .replace("delay: \"vendor\"", "delay: \"venue\"");
    fs::write(&path, bad).expect("is written");
    for command in ["check", "grow"] {
        let output = rainier(&[command, name]);
        assert_eq!(output.status.code(), Some(2));
        let errors = text(&output.stderr);
        for expected in [
            "number: found B61; allowed: a building of the site",
            "found no B16",
            "delay: found \"venue\"; allowed: construction, finance, grid, hiring, vendor",
            "3 errors",
        ] {
            assert!(errors.contains(expected), "{expected} is not in\n{errors}");
        }
    }
}

#[test]
fn a_field_is_set_by_its_path_and_what_is_wrong_is_said() {
    let run = |sets: &[&str]| {
        let mut args = vec!["run", "builtin:lab-day", "--json", "--duration", "300"];
        args.extend(sets.iter().flat_map(|set| ["--set", *set]));
        rainier(&args)
    };
    let power = |output: &Output| {
        let summary: serde_json::Value = serde_json::from_slice(&output.stdout).expect("is JSON");
        summary["it_power_mean_w"].as_f64().expect("is a number")
    };
    let (own, more) = (run(&[]), run(&["catalog:chips.trainium2.tdp_w=0.55kW"]));
    assert!(power(&more) > 1.03 * power(&own), "hotter chips draw more");
    let wrong = run(&[
        "catalog:chips.trainium2.tdp_w=0.55kg",
        "site:buildings[7].phase=1",
        "scenario:fase.x=1",
    ]);
    assert_eq!(wrong.status.code(), Some(2));
    let errors = text(&wrong.stderr);
    for expected in [
        "found `0.55kg`; allowed: a number, or one with a unit that measures the same as `w`",
        "buildings[7].phase: found `[7]`; allowed: [0] to [0]",
        "found `fase`; allowed: name, phase, ",
        "3 errors",
    ] {
        assert!(errors.contains(expected), "{expected} is not in\n{errors}");
    }
    assert_eq!(rainier(&["run", "--set", "nothing"]).status.code(), Some(2));
}

#[test]
fn bands_are_the_same_for_any_threads_and_go_on_after_a_kill() {
    let folder = tempfile::tempdir().expect("a folder");
    let bands = |name: &str, threads: &str, draws: &str| {
        let out = folder.path().join(name);
        let args = [
            "bands",
            "builtin:lab-day",
            "--json",
            "--duration",
            "10min",
            "--only",
            "B01",
        ];
        let mut args = args.to_vec();
        args.extend([
            "--set",
            "scenario:events=[]",
            "--figures",
            "*trainium2*",
            "--draws",
            draws,
        ]);
        args.extend(["--threads", threads, "--out", out.to_str().expect("is text")]);
        rainier(&args)
    };
    let one = bands("one", "1", "16");
    assert_eq!(one.status.code(), Some(0), "{}", text(&one.stderr));
    assert!(text(&one.stdout).contains("catalog:chips.trainium2.tdp_w"));
    assert_eq!(one.stdout, bands("two", "2", "16").stdout);
    // A kill in the middle of the sixth row.
    let path = folder.path().join("one/draws.csv");
    let whole = fs::read_to_string(&path).expect("is there");
    let rows: Vec<&str> = whole.lines().collect();
    let cut = rows[..6].join("\n") + "\n" + &rows[6][..20];
    fs::write(&path, cut).expect("is written");
    let again = bands("one", "1", "16");
    assert_eq!(one.stdout, again.stdout);
    assert!(
        text(&again.stderr).contains("5 runs are in the folder already"),
        "{}",
        text(&again.stderr)
    );
    let mut names: Vec<&str> = Vec::new();
    let now = fs::read_to_string(&path).expect("is there");
    names.extend(now.lines().filter_map(|row| row.split(',').next()));
    assert_eq!(names.len(), rows.len());
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), rows.len(), "no run twice");
    let other = bands("one", "1", "17");
    assert_eq!(other.status.code(), Some(3));
    assert!(text(&other.stderr).contains("another study"));
}

#[test]
fn a_run_goes_on_from_a_file_that_another_saved() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("half.snapshot");
    let file = file.to_str().expect("is text");
    let digest = |args: &[&str]| {
        let output = rainier(&[&["run", "builtin:lab-day", "--json", "--quiet"], args].concat());
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let summary: serde_json::Value = serde_json::from_slice(&output.stdout).expect("is JSON");
        (summary["digest"].clone(), summary["energy_kwh"].clone())
    };
    let whole = digest(&["--save-at", &format!("30min:{file}")]);
    assert_eq!(digest(&["--from", file]), whole);
    assert_eq!(digest(&["--from", file, "--threads", "2"]), whole);
    let refused = |args: &[&str], expected: &str| {
        let output = rainier(&[&["run", "builtin:lab-day", "--quiet"], args].concat());
        assert_eq!(output.status.code(), Some(2));
        let said = text(&output.stderr);
        assert!(said.contains(expected), "{expected} is not in {said}");
    };
    refused(&["--from", file, "--tick", "30"], "another scenario");
    refused(&["--from", file, "--set", "scenario:seed=7"], "another scenario");
    refused(
        &["--from", file, "--set", "scenario:utilisation=0.5"],
        "another scenario",
    );
    refused(
        &["--from", file, "--set", "scenario:load_texture=0.1"],
        "another scenario",
    );
    refused(&["--from", file, "--site", "builtin:rainier"], "another site");
    refused(&["--from", file, "--save-at", "60:x"], "the run goes from 1800 to");
    refused(&["--save-at", "6h"], "TIME:FILE");
    refused(&["--save-at", "6y:x"], "allowed: s, min, h, d");
    let mut bytes = fs::read(file).expect("was saved");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    fs::write(file, bytes).expect("is written");
    refused(&["--from", file], "cut off or damaged");
    refused(&["--from", folder.path().to_str().expect("is text")], "a folder");
}
