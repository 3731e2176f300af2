//! Samples of uncertain figures: Latin hypercubes of keyed random numbers, shapes, rank correlation.

use super::stats::{cholesky, order};
use crate::num::{hash_u64, uniform};

/// How likely the values of a range are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Most likely at the figure's value, falling to nothing at either end.
    Triangular,
    /// As likely everywhere.
    Uniform,
}

impl Shape {
    /// Word for files and hashes.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Triangular => "triangular",
            Self::Uniform => "uniform",
        }
    }

    /// The value below which a share `u` of all values lies, in a range from `low` to `high` around `value`.
    #[must_use]
    pub fn quantile(self, [low, value, high]: [f64; 3], u: f64) -> f64 {
        let width = high - low;
        if width <= 0.0 {
            return value;
        }
        let x = match self {
            Self::Uniform => low + u * width,
            Self::Triangular => {
                let peak = (value - low) / width;
                if u < peak {
                    low + (u * width * (value - low)).sqrt()
                } else {
                    high - ((1.0 - u) * width * (high - value)).sqrt()
                }
            }
        };
        x.clamp(low, high)
    }
}

/// Random streams of this layer.
mod stream {
    pub(super) const ORDER: u64 = 101;
    pub(super) const WITHIN: u64 = 102;
    pub(super) const FREE: u64 = 103;
}

/// A number that depends on a name alone, so that a column does not hang on how many others there are.
#[must_use]
pub fn key(name: &str) -> u64 {
    let fold = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    name.bytes().fold(0xcbf2_9ce4_8422_2325, fold)
}

/// One column of a Latin hypercube: `draws` numbers in (0, 1), one in each of as many strata, in an order of its own.
#[must_use]
pub fn column(draws: u32, seed: u64, key: u64) -> Vec<f64> {
    let words: Vec<f64> = (0..u64::from(draws))
        .map(|i| uniform(hash_u64(seed, stream::ORDER, key), stream::ORDER, i))
        .collect();
    let within = hash_u64(seed, stream::WITHIN, key);
    let mut out = vec![0.0; words.len()];
    for (stratum, draw) in order(&words).into_iter().enumerate() {
        let u = uniform(within, stream::WITHIN, draw as u64);
        out[draw] = (stratum as f64 + u) / f64::from(draws);
    }
    out
}

/// One column of independent draws: numbers in (0, 1) that do not hang on how many there are.
#[must_use]
pub fn independent(draws: u32, seed: u64, key: u64) -> Vec<f64> {
    let stream = hash_u64(seed, stream::FREE, key);
    let one = |i: u32| uniform(stream, stream::FREE, i.into()).max(f64::EPSILON);
    (0..draws).map(one).collect()
}

/// A correlation asked for between the ranks of two columns.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Correlation {
    /// One column.
    pub a: usize,
    /// The other.
    pub b: usize,
    /// Between -1 and 1.
    pub rho: f64,
}

/// Reorders columns so that their ranks are correlated as asked and otherwise not at all, by the method of Iman and
/// Conover (1982); each column keeps its values. Chance correlations of columns would blur bands and rankings; with too
/// few draws to take them away, only the columns that are asked about are reordered.
///
/// # Errors
/// The correlations contradict each other, or there are too few draws for so many columns.
pub fn correlate(columns: &mut [Vec<f64>], asked: &[Correlation]) -> Result<(), String> {
    let draws = columns.first().map_or(0, Vec::len);
    let mut named: Vec<usize> = if draws > columns.len() + columns.len() / 4 {
        (0..columns.len()).collect()
    } else {
        asked.iter().flat_map(|c| [c.a, c.b]).collect()
    };
    named.sort_unstable();
    named.dedup();
    if named.len() < 2 {
        return Ok(());
    }
    let at = |column: usize| named.iter().position(|n| *n == column).unwrap_or(0);
    let k = named.len();
    let mut target = vec![vec![0.0; k]; k];
    for (i, row) in target.iter_mut().enumerate() {
        row[i] = 1.0;
    }
    for c in asked {
        if c.a == c.b || !(-0.999..=0.999).contains(&c.rho) {
            return Err(format!("a correlation of {}: of two figures, -0.999 to 0.999", c.rho));
        }
        (target[at(c.a)][at(c.b)], target[at(c.b)][at(c.a)]) = (c.rho, c.rho);
    }
    let wanted = cholesky(&target).ok_or("the correlations contradict each other")?;
    // The columns are shares of rank already: centred, they are scores.
    let scores: Vec<Vec<f64>> = named
        .iter()
        .map(|n| columns[*n].iter().map(|u| u - 0.5).collect())
        .collect();
    let mut found = vec![vec![0.0; k]; k];
    for i in 0..k {
        for j in 0..k {
            found[i][j] = super::stats::correlation(&scores[i], &scores[j]);
        }
    }
    let there = cholesky(&found).ok_or_else(|| format!("{draws} draws are too few to correlate {k} figures"))?;
    let mut mixed = vec![vec![0.0; draws]; k];
    for draw in 0..draws {
        // What is left of the columns' own chance correlation goes, what is asked comes in.
        let mut free = vec![0.0; k];
        for i in 0..k {
            let known: f64 = (0..i).map(|j| there[i][j] * free[j]).sum();
            free[i] = (scores[i][draw] - known) / there[i][i];
        }
        for i in 0..k {
            mixed[i][draw] = (0..=i).map(|j| wanted[i][j] * free[j]).sum();
        }
    }
    for (n, mixed) in named.iter().zip(&mixed) {
        let mut values = columns[*n].clone();
        values.sort_by(f64::total_cmp);
        for (rank, draw) in order(mixed).into_iter().enumerate() {
            columns[*n][draw] = values[rank];
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::stats::{correlation, ranks};

    #[test]
    fn every_stratum_is_hit_once() {
        for (draws, name) in [(1, "a"), (64, "a"), (97, "b")] {
            let mut strata: Vec<u32> = column(draws, 5, key(name))
                .iter()
                .map(|u| (u * f64::from(draws)) as u32)
                .collect();
            assert!(draws == 1 || !strata.is_sorted(), "the order is random");
            strata.sort_unstable();
            assert!(strata.iter().copied().eq(0..draws), "{strata:?}");
        }
        assert_ne!(column(8, 5, key("a")), column(8, 6, key("a")));
        assert_ne!(column(8, 5, key("a")), column(8, 5, key("b")));
    }

    #[test]
    fn a_triangle_has_its_quantiles() {
        let of = |u| Shape::Triangular.quantile([0.0, 1.0, 4.0], u);
        // The area to the left of the peak is a quarter.
        assert_eq!((of(0.0), of(0.25), of(1.0)), (0.0, 1.0, 4.0));
        assert!((of(0.5) - (4.0 - 6.0_f64.sqrt())).abs() < 1e-12);
        assert_eq!(Shape::Triangular.quantile([2.0, 2.0, 3.0], 0.0), 2.0);
        assert_eq!(Shape::Uniform.quantile([2.0, 2.0, 3.0], 0.25), 2.25);
        assert_eq!(Shape::Uniform.quantile([2.0, 2.0, 2.0], 0.25), 2.0);
    }

    #[test]
    fn columns_are_correlated_as_asked_and_keep_their_values() {
        let mut columns: Vec<Vec<f64>> = ["a", "b", "c", "d"].map(|n| column(500, 1, key(n))).to_vec();
        let before = columns.clone();
        let asked = [
            Correlation { a: 0, b: 2, rho: 0.8 },
            Correlation { a: 2, b: 3, rho: -0.4 },
        ];
        correlate(&mut columns, &asked).expect("is possible");
        let of = |a: usize, b: usize| correlation(&ranks(&columns[a]), &ranks(&columns[b]));
        assert!((of(0, 2) - 0.8).abs() < 0.03, "{}", of(0, 2));
        assert!((of(2, 3) + 0.4).abs() < 0.03, "{}", of(2, 3));
        assert!(of(0, 3).abs() < 0.03, "{}", of(0, 3));
        assert!(of(0, 1).abs() < 0.02 && of(1, 2).abs() < 0.02, "no others are");
        for (mut now, mut then) in columns.into_iter().zip(before) {
            now.sort_by(f64::total_cmp);
            then.sort_by(f64::total_cmp);
            assert_eq!(now, then);
        }
        let mut two = vec![column(50, 1, 1), column(50, 1, 2), column(50, 1, 3)];
        let wrong = [(0, 1, 0.9), (1, 2, 0.9), (0, 2, -0.9)].map(|(a, b, rho)| Correlation { a, b, rho });
        assert!(correlate(&mut two, &wrong).is_err());
    }
}
