//! A number with the least and most that it may be, carried through sums and products.

use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, Mul};

use serde::Serialize;

use crate::site::schema::Figure;

/// Which end of every range is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// The end that makes the result small.
    Low,
    /// The value itself.
    Middle,
    /// The end that makes the result large.
    High,
}

impl Bound {
    /// All, in the order of a [`Band`].
    pub const ALL: [Self; 3] = [Self::Low, Self::Middle, Self::High];

    /// A figure at this end, or its value where it has no range.
    #[must_use]
    pub fn of(self, figure: &Figure) -> f64 {
        match (self, figure.range) {
            (Self::Low, Some([low, _])) => low,
            (Self::High, Some([_, high])) => high,
            _ => figure.value,
        }
    }

    /// The other end: for what is earned, not paid.
    #[must_use]
    pub fn opposite(self) -> Self {
        match self {
            Self::Low => Self::High,
            Self::Middle => Self::Middle,
            Self::High => Self::Low,
        }
    }
}

/// A result with all figures at the low end, at their values and at the high end. All ends at once are less likely than
/// any one: the band is wider than the 5th to 95th percentile.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Band {
    /// All figures where they make it small.
    pub low: f64,
    /// All figures at their values.
    pub value: f64,
    /// All figures where they make it large.
    pub high: f64,
}

impl Band {
    /// A number that is known.
    #[must_use]
    pub fn exact(value: f64) -> Self {
        Self {
            low: value,
            value,
            high: value,
        }
    }

    /// From a result for each end.
    #[must_use]
    pub fn each(f: impl Fn(Bound) -> f64) -> Self {
        let [low, value, high] = Bound::ALL.map(f);
        Self { low, value, high }
    }

    /// Of a figure.
    #[must_use]
    pub fn of(figure: &Figure) -> Self {
        Self::each(|bound| bound.of(figure))
    }
}

impl Add for Band {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            low: self.low + other.low,
            value: self.value + other.value,
            high: self.high + other.high,
        }
    }
}

impl AddAssign for Band {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for Band {
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        parts.fold(Self::default(), Add::add)
    }
}

impl Mul<f64> for Band {
    type Output = Self;
    fn mul(self, factor: f64) -> Self {
        Self {
            low: self.low * factor,
            value: self.value * factor,
            high: self.high * factor,
        }
    }
}

/// Of positive numbers: low over high is low.
impl Div for Band {
    type Output = Self;
    fn div(self, by: Self) -> Self {
        let ratio = |a: f64, b: f64| if b > 0.0 { a / b } else { 0.0 };
        Self {
            low: ratio(self.low, by.high),
            value: ratio(self.value, by.value),
            high: ratio(self.high, by.low),
        }
    }
}
