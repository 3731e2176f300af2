//! Cooling units: on the roofs, and with the roofs lifted in a strip along their hall. Coloured by what they do when
//! that overlay is shown.

use bevy::prelude::*;
use rainier::sim::state::UnitMode;
use rainier::sim::twin::Plan;
use rainier::sim::{AhuColumns, HallColumns};
use rainier::site::Campus;

use crate::panels::parts::{Part, Parts};
use crate::panels::theme::mode_color;
use crate::selection::{Overlay, Roofs, Shown};
use crate::world::meshes::{Builder, Surface, at, shaded};
use crate::world::rising::AsOf;
use crate::world::scene::{LodClass, ROOF_M, Roof, WALL_M, is_live, moved};
use crate::world::sky::Still;

/// Size of a unit on a roof: east-west, height and north-south, m.
pub(crate) const SIZE_M: Vec3 = Vec3::new(3.6, 2.4, 6.0);

/// A unit as it leaves the works.
const CASING: Srgba = Srgba::rgb(0.690, 0.705, 0.715);

/// Height and depth of a unit in the strip along a hall, m.
const STRIP_M: [f32; 2] = [2.0, 1.8];

/// How high a unit that does not run is drawn, as a share: it is told from the others without colours too.
const STANDS: f32 = 0.35;

/// Where a unit stands: on the roof, or with the roofs lifted in a strip along its side of the hall.
pub(crate) fn place(campus: &Campus, hall: usize, k: usize, roofs: bool) -> Vec3 {
    let plan = &campus.halls[hall];
    let [x, y] = plan.unit_at_m(k);
    if roofs {
        at([x, y], campus.buildings[plan.building].height_m + ROOF_M)
    } else {
        let edge = plan.rect.at_m[1] + (plan.rect.size_m[1] / 2.0 + 1.4) * side(campus, hall, k);
        at([x, edge], WALL_M)
    }
}

/// The side of its hall that a unit stands on: -1 south, 1 north.
pub(crate) fn side(campus: &Campus, hall: usize, k: usize) -> f64 {
    let plan = &campus.halls[hall];
    (plan.unit_at_m(k)[1] - plan.rect.at_m[1]).signum()
}

/// Whether a unit moves air.
pub(crate) fn runs(mode: UnitMode) -> bool {
    matches!(mode, UnitMode::Mixing | UnitMode::Free | UnitMode::Evaporative)
}

/// What a drawn building's units look like.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Look {
    /// In the strip, not on the roof.
    strip: bool,
    /// Their modes, if these colour them.
    modes: Option<Vec<UnitMode>>,
}

/// The units of a building.
#[derive(Component, Debug)]
struct Units {
    building: usize,
    look: Look,
}

/// What is seen on a unit on a roof: slats where it takes in air, on the outer side, and two fans on top.
fn fittings(foot: Vec3, size: Vec3, side: f32, color: Srgba, mesh: &mut Builder) {
    let z = -side * (size.z / 2.0 + 0.04);
    let p = |x: f32, y: f32| foot + Vec3::new(x * size.x * 0.46, y * size.y, z);
    mesh.quad(
        [p(-1.0, 0.18), p(1.0, 0.18), p(1.0, 0.9), p(-1.0, 0.9)],
        Surface::Louvre.of(shaded(color, 0.62)),
    );
    for fan in [-0.24, 0.24] {
        const SIDES: u32 = 8;
        let rim = (0..SIDES).map(|k| {
            let (sin, cos) = (k as f32 / SIDES as f32 * std::f32::consts::TAU).sin_cos();
            foot + Vec3::new(cos * 1.05, size.y + 0.04, fan * size.z + sin * 1.05)
        });
        mesh.polygon(&rim.collect::<Vec<_>>(), shaded(color, 0.42));
    }
}

/// The units of a building, and what is seen on them from near by.
fn mesh(campus: &Campus, building: usize, look: &Look) -> [Builder; 2] {
    let (mut mesh, mut fine) = (Builder::default(), Builder::default());
    let mut modes = look.modes.iter().flatten();
    for hall in campus.buildings[building].halls.clone() {
        let plan = &campus.halls[hall];
        let pitch = plan.rect.size_m[0] / (plan.units.len() as f64 / 2.0).ceil().max(1.0);
        for k in 0..plan.units.len() {
            let mode = modes.next();
            let color = mode.map_or(CASING, |mode| {
                let [r, g, b, _] = mode_color(*mode).to_array();
                Srgba::rgb_u8(r, g, b)
            });
            let tall = if mode.is_none_or(|mode| runs(*mode)) {
                1.0
            } else {
                STANDS
            };
            let size = if look.strip {
                Vec3::new(SIZE_M.x.min(pitch as f32 * 0.7), STRIP_M[0], STRIP_M[1])
            } else {
                SIZE_M
            };
            let foot = place(campus, hall, k, !look.strip);
            let size = size * Vec3::new(1.0, tall, 1.0);
            mesh.cuboid(foot, size, color);
            if !look.strip {
                fittings(foot, size, side(campus, hall, k) as f32, color, &mut fine);
            }
        }
    }
    [mesh, fine]
}

/// Draws the units of a building anew when they look different.
fn draw(
    mut commands: Commands,
    plan: Res<Plan>,
    halls: Res<HallColumns>,
    units: Res<AhuColumns>,
    roofs: Res<Roofs>,
    shown: Res<Shown>,
    parts: Res<Parts>,
    (still, as_of): (Res<Still>, Res<AsOf>),
    old: Query<(Entity, &Units, &Transform)>,
    mut meshes: ResMut<Assets<Mesh>>,
) {
    let campus = &*plan.0;
    let colored = shown.0 == Overlay::Units;
    // With the roofs lifted there are units to see only where they are asked for or air passes them.
    let strips = !roofs.0 && (colored || parts.shown(Part::Airflow));
    for (b, building) in campus.buildings.iter().enumerate() {
        let live = is_live(building, &halls.live);
        for strip in [false, true] {
            let wanted = live && (!strip || strips && as_of.is_now());
            let had = old
                .iter()
                .find(|(_, had, _)| had.building == b && had.look.strip == strip);
            let look = || {
                let all = building
                    .halls
                    .clone()
                    .flat_map(|h| units.mode[campus.halls[h].units.clone()].iter().copied());
                Look {
                    strip,
                    modes: colored.then(|| all.collect()),
                }
            };
            match had {
                Some((entity, ..)) if !wanted => commands.entity(entity).despawn(),
                // Roofs that are away are not drawn: theirs may wait until they come back.
                Some((_, had, _)) if !strip && !roofs.0 && had.look.modes.is_some() == colored => {}
                Some((_, had, _)) if had.look == look() => {}
                None if !wanted => {}
                _ => {
                    let look = look();
                    let transform = had.map_or(Transform::IDENTITY, |(_, _, transform)| *transform);
                    if let Some((entity, ..)) = had {
                        commands.entity(entity).despawn();
                    }
                    let [whole, fine] = mesh(campus, b, &look);
                    let material = MeshMaterial3d(still.ground.clone());
                    let mut entity = commands.spawn((
                        Mesh3d(meshes.add(whole.build())),
                        material.clone(),
                        Units { building: b, look },
                    ));
                    entity.insert(if strip { Transform::IDENTITY } else { transform });
                    if !strip {
                        let place = at(building.rect.at_m, building.height_m);
                        entity.insert(Roof).with_child((
                            Mesh3d(meshes.add(fine.build())),
                            material,
                            LodClass::Near(place),
                            Visibility::Hidden,
                        ));
                    }
                }
            }
        }
    }
}

/// Takes away the units of a campus that is gone.
fn clear(mut commands: Commands, old: Query<Entity, With<Units>>) {
    for entity in &old {
        commands.entity(entity).despawn();
    }
}

pub(crate) fn plugin(app: &mut App) {
    app.add_systems(Update, clear.run_if(moved));
    app.add_systems(PostUpdate, draw);
}
