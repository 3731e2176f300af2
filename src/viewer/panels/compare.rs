//! Two cases beside each other: what differs in their texts, where their readings part, and by how much.

use std::sync::Arc;

use bevy::prelude::*;
use bevy_egui::{EguiContexts, EguiPrimaryContextPass, egui};
use egui::{Align2, Color32, FontId, Rect, RichText, Sense, Stroke, pos2, vec2};
use rainier::scenario::{self, Overrides};
use rainier::sim::clock::Clock;
use rainier::sim::power::incidents;
use rainier::site::change::Role;
use rainier::study::differences::{InputChange, differences};

use super::bars::choice;
use super::format::{grouped, said};
use super::parts::{Part, Parts};
use super::plot::Axes;
use super::theme::{ACCENT, ALARM, GROUND, LINE, QUIET, TEXT};
use super::windows::Windows;
use crate::args::TEXTS;
use crate::cases::{Beside, Case, Side};
use crate::difference::Difference;
use crate::history::{History, Series};
use crate::navigation::keys::Presses;
use crate::scenarios::{Ask, Scenarios, Source};
use crate::words::say;

/// Colours of the cases' lines: Okabe and Ito's sky blue and orange.
pub(super) const COLORS: [Color32; 2] = [Color32::from_rgb(86, 180, 233), Color32::from_rgb(230, 159, 0)];

/// Least and most size of the window's inside, points.
const SIZES: [[f32; 2]; 2] = [[400.0, 220.0], [760.0, 470.0]];

/// The reading whose course is shown.
#[derive(Resource, Debug, Clone, Copy)]
struct Chosen(Series);

impl Default for Chosen {
    fn default() -> Self {
        Self(Series::Facility)
    }
}

/// A number of a series: its digits, and its thousands parted.
pub(super) fn number(value: f64, digits: usize) -> String {
    if digits == 0 && value.is_finite() {
        grouped(value)
    } else {
        said(value, digits, "")
    }
}

/// A number with its sign.
fn signed(value: f64, digits: usize) -> String {
    let text = number(value, digits);
    if text.starts_with(['-', '–']) || text.chars().all(|c| !c.is_ascii_digit() || c == '0') {
        text
    } else {
        format!("+{text}")
    }
}

/// What is in front, and the way out.
fn choose(ui: &mut egui::Ui, beside: &Beside, difference: &mut Difference, scenarios: &mut Scenarios) {
    ui.horizontal(|ui| {
        ui.label(RichText::new(say!("compare-show")).size(12.0).color(QUIET));
        for side in [Side::A, Side::B] {
            let on = !difference.on && beside.front == side;
            let hint = say!("compare-side");
            if ui.selectable_label(on, side.letter()).on_hover_text(hint).clicked() {
                difference.on = false;
                if beside.front != side {
                    scenarios.ask(Ask::Exchange);
                }
            }
        }
        let hint = say!("compare-less");
        ui.toggle_value(&mut difference.on, "B − A").on_hover_text(hint);
        ui.separator();
        if ui
            .button(say!("compare-end"))
            .on_hover_text(say!("compare-end.hint"))
            .clicked()
        {
            scenarios.ask(Ask::Alone);
        }
    });
}

/// Names of both cases in their colours.
fn names(ui: &mut egui::Ui, cases: [&Case; 2], scenarios: &mut Scenarios) {
    ui.horizontal_wrapped(|ui| {
        for ((case, side), color) in cases.into_iter().zip([Side::A, Side::B]).zip(COLORS) {
            ui.label(RichText::new(side.letter()).strong().color(color));
            ui.label(RichText::new(case.name()).size(13.0))
                .on_hover_text(case.about());
            if let Some(at_s) = case.forked_s {
                let from = say!("compare-forked", time = when(at_s));
                ui.label(RichText::new(from).size(11.5).color(QUIET));
            }
            ui.add_space(8.0);
        }
        if let Some(file) = choice(
            ui,
            ("against", say!("bar-scenario")),
            say!("compare-another"),
            &scenarios.choices,
            130.0,
            "",
        ) {
            scenarios.ask(Ask::Compare(Source::Named(file)));
        }
    });
}

/// The table of readings at a time; a click on a line shows its course.
fn table(ui: &mut egui::Ui, width: f32, pair: [&History; 2], time_s: f64, chosen: &mut Series) {
    let columns = [0.0, 0.52, 0.74, 1.0].map(|share| share * width);
    let line = |ui: &mut egui::Ui, texts: [&str; 4], tints: [Color32; 4], on: bool| {
        let (rect, response) = ui.allocate_exact_size(vec2(width, 19.0), Sense::click());
        if on || response.hovered() {
            let fill = if on { LINE } else { GROUND };
            ui.painter().rect_filled(rect, 3.0, fill);
        }
        for (k, ((text, x), tint)) in texts.into_iter().zip(columns).zip(tints).enumerate() {
            let (align, x) = if k == 0 {
                (Align2::LEFT_CENTER, x + 4.0)
            } else {
                (Align2::RIGHT_CENTER, x - 4.0)
            };
            let font = if k == 0 {
                FontId::proportional(12.0)
            } else {
                FontId::monospace(12.0)
            };
            let at = pos2(rect.left() + x, rect.center().y);
            ui.painter().text(at, align, text, font, tint);
        }
        response
    };
    line(
        ui,
        ["", "A", "B", "B − A"],
        [QUIET.now(), COLORS[0], COLORS[1], QUIET.now()],
        false,
    );
    for series in Series::ALL {
        let Some(values) = pair[0].at(series, time_s).zip(pair[1].at(series, time_s)) else {
            continue;
        };
        let (a, b) = values;
        if a.is_nan() && b.is_nan() {
            continue;
        }
        let (title, unit, digits) = series.title();
        let title = if unit.is_empty() {
            title.to_owned()
        } else {
            format!("{title}, {unit}")
        };
        let less = b - a;
        let noise = less.abs() < 0.5 * 0.1_f64.powi(digits as i32);
        let tint = if noise || !less.is_finite() { QUIET } else { TEXT };
        let texts = [title, number(a, digits), number(b, digits), signed(less, digits)];
        let hint = if a.abs() > 1e-9 {
            format!("{:+.2} %", less / a.abs() * 100.0)
        } else {
            String::new()
        };
        let texts = texts.each_ref().map(String::as_str);
        let tints = [TEXT.now(), TEXT.now(), TEXT.now(), tint.now()];
        let mut response = line(ui, texts, tints, *chosen == series);
        if !hint.is_empty() {
            response = response.on_hover_text(hint);
        }
        if response.clicked() {
            *chosen = series;
        }
    }
}

/// A time since the start in words.
fn when(time_s: f64) -> String {
    incidents::clock(time_s)
}

/// The course of a series in both cases; the time under the pointer, if it is there.
fn chart(ui: &mut egui::Ui, size: egui::Vec2, pair: [&History; 2], series: Series) -> Option<f64> {
    let (title, unit, digits) = series.title();
    let unit = if unit.is_empty() {
        String::new()
    } else {
        format!(", {unit}")
    };
    ui.label(RichText::new(format!("{title}{unit}")).size(12.0).color(ACCENT));
    let (outer, response) = ui.allocate_exact_size(size, Sense::hover());
    let rect = Rect::from_min_max(outer.min + vec2(54.0, 4.0), outer.max - vec2(6.0, 18.0));
    let painter = ui.painter_at(outer);
    painter.rect_filled(rect, 2.0, GROUND);
    let points = pair.map(|history| history.points(series).filter(|p| p[1].is_finite()).collect::<Vec<_>>());
    let end_s = pair.iter().map(|history| history.end_s()).fold(0.0, f64::max);
    let all = || points.iter().flatten().map(|p| p[1]);
    let (low, high) = (
        all().fold(f64::INFINITY, f64::min),
        all().fold(f64::NEG_INFINITY, f64::max),
    );
    if !(low.is_finite() && high.is_finite()) {
        let text = say!("no-values");
        painter.text(
            rect.center(),
            Align2::CENTER_CENTER,
            text,
            FontId::proportional(12.0),
            QUIET.now(),
        );
        return None;
    }
    // A line that only trembles is drawn as one that stands.
    let room = (0.08 * (high - low))
        .max(0.6 * 0.1_f64.powi(digits as i32))
        .max(high.abs() * 1e-6);
    let axes = Axes {
        rect,
        x: [0.0, end_s.max(1.0)],
        y: [low - room, high + room],
    };
    let step = axes.y[1] - axes.y[0];
    let level_digits = if step < 0.05 {
        4
    } else if step < 5.0 {
        2
    } else {
        usize::from(step < 50.0)
    };
    axes.levels(&painter, 4.0, |value| number(value, level_digits.min(digits.max(1))));
    for (points, color) in points.iter().zip(COLORS) {
        axes.line(&painter, points.iter().copied(), Stroke::new(1.6, color));
    }
    for (x, align) in [(axes.x[0], Align2::LEFT_TOP), (axes.x[1], Align2::RIGHT_TOP)] {
        let at = pos2(axes.right_of(x), rect.bottom() + 4.0);
        painter.text(at, align, when(x), FontId::proportional(10.5), QUIET.now());
    }
    let pointer = response.hover_pos().filter(|at| rect.contains(*at))?;
    let time_s = axes.x_at(pointer.x);
    painter.vline(pointer.x, rect.y_range(), Stroke::new(0.8, QUIET));
    for (history, color) in pair.iter().zip(COLORS) {
        if let Some(value) = history.at(series, time_s).filter(|value| value.is_finite()) {
            painter.circle_filled(axes.at(time_s, value), 3.0, color);
        }
    }
    let at = pos2(pointer.x, rect.bottom() + 4.0);
    painter.text(
        at,
        Align2::CENTER_TOP,
        when(time_s),
        FontId::proportional(10.5),
        TEXT.now(),
    );
    Some(time_s)
}

/// What differs between the texts of two cases and of the files that they name.
fn inputs(cases: [&Case; 2]) -> Vec<InputChange> {
    let files = cases.map(|case| {
        let mut files = vec![(Role::Scenario, case.loaded.file.clone(), Some(case.text.clone()))];
        for (role, name) in scenario::files_of(TEXTS, &case.loaded.file, Overrides::default()) {
            if role != Role::Scenario {
                let text = scenario::text_by_role(TEXTS, role, &name).ok();
                files.push((role, name, text));
            }
        }
        files
    });
    let [a, b] = &files;
    let mut out = Vec::new();
    for (role, name, text) in a {
        let Some((_, other, other_text)) = b.iter().find(|(of, ..)| of == role) else {
            continue;
        };
        let texts = text.as_ref().zip(other_text.as_ref());
        if let Some(mut found) = texts.and_then(|(a, b)| differences(role.as_str(), [a, b])) {
            out.append(&mut found);
        } else if name != other {
            out.push(InputChange {
                file: role.as_str().to_owned(),
                path: say!("compare-file").to_owned(),
                change: "changed",
                a: Some(name.clone()),
                b: Some(other.clone()),
            });
        }
    }
    out
}

/// The list of what differs in the inputs.
fn input_list(ui: &mut egui::Ui, width: f32, changes: &[InputChange]) {
    let title = say!("compare-inputs", count = changes.len());
    ui.add_space(6.0);
    egui::CollapsingHeader::new(RichText::new(title).size(12.0).color(ACCENT))
        .default_open(true)
        .show(ui, |ui| {
            egui::Grid::new("inputs")
                .num_columns(3)
                .spacing([12.0, 3.0])
                .striped(true)
                .show(ui, |ui| {
                    ui.label("");
                    for (side, color) in [Side::A, Side::B].into_iter().zip(COLORS) {
                        ui.label(RichText::new(side.letter()).strong().color(color));
                    }
                    ui.end_row();
                    for change in changes {
                        let path = format!("{}: {}", change.file, change.path);
                        ui.label(RichText::new(path).size(11.5).color(QUIET));
                        for value in [&change.a, &change.b] {
                            let text = value.as_deref().unwrap_or("–");
                            let label = egui::Label::new(RichText::new(text).font(FontId::monospace(11.0))).truncate();
                            ui.allocate_ui(vec2(width * 0.33, 16.0), |ui| ui.add(label))
                                .inner
                                .on_hover_text(text);
                        }
                        ui.end_row();
                    }
                });
        });
}

/// Without a second case: how to get one.
fn invite(ui: &mut egui::Ui, case: &Case, scenarios: &mut Scenarios) {
    let text = say!("compare-invite");
    ui.label(RichText::new(text).size(12.5));
    ui.add_space(6.0);
    ui.horizontal(|ui| {
        ui.label(RichText::new("A").strong().color(COLORS[0]));
        ui.label(case.name());
    });
    ui.horizontal(|ui| {
        ui.label(RichText::new("B").strong().color(COLORS[1]));
        if let Some(file) = choice(
            ui,
            ("with", say!("bar-scenario")),
            say!("compare-choose"),
            &scenarios.choices,
            240.0,
            "",
        ) {
            scenarios.ask(Ask::Compare(Source::Named(file)));
        }
    });
    ui.add_space(6.0);
    ui.label(RichText::new(say!("compare-fork-invite")).size(12.5));
    let fork = ui.button(say!("compare-fork")).on_hover_text(say!("compare-fork.hint"));
    if fork.clicked() {
        scenarios.ask(Ask::Fork);
    }
    if !scenarios.problem.is_empty() {
        ui.label(RichText::new(&scenarios.problem).size(11.5).color(ALARM));
    }
}

fn window(
    mut contexts: EguiContexts,
    mut parts: ResMut<Parts>,
    mut windows: ResMut<Windows>,
    case: Res<Case>,
    history: Res<History>,
    beside: Option<Res<Beside>>,
    clock: Res<Clock>,
    mut scenarios: ResMut<Scenarios>,
    mut difference: ResMut<Difference>,
    mut chosen: ResMut<Chosen>,
    mut known: Local<Option<([usize; 2], Vec<InputChange>)>>,
) -> Result {
    if !parts.shown(Part::Compare) {
        windows.close(Part::Compare);
        return Ok(());
    }
    let ctx = contexts.ctx_mut()?.clone();
    let [least, most] = SIZES.map(egui::Vec2::from);
    let Some((window, room)) = windows.show(&ctx, Part::Compare, say!("compare-window"), least, most) else {
        return Ok(());
    };
    let mut open = true;
    window.open(&mut open).show(&ctx, |ui| {
        ui.set_width(room.x);
        let area = egui::ScrollArea::vertical()
            .max_height(room.y)
            .min_scrolled_height(room.y);
        area.show(ui, |ui| {
            let pair = beside
                .as_ref()
                .and_then(|beside| Some((beside, beside.pair(&*case)?, beside.pair(&*history)?)));
            let Some((beside, cases, pair)) = pair else {
                invite(ui, &case, &mut scenarios);
                return;
            };
            names(ui, cases, &mut scenarios);
            let mut shown = *difference;
            choose(ui, beside, &mut shown, &mut scenarios);
            difference.set_if_neq(shown);
            ui.separator();
            // Beside each other where there is room, else below.
            let wide = room.x > 560.0;
            let half = if wide { (room.x - 24.0) * 0.5 } else { room.x - 14.0 };
            let height = if wide {
                (room.y - 130.0).clamp(150.0, 260.0)
            } else {
                190.0
            };
            let mut pick = chosen.0;
            let body = |ui: &mut egui::Ui| {
                let time_s = ui.vertical(|ui| chart(ui, vec2(half, height), pair, pick)).inner;
                ui.vertical(|ui| {
                    let time_s = time_s.unwrap_or(clock.time_s);
                    let at = say!("compare-at", time = when(time_s));
                    ui.label(RichText::new(at).size(11.0).color(QUIET));
                    ui.spacing_mut().item_spacing.y = 0.0;
                    table(ui, half, pair, time_s, &mut pick);
                });
            };
            if wide {
                ui.horizontal_top(body);
            } else {
                ui.vertical(body);
            }
            chosen.0 = pick;
            let both = cases.map(|case| Arc::as_ptr(&case.loaded) as usize);
            if known.as_ref().is_none_or(|(of, _)| *of != both) {
                *known = Some((both, inputs(cases)));
            }
            if let Some((_, changes)) = &*known {
                input_list(ui, room.x, changes);
            }
        });
    });
    parts.show(Part::Compare, open);
    Ok(())
}

/// X changes the case in front, D shows what B has more or less.
fn keys(
    presses: Res<Presses>,
    beside: Option<Res<Beside>>,
    mut difference: ResMut<Difference>,
    mut scenarios: ResMut<Scenarios>,
) {
    if beside.is_none() {
        return;
    }
    if presses.plain(KeyCode::KeyX) {
        scenarios.ask(Ask::Exchange);
    }
    if presses.plain(KeyCode::KeyD) {
        difference.on = !difference.on;
    }
}

pub(crate) fn plugin(app: &mut App) {
    app.init_resource::<Chosen>();
    app.add_systems(
        Update,
        keys.run_if(not(bevy_egui::input::egui_wants_any_keyboard_input)),
    );
    app.add_systems(EguiPrimaryContextPass, window);
}
