//! What the actions of events take: where they act, how much, and whether they can be taken back. The check of files and
//! the forms of programs go by the same table.

use std::fmt::{self, Write as _};

use super::{Action, Event, JobSpec};
use crate::site::unit;

/// Where an action acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Where {
    /// Nowhere in particular: on all of the site.
    Site,
    /// On a node of the power path.
    Node,
    /// In a hall.
    Hall,
    /// In a building or hall.
    Whole,
    /// In any place, or on all of the site without one.
    Any,
}

impl Where {
    /// What is allowed, in words.
    #[must_use]
    pub fn allowed(self) -> &'static str {
        match self {
            Self::Site => "nothing: it is for all of the site",
            Self::Node => "a power node, such as S1/A",
            Self::Hall => "a hall, such as B01/H1",
            Self::Whole => "a building or hall, such as B01 or B01/H1",
            Self::Any => "a place of this site, such as B01/H1, or nothing for all of it",
        }
    }
}

/// How much of something an action takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Amount {
    /// Least.
    pub low: f64,
    /// Most.
    pub high: f64,
    /// Unit as people write it; nothing for shares and counts.
    pub unit: &'static str,
    /// Whether it may be left out: things go back to what they were.
    pub optional: bool,
}

/// What an action takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Takes {
    /// Where.
    pub at: Where,
    /// How much, if it takes a value.
    pub value: Option<Amount>,
    /// Whether it takes a job.
    pub job: bool,
}

impl Amount {
    /// A value as a person writes it, in this unit; another unit that measures the same may stand behind it.
    ///
    /// # Errors
    /// What was found and what is allowed.
    pub fn read(&self, text: &str) -> Result<f64, String> {
        let unit = if self.unit.is_empty() {
            Some(unit::share())
        } else {
            unit::written(self.unit)
        };
        let value = unit.and_then(|unit| unit::read_in(text, unit));
        let inside = value.filter(|value| (self.low..=self.high).contains(value));
        inside.ok_or_else(|| format!("found {:?}; allowed: {self}", text.trim()))
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.low, self.high)?;
        if self.unit.is_empty() {
            Ok(())
        } else {
            write!(f, " {}", self.unit)
        }
    }
}

const fn amount(low: f64, high: f64, unit: &'static str, optional: bool) -> Option<Amount> {
    Some(Amount {
        low,
        high,
        unit,
        optional,
    })
}

impl Action {
    /// What it takes.
    #[must_use]
    pub fn takes(self) -> Takes {
        const COUNT: Option<Amount> = amount(1.0, 1e5, "", false);
        let (at, value) = match self {
            Self::OpenFeed | Self::CloseFeed | Self::RepairNode => (Where::Node, None),
            Self::BreakNode => (Where::Node, COUNT),
            Self::FailUnits | Self::ServiceUnits | Self::FailCdus => (Where::Hall, COUNT),
            Self::RepairUnits | Self::RepairCdus | Self::RestartChips => (Where::Hall, None),
            Self::CutWater | Self::RestoreWater | Self::SubmitJob => (Where::Site, None),
            Self::Energise | Self::Deenergise => (Where::Whole, None),
            Self::SetUtilisation => (Where::Any, amount(0.0, 1.0, "", false)),
            Self::OffsetWeather => (Where::Site, amount(-40.0, 40.0, "K", false)),
            Self::Smoke => (Where::Site, amount(0.0, 5_000.0, "µg/m³", false)),
            Self::CapPower => (Where::Any, amount(0.0, 1e11, "W", false)),
            Self::UncapPower => (Where::Any, None),
            Self::SetSupply => (Where::Whole, amount(-10.0, 40.0, "°C", true)),
            Self::SetEvaporation => (Where::Whole, amount(5.0, 60.0, "°C", true)),
            Self::SetSupplyRatio => (Where::Whole, amount(0.1, 3.0, "", true)),
            Self::EnergyPrice => (Where::Site, amount(-1_000.0, 20_000.0, "$/MWh", true)),
        };
        Takes {
            at,
            value,
            job: self == Self::SubmitJob,
        }
    }

    /// What takes it back, and whether with the value that it had; none if nothing does.
    pub(super) fn undone(self) -> Option<(Self, Option<f64>)> {
        Some(match self {
            Self::OpenFeed => (Self::CloseFeed, None),
            Self::CloseFeed => (Self::OpenFeed, None),
            Self::BreakNode => (Self::RepairNode, None),
            Self::FailUnits => (Self::RepairUnits, None),
            Self::FailCdus => (Self::RepairCdus, None),
            Self::CutWater => (Self::RestoreWater, None),
            Self::RestoreWater => (Self::CutWater, None),
            Self::Energise => (Self::Deenergise, None),
            Self::Deenergise => (Self::Energise, None),
            Self::OffsetWeather => (Self::OffsetWeather, Some(0.0)),
            Self::Smoke => (Self::Smoke, Some(0.0)),
            Self::CapPower => (Self::UncapPower, None),
            Self::SetSupply | Self::SetEvaporation | Self::SetSupplyRatio | Self::EnergyPrice => (self, None),
            Self::RepairNode
            | Self::RepairUnits
            | Self::ServiceUnits
            | Self::RepairCdus
            | Self::RestartChips
            | Self::SetUtilisation
            | Self::UncapPower
            | Self::SubmitJob => return None,
        })
    }

    /// Whether it can be taken back after a time.
    #[must_use]
    pub fn can_be_undone(self) -> bool {
        self.undone().is_some()
    }
}

fn put<T: std::fmt::Display>(out: &mut Vec<String>, field: &str, value: Option<T>) {
    out.extend(value.map(|value| format!("{field}: {value}")));
}

fn quoted(text: &Option<String>) -> Option<String> {
    text.as_ref().map(|text| format!("{text:?}"))
}

impl JobSpec {
    /// As it stands in a file.
    #[must_use]
    pub fn ron(&self) -> String {
        let mut out = Vec::new();
        put(&mut out, "like", quoted(&self.like));
        put(&mut out, "name", quoted(&self.name));
        put(&mut out, "chips", self.chips);
        put(&mut out, "chip", quoted(&self.chip));
        put(&mut out, "work_s", self.work_s);
        put(&mut out, "utilisation", self.utilisation);
        put(&mut out, "priority", self.priority);
        format!("({})", out.join(", "))
    }
}

impl Event {
    /// As it stands in a file.
    #[must_use]
    pub fn ron(&self) -> String {
        let mut out = String::from("(");
        let _ = write!(out, "at_s: {}, action: {}", self.at_s, self.action.as_str());
        let mut more = Vec::new();
        put(&mut more, "at", quoted(&self.at));
        put(&mut more, "value", self.value);
        put(&mut more, "lasts_s", self.lasts_s);
        put(&mut more, "job", self.job.as_ref().map(JobSpec::ron));
        for part in more {
            let _ = write!(out, ", {part}");
        }
        out.push(')');
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Overrides, ScenarioFile, load, load_text};
    use crate::site::items;
    use crate::site::schema::read;
    use crate::site::texts::NoFiles;

    /// A scenario of the lab with these events.
    fn with(events: &[Event]) -> String {
        let text = include_str!("../../assets/scenarios/lab-jobs.ron");
        let listed: Vec<String> = events.iter().map(Event::ron).collect();
        let from = text.find("events: [").expect("has events");
        let to = from + text[from..].find("],").expect("the list ends");
        format!("{}events: [{}{}", &text[..from], listed.join(", "), &text[to..])
    }

    fn event(action: Action) -> Event {
        let takes = action.takes();
        Event {
            at_s: 60.5,
            action,
            at: match takes.at {
                Where::Site => None,
                Where::Node => Some("S1/A".into()),
                Where::Hall | Where::Any => Some("B01/H1".into()),
                Where::Whole => Some("B01".into()),
            },
            value: takes.value.map(|amount| amount.high),
            lasts_s: action.can_be_undone().then_some(600.0),
            job: takes.job.then(|| JobSpec {
                like: None,
                name: Some("a \"name\"".into()),
                chips: Some(8),
                chip: None,
                work_s: Some(600.0),
                utilisation: Some(0.5),
                priority: Some(-3),
            }),
        }
    }

    #[test]
    fn every_action_with_what_it_takes_is_read_back_and_can_run() {
        let events: Vec<Event> = Action::ALL.into_iter().map(event).collect();
        let text = with(&events);
        let parsed = read::<ScenarioFile>("x", &text).expect("is a scenario");
        assert_eq!(format!("{:?}", parsed.value.events), format!("{events:?}"));
        let loaded = load_text(&NoFiles, "x", &text, Overrides::default()).expect("every action is understood");
        assert!(loaded.timeline.len() > events.len(), "what lasts is taken back");
    }

    #[test]
    fn a_value_comes_in_any_unit_that_measures_the_same() {
        let value = |action: Action, text: &str| action.takes().value.expect("takes one").read(text);
        assert_eq!(value(Action::CapPower, "30MW"), Ok(3e7));
        assert_eq!(value(Action::SetSupply, "18"), Ok(18.0));
        assert_eq!(value(Action::SetUtilisation, "60 %"), Ok(0.6));
        assert_eq!(value(Action::EnergyPrice, "0.4 $/kWh"), Ok(400.0));
        assert_eq!(
            value(Action::Smoke, "0.2 kg/s").map_err(|e| e.contains("µg/m³")),
            Err(true)
        );
        for action in Action::ALL {
            if let Some(amount) = action.takes().value {
                assert_eq!(
                    amount.read(&format!("{} {}", amount.low, amount.unit)),
                    Ok(amount.low),
                    "{action:?}"
                );
                assert!(amount.read("many").is_err());
                assert!(amount.read(&format!("{}", amount.high * 2.0 + 1.0)).is_err());
            }
        }
    }

    #[test]
    fn every_shipped_scenario_takes_an_event_and_gives_it_back() {
        for (name, text) in crate::scenario::BUILTIN {
            let number = read::<ScenarioFile>(name, text)
                .expect("is a scenario")
                .value
                .events
                .len();
            let new = event(Action::CutWater).ron();
            let longer = items::append(name, text, "events", &new).expect("takes an event");
            let events = read::<ScenarioFile>(name, &longer)
                .expect("stays a scenario")
                .value
                .events;
            assert_eq!(events.len(), number + 1, "{name}");
            assert_eq!(events[number].action, Action::CutWater);
            let back = items::remove(name, &longer, "events", number).expect("gives it back");
            let events = read::<ScenarioFile>(name, &back)
                .expect("stays a scenario")
                .value
                .events;
            assert_eq!(events.len(), number, "{name}");
            assert_eq!(
                back.matches("//").count(),
                text.matches("//").count(),
                "{name} keeps its comments"
            );
        }
    }

    #[test]
    fn values_outside_what_an_action_takes_are_refused() {
        for action in Action::ALL {
            let Some(amount) = action.takes().value else { continue };
            let beyond = |value: Option<f64>| Event { value, ..event(action) };
            let mut wrong = vec![
                beyond(Some(amount.low - 0.5)),
                beyond(Some((amount.high * 1.5).max(amount.high + 1.0))),
            ];
            if !amount.optional {
                wrong.push(beyond(None));
            }
            for event in wrong {
                let error = load_text(&NoFiles, "x", &with(std::slice::from_ref(&event)), Overrides::default())
                    .expect_err("is outside");
                assert!(error.to_string().contains("events[0].value"), "{event:?}: {error}");
            }
        }
        let lasting = Event {
            lasts_s: Some(60.0),
            ..event(Action::RepairUnits)
        };
        assert!(load_text(&NoFiles, "x", &with(&[lasting]), Overrides::default()).is_err());
        assert!(load(&NoFiles, "builtin:lab-jobs", Overrides::default()).is_ok());
    }
}
