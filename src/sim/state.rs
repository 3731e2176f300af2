//! State as columns, in the order of the campus's indices: chips, racks, halls, units, power nodes.

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
    /// Fan speed, share of full.
    pub fan_speed: Vec<f32>,
    /// Position factor for hot air at the inlet; the mean over a hall is 1.
    pub exposure: Vec<f32>,
}

/// Halls.
#[derive(Resource, Debug, Clone, Default)]
pub struct HallColumns {
    /// Whether the hall is live in this scenario.
    pub live: Vec<bool>,
    /// Supply air, °C.
    pub supply_c: Vec<f64>,
    /// Hot aisle, °C.
    pub hot_aisle_c: Vec<f64>,
    /// Air that the racks draw, kg/s.
    pub rack_air_kg_s: Vec<f64>,
    /// Air that the units supply, kg/s.
    pub supply_air_kg_s: Vec<f64>,
    /// Share of rack air that is hot-aisle air for want of supply.
    pub recirculation: Vec<f64>,
    /// Draw of its racks and network, W.
    pub it_w: Vec<f64>,
    /// Fans and pumps of its units, W.
    pub cooling_w: Vec<f64>,
    /// Pumps of its units alone, W.
    pub pumps_w: Vec<f64>,
    /// Lights and the like, W.
    pub misc_w: Vec<f64>,
    /// Water evaporated and blown down, L/s.
    pub water_l_s: Vec<f64>,
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
    /// Heat stored in chips, racks and hall in the tick, J.
    pub stored_j: Vec<f64>,
    /// Hottest chip, °C.
    pub hottest_chip_c: Vec<f32>,
    /// Rack of the hottest chip.
    pub hottest_rack: Vec<u32>,
    /// Throttled or tripped chips.
    pub limited: Vec<u32>,
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
