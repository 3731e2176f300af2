//! Where equipment that is added to the simulation meets its halls: what it draws, what heat it takes from their air, and what
//! becomes of that heat. The ledger counts all of it, so that equipment whose own balance does not close is found out.

use bevy_app::App;
use bevy_ecs::prelude::*;

use super::columns::columns;
use super::registry::RegisterState;
use super::twin::Plan;
use super::{Tick, TickSet};

columns! {
    /// By hall, what added equipment does in this tick. It is zero again at the start of each tick; whoever has equipment adds to
    /// it in [`TickSet::Chips`], after the chips' heat is known and before cooling carries the rest away.
    ///
    /// What it draws and what it takes must come to what it gives off and stores:
    /// `power_w + heat_from_air_w = heat_rejected_w + stored_j / dt_s`.
    HallPorts "hall ports" (start_c) {
        /// Draw on the feeds of the hall's plant, W, mean over the tick; metered with lights and the like. Equipment without power
        /// draws nothing: [`super::power::RackPower::plant_fed`] says which halls have it.
        power_w: f64 = 0.0,
        /// Heat that it takes from the hall's air, W, mean over the tick.
        heat_from_air_w: f64 = 0.0,
        /// Heat that it gives off outside, W, mean over the tick.
        heat_rejected_w: f64 = 0.0,
        /// Heat that it stores in the tick, J.
        stored_j: f64 = 0.0,
    }
}

fn clear(mut ports: ResMut<HallPorts>) {
    let halls = ports.power_w.len();
    ports.reset(0..halls, 0.0);
}

/// Puts ports without equipment into a world that has its campus.
pub(super) fn insert(world: &mut World) {
    let halls = world.resource::<Plan>().0.halls.len();
    world.insert_resource(HallPorts::new(halls, 0.0));
}

pub(super) fn plugin(app: &mut App) {
    app.register_state::<HallPorts>();
    app.add_systems(Tick, clear.in_set(TickSet::Weather));
}
