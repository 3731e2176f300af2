//! Parts of the view that are shown or hidden as one likes: layers over the campus, and windows.

use crate::navigation::keys::Presses;
use crate::words::say;
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
    /// The jobs of the campus.
    Jobs,
    /// The bar of the plan's dates.
    Timeline,
    /// The chart of growth.
    Growth,
    /// Money and carbon.
    Money,
    /// The editor of scenarios.
    Editor,
    /// Two cases side by side.
    Compare,
    /// The course of readings.
    Trends,
    /// What has gone wrong, and why.
    Alarms,
    /// The list of assumptions.
    Assumptions,
    /// The keys.
    Keys,
}

impl Part {
    /// All of them, in the order of their buttons.
    pub(crate) const ALL: [Self; 15] = [
        Self::Slice,
        Self::Airflow,
        Self::Chart,
        Self::Cooling,
        Self::OneLine,
        Self::Jobs,
        Self::Timeline,
        Self::Growth,
        Self::Money,
        Self::Editor,
        Self::Compare,
        Self::Trends,
        Self::Alarms,
        Self::Assumptions,
        Self::Keys,
    ];

    /// Name in scripts.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Slice => "slice",
            Self::Airflow => "airflow",
            Self::Chart => "chart",
            Self::Cooling => "cooling",
            Self::OneLine => "oneLine",
            Self::Jobs => "jobs",
            Self::Timeline => "timeline",
            Self::Growth => "growth",
            Self::Money => "money",
            Self::Editor => "editor",
            Self::Compare => "compare",
            Self::Trends => "trends",
            Self::Alarms => "alarms",
            Self::Assumptions => "assumptions",
            Self::Keys => "keys",
        }
    }

    /// The part of a name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.name() == name)
    }

    /// What is written on its button.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Slice => say!("part-slice"),
            Self::Airflow => say!("part-airflow"),
            Self::Chart => say!("part-chart"),
            Self::Cooling => say!("part-cooling"),
            Self::OneLine => say!("part-one-line"),
            Self::Jobs => say!("part-jobs"),
            Self::Timeline => say!("part-timeline"),
            Self::Growth => say!("part-growth"),
            Self::Money => say!("part-money"),
            Self::Editor => say!("part-editor"),
            Self::Compare => say!("part-compare"),
            Self::Trends => say!("part-trends"),
            Self::Alarms => say!("part-alarms"),
            Self::Assumptions => say!("part-assumptions"),
            Self::Keys => "?",
        }
    }

    /// What it is.
    pub(crate) fn about(self) -> &'static str {
        match self {
            Self::Slice => say!("part-slice.about"),
            Self::Airflow => say!("part-airflow.about"),
            Self::Chart => say!("part-chart.about"),
            Self::Cooling => say!("part-cooling.about"),
            Self::OneLine => say!("part-one-line.about"),
            Self::Jobs => say!("part-jobs.about"),
            Self::Timeline => say!("part-timeline.about"),
            Self::Growth => say!("part-growth.about"),
            Self::Money => say!("part-money.about"),
            Self::Editor => say!("part-editor.about"),
            Self::Compare => say!("part-compare.about"),
            Self::Trends => say!("part-trends.about"),
            Self::Alarms => say!("part-alarms.about"),
            Self::Assumptions => say!("part-assumptions.about"),
            Self::Keys => say!("part-keys-about"),
        }
    }

    /// Key that shows and hides it, and the key's letter.
    pub(crate) fn key(self) -> Option<(KeyCode, &'static str)> {
        match self {
            Self::Slice => Some((KeyCode::KeyA, "A")),
            Self::Airflow => Some((KeyCode::KeyF, "F")),
            Self::Chart => Some((KeyCode::KeyP, "P")),
            Self::Cooling => Some((KeyCode::KeyC, "C")),
            Self::OneLine => Some((KeyCode::KeyO, "O")),
            Self::Jobs => Some((KeyCode::KeyJ, "J")),
            Self::Timeline => Some((KeyCode::KeyT, "T")),
            Self::Growth => Some((KeyCode::KeyG, "G")),
            Self::Money => Some((KeyCode::KeyM, "M")),
            Self::Editor => Some((KeyCode::KeyE, "E")),
            Self::Compare => Some((KeyCode::KeyB, "B")),
            Self::Trends => Some((KeyCode::KeyK, "K")),
            Self::Alarms => Some((KeyCode::KeyI, "I")),
            Self::Keys => Some((KeyCode::KeyH, "H")),
            Self::Assumptions => None,
        }
    }

    /// What it is, and its key.
    pub(crate) fn hint(self) -> String {
        match self.key() {
            Some((_, letter)) => say!("part-hint", about = self.about(), letter = letter),
            None => self.about().into(),
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

fn keys(presses: Res<Presses>, mut parts: ResMut<Parts>) {
    for part in Part::ALL {
        if part.key().is_some_and(|(key, _)| presses.plain(key)) {
            let on = parts.shown(part);
            parts.show(part, !on);
        }
    }
}

pub(crate) fn plugin(app: &mut App) {
    app.init_resource::<Parts>();
    app.add_systems(Update, keys.run_if(crate::navigation::keys_are_free));
}
