//! How fast a synchronous job gets on: the slowest chip, stragglers, checkpoints and restarts.

use crate::num::{exp, exp_m1, pow};

/// One step of a synchronous training job at full pace, and what its chips do in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// Computing, s.
    pub compute_s: f64,
    /// Communicating with nothing to compute, s.
    pub communication_s: f64,
    /// Standard deviation of a unit's computing time from step to step, relative.
    pub jitter: f64,
    /// Utilisation while computing, 0 to 1.
    pub compute_utilisation: f64,
    /// Utilisation while communicating or waiting, 0 to 1.
    pub communication_utilisation: f64,
}

impl Step {
    /// Length of a step, s, where the slowest chip runs at a share of its full speed and `units` wait for each other:
    /// `excess` is [`expected_maximum`] of them.
    #[must_use]
    pub fn length_s(&self, slowest: f64, excess: f64) -> f64 {
        self.compute_s / slowest.max(1e-6) * (1.0 + self.jitter * excess) + self.communication_s
    }

    /// Work done in a time over that without stragglers or slow chips, 0 to 1.
    #[must_use]
    pub fn pace(&self, slowest: f64, excess: f64) -> f64 {
        if slowest <= 0.0 {
            return 0.0;
        }
        (self.compute_s + self.communication_s) / self.length_s(slowest, excess)
    }

    /// Mean utilisation over a step of chips at a `speed` of their own and a `clock` that a power cap leaves them (which
    /// is part of the speed, and lowers the power of computing), where the slowest of the job is as slow as `slowest`.
    #[must_use]
    pub fn utilisation(&self, speed: f64, clock: f64, slowest: f64, excess: f64) -> f64 {
        let length_s = self.length_s(slowest, excess);
        let busy_s = (self.compute_s / speed.max(1e-6)).min(length_s);
        (busy_s * self.compute_utilisation * clock + (length_s - busy_s) * self.communication_utilisation) / length_s
    }
}

/// Expected maximum of `n` standard normal numbers: by how many deviations the last of them is late.
#[must_use]
pub fn expected_maximum(n: u32) -> f64 {
    if n < 2 {
        return 0.0;
    }
    // E = ∫ x d(Φⁿ), by parts ∫ (1 - Φⁿ) over x > 0 less ∫ Φⁿ over x < 0; Simpson's rule where both have ended.
    const REACH: f64 = 9.0;
    const STEPS: u32 = 720;
    let width = REACH / f64::from(STEPS);
    let at = |x: f64| 1.0 - pow(phi(x), f64::from(n)) - pow(phi(-x), f64::from(n));
    let sum: f64 = (0..=STEPS)
        .map(|k| {
            let weight = match k {
                0 | STEPS => 1.0,
                k if k % 2 == 1 => 4.0,
                _ => 2.0,
            };
            weight * at(f64::from(k) * width)
        })
        .sum();
    sum * width / 3.0
}

/// Share of a standard normal below x.
fn phi(x: f64) -> f64 {
    0.5 * crate::num::erfc(-x / std::f64::consts::SQRT_2)
}

/// Computing time between checkpoints after Young (1974), s: `√(2 δ M)` for a write of `δ` and a mean time between
/// interruptions of `M`.
#[must_use]
pub fn young_s(write_s: f64, mtbf_s: f64) -> f64 {
    (2.0 * write_s * mtbf_s).sqrt()
}

/// The same after Daly (2006), to higher order, s.
#[must_use]
pub fn daly_s(write_s: f64, mtbf_s: f64) -> f64 {
    if write_s >= 2.0 * mtbf_s {
        return mtbf_s;
    }
    let x = write_s / (2.0 * mtbf_s);
    young_s(write_s, mtbf_s) * (1.0 + x.sqrt() / 3.0 + x / 9.0) - write_s
}

/// Share of the time that is kept as work, where interruptions come at random with a mean of `mtbf_s` at any time, each
/// costs all work since the last checkpoint and a restart, and a checkpoint is written after every `interval_s` of work:
/// Daly (2006), equation of the complete model.
#[must_use]
pub fn expected_goodput(interval_s: f64, write_s: f64, restart_s: f64, mtbf_s: f64) -> f64 {
    if !mtbf_s.is_finite() {
        return interval_s / (interval_s + write_s);
    }
    interval_s / (mtbf_s * exp(restart_s / mtbf_s) * exp_m1((interval_s + write_s) / mtbf_s))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tables of normal order statistics (Harter 1961): 2, 10, 100 and 1000 of them.
    #[test]
    fn the_last_of_many_is_as_late_as_order_statistics_say() {
        for (n, expected) in [
            (1, 0.0),
            (2, 0.564_19),
            (10, 1.538_75),
            (100, 2.507_59),
            (1_000, 3.241_44),
        ] {
            let found = expected_maximum(n);
            assert!((found - expected).abs() < 2e-5, "{n}: {found} is not {expected}");
        }
    }

    #[test]
    fn one_hot_chip_slows_all_and_the_others_draw_less() {
        let step = Step {
            compute_s: 8.0,
            communication_s: 2.0,
            jitter: 0.0,
            compute_utilisation: 1.0,
            communication_utilisation: 0.4,
        };
        assert!((step.pace(1.0, 0.0) - 1.0).abs() < 1e-12);
        assert!((step.utilisation(1.0, 1.0, 1.0, 0.0) - 0.88).abs() < 1e-12);
        // At half speed a step takes 18 s instead of 10.
        assert!((step.pace(0.5, 0.0) - 10.0 / 18.0).abs() < 1e-12);
        let waiting = step.utilisation(1.0, 1.0, 0.5, 0.0);
        assert!((waiting - (8.0 + 10.0 * 0.4) / 18.0).abs() < 1e-12);
        // The slow one itself computes all the time that it has.
        assert!((step.utilisation(0.5, 1.0, 0.5, 0.0) - (16.0 + 2.0 * 0.4) / 18.0).abs() < 1e-12);
        assert!((step.utilisation(0.5, 0.5, 0.5, 0.0) - (16.0 * 0.5 + 2.0 * 0.4) / 18.0).abs() < 1e-12);
    }

    /// Daly's interval is near the best of his complete model, and better than its neighbours.
    #[test]
    fn the_interval_is_the_best_one() {
        for (write_s, restart_s, mtbf_s) in [(30.0, 300.0, 10_000.0), (10.0, 180.0, 1_400.0), (60.0, 600.0, 3_600.0)] {
            let best = daly_s(write_s, mtbf_s);
            let of = |interval_s| expected_goodput(interval_s, write_s, restart_s, mtbf_s);
            assert!(of(best) > of(best * 0.8) && of(best) > of(best * 1.25));
            assert!(of(best) >= of(young_s(write_s, mtbf_s)) - 1e-9);
            let least = (1..400).map(|k| of(best * 0.02 * f64::from(k))).fold(0.0, f64::max);
            assert!(of(best) > least - 1e-4, "{} is not {least}", of(best));
        }
    }
}
