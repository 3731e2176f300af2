//! Chillers: a vendor's curves in the form of DOE-2, or a share of Carnot's.

/// `a + b x + c x² + d y + e y² + f x y`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Biquadratic(pub [f64; 6]);

impl Biquadratic {
    /// The value at a point.
    #[must_use]
    pub fn at(&self, x: f64, y: f64) -> f64 {
        let [a, b, c, d, e, f] = self.0;
        a + x * (b + c * x) + y * (d + e * y) + f * x * y
    }
}

/// `a + b x + c x²`.
fn quadratic([a, b, c]: [f64; 3], x: f64) -> f64 {
    a + x * (b + c * x)
}

/// Share of the time that a machine runs for a load that is below its least, and the load it then has.
fn cycling(part_load: f64, least: f64) -> (f64, f64) {
    if part_load < least {
        ((part_load / least).max(0.0), least)
    } else {
        (1.0, part_load)
    }
}

/// An electric chiller with a water-cooled condenser, in DOE-2's form (EnergyPlus Engineering Reference,
/// "Chiller:Electric:EIR").
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ElectricChiller {
    /// Reference capacity, W.
    pub capacity_w: f64,
    /// Reference COP.
    pub cop: f64,
    /// Capacity over reference, by the water temperatures leaving the evaporator and entering the condenser, °C.
    pub capacity_by_temperature: Biquadratic,
    /// Input per output over reference at full load, by the same temperatures.
    pub eir_by_temperature: Biquadratic,
    /// Input over full-load input, by the part-load ratio: 1, x, x².
    pub eir_by_part_load: [f64; 3],
    /// Least and largest part-load ratio; below the least it cycles.
    pub part_load: [f64; 2],
    /// Temperatures leaving the evaporator, °C, between which the curves hold: others are taken as the nearer end.
    pub leaving_c: [f64; 2],
    /// Temperatures entering the condenser, °C, between which the curves hold.
    pub entering_c: [f64; 2],
}

/// What a chiller does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Duty {
    /// Heat taken from the chilled water, W: the load, or what the chiller can.
    pub cooling_w: f64,
    /// Electrical power, W.
    pub power_w: f64,
}

impl Duty {
    /// Heat into the condenser of a machine whose motor is cooled by its refrigerant, W.
    #[must_use]
    pub fn condenser_w(&self) -> f64 {
        self.cooling_w + self.power_w
    }
}

impl ElectricChiller {
    /// The temperatures within the range of the curves, °C.
    fn within(&self, leaving_c: f64, entering_c: f64) -> (f64, f64) {
        let within = |t_c: f64, [low, high]: [f64; 2]| t_c.max(low).min(high);
        (within(leaving_c, self.leaving_c), within(entering_c, self.entering_c))
    }

    /// Capacity with water leaving the evaporator and entering the condenser at temperatures, °C, in W.
    #[must_use]
    pub fn capacity_w(&self, leaving_c: f64, entering_c: f64) -> f64 {
        let (x, y) = self.within(leaving_c, entering_c);
        self.capacity_w * self.capacity_by_temperature.at(x, y).max(0.0)
    }

    /// What it does for a load, W, at temperatures as above.
    #[must_use]
    pub fn duty(&self, load_w: f64, leaving_c: f64, entering_c: f64) -> Duty {
        let available_w = self.capacity_w(leaving_c, entering_c);
        let [least, largest] = self.part_load;
        let cooling_w = load_w.min(largest * available_w).max(0.0);
        if cooling_w <= 0.0 {
            return Duty {
                cooling_w: 0.0,
                power_w: 0.0,
            };
        }
        let (running, part_load) = cycling(cooling_w / available_w, least);
        let (x, y) = self.within(leaving_c, entering_c);
        let full_w = available_w / self.cop * self.eir_by_temperature.at(x, y);
        Duty {
            cooling_w,
            power_w: full_w * quadratic(self.eir_by_part_load, part_load) * running,
        }
    }
}

/// A chiller of a fixed share of Carnot's efficiency.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CarnotChiller {
    /// Capacity, W.
    pub capacity_w: f64,
    /// COP over Carnot's at full load: about 0.5 to 0.65 for centrifugal machines between refrigerant temperatures.
    pub carnot_share: f64,
    /// COP over its full-load value, by the part-load ratio: 1, x, x².
    pub cop_by_part_load: [f64; 3],
    /// Least lift between evaporator and condenser that the compressor runs at, K.
    pub least_lift_k: f64,
}

impl CarnotChiller {
    /// COP at temperatures of evaporation and condensation, °C, and a part-load ratio.
    #[must_use]
    pub fn cop(&self, evaporation_c: f64, condensation_c: f64, part_load: f64) -> f64 {
        let lift_k = (condensation_c - evaporation_c).max(self.least_lift_k);
        self.carnot_share * (evaporation_c + 273.15) / lift_k * quadratic(self.cop_by_part_load, part_load)
    }

    /// What it does for a load, W, at temperatures as above.
    #[must_use]
    pub fn duty(&self, load_w: f64, evaporation_c: f64, condensation_c: f64) -> Duty {
        let cooling_w = load_w.min(self.capacity_w).max(0.0);
        let power_w = if cooling_w > 0.0 {
            cooling_w / self.cop(evaporation_c, condensation_c, cooling_w / self.capacity_w)
        } else {
            0.0
        };
        Duty { cooling_w, power_w }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// "ElectricEIRChiller Carrier 19XR 1143kW/6.57COP/VSD" of EnergyPlus' chiller data set (also in Modelica
    /// Buildings, `Chillers.Data.ElectricEIR`).
    const CARRIER_19XR: ElectricChiller = ElectricChiller {
        capacity_w: 1_142_900.0,
        cop: 6.57,
        capacity_by_temperature: Biquadratic([
            7.939_538e-1,
            4.096_493e-2,
            -1.419_397e-3,
            -1.639_813e-3,
            -5.220_497e-4,
            1.348_786e-3,
        ]),
        eir_by_temperature: Biquadratic([
            9.475_580e-1,
            -1.187_942e-2,
            8.799_326e-5,
            2.250_775e-4,
            1.815_775e-4,
            2.178_409e-4,
        ]),
        eir_by_part_load: [1.408_822e-1, -1.578_153e-1, 1.014_316],
        part_load: [0.20, 1.03],
        leaving_c: [7.22, 12.78],
        entering_c: [12.78, 26.67],
    };

    /// At the set's reference (10.00 and 26.67 °C) its curves give its rated capacity within 1 % and its
    /// COP within 3 %: that is the published fit's own error (EnergyPlus warns beyond 10 %).
    #[test]
    fn a_published_chiller_has_its_rating() {
        let capacity_w = CARRIER_19XR.capacity_w(10.0, 26.67);
        assert!((capacity_w / 1_142_900.0 - 1.0).abs() < 0.01, "{capacity_w}");
        let duty = CARRIER_19XR.duty(capacity_w, 10.0, 26.67);
        assert!((duty.cooling_w / duty.power_w / 6.57 - 1.0).abs() < 0.03, "{duty:?}");
        assert_eq!(duty.condenser_w(), duty.cooling_w + duty.power_w);
        // The same polynomials worked apart from this code, at 8 and 20 °C.
        assert!((CARRIER_19XR.capacity_w(8.0, 20.0) / 1_142_900.0 - 1.005021).abs() < 1e-6);
        assert!((CARRIER_19XR.eir_by_temperature.at(8.0, 20.0) - 0.970141).abs() < 1e-6);
    }

    #[test]
    fn below_the_least_load_it_cycles() {
        let full_w = CARRIER_19XR.capacity_w(10.0, 20.0);
        let least = CARRIER_19XR.duty(0.2 * full_w, 10.0, 20.0);
        let half = CARRIER_19XR.duty(0.1 * full_w, 10.0, 20.0);
        assert!((half.power_w / least.power_w - 0.5).abs() < 1e-12);
        assert_eq!(CARRIER_19XR.duty(0.0, 10.0, 20.0).power_w, 0.0);
        // No more than the largest part load, and no curve beyond its range.
        assert!((CARRIER_19XR.duty(2.0 * full_w, 10.0, 20.0).cooling_w / full_w - 1.03).abs() < 1e-12);
        assert_eq!(CARRIER_19XR.duty(5e5, 10.0, 5.0), CARRIER_19XR.duty(5e5, 10.0, 12.78));
    }

    const CARNOT: CarnotChiller = CarnotChiller {
        capacity_w: 1e6,
        carnot_share: 0.6,
        cop_by_part_load: [1.0, 0.0, 0.0],
        least_lift_k: 5.0,
    };

    /// By hand: 7 °C is 280.15 K, 37 °C is 30 K above: Carnot 9.33833, 60 % of it 5.603.
    #[test]
    fn a_share_of_carnot() {
        assert!((CARNOT.cop(7.0, 37.0, 1.0) - 5.603).abs() < 1e-12);
        // 20 °C and 35 °C: 0.6 · 293.15 / 15 = 11.726.
        assert!((CARNOT.cop(20.0, 35.0, 1.0) - 11.726).abs() < 1e-12);
        assert!((CARNOT.duty(5e5, 7.0, 37.0).power_w - 5e5 / 5.603).abs() < 1e-6);
        assert!((CARNOT.duty(2e6, 7.0, 37.0).cooling_w - 1e6).abs() < 1e-9);
        // 1 - 0.3 (1 - x)² of the COP at part load x: 0.925 at a half.
        let part = CarnotChiller {
            cop_by_part_load: [0.7, 0.6, -0.3],
            ..CARNOT
        };
        assert!((part.cop(7.0, 37.0, 0.5) - 0.925 * 5.603).abs() < 1e-12);
        assert!((CARNOT.cop(20.0, 18.0, 1.0) - CARNOT.cop(20.0, 25.0, 1.0)).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn no_chiller_beats_carnot(evaporation_c in -5.0..25.0_f64, lift_k in 5.0..60.0_f64) {
            let cop = CARNOT.cop(evaporation_c, evaporation_c + lift_k, 1.0);
            prop_assert!(cop > 0.0 && cop < (evaporation_c + 273.15) / lift_k);
        }
    }
}
