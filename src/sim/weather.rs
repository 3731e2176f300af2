//! Outside air: a typical year made from normals and design conditions, or a recorded one; and what a scenario changes.

use bevy_app::App;
use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use super::clock::Clock;
use super::registry::{RegisterState, TwinState};
use super::{Tick, TickSet, year};
use crate::num::{cos, lerp};
use crate::physics::air;
use crate::scenario::Spell;
pub use crate::site::calendar::Moment;
use crate::site::epw::Epw;
use crate::site::load::Weather;

/// Fine particles (PM2.5) where the weather says nothing, µg/m³. Estimate: the yearly mean that the United States allow
/// since 2024 (EPA, 40 CFR 50.20), about which much of the country lies.
pub const USUAL_PARTICLES_UG_M3: f64 = 9.0;

/// Outside air now.
#[derive(Resource, Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Outside {
    /// Dry bulb, °C.
    pub dry_bulb_c: f64,
    /// Wet bulb, °C.
    pub wet_bulb_c: f64,
    /// Dew point, °C; never above the dry bulb.
    pub dew_point_c: f64,
    /// Relative humidity, 0 to 1.
    pub relative_humidity: f64,
    /// Humidity ratio, kg/kg.
    pub humidity_ratio: f64,
    /// Wind, m/s.
    pub wind_m_s: f64,
    /// Station pressure, Pa.
    pub pressure_pa: f64,
    /// Airborne particles, fine ones (PM2.5), µg/m³.
    pub particles_ug_m3: f64,
}

impl TwinState for Outside {
    const NAME: &'static str = "outside air";
}

/// What is added to the weather.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Change of the dry bulb, K.
    pub dry_bulb_k: f64,
    /// Change of the dew point, K. At 0 the moisture stays as it is.
    pub dew_point_k: f64,
    /// Airborne particles, µg/m³.
    pub particles_ug_m3: f64,
}

impl Change {
    /// This change and a share of another.
    fn plus(self, other: Self, share: f64) -> Self {
        Self {
            dry_bulb_k: self.dry_bulb_k + other.dry_bulb_k * share,
            dew_point_k: self.dew_point_k + other.dew_point_k * share,
            particles_ug_m3: self.particles_ug_m3 + other.particles_ug_m3 * share,
        }
    }
}

/// Change of the weather for the whole scenario, which commands set.
#[derive(Resource, Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct WeatherOffset(pub Change);

impl TwinState for WeatherOffset {
    const NAME: &'static str = "weather offset";
}

/// Spells of a scenario.
#[derive(Resource, Debug, Clone, Default)]
pub struct Spells(pub Vec<Spell>);

impl Spells {
    /// What they add at a time, s since the start, to a change.
    #[must_use]
    pub fn added_to(&self, change: Change, time_s: f64) -> Change {
        self.0
            .iter()
            .fold(change, |sum, spell| sum.plus(spell.change(), spell.share(time_s)))
    }
}

impl Spell {
    /// What it adds at its height.
    #[must_use]
    pub fn change(&self) -> Change {
        Change {
            dry_bulb_k: self.dry_bulb_k.unwrap_or(0.0),
            dew_point_k: self.dew_point_k.unwrap_or(0.0),
            particles_ug_m3: self.particles_ug_m3.unwrap_or(0.0),
        }
    }

    /// How much of it there is at a time, s since the start: 0 to 1, with shoulders of half a cosine.
    #[must_use]
    pub fn share(&self, time_s: f64) -> f64 {
        let inside_s = (time_s - self.at_s).min(self.at_s + self.lasts_s - time_s);
        if inside_s <= 0.0 {
            0.0
        } else if inside_s >= self.ramp_s {
            1.0
        } else {
            0.5 - 0.5 * cos(inside_s / self.ramp_s * std::f64::consts::PI)
        }
    }
}

/// Where the weather comes from.
#[derive(Resource, Debug, Clone)]
pub enum Climate {
    /// A typical year, made from normals and design conditions with seeded noise.
    Made(Box<Made>),
    /// As it was recorded.
    Recorded(Epw),
}

/// A made year.
#[derive(Debug, Clone)]
pub struct Made {
    year: year::Year,
    pressure_pa: f64,
    particles_ug_m3: f64,
}

impl Climate {
    /// The weather of a site at an elevation in m. The seed makes the passing weather between normals.
    #[must_use]
    pub fn new(weather: Weather, elevation_m: f64, seed: u32) -> Self {
        match weather {
            Weather::Normals(file) => {
                let pressure_pa = air::standard_pressure_pa(elevation_m);
                Self::Made(Box::new(Made {
                    year: year::typical(&file, pressure_pa, seed),
                    pressure_pa,
                    particles_ug_m3: file
                        .particles_ug_m3
                        .map_or(USUAL_PARTICLES_UG_M3, |figure| figure.value),
                }))
            }
            Weather::Hourly(epw) => Self::Recorded(epw),
        }
    }

    /// Outside air at a moment, with what is added to it.
    #[must_use]
    pub fn at(&self, moment: Moment, change: Change) -> Outside {
        let ([dry_bulb_c, dew_point_c, pressure_pa, wind_m_s], particles_ug_m3) = match self {
            Self::Made(made) => (made.at(moment), made.particles_ug_m3),
            Self::Recorded(epw) => (epw.at(moment), USUAL_PARTICLES_UG_M3),
        };
        let dry_bulb_c = dry_bulb_c + change.dry_bulb_k;
        let dew_point_c = (dew_point_c + change.dew_point_k).min(dry_bulb_c);
        let relative_humidity = air::relative_humidity_from_dew_point(dry_bulb_c, dew_point_c);
        Outside {
            dry_bulb_c,
            wet_bulb_c: air::wet_bulb_c(dry_bulb_c, relative_humidity, pressure_pa),
            dew_point_c,
            relative_humidity,
            humidity_ratio: air::humidity_ratio(dry_bulb_c, relative_humidity, pressure_pa),
            wind_m_s,
            pressure_pa,
            particles_ug_m3: (particles_ug_m3 + change.particles_ug_m3).max(0.0),
        }
    }

    /// The moments of the year at which a value is given rather than interpolated.
    fn moments(&self) -> impl Iterator<Item = Moment> + '_ {
        let count = match self {
            Self::Made(_) => year::HOURS,
            Self::Recorded(epw) => epw.dry_bulb_c.len(),
        };
        (0..count).map(|k| match self {
            Self::Made(_) => Moment::of_hour(k as f64, false),
            Self::Recorded(epw) => epw.moment(k),
        })
    }

    /// The moment of the year with the highest of a reading, and the air then; the first of equals.
    #[must_use]
    pub fn extreme(&self, reading: fn(&Outside) -> f64) -> (Moment, Outside) {
        let start = Moment::of_hour(0.0, false);
        let first = (start, self.at(start, Change::default()));
        self.moments().fold(first, |best, moment| {
            let outside = self.at(moment, Change::default());
            if reading(&outside) > reading(&best.1) {
                (moment, outside)
            } else {
                best
            }
        })
    }

    /// The moment of the year with the highest dry bulb.
    #[must_use]
    pub fn hottest_hour(&self) -> (Moment, Outside) {
        self.extreme(|outside| outside.dry_bulb_c)
    }

    /// The moment of the year with the highest wet bulb.
    #[must_use]
    pub fn highest_wet_bulb_hour(&self) -> (Moment, Outside) {
        self.extreme(|outside| outside.wet_bulb_c)
    }
}

impl Made {
    /// Dry bulb and dew point, °C, pressure, Pa, and wind, m/s, at a moment of any year: straight lines between hours.
    fn at(&self, moment: Moment) -> [f64; 4] {
        let (a, b, share) = moment.days(false);
        let of = |column: &[f64]| {
            let value = |day: usize| {
                let at = day as f64 * 24.0 + moment.hour;
                let (hour, share) = (at.floor() as usize % year::HOURS, at - at.floor());
                lerp(column[hour], column[(hour + 1) % year::HOURS], share)
            };
            lerp(value(a), value(b), share)
        };
        let year = &self.year;
        [
            of(&year.dry_bulb_c),
            of(&year.dew_point_c),
            self.pressure_pa,
            of(&year.wind_m_s),
        ]
    }
}

fn blow(
    clock: Res<Clock>,
    climate: Res<Climate>,
    offset: Res<WeatherOffset>,
    spells: Res<Spells>,
    mut outside: ResMut<Outside>,
) {
    // The tick's middle stands for the tick, so that long and short ticks see the same day.
    let back_s = -0.5 * clock.dt_s;
    let change = spells.added_to(offset.0, clock.time_s + back_s);
    *outside = climate.at(clock.moment(back_s), change);
}

pub(super) fn plugin(app: &mut App) {
    app.register_state::<Outside>()
        .register_state::<WeatherOffset>()
        .register_given::<Spells>()
        .register_given::<Climate>();
    app.add_systems(Tick, blow.in_set(TickSet::Weather));
}
