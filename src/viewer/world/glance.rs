//! What an overlay says from afar: one colour a hall and a building, counts of kinds, and what is broken where.

use bevy::prelude::*;
use jiff::civil::Date;
use rainier::overlay::{
    Broken, Feed, Overlay, Room, Said, Seen, Stage, Sum, Trouble, most_common, of_sums, room, stages,
};
use rainier::sim::clock::Clock;

use crate::cases::{Beside, Side};
use crate::difference::{self, Difference, between};
use crate::named;
use crate::panels::format::said_date;
use crate::panels::growth::Growth;
use crate::panels::jobs::{Colors, Focus, codes};
use crate::panels::theme::MODES;
use crate::selection::Shown;
use crate::words::say;
use crate::world::colors::{Read, Rgb, at_share, kind_color, map_of};

/// How often it is found anew while time goes on, s.
const EVERY_S: f32 = 0.4;

/// What it was found for.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Of {
    tick: u64,
    overlay: Overlay,
    side: Option<Side>,
    planned: bool,
}

/// What is seen at a glance.
#[derive(Resource, Debug, Clone, Default)]
pub(crate) struct Glance {
    of: Option<Of>,
    since_s: f32,
    /// Colours of halls; none of those that are not live or have none.
    pub(crate) halls: Vec<Option<Rgb>>,
    /// Colours of buildings.
    pub(crate) buildings: Vec<Option<Rgb>>,
    /// What it says of buildings in words; nothing where their power says more.
    pub(crate) words: Vec<Option<String>>,
    /// How many racks of live halls are of each kind.
    pub(crate) counts: Vec<usize>,
    /// What is broken, for the overlay of failures.
    pub(crate) broken: Vec<Broken>,
    /// The least room on the way to any row, for the overlay of headroom.
    pub(crate) least: Option<Room>,
    /// How far buildings are, for the overlay of phases.
    pub(crate) stages: Vec<(Stage, Option<Date>)>,
}

/// How many racks of live halls are of each kind.
fn counts(seen: &Seen, kinds: &[u8]) -> Vec<usize> {
    let mut counts = vec![0; 256];
    let live = |(h, _): &(usize, &rainier::site::campus::Hall)| seen.halls.live[*h];
    for (_, hall) in seen.campus.halls.iter().enumerate().filter(live) {
        for kind in &kinds[hall.racks.clone()] {
            counts[usize::from(*kind)] += 1;
        }
    }
    counts
}

/// What an overlay says of a building in words.
fn words(overlay: Overlay, sum: Sum) -> Option<String> {
    match (overlay, sum) {
        // Of these its power says more than a mean.
        (Overlay::Temperature | Overlay::Power | Overlay::Carbon, _) => None,
        (_, Sum::Mean(value)) => {
            let (value, unit) = (value * overlay.scale(), overlay.unit());
            let unit = unit.split(" of ").next().unwrap_or(unit);
            Some(if value.abs() < 10.0 {
                format!("{value:.1} {unit}")
            } else {
                format!("{value:.0} {unit}")
            })
        }
        (Overlay::Units, Sum::Kind(kind)) => {
            let mode = MODES.iter().find(|mode| **mode as u8 == kind)?;
            Some(named::mode(*mode).into())
        }
        (Overlay::Feed, Sum::Kind(kind)) if kind > 0 => Some(named::feed(*Feed::ALL.get(usize::from(kind))?).into()),
        (Overlay::Failures, Sum::Kind(kind)) if kind > 0 => {
            Some(named::trouble(*Trouble::ALL.get(usize::from(kind))?).into())
        }
        _ => None,
    }
}

fn look(
    time: Res<Time<Real>>,
    clock: Res<Clock>,
    shown: Res<Shown>,
    read: Read,
    (colors, growth): (Res<Colors>, Res<Growth>),
    (beside, difference): (Option<Res<Beside>>, Res<Difference>),
    mut glance: ResMut<Glance>,
) {
    let beside = beside.as_deref();
    let compared = beside.filter(|_| difference.on);
    let planned = growth.planned.as_ref().filter(|planned| planned.here);
    let of = Of {
        tick: clock.tick,
        overlay: shown.0,
        side: beside.filter(|_| compared.is_none()).map(|beside| beside.front),
        planned: planned.is_some(),
    };
    glance.bypass_change_detection().since_s += time.delta_secs();
    let only_later = glance.of.is_some_and(|before| {
        Of {
            tick: of.tick,
            ..before
        } == of
    });
    let due = !only_later || glance.since_s > EVERY_S;
    if !read.plan.is_changed() && (glance.of == Some(of) || !due) {
        return;
    }
    let (overlay, seen) = (shown.0, read.seen());
    let campus = seen.campus;
    let mut next = Glance {
        of: Some(of),
        ..Glance::default()
    };
    let said = match (compared, &read.jobs) {
        (Some(beside), _) => between(overlay, seen, beside),
        (None, Some(jobs)) if overlay == Overlay::Job => {
            Some(Said::RackKinds(codes(jobs, &colors, &read.racks, Focus(None))))
        }
        _ => Some(seen.say(overlay)),
    };
    let sums = match &said {
        // What stands for a hall of jobs is the job of most of its racks.
        Some(Said::RackKinds(kinds)) if overlay == Overlay::Job => {
            let of_hall = |(h, hall): (usize, &rainier::site::campus::Hall)| {
                if seen.halls.live[h] {
                    most_common(&kinds[hall.racks.clone()])
                } else {
                    Sum::None
                }
            };
            campus.halls.iter().enumerate().map(of_hall).collect()
        }
        Some(said) => seen.sums(overlay, said),
        None => vec![Sum::None; campus.halls.len()],
    };
    let [low, high] = overlay.range(campus);
    let color = |sum: Sum| match sum {
        Sum::Mean(value) if compared.is_some() => {
            let share = f32::from(difference::byte(value, difference.reach)) / 255.0;
            Some(at_share(&difference::MAP, share))
        }
        Sum::Mean(value) => Some(at_share(map_of(overlay), (value - low) / (high - low))),
        Sum::Kind(kind) => Some(kind_color(overlay, kind)),
        Sum::None => None,
    };
    // Halls in which nothing is wrong have nothing to show.
    let well = |sum: &Sum| overlay == Overlay::Failures && *sum == Sum::Kind(0);
    next.halls = sums.iter().map(|sum| color(*sum).filter(|_| !well(sum))).collect();
    let of_buildings = || {
        let buildings = campus.buildings.iter();
        buildings.map(|building| of_sums(overlay, &sums[building.halls.clone()]))
    };
    next.buildings = of_buildings().map(color).collect();
    if compared.is_none() {
        next.words = of_buildings().map(|sum| words(overlay, sum)).collect();
    }
    match (overlay, &said) {
        (Overlay::Failures, _) => next.broken = seen.broken(),
        (Overlay::Headroom, _) => {
            let rows = (0..campus.rows.len()).filter(|row| seen.halls.live[campus.rows[*row].hall]);
            let rooms = rows.filter_map(|row| room(campus, seen.grid, row));
            next.least = rooms.min_by(|a, b| a.share.total_cmp(&b.share));
        }
        (Overlay::Phase, _) => {
            let course = planned.map(|planned| &planned.course);
            next.stages = stages(campus, &seen.halls.live, course, clock.now().date());
            for (color, (stage, _)) in next.buildings.iter_mut().zip(&next.stages) {
                *color = Some(kind_color(overlay, *stage as u8));
            }
            let said = |(stage, day): &(Stage, Option<Date>)| {
                let of = named::stage(*stage);
                Some(match day.filter(|_| !stage.runs()) {
                    Some(day) => say!("stage-day", stage = of, date = said_date(day)),
                    None => of.to_owned(),
                })
            };
            next.words = next.stages.iter().map(said).collect();
        }
        (Overlay::Feed, Some(Said::RackKinds(kinds))) => next.counts = counts(&seen, kinds),
        _ => {}
    }
    *glance = next;
}

pub(crate) fn plugin(app: &mut App) {
    app.init_resource::<Glance>();
    app.add_systems(PostUpdate, look);
}
