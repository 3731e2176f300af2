//! State as columns, in the order of the campus's indices: chips, racks, halls, units, power nodes.

use std::ops::Range;

use bevy_ecs::prelude::Resource;

/// Chips, rack by rack. 14 bytes a chip, so that a rack's chips stay in cache through a tick.
#[derive(Resource, Debug, Clone, Default)]
pub struct ChipColumns {
    /// Junction temperature, °C.
    pub junction_c: Vec<f32>,
    /// Power, W.
    pub power_w: Vec<f32>,
    /// Utilisation, 0 to 255 for 0 to 1.
    pub utilisation: Vec<u8>,
    /// What the chip is doing: a [`chip_flag`].
    pub flags: Vec<u8>,
    /// Part-to-part spread of power: steps of 1/64 of a standard deviation.
    pub spread: Vec<i8>,
}

impl ChipColumns {
    /// Heat sink or cold plate of a chip, °C, for its resistance from junction to sink, K/W.
    #[must_use]
    pub fn sink_c(&self, chip: usize, resistance_k_per_w: f64) -> f32 {
        self.junction_c[chip] - resistance_k_per_w as f32 * self.power_w[chip]
    }
}

/// Bits of a chip's flags.
pub mod chip_flag {
    /// Throttled, until it has cooled to the release temperature.
    pub const THROTTLED: u8 = 1;
    /// Switched off by its own protection.
    pub const TRIPPED: u8 = 2;
}

/// Racks, hall by hall and row by row.
#[derive(Resource, Debug, Clone, Default)]
pub struct RackColumns {
    /// Air at the inlet, °C.
    pub inlet_c: Vec<f32>,
    /// Air at the outlet and the mass that follows it, °C.
    pub outlet_c: Vec<f64>,
    /// What it uses: servers, fans and supplies, and the loss of charging its battery, W.
    pub draw_w: Vec<f64>,
    /// Draw at its cords with its share of the network, W, mean over the tick: less than it uses while its battery
    /// helps, more while that charges.
    pub cord_w: Vec<f64>,
    /// Energy in its battery, J.
    pub battery_j: Vec<f64>,
    /// Whether it is without any power.
    pub dark: Vec<bool>,
    /// Hottest chip, °C.
    pub hottest_c: Vec<f32>,
    /// Mean utilisation of its chips, 0 to 1.
    pub utilisation: Vec<f32>,
    /// Throttled or tripped chips.
    pub limited: Vec<u16>,
    /// Speed of its slowest chip, mean over the tick, share of full; 0 with a tripped chip or without power.
    pub pace: Vec<f32>,
    /// Fan speed, share of full.
    pub fan_speed: Vec<f32>,
    /// Air that it draws, kg/s.
    pub air_kg_s: Vec<f32>,
    /// Share of its inlet air that comes from the hot aisle, by its place in the hall.
    pub hot_share: Vec<f32>,
}

impl RackColumns {
    /// Whether all of these racks get on, however slowly: each has power, and none of its chips has tripped.
    #[must_use]
    pub fn all_compute(&self, racks: Range<usize>) -> bool {
        self.pace[racks].iter().all(|pace| *pace > 0.0)
    }
}

/// Rows of racks: the air that reaches their cold aisle.
#[derive(Resource, Debug, Clone, Default)]
pub struct RowColumns {
    /// Supply air that reaches the row, °C.
    pub supply_c: Vec<f64>,
    /// Supply air that reaches the row, kg/s.
    pub supply_kg_s: Vec<f64>,
    /// Air that its racks draw, kg/s.
    pub rack_kg_s: Vec<f64>,
}

/// Halls.
#[derive(Resource, Debug, Clone, Default)]
pub struct HallColumns {
    /// Whether the hall is live in this scenario.
    pub live: Vec<bool>,
    /// Supply air behind the fans, mean over the running units, °C.
    pub supply_c: Vec<f64>,
    /// Moisture of the supply air, kg/kg.
    pub supply_humidity_ratio: Vec<f64>,
    /// Outside and return air where they have mixed, before media and fans, °C.
    pub mixed_c: Vec<f64>,
    /// Share of outside air in the supply, 0 to 1.
    pub fresh_share: Vec<f64>,
    /// Air that the units take back: the hot aisle and what has bypassed the racks, °C. The state of the hall.
    pub return_c: Vec<f64>,
    /// Hot aisle, °C.
    pub hot_aisle_c: Vec<f64>,
    /// Air that the racks draw, kg/s.
    pub rack_air_kg_s: Vec<f64>,
    /// Air that the units supply, kg/s.
    pub supply_air_kg_s: Vec<f64>,
    /// Share of rack air that is hot-aisle air for want of supply.
    pub recirculation: Vec<f64>,
    /// Air of the cold side that the racks draw: all but what comes from the hot aisle, kg/s.
    pub cold_air_kg_s: Vec<f64>,
    /// Supply air that passes the racks by, kg/s.
    pub bypass_kg_s: Vec<f64>,
    /// Draw of its racks and network, W.
    pub it_w: Vec<f64>,
    /// All that cooling draws, W: the next four together.
    pub cooling_w: Vec<f64>,
    /// Fans of its air-handling units and in-row coils, W.
    pub fans_w: Vec<f64>,
    /// Pumps of wet media and of liquid loops, W.
    pub pumps_w: Vec<f64>,
    /// Fans of towers and dry coolers, W.
    pub rejection_w: Vec<f64>,
    /// Compressors of chillers, W.
    pub chillers_w: Vec<f64>,
    /// Lights and the like, W.
    pub misc_w: Vec<f64>,
    /// Water evaporated by media, kg/s.
    pub media_evaporated_kg_s: Vec<f64>,
    /// Water evaporated by towers, kg/s.
    pub tower_evaporated_kg_s: Vec<f64>,
    /// Water carried off as drops, kg/s.
    pub drift_kg_s: Vec<f64>,
    /// Water blown down, kg/s.
    pub blowdown_kg_s: Vec<f64>,
    /// Water drawn: evaporated, drifted, blown down, and into basins, L/s.
    pub water_l_s: Vec<f64>,
    /// Cooling by wet media, K, mean over the running units.
    pub media_drop_k: Vec<f64>,
    /// Coolant to the racks, °C; NaN without a liquid loop.
    pub coolant_supply_c: Vec<f64>,
    /// Coolant from the racks, °C.
    pub coolant_return_c: Vec<f64>,
    /// Coolant that flows through the racks, kg/s; 0 without a loop.
    pub coolant_kg_s: Vec<f64>,
    /// Coolant over that at full pump speed of all its units.
    pub coolant_share: Vec<f64>,
    /// Facility water to the coolant distribution units, °C.
    pub facility_supply_c: Vec<f64>,
    /// Facility water back, °C.
    pub facility_return_c: Vec<f64>,
    /// Facility water, kg/s.
    pub facility_kg_s: Vec<f64>,
    /// Heat that racks gave to the coolant, W, mean over the tick.
    pub heat_to_liquid_w: Vec<f64>,
    /// Heat that in-row coils took from the air, W, mean over the tick.
    pub heat_to_coils_w: Vec<f64>,
    /// Heat that towers, dry coolers and chillers gave off, with their own power, W, mean over the tick.
    pub heat_rejected_w: Vec<f64>,
    /// Speed of tower or dry-cooler fans, share of full.
    pub rejection_speed: Vec<f64>,
    /// Heat lifted by chillers, W.
    pub chiller_lift_w: Vec<f64>,
    /// Water in tower basins, m³.
    pub basin_m3: Vec<f64>,
    /// Water that fills the basins, kg/s; negative while they are drawn upon.
    pub basin_fill_kg_s: Vec<f64>,
    /// Towers' part of what drifts off, kg/s.
    pub tower_drift_kg_s: Vec<f64>,
    /// Towers' part of what is blown down, kg/s.
    pub tower_blowdown_kg_s: Vec<f64>,
    /// Pumps of the liquid loop alone, W.
    pub loop_pumps_w: Vec<f64>,
    /// Heat stored in the liquid loop in the tick, J.
    pub loop_stored_j: Vec<f64>,
    /// Air through in-row coils, kg/s.
    pub coil_air_kg_s: Vec<f64>,
    /// Air behind in-row coils, °C.
    pub coil_supply_c: Vec<f64>,
    /// Fans of in-row coils alone, W.
    pub coil_fans_w: Vec<f64>,
    /// Chip power alone, W.
    pub chip_w: Vec<f64>,
    /// Power into the batteries of its racks, W, mean over the tick; negative while they help.
    pub battery_w: Vec<f64>,
    /// Heat that racks gave to the air, W, mean over the tick.
    pub heat_to_air_w: Vec<f64>,
    /// Heat taken to the outside by air, W, mean over the tick.
    pub heat_out_w: Vec<f64>,
    /// Heat taken by evaporation, W, mean over the tick.
    pub heat_evaporated_w: Vec<f64>,
    /// Heat stored in chips, racks, hall and loop in the tick, J.
    pub stored_j: Vec<f64>,
    /// Hottest chip, °C.
    pub hottest_chip_c: Vec<f32>,
    /// Rack of the hottest chip.
    pub hottest_rack: Vec<u32>,
    /// Throttled or tripped chips.
    pub limited: Vec<u32>,
    /// Tripped chips.
    pub tripped: Vec<u32>,
    /// Utilisation asked of it, 0 to 1.
    pub demand: Vec<f64>,
    /// Draw that its racks would have with power, W.
    pub unserved_w: Vec<f64>,
}

/// Mode of a cooling unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(u8)]
pub enum UnitMode {
    /// Not running.
    #[default]
    Off,
    /// Outside air mixed with return air, to hold the coldest supply.
    Mixing,
    /// Outside air alone.
    Free,
    /// Outside air through wet media.
    Evaporative,
    /// Broken.
    Failed,
    /// Out of service to change its filters.
    Maintenance,
}

impl UnitMode {
    /// The mode in a word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Mixing => "mixing",
            Self::Free => "free",
            Self::Evaporative => "evaporative",
            Self::Failed => "failed",
            Self::Maintenance => "in maintenance",
        }
    }
}

/// Cooling units, hall by hall.
#[derive(Resource, Debug, Clone, Default)]
pub struct UnitColumns {
    /// Mode.
    pub mode: Vec<UnitMode>,
    /// Time in that mode, s.
    pub mode_s: Vec<f64>,
    /// Fan speed, share of full.
    pub speed: Vec<f64>,
    /// Air through it, kg/s.
    pub air_kg_s: Vec<f64>,
    /// Air behind its fans, °C.
    pub supply_c: Vec<f64>,
    /// Dust on its filters, g.
    pub dust_g: Vec<f64>,
    /// Pressure that its fans work against, Pa.
    pub pressure_pa: Vec<f64>,
}

/// Readings of the nodes of the power path; where its switches stand is in [`super::power::grid::Grid`].
#[derive(Resource, Debug, Clone, Default)]
pub struct PowerColumns {
    /// Load passed on at the outgoing side, W.
    pub load_w: Vec<f64>,
    /// Reactive load passed on, var.
    pub load_var: Vec<f64>,
    /// Loss, W.
    pub loss_w: Vec<f64>,
    /// Voltage over nominal; 0 without voltage.
    pub voltage_pu: Vec<f64>,
    /// Current over rated current of the units in service.
    pub loading: Vec<f64>,
    /// Top oil, °C; NaN where there is none.
    pub top_oil_c: Vec<f64>,
    /// Hot spot of the winding, °C; NaN where there is no oil.
    pub hot_spot_c: Vec<f64>,
    /// Life of the insulation that was used, h.
    pub life_h: Vec<f64>,
}
