//! Heat exchangers by effectiveness and number of transfer units (Kays and London; VDI Heat Atlas, C1).

use crate::num::{exp_m1, ln_1p, pow};

/// Specific heat of water, J/(kg K), 10 to 60 °C within 0.2 % (IAPWS-95).
pub const WATER_CP_J_PER_KG_K: f64 = 4_184.0;

/// Exponent of flow in turbulent convection inside channels (Dittus and Boelter 1930: Nu ~ Re^0.8).
pub const TURBULENT_EXPONENT: f64 = 0.8;

/// How the two streams pass each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Arrangement {
    /// In opposite directions: plate exchangers. Exact.
    CounterFlow,
    /// In the same direction. Exact.
    ParallelFlow,
    /// At right angles, neither stream mixed: finned coils. By the usual approximation (Incropera, Fundamentals of
    /// Heat and Mass Transfer, eq. 11.32), within 0.02 of the exact series.
    CrossFlow,
}

/// Effectiveness, 0 to 1: heat over that of an endless counter-flow exchanger. `ntu` is UA over the smaller capacity
/// rate, `c_ratio` (C*) the smaller capacity rate over the larger, 0 (one side boils, condenses or is large) to 1.
#[must_use]
pub fn effectiveness(arrangement: Arrangement, ntu: f64, c_ratio: f64) -> f64 {
    let (ntu, c) = (ntu.max(0.0), c_ratio.clamp(0.0, 1.0));
    match arrangement {
        Arrangement::CounterFlow if c == 1.0 => 1.0 - 1.0 / (1.0 + ntu),
        Arrangement::CounterFlow => {
            // The same as (1 - e) / (1 - C* e), but with no difference of nearly equal numbers near C* = 1.
            let fallen = -exp_m1(-ntu * (1.0 - c));
            fallen / (1.0 - c + c * fallen)
        }
        Arrangement::ParallelFlow => -exp_m1(-ntu * (1.0 + c)) / (1.0 + c),
        Arrangement::CrossFlow if c == 0.0 => -exp_m1(-ntu),
        Arrangement::CrossFlow if ntu.is_infinite() => 1.0,
        Arrangement::CrossFlow => -exp_m1(pow(ntu, 0.22) / c * exp_m1(-c * pow(ntu, 0.78))),
    }
}

/// Number of transfer units of a counter-flow exchanger of an effectiveness; endless for 1.
#[must_use]
pub fn counter_flow_ntu(effectiveness: f64, c_ratio: f64) -> f64 {
    let (e, c) = (effectiveness.max(0.0), c_ratio.clamp(0.0, 1.0));
    if e >= 1.0 {
        return f64::INFINITY;
    }
    let odds = e / (1.0 - e);
    if c == 1.0 {
        odds
    } else {
        ln_1p(odds * (1.0 - c)) / (1.0 - c)
    }
}

/// Rise of a stream's temperature by heat, K; of a stream that stands still, none.
#[must_use]
pub fn temperature_rise_k(heat_w: f64, capacity_rate_w_per_k: f64) -> f64 {
    if capacity_rate_w_per_k > 0.0 {
        heat_w / capacity_rate_w_per_k
    } else {
        0.0
    }
}

/// An exchanger with the flows at which it was rated. "Hot" and "cold" name its sides; heat may go either way.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Exchanger {
    /// How the streams pass each other.
    pub arrangement: Arrangement,
    /// Conductance at the rated flows, UA, W/K.
    pub ua_w_per_k: f64,
    /// Rated capacity rate (mass flow times specific heat) of the hot side, W/K.
    pub hot_rated_w_per_k: f64,
    /// Rated capacity rate of the cold side, W/K.
    pub cold_rated_w_per_k: f64,
    /// Share of the rated resistance in the hot side's film.
    pub hot_film_share: f64,
    /// Share of the rated resistance in the cold side's film; the rest is in the wall and its fouling.
    pub cold_film_share: f64,
}

/// What an exchanger does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Transfer {
    /// Heat from the hot to the cold side, W.
    pub heat_w: f64,
    /// Leaving temperature of the hot side, °C.
    pub hot_out_c: f64,
    /// Leaving temperature of the cold side, °C.
    pub cold_out_c: f64,
    /// Effectiveness, 0 to 1.
    pub effectiveness: f64,
}

impl Exchanger {
    /// A counter-flow exchanger (a plate exchanger) that has an effectiveness below 1 at its rated capacity rates,
    /// W/K, with a share of its resistance in the wall and the rest halved between the films.
    #[must_use]
    pub fn counter_flow(effectiveness: f64, hot_rated_w_per_k: f64, cold_rated_w_per_k: f64, wall_share: f64) -> Self {
        let (smaller, c_ratio) = smaller_and_ratio(hot_rated_w_per_k, cold_rated_w_per_k);
        Self {
            arrangement: Arrangement::CounterFlow,
            ua_w_per_k: counter_flow_ntu(effectiveness, c_ratio) * smaller,
            hot_rated_w_per_k,
            cold_rated_w_per_k,
            hot_film_share: 0.5 * (1.0 - wall_share),
            cold_film_share: 0.5 * (1.0 - wall_share),
        }
    }

    /// Conductance at capacity rates, W/K: films go with flow^0.8, wall and fouling stay, resistances add.
    #[must_use]
    pub fn ua_w_per_k(&self, hot_w_per_k: f64, cold_w_per_k: f64) -> f64 {
        if hot_w_per_k <= 0.0 || cold_w_per_k <= 0.0 {
            return 0.0;
        }
        let film = |share: f64, flow: f64, rated: f64| share * pow(rated / flow, TURBULENT_EXPONENT);
        let resistance = 1.0 - self.hot_film_share - self.cold_film_share
            + film(self.hot_film_share, hot_w_per_k, self.hot_rated_w_per_k)
            + film(self.cold_film_share, cold_w_per_k, self.cold_rated_w_per_k);
        self.ua_w_per_k / resistance
    }

    /// Heat and leaving temperatures for entering temperatures, °C, and capacity rates, W/K.
    #[must_use]
    pub fn transfer(&self, hot_in_c: f64, hot_w_per_k: f64, cold_in_c: f64, cold_w_per_k: f64) -> Transfer {
        let (smaller, c_ratio) = smaller_and_ratio(hot_w_per_k, cold_w_per_k);
        let effectiveness = if smaller > 0.0 {
            effectiveness(
                self.arrangement,
                self.ua_w_per_k(hot_w_per_k, cold_w_per_k) / smaller,
                c_ratio,
            )
        } else {
            0.0
        };
        let heat_w = effectiveness * smaller * (hot_in_c - cold_in_c);
        Transfer {
            heat_w,
            hot_out_c: hot_in_c - temperature_rise_k(heat_w, hot_w_per_k),
            cold_out_c: cold_in_c + temperature_rise_k(heat_w, cold_w_per_k),
            effectiveness,
        }
    }
}

/// The smaller of two capacity rates, at least 0, and its ratio to the larger.
fn smaller_and_ratio(a_w_per_k: f64, b_w_per_k: f64) -> (f64, f64) {
    let smaller = a_w_per_k.min(b_w_per_k).max(0.0);
    let larger = a_w_per_k.max(b_w_per_k);
    (smaller, if larger > 0.0 { smaller / larger } else { 0.0 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    use Arrangement::{CounterFlow, CrossFlow, ParallelFlow};
    const ALL: [Arrangement; 3] = [CounterFlow, ParallelFlow, CrossFlow];

    /// V18 of the reference cases: the closed forms of Kays and London.
    #[test]
    fn counter_flow_matches_the_closed_forms() {
        assert!((effectiveness(CounterFlow, 2.0, 0.5) - 0.774_600).abs() < 5e-7);
        assert_eq!(effectiveness(CounterFlow, 1.0, 1.0), 0.5);
        // The limit C* = 1 is met without a jump.
        let close = effectiveness(CounterFlow, 3.0, 1.0 - 1e-13);
        assert!((close - 0.75).abs() < 1e-12, "{close}");
    }

    /// The exact series of cross flow with neither stream mixed (Mason 1955; VDI Heat Atlas, C1):
    /// `1/(C* N) Σ P(n, N) P(n, C* N)`, where P is the chance that a Poisson number of that mean exceeds n.
    fn cross_flow_series(ntu: f64, c: f64) -> f64 {
        let mut term = [ntu, c * ntu].map(|mean| crate::num::exp(-mean));
        let mut beyond = term.map(|t| 1.0 - t);
        let mut sum = 0.0;
        for n in 1..200_u8 {
            sum += beyond[0] * beyond[1];
            for (i, mean) in [ntu, c * ntu].into_iter().enumerate() {
                term[i] *= mean / f64::from(n);
                beyond[i] -= term[i];
            }
        }
        sum / (c * ntu)
    }

    #[test]
    fn cross_flow_is_near_the_exact_series() {
        // Kays and London, table 2-6: 0.476 at NTU 1, C* 1.
        assert!((cross_flow_series(1.0, 1.0) - 0.476).abs() < 5e-4);
        for ntu in [0.1, 0.3, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0] {
            for c in [0.1, 0.25, 0.5, 0.75, 1.0] {
                let (found, exact) = (effectiveness(CrossFlow, ntu, c), cross_flow_series(ntu, c));
                assert!((found - exact).abs() < 0.02, "{ntu} {c}: {found} {exact}");
            }
        }
    }

    /// Closed form: both streams end at the mixing temperature, 1/(1 + C*), reached as 1 - e^(-NTU (1 + C*)).
    #[test]
    fn parallel_flow_matches_its_closed_form() {
        assert!((effectiveness(ParallelFlow, 1.0, 0.5) - (1.0 - crate::num::exp(-1.5)) / 1.5).abs() < 1e-15);
    }

    #[test]
    fn limits() {
        for arrangement in ALL {
            assert_eq!(effectiveness(arrangement, 0.0, 0.7), 0.0);
            // With one side endless the arrangement does not matter.
            assert!((effectiveness(arrangement, 1.3, 0.0) - (1.0 - crate::num::exp(-1.3))).abs() < 1e-15);
        }
        assert_eq!(effectiveness(CounterFlow, f64::INFINITY, 1.0), 1.0);
        assert_eq!(effectiveness(CounterFlow, f64::INFINITY, 0.4), 1.0);
        assert_eq!(effectiveness(ParallelFlow, f64::INFINITY, 1.0), 0.5);
        assert_eq!(effectiveness(CrossFlow, f64::INFINITY, 1.0), 1.0);
        assert!(counter_flow_ntu(1.0, 0.5).is_infinite());
    }

    /// V18 of the reference cases: 1 MW into 50 kg/s of water at 4,184 J/(kg K) is 4.78 K.
    #[test]
    fn a_megawatt_into_fifty_kilograms_a_second() {
        let rise_k = temperature_rise_k(1e6, 50.0 * WATER_CP_J_PER_KG_K);
        assert!((rise_k - 4.780).abs() < 5e-4, "{rise_k}");
        assert_eq!(temperature_rise_k(1e6, 0.0), 0.0);
    }

    /// Half the flow on both sides: films lose 2^-0.8 of their conductance, the wall nothing.
    #[test]
    fn conductance_follows_the_flows() {
        let exchanger = Exchanger::counter_flow(0.8, 2e5, 2e5, 0.2);
        assert!(
            (exchanger.ua_w_per_k / 2e5 - 4.0).abs() < 1e-12,
            "NTU of 0.8 at C* = 1 is 4"
        );
        assert!((exchanger.ua_w_per_k(2e5, 2e5) / exchanger.ua_w_per_k - 1.0).abs() < 1e-15);
        let half = exchanger.ua_w_per_k / exchanger.ua_w_per_k(1e5, 1e5);
        assert!((half - (0.2 + 0.8 * pow(2.0, 0.8))).abs() < 1e-12);
        assert_eq!(exchanger.transfer(40.0, 0.0, 20.0, 1e5).heat_w, 0.0);
    }

    proptest! {
        #[test]
        fn effectiveness_is_a_share_and_counter_flow_is_best(ntu in 0.0..50.0_f64, c in 0.0..=1.0_f64) {
            let best = effectiveness(CounterFlow, ntu, c);
            for arrangement in ALL {
                let e = effectiveness(arrangement, ntu, c);
                prop_assert!((0.0..=1.0).contains(&e));
                prop_assert!(e <= best + 1e-12, "{arrangement:?} {e} {best}");
            }
        }

        #[test]
        fn ntu_inverts(ntu in 0.0..8.0_f64, c in 0.0..=1.0_f64) {
            let back = counter_flow_ntu(effectiveness(CounterFlow, ntu, c), c);
            prop_assert!((back - ntu).abs() < 1e-9 * (1.0 + ntu));
        }

        /// Heat leaves one side and enters the other, and no outlet passes the other side's inlet.
        #[test]
        fn the_first_and_second_law_hold(
            which in 0_usize..3, hot_c in -10.0..90.0_f64, cold_c in -10.0..90.0_f64,
            hot in 1e2..1e6_f64, cold in 1e2..1e6_f64, ua in 0.0..1e7_f64,
        ) {
            let exchanger = Exchanger {
                arrangement: ALL[which], ua_w_per_k: ua, hot_rated_w_per_k: 1e5, cold_rated_w_per_k: 2e5,
                hot_film_share: 0.5, cold_film_share: 0.3,
            };
            let found = exchanger.transfer(hot_c, hot, cold_c, cold);
            prop_assert!((hot * (hot_c - found.hot_out_c) - found.heat_w).abs() < 1e-9 * hot * 100.0);
            prop_assert!((cold * (found.cold_out_c - cold_c) - found.heat_w).abs() < 1e-9 * cold * 100.0);
            let (low, high) = (hot_c.min(cold_c) - 1e-9, hot_c.max(cold_c) + 1e-9);
            prop_assert!((low..=high).contains(&found.hot_out_c) && (low..=high).contains(&found.cold_out_c));
            prop_assert!(found.heat_w * (hot_c - cold_c) >= 0.0);
            if ALL[which] == ParallelFlow {
                prop_assert!((found.hot_out_c - found.cold_out_c) * (hot_c - cold_c) >= -1e-9);
            }
        }
    }
}
