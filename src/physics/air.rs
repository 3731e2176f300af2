//! Moist air after ASHRAE Fundamentals (2017), chapter 1, SI units.
//!
//! Two rules stand side by side. The model uses the chapter's ideal-gas relations, so that every function here is the
//! inverse of another. The chapter's table 2 is of real saturated air, which holds about 0.45 % more vapour: a gas
//! above a liquid dissolves in it and presses on it. The functions named `_real` give that table; nothing else does.

use super::root::root;
use crate::num::{exp, lerp, ln, pow};

/// Specific heat of the air that moves through halls, J/(kg K): dry air plus about 8 g/kg of vapour.
pub const AIR_CP_J_PER_KG_K: f64 = 1_020.0;

/// Heat of evaporation of water at 20 °C, J/kg (ASHRAE Fundamentals 2017, ch. 1, table 3: h_fg 2453.5 kJ/kg).
pub const WATER_H_FG_J_PER_KG: f64 = 2.453_5e6;

/// Gas constant of dry air, J/(kg K) (ASHRAE ch. 1, eq. 1).
const DRY_AIR_R_J_PER_KG_K: f64 = 287.042;

/// Mass of a mole of water over that of dry air (ASHRAE ch. 1, eq. 20).
const MASS_RATIO: f64 = 0.621_945;

/// Width to which the inverses are found, K.
const WITHIN_K: f64 = 1e-9;

/// Pressure of the standard atmosphere at an elevation in m, Pa (ASHRAE ch. 1, eq. 3).
#[must_use]
pub fn standard_pressure_pa(elevation_m: f64) -> f64 {
    101_325.0 * pow(1.0 - 2.255_77e-5 * elevation_m, 5.255_9)
}

/// Saturation pressure of water vapour over ice or water, Pa (Hyland and Wexler; ASHRAE ch. 1, eq. 5 and 6).
/// Temperatures outside -100..200 °C are taken as the nearer end.
#[must_use]
pub fn saturation_pressure_pa(t_c: f64) -> f64 {
    exp(ln_saturation_pressure(t_c))
}

/// Natural logarithm of the saturation pressure in Pa; nearly straight, which the inverse is quicker by.
fn ln_saturation_pressure(t_c: f64) -> f64 {
    let t = t_c.clamp(-100.0, 200.0) + 273.15;
    if t_c <= 0.01 {
        -5.674_535_9e3 / t + 6.392_524_7 - 9.677_843_0e-3 * t + 6.221_570_1e-7 * t * t + 2.074_782_5e-9 * t * t * t
            - 9.484_024_0e-13 * t * t * t * t
            + 4.163_501_9 * ln(t)
    } else {
        -5.800_220_6e3 / t + 1.391_499_3 - 4.864_023_9e-2 * t + 4.176_476_8e-5 * t * t - 1.445_209_3e-8 * t * t * t
            + 6.545_967_3 * ln(t)
    }
}

/// Humidity ratio in kg/kg of air at a temperature and relative humidity (0..1) and pressure in Pa.
#[must_use]
pub fn humidity_ratio(t_c: f64, rh: f64, pressure_pa: f64) -> f64 {
    let vapour = (rh.clamp(0.0, 1.0) * saturation_pressure_pa(t_c)).min(0.95 * pressure_pa);
    MASS_RATIO * vapour / (pressure_pa - vapour)
}

/// Humidity ratio in kg/kg from dry-bulb and wet-bulb temperatures (ASHRAE ch. 1, eq. 33 and 35).
#[must_use]
pub fn humidity_ratio_from_wet_bulb(t_c: f64, wet_bulb_c: f64, pressure_pa: f64) -> f64 {
    let w_sat = humidity_ratio(wet_bulb_c, 1.0, pressure_pa);
    let w = if wet_bulb_c >= 0.0 {
        ((2501.0 - 2.326 * wet_bulb_c) * w_sat - 1.006 * (t_c - wet_bulb_c))
            / (2501.0 + 1.86 * t_c - 4.186 * wet_bulb_c)
    } else {
        ((2830.0 - 0.24 * wet_bulb_c) * w_sat - 1.006 * (t_c - wet_bulb_c)) / (2830.0 + 1.86 * t_c - 2.1 * wet_bulb_c)
    };
    w.max(0.0)
}

/// Thermodynamic wet-bulb temperature in °C of air of a temperature and relative humidity (0..1).
#[must_use]
pub fn wet_bulb_c(t_c: f64, rh: f64, pressure_pa: f64) -> f64 {
    wet_bulb_from_humidity_ratio_c(t_c, humidity_ratio(t_c, rh, pressure_pa), pressure_pa)
}

/// Thermodynamic wet-bulb temperature in °C of air of a temperature and humidity ratio (ASHRAE ch. 1, eq. 33 and 35,
/// solved to 1e-9 K); of air beyond saturation, its own temperature.
///
/// Near 0 °C a humidity ratio may have two wet bulbs, over ice and over water: either may come out.
#[must_use]
pub fn wet_bulb_from_humidity_ratio_c(t_c: f64, humidity_ratio: f64, pressure_pa: f64) -> f64 {
    root(t_c - 60.0, t_c, WITHIN_K, |wet_bulb_c| {
        humidity_ratio_from_wet_bulb(t_c, wet_bulb_c, pressure_pa) - humidity_ratio
    })
}

/// Pressure of the vapour in air of a humidity ratio, Pa.
fn vapour_pressure_pa(humidity_ratio: f64, pressure_pa: f64) -> f64 {
    pressure_pa * humidity_ratio / (MASS_RATIO + humidity_ratio)
}

/// Relative humidity of air of a humidity ratio at a temperature; above 1 where it would rain.
#[must_use]
pub fn relative_humidity(t_c: f64, humidity_ratio: f64, pressure_pa: f64) -> f64 {
    vapour_pressure_pa(humidity_ratio, pressure_pa) / saturation_pressure_pa(t_c)
}

/// Temperature at which air of a humidity ratio has a relative humidity (0 to 1), °C, to 1e-9 K, between -60 and
/// 100 °C.
#[must_use]
pub fn temperature_at_relative_humidity_c(humidity_ratio: f64, rh: f64, pressure_pa: f64) -> f64 {
    let ln_saturated = ln(vapour_pressure_pa(humidity_ratio, pressure_pa) / rh);
    root(-60.0, 100.0, WITHIN_K, |t_c| ln_saturation_pressure(t_c) - ln_saturated)
}

/// Dew point of air of a humidity ratio, °C.
#[must_use]
pub fn dew_point_c(humidity_ratio: f64, pressure_pa: f64) -> f64 {
    temperature_at_relative_humidity_c(humidity_ratio, 1.0, pressure_pa)
}

/// Enthalpy of moist air, J per kg of dry air (ASHRAE ch. 1, eq. 30).
#[must_use]
pub fn enthalpy_j_per_kg(t_c: f64, w: f64) -> f64 {
    1_006.0 * t_c + w * (2.501e6 + 1_860.0 * t_c)
}

/// Temperature of moist air of an enthalpy in J per kg of dry air and a humidity ratio, °C: the inverse of
/// [`enthalpy_j_per_kg`].
#[must_use]
pub fn temperature_from_enthalpy_c(h_j_per_kg: f64, w: f64) -> f64 {
    (h_j_per_kg - 2.501e6 * w) / (1_006.0 + 1_860.0 * w)
}

/// Temperature of saturated air of an enthalpy in J per kg of dry air, °C, to 1e-9 K, between -60 and 100 °C: the air
/// that leaves a cooling tower.
#[must_use]
pub fn saturated_temperature_from_enthalpy_c(h_j_per_kg: f64, pressure_pa: f64) -> f64 {
    root(-60.0, 100.0, WITHIN_K, |t_c| {
        enthalpy_j_per_kg(t_c, humidity_ratio(t_c, 1.0, pressure_pa)) - h_j_per_kg
    })
}

/// Volume of moist air, m³ per kg of dry air (ASHRAE ch. 1, eq. 26).
#[must_use]
pub fn specific_volume_m3_per_kg(t_c: f64, w: f64, pressure_pa: f64) -> f64 {
    DRY_AIR_R_J_PER_KG_K * (t_c + 273.15) * (1.0 + w / MASS_RATIO) / pressure_pa
}

/// Density of moist air, kg of air and vapour per m³ (ASHRAE ch. 1, eq. 11).
#[must_use]
pub fn density_kg_m3(t_c: f64, w: f64, pressure_pa: f64) -> f64 {
    (1.0 + w) / specific_volume_m3_per_kg(t_c, w, pressure_pa)
}

/// Relative humidity (0..1) from dry bulb and dew point, °C.
#[must_use]
pub fn relative_humidity_from_dew_point(t_c: f64, dew_point_c: f64) -> f64 {
    (saturation_pressure_pa(dew_point_c.min(t_c)) / saturation_pressure_pa(t_c)).clamp(0.0, 1.0)
}

/// Pressure of the vapour in real saturated air over that of vapour alone (Buck 1981, J. Appl. Meteorol. 20, with the
/// coefficients of his 1996 manual; -40..50 °C, 60..110 kPa).
#[must_use]
pub fn enhancement_factor(t_c: f64, pressure_pa: f64) -> f64 {
    let pressure_hpa = pressure_pa / 100.0;
    1.0 + 1e-4
        * if t_c <= 0.01 {
            2.2 + pressure_hpa * (0.038_3 + 6.4e-6 * t_c * t_c)
        } else {
            7.2 + pressure_hpa * (0.032_0 + 5.9e-6 * t_c * t_c)
        }
}

/// Humidity ratio of real saturated air, kg/kg, as in ASHRAE's table 2; the model's own is [`humidity_ratio`] at 1.
#[must_use]
pub fn saturation_humidity_ratio_real(t_c: f64, pressure_pa: f64) -> f64 {
    let vapour = (enhancement_factor(t_c, pressure_pa) * saturation_pressure_pa(t_c)).min(0.95 * pressure_pa);
    MASS_RATIO * vapour / (pressure_pa - vapour)
}

/// Enthalpy of real saturated air, J per kg of dry air, as in ASHRAE's table 2.
///
/// The vapour's own enthalpy is that of saturated steam (IAPWS-95: 2500.9 + 1.82 t kJ/kg within 0.6 from 0 to 50 °C)
/// in place of eq. 30's 2501 + 1.86 t, which is for vapour at low pressure.
#[must_use]
pub fn saturated_enthalpy_real_j_per_kg(t_c: f64, pressure_pa: f64) -> f64 {
    1_006.0 * t_c + saturation_humidity_ratio_real(t_c, pressure_pa) * (2.500_9e6 + 1_820.0 * t_c)
}

/// Moist air that flows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stream {
    /// Dry bulb, °C.
    pub t_c: f64,
    /// Humidity ratio, kg/kg.
    pub humidity_ratio: f64,
    /// Flow of dry air, kg/s.
    pub dry_air_kg_s: f64,
}

/// Two streams mixed without loss: dry air, vapour and enthalpy are kept (ASHRAE ch. 1, eq. 44). Where the mix would
/// be beyond saturation its vapour stays vapour. Streams that both stand still give the first.
#[must_use]
pub fn mix(a: Stream, b: Stream) -> Stream {
    let dry_air_kg_s = a.dry_air_kg_s + b.dry_air_kg_s;
    if dry_air_kg_s <= 0.0 {
        return a;
    }
    let share = b.dry_air_kg_s / dry_air_kg_s;
    let humidity_ratio = lerp(a.humidity_ratio, b.humidity_ratio, share);
    let h_j_per_kg = lerp(
        enthalpy_j_per_kg(a.t_c, a.humidity_ratio),
        enthalpy_j_per_kg(b.t_c, b.humidity_ratio),
        share,
    );
    Stream {
        t_c: temperature_from_enthalpy_c(h_j_per_kg, humidity_ratio),
        humidity_ratio,
        dry_air_kg_s,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn near(found: f64, published: f64, relative: f64) {
        assert!(
            (found / published - 1.0).abs() <= relative,
            "{found} is not {published} to {relative}"
        );
    }

    /// ASHRAE 2017 tables as published in psychrolib's SI tests.
    #[test]
    fn saturation_pressure_matches_the_ashrae_tables() {
        for (t_c, published) in [
            (-20.0, 103.24),
            (5.0, 872.6),
            (25.0, 3169.7),
            (50.0, 12351.3),
            (100.0, 101418.0),
        ] {
            near(saturation_pressure_pa(t_c), published, 3e-4);
        }
    }

    /// ASHRAE 2017, ch. 1, table 2 (real saturated air), as published in psychrolib's SI tests.
    #[test]
    fn real_saturated_air_matches_the_ashrae_table() {
        for (t_c, published) in [
            (-20.0, 0.000_637_3),
            (5.0, 0.005_425),
            (25.0, 0.020_173),
            (50.0, 0.086_863),
        ] {
            near(saturation_humidity_ratio_real(t_c, 101_325.0), published, 3e-4);
            // The ideal relations leave the enhancement factor (about 1.004) out.
            near(humidity_ratio(t_c, 1.0, 101_325.0), published, 7e-3);
        }
        near(saturated_enthalpy_real_j_per_kg(25.0, 101_325.0), 76_504.0, 3e-4);
    }

    /// psychrolib's SI tests, which hold ASHRAE's ideal-gas relations.
    #[test]
    fn ideal_relations_match_psychrolib() {
        near(enthalpy_j_per_kg(30.0, 0.02), 81_316.0, 3e-4);
        near(humidity_ratio_from_wet_bulb(30.0, 25.0, 95_461.0), 0.019_228_1, 3e-4);
        near(humidity_ratio_from_wet_bulb(-1.0, -5.0, 95_461.0), 0.001_204_00, 3e-4);
        near(wet_bulb_c(7.0, 0.61, 100_000.0), 3.926_67, 3e-4);
        near(specific_volume_m3_per_kg(30.0, 0.02, 95_461.0), 0.940_855_4, 3e-4);
        near(density_kg_m3(30.0, 0.02, 95_461.0), 1.02 / 0.940_855_4, 3e-4);
    }

    /// Modelica Buildings, `TWetBul_TDryBulPhi` at 29.4 °C and 101,325 Pa. Its own tests allow 0.05 K, as it takes one
    /// heat of evaporation for all temperatures.
    #[test]
    fn wet_bulbs_match_modelica_buildings() {
        for (rh, published_k) in [(0.0, 283.412_7), (0.5, 294.656_3), (1.0, 302.55)] {
            let found_k = wet_bulb_c(29.4, rh, 101_325.0) + 273.15;
            assert!((found_k - published_k).abs() < 0.01, "{rh}: {found_k}");
        }
    }

    /// ASHRAE Fundamentals 2017, ch. 1, table 1: 89.874 kPa at 1000 m.
    #[test]
    fn standard_pressure_matches_the_ashrae_table() {
        near(standard_pressure_pa(1000.0), 89_874.0, 3e-4);
    }

    #[test]
    fn streams_that_stand_still_mix_to_the_first() {
        let still = Stream {
            t_c: 20.0,
            humidity_ratio: 0.005,
            dry_air_kg_s: 0.0,
        };
        assert_eq!(mix(still, Stream { t_c: 30.0, ..still }), still);
    }

    proptest! {
        #[test]
        fn the_dew_point_inverts_saturation(t_c in -59.0..60.0_f64, pressure_pa in 60e3..110e3_f64) {
            let w = humidity_ratio(t_c, 1.0, pressure_pa);
            prop_assert!((dew_point_c(w, pressure_pa) - t_c).abs() < 2e-9);
            let warmer_c = temperature_at_relative_humidity_c(w, 0.7, pressure_pa);
            prop_assert!((relative_humidity(warmer_c, w, pressure_pa) - 0.7).abs() < 1e-9);
        }

        #[test]
        fn relative_humidity_and_enthalpy_invert(
            t_c in -40.0..55.0_f64, rh in 0.0..1.0_f64, pressure_pa in 60e3..110e3_f64,
        ) {
            let w = humidity_ratio(t_c, rh, pressure_pa);
            prop_assert!((relative_humidity(t_c, w, pressure_pa) - rh).abs() < 1e-12);
            let h_j_per_kg = enthalpy_j_per_kg(t_c, w);
            prop_assert!((temperature_from_enthalpy_c(h_j_per_kg, w) - t_c).abs() < 1e-11);
            let saturated_c = saturated_temperature_from_enthalpy_c(h_j_per_kg, pressure_pa);
            prop_assert!(saturated_c <= t_c + 1e-9);
            let back = enthalpy_j_per_kg(saturated_c, humidity_ratio(saturated_c, 1.0, pressure_pa));
            prop_assert!((back - h_j_per_kg).abs() < 1e-4);
            prop_assert!((relative_humidity_from_dew_point(t_c, dew_point_c(w, pressure_pa)) - rh).abs() < 1e-9
                || dew_point_c(w, pressure_pa) <= -60.0);
        }

        #[test]
        fn the_wet_bulb_lies_below_the_dry_bulb_and_inverts(
            t_c in -40.0..55.0_f64, rh in 0.0..1.0_f64, pressure_pa in 60e3..110e3_f64,
        ) {
            let w = humidity_ratio(t_c, rh, pressure_pa);
            let wet_c = wet_bulb_c(t_c, rh, pressure_pa);
            prop_assert!(wet_c <= t_c);
            prop_assert!((humidity_ratio_from_wet_bulb(t_c, wet_c, pressure_pa) - w).abs() < 1e-11);
        }

        #[test]
        fn the_humidity_of_a_wet_bulb_gives_it_back(
            t_c in -40.0..55.0_f64, share in 0.001..1.0_f64, pressure_pa in 60e3..110e3_f64,
        ) {
            let wet_c = lerp(wet_bulb_c(t_c, 0.0, pressure_pa), t_c, share);
            let over = |wet_c| humidity_ratio_from_wet_bulb(t_c, wet_c, pressure_pa);
            let w = over(wet_c);
            // A humidity that both ice below 0 °C and water above it can have names no one wet bulb.
            if t_c < 0.0 || !(over(0.0)..=over(-1e-12)).contains(&w) {
                prop_assert!((wet_bulb_from_humidity_ratio_c(t_c, w, pressure_pa) - wet_c).abs() < 1e-8);
            }
        }

        #[test]
        fn mixing_keeps_air_vapour_and_enthalpy(
            t in [-40.0..55.0_f64, -40.0..55.0_f64], w in [0.0..0.03_f64, 0.0..0.03_f64],
            flow in [0.0..50.0_f64, 0.1..50.0_f64],
        ) {
            let stream = |i: usize| Stream { t_c: t[i], humidity_ratio: w[i], dry_air_kg_s: flow[i] };
            let (a, b) = (stream(0), stream(1));
            let mixed = mix(a, b);
            let vapour = |s: Stream| s.dry_air_kg_s * s.humidity_ratio;
            let enthalpy = |s: Stream| s.dry_air_kg_s * enthalpy_j_per_kg(s.t_c, s.humidity_ratio);
            prop_assert!((vapour(mixed) - vapour(a) - vapour(b)).abs() < 1e-13 * 100.0);
            prop_assert!((enthalpy(mixed) - enthalpy(a) - enthalpy(b)).abs() < 1e-5);
            prop_assert!(mixed.t_c >= t[0].min(t[1]) - 1.0 && mixed.t_c <= t[0].max(t[1]) + 1.0);
        }
    }
}
