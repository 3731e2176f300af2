//! What a program on top of the twin needs: scenarios, the twin and its stages, commands, readings, and what registers state of
//! its own.

pub use bevy_app::{App, Plugin};
pub use bevy_ecs::prelude::{IntoScheduleConfigs, Res, ResMut, Resource, World};

pub use crate::results::{Summary, digest_world};
pub use crate::scenario::{self, Loaded, Overrides};
pub use crate::sim::clock::Clock;
pub use crate::sim::command::{Command, CommandQueue};
pub use crate::sim::cooling::CoolingSet;
pub use crate::sim::jobs::{JobSet, Jobs};
pub use crate::sim::meters::Meters;
pub use crate::sim::ports::HallPorts;
pub use crate::sim::power::PowerSet;
pub use crate::sim::power::incidents::Incidents;
pub use crate::sim::registry::{RegisterState, TwinState};
pub use crate::sim::snapshot::{Snapshot, SnapshotError};
pub use crate::sim::twin::Plan;
pub use crate::sim::{
    AhuColumns, Begin, ChipColumns, HallColumns, PowerColumns, RackColumns, RowColumns, SimPlugin, Tick, TickSet, Twin,
};
pub use crate::site::texts::{Files, NoFiles};
