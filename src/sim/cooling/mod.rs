//! What carries the heat of the halls away: air-handling units and the paths of their air, liquid loops, in-row coils.
//!
//! A hall's air is one balance: what the units supply and what the racks draw. Its state is the return air; the hot
//! aisle stands above it by what has bypassed the racks. How the supply parts over the rows is in [`AirPaths`], how a
//! row's air parts over its racks in [`crate::physics::zonal`].

mod liquid;
mod paths;
mod units;
mod watch;

use std::ops::Range;

use bevy_app::App;
use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

pub use self::liquid::Loops;
pub use self::paths::AirPaths;
pub use self::watch::{HallWatch, Loss, ThermalWatch};
use super::registry::{RegisterState, TwinState, same_lengths};
use super::{AhuColumns, RowColumns, Tick, TickSet};
use crate::choice;
use crate::site::Campus;

/// Parts of [`TickSet::Cooling`], in order.
#[derive(SystemSet, Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CoolingSet {
    /// Coolant loops take the chips' heat and give it to towers, dry coolers and chillers.
    LiquidLoops,
    /// Air-handling units set their mode and carry the heat of halls out.
    Units,
    /// Their air is parted over the rows.
    AirPaths,
    /// Who throttles, when and why.
    Watch,
}

/// Whether the site has water for media and towers.
#[derive(Resource, Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaterSupply(pub bool);

impl TwinState for WaterSupply {
    const NAME: &'static str = "water supply";
}

choice! {
    /// A set point of a hall's units.
    SetPoint {
        /// Coldest supply that is allowed, °C.
        Supply,
        /// Dry bulb above which they evaporate, °C.
        Evaporation,
        /// Supply air over what racks draw.
        SupplyRatio,
    }
}

/// Set points of the units of every hall, as they stand now.
#[derive(Resource, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SetPoints {
    /// Coldest supply that is allowed, °C.
    pub supply_min_c: Vec<f64>,
    /// Dry bulb above which units evaporate, °C.
    pub evaporate_above_c: Vec<f64>,
    /// Supply air over what racks draw.
    pub supply_ratio: Vec<f64>,
}

impl TwinState for SetPoints {
    const NAME: &'static str = "set points";

    fn fits(&self, other: &Self) -> bool {
        same_lengths!(self, other: supply_min_c, evaporate_above_c, supply_ratio)
    }
}

impl SetPoints {
    /// Those of the plan.
    #[must_use]
    pub fn new(campus: &Campus) -> Self {
        let all = |what: SetPoint| {
            (0..campus.halls.len())
                .map(|h| Self::planned(campus, h, what))
                .collect()
        };
        Self {
            supply_min_c: all(SetPoint::Supply),
            evaporate_above_c: all(SetPoint::Evaporation),
            supply_ratio: all(SetPoint::SupplyRatio),
        }
    }

    fn planned(campus: &Campus, hall: usize, what: SetPoint) -> f64 {
        let hall = &campus.halls[hall];
        let spec = &campus.cooling_kinds[hall.cooling_kind];
        match what {
            SetPoint::Supply => spec.supply_min_c.value,
            SetPoint::Evaporation => spec.evaporate_above_c.value,
            SetPoint::SupplyRatio => hall.supply_ratio,
        }
    }

    /// Moves a set point of halls; back to that of the plan without a value.
    pub(super) fn set(&mut self, campus: &Campus, halls: Range<usize>, what: SetPoint, value: Option<f64>) {
        for hall in halls {
            let value = value.unwrap_or_else(|| Self::planned(campus, hall, what));
            match what {
                SetPoint::Supply => self.supply_min_c[hall] = value,
                SetPoint::Evaporation => self.evaporate_above_c[hall] = value,
                SetPoint::SupplyRatio => self.supply_ratio[hall] = value,
            }
        }
    }
}

pub(super) fn plugin(app: &mut App) {
    app.register_state::<Loops>()
        .register_state::<AirPaths>()
        .register_state::<WaterSupply>()
        .register_state::<SetPoints>()
        .register_state::<ThermalWatch>()
        .register_state::<AhuColumns>()
        .register_state::<RowColumns>();
    app.add_systems(
        Tick,
        (
            liquid::step.in_set(CoolingSet::LiquidLoops),
            units::step.in_set(CoolingSet::Units),
            paths::part.in_set(CoolingSet::AirPaths),
            watch::watch.in_set(CoolingSet::Watch),
        )
            .chain()
            .in_set(TickSet::Cooling),
    );
}
