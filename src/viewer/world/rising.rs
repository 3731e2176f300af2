//! The campus as a plan has it on a date: ground, steel, shells, lit halls, and racks as far as they are installed.

use bevy::prelude::*;
use rainier::growth::Phase;
use rainier::sim::twin::Plan;
use rainier::site::Campus;

use crate::panels::growth::{Growth, Planned};
use crate::panels::jobs::{ABSENT, LIT, UNLIT};
use crate::panels::parts::{Part, Parts};
use crate::panels::timeline::Timeline;
use crate::selection::Roofs;
use crate::world::materials::{Cut, GroundMaterial, Light};
use crate::world::meshes::{Builder, at};
use crate::world::scene::{EARTH, GRAVEL, Hour, ROOF, SLAB, Shell, WALL, WALL_M, moved, shell, slab};

/// Days before its steel in which the ground of a building is prepared.
const GROUND_DAYS: f64 = 75.0;

/// Steps in which a shell rises: it is drawn anew at each.
const STEPS: f64 = 40.0;

/// Steel in its primer.
const PRIMED: Srgba = Srgba::rgb(0.74, 0.40, 0.28);

/// How far a building has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Its outline on the ground.
    Field,
    /// Ground prepared.
    Ground,
    /// Steel and shell go up: so many steps.
    Rising(u8),
    /// A shell without power.
    Standing,
    /// With power.
    Lit,
}

/// A building on the date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Look {
    stage: Stage,
    /// Racks installed, thousandths.
    racks: u16,
}

/// The campus on the date that is looked at; none while it is looked at as it is now.
#[derive(Resource, Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct AsOf(pub(crate) Option<Vec<Look>>);

impl AsOf {
    /// Whether the campus is shown as it is in the simulation.
    pub(crate) fn is_now(&self) -> bool {
        self.0.is_none()
    }

    /// Whether a building has any racks on the date.
    pub(crate) fn has_racks(&self, building: usize) -> bool {
        let looks = self.0.as_deref().unwrap_or_default();
        looks.get(building).is_some_and(|look| look.racks > 0)
    }

    /// Numbers of the colours of all racks.
    pub(crate) fn codes(&self, campus: &Campus) -> Vec<u8> {
        let looks = self.0.as_deref().unwrap_or_default();
        let mut codes = vec![ABSENT; campus.racks()];
        for (building, look) in campus.buildings.iter().zip(looks) {
            // Halls fill together, row by row.
            for hall in building.halls.clone() {
                let racks = campus.halls[hall].racks.clone();
                let there = racks.len() * usize::from(look.racks) / 1000;
                let code = if look.stage == Stage::Lit { LIT } else { UNLIT };
                codes[racks.start..racks.start + there].fill(code);
            }
        }
        codes
    }
}

fn looks(campus: &Campus, planned: &Planned, timeline: &Timeline) -> Vec<Look> {
    let date = timeline.date(planned);
    let day = planned.day_of(date);
    let states = planned.course.phases_at(date);
    let look = |building: &rainier::site::campus::Building| {
        let found = states.iter().position(|state| state.number == building.number);
        let Some(b) = found else {
            return Look {
                stage: Stage::Field,
                racks: 0,
            };
        };
        let starts = planned.day_of(planned.course.buildings[b].started);
        let stage = match states[b].phase {
            Phase::NotStarted if day >= starts - GROUND_DAYS => Stage::Ground,
            Phase::NotStarted => Stage::Field,
            Phase::Rising(share) => Stage::Rising((share * STEPS) as u8),
            Phase::Standing => Stage::Standing,
            Phase::Energised => Stage::Lit,
        };
        Look {
            stage,
            racks: (states[b].racks_share * 1000.0) as u16,
        }
    };
    campus.buildings.iter().map(look).collect()
}

fn set(parts: Res<Parts>, plan: Res<Plan>, growth: Res<Growth>, timeline: Res<Timeline>, mut as_of: ResMut<AsOf>) {
    let planned = growth.planned.as_ref().filter(|planned| planned.here);
    let looked_at = match planned {
        Some(planned) if parts.shown(Part::Timeline) => Some(looks(&plan.0, planned, &timeline)),
        _ => None,
    };
    as_of.set_if_neq(AsOf(looked_at));
}

/// A building on the date.
#[derive(Component, Debug)]
struct Risen {
    building: usize,
    stage: Stage,
    roofs: bool,
}

/// The frame of a hall's length: columns, and beams over the bays that stand.
fn steel(campus: &Campus, b: usize, share: f64, mesh: &mut Builder) {
    const BAY_M: f64 = 14.0;
    let building = &campus.buildings[b];
    let [w, d] = building.rect.size_m;
    let (bays, aisles) = ((w / BAY_M).ceil().max(1.0), (d / 24.0).ceil().max(1.0));
    let stand = (share * bays).floor();
    let height = building.height_m as f32;
    let place = |i: f64, j: f64| {
        let [x, y] = building.rect.at_m;
        [x + (i / bays - 0.5) * w, y + (j / aisles - 0.5) * d]
    };
    for i in 0..=stand as u32 {
        for j in 0..=aisles as u32 {
            let foot = at(place(f64::from(i), f64::from(j)), 0.3);
            mesh.cuboid(foot, Vec3::new(1.2, height, 1.2), PRIMED);
        }
        let beam = at(place(f64::from(i), aisles / 2.0), building.height_m - 0.6);
        mesh.cuboid(beam, Vec3::new(1.1, 1.3, d as f32), PRIMED);
    }
    for j in 0..=aisles as u32 {
        let length = stand / bays * w;
        if length > 1.0 {
            let [x, y] = place(stand / 2.0, f64::from(j));
            mesh.cuboid(
                at([x, y], building.height_m - 0.6),
                Vec3::new(length as f32, 1.3, 1.1),
                PRIMED,
            );
        }
    }
}

fn mesh(campus: &Campus, b: usize, stage: Stage, roofs: bool) -> Mesh {
    let mut mesh = Builder::default();
    let building = &campus.buildings[b];
    let rect = &building.rect;
    let [w, d] = rect.size_m.map(|m| m / 2.0);
    let ring = |grow: f64| {
        [[-w, -d], [w, -d], [w, d], [-w, d], [-w, -d]].map(|[x, y]| {
            let out = |v: f64| v + grow * v.signum();
            [rect.at_m[0] + out(x), rect.at_m[1] + out(y)]
        })
    };
    match stage {
        Stage::Field => {
            // Pegged out.
            let pegs: Vec<Vec3> = ring(0.0).iter().map(|p| at(*p, 0.16)).collect();
            mesh.strip(&pegs, 2.0, Srgba::rgb(0.72, 0.70, 0.58));
        }
        Stage::Ground => slab(rect, 14.0, 0.14, EARTH, &mut mesh),
        Stage::Rising(steps) => {
            let share = f64::from(steps) / STEPS;
            slab(rect, 14.0, 0.14, EARTH, &mut mesh);
            slab(rect, 0.0, 0.3, SLAB, &mut mesh);
            for hall in building.halls.clone() {
                slab(&campus.halls[hall].rect, 0.0, 0.38, GRAVEL, &mut mesh);
            }
            // Steel bay by bay, then walls from the ground, then the roof from one end.
            steel(campus, b, (share / 0.55).min(1.0), &mut mesh);
            let full = if roofs { building.height_m } else { WALL_M };
            let high = ((share - 0.35) / 0.5).clamp(0.0, 1.0) * full;
            if high > 0.2 {
                let corners: Vec<Vec3> = ring(0.1).iter().map(|p| at(*p, 0.0)).collect();
                mesh.wall(&corners, high as f32, WALL);
            }
            let decked = ((share - 0.6) / 0.4).clamp(0.0, 1.0) * 2.0 * w;
            if roofs && decked > 1.0 {
                let middle = [rect.at_m[0] - w + decked / 2.0, rect.at_m[1]];
                let size = Vec3::new(decked as f32, 0.6, 2.0 * d as f32);
                mesh.cuboid(at(middle, building.height_m), size, dull(ROOF));
            }
        }
        Stage::Standing | Stage::Lit => {
            let lit = stage == Stage::Lit;
            shell(campus, building, if lit { Shell::Lit } else { Shell::Unlit }, &mut mesh);
            let high = if roofs {
                let size = Vec3::new(2.0 * w as f32, (building.height_m - WALL_M) as f32, 2.0 * d as f32);
                let (wall, roof) = if lit { (WALL, ROOF) } else { (dull(WALL), dull(ROOF)) };
                mesh.cuboid(at(rect.at_m, WALL_M), size, wall);
                let size = Vec3::new(size.x * 0.99, 0.6, size.z * 0.98);
                mesh.cuboid(at(rect.at_m, building.height_m), size, roof);
                building.height_m + 0.7
            } else {
                WALL_M + 0.1
            };
            if lit {
                // A line of light around it, bright by night as by day.
                let light = Srgba::rgb(1.5, 1.25, 0.75);
                let edge: Vec<Vec3> = ring(-1.0).iter().map(|p| at(*p, high)).collect();
                mesh.strip(&edge, 2.4, light);
                let foot: Vec<Vec3> = ring(0.3).iter().map(|p| at(*p, high - 2.4)).collect();
                mesh.wall(&foot, 1.6, light);
            }
        }
    }
    mesh.build()
}

/// A colour of something without light.
fn dull(color: Srgba) -> Srgba {
    Srgba::new(color.red * 0.62, color.green * 0.63, color.blue * 0.66, color.alpha)
}

/// Draws the buildings that look different from those that are drawn.
fn draw(
    mut commands: Commands,
    plan: Res<Plan>,
    as_of: Res<AsOf>,
    roofs: Res<Roofs>,
    hour: Res<Hour>,
    old: Query<(Entity, &Risen)>,
    mut meshes: ResMut<Assets<Mesh>>,
    mut materials: ResMut<Assets<GroundMaterial>>,
) {
    if !as_of.is_changed() && !roofs.is_changed() {
        return;
    }
    let looks = as_of.0.as_deref().unwrap_or_default();
    for (entity, risen) in &old {
        let same = |look: &Look| look.stage == risen.stage && roofs.0 == risen.roofs;
        if !looks.get(risen.building).is_some_and(same) {
            commands.entity(entity).despawn();
        }
    }
    for (b, look) in looks.iter().enumerate().take(plan.0.buildings.len()) {
        let there = old
            .iter()
            .any(|(_, r)| r.building == b && r.stage == look.stage && r.roofs == roofs.0);
        if there {
            continue;
        }
        let light = Light {
            sun: hour.sun,
            haze: hour.haze,
        };
        commands.spawn((
            Risen {
                building: b,
                stage: look.stage,
                roofs: roofs.0,
            },
            Mesh3d(meshes.add(mesh(&plan.0, b, look.stage, roofs.0))),
            MeshMaterial3d(materials.add(GroundMaterial {
                light,
                cut: Cut::default(),
            })),
        ));
    }
}

/// Takes away the buildings of a campus that is gone.
fn clear(mut commands: Commands, mut as_of: ResMut<AsOf>, old: Query<Entity, With<Risen>>) {
    as_of.0 = None;
    for entity in &old {
        commands.entity(entity).despawn();
    }
}

pub(crate) fn plugin(app: &mut App) {
    app.init_resource::<AsOf>();
    app.add_systems(Update, clear.run_if(moved));
    app.add_systems(PostUpdate, (set, draw).chain().before(crate::world::racks::upload));
}
