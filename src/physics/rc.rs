//! Exact steps of thermal networks of one and two nodes, for any step: heat and boundaries stand still within it.
//!
//! A step gives temperatures at its end and their means over it, so that what flows through a conductance in the step
//! is its value times a mean difference and energy closes to rounding.

use crate::num::exp_m1;

/// Least heat capacity, J/K: a node of none would follow without delay, which this does to any tick's precision.
const LEAST_J_PER_K: f64 = 1e-6;

/// `(1 - e^-x) / x` and `(x - 1 + e^-x) / x²` for x of 0 or more: the shares of a start's rate that are left in the
/// change over a step, and in the mean change.
fn shares(x: f64) -> (f64, f64) {
    if x < 0.05 {
        // The closed form of the second loses digits here; eight terms of its series are exact to rounding.
        let mut term = 0.5;
        let mut sum = 0.0;
        for k in 3..11_u8 {
            sum += term;
            term *= -x / f64::from(k);
        }
        (1.0 - x * sum, sum)
    } else {
        let change = -exp_m1(-x) / x;
        (change, (1.0 - change) / x)
    }
}

/// Temperatures of N nodes, °C.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step<const N: usize> {
    /// At the step's end.
    pub end_c: [f64; N],
    /// Mean over the step.
    pub mean_c: [f64; N],
}

/// A heat capacity and a conductance to a boundary.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OneNode {
    /// Heat capacity, J/K.
    pub capacity_j_per_k: f64,
    /// Conductance to the boundary, W/K.
    pub boundary_w_per_k: f64,
}

impl OneNode {
    /// A step of `dt_s` from a temperature, °C, with heat into the node, W, and a boundary's temperature, °C.
    #[must_use]
    pub fn step(&self, start_c: f64, heat_w: f64, boundary_c: f64, dt_s: f64) -> Step<1> {
        let capacity = self.capacity_j_per_k.max(LEAST_J_PER_K);
        let (change, mean) = shares(self.boundary_w_per_k * dt_s / capacity);
        let first_k = (heat_w + self.boundary_w_per_k * (boundary_c - start_c)) * dt_s / capacity;
        Step {
            end_c: [start_c + first_k * change],
            mean_c: [start_c + first_k * mean],
        }
    }

    /// Time constant, s; endless without a conductance.
    #[must_use]
    pub fn tau_s(&self) -> f64 {
        self.capacity_j_per_k / self.boundary_w_per_k
    }
}

/// Two heat capacities, coupled with each other and each with a boundary of its own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TwoNodes {
    /// Heat capacities, J/K.
    pub capacity_j_per_k: [f64; 2],
    /// Conductance between the nodes, W/K.
    pub coupling_w_per_k: f64,
    /// Conductances from each node to its boundary, W/K; 0 for none.
    pub boundary_w_per_k: [f64; 2],
}

impl TwoNodes {
    /// A step of `dt_s` from temperatures, °C, with heat into the nodes, W, and the boundaries' temperatures, °C.
    ///
    /// The network's matrix M (rates fall by M times the temperatures) has two real eigenvalues of 0 or more, so that
    /// functions of it are `f(M) = f(x1) + (f(x2) - f(x1)) / (x2 - x1) · (M - x1)` (Sylvester's formula).
    #[must_use]
    pub fn step(&self, start_c: [f64; 2], heat_w: [f64; 2], boundary_c: [f64; 2], dt_s: f64) -> Step<2> {
        let capacity = self.capacity_j_per_k.map(|c| c.max(LEAST_J_PER_K));
        let [to_1, to_2] = self.boundary_w_per_k;
        let coupling = self.coupling_w_per_k;
        // M dt and the change at the first rate over the whole step.
        let per = capacity.map(|c| dt_s / c);
        let m = [
            [(coupling + to_1) * per[0], -coupling * per[0]],
            [-coupling * per[1], (coupling + to_2) * per[1]],
        ];
        let between_w = coupling * (start_c[1] - start_c[0]);
        let first_k = [
            (heat_w[0] + between_w + to_1 * (boundary_c[0] - start_c[0])) * per[0],
            (heat_w[1] - between_w + to_2 * (boundary_c[1] - start_c[1])) * per[1],
        ];
        let half = 0.5 * (m[0][0] - m[1][1]);
        let gap = 2.0 * (half * half + m[0][1] * m[1][0]).sqrt();
        let fast = 0.5 * (m[0][0] + m[1][1] + gap);
        // From the determinant, as the difference would lose the slow eigenvalue's digits.
        let slow = if fast > 0.0 {
            (coupling * (to_1 + to_2) + to_1 * to_2) * per[0] * per[1] / fast
        } else {
            0.0
        };
        let (at_slow, at_fast) = (shares(slow), shares(fast));
        let apply = |at_slow: f64, at_fast: f64| {
            let slope = if gap > 0.0 { (at_fast - at_slow) / gap } else { 0.0 };
            let along = [
                (m[0][0] - slow) * first_k[0] + m[0][1] * first_k[1],
                m[1][0] * first_k[0] + (m[1][1] - slow) * first_k[1],
            ];
            [0, 1].map(|i: usize| start_c[i] + at_slow * first_k[i] + slope * along[i])
        };
        Step {
            end_c: apply(at_slow.0, at_fast.0),
            mean_c: apply(at_slow.1, at_fast.1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// V18 of the reference cases.
    #[test]
    fn one_time_constant_makes_63_percent() {
        let node = OneNode {
            capacity_j_per_k: 5e5,
            boundary_w_per_k: 2e3,
        };
        let step = node.step(20.0, 0.0, 21.0, node.tau_s());
        assert!((step.end_c[0] - 20.0 - 0.632_120_558_828_557_7).abs() < 1e-14);
        // The mean of 1 - e^-x from 0 to 1 is 1/e.
        assert!((step.mean_c[0] - 20.0 - 0.367_879_441_171_442_3).abs() < 1e-14);
    }

    #[test]
    fn without_a_conductance_heat_is_stored() {
        let node = OneNode {
            capacity_j_per_k: 1e3,
            boundary_w_per_k: 0.0,
        };
        let step = node.step(20.0, 100.0, 0.0, 60.0);
        assert!((step.end_c[0] - 26.0).abs() < 1e-12 && (step.mean_c[0] - 23.0).abs() < 1e-12);
    }

    /// Both forms of the shares meet where they change over.
    #[test]
    fn shares_meet() {
        let (below, above) = (shares(0.05 - 1e-15), shares(0.05));
        assert!((below.0 - above.0).abs() < 1e-14 && (below.1 - above.1).abs() < 1e-13);
        assert_eq!(shares(0.0), (1.0, 0.5));
    }

    /// A rack of 500 kJ/K behind heat sinks of 40 kJ/K against the classical Runge-Kutta step of 10 ms.
    #[test]
    fn two_nodes_match_a_fine_runge_kutta() {
        let nodes = TwoNodes {
            capacity_j_per_k: [4e4, 5e5],
            coupling_w_per_k: 900.0,
            boundary_w_per_k: [0.0, 2_170.0],
        };
        let (heat_w, boundary_c) = ([26e3, 1e3], [0.0, 24.0]);
        let rate = |t: [f64; 2]| {
            let between = nodes.coupling_w_per_k * (t[1] - t[0]);
            [
                (heat_w[0] + between + nodes.boundary_w_per_k[0] * (boundary_c[0] - t[0])) / nodes.capacity_j_per_k[0],
                (heat_w[1] - between + nodes.boundary_w_per_k[1] * (boundary_c[1] - t[1])) / nodes.capacity_j_per_k[1],
            ]
        };
        let along = |t: [f64; 2], k: [f64; 2], h: f64| [t[0] + h * k[0], t[1] + h * k[1]];
        let (mut t, mut sum, h) = ([24.0, 24.0], [0.0, 0.0], 0.01);
        for _ in 0..30_000 {
            let k1 = rate(t);
            let k2 = rate(along(t, k1, 0.5 * h));
            let k3 = rate(along(t, k2, 0.5 * h));
            let k4 = rate(along(t, k3, h));
            let slope = [0, 1].map(|i: usize| (k1[i] + 2.0 * (k2[i] + k3[i]) + k4[i]) / 6.0);
            let next = along(t, slope, h);
            // Simpson's rule with the fourth-order midpoint of the cubic through both ends.
            let end = rate(next);
            for i in 0..2 {
                let middle = 0.5 * (t[i] + next[i]) + h / 8.0 * (k1[i] - end[i]);
                sum[i] += (t[i] + 4.0 * middle + next[i]) / 6.0;
            }
            t = next;
        }
        let step = nodes.step([24.0, 24.0], heat_w, boundary_c, 300.0);
        for i in 0..2 {
            assert!((step.end_c[i] - t[i]).abs() < 1e-9, "{i}: {} {}", step.end_c[i], t[i]);
            assert!(
                (step.mean_c[i] - sum[i] / 30_000.0).abs() < 1e-9,
                "{i}: {}",
                step.mean_c[i]
            );
        }
    }

    fn network() -> impl Strategy<Value = TwoNodes> {
        (1.0..1e6_f64, 1.0..1e6_f64, 0.0..1e4_f64, 0.0..1e4_f64, 0.0..1e4_f64).prop_map(|(c1, c2, g12, g1, g2)| {
            TwoNodes {
                capacity_j_per_k: [c1, c2],
                coupling_w_per_k: g12,
                boundary_w_per_k: [g1, g2],
            }
        })
    }

    proptest! {
        /// What is stored in each node is what came in less what went out by the mean temperatures.
        #[test]
        fn energy_closes(
            nodes in network(), start in [0.0..90.0_f64, 0.0..90.0_f64], heat in [0.0..1e5_f64, 0.0..1e5_f64],
            boundary in [0.0..40.0_f64, 0.0..40.0_f64], dt_s in 1e-3..1e4_f64,
        ) {
            let step = nodes.step(start, heat, boundary, dt_s);
            let between_w = nodes.coupling_w_per_k * (step.mean_c[1] - step.mean_c[0]);
            for (i, between_w) in [between_w, -between_w].into_iter().enumerate() {
                let in_w = heat[i] + between_w + nodes.boundary_w_per_k[i] * (boundary[i] - step.mean_c[i]);
                let stored_w = nodes.capacity_j_per_k[i] * (step.end_c[i] - start[i]) / dt_s;
                // Rounding of temperatures (about 1e-13 K here) in the largest flow that they make.
                let flow_w = heat[i] + (nodes.coupling_w_per_k + nodes.boundary_w_per_k[i]
                    + nodes.capacity_j_per_k[i] / dt_s) * (step.mean_c[i].abs() + step.end_c[i].abs() + 100.0);
                prop_assert!((in_w - stored_w).abs() < 1e-11 * flow_w, "{i}: {in_w} {stored_w} {flow_w}");
            }
        }

        /// Two steps are one.
        #[test]
        fn steps_compose(
            nodes in network(), start in [0.0..90.0_f64, 0.0..90.0_f64], heat in [0.0..1e3_f64, 0.0..1e3_f64],
            dt_s in 1e-3..1e4_f64, share in 0.0..1.0_f64,
        ) {
            let boundary = [20.0, 25.0];
            let once = nodes.step(start, heat, boundary, dt_s);
            let part = nodes.step(start, heat, boundary, share * dt_s);
            let twice = nodes.step(part.end_c, heat, boundary, (1.0 - share) * dt_s);
            for i in 0..2 {
                let mean_c = share * part.mean_c[i] + (1.0 - share) * twice.mean_c[i];
                let scale = 1e-10 * (100.0 + once.end_c[i].abs());
                prop_assert!((once.end_c[i] - twice.end_c[i]).abs() < scale);
                prop_assert!((once.mean_c[i] - mean_c).abs() < scale);
            }
        }

        /// Without heat no temperature leaves the span of the starts and the boundaries, however long the step.
        #[test]
        fn any_step_is_stable(nodes in network(), start in [0.0..90.0_f64, 0.0..90.0_f64], dt_s in 1e-3..1e9_f64) {
            let step = nodes.step(start, [0.0, 0.0], [20.0, 25.0], dt_s);
            let (low, high) = (start[0].min(start[1]).min(20.0), start[0].max(start[1]).max(25.0));
            for t_c in step.end_c.into_iter().chain(step.mean_c) {
                prop_assert!(t_c > low - 1e-9 && t_c < high + 1e-9, "{t_c} {low} {high}");
            }
        }
    }
}
