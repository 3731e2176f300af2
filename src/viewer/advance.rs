//! Runs the simulation beside the picture: as many ticks as are due, piece by piece, within a share of the frame.

use std::time::Duration;

use bevy::platform::time::Instant;
use bevy::prelude::*;
use rainier::num;
use rainier::sim::clock::Clock;

/// How fast simulated time goes.
#[derive(Resource, Debug, Clone)]
pub(crate) struct Pace {
    /// Simulated seconds per second.
    pub(crate) speed: f64,
    /// Whether it stands.
    pub(crate) paused: bool,
    /// Whether somebody else steps the simulation: a walk from picture to picture.
    pub(crate) held: bool,
    /// Simulated seconds owed.
    owed_s: f64,
    /// Whether more was due than the frame's share allowed.
    pub(crate) behind: bool,
    /// Simulated seconds per second as they come to be, over the last few seconds.
    pub(crate) rate: f64,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            speed: 600.0,
            paused: false,
            held: false,
            owed_s: 0.0,
            behind: false,
            rate: 0.0,
        }
    }
}

impl Pace {
    /// At the speed of the start, stepped by somebody else.
    pub(crate) fn held() -> Self {
        Self {
            paused: true,
            held: true,
            ..Self::default()
        }
    }
}

/// Share of a frame that the simulation may take.
const SHARE: f64 = 0.25;

/// Time over which the rate that is come to is averaged, s.
const RATE_OVER_S: f64 = 2.0;

/// Least and most of that, ms: what is left of a frame is for the picture, and pieces of a tick have a length.
const BUDGET_MS: [f64; 2] = [2.0, 12.0];

/// What the simulation has taken of the last frame.
#[derive(Resource, Debug, Clone, Copy, Default)]
pub(crate) struct Took(pub(crate) Duration);

fn advance(world: &mut World) {
    let started = Instant::now();
    let tick = world.resource::<Clock>().tick;
    step(world, started);
    world.resource_mut::<Took>().0 = started.elapsed();
    let real_s = world.resource::<Time<Real>>().delta_secs_f64();
    let clock = world.resource::<Clock>();
    let simulated_s = clock.tick.saturating_sub(tick) as f64 * clock.dt_s;
    let mut pace = world.resource_mut::<Pace>();
    if !pace.paused && real_s > 0.0 {
        let share = 1.0 - num::exp(-real_s / RATE_OVER_S);
        pace.rate += (simulated_s / real_s - pace.rate) * share;
    }
}

/// Does what is due and fits into the frame that has begun.
fn step(world: &mut World, started: Instant) {
    let real_s = world.resource::<Time<Real>>().delta_secs_f64().min(0.25);
    let dt_s = world.resource::<Clock>().dt_s;
    {
        let mut pace = world.resource_mut::<Pace>();
        if pace.paused || pace.held {
            (pace.owed_s, pace.behind, pace.rate) = (0.0, false, 0.0);
            // What is under way ends, so that what stands is one moment.
            crate::cases::finish(world);
            return;
        }
        pace.owed_s += real_s * pace.speed;
    }
    let budget_ms = (real_s * 1e3 * SHARE).clamp(BUDGET_MS[0], BUDGET_MS[1]);
    let may = || started.elapsed().as_secs_f64() * 1e3 < budget_ms;
    while world.resource::<Pace>().owed_s >= dt_s {
        if world.resource::<Clock>().done() {
            // The scenario is over: the panels show its end.
            world.resource_mut::<Pace>().paused = true;
            break;
        }
        let ended = crate::cases::go_on(world, may);
        let mut pace = world.resource_mut::<Pace>();
        if ended {
            pace.owed_s -= dt_s;
        }
        if !may() {
            // What does not fit is dropped: the picture stays alive and the clock says how fast it really goes.
            pace.behind = pace.owed_s >= 2.0 * dt_s;
            pace.owed_s = pace.owed_s.min(2.0 * dt_s);
            return;
        }
    }
    world.resource_mut::<Pace>().behind = false;
}

pub(crate) fn plugin(app: &mut App) {
    app.init_resource::<Pace>();
    app.init_resource::<Took>();
    app.add_systems(Update, advance);
}
