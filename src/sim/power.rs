//! The power path: which rows have power, and what every node carries and loses.

use bevy_app::App;
use bevy_ecs::prelude::*;

use super::command::apply_due;
use super::state::{HallColumns, PowerColumns, RackColumns};
use super::twin::Plan;
use super::{Tick, TickSet};

/// Which line-ups carry voltage at each row.
#[derive(Resource, Debug, Clone, Default)]
pub struct RowPower {
    /// A and B by row.
    pub energised: Vec<[bool; 2]>,
}

impl RowPower {
    /// Whether a row has power from either side.
    #[must_use]
    pub fn row_powered(&self, row: usize) -> bool {
        self.energised[row] != [false, false]
    }
}

/// Which nodes carry voltage: those that are closed all the way up to the utility.
fn energise(plan: Res<Plan>, mut power: ResMut<PowerColumns>, mut rows: ResMut<RowPower>) {
    let power = &mut *power;
    for (n, node) in plan.0.power.nodes.iter().enumerate() {
        let above = n == 0 || power.energised[node.parent as usize];
        power.energised[n] = above && power.live[n] && !power.open[n];
    }
    for (row, busways) in plan.0.power.busways.iter().enumerate() {
        rows.energised[row] = busways.map(|node| power.energised[node as usize]);
    }
}

/// Shares a load among the nodes that carry voltage; returns what none of them could take.
fn share(load_w: f64, nodes: impl Iterator<Item = u32> + Clone, power: &mut PowerColumns) -> f64 {
    let live = nodes.clone().filter(|n| power.energised[*n as usize]).count();
    if live == 0 {
        return load_w;
    }
    for n in nodes {
        if power.energised[n as usize] {
            power.load_w[n as usize] += load_w / live as f64;
        }
    }
    0.0
}

fn carry(plan: Res<Plan>, racks: Res<RackColumns>, mut halls: ResMut<HallColumns>, mut power: ResMut<PowerColumns>) {
    let campus = &*plan.0;
    let power = &mut *power;
    power.load_w.fill(0.0);
    for (row, busways) in campus.rows.iter().zip(&campus.power.busways) {
        let kind = &campus.rack_kinds[row.kind];
        let draws = &racks.draw_w[row.racks.clone()];
        let network_w = kind.rack.network_w.value * draws.len() as f64;
        if halls.live[row.hall] {
            let powered = busways.iter().any(|n| power.energised[*n as usize]);
            let load_w = if powered {
                draws.iter().sum::<f64>() + network_w
            } else {
                0.0
            };
            let _ = share(load_w, busways.iter().copied(), power);
        }
    }
    for (h, [a, b]) in campus.power.unit_transformers.iter().enumerate() {
        if halls.live[h] {
            // Without any transformer the fans would stand: the hall's plant is then fed by the building's
            // gensets, which this model does not have yet, so that it counts as unserved.
            let plant_w = halls.cooling_w[h] + halls.misc_w[h];
            let left_w = share(plant_w, a.clone().chain(b.clone()), power);
            halls.unserved_w[h] += left_w;
        }
    }
    for n in (0..campus.power.nodes.len()).rev() {
        let node = &campus.power.nodes[n];
        let load_w = power.load_w[n];
        power.loss_w[n] = if power.energised[n] {
            node.loss.loss_w(load_w)
        } else {
            0.0
        };
        if n > 0 {
            power.load_w[node.parent as usize] += load_w + power.loss_w[n];
        }
    }
}

pub(super) fn plugin(app: &mut App) {
    app.add_systems(Tick, energise.after(apply_due).in_set(TickSet::Clock));
    app.add_systems(Tick, carry.in_set(TickSet::PowerPath));
}
