//! Many draws of what may be late: dates by quantile, odds by month, and the causes that move them.

use jiff::civil::Date;

use super::case::{Case, name_of};
use super::course::walk;
use super::plan::{NEVER, Plan};

/// Days by which something has come in a tenth, half and nine tenths of all draws; none is after the last day.
///
/// Quantiles are by nearest rank: the earliest day by which at least that share of draws has it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dates {
    /// A tenth.
    pub p10: Option<Date>,
    /// Half.
    pub p50: Option<Date>,
    /// Nine tenths.
    pub p90: Option<Date>,
    /// Share of draws in which it comes at all.
    pub share: f64,
}

/// A month over all draws.
#[derive(Debug, Clone, PartialEq)]
pub struct MonthOdds {
    /// Its first day.
    pub on: Date,
    /// Share of draws in which the target has been met.
    pub target_share: f64,
    /// Chips that run: a tenth, half and nine tenths, by nearest rank.
    pub chips: [f64; 3],
    /// Share of draws in which each limit binds, in the order of [`Limit::ALL`](super::course::Limit::ALL); the rest is complete.
    pub binding: [f64; 5],
}

/// How a cause moves the day of the target.
#[derive(Debug, Clone, PartialEq)]
pub struct Driver {
    /// Name of the cause, with what it acts on if each has its own.
    pub name: String,
    /// Rank correlation (Spearman) of what was drawn with the day, -1 to 1.
    pub correlation: f64,
}

/// A plan over many draws.
#[derive(Debug, Clone)]
pub struct Outlook {
    /// Draws.
    pub draws: u32,
    /// Seed.
    pub seed: u64,
    /// When the target is met.
    pub target: Dates,
    /// When each building gets power, by number.
    pub buildings: Vec<(u32, Dates)>,
    /// When the next building gets power: the first after the known day.
    pub next_building: Dates,
    /// Month by month.
    pub months: Vec<MonthOdds>,
    /// Causes, the strongest first.
    pub drivers: Vec<Driver>,
}

/// Value of a quantile by nearest rank.
fn ranked<T: Copy>(sorted: &[T], p: f64) -> Option<T> {
    let rank = (p * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied()
}

fn dates(plan: &Plan, mut days: Vec<i32>) -> Dates {
    days.sort_unstable();
    let at = |p: f64| ranked(&days, p).filter(|day| *day != NEVER).map(|day| plan.date(day));
    let came = days.iter().filter(|day| **day != NEVER).count();
    Dates {
        p10: at(0.1),
        p50: at(0.5),
        p90: at(0.9),
        share: came as f64 / days.len().max(1) as f64,
    }
}

/// Ranks from 0; equal values share the mean of theirs.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut out = vec![0.0; values.len()];
    let mut from = 0;
    while from < order.len() {
        let mut to = from;
        while to + 1 < order.len() && values[order[to + 1]] == values[order[from]] {
            to += 1;
        }
        for k in &order[from..=to] {
            out[*k] = (from + to) as f64 / 2.0;
        }
        from = to + 1;
    }
    out
}

/// Rank correlation; none where one of the two does not vary.
fn correlation(a: &[f64], b: &[f64]) -> Option<f64> {
    let (a, b) = (ranks(a), ranks(b));
    let mean = (a.len() as f64 - 1.0) / 2.0;
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (x, y) in a.iter().zip(&b) {
        ab += (x - mean) * (y - mean);
        aa += (x - mean) * (x - mean);
        bb += (y - mean) * (y - mean);
    }
    (aa > 0.0 && bb > 0.0).then(|| ab / (aa * bb).sqrt())
}

/// Draws what may be late `n` times. A draw hangs on the seed and its number alone, not on how many there are.
#[must_use]
pub fn draws(plan: &Plan, seed: u64, n: u32) -> Outlook {
    let target = plan.file.target_chips.value;
    let months: Vec<i32> = (0..=plan.last).filter(|day| plan.date(*day).day() == 1).collect();
    let buildings = plan.buildings.len();
    let mut target_days = Vec::with_capacity(n as usize);
    let mut next_days = Vec::with_capacity(n as usize);
    let mut live_days = vec![Vec::with_capacity(n as usize); buildings];
    let mut chips = vec![Vec::with_capacity(n as usize); months.len()];
    let mut binding = vec![[0_u32; 5]; months.len()];
    let mut causes: Vec<(usize, u64, Vec<f64>)> = Vec::new();
    for k in 0..n {
        let case = Case::new(plan, Some((seed, u64::from(k))));
        let mut met = NEVER;
        let mut live = vec![NEVER; buildings];
        let mut month = 0;
        walk(plan, &case, |day| {
            if met == NEVER && day.standing.runs.chips >= target * (1.0 - 1e-12) {
                met = day.day;
            }
            for (first, now) in live.iter_mut().zip(day.live) {
                if *now && *first == NEVER {
                    *first = day.day;
                }
            }
            if months.get(month) == Some(&day.day) {
                chips[month].push(day.standing.runs.chips);
                if let Some(limit) = day.standing.binding {
                    binding[month][limit as usize] += 1;
                }
                month += 1;
            }
        });
        let next = live.iter().filter(|day| **day > plan.known).min();
        next_days.push(next.copied().unwrap_or(NEVER));
        for (days, day) in live_days.iter_mut().zip(live) {
            days.push(day);
        }
        if causes.is_empty() {
            causes = case
                .drawn
                .iter()
                .map(|(cause, item, _)| (*cause, *item, Vec::new()))
                .collect();
        }
        for ((.., values), (.., value)) in causes.iter_mut().zip(&case.drawn) {
            values.push(*value);
        }
        target_days.push(met);
    }
    // What never comes is later than all that does.
    let late: Vec<f64> = target_days.iter().map(|day| f64::from(*day)).collect();
    let mut drivers: Vec<Driver> = causes
        .iter()
        .filter_map(|(cause, item, values)| {
            Some(Driver {
                name: name_of(plan, *cause, *item),
                correlation: correlation(values, &late)?,
            })
        })
        .collect();
    drivers.sort_by(|a, b| b.correlation.abs().total_cmp(&a.correlation.abs()));
    let share = |count: usize| count as f64 / f64::from(n.max(1));
    let months = months
        .iter()
        .zip(chips)
        .zip(binding)
        .map(|((day, mut chips), binding)| {
            chips.sort_by(f64::total_cmp);
            MonthOdds {
                on: plan.date(*day),
                target_share: share(target_days.iter().filter(|met| *met <= day).count()),
                chips: [0.1, 0.5, 0.9].map(|p| ranked(&chips, p).unwrap_or(0.0)),
                binding: binding.map(|count| share(count as usize)),
            }
        });
    Outlook {
        draws: n,
        seed,
        months: months.collect(),
        target: dates(plan, target_days),
        next_building: dates(plan, next_days),
        buildings: plan
            .buildings
            .iter()
            .zip(live_days)
            .map(|(building, days)| (building.number, dates(plan, days)))
            .collect(),
        drivers,
    }
}

#[cfg(test)]
mod tests {
    use super::super::course::Limit;
    use super::*;

    #[test]
    fn ranks_are_shared_by_equals() {
        assert_eq!(ranks(&[3.0, 1.0, 3.0, 2.0]), [2.5, 0.0, 2.5, 1.0]);
        let up: Vec<f64> = (0..50).map(f64::from).collect();
        let cubes: Vec<f64> = up.iter().map(|x| x * x * x).collect();
        let down: Vec<f64> = up.iter().map(|x| -x).collect();
        assert_eq!(correlation(&up, &cubes), Some(1.0));
        assert_eq!(correlation(&up, &down), Some(-1.0));
        assert_eq!(correlation(&up, &[1.0; 50]), None);
    }

    #[test]
    fn a_quantile_is_the_nearest_rank() {
        let sorted: Vec<u32> = (1..=10).collect();
        assert_eq!(ranked(&sorted, 0.1), Some(1));
        assert_eq!(ranked(&sorted, 0.5), Some(5));
        assert_eq!(ranked(&sorted, 0.9), Some(9));
        assert_eq!(ranked::<u32>(&[], 0.5), None);
    }

    #[test]
    fn limits_are_counted_in_their_order() {
        for (k, limit) in Limit::ALL.into_iter().enumerate() {
            assert_eq!(limit as usize, k);
        }
    }
}
