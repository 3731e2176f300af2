//! `rainier bench`: what a tick of the complete campus costs, beside copying memory in the same run.

use std::hint::black_box;
use std::time::Instant;

use rainier::scenario;
use rainier::sim::Twin;
use rainier::sim::twin::Plan;

use crate::Failure;
use crate::args::Bench;
use crate::files::Disk;

/// Bytes of the copy that a tick is compared with.
const COPY_BYTES: usize = 16 << 20;

pub(crate) fn bench(args: &Bench) -> Result<(), Failure> {
    let mut loaded = scenario::load(&Disk, "builtin:default", None).map_err(Failure::Input)?;
    loaded.scenario.duration_s = 1e9;
    let mut twin = Twin::new(loaded, usize::from(args.threads));
    let chips = twin.world().resource::<Plan>().0.chips() as f64;
    for _ in 0..30 {
        twin.tick();
    }
    let source = vec![1_u8; COPY_BYTES];
    let mut target = vec![0_u8; COPY_BYTES];
    let (mut tick_s, mut copy_s) = (Vec::new(), Vec::new());
    // Ticks and copies take turns, so that a noisy moment of the machine meets both.
    for _ in 0..args.ticks {
        let before = Instant::now();
        twin.tick();
        tick_s.push(before.elapsed().as_secs_f64());
        let before = Instant::now();
        target.copy_from_slice(black_box(&source));
        black_box(&target);
        copy_s.push(before.elapsed().as_secs_f64());
    }
    let (tick, copy) = (median(&mut tick_s), median(&mut copy_s));
    println!("chips                      {chips:.0}");
    println!("threads                    {}", args.threads);
    println!("ms per tick (median)       {:.2}", tick * 1e3);
    println!(
        "chip-updates/s per core    {:.1} million",
        chips / tick / f64::from(args.threads) / 1e6
    );
    println!("tick / copy of 16 MiB      {:.2}", tick / copy);
    match peak_memory_mb() {
        Some(mb) => println!("peak memory                {mb:.0} MB"),
        None => println!("peak memory                not known on this system"),
    }
    Ok(())
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Peak resident memory of this process, MB, where the kernel says it.
fn peak_memory_mb() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kb: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kb * 1024.0 / 1e6)
}
