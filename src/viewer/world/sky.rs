//! Light of the hour by date and place, the sky, and the materials that both of them shine on.

use bevy::asset::RenderAssetUsages;
use bevy::camera::visibility::NoFrustumCulling;
use bevy::mesh::Indices;
use bevy::prelude::*;
use bevy::render::render_resource::PrimitiveTopology;
use rainier::sim::clock::Clock;

use crate::quality::Quality;
use crate::world::materials::{Cut, GroundMaterial, Light, RackMaterial, ShadowMaterial, SkyMaterial};

/// Density of the haze, 1/m.
const HAZE_PER_M: f32 = 0.000_045;

/// Lowest sun that shadows are drawn for, degrees: below it they would reach over the whole site.
const LOWEST_DEG: f32 = 8.0;

/// Colours of an hour, linear.
#[derive(Debug, Clone, Copy)]
struct Colors {
    /// Height of the sun, degrees.
    sun_deg: f32,
    haze: Vec3,
    zenith: Vec3,
    /// Direct light of the sun, or of the moon.
    glow: Vec3,
    above: Vec3,
    below: Vec3,
}

impl Colors {
    const fn new(sun_deg: f32, haze: Vec3, zenith: Vec3, glow: Vec3, above: Vec3, below: Vec3) -> Self {
        Self {
            sun_deg,
            haze,
            zenith,
            glow,
            above,
            below,
        }
    }

    fn mix(&self, other: &Self, share: f32) -> Self {
        Self {
            sun_deg: self.sun_deg + (other.sun_deg - self.sun_deg) * share,
            haze: self.haze.lerp(other.haze, share),
            zenith: self.zenith.lerp(other.zenith, share),
            glow: self.glow.lerp(other.glow, share),
            above: self.above.lerp(other.above, share),
            below: self.below.lerp(other.below, share),
        }
    }

    /// Of a height of the sun. The night keeps a moon's worth of light, so that the site can always be read.
    fn at(sun_deg: f32) -> Self {
        let [first, .., last] = &TABLE;
        let pair = TABLE.windows(2).find(|pair| sun_deg < pair[1].sun_deg);
        match pair {
            Some([low, high]) if sun_deg >= low.sun_deg => {
                low.mix(high, (sun_deg - low.sun_deg) / (high.sun_deg - low.sun_deg))
            }
            Some(_) => *first,
            None => *last,
        }
    }
}

const fn rgb(r: f32, g: f32, b: f32) -> Vec3 {
    Vec3::new(r, g, b)
}

/// Colours by the height of the sun: night, dusk, golden hour, morning, and day.
const TABLE: [Colors; 6] = [
    Colors::new(
        -10.0,
        rgb(0.018, 0.027, 0.052),
        rgb(0.004, 0.007, 0.019),
        rgb(0.095, 0.125, 0.20),
        rgb(0.085, 0.105, 0.165),
        rgb(0.030, 0.034, 0.050),
    ),
    Colors::new(
        -3.0,
        rgb(0.20, 0.16, 0.19),
        rgb(0.04, 0.065, 0.15),
        rgb(0.20, 0.16, 0.17),
        rgb(0.20, 0.20, 0.28),
        rgb(0.10, 0.09, 0.09),
    ),
    Colors::new(
        3.0,
        rgb(0.63, 0.50, 0.44),
        rgb(0.15, 0.25, 0.44),
        rgb(1.25, 0.85, 0.55),
        rgb(0.28, 0.30, 0.39),
        rgb(0.18, 0.14, 0.11),
    ),
    Colors::new(
        12.0,
        rgb(0.57, 0.60, 0.63),
        rgb(0.13, 0.28, 0.52),
        rgb(1.30, 1.03, 0.74),
        rgb(0.31, 0.35, 0.43),
        rgb(0.20, 0.18, 0.14),
    ),
    Colors::new(
        32.0,
        rgb(0.52, 0.61, 0.69),
        rgb(0.11, 0.26, 0.53),
        rgb(0.98, 0.92, 0.80),
        rgb(0.36, 0.41, 0.49),
        rgb(0.20, 0.19, 0.155),
    ),
    Colors::new(
        65.0,
        rgb(0.50, 0.60, 0.69),
        rgb(0.10, 0.25, 0.54),
        rgb(0.92, 0.88, 0.79),
        rgb(0.36, 0.41, 0.49),
        rgb(0.20, 0.19, 0.155),
    ),
];

/// Light of the hour.
#[derive(Resource, Debug, Clone, Copy, PartialEq, Deref)]
pub(crate) struct Hour(Light);

impl Default for Hour {
    fn default() -> Self {
        Self::of(50.0, 150.0)
    }
}

impl Hour {
    /// Light under a sun at a height and an azimuth, clockwise from north, degrees.
    fn of(sun_deg: f32, azimuth_deg: f32) -> Self {
        let direction = |height_deg: f32, azimuth_deg: f32| {
            let (e, a) = (height_deg.to_radians(), azimuth_deg.to_radians());
            Vec3::new(a.sin() * e.cos(), e.sin(), -a.cos() * e.cos())
        };
        let colors = Colors::at(sun_deg);
        // By night a moon stands opposite to the sun, which is where a full one stands.
        let moon = sun_deg < -6.0;
        let lit_from = if moon {
            direction((-sun_deg).clamp(25.0, 60.0), azimuth_deg + 180.0)
        } else {
            direction(sun_deg.max(LOWEST_DEG), azimuth_deg)
        };
        let night = ((2.0 - sun_deg) / 8.0).clamp(0.0, 1.0);
        // The direct light goes out before the moon takes over, and comes up with it.
        let direct = ((sun_deg + 6.0).abs() / 5.0).min(1.0);
        Self(Light {
            sun: lit_from.extend(direct),
            glow: colors.glow.extend(night),
            above: colors.above.extend(1.0),
            below: colors.below.extend(0.0),
            haze: colors.haze.extend(HAZE_PER_M),
            zenith: colors.zenith.extend(0.0),
            disc: direction(sun_deg, azimuth_deg).extend(((sun_deg + 3.0) / 5.0).clamp(0.0, 1.0)),
        })
    }

    /// The light.
    pub(crate) fn light(&self) -> Light {
        self.0
    }

    /// How much night it is, 0 to 1.
    pub(crate) fn night(&self) -> f32 {
        self.0.glow.w
    }

    /// Light on level ground, linear.
    pub(crate) fn on_level(&self) -> Vec3 {
        let Light { sun, glow, above, .. } = self.0;
        above.truncate() + glow.truncate() * (sun.w * sun.y.max(0.0))
    }

    /// The sky behind everything, where no sky is drawn: the haze's colour.
    pub(crate) fn sky(&self) -> Color {
        Color::linear_rgb(self.haze.x, self.haze.y, self.haze.z)
    }
}

/// The materials that all still things share.
#[derive(Resource, Debug, Clone)]
pub(crate) struct Still {
    /// Of things.
    pub(crate) ground: Handle<GroundMaterial>,
    /// Of their shadows.
    pub(crate) shadow: Handle<ShadowMaterial>,
}

/// The sky as a band of directions from a little below the horizon to overhead.
fn dome() -> Mesh {
    const AROUND: u32 = 32;
    const HEIGHTS_DEG: [f32; 7] = [-2.0, 1.5, 6.0, 14.0, 30.0, 55.0, 90.0];
    let mut positions = Vec::new();
    let mut indices = Vec::new();
    for (ring, height_deg) in (0_u32..).zip(HEIGHTS_DEG) {
        let (up, out) = height_deg.to_radians().sin_cos();
        for k in 0..=AROUND {
            let angle = k as f32 / AROUND as f32 * std::f32::consts::TAU;
            positions.push([angle.cos() * out, up, angle.sin() * out]);
        }
        if ring > 0 {
            for k in 0..AROUND {
                let (a, b) = ((ring - 1) * (AROUND + 1) + k, ring * (AROUND + 1) + k);
                indices.extend([a, a + 1, b + 1, a, b + 1, b]);
            }
        }
    }
    Mesh::new(PrimitiveTopology::TriangleList, RenderAssetUsages::RENDER_WORLD)
        .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, positions)
        .with_inserted_indices(Indices::U32(indices))
}

/// Makes the sky and the shared materials.
fn spawn(
    mut commands: Commands,
    hour: Res<Hour>,
    mut meshes: ResMut<Assets<Mesh>>,
    mut skies: ResMut<Assets<SkyMaterial>>,
    mut grounds: ResMut<Assets<GroundMaterial>>,
    mut shadows: ResMut<Assets<ShadowMaterial>>,
) {
    let light = hour.light();
    commands.insert_resource(Still {
        ground: grounds.add(GroundMaterial {
            light,
            cut: Cut::default(),
        }),
        shadow: shadows.add(ShadowMaterial { light }),
    });
    commands.spawn((
        Mesh3d(meshes.add(dome())),
        MeshMaterial3d(skies.add(SkyMaterial { light })),
        NoFrustumCulling,
    ));
}

/// How dry grass and leaves are on a day of the year at a latitude, 0 to 1: green in the summer of its hemisphere, and
/// all year round in the tropics.
fn dry(day: i16, latitude_deg: f64) -> f32 {
    let half_year = if latitude_deg < 0.0 { 183.0 } else { 0.0 };
    // Days from the middle of the summer, in late July.
    let away = ((f32::from(day) + half_year - 205.0 + 183.0).rem_euclid(366.0) - 183.0).abs();
    let season = ((latitude_deg.abs() as f32 - 23.5) / 12.0).clamp(0.0, 1.0);
    0.85 * season * ((away - 70.0) / 60.0).clamp(0.0, 1.0)
}

/// Simulated time after which the sun is moved, s.
const STEP_S: f64 = 120.0;

/// Moves the sun.
fn shine(
    clock: Res<Clock>,
    quality: Res<Quality>,
    mut last: Local<Option<(jiff::civil::DateTime, i64)>>,
    mut hour: ResMut<Hour>,
    mut grounds: ResMut<Assets<GroundMaterial>>,
    mut shadows: ResMut<Assets<ShadowMaterial>>,
    mut skies: ResMut<Assets<SkyMaterial>>,
    mut racks: ResMut<Assets<RackMaterial>>,
    mut cameras: Query<&mut Camera>,
) {
    let step = (clock.start, (clock.time_s / STEP_S) as i64);
    if *last == Some(step) && !quality.is_changed() {
        return;
    }
    *last = Some(step);
    let (elevation, azimuth) = clock.sun_deg();
    let mut now = Hour::of(elevation as f32, azimuth as f32);
    now.0.above.w = f32::from(u8::from(quality.detail()));
    now.0.below.w = dry(clock.now().day_of_year(), clock.place_deg[0]);
    hour.set_if_neq(now);
    for id in grounds.ids().collect::<Vec<_>>() {
        if let Some(mut material) = grounds.get_mut(id) {
            material.light = now.0;
        }
    }
    for id in shadows.ids().collect::<Vec<_>>() {
        if let Some(mut material) = shadows.get_mut(id) {
            material.light = now.0;
        }
    }
    for id in skies.ids().collect::<Vec<_>>() {
        if let Some(mut material) = skies.get_mut(id) {
            material.light = now.0;
        }
    }
    for id in racks.ids().collect::<Vec<_>>() {
        if let Some(mut material) = racks.get_mut(id) {
            material.look.haze = now.haze;
            material.detail = quality.detail();
        }
    }
    for mut camera in &mut cameras {
        camera.clear_color = ClearColorConfig::Custom(now.sky());
    }
}

pub(crate) fn plugin(app: &mut App) {
    app.init_resource::<Hour>();
    app.add_systems(PreStartup, spawn);
    app.add_systems(Update, shine);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grass_is_green_in_the_summer_of_its_hemisphere() {
        assert!(dry(200, 41.7) == 0.0 && dry(15, 41.7) > 0.8);
        assert!(dry(200, -33.9) > 0.8 * dry(15, 41.7) && dry(15, -33.9) == 0.0);
        assert!(dry(15, 1.3) == 0.0);
        for day in 1..366 {
            assert!((dry(day + 1, 41.7) - dry(day, 41.7)).abs() < 0.02, "day {day}");
        }
    }

    #[test]
    fn light_is_steady_over_the_day_and_never_none() {
        let mut before = Hour::of(-40.0, 0.0);
        for step in 1..=1_200 {
            let hour = Hour::of(-40.0 + step as f32 * 0.1, 0.0);
            let level = hour.on_level();
            assert!(level.min_element() > 0.05, "at {step}: {level}");
            assert!((level - before.on_level()).abs().max_element() < 0.05, "at {step}");
            assert!(hour.sun.y > 0.1 && (hour.sun.truncate().length() - 1.0).abs() < 1e-5);
            before = hour;
        }
    }
}
