//! A plane through the air of halls, coloured by its temperature: cold aisles, racks and hot aisles.
//!
//! The model knows the air of each rack at its inlet and its outlet, and of each aisle, but not by height; the plane
//! shows the same air at any height, and its height only says what stands above it.

use bevy::asset::RenderAssetUsages;
use bevy::image::ImageSampler;
use bevy::mesh::Indices;
use bevy::prelude::*;
use bevy::render::render_resource::{Extent3d, PrimitiveTopology, TextureDimension, TextureFormat};
use rainier::overlay::AIR_C;
use rainier::sim::clock::Clock;
use rainier::sim::twin::Plan;
use rainier::sim::{HallColumns, RackColumns, RowColumns};
use rainier::site::Campus;
use rainier::site::pick::FLOOR_M;

use crate::navigation::keys::Presses;
use crate::panels::parts::{Part, Parts};
use crate::selection::Selection;
use crate::world::colors::MAP;
use crate::world::materials::{Cut, SliceLook, SliceMaterial};
use crate::world::racks::map_stops;
use crate::world::scene::Hour;

/// Which way the air goes through racks: from the west (-1) to the east (+1). The site's file says that rows run
/// north-south, not to which side they breathe: an assumption for all halls, and the only place where it is made.
pub(crate) const AIR_EAST: f64 = 1.0;

/// Lowest and highest plane above the floor, m.
pub(crate) const HEIGHT_M: [f32; 2] = [0.0, 3.0];

/// A step of the keys, m.
const STEP_M: f32 = 0.25;

/// How far the plane reaches past the ends of rows, m.
const MARGIN_M: f64 = 1.0;

/// Texels a rack: cold aisle, inlet, outlet, hot aisle.
const ACROSS: usize = 4;

/// A line of equal temperature every so many K.
const LINE_K: f32 = 2.5;

/// Height of the plane above the floor, m.
#[derive(Resource, Debug, Clone, Copy, PartialEq)]
pub(crate) struct Height(pub(crate) f32);

/// A hall's plane.
#[derive(Component, Debug, Clone)]
struct Plane {
    hall: usize,
    image: Handle<Image>,
    material: Handle<SliceMaterial>,
}

/// What the planes were made for: halls, and the tick in their textures.
#[derive(Resource, Debug, Default)]
struct Drawn {
    halls: Vec<usize>,
    tick: Option<u64>,
}

/// Halls that are shown and live; none while the part is off.
pub(crate) fn shown(part: Part, parts: &Parts, selection: &Selection, campus: &Campus, live: &[bool]) -> Vec<usize> {
    let halls = if parts.shown(part) {
        selection.halls(campus)
    } else {
        0..0
    };
    let of_use = |h: &usize| live.get(*h).copied().unwrap_or(false) && !campus.halls[*h].racks.is_empty();
    halls.filter(of_use).collect()
}

/// Racks of the longest row of a hall.
fn longest_row(campus: &Campus, hall: usize) -> usize {
    let rows = campus.halls[hall].rows.clone();
    rows.map(|r| campus.rows[r].racks.len()).max().unwrap_or(0)
}

/// The plane over the rows of a hall, at the floor.
fn mesh(campus: &Campus, hall: usize) -> Mesh {
    let plan = &campus.halls[hall];
    let [row_m, rack_m] = plan.pitch_m;
    let (rows, racks) = (plan.rows.len() as f64, longest_row(campus, hall) as f64);
    let [x, y] = campus.rows[plan.rows.start].first_m;
    let (west, south) = (x - row_m / 2.0, y - rack_m / 2.0 - MARGIN_M);
    let (east, north) = (west + rows * row_m, south + racks * rack_m + 2.0 * MARGIN_M);
    let texels = ACROSS as f64 * rows;
    let over = MARGIN_M / rack_m;
    let corner = |at: [f64; 2], texel: [f64; 2]| {
        (
            crate::world::meshes::at(at, 0.0).to_array(),
            [texel[0] as f32, texel[1] as f32],
        )
    };
    let corners = [
        corner([west, south], [0.0, -over]),
        corner([east, south], [texels, -over]),
        corner([east, north], [texels, racks + over]),
        corner([west, north], [0.0, racks + over]),
    ];
    let (positions, texels): (Vec<_>, Vec<_>) = corners.into_iter().unzip();
    Mesh::new(PrimitiveTopology::TriangleList, RenderAssetUsages::RENDER_WORLD)
        .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, positions)
        .with_inserted_attribute(Mesh::ATTRIBUTE_UV_0, texels)
        .with_inserted_indices(Indices::U32(vec![0, 1, 2, 0, 2, 3]))
}

/// Texels of a hall, row of racks by row of racks from the south: see the shader.
fn fill(data: &mut [u8], campus: &Campus, hall: usize, rows: &RowColumns, racks: &RackColumns, hot_aisle_c: f64) {
    let [low, high] = AIR_C.map(f64::from);
    // What is not a number becomes 0.
    let byte = |t_c: f64| ((t_c - low) / (high - low) * 255.0).clamp(0.0, 255.0) as u8;
    let plan = &campus.halls[hall];
    let width = ACROSS * plan.rows.len();
    let longest = longest_row(campus, hall);
    for (r, row) in plan.rows.clone().enumerate() {
        let Some(last) = campus.rows[row].racks.clone().last() else {
            continue;
        };
        let supply_c = rows.supply_c.get(row).copied().unwrap_or(f64::NAN);
        for k in 0..longest {
            let rack = (campus.rows[row].racks.start + k).min(last);
            // Behind a rack the hot aisle is half its own air and half that of the whole aisle.
            let behind_c = 0.5 * (racks.outlet_c[rack] + hot_aisle_c);
            let mut air = [supply_c, f64::from(racks.inlet_c[rack]), racks.outlet_c[rack], behind_c].map(byte);
            if AIR_EAST < 0.0 {
                air.reverse();
            }
            let first = k * width + r * ACROSS;
            if let Some(texels) = data.get_mut(first..first + ACROSS) {
                texels.copy_from_slice(&air);
            }
        }
    }
}

fn draw(
    mut commands: Commands,
    plan: Res<Plan>,
    halls: Res<HallColumns>,
    selection: Res<Selection>,
    parts: Res<Parts>,
    hour: Res<Hour>,
    mut drawn: ResMut<Drawn>,
    old: Query<Entity, With<Plane>>,
    mut meshes: ResMut<Assets<Mesh>>,
    mut images: ResMut<Assets<Image>>,
    mut materials: ResMut<Assets<SliceMaterial>>,
) {
    let campus = &*plan.0;
    let wanted = shown(Part::Slice, &parts, &selection, campus, &halls.live);
    if drawn.halls == wanted && !plan.is_changed() {
        return;
    }
    for entity in &old {
        commands.entity(entity).despawn();
    }
    for hall in &wanted {
        let (rows, racks) = (campus.halls[*hall].rows.len(), longest_row(campus, *hall));
        let mut image = Image::new_fill(
            Extent3d {
                width: (ACROSS * rows).max(1) as u32,
                height: racks.max(1) as u32,
                depth_or_array_layers: 1,
            },
            TextureDimension::D2,
            &[0],
            TextureFormat::R8Unorm,
            RenderAssetUsages::MAIN_WORLD | RenderAssetUsages::RENDER_WORLD,
        );
        image.sampler = ImageSampler::nearest();
        let image = images.add(image);
        let look = SliceLook {
            grid: Vec4::new(rows as f32, racks as f32, (AIR_C[1] - AIR_C[0]) / LINE_K, 0.0),
            haze: hour.haze,
            map: map_stops(MAP),
        };
        let material = materials.add(SliceMaterial {
            look,
            air: image.clone(),
            cut: Cut::default(),
        });
        commands.spawn((
            Plane {
                hall: *hall,
                image,
                material: material.clone(),
            },
            Mesh3d(meshes.add(mesh(campus, *hall))),
            MeshMaterial3d(material),
            Transform::IDENTITY,
        ));
    }
    *drawn = Drawn {
        halls: wanted,
        tick: None,
    };
}

/// Writes the air of a new tick, and moves the planes.
fn update(
    plan: Res<Plan>,
    clock: Res<Clock>,
    halls: Res<HallColumns>,
    rows: Res<RowColumns>,
    racks: Res<RackColumns>,
    height: Res<Height>,
    hour: Res<Hour>,
    mut drawn: ResMut<Drawn>,
    mut planes: Query<(&Plane, &mut Transform)>,
    mut images: ResMut<Assets<Image>>,
    mut materials: ResMut<Assets<SliceMaterial>>,
) {
    let due = drawn.tick != Some(clock.tick) && !planes.is_empty();
    for (plane, mut transform) in &mut planes {
        let y = FLOOR_M as f32 + height.0;
        if transform.translation.y != y {
            transform.translation.y = y;
        }
        if due
            && let Some(mut image) = images.get_mut(&plane.image)
            && let Some(data) = image.data.as_mut()
        {
            fill(data, &plan.0, plane.hall, &rows, &racks, halls.hot_aisle_c[plane.hall]);
        }
        if (due || hour.is_changed())
            && let Some(mut material) = materials.get_mut(&plane.material)
        {
            material.look.haze = hour.haze;
        }
    }
    if due {
        drawn.tick = Some(clock.tick);
    }
}

/// Page keys: higher and lower.
fn keys(presses: Res<Presses>, mut height: ResMut<Height>) {
    let step = f32::from(presses.plain(KeyCode::PageUp)) - f32::from(presses.plain(KeyCode::PageDown));
    if step != 0.0 {
        height.0 = (height.0 + step * STEP_M).clamp(HEIGHT_M[0], HEIGHT_M[1]);
    }
}

pub(crate) fn plugin(app: &mut App) {
    app.init_resource::<Drawn>();
    app.insert_resource(Height(1.5));
    app.add_systems(PostUpdate, (draw, update).chain());
    app.add_systems(Update, keys.run_if(crate::navigation::keys_are_free));
}
