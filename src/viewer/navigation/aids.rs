//! What helps to find one's way: labels and the little map, shown or not.

use bevy::prelude::*;

use crate::navigation::keys::Presses;
use crate::navigation::keys_are_free;

/// Which aids are shown.
#[derive(Resource, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Aids {
    /// Labels at places.
    pub(crate) labels: bool,
    /// The little map.
    pub(crate) minimap: bool,
}

impl Default for Aids {
    fn default() -> Self {
        Self {
            labels: true,
            minimap: true,
        }
    }
}

/// L labels, N the little map.
fn keys(presses: Res<Presses>, mut aids: ResMut<Aids>) {
    if presses.plain(KeyCode::KeyL) {
        aids.labels = !aids.labels;
    }
    if presses.plain(KeyCode::KeyN) {
        aids.minimap = !aids.minimap;
    }
}

pub(crate) fn plugin(app: &mut App) {
    app.init_resource::<Aids>();
    app.add_systems(Update, keys.run_if(keys_are_free));
}
