//! The few statistics that bands and rankings need. `statrs` would bring a matrix library for the sake of three loops.

/// Indices in the order of their values; equal values stay in the order of their indices.
#[must_use]
pub fn order(values: &[f64]) -> Vec<usize> {
    let mut out: Vec<usize> = (0..values.len()).collect();
    out.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    out
}

/// Ranks from 1; equal values share the mean of theirs.
#[must_use]
pub fn ranks(values: &[f64]) -> Vec<f64> {
    let order = order(values);
    let mut out = vec![0.0; values.len()];
    let mut at = 0;
    while at < order.len() {
        let same = order[at..]
            .iter()
            .take_while(|i| values[**i] == values[order[at]])
            .count();
        for i in &order[at..at + same] {
            out[*i] = at as f64 + (same as f64 + 1.0) / 2.0;
        }
        at += same;
    }
    out
}

/// The value below which a share `q` of sorted values lies, along straight lines between them (the rule of NumPy and
/// spreadsheets); nothing of no values.
#[must_use]
pub fn quantile(sorted: &[f64], q: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let at = q.clamp(0.0, 1.0) * last as f64;
    let below = at as usize;
    let above = (below + 1).min(last);
    Some(sorted[below] + (sorted[above] - sorted[below]) * (at - below as f64))
}

fn centred(values: &[f64]) -> Vec<f64> {
    let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
    values.iter().map(|x| x - mean).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// Linear correlation of two columns; zero if either does not vary.
#[must_use]
pub fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let (a, b) = (centred(a), centred(b));
    let scale = (dot(&a, &a) * dot(&b, &b)).sqrt();
    if scale > 0.0 { dot(&a, &b) / scale } else { 0.0 }
}

/// The lower triangle whose square is a symmetric matrix; nothing unless that is positive definite.
#[must_use]
pub fn cholesky(matrix: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
    let n = matrix.len();
    let mut lower = vec![vec![0.0; n]; n];
    for i in 0..n {
        for j in 0..=i {
            let rest = matrix[i][j] - (0..j).map(|k| lower[i][k] * lower[j][k]).sum::<f64>();
            if i == j {
                if rest <= 1e-12 {
                    return None;
                }
                lower[i][i] = rest.sqrt();
            } else {
                lower[i][j] = rest / lower[j][j];
            }
        }
    }
    Some(lower)
}

/// What one column does to an output.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effect {
    /// The column.
    pub column: usize,
    /// Standard deviations of the output for one of the column, the others held, on ranks: the standardised rank
    /// regression coefficient.
    pub coefficient: f64,
    /// Share of the variance of the output's ranks that it explains beyond those before it.
    pub share: f64,
}

/// How far from zero, in its own standard errors, a coefficient must lie to be believed: with some 50 columns to choose
/// from, one of them gets there by chance in one output out of twenty-five.
const BELIEVED: f64 = 3.6;

/// The columns that an output hangs on, the strongest first: stepwise regression on ranks. A column whose effect could
/// be chance is left out, so that few draws name few columns rather than wrong ones.
#[must_use]
pub fn explain(columns: &[Vec<f64>], output: &[f64]) -> Vec<Effect> {
    let draws = output.len();
    let target = centred(&ranks(output));
    let all = dot(&target, &target);
    if all <= 0.0 {
        return Vec::new();
    }
    let scored: Vec<Vec<f64>> = columns.iter().map(|column| centred(&ranks(column))).collect();
    // What of the output, and of each column, those chosen so far do not say.
    let mut rest = target.clone();
    let mut free = scored.clone();
    let mut chosen: Vec<usize> = Vec::new();
    let mut shares = Vec::new();
    while chosen.len() + 2 < draws {
        let left = dot(&rest, &rest);
        let gain = |i: usize| {
            let own = dot(&free[i], &free[i]);
            // A column that the others say already adds nothing.
            if chosen.contains(&i) || own <= 1e-9 * dot(&scored[i], &scored[i]) {
                return 0.0;
            }
            let with = dot(&free[i], &rest);
            with * with / own
        };
        let best = (0..columns.len())
            .map(|i| (gain(i), i))
            .reduce(|a, b| if b.0 > a.0 { b } else { a });
        let Some((gained, best)) = best else { break };
        let degrees = (draws - chosen.len() - 2) as f64;
        let noise = (left - gained).max(1e-12 * all) / degrees;
        if gained / noise < BELIEVED * BELIEVED || left <= 1e-9 * all {
            break;
        }
        let axis = free[best].clone();
        let length = dot(&axis, &axis);
        for other in free.iter_mut().chain(std::iter::once(&mut rest)) {
            let along = dot(other, &axis) / length;
            for (x, a) in other.iter_mut().zip(&axis) {
                *x -= along * a;
            }
        }
        chosen.push(best);
        shares.push(gained / all);
    }
    let coefficients = regress(
        &chosen.iter().map(|i| scored[*i].as_slice()).collect::<Vec<_>>(),
        &target,
    );
    let mut out: Vec<Effect> = (chosen.iter().zip(shares))
        .zip(coefficients)
        .map(|((column, share), slope)| Effect {
            column: *column,
            coefficient: slope * (dot(&scored[*column], &scored[*column]) / all).sqrt(),
            share,
        })
        .collect();
    out.sort_by(|a, b| b.share.total_cmp(&a.share).then(a.column.cmp(&b.column)));
    out
}

/// Coefficients of a linear regression of centred columns.
fn regress(columns: &[&[f64]], target: &[f64]) -> Vec<f64> {
    let normal: Vec<Vec<f64>> = columns
        .iter()
        .map(|a| columns.iter().map(|b| dot(a, b)).collect())
        .collect();
    let n = columns.len();
    let Some(lower) = cholesky(&normal) else {
        return vec![0.0; n];
    };
    let mut x: Vec<f64> = columns.iter().map(|column| dot(column, target)).collect();
    for i in 0..n {
        let known: f64 = (0..i).map(|j| lower[i][j] * x[j]).sum();
        x[i] = (x[i] - known) / lower[i][i];
    }
    for i in (0..n).rev() {
        let known: f64 = (i + 1..n).map(|j| lower[j][i] * x[j]).sum();
        x[i] = (x[i] - known) / lower[i][i];
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::sample::{Shape, column, correlate, key};
    use proptest::prelude::*;

    #[test]
    fn quantiles_are_those_of_numpy() {
        // numpy.quantile([1, 2, 4, 8, 16], [0, .05, .25, .5, .9, 1])
        let values = [1.0, 2.0, 4.0, 8.0, 16.0];
        for (q, expected) in [
            (0.0, 1.0),
            (0.05, 1.2),
            (0.25, 2.0),
            (0.5, 4.0),
            (0.9, 12.8),
            (1.0, 16.0),
        ] {
            let found = quantile(&values, q).expect("there are values");
            assert!((found - expected).abs() < 1e-12, "{q}: {found}");
        }
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(quantile(&[3.0], 0.95), Some(3.0));
    }

    #[test]
    fn ranks_of_equal_values_are_equal() {
        assert_eq!(ranks(&[3.0, 1.0, 3.0, 2.0]), [3.5, 1.0, 3.5, 2.0]);
    }

    fn uniform_columns(draws: u32, names: &[String]) -> Vec<Vec<f64>> {
        let mut columns: Vec<Vec<f64>> = names.iter().map(|name| column(draws, 3, key(name))).collect();
        correlate(&mut columns, &[]).expect("is possible");
        columns
    }

    #[test]
    fn a_linear_model_is_ranked_by_its_coefficients() {
        let names: Vec<String> = (0..40).map(|i| format!("x{i}")).collect();
        let columns = uniform_columns(64, &names);
        let weights = [(7, 4.0), (3, -3.0), (20, 2.0), (31, 1.0)];
        let y: Vec<f64> = (0..64)
            .map(|d| weights.iter().map(|(i, w)| w * columns[*i][d]).sum())
            .collect();
        let effects = explain(&columns, &y);
        let found: Vec<usize> = effects.iter().take(4).map(|e| e.column).collect();
        assert_eq!(found, [7, 3, 20, 31], "{effects:?}");
        // Variances add up: 16, 9, 4 and 1 of 30.
        for (effect, (_, w)) in effects.iter().zip(weights) {
            assert!((effect.coefficient - w / 30.0_f64.sqrt()).abs() < 0.07, "{effect:?}");
            assert!((effect.share - w * w / 30.0).abs() < 0.12, "{effect:?}");
        }
        let sum: f64 = effects.iter().map(|e| e.share).sum();
        assert!(sum > 0.95 && sum <= 1.0 + 1e-9, "{sum}");
    }

    #[test]
    fn a_sum_has_its_percentiles() {
        // The sum of two uniform numbers: P5 is the root of a tenth, P95 two less that.
        let names = ["a".to_owned(), "b".to_owned()];
        let columns = uniform_columns(4_000, &names);
        let mut sums: Vec<f64> = (0..4_000).map(|d| columns[0][d] + columns[1][d]).collect();
        sums.sort_by(f64::total_cmp);
        let p5 = quantile(&sums, 0.05).expect("is there");
        let p95 = quantile(&sums, 0.95).expect("is there");
        assert!((p5 - 0.1_f64.sqrt()).abs() < 0.02, "{p5}");
        assert!((p95 - 2.0 + 0.1_f64.sqrt()).abs() < 0.02, "{p95}");
        // One triangle alone is sampled without error: every stratum has its draw.
        let mut one: Vec<f64> = (columns[0].iter())
            .map(|u| Shape::Triangular.quantile([450.0, 500.0, 550.0], *u))
            .collect();
        one.sort_by(f64::total_cmp);
        let p5 = quantile(&one, 0.05).expect("is there");
        assert!((p5 - (450.0 + (0.05 * 100.0 * 50.0_f64).sqrt())).abs() < 0.05, "{p5}");
    }

    #[test]
    fn noise_is_not_explained() {
        let names: Vec<String> = (0..40).map(|i| format!("n{i}")).collect();
        let columns = uniform_columns(64, &names);
        let noise = column(64, 77, key("noise"));
        assert!(explain(&columns, &noise).len() <= 1, "{:?}", explain(&columns, &noise));
        assert!(explain(&columns, &[1.0; 64]).is_empty());
        assert!(explain(&columns[..0], &noise).is_empty());
    }

    proptest! {
        #[test]
        fn quantiles_lie_between_the_ends_and_rise(mut values in prop::collection::vec(-1e6..1e6_f64, 1..40), q in 0.0..1.0_f64) {
            values.sort_by(f64::total_cmp);
            let found = quantile(&values, q).expect("there are values");
            prop_assert!(found >= values[0] && found <= values[values.len() - 1]);
            prop_assert!(quantile(&values, q / 2.0).expect("there are values") <= found);
        }
    }
}
