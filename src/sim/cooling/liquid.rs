//! Liquid loops: coolant through cold plates, distribution units (CDUs), facility water, towers or dry coolers, trim
//! chillers, and the in-row coils that hang on the same water.
//!
//! Each hall has a loop of its own. Its state is the coolant supply; everything behind it follows within a tick. The
//! fans outside hold the set point as far as they can, a mixing valve holds it in the cold, a chiller in the heat.

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use super::WaterSupply;
use super::paths::w_per_k;
use crate::num::{lag, pow};
use crate::physics::air::Stream;
use crate::physics::chiller::CarnotChiller;
use crate::physics::heat_exchanger::{Arrangement, Exchanger, WATER_CP_J_PER_KG_K};
use crate::physics::root::root;
use crate::physics::tower;
use crate::sim::chips::Kernels;
use crate::sim::clock::Clock;
use crate::sim::power::RackPower;
use crate::sim::registry::TwinState;
use crate::sim::state::HallColumns;
use crate::sim::twin::Plan;
use crate::sim::weather::Outside;
use crate::site::Campus;
use crate::site::campus::Hall;
use crate::site::files::{LiquidLoopSpec, Rejection};

/// A tower that runs dry cools by its air alone: its water leaves so far above the dry bulb, K (an estimate).
const DRY_TOWER_APPROACH_K: f64 = 12.0;

/// Air through a tower whose fans stand, over that at full speed (EnergyPlus' free convection, about an eighth).
const DRAUGHT: f64 = 0.125;

/// Finest step of fan speed that is looked for.
const SPEED_STEP: f64 = 1e-4;

/// The loop of one hall.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct HallState {
    /// CDUs that are broken.
    pub broken: u32,
    /// Coolant of its racks at full flow, W/K.
    full_w_per_k: f64,
    /// Heat at which they want full flow, W.
    full_heat_w: f64,
}

/// The loops of all halls.
#[derive(Resource, Debug, Clone, Default, Serialize, Deserialize)]
pub struct Loops(pub Vec<HallState>);

impl TwinState for Loops {
    const NAME: &'static str = "liquid loops";

    fn fits(&self, other: &Self) -> bool {
        self.0.len() == other.0.len()
    }
}

impl Loops {
    /// Everything whole.
    #[must_use]
    pub fn new(campus: &Campus, kernels: &Kernels) -> Self {
        let of = |hall: &Hall| {
            let rows = || hall.rows.clone().map(|r| &campus.rows[r]);
            let sum = |of_rack: &dyn Fn(usize) -> f64| {
                rows()
                    .map(|row| row.racks.len() as f64 * of_rack(row.kind))
                    .sum::<f64>()
            };
            let rise = |kind: usize| {
                let rise = campus.rack_kinds[kind].server.coolant_rise_k.as_ref();
                rise.map_or(0.0, |figure| figure.value)
            };
            HallState {
                broken: 0,
                full_w_per_k: sum(&|kind| kernels.coolant_w_per_k(kind)),
                full_heat_w: sum(&|kind| kernels.coolant_w_per_k(kind) * rise(kind)),
            }
        };
        Self(campus.halls.iter().map(of).collect())
    }
}

/// What drives a loop in a tick.
struct Duty<'a> {
    spec: &'a LiquidLoopSpec,
    /// CDUs in service.
    units: f64,
    /// Pump speed, share of full.
    pumps: f64,
    /// Coolant, W/K.
    coolant_w_per_k: f64,
    /// Facility water, W/K.
    facility_w_per_k: f64,
    /// Conductance between coolant and facility water over the difference of their warm ends, W/K.
    exchange_w_per_k: f64,
    /// Heat into the loop with that of its pumps, W.
    heat_w: f64,
    outside: &'a Outside,
    /// Whether the tower has water.
    wet: bool,
}

/// A loop that has settled at a fan speed.
#[derive(Debug, Clone, Copy)]
struct Settled {
    /// Water that leaves tower or cooler, °C.
    rejected_c: f64,
    /// Coolant to the racks, °C.
    coolant_c: f64,
}

/// Conductance between coolant and facility water over the difference of their warm ends, W/K, of so many CDUs.
fn exchange_w_per_k(spec: &LiquidLoopSpec, units: f64, coolant_w_per_k: f64, facility_w_per_k: f64) -> f64 {
    let full = |flow_kg_s: f64, cp: f64| units * flow_kg_s * cp;
    let exchanger = Exchanger {
        arrangement: Arrangement::CounterFlow,
        ua_w_per_k: units * spec.exchanger_w_per_k.value,
        hot_rated_w_per_k: full(spec.coolant_kg_s.value, spec.coolant_cp_j_per_kg_k.value),
        cold_rated_w_per_k: full(spec.facility_kg_s.value, WATER_CP_J_PER_KG_K),
        // Plates are thin: nearly all resistance is in the films.
        hot_film_share: 0.45,
        cold_film_share: 0.45,
    };
    exchanger.transfer(1.0, coolant_w_per_k, 0.0, facility_w_per_k).heat_w
}

impl Duty<'_> {
    /// Water that leaves tower or cooler at a fan speed, °C.
    fn rejected_c(&self, speed: f64) -> f64 {
        let range_k = self.heat_w / self.facility_w_per_k;
        match (self.spec.rejection, &self.spec.dry_cooler_w_per_k) {
            (Rejection::DryCooler, Some(ua)) => {
                let full_air_w_per_k = w_per_k(self.units * self.spec.rejection_air_kg_s.value);
                let exchanger = Exchanger {
                    arrangement: Arrangement::CrossFlow,
                    ua_w_per_k: self.units * ua.value,
                    hot_rated_w_per_k: self.units * self.spec.facility_kg_s.value * WATER_CP_J_PER_KG_K,
                    cold_rated_w_per_k: full_air_w_per_k,
                    // Air has the greater resistance.
                    hot_film_share: 0.15,
                    cold_film_share: 0.8,
                };
                let air_w_per_k = full_air_w_per_k * speed.max(0.02);
                let of_a_kelvin_w = exchanger.transfer(1.0, self.facility_w_per_k, 0.0, air_w_per_k).heat_w;
                self.outside.dry_bulb_c + self.heat_w / of_a_kelvin_w.max(1e-9) - range_k
            }
            _ if !self.wet => self.outside.dry_bulb_c + DRY_TOWER_APPROACH_K + range_k / speed.max(0.1),
            _ => {
                let wet_bulb_c = self.outside.wet_bulb_c;
                let approach = |air: f64| tower::approach_k(wet_bulb_c, range_k, air, self.pumps);
                // A fan that stands leaves a draught, with which the water comes ever warmer.
                let still = (DRAUGHT - speed).max(0.0) / DRAUGHT;
                wet_bulb_c + approach(speed.max(DRAUGHT)) + still * range_k
            }
        }
    }

    fn settled(&self, speed: f64, lifted_w: f64) -> Settled {
        let rejected_c = self.rejected_c(speed);
        let supply_c = rejected_c - lifted_w / self.facility_w_per_k;
        let warm_end_c = supply_c + self.heat_w / self.exchange_w_per_k.max(1e-9);
        Settled {
            rejected_c,
            coolant_c: warm_end_c - self.heat_w / self.coolant_w_per_k,
        }
    }
}

/// Heat that in-row coils take from the hot aisle, with their fans and the air they give.
fn coils(campus: &Campus, h: usize, fed: bool, halls: &mut HallColumns) {
    let Some((kind, count)) = campus.halls[h].coils else {
        return;
    };
    let spec = &campus.coil_kinds[kind];
    let count = f64::from(count);
    let running = fed && halls.facility_kg_s[h] > 0.0;
    if !running {
        halls.coil_air_kg_s[h] = 0.0;
        halls.heat_to_coils_w[h] = 0.0;
        halls.coil_fans_w[h] = 0.0;
        return;
    }
    let water_c = halls.facility_supply_c[h];
    // No more than the racks take from the cold side: the rest would go round in the coils.
    let cold_kg_s = halls.cold_air_kg_s[h].max(0.02 * count * spec.air_kg_s.value);
    let air_kg_s = (count * spec.air_kg_s.value).min(cold_kg_s);
    let exchanger = Exchanger {
        arrangement: Arrangement::CounterFlow,
        ua_w_per_k: count * spec.exchanger_w_per_k.value,
        hot_rated_w_per_k: w_per_k(count * spec.air_kg_s.value),
        cold_rated_w_per_k: count * spec.water_kg_s.value * WATER_CP_J_PER_KG_K,
        hot_film_share: 0.8,
        cold_film_share: 0.15,
    };
    let of_a_kelvin_w = exchanger
        .transfer(1.0, w_per_k(air_kg_s), 0.0, exchanger.cold_rated_w_per_k)
        .heat_w;
    // The hot aisle that coils, units and what the racks draw come to together. Found at once and from the racks'
    // draw, not from the last tick's air: coils that answered a tick late would swing ever wider.
    let fans_w = count * spec.fan_w.value * pow(air_kg_s / (count * spec.air_kg_s.value), 3.0);
    let heat_w = (halls.it_w[h] - halls.heat_to_liquid_w[h]).max(0.0) + fans_w;
    let (units, coils) = (w_per_k(halls.supply_air_kg_s[h]), w_per_k(air_kg_s));
    let all = (units + coils).max(1e-6);
    let from_supply_c = (units * halls.supply_c[h] + of_a_kelvin_w * water_c) / all;
    let hot_c = (from_supply_c + heat_w / w_per_k(cold_kg_s)) / (1.0 - (coils - of_a_kelvin_w) / all);
    // A coil never heats the hall, and never takes more than the racks give.
    let taken_w = (of_a_kelvin_w * (hot_c - water_c)).clamp(0.0, heat_w);
    halls.hot_aisle_c[h] = hot_c;
    halls.coil_air_kg_s[h] = air_kg_s;
    halls.heat_to_coils_w[h] = taken_w;
    halls.coil_fans_w[h] = fans_w;
    halls.coil_supply_c[h] = hot_c - (taken_w - fans_w) / w_per_k(air_kg_s);
}

pub(super) fn step(
    plan: Res<Plan>,
    clock: Res<Clock>,
    outside: Res<Outside>,
    power: Res<RackPower>,
    water: Res<WaterSupply>,
    loops: Res<Loops>,
    mut halls: ResMut<HallColumns>,
) {
    let campus = &*plan.0;
    let halls = &mut *halls;
    for (h, hall) in campus
        .halls
        .iter()
        .enumerate()
        .filter(|(h, _)| halls.live[*h])
        .collect::<Vec<_>>()
    {
        let Some(liquid) = hall.liquid else { continue };
        let spec = &campus.loop_kinds[liquid.kind];
        let state = &loops.0[h];
        let fed = power.plant_fed[h];
        coils(campus, h, fed, halls);
        let units = if fed {
            f64::from(liquid.cdus.saturating_sub(state.broken))
        } else {
            0.0
        };
        let capacity_j_per_k = f64::from(liquid.cdus) * spec.heat_capacity_j_per_k.value;
        let gained_w = halls.heat_to_liquid_w[h] + halls.heat_to_coils_w[h];
        let before_c = halls.coolant_supply_c[h];
        if units == 0.0 {
            // Nothing moves: the loop warms by what still seeps into it.
            halls.coolant_supply_c[h] = before_c + gained_w * clock.dt_s / capacity_j_per_k;
            halls.coolant_return_c[h] = halls.coolant_supply_c[h];
            for column in [
                &mut halls.coolant_kg_s,
                &mut halls.coolant_share,
                &mut halls.facility_kg_s,
                &mut halls.loop_pumps_w,
                &mut halls.rejection_w,
                &mut halls.rejection_speed,
                &mut halls.chillers_w,
                &mut halls.chiller_lift_w,
                &mut halls.heat_rejected_w,
                &mut halls.tower_evaporated_kg_s,
                &mut halls.tower_drift_kg_s,
                &mut halls.tower_blowdown_kg_s,
                &mut halls.basin_fill_kg_s,
            ] {
                column[h] = 0.0;
            }
            halls.loop_stored_j[h] = capacity_j_per_k * (halls.coolant_supply_c[h] - before_c);
            continue;
        }
        // Pumps follow the heat; coils want their own water whatever the plates do.
        let full_w_per_k = units * spec.coolant_kg_s.value * spec.coolant_cp_j_per_kg_k.value;
        let wanted = (gained_w / state.full_heat_w.max(1.0)).clamp(spec.pump_min_speed.value, 1.0);
        let pumps = (wanted * state.full_w_per_k / full_w_per_k).clamp(spec.pump_min_speed.value, 1.0);
        let coolant_w_per_k = full_w_per_k * pumps;
        let each_pump_w = spec.coolant_pump_w.value + spec.facility_pump_w.value;
        let pumps_w = units * each_pump_w * pow(pumps, spec.pump_exponent.value);
        let facility_w_per_k = units * spec.facility_kg_s.value * pumps * WATER_CP_J_PER_KG_K;
        let duty = Duty {
            spec,
            units,
            pumps,
            coolant_w_per_k,
            facility_w_per_k,
            exchange_w_per_k: exchange_w_per_k(spec, units, coolant_w_per_k, facility_w_per_k),
            heat_w: (gained_w + pumps_w).max(1.0),
            outside: &outside,
            wet: water.0 || halls.basin_m3[h] > 0.0,
        };
        let goal_c = spec.coolant_supply_c.value;
        let at_full = duty.settled(1.0, 0.0);
        let (mut speed, mut lifted_w, mut chillers_w) = (1.0, 0.0, 0.0);
        let mut settled = at_full;
        if at_full.coolant_c > goal_c {
            if let Some(chiller) = &spec.chiller {
                let machine = CarnotChiller {
                    capacity_w: units * chiller.capacity_w.value,
                    carnot_share: chiller.carnot_share.value,
                    cop_by_part_load: [
                        chiller.part_load_a.value,
                        chiller.part_load_b.value,
                        chiller.part_load_c.value,
                    ],
                    least_lift_k: 10.0,
                };
                let load_w = (at_full.coolant_c - goal_c) * duty.facility_w_per_k;
                let evaporation_c =
                    at_full.rejected_c - load_w / duty.facility_w_per_k - chiller.evaporator_approach_k.value;
                let condensation_c = outside.dry_bulb_c + chiller.condenser_approach_k.value;
                let done = machine.duty(load_w, evaporation_c, condensation_c);
                (lifted_w, chillers_w) = (done.cooling_w, done.power_w);
                settled = duty.settled(1.0, lifted_w);
            }
        } else {
            // The slowest fans that hold the goal; with standing fans the valve mixes.
            speed = root(0.0, 1.0, SPEED_STEP, |y| goal_c - duty.settled(y, 0.0).coolant_c);
            if duty.settled(0.0, 0.0).coolant_c < goal_c {
                speed = 0.0;
            }
            settled = duty.settled(speed, 0.0);
            settled.coolant_c = goal_c;
        }
        let keep = lag(clock.dt_s, capacity_j_per_k / duty.exchange_w_per_k.max(1e-9));
        let after_c = settled.coolant_c + (before_c - settled.coolant_c) * keep;
        let stored_j = capacity_j_per_k * (after_c - before_c);
        let fans_w = units * spec.rejection_fan_w.value * pow(speed, spec.rejection_fan_exponent.value);
        let outside_w = gained_w + pumps_w - stored_j / clock.dt_s;
        halls.coolant_supply_c[h] = after_c;
        halls.coolant_return_c[h] = after_c + gained_w / coolant_w_per_k;
        halls.coolant_kg_s[h] = coolant_w_per_k / spec.coolant_cp_j_per_kg_k.value;
        halls.coolant_share[h] = (coolant_w_per_k / state.full_w_per_k.max(1e-9)).min(1.0);
        halls.facility_kg_s[h] = duty.facility_w_per_k / WATER_CP_J_PER_KG_K;
        let supply_c = settled.rejected_c - lifted_w / duty.facility_w_per_k;
        // In the cold the valve brings the water to what the exchanger needs.
        let valve_k = settled.coolant_c - duty.settled(speed, lifted_w).coolant_c;
        halls.facility_supply_c[h] = supply_c + valve_k.max(0.0);
        halls.facility_return_c[h] = halls.facility_supply_c[h] + duty.heat_w / duty.facility_w_per_k;
        halls.loop_pumps_w[h] = pumps_w;
        halls.rejection_w[h] = fans_w;
        halls.rejection_speed[h] = speed;
        halls.chillers_w[h] = chillers_w;
        halls.chiller_lift_w[h] = lifted_w;
        halls.heat_rejected_w[h] = outside_w + fans_w + chillers_w;
        halls.loop_stored_j[h] = stored_j;
        make_up(
            &duty,
            h,
            liquid.cdus,
            speed,
            outside_w - lifted_w,
            water.0,
            clock.dt_s,
            halls,
        );
    }
}

/// Water of a tower: evaporated, drifted, blown down, and the basin that lasts a while without supply.
fn make_up(
    duty: &Duty<'_>,
    h: usize,
    cdus: u32,
    speed: f64,
    heat_w: f64,
    supplied: bool,
    dt_s: f64,
    halls: &mut HallColumns,
) {
    let spec = duty.spec;
    let value = |figure: &Option<crate::site::schema::Figure>| figure.as_ref().map_or(0.0, |figure| figure.value);
    if spec.rejection != Rejection::WetTower {
        return;
    }
    let full_m3 = f64::from(cdus) * value(&spec.basin_m3);
    let (mut evaporated, mut drift) = (0.0, 0.0);
    if duty.wet {
        let entering = Stream {
            t_c: duty.outside.dry_bulb_c,
            humidity_ratio: duty.outside.humidity_ratio,
            dry_air_kg_s: duty.units * spec.rejection_air_kg_s.value * speed.max(DRAUGHT),
        };
        let water_c = 0.5 * (halls.facility_supply_c[h] + halls.facility_return_c[h]);
        evaporated = tower::evaporation_kg_s(heat_w, entering, water_c, duty.outside.pressure_pa).max(0.0);
        drift = value(&spec.drift_share) * duty.facility_w_per_k / WATER_CP_J_PER_KG_K;
    }
    if !supplied {
        // Nothing is blown down while nothing comes in, and no more is lost than there is.
        let there_kg_s = halls.basin_m3[h] * 1000.0 / dt_s;
        let share = (there_kg_s / (evaporated + drift).max(1e-12)).min(1.0);
        (evaporated, drift) = (evaporated * share, drift * share);
        halls.basin_fill_kg_s[h] = -(evaporated + drift);
        halls.tower_blowdown_kg_s[h] = 0.0;
    } else {
        let cycles = value(&spec.cycles_of_concentration).max(1.1);
        halls.tower_blowdown_kg_s[h] = (evaporated / (cycles - 1.0) - drift).max(0.0);
        halls.basin_fill_kg_s[h] = (full_m3 - halls.basin_m3[h]) * 1000.0 / dt_s;
    }
    halls.tower_evaporated_kg_s[h] = evaporated;
    halls.tower_drift_kg_s[h] = drift;
    halls.basin_m3[h] = (halls.basin_m3[h] + halls.basin_fill_kg_s[h] * dt_s / 1000.0).max(0.0);
}
