//! The power path: what it does when a part of it is lost, and what holds it to published figures.

use crate::common::{Texts, load, order, run_for};
use proptest::prelude::*;
use rainier::scenario;
use rainier::sim::command::Command;
use rainier::sim::meters::LEDGER_TOLERANCE;
use rainier::sim::power::RackPower;
use rainier::sim::power::incidents::{Incidents, What};
use rainier::sim::power::training::swings;
use rainier::sim::twin::Plan;
use rainier::sim::{PowerColumns, RackColumns, Twin};
use rainier::site::texts::Files;

/// A small site at one-second ticks, with gensets that start for sure.
fn second_by_second() -> Twin {
    let mut loaded = load("builtin:lab-day");
    (loaded.scenario.tick_s, loaded.timeline) = (1.0, Vec::new());
    for plant in &mut loaded.site.campus.power.gensets {
        plant.spec.start_failure.value = 0.0;
        plant.spec.mtbf_h.value = 1e6;
    }
    let mut twin = Twin::new(loaded, 1);
    run_for(&mut twin, 60);
    twin
}

#[test]
fn a_lost_main_transformer_puts_all_racks_on_the_other_line_up() {
    let mut twin = second_by_second();
    let mains = |twin: &Twin| {
        let power = twin.world().resource::<PowerColumns>();
        [power.load_w[1], power.load_w[2]]
    };
    let both = mains(&twin);
    assert!((both[0] / both[1] - 1.0).abs() < 1e-9, "A and B share alike");
    order(&mut twin, [Command::OpenFeed(1)]);
    run_for(&mut twin, 2);
    let one = mains(&twin);
    assert_eq!(one[0], 0.0);
    assert!(
        (one[1] / (both[0] + both[1]) - 1.0).abs() < 0.02,
        "{one:?} after {both:?}"
    );
    assert_eq!(twin.meters().total.most_dark_racks, 0);
    // The line-up that was lost comes back on its own gensets.
    run_for(&mut twin, 60);
    assert!(
        twin.meters().now.genset_w > 0.2 * both[0],
        "{}",
        twin.meters().now.genset_w
    );
    assert!(twin.meters().total.worst_imbalance < LEDGER_TOLERANCE);
}

/// docs/facts.md, 4.3: gensets at rated voltage within 10 s, loads on in 30 to 60 s; batteries of 60 to 240 s bridge that.
#[test]
fn batteries_bridge_an_outage_until_gensets_carry_and_are_charged_again() {
    let mut twin = second_by_second();
    let full_j: f64 = twin.world().resource::<RackColumns>().battery_j.iter().sum();
    let stored_j = |twin: &Twin| twin.world().resource::<RackColumns>().battery_j.iter().sum::<f64>();
    order(&mut twin, [Command::OpenFeed(0)]);
    run_for(&mut twin, 8);
    let now = twin.meters().now;
    assert_eq!((now.grid_w, now.genset_w), (0.0, 0.0));
    assert!(now.battery_w < -1e6 && now.dark_racks == 0, "{now:?}");
    assert!(
        (1.0..1.5).contains(&now.pue),
        "what batteries give is used too: {now:?}"
    );
    // What the batteries have given is what the racks have used since the second that the lines were open.
    let spent_j = full_j - stored_j(&twin);
    assert!(
        (spent_j / (now.it_w * 8.0) - 1.0).abs() < 0.02,
        "{spent_j} of {}",
        now.it_w
    );
    run_for(&mut twin, 60);
    let now = twin.meters().now;
    assert!(
        now.genset_w > now.it_w && now.grid_w == 0.0 && now.dark_racks == 0,
        "{now:?}"
    );
    assert!(now.battery_w > 0.0, "they charge: {now:?}");
    assert!((1.0..1.5).contains(&now.pue), "what is stored is not used: {now:?}");
    order(&mut twin, [Command::CloseFeed(0)]);
    run_for(&mut twin, 299);
    let idle_w = twin.meters().now.grid_w;
    assert!(
        idle_w < 20e3,
        "five minutes of steady utility before going back: {idle_w}"
    );
    run_for(&mut twin, 20);
    assert!(twin.meters().now.grid_w > 1e6 && twin.meters().now.genset_w == 0.0);
    run_for(&mut twin, 900);
    assert!((stored_j(&twin) / full_j - 1.0).abs() < 1e-9, "full again");
    assert!(twin.meters().total.diesel_l > 0.0);
    assert!(twin.meters().total.worst_imbalance < LEDGER_TOLERANCE);
}

#[test]
fn without_gensets_racks_go_dark_when_their_batteries_are_empty_and_every_one_names_why() {
    let mut twin = second_by_second();
    let campus = twin.world().resource::<Plan>().0.clone();
    let plants: Vec<u32> = campus.power.gensets.iter().map(|plant| plant.node).collect();
    order(
        &mut twin,
        plants.iter().map(|node| Command::BreakNode { node: *node, count: 9 }),
    );
    order(&mut twin, [Command::OpenFeed(0)]);
    // The rack packs hold 2.7 MJ for about 24 kW, so that no rack is dark after 80 s and all are after 150 s.
    run_for(&mut twin, 80);
    assert_eq!(twin.meters().now.dark_racks, 0);
    run_for(&mut twin, 120);
    assert_eq!(twin.meters().now.dark_racks as usize, campus.racks());
    assert_eq!(twin.meters().now.it_w, 0.0);
    assert!(twin.meters().now.unserved_w > 1e6);
    let power = twin.world().resource::<RackPower>();
    let incidents = twin.world().resource::<Incidents>();
    // Every unserved kWh is booked on a cause, and all of them on the loss of the utility.
    let booked: f64 = incidents.unserved_kwh.iter().sum();
    let unserved = twin.meters().total.unserved_kwh;
    assert!((booked / unserved - 1.0).abs() < 1e-9, "{booked} of {unserved}");
    assert_eq!(incidents.unexplained_kwh, 0.0);
    let by_cause = incidents.unserved_by_first_cause();
    assert!(
        by_cause
            .iter()
            .all(|(first, _)| incidents.list[*first as usize].at.node() == Some(0)
                || incidents.list[*first as usize]
                    .at
                    .node()
                    .is_some_and(|node| plants.contains(&node))),
        "{by_cause:?}"
    );
    for (row, by) in power.dark_by.iter().enumerate() {
        let chain = incidents.chain(by.unwrap_or_else(|| panic!("row {row} does not know why it is dark")));
        assert_eq!(chain.last().map(|first| first.what), Some(What::Opened), "{chain:?}");
    }
    let outages = &incidents.outages;
    assert_eq!(outages.len(), campus.rows.len(), "every row once");
    assert!(
        outages
            .iter()
            .all(|o| o.until_s.is_none() && (60.0 + 80.0..60.0 + 200.0).contains(&o.from_s))
    );
    order(&mut twin, [Command::CloseFeed(0)]);
    run_for(&mut twin, 30);
    assert_eq!(twin.meters().now.dark_racks, 0);
    assert!(
        twin.world()
            .resource::<Incidents>()
            .outages
            .iter()
            .all(|o| o.until_s.is_some())
    );
    assert!(twin.meters().now.it_w > 1e6, "the lights are on again");
    assert!(twin.meters().total.worst_imbalance < LEDGER_TOLERANCE);
}

/// Gensets that were broken before carry only part of the load: why blocks stay off is the loss of the utility, and how many
/// units are out is told beside it.
#[test]
fn blocks_that_stay_off_name_the_lost_utility_and_all_broken_gensets() {
    let mut twin = Twin::new(load("builtin:gensets-fail"), 2);
    let refused = |what: What| matches!(what, What::Refused(..) | What::Shed);
    let is_short = |twin: &Twin| {
        let incidents = twin.world().resource::<Incidents>();
        incidents
            .list
            .iter()
            .any(|incident| matches!(incident.what, What::Refused(..)))
    };
    while !twin.done() && !is_short(&twin) {
        twin.tick();
    }
    let incidents = twin.world().resource::<Incidents>();
    let mut told = 0;
    for n in (0..incidents.list.len() as u32).filter(|n| refused(incidents.list[*n as usize].what)) {
        let chain = incidents.chain(n);
        let first = chain.last().expect("is itself at least");
        assert_eq!(first.what, What::Opened, "{chain:?}");
        if let What::Refused(_, out) = chain[0].what {
            assert!(out > 0, "{chain:?}");
            told += 1;
        }
    }
    assert!(told > 0, "the gensets that are left cannot carry all");
}

/// Line-ups go back to the utility one by one, so that its draw rises no faster than the grid accepts.
#[test]
fn the_way_back_to_the_utility_keeps_its_ramp() {
    const LIMIT_W_PER_S: f64 = 20e3;
    let mut loaded = load("builtin:lab-day");
    (loaded.scenario.tick_s, loaded.timeline) = (1.0, Vec::new());
    loaded.site.campus.power.utility.ramp_limit_w_per_s.value = LIMIT_W_PER_S;
    for plant in &mut loaded.site.campus.power.gensets {
        plant.spec.start_failure.value = 0.0;
    }
    let mut twin = Twin::new(loaded, 1);
    run_for(&mut twin, 60);
    order(&mut twin, [Command::OpenFeed(0)]);
    run_for(&mut twin, 120);
    let carried_w = twin.meters().now.genset_w;
    order(&mut twin, [Command::CloseFeed(0)]);
    run_for(&mut twin, 295);
    // A line-up goes as a whole, so that the mean over the way is what keeps the limit.
    let mut seconds = 0.0;
    while twin.meters().now.genset_w > 0.0 && seconds < 600.0 {
        run_for(&mut twin, 1);
        seconds += 1.0;
    }
    let least_s = 0.6 * carried_w / LIMIT_W_PER_S;
    assert!((least_s..600.0).contains(&seconds), "{seconds} s for {carried_w} W");
    assert_eq!(twin.meters().total.most_dark_racks, 0);
}

/// Three days without the utility: fuel for about a day, darkness after it, light again with the utility.
#[test]
fn fuel_ends_when_it_should_and_the_utility_brings_all_back() {
    let mut loaded = load("builtin:lab-day");
    (loaded.scenario.tick_s, loaded.timeline) = (60.0, Vec::new());
    loaded.scenario.duration_s = 1e6;
    const TANK_L: f64 = 5_000.0;
    for plant in &mut loaded.site.campus.power.gensets {
        plant.spec.start_failure.value = 0.0;
        plant.spec.mtbf_h.value = 1e9;
        plant.spec.tank_l.value = TANK_L;
    }
    let spec = loaded.site.campus.power.gensets[0].spec.clone();
    let mut twin = Twin::new(loaded, 1);
    run_for(&mut twin, 30);
    order(&mut twin, [Command::OpenFeed(0)]);
    run_for(&mut twin, 120);
    // Willans: idle fuel and the rest in proportion to the load of each plant's one unit.
    let load_w = twin.world().resource::<PowerColumns>().load_w.clone();
    let idle = spec.idle_fuel_share.value;
    let hours_at = |load_w: f64| {
        let share = idle + (1.0 - idle) * load_w / spec.rating_w.value;
        TANK_L / (spec.rating_w.value / 1e3 * spec.fuel_l_per_kwh.value * share)
    };
    run_for(&mut twin, 72 * 60 - 120);
    let incidents = twin.world().resource::<Incidents>();
    let mut empty: Vec<(f64, f64)> = incidents
        .list
        .iter()
        .filter(|i| i.what == What::OutOfFuel)
        .map(|i| {
            (
                (i.time_s - 1_800.0) / 3600.0,
                hours_at(load_w[i.at.node().map_or(0, |n| n as usize)]),
            )
        })
        .collect();
    assert_eq!(empty.len(), 4, "every plant");
    empty.sort_by(|a, b| a.0.total_cmp(&b.0));
    // The first to end have carried the load that they began with; the others then take over what those leave.
    for (hours, expected) in &empty[..2] {
        assert!((hours / expected - 1.0).abs() < 0.05, "{hours} h, not {expected} h");
    }
    let racks = twin.world().resource::<Plan>().0.racks();
    assert_eq!(twin.meters().now.dark_racks as usize, racks);
    order(&mut twin, [Command::CloseFeed(0)]);
    run_for(&mut twin, 5);
    assert_eq!(twin.meters().now.dark_racks, 0);
    assert!(twin.meters().total.worst_imbalance < LEDGER_TOLERANCE);
}

/// Line-up B is too weak for both: it trips, its time being that of its relay, and the cause is the loss of A.
#[test]
fn an_overload_trips_in_its_time_and_names_its_cause() {
    let mut loaded = load("builtin:lab-day");
    (loaded.scenario.tick_s, loaded.timeline) = (1.0, Vec::new());
    for plant in &mut loaded.site.campus.power.gensets {
        plant.spec.start_failure.value = 1.0;
    }
    let campus = &mut loaded.site.campus;
    let at = |name: &str| {
        campus
            .power
            .nodes
            .iter()
            .position(|node| node.name == name)
            .expect("is there")
    };
    let (weak, lost) = (at("B01/H1/B/T1"), at("S1/A"));
    campus.power.nodes[weak].stage.loss.rating_w = 350e3;
    let relay = campus.power.protections[campus.power.nodes[weak].protection.expect("has one") as usize].clone();
    let mut twin = Twin::new(loaded, 1);
    run_for(&mut twin, 60);
    assert!(twin.world().resource::<PowerColumns>().loading[weak] < 1.0);
    order(&mut twin, [Command::OpenFeed(lost as u32)]);
    run_for(&mut twin, 1);
    let loading = twin.world().resource::<PowerColumns>().loading[weak];
    assert!(loading > 1.3, "{loading}");
    // IEC 60255-151, extremely inverse: it trips when the sum of dt (M² - 1) / 80 over the multiplier is one.
    let mut share = 0.0_f64;
    for _ in 0..400 {
        let loading = twin.world().resource::<PowerColumns>().loading[weak];
        let m = loading / relay.pickup.value;
        share += (m * m - 1.0).max(0.0) / 80.0 / relay.time_multiplier.value;
        run_for(&mut twin, 1);
    }
    assert!((share - 1.0).abs() < 0.03, "it trips after {share} of its time");
    let incidents = twin.world().resource::<Incidents>();
    let trip = incidents
        .list
        .iter()
        .position(|i| matches!(i.what, What::Tripped(_)))
        .expect("trips");
    assert_eq!(incidents.list[trip].at.node(), Some(weak as u32));
    let first = incidents
        .chain(trip as u32)
        .last()
        .copied()
        .copied()
        .expect("has a cause");
    assert_eq!((first.at.node(), first.what), (Some(lost as u32), What::Opened));
    assert!(twin.meters().total.worst_imbalance < LEDGER_TOLERANCE);
}

struct TestSites;

impl Files for TestSites {
    fn text(&self, name: &str) -> Result<String, String> {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/sites")
            .join(name);
        std::fs::read_to_string(path).map_err(|error| error.to_string())
    }
}

/// RAPS, configuration and closed form of Frontier: idle 7.306524 MW, peak 28.227884 MW.
#[test]
fn frontiers_loss_chain_gives_its_plateaus() {
    for (utilisation, published_mw) in [(0.0, 7.306_524), (1.0, 28.227_884)] {
        let text = include_str!("../../assets/scenarios/lab-day.ron");
        let mut loaded = scenario::load_text(
            &TestSites,
            "frontier",
            text,
            scenario::Overrides {
                site: Some("frontier.ron"),
                weather: None,
                changes: &[],
            },
        )
        .unwrap_or_else(|report| panic!("{report}"));
        loaded.timeline.clear();
        (loaded.scenario.utilisation, loaded.scenario.load_texture) = (utilisation, 0.0);
        let mut twin = Twin::new(loaded, 1);
        run_for(&mut twin, 3);
        let mw = twin.meters().now.facility_w / 1e6;
        assert!((mw - published_mw).abs() < 1e-6, "{mw} MW, not {published_mw} MW");
    }
}

/// The small site with other line-ups and cords, a minute after its start.
fn with_topology(changes: &[(&str, &str)]) -> Twin {
    let mut site = include_str!("../../assets/sites/lab.ron").to_owned();
    for (from, to) in changes {
        assert!(site.contains(from), "{from}");
        site = site.replace(from, to);
    }
    let text = include_str!("../../assets/scenarios/lab-day.ron").replace("builtin:lab", "site.ron");
    let mut loaded = scenario::load_text(
        &Texts(vec![("site.ron".into(), site)]),
        "test",
        &text,
        scenario::Overrides::default(),
    )
    .unwrap_or_else(|report| panic!("{report}"));
    (loaded.scenario.tick_s, loaded.timeline) = (1.0, Vec::new());
    let mut twin = Twin::new(loaded, 1);
    run_for(&mut twin, 60);
    twin
}

fn load_of(twin: &Twin, name: &str) -> f64 {
    let campus = &twin.world().resource::<Plan>().0;
    let node = campus.power.nodes.iter().position(|node| node.name == name);
    twin.world().resource::<PowerColumns>().load_w[node.unwrap_or_else(|| panic!("no {name}"))]
}

fn number_of(twin: &Twin, name: &str) -> u32 {
    let campus = &twin.world().resource::<Plan>().0;
    let node = campus.power.nodes.iter().position(|node| node.name == name);
    node.unwrap_or_else(|| panic!("no {name}")) as u32
}

const LINEUPS: &str = "lineups: [\"A\", \"B\"],";
const CORDS: &str = "cords: [[[\"A\"], [\"B\"]]],";

#[test]
fn one_path_alone_goes_dark_with_it() {
    let mut twin = with_topology(&[
        (LINEUPS, "lineups: [\"A\"],"),
        (CORDS, "cords: [[[\"A\"]]],"),
        ("gensets_per_lineup: 1", "gensets_per_lineup: 0"),
    ]);
    let node = number_of(&twin, "B01/A");
    order(&mut twin, [Command::OpenFeed(node)]);
    run_for(&mut twin, 200);
    assert_eq!(twin.meters().now.dark_racks, 24, "all racks of B01, none of B02");
}

/// N+1: three transformers in parallel carry what two could.
#[test]
fn one_of_three_in_parallel_can_break() {
    let mut twin = with_topology(&[
        (LINEUPS, "lineups: [\"A\"],"),
        (CORDS, "cords: [[[\"A\"]]],"),
        (
            "unit_transformers_per_lineup: 1,",
            "unit_transformers_per_lineup: 1, parallel_transformers: 3,",
        ),
    ]);
    let node = number_of(&twin, "B01/H1/A/T1");
    let loading = |twin: &Twin| twin.world().resource::<PowerColumns>().loading[node as usize];
    let before = loading(&twin);
    order(&mut twin, [Command::BreakNode { node, count: 1 }]);
    run_for(&mut twin, 2);
    assert!(
        (loading(&twin) / before / 1.5 - 1.0).abs() < 0.01,
        "{} after {before}",
        loading(&twin)
    );
    assert_eq!(twin.meters().total.most_dark_racks, 0);
}

/// Distributed redundant: four line-ups share the racks in pairs; with one lost each other takes a third of its load.
#[test]
fn four_make_three() {
    let pairs = "cords: [[[\"A\"], [\"B\"]], [[\"C\"], [\"D\"]], [[\"A\"], [\"C\"]], [[\"B\"], [\"D\"]], [[\"A\"], [\"D\"]], [[\"B\"], [\"C\"]]],";
    let mut twin = with_topology(&[
        (LINEUPS, "lineups: [\"A\", \"B\", \"C\", \"D\"],"),
        (CORDS, pairs),
        // Six rows, so that each pair has one.
        ("rows: 4,", "rows: 6,"),
        ("row_pitch_m: 5,", "row_pitch_m: 4,"),
        ("gensets_per_lineup: 1", "gensets_per_lineup: 0"),
    ]);
    let names = ["B01/A", "B01/B", "B01/C", "B01/D"];
    let before = names.map(|name| load_of(&twin, name));
    for load in before {
        assert!((load / before[0] - 1.0).abs() < 0.03, "{before:?}");
    }
    let node = number_of(&twin, "B01/A");
    order(&mut twin, [Command::OpenFeed(node)]);
    run_for(&mut twin, 2);
    let after = names.map(|name| load_of(&twin, name));
    assert_eq!(after[0], 0.0);
    for (after, before) in after.iter().zip(before).skip(1) {
        assert!((after / before - 4.0 / 3.0).abs() < 0.05, "{after} after {before}");
    }
    assert_eq!(twin.meters().total.most_dark_racks, 0);
}

/// Block redundant: each row has one path and, behind a transfer switch, the catcher, which stands idle until then.
#[test]
fn a_catcher_takes_the_block_that_is_lost() {
    let mut twin = with_topology(&[
        (LINEUPS, "lineups: [\"P1\", \"P2\", \"P3\", \"R\"],"),
        (
            CORDS,
            "cords: [[[\"P1\", \"R\"]], [[\"P2\", \"R\"]], [[\"P3\", \"R\"]]],",
        ),
        ("gensets_per_lineup: 1", "gensets_per_lineup: 0"),
    ]);
    let fans_w = load_of(&twin, "B01/R");
    let block_w = load_of(&twin, "B01/P2");
    let node = number_of(&twin, "B01/P2");
    order(&mut twin, [Command::OpenFeed(node)]);
    run_for(&mut twin, 2);
    assert!(
        twin.meters().now.battery_w < 0.0,
        "its racks are on battery until the switch has gone over"
    );
    run_for(&mut twin, 10);
    let caught_w = load_of(&twin, "B01/R") - fans_w;
    assert!(caught_w > 0.8 * (block_w - fans_w), "{caught_w} of {block_w}");
    assert_eq!(twin.meters().total.most_dark_racks, 0);
    // After it is back and steady, the switch goes back.
    order(&mut twin, [Command::CloseFeed(node)]);
    run_for(&mut twin, 310);
    assert!(
        (load_of(&twin, "B01/R") / fans_w - 1.0).abs() < 0.3,
        "{}",
        load_of(&twin, "B01/R")
    );
}

/// A ring that is cut is closed at its open point, within the time of its switches.
#[test]
fn a_ring_is_closed_where_it_was_open() {
    let rings = "buildings: [1, 2], rings: [(bus: \"A\", cable: \"ring-34kv\", buildings: [1, 2], open_after: 1)])";
    let mut twin = with_topology(&[
        ("buildings: [1, 2])", rings),
        ("gensets_per_lineup: 1", "gensets_per_lineup: 0"),
    ]);
    let ring = ["B01/A/M", "B02/A/M"].map(|name| load_of(&twin, name));
    assert!(ring[0] > 1e5 && ring[1] > 1e5, "{ring:?}");
    // The section between the bus and B01 is cut: B02's side takes both.
    let node = number_of(&twin, "B01/A/M");
    order(&mut twin, [Command::OpenFeed(node)]);
    run_for(&mut twin, 2);
    assert_eq!(load_of(&twin, "B01/A"), 0.0);
    run_for(&mut twin, 4);
    let both = load_of(&twin, "B02/A/M");
    assert!((both / (ring[0] + ring[1]) - 1.0).abs() < 0.05, "{both} of {ring:?}");
    // Mended, it goes back after five steady minutes.
    order(&mut twin, [Command::CloseFeed(node)]);
    run_for(&mut twin, 310);
    let halves = ["B01/A/M", "B02/A/M"].map(|name| load_of(&twin, name));
    assert!(
        (halves[0] / halves[1] / (ring[0] / ring[1]) - 1.0).abs() < 0.05,
        "{halves:?} after {ring:?}"
    );
}

/// The levels between which a job swings are what the twin gives when its chips really go there.
#[test]
fn a_swings_levels_are_what_the_twin_gives() {
    let training = load("builtin:training-swing").scenario.training.expect("has one");
    let start = || {
        let mut loaded = load("builtin:lab-day");
        (loaded.scenario.tick_s, loaded.scenario.load_texture, loaded.timeline) = (1.0, 0.0, Vec::new());
        // The twin's fans follow within a tick; within a step of a job they stand.
        for kind in &mut loaded.site.campus.rack_kinds {
            kind.server.fan_w.value = 0.0;
        }
        let mut twin = Twin::new(loaded, 1);
        run_for(&mut twin, 300);
        twin
    };
    let found = swings(start().world(), &training, 10);
    for (phase, level_w) in training.phases.iter().zip(&found.levels_w) {
        let mut twin = start();
        let set = Command::SetUtilisation {
            at: None,
            utilisation: phase.utilisation,
        };
        order(&mut twin, [set]);
        run_for(&mut twin, 1);
        let grid_w = twin.meters().now.grid_w;
        assert!((level_w / grid_w - 1.0).abs() < 0.005, "{level_w} and {grid_w}");
    }
    assert!(found.smoothed.swing_w() < found.bare.swing_w());
    let step_w = found.levels_w[0] - found.levels_w[1];
    assert!((found.bare.swing_w() / step_w - 1.0).abs() < 0.05);
    assert!((found.bare.dominant.hz - 0.5).abs() < 1e-9);
}

/// Main transformers hold the voltage behind them within a step of their target, by day, in a heat wave and with the
/// other one lost, and no busway leaves the range of ANSI C84.1 (service, range B: 0.92 to 1.06).
#[test]
fn tap_changers_hold_the_voltage() {
    let mut loaded = load("builtin:default");
    loaded.scenario.tick_s = 60.0;
    let mut twin = Twin::new(loaded, 2);
    run_for(&mut twin, 3);
    let campus = twin.world().resource::<Plan>().0.clone();
    let worst = |twin: &Twin| {
        let power = twin.world().resource::<PowerColumns>();
        let mut worst = [0.0_f64, f64::INFINITY, 0.0];
        for (n, node) in campus.power.nodes.iter().enumerate() {
            let v = power.voltage_pu[n];
            if let Some(changer) = node.tap_changer.as_ref().filter(|_| v > 0.0) {
                worst[0] = worst[0].max((v - changer.target_pu.value).abs() / changer.step_pu.value);
            }
            if v > 0.0 {
                worst = [worst[0], worst[1].min(v), worst[2].max(v)];
            }
        }
        worst
    };
    let [off, low, high] = worst(&twin);
    assert!(
        off < 1.0 && low > 0.92 && high < 1.06,
        "{off} steps off, {low} to {high}"
    );
    let lost = number_of(&twin, "S1/A");
    order(&mut twin, [Command::OpenFeed(lost)]);
    run_for(&mut twin, 2);
    let [_, low, _] = worst(&twin);
    assert!(low > 0.90, "{low} before the changers have moved");
    run_for(&mut twin, 15);
    let [off, low, high] = worst(&twin);
    assert!(
        off < 1.0 && low > 0.92 && high < 1.06,
        "{off} steps off, {low} to {high}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever is opened, closed, broken and repaired, at whatever tick: nothing panics, the books close, every dark
    /// rack has a cause, and no battery holds less than nothing or more than it can.
    #[test]
    fn any_sequence_of_switching_keeps_the_books(
        dt_s in prop_oneof![Just(1.0), Just(7.0), Just(60.0), Just(300.0)],
        orders in proptest::collection::vec((0..4_u8, 0..200_u32, 1..4_u32, 1..40_u32), 1..14),
    ) {
        let mut loaded = load("builtin:lab-day");
        (loaded.scenario.tick_s, loaded.timeline) = (dt_s, Vec::new());
        loaded.scenario.duration_s = 1e9;
        let nodes = loaded.site.campus.power.nodes.len() as u32;
        let mut twin = Twin::new(loaded, 1);
        run_for(&mut twin, 3);
        for (what, node, count, ticks) in orders {
            let node = node % nodes;
            order(&mut twin, [match what {
                0 => Command::OpenFeed(node),
                1 => Command::CloseFeed(node),
                2 => Command::BreakNode { node, count },
                _ => Command::RepairNode(node),
            }]);
            run_for(&mut twin, ticks);
        }
        let meters = twin.meters().total;
        prop_assert!(meters.worst_imbalance < LEDGER_TOLERANCE, "{}", meters.worst_imbalance);
        let power = twin.world().resource::<RackPower>();
        for (dark, by) in power.dark.iter().zip(&power.dark_by) {
            prop_assert!(*dark == 0 || by.is_some());
        }
        let campus = &twin.world().resource::<Plan>().0;
        for (rack, stored_j) in twin.world().resource::<RackColumns>().battery_j.iter().enumerate() {
            let full_j = campus.rack_kind(rack).battery.as_ref().map_or(0.0, |battery| battery.energy_j.value);
            prop_assert!((-1e-6..=full_j * (1.0 + 1e-9)).contains(stored_j), "{stored_j} of {full_j}");
        }
    }
}

/// What is overloaded from the first moment trips within the scenario, in its time, and is on record: nothing acts while
/// the campus settles before it.
#[test]
fn what_trips_at_once_trips_in_the_scenario_and_names_itself() {
    let mut loaded = load("builtin:lab-day");
    (loaded.scenario.tick_s, loaded.timeline) = (1.0, Vec::new());
    for node in &mut loaded.site.campus.power.nodes {
        if node.name.ends_with("/T1") {
            node.stage.loss.rating_w = 200e3;
        }
    }
    let mut twin = Twin::new(loaded, 1);
    run_for(&mut twin, 1);
    assert_eq!(twin.meters().now.dark_racks, 0);
    run_for(&mut twin, 600);
    let racks = twin.world().resource::<Plan>().0.racks();
    assert_eq!(twin.meters().now.dark_racks as usize, racks);
    let incidents = twin.world().resource::<Incidents>();
    for by in &twin.world().resource::<RackPower>().dark_by {
        let chain = incidents.chain(by.expect("has a cause"));
        let first = chain.last().expect("has a first");
        assert!(
            matches!(first.what, What::Tripped(_)) && first.time_s > 0.0,
            "{chain:?}"
        );
    }
}
