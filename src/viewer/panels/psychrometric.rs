//! The psychrometric chart: what the air of a hall goes through, from outside to the return, and what it is like.

use std::collections::VecDeque;

use bevy::prelude::*;
use bevy_egui::{EguiContexts, EguiPrimaryContextPass, egui};
use egui::{Align2, Color32, FontId, Pos2, Rect, Sense, Shape, Stroke, StrokeKind, pos2, vec2};
use rainier::physics::air;
use rainier::physics::envelope::AirClass;
use rainier::sim::HallColumns;
use rainier::sim::clock::Clock;
use rainier::sim::twin::Plan;
use rainier::sim::weather::Outside;

use crate::panels::format::said;
use crate::panels::parts::{Part, Parts};
use crate::panels::theme::{ACCENT, AIR_CLASSES, GROUND, LINE, PANEL, QUIET, TEXT};
use crate::panels::windows::Windows;
use crate::selection::{Selection, name};
use crate::words::say;

/// Dry bulb at the left and the right edge, °C.
const DRY_BULB_C: [f64; 2] = [-20.0, 50.0];

/// Humidity ratio at the lower and the upper edge, kg/kg.
const HUMIDITY: [f64; 2] = [0.0, 0.030];

/// How long the trail of the outside air is, s.
const TRAIL_S: f64 = 86_400.0;

/// Simulated time between two points of the trail, s.
const TRAIL_STEP_S: f64 = 600.0;

/// Most points of the trail.
const TRAIL_LENGTH: usize = (TRAIL_S / TRAIL_STEP_S) as usize + 1;

/// Air: dry bulb, °C, and humidity ratio, kg/kg.
type State = [f64; 2];

/// Outside air of the last day.
#[derive(Resource, Debug, Clone, Default)]
pub(crate) struct Trail(VecDeque<(f64, State)>);

/// Keeps the outside air after each tick; it only reads the twin.
pub(crate) fn remember(clock: Res<Clock>, outside: Res<Outside>, mut trail: ResMut<Trail>) {
    let now_s = clock.time_s;
    if trail.0.back().is_none_or(|(at_s, _)| now_s - at_s >= TRAIL_STEP_S) {
        trail.0.push_back((now_s, [outside.dry_bulb_c, outside.humidity_ratio]));
    }
    while trail.0.len() > TRAIL_LENGTH || trail.0.front().is_some_and(|(at_s, _)| now_s - at_s > TRAIL_S) {
        trail.0.pop_front();
    }
}

/// A class's allowed air: at each dry bulb the driest and the dampest.
#[derive(Debug, Clone)]
struct Envelope {
    class: AirClass,
    columns: Vec<[f64; 3]>,
}

/// What does not change while the pressure stays.
#[derive(Debug, Clone)]
struct Curves {
    pressure_pa: f64,
    /// Curves of equal relative humidity, and that humidity.
    humid: Vec<(f64, Vec<State>)>,
    /// Lines of equal wet bulb, and that wet bulb.
    wet: Vec<(f64, Vec<State>)>,
    envelopes: Vec<Envelope>,
}

/// The class of air by its dry bulb and relative humidity.
fn class_of(t_c: f64, rh: f64, pressure_pa: f64) -> AirClass {
    let dew_c = air::dew_point_c(air::humidity_ratio(t_c, rh, pressure_pa), pressure_pa);
    AirClass::of(t_c, dew_c.min(t_c), rh)
}

/// The envelope of a class, by asking which class air is of: at each dry bulb the allowed humidities are one range, and
/// its ends are found by halving.
fn envelope(class: AirClass, pressure_pa: f64) -> Envelope {
    let allows = |t_c: f64, rh: f64| class_of(t_c, rh, pressure_pa) <= class;
    let mut columns = Vec::new();
    // Limits of dry bulb are whole degrees.
    for t_c in (DRY_BULB_C[0] as i32..=DRY_BULB_C[1] as i32).map(f64::from) {
        const TRIES: u32 = 40;
        let Some(within) = (0..=TRIES)
            .map(|k| f64::from(k) / f64::from(TRIES))
            .find(|rh| allows(t_c, *rh))
        else {
            continue;
        };
        let edge = |mut inside: f64, mut beyond: f64| {
            for _ in 0..14 {
                let middle = 0.5 * (inside + beyond);
                if allows(t_c, middle) {
                    inside = middle;
                } else {
                    beyond = middle;
                }
            }
            air::humidity_ratio(t_c, inside, pressure_pa)
        };
        columns.push([t_c, edge(within, 0.0), edge(within, 1.0)]);
    }
    Envelope { class, columns }
}

impl Curves {
    fn of(pressure_pa: f64) -> Self {
        let humid = (1..=10).map(|k| {
            let rh = f64::from(k) / 10.0;
            let degrees = (DRY_BULB_C[0] * 2.0) as i32..=(DRY_BULB_C[1] * 2.0) as i32;
            let curve = degrees.map(|half| {
                let t_c = f64::from(half) / 2.0;
                [t_c, air::humidity_ratio(t_c, rh, pressure_pa)]
            });
            // One point past the upper edge ends the curve at it.
            let mut curve: Vec<State> = curve.collect();
            if let Some(over) = curve.iter().position(|state| state[1] > HUMIDITY[1]) {
                curve.truncate(over + 1);
            }
            (rh, curve)
        });
        let wet = (-2..=6).map(|k| {
            let wet_c = f64::from(k) * 5.0;
            let line = (0..=64).map(|half| {
                let t_c = wet_c + f64::from(half) * 0.75;
                [t_c, air::humidity_ratio_from_wet_bulb(t_c, wet_c, pressure_pa)]
            });
            let mut line: Vec<State> = line.collect();
            if let Some(dry) = line.iter().position(|state| state[1] <= 0.0) {
                line.truncate(dry + 1);
            }
            (wet_c, line)
        });
        let classes = [
            AirClass::A4,
            AirClass::A3,
            AirClass::A2,
            AirClass::A1,
            AirClass::Recommended,
        ];
        Self {
            pressure_pa,
            humid: humid.collect(),
            wet: wet.collect(),
            envelopes: classes.map(|class| envelope(class, pressure_pa)).to_vec(),
        }
    }
}

/// The states that a hall's air goes through, each with its name.
fn process(outside: &Outside, halls: &HallColumns, of: &[usize]) -> Vec<(&'static str, State)> {
    let out = [outside.dry_bulb_c, outside.humidity_ratio];
    let mut states = vec![(say!("air-outside"), out)];
    // Each hall counts by its air; without any they count alike.
    let flow = |h: usize| halls.supply_air_kg_s[h].max(0.0);
    let all: f64 = of.iter().map(|h| flow(*h)).sum();
    let mean = |column: &[f64]| {
        let weighed = of.iter().map(|h| if all > 0.0 { flow(*h) } else { 1.0 });
        let sum: f64 = of
            .iter()
            .zip(weighed.clone())
            .map(|(h, weight)| column[*h] * weight)
            .sum();
        sum / weighed.sum::<f64>()
    };
    if !of.is_empty() {
        let supply_w = mean(&halls.supply_humidity_ratio);
        let fresh = mean(&halls.fresh_share);
        let mixed_c = mean(&halls.mixed_c);
        // Halls neither dry nor damp their air: what comes back is as moist as what was supplied.
        states.extend([
            (say!("air-mixed"), [mixed_c, fresh * out[1] + (1.0 - fresh) * supply_w]),
            (
                say!("air-behind-media"),
                [mixed_c - mean(&halls.media_drop_k), supply_w],
            ),
            (say!("air-supply"), [mean(&halls.supply_c), supply_w]),
            (say!("air-return"), [mean(&halls.return_c), supply_w]),
        ]);
    }
    states
}

/// From states to points of the screen.
struct Scale(Rect);

impl Scale {
    fn at(&self, [t_c, w]: State) -> Pos2 {
        let x = (t_c - DRY_BULB_C[0]) / (DRY_BULB_C[1] - DRY_BULB_C[0]);
        let y = (w - HUMIDITY[0]) / (HUMIDITY[1] - HUMIDITY[0]);
        pos2(
            self.0.left() + self.0.width() * x as f32,
            self.0.bottom() - self.0.height() * y as f32,
        )
    }

    fn state(&self, at: Pos2) -> State {
        let x = f64::from((at.x - self.0.left()) / self.0.width());
        let y = f64::from((self.0.bottom() - at.y) / self.0.height());
        [
            DRY_BULB_C[0] + x * (DRY_BULB_C[1] - DRY_BULB_C[0]),
            HUMIDITY[0] + y * (HUMIDITY[1] - HUMIDITY[0]),
        ]
    }

    fn curve(&self, states: &[State], stroke: Stroke) -> Shape {
        Shape::line(states.iter().map(|state| self.at(*state)).collect(), stroke)
    }
}

fn faint(color: Color32, share: f32) -> Color32 {
    color.gamma_multiply(share)
}

/// The chart's ground: grid, curves and envelopes.
fn ground(painter: &egui::Painter, scale: &Scale, curves: &Curves) {
    let rect = scale.0;
    painter.rect_filled(rect, 0.0, GROUND);
    for t_c in (DRY_BULB_C[0] as i32..=DRY_BULB_C[1] as i32).step_by(10).map(f64::from) {
        let foot = scale.at([t_c, HUMIDITY[0]]);
        let most = air::humidity_ratio(t_c, 1.0, curves.pressure_pa).min(HUMIDITY[1]);
        painter.line_segment([foot, scale.at([t_c, most])], Stroke::new(0.5, LINE));
        let text = format!("{t_c:.0}");
        painter.text(
            foot + vec2(0.0, 3.0),
            Align2::CENTER_TOP,
            text,
            FontId::proportional(11.0),
            QUIET.now(),
        );
    }
    for g in (0..=30).step_by(5).map(f64::from) {
        let w = g / 1000.0;
        let edge = scale.at([DRY_BULB_C[1], w]);
        let from_c = air::dew_point_c(w.max(1e-6), curves.pressure_pa).max(DRY_BULB_C[0]);
        painter.line_segment([scale.at([from_c, w]), edge], Stroke::new(0.5, LINE));
        let text = format!("{g:.0}");
        painter.text(
            edge + vec2(4.0, 0.0),
            Align2::LEFT_CENTER,
            text,
            FontId::proportional(11.0),
            QUIET.now(),
        );
    }
    let inside = painter.with_clip_rect(rect.intersect(painter.clip_rect()));
    for (class, color) in curves.envelopes.iter().zip(AIR_CLASSES.iter().rev()) {
        let mut mesh = egui::Mesh::default();
        for (k, [t_c, dry, damp]) in class.columns.iter().enumerate() {
            mesh.colored_vertex(scale.at([*t_c, *dry]), faint(*color, 0.13));
            mesh.colored_vertex(scale.at([*t_c, *damp]), faint(*color, 0.13));
            if k > 0 {
                let n = (k * 2) as u32;
                mesh.add_triangle(n - 2, n - 1, n);
                mesh.add_triangle(n - 1, n, n + 1);
            }
        }
        inside.add(Shape::mesh(mesh));
        let dry = class.columns.iter().map(|[t_c, dry, _]| scale.at([*t_c, *dry]));
        let damp = class.columns.iter().rev().map(|[t_c, _, damp]| scale.at([*t_c, *damp]));
        let width = if class.class == AirClass::Recommended { 1.6 } else { 1.0 };
        inside.add(Shape::closed_line(
            dry.chain(damp).collect(),
            Stroke::new(width, faint(*color, 0.85)),
        ));
    }
    for (wet_c, line) in &curves.wet {
        inside.extend(Shape::dashed_line(
            &line.iter().map(|state| scale.at(*state)).collect::<Vec<_>>(),
            Stroke::new(0.6, faint(QUIET.now(), 0.45)),
            3.0,
            4.0,
        ));
        // Their names stand outside the saturation curve, where nothing else is.
        let foot = scale.at(line[0]);
        if rect.contains(foot) && *wet_c >= 0.0 {
            let font = FontId::proportional(10.0);
            inside.text(
                foot - vec2(3.0, 2.0),
                Align2::RIGHT_BOTTOM,
                format!("{wet_c:.0}"),
                font,
                faint(QUIET.now(), 0.8),
            );
        }
    }
    for (rh, curve) in &curves.humid {
        let saturated = *rh > 0.99;
        let stroke = if saturated {
            Stroke::new(1.6, QUIET)
        } else {
            Stroke::new(0.6, faint(QUIET.now(), 0.45))
        };
        inside.add(scale.curve(curve, stroke));
        if (*rh * 10.0).round() as i32 % 2 == 0 && !saturated {
            let end = curve[curve.len().saturating_sub(2)];
            let at = scale
                .at(end)
                .clamp(rect.min + vec2(0.0, 8.0), rect.max - vec2(16.0, 0.0));
            let font = FontId::proportional(10.0);
            inside.text(
                at + vec2(-6.0, 2.0),
                Align2::RIGHT_CENTER,
                format!("{:.0} %", rh * 100.0),
                font,
                QUIET.now(),
            );
        }
    }
    painter.rect_stroke(rect, 0.0, Stroke::new(1.0, LINE), StrokeKind::Outside);
}

/// A state's number on the chart.
fn badge(painter: &egui::Painter, at: Pos2, number: usize) {
    painter.circle(at, 8.0, PANEL, Stroke::new(1.5, ACCENT));
    let font = FontId::monospace(11.0);
    painter.text(at, Align2::CENTER_CENTER, number.to_string(), font, TEXT.now());
}

/// The states with their numbers, joined in their order; numbers of states that lie together stand side by side.
fn states(painter: &egui::Painter, scale: &Scale, states: &[(&'static str, State)]) {
    let points: Vec<Pos2> = states.iter().map(|(_, state)| scale.at(*state)).collect();
    let whole = |p: &Pos2| p.x.is_finite() && p.y.is_finite();
    for (k, pair) in points.windows(2).enumerate().filter(|(_, pair)| pair.iter().all(whole)) {
        // From supply to return the air has been through the racks.
        let color = if k == 3 { crate::panels::theme::ALARM } else { ACCENT };
        painter.line_segment([pair[0], pair[1]], Stroke::new(2.0, color));
    }
    if let (Some(mixed), Some(back)) = (points.get(1).filter(|p| whole(p)), points.get(4).filter(|p| whole(p)))
        && mixed.distance(points[0]) > 3.0
    {
        // What is mixed in comes from the return; where nothing is, mixed air is outside air.
        painter.extend(Shape::dashed_line(
            &[*back, *mixed],
            Stroke::new(1.0, faint(ACCENT.now(), 0.7)),
            4.0,
            4.0,
        ));
    }
    let mut taken: Vec<Pos2> = Vec::new();
    for (k, at) in points.iter().enumerate().filter(|(_, at)| whole(at)) {
        // Air beyond the chart, such as that of a cold snap, stands at its edge.
        let at = &scale.0.clamp(*at);
        painter.circle_filled(*at, 3.0, TEXT);
        // Above first, then around, then farther out.
        let places = [22.0, 40.0, 58.0].into_iter().flat_map(|away| {
            [-90.0_f32, -50.0, -130.0, 90.0, 50.0, 130.0, 0.0, 180.0]
                .map(|degrees| vec2(degrees.to_radians().cos(), degrees.to_radians().sin()) * away)
        });
        let free = |p: &Pos2| {
            scale.0.shrink(8.0).contains(*p)
                && taken.iter().all(|t| t.distance(*p) > 19.0)
                && points.iter().all(|t| !whole(t) || t.distance(*p) > 13.0)
        };
        let Some(place) = places.map(|offset| *at + offset).find(free) else {
            continue;
        };
        painter.line_segment([*at, place], Stroke::new(0.8, faint(TEXT.now(), 0.6)));
        badge(painter, place, k + 1);
        taken.push(place);
    }
}

/// The states in numbers, and the names of the envelopes, in the corner where no air can be.
fn key(painter: &egui::Painter, rect: Rect, listed: &[(&'static str, State)], pressure_pa: f64, compact: bool) {
    let left = rect.left() + 12.0;
    let mut y = rect.top() + 14.0;
    for (k, (name, [t_c, w])) in listed.iter().enumerate() {
        badge(painter, pos2(left + 6.0, y), k + 1);
        let rh = air::relative_humidity(*t_c, *w, pressure_pa) * 100.0;
        let name_at = pos2(left + 22.0, y);
        painter.text(
            name_at,
            Align2::LEFT_CENTER,
            name,
            FontId::proportional(12.0),
            QUIET.now(),
        );
        let values = [
            (176.0, said(*t_c, 1, "°C")),
            (262.0, said(*w * 1000.0, 1, "g/kg")),
            (306.0, said(rh, 0, "%")),
        ];
        for (right, text) in values.into_iter().take(if compact { 1 } else { 3 }) {
            let end = pos2(left + right, y);
            painter.text(end, Align2::RIGHT_CENTER, text, FontId::monospace(12.0), TEXT.now());
        }
        y += 20.0;
    }
    y += 4.0;
    let mut x = left;
    for (text, color) in [say!("air-recommended"), "A1", "A2", "A3", "A4"]
        .iter()
        .zip(AIR_CLASSES)
    {
        let swatch = Rect::from_center_size(pos2(x + 5.0, y), vec2(10.0, 10.0));
        painter.rect(
            swatch,
            2.0,
            faint(color, 0.25),
            Stroke::new(1.0, color),
            StrokeKind::Inside,
        );
        let font = FontId::proportional(11.0);
        let end = painter.text(pos2(x + 14.0, y), Align2::LEFT_CENTER, text, font, QUIET.now());
        x = end.right() + 10.0;
        if compact && x > left + 130.0 {
            (x, y) = (left, y + 16.0);
        }
    }
}

/// What air at the pointer would be.
fn hover(ui: &mut egui::Ui, [t_c, w]: State, pressure_pa: f64) {
    let rh = air::relative_humidity(t_c, w, pressure_pa);
    let mut lines = vec![
        (say!("air-dry-bulb"), said(t_c, 1, "°C")),
        (say!("air-moisture"), said(w * 1000.0, 2, "g/kg")),
    ];
    if rh > 1.0 {
        lines.push((say!("air-too-moist"), String::new()));
    } else {
        let dew_c = air::dew_point_c(w, pressure_pa);
        let enthalpy_kj = air::enthalpy_j_per_kg(t_c, w) / 1000.0;
        let class = AirClass::of(t_c, dew_c.min(t_c), rh);
        lines.extend([
            (say!("air-humidity"), said(rh * 100.0, 0, "%")),
            (
                say!("air-wet-bulb"),
                said(air::wet_bulb_c(t_c, rh, pressure_pa), 1, "°C"),
            ),
            (say!("air-dew-point"), said(dew_c, 1, "°C")),
            (say!("air-enthalpy"), said(enthalpy_kj, 1, "kJ/kg")),
            (say!("air-class"), class.as_str().to_owned()),
        ]);
    }
    // Values stand below each other.
    let named = lines.iter().filter(|(_, value)| !value.is_empty());
    let wide = named.map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    for (name, value) in lines {
        let text = format!("{name:<wide$} {value}");
        ui.label(egui::RichText::new(text.trim_end()).monospace().size(12.0));
    }
}

fn window(
    mut contexts: EguiContexts,
    mut parts: ResMut<Parts>,
    mut windows: ResMut<Windows>,
    plan: Res<Plan>,
    clock: Res<Clock>,
    outside: Res<Outside>,
    halls: Res<HallColumns>,
    selection: Res<Selection>,
    trail: Res<Trail>,
    mut curves: Local<Option<Curves>>,
) -> Result {
    if !parts.shown(Part::Chart) {
        windows.close(Part::Chart);
        return Ok(());
    }
    let ctx = contexts.ctx_mut()?.clone();
    let campus = &*plan.0;
    // A pascal here or there moves nothing that can be seen.
    let stale = |curves: &Curves| (curves.pressure_pa - outside.pressure_pa).abs() > 100.0;
    if curves.as_ref().is_none_or(stale) {
        *curves = Some(Curves::of(outside.pressure_pa));
    }
    let Some(curves) = curves.as_ref() else { return Ok(()) };
    let chosen = selection.halls(campus);
    let of = if chosen.is_empty() {
        0..campus.halls.len()
    } else {
        chosen
    };
    let of: Vec<usize> = of.filter(|h| halls.live[*h]).collect();
    let title = match selection.0 {
        None => say!("air-site-mean").to_owned(),
        Some(found) => match (found, of.first()) {
            (rainier::site::campus::Found::Building(_), _) | (_, None) => name(campus, found),
            (_, Some(hall)) => name(campus, rainier::site::campus::Found::Hall(*hall)),
        },
    };
    // The line below the chart takes some.
    let below = vec2(0.0, 22.0);
    let (least, most) = (vec2(380.0, 230.0), vec2(700.0, 440.0));
    let title = say!("air-window", place = title);
    let Some((window, room)) = windows.show(&ctx, Part::Chart, title, least + below, most + below) else {
        return Ok(());
    };
    let size = (room - below).max(vec2(240.0, 150.0));
    let mut shown = true;
    window.open(&mut shown).show(&ctx, |ui| {
        let (whole, response) = ui.allocate_exact_size(size, Sense::hover());
        let painter = ui.painter_at(whole);
        let rect = Rect::from_min_max(whole.min + vec2(14.0, 4.0), whole.max - vec2(40.0, 36.0));
        let scale = Scale(rect);
        ground(&painter, &scale, curves);
        let inside = painter.with_clip_rect(rect.intersect(painter.clip_rect()));
        let trailed: Vec<_> = trail.0.iter().collect();
        for pair in trailed.windows(2) {
            let age = ((clock.time_s - pair[1].0) / TRAIL_S).clamp(0.0, 1.0) as f32;
            let stroke = Stroke::new(2.0, faint(TEXT.now(), 0.75 * (1.0 - age) + 0.08));
            inside.line_segment([scale.at(pair[0].1), scale.at(pair[1].1)], stroke);
        }
        let listed = process(&outside, &halls, &of);
        states(&inside, &scale, &listed);
        // In a low window the list would lie over the curves: it goes below them.
        let low = rect.height() < 240.0;
        if !low {
            key(&inside, rect, &listed, outside.pressure_pa, rect.width() < 560.0);
        }
        let font = FontId::proportional(11.5);
        let below = pos2(rect.center().x, whole.bottom() - 2.0);
        painter.text(
            below,
            Align2::CENTER_BOTTOM,
            say!("air-axis-dry-bulb"),
            font.clone(),
            QUIET.now(),
        );
        let galley = painter.layout_no_wrap(say!("air-axis-humidity").into(), font, QUIET.now());
        let beside = pos2(
            whole.right() - galley.size().y - 1.0,
            rect.center().y + galley.size().x / 2.0,
        );
        let turned = egui::epaint::TextShape::new(beside, galley, QUIET.now()).with_angle(-std::f32::consts::FRAC_PI_2);
        painter.add(turned);
        if let Some(at) = response.hover_pos().filter(|at| rect.contains(*at)) {
            let state = scale.state(at);
            let stroke = Stroke::new(0.7, faint(TEXT.now(), 0.5));
            inside.line_segment([pos2(at.x, rect.top()), pos2(at.x, rect.bottom())], stroke);
            inside.line_segment([pos2(rect.left(), at.y), pos2(rect.right(), at.y)], stroke);
            response.on_hover_ui_at_pointer(|ui| hover(ui, state, outside.pressure_pa));
        }
        let text = if low {
            let states = listed.iter().enumerate();
            let states = states.map(|(k, (name, [t_c, _]))| format!("{} {name} {}", k + 1, said(*t_c, 1, "°C")));
            states.collect::<Vec<_>>().join("   ")
        } else {
            say!("air-legend").into()
        };
        ui.set_max_width(size.x);
        ui.label(egui::RichText::new(text).size(11.0).color(QUIET));
    });
    parts.show(Part::Chart, shown);
    Ok(())
}

pub(crate) fn plugin(app: &mut App) {
    app.add_systems(EguiPrimaryContextPass, window);
}
