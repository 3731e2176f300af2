//! Power swings of synchronous training at the grid connection.
//!
//! A step of a job lasts about a second and a tick many: the swing is not stepped but found from the state. Within a
//! step temperatures and fans stand still, so that each rack's draw at the utilisation of a phase follows from its draw
//! now; the load flow gives what that comes to at the connection; and [`crate::physics::swing`] gives the periodic
//! steady state between these levels, with the jitter of racks, the lag of supplies, ballast and storage.

use bevy_ecs::world::World;

use super::grid::Grid;
use super::{RackPower, row_loads, tan_phi};
use crate::physics::swing::{Control, Phase, Smoothing, StepPattern, Storage, Swing};
use crate::scenario::{StorageControl, TrainingSpec};
use crate::sim::chips::Kernels;
use crate::sim::state::{ChipColumns, HallColumns, RackColumns};
use crate::sim::twin::Plan;

/// The swing at the connection.
#[derive(Debug, Clone, PartialEq)]
pub struct Swings {
    /// Draw from the utility in each phase, W, were it to last.
    pub levels_w: Vec<f64>,
    /// With the jitter of racks alone.
    pub bare: Swing,
    /// With all that the scenario has against it.
    pub smoothed: Swing,
}

/// The swing of a job on all live racks of a world as it stands. `lines` of the spectrum are kept.
#[must_use]
pub fn swings(world: &World, training: &TrainingSpec, lines: usize) -> Swings {
    let campus = &*world.resource::<Plan>().0;
    let (chips, racks, halls) = (
        world.resource::<ChipColumns>(),
        world.resource::<RackColumns>(),
        world.resource::<HallColumns>(),
    );
    let kernels = world.resource::<Kernels>();
    let mut grid = world.resource::<Grid>().clone();
    let now = row_loads(campus, racks, halls, world.resource::<RackPower>());
    let chips_w: Vec<f64> = (0..campus.racks())
        .map(|rack| {
            chips.power_w[campus.rack_chips(rack)]
                .iter()
                .map(|w| f64::from(*w))
                .sum()
        })
        .collect();
    let levels_w: Vec<f64> = training
        .phases
        .iter()
        .map(|phase| {
            let mut loads = now.clone();
            for (r, row) in campus.rows.iter().enumerate() {
                if loads.row[r][0] <= 0.0 {
                    continue;
                }
                let kind = &campus.rack_kinds[row.kind];
                let p: f64 = row
                    .racks
                    .clone()
                    .map(|rack| kernels.cord_w_at(row.kind, racks, rack, chips_w[rack], phase.utilisation))
                    .sum();
                loads.row[r] = [p, p * tan_phi(super::rack_power_factor(kind))];
            }
            let _ = grid.solve(campus, &loads);
            grid.out(0)[0]
        })
        .collect();
    let phases = training.phases.iter().zip(&levels_w);
    let pattern = StepPattern {
        period_s: training.period_s,
        phases: phases
            .map(|(phase, level_w)| Phase {
                share: phase.share,
                power_w: *level_w,
            })
            .collect(),
        edge_s: training.edge_s,
    };
    let jitter = Smoothing {
        jitter_s: training.jitter_s,
        ..Smoothing::default()
    };
    let live_racks = (0..campus.racks()).filter(|rack| racks.cord_w[*rack] > 0.0).count() as f64;
    let smoothing = Smoothing {
        floor_share: training.floor_share,
        lag_s: training.supply_lag_s,
        storage: training.storage.as_ref().map(|storage| Storage {
            energy_j: storage.energy_j_per_rack.value * live_racks,
            power_w: storage.power_w_per_rack.value * live_racks,
            round_trip: storage.round_trip.value,
            control: match storage.control {
                StorageControl::Follow => Control::Follow,
                StorageControl::Share => Control::Share,
            },
        }),
        ..jitter
    };
    Swings {
        bare: pattern.swing(&jitter, lines),
        smoothed: pattern.swing(&smoothing, lines),
        levels_w,
    }
}
