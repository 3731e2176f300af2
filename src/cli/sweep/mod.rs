//! `rainier sweep`: many runs of one scenario, on all cores or on many machines, and one table of their results.

mod plan;
mod store;
mod table;

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use comfy_table::{CellAlignment, Table, presets};
use indicatif::{ProgressBar, ProgressStyle};
use rainier::host::Disk;
use rainier::study::sweep::{Kept, Sweep};

use crate::Failure;
use crate::args::SweepArgs;
use crate::run::threads;
use store::{Finished, Store};
use table::Count;

/// Outputs whose span is printed: column, name, unit, and what a unit is in the column's.
const MAIN: [(&str, &str, &str, f64); 7] = [
    ("it_power_mean_w", "IT power, mean", "MW", 1e6),
    ("peak_demand_w", "Peak demand", "MW", 1e6),
    ("pue", "PUE", "", 1.0),
    ("wue_l_per_kwh", "WUE", "L/kWh", 1.0),
    ("hottest_chip_c", "Hottest chip", "°C", 1.0),
    ("carbon_t", "CO₂", "t", 1.0),
    ("cost_usd", "Cost", "$", 1.0),
];

pub(crate) fn sweep(args: &SweepArgs) -> Result<(), Failure> {
    let kept = Kept::new(&Disk);
    let sweep = Sweep::new(&kept, &args.file).map_err(Failure::Input)?;
    if let Some(run) = args.only_run.filter(|run| *run > sweep.runs()) {
        return Err(Failure::Place(format!("--only-run {run}: 1 to {}", sweep.runs())));
    }
    let folder = args
        .out
        .clone()
        .unwrap_or_else(|| PathBuf::from(format!("{}-sweep", stem(&args.file))));
    let runs = Chosen::of(args, sweep.runs());
    if args.list {
        return list(&sweep, &runs, args.json);
    }
    if let Some(engine) = args.plan {
        return plan::write(engine, args, &folder);
    }
    if args.efficiency {
        return efficiency(&sweep, &runs, threads(args.threads), args.json);
    }
    let store = Store::open(&folder).map_err(Failure::Output)?;
    if !args.collect {
        let fresh = run_all(&sweep, &store, &runs, threads(args.threads), args.quiet || args.json);
        fresh.map_err(|why| Failure::Output(format!("{why}; what has finished is kept, and the same call goes on")))?;
    }
    if let Some(run) = args.only_run {
        return match store.read(&sweep.key(run)) {
            Some(Err(why)) => Err(Failure::Runs(format!("run {run}: {why}"))),
            _ => Ok(()),
        };
    }
    // A failed run of a shard is a result like any other: whoever collects tells of it, and no engine tries it again.
    if args.shard.is_some() {
        return Ok(());
    }
    collect(&sweep, &store, &folder, args)
}

/// A file's name without its folder and its end.
fn stem(file: &str) -> String {
    let name = file.strip_prefix("builtin:").unwrap_or(file);
    let stem = Path::new(name).file_stem().unwrap_or_default().to_string_lossy();
    if stem.is_empty() {
        "out".to_owned()
    } else {
        stem.into_owned()
    }
}

/// The runs that this call is to do: those from `first` in steps.
#[derive(Debug, Clone, Copy)]
struct Chosen {
    first: u64,
    step: u64,
    last: u64,
}

impl Chosen {
    fn of(args: &SweepArgs, runs: u64) -> Self {
        let (first, step, last) = match (args.only_run, args.shard) {
            (Some(run), _) => (run, 1, run),
            // Neighbours cost about the same, so that shards that take turns do too.
            (None, Some((shard, shards))) => (u64::from(shard) + 1, u64::from(shards), runs),
            (None, None) => (1, 1, runs),
        };
        Self { first, step, last }
    }

    fn len(&self) -> u64 {
        (self.last + self.step).saturating_sub(self.first) / self.step
    }

    fn iter(self) -> impl Iterator<Item = u64> {
        (0..self.len()).map(move |i| self.at(i))
    }

    fn at(&self, index: u64) -> u64 {
        self.first + index * self.step
    }
}

/// Prints the runs with their values; whether these fit together is not asked.
fn list(sweep: &Sweep<'_>, runs: &Chosen, json: bool) -> Result<(), Failure> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut print = || {
        if !json {
            let names: Vec<&str> = sweep.axes.iter().map(|axis| axis.name.as_str()).collect();
            writeln!(out, "run\t{}", names.join("\t"))?;
        }
        for run in runs.iter() {
            let values = sweep.values(run);
            if json {
                let fields = sweep.axes.iter().map(|axis| axis.name.clone()).zip(&values);
                let fields: serde_json::Map<String, serde_json::Value> =
                    fields.map(|(name, value)| (name, serde_json::json!(value))).collect();
                let line = serde_json::json!({ "run": run, "key": sweep.key(run), "axes": fields });
                writeln!(out, "{line}")?;
            } else {
                let values: Vec<String> = values.iter().map(ToString::to_string).collect();
                writeln!(out, "{run}\t{}", values.join("\t"))?;
            }
        }
        out.flush()
    };
    said(print())
}

/// Prints a text.
fn say(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    said(writeln!(out, "{text}").and_then(|()| out.flush()))
}

/// What comes of printing; whoever reads may have seen enough.
fn said(outcome: std::io::Result<()>) -> Result<(), Failure> {
    match outcome {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::Output(format!("standard output cannot be written: {error}")))
        }
        _ => Ok(()),
    }
}

fn outcome(sweep: &Sweep<'_>, run: u64) -> Finished {
    let answer = catch_unwind(AssertUnwindSafe(|| sweep.outcome(run)));
    answer.unwrap_or_else(|_| Err("the program failed (please report it)".to_owned()))
}

/// Does the chosen runs that have not finished.
fn run_all(sweep: &Sweep<'_>, store: &Store, runs: &Chosen, threads: usize, quiet: bool) -> Result<(), String> {
    // A bit for each run, so that a million take little.
    let mut left = vec![0_u64; (runs.len() as usize).div_ceil(64)];
    let mut todo = 0;
    for index in 0..runs.len() {
        if store.read(&sweep.key(runs.at(index))).is_none() {
            left[(index / 64) as usize] |= 1 << (index % 64);
            todo += 1;
        }
    }
    if todo < runs.len() && !quiet {
        eprintln!("{} of {} runs have finished before", runs.len() - todo, runs.len());
    }
    if todo == 0 {
        return Ok(());
    }
    let bar = if quiet {
        ProgressBar::hidden()
    } else {
        ProgressBar::new(todo)
    };
    let style = ProgressStyle::with_template("{msg:16!} {wide_bar:.cyan/blue} {pos} of {len}  {elapsed}, {eta} left");
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar.set_message("runs");
    bar.enable_steady_tick(Duration::from_millis(200));
    let (next, stop) = (AtomicU64::new(0), AtomicBool::new(false));
    let (send, ended) = mpsc::channel();
    let done = std::thread::scope(|scope| {
        for _ in 0..(threads as u64).min(todo) {
            let (send, next, stop, left) = (send.clone(), &next, &stop, &left);
            scope.spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= runs.len() {
                        break;
                    }
                    if left[(index / 64) as usize] >> (index % 64) & 1 == 0 {
                        continue;
                    }
                    let run = runs.at(index);
                    let finished = outcome(sweep, run);
                    let written = store.write(sweep, run, &finished);
                    if send.send((run, finished.err(), written)).is_err() {
                        break;
                    }
                }
            });
        }
        drop(send);
        for (run, why, written) in ended {
            if let Some(why) = why {
                bar.suspend(|| eprintln!("run {run}: {why}"));
            }
            if let Err(error) = written {
                // Nobody begins another one; those under way may still be kept.
                stop.store(true, Ordering::Relaxed);
                return Err(error);
            }
            bar.inc(1);
        }
        Ok(())
    });
    bar.finish_and_clear();
    done
}

/// Gathers the finished runs into one table.
fn collect(sweep: &Sweep<'_>, store: &Store, folder: &Path, args: &SweepArgs) -> Result<(), Failure> {
    let mut spans = [(f64::INFINITY, 0.0, f64::NEG_INFINITY); MAIN.len()];
    let (count, outputs) = table::survey(sweep, store, &mut |finished| {
        let Ok(outcome) = finished else { return };
        for ((least, sum, most), (output, ..)) in spans.iter_mut().zip(MAIN) {
            if let Some(x) = outcome.numbers.get(output) {
                (*least, *sum, *most) = (least.min(*x), *sum + x, most.max(*x));
            }
        }
    });
    if let Some((first, missing)) = count.missing {
        return Err(Failure::Runs(format!(
            "{missing} of {} runs have not finished in {}, run {first} first; run them, and collect then",
            sweep.runs(),
            folder.display()
        )));
    }
    let path = folder.join("sweep.parquet");
    table::write(&path, sweep, store, outputs).map_err(Failure::Output)?;
    eprintln!("wrote {} runs to {}", sweep.runs(), path.display());
    if args.json {
        let failed: Vec<serde_json::Value> = count
            .failed
            .iter()
            .map(|(run, why)| serde_json::json!({ "run": run, "error": why }))
            .collect();
        let text = serde_json::json!({
            "name": sweep.name,
            "runs": sweep.runs(),
            "failed": count.failures,
            "first_failed": failed,
            "parquet": path.display().to_string(),
        });
        say(&format!("{text:#}"))?;
    } else {
        say(&told(sweep, &count, &spans))?;
    }
    match count.failures {
        0 => Ok(()),
        n => {
            let mut why = format!("{n} of {} runs have no result; column `error` says why", sweep.runs());
            // Whoever ran them has heard of each.
            if args.collect {
                for (run, error) in &count.failed {
                    why += &format!("\n  run {run}: {error}");
                }
            }
            Err(Failure::Runs(why))
        }
    }
}

/// The span of what matters most over all runs.
fn told(sweep: &Sweep<'_>, count: &Count, spans: &[(f64, f64, f64); MAIN.len()]) -> String {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    table.set_header(["", "least", "mean", "most", ""]);
    for ((least, sum, most), (_, name, unit, size)) in spans.iter().zip(MAIN) {
        if count.done > 0 {
            let mean = sum / count.done as f64;
            let number = |x: f64| format!("{:.3}", x / size);
            table.add_row([
                name.to_owned(),
                number(*least),
                number(mean),
                number(*most),
                unit.to_owned(),
            ]);
        }
    }
    for column in 1..4 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    format!(
        "{}: {}\n{} runs, {} without a result\n{table}",
        sweep.name,
        sweep.about,
        sweep.runs(),
        count.failures
    )
}

/// Runs that are timed for each thread.
const TIMED: u64 = 4;

/// Times each way; the fastest counts, for what slows one down is not the program.
const TURNS: usize = 3;

/// Does the same runs on one thread and on many, by turns, and prints how well the many are used. Beside the time that
/// went by stands that without waiting for a core, which is what a machine of one's own would show.
fn efficiency(sweep: &Sweep<'_>, runs: &Chosen, threads: usize, json: bool) -> Result<(), Failure> {
    let runs: Vec<u64> = runs.iter().take((TIMED * threads as u64) as usize).collect();
    let timed = |threads: usize| {
        let begun = Instant::now();
        let worker = |thread: usize| {
            let waited = waited_s();
            // Each its share: whoever waits for a core does not leave his to the others.
            for run in runs.iter().skip(thread).step_by(threads) {
                // Nothing is kept.
                drop(outcome(sweep, *run));
            }
            begun.elapsed().as_secs_f64() - (waited_s() - waited)
        };
        let own = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..threads).map(|thread| scope.spawn(move || worker(thread))).collect();
            let own = workers.into_iter().map(|worker| worker.join().unwrap_or(f64::INFINITY));
            own.fold(0.0, f64::max)
        });
        [begun.elapsed().as_secs_f64(), own]
    };
    let (mut one, mut many) = ([f64::INFINITY; 2], [f64::INFINITY; 2]);
    for _ in 0..TURNS {
        for (best, threads) in [(&mut one, 1), (&mut many, threads)] {
            let times = timed(threads);
            *best = [best[0].min(times[0]), best[1].min(times[1])];
        }
    }
    let [wall, own] = [0, 1].map(|k| one[k] / (many[k] * threads as f64));
    if json {
        let text = serde_json::json!({
            "runs": runs.len(), "threads": threads,
            "one_thread_s": one[0], "all_threads_s": many[0], "efficiency": wall,
            "one_thread_without_waiting_s": one[1], "all_threads_without_waiting_s": many[1],
            "efficiency_without_waiting": own,
        });
        return say(&format!("{text:#}"));
    }
    say(&format!(
        "{} runs: {:.2} s on one thread, {:.2} s on {threads}, efficiency {wall:.3}\n\
         without waiting for a core: {:.2} s and {:.2} s, efficiency {own:.3}",
        runs.len(),
        one[0],
        many[0],
        one[1],
        many[1]
    ))
}

/// How long this thread has been ready and had no core, s, where the kernel says it.
fn waited_s() -> f64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let waited: Option<f64> = told.split_whitespace().nth(1).and_then(|ns| ns.parse().ok());
    waited.map_or(0.0, |ns| ns / 1e9)
}
