//! What others add to the simulation without touching it: the immersion tank of `examples/custom_cooling_unit.rs`.

use rainier::prelude::*;
use rainier::sim::meters::LEDGER_TOLERANCE;
use rainier::sim::{advance, under_way};

use crate::common::{load, run_for};

#[path = "../../examples/custom_cooling_unit.rs"]
#[allow(dead_code, unreachable_pub, reason = "an example is a program too")]
mod tank;

use tank::{ImmersionPlugin, ImmersionTank};

/// How often a system of a stage has run.
#[derive(Resource, Default, Clone)]
struct Runs(Vec<TickSet>);

fn with_tank(threads: usize) -> Twin {
    Twin::with(load("builtin:lab-day"), threads, |app| {
        app.add_plugins(ImmersionPlugin);
    })
}

#[test]
fn added_equipment_has_one_digest_and_closes_the_ledger() {
    let mut one = with_tank(1);
    let mut two = with_tank(2);
    let mut pieces = with_tank(1);
    let mut without = Twin::new(load("builtin:lab-day"), 1);
    let bath_c = |twin: &Twin| twin.world().resource::<ImmersionTank>().bath_c;
    let before_c = bath_c(&one);
    for _ in 0..60 {
        run_for(&mut one, 1);
        run_for(&mut two, 1);
        run_for(&mut without, 1);
        while !advance(pieces.world_mut(), |_| false) {}
    }
    let digest = digest_world(one.world());
    assert_eq!(digest_world(two.world()), digest);
    assert_eq!(digest_world(pieces.world()), digest);
    assert_ne!(digest_world(without.world()), digest);
    assert!(
        one.meters().total.worst_imbalance <= LEDGER_TOLERANCE,
        "{:?}",
        one.meters().total
    );
    assert_ne!(bath_c(&one), before_c);
    // The racks' heat that the bath takes is not carried by air.
    let out_w = |twin: &Twin| twin.world().resource::<HallColumns>().heat_out_w[0];
    assert!(
        out_w(&one) < 0.8 * out_w(&without),
        "{} and {} W",
        out_w(&one),
        out_w(&without)
    );
    // It is in snapshots and forks.
    let snapshot = one.snapshot();
    let mut fork = one.fork();
    run_for(&mut one, 5);
    run_for(&mut fork, 5);
    two.restore(&snapshot).expect("is of the same scenario");
    run_for(&mut two, 5);
    assert_eq!(digest_world(fork.world()), digest_world(one.world()));
    assert_eq!(digest_world(two.world()), digest_world(one.world()));
}

#[test]
fn a_system_runs_once_a_tick_in_whichever_stage_and_however_the_tick_is_cut() {
    let counted = || {
        Twin::with(load("builtin:lab-day"), 1, |app| {
            app.init_resource::<Runs>();
            for stage in rainier::sim::STAGES {
                let count = move |mut runs: ResMut<Runs>| runs.0.push(stage);
                app.add_systems(Tick, count.in_set(stage));
            }
        })
    };
    let (mut whole, mut pieces) = (counted(), counted());
    let taken = |twin: &mut Twin| std::mem::take(&mut twin.world_mut().resource_mut::<Runs>().0);
    // Those of the hour in which the campus settles.
    for twin in [&mut whole, &mut pieces] {
        taken(twin);
    }
    whole.tick();
    let mut cuts = 0;
    while !advance(pieces.world_mut(), |_| false) {
        cuts += 1;
        assert!(under_way(pieces.world()));
    }
    assert!(cuts >= 8, "{cuts}");
    assert_eq!(taken(&mut whole), rainier::sim::STAGES);
    assert_eq!(taken(&mut pieces), rainier::sim::STAGES);
}
