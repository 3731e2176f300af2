//! When a job is interrupted, by what, and which of its units it is.

use serde::{Deserialize, Serialize};

use super::stream;
use crate::num::{ln, uniform};
use crate::workload::files::FailureSpec;

/// The risk that a job has run, and what it can still bear: interruptions come when its chip-hours reach thresholds that
/// are drawn from an exponential distribution by its key.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Risk {
    seed: u64,
    stream: u64,
    number: u64,
    drawn: u64,
    /// Share of a mean time between interruptions that is left until the next one.
    left: f64,
}

impl Risk {
    /// Of job `number`, after so many interruptions.
    #[must_use]
    pub fn new(seed: u64, stream: u64, number: u64, drawn: u32) -> Self {
        let mut risk = Self {
            seed,
            stream,
            number,
            drawn: u64::from(drawn),
            left: 0.0,
        };
        risk.left = risk.draw();
        risk
    }

    fn draw(&self) -> f64 {
        -ln(1.0 - uniform(self.seed, self.stream ^ (self.drawn << 20), self.number))
    }

    /// Time until the next interruption, s, at a mean time between them.
    #[must_use]
    pub fn next_s(&self, mtbf_s: f64) -> f64 {
        self.left * mtbf_s
    }

    /// Lets time pass, s.
    pub fn run(&mut self, time_s: f64, mtbf_s: f64) {
        self.left = (self.left - time_s / mtbf_s).max(0.0);
    }

    /// What the interruption that is due now is, by its row of the causes, and a number in [0, 1) that says which unit;
    /// the next one is drawn.
    pub fn strike(&mut self, failures: &FailureSpec) -> (usize, f64) {
        let key = self.stream ^ (self.drawn << 20);
        let mut rest = uniform(self.seed ^ stream::CAUSE, key, self.number);
        let mut cause = failures.causes.len().saturating_sub(1);
        for (c, spec) in failures.causes.iter().enumerate() {
            if rest < spec.share.value {
                cause = c;
                break;
            }
            rest -= spec.share.value;
        }
        let victim = uniform(self.seed ^ stream::VICTIM, key, self.number);
        self.drawn += 1;
        self.left = self.draw();
        (cause, victim)
    }
}
