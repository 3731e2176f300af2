//! Racks: one mesh a hall, one texel a chip.

use bevy::asset::RenderAssetUsages;
use bevy::camera::primitives::Aabb;
use bevy::image::ImageSampler;
use bevy::mesh::Indices;
use bevy::prelude::*;
use bevy::render::render_resource::{Extent3d, PrimitiveTopology, TextureDimension, TextureFormat};
use rainier::overlay::{Overlay, Said};
use rainier::sim::HallColumns;
use rainier::sim::clock::Clock;
use rainier::sim::jobs::Jobs;
use rainier::sim::twin::Plan;
use rainier::site::Campus;
use rainier::site::pick::FLOOR_M;

use crate::cases::{Beside, Side};
use crate::difference::{self, Difference, between, reach};
use crate::panels::jobs::{Colors, Focus, PALETTE, codes};
use crate::quality::Quality;
use crate::selection::{Selection, Shown};
use crate::world::colors::{MAP, Read, Rgb, map_of, palette_of};
use crate::world::materials::{ATTRIBUTE_IDS, Cut, Look, RackMaterial, TEXTURE_COLUMNS};
use crate::world::rising::AsOf;
use crate::world::scene::Hour;

/// Stops for a shader, linear.
pub(crate) fn map_stops<const N: usize>(map: [Rgb; N]) -> [Vec4; N] {
    map.map(|[r, g, b]| LinearRgba::from(Srgba::rgb_u8(r, g, b)).to_vec4())
}

/// The texture that the racks read.
#[derive(Resource, Debug, Clone)]
pub(crate) struct ChipTexture {
    image: Handle<Image>,
    material: Handle<RackMaterial>,
    /// What is in it: tick, overlay, the job that is looked at, and the letter of the case; none for a difference.
    holds: Option<(u64, Overlay, Focus, Option<Side>)>,
}

/// A hall's racks.
#[derive(Component, Debug, Clone, Copy)]
pub(crate) struct HallRacks(pub(crate) usize);

/// How much of a hall's racks is drawn.
#[derive(Component, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Detail {
    /// Every rack by itself, from near by.
    Racks,
    /// Every row as one body, on which the racks are told apart by their colours alone.
    Rows,
    /// Every rack by itself from anywhere: its rows cannot be drawn as bodies.
    Always,
}

/// Distance from a hall beyond which its rows are drawn as bodies, m: the gaps between racks are less than a pixel there.
const ROWS_M: f32 = 260.0;

/// Bit of a face that says that it is one of a whole row.
const OF_ROW: u32 = 128;

/// Whether the rows of a hall can be drawn as bodies: racks with a full face each, which the shader counts by.
fn has_rows(campus: &Campus, hall: usize) -> bool {
    let mut kinds = campus.halls[hall]
        .rows
        .clone()
        .map(|row| &campus.rack_kinds[campus.rows[row].kind]);
    kinds.all(|kind| {
        let [columns, rows] = kind.face_grid();
        columns * rows == kind.chips
    })
}

/// Vertices of a hall's racks or rows: five faces each.
fn hall_mesh(campus: &Campus, hall: usize, detail: Detail) -> Mesh {
    let plan = &campus.halls[hall];
    let (mut positions, mut cells, mut ids, mut indices) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for row in plan.rows.clone() {
        let row = &campus.rows[row];
        let kind = &campus.rack_kinds[row.kind];
        let [columns, rows] = kind.face_grid();
        let [width, depth, height] = kind.rack.size_m.map(|m| m as f32);
        // A row runs north-south, so that a rack's width lies along z and its face looks east or west.
        let half = Vec3::new(depth / 2.0, height, width / 2.0);
        let place = |rack: usize| crate::world::meshes::at(campus.rack_at_m(rack), FLOOR_M);
        let bodies: Vec<(usize, usize)> = match detail {
            Detail::Racks | Detail::Always => row.racks.clone().map(|rack| (rack, 1)).collect(),
            Detail::Rows if row.racks.is_empty() => Vec::new(),
            Detail::Rows => vec![(row.racks.start, row.racks.len())],
        };
        for (rack, count) in bodies {
            let (south, north) = (place(rack), place(rack + count - 1));
            let base = (south + north) / 2.0;
            let half = half.with_z(half.z + (south.z - north.z).abs() / 2.0);
            let p = |x: f32, y: f32, z: f32| base + Vec3::new(x * half.x, y * half.y, z * half.z);
            let faces: [[Vec3; 4]; 5] = [
                [p(1.0, 0.0, 1.0), p(1.0, 0.0, -1.0), p(1.0, 1.0, -1.0), p(1.0, 1.0, 1.0)],
                [
                    p(-1.0, 0.0, -1.0),
                    p(-1.0, 0.0, 1.0),
                    p(-1.0, 1.0, 1.0),
                    p(-1.0, 1.0, -1.0),
                ],
                [p(-1.0, 0.0, 1.0), p(1.0, 0.0, 1.0), p(1.0, 1.0, 1.0), p(-1.0, 1.0, 1.0)],
                [
                    p(1.0, 0.0, -1.0),
                    p(-1.0, 0.0, -1.0),
                    p(-1.0, 1.0, -1.0),
                    p(1.0, 1.0, -1.0),
                ],
                [
                    p(-1.0, 1.0, 1.0),
                    p(1.0, 1.0, 1.0),
                    p(1.0, 1.0, -1.0),
                    p(-1.0, 1.0, -1.0),
                ],
            ];
            for (face, corners) in faces.iter().enumerate() {
                let first = positions.len() as u32;
                let (mut c, mut r) = (columns as f32, rows as f32);
                let mut code = columns << 8 | rows << 16 | face as u32;
                // An end shows the rack that stands there.
                let shown = if face == 3 { rack + count - 1 } else { rack };
                if detail == Detail::Rows && !matches!(face, 2 | 3) {
                    code |= OF_ROW;
                    // Racks follow each other along the sides, and up the top as it is laid out.
                    *(if face == 4 { &mut r } else { &mut c }) =
                        if face == 4 { count as f32 } else { c * count as f32 };
                }
                let corner_cells = if face == 1 && detail == Detail::Rows {
                    // The west side is counted from the south too; the shader turns the columns of each rack.
                    [[c, 0.0], [0.0, 0.0], [0.0, r], [c, r]]
                } else {
                    [[0.0, 0.0], [c, 0.0], [c, r], [0.0, r]]
                };
                for (corner, cell) in corners.iter().zip(corner_cells) {
                    positions.push(corner.to_array());
                    cells.push(cell);
                    ids.push([campus.chip_first[shown], code]);
                }
                indices.extend([0, 1, 2, 0, 2, 3].map(|k| first + k));
            }
        }
    }
    Mesh::new(PrimitiveTopology::TriangleList, RenderAssetUsages::RENDER_WORLD)
        .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, positions)
        .with_inserted_attribute(Mesh::ATTRIBUTE_UV_0, cells)
        .with_inserted_attribute(ATTRIBUTE_IDS, ids)
        .with_inserted_indices(Indices::U32(indices))
}

/// Space that a hall's racks stand in, so that halls out of sight are not drawn.
fn bounds(campus: &Campus, hall: usize) -> Aabb {
    let rect = &campus.halls[hall].rect;
    let [east, north] = rect.size_m.map(|m| m / 2.0);
    let high_m = campus
        .rack_kinds
        .iter()
        .map(|kind| kind.rack.size_m[2])
        .fold(0.0, f64::max);
    let [x, y] = rect.at_m;
    Aabb::from_min_max(
        crate::world::meshes::at([x - east, y + north], FLOOR_M),
        crate::world::meshes::at([x + east, y - north], FLOOR_M + high_m),
    )
}

/// Makes the meshes of a campus. Runs again when another scenario has been loaded.
pub(crate) fn build(
    mut commands: Commands,
    plan: Res<Plan>,
    (hour, quality): (Res<Hour>, Res<Quality>),
    old: Query<Entity, With<HallRacks>>,
    mut meshes: ResMut<Assets<Mesh>>,
    mut images: ResMut<Assets<Image>>,
    mut materials: ResMut<Assets<RackMaterial>>,
) {
    for entity in &old {
        commands.entity(entity).despawn();
    }
    let campus = &plan.0;
    let rows = (campus.chips() as u32).div_ceil(TEXTURE_COLUMNS).max(1);
    let mut image = Image::new_fill(
        Extent3d {
            width: TEXTURE_COLUMNS,
            height: rows,
            depth_or_array_layers: 1,
        },
        TextureDimension::D2,
        &[0],
        TextureFormat::R8Unorm,
        RenderAssetUsages::MAIN_WORLD | RenderAssetUsages::RENDER_WORLD,
    );
    image.sampler = ImageSampler::nearest();
    let image = images.add(image);
    let look = Look {
        selected: UVec4::new(0, 0, TEXTURE_COLUMNS, 0),
        haze: hour.haze,
        map: map_stops(MAP),
        palette: map_stops(PALETTE),
    };
    let material = materials.add(RackMaterial {
        look,
        chips: image.clone(),
        cut: Cut::default(),
        detail: quality.detail(),
    });
    for hall in 0..campus.halls.len() {
        let details: &[Detail] = if has_rows(campus, hall) {
            &[Detail::Racks, Detail::Rows]
        } else {
            &[Detail::Always]
        };
        for &detail in details {
            commands.spawn((
                HallRacks(hall),
                detail,
                Mesh3d(meshes.add(hall_mesh(campus, hall, detail))),
                MeshMaterial3d(material.clone()),
                Transform::IDENTITY,
                bounds(campus, hall),
            ));
        }
    }
    commands.insert_resource(ChipTexture {
        image,
        material,
        holds: None,
    });
}

/// Gives all chips of a rack the rack's value.
fn fill(data: &mut [u8], campus: &Campus, values: impl Iterator<Item = u8>) {
    for (rack, value) in values.enumerate() {
        data[campus.rack_chips(rack)].fill(value);
    }
}

/// Writes the chips' values when there is a new tick or another overlay.
pub(crate) fn upload(
    read: Read,
    clock: Res<Clock>,
    shown: Res<Shown>,
    (colors, focus, as_of): (Res<Colors>, Res<Focus>, Res<AsOf>),
    beside: Option<Res<Beside>>,
    mut difference: ResMut<Difference>,
    mut texture: ResMut<ChipTexture>,
    mut images: ResMut<Assets<Image>>,
) {
    let beside = beside.as_deref();
    let side = beside.map_or(Side::A, |beside| beside.front);
    let compared = beside.filter(|_| difference.on);
    let side = compared.is_none().then_some(side);
    let wanted = as_of.is_now().then_some((clock.tick, shown.0, *focus, side));
    // A plan's date moves apart from the ticks.
    let stale = if as_of.is_now() {
        texture.holds != wanted || read.plan.is_changed()
    } else {
        as_of.is_changed()
    };
    if !stale {
        return;
    }
    let Some(mut image) = images.get_mut(&texture.image) else {
        return;
    };
    let Some(data) = image.data.as_mut() else { return };
    let campus = &*read.plan.0;
    if !as_of.is_now() {
        fill(data, campus, as_of.codes(campus).into_iter());
        texture.holds = None;
        return;
    }
    texture.holds = wanted;
    if let Some(beside) = compared {
        let less = between(shown.0, read.seen(), beside);
        // Rounding of single precision is no difference.
        let reach = less.as_ref().map_or(f32::NAN, |less| reach(less, 1e-3));
        difference.set_if_neq(Difference { on: true, reach });
        if let Some(less) = less {
            write(data, campus, less, |value| difference::byte(value, reach));
        }
        return;
    }
    let [low, high] = shown.0.range(campus);
    let scale = 255.0 / (high - low);
    match (read.seen().say(shown.0), &read.jobs) {
        (Said::Nothing, Some(jobs)) => {
            fill(data, campus, codes(jobs, &colors, &read.racks, *focus).into_iter());
        }
        (said, _) => write(data, campus, said, |value| {
            ((value - low) * scale).clamp(0.0, 255.0) as u8
        }),
    }
}

/// Writes what an overlay says.
fn write(data: &mut [u8], campus: &Campus, said: Said, byte: impl Fn(f32) -> u8) {
    match said {
        Said::Chips(values) => data.iter_mut().zip(&*values).for_each(|(out, v)| *out = byte(*v)),
        Said::ChipShares(shares) => data.iter_mut().zip(shares).for_each(|(out, share)| *out = *share),
        Said::ChipKinds(kinds) => data.iter_mut().zip(kinds).for_each(|(out, kind)| *out = kind),
        Said::Racks(values) => fill(data, campus, values.into_iter().map(byte)),
        Said::RackKinds(kinds) => fill(data, campus, kinds.into_iter()),
        Said::Nothing => {}
    }
}

/// Marks the selected chips; makes racks plain where something else carries the colours.
fn mark(
    plan: Res<Plan>,
    selection: Res<Selection>,
    shown: Res<Shown>,
    jobs: Option<Res<Jobs>>,
    as_of: Res<AsOf>,
    (beside, difference): (Option<Res<Beside>>, Res<Difference>),
    texture: Res<ChipTexture>,
    mut materials: ResMut<Assets<RackMaterial>>,
) {
    if !selection.is_changed()
        && !shown.is_changed()
        && !plan.is_changed()
        && !as_of.is_changed()
        && !difference.is_changed()
    {
        return;
    }
    let compared = beside.is_some() && difference.on && as_of.is_now();
    let range = selection.chips(&plan.0);
    if let Some(mut material) = materials.get_mut(&texture.material) {
        material.look.selected.x = range.start as u32;
        material.look.selected.y = range.end as u32;
        material.look.map = map_stops(if compared { difference::MAP } else { *map_of(shown.0) });
        // Dates of a plan are coloured by the palette of jobs.
        material.look.palette = map_stops(if as_of.is_now() { palette_of(shown.0) } else { PALETTE });
        material.look.selected.w = match shown.0 {
            _ if !as_of.is_now() => 2,
            _ if compared => u32::from(!difference.reach.is_finite()),
            // Without a workload there are no jobs to colour by.
            Overlay::Job if jobs.is_none() => 1,
            overlay if overlay.is_measure() => 0,
            _ => 2,
        };
    }
}

/// Halls that are not live yet are empty; those far away show their rows.
fn show_live(
    plan: Res<Plan>,
    halls: Res<HallColumns>,
    as_of: Res<AsOf>,
    camera: Query<&GlobalTransform, With<Camera3d>>,
    mut racks: Query<(&HallRacks, &Detail, &Aabb, &mut Visibility)>,
) {
    let eye = camera.single().map(GlobalTransform::translation).unwrap_or_default();
    for (hall, detail, bounds, mut visibility) in &mut racks {
        let live = if as_of.is_now() {
            halls.live.get(hall.0).copied().unwrap_or(false)
        } else {
            plan.0
                .halls
                .get(hall.0)
                .is_some_and(|plan| as_of.has_racks(plan.building))
        };
        let off = (eye - Vec3::from(bounds.center)).abs() - Vec3::from(bounds.half_extents);
        let far = off.max(Vec3::ZERO).length() > ROWS_M;
        let shown = match detail {
            Detail::Racks => !far,
            Detail::Rows => far,
            Detail::Always => true,
        };
        visibility.set_if_neq(if live && shown {
            Visibility::Inherited
        } else {
            Visibility::Hidden
        });
    }
}

pub(crate) fn plugin(app: &mut App) {
    app.add_systems(Startup, build);
    app.add_systems(
        PostUpdate,
        (upload, mark, show_live).run_if(resource_exists::<ChipTexture>),
    );
}
