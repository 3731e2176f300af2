//! Alarms: what has gone wrong, since when, how much is lost by it, and why; a click goes there. New ones are told by short
//! notes that take no keys.

use std::collections::BTreeMap;
use std::sync::Arc;

use bevy::prelude::*;
use bevy_egui::{EguiContexts, EguiPrimaryContextPass, egui};
use egui::text::{LayoutJob, TextWrapping};
use egui::{Align2, Color32, FontId, Rect, RichText, Sense, TextFormat, pos2, vec2};
use rainier::results::alarms::{Alarm, Alarms, Severity};
use rainier::results::causes::{Told, chain, descendants};
use rainier::sim::HallColumns;
use rainier::sim::clock::Clock;
use rainier::sim::cooling::ThermalWatch;
use rainier::sim::meters::Meters;
use rainier::sim::power::incidents::{At, Incidents, What};
use rainier::sim::twin::Plan;
use rainier::site::Campus;
use rainier::site::campus::Found;

use super::format::{grouped, said};
use super::jobs::span;
use super::oneline::Asked;
use super::parts::{Part, Parts};
use super::pieces::frame;
use super::plot::local;
use super::theme::{ACCENT, ALARM, GOOD, GROUND, LINE, QUIET, QUOTED, TEXT, Tint};
use super::windows::Windows;
use crate::advance::Pace;
use crate::cases::Case;
use crate::named;
use crate::navigation::search::{Deed, Search, Target};
use crate::words::say;

/// Least and most size of the window's inside, points.
const SIZES: [[f32; 2]; 2] = [[420.0, 240.0], [820.0, 470.0]];

/// Height of a line of the list, points.
const LINE_HEIGHT: f32 = 20.0;

/// Narrower windows show no diagram beside the alarms, points.
const ROOM_FOR_DIAGRAM: f32 = 700.0;

/// Real time for which a note stays, s.
const NOTE_S: f32 = 9.0;

/// Most notes at a time.
const NOTES: usize = 3;

/// Width of a note's text, points.
const NOTE_WIDTH: f32 = 300.0;

/// Most kinds that are listed of what an alarm led to.
const KINDS: usize = 5;

/// A note of a new alarm.
#[derive(Debug, Clone, Copy)]
struct Note {
    alarm: u64,
    left_s: f32,
}

/// What is looked at, and what has been told.
#[derive(Resource, Debug, Clone, Default)]
pub(crate) struct Watching {
    /// The alarm that is looked at.
    chosen: Option<u64>,
    /// Whether only those that stand are listed.
    standing: bool,
    /// Those that are listed, in their order, and whether the pointer is over them.
    rows: Vec<u64>,
    pointed: bool,
    notes: Vec<Note>,
    /// Number of the first alarm that has not been told.
    untold: u64,
    /// The case that they are of, by its address.
    of: usize,
}

impl Watching {
    /// Puts those first that stand, and of each the latest. While the pointer is over them rows stay where they are, and what
    /// is new comes below.
    fn list(&mut self, alarms: &Alarms) {
        let was = |number: u64| self.rows.iter().position(|row| *row == number).filter(|_| self.pointed);
        let wanted = |alarm: &&Alarm| alarm.stands() || !self.standing || was(alarm.number).is_some();
        let mut rows: Vec<&Alarm> = alarms.iter().rev().filter(wanted).collect();
        rows.sort_by_key(|alarm| !alarm.stands());
        let mut rows: Vec<u64> = rows.into_iter().map(|alarm| alarm.number).collect();
        rows.sort_by_key(|number| was(*number).unwrap_or(usize::MAX));
        self.rows = rows;
    }
}

/// The sign of a severity: filled while the alarm stands. Shapes differ, not only colours.
pub(super) fn sign(severity: Severity, stands: bool) -> (&'static str, Tint) {
    match (severity, stands) {
        (Severity::Critical, true) => ("▲", ALARM),
        (Severity::Critical, false) => ("△", ALARM),
        (Severity::Warning, true) => ("◆", QUOTED),
        (Severity::Warning, false) => ("◇", QUOTED),
        (Severity::Notice, true) => ("●", ACCENT),
        (Severity::Notice, false) => ("○", ACCENT),
    }
}

/// How many alarms stand, in signs and numbers.
fn counts(standing: [usize; Severity::ALL.len()]) -> LayoutJob {
    let mut job = LayoutJob::default();
    let format = |size, color| TextFormat::simple(FontId::monospace(size), color);
    for (severity, count) in Severity::ALL.into_iter().zip(standing) {
        if count > 0 {
            let (glyph, tint) = sign(severity, true);
            let gap = if job.text.is_empty() { 0.0 } else { 8.0 };
            job.append(glyph, gap, format(12.0, tint.now()));
            job.append(&count.to_string(), 4.0, format(13.0, TEXT.now()));
        }
    }
    job
}

/// The same in words.
fn in_words(standing: [usize; Severity::ALL.len()]) -> String {
    let of =
        |(severity, count): (Severity, usize)| (count > 0).then(|| format!("{count} {}", named::severity(severity)));
    let words: Vec<String> = Severity::ALL.into_iter().zip(standing).filter_map(of).collect();
    words.join(", ")
}

/// The button that says how many alarms stand; whether it has been clicked.
pub(super) fn bell(ui: &mut egui::Ui, alarms: &Alarms, on: bool) -> bool {
    let standing = alarms.standing();
    let (job, hint) = if standing == [0; Severity::ALL.len()] {
        let mut job = LayoutJob::default();
        let format = TextFormat::simple(FontId::proportional(12.5), QUIET.now());
        job.append(say!("alarms-none"), 0.0, format);
        (job, say!("alarms-none.hint").to_owned())
    } else {
        (counts(standing), say!("alarms-active", what = in_words(standing)))
    };
    let button = egui::Button::selectable(on, job);
    let response = ui.add(button).on_hover_text(say!("alarms-active-key", what = &hint));
    response.widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::Button, true, hint.as_str()));
    response.clicked()
}

/// What the window and the notes read.
#[derive(bevy::ecs::system::SystemParam)]
struct State<'w> {
    plan: Res<'w, Plan>,
    clock: Res<'w, Clock>,
    incidents: Res<'w, Incidents>,
    alarms: Res<'w, Alarms>,
    meters: Res<'w, Meters>,
    halls: Res<'w, HallColumns>,
    watch: Res<'w, ThermalWatch>,
}

/// How to go where something happened.
#[derive(bevy::ecs::system::SystemParam)]
struct Ways<'w> {
    search: ResMut<'w, Search>,
    asked: ResMut<'w, Asked>,
}

impl Ways<'_> {
    /// Goes where an incident happened; one of the power path is shown in its diagram too, where there is room.
    fn go(&mut self, state: &State, n: u32, parts: &mut Parts, has_room: bool) {
        let Some(incident) = state.incidents.list.get(n as usize) else {
            return;
        };
        let row = state.incidents.outages.iter().find(|outage| outage.by == Some(n));
        let target = match (incident.what, incident.at) {
            (What::Throttling(rack, _) | What::ChipsTripped(rack), _) => Target::Place(Found::Rack(rack as usize)),
            (What::Dark(_), _) if row.is_some() => {
                Target::Place(Found::Row(row.map_or(0, |outage| outage.row as usize)))
            }
            (_, At::Node(node)) => Target::Node(node as usize),
            (_, At::Hall(hall)) => Target::Place(Found::Hall(hall as usize)),
            (_, At::Site) => Target::Deed(Deed::Home),
        };
        self.search.follow(target);
        self.asked.0 = incident.at.node().map(|node| node as usize);
        if self.asked.0.is_some() && has_room {
            parts.show(Part::OneLine, true);
        }
    }

    /// Goes where an alarm is.
    fn go_to(&mut self, state: &State, alarm: &Alarm, parts: &mut Parts, has_room: bool) {
        match (&alarm.stop, alarm.members.first()) {
            (_, Some(first)) => self.go(state, *first, parts, has_room),
            (Some(stop), None) => self.search.follow(match stop.rack {
                Some(rack) => Target::Place(Found::Rack(rack as usize)),
                None => Target::Job(stop.job.clone()),
            }),
            (None, None) => {}
        }
    }
}

impl State<'_> {
    fn campus(&self) -> &Campus {
        &self.plan.0
    }

    fn told(&self) -> Told<'_> {
        Told {
            incidents: &self.incidents,
            campus: self.campus(),
        }
    }

    /// A time of an alarm, to the second: with its day unless that is today.
    fn time(&self, time_s: f64) -> String {
        let at = local(self.clock.start, time_s);
        let today = at.date() == self.clock.now().date();
        let time = at.strftime("%H:%M:%S").to_string();
        if today {
            time
        } else {
            format!("{} {time}", super::format::day(at.date()))
        }
    }

    /// Width of the column of times, points.
    fn time_width(&self) -> f32 {
        let today = self.clock.start.date() == self.clock.now().date();
        if today { 72.0 } else { 124.0 }
    }

    /// What happened, in words.
    fn what(&self, alarm: &Alarm) -> String {
        if let Some(stop) = &alarm.stop {
            return say!("alarm-stop", job = &stop.job, cause = &stop.cause);
        }
        let Some(first) = alarm.members.first().and_then(|n| self.incidents.list.get(*n as usize)) else {
            return String::new();
        };
        // What is lost of one place piece by piece: the last says how much is missing in all.
        let last = alarm.members.last().and_then(|n| self.incidents.list.get(*n as usize));
        if let Some(last) = last.filter(|last| last.at == first.at && last.what.is_running_count()) {
            return named::incident(last, self.campus());
        }
        let what = named::incident(first, self.campus());
        match alarm.members.len() {
            1 => what,
            n => say!("alarm-and-more", what = what, more = n - 1),
        }
    }

    /// Where it happened.
    fn place(&self, alarm: &Alarm) -> String {
        if let Some(stop) = &alarm.stop {
            let rack = |rack: u32| self.campus().rack_address(rack as usize).to_string();
            return stop.rack.map_or_else(String::new, rack);
        }
        let places = alarm
            .members
            .iter()
            .filter_map(|n| self.incidents.list.get(*n as usize));
        let mut names: Vec<String> = places
            .map(|incident| named::place(incident.at, self.campus()))
            .collect();
        names.dedup();
        match names.as_slice() {
            [one] => one.clone(),
            [first, rest @ ..] => say!("alarm-places", first = first, more = rest.len()),
            [] => String::new(),
        }
    }

    /// How long it lasted, or has so far; nothing of what has no length.
    fn length(&self, alarm: &Alarm) -> String {
        match alarm.until_s {
            None => say!("alarm-so-far", time = span((self.clock.time_s - alarm.from_s).max(0.0))),
            Some(until_s) if until_s > alarm.from_s => span(until_s - alarm.from_s),
            Some(_) => String::new(),
        }
    }

    /// How much is concerned or lost.
    fn much(&self, alarm: &Alarm) -> String {
        if let Some(stop) = &alarm.stop {
            let (count, chips) = (stop.chips, grouped(f64::from(stop.chips)));
            return if stop.lost_s > 0.0 {
                say!(
                    "alarm-stop-lost",
                    count = count,
                    chips = chips,
                    time = span(stop.lost_s)
                )
            } else {
                say!("alarm-chips", count = count, chips = chips)
            };
        }
        let mut words = Vec::new();
        let kwh = alarm.unserved_kwh(&self.incidents);
        if kwh > 0.0 {
            words.push(say!("alarm-unserved", what = energy(kwh)));
        }
        if alarm.racks > 0 {
            let racks = grouped(f64::from(alarm.racks));
            words.push(say!("alarm-racks", count = alarm.racks, racks = racks));
        }
        // Chips of a hall that throttles: those that do now, or the most that did.
        let mut halls: Vec<u32> = Vec::new();
        for n in &alarm.members {
            let Some(incident) = self.incidents.list.get(*n as usize) else {
                continue;
            };
            let hot = matches!(
                incident.what,
                What::Throttling(..) | What::ChipsTripped(_) | What::ShutDown
            );
            if let (At::Hall(hall), true) = (incident.at, hot)
                && !halls.contains(&hall)
            {
                halls.push(hall);
            }
        }
        if !halls.is_empty() {
            let of = |hall: &u32| {
                let hall = *hall as usize;
                if alarm.stands() {
                    self.halls.limited[hall]
                } else {
                    self.watch.halls[hall].most_limited
                }
            };
            let count: u32 = halls.iter().map(of).sum();
            let chips = grouped(f64::from(count));
            words.push(if alarm.stands() {
                say!("alarm-chips", count = count, chips = chips)
            } else {
                say!("alarm-chips-at-most", count = count, chips = chips)
            });
        }
        words.join(", ")
    }

    /// What is missing now, in words; empty if nothing is.
    fn now(&self) -> String {
        let now = &self.meters.now;
        let mut words = Vec::new();
        if now.dark_racks > 0 {
            let racks = grouped(f64::from(now.dark_racks));
            words.push(say!("alarm-racks-dark", count = now.dark_racks, racks = racks));
        }
        if now.unserved_w > 0.0 {
            words.push(say!("alarm-unserved", what = super::format::watts(now.unserved_w)));
        }
        if now.limited_chips > 0 {
            words.push(say!(
                "alarm-chips-limited",
                count = now.limited_chips,
                chips = grouped(f64::from(now.limited_chips))
            ));
        }
        words.join(" · ")
    }
}

/// An energy in kWh, or in MWh from ten of them.
fn energy(kwh: f64) -> String {
    if kwh < 10_000.0 {
        let text = if kwh < 100.0 { said(kwh, 1, "") } else { grouped(kwh) };
        format!("{text} kWh")
    } else {
        format!("{} MWh", grouped(kwh / 1e3))
    }
}

/// A text on one line within a width, cut where it is longer.
fn cut(ui: &egui::Ui, text: &str, font: FontId, color: Color32, width: f32) -> Arc<egui::Galley> {
    let mut job = LayoutJob::single_section(text.to_owned(), TextFormat::simple(font, color));
    job.wrap = TextWrapping::truncate_at_width(width.max(8.0));
    ui.painter().layout_job(job)
}

/// Widths of the columns of the list but those of times and of what happened: sign, how long, how much.
const COLUMNS: [f32; 3] = [22.0, 100.0, 196.0];

/// A line of the list; whether it has been clicked.
fn line(ui: &mut egui::Ui, state: &State, alarm: &Alarm, width: f32, chosen: bool) -> bool {
    let (rect, response) = ui.allocate_exact_size(vec2(width, LINE_HEIGHT), Sense::click());
    if chosen || response.hovered() || response.has_focus() {
        let fill = if chosen { LINE } else { GROUND };
        ui.painter().rect_filled(rect, 3.0, fill);
    }
    let (glyph, tint) = sign(alarm.severity, alarm.stands());
    let ink = if alarm.stands() { TEXT } else { QUIET };
    let middle = rect.center().y;
    let at = pos2(rect.left() + 6.0, middle);
    ui.painter()
        .text(at, Align2::LEFT_CENTER, glyph, FontId::monospace(12.5), tint.now());
    let (what, length, much) = (state.what(alarm), state.length(alarm), state.much(alarm));
    // Where there is little room, how much is left to the details.
    let last = if width > 640.0 { COLUMNS[2] } else { 0.0 };
    let times = state.time_width();
    let what_width = width - COLUMNS[0] - times - COLUMNS[1] - last;
    let mut x = rect.left() + COLUMNS[0];
    for (text, width, font) in [
        (state.time(alarm.from_s).as_str(), times, FontId::monospace(12.0)),
        (what.as_str(), what_width, FontId::proportional(12.5)),
        (length.as_str(), COLUMNS[1], FontId::proportional(12.0)),
        (much.as_str(), last, FontId::proportional(12.0)),
    ] {
        if width > 0.0 {
            let galley = cut(ui, text, font, ink.now(), width - 8.0);
            let at = pos2(x, middle - galley.size().y / 2.0);
            ui.painter().galley(at, galley, ink.now());
        }
        x += width;
    }
    let spoken = format!("{}: {what} {length} {much}", named::severity(alarm.severity));
    response.widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::Button, true, spoken.as_str()));
    response.on_hover_text(say!("alarm-go")).clicked()
}

/// What is asked for in the window.
enum Wish {
    /// Look at an alarm, and go there.
    Alarm(u64),
    /// Go where an incident happened.
    Incident(u32),
}

/// The causes of an alarm, from the first on, and what it led to.
fn details(ui: &mut egui::Ui, state: &State, alarm: &Alarm) -> Option<Wish> {
    let mut wish = None;
    let told = state.told();
    let (glyph, tint) = sign(alarm.severity, alarm.stands());
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new(glyph).font(FontId::monospace(13.0)).color(tint));
        ui.label(RichText::new(state.what(alarm)).size(13.5).strong());
    });
    let place = state.place(alarm);
    let facts = [place, state.length(alarm), state.much(alarm)];
    let facts: Vec<String> = facts.into_iter().filter(|text| !text.is_empty()).collect();
    ui.label(RichText::new(facts.join(" · ")).size(12.0).color(QUIET));
    let Some(incident) = alarm.incident() else {
        let text = say!("alarm-of-its-own");
        ui.label(RichText::new(text).size(12.0).color(QUIET));
        return None;
    };
    let causes = chain(&told, incident as usize);
    ui.add_space(2.0);
    // A first cause has been named above.
    let told_above = causes.len() == 1 && alarm.stop.is_none();
    let title = if told_above {
        say!("alarm-first-cause")
    } else {
        say!("alarm-why")
    };
    ui.label(RichText::new(title).size(12.0).color(ACCENT));
    for (depth, n) in causes.iter().rev().enumerate() {
        let Some(link) = state.incidents.list.get(*n).filter(|_| !told_above) else {
            continue;
        };
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            let time = state.time(link.time_s);
            ui.label(RichText::new(time).font(FontId::monospace(12.0)).color(QUIET));
            ui.add_space(12.0 * depth.min(8) as f32);
            if depth > 0 {
                ui.label(RichText::new(say!("alarm-so")).size(12.0).color(QUIET));
            }
            let text = RichText::new(link.describe(state.campus())).size(12.5).color(TEXT);
            let response = ui.add(egui::Link::new(text)).on_hover_text(say!("alarm-go-there"));
            if response.clicked() {
                wish = Some(Wish::Incident(*n as u32));
            }
        });
    }
    let own = descendants(&told, incident as usize);
    let led_to = &own[1..];
    if !led_to.is_empty() {
        let mut kinds: BTreeMap<&str, (What, usize)> = BTreeMap::new();
        for n in led_to {
            let what = state.incidents.list[*n].what;
            kinds.entry(what.as_str()).or_insert((what, 0)).1 += 1;
        }
        let mut kinds: Vec<(What, usize)> = kinds.into_values().collect();
        kinds.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let more = kinds.len().saturating_sub(KINDS);
        let mut words: Vec<String> = kinds
            .iter()
            .take(KINDS)
            .map(|(what, count)| named::counted(*what, *count))
            .collect();
        if more > 0 {
            words.push(say!("alarm-more-kinds", more = more));
        }
        let kwh: f64 = own.iter().filter_map(|n| state.incidents.unserved_kwh.get(*n)).sum();
        let (count, what) = (led_to.len(), words.join(", "));
        let text = if kwh > 0.0 {
            say!(
                "alarm-led-to-unserved",
                count = count,
                what = what,
                energy = energy(kwh)
            )
        } else {
            say!("alarm-led-to", count = count, what = what)
        };
        ui.label(RichText::new(text).size(12.0).color(QUIET));
    }
    wish
}

/// Without an alarm: that nothing is wrong, and what would be told here.
fn nothing(ui: &mut egui::Ui, alarms: &Alarms) {
    ui.add_space(10.0);
    let past = alarms.iter().len();
    let title = if past == 0 {
        say!("alarms-never")
    } else {
        say!("alarms-not-now")
    };
    ui.label(RichText::new(title).size(14.0).color(GOOD));
    let text = say!("alarms-about");
    ui.add(egui::Label::new(RichText::new(text).size(12.5).color(QUIET)).wrap());
}

fn window(
    mut contexts: EguiContexts,
    mut parts: ResMut<Parts>,
    mut windows: ResMut<Windows>,
    state: State,
    mut watching: ResMut<Watching>,
    mut ways: Ways,
) -> Result {
    if !parts.shown(Part::Alarms) {
        windows.close(Part::Alarms);
        return Ok(());
    }
    let ctx = contexts.ctx_mut()?.clone();
    let [least, most] = SIZES.map(egui::Vec2::from);
    let Some((window, room)) = windows.show(&ctx, Part::Alarms, say!("alarms-window"), least, most) else {
        return Ok(());
    };
    let alarms = &*state.alarms;
    let watching = watching.bypass_change_detection();
    let mut open = true;
    let mut wish = None;
    window.open(&mut open).show(&ctx, |ui| {
        ui.set_width(room.x);
        ui.set_height(room.y);
        let standing = alarms.standing();
        ui.horizontal(|ui| {
            if standing == [0; Severity::ALL.len()] {
                ui.label(RichText::new(say!("alarms-now-none")).size(12.5).color(GOOD));
            } else {
                ui.label(counts(standing));
                ui.label(RichText::new(in_words(standing)).size(12.5));
            }
            ui.separator();
            let all = say!("alarms-all", count = alarms.iter().len());
            ui.selectable_value(&mut watching.standing, false, all);
            ui.selectable_value(&mut watching.standing, true, say!("alarms-standing"))
                .on_hover_text(say!("alarms-standing.hint"));
            let lost = alarms.dropped as usize + state.incidents.dropped as usize;
            if lost > 0 {
                let text = say!("alarms-let-go", count = lost, alarms = grouped(lost as f64));
                ui.label(RichText::new(text).size(11.5).color(QUIET));
            }
        });
        let now = state.now();
        if !now.is_empty() {
            ui.label(RichText::new(say!("alarms-now", what = now)).size(12.5).color(ALARM));
        }
        watching.list(alarms);
        let listed: Vec<&Alarm> = watching.rows.iter().filter_map(|number| alarms.get(*number)).collect();
        if listed.is_empty() {
            nothing(ui, alarms);
            return;
        }
        // The gravest that stands, the latest of such, speaks first.
        let first = || {
            listed
                .iter()
                .max_by_key(|alarm| (alarm.stands(), alarm.severity, alarm.number))
        };
        let chosen = watching.chosen.and_then(|number| alarms.get(number));
        let Some(chosen) = chosen.or_else(|| first().copied()) else {
            return;
        };
        // The list takes half of the room where it needs so much.
        let needed = LINE_HEIGHT * listed.len() as f32 + 4.0;
        let height = needed.min(ui.available_height() * 0.5).max(LINE_HEIGHT);
        ui.spacing_mut().item_spacing.y = 0.0;
        let shown = egui::ScrollArea::vertical()
            .id_salt("list")
            .max_height(height)
            .min_scrolled_height(height)
            .auto_shrink([false, true])
            .show_rows(ui, LINE_HEIGHT, listed.len(), |ui, rows| {
                let width = ui.available_width();
                for alarm in &listed[rows] {
                    if line(ui, &state, alarm, width, alarm.number == chosen.number) {
                        wish = Some(Wish::Alarm(alarm.number));
                    }
                }
            });
        watching.pointed = ui.rect_contains_pointer(shown.inner_rect);
        ui.spacing_mut().item_spacing.y = 4.0;
        ui.separator();
        egui::ScrollArea::vertical()
            .id_salt("why")
            .auto_shrink(false)
            .show(ui, |ui| wish = details(ui, &state, chosen).or(wish.take()));
    });
    parts.show(Part::Alarms, open);
    let has_room = ctx.content_rect().width() > ROOM_FOR_DIAGRAM;
    match wish {
        Some(Wish::Alarm(number)) => {
            watching.chosen = Some(number);
            if let Some(alarm) = alarms.get(number) {
                ways.go_to(&state, alarm, &mut parts, has_room);
            }
        }
        Some(Wish::Incident(n)) => ways.go(&state, n, &mut parts, has_room),
        None => {}
    }
    Ok(())
}

/// Notes of new alarms, for a while, at the upper right of the site.
fn notes(
    mut contexts: EguiContexts,
    mut parts: ResMut<Parts>,
    mut windows: ResMut<Windows>,
    time: Res<Time<Real>>,
    pace: Res<Pace>,
    case: Res<Case>,
    state: State,
    mut watching: ResMut<Watching>,
    mut ways: Ways,
) -> Result {
    let ctx = contexts.ctx_mut()?.clone();
    let windows = windows.bypass_change_detection();
    windows.notes = None;
    let alarms = &*state.alarms;
    let watching = watching.bypass_change_detection();
    // Of another case, and of the one before its start, nothing is new.
    let of = Arc::as_ptr(&case.loaded) as usize;
    if watching.of != of || watching.untold > alarms.next_number() {
        *watching = Watching {
            standing: watching.standing,
            untold: if watching.of == of { 0 } else { alarms.next_number() },
            of,
            ..Watching::default()
        };
    }
    // Whoever runs to a time by a script, a link or for a picture looks there, not at what was on the way.
    let fresh = if pace.paused {
        alarms.next_number()
    } else {
        watching.untold
    };
    let new = alarms.iter().rev().take_while(|alarm| alarm.number >= fresh);
    let worth = |alarm: &&Alarm| alarm.severity > Severity::Notice;
    let new: Vec<Note> = new
        .filter(worth)
        .take(NOTES)
        .map(|alarm| Note {
            alarm: alarm.number,
            left_s: NOTE_S,
        })
        .collect();
    watching.untold = alarms.next_number();
    watching.notes.extend(new.into_iter().rev());
    let over = watching.notes.len().saturating_sub(NOTES);
    watching.notes.drain(..over);
    let gone_s = time.delta_secs().min(0.25);
    for note in &mut watching.notes {
        note.left_s -= gone_s;
    }
    // They are in the list, if that is open.
    let listed = parts.shown(Part::Alarms);
    watching.notes.retain(|note| note.left_s > 0.0 && !listed);
    let (Some(free), false) = (windows.free, watching.notes.is_empty()) else {
        return Ok(());
    };
    let (mut clicked, mut closed) = (None, None);
    let window = ctx.content_rect();
    let width = NOTE_WIDTH.min(free.width() - 60.0).max(140.0);
    let id = egui::Id::new("new alarms");
    let size = ctx
        .memory(|memory| memory.area_rect(id))
        .map_or(vec2(width, LINE_HEIGHT), |rect| rect.size());
    let down = free_of_titles(free.shrink(10.0), size, &windows.titles());
    let corner = pos2(free.right() - 10.0, down) - window.right_top();
    let shown = egui::Area::new(id)
        .order(egui::Order::Foreground)
        .anchor(Align2::RIGHT_TOP, corner)
        .show(&ctx, |ui| {
            ui.spacing_mut().item_spacing.y = 6.0;
            for note in watching.notes.iter().rev() {
                let Some(alarm) = alarms.get(note.alarm) else { continue };
                match self::note(ui, &state, alarm, width) {
                    Some(Answer::Go) => clicked = Some(alarm.number),
                    Some(Answer::Close) => closed = Some(alarm.number),
                    None => {}
                }
            }
        });
    windows.notes = Some(shown.response.rect);
    if let Some(alarm) = clicked.and_then(|number| alarms.get(number)) {
        watching.chosen = Some(alarm.number);
        watching.notes.clear();
        parts.show(Part::Alarms, true);
        let has_room = window.width() > ROOM_FOR_DIAGRAM;
        ways.go_to(&state, alarm, &mut parts, has_room);
    }
    watching.notes.retain(|note| Some(note.alarm) != closed);
    Ok(())
}

/// The uppermost place at the right of the site where notes of a size cover no title bar; the upper edge, if there is none.
fn free_of_titles(free: Rect, size: egui::Vec2, titles: &[Rect]) -> f32 {
    let at = |top: f32| Rect::from_min_size(pos2(free.right() - size.x, top), size);
    let covers = |top: f32| titles.iter().any(|title| title.intersects(at(top)));
    // Below a title, or where no title is.
    let mut tops: Vec<f32> = titles.iter().map(|title| title.bottom() + 2.0).collect();
    tops.push(free.top());
    tops.retain(|top| *top >= free.top() && top + size.y <= free.bottom() && !covers(*top));
    tops.into_iter().min_by(f32::total_cmp).unwrap_or(free.top())
}

/// What has been clicked on a note.
enum Answer {
    /// The note itself.
    Go,
    /// Its cross.
    Close,
}

/// A note of an alarm.
fn note(ui: &mut egui::Ui, state: &State, alarm: &Alarm, width: f32) -> Option<Answer> {
    let (glyph, tint) = sign(alarm.severity, alarm.stands());
    let mut close = false;
    let shown = frame()
        .corner_radius(6.0)
        .inner_margin(egui::Margin::symmetric(10, 6))
        .show(ui, |ui| {
            ui.set_width(width);
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = 7.0;
                ui.label(RichText::new(glyph).font(FontId::monospace(14.0)).color(tint));
                let time = state.time(alarm.from_s);
                ui.label(RichText::new(time).font(FontId::monospace(12.0)).color(QUIET));
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    close = ui.small_button("×").on_hover_text(say!("bookmark-remove")).clicked();
                });
            });
            // Whole, however long it is.
            let what = RichText::new(state.what(alarm)).size(12.5).color(TEXT);
            ui.add(egui::Label::new(what).wrap());
        });
    let rect: Rect = shown.response.rect;
    let on_it = Rect::from_min_max(rect.min, pos2(rect.right() - 34.0, rect.bottom()));
    let response = ui.interact(on_it, ui.id().with(alarm.number), Sense::click());
    let bar = Rect::from_min_size(rect.min + vec2(0.0, 4.0), vec2(3.0, rect.height() - 8.0));
    ui.painter().rect_filled(bar, 1.5, tint.now());
    let response = response
        .on_hover_cursor(egui::CursorIcon::PointingHand)
        .on_hover_text(say!("alarm-note"));
    match (close, response.clicked()) {
        (true, _) => Some(Answer::Close),
        (false, true) => Some(Answer::Go),
        (false, false) => None,
    }
}

pub(crate) fn plugin(app: &mut App) {
    app.init_resource::<Watching>();
    app.add_systems(EguiPrimaryContextPass, (window, notes.after(super::panels)));
}
