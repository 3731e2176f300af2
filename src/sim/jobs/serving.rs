//! Services: their load follows the day, the week and growth; their replicas follow the load.

use super::running::{Running, mtbf_s, strike};
use super::{Jobs, LOOK_S};
use crate::num::{cos, pow};
use crate::sim::chips::Kernels;
use crate::sim::clock::Clock;
use crate::sim::state::{HallColumns, RackColumns};
use crate::site::Campus;
use crate::workload::files::ServiceSpec;
use crate::workload::place::{self, Ask, Decision};
use crate::workload::{Job, Kind};

/// Load that is left over replicas before some are given back, share of the wanted ones.
const SLACK: f64 = 0.1;

/// The job that a service is.
pub(super) fn job(spec: &ServiceSpec) -> Job {
    Job {
        name: spec.name.clone(),
        kind: Kind::Serving,
        submit_s: 0.0,
        chips: 0,
        chip: spec.chip.clone(),
        priority: spec.priority.unwrap_or(0),
        preemptible: false,
        flop: None,
        work_s: f64::INFINITY,
        asked_s: f64::INFINITY,
        utilisation: spec.target_utilisation.value,
        model: None,
    }
}

/// Load of a service at a time, in chips at full utilisation: a wave over the day, less at the weekend, growing.
#[must_use]
pub(super) fn load_chips(spec: &ServiceSpec, hour_h: f64, weekday: u32, time_s: f64) -> f64 {
    let (peak, trough) = (spec.peak_chips.value, spec.trough_share.value);
    let angle = (hour_h - spec.peak_hour_h.value) / 24.0 * std::f64::consts::TAU;
    let day = trough + (1.0 - trough) * 0.5 * (1.0 + cos(angle));
    let week = if weekday >= 5 { spec.weekend_share.value } else { 1.0 };
    peak * day * week * pow(spec.growth_per_year.value, time_s / 31_557_600.0)
}

/// Gives services the units that their load needs, and takes back what it does not.
pub(super) fn scale(
    jobs: &mut Jobs,
    campus: &Campus,
    kernels: &Kernels,
    halls: &HallColumns,
    racks: &RackColumns,
    clock: &Clock,
) {
    let moment = clock.moment(0.0);
    let from_s = (clock.time_s - clock.dt_s).max(0.0);
    // Every look at the queue, not every tick: replicas take a while to load.
    let due = clock.warming_up() || (from_s / LOOK_S).floor() != ((from_s - clock.dt_s) / LOOK_S).floor();
    if !due {
        return;
    }
    for slot in 0..jobs.slots.len() {
        let Some((service, held, priority)) = jobs.slots[slot]
            .as_ref()
            .and_then(|job| Some((job.service?, job.chips, job.job.priority)))
        else {
            continue;
        };
        let spec = jobs.workload.services[service].clone();
        let load = load_chips(&spec, moment.hour, clock.weekday_now(), clock.time_s);
        let replica = f64::from(spec.replica_chips);
        let wanted = (load / spec.target_utilisation.value).max(f64::from(spec.least_chips));
        let wanted = (wanted / replica).ceil() * replica;
        if f64::from(held) < wanted {
            let ask = place::Waiting {
                ask: Ask {
                    chips: (wanted - f64::from(held)).ceil() as u32,
                    kind: super::kind_of(campus, spec.chip.as_deref()),
                    utilisation: spec.target_utilisation.value,
                },
                priority,
                submit_s: from_s,
                asked_s: f64::INFINITY,
            };
            grow(jobs, campus, kernels, halls, racks, slot as u32, ask, from_s);
        } else if f64::from(held) > wanted * (1.0 + SLACK) {
            let Some(job) = jobs.slots[slot].as_mut() else { continue };
            let mut given = Vec::new();
            while let Some(unit) = job.units.last().copied() {
                let chips = jobs.pool.units[unit as usize].chips;
                if f64::from(job.chips - chips) < wanted {
                    break;
                }
                job.units.pop();
                job.chips -= chips;
                given.push(unit);
            }
            jobs.pool.give_back(&given);
            jobs.changed = true;
        }
    }
}

/// As many of the units that a service lacks as there is room for.
fn grow(
    jobs: &mut Jobs,
    campus: &Campus,
    kernels: &Kernels,
    halls: &HallColumns,
    racks: &RackColumns,
    slot: u32,
    mut ask: place::Waiting,
    now_s: f64,
) {
    let rules = jobs.workload.placement.clone();
    // All of it, with preemption; else what fits, halving: a service takes what it can get.
    for attempt in 0..6 {
        let room = jobs.limits.room(campus, kernels, halls, racks, &jobs.pool);
        let decisions = place::schedule(
            &jobs.pool,
            std::slice::from_ref(&ask),
            &jobs.holders(rules.preempt && attempt == 0),
            rules.policy,
            false,
            now_s,
            &room.conditions(),
        );
        let mut placed = false;
        for decision in decisions {
            match decision {
                Decision::Preempt { slot } => jobs.preempt(slot, now_s),
                Decision::Start { units, .. } => {
                    jobs.pool.take(&units, slot);
                    let chips: u32 = units.iter().map(|u| jobs.pool.units[*u as usize].chips).sum();
                    if let Some(job) = jobs.slots[slot as usize].as_mut() {
                        job.units.extend(units);
                        job.chips += chips;
                    }
                    placed = true;
                }
            }
        }
        if placed || ask.ask.chips < 2 {
            return;
        }
        ask.ask.chips /= 2;
    }
}

/// A service over a tick.
pub(super) fn advance(jobs: &mut Jobs, job: &mut Running, clock: &Clock, racks: &RackColumns, from_s: f64, dt_s: f64) {
    let Some(service) = job.service else { return };
    let spec = &jobs.workload.services[service];
    let load = load_chips(spec, clock.moment(0.0).hour, clock.weekday_now(), clock.time_s);
    let speed = |jobs: &Jobs, rack: usize, hall: u32| f64::from(racks.pace[rack]) * jobs.limits.clock(hall) * job.clock;
    // What its replicas can serve, in chips at full utilisation.
    let mut able = 0.0;
    for unit in &job.units {
        let unit = &jobs.pool.units[*unit as usize];
        let each = f64::from(unit.chips) / unit.racks.len() as f64;
        able += unit
            .racks
            .clone()
            .map(|rack| each * speed(jobs, rack, unit.hall))
            .sum::<f64>();
    }
    let served = load.min(able);
    let share = if able > 0.0 { served / able } else { 0.0 };
    job.load_chips = [load, load - served];
    let hours = dt_s / 3600.0;
    jobs.totals.served_h[0] += served * hours;
    jobs.totals.served_h[1] += (load - served) * hours;
    for unit in &job.units {
        let unit = &jobs.pool.units[*unit as usize];
        let clock = jobs.limits.clock(unit.hall) * job.clock;
        for rack in unit.racks.clone() {
            jobs.asked[rack] = (share * clock).clamp(0.0, 1.0);
        }
    }
    job.utilisation = share;
    job.pace = 1.0;
    job.spent.steps_s += dt_s;
    let mtbf_s = mtbf_s(&jobs.workload, job.chips);
    let mut left_s = dt_s;
    while job.chips > 0 && job.risk.next_s(mtbf_s) <= left_s {
        let next_s = job.risk.next_s(mtbf_s);
        left_s -= next_s;
        strike(jobs, job, from_s + dt_s - left_s);
    }
    job.risk.run(left_s, mtbf_s);
}
