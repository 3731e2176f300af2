//! Where one has been: looks with their places, to go back to and forward again.

use bevy::prelude::*;
use rainier::sim::twin::Plan;
use rainier::site::campus::Found;

use crate::navigation::camera::View;
use crate::navigation::keys::Presses;
use crate::navigation::tour::Touring;
use crate::navigation::{Go, Orbit, keys_are_free};
use crate::selection::Selection;

/// A look and the place that was selected.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Stop {
    /// The place.
    pub(crate) place: Option<Found>,
    /// The look.
    pub(crate) view: View,
}

/// Most stops that are kept.
const MOST: usize = 100;

/// How long one must have stayed for a stop, s.
const STAYS_S: f32 = 0.5;

/// The stops in their order.
#[derive(Resource, Debug, Clone, Default)]
pub(crate) struct Trail {
    stops: Vec<Stop>,
    /// Which of them is here.
    at: usize,
    stayed_s: f32,
}

impl Stop {
    /// Whether going from one to the other is worth a way back.
    fn is_other(&self, other: &Self) -> bool {
        let (a, b) = (&self.view, &other.view);
        self.place != other.place
            || (a.distance / b.distance).ln().abs() > 0.5
            || a.focus.distance(b.focus) > 0.5 * a.distance.min(b.distance)
            || crate::navigation::flight::turn(0.0, a.yaw - b.yaw, 1.0).abs() > 0.7
    }
}

impl Trail {
    /// Notes that one is at a stop. What lay ahead is gone if it is another one.
    fn note(&mut self, stop: Stop) {
        match self.stops.get_mut(self.at) {
            Some(here) if !here.is_other(&stop) => *here = stop,
            Some(_) => {
                self.stops.truncate(self.at + 1);
                self.stops.push(stop);
                if self.stops.len() > MOST {
                    self.stops.remove(0);
                }
                self.at = self.stops.len() - 1;
            }
            None => {
                self.stops = vec![stop];
                self.at = 0;
            }
        }
    }

    /// Whether there is a stop before this one.
    pub(crate) fn can_go_back(&self) -> bool {
        self.at > 0
    }

    /// Whether there is one after it.
    pub(crate) fn can_go_forward(&self) -> bool {
        self.at + 1 < self.stops.len()
    }

    /// Goes to the stop before this one.
    pub(crate) fn back(&mut self, selection: &mut Selection, orbit: &mut Orbit) {
        if self.can_go_back() {
            self.go(self.at - 1, selection, orbit);
        }
    }

    /// Goes to the one after it.
    pub(crate) fn forward(&mut self, selection: &mut Selection, orbit: &mut Orbit) {
        if self.can_go_forward() {
            self.go(self.at + 1, selection, orbit);
        }
    }

    fn go(&mut self, to: usize, selection: &mut Selection, orbit: &mut Orbit) {
        if let Some(stop) = self.stops.get(to) {
            self.at = to;
            self.stayed_s = 0.0;
            selection.0 = stop.place;
            orbit.go = Some(Go::View(stop.view));
        }
    }
}

fn note(
    time: Res<Time<Real>>,
    plan: Res<Plan>,
    mut site: Local<String>,
    mut known: Local<Option<Found>>,
    orbit: Res<Orbit>,
    selection: Res<Selection>,
    touring: Res<Touring>,
    mut trail: ResMut<Trail>,
) {
    if plan.is_changed() && *site != plan.0.name {
        // Places of another site lead nowhere.
        *trail = Trail::default();
        site.clone_from(&plan.0.name);
    }
    let trail = &mut *trail;
    let moved = std::mem::replace(&mut *known, selection.0) != selection.0;
    if !orbit.rests() || orbit.go.is_some() || moved || touring.runs() {
        trail.stayed_s = 0.0;
        return;
    }
    let before = trail.stayed_s;
    trail.stayed_s += time.delta_secs().min(0.1);
    if before < STAYS_S && trail.stayed_s >= STAYS_S {
        trail.note(Stop {
            place: selection.0,
            view: orbit.goal(),
        });
    }
}

/// Brackets, or Alt and arrows, and the mouse's own buttons.
fn keys(
    presses: Res<Presses>,
    buttons: Res<ButtonInput<MouseButton>>,
    mut trail: ResMut<Trail>,
    mut selection: ResMut<Selection>,
    mut orbit: ResMut<Orbit>,
) {
    let pressed = |bracket: KeyCode, arrow: KeyCode, button: MouseButton| {
        presses.plain(bracket) || presses.with_alt(arrow) || buttons.just_pressed(button)
    };
    if pressed(KeyCode::BracketLeft, KeyCode::ArrowLeft, MouseButton::Back) {
        trail.back(&mut selection, &mut orbit);
    } else if pressed(KeyCode::BracketRight, KeyCode::ArrowRight, MouseButton::Forward) {
        trail.forward(&mut selection, &mut orbit);
    }
}

pub(crate) fn plugin(app: &mut App) {
    app.init_resource::<Trail>();
    app.add_systems(Update, (keys.run_if(keys_are_free), note).chain());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stop(rack: usize, distance: f32) -> Stop {
        let view = View {
            focus: Vec3::new(rack as f32, 0.0, 0.0),
            distance,
            yaw: 0.0,
            pitch: 0.5,
        };
        Stop {
            place: Some(Found::Rack(rack)),
            view,
        }
    }

    #[test]
    fn back_and_forward_go_to_where_one_was_and_a_new_way_ends_the_old_one() {
        let mut trail = Trail::default();
        for rack in [1, 2, 3] {
            trail.note(stop(rack, 4.0));
        }
        // A little zoom is no stop of its own.
        trail.note(stop(3, 4.4));
        assert_eq!(trail.stops.len(), 3);
        assert!(trail.can_go_back() && !trail.can_go_forward());
        trail.at = 1;
        trail.note(stop(2, 4.0));
        assert!(trail.can_go_forward());
        trail.note(stop(9, 4.0));
        assert_eq!(
            trail.stops.iter().map(|stop| stop.place).collect::<Vec<_>>(),
            [1, 2, 9].map(|r| Some(Found::Rack(r)))
        );
        for rack in 100..400 {
            trail.note(stop(rack, 4.0));
        }
        assert_eq!(trail.stops.len(), MOST);
        assert_eq!(trail.at, MOST - 1);
    }
}
