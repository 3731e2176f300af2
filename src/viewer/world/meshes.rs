//! Builds coloured meshes of boxes, strips, bars and crowns. World axes: x east, y up, z south, in metres.

use bevy::asset::RenderAssetUsages;
use bevy::mesh::Indices;
use bevy::prelude::*;
use bevy::render::render_resource::PrimitiveTopology;

/// What a face is made of, beside its colour. The numbers are those of `ground.wgsl`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Surface {
    /// Nothing more than its colour.
    #[default]
    Plain = 0,
    /// Mown grass.
    Grass = 1,
    /// Crops in rows along the face's second side.
    Crops = 2,
    /// Asphalt with a centre line; the first side runs from the middle outwards.
    Road = 3,
    /// Gravel.
    Gravel = 4,
    /// Wall panels.
    Wall = 5,
    /// Roof membrane.
    Roof = 6,
    /// Slats along the first side.
    Louvre = 7,
    /// A window: dark by day, lit by night.
    Window = 8,
    /// A lamp: bright at any hour.
    Lamp = 9,
    /// Water; the first side tells how far the shore is.
    Water = 10,
    /// A wire that never gets thinner than a picture can show.
    Wire = 11,
    /// A mesh of wire, seen through.
    Mesh = 12,
    /// Leaves.
    Leaves = 13,
}

impl Surface {
    /// The surface in a colour.
    pub(crate) fn of(self, color: Srgba) -> Paint {
        Paint {
            color,
            surface: Some(self),
        }
    }
}

/// A colour, and what has it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paint {
    color: Srgba,
    /// The builder's own if none.
    surface: Option<Surface>,
}

impl From<Srgba> for Paint {
    fn from(color: Srgba) -> Self {
        Self { color, surface: None }
    }
}

/// A colour made darker or lighter.
pub(crate) fn shaded(color: Srgba, by: f32) -> Srgba {
    Srgba::rgb(color.red * by, color.green * by, color.blue * by)
}

/// Light that reaches the foot of something that stands on the ground, as a share.
const FOOT: f32 = 0.80;

/// A mesh under construction.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    surface: Surface,
    positions: Vec<[f32; 3]>,
    normals: Vec<[f32; 3]>,
    colors: Vec<[f32; 4]>,
    sides_m: Vec<[f32; 2]>,
    indices: Vec<u32>,
}

/// A point of the site, m east and north, at a height, m.
pub(crate) fn at(east_north_m: [f64; 2], up_m: f64) -> Vec3 {
    Vec3::new(east_north_m[0] as f32, up_m as f32, -east_north_m[1] as f32)
}

/// Corners of an icosahedron on the unit sphere, and its faces.
const CROWN: [[f32; 3]; 12] = {
    const A: f32 = 0.525_731_1;
    const B: f32 = 0.850_650_8;
    [
        [-A, B, 0.0],
        [A, B, 0.0],
        [-A, -B, 0.0],
        [A, -B, 0.0],
        [0.0, -A, B],
        [0.0, A, B],
        [0.0, -A, -B],
        [0.0, A, -B],
        [B, 0.0, -A],
        [B, 0.0, A],
        [-B, 0.0, -A],
        [-B, 0.0, A],
    ]
};
const CROWN_FACES: [u32; 60] = [
    0, 11, 5, 0, 5, 1, 0, 1, 7, 0, 7, 10, 0, 10, 11, 1, 5, 9, 5, 11, 4, 11, 10, 2, 10, 7, 6, 7, 1, 8, 3, 9, 4, 3, 4, 2,
    3, 2, 6, 3, 6, 8, 3, 8, 9, 4, 9, 5, 2, 4, 11, 6, 2, 10, 8, 6, 7, 9, 8, 1,
];

/// Corners of an octahedron on the unit sphere, and its faces.
const LUMP: [Vec3; 6] = [Vec3::X, Vec3::NEG_X, Vec3::Z, Vec3::NEG_Z, Vec3::Y, Vec3::NEG_Y];
const LUMP_FACES: [u32; 24] = [0, 2, 4, 2, 1, 4, 1, 3, 4, 3, 0, 4, 2, 0, 5, 1, 2, 5, 3, 1, 5, 0, 3, 5];

impl Builder {
    /// A builder whose bare colours are of a surface.
    pub(crate) fn of(surface: Surface) -> Self {
        Self {
            surface,
            ..Self::default()
        }
    }

    fn vertex(&mut self, position: Vec3, normal: Vec3, paint: Paint, light: f32, side_m: [f32; 2]) {
        let [r, g, b, _] = LinearRgba::from(paint.color).to_f32_array();
        let surface = paint.surface.unwrap_or(self.surface);
        self.positions.push(position.to_array());
        self.normals.push(normal.to_array());
        self.colors
            .push([r * light, g * light, b * light, f32::from(surface as u8)]);
        self.sides_m.push(side_m);
    }

    /// A flat quad with corners in order.
    pub(crate) fn quad(&mut self, corners: [Vec3; 4], paint: impl Into<Paint>) {
        self.shaded_quad(corners, [1.0; 4], paint);
    }

    /// A flat quad whose corners get so much of the light.
    pub(crate) fn shaded_quad(&mut self, corners: [Vec3; 4], light: [f32; 4], paint: impl Into<Paint>) {
        let (u, v) = (corners[0].distance(corners[1]), corners[0].distance(corners[3]));
        self.sided_quad(corners, light, [[0.0, 0.0], [u, 0.0], [u, v], [0.0, v]], paint);
    }

    fn sided_quad(&mut self, corners: [Vec3; 4], light: [f32; 4], sides_m: [[f32; 2]; 4], paint: impl Into<Paint>) {
        let paint = paint.into();
        let normal = (corners[1] - corners[0])
            .cross(corners[3] - corners[0])
            .normalize_or(Vec3::Y);
        let first = self.positions.len() as u32;
        for ((corner, light), side_m) in corners.into_iter().zip(light).zip(sides_m) {
            self.vertex(corner, normal, paint, light, side_m);
        }
        self.indices.extend([0, 1, 2, 0, 2, 3].map(|k| first + k));
    }

    /// An upright box that stands on something: centre of its base, east-west, height and north-south extents. No floor;
    /// less light at its foot.
    pub(crate) fn cuboid(&mut self, base: Vec3, size: Vec3, paint: impl Into<Paint>) {
        let paint = paint.into();
        self.sides(base, size, FOOT, paint);
        self.top(base, size, paint);
    }

    /// The four sides of a box, with so much of the light at their foot.
    pub(crate) fn sides(&mut self, base: Vec3, size: Vec3, foot: f32, paint: impl Into<Paint>) {
        let paint = paint.into();
        let corners = [[-0.5, 0.5], [0.5, 0.5], [0.5, -0.5], [-0.5, -0.5]];
        for k in 0..4 {
            let [a, b] = [corners[k], corners[(k + 1) % 4]].map(|[x, z]| base + Vec3::new(x * size.x, 0.0, z * size.z));
            let up = Vec3::Y * size.y;
            self.shaded_quad([a, b, b + up, a + up], [foot, foot, 1.0, 1.0], paint);
        }
    }

    /// The top of a box.
    pub(crate) fn top(&mut self, base: Vec3, size: Vec3, paint: impl Into<Paint>) {
        let p = |x: f32, z: f32| base + Vec3::new(x * size.x / 2.0, size.y, z * size.z / 2.0);
        self.quad([p(-1.0, 1.0), p(1.0, 1.0), p(1.0, -1.0), p(-1.0, -1.0)], paint);
    }

    /// An upright round body with a flat top, such as a stack or a tank.
    pub(crate) fn post(&mut self, base: Vec3, radius: f32, height: f32, sides: u32, paint: impl Into<Paint>) {
        let paint = paint.into();
        let out = |k: u32| {
            let angle = (k % sides) as f32 / sides as f32 * std::f32::consts::TAU;
            Vec3::new(angle.cos(), 0.0, -angle.sin())
        };
        let (first, up) = (self.positions.len() as u32, Vec3::Y * height);
        for k in 0..=sides {
            let around = k as f32 / sides as f32 * std::f32::consts::TAU * radius;
            self.vertex(base + out(k) * radius, out(k), paint, FOOT, [around, 0.0]);
            self.vertex(base + out(k) * radius + up, out(k), paint, 1.0, [around, height]);
        }
        for k in 0..sides {
            self.indices
                .extend([0, 2, 3, 0, 3, 1].map(|corner| first + 2 * k + corner));
        }
        let middle = self.positions.len() as u32;
        self.vertex(base + up, Vec3::Y, paint, 1.0, [0.0; 2]);
        for k in 0..sides {
            self.vertex(base + up + out(k) * radius, Vec3::Y, paint, 1.0, [0.0; 2]);
        }
        for k in 0..sides {
            self.indices
                .extend([middle, middle + 1 + k, middle + 1 + (k + 1) % sides]);
        }
    }

    /// A bar from one point to another: two flat strips across each other.
    pub(crate) fn bar(&mut self, from: Vec3, to: Vec3, width: f32, paint: impl Into<Paint>) {
        let paint = paint.into();
        let along = (to - from).normalize_or(Vec3::Y);
        let first = along.any_orthonormal_vector() * width / 2.0;
        for side in [first, along.cross(first)] {
            self.quad([from - side, from + side, to + side, to - side], paint);
        }
    }

    /// A wire along points, of a colour.
    pub(crate) fn wire(&mut self, points: &[Vec3], width: f32, color: Srgba) {
        let paint = Surface::Wire.of(color);
        for pair in points.windows(2) {
            let along = (pair[1] - pair[0]).normalize_or(Vec3::X);
            let first = self.positions.len() as u32;
            for (point, side) in [(0, -1.0), (0, 1.0), (1, 1.0), (1, -1.0)] {
                self.vertex(pair[point], along, paint, 1.0, [side * width / 2.0, 0.0]);
            }
            self.indices.extend([0, 1, 2, 0, 2, 3].map(|k| first + k));
        }
    }

    /// A rounded crown: its middle, its half extents, and how far it is turned. Darker below than above.
    pub(crate) fn crown(&mut self, middle: Vec3, half: Vec3, turn: f32, color: Srgba) {
        let first = self.positions.len() as u32;
        let turn = Quat::from_rotation_y(turn) * Quat::from_rotation_x(turn * 1.7);
        for corner in CROWN {
            let out = turn * Vec3::from_array(corner);
            let normal = (out / half).normalize_or(Vec3::Y);
            self.vertex(middle + out * half, normal, color.into(), 0.80 + 0.28 * out.y, [0.0; 2]);
        }
        self.indices.extend(CROWN_FACES.map(|k| first + k));
    }

    /// A crown of as few corners as can be.
    pub(crate) fn lump(&mut self, middle: Vec3, half: Vec3, color: Srgba) {
        let first = self.positions.len() as u32;
        for out in LUMP {
            self.vertex(middle + out * half, out, color.into(), 0.80 + 0.28 * out.y, [0.0; 2]);
        }
        self.indices.extend(LUMP_FACES.map(|k| first + k));
    }

    /// A flat strip along points, such as a road. Its first side runs from its middle outwards, its second along it.
    pub(crate) fn strip(&mut self, points: &[Vec3], width: f32, paint: impl Into<Paint>) {
        let paint = paint.into();
        let mut gone_m = 0.0;
        for pair in points.windows(2) {
            let along = (pair[1] - pair[0]).normalize_or(Vec3::X);
            let side = along.cross(Vec3::Y) * width / 2.0;
            let end = along * width / 2.0;
            let (from, to) = (gone_m, gone_m + pair[0].distance(pair[1]) + width);
            gone_m = to - width;
            let half = width / 2.0;
            self.sided_quad(
                [
                    pair[0] - side - end,
                    pair[0] + side - end,
                    pair[1] + side + end,
                    pair[1] - side + end,
                ],
                [1.0; 4],
                [[-half, from], [half, from], [half, to], [-half, to]],
                paint,
            );
        }
    }

    /// A wall along points.
    pub(crate) fn wall(&mut self, points: &[Vec3], height: f32, paint: impl Into<Paint>) {
        let paint = paint.into();
        for pair in points.windows(2) {
            let up = Vec3::Y * height;
            self.shaded_quad(
                [pair[0], pair[1], pair[1] + up, pair[0] + up],
                [FOOT, FOOT, 1.0, 1.0],
                paint,
            );
        }
    }

    /// A flat polygon that is seen from a point inside without gaps. Its first side tells how far the edge is.
    pub(crate) fn polygon(&mut self, points: &[Vec3], paint: impl Into<Paint>) {
        if points.len() < 3 {
            return;
        }
        let paint = paint.into();
        let centre = points.iter().sum::<Vec3>() / points.len() as f32;
        for k in 0..points.len() {
            let first = self.positions.len() as u32;
            let (a, b) = (points[k], points[(k + 1) % points.len()]);
            let off_m = (b - a).cross(centre - a).length() / a.distance(b).max(1e-3);
            for (p, off_m) in [(centre, off_m), (a, 0.0), (b, 0.0)] {
                self.vertex(p, Vec3::Y, paint, 1.0, [off_m, 0.0]);
            }
            self.indices.extend([first, first + 1, first + 2]);
        }
    }

    /// Whether there is nothing in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.indices.is_empty()
    }

    /// The mesh.
    pub(crate) fn build(self) -> Mesh {
        Mesh::new(PrimitiveTopology::TriangleList, RenderAssetUsages::RENDER_WORLD)
            .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, self.positions)
            .with_inserted_attribute(Mesh::ATTRIBUTE_NORMAL, self.normals)
            .with_inserted_attribute(Mesh::ATTRIBUTE_COLOR, self.colors)
            .with_inserted_attribute(Mesh::ATTRIBUTE_UV_0, self.sides_m)
            .with_inserted_indices(Indices::U32(self.indices))
    }
}

/// Bodies that cast shadows on a level plane, under construction.
#[derive(Debug, Default)]
pub(crate) struct Casts {
    positions: Vec<[f32; 3]>,
    /// West, north, east and south edge of what the shadow falls on, m in world axes.
    within_m: Vec<[f32; 4]>,
    /// Height of what it falls on, m.
    plane_m: Vec<[f32; 2]>,
    indices: Vec<u32>,
}

/// Where shadows fall.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Onto {
    /// Height, m.
    pub(crate) up_m: f32,
    /// West, north, east and south edge, m in world axes.
    pub(crate) within_m: [f32; 4],
}

/// The ground. Above roads and gravel, below slabs.
pub(crate) const GROUND: Onto = Onto {
    up_m: 0.20,
    within_m: [-1e6, -1e6, 1e6, 1e6],
};

impl Casts {
    fn body(&mut self, points: impl IntoIterator<Item = Vec3>, faces: impl IntoIterator<Item = u32>, onto: Onto) {
        let first = self.positions.len() as u32;
        for point in points {
            self.positions.push(point.to_array());
            self.within_m.push(onto.within_m);
            self.plane_m.push([onto.up_m, 0.0]);
        }
        self.indices.extend(faces.into_iter().map(|k| first + k));
    }

    /// An upright box: centre of its base, and its extents.
    pub(crate) fn cuboid(&mut self, base: Vec3, size: Vec3, onto: Onto) {
        const FACES: [u32; 30] = [
            0, 1, 5, 0, 5, 4, 1, 2, 6, 1, 6, 5, 2, 3, 7, 2, 7, 6, 3, 0, 4, 3, 4, 7, 4, 5, 6, 4, 6, 7,
        ];
        let corners = [0.0, 1.0].into_iter().flat_map(|h| {
            [[-0.5, 0.5], [0.5, 0.5], [0.5, -0.5], [-0.5, -0.5]]
                .map(|[x, z]| base + Vec3::new(x * size.x, h * size.y, z * size.z))
        });
        self.body(corners, FACES, onto);
    }

    /// A bar from one point to another.
    pub(crate) fn bar(&mut self, from: Vec3, to: Vec3, width: f32) {
        let along = (to - from).normalize_or(Vec3::Y);
        let first = along.any_orthonormal_vector() * width / 2.0;
        for side in [first, along.cross(first)] {
            self.body(
                [from - side, from + side, to + side, to - side],
                [0, 1, 2, 0, 2, 3],
                GROUND,
            );
        }
    }

    /// A rounded crown: its middle and its half extents.
    pub(crate) fn crown(&mut self, middle: Vec3, half: Vec3) {
        self.body(LUMP.map(|out| middle + out * half), LUMP_FACES, GROUND);
    }

    /// Whether there is nothing in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.indices.is_empty()
    }

    /// The mesh.
    pub(crate) fn build(self) -> Mesh {
        Mesh::new(PrimitiveTopology::TriangleList, RenderAssetUsages::RENDER_WORLD)
            .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, self.positions)
            .with_inserted_attribute(Mesh::ATTRIBUTE_COLOR, self.within_m)
            .with_inserted_attribute(Mesh::ATTRIBUTE_UV_0, self.plane_m)
            .with_inserted_indices(Indices::U32(self.indices))
    }
}
