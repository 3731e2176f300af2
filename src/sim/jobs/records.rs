//! What is kept of jobs: one record each when they end, and where the time of all chips went.

use serde::{Deserialize, Serialize};

use crate::workload::Kind;
use crate::workload::place::Pool;
use crate::workload::plan::Workload;

/// How a job stands in a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Ending {
    /// All its work is done.
    Done,
    /// Another took its place; it waits again.
    Preempted,
    /// It still runs.
    Runs,
}

/// One stay of a job on its units.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Record {
    /// Name.
    pub name: String,
    /// Its number, in the order in which jobs came.
    pub number: u64,
    /// What it does: training, serving or batch.
    pub kind: &'static str,
    /// Chips that it holds.
    pub chips: u32,
    /// When it was asked for, s since the start.
    pub submit_s: f64,
    /// When it got its place, s.
    pub start_s: f64,
    /// When it left, or now, s.
    pub end_s: f64,
    /// How it stands.
    pub ending: Ending,
    /// Work that is done and kept, s at full pace.
    pub done_s: f64,
    /// Share of its time that became work at full pace and is kept.
    pub goodput: f64,
    /// The same by Daly's complete model, with no slow chip: what to expect; NaN where it has none.
    pub expected_goodput: f64,
    /// Mean pace of its steps: what stragglers, slow chips and power caps leave.
    pub pace: f64,
    /// Interruptions.
    pub interruptions: u32,
    /// Computing, s.
    pub steps_s: f64,
    /// Writing checkpoints, s.
    pub writing_s: f64,
    /// Starting, s.
    pub restarting_s: f64,
    /// Waiting for a unit to take the place of a failed one, s.
    pub stuck_s: f64,
    /// Work lost, s at full pace.
    pub lost_s: f64,
    /// Operations done and kept, FLOP, of the model's own.
    pub flop: f64,
    /// Energy at the cords of its racks, kWh.
    pub energy_kwh: f64,
}

/// A stop of a job.
#[derive(Debug, Clone, PartialEq)]
pub struct Interruption {
    /// When, s since the start.
    pub time_s: f64,
    /// The job's number.
    pub number: u64,
    /// Its name.
    pub name: String,
    /// Chips that it held.
    pub chips: u32,
    /// Cause, by its row of the workload's causes; the one after the last is loss of power or a tripped chip.
    pub cause: usize,
    /// A rack that failed, where one did.
    pub rack: Option<u32>,
    /// Work that was lost, s at full pace.
    pub lost_s: f64,
}

/// Where the time of all chips went, and what came of it. Times are chip-hours.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Totals {
    /// Held by training jobs, services and batches.
    pub held_h: [f64; 3],
    /// Of training: work at full pace that is kept.
    pub useful_h: f64,
    /// Of training: slower than full pace, for stragglers, slow chips and power caps.
    pub slow_h: f64,
    /// Of training: writing checkpoints.
    pub writing_h: f64,
    /// Of training: starting, at first and after interruptions.
    pub restarting_h: f64,
    /// Of training: work that was lost, at the pace at which it was done.
    pub lost_h: f64,
    /// Of training: waiting for a unit in the place of a failed one.
    pub stuck_h: f64,
    /// Usable and free.
    pub free_h: f64,
    /// Kept free to take the place of failed ones.
    pub spare_h: f64,
    /// Broken, dark, or tripped.
    pub down_h: f64,
    /// Load of services that was served, and that was not, in chips at full utilisation.
    pub served_h: [f64; 2],
    /// Operations of training done and kept, FLOP.
    pub flop: f64,
    /// Energy at the cords, by training, services and batches, kWh.
    pub energy_kwh: [f64; 3],
    /// Jobs asked for, started, done, preempted and turned away.
    pub asked: u64,
    /// Started.
    pub started: u64,
    /// Done.
    pub done: u64,
    /// Lost their place to a job of higher priority.
    pub preempted: u64,
    /// Turned away, since too many waited.
    pub turned_away: u64,
    /// Interruptions of running jobs.
    pub interruptions: u64,
    /// By cause, in the order of the workload's causes; the last is loss of power or a tripped chip.
    pub by_cause: Vec<u64>,
    /// Sum of the times that started jobs had waited, s.
    pub wait_s: f64,
    /// Most jobs that waited at once.
    pub most_waiting: usize,
    /// Equipment that failed.
    pub equipment_failures: u64,
}

impl Totals {
    /// All at zero.
    #[must_use]
    pub fn new(workload: &Workload) -> Self {
        Self {
            by_cause: vec![0; workload.failures.as_ref().map_or(0, |f| f.causes.len()) + 1],
            ..Self::default()
        }
    }

    /// Share of the time of training that became work at full pace and was kept.
    #[must_use]
    pub fn goodput(&self) -> f64 {
        let held = self.held_h[Kind::Training as usize];
        if held > 0.0 { self.useful_h / held } else { 0.0 }
    }

    pub(super) fn count(&mut self, record: &Record) {
        match record.ending {
            Ending::Done => self.done += 1,
            Ending::Preempted => self.preempted += 1,
            Ending::Runs => {}
        }
    }

    /// Books the time of every unit for a tick on whoever holds it, by what `kind_of` says of a slot.
    pub(super) fn watch(&mut self, pool: &Pool, spare: u32, hours: f64, kind_of: impl Fn(u32) -> Option<Kind>) {
        for (u, unit) in pool.units.iter().enumerate() {
            let chip_h = f64::from(unit.chips) * hours;
            let by = pool.used_by[u];
            match kind_of(by) {
                Some(kind) => self.held_h[kind as usize] += chip_h,
                None if pool.down[u] => self.down_h += chip_h,
                None if by == spare => self.spare_h += chip_h,
                None => self.free_h += chip_h,
            }
        }
    }
}
