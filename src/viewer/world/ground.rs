//! The ground: terrain, the fields around the site with their roads and hedges, and the site's own roads and ponds.

use bevy::prelude::*;
use noise::{Fbm, MultiFractal, NoiseFn, Perlin};
use rainier::num::uniform;
use rainier::site::Campus;
use rainier::site::files::{Feature, FeatureKind};

use crate::world::meshes::{Builder, Surface, at, shaded};
use crate::world::plants::Plants;

const GRASS: Srgba = Srgba::rgb(0.455, 0.525, 0.355);
/// Crops and meadows as they look from above in summer.
const FIELDS: [Srgba; 7] = [
    Srgba::rgb(0.400, 0.475, 0.305),
    Srgba::rgb(0.460, 0.525, 0.335),
    Srgba::rgb(0.365, 0.445, 0.300),
    Srgba::rgb(0.610, 0.575, 0.415),
    Srgba::rgb(0.500, 0.540, 0.365),
    Srgba::rgb(0.545, 0.490, 0.390),
    Srgba::rgb(0.420, 0.500, 0.330),
];
const ASPHALT: Srgba = Srgba::rgb(0.420, 0.425, 0.435);
const SHOULDER: Srgba = Srgba::rgb(0.600, 0.590, 0.545);
const WATER: Srgba = Srgba::rgb(0.215, 0.330, 0.375);
const SAND: Srgba = Srgba::rgb(0.560, 0.535, 0.460);

/// Width of a road without one, m.
const ROAD_M: f64 = 8.0;

/// Width of the roads of the land survey, m.
const SURVEY_ROAD_M: f32 = 7.5;

/// Parts of a side of a section that fields are made up of.
const PARTS: i32 = 8;

/// Sections to either side of the site's within which the ground has relief and roads, and within which it has hedges.
const NEAR: i32 = 2;
const HEDGED: i32 = 1;

/// Sections to either side that are drawn: the haze ends before them.
const FAR: i32 = 7;

/// Streams of random numbers.
const SPLIT: u64 = 70;
const CROP: u64 = 71;
const HEDGE: u64 = 72;

/// Height of the ground, m: flat where people build, gentle relief beyond.
pub(crate) struct Relief {
    noise: Fbm<Perlin>,
    seed: u64,
    /// Half extents of what is flat, m.
    half_m: [f64; 2],
    relief_m: f64,
    feature_m: f64,
    /// Side of a section, m.
    section_m: f64,
    /// Whether roads run between the sections.
    roads: bool,
}

/// A stretch of ground in parts of a section: west and south edge, width and depth.
type Plot = [i32; 4];

impl Relief {
    pub(crate) fn of(campus: &Campus) -> Self {
        let terrain = &campus.terrain;
        let extent = terrain.size_m[0].max(terrain.size_m[1]);
        let section_m = terrain.section_m.unwrap_or(0.0).max(extent * 1.05);
        Self {
            noise: Fbm::<Perlin>::new(terrain.seed).set_octaves(4),
            seed: terrain.seed.into(),
            half_m: [section_m / 2.0; 2],
            relief_m: terrain.relief_m,
            feature_m: terrain.feature_m,
            section_m,
            roads: terrain.section_m.is_some(),
        }
    }

    pub(crate) fn height_m(&self, [x_m, y_m]: [f64; 2]) -> f64 {
        let outside = (x_m.abs() - self.half_m[0]).max(y_m.abs() - self.half_m[1]);
        let end = (f64::from(NEAR) + 0.5) * self.section_m - self.half_m[0];
        // Level again where the far fields begin.
        let rise = (outside / self.feature_m).clamp(0.0, 1.0) * ((end - outside) / self.feature_m).clamp(0.0, 1.0);
        let wave = self.noise.get([x_m / self.feature_m, y_m / self.feature_m]);
        rise * rise * self.relief_m * (1.0 + 2.0 * wave) - 0.05
    }

    fn key(&self, section: [i32; 2], plot: Plot) -> u64 {
        let all = [section[0] + 64, section[1] + 64, plot[0], plot[1], plot[2], plot[3]];
        all.iter()
            .fold(self.seed, |key, part| key.wrapping_mul(131).wrapping_add(*part as u64))
    }

    /// Fields of a section: quarters of it, and halves of those.
    fn plots(&self, section: [i32; 2]) -> Vec<Plot> {
        let mut done = Vec::new();
        let mut open = vec![[0, 0, PARTS, PARTS]];
        while let Some(plot) = open.pop() {
            let [x, y, w, d] = plot;
            let key = self.key(section, plot);
            let share = match w * d {
                64 => 1.0,
                32 => 0.8,
                16 => 0.5,
                8 => 0.15,
                _ => 0.0,
            };
            if uniform(self.seed, SPLIT, key) >= share {
                done.push(plot);
            } else if w > d || w == d && key.is_multiple_of(2) {
                open.extend([[x, y, w / 2, d], [x + w / 2, y, w / 2, d]]);
            } else {
                open.extend([[x, y, w, d / 2], [x, y + d / 2, w, d / 2]]);
            }
        }
        done
    }

    /// Where a corner of a section's parts lies, m.
    fn corner_m(&self, section: [i32; 2], x: i32, y: i32) -> [f64; 2] {
        let along =
            |section: i32, part: i32| (f64::from(section) - 0.5 + f64::from(part) / f64::from(PARTS)) * self.section_m;
        [along(section[0], x), along(section[1], y)]
    }

    fn point(&self, at_m: [f64; 2], up_m: f64) -> Vec3 {
        at(at_m, self.height_m(at_m) + up_m)
    }
}

/// The fields of a section, in steps of its parts.
fn fields(relief: &Relief, section: [i32; 2], step: impl Fn(Plot) -> [i32; 2], mesh: &mut Builder) {
    for plot in relief.plots(section) {
        let key = relief.key(section, plot);
        let crop = (uniform(relief.seed, CROP, key) * FIELDS.len() as f64) as usize % FIELDS.len();
        let color = shaded(FIELDS[crop], 0.96 + 0.08 * uniform(relief.seed, CROP + 10, key) as f32);
        let paint = Surface::Crops.of(color);
        let along = key.is_multiple_of(2);
        let [x, y, w, d] = plot;
        let [dx, dy] = step(plot);
        for i in (x..x + w).step_by(dx.max(1) as usize) {
            for j in (y..y + d).step_by(dy.max(1) as usize) {
                let corner = |i: i32, j: i32| relief.point(relief.corner_m(section, i, j), 0.0);
                let corners = [
                    corner(i, j),
                    corner(i + dx, j),
                    corner(i + dx, j + dy),
                    corner(i, j + dy),
                ];
                let [a, b, c, d] = corners;
                mesh.quad(if along { corners } else { [b, c, d, a] }, paint);
            }
        }
    }
}

/// Hedges along some sides of fields, and a wood here and there.
fn hedges(relief: &Relief, section: [i32; 2], plants: &mut Plants) {
    for plot in relief.plots(section) {
        let key = relief.key(section, plot);
        let [x, y, w, d] = plot;
        let corner = |i: i32, j: i32| relief.corner_m(section, i, j);
        if w * d <= 8 && uniform(relief.seed, HEDGE, key) < 0.10 {
            let [west, south] = corner(x, y);
            let [east, north] = corner(x + w, y + d);
            let inner = [[west, south], [east, south], [east, north], [west, north]];
            let middle = [(west + east) / 2.0, (south + north) / 2.0];
            let shrunk = inner.map(|p| [0, 1].map(|k| middle[k] + (p[k] - middle[k]) * 0.90));
            plants.wood(key, &shrunk, 260.0, &|p| relief.height_m(p));
            continue;
        }
        // Its south and west sides; the others are its neighbours'.
        for (side, end) in [(0_u64, corner(x + w, y)), (1, corner(x, y + d))] {
            let inside = if side == 0 { y > 0 } else { x > 0 };
            if inside && uniform(relief.seed, HEDGE + 1 + side, key) < 0.42 {
                plants.hedge(key + side, corner(x, y), end, &|p| relief.height_m(p));
            }
        }
    }
}

/// Roads of the land survey around the sections near by.
fn survey_roads(relief: &Relief, mesh: &mut Builder) {
    let reach = (NEAR * 2 + 1) * PARTS;
    for line in -NEAR..=NEAR + 1 {
        for (turned, up_m) in [(false, 0.30), (true, 0.34)] {
            let points: Vec<Vec3> = (0..=reach)
                .map(|k| {
                    let (a, b) = (
                        relief.corner_m([line, -NEAR], 0, 0)[0],
                        relief.corner_m([-NEAR, -NEAR], k, 0)[0],
                    );
                    relief.point(if turned { [b, a] } else { [a, b] }, up_m)
                })
                .collect();
            mesh.strip(&points, SURVEY_ROAD_M, Surface::Road.of(ASPHALT));
            let verge: Vec<Vec3> = points.iter().map(|p| *p - Vec3::Y * 0.10).collect();
            mesh.strip(&verge, SURVEY_ROAD_M + 3.0, SHOULDER);
        }
    }
}

/// Terrain and fields.
pub(crate) fn land(relief: &Relief, mesh: &mut Builder, plants: &mut Plants) {
    for i in -FAR..=FAR {
        for j in -FAR..=FAR {
            let section = [i, j];
            let ring = i.abs().max(j.abs());
            if ring == 0 {
                let corner = |x: i32, y: i32| relief.point(relief.corner_m(section, x, y), 0.0);
                mesh.quad(
                    [corner(0, 0), corner(PARTS, 0), corner(PARTS, PARTS), corner(0, PARTS)],
                    Surface::Grass.of(GRASS),
                );
            } else if ring <= NEAR {
                fields(relief, section, |_| [1, 1], mesh);
            } else {
                fields(relief, section, |[_, _, w, d]| [w, d], mesh);
            }
            if ring > 0 && ring <= HEDGED {
                hedges(relief, section, plants);
            }
        }
    }
    if relief.roads {
        survey_roads(relief, mesh);
    }
}

/// A straight piece of a road of the site.
struct Piece {
    ends: [Vec2; 2],
    half_m: f32,
}

fn pieces(features: &[Feature]) -> Vec<Piece> {
    let roads = features.iter().filter(|f| f.kind == FeatureKind::Road);
    roads
        .flat_map(|road| {
            let half_m = (road.width_m.unwrap_or(ROAD_M) / 2.0) as f32;
            road.points_m.windows(2).map(move |pair| Piece {
                ends: [0, 1].map(|k| Vec2::new(pair[k][0] as f32, -pair[k][1] as f32)),
                half_m,
            })
        })
        .collect()
}

/// Where two roads cross or meet: asphalt without a line, with rounded corners between arms that both go on.
fn crossing(a: &Piece, b: &Piece, mesh: &mut Builder) {
    const ROUND_M: f32 = 9.0;
    const ARC: u32 = 4;
    let [u, v] = [a, b].map(|piece| (piece.ends[1] - piece.ends[0]).normalize_or_zero());
    // Roads at a right angle, or nearly so; others run into each other as they are.
    if u.dot(v).abs() > 0.1 || u == Vec2::ZERO || v == Vec2::ZERO {
        return;
    }
    let along = |piece: &Piece, way: Vec2, point: Vec2| (point - piece.ends[0]).dot(way);
    let to = b.ends[0] - a.ends[0];
    let cross = u.perp_dot(v);
    let point = a.ends[0] + u * (to.perp_dot(v) / cross);
    let lengths = [a, b].map(|piece| piece.ends[0].distance(piece.ends[1]));
    let places = [along(a, u, point), along(b, v, point)];
    let reach = [b.half_m + 1.0, a.half_m + 1.0];
    for k in 0..2 {
        if places[k] < -reach[k] || places[k] > lengths[k] + reach[k] {
            return;
        }
    }
    // Whether a road goes on beyond the crossing, forwards or backwards.
    let goes_on = |k: usize, sign: f32| {
        let left = if sign > 0.0 { lengths[k] - places[k] } else { places[k] };
        left > reach[k] + ROUND_M
    };
    let mut rim = Vec::new();
    for (su, sv) in [(1.0, 1.0), (-1.0, 1.0), (-1.0, -1.0), (1.0, -1.0)] {
        let corner = |du: f32, dv: f32| point + u * (su * (b.half_m + du)) + v * (sv * (a.half_m + dv));
        if goes_on(0, su) && goes_on(1, sv) {
            let arc = (0..=ARC).map(|k| {
                let (sin, cos) = (k as f32 / ARC as f32 * std::f32::consts::FRAC_PI_2).sin_cos();
                corner(ROUND_M * (1.0 - sin), ROUND_M * (1.0 - cos))
            });
            // Around the rim in one direction.
            if su * sv > 0.0 {
                rim.extend(arc);
            } else {
                rim.extend(arc.collect::<Vec<_>>().into_iter().rev());
            }
        } else {
            rim.push(corner(0.0, 0.0));
        }
    }
    let rim: Vec<Vec3> = rim.iter().map(|p| Vec3::new(p.x, 0.16, p.y)).collect();
    mesh.polygon(&rim, ASPHALT);
}

/// Roads of the site, and their crossings.
fn roads(features: &[Feature], mesh: &mut Builder) {
    for (f, road) in features.iter().filter(|f| f.kind == FeatureKind::Road).enumerate() {
        let width = road.width_m.unwrap_or(ROAD_M) as f32;
        let up = 0.004 * (f % 8) as f64;
        let points = |up: f64| road.points_m.iter().map(|p| at(*p, up)).collect::<Vec<_>>();
        mesh.strip(&points(0.06 + up), width + 2.4, SHOULDER);
        mesh.strip(&points(0.11 + up), width, Surface::Road.of(ASPHALT));
    }
    let pieces = pieces(features);
    for (k, a) in pieces.iter().enumerate() {
        for b in &pieces[k + 1..] {
            crossing(a, b, mesh);
        }
    }
}

/// Points of a closed line with its corners rounded.
fn rounded(points: &[Vec3]) -> Vec<Vec3> {
    // Each corner is cut at a quarter of its sides, twice.
    let cut = |points: &[Vec3]| {
        let next = |k: usize| points[(k + 1) % points.len()];
        (0..points.len())
            .flat_map(|k| [points[k].lerp(next(k), 0.25), points[k].lerp(next(k), 0.75)])
            .collect::<Vec<_>>()
    };
    cut(&cut(points))
}

/// Roads, ponds, fences and car parks of the site.
pub(crate) fn features(campus: &Campus, mesh: &mut Builder) {
    roads(&campus.features, mesh);
    for feature in &campus.features {
        let points = |up: f64| feature.points_m.iter().map(|p| at(*p, up)).collect::<Vec<_>>();
        match feature.kind {
            FeatureKind::Pond if feature.points_m.len() > 2 => {
                let shore = rounded(&points(0.22));
                let middle = shore.iter().sum::<Vec3>() / shore.len() as f32;
                let bank: Vec<Vec3> = shore
                    .iter()
                    .map(|p| (middle + (*p - middle) * 1.03 + (*p - middle).normalize_or_zero() * 3.0).with_y(0.12))
                    .collect();
                mesh.polygon(&bank, SAND);
                mesh.polygon(&shore, Surface::Water.of(WATER));
            }
            FeatureKind::Fence => mesh.wall(&points(0.0), 2.4, Surface::Mesh.of(Srgba::rgb(0.50, 0.52, 0.53))),
            FeatureKind::Parking => mesh.polygon(&points(0.135), ASPHALT),
            FeatureKind::Pond | FeatureKind::Road | FeatureKind::Line | FeatureKind::Trees => {}
        }
    }
}
