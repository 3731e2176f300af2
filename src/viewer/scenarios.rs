//! Which scenarios run: starting others in their place, and a second one beside.

use bevy::prelude::*;
use rainier::diag::Report;
use rainier::scenario::{self, Overrides};
use rainier::sim::twin::replace;
use rainier::site::change::Role;
pub(crate) use rainier::view::link::Source;

use crate::advance::Pace;
use crate::args::TEXTS;
use crate::cases::{self, Beside, Case};
use crate::difference::Difference;
use crate::selection::Selection;
use crate::share::Sharing;

/// Reads a scenario.
///
/// # Errors
/// Every error of it and its files.
pub(crate) fn load(source: &Source) -> Result<Case, Report> {
    match source {
        Source::Named(file) => {
            let loaded = scenario::load(TEXTS, file, Overrides::default())?;
            Ok(Case::of(loaded, text_of(file)))
        }
        Source::Text { file, text } => {
            let loaded = scenario::load_text(TEXTS, file, text, Overrides::default())?;
            Ok(Case::of(loaded, text.clone()))
        }
    }
}

/// The text of a scenario that could be loaded by its name.
pub(crate) fn text_of(file: &str) -> String {
    scenario::text_by_role(TEXTS, Role::Scenario, file).unwrap_or_default()
}

/// What is asked for; it is done before the next frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ask {
    /// Start a scenario in the place of the one in front.
    Start(Source),
    /// Start a scenario beside the one in front, both from their starts.
    Compare(Source),
    /// Go on beside the one in front from its state now: it stays as A, and what is done from here on is done in B.
    Fork,
    /// Put the one behind in front.
    Exchange,
    /// Let the one behind go.
    Alone,
}

/// What is asked for, and what could be.
#[derive(Resource, Debug, Clone, Default)]
pub(crate) struct Scenarios {
    /// In the order of asking.
    pub(crate) asks: Vec<Ask>,
    /// Why the last one could not be started; empty if it could.
    pub(crate) problem: String,
    /// What can be chosen: file name and title.
    pub(crate) choices: Vec<(String, String)>,
}

impl Scenarios {
    /// Asks for something.
    pub(crate) fn ask(&mut self, ask: Ask) {
        self.asks.push(ask);
    }
}

/// Starts a case in front, and another one behind it if there is one: both are compared from the same moment on.
fn start(world: &mut World, front: Case, behind: Option<Case>) {
    replace(world, (*front.loaded).clone());
    cases::begin(world, front);
    if let Some(behind) = behind {
        let side = world.get_resource::<Beside>().map(|beside| beside.front);
        world.insert_resource(Beside::new(behind, side.unwrap_or_default()));
    }
}

/// Lets all cases go, and starts one or two others.
pub(crate) fn put(world: &mut World, front: Case, behind: Option<Case>) {
    alone(world);
    world.resource_mut::<Selection>().0 = None;
    start(world, front, behind);
}

/// Lets the case behind go.
fn alone(world: &mut World) {
    world.remove_resource::<Beside>();
    world.insert_resource(Difference::default());
}

/// Does one thing that is asked for.
///
/// # Errors
/// Every error of a scenario; what ran goes on then.
pub(crate) fn answer(world: &mut World, ask: Ask) -> Result<(), Report> {
    match ask {
        Ask::Start(source) => {
            let case = load(&source)?;
            world.resource_mut::<Selection>().0 = None;
            let behind = world.get_resource::<Beside>();
            let behind = behind.and_then(|beside| beside.get::<Case>().cloned());
            start(world, case, behind);
        }
        Ask::Compare(source) => {
            let behind = load(&source)?;
            let front = world.resource::<Case>().clone();
            start(world, front, Some(behind));
        }
        Ask::Fork => {
            let beside = Beside::fork(world);
            world.insert_resource(beside);
            return Ok(());
        }
        Ask::Exchange => {
            cases::exchange(world);
            return Ok(());
        }
        Ask::Alone => {
            alone(world);
            return Ok(());
        }
    }
    // What ran before may have come to its end and stand there.
    world.resource_mut::<Pace>().paused = false;
    Ok(())
}

fn switch(world: &mut World) {
    for ask in std::mem::take(&mut world.resource_mut::<Scenarios>().asks) {
        // Whoever asks for another scenario is no longer on the way to a time of the one before.
        world.resource_mut::<Sharing>().stop();
        let problem = answer(world, ask).err().map(|report| report.to_string());
        world.resource_mut::<Scenarios>().problem = problem.unwrap_or_default();
    }
}

pub(crate) fn plugin(app: &mut App) {
    app.insert_resource(Scenarios {
        choices: scenario::builtin_titles(),
        ..Scenarios::default()
    });
    app.add_systems(First, switch);
}
