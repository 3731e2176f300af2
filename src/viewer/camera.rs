//! The camera: orbit, pan and zoom with mouse, trackpad and touch; clicks select; flights are eased.

use bevy::camera::Exposure;
use bevy::core_pipeline::tonemapping::Tonemapping;
use bevy::input::mouse::{AccumulatedMouseMotion, AccumulatedMouseScroll, MouseScrollUnit};
use bevy::prelude::*;
use bevy::window::PrimaryWindow;
use bevy_egui::input::EguiWantsInput;
use rainier::sim::HallColumns;
use rainier::sim::twin::Plan;
use rainier::site::Campus;
use rainier::site::campus::Found;
use rainier::site::pick::{Ray, pick};

use crate::selection::{Roofs, Selection};

/// Where the camera is and where it is going.
#[derive(Resource, Debug, Clone, Copy)]
pub(crate) struct Orbit {
    now: View,
    goal: View,
    /// Distance that the pointer has gone since the button went down, pixels.
    dragged: f32,
    /// Middle of what the panels leave free, from the window's middle, in window heights right and down.
    pub(crate) free: Vec2,
    /// A place to show in a way that its size asks for.
    pub(crate) fly_to: Option<Found>,
    /// A stretch of ground to show: west, south, east and north edge, m.
    pub(crate) fly_over: Option<[f64; 4]>,
}

/// A look at a point.
#[derive(Debug, Clone, Copy)]
struct View {
    focus: Vec3,
    /// Metres from the point.
    distance: f32,
    /// Turn about the vertical, and height over the horizon, radians.
    yaw: f32,
    pitch: f32,
}

/// Where the camera stands, as links keep it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Pose {
    /// The point that is looked at, m.
    pub(crate) focus_m: [f32; 3],
    /// Metres from it.
    pub(crate) distance_m: f32,
    /// Turn about the vertical, radians.
    pub(crate) yaw: f32,
    /// Height over the horizon, radians.
    pub(crate) pitch: f32,
}

impl Pose {
    /// A pose within the reach of the camera; none of any other numbers.
    pub(crate) fn checked(focus_m: [f32; 3], distance_m: f32, yaw: f32, pitch: f32) -> Option<Self> {
        let inside = focus_m.iter().all(|x| x.abs() <= REACH_M)
            && (DISTANCE_M[0]..=DISTANCE_M[1]).contains(&distance_m)
            && yaw.abs() <= MOST_YAW
            && (PITCH[0]..=PITCH[1]).contains(&pitch);
        inside.then_some(Self {
            focus_m,
            distance_m,
            yaw,
            pitch,
        })
    }
}

/// Farthest point that is looked at along each axis, m.
const REACH_M: f32 = 3_000.0;

/// Lowest and highest look, radians over the horizon.
const PITCH: [f32; 2] = [0.04, 1.54];

/// Most turn that a pose has, radians.
const MOST_YAW: f32 = 1e4;

impl View {
    /// Height of what is seen at the point, m.
    fn height_m(&self) -> f32 {
        2.0 * self.distance * (FOV / 2.0).tan()
    }

    fn transform(&self) -> Transform {
        let direction = Vec3::new(
            self.yaw.sin() * self.pitch.cos(),
            self.pitch.sin(),
            self.yaw.cos() * self.pitch.cos(),
        );
        Transform::from_translation(self.focus + direction * self.distance).looking_at(self.focus, Vec3::Y)
    }
}

/// Nearest and farthest view, m.
const DISTANCE_M: [f32; 2] = [1.5, 4_000.0];

/// Vertical field of view, radians.
const FOV: f32 = 0.7;

/// A pointer that moved less than this between down and up has clicked, pixels.
const CLICK_PX: f32 = 4.0;

impl Orbit {
    fn of(campus: &Campus) -> Self {
        let extent = campus.terrain.size_m[0].max(campus.terrain.size_m[1]) as f32;
        let home = View {
            focus: Vec3::new(0.0, 0.0, 0.06 * extent),
            distance: extent * 1.22,
            yaw: 0.38,
            pitch: 0.60,
        };
        Self {
            now: home,
            goal: home,
            dragged: 0.0,
            free: Vec2::ZERO,
            fly_to: None,
            fly_over: None,
        }
    }

    fn fly(&mut self, campus: &Campus, found: Found) {
        let size = |rect: &rainier::site::campus::Rect| rect.size_m[0].max(rect.size_m[1]) as f32;
        let (at_m, up, distance) = match found {
            Found::Building(b) => (
                campus.buildings[b].rect.at_m,
                0.0,
                size(&campus.buildings[b].rect) * 1.2,
            ),
            Found::Hall(h) => (campus.halls[h].rect.at_m, 0.0, size(&campus.halls[h].rect) * 1.1),
            Found::Row(r) => {
                let racks = &campus.rows[r].racks;
                (campus.rack_at_m((racks.start + racks.end) / 2), 1.0, 22.0)
            }
            Found::Rack(rack) => (campus.rack_at_m(rack), 1.5, 4.2),
            Found::Chip { rack, .. } => (campus.rack_at_m(rack), 1.5, 3.2),
        };
        self.goal.focus = crate::world::meshes::at(at_m, up);
        self.goal.distance = distance;
        if matches!(found, Found::Rack(_) | Found::Chip { .. }) {
            // Racks look east and west: stand in the aisle, before the next row.
            self.goal.yaw = -1.25;
            self.goal.pitch = 0.10;
        }
    }

    /// Shows a stretch of ground from above.
    fn over(&mut self, [west, south, east, north]: [f64; 4]) {
        self.goal.focus = crate::world::meshes::at([(west + east) / 2.0, (south + north) / 2.0], 0.0);
        let size = ((east - west).max(north - south) as f32).max(12.0);
        self.goal.distance = (size * 1.35).clamp(DISTANCE_M[0], DISTANCE_M[1]);
        self.goal.pitch = self.goal.pitch.clamp(0.75, 1.2);
    }

    /// Where it stands or is going, to the centimetre and a thousandth of a radian.
    pub(crate) fn pose(&self) -> Pose {
        let View {
            focus,
            distance,
            yaw,
            pitch,
        } = self.goal;
        let rounded = |x: f32, parts: f32| (x * parts).round() / parts;
        Pose {
            focus_m: focus.to_array().map(|x| rounded(x, 100.0)),
            distance_m: rounded(distance, 100.0).clamp(DISTANCE_M[0], DISTANCE_M[1]),
            yaw: rounded(yaw % std::f32::consts::TAU, 1_000.0),
            pitch: rounded(pitch, 1_000.0).clamp(PITCH[0], PITCH[1]),
        }
    }

    /// Stands there at once.
    pub(crate) fn stand(&mut self, pose: Pose) {
        self.goal = View {
            focus: Vec3::from_array(pose.focus_m),
            distance: pose.distance_m,
            yaw: pose.yaw,
            pitch: pose.pitch,
        };
        self.arrive();
        self.fly_to = None;
        self.fly_over = None;
    }

    /// Goes where it is going at once, for pictures.
    pub(crate) fn arrive(&mut self) {
        self.now = self.goal;
    }
}

fn spawn(
    mut commands: Commands,
    plan: Res<Plan>,
    (hour, quality): (Res<crate::world::scene::Hour>, Res<crate::quality::Quality>),
) {
    let orbit = Orbit::of(&plan.0);
    commands.spawn((
        Camera3d::default(),
        Camera {
            clear_color: ClearColorConfig::Custom(hour.sky()),
            ..default()
        },
        Projection::from(PerspectiveProjection {
            near: 0.2,
            far: 12_000.0,
            fov: FOV,
            ..default()
        }),
        Tonemapping::None,
        Exposure::default(),
        quality.msaa(),
        orbit.now.transform(),
    ));
    commands.insert_resource(orbit);
}

/// Shows all of another site when its scenario has been loaded.
fn go_home(plan: Res<Plan>, mut site: Local<Option<String>>, mut orbit: ResMut<Orbit>) {
    if !plan.is_changed() {
        return;
    }
    let other = site
        .replace(plan.0.name.clone())
        .is_some_and(|before| before != plan.0.name);
    if other {
        let free = orbit.free;
        *orbit = Orbit::of(&plan.0);
        orbit.free = free;
    }
}

/// What the pointer, wheel and fingers ask for.
fn steer(
    mut orbit: ResMut<Orbit>,
    wants: Res<EguiWantsInput>,
    buttons: Res<ButtonInput<MouseButton>>,
    keys: Res<ButtonInput<KeyCode>>,
    motion: Res<AccumulatedMouseMotion>,
    scroll: Res<AccumulatedMouseScroll>,
    touches: Res<Touches>,
    window: Query<&Window, With<PrimaryWindow>>,
    camera: Query<(&Camera, &GlobalTransform)>,
) {
    if buttons.get_just_pressed().next().is_some() {
        orbit.dragged = 0.0;
    }
    if wants.wants_any_pointer_input() {
        // A press that began on a panel is never a click on the site.
        orbit.dragged = f32::MAX;
        return;
    }
    let height = window.single().map_or(800.0, |w| w.height().max(1.0));
    let mut turn = Vec2::ZERO;
    let mut slide = Vec2::ZERO;
    let mut zoom = 0.0;
    let pan = buttons.pressed(MouseButton::Right)
        || buttons.pressed(MouseButton::Middle)
        || keys.pressed(KeyCode::ShiftLeft)
        || keys.pressed(KeyCode::ShiftRight);
    if buttons.pressed(MouseButton::Left) || buttons.pressed(MouseButton::Right) || buttons.pressed(MouseButton::Middle)
    {
        orbit.dragged += motion.delta.length();
        if pan {
            slide += motion.delta
        } else {
            turn += motion.delta
        }
    }
    zoom += match scroll.unit {
        MouseScrollUnit::Line => scroll.delta.y * 0.16,
        MouseScrollUnit::Pixel => scroll.delta.y * 0.0022,
    };
    let fingers: Vec<_> = touches.iter().collect();
    match fingers.as_slice() {
        [one] => turn += one.delta(),
        [a, b] => {
            slide += (a.delta() + b.delta()) / 2.0;
            let before = a.previous_position().distance(b.previous_position()).max(1.0);
            zoom += (a.position().distance(b.position()).max(1.0) / before).ln();
        }
        _ => {}
    }
    // Zooming keeps the place under the pointer, or between the fingers, where it is.
    let target = match fingers.as_slice() {
        [a, b] => Some((a.position() + b.position()) / 2.0),
        _ => window.single().ok().and_then(Window::cursor_position),
    };
    let anchor = target.filter(|_| zoom != 0.0).and_then(|position| {
        let (camera, transform) = camera.single().ok()?;
        let ray = camera.viewport_to_world(transform, position).ok()?;
        let along = (orbit.goal.focus.y - ray.origin.y) / ray.direction.y;
        // Near the horizon a step of the wheel would leap over fields.
        (along > 0.0 && along < orbit.goal.distance * 4.0).then(|| ray.get_point(along))
    });
    let goal = &mut orbit.goal;
    let before_m = goal.distance;
    goal.yaw -= turn.x * 0.005;
    goal.pitch = (goal.pitch + turn.y * 0.005).clamp(PITCH[0], PITCH[1]);
    goal.distance = (goal.distance * (-zoom).exp()).clamp(DISTANCE_M[0], DISTANCE_M[1]);
    if let Some(anchor) = anchor {
        goal.focus += (anchor - goal.focus).with_y(0.0) * (1.0 - goal.distance / before_m);
    }
    let metres = goal.height_m() / height;
    let (sin, cos) = goal.yaw.sin_cos();
    let (right, forward) = (Vec3::new(cos, 0.0, -sin), Vec3::new(-sin, 0.0, -cos));
    goal.focus += (-right * slide.x + forward * slide.y) * metres;
    goal.focus = goal.focus.clamp(Vec3::splat(-REACH_M), Vec3::splat(REACH_M));
}

/// Eases towards the goal and writes the camera.
fn ease(
    time: Res<Time<Real>>,
    plan: Res<Plan>,
    mut orbit: ResMut<Orbit>,
    mut camera: Query<(&mut Transform, &mut Projection), With<Camera3d>>,
) {
    if let Some(found) = orbit.fly_to.take() {
        orbit.fly(&plan.0, found);
    }
    if let Some(bounds) = orbit.fly_over.take() {
        orbit.over(bounds);
    }
    let t = 1.0 - (-time.delta_secs() * 7.0).exp();
    let goal = orbit.goal;
    let now = &mut orbit.now;
    now.focus = now.focus.lerp(goal.focus, t);
    now.distance = (now.distance.ln() + (goal.distance.ln() - now.distance.ln()) * t).exp();
    now.yaw += (goal.yaw - now.yaw) * t;
    now.pitch += (goal.pitch - now.pitch) * t;
    let (now, free) = (*now, orbit.free);
    if let Ok((mut transform, mut projection)) = camera.single_mut() {
        *transform = now.transform();
        // The point that is looked at stands in the middle of what the panels leave free.
        let shift = *transform.right() * -free.x + *transform.up() * free.y;
        transform.translation += shift * now.height_m();
        // WebGL keeps its depth to a fixed step, not a relative one: the near plane has to follow the distance,
        // or roads and ponds flicker through the ground from afar.
        if let Projection::Perspective(perspective) = &mut *projection {
            perspective.near = (now.distance * 0.03).max(0.1);
        }
    }
}

/// A vector of the drawn world as east, north and up.
fn east_north_up(v: Vec3) -> [f64; 3] {
    [v.x, -v.z, v.y].map(f64::from)
}

/// A click selects what is under the pointer; a second click on the same place goes there.
fn click(
    mut orbit: ResMut<Orbit>,
    mut selection: ResMut<Selection>,
    plan: Res<Plan>,
    halls: Res<HallColumns>,
    roofs: Res<Roofs>,
    wants: Res<EguiWantsInput>,
    buttons: Res<ButtonInput<MouseButton>>,
    touches: Res<Touches>,
    window: Query<&Window, With<PrimaryWindow>>,
    camera: Query<(&Camera, &GlobalTransform)>,
) {
    let tapped = touches
        .iter_just_released()
        .next()
        .filter(|t| t.distance().length() < 12.0)
        .map(|t| t.position());
    let clicked = buttons.just_released(MouseButton::Left) && orbit.dragged < CLICK_PX;
    if wants.wants_any_pointer_input() || !(clicked || tapped.is_some()) {
        return;
    }
    let (Ok(window), Ok((camera, transform))) = (window.single(), camera.single()) else {
        return;
    };
    let Some(position) = tapped.or(window.cursor_position()) else {
        return;
    };
    let Ok(ray) = camera.viewport_to_world(transform, position) else {
        return;
    };
    let ray = Ray {
        origin_m: east_north_up(ray.origin),
        direction: east_north_up(*ray.direction),
    };
    let found = pick(&plan.0, &halls.live, &ray, roofs.0);
    // From afar a chip is smaller than the pointer: take its rack.
    let found = match found {
        Some(Found::Chip { rack, .. }) if orbit.now.distance > 40.0 => Some(Found::Rack(rack)),
        other => other,
    };
    if found.is_some() && found == selection.0 {
        orbit.fly_to = found;
    }
    selection.0 = found;
}

pub(crate) fn plugin(app: &mut App) {
    app.add_systems(Startup, spawn);
    app.add_systems(Update, (go_home, steer, click, ease).chain());
}
