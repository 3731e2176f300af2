//! Axes of charts: from values to points and back, ticks, lines and areas.

use bevy_egui::egui;
use egui::{Align2, Color32, FontId, Painter, Pos2, Rect, Shape, Stroke, pos2};
use jiff::civil::DateTime;

use crate::panels::theme::{LINE, QUIET};

/// A chart's place and the values at its edges.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Axes {
    /// Place.
    pub(crate) rect: Rect,
    /// Values at the left and right edges.
    pub(crate) x: [f64; 2],
    /// Values at the lower and upper edges.
    pub(crate) y: [f64; 2],
}

impl Axes {
    /// The point of a value.
    pub(crate) fn at(&self, x: f64, y: f64) -> Pos2 {
        pos2(self.right_of(x), self.above(y))
    }

    /// The point of a value from left to right.
    pub(crate) fn right_of(&self, x: f64) -> f32 {
        let share = (x - self.x[0]) / (self.x[1] - self.x[0]).max(1e-12);
        self.rect.left() + self.rect.width() * share.clamp(-2.0, 3.0) as f32
    }

    /// The height of a value.
    pub(crate) fn above(&self, y: f64) -> f32 {
        let share = (y - self.y[0]) / (self.y[1] - self.y[0]).max(1e-12);
        // What is far beyond the edges is cut off there anyhow.
        self.rect.bottom() - self.rect.height() * share.clamp(-2.0, 3.0) as f32
    }

    /// The value at a point from left to right.
    pub(crate) fn x_at(&self, x: f32) -> f64 {
        let share = f64::from((x - self.rect.left()) / self.rect.width().max(1.0));
        self.x[0] + (self.x[1] - self.x[0]) * share
    }

    /// Level lines with their values to the left.
    pub(crate) fn levels(&self, painter: &Painter, count: f64, text: impl Fn(f64) -> String) {
        let step = nice_step((self.y[1] - self.y[0]) / count.max(1.0));
        let mut k = (self.y[0] / step).ceil();
        while k * step <= self.y[1] + step * 1e-6 {
            let y = self.above(k * step);
            let ends = [pos2(self.rect.left(), y), pos2(self.rect.right(), y)];
            painter.line_segment(ends, Stroke::new(0.6, LINE));
            let at = pos2(self.rect.left() - 5.0, y);
            painter.text(
                at,
                Align2::RIGHT_CENTER,
                text(k * step),
                FontId::proportional(10.5),
                QUIET.now(),
            );
            k += 1.0;
        }
    }

    /// A line through values.
    pub(crate) fn line(&self, painter: &Painter, points: impl Iterator<Item = [f64; 2]>, stroke: Stroke) {
        let points: Vec<Pos2> = points.map(|[x, y]| self.at(x, y)).collect();
        if points.len() > 1 {
            painter.with_clip_rect(self.rect).add(Shape::line(points, stroke));
        }
    }

    /// An area from the lower edge up to values, each stretch in its own colour.
    pub(crate) fn area(&self, painter: &Painter, points: &[([f64; 2], Color32)]) {
        let mut mesh = egui::Mesh::default();
        for pair in points.windows(2) {
            let (a, b) = (pair[0].0, pair[1].0);
            let first = mesh.vertices.len() as u32;
            for (point, low) in [(a, true), (a, false), (b, false), (b, true)] {
                let y = if low { self.y[0] } else { point[1].min(self.y[1]) };
                mesh.colored_vertex(self.at(point[0], y), pair[1].1);
            }
            mesh.add_triangle(first, first + 1, first + 2);
            mesh.add_triangle(first, first + 2, first + 3);
        }
        painter.with_clip_rect(self.rect).add(Shape::mesh(mesh));
    }
}

/// The next of 1, 2 and 5 times a power of ten.
pub(crate) fn nice_step(rough: f64) -> f64 {
    if !(rough.is_finite() && rough > 0.0) {
        return 1.0;
    }
    let power = 10.0_f64.powf(rough.log10().floor());
    let lead = rough / power;
    power * [1.0, 2.0, 5.0].into_iter().find(|step| lead <= *step).unwrap_or(10.0)
}

/// The local time so many seconds after a start.
pub(crate) fn local(start: DateTime, time_s: f64) -> DateTime {
    let span = jiff::SignedDuration::from_millis((time_s * 1000.0) as i64);
    start.checked_add(span).unwrap_or(DateTime::MAX)
}

/// A local time in short: with seconds where it has some, and with its day unless that is the day of `beside`.
pub(crate) fn short_time(at: DateTime, beside: Option<DateTime>) -> String {
    let time = if at.second() == 0 { "%H:%M" } else { "%H:%M:%S" };
    let time = at.strftime(time).to_string();
    if beside.is_some_and(|beside| beside.date() == at.date()) {
        time
    } else {
        format!("{} {time}", super::format::day(at.date()))
    }
}

/// Steps of an axis of time, s: those that clocks and calendars have.
const TIME_STEPS_S: [f64; 19] = [
    1.0,
    5.0,
    10.0,
    30.0,
    60.0,
    300.0,
    600.0,
    900.0,
    1_800.0,
    3_600.0,
    7_200.0,
    10_800.0,
    21_600.0,
    43_200.0,
    86_400.0,
    172_800.0,
    604_800.0,
    1_209_600.0,
    2_592_000.0,
];

/// Round local times of a stretch, so many at most: s since the start, and what is written there.
pub(crate) fn times(start: DateTime, [from_s, to_s]: [f64; 2], most: f32) -> Vec<(f64, String)> {
    let rough = (to_s - from_s) / f64::from(most.max(1.0));
    let longest = TIME_STEPS_S[TIME_STEPS_S.len() - 1];
    let step = TIME_STEPS_S.into_iter().find(|step| *step >= rough);
    let step = step.unwrap_or_else(|| (rough / longest).ceil() * longest);
    // Round by the day's own clock, wherever in the day it starts.
    let midnight = start.date().to_datetime(jiff::civil::Time::midnight());
    let into_day_s = start.duration_since(midnight).as_secs_f64();
    let mut out = Vec::new();
    let mut k = ((from_s + into_day_s) / step).ceil();
    while k * step - into_day_s <= to_s + 1e-6 {
        let time_s = k * step - into_day_s;
        let at = local(start, time_s);
        let midnight = at.time() == jiff::civil::Time::midnight();
        let text = if midnight || step >= 86_400.0 {
            super::format::day(at.date())
        } else {
            short_time(at, Some(at))
        };
        out.push((time_s, text));
        k += 1.0;
    }
    out
}

/// A colour with less of it.
pub(crate) fn faint(color: Color32, alpha: f32) -> Color32 {
    color.gamma_multiply(alpha)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_of_time_has_round_local_times() {
        let start = jiff::civil::date(2026, 7, 20).at(11, 20, 0, 0);
        let said = |range: [f64; 2], most: f32| -> Vec<String> {
            times(start, range, most).into_iter().map(|(_, text)| text).collect()
        };
        assert_eq!(said([0.0, 3_600.0], 4.0), ["11:30", "11:45", "12:00", "12:15"]);
        assert_eq!(said([0.0, 86_400.0], 5.0), ["12:00", "18:00", "21 Jul", "06:00"]);
        assert_eq!(
            said([0.0, 60.0], 6.0),
            [
                "11:20", "11:20:10", "11:20:20", "11:20:30", "11:20:40", "11:20:50", "11:21"
            ]
        );
        let year = said([0.0, 365.0 * 86_400.0], 8.0);
        assert!(
            year.len() <= 8 && year.iter().all(|text| text.contains(' ')),
            "{year:?}"
        );
        assert!(times(start, [0.0, 1e10], 8.0).len() <= 9);
        let at = local(start, 45_600.5);
        assert_eq!(short_time(at, Some(start)), "21 Jul 00:00");
        assert_eq!(short_time(local(start, 61.0), Some(start)), "11:21:01");
    }
}
