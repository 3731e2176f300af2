//! The workload file as it stands on disk: who asks for chips, by what rules they get them, and what fails.

use std::collections::BTreeMap;

use super::place::Policy;
use crate::site::schema::{Figure, within};
use crate::{choice, record};

record! {
    /// What a campus is asked to do.
    WorkloadFile {
        /// Format version.
        format: u32,
        /// Name.
        name: String,
        /// What it stands for, in a sentence.
        about: String,
        /// Source keys and what they stand for.
        sources: BTreeMap<String, String>,
        /// How jobs get their places.
        placement: PlacementSpec,
        /// How training jobs step, by name.
        #[serde(default)]
        models: BTreeMap<String, ModelSpec>,
        /// Training jobs.
        #[serde(default)]
        training: Vec<TrainingJob>,
        /// Services.
        #[serde(default)]
        services: Vec<ServiceSpec>,
        /// Jobs that come at random.
        #[serde(default)]
        streams: Vec<StreamSpec>,
        /// Jobs on record.
        #[serde(default)]
        traces: Vec<TraceSpec>,
        /// Limits on power.
        #[serde(default)]
        caps: Vec<CapSpec>,
        /// What fails under jobs; nothing without it.
        failures: Option<FailureSpec>,
        /// What else fails: units of cooling and power.
        #[serde(default)]
        equipment: Vec<EquipmentSpec>,
    }
}

record! {
    /// How jobs get their places.
    PlacementSpec {
        /// Where there is a choice.
        policy: Policy,
        /// Whether a small job may go ahead of one that waits for room, if it is out of its way in time.
        backfill: bool,
        /// Whether a job may take the place of one of lower priority.
        preempt: bool,
        /// Share of the units of each kind that is kept free to take the place of failed ones.
        spare_share: Figure = within(0.0, 0.5),
    }
}

record! {
    /// How a training job steps.
    ModelSpec {
        /// A step at full pace, s.
        step_s: Figure = within(0.01, 3_600.0),
        /// Share of a step in which chips communicate with nothing to compute.
        communication_share: Figure = within(0.0, 0.95),
        /// Utilisation while computing.
        compute_utilisation: Figure = within(0.0, 1.0),
        /// Utilisation while communicating or waiting.
        communication_utilisation: Figure = within(0.0, 1.0),
        /// Standard deviation of a unit's computing time from step to step, relative: the last one is waited for.
        jitter: Figure = within(0.0, 0.5),
        /// Model FLOP utilisation of the chip's dense BF16 speed over a step at full pace.
        mfu: Figure = within(0.01, 1.0),
        /// Stop of all chips for a checkpoint, s.
        checkpoint_s: Figure = within(0.0, 3_600.0),
        /// Utilisation meanwhile, and while starting.
        checkpoint_utilisation: Figure = within(0.0, 1.0),
        /// From an interruption to the first step, s: found, replaced, loaded.
        restart_s: Figure = within(0.0, 86_400.0),
        /// Computing between checkpoints, s; Daly's best one without it.
        interval_s: Option<f64> = within(1.0, 1e6),
    }
}

record! {
    /// A training job.
    TrainingJob {
        /// Name.
        name: String,
        /// Its model.
        model: String,
        /// When it is asked for, s since the start; below 0 it has waited before.
        submit_s: f64 = within(-3.2e9, 3.2e9),
        /// Chips.
        chips: u32 = within(1.0, 1e8),
        /// Chip that it needs, by its catalog name.
        chip: Option<String>,
        /// The larger goes first.
        priority: Option<i32> = within(-1_000.0, 1_000.0),
        /// Work, in floating-point operations of the model; without an end if left out.
        flop: Option<f64> = within(1.0, 1e32),
        /// Where its figures come from.
        basis: String,
    }
}

record! {
    /// A service that answers requests: its load follows the day, the week and growth.
    ServiceSpec {
        /// Name.
        name: String,
        /// Chip that it needs, by its catalog name.
        chip: Option<String>,
        /// The larger goes first.
        priority: Option<i32> = within(-1_000.0, 1_000.0),
        /// Chips that a replica needs.
        replica_chips: u32 = within(1.0, 1e6),
        /// Load at the peak of a weekday at the start, in chips at full utilisation.
        peak_chips: Figure = within(0.0, 1e8),
        /// Load at the day's trough over that at its peak.
        trough_share: Figure = within(0.0, 1.0),
        /// Local standard time of the peak, h.
        peak_hour_h: Figure = within(0.0, 24.0),
        /// Load at the weekend over that of a weekday.
        weekend_share: Figure = within(0.0, 2.0),
        /// Growth, times a year.
        growth_per_year: Figure = within(0.01, 1e6),
        /// Utilisation that its replicas are held at, as far as chips are there.
        target_utilisation: Figure = within(0.05, 1.0),
        /// Fewest chips that it keeps.
        least_chips: u32 = within(0.0, 1e8),
    }
}

choice! {
    /// What jobs of a stream or a trace are.
    TaskKind {
        /// Synchronous training.
        Training,
        /// Research batches.
        Batch,
    }
}

record! {
    /// Jobs that come at random, with the day and the week.
    StreamSpec {
        /// Name.
        name: String,
        /// What they are.
        kind: TaskKind,
        /// Model that training jobs follow.
        model: Option<String>,
        /// Jobs an hour, the mean of a weekday at the start.
        per_hour: Figure = within(0.0, 1e5),
        /// Swing over the day, share of the mean.
        day_swing: Figure = within(0.0, 1.0),
        /// Local standard time of the most, h.
        peak_hour_h: Figure = within(0.0, 24.0),
        /// Weekend over weekday.
        weekend_share: Figure = within(0.0, 2.0),
        /// Median of their chips.
        chips_median: Figure = within(1.0, 1e7),
        /// Standard deviation of its logarithm.
        chips_sigma: Figure = within(0.0, 5.0),
        /// Most chips.
        chips_max: u32 = within(1.0, 1e7),
        /// Median of their work, s at full pace.
        work_median_s: Figure = within(1.0, 1e8),
        /// Standard deviation of its logarithm.
        work_sigma: Figure = within(0.0, 5.0),
        /// Time that users ask for over what they need.
        asked_over_work: Figure = within(1.0, 100.0),
        /// Utilisation while they work.
        utilisation: Figure = within(0.0, 1.0),
        /// The larger goes first.
        priority: Option<i32> = within(-1_000.0, 1_000.0),
        /// Whether a job of higher priority may take their place.
        preemptible: bool,
        /// Chip that they need, by its catalog name.
        chip: Option<String>,
        /// Growth of their number, times a year.
        growth_per_year: Figure = within(0.01, 1e6),
    }
}

record! {
    /// Jobs on record.
    TraceSpec {
        /// File: `.swf`, `.csv` or `.parquet`.
        file: String,
        /// Chips for each processor of the trace.
        chips_per_processor: f64 = within(1e-6, 1e6),
        /// Utilisation of jobs that do not say.
        utilisation: f64 = within(0.0, 1.0),
        /// What jobs are that do not say.
        kind: TaskKind,
        /// Model that training jobs follow.
        model: Option<String>,
        /// Priority of jobs that do not say.
        priority: Option<i32> = within(-1_000.0, 1_000.0),
        /// Chip of jobs that do not say, by its catalog name.
        chip: Option<String>,
        /// The first so many jobs.
        limit: Option<u32> = within(1.0, 1e8),
    }
}

record! {
    /// A limit on the IT power of a place, of the site, or of a job.
    CapSpec {
        /// Building or hall; the site if left out.
        at: Option<String>,
        /// Training job, by its name.
        job: Option<String>,
        /// Limit, W.
        limit_w: f64 = within(0.0, 1e11),
    }
}

record! {
    /// What fails under a running job.
    FailureSpec {
        /// Where its figures come from.
        basis: String,
        /// Chip-hours between interruptions of any cause.
        chip_hours: Figure = within(1.0, 1e12),
        /// Causes; their shares make one in all.
        causes: Vec<CauseSpec>,
    }
}

record! {
    /// A cause of interruptions.
    CauseSpec {
        /// Name.
        name: String,
        /// Share of all interruptions.
        share: Figure = within(0.0, 1.0),
        /// Time until the unit can be used again, h; 0 where nothing has to be mended.
        repair_h: Figure = within(0.0, 10_000.0),
    }
}

choice! {
    /// Equipment that fails by itself.
    EquipmentKind {
        /// An air-handling unit.
        CoolingUnit,
        /// A coolant distribution unit.
        Cdu,
        /// The connection to the grid.
        Utility,
        /// A main transformer with its bus.
        MainTransformer,
        /// A section of a medium-voltage ring.
        RingMain,
        /// A line-up with its feeder.
        Lineup,
        /// A unit transformer.
        UnitTransformer,
        /// A low-voltage switchboard.
        Switchboard,
        /// A busway.
        Busway,
    }
}

record! {
    /// Equipment that fails by itself.
    EquipmentSpec {
        /// What it is.
        what: EquipmentKind,
        /// Mean time to a failure of each, h.
        mtbf_h: Figure = within(1.0, 1e9),
        /// Time until it is repaired, h.
        repair_h: Figure = within(0.0, 10_000.0),
    }
}
