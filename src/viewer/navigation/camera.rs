//! The camera: an orbit about a point, from the whole site to one chip.

use bevy::camera::Exposure;
use bevy::core_pipeline::tonemapping::Tonemapping;
use bevy::prelude::*;
use rainier::sim::twin::Plan;
use rainier::site::Campus;
use rainier::site::campus::Found;
use rainier::site::pick::FLOOR_M;
pub(crate) use rainier::view::link::Pose;
use rainier::view::link::{DISTANCE_M, PITCH, REACH_M};

use crate::navigation::flight::{Flight, turn};
use crate::selection::Selection;
use crate::world::meshes::at;

/// Where the camera is and where it is going.
#[derive(Resource, Debug, Clone, Copy)]
pub(crate) struct Orbit {
    now: View,
    goal: View,
    flight: Option<Flight>,
    /// The ground that all of the site's buildings stand on: west, south, east and north edge, m.
    ground_m: [f32; 4],
    /// Whether it shows all, however much room there is: nobody has taken it in hand since the start, or since it went home.
    shows_all: bool,
    /// Middle of what the panels leave free, from the window's middle, in window heights right and down.
    pub(crate) free: Vec2,
    /// The same from before something was selected: the picture stands still until it goes somewhere.
    held: Option<Vec2>,
    /// Width and height of what the panels leave free, in window heights.
    pub(crate) room: Vec2,
    /// A place to show in a way that its size asks for.
    pub(crate) fly_to: Option<Found>,
    /// A stretch of ground to show: west, south, east and north edge, m.
    pub(crate) fly_over: Option<[f64; 4]>,
    /// Anything else to show.
    pub(crate) go: Option<Go>,
    /// How fast it goes round by itself, radians a second.
    pub(crate) drift: f32,
    /// Whether it goes at once instead of flying.
    pub(crate) cuts: bool,
}

/// What can be gone to beside places.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Go {
    /// The whole site.
    Home,
    /// A point, m east, north and up, from a distance, m.
    Point([f64; 2], f64, f32),
    /// A look.
    View(View),
}

/// A look at a point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct View {
    /// The point.
    pub(crate) focus: Vec3,
    /// Metres from the point.
    pub(crate) distance: f32,
    /// Turn about the vertical, radians; 0 stands south of the point.
    pub(crate) yaw: f32,
    /// Height over the horizon, radians.
    pub(crate) pitch: f32,
}

impl View {
    /// Height of what is seen at the point, m.
    pub(crate) fn height_m(&self) -> f32 {
        2.0 * self.distance * (FOV / 2.0).tan()
    }

    /// Direction from the point to the eye.
    pub(crate) fn direction(&self) -> Vec3 {
        Vec3::new(
            self.yaw.sin() * self.pitch.cos(),
            self.pitch.sin(),
            self.yaw.cos() * self.pitch.cos(),
        )
    }

    fn transform(&self) -> Transform {
        Transform::from_translation(self.focus + self.direction() * self.distance).looking_at(self.focus, Vec3::Y)
    }

    /// The same look with all of it inside what can be looked at.
    pub(crate) fn kept(mut self) -> Self {
        self.distance = self.distance.clamp(DISTANCE_M[0], DISTANCE_M[1]);
        self.focus = self.focus.clamp(Vec3::splat(-REACH_M), Vec3::splat(REACH_M));
        // What is high up is looked at from near by: from afar the point is on the ground.
        self.focus.y = self.focus.y.clamp(0.0, (30.0 / self.distance).min(3.0));
        // The eye stays above the ground.
        let lowest = ((EYE_M - self.focus.y) / self.distance).clamp(-0.5, 1.0).asin();
        self.pitch = self.pitch.clamp(lowest.max(PITCH[0]), PITCH[1]);
        self
    }
}

/// Lowest height of the eye, m.
const EYE_M: f32 = 0.5;

/// Vertical field of view, radians.
const FOV: f32 = 0.7;

/// A view from higher up than this is steep enough to see the ground by, radians.
const STEEP: f32 = 0.45;

/// Turn of the look at the whole site, radians: over a corner, so that rows and ends of buildings are seen.
const HOME_YAW: f32 = 0.52;

/// How far the horizon lies below the upper edge of what is free, as a share of its height.
const SKY: f32 = 0.06;

/// Lowest and highest look at the whole site with the horizon over it, radians.
const HOME_PITCH: [f32; 2] = [0.14, 0.42];

/// Highest look at the whole site from where there is more room above it than beside it, radians over the horizon.
const HOME_STEEPEST: f32 = 0.9;

/// Steps in which that look is raised, radians.
const HOME_STEP: f32 = 0.02;

/// Share of what is free that stays empty around the site: to the sides, below, and between it and the horizon.
const HOME_MARGIN: [f32; 3] = [0.03, 0.10, 0.20];

/// The ground that all buildings and substations stand on: west, south, east and north edge, m.
fn ground_of(campus: &Campus) -> [f32; 4] {
    let buildings = campus.buildings.iter().map(|b| &b.rect);
    let all = buildings.chain(campus.substations.iter().map(|s| &s.rect));
    let edges = all.fold(
        [f64::INFINITY, f64::INFINITY, -f64::INFINITY, -f64::INFINITY],
        |edges, rect| {
            let [w, d] = rect.size_m.map(|m| m / 2.0);
            let [x, y] = rect.at_m;
            [
                edges[0].min(x - w),
                edges[1].min(y - d),
                edges[2].max(x + w),
                edges[3].max(y + d),
            ]
        },
    );
    // A site without buildings is looked at in its middle.
    edges.map(|m| {
        if m.is_finite() {
            m as f32
        } else {
            m.signum() as f32 * -100.0
        }
    })
}

/// The look at a stretch of ground from as near as what is free allows: its middle from the window's middle, right and down,
/// and its size, in window heights. It has the horizon and some sky over it, unless there is more room above it than beside it:
/// then it is steeper, until the ground fills that room too.
fn home(ground_m: [f32; 4], free: Vec2, room: Vec2) -> View {
    let half = (FOV / 2.0).tan();
    // Up and right in slopes of rays.
    let middle = Vec2::new(free.x, -free.y) * 2.0 * half;
    let room = room.max(Vec2::splat(0.1)) * half;
    let level = (middle.y + room.y * (1.0 - 2.0 * SKY)).atan();
    let mut pitch = level.clamp(HOME_PITCH[0], HOME_PITCH[1]);
    let mut look = Look::new(ground_m, middle, room, pitch);
    let upright = room.y > room.x;
    while upright && look.has_room_above() && pitch < HOME_STEEPEST {
        pitch += HOME_STEP;
        let steeper = Look::new(ground_m, middle, room, pitch);
        if !steeper.has_room_above() {
            break;
        }
        look = steeper;
    }
    look.view(middle)
}

/// Where the eye can be along one direction of the picture. With the eye at `p`, a corner `c` is seen at the slope
/// (c - p)·side / (p - c)·back. For each side the eye must lie between two planes; the further back it is, the more room is
/// between them.
#[derive(Debug, Clone, Copy)]
struct RackCapacity {
    from: f32,
    to: f32,
    least: f32,
    most: f32,
}

impl RackCapacity {
    fn new(corners: [Vec3; 4], side: Vec3, back: Vec3, [least, most]: [f32; 2]) -> Self {
        let bound = |slope: f32| corners.map(|c| c.dot(side) + slope * c.dot(back));
        Self {
            from: bound(most).into_iter().fold(-f32::INFINITY, f32::max),
            to: bound(least).into_iter().fold(f32::INFINITY, f32::min),
            least,
            most,
        }
    }

    /// How far back the eye must be.
    fn back(self) -> f32 {
        (self.from - self.to) / (self.most - self.least)
    }

    /// Where the eye is along this direction, so far back.
    fn place(self, away: f32) -> f32 {
        ((self.from - self.most * away) + (self.to - self.least * away)) / 2.0
    }
}

/// How a stretch of ground fits into a picture that is looked at from over the horizon.
#[derive(Debug, Clone, Copy)]
struct Look {
    pitch: f32,
    /// To the eye, to the right and up in the picture.
    axes: [Vec3; 3],
    across: RackCapacity,
    along: RackCapacity,
}

impl Look {
    fn new(ground_m: [f32; 4], middle: Vec2, room: Vec2, pitch: f32) -> Self {
        let (sin, cos) = HOME_YAW.sin_cos();
        let back = Vec3::new(sin * pitch.cos(), pitch.sin(), cos * pitch.cos());
        let right = Vec3::new(cos, 0.0, -sin);
        let up = back.cross(right);
        let [beside, below, above] = HOME_MARGIN.map(|margin| 2.0 * margin);
        let across = [middle.x - room.x * (1.0 - beside), middle.x + room.x * (1.0 - beside)];
        let low = middle.y - room.y * (1.0 - below);
        // Below the horizon, or below the upper edge where the horizon is above it.
        let high = (pitch.tan() - above * room.y).min(middle.y + room.y * (1.0 - below));
        let [west, south, east, north] = ground_m;
        let corners = [[west, south], [east, south], [east, north], [west, north]].map(|[x, y]| Vec3::new(x, 0.0, -y));
        Self {
            pitch,
            axes: [back, right, up],
            across: RackCapacity::new(corners, right, back, across),
            along: RackCapacity::new(corners, up, back, [low, high.max(low + 0.2 * room.y)]),
        }
    }

    /// Whether the ground fills what is free from side to side before it fills it from the foot to the head.
    fn has_room_above(&self) -> bool {
        self.across.back() > self.along.back()
    }

    fn view(&self, middle: Vec2) -> View {
        let [back, right, up] = self.axes;
        let away = self.across.back().max(self.along.back());
        let eye = back * away + right * self.across.place(away) + up * self.along.place(away);
        // What lies on the ground in the middle of what is free is what is looked at.
        let ray = -back + right * middle.x + up * middle.y;
        let distance = (eye.y / (-ray.y).max(0.05)).clamp(DISTANCE_M[0], DISTANCE_M[1]);
        View {
            focus: (eye + ray * distance).with_y(0.0),
            distance,
            yaw: HOME_YAW,
            pitch: self.pitch,
        }
        .kept()
    }
}

/// The middle of a tray or a chip on the west face of its rack, where its air goes in: m east and north, and up.
pub(crate) fn on_face(campus: &Campus, found: Found) -> Option<([f64; 2], f64)> {
    let (rack, row, columns) = match found {
        Found::Tray { rack, tray } => (rack, tray, None),
        Found::Chip { rack, chip } => {
            let tray = campus.tray_of(rack, chip);
            (rack, tray, Some(chip - campus.tray_chips(rack, tray).start))
        }
        _ => return None,
    };
    let kind = campus.rack_kind(rack);
    let [across, rows] = kind.face_grid().map(f64::from);
    let [width, depth, height] = kind.rack.size_m;
    let [x, y] = campus.rack_at_m(rack);
    // The west face counts from north to south.
    let share = columns.map_or(0.5, |column| (column as f64 + 0.5) / across);
    let up = FLOOR_M + height * (row as f64 + 0.5) / rows;
    Some(([x - depth / 2.0, y + width * (0.5 - share)], up))
}

impl Orbit {
    fn of(campus: &Campus) -> Self {
        let ground_m = ground_of(campus);
        let room = Vec2::new(1.3, 0.8);
        let home = home(ground_m, Vec2::ZERO, room);
        Self {
            now: home,
            goal: home,
            flight: None,
            ground_m,
            shows_all: true,
            free: Vec2::ZERO,
            held: None,
            room,
            fly_to: None,
            fly_over: None,
            go: None,
            drift: 0.0,
            cuts: false,
        }
    }

    /// The look at the whole site.
    fn home(&self) -> View {
        home(self.ground_m, self.free, self.room)
    }

    /// Where it is.
    pub(crate) fn now(&self) -> View {
        self.now
    }

    /// Where it is going.
    pub(crate) fn goal(&self) -> View {
        self.flight.map_or(self.goal, |flight| flight.to())
    }

    /// Whether it has come to where it was going.
    pub(crate) fn rests(&self) -> bool {
        let (now, goal) = (&self.now, &self.goal);
        self.flight.is_none()
            && (now.distance / goal.distance).ln().abs() < 0.01
            && now.focus.distance(goal.focus) < 0.01 * goal.distance
            && (now.yaw - goal.yaw).abs() + (now.pitch - goal.pitch).abs() < 0.01
    }

    /// What stands in the middle of the picture, from the window's middle, in window heights right and down.
    fn middle(&self) -> Vec2 {
        self.held.unwrap_or(self.free)
    }

    /// Keeps the picture where it is, whatever the panels of a new selection leave free.
    fn hold(&mut self) {
        self.held = Some(self.middle());
        self.shows_all = false;
    }

    /// Takes the camera in hand: a flight ends where it is, and what is done with the look is done.
    pub(crate) fn steer(&mut self, with: impl FnOnce(&mut View)) {
        if self.flight.take().is_some() {
            self.goal = self.now;
        }
        self.drift = 0.0;
        self.shows_all = false;
        with(&mut self.goal);
        self.goal = self.goal.kept();
    }

    /// The look at a place from where it is best seen.
    fn look_at(&self, campus: &Campus, found: Found) -> View {
        let size = |rect: &rainier::site::campus::Rect| rect.size_m[0].max(rect.size_m[1]) as f32;
        let mut view = self.goal();
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
            Found::Tray { rack, .. } | Found::Chip { rack, .. } => {
                let (at_m, up) = on_face(campus, found).unwrap_or((campus.rack_at_m(rack), 1.5));
                let distance = if matches!(found, Found::Tray { .. }) { 1.7 } else { 0.85 };
                (at_m, up, distance)
            }
        };
        view.focus = at(at_m, up);
        view.distance = distance;
        match found {
            // Racks look east and west: stand in the aisle, before the next row.
            Found::Rack(_) => (view.yaw, view.pitch) = (-1.25, 0.10),
            Found::Tray { .. } => (view.yaw, view.pitch) = (-1.42, 0.10),
            Found::Chip { .. } => (view.yaw, view.pitch) = (-1.50, 0.08),
            _ if view.pitch < STEEP => view.pitch = 0.60,
            _ => {}
        }
        view.kept()
    }

    /// A stretch of ground from above.
    fn look_over(&self, [west, south, east, north]: [f64; 4]) -> View {
        let size = ((east - west).max(north - south) as f32).max(12.0);
        let mut view = self.goal();
        view.focus = at([(west + east) / 2.0, (south + north) / 2.0], 0.0);
        view.distance = size * 1.35;
        view.pitch = view.pitch.clamp(0.75, 1.2);
        view.kept()
    }

    /// Where it goes when it is asked to go to a place.
    pub(crate) fn view_of(&self, campus: &Campus, found: Option<Found>) -> View {
        found.map_or_else(|| self.home(), |found| self.look_at(campus, found))
    }

    /// Sets out for a look.
    fn set_out(&mut self, to: View) {
        self.shows_all = false;
        self.flight = (!self.cuts).then(|| Flight::new(self.now, to));
        self.goal = to;
        if self.cuts {
            self.now = to;
            self.held = None;
        }
    }

    /// Shows all of the site, as what is free allows now: panels that open or close on the way change that.
    fn show_all(&mut self) {
        let home = self.home();
        self.goal = home;
        match self.flight {
            Some(flight) if flight.to() != home => self.flight = Some(Flight::new(self.now, home)),
            Some(_) => {}
            None => self.now = home,
        }
    }

    /// Where it stands or is going, to the centimetre and a thousandth of a radian.
    pub(crate) fn pose(&self) -> Pose {
        let View {
            focus,
            distance,
            yaw,
            pitch,
        } = self.goal();
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
        self.flight = None;
        self.shows_all = false;
        self.held = None;
        self.now = self.goal;
        (self.fly_to, self.fly_over, self.go) = (None, None, None);
    }

    /// Stands where it stood at the start, as if nothing had been asked since.
    pub(crate) fn start_over(&mut self) {
        let home = self.home();
        (self.now, self.goal, self.flight, self.drift) = (home, home, None, 0.0);
        self.held = None;
        (self.fly_to, self.fly_over, self.go) = (None, None, None);
    }

    /// Goes where it is going at once, for pictures.
    pub(crate) fn arrive(&mut self) {
        self.goal = self.goal();
        self.flight = None;
        self.held = None;
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
        let before = *orbit;
        *orbit = Orbit {
            free: before.free,
            room: before.room,
            cuts: before.cuts,
            // What has been asked for in the same frame is about the new site.
            fly_to: before.fly_to,
            fly_over: before.fly_over,
            go: before.go,
            drift: before.drift,
            ..Orbit::of(&plan.0)
        };
    }
}

/// Flies, or eases towards the goal, and writes the camera.
pub(crate) fn ease(
    time: Res<Time<Real>>,
    plan: Res<Plan>,
    selection: Res<Selection>,
    mut selected: Local<Option<Found>>,
    mut orbit: ResMut<Orbit>,
    mut camera: Query<(&mut Transform, &mut Projection), With<Camera3d>>,
) {
    // A long frame, such as that of a scenario that starts, must not be a jump.
    let seconds = time.delta_secs().min(0.1);
    let place = orbit.fly_to.take().map(|found| orbit.look_at(&plan.0, found));
    let ground = orbit.fly_over.take().map(|bounds| orbit.look_over(bounds));
    let asked = orbit.go.take();
    let other = asked.map(|go| match go {
        Go::Home => orbit.home(),
        Go::View(view) => view.kept(),
        Go::Point(at_m, up_m, distance) => {
            let mut view = orbit.goal();
            view.focus = at(at_m, up_m);
            view.distance = distance;
            view.pitch = view.pitch.max(STEEP);
            view.kept()
        }
    });
    let goes = other.or(ground).or(place);
    let reselected = std::mem::replace(&mut *selected, selection.0) != selection.0;
    match goes {
        Some(view) => {
            orbit.set_out(view);
            orbit.shows_all = asked == Some(Go::Home);
        }
        None if reselected && orbit.flight.is_none() => orbit.hold(),
        None => {}
    }
    if orbit.shows_all && orbit.drift == 0.0 {
        orbit.show_all();
    }
    if let Some(mut flight) = orbit.flight {
        let (look, done) = flight.advance(seconds);
        orbit.now = look;
        orbit.flight = (!done).then_some(flight);
        let free = orbit.free;
        orbit.held = orbit
            .held
            .filter(|_| !done)
            .map(|held| held.lerp(free, 1.0 - (-seconds * 9.0).exp()));
    } else {
        let t = 1.0 - (-seconds * 9.0).exp();
        let drift = orbit.drift * seconds;
        orbit.goal.yaw += drift;
        let goal = orbit.goal;
        let now = &mut orbit.now;
        now.focus = now.focus.lerp(goal.focus, t);
        now.distance = (now.distance.ln() + (goal.distance.ln() - now.distance.ln()) * t).exp();
        now.yaw = turn(now.yaw, goal.yaw, t);
        now.pitch += (goal.pitch - now.pitch) * t;
    }
    let (now, free) = (orbit.now, orbit.middle());
    if let Ok((mut transform, mut projection)) = camera.single_mut() {
        *transform = now.transform();
        // The point that is looked at stands in the middle of what the panels leave free.
        let shift = *transform.right() * -free.x + *transform.up() * free.y;
        transform.translation += shift * now.height_m();
        // WebGL keeps its depth to a fixed step, not a relative one: the near plane has to follow the distance,
        // or roads and ponds flicker through the ground from afar.
        if let Projection::Perspective(perspective) = &mut *projection {
            perspective.near = (now.distance * 0.03).max(0.02);
        }
    }
}

/// Flights are cuts for those who ask their system for less motion.
fn ask_for_motion(mut orbit: ResMut<Orbit>) {
    orbit.cuts = less_motion();
}

#[cfg(target_arch = "wasm32")]
fn less_motion() -> bool {
    let window = web_sys::window();
    let query = window.and_then(|window| window.match_media("(prefers-reduced-motion: reduce)").ok()?);
    query.is_some_and(|query| query.matches())
}

/// Windows' systems have no common way to ask.
#[cfg(not(target_arch = "wasm32"))]
fn less_motion() -> bool {
    false
}

pub(crate) fn plugin(app: &mut App) {
    app.add_systems(Startup, (spawn, ask_for_motion).chain());
    app.add_systems(Update, (go_home, ease).chain());
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where corners of the ground are seen, right and up of what is free, as shares of its half width and height.
    fn seen(ground_m: [f32; 4], free: Vec2, room: Vec2) -> (View, [Vec2; 4]) {
        let view = home(ground_m, free, room);
        let half = (FOV / 2.0).tan();
        let transform = view.transform();
        let shift = *transform.right() * -free.x + *transform.up() * free.y;
        let eye = transform.translation + shift * view.height_m();
        let [west, south, east, north] = ground_m;
        let corners = [[west, south], [east, south], [east, north], [west, north]];
        let seen = corners.map(|[x, y]| {
            let to = Vec3::new(x, 0.0, -y) - eye;
            let slopes = Vec2::new(to.dot(*transform.right()), to.dot(*transform.up())) / to.dot(*transform.forward());
            (slopes / half - Vec2::new(free.x, -free.y) * 2.0) / room
        });
        (view, seen)
    }

    #[test]
    fn home_shows_all_of_the_site_whatever_the_shape_of_the_window() {
        let ground_m = [-700.0, -500.0, 700.0, 500.0];
        let shapes = [
            (Vec2::new(-0.16, 0.02), Vec2::new(1.44, 0.78)),
            (Vec2::ZERO, Vec2::new(1.3, 0.8)),
            (Vec2::ZERO, Vec2::new(2.4, 0.8)),
            (Vec2::new(0.0, 0.02), Vec2::new(0.64, 0.85)),
            (Vec2::new(0.0, -0.1), Vec2::new(0.46, 0.6)),
        ];
        for (free, room) in shapes {
            let (view, corners) = seen(ground_m, free, room);
            let [mut least, mut most] = [Vec2::MAX, Vec2::MIN];
            for corner in corners {
                assert!(corner.abs().max_element() <= 1.0, "{corner} of {room}");
                (least, most) = (least.min(corner), most.max(corner));
            }
            // It fills what is free in one direction at least, and stands in the middle of its width.
            let fills = (most - least) / 2.0;
            assert!(fills.x > 0.8 || fills.y > 0.5, "{fills} of {room}");
            assert!((most.x + least.x).abs() < 0.3, "{least} to {most} of {room}");
            // In an upright window it stands over the width, and does not lie in a strip of it.
            if room.y > room.x {
                assert!(fills.x > 0.9 && fills.y > 0.45, "{fills} of {room} at {}", view.pitch);
            }
        }
    }
}
