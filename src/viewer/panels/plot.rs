//! Axes of charts: from values to points and back, ticks, lines and areas.

use bevy_egui::egui;
use egui::{Align2, Color32, FontId, Painter, Pos2, Rect, Shape, Stroke, pos2};

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

/// A colour with less of it.
pub(crate) fn faint(color: Color32, alpha: f32) -> Color32 {
    color.gamma_multiply(alpha)
}
