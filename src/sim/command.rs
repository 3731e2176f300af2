//! Commands: the only way in which anything outside the simulation changes it. A scenario's events, the
//! panels of the view and the page's scripts all come through here.

use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;
use serde::{Deserialize, Serialize};

use super::clock::Clock;
use super::cooling::{Loops, Loss, SetPoint, SetPoints, ThermalWatch, WaterSupply};
use super::demand::Demand;
use super::jobs::Jobs;
use super::live::{HallParts, Shared, halls_of};
use super::meters::Prices;
use super::power::gensets::{Gensets, Unit};
use super::power::grid::Grid;
use super::power::incidents::{At, Incidents, What};
use super::power::switching::Timers;
use super::power::{Relays, Switchgear};
use super::registry::TwinState;
use super::rules::Rules;
use super::state::{AhuColumns, ChipColumns, UnitMode, chip_flag};
use super::twin::Plan;
use super::weather::WeatherOffset;
use crate::site::Campus;
use crate::site::campus::{Found, Hall};
use crate::workload::Job;

/// A change to the world.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// Opens a node of the power path, by index: all below it loses that feed.
    OpenFeed(u32),
    /// Closes it again.
    CloseFeed(u32),
    /// Breaks units of a node of the power path: gensets of a plant, or transformers in parallel.
    BreakNode {
        /// Node.
        node: u32,
        /// How many.
        count: u32,
    },
    /// Repairs all units of a node.
    RepairNode(u32),
    /// Breaks cooling units of a hall: the first `count` of those that still run.
    FailUnits {
        /// Hall.
        hall: usize,
        /// How many.
        count: u32,
    },
    /// Repairs all cooling units of a hall.
    RepairUnits {
        /// Hall.
        hall: usize,
    },
    /// Takes air-handling units of a hall out of service to change their filters: the first `count` of those that run.
    ServiceUnits {
        /// Hall.
        hall: usize,
        /// How many.
        count: u32,
    },
    /// Breaks coolant distribution units of a hall.
    FailCdus {
        /// Hall.
        hall: usize,
        /// How many.
        count: u32,
    },
    /// Repairs all coolant distribution units of a hall.
    RepairCdus {
        /// Hall.
        hall: usize,
    },
    /// Cuts the site's water, or brings it back.
    SupplyWater(bool),
    /// Starts all chips of a hall again that have tripped.
    RestartChips {
        /// Hall.
        hall: usize,
    },
    /// Gives power to a building or hall that has had none.
    Energise {
        /// Building or hall.
        at: Found,
    },
    /// Takes a building or hall out of service.
    Deenergise {
        /// Building or hall.
        at: Found,
    },
    /// Sets the utilisation asked of a place, 0 to 1; everywhere without a place.
    SetUtilisation {
        /// Place.
        at: Option<Found>,
        /// Utilisation.
        utilisation: f64,
    },
    /// Moves the dry bulb by so many K, with the moisture unchanged.
    OffsetWeather(f64),
    /// Brings so many µg/m³ of particles into the air.
    Smoke(f64),
    /// Holds the IT power of a place, or of the site, to a limit; lifts it without one. Only jobs can be slowed.
    CapPower {
        /// Building or hall; the site without one.
        at: Option<Found>,
        /// Limit, W.
        limit_w: Option<f64>,
    },
    /// Moves a set point of the units of a building or hall; to that of the plan without a value.
    SetPoint {
        /// Building or hall.
        at: Found,
        /// Set point.
        what: SetPoint,
        /// Its value, in its own unit.
        value: Option<f64>,
    },
    /// Gives energy another price, $/MWh; that of the tariff without one.
    EnergyPrice(Option<f64>),
    /// Asks for a job now.
    SubmitJob(Box<Job>),
}

impl Command {
    /// Commands that put back what this one is about to change of switches, units and gensets; none for one that changes
    /// nothing there.
    #[must_use]
    pub fn undone_by(&self, campus: &Campus, grid: &Grid, gensets: &Gensets, units: &AhuColumns) -> Vec<Self> {
        let failed_of_hall = |hall: usize| {
            let of = campus.halls.get(hall).map_or(0..0, |hall| hall.units.clone());
            of.filter(|unit| units.mode[*unit] == UnitMode::Failed).count() as u32
        };
        // All is repaired, and as much broken again as was before.
        match *self {
            Self::OpenFeed(node) => vec![Self::CloseFeed(node)],
            Self::CloseFeed(node) => vec![Self::OpenFeed(node)],
            Self::BreakNode { node, .. } | Self::RepairNode(node) => {
                let count = broken(campus, grid, gensets, node as usize);
                let again = (count > 0).then_some(Self::BreakNode { node, count });
                std::iter::once(Self::RepairNode(node)).chain(again).collect()
            }
            Self::FailUnits { hall, .. } | Self::RepairUnits { hall } => {
                let count = failed_of_hall(hall);
                let again = (count > 0).then_some(Self::FailUnits { hall, count });
                std::iter::once(Self::RepairUnits { hall }).chain(again).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// Commands to carry out at the start of the next tick.
#[derive(Resource, Debug, Clone, Default, Serialize, Deserialize)]
pub struct CommandQueue(pub Vec<Command>);

impl TwinState for CommandQueue {
    const NAME: &'static str = "command queue";
}

/// A scenario's events, in order of time.
#[derive(Resource, Debug, Clone, Default, Serialize, Deserialize)]
pub struct Timeline {
    /// Time in s since the start, and what happens then.
    #[serde(skip)]
    pub events: Vec<(f64, Command)>,
    /// Events done.
    pub done: usize,
}

impl TwinState for Timeline {
    const NAME: &'static str = "timeline";

    fn regain(&mut self, other: Self) {
        self.events = other.events;
    }
}

/// What has happened, for logs and reports: tick and command. Bounded; the oldest are dropped.
#[derive(Resource, Debug, Clone, Default, Serialize, Deserialize)]
pub struct CommandLog(pub std::collections::VecDeque<(u64, Command)>);

impl TwinState for CommandLog {
    const NAME: &'static str = "command log";
}

/// Longest command log.
const LOG_LENGTH: usize = 1_000;

pub(super) fn apply_due(
    plan: Res<Plan>,
    clock: Res<Clock>,
    (mut queue, mut timeline, mut rules): (ResMut<CommandQueue>, ResMut<Timeline>, ResMut<Rules>),
    mut log: ResMut<CommandLog>,
    mut grid: ResMut<Grid>,
    mut gensets: ResMut<Gensets>,
    mut timers: ResMut<Timers>,
    mut incidents: ResMut<Incidents>,
    mut cooling: CoolingParts,
    (mut demand, mut offset, mut prices): (ResMut<Demand>, ResMut<WeatherOffset>, ResMut<Prices>),
    mut jobs: Option<ResMut<Jobs>>,
    mut halls: HallParts,
    mut relays: ResMut<Relays>,
) {
    let ordered = rules.due(clock.time_s);
    // A tick covers the time up to its end; an event takes effect from the start of the tick it falls in.
    while let Some((at_s, command)) = timeline.events.get(timeline.done)
        && *at_s < clock.time_s
    {
        queue.0.push(command.clone());
        timeline.done += 1;
    }
    let from_s = clock.time_s - clock.dt_s;
    let queued = queue.0.drain(..).map(|command| (command, None));
    for (command, cause) in queued.chain(ordered) {
        match &command {
            Command::OpenFeed(n)
            | Command::CloseFeed(n)
            | Command::BreakNode { node: n, .. }
            | Command::RepairNode(n)
                if (*n as usize) < plan.0.power.nodes.len() =>
            {
                let what = switch(&plan.0, &command, *n as usize, &mut grid, &mut gensets);
                let number = incidents.push(from_s, *n, what, cause);
                grid.lost_by[*n as usize] = number;
                if let Some(p) = plan.0.power.gensets.iter().position(|plant| plant.node == *n) {
                    gensets.plants[p].weakened = number.filter(|_| matches!(what, What::Broke(_)));
                }
                timers.disturb(number);
            }
            Command::OpenFeed(_) | Command::CloseFeed(_) | Command::BreakNode { .. } | Command::RepairNode(_) => {}
            Command::FailUnits { .. }
            | Command::RepairUnits { .. }
            | Command::ServiceUnits { .. }
            | Command::FailCdus { .. }
            | Command::RepairCdus { .. }
            | Command::SupplyWater(_)
            | Command::RestartChips { .. } => {
                cooling.carry_out(&plan.0, &command, from_s, cause, &mut incidents);
            }
            Command::Energise { at } | Command::Deenergise { at } => {
                let live = matches!(command, Command::Energise { .. });
                let shared = Shared {
                    units: &mut cooling.units,
                    chips: &mut cooling.chips,
                    watch: &mut cooling.watch,
                    incidents: &mut incidents,
                };
                let mut gear = Switchgear {
                    grid: &mut grid,
                    gensets: &mut gensets,
                    timers: &mut timers,
                    relays: &mut relays,
                };
                halls.set_live(&plan.0, *at, live, (from_s, cause), shared, &mut gear);
            }
            Command::SetUtilisation { at, utilisation } => demand.set(&plan.0, *at, *utilisation),
            Command::OffsetWeather(kelvin) => offset.0.dry_bulb_k = *kelvin,
            Command::CapPower { at, limit_w } => {
                if let Some(jobs) = &mut jobs {
                    jobs.limits.set(*at, *limit_w);
                }
            }
            Command::Smoke(particles_ug_m3) => offset.0.particles_ug_m3 = *particles_ug_m3,
            Command::SetPoint { at, what, value } => {
                let halls = halls_of(&plan.0, *at);
                for hall in halls.clone() {
                    let moved = What::SetPoint(*what, *value);
                    let number = incidents.push_at(from_s, At::Hall(hall as u32), moved, cause);
                    cooling.watch.halls[hall].lose(Loss::SetPoints, number.filter(|_| value.is_some()));
                }
                cooling.set.set(&plan.0, halls, *what, *value);
            }
            Command::EnergyPrice(price) => {
                for terms in &mut prices.terms {
                    terms.set_energy_price(*price);
                }
                let _ = incidents.push_at(from_s, At::Site, What::EnergyPrice(*price), cause);
            }
            Command::SubmitJob(job) => {
                if let Some(jobs) = &mut jobs {
                    let _ = incidents.push_at(from_s, At::Site, What::JobAsked(job.chips), cause);
                    let mut job = (**job).clone();
                    job.submit_s = from_s;
                    jobs.ask(job);
                }
            }
        }
        if log.0.len() == LOG_LENGTH {
            log.0.pop_front();
        }
        log.0.push_back((clock.tick, command));
    }
}

/// The parts of cooling that commands act upon.
#[derive(SystemParam)]
pub(super) struct CoolingParts<'w> {
    units: ResMut<'w, AhuColumns>,
    chips: ResMut<'w, ChipColumns>,
    loops: ResMut<'w, Loops>,
    water: ResMut<'w, WaterSupply>,
    watch: ResMut<'w, ThermalWatch>,
    set: ResMut<'w, SetPoints>,
}

impl CoolingParts<'_> {
    /// Sends running units of a hall into a mode; says how many are out of service then.
    fn take_out(&mut self, hall: &Hall, count: u32, mode: UnitMode) -> u32 {
        let able = |u: &usize| self.units.mode[*u] != UnitMode::Failed && self.units.mode[*u] != mode;
        let chosen: Vec<usize> = hall.units.clone().filter(able).take(count as usize).collect();
        for unit in &chosen {
            self.units.mode[*unit] = mode;
            self.units.mode_s[*unit] = 0.0;
        }
        let out = |u: &usize| matches!(self.units.mode[*u], UnitMode::Failed | UnitMode::Maintenance);
        hall.units.clone().filter(out).count() as u32
    }

    /// Reports that what was taken from a hall's cooling is back.
    fn take_back(
        &mut self,
        hall: usize,
        loss: Loss,
        what: What,
        (from_s, because): (f64, Option<u32>),
        incidents: &mut Incidents,
    ) {
        let watch = &mut self.watch.halls[hall];
        let cause = because.or(watch.lost_by(loss));
        let number = incidents.push_at(from_s, At::Hall(hall as u32), what, cause);
        watch.regain(loss, number, from_s);
    }

    fn carry_out(
        &mut self,
        campus: &Campus,
        command: &Command,
        from_s: f64,
        because: Option<u32>,
        incidents: &mut Incidents,
    ) {
        let of_hall = |hall: &usize| campus.halls.get(*hall).map(|plan| (At::Hall(*hall as u32), plan));
        match command {
            Command::FailUnits { hall, count } | Command::ServiceUnits { hall, count } => {
                let Some((at, plan)) = of_hall(hall) else { return };
                let mode = match command {
                    Command::FailUnits { .. } => UnitMode::Failed,
                    _ => UnitMode::Maintenance,
                };
                let lost = self.take_out(plan, *count, mode);
                let number = incidents.push_at(from_s, at, What::UnitsLost(lost), because);
                self.watch.halls[*hall].lose(Loss::Units, number);
            }
            Command::RepairUnits { hall } => {
                let Some((_, plan)) = of_hall(hall) else { return };
                for unit in plan.units.clone() {
                    if self.units.mode[unit] == UnitMode::Failed {
                        self.units.mode[unit] = UnitMode::Free;
                        self.units.mode_s[unit] = f64::MAX;
                    }
                }
                self.take_back(*hall, Loss::Units, What::UnitsBack, (from_s, because), incidents);
            }
            Command::FailCdus { hall, count } => {
                let Some((at, plan)) = of_hall(hall) else { return };
                let Some(liquid) = plan.liquid else { return };
                let state = &mut self.loops.0[*hall];
                state.broken = state.broken.saturating_add(*count).min(liquid.cdus);
                let number = incidents.push_at(from_s, at, What::CdusLost(state.broken), because);
                self.watch.halls[*hall].lose(Loss::Cdus, number);
            }
            Command::RepairCdus { hall } => {
                let Some(_) = of_hall(hall) else { return };
                self.loops.0[*hall].broken = 0;
                self.take_back(*hall, Loss::Cdus, What::CdusBack, (from_s, because), incidents);
            }
            Command::SupplyWater(on) if self.water.0 != *on => {
                self.water.0 = *on;
                let what = if *on { What::WaterBack } else { What::WaterCut };
                let cut = self.watch.halls.iter().find_map(|watch| watch.lost_by(Loss::Water));
                let number = incidents.push_at(from_s, At::Site, what, because.or(cut));
                for watch in &mut self.watch.halls {
                    if *on {
                        watch.regain(Loss::Water, number, from_s);
                    } else {
                        watch.lose(Loss::Water, number);
                    }
                }
            }
            Command::RestartChips { hall } => {
                let Some((_, plan)) = of_hall(hall) else { return };
                for flags in &mut self.chips.flags[campus.chips_of(plan.racks.clone())] {
                    // Throttled first: a chip that is still hot must not start at full power.
                    if *flags & chip_flag::TRIPPED != 0 {
                        *flags = chip_flag::THROTTLED;
                    }
                }
            }
            _ => {}
        }
    }
}

/// Units of a node that are broken now.
fn broken(campus: &Campus, grid: &Grid, gensets: &Gensets, node: usize) -> u32 {
    let mut plants = campus.power.gensets.iter().zip(&gensets.plants);
    match plants.find(|(plant, _)| plant.node as usize == node) {
        Some((_, plant)) => plant.failed(),
        None => {
            let whole = campus.power.nodes.get(node).map_or(0, |of| of.units);
            whole.saturating_sub(grid.units.get(node).copied().unwrap_or(whole))
        }
    }
}

/// Moves a switch or breaks units of a node.
fn switch(campus: &Campus, command: &Command, node: usize, grid: &mut Grid, gensets: &mut Gensets) -> What {
    let plant = campus
        .power
        .gensets
        .iter()
        .position(|plant| plant.node as usize == node);
    let mut plant = plant.map(|p| &mut gensets.plants[p]);
    match command {
        Command::OpenFeed(_) => {
            grid.open(&campus.power, node);
            What::Opened
        }
        Command::CloseFeed(_) => {
            grid.close(node);
            What::Closed
        }
        Command::BreakNode { count, .. } => {
            match &mut plant {
                Some(plant) => {
                    let whole = plant.units.iter_mut().filter(|unit| **unit != Unit::Failed);
                    whole.take(*count as usize).for_each(|unit| *unit = Unit::Failed);
                    grid.units[node] = plant.on_bus();
                }
                None => grid.units[node] = grid.units[node].saturating_sub(*count),
            }
            What::Broke(broken(campus, grid, gensets, node))
        }
        _ => {
            match &mut plant {
                Some(plant) => {
                    let broken = plant.units.iter_mut().filter(|unit| **unit == Unit::Failed);
                    broken.for_each(|unit| *unit = Unit::Off);
                }
                None => grid.units[node] = campus.power.nodes[node].units,
            }
            What::Repaired
        }
    }
}
