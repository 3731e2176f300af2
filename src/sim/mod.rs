//! What happens: Bevy plugins on a fixed time step.
//!
//! One schedule, [`Tick`], holds one chain of system sets, [`TickSet`], that reads like the causal loop.
//! The same plugin runs headless, on the desktop and in the browser.

pub mod chips;
pub mod clock;
mod columns;
pub mod command;
pub mod cooling;
pub mod demand;
pub mod entities;
pub mod hall_meters;
pub mod jobs;
mod live;
pub mod meters;
pub mod ports;
pub mod power;
pub mod registry;
pub mod rules;
pub mod sample;
pub mod sense;
pub mod snapshot;
pub mod state;
mod step;
mod swap;
pub mod twin;
pub mod weather;
pub mod workers;
mod year;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;
use bevy_ecs::schedule::{LogLevel, ScheduleBuildSettings, ScheduleLabel, SingleThreadedExecutor};

pub use state::{AhuColumns, ChipColumns, HallColumns, PowerColumns, RackColumns, RowColumns};
pub use step::{STAGES, UnderWay, advance, finish, under_way};
pub use swap::swap_worlds;
pub use twin::Twin;

/// One fixed step of the simulation.
#[derive(ScheduleLabel, Debug, Clone, PartialEq, Eq, Hash)]
pub struct Tick;

/// Runs once when a scenario begins, before the campus settles: what adds to the simulation puts its own state into the world.
#[derive(ScheduleLabel, Debug, Clone, PartialEq, Eq, Hash)]
pub struct Begin;

/// Stages of a tick, in order; each runs once a tick, in the whole and in pieces. Their parts are [`cooling::CoolingSet`],
/// [`power::PowerSet`] and [`jobs::JobSet`].
#[derive(SystemSet, Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TickSet {
    /// Time moves; what is due by now is done.
    Clock,
    /// Outside air.
    Weather,
    /// What the chips are asked to do.
    Demand,
    /// Chips and racks turn power into heat.
    Chips,
    /// Halls and their air-handling units carry the heat away.
    Cooling,
    /// Feeds carry the load, with losses.
    PowerPath,
    /// What it comes to.
    Meters,
    /// Rules that are met order what follows.
    Rules,
    /// Whoever looks on remembers what was.
    Memory,
}

/// The whole simulation. Needs the resources that [`twin::install`] adds.
#[derive(Debug, Clone, Copy, Default)]
pub struct SimPlugin;

impl Plugin for SimPlugin {
    fn build(&self, app: &mut App) {
        let mut schedule = Schedule::new(Tick);
        schedule.set_build_settings(ScheduleBuildSettings {
            ambiguity_detection: LogLevel::Error,
            ..ScheduleBuildSettings::default()
        });
        // The causal chain has one order; parallel work is inside the stages, in `Workers`.
        schedule.set_executor(SingleThreadedExecutor::new());
        app.add_schedule(schedule);
        app.init_schedule(Begin);
        step::part(app);
        app.add_plugins((
            clock::plugin,
            weather::plugin,
            demand::plugin,
            jobs::plugin,
            chips::plugin,
            cooling::plugin,
            power::plugin,
            meters::plugin,
            ports::plugin,
            snapshot::plugin,
            hall_meters::plugin,
            rules::plugin,
        ));
    }
}
