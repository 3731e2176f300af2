//! What is shown and what is selected.

use std::ops::Range;

use bevy::prelude::*;
use bevy_egui::EguiContexts;
use rainier::site::address::NotAnAddress;
use rainier::site::campus::Found;
use rainier::site::{Address, Campus};

use crate::navigation::keys::Presses;
use crate::navigation::{Go, Orbit, keys_are_free};
use crate::panels::parts::Parts;
use crate::panels::windows::Windows;
use crate::words::say;

pub(crate) use rainier::overlay::Overlay;

/// Digits of the first ten overlays; with Shift, of the next ten.
const DIGITS: [(KeyCode, &str); 10] = [
    (KeyCode::Digit1, "1"),
    (KeyCode::Digit2, "2"),
    (KeyCode::Digit3, "3"),
    (KeyCode::Digit4, "4"),
    (KeyCode::Digit5, "5"),
    (KeyCode::Digit6, "6"),
    (KeyCode::Digit7, "7"),
    (KeyCode::Digit8, "8"),
    (KeyCode::Digit9, "9"),
    (KeyCode::Digit0, "0"),
];

/// The key of an overlay: digits in the order of the list, then digits with Shift.
pub(crate) fn key_of(overlay: Overlay) -> String {
    let at = overlay as usize;
    let (_, digit) = DIGITS[at % DIGITS.len()];
    if at < DIGITS.len() {
        digit.into()
    } else {
        say!("key-shift", digit = digit)
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

/// Equipment that has a name and figures but is no place of racks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Equipment {
    /// A node of the power path.
    Node(usize),
    /// A genset by its building and its number there, from 0.
    Genset(usize, u32),
    /// A substation.
    Substation(usize),
}

/// Equipment that is looked at, beside the place that was selected with it: another selection puts it away.
#[derive(Resource, Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Picked {
    equipment: Option<Equipment>,
    with: Selection,
}

impl Picked {
    /// Looks at equipment, with its place.
    pub(crate) fn pick(&mut self, equipment: Equipment, with: Selection) {
        *self = Self {
            equipment: Some(equipment),
            with,
        };
    }

    /// What is looked at while a place is selected.
    pub(crate) fn beside(&self, selection: Selection) -> Option<Equipment> {
        self.equipment.filter(|_| self.with == selection)
    }
}

/// Equipment of another scenario is not that of this one.
fn put_away(mut picked: ResMut<Picked>) {
    picked.equipment = None;
}

/// Keys: digits, alone and with Shift, overlays, R roofs, space stops and goes on, Escape closes the front window, or goes one
/// level up.
fn keys(
    presses: Res<Presses>,
    mut shown: ResMut<Shown>,
    mut roofs: ResMut<Roofs>,
    mut pace: ResMut<crate::advance::Pace>,
    mut selection: ResMut<Selection>,
    mut orbit: ResMut<Orbit>,
    mut focus: ResMut<crate::panels::jobs::Focus>,
    plan: Res<rainier::sim::twin::Plan>,
    (mut contexts, windows, mut parts): (EguiContexts, Res<Windows>, ResMut<Parts>),
) {
    // Browsers go to another tab with Ctrl and a digit, and windows by other means with Alt: those are not plain.
    if let Some(digit) = DIGITS.iter().position(|(key, _)| presses.plain(*key)) {
        let shift = presses.shifted(DIGITS[digit].0);
        let at = digit + if shift { DIGITS.len() } else { 0 };
        if let Some(overlay) = Overlay::ALL.get(at) {
            shown.0 = *overlay;
        }
    }
    if presses.plain(KeyCode::KeyR) {
        roofs.0 = !roofs.0;
    }
    if presses.plain(KeyCode::Space) {
        pace.paused = !pace.paused;
    }
    if presses.plain(KeyCode::Escape) {
        // What lies over the site goes first, the front window before those behind it.
        let front = contexts.ctx_mut().ok().and_then(|ctx| windows.front(ctx));
        if let Some(part) = front.filter(|part| parts.shown(*part)) {
            parts.show(part, false);
            return;
        }
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
        .ok_or_else(|| say!("place-not-here", place = address.to_string()))
}

/// The name of a place.
pub(crate) fn name(campus: &Campus, found: Found) -> String {
    campus.address(found).to_string()
}

pub(crate) fn plugin(app: &mut App) {
    app.insert_resource(Shown(Overlay::Temperature));
    app.init_resource::<Roofs>();
    app.init_resource::<Selection>();
    app.init_resource::<Picked>();
    app.add_systems(Update, put_away.run_if(crate::world::scene::changed));
    app.add_systems(
        Update,
        keys.run_if(keys_are_free).before(crate::navigation::camera::ease),
    );
}
