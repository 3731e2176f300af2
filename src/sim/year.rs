//! A typical year, hour by hour: seeded noise, calibrated to monthly normals and to design conditions.
//!
//! The noise gives weather its texture: systems that pass, clear and cloudy days, damp and dry air, wind. Then the year
//! is moved until it has the figures of its file: every month's mean daily maximum and minimum, mean dew point and mean
//! wind, and the hours beyond the design values. Two seeds give two years with the same figures.

use crate::num::{cos, lag, lerp, normal};
use crate::physics::air;
use crate::site::calendar::DAYS;
use crate::site::files::{DesignConditions, WeatherFile};

/// Hours of the year.
pub(super) const HOURS: usize = 8_760;

/// Times that the year is measured and moved. The normals are then met to a few hundredths of a kelvin.
const PASSES: usize = 16;

/// Random streams, so that no two uses share numbers.
mod stream {
    pub(super) const PASSING: u64 = 101;
    pub(super) const CLEARNESS: u64 = 102;
    pub(super) const DAMPNESS: u64 = 103;
    pub(super) const WIND: [u64; 2] = [104, 105];
}

/// A year of hourly values, each at the start of its hour.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Year {
    /// Dry bulb, °C.
    pub(super) dry_bulb_c: Vec<f64>,
    /// Dew point, °C; never above the dry bulb.
    pub(super) dew_point_c: Vec<f64>,
    /// Wind, m/s.
    pub(super) wind_m_s: Vec<f64>,
}

/// What an hour takes from the months: the two whose middles it lies between, and the share of the second.
struct Months {
    /// Month of each day, from 0.
    of_day: Vec<usize>,
    /// By hour.
    around: Vec<(usize, usize, f64)>,
}

impl Months {
    fn new() -> Self {
        let of_day: Vec<usize> = (0..12).flat_map(|month| vec![month; DAYS[month] as usize]).collect();
        let mut starts = [0.0; 13];
        for month in 0..12 {
            starts[month + 1] = starts[month] + f64::from(DAYS[month]) * 24.0;
        }
        let middle = |month: usize| 0.5 * (starts[month] + starts[month + 1]);
        let around = (0..HOURS).map(|h| {
            let (hour, month) = (h as f64, of_day[h / 24]);
            let year = HOURS as f64;
            let (a, b, from, to) = match (hour < middle(month), month) {
                (true, 0) => (11, 0, middle(11) - year, middle(0)),
                (true, _) => (month - 1, month, middle(month - 1), middle(month)),
                (false, 11) => (11, 0, middle(11), middle(0) + year),
                (false, _) => (month, month + 1, middle(month), middle(month + 1)),
            };
            (a, b, (hour - from) / (to - from))
        });
        Self {
            around: around.collect(),
            of_day,
        }
    }

    /// A quantity of the months at an hour, along straight lines between the middles of months.
    fn at(&self, of: &[f64; 12], h: usize) -> f64 {
        let (a, b, share) = self.around[h];
        lerp(of[a], of[b], share)
    }

    /// Means over each month of a quantity of days.
    fn means(&self, of_day: impl Fn(usize) -> f64) -> [f64; 12] {
        let mut sums = [0.0; 12];
        for (day, month) in self.of_day.iter().enumerate() {
            sums[*month] += of_day(day) / f64::from(DAYS[*month]);
        }
        sums
    }
}

/// The values of a day.
fn day_of(hours: &[f64], day: usize) -> &[f64] {
    &hours[day * 24..day * 24 + 24]
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// Noise with a mean of 0 and a standard deviation of 1 over the year, which runs over the year's end: white noise
/// through lags in a row.
fn texture(seed: u32, stream: u64, lag_h: f64, lags: usize) -> Vec<f64> {
    let mut out: Vec<f64> = (0..HOURS as u64).map(|h| normal(seed.into(), stream, h)).collect();
    let keep = lag(1.0, lag_h);
    for _ in 0..lags {
        let (from, mut value) = (out.clone(), 0.0);
        // The second time around, the year's start follows from its end.
        for _ in 0..2 {
            for (out, from) in out.iter_mut().zip(&from) {
                value = lerp(*from, value, keep);
                *out = value;
            }
        }
    }
    let mean = mean(&out);
    let sd = (out.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / HOURS as f64).sqrt();
    out.iter().map(|x| (x - mean) / sd.max(1e-9)).collect()
}

/// A monotone line through points, given from low to high.
struct Curve {
    points: Vec<[f64; 2]>,
    /// Slopes below the first point and above the last.
    slopes: [f64; 2],
}

impl Curve {
    /// Points that would make it fall are raised.
    fn new(mut points: Vec<[f64; 2]>, slopes: [f64; 2]) -> Self {
        for k in 1..points.len() {
            points[k][0] = points[k][0].max(points[k - 1][0]);
            points[k][1] = points[k][1].max(points[k - 1][1]);
        }
        Self { points, slopes }
    }

    fn at(&self, x: f64) -> f64 {
        let (Some(first), Some(last)) = (self.points.first(), self.points.last()) else {
            return x;
        };
        if x <= first[0] {
            return first[1] + (x - first[0]) * self.slopes[0];
        }
        if x >= last[0] {
            return last[1] + (x - last[0]) * self.slopes[1];
        }
        let after = self.points.partition_point(|point| point[0] <= x).max(1);
        let ([x0, y0], [x1, y1]) = (self.points[after - 1], self.points[after]);
        lerp(y0, y1, (x - x0) / (x1 - x0))
    }
}

/// The value that a share of the year's hours exceeds; `sorted` falls.
fn exceeded(sorted: &[f64], share: f64) -> f64 {
    let k = (HOURS as f64 * share) as usize;
    sorted.get(k).or(sorted.last()).copied().unwrap_or(0.0)
}

fn falling(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_unstable_by(|a, b| b.total_cmp(a));
    sorted
}

/// Share of the year from which its hot and cold tails are bent: between them the year follows the normals alone.
const TAIL: f64 = 0.12;

/// Slopes of the bends beyond the outermost design values, cold and hot: the year's extremes then lie some 3 K beyond
/// them, as in the recorded year of Chicago O'Hare (TMY3: 32.2 and 35.0 °C, -20.0 and -22.8 °C).
const BEYOND: [f64; 2] = [0.8, 0.7];

/// The bend that gives a year of dry bulbs its design values.
fn dry_bulb_curve(design: &DesignConditions, dry_bulb_c: &[f64]) -> Curve {
    let sorted = falling(dry_bulb_c.iter().copied());
    let at = |share: f64, to_c: f64| [exceeded(&sorted, share), to_c];
    let stay = |share: f64| at(share, exceeded(&sorted, share));
    let points = vec![
        at(0.996, design.dry_bulb_99_6_pct_c.value),
        at(0.99, design.dry_bulb_99_pct_c.value),
        stay(1.0 - TAIL),
        stay(TAIL),
        at(0.02, design.dry_bulb_2_pct_c.value),
        at(0.01, design.dry_bulb_1_pct_c.value),
        at(0.004, design.dry_bulb_0_4_pct_c.value),
    ];
    Curve::new(points, BEYOND)
}

/// A year of a weather file, at a pressure, Pa.
pub(super) fn typical(file: &WeatherFile, pressure_pa: f64, seed: u32) -> Year {
    let months = Months::new();
    let mut normals = [[0.0; 4]; 12];
    for (normals, month) in normals.iter_mut().zip(&file.months) {
        *normals = [&month.max_c, &month.min_c, &month.dew_point_c, &month.wind_m_s].map(|figure| figure.value);
    }
    let day_shape: Vec<f64> = (0..24)
        .map(|hour| day_shape(f64::from(hour), file.warmest_hour_h.value))
        .collect();
    let winter = winter(&normals);
    let winter: Vec<f64> = (0..HOURS).map(|h| months.at(&winter, h)).collect();
    let sd_k = [&file.synoptic_sd_summer_k, &file.synoptic_sd_winter_k].map(|sd| sd.value);
    let sd_k: Vec<f64> = winter.iter().map(|winter| lerp(sd_k[0], sd_k[1], *winter)).collect();
    let passing_k = passing_k(file, &months, &sd_k, seed);
    let dry_bulb_c = dry_bulb_c(file, &months, &normals, &day_shape, &passing_k, seed);
    let dampness = texture(seed, stream::DAMPNESS, file.synoptic_period_h.value / 5.0, 2);
    let noise_k: Vec<f64> = (0..HOURS)
        .map(|h| {
            let share = |[summer, winter_share]: [f64; 2]| lerp(summer, winter_share, winter[h]);
            share(DEW_POINT_WITH) * passing_k[h] + share(DEW_POINT_OWN) * sd_k[h] * dampness[h]
        })
        .collect();
    let dew_point_c = dew_point_c(file, &months, &normals, &noise_k, &dry_bulb_c, pressure_pa);
    Year {
        wind_m_s: wind_m_s(&months, &normals, &day_shape, seed),
        dry_bulb_c,
        dew_point_c,
    }
}

/// Course of a clear day, -1 to 1: from its low 9.5 h before its high, and longer down than up.
fn day_shape(hour: f64, warmest_hour_h: f64) -> f64 {
    const RISE_H: f64 = 9.5;
    let since_high = (hour - warmest_hour_h).rem_euclid(24.0);
    let half_turns = if since_high < 24.0 - RISE_H {
        since_high / (24.0 - RISE_H)
    } else {
        (since_high - 24.0) / RISE_H
    };
    cos(half_turns * std::f64::consts::PI)
}

/// How wintry each month is: 1 in the coldest, 0 in the warmest, on either side of the equator.
fn winter(normals: &[[f64; 4]; 12]) -> [f64; 12] {
    let means = normals.map(|[max_c, min_c, ..]| 0.5 * (max_c + min_c));
    let warmest = means.iter().copied().fold(f64::MIN, f64::max);
    let coldest = means.iter().copied().fold(f64::MAX, f64::min);
    means.map(|mean| (warmest - mean) / (warmest - coldest).max(1.0))
}

/// Weather that passes, K: every month's daily means vary by the file's standard deviation for the season.
fn passing_k(file: &WeatherFile, months: &Months, sd_k: &[f64], seed: u32) -> Vec<f64> {
    // Two lags of a quarter of the period keep 0.7 of a day's departure to the next day; a recorded year of the region
    // (Chicago O'Hare, TMY3) keeps 0.65.
    let texture = texture(seed, stream::PASSING, file.synoptic_period_h.value / 4.0, 2);
    let wanted = months.means(|day| mean(day_of(sd_k, day)));
    let mut gain = [1.0; 12];
    let mut out = Vec::new();
    for _ in 0..6 {
        out = (0..HOURS).map(|h| texture[h] * sd_k[h] * months.at(&gain, h)).collect();
        let means = months.means(|day| mean(day_of(&out, day)));
        let variances = months.means(|day| {
            let off = mean(day_of(&out, day)) - means[months.of_day[day]];
            off * off
        });
        for month in 0..12 {
            gain[month] *= (wanted[month] / variances[month].sqrt().max(1e-6)).clamp(0.5, 2.0);
        }
    }
    out
}

fn dry_bulb_c(
    file: &WeatherFile,
    months: &Months,
    normals: &[[f64; 4]; 12],
    day_shape: &[f64],
    passing_k: &[f64],
    seed: u32,
) -> Vec<f64> {
    let clearness = texture(seed, stream::CLEARNESS, 12.0, 2);
    let mut middle_c = normals.map(|[max_c, min_c, ..]| 0.5 * (max_c + min_c));
    let mut swing_k = normals.map(|[max_c, min_c, ..]| 0.5 * (max_c - min_c));
    let mut out = Vec::new();
    for _ in 0..PASSES {
        out = (0..HOURS)
            .map(|h| {
                // Cloudy days swing less than clear ones: between a third and five thirds.
                let clear = 1.0 + 0.33 * clearness[h].clamp(-2.0, 2.0);
                months.at(&middle_c, h) + passing_k[h] + months.at(&swing_k, h) * clear * day_shape[h % 24]
            })
            .collect();
        if let Some(design) = &file.design {
            let curve = dry_bulb_curve(design, &out);
            let (lowest_c, highest_c) = (design.lowest_c.value, design.highest_c.value);
            for t_c in &mut out {
                *t_c = curve.at(*t_c).max(lowest_c).min(highest_c);
            }
        }
        let highs = months.means(|day| day_of(&out, day).iter().copied().fold(f64::MIN, f64::max));
        let lows = months.means(|day| day_of(&out, day).iter().copied().fold(f64::MAX, f64::min));
        for (month, [max_c, min_c, ..]) in normals.iter().enumerate() {
            let (high_k, low_k) = (max_c - highs[month], min_c - lows[month]);
            middle_c[month] += 0.5 * (high_k + low_k);
            swing_k[month] = (swing_k[month] + 0.5 * (high_k - low_k)).max(0.0);
        }
    }
    out
}

/// How far the dew point goes with passing weather, and how far its own way, as shares of the passing weather's
/// standard deviation: summer, winter. Chicago O'Hare, TMY3: daily means correlate by 0.98 in winter and 0.7 in summer,
/// and the dew point varies 1.1 and 1.0 times as much as the dry bulb.
const DEW_POINT_WITH: [f64; 2] = [0.75, 1.05];
const DEW_POINT_OWN: [f64; 2] = [0.8, 0.35];

/// A dew point that comes near to the dry bulb but not above it: air that would be foggy is a kelvin from it.
fn below(dry_bulb_c: f64, dew_point_c: f64) -> f64 {
    const NEAR_K: f64 = 1.0;
    let depression_k = dry_bulb_c - dew_point_c;
    dry_bulb_c - 0.5 * (depression_k + (depression_k * depression_k + 4.0 * NEAR_K * NEAR_K).sqrt())
}

fn dew_point_c(
    file: &WeatherFile,
    months: &Months,
    normals: &[[f64; 4]; 12],
    noise_k: &[f64],
    dry_bulb_c: &[f64],
    pressure_pa: f64,
) -> Vec<f64> {
    let mut base_c = normals.map(|[_, _, dew_point_c, _]| dew_point_c);
    let mut tails = file
        .design
        .as_ref()
        .map(|design| Tails::new(design, dry_bulb_c, pressure_pa));
    let mut out = Vec::new();
    for _ in 0..PASSES {
        out = (0..HOURS)
            .map(|h| below(dry_bulb_c[h], months.at(&base_c, h) + noise_k[h]))
            .collect();
        if let Some(tails) = &mut tails {
            tails.bend(&mut out);
        }
        for (dew_point_c, dry_bulb_c) in out.iter_mut().zip(dry_bulb_c) {
            *dew_point_c = dew_point_c.min(*dry_bulb_c);
        }
        let means = months.means(|day| mean(day_of(&out, day)));
        for (month, [_, _, dew_point_c, _]) in normals.iter().enumerate() {
            base_c[month] += dew_point_c - means[month];
        }
    }
    out
}

/// The damp and the hot end of a year's dew points.
struct Tails<'a> {
    design: &'a DesignConditions,
    dry_bulb_c: &'a [f64],
    pressure_pa: f64,
    /// Goal for the 0.4 % dew point, °C: moved until the year has it after its wet bulbs are bent.
    dew_point_goal_c: f64,
    /// How much damper the hottest hours are than their season, K.
    hot_k: f64,
}

impl<'a> Tails<'a> {
    fn new(design: &'a DesignConditions, dry_bulb_c: &'a [f64], pressure_pa: f64) -> Self {
        Self {
            design,
            dry_bulb_c,
            pressure_pa,
            dew_point_goal_c: design.dew_point_0_4_pct_c.value,
            hot_k: 0.0,
        }
    }

    fn wet_bulb_c(&self, h: usize, dew_point_c: f64) -> f64 {
        let dry_bulb_c = self.dry_bulb_c[h];
        let rh = air::relative_humidity_from_dew_point(dry_bulb_c, dew_point_c);
        air::wet_bulb_c(dry_bulb_c, rh, self.pressure_pa)
    }

    /// Moves the hottest hours, bends the dampest ones, then those of the highest wet bulb, and learns for the next
    /// pass.
    fn bend(&mut self, dew_point_c: &mut [f64]) {
        let (design, hottest_c) = (self.design, self.design.dry_bulb_0_4_pct_c.value);
        let hot_from_c = design.dry_bulb_2_pct_c.value - 1.0;
        for (dew_point_c, dry_bulb_c) in dew_point_c.iter_mut().zip(self.dry_bulb_c) {
            let share = (dry_bulb_c - hot_from_c) / (hottest_c - hot_from_c).max(0.1);
            *dew_point_c = (*dew_point_c + self.hot_k * share.clamp(0.0, 1.0)).min(*dry_bulb_c);
        }
        let sorted = falling(dew_point_c.iter().copied());
        let [stay_c, from_c] = [0.04, 0.004].map(|share| exceeded(&sorted, share));
        let curve = Curve::new(
            vec![[stay_c, stay_c], [from_c, self.dew_point_goal_c]],
            [1.0, BEYOND[1]],
        );
        for (dew_point_c, dry_bulb_c) in dew_point_c.iter_mut().zip(self.dry_bulb_c) {
            *dew_point_c = curve.at(*dew_point_c).min(*dry_bulb_c);
        }

        // Only hot or damp hours can have a high wet bulb; the others are not asked, for that takes time.
        let damp_from_c = curve.at(exceeded(&sorted, 0.1));
        let mut wet: Vec<(usize, f64)> = (0..dew_point_c.len())
            .filter(|h| dew_point_c[*h] >= damp_from_c || self.dry_bulb_c[*h] >= hot_from_c)
            .map(|h| (h, self.wet_bulb_c(h, dew_point_c[h])))
            .collect();
        let sorted = falling(wet.iter().map(|(_, wet_bulb_c)| *wet_bulb_c));
        let [stay_c, from_c] = [0.02, 0.004].map(|share| exceeded(&sorted, share));
        let goal_c = design.wet_bulb_0_4_pct_c.value;
        let curve = Curve::new(vec![[stay_c, stay_c], [from_c, goal_c]], [1.0, BEYOND[1]]);
        for (h, wet_bulb_c) in &mut wet {
            let bent_c = curve.at(*wet_bulb_c).min(self.dry_bulb_c[*h]);
            if (bent_c - *wet_bulb_c).abs() > 1e-3 {
                let ratio = air::humidity_ratio_from_wet_bulb(self.dry_bulb_c[*h], bent_c, self.pressure_pa);
                dew_point_c[*h] = air::dew_point_c(ratio, self.pressure_pa).min(self.dry_bulb_c[*h]);
                *wet_bulb_c = bent_c;
            }
        }

        let sorted = falling(dew_point_c.iter().copied());
        self.dew_point_goal_c += 0.7 * (design.dew_point_0_4_pct_c.value - exceeded(&sorted, 0.004));
        let at_hottest: Vec<f64> = wet
            .iter()
            .filter(|(h, _)| (self.dry_bulb_c[*h] - hottest_c).abs() < 0.75)
            .map(|(_, wet_bulb_c)| *wet_bulb_c)
            .collect();
        if !at_hottest.is_empty() {
            // A kelvin of dew point is some 0.7 K of wet bulb there.
            self.hot_k += design.wet_bulb_at_dry_bulb_0_4_pct_c.value - mean(&at_hottest);
        }
    }
}

/// Wind of two normal components (its speeds are those of Rayleigh), stronger by day.
fn wind_m_s(months: &Months, normals: &[[f64; 4]; 12], day_shape: &[f64], seed: u32) -> Vec<f64> {
    let [x, y] = stream::WIND.map(|stream| texture(seed, stream, 8.0, 1));
    let mut level_m_s = normals.map(|[.., wind_m_s]| wind_m_s);
    let mut out = Vec::new();
    for _ in 0..PASSES {
        out = (0..HOURS)
            .map(|h| {
                let speed = (x[h] * x[h] + y[h] * y[h]).sqrt() * (1.0 + 0.2 * day_shape[h % 24]);
                months.at(&level_m_s, h) * speed
            })
            .collect();
        let means = months.means(|day| mean(day_of(&out, day)));
        for (month, [.., wind_m_s]) in normals.iter().enumerate() {
            level_m_s[month] *= wind_m_s / means[month].max(1e-6);
        }
    }
    out
}
