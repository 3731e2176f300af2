//! The little map: the site from above, its buildings in the colours of the racks, and where one looks.

use bevy::prelude::*;
use bevy_egui::egui;
use egui::{Color32, FontId, Pos2, Rect, Sense, Stroke, StrokeKind, pos2, vec2};
use rainier::site::Campus;
use rainier::site::campus::Found;
use rainier::site::files::FeatureKind;

use super::State;
use super::theme::{ACCENT, LINE, PANEL, QUIET, TEXT, WATER};
use crate::navigation::{Go, Orbit};
use crate::selection::Selection;
use crate::world::glance::Glance;
use crate::world::meshes::at;

/// Longer side of the map, points.
const SIDE: f32 = 176.0;

/// Least free width and height in which it is shown, points.
const LEAST: [f32; 2] = [560.0, 380.0];

/// Distance from which a click on the map looks at a place, at most, m.
const CLICKED_M: f32 = 330.0;

/// Where the site is on the map.
struct Scale {
    rect: Rect,
    points_per_m: f32,
}

impl Scale {
    fn of(campus: &Campus, rect: Rect) -> Self {
        let long = campus.terrain.size_m[0].max(campus.terrain.size_m[1]).max(1.0) as f32;
        let points_per_m = rect.width().max(rect.height()) / long;
        Self { rect, points_per_m }
    }

    fn point(&self, [x, y]: [f64; 2]) -> Pos2 {
        self.rect.center() + vec2(x as f32, -y as f32) * self.points_per_m
    }

    fn ground(&self, point: Pos2) -> [f64; 2] {
        let from = (point - self.rect.center()) / self.points_per_m;
        [f64::from(from.x), f64::from(-from.y)]
    }

    fn rect_of(&self, rect: &rainier::site::campus::Rect) -> Rect {
        let size = vec2(rect.size_m[0] as f32, rect.size_m[1] as f32) * self.points_per_m;
        Rect::from_center_size(self.point(rect.at_m), size)
    }
}

/// The map, in the lower right corner of what is free; gives the room that it takes.
pub(crate) fn show(
    ctx: &egui::Context,
    free: Rect,
    state: &State,
    glance: &Glance,
    selection: &mut Selection,
    orbit: &mut Orbit,
) -> Option<Rect> {
    if free.width() < LEAST[0] || free.height() < LEAST[1] {
        return None;
    }
    let campus = &*state.plan.0;
    let [w, d] = campus.terrain.size_m.map(|m| m.max(1.0) as f32);
    let size = vec2(w, d) * (SIDE / w.max(d));
    let area = egui::Area::new("minimap".into())
        .order(egui::Order::Background)
        .pivot(egui::Align2::RIGHT_BOTTOM)
        .fixed_pos(free.right_bottom() - vec2(12.0, 12.0))
        .show(ctx, |ui| {
            let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
            let scale = Scale::of(campus, rect);
            draw(
                &ui.painter().with_clip_rect(rect),
                &scale,
                state,
                glance,
                selection,
                orbit,
                response.hover_pos(),
            );
            let Some(point) = response.interact_pointer_pos() else {
                return;
            };
            let place = scale.ground(point);
            let on = |b: &rainier::site::campus::Building| b.rect.contains(place[0], place[1]);
            let building = campus.buildings.iter().position(on);
            if let (true, Some(b)) = (response.double_clicked(), building) {
                selection.0 = Some(Found::Building(b));
                orbit.fly_to = selection.0;
            } else if response.clicked() {
                orbit.go = Some(Go::Point(place, 0.0, orbit.goal().distance.min(CLICKED_M)));
            } else if response.dragged() {
                orbit.steer(|goal| goal.focus = at(place, 0.0));
            }
        });
    Some(area.response.rect)
}

fn draw(
    painter: &egui::Painter,
    scale: &Scale,
    state: &State,
    glance: &Glance,
    selection: &Selection,
    orbit: &Orbit,
    hover: Option<Pos2>,
) {
    let campus = &*state.plan.0;
    painter.rect_filled(scale.rect, 5.0, PANEL.now());
    for feature in &campus.features {
        let points: Vec<Pos2> = feature.points_m.iter().map(|p| scale.point(*p)).collect();
        match feature.kind {
            FeatureKind::Road => drop(painter.line(points, Stroke::new(1.0, LINE))),
            FeatureKind::Pond => drop(painter.add(egui::Shape::convex_polygon(
                points,
                WATER.now().gamma_multiply(0.3),
                Stroke::NONE,
            ))),
            _ => {}
        }
    }
    for substation in &campus.substations {
        painter.rect_filled(scale.rect_of(&substation.rect), 1.0, QUIET.now().gamma_multiply(0.7));
    }
    let chosen = selection.0.map(|found| campus.building_of(found));
    let mut under = None;
    for (b, building) in campus.buildings.iter().enumerate() {
        let rect = scale.rect_of(&building.rect);
        match glance.buildings.get(b).copied().flatten() {
            Some([r, g, b]) => {
                let rim = Stroke::new(0.6, QUIET);
                painter.rect(rect, 1.0, Color32::from_rgb(r, g, b), rim, StrokeKind::Inside);
            }
            None => drop(painter.rect_stroke(rect, 1.0, Stroke::new(1.0, QUIET), StrokeKind::Inside)),
        }
        if chosen == Some(b) {
            painter.rect_stroke(rect.expand(2.0), 1.5, Stroke::new(1.5, ACCENT), StrokeKind::Outside);
        }
        if hover.is_some_and(|at| rect.contains(at)) {
            under = Some((rect, format!("B{:02}", building.number)));
        }
    }
    cone(painter, scale, orbit);
    painter.rect_stroke(scale.rect, 5.0, Stroke::new(1.0, LINE), StrokeKind::Inside);
    let font = FontId::proportional(11.0);
    let north = scale.rect.left_top() + vec2(9.0, 5.0);
    painter.text(north, egui::Align2::LEFT_TOP, "N", font.clone(), QUIET.now());
    if let Some((rect, text)) = under {
        let galley = painter.layout_no_wrap(text, font, TEXT.now());
        let ground = Rect::from_center_size(rect.center(), galley.size() + vec2(8.0, 4.0));
        painter.rect_filled(ground, 3.0, PANEL.now());
        painter.galley(ground.min + vec2(4.0, 2.0), galley, TEXT.now());
    }
}

/// What the camera sees of the ground: from the eye past the point that it looks at.
fn cone(painter: &egui::Painter, scale: &Scale, orbit: &Orbit) {
    let view = orbit.now();
    let eye = view.focus + view.direction() * view.distance;
    let flat = |v: Vec3| [f64::from(v.x), f64::from(-v.z)];
    let forward = -Vec3::new(view.yaw.sin(), 0.0, view.yaw.cos());
    let side = Vec3::new(-forward.z, 0.0, forward.x);
    let far = eye.with_y(0.0).distance(view.focus.with_y(0.0)) + 0.55 * view.distance;
    let half = 0.42 * far;
    let end = eye + forward * far;
    let corners = [eye, end + side * half, end - side * half].map(|corner| scale.point(flat(corner)));
    let fill = ACCENT.now().gamma_multiply(0.16);
    painter.add(egui::Shape::convex_polygon(
        corners.to_vec(),
        fill,
        Stroke::new(1.0, ACCENT.now().gamma_multiply(0.8)),
    ));
    let focus = scale.point(flat(view.focus));
    painter.circle_filled(focus, 3.0, ACCENT.now());
    painter.circle_stroke(pos2(focus.x, focus.y), 3.0, Stroke::new(1.0, PANEL));
}
