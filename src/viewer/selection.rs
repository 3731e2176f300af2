//! What is shown and what is selected.

use std::ops::Range;

use bevy::prelude::*;
use rainier::site::address::NotAnAddress;
use rainier::site::campus::Found;
use rainier::site::{Address, Campus};

use crate::navigation::{Go, Orbit, keys_are_free};

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
    /// Outlet air of each rack.
    Outlet,
    /// Air that each rack draws.
    Airflow,
    /// Share of each rack's inlet air that comes from the hot aisle.
    HotShare,
    /// What each cooling unit does; racks stay plain.
    Units,
    /// The job of each rack.
    Job,
}

/// Ends of the colour map for air of halls, °C: coldest supply to a hot aisle in trouble.
pub(crate) const AIR_C: [f32; 2] = [15.0, 55.0];

impl Overlay {
    /// All of them, in the order of their keys from 1.
    pub(crate) const ALL: [Self; 9] = [
        Self::Temperature,
        Self::Utilisation,
        Self::Power,
        Self::Inlet,
        Self::Outlet,
        Self::Airflow,
        Self::HotShare,
        Self::Units,
        Self::Job,
    ];

    /// Name in scripts.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Temperature => "temperature",
            Self::Utilisation => "utilisation",
            Self::Power => "power",
            Self::Inlet => "inlet",
            Self::Outlet => "outlet",
            Self::Airflow => "airflow",
            Self::HotShare => "hot-share",
            Self::Units => "units",
            Self::Job => "job",
        }
    }

    /// The overlay of a name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|overlay| overlay.name() == name)
    }

    /// Title and unit in the legend.
    pub(crate) fn title(self) -> (&'static str, &'static str) {
        match self {
            Self::Temperature => ("Chip temperature", "°C"),
            Self::Utilisation => ("Chip utilisation", "%"),
            Self::Power => ("Chip power", "W"),
            Self::Inlet => ("Rack inlet air", "°C"),
            Self::Outlet => ("Rack outlet air", "°C"),
            Self::Airflow => ("Air through racks", "kg/s"),
            Self::HotShare => ("Hot-aisle air at inlets", "%"),
            Self::Units => ("Cooling units", ""),
            Self::Job => ("Jobs", ""),
        }
    }

    /// Values at the ends of the colour map.
    pub(crate) fn range(self) -> [f32; 2] {
        match self {
            Self::Temperature => [20.0, 95.0],
            Self::Utilisation | Self::Units | Self::Job => [0.0, 1.0],
            Self::Power => [0.0, 700.0],
            Self::Inlet => [15.0, 40.0],
            Self::Outlet => AIR_C,
            // A rack of 52 kW at a rise of 14 K draws 3.6 kg/s.
            Self::Airflow => [0.0, 4.0],
            Self::HotShare => [0.0, 0.2],
        }
    }

    /// What a value is multiplied by to be written in the unit of its title.
    pub(crate) fn scale(self) -> f32 {
        match self {
            Self::Utilisation | Self::HotShare => 100.0,
            _ => 1.0,
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
            Some(Found::Tray { rack, tray }) => campus.tray_chips(rack, tray),
            Some(Found::Row(row)) => campus.chips_of(campus.rows[row].racks.clone()),
            _ => 0..0,
        }
    }

    /// Halls that it is about: those of a building, or the one that holds the place. None without a place.
    pub(crate) fn halls(&self, campus: &Campus) -> Range<usize> {
        match self.0 {
            None => 0..0,
            Some(Found::Building(b)) => campus.buildings[b].halls.clone(),
            Some(Found::Hall(h)) => h..h + 1,
            Some(Found::Row(row)) => campus.rows[row].hall..campus.rows[row].hall + 1,
            Some(Found::Rack(rack) | Found::Tray { rack, .. } | Found::Chip { rack, .. }) => {
                let hall = campus.hall_of(rack);
                hall..hall + 1
            }
        }
    }
}

/// Keys: 1 to 9 overlays, R roofs, space stops and goes on, Escape one level up.
fn keys(
    keys: Res<ButtonInput<KeyCode>>,
    mut shown: ResMut<Shown>,
    mut roofs: ResMut<Roofs>,
    mut pace: ResMut<crate::advance::Pace>,
    mut selection: ResMut<Selection>,
    mut orbit: ResMut<Orbit>,
    mut focus: ResMut<crate::panels::jobs::Focus>,
    plan: Res<rainier::sim::twin::Plan>,
) {
    const DIGITS: [KeyCode; 9] = [
        KeyCode::Digit1,
        KeyCode::Digit2,
        KeyCode::Digit3,
        KeyCode::Digit4,
        KeyCode::Digit5,
        KeyCode::Digit6,
        KeyCode::Digit7,
        KeyCode::Digit8,
        KeyCode::Digit9,
    ];
    for (key, overlay) in DIGITS.into_iter().zip(Overlay::ALL) {
        if keys.just_pressed(key) {
            shown.0 = overlay;
        }
    }
    if keys.just_pressed(KeyCode::KeyR) {
        roofs.0 = !roofs.0;
    }
    if keys.just_pressed(KeyCode::Space) {
        pace.paused = !pace.paused;
    }
    if keys.just_pressed(KeyCode::Escape) {
        focus.set_if_neq(crate::panels::jobs::Focus(None));
        if let Some(found) = selection.0 {
            selection.0 = plan.0.up(found);
            // The camera comes along.
            match selection.0 {
                Some(above) => orbit.fly_to = Some(above),
                None => orbit.go = Some(Go::Home),
            }
        }
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
        keys.run_if(keys_are_free).before(crate::navigation::camera::ease),
    );
}
