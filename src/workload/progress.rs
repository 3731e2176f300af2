//! How far a synchronous job has come: steps, checkpoints, interruptions and restarts, exact within a tick of any length.

use serde::{Deserialize, Serialize};

/// What a job is doing.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Phase {
    /// Computing; so many seconds since the last checkpoint was complete.
    Steps(f64),
    /// Writing a checkpoint; so many seconds are left.
    Writing(f64),
    /// Starting again; so many seconds are left.
    Restarting(f64),
}

/// Times of a job that do not change while it runs at one pace.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rates {
    /// Work done per second of computing, 0 to 1.
    pub pace: f64,
    /// Computing between checkpoints, s; infinite for none.
    pub interval_s: f64,
    /// Writing one, s.
    pub write_s: f64,
    /// Work in all, s at full pace; infinite without an end.
    pub work_s: f64,
}

/// Where the time of a job went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Spent {
    /// Computing, s.
    pub steps_s: f64,
    /// Writing checkpoints, s.
    pub writing_s: f64,
    /// Starting again, s.
    pub restarting_s: f64,
}

impl Spent {
    /// All of it, s.
    #[must_use]
    pub fn sum_s(&self) -> f64 {
        self.steps_s + self.writing_s + self.restarting_s
    }
}

impl std::ops::AddAssign for Spent {
    fn add_assign(&mut self, other: Self) {
        self.steps_s += other.steps_s;
        self.writing_s += other.writing_s;
        self.restarting_s += other.restarting_s;
    }
}

/// How far a job has come.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// What it is doing.
    pub phase: Phase,
    /// Work that the last complete checkpoint keeps, s at full pace.
    pub kept_s: f64,
    /// Work since, s at full pace.
    pub since_s: f64,
    /// Work that was lost and done again, s at full pace.
    pub lost_s: f64,
    /// Interruptions.
    pub interruptions: u32,
}

impl Progress {
    /// A job at its beginning, which first loads for so many seconds.
    #[must_use]
    pub fn new(start_s: f64) -> Self {
        Self {
            phase: Phase::Restarting(start_s),
            kept_s: 0.0,
            since_s: 0.0,
            lost_s: 0.0,
            interruptions: 0,
        }
    }

    /// Work done that was not lost, s at full pace.
    #[must_use]
    pub fn done_s(&self) -> f64 {
        self.kept_s + self.since_s
    }

    /// Lets up to `time_s` pass; stops when all work is done. Says where the time went.
    pub fn advance(&mut self, time_s: f64, rates: &Rates) -> Spent {
        let mut spent = Spent::default();
        let mut left_s = time_s;
        while left_s > 0.0 && !self.finished(rates) {
            match &mut self.phase {
                Phase::Restarting(rest_s) => {
                    let now_s = rest_s.min(left_s);
                    *rest_s -= now_s;
                    spent.restarting_s += now_s;
                    left_s -= now_s;
                    if *rest_s <= 0.0 {
                        self.phase = Phase::Steps(0.0);
                    }
                }
                Phase::Writing(rest_s) => {
                    let now_s = rest_s.min(left_s);
                    *rest_s -= now_s;
                    spent.writing_s += now_s;
                    left_s -= now_s;
                    if *rest_s <= 0.0 {
                        self.kept_s += self.since_s;
                        self.since_s = 0.0;
                        self.phase = Phase::Steps(0.0);
                    }
                }
                Phase::Steps(so_far_s) => {
                    let to_checkpoint_s = (rates.interval_s - *so_far_s).max(0.0);
                    let to_end_s = (rates.work_s - self.kept_s - self.since_s) / rates.pace.max(1e-12);
                    let now_s = to_checkpoint_s.min(to_end_s).min(left_s);
                    *so_far_s += now_s;
                    self.since_s += now_s * rates.pace;
                    spent.steps_s += now_s;
                    left_s -= now_s;
                    if now_s >= to_end_s {
                        self.since_s = (rates.work_s - self.kept_s).max(0.0);
                    } else if now_s >= to_checkpoint_s {
                        self.phase = Phase::Writing(rates.write_s);
                    }
                }
            }
        }
        spent
    }

    /// Whether all work is done.
    #[must_use]
    pub fn finished(&self, rates: &Rates) -> bool {
        self.done_s() >= rates.work_s
    }

    /// Loses the work since the last complete checkpoint and starts again, which takes so many seconds.
    pub fn interrupt(&mut self, restart_s: f64) {
        self.lost_s += self.since_s;
        self.since_s = 0.0;
        self.interruptions += 1;
        self.phase = Phase::Restarting(restart_s);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::num::{ln, uniform};
    use crate::workload::pace::{daly_s, expected_goodput};

    #[test]
    fn time_and_work_are_booked_in_whole() {
        let rates = Rates {
            pace: 0.5,
            interval_s: 100.0,
            write_s: 10.0,
            work_s: f64::INFINITY,
        };
        let mut job = Progress::new(30.0);
        let spent = job.advance(30.0 + 110.0 + 55.0, &rates);
        assert_eq!(
            (spent.restarting_s, spent.writing_s, spent.steps_s),
            (30.0, 10.0, 155.0)
        );
        assert_eq!((job.kept_s, job.since_s), (50.0, 27.5));
        job.interrupt(5.0);
        assert_eq!((job.done_s(), job.lost_s, job.interruptions), (50.0, 27.5, 1));
    }

    proptest! {
        /// One long tick or many short ones: the same job.
        #[test]
        fn ticks_do_not_matter(total in 1.0..5_000.0_f64, parts in 1_u32..200, pace in 0.05..1.0_f64, work in 1.0..4_000.0_f64) {
            let rates = Rates { pace, interval_s: 300.0, write_s: 17.0, work_s: work };
            let (mut one, mut many) = (Progress::new(45.0), Progress::new(45.0));
            let long = one.advance(total, &rates);
            let mut short = Spent::default();
            for _ in 0..parts {
                short += many.advance(total / f64::from(parts), &rates);
            }
            prop_assert!((one.done_s() - many.done_s()).abs() < 1e-6);
            prop_assert!((long.sum_s() - short.sum_s()).abs() < 1e-6);
            prop_assert!((long.writing_s - short.writing_s).abs() < 1e-6);
        }
    }

    /// Goodput under random interruptions agrees with Daly's complete model within its 99 % interval.
    #[test]
    fn goodput_is_that_of_the_complete_model() {
        for (case, (write_s, restart_s, mtbf_s)) in
            [(30.0, 300.0, 10_000.0), (10.0, 180.0, 1_400.0), (60.0, 900.0, 1_800.0)]
                .into_iter()
                .enumerate()
        {
            let rates = Rates {
                pace: 1.0,
                interval_s: daly_s(write_s, mtbf_s),
                write_s,
                work_s: f64::INFINITY,
            };
            let runs: Vec<f64> = (0..40)
                .map(|run| {
                    let mut job = Progress::new(0.0);
                    let horizon_s = 2_000.0 * mtbf_s / 10.0;
                    let (mut t, mut n) = (0.0, 0_u64);
                    while t < horizon_s {
                        let u = uniform(case as u64, 7, run * 1_000_000 + n);
                        let next = (-ln(1.0 - u) * mtbf_s).min(horizon_s - t);
                        job.advance(next, &rates);
                        t += next;
                        n += 1;
                        if t < horizon_s {
                            job.interrupt(restart_s);
                        }
                    }
                    job.done_s() / horizon_s
                })
                .collect();
            let mean = runs.iter().sum::<f64>() / runs.len() as f64;
            let variance = runs.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (runs.len() - 1) as f64;
            let half = 2.71 * (variance / runs.len() as f64).sqrt();
            let expected = expected_goodput(rates.interval_s, write_s, restart_s, mtbf_s);
            assert!((mean - expected).abs() < half, "{mean} ± {half} is not {expected}");
        }
    }
}
