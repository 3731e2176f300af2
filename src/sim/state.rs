//! State as columns, in the order of the campus's indices: chips, racks, halls, units, power nodes.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::columns::columns;

columns! {
    /// Chips, rack by rack. 14 bytes a chip, so that a rack's chips stay in cache through a tick.
    ChipColumns "chips" (start_c) {
        /// Junction temperature, °C.
        junction_c: f32 = start_c as f32,
        /// Power, W.
        power_w: f32 = 0.0,
        /// Utilisation, 0 to 255 for 0 to 1.
        utilisation: u8 = 0,
        /// What the chip is doing: a [`chip_flag`].
        flags: u8 = 0,
        /// Part-to-part spread of power: steps of 1/64 of a standard deviation.
        spread: i8 = 0; kept,
    }
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

columns! {
    /// Racks, hall by hall and row by row.
    RackColumns "racks" (start_c) {
        /// Air at the inlet, °C.
        inlet_c: f32 = start_c as f32,
        /// Air at the outlet and the mass that follows it, °C.
        outlet_c: f64 = start_c,
        /// What it uses: servers, fans and supplies, and the loss of charging its battery, W.
        draw_w: f64 = 0.0,
        /// Draw at its cords with its share of the network, W, mean over the tick: less than it uses while its battery
        /// helps, more while that charges.
        cord_w: f64 = 0.0,
        /// Energy in its battery, J.
        battery_j: f64 = 0.0; kept,
        /// Whether it is without any power.
        dark: bool = false,
        /// Hottest chip, °C.
        hottest_c: f32 = start_c as f32,
        /// Mean utilisation of its chips, 0 to 1.
        utilisation: f32 = 0.0,
        /// Throttled or tripped chips.
        limited: u16 = 0,
        /// Speed of its slowest chip, mean over the tick, share of full; 0 with a tripped chip or without power.
        pace: f32 = 1.0,
        /// Fan speed, share of full.
        fan_speed: f32 = 0.0,
        /// Air that it draws, kg/s.
        air_kg_s: f32 = 0.0,
        /// Share of its inlet air that comes from the hot aisle, by its place in the hall.
        hot_share: f32 = 0.0,
    }
}

impl RackColumns {
    /// Whether all of these racks get on, however slowly: each has power, and none of its chips has tripped.
    #[must_use]
    pub fn all_compute(&self, racks: Range<usize>) -> bool {
        self.pace[racks].iter().all(|pace| *pace > 0.0)
    }
}

columns! {
    /// Rows of racks: the air that reaches their cold aisle.
    RowColumns "rows" (start_c) {
        /// Supply air that reaches the row, °C.
        supply_c: f64 = start_c,
        /// Supply air that reaches the row, kg/s.
        supply_kg_s: f64 = 0.0,
        /// Air that its racks draw, kg/s.
        rack_kg_s: f64 = 0.0,
    }
}

columns! {
    /// Halls.
    HallColumns "halls" (start_c) {
        /// Whether the hall is live in this scenario.
        live: bool = false; kept,
        /// Supply air behind the fans, mean over the running units, °C.
        supply_c: f64 = start_c,
        /// Moisture of the supply air, kg/kg.
        supply_humidity_ratio: f64 = 0.0,
        /// Outside and return air where they have mixed, before media and fans, °C.
        mixed_c: f64 = start_c,
        /// Share of outside air in the supply, 0 to 1.
        fresh_share: f64 = 1.0,
        /// Air that the units take back: the hot aisle and what has bypassed the racks, °C. The state of the hall.
        return_c: f64 = start_c,
        /// Hot aisle, °C.
        hot_aisle_c: f64 = start_c,
        /// Air that the racks draw, kg/s.
        rack_air_kg_s: f64 = 0.0,
        /// Air that the units supply, kg/s.
        supply_air_kg_s: f64 = 0.0,
        /// Share of rack air that is hot-aisle air for want of supply.
        recirculation: f64 = 0.0,
        /// Air of the cold side that the racks draw: all but what comes from the hot aisle, kg/s.
        cold_air_kg_s: f64 = 0.0,
        /// Supply air that passes the racks by, kg/s.
        bypass_kg_s: f64 = 0.0,
        /// Draw of its racks and network, W.
        it_w: f64 = 0.0,
        /// All that cooling draws, W: the next four together.
        cooling_w: f64 = 0.0,
        /// Fans of its air-handling units and in-row coils, W.
        fans_w: f64 = 0.0,
        /// Pumps of wet media and of liquid loops, W.
        pumps_w: f64 = 0.0,
        /// Fans of towers and dry coolers, W.
        rejection_w: f64 = 0.0,
        /// Compressors of chillers, W.
        chillers_w: f64 = 0.0,
        /// Lights and the like, W.
        misc_w: f64 = 0.0,
        /// Water evaporated by media, kg/s.
        media_evaporated_kg_s: f64 = 0.0,
        /// Water evaporated by towers, kg/s.
        tower_evaporated_kg_s: f64 = 0.0,
        /// Water carried off as drops, kg/s.
        drift_kg_s: f64 = 0.0,
        /// Water blown down, kg/s.
        blowdown_kg_s: f64 = 0.0,
        /// Water drawn: evaporated, drifted, blown down, and into basins, L/s.
        water_l_s: f64 = 0.0,
        /// Cooling by wet media, K, mean over the running units.
        media_drop_k: f64 = 0.0,
        /// Coolant to the racks, °C; NaN without a liquid loop.
        coolant_supply_c: f64 = start_c,
        /// Coolant from the racks, °C.
        coolant_return_c: f64 = start_c,
        /// Coolant that flows through the racks, kg/s; 0 without a loop.
        coolant_kg_s: f64 = 0.0,
        /// Coolant over that at full pump speed of all its units.
        coolant_share: f64 = 1.0,
        /// Facility water to the coolant distribution units, °C.
        facility_supply_c: f64 = start_c,
        /// Facility water back, °C.
        facility_return_c: f64 = start_c,
        /// Facility water, kg/s.
        facility_kg_s: f64 = 0.0,
        /// Heat that racks gave to the coolant, W, mean over the tick.
        heat_to_liquid_w: f64 = 0.0,
        /// Heat that in-row coils took from the air, W, mean over the tick.
        heat_to_coils_w: f64 = 0.0,
        /// Heat that towers, dry coolers and chillers gave off, with their own power, W, mean over the tick.
        heat_rejected_w: f64 = 0.0,
        /// Speed of tower or dry-cooler fans, share of full.
        rejection_speed: f64 = 0.0,
        /// Heat lifted by chillers, W.
        chiller_lift_w: f64 = 0.0,
        /// Water in tower basins, m³.
        basin_m3: f64 = 0.0; kept,
        /// Water that fills the basins, kg/s; negative while they are drawn upon.
        basin_fill_kg_s: f64 = 0.0,
        /// Towers' part of what drifts off, kg/s.
        tower_drift_kg_s: f64 = 0.0,
        /// Towers' part of what is blown down, kg/s.
        tower_blowdown_kg_s: f64 = 0.0,
        /// Pumps of the liquid loop alone, W.
        loop_pumps_w: f64 = 0.0,
        /// Heat stored in the liquid loop in the tick, J.
        loop_stored_j: f64 = 0.0,
        /// Air through in-row coils, kg/s.
        coil_air_kg_s: f64 = 0.0,
        /// Air behind in-row coils, °C.
        coil_supply_c: f64 = 0.0,
        /// Fans of in-row coils alone, W.
        coil_fans_w: f64 = 0.0,
        /// Chip power alone, W.
        chip_w: f64 = 0.0,
        /// Power into the batteries of its racks, W, mean over the tick; negative while they help.
        battery_w: f64 = 0.0,
        /// Heat that racks gave to the air, W, mean over the tick.
        heat_to_air_w: f64 = 0.0,
        /// Heat taken to the outside by air, W, mean over the tick.
        heat_out_w: f64 = 0.0,
        /// Heat taken by evaporation, W, mean over the tick.
        heat_evaporated_w: f64 = 0.0,
        /// Heat stored in chips, racks, hall and loop in the tick, J.
        stored_j: f64 = 0.0,
        /// Hottest chip, °C.
        hottest_chip_c: f32 = start_c as f32,
        /// Rack of the hottest chip.
        hottest_rack: u32 = 0,
        /// Throttled or tripped chips.
        limited: u32 = 0,
        /// Tripped chips.
        tripped: u32 = 0,
        /// Utilisation asked of it, 0 to 1.
        demand: f64 = 0.0,
        /// Draw that its racks would have with power, W.
        unserved_w: f64 = 0.0,
    }
}

/// Mode of a cooling unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
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

columns! {
    /// Cooling units, hall by hall.
    AhuColumns "units" (start_c) {
        /// Mode.
        mode: UnitMode = UnitMode::Off; kept,
        /// Time in that mode, s.
        mode_s: f64 = 1e9; kept,
        /// Fan speed, share of full.
        speed: f64 = 0.0,
        /// Air through it, kg/s.
        air_kg_s: f64 = 0.0,
        /// Air behind its fans, °C.
        supply_c: f64 = start_c,
        /// Dust on its filters, g.
        dust_g: f64 = 0.0; kept,
        /// Pressure that its fans work against, Pa.
        pressure_pa: f64 = 0.0,
    }
}

columns! {
    /// Readings of the nodes of the power path; where its switches stand is in [`super::power::grid::Grid`].
    PowerColumns "nodes" (start_c) {
        /// Load passed on at the outgoing side, W.
        load_w: f64 = 0.0,
        /// Reactive load passed on, var.
        load_var: f64 = 0.0,
        /// Loss, W.
        loss_w: f64 = 0.0,
        /// Voltage over nominal; 0 without voltage.
        voltage_pu: f64 = 0.0,
        /// Current over rated current of the units in service.
        loading: f64 = 0.0,
        /// Top oil, °C; NaN where there is none.
        top_oil_c: f64 = f64::NAN,
        /// Hot spot of the winding, °C; NaN where there is no oil.
        hot_spot_c: f64 = f64::NAN,
        /// Life of the insulation that was used, h.
        life_h: f64 = 0.0,
    }
}
