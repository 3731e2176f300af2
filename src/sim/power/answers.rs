//! Answers about the power path as it stands: headroom, what is stranded, and what every single failure leads to.

use bevy_ecs::world::World;

use super::grid::{Grid, Loads};
use super::{RackPower, row_loads};
use crate::sim::state::{HallColumns, RackColumns};
use crate::sim::twin::Plan;
use crate::sim::workers::Workers;
use crate::site::Campus;
use crate::site::campus::PowerKind;

/// What one failure leads to, once every switch has gone over to what is left and before any genset carries load.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// Node that fails, or loses one of its units if it has more than one.
    pub node: u32,
    /// Nodes that then carry more than their rating, with their loading, the worst first.
    pub overloaded: Vec<(u32, f64)>,
    /// Racks that then have no cord with voltage.
    pub dark_racks: usize,
    /// Whether gensets that back the racks' line-ups could carry all of their buildings.
    pub gensets_carry: bool,
    /// Lowest voltage of a busway that has any, per unit.
    pub lowest_pu: f64,
    /// Whether the load is more than the network can carry.
    pub collapse: bool,
}

impl Failure {
    /// Whether anything is overloaded or dark.
    #[must_use]
    pub fn violates(&self) -> bool {
        !self.overloaded.is_empty() || self.dark_racks > 0 || self.collapse
    }
}

/// All single failures of a world as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct SingleFailures {
    /// By failure, in the order of the nodes.
    pub failures: Vec<Failure>,
    /// By node: its highest loading over all of them, and the failure that leads to it.
    pub worst: Vec<(f64, u32)>,
}

/// Room at a node.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Headroom {
    /// What it could carry beyond its load, VA.
    pub own_va: f64,
    /// What of that the nodes above it could carry too, VA.
    pub usable_va: f64,
}

impl Headroom {
    /// Room that cannot be used for want of room above, VA.
    #[must_use]
    pub fn stranded_va(&self) -> f64 {
        self.own_va - self.usable_va
    }
}

fn apparent(grid: &Grid, node: usize) -> f64 {
    let [p, q] = grid.out(node);
    (p * p + q * q).sqrt()
}

/// Room at a node now; none at one without voltage.
#[must_use]
pub fn headroom(campus: &Campus, grid: &Grid, node: usize) -> Headroom {
    let plan = &campus.power;
    if !grid.energised[node] {
        return Headroom {
            own_va: 0.0,
            usable_va: 0.0,
        };
    }
    let room = |n: usize| (grid.rating_va(plan, n) - apparent(grid, n)).max(0.0);
    let own_va = room(node);
    let (mut usable_va, mut at) = (own_va, grid.above(plan, node));
    while let Some(above) = at {
        usable_va = usable_va.min(room(above));
        at = grid.above(plan, above);
    }
    Headroom { own_va, usable_va }
}

/// What every single failure of a node with voltage leads to.
#[must_use]
pub fn single_failures(world: &World) -> SingleFailures {
    let campus = &*world.resource::<Plan>().0;
    let grid = world.resource::<Grid>();
    let loads = row_loads(
        campus,
        world.resource::<RackColumns>(),
        world.resource::<HallColumns>(),
        world.resource::<RackPower>(),
    );
    let nodes: Vec<usize> = (0..campus.power.nodes.len())
        .filter(|n| grid.energised[*n] && campus.power.nodes[*n].kind != PowerKind::Genset)
        .collect();
    let mut parts: Vec<(Vec<usize>, Vec<(Failure, Vec<f64>)>)> =
        nodes.chunks(64).map(|part| (part.to_vec(), Vec::new())).collect();
    world
        .resource::<Workers>()
        .for_each(parts.iter_mut().collect(), |(nodes, out)| {
            let mut trial = grid.clone();
            for node in nodes {
                trial.clone_from(grid);
                out.push(fail(campus, &mut trial, &loads, *node));
            }
        });
    let mut worst: Vec<(f64, u32)> = (0..campus.power.nodes.len())
        .map(|n| (grid.loading(&campus.power, n), u32::MAX))
        .collect();
    let mut failures = Vec::with_capacity(nodes.len());
    for (failure, loading) in parts.into_iter().flat_map(|(_, out)| out) {
        for (worst, loading) in worst.iter_mut().zip(loading) {
            if loading > worst.0 {
                *worst = (loading, failure.node);
            }
        }
        failures.push(failure);
    }
    SingleFailures { failures, worst }
}

fn fail(campus: &Campus, grid: &mut Grid, loads: &Loads, node: usize) -> (Failure, Vec<f64>) {
    let plan = &campus.power;
    if grid.units[node] > 1 {
        grid.units[node] -= 1;
    } else {
        grid.open(plan, node);
    }
    grid.trace(plan);
    transfer_all(campus, grid);
    let collapsed = grid.solve(campus, loads).collapsed;
    let loading: Vec<f64> = (0..plan.nodes.len()).map(|n| grid.loading(plan, n)).collect();
    let mut overloaded: Vec<(u32, f64)> = loading
        .iter()
        .enumerate()
        .filter(|(_, loading)| **loading > 1.0)
        .map(|(n, loading)| (n as u32, *loading))
        .collect();
    overloaded.sort_by(|a, b| b.1.total_cmp(&a.1));
    let mut dark = vec![false; campus.buildings.len()];
    let (mut dark_racks, mut lowest_pu) = (0, f64::INFINITY);
    for (row, cords) in plan.cords.iter().enumerate() {
        if cords.iter().any(|cord| grid.live[*cord as usize]) && !grid.any_energised(cords) {
            dark_racks += campus.rows[row].racks.len();
            dark[campus.halls[campus.rows[row].hall].building] = true;
        }
        for cord in cords
            .iter()
            .map(|cord| *cord as usize)
            .filter(|cord| grid.energised[*cord])
        {
            lowest_pu = lowest_pu.min(grid.voltage(cord));
        }
    }
    let gensets_carry = (0..dark.len())
        .filter(|b| dark[*b])
        .all(|b| carried(campus, loads, grid, b));
    let failure = Failure {
        node: node as u32,
        overloaded,
        dark_racks,
        gensets_carry: dark_racks > 0 && gensets_carry,
        lowest_pu,
        collapse: collapsed.is_some(),
    };
    (failure, loading)
}

/// Whether the gensets of a building's line-ups, where these are whole, are rated for all of its load.
fn carried(campus: &Campus, loads: &Loads, grid: &Grid, building: usize) -> bool {
    let plan = &campus.power;
    let halls = campus.buildings[building].halls.clone();
    let rows = halls.clone().flat_map(|h| campus.halls[h].rows.clone());
    let load_w = rows.map(|r| loads.row[r][0]).sum::<f64>() + halls.map(|h| loads.plant[h][0]).sum::<f64>();
    let plants = plan
        .gensets
        .iter()
        .filter(|plant| plant.building == building && !grid.open[plant.backs as usize]);
    let rated_w: f64 = plants
        .map(|plant| plant.spec.rating_w.value * f64::from(plant.units))
        .sum();
    load_w <= rated_w * plan.switching.genset_limit.value
}

/// Every switch goes over to what is left, without gensets, until nothing changes.
fn transfer_all(campus: &Campus, grid: &mut Grid) {
    let plan = &campus.power;
    // Each pass feeds at least one more node or ends.
    for _ in 0..plan.nodes.len() {
        let mut moved = false;
        for (n, node) in plan.nodes.iter().enumerate() {
            if node.sources.len() < 2 || grid.energised[n] || !grid.live[n] || grid.open[n] {
                continue;
            }
            let usable = |k: &usize| {
                let source = node.sources[*k] as usize;
                plan.nodes[source].kind != PowerKind::Genset && grid.energised[source] && grid.usable(n, *k)
            };
            if let Some(k) = (0..node.sources.len()).find(usable) {
                grid.source[n] = k as u8;
                moved = true;
            }
        }
        if !moved {
            break;
        }
        grid.trace(plan);
    }
}
