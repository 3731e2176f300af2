//! The course of the main readings since the start, in so many points at most, however long that is.

use bevy::prelude::*;
use rainier::sim::RackColumns;
use rainier::sim::clock::Clock;
use rainier::sim::jobs::Jobs;
use rainier::sim::meters::Meters;
use rainier::sim::weather::Outside;

use crate::words::say;

/// A reading with its course.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Series {
    /// IT power.
    It,
    /// Facility power.
    Facility,
    /// Drawn from the grid.
    Grid,
    /// Given by gensets.
    Gensets,
    /// Given by rack batteries.
    Batteries,
    /// Drawn by cooling.
    Cooling,
    /// Lost in the power path.
    Losses,
    /// Facility over IT power.
    Pue,
    /// Water over IT energy.
    Wue,
    /// Outside dry bulb.
    Outside,
    /// Outside wet bulb.
    WetBulb,
    /// Hottest inlet of a rack.
    Inlet,
    /// Hottest chip.
    Chip,
    /// Throttled or tripped chips.
    Throttled,
    /// Racks without power.
    Dark,
    /// Load that no feed carries.
    Unserved,
    /// Useful share of the jobs' time.
    Goodput,
    /// Facility energy since the start.
    Energy,
    /// Water that is drawn.
    WaterRate,
    /// Water since the start.
    Water,
    /// Price of energy.
    Price,
    /// Bill since the start.
    Bill,
    /// CO₂ of the grid's energy.
    Intensity,
    /// CO₂ since the start.
    Carbon,
}

impl Series {
    /// All of them, in the order of columns.
    pub(crate) const ALL: [Self; 24] = [
        Self::It,
        Self::Facility,
        Self::Grid,
        Self::Gensets,
        Self::Batteries,
        Self::Cooling,
        Self::Losses,
        Self::Pue,
        Self::Wue,
        Self::Outside,
        Self::WetBulb,
        Self::Inlet,
        Self::Chip,
        Self::Throttled,
        Self::Dark,
        Self::Unserved,
        Self::Goodput,
        Self::Energy,
        Self::WaterRate,
        Self::Water,
        Self::Price,
        Self::Bill,
        Self::Intensity,
        Self::Carbon,
    ];

    /// What belongs together, in the order of columns.
    pub(crate) fn groups() -> [(&'static str, &'static [Self]); 5] {
        let of = |first: Self, last: Self| &const { Self::ALL }[first as usize..=last as usize];
        [
            (say!("group-power"), of(Self::It, Self::Losses)),
            (say!("group-efficiency"), of(Self::Pue, Self::Wue)),
            (say!("group-air"), of(Self::Outside, Self::Throttled)),
            (say!("group-service"), of(Self::Dark, Self::Goodput)),
            (say!("group-use"), of(Self::Energy, Self::Carbon)),
        ]
    }

    /// Title, unit and digits.
    pub(crate) fn title(self) -> (&'static str, &'static str, usize) {
        match self {
            Self::It => (say!("series-it"), "MW", 2),
            Self::Facility => (say!("series-facility"), "MW", 2),
            Self::Grid => (say!("series-grid"), "MW", 2),
            Self::Gensets => (say!("building-gensets"), "MW", 2),
            Self::Batteries => (say!("bar-batteries"), "MW", 2),
            Self::Cooling => (say!("series-cooling"), "MW", 2),
            Self::Losses => (say!("site-losses"), "MW", 2),
            Self::Pue => ("PUE", "", 4),
            Self::Wue => ("WUE", "L/kWh", 3),
            Self::Outside => (say!("bar-outside"), "°C", 1),
            Self::WetBulb => (say!("series-wet-bulb"), "°C", 1),
            Self::Inlet => (say!("series-inlet"), "°C", 1),
            Self::Chip => (say!("reading-hottest-chip"), "°C", 1),
            Self::Throttled => (say!("reading-throttled"), say!("chips"), 0),
            Self::Dark => (say!("bar-dark"), say!("racks"), 0),
            Self::Unserved => (say!("bar-unserved"), "MW", 2),
            Self::Goodput => (say!("jobs-goodput"), "%", 2),
            Self::Energy => (say!("bar-energy"), "MWh", 0),
            Self::WaterRate => (say!("series-water-rate"), "L/s", 1),
            Self::Water => (say!("reading-water"), "m³", 0),
            Self::Price => (say!("series-price"), "$/MWh", 2),
            Self::Bill => (say!("money-bill"), "$", 0),
            Self::Intensity => (say!("series-intensity"), "g/kWh", 0),
            Self::Carbon => (say!("site-carbon"), "t", 0),
        }
    }

    /// The unit as it stands behind a value.
    pub(crate) fn unit(self, value: f64) -> String {
        match self {
            Self::Throttled if value.is_finite() => say!("unit-chips", count = value.round()),
            Self::Dark if value.is_finite() => say!("unit-racks", count = value.round()),
            other => other.title().1.to_owned(),
        }
    }

    /// Name of its column in files, with its unit.
    pub(crate) fn column(self) -> &'static str {
        match self {
            Self::It => "it_mw",
            Self::Facility => "facility_mw",
            Self::Grid => "grid_mw",
            Self::Gensets => "gensets_mw",
            Self::Batteries => "batteries_mw",
            Self::Cooling => "cooling_mw",
            Self::Losses => "losses_mw",
            Self::Pue => "pue",
            Self::Wue => "wue_l_per_kwh",
            Self::Outside => "outside_c",
            Self::WetBulb => "wet_bulb_c",
            Self::Inlet => "hottest_inlet_c",
            Self::Chip => "hottest_chip_c",
            Self::Throttled => "throttled_chips",
            Self::Dark => "dark_racks",
            Self::Unserved => "unserved_mw",
            Self::Goodput => "goodput_percent",
            Self::Energy => "energy_mwh",
            Self::WaterRate => "water_l_per_s",
            Self::Water => "water_m3",
            Self::Price => "energy_usd_per_mwh",
            Self::Bill => "bill_usd",
            Self::Intensity => "grid_carbon_g_per_kwh",
            Self::Carbon => "carbon_t",
        }
    }
}

/// Values of all series at a time.
pub(crate) type Reading = [f64; Series::ALL.len()];

/// Most points of the whole course. When there are so many, every second one goes.
const POINTS: usize = 1_440;

/// Least time between points of the recent course, s.
const RECENT_STEP_S: f64 = 60.0;

/// Points of the recent course that are sure to be kept: a day of minutes.
const RECENT_POINTS: usize = 1_440;

/// Readings in order of time.
#[derive(Debug, Clone, Default)]
pub(crate) struct Course {
    /// Time of each point, s.
    pub(crate) time_s: Vec<f64>,
    values: Vec<Reading>,
}

impl Course {
    fn push(&mut self, time_s: f64, reading: Reading) {
        self.time_s.push(time_s);
        self.values.push(reading);
    }

    /// Points of a series: time, s, and value.
    pub(crate) fn points(&self, series: Series) -> impl DoubleEndedIterator<Item = [f64; 2]> + '_ {
        let points = self.time_s.iter().zip(&self.values);
        points.map(move |(t, reading)| [*t, reading[series as usize]])
    }

    /// Points of a series from a time on, with the last one before it.
    pub(crate) fn points_from(&self, series: Series, from_s: f64) -> impl Iterator<Item = [f64; 2]> + '_ {
        let first = self.time_s.partition_point(|t| *t < from_s).saturating_sub(1);
        let points = self.time_s[first..].iter().zip(&self.values[first..]);
        points.map(move |(t, reading)| [*t, reading[series as usize]])
    }

    /// Value of a series at a time, of the last point before it; none before the first.
    pub(crate) fn at(&self, series: Series, time_s: f64) -> Option<f64> {
        let after = self.time_s.partition_point(|t| *t <= time_s + 1e-6);
        Some(self.values.get(after.checked_sub(1)?)?[series as usize])
    }

    /// How many points there are from a time on.
    fn count_from(&self, from_s: f64) -> usize {
        self.time_s.len() - self.time_s.partition_point(|t| *t < from_s)
    }
}

/// The course of all series: the whole of it, and the last day more finely.
#[derive(Resource, Debug, Clone, Default)]
pub(crate) struct History {
    whole: Course,
    /// Ticks between points of the whole course, as a power of two.
    halvings: u32,
    recent: Course,
}

/// A value and when it was, s.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct At {
    /// Value.
    pub(crate) value: f64,
    /// Time, s since the start.
    pub(crate) time_s: f64,
}

/// Ends and mean of a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spread {
    /// Least.
    pub(crate) least: At,
    /// Most.
    pub(crate) most: At,
    /// Mean of its points.
    pub(crate) mean: f64,
}

impl Spread {
    /// Of points; none of none.
    pub(crate) fn of(points: impl Iterator<Item = [f64; 2]>) -> Option<Self> {
        let mut spread: Option<Self> = None;
        let (mut sum, mut count) = (0.0, 0.0);
        for [time_s, value] in points.filter(|point| point[1].is_finite()) {
            let at = At { value, time_s };
            sum += value;
            count += 1.0;
            let spread = spread.get_or_insert(Self {
                least: at,
                most: at,
                mean: value,
            });
            if value < spread.least.value {
                spread.least = at;
            }
            if value > spread.most.value {
                spread.most = at;
            }
            spread.mean = sum / count;
        }
        spread
    }
}

/// The least and the most of each of so many stretches of equal length, in order of time: what a small line shows of many
/// points.
pub(crate) fn thinned(points: impl Iterator<Item = [f64; 2]>, [from, to]: [f64; 2], stretches: usize) -> Vec<[f64; 2]> {
    let mut out: Vec<[f64; 2]> = Vec::with_capacity(stretches * 2);
    let mut now: Option<(usize, [f64; 2], [f64; 2])> = None;
    let width = ((to - from) / stretches.max(1) as f64).max(f64::MIN_POSITIVE);
    let close = |out: &mut Vec<[f64; 2]>, low: [f64; 2], high: [f64; 2]| {
        let (first, last) = if low[0] <= high[0] { (low, high) } else { (high, low) };
        out.push(first);
        if first != last {
            out.push(last);
        }
    };
    for point in points.filter(|point| point[1].is_finite()) {
        let k = ((point[0] - from) / width).max(0.0) as usize;
        match &mut now {
            Some((of, low, high)) if *of == k => {
                if point[1] < low[1] {
                    *low = point;
                }
                if point[1] > high[1] {
                    *high = point;
                }
            }
            _ => {
                if let Some((_, low, high)) = now.replace((k, point, point)) {
                    close(&mut out, low, high);
                }
            }
        }
    }
    if let Some((_, low, high)) = now {
        close(&mut out, low, high);
    }
    out
}

impl History {
    /// Whether a tick has a point of the whole course.
    fn keeps(&self, tick: u64) -> bool {
        tick.is_multiple_of(1 << self.halvings)
    }

    /// Whether a time has a point of the recent course.
    fn keeps_recent(&self, time_s: f64) -> bool {
        let last = self.recent.time_s.last();
        last.is_none_or(|last| time_s - last >= RECENT_STEP_S - 1e-6)
    }

    /// Adds a point of the whole course, if there still is one at its tick once there is room for it.
    fn push(&mut self, tick: u64, time_s: f64, reading: Reading) {
        if self.whole.time_s.len() >= POINTS {
            let mut keep = [false, true].into_iter().cycle();
            self.whole.time_s.retain(|_| keep.next().unwrap_or(true));
            let mut keep = [false, true].into_iter().cycle();
            self.whole.values.retain(|_| keep.next().unwrap_or(true));
            self.halvings += 1;
        }
        if self.keeps(tick) {
            self.whole.push(time_s, reading);
        }
    }

    fn push_recent(&mut self, time_s: f64, reading: Reading) {
        if self.recent.time_s.len() >= 2 * RECENT_POINTS {
            self.recent.time_s.drain(..RECENT_POINTS);
            self.recent.values.drain(..RECENT_POINTS);
        }
        self.recent.push(time_s, reading);
    }

    /// Points of a series over the whole course: time, s, and value.
    pub(crate) fn points(&self, series: Series) -> impl DoubleEndedIterator<Item = [f64; 2]> + '_ {
        self.whole.points(series)
    }

    /// Value of a series at a time, of the last point before it; none before the first.
    pub(crate) fn at(&self, series: Series, time_s: f64) -> Option<f64> {
        self.whole.at(series, time_s)
    }

    /// The time of the last point, s; 0 without one.
    pub(crate) fn end_s(&self) -> f64 {
        let last = |course: &Course| course.time_s.last().copied().unwrap_or(0.0);
        last(&self.whole).max(last(&self.recent))
    }

    /// The course that shows most of the time from one on.
    pub(crate) fn finest(&self, from_s: f64) -> &Course {
        let first = |course: &Course| course.time_s.first().copied().unwrap_or(f64::INFINITY);
        let covers = first(&self.recent) <= from_s.max(first(&self.whole)) + RECENT_STEP_S;
        if covers && self.recent.count_from(from_s) > self.whole.count_from(from_s) {
            &self.recent
        } else {
            &self.whole
        }
    }
}

/// The readings of a twin as they are now.
fn reading(meters: &Meters, outside: &Outside, racks: &RackColumns, jobs: Option<&Jobs>) -> Reading {
    let (now, total) = (&meters.now, &meters.total);
    let hottest = racks
        .inlet_c
        .iter()
        .zip(&racks.air_kg_s)
        .filter(|(_, flow)| **flow > 0.0)
        .map(|(inlet, _)| *inlet)
        .fold(f32::NAN, f32::max);
    Series::ALL.map(|series| match series {
        Series::It => now.it_w / 1e6,
        Series::Facility => now.facility_w / 1e6,
        Series::Grid => now.grid_w / 1e6,
        Series::Gensets => now.genset_w / 1e6,
        Series::Batteries => (-now.battery_w / 1e6).max(0.0),
        Series::Cooling => now.cooling_w / 1e6,
        Series::Losses => now.loss_w / 1e6,
        Series::Pue => now.pue,
        Series::Wue => now.wue_l_per_kwh,
        Series::Outside => outside.dry_bulb_c,
        Series::WetBulb => outside.wet_bulb_c,
        Series::Inlet => f64::from(hottest),
        Series::Chip => now.hottest_chip_c,
        Series::Throttled => f64::from(now.limited_chips),
        Series::Dark => f64::from(now.dark_racks),
        Series::Unserved => now.unserved_w / 1e6,
        Series::Goodput => jobs.map_or(f64::NAN, |jobs| jobs.totals.goodput() * 100.0),
        Series::Energy => total.energy_kwh / 1e3,
        Series::WaterRate => now.water_l_s,
        Series::Water => total.water_m3,
        Series::Price => now.energy_usd_per_mwh,
        Series::Bill => total.cost_usd,
        Series::Intensity => now.carbon_g_per_kwh[0],
        Series::Carbon => total.carbon_t,
    })
}

/// Remembers the readings of a tick.
pub(crate) fn take(
    clock: Res<Clock>,
    meters: Res<Meters>,
    outside: Res<Outside>,
    racks: Res<RackColumns>,
    jobs: Option<Res<Jobs>>,
    mut history: ResMut<History>,
) {
    let (whole, recent) = (history.keeps(clock.tick), history.keeps_recent(clock.time_s));
    // All racks are looked through for a reading.
    if !whole && !recent {
        return;
    }
    let reading = reading(&meters, &outside, &racks, jobs.as_deref());
    if whole {
        history.push(clock.tick, clock.time_s, reading);
    }
    if recent {
        history.push_recent(clock.time_s, reading);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(ticks: u64, dt_s: f64) -> History {
        let mut history = History::default();
        for tick in 1..=ticks {
            let (time_s, reading) = (tick as f64 * dt_s, [tick as f64; Series::ALL.len()]);
            if history.keeps(tick) {
                history.push(tick, time_s, reading);
            }
            if history.keeps_recent(time_s) {
                history.push_recent(time_s, reading);
            }
        }
        history
    }

    #[test]
    fn a_long_course_keeps_so_many_points_and_its_ends() {
        let history = filled(50_000, 60.0);
        let times = &history.whole.time_s;
        assert!(times.len() <= POINTS && times.len() >= POINTS / 2);
        let steps: Vec<f64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(steps.iter().all(|step| *step == steps[0]), "points are evenly apart");
        let last = history.points(Series::It).last().expect("has points");
        assert!(last[1] > 49_900.0 && last[0] == last[1] * 60.0);
        assert_eq!(history.at(Series::Pue, 0.0), None);
        assert_eq!(history.at(Series::Pue, f64::MAX), Some(last[1]));
    }

    #[test]
    fn the_last_day_is_kept_by_the_minute_however_long_the_course_is() {
        let history = filled(500_000, 60.0);
        let end_s = history.end_s();
        assert_eq!(end_s, 500_000.0 * 60.0);
        let day = history.finest(end_s - 86_400.0);
        assert!(day.count_from(end_s - 86_400.0) >= 1_440);
        assert!(history.recent.time_s.len() <= 2 * RECENT_POINTS);
        // The whole of it begins at the start.
        assert!(history.finest(0.0).time_s[0] < 600_000.0);
        // A short one has every tick.
        let short = filled(600, 1.0);
        assert_eq!(short.finest(0.0).time_s.len(), 600);
        let points: Vec<[f64; 2]> = short.finest(500.0).points_from(Series::It, 500.0).collect();
        assert_eq!(points.first(), Some(&[499.0, 499.0]));
        assert_eq!(points.last(), Some(&[600.0, 600.0]));
    }

    #[test]
    fn a_small_line_shows_the_peaks() {
        let points = (0..1_000).map(|k| [f64::from(k), if k == 517 { 9.0 } else { f64::from(k % 2) }]);
        let line = thinned(points.clone(), [0.0, 1_000.0], 24);
        assert!(line.len() <= 48);
        assert!(line.contains(&[517.0, 9.0]));
        assert!(line.windows(2).all(|pair| pair[0][0] < pair[1][0]));
        let spread = Spread::of(points).expect("has points");
        assert_eq!((spread.most.value, spread.most.time_s), (9.0, 517.0));
        assert_eq!((spread.least.value, spread.least.time_s), (0.0, 0.0));
        assert!(Spread::of([[0.0, f64::NAN]].into_iter()).is_none());
        assert!(thinned(std::iter::empty(), [0.0, 0.0], 24).is_empty());
    }

    #[test]
    fn every_series_is_in_one_group_and_has_a_column_of_its_own() {
        let grouped: Vec<Series> = Series::groups()
            .iter()
            .flat_map(|(_, series)| series.iter().copied())
            .collect();
        assert_eq!(grouped, Series::ALL);
        for (k, series) in Series::ALL.into_iter().enumerate() {
            assert_eq!(series as usize, k);
            let same = Series::ALL
                .into_iter()
                .filter(|other| other.column() == series.column());
            assert_eq!(same.count(), 1);
        }
    }
}
