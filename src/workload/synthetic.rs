//! Jobs made up from a few figures: arrivals that follow day, week and growth, sizes and lengths that are lognormal.

use serde::{Deserialize, Serialize};

use super::job::{Job, Kind};
use crate::num::{self, exp, hash_u64, ln, normal, pow, uniform};

/// Streams of random numbers, below the key of the arrivals.
mod stream {
    /// The key of all arrivals of a seed.
    pub(super) const ARRIVALS: u64 = 0x6172_7269;
    pub(super) const GAP: u64 = 1;
    pub(super) const KEPT: u64 = 2;
    pub(super) const CHIPS: u64 = 3;
    pub(super) const WORK: u64 = 4;
}

const HOUR_S: f64 = 3_600.0;
const DAY_S: f64 = 24.0 * HOUR_S;
const YEAR_S: f64 = 365.0 * DAY_S;

/// Arrivals a second below which a stream has ended: one in thirty million years.
const ENDED_PER_S: f64 = 1e-15;

/// What a stream of like jobs looks like.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stream {
    /// Name; its jobs are numbered after it.
    pub name: String,
    /// What its jobs do.
    pub kind: Kind,
    /// Arrivals an hour, the mean of a weekday at the start.
    pub per_hour: f64,
    /// Swing of the rate over the day about its mean, 0 to 1 of it.
    pub day_swing: f64,
    /// Hour of the day of most arrivals, h.
    pub peak_hour_h: f64,
    /// Rate of Saturdays and Sundays over that of other days.
    pub weekend_share: f64,
    /// Median of the chips asked for, before they are rounded to powers of two.
    pub chips_median: f64,
    /// Standard deviation of the logarithm of the chips.
    pub chips_sigma: f64,
    /// Most chips that a job asks for.
    pub chips_max: u32,
    /// Median of the work, s.
    pub work_median_s: f64,
    /// Standard deviation of the logarithm of the work.
    pub work_sigma: f64,
    /// Time that owners ask for over the work, at least 1.
    pub asked_over_work: f64,
    /// Utilisation of the chips, 0 to 1.
    pub utilisation: f64,
    /// The larger goes first.
    pub priority: i32,
    /// Whether one of higher priority may take its place.
    pub preemptible: bool,
    /// Chip by its catalog name that its jobs must have.
    pub chip: Option<String>,
    /// Growth of the rate a year: 1 doubles it every year, 0 leaves it.
    pub growth_per_year: f64,
}

/// Arrivals of one stream with a look at the next one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Upcoming {
    arrivals: Arrivals,
    next: Option<Job>,
}

impl Upcoming {
    /// The arrivals from their first on.
    #[must_use]
    pub fn new(mut arrivals: Arrivals) -> Self {
        let next = arrivals.next();
        Self { arrivals, next }
    }

    /// The next one, if it comes before a time, s since the start.
    pub fn next_before(&mut self, until_s: f64) -> Option<Job> {
        let job = self.next.take_if(|job| job.submit_s < until_s)?;
        self.next = self.arrivals.next();
        Some(job)
    }
}

/// Arrivals of one stream, in order of time and without end. They depend on the seed and the stream's number alone.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Arrivals {
    stream: Stream,
    key: u64,
    start_hour_h: f64,
    start_weekday: u32,
    /// Time of the last candidate, s.
    at_s: f64,
    /// Candidates drawn.
    drawn: u64,
    /// Jobs given.
    given: u64,
}

impl Arrivals {
    /// Arrivals from time 0, which is at an hour of the day, h, and a day of the week, 0 for Monday.
    #[must_use]
    pub fn new(seed: u64, number: u64, stream: Stream, start_hour_h: f64, start_weekday: u32) -> Self {
        Self {
            stream,
            key: hash_u64(seed, stream::ARRIVALS, number),
            start_hour_h,
            start_weekday,
            at_s: 0.0,
            drawn: 0,
            given: 0,
        }
    }

    /// Expected arrivals a second at a time, s since the start.
    #[must_use]
    pub fn per_s(&self, at_s: f64) -> f64 {
        let hours = self.start_hour_h + at_s / HOUR_S;
        let day = (hours / 24.0).floor();
        let turn = (hours - self.stream.peak_hour_h) / 24.0;
        let swing = 1.0 + self.stream.day_swing * num::cos(std::f64::consts::TAU * turn.fract());
        let weekday = (day + f64::from(self.start_weekday)).rem_euclid(7.0);
        let week = if weekday >= 5.0 { self.stream.weekend_share } else { 1.0 };
        (self.stream.per_hour / HOUR_S * swing * week * self.growth(at_s)).max(0.0)
    }

    fn growth(&self, at_s: f64) -> f64 {
        pow((1.0 + self.stream.growth_per_year).max(0.0), at_s / YEAR_S)
    }

    /// A rate that none in the time from `at_s` to `to_s` exceeds, 1/s.
    fn most_per_s(&self, at_s: f64, to_s: f64) -> f64 {
        let growth = self.growth(at_s).max(self.growth(to_s));
        let swing = 1.0 + self.stream.day_swing.abs();
        self.stream.per_hour / HOUR_S * swing * self.stream.weekend_share.max(1.0) * growth
    }

    fn job(&mut self, id: u64) -> Job {
        let stream = &self.stream;
        let chips = stream.chips_median * exp(stream.chips_sigma * normal(self.key, stream::CHIPS, id));
        let work_s = stream.work_median_s * exp(stream.work_sigma * normal(self.key, stream::WORK, id));
        self.given += 1;
        Job {
            name: format!("{}-{}", stream.name, self.given),
            kind: stream.kind,
            submit_s: self.at_s,
            chips: power_of_two(chips, stream.chips_max),
            chip: stream.chip.clone(),
            priority: stream.priority,
            preemptible: stream.preemptible,
            flop: None,
            work_s,
            asked_s: work_s * stream.asked_over_work.max(1.0),
            utilisation: stream.utilisation,
            model: None,
        }
    }
}

/// The power of two that is nearest by ratio, and none above `most`.
fn power_of_two(chips: f64, most: u32) -> u32 {
    let nearest = (ln(chips.max(1.0)) / std::f64::consts::LN_2).round() as u32;
    1 << nearest.min(most.max(1).ilog2())
}

impl Iterator for Arrivals {
    type Item = Job;

    /// Thinning (Lewis and Shedler 1979): candidates come at a rate that is never too low, and each is kept with the
    /// share that the true rate has of it. The bound is that of the day in question, so that growth costs nothing.
    fn next(&mut self) -> Option<Job> {
        loop {
            let day_end_s = ((self.at_s / DAY_S).floor() + 1.0) * DAY_S;
            let most = self.most_per_s(self.at_s, day_end_s);
            if most.is_nan() || most < ENDED_PER_S {
                return None;
            }
            let id = self.drawn;
            self.drawn += 1;
            let gap_s = -num::ln_1p(-uniform(self.key, stream::GAP, id)) / most;
            if self.at_s + gap_s >= day_end_s {
                // A gap forgets how long it has lasted: the next day begins anew, with its own bound.
                self.at_s = day_end_s;
                continue;
            }
            self.at_s += gap_s;
            if uniform(self.key, stream::KEPT, id) * most < self.per_s(self.at_s) {
                return Some(self.job(id));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream() -> Stream {
        Stream {
            name: "research".into(),
            kind: Kind::Batch,
            per_hour: 30.0,
            day_swing: 0.6,
            peak_hour_h: 15.0,
            weekend_share: 0.5,
            chips_median: 96.0,
            chips_sigma: 1.2,
            chips_max: 5_000,
            work_median_s: 5_400.0,
            work_sigma: 1.5,
            asked_over_work: 2.0,
            utilisation: 0.7,
            priority: 0,
            preemptible: true,
            chip: None,
            growth_per_year: 0.0,
        }
    }

    fn until(arrivals: Arrivals, end_s: f64) -> Vec<Job> {
        arrivals.take_while(|job| job.submit_s < end_s).collect()
    }

    /// A Poisson count lies within four standard deviations of its mean but once in 16,000 times.
    fn assert_count(found: usize, expected: f64, what: &str) {
        let off = (found as f64 - expected).abs() / expected.sqrt();
        assert!(off < 4.0, "{what}: {found} for {expected}, {off} standard deviations");
    }

    #[test]
    fn arrivals_follow_day_and_week() {
        // The start is Wednesday 06:00; eight weeks.
        let weeks = 8.0;
        let jobs = until(Arrivals::new(11, 2, stream(), 6.0, 2), weeks * 7.0 * DAY_S);
        assert_count(jobs.len(), weeks * 24.0 * 30.0 * (5.0 + 2.0 * 0.5), "all");
        let hour = |job: &Job| (6.0 + job.submit_s / HOUR_S).rem_euclid(24.0);
        let weekday = |job: &Job| (2.0 + ((6.0 + job.submit_s / HOUR_S) / 24.0).floor()).rem_euclid(7.0);
        let weekend = jobs.iter().filter(|job| weekday(job) >= 5.0).count();
        assert_count(weekend, weeks * 2.0 * 24.0 * 15.0, "weekends");
        // Six hours about the peak: their mean is 1 + swing sin(π/4) / (π/4).
        let swing = 0.6 * (0.5_f64.sqrt() / std::f64::consts::FRAC_PI_4);
        let all_days = weeks * 6.0;
        let peak = jobs.iter().filter(|job| (12.0..18.0).contains(&hour(job))).count();
        assert_count(peak, all_days * 6.0 * 30.0 * (1.0 + swing), "six hours about the peak");
        let night = jobs.iter().filter(|job| !(6.0..24.0).contains(&hour(job))).count();
        assert_count(
            night,
            all_days * 6.0 * 30.0 * (1.0 - swing),
            "six hours about the trough",
        );
        assert!(jobs.is_sorted_by(|a, b| a.submit_s <= b.submit_s));
    }

    #[test]
    fn arrivals_grow_year_by_year() {
        let growing = Stream {
            per_hour: 1.0,
            day_swing: 0.0,
            weekend_share: 1.0,
            growth_per_year: 3.0,
            ..stream()
        };
        let jobs = until(Arrivals::new(5, 0, growing, 0.0, 0), 2.0 * YEAR_S);
        // The integral of 4^t over a year from t is 4^t 3 / ln 4.
        let first = jobs.iter().filter(|job| job.submit_s < YEAR_S).count();
        assert_count(first, 8_760.0 * 3.0 / 4.0_f64.ln(), "first year");
        assert_count(jobs.len() - first, 8_760.0 * 12.0 / 4.0_f64.ln(), "second year");
    }

    #[test]
    fn gaps_of_an_even_stream_are_exponential() {
        let even = Stream {
            day_swing: 0.0,
            weekend_share: 1.0,
            ..stream()
        };
        let jobs = until(Arrivals::new(3, 1, even, 0.0, 0), 60.0 * DAY_S);
        let gaps: Vec<f64> = jobs
            .windows(2)
            .map(|pair| pair[1].submit_s - pair[0].submit_s)
            .collect();
        let n = gaps.len() as f64;
        let mean = gaps.iter().sum::<f64>() / n;
        let variance = gaps.iter().map(|gap| (gap - mean) * (gap - mean)).sum::<f64>() / n;
        assert!((mean - 120.0).abs() < 4.0 * 120.0 / n.sqrt(), "mean {mean}");
        // The variance of an exponential's sample variance is 8 σ⁴ / n.
        let ratio = variance / (120.0 * 120.0);
        assert!((ratio - 1.0).abs() < 4.0 * (8.0 / n).sqrt(), "variance {ratio}");
    }

    #[test]
    fn work_and_chips_are_lognormal() {
        let jobs: Vec<Job> = Arrivals::new(9, 0, stream(), 0.0, 0).take(20_000).collect();
        let moments = |values: Vec<f64>| {
            let n = values.len() as f64;
            let mean = values.iter().sum::<f64>() / n;
            (
                mean,
                (values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n).sqrt(),
            )
        };
        let n = 20_000.0_f64;
        let (mean, sigma) = moments(jobs.iter().map(|job| (job.work_s / 5_400.0).ln()).collect());
        assert!(mean.abs() < 4.0 * 1.5 / n.sqrt(), "mean {mean}");
        assert!((sigma / 1.5 - 1.0).abs() < 4.0 / (2.0 * n).sqrt(), "sigma {sigma}");
        // Rounding to powers of two moves single jobs by up to a factor of √2, and the median by less than half.
        let mut chips: Vec<u32> = jobs.iter().map(|job| job.chips).collect();
        chips.sort_unstable();
        assert!([64, 128].contains(&chips[10_000]), "median {}", chips[10_000]);
        assert!(chips.iter().all(|n| n.is_power_of_two() && *n <= 4_096));
        assert!(jobs.iter().all(|job| job.asked_s == 2.0 * job.work_s));
    }

    #[test]
    fn arrivals_depend_on_seed_and_number_alone() {
        let from = |seed, number| Arrivals::new(seed, number, stream(), 8.0, 0);
        let all: Vec<Job> = from(1, 0).take(200).collect();
        let mut resumed = from(1, 0);
        let mut parts: Vec<Job> = resumed.by_ref().take(70).collect();
        parts.extend(resumed.clone().take(130));
        assert_eq!(all, parts);
        assert_ne!(all, from(2, 0).take(200).collect::<Vec<_>>());
        assert_ne!(all, from(1, 1).take(200).collect::<Vec<_>>());
    }

    #[test]
    fn a_stream_without_arrivals_ends() {
        let none = Stream {
            per_hour: 0.0,
            ..stream()
        };
        assert_eq!(Arrivals::new(1, 0, none, 0.0, 0).next(), None);
        let shrinking = Stream {
            growth_per_year: -0.999,
            ..stream()
        };
        assert!(Arrivals::new(1, 0, shrinking, 0.0, 0).count() > 0);
        let weekends_off = Stream {
            weekend_share: 0.0,
            ..stream()
        };
        let jobs = until(Arrivals::new(1, 0, weekends_off, 0.0, 5), 7.0 * DAY_S);
        assert!(jobs.iter().all(|job| job.submit_s >= 2.0 * DAY_S));
    }

    #[test]
    fn chips_round_to_powers_of_two() {
        assert_eq!(
            [0.1, 1.4, 1.5, 90.0, 91.0, 1e9].map(|x| power_of_two(x, 1_000)),
            [1, 1, 2, 64, 128, 512]
        );
    }
}
