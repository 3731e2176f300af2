//! Moist air after ASHRAE Fundamentals (2017), chapter 1, SI units.

use crate::num::{exp, ln, pow};

/// Specific heat of the air that moves through halls, J/(kg K): dry air plus about 8 g/kg of vapour.
pub const AIR_CP_J_PER_KG_K: f64 = 1_020.0;

/// Heat of evaporation of water at 20 °C, J/kg (ASHRAE Fundamentals 2017, ch. 1, table 3: h_fg 2453.5 kJ/kg).
pub const WATER_H_FG_J_PER_KG: f64 = 2.453_5e6;

/// Pressure of the standard atmosphere at an elevation in m, Pa (ASHRAE ch. 1, eq. 3).
#[must_use]
pub fn standard_pressure_pa(elevation_m: f64) -> f64 {
    101_325.0 * pow(1.0 - 2.255_77e-5 * elevation_m, 5.255_9)
}

/// Saturation pressure of water vapour over ice or water, Pa (Hyland and Wexler; ASHRAE ch. 1, eq. 5 and 6).
/// Temperatures outside -100..200 °C are taken as the nearer end.
#[must_use]
pub fn saturation_pressure_pa(t_c: f64) -> f64 {
    let t = t_c.clamp(-100.0, 200.0) + 273.15;
    let ln_p = if t_c <= 0.01 {
        -5.674_535_9e3 / t + 6.392_524_7 - 9.677_843_0e-3 * t + 6.221_570_1e-7 * t * t + 2.074_782_5e-9 * t * t * t
            - 9.484_024_0e-13 * t * t * t * t
            + 4.163_501_9 * ln(t)
    } else {
        -5.800_220_6e3 / t + 1.391_499_3 - 4.864_023_9e-2 * t + 4.176_476_8e-5 * t * t - 1.445_209_3e-8 * t * t * t
            + 6.545_967_3 * ln(t)
    };
    exp(ln_p)
}

/// Humidity ratio in kg/kg of air at a temperature and relative humidity (0..1) and pressure in Pa.
#[must_use]
pub fn humidity_ratio(t_c: f64, rh: f64, pressure_pa: f64) -> f64 {
    let vapour = (rh.clamp(0.0, 1.0) * saturation_pressure_pa(t_c)).min(0.95 * pressure_pa);
    0.621_945 * vapour / (pressure_pa - vapour)
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

/// Thermodynamic wet-bulb temperature in °C by bisection to 1e-6 K.
#[must_use]
pub fn wet_bulb_c(t_c: f64, rh: f64, pressure_pa: f64) -> f64 {
    let target = humidity_ratio(t_c, rh, pressure_pa);
    let (mut low, mut high) = (t_c - 60.0, t_c);
    for _ in 0..48 {
        let middle = 0.5 * (low + high);
        if humidity_ratio_from_wet_bulb(t_c, middle, pressure_pa) > target {
            high = middle;
        } else {
            low = middle;
        }
        if high - low < 1e-6 {
            break;
        }
    }
    0.5 * (low + high)
}

/// Pressure of the vapour in air of a humidity ratio, Pa.
fn vapour_pressure_pa(humidity_ratio: f64, pressure_pa: f64) -> f64 {
    pressure_pa * humidity_ratio / (0.621_945 + humidity_ratio)
}

/// Relative humidity of air of a humidity ratio at a temperature; above 1 where it would rain.
#[must_use]
pub fn relative_humidity(t_c: f64, humidity_ratio: f64, pressure_pa: f64) -> f64 {
    vapour_pressure_pa(humidity_ratio, pressure_pa) / saturation_pressure_pa(t_c)
}

/// Temperature at which air of a humidity ratio has a relative humidity (0 to 1), °C, by bisection to 1e-4 K, between
/// -60 and 100 °C.
#[must_use]
pub fn temperature_at_relative_humidity_c(humidity_ratio: f64, rh: f64, pressure_pa: f64) -> f64 {
    let saturated_pa = vapour_pressure_pa(humidity_ratio, pressure_pa) / rh;
    let (mut low, mut high) = (-60.0, 100.0);
    while high - low > 1e-4 {
        let middle = 0.5 * (low + high);
        if saturation_pressure_pa(middle) > saturated_pa {
            high = middle;
        } else {
            low = middle;
        }
    }
    0.5 * (low + high)
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

/// Relative humidity (0..1) from dry bulb and dew point, °C.
#[must_use]
pub fn relative_humidity_from_dew_point(t_c: f64, dew_point_c: f64) -> f64 {
    (saturation_pressure_pa(dew_point_c.min(t_c)) / saturation_pressure_pa(t_c)).clamp(0.0, 1.0)
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

    /// ASHRAE 2017 tables as published in psychrolib's SI tests.
    #[test]
    fn humidity_and_enthalpy_match_the_ashrae_tables() {
        for (t_c, published) in [(5.0, 0.005425), (25.0, 0.020173), (50.0, 0.086863)] {
            // The tables carry the enhancement factor of real moist air (about 1.004), which the ideal-gas
            // relations of eq. 20 leave out.
            near(humidity_ratio(t_c, 1.0, 101_325.0), published, 7e-3);
        }
        near(enthalpy_j_per_kg(30.0, 0.02), 81_316.0, 3e-4);
        near(humidity_ratio_from_wet_bulb(30.0, 25.0, 95_461.0), 0.019_228_1, 3e-4);
        near(humidity_ratio_from_wet_bulb(-1.0, -5.0, 95_461.0), 0.001_204_00, 3e-4);
        assert!((wet_bulb_c(7.0, 0.61, 100_000.0) - 3.926_67).abs() < 1e-3);
    }

    /// ASHRAE Fundamentals 2017, ch. 1, table 1: 89.874 kPa at 1000 m.
    #[test]
    fn standard_pressure_matches_the_ashrae_table() {
        near(standard_pressure_pa(1000.0), 89_874.0, 3e-4);
    }

    proptest! {
        #[test]
        fn the_dew_point_inverts_saturation(t_c in -50.0..60.0_f64) {
            let w = humidity_ratio(t_c, 1.0, 98_500.0);
            prop_assert!((dew_point_c(w, 98_500.0) - t_c).abs() < 2e-4);
            let warmer_c = temperature_at_relative_humidity_c(w, 0.7, 98_500.0);
            prop_assert!((relative_humidity(warmer_c, w, 98_500.0) - 0.7).abs() < 1e-4);
        }

        #[test]
        fn wet_bulb_lies_between_dew_point_and_dry_bulb_and_inverts(t_c in -30.0..45.0_f64, rh in 0.05..1.0_f64) {
            let wet = wet_bulb_c(t_c, rh, 98_500.0);
            prop_assert!(wet <= t_c + 1e-6);
            let back = humidity_ratio_from_wet_bulb(t_c, wet, 98_500.0);
            prop_assert!((back - humidity_ratio(t_c, rh, 98_500.0)).abs() < 1e-8);
        }
    }
}
