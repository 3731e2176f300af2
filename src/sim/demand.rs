//! What the chips are asked to do: what their job asks, or else a level for each row, with slow texture from seeded noise.

use bevy_app::App;
use bevy_ecs::prelude::*;
use noise::{NoiseFn, Perlin};
use serde::{Deserialize, Serialize};

use super::clock::Clock;
use super::jobs::Jobs;
use super::registry::{RegisterState, TwinState, same_lengths};
use super::state::HallColumns;
use super::twin::Plan;
use super::{Tick, TickSet};
use crate::site::Campus;
use crate::site::campus::Found;

/// Utilisation asked of each row.
#[derive(Resource, Debug, Clone, Serialize, Deserialize)]
pub struct Demand {
    /// Level by row, before the texture, 0 to 1.
    pub level: Vec<f64>,
    /// Utilisation by row now, mean over its racks, 0 to 1.
    pub now: Vec<f64>,
    /// Utilisation by rack now, 0 to 1.
    pub rack: Vec<f64>,
    /// Swing of the texture, as a share of the level.
    #[serde(skip)]
    pub texture: f64,
    #[serde(skip)]
    noise: Perlin,
}

/// Time scale of the load texture, s.
const TEXTURE_PERIOD_S: f64 = 2_700.0;

impl TwinState for Demand {
    const NAME: &'static str = "demand";

    fn regain(&mut self, other: Self) {
        (self.texture, self.noise) = (other.texture, other.noise);
    }

    fn fits(&self, other: &Self) -> bool {
        same_lengths!(self, other: level, now, rack)
    }
}

impl Demand {
    /// Every row at one level.
    #[must_use]
    pub fn new(rows: usize, racks: usize, level: f64, texture: f64, seed: u32) -> Self {
        Self {
            level: vec![level; rows],
            now: vec![0.0; rows],
            rack: vec![0.0; racks],
            texture,
            noise: Perlin::new(seed),
        }
    }

    /// Sets the level of the rows of a place, or of all.
    pub fn set(&mut self, campus: &Campus, at: Option<Found>, utilisation: f64) {
        let rows = match at {
            None => 0..self.level.len(),
            Some(found) => {
                let racks = campus.racks_of(found);
                campus.rack_row[racks.start] as usize..campus.rack_row[racks.end - 1] as usize + 1
            }
        };
        self.level[rows].fill(utilisation.clamp(0.0, 1.0));
    }
}

pub(super) fn ask(
    plan: Res<Plan>,
    clock: Res<Clock>,
    jobs: Option<Res<Jobs>>,
    mut demand: ResMut<Demand>,
    mut halls: ResMut<HallColumns>,
) {
    let demand = &mut *demand;
    let by_jobs = jobs.as_ref().map_or(&[][..], |jobs| &jobs.asked);
    let x = clock.time_s / TEXTURE_PERIOD_S;
    for (row, now) in demand.now.iter_mut().enumerate() {
        let live = halls.live[plan.0.rows[row].hall];
        let swing = 1.0 + demand.texture * demand.noise.get([x, row as f64 * 0.37]);
        *now = if live {
            (demand.level[row] * swing).clamp(0.0, 1.0)
        } else {
            0.0
        };
        let of_row = plan.0.rows[row].racks.clone();
        demand.rack[of_row.clone()].fill(*now);
        if live && let Some(jobs) = by_jobs.get(of_row.clone()) {
            for (rack, asked) in demand.rack[of_row.clone()].iter_mut().zip(jobs) {
                if !asked.is_nan() {
                    *rack = *asked;
                }
            }
            *now = demand.rack[of_row.clone()].iter().sum::<f64>() / of_row.len().max(1) as f64;
        }
    }
    for (hall, plan) in plan.0.halls.iter().enumerate() {
        let rows = &demand.now[plan.rows.clone()];
        halls.demand[hall] = rows.iter().sum::<f64>() / rows.len().max(1) as f64;
    }
}

pub(super) fn plugin(app: &mut App) {
    app.register_state::<Demand>();
    app.add_systems(Tick, ask.in_set(TickSet::Demand));
}
