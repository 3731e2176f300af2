//! A reading of the top bar with its recent course: a small line below it, its ends under the pointer, all of it with a
//! click.

use bevy_egui::egui;
use egui::{Color32, CornerRadius, CursorIcon, FontId, Rect, RichText, Sense, Stroke, StrokeKind, vec2};
use rainier::sim::clock::Clock;

use super::compare::number;
use super::jobs::span;
use super::pieces::named_value;
use super::plot::{Axes, local, short_time};
use super::theme::{ACCENT, ALARM, LINE, QUIET, TEXT};
use crate::history::{At, History, Series, Spread, thinned};
use crate::words::say;

/// How far back the small lines go, s.
const RECENT_S: f64 = 6.0 * 3600.0;

/// Stretches of a small line; each shows its least and its most.
const STRETCHES: usize = 28;

/// Height of a small line, points.
const HEIGHT: f32 = 11.0;

/// What readings of the bar are drawn from.
pub(super) struct Readings<'a> {
    pub(super) history: &'a History,
    pub(super) clock: &'a Clock,
    /// Whether there is room for small lines.
    pub(super) lines: bool,
}

/// A number with the unit of its series.
fn with_unit(series: Series, value: f64) -> String {
    let (.., digits) = series.title();
    let unit = series.unit(value);
    let space = if unit.is_empty() { "" } else { " " };
    format!("{}{space}{unit}", number(value, digits))
}

impl Readings<'_> {
    /// The stretch of time that the small lines show, s.
    fn stretch(&self) -> [f64; 2] {
        let end_s = self.history.end_s();
        [(end_s - RECENT_S).max(0.0), end_s]
    }

    /// A reading; whether it has been clicked.
    pub(super) fn show(
        &self,
        ui: &mut egui::Ui,
        (title, value, unit): (&str, String, &str),
        series: Series,
        alarming: bool,
    ) -> bool {
        let color = if alarming { ALARM } else { TEXT };
        let said = format!("{title}: {value} {unit}");
        let drawn = ui.vertical(|ui| {
            named_value(ui, title, value, unit, color);
            if self.lines {
                let width = ui.min_rect().width().max(40.0);
                let (rect, _) = ui.allocate_exact_size(vec2(width, HEIGHT), Sense::hover());
                let ink = if alarming { ALARM.now() } else { ACCENT.now() };
                self.line(ui, rect, series, ink);
            }
        });
        let response = ui.interact(drawn.response.rect, ui.id().with(title), Sense::click());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::Button, true, said.as_str()));
        if response.hovered() || response.has_focus() {
            let around = response.rect.expand2(vec2(5.0, 3.0));
            let edge = Stroke::new(1.0, LINE);
            ui.painter()
                .rect_stroke(around, CornerRadius::same(4), edge, StrokeKind::Outside);
        }
        let response = response
            .on_hover_cursor(CursorIcon::PointingHand)
            .on_hover_ui(|ui| self.hover(ui, series));
        ui.add_space(10.0);
        response.clicked()
    }

    fn line(&self, ui: &egui::Ui, rect: Rect, series: Series, ink: Color32) {
        let stretch = self.stretch();
        let points = self.history.finest(stretch[0]).points_from(series, stretch[0]);
        let points = thinned(points, stretch, STRETCHES);
        let (low, high) = points
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), point| {
                (low.min(point[1]), high.max(point[1]))
            });
        if points.len() < 2 {
            return;
        }
        let rect = rect.shrink2(vec2(1.0, 1.5));
        let axes = Axes {
            rect,
            x: stretch,
            y: ends(series, low, high),
        };
        let painter = ui.painter().with_clip_rect(rect.expand(2.0));
        axes.line(&painter, points.iter().copied(), Stroke::new(1.0, QUIET));
        if let Some(last) = points.last() {
            painter.circle_filled(axes.at(last[0], last[1]), 1.8, ink);
        }
    }

    fn hover(&self, ui: &mut egui::Ui, series: Series) {
        let (title, ..) = series.title();
        let stretch = self.stretch();
        let points = self.history.finest(stretch[0]).points_from(series, stretch[0]);
        let Some(spread) = Spread::of(points) else {
            ui.label(RichText::new(title).strong());
            ui.label(RichText::new(say!("kpi-none")).size(12.0).color(QUIET));
            return;
        };
        let over = span(stretch[1] - stretch[0]);
        ui.label(RichText::new(say!("kpi-last", title = title, time = over)).strong());
        let now = local(self.clock.start, self.clock.time_s);
        let when = |at: At| {
            say!(
                "kpi-at",
                time = short_time(local(self.clock.start, at.time_s), Some(now))
            )
        };
        egui::Grid::new("spread")
            .num_columns(3)
            .spacing([10.0, 2.0])
            .show(ui, |ui| {
                let mut row = |name: &str, value: f64, when: String| {
                    ui.label(RichText::new(name).size(12.0).color(QUIET));
                    ui.label(RichText::new(with_unit(series, value)).font(FontId::monospace(12.5)));
                    ui.label(RichText::new(when).size(12.0).color(QUIET));
                    ui.end_row();
                };
                row(say!("kpi-least"), spread.least.value, when(spread.least));
                row(say!("kpi-mean"), spread.mean, String::new());
                row(say!("kpi-most"), spread.most.value, when(spread.most));
            });
        ui.label(RichText::new(say!("kpi-click")).size(11.5).color(ACCENT));
    }
}

/// Values at the lower and upper edge of a chart: a line that only trembles is drawn as one that stands.
pub(super) fn ends(series: Series, low: f64, high: f64) -> [f64; 2] {
    let (.., digits) = series.title();
    let room = (0.08 * (high - low))
        .max(0.6 * 0.1_f64.powi(digits as i32))
        .max(high.abs() * 1e-6);
    [low - room, high + room]
}
