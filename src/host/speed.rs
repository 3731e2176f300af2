//! What a tick costs, beside copying memory in the same run: machines are noisy, ratios less so.

use std::hint::black_box;
use std::time::Instant;

use crate::scenario::Loaded;
use crate::sim::twin::Plan;
use crate::sim::{STAGES, Twin, advance};

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
    /// Median time of each of its [`STAGES`], s.
    pub stages_s: [f64; STAGES.len()],
    /// Median time of the longest of the pieces that a picture can be drawn between, s.
    pub piece_s: f64,
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
        let mut copying = Copying::default();
        let (mut tick_s, mut copy_s) = (Vec::new(), Vec::new());
        let (mut stages_s, mut piece_s) = ([const { Vec::new() }; STAGES.len()], Vec::new());
        // Ticks, copies and ticks in pieces take turns, so that a noisy moment of the machine meets all.
        for _ in 0..ticks.max(1) {
            let before = Instant::now();
            twin.tick();
            tick_s.push(before.elapsed().as_secs_f64());
            copy_s.push(copying.time_s());
            let (mut of_stages, mut longest, mut before) = ([0.0; STAGES.len()], 0.0_f64, Instant::now());
            advance(twin.world_mut(), |of| {
                let took_s = before.elapsed().as_secs_f64();
                before = Instant::now();
                longest = longest.max(took_s);
                if let Some(stage) = STAGES.iter().position(|stage| *stage == of) {
                    of_stages[stage] += took_s;
                }
                true
            });
            piece_s.push(longest);
            for (all, of) in stages_s.iter_mut().zip(of_stages) {
                all.push(of);
            }
        }
        Self {
            chips: twin.world().resource::<Plan>().0.chips(),
            threads,
            tick_s: median(&mut tick_s),
            stages_s: stages_s.map(|mut of| median(&mut of)),
            piece_s: median(&mut piece_s),
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

/// Time of the processor that all threads of this process have had, s, where the kernel says it.
#[must_use]
pub fn cpu_s() -> Option<f64> {
    let mut sum_ns = 0.0;
    for thread in std::fs::read_dir("/proc/self/task").ok()?.flatten() {
        // A thread may have ended since the folder was read.
        let text = std::fs::read_to_string(thread.path().join("schedstat")).unwrap_or_default();
        sum_ns += text
            .split_whitespace()
            .next()
            .map_or(0.0, |ns| ns.parse().unwrap_or(0.0));
    }
    Some(sum_ns / 1e9)
}

/// Copies 16 MiB, as what else is measured in turn with it is compared with.
#[derive(Debug)]
pub struct Copying {
    source: Vec<u8>,
    target: Vec<u8>,
}

impl Default for Copying {
    fn default() -> Self {
        Self {
            source: vec![1; COPY_BYTES],
            target: vec![0; COPY_BYTES],
        }
    }
}

impl Copying {
    /// Time that a copy takes, s.
    pub fn time_s(&mut self) -> f64 {
        let before = Instant::now();
        self.target.copy_from_slice(black_box(&self.source));
        black_box(&self.target);
        before.elapsed().as_secs_f64()
    }
}

/// The middle one of values, which are put in order; NaN of none.
#[must_use]
pub fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Peak resident memory of this process, MB, where the kernel says it.
#[must_use]
pub fn peak_memory_mb() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kb: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kb * 1024.0 / 1e6)
}
