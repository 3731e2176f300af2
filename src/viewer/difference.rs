//! What case B has more or less than case A, rack by rack and chip by chip.

use bevy::prelude::*;
use rainier::overlay::{Overlay, Said, Seen};

use crate::cases::{Beside, Side};
use crate::world::colors::Stops;

/// Whether racks are coloured by the difference, and how far its colours reach.
#[derive(Resource, Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Difference {
    /// Whether they are.
    pub(crate) on: bool,
    /// Value at both ends of the colours, in the unit of the overlay.
    pub(crate) reach: f32,
}

/// Colours from less to more with a dark middle: stops after Crameri's berlin, which all eyes tell apart.
pub(crate) const MAP: Stops = [
    [158, 176, 255],
    [84, 160, 214],
    [43, 108, 140],
    [24, 44, 56],
    [44, 24, 14],
    [122, 54, 32],
    [196, 117, 98],
    [255, 186, 170],
];

/// What B has more than A; none where they do not have the same places, or the overlay has no measure.
pub(crate) fn between(overlay: Overlay, front: Seen, beside: &Beside) -> Option<Said<'static>> {
    let (front, behind) = (front.say(overlay), beside.seen()?.say(overlay));
    match beside.front {
        Side::A => behind.less(&front),
        Side::B => front.less(&behind),
    }
}

/// A reach of the colours that shows it: the next of 1, 2 and 5 times a power of ten, and no less than `least`.
pub(crate) fn reach(less: &Said, least: f32) -> f32 {
    let values = less.measures().iter();
    let most = values.fold(0.0_f32, |most, value| most.max(value.abs()));
    crate::panels::plot::nice_step(f64::from(most.max(least)) * 0.999) as f32
}

/// The byte of a value in colours that reach so far to both sides.
pub(crate) fn byte(value: f32, reach: f32) -> u8 {
    (127.5 + 127.5 * (value / reach).clamp(-1.0, 1.0)).round() as u8
}

pub(crate) fn plugin(app: &mut App) {
    app.init_resource::<Difference>();
}
