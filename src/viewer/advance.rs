//! Runs the simulation beside the picture: as many ticks as are due, within a share of the frame.

use bevy::platform::time::Instant;
use bevy::prelude::*;
use rainier::sim::clock::Clock;

/// How fast simulated time goes.
#[derive(Resource, Debug, Clone)]
pub(crate) struct Pace {
    /// Simulated seconds per second.
    pub(crate) speed: f64,
    /// Whether it stands.
    pub(crate) paused: bool,
    /// Simulated seconds owed.
    owed_s: f64,
    /// Whether more was due than the frame's share allowed.
    pub(crate) behind: bool,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            speed: 600.0,
            paused: false,
            owed_s: 0.0,
            behind: false,
        }
    }
}

/// Share of a frame that the simulation may take, ms. One tick is always let through.
const BUDGET_MS: u128 = 8;

fn advance(world: &mut World) {
    let real_s = world.resource::<Time<Real>>().delta_secs_f64().min(0.25);
    let dt_s = world.resource::<Clock>().dt_s;
    {
        let mut pace = world.resource_mut::<Pace>();
        if pace.paused {
            pace.owed_s = 0.0;
            return;
        }
        pace.owed_s += real_s * pace.speed;
    }
    let started = Instant::now();
    while world.resource::<Pace>().owed_s >= dt_s {
        if world.resource::<Clock>().done() {
            // The scenario is over: the panels show its end.
            world.resource_mut::<Pace>().paused = true;
            break;
        }
        crate::cases::tick(world);
        let mut pace = world.resource_mut::<Pace>();
        pace.owed_s -= dt_s;
        if started.elapsed().as_millis() >= BUDGET_MS {
            // What does not fit is dropped: the picture stays alive and the clock says how fast it really goes.
            pace.behind = pace.owed_s >= dt_s;
            pace.owed_s = pace.owed_s.min(dt_s);
            return;
        }
    }
    world.resource_mut::<Pace>().behind = false;
}

pub(crate) fn plugin(app: &mut App) {
    app.init_resource::<Pace>();
    app.add_systems(Update, advance);
}
