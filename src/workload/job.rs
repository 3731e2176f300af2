//! A job: what is asked for, by whom, and how much of it.

use serde::{Deserialize, Serialize};

/// What a job does, which says how it uses power and what it loses when a part of it fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// Synchronous training: the slowest chip sets the pace, and one lost chip stops all of it.
    Training,
    /// Inference: replicas that answer requests by themselves; a lost one takes its share with it.
    Serving,
    /// A research batch: its chips work together for a while and are given back.
    Batch,
}

impl Kind {
    /// Every kind, in order.
    pub const ALL: [Self; 3] = [Self::Training, Self::Serving, Self::Batch];

    /// The kind in a word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Training => "training",
            Self::Serving => "serving",
            Self::Batch => "batch",
        }
    }
}

/// A job as it is asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// Name: from its file, its trace, or its generator.
    pub name: String,
    /// What it does.
    pub kind: Kind,
    /// When it is asked for, s since the start of the scenario; below 0 it has waited from before.
    pub submit_s: f64,
    /// Chips that it wants; it gets whole units that hold at least as many.
    pub chips: u32,
    /// Chip by its catalog name that it must have; any one kind will do without it.
    pub chip: Option<String>,
    /// The larger goes first.
    pub priority: i32,
    /// Whether one of higher priority may take its place.
    pub preemptible: bool,
    /// Work in floating-point operations, where that is what is asked for: its time follows from the chips that it gets.
    pub flop: Option<f64>,
    /// Work at full pace, s: what it would run without any stop; infinite for a service.
    pub work_s: f64,
    /// How long its owner says that it runs, s; backfill trusts this. At least `work_s` for a trace.
    pub asked_s: f64,
    /// Utilisation of its chips while they work, 0 to 1.
    pub utilisation: f64,
    /// Row of the workload's models that it follows, for training.
    pub model: Option<usize>,
}
