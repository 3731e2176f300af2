//! Meters of every hall: energy and water by use, hours in each mode and in each ASHRAE class. Buildings and the site
//! are sums of halls.

use std::ops::AddAssign;

use bevy_app::App;
use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use super::clock::Clock;
use super::meters::{J_PER_KWH, Meters};
use super::registry::{RegisterState, TwinState, same_lengths};
use super::state::{AhuColumns, HallColumns, RackColumns, UnitMode};
use super::twin::Plan;
use super::weather::Outside;
use super::{Tick, TickSet};
use crate::physics::air;
use crate::physics::envelope::AirClass;

/// What a hall, a building or a site has used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct HallTotal {
    /// Racks and network, kWh.
    pub it_kwh: f64,
    /// Fans of air-handling units and in-row coils, kWh.
    pub fans_kwh: f64,
    /// Pumps of media and liquid loops, kWh.
    pub pumps_kwh: f64,
    /// Fans of towers and dry coolers, kWh.
    pub rejection_kwh: f64,
    /// Compressors of chillers, kWh.
    pub chillers_kwh: f64,
    /// Lights and the like, kWh.
    pub misc_kwh: f64,
    /// Into batteries less out of them, kWh.
    pub battery_kwh: f64,
    /// Losses of the power path, by its share of the load, kWh.
    pub loss_kwh: f64,
    /// Carbon of what it drew, by its share of the load, kg.
    pub carbon_kg: f64,
    /// Water evaporated by media, m³.
    pub media_m3: f64,
    /// Water evaporated by towers, m³.
    pub tower_m3: f64,
    /// Water that drifted off, m³.
    pub drift_m3: f64,
    /// Water blown down, m³.
    pub blowdown_m3: f64,
    /// Water into basins less out of them, m³.
    pub basin_m3: f64,
    /// Hours in which facility water was warmer than its racks are made for.
    pub warm_water_h: f64,
    /// Hours in each mode of its units, as a mean over them: mixing, free, evaporative, out of service.
    pub mode_h: [f64; 4],
    /// Hours in which the air that its average rack breathes is in each class, in the order of [`AirClass::ALL`].
    pub class_h: [f64; 6],
    /// Hours.
    pub hours: f64,
}

/// Names of the modes, in order.
pub const MODES: [&str; 4] = ["mixing", "free", "evaporative", "out of service"];

impl HallTotal {
    /// All that it drew, kWh.
    #[must_use]
    pub fn facility_kwh(&self) -> f64 {
        self.it_kwh + self.cooling_kwh() + self.misc_kwh + self.battery_kwh + self.loss_kwh
    }

    /// All that cooling drew, kWh.
    #[must_use]
    pub fn cooling_kwh(&self) -> f64 {
        self.fans_kwh + self.pumps_kwh + self.rejection_kwh + self.chillers_kwh
    }

    /// All water drawn, m³.
    #[must_use]
    pub fn water_m3(&self) -> f64 {
        self.media_m3 + self.tower_m3 + self.drift_m3 + self.blowdown_m3 + self.basin_m3
    }

    /// Power usage effectiveness (ISO/IEC 30134-2): facility over IT energy; 0 without IT.
    #[must_use]
    pub fn pue(&self) -> f64 {
        ratio(self.facility_kwh(), self.it_kwh)
    }

    /// Water usage effectiveness (ISO/IEC 30134-9), L/kWh; 0 without IT.
    #[must_use]
    pub fn wue_l_per_kwh(&self) -> f64 {
        ratio(self.water_m3() * 1000.0, self.it_kwh)
    }

    /// Carbon usage effectiveness (ISO/IEC 30134-8), kg/kWh; 0 without IT.
    #[must_use]
    pub fn cue_kg_per_kwh(&self) -> f64 {
        ratio(self.carbon_kg, self.it_kwh)
    }
}

fn ratio(a: f64, b: f64) -> f64 {
    if b > 0.0 { a / b } else { 0.0 }
}

impl AddAssign<&HallTotal> for HallTotal {
    fn add_assign(&mut self, other: &Self) {
        self.it_kwh += other.it_kwh;
        self.fans_kwh += other.fans_kwh;
        self.pumps_kwh += other.pumps_kwh;
        self.rejection_kwh += other.rejection_kwh;
        self.chillers_kwh += other.chillers_kwh;
        self.misc_kwh += other.misc_kwh;
        self.battery_kwh += other.battery_kwh;
        self.loss_kwh += other.loss_kwh;
        self.carbon_kg += other.carbon_kg;
        self.media_m3 += other.media_m3;
        self.tower_m3 += other.tower_m3;
        self.drift_m3 += other.drift_m3;
        self.blowdown_m3 += other.blowdown_m3;
        self.basin_m3 += other.basin_m3;
        self.warm_water_h += other.warm_water_h;
        for (sum, x) in self.mode_h.iter_mut().zip(other.mode_h) {
            *sum += x;
        }
        for (sum, x) in self.class_h.iter_mut().zip(other.class_h) {
            *sum += x;
        }
        self.hours += other.hours;
    }
}

/// Meters by hall.
#[derive(Resource, Debug, Clone, Default, Serialize, Deserialize)]
pub struct HallMeters {
    /// In the order of the halls.
    pub halls: Vec<HallTotal>,
    /// What each hall takes of the site's draw now, with its share of the losses, W.
    pub facility_now_w: Vec<f64>,
    /// Carbon of the site up to the last tick, kg.
    carbon_kg: f64,
}

impl TwinState for HallMeters {
    const NAME: &'static str = "hall meters";

    fn fits(&self, other: &Self) -> bool {
        same_lengths!(self, other: halls, facility_now_w)
    }
}

impl HallMeters {
    /// All at zero.
    #[must_use]
    pub fn new(halls: usize) -> Self {
        Self {
            halls: vec![HallTotal::default(); halls],
            facility_now_w: vec![0.0; halls],
            carbon_kg: 0.0,
        }
    }

    /// The sum over halls.
    #[must_use]
    pub fn sum(&self, halls: std::ops::Range<usize>) -> HallTotal {
        let mut total = HallTotal::default();
        for hall in &self.halls[halls] {
            total += hall;
        }
        total
    }
}

fn read(
    plan: Res<Plan>,
    clock: Res<Clock>,
    outside: Res<Outside>,
    racks: Res<RackColumns>,
    halls: Res<HallColumns>,
    units: Res<AhuColumns>,
    meters: Res<Meters>,
    mut totals: ResMut<HallMeters>,
) {
    let campus = &*plan.0;
    let totals = &mut *totals;
    let (dt_h, kwh) = (clock.dt_s / 3600.0, clock.dt_s / J_PER_KWH);
    let drawn = |h: usize| (halls.it_w[h] + halls.battery_w[h] + halls.cooling_w[h] + halls.misc_w[h]).max(0.0);
    let all_w: f64 = (0..campus.halls.len()).filter(|h| halls.live[*h]).map(drawn).sum();
    let carbon_kg = meters.total.carbon_t * 1000.0 - totals.carbon_kg;
    totals.carbon_kg = meters.total.carbon_t * 1000.0;
    for (h, hall) in campus.halls.iter().enumerate().filter(|(h, _)| halls.live[*h]) {
        let share = ratio(drawn(h), all_w);
        totals.facility_now_w[h] = drawn(h) + meters.now.loss_w * share;
        let total = &mut totals.halls[h];
        total.it_kwh += halls.it_w[h] * kwh;
        total.fans_kwh += halls.fans_w[h] * kwh;
        total.pumps_kwh += halls.pumps_w[h] * kwh;
        total.rejection_kwh += halls.rejection_w[h] * kwh;
        total.chillers_kwh += halls.chillers_w[h] * kwh;
        total.misc_kwh += halls.misc_w[h] * kwh;
        total.battery_kwh += halls.battery_w[h] * kwh;
        total.loss_kwh += meters.now.loss_w * share * kwh;
        total.carbon_kg += carbon_kg * share;
        let m3 = clock.dt_s / 1000.0;
        total.media_m3 += halls.media_evaporated_kg_s[h] * m3;
        total.tower_m3 += halls.tower_evaporated_kg_s[h] * m3;
        total.drift_m3 += halls.drift_kg_s[h] * m3;
        total.blowdown_m3 += halls.blowdown_kg_s[h] * m3;
        total.basin_m3 += halls.basin_fill_kg_s[h] * m3;
        if let Some(liquid) = hall.liquid
            && halls.facility_supply_c[h] > campus.loop_kinds[liquid.kind].facility_max_c.value
        {
            total.warm_water_h += dt_h;
        }
        let each_h = dt_h / hall.units.len() as f64;
        for mode in &units.mode[hall.units.clone()] {
            let k = match mode {
                UnitMode::Mixing => 0,
                UnitMode::Free => 1,
                UnitMode::Evaporative => 2,
                UnitMode::Off | UnitMode::Failed | UnitMode::Maintenance => 3,
            };
            total.mode_h[k] += each_h;
        }
        // Mixing and leaks bring back air of the same moisture.
        let humidity_ratio = halls.supply_humidity_ratio[h];
        let inlets = &racks.inlet_c[hall.racks.clone()];
        let inlet_c = inlets.iter().map(|t| f64::from(*t)).sum::<f64>() / inlets.len().max(1) as f64;
        let dew_point_c = air::dew_point_c(humidity_ratio, outside.pressure_pa).min(inlet_c);
        let relative_humidity = air::relative_humidity_from_dew_point(inlet_c, dew_point_c);
        let class = AirClass::of(inlet_c, dew_point_c, relative_humidity);
        total.class_h[class as usize] += dt_h;
        total.hours += dt_h;
    }
}

pub(super) fn plugin(app: &mut App) {
    app.register_state::<HallMeters>();
    app.add_systems(Tick, read.in_set(TickSet::Meters).after(super::meters::read));
}
