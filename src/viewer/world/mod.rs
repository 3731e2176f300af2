//! What is drawn in 3D: the still world under its sky, racks and units in the colours of their state, air, and routes of power.

pub(crate) mod airflow;
pub(crate) mod colors;
pub(crate) mod glance;
mod ground;
mod marks;
pub(crate) mod materials;
pub(crate) mod meshes;
mod parking;
mod plants;
mod plumes;
pub(crate) mod racks;
pub(crate) mod rising;
pub(crate) mod route;
pub(crate) mod scene;
pub(crate) mod sky;
pub(crate) mod slice;
pub(crate) mod units;
mod yards;

use bevy::app::App;

/// Everything that is drawn in 3D.
pub(crate) fn plugin(app: &mut App) {
    app.add_plugins((
        airflow::plugin,
        glance::plugin,
        marks::plugin,
        materials::plugin,
        plumes::plugin,
        racks::plugin,
        rising::plugin,
        route::plugin,
        scene::plugin,
        sky::plugin,
        slice::plugin,
        units::plugin,
    ));
}
