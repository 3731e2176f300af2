//! Two cases side by side: the one in front lives in the app's own world, the other in a world beside it.
//!
//! They step together. Either can be put in front at any time, and then every panel and colour is of that one.

use std::sync::Arc;

use bevy::ecs::schedule::Schedules;
use bevy::prelude::*;
use rainier::overlay::Seen;
use rainier::results::alarms::{self, Alarms};
use rainier::scenario::{Event, Loaded};
use rainier::sim::clock::Clock;
use rainier::sim::snapshot;
use rainier::sim::{Tick, TickSet, Twin};
use rainier::site::items;

use crate::history::{self, History};
use crate::panels::money::{self, Costs, Trend};
use crate::panels::psychrometric::{self, Trail};
use crate::panels::undo::Undo;

/// What the view knows of a scenario beside its twin.
#[derive(Resource, Debug, Clone)]
pub(crate) struct Case {
    /// As it was loaded, to start it again.
    pub(crate) loaded: Arc<Loaded>,
    /// Its text.
    pub(crate) text: String,
    /// When it left the other case to go its own way, s since the start; none if it has run by itself from there.
    pub(crate) forked_s: Option<f64>,
}

impl Case {
    /// Of a scenario and its text.
    pub(crate) fn of(loaded: Loaded, text: String) -> Self {
        Self {
            loaded: Arc::new(loaded),
            text,
            forked_s: None,
        }
    }

    /// Its name.
    pub(crate) fn name(&self) -> &str {
        &self.loaded.scenario.name
    }

    /// What it asks.
    pub(crate) fn about(&self) -> &str {
        &self.loaded.scenario.about
    }
}

/// What hands and scripts have done to a case since its start: links carry it.
#[derive(Resource, Debug, Clone, Default)]
pub(crate) struct ByHand {
    /// The case's text with all of it as its last events; none while nothing was done.
    pub(crate) text: Option<String>,
    /// How much of it could not be written as events.
    pub(crate) lost: usize,
}

impl ByHand {
    /// Writes down what was done.
    pub(crate) fn note(&mut self, case: &Case, event: &Event) {
        let text = self.text.as_ref().unwrap_or(&case.text);
        match items::append(&case.loaded.file, text, "events", &event.ron()) {
            Ok(text) => self.text = Some(text),
            Err(_) => self.lost += 1,
        }
    }
}

/// Names of two cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Side {
    /// The first one.
    #[default]
    A,
    /// The one that it is compared with.
    B,
}

impl Side {
    /// Its letter.
    pub(crate) fn letter(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
        }
    }

    /// The other one.
    pub(crate) fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }
}

/// Does something with all that the view keeps of a case beside its twin.
macro_rules! of_a_case {
    ($does:ident($a:expr, $b:expr)) => {
        $does::<Case>($a, $b);
        $does::<Costs>($a, $b);
        $does::<History>($a, $b);
        $does::<Trend>($a, $b);
        $does::<Trail>($a, $b);
        $does::<Alarms>($a, $b);
        $does::<ByHand>($a, $b);
        $does::<Undo>($a, $b);
    };
}

/// The case behind the one in front.
#[derive(Resource)]
pub(crate) struct Beside {
    world: World,
    /// Which one is in front.
    pub(crate) front: Side,
}

impl Beside {
    /// A case at its start, behind the one of a side.
    pub(crate) fn new(case: Case, front: Side) -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let mut world = Twin::new((*case.loaded).clone(), threads).into_world();
        remember(&mut world);
        begin(&mut world, case);
        Self { world, front }
    }

    /// Leaves the case in front behind as A, and goes on in front as B: from here each goes its own way.
    pub(crate) fn fork(world: &mut World) -> Self {
        let mut behind = std::mem::take(snapshot::fork(world, &|_| {}).world_mut());
        remember(&mut behind);
        of_a_case!(copy(world, &mut behind));
        let now_s = world.resource::<Clock>().time_s;
        world.resource_mut::<Case>().forked_s = Some(now_s);
        Self {
            world: behind,
            front: Side::B,
        }
    }

    /// A resource of the case behind; none that it has not.
    pub(crate) fn get<R: Resource>(&self) -> Option<&R> {
        self.world.get_resource::<R>()
    }

    /// The case behind as overlays read it.
    pub(crate) fn seen(&self) -> Option<Seen<'_>> {
        Seen::of(&self.world)
    }

    /// The cases' resources in the order A, B.
    pub(crate) fn pair<'w, R: Resource>(&'w self, front: &'w R) -> Option<[&'w R; 2]> {
        let behind = self.get::<R>()?;
        Some(match self.front {
            Side::A => [front, behind],
            Side::B => [behind, front],
        })
    }
}

/// Lets a world with a twin remember what panels show of its past.
pub(crate) fn remember(world: &mut World) {
    let systems = (
        history::take,
        money::remember,
        psychrometric::remember,
        alarms::remember,
    );
    let mut schedules = world.resource_mut::<Schedules>();
    schedules.add_systems(Tick, systems.in_set(TickSet::Memory));
}

/// Forgets the past of a world whose scenario has been replaced by a case at its start.
pub(crate) fn begin(world: &mut World, case: Case) {
    world.insert_resource(Costs::of(&case.loaded));
    world.insert_resource(Case { forked_s: None, ..case });
    world.insert_resource(History::default());
    world.insert_resource(Trend::default());
    world.insert_resource(Trail::default());
    world.insert_resource(Alarms::default());
    world.insert_resource(ByHand::default());
    world.insert_resource(Undo::default());
}

/// Gives a world what another has.
fn copy<R: Resource + Clone>(from: &World, to: &mut World) {
    if let Some(of) = from.get_resource::<R>() {
        to.insert_resource(of.clone());
    }
}

/// Gives each of two worlds the other's resource; both have one.
fn swap<R: Resource>(a: &mut World, b: &mut World) {
    if let (Some(of_a), Some(of_b)) = (a.remove_resource::<R>(), b.remove_resource::<R>()) {
        a.insert_resource(of_b);
        b.insert_resource(of_a);
    }
}

/// Puts the case behind in front.
pub(crate) fn exchange(world: &mut World) {
    let Some(mut beside) = world.remove_resource::<Beside>() else {
        return;
    };
    let behind = &mut beside.world;
    rainier::sim::swap_worlds(world, behind);
    of_a_case!(swap(world, behind));
    beside.front = beside.front.other();
    world.insert_resource(beside);
}

/// One fixed step of the case in front; the one behind keeps up with it.
pub(crate) fn tick(world: &mut World) {
    go_on(world, || true);
}

/// Ends what is under way: the world shows one moment.
pub(crate) fn finish(world: &mut World) {
    rainier::sim::finish(world);
    if let Some(mut beside) = world.get_resource_mut::<Beside>() {
        rainier::sim::finish(&mut beside.world);
    }
}

/// As much of one fixed step of both cases as `may` allows, which is asked after every piece of it; whether the step
/// has ended. The next call goes on with it.
pub(crate) fn go_on(world: &mut World, mut may: impl FnMut() -> bool) -> bool {
    let clock = world.resource::<Clock>();
    let time_s = clock.time_s + clock.dt_s;
    if let Some(mut beside) = world.get_resource_mut::<Beside>() {
        let behind = &mut beside.world;
        // It goes first: what compares them looks when the one in front has ended. Their ticks may differ in length.
        while behind
            .get_resource::<Clock>()
            .is_some_and(|clock| clock.time_s + 0.5 * clock.dt_s < time_s && !clock.done())
        {
            if !rainier::sim::advance(behind, |_| may()) || !may() {
                return false;
            }
        }
    }
    rainier::sim::advance(world, |_| may())
}
