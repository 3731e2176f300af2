//! Which unit's air reaches which end of which row.

use std::sync::Arc;

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use crate::num::{exp, hypot};
use crate::physics::air::AIR_CP_J_PER_KG_K;
use crate::physics::zonal::{Aisle, Stream};
use crate::sim::registry::TwinState;
use crate::sim::state::{AhuColumns, HallColumns, RowColumns};
use crate::sim::twin::Plan;
use crate::site::Campus;
use crate::site::campus::Hall;

/// Rounds in which shares of units and of row ends are brought into line: dampers are set so that every row gets what
/// its racks are rated for while all units run alike.
const BALANCING_ROUNDS: usize = 40;

/// The ways of the air in every hall.
#[derive(Resource, Debug, Clone, Serialize, Deserialize)]
pub struct AirPaths {
    /// By row: what stands at its ends now.
    pub aisles: Vec<Aisle>,
    /// By hall: the share of each unit's air that goes to each end of each row, end after end; halls that are laid out
    /// alike share theirs.
    #[serde(skip)]
    shares: Vec<Arc<Vec<f64>>>,
}

impl TwinState for AirPaths {
    const NAME: &'static str = "air paths";

    fn regain(&mut self, other: Self) {
        self.shares = other.shares;
    }

    fn fits(&self, other: &Self) -> bool {
        self.aisles.len() == other.aisles.len()
    }
}

impl AirPaths {
    /// The paths of a campus, with every aisle at a temperature, °C.
    #[must_use]
    pub fn new(campus: &Campus, start_c: f64) -> Self {
        let still = Stream {
            flow_kg_s: 0.0,
            temp_c: start_c,
            hot_share: 0.0,
        };
        let aisles = campus.rows.iter().map(|row| {
            let hall = &campus.halls[row.hall];
            Aisle {
                supply: [still; 2],
                hot_aisle_c: start_c,
                leakage_share: hall.leakage_share,
                row_end_leak: hall.row_end_leak,
            }
        });
        let mut known: Vec<(Vec<f64>, Arc<Vec<f64>>)> = Vec::new();
        let shares = campus.halls.iter().map(|hall| {
            let look = layout_of(campus, hall);
            if let Some((_, shares)) = known.iter().find(|(other, _)| *other == look) {
                return Arc::clone(shares);
            }
            let shares = Arc::new(shares(campus, hall));
            known.push((look, Arc::clone(&shares)));
            shares
        });
        let shares = shares.collect();
        Self {
            aisles: aisles.collect(),
            shares,
        }
    }

    /// Share of the air of unit `unit` of a hall that goes to an end (0 south, 1 north) of its row `row`.
    #[must_use]
    pub fn share(&self, campus: &Campus, hall: usize, unit: usize, row: usize, end: usize) -> f64 {
        let units = campus.halls[hall].units.len();
        let at = (2 * row + end) * units + unit;
        self.shares[hall].get(at).copied().unwrap_or(0.0)
    }
}

/// The two ends of a row, m: before its first rack and behind its last.
fn ends_m(campus: &Campus, row: usize) -> [[f64; 2]; 2] {
    let row = &campus.rows[row];
    let along = (row.racks.len() as f64 - 0.5) * row.rack_pitch_m;
    let [x, y] = row.first_m;
    [[x, y - 0.5 * row.rack_pitch_m], [x, y + along]]
}

/// Air that the racks of a row draw at their fans' full speed, W/K over the rise: what dampers are balanced for.
fn rated_w_per_k(campus: &Campus, row: usize) -> f64 {
    let row = &campus.rows[row];
    let kind = &campus.rack_kinds[row.kind];
    row.racks.len() as f64 * kind.rack.rating_w.value / kind.server.air_rise_k.value
}

/// All that the shares depend on, relative to the hall.
fn layout_of(campus: &Campus, hall: &Hall) -> Vec<f64> {
    let mut look = vec![hall.supply_reach_m, hall.units.len() as f64];
    look.extend(hall.rect.size_m);
    for row in hall.rows.clone() {
        for end in ends_m(campus, row) {
            // To the millimetre: halls at other places differ in the last bits.
            look.extend([0, 1].map(|axis| ((end[axis] - hall.rect.at_m[axis]) * 1e3).round()));
        }
        look.push(rated_w_per_k(campus, row));
    }
    look
}

/// Shares of units over row ends: near ends get more of a unit's air, balanced so that all units alike feed every row
/// by its rating.
fn shares(campus: &Campus, hall: &Hall) -> Vec<f64> {
    let units = hall.units.len();
    let ends: Vec<[f64; 2]> = hall.rows.clone().flat_map(|row| ends_m(campus, row)).collect();
    let wanted: Vec<f64> = hall
        .rows
        .clone()
        .flat_map(|row| [rated_w_per_k(campus, row); 2])
        .collect();
    let all: f64 = wanted.iter().sum();
    let mut share = Vec::with_capacity(ends.len() * units);
    for end in &ends {
        for unit in 0..units {
            let at = hall.unit_at_m(unit);
            let distance_m = hypot(end[0] - at[0], end[1] - at[1]);
            share.push(exp(-distance_m / hall.supply_reach_m).max(1e-12));
        }
    }
    for _ in 0..BALANCING_ROUNDS {
        for (row, wanted) in share.chunks_mut(units).zip(&wanted) {
            let sum: f64 = row.iter().sum();
            let factor = wanted / all * units as f64 / sum;
            row.iter_mut().for_each(|x| *x *= factor);
        }
        for unit in 0..units {
            let sum: f64 = share.iter().skip(unit).step_by(units).sum();
            share.iter_mut().skip(unit).step_by(units).for_each(|x| *x /= sum);
        }
    }
    share
}

/// Parts the supply of every hall over the ends of its rows.
pub(super) fn part(
    plan: Res<Plan>,
    units: Res<AhuColumns>,
    halls: Res<HallColumns>,
    mut rows: ResMut<RowColumns>,
    mut paths: ResMut<AirPaths>,
) {
    let campus = &*plan.0;
    let AirPaths { aisles, shares } = &mut *paths;
    for (h, hall) in campus.halls.iter().enumerate().filter(|(h, _)| halls.live[*h]) {
        let count = hall.units.len();
        let ends = 2 * hall.rows.len();
        // What comes through no fan, and what in-row coils give, reaches all rows alike.
        let by_units: f64 = units.air_kg_s[hall.units.clone()].iter().sum();
        let common = Stream {
            flow_kg_s: (halls.supply_air_kg_s[h] - by_units).max(0.0) / ends as f64,
            temp_c: halls.supply_c[h],
            hot_share: 0.0,
        };
        let coils = Stream {
            flow_kg_s: halls.coil_air_kg_s[h] / ends as f64,
            temp_c: halls.coil_supply_c[h],
            hot_share: 0.0,
        };
        for (k, row) in hall.rows.clone().enumerate() {
            let aisle = &mut aisles[row];
            aisle.hot_aisle_c = halls.hot_aisle_c[h];
            for end in 0..2 {
                let from = (2 * k + end) * count;
                let mut heat = 0.0;
                let mut flow_kg_s = 0.0;
                for (share, unit) in shares[h][from..from + count].iter().zip(hall.units.clone()) {
                    let part = share * units.air_kg_s[unit];
                    flow_kg_s += part;
                    heat += part * units.supply_c[unit];
                }
                let of_units = Stream {
                    flow_kg_s,
                    temp_c: if flow_kg_s > 0.0 {
                        heat / flow_kg_s
                    } else {
                        halls.supply_c[h]
                    },
                    hot_share: 0.0,
                };
                let mut air = of_units.with(common);
                if coils.flow_kg_s > 0.0 {
                    air = air.with(coils);
                }
                aisle.supply[end] = air;
            }
            let air = aisle.supply[0].with(aisle.supply[1]);
            rows.supply_kg_s[row] = air.flow_kg_s;
            rows.supply_c[row] = air.temp_c;
        }
    }
}

/// Air of a stream, W/K.
pub(super) fn w_per_k(flow_kg_s: f64) -> f64 {
    flow_kg_s * AIR_CP_J_PER_KG_K
}
