//! Builds coloured meshes of boxes, strips and polygons. World axes: x east, y up, z south, in metres.

use bevy::asset::RenderAssetUsages;
use bevy::mesh::Indices;
use bevy::prelude::*;
use bevy::render::render_resource::PrimitiveTopology;

/// A mesh under construction.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    positions: Vec<[f32; 3]>,
    normals: Vec<[f32; 3]>,
    colors: Vec<[f32; 4]>,
    indices: Vec<u32>,
}

/// A point of the site, m east and north, at a height, m.
pub(crate) fn at(east_north_m: [f64; 2], up_m: f64) -> Vec3 {
    Vec3::new(east_north_m[0] as f32, up_m as f32, -east_north_m[1] as f32)
}

impl Builder {
    /// A flat quad with corners in order.
    pub(crate) fn quad(&mut self, corners: [Vec3; 4], color: Srgba) {
        let normal = (corners[1] - corners[0])
            .cross(corners[3] - corners[0])
            .normalize_or(Vec3::Y);
        let first = self.positions.len() as u32;
        for corner in corners {
            self.vertex(corner, normal, color);
        }
        self.indices.extend([0, 1, 2, 0, 2, 3].map(|k| first + k));
    }

    fn vertex(&mut self, position: Vec3, normal: Vec3, color: Srgba) {
        self.positions.push(position.to_array());
        self.normals.push(normal.to_array());
        self.colors.push(LinearRgba::from(color).to_f32_array());
    }

    /// An upright box: centre of its base, east-west, height and north-south extents. No floor.
    pub(crate) fn cuboid(&mut self, base: Vec3, size: Vec3, color: Srgba) {
        let (x, y, z) = (size.x / 2.0, size.y, size.z / 2.0);
        let p = |sx: f32, h: f32, sz: f32| base + Vec3::new(sx * x, h * y, sz * z);
        self.quad(
            [
                p(-1.0, 1.0, 1.0),
                p(1.0, 1.0, 1.0),
                p(1.0, 1.0, -1.0),
                p(-1.0, 1.0, -1.0),
            ],
            color,
        );
        self.quad(
            [p(-1.0, 0.0, 1.0), p(1.0, 0.0, 1.0), p(1.0, 1.0, 1.0), p(-1.0, 1.0, 1.0)],
            color,
        );
        self.quad(
            [
                p(1.0, 0.0, -1.0),
                p(-1.0, 0.0, -1.0),
                p(-1.0, 1.0, -1.0),
                p(1.0, 1.0, -1.0),
            ],
            color,
        );
        self.quad(
            [p(1.0, 0.0, 1.0), p(1.0, 0.0, -1.0), p(1.0, 1.0, -1.0), p(1.0, 1.0, 1.0)],
            color,
        );
        self.quad(
            [
                p(-1.0, 0.0, -1.0),
                p(-1.0, 0.0, 1.0),
                p(-1.0, 1.0, 1.0),
                p(-1.0, 1.0, -1.0),
            ],
            color,
        );
    }

    /// A cone, for trees.
    pub(crate) fn cone(&mut self, base: Vec3, radius: f32, height: f32, color: Srgba) {
        const SIDES: usize = 6;
        let rim = |k: usize| {
            let angle = k as f32 / SIDES as f32 * std::f32::consts::TAU;
            base + Vec3::new(angle.cos() * radius, 0.0, angle.sin() * radius)
        };
        let top = base + Vec3::Y * height;
        for k in 0..SIDES {
            let (a, b) = (rim(k + 1), rim(k));
            let normal = (a - top).cross(b - top).normalize_or(Vec3::Y);
            let normal = if normal.y < 0.0 { -normal } else { normal };
            let first = self.positions.len() as u32;
            for p in [a, b, top] {
                self.vertex(p, normal, color);
            }
            self.indices.extend([first, first + 1, first + 2]);
        }
    }

    /// A flat strip along points, such as a road.
    pub(crate) fn strip(&mut self, points: &[Vec3], width: f32, color: Srgba) {
        for pair in points.windows(2) {
            let along = (pair[1] - pair[0]).normalize_or(Vec3::X);
            let side = along.cross(Vec3::Y) * width / 2.0;
            let end = along * width / 2.0;
            self.quad(
                [
                    pair[0] + side - end,
                    pair[0] - side - end,
                    pair[1] - side + end,
                    pair[1] + side + end,
                ],
                color,
            );
        }
    }

    /// A wall along points.
    pub(crate) fn wall(&mut self, points: &[Vec3], height: f32, color: Srgba) {
        for pair in points.windows(2) {
            let up = Vec3::Y * height;
            self.quad([pair[0], pair[1], pair[1] + up, pair[0] + up], color);
        }
    }

    /// A flat polygon that is seen from its centre without gaps.
    pub(crate) fn polygon(&mut self, points: &[Vec3], color: Srgba) {
        if points.len() < 3 {
            return;
        }
        let centre = points.iter().sum::<Vec3>() / points.len() as f32;
        for k in 0..points.len() {
            let first = self.positions.len() as u32;
            for p in [centre, points[k], points[(k + 1) % points.len()]] {
                self.vertex(p, Vec3::Y, color);
            }
            self.indices.extend([first, first + 1, first + 2]);
        }
    }

    /// The mesh.
    pub(crate) fn build(self) -> Mesh {
        Mesh::new(PrimitiveTopology::TriangleList, RenderAssetUsages::RENDER_WORLD)
            .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, self.positions)
            .with_inserted_attribute(Mesh::ATTRIBUTE_NORMAL, self.normals)
            .with_inserted_attribute(Mesh::ATTRIBUTE_COLOR, self.colors)
            .with_inserted_indices(Indices::U32(self.indices))
    }
}
