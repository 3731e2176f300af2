//! Incidents of a run by their first causes: what each led to, and what it cost. `explain` tells it, `report` prints it.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::folder::{Folder, hall_of};

/// Kinds of incident by which something is lost.
const LOSSES: [&str; 8] = [
    "dark",
    "plant dark",
    "throttling",
    "chips tripped",
    "shut down",
    "out of fuel",
    "collapse",
    "refused",
];

/// Whether something is lost by an incident of this kind.
pub(crate) fn is_loss(kind: &str) -> bool {
    LOSSES.contains(&kind)
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

/// An incident and what led to it, back to the first.
pub(crate) fn chain(run: &Folder, last: usize) -> Vec<usize> {
    let mut out = Vec::new();
    let mut next = Some(last);
    // The reader has seen to it that a cause stands before what it caused.
    while let Some(n) = next.filter(|n| *n < run.incidents.len()) {
        out.push(n);
        next = run.incidents[n].cause;
    }
    out
}

/// What led to an incident, in words: nearest first, back to the first cause.
pub(crate) fn since(run: &Folder, n: usize) -> String {
    let chain = chain(run, n);
    if chain.len() < 2 {
        return String::new();
    }
    let words: Vec<&str> = chain[1..].iter().map(|n| run.incidents[*n].what.as_str()).collect();
    format!("since {}", words.join(", since "))
}

/// The incident by which a place was stopped at a time, if one is known: the outage of its row, or a trip in its hall.
pub(crate) fn blame(run: &Folder, rack: &str, time_s: f64) -> Option<usize> {
    let row = rack.rfind('/').map_or(rack, |at| &rack[..at]);
    // A job notes it at the end of the tick in which it happened.
    let slack_s = run.inputs.tick_s + 1e-6;
    let dark = run.outages.iter().rev().find(|outage| {
        outage.row == row
            && outage.from_s <= time_s + slack_s
            && outage.until_s.is_none_or(|end| end >= time_s - slack_s)
    });
    let heat = |_: ()| {
        run.incidents.iter().rev().find(|incident| {
            incident.place == hall_of(rack)
                && matches!(incident.kind.as_str(), "chips tripped" | "shut down")
                && incident.time_s <= time_s + slack_s
        })
    };
    dark.and_then(|outage| outage.incident)
        .filter(|n| *n < run.incidents.len())
        .or_else(|| heat(()).map(|incident| incident.number))
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
        let rack = stop.rack.as_deref().filter(|_| stop.cause == "power or heat")?;
        blame(run, rack, stop.time_s)
    };
    run.stops.iter().map(of).collect()
}

/// All that an incident led to, itself first, in order of time.
pub(crate) fn descendants(run: &Folder, first: usize) -> Vec<usize> {
    let mut within = vec![false; run.incidents.len()];
    let mut out = Vec::new();
    for n in first..run.incidents.len() {
        within[n] = n == first || run.incidents[n].cause.is_some_and(|cause| within[cause]);
        if within[n] {
            out.push(n);
        }
    }
    out
}

/// First causes with all that they led to, those that cost most first.
pub(crate) fn stories(run: &Folder) -> Vec<Story> {
    let mut first_of = vec![0; run.incidents.len()];
    let mut by_first: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (n, incident) in run.incidents.iter().enumerate() {
        first_of[n] = incident.cause.map_or(n, |cause| first_of[cause]);
        by_first.entry(first_of[n]).or_default().push(n);
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

/// Like incidents that follow each other, on one line.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub(crate) members: Vec<usize>,
    pub(crate) racks: u32,
}

impl Group {
    /// The first of them in words, and how many more there are.
    pub(crate) fn words(&self, run: &Folder) -> String {
        let what = &run.incidents[self.members[0]].what;
        let last = &run.incidents[self.members[self.members.len() - 1]];
        match (self.members.len(), self.racks) {
            (1, _) => what.clone(),
            (n, 0) => format!("{what}, and {} more by {}", n - 1, clock(last.time_s)),
            (n, racks) => format!(
                "{what}, and {} more by {}: {racks} racks in all",
                n - 1,
                clock(last.time_s)
            ),
        }
    }
}

/// Puts like incidents together: of one kind, by one kind of cause, within half a minute of each other.
pub(crate) fn groups(run: &Folder, members: &[usize]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for n in members {
        let incident = &run.incidents[*n];
        let kind_of_cause = |n: usize| run.incidents[n].cause.map(|cause| run.incidents[cause].kind.as_str());
        let joins = |group: &&mut Group| {
            let last = group.members[group.members.len() - 1];
            run.incidents[last].kind == incident.kind
                && incident.time_s - run.incidents[last].time_s < 30.0
                && kind_of_cause(last) == kind_of_cause(*n)
        };
        // A few kinds run beside each other; the latest groups are those still open.
        let from = groups.len().saturating_sub(6);
        match groups[from..].iter_mut().rev().find(joins) {
            Some(group) => {
                group.members.push(*n);
                group.racks += incident.racks;
            }
            None => groups.push(Group {
                members: vec![*n],
                racks: incident.racks,
            }),
        }
    }
    groups
}
