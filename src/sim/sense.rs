//! What can be measured where: the readings that rules watch and that a record may hold beside the site's own.

use std::ops::Range;

use bevy_ecs::world::World;
use serde::{Deserialize, Serialize};

use super::hall_meters::HallMeters;
use super::power::grid::Grid;
use super::power::incidents::At;
use super::sample::Sample;
use super::state::{HallColumns, PowerColumns, RackColumns};
use super::twin::Plan;
use crate::choice;
use crate::site::campus::Found;
use crate::site::{Campus, unit};

choice! {
    /// How the readings of the parts of a place become one.
    Aggregation {
        /// One of them is enough: the one that is furthest beyond the limit; of a record, the highest.
        Any,
        /// All of them are needed: the one that is least beyond the limit; of a record, the lowest.
        All,
        /// Their mean.
        Mean,
        /// Their sum.
        Sum,
    }
}

/// What a reading is taken of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Rack,
    Hall,
    Node,
}

/// Declares the readings from one list, so that names and parts cannot part.
macro_rules! readings {
    ($($(#[$meta:meta])* $variant:ident = $name:literal of $part:ident, $take:ident;)*) => {
        /// A reading of a place or of a power node.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        pub enum Reading { $($(#[$meta])* $variant,)* }

        impl Reading {
            /// Every reading.
            pub const ALL: [Self; [$($name),*].len()] = [$(Self::$variant),*];

            /// Its name, which ends with its unit.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            fn part(self) -> Part {
                match self { $(Self::$variant => Part::$part,)* }
            }

            /// How its parts become one unless somebody says otherwise.
            #[must_use]
            pub fn usual(self) -> Aggregation {
                match self { $(Self::$variant => Aggregation::$take,)* }
            }
        }
    };
}

readings! {
    /// Air at the inlet of racks, °C.
    Inlet = "inlet_c" of Rack, Any;
    /// Air at the outlet of racks, °C.
    Outlet = "outlet_c" of Rack, Any;
    /// Hottest chip of racks, °C.
    HottestChip = "hottest_chip_c" of Rack, Any;
    /// Draw of racks at their cords, W.
    RackPower = "rack_power_w" of Rack, Sum;
    /// Throttled or tripped chips.
    LimitedChips = "limited_chips" of Rack, Sum;
    /// Racks without any power.
    DarkRacks = "dark_racks" of Rack, Sum;
    /// Utilisation of racks, 0 to 1.
    Utilisation = "utilisation" of Rack, Mean;
    /// Racks and network of halls, W.
    ItPower = "it_power_w" of Hall, Sum;
    /// What halls take of the site's draw, with their share of the losses, W.
    FacilityPower = "facility_power_w" of Hall, Sum;
    /// All that cooling of halls draws, W.
    CoolingPower = "cooling_power_w" of Hall, Sum;
    /// Load of halls that no feed carries, W.
    Unserved = "unserved_w" of Hall, Sum;
    /// Water of halls, L/s.
    Water = "water_l_s" of Hall, Sum;
    /// Air that the units of halls supply, kg/s.
    SupplyAir = "supply_air_kg_s" of Hall, Sum;
    /// Supply air of halls, °C.
    Supply = "supply_c" of Hall, Any;
    /// Return air of halls, °C.
    Return = "return_c" of Hall, Any;
    /// Hot aisle of halls, °C.
    HotAisle = "hot_aisle_c" of Hall, Any;
    /// Coolant to the racks of halls, °C.
    CoolantSupply = "coolant_supply_c" of Hall, Any;
    /// Load of a power node, W.
    Load = "load_w" of Node, Sum;
    /// Current of a power node over its rating.
    Loading = "loading" of Node, Any;
    /// Loss of a power node, W.
    Loss = "loss_w" of Node, Sum;
    /// Voltage of a power node over nominal.
    Voltage = "voltage_pu" of Node, Any;
    /// Top oil of a transformer, °C.
    TopOil = "top_oil_c" of Node, Any;
    /// Hot spot of a transformer's winding, °C.
    HotSpot = "hot_spot_c" of Node, Any;
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Quantity {
    /// A column of [`Sample`], by its number.
    Site(usize),
    /// A reading of a place or power node.
    Place(Reading),
}

impl Quantity {
    /// Its name, which ends with its unit.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Site(column) => Sample::COLUMNS.get(column).copied().unwrap_or_default(),
            Self::Place(reading) => reading.name(),
        }
    }
}

/// Where it is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Scope {
    /// All that is live.
    Site,
    /// A building, hall, row or rack.
    Place(Found),
    /// A node of the power path.
    Node(u32),
}

impl Scope {
    /// Its name.
    #[must_use]
    pub fn name(self, campus: &Campus) -> String {
        match self {
            Self::Site => "the site".to_owned(),
            Self::Place(found) => campus.address(found).to_string(),
            Self::Node(node) => At::Node(node).name(campus),
        }
    }
}

/// Whether a name is that of a quantity, with its unit or without.
fn fits(name: &str, asked: &str) -> bool {
    let bare = unit::of_field(name).and_then(|(_, end)| name.strip_suffix(end)?.strip_suffix('_'));
    name == asked || bare == Some(asked)
}

/// The quantity of a name at a scope; or the names there are for it.
///
/// # Errors
/// The names that are allowed there.
pub fn quantity(asked: &str, scope: Scope) -> Result<Quantity, Vec<&'static str>> {
    let asked = asked.trim().replace([' ', '-'], "_");
    let there = |reading: &Reading| match (scope, reading.part()) {
        (Scope::Node(_), part) => part == Part::Node,
        (Scope::Site, part) => part != Part::Node,
        (Scope::Place(Found::Building(_) | Found::Hall(_)), part) => part != Part::Node,
        (Scope::Place(_), part) => part == Part::Rack,
    };
    let readings = || Reading::ALL.into_iter().filter(there);
    let columns = || Sample::COLUMNS.iter().enumerate().filter(|_| scope == Scope::Site);
    // The site's own figure goes before one that would have to be gathered.
    if let Some((column, _)) = columns().find(|(_, name)| fits(name, &asked)) {
        return Ok(Quantity::Site(column));
    }
    if let Some(reading) = readings().find(|reading| fits(reading.name(), &asked)) {
        return Ok(Quantity::Place(reading));
    }
    let mut names: Vec<&str> = columns()
        .map(|(_, name)| *name)
        .chain(readings().map(Reading::name))
        .collect();
    names.sort_unstable();
    names.dedup();
    Err(names)
}

/// A value that was read, and the hall or node that it comes from, if it is one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Read {
    /// Value.
    pub value: f64,
    /// Where it was read.
    pub at: At,
}

/// What is read, or nothing where nothing is live. `high` says which end `Any` is about.
#[must_use]
pub fn read(world: &World, quantity: Quantity, scope: Scope, take: Option<Aggregation>, high: bool) -> Option<Read> {
    let reading = match quantity {
        Quantity::Site(column) => {
            let value = Sample::of(world).values().get(column).copied()?;
            return Some(Read { value, at: At::Site });
        }
        Quantity::Place(reading) => reading,
    };
    let (mut sum, mut count) = (0.0, 0_u32);
    let mut ends: [Option<Read>; 2] = [None; 2];
    each(world, reading, scope, &mut |value, at| {
        if !value.is_finite() {
            return;
        }
        sum += value;
        count += 1;
        let [low, most] = &mut ends;
        if low.is_none_or(|low| value < low.value) {
            *low = Some(Read { value, at });
        }
        if most.is_none_or(|most| value > most.value) {
            *most = Some(Read { value, at });
        }
    });
    let [low, most] = ends;
    let whole = |value: f64| {
        let one_hall = match scope {
            Scope::Node(node) => At::Node(node),
            Scope::Place(Found::Hall(hall)) => At::Hall(hall as u32),
            _ => At::Site,
        };
        (count > 0).then_some(Read { value, at: one_hall })
    };
    match take.unwrap_or(reading.usual()) {
        Aggregation::Any => {
            if high {
                most
            } else {
                low
            }
        }
        Aggregation::All => {
            if high {
                low
            } else {
                most
            }
        }
        Aggregation::Mean => whole(sum / f64::from(count.max(1))),
        Aggregation::Sum => whole(sum),
    }
}

/// Racks and halls of a scope.
fn parts(campus: &Campus, scope: Scope) -> (Range<usize>, Range<usize>) {
    match scope {
        Scope::Place(Found::Building(building)) => {
            let halls = campus.buildings[building].halls.clone();
            (campus.racks_of(Found::Building(building)), halls)
        }
        Scope::Place(Found::Hall(hall)) => (campus.halls[hall].racks.clone(), hall..hall + 1),
        Scope::Place(found) => (campus.racks_of(found), 0..0),
        Scope::Site => (0..campus.racks(), 0..campus.halls.len()),
        Scope::Node(_) => (0..0, 0..0),
    }
}

/// Every live part of a scope, in order.
fn each(world: &World, reading: Reading, scope: Scope, then: &mut dyn FnMut(f64, At)) {
    let campus = &*world.resource::<Plan>().0;
    let halls = world.resource::<HallColumns>();
    let (racks_of, halls_of) = parts(campus, scope);
    match reading.part() {
        Part::Node => {
            let Scope::Node(node) = scope else { return };
            let power = world.resource::<PowerColumns>();
            let column = match reading {
                Reading::Loading => &power.loading,
                Reading::Loss => &power.loss_w,
                Reading::Voltage => &power.voltage_pu,
                Reading::TopOil => &power.top_oil_c,
                Reading::HotSpot => &power.hot_spot_c,
                _ => &power.load_w,
            };
            if let Some(value) = column.get(node as usize) {
                then(*value, At::Node(node));
            }
        }
        Part::Hall => {
            let meters = world.resource::<HallMeters>();
            let column = match reading {
                Reading::FacilityPower => &meters.facility_now_w,
                Reading::CoolingPower => &halls.cooling_w,
                Reading::Unserved => &halls.unserved_w,
                Reading::Water => &halls.water_l_s,
                Reading::SupplyAir => &halls.supply_air_kg_s,
                Reading::Supply => &halls.supply_c,
                Reading::Return => &halls.return_c,
                Reading::HotAisle => &halls.hot_aisle_c,
                Reading::CoolantSupply => &halls.coolant_supply_c,
                _ => &halls.it_w,
            };
            for hall in halls_of.filter(|hall| halls.live[*hall]) {
                then(column[hall], At::Hall(hall as u32));
            }
        }
        Part::Rack => {
            let racks = world.resource::<RackColumns>();
            for rack in racks_of {
                let hall = campus.rows[campus.rack_row[rack] as usize].hall;
                if !halls.live[hall] {
                    continue;
                }
                let value = match reading {
                    Reading::Outlet => racks.outlet_c[rack],
                    Reading::HottestChip => f64::from(racks.hottest_c[rack]),
                    Reading::RackPower => racks.cord_w[rack],
                    Reading::LimitedChips => f64::from(racks.limited[rack]),
                    Reading::DarkRacks => f64::from(u8::from(racks.dark[rack])),
                    Reading::Utilisation => f64::from(racks.utilisation[rack]),
                    _ => f64::from(racks.inlet_c[rack]),
                };
                then(value, At::Hall(hall as u32));
            }
        }
    }
}

/// The incident that explains a reading best: what last took cooling from a hall or made it throttle, or what last took
/// the feed of a node; of the site, what last took that of its connection.
#[must_use]
pub fn reason(world: &World, at: At) -> Option<u32> {
    let grid = world.resource::<Grid>();
    match at {
        At::Hall(hall) => {
            let watch = world.resource::<super::cooling::ThermalWatch>();
            watch
                .halls
                .get(hall as usize)?
                .reason(world.resource::<super::clock::Clock>().time_s)
        }
        At::Node(node) => grid.lost_by.get(node as usize).copied().flatten(),
        At::Site => grid.lost_by.first().copied().flatten(),
    }
}
