//! Incidents of a run by their first causes: what each led to, and what it cost. `explain` tells it, `report` prints it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use rainier::results::causes::{Course, DarkRow, POWER_OR_HEAT, blame, first_causes};
pub(crate) use rainier::results::causes::{Group, chain, descendants, groups, is_loss, since};
use serde::Serialize;

use crate::folder::Folder;

impl Course for Folder {
    fn count(&self) -> usize {
        self.incidents.len()
    }

    fn time_s(&self, n: usize) -> f64 {
        self.incidents[n].time_s
    }

    fn kind(&self, n: usize) -> &str {
        &self.incidents[n].kind
    }

    fn cause(&self, n: usize) -> Option<usize> {
        self.incidents[n].cause
    }

    fn racks(&self, n: usize) -> u32 {
        self.incidents[n].racks
    }

    fn place(&self, n: usize) -> Cow<'_, str> {
        Cow::Borrowed(&self.incidents[n].place)
    }

    fn what(&self, n: usize) -> Cow<'_, str> {
        Cow::Borrowed(&self.incidents[n].what)
    }

    fn dark_rows(&self) -> impl DoubleEndedIterator<Item = DarkRow<'_>> {
        self.outages.iter().map(|outage| DarkRow {
            row: Cow::Borrowed(&outage.row),
            from_s: outage.from_s,
            until_s: outage.until_s,
            by: outage.incident,
        })
    }
}

/// All that one first cause led to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Story {
    /// Its number.
    pub(crate) first: usize,
    /// All incidents that it led to, itself first.
    pub(crate) members: Vec<usize>,
    pub(crate) cost: Cost,
}

/// What something cost.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(crate) struct Cost {
    pub(crate) unserved_kwh: f64,
    /// Rows of racks that went dark.
    pub(crate) rows: usize,
    pub(crate) racks: u32,
    pub(crate) rack_hours: f64,
    pub(crate) chip_hours: f64,
    /// Time in which chips of a hall throttled, over all halls, h.
    pub(crate) throttled_hall_hours: f64,
    /// Stops of jobs.
    pub(crate) stops: usize,
    /// Work that they lost, chip-hours.
    pub(crate) lost_chip_hours: f64,
}

impl Cost {
    /// In words; empty where nothing was lost.
    pub(crate) fn words(&self, usd_per_chip_hour: Option<[f64; 3]>) -> String {
        let mut words = Vec::new();
        if self.unserved_kwh > 0.0 {
            words.push(format!("{} kWh unserved", short(self.unserved_kwh)));
        }
        if self.racks > 0 {
            words.push(format!(
                "{} racks in {} rows dark, {} chip-hours",
                self.racks,
                self.rows,
                short(self.chip_hours)
            ));
        }
        if self.throttled_hall_hours > 0.0 {
            words.push(format!(
                "chips throttled for {} hall-hours",
                short(self.throttled_hall_hours)
            ));
        }
        if self.stops > 0 {
            words.push(format!(
                "{} stops of jobs, {} chip-hours of work lost",
                self.stops,
                short(self.lost_chip_hours)
            ));
        }
        if let Some([value, low, high]) = self.usd(usd_per_chip_hour) {
            words.push(format!(
                "about ${} of chip-hours ({} to {})",
                short(value),
                short(low),
                short(high)
            ));
        }
        words.join("; ")
    }

    /// Worth of the chip-hours that went, $: value, low and high; none where none went.
    pub(crate) fn usd(&self, usd_per_chip_hour: Option<[f64; 3]>) -> Option<[f64; 3]> {
        let chip_hours = self.chip_hours + self.lost_chip_hours;
        let worth = usd_per_chip_hour.filter(|_| chip_hours > 0.0)?;
        Some(worth.map(|usd| usd * chip_hours))
    }
}

/// A number with as many digits as matter, thousands apart.
pub(crate) fn short(x: f64) -> String {
    let a = x.abs();
    if a >= 1e15 {
        return format!("{x:.2e}");
    }
    let places = match a {
        a if a.fract() == 0.0 => 0,
        a if a >= 100.0 => 0,
        a if a >= 10.0 => 1,
        a if a >= 1.0 => 2,
        a if a > 0.0 => 3,
        _ => 0,
    };
    let text = format!("{a:.places$}");
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut out = String::new();
    for (k, digit) in whole.chars().enumerate() {
        if k > 0 && (whole.len() - k).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    let sign = if x < 0.0 && text.chars().any(|c| c.is_ascii_digit() && c != '0') {
        "-"
    } else {
        ""
    };
    format!("{sign}{out}{rest}")
}

/// A time since the start as h:mm:ss.
pub(crate) fn clock(time_s: f64) -> String {
    rainier::sim::power::incidents::clock(time_s.max(0.0))
}

/// Time that an outage lasted within the run, h.
fn hours(run: &Folder, from_s: f64, until_s: Option<f64>) -> f64 {
    (until_s.unwrap_or_else(|| run.end_s()) - from_s).max(0.0) / 3600.0
}

/// Adds what one incident cost by itself.
fn add(run: &Folder, n: usize, cost: &mut Cost) {
    let incident = &run.incidents[n];
    cost.unserved_kwh += incident.unserved_kwh;
    if incident.kind == "throttling" {
        let later = run.incidents[n + 1..].iter();
        let end = later.clone().find(|other| {
            other.place == incident.place && matches!(other.kind.as_str(), "cooled" | "throttling" | "shut down")
        });
        cost.throttled_hall_hours += hours(run, incident.time_s, end.map(|end| end.time_s));
    }
    for outage in run.outages.iter().filter(|outage| outage.incident == Some(n)) {
        let rack_hours = f64::from(outage.racks) * hours(run, outage.from_s, outage.until_s);
        cost.rows += 1;
        cost.racks += outage.racks;
        cost.rack_hours += rack_hours;
        cost.chip_hours += rack_hours * run.chips_per_rack(&outage.row);
    }
}

/// Adds what stops of jobs cost that these incidents led to.
fn add_stops(run: &Folder, members: &[usize], blamed: &[Option<usize>], cost: &mut Cost) {
    for (stop, by) in run.stops.iter().zip(blamed) {
        if by.is_some_and(|by| members.binary_search(&by).is_ok()) {
            cost.stops += 1;
            cost.lost_chip_hours += stop.lost_s / 3600.0 * f64::from(stop.chips);
        }
    }
}

/// What an incident and all that it led to cost.
pub(crate) fn cost_of(run: &Folder, members: &[usize]) -> Cost {
    let mut cost = Cost::default();
    for n in members {
        add(run, *n, &mut cost);
    }
    add_stops(run, members, &blamed(run), &mut cost);
    cost
}

/// The incident behind every stop of a job, where one is.
pub(crate) fn blamed(run: &Folder) -> Vec<Option<usize>> {
    let of = |stop: &crate::folder::Stop| {
        let rack = stop.rack.as_deref().filter(|_| stop.cause == POWER_OR_HEAT)?;
        // A job notes it at the end of the tick in which it happened.
        blame(run, rack, stop.time_s, run.inputs.tick_s + 1e-6)
    };
    run.stops.iter().map(of).collect()
}

/// First causes with all that they led to, those that cost most first.
pub(crate) fn stories(run: &Folder) -> Vec<Story> {
    let mut by_first: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (n, first) in first_causes(run).into_iter().enumerate() {
        by_first.entry(first).or_default().push(n);
    }
    let blamed = blamed(run);
    let mut stories: Vec<Story> = by_first
        .into_iter()
        .map(|(first, members)| {
            let mut cost = Cost::default();
            for n in &members {
                add(run, *n, &mut cost);
            }
            add_stops(run, &members, &blamed, &mut cost);
            Story { first, members, cost }
        })
        .collect();
    stories.sort_by(|a, b| {
        let of = |story: &Story| {
            let lost = story.cost.chip_hours + story.cost.lost_chip_hours;
            (story.cost.unserved_kwh + lost, story.cost.throttled_hall_hours)
        };
        let (x, y) = (of(a), of(b));
        y.0.total_cmp(&x.0)
            .then(y.1.total_cmp(&x.1))
            .then(a.first.cmp(&b.first))
    });
    stories
}
