//! Growth: the published history, balances, limits, draws with exact answers, and halls that come to life in the twin.

use crate::common::{Texts, load, order, run_for};
use jiff::civil::{Date, date};
use proptest::prelude::*;
use rainier::diag::Report;
use rainier::growth::files::{PlanFile, Shape};
use rainier::growth::{self, Course, Limit, Phase, Plan, draws};
use rainier::scenario::Loaded;
use rainier::sim::command::Command;
use rainier::sim::meters::LEDGER_TOLERANCE;
use rainier::sim::power::incidents::{Incidents, What};
use rainier::sim::{HallColumns, Twin};
use rainier::site::Campus;
use rainier::site::campus::Found;
use rainier::site::load::load_site;
use rainier::site::schema::{Parsed, read};
use rainier::site::texts::NoFiles;

/// A plan of the two buildings of the lab: 24 racks of 32 and 24 of 8 chips.
const LAB: &str = r#"(
    format: 1, name: "Lab", about: "A test.", sources: {}, site: "builtin:lab",
    starts: ("2025-01-01", E, "= test"), ends: "2025-12-31", known_until: ("2025-01-01", E, "= test"),
    target_chips: (768, E, "= test"), design_overhead: (1.25, E, "= test"), building_usd: (1000000, E, "= test"),
    rack_kinds: {
        "trn2": (it_w_per_chip: (800, E, "= test"), price_usd: (100000, E, "= test")),
        "h100-air": (it_w_per_chip: (1300, E, "= test"), price_usd: (300000, E, "= test")),
    },
    buildings: [
        (number: 1, started: ("2025-01-01", E, "= test"), shell: ("2025-02-01", E, "= test"), energised: ("2025-03-01", E, "= test"), delay: "build"),
        (number: 2, started: ("2025-02-01", E, "= test"), shell: ("2025-06-01", E, "= test"), energised: ("2025-07-01", E, "= test"), needs: ["switchgear"]),
    ],
    grants: [(from: ("2025-01-01", E, "= test"), mw: (9, E, "= test"))],
    supplies: {
        "one": (vendor: "V", rack: "trn2", made: [(period: "2025-01", chips: (768, E, "= test"))],
            share: (1, E, "= test"), good_share: (1, E, "= test"), lag_days: (0, E, "= test")),
        "two": (vendor: "W", rack: "h100-air", made: [(period: "2025Q2", chips: (10000, E, "= test"))],
            share: (1, E, "= test"), good_share: (1, E, "= test"), lag_days: (0, E, "= test")),
    },
    racks_per_crew_day: (4, E, "= test"),
    crews: [(from: ("2025-01-01", E, "= test"), crews: (1, E, "= test"))],
    tranches: [(from: ("2025-01-01", E, "= test"), usd: (100000000, E, "= test"))],
    lead_times: { "switchgear": (100, E, "= test") },
    orders: { "switchgear": (lead: "switchgear", ordered: ("2025-01-01", E, "= test")) },
    delays: { "build": (shape: Uniform, days: (50, E, "= test", 0, 100), shared: true) },
    history: [(what: "chips", on: "2025-04-01", measure: Chips, value: (768, E, "= test"), within: 0.01)],
)"#;

fn parsed(text: &str) -> Parsed<PlanFile> {
    read("lab.ron", text).unwrap_or_else(|report: Report| panic!("{report}"))
}

fn campus(site: &str) -> Campus {
    load_site(&NoFiles, site, None)
        .unwrap_or_else(|report| panic!("{report}"))
        .campus
}

fn lab(text: &str) -> Plan {
    growth::resolve(&parsed(text), &campus("builtin:lab")).unwrap_or_else(|report| panic!("{report}"))
}

fn rainier() -> Plan {
    growth::load(&NoFiles, "builtin:rainier", None).unwrap_or_else(|report| panic!("{report}"))
}

#[test]
fn the_plan_reproduces_the_published_history() {
    let plan = rainier();
    let course = Course::of(&plan);
    let history = growth::compare(&plan, &course);
    assert!(history.iter().filter(|line| line.holds.is_some()).count() >= 6);
    for line in &history {
        assert_ne!(
            line.holds,
            Some(false),
            "{} on {}: {} instead of {}",
            line.recorded.what,
            line.recorded.on.0,
            line.found,
            line.recorded.value.value
        );
    }
    // All of July 2025 and all of March to May 2026, and not only the days above.
    let every_day = |from: Date, to: Date| course.days.iter().filter(move |day| (from..=to).contains(&day.on));
    for day in every_day(date(2025, 7, 1), date(2025, 7, 31)) {
        assert!((day.facility_w / 478e6 - 1.0).abs() < 0.1 && day.live == 7, "{day:?}");
    }
    for day in every_day(date(2026, 3, 1), date(2026, 5, 31)) {
        assert!((day.runs.it_w / 910e6 - 1.0).abs() < 0.1, "{day:?}");
    }
    // No more than was announced in a year is spent on the day that the last building is full.
    assert_eq!(course.days.last().map(|day| day.binding), Some(None));
}

#[test]
fn racks_balance_and_nothing_runs_beyond_a_limit() {
    for plan in [rainier(), lab(LAB)] {
        let mut before = 0.0;
        for day in &Course::of(&plan).days {
            let gap = day.delivered_racks - day.installed_racks - day.stored_racks;
            assert!(gap.abs() < 1e-6, "{}: {gap}", day.on);
            assert!(day.stored_racks > -1e-9 && day.delivered_racks >= before - 1e-9);
            before = day.delivered_racks;
            for (limit, level) in Limit::ALL.iter().zip(&day.limits) {
                assert!(day.runs.it_w <= level.it_w + 1.0, "{}: {limit:?}", day.on);
            }
            assert!(day.facility_w <= day.granted_w + 1.0);
            assert!(day.slack.it_w >= 0.0);
        }
    }
}

/// On the default plan, with one kind of rack, what runs is the least of the limits, but for the few MW that are granted
/// at a substation beyond what its buildings can take.
#[test]
fn what_runs_is_the_least() {
    let plan = rainier();
    for day in &Course::of(&plan).days {
        let least = day.limits.iter().map(|level| level.it_w).fold(f64::INFINITY, f64::min);
        let least = least.min(plan.it_w());
        assert!(
            day.runs.it_w <= least + 1.0 && day.runs.it_w > least - 1.2e6,
            "{}: {} of {least}",
            day.on,
            day.runs.it_w
        );
        if let Some(limit) = day.binding {
            let of = day.limits[limit as usize].it_w;
            assert!(of < least + 1.2e6, "{}: {limit:?} {of}", day.on);
        }
    }
}

#[test]
fn each_limit_can_bind() {
    let binds_on = |text: &str, on: Date| {
        let course = Course::of(&lab(text));
        course.on(on).and_then(|day| day.binding)
    };
    // Before the second kind of rack comes.
    let on = date(2025, 3, 25);
    assert_eq!(binds_on(LAB, on), Some(Limit::Buildings));
    // 0.3 MW at 1.25 are 300 chips of 800 W.
    let little = LAB.replace("mw: (9,", "mw: (0.3,");
    assert_eq!(binds_on(&little, on), Some(Limit::Power));
    let runs = Course::of(&lab(&little))
        .on(on)
        .map(|day| (day.runs.chips, day.runs.it_w));
    assert_eq!(runs, Some((300.0, 240_000.0)));
    let few = LAB.replace("chips: (768,", "chips: (320,");
    assert_eq!(binds_on(&few, on), Some(Limit::Racks));
    let slow = LAB.replace("racks_per_crew_day: (4,", "racks_per_crew_day: (0.1,");
    assert_eq!(binds_on(&slow, on), Some(Limit::Staff));
    let poor = LAB.replace("usd: (100000000,", "usd: (2500000,");
    assert_eq!(binds_on(&poor, on), Some(Limit::Money));
    // Without money for a second building it never gets power.
    assert_eq!(
        Course::of(&lab(&poor.replace("2500000", "1500000"))).buildings[1].energised,
        None
    );
    assert_eq!(binds_on(LAB, date(2025, 12, 1)), None);
}

#[test]
fn a_late_order_holds_a_building() {
    let energised = |text: &str| Course::of(&lab(text)).buildings[1].energised;
    assert_eq!(energised(LAB), Some(date(2025, 7, 1)));
    let late = LAB.replace("\"switchgear\": (100,", "\"switchgear\": (300,");
    assert_eq!(energised(&late), Some(date(2025, 10, 28)));
}

/// One building, one uniform delay of 0 to 100 days: its quantiles are the days themselves.
#[test]
fn one_uniform_delay_has_the_quantiles_it_must() {
    let plan = lab(LAB);
    let planned = date(2025, 3, 1);
    let of = |n: u32| {
        let outlook = draws(&plan, 7, n);
        let dates = outlook.buildings[0].1;
        [(dates.p10, 10.0), (dates.p50, 50.0), (dates.p90, 90.0)].map(|(day, exact)| {
            let day = day.expect("it comes");
            let days = planned.duration_until(day).as_hours() as f64 / 24.0;
            (days - exact).abs()
        })
    };
    // Half a day of rounding, and three standard errors of a quantile: 100 days times the root of p (1 - p) / n.
    for (n, p) in [(200, 8.0), (2_000, 3.0), (20_000, 1.2)] {
        let off = of(n).into_iter().fold(0.0, f64::max);
        let most = 0.5 + 3.0 * 100.0 * (0.25 / f64::from(n)).sqrt();
        assert!(off <= most.min(0.5 + p * 3.0), "{n} draws: {off} days off");
    }
    let outlook = draws(&plan, 7, 500);
    // The target is the first building's: its delay alone moves it.
    assert_eq!(outlook.drivers.len(), 1);
    assert!(outlook.drivers[0].name == "build" && outlook.drivers[0].correlation > 0.99);
    assert_eq!(outlook.target.p50, outlook.buildings[0].1.p50);
    assert_eq!(outlook.next_building.p90, outlook.buildings[0].1.p90);
    // Odds by month follow: by 1 May, 61 of 100 days of delay would be in time.
    let may = outlook
        .months
        .iter()
        .find(|month| month.on == date(2025, 5, 1))
        .expect("is there");
    assert!((may.target_share - 0.615).abs() < 0.07, "{}", may.target_share);
    let sums = outlook.months.iter().map(|month| month.binding.iter().sum::<f64>());
    assert!(sums.into_iter().all(|sum| (-1e-12..=1.0 + 1e-9).contains(&sum)));
}

#[test]
fn draws_do_not_hang_on_their_number() {
    let plan = lab(&LAB.replace("shape: Uniform", "shape: Triangular"));
    let (few, many) = (draws(&plan, 3, 1), draws(&plan, 3, 2));
    let day = |outlook: &growth::Outlook, p: fn(&growth::Dates) -> Option<Date>| p(&outlook.buildings[0].1);
    // The one draw is one of the two.
    let first = day(&few, |dates| dates.p50);
    assert!(first == day(&many, |dates| dates.p10) || first == day(&many, |dates| dates.p90));
    let again = draws(&plan, 3, 2);
    assert_eq!(many.months, again.months);
    assert_ne!(draws(&plan, 4, 300).buildings[0].1, draws(&plan, 3, 300).buildings[0].1);
}

#[test]
fn what_has_happened_is_not_drawn() {
    let mut plan = lab(LAB);
    plan.know_until(date(2025, 3, 1));
    let dates = draws(&plan, 1, 100).buildings[0].1;
    assert_eq!([dates.p10, dates.p50, dates.p90], [Some(date(2025, 3, 1)); 3]);
    assert_eq!(draws(&plan, 1, 100).next_building.p50, Some(date(2025, 7, 1)));
}

/// Draws of the default plan: later than planned, in order, and half a million chips as they were.
#[test]
fn a_million_chips_have_their_odds() {
    let plan = rainier();
    let outlook = draws(&plan, 1, 400);
    let planned = Course::of(&plan).reaches(1e6);
    let [p10, p50, p90] = [outlook.target.p10, outlook.target.p50, outlook.target.p90];
    assert!(
        planned.is_some() && planned <= p10 && p10 < p50 && p50 < p90,
        "{:?}",
        outlook.target
    );
    assert!(p50 > Some(date(2026, 4, 1)) && p50 < Some(date(2026, 8, 1)), "{p50:?}");
    let november = outlook
        .months
        .iter()
        .find(|month| month.on == date(2025, 10, 1))
        .expect("is there");
    assert_eq!(november.chips, [524_288.0; 3]);
    assert!(outlook.target.share > 0.9);
    let shares = outlook
        .months
        .windows(2)
        .all(|pair| pair[0].target_share <= pair[1].target_share);
    assert!(shares);
}

#[test]
fn buildings_rise_and_fill() {
    let course = Course::of(&lab(LAB));
    let at = |day: Date| course.phases_at(day);
    assert_eq!(at(date(2024, 6, 1))[0].phase, Phase::NotStarted);
    assert_eq!(at(date(2024, 6, 1))[0].racks_share, 0.0);
    // Half of January, and a shell of 31 days.
    assert!(matches!(at(date(2025, 1, 16))[0].phase, Phase::Rising(share) if (share - 15.0 / 31.0).abs() < 1e-9));
    assert_eq!(at(date(2025, 1, 16))[1].phase, Phase::NotStarted);
    assert_eq!(at(date(2025, 2, 10))[0].phase, Phase::Standing);
    assert_eq!(at(date(2025, 3, 1))[0].phase, Phase::Energised);
    let shares: Vec<f64> = [1, 3, 5, 7].map(|day| at(date(2025, 2, day))[0].racks_share).to_vec();
    assert!(
        shares.windows(2).all(|pair| pair[0] <= pair[1]) && shares[3] > 0.99,
        "{shares:?}"
    );
    assert_eq!(at(date(2030, 1, 1))[1].racks_share, 1.0);
}

#[test]
fn every_error_of_a_plan_comes_at_once() {
    let bad = LAB
        .replace("number: 2", "number: 7")
        .replace(
            "\"2025-02-01\", E, \"= test\"), energised",
            "\"2024-02-01\", E, \"= test\"), energised",
        )
        .replace("delay: \"build\"", "delay: \"weather\"")
        .replace("period: \"2025Q2\"", "period: \"2025Q7\"")
        .replace("rack: \"h100-air\"", "rack: \"h900\"")
        .replace("needs: [\"switchgear\"]", "needs: [\"gear\"]")
        .replace("(50, E, \"= test\", 0, 100)", "(50, E, \"= test\")")
        .replace("mw: (9, E, \"= test\")", "mw: (9, E, \"= test\"), substation: \"S9\"");
    let report = growth::resolve(&parsed(&bad), &campus("builtin:lab")).expect_err("is wrong");
    let text = report.to_string();
    for expected in [
        "error[E0108]: lab.ron:11:18: buildings[1].number: found B07; allowed: a building of the site",
        "buildings: found no B02",
        "buildings[0].shell: found 2024-02-01; allowed: at or after started, 2025-01-01",
        "buildings[0].delay: found \"weather\"; allowed: build",
        "supplies.two.made[0].period: found \"2025Q7\"; allowed: a quarter or month",
        "supplies.two.rack: found \"h900\"; allowed: trn2, h100-air",
        "supplies: found no supply of \"h100-air\"",
        "buildings[1].needs[0]: found \"gear\"; allowed: switchgear",
        "delays.build.days: found no range",
        "grants[0].substation: found \"S9\"; allowed: S1",
        "10 errors",
    ] {
        assert!(text.contains(expected), "{expected} is not in\n{text}");
    }
    // Form and days are found before that, by the reader.
    let form = LAB.replace("ends: \"2025-12-31\"", "ends: \"the end\"").replace(
        "starts: (\"2025-01-01\", E, \"= test\")",
        "starts: (\"2025-02-30\", Q, \"X9\")",
    );
    let text = read::<PlanFile>("lab.ron", &form).expect_err("is wrong").to_string();
    for expected in [
        "ends: found \"the end\"; allowed: a day such as \"2025-07-15\"",
        "starts: found \"2025-02-30\"",
        "starts: found `Q`; allowed: C, C2, B, E",
        "error[E0109]",
        "4 errors",
    ] {
        assert!(text.contains(expected), "{expected} is not in\n{text}");
    }
    let text = growth::load(&Texts(Vec::new()), "nowhere.ron", None)
        .expect_err("is not there")
        .to_string();
    assert!(
        text.contains("error[E0111]: nowhere.ron:1:1: found no such text"),
        "{text}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever stands in a plan within its limits, the answer is numbers.
    #[test]
    fn no_plan_panics(
        money in 0.0..1e13_f64, mw in 0.0..1e5_f64, chips in 0.0..1e9_f64, shares in (0.0..=1.0_f64, 0.0..=1.0_f64),
        lag in 0.0..1000.0_f64, rate in 0.0..1e4_f64, crews in 0.0..1e5_f64, lead in 0.0..3650.0_f64,
        delay in (-365.0..3650.0_f64, 0.0..500.0_f64, 0.0..500.0_f64), building in 0.0..1e11_f64, price in 0.0..1e9_f64,
        overhead in 1.0..3.0_f64, days in prop::collection::vec(-9_000..9_000_i64, 6), shape in 0..3_usize,
        known in -9_000..9_000_i64, seed in any::<u64>(),
    ) {
        let mut parsed = parsed(LAB);
        let file = &mut parsed.value;
        let day = |k: i64| date(2025, 1, 1).checked_add(jiff::SignedDuration::from_hours(24 * k)).expect("is a date");
        file.tranches[0].usd.value = money;
        file.grants[0].mw.value = mw;
        let supply = file.supplies.get_mut("two").expect("is there");
        supply.made[0].chips.value = chips;
        (supply.share.value, supply.good_share.value, supply.lag_days.value) = (shares.0, shares.1, lag);
        supply.delay = Some("build".into());
        file.racks_per_crew_day.value = rate;
        file.crews[0].crews.value = crews;
        file.lead_times.get_mut("switchgear").expect("is there").value = lead;
        let late = file.delays.get_mut("build").expect("is there");
        (late.days.value, late.shape) = (delay.0, Shape::ALL[shape]);
        late.days.range = Some([delay.0 - delay.1, delay.0 + delay.2]);
        file.building_usd.value = building;
        file.rack_kinds.get_mut("trn2").expect("is there").price_usd.as_mut().expect("has one").value = price;
        file.design_overhead.value = overhead;
        let mut way = [days[0], days[1], days[2]];
        way.sort_unstable();
        file.buildings[1].started.0.0 = day(way[0]);
        file.buildings[1].shell.0.0 = day(way[1]);
        file.buildings[1].energised.0.0 = day(way[2]);
        file.grants[0].from.0.0 = day(days[3]);
        file.tranches[0].from.0.0 = day(days[4]);
        file.crews[0].from.0.0 = day(days[5]);
        file.known_until.0.0 = day(known);
        thread_local! {
            static CAMPUS: Campus = campus("builtin:lab");
        }
        if let Ok(plan) = CAMPUS.with(|campus| growth::resolve(&parsed, campus)) {
            for day in &Course::of(&plan).days {
                prop_assert!(day.runs.chips.is_finite() && day.runs.chips >= 0.0);
                prop_assert!(day.capital_usd.is_finite() && day.facility_w.is_finite());
                prop_assert!((day.delivered_racks - day.installed_racks - day.stored_racks).abs() < 1e-6);
            }
            let outlook = draws(&plan, seed, 5);
            prop_assert!(outlook.drivers.iter().all(|driver| driver.correlation.abs() <= 1.0 + 1e-9));
        }
    }
}

/// The lab at noon, with its first building alone or with both.
fn twin(both: bool) -> Twin {
    let mut loaded: Loaded = load("builtin:lab-day");
    loaded.timeline.clear();
    loaded.scenario.duration_s = 1e9;
    loaded.only = (!both).then_some(Found::Building(0));
    Twin::new(loaded, 1)
}

/// A run that energises a building half-way ends as one in which it was live from the start.
#[test]
fn a_building_comes_to_life() {
    let (mut grown, mut whole) = (twin(false), twin(true));
    run_for(&mut grown, 30);
    run_for(&mut whole, 30);
    let alone_w = grown.meters().now.facility_w;
    assert!(alone_w < 0.8 * whole.meters().now.facility_w);
    order(&mut grown, [Command::Energise { at: Found::Building(1) }]);
    for tick in 0..150 {
        grown.tick();
        whole.tick();
        // The ledger closes in every tick, the first with the new building too.
        assert!(grown.meters().total.worst_imbalance < LEDGER_TOLERANCE, "tick {tick}");
    }
    let (now, then) = (grown.meters().now, whole.meters().now);
    for (found, expected) in [
        (now.facility_w, then.facility_w),
        (now.it_w, then.it_w),
        (now.cooling_w, then.cooling_w),
        (now.loss_w, then.loss_w),
        (now.hottest_chip_c, then.hottest_chip_c),
    ] {
        assert!((found / expected - 1.0).abs() < 0.005, "{found} instead of {expected}");
    }
    assert_eq!(now.live_chips, then.live_chips);
    assert_eq!(now.dark_racks, 0);
    let incidents = grown.world().resource::<Incidents>();
    let energised: Vec<_> = incidents.list.iter().filter(|i| i.what == What::Energised).collect();
    assert_eq!(energised.len(), 1);
    assert!(incidents.unserved_by_first_cause().is_empty());
    // Energising it again changes nothing.
    order(&mut grown, [Command::Energise { at: Found::Hall(1) }]);
    grown.tick();
    assert_eq!(
        grown.world().resource::<Incidents>().list.len(),
        incidents_len(&whole) + 1
    );
}

fn incidents_len(twin: &Twin) -> usize {
    twin.world().resource::<Incidents>().list.len()
}

#[test]
fn a_building_goes_out_of_service_and_comes_back() {
    let (mut twin_of_both, mut alone) = (twin(true), twin(false));
    run_for(&mut twin_of_both, 20);
    order(&mut twin_of_both, [Command::Deenergise { at: Found::Building(1) }]);
    run_for(&mut twin_of_both, 120);
    run_for(&mut alone, 140);
    let [found, expected] = [&twin_of_both, &alone].map(|twin| twin.meters().now.facility_w);
    assert!((found / expected - 1.0).abs() < 0.005, "{found} instead of {expected}");
    let halls = twin_of_both.world().resource::<HallColumns>();
    assert_eq!((halls.it_w[1], halls.fans_w[1], halls.limited[1]), (0.0, 0.0, 0));
    order(&mut twin_of_both, [Command::Energise { at: Found::Building(1) }]);
    run_for(&mut twin_of_both, 60);
    assert!(twin_of_both.meters().now.facility_w > 1.2 * found);
    assert!(twin_of_both.meters().total.worst_imbalance < LEDGER_TOLERANCE);
    assert_eq!(twin_of_both.meters().now.dark_racks, 0);
}

/// With the utility away a building comes to life on its gensets; taken out again, they rest.
#[test]
fn a_building_comes_to_life_on_gensets() {
    let mut twin = twin(false);
    run_for(&mut twin, 5);
    let utility = 0;
    order(&mut twin, [Command::OpenFeed(utility)]);
    run_for(&mut twin, 10);
    order(&mut twin, [Command::Energise { at: Found::Building(1) }]);
    run_for(&mut twin, 20);
    let now = twin.meters().now;
    assert!(
        now.grid_w == 0.0 && now.genset_w > 0.0 && now.dark_racks == 0,
        "{now:?}"
    );
    order(&mut twin, [Command::Deenergise { at: Found::Building(1) }]);
    run_for(&mut twin, 10);
    assert!(twin.meters().now.genset_w < 0.8 * now.genset_w);
    order(&mut twin, [Command::CloseFeed(utility)]);
    run_for(&mut twin, 30);
    assert!(twin.meters().now.genset_w == 0.0 && twin.meters().now.grid_w > 0.0);
    assert!(twin.meters().total.worst_imbalance < LEDGER_TOLERANCE);
}

#[test]
fn events_energise_buildings_and_halls_alone() {
    let campus = campus("builtin:lab");
    let command =
        |at: &str| rainier::scenario::command(&campus, "Energise", Some(at), None).map(|(_, command)| command);
    assert_eq!(command("B02"), Ok(Command::Energise { at: Found::Building(1) }));
    assert_eq!(command("B02/H1"), Ok(Command::Energise { at: Found::Hall(1) }));
    let wrong = command("B02/H1/R01").expect_err("is a row");
    assert!(wrong.contains("a building or hall, such as B01 or B01/H1"), "{wrong}");
}
