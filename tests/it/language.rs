//! The language of scenarios: changes, rules, records, versions, the reference, and every scenario that ships.

use crate::common::program::{rainier, text};
use crate::common::{Texts, load, run_for};
use proptest::prelude::*;
use rainier::results::digest_world;
use rainier::scenario::{self, Loaded, Overrides};
use rainier::sim::clock::Clock;
use rainier::sim::jobs::Jobs;
use rainier::sim::meters::LEDGER_TOLERANCE;
use rainier::sim::power::incidents::{Incidents, What};
use rainier::sim::twin::Plan;
use rainier::sim::{HallColumns, RackColumns, Twin};
use rainier::site::change::Change;
use rainier::site::texts::NoFiles;

const LAB: &str = include_str!("../../assets/scenarios/lab-day.ron");
const LAB_JOBS: &str = include_str!("../../assets/scenarios/lab-jobs.ron");

/// The lab's hour without its events and with other fields instead.
fn lab(more: &str) -> String {
    let end = LAB.find("    events: [").expect("has events");
    format!("{}{more})", &LAB[..end])
}

fn try_text(text: &str, sets: &[&str]) -> Result<Loaded, String> {
    let changes: Vec<Change> = sets.iter().map(|set| set.parse().expect("is a change")).collect();
    let instead = Overrides {
        changes: &changes,
        ..Overrides::default()
    };
    scenario::load_text(&NoFiles, "mine.ron", text, instead).map_err(|report| report.to_string())
}

fn load_text(text: &str) -> Loaded {
    try_text(text, &[]).unwrap_or_else(|report| panic!("{report}"))
}

fn twin(text: &str) -> Twin {
    Twin::new(load_text(text), 1)
}

/// Incidents in words, each with its chain.
fn story(twin: &Twin) -> Vec<String> {
    let world = twin.world();
    let campus = &world.resource::<Plan>().0;
    let incidents = world.resource::<Incidents>();
    let of = |n: usize| {
        let chain = incidents.chain(n as u32);
        let words: Vec<String> = chain.iter().map(|incident| incident.describe(campus)).collect();
        format!("{} {}", incidents.list[n].time_s, words.join(" <- "))
    };
    (0..incidents.list.len()).map(of).collect()
}

#[test]
fn a_scenario_changes_the_files_that_it_names() {
    let text = lab(r#"changes: [
        "catalog:chips.trainium2.tdp_w = 0.55kW",
        "site:building_kinds.shed.supply_ratio=1.2",
        "capital:discount_rate = 9%",
        "months[6].max_c = 86F",
    ],"#);
    let loaded = load_text(&text);
    assert_eq!(loaded.site.campus.rack_kinds[0].chip.tdp_w.value, 550.0);
    assert_eq!(loaded.site.campus.halls[0].supply_ratio, 1.2);
    assert_eq!(loaded.site.capital.discount_rate.value, 0.09);
    assert_eq!(loaded.scenario.changes.len(), 4, "they stay on record");
    // What is set from outside comes on top.
    let sets = ["catalog:chips.trainium2.tdp_w=480"];
    let loaded = try_text(&text, &sets).expect("fits");
    assert_eq!(loaded.site.campus.rack_kinds[0].chip.tdp_w.value, 480.0);
    let loaded = try_text(&text, &["scenario:changes=[]"]).expect("fits");
    assert_eq!(loaded.site.campus.rack_kinds[0].chip.tdp_w.value, 500.0);
}

#[test]
fn errors_of_changes_stand_where_the_change_stands() {
    let text = lab(
        "changes: [\n        \"catalog:chips.trainum2.tdp_w = 1\",\n        \"nonsense\",\n        \"scenario:seed = 2\",\n        \"workload:placement.backfill=true\",\n    ], events: [],",
    );
    let errors = try_text(&text, &[]).expect_err("all are wrong");
    for expected in [
        "mine.ron:17:9: changes[0]: chips.trainum2.tdp_w: found `trainum2`; allowed: trainium2",
        "mine.ron:18:9: changes[1]: found \"nonsense\"; allowed: a change reads PATH=VALUE",
        "mine.ron:19:9: changes[2]: found `scenario:seed=2`; allowed: a field of another file",
        "mine.ron:20:9: changes[3]: placement.backfill: found a change of a workload; allowed: files that the",
        "4 errors",
    ] {
        assert!(errors.contains(expected), "{expected} is not in\n{errors}");
    }
    // A value that fits nowhere is found when its file is checked, and said where it was set.
    let text = lab("changes: [\"catalog:chips.trainium2.tdp_w = 9kW\"], sead: 3,");
    let errors = try_text(&text, &[]).expect_err("is too much");
    assert!(errors.contains("`sead`"), "{errors}");
    let text = lab("changes: [\"catalog:chips.trainium2.tdp_w = 9kW\"],");
    let errors = try_text(&text, &[]).expect_err("is too much");
    assert!(
        errors.contains(":16:11: changes[0]: chips.trainium2.tdp_w: found 9000; allowed: 1 to 5000"),
        "{errors}"
    );
}

/// A phase beyond those of the site would change nothing and say nothing.
#[test]
fn a_phase_that_the_site_does_not_have_is_told() {
    let text = lab("").replace("phase: 1", "phase: 8");
    assert!(text.contains("phase: 8"));
    let files = Texts(vec![("mine.ron".into(), text)]);
    let errors = scenario::load(&files, "mine.ron", Overrides::default())
        .expect_err("is wrong")
        .to_string();
    assert!(
        errors.contains("phase") && errors.contains('8') && errors.contains("the only phase of"),
        "{errors}"
    );
    // On another site it takes what there is.
    let instead = Overrides {
        site: Some("builtin:hybrid"),
        ..Overrides::default()
    };
    scenario::load(&files, "mine.ron", instead).unwrap_or_else(|report| panic!("{report}"));
}

#[test]
fn workload_grid_and_capital_can_be_set_and_are_part_of_a_study() {
    let sets =
        |texts: &[&str]| -> Vec<Change> { texts.iter().map(|text| text.parse().expect("is a change")).collect() };
    let changes = sets(&[
        "workload:placement.spare_share=0.03",
        "grid:long_run_marginal_g_per_kwh=300",
    ]);
    let instead = Overrides {
        changes: &changes,
        ..Overrides::default()
    };
    let loaded = scenario::load(&NoFiles, "builtin:lab-jobs", instead).unwrap_or_else(|report| panic!("{report}"));
    assert_eq!(loaded.workload.expect("has one").placement.spare_share.value, 0.03);
    let with = rainier::study::Question::new(&NoFiles, "builtin:lab-jobs", instead).expect("is valid");
    let without = rainier::study::Question::new(&NoFiles, "builtin:lab-jobs", Overrides::default()).expect("is valid");
    assert_ne!(with.hash(), without.hash());
    let again = with.load(&[]).expect("is valid");
    assert_eq!(again.workload.expect("has one").placement.spare_share.value, 0.03);
}

#[test]
fn a_study_of_a_scenario_with_changes_draws_on_top_of_them() {
    let text = lab("changes: [\"catalog:chips.trainium2.tdp_w = 550\"],");
    let files = Texts(vec![("mine.ron".into(), text)]);
    let question = rainier::study::Question::new(&files, "mine.ron", Overrides::default()).expect("is valid");
    let tdp = |changes: &[Change]| {
        let loaded = question.load(changes).expect("fits");
        loaded.site.campus.rack_kinds[0].chip.tdp_w.value
    };
    assert_eq!(tdp(&[]), 550.0);
    assert_eq!(
        tdp(&["catalog:chips.trainium2.tdp_w=520".parse().expect("is a change")]),
        520.0
    );
}

/// Units fail, inlets warm up, the rule eases the load, the load comes back; each names its cause.
const WARM: &str = r#"
    events: [
        (at_s: 300, action: FailUnits, at: "B01/H1", value: 3),
    ],
    when: [
        (what: "inlet", at: "B01/H1", above: "35°C", for_s: 60, clears: "33°C", again_after_s: 600,
            then: [(action: SetUtilisation, at: "B01", value: 0.1), (after_s: 600, action: RepairUnits, at: "B01/H1")],
            cleared: [(action: SetUtilisation, at: "B01", value: 0.92)]),
        (what: "it power", above: "90GW", then: [(action: CutWater)]),
    ],
"#;

#[test]
fn a_rule_acts_after_its_time_and_names_its_cause() {
    let mut twin = twin(&lab(WARM));
    let (mut before, mut met_s) = (0.0, None);
    for _ in 0..60 {
        twin.tick();
        let world = twin.world();
        let now_s = world.resource::<Clock>().time_s;
        let inlets = &world.resource::<RackColumns>().inlet_c[..24];
        let inlet_c = inlets.iter().copied().fold(f32::MIN, f32::max);
        if met_s.is_none() && inlet_c > 35.0 && before > 35.0 {
            met_s = Some(now_s);
        }
        before = inlet_c;
    }
    let met_s = met_s.expect("the inlets get that warm");
    let story = story(&twin);
    let of = |what: &str| {
        story
            .iter()
            .find(|line| line.contains(what))
            .unwrap_or_else(|| panic!("{what}: {story:#?}"))
    };
    assert!(
        of("rule 1 is met").starts_with(&format!("{met_s} ")),
        "{story:#?} {met_s}"
    );
    // Two ticks of 60 s are 60 s apart: beyond the limit at both ends.
    assert!(of("rule 1 is met: inlet_c of B01/H1 is 3").contains("air-handling units of B01/H1 out of service"));
    assert!(of("back in service").contains("<- rule 1 is met"), "{story:#?}");
    assert!(of("rule 1 is over").contains("<- rule 1 is met"), "{story:#?}");
    assert!(story.iter().all(|line| !line.contains("rule 2")), "{story:#?}");
    assert!(twin.meters().total.worst_imbalance < LEDGER_TOLERANCE);
}

#[test]
fn rules_do_not_depend_on_threads() {
    let digests = [1, 2, 3].map(|threads| {
        let mut twin = Twin::new(load_text(&lab(WARM)), threads);
        run_for(&mut twin, 60);
        (digest_world(twin.world()), story(&twin))
    });
    assert_eq!(digests[0], digests[1]);
    assert_eq!(digests[0], digests[2]);
}

#[test]
fn a_rule_without_again_acts_once() {
    let rule = |again: &str| {
        let more = format!(
            "when: [(what: \"dry bulb\", above: \"-40°C\", for_s: 0, then: [(action: Smoke, value: 5)]{again})],"
        );
        let mut twin = twin(&lab(&more));
        run_for(&mut twin, 20);
        story(&twin).len()
    };
    // It is met from the first tick on and never over.
    assert_eq!((rule(""), rule(", again_after_s: 0")), (1, 1));
    let swing = |again: &str| {
        let events = "events: [(at_s: 300, action: Smoke, value: 1, lasts_s: 300), (at_s: 1200, action: OpenFeed, at: \"utility\", lasts_s: 120), (at_s: 2100, action: OpenFeed, at: \"utility\", lasts_s: 120)],";
        let more = format!(
            "{events} when: [(what: \"load\", at: \"utility\", below: \"10kW\", then: [(action: OffsetWeather, value: 1)]{again})],"
        );
        let mut twin = twin(&lab(&more));
        run_for(&mut twin, 60);
        let met = |line: &&String| line.contains("rule 1 is met");
        story(&twin)
            .iter()
            .filter(met)
            .filter(|line| line.split(" <- ").next().is_some_and(|own| own.contains("rule 1")))
            .count()
    };
    assert_eq!((swing(""), swing(", again_after_s: 60")), (1, 2));
}

#[test]
fn what_is_wrong_with_rules_and_records_is_said_at_once() {
    let text = lab(r#"when: [
        (what: "inlett", above: "1", then: [(action: CutWater)]),
        (what: "inlet", above: "3kW", then: [(action: CutWater)]),
        (what: "load", at: "nowhere", above: "1", then: [(action: CutWater)]),
        (what: "inlet", above: "30", below: "20", then: [(action: CutWater)]),
        (what: "inlet", then: []),
        (what: "inlet", above: "30", clears: "31", then: [(action: FailUnits, at: "B01/H1"), (action: RepairUnits, at: "B01/H1", lasts_s: 5)]),
        (what: "pue", take: Mean, above: "1.2", then: [(action: SubmitJob, job: (chips: 1, work_s: 5))]),
    ],
    record: (columns: ["pue", "pew"], places: [(at: ["B01", "B77"], what: ["inlet", "load"])]),
    events: [(at_s: 1, action: SetSupply, at: "B01", value: 99)],"#);
    let errors = try_text(&text, &[]).expect_err("much is wrong");
    for expected in [
        "when[0].what: found \"inlett\"; allowed: battery_power_w,",
        "when[1].above: found \"3kW\"; allowed: a number, or one with a unit that measures the same as `c`, for inlet_c",
        "when[2].at: found \"nowhere\"",
        "when[3].below: found both",
        "when[4].then: found nothing",
        "when[4].what: found no limit",
        "when[5].clears: found 31; allowed: at most the limit, 30",
        "when[5].then[0].value: found nothing",
        "when[5].then[1].lasts_s: found 5; allowed: nothing: RepairUnits cannot be taken back",
        "when[6].take: found Mean",
        "when[6].then[0].job: found a job; allowed: nothing: the scenario has no workload",
        "record.columns[1]: found \"pew\"",
        "record.places[0].at[1]: found \"B77\"",
        "record.places[0].what[1]: found \"load\" of B01; allowed: coolant_supply_c,",
        "events[0].value: found 99; allowed: -10 to 40",
    ] {
        assert!(errors.contains(expected), "{expected} is not in\n{errors}");
    }
}

#[test]
fn places_are_recorded_beside_the_site() {
    let text = lab(r#"record: (columns: ["it_power_w"], places: [
        (at: ["halls", "B01/H1/R02/K03"], what: ["inlet"]),
        (at: ["S1/A"], what: ["load", "loading"]),
        (at: ["buildings"], what: ["it power"]),
    ]),"#);
    let loaded = load_text(&text);
    let recorded = loaded.recorded.clone();
    assert_eq!(
        recorded.names(),
        [
            "time_s",
            "it_power_w",
            "B01_H1_inlet_c",
            "B02_H1_inlet_c",
            "B01_H1_R02_K03_inlet_c",
            "S1_A_load_w",
            "S1_A_loading",
            "B01_it_power_w",
            "B02_it_power_w",
        ]
    );
    let mut twin = Twin::new(loaded, 1);
    run_for(&mut twin, 3);
    let row = recorded.row(twin.world());
    let halls = twin.world().resource::<HallColumns>();
    assert_eq!(row[0], 180.0);
    assert_eq!(row[1], row[7] + row[8]);
    assert_eq!(row[7], halls.it_w[0]);
    assert!(row[2] >= row[4] && row[4] > 10.0, "{row:?}");
    assert_eq!(load("builtin:lab-day").recorded, scenario::Recorded::default());
    let many = lab("record: (places: [(at: [\"halls\"], what: [\"inlet\", \"inlet_c\"])]),");
    assert!(try_text(&many, &[]).expect_err("twice").contains("each column once"));
}

#[test]
fn set_points_move_and_go_back() {
    let events = r#"events: [
        (at_s: 600, action: SetSupply, at: "B01/H1", value: 30, lasts_s: 1200),
        (at_s: 600, action: SetSupplyRatio, at: "B02", value: 1.4),
        (at_s: 2400, action: SetEvaporation, at: "B02/H1", value: 15),
    ],"#;
    let mut set = twin(&lab(events));
    let mut plain = twin(&lab(""));
    let supply = |twin: &Twin, hall: usize| twin.world().resource::<HallColumns>().supply_c[hall];
    let air = |twin: &Twin| {
        let halls = twin.world().resource::<HallColumns>();
        halls.supply_air_kg_s[1] / halls.rack_air_kg_s[1]
    };
    run_for(&mut set, 25);
    run_for(&mut plain, 25);
    assert!((supply(&set, 0) - 30.0).abs() < 0.5, "{}", supply(&set, 0));
    assert!(supply(&plain, 0) < 29.0, "{}", supply(&plain, 0));
    assert!(
        (air(&set) - 1.4).abs() < 0.05 && air(&plain) < 1.3,
        "{} {}",
        air(&set),
        air(&plain)
    );
    run_for(&mut set, 35);
    run_for(&mut plain, 35);
    assert!((supply(&set, 0) - supply(&plain, 0)).abs() < 0.5, "it is back");
    assert!(twin_water(&set) > 0.0 && twin_water(&plain) == 0.0);
    assert!(set.meters().total.worst_imbalance < LEDGER_TOLERANCE);
    assert!(
        story(&set)
            .iter()
            .any(|line| line.contains("set point Supply of B01/H1 moved to 30"))
    );
}

fn twin_water(twin: &Twin) -> f64 {
    twin.meters().now.water_l_s
}

#[test]
fn energy_has_another_price_for_a_while() {
    let mut twin = twin(&lab(
        "events: [(at_s: 600, action: EnergyPrice, value: 500, lasts_s: 600)],",
    ));
    let mut prices = Vec::new();
    for _ in 0..30 {
        twin.tick();
        prices.push(twin.meters().now.energy_usd_per_mwh);
    }
    assert!(prices[..10].iter().all(|price| *price < 200.0), "{prices:?}");
    assert!(prices[10..20].iter().all(|price| *price == 500.0), "{prices:?}");
    assert!(prices[20..].iter().all(|price| *price == prices[0]), "{prices:?}");
}

#[test]
fn a_job_is_asked_for_by_an_event() {
    let start = LAB_JOBS.find("    events: [").expect("has events");
    let with = |events: &str| format!("{}    events: [{events}],\n)", &LAB_JOBS[..start]);
    let loaded = load_text(&with(
        "(at_s: 600, action: SubmitJob, job: (name: \"mine\", chips: 32, work_s: 1200, priority: 900))",
    ));
    let mut twin = Twin::new(loaded, 1);
    run_for(&mut twin, 15);
    let jobs = twin.world().resource::<Jobs>();
    let known = jobs.running().any(|job| job.job.name == "mine") || jobs.waiting.iter().any(|w| w.job.name == "mine");
    assert!(known, "the job is there");
    let errors = try_text(&with("(at_s: 6, action: SubmitJob, job: (like: \"nobody\"))"), &[]).expect_err("is unknown");
    assert!(
        errors.contains("events[0].job.like: found \"nobody\"; allowed: "),
        "{errors}"
    );
    let errors = try_text(&with("(at_s: 6, action: SubmitJob)"), &[]).expect_err("is missing");
    assert!(errors.contains("events[0].job: found nothing"), "{errors}");
}

#[test]
fn every_older_format_loads_to_the_same_result() {
    let ends = |text: &str| {
        let mut twin = Twin::new(load_text(text), 1);
        run_for(&mut twin, 30);
        digest_world(twin.world())
    };
    let now = ends(LAB);
    for (version, text) in [
        include_str!("../data/lab-day-format-0.ron"),
        include_str!("../data/lab-day-format-1.ron"),
    ]
    .iter()
    .enumerate()
    {
        assert_eq!(ends(text), now, "format {version}");
        let (new, was) = scenario::upgrade("mine.ron", text).expect("is RON");
        assert_eq!(
            (new.as_str(), was as usize),
            (include_str!("../data/lab-day-format-1.ron"), version)
        );
    }
    assert!(
        try_text(&LAB.replace("format: 1", "format: 7"), &[])
            .expect_err("is unknown")
            .contains("E0112")
    );
}

#[test]
fn a_plan_says_which_halls_run() {
    let live = |name: &str| {
        let loaded = load(name);
        let live = loaded.live.as_ref().expect("has a plan");
        let last_s = loaded.timeline.last().map_or(0.0, |(at_s, _)| *at_s);
        (live.iter().filter(|live| **live).count(), loaded.timeline.len(), last_s)
    };
    let (planned, late) = (live("builtin:phase-2-completion"), live("builtin:chips-late"));
    assert_eq!(planned.0 + planned.1, 64, "all halls run in the end: {planned:?}");
    assert!(
        late.0 < planned.0 && late.2 > planned.2 + 30.0 * 86_400.0,
        "{planned:?} {late:?}"
    );
    let early = include_str!("../../assets/scenarios/phase-2-completion.ron").replace("2025-12-01", "2024-06-01");
    let errors = try_text(&early, &[]).expect_err("nothing runs then");
    assert!(
        errors.contains("2024-06-01, when no hall that is asked for runs by the plan"),
        "{errors}"
    );
}

/// Every scenario that ships, in short form: one building of the big site, a few ticks, books that close.
#[test]
fn every_scenario_runs_in_short_form() {
    for (name, text) in scenario::BUILTIN {
        let name = format!("builtin:{name}");
        let big = text.contains("builtin:rainier");
        let mut sets = vec!["scenario:duration_s=3600".to_owned()];
        // Names of places in events and rules stay as they are; what is not live just stands.
        if big && !text.contains("only:") {
            sets.push(format!(
                "scenario:only={}",
                if text.contains("B05") { "B05/H1" } else { "B01/H1" }
            ));
        }
        let changes: Vec<Change> = sets.iter().map(|set| set.parse().expect("is a change")).collect();
        let instead = Overrides {
            changes: &changes,
            ..Overrides::default()
        };
        let loaded = scenario::load(&NoFiles, &name, instead).unwrap_or_else(|report| panic!("{name}: {report}"));
        let recorded = loaded.recorded.clone();
        let mut twin = Twin::new(loaded, 2);
        run_for(&mut twin, 3);
        assert_eq!(recorded.row(twin.world()).len(), recorded.names().len());
        let meters = twin.meters();
        assert!(
            meters.total.worst_imbalance < LEDGER_TOLERANCE,
            "{name}: {}",
            meters.total.worst_imbalance
        );
        assert!(meters.now.it_w > 1e5, "{name}: {}", meters.now.it_w);
    }
}

#[test]
fn at_least_twelve_stories_are_described() {
    let page = include_str!("../../docs/scenarios.md");
    for (name, _) in scenario::BUILTIN {
        assert!(
            page.contains(&format!("`{name}`")),
            "{name} is missing in docs/scenarios.md"
        );
    }
}

#[test]
fn the_reference_is_that_of_the_code() {
    let held = |path: &str, text: &str, how: &str| {
        let there = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            there.trim_end() == text.trim_end(),
            "{path} is old; write it anew: {how}"
        );
    };
    let root = env!("CARGO_MANIFEST_DIR");
    let markdown = scenario::reference::markdown();
    held(
        &format!("{root}/docs/reference.md"),
        &markdown,
        "rainier reference > docs/reference.md",
    );
    let schema = serde_json::to_string_pretty(&scenario::reference::json_schema()).expect("is JSON");
    held(
        &format!("{root}/docs/scenario.schema.json"),
        &schema,
        "rainier reference --json-schema > docs/scenario.schema.json",
    );
    for expected in [
        "### ScenarioFile",
        "| `tick_s` | number, 1 to 300 | s | Fixed time step, s. |",
        "### PlanFile",
        "`CapPower`",
    ] {
        assert!(markdown.contains(expected), "{expected} is missing");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn no_text_of_changes_rules_or_records_makes_it_panic(text in "\\PC{0,24}", what in "inlet|load|it power|\\PC{0,8}", path in "(catalog:|site:|workload:|plan:|)[a-z_.\\[\\]0-9]{0,20}") {
        let quoted = format!("{text:?}").replace("\\u{", "\\\\u{").replace("\\'", "'");
        for more in [
            format!("changes: [{quoted}],"),
            format!("changes: [\"{path}={}\"],", text.replace(['\\', '"'], "")),
            format!("when: [(what: \"{}\", at: \"S1/A\", above: {quoted}, then: [(action: CutWater)])],", what.replace(['\\', '"'], "")),
            format!("record: (columns: [{quoted}], places: [(at: [{quoted}], what: [{quoted}])]),"),
        ] {
            let _ = try_text(&lab(&more), &[]);
        }
    }
}

#[test]
fn a_rule_is_an_incident_of_its_own() {
    let mut twin = twin(&lab(WARM));
    run_for(&mut twin, 40);
    let incidents = twin.world().resource::<Incidents>();
    let met = incidents
        .list
        .iter()
        .find(|incident| matches!(incident.what, What::RuleTransition(_)))
        .expect("is met");
    assert!(met.cause.is_some());
}

#[test]
fn the_program_upgrades_files_and_writes_the_columns_that_are_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("old.ron");
    let old = include_str!("../data/lab-day-format-0.ron").replace(
        "    events: [",
        "    record: (columns: [\"pue\"], places: [(at: [\"halls\"], what: [\"inlet\"])]),\n    events: [",
    );
    std::fs::write(&path, &old).expect("is written");
    let path = path.to_str().expect("is text");
    assert!(
        rainier(&["check", path]).status.success(),
        "an old file can be read as it is"
    );
    let output = rainier(&["check", "--upgrade", path]);
    let said = text(&output.stdout);
    assert!(
        said.contains("written anew in format 1, from 0") && said.contains("ok (scenario)"),
        "{said}"
    );
    let new = std::fs::read_to_string(path).expect("is there");
    assert!(
        new.contains("format: 1,") && new.contains("tick_s: 60") && !new.contains("step_s"),
        "{new}"
    );
    let out = folder.path().join("out");
    let output = rainier(&["run", path, "-q", "--out", out.to_str().expect("is text")]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let csv = std::fs::read_to_string(out.join("series.csv")).expect("is there");
    assert_eq!(csv.lines().next(), Some("time_s,pue,B01_H1_inlet_c,B02_H1_inlet_c"));
    assert_eq!(csv.lines().count(), 13);
    assert!(std::fs::metadata(out.join("series.parquet")).expect("is there").len() > 500);
}
