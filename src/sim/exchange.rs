//! Two twins changing places: what one world simulates goes on in the other.

use bevy_ecs::prelude::*;

use super::chips::Kernels;
use super::clock::Clock;
use super::command::{CommandLog, CommandQueue, Timeline};
use super::cooling::{AirPaths, Loops, SetPoints, ThermalWatch, WaterSupply};
use super::demand::Demand;
use super::hall_meters::HallMeters;
use super::jobs::Jobs;
use super::jobs::equipment::EquipmentRisk;
use super::meters::{Meters, Prices};
use super::power::gensets::Gensets;
use super::power::grid::Grid;
use super::power::incidents::Incidents;
use super::power::switching::Timers;
use super::power::{Oil, RackPower, Relays};
use super::rules::Rules;
use super::state::{ChipColumns, HallColumns, PowerColumns, RackColumns, RowColumns, UnitColumns};
use super::twin::Plan;
use super::weather::{Climate, Outside, Spells, WeatherOffset};

/// Gives each of two worlds the twin of the other; a tick that is under way is ended before. Entities stay: the systems of a tick
/// work on resources, and entities say only what stands in what.
pub fn exchange(a: &mut World, b: &mut World) {
    fn swap<R: Resource>(a: &mut World, b: &mut World) {
        // Taken out and put in, not swapped in place: one of them may have none.
        let (of_a, of_b) = (a.remove_resource::<R>(), b.remove_resource::<R>());
        if let Some(of_b) = of_b {
            a.insert_resource(of_b);
        }
        if let Some(of_a) = of_a {
            b.insert_resource(of_a);
        }
    }
    super::finish(a);
    super::finish(b);
    macro_rules! all {
        ($($resource:ty),* $(,)?) => { $(swap::<$resource>(a, b);)* };
    }
    all![
        AirPaths,
        ChipColumns,
        Climate,
        Clock,
        CommandLog,
        CommandQueue,
        Demand,
        EquipmentRisk,
        Gensets,
        Grid,
        HallColumns,
        HallMeters,
        Incidents,
        Jobs,
        Kernels,
        Loops,
        Meters,
        Oil,
        Outside,
        Plan,
        PowerColumns,
        Prices,
        RackColumns,
        RackPower,
        Relays,
        RowColumns,
        Rules,
        SetPoints,
        Spells,
        ThermalWatch,
        Timeline,
        Timers,
        UnitColumns,
        WaterSupply,
        WeatherOffset,
    ];
}
