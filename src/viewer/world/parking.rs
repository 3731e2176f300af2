//! Car parks: bays along their longer side, and cars in some of them.

use bevy::prelude::*;
use rainier::num::uniform;
use rainier::site::Campus;
use rainier::site::files::{Feature, FeatureKind};

use crate::world::meshes::{Builder, Casts, GROUND, at};

/// Width and depth of a bay, and of the aisle between two rows of them, m.
const BAY_M: [f64; 2] = [2.7, 5.2];
const AISLE_M: f64 = 6.6;

/// Share of bays with a car in them.
const TAKEN: f64 = 0.55;

/// Streams of random numbers.
const TAKES: u64 = 150;
const PAINT: u64 = 151;

const LINE: Srgba = Srgba::rgb(0.80, 0.80, 0.78);
const GLASS: Srgba = Srgba::rgb(0.20, 0.23, 0.26);
const PAINTS: [Srgba; 6] = [
    Srgba::rgb(0.84, 0.84, 0.83),
    Srgba::rgb(0.62, 0.64, 0.66),
    Srgba::rgb(0.30, 0.32, 0.34),
    Srgba::rgb(0.52, 0.24, 0.22),
    Srgba::rgb(0.26, 0.36, 0.48),
    Srgba::rgb(0.70, 0.68, 0.62),
];

/// Bays of a car park.
struct Bays {
    /// Middles, m.
    middles_m: Vec<[f64; 2]>,
    /// Whether rows run from west to east.
    eastward: bool,
}

impl Bays {
    /// As many whole rows and bays as fit.
    fn of(park: &Feature) -> Self {
        let bound = |axis: usize, pick: fn(f64, f64) -> f64| {
            let all = park.points_m.iter().map(|p| p[axis]);
            all.reduce(pick).unwrap_or(0.0)
        };
        let low = [0, 1].map(|axis| bound(axis, f64::min));
        let size = [0, 1].map(|axis| bound(axis, f64::max) - low[axis]);
        let eastward = size[0] >= size[1];
        let (long, wide) = if eastward { (0, 1) } else { (1, 0) };
        // Two rows share an aisle.
        let double_m = 2.0 * BAY_M[1] + AISLE_M;
        let [doubles, count] = [size[wide] / double_m, size[long] / BAY_M[0]].map(|n| n.clamp(0.0, 400.0) as u32);
        let mut middles_m = Vec::new();
        for row in 0..2 * doubles {
            let across = f64::from(row / 2) * double_m
                + if row.is_multiple_of(2) {
                    BAY_M[1] / 2.0
                } else {
                    double_m - BAY_M[1] / 2.0
                };
            for k in 0..count {
                let mut place = low;
                place[long] += (f64::from(k) + 0.5) * size[long] / f64::from(count);
                place[wide] += across + (size[wide] - f64::from(doubles) * double_m) / 2.0;
                middles_m.push(place);
            }
        }
        Self { middles_m, eastward }
    }

    /// A size along and across a row, and up, in world axes.
    fn turned(&self, along: f64, up: f64, across: f64) -> Vec3 {
        let (x, z) = if self.eastward {
            (along, across)
        } else {
            (across, along)
        };
        Vec3::new(x as f32, up as f32, z as f32)
    }
}

fn parks(campus: &Campus) -> impl Iterator<Item = (u64, &Feature)> {
    (0_u64..)
        .zip(&campus.features)
        .filter(|(_, feature)| feature.kind == FeatureKind::Parking)
}

/// Cars of all car parks, and their shadows.
pub(crate) fn cars(campus: &Campus, mesh: &mut Builder, casts: &mut Casts) {
    for (seed, park) in parks(campus) {
        let bays = Bays::of(park);
        for (k, middle) in (0_u64..).zip(&bays.middles_m) {
            if uniform(seed, TAKES, k) >= TAKEN {
                continue;
            }
            let paint = PAINTS[(uniform(seed, PAINT, k) * PAINTS.len() as f64) as usize % PAINTS.len()];
            let foot = at(*middle, 0.3);
            let body = bays.turned(1.8, 0.75, 4.4);
            mesh.cuboid(foot, body, paint);
            mesh.sides(foot + Vec3::Y * 0.75, bays.turned(1.55, 0.5, 2.3), 1.0, GLASS);
            mesh.top(foot + Vec3::Y * 0.75, bays.turned(1.55, 0.5, 2.3), paint);
            casts.cuboid(foot, bays.turned(1.7, 1.1, 3.8), GROUND);
        }
    }
}

/// Lines between the bays of all car parks: middle of each car park, and its lines.
pub(crate) fn lines(campus: &Campus) -> Vec<(Vec3, Builder)> {
    let marked = |park: &Feature| {
        let bays = Bays::of(park);
        let mut mesh = Builder::default();
        for middle in &bays.middles_m {
            let half = bays.turned(BAY_M[0] / 2.0, 0.0, 0.0);
            let size = bays.turned(0.11, 0.02, BAY_M[1]);
            for side in [-1.0, 1.0] {
                mesh.top(at(*middle, 0.15) + half * side, size, LINE);
            }
        }
        let middle = park.points_m.iter().map(|p| at(*p, 0.0)).sum::<Vec3>() / park.points_m.len().max(1) as f32;
        (middle, mesh)
    };
    parks(campus).map(|(_, park)| marked(park)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bays_fill_the_car_park_and_stay_in_it() {
        let park = Feature {
            kind: FeatureKind::Parking,
            width_m: None,
            points_m: vec![[10.0, 0.0], [30.0, 0.0], [30.0, 40.0], [10.0, 40.0]],
        };
        let bays = Bays::of(&park);
        assert_eq!((bays.middles_m.len(), bays.eastward), (28, false));
        for [x, y] in bays.middles_m {
            assert!((10.0..30.0).contains(&x) && (0.0..40.0).contains(&y));
        }
        let none = Feature {
            points_m: Vec::new(),
            ..park
        };
        assert!(Bays::of(&none).middles_m.is_empty());
    }
}
