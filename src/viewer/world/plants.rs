//! Trees: woods, hedges, and those that the site's file names.

use bevy::prelude::*;
use rainier::num::uniform;
use rainier::site::Campus;
use rainier::site::files::FeatureKind;

use crate::world::meshes::{Builder, Casts, Surface, at, shaded};

/// Crowns: most are broad leaves of one green or another, some are dark and narrow.
const LEAVES: [Srgba; 4] = [
    Srgba::rgb(0.325, 0.425, 0.265),
    Srgba::rgb(0.375, 0.465, 0.285),
    Srgba::rgb(0.290, 0.395, 0.260),
    Srgba::rgb(0.420, 0.480, 0.290),
];
const NEEDLES: Srgba = Srgba::rgb(0.235, 0.335, 0.260);
const BARK: Srgba = Srgba::rgb(0.330, 0.285, 0.240);

/// Most trees of one feature.
const MOST: f64 = 1_200.0;

/// Ground that a tree of the site takes, m².
const SITE_TREE_M2: f64 = 105.0;

/// Trees under construction, with their shadows.
#[derive(Debug)]
pub(crate) struct Plants {
    /// The trees.
    pub(crate) mesh: Builder,
    /// The same with fewer corners.
    pub(crate) coarse: Builder,
    /// Their shadows.
    pub(crate) casts: Casts,
}

impl Default for Plants {
    fn default() -> Self {
        Self {
            mesh: Builder::of(Surface::Leaves),
            coarse: Builder::of(Surface::Leaves),
            casts: Casts::default(),
        }
    }
}

/// Whether a point lies inside a polygon.
fn inside(points: &[[f64; 2]], [x, y]: [f64; 2]) -> bool {
    let mut found = false;
    for k in 0..points.len() {
        let ([ax, ay], [bx, by]) = (points[k], points[(k + 1) % points.len()]);
        if (ay > y) != (by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax {
            found = !found;
        }
    }
    found
}

impl Plants {
    /// A tree of a height.
    fn tree(&mut self, seed: u64, k: u64, foot: Vec3, height: f32) {
        let any = |stream: u64| uniform(seed, stream, k) as f32;
        let turn = any(83) * std::f32::consts::TAU;
        let shade = 0.90 + 0.20 * any(84);
        if any(85) < 0.14 {
            // A narrow one.
            let half = Vec3::new(height * 0.20, height * 0.46, height * 0.20);
            let middle = foot + Vec3::Y * (height * 0.54);
            self.mesh.crown(middle, half, turn * 0.2, shaded(NEEDLES, shade));
            self.coarse.lump(middle, half, shaded(NEEDLES, shade));
            self.casts.crown(middle, half);
            return;
        }
        let color = shaded(LEAVES[(any(86) * LEAVES.len() as f32) as usize % LEAVES.len()], shade);
        let wide = height * (0.36 + 0.14 * any(87));
        let half = Vec3::new(wide, height * 0.36, wide * (0.85 + 0.3 * any(88)));
        let middle = foot + Vec3::Y * (height * 0.62);
        self.mesh.crown(middle, half, turn, color);
        self.coarse.lump(middle, half, color);
        self.casts.crown(middle, half * 0.96);
        if any(89) < 0.5 {
            // A second, lower one beside it: crowns are not all alike.
            let aside = Vec3::new(turn.cos(), -0.18, turn.sin()) * (wide * 0.72);
            self.mesh
                .crown(middle + aside, half * 0.66, turn * 2.0, shaded(color, 0.93));
            self.casts.crown(middle + aside, half * 0.62);
        }
        self.mesh.bar(
            foot,
            foot + Vec3::Y * (height * 0.4),
            height * 0.045,
            Surface::Plain.of(BARK),
        );
    }

    /// A wood: so many m² a tree.
    pub(crate) fn wood(&mut self, seed: u64, points: &[[f64; 2]], tree_m2: f64, height_m: &dyn Fn([f64; 2]) -> f64) {
        let bound = |axis: usize, pick: fn(f64, f64) -> f64| points.iter().map(|p| p[axis]).reduce(pick).unwrap_or(0.0);
        let low = [0, 1].map(|axis| bound(axis, f64::min));
        let size = [0, 1].map(|axis| bound(axis, f64::max) - low[axis]);
        let count = (size[0] * size[1] / tree_m2).clamp(0.0, MOST) as u64;
        for k in 0..count {
            let place = [0, 1].map(|axis| low[axis] + size[axis] * uniform(seed, 80 + axis as u64, k));
            if inside(points, place) {
                let height = 7.5 + 7.5 * uniform(seed, 82, k) as f32;
                self.tree(seed, k, at(place, height_m(place)), height);
            }
        }
    }

    /// A row of trees.
    pub(crate) fn hedge(&mut self, seed: u64, from: [f64; 2], to: [f64; 2], height_m: &dyn Fn([f64; 2]) -> f64) {
        const APART_M: f64 = 13.0;
        let length = (to[0] - from[0]).hypot(to[1] - from[1]);
        let count = (length / APART_M).clamp(0.0, MOST) as u64;
        for k in 0..count {
            // Gaps here and there.
            if uniform(seed, 81, k) < 0.18 {
                continue;
            }
            let share = (k as f64 + uniform(seed, 80, k)) / count as f64;
            let stray = 5.0 * (uniform(seed, 90, k) - 0.5);
            let place = [0, 1].map(|axis| {
                let across = (to[1 - axis] - from[1 - axis]) / length.max(1.0);
                from[axis] + (to[axis] - from[axis]) * share + across * stray
            });
            let height = 5.0 + 7.0 * uniform(seed, 82, k) as f32;
            self.tree(seed, k, at(place, height_m(place)), height);
        }
    }

    /// The trees that a site's file names.
    pub(crate) fn of_site(&mut self, campus: &Campus) {
        for (f, feature) in campus.features.iter().enumerate() {
            if feature.kind == FeatureKind::Trees {
                self.wood(f as u64, &feature.points_m, SITE_TREE_M2, &|_| 0.0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notch_is_outside() {
        let notched = [[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [2.0, 1.0], [0.0, 4.0]];
        assert!(inside(&notched, [0.5, 2.0]) && inside(&notched, [3.5, 2.0]));
        assert!(!inside(&notched, [2.0, 2.0]) && !inside(&notched, [5.0, 2.0]));
    }
}
