//! Air, water and heat in the twin: balances of air and water, units that fail, filters, liquid loops, ride-through.

use crate::common::{load, order, run_for};
use rainier::scenario::Loaded;
use rainier::sim::command::Command;
use rainier::sim::cooling::ThermalWatch;
use rainier::sim::hall_meters::HallMeters;
use rainier::sim::meters::LEDGER_TOLERANCE;
use rainier::sim::power::incidents::{Incidents, What};
use rainier::sim::state::UnitMode;
use rainier::sim::twin::Plan;
use rainier::sim::{AhuColumns, ChipColumns, HallColumns, RackColumns, RowColumns, Twin};

/// A built-in scenario without its events, from a time.
fn calm(name: &str, start: &str) -> Loaded {
    let mut loaded = load(name);
    loaded.timeline.clear();
    loaded.start = start.parse().expect("is a time");
    loaded.scenario.duration_s = 1e9;
    loaded
}

/// What reaches the rows is what the units give, and what is breathed of the hot aisle is what leaks or is missing.
#[test]
fn air_is_neither_lost_nor_made() {
    let mut twin = Twin::new(calm("builtin:lab-day", "2026-07-20T12:00:00"), 1);
    order(&mut twin, [Command::FailUnits { hall: 0, count: 1 }]);
    run_for(&mut twin, 30);
    let world = twin.world();
    let (campus, halls) = (world.resource::<Plan>().0.clone(), world.resource::<HallColumns>());
    let (rows, units) = (world.resource::<RowColumns>(), world.resource::<AhuColumns>());
    for (h, hall) in campus.halls.iter().enumerate() {
        let by_units: f64 = units.air_kg_s[hall.units.clone()].iter().sum();
        let by_rows: f64 = rows.supply_kg_s[hall.rows.clone()].iter().sum();
        assert!((by_units / halls.supply_air_kg_s[h] - 1.0).abs() < 1e-9);
        assert!(
            (by_rows / halls.supply_air_kg_s[h] - 1.0).abs() < 1e-9,
            "{by_rows} of {by_units}"
        );
        // Racks draw the supply less what bypasses, and hot air for the rest.
        let given = halls.cold_air_kg_s[h] + halls.bypass_kg_s[h];
        assert!(
            (given / halls.supply_air_kg_s[h] - 1.0).abs() < 0.02,
            "hall {h}: {given}"
        );
    }
}

/// A unit that fails is felt beside it first: its row ends get less than they would if all were alike.
#[test]
fn a_failed_unit_is_felt_near_it() {
    let mut twin = Twin::new(calm("builtin:lab-day", "2026-07-20T12:00:00"), 1);
    run_for(&mut twin, 30);
    let before = twin.world().resource::<RowColumns>().supply_kg_s.clone();
    order(&mut twin, [Command::FailUnits { hall: 0, count: 1 }]);
    run_for(&mut twin, 30);
    let after = &twin.world().resource::<RowColumns>().supply_kg_s;
    let campus = &twin.world().resource::<Plan>().0;
    let rows = campus.halls[0].rows.clone();
    // The first unit stands over the first rows.
    let share = |flows: &[f64], row: usize| flows[row] / flows[rows.clone()].iter().sum::<f64>();
    assert!(share(after, rows.start) < share(&before, rows.start));
    assert!(share(after, rows.end - 1) > share(&before, rows.end - 1));
}

/// Water drawn is water evaporated, drifted, blown down and stored, tick by tick, with the supply cut and restored.
#[test]
fn water_closes_every_tick() {
    let mut twin = Twin::new(calm("builtin:hybrid-day", "2026-07-15T14:00:00"), 1);
    for tick in 0..240 {
        match tick {
            60 => order(&mut twin, [Command::SupplyWater(false)]),
            180 => order(&mut twin, [Command::SupplyWater(true)]),
            _ => {}
        }
        let before = twin.world().resource::<HallColumns>().basin_m3.clone();
        twin.tick();
        let halls = twin.world().resource::<HallColumns>();
        for (h, basin_before) in before.iter().enumerate() {
            let used = halls.media_evaporated_kg_s[h]
                + halls.tower_evaporated_kg_s[h]
                + halls.drift_kg_s[h]
                + halls.blowdown_kg_s[h];
            let stored = (halls.basin_m3[h] - basin_before) * 1000.0 / 60.0;
            let gap = (halls.water_l_s[h] - used - stored).abs();
            assert!(gap <= LEDGER_TOLERANCE * used.max(1.0), "hall {h}, tick {tick}: {gap}");
            if (61..180).contains(&tick) {
                assert!(halls.water_l_s[h].abs() < 1e-9, "no water comes while it is cut");
                assert!(halls.media_evaporated_kg_s[h] == 0.0);
            }
        }
    }
    let halls = twin.world().resource::<HallColumns>();
    assert!(halls.basin_m3[2] > 15.9, "the basin is full again");
    assert!(twin.meters().total.worst_imbalance < LEDGER_TOLERANCE);
}

/// Four ways of cooling hold their chips on a summer day; loops hold their set points and close with the hall's books.
#[test]
fn every_way_of_cooling_holds_a_summer_day() {
    let mut twin = Twin::new(calm("builtin:hybrid-day", "2026-07-20T00:00:00"), 1);
    run_for(&mut twin, 1_440);
    let world = twin.world();
    let (campus, halls) = (world.resource::<Plan>().0.clone(), world.resource::<HallColumns>());
    assert!(twin.meters().total.worst_imbalance < LEDGER_TOLERANCE);
    assert_eq!(twin.meters().total.throttled_chip_hours, 0.0);
    for (h, hall) in campus.halls.iter().enumerate() {
        let Some(liquid) = hall.liquid else {
            assert!(halls.coolant_supply_c[h].is_nan());
            continue;
        };
        let spec = &campus.loop_kinds[liquid.kind];
        assert!((halls.coolant_supply_c[h] - spec.coolant_supply_c.value).abs() < 0.5);
        // First law over the coolant: heat over its rise.
        let heat_w = halls.coolant_kg_s[h]
            * spec.coolant_cp_j_per_kg_k.value
            * (halls.coolant_return_c[h] - halls.coolant_supply_c[h]);
        let given_w = halls.heat_to_liquid_w[h] + halls.heat_to_coils_w[h];
        assert!((heat_w / given_w - 1.0).abs() < 1e-9);
    }
    let meters = world.resource::<HallMeters>();
    // A tower evaporates about 1.4 to 1.6 L for each kWh of heat less what its air takes as sensible heat; dry coolers none.
    let (tower, dry) = (&meters.halls[2], &meters.halls[1]);
    let per_kwh = tower.tower_m3 * 1000.0 / tower.it_kwh;
    assert!((0.7..1.6).contains(&per_kwh), "{per_kwh} L/kWh");
    assert_eq!(dry.water_m3(), 0.0);
    assert!(
        meters.halls[3].fans_kwh > 0.0 && halls.heat_to_coils_w[3] > 50_000.0,
        "coils carry part of the heat"
    );
}

/// Loss of all coolant: plates heat up within seconds, and the causes lead back to the CDUs.
#[test]
fn a_loop_without_units_trips_its_chips_and_says_why() {
    let mut loaded = calm("builtin:hybrid-day", "2026-07-20T12:00:00");
    loaded.scenario.tick_s = 5.0;
    let mut twin = Twin::new(loaded, 1);
    order(&mut twin, [Command::FailCdus { hall: 1, count: 2 }]);
    run_for(&mut twin, 120);
    let world = twin.world();
    let watch = world.resource::<ThermalWatch>().halls[1];
    let (throttled, tripped) = (watch.throttled_s.expect("throttles"), watch.tripped_s.expect("trips"));
    assert!(throttled < 60.0 && tripped < 180.0 && throttled <= tripped, "{watch:?}");
    assert!(
        world.resource::<ThermalWatch>().halls[0].tripped_s.is_none(),
        "the hall in air runs on"
    );
    let incidents = world.resource::<Incidents>();
    let trip = incidents
        .list
        .iter()
        .position(|i| matches!(i.what, What::ChipsTripped(_)))
        .expect("is told");
    let chain = incidents.chain(trip as u32);
    assert_eq!(chain.last().map(|i| i.what), Some(What::CdusLost(2)));
}

/// Units that are broken one by one: the last incident counts all that are out, and chips that throttle name it.
#[test]
fn units_that_break_one_by_one_are_all_named() {
    let mut loaded = calm("builtin:hybrid-day", "2026-07-20T12:00:00");
    loaded.scenario.tick_s = 5.0;
    let units = loaded.site.campus.halls[0].units.len() as u32;
    let mut twin = Twin::new(loaded, 1);
    for _ in 0..units {
        order(&mut twin, [Command::FailUnits { hall: 0, count: 1 }]);
        run_for(&mut twin, 1);
    }
    run_for(&mut twin, 240);
    let incidents = twin.world().resource::<Incidents>();
    let throttling = incidents
        .list
        .iter()
        .position(|i| matches!(i.what, What::Throttling(..)));
    let chain = incidents.chain(throttling.expect("is told") as u32);
    assert_eq!(chain.last().map(|i| i.what), Some(What::UnitsLost(units)), "{chain:?}");
}

/// All fans lost, then repaired: chips throttle, some trip, and after a restart the hall is cool again.
#[test]
fn a_hall_recovers_from_the_loss_of_its_fans() {
    let mut loaded = calm("builtin:lab-day", "2026-07-20T12:00:00");
    loaded.scenario.tick_s = 5.0;
    let mut twin = Twin::new(loaded, 1);
    order(&mut twin, [Command::FailUnits { hall: 0, count: 4 }]);
    run_for(&mut twin, 240);
    let lost = twin.world().resource::<ThermalWatch>().halls[0];
    assert!(lost.throttled_s.is_some_and(|s| s > 5.0), "{lost:?}");
    order(&mut twin, [Command::RepairUnits { hall: 0 }]);
    run_for(&mut twin, 120);
    order(&mut twin, [Command::RestartChips { hall: 0 }]);
    run_for(&mut twin, 240);
    let world = twin.world();
    let halls = world.resource::<HallColumns>();
    assert_eq!((halls.limited[0], halls.tripped[0]), (0, 0));
    let watch = world.resource::<ThermalWatch>().halls[0];
    assert!(watch.cooled_s > lost.throttled_s, "{watch:?}");
    assert!(twin.meters().total.worst_imbalance < LEDGER_TOLERANCE);
}

/// Filters load with dust, cost pressure, and are changed one unit at a time while the hall can spare it.
#[test]
fn filters_load_and_are_changed() {
    let mut loaded = calm("builtin:lab-day", "2026-05-01T00:00:00");
    loaded.scenario.tick_s = 300.0;
    // Little load, so that a unit can be spared at any time.
    loaded.scenario.utilisation = 0.2;
    let mut twin = Twin::new(loaded, 1);
    let (mut serviced, mut at_once) = (0, 0);
    order(&mut twin, [Command::Smoke(300.0)]);
    for _ in 0..288 * 60 {
        twin.tick();
        let units = twin.world().resource::<AhuColumns>();
        let now = units.mode[0..4].iter().filter(|m| **m == UnitMode::Maintenance).count();
        at_once = at_once.max(now);
        serviced += usize::from(now > 0);
    }
    let units = twin.world().resource::<AhuColumns>();
    let full_g = twin.world().resource::<Plan>().0.cooling_kinds[0].filter_dust_g.value;
    assert!(
        units.dust_g.iter().all(|g| (0.0..1.1 * full_g).contains(g)),
        "{:?}",
        units.dust_g
    );
    assert!(serviced > 0 && at_once == 1, "{serviced} ticks, {at_once} at once");
}

/// Junctions stand above their sinks by resistance times power, and sinks above the air that they stand in.
#[test]
fn junctions_stand_above_their_sinks() {
    let mut twin = Twin::new(calm("builtin:lab-day", "2026-07-20T12:00:00"), 1);
    run_for(&mut twin, 30);
    let world = twin.world();
    let campus = &world.resource::<Plan>().0;
    let (chips, racks) = (world.resource::<ChipColumns>(), world.resource::<RackColumns>());
    for rack in 0..campus.racks() {
        let kind = campus.rack_kind(rack);
        let resistance = kind.chip.resistance_fixed_k_per_w.value;
        for chip in campus.rack_chips(rack) {
            let (junction, sink) = (chips.junction_c[chip], chips.sink_c(chip, resistance));
            assert!((junction - sink - resistance as f32 * chips.power_w[chip]).abs() < 1e-3);
            assert!(sink > racks.inlet_c[rack]);
        }
    }
}

/// The same day at any tick: energy within 0.5 %, hottest chip within 0.5 K.
#[test]
fn a_day_is_the_same_at_any_tick() {
    let run = |tick_s: f64| {
        let mut loaded = calm("builtin:hybrid-day", "2026-07-15T00:00:00");
        (loaded.scenario.tick_s, loaded.scenario.duration_s) = (tick_s, 86_400.0);
        let mut twin = Twin::new(loaded, 2);
        while !twin.done() {
            twin.tick();
        }
        let total = twin.meters().total;
        (total.energy_kwh, total.hottest_chip_c, total.water_m3)
    };
    let (energy, hottest, water) = run(1.0);
    for tick_s in [5.0, 15.0, 60.0, 300.0] {
        let other = run(tick_s);
        assert!(
            (other.0 / energy - 1.0).abs() < 0.005,
            "{tick_s} s: {} and {energy} kWh",
            other.0
        );
        assert!(
            (other.1 - hottest).abs() < 0.5,
            "{tick_s} s: {} and {hottest} °C",
            other.1
        );
        assert!(
            (other.2 / water - 1.0).abs() < 0.03,
            "{tick_s} s: {} and {water} m³",
            other.2
        );
    }
}

/// Published: water on at most about 2 % of hours (collected press, G4 of the site file), asked here at 3 %; WUE of 0.005
/// to 0.05 L/kWh. The small site has the campus's units and weather, so that it stands for it in water.
#[test]
fn a_typical_year_is_wet_on_few_hours() {
    let mut loaded = calm("builtin:lab-day", "2026-01-01T00:00:00");
    (loaded.scenario.tick_s, loaded.scenario.duration_s) = (300.0, 8_760.0 * 3_600.0);
    let mut twin = Twin::new(loaded, 1);
    while !twin.done() {
        twin.tick();
    }
    let total = &twin.meters().total;
    assert!(total.wet_hours / 8_760.0 <= 0.03, "{} h", total.wet_hours);
    assert!((0.005..=0.05).contains(&total.wue_l_per_kwh), "{}", total.wue_l_per_kwh);
    assert!(total.worst_imbalance < LEDGER_TOLERANCE);
}

/// Published: 910 MW of IT power (Epoch AI, May 2026, G6 of the site file), within 5 %, with every chip at work.
#[test]
fn the_campus_draws_its_nameplate() {
    let mut loaded = calm("builtin:year", "2026-07-01T12:00:00");
    (loaded.scenario.utilisation, loaded.scenario.load_texture) = (1.0, 0.0);
    let mut twin = Twin::new(loaded, 2);
    run_for(&mut twin, 3);
    let it_mw = twin.meters().now.it_w / 1e6;
    assert!((864.5..=955.5).contains(&it_mw), "{it_mw} MW");
}
