//! Halls and their air-handling units: modes, supply air, hot aisle, water.

use bevy_app::App;
use bevy_ecs::prelude::*;

use super::clock::Clock;
use super::power::RackPower;
use super::state::{HallColumns, UnitColumns, UnitMode};
use super::twin::Plan;
use super::weather::Outside;
use super::{Tick, TickSet};
use crate::num::{exp, exp_m1, pow};
use crate::physics::air::{self, AIR_CP_J_PER_KG_K, WATER_H_FG_J_PER_KG};
use crate::site::files::CoolingUnitSpec;

/// Air that still moves through a hall without fans, as a share of all units at full speed (an estimate).
const DRAUGHT: f64 = 0.01;

/// The share of units between the first and the last to change mode, as a share of the dead band: units of
/// a hall do not all switch in the same tick.
const STAGGER: f64 = 0.5;

/// The mode that a unit's controller asks for.
fn wanted_mode(spec: &CoolingUnitSpec, now: UnitMode, dry_bulb_c: f64, mixing: bool, rank: f64) -> UnitMode {
    let band = spec.evaporate_dead_band_k.value;
    let on_c = spec.evaporate_above_c.value + band * STAGGER * (rank - 0.5);
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

/// The coldest supply that is allowed: return air is mixed in below, against the cold and against damp.
fn coldest_supply_c(spec: &CoolingUnitSpec, outside: &Outside) -> f64 {
    let dry_c =
        air::temperature_at_relative_humidity_c(outside.humidity_ratio, spec.supply_max_rh.value, outside.pressure_pa);
    spec.supply_min_c.value.max(dry_c.min(spec.supply_dry_to_c.value))
}

/// How far evaporation may cool the air, K, before it is too damp behind the fans: all of `full_k`, or less.
fn dry_enough_k(spec: &CoolingUnitSpec, outside: &Outside, full_k: f64, fan_rise_k: f64) -> f64 {
    let too_damp = |drop_k: f64| {
        let humidity_ratio = outside.humidity_ratio + drop_k * AIR_CP_J_PER_KG_K / WATER_H_FG_J_PER_KG;
        let supply_c = outside.dry_bulb_c - drop_k + fan_rise_k;
        air::relative_humidity(supply_c, humidity_ratio, outside.pressure_pa) > spec.supply_max_rh.value
    };
    if full_k <= 0.0 || !too_damp(full_k) {
        return full_k;
    }
    let (mut low, mut high) = (0.0, full_k);
    while high - low > 1e-4 {
        let middle = 0.5 * (low + high);
        if too_damp(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    low
}

fn step(
    plan: Res<Plan>,
    clock: Res<Clock>,
    outside: Res<Outside>,
    power: Res<RackPower>,
    mut units: ResMut<UnitColumns>,
    mut halls: ResMut<HallColumns>,
) {
    let (units, halls) = (&mut *units, &mut *halls);
    let goals: Vec<f64> = plan
        .0
        .cooling_kinds
        .iter()
        .map(|spec| coldest_supply_c(spec, &outside))
        .collect();
    for (h, hall) in plan.0.halls.iter().enumerate() {
        if !halls.live[h] {
            continue;
        }
        let spec = &plan.0.cooling_kinds[hall.cooling_kind];
        let count = hall.units.len() as f64;
        let fed = power.plant_fed[h];
        for unit in hall.units.clone() {
            // Without power they stand; with it again they start with open dampers.
            match (fed, units.mode[unit]) {
                (false, mode) if mode != UnitMode::Failed => units.mode[unit] = UnitMode::Off,
                (true, UnitMode::Off) => units.mode[unit] = UnitMode::Free,
                _ => {}
            }
        }
        let running = hall
            .units
            .clone()
            .filter(|u| !matches!(units.mode[*u], UnitMode::Failed | UnitMode::Off | UnitMode::Maintenance))
            .count() as f64;
        let rated = spec.airflow_kg_s.value;

        let needed = hall.supply_ratio * halls.rack_air_kg_s[h];
        let speed = if running > 0.0 {
            (needed / (running * rated)).clamp(spec.min_speed.value, 1.0)
        } else {
            0.0
        };
        let supply_kg_s = (running * rated * speed).max(DRAUGHT * count * rated);
        let flow_w_per_k = supply_kg_s * AIR_CP_J_PER_KG_K;
        let fans_w = running * spec.fan_w.value * pow(speed, spec.fan_exponent.value);

        let misc_w = if fed { hall.misc_w } else { 0.0 };
        let inner_w = halls.heat_to_air_w[h] + misc_w;
        let fan_rise_k = fans_w / flow_w_per_k;
        let goal_c = goals[hall.cooling_kind];
        let mixing = outside.dry_bulb_c + fan_rise_k < goal_c;

        let mut wet = 0.0;
        for (i, unit) in hall.units.clone().enumerate() {
            if matches!(
                units.mode[unit],
                UnitMode::Failed | UnitMode::Off | UnitMode::Maintenance
            ) {
                units.speed[unit] = 0.0;
                continue;
            }
            let rank = (i as f64 + 0.5) / count;
            let wanted = wanted_mode(spec, units.mode[unit], outside.dry_bulb_c, mixing, rank);
            let media = |mode| mode == UnitMode::Evaporative;
            // Only wetting and drying wait for the shortest run; dampers move at once.
            let held = media(wanted) != media(units.mode[unit]) && units.mode_s[unit] < spec.min_run_s.value;
            if wanted != units.mode[unit] && !held {
                units.mode[unit] = wanted;
                units.mode_s[unit] = 0.0;
            }
            units.mode_s[unit] += clock.dt_s;
            units.speed[unit] = speed;
            wet += f64::from(u8::from(media(units.mode[unit])));
        }
        let pumps_w = wet * spec.pump_w.value;
        let wet_share = if running > 0.0 { wet / running } else { 0.0 };

        // Wet media cool part of the air towards its wet bulb; the water takes that heat along.
        let reach = spec.saturation_effectiveness.value * (1.0 - spec.media_bypass.value);
        let full_k = wet_share * reach * (outside.dry_bulb_c - outside.wet_bulb_c);
        let drop_k = dry_enough_k(spec, &outside, full_k, fan_rise_k);
        let evaporated_w = flow_w_per_k * drop_k;
        let all_w = inner_w + fans_w + pumps_w;

        // Outside air share that will hold the coldest supply once the hot aisle has settled: found from the
        // heat of this tick, not from the last temperature, so that long ticks do not swing.
        let hot_goal_c = goal_c + (inner_w / flow_w_per_k).max(0.0);
        let fresh = if mixing && wet == 0.0 {
            (all_w / flow_w_per_k / (hot_goal_c - outside.dry_bulb_c)).clamp(0.02, 1.0)
        } else {
            1.0
        };
        let exchange_w_per_k = flow_w_per_k * fresh;
        let settled = outside.dry_bulb_c + (all_w - evaporated_w) / exchange_w_per_k;
        let before = halls.hot_aisle_c[h];
        let after = settled + (before - settled) * exp(-clock.dt_s * exchange_w_per_k / hall.heat_capacity_j_per_k);
        let stored_j = hall.heat_capacity_j_per_k * (after - before);

        let evaporated_kg_s = evaporated_w / WATER_H_FG_J_PER_KG;
        let cycles = spec.cycles_of_concentration.value;
        halls.hot_aisle_c[h] = after;
        halls.return_c[h] = after;
        halls.supply_c[h] = fresh * (outside.dry_bulb_c - drop_k) + (1.0 - fresh) * after + fan_rise_k;
        halls.supply_air_kg_s[h] = supply_kg_s;
        halls.recirculation[h] = (1.0 - supply_kg_s / halls.rack_air_kg_s[h].max(1e-9)).max(0.0);
        halls.cooling_w[h] = fans_w + pumps_w;
        halls.fans_w[h] = fans_w;
        halls.pumps_w[h] = pumps_w;
        halls.misc_w[h] = misc_w;
        halls.water_l_s[h] = evaporated_kg_s * cycles / (cycles - 1.0);
        halls.heat_evaporated_w[h] = evaporated_w;
        // Measured where the air leaves: exchange times the exact mean of the hot aisle over the step, so that
        // the ledger checks the step instead of repeating it.
        let x = clock.dt_s * exchange_w_per_k / hall.heat_capacity_j_per_k;
        let mean_c = settled + (before - settled) * (-exp_m1(-x) / x);
        halls.heat_out_w[h] = exchange_w_per_k * (mean_c - outside.dry_bulb_c);
        halls.stored_j[h] += stored_j;
    }
}

pub(super) fn plugin(app: &mut App) {
    app.add_systems(Tick, step.in_set(TickSet::Cooling));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::schema::{Figure, Tag};

    fn figure(value: f64) -> Figure {
        Figure {
            value,
            tag: Tag::E,
            source: "= test".into(),
        }
    }

    fn spec() -> CoolingUnitSpec {
        CoolingUnitSpec {
            name: "test".into(),
            airflow_kg_s: figure(60.0),
            fan_w: figure(30_000.0),
            fan_exponent: figure(2.7),
            min_speed: figure(0.2),
            saturation_effectiveness: figure(0.87),
            media_bypass: figure(0.05),
            cycles_of_concentration: figure(4.0),
            power_factor: figure(0.95),
            pump_w: figure(1_500.0),
            evaporate_above_c: figure(29.4),
            evaporate_dead_band_k: figure(1.0),
            min_run_s: figure(600.0),
            supply_min_c: figure(18.0),
            supply_max_rh: figure(0.8),
            supply_dry_to_c: figure(27.0),
        }
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

    /// Facts, 3.2: at the 0.4 % design day, 32.6 °C and a wet bulb of 23.4 °C, media of 0.85 would give 24.8 °C; that
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
        assert_eq!(wanted_mode(&spec, UnitMode::Free, 29.3, false, 0.5), UnitMode::Free);
        assert_eq!(
            wanted_mode(&spec, UnitMode::Free, 29.5, false, 0.5),
            UnitMode::Evaporative
        );
        assert_eq!(
            wanted_mode(&spec, UnitMode::Evaporative, 28.5, false, 0.5),
            UnitMode::Evaporative
        );
        assert_eq!(
            wanted_mode(&spec, UnitMode::Evaporative, 28.3, false, 0.5),
            UnitMode::Free
        );
        assert_eq!(wanted_mode(&spec, UnitMode::Free, 5.0, true, 0.5), UnitMode::Mixing);
    }
}
