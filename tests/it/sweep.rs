//! Sweeps as a user meets them: runs as written, stops and shares, failures, and a table at the end.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use rainier::host::Disk;
use rainier::site::change::Change;
use rainier::site::texts::NoFiles;
use rainier::study::Question;
use rainier::study::stats::{correlation, ranks};
use rainier::study::sweep::files::Entry;
use rainier::study::sweep::{BUILTIN, Kept, Sweep};
use tempfile::TempDir;

use crate::common::program::{rainier, text};

/// A sweep of two ticks of the small site with these axes and whatever else.
fn sweep_file(axes: &str, more: &str) -> (TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("sweep.ron");
    let text = format!(
        "(format: 1, name: \"A sweep\", about: \"?\", base: \"builtin:lab-day\", duration_s: 120,\n\
         axes: [\n{axes}],\n{more})"
    );
    fs::write(&path, text).expect("is written");
    let path = path.to_str().expect("is text").to_owned();
    (folder, path)
}

fn errors_of(axes: &str, more: &str) -> String {
    let (_folder, path) = sweep_file(axes, more);
    let kept = Kept::new(&Disk);
    Sweep::new(&kept, &path)
        .err()
        .map_or_else(String::new, |report| report.to_string())
}

const OFFSETS: &str = "(name: \"offset\", path: \"scenario:weather_offset_k\", of: Values([0, \"4K\", -2])),\n";
const SEEDS: &str = "(path: \"scenario:seed\", of: Range(1, 2, 2)),\n";
const TDP: &str = "(name: \"tdp\", path: \"catalog:chips.trainium2.tdp_w\",
    of: LatinHypercube(Triangular(\"0.45kW\", 500, 550))),\n";
const LOAD: &str = "(name: \"load\", path: \"scenario:utilisation\", of: MonteCarlo(Normal(\"80%\", 0.1, 0.5, 1))),\n";

fn number(entry: &Entry) -> f64 {
    match entry {
        Entry::Number(x) => *x,
        Entry::Text(text) => panic!("{text:?} is no number"),
    }
}

/// Every finished run by its path, with its text.
fn runs(folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    for part in fs::read_dir(folder.join("runs")).expect("is there") {
        for file in fs::read_dir(part.expect("is readable").path()).expect("is a folder") {
            let path = file.expect("is readable").path();
            let text = fs::read_to_string(&path).expect("is text");
            let name = path.strip_prefix(folder).expect("is inside").to_owned();
            found.insert(name, text);
        }
    }
    found
}

/// Rows of a table by their columns.
fn rows(folder: &Path) -> Vec<BTreeMap<String, Field>> {
    let file = File::open(folder.join("sweep.parquet")).expect("is there");
    let reader = SerializedFileReader::new(file).expect("is Parquet");
    let rows = reader.get_row_iter(None).expect("has rows");
    rows.map(|row| {
        let row = row.expect("is readable");
        row.get_column_iter()
            .map(|(name, field)| (name.clone(), field.clone()))
            .collect()
    })
    .collect()
}

#[test]
fn runs_are_the_product_of_lists_times_the_draws() {
    let (_folder, path) = sweep_file(&format!("{OFFSETS}{TDP}{SEEDS}{LOAD}"), "draws: 4, seed: 7");
    let kept = Kept::new(&Disk);
    let sweep = Sweep::new(&kept, &path).expect("is right");
    assert_eq!(sweep.runs(), 3 * 2 * 4);
    let table: Vec<Vec<f64>> = (1..=24)
        .map(|run| sweep.values(run).iter().map(number).collect())
        .collect();
    // Draws go by fastest, then the last list.
    let lists: Vec<[f64; 2]> = table.iter().step_by(4).map(|row| [row[0], row[2]]).collect();
    assert_eq!(
        lists,
        [[0.0, 1.0], [0.0, 2.0], [4.0, 1.0], [4.0, 2.0], [-2.0, 1.0], [-2.0, 2.0]]
    );
    for block in table.chunks(4) {
        assert!(
            block
                .iter()
                .zip(&table)
                .all(|(row, first)| row[1] == first[1] && row[3] == first[3])
        );
    }
    assert!(
        table
            .iter()
            .all(|row| (450.0..=550.0).contains(&row[1]) && (0.5..=1.0).contains(&row[3]))
    );
    let told: Vec<String> = sweep.changes(9).iter().map(Change::to_string).collect();
    assert_eq!(told[0], "scenario:weather_offset_k=4");
    assert_eq!(told[2], "scenario:seed=1");
    // Each run has a key of its own, which does not hang on the folder.
    let (_other, again) = sweep_file(&format!("{OFFSETS}{TDP}{SEEDS}{LOAD}"), "draws: 4, seed: 7");
    let kept = Kept::new(&Disk);
    let again = Sweep::new(&kept, &again).expect("is right");
    let mut keys: Vec<String> = (1..=24).map(|run| sweep.key(run)).collect();
    assert!((1..=24).all(|run| again.key(run) == keys[run as usize - 1]));
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), 24);
}

#[test]
fn a_run_is_what_the_scenario_says_with_its_changes() {
    let (_folder, path) = sweep_file(&format!("{OFFSETS}{TDP}"), "draws: 3");
    let kept = Kept::new(&Disk);
    let sweep = Sweep::new(&kept, &path).expect("is right");
    let outcome = sweep.outcome(5).expect("runs");
    let mut changes = sweep.changes(5);
    changes.push("scenario:duration_s=120".parse().expect("is a change"));
    let question =
        Question::new(&NoFiles, "builtin:lab-day", rainier::scenario::Overrides::default()).expect("is right");
    let summary = question.summary(&changes).expect("runs");
    assert_eq!((&outcome.digest, outcome.seed), (&summary.digest, summary.seed));
    assert_eq!(outcome.numbers["pue"], summary.pue);
    assert_eq!(outcome.numbers["bill_energy"], summary.bill.energy);
    assert_eq!(outcome.numbers["cost_range_usd_1"], summary.cost_range_usd[1]);
}

#[test]
fn drawn_axes_are_correlated_as_asked_and_keep_their_strata() {
    let more = "draws: 400, correlations: [(a: \"tdp\", b: \"load\", rho: -0.6)]";
    let (_folder, path) = sweep_file(&format!("{TDP}{LOAD}"), more);
    let kept = Kept::new(&Disk);
    let sweep = Sweep::new(&kept, &path).expect("is right");
    let column = |axis: usize| -> Vec<f64> { (1..=400).map(|run| number(&sweep.values(run)[axis])).collect() };
    let rho = correlation(&ranks(&column(0)), &ranks(&column(1)));
    assert!((rho + 0.6).abs() < 0.05, "{rho}");
    // A tenth of a hypercube's draws lies in each tenth of the probability.
    let mut tdp = column(0);
    tdp.sort_by(f64::total_cmp);
    assert!((tdp[199] - 500.0).abs() < 0.5, "{}", tdp[199]);
    let mean = column(1).iter().sum::<f64>() / 400.0;
    assert!((mean - 0.79).abs() < 0.02, "{mean}");
}

#[test]
fn a_sweep_goes_on_where_it_ended_and_repeats_nothing() {
    let (folder, path) = sweep_file(&format!("{OFFSETS}{SEEDS}"), "");
    let out = folder.path().join("out");
    let out_name = out.to_str().expect("is text");
    let whole = rainier(&["sweep", &path, "--out", out_name, "--threads", "2", "--quiet"]);
    assert_eq!(whole.status.code(), Some(0), "{}", text(&whole.stderr));
    let before = runs(&out);
    let table = fs::read(out.join("sweep.parquet")).expect("is there");
    assert_eq!(before.len(), 6);
    // A kill may have left runs undone; half a file and an empty one are what a broken disk leaves.
    let names: Vec<&PathBuf> = before.keys().collect();
    fs::remove_file(out.join(names[0])).expect("is there");
    fs::write(out.join(names[1]), &before[names[1]][..200]).expect("is written");
    fs::write(out.join(names[2]), "").expect("is written");
    fs::remove_file(out.join("sweep.parquet")).expect("is there");
    let times = |n: usize| {
        fs::metadata(out.join(names[n]))
            .and_then(|m| m.modified())
            .expect("is there")
    };
    let kept: Vec<_> = (3..6).map(times).collect();
    let early = rainier(&["sweep", &path, "--out", out_name, "--collect"]);
    assert_eq!(early.status.code(), Some(5));
    assert!(
        text(&early.stderr).contains("3 of 6 runs have not finished"),
        "{}",
        text(&early.stderr)
    );
    let again = rainier(&["sweep", &path, "--out", out_name]);
    assert_eq!(again.status.code(), Some(0));
    assert!(
        text(&again.stderr).contains("3 of 6 runs have finished before"),
        "{}",
        text(&again.stderr)
    );
    assert_eq!(runs(&out), before);
    assert_eq!(fs::read(out.join("sweep.parquet")).expect("is there"), table);
    assert_eq!(
        (3..6).map(times).collect::<Vec<_>>(),
        kept,
        "finished runs are as they were"
    );
}

#[test]
fn shares_come_to_the_same_bytes() {
    let (folder, path) = sweep_file(&format!("{OFFSETS}{TDP}"), "draws: 2");
    let at = |name: &str| folder.path().join(name).to_str().expect("is text").to_owned();
    let (one, many) = (at("one"), at("many"));
    assert!(
        rainier(&["sweep", &path, "--out", &one, "--threads", "1"])
            .status
            .success()
    );
    for shard in ["2/3", "0/3", "1/3"] {
        let part = rainier(&["sweep", &path, "--out", &many, "--shard", shard, "--quiet"]);
        assert!(
            part.status.success() && part.stdout.is_empty(),
            "{}",
            text(&part.stderr)
        );
    }
    let collected = rainier(&["sweep", &path, "--out", &many, "--collect", "--json"]);
    assert!(collected.status.success(), "{}", text(&collected.stderr));
    assert!(
        text(&collected.stdout).contains("\"failed\": 0"),
        "{}",
        text(&collected.stdout)
    );
    let (one, many) = (Path::new(&one), Path::new(&many));
    assert_eq!(runs(one), runs(many));
    let table = |folder: &Path| fs::read(folder.join("sweep.parquet")).expect("is there");
    assert_eq!(table(one), table(many));
    let single = at("single");
    assert!(
        rainier(&["sweep", &path, "--out", &single, "--only-run", "4", "-q"])
            .status
            .success()
    );
    let single = runs(Path::new(&single));
    assert!(single.len() == 1 && single.iter().all(|(name, text)| runs(one).get(name) == Some(text)));
}

#[test]
fn a_run_that_fails_is_a_row_and_the_others_go_on() {
    // The throttle point of 70 °C is below its release.
    let axes = "(name: \"throttle\", path: \"catalog:chips.trainium2.throttle_c\", of: Values([70, 90])),
        (name: \"tariff\", path: \"site:tariff\", of: Values([\"builtin:indiana\", \"builtin:market\"])),";
    let (folder, path) = sweep_file(axes, "");
    let out = folder.path().join("out");
    let output = rainier(&["sweep", &path, "--out", out.to_str().expect("is text")]);
    assert_eq!(output.status.code(), Some(5));
    let told = text(&output.stderr);
    assert!(
        told.contains("run 2: error[E0110]") && told.contains("2 of 4 runs have no result"),
        "{told}"
    );
    let rows = rows(&out);
    assert_eq!(rows.len(), 4);
    for (k, row) in rows.iter().enumerate() {
        assert_eq!(row["run"], Field::Long(k as i64 + 1));
        let failed = k < 2;
        assert_eq!(row["throttle"], Field::Double(if failed { 70.0 } else { 90.0 }));
        let tariff = ["builtin:indiana", "builtin:market"][k % 2];
        assert_eq!(row["tariff"], Field::Str(tariff.into()));
        assert_eq!(row["error"] == Field::Null, !failed);
        assert_eq!(row["pue"] == Field::Null, failed);
        assert_eq!(row["digest"] == Field::Null, failed);
        assert_eq!(row["seed"] == Field::Null, failed);
    }
    assert_ne!(rows[2]["cost_usd"], rows[3]["cost_usd"], "tariffs differ");
}

#[test]
fn every_error_of_a_file_is_told_with_its_place() {
    let forms = errors_of(
        "(path: \"scenario:seed\", of: Rnge(0, 4, 3)),
         (path: \"scenario:seed\", of: Range(0, 4)),
         (path: \"scenario:seed\", of: Values([])),
         (path: \"scenario:seed\", of: MonteCarlo(Gauss(3, 2))),
         (pth: \"x\", of: LatinHypercube(Uniform(1, (2)))),",
        "draws: 0",
    );
    for expected in [
        "sweep.ron:3:29: axes[0].of: found `Rnge(…)`; allowed: Values([…]), Range(from, to, steps)",
        "axes[1].of: found `Range(…)` of 2",
        "axes[2].of: found a list of 0; allowed: at least one value",
        "axes[3].of: found `Gauss(…)`; allowed: Uniform(low, high)",
        "`pth`; allowed: path, name, of",
        "axes[4].of: found a group of 1; allowed: a number",
        "draws: found 0; allowed: 1 to 1000000",
        "8 errors",
    ] {
        assert!(forms.contains(expected), "{expected} is not in\n{forms}");
    }
    let values = errors_of(
        &format!(
            "{SEEDS}(name: \"run\", path: \"seed\", of: Values([1, 1])),
            (name: \"a\", path: \"tdp_w\", of: LatinHypercube(Uniform(\"5 bananas\", 2))),
            (name: \"b\", path: \"utilisation\", of: MonteCarlo(Normal(0.5, 0, 0, 1))),
            (name: \"b\", path: \"scenario:duration_s\", of: Values([60])),"
        ),
        "set: [\"nonsense\"], correlations: [(a: \"b\", b: \"scenario:seed\", rho: 0.5)]",
    );
    for expected in [
        "axes[1].of: found 1 again; allowed: each value once",
        "axes[1].name: found \"run\"; allowed: a column's name once",
        "axes[2].of: found \"5 bananas\"; allowed: a number, or one with a unit",
        "axes[3].of: found Normal(0.5, 0, 0, 1); allowed: a deviation above 0",
        "axes[4].name: found \"b\"",
        "axes[4].path: found `duration_s` again",
        "set[0]: found \"nonsense\"; allowed: a change reads PATH=VALUE",
        "draws: found no such field; allowed: how many draws",
        "correlations[0].b: found \"scenario:seed\"; allowed: a drawn axis: ",
    ] {
        assert!(values.contains(expected), "{expected} is not in\n{values}");
    }
    let paths = errors_of(
        "(path: \"catalog:chips.nobody.tdp_w\", of: Values([500])),
         (path: \"scenario:utilisation\", of: Values([0.5, \"2h\"])),",
        "",
    );
    assert!(paths.contains("sweep.ron:3:8: axes[0].path: found `nobody`"), "{paths}");
    let kinds = errors_of("(path: \"scenario:utilisation\", of: Values([0.5, \"2h\"])),", "");
    assert!(kinds.contains("sweep.ron:3:36: axes[0].of: found `2h`"), "{kinds}");
    let many = errors_of(
        "(path: \"scenario:seed\", of: Range(1, 1000000, 1000000)), (path: \"scenario:phase\", of: Range(1, 99, 99)),",
        "",
    );
    assert!(
        many.contains("found 99000000 runs; allowed: at most 10000000"),
        "{many}"
    );
    let none = errors_of("", "draws: 3");
    assert!(
        none.contains("at least one axis") && none.contains("no draws without an axis"),
        "{none}"
    );
}

#[test]
fn flags_that_make_no_sense_are_refused() {
    let (_folder, path) = sweep_file(SEEDS, "");
    for flags in [
        &["--shard", "4/4"][..],
        &["--shard", "x"],
        &["--only-run", "0"],
        &["--only-run", "3"],
        &["--only-run", "1", "--shard", "0/2"],
        &["--collect", "--list"],
        &["--plan", "cron"],
        &["--shards", "0"],
    ] {
        let output = rainier(&[&["sweep", &path], flags].concat());
        assert_eq!(output.status.code(), Some(2), "{flags:?}");
    }
    let nowhere = rainier(&["sweep", "builtin:nothing", "--list"]);
    assert_eq!(nowhere.status.code(), Some(2));
    assert!(
        text(&nowhere.stderr).contains("builtin:climate-supply"),
        "{}",
        text(&nowhere.stderr)
    );
    let full = rainier(&["sweep", &path, "--out", "/dev/null/x"]);
    assert_eq!(full.status.code(), Some(3), "{}", text(&full.stderr));
}

#[test]
fn the_list_names_runs_and_built_in_sweeps_are_right() {
    let (_folder, path) = sweep_file(&format!("{OFFSETS}{SEEDS}"), "");
    let list = text(&rainier(&["sweep", &path, "--list"]).stdout);
    let lines: Vec<&str> = list.lines().collect();
    assert_eq!(lines[0], "run\toffset\tscenario:seed");
    assert_eq!((lines[3], lines.len()), ("3\t4\t1", 7));
    let json = text(&rainier(&["sweep", &path, "--list", "--json", "--shard", "1/4"]).stdout);
    let runs: Vec<serde_json::Value> = json
        .lines()
        .map(|line| serde_json::from_str(line).expect("is JSON"))
        .collect();
    assert_eq!(runs.len(), 2);
    assert_eq!(
        (&runs[1]["run"], &runs[1]["axes"]["offset"]),
        (&6.into(), &serde_json::json!(-2.0))
    );
    let checked = rainier(&["check", &path, "builtin:tdp-load"]);
    assert!(
        text(&checked.stdout).contains("builtin:tdp-load: ok (sweep)"),
        "{}",
        text(&checked.stderr)
    );
    for (name, _) in BUILTIN {
        let kept = Kept::new(&NoFiles);
        let sweep = Sweep::new(&kept, &format!("builtin:{name}")).expect("is right");
        assert!(sweep.runs() >= 30, "{name}");
        // Every run can be loaded, not only the first.
        let question = Question::new(&NoFiles, "builtin:default", rainier::scenario::Overrides::default());
        let question = question.expect("is right");
        for run in [1, sweep.runs()] {
            assert!(question.load(&sweep.changes(run)).is_ok(), "{name} {run}");
        }
    }
}

#[test]
fn job_files_quote_what_they_are_given() {
    let (folder, path) = sweep_file(SEEDS, "");
    let out = folder.path().join("it's $HOME \"here\"");
    let plan = |engine: &str, file: &str| {
        let output = rainier(&[
            "sweep",
            &path,
            "--out",
            out.to_str().expect("is text"),
            "--plan",
            engine,
            "--shards",
            "3",
        ]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        let text = fs::read_to_string(out.join("plan").join(file)).expect("is there");
        assert!(
            !text.contains("@OUT@") && !text.contains("@SHARDS@") && !text.contains("@PROGRAM@"),
            "{text}"
        );
        text
    };
    let slurm = plan("slurm", "sweep.sbatch");
    assert!(
        slurm.contains("--array=0-2\n") && slurm.contains(r#"it'\''s $HOME "here"'"#),
        "{slurm}"
    );
    let kubernetes = plan("kubernetes", "sweep.yaml");
    assert!(
        kubernetes.contains("completions: 3\n") && kubernetes.contains(r#"it's $$HOME \"here\"""#),
        "{kubernetes}"
    );
    let ray = plan("ray", "sweep.py");
    assert!(
        ray.contains("SHARDS = 3\n") && ray.contains(r#"it's $HOME \"here\"""#),
        "{ray}"
    );
}

#[test]
fn every_column_has_a_name_of_its_own() {
    let axes = "(name: \"pue\", path: \"scenario:utilisation\", of: Values([0.5])),\n\
                (name: \"pue_result\", path: \"scenario:seed\", of: Values([1]))";
    let (folder, path) = sweep_file(axes, "");
    let out = folder.path().join("out");
    let output = rainier(&["sweep", &path, "-q", "--out", out.to_str().expect("is text")]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let table =
        SerializedFileReader::new(File::open(out.join("sweep.parquet")).expect("is there")).expect("is a table");
    let columns = table.metadata().file_metadata().schema_descr().columns().to_vec();
    let mut names: Vec<&str> = columns.iter().map(|column| column.name()).collect();
    assert!(names.contains(&"pue_result_result"), "{names:?}");
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all);
}

#[test]
fn too_many_runs_are_refused_before_they_are_laid_out() {
    let axes: String = (0..400)
        .map(|n| format!("(name: \"a{n}\", path: \"scenario:seed\", of: Range(0, 1, 1000000)),\n"))
        .collect();
    let errors = errors_of(&axes, "");
    assert!(errors.contains("allowed: at most 10000000"), "{errors}");
}
