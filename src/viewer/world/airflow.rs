//! Points that go along the true path of the air: from outside through a unit, down into a cold aisle, through a rack
//! into the hot aisle and up, out or back to the unit; and the two short cuts, past the racks and back over them.
//!
//! Paths are found on the processor once a tick; the graphics card moves the points. Both the number of points of a
//! path and their speed go with the root of its flow, so that the points that pass a place in a second go with the
//! flow itself. They stand while the simulation stands.

use bevy::asset::RenderAssetUsages;
use bevy::camera::visibility::NoFrustumCulling;
use bevy::image::ImageSampler;
use bevy::mesh::Indices;
use bevy::prelude::*;
use bevy::render::render_resource::{Extent3d, PrimitiveTopology, TextureDimension, TextureFormat};
use rainier::num::uniform;
use rainier::sim::clock::Clock;
use rainier::sim::state::UnitMode;
use rainier::sim::twin::Plan;
use rainier::sim::weather::Outside;
use rainier::sim::{AhuColumns, HallColumns, RackColumns, RowColumns};
use rainier::site::Campus;
use rainier::site::pick::FLOOR_M;

use crate::advance::Pace;
use crate::panels::parts::{Part, Parts};
use crate::panels::theme::{DIAGRAM_C, diagram_color};
use crate::selection::{Roofs, Selection};
use crate::world::materials::{ATTRIBUTE_POINT, AirflowLook, AirflowMaterial, Cut};
use crate::world::meshes::at;
use crate::world::scene::Hour;
use crate::world::slice::{AIR_EAST, shown};
use crate::world::units;

/// Equal steps along a path.
const STEPS: usize = 20;

/// Most paths, over all halls that are shown.
const MOST_PATHS: usize = 768;

/// Most points. The flows of a piece's four ways together are about that of the units at most, and the sum of their
/// roots is twice the root of that at most: no more than half of these are ever seen.
const MOST_POINTS: usize = 8_000;

/// Speed of points at the rated flow of the units, m/s.
const SPEED_M_S: f32 = 5.0;

/// Length and half width of a point, m.
const POINT_M: [f32; 2] = [0.9, 0.03];

/// How far points stray from their path, m: less than half a rack to either side.
const STRAY_M: f32 = 0.6;

/// The way that a path stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Outside air through racks and out again.
    Fresh,
    /// Air that the units take back.
    Return,
    /// Supply air that passes the racks by.
    Bypass,
    /// Hot-aisle air over a rack and into it again.
    Recirculation,
}

/// A path: from which unit to which rack.
#[derive(Debug, Clone, Copy)]
struct Path {
    hall: usize,
    way: Way,
    /// A rack of the piece of a row that it stands for.
    rack: usize,
    /// Racks of that piece.
    racks: [usize; 2],
}

/// The points that are drawn.
#[derive(Component, Debug)]
struct Points;

/// What is drawn.
#[derive(Resource, Debug, Default)]
struct Drawn {
    halls: Vec<usize>,
    paths: Vec<Path>,
    /// Texels of `flows`: how far each path's points have come, their number, its length, how far they stray.
    flows: Vec<[f32; 4]>,
    /// Share of a path that its points go in a second.
    rates: Vec<f32>,
    /// Most points of a path.
    slots: usize,
    images: Option<[Handle<Image>; 2]>,
    material: Option<Handle<AirflowMaterial>>,
    /// Tick, and whether roofs are on.
    holds: Option<(u64, bool)>,
}

/// The paths of halls: pieces of every row, each with all four ways.
fn paths(campus: &Campus, halls: &[usize]) -> Vec<Path> {
    let rows: usize = halls.iter().map(|h| campus.halls[*h].rows.len()).sum();
    let ways = [Way::Fresh, Way::Return, Way::Bypass, Way::Recirculation];
    // Very large halls show every so manieth row.
    let stride = (rows * ways.len()).div_ceil(MOST_PATHS).max(1);
    let pieces = (MOST_PATHS / (rows.div_ceil(stride) * ways.len()).max(1)).clamp(1, 8);
    let mut paths = Vec::new();
    for hall in halls {
        for row in campus.halls[*hall].rows.clone().step_by(stride) {
            let racks = &campus.rows[row].racks;
            let pieces = pieces.min(racks.len());
            for piece in 0..pieces {
                let ends = [piece, piece + 1].map(|k| racks.start + k * racks.len() / pieces);
                // Anywhere in its piece, so that paths of rows side by side do not fall in step.
                let place = uniform(5, 91, ends[0] as u64) * (ends[1] - ends[0]) as f64;
                for way in ways {
                    paths.push(Path {
                        hall: *hall,
                        way,
                        rack: ends[0] + place as usize,
                        racks: ends,
                    });
                }
            }
        }
    }
    paths.truncate(MOST_PATHS);
    paths
}

/// The columns that paths are made of.
#[derive(bevy::ecs::system::SystemParam)]
struct Air<'w> {
    plan: Res<'w, Plan>,
    outside: Res<'w, Outside>,
    halls: Res<'w, HallColumns>,
    rows: Res<'w, RowColumns>,
    racks: Res<'w, RackColumns>,
    units: Res<'w, AhuColumns>,
}

impl Air<'_> {
    /// Flow of a path over its flow with all units of the hall at full speed.
    fn flow(&self, path: &Path) -> f64 {
        let campus = &*self.plan.0;
        let (h, hall) = (path.hall, &campus.halls[path.hall]);
        let racks = path.racks[0]..path.racks[1];
        let share = racks.len() as f64 / hall.racks.len().max(1) as f64;
        let rated = campus.cooling_kinds[hall.cooling_kind].airflow_kg_s.value * hall.units.len() as f64 * share;
        let fresh = self.halls.fresh_share[h].clamp(0.0, 1.0);
        let drawn: f64 = racks.clone().map(|rack| f64::from(self.racks.air_kg_s[rack])).sum();
        let again: f64 = racks
            .map(|rack| {
                let hot = f64::from(self.racks.hot_share[rack]).max(self.halls.recirculation[h]);
                f64::from(self.racks.air_kg_s[rack]) * hot.clamp(0.0, 1.0)
            })
            .sum();
        let flow = match path.way {
            Way::Fresh => (drawn - again) * fresh,
            Way::Return => (drawn - again) * (1.0 - fresh),
            Way::Bypass => self.halls.bypass_kg_s[h] * share,
            Way::Recirculation => again,
        };
        let flow = flow / rated;
        if flow.is_finite() { flow.clamp(0.0, 1.5) } else { 0.0 }
    }

    /// The running unit nearest to a rack, on the rack's side of the hall first.
    fn unit(&self, path: &Path) -> Option<usize> {
        let campus = &*self.plan.0;
        let hall = &campus.halls[path.hall];
        let east = campus.rack_at_m(path.rack)[0] as f32;
        let north = campus.rack_at_m(path.rack)[1] > hall.rect.at_m[1];
        let away = |k: &usize| {
            let at = units::place(campus, path.hall, *k, false);
            // The other side is taken only where this one has none for a long way.
            (at.x - east).abs()
                + if (units::side(campus, path.hall, *k) > 0.0) == north {
                    0.0
                } else {
                    30.0
                }
        };
        (0..hall.units.len())
            .filter(|k| {
                let mode = self.units.mode.get(hall.units.start + k).copied();
                units::runs(mode.unwrap_or(UnitMode::Off))
            })
            .min_by(|a, b| away(a).total_cmp(&away(b)))
    }

    /// Corners of a path with the temperature at each, °C.
    fn corners(&self, path: &Path, roofs: bool) -> Option<Vec<(Vec3, f64)>> {
        let campus = &*self.plan.0;
        let (h, hall) = (path.hall, &campus.halls[path.hall]);
        let row = campus.rack_row[path.rack] as usize;
        let kind = campus.rack_kind(path.rack);
        let [_, depth, height] = kind.rack.size_m;
        let [x, y] = campus.rack_at_m(path.rack);
        let aisle = (hall.pitch_m[0] - depth).max(0.2);
        let cold = x - AIR_EAST * (depth / 2.0 + aisle * 0.25);
        let hot = x + AIR_EAST * (depth / 2.0 + aisle * 0.25);
        let [inlet, outlet] = [-1.0, 1.0].map(|side| x + side * AIR_EAST * (depth / 2.0 + 0.05));
        let (mouth, top) = (FLOOR_M + height * 0.5, FLOOR_M + height);
        let (outside_c, supply_c) = (self.outside.dry_bulb_c, self.rows.supply_c[row]);
        let (inlet_c, outlet_c) = (f64::from(self.racks.inlet_c[path.rack]), self.racks.outlet_c[path.rack]);
        let (hot_c, return_c) = (self.halls.hot_aisle_c[h], self.halls.return_c[h]);
        if path.way == Way::Recirculation {
            return Some(vec![
                (at([outlet, y], mouth), outlet_c),
                (at([hot, y], mouth + 0.3), hot_c),
                (at([hot, y], top + 0.5), hot_c),
                (at([cold, y], top + 0.5), 0.5 * (hot_c + inlet_c)),
                (at([cold, y], mouth), inlet_c),
                (at([inlet, y], mouth), inlet_c),
                (at([outlet, y], mouth), outlet_c),
            ]);
        }
        let k = self.unit(path)?;
        let unit = units::place(campus, h, k, roofs) + Vec3::Y * 1.0;
        let side = units::side(campus, h, k);
        let out = Vec3::new(0.0, 0.0, -side as f32);
        // A share of the hall's depth between the unit and the first rack: air comes down there and turns into aisles.
        let edge = hall.rect.at_m[1] + side * (hall.rect.size_m[1] / 2.0 - 1.0);
        let down = FLOOR_M + height + 0.8;
        let mixed_c = self.halls.mixed_c[h];
        // Above the hot aisle, where what leaves and what goes back part.
        let ceiling = if roofs {
            campus.buildings[hall.building].height_m - 1.0
        } else {
            FLOOR_M + height + 3.0
        };
        let mut corners = match path.way {
            Way::Return => vec![(unit + Vec3::Y * 2.0 - out * 3.0, return_c)],
            // Intakes look outwards along the hall's long sides.
            _ => vec![
                (unit + out * 5.0 + Vec3::Y * 0.8, outside_c),
                (unit + out * 1.6, outside_c),
            ],
        };
        corners.extend([
            (unit - out * 0.2, mixed_c),
            (unit - out * 2.2, supply_c),
            (at([f64::from(unit.x), edge], down), supply_c),
            (at([cold, edge], down - 0.4), supply_c),
        ]);
        if path.way == Way::Bypass {
            corners.extend([
                (at([cold, y], mouth + 0.4), supply_c),
                (at([cold, y], top + 0.3), supply_c),
                (at([hot, y], top + 0.9), 0.5 * (supply_c + hot_c)),
            ]);
        } else {
            corners.extend([
                (at([cold, y], mouth), 0.5 * (supply_c + inlet_c)),
                (at([inlet, y], mouth), inlet_c),
                (at([outlet, y], mouth), outlet_c),
                (at([hot, y], mouth + 0.4), 0.5 * (outlet_c + hot_c)),
            ]);
        }
        corners.push((at([hot, y], ceiling), return_c));
        if path.way == Way::Return {
            corners.push((at([f64::from(unit.x), y + (edge - y) * 0.5], ceiling + 0.3), return_c));
            corners.push((unit + Vec3::Y * 2.0 - out * 3.0, return_c));
        } else {
            corners.push((at([hot, y], ceiling + 5.0), return_c));
        }
        Some(corners)
    }
}

/// Equal steps along corners, and the length.
fn steps(corners: &[(Vec3, f64)]) -> ([[f32; 4]; STEPS], f32) {
    let lengths: Vec<f32> = corners.windows(2).map(|pair| pair[0].0.distance(pair[1].0)).collect();
    let length: f32 = lengths.iter().sum::<f32>().max(0.1);
    let mut texels = [[0.0; 4]; STEPS];
    let (mut k, mut before) = (0, 0.0);
    for (s, texel) in texels.iter_mut().enumerate() {
        let goal = length * s as f32 / (STEPS - 1) as f32;
        while k + 2 < corners.len() && before + lengths[k] < goal {
            before += lengths[k];
            k += 1;
        }
        let share = ((goal - before) / lengths[k].max(1e-6)).clamp(0.0, 1.0);
        let place = corners[k].0.lerp(corners[k + 1].0, share);
        let t_c = corners[k].1 + (corners[k + 1].1 - corners[k].1) * f64::from(share);
        // What is not a number is drawn as the coldest air rather than not at all.
        let t_c = if t_c.is_finite() {
            t_c as f32
        } else {
            DIAGRAM_C[0] as f32
        };
        *texel = [place.x, place.y, place.z, t_c];
    }
    (texels, length)
}

/// The colours of air in diagrams as stops for the shader, linear: points are seen against dark floors, where the
/// coldest colours of the racks' map are lost.
fn stops() -> [Vec4; 8] {
    std::array::from_fn(|k| {
        let t_c = DIAGRAM_C[0] + (DIAGRAM_C[1] - DIAGRAM_C[0]) * k as f64 / 7.0;
        let [r, g, b, _] = diagram_color(t_c).to_array();
        LinearRgba::from(Srgba::rgb_u8(r, g, b)).to_vec4()
    })
}

/// A mesh of so many points a path; where they are is up to the shader.
fn mesh(paths: usize, slots: usize) -> Mesh {
    let (mut points, mut indices) = (Vec::new(), Vec::new());
    for path in 0..paths {
        let first = uniform(5, 90, path as u64);
        for slot in 0..slots {
            // Steps of the golden section: any number of them are spread evenly.
            let start = (first + slot as f64 * 0.618_033_988_75).fract() as f32;
            let base = points.len() as u32;
            points.extend([0.0, 1.0, 2.0, 3.0].map(|corner| [path as f32, slot as f32, start, corner]));
            indices.extend([0, 1, 2, 0, 2, 3].map(|k| base + k));
        }
    }
    Mesh::new(PrimitiveTopology::TriangleList, RenderAssetUsages::RENDER_WORLD)
        .with_inserted_attribute(ATTRIBUTE_POINT, points)
        .with_inserted_indices(Indices::U32(indices))
}

fn texture(width: usize, height: usize) -> Image {
    let mut image = Image::new_fill(
        Extent3d {
            width: width.max(1) as u32,
            height: height.max(1) as u32,
            depth_or_array_layers: 1,
        },
        TextureDimension::D2,
        &[0; 16],
        TextureFormat::Rgba32Float,
        RenderAssetUsages::MAIN_WORLD | RenderAssetUsages::RENDER_WORLD,
    );
    image.sampler = ImageSampler::nearest();
    image
}

/// Writes texels into a texture from its beginning.
fn write<'a>(image: &mut Image, texels: impl Iterator<Item = &'a [f32; 4]>) {
    if let Some(data) = image.data.as_mut() {
        for (out, texel) in data.chunks_exact_mut(16).zip(texels) {
            for (bytes, value) in out.chunks_exact_mut(4).zip(texel) {
                bytes.copy_from_slice(&value.to_le_bytes());
            }
        }
    }
}

/// Makes the points anew when other halls are shown.
fn draw(
    mut commands: Commands,
    air: Air,
    selection: Res<Selection>,
    parts: Res<Parts>,
    hour: Res<Hour>,
    mut drawn: ResMut<Drawn>,
    old: Query<Entity, With<Points>>,
    mut meshes: ResMut<Assets<Mesh>>,
    mut images: ResMut<Assets<Image>>,
    mut materials: ResMut<Assets<AirflowMaterial>>,
) {
    let campus = &*air.plan.0;
    let wanted = shown(Part::Airflow, &parts, &selection, campus, &air.halls.live);
    if drawn.halls == wanted && !air.plan.is_changed() {
        return;
    }
    for entity in &old {
        commands.entity(entity).despawn();
    }
    let paths = paths(campus, &wanted);
    *drawn = Drawn {
        halls: wanted,
        ..Drawn::default()
    };
    if paths.is_empty() {
        return;
    }
    let slots = (MOST_POINTS / paths.len()).clamp(1, 40);
    let [of_paths, of_flows] = [texture(STEPS, paths.len()), texture(paths.len(), 1)].map(|image| images.add(image));
    let look = AirflowLook {
        scale: Vec4::new(DIAGRAM_C[0] as f32, DIAGRAM_C[1] as f32, POINT_M[0], POINT_M[1]),
        haze: hour.haze,
        map: stops(),
    };
    let material = materials.add(AirflowMaterial {
        look,
        paths: of_paths.clone(),
        flows: of_flows.clone(),
        cut: Cut::default(),
    });
    commands.spawn((
        Points,
        Mesh3d(meshes.add(mesh(paths.len(), slots))),
        MeshMaterial3d(material.clone()),
        // Its corners are wherever the shader puts them. It is drawn after the planes of air, which are the farther.
        Transform::IDENTITY,
        NoFrustumCulling,
    ));
    drawn.flows = vec![[0.0, 0.0, 1.0, STRAY_M]; paths.len()];
    drawn.rates = vec![0.0; paths.len()];
    drawn.paths = paths;
    drawn.slots = slots;
    drawn.images = Some([of_paths, of_flows]);
    drawn.material = Some(material);
}

/// Writes the paths of a new tick, and moves the points.
fn update(
    air: Air,
    clock: Res<Clock>,
    pace: Res<Pace>,
    roofs: Res<Roofs>,
    time: Res<Time<Real>>,
    hour: Res<Hour>,
    mut drawn: ResMut<Drawn>,
    mut images: ResMut<Assets<Image>>,
    mut materials: ResMut<Assets<AirflowMaterial>>,
) {
    let drawn = &mut *drawn;
    let Some([of_paths, of_flows]) = drawn.images.clone() else {
        return;
    };
    let holds = Some((clock.tick, roofs.0));
    let due = drawn.holds != holds;
    if due {
        drawn.holds = holds;
        let mut texels = Vec::with_capacity(drawn.paths.len() * STEPS);
        for (p, path) in drawn.paths.iter().enumerate() {
            let corners = air.corners(path, roofs.0);
            let root = if corners.is_some() { air.flow(path).sqrt() } else { 0.0 } as f32;
            let (of_path, length) = steps(&corners.unwrap_or_else(|| vec![(Vec3::ZERO, 0.0); 2]));
            texels.extend(of_path);
            let count = (root * drawn.slots as f32).round();
            drawn.flows[p] = [drawn.flows[p][0], count, length, STRAY_M];
            drawn.rates[p] = SPEED_M_S * root / length;
        }
        if let Some(mut image) = images.get_mut(&of_paths) {
            write(&mut image, texels.iter());
        }
        if let Some(mut material) = drawn.material.as_ref().and_then(|handle| materials.get_mut(handle)) {
            material.look.haze = hour.haze;
        }
    }
    if due || !pace.paused {
        let dt_s = if pace.paused { 0.0 } else { time.delta_secs().min(0.1) };
        for (flow, rate) in drawn.flows.iter_mut().zip(&drawn.rates) {
            flow[0] = (flow[0] + rate * dt_s).fract();
        }
        if let Some(mut image) = images.get_mut(&of_flows) {
            write(&mut image, drawn.flows.iter());
        }
    }
}

pub(crate) fn plugin(app: &mut App) {
    app.init_resource::<Drawn>();
    app.add_systems(PostUpdate, (draw, update).chain());
}
