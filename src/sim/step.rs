//! A tick in pieces, so that a picture can be drawn between them.
//!
//! A piece is one stage of the tick, or, of the chips, that of some halls. Halls do not meet within a stage, so the
//! pieces come to what the whole does, to the last bit. What is ordered between two pieces waits for the next tick.

use std::ops::Range;

use bevy_app::App;
use bevy_ecs::prelude::*;

use super::clock::Clock;
use super::twin::Plan;
use super::workers::Workers;
use super::{Tick, TickSet};
use crate::site::Campus;

/// Chips of a piece for each thread, at least: about a millisecond, beside which its own cost is little.
const CHIPS: usize = 65_536;

/// Stages of a tick in order.
pub const STAGES: [TickSet; 9] = [
    TickSet::Clock,
    TickSet::Weather,
    TickSet::Demand,
    TickSet::Chips,
    TickSet::Cooling,
    TickSet::PowerPath,
    TickSet::Meters,
    TickSet::Rules,
    TickSet::Memory,
];

/// What a run of [`Tick`] does: one stage, of some halls where it is that of the chips; the whole without one.
#[derive(Resource, Debug, Clone, Default)]
pub(super) struct TickSlice(Option<(TickSet, Range<usize>)>);

impl TickSlice {
    /// Halls that are stepped.
    pub(super) fn halls(&self, campus: &Campus) -> Range<usize> {
        self.0
            .as_ref()
            .map_or(0..campus.halls.len(), |(_, halls)| halls.clone())
    }
}

/// A tick of which some pieces are done.
#[derive(Resource, Debug)]
pub struct UnderWay {
    /// Stage that is next.
    stage: usize,
    /// Hall that is next.
    hall: usize,
    /// The clock of this tick: until it has ended the world has that of the last one.
    clock: Clock,
}

/// The chips' own step, which runs with every piece of its stage. What adds to the simulation comes after it, in
/// [`TickSet::Chips`], once a tick.
#[derive(SystemSet, Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct ChipPieces;

/// The look at rules, which has the world to itself. What adds to the simulation comes after it, in [`TickSet::Rules`].
#[derive(SystemSet, Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct RuleWatch;

/// Puts the stages in order, and lets each run in the whole and in its own pieces.
pub(super) fn part(app: &mut App) {
    app.init_resource::<TickSlice>();
    for &[stage, next] in STAGES.array_windows() {
        app.configure_sets(Tick, stage.before(next));
    }
    for stage in STAGES {
        // Once a tick: of a stage in pieces with the last of them.
        let runs = move |piece: Res<TickSlice>, plan: Res<Plan>| {
            let last = |halls: &Range<usize>| halls.end == plan.0.halls.len();
            piece.0.as_ref().is_none_or(|(of, halls)| *of == stage && last(halls))
        };
        app.configure_sets(Tick, stage.run_if(runs));
    }
    // Before the rest of its stage, and with every piece of it.
    let during = |stage| move |piece: Res<TickSlice>| piece.0.as_ref().is_none_or(|(of, _)| *of == stage);
    let chips = ChipPieces.after(TickSet::Demand).before(TickSet::Chips);
    let rules = RuleWatch.after(TickSet::Meters).before(TickSet::Rules);
    app.configure_sets(
        Tick,
        (
            chips.run_if(during(TickSet::Chips)),
            rules.run_if(during(TickSet::Rules)),
        ),
    );
}

/// Whether a tick has begun and not ended.
#[must_use]
pub fn under_way(world: &World) -> bool {
    world.contains_resource::<UnderWay>()
}

/// Begins a tick, or goes on with the one that is under way, until it ends or `goes_on` says no, which is asked after
/// every piece with the stage it was of. Whether the tick has ended. In between the clock is that of the last tick;
/// columns may be of this one.
pub fn advance(world: &mut World, mut goes_on: impl FnMut(TickSet) -> bool) -> bool {
    let last = world.resource::<Clock>().clone();
    let (mut stage, mut hall) = (0, 0);
    if let Some(begun) = world.remove_resource::<UnderWay>() {
        (stage, hall) = (begun.stage, begun.hall);
        world.insert_resource(begun.clock);
    }
    loop {
        let campus = &world.resource::<Plan>().0;
        let halls = campus.halls.len();
        let of = STAGES[stage];
        let until = match of {
            TickSet::Chips => enough(campus, hall, CHIPS * world.resource::<Workers>().threads()),
            _ => halls,
        };
        world.insert_resource(TickSlice(Some((of, hall..until))));
        world.run_schedule(Tick);
        (stage, hall) = if until < halls { (stage, until) } else { (stage + 1, 0) };
        let ended = stage == STAGES.len();
        if !goes_on(of) || ended {
            world.insert_resource(TickSlice::default());
            if !ended {
                let clock = std::mem::replace(&mut *world.resource_mut::<Clock>(), last);
                world.insert_resource(UnderWay { stage, hall, clock });
            }
            return ended;
        }
    }
}

/// Ends the tick that is under way, if there is one.
pub fn finish(world: &mut World) {
    if under_way(world) {
        advance(world, |_| true);
    }
}

/// Forgets the tick that is under way: the world gets another scenario.
pub(super) fn forget(world: &mut World) {
    world.remove_resource::<UnderWay>();
}

/// The hall up to which there are so many chips from `hall` on; the end of the campus, if there are not so many.
fn enough(campus: &Campus, hall: usize, chips: usize) -> usize {
    let first = campus.halls.get(hall).map_or(0, |hall| hall.racks.start);
    let has_enough = |until: &usize| campus.chips_of(first..campus.halls[*until - 1].racks.end).len() >= chips;
    (hall + 1..campus.halls.len())
        .find(has_enough)
        .unwrap_or(campus.halls.len())
}
