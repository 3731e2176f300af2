//! `cargo bench`: what a tick costs on each built-in campus, by threads, beside copying memory in the same run.

#![allow(clippy::print_stdout, reason = "a table is what a benchmark is for")]

use rainier::host::speed::{Speed, peak_memory_mb};
use rainier::scenario;
use rainier::site::texts::NoFiles;

/// Ticks of each measurement.
const TICKS: u32 = 100;

fn main() {
    println!(
        "{:<10} {:>9} {:>8} {:>9} {:>22} {:>10}",
        "scenario", "chips", "threads", "ms/tick", "M chip-updates/s/core", "tick/copy"
    );
    for name in ["default", "phase-1", "lab-day"] {
        for threads in [1, 2] {
            match scenario::load(&NoFiles, &format!("builtin:{name}"), scenario::Overrides::default()) {
                Ok(loaded) => {
                    let speed = Speed::measure(loaded, threads, TICKS);
                    println!(
                        "{name:<10} {:>9} {threads:>8} {:>9.3} {:>22.1} {:>10.3}",
                        speed.chips,
                        speed.tick_s * 1e3,
                        speed.chips_per_s_core() / 1e6,
                        speed.ratio()
                    );
                }
                Err(report) => eprintln!("{report}"),
            }
        }
    }
    if let Some(mb) = peak_memory_mb() {
        println!("peak memory {mb:.0} MB");
    }
}
