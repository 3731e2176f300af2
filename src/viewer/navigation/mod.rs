//! The way around the site: the camera and its flights, where one has been, what can be searched for, places that are
//! kept, labels, how buildings are looked into, and tours.

pub(crate) mod aids;
pub(crate) mod bookmarks;
pub(crate) mod camera;
pub(crate) mod flight;
pub(crate) mod input;
pub(crate) mod inside;
pub(crate) mod keys;
pub(crate) mod labels;
pub(crate) mod live;
pub(crate) mod search;
pub(crate) mod tour;
pub(crate) mod trail;

use bevy::app::App;
use bevy::ecs::system::Res;
use bevy_egui::input::egui_wants_any_keyboard_input;

pub(crate) use camera::{Go, Orbit, Pose};

use self::tour::Touring;

/// Whether keys are for the site: no text is being written and no tour runs, which has keys of its own.
pub(crate) fn keys_are_free(touring: Option<Res<Touring>>, wants: Res<bevy_egui::input::EguiWantsInput>) -> bool {
    !touring.is_some_and(|touring| touring.runs()) && !egui_wants_any_keyboard_input(wants)
}

/// All ways around the site.
pub(crate) fn plugin(app: &mut App) {
    app.add_plugins((
        aids::plugin,
        bookmarks::plugin,
        camera::plugin,
        input::plugin,
        inside::plugin,
        keys::plugin,
        labels::plugin,
        search::plugin,
        tour::plugin,
        trail::plugin,
    ));
}
