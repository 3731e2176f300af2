//! Runs a scenario for a day and prints what a facility engineer asks first.
//!
//! `cargo run --release --example run_scenario -- builtin:july-heat-wave`

#![allow(clippy::print_stdout, reason = "a program that tells its results")]

use rainier::host::disk::Disk;
use rainier::prelude::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let name = std::env::args().nth(1).unwrap_or_else(|| "builtin:lab-day".into());
    let loaded = scenario::load(&Disk, &name, Overrides::default())?;
    let (title, seed) = (loaded.scenario.name.clone(), loaded.scenario.seed);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut twin = Twin::new(loaded, threads);
    while !twin.done() {
        twin.tick();
    }
    let summary = Summary::of(twin.world(), &title, seed);
    println!("{title}: {} ticks of {} s", summary.ticks, summary.tick_s);
    println!("IT power, mean  {:>10.3} MW", summary.it_power_mean_w / 1e6);
    println!("PUE             {:>10.4}", summary.pue);
    println!("WUE             {:>10.4} L/kWh", summary.wue_l_per_kwh);
    println!(
        "Hottest chip    {:>10.1} °C at {}",
        summary.hottest_chip_c, summary.hottest_chip
    );
    println!("Unserved        {:>10.1} kWh", summary.unserved_kwh);
    println!("digest {}", summary.digest);
    Ok(())
}
