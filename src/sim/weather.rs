//! Outside air: a year made from monthly normals, with passing weather from seeded noise, or a recorded one.

use bevy_app::App;
use bevy_ecs::prelude::*;
use noise::{NoiseFn, Perlin};

use super::clock::Clock;
use super::{Tick, TickSet};
use crate::num::{cos, lerp};
use crate::physics::air;
use crate::site::epw::Epw;
use crate::site::files::WeatherFile;
use crate::site::load::Weather;

/// Outside air now.
#[derive(Resource, Debug, Clone, Default, PartialEq)]
pub struct Outside {
    /// Dry bulb, °C.
    pub dry_bulb_c: f64,
    /// Wet bulb, °C.
    pub wet_bulb_c: f64,
    /// Relative humidity, 0 to 1.
    pub relative_humidity: f64,
    /// Humidity ratio, kg/kg.
    pub humidity_ratio: f64,
    /// Wind, m/s.
    pub wind_m_s: f64,
    /// Station pressure, Pa.
    pub pressure_pa: f64,
}

/// Change of the dry bulb by a scenario, K.
#[derive(Resource, Debug, Clone, Copy, Default)]
pub struct WeatherOffset(pub f64);

/// Where the weather comes from.
#[derive(Resource, Debug, Clone)]
pub enum Climate {
    /// Made from monthly normals, with passing weather from seeded noise.
    Made(Box<Made>),
    /// As it was recorded.
    Recorded(Epw),
}

/// Weather from normals.
#[derive(Debug, Clone)]
pub struct Made {
    file: WeatherFile,
    noise: Perlin,
    pressure_pa: f64,
}

/// A moment of a year.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moment {
    /// Hours since the start of the year in which the scenario began, local standard time.
    pub hour_of_year: f64,
    /// Month and day, from 1.
    pub date: [u32; 2],
    /// Hour of the day.
    pub hour: f64,
}

/// Standard deviation of Perlin noise along a line at 0.7 of a cell (measured over 1e6 points; other lines
/// differ, so that every texture here runs along such a line).
const PERLIN_SD: f64 = 0.44;

/// Hours in a normal year.
const YEAR_H: f64 = 8_760.0;

impl Climate {
    /// The weather of a site at an elevation in m. The seed makes the passing weather between normals.
    #[must_use]
    pub fn new(weather: Weather, elevation_m: f64, seed: u32) -> Self {
        match weather {
            Weather::Normals(file) => Self::Made(Box::new(Made {
                file,
                noise: Perlin::new(seed),
                pressure_pa: air::standard_pressure_pa(elevation_m),
            })),
            Weather::Hourly(epw) => Self::Recorded(epw),
        }
    }

    /// Outside air at a moment, with the dry bulb moved by `offset_k` and the moisture unchanged.
    #[must_use]
    pub fn at(&self, moment: Moment, offset_k: f64) -> Outside {
        match self {
            Self::Made(made) => made.at(moment.hour_of_year, offset_k),
            Self::Recorded(epw) => {
                let [month, day] = moment.date;
                let [dry_bulb_c, dew_point_c, pressure_pa, wind_m_s] = epw.at(month, day, moment.hour);
                outside(dry_bulb_c + offset_k, dew_point_c, pressure_pa, wind_m_s)
            }
        }
    }
}

/// Air of a dry bulb and a dew point, °C, which lies no higher.
fn outside(dry_bulb_c: f64, dew_point_c: f64, pressure_pa: f64, wind_m_s: f64) -> Outside {
    let relative_humidity = air::relative_humidity_from_dew_point(dry_bulb_c, dew_point_c);
    Outside {
        dry_bulb_c,
        wet_bulb_c: air::wet_bulb_c(dry_bulb_c, relative_humidity, pressure_pa),
        relative_humidity,
        humidity_ratio: air::humidity_ratio(dry_bulb_c, relative_humidity, pressure_pa),
        wind_m_s,
        pressure_pa,
    }
}

impl Made {
    /// Outside air at an hour of the year (local standard time), with the dry bulb moved by `offset_k`.
    fn at(&self, hour_of_year: f64, offset_k: f64) -> Outside {
        let months = &self.file.months;
        let month = hour_of_year.rem_euclid(YEAR_H) / YEAR_H * 12.0 - 0.5;
        let (before, share) = (month.floor(), month - month.floor());
        let of = |k: f64| &months[(k.rem_euclid(12.0)) as usize % months.len()];
        let (a, b) = (of(before), of(before + 1.0));
        let normal = |pick: fn(&crate::site::files::Month) -> f64| lerp(pick(a), pick(b), share);
        let (max_c, min_c) = (normal(|m| m.max_c.value), normal(|m| m.min_c.value));

        let hour = hour_of_year.rem_euclid(24.0);
        let swing = cos((hour - self.file.warmest_hour_h.value) / 24.0 * std::f64::consts::TAU);
        let winter = 0.5 + 0.5 * cos((hour_of_year - 360.0) / YEAR_H * std::f64::consts::TAU);
        let sd = lerp(
            self.file.synoptic_sd_summer_k.value,
            self.file.synoptic_sd_winter_k.value,
            winter,
        );
        let x = hour_of_year / self.file.synoptic_period_h.value;
        let texture = |y: f64| self.noise.get([x, y]) / PERLIN_SD;
        // Cloudy days swing less than clear ones.
        let clearness = 1.0 + 0.25 * texture(17.7).clamp(-2.0, 2.0);
        let dry_bulb_c =
            0.5 * (max_c + min_c) + 0.5 * (max_c - min_c) * clearness * swing + sd * texture(3.7) + offset_k;
        let dew_point_c = normal(|m| m.dew_point_c.value) + sd * 0.8 * (0.7 * texture(3.7) + 0.7 * texture(9.7));
        let dew_point_c = dew_point_c.min(dry_bulb_c - 0.2);
        let wind_m_s = (normal(|m| m.wind_m_s.value) * (1.0 + 0.45 * texture(29.7))).max(0.0);
        outside(dry_bulb_c, dew_point_c, self.pressure_pa, wind_m_s)
    }
}

fn blow(clock: Res<Clock>, climate: Res<Climate>, offset: Res<WeatherOffset>, mut outside: ResMut<Outside>) {
    // The tick's middle stands for the tick, so that long and short ticks see the same day.
    *outside = climate.at(clock.moment(-0.5 * clock.dt_s), offset.0);
}

pub(super) fn plugin(app: &mut App) {
    app.add_systems(Tick, blow.in_set(TickSet::Weather));
}
