//! Roots of functions of one number.

use crate::num::{ln, pow};

/// Where `residual` turns from at most zero to above it between `low` and `high`, to `within`: the end it lies beyond
/// if it does not turn.
///
/// Interpolate, truncate, project (Oliveira and Takahashi 2020, ACM Trans. Math. Softw. 47): about ten calls for a
/// smooth function, and two more than bisection at worst, jumps included.
pub(crate) fn root(low: f64, high: f64, within: f64, residual: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (low, high);
    let (mut at_low, mut at_high) = (residual(low), residual(high));
    // Where a residual is no number there is no root to look for.
    if at_low > 0.0 || at_low.is_nan() {
        return low;
    }
    if at_high <= 0.0 || at_high.is_nan() {
        return high;
    }
    let truncation = 0.2 / (high - low);
    // The half bracket that bisection, given one step more, would still have; it ends at half of `within`.
    let mut allowed = within * pow(2.0, (ln((high - low) / within) / std::f64::consts::LN_2).ceil());
    while high - low > within && allowed > 0.2 * within {
        let middle = 0.5 * (low + high);
        let width = high - low;
        let straight = (at_high * low - at_low * high) / (at_high - at_low);
        let towards = (middle - straight).signum();
        let truncated = truncation * width * width;
        let inner = if truncated <= (middle - straight).abs() {
            straight + towards * truncated
        } else {
            middle
        };
        let reach = (allowed - 0.5 * width).max(0.0);
        let next = if (inner - middle).abs() <= reach {
            inner
        } else {
            middle - towards * reach
        };
        let at_next = residual(next);
        if at_next > 0.0 {
            (high, at_high) = (next, at_next);
        } else {
            (low, at_low) = (next, at_next);
        }
        allowed *= 0.5;
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::cell::Cell;

    #[test]
    fn ends_are_given_where_nothing_turns() {
        assert_eq!(root(1.0, 2.0, 1e-9, |x| x), 1.0);
        assert_eq!(root(1.0, 2.0, 1e-9, |x| -x), 2.0);
        assert_eq!(root(1.0, 2.0, 1e-9, |_| f64::NAN), 1.0);
        assert!(root(1.0, 2.0, 1e-9, |x| if x < 1.5 { -1.0 } else { f64::INFINITY }).is_finite());
    }

    proptest! {
        /// Smooth, steep and broken functions alike, in at most two calls more than bisection.
        #[test]
        fn roots_are_found(at in -50.0..90.0_f64, power in 0_u32..4) {
            let calls = Cell::new(0);
            let found = root(-60.0, 100.0, 1e-9, |x| {
                calls.set(calls.get() + 1);
                let d = x - at;
                match power {
                    0 => if d > 0.0 { 1.0 } else { -1.0 },
                    1 => d,
                    2 => d * d.abs(),
                    _ => crate::num::exp(0.1 * x) - crate::num::exp(0.1 * at),
                }
            });
            prop_assert!((found - at).abs() <= 1e-9, "{}", found - at);
            // log2(160 / 1e-9) is 37.2: 38 halvings, one more, one for rounding, and both ends.
            prop_assert!(calls.get() <= 42, "{}", calls.get());
        }
    }
}
