//! Mouse, trackpad, touch and keys: turning, moving, zooming to what is pointed at, and selecting.

use bevy::input::mouse::{AccumulatedMouseMotion, AccumulatedMouseScroll, MouseButtonInput, MouseScrollUnit};
use bevy::input::touch::TouchInput;
use bevy::prelude::*;
use bevy::window::PrimaryWindow;
use bevy_egui::{EguiContexts, egui};
use rainier::sim::HallColumns;
use rainier::sim::twin::Plan;
use rainier::site::Campus;
use rainier::site::campus::Found;
use rainier::site::pick::Ray;

use crate::navigation::inside::Inside;
use crate::navigation::keys::Presses;
use crate::navigation::tour::Touring;
use crate::navigation::{Go, Orbit, camera, keys_are_free};
use crate::panels::windows::Windows;
use crate::selection::{Roofs, Selection};

/// A pointer that moved less than this between down and up has clicked, pixels.
const CLICK_PX: f32 = 4.0;

/// A finger that moved less than this has tapped, pixels.
const TAP_PX: f32 = 12.0;

/// Height on the screen from which a tray is told from its rack, and a chip from its tray, pixels.
const TRAY_PX: f32 = 7.0;
const CHIP_PX: f32 = 70.0;

/// Two clicks within this time, and not further apart than a tap, are a double click, s.
const DOUBLE_CLICK_S: f32 = 0.5;

/// What the pointer and the fingers are on, and what they have done since they went down. A panel is not glass: what begins
/// on one never reaches the site, and what begins on the site goes on over a panel.
#[derive(Resource, Debug, Clone, Default)]
struct Hands {
    /// Whether the pointer is over a panel, a bar, a window, or anything else that covers the site.
    covered: bool,
    /// Whether a button has just gone down.
    began: bool,
    /// Whether the buttons that are down went down there.
    from_panel: bool,
    /// Distance that the pointer has gone since a button went down, pixels.
    dragged_px: f32,
    /// How often the left button has gone down in this frame: a slow one holds a whole double click.
    presses: usize,
    /// Fingers that came down on a panel.
    on_panel: Vec<u64>,
    /// When and where the site was last clicked: time since the start, s, and a point of the window.
    clicked: Option<(f32, Vec2)>,
}

/// Tells panels from the site under the pointer and the fingers.
fn feel(
    mut hands: ResMut<Hands>,
    mut contexts: EguiContexts,
    windows: Res<Windows>,
    window: Query<&Window, With<PrimaryWindow>>,
    (buttons, mut pressed): (Res<ButtonInput<MouseButton>>, MessageReader<MouseButtonInput>),
    motion: Res<AccumulatedMouseMotion>,
    touches: Res<Touches>,
) -> Result {
    let downs = |message: &&MouseButtonInput| message.button == MouseButton::Left && message.state.is_pressed();
    hands.presses = pressed.read().filter(downs).count();
    let ctx = contexts.ctx_mut()?;
    // Bars and docked panels are no areas of egui's: they are what is not free. What stands in the background with the
    // site, such as the legend, is told apart by its place.
    let covered = |point: Vec2| {
        let point = egui::pos2(point.x, point.y);
        let over = ctx.layer_id_at(point);
        !windows.free.is_none_or(|free| free.contains(point))
            || windows.aside.iter().any(|rect| rect.contains(point))
            || over.is_some_and(|layer| layer.order != egui::Order::Background)
    };
    let over_list = egui::Popup::is_any_open(ctx);
    let pointer = window.single().ok().and_then(Window::cursor_position);
    hands.covered = pointer.is_some_and(covered);
    hands.began = buttons.get_just_pressed().next().is_some();
    if hands.began {
        hands.dragged_px = 0.0;
        // A press beside an open list closes it, and does nothing else.
        hands.from_panel = hands.covered || over_list;
    }
    // In the frame of a press the pointer has come to its place: that is no drag.
    if buttons.get_pressed().next().is_some() && !hands.began {
        hands.dragged_px += motion.delta.length();
    }
    let down = |id: &u64| touches.iter().any(|touch| touch.id() == *id);
    let up = |id: &u64| touches.iter_just_released().any(|touch| touch.id() == *id);
    hands.on_panel.retain(|id| down(id) || up(id));
    for touch in touches.iter_just_pressed() {
        if covered(touch.start_position()) || over_list {
            hands.on_panel.push(touch.id());
        }
    }
    Ok(())
}

/// What can be pointed at.
#[derive(bevy::ecs::system::SystemParam)]
struct Scene<'w, 's> {
    plan: Res<'w, Plan>,
    halls: Res<'w, HallColumns>,
    roofs: Res<'w, Roofs>,
    inside: Res<'w, Inside>,
    window: Query<'w, 's, &'static Window, With<PrimaryWindow>>,
    camera: Query<'w, 's, (&'static Camera, &'static GlobalTransform)>,
}

/// A vector of the drawn world as east, north and up.
fn east_north_up(v: Vec3) -> [f64; 3] {
    [v.x, -v.z, v.y].map(f64::from)
}

impl Scene<'_, '_> {
    fn height(&self) -> f32 {
        self.window.single().map_or(800.0, |w| w.height().max(1.0))
    }

    fn pointer(&self) -> Option<Vec2> {
        self.window.single().ok().and_then(Window::cursor_position)
    }

    fn ray(&self, position: Vec2) -> Option<Ray3d> {
        let (camera, transform) = self.camera.single().ok()?;
        camera.viewport_to_world(transform, position).ok()
    }

    /// The place under a point of the window, and how far away it is, m.
    fn pick(&self, ray: &Ray3d) -> Option<(f64, Found)> {
        let ray = Ray {
            origin_m: east_north_up(ray.origin),
            direction: east_north_up(*ray.direction),
        };
        self.inside.pick(&self.plan.0, &self.halls.live, &ray, &self.roofs)
    }
}

/// What the pointer, wheel and fingers ask for.
fn steer(
    mut orbit: ResMut<Orbit>,
    mut touring: ResMut<Touring>,
    hands: Res<Hands>,
    scene: Scene,
    buttons: Res<ButtonInput<MouseButton>>,
    keys: Res<ButtonInput<KeyCode>>,
    motion: Res<AccumulatedMouseMotion>,
    scroll: Res<AccumulatedMouseScroll>,
    (touches, mut touched): (Res<Touches>, MessageReader<TouchInput>),
) {
    // Bevy keeps the last step of fingers that rest: it counts once.
    let moved = touched.read().count() > 0;
    let mut turn = Vec2::ZERO;
    let mut slide = Vec2::ZERO;
    let mut zoom = 0.0;
    let pan = buttons.any_pressed([MouseButton::Right, MouseButton::Middle])
        || keys.any_pressed([KeyCode::ShiftLeft, KeyCode::ShiftRight]);
    if !hands.from_panel
        && !hands.began
        && buttons.any_pressed([MouseButton::Left, MouseButton::Right, MouseButton::Middle])
    {
        if pan {
            slide += motion.delta
        } else {
            turn += motion.delta
        }
    }
    if !hands.covered {
        zoom += match scroll.unit {
            MouseScrollUnit::Line => scroll.delta.y * 0.16,
            MouseScrollUnit::Pixel => scroll.delta.y * 0.0022,
        };
    }
    let on_site = |touch: &&bevy::input::touch::Touch| !hands.on_panel.contains(&touch.id());
    let fingers: Vec<_> = touches.iter().filter(|_| moved).filter(on_site).collect();
    match fingers.as_slice() {
        [one] => turn += one.delta(),
        [a, b] => {
            slide += (a.delta() + b.delta()) / 2.0;
            let before = a.previous_position().distance(b.previous_position()).max(1.0);
            zoom += (a.position().distance(b.position()).max(1.0) / before).ln();
        }
        _ => {}
    }
    if turn == Vec2::ZERO && slide == Vec2::ZERO && zoom == 0.0 {
        return;
    }
    touring.pause();
    // Zooming keeps what is under the pointer, or between the fingers, where it is.
    let target = match fingers.as_slice() {
        [a, b] => Some((a.position() + b.position()) / 2.0),
        _ => scene.pointer(),
    };
    let ray = target.filter(|_| zoom != 0.0).and_then(|position| scene.ray(position));
    let picked = ray.and_then(|ray| {
        let (along, _) = scene.pick(&ray)?;
        Some(ray.get_point(along as f32))
    });
    let height = scene.height();
    orbit.steer(|goal| {
        let anchor = picked.or_else(|| {
            let ray = ray?;
            let along = (goal.focus.y - ray.origin.y) / ray.direction.y;
            (along > 0.0).then(|| ray.get_point(along))
        });
        // Near the horizon a step of the wheel would leap over fields.
        let anchor = anchor.filter(|anchor| anchor.distance(goal.focus) < goal.distance * 4.0);
        let before_m = goal.distance;
        goal.yaw -= turn.x * 0.005;
        goal.pitch += turn.y * 0.005;
        goal.distance *= (-zoom).exp();
        let zoomed = goal.kept();
        goal.distance = zoomed.distance;
        if let Some(anchor) = anchor {
            goal.focus += (anchor - goal.focus) * (1.0 - goal.distance / before_m);
        }
        let metres = goal.height_m() / height;
        shift(goal, slide * metres);
    });
}

/// Moves what is looked at along the ground, m to the right and towards the eye.
fn shift(goal: &mut camera::View, by_m: Vec2) {
    let (sin, cos) = goal.yaw.sin_cos();
    let (right, forward) = (Vec3::new(cos, 0.0, -sin), Vec3::new(-sin, 0.0, -cos));
    goal.focus += -right * by_m.x + forward * by_m.y;
}

/// Arrows move, with shift they turn; plus and minus zoom; Home shows all.
fn keys(
    time: Res<Time<Real>>,
    keys: Res<ButtonInput<KeyCode>>,
    presses: Res<Presses>,
    mut orbit: ResMut<Orbit>,
    mut selection: ResMut<Selection>,
) {
    // Alt and arrows go back and forward.
    if keys.any_pressed([
        KeyCode::AltLeft,
        KeyCode::AltRight,
        KeyCode::ControlLeft,
        KeyCode::ControlRight,
    ]) {
        return;
    }
    let seconds = time.delta_secs().min(0.1);
    let way = |more: &[KeyCode], less: &[KeyCode]| {
        let pressed = |codes: &[KeyCode]| f32::from(codes.iter().any(|code| keys.pressed(*code)));
        pressed(more) - pressed(less)
    };
    let arrows = Vec2::new(
        way(&[KeyCode::ArrowRight], &[KeyCode::ArrowLeft]),
        way(&[KeyCode::ArrowUp], &[KeyCode::ArrowDown]),
    );
    let zoom = way(
        &[KeyCode::Equal, KeyCode::NumpadAdd],
        &[KeyCode::Minus, KeyCode::NumpadSubtract],
    );
    if presses.plain(KeyCode::Home) {
        selection.0 = None;
        orbit.go = Some(Go::Home);
    }
    if arrows == Vec2::ZERO && zoom == 0.0 {
        return;
    }
    let turns = keys.any_pressed([KeyCode::ShiftLeft, KeyCode::ShiftRight]);
    orbit.steer(|goal| {
        goal.distance *= (-zoom * 1.6 * seconds).exp();
        if turns {
            goal.yaw -= arrows.x * 1.2 * seconds;
            goal.pitch += arrows.y * 0.8 * seconds;
        } else {
            let metres = goal.height_m() * 0.9 * seconds;
            shift(goal, Vec2::new(-arrows.x, arrows.y) * metres);
        }
    });
}

/// Of a chip that is met, what is large enough on the screen to be meant, or is selected already.
fn meant(campus: &Campus, found: Found, before: Option<Found>, tray_px: f32) -> Found {
    let Found::Chip { rack, chip } = found else {
        return found;
    };
    let tray = Found::Tray {
        rack,
        tray: campus.tray_of(rack, chip),
    };
    let in_tray = before == Some(tray) || before.is_some_and(|before| campus.up(before) == Some(tray));
    match tray_px {
        px if px < TRAY_PX => Found::Rack(rack),
        px if px >= CHIP_PX || in_tray => found,
        _ => tray,
    }
}

/// A click selects what is under the pointer. A second click on the same place, and a double click anywhere, go there.
fn click(
    time: Res<Time<Real>>,
    mut orbit: ResMut<Orbit>,
    mut selection: ResMut<Selection>,
    mut hands: ResMut<Hands>,
    scene: Scene,
    buttons: Res<ButtonInput<MouseButton>>,
    touches: Res<Touches>,
) {
    let now_s = time.elapsed_secs();
    let before = hands.clicked;
    let again = |position: Vec2| {
        before.is_some_and(|(then_s, there)| now_s - then_s < DOUBLE_CLICK_S && there.distance(position) < TAP_PX)
    };
    // The second tap of two may meet what has opened over the site since the first.
    let is_tap = |touch: &&bevy::input::touch::Touch| {
        let is_free = !hands.on_panel.contains(&touch.id()) || again(touch.start_position());
        touch.distance().length() < TAP_PX && is_free
    };
    let taps = touches.iter_just_released().filter(is_tap).count();
    let tapped = touches.iter_just_released().find(is_tap).map(|touch| touch.position());
    let clicked = buttons.just_released(MouseButton::Left) && hands.dragged_px < CLICK_PX && !hands.from_panel;
    if !(clicked || tapped.is_some()) {
        return;
    }
    let Some(position) = tapped.or(scene.pointer()) else {
        return;
    };
    let double = again(position);
    hands.clicked = Some((now_s, position));
    // The second click is meant for what the first has selected, whatever has come under the pointer since.
    if double && selection.0.is_some() {
        hands.clicked = None;
        orbit.fly_to = selection.0;
        return;
    }
    let Some(ray) = scene.ray(position) else { return };
    let campus = &*scene.plan.0;
    let found = scene.pick(&ray).map(|(along, found)| {
        let rack = campus.racks_of(found).start;
        let kind = campus.rack_kind(rack);
        let tray_m = kind.rack.size_m[2] / f64::from(kind.face_grid()[1]);
        let seen = camera::View {
            distance: along as f32,
            ..orbit.now()
        };
        let tray_px = tray_m as f32 / seen.height_m() * scene.height();
        meant(campus, found, selection.0, tray_px)
    });
    let twice = taps > 1 || clicked && hands.presses > 1;
    if found.is_some() && (found == selection.0 || twice) {
        orbit.fly_to = found;
    }
    selection.0 = found;
}

pub(crate) fn plugin(app: &mut App) {
    app.init_resource::<Hands>();
    app.add_systems(
        Update,
        (feel, steer, click, keys.run_if(keys_are_free))
            .chain()
            .before(camera::ease),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use rainier::site::load::load_site;
    use rainier::site::texts::NoFiles;

    #[test]
    fn what_is_too_small_to_be_meant_gives_way_to_what_holds_it() {
        let campus = load_site(&NoFiles, "builtin:lab", None).expect("is valid").campus;
        let chip = campus.rack_chips(3).start + 5;
        let found = Found::Chip { rack: 3, chip };
        let tray = Found::Tray {
            rack: 3,
            tray: campus.tray_of(3, chip),
        };
        assert_eq!(meant(&campus, found, None, 2.0), Found::Rack(3));
        assert_eq!(meant(&campus, found, None, 30.0), tray);
        assert_eq!(meant(&campus, found, Some(tray), 30.0), found);
        let beside = Found::Chip {
            rack: 3,
            chip: campus.tray_chips(3, campus.tray_of(3, chip)).start,
        };
        assert_eq!(meant(&campus, found, Some(beside), 30.0), found);
        assert_eq!(meant(&campus, found, None, 200.0), found);
        assert_eq!(meant(&campus, Found::Hall(1), None, 2.0), Found::Hall(1));
    }
}
