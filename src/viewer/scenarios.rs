//! Which scenario runs, and starting another one.

use bevy::prelude::*;
use rainier::scenario::{self, Loaded};
use rainier::sim::twin::replace;

use crate::advance::Pace;
use crate::args::TEXTS;
use crate::selection::Selection;

/// The scenario that runs and the one that is asked for.
#[derive(Resource, Debug, Clone, Default)]
pub(crate) struct Scenarios {
    /// Name of the one that runs.
    pub(crate) name: String,
    /// What it asks.
    pub(crate) about: String,
    /// One to start: `builtin:NAME` or a file.
    pub(crate) wanted: Option<String>,
    /// Why the last one could not be started; empty if it could.
    pub(crate) problem: String,
    /// What can be chosen: file name and title.
    pub(crate) choices: Vec<(String, String)>,
}

impl Scenarios {
    /// With `loaded` running.
    pub(crate) fn of(loaded: &Loaded) -> Self {
        Self {
            name: loaded.scenario.name.clone(),
            about: loaded.scenario.about.clone(),
            choices: scenario::builtin_titles(),
            ..Self::default()
        }
    }
}

/// Puts a scenario in the place of the one that runs, from its start.
pub(crate) fn start(world: &mut World, loaded: Loaded) {
    world.resource_mut::<Selection>().0 = None;
    let mut scenarios = world.resource_mut::<Scenarios>();
    scenarios.name.clone_from(&loaded.scenario.name);
    scenarios.about.clone_from(&loaded.scenario.about);
    scenarios.problem.clear();
    world.insert_resource(crate::money::Costs::of(&loaded));
    replace(world, loaded);
}

fn switch(world: &mut World) {
    let Some(file) = world.resource_mut::<Scenarios>().wanted.take() else {
        return;
    };
    match scenario::load(TEXTS, &file, scenario::Instead::default()) {
        Ok(loaded) => {
            start(world, loaded);
            // The one before may have come to its end and stand there.
            world.resource_mut::<Pace>().paused = false;
        }
        Err(report) => world.resource_mut::<Scenarios>().problem = report.to_string(),
    }
}

pub(crate) fn plugin(app: &mut App) {
    app.add_systems(First, switch);
}
