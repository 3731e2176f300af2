//! Air-handling units and the air balance of their halls: modes, dampers, filters, media, fans, water.

use bevy_ecs::prelude::*;

use super::paths::w_per_k;
use super::{SetPoints, WaterSupply};
use crate::num::{exp, exp_m1, pow};
use crate::physics::air::{self, AIR_CP_J_PER_KG_K, WATER_H_FG_J_PER_KG};
use crate::physics::fan::{self, Filter};
use crate::physics::root::root;
use crate::sim::clock::Clock;
use crate::sim::ports::HallPorts;
use crate::sim::power::RackPower;
use crate::sim::state::{AhuColumns, HallColumns, UnitMode};
use crate::sim::twin::Plan;
use crate::sim::weather::Outside;
use crate::site::campus::Hall;
use crate::site::files::{CoolingUnitSpec, HumidityPolicy};

/// Air that still moves through a hall without fans, as a share of all units at full speed (an estimate).
const DRAUGHT: f64 = 0.01;

/// The share of units between the first and the last to change mode, as a share of the dead band: units of
/// a hall do not all switch in the same tick.
const STAGGER: f64 = 0.5;

/// The mode that a unit's controller asks for.
fn wanted_mode(
    spec: &CoolingUnitSpec,
    above_c: f64,
    now: UnitMode,
    dry_bulb_c: f64,
    mixing: bool,
    rank: f64,
) -> UnitMode {
    let band = spec.evaporate_dead_band_k.value;
    let on_c = above_c + band * STAGGER * (rank - 0.5);
    let threshold = if now == UnitMode::Evaporative {
        on_c - band
    } else {
        on_c
    };
    if dry_bulb_c > threshold {
        UnitMode::Evaporative
    } else if mixing {
        UnitMode::Mixing
    } else {
        UnitMode::Free
    }
}

/// The coldest supply that is dry enough: return air is mixed in below.
fn dry_supply_c(spec: &CoolingUnitSpec, outside: &Outside) -> f64 {
    let dry_c =
        air::temperature_at_relative_humidity_c(outside.humidity_ratio, spec.supply_max_rh.value, outside.pressure_pa);
    dry_c.min(spec.supply_dry_to_c.value)
}

/// How far evaporation may cool the air, K, before it is too damp behind the fans: all of `full_k`, or less.
fn dry_enough_k(spec: &CoolingUnitSpec, outside: &Outside, full_k: f64, fan_rise_k: f64) -> f64 {
    let dampest = air::humidity_ratio(spec.supply_max_dew_point_c.value, 1.0, outside.pressure_pa);
    let too_damp = |drop_k: f64| {
        let humidity_ratio = outside.humidity_ratio + drop_k * AIR_CP_J_PER_KG_K / WATER_H_FG_J_PER_KG;
        let supply_c = outside.dry_bulb_c - drop_k + fan_rise_k;
        let by_rh = air::relative_humidity(supply_c, humidity_ratio, outside.pressure_pa) - spec.supply_max_rh.value;
        // Moisture over that of air at the highest dew point, as a share.
        by_rh.max(humidity_ratio / dampest - 1.0)
    };
    if full_k <= 0.0 || spec.humidity_policy == HumidityPolicy::HoldTemperature || too_damp(full_k) <= 0.0 {
        return full_k.max(0.0);
    }
    root(0.0, full_k, 1e-4, too_damp)
}

/// Pressure of a unit at rated flow that grows with the square of its flow, Pa.
fn system_pa(spec: &CoolingUnitSpec, wet: bool, dust_g: f64) -> f64 {
    let filter = Filter {
        clean_pa: spec.filter_clean_pa.value,
        dirty_pa: spec.filter_dirty_pa.value,
        // As the rest of the unit, so that it has one curve.
        flow_exponent: 2.0,
    };
    let filter_pa = if filter.clean_pa > 0.0 {
        filter.pressure_pa(dust_g / spec.filter_dust_g.value, 1.0)
    } else {
        0.0
    };
    let media_pa = spec.media_pa.value + if wet { spec.media_wet_pa.value } else { 0.0 };
    spec.casing_pa.value + media_pa + filter_pa
}

/// Whether a unit moves air.
fn runs(mode: UnitMode) -> bool {
    matches!(mode, UnitMode::Mixing | UnitMode::Free | UnitMode::Evaporative)
}

/// Sends units whose filters are due to have them changed, one at a time and only while the others can spare it.
fn maintain(spec: &CoolingUnitSpec, hall: &Hall, needed_kg_s: f64, dt_s: f64, units: &mut AhuColumns) {
    for unit in hall
        .units
        .clone()
        .filter(|u| units.mode[*u] == UnitMode::Maintenance)
        .collect::<Vec<_>>()
    {
        units.mode_s[unit] += dt_s;
        if units.mode_s[unit] >= spec.filter_change_s.value {
            units.dust_g[unit] = 0.0;
            units.mode[unit] = UnitMode::Free;
            units.mode_s[unit] = f64::MAX;
        }
    }
    let running = hall.units.clone().filter(|u| runs(units.mode[*u])).count();
    let busy = hall.units.clone().any(|u| units.mode[u] == UnitMode::Maintenance);
    if busy || (running.saturating_sub(1)) as f64 * spec.airflow_kg_s.value * 0.95 < needed_kg_s {
        return;
    }
    let due = |u: &usize| runs(units.mode[*u]) && units.dust_g[*u] >= spec.filter_dust_g.value;
    if let Some(unit) = hall.units.clone().find(due) {
        units.mode[unit] = UnitMode::Maintenance;
        units.mode_s[unit] = 0.0;
    }
}

/// Flow of every running unit, kg/s: alike, but where dirty filters let less through the others take more.
fn share_flow(spec: &CoolingUnitSpec, hall: &Hall, needed_kg_s: f64, units: &mut AhuColumns) {
    let rated = spec.airflow_kg_s.value;
    let head_pa = (spec.rated_pressure_pa.value - spec.hall_pressure_pa.value).max(0.0);
    let most = |units: &AhuColumns, u: usize| {
        let wet = units.mode[u] == UnitMode::Evaporative;
        rated
            * (head_pa / system_pa(spec, wet, units.dust_g[u]).max(1e-9))
                .sqrt()
                .min(1.0)
    };
    let least = rated * spec.min_speed.value;
    let (mut left_kg_s, mut free) = (needed_kg_s, 0);
    for unit in hall.units.clone() {
        units.air_kg_s[unit] = 0.0;
        free += usize::from(runs(units.mode[unit]));
    }
    // Units at their limit drop out of the sharing; as many rounds as that can happen in.
    for _ in 0..hall.units.len() {
        if free == 0 {
            break;
        }
        let each = (left_kg_s / free as f64).max(least);
        let mut limited = false;
        for unit in hall.units.clone() {
            if !runs(units.mode[unit]) || units.air_kg_s[unit] > 0.0 {
                continue;
            }
            let most = most(units, unit);
            if each >= most {
                units.air_kg_s[unit] = most;
                left_kg_s -= most;
                free -= 1;
                limited = true;
            }
        }
        if !limited {
            for unit in hall.units.clone() {
                if runs(units.mode[unit]) && units.air_kg_s[unit] == 0.0 {
                    units.air_kg_s[unit] = each;
                }
            }
            break;
        }
    }
}

/// Sets the modes of a hall's units for the outside air.
fn switch_modes(
    spec: &CoolingUnitSpec,
    hall: &Hall,
    above_c: f64,
    outside: &Outside,
    mixing: bool,
    water: bool,
    dt_s: f64,
    units: &mut AhuColumns,
) {
    let count = hall.units.len() as f64;
    for (i, unit) in hall
        .units
        .clone()
        .enumerate()
        .filter(|(_, u)| runs(units.mode[*u]))
        .collect::<Vec<_>>()
    {
        let rank = (i as f64 + 0.5) / count;
        let media = |mode| mode == UnitMode::Evaporative;
        let now = units.mode[unit];
        let wanted = match wanted_mode(spec, above_c, now, outside.dry_bulb_c, mixing, rank) {
            // Media without water are dry.
            UnitMode::Evaporative if !water => UnitMode::Free,
            wanted => wanted,
        };
        // Only wetting and drying wait for the shortest run; dampers move at once, and so does water that is cut.
        let held = media(wanted) != media(now) && units.mode_s[unit] < spec.min_run_s.value && (water || !media(now));
        if wanted != now && !held {
            units.mode[unit] = wanted;
            units.mode_s[unit] = 0.0;
        }
        units.mode_s[unit] += dt_s;
    }
}

pub(super) fn step(
    plan: Res<Plan>,
    clock: Res<Clock>,
    outside: Res<Outside>,
    power: Res<RackPower>,
    water: Res<WaterSupply>,
    set: Res<SetPoints>,
    ports: Res<HallPorts>,
    mut units: ResMut<AhuColumns>,
    mut halls: ResMut<HallColumns>,
) {
    let (units, halls) = (&mut *units, &mut *halls);
    let dt_s = clock.dt_s;
    let dry: Vec<f64> = plan
        .0
        .cooling_kinds
        .iter()
        .map(|spec| dry_supply_c(spec, &outside))
        .collect();
    let density_kg_m3 = air::density_kg_m3(outside.dry_bulb_c, outside.humidity_ratio, outside.pressure_pa);
    for (h, hall) in plan.0.halls.iter().enumerate() {
        if !halls.live[h] {
            continue;
        }
        let spec = &plan.0.cooling_kinds[hall.cooling_kind];
        let rated = spec.airflow_kg_s.value;
        let fed = power.plant_fed[h];
        for unit in hall.units.clone() {
            // Without power they stand; with it again they start with open dampers.
            match (fed, units.mode[unit]) {
                (false, mode) if runs(mode) => units.mode[unit] = UnitMode::Off,
                (true, UnitMode::Off) => units.mode[unit] = UnitMode::Free,
                _ => {}
            }
        }
        let needed_kg_s = (set.supply_ratio[h] * halls.rack_air_kg_s[h] - halls.coil_air_kg_s[h]).max(0.0);
        if !clock.warming_up() {
            maintain(spec, hall, needed_kg_s, dt_s, units);
        }
        share_flow(spec, hall, needed_kg_s, units);
        let draught_kg_s = DRAUGHT * hall.units.len() as f64 * rated;
        let by_fans_kg_s: f64 = units.air_kg_s[hall.units.clone()].iter().sum();
        let supply_kg_s = by_fans_kg_s.max(draught_kg_s);
        let flow_w_per_k = w_per_k(supply_kg_s);

        let misc_w = if fed { hall.misc_w } else { 0.0 };
        let taken_w = halls.heat_to_coils_w[h] + ports.heat_from_air_w[h];
        let inner_w = halls.heat_to_air_w[h] + misc_w + halls.coil_fans_w[h] - taken_w;
        // Against the cold and against damp.
        let goal_c = set.supply_min_c[h].max(dry[hall.cooling_kind]);
        // Fans of the last tick say how warm their air gets; they change little from one to the next.
        let fan_rise_k = (halls.fans_w[h] - halls.coil_fans_w[h]).max(0.0) / flow_w_per_k;
        let mixing = outside.dry_bulb_c + fan_rise_k < goal_c;
        switch_modes(
            spec,
            hall,
            set.evaporate_above_c[h],
            &outside,
            mixing,
            water.0,
            dt_s,
            units,
        );

        // Every unit by itself: what its fans hold, what its media do.
        let (mut fans_w, mut wet, mut drop_w) = (0.0, 0.0, 0.0);
        // Nearly all units of a hall run alike: what is dear to find is that of the one before.
        let (mut efficiency_at, mut drop_at) = ((f64::NAN, 0.0), (f64::NAN, 0.0));
        for unit in hall.units.clone() {
            let flow_kg_s = units.air_kg_s[unit];
            let x = flow_kg_s / rated;
            let is_wet = units.mode[unit] == UnitMode::Evaporative;
            let pressure_pa = spec.hall_pressure_pa.value + system_pa(spec, is_wet, units.dust_g[unit]) * x * x;
            units.speed[unit] = x;
            units.pressure_pa[unit] = if x > 0.0 { pressure_pa } else { 0.0 };
            units.supply_c[unit] = 0.0;
            if x <= 0.0 {
                continue;
            }
            if efficiency_at.0 != x {
                efficiency_at = (x, spec.fan_efficiency.value * pow(x, spec.drive_exponent.value));
            }
            fans_w += fan::power_w(flow_kg_s, density_kg_m3, pressure_pa, efficiency_at.1);
            if is_wet {
                wet += 1.0;
                if drop_at.0 != x {
                    let rated = spec.saturation_effectiveness.value;
                    let effect = fan::media_effectiveness(rated, x, spec.media_ntu_exponent.value);
                    let reach = effect * (1.0 - spec.media_bypass.value);
                    let full_k = reach * (outside.dry_bulb_c - outside.wet_bulb_c);
                    drop_at = (x, dry_enough_k(spec, &outside, full_k, fan_rise_k));
                }
                // Kept until the mixed air is known.
                units.supply_c[unit] = -drop_at.1;
                drop_w -= w_per_k(flow_kg_s) * units.supply_c[unit];
            }
        }
        let media_pumps_w = wet * spec.pump_w.value;
        let evaporated_w = drop_w;
        let fan_rise_k = fans_w / flow_w_per_k;
        let all_w = inner_w + fans_w + media_pumps_w;

        // Outside air share that will hold the coldest supply once the return air has settled: found from the
        // heat of this tick, not from the last temperature, so that long ticks do not swing.
        let return_goal_c = goal_c + (inner_w / flow_w_per_k).max(0.0);
        let fresh = if mixing && wet == 0.0 {
            (all_w / flow_w_per_k / (return_goal_c - outside.dry_bulb_c)).clamp(0.02, 1.0)
        } else {
            1.0
        };
        let exchange_w_per_k = flow_w_per_k * fresh;
        let settled = outside.dry_bulb_c + (all_w - evaporated_w) / exchange_w_per_k;
        let before = halls.return_c[h];
        let x = dt_s * exchange_w_per_k / hall.heat_capacity_j_per_k;
        let after = settled + (before - settled) * exp(-x);
        // Exchange times the exact mean over the step, so that the ledger checks the step instead of repeating it.
        let mean_c = settled + (before - settled) * (-exp_m1(-x) / x);

        let mixed_c = fresh * outside.dry_bulb_c + (1.0 - fresh) * after;
        for unit in hall.units.clone().filter(|u| runs(units.mode[*u])).collect::<Vec<_>>() {
            // The heat of each unit's own fan stays small beside that of the mean.
            units.supply_c[unit] += mixed_c + fan_rise_k;
            // Dust comes with outside air alone.
            let dust_g_s = units.air_kg_s[unit] * fresh / density_kg_m3 * outside.particles_ug_m3 * 1e-6;
            if !clock.warming_up() {
                units.dust_g[unit] += dust_g_s * spec.filter_arrestance.value * dt_s;
            }
        }
        let drop_k = evaporated_w / flow_w_per_k;
        let supply_c = mixed_c - drop_k + fan_rise_k;
        let evaporated_kg_s = evaporated_w / WATER_H_FG_J_PER_KG;
        let drift_kg_s = evaporated_kg_s * spec.drift_share.value;
        let cycles = spec.cycles_of_concentration.value;

        halls.return_c[h] = after;
        halls.mixed_c[h] = mixed_c;
        halls.fresh_share[h] = fresh;
        halls.supply_c[h] = supply_c;
        halls.media_drop_k[h] = drop_k;
        halls.supply_humidity_ratio[h] = outside.humidity_ratio + evaporated_kg_s / (supply_kg_s * fresh);
        halls.supply_air_kg_s[h] = supply_kg_s;
        let (drawn_kg_s, cold_kg_s, coil_kg_s) =
            (halls.rack_air_kg_s[h], halls.cold_air_kg_s[h], halls.coil_air_kg_s[h]);
        let given_kg_s = supply_kg_s + coil_kg_s;
        halls.recirculation[h] = (1.0 - given_kg_s / drawn_kg_s.max(1e-9)).max(0.0);
        halls.bypass_kg_s[h] = (given_kg_s - cold_kg_s).max(0.0);
        // What the racks give off, before the air that has passed them by cools it: the return air's heat in less air.
        // Where coils run they have found it already.
        if coil_kg_s == 0.0 {
            let concentrated = supply_kg_s / cold_kg_s.max(0.2 * supply_kg_s);
            halls.hot_aisle_c[h] = supply_c + (after - supply_c) * concentrated.max(1.0);
        }
        halls.fans_w[h] = fans_w + halls.coil_fans_w[h];
        halls.pumps_w[h] = media_pumps_w + halls.loop_pumps_w[h];
        halls.cooling_w[h] = halls.fans_w[h] + halls.pumps_w[h] + halls.rejection_w[h] + halls.chillers_w[h];
        halls.misc_w[h] = misc_w + ports.power_w[h];
        halls.media_evaporated_kg_s[h] = evaporated_kg_s;
        halls.drift_kg_s[h] = drift_kg_s + halls.tower_drift_kg_s[h];
        halls.blowdown_kg_s[h] =
            (evaporated_kg_s / (cycles - 1.0) - drift_kg_s).max(0.0) + halls.tower_blowdown_kg_s[h];
        halls.water_l_s[h] = halls.media_evaporated_kg_s[h]
            + halls.tower_evaporated_kg_s[h]
            + halls.drift_kg_s[h]
            + halls.blowdown_kg_s[h]
            + halls.basin_fill_kg_s[h];
        halls.heat_evaporated_w[h] = evaporated_w;
        halls.heat_out_w[h] = exchange_w_per_k * (mean_c - outside.dry_bulb_c);
        halls.stored_j[h] += hall.heat_capacity_j_per_k * (after - before) + halls.loop_stored_j[h];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Report;
    use crate::site::files::Catalog;
    use crate::site::load::part;
    use crate::site::texts::NoFiles;

    /// The fan wall of the catalog.
    fn spec() -> CoolingUnitSpec {
        let catalog = part::<Catalog>(&NoFiles, "builtin:catalog", &mut Report::default()).expect("is valid");
        catalog.value.cooling_units["fan-wall"].clone()
    }

    fn air_of(dry_bulb_c: f64, dew_point_c: f64) -> Outside {
        let rh = air::relative_humidity_from_dew_point(dry_bulb_c, dew_point_c);
        Outside {
            dry_bulb_c,
            wet_bulb_c: air::wet_bulb_c(dry_bulb_c, rh, 98_500.0),
            relative_humidity: rh,
            humidity_ratio: air::humidity_ratio(dry_bulb_c, rh, 98_500.0),
            pressure_pa: 98_500.0,
            ..Outside::default()
        }
    }

    /// docs/facts.md, 3.2: at the 0.4 % design day, 32.6 °C and a wet bulb of 23.4 °C, media of 0.85 would give 24.8 °C; that
    /// air would be damper than 80 %, so that they stop before.
    #[test]
    fn media_stop_where_the_air_would_be_too_damp() {
        let (spec, day) = (spec(), air_of(32.6, 19.6));
        assert!((day.wet_bulb_c - 23.4).abs() < 0.15, "{}", day.wet_bulb_c);
        let full_k = 0.85 * (day.dry_bulb_c - day.wet_bulb_c);
        let drop_k = dry_enough_k(&spec, &day, full_k, 0.3);
        assert!(drop_k < full_k && drop_k > 0.7 * full_k, "{drop_k} of {full_k}");
        let humidity_ratio = day.humidity_ratio + drop_k * AIR_CP_J_PER_KG_K / WATER_H_FG_J_PER_KG;
        let rh = air::relative_humidity(32.6 - drop_k + 0.3, humidity_ratio, 98_500.0);
        assert!((rh - 0.8).abs() < 1e-3, "{rh}");
        assert_eq!(
            dry_enough_k(&spec, &air_of(38.0, 8.0), 10.0, 0.3),
            10.0,
            "dry heat is no reason to stop"
        );
    }

    fn coldest_supply_c(spec: &CoolingUnitSpec, outside: &Outside) -> f64 {
        spec.supply_min_c.value.max(dry_supply_c(spec, outside))
    }

    /// A damp summer night is warmed with return air to 80 %, not beyond the recommended range; a dry one is not.
    #[test]
    fn damp_air_is_warmed_before_it_is_supplied() {
        let spec = spec();
        assert_eq!(coldest_supply_c(&spec, &air_of(20.0, 10.0)), 18.0);
        let damp = air_of(20.0, 19.5);
        let goal_c = coldest_supply_c(&spec, &damp);
        assert!((air::relative_humidity(goal_c, damp.humidity_ratio, 98_500.0) - 0.8).abs() < 1e-4);
        assert_eq!(coldest_supply_c(&spec, &air_of(27.0, 26.5)), 27.0);
    }

    #[test]
    fn a_wet_unit_stays_wet_through_its_dead_band() {
        let spec = spec();
        let above_c = spec.evaporate_above_c.value;
        assert_eq!(
            wanted_mode(&spec, above_c, UnitMode::Free, 29.3, false, 0.5),
            UnitMode::Free
        );
        assert_eq!(
            wanted_mode(&spec, above_c, UnitMode::Free, 29.5, false, 0.5),
            UnitMode::Evaporative
        );
        assert_eq!(
            wanted_mode(&spec, above_c, UnitMode::Evaporative, 28.5, false, 0.5),
            UnitMode::Evaporative
        );
        assert_eq!(
            wanted_mode(&spec, above_c, UnitMode::Evaporative, 28.3, false, 0.5),
            UnitMode::Free
        );
        assert_eq!(
            wanted_mode(&spec, above_c, UnitMode::Free, 5.0, true, 0.5),
            UnitMode::Mixing
        );
    }
}
