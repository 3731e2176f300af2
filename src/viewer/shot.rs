//! `--shot`: runs to a time, takes a picture of the window, and ends.

use bevy::prelude::*;
use bevy::render::view::screenshot::{Screenshot, ScreenshotCaptured, save_to_disk};
use rainier::sim::clock::Clock;
use rainier::sim::twin::Plan;
use rainier::tour::TourFile;

use crate::advance::Pace;
use crate::args::Args;
use crate::difference::Difference;
use crate::navigation::Orbit;
use crate::navigation::aids::Aids;
use crate::navigation::inside::{Inside, Look};
use crate::navigation::search::Search;
use crate::navigation::tour::Touring;
use crate::panels::jobs::Wanted;
use crate::panels::parts::{Part, Parts};
use crate::panels::timeline::Timeline;
use crate::selection::{Roofs, Selection, Shown, place};
use crate::share::Sharing;

/// The picture to take.
#[derive(Resource, Debug, Clone)]
struct Shot {
    path: String,
    at_s: f64,
    frames: u32,
    /// Real time since the first frame, s.
    since_s: f32,
    /// Whether a link of the view is printed.
    prints_link: bool,
}

/// Frames drawn before the picture: pipelines and panels settle.
const FRAMES: u32 = 24;

/// Least real time before it, s: pipelines compile beside the frames.
const LEAST_S: f32 = 2.0;

/// Where the section of the picture is.
#[derive(Resource, Debug, Clone, Copy)]
struct Cutting(f32);

/// Where to look at the start.
#[derive(Resource, Debug, Clone)]
struct LookAt(String);

fn look(look: Option<Res<LookAt>>, plan: Res<Plan>, mut selection: ResMut<Selection>, mut orbit: ResMut<Orbit>) {
    if let Some(look) = look
        && let Ok(found) = place(&plan.0, &look.0)
    {
        selection.0 = Some(found);
        orbit.fly_to = Some(found);
    }
}

fn take(world: &mut World) {
    let Some(mut shot) = world.get_resource::<Shot>().cloned() else {
        return;
    };
    world.resource_mut::<Pace>().paused = true;
    // A link has a time of its own.
    if world.resource::<Sharing>().going.is_some() {
        return;
    }
    while world.resource::<Clock>().time_s < shot.at_s && !world.resource::<Clock>().done() {
        crate::cases::tick(world);
    }
    let waits = shot.frames + 1 == FRAMES && shot.since_s < LEAST_S;
    // The tick before took long: only what goes by after it counts.
    shot.since_s += world.resource::<Time<Real>>().delta_secs().min(0.25);
    shot.frames += u32::from(!waits);
    if shot.frames >= FRAMES / 2 {
        world.resource_mut::<Orbit>().arrive();
        // A section of a place begins at the place: what was asked for comes after.
        if let Some(Cutting(share)) = world.get_resource::<Cutting>().copied() {
            world.resource_mut::<Inside>().share = share;
        }
    }
    if shot.frames == FRAMES {
        if shot.prints_link {
            use std::io::Write;
            let address = crate::share::address_of(world);
            // Nobody reads it: the picture is what is asked for.
            let _ = writeln!(std::io::stdout(), "{address}");
        }
        world
            .spawn(Screenshot::primary_window())
            .observe(save_to_disk(shot.path.clone()))
            .observe(|_: On<ScreenshotCaptured>, mut exit: MessageWriter<AppExit>| {
                exit.write(AppExit::Success);
            });
    }
    world.insert_resource(shot);
}

/// Adds what the flags ask for.
pub(crate) fn add(app: &mut App, args: &Args, tour: Option<TourFile>) {
    app.insert_resource(Shown(args.overlay));
    app.insert_resource(args.theme);
    let mut parts = Parts::default();
    for (part, on) in [
        (Part::Slice, args.slice),
        (Part::Airflow, args.airflow),
        (Part::Chart, args.chart),
        (Part::Cooling, args.cooling),
        (Part::OneLine, args.one_line),
        (Part::Jobs, args.jobs),
        (Part::Timeline, args.timeline.is_some()),
        (Part::Growth, args.growth),
        (Part::Money, args.money),
        (Part::Editor, args.editor.is_some() || args.edit.is_some()),
        (Part::Compare, args.compare.is_some()),
        (Part::Trends, args.trends),
        (Part::Alarms, args.alarms),
    ] {
        parts.show(part, on);
    }
    app.insert_resource(parts);
    app.world_mut().resource_mut::<Difference>().on = args.difference;
    app.world_mut().resource_mut::<Timeline>().wanted = args.timeline;
    app.insert_resource(Wanted(args.job.clone()));
    app.insert_resource(Aids {
        labels: !args.no_labels,
        minimap: !args.no_minimap,
    });
    let inside_look = match (args.xray, args.section) {
        (true, _) => Look::XRay,
        (false, Some(_)) => Look::Section,
        (false, None) => Look::Solid,
    };
    let mut roofs = Roofs(args.roofs);
    let mut inside = app.world_mut().resource_mut::<Inside>();
    inside.set(inside_look, &mut roofs);
    app.insert_resource(roofs);
    if let Some(share) = args.section {
        app.insert_resource(Cutting(share));
    }
    if let Some(words) = &args.search {
        app.world_mut().resource_mut::<Search>().write(words);
    }
    if let Some(tour) = tour {
        let mut touring = app.world_mut().resource_mut::<Touring>();
        touring.start(tour);
        if let Some(step) = args.tour_step {
            touring.go(step.get() - 1);
            touring.pause();
        }
    }
    if let Some(place) = &args.look {
        app.insert_resource(LookAt(place.clone()));
        app.add_systems(PostStartup, look);
    }
    if let Some(path) = &args.shot {
        // Clouds, water and air stand: a picture is the same however long the machine took for it.
        app.world_mut().resource_mut::<Time<Virtual>>().pause();
        app.insert_resource(Shot {
            path: path.clone(),
            // A link has a time of its own.
            at_s: if args.link.is_some() { 0.0 } else { args.at },
            frames: 0,
            since_s: 0.0,
            prints_link: args.print_link,
        });
        app.add_systems(Update, take);
    }
}
