//! Where load can flow: switch positions, what carries voltage, and the load flow over it.

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use crate::physics::loadflow::{Branch, Flow, Network, Outcome};
use crate::sim::registry::{TwinState, same_lengths};
use crate::site::Campus;
use crate::site::campus::{PowerKind, PowerNode, PowerPlan};

/// Base of all per-unit values, VA.
pub const BASE_VA: f64 = 1e6;

/// No place in the order of what carries voltage.
const NOWHERE: u32 = u32::MAX;

/// Switch positions of every node, and the tree that they make.
#[derive(Resource, Debug, Clone, Default, Serialize, Deserialize)]
pub struct Grid {
    /// Which of its sources each node is connected to.
    pub source: Vec<u8>,
    /// Opened by a command or a relay, until a command closes it.
    pub open: Vec<bool>,
    /// By bit, sources that cannot be used: a section of a ring that is open leaves the way around.
    pub cut: Vec<u8>,
    /// Steps of the tap changer, up where positive.
    pub tap: Vec<i32>,
    /// Taken off for want of gensets, until there is room.
    pub shed: Vec<bool>,
    /// Units in service; of gensets, those on the bus.
    pub units: Vec<u32>,
    /// Whether anything behind it is live in this scenario.
    pub live: Vec<bool>,
    /// Whether it carries voltage.
    pub energised: Vec<bool>,
    /// The incident by which it lost its voltage, while it has none.
    pub lost_by: Vec<Option<u32>>,
    /// Nodes that carry voltage, each after the one that feeds it.
    order: Vec<u32>,
    /// Place of each node in the network: one after its place in the order.
    place: Vec<u32>,
    first_child: Vec<u32>,
    next_sibling: Vec<u32>,
    network: Network,
    flow: Flow,
}

/// What is drawn at rows and halls, W and var.
#[derive(Debug, Clone, Default)]
pub struct Loads {
    /// By row: racks and their network.
    pub row: Vec<[f64; 2]>,
    /// By hall: fans, pumps and lights.
    pub plant: Vec<[f64; 2]>,
}

impl TwinState for Grid {
    const NAME: &'static str = "grid";

    fn fits(&self, other: &Self) -> bool {
        same_lengths!(self, other: source, open, cut, tap, shed, units, live, energised, lost_by, place, first_child, next_sibling)
    }
}

impl Grid {
    /// Every switch in its preferred position.
    #[must_use]
    pub fn new(campus: &Campus, live_halls: &[bool]) -> Self {
        let plan = &campus.power;
        let n = plan.nodes.len();
        let live = live_nodes(campus, live_halls);
        let genset = |node: usize| plan.nodes[node].kind == PowerKind::Genset;
        let mut grid = Self {
            source: vec![0; n],
            open: vec![false; n],
            cut: vec![0; n],
            tap: vec![0; n],
            shed: vec![false; n],
            units: (0..n)
                .map(|node| if genset(node) { 0 } else { plan.nodes[node].units })
                .collect(),
            live,
            energised: vec![false; n],
            lost_by: vec![None; n],
            place: vec![NOWHERE; n],
            first_child: vec![NOWHERE; n],
            next_sibling: vec![NOWHERE; n],
            ..Self::default()
        };
        grid.trace(plan);
        grid
    }

    /// Takes in nodes with something live behind them, with their switches in the preferred position, and takes out
    /// those that have nothing live any more. Gives the nodes that came in.
    pub(super) fn set_live(&mut self, campus: &Campus, live_halls: &[bool]) -> Vec<usize> {
        let plan = &campus.power;
        let before = std::mem::replace(&mut self.live, live_nodes(campus, live_halls));
        let mut came = Vec::new();
        for (node, of) in plan.nodes.iter().enumerate() {
            if before[node] == self.live[node] {
                continue;
            }
            (self.open[node], self.cut[node], self.shed[node]) = (false, 0, false);
            (self.source[node], self.tap[node], self.lost_by[node]) = (0, 0, None);
            if of.kind != PowerKind::Genset {
                self.units[node] = of.units;
            }
            if self.live[node] {
                came.push(node);
            }
        }
        self.trace(plan);
        came
    }

    /// The node that feeds a node now, if it is not a source itself.
    #[must_use]
    pub fn above(&self, plan: &PowerPlan, node: usize) -> Option<usize> {
        let sources = &plan.nodes[node].sources;
        sources.get(self.source[node] as usize).map(|n| *n as usize)
    }

    /// Opens a node. Of a ring it is the section that feeds the building now, and the other side is left.
    pub fn open(&mut self, plan: &PowerPlan, node: usize) {
        if plan.nodes[node].kind == PowerKind::RingMain {
            self.cut[node] |= 1 << self.source[node];
        } else {
            self.open[node] = true;
        }
    }

    /// Closes a node again, with all its sections.
    pub fn close(&mut self, node: usize) {
        self.open[node] = false;
        self.cut[node] = 0;
    }

    /// Whether a node can be fed by the source at this place in its list, if that has voltage.
    #[must_use]
    pub fn usable(&self, node: usize, source: usize) -> bool {
        self.cut[node] >> source & 1 == 0
    }

    /// Whether `node` hangs on `other`, or is it.
    #[must_use]
    pub fn hangs_on(&self, plan: &PowerPlan, node: usize, other: usize) -> bool {
        let mut at = Some(node);
        // No path is longer than there are nodes; a loop of switches would be.
        for _ in 0..plan.nodes.len() {
            match at {
                Some(n) if n == other => return true,
                Some(n) => at = self.above(plan, n),
                None => return false,
            }
        }
        false
    }

    /// How many of these nodes carry voltage.
    #[must_use]
    pub fn count_energised(&self, nodes: &[u32]) -> usize {
        nodes.iter().filter(|n| self.energised[**n as usize]).count()
    }

    /// Whether any of these nodes carries voltage.
    #[must_use]
    pub fn any_energised(&self, nodes: &[u32]) -> bool {
        nodes.iter().any(|n| self.energised[*n as usize])
    }

    /// The latest incident by which one of these nodes lost its voltage.
    #[must_use]
    pub fn last_loss(&self, nodes: &[u32]) -> Option<u32> {
        nodes.iter().filter_map(|n| self.lost_by[*n as usize]).max()
    }

    /// Rating of the units of a node that are in service, VA.
    #[must_use]
    pub fn rating_va(&self, plan: &PowerPlan, node: usize) -> f64 {
        plan.nodes[node].stage.loss.rating_w * f64::from(self.units[node])
    }

    /// Whether a node passes voltage on, if it is given any.
    #[must_use]
    pub fn conducts(&self, node: usize) -> bool {
        self.live[node] && !self.open[node] && !self.shed[node] && self.units[node] > 0
    }

    /// Finds what carries voltage, and the tree of branches; to be called after every change of a switch.
    pub fn trace(&mut self, plan: &PowerPlan) {
        let n = plan.nodes.len();
        self.first_child.fill(NOWHERE);
        self.energised.fill(false);
        self.place.fill(NOWHERE);
        self.order.clear();
        for node in (0..n).rev() {
            match self.above(plan, node) {
                Some(_) if !self.usable(node, self.source[node] as usize) => {}
                Some(above) => {
                    self.next_sibling[node] = self.first_child[above];
                    self.first_child[above] = node as u32;
                }
                None if self.conducts(node) => self.order.push(node as u32),
                None => {}
            }
        }
        // The utility first, then plants by their number.
        self.order.reverse();
        let mut at = 0;
        while let Some(node) = self.order.get(at).map(|n| *n as usize) {
            self.energised[node] = true;
            at += 1;
            let mut child = self.first_child[node];
            while child != NOWHERE {
                if self.conducts(child as usize) {
                    self.order.push(child);
                }
                child = self.next_sibling[child as usize];
            }
        }
        self.network.clear();
        self.network.push(0, Branch::IDEAL);
        for (k, node) in self.order.iter().enumerate() {
            let node = *node as usize;
            self.place[node] = k as u32 + 1;
            let of = &plan.nodes[node];
            let stage = &of.stage;
            let rating = self.rating_va(plan, node) / BASE_VA;
            let parent = self.above(plan, node).map_or(0, |above| self.place[above] as usize);
            self.network.push(
                parent,
                Branch {
                    r: stage.loss.p2 / rating,
                    x: stage.reactance / rating,
                    g: stage.loss.p0 * rating,
                    b: stage.magnetising * rating,
                    linear: stage.loss.p1,
                    tap: ratio(of, self.tap[node]),
                },
            );
        }
    }

    /// Solves the load flow for loads that the cords and boards that carry voltage share equally.
    pub fn solve(&mut self, campus: &Campus, loads: &Loads) -> Outcome {
        self.flow.reset(self.network.len());
        for (row, load) in loads.row.iter().enumerate() {
            self.share(*load, &campus.power.cords[row]);
        }
        for (hall, load) in loads.plant.iter().enumerate() {
            self.share(*load, &campus.power.boards[hall]);
        }
        let mut outcome = self.flow.solve(&self.network, 1.0);
        // The network's first node is ideal; the others are nodes of the site.
        outcome.collapsed = outcome
            .collapsed
            .and_then(|n| self.order.get(n.wrapping_sub(1)).map(|n| *n as usize));
        outcome
    }

    /// Moves tap changers whose voltage has been off target for their time, by one step each; `waited_s` counts that time
    /// by node. Gives whether any has moved, so that the flow is to be solved again.
    pub fn change_taps(&mut self, plan: &PowerPlan, waited_s: &mut [f64], dt_s: f64) -> bool {
        let mut moved = false;
        for (n, node) in plan.nodes.iter().enumerate() {
            let (Some(changer), Some(place)) = (&node.tap_changer, self.at(n)) else {
                continue;
            };
            let off_pu = changer.target_pu.value - self.voltage(n);
            // A dead band of six tenths of a step to either side keeps it from hunting.
            let step = if off_pu.abs() < 0.6 * changer.step_pu.value {
                0
            } else {
                off_pu.signum() as i32
            };
            let next = (self.tap[n] + step).clamp(-(changer.steps as i32), changer.steps as i32);
            if next == self.tap[n] {
                waited_s[n] = 0.0;
                continue;
            }
            waited_s[n] += dt_s;
            if waited_s[n] >= changer.delay_s.value {
                waited_s[n] = 0.0;
                self.tap[n] = next;
                self.network.tap[place] = ratio(node, next);
                moved = true;
            }
        }
        moved
    }

    fn share(&mut self, [p, q]: [f64; 2], nodes: &[u32]) {
        let count = self.count_energised(nodes) as f64;
        for node in nodes {
            let place = self.place[*node as usize];
            if place != NOWHERE {
                self.flow.load_p[place as usize] += p / BASE_VA / count;
                self.flow.load_q[place as usize] += q / BASE_VA / count;
            }
        }
    }

    fn at(&self, node: usize) -> Option<usize> {
        let place = self.place[node];
        (place != NOWHERE).then_some(place as usize)
    }

    /// Power that leaves a node for what hangs on it, W and var.
    #[must_use]
    pub fn out(&self, node: usize) -> [f64; 2] {
        self.at(node).map_or([0.0; 2], |k| {
            [self.flow.out_p[k] * BASE_VA, self.flow.out_q[k] * BASE_VA]
        })
    }

    /// Loss of a node, W.
    #[must_use]
    pub fn loss_w(&self, node: usize) -> f64 {
        self.at(node).map_or(0.0, |k| self.flow.loss_p(k) * BASE_VA)
    }

    /// Voltage at a node, per unit; 0 if it has none.
    #[must_use]
    pub fn voltage(&self, node: usize) -> f64 {
        self.at(node).map_or(0.0, |k| self.flow.v2[k].sqrt())
    }

    /// Current over rated current of the units in service.
    #[must_use]
    pub fn loading(&self, plan: &PowerPlan, node: usize) -> f64 {
        let Some(k) = self.at(node) else { return 0.0 };
        let (p, q) = (self.flow.out_p[k], self.flow.out_q[k]);
        let rating = self.rating_va(plan, node) / BASE_VA;
        ((p * p + q * q) / self.flow.v2[k]).sqrt() / rating
    }
}

/// Ratio of a node's transformer at so many steps up.
fn ratio(node: &PowerNode, steps: i32) -> f64 {
    let step_pu = node.tap_changer.as_ref().map_or(0.0, |changer| changer.step_pu.value);
    1.0 / (1.0 + f64::from(steps) * step_pu)
}

/// By node, whether anything behind it is live.
fn live_nodes(campus: &Campus, live_halls: &[bool]) -> Vec<bool> {
    let plan = &campus.power;
    let mut live = vec![false; plan.nodes.len()];
    for (row, cords) in plan.cords.iter().enumerate() {
        if live_halls[campus.rows[row].hall] {
            for cord in cords {
                mark_live(plan, *cord, &mut live);
            }
        }
    }
    for (hall, boards) in plan.boards.iter().enumerate() {
        if live_halls[hall] {
            for board in boards {
                mark_live(plan, *board, &mut live);
            }
        }
    }
    live
}

/// Marks a node and all that can feed it.
fn mark_live(plan: &PowerPlan, node: u32, live: &mut [bool]) {
    if !std::mem::replace(&mut live[node as usize], true) {
        for source in &plan.nodes[node as usize].sources {
            // A neighbour on a ring passes power on whether its own building is live or not.
            mark_live(plan, *source, live);
        }
    }
}
