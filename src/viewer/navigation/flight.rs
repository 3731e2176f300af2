//! The way of the camera from one look to another: out, across and in again, as smooth as the eye can follow.
//!
//! After van Wijk and Nuij, "Smooth and efficient zooming and panning", IEEE InfoVis 2003: of all ways, the one on which
//! the picture moves least.

use crate::navigation::camera::View;

/// How much zooming out pays for going across: their measured optimum.
const RHO: f32 = 1.42;

/// Length of the way that is flown in a second.
const PER_S: f32 = 2.4;

/// Shortest and longest flight, s.
const SECONDS: [f32; 2] = [0.45, 2.6];

/// A flight under way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Flight {
    from: View,
    to: View,
    /// Where it is, s, of how many.
    at_s: f32,
    seconds: f32,
}

/// The ways through distance and place: length, and at a part of it the share of the way across and the distance.
struct Way {
    across_m: f32,
    from_m: f32,
    to_m: f32,
    turns: Option<[f32; 2]>,
    length: f32,
}

impl Way {
    fn of(across_m: f32, from_m: f32, to_m: f32) -> Self {
        let (u, w0, w1) = (across_m, from_m, to_m);
        let mut way = Self {
            across_m,
            from_m,
            to_m,
            turns: None,
            length: (w1 / w0).ln().abs() / RHO,
        };
        // Nearly straight in or out: the formula would divide by nothing.
        if u < 1e-3 * w0.min(w1) {
            return way;
        }
        let end = |w: f32, sign: f32| {
            let b = (w1 * w1 - w0 * w0 + sign * RHO.powi(4) * u * u) / (2.0 * w * RHO * RHO * u);
            (-f64::from(b)).asinh() as f32
        };
        let turns = [end(w0, 1.0), end(w1, -1.0)];
        let length = (turns[1] - turns[0]) / RHO;
        if length.is_finite() && length > 0.0 {
            (way.turns, way.length) = (Some(turns), length);
        }
        way
    }

    fn at(&self, share: f32) -> (f32, f32) {
        let Some([r0, _]) = self.turns else {
            return (share, self.from_m * (self.to_m / self.from_m).powf(share));
        };
        let s = RHO * share * self.length + r0;
        let across = self.from_m / (RHO * RHO) * (r0.cosh() * s.tanh() - r0.sinh());
        (
            (across / self.across_m).clamp(0.0, 1.0),
            self.from_m * r0.cosh() / s.cosh(),
        )
    }
}

/// A turn by the shorter way.
pub(crate) fn turn(from: f32, to: f32, share: f32) -> f32 {
    let whole = std::f32::consts::TAU;
    let by = (to - from + whole / 2.0).rem_euclid(whole) - whole / 2.0;
    from + by * share
}

impl Flight {
    /// From one look to another.
    pub(crate) fn new(from: View, to: View) -> Self {
        let way = Way::of(from.focus.distance(to.focus), from.distance, to.distance);
        let turned = (turn(0.0, to.yaw - from.yaw, 1.0).abs() + (to.pitch - from.pitch).abs()) * 0.8;
        Self {
            from,
            to,
            at_s: 0.0,
            seconds: (way.length.max(turned) / PER_S).clamp(SECONDS[0], SECONDS[1]),
        }
    }

    /// Where it goes.
    pub(crate) fn to(&self) -> View {
        self.to
    }

    /// Flies on; the look now, and whether it has come to its end.
    pub(crate) fn advance(&mut self, seconds: f32) -> (View, bool) {
        self.at_s += seconds;
        let share = (self.at_s / self.seconds).clamp(0.0, 1.0);
        if share >= 1.0 {
            return (self.to, true);
        }
        (self.look(share * share * (3.0 - 2.0 * share)), false)
    }

    fn look(&self, share: f32) -> View {
        let (from, to) = (&self.from, &self.to);
        let way = Way::of(from.focus.distance(to.focus), from.distance, to.distance);
        let (across, distance) = way.at(share);
        View {
            focus: from.focus.lerp(to.focus, across),
            distance,
            yaw: turn(from.yaw, to.yaw, share),
            pitch: from.pitch + (to.pitch - from.pitch) * share,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bevy::math::Vec3;

    fn view(x: f32, distance: f32) -> View {
        View {
            focus: Vec3::new(x, 0.0, 0.0),
            distance,
            yaw: 0.3,
            pitch: 0.5,
        }
    }

    #[test]
    fn a_flight_begins_and_ends_where_it_should_and_never_jumps() {
        for (from, to) in [
            (view(0.0, 1_500.0), view(400.0, 4.0)),
            (view(400.0, 0.7), view(-600.0, 0.7)),
            (view(10.0, 3.0), view(10.0, 900.0)),
            (view(10.0, 3.0), view(10.0, 3.0)),
        ] {
            let flight = Flight::new(from, to);
            let looks: Vec<View> = (0..=400).map(|k| flight.look(k as f32 / 400.0)).collect();
            let near = |a: f32, b: f32| (a - b).abs() <= 2e-3 * a.abs().max(b.abs()).max(1.0);
            for (look, end) in [(looks[0], from), (looks[400], to)] {
                assert!(
                    near(look.distance, end.distance) && near(look.focus.x, end.focus.x),
                    "{look:?} is not {end:?}"
                );
            }
            for pair in looks.windows(2) {
                // What the picture moves by in a step of the flight, in heights of the picture.
                let across = pair[0].focus.distance(pair[1].focus) / pair[0].distance.min(pair[1].distance);
                let zoom = (pair[0].distance / pair[1].distance).ln().abs();
                assert!(
                    across < 0.2 && zoom < 0.1,
                    "{across} and {zoom} from {from:?} to {to:?}"
                );
            }
        }
    }

    #[test]
    fn far_flights_rise_and_turns_take_the_shorter_way() {
        let flight = Flight::new(view(400.0, 0.7), view(-600.0, 0.7));
        assert!(flight.look(0.5).distance > 300.0);
        assert!((turn(0.1, std::f32::consts::TAU - 0.1, 0.5)).abs() < 1e-5);
    }
}
