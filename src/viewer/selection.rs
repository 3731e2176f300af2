//! What is shown and what is selected.

use std::ops::Range;

use bevy::prelude::*;
use rainier::site::address::NotAnAddress;
use rainier::site::campus::Found;
use rainier::site::{Address, Campus};

/// What colours the racks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(target_arch = "wasm32"), derive(clap::ValueEnum))]
pub(crate) enum Overlay {
    /// Junction temperature of each chip.
    Temperature,
    /// Utilisation of each chip.
    Utilisation,
    /// Power of each chip.
    Power,
    /// Inlet air of each rack.
    Inlet,
}

impl Overlay {
    /// All of them, in the order of their keys 1 to 4.
    pub(crate) const ALL: [Self; 4] = [Self::Temperature, Self::Utilisation, Self::Power, Self::Inlet];

    /// Title and unit in the legend.
    pub(crate) fn title(self) -> (&'static str, &'static str) {
        match self {
            Self::Temperature => ("Chip temperature", "°C"),
            Self::Utilisation => ("Chip utilisation", "%"),
            Self::Power => ("Chip power", "W"),
            Self::Inlet => ("Rack inlet air", "°C"),
        }
    }

    /// Values at the ends of the colour map.
    pub(crate) fn range(self) -> [f32; 2] {
        match self {
            Self::Temperature => [20.0, 95.0],
            Self::Utilisation => [0.0, 1.0],
            Self::Power => [0.0, 700.0],
            Self::Inlet => [15.0, 40.0],
        }
    }
}

/// The overlay that is shown.
#[derive(Resource, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shown(pub(crate) Overlay);

/// Whether roofs are on.
#[derive(Resource, Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Roofs(pub(crate) bool);

/// The place that is selected.
#[derive(Resource, Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Selection(pub(crate) Option<Found>);

impl Selection {
    /// Chips to mark. Whole buildings and halls are not marked: the frame around them is enough.
    pub(crate) fn chips(&self, campus: &Campus) -> Range<usize> {
        match self.0 {
            Some(Found::Chip { chip, .. }) => chip..chip + 1,
            Some(Found::Rack(rack)) => campus.rack_chips(rack),
            Some(Found::Row(row)) => campus.chips_of(campus.rows[row].racks.clone()),
            _ => 0..0,
        }
    }
}

/// Keys: 1 to 4 overlays, O one-line diagram, R roofs, Escape one level up.
fn keys(
    keys: Res<ButtonInput<KeyCode>>,
    mut shown: ResMut<Shown>,
    mut roofs: ResMut<Roofs>,
    mut one_line: ResMut<crate::oneline::OneLine>,
    mut pace: ResMut<crate::advance::Pace>,
    mut selection: ResMut<Selection>,
    plan: Res<rainier::sim::twin::Plan>,
) {
    for (key, overlay) in [KeyCode::Digit1, KeyCode::Digit2, KeyCode::Digit3, KeyCode::Digit4]
        .into_iter()
        .zip(Overlay::ALL)
    {
        if keys.just_pressed(key) {
            shown.0 = overlay;
        }
    }
    if keys.just_pressed(KeyCode::KeyO) {
        one_line.0 = !one_line.0;
    }
    if keys.just_pressed(KeyCode::KeyR) {
        roofs.0 = !roofs.0;
    }
    if keys.just_pressed(KeyCode::Space) {
        pace.paused = !pace.paused;
    }
    if keys.just_pressed(KeyCode::Escape) {
        selection.0 = selection.0.and_then(|found| up(&plan.0, found));
    }
}

/// The place one level up.
pub(crate) fn up(campus: &Campus, found: Found) -> Option<Found> {
    match found {
        Found::Chip { rack, .. } => Some(Found::Rack(rack)),
        Found::Rack(rack) => Some(Found::Row(campus.rack_row[rack] as usize)),
        Found::Row(row) => Some(Found::Hall(campus.rows[row].hall)),
        Found::Hall(hall) => Some(Found::Building(campus.halls[hall].building)),
        Found::Building(_) => None,
    }
}

/// The place of a name, or why there is none.
pub(crate) fn place(campus: &Campus, name: &str) -> Result<Found, String> {
    let address: Address = name.parse().map_err(|error: NotAnAddress| error.to_string())?;
    campus
        .find(address)
        .ok_or_else(|| format!("{address} is not on this site"))
}

/// The name of a place.
pub(crate) fn name(campus: &Campus, found: Found) -> String {
    campus.address(found).to_string()
}

pub(crate) fn plugin(app: &mut App) {
    app.insert_resource(Shown(Overlay::Temperature));
    app.init_resource::<Roofs>();
    app.init_resource::<Selection>();
    app.add_systems(
        Update,
        keys.run_if(not(bevy_egui::input::egui_wants_any_keyboard_input)),
    );
}
