//! The still world: buildings, and the site around them, from the site's data.

use std::sync::Arc;

use bevy::camera::visibility::NoFrustumCulling;
use bevy::prelude::*;
use rainier::sim::HallColumns;
use rainier::sim::twin::Plan;
use rainier::site::Campus;
use rainier::site::campus::{Building, Rect};

use crate::quality::Quality;
use crate::selection::Roofs;
use crate::world::ground::{self, Relief};
use crate::world::meshes::{Builder, Casts, GROUND, Onto, Surface, at, shaded};
use crate::world::plants::Plants;
use crate::world::rising::AsOf;
pub(crate) use crate::world::sky::Hour;
use crate::world::sky::Still;
use crate::world::{parking, units, yards};

pub(crate) const GRAVEL: Srgba = Srgba::rgb(0.600, 0.590, 0.560);
pub(crate) const EARTH: Srgba = Srgba::rgb(0.560, 0.495, 0.410);
pub(crate) const CONCRETE: Srgba = Srgba::rgb(0.665, 0.660, 0.640);
pub(crate) const SLAB: Srgba = Srgba::rgb(0.600, 0.605, 0.610);
const FLOOR: Srgba = Srgba::rgb(0.215, 0.230, 0.255);
pub(crate) const WALL: Srgba = Srgba::rgb(0.855, 0.855, 0.845);
pub(crate) const ROOF: Srgba = Srgba::rgb(0.800, 0.805, 0.805);
pub(crate) const STEEL: Srgba = Srgba::rgb(0.560, 0.580, 0.600);
const DOOR: Srgba = Srgba::rgb(0.430, 0.455, 0.480);
const LIT_PANE: Srgba = Srgba::rgb(1.0, 0.80, 0.50);

/// Height of the walls that stay when the roofs lift, m.
pub(crate) const WALL_M: f64 = 3.2;

/// Thickness of a roof above the eaves, and height of its parapet over that, m.
pub(crate) const ROOF_M: f64 = 0.6;
pub(crate) const PARAPET_M: f64 = 0.9;

/// Width of the apron around a building, m.
const APRON_M: f64 = 7.0;

/// Everything that is built from the site's data.
#[derive(Component)]
struct Built;

/// The buildings as they are in the simulation; they make way for those of a plan's date.
#[derive(Component)]
struct Standing;

/// Shadows of roofs and of what stands on them.
#[derive(Component)]
struct RoofShade;

/// What is not always drawn, so that pictures come in time.
#[derive(Component, Debug, Clone, Copy)]
pub(crate) enum LodClass {
    /// At the high level, and only from near by where it stands: from afar it is too small to be seen.
    Near(Vec3),
    /// At the high level.
    Fine,
    /// At the low level, in place of something finer.
    Coarse,
}

/// Distance within which something is near, m.
const NEAR_M: f32 = 950.0;

/// What lifts with the roofs.
#[derive(Component)]
pub(crate) struct Roof;

/// Whether any hall of a building is live.
pub(crate) fn is_live(building: &Building, live: &[bool]) -> bool {
    building.halls.clone().any(|h| live.get(h).copied().unwrap_or(false))
}

/// A level slab of a rectangle's size, or so much larger.
pub(crate) fn slab(rect: &Rect, grow_m: f64, up_m: f64, color: Srgba, mesh: &mut Builder) {
    let size = Vec3::new(
        (rect.size_m[0] + grow_m) as f32,
        up_m as f32,
        (rect.size_m[1] + grow_m) as f32,
    );
    mesh.cuboid(at(rect.at_m, 0.0), size, color);
}

/// Ground around a building: less light reaches it beside the wall.
pub(crate) fn apron(rect: &Rect, color: Srgba, mesh: &mut Builder) {
    const RINGS: [(f64, f32); 4] = [(0.0, 0.60), (1.6, 0.84), (4.0, 0.96), (APRON_M, 1.0)];
    let corner = |k: usize, grow: f64| {
        let [x, y] = [[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]][k % 4];
        let out = |side: f64, m: f64| side * (m + 2.0 * grow);
        at(
            [
                rect.at_m[0] + out(x, rect.size_m[0]),
                rect.at_m[1] + out(y, rect.size_m[1]),
            ],
            0.14,
        )
    };
    for pair in RINGS.windows(2) {
        let [(inner, dark), (outer, light)] = [pair[0], pair[1]];
        for k in 0..4 {
            mesh.shaded_quad(
                [
                    corner(k, inner),
                    corner(k, outer),
                    corner(k + 1, outer),
                    corner(k + 1, inner),
                ],
                [dark, light, light, dark],
                Surface::Gravel.of(color),
            );
        }
    }
}

/// A building that is not live: its foundations, halls marked out, and the first steel.
fn foundations(campus: &Campus, building: &Building, mesh: &mut Builder) {
    let rect = &building.rect;
    apron(rect, EARTH, mesh);
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

/// Size of a building up to a height, m.
fn body(rect: &Rect, height_m: f64) -> Vec3 {
    Vec3::new(rect.size_m[0] as f32, height_m as f32, rect.size_m[1] as f32)
}

/// A building's walls, floors and yards: all that stays when the roofs lift.
pub(crate) fn shell(campus: &Campus, building: &Building, look: Shell, mesh: &mut Builder) {
    let floor = match look {
        Shell::Plain => FLOOR,
        Shell::Unlit => Srgba::rgb(0.12, 0.13, 0.15),
        Shell::Lit => Srgba::rgb(0.42, 0.43, 0.42),
    };
    let rect = &building.rect;
    apron(rect, GRAVEL, mesh);
    slab(rect, 0.0, 0.3, SLAB, mesh);
    mesh.sides(at(rect.at_m, 0.0), body(rect, WALL_M), 0.8, Surface::Wall.of(WALL));
    doors(rect, mesh);
    for hall in building.halls.clone() {
        slab(&campus.halls[hall].rect, 0.0, 0.38, floor, mesh);
    }
    yards::yards(campus, building, mesh);
}

/// Docks at the east end, doors at the west end, and a light over each.
fn doors(rect: &Rect, mesh: &mut Builder) {
    let [w, d] = rect.size_m.map(|m| m as f32);
    let middle = at(rect.at_m, 0.0);
    let mut leaf = |side: f32, z: f32, width: f32, height: f32| {
        let x = side * (w / 2.0 + 0.06);
        let p = |dz: f32, y: f32| middle + Vec3::new(x, y, z + dz);
        let half = width / 2.0;
        mesh.quad([p(-half, 0.3), p(half, 0.3), p(half, height), p(-half, height)], DOOR);
        let (low, high) = (height + 0.12, height + 0.30);
        mesh.quad(
            [p(-half, low), p(half, low), p(half, high), p(-half, high)],
            Surface::Window.of(LIT_PANE),
        );
    };
    for k in [-1.0, 0.0, 1.0] {
        leaf(1.0, k * d * 0.07, 3.6, 2.8);
    }
    for k in [-0.3, 0.3] {
        leaf(-1.0, k * d, 1.8, 2.4);
    }
}

/// A building's roof and the walls above head height.
pub(crate) fn top(campus: &Campus, b: usize, wall: Srgba, roof: Srgba, mesh: &mut Builder) {
    let building = &campus.buildings[b];
    let rect = &building.rect;
    let (height, [w, d]) = (building.height_m, rect.size_m.map(|m| m as f32));
    mesh.sides(
        at(rect.at_m, WALL_M),
        body(rect, height + ROOF_M - WALL_M),
        1.0,
        Surface::Wall.of(wall),
    );
    mesh.top(at(rect.at_m, 0.0), body(rect, height + ROOF_M), Surface::Roof.of(roof));
    // A parapet around it.
    const THICK_M: f32 = 0.5;
    let cap = shaded(wall, 0.97);
    let edge = at(rect.at_m, height + ROOF_M);
    for side in [-0.5, 0.5] {
        let z = side * (d - THICK_M);
        mesh.cuboid(edge + Vec3::Z * z, Vec3::new(w, PARAPET_M as f32, THICK_M), cap);
        let x = side * (w - THICK_M);
        mesh.cuboid(edge + Vec3::X * x, Vec3::new(THICK_M, PARAPET_M as f32, d), cap);
    }
    // Air comes in and goes out along the long sides; by night a line of light lies under the slats.
    let (low, high) = (height as f32 * 0.58, height as f32 * 0.86);
    let bays = (w / 12.5).floor().max(1.0);
    for side in [-1.0, 1.0] {
        let z = side * (d / 2.0 + 0.07);
        for bay in 0..bays as u32 {
            let from = (bay as f32 / bays - 0.5) * w;
            let p = |share: f32, y: f32| at(rect.at_m, 0.0) + Vec3::new(from + share * w / bays, y, z);
            mesh.quad(
                [p(0.08, low), p(0.92, low), p(0.92, high), p(0.08, high)],
                Surface::Louvre.of(shaded(wall, 0.74)),
            );
        }
        let p = |x: f32, y: f32| at(rect.at_m, 0.0) + Vec3::new(x * w * 0.49, y, z);
        let y = low - 0.7;
        mesh.quad(
            [p(-1.0, y), p(1.0, y), p(1.0, y + 0.25), p(-1.0, y + 0.25)],
            Surface::Window.of(LIT_PANE),
        );
    }
}

/// Shadow of a building up to a height.
pub(crate) fn cast(building: &Building, height_m: f64, casts: &mut Casts) {
    casts.cuboid(at(building.rect.at_m, 0.0), body(&building.rect, height_m), GROUND);
}

/// Shadows of roofs, and those of the units on them.
fn roof_casts(campus: &Campus, live: &[bool]) -> [Casts; 2] {
    let (mut casts, mut of_units) = (Casts::default(), Casts::default());
    for building in campus.buildings.iter().filter(|b| is_live(b, live)) {
        let rect = &building.rect;
        let top_m = building.height_m + ROOF_M;
        cast(building, top_m + PARAPET_M, &mut casts);
        let [x, y] = rect.at_m.map(|m| m as f32);
        let [w, d] = rect.size_m.map(|m| m as f32 / 2.0);
        let onto = Onto {
            up_m: top_m as f32 + 0.05,
            within_m: [x - w, -y - d, x + w, -y + d],
        };
        for hall in building.halls.clone() {
            for k in 0..campus.halls[hall].units.len() {
                of_units.cuboid(units::place(campus, hall, k, true), units::SIZE_M, onto);
            }
        }
    }
    [casts, of_units]
}

/// What the world is put together with.
struct Hands<'a, 'w, 's> {
    commands: Commands<'w, 's>,
    meshes: &'a mut Assets<Mesh>,
    still: &'a Still,
}

impl Hands<'_, '_, '_> {
    /// Puts a thing down, with marks on it, unless there is nothing of it.
    fn put(&mut self, mesh: Builder, marks: impl Bundle) {
        if !mesh.is_empty() {
            let mesh = Mesh3d(self.meshes.add(mesh.build()));
            self.commands
                .spawn((Built, mesh, MeshMaterial3d(self.still.ground.clone()), marks));
        }
    }

    /// Lets bodies cast their shadows, with those of finer ones beside them.
    fn shade(&mut self, casts: Casts, fine: Casts, marks: impl Bundle) {
        let mut shadows = |casts: Casts| {
            let mesh = Mesh3d(self.meshes.add(casts.build()));
            // Shadows lie elsewhere than what casts them.
            (mesh, MeshMaterial3d(self.still.shadow.clone()), NoFrustumCulling)
        };
        let whole = (Built, Transform::IDENTITY, Visibility::Inherited, marks);
        let children = [(casts, None), (fine, Some(LodClass::Fine))];
        let children = children.into_iter().filter(|(casts, _)| !casts.is_empty());
        let children: Vec<_> = children.map(|(casts, sparing)| (shadows(casts), sparing)).collect();
        self.commands.spawn(whole).with_children(|parent| {
            for (shadows, sparing) in children {
                let mut child = parent.spawn(shadows);
                if let Some(sparing) = sparing {
                    child.insert(sparing);
                }
            }
        });
    }
}

/// Builds the world. Runs again when another scenario has been loaded.
fn build(
    mut commands: Commands,
    plan: Res<Plan>,
    halls: Res<HallColumns>,
    still: Res<Still>,
    old: Query<Entity, With<Built>>,
    mut meshes: ResMut<Assets<Mesh>>,
) {
    for entity in &old {
        commands.entity(entity).despawn();
    }
    let campus = &plan.0;
    let mut hands = Hands {
        commands,
        meshes: &mut meshes,
        still: &still,
    };

    // The site and the land around it.
    let relief = Relief::of(campus);
    let (mut land, mut fixed, mut cars) = (Builder::default(), Builder::default(), Builder::default());
    let (mut casts, mut plants) = (Casts::default(), Plants::default());
    ground::land(&relief, &mut land, &mut plants);
    ground::features(campus, &mut land);
    yards::substations(campus, &mut fixed, &mut casts);
    yards::lines(campus, &relief, &mut fixed, &mut casts);
    parking::cars(campus, &mut cars, &mut casts);
    plants.of_site(campus);
    hands.put(land, ());
    hands.put(fixed, ());
    hands.put(cars, LodClass::Fine);
    hands.put(plants.mesh, LodClass::Fine);
    hands.put(plants.coarse, LodClass::Coarse);
    hands.shade(Casts::default(), casts, ());
    hands.shade(Casts::default(), plants.casts, ());
    for (place, lines) in parking::lines(campus) {
        hands.put(lines, LodClass::Near(place));
    }

    // Buildings.
    let (mut casts, mut of_yards) = (Casts::default(), Casts::default());
    for (b, building) in campus.buildings.iter().enumerate() {
        let mut mesh = Builder::default();
        if !is_live(building, &halls.live) {
            foundations(campus, building, &mut mesh);
            hands.put(mesh, Standing);
            continue;
        }
        shell(campus, building, Shell::Plain, &mut mesh);
        hands.put(mesh, Standing);
        cast(building, WALL_M, &mut casts);
        yards::cast(campus, building, &mut of_yards);
        let mut near = Builder::default();
        yards::near(campus, building, &mut near);
        hands.put(near, LodClass::Near(at(building.rect.at_m, 0.0)));
        let mut roof = Builder::default();
        top(campus, b, WALL, ROOF, &mut roof);
        hands.put(roof, Roof);
    }
    hands.shade(casts, of_yards, Standing);
    let [of_roofs, of_units] = roof_casts(campus, &halls.live);
    hands.shade(of_roofs, of_units, RoofShade);
}

/// Shown or not.
fn shown(shown: bool) -> Visibility {
    if shown {
        Visibility::Inherited
    } else {
        Visibility::Hidden
    }
}

/// Lifts or lowers the roofs.
fn lift(
    time: Res<Time<Real>>,
    roofs: Res<Roofs>,
    as_of: Res<AsOf>,
    mut parts: Query<(&mut Transform, &mut Visibility), With<Roof>>,
    mut standing: Query<&mut Visibility, (With<Standing>, Without<Roof>)>,
    mut shades: Query<&mut Visibility, (With<RoofShade>, Without<Roof>, Without<Standing>)>,
) {
    const LIFTED_M: f32 = 60.0;
    for (mut transform, mut visibility) in &mut parts {
        let goal = if roofs.0 { 0.0 } else { LIFTED_M };
        let y = transform.translation.y;
        if (y - goal).abs() > 0.01 {
            transform.translation.y = y + (goal - y) * (1.0 - (-time.delta_secs() * 5.0).exp());
        }
        let gone = !as_of.is_now() || !roofs.0 && transform.translation.y > LIFTED_M * 0.8;
        visibility.set_if_neq(shown(!gone));
    }
    for mut visibility in &mut standing {
        visibility.set_if_neq(shown(as_of.is_now()));
    }
    for mut visibility in &mut shades {
        visibility.set_if_neq(shown(as_of.is_now() && roofs.0));
    }
}

/// Shows what there is time to draw, and what is large enough to see.
fn spare(
    quality: Res<Quality>,
    as_of: Res<AsOf>,
    camera: Query<&GlobalTransform, With<Camera3d>>,
    mut parts: Query<(&LodClass, &mut Visibility)>,
) {
    let Ok(eye) = camera.single() else { return };
    let close = |place: &Vec3| place.distance(eye.translation()) < NEAR_M;
    for (sparing, mut visibility) in &mut parts {
        let wanted = match sparing {
            LodClass::Near(place) => quality.detail() && as_of.is_now() && close(place),
            LodClass::Fine => quality.detail(),
            LodClass::Coarse => !quality.detail(),
        };
        visibility.set_if_neq(shown(wanted));
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
    app.add_systems(Startup, build);
    app.add_systems(
        Update,
        (
            build.run_if(moved.or_else(lit)),
            crate::world::racks::build.run_if(moved),
        ),
    );
    app.add_systems(Update, (lift, spare));
}
