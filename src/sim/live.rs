//! Halls that get power for the first time, and halls that are taken out of service, while the simulation runs.

use std::ops::Range;

use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;

use super::cooling::{AirPaths, ThermalWatch};
use super::power::incidents::{At, Incidents, What};
use super::power::{self, RackPower, Switchgear};
use super::state::{ChipColumns, HallColumns, RackColumns, RowColumns, UnitColumns, UnitMode};
use super::twin::{START_C, hall_columns};
use crate::physics::zonal::Stream;
use crate::site::Campus;
use crate::site::campus::{Found, Hall};

/// The columns of halls that nothing else acts upon by command.
#[derive(SystemParam)]
pub(super) struct HallParts<'w> {
    halls: ResMut<'w, HallColumns>,
    racks: ResMut<'w, RackColumns>,
    rows: ResMut<'w, RowColumns>,
    paths: ResMut<'w, AirPaths>,
    power: ResMut<'w, RackPower>,
}

/// The columns that other commands act upon too.
pub(super) struct Shared<'a> {
    pub(super) units: &'a mut UnitColumns,
    pub(super) chips: &'a mut ChipColumns,
    pub(super) watch: &'a mut ThermalWatch,
    pub(super) incidents: &'a mut Incidents,
}

/// The halls of a place.
pub(super) fn halls_of(campus: &Campus, at: Found) -> Range<usize> {
    match at {
        Found::Building(building) => campus.buildings[building].halls.clone(),
        Found::Hall(hall) => hall..hall + 1,
        _ => 0..0,
    }
}

impl HallParts<'_> {
    /// Makes the halls of a building, or a hall, live or not; those that are so already stay as they are.
    pub(super) fn set_live(
        &mut self,
        campus: &Campus,
        at: Found,
        live: bool,
        (from_s, cause): (f64, Option<u32>),
        mut shared: Shared<'_>,
        gear: &mut Switchgear<'_>,
    ) {
        let changed: Vec<usize> = halls_of(campus, at).filter(|h| self.halls.live[*h] != live).collect();
        if changed.is_empty() {
            return;
        }
        // A hall starts with the air that the others get.
        let supplies: Vec<f64> = (0..campus.halls.len())
            .filter(|h| self.halls.live[*h])
            .map(|h| self.halls.supply_c[h])
            .collect();
        let start_c = if live && !supplies.is_empty() {
            supplies.iter().sum::<f64>() / supplies.len() as f64
        } else {
            START_C
        };
        for h in &changed {
            self.halls.live[*h] = live;
        }
        let fresh = hall_columns(campus, self.halls.live.clone(), start_c);
        let mut number = None;
        for h in changed {
            self.reset(campus, h, &fresh, start_c, &mut shared);
            let what = if live { What::Energised } else { What::Deenergised };
            number = shared.incidents.push_at(from_s, At::Hall(h as u32), what, cause);
            self.power.forget(campus, h, from_s, shared.incidents);
        }
        power::set_live(campus, &self.halls.live, number, gear);
    }

    /// Puts a hall and all in it where it stands at the start of a scenario, at a temperature. Water in basins, energy
    /// in batteries and dust on filters stay as they are.
    fn reset(&mut self, campus: &Campus, h: usize, fresh: &HallColumns, start_c: f64, shared: &mut Shared<'_>) {
        let hall: &Hall = &campus.halls[h];
        let halls = &mut *self.halls;
        macro_rules! as_at_the_start {
            ($($column:ident),* $(,)?) => { $(halls.$column[h] = fresh.$column[h];)* };
        }
        as_at_the_start!(
            supply_c,
            supply_humidity_ratio,
            mixed_c,
            fresh_share,
            return_c,
            hot_aisle_c,
            rack_air_kg_s,
            supply_air_kg_s,
            recirculation,
            cold_air_kg_s,
            bypass_kg_s,
            it_w,
            cooling_w,
            fans_w,
            pumps_w,
            rejection_w,
            chillers_w,
            misc_w,
            media_evaporated_kg_s,
            tower_evaporated_kg_s,
            drift_kg_s,
            blowdown_kg_s,
            water_l_s,
            media_drop_k,
            coolant_supply_c,
            coolant_return_c,
            coolant_kg_s,
            coolant_share,
            facility_supply_c,
            facility_return_c,
            facility_kg_s,
            heat_to_liquid_w,
            heat_to_coils_w,
            heat_rejected_w,
            rejection_speed,
            chiller_lift_w,
            basin_fill_kg_s,
            tower_drift_kg_s,
            tower_blowdown_kg_s,
            loop_pumps_w,
            loop_stored_j,
            coil_air_kg_s,
            coil_supply_c,
            coil_fans_w,
            chip_w,
            battery_w,
            heat_to_air_w,
            heat_out_w,
            heat_evaporated_w,
            stored_j,
            hottest_chip_c,
            hottest_rack,
            limited,
            tripped,
            demand,
            unserved_w,
        );
        for unit in hall.units.clone() {
            let mode = &mut shared.units.mode[unit];
            if !matches!(*mode, UnitMode::Failed | UnitMode::Maintenance) {
                *mode = if halls.live[h] { UnitMode::Free } else { UnitMode::Off };
                shared.units.mode_s[unit] = 1e9;
            }
            shared.units.speed[unit] = 0.0;
            shared.units.air_kg_s[unit] = 0.0;
            shared.units.pressure_pa[unit] = 0.0;
            shared.units.supply_c[unit] = start_c;
        }
        let still = Stream {
            flow_kg_s: 0.0,
            temp_c: start_c,
            hot_share: 0.0,
        };
        for row in hall.rows.clone() {
            self.rows.supply_c[row] = start_c;
            self.rows.supply_kg_s[row] = 0.0;
            self.rows.rack_kg_s[row] = 0.0;
            let aisle = &mut self.paths.aisles[row];
            (aisle.supply, aisle.hot_aisle_c) = ([still; 2], start_c);
        }
        let racks = &mut *self.racks;
        let of = || hall.racks.clone();
        racks.inlet_c[of()].fill(start_c as f32);
        racks.outlet_c[of()].fill(start_c);
        racks.hottest_c[of()].fill(start_c as f32);
        racks.draw_w[of()].fill(0.0);
        racks.cord_w[of()].fill(0.0);
        racks.dark[of()].fill(false);
        racks.limited[of()].fill(0);
        racks.pace[of()].fill(1.0);
        for column in [
            &mut racks.utilisation,
            &mut racks.fan_speed,
            &mut racks.air_kg_s,
            &mut racks.hot_share,
        ] {
            column[of()].fill(0.0);
        }
        let chips = campus.chips_of(of());
        shared.chips.junction_c[chips.clone()].fill(start_c as f32);
        shared.chips.power_w[chips.clone()].fill(0.0);
        shared.chips.utilisation[chips.clone()].fill(0);
        shared.chips.flags[chips].fill(0);
        if let Some(watch) = shared.watch.halls.get_mut(h) {
            watch.calm_down();
        }
    }
}
