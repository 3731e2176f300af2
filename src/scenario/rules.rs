//! The rules of a scenario's file, with their words looked up.

use super::{Deed, Event, ScenarioFile, When, Words, Wrong};
use crate::diag::{Code, Report};
use crate::sim::rules::Rule;
use crate::sim::sense::{self, Quantity, Scope};
use crate::site::campus::Found;
use crate::site::schema::Parsed;
use crate::site::{Address, unit};

/// An amount in the unit of a quantity: a number, or one with a unit that measures the same.
fn amount(text: &str, quantity: Quantity) -> Result<f64, String> {
    let name = quantity.name();
    let (of_field, end) = unit::of_field(name).map_or((unit::share(), ""), |(unit, end)| (unit, end));
    unit::read_in(text, of_field).ok_or_else(|| match end {
        "" => format!("a number or a share in %, for {name}"),
        end => format!("a number, or one with a unit that measures the same as `{end}`, for {name}"),
    })
}

impl Words<'_> {
    /// A place down to a rack, or a power node.
    pub(super) fn scope(&self, name: &str) -> Option<Scope> {
        if let Some(node) = self.nodes.get(name) {
            return Some(Scope::Node(*node));
        }
        match self.campus.find(name.parse::<Address>().ok()?)? {
            Found::Tray { .. } | Found::Chip { .. } => None,
            found => Some(Scope::Place(found)),
        }
    }

    pub(super) fn rules(&self, parsed: &Parsed<ScenarioFile>, report: &mut Report) -> Vec<Rule> {
        let mut out = Vec::new();
        for (i, when) in parsed.value.when.iter().enumerate() {
            let before = report.errors.len();
            let mut wrong = |leaf: &str, code: Code, found: String, allowed: String| {
                report.push(parsed.error(code, &format!("when[{i}].{leaf}"), found, allowed));
            };
            let Some(rule) = self.rule(when, &mut wrong) else {
                continue;
            };
            if report.errors.len() == before {
                out.push(rule);
            }
        }
        out
    }

    fn rule(&self, when: &When, wrong: &mut dyn FnMut(&str, Code, String, String)) -> Option<Rule> {
        let then = self.deeds("then", &when.then, wrong);
        let cleared = self.deeds("cleared", &when.cleared, wrong);
        if when.then.is_empty() && when.cleared.is_empty() {
            let allowed = "at least one action".to_owned();
            wrong("then", Code::Inconsistent, "nothing".to_owned(), allowed);
        }
        let scope = match &when.at {
            None => Scope::Site,
            Some(name) => {
                let Some(scope) = self.scope(name) else {
                    let allowed = "a building, hall, row or rack, such as B01/H1, or a power node, such as S1/A";
                    wrong("at", Code::UnknownName, format!("{name:?}"), allowed.to_owned());
                    return None;
                };
                scope
            }
        };
        let quantity = match sense::quantity(&when.what, scope) {
            Ok(quantity) => quantity,
            Err(names) => {
                wrong("what", Code::UnknownName, format!("{:?}", when.what), names.join(", "));
                return None;
            }
        };
        if let (Quantity::Site(_), Some(take)) = (quantity, when.take) {
            let allowed = format!("nothing: {} is one figure of the site", quantity.name());
            wrong("take", Code::Inconsistent, take.as_str().to_owned(), allowed);
        }
        let (above, leaf, text) = match (&when.above, &when.below) {
            (Some(text), None) => (true, "above", text),
            (None, Some(text)) => (false, "below", text),
            (Some(_), Some(_)) => {
                let allowed = "one of `above` and `below`".to_owned();
                wrong("below", Code::Inconsistent, "both".to_owned(), allowed);
                return None;
            }
            (None, None) => {
                let allowed = "`above` or `below`".to_owned();
                wrong("what", Code::MissingField, "no limit".to_owned(), allowed);
                return None;
            }
        };
        let mut read = |leaf: &str, text: &str| {
            let value = amount(text, quantity);
            value
                .map_err(|allowed| wrong(leaf, Code::WrongKind, format!("{text:?}"), allowed))
                .ok()
        };
        let limit = read(leaf, text)?;
        let clears = match &when.clears {
            Some(text) => read("clears", text)?,
            None => limit,
        };
        if (above && clears > limit) || (!above && clears < limit) {
            let allowed = format!("{} the limit, {limit}", if above { "at most" } else { "at least" });
            wrong("clears", Code::Inconsistent, clears.to_string(), allowed);
        }
        Some(Rule {
            quantity,
            scope,
            take: when.take,
            above,
            limit,
            clears,
            for_s: when.for_s.unwrap_or(0.0),
            again_after_s: when.again_after_s,
            then,
            cleared,
        })
    }

    fn deeds(
        &self,
        list: &str,
        deeds: &[Deed],
        wrong: &mut dyn FnMut(&str, Code, String, String),
    ) -> Vec<crate::sim::rules::DelayedCommand> {
        let mut out = Vec::new();
        for (k, deed) in deeds.iter().enumerate() {
            let event = Event {
                at_s: 0.0,
                action: deed.action,
                at: deed.at.clone(),
                value: deed.value,
                lasts_s: deed.lasts_s,
                job: deed.job.clone(),
            };
            let commands: Result<_, Wrong> = self.commands(&event);
            match commands {
                Ok(commands) => {
                    let after_s = deed.after_s.unwrap_or(0.0);
                    out.extend(commands.into_iter().map(|(s, command)| (after_s + s, command)));
                }
                Err((leaf, found, allowed)) => {
                    wrong(&format!("{list}[{k}].{leaf}"), Code::UnknownName, found, allowed);
                }
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn amounts_come_in_the_unit_of_what_is_measured() {
        let inlet = sense::quantity("inlet", Scope::Site).expect("is a reading");
        assert_eq!(inlet.name(), "inlet_c");
        assert_eq!(amount("32 °C", inlet), Ok(32.0));
        assert_eq!(amount("32", inlet), Ok(32.0));
        assert!((amount("86F", inlet).expect("is a temperature") - 30.0).abs() < 1e-9);
        assert!(amount("32kW", inlet).expect_err("is power").contains("`c`"));
        let power = sense::quantity("it power", Scope::Site).expect("is a column");
        assert_eq!(amount("30MW", power), Ok(3e7));
        let loading = sense::quantity("loading", Scope::Node(0)).expect("is a reading");
        assert_eq!(amount("95%", loading), Ok(0.95));
        let names = sense::quantity("load", Scope::Site).expect_err("is of a node");
        assert!(names.contains(&"inlet_c") && !names.contains(&"load_w"));
    }

    proptest! {
        #[test]
        fn no_amount_makes_it_panic(text in "\\PC{0,24}") {
            for name in ["inlet", "it power", "pue"] {
                if let Ok(quantity) = sense::quantity(name, Scope::Site) {
                    let _ = amount(&text, quantity);
                }
            }
            let _ = sense::quantity(&text, Scope::Site);
        }
    }
}
