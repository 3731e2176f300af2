//! Cooling equipment of one's own: an immersion tank in the first hall. It has a state (its bath), a heat path (bath to dry
//! cooler), draws power, and takes part in digests and snapshots; the ledger of the twin checks its balance.
//!
//! `cargo run --release --example custom_cooling_unit`

#![allow(clippy::print_stdout, reason = "a program that tells its results")]

use rainier::prelude::*;
use rainier::sim::power::RackPower;
use rainier::sim::weather::Outside;
use serde::{Deserialize, Serialize};

/// Share of the first hall's racks whose heat goes to the bath instead of the air.
const SHARE: f64 = 0.3;

/// Heat that the bath holds per kelvin, J/K: some 12 m³ of oil.
const BATH_J_PER_K: f64 = 2.0e7;

/// What the dry cooler gives off per kelvin over the outside air at full fans, W/K.
const COOLER_W_PER_K: f64 = 6.0e4;

/// Pumps and fans of the tank, W.
const DRAW_W: f64 = 9.0e3;

/// The tank's bath, °C.
#[derive(Resource, Debug, Clone, Serialize, Deserialize)]
pub struct ImmersionTank {
    /// Temperature of the bath, °C.
    pub bath_c: f64,
}

impl TwinState for ImmersionTank {
    const NAME: &'static str = "immersion tank";
}

/// A tick of the tank. Within it the bath follows dT/dt = (heat in - cooler x (T - outside)) / capacity exactly; what the cooler
/// gives off is its own equation at the mean of that course, not what is left over.
fn step(
    clock: Res<Clock>,
    outside: Res<Outside>,
    power: Res<RackPower>,
    halls: Res<HallColumns>,
    mut tank: ResMut<ImmersionTank>,
    mut ports: ResMut<HallPorts>,
) {
    let hall = 0;
    if !halls.live[hall] {
        return;
    }
    // Without power the pumps stand: the racks' heat stays in the air, and the bath cools slowly.
    let runs = power.plant_fed[hall];
    let taken_w = if runs {
        SHARE * halls.heat_to_air_w[hall].max(0.0)
    } else {
        0.0
    };
    let draw_w = if runs { DRAW_W } else { 0.0 };
    let w_per_k = if runs { COOLER_W_PER_K } else { 0.1 * COOLER_W_PER_K };
    let settled_c = outside.dry_bulb_c + (taken_w + draw_w) / w_per_k;
    let x = clock.dt_s * w_per_k / BATH_J_PER_K;
    let before_c = tank.bath_c;
    tank.bath_c = settled_c + (before_c - settled_c) * rainier::num::exp(-x);
    let mean_c = settled_c - (before_c - settled_c) * rainier::num::exp_m1(-x) / x;
    ports.power_w[hall] += draw_w;
    ports.heat_from_air_w[hall] += taken_w;
    ports.heat_rejected_w[hall] += w_per_k * (mean_c - outside.dry_bulb_c);
    ports.stored_j[hall] += BATH_J_PER_K * (tank.bath_c - before_c);
}

/// Puts the tank into a scenario that begins.
fn begin(world: &mut World) {
    world.insert_resource(ImmersionTank { bath_c: 35.0 });
}

/// The immersion tank.
#[derive(Debug, Clone, Copy)]
pub struct ImmersionPlugin;

impl Plugin for ImmersionPlugin {
    fn build(&self, app: &mut App) {
        app.register_state::<ImmersionTank>();
        app.add_systems(Begin, begin);
        app.add_systems(Tick, step.in_set(TickSet::Chips));
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!(
        "{:<12}{:>14}{:>14}{:>12}{:>14}",
        "", "cooling, kW", "other, kW", "PUE", "ledger gap"
    );
    for with_tank in [false, true] {
        let loaded = scenario::load(&NoFiles, "builtin:lab-day", Overrides::default())?;
        let mut twin = if with_tank {
            Twin::with(loaded, 1, |app| {
                app.add_plugins(ImmersionPlugin);
            })
        } else {
            Twin::new(loaded, 1)
        };
        while !twin.done() {
            twin.tick();
        }
        let meters = twin.meters();
        println!(
            "{:<12}{:>14.1}{:>14.1}{:>12.4}{:>14.1e}",
            if with_tank { "with tank" } else { "without" },
            meters.now.cooling_w / 1e3,
            meters.now.misc_w / 1e3,
            meters.total.pue,
            meters.total.worst_imbalance
        );
        if let Some(tank) = twin.world().get_resource::<ImmersionTank>() {
            println!("The bath stands at {:.1} °C.", tank.bath_c);
        }
    }
    Ok(())
}
