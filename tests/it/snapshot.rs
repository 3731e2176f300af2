//! State that is registered: digests, snapshots and forks stand on it.

use rainier::results::digest_world;
use rainier::scenario::Loaded;
use rainier::sim::command::{Command, CommandQueue};
use rainier::sim::snapshot::{Snapshot, SnapshotError};
use rainier::sim::{Twin, advance};
use rainier::site::campus::Found;

use crate::common::sources::sources;
use crate::common::{load, run_for};

fn digest(twin: &Twin) -> String {
    digest_world(twin.world())
}

/// Scenarios in which every part of the state moves, and the ticks before and after a snapshot: weather and load, jobs and what
/// fails under them, lost feeds and gensets, liquid loops.
const SCENARIOS: [(&str, u32, u32); 4] = [
    ("builtin:lab-day", 7, 90),
    ("builtin:lab-jobs", 30, 200),
    ("builtin:gensets-fail", 12, 30),
    ("builtin:hybrid-day", 2, 5),
];

/// A scenario with one building live: all of the state is there, and a fraction of the work.
fn one_building(name: &str) -> Loaded {
    let mut loaded = load(name);
    loaded.only = Some(Found::Building(0));
    loaded
}

#[test]
fn a_run_goes_on_from_a_snapshot_as_if_it_had_never_stopped() {
    for (name, before, after) in SCENARIOS {
        let mut whole = Twin::new(one_building(name), 1);
        run_for(&mut whole, before);
        let bytes = whole.snapshot().to_bytes();
        run_for(&mut whole, after);
        let snapshot = Snapshot::from_bytes(&bytes).expect("was just written");
        for threads in [1, 2] {
            let mut parted = Twin::new(one_building(name), threads);
            // Wherever it has come to.
            run_for(&mut parted, 3);
            parted
                .restore(&snapshot)
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            run_for(&mut parted, after);
            assert_eq!(digest(&parted), digest(&whole), "{name} on {threads} threads");
        }
    }
}

#[test]
fn a_fork_goes_its_own_way() {
    let mut twin = Twin::new(load("builtin:lab-jobs"), 1);
    run_for(&mut twin, 20);
    let mut same = twin.fork();
    let mut other = twin.fork();
    assert_eq!(digest(&same), digest(&twin));
    let hall = Command::FailUnits { hall: 0, count: 2 };
    other.world_mut().resource_mut::<CommandQueue>().0.push(hall);
    for twin in [&mut twin, &mut same, &mut other] {
        run_for(twin, 20);
    }
    assert_eq!(digest(&same), digest(&twin));
    assert_ne!(digest(&other), digest(&twin));
}

#[test]
fn a_snapshot_ends_the_tick_that_is_under_way() {
    let mut twin = Twin::new(load("builtin:lab-day"), 1);
    let mut whole = Twin::new(load("builtin:lab-day"), 1);
    whole.tick();
    advance(twin.world_mut(), |_| false);
    let _ = twin.snapshot();
    assert_eq!(digest(&twin), digest(&whole));
}

#[test]
fn what_is_not_of_this_scenario_is_refused_and_leaves_the_twin_as_it_was() {
    let snapshot = Twin::new(load("builtin:lab-day"), 1).snapshot();
    let refused = |twin: &mut Twin| {
        let before = digest(twin);
        let error = twin.restore(&snapshot).expect_err("is of another scenario");
        assert_eq!(digest(twin), before);
        error
    };
    let other_site = refused(&mut Twin::new(load("builtin:default"), 1));
    assert!(matches!(other_site, SnapshotError::Site { .. }), "{other_site}");
    let mut warmer = load("builtin:lab-day");
    warmer.timeline.push((60.0, Command::OffsetWeather(3.0)));
    let other_events = refused(&mut Twin::new(warmer, 1));
    assert!(matches!(other_events, SnapshotError::Scenario { .. }), "{other_events}");
    let mut longer = load("builtin:lab-day");
    longer.scenario.duration_s *= 2.0;
    assert_eq!(Twin::new(longer, 1).restore(&snapshot), Ok(()));
}

#[test]
fn a_damaged_file_is_refused() {
    let bytes = Twin::new(load("builtin:lab-day"), 1).snapshot().to_bytes();
    assert_eq!(Snapshot::from_bytes(b"(format: 1)"), Err(SnapshotError::NotOne));
    // Every part of the file: its head, the version, columns, the end.
    for k in 0..200 {
        let at = 17 + k * (bytes.len() - 17) / 200;
        let mut damaged = bytes.clone();
        damaged[at] ^= 1 << (k % 8);
        let error = Snapshot::from_bytes(&damaged).expect_err("is damaged");
        assert_eq!(error, SnapshotError::Damaged, "byte {at}");
        let error = Snapshot::from_bytes(&bytes[..at]).expect_err("is cut off");
        assert_eq!(error, SnapshotError::Damaged, "cut at {at}");
    }
}

/// What a world holds beside the state of its twin: how the work is shared, how a tick is cut, which entities stand for what.
const OTHERWISE: [&str; 5] = ["TickSlice", "Registry", "Root", "UnderWay", "Workers"];

/// Names behind a beginning, up to a character.
fn names_behind<'a>(text: &'a str, start: &'a str) -> impl Iterator<Item = &'a str> {
    let ends = |c: char| !c.is_alphanumeric() && c != '_' && c != ':';
    text.split(start).skip(1).map(move |rest| {
        let name = rest.split(ends).next().unwrap_or_default();
        name.rsplit("::").next().unwrap_or_default()
    })
}

#[test]
fn every_resource_of_the_simulation_is_registered() {
    let texts: Vec<String> = sources("src/sim").into_iter().map(|(_, text)| text).collect();
    let registered: Vec<&str> = texts
        .iter()
        .flat_map(|text| names_behind(text, "register_state::<").chain(names_behind(text, "register_given::<")))
        .collect();
    let mut seen = 0;
    for text in &texts {
        // A struct behind a derive of resources, and columns by their macro.
        let derived = text.split("#[derive(").skip(1).filter(|rest| {
            let derives = rest.split(')').next().unwrap_or_default();
            derives.split(", ").any(|derive| derive.ends_with("Resource"))
        });
        let derived =
            derived.filter_map(|rest| names_behind(rest, "struct ").chain(names_behind(rest, "enum ")).next());
        let columns = text.split("columns! {").skip(1).filter_map(|rest| {
            let line = rest
                .lines()
                .map(str::trim)
                .find(|line| !line.is_empty() && !line.starts_with("//"))?;
            line.ends_with("(start_c) {").then(|| line.split(' ').next())?
        });
        for name in derived
            .chain(columns)
            .filter(|name| !name.starts_with('$') && !name.is_empty())
        {
            let known = registered.contains(&name) || OTHERWISE.contains(&name);
            assert!(
                known,
                "{name} is neither registered as state nor as given by a scenario"
            );
            seen += 1;
        }
    }
    assert!(seen > 40, "{seen}");
}
