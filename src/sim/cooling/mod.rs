//! What carries the heat of the halls away: air-handling units and the paths of their air, liquid loops, in-row coils.
//!
//! A hall's air is one balance: what the units supply and what the racks draw. Its state is the return air; the hot
//! aisle stands above it by what has bypassed the racks. How the supply parts over the rows is in [`AirPaths`], how a
//! row's air parts over its racks in [`crate::physics::zonal`].

mod liquid;
mod paths;
mod units;
mod watch;

use bevy_app::App;
use bevy_ecs::prelude::*;

pub use self::liquid::Loops;
pub use self::paths::AirPaths;
pub use self::watch::{HallWatch, ThermalWatch};
use super::{Tick, TickSet};

/// Whether the site has water for media and towers.
#[derive(Resource, Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaterSupply(pub bool);

pub(super) fn plugin(app: &mut App) {
    app.add_systems(
        Tick,
        (liquid::step, units::step, paths::part, watch::watch)
            .chain()
            .in_set(TickSet::Cooling),
    );
}
