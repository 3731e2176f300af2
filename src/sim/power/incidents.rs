//! What has happened to power and cooling, and why: every incident names the one that caused it.

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use super::super::cooling::SetPoint;
use super::super::rules::RuleTransition;
use crate::sim::registry::TwinState;
use crate::site::Campus;
use crate::site::campus::Found;

/// What an incident is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum At {
    /// A node of the power path.
    Node(u32),
    /// A hall.
    Hall(u32),
    /// The site.
    Site,
}

impl At {
    /// The node of the power path, if it is one.
    #[must_use]
    pub fn node(self) -> Option<u32> {
        match self {
            Self::Node(node) => Some(node),
            Self::Hall(_) | Self::Site => None,
        }
    }

    /// The name of the place.
    #[must_use]
    pub fn name(self, campus: &Campus) -> String {
        match self {
            Self::Node(n) => campus
                .power
                .nodes
                .get(n as usize)
                .map_or_else(String::new, |node| node.name.clone()),
            Self::Hall(h) => campus.address(Found::Hall(h as usize)).to_string(),
            Self::Site => "the site".to_owned(),
        }
    }
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum What {
    /// A node was opened by a command.
    Opened,
    /// A node was closed by a command.
    Closed,
    /// Units of a node broke by a command; so many are broken now.
    Broke(u32),
    /// A node's units were repaired.
    Repaired,
    /// A node went over to another source, by its node.
    Transferred(u32),
    /// A relay opened a node's breaker at a load over its rating; it stays open until it is closed by a command.
    Tripped(f64),
    /// Gensets were ordered to start.
    Ordered,
    /// The first gensets are on the bus.
    Ready(u32),
    /// A genset did not start, by its number.
    NoStart(u32),
    /// A genset stopped while it ran, by its number.
    Stopped(u32),
    /// The last fuel was burnt.
    OutOfFuel,
    /// A block was taken off, since the gensets cannot carry it.
    Shed,
    /// Blocks stay off, since the gensets cannot carry them: how many, and how many of their units are out.
    Refused(u32, u32),
    /// Racks live on their batteries: how many.
    OnBattery(u32),
    /// Racks went dark: how many.
    Dark(u32),
    /// Racks came back: how many.
    Restored(u32),
    /// The load is more than the network can carry at any voltage.
    Collapse,
    /// Air-handling units of a hall broke or were taken out of service; so many are out now.
    UnitsLost(u32),
    /// They run again.
    UnitsBack,
    /// Coolant distribution units of a hall broke; so many are broken now.
    CdusLost(u32),
    /// They run again.
    CdusBack,
    /// A hall's fans and pumps lost power.
    PlantDark,
    /// They have it again.
    PlantBack,
    /// The site's water supply was cut.
    WaterCut,
    /// It is back.
    WaterBack,
    /// A hall got power for the first time, or again after it was out of service.
    Energised,
    /// A hall was taken out of service.
    Deenergised,
    /// The first chips of a hall throttle: the rack of the hottest, and the dry bulb outside, °C.
    Throttling(u32, f32),
    /// The first chips of a hall tripped, in the rack of the hottest.
    ChipsTripped(u32),
    /// All chips of a hall have tripped or are dark.
    ShutDown,
    /// No chip of a hall throttles any more.
    Cooled,
    /// A rule of the scenario was met, or is over.
    RuleTransition(RuleTransition),
    /// A set point of a hall's units was moved; to that of the plan without a value.
    SetPoint(SetPoint, Option<f64>),
    /// Energy has another price, $/MWh; that of the tariff without one.
    EnergyPrice(Option<f64>),
    /// A job that wants so many chips was asked for.
    JobAsked(u32),
}

/// One incident.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Incident {
    /// Time since the start, s.
    pub time_s: f64,
    /// What it is about.
    pub at: At,
    /// What happened.
    pub what: What,
    /// Number of the incident that caused it.
    pub cause: Option<u32>,
}

/// A row of racks without any power, from the first of its racks to the last.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Outage {
    /// Row of the campus.
    pub row: u32,
    /// Most of its racks that were dark at once.
    pub racks: u32,
    /// When the first went dark, s since the start.
    pub from_s: f64,
    /// When the last came back, s since the start; none while they are dark.
    pub until_s: Option<f64>,
    /// The incident by which they went dark.
    pub by: Option<u32>,
}

/// Most incidents that are kept; later ones are counted only.
pub const MOST: usize = 20_000;

/// All incidents, in order of time.
#[derive(Resource, Debug, Clone, Default, Serialize, Deserialize)]
pub struct Incidents {
    /// Those that are kept.
    pub list: Vec<Incident>,
    /// Those that were not.
    pub dropped: u64,
    /// Rows that went dark, in order of time; as many at most as incidents.
    pub outages: Vec<Outage>,
    /// By incident: load that was not served because of it, kWh.
    pub unserved_kwh: Vec<f64>,
    /// Load that was not served while no cause was on record, kWh.
    pub unexplained_kwh: f64,
}

impl TwinState for Incidents {
    const NAME: &'static str = "incidents";
}

impl Incidents {
    /// Adds an incident of a node; gives its number, or that of its cause if there is no room.
    pub fn push(&mut self, time_s: f64, node: u32, what: What, cause: Option<u32>) -> Option<u32> {
        self.push_at(time_s, At::Node(node), what, cause)
    }

    /// Adds an incident; gives its number, or that of its cause if there is no room.
    pub fn push_at(&mut self, time_s: f64, at: At, what: What, cause: Option<u32>) -> Option<u32> {
        if self.list.len() >= MOST {
            self.dropped += 1;
            return cause;
        }
        self.list.push(Incident {
            time_s,
            at,
            what,
            cause,
        });
        Some((self.list.len() - 1) as u32)
    }

    /// Books load that is not served on the incident that keeps it off.
    pub fn book(&mut self, cause: Option<u32>, kwh: f64) {
        match cause.filter(|cause| (*cause as usize) < self.list.len()) {
            Some(cause) => {
                self.unserved_kwh.resize(self.list.len(), 0.0);
                self.unserved_kwh[cause as usize] += kwh;
            }
            None => self.unexplained_kwh += kwh,
        }
    }

    /// Unserved load by the first cause of its chain, kWh, the largest first.
    #[must_use]
    pub fn unserved_by_first_cause(&self) -> Vec<(u32, f64)> {
        let mut by = std::collections::BTreeMap::new();
        for (n, kwh) in self.unserved_kwh.iter().enumerate().filter(|(_, kwh)| **kwh > 0.0) {
            let mut first = n as u32;
            while let Some(cause) = self.list[first as usize].cause {
                first = cause;
            }
            *by.entry(first).or_insert(0.0) += kwh;
        }
        let mut list: Vec<(u32, f64)> = by.into_iter().collect();
        list.sort_by(|a, b| b.1.total_cmp(&a.1));
        list
    }

    /// An incident and what led to it, back to the first.
    #[must_use]
    pub fn chain(&self, last: u32) -> Vec<&Incident> {
        let mut chain = Vec::new();
        let mut next = Some(last);
        // A cause stands before what it caused, so that the chain ends.
        while let Some(incident) = next.and_then(|n| self.list.get(n as usize)) {
            chain.push(incident);
            next = incident.cause;
        }
        chain
    }
}

/// A time since the start as h:mm:ss.
#[must_use]
pub fn clock(time_s: f64) -> String {
    let s = time_s.round() as u64;
    format!("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
}

/// So many of a thing, whose plural ends in s.
fn counted(n: u32, what: &str) -> String {
    let end = if n == 1 { "" } else { "s" };
    format!("{n} {what}{end}")
}

/// A reading with as many digits as it is worth.
#[must_use]
pub fn rounded(value: f64) -> f64 {
    if value.abs() < 1000.0 {
        (value * 1000.0).round() / 1000.0
    } else {
        value.round()
    }
}

impl What {
    /// What happened in a word, for tables.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Closed => "closed",
            Self::Broke(_) => "broke",
            Self::Repaired => "repaired",
            Self::Transferred(_) => "went over",
            Self::Tripped(_) => "tripped",
            Self::Ordered => "ordered",
            Self::Ready(_) => "ready",
            Self::NoStart(_) => "no start",
            Self::Stopped(_) => "stopped",
            Self::OutOfFuel => "out of fuel",
            Self::Shed => "shed",
            Self::Refused(..) => "refused",
            Self::OnBattery(_) => "on battery",
            Self::Dark(_) => "dark",
            Self::Restored(_) => "restored",
            Self::Collapse => "collapse",
            Self::UnitsLost(_) => "units lost",
            Self::UnitsBack => "units back",
            Self::CdusLost(_) => "CDUs lost",
            Self::CdusBack => "CDUs back",
            Self::PlantDark => "plant dark",
            Self::PlantBack => "plant back",
            Self::WaterCut => "water cut",
            Self::WaterBack => "water back",
            Self::Energised => "energised",
            Self::Deenergised => "taken out",
            Self::Throttling(..) => "throttling",
            Self::ChipsTripped(_) => "chips tripped",
            Self::ShutDown => "shut down",
            Self::Cooled => "cooled",
            Self::RuleTransition(_) => "rule met",
            Self::SetPoint(..) => "set point",
            Self::EnergyPrice(_) => "energy price",
            Self::JobAsked(_) => "job asked",
        }
    }

    /// Whether it counts all that its place lacks by then, and not only what it lost just now.
    #[must_use]
    pub fn is_running_count(self) -> bool {
        matches!(self, Self::Broke(_) | Self::UnitsLost(_) | Self::CdusLost(_))
    }

    /// Racks that it is about, where it counts them.
    #[must_use]
    pub fn racks(self) -> u32 {
        match self {
            Self::OnBattery(n) | Self::Dark(n) | Self::Restored(n) => n,
            _ => 0,
        }
    }
}

impl Incident {
    /// The incident in words, without its time and cause.
    #[must_use]
    pub fn describe(&self, campus: &Campus) -> String {
        let name = |n: u32| campus.power.nodes.get(n as usize).map_or("", |node| node.name.as_str());
        let of = self.at.name(campus);
        let rack = |rack: u32| campus.rack_address(rack as usize);
        match self.what {
            What::Opened => format!("{of} was opened"),
            What::Closed => format!("{of} was closed"),
            What::Broke(n) => format!("{n} of {of} broke"),
            What::Repaired => format!("{of} was repaired"),
            What::Transferred(source) => format!("{of} went over to {}", name(source)),
            What::Tripped(loading) => format!("{of} tripped at {:.0} % of its rating", loading * 100.0),
            What::Ordered => format!("{of} ordered to start"),
            What::Ready(n) => format!("{of} carry voltage, {n} on the bus"),
            What::NoStart(n) => format!("{of} number {n} did not start"),
            What::Stopped(n) => format!("{of} number {n} stopped"),
            What::OutOfFuel => format!("{of} ran out of fuel"),
            What::Shed => format!("{of} was taken off: the gensets cannot carry it"),
            What::Refused(blocks, out) => {
                let with = match out {
                    0 => String::new(),
                    out => format!(" with {} out", counted(out, "unit")),
                };
                let stay = if blocks == 1 { "stays" } else { "stay" };
                format!("{of} can carry no more{with}: {} {stay} off", counted(blocks, "block"))
            }
            What::OnBattery(n) => format!("{} behind {of} on battery", counted(n, "rack")),
            What::Dark(n) => format!("{} behind {of} went dark", counted(n, "rack")),
            What::Restored(n) => format!("{} behind {of} with power again", counted(n, "rack")),
            What::Collapse => format!("voltage collapsed at {of}"),
            What::UnitsLost(n) => format!("{} of {of} out of service", counted(n, "air-handling unit")),
            What::UnitsBack => format!("air-handling units of {of} back in service"),
            What::CdusLost(n) => format!("{} of {of} out of service", counted(n, "coolant distribution unit")),
            What::CdusBack => format!("coolant distribution units of {of} back in service"),
            What::PlantDark => format!("fans and pumps of {of} without power"),
            What::PlantBack => format!("fans and pumps of {of} with power again"),
            What::WaterCut => format!("water supply of {of} cut"),
            What::WaterBack => format!("water supply of {of} back"),
            What::Energised => format!("{of} energised"),
            What::Deenergised => format!("{of} taken out of service"),
            What::Throttling(r, outside_c) => {
                format!(
                    "chips of {of} throttle, first in {} (outside {outside_c:.1} °C)",
                    rack(r)
                )
            }
            What::ChipsTripped(r) => format!("chips of {of} trip, first in {}", rack(r)),
            What::ShutDown => format!("all chips of {of} are off"),
            What::RuleTransition(met) => {
                let (name, scope) = (met.quantity.name(), met.scope.name(campus));
                let beyond = if met.above { "above" } else { "below" };
                let (rule, value, limit) = (met.rule, rounded(met.value), rounded(met.limit));
                if met.over {
                    format!("rule {rule} is over: {name} of {scope} is {value}")
                } else {
                    format!("rule {rule} is met: {name} of {scope} is {value}, {beyond} {limit}")
                }
            }
            What::SetPoint(what, value) => {
                let to = value.map_or_else(|| "that of the plan".to_owned(), |value| value.to_string());
                format!("set point {} of {of} moved to {to}", what.as_str())
            }
            What::EnergyPrice(Some(price)) => format!("energy costs {price} $/MWh"),
            What::EnergyPrice(None) => "energy costs what the tariff says again".to_owned(),
            What::JobAsked(chips) => format!("a job of {} was asked for", counted(chips, "chip")),
            What::Cooled => format!("no chip of {of} throttles any more"),
        }
    }
}
