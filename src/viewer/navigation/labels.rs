//! Names at places in 3D, by level of zoom. They never overlap: the more important one stays, and one that is shown stays
//! before one that is not, so that they do not flicker.

use std::collections::BTreeMap;

use bevy::prelude::*;
use bevy_egui::{EguiContexts, EguiPrimaryContextPass, egui};
use egui::{Color32, FontId, Pos2, Rect, Stroke, pos2, vec2};
use rainier::sim::twin::Plan;
use rainier::sim::{ChipColumns, HallColumns, RackColumns};
use rainier::site::Campus;
use rainier::site::campus::Found;
use rainier::site::pick::FLOOR_M;

use crate::navigation::Orbit;
use crate::navigation::aids::Aids;
use crate::navigation::camera::on_face;
use crate::navigation::inside::Inside;
use crate::panels::equipment::on_site;
use crate::panels::format::watts;
use crate::panels::theme::{ACCENT, ALARM, LINE, PANEL, QUIET, TEXT};
use crate::panels::windows::Windows;
use crate::selection::{Roofs, Selection};
use crate::words::say;
use crate::world::glance::Glance;
use crate::world::meshes::at;
use crate::world::rising::AsOf;
use crate::world::route::position;

/// What a label is of, in the order of importance at equal distance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Of {
    Substation(usize),
    Building(usize),
    Hall(usize),
    Row(usize),
    Rack(usize),
    Tray(usize, usize),
    Node(usize),
    Genset(usize, u32),
}

/// A label that could be drawn.
#[derive(Debug, Clone, PartialEq)]
struct Wish {
    of: Of,
    /// What it points at, points of the window.
    anchor: Pos2,
    size: egui::Vec2,
    name: String,
    about: String,
    importance: f32,
}

/// A label that is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Shown {
    /// Which of the places around its anchor it has.
    slot: usize,
    /// 0 hidden to 1.
    opacity: f32,
}

/// The labels that are drawn.
#[derive(Resource, Debug, Clone, Default)]
pub(crate) struct Labels(BTreeMap<Of, Shown>);

/// Room around a label, points.
const GAP: f32 = 3.0;

/// How much longer a label that is shown stays, as a factor of importance.
const STAYS: f32 = 1.6;

/// Most labels at a time.
const MOST: usize = 90;

/// Places of a label around its anchor: from the anchor to the middle of the label's lower edge, points.
const SLOTS: [[f32; 2]; 9] = [
    [0.0, -14.0],
    [0.0, -38.0],
    [46.0, -22.0],
    [-46.0, -22.0],
    [0.0, -62.0],
    [70.0, -46.0],
    [-70.0, -46.0],
    [0.0, -88.0],
    [0.0, -116.0],
];

/// Where a label of a size is in one of its places.
fn rect_in(slot: usize, anchor: Pos2, size: egui::Vec2) -> Rect {
    let [right, down] = SLOTS[slot.min(SLOTS.len() - 1)];
    let foot = anchor + vec2(right, down);
    Rect::from_min_size(pos2(foot.x - size.x / 2.0, foot.y - size.y), size)
}

/// The line from an anchor to its label in one of its places.
fn leader(slot: usize, anchor: Pos2) -> [Pos2; 2] {
    let [right, down] = SLOTS[slot.min(SLOTS.len() - 1)];
    [anchor, anchor + vec2(right, down)]
}

/// Whether two lines cross or touch.
fn cross([a, b]: [Pos2; 2], [c, d]: [Pos2; 2]) -> bool {
    let side = |from: Pos2, to: Pos2, of: Pos2| (to.x - from.x) * (of.y - from.y) - (to.y - from.y) * (of.x - from.x);
    side(a, b, c) * side(a, b, d) <= 0.0 && side(c, d, a) * side(c, d, b) <= 0.0
}

/// Whether a line goes through a label.
fn strikes(line: [Pos2; 2], label: Rect) -> bool {
    let corners = [
        label.left_top(),
        label.right_top(),
        label.right_bottom(),
        label.left_bottom(),
    ];
    let edge = |k: usize| cross(line, [corners[k], corners[(k + 1) % 4]]);
    line.iter().any(|end| label.contains(*end)) || (0..4).any(edge)
}

/// Gives places to as many labels as have room, the most important first. Those that are shown keep theirs while they
/// can. No label lies over another, and no line from a label to its place over another line or label.
fn arrange(wishes: &[Wish], free: Rect, taken: &[Rect], shown: &BTreeMap<Of, Shown>) -> Vec<(usize, usize, Rect)> {
    let worth = |wish: &Wish| wish.importance * if shown.contains_key(&wish.of) { STAYS } else { 1.0 };
    let mut order: Vec<usize> = (0..wishes.len()).collect();
    order.sort_by(|a, b| {
        worth(&wishes[*b])
            .total_cmp(&worth(&wishes[*a]))
            .then(wishes[*a].of.cmp(&wishes[*b].of))
    });
    let mut placed: Vec<(usize, usize, Rect)> = Vec::new();
    for k in order {
        if placed.len() >= MOST {
            break;
        }
        let wish = &wishes[k];
        let first = shown.get(&wish.of).map(|shown| shown.slot);
        let slots = first
            .into_iter()
            .chain((0..SLOTS.len()).filter(|slot| Some(*slot) != first));
        let room = slots
            .map(|slot| (slot, rect_in(slot, wish.anchor, wish.size)))
            .find(|(slot, rect)| {
                let line = leader(*slot, wish.anchor);
                let crossed = placed.iter().any(|(other, slot, label)| {
                    let theirs = leader(*slot, wishes[*other].anchor);
                    cross(line, theirs) || strikes(line, *label) || strikes(theirs, *rect)
                });
                if crossed {
                    return false;
                }
                let around = rect.expand(GAP);
                free.contains_rect(*rect)
                    && !taken.iter().any(|other| other.intersects(around))
                    && !placed.iter().any(|(_, _, other)| other.intersects(around))
            });
        if let Some((slot, rect)) = room {
            placed.push((k, slot, rect));
        }
    }
    placed
}

/// How much a label counts between two distances: 0 outside, 1 well inside.
fn between(value: f32, [from, to]: [f32; 2]) -> f32 {
    if value <= from || value >= to {
        return 0.0;
    }
    ((value / from).ln().min((to / value).ln()) / 0.35).clamp(0.05, 1.0)
}

/// What the labels read.
#[derive(bevy::ecs::system::SystemParam)]
struct State<'w> {
    plan: Res<'w, Plan>,
    halls: Res<'w, HallColumns>,
    racks: Res<'w, RackColumns>,
    chips: Res<'w, ChipColumns>,
    orbit: Res<'w, Orbit>,
    selection: Res<'w, Selection>,
    roofs: Res<'w, Roofs>,
    inside: Res<'w, Inside>,
    as_of: Res<'w, AsOf>,
    glance: Res<'w, Glance>,
}

/// Places that could have a label, with where it points, its words and its importance.
fn places(state: &State, nodes: &[(usize, Vec3)], eye: Vec3) -> Vec<(Of, Vec3, String, String, f32)> {
    let campus: &Campus = &state.plan.0;
    let zoom = state.orbit.now().distance;
    let mut out = Vec::new();
    let mut add = |of: Of, point: Vec3, name: String, about: String, weight: f32| {
        if weight > 0.0 {
            out.push((of, point, name, about, weight / eye.distance(point).max(0.3)));
        }
    };
    let hidden = state.inside.hides(&state.roofs);
    let own_row = match state.selection.0 {
        None | Some(Found::Building(_) | Found::Hall(_)) => None,
        Some(found) => Some(campus.rack_row[campus.racks_of(found).start] as usize),
    };
    let stations = 3.0 * between(zoom, [60.0, 8_000.0]);
    for (k, substation) in campus.substations.iter().enumerate() {
        add(
            Of::Substation(k),
            at(substation.rect.at_m, 13.0),
            substation.name.clone(),
            String::new(),
            stations,
        );
    }
    for (b, building) in campus.buildings.iter().enumerate() {
        let live = building.halls.clone().any(|h| state.halls.live[h]);
        let it_w: f64 = state.halls.it_w[building.halls.clone()].iter().sum();
        let words = state.glance.words.get(b).cloned().flatten();
        let about = match (state.as_of.is_now(), live) {
            (false, _) => String::new(),
            (true, true) => words.unwrap_or_else(|| watts(it_w)),
            (true, false) => words.unwrap_or_else(|| say!("label-not-live").into()),
        };
        // Roofs on, it stands on the roof.
        let top = if state.roofs.0 { building.height_m + 1.0 } else { 4.0 };
        let name = format!("B{:02}", building.number);
        add(
            Of::Building(b),
            at(building.rect.at_m, top),
            name,
            about,
            4.0 * between(zoom, [150.0, 8_000.0]),
        );
        let near = |[x, y]: [f64; 2], within: f32| eye.distance(at([x, y], 0.0)) < within;
        if near(building.rect.at_m, 420.0) && state.as_of.is_now() {
            let weight = 1.2 * between(zoom, [8.0, 150.0]);
            for k in (0..building.gensets).filter(|_| weight > 0.0) {
                let foot = building.genset_at_m(k);
                if near(foot, 150.0) {
                    let number = on_site(campus, b, k);
                    add(
                        Of::Genset(b, k),
                        at(foot, 4.5),
                        say!("genset", number = number),
                        String::new(),
                        weight,
                    );
                }
            }
        }
        if hidden || !live || !state.as_of.is_now() {
            continue;
        }
        for h in building.halls.clone() {
            let hall = &campus.halls[h];
            let name = format!("H{}", hall.number);
            let weight = 2.4 * between(zoom, [34.0, 420.0]);
            if !state.inside.is_away(campus, hall.rect.at_m) {
                add(
                    Of::Hall(h),
                    at(hall.rect.at_m, 3.0),
                    name,
                    watts(state.halls.it_w[h]),
                    weight,
                );
            }
            if zoom > 130.0 || !near(hall.rect.at_m, 160.0) {
                continue;
            }
            for r in hall.rows.clone() {
                let row = &campus.rows[r];
                let height = campus.rack_kinds[row.kind].rack.size_m[2] + FLOOR_M;
                let south = campus.rack_at_m(row.racks.start);
                let weight = 1.5 * between(zoom, [5.0, 130.0]);
                // At the end that is nearer to the eye.
                let north = campus.rack_at_m(row.racks.end.saturating_sub(1));
                let end = if eye.distance(at(south, 0.0)) < eye.distance(at(north, 0.0)) {
                    south
                } else {
                    north
                };
                if !state.inside.is_away(campus, end) {
                    add(
                        Of::Row(r),
                        at(end, height),
                        format!("R{:02}", row.number),
                        String::new(),
                        weight,
                    );
                }
                // Racks of rows behind are hidden by those in front.
                let here = own_row.map_or((eye.x - at(south, 0.0).x).abs() < 8.0, |own| own == r);
                if zoom > 24.0 || !here {
                    continue;
                }
                for rack in row.racks.clone() {
                    let place = campus.rack_at_m(rack);
                    if near(place, 22.0) && !state.inside.is_away(campus, place) {
                        let name = format!("K{:02}", rack - row.racks.start + 1);
                        let kw = format!("{:.0} kW", state.racks.draw_w[rack] / 1e3);
                        add(Of::Rack(rack), at(place, height), name, kw, between(zoom, [2.6, 24.0]));
                    }
                }
            }
        }
    }
    let weight = 1.0 * between(zoom, [12.0, 80.0]);
    for (n, place) in nodes.iter().filter(|_| weight > 0.0) {
        if eye.distance(*place) < 220.0 {
            let name = campus.power.nodes[*n].name.clone();
            add(Of::Node(*n), *place, name, String::new(), weight);
        }
    }
    trays(state, &mut add);
    out
}

/// The nodes of the power path that have labels, and where they stand.
fn nodes(campus: &Campus) -> Vec<(usize, Vec3)> {
    use rainier::site::campus::PowerKind::{Lineup, MainTransformer, RingMain, UnitTransformer};
    let all = campus.power.nodes.iter().enumerate();
    let own = all.filter(|(_, node)| matches!(node.kind, MainTransformer | RingMain | Lineup | UnitTransformer));
    own.filter_map(|(n, _)| position(campus, n).map(|(place, up)| (n, at(place, up))))
        .collect()
}

/// The trays of the rack that is selected, along the edge of its face.
fn trays(state: &State, add: &mut impl FnMut(Of, Vec3, String, String, f32)) {
    let campus: &Campus = &state.plan.0;
    let (Some(Found::Rack(rack) | Found::Tray { rack, .. } | Found::Chip { rack, .. }), true) =
        (state.selection.0, state.as_of.is_now())
    else {
        return;
    };
    let weight = 1.3 * between(state.orbit.now().distance, [0.3, 6.5]);
    let width = campus.rack_kind(rack).rack.size_m[0];
    for tray in 0..campus.rack_trays(rack) {
        if let Some(([x, y], up)) = on_face(campus, Found::Tray { rack, tray }) {
            let edge = at([x, y + 0.5 * width], up);
            add(
                Of::Tray(rack, tray),
                edge,
                format!("T{:02}", tray + 1),
                String::new(),
                weight,
            );
        }
    }
}

/// How fast labels come and go, 1/s.
const FADES_PER_S: f32 = 7.0;

fn draw(
    mut contexts: EguiContexts,
    time: Res<Time<Real>>,
    aids: Res<Aids>,
    windows: Res<Windows>,
    state: State,
    camera: Query<(&Camera, &Transform), With<Camera3d>>,
    mut labels: ResMut<Labels>,
    mut standing: Local<Vec<(usize, Vec3)>>,
) -> Result {
    if state.plan.is_changed() {
        *standing = nodes(&state.plan.0);
    }
    let ctx = contexts.ctx_mut()?.clone();
    let (Ok((camera, transform)), Some(free)) = (camera.single(), windows.free) else {
        return Ok(());
    };
    let transform = GlobalTransform::from(*transform);
    let painter = ctx.layer_painter(egui::LayerId::background()).with_clip_rect(free);
    let project = |point: Vec3| {
        let seen = camera.world_to_viewport(&transform, point).ok()?;
        Some(pos2(seen.x, seen.y) / ctx.zoom_factor())
    };
    let mut taken = windows.covered();
    if state.as_of.is_now() {
        taken.extend(callout(&painter, &state, project, free));
    }
    if !aids.labels {
        labels.0.clear();
        return Ok(());
    }
    let eye = transform.translation();
    let font = FontId::proportional(12.5);
    let small = FontId::proportional(11.0);
    let width = |text: &str, font: &FontId| match text {
        "" => 0.0,
        text => {
            painter
                .layout_no_wrap(text.to_owned(), font.clone(), TEXT.now())
                .size()
                .x
        }
    };
    let selected = state.selection.0;
    let wishes: Vec<Wish> = places(&state, &standing, eye)
        .into_iter()
        .filter_map(|(of, point, name, about, importance)| {
            let anchor = project(point).filter(|anchor| free.contains(*anchor))?;
            let gap = if about.is_empty() { 0.0 } else { 5.0 };
            let size = vec2(12.0 + width(&name, &font) + gap + width(&about, &small), 20.0);
            let importance = importance
                * if selected.is_some_and(|found| is_of(of, found)) {
                    5.0
                } else {
                    1.0
                };
            Some(Wish {
                of,
                anchor,
                size,
                name,
                about,
                importance,
            })
        })
        .collect();
    let placed = arrange(&wishes, free.shrink(2.0), &taken, &labels.0);
    let step = time.delta_secs().min(0.1) * FADES_PER_S;
    let mut now = BTreeMap::new();
    for (k, slot, rect) in &placed {
        let wish = &wishes[*k];
        let before = labels.0.get(&wish.of).map_or(0.0, |shown| shown.opacity);
        let opacity = (before + step).min(1.0);
        now.insert(wish.of, Shown { slot: *slot, opacity });
        pill(
            &painter,
            wish,
            *rect,
            opacity,
            [&font, &small],
            selected.is_some_and(|found| is_of(wish.of, found)),
        );
    }
    // What goes fades where it stood, unless another one needs the room.
    for wish in wishes.iter().filter(|wish| !now.contains_key(&wish.of)) {
        let Some(gone) = labels.0.get(&wish.of).filter(|gone| gone.opacity > step) else {
            continue;
        };
        let rect = rect_in(gone.slot, wish.anchor, wish.size);
        if placed.iter().all(|(_, _, other)| !other.intersects(rect)) && free.contains_rect(rect) {
            pill(&painter, wish, rect, gone.opacity - step, [&font, &small], false);
        }
    }
    labels.0 = now;
    Ok(())
}

fn is_of(of: Of, found: Found) -> bool {
    match (of, found) {
        (Of::Building(a), Found::Building(b)) | (Of::Hall(a), Found::Hall(b)) => a == b,
        (Of::Row(a), Found::Row(b)) | (Of::Rack(a), Found::Rack(b)) => a == b,
        (Of::Tray(r, t), Found::Tray { rack, tray }) => (r, t) == (rack, tray),
        _ => false,
    }
}

fn pill(painter: &egui::Painter, wish: &Wish, rect: Rect, opacity: f32, [font, small]: [&FontId; 2], chosen: bool) {
    let (edge, text) = if chosen { (ACCENT, ACCENT) } else { (LINE, TEXT) };
    let (edge, text) = (edge.now(), text.now());
    let faded = |color: Color32| color.gamma_multiply(opacity);
    let foot = pos2(
        wish.anchor.x.clamp(rect.left() + 6.0, rect.right() - 6.0),
        rect.bottom(),
    );
    painter.line_segment(
        [foot, wish.anchor],
        Stroke::new(2.5, faded(PANEL.now().gamma_multiply(0.7))),
    );
    painter.line_segment([foot, wish.anchor], Stroke::new(1.0, faded(TEXT.now())));
    painter.circle_filled(wish.anchor, 2.0, faded(TEXT.now()));
    painter.rect_filled(rect, 4.0, faded(PANEL.now()));
    painter.rect_stroke(rect, 4.0, Stroke::new(1.0, faded(edge)), egui::StrokeKind::Inside);
    let left = rect.left_center() + vec2(6.0, 0.0);
    let drawn = painter.text(left, egui::Align2::LEFT_CENTER, &wish.name, font.clone(), faded(text));
    let right = pos2(drawn.right() + 5.0, left.y + 0.5);
    painter.text(
        right,
        egui::Align2::LEFT_CENTER,
        &wish.about,
        small.clone(),
        faded(QUIET.now()),
    );
}

/// The numbers of the chip or tray that is selected, beside it. Gives the room that they take.
fn callout(painter: &egui::Painter, state: &State, project: impl Fn(Vec3) -> Option<Pos2>, free: Rect) -> Option<Rect> {
    let campus: &Campus = &state.plan.0;
    let found = state.selection.0?;
    let (rack, chips) = match found {
        Found::Chip { rack, chip } => (rack, chip..chip + 1),
        Found::Tray { rack, tray } => (rack, campus.tray_chips(rack, tray)),
        _ => return None,
    };
    if state.orbit.now().distance > 5.0 || !state.halls.live[campus.hall_of(rack)] {
        return None;
    }
    let (place, up) = on_face(campus, found)?;
    let kind = campus.rack_kind(rack);
    let columns = f64::from(kind.face_grid()[0]);
    let half = kind.rack.size_m[0]
        / 2.0
        / if matches!(found, Found::Chip { .. }) {
            columns
        } else {
            1.0
        };
    // South is to the right of who looks east at the face.
    let edge = project(at([place[0], place[1] - half], up))?;
    if !free.contains(edge) {
        return None;
    }
    let throttle_c = kind.chip.throttle_c.value;
    let mut lines = vec![(campus.address(found).to_string(), ACCENT)];
    for chip in chips {
        let hot = f64::from(state.chips.junction_c[chip]);
        let name = campus.chip_address(chip).to_string();
        let name = name.rsplit('/').next().unwrap_or("").to_owned();
        let numbers = format!(
            "{name}  {hot:.1} °C  {:.0} W  {:.0} %",
            state.chips.power_w[chip],
            f32::from(state.chips.utilisation[chip]) / 2.55
        );
        lines.push((numbers, if hot >= throttle_c { ALARM } else { TEXT }));
    }
    lines.push((
        say!(
            "label-chip",
            name = &kind.chip.name,
            temperature = format!("{throttle_c:.0}")
        ),
        QUIET,
    ));
    let font = FontId::monospace(13.0);
    let galleys: Vec<_> = lines
        .iter()
        .map(|(text, color)| painter.layout_no_wrap(text.clone(), font.clone(), color.now()))
        .collect();
    let width = galleys.iter().map(|galley| galley.size().x).fold(0.0, f32::max);
    let height: f32 = galleys.iter().map(|galley| galley.size().y + 3.0).sum();
    let size = vec2(width + 20.0, height + 13.0);
    let left = (edge.x + 44.0).min(free.right() - size.x - 6.0);
    let top = (edge.y - size.y / 2.0).clamp(free.top() + 6.0, (free.bottom() - size.y - 6.0).max(free.top() + 6.0));
    let rect = Rect::from_min_size(pos2(left, top), size);
    painter.line_segment(
        [edge, pos2(rect.left(), edge.y.clamp(rect.top(), rect.bottom()))],
        Stroke::new(1.5, ACCENT),
    );
    painter.circle_filled(edge, 3.0, ACCENT.now());
    painter.rect_filled(rect, 5.0, PANEL.now());
    painter.rect_stroke(rect, 5.0, Stroke::new(1.0, ACCENT), egui::StrokeKind::Inside);
    let mut at = rect.min + vec2(10.0, 7.0);
    for galley in galleys {
        let down = galley.size().y + 3.0;
        painter.galley(at, galley, TEXT.now());
        at.y += down;
    }
    Some(rect)
}

pub(crate) fn plugin(app: &mut App) {
    app.init_resource::<Labels>();
    app.add_systems(EguiPrimaryContextPass, draw.before(crate::panels::panels));
}

#[cfg(test)]
mod tests {
    use super::*;
    use rainier::num::uniform;

    fn wishes(count: usize, seed: u64) -> Vec<Wish> {
        let draw = |stream: u64, k: usize| uniform(seed, stream, k as u64) as f32;
        (0..count)
            .map(|k| Wish {
                of: Of::Rack(k),
                anchor: pos2(draw(1, k) * 800.0, draw(2, k) * 600.0),
                size: vec2(30.0 + 40.0 * draw(3, k), 20.0),
                name: String::new(),
                about: String::new(),
                importance: draw(4, k),
            })
            .collect()
    }

    const FREE: Rect = Rect {
        min: pos2(0.0, 0.0),
        max: pos2(800.0, 600.0),
    };

    #[test]
    fn labels_never_overlap_and_the_most_important_is_there() {
        let taken = [Rect::from_min_max(pos2(300.0, 200.0), pos2(500.0, 400.0))];
        for seed in 0..50 {
            let wishes = wishes(150, seed);
            let placed = arrange(&wishes, FREE, &taken, &BTreeMap::new());
            assert!(placed.len() > 20, "{}", placed.len());
            let line = |(k, slot, _): &(usize, usize, Rect)| leader(*slot, wishes[*k].anchor);
            for (k, one) in placed.iter().enumerate() {
                let a = one.2;
                assert!(FREE.contains_rect(a) && !a.intersects(taken[0]));
                for other in &placed[k + 1..] {
                    let b = other.2;
                    assert!(!a.intersects(b), "{a:?} and {b:?}");
                    assert!(!cross(line(one), line(other)), "lines of {one:?} and {other:?}");
                    assert!(!strikes(line(one), b) && !strikes(line(other), a));
                }
            }
        }
    }

    #[test]
    fn labels_stay_while_the_camera_moves_a_little() {
        let mut wishes = wishes(150, 7);
        let mut shown = BTreeMap::new();
        let mut changes = 0;
        for frame in 0..60 {
            let placed = arrange(&wishes, FREE, &[], &shown);
            let now: BTreeMap<Of, Shown> = placed
                .iter()
                .map(|(k, slot, _)| {
                    (
                        wishes[*k].of,
                        Shown {
                            slot: *slot,
                            opacity: 1.0,
                        },
                    )
                })
                .collect();
            if frame > 0 {
                changes += now.keys().filter(|of| !shown.contains_key(of)).count();
            }
            shown = now;
            // Importance trembles as it does when the eye moves.
            for (k, wish) in wishes.iter_mut().enumerate() {
                wish.importance *= 1.0 + 0.1 * (uniform(9, frame, k as u64) as f32 - 0.5);
            }
        }
        assert!(
            changes < 12,
            "{changes} labels came in 60 frames of a camera that stands"
        );
    }
}
