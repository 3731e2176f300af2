//! `rainier bands`: how far results may be off, and which assumption matters most.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use comfy_table::{CellAlignment, Table, presets};
use indicatif::{ProgressBar, ProgressStyle};
use rainier::host::Disk;
use rainier::scenario::Overrides;
use rainier::site::change::{Change, Role};
use rainier::study::glob::fits;
use rainier::study::{Answer, Answers, Band, Findings, Plan, Question, Run, Shape, Study, Uncertain};

use crate::Failure;
use crate::args::Bands;
use crate::run::threads;

/// Outputs that are printed: field of the summary, name, unit, and what a unit is in the field's.
const MAIN: [(&str, &str, &str, f64); 12] = [
    ("it_power_mean_w", "IT power, mean", "MW", 1e6),
    ("facility_power_mean_w", "Facility power, mean", "MW", 1e6),
    ("peak_demand_w", "Peak demand", "MW", 1e6),
    ("pue", "PUE", "", 1.0),
    ("wue_l_per_kwh", "WUE", "L/kWh", 1.0),
    ("water_m3", "Water", "m³", 1.0),
    ("wet_share", "Evaporating", "% of time", 0.01),
    ("hottest_chip_c", "Hottest chip", "°C", 1.0),
    ("throttled_chip_hours", "Throttled", "chip-hours", 1.0),
    ("cost_usd", "Cost", "$", 1.0),
    ("carbon_t", "CO₂", "t", 1.0),
    ("marginal_carbon_t", "CO₂, marginal", "t", 1.0),
];

/// Assumptions that are named for each output.
const NAMED: usize = 5;

pub(crate) fn bands(args: &Bands) -> Result<(), Failure> {
    let mut changes = args.instead.set.clone();
    let of_scenario = |path: &str, value: &Option<String>| {
        value.as_ref().map(|value| Change {
            role: Some(Role::Scenario),
            path: path.to_owned(),
            value: value.clone(),
        })
    };
    changes.extend(of_scenario("only", &args.only));
    changes.extend(of_scenario("duration_s", &args.duration));
    let instead = Overrides {
        changes: &changes,
        ..args.instead.of()
    };
    let question = Question::new(&Disk, &args.scenario, instead).map_err(Failure::Input)?;
    let asked = |figure: &&Uncertain| {
        let name = figure.name();
        args.figures.is_empty()
            || args
                .figures
                .iter()
                .any(|glob| fits(glob, &name) || fits(glob, &figure.path))
    };
    let figures: Vec<Uncertain> = question.figures.iter().filter(asked).cloned().collect();
    if figures.is_empty() {
        return Err(Failure::Place(match question.figures.len() {
            0 => "no figure of these files has a range; a range is two more numbers behind its source".to_owned(),
            n => format!("--figures: none of the {n} figures with a range fits; `rainier bands --list` names them"),
        }));
    }
    if args.list {
        list(&figures);
        return Ok(());
    }
    let plan = Plan {
        draws: args.draws,
        seed: args.seed,
        shape: if args.uniform {
            Shape::Uniform
        } else {
            Shape::Triangular
        },
        correlations: args.correlate.clone(),
    };
    let study = Study::new(&question, figures, &plan).map_err(Failure::Place)?;
    let mut store = match &args.out {
        Some(folder) => Some(Store::open(folder, &study).map_err(Failure::Output)?),
        None => None,
    };
    let mut answers = store
        .as_mut()
        .map(|store| std::mem::take(&mut store.kept))
        .unwrap_or_default();
    if !answers.is_empty() {
        eprintln!("{} runs are in the folder already", answers.len());
    }
    // The first says what outputs there are, and whether the scenario runs at all.
    let threads = threads(args.threads);
    let mut go = |runs: &[Run], answers: &mut Answers, what: &str| {
        let left: Vec<Run> = runs.iter().copied().filter(|run| !answers.contains_key(run)).collect();
        answer_all(
            &question,
            &study,
            &left,
            threads,
            args.json,
            what,
            &mut |run, answer| {
                if let Some(store) = &mut store {
                    store.add(&study, run, &answer)?;
                }
                answers.insert(run, answer);
                Ok(())
            },
        )
        .map_err(Failure::Output)
    };
    go(&[Run::Own], &mut answers, "own values")?;
    if let Some(Err(why)) = answers.get(&Run::Own) {
        return Err(Failure::Place(format!("the scenario with its own values: {why}")));
    }
    go(&study.runs(), &mut answers, "draws")?;
    let main: Vec<&str> = MAIN.iter().map(|(output, ..)| *output).collect();
    let swings = study.swings(&study.findings(&answers), &main, NAMED);
    go(&swings, &mut answers, "one at a time")?;
    let findings = study.findings(&answers);
    if let Some(folder) = &args.out {
        write(folder, &findings).map_err(Failure::Output)?;
        eprintln!("wrote draws.csv, bands.csv and bands.json to {}", folder.display());
    }
    if args.json {
        let text = serde_json::to_string_pretty(&findings).map_err(|error| Failure::Output(error.to_string()))?;
        println!("{text}");
    } else {
        print(&findings);
    }
    Ok(())
}

/// Answers runs on all threads; `done` hears of each as it ends, in this thread.
fn answer_all(
    question: &Question<'_>,
    study: &Study,
    runs: &[Run],
    threads: usize,
    quiet: bool,
    what: &str,
    done: &mut dyn FnMut(Run, Result<Answer, String>) -> Result<(), String>,
) -> Result<(), String> {
    if runs.is_empty() {
        return Ok(());
    }
    let bar = if quiet {
        ProgressBar::hidden()
    } else {
        ProgressBar::new(runs.len() as u64)
    };
    if let Ok(style) =
        ProgressStyle::with_template("{msg:16!} {wide_bar:.cyan/blue} {pos} of {len}  {elapsed}, {eta} left")
    {
        bar.set_style(style);
    }
    bar.set_message(what.to_owned());
    bar.enable_steady_tick(Duration::from_millis(200));
    let next = AtomicUsize::new(0);
    let (send, answers) = mpsc::channel();
    let outcome = std::thread::scope(|scope| {
        for _ in 0..threads.min(runs.len()) {
            let (send, next) = (send.clone(), &next);
            scope.spawn(move || {
                while let Some(run) = runs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let changes = study.changes(*run);
                    let answer = catch_unwind(AssertUnwindSafe(|| question.answer(&changes)));
                    let answer = answer.unwrap_or_else(|_| Err("the program failed (please report it)".to_owned()));
                    if send.send((*run, answer)).is_err() {
                        break;
                    }
                }
            });
        }
        drop(send);
        for (run, answer) in answers {
            if let Err(why) = &answer {
                bar.suspend(|| eprintln!("{}: {why}", study.name(run)));
            }
            if let Err(error) = done(run, answer) {
                // Nobody begins another one.
                next.store(usize::MAX / 2, Ordering::Relaxed);
                return Err(error);
            }
            bar.inc(1);
        }
        Ok(())
    });
    bar.finish_and_clear();
    outcome
}

/// Finished runs in a folder.
struct Store {
    path: PathBuf,
    /// Open once it has its header.
    csv: Option<csv::Writer<File>>,
    /// Outputs in the order of its columns.
    outputs: Vec<String>,
    /// Runs of an earlier call.
    kept: Answers,
}

/// What is in the files' first columns.
const FIRST: [&str; 2] = ["run", "error"];

impl Store {
    /// Makes the folder, or goes on with it if it holds the same study.
    fn open(folder: &Path, study: &Study) -> Result<Self, String> {
        let said = |path: &Path, error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        fs::create_dir_all(folder).map_err(|error| said(folder, &error))?;
        let mark = folder.join("study.json");
        let path = folder.join("draws.csv");
        match fs::read_to_string(&mark) {
            Ok(text) => {
                let there: serde_json::Value = serde_json::from_str(&text).map_err(|error| said(&mark, &error))?;
                if there["hash"].as_str() != Some(study.hash.as_str()) {
                    return Err(format!(
                        "{} holds another study: other files, figures, draws or seed; choose another folder",
                        folder.display()
                    ));
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && !path.exists() => {
                let text = serde_json::json!({ "format": 1, "hash": study.hash });
                crate::write::text(&mark, &format!("{text:#}\n"))?;
            }
            Err(error) => return Err(said(&mark, &error)),
        }
        let mut store = Self {
            path: path.clone(),
            csv: None,
            outputs: Vec::new(),
            kept: Answers::new(),
        };
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(store),
            Err(error) => return Err(said(&path, &error)),
        };
        // A kill may have left half a row.
        let whole = text.rfind('\n').map_or(0, |at| at + 1);
        if whole < text.len() {
            let file = OpenOptions::new().write(true).open(&path);
            file.and_then(|file| file.set_len(whole as u64))
                .map_err(|error| said(&path, &error))?;
        }
        if whole > 0 {
            (store.outputs, store.kept) = rows(&text[..whole], study).map_err(|error| said(&path, &error))?;
            let file = OpenOptions::new().append(true).open(&path);
            store.csv = Some(csv::Writer::from_writer(file.map_err(|error| said(&path, &error))?));
        }
        Ok(store)
    }

    /// Adds a run, so that no kill can take it.
    fn add(&mut self, study: &Study, run: Run, answer: &Result<Answer, String>) -> Result<(), String> {
        let said = |error: &dyn std::fmt::Display| format!("{} cannot be written: {error}", self.path.display());
        if self.csv.is_none() {
            // The first run is the one with all figures at their own values; without an answer, it is not kept.
            let Ok(answer) = answer else { return Ok(()) };
            let file = File::create(&self.path).map_err(|error| said(&error))?;
            let mut csv = csv::Writer::from_writer(file);
            let figures = study.figures.iter().map(Uncertain::name);
            let header = FIRST.iter().map(|name| (*name).to_owned()).chain(figures);
            self.outputs = answer.keys().cloned().collect();
            csv.write_record(header.chain(self.outputs.iter().cloned()))
                .map_err(|error| said(&error))?;
            self.csv = Some(csv);
        }
        let Some(csv) = &mut self.csv else { return Ok(()) };
        let why = answer.as_ref().err().map(|why| why.replace(['\n', '\r'], " "));
        let mut record = vec![study.name(run), why.unwrap_or_default()];
        record.extend(study.values(run).iter().map(f64::to_string));
        let value = |name: &String| {
            let value = answer.as_ref().ok().and_then(|answer| answer.get(name));
            value.map_or_else(String::new, f64::to_string)
        };
        record.extend(self.outputs.iter().map(value));
        csv.write_record(&record)
            .and_then(|()| csv.flush().map_err(csv::Error::from))
            .map_err(|error| said(&error))
    }
}

/// Outputs and runs of a file.
fn rows(text: &str, study: &Study) -> Result<(Vec<String>, Answers), String> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| error.to_string())?.clone();
    let mut out = Answers::new();
    for row in reader.records() {
        let row = row.map_err(|error| error.to_string())?;
        let run = row.get(0).and_then(|name| study.run(name));
        let run = run.ok_or_else(|| format!("{:?} is no run of this study", row.get(0).unwrap_or_default()))?;
        let answer = match row.get(1) {
            Some("") => {
                let outputs = header.iter().zip(&row).skip(FIRST.len() + study.figures.len());
                let outputs = outputs.filter(|(_, value)| !value.is_empty());
                let numbers: Result<Answer, String> = outputs
                    .map(|(name, value)| {
                        let value = value.parse().map_err(|_| format!("{name}: {value:?} is no number"))?;
                        Ok((name.to_owned(), value))
                    })
                    .collect();
                Ok(numbers?)
            }
            why => Err(why.unwrap_or_default().to_owned()),
        };
        out.insert(run, answer);
    }
    let outputs = header.iter().skip(FIRST.len() + study.figures.len());
    Ok((outputs.map(str::to_owned).collect(), out))
}

/// Writes bands.json and bands.csv.
fn write(folder: &Path, findings: &Findings) -> Result<(), String> {
    let json = folder.join("bands.json");
    let text = serde_json::to_string_pretty(findings).map_err(|error| error.to_string())?;
    crate::write::text(&json, &(text + "\n"))?;
    crate::write::whole(&folder.join("bands.csv"), |file| Ok(write_csv(file, findings)?))
}

fn write_csv(file: &mut File, findings: &Findings) -> Result<(), csv::Error> {
    let mut csv = csv::Writer::from_writer(file);
    let header = [
        "output",
        "own",
        "p05",
        "p25",
        "p50",
        "p75",
        "p95",
        "explained",
        "assumption",
        "coefficient",
        "spearman",
        "share",
        "at_low",
        "at_high",
    ];
    csv.write_record(header)?;
    for band in &findings.bands {
        let mut row = vec![band.output.clone(), band.own.to_string()];
        row.extend(band.percentiles.iter().map(f64::to_string));
        row.push(band.explained.to_string());
        // One row for each assumption, and one for an output without any.
        let numbers = |a: &rainier::study::Assumption| {
            let swing = a.swing.map(|x| x.map_or_else(String::new, |x| x.to_string()));
            let [low, high] = swing;
            [
                a.name.clone(),
                a.coefficient.to_string(),
                a.spearman.to_string(),
                a.share.to_string(),
                low,
                high,
            ]
        };
        let mut tails: Vec<[String; 6]> = band.assumptions.iter().map(numbers).collect();
        if tails.is_empty() {
            tails.push(Default::default());
        }
        for tail in tails {
            csv.write_record(row.iter().chain(&tail))?;
        }
    }
    Ok(csv.flush()?)
}

fn list(figures: &[Uncertain]) {
    let mut table = plain();
    table.add_row(["figure", "low", "value", "high", "tag", "source"]);
    for figure in figures {
        let [low, value, high] = figure.range.map(|x| x.to_string());
        let tag = format!("{:?}", figure.figure.tag);
        table.add_row([figure.name(), low, value, high, tag, figure.figure.source.clone()]);
    }
    println!("{table}");
}

fn plain() -> Table {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    table
}

/// A number with four digits that count.
fn short(x: f64) -> String {
    let digits = match x.abs() {
        size if size >= 1_000.0 || size == 0.0 => 0,
        size if size >= 100.0 => 1,
        size if size >= 10.0 => 2,
        size if size >= 0.1 => 4,
        _ => 5,
    };
    format!("{x:.digits$}")
}

/// Most letters of a reason in a line; all of it is in the files.
const REASON: usize = 60;

fn cut(text: &str) -> String {
    match text.char_indices().nth(REASON) {
        Some((at, _)) => format!("{}…", text[..at].trim_end()),
        None => text.to_owned(),
    }
}

fn print(findings: &Findings) {
    println!(
        "{} draws of {} figures within their ranges; P5 to P95 hold nine tenths of them",
        findings.draws, findings.figures
    );
    let by_name: BTreeMap<&str, &Band> = findings.bands.iter().map(|band| (band.output.as_str(), band)).collect();
    let mut table = plain();
    table.add_row(["", "own value", "P5", "P25", "P50", "P75", "P95", ""]);
    for (output, name, unit, size) in MAIN {
        let Some(band) = by_name.get(output) else { continue };
        let mut row = vec![name.to_owned(), short(band.own / size)];
        row.extend(band.percentiles.iter().map(|x| short(x / size)));
        row.push(unit.to_owned());
        table.add_row(row);
    }
    for i in 1..=6 {
        if let Some(column) = table.column_mut(i) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    println!("{table}");
    for (output, name, unit, size) in MAIN {
        let Some(band) = by_name.get(output).filter(|band| !band.assumptions.is_empty()) else {
            continue;
        };
        println!(
            "\n{name}{}{unit}: what its spread rests on (together {:.0} %)",
            if unit.is_empty() { "" } else { ", " },
            band.explained * 100.0
        );
        let mut table = plain();
        for assumption in band.assumptions.iter().take(NAMED) {
            let [low, value, high] = assumption.range;
            let at = |x: Option<f64>| x.map_or_else(String::new, |x| short(x / size));
            let way = if assumption.coefficient < 0.0 { "falls" } else { "rises" };
            table.add_row([
                format!("{:.0} %", assumption.share * 100.0),
                assumption.name.clone(),
                format!("{value} ({low} to {high})"),
                format!("{way} {} → {}", at(assumption.swing[0]), at(assumption.swing[1])),
                format!("[{} {}]", assumption.tag, cut(&assumption.source)),
            ]);
        }
        println!("{table}");
    }
    if !findings.failed.is_empty() {
        println!("\n{} runs have no answer; the first:", findings.failed.len());
        for (run, why) in findings.failed.iter().take(NAMED) {
            println!("  {run}: {why}");
        }
    }
}
