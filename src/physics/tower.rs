//! Cooling towers: York's correlation of the approach, and what the air takes up.

use super::air::{self, Stream};
use super::heat_exchanger::WATER_CP_J_PER_KG_K;
use super::root::root;

/// York's coefficients (EnergyPlus Engineering Reference, "CoolingTower:VariableSpeed", YorkCalc; the same in Modelica
/// Buildings, `CoolingTowers.Correlations.yorkCalc`): by power of the liquid-to-gas ratio, of the range, of the wet
/// bulb.
const YORK: [[[f64; 3]; 3]; 3] = [
    [
        [-0.359_741_205, -0.055_053_608, 0.002_385_043_2],
        [0.173_926_877, -0.024_847_376_4, 0.000_484_302_24],
        [-0.005_589_849_456, 0.000_577_007_971_2, -0.000_013_424_272_56],
    ],
    [
        [2.847_658_011_111_11, -0.121_765_149, 0.001_459_924_2],
        [1.680_428_651, -0.016_692_078_6, -0.000_719_053_2],
        [-0.025_485_194_448, 0.000_048_749_169_6, 0.000_027_192_341_52],
    ],
    [
        [-0.065_376_625_555_555_6, -0.002_278_167, 0.000_250_025_4],
        [-0.091_056_545_8, 0.003_181_763_16, 0.000_038_621_772],
        [-0.003_428_538_235_2, 0.000_008_565_899_04, -0.000_001_516_821_552],
    ],
];

/// Wet bulbs that the correlation is for, °C.
pub const WET_BULB_RANGE_C: [f64; 2] = [-34.4, 29.4];

/// Ranges that the correlation is for, K.
pub const RANGE_RANGE_K: [f64; 2] = [1.1, 22.2];

/// Largest liquid-to-gas ratio: beyond it the approach would fall with the range. York's own is 8, for small ranges.
const MOST_LIQUID_TO_GAS: f64 = 4.0;

/// Approach of the leaving water to the wet bulb, K, for a wet bulb in °C, a range (entering less leaving water) in K,
/// and flows of air and water over those of York's design (range 5.56 K, approach 3.84 K at 25.55 °C).
///
/// York gives it for water ratios of 0.75 to 1.25, approaches of 1.1 to 40 K and the ranges above. Wet bulbs and large
/// ranges beyond them are taken as the nearer end; below the least range the approach falls to none with the heat; and
/// no approach is below 0.
#[must_use]
pub fn approach_k(wet_bulb_c: f64, range_k: f64, air_ratio: f64, water_ratio: f64) -> f64 {
    let wet_bulb_c = wet_bulb_c.clamp(WET_BULB_RANGE_C[0], WET_BULB_RANGE_C[1]);
    let [least_k, most_k] = RANGE_RANGE_K;
    let liquid_to_gas = if water_ratio < MOST_LIQUID_TO_GAS * air_ratio {
        water_ratio.max(0.0) / air_ratio
    } else {
        MOST_LIQUID_TO_GAS
    };
    let quadratic = |[a, b, c]: [f64; 3], x: f64| a + x * (b + c * x);
    let by_range = |rows: [[f64; 3]; 3]| {
        quadratic(
            rows.map(|row| quadratic(row, wet_bulb_c)),
            range_k.clamp(least_k, most_k),
        )
    };
    let approach_k = quadratic(YORK.map(by_range), liquid_to_gas);
    approach_k.max(0.0) * (range_k / least_k).clamp(0.0, 1.0)
}

/// A tower with a fan of variable speed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tower {
    /// Water over that of York's design at the tower's own design flows, with air at 1: see [`york_water_ratio`].
    pub york_water_ratio: f64,
    /// Design flow of water, kg/s.
    pub water_kg_s: f64,
    /// Design flow of dry air, kg/s.
    pub dry_air_kg_s: f64,
    /// Fan power at design, W.
    pub fan_w: f64,
    /// Heat without the fan over heat at full fan, by free convection.
    pub free_convection_share: f64,
    /// Least speed of the fan over its design speed; below, it runs part of the time.
    pub least_air_ratio: f64,
}

/// The water ratio, with an air ratio of 1, at which York's correlation has a tower's design approach, K, at its design
/// wet bulb, °C, and range, K. Approaches out of reach take the nearer end, 0.01 or 4.
#[must_use]
pub fn york_water_ratio(wet_bulb_c: f64, range_k: f64, design_approach_k: f64) -> f64 {
    root(0.01, MOST_LIQUID_TO_GAS, 1e-9, |water_ratio| {
        approach_k(wet_bulb_c, range_k, 1.0, water_ratio) - design_approach_k
    })
}

impl Tower {
    /// Share of the time that the fan runs, and its air ratio while it does.
    fn fan(&self, air_ratio: f64) -> (f64, f64) {
        let air_ratio = air_ratio.max(0.0);
        if air_ratio < self.least_air_ratio {
            (air_ratio / self.least_air_ratio, self.least_air_ratio)
        } else {
            (1.0, air_ratio)
        }
    }

    /// Range with the fan on: that for which wet bulb, approach and range add up to the entering water, K.
    fn range_with_fan_k(&self, entering_c: f64, wet_bulb_c: f64, air_ratio: f64, water_ratio: f64) -> f64 {
        let most_k = entering_c - wet_bulb_c;
        if most_k <= 0.0 {
            return 0.0;
        }
        let water_ratio = water_ratio * self.york_water_ratio;
        root(0.0, most_k, 1e-9, |range_k| {
            range_k + approach_k(wet_bulb_c, range_k, air_ratio, water_ratio) - most_k
        })
    }

    /// Range, K, for water that enters at a temperature, °C, a wet bulb, °C, and air and water over design. Never
    /// below the wet bulb; 0 where the water enters below it.
    #[must_use]
    pub fn range_k(&self, entering_c: f64, wet_bulb_c: f64, air_ratio: f64, water_ratio: f64) -> f64 {
        let (on, air_ratio) = self.fan(air_ratio);
        let free_k = self.free_convection_share * self.range_with_fan_k(entering_c, wet_bulb_c, 1.0, water_ratio);
        let fan_k = self.range_with_fan_k(entering_c, wet_bulb_c, air_ratio, water_ratio);
        // A fan never does less than the draught without it.
        free_k + on * (fan_k - free_k).max(0.0)
    }

    /// Heat rejected, W, for a flow of water, kg/s, and the rest as in [`Self::range_k`].
    #[must_use]
    pub fn heat_w(&self, entering_c: f64, water_kg_s: f64, wet_bulb_c: f64, air_ratio: f64) -> f64 {
        if water_kg_s <= 0.0 {
            return 0.0;
        }
        let range_k = self.range_k(entering_c, wet_bulb_c, air_ratio, water_kg_s / self.water_kg_s);
        water_kg_s * WATER_CP_J_PER_KG_K * range_k
    }

    /// Fan power, W, by the cube of the air ratio; in proportion to the time on below the least speed.
    #[must_use]
    pub fn fan_power_w(&self, air_ratio: f64) -> f64 {
        let (on, air_ratio) = self.fan(air_ratio);
        self.fan_w * on * air_ratio * air_ratio * air_ratio
    }
}

/// Air that leaves a tower saturated, for heat from the circulating water, W, and air that enters. Water that
/// evaporates is made up at `water_c`, °C, and brings its own enthalpy:
/// `air · (h_out - h_in) = heat + air · (w_out - w_in) · cp · water_c`. Without air nothing changes.
#[must_use]
pub fn leaving_air(heat_w: f64, entering: Stream, water_c: f64, pressure_pa: f64) -> Stream {
    if entering.dry_air_kg_s <= 0.0 {
        return entering;
    }
    let net = |t_c: f64, w: f64| air::enthalpy_j_per_kg(t_c, w) - w * WATER_CP_J_PER_KG_K * water_c;
    let target = net(entering.t_c, entering.humidity_ratio) + heat_w / entering.dry_air_kg_s;
    let t_c = root(-60.0, 100.0, 1e-9, |t_c| {
        net(t_c, air::humidity_ratio(t_c, 1.0, pressure_pa)) - target
    });
    Stream {
        t_c,
        humidity_ratio: air::humidity_ratio(t_c, 1.0, pressure_pa),
        ..entering
    }
}

/// Water that evaporates in a tower, kg/s, as in [`leaving_air`]; never below 0.
#[must_use]
pub fn evaporation_kg_s(heat_w: f64, entering: Stream, water_c: f64, pressure_pa: f64) -> f64 {
    let leaving = leaving_air(heat_w, entering, water_c, pressure_pa);
    (entering.dry_air_kg_s * (leaving.humidity_ratio - entering.humidity_ratio)).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// V6 of the reference cases: Modelica Buildings, `Correlations.Examples.YorkCalc`, range 5.56 K at 25.55 °C.
    #[test]
    fn york_matches_the_reference() {
        let ratios = [0.25, 0.35, 0.50, 0.75, 1.00, 1.25];
        let by_water = [0.2102, 0.6951, 1.4222, 2.6336, 3.8445, 5.0549];
        let by_air = [18.3333, 12.8229, 8.6827, 5.4582, 3.8445, 2.8758];
        for (ratio, (water, air)) in ratios.into_iter().zip(by_water.into_iter().zip(by_air)) {
            let found = (approach_k(25.55, 5.56, 1.0, ratio), approach_k(25.55, 5.56, ratio, 1.0));
            assert!(
                (found.0 - water).abs() < 1e-3 && (found.1 - air).abs() < 1e-3,
                "{ratio}: {found:?}"
            );
        }
    }

    fn tower() -> Tower {
        Tower {
            york_water_ratio: york_water_ratio(25.6, 6.0, 4.0),
            water_kg_s: 200.0,
            dry_air_kg_s: 160.0,
            fan_w: 40e3,
            free_convection_share: 0.125,
            least_air_ratio: 0.2,
        }
    }

    #[test]
    fn a_tower_meets_its_design() {
        let tower = tower();
        assert!((tower.range_k(35.6, 25.6, 1.0, 1.0) - 6.0).abs() < 1e-6);
        let heat_w = tower.heat_w(35.6, 200.0, 25.6, 1.0);
        assert!((heat_w - 200.0 * 4_184.0 * 6.0).abs() < 1.0, "{heat_w}");
        assert_eq!(tower.heat_w(35.6, 0.0, 25.6, 1.0), 0.0);
        assert_eq!(tower.heat_w(20.0, 200.0, 25.6, 1.0), 0.0);
        assert!((tower.heat_w(35.6, 200.0, 25.6, 0.0) / heat_w - 0.125).abs() < 1e-6);
    }

    #[test]
    fn the_fan_follows_the_cube_law_down_to_its_least_speed() {
        let tower = tower();
        assert_eq!(tower.fan_power_w(1.0), 40e3);
        assert_eq!(tower.fan_power_w(0.5), 5e3);
        assert!((tower.fan_power_w(0.1) - 0.5 * 0.008 * 40e3).abs() < 1e-9);
        assert_eq!(tower.fan_power_w(0.0), 0.0);
    }

    /// SPX, Cooling Tower Fundamentals (recalled): evaporation is 0.0008 of the circulating flow per °F of range, or
    /// 0.00144 per K, a rule for mild weather. In drier and warmer air more of the heat goes with vapour.
    #[test]
    fn evaporation_is_near_the_rule_of_thumb() {
        let (range_k, water_kg_s, dry_air_kg_s) = (6.0, 200.0, 160.0);
        let heat_w = water_kg_s * WATER_CP_J_PER_KG_K * range_k;
        let entering = |t_c, rh| Stream {
            t_c,
            humidity_ratio: air::humidity_ratio(t_c, rh, 101_325.0),
            dry_air_kg_s,
        };
        let rule_kg_s = 0.001_44 * range_k * water_kg_s;
        let found = evaporation_kg_s(heat_w, entering(25.0, 0.6), 29.0, 101_325.0);
        assert!((found / rule_kg_s - 1.0).abs() < 0.1, "{found} {rule_kg_s}");
        assert!(evaporation_kg_s(heat_w, entering(35.0, 0.3), 29.0, 101_325.0) > found);
        assert!(evaporation_kg_s(heat_w, entering(0.0, 0.8), 15.0, 101_325.0) < found);
    }

    proptest! {
        #[test]
        fn water_leaves_between_wet_bulb_and_entering(
            wet_bulb_c in -30.0..29.0_f64, over_k in -5.0..40.0_f64, air in 0.0..1.5_f64, water in 0.0..1.5_f64,
        ) {
            let tower = tower();
            let range_k = tower.range_k(wet_bulb_c + over_k, wet_bulb_c, air, water);
            prop_assert!(range_k >= 0.0 && range_k <= over_k.max(0.0) + 1e-9);
        }

        /// Hotter water, more air: never less heat.
        #[test]
        fn heat_grows_with_temperature_and_air(
            wet_bulb_c in -30.0..29.0_f64, over_k in 0.0..40.0_f64, more_k in 0.0..5.0_f64,
            air in 0.0..1.2_f64, more_air in 0.0..0.3_f64, water_kg_s in 20.0..250.0_f64,
        ) {
            let tower = tower();
            let heat_w = tower.heat_w(wet_bulb_c + over_k, water_kg_s, wet_bulb_c, air);
            let hotter_w = tower.heat_w(wet_bulb_c + over_k + more_k, water_kg_s, wet_bulb_c, air);
            let aired_w = tower.heat_w(wet_bulb_c + over_k, water_kg_s, wet_bulb_c, air + more_air);
            prop_assert!(hotter_w >= heat_w - 1e-2, "{hotter_w} {heat_w}");
            prop_assert!(aired_w >= heat_w - 1e-2, "{aired_w} {heat_w}");
        }

        #[test]
        fn the_air_takes_up_what_the_water_loses(
            t_c in -20.0..45.0_f64, rh in 0.05..1.0_f64, heat_w in 0.0..6e6_f64, water_c in 5.0..40.0_f64,
        ) {
            let entering = Stream {
                t_c, humidity_ratio: air::humidity_ratio(t_c, rh, 98_500.0), dry_air_kg_s: 160.0,
            };
            let leaving = leaving_air(heat_w, entering, water_c, 98_500.0);
            let h = |s: Stream| s.dry_air_kg_s * air::enthalpy_j_per_kg(s.t_c, s.humidity_ratio);
            let made_up_w = 160.0 * (leaving.humidity_ratio - entering.humidity_ratio) * WATER_CP_J_PER_KG_K * water_c;
            prop_assert!((h(leaving) - h(entering) - heat_w - made_up_w).abs() < 1e-2);
            prop_assert!((air::relative_humidity(leaving.t_c, leaving.humidity_ratio, 98_500.0) - 1.0).abs() < 1e-9);
        }
    }
}
