//! The course of the main readings since the start, in so many points at most, however long that is.

use bevy::prelude::*;
use rainier::sim::RackColumns;
use rainier::sim::clock::Clock;
use rainier::sim::jobs::Jobs;
use rainier::sim::meters::Meters;
use rainier::sim::weather::Outside;

/// A reading with its course.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Series {
    /// IT power.
    It,
    /// Facility power.
    Facility,
    /// Drawn from the grid.
    Grid,
    /// Facility over IT power.
    Pue,
    /// Outside dry bulb.
    Outside,
    /// Hottest inlet of a rack.
    Inlet,
    /// Hottest chip.
    Chip,
    /// Throttled or tripped chips.
    Throttled,
    /// Load that no feed carries.
    Unserved,
    /// Useful share of the jobs' time.
    Goodput,
    /// Water since the start.
    Water,
    /// Bill since the start.
    Bill,
    /// CO₂ since the start.
    Carbon,
}

impl Series {
    /// All of them, in the order of columns.
    pub(crate) const ALL: [Self; 13] = [
        Self::It,
        Self::Facility,
        Self::Grid,
        Self::Pue,
        Self::Outside,
        Self::Inlet,
        Self::Chip,
        Self::Throttled,
        Self::Unserved,
        Self::Goodput,
        Self::Water,
        Self::Bill,
        Self::Carbon,
    ];

    /// Title, unit and digits.
    pub(crate) fn title(self) -> (&'static str, &'static str, usize) {
        match self {
            Self::It => ("IT power", "MW", 2),
            Self::Facility => ("Facility power", "MW", 2),
            Self::Grid => ("From the grid", "MW", 2),
            Self::Pue => ("PUE", "", 4),
            Self::Outside => ("Outside", "°C", 1),
            Self::Inlet => ("Hottest inlet", "°C", 1),
            Self::Chip => ("Hottest chip", "°C", 1),
            Self::Throttled => ("Throttled", "chips", 0),
            Self::Unserved => ("Unserved", "MW", 2),
            Self::Goodput => ("Goodput", "%", 2),
            Self::Water => ("Water", "m³", 0),
            Self::Bill => ("Bill", "$", 0),
            Self::Carbon => ("CO₂", "t", 0),
        }
    }
}

/// Values of all series at a time.
pub(crate) type Reading = [f64; Series::ALL.len()];

/// Most points that are kept. When there are so many, every second one goes.
const POINTS: usize = 1_440;

/// The course of all series.
#[derive(Resource, Debug, Clone, Default)]
pub(crate) struct History {
    /// Time of each point, s.
    pub(crate) time_s: Vec<f64>,
    values: Vec<Reading>,
    /// Ticks between points, as a power of two.
    halvings: u32,
}

impl History {
    /// Whether a tick has a point.
    fn keeps(&self, tick: u64) -> bool {
        tick.is_multiple_of(1 << self.halvings)
    }

    fn push(&mut self, time_s: f64, reading: Reading) {
        if self.time_s.len() >= POINTS {
            let mut keep = [false, true].into_iter().cycle();
            self.time_s.retain(|_| keep.next().unwrap_or(true));
            let mut keep = [false, true].into_iter().cycle();
            self.values.retain(|_| keep.next().unwrap_or(true));
            self.halvings += 1;
        }
        self.time_s.push(time_s);
        self.values.push(reading);
    }

    /// Points of a series: time, s, and value.
    pub(crate) fn points(&self, series: Series) -> impl Iterator<Item = [f64; 2]> + '_ {
        let value = move |reading: &Reading| reading[series as usize];
        self.time_s
            .iter()
            .zip(&self.values)
            .map(move |(t, reading)| [*t, value(reading)])
    }

    /// Value of a series at a time, of the last point before it; none before the first.
    pub(crate) fn at(&self, series: Series, time_s: f64) -> Option<f64> {
        let after = self.time_s.partition_point(|t| *t <= time_s + 1e-6);
        Some(self.values.get(after.checked_sub(1)?)?[series as usize])
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
        Series::Pue => now.pue,
        Series::Outside => outside.dry_bulb_c,
        Series::Inlet => f64::from(hottest),
        Series::Chip => now.hottest_chip_c,
        Series::Throttled => f64::from(now.limited_chips),
        Series::Unserved => now.unserved_w / 1e6,
        Series::Goodput => jobs.map_or(f64::NAN, |jobs| jobs.totals.goodput() * 100.0),
        Series::Water => total.water_m3,
        Series::Bill => total.cost_usd,
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
    // All racks are looked through for a reading.
    if history.keeps(clock.tick) {
        let reading = reading(&meters, &outside, &racks, jobs.as_deref());
        history.push(clock.time_s, reading);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_course_keeps_so_many_points_and_its_ends() {
        let mut history = History::default();
        for tick in 1..=50_000_u64 {
            let reading = [tick as f64; Series::ALL.len()];
            if history.keeps(tick) {
                history.push(tick as f64 * 60.0, reading);
            }
        }
        assert!(history.time_s.len() <= POINTS && history.time_s.len() >= POINTS / 2);
        let steps: Vec<f64> = history.time_s.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(steps.iter().all(|step| *step == steps[0]), "points are evenly apart");
        let last = history.points(Series::It).last().expect("has points");
        assert!(last[1] > 49_900.0 && last[0] == last[1] * 60.0);
        assert_eq!(history.at(Series::Pue, 0.0), None);
        assert_eq!(history.at(Series::Pue, f64::MAX), Some(last[1]));
    }
}
