//! From now, what if: runs 35 minutes, forks, breaks cooling units in one of the two, and compares what comes of it.
//!
//! `cargo run --release --example fork_and_compare`

#![allow(clippy::print_stdout, reason = "a program that tells its results")]

use rainier::prelude::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let loaded = scenario::load(&NoFiles, "builtin:lab-day", Overrides::default())?;
    let mut plan = Twin::new(loaded, 1);
    while plan.world().resource::<Clock>().time_s < 2_100.0 {
        plan.tick();
    }
    let mut what_if = plan.fork();
    let units = what_if.world().resource::<Plan>().0.halls[0].units.len() as u32;
    let broken = units - 1;
    what_if
        .world_mut()
        .resource_mut::<CommandQueue>()
        .0
        .push(Command::FailUnits { hall: 0, count: broken });
    println!("{broken} of {units} air-handling units of the first hall fail after 35 minutes:");
    println!(
        "{:<8}{:>14}{:>14}{:>16}{:>12}",
        "minute", "inlet A, °C", "inlet B, °C", "throttled in B", "PUE of B"
    );
    for minute in [36, 38, 40, 45, 50, 60] {
        for twin in [&mut plan, &mut what_if] {
            while twin.world().resource::<Clock>().time_s < f64::from(minute) * 60.0 {
                twin.tick();
            }
        }
        let inlet_c = |twin: &Twin| {
            let racks = twin.world().resource::<Plan>().0.halls[0].racks.clone();
            let inlets = &twin.world().resource::<RackColumns>().inlet_c[racks];
            inlets.iter().copied().fold(f32::MIN, f32::max)
        };
        println!(
            "{:<8}{:>14.1}{:>14.1}{:>16}{:>12.3}",
            minute,
            inlet_c(&plan),
            inlet_c(&what_if),
            what_if.meters().now.limited_chips,
            what_if.meters().now.pue
        );
    }
    Ok(())
}
