//! Parts of the view that are shown or hidden as one likes: layers over the campus, and windows.

use bevy::prelude::*;

/// A layer or a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// A plane through the air of halls.
    Slice,
    /// Points that go along with the air.
    Airflow,
    /// The psychrometric chart.
    Chart,
    /// The diagram of a hall's cooling.
    Cooling,
    /// The one-line diagram of a building.
    OneLine,
    /// The list of assumptions.
    Assumptions,
}

impl Part {
    /// All of them, in the order of their buttons.
    pub(crate) const ALL: [Self; 6] = [
        Self::Slice,
        Self::Airflow,
        Self::Chart,
        Self::Cooling,
        Self::OneLine,
        Self::Assumptions,
    ];

    /// What is written on its button.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Slice => "Air slice",
            Self::Airflow => "Airflow",
            Self::Chart => "Chart",
            Self::Cooling => "Cooling",
            Self::OneLine => "One-line",
            Self::Assumptions => "Assumptions",
        }
    }

    /// What it is, and its key.
    pub(crate) fn hint(self) -> &'static str {
        match self {
            Self::Slice => {
                "air temperature of the selected hall or building on a plane; key A, higher and lower by page keys"
            }
            Self::Airflow => "the way of the air through the selected hall or building; key F",
            Self::Chart => "psychrometric chart; key P",
            Self::Cooling => "air, water and heat of the selected hall or building; key C",
            Self::OneLine => "one-line diagram of the power path; key O",
            Self::Assumptions => "every assumed figure with its source",
        }
    }

    /// Key that shows and hides it.
    fn key(self) -> Option<KeyCode> {
        match self {
            Self::Slice => Some(KeyCode::KeyA),
            Self::Airflow => Some(KeyCode::KeyF),
            Self::Chart => Some(KeyCode::KeyP),
            Self::Cooling => Some(KeyCode::KeyC),
            Self::OneLine => Some(KeyCode::KeyO),
            Self::Assumptions => None,
        }
    }
}

/// Which parts are shown.
#[derive(Resource, Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Parts([bool; Part::ALL.len()]);

impl Parts {
    /// Whether a part is shown.
    pub(crate) fn shown(&self, part: Part) -> bool {
        self.0[part as usize]
    }

    /// Shows or hides a part.
    pub(crate) fn show(&mut self, part: Part, on: bool) {
        self.0[part as usize] = on;
    }
}

fn keys(keys: Res<ButtonInput<KeyCode>>, mut parts: ResMut<Parts>) {
    for part in Part::ALL {
        if part.key().is_some_and(|key| keys.just_pressed(key)) {
            let on = parts.shown(part);
            parts.show(part, !on);
        }
    }
}

pub(crate) fn plugin(app: &mut App) {
    app.init_resource::<Parts>();
    app.add_systems(
        Update,
        keys.run_if(not(bevy_egui::input::egui_wants_any_keyboard_input)),
    );
}
