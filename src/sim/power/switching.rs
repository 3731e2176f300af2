//! What switches, relays and gensets do by themselves, second by second while anything is under way.

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use super::gensets::{Did, Gensets, Plant, Unit};
use super::grid::{Grid, Loads};
use super::incidents::{Incidents, What};
use super::{RackPower, Relays, row_loads};
use crate::sim::clock::Clock;
use crate::sim::registry::{TwinState, same_lengths};
use crate::sim::state::{HallColumns, RackColumns};
use crate::sim::twin::Plan;
use crate::site::Campus;
use crate::site::campus::PowerKind;

/// Longest step while anything is under way, s. When nothing is, a tick is one step.
const STEP_S: f64 = 1.0;

/// Time for which gensets run on after the utility is back, s.
const COOL_S: f64 = 60.0;

/// Time after a block was taken off gensets until one is tried again, s: less would have them take it and drop it by
/// turns.
const HOLD_OFF_S: f64 = 300.0;

/// Timers of automatic switching.
#[derive(Resource, Debug, Clone, Default, Serialize, Deserialize)]
pub struct Timers {
    /// By node: time for which it has waited to go over to another source, s.
    wait_s: Vec<f64>,
    /// By node: time for which its voltage has been off its changer's target, s.
    pub(super) tap_s: Vec<f64>,
    /// Load that may go back to the utility without too steep a ramp, W.
    ramp_w: f64,
    /// Whether anything is under way.
    pub(super) busy: bool,
    /// The last incident that moved load.
    pub(super) last_change: Option<u32>,
}

impl TwinState for Timers {
    const NAME: &'static str = "switching timers";

    fn fits(&self, other: &Self) -> bool {
        same_lengths!(self, other: wait_s, tap_s)
    }
}

impl Timers {
    /// Nothing under way.
    #[must_use]
    pub fn new(nodes: usize) -> Self {
        Self {
            wait_s: vec![0.0; nodes],
            tap_s: vec![0.0; nodes],
            ..Self::default()
        }
    }

    /// Something has been done to the power path from outside, by this incident.
    pub fn disturb(&mut self, incident: Option<u32>) {
        self.busy = true;
        self.last_change = incident;
    }
}

/// All that a step works on.
struct Step<'a> {
    campus: &'a Campus,
    grid: &'a mut Grid,
    gensets: &'a mut Gensets,
    timers: &'a mut Timers,
    relays: &'a mut Relays,
    incidents: &'a mut Incidents,
    loads: &'a Loads,
    time_s: f64,
    dt_s: f64,
    /// Whether a switch has moved.
    moved: bool,
    /// Whether a timer runs.
    busy: bool,
}

pub(super) fn operate(
    plan: Res<Plan>,
    clock: Res<Clock>,
    racks: Res<RackColumns>,
    halls: Res<HallColumns>,
    mut grid: ResMut<Grid>,
    mut gensets: ResMut<Gensets>,
    mut timers: ResMut<Timers>,
    mut relays: ResMut<Relays>,
    mut incidents: ResMut<Incidents>,
    mut power: ResMut<RackPower>,
) {
    let campus = &*plan.0;
    let (from_s, dt_s) = (clock.time_s - clock.dt_s, clock.dt_s);
    power.unfed_s.fill(0.0);
    let steps = if timers.busy {
        (dt_s / STEP_S).ceil().max(1.0)
    } else {
        1.0
    };
    // While the campus settles no time passes in which anything could act.
    let quiet = clock.warming_up || !timers.busy && gensets.plants.iter().all(|plant| !plant.running());
    if !quiet {
        // Loads stand as they were in the last tick; racks that were without power ask for what they had before.
        let loads = row_loads(campus, &racks, &halls, &power);
        let before = grid.energised.clone();
        grid.trace(&campus.power);
        note_losses(campus, &mut grid, &before, timers.last_change);
        let _ = grid.solve(campus, &loads);
        let mut busy = false;
        for k in 0..steps as u32 {
            let mut step = Step {
                campus,
                grid: &mut grid,
                gensets: &mut gensets,
                timers: &mut timers,
                relays: &mut relays,
                incidents: &mut incidents,
                loads: &loads,
                time_s: from_s + (f64::from(k) + 1.0) * dt_s / steps,
                dt_s: dt_s / steps,
                moved: false,
                busy: false,
            };
            step.relays();
            step.plants();
            step.transfers();
            step.blocks();
            busy = step.busy || step.moved;
            let time_s = step.time_s;
            rows(campus, &grid, &mut incidents, &mut power, time_s, dt_s / steps);
        }
        timers.busy = busy;
    }
    for (row, cords) in campus.power.cords.iter().enumerate() {
        let fed = grid.any_energised(cords);
        power.fed[row] = fed;
        // A row without power at the end of a tick counts as without it for all of the tick.
        if !fed {
            power.unfed_s[row] = dt_s;
        }
    }
    for (hall, boards) in campus.power.boards.iter().enumerate() {
        power.plant_fed[hall] = grid.any_energised(boards);
    }
}

/// Counts the time that rows are without power, and reports those that begin to live on their batteries.
fn rows(campus: &Campus, grid: &Grid, incidents: &mut Incidents, power: &mut RackPower, time_s: f64, dt_s: f64) {
    let mut news: Vec<(Option<u32>, u32, u32)> = Vec::new();
    for (row, cords) in campus.power.cords.iter().enumerate() {
        let fed = grid.any_energised(cords);
        if fed || cords.iter().all(|cord| !grid.live[*cord as usize]) {
            if fed {
                power.on_battery[row] = None;
            }
            continue;
        }
        power.unfed_s[row] += dt_s;
        if power.on_battery[row].is_none() && power.dark[row] == 0 {
            // The last of its cords to go is the cause.
            let cause = grid.last_loss(cords);
            let racks = campus.rows[row].racks.len() as u32;
            let known = news.iter_mut().find(|(other, ..)| *other == cause);
            match known {
                Some((_, _, count)) => *count += racks,
                None => news.push((cause, cords[0], racks)),
            }
            power.on_battery[row] = Some(u32::MAX);
        }
    }
    for (cause, node, racks) in news {
        let place = cause
            .and_then(|cause| incidents.list[cause as usize].at.node())
            .unwrap_or(node);
        let number = incidents
            .push(time_s, place, What::OnBattery(racks), cause)
            .unwrap_or(0);
        for (row, cords) in campus.power.cords.iter().enumerate() {
            let same = grid.last_loss(cords) == cause;
            if power.on_battery[row] == Some(u32::MAX) && same {
                power.on_battery[row] = Some(number);
            }
        }
    }
}

impl Step<'_> {
    fn push(&mut self, node: usize, what: What, cause: Option<u32>) -> Option<u32> {
        self.incidents.push(self.time_s, node as u32, what, cause)
    }

    /// Finds what carries voltage after switches have moved, and where the load now flows.
    fn settle(&mut self) {
        let plan = &self.campus.power;
        let before = self.grid.energised.clone();
        self.grid.trace(plan);
        note_losses(self.campus, self.grid, &before, self.timers.last_change);
        if self.grid.solve(self.campus, self.loads).collapsed.is_some() {
            self.busy = true;
        }
    }

    /// Relays count, and open their breakers.
    fn relays(&mut self) {
        let plan = &self.campus.power;
        let mut tripped = Vec::new();
        for (node, of) in plan.nodes.iter().enumerate() {
            let Some(kind) = of.protection else { continue };
            if !self.grid.energised[node] {
                self.relays.share[node] = 0.0;
                continue;
            }
            let loading = self.grid.loading(plan, node);
            let relay = &self.relays.kinds[kind as usize];
            let share = &mut self.relays.share[node];
            if loading <= relay.pickup && *share == 0.0 {
                continue;
            }
            self.busy = true;
            if relay.step(share, loading, self.dt_s).is_some() {
                tripped.push((node, loading));
            }
        }
        for (node, loading) in tripped {
            let cause = self.overload_cause(node);
            let number = self.push(node, What::Tripped(loading), cause);
            self.grid.open(plan, node);
            self.grid.lost_by[node] = number;
            self.relays.share[node] = 0.0;
            self.timers.last_change = number;
            self.moved = true;
        }
        if self.moved {
            self.settle();
        }
    }

    /// Why a node carries more than it should: the loss of another cord of what it feeds, else the last change.
    fn overload_cause(&self, node: usize) -> Option<u32> {
        let plan = &self.campus.power;
        let lost = plan.cords.iter().filter(|cords| {
            let fed = |cord: &&u32| self.grid.energised[**cord as usize];
            cords
                .iter()
                .filter(fed)
                .any(|cord| self.grid.hangs_on(plan, *cord as usize, node))
        });
        lost.flatten()
            .filter_map(|cord| self.grid.lost_by[*cord as usize])
            .max()
            .or(self.timers.last_change)
    }

    /// Gensets start, join, stop and burn fuel.
    fn plants(&mut self) {
        let plan = &self.campus.power;
        let switching = &plan.switching;
        for (p, spec) in plan.gensets.iter().enumerate() {
            let (node, backs) = (spec.node as usize, spec.backs as usize);
            if !self.grid.live[backs] {
                continue;
            }
            let on_plant = self.grid.above(plan, backs) == Some(node);
            let fed = self.grid.energised[backs] && !on_plant;
            let waits = !fed && !self.grid.open[backs];
            let plant = &mut self.gensets.plants[p];
            if !plant.running() && !waits {
                plant.wait_s = 0.0;
                continue;
            }
            self.busy |= plant.starting() || (waits && !on_plant);
            if !plant.running() {
                plant.wait_s += self.dt_s;
                let able = plant.units.contains(&Unit::Off) && plant.fuel_l > 0.0;
                if able && plant.wait_s >= switching.start_after_s.value - 1e-9 {
                    plant.wait_s = 0.0;
                    plant.order(spec);
                    let cause = self.grid.lost_by[backs];
                    let number = self.push(node, What::Ordered, cause);
                    self.gensets.plants[p].ordered = number;
                } else if !able {
                    self.busy |= on_plant;
                }
                continue;
            }
            if fed {
                plant.wait_s += self.dt_s;
                self.busy = true;
                if plant.wait_s >= COOL_S {
                    plant.rest();
                    plant.wait_s = 0.0;
                    self.grid.units[node] = 0;
                    self.moved = true;
                    continue;
                }
            } else {
                plant.wait_s = 0.0;
            }
            let [load_w, _] = self.grid.out(node);
            let did = plant.step(spec, load_w, self.dt_s, self.gensets.seed, p as u64);
            self.report(p, node, did);
        }
    }

    fn report(&mut self, p: usize, node: usize, did: Vec<Did>) {
        let before = self.grid.units[node];
        for did in did {
            self.busy = true;
            let ordered = self.gensets.plants[p].ordered;
            match did {
                Did::Joined => {}
                Did::NoStart(unit) => {
                    let number = self.push(node, What::NoStart(unit), ordered);
                    self.gensets.plants[p].weakened = number;
                }
                Did::Stopped(unit) => {
                    let number = self.push(node, What::Stopped(unit), ordered);
                    self.gensets.plants[p].weakened = number;
                }
                Did::OutOfFuel => {
                    let number = self.push(node, What::OutOfFuel, ordered);
                    self.gensets.plants[p].weakened = number;
                }
            }
        }
        let now = self.gensets.plants[p].on_bus();
        if now != before {
            self.grid.units[node] = now;
            self.moved = true;
            if before == 0 {
                let ordered = self.gensets.plants[p].ordered;
                let _ = self.push(node, What::Ready(now), ordered);
            }
            if now < before {
                self.timers.last_change = self.gensets.plants[p].weakened;
            }
            if now == 0 {
                self.grid.lost_by[node] = self.gensets.plants[p].weakened;
            }
        }
    }

    /// Nodes with more than one source go over to another when theirs is dead, and back when a better one is steady.
    fn transfers(&mut self) {
        let plan = &self.campus.power;
        let switching = &plan.switching;
        let limit_w = plan.utility.ramp_limit_w_per_s.value;
        let most_w = limit_w * STEP_S.max(self.dt_s);
        self.timers.ramp_w = (self.timers.ramp_w + limit_w * self.dt_s).min(most_w);
        if self.moved {
            self.settle();
            self.moved = false;
            self.busy = true;
        }
        for (node, of) in plan.nodes.iter().enumerate() {
            if of.sources.len() < 2 || !self.grid.live[node] || self.grid.open[node] {
                continue;
            }
            let now = self.grid.source[node] as usize;
            let usable = |k: usize| {
                let source = of.sources[k] as usize;
                // A ring is closed onto the utility only: a neighbour's gensets are not sized for two buildings.
                let own = plan.nodes[source].kind == PowerKind::Genset;
                self.grid.energised[source]
                    && self.grid.usable(node, k)
                    && (own || self.grid.hangs_on(plan, source, 0))
                    && !self.grid.hangs_on(plan, source, node)
            };
            let wanted = (0..of.sources.len()).find(|k| *k != now && usable(*k));
            let dead = !usable(now);
            let Some(wanted) = wanted.filter(|k| dead || *k < now) else {
                self.timers.wait_s[node] = 0.0;
                continue;
            };
            self.busy = true;
            self.timers.wait_s[node] += self.dt_s;
            let after_s = if dead {
                &switching.transfer_after_s
            } else {
                &switching.return_after_s
            };
            if self.timers.wait_s[node] < after_s.value - 1e-9 {
                continue;
            }
            let from_gensets = plan.nodes[of.sources[now] as usize].kind == PowerKind::Genset;
            if from_gensets && !dead {
                // Back to the utility: no faster than its ramp allows.
                let [load_w, _] = self.grid.out(node);
                if load_w > self.timers.ramp_w && self.timers.ramp_w < most_w {
                    continue;
                }
                self.timers.ramp_w -= load_w;
            }
            let target = of.sources[wanted];
            let cause = self.grid.lost_by[node].or(self.timers.last_change).filter(|_| dead);
            let number = self.push(node, What::Transferred(target), cause);
            self.grid.source[node] = wanted as u8;
            self.timers.wait_s[node] = 0.0;
            self.timers.last_change = number;
            if plan.nodes[target as usize].kind == PowerKind::Genset {
                // Gensets take the building block by block.
                for (child, of) in plan.nodes.iter().enumerate() {
                    if of.kind == PowerKind::UnitTransformer && of.sources[0] as usize == node {
                        self.grid.shed[child] = true;
                        self.grid.lost_by[child] = number;
                    }
                }
            }
            self.settle();
            self.moved = true;
        }
    }

    /// Blocks of load come onto gensets one by one as far as these carry them, and off again if they do not.
    fn blocks(&mut self) {
        let plan = &self.campus.power;
        let switching = &plan.switching;
        for (p, spec) in plan.gensets.iter().enumerate() {
            let (node, backs) = (spec.node as usize, spec.backs as usize);
            let on_plant = self.grid.above(plan, backs) == Some(node);
            let rated_w = self.grid.rating_va(plan, node);
            let room_w = rated_w * switching.genset_limit.value;
            let blocks = || {
                let of_lineup = move |n: &usize| {
                    plan.nodes[*n].kind == PowerKind::UnitTransformer && plan.nodes[*n].sources[0] as usize == backs
                };
                (0..plan.nodes.len()).filter(of_lineup)
            };
            if on_plant && self.grid.energised[node] && self.grid.out(node)[0] > room_w {
                // Off with the last blocks until the rest is carried.
                let mut over_w = self.grid.out(node)[0] - room_w;
                for block in blocks().collect::<Vec<_>>().into_iter().rev() {
                    if over_w <= 0.0 {
                        break;
                    }
                    if self.grid.energised[block] {
                        over_w -= self.grid.out(block)[0];
                        let cause = self.why_short(p);
                        let number = self.push(block, What::Shed, cause);
                        self.grid.shed[block] = true;
                        self.grid.lost_by[block] = number;
                        self.timers.last_change = number;
                        self.moved = true;
                    }
                }
                self.gensets.plants[p].block_s = switching.block_s.value - HOLD_OFF_S;
                self.busy = true;
                continue;
            }
            let plant: &mut Plant = &mut self.gensets.plants[p];
            plant.block_s += self.dt_s;
            if !self.grid.energised[backs] || plant.block_s < switching.block_s.value - 1e-9 {
                self.busy |= self.grid.energised[backs] && blocks().any(|n| self.grid.shed[n]);
                continue;
            }
            let Some(block) = blocks().find(|n| self.grid.shed[*n]) else {
                continue;
            };
            let load_w = self.load_if_fed(block);
            let fits = !on_plant
                || (self.grid.out(node)[0] + load_w <= room_w && load_w <= rated_w * spec.spec.block_share.value);
            if fits {
                self.grid.shed[block] = false;
                self.gensets.plants[p].block_s = 0.0;
                self.moved = true;
            }
            // Blocks that do not fit wait for units that are still to come, or for the other line-up to take its part.
            let starting = self.gensets.plants[p].starting();
            if !fits && !starting {
                let known = self.grid.lost_by[block].map(|n| self.incidents.list[n as usize].what);
                if !matches!(known, Some(What::Shed | What::Refused(..))) {
                    let cause = self.why_short(p);
                    let waiting: Vec<usize> = blocks().filter(|n| self.grid.shed[*n]).collect();
                    let out = self.gensets.plants[p].failed();
                    let number = self.push(node, What::Refused(waiting.len() as u32, out), cause);
                    for block in waiting {
                        self.grid.lost_by[block] = number;
                    }
                    self.moved = true;
                }
            }
            self.busy |= fits || starting;
        }
        if self.moved {
            self.settle();
        }
    }

    /// Why a plant carries less than it is asked to: what weakened it since it was ordered, and through that the order
    /// and what it was for. Units that were broken from outside are no reason to run: there the order is, and how many
    /// are out is told beside it.
    fn why_short(&self, p: usize) -> Option<u32> {
        let plant = &self.gensets.plants[p];
        let broken = |n: &u32| matches!(self.incidents.list[*n as usize].what, What::Broke(_));
        let since = |n: &u32| plant.ordered.is_none_or(|ordered| *n > ordered);
        let weakened = plant.weakened.filter(|n| since(n) && !broken(n));
        weakened.or(plant.ordered).or(plant.weakened)
    }

    /// What a block would carry if it had voltage, W.
    fn load_if_fed(&self, block: usize) -> f64 {
        let plan = &self.campus.power;
        let behind = |node: u32| {
            let board = &plan.nodes[node as usize];
            board.sources.first().is_some_and(|source| *source as usize == block)
        };
        let mut load_w = 0.0;
        for (row, cords) in plan.cords.iter().enumerate() {
            let others = self.grid.count_energised(cords);
            let own = cords
                .iter()
                .any(|cord| self.grid.above(plan, *cord as usize).is_some_and(|b| behind(b as u32)));
            if own {
                load_w += self.loads.row[row][0] / (others + 1) as f64;
            }
        }
        for (hall, boards) in plan.boards.iter().enumerate() {
            if boards.iter().any(|board| behind(*board)) {
                let others = self.grid.count_energised(boards);
                load_w += self.loads.plant[hall][0] / (others + 1) as f64;
            }
        }
        load_w
    }
}

/// Hands the cause on to what is without voltage, from the top down; what has it again forgets.
pub(super) fn note_losses(campus: &Campus, grid: &mut Grid, before: &[bool], last: Option<u32>) {
    let plan = &campus.power;
    // Nodes stand after their usual sources but for line-ups behind rings: a second pass settles those.
    for _ in 0..2 {
        for (node, before) in before.iter().enumerate() {
            if grid.energised[node] {
                grid.lost_by[node] = None;
            } else if grid.live[node] && !grid.open[node] && !grid.shed[node] {
                let above = grid.above(plan, node).and_then(|above| grid.lost_by[above]);
                let own = grid.lost_by[node].or(if *before { last } else { None });
                grid.lost_by[node] = above.or(own);
            }
        }
    }
}
