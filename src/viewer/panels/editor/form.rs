//! The scenario as a form, for those who do not write RON. It works on the same text and keeps its comments.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use bevy_egui::egui;
use egui::{Key, RichText, TextEdit};
use rainier::diag::Report;
use rainier::scenario::{self, Reachable, ScenarioFile};
use rainier::site::campus::Found;
use rainier::site::schema::{ANY, Checked};
use rainier::site::shape::{Declared, FieldShape, Shape, Shapes};
use rainier::site::tree::{Kind, Node};
use rainier::site::unit;

use super::acts::{self, Act};
use super::document::Document;
use super::pieces::{cell, line, words};
use crate::args::TEXTS;
use crate::cases::Case;
use crate::panels::pieces::{called, named, part};
use crate::panels::theme::{ACCENT, ALARM, QUIET};
use crate::words::say;

/// Fields of a scenario in the order of the form; the others are for the text.
const FIELDS: [&str; 17] = [
    "name",
    "about",
    "site",
    "weather",
    "workload",
    "plan",
    "start",
    "duration_s",
    "tick_s",
    "record_every_s",
    "seed",
    "phase",
    "only",
    "utilisation",
    "load_texture",
    "weather_offset_k",
    "dew_point_offset_k",
];

/// Fields of an event that have a column, and the columns' widths.
const EVENT: [(&str, f32); 5] = [
    ("at_s", 70.0),
    ("action", 130.0),
    ("at", 130.0),
    ("value", 80.0),
    ("lasts_s", 70.0),
];

/// The same of a spell.
const SPELL: [(&str, f32); 7] = [
    ("what", 96.0),
    ("at_s", 64.0),
    ("lasts_s", 64.0),
    ("ramp_s", 60.0),
    ("dry_bulb_k", 52.0),
    ("dew_point_k", 52.0),
    ("particles_ug_m3", 60.0),
];

/// A spell to begin with.
const NEW_SPELL: &str = "(what: HeatWave, at_s: 0, lasts_s: 86400, ramp_s: 21600, dry_bulb_k: 8, basis: \"Assumed\")";

/// Most rows of a list that are shown; the text has all.
const ROWS: usize = 100;

/// What files may hold.
static SHAPES: LazyLock<BTreeMap<&'static str, Declared>> = LazyLock::new(|| {
    let mut shapes = Shapes::default();
    let _ = ScenarioFile::shape(ANY, &mut shapes);
    shapes.all
});

/// A field of a record as it is declared.
fn declared(record: &str, field: &str) -> Option<&'static FieldShape> {
    match SHAPES.get(record)? {
        Declared::Record(_, fields) => fields.iter().find(|known| known.name == field),
        Declared::Choice(..) => None,
    }
}

/// A shape without what says that it may be left out.
fn inner(shape: &Shape) -> &Shape {
    match shape {
        Shape::Maybe(shape) => inner(shape),
        shape => shape,
    }
}

/// What a field says, with its range.
fn about(field: &FieldShape) -> String {
    let range = match inner(&field.shape) {
        Shape::Number(_, limits) if *limits != ANY => format!(" {limits}."),
        _ => String::new(),
    };
    let mut text = format!("{}{range}", field.doc);
    if field.optional {
        text.push(' ');
        text.push_str(say!("field-optional"));
    }
    text
}

/// A field's name as a person reads it, and its unit.
fn label(name: &str) -> (String, String) {
    let spelt = unit::spelt(name).unwrap_or_default();
    let end = unit::of_field(name).map_or("", |(_, end)| end);
    let words = name
        .strip_suffix(end)
        .unwrap_or(name)
        .trim_end_matches('_')
        .replace('_', " ");
    let mut letters = words.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    (format!("{first}{}", letters.as_str()), spelt)
}

/// A value as a form shows it: texts without quotes, and nothing for what is left out.
fn shown(text: &str, node: Option<&Node>) -> String {
    match node.map(|node| (&node.kind, &node.span)) {
        None => String::new(),
        Some((Kind::Word(word), _)) if word == "None" => String::new(),
        Some((Kind::Text(text), _)) => text.clone(),
        Some((Kind::Tuple(Some(some), items), _)) if some == "Some" => shown(text, items.first()),
        Some((_, span)) => text.get(span.clone()).unwrap_or_default().to_owned(),
    }
}

fn field_of<'t>(node: &'t Node, name: &str) -> Option<&'t Node> {
    match &node.kind {
        Kind::Record(_, fields) => fields
            .iter()
            .find(|(field, ..)| field == name)
            .map(|(_, _, value)| value),
        _ => None,
    }
}

fn items_of<'t>(root: &'t Node, list: &str) -> &'t [Node] {
    match field_of(root, list).map(|node| &node.kind) {
        Some(Kind::List(items)) => items,
        _ => &[],
    }
}

/// A change that the form makes to the text.
#[derive(Debug, Clone, PartialEq)]
enum Edit {
    Field(String, String),
    Append(&'static str, String),
    Replace(&'static str, usize, String),
    Remove(&'static str, usize),
}

impl Edit {
    fn make(&self, document: &mut Document) -> Result<(), Report> {
        match self {
            Self::Field(path, value) => document.set_field(path, value),
            Self::Append(list, item) => document.append(list, item),
            Self::Replace(list, number, item) => document.replace(list, *number, item),
            Self::Remove(list, number) => document.remove(list, *number),
        }
    }
}

/// The text of a value that a person typed for a field.
fn written(field: &FieldShape, typed: &str) -> String {
    let typed = typed.trim();
    match inner(&field.shape) {
        _ if typed.is_empty() && field.optional => "None".to_owned(),
        Shape::Text => format!("{typed:?}"),
        _ => typed.to_owned(),
    }
}

/// A value that can be changed, with its id and its name.
fn value(ui: &mut egui::Ui, titled: (egui::Id, &str), field: &FieldShape, now: &str, width: f32) -> Option<String> {
    let about = about(field);
    if let Shape::Choice(name) = inner(&field.shape)
        && let Some(Declared::Choice(_, all)) = SHAPES.get(name)
    {
        return words(ui, titled, now, width, all).map(str::to_owned);
    }
    let hint = if field.optional { "–" } else { "" };
    cell(ui, titled, now, width, hint, &about).map(|typed| written(field, &typed))
}

/// The fields of the scenario itself.
fn general(ui: &mut egui::Ui, text: &str, root: &Node, width: f32, edits: &mut Vec<Edit>) {
    for name in FIELDS {
        let Some(field) = declared("ScenarioFile", name) else {
            continue;
        };
        let (title, unit) = label(name);
        line(ui, &title, |ui| {
            let wide = matches!(inner(&field.shape), Shape::Text) && !["start", "only"].contains(&name);
            let width = if wide {
                (width - 130.0).clamp(120.0, 520.0)
            } else {
                150.0
            };
            let now = shown(text, field_of(root, name));
            let id = ui.make_persistent_id(("field", name));
            if let Some(value) = value(ui, (id, &title), field, &now, width) {
                edits.push(Edit::Field(name.to_owned(), value));
            }
            if !unit.is_empty() {
                ui.label(RichText::new(unit).size(11.5).color(QUIET));
            }
        });
    }
}

/// A list of records as a table.
fn table(
    ui: &mut egui::Ui,
    (text, root): (&str, &Node),
    (list, record): (&'static str, &str),
    columns: &[(&str, f32)],
    edits: &mut Vec<Edit>,
) {
    let items = items_of(root, list);
    if items.is_empty() {
        return;
    }
    egui::ScrollArea::horizontal().id_salt(list).show(ui, |ui| {
        egui::Grid::new(list).spacing([6.0, 3.0]).show(ui, |ui| {
            for (name, _) in columns {
                let (title, unit) = label(name);
                let unit = if unit.is_empty() { unit } else { format!(", {unit}") };
                let about = declared(record, name).map(about).unwrap_or_default();
                ui.label(RichText::new(format!("{title}{unit}")).size(11.5).color(QUIET))
                    .on_hover_text(about);
            }
            ui.end_row();
            for (i, item) in items.iter().enumerate().take(ROWS) {
                for (name, width) in columns {
                    let Some(field) = declared(record, name) else { continue };
                    let now = shown(text, field_of(item, name));
                    let title = format!("{} {}", label(name).0, i + 1);
                    let id = ui.make_persistent_id((list, i, *name));
                    if let Some(value) = value(ui, (id, &title), field, &now, *width) {
                        edits.push(Edit::Field(format!("{list}[{i}].{name}"), value));
                    }
                }
                if named(ui.small_button("✖"), say!("form-remove")).clicked() {
                    edits.push(Edit::Remove(list, i));
                }
                // What has no column is there all the same.
                if field_of(item, "job").is_some() {
                    ui.label(RichText::new(say!("form-with-job")).size(11.5).color(QUIET));
                }
                ui.end_row();
            }
        });
    });
    if items.len() > ROWS {
        let more = say!("form-more", count = items.len() - ROWS);
        ui.label(RichText::new(more).size(11.5).color(QUIET));
    }
}

/// Changes of fields in other files.
fn changes(
    ui: &mut egui::Ui,
    (document_file, text, root): (&str, &str, &Node),
    new: &mut NewChange,
    width: f32,
    edits: &mut Vec<Edit>,
) {
    let width = (width - 60.0).clamp(200.0, 640.0);
    let hint = say!("form-change-example");
    let about = say!("form-change-about");
    let items = items_of(root, "changes");
    for (i, item) in items.iter().enumerate().take(ROWS) {
        ui.horizontal(|ui| {
            let now = shown(text, Some(item));
            let id = ui.make_persistent_id(("changes", i));
            let title = format!("{} {}", say!("form-change"), i + 1);
            if let Some(typed) = cell(ui, (id, &title), &now, width, hint, about) {
                edits.push(Edit::Replace("changes", i, format!("{:?}", typed.trim())));
            }
            if named(ui.small_button("✖"), say!("form-remove")).clicked() {
                edits.push(Edit::Remove("changes", i));
            }
        });
    }
    let mut add = false;
    ui.horizontal(|ui| {
        let edit = TextEdit::singleline(&mut new.typed)
            .desired_width(width)
            .hint_text(hint);
        let response = called(ui.add(edit), say!("form-change")).on_hover_text(about);
        let enter = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        let ready = new.typed.contains('=');
        add = ui.add_enabled(ready, egui::Button::new(say!("form-add"))).clicked() || (enter && ready);
    });
    if add {
        edits.push(Edit::Append("changes", format!("{:?}", new.typed.trim())));
        new.typed.clear();
    }
    for field in new.offered(document_file, text, root) {
        let said = format!("{} = {}", field.path, field.value);
        let label = egui::Label::new(RichText::new(&said).monospace().size(11.5).color(ACCENT)).truncate();
        if ui
            .add(label.sense(egui::Sense::click()))
            .on_hover_text(say!("form-take"))
            .clicked()
        {
            new.typed = said;
        }
    }
}

/// A change that is being typed, with the fields that it could be of.
#[derive(Debug, Clone, Default)]
pub(super) struct NewChange {
    typed: String,
    /// Files that the fields are of.
    of: String,
    fields: Vec<Reachable>,
}

/// Fields that are offered for what has been typed.
const OFFERED: usize = 6;

impl NewChange {
    /// Fields with all the words in their paths that have been typed.
    fn offered(&mut self, file: &str, text: &str, root: &Node) -> Vec<Reachable> {
        if self.typed.trim().is_empty() || self.typed.contains('=') {
            return Vec::new();
        }
        let named = ["site", "weather", "workload", "plan"].map(|field| root.text(field).unwrap_or_default());
        let of = format!("{file} {}", named.join(" "));
        if self.of != of {
            self.fields = scenario::reachable(TEXTS, file, text);
            self.of = of;
        }
        let typed = self.typed.to_lowercase();
        let fits = |field: &&Reachable| {
            let path = field.path.to_lowercase();
            typed.split_whitespace().all(|word| path.contains(word))
        };
        self.fields.iter().filter(fits).take(OFFERED).cloned().collect()
    }
}

/// What of the view the form looks at.
pub(super) struct Around<'w> {
    /// What runs: names are offered from it.
    pub(super) case: &'w Case,
    /// The selected place.
    pub(super) selected: Option<Found>,
}

/// The form; what was wrong with a change, if anything was.
pub(super) fn form(
    ui: &mut egui::Ui,
    document: &mut Document,
    (act, new): (&mut Act, &mut NewChange),
    around: &Around<'_>,
    width: f32,
) -> Option<Report> {
    let (file, text) = (document.file().to_owned(), document.text.clone());
    let root = match document.tree() {
        Ok(root) => root.clone(),
        Err(error) => {
            let place = error.place;
            let problem = say!(
                "form-unreadable",
                line = &place.line,
                column = &place.column,
                found = &error.found,
                allowed = &error.allowed
            );
            ui.label(RichText::new(problem).size(12.5).color(ALARM));
            return None;
        }
    };
    let mut edits = Vec::new();
    general(ui, &text, &root, width, &mut edits);

    part(ui, say!("form-events"));
    table(ui, (&text, &root), ("events", "Event"), &EVENT, &mut edits);
    ui.collapsing(say!("form-add-event"), |ui| {
        let same_site = root.text("site") == Some(around.case.loaded.scenario.site.as_str());
        let loaded = (&*around.case.loaded, same_site);
        let event = acts::form(ui, "event", act, loaded, around.selected, None);
        line(ui, "", |ui| {
            let ready = event.is_ok();
            if ui.add_enabled(ready, egui::Button::new(say!("form-add"))).clicked()
                && let Ok(event) = &event
            {
                edits.push(Edit::Append("events", event.ron()));
            }
        });
    });

    part(ui, say!("form-spells"));
    table(ui, (&text, &root), ("spells", "Spell"), &SPELL, &mut edits);
    if ui.button(say!("form-add-spell")).clicked() {
        edits.push(Edit::Append("spells", NEW_SPELL.to_owned()));
    }

    part(ui, say!("form-changes"));
    changes(ui, (&file, &text, &root), new, width, &mut edits);
    let rules = items_of(&root, "when").len();
    if rules > 0 {
        let said = say!("form-rules", count = rules);
        ui.label(RichText::new(said).size(11.5).color(QUIET));
    }
    // One a frame: places move with each.
    edits.first().and_then(|edit| edit.make(document).err())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_of_the_form_is_one_of_the_files() {
        for name in FIELDS {
            assert!(declared("ScenarioFile", name).is_some(), "{name}");
        }
        for (record, columns) in [("Event", &EVENT[..]), ("Spell", &SPELL[..])] {
            for (name, _) in columns {
                assert!(declared(record, name).is_some(), "{record}.{name}");
            }
        }
        assert_eq!(label("weather_offset_k"), ("Weather offset".to_owned(), "K".to_owned()));
        assert_eq!(label("name"), ("Name".to_owned(), String::new()));
    }

    #[test]
    fn what_is_typed_into_any_field_stands_in_the_text_and_is_shown_again() {
        for (file, _) in rainier::scenario::builtin_titles() {
            let mut document = Document::builtin(&file);
            for name in FIELDS {
                let field = declared("ScenarioFile", name).expect("is one");
                let typed = match inner(&field.shape) {
                    Shape::Text => "a \"new\" text\\",
                    _ => "1",
                };
                Edit::Field(name.into(), written(field, typed))
                    .make(&mut document)
                    .expect("fits");
                let text = document.text.clone();
                let root = document.tree().expect("can be read");
                assert_eq!(shown(&text, field_of(root, name)), typed, "{file} {name}");
            }
            let field = declared("ScenarioFile", "only").expect("is one");
            Edit::Field("only".into(), written(field, " "))
                .make(&mut document)
                .expect("may be left out");
            let text = document.text.clone();
            let root = document.tree().expect("can be read");
            assert_eq!(shown(&text, field_of(root, "only")), "", "{file}");
        }
    }

    #[test]
    fn a_new_spell_and_the_rows_of_events_are_right() {
        let mut document = Document::builtin("builtin:feed-lost");
        for edit in [
            Edit::Append("spells", NEW_SPELL.into()),
            Edit::Field("events[1].lasts_s".into(), "1h".into()),
            Edit::Field("events[1].at".into(), "\"S1/B\"".into()),
            Edit::Field("spells[0].what".into(), "ColdSnap".into()),
            Edit::Field("spells[0].dry_bulb_k".into(), "-5".into()),
        ] {
            edit.make(&mut document)
                .unwrap_or_else(|report| panic!("{edit:?}: {report}"));
        }
        rainier::scenario::check_form("x", &document.text).expect("is a scenario");
        assert!(document.text.contains("at: \"S1/B\""));
    }
}
