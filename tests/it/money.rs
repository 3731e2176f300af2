//! Money and carbon in the twin: the bill's ledger, months, hours, bands, fleets.

use crate::common::program::{rainier, text};
use crate::common::{Texts, load};
use rainier::economics::bill::Parts;
use rainier::economics::capital::present_worth;
use rainier::economics::fleet::{YEAR_S, mix};
use rainier::results::money::{Money, model_flop_share};
use rainier::results::{Sample, Summary, fleets};
use rainier::scenario::{self, Loaded, Overrides};
use rainier::sim::Twin;
use rainier::sim::meters::{LEDGER_TOLERANCE, Meters, Prices};
use rainier::sim::twin::Plan;
use rainier::site::campus::Found;
use rainier::site::texts::{Files, NoFiles};

const LAB: &str = include_str!("../../assets/sites/lab.ron");
const INDIANA: &str = include_str!("../../assets/tariffs/indiana.ron");
const MARKET: &str = include_str!("../../assets/tariffs/market.ron");
const GRID: &str = include_str!("../../assets/grids/rfc-west.ron");

/// The lab day on another tariff, from another start, for so many hours, without its events.
fn with_tariff(tariff: &str, start: &str, hours: f64, events: &str) -> Result<Loaded, String> {
    let files = Texts(vec![
        ("lab.ron".into(), LAB.replace("builtin:indiana", "tariff.ron")),
        ("tariff.ron".into(), tariff.into()),
        ("grid.ron".into(), GRID.into()),
    ]);
    let scenario = format!(
        r#"(format: 1, name: "money", about: "", site: "lab.ron", start: "{start}", duration_s: {}, tick_s: 60,
        record_every_s: 300, seed: 1, phase: 1, utilisation: 0.92, load_texture: 0.06, weather_offset_k: 0,
        events: [{events}])"#,
        hours * 3600.0
    );
    let loaded = scenario::load_text(&files, "money.ron", &scenario, Overrides::default());
    loaded.map_err(|report| report.to_string())
}

fn good(tariff: &str, start: &str, hours: f64, events: &str) -> Loaded {
    with_tariff(tariff, start, hours, events).unwrap_or_else(|report| panic!("{report}"))
}

fn errors(tariff: &str) -> String {
    with_tariff(tariff, "2026-07-20T12:00:00", 1.0, "").expect_err("is wrong")
}

fn finish(loaded: Loaded) -> Twin {
    let mut twin = Twin::new(loaded, 1);
    while !twin.done() {
        twin.tick();
    }
    twin
}

/// Two tariffs with all that a bill can hold, over the end of a month with an outage: parts add up at every tick.
#[test]
fn the_money_ledger_closes_every_tick() {
    let outage = r#"(at_s: 7000, action: OpenFeed, at: "utility"), (at_s: 9000, action: CloseFeed, at: "utility")"#;
    for tariff in [INDIANA, MARKET] {
        let mut twin = Twin::new(good(tariff, "2026-07-31T21:00:00", 6.0, outage), 1);
        while !twin.done() {
            twin.tick();
            let total = twin.meters().total;
            let (sum, usd) = (total.bill.sum(), total.cost_usd);
            assert!((sum - usd).abs() <= 1e-9 * usd.abs().max(1.0), "{sum} {usd}");
            let [low, high] = total.cost_range_usd;
            assert!(low <= usd && usd <= high, "{low} {usd} {high}");
        }
        let total = twin.meters().total;
        assert!(total.bill.diesel > 0.0 && total.bill.energy > 0.0 && total.bill.demand > 0.0);
        assert!(total.worst_imbalance <= LEDGER_TOLERANCE);
        let bands = twin.meters().bill(twin.world().resource::<Prices>());
        for ((name, band), part) in Parts::NAMES.iter().zip(bands).zip(total.bill.values()) {
            assert_eq!(band.value, part, "{name}");
        }
    }
}

/// Without the new fields a tariff costs what it always did: energy, demand by its share of the month, water, diesel.
#[test]
fn an_older_tariff_file_still_counts_as_it_did() {
    let lines: Vec<&str> = INDIANA
        .lines()
        .filter(|line| {
            !["ratchet", "minimum", "grid"]
                .iter()
                .any(|new| line.trim().starts_with(new))
        })
        .collect();
    let twin = finish(good(&lines.join("\n"), "2026-07-20T12:00:00", 3.0, ""));
    let total = twin.meters().total;
    let demand = total.peak_demand_w / 1000.0 * 20.0 * (3.0 / 744.0);
    let by_hand = total.grid_energy_kwh / 1000.0 * 33.0 + demand + total.water_m3 * (0.66 + 1.24);
    assert!((total.cost_usd - by_hand).abs() < 1e-6, "{} {by_hand}", total.cost_usd);
    // Flat carbon, as in the file.
    assert!((total.carbon_t - total.grid_energy_kwh * 413.0 / 1e6).abs() < 1e-9);
    assert!((total.marginal_carbon_t - total.grid_energy_kwh * 618.0 / 1e6).abs() < 1e-9);
    assert_eq!(total.offsite_water_m3, 0.0);
}

/// Carbon counted again from what each tick drew and what its hour weighs.
#[test]
fn carbon_follows_the_hour() {
    let mut twin = Twin::new(good(INDIANA, "2026-07-20T00:00:00", 24.0, ""), 1);
    let (mut g, mut seen) = (0.0, Vec::new());
    while !twin.done() {
        twin.tick();
        let sample = Sample::of(twin.world());
        g += sample.grid_power_w / 1000.0 / 60.0 * sample.carbon_g_per_kwh;
        if !seen.contains(&sample.carbon_g_per_kwh) {
            seen.push(sample.carbon_g_per_kwh);
        }
    }
    let total = twin.meters().total;
    assert!(seen.len() > 12, "{seen:?}");
    assert!(
        (total.carbon_t - g / 1e6).abs() < 1e-9 * total.carbon_t,
        "{} {g}",
        total.carbon_t
    );
    assert!((total.offsite_water_m3 - total.grid_energy_kwh * 3.14e-3).abs() < 1e-9);
    assert!((total.long_run_carbon_t - total.grid_energy_kwh * 166.0 / 1e6).abs() < 1e-9);
}

/// A contract ramps with the buildings: a building alone is held to its share of the minimum.
#[test]
fn a_building_alone_bears_its_share_of_the_contract() {
    let mut one = load("builtin:lab-day");
    one.timeline.clear();
    let mut both = one.clone();
    both.scenario.utilisation = 0.0;
    one.scenario.utilisation = 0.0;
    one.only = Some(Found::Building(0));
    let of = |loaded: Loaded| {
        let bill = finish(loaded).meters().total.bill;
        bill.demand + bill.minimum
    };
    // All minimum: 80 % of 3 MW; the first building has 24 x 30 of 24 x 75 kW.
    let hour = 20.0 / 744.0;
    assert!((of(both) - 2400.0 * hour).abs() < 1e-6);
    assert!((of(one) - 2400.0 * 30.0 / 75.0 * hour).abs() < 1e-6);
}

/// A campus that cuts its load on call is paid; one that does not is fined.
#[test]
fn answering_a_call_pays() {
    let tariff = MARKET.replace(
        "committed_w: (100000000, E, \"= a tenth of the campus\", 50000000, 200000000)",
        "committed_w: (300000, E, \"= test\")",
    );
    assert_ne!(tariff, MARKET);
    let cut =
        r#"(at_s: 10800, action: SetUtilisation, value: 0.3), (at_s: 25200, action: SetUtilisation, value: 0.92)"#;
    let of = |events: &str| {
        let twin = finish(good(&tariff, "2026-07-24T12:00:00", 8.0, events));
        twin.meters().total.bill.demand_response
    };
    let (answered, ignored) = (of(cut), of(""));
    assert!(answered < 0.0, "{answered}");
    assert!(ignored > 0.0 && ignored > answered, "{ignored}");
}

#[test]
fn what_is_wrong_in_a_tariff_or_grid_is_named_with_its_place() {
    let grid = INDIANA.replace("builtin:rfc-west", "grid.ron");
    let _ = good(&grid, "2026-07-20T12:00:00", 1.0, "");
    for (tariff, expected) in [
        (
            INDIANA.replace("minimum_share: (0.8", "minimum_share: (1.8"),
            "minimum_share: found 1.8; allowed: 0 to 1",
        ),
        (
            INDIANA.replace("builtin:rfc-west", "builtin:moon"),
            "no built-in file of that name",
        ),
        (
            MARKET.replace("from_h: 23, to_h: 5", "from_h: 23, to_h: 23"),
            "periods[2].to_h: found 23; allowed: another hour than from_h",
        ),
        (
            MARKET.replace("lasts_h: 4)", "lasts_h: 12)"),
            "demand_response.calls[0].lasts_h: found 12; allowed: at most the rest of the day, 9 h",
        ),
        (
            MARKET.replace("month: 7, day: 24", "month: 2, day: 30"),
            "demand_response.calls[0].day: found 30; allowed: a day of the month, 1 to 28",
        ),
        (
            MARKET
                .replace("most_h_per_year: (60,", "most_h_per_year: (3,")
                .replace(", 20, 120)", ")"),
            "demand_response.calls: found 4 h in all; allowed: at most most_h_per_year, 3 h",
        ),
        (INDIANA.replace("ratchet_share", "ratchet_chair"), "`ratchet_chair`"),
        (
            MARKET.replace("months: [6, 7, 8, 9]", "months: [6, 13]"),
            "periods[0].months[1]: found 13; allowed: 1 to 12",
        ),
    ] {
        let found = errors(&tariff);
        assert!(found.contains(expected), "{found}\n(expected: {expected})");
        assert!(found.contains("tariff.ron:") || found.contains("moon"), "{found}");
    }
    for (text, expected) in [
        (
            GRID.replace("months: [12, 1, 2]", "months: [12, 1]"),
            "seasons: found month 2 0 times; allowed: each month in one season",
        ),
        (GRID.replacen("average: (\n", "average: (\n 2.0 + ", 1), "grid.ron:"),
        (
            GRID.replacen("1.0", "3.0", 1),
            "allowed: shapes whose mean over the year is 1",
        ),
    ] {
        let files = Texts(vec![
            ("lab.ron".into(), LAB.replace("builtin:indiana", "tariff.ron")),
            ("tariff.ron".into(), grid.clone()),
            ("grid.ron".into(), text),
        ]);
        let found = rainier::site::load::load_site(&files, "lab.ron", None)
            .expect_err("is wrong")
            .to_string();
        assert!(found.contains(expected), "{found}\n(expected: {expected})");
    }
}

/// What money comes to is the sum of its parts, and every band stands around its value.
#[test]
fn costs_add_up() {
    let loaded = load("builtin:lab-day");
    let capital = loaded.site.capital.clone();
    let twin = finish(loaded);
    let money = Money::of(twin.world(), &capital, "lab", None);
    let sum: f64 = money.capital.iter().map(|row| row.usd.value).sum();
    assert!((sum - money.capital_usd.value).abs() < 1e-3);
    let by_building: f64 = money.capital_by_building.iter().map(|(_, usd)| usd.value).sum();
    assert!((by_building - money.capital_usd.value).abs() < 1e-3);
    let bill = twin.meters().total.cost_usd * 8760.0;
    let operating = money.operating_usd_per_year.value;
    let upkeep = money.operating.last().expect("is there");
    assert!(
        (operating - bill - upkeep.usd.value).abs() < 1e-6 * operating,
        "{operating} {bill}"
    );
    let year = money.usd_per_year.value;
    assert!((year - operating - money.annuity_usd_per_year.value).abs() < 1e-6);
    assert!((money.net_present_usd.value - year * present_worth(0.08, 15.0)).abs() < 1e-3);
    assert!((money.usd_per_chip_hour.value * f64::from(money.chips) * 8760.0 - year).abs() < 1e-3);
    assert!((money.usd_per_delivered_chip_hour.value * 0.9 / money.usd_per_chip_hour.value - 1.0).abs() < 1e-3);
    let runs = money.bf16_flops.value * 0.9 * YEAR_S / 1e25;
    assert!((money.usd_per_run.value * runs / year - 1.0).abs() < 1e-9);
    let longer = Money::of(twin.world(), &capital, "lab", Some(30));
    assert!(longer.net_present_usd.value > money.net_present_usd.value);
    assert!(money.unpriced.is_empty() && money.published.len() == 3);
    for band in [
        money.capital_usd,
        money.usd_per_year,
        money.net_present_usd,
        money.usd_per_run,
        money.usd_per_kwh,
        money.carbon_t_per_year[0],
        money.carbon_t_per_run,
        money.embodied_t_per_year,
    ] {
        assert!(
            0.0 < band.low && band.low < band.value && band.value < band.high,
            "{band:?}"
        );
    }
    let [average, marginal, long_run] = money.carbon_t_per_year.map(|band| band.value);
    assert!(long_run < average && average < marginal);
    let summary = Summary::of(twin.world(), "lab", 1);
    assert_eq!(summary.bill.sum(), twin.meters().total.bill.sum());
}

/// Every rack of the catalog stands in the lab, runs a few hours without a limit passed, and delivers what its chips do.
#[test]
fn every_fleet_runs_and_delivers_what_its_chips_do() {
    let mut base = load("builtin:lab-day");
    base.scenario.tick_s = 300.0;
    let names = fleets::racks(&NoFiles, &base).expect("is valid");
    assert!(names.len() >= 12, "{names:?}");
    let mut found = Vec::new();
    for rack in &names {
        let fleet = fleets::run(&NoFiles, &base, 0, rack, 1, 1).unwrap_or_else(|report| panic!("{rack}: {report}"));
        assert_eq!(fleet.unserved_kwh, 0.0, "{rack}");
        assert!(fleet.throttled_share < 0.02, "{rack}: {}", fleet.throttled_share);
        assert!((1.0..1.2).contains(&fleet.pue()), "{rack}: {}", fleet.pue());
        assert!(
            fleet.facility_w < 1.5e6,
            "{rack}: {} W of half of 3 MW",
            fleet.facility_w
        );
        assert_eq!(fleet.herfindahl(), 1.0);
        assert!(fleet.usd_per_run().value > 0.0 && fleet.capital_usd.low < fleet.capital_usd.high);
        found.push(fleet);
    }
    let vendors: std::collections::BTreeSet<&str> = found.iter().map(|fleet| fleet.main_vendor()).collect();
    assert_eq!(vendors.into_iter().collect::<Vec<_>>(), ["Amazon", "Google", "NVIDIA"]);
    let trn2 = found.iter().find(|fleet| fleet.rack == "trn2").expect("is there");
    let campus = &base.site.campus;
    let kind = campus
        .rack_kinds
        .iter()
        .find(|kind| kind.key == "trn2")
        .expect("is there");
    let peak = trn2.chips * kind.chip.bf16_tflops.value * 1e12 * model_flop_share(kind).value;
    assert!((trn2.bf16_flops.value / (peak * (1.0 - trn2.throttled_share)) - 1.0).abs() < 1e-12);
    let v7 = found
        .iter()
        .find(|fleet| fleet.rack == "tpu-v7-cube")
        .expect("is there");
    let both = mix("half", &[(trn2, 0.5), (v7, 0.5)]);
    assert!(both.bf16_flops.value > trn2.bf16_flops.value && both.bf16_flops.value < v7.bf16_flops.value);
    assert!(both.herfindahl() < 1.0);
}

/// The lab holds what its own file gives it, and a fleet of that is the lab itself.
#[test]
fn a_fleet_of_what_stands_there_is_what_stands_there() {
    let mut base = load("builtin:lab-day");
    base.timeline.clear();
    base.scenario.duration_s = 86_400.0;
    base.scenario.tick_s = 300.0;
    let fleet = fleets::run(&NoFiles, &base, 0, "trn2", 1, 1).expect("fits");
    base.only = Some(Found::Building(0));
    let twin = finish(base);
    let total = twin.meters().total;
    assert_eq!(fleet.it_w, total.it_energy_kwh * 3.6e6 / 86_400.0);
    assert_eq!(fleet.facility_w, total.energy_kwh * 3.6e6 / 86_400.0);
    let campus = &twin.world().resource::<Plan>().0;
    assert_eq!(fleet.racks, campus.racks_of(Found::Building(0)).len() as f64);
    assert!(twin.world().resource::<Meters>().total.cost_usd > 0.0);
}

#[test]
fn the_commands_answer_and_refuse() {
    let run = |args: &[&str]| {
        let output = rainier(args);
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    let (code, out, err) = run(&["cost", "builtin:lab-day", "--json", "--only", "B01", "--years", "5"]);
    assert_eq!(code, Some(0), "{err}");
    let json: serde_json::Value = serde_json::from_str(&out).expect("is JSON");
    assert_eq!(json["chips"], 768);
    assert_eq!(json["years"], 5);
    assert!(
        json["usd_per_chip_hour"]["value"]
            .as_f64()
            .is_some_and(|x| x > 0.1 && x < 3.0),
        "{out}"
    );
    let (code, out, _) = run(&["cost", "builtin:lab-day"]);
    assert_eq!(code, Some(0));
    for word in [
        "phase 1: racks",
        "net present cost of 15 years",
        "embodied",
        "9.01 c/kWh",
        "10^25 FLOP",
    ] {
        assert!(out.contains(word), "{word}: {out}");
    }
    let (code, out, err) = run(&[
        "fleets",
        "builtin:lab-day",
        "--racks",
        "trn2,h100-air",
        "--mix",
        "trn2:0.5,h100-air:0.5",
    ]);
    assert_eq!(code, Some(0), "{err}");
    assert!(
        out.contains("h100-air") && out.contains("Amazon") && out.contains("NVIDIA"),
        "{out}"
    );
    for (args, expected) in [
        (
            ["fleets", "builtin:lab-day", "--racks", "abacus"],
            "no rack of the catalog; it has",
        ),
        (["fleets", "builtin:lab-day", "--mix", "trn2:0.5"], "must come to 1"),
        (
            ["fleets", "builtin:lab-day", "--only", "B77"],
            "a building of this site",
        ),
        (
            ["cost", "builtin:lab-day", "--only", "B77"],
            "a building or hall of this site",
        ),
    ] {
        let (code, _, err) = run(&args);
        assert_eq!(code, Some(2), "{args:?}");
        assert!(err.contains(expected), "{args:?}: {err}");
    }
}

#[test]
fn every_file_of_money_is_checked_by_its_kind() {
    let check = |name: &str| text(&rainier(&["check", name]).stdout);
    for (name, kind) in [
        ("builtin:indiana", "tariff"),
        ("builtin:anderson", "tariff"),
        ("builtin:market", "tariff"),
        ("builtin:rfc-west", "grid"),
        ("builtin:capital", "capital"),
    ] {
        let text = check(name);
        assert!(text.contains(&format!("ok ({kind})")), "{text}");
    }
    assert!(NoFiles.text("x").is_err());
}
