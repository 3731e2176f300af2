//! What stands outdoors: gensets, unit transformers, substations, and the transmission lines.

use bevy::prelude::*;
use rainier::site::Campus;
use rainier::site::campus::{Building, Rect};
use rainier::site::files::FeatureKind;

use crate::world::ground::Relief;
use crate::world::meshes::{Builder, Casts, GROUND, Surface, at, shaded};
use crate::world::scene::{CONCRETE, GRAVEL, STEEL, WALL};

const GENSET: Srgba = Srgba::rgb(0.745, 0.745, 0.705);
const TANK: Srgba = Srgba::rgb(0.400, 0.410, 0.420);
const TRANSFORMER: Srgba = Srgba::rgb(0.520, 0.575, 0.560);
const BUSHING: Srgba = Srgba::rgb(0.450, 0.330, 0.290);
const FENCE: Srgba = Srgba::rgb(0.50, 0.52, 0.53);

/// A genset: height of the tank under it and of all of it, and its length, m.
const GENSET_M: [f32; 3] = [0.9, 4.2, 12.0];

/// Thickness of a pad, m: shadows fall just above it.
const PAD_M: f64 = 0.17;

/// Distance of the gensets' middle from the wall, and of the transformers', m.
const GENSET_OFF_M: f64 = 13.0;
const TRANSFORMER_OFF_M: f64 = 6.0;

/// Where the gensets of a building stand, and the width of one, m.
pub(crate) fn gensets(building: &Building) -> (Vec<Vec3>, f32) {
    let rect = &building.rect;
    let pitch = rect.size_m[0] / f64::from(building.gensets.max(1));
    let places = (0..building.gensets).map(|k| at(building.genset_at_m(k), PAD_M));
    (places.collect(), (pitch * 0.55).min(4.0) as f32)
}

/// Where the unit transformers of a building stand, and the width of one, m: one for each of a hall and line-up.
fn transformers(campus: &Campus, building: &Building) -> (Vec<Vec3>, f32) {
    let rect = &building.rect;
    let count: usize = building.halls.clone().map(|h| campus.power.boards[h].len()).sum();
    let pitch = rect.size_m[0] / count.max(1) as f64;
    let places = (0..count).map(|k| {
        let x = rect.at_m[0] - rect.size_m[0] / 2.0 + pitch * (k as f64 + 0.5);
        at([x, rect.at_m[1] + rect.size_m[1] / 2.0 + TRANSFORMER_OFF_M], PAD_M)
    });
    (places.collect(), (pitch * 0.5).min(3.0) as f32)
}

/// A pad along a side of a building: distance of its middle from the wall and its depth, m; -1 south, 1 north.
fn pad(rect: &Rect, side: f64, off_m: f64, depth_m: f64, mesh: &mut Builder) {
    let middle = [rect.at_m[0], rect.at_m[1] + side * (rect.size_m[1] / 2.0 + off_m)];
    let size = Vec3::new(rect.size_m[0] as f32, PAD_M as f32, depth_m as f32);
    mesh.cuboid(at(middle, 0.0), size, CONCRETE);
}

/// The yards of a building as they are seen from afar.
pub(crate) fn yards(campus: &Campus, building: &Building, mesh: &mut Builder) {
    let [tank, high, long] = GENSET_M;
    let (places, width) = gensets(building);
    if !places.is_empty() {
        pad(&building.rect, -1.0, GENSET_OFF_M, 16.0, mesh);
    }
    for foot in places {
        mesh.sides(foot, Vec3::new(width * 0.94, tank, long * 0.96), 0.8, TANK);
        mesh.cuboid(foot + Vec3::Y * tank, Vec3::new(width, high - tank, long), GENSET);
        // Its silencer.
        mesh.cuboid(
            foot + Vec3::new(0.0, high, -1.5),
            Vec3::new(width * 0.34, 0.9, 4.6),
            STEEL,
        );
    }
    let (places, width) = transformers(campus, building);
    if !places.is_empty() {
        pad(&building.rect, 1.0, TRANSFORMER_OFF_M, 6.0, mesh);
    }
    for foot in places {
        mesh.cuboid(foot, Vec3::new(width * 0.62, 2.5, 2.2), TRANSFORMER);
    }
}

/// What of the yards is seen from near by alone.
pub(crate) fn near(campus: &Campus, building: &Building, mesh: &mut Builder) {
    let [tank, high, long] = GENSET_M;
    let (places, width) = gensets(building);
    for foot in &places {
        // Exhaust stack, air in at the south end and along the sides, a door.
        mesh.post(
            *foot + Vec3::new(0.0, high + 0.4, -4.4),
            0.32,
            2.4,
            6,
            shaded(STEEL, 0.8),
        );
        let louvre = Surface::Louvre.of(shaded(GENSET, 0.72));
        for side in [-1.0, 1.0] {
            let x = side * (width / 2.0 + 0.03);
            let p = |z: f32, y: f32| *foot + Vec3::new(x, y, z);
            mesh.quad([p(5.4, 1.4), p(2.6, 1.4), p(2.6, 3.8), p(5.4, 3.8)], louvre);
            mesh.quad(
                [p(-0.6, 1.0), p(-1.6, 1.0), p(-1.6, 3.2), p(-0.6, 3.2)],
                shaded(GENSET, 0.86),
            );
        }
        let end = |x: f32, y: f32| *foot + Vec3::new(x * width * 0.44, y, long / 2.0 + 0.03);
        mesh.quad(
            [
                end(-1.0, tank + 0.3),
                end(1.0, tank + 0.3),
                end(1.0, high - 0.3),
                end(-1.0, high - 0.3),
            ],
            louvre,
        );
    }
    let (places, width) = transformers(campus, building);
    for foot in &places {
        for side in [-1.0, 1.0] {
            mesh.sides(
                *foot + Vec3::new(side * width * 0.42, 0.5, 0.0),
                Vec3::new(width * 0.2, 1.6, 1.9),
                0.8,
                Surface::Louvre.of(shaded(TRANSFORMER, 0.9)),
            );
        }
        for z in [-0.7, 0.0, 0.7] {
            mesh.post(*foot + Vec3::new(0.0, 2.5, z), 0.11, 0.8, 5, BUSHING);
        }
    }
    fence(&building.rect, mesh);
}

/// A fence around the genset yard.
fn fence(rect: &Rect, mesh: &mut Builder) {
    let [w, d] = rect.size_m.map(|m| m / 2.0);
    let (near, far) = (d + 3.5, d + GENSET_OFF_M + 10.0);
    let points = [[-w - 3.0, -near], [-w - 3.0, -far], [w + 3.0, -far], [w + 3.0, -near]];
    let points = points.map(|[x, y]| at([rect.at_m[0] + x, rect.at_m[1] + y], 0.1));
    mesh.wall(&points, 2.4, Surface::Mesh.of(FENCE));
}

/// Shadows of the yards.
pub(crate) fn cast(campus: &Campus, building: &Building, casts: &mut Casts) {
    let [_, high, long] = GENSET_M;
    let (places, width) = gensets(building);
    for foot in places {
        casts.cuboid(foot, Vec3::new(width, high, long), GROUND);
        casts.cuboid(foot + Vec3::new(0.0, high, -4.4), Vec3::new(0.6, 2.6, 0.6), GROUND);
    }
    let (places, width) = transformers(campus, building);
    for foot in places {
        casts.cuboid(foot, Vec3::new(width, 2.5, 2.2), GROUND);
    }
}

/// Where the beams of the gantries of a substation lie: their middles and half spans, north to south, west then east.
fn gantries(rect: &Rect) -> Vec<(Vec3, f32)> {
    let [w, d] = rect.size_m;
    let span = (w * 0.36) as f32;
    [-0.25, 0.25]
        .into_iter()
        .flat_map(|side| {
            (0..4).map(move |k| {
                let north = d * (0.40 - 0.13 * f64::from(k));
                (
                    at([rect.at_m[0] + side * w, rect.at_m[1] + north], GANTRY_M),
                    span / 2.0,
                )
            })
        })
        .collect()
}

/// Height of a gantry's beam, m.
const GANTRY_M: f64 = 12.0;

/// Phases on a gantry, from its middle, in half spans.
const PHASES: [f32; 3] = [-0.62, 0.0, 0.62];

/// Substations: gantries with buses between them, breakers, transformers, a house for relays, and a fence.
pub(crate) fn substations(campus: &Campus, mesh: &mut Builder, casts: &mut Casts) {
    for substation in &campus.substations {
        let rect = &substation.rect;
        let [w, d] = rect.size_m;
        let pad = Vec3::new(w as f32, 0.15, d as f32);
        mesh.sides(at(rect.at_m, 0.0), pad, 0.9, GRAVEL);
        mesh.top(at(rect.at_m, 0.0), pad, Surface::Gravel.of(shaded(GRAVEL, 1.08)));
        let ring = [[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5], [-0.5, -0.5]];
        let ring = ring.map(|[x, y]| at([rect.at_m[0] + x * (w - 2.0), rect.at_m[1] + y * (d - 2.0)], 0.1));
        mesh.wall(&ring, 2.4, Surface::Mesh.of(FENCE));
        let frames = gantries(rect);
        for (middle, half) in &frames {
            mesh.cuboid(*middle, Vec3::new(2.0 * half, 0.6, 0.5), STEEL);
            casts.cuboid(*middle, Vec3::new(2.0 * half, 0.6, 0.5), GROUND);
            for end in [-1.0, 1.0] {
                let top = *middle + Vec3::new(end * half, 0.6, 0.0);
                for lean in [-1.0, 1.0] {
                    let foot = top.with_y(0.1) + Vec3::Z * (lean * 1.5);
                    mesh.bar(foot, top, 0.34, STEEL);
                    casts.bar(foot, top, 0.4);
                }
            }
        }
        for pair in frames.windows(2) {
            let [(a, half), (b, _)] = [pair[0], pair[1]];
            if a.x != b.x {
                continue;
            }
            for phase in PHASES {
                let drop = Vec3::new(phase * half, -0.9, 0.0);
                mesh.wire(&sagging(a + drop, b + drop, 0.5, 4), 0.06, shaded(STEEL, 0.7));
                // A breaker and its isolator under it.
                let foot = ((a + b) / 2.0 + Vec3::X * (phase * half)).with_y(0.15);
                mesh.cuboid(foot, Vec3::new(0.9, 1.6, 0.9), TRANSFORMER);
                for z in [-1.7, 1.7] {
                    mesh.post(foot + Vec3::Z * z, 0.16, 4.6, 5, BUSHING);
                }
                mesh.bar(
                    foot + Vec3::new(0.0, 4.6, -1.7),
                    foot + Vec3::new(0.0, 4.6, 1.7),
                    0.16,
                    STEEL,
                );
                casts.cuboid(foot, Vec3::new(1.0, 3.6, 1.6), GROUND);
            }
        }
        for side in [-0.25, 0.25] {
            let main = at([rect.at_m[0] + side * w, rect.at_m[1] - 0.20 * d], 0.15);
            main_transformer(main, (w * 0.17).min(10.0) as f32, (d * 0.07).min(6.5) as f32, mesh);
            casts.cuboid(main, Vec3::new((w * 0.17).min(10.0) as f32, 6.0, 6.0), GROUND);
        }
        let house = at([rect.at_m[0], rect.at_m[1] - 0.40 * d], 0.1);
        let size = Vec3::new(w as f32 * 0.3, 4.0, d as f32 * 0.09);
        mesh.cuboid(house, size, Surface::Wall.of(WALL));
        casts.cuboid(house, size, GROUND);
    }
}

/// A main transformer: tank, radiators on both sides, conservator and bushings.
fn main_transformer(foot: Vec3, long: f32, deep: f32, mesh: &mut Builder) {
    mesh.cuboid(foot, Vec3::new(long * 1.2, 0.3, deep * 1.8), CONCRETE);
    let foot = foot + Vec3::Y * 0.3;
    mesh.cuboid(foot, Vec3::new(long * 0.72, 4.4, deep * 0.62), TRANSFORMER);
    for side in [-1.0, 1.0] {
        mesh.cuboid(
            foot + Vec3::new(0.0, 0.7, side * deep * 0.52),
            Vec3::new(long * 0.66, 3.2, deep * 0.26),
            Surface::Louvre.of(shaded(TRANSFORMER, 0.9)),
        );
    }
    mesh.cuboid(
        foot + Vec3::new(long * 0.26, 5.2, 0.0),
        Vec3::new(long * 0.16, 1.1, deep * 0.6),
        shaded(TRANSFORMER, 0.95),
    );
    for k in [-1.0, 0.0, 1.0] {
        mesh.post(
            foot + Vec3::new(-long * 0.08 + k * long * 0.2, 4.4, -deep * 0.15),
            0.24,
            2.6,
            6,
            BUSHING,
        );
    }
}

/// Points of a conductor between two places.
fn sagging(from: Vec3, to: Vec3, sag_m: f32, steps: u32) -> Vec<Vec3> {
    let point = |k: u32| {
        let t = k as f32 / steps as f32;
        from.lerp(to, t) - Vec3::Y * (4.0 * sag_m * t * (1.0 - t))
    };
    (0..=steps).map(point).collect()
}

/// A tower of a double-circuit line: height, half width at its foot and at its waist, m.
const TOWER_M: f32 = 44.0;
const FOOT_M: f32 = 4.4;
const WAIST_M: f32 = 1.0;

/// Its cross-arms: height and reach, m.
const ARMS_M: [[f32; 2]; 3] = [[24.5, 7.6], [31.5, 9.2], [38.5, 7.2]];

/// Length of an insulator, m.
const INSULATOR_M: f32 = 2.8;

/// Longest span, m, and sag as a share of it.
const SPAN_M: f32 = 290.0;
const SAG: f32 = 0.026;

fn tower(foot: Vec3, side: Vec3, mesh: &mut Builder, casts: &mut Casts) {
    let along = side.cross(Vec3::Y);
    let waist_m = ARMS_M[0][0] - 2.0;
    let half = |up: f32| {
        if up < waist_m {
            FOOT_M + (WAIST_M - FOOT_M) * up / waist_m
        } else {
            WAIST_M * (1.0 - 0.75 * (up - waist_m) / (TOWER_M - waist_m))
        }
    };
    let leg = |k: usize, up: f32| {
        let [s, a] = [[1.0, 1.0], [-1.0, 1.0], [-1.0, -1.0], [1.0, -1.0]][k % 4];
        foot + Vec3::Y * up + (side * s + along * a) * half(up)
    };
    const LEVELS_M: [f32; 6] = [0.0, 9.0, 16.5, 22.5, 31.5, 44.0];
    for k in 0..4 {
        for (low, high) in [(0.0, waist_m), (waist_m, TOWER_M)] {
            mesh.bar(leg(k, low), leg(k, high), 0.30, STEEL);
            casts.bar(leg(k, low), leg(k, high), 0.34);
        }
        for level in LEVELS_M.windows(2) {
            mesh.bar(leg(k, level[0]), leg(k + 1, level[1]), 0.13, STEEL);
            mesh.bar(leg(k + 1, level[0]), leg(k, level[1]), 0.13, STEEL);
        }
    }
    for [up, reach] in ARMS_M {
        for sign in [-1.0, 1.0] {
            let tip = foot + Vec3::Y * up + side * (sign * reach);
            for a in [-1.0, 1.0] {
                let root = foot + Vec3::Y * up + side * (sign * half(up)) + along * (a * half(up));
                mesh.bar(root, tip, 0.18, STEEL);
                mesh.bar(root + Vec3::Y * 1.9, tip, 0.14, STEEL);
            }
            casts.bar(foot + Vec3::Y * up, tip, 0.5);
            mesh.bar(tip, tip - Vec3::Y * INSULATOR_M, 0.22, BUSHING);
        }
    }
}

/// Where the conductors hang at a tower, and the earth wire lies.
fn hung(foot: Vec3, side: Vec3) -> Vec<Vec3> {
    ARMS_M
        .iter()
        .flat_map(|[up, reach]| [-1.0, 1.0].map(|sign| foot + Vec3::Y * (up - INSULATOR_M) + side * (sign * reach)))
        .chain([foot + Vec3::Y * TOWER_M])
        .collect()
}

/// Transmission lines: towers with sagging conductors, and down to the gantries of a substation where one is near.
pub(crate) fn lines(campus: &Campus, relief: &Relief, mesh: &mut Builder, casts: &mut Casts) {
    for feature in campus.features.iter().filter(|f| f.kind == FeatureKind::Line) {
        let mut before: Option<Vec<Vec3>> = None;
        for pair in feature.points_m.windows(2) {
            let [from, to] = [pair[0], pair[1]].map(|p| at(p, 0.0));
            let spans = (from.distance(to) / SPAN_M).ceil().max(1.0) as u32;
            let side = (to - from).cross(Vec3::Y).normalize_or(Vec3::X);
            for k in u32::from(before.is_some())..=spans {
                let foot = from.lerp(to, k as f32 / spans as f32);
                let foot = foot.with_y(relief.height_m([f64::from(foot.x), f64::from(-foot.z)]) as f32);
                tower(foot, side, mesh, casts);
                let now = hung(foot, side);
                for (a, b) in before.iter().flatten().zip(&now) {
                    mesh.wire(&sagging(*a, *b, SAG * a.distance(*b), 14), 0.07, shaded(STEEL, 0.62));
                }
                before = Some(now);
            }
        }
        if let (Some(end), Some(hung)) = (feature.points_m.last(), before) {
            into_station(campus, at(*end, 0.0), &hung, mesh);
        }
    }
}

/// Conductors from a line's last tower to the nearest gantries.
fn into_station(campus: &Campus, end: Vec3, hung: &[Vec3], mesh: &mut Builder) {
    const REACH_M: f32 = 160.0;
    let frames = campus.substations.iter().flat_map(|s| gantries(&s.rect));
    let mut frames: Vec<_> = frames
        .filter(|(middle, _)| middle.with_y(0.0).distance(end) < REACH_M)
        .collect();
    frames.sort_by(|a, b| a.0.distance(end).total_cmp(&b.0.distance(end)));
    for (circuit, (middle, half)) in frames.iter().take(2).enumerate() {
        for (phase, place) in PHASES.iter().enumerate() {
            // Conductors hang in pairs: one of either circuit on each arm.
            if let Some(from) = hung.get(2 * phase + circuit) {
                let to = *middle + Vec3::X * (place * half);
                mesh.wire(
                    &sagging(*from, to, 0.02 * from.distance(to), 8),
                    0.07,
                    shaded(STEEL, 0.62),
                );
            }
        }
    }
}
