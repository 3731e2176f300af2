//! Distributions of drawn axes, by their quantiles.

use std::fmt;

use crate::growth::delay::{NORMAL_P90, normal_quantile};
use crate::num::{erfc, exp, ln};
use crate::study::sample::Shape;

/// A distribution with numbers in the field's unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Law {
    /// Low, high.
    Uniform([f64; 2]),
    /// Low, likeliest, high.
    Triangular([f64; 3]),
    /// Mean, standard deviation, low, high.
    Normal([f64; 4]),
    /// Median, value that one in ten exceeds, low, high.
    LogNormal([f64; 4]),
}

impl Law {
    /// What its numbers must keep to, if they do not.
    #[must_use]
    pub fn wrong(self) -> Option<&'static str> {
        let (right, rule) = match self {
            Self::Uniform([low, high]) => (low < high, "low below high"),
            Self::Triangular([low, mode, high]) => (
                low <= mode && mode <= high && low < high,
                "low, likeliest, high in this order",
            ),
            Self::Normal([mean, deviation, low, high]) => (
                deviation > 0.0 && low < high && (low..=high).contains(&mean),
                "a deviation above 0, and ends on either side of the mean",
            ),
            Self::LogNormal([median, ninth, low, high]) => (
                0.0 <= low && 0.0 < median && median < ninth && low < high && (low..=high).contains(&median),
                "ends of 0 or more on either side of the median, and above that the value that one in ten exceeds",
            ),
        };
        (!right).then_some(rule)
    }

    /// The value below which a share `u` of all draws lies.
    #[must_use]
    pub fn quantile(self, u: f64) -> f64 {
        match self {
            Self::Uniform([low, high]) => Shape::Uniform.quantile([low, low, high], u),
            Self::Triangular(range) => Shape::Triangular.quantile(range, u),
            Self::Normal([mean, deviation, low, high]) => {
                (mean + deviation * between((low - mean) / deviation, (high - mean) / deviation, u)).clamp(low, high)
            }
            Self::LogNormal([median, ninth, low, high]) => {
                let deviation = ln(ninth / median) / NORMAL_P90;
                let score = |x: f64| ln(x / median) / deviation;
                (median * exp(deviation * between(score(low), score(high), u))).clamp(low, high)
            }
        }
    }
}

impl fmt::Display for Law {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, numbers): (&str, &[f64]) = match self {
            Self::Uniform(numbers) => ("Uniform", numbers),
            Self::Triangular(numbers) => ("Triangular", numbers),
            Self::Normal(numbers) => ("Normal", numbers),
            Self::LogNormal(numbers) => ("LogNormal", numbers),
        };
        let numbers: Vec<String> = numbers.iter().map(f64::to_string).collect();
        write!(f, "{name}({})", numbers.join(", "))
    }
}

/// Quantile of the normal distribution cut off at two ends.
fn between(low: f64, high: f64, u: f64) -> f64 {
    let below = |z: f64| 0.5 * erfc(-z * std::f64::consts::FRAC_1_SQRT_2);
    let (from, to) = (below(low), below(high));
    normal_quantile(from + u * (to - from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_tables_and_rise_within_the_ends() {
        let normal = Law::Normal([20.0, 2.0, -100.0, 100.0]);
        assert!((normal.quantile(0.5) - 20.0).abs() < 1e-6);
        assert!((normal.quantile(0.975) - 23.919_928).abs() < 1e-5);
        let cut = Law::Normal([20.0, 2.0, 20.0, 22.0]);
        // Half of the probability between 0 and 1 deviation lies below 0.44178.
        assert!((cut.quantile(0.5) - 20.883_56).abs() < 1e-4, "{}", cut.quantile(0.5));
        let skewed = Law::LogNormal([10.0, 40.0, 0.0, 1e6]);
        assert!((skewed.quantile(0.5) - 10.0).abs() < 1e-5);
        assert!((skewed.quantile(0.9) - 40.0).abs() < 1e-4);
        let narrow = Law::LogNormal([10.0, 40.0, 5.0, 30.0]);
        for law in [
            normal,
            cut,
            skewed,
            narrow,
            Law::Uniform([1.0, 2.0]),
            Law::Triangular([1.0, 1.0, 4.0]),
        ] {
            assert_eq!(law.wrong(), None);
            let at = |k: u32| law.quantile(f64::from(k) / 1000.0);
            assert!((0..1000).all(|k| at(k) <= at(k + 1)), "{law:?}");
        }
        assert!((5.0..=30.0).contains(&narrow.quantile(1e-12)) && narrow.quantile(1.0) <= 30.0);
    }

    #[test]
    fn numbers_that_do_not_fit_are_said() {
        for law in [
            Law::Uniform([2.0, 2.0]),
            Law::Triangular([1.0, 5.0, 4.0]),
            Law::Normal([1.0, 0.0, 0.0, 2.0]),
            Law::Normal([9.0, 1.0, 0.0, 2.0]),
            Law::LogNormal([10.0, 9.0, 0.0, 20.0]),
            Law::LogNormal([10.0, 19.0, -1.0, 20.0]),
        ] {
            assert!(law.wrong().is_some(), "{law:?}");
        }
    }
}
