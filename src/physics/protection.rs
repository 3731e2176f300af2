//! Overcurrent relays with inverse time, after IEC 60255-151.

use crate::num::pow;

/// Constants k, s, and alpha of the characteristics (IEC 60255-151, table A.1).
pub const STANDARD_INVERSE: (f64, f64) = (0.14, 0.02);
/// Very inverse.
pub const VERY_INVERSE: (f64, f64) = (13.5, 1.0);
/// Extremely inverse.
pub const EXTREMELY_INVERSE: (f64, f64) = (80.0, 2.0);
/// Long-time inverse.
pub const LONG_TIME_INVERSE: (f64, f64) = (120.0, 1.0);
/// A definite time: the multiplier itself, in s.
pub const DEFINITE_TIME: (f64, f64) = (1.0, 0.0);

/// A characteristic: `t = multiplier · k / (M^alpha - 1)` for a load of M times the pick-up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Relay {
    /// Load over rating at which it starts to count.
    pub pickup: f64,
    /// Constant k, s; for a definite time 1.
    pub k_s: f64,
    /// Exponent; 0 for a definite time.
    pub alpha: f64,
    /// Time multiplier.
    pub multiplier: f64,
    /// Load over rating at which it trips without delay; infinity for none.
    pub instantaneous: f64,
    /// Time until the breaker is open, s.
    pub clearing_s: f64,
}

impl Relay {
    /// Time to trip at a steady load over rating, s; infinite up to the pick-up. Beyond 20 times the pick-up the
    /// curve is flat (IEC 60255-151, 5.2.2: the effective range ends at 20 times).
    #[must_use]
    pub fn trip_s(&self, loading: f64) -> f64 {
        if loading >= self.instantaneous {
            return 0.0;
        }
        let m = loading / self.pickup;
        if m <= 1.0 {
            return f64::INFINITY;
        }
        if self.alpha == 0.0 {
            return self.multiplier * self.k_s;
        }
        self.multiplier * self.k_s / (pow(m.min(20.0), self.alpha) - 1.0)
    }

    /// Moves a relay by a step at a steady load. `way` counts from 0 to 1 until it times out, and from there to 2
    /// until its breaker is open; gives the time within the step at which that is. Below the pick-up the way back
    /// takes as long as tripping at twice the pick-up; an order that was given is not taken back.
    pub fn step(&self, way: &mut f64, loading: f64, dt_s: f64) -> Option<f64> {
        let mut left_s = dt_s;
        if *way < 1.0 {
            let trip_s = self.trip_s(loading);
            if trip_s.is_infinite() {
                let back_s = self.trip_s(2.0 * self.pickup).max(1e-3);
                *way = (*way - dt_s / back_s).max(0.0);
                return None;
            }
            let needed_s = (1.0 - *way) * trip_s;
            if needed_s > left_s {
                *way += left_s / trip_s;
                return None;
            }
            left_s -= needed_s;
            *way = 1.0;
        }
        let needed_s = (2.0 - *way) * self.clearing_s;
        if needed_s > left_s {
            *way += left_s / self.clearing_s;
            return None;
        }
        Some(dt_s - left_s + needed_s)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const fn relay((k_s, alpha): (f64, f64)) -> Relay {
        Relay {
            pickup: 1.0,
            k_s,
            alpha,
            multiplier: 1.0,
            instantaneous: f64::INFINITY,
            clearing_s: 0.0,
        }
    }
    const STANDARD: Relay = relay(STANDARD_INVERSE);
    const VERY: Relay = relay(VERY_INVERSE);
    const EXTREMELY: Relay = relay(EXTREMELY_INVERSE);
    const LONG_TIME: Relay = relay(LONG_TIME_INVERSE);

    /// Times at 2 and 10 times the pick-up, as printed in relay handbooks for a multiplier of 1
    /// (Network Protection & Automation Guide, chapter 9, figure 9.4 and table 9.1).
    #[test]
    fn textbook_times() {
        for (relay, at_2, at_10) in [
            (STANDARD, 10.03, 2.97),
            (VERY, 13.5, 1.5),
            (EXTREMELY, 26.67, 0.808),
            (LONG_TIME, 120.0, 13.33),
        ] {
            assert!((relay.trip_s(2.0) - at_2).abs() < 0.005, "{}", relay.trip_s(2.0));
            assert!((relay.trip_s(10.0) - at_10).abs() < 0.005, "{}", relay.trip_s(10.0));
            assert!(relay.trip_s(1.0).is_infinite());
        }
    }

    #[test]
    fn a_load_that_changes_adds_up_its_shares() {
        // Half the way at twice the pick-up, the other half at ten times: 6.75 + 0.75 s.
        let mut share = 0.0;
        assert_eq!(VERY.step(&mut share, 2.0, 6.75), None);
        let rest = VERY.step(&mut share, 10.0, 10.0).expect("trips");
        assert!((rest - 0.75).abs() < 1e-12, "{rest}");
    }

    #[test]
    fn it_goes_back_when_the_load_falls() {
        let mut share = 0.0;
        let _ = VERY.step(&mut share, 2.0, 6.0);
        let _ = VERY.step(&mut share, 0.5, 100.0);
        assert_eq!(share, 0.0);
    }

    proptest! {
        /// The step does not matter: the breaker opens at the same time.
        #[test]
        fn any_step_trips_at_the_same_time(m in 1.05..15.0_f64, dt_s in 0.01..20.0_f64) {
            let relay = Relay { clearing_s: 0.08, ..VERY };
            let exact = relay.trip_s(m) + relay.clearing_s;
            let (mut share, mut time_s) = (0.0, 0.0);
            let open_s = loop {
                if let Some(after_s) = relay.step(&mut share, m, dt_s) {
                    break time_s + after_s;
                }
                time_s += dt_s;
                prop_assert!(time_s < 1e4);
            };
            prop_assert!((open_s - exact).abs() < 1e-6, "{} {}", open_s, exact);
        }
    }
}
