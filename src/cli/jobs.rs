//! Jobs of a run: a table on the terminal, and a line each in `jobs.csv` as they end.

use std::fs::File;
use std::path::{Path, PathBuf};

use comfy_table::{CellAlignment, Table, presets};
use rainier::results::JobsSummary;
use rainier::results::causes::POWER_OR_HEAT;
use rainier::sim::jobs::Jobs;
use rainier::sim::jobs::records::Record;
use rainier::site::Campus;
use rainier::workload::Kind;

/// Most jobs that the terminal shows.
const SHOWN: usize = 12;

/// `jobs.csv`, written as jobs end.
pub(crate) struct JobsFile {
    folder: PathBuf,
    csv: csv::Writer<File>,
    stops: csv::Writer<File>,
}

impl JobsFile {
    pub(crate) fn create(folder: &Path) -> Result<Self, String> {
        let create = |name: &str| {
            let path = folder.join(name);
            File::create(&path).map_err(|error| format!("{} cannot be written: {error}", path.display()))
        };
        let mut file = Self {
            folder: folder.to_owned(),
            csv: csv::Writer::from_writer(create("jobs.csv")?),
            stops: csv::Writer::from_writer(create("interruptions.csv")?),
        };
        file.stops
            .write_record(["time_s", "number", "name", "chips", "cause", "rack", "lost_s"])
            .map_err(|error| file.said("interruptions.csv", &error))?;
        Ok(file)
    }

    fn said(&self, name: &str, error: &dyn std::fmt::Display) -> String {
        format!("{} cannot be written: {error}", self.folder.join(name).display())
    }

    /// Writes why jobs were stopped since the last call.
    pub(crate) fn stops(&mut self, jobs: &mut Jobs, campus: &Campus) -> Result<(), String> {
        for stop in jobs.take_interruptions() {
            let causes = jobs.workload.failures.as_ref().map(|failures| &failures.causes);
            let cause = causes.and_then(|causes| causes.get(stop.cause));
            let record = [
                stop.time_s.to_string(),
                stop.number.to_string(),
                stop.name,
                stop.chips.to_string(),
                cause.map_or(POWER_OR_HEAT, |cause| &cause.name).to_owned(),
                stop.rack
                    .map_or_else(String::new, |rack| campus.rack_address(rack as usize).to_string()),
                stop.lost_s.to_string(),
            ];
            let written = self.stops.write_record(record);
            written.map_err(|error| self.said("interruptions.csv", &error))?;
        }
        let flushed = self.stops.flush();
        flushed.map_err(|error| self.said("interruptions.csv", &error))
    }

    pub(crate) fn push(&mut self, records: &[Record]) -> Result<(), String> {
        for record in records {
            let written = self.csv.serialize(record);
            written.map_err(|error| self.said("jobs.csv", &error))?;
        }
        let flushed = self.csv.flush();
        flushed.map_err(|error| self.said("jobs.csv", &error))
    }
}

/// Prints the largest jobs and where the time of all chips went.
pub(crate) fn print(jobs: &Jobs, summary: &JobsSummary, now_s: f64) {
    let mut records = jobs.open_records(now_s);
    records.sort_by(|a, b| b.chips.cmp(&a.chips).then(a.number.cmp(&b.number)));
    println!(
        "Jobs: {} run, {} wait, {} done; {} interruptions; goodput of training {:.1} %",
        records.len(),
        jobs.waiting.len(),
        summary.totals.done,
        summary.totals.interruptions,
        summary.goodput * 100.0
    );
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    table.set_header([
        "job",
        "kind",
        "chips",
        "goodput",
        "to expect",
        "pace",
        "stops",
        "MWh",
        "FLOP",
    ]);
    for record in records.iter().take(SHOWN) {
        let training = record.kind == Kind::Training.as_str();
        let percent = |x: f64| {
            if x.is_finite() {
                format!("{:.1} %", x * 100.0)
            } else {
                "-".into()
            }
        };
        table.add_row([
            record.name.clone(),
            record.kind.to_owned(),
            record.chips.to_string(),
            if training { percent(record.goodput) } else { "-".into() },
            percent(record.expected_goodput),
            if training { percent(record.pace) } else { "-".into() },
            record.interruptions.to_string(),
            format!("{:.1}", record.energy_kwh / 1e3),
            if record.flop > 0.0 {
                format!("{:.2e}", record.flop)
            } else {
                "-".into()
            },
        ]);
    }
    for column in 2..9 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    println!("{table}");
    if records.len() > SHOWN {
        println!("  and {} smaller ones", records.len() - SHOWN);
    }
    let t = &summary.totals;
    let all: f64 = t.held_h.iter().sum::<f64>() + t.free_h + t.spare_h + t.down_h;
    let share = |h: f64| if all > 0.0 { h / all * 100.0 } else { 0.0 };
    let held: Vec<String> = Kind::ALL
        .iter()
        .map(|kind| format!("{} {:.1}", kind.as_str(), share(t.held_h[*kind as usize])))
        .collect();
    println!(
        "Time of all chips, %: {}, free {:.1}, spare {:.1}, down {:.1}",
        held.join(", "),
        share(t.free_h),
        share(t.spare_h),
        share(t.down_h)
    );
    let training = t.held_h[Kind::Training as usize];
    if training > 0.0 {
        let share = |h: f64| h / training * 100.0;
        println!(
            "Time of training, %: kept {:.1}, slow {:.1}, checkpoints {:.1}, starting {:.1}, lost {:.1}, waiting for a spare {:.1}",
            share(t.useful_h),
            share(t.slow_h),
            share(t.writing_h),
            share(t.restarting_h),
            share(t.lost_h),
            share(t.stuck_h)
        );
        println!("Training: {:.3e} FLOP kept", t.flop);
    }
    if t.held_h[Kind::Serving as usize] > 0.0 {
        println!("Services: {:.2} % of the load served", summary.served_share * 100.0);
    }
    let causes: Vec<String> = summary
        .interruptions_by_cause
        .iter()
        .filter(|(_, n)| *n > 0)
        .map(|(name, n)| format!("{name} {n}"))
        .collect();
    if !causes.is_empty() {
        println!("Interruptions: {}", causes.join(", "));
    }
}
