//! The course of a plan beside what is on record.

use super::course::Course;
use super::files::{Measure, Recorded};
use super::plan::Plan;

/// A figure on record with the model's.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// What is on record.
    pub recorded: Recorded,
    /// The model's figure, in the same unit.
    pub found: f64,
    /// Share by which it is off.
    pub deviation: f64,
    /// Whether it is as close as it must be; none if it is only shown.
    pub holds: Option<bool>,
}

impl Measure {
    /// Its unit.
    #[must_use]
    pub fn unit(self) -> &'static str {
        match self {
            Self::BuildingsUp | Self::BuildingsLive => "buildings",
            Self::Chips => "chips",
            Self::ItMw => "MW IT",
            Self::FacilityMw => "MW",
            Self::CapitalUsd => "$",
        }
    }
}

/// Everything on record beside the course.
#[must_use]
pub fn compare(plan: &Plan, course: &Course) -> Vec<Comparison> {
    let of = |recorded: &Recorded| {
        let standing = course.on(recorded.on.0)?;
        let found = match recorded.measure {
            Measure::BuildingsUp => f64::from(standing.up),
            Measure::BuildingsLive => f64::from(standing.live),
            Measure::Chips => standing.runs.chips,
            Measure::ItMw => standing.runs.it_w / 1e6,
            Measure::FacilityMw => standing.facility_w / 1e6,
            Measure::CapitalUsd => standing.capital_usd,
        };
        let deviation = found / recorded.value.value - 1.0;
        Some(Comparison {
            recorded: recorded.clone(),
            found,
            deviation,
            holds: recorded.within.map(|most| deviation.abs() <= most),
        })
    };
    plan.file.history.iter().filter_map(of).collect()
}
