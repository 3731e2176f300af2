//! A campus, resolved: every hall, row, rack, cooling unit and power node, with its index and its place.
//!
//! Racks are numbered hall by hall, row by row; chips rack by rack. These indices are the rows of every
//! column of the simulation and the texels of every data texture of the view.
//! Lengths are metres east (x) and north (y) of the site centre.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::Address;
use super::files::{
    BatterySpec, ChipSpec, CoolingUnitSpec, Feature, GensetSpec, InRowSpec, LiquidLoopSpec, Location, OilSpec,
    ProtectionSpec, RackSpec, ServerSpec, SwitchingSpec, TapChangerSpec, Terrain, UtilitySpec,
};
use super::schema::Assumption;
use crate::physics::loss::LossCurve;

/// A rectangle on the ground: centre and extent, m.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rect {
    /// Centre, east and north.
    pub at_m: [f64; 2],
    /// Extent, east-west and north-south.
    pub size_m: [f64; 2],
}

impl Rect {
    /// Whether a point lies inside.
    #[must_use]
    pub fn contains(&self, x_m: f64, y_m: f64) -> bool {
        (x_m - self.at_m[0]).abs() <= self.size_m[0] / 2.0 && (y_m - self.at_m[1]).abs() <= self.size_m[1] / 2.0
    }
}

/// Everything that stands on a site, with no state.
#[derive(Debug, Clone)]
pub struct Campus {
    /// Name.
    pub name: String,
    /// One sentence.
    pub about: String,
    /// Where it stands.
    pub location: Location,
    /// The ground.
    pub terrain: Terrain,
    /// Buildings in order of their numbers.
    pub buildings: Vec<Building>,
    /// Halls, building by building.
    pub halls: Vec<Hall>,
    /// Rows, hall by hall.
    pub rows: Vec<Row>,
    /// Kinds of rack in use, with the chip of each.
    pub rack_kinds: Vec<RackKind>,
    /// Kinds of cooling unit in use.
    pub cooling_kinds: Vec<CoolingUnitSpec>,
    /// Liquid loops in use.
    pub loop_kinds: Vec<LiquidLoopSpec>,
    /// In-row coils in use.
    pub coil_kinds: Vec<InRowSpec>,
    /// First chip of each rack, and the number of chips at the end; one longer than the racks.
    pub chip_first: Vec<u32>,
    /// Row of each rack.
    pub rack_row: Vec<u32>,
    /// The power path.
    pub power: PowerPlan,
    /// Substations on the ground.
    pub substations: Vec<SubstationPlan>,
    /// Roads, ponds, fences and the like.
    pub features: Vec<Feature>,
    /// Published figures that the twin is held against.
    pub published: Vec<super::files::Published>,
    /// Every assumed figure of the files it was made of: (file, figure).
    pub assumptions: Vec<(String, Assumption)>,
    /// Source keys and what they stand for.
    pub sources: Vec<(String, String)>,
}

/// A building.
#[derive(Debug, Clone)]
pub struct Building {
    /// Number, from 1.
    pub number: u32,
    /// Construction phase.
    pub phase: u32,
    /// Footprint.
    pub rect: Rect,
    /// Eaves height, m.
    pub height_m: f64,
    /// Its halls.
    pub halls: Range<usize>,
    /// Gensets beside it, over all line-ups.
    pub gensets: u32,
    /// Its line-ups.
    pub lineups: Vec<String>,
    /// Their kind.
    pub genset: GensetSpec,
    /// Substation that feeds it.
    pub substation: usize,
}

/// A hall.
#[derive(Debug, Clone)]
pub struct Hall {
    /// Building.
    pub building: usize,
    /// Number in the building, from 1.
    pub number: u32,
    /// Footprint.
    pub rect: Rect,
    /// Its rows.
    pub rows: Range<usize>,
    /// Its racks.
    pub racks: Range<usize>,
    /// Its cooling units.
    pub units: Range<usize>,
    /// Kind of its cooling units.
    pub cooling_kind: usize,
    /// Air supplied over air drawn.
    pub supply_ratio: f64,
    /// Share of an average inlet that is hot-aisle air.
    pub leakage_share: f64,
    /// Leak at each end of a row over the leak beside a rack.
    pub row_end_leak: f64,
    /// Hot air at the top of a rack over its mean, less one.
    pub height_spread: f64,
    /// Distance over which the air of a unit spreads, m.
    pub supply_reach_m: f64,
    /// Its liquid loop, if it has one.
    pub liquid: Option<HallLoop>,
    /// Its in-row coils, if it has any: kind and number.
    pub coils: Option<(usize, u32)>,
    /// Heat capacity that follows the hot aisle, J/K.
    pub heat_capacity_j_per_k: f64,
    /// Lights and the like, W.
    pub misc_w: f64,
    /// Row pitch and rack pitch, m.
    pub pitch_m: [f64; 2],
}

/// The liquid loop of a hall.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HallLoop {
    /// Kind: row of [`Campus::loop_kinds`].
    pub kind: usize,
    /// Coolant distribution units that share it.
    pub cdus: u32,
}

impl Hall {
    /// Centre of its unit number `k`, m: units stand on the roof in two lines, south and north.
    #[must_use]
    pub fn unit_at_m(&self, k: usize) -> [f64; 2] {
        let columns = (self.units.len() as f64 / 2.0).ceil().max(1.0);
        let side = if k.is_multiple_of(2) { -0.28 } else { 0.28 };
        [
            self.rect.at_m[0] + self.rect.size_m[0] * (((k / 2) as f64 + 0.5) / columns - 0.5),
            self.rect.at_m[1] + self.rect.size_m[1] * side,
        ]
    }
}

/// A row of racks, along north-south; rows follow each other eastward.
#[derive(Debug, Clone)]
pub struct Row {
    /// Hall.
    pub hall: usize,
    /// Number in the hall, from 1.
    pub number: u32,
    /// Its racks.
    pub racks: Range<usize>,
    /// Kind of its racks.
    pub kind: usize,
    /// Centre of the first rack, m.
    pub first_m: [f64; 2],
    /// Distance between racks, m.
    pub rack_pitch_m: f64,
}

/// A kind of rack with its server and chip.
#[derive(Debug, Clone)]
pub struct RackKind {
    /// Catalog name.
    pub key: String,
    /// The rack.
    pub rack: RackSpec,
    /// Its server.
    pub server: ServerSpec,
    /// Its chip.
    pub chip: ChipSpec,
    /// Its battery, if it has one.
    pub battery: Option<BatterySpec>,
    /// Chips a rack.
    pub chips: u32,
}

/// A substation on the ground.
#[derive(Debug, Clone)]
pub struct SubstationPlan {
    /// Name.
    pub name: String,
    /// Footprint.
    pub rect: Rect,
}

/// The power path as a graph: every node names the nodes that can feed it.
#[derive(Debug, Clone)]
pub struct PowerPlan {
    /// Nodes; node 0 is the utility.
    pub nodes: Vec<PowerNode>,
    /// Busways of each row, one for each cord of its racks.
    pub cords: Vec<Vec<u32>>,
    /// Switchboards of each hall, over all line-ups; its fans and lights hang on them.
    pub boards: Vec<Vec<u32>>,
    /// Genset plants.
    pub gensets: Vec<GensetPlant>,
    /// Relays in use.
    pub protections: Vec<ProtectionSpec>,
    /// Thermal classes of oil-filled transformers in use.
    pub oil_classes: Vec<OilSpec>,
    /// The connection to the grid.
    pub utility: UtilitySpec,
    /// How switches behave.
    pub switching: SwitchingSpec,
}

/// Gensets on one bus, with the line-up that they back.
#[derive(Debug, Clone)]
pub struct GensetPlant {
    /// Their node.
    pub node: u32,
    /// The line-up that starts them.
    pub backs: u32,
    /// Building.
    pub building: usize,
    /// How many.
    pub units: u32,
    /// Their kind.
    pub spec: GensetSpec,
}

/// Kinds of power node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PowerKind {
    /// The utility connection.
    Utility,
    /// A 345/34.5 kV or like transformer with the bus behind it.
    MainTransformer,
    /// A building's place on a medium-voltage ring, with the section of the ring before it.
    RingMain,
    /// A building's line-up with the feeder before it.
    Lineup,
    /// A transformer to rack voltage.
    UnitTransformer,
    /// A low-voltage switchboard.
    Switchboard,
    /// A row's busway.
    Busway,
    /// Gensets on a bus.
    Genset,
}

impl PowerKind {
    /// The kind in words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Utility => "utility connection",
            Self::MainTransformer => "main transformer",
            Self::RingMain => "ring main unit",
            Self::Lineup => "line-up",
            Self::UnitTransformer => "unit transformer",
            Self::Switchboard => "switchboard",
            Self::Busway => "busway",
            Self::Genset => "gensets",
        }
    }
}

/// Electrical figures of a node and of the branch that feeds it, per unit of its rating.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stage {
    /// Rating, VA, with its losses: p0 is the shunt conductance, p2 the series resistance.
    pub loss: LossCurve,
    /// Series reactance.
    pub reactance: f64,
    /// Shunt susceptance that draws reactive power.
    pub magnetising: f64,
    /// Voltage at its outgoing side, kV.
    pub voltage_kv: f64,
}

/// A node of the power path.
#[derive(Debug, Clone)]
pub struct PowerNode {
    /// Name, such as `S1/A`, `B03/A/M`, `B03/A`, `B03/A/G`, `B03/H2/A/T1`, `B03/H2/A/L1`, `B03/H2/R12/A`.
    pub name: String,
    /// Kind.
    pub kind: PowerKind,
    /// Nodes that can feed it, by preference; none for the utility and gensets.
    pub sources: Vec<u32>,
    /// Its figures, each of its units.
    pub stage: Stage,
    /// Equal units in parallel.
    pub units: u32,
    /// Its relay.
    pub protection: Option<u32>,
    /// Its thermal class.
    pub oil: Option<u32>,
    /// Its tap changer.
    pub tap_changer: Option<TapChangerSpec>,
    /// The building that it stands in or beside.
    pub building: Option<u32>,
}

impl PowerNode {
    /// Rating with all its units, VA.
    #[must_use]
    pub fn rating_va(&self) -> f64 {
        self.stage.loss.rating_w * f64::from(self.units)
    }
}

impl Building {
    /// Centre of its genset number `k`, m: they stand in a yard along its south side, from the west.
    #[must_use]
    pub fn genset_at_m(&self, k: u32) -> [f64; 2] {
        let share = (f64::from(k) + 0.5) / f64::from(self.gensets.max(1)) - 0.5;
        [
            self.rect.at_m[0] + share * self.rect.size_m[0],
            self.rect.at_m[1] - self.rect.size_m[1] / 2.0 - 13.0,
        ]
    }
}

impl RackKind {
    /// Columns and rows of chips on the face of a rack: a row is a tray, from the floor up.
    #[must_use]
    pub fn face_grid(&self) -> [u32; 2] {
        let columns = self.server.chips_per_tray.clamp(1, self.chips.max(1));
        [columns, self.chips.div_ceil(columns)]
    }
}

impl Campus {
    /// Whether another campus has the same ground, buildings and racks in the same places, whatever their figures are.
    #[must_use]
    pub fn looks_like(&self, other: &Self) -> bool {
        fn alike<T>(a: &[T], b: &[T], same: impl Fn(&T, &T) -> bool) -> bool {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        self.name == other.name
            && self.terrain == other.terrain
            && self.chip_first == other.chip_first
            && alike(&self.features, &other.features, |a, b| a == b)
            && alike(&self.substations, &other.substations, |a, b| a.rect == b.rect)
            && alike(&self.buildings, &other.buildings, |a, b| {
                (a.rect, a.height_m, a.gensets, &a.halls) == (b.rect, b.height_m, b.gensets, &b.halls)
            })
            && alike(&self.halls, &other.halls, |a, b| {
                (a.rect, &a.racks, &a.units) == (b.rect, &b.racks, &b.units)
            })
            && alike(&self.rows, &other.rows, |a, b| {
                (a.first_m, a.rack_pitch_m, &a.racks, a.kind) == (b.first_m, b.rack_pitch_m, &b.racks, b.kind)
            })
            && alike(&self.rack_kinds, &other.rack_kinds, |a, b| {
                a.rack.size_m == b.rack.size_m && a.face_grid() == b.face_grid()
            })
    }

    /// Number of racks.
    #[must_use]
    pub fn racks(&self) -> usize {
        self.rack_row.len()
    }

    /// Number of chips.
    #[must_use]
    pub fn chips(&self) -> usize {
        self.chip_first.last().map_or(0, |n| *n as usize)
    }

    /// Number of cooling units.
    #[must_use]
    pub fn units(&self) -> usize {
        self.halls.last().map_or(0, |hall| hall.units.end)
    }

    /// Chips of a rack.
    #[must_use]
    pub fn rack_chips(&self, rack: usize) -> Range<usize> {
        self.chips_of(rack..rack + 1)
    }

    /// Number of trays of a rack, each a row of its face.
    #[must_use]
    pub fn rack_trays(&self, rack: usize) -> usize {
        self.rack_kind(rack).face_grid()[1] as usize
    }

    /// Chips of a tray of a rack, from 0 at the floor; none of a tray that it does not have.
    #[must_use]
    pub fn tray_chips(&self, rack: usize, tray: usize) -> Range<usize> {
        let columns = self.rack_kind(rack).face_grid()[0] as usize;
        let all = self.rack_chips(rack);
        let start = tray.saturating_mul(columns).saturating_add(all.start).min(all.end);
        start..(start + columns).min(all.end)
    }

    /// The tray of a chip of a rack.
    #[must_use]
    pub fn tray_of(&self, rack: usize, chip: usize) -> usize {
        let columns = self.rack_kind(rack).face_grid()[0] as usize;
        chip.saturating_sub(self.rack_chips(rack).start) / columns
    }

    /// Chips of racks that follow each other.
    #[must_use]
    pub fn chips_of(&self, racks: Range<usize>) -> Range<usize> {
        self.chip_first[racks.start] as usize..self.chip_first[racks.end] as usize
    }

    /// Kind of a rack.
    #[must_use]
    pub fn rack_kind(&self, rack: usize) -> &RackKind {
        &self.rack_kinds[self.rows[self.rack_row[rack] as usize].kind]
    }

    /// Centre of a rack, m.
    #[must_use]
    pub fn rack_at_m(&self, rack: usize) -> [f64; 2] {
        let row = &self.rows[self.rack_row[rack] as usize];
        let k = (rack - row.racks.start) as f64;
        [row.first_m[0], row.first_m[1] + k * row.rack_pitch_m]
    }

    /// Address of a rack.
    #[must_use]
    pub fn rack_address(&self, rack: usize) -> Address {
        let row = &self.rows[self.rack_row[rack] as usize];
        let hall = &self.halls[row.hall];
        Address {
            building: self.buildings[hall.building].number,
            hall: Some(hall.number),
            row: Some(row.number),
            rack: Some((rack - row.racks.start + 1) as u32),
            tray: None,
            chip: None,
        }
    }

    /// Address of a chip.
    #[must_use]
    pub fn chip_address(&self, chip: usize) -> Address {
        let rack = self.chip_first.partition_point(|first| *first as usize <= chip) - 1;
        let mut address = self.rack_address(rack);
        address.chip = Some((chip - self.chip_first[rack] as usize + 1) as u32);
        address
    }

    /// What an address points at, if it exists.
    #[must_use]
    pub fn find(&self, address: Address) -> Option<Found> {
        let building = self.buildings.iter().position(|b| b.number == address.building)?;
        let Some(hall) = address.hall else {
            return Some(Found::Building(building));
        };
        let hall = self.buildings[building]
            .halls
            .clone()
            .find(|h| self.halls[*h].number == hall)?;
        let Some(row) = address.row else {
            return Some(Found::Hall(hall));
        };
        let row = self.halls[hall].rows.clone().find(|r| self.rows[*r].number == row)?;
        let Some(rack) = address.rack else {
            return Some(Found::Row(row));
        };
        let rack = self.rows[row].racks.clone().nth((rack as usize).checked_sub(1)?)?;
        let Some(tray) = address.tray else {
            let Some(chip) = address.chip else {
                return Some(Found::Rack(rack));
            };
            let chip = self.rack_chips(rack).nth((chip as usize).checked_sub(1)?)?;
            return Some(Found::Chip { rack, chip });
        };
        let tray = (tray as usize).checked_sub(1)?;
        let mut chips = self.tray_chips(rack, tray);
        match address.chip {
            _ if chips.is_empty() => None,
            None => Some(Found::Tray { rack, tray }),
            Some(chip) => {
                let chip = chips.nth((chip as usize).checked_sub(1)?)?;
                Some(Found::Chip { rack, chip })
            }
        }
    }

    /// Address of a place.
    #[must_use]
    pub fn address(&self, found: Found) -> Address {
        let mut address = self.rack_address(self.racks_of(found).start);
        match found {
            Found::Building(_) => (address.hall, address.row, address.rack) = (None, None, None),
            Found::Hall(_) => (address.row, address.rack) = (None, None),
            Found::Row(_) => address.rack = None,
            Found::Rack(_) => {}
            Found::Tray { tray, .. } => address.tray = Some(tray as u32 + 1),
            Found::Chip { chip, .. } => address = self.chip_address(chip),
        }
        address
    }

    /// Racks below a place.
    #[must_use]
    pub fn racks_of(&self, found: Found) -> Range<usize> {
        match found {
            Found::Building(building) => {
                let halls = &self.buildings[building].halls;
                self.halls[halls.start].racks.start..self.halls[halls.end - 1].racks.end
            }
            Found::Hall(hall) => self.halls[hall].racks.clone(),
            Found::Row(row) => self.rows[row].racks.clone(),
            Found::Rack(rack) | Found::Tray { rack, .. } | Found::Chip { rack, .. } => rack..rack + 1,
        }
    }

    /// Hall of a rack.
    #[must_use]
    pub fn hall_of(&self, rack: usize) -> usize {
        self.rows[self.rack_row[rack] as usize].hall
    }

    /// Building of a place.
    #[must_use]
    pub fn building_of(&self, found: Found) -> usize {
        match found {
            Found::Building(building) => building,
            other => self.halls[self.hall_of(self.racks_of(other).start)].building,
        }
    }

    /// The place one level up; none above a building.
    #[must_use]
    pub fn up(&self, found: Found) -> Option<Found> {
        match found {
            Found::Chip { rack, chip } => {
                let tray = self.tray_of(rack, chip);
                Some(Found::Tray { rack, tray })
            }
            Found::Tray { rack, .. } => Some(Found::Rack(rack)),
            Found::Rack(rack) => Some(Found::Row(self.rack_row[rack] as usize)),
            Found::Row(row) => Some(Found::Hall(self.rows[row].hall)),
            Found::Hall(hall) => Some(Found::Building(self.halls[hall].building)),
            Found::Building(_) => None,
        }
    }

    /// A published figure by name.
    #[must_use]
    pub fn published(&self, what: &str) -> Option<&super::schema::Figure> {
        self.published.iter().find(|p| p.what == what).map(|p| &p.value)
    }
}

/// A place by its indices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Found {
    /// A building.
    Building(usize),
    /// A hall.
    Hall(usize),
    /// A row.
    Row(usize),
    /// A rack.
    Rack(usize),
    /// A tray, and its rack.
    Tray {
        /// Rack.
        rack: usize,
        /// Tray, from 0 at the floor.
        tray: usize,
    },
    /// A chip, and its rack.
    Chip {
        /// Rack.
        rack: usize,
        /// Chip.
        chip: usize,
    },
}
