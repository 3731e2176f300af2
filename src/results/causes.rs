//! Incidents by their causes: the chain back to a first cause, all that one led to, and like ones put together.
//!
//! The command line tells runs by it, the view alarms; the one reads incidents from files, the other has the twin's own.

use std::borrow::Cow;

use crate::sim::power::incidents::{Incidents, clock};
use crate::site::Campus;
use crate::site::campus::Found;

/// Like incidents count as one event while no more time than this is between them, s.
const TOGETHER_S: f64 = 30.0;

/// A few kinds of incidents run beside each other; the latest groups are those still open.
const OPEN_GROUPS: usize = 6;

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

/// Why a job stopped that lost racks by the site's own incidents, and not by a failure of its workload's list.
pub const POWER_OR_HEAT: &str = "power or heat";

/// Whether something is lost by an incident of this kind.
#[must_use]
pub fn is_loss(kind: &str) -> bool {
    LOSSES.contains(&kind)
}

/// A row of racks that was without power.
#[derive(Debug, Clone)]
pub struct DarkRow<'a> {
    /// Its address.
    pub row: Cow<'a, str>,
    /// When the first of its racks went dark, s since the start.
    pub from_s: f64,
    /// When the last came back, s since the start; none while they are dark.
    pub until_s: Option<f64>,
    /// The incident by which they went dark.
    pub by: Option<usize>,
}

/// Incidents in order of time, by their numbers from 0. A cause stands before what it caused.
pub trait Course {
    /// How many there are.
    fn count(&self) -> usize;

    /// When one happened, s since the start.
    fn time_s(&self, n: usize) -> f64;

    /// Its kind in a word.
    fn kind(&self, n: usize) -> &str;

    /// The incident that caused it.
    fn cause(&self, n: usize) -> Option<usize>;

    /// Racks that it is about, where it counts them.
    fn racks(&self, n: usize) -> u32;

    /// Where it happened.
    fn place(&self, n: usize) -> Cow<'_, str>;

    /// What happened, in words.
    fn what(&self, n: usize) -> Cow<'_, str>;

    /// Rows that were without power, in order of time.
    fn dark_rows(&self) -> impl DoubleEndedIterator<Item = DarkRow<'_>>;
}

/// The incidents of a twin, with the names of its campus.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// Incidents.
    pub incidents: &'a Incidents,
    /// Where they happened.
    pub campus: &'a Campus,
}

impl Course for Told<'_> {
    fn count(&self) -> usize {
        self.incidents.list.len()
    }

    fn time_s(&self, n: usize) -> f64 {
        self.incidents.list[n].time_s
    }

    fn kind(&self, n: usize) -> &str {
        self.incidents.list[n].what.as_str()
    }

    fn cause(&self, n: usize) -> Option<usize> {
        self.incidents.list[n].cause.map(|cause| cause as usize)
    }

    fn racks(&self, n: usize) -> u32 {
        self.incidents.list[n].what.racks()
    }

    fn place(&self, n: usize) -> Cow<'_, str> {
        self.incidents.list[n].at.name(self.campus).into()
    }

    fn what(&self, n: usize) -> Cow<'_, str> {
        self.incidents.list[n].describe(self.campus).into()
    }

    fn dark_rows(&self) -> impl DoubleEndedIterator<Item = DarkRow<'_>> {
        self.incidents.outages.iter().map(|outage| DarkRow {
            row: self.campus.address(Found::Row(outage.row as usize)).to_string().into(),
            from_s: outage.from_s,
            until_s: outage.until_s,
            by: outage.by.map(|by| by as usize),
        })
    }
}

/// An incident and what led to it, back to the first.
#[must_use]
pub fn chain(course: &impl Course, last: usize) -> Vec<usize> {
    let mut out = Vec::new();
    let mut next = Some(last);
    while let Some(n) = next.filter(|n| *n < course.count()) {
        out.push(n);
        next = course.cause(n).filter(|cause| *cause < n);
    }
    out
}

/// What led to an incident, in words: nearest first, back to the first cause.
#[must_use]
pub fn since(course: &impl Course, n: usize) -> String {
    let chain = chain(course, n);
    if chain.len() < 2 {
        return String::new();
    }
    let words: Vec<Cow<'_, str>> = chain[1..].iter().map(|n| course.what(*n)).collect();
    format!("since {}", words.join(", since "))
}

/// All that an incident led to, itself first, in order of time.
#[must_use]
pub fn descendants(course: &impl Course, first: usize) -> Vec<usize> {
    let mut within = vec![false; course.count()];
    let mut out = Vec::new();
    for n in first..within.len() {
        let caused = || course.cause(n).is_some_and(|cause| within.get(cause) == Some(&true));
        within[n] = n == first || caused();
        if within[n] {
            out.push(n);
        }
    }
    out
}

/// By incident, the first of its chain.
#[must_use]
pub fn first_causes(course: &impl Course) -> Vec<usize> {
    let mut first = Vec::with_capacity(course.count());
    for n in 0..course.count() {
        let of_cause = course.cause(n).and_then(|cause| first.get(cause).copied());
        first.push(of_cause.unwrap_or(n));
    }
    first
}

/// Like incidents that follow each other, told as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Their numbers, in order of time.
    pub members: Vec<usize>,
    /// Racks of all of them.
    pub racks: u32,
}

impl Group {
    /// The first of them in words, and how many more there are.
    #[must_use]
    pub fn words(&self, course: &impl Course) -> String {
        words(course, &self.members, self.racks)
    }
}

/// The first of like incidents in words, and how many more there are.
#[must_use]
pub fn words(course: &impl Course, members: &[usize], racks: u32) -> String {
    let [first, .., last] = members else {
        let one = members.first();
        return one.map_or_else(String::new, |n| course.what(*n).into_owned());
    };
    let (what, more, by) = (course.what(*first), members.len() - 1, clock(course.time_s(*last)));
    match racks {
        0 => format!("{what}, and {more} more by {by}"),
        racks => format!("{what}, and {more} more by {by}: {racks} racks in all"),
    }
}

/// Whether an incident belongs with an earlier one: of one kind, by one kind of cause, and soon after it.
#[must_use]
pub fn joins(course: &impl Course, earlier: usize, n: usize) -> bool {
    let kind_of_cause = |n: usize| course.cause(n).map(|cause| course.kind(cause));
    course.kind(earlier) == course.kind(n)
        && course.time_s(n) - course.time_s(earlier) < TOGETHER_S
        && kind_of_cause(earlier) == kind_of_cause(n)
}

/// Puts like incidents together.
#[must_use]
pub fn groups(course: &impl Course, members: &[usize]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for n in members {
        let joins = |group: &&mut Group| group.members.last().is_some_and(|last| joins(course, *last, *n));
        let from = groups.len().saturating_sub(OPEN_GROUPS);
        match groups[from..].iter_mut().rev().find(joins) {
            Some(group) => {
                group.members.push(*n);
                group.racks += course.racks(*n);
            }
            None => groups.push(Group {
                members: vec![*n],
                racks: course.racks(*n),
            }),
        }
    }
    groups
}

/// The hall of a place: its first two parts.
#[must_use]
pub fn hall_of(place: &str) -> &str {
    match place.match_indices('/').nth(1) {
        Some((at, _)) => &place[..at],
        None => place,
    }
}

/// The incident by which a rack was stopped at a time, if one is known: the outage of its row, or a trip in its hall.
/// What stopped may say so up to `slack_s` after it happened.
#[must_use]
pub fn blame(course: &impl Course, rack: &str, time_s: f64, slack_s: f64) -> Option<usize> {
    let row = rack.rfind('/').map_or(rack, |at| &rack[..at]);
    let dark = course.dark_rows().rev().find(|dark| {
        dark.row == row && dark.from_s <= time_s + slack_s && dark.until_s.is_none_or(|end| end >= time_s - slack_s)
    });
    let by_heat = || {
        (0..course.count()).rev().find(|n| {
            matches!(course.kind(*n), "chips tripped" | "shut down")
                && course.time_s(*n) <= time_s + slack_s
                && course.place(*n) == hall_of(rack)
        })
    };
    dark.and_then(|dark| dark.by)
        .filter(|n| *n < course.count())
        .or_else(by_heat)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::power::incidents::{At, Outage, What};
    use crate::site::load::load_site;
    use crate::site::texts::NoFiles;

    #[test]
    fn what_an_incident_led_to_is_told_by_its_first_cause() {
        let campus = load_site(&NoFiles, "builtin:lab", None).expect("is valid").campus;
        let mut incidents = Incidents::default();
        let opened = incidents.push(10.0, 1, What::Opened, None);
        let other = incidents.push_at(11.0, At::Site, What::WaterCut, None);
        let on_battery = incidents.push(12.0, 2, What::OnBattery(4), opened);
        let dark = incidents.push(20.0, 2, What::Dark(4), on_battery);
        let more = incidents.push(30.0, 3, What::Dark(2), on_battery);
        let late = incidents.push(90.0, 3, What::Dark(1), on_battery);
        let hot = incidents.push_at(95.0, At::Hall(0), What::ChipsTripped(0), other);
        incidents.outages.push(Outage {
            row: 0,
            racks: 4,
            from_s: 20.0,
            until_s: Some(60.0),
            by: dark,
        });
        let told = Told {
            incidents: &incidents,
            campus: &campus,
        };
        let numbers: Vec<usize> = [opened, other, on_battery, dark, more, late, hot]
            .into_iter()
            .map(|n| n.expect("is kept") as usize)
            .collect();
        assert_eq!(numbers, [0, 1, 2, 3, 4, 5, 6]);
        assert_eq!(chain(&told, 4), [4, 2, 0]);
        assert_eq!(descendants(&told, 0), [0, 2, 3, 4, 5]);
        assert_eq!(first_causes(&told), [0, 1, 0, 0, 0, 0, 1]);
        let groups = groups(&told, &numbers);
        let members: Vec<&[usize]> = groups.iter().map(|group| group.members.as_slice()).collect();
        assert_eq!(members, [&[0][..], &[1], &[2], &[3, 4], &[5], &[6]]);
        assert_eq!(groups[3].racks, 6);
        assert!(
            groups[3]
                .words(&told)
                .ends_with("and 1 more by 0:00:30: 6 racks in all")
        );
        assert!(since(&told, 2).starts_with("since "));
        assert_eq!(since(&told, 0), "");
        let rack = campus.rack_address(0).to_string();
        assert_eq!(blame(&told, &rack, 25.0, 1.0), Some(3), "its row is dark");
        assert_eq!(blame(&told, &rack, 70.0, 1.0), None, "its row has power again");
        assert_eq!(blame(&told, &rack, 95.0, 1.0), Some(6), "its hall is too hot");
        assert!(is_loss(told.kind(3)) && !is_loss(told.kind(0)));
    }
}
