//! The route of power to what is selected, drawn in 3D: from the 345 kV lines over substation, ring and transformer to
//! the busways, one colour a line-up; paths without voltage are grey.

use bevy::prelude::*;
use rainier::sim::power::grid::Grid;
use rainier::sim::twin::Plan;
use rainier::site::Campus;
use rainier::site::campus::{Found, PowerKind};
use rainier::site::pick::FLOOR_M;

use crate::selection::Selection;
use crate::world::meshes::{Builder, Surface, at};
use crate::world::sky::Still;

/// Colours of line-ups, in the order of a building's line-ups.
const LINEUPS: [Srgba; 4] = [
    Srgba::rgb(0.15, 0.85, 0.95),
    Srgba::rgb(0.98, 0.72, 0.20),
    Srgba::rgb(0.62, 0.95, 0.45),
    Srgba::rgb(0.95, 0.50, 0.85),
];
const DEAD: Srgba = Srgba::rgb(0.42, 0.44, 0.48);

/// Width of the broadest part of a route, as a share of its building's length.
const BROAD: f64 = 0.008;

/// The drawn route.
#[derive(Component)]
struct Route;

/// What the drawn route was made for.
#[derive(Resource, Default, PartialEq, Clone)]
struct Drawn {
    selection: Option<Found>,
    energised: Vec<bool>,
}

/// Where a node stands: east, north and up, m.
pub(crate) fn position(campus: &Campus, node: usize) -> Option<([f64; 2], f64)> {
    let plan = &campus.power;
    let of = &plan.nodes[node];
    let building = of.building.map(|b| &campus.buildings[b as usize]);
    let place = |kind: PowerKind| {
        let same = |n: &(usize, &rainier::site::campus::PowerNode)| n.1.kind == kind && n.1.building == of.building;
        let all: Vec<usize> = plan.nodes.iter().enumerate().filter(same).map(|(n, _)| n).collect();
        let k = all.iter().position(|n| *n == node)?;
        Some((k as f64 + 0.5) / all.len() as f64 - 0.5)
    };
    match of.kind {
        PowerKind::Utility | PowerKind::Genset => None,
        PowerKind::MainTransformer => {
            let substation = of.name.split('/').next()?;
            let rect = &campus.substations.iter().find(|s| s.name == substation)?.rect;
            let side = if place(PowerKind::MainTransformer)? * 2.0 % 1.0 < 0.0 {
                -0.25
            } else {
                0.25
            };
            Some((
                [
                    rect.at_m[0] + side * rect.size_m[0],
                    rect.at_m[1] - 0.18 * rect.size_m[1],
                ],
                7.5,
            ))
        }
        PowerKind::RingMain | PowerKind::Lineup => {
            let rect = &building?.rect;
            // Ring and line-up share a switch room at the north side, A to the west and B to the east.
            let x = place(of.kind)? * 0.9;
            Some((
                [
                    rect.at_m[0] + x * rect.size_m[0],
                    rect.at_m[1] + rect.size_m[1] / 2.0 + 14.0,
                ],
                2.5,
            ))
        }
        PowerKind::UnitTransformer | PowerKind::Switchboard => {
            let rect = &building?.rect;
            let x = place(of.kind)?;
            Some((
                [
                    rect.at_m[0] + x * rect.size_m[0],
                    rect.at_m[1] + rect.size_m[1] / 2.0 + 6.0,
                ],
                3.0,
            ))
        }
        PowerKind::Busway => {
            let row = plan.cords.iter().position(|cords| cords.contains(&(node as u32)))?;
            let racks = &campus.rows[row].racks;
            let k = plan.cords[row].iter().position(|cord| *cord as usize == node)?;
            let [x, y] = campus.rack_at_m(racks.end - 1);
            Some(([x + 0.35 * (k as f64 - 0.5), y + 1.0], FLOOR_M + 2.6))
        }
    }
}

/// The rows that a selection is about; a whole building shows its line-ups only.
fn cords_of(campus: &Campus, found: Found) -> Vec<u32> {
    match found {
        Found::Building(b) => {
            let lineups = campus.power.nodes.iter().enumerate();
            let own = |(_, node): &(usize, &rainier::site::campus::PowerNode)| {
                node.kind == PowerKind::Lineup && node.building == Some(b as u32)
            };
            lineups.filter(own).map(|(n, _)| n as u32).collect()
        }
        other => {
            let racks = campus.racks_of(other);
            let rows = campus.rack_row[racks.start] as usize..campus.rack_row[racks.end - 1] as usize + 1;
            rows.flat_map(|row| campus.power.cords[row].clone()).collect()
        }
    }
}

/// A corridor along two points: first north-south, then east-west, as cables are laid, then up or down.
fn corridor(mesh: &mut Builder, from: ([f64; 2], f64), to: ([f64; 2], f64), width_m: f32, color: Srgba) {
    let corner = ([from.0[0], to.0[1]], from.1.max(to.1));
    let points = [at(from.0, from.1), at(corner.0, corner.1), at(to.0, to.1)];
    mesh.strip(&points, width_m, color);
    let half = Vec3::Y * (width_m * 0.5);
    let raised: Vec<Vec3> = points.iter().map(|p| *p - half).collect();
    mesh.wall(&raised, width_m, color);
}

fn route(campus: &Campus, grid: &Grid, found: Found) -> Mesh {
    let plan = &campus.power;
    // It glows: its colours say what it is by day and by night.
    let mut mesh = Builder::of(Surface::Lamp);
    let mut done = std::collections::BTreeSet::new();
    for cord in cords_of(campus, found) {
        let mut node = cord as usize;
        let lineup_name = plan.nodes[node].name.rsplit('/').next().unwrap_or_default().to_owned();
        let building = plan.nodes[node].building.map_or(0, |b| b as usize);
        let k = campus.buildings[building]
            .lineups
            .iter()
            .position(|name| *name == lineup_name)
            .unwrap_or(0);
        // As broad as can be seen with the whole building, and no broader.
        let rect = &campus.buildings[building].rect;
        let broad_m = (rect.size_m[0].max(rect.size_m[1]) * BROAD).clamp(0.3, 2.2) as f32;
        let live = if grid.energised[node] {
            LINEUPS[k % LINEUPS.len()]
        } else {
            DEAD
        };
        if plan.nodes[node].kind == PowerKind::Busway
            && let Some(row) = plan.cords.iter().position(|cords| cords.contains(&cord))
            && let Some((end, up)) = position(campus, node)
        {
            let start = campus.rack_at_m(campus.rows[row].racks.start);
            corridor(&mut mesh, ([end[0], start[1]], up), (end, up), 0.25, live);
        }
        while let Some(above) = grid.above(plan, node) {
            if !done.insert((node, above)) {
                break;
            }
            let width_m = match plan.nodes[node].kind {
                PowerKind::Busway => 0.35_f32.min(broad_m),
                PowerKind::Switchboard | PowerKind::UnitTransformer => 0.7_f32.min(broad_m),
                _ => broad_m,
            };
            let color = if grid.energised[above] && grid.usable(node, grid.source[node] as usize) {
                live
            } else {
                DEAD
            };
            // Sides that share a corridor lie one over the other.
            let over = |place: Option<([f64; 2], f64)>| place.map(|(at_m, up)| (at_m, up + 0.4 * k as f64));
            match (over(position(campus, node)), over(position(campus, above))) {
                (Some(to), Some(from)) => corridor(&mut mesh, from, to, width_m, color),
                // The lines come to the substation from above, the gensets stand across the building.
                (Some((to, up)), None) if plan.nodes[above].kind == PowerKind::Utility => {
                    corridor(&mut mesh, (to, 34.0), (to, up), width_m, color);
                }
                (Some(to), None) => {
                    let rect = &campus.buildings[building].rect;
                    let yard = [to.0[0], rect.at_m[1] - rect.size_m[1] / 2.0 - 13.0];
                    corridor(&mut mesh, (yard, 8.0), to, width_m, color);
                }
                _ => {}
            }
            node = above;
        }
    }
    mesh.build()
}

fn draw(
    mut commands: Commands,
    plan: Res<Plan>,
    grid: Res<Grid>,
    still: Res<Still>,
    selection: Res<Selection>,
    mut drawn: ResMut<Drawn>,
    old: Query<Entity, With<Route>>,
    mut meshes: ResMut<Assets<Mesh>>,
) {
    let same = drawn.selection == selection.0 && (selection.0.is_none() || drawn.energised == grid.energised);
    if same && !plan.is_changed() {
        return;
    }
    *drawn = Drawn {
        selection: selection.0,
        energised: grid.energised.clone(),
    };
    for entity in &old {
        commands.entity(entity).despawn();
    }
    let Some(found) = selection.0 else { return };
    commands.spawn((
        Route,
        Mesh3d(meshes.add(route(&plan.0, &grid, found))),
        MeshMaterial3d(still.ground.clone()),
    ));
}

pub(crate) fn plugin(app: &mut App) {
    app.init_resource::<Drawn>();
    app.add_systems(PostUpdate, draw);
}
