//! The only notion of time: ticks of a fixed length since a local standard start time.

use bevy_app::App;
use bevy_ecs::prelude::*;
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use super::command::{CommandLog, CommandQueue, Timeline};
use super::registry::{RegisterState, TwinState};
use super::twin::Plan;
use super::{Tick, TickSet};
use crate::site::calendar::Moment;

/// Simulated time.
#[derive(Resource, Debug, Clone, Serialize, Deserialize)]
pub struct Clock {
    /// Ticks done.
    pub tick: u64,
    /// Length of a tick, s.
    pub dt_s: f64,
    /// Time at the end of the last tick, s since the start.
    pub time_s: f64,
    /// Time at which the scenario ends, s since the start.
    #[serde(skip)]
    pub end_s: f64,
    /// Local standard time of the start.
    #[serde(skip)]
    pub start: DateTime,
    /// Local standard time less UTC, h.
    #[serde(skip)]
    pub utc_offset_h: f64,
    /// Latitude and longitude, degrees.
    #[serde(skip)]
    pub place_deg: [f64; 2],
    /// While the campus settles before its scenario begins, time stands.
    pub(super) warming_up: bool,
}

impl TwinState for Clock {
    const NAME: &'static str = "clock";

    fn regain(&mut self, other: Self) {
        *self = Self {
            tick: self.tick,
            dt_s: self.dt_s,
            time_s: self.time_s,
            warming_up: self.warming_up,
            ..other
        };
    }
}

impl Clock {
    /// Local standard time now.
    #[must_use]
    pub fn now(&self) -> DateTime {
        self.then(0.0)
    }

    /// Local standard time so many seconds from now.
    fn then(&self, from_now_s: f64) -> DateTime {
        let span = jiff::SignedDuration::from_millis(((self.time_s + from_now_s) * 1000.0) as i64);
        self.start.checked_add(span).unwrap_or(DateTime::MAX)
    }

    /// Local standard time at the begin of the last tick.
    #[must_use]
    pub fn tick_start(&self) -> DateTime {
        self.then(-self.dt_s)
    }

    /// Local date and time, to the second.
    #[must_use]
    pub fn label(&self) -> String {
        self.now().strftime("%a %d %b %Y %H:%M:%S").to_string()
    }

    /// The moment so many seconds from now.
    #[must_use]
    pub fn moment(&self, from_now_s: f64) -> Moment {
        let then = self.then(from_now_s);
        let seconds = f64::from(then.second()) + f64::from(then.subsec_nanosecond()) / 1e9;
        let [month, day] = [then.month(), then.day()].map(|n| n.unsigned_abs().into());
        Moment {
            leap_year: then.in_leap_year(),
            month,
            day,
            hour: f64::from(then.hour()) + f64::from(then.minute()) / 60.0 + seconds / 3600.0,
        }
    }

    /// Weekday of the start: 0 for Monday.
    #[must_use]
    pub fn weekday(&self) -> u32 {
        self.start.weekday().to_monday_zero_offset().unsigned_abs().into()
    }

    /// Weekday now: 0 for Monday.
    #[must_use]
    pub fn weekday_now(&self) -> u32 {
        self.now().weekday().to_monday_zero_offset().unsigned_abs().into()
    }

    /// Elevation and azimuth of the sun, degrees.
    #[must_use]
    pub fn sun_deg(&self) -> (f64, f64) {
        let epoch = jiff::civil::date(2000, 1, 1).at(12, 0, 0, 0);
        let days = self.start.duration_since(epoch).as_secs_f64() / 86_400.0;
        let utc_days = days + (self.time_s / 3600.0 - self.utc_offset_h) / 24.0;
        crate::physics::sun::sun_position_deg(utc_days, self.place_deg[0], self.place_deg[1])
    }

    /// Whether the campus still settles before its scenario begins.
    #[must_use]
    pub fn warming_up(&self) -> bool {
        self.warming_up
    }

    /// Whether the scenario is over.
    #[must_use]
    pub fn done(&self) -> bool {
        self.time_s >= self.end_s - 1e-9
    }
}

fn advance(mut clock: ResMut<Clock>) {
    if clock.warming_up {
        return;
    }
    clock.tick += 1;
    clock.time_s = clock.tick as f64 * clock.dt_s;
}

pub(super) fn plugin(app: &mut App) {
    app.register_state::<Clock>()
        .register_state::<CommandQueue>()
        .register_state::<CommandLog>()
        .register_state::<Timeline>()
        .register_given::<Plan>();
    app.add_systems(
        Tick,
        (advance, super::command::apply_due).chain().in_set(TickSet::Clock),
    );
}
