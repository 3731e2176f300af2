//! What overlays draw for those who look from afar: a band on the roof of each hall, ground in the colour of buildings
//! that do not run yet, and beacons over what is broken.

use bevy::prelude::*;
use rainier::overlay::{Broken, Overlay, Spot, Trouble};
use rainier::sim::twin::Plan;
use rainier::site::Campus;
use rainier::site::campus::{PowerKind, Rect};

use crate::navigation::inside::Inside;
use crate::selection::{Roofs, Shown};
use crate::world::colors::{Rgb, trouble_color};
use crate::world::glance::Glance;
use crate::world::meshes::{Builder, Surface, at};
use crate::world::rising::AsOf;
use crate::world::route::position;
use crate::world::scene::{ROOF_M, Roof};
use crate::world::sky::Still;

/// Share of a hall's depth and length that its band takes: between the two lines of units on the roof.
const BAND: [f64; 2] = [0.30, 0.94];

/// How far a band lies above the roof, m.
const OVER_M: f64 = 0.15;

/// Height of the colour on the ground of a building, over its slab and halls, m.
const GROUND_M: f64 = 0.5;

/// Height of a beacon and half the width of its head, m.
const BEACON_M: [f32; 2] = [95.0, 15.0];

/// What is drawn now.
#[derive(Debug, Clone, PartialEq)]
enum Drawn {
    /// On roofs: a colour a hall.
    Bands(Vec<Option<Rgb>>),
    /// On the ground: a colour a building.
    Grounds(Vec<Option<Rgb>>),
    /// Over what is broken.
    Beacons(Vec<Broken>),
}

/// A mark, and what it was drawn for.
#[derive(Component, Debug)]
struct Mark(Drawn);

fn paint([r, g, b]: Rgb) -> crate::world::meshes::Paint {
    // Its colour is that of the legend at any hour.
    Surface::Lamp.of(Srgba::rgb_u8(r, g, b))
}

/// A level face over the middle of a rectangle.
fn face(rect: &Rect, [along, across]: [f64; 2], up_m: f64, color: Rgb, mesh: &mut Builder) {
    let [w, d] = [rect.size_m[0] * along / 2.0, rect.size_m[1] * across / 2.0];
    let corner = |x: f64, y: f64| at([rect.at_m[0] + x * w, rect.at_m[1] + y * d], up_m);
    mesh.quad(
        [
            corner(-1.0, -1.0),
            corner(1.0, -1.0),
            corner(1.0, 1.0),
            corner(-1.0, 1.0),
        ],
        paint(color),
    );
}

/// A pole with a head on it.
fn beacon(foot: Vec3, color: Rgb, mesh: &mut Builder) {
    let [high, half] = BEACON_M;
    mesh.cuboid(foot, Vec3::new(1.0, high - half, 1.0), paint(color));
    let middle = foot + Vec3::Y * high;
    let around = [Vec3::X, Vec3::Z, -Vec3::X, -Vec3::Z].map(|side| middle + side * half * 0.7);
    for k in 0..4 {
        let (a, b) = (around[k], around[(k + 1) % 4]);
        for end in [Vec3::Y, -Vec3::Y] {
            // Its faces are told apart.
            let light = if (k % 2 == 0) == (end.y > 0.0) { 1.0 } else { 0.78 };
            mesh.shaded_quad(
                [a, b, middle + end * half, middle + end * half],
                [light; 4],
                paint(color),
            );
        }
    }
}

/// Where the beacons of a place stand.
fn feet(campus: &Campus, spot: Spot) -> Vec<Vec3> {
    match spot {
        Spot::Hall(h) => vec![at(campus.halls[h].rect.at_m, 0.0)],
        Spot::Building(b) => {
            let building = &campus.buildings[b];
            vec![at(building.genset_at_m(building.gensets / 2), 0.0)]
        }
        // The connection is lost at every substation.
        Spot::Node(node) if campus.power.nodes[node].kind == PowerKind::Utility => {
            campus.substations.iter().map(|s| at(s.rect.at_m, 0.0)).collect()
        }
        Spot::Node(node) => position(campus, node)
            .map(|(at_m, _)| at(at_m, 0.0))
            .into_iter()
            .collect(),
    }
}

/// Whether it is drawn as a beacon: throttled chips work on.
fn is_marked(broken: &Broken) -> bool {
    broken.trouble != Trouble::Throttled
}

fn mesh(campus: &Campus, drawn: &Drawn) -> Builder {
    let mut mesh = Builder::default();
    match drawn {
        Drawn::Bands(colors) => {
            for (hall, color) in campus.halls.iter().zip(colors) {
                let up_m = campus.buildings[hall.building].height_m + ROOF_M + OVER_M;
                if let Some(color) = color {
                    face(&hall.rect, [BAND[1], BAND[0]], up_m, *color, &mut mesh);
                }
            }
        }
        Drawn::Grounds(colors) => {
            for (building, color) in campus.buildings.iter().zip(colors) {
                if let Some(color) = color {
                    face(&building.rect, [0.97, 0.97], GROUND_M, *color, &mut mesh);
                }
            }
        }
        Drawn::Beacons(all) => {
            let mut taken: Vec<(Spot, f32)> = Vec::new();
            for broken in all {
                // Several at one place stand beside each other.
                let aside = match taken.iter_mut().find(|(spot, _)| *spot == broken.spot) {
                    Some((_, aside)) => {
                        *aside += 2.0 * BEACON_M[1];
                        *aside
                    }
                    None => {
                        taken.push((broken.spot, 0.0));
                        0.0
                    }
                };
                for foot in feet(campus, broken.spot) {
                    beacon(foot + Vec3::X * aside, trouble_color(broken.trouble), &mut mesh);
                }
            }
        }
    }
    mesh
}

/// Draws anew what looks different.
fn draw(
    mut commands: Commands,
    plan: Res<Plan>,
    still: Res<Still>,
    glance: Res<Glance>,
    shown: Res<Shown>,
    (roofs, inside, as_of): (Res<Roofs>, Res<Inside>, Res<AsOf>),
    old: Query<(Entity, &Mark)>,
    mut meshes: ResMut<Assets<Mesh>>,
) {
    let campus = &*plan.0;
    let now = as_of.is_now();
    let fits = glance.halls.len() == campus.halls.len() && glance.buildings.len() == campus.buildings.len();
    let mut wanted: Vec<Drawn> = Vec::new();
    if now && fits && inside.hides(&roofs) && glance.halls.iter().any(Option::is_some) {
        wanted.push(Drawn::Bands(glance.halls.clone()));
    }
    if now && fits && shown.0 == Overlay::Phase {
        let waits =
            |(color, (stage, _)): (&Option<Rgb>, &(rainier::overlay::Stage, _))| color.filter(|_| !stage.runs());
        let grounds: Vec<Option<Rgb>> = glance.buildings.iter().zip(&glance.stages).map(waits).collect();
        if grounds.iter().any(Option::is_some) {
            wanted.push(Drawn::Grounds(grounds));
        }
    }
    if now && fits && glance.broken.iter().any(is_marked) {
        wanted.push(Drawn::Beacons(
            glance.broken.iter().copied().filter(is_marked).collect(),
        ));
    }
    let changed = plan.is_changed();
    for (entity, mark) in &old {
        if changed || !wanted.contains(&mark.0) {
            commands.entity(entity).despawn();
        }
    }
    for drawn in wanted {
        if !changed && old.iter().any(|(_, mark)| mark.0 == drawn) {
            continue;
        }
        let mesh = mesh(campus, &drawn);
        if mesh.is_empty() {
            continue;
        }
        let mut entity = commands.spawn((Mesh3d(meshes.add(mesh.build())), MeshMaterial3d(still.ground.clone())));
        if matches!(drawn, Drawn::Bands(_)) {
            entity.insert(Roof);
        }
        entity.insert(Mark(drawn));
    }
}

pub(crate) fn plugin(app: &mut App) {
    app.add_systems(PostUpdate, draw);
}
