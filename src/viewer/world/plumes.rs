//! Air that rises over buildings: warm air and vapour from their roofs, exhaust of gensets that run; and the light of
//! lamps on the ground by night.

use bevy::asset::RenderAssetUsages;
use bevy::camera::visibility::NoFrustumCulling;
use bevy::mesh::Indices;
use bevy::prelude::*;
use bevy::render::render_resource::PrimitiveTopology;
use rainier::num::uniform;
use rainier::sim::HallColumns;
use rainier::sim::power::gensets::Gensets;
use rainier::sim::twin::Plan;
use rainier::sim::weather::Outside;
use rainier::site::Campus;

use crate::quality::Quality;
use crate::selection::Roofs;
use crate::world::materials::{PlumeLook, PlumeMaterial};
use crate::world::meshes::at;
use crate::world::rising::AsOf;
use crate::world::scene::{Hour, ROOF_M, moved};
use crate::world::yards;

/// Kinds of patches, as the shader numbers them.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Heat = 0,
    Vapour = 1,
    Exhaust = 2,
    Lamp = 3,
}

/// Heat that a roof gives off where its plume is drawn in full, W/m² of halls: a hall of air-cooled racks at full load.
const FULL_W_M2: f64 = 4_000.0;

/// Heat that goes with evaporated water, J/kg.
const EVAPORATION_J_KG: f64 = 2.45e6;

/// Patches over a roof of each kind, and over a genset.
const OVER_ROOF: u32 = 18;
const OVER_GENSET: u32 = 2;

/// Distance between lamps along a building, m.
const LAMPS_M: f64 = 25.0;

/// The air over a building.
#[derive(Component, Debug)]
struct Plume(usize);

/// Patches under construction.
#[derive(Default)]
struct Patches {
    positions: Vec<[f32; 3]>,
    patches: Vec<[f32; 4]>,
    indices: Vec<u32>,
}

impl Patches {
    fn add(&mut self, place: Vec3, kind: Kind, begins: f32, size_m: f32) {
        let first = self.positions.len() as u32;
        for corner in 0..4_u8 {
            self.positions.push(place.to_array());
            self.patches
                .push([f32::from(kind as u8), f32::from(corner), begins, size_m]);
        }
        self.indices.extend([0, 1, 2, 0, 2, 3].map(|k| first + k));
    }

    fn of(campus: &Campus, b: usize) -> Self {
        let building = &campus.buildings[b];
        let rect = &building.rect;
        let mut all = Self::default();
        let key = b as u64;
        let size = (rect.size_m[0].min(rect.size_m[1]) * 0.16) as f32;
        for kind in [Kind::Heat, Kind::Vapour] {
            for k in 0..OVER_ROOF {
                let any = |stream: u64| uniform(key, stream + kind as u64 * 8, k.into());
                let place =
                    [0, 1].map(|axis| rect.at_m[axis] + rect.size_m[axis] * 0.86 * (any(120 + axis as u64) - 0.5));
                let up_m = building.height_m + ROOF_M + f64::from(size) * 0.25;
                let begins = (f64::from(k) + 0.6 * any(122)) / f64::from(OVER_ROOF);
                all.add(at(place, up_m), kind, begins as f32, size);
            }
        }
        let (gensets, _) = yards::gensets(building);
        for (g, foot) in (0_u64..).zip(gensets) {
            for k in 0..OVER_GENSET {
                let begins = (uniform(key, 140, g) as f32 + k as f32 / OVER_GENSET as f32).fract();
                all.add(foot + Vec3::new(0.0, 7.4, -4.4), Kind::Exhaust, begins, 2.6);
            }
        }
        // Lamps along the long sides.
        let [w, d] = rect.size_m;
        let lamps = (w / LAMPS_M).floor().max(1.0);
        for k in 0..=lamps as u32 {
            for side in [-1.0, 1.0] {
                let x = rect.at_m[0] + (f64::from(k) / lamps - 0.5) * w;
                let place = [x, rect.at_m[1] + side * (d / 2.0 + 8.0)];
                all.add(at(place, 0.24), Kind::Lamp, 0.0, 11.0);
            }
        }
        all
    }

    fn build(self) -> Mesh {
        Mesh::new(PrimitiveTopology::TriangleList, RenderAssetUsages::RENDER_WORLD)
            .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, self.positions)
            .with_inserted_attribute(Mesh::ATTRIBUTE_COLOR, self.patches)
            .with_inserted_indices(Indices::U32(self.indices))
    }
}

/// Makes the air over the buildings of a campus.
fn build(
    mut commands: Commands,
    plan: Res<Plan>,
    old: Query<Entity, With<Plume>>,
    mut meshes: ResMut<Assets<Mesh>>,
    mut materials: ResMut<Assets<PlumeMaterial>>,
) {
    for entity in &old {
        commands.entity(entity).despawn();
    }
    for b in 0..plan.0.buildings.len() {
        let look = PlumeLook {
            much: Vec4::ZERO,
            wind: Vec4::ZERO,
            lit: Vec4::ONE,
            haze: Vec4::ZERO,
        };
        commands.spawn((
            Plume(b),
            Mesh3d(meshes.add(Patches::of(&plan.0, b).build())),
            MeshMaterial3d(materials.add(PlumeMaterial { look })),
            NoFrustumCulling,
            Visibility::Hidden,
        ));
    }
}

/// A share that is drawn, in steps so small that none is seen.
fn step(share: f64) -> f32 {
    const STEPS: f64 = 64.0;
    if share.is_finite() {
        ((share.clamp(0.0, 1.0) * STEPS).round() / STEPS) as f32
    } else {
        0.0
    }
}

/// How much rises over a building: heat, vapour and exhaust.
fn rising(campus: &Campus, b: usize, halls: &HallColumns, gensets: &Gensets) -> [f32; 3] {
    let range = campus.buildings[b].halls.clone();
    let area: f64 = range
        .clone()
        .map(|h| campus.halls[h].rect.size_m[0] * campus.halls[h].rect.size_m[1])
        .sum();
    let sum = |column: &[f64]| column.get(range.clone()).map_or(0.0, |halls| halls.iter().sum::<f64>());
    let full_w = FULL_W_M2 * area.max(1.0);
    let water_w = (sum(&halls.media_evaporated_kg_s) + sum(&halls.tower_evaporated_kg_s)) * EVAPORATION_J_KG;
    let (mut on, mut all) = (0, 0);
    for (plant, state) in campus.power.gensets.iter().zip(&gensets.plants) {
        if plant.building == b {
            (on, all) = (on + state.on_bus(), all + plant.units);
        }
    }
    let running = f64::from(on) / f64::from(all.max(1));
    [
        step((sum(&halls.heat_out_w) + sum(&halls.heat_rejected_w)) / full_w),
        step(water_w / full_w),
        step(running),
    ]
}

/// Lets as much rise as the simulation has it.
fn rise(
    plan: Res<Plan>,
    halls: Res<HallColumns>,
    gensets: Option<Res<Gensets>>,
    outside: Res<Outside>,
    (hour, quality, roofs, as_of): (Res<Hour>, Res<Quality>, Res<Roofs>, Res<AsOf>),
    mut plumes: Query<(&Plume, &MeshMaterial3d<PlumeMaterial>, &mut Visibility)>,
    mut materials: ResMut<Assets<PlumeMaterial>>,
) {
    let rest = Gensets::default();
    let gensets = gensets.as_deref().unwrap_or(&rest);
    let on_roofs = f32::from(u8::from(roofs.0 && quality.detail()));
    for (plume, material, mut visibility) in &mut plumes {
        if plume.0 >= plan.0.buildings.len() {
            continue;
        }
        let [heat, vapour, exhaust] = rising(&plan.0, plume.0, &halls, gensets);
        let live = plan.0.buildings[plume.0]
            .halls
            .clone()
            .any(|h| halls.live.get(h).copied().unwrap_or(false));
        let lamps = if live {
            (hour.night() * 16.0).round() / 16.0
        } else {
            0.0
        };
        let much = Vec4::new(heat * on_roofs, vapour * on_roofs, exhaust, lamps);
        let look = PlumeLook {
            much,
            // From the west-south-west, as most wind there is: the weather has no direction.
            wind: Vec4::new(0.9, -0.4, 0.0, 0.0) * (outside.wind_m_s as f32).clamp(0.5, 12.0).round(),
            lit: hour.on_level().min(Vec3::splat(1.1)).extend(0.0),
            haze: hour.haze,
        };
        let seen = as_of.is_now() && much.max_element() > 0.0;
        visibility.set_if_neq(if seen {
            Visibility::Inherited
        } else {
            Visibility::Hidden
        });
        let same = materials.get(&material.0).is_none_or(|known| known.look == look);
        if !same && let Some(mut known) = materials.get_mut(&material.0) {
            known.look = look;
        }
    }
}

pub(crate) fn plugin(app: &mut App) {
    app.add_systems(Startup, build);
    app.add_systems(Update, build.run_if(moved));
    app.add_systems(PostUpdate, rise);
}
