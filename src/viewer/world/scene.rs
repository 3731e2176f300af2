//! The still world: ground, roads, ponds, trees, buildings, yards and substations, from the site's data.

use std::sync::Arc;

use bevy::prelude::*;
use noise::{Fbm, MultiFractal, NoiseFn, Perlin};
use rainier::num::uniform;
use rainier::sim::HallColumns;
use rainier::sim::clock::Clock;
use rainier::sim::twin::Plan;
use rainier::site::Campus;
use rainier::site::campus::{Building, Rect};
use rainier::site::files::FeatureKind;

use crate::selection::Roofs;
use crate::world::materials::{Cut, GroundMaterial, Light, RackMaterial};
use crate::world::meshes::{Builder, at};
use crate::world::rising::AsOf;

/// Colour of the haze by day, linear.
const HAZE: Vec3 = Vec3::new(0.30, 0.40, 0.52);
/// Colour of the haze by night, linear.
const NIGHT: Vec3 = Vec3::new(0.020, 0.030, 0.052);
/// Density of the haze, 1/m.
const HAZE_PER_M: f32 = 0.000_10;

/// Light of the hour: direction to the sun with its strength, and the haze, which is also the sky.
#[derive(Resource, Debug, Clone, Copy, PartialEq)]
pub(crate) struct Hour {
    /// Direction to the sun, and its strength.
    pub(crate) sun: Vec4,
    /// Colour of the haze, linear, and its density per metre.
    pub(crate) haze: Vec4,
}

impl Default for Hour {
    fn default() -> Self {
        Self {
            sun: Vec4::new(0.4, 0.8, 0.3, 1.0),
            haze: HAZE.extend(HAZE_PER_M),
        }
    }
}

impl Hour {
    /// The sky behind everything: the haze's colour.
    pub(crate) fn sky(&self) -> Color {
        Color::linear_rgb(self.haze.x, self.haze.y, self.haze.z)
    }
}

const GRASS: Srgba = Srgba::rgb(0.36, 0.44, 0.27);
const FIELDS: [Srgba; 4] = [
    Srgba::rgb(0.42, 0.47, 0.27),
    Srgba::rgb(0.52, 0.49, 0.31),
    Srgba::rgb(0.36, 0.43, 0.25),
    Srgba::rgb(0.47, 0.42, 0.30),
];
pub(crate) const GRAVEL: Srgba = Srgba::rgb(0.52, 0.51, 0.48);
pub(crate) const EARTH: Srgba = Srgba::rgb(0.47, 0.41, 0.33);
const ASPHALT: Srgba = Srgba::rgb(0.27, 0.28, 0.30);
const WATER: Srgba = Srgba::rgb(0.20, 0.36, 0.46);
pub(crate) const SLAB: Srgba = Srgba::rgb(0.56, 0.57, 0.58);
const FLOOR: Srgba = Srgba::rgb(0.25, 0.27, 0.30);
// Half opaque: what the x-ray sees through.
pub(crate) const WALL: Srgba = Srgba::new(0.80, 0.81, 0.82, 0.5);
pub(crate) const ROOF: Srgba = Srgba::new(0.72, 0.74, 0.76, 0.5);
pub(crate) const STEEL: Srgba = Srgba::rgb(0.55, 0.58, 0.61);
const GENSET: Srgba = Srgba::rgb(0.80, 0.77, 0.66);
const TRANSFORMER: Srgba = Srgba::rgb(0.45, 0.52, 0.50);
const TREE: Srgba = Srgba::rgb(0.19, 0.32, 0.17);

/// Height of the walls that stay when the roofs lift, m.
pub(crate) const WALL_M: f64 = 3.2;

/// Everything that is built from the site's data.
#[derive(Component)]
struct Built;

/// The buildings as they are in the simulation; they make way for those of a plan's date.
#[derive(Component)]
struct Standing;

/// What lifts with the roofs.
#[derive(Component)]
pub(crate) struct Roof;

/// Height of the ground, m: flat where people build, gentle relief beyond.
struct Relief {
    noise: Fbm<Perlin>,
    half_m: [f64; 2],
    relief_m: f64,
    feature_m: f64,
}

impl Relief {
    fn of(campus: &Campus) -> Self {
        let terrain = &campus.terrain;
        Self {
            noise: Fbm::<Perlin>::new(terrain.seed).set_octaves(4),
            half_m: terrain.size_m.map(|m| m / 2.0),
            relief_m: terrain.relief_m,
            feature_m: terrain.feature_m,
        }
    }

    fn height_m(&self, x_m: f64, y_m: f64) -> f64 {
        let outside = (x_m.abs() - self.half_m[0]).max(y_m.abs() - self.half_m[1]);
        let rise = (outside / self.feature_m).clamp(0.0, 1.0);
        let wave = self.noise.get([x_m / self.feature_m, y_m / self.feature_m]);
        rise * rise * self.relief_m * (1.0 + 2.0 * wave) - 0.05
    }
}

fn ground(campus: &Campus) -> Mesh {
    let relief = Relief::of(campus);
    let mut mesh = Builder::default();
    const CELLS: i32 = 96;
    let extent = campus.terrain.size_m[0].max(campus.terrain.size_m[1]) * 3.2;
    let step = extent / f64::from(CELLS);
    let field_m = extent / 14.0;
    let corner = |i: i32, j: i32| {
        let (x, y) = (f64::from(i) * step - extent / 2.0, f64::from(j) * step - extent / 2.0);
        at([x, y], relief.height_m(x, y))
    };
    for i in 0..CELLS {
        for j in 0..CELLS {
            let (x, y) = (
                (f64::from(i) + 0.5) * step - extent / 2.0,
                (f64::from(j) + 0.5) * step - extent / 2.0,
            );
            let inside = x.abs() < relief.half_m[0] && y.abs() < relief.half_m[1];
            let field = ((x / field_m).floor() + 50.0) as u64 * 131 + ((y / field_m).floor() + 50.0) as u64;
            let color = if inside {
                GRASS
            } else {
                FIELDS[(uniform(7, 70, field) * 4.0) as usize % 4]
            };
            let shade = 0.96 + 0.08 * uniform(7, 71, (i * CELLS + j) as u64) as f32;
            let color = Srgba::rgb(color.red * shade, color.green * shade, color.blue * shade);
            mesh.quad(
                [corner(i, j), corner(i + 1, j), corner(i + 1, j + 1), corner(i, j + 1)],
                color,
            );
        }
    }
    mesh.build()
}

fn features(campus: &Campus, mesh: &mut Builder) {
    for (f, feature) in campus.features.iter().enumerate() {
        let points = |up: f64| feature.points_m.iter().map(|p| at(*p, up)).collect::<Vec<_>>();
        let width = feature.width_m.unwrap_or(8.0) as f32;
        match feature.kind {
            FeatureKind::Road => mesh.strip(&points(0.10 + 0.004 * (f % 8) as f64), width, ASPHALT),
            FeatureKind::Pond => {
                let middle = points(0.0).iter().sum::<Vec3>() / feature.points_m.len().max(1) as f32;
                let bank: Vec<Vec3> = points(0.06)
                    .iter()
                    .map(|p| (middle + (*p - middle) * 1.06).with_y(0.06))
                    .collect();
                mesh.polygon(&bank, GRAVEL);
                mesh.polygon(&points(0.5), WATER);
            }
            FeatureKind::Fence => mesh.wall(&points(0.0), 2.4, STEEL),
            FeatureKind::Line => line(&points(0.0), mesh),
            FeatureKind::Trees => trees(f as u64, &feature.points_m, mesh),
        }
    }
}

/// Pylons every 90 m with three conductors.
fn line(points: &[Vec3], mesh: &mut Builder) {
    const TOP_M: f32 = 32.0;
    for pair in points.windows(2) {
        let length = pair[0].distance(pair[1]);
        let spans = (length / 90.0).ceil().max(1.0);
        let along = (pair[1] - pair[0]) / spans;
        let side = along.cross(Vec3::Y).normalize_or(Vec3::X);
        for k in 0..=spans as u32 {
            let foot = pair[0] + along * k as f32;
            mesh.cuboid(foot, Vec3::new(1.2, TOP_M, 1.2), STEEL);
            for arm in [22.0, 27.0] {
                let size = if side.x.abs() > 0.5 {
                    Vec3::new(16.0, 0.5, 0.5)
                } else {
                    Vec3::new(0.5, 0.5, 16.0)
                };
                mesh.cuboid(foot + Vec3::Y * arm, size, STEEL);
            }
        }
        for (offset, height) in [(-7.5, 21.5), (7.5, 21.5), (-7.5, 26.5), (7.5, 26.5)] {
            let shift = side * offset + Vec3::Y * height;
            mesh.wall(&[pair[0] + shift, pair[1] + shift], 0.25, STEEL);
        }
    }
}

fn trees(seed: u64, points: &[[f64; 2]], mesh: &mut Builder) {
    let bound = |axis: usize, pick: fn(f64, f64) -> f64| points.iter().map(|p| p[axis]).reduce(pick).unwrap_or(0.0);
    let (low, high) = (
        [bound(0, f64::min), bound(1, f64::min)],
        [bound(0, f64::max), bound(1, f64::max)],
    );
    let area = (high[0] - low[0]) * (high[1] - low[1]);
    let count = (area / 110.0).clamp(0.0, 900.0) as u64;
    for k in 0..count {
        let place = [0, 1].map(|axis| low[axis] + (high[axis] - low[axis]) * uniform(seed, 80 + axis as u64, k));
        let height = 6.0 + 8.0 * uniform(seed, 82, k) as f32;
        let shade = 0.8 + 0.4 * uniform(seed, 83, k) as f32;
        mesh.cone(
            at(place, 0.0),
            height * 0.32,
            height,
            Srgba::rgb(TREE.red * shade, TREE.green * shade, TREE.blue * shade),
        );
    }
}

/// Whether any hall of a building is live.
pub(crate) fn is_live(building: &Building, live: &[bool]) -> bool {
    building.halls.clone().any(|h| live.get(h).copied().unwrap_or(false))
}

pub(crate) fn slab(rect: &Rect, grow_m: f64, up_m: f64, color: Srgba, mesh: &mut Builder) {
    let size = Vec3::new(
        (rect.size_m[0] + grow_m) as f32,
        up_m as f32,
        (rect.size_m[1] + grow_m) as f32,
    );
    mesh.cuboid(at(rect.at_m, 0.0), size, color);
}

/// A building that is not live: its foundations, halls marked out, and the first steel.
fn foundations(campus: &Campus, building: &Building, mesh: &mut Builder) {
    let rect = &building.rect;
    slab(rect, 14.0, 0.14, EARTH, mesh);
    slab(rect, 0.0, 0.3, SLAB, mesh);
    for hall in building.halls.clone() {
        slab(&campus.halls[hall].rect, 0.0, 0.38, GRAVEL, mesh);
    }
    let [w, d] = rect.size_m;
    let spans = [w, d].map(|m| (m / 25.0).ceil().max(1.0));
    for i in 0..=spans[0] as u32 {
        for j in 0..=spans[1] as u32 {
            let share = [f64::from(i) / spans[0] - 0.5, f64::from(j) / spans[1] - 0.5];
            let foot = at([rect.at_m[0] + share[0] * w, rect.at_m[1] + share[1] * d], 0.3);
            mesh.cuboid(foot, Vec3::new(0.6, building.height_m as f32 * 0.7, 0.6), STEEL);
        }
    }
}

/// How the halls of a building look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shell {
    /// As always.
    Plain,
    /// Without power.
    Unlit,
    /// With power, beside others without.
    Lit,
}

/// A building's walls, floors and yards: all that stays when the roofs lift.
pub(crate) fn shell(campus: &Campus, building: &Building, look: Shell, mesh: &mut Builder) {
    let floor = match look {
        Shell::Plain => FLOOR,
        Shell::Unlit => Srgba::rgb(0.12, 0.13, 0.15),
        Shell::Lit => Srgba::rgb(0.42, 0.43, 0.42),
    };
    let rect = &building.rect;
    slab(rect, 14.0, 0.14, GRAVEL, mesh);
    slab(rect, 0.0, 0.3, SLAB, mesh);
    let [w, d] = rect.size_m.map(|m| m / 2.0);
    let corners = [[-w, -d], [w, -d], [w, d], [-w, d], [-w, -d]];
    let corners: Vec<Vec3> = corners
        .iter()
        .map(|c| at([rect.at_m[0] + c[0], rect.at_m[1] + c[1]], 0.0))
        .collect();
    mesh.wall(&corners, WALL_M as f32, WALL);
    for hall in building.halls.clone() {
        slab(&campus.halls[hall].rect, 0.0, 0.38, floor, mesh);
    }
    // Gensets in a yard along the south side.
    let count = f64::from(building.gensets.max(1));
    let pitch = rect.size_m[0] / count;
    for k in 0..building.gensets {
        let foot = at(building.genset_at_m(k), 0.1);
        let width = (pitch * 0.55).min(4.0) as f32;
        mesh.cuboid(foot, Vec3::new(width, 4.2, 12.0), GENSET);
        mesh.cuboid(
            foot + Vec3::new(0.0, 4.2, -3.5),
            Vec3::new(width * 0.35, 2.6, 0.9),
            STEEL,
        );
    }
    // Unit transformers along the north side, one for each of a hall and line-up.
    let transformers: usize = building.halls.clone().map(|h| campus.power.boards[h].len()).sum();
    let pitch = rect.size_m[0] / transformers.max(1) as f64;
    for k in 0..transformers {
        let x = rect.at_m[0] - w + pitch * (k as f64 + 0.5);
        mesh.cuboid(
            at([x, rect.at_m[1] + d + 6.0], 0.1),
            Vec3::new((pitch * 0.5).min(3.0) as f32, 2.6, 3.0),
            TRANSFORMER,
        );
    }
}

fn buildings(campus: &Campus, live: &[bool], mesh: &mut Builder) {
    for building in &campus.buildings {
        if is_live(building, live) {
            shell(campus, building, Shell::Plain, mesh);
        } else {
            foundations(campus, building, mesh);
        }
    }
}

fn substations(campus: &Campus, mesh: &mut Builder) {
    for substation in &campus.substations {
        let rect = &substation.rect;
        slab(rect, 0.0, 0.15, GRAVEL, mesh);
        let [w, d] = rect.size_m;
        for side in [-0.25, 0.25] {
            let main = [rect.at_m[0] + side * w, rect.at_m[1] - 0.18 * d];
            mesh.cuboid(
                at(main, 0.15),
                Vec3::new(10.0_f32.min(w as f32 * 0.2), 6.5, 8.0_f32.min(d as f32 * 0.2)),
                TRANSFORMER,
            );
            for k in 0..4 {
                let gantry = [rect.at_m[0] + side * w, rect.at_m[1] + d * (0.05 + 0.11 * f64::from(k))];
                let span = (w * 0.34) as f32;
                mesh.cuboid(at(gantry, 9.0), Vec3::new(span, 0.7, 0.7), STEEL);
                for end in [-0.5, 0.5] {
                    mesh.cuboid(
                        at([gantry[0] + end * f64::from(span), gantry[1]], 0.0),
                        Vec3::new(0.7, 12.0, 0.7),
                        STEEL,
                    );
                }
            }
        }
        mesh.cuboid(
            at([rect.at_m[0], rect.at_m[1] - 0.4 * d], 0.1),
            Vec3::new(w as f32 * 0.3, 4.0, d as f32 * 0.1),
            WALL,
        );
    }
}

/// A roof, and the walls above head height.
fn roof(campus: &Campus, b: usize) -> Mesh {
    let building = &campus.buildings[b];
    let rect = &building.rect;
    let (height, [w, d]) = (building.height_m as f32, rect.size_m.map(|m| m as f32));
    let mut mesh = Builder::default();
    let base = at(rect.at_m, WALL_M);
    mesh.cuboid(base, Vec3::new(w, height - WALL_M as f32, d), WALL);
    mesh.cuboid(
        at(rect.at_m, building.height_m),
        Vec3::new(w * 0.99, 0.6, d * 0.98),
        ROOF,
    );
    mesh.build()
}

/// Builds the world. Runs again when another scenario has been loaded.
fn build(
    mut commands: Commands,
    plan: Res<Plan>,
    halls: Res<HallColumns>,
    hour: Res<Hour>,
    old: Query<Entity, With<Built>>,
    mut meshes: ResMut<Assets<Mesh>>,
    mut materials: ResMut<Assets<GroundMaterial>>,
) {
    for entity in &old {
        commands.entity(entity).despawn();
    }
    let campus = &plan.0;
    let light = Light {
        sun: hour.sun,
        haze: hour.haze,
    };
    let material = materials.add(GroundMaterial {
        light,
        cut: Cut::default(),
    });
    let mut still = Builder::default();
    features(campus, &mut still);
    substations(campus, &mut still);
    let mut standing = Builder::default();
    buildings(campus, &halls.live, &mut standing);
    commands.spawn((
        Built,
        Standing,
        Mesh3d(meshes.add(standing.build())),
        MeshMaterial3d(material.clone()),
    ));
    for mesh in [ground(campus), still.build()] {
        commands.spawn((Built, Mesh3d(meshes.add(mesh)), MeshMaterial3d(material.clone())));
    }
    for b in (0..campus.buildings.len()).filter(|b| is_live(&campus.buildings[*b], &halls.live)) {
        commands.spawn((
            Built,
            Roof,
            Mesh3d(meshes.add(roof(campus, b))),
            MeshMaterial3d(material.clone()),
        ));
    }
}

/// Lifts or lowers the roofs.
fn lift(
    time: Res<Time<Real>>,
    roofs: Res<Roofs>,
    as_of: Res<AsOf>,
    mut parts: Query<(&mut Transform, &mut Visibility), With<Roof>>,
    mut standing: Query<&mut Visibility, (With<Standing>, Without<Roof>)>,
) {
    const LIFTED_M: f32 = 60.0;
    for (mut transform, mut visibility) in &mut parts {
        let goal = if roofs.0 { 0.0 } else { LIFTED_M };
        let y = transform.translation.y;
        if (y - goal).abs() > 0.01 {
            transform.translation.y = y + (goal - y) * (1.0 - (-time.delta_secs() * 5.0).exp());
        }
        let gone = !as_of.is_now() || !roofs.0 && transform.translation.y > LIFTED_M * 0.8;
        visibility.set_if_neq(if gone {
            Visibility::Hidden
        } else {
            Visibility::Inherited
        });
    }
    for mut visibility in &mut standing {
        visibility.set_if_neq(if as_of.is_now() {
            Visibility::Inherited
        } else {
            Visibility::Hidden
        });
    }
}

/// Moves the sun. The night keeps a moon's worth of light, so that the site can always be read.
fn shine(
    clock: Res<Clock>,
    mut last: Local<Option<i64>>,
    mut hour: ResMut<Hour>,
    mut ground: ResMut<Assets<GroundMaterial>>,
    mut racks: ResMut<Assets<RackMaterial>>,
    mut cameras: Query<&mut Camera>,
) {
    let minutes = (clock.time_s / 300.0) as i64;
    if *last == Some(minutes) {
        return;
    }
    *last = Some(minutes);
    let (elevation, azimuth) = clock.sun_deg();
    let (e, a) = ((elevation.max(8.0) as f32).to_radians(), (azimuth as f32).to_radians());
    let direction = Vec3::new(a.sin() * e.cos(), e.sin(), -a.cos() * e.cos());
    let day = ((elevation as f32 + 6.0) / 18.0).clamp(0.0, 1.0);
    hour.sun = direction.extend(day.max(0.25));
    hour.haze = NIGHT.lerp(HAZE, day).extend(HAZE_PER_M);
    for id in ground.ids().collect::<Vec<_>>() {
        if let Some(mut material) = ground.get_mut(id) {
            material.light.sun = hour.sun;
            material.light.haze = hour.haze;
        }
    }
    for id in racks.ids().collect::<Vec<_>>() {
        if let Some(mut material) = racks.get_mut(id) {
            material.look.haze = hour.haze;
        }
    }
    for mut camera in &mut cameras {
        camera.clear_color = ClearColorConfig::Custom(hour.sky());
    }
}

/// Whether another scenario has come in front.
pub(crate) fn changed(plan: Res<Plan>, mut known: Local<bool>) -> bool {
    let first = !std::mem::replace(&mut *known, true);
    plan.is_changed() && !first
}

/// Whether what stands on the site is no longer what was drawn.
pub(crate) fn moved(plan: Res<Plan>, mut drawn: Local<Option<Arc<Campus>>>) -> bool {
    if !plan.is_changed() {
        return false;
    }
    let before = drawn.replace(plan.0.clone());
    before.is_some_and(|before| !before.looks_like(&plan.0))
}

/// Whether the first hall of a building has come into service, or its last has gone out of it.
fn lit(plan: Res<Plan>, halls: Res<HallColumns>, mut known: Local<Option<Vec<bool>>>) -> bool {
    if !halls.is_changed() {
        return false;
    }
    let now: Vec<bool> = plan.0.buildings.iter().map(|b| is_live(b, &halls.live)).collect();
    let old = known.replace(now.clone());
    old.is_some_and(|old| old != now)
}

pub(crate) fn plugin(app: &mut App) {
    app.init_resource::<Hour>();
    app.add_systems(Startup, build);
    app.add_systems(
        Update,
        (
            build.run_if(moved.or_else(lit)),
            crate::world::racks::build.run_if(moved),
        ),
    );
    app.add_systems(Update, (lift, shine));
}
