//! `rainier bench`: what a tick of the complete campus costs, beside copying memory in the same run.

use rainier::host::Disk;
use rainier::host::speed::{Speed, peak_memory_mb};
use rainier::scenario;
use rainier::sim::STAGES;

use crate::Failure;
use crate::args::Bench;

pub(crate) fn bench(args: &Bench) -> Result<(), Failure> {
    let loaded = scenario::load(&Disk, "builtin:default", scenario::Overrides::default()).map_err(Failure::Input)?;
    let speed = Speed::measure(loaded, usize::from(args.threads), args.ticks);
    println!("chips                      {}", speed.chips);
    println!("threads                    {}", speed.threads);
    println!("ms per tick (median)       {:.2}", speed.tick_s * 1e3);
    println!(
        "chip-updates/s per core    {:.1} million",
        speed.chips_per_s_core() / 1e6
    );
    println!("tick / copy of 16 MiB      {:.2}", speed.ratio());
    println!("longest piece, ms (median) {:.2}", speed.piece_s * 1e3);
    for (stage, took_s) in STAGES.iter().zip(speed.stages_s) {
        println!("  {:<24} {:.3} ms", format!("{stage:?}"), took_s * 1e3);
    }
    match peak_memory_mb() {
        Some(mb) => println!("peak memory                {mb:.0} MB"),
        None => println!("peak memory                not known on this system"),
    }
    Ok(())
}
