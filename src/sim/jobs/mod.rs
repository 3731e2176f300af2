//! Jobs on the campus: they come, wait, get their places, get on as fast as their slowest chip, fail, start again and end.
//!
//! What a job does within a tick is found exactly ([`crate::workload::progress`]), so that ticks of a second and of five
//! minutes tell the same story. Interruptions come when a job's own sum of risk passes a threshold that its key draws:
//! neither ticks nor other jobs move them.

pub mod equipment;
mod failures;
mod limits;
pub mod records;
mod running;
mod serving;

use std::collections::VecDeque;
use std::sync::Arc;

use bevy_app::App;
use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use self::failures::Risk;
use self::limits::Limits;
use self::records::{Ending, Interruption, Record, Totals};
pub use self::running::Running;
use super::chips::Kernels;
use super::clock::Clock;
use super::registry::{RegisterState, TwinState, same_lengths};
use super::state::{HallColumns, RackColumns};
use super::twin::Plan;
use super::{Tick, TickSet};
use crate::site::Campus;
use crate::workload::Job;
use crate::workload::place::{self, Ask, Decision, FREE, Pool};
use crate::workload::plan::Workload;
use crate::workload::synthetic::Upcoming;

/// Parts of jobs: the first in [`TickSet::Demand`], the other in [`TickSet::Meters`].
#[derive(SystemSet, Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobSet {
    /// Jobs arrive, get their places, get on, stop and end.
    Run,
    /// Cooling and power equipment fails by its own risk.
    EquipmentFailures,
}

/// Most jobs that wait; later ones are turned away and counted.
pub const MOST_WAITING: usize = 20_000;

/// Most records of ended jobs that are kept until somebody takes them; the oldest are dropped and counted.
pub const MOST_RECORDS: usize = 50_000;

/// Longest time between two looks at the queue while nothing has changed, s: room comes and goes with the weather.
const LOOK_S: f64 = 600.0;

/// Holder of units that are kept free to take the place of failed ones.
const SPARE: u32 = FREE - 1;

/// Random streams of jobs.
mod stream {
    pub(super) const RISK: u64 = 100;
    pub(super) const CAUSE: u64 = 101;
    pub(super) const VICTIM: u64 = 102;
    pub(super) const EQUIPMENT: u64 = 103;
}

/// A job that waits.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Waiting {
    /// The job.
    pub job: Job,
    /// Its number, in the order in which jobs came.
    pub number: u64,
    /// Work that it had done before it lost its place, s at full pace.
    pub kept_s: f64,
    /// How often it lost its place.
    pub preempted: u32,
    /// Interruptions before it lost its place.
    pub interruptions: u32,
}

/// What units of a rack kind can do.
#[derive(Debug, Clone, Copy)]
struct KindFigures {
    /// Dense BF16 speed of a chip, FLOP/s.
    flop_s: f64,
}

/// All jobs of a campus.
#[derive(Resource, Clone, Serialize, Deserialize)]
pub struct Jobs {
    /// What was asked for.
    #[serde(skip)]
    pub workload: Arc<Workload>,
    /// Units, who holds them, and which cannot be used.
    pub pool: Pool,
    /// Jobs that wait, in the order in which they came.
    pub waiting: Vec<Waiting>,
    /// Jobs that hold units, by slot.
    pub slots: Vec<Option<Running>>,
    /// Where the time of all chips went.
    pub totals: Totals,
    /// Records of jobs that ended, until somebody takes them.
    #[serde(skip)]
    pub records: VecDeque<Record>,
    /// Records that were dropped.
    #[serde(skip)]
    pub records_dropped: u64,
    /// Stops of jobs, until somebody takes them; no more than [`MOST_RECORDS`] at once.
    #[serde(skip)]
    pub interruptions: Vec<Interruption>,
    /// Limits on power.
    pub limits: Limits,
    seed: u64,
    #[serde(skip)]
    kinds: Vec<KindFigures>,
    /// Next of the jobs with a time.
    next: usize,
    arrivals: Vec<Upcoming>,
    /// When which failed unit can be used again, s.
    repairs: Vec<(f64, u32)>,
    /// Units that wait for a repair.
    broken: Vec<bool>,
    numbers: u64,
    changed: bool,
    looked_s: f64,
    /// Utilisation asked of each rack by its job in this tick; NaN without one.
    pub(super) asked: Vec<f64>,
}

impl TwinState for Jobs {
    const NAME: &'static str = "jobs";

    // Records and stops wait for whoever writes them down: they are not what the next tick stands on.
    fn regain(&mut self, other: Self) {
        (self.workload, self.kinds) = (other.workload, other.kinds);
    }

    fn fits(&self, other: &Self) -> bool {
        same_lengths!(self, other: pool.units, pool.used_by, pool.down, broken, asked, arrivals)
    }
}

impl Jobs {
    /// A workload at the start of a scenario.
    #[must_use]
    pub fn new(workload: Arc<Workload>, campus: &Campus, clock: &Clock, seed: u32) -> Self {
        let pool = Pool::of(campus);
        let kinds = campus
            .rack_kinds
            .iter()
            .map(|kind| KindFigures {
                flop_s: kind.chip.bf16_tflops.value * 1e12,
            })
            .collect();
        let seed = u64::from(seed);
        let arrivals = workload
            .streams
            .iter()
            .enumerate()
            .map(|(n, (spec, _))| Upcoming::new(running::arrivals(spec, seed, n as u64, clock)))
            .collect();
        let units = pool.units.len();
        let limits = Limits::new(&workload, campus);
        let mut jobs = Self {
            pool,
            waiting: Vec::new(),
            slots: Vec::new(),
            totals: Totals::new(&workload),
            records: VecDeque::new(),
            records_dropped: 0,
            interruptions: Vec::new(),
            limits,
            seed,
            kinds,
            next: 0,
            arrivals,
            repairs: Vec::new(),
            broken: vec![false; units],
            numbers: 0,
            changed: true,
            looked_s: 0.0,
            asked: vec![f64::NAN; campus.racks()],
            workload,
        };
        for n in 0..jobs.workload.services.len() {
            let service = serving::job(&jobs.workload.services[n]);
            let running = Running::service(service, jobs.numbers, n);
            jobs.numbers += 1;
            jobs.slots.push(Some(running));
        }
        jobs
    }

    /// Jobs that hold units.
    pub fn running(&self) -> impl Iterator<Item = &Running> {
        self.slots.iter().flatten()
    }

    /// The job that holds a rack.
    #[must_use]
    pub fn of_rack(&self, rack: usize) -> Option<&Running> {
        self.slots.get(self.slot_of_rack(rack)? as usize)?.as_ref()
    }

    /// Slot of the job that holds a rack.
    #[must_use]
    pub fn slot_of_rack(&self, rack: usize) -> Option<u32> {
        let slot = self.pool.used_by[self.pool.unit_of(rack)?];
        (slot < SPARE).then_some(slot)
    }

    /// Whether a rack is kept free to take the place of a failed one.
    #[must_use]
    pub fn is_spare(&self, rack: usize) -> bool {
        let unit = self.pool.unit_of(rack);
        unit.is_some_and(|unit| self.pool.used_by[unit] == SPARE)
    }

    /// Whether the unit of a rack waits for a repair.
    #[must_use]
    pub fn is_broken(&self, rack: usize) -> bool {
        self.pool.unit_of(rack).is_some_and(|unit| self.broken[unit])
    }

    /// Takes the records of jobs that ended since they were last taken.
    pub fn take_records(&mut self) -> Vec<Record> {
        self.records.drain(..).collect()
    }

    /// Takes the stops of jobs up to now.
    pub fn take_interruptions(&mut self) -> Vec<Interruption> {
        std::mem::take(&mut self.interruptions)
    }

    /// Records of the jobs that still run, as they stand.
    #[must_use]
    pub fn open_records(&self, now_s: f64) -> Vec<Record> {
        self.running()
            .map(|job| job.record(now_s, Ending::Runs, &self.workload))
            .collect()
    }

    fn keep_record(&mut self, record: Record) {
        self.totals.count(&record);
        if self.records.len() >= MOST_RECORDS {
            self.records.pop_front();
            self.records_dropped += 1;
        }
        self.records.push_back(record);
    }

    /// Jobs that have been asked for by now.
    fn arrive(&mut self, until_s: f64) {
        let mut come: Vec<Job> = Vec::new();
        while let Some(job) = self.workload.jobs.get(self.next).filter(|job| job.submit_s < until_s) {
            come.push(job.clone());
            self.next += 1;
        }
        for (arrivals, (_, model)) in self.arrivals.iter_mut().zip(&self.workload.streams) {
            while let Some(mut job) = arrivals.next_before(until_s) {
                job.model = *model;
                come.push(job);
            }
        }
        come.sort_by(|a, b| a.submit_s.total_cmp(&b.submit_s));
        for job in come {
            self.ask(job);
        }
    }

    /// Puts a job in the queue from outside; one too many is turned away and counted.
    pub(super) fn ask(&mut self, job: Job) {
        self.totals.asked += 1;
        if self.waiting.len() >= MOST_WAITING {
            self.totals.turned_away += 1;
            return;
        }
        self.waiting.push(Waiting {
            job,
            number: self.numbers,
            kept_s: 0.0,
            preempted: 0,
            interruptions: 0,
        });
        self.numbers += 1;
        self.changed = true;
    }

    /// Units that can be used: live, with power, with no tripped chip, not broken.
    fn look_at_units(&mut self, live: &[bool], racks: &RackColumns) {
        for u in 0..self.pool.units.len() {
            let unit = &self.pool.units[u];
            let up = live[unit.hall as usize] && !self.broken[u] && racks.all_compute(unit.racks.clone());
            if self.pool.down[u] == up {
                self.pool.set_down(u, !up);
                self.changed |= up;
            }
        }
    }

    fn mend(&mut self, now_s: f64) {
        let mut k = 0;
        while k < self.repairs.len() {
            let (ready_s, unit) = self.repairs[k];
            if ready_s <= now_s {
                self.broken[unit as usize] = false;
                self.repairs.swap_remove(k);
            } else {
                k += 1;
            }
        }
    }

    /// Keeps so many units of each kind free to take the place of failed ones, spread over the halls.
    fn keep_spares(&mut self) {
        let share = self.workload.placement.spare_share.value;
        for k in 0..self.kinds.len() {
            let of_kind = |unit: &place::Unit| unit.kind as usize == k;
            let usable = (0..self.pool.units.len())
                .filter(|u| of_kind(&self.pool.units[*u]) && !self.pool.down[*u])
                .count();
            let wanted = (usable as f64 * share).floor() as usize;
            let kept = (0..self.pool.units.len())
                .filter(|u| of_kind(&self.pool.units[*u]) && self.pool.used_by[*u] == SPARE && !self.pool.down[*u])
                .count();
            if kept >= wanted {
                continue;
            }
            // Every so many units one, so that a spare is near whatever fails.
            let free: Vec<u32> = (0..self.pool.units.len() as u32)
                .filter(|u| of_kind(&self.pool.units[*u as usize]) && self.pool.is_free(*u as usize))
                .collect();
            let missing = (wanted - kept).min(free.len());
            let chosen: Vec<u32> = (0..missing)
                .map(|n| free[((n as f64 + 0.5) * free.len() as f64 / missing as f64) as usize])
                .collect();
            self.pool.take(&chosen, SPARE);
        }
    }

    /// Gives waiting jobs their places.
    fn schedule(&mut self, campus: &Campus, kernels: &Kernels, halls: &HallColumns, racks: &RackColumns, now_s: f64) {
        if self.waiting.is_empty() || !(self.changed || now_s - self.looked_s >= LOOK_S) {
            return;
        }
        (self.changed, self.looked_s) = (false, now_s);
        let asks: Vec<place::Waiting> = self
            .waiting
            .iter()
            .map(|waiting| place::Waiting {
                ask: Ask {
                    chips: waiting.job.chips,
                    kind: kind_of(campus, waiting.job.chip.as_deref()),
                    utilisation: waiting.job.utilisation,
                },
                priority: waiting.job.priority,
                submit_s: waiting.job.submit_s,
                asked_s: waiting.job.asked_s,
            })
            .collect();
        let room = self.limits.room(campus, kernels, halls, racks, &self.pool);
        let rules = &self.workload.placement;
        let decisions = place::schedule(
            &self.pool,
            &asks,
            &self.holders(rules.preempt),
            rules.policy,
            rules.backfill,
            now_s,
            &room.conditions(),
        );
        let mut started = Vec::new();
        for decision in decisions {
            match decision {
                Decision::Preempt { slot } => self.preempt(slot, now_s),
                Decision::Start { waiting, units } => {
                    self.start(waiting, units, now_s);
                    started.push(waiting);
                }
            }
        }
        started.sort_unstable();
        for waiting in started.into_iter().rev() {
            self.waiting.remove(waiting);
        }
    }

    /// Jobs that hold units, as placement sees them.
    fn holders(&self, preempt: bool) -> Vec<place::Running<'_>> {
        let slots = self.slots.iter().enumerate();
        let jobs = slots.filter_map(|(slot, job)| Some(job.as_ref()?.holder(slot as u32, preempt)));
        jobs.collect()
    }

    /// A slot that no job holds.
    fn free_slot(&mut self) -> usize {
        self.slots.iter().position(Option::is_none).unwrap_or_else(|| {
            self.slots.push(None);
            self.slots.len() - 1
        })
    }

    fn start(&mut self, waiting: usize, units: Vec<u32>, now_s: f64) {
        let slot = self.free_slot();
        self.pool.take(&units, slot as u32);
        let from = &self.waiting[waiting];
        let chips: u32 = units.iter().map(|u| self.pool.units[*u as usize].chips).sum();
        let kind = units.first().map_or(0, |u| self.pool.units[*u as usize].kind);
        let flop_s = self.kinds[kind as usize].flop_s;
        let mut job = Running::start(from, units, chips, flop_s, &self.workload, now_s);
        job.risk = Risk::new(self.seed, stream::RISK, from.number, from.interruptions);
        self.totals.started += 1;
        self.totals.wait_s += (now_s - from.job.submit_s.max(0.0)).max(0.0);
        self.slots[slot] = Some(job);
    }

    /// Takes a job's place; it waits again, with what its last checkpoint keeps.
    fn preempt(&mut self, slot: u32, now_s: f64) {
        let Some(job) = self.slots[slot as usize].take() else {
            return;
        };
        self.pool.give_back(&job.units);
        let record = job.record(now_s, Ending::Preempted, &self.workload);
        self.keep_record(record);
        self.waiting.push(job.waiting());
        self.changed = true;
    }

    fn end(&mut self, slot: usize, now_s: f64) {
        let Some(job) = self.slots[slot].take() else {
            return;
        };
        self.pool.give_back(&job.units);
        let record = job.record(now_s, Ending::Done, &self.workload);
        self.keep_record(record);
        self.changed = true;
    }

    /// A unit that can take the place of a failed one: a spare of its kind, or else a free one, the nearest by number.
    fn replacement(&mut self, failed: u32) -> Option<u32> {
        let kind = self.pool.units[failed as usize].kind;
        let nearest = |by: u32| {
            let fits =
                |u: &usize| self.pool.units[*u].kind == kind && self.pool.used_by[*u] == by && !self.pool.down[*u];
            let units = (0..self.pool.units.len()).filter(fits);
            units.min_by_key(|u| (*u as i64 - i64::from(failed)).abs())
        };
        let unit = nearest(SPARE).or_else(|| nearest(FREE))? as u32;
        self.pool.give_back(&[unit]);
        Some(unit)
    }
}

/// Rack kind that holds a chip of a name; the first of several.
fn kind_of(campus: &Campus, chip: Option<&str>) -> Option<u32> {
    place::kinds_with(campus, chip?).first().copied()
}

/// Runs all jobs over a tick.
fn run(
    plan: Res<Plan>,
    clock: Res<Clock>,
    kernels: Res<Kernels>,
    jobs: Option<ResMut<Jobs>>,
    racks: Res<RackColumns>,
    halls: Res<HallColumns>,
) {
    let Some(mut jobs) = jobs else { return };
    let (jobs, campus) = (&mut *jobs, &*plan.0);
    let stands = clock.warming_up();
    let (from_s, dt_s) = if stands {
        (0.0, 0.0)
    } else {
        (clock.time_s - clock.dt_s, clock.dt_s)
    };
    jobs.arrive(clock.time_s.max(1e-9));
    jobs.mend(from_s);
    jobs.look_at_units(&halls.live, &racks);
    jobs.keep_spares();
    serving::scale(jobs, campus, &kernels, &halls, &racks, &clock);
    jobs.schedule(campus, &kernels, &halls, &racks, from_s);
    let clocks = {
        let job_w = jobs.capped_w(campus, &kernels);
        jobs.limits.hold(campus, &kernels, &halls, &job_w)
    };
    for job in jobs.slots.iter_mut().flatten() {
        job.clock = clocks.get(&job.job.name).copied().unwrap_or(1.0);
    }
    jobs.totals.most_waiting = jobs.totals.most_waiting.max(jobs.waiting.len());
    let slots = &jobs.slots;
    let kind_of = |slot: u32| slots.get(slot as usize)?.as_ref().map(|job| job.job.kind);
    jobs.totals.watch(&jobs.pool, SPARE, dt_s / 3600.0, kind_of);
    running::advance(jobs, &clock, &racks, from_s, dt_s);
}

pub(super) fn plugin(app: &mut App) {
    app.register_state::<Jobs>()
        .register_state::<equipment::EquipmentRisk>();
    let run = run.in_set(JobSet::Run);
    app.add_systems(Tick, run.in_set(TickSet::Demand).before(super::demand::ask));
    let fail = equipment::fail.in_set(JobSet::EquipmentFailures);
    app.add_systems(Tick, fail.in_set(TickSet::Meters));
}
