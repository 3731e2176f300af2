//! Fans and pumps by the affinity laws, and what their air passes through.

use super::heat_exchanger::counter_flow_ntu;
use crate::num::{exp_m1, pow};

/// Electrical power that moves a flow against a pressure, W, with an efficiency from wire to fluid.
#[must_use]
pub fn power_w(flow_kg_s: f64, density_kg_m3: f64, pressure_pa: f64, efficiency: f64) -> f64 {
    flow_kg_s / density_kg_m3 * pressure_pa / efficiency
}

/// A fan or pump on a drive of variable speed, rated where its curve crosses that of its system at full speed.
///
/// Affinity laws (AMCA 201; ASHRAE Systems and Equipment, ch. 21 and 44): flow goes with speed, pressure with its
/// square. A system's pressure goes with the flow's square. Density scales pressure and power alike and leaves speed
/// and flow (by volume) as they are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Turbomachine {
    /// Rated flow, m³/s.
    pub flow_m3_s: f64,
    /// Rated pressure, Pa, at the density it is rated for.
    pub pressure_pa: f64,
    /// Efficiency from wire to fluid at full speed.
    pub efficiency: f64,
    /// Efficiency goes with speed to this exponent, as motor and drive lose more of less: 0 is the cube law, 0.2 to
    /// 0.5 give the practical power exponents of 2.8 to 2.5.
    pub efficiency_exponent: f64,
    /// Pressure at no flow over rated pressure, at full speed; at least 1. The curve between is a parabola.
    pub shutoff_ratio: f64,
}

impl Turbomachine {
    /// Electrical power at the rated point, W.
    #[must_use]
    pub fn rated_power_w(&self) -> f64 {
        self.flow_m3_s * self.pressure_pa / self.efficiency
    }

    /// Efficiency from wire to fluid at a speed over full speed.
    #[must_use]
    pub fn efficiency_at(&self, speed_ratio: f64) -> f64 {
        self.efficiency * pow(speed_ratio, self.efficiency_exponent)
    }

    /// Speed over full speed for a flow over the rated one, where the system takes `system_ratio` times the rated
    /// pressure at the rated flow; above 1 where it cannot.
    #[must_use]
    pub fn speed_ratio(&self, flow_ratio: f64, system_ratio: f64) -> f64 {
        flow_ratio.max(0.0) / self.largest_flow_ratio(system_ratio)
    }

    /// Largest flow over the rated one, at full speed against a system as above: where the parabola of the machine
    /// meets that of the system.
    #[must_use]
    pub fn largest_flow_ratio(&self, system_ratio: f64) -> f64 {
        let shutoff = self.shutoff_ratio.max(1.0);
        (shutoff / (shutoff - 1.0 + system_ratio.max(0.0))).sqrt()
    }

    /// Electrical power for a flow over the rated one against a system as above, W, at the rated density. A flow beyond
    /// the largest is taken as the largest.
    #[must_use]
    pub fn power_w(&self, flow_ratio: f64, system_ratio: f64) -> f64 {
        let flow = flow_ratio.min(self.largest_flow_ratio(system_ratio));
        if flow <= 0.0 {
            return 0.0;
        }
        let hydraulic_w = self.flow_m3_s * self.pressure_pa * system_ratio * flow * flow * flow;
        hydraulic_w / self.efficiency_at(self.speed_ratio(flow, system_ratio))
    }
}

/// An air filter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Filter {
    /// Pressure drop when clean, Pa, at the rated flow.
    pub clean_pa: f64,
    /// Pressure drop at which it is changed, Pa, at the rated flow.
    pub dirty_pa: f64,
    /// Exponent of flow: 1 in fine media, where flow is laminar, towards 2 in coarse ones.
    pub flow_exponent: f64,
}

impl Filter {
    /// Pressure drop, Pa, with a share of the dust that it holds when it is changed, at a flow over the rated one.
    /// Drops grow exponentially with dust, as loading curves after ISO 16890 and ASHRAE 52.2 do, slow then fast.
    #[must_use]
    pub fn pressure_pa(&self, dust_share: f64, flow_ratio: f64) -> f64 {
        self.clean_pa
            * pow(self.dirty_pa / self.clean_pa, dust_share.max(0.0))
            * pow(flow_ratio.max(0.0), self.flow_exponent)
    }
}

/// Effectiveness of an evaporative medium at a face velocity over its rated one: air passes a wet surface, C* = 0,
/// and a transfer coefficient that grows slower than the velocity leaves NTU ~ velocity^-exponent.
#[must_use]
pub fn media_effectiveness(rated_effectiveness: f64, velocity_ratio: f64, exponent: f64) -> f64 {
    if velocity_ratio <= 0.0 {
        return 1.0;
    }
    -exp_m1(-counter_flow_ntu(rated_effectiveness, 0.0) * pow(velocity_ratio, -exponent))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FAN: Turbomachine = Turbomachine {
        flow_m3_s: 10.0,
        pressure_pa: 300.0,
        efficiency: 0.6,
        efficiency_exponent: 0.0,
        shutoff_ratio: 1.4,
    };

    /// docs/facts.md, 3.3: W of fan per kW of heat at 300 Pa, 60 % and 1.15 kg/m³ for air that warms by 12, 10, 15 K.
    #[test]
    fn fan_power_per_kilowatt_of_heat() {
        for (flow_kg_s, published) in [(0.082_8, 36.0), (0.099_4, 43.0), (0.066_3, 29.0)] {
            let found = power_w(flow_kg_s, 1.15, 300.0, 0.6);
            assert!((found - published).abs() < 0.5, "{found}");
        }
    }

    #[test]
    fn power_goes_with_the_cube_of_flow() {
        assert!((FAN.rated_power_w() - 5_000.0).abs() < 1e-9);
        for flow in [0.1, 0.5, 0.8, 1.0] {
            let found = FAN.power_w(flow, 1.0);
            assert!((found / (5_000.0 * flow * flow * flow) - 1.0).abs() < 1e-14, "{found}");
        }
        assert_eq!(FAN.power_w(0.0, 1.0), 0.0);
        // docs/facts.md, 3.3: practical exponents 2.5 to 2.8.
        let drive = Turbomachine {
            efficiency_exponent: 0.3,
            ..FAN
        };
        assert!((drive.power_w(0.5, 1.0) / 5_000.0 - pow(0.5, 2.7)).abs() < 1e-14);
    }

    /// A pump of 1 m³/s against 200 kPa at 80 %: 250 kW, an eighth of it at half flow.
    #[test]
    fn a_pump_is_a_fan_of_water() {
        let pump = Turbomachine {
            flow_m3_s: 1.0,
            pressure_pa: 200e3,
            efficiency: 0.8,
            ..FAN
        };
        assert!((pump.power_w(1.0, 1.0) - 250e3).abs() < 1e-6);
        assert!((pump.power_w(0.5, 1.0) - 31_250.0).abs() < 1e-6);
        assert!((power_w(1_000.0, 1_000.0, 200e3, 0.8) - 250e3).abs() < 1e-6);
    }

    /// At twice the system's pressure the parabolas 1.4 - 0.4 q² and 2 q² meet at q² = 1.4 / 2.4.
    #[test]
    fn a_higher_pressure_leaves_less_flow() {
        let most = FAN.largest_flow_ratio(2.0);
        assert!((most * most - 1.4 / 2.4).abs() < 1e-15);
        assert!((FAN.largest_flow_ratio(1.0) - 1.0).abs() < 1e-15);
        assert!((FAN.power_w(2.0, 2.0) - FAN.power_w(most, 2.0)).abs() < 1e-12);
        assert!((FAN.speed_ratio(most, 2.0) - 1.0).abs() < 1e-15);
    }

    /// docs/facts.md, 3.2: filters of 60 Pa clean and 200 Pa dirty.
    #[test]
    fn dust_raises_the_pressure() {
        let filter = Filter {
            clean_pa: 60.0,
            dirty_pa: 200.0,
            flow_exponent: 1.0,
        };
        assert!((filter.pressure_pa(0.0, 1.0) - 60.0).abs() < 1e-12);
        assert!((filter.pressure_pa(1.0, 1.0) - 200.0).abs() < 1e-12);
        assert!((filter.pressure_pa(1.0, 0.5) - 100.0).abs() < 1e-12);
    }

    /// docs/facts.md, 3.2: 0.85 at 2.5 m/s and 0.90 at 2.0 m/s for 300 mm media, which an exponent of 0.87 joins.
    #[test]
    fn media_reach_the_published_range() {
        assert!((media_effectiveness(0.85, 2.0 / 2.5, 0.87) - 0.90).abs() < 1e-3);
        assert!((media_effectiveness(0.85, 1.0, 0.87) - 0.85).abs() < 1e-15);
        assert_eq!(media_effectiveness(0.85, 0.0, 0.87), 1.0);
    }

    proptest! {
        /// The machine's own parabola, scaled by speed, gives the system's pressure at every point.
        #[test]
        fn the_point_lies_on_both_curves(
            flow in 0.0..1.5_f64, system in 0.1..4.0_f64, shutoff_ratio in 1.0..2.0_f64,
        ) {
            let fan = Turbomachine { shutoff_ratio, ..FAN };
            let n = fan.speed_ratio(flow, system);
            let machine = shutoff_ratio * n * n - (shutoff_ratio - 1.0) * flow * flow;
            prop_assert!((machine - system * flow * flow).abs() < 1e-12 * (1.0 + n * n));
        }

        #[test]
        fn more_flow_never_takes_less_power(
            flow in 0.0..1.0_f64, more in 0.0..0.5_f64, system in 0.5..3.0_f64, exponent in 0.0..0.5_f64,
        ) {
            let fan = Turbomachine { efficiency_exponent: exponent, ..FAN };
            prop_assert!(fan.power_w(flow + more, system) >= fan.power_w(flow, system) - 1e-9);
        }
    }
}
