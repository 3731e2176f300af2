//! Load flow of a radial network by backward and forward sweeps, balanced three-phase, per unit on one base.
//!
//! The branch equations are exact for a tree and need no angles: with power P, Q behind a series r + jx,
//! `v_n⁴ + v_n² (2 (r P + x Q) - v_p²) + (r² + x²) (P² + Q²) = 0` (after Baran and Wu 1989, Network reconfiguration in
//! distribution systems, IEEE TPWRD 4(2), eq. 1 to 3). Shunts stand half at either end of a branch. The last sweep
//! goes backward, so that losses and loads add up to what comes in whatever the voltages are.

use serde::{Deserialize, Serialize};

/// A tree of branches. Node 0 is the source; branch n joins a node to its parent, which stands before it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Network {
    /// Parent of each node, less than its own index; 0 for node 0.
    pub parent: Vec<u32>,
    /// Series resistance.
    pub r: Vec<f64>,
    /// Series reactance.
    pub x: Vec<f64>,
    /// Shunt conductance.
    pub g: Vec<f64>,
    /// Shunt susceptance that draws reactive power; negative for the charging of a cable.
    pub b: Vec<f64>,
    /// Loss in proportion to the load.
    pub linear: Vec<f64>,
    /// Ratio of an ideal transformer at the parent's end of the branch, over nominal.
    pub tap: Vec<f64>,
}

/// A branch, per unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Branch {
    /// Series resistance.
    pub r: f64,
    /// Series reactance.
    pub x: f64,
    /// Shunt conductance.
    pub g: f64,
    /// Shunt susceptance that draws reactive power; negative for the charging of a cable.
    pub b: f64,
    /// Loss in proportion to the load.
    pub linear: f64,
    /// Ratio of an ideal transformer at the parent's end, over nominal.
    pub tap: f64,
}

impl Branch {
    /// A connection without loss.
    pub const IDEAL: Self = Self {
        r: 0.0,
        x: 0.0,
        g: 0.0,
        b: 0.0,
        linear: 0.0,
        tap: 1.0,
    };
}

impl Network {
    /// Number of nodes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.parent.len()
    }

    /// Whether there is no node.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.parent.is_empty()
    }

    /// Removes every node, keeping the memory.
    pub fn clear(&mut self) {
        self.parent.clear();
        for column in self.columns() {
            column.clear();
        }
    }

    /// Adds a node behind a branch from `parent`, an index before its own (anything for the first).
    pub fn push(&mut self, parent: usize, branch: Branch) {
        debug_assert!(parent < self.len() || self.is_empty());
        self.parent.push(parent as u32);
        let Branch {
            r,
            x,
            g,
            b,
            linear,
            tap,
        } = branch;
        for (column, value) in self.columns().into_iter().zip([r, x, g, b, linear, tap]) {
            column.push(value);
        }
    }

    fn columns(&mut self) -> [&mut Vec<f64>; 6] {
        [
            &mut self.r,
            &mut self.x,
            &mut self.g,
            &mut self.b,
            &mut self.linear,
            &mut self.tap,
        ]
    }

    /// Squared voltage at the beginning of a branch, behind its ratio.
    fn before(&self, n: usize, v2: &[f64]) -> f64 {
        let tap = self.tap[n];
        v2[self.parent[n] as usize] / (tap * tap)
    }
}

/// The state of a network: loads in, flows and voltages out.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Flow {
    /// Real power drawn at each node.
    pub load_p: Vec<f64>,
    /// Reactive power drawn at each node.
    pub load_q: Vec<f64>,
    /// Squared voltage of each node; a warm start if the length fits.
    pub v2: Vec<f64>,
    /// Real power that leaves each branch for its node: loads and branches behind it.
    pub out_p: Vec<f64>,
    /// Reactive power that leaves each branch.
    pub out_q: Vec<f64>,
    /// Real power that enters each branch.
    pub in_p: Vec<f64>,
    /// Reactive power that enters each branch.
    pub in_q: Vec<f64>,
}

/// How a solution ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// Sweeps done.
    pub sweeps: u32,
    /// A node whose voltage fell to [`FLOOR_V2`], where the load is more than the network can carry.
    pub collapsed: Option<usize>,
}

/// Lowest squared voltage: below 0.5 per unit there is no operating point, and the flows are taken at that voltage.
pub const FLOOR_V2: f64 = 0.25;

/// Largest change of a squared voltage in the last sweep.
const TOLERANCE: f64 = 1e-12;

/// Most sweeps: near the nose of the voltage curve they converge slowly.
const MOST_SWEEPS: u32 = 200;

impl Flow {
    /// Makes room for a network of `n` nodes with no load. Voltages are kept if the size is the same.
    pub fn reset(&mut self, n: usize) {
        for column in [
            &mut self.load_p,
            &mut self.load_q,
            &mut self.out_p,
            &mut self.out_q,
            &mut self.in_p,
            &mut self.in_q,
        ] {
            column.clear();
            column.resize(n, 0.0);
        }
        if self.v2.len() != n {
            self.v2.clear();
            self.v2.resize(n, 1.0);
        }
    }

    /// Solves for the loads, with the source, node 0, at a squared voltage of `source_v2`; its own branch is not used.
    /// Flows are sums over the tree to rounding: `in_p[0] = Σ load_p + Σ loss(n)`.
    pub fn solve(&mut self, net: &Network, source_v2: f64) -> Outcome {
        let mut outcome = Outcome {
            sweeps: 0,
            collapsed: None,
        };
        if net.is_empty() {
            return outcome;
        }
        self.v2[0] = source_v2;
        while outcome.sweeps < MOST_SWEEPS {
            outcome.sweeps += 1;
            self.backward(net);
            let (change, lowest) = self.forward(net);
            outcome.collapsed = lowest;
            if change < TOLERANCE {
                break;
            }
        }
        self.backward(net);
        outcome
    }

    /// Real power lost in a branch and its shunts.
    #[must_use]
    pub fn loss_p(&self, n: usize) -> f64 {
        self.in_p[n] - self.out_p[n]
    }

    fn backward(&mut self, net: &Network) {
        self.out_p.copy_from_slice(&self.load_p);
        self.out_q.copy_from_slice(&self.load_q);
        for n in (1..net.len()).rev() {
            let shunt = 0.5 * self.v2[n];
            let (p, q) = (self.out_p[n] + shunt * net.g[n], self.out_q[n] + shunt * net.b[n]);
            let squared = p * p + q * q;
            let current2 = squared / self.v2[n];
            let linear = if net.linear[n] > 0.0 {
                net.linear[n] * squared.sqrt()
            } else {
                0.0
            };
            let shunt_before = 0.5 * net.before(n, &self.v2);
            self.in_p[n] = p + net.r[n] * current2 + linear + shunt_before * net.g[n];
            self.in_q[n] = q + net.x[n] * current2 + shunt_before * net.b[n];
            let parent = net.parent[n] as usize;
            self.out_p[parent] += self.in_p[n];
            self.out_q[parent] += self.in_q[n];
        }
        (self.in_p[0], self.in_q[0]) = (self.out_p[0], self.out_q[0]);
    }

    /// Sets voltages from the source on; gives the largest change and a node at the floor.
    fn forward(&mut self, net: &Network) -> (f64, Option<usize>) {
        let (mut change, mut lowest) = (0.0_f64, None);
        for n in 1..net.len() {
            let before = net.before(n, &self.v2);
            let (r, x) = (net.r[n], net.x[n]);
            // Power that leaves the series part. The upper root of its quadratic is the voltage behind it; without a
            // root the branch cannot carry this power at any voltage.
            let shunt = 0.5 * self.v2[n];
            let (p, q) = (self.out_p[n] + shunt * net.g[n], self.out_q[n] + shunt * net.b[n]);
            let half = 0.5 * before - (r * p + x * q);
            let root = half * half - (r * r + x * x) * (p * p + q * q);
            let v2 = if root >= 0.0 { half + root.sqrt() } else { 0.0 };
            let v2 = if v2 > FLOOR_V2 {
                v2
            } else {
                lowest = lowest.or(Some(n));
                FLOOR_V2
            };
            change = change.max((v2 - self.v2[n]).abs());
            self.v2[n] = v2;
        }
        (change, lowest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn two_bus(r: f64, x: f64, p: f64, q: f64) -> (Flow, Network, Outcome) {
        let mut net = Network::default();
        net.push(0, Branch::IDEAL);
        net.push(0, Branch { r, x, ..Branch::IDEAL });
        let mut flow = Flow::default();
        flow.reset(2);
        (flow.load_p[1], flow.load_q[1]) = (p, q);
        let outcome = flow.solve(&net, 1.0);
        (flow, net, outcome)
    }

    /// Closed form: `v⁴ + v² (2 (rP + xQ) - 1) + (r² + x²)(P² + Q²) = 0`, the upper root.
    #[test]
    fn two_buses_have_the_closed_form() {
        for (r, x, p, q) in [
            (0.01, 0.06, 0.8, 0.2),
            (0.003, 0.12, 1.0, 0.75),
            (0.02, 0.10, 2.0, 1.0),
            // Near the nose, where both roots meet.
            (0.05, 0.20, 1.28, 0.66),
        ] {
            let (flow, _, outcome) = two_bus(r, x, p, q);
            let half = 0.5 - (r * p + x * q);
            let exact = half + (half * half - (r * r + x * x) * (p * p + q * q)).sqrt();
            assert!(outcome.collapsed.is_none());
            assert!((flow.v2[1] - exact).abs() < 1e-9, "{} is not {exact}", flow.v2[1]);
            let loss = r * (p * p + q * q) / exact;
            assert!((flow.loss_p(1) - loss).abs() < 1e-9 * loss.max(1.0));
        }
    }

    #[test]
    fn more_than_the_network_carries_is_a_collapse_and_the_books_still_close() {
        let (flow, net, outcome) = two_bus(0.05, 0.2, 5.0, 2.0);
        assert_eq!(outcome.collapsed, Some(1));
        let losses: f64 = (0..net.len()).map(|n| flow.loss_p(n)).sum();
        assert!((flow.in_p[0] - 5.0 - losses).abs() < 1e-12);
    }

    proptest! {
        /// Any tree, any load: what comes in is what is used and lost, and every node's flows add up.
        #[test]
        fn a_tree_closes(branches in proptest::collection::vec(
            (0.0..1.0_f64, 0.0..0.004_f64, 0.0..0.01_f64, 0.0..0.002_f64, 0.0..0.01_f64, 0.0..0.1_f64, -0.02..0.05_f64), 1..60,
        )) {
            let mut net = Network::default();
            let mut flow = Flow::default();
            flow.reset(branches.len());
            for (n, (place, r, x, g, linear, p, q)) in branches.iter().enumerate() {
                let parent = (place * n as f64) as usize;
                net.push(parent, Branch { r: *r, x: *x, g: *g, b: *g * 2.0, linear: *linear, tap: 1.0 });
                (flow.load_p[n], flow.load_q[n]) = (*p, *q);
            }
            flow.solve(&net, 1.0);
            let loads: f64 = flow.load_p.iter().sum();
            let losses: f64 = (0..net.len()).map(|n| flow.loss_p(n)).sum();
            prop_assert!((flow.in_p[0] - loads - losses).abs() <= 1e-12 * flow.in_p[0].abs().max(1.0));
            for n in 0..net.len() {
                let children: f64 = (1..net.len()).filter(|c| net.parent[*c] as usize == n).map(|c| flow.in_p[c]).sum();
                prop_assert!((flow.out_p[n] - flow.load_p[n] - children).abs() < 1e-12 * loads.max(1.0));
            }
        }
    }
}
