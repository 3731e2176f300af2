//! A job on its units: how far it comes in a tick, what it asks of its racks, and what it loses.

use serde::{Deserialize, Serialize};

use super::failures::Risk;
use super::records::{Ending, Interruption, Record};
use super::{Jobs, Waiting};
use crate::sim::clock::Clock;
use crate::sim::state::RackColumns;
use crate::workload::files::{StreamSpec, TaskKind};
use crate::workload::pace::{self, expected_goodput};
use crate::workload::place;
use crate::workload::plan::Workload;
use crate::workload::progress::{Progress, Rates, Spent};
use crate::workload::synthetic::{Arrivals, Stream};
use crate::workload::{Job, Kind};

/// A job that holds units.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Running {
    /// What was asked for.
    pub job: Job,
    /// Its number, in the order in which jobs came.
    pub number: u64,
    /// Its units.
    pub units: Vec<u32>,
    /// Chips in them.
    pub chips: u32,
    /// When it got its place, s since the start.
    pub started_s: f64,
    /// How far it has come.
    pub progress: Progress,
    /// Where its time went.
    pub spent: Spent,
    /// Waiting for a unit in the place of a failed one, s.
    pub stuck_s: f64,
    /// Work done, lost or not, s at full pace.
    pub worked_s: f64,
    /// Pace of its steps now, share of full.
    pub pace: f64,
    /// Speed of its slowest rack now, share of full.
    pub slowest: f64,
    /// Mean utilisation that it asks of its chips now.
    pub utilisation: f64,
    /// Draw of its racks now, W.
    pub power_w: f64,
    /// Energy at their cords, kWh.
    pub energy_kwh: f64,
    /// What a power cap of its own leaves of its clock.
    pub clock: f64,
    /// The risk that it has run.
    pub risk: Risk,
    /// The service that it is, by its row.
    pub service: Option<usize>,
    /// Load of a service now, and what of it is not served, in chips at full utilisation.
    pub load_chips: [f64; 2],
    /// Whether it waits for a unit.
    pub stuck: bool,
    /// How often it lost its place before.
    preempted: u32,
    /// By how many deviations the last of its units is late.
    excess: f64,
    /// Computing between checkpoints, s.
    interval_s: f64,
    /// Mean time between interruptions, s.
    mtbf_s: f64,
    /// Work in all, s at full pace.
    work_s: f64,
    /// Operations a second of work, FLOP/s.
    flop_s: f64,
    /// Work that it had done when it got its place, s.
    kept_at_start_s: f64,
}

impl Running {
    /// A service before it has any units.
    pub(super) fn service(job: Job, number: u64, service: usize) -> Self {
        Self {
            job,
            number,
            units: Vec::new(),
            chips: 0,
            started_s: 0.0,
            progress: Progress::new(0.0),
            spent: Spent::default(),
            stuck_s: 0.0,
            worked_s: 0.0,
            pace: 1.0,
            slowest: 1.0,
            utilisation: 0.0,
            power_w: 0.0,
            energy_kwh: 0.0,
            clock: 1.0,
            risk: Risk::new(0, 0, 0, 0),
            service: Some(service),
            load_chips: [0.0; 2],
            stuck: false,
            preempted: 0,
            excess: 0.0,
            interval_s: f64::INFINITY,
            mtbf_s: f64::INFINITY,
            work_s: f64::INFINITY,
            flop_s: 0.0,
            kept_at_start_s: 0.0,
        }
    }

    /// A job that has got its units, whose chips do `chip_flop_s` at their dense BF16 speed.
    pub(super) fn start(
        from: &Waiting,
        units: Vec<u32>,
        chips: u32,
        chip_flop_s: f64,
        workload: &Workload,
        now_s: f64,
    ) -> Self {
        let model = from.job.model.map(|m| &workload.models[m]);
        let flop_s = model.map_or(0.0, |model| model.mfu * chip_flop_s * f64::from(chips));
        let mtbf_s = mtbf_s(workload, chips);
        let interval_s = model.map_or(f64::INFINITY, |model| {
            model
                .interval_s
                .unwrap_or_else(|| pace::daly_s(model.checkpoint_s, mtbf_s).max(1.0))
        });
        let mut progress = Progress::new(model.map_or(0.0, |model| model.restart_s));
        progress.kept_s = from.kept_s;
        Self {
            excess: pace::expected_maximum(units.len() as u32),
            work_s: match from.job.flop {
                Some(flop) if flop_s > 0.0 => flop / flop_s,
                _ => from.job.work_s,
            },
            started_s: now_s,
            progress,
            interval_s: if interval_s.is_finite() {
                interval_s
            } else {
                f64::INFINITY
            },
            mtbf_s,
            flop_s,
            preempted: from.preempted,
            kept_at_start_s: from.kept_s,
            service: None,
            units,
            chips,
            ..Self::service(from.job.clone(), from.number, 0)
        }
    }

    /// As placement sees it.
    pub(super) fn holder(&self, slot: u32, preempt: bool) -> place::Running<'_> {
        place::Running {
            slot,
            priority: self.job.priority,
            preemptible: self.job.preemptible && preempt,
            started_s: self.started_s,
            ends_s: self.started_s + self.job.asked_s,
            utilisation: self.job.utilisation,
            units: &self.units,
        }
    }

    /// As it waits again after it lost its place.
    pub(super) fn waiting(self) -> Waiting {
        Waiting {
            number: self.number,
            kept_s: self.progress.kept_s,
            preempted: self.preempted + 1,
            interruptions: self.progress.interruptions + 1,
            job: self.job,
        }
    }

    /// Its record as it stands at a time.
    #[must_use]
    pub fn record(&self, now_s: f64, ending: Ending, workload: &Workload) -> Record {
        let time_s = now_s - self.started_s;
        let done_s = self.progress.done_s() - self.kept_at_start_s;
        let model = self.job.model.map(|m| &workload.models[m]);
        let ratio = |a: f64, b: f64| if b > 0.0 { a / b } else { 0.0 };
        Record {
            name: self.job.name.clone(),
            number: self.number,
            kind: self.job.kind.as_str(),
            chips: self.chips,
            submit_s: self.job.submit_s,
            start_s: self.started_s,
            end_s: now_s,
            ending,
            done_s,
            goodput: ratio(done_s, time_s),
            expected_goodput: model.map_or(f64::NAN, |model| {
                let steady = model.step.pace(1.0, self.excess);
                steady * expected_goodput(self.interval_s, model.checkpoint_s, model.restart_s, self.mtbf_s)
            }),
            pace: ratio(self.worked_s, self.spent.steps_s),
            interruptions: self.progress.interruptions,
            steps_s: self.spent.steps_s,
            writing_s: self.spent.writing_s,
            restarting_s: self.spent.restarting_s,
            stuck_s: self.stuck_s,
            lost_s: self.progress.lost_s,
            flop: done_s * self.flop_s,
            energy_kwh: self.energy_kwh,
        }
    }

    /// Share of its work that is done; NaN without an end.
    #[must_use]
    pub fn done_share(&self) -> f64 {
        if self.work_s.is_finite() {
            self.progress.done_s() / self.work_s
        } else {
            f64::NAN
        }
    }

    /// Mean time between interruptions, s.
    #[must_use]
    pub fn mtbf_s(&self) -> f64 {
        self.mtbf_s
    }
}

/// Mean time between interruptions of so many chips, s.
pub(super) fn mtbf_s(workload: &Workload, chips: u32) -> f64 {
    workload.failures.as_ref().map_or(f64::INFINITY, |failures| {
        failures.chip_hours.value * 3600.0 / f64::from(chips.max(1))
    })
}

/// Jobs of a stream as they come.
pub(super) fn arrivals(spec: &StreamSpec, seed: u64, number: u64, clock: &Clock) -> Arrivals {
    let moment = clock.moment(0.0);
    let stream = Stream {
        name: spec.name.clone(),
        kind: match spec.kind {
            TaskKind::Training => Kind::Training,
            TaskKind::Batch => Kind::Batch,
        },
        per_hour: spec.per_hour.value,
        day_swing: spec.day_swing.value,
        peak_hour_h: spec.peak_hour_h.value,
        weekend_share: spec.weekend_share.value,
        chips_median: spec.chips_median.value,
        chips_sigma: spec.chips_sigma.value,
        chips_max: spec.chips_max,
        work_median_s: spec.work_median_s.value,
        work_sigma: spec.work_sigma.value,
        asked_over_work: spec.asked_over_work.value,
        utilisation: spec.utilisation.value,
        priority: spec.priority.unwrap_or(0),
        preemptible: spec.preemptible,
        chip: spec.chip.clone(),
        growth_per_year: spec.growth_per_year.value - 1.0,
    };
    Arrivals::new(seed, number, stream, moment.hour, clock.weekday())
}

/// Takes every job through a tick that begins at `from_s` and lasts `dt_s`; with no length, jobs stand and ask for what
/// they would in steady work.
pub(super) fn advance(jobs: &mut Jobs, clock: &Clock, racks: &RackColumns, from_s: f64, dt_s: f64) {
    jobs.asked.fill(f64::NAN);
    for slot in 0..jobs.slots.len() {
        let Some(mut job) = jobs.slots[slot].take() else {
            continue;
        };
        replace_lost(jobs, &mut job, slot as u32, from_s);
        meter(jobs, &mut job, racks, dt_s);
        match job.job.kind {
            Kind::Serving => super::serving::advance(jobs, &mut job, clock, racks, from_s, dt_s),
            Kind::Training | Kind::Batch => work(jobs, &mut job, slot as u32, racks, from_s, dt_s),
        }
        let done = job.service.is_none() && job.progress.done_s() >= job.work_s;
        jobs.slots[slot] = Some(job);
        if done {
            jobs.end(slot, from_s + dt_s);
        }
    }
}

/// Puts spares in the place of units that cannot be used any more; without one the job waits.
fn replace_lost(jobs: &mut Jobs, job: &mut Running, slot: u32, now_s: f64) {
    let lost: Vec<usize> = (0..job.units.len())
        .filter(|k| jobs.pool.down[job.units[*k] as usize])
        .collect();
    if lost.is_empty() {
        job.stuck = false;
        return;
    }
    if !job.stuck && job.service.is_none() && job.progress.interruptions < u32::MAX {
        // Not by a failure of its own, which has been booked: power was lost, or a chip tripped.
        let other = lost.iter().find(|k| !jobs.broken[job.units[**k] as usize]);
        if let Some(k) = other.copied() {
            let cause = jobs.totals.by_cause.len() - 1;
            note(jobs, job, cause, Some(k), now_s);
            interrupt(jobs, job, cause);
        }
    }
    let mut missing = Vec::new();
    for k in lost {
        let failed = job.units[k];
        match jobs.replacement(failed) {
            Some(unit) => {
                jobs.pool.give_back(&[failed]);
                jobs.pool.take(&[unit], slot);
                job.units[k] = unit;
            }
            None => missing.push(failed),
        }
    }
    if job.service.is_some() {
        // The other replicas go on.
        jobs.pool.give_back(&missing);
        job.units.retain(|unit| !missing.contains(unit));
        missing.clear();
    }
    job.stuck = !missing.is_empty();
    job.chips = job.units.iter().map(|u| jobs.pool.units[*u as usize].chips).sum();
}

/// Keeps a stop of a job for those who ask why.
fn note(jobs: &mut Jobs, job: &Running, cause: usize, k: Option<usize>, time_s: f64) {
    if jobs.interruptions.len() >= super::MOST_RECORDS {
        return;
    }
    let unit = k.and_then(|k| jobs.pool.units.get(*job.units.get(k)? as usize));
    jobs.interruptions.push(Interruption {
        time_s,
        number: job.number,
        name: job.job.name.clone(),
        chips: job.chips,
        cause,
        rack: unit.map(|unit| unit.racks.start as u32),
        lost_s: if job.service.is_some() {
            0.0
        } else {
            job.progress.since_s
        },
    });
}

fn interrupt(jobs: &mut Jobs, job: &mut Running, cause: usize) {
    let restart_s = job.job.model.map_or(0.0, |m| jobs.workload.models[m].restart_s);
    let chips = f64::from(job.chips) / 3600.0;
    if job.job.kind == Kind::Training {
        let lost_s = job.progress.since_s;
        jobs.totals.lost_h += lost_s * chips;
        jobs.totals.useful_h -= lost_s * chips;
        jobs.totals.flop -= lost_s * job.flop_s;
    }
    job.progress.interrupt(restart_s);
    jobs.totals.interruptions += 1;
    if let Some(count) = jobs.totals.by_cause.get_mut(cause) {
        *count += 1;
    }
}

/// The failure of a unit of a job that is due now.
pub(super) fn strike(jobs: &mut Jobs, job: &mut Running, now_s: f64) {
    let Some(failures) = jobs.workload.failures.clone() else {
        return;
    };
    let (cause, victim) = job.risk.strike(&failures);
    let repair_h = failures.causes.get(cause).map_or(0.0, |cause| cause.repair_h.value);
    let breaks = repair_h > 0.0 && !job.units.is_empty();
    let k = ((victim * job.units.len() as f64) as usize).min(job.units.len().saturating_sub(1));
    note(jobs, job, cause, breaks.then_some(k), now_s);
    if job.service.is_some() {
        jobs.totals.interruptions += 1;
        jobs.totals.by_cause[cause] += 1;
    } else {
        interrupt(jobs, job, cause);
    }
    if breaks {
        let unit = job.units[k];
        jobs.broken[unit as usize] = true;
        jobs.pool.set_down(unit as usize, true);
        jobs.repairs.push((now_s + repair_h * 3600.0, unit));
    }
}

fn meter(jobs: &mut Jobs, job: &mut Running, racks: &RackColumns, dt_s: f64) {
    let of_units = job
        .units
        .iter()
        .flat_map(|u| jobs.pool.units[*u as usize].racks.clone());
    job.power_w = of_units.map(|rack| racks.cord_w[rack]).sum();
    let kwh = job.power_w * dt_s / 3.6e6;
    job.energy_kwh += kwh;
    jobs.totals.energy_kwh[job.job.kind as usize] += kwh;
}

/// Steps or batch work over a tick.
fn work(jobs: &mut Jobs, job: &mut Running, slot: u32, racks: &RackColumns, from_s: f64, dt_s: f64) {
    let model = job.job.model.map(|m| jobs.workload.models[m].clone());
    // Every rack of a job waits for the slowest.
    let mut slowest: f64 = 1.0;
    for unit in &job.units {
        let unit = &jobs.pool.units[*unit as usize];
        let clock = jobs.limits.clock(unit.hall) * job.clock;
        for rack in unit.racks.clone() {
            slowest = slowest.min(f64::from(racks.pace[rack]) * clock);
        }
    }
    job.slowest = slowest;
    job.pace = match &model {
        Some(model) => model.step.pace(slowest, job.excess),
        None => slowest,
    };
    let rates = Rates {
        pace: job.pace,
        interval_s: job.interval_s,
        write_s: model.as_ref().map_or(0.0, |model| model.checkpoint_s),
        work_s: job.work_s,
    };
    let chips = f64::from(job.chips) / 3600.0;
    let training = job.job.kind == Kind::Training;
    let mut left_s = dt_s;
    let mut spent = Spent::default();
    while left_s > 0.0 && !job.progress.finished(&rates) {
        if job.stuck {
            job.stuck_s += left_s;
            if training {
                jobs.totals.stuck_h += left_s * chips;
            }
            break;
        }
        let failure_s = job.risk.next_s(job.mtbf_s);
        let before_s = job.progress.done_s();
        let now = job.progress.advance(failure_s.min(left_s), &rates);
        let worked_s = job.progress.done_s() - before_s;
        let used_s = now.sum_s();
        job.worked_s += worked_s;
        job.risk.run(used_s, job.mtbf_s);
        spent += now;
        left_s -= used_s;
        if training {
            jobs.totals.useful_h += worked_s * chips;
            jobs.totals.slow_h += (now.steps_s - worked_s) * chips;
            jobs.totals.writing_h += now.writing_s * chips;
            jobs.totals.restarting_h += now.restarting_s * chips;
            jobs.totals.flop += worked_s * job.flop_s;
        }
        if failure_s <= used_s {
            strike(jobs, job, from_s + dt_s - left_s);
            replace_lost(jobs, job, slot, from_s + dt_s - left_s);
        } else if used_s <= 0.0 {
            break;
        }
    }
    if job.progress.finished(&rates) {
        // It gives its units back before the tick is over.
        jobs.totals.held_h[job.job.kind as usize] -= left_s * chips;
        jobs.totals.free_h += left_s * chips;
    }
    job.spent += spent;
    ask(jobs, job, model.as_ref(), &spent, racks, dt_s);
}

/// Sets what the job asks of its racks over the tick.
fn ask(
    jobs: &mut Jobs,
    job: &mut Running,
    model: Option<&crate::workload::plan::Model>,
    spent: &Spent,
    racks: &RackColumns,
    dt_s: f64,
) {
    let (steps, starts) = if dt_s > 0.0 {
        (spent.steps_s / dt_s, (spent.writing_s + spent.restarting_s) / dt_s)
    } else {
        (1.0, 0.0)
    };
    let starting = model.map_or(0.0, |model| model.checkpoint_utilisation);
    let of = |pace: f64, clock: f64| match model {
        Some(model) => model.step.utilisation(pace * clock, clock, job.slowest, job.excess),
        None => job.job.utilisation * clock,
    };
    let mut sum = 0.0;
    let mut count = 0.0_f64;
    let mut last = (f64::NAN, f64::NAN, 0.0);
    for unit in &job.units {
        let unit = &jobs.pool.units[*unit as usize];
        let clock = jobs.limits.clock(unit.hall) * job.clock;
        for rack in unit.racks.clone() {
            let pace = f64::from(racks.pace[rack]);
            // Nearly all racks are like the one before.
            if last.0 != pace || last.1 != clock {
                last = (pace, clock, of(pace, clock));
            }
            let utilisation = (steps * last.2 + starts * starting).clamp(0.0, 1.0);
            jobs.asked[rack] = utilisation;
            sum += utilisation;
            count += 1.0;
        }
    }
    job.utilisation = sum / count.max(1.0);
}
