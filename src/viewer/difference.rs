//! What case B has more or less than case A, rack by rack and chip by chip.

use bevy::prelude::*;
use rainier::sim::{ChipColumns, RackColumns};

use crate::selection::Overlay;

/// Whether racks are coloured by the difference, and how far its colours reach.
#[derive(Resource, Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Difference {
    /// Whether they are.
    pub(crate) on: bool,
    /// Value at both ends of the colours, in the unit of the overlay.
    pub(crate) reach: f32,
}

/// Colours from less to more with a dark middle: stops after Crameri's berlin, which all eyes tell apart.
pub(crate) const MAP: [[u8; 3]; 8] = [
    [158, 176, 255],
    [84, 160, 214],
    [43, 108, 140],
    [24, 44, 56],
    [44, 24, 14],
    [122, 54, 32],
    [196, 117, 98],
    [255, 186, 170],
];

/// Where the values of an overlay stand.
enum Values<'w> {
    /// One for each chip.
    Chips(Box<dyn Iterator<Item = f32> + 'w>),
    /// One for each rack.
    Racks(Box<dyn Iterator<Item = f32> + 'w>),
    /// It has none that could be taken from each other.
    None,
}

fn values<'w>(overlay: Overlay, chips: &'w ChipColumns, racks: &'w RackColumns) -> Values<'w> {
    match overlay {
        Overlay::Temperature => Values::Chips(Box::new(chips.junction_c.iter().copied())),
        Overlay::Power => Values::Chips(Box::new(chips.power_w.iter().copied())),
        Overlay::Utilisation => Values::Chips(Box::new(chips.utilisation.iter().map(|u| f32::from(*u) / 255.0))),
        Overlay::Inlet => Values::Racks(Box::new(racks.inlet_c.iter().copied())),
        Overlay::Outlet => Values::Racks(Box::new(racks.outlet_c.iter().map(|t| *t as f32))),
        Overlay::Airflow => Values::Racks(Box::new(racks.air_kg_s.iter().copied())),
        Overlay::HotShare => Values::Racks(Box::new(racks.hot_share.iter().copied())),
        Overlay::Units | Overlay::Job => Values::None,
    }
}

/// B − A for each chip or for each rack.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Less {
    /// For each chip.
    Chips(Vec<f32>),
    /// For each rack.
    Racks(Vec<f32>),
}

/// What the second of two cases has more than the first; none where they do not have the same places, or the overlay
/// has no values.
pub(crate) fn between(overlay: Overlay, chips: [&ChipColumns; 2], racks: [&RackColumns; 2]) -> Option<Less> {
    let less = |a: Box<dyn Iterator<Item = f32> + '_>, b: Box<dyn Iterator<Item = f32> + '_>| {
        a.zip(b).map(|(a, b)| b - a).collect::<Vec<f32>>()
    };
    if chips[0].junction_c.len() != chips[1].junction_c.len() || racks[0].inlet_c.len() != racks[1].inlet_c.len() {
        return None;
    }
    match (values(overlay, chips[0], racks[0]), values(overlay, chips[1], racks[1])) {
        (Values::Chips(a), Values::Chips(b)) => Some(Less::Chips(less(a, b))),
        (Values::Racks(a), Values::Racks(b)) => Some(Less::Racks(less(a, b))),
        _ => None,
    }
}

impl Less {
    /// All of its values.
    pub(crate) fn all(&self) -> &[f32] {
        match self {
            Self::Chips(values) | Self::Racks(values) => values,
        }
    }

    /// A reach of the colours that shows it: the next of 1, 2 and 5 times a power of ten, and no less than `least`.
    pub(crate) fn reach(&self, least: f32) -> f32 {
        let most = self.all().iter().fold(0.0_f32, |most, value| most.max(value.abs()));
        crate::panels::plot::nice_step(f64::from(most.max(least)) * 0.999) as f32
    }
}

/// The byte of a value in colours that reach so far to both sides.
pub(crate) fn byte(value: f32, reach: f32) -> u8 {
    (127.5 + 127.5 * (value / reach).clamp(-1.0, 1.0)).round() as u8
}

pub(crate) fn plugin(app: &mut App) {
    app.init_resource::<Difference>();
}
