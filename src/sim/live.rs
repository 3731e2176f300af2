//! Halls that get power for the first time, and halls that are taken out of service, while the simulation runs.

use std::ops::Range;

use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;

use super::cooling::{AirPaths, ThermalWatch};
use super::power::incidents::{At, Incidents, What};
use super::power::{self, RackPower, Switchgear};
use super::state::{AhuColumns, ChipColumns, HallColumns, RackColumns, RowColumns, UnitMode};
use super::twin::{START_C, furnish};
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
    pub(super) units: &'a mut AhuColumns,
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
        let mut number = None;
        for h in changed {
            self.reset(campus, h, start_c, &mut shared);
            let what = if live { What::Energised } else { What::Deenergised };
            number = shared.incidents.push_at(from_s, At::Hall(h as u32), what, cause);
            self.power.forget(campus, h, from_s, shared.incidents);
        }
        power::set_live(campus, &self.halls.live, number, gear);
    }

    /// Puts a hall and all in it where it stands at the start of a scenario, at a temperature. Water in basins, energy
    /// in batteries and dust on filters stay as they are.
    fn reset(&mut self, campus: &Campus, h: usize, start_c: f64, shared: &mut Shared<'_>) {
        let hall: &Hall = &campus.halls[h];
        self.halls.reset(h..h + 1, start_c);
        furnish(campus, &mut self.halls, h);
        let at_rest = if self.halls.live[h] {
            UnitMode::Free
        } else {
            UnitMode::Off
        };
        for unit in hall.units.clone() {
            let mode = &mut shared.units.mode[unit];
            if !matches!(*mode, UnitMode::Failed | UnitMode::Maintenance) {
                *mode = at_rest;
                shared.units.mode_s[unit] = 1e9;
            }
        }
        shared.units.reset(hall.units.clone(), start_c);
        let still = Stream {
            flow_kg_s: 0.0,
            temp_c: start_c,
            hot_share: 0.0,
        };
        for aisle in &mut self.paths.aisles[hall.rows.clone()] {
            (aisle.supply, aisle.hot_aisle_c) = ([still; 2], start_c);
        }
        self.rows.reset(hall.rows.clone(), start_c);
        self.racks.reset(hall.racks.clone(), start_c);
        shared.chips.reset(campus.chips_of(hall.racks.clone()), start_c);
        if let Some(watch) = shared.watch.halls.get_mut(h) {
            watch.calm_down();
        }
    }
}
