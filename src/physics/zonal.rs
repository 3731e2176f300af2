//! Air along a cold aisle: which rack breathes how much of the hot aisle's air.
//!
//! A zone before each rack. Supply comes in at both ends of the row and flows towards the middle; every rack draws
//! its share; hot air leaks in through containment, over the top and round the ends. What is left of the supply is
//! warmer the further it has come, so that the racks where both streams end are the warmest. Mass and heat close in
//! every zone: over the row as much hot air is breathed as leaks in.

use serde::{Deserialize, Serialize};

/// A stream: flow in kg/s, temperature in °C, and the share of it that is hot-aisle air.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Stream {
    /// Flow, kg/s.
    pub flow_kg_s: f64,
    /// Temperature, °C.
    pub temp_c: f64,
    /// Share of hot-aisle air, 0 to 1.
    pub hot_share: f64,
}

impl Stream {
    /// The stream with so much of another mixed in.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        let flow_kg_s = self.flow_kg_s + other.flow_kg_s;
        if flow_kg_s <= 0.0 {
            return Self { flow_kg_s: 0.0, ..self };
        }
        let mix = |a: f64, b: f64| (self.flow_kg_s * a + other.flow_kg_s * b) / flow_kg_s;
        Self {
            flow_kg_s,
            temp_c: mix(self.temp_c, other.temp_c),
            hot_share: mix(self.hot_share, other.hot_share),
        }
    }
}

/// What stands at the two ends of a row and beside it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Aisle {
    /// Supply that reaches the first and the last rack's end.
    pub supply: [Stream; 2],
    /// Air of the hot aisle, °C.
    pub hot_aisle_c: f64,
    /// Hot air among the air that the row draws while supply is ample, 0 to 1.
    pub leakage_share: f64,
    /// Leak at either end over the leak beside a rack.
    pub row_end_leak: f64,
}

/// What a rack breathes.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Inlet {
    /// Temperature, °C.
    pub temp_c: f64,
    /// Share of hot-aisle air, 0 to 1.
    pub hot_share: f64,
    /// Temperature of the supply air in it, °C.
    pub supply_c: f64,
}

impl Aisle {
    /// Share of hot air in what a row breathes that draws so much, kg/s: leaks, and what the supply does not bring.
    #[must_use]
    pub fn hot_share(&self, drawn_kg_s: f64) -> f64 {
        let supplied = self.supply[0].flow_kg_s + self.supply[1].flow_kg_s;
        if drawn_kg_s <= 0.0 {
            return self.leakage_share;
        }
        // Never all of it: a trickle of supply is always there, and the shares below need one.
        (1.0 - (1.0 - self.leakage_share) * (supplied / drawn_kg_s).min(1.0)).clamp(0.0, 0.999)
    }

    /// The air at every rack of the row, from the first to the last, for what each draws, kg/s.
    ///
    /// `out` takes one inlet a rack; it must be as long as `drawn_kg_s`, else the shorter counts.
    pub fn inlets(&self, drawn_kg_s: &[f32], out: &mut [Inlet]) {
        let n = drawn_kg_s.len().min(out.len());
        let drawn: f64 = drawn_kg_s.iter().map(|m| f64::from(*m)).sum();
        let supplied = self.supply[0].flow_kg_s + self.supply[1].flow_kg_s;
        let supply_mix = self.supply[0].with(self.supply[1]);
        let supply_c = if supplied > 0.0 {
            supply_mix.temp_c
        } else {
            self.hot_aisle_c
        };
        if n == 0 || drawn <= 0.0 {
            for inlet in out {
                let temp_c = supply_c + self.leakage_share * (self.hot_aisle_c - supply_c);
                *inlet = Inlet {
                    temp_c,
                    hot_share: self.leakage_share,
                    supply_c,
                };
            }
            return;
        }
        let hot_share = self.hot_share(drawn);
        // What leaks in before each rack; the ends leak more.
        let weights = n as f64 + 2.0 * self.row_end_leak;
        let hot_kg_s = hot_share * drawn;
        let leak = |k: usize| {
            let ends = f64::from(u8::from(k == 0)) + f64::from(u8::from(k + 1 == n));
            Stream {
                flow_kg_s: hot_kg_s * (1.0 + ends * self.row_end_leak) / weights,
                temp_c: self.hot_aisle_c,
                hot_share: 1.0,
            }
        };
        // What the racks need of the supply, split over the ends as it comes; a surplus does not enter the aisle.
        let needed = drawn - hot_kg_s;
        let from = |end: usize| {
            let share = if supplied > 0.0 {
                self.supply[end].flow_kg_s / supplied
            } else {
                0.5
            };
            Stream {
                flow_kg_s: needed * share,
                temp_c: if supplied > 0.0 {
                    self.supply[end].temp_c
                } else {
                    self.hot_aisle_c
                },
                hot_share: 0.0,
            }
        };
        let mut put = |k: usize, air: Stream| {
            let cold = 1.0 - air.hot_share;
            out[k] = Inlet {
                temp_c: air.temp_c,
                hot_share: air.hot_share,
                // The supply part of what it breathes, told apart from the hot part.
                supply_c: if cold > 1e-6 {
                    (air.temp_c - air.hot_share * self.hot_aisle_c) / cold
                } else {
                    supply_c
                },
            };
        };
        let take = |air: Stream, k: usize| Stream {
            flow_kg_s: air.flow_kg_s - f64::from(drawn_kg_s[k]),
            ..air
        };
        let (mut south, mut north) = (from(0), from(1));
        let (mut first, mut last) = (0, n);
        // From the south until the stream ends, then from the north down to the same rack.
        while first < last {
            let air = south.with(leak(first));
            if air.flow_kg_s < f64::from(drawn_kg_s[first]) {
                break;
            }
            put(first, air);
            south = take(air, first);
            first += 1;
        }
        while last > first {
            let air = north.with(leak(last - 1));
            if air.flow_kg_s < f64::from(drawn_kg_s[last - 1]) || last - 1 == first {
                break;
            }
            put(last - 1, air);
            north = take(air, last - 1);
            last -= 1;
        }
        // Where they meet, both are breathed with what leaks in between.
        if first < last {
            let between = (first..last).map(leak).fold(Stream::default(), Stream::with);
            let air = south.with(north).with(between);
            (first..last).for_each(|k| put(k, air));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::num::pow;
    use proptest::prelude::*;

    fn aisle(supply_kg_s: [f64; 2], leakage_share: f64, row_end_leak: f64) -> Aisle {
        let supply = supply_kg_s.map(|flow_kg_s| Stream {
            flow_kg_s,
            temp_c: 20.0,
            hot_share: 0.0,
        });
        Aisle {
            supply,
            hot_aisle_c: 36.0,
            leakage_share,
            row_end_leak,
        }
    }

    /// Exact solution of the aisle as a continuum that is fed at one end: with the same draw m and leak l beside every
    /// rack, `F dθ = l (1 - θ) dk` and `dF = (l - m) dk` give `θ = 1 - (1 - k/n)^(l / (m - l))`.
    #[test]
    fn a_long_aisle_fed_at_one_end_follows_the_exact_solution() {
        for leakage_share in [0.02, 0.05, 0.2, 0.5] {
            const N: usize = 4_000;
            let drawn = vec![1.0_f32; N];
            let mut inlets = vec![Inlet::default(); N];
            aisle([1.1 * N as f64, 0.0], leakage_share, 0.0).inlets(&drawn, &mut inlets);
            let exponent = leakage_share / (1.0 - leakage_share);
            for k in (0..N * 9 / 10).step_by(97) {
                let exact = 1.0 - pow(1.0 - (k as f64 + 0.5) / N as f64, exponent);
                let found = inlets[k].hot_share;
                assert!((found - exact).abs() < 1e-3, "rack {k} of {N}: {found}, exact {exact}");
                assert!((inlets[k].temp_c - (20.0 + 16.0 * found)).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn the_middle_of_a_row_is_warmest_and_its_ends_are_not_free() {
        let drawn = [1.7_f32; 32];
        let mut inlets = [Inlet::default(); 32];
        aisle([30.0, 30.0], 0.03, 4.0).inlets(&drawn, &mut inlets);
        let hottest = (0..32).max_by(|a, b| inlets[*a].temp_c.total_cmp(&inlets[*b].temp_c));
        assert!(matches!(hottest, Some(15 | 16)), "{hottest:?}");
        assert!(inlets[0].hot_share > 0.0 && inlets[0].hot_share < inlets[16].hot_share);
    }

    proptest! {
        /// As much hot air is breathed as leaks in, whatever comes from either end and whatever each rack draws.
        #[test]
        fn hot_air_is_neither_lost_nor_made(
            drawn in proptest::collection::vec(0.0_f32..3.0, 1..40),
            supply in [0.0..80.0_f64, 0.0..80.0_f64],
            leakage_share in 0.0..0.3_f64,
            row_end_leak in 0.0..10.0_f64,
        ) {
            let all: f64 = drawn.iter().map(|m| f64::from(*m)).sum();
            prop_assume!(all > 1e-3);
            let aisle = aisle(supply, leakage_share, row_end_leak);
            let mut inlets = vec![Inlet::default(); drawn.len()];
            aisle.inlets(&drawn, &mut inlets);
            let breathed: f64 = drawn.iter().zip(&inlets).map(|(m, inlet)| f64::from(*m) * inlet.hot_share).sum();
            let leaked = aisle.hot_share(all) * all;
            prop_assert!((breathed - leaked).abs() < 1e-9 * all.max(1.0), "{breathed} of {leaked}");
            for inlet in &inlets {
                prop_assert!((0.0..=1.0 + 1e-9).contains(&inlet.hot_share));
                prop_assert!(inlet.temp_c >= 20.0 - 1e-9 && inlet.temp_c <= 36.0 + 1e-9);
            }
        }
    }
}
