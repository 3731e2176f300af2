//! What can be done: the form of an action, for an event of a scenario and for an operator's command at once.

use bevy_egui::egui;
use egui::{RichText, TextEdit};
use rainier::scenario::{self, Action, Event, JobSpec, Loaded, Where};
use rainier::site::Campus;
use rainier::site::campus::Found;
use rainier::site::unit;

use super::pieces::line;
use crate::panels::pieces::called;
use crate::panels::theme::{ACCENT, ALARM, QUIET};
use crate::selection::name;
use crate::words::say;

/// An action as it is being put together.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Act {
    action: Action,
    at: String,
    value: String,
    when: String,
    lasts: String,
    like: String,
    chips: String,
    work: String,
    /// What the form says, and what came of it when it was last looked at.
    outcome: Option<Outcome>,
}

/// What a form stands for.
#[derive(Debug, Clone, PartialEq)]
struct Outcome {
    of: [String; 8],
    /// Site that it was looked up in.
    site: String,
    event: Result<Event, String>,
}

impl Default for Act {
    fn default() -> Self {
        Self {
            action: Action::OpenFeed,
            at: String::new(),
            value: String::new(),
            when: "1h".into(),
            lasts: String::new(),
            like: String::new(),
            chips: "64".into(),
            work: "1h".into(),
            outcome: None,
        }
    }
}

/// Names that are offered for what has been typed.
const OFFERED: usize = 5;

/// A time in any unit, s.
fn seconds(field: &str, text: &str) -> Result<f64, String> {
    let value = unit::written("s").and_then(|s| unit::read_in(text, s));
    let value = value.filter(|value| (0.0..=3.2e9).contains(value));
    value.ok_or_else(|| say!("act-bad-time", field = field, found = format!("{text:?}")))
}

/// A text, if there is any.
fn filled(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

impl Act {
    /// The event that the form says; `now_s` is its time where the form has none.
    fn event(&self, now_s: Option<f64>) -> Result<Event, String> {
        let takes = self.action.takes();
        let at_s = now_s.map_or_else(|| seconds(say!("act-field-time"), &self.when), Ok)?;
        let value = match (takes.value, filled(&self.value)) {
            (None, _) => None,
            (Some(amount), None) if amount.optional => None,
            (Some(amount), text) => {
                let text = text.unwrap_or_default();
                Some(
                    amount
                        .read(&text)
                        .map_err(|problem| say!("act-bad-value", problem = problem))?,
                )
            }
        };
        let lasts_s = match filled(&self.lasts) {
            Some(text) if now_s.is_none() && self.action.can_be_undone() => {
                Some(seconds(say!("act-field-lasts"), &text)?)
            }
            _ => None,
        };
        let job = if takes.job { Some(self.job()?) } else { None };
        Ok(Event {
            at_s,
            action: self.action,
            at: if takes.at == Where::Site {
                None
            } else {
                filled(&self.at)
            },
            value,
            lasts_s,
            job,
        })
    }

    fn job(&self) -> Result<JobSpec, String> {
        let like = filled(&self.like);
        let chips = match filled(&self.chips) {
            None => None,
            Some(text) => {
                let chips = text.replace([',', '_'], "").parse().ok();
                let chips = chips.filter(|chips: &u32| (1..=100_000_000).contains(chips));
                Some(chips.ok_or_else(|| say!("act-bad-chips", found = format!("{text:?}")))?)
            }
        };
        let work_s = filled(&self.work)
            .map(|text| seconds(say!("act-field-work"), &text))
            .transpose()?;
        Ok(JobSpec {
            like,
            name: None,
            chips,
            chip: None,
            work_s,
            utilisation: None,
            priority: None,
        })
    }

    fn words(&self) -> [String; 8] {
        [
            self.action.as_str(),
            &self.at,
            &self.value,
            &self.when,
            &self.lasts,
            &self.like,
            &self.chips,
            &self.work,
        ]
        .map(str::to_owned)
    }

    /// The event, with its names looked up in a loaded scenario if there is one; anew only where something has changed.
    fn checked(&mut self, loaded: Option<&Loaded>, now_s: Option<f64>) -> Result<Event, String> {
        let of = self.words();
        let site = loaded.map_or_else(String::new, |loaded| format!("{} {}", loaded.file, loaded.site_file));
        let known = self
            .outcome
            .as_ref()
            .filter(|known| known.of == of && known.site == site);
        let event = match known {
            Some(known) => known.event.clone(),
            None => {
                let looked_up = |event: Event| match loaded {
                    Some(loaded) => scenario::order(loaded, &event).map(|_| event),
                    None => Ok(event),
                };
                let event = self.event(now_s).and_then(looked_up);
                self.outcome = Some(Outcome {
                    of,
                    site,
                    event: event.clone(),
                });
                event
            }
        };
        event.map(|event| Event {
            at_s: now_s.unwrap_or(event.at_s),
            ..event
        })
    }
}

/// The place that an action would take of the selected one: itself, or what holds it.
fn suited(campus: &Campus, takes: Where, selected: Option<Found>) -> Option<String> {
    let mut step = selected;
    while let Some(found) = step {
        let fits = match takes {
            Where::Site | Where::Node => false,
            Where::Hall => matches!(found, Found::Hall(_)),
            Where::Whole => matches!(found, Found::Building(_) | Found::Hall(_)),
            Where::Any => true,
        };
        if fits {
            return Some(name(campus, found));
        }
        step = campus.up(found);
    }
    None
}

/// Power nodes whose names have what was typed in them; those of the selected place where nothing was.
fn nodes<'c>(campus: &'c Campus, typed: &str, selected: Option<Found>) -> Vec<&'c str> {
    let typed = typed.trim().to_lowercase();
    let selected = selected.map(|found| name(campus, found));
    let near = match (typed.is_empty(), &selected) {
        (true, Some(place)) => place.split('/').take(2).collect::<Vec<_>>().join("/").to_lowercase(),
        _ => typed,
    };
    let names = campus.power.nodes.iter().map(|node| node.name.as_str());
    let mut found: Vec<&str> = names.filter(|name| name.to_lowercase().contains(&near)).collect();
    // The shortest names are those of the largest nodes.
    found.sort_by_key(|name| (name.len(), *name));
    found.truncate(OFFERED);
    found
}

/// Where an action acts: typed, or taken from what is selected.
fn place(ui: &mut egui::Ui, act: &mut Act, campus: &Campus, selected: Option<Found>) {
    let takes = act.action.takes().at;
    line(ui, say!("act-where"), |ui| {
        let hint = match takes {
            Where::Node => "S1/A",
            Where::Any => say!("act-everywhere"),
            _ => "B01/H1",
        };
        let edit = TextEdit::singleline(&mut act.at).desired_width(150.0);
        called(ui.add(edit.hint_text(hint)), say!("act-where")).on_hover_text(takes.allowed());
        if takes == Where::Node {
            let typed = act.at.clone();
            let offered = nodes(campus, &typed, selected);
            if offered != [typed.as_str()] {
                for node in offered {
                    if ui.small_button(node).clicked() {
                        act.at = node.to_owned();
                    }
                }
            }
        } else if let Some(place) = suited(campus, takes, selected)
            && place != act.at
            && ui.small_button(&place).on_hover_text(say!("act-selected")).clicked()
        {
            act.at = place;
        }
    });
}

/// The form. The event that it says, or what is wrong with it; `now_s` where it is for at once. Names are offered from a
/// loaded scenario, and looked up in it if the event is for its site.
pub(super) fn form(
    ui: &mut egui::Ui,
    id: &str,
    act: &mut Act,
    (loaded, same_site): (&Loaded, bool),
    selected: Option<Found>,
    now_s: Option<f64>,
) -> Result<Event, String> {
    line(ui, say!("act-what"), |ui| {
        let drawn = egui::ComboBox::from_id_salt((id, "action"))
            .width(170.0)
            .height(360.0)
            .selected_text(act.action.as_str())
            .show_ui(ui, |ui| {
                for action in Action::ALL {
                    let on = act.action == action;
                    if ui
                        .selectable_label(on, action.as_str())
                        .on_hover_text(action.about())
                        .clicked()
                    {
                        act.action = action;
                        act.value.clear();
                    }
                }
            });
        called(drawn.response, say!("act-what"));
        // The words are those of the files' reference, which marks names of fields.
        let about = act.action.about().replace('`', "");
        ui.add(egui::Label::new(RichText::new(about).size(11.5).color(QUIET)).wrap());
    });
    let takes = act.action.takes();
    if takes.at != Where::Site {
        place(ui, act, &loaded.site.campus, selected);
    }
    if let Some(amount) = takes.value {
        line(ui, say!("act-value"), |ui| {
            let edit = TextEdit::singleline(&mut act.value).desired_width(150.0);
            called(ui.add(edit.hint_text(amount.unit)), say!("act-value"));
            let mut about = amount.to_string();
            if amount.optional {
                about = say!("act-value-optional", amount = about);
            }
            ui.label(RichText::new(about).size(11.5).color(QUIET));
        });
    }
    if takes.job {
        line(ui, say!("act-job"), |ui| {
            let field = |ui: &mut egui::Ui, text: &mut String, width: f32, hint: &str, about: &str| {
                let edit = TextEdit::singleline(text).desired_width(width);
                called(ui.add(edit.hint_text(hint)), hint).on_hover_text(about);
            };
            field(ui, &mut act.like, 110.0, say!("act-like"), say!("act-like.hint"));
            field(ui, &mut act.chips, 64.0, say!("act-chips"), say!("act-chips.hint"));
            ui.label(RichText::new(say!("act-chips")).size(11.5).color(QUIET));
            field(ui, &mut act.work, 64.0, say!("act-work"), say!("act-work.hint"));
            ui.label(RichText::new(say!("act-of-work")).size(11.5).color(QUIET));
        });
    }
    if now_s.is_none() {
        line(ui, say!("act-when"), |ui| {
            let edit = TextEdit::singleline(&mut act.when).desired_width(80.0);
            called(ui.add(edit.hint_text("2h")), say!("act-when")).on_hover_text(say!("act-when.hint"));
            ui.label(RichText::new(say!("act-after-start")).size(11.5).color(QUIET));
            if act.action.can_be_undone() {
                let edit = TextEdit::singleline(&mut act.lasts).desired_width(80.0);
                called(ui.add(edit.hint_text(say!("act-for-good"))), say!("act-field-lasts"))
                    .on_hover_text(say!("act-for-good.hint"));
                ui.label(RichText::new(say!("act-long")).size(11.5).color(QUIET));
            }
        });
    }
    let event = act.checked(same_site.then_some(loaded), now_s);
    line(ui, "", |ui| match &event {
        Ok(event) => {
            ui.add(egui::Label::new(RichText::new(event.ron()).monospace().size(11.5).color(ACCENT)).wrap());
        }
        Err(problem) => {
            // Nobody has done anything wrong yet.
            let untouched = act.at.trim().is_empty() && act.value.trim().is_empty();
            let tint = if untouched { QUIET } else { ALARM };
            ui.add(egui::Label::new(RichText::new(problem).size(11.5).color(tint)).wrap());
        }
    });
    event
}

#[cfg(test)]
mod tests {
    use super::*;
    use rainier::scenario::{Overrides, load};
    use rainier::site::texts::NoFiles;

    fn lab() -> Loaded {
        load(&NoFiles, "builtin:lab-jobs", Overrides::default()).expect("is built in")
    }

    #[test]
    fn a_form_says_an_event_or_what_is_wrong_with_it() {
        let loaded = lab();
        let mut act = Act {
            action: Action::CapPower,
            at: " B01 ".into(),
            value: "0.4MW".into(),
            when: "90 min".into(),
            lasts: "2h".into(),
            ..Act::default()
        };
        let event = act.checked(Some(&loaded), None).expect("is right");
        assert_eq!(
            event.ron(),
            "(at_s: 5400, action: CapPower, at: \"B01\", value: 400000, lasts_s: 7200)"
        );
        // At once it has the time of now, and nothing takes it back.
        let now = act.clone().checked(Some(&loaded), None).expect("is right");
        assert_eq!(now, event);
        act.outcome = None;
        assert_eq!(
            act.checked(Some(&loaded), Some(60.0)).expect("is right").ron(),
            "(at_s: 60, action: CapPower, at: \"B01\", value: 400000)"
        );
        for (change, expected) in [
            (
                &(|act: &mut Act| act.value = "2h".into()) as &dyn Fn(&mut Act),
                "value: found \"2h\"",
            ),
            (&|act: &mut Act| act.when = "soon".into(), "time: found \"soon\""),
            (&|act: &mut Act| act.lasts = "-1".into(), "lasts: found \"-1\""),
            (&|act: &mut Act| act.at = "B99".into(), "at: found \"B99\""),
            (
                &|act: &mut Act| (act.action, act.chips) = (Action::SubmitJob, "many".into()),
                "chips: found \"many\"",
            ),
        ] {
            let mut wrong = act.clone();
            change(&mut wrong);
            let error = wrong.checked(Some(&loaded), None).expect_err("is wrong");
            assert!(error.contains(expected), "{expected} is not in {error}");
        }
    }

    #[test]
    fn the_selected_place_or_what_holds_it_is_offered() {
        let loaded = lab();
        let campus = &loaded.site.campus;
        let rack = crate::selection::place(campus, "B01/H1/R01/K01").ok();
        assert!(rack.is_some());
        assert_eq!(suited(campus, Where::Hall, rack).as_deref(), Some("B01/H1"));
        assert_eq!(suited(campus, Where::Any, rack).as_deref(), Some("B01/H1/R01/K01"));
        assert_eq!(suited(campus, Where::Site, rack), None);
        let near = nodes(campus, "", rack);
        assert!(
            !near.is_empty() && near.iter().all(|node| node.contains("B01/H1")),
            "{near:?}"
        );
        assert_eq!(nodes(campus, "UTIL", None), ["utility"]);
    }
}
