//! What a tick costs, beside copying memory in the same run: machines are noisy, ratios less so.

use std::hint::black_box;
use std::time::Instant;

use crate::scenario::Loaded;
use crate::sim::Twin;
use crate::sim::twin::Plan;

/// Bytes of the copy that a tick is compared with.
const COPY_BYTES: usize = 16 << 20;

/// Ticks before the clock runs: caches fill and the halls warm up.
const WARM_UP: u32 = 30;

/// What was measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Speed {
    /// Chips of the campus.
    pub chips: usize,
    /// Threads that shared the work.
    pub threads: usize,
    /// Median time of a tick, s.
    pub tick_s: f64,
    /// Median time of copying 16 MiB, s.
    pub copy_s: f64,
}

impl Speed {
    /// Steps `loaded` for so many ticks (at least one), however long the scenario is.
    #[must_use]
    pub fn measure(mut loaded: Loaded, threads: usize, ticks: u32) -> Self {
        loaded.scenario.duration_s = f64::MAX;
        let mut twin = Twin::new(loaded, threads);
        for _ in 0..WARM_UP {
            twin.tick();
        }
        let source = vec![1_u8; COPY_BYTES];
        let mut target = vec![0_u8; COPY_BYTES];
        let (mut tick_s, mut copy_s) = (Vec::new(), Vec::new());
        // Ticks and copies take turns, so that a noisy moment of the machine meets both.
        for _ in 0..ticks.max(1) {
            let before = Instant::now();
            twin.tick();
            tick_s.push(before.elapsed().as_secs_f64());
            let before = Instant::now();
            target.copy_from_slice(black_box(&source));
            black_box(&target);
            copy_s.push(before.elapsed().as_secs_f64());
        }
        Self {
            chips: twin.world().resource::<Plan>().0.chips(),
            threads,
            tick_s: median(&mut tick_s),
            copy_s: median(&mut copy_s),
        }
    }

    /// Chips stepped, by second and thread.
    #[must_use]
    pub fn chips_per_s_core(&self) -> f64 {
        self.chips as f64 / self.tick_s / self.threads as f64
    }

    /// A tick over copying 16 MiB.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        self.tick_s / self.copy_s
    }
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Peak resident memory of this process, MB, where the kernel says it.
#[must_use]
pub fn peak_memory_mb() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kb: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kb * 1024.0 / 1e6)
}
