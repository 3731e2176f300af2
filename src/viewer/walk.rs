//! Stops of walks: what is to be shown is shown, stands still, and is taken a picture of.
//!
//! The clock of frames is wound by hand meanwhile, so that a picture is the same however long the machine takes for it.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bevy::platform::time::Instant;
use bevy::prelude::*;
use bevy::render::view::screenshot::{Screenshot, ScreenshotCaptured};
use bevy::time::TimeUpdateStrategy;
use bevy::window::PrimaryWindow;
use bevy_egui::EguiContext;
use rainier::sim::clock::Clock;
use rainier::sim::twin::Plan;
use rainier::view::walk::{EditorPage, Film, Halt, Theme};

use crate::advance::Pace;
use crate::args::TEXTS;
use crate::cases::{Beside, Case};
use crate::difference::Difference;
use crate::navigation::aids::Aids;
use crate::navigation::inside::{self, Inside};
use crate::navigation::labels::Labels;
use crate::navigation::search::Search;
use crate::navigation::tour::{Touring, look_of, posed};
use crate::navigation::trail::Trail;
use crate::navigation::{Go, Orbit};
use crate::panels::editor::{Editor, Page};
use crate::panels::jobs::{Focus, Wanted};
use crate::panels::parts::{Part, Parts};
use crate::panels::theme::Look;
use crate::panels::timeline::Timeline;
use crate::panels::windows::Windows;
use crate::scenarios::{Source, load, put};
use crate::selection::{Overlay, Roofs, Selection, Shown, place};
use crate::share::Sharing;

/// Time of a frame before a picture, s: what fades, lifts or is measured comes to rest in few frames.
const FRAME_S: f64 = 0.25;

/// Frames in which panels and windows find their places, and then those in which what hangs on them settles.
const SETTLES: u32 = 14;

/// The last of them are drawn: what is drawn before is not seen, and costs most of the time.
const DRAWN: u32 = 3;

/// Real time that the check of a written text takes at most, s. It runs beside the frames.
const CHECK_S: f32 = 1.0;

/// Where pictures go.
#[derive(Debug, Clone)]
pub(crate) enum To {
    /// The only one.
    File(PathBuf),
    /// Each under its name.
    Folder(PathBuf),
}

/// How pictures are taken.
#[derive(Debug, Clone)]
pub(crate) struct Pictures {
    /// Where they go.
    pub(crate) to: To,
    /// Their size where a stop says no other, pixels.
    pub(crate) size_px: [u32; 2],
    /// Pixels of a point where a stop says no other; those of the screen without it.
    pub(crate) scale: Option<f32>,
    /// Whether a link of each is printed.
    pub(crate) prints_link: bool,
}

/// How far a stop is.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Phase {
    /// Its scenario has been started and what it shows has been said.
    Shown,
    /// It is on the way to its time.
    Goes,
    /// So many frames have gone by since it looks where it should.
    Settles(u32),
    /// So many pictures of its film have been taken.
    Films(u32),
    /// It waits for pictures that are under way.
    Ends,
}

/// The stops that are left, and how far the first of them is.
#[derive(Resource, Debug)]
pub(crate) struct Walking {
    stops: VecDeque<Halt>,
    pictures: Option<Pictures>,
    phase: Phase,
    since: Instant,
    /// Pictures under way.
    awaited: u32,
    /// What went wrong, with the code to end with.
    failed: Option<(String, u8)>,
}

impl Walking {
    /// At the first of some stops.
    pub(crate) fn new(stops: Vec<Halt>, pictures: Option<Pictures>) -> Self {
        Self {
            stops: stops.into(),
            pictures,
            phase: Phase::Shown,
            since: Instant::now(),
            awaited: 0,
            failed: None,
        }
    }
}

fn wind(world: &mut World, frame_s: f64) {
    world.insert_resource(TimeUpdateStrategy::ManualDuration(Duration::from_secs_f64(frame_s)));
}

/// Starts the scenarios of a stop, if it names some or is earlier than the ones that run.
fn start(world: &mut World, halt: &Halt) -> Result<(), String> {
    let said = |report: rainier::diag::Report| report.to_string();
    let load = |file: &String| load(&Source::Named(file.clone())).map_err(said);
    let named = halt.scenario.as_ref().map(load).transpose()?;
    let other = halt.compare.as_ref().map(load).transpose()?;
    let clock = world.resource::<Clock>();
    let past = halt
        .at_s
        .is_some_and(|at_s| clock.time_s - clock.dt_s >= at_s && clock.time_s > 0.0);
    if named.is_none() && other.is_none() && !past {
        return Ok(());
    }
    let alone = named.is_some();
    let front = named.unwrap_or_else(|| world.resource::<Case>().clone());
    let kept = world
        .get_resource::<Beside>()
        .and_then(|beside| beside.get::<Case>())
        .filter(|_| !alone)
        .cloned();
    put(world, front, other.or(kept));
    Ok(())
}

/// Shows what a stop says, but for the place, which is gone to when the scenario stands.
fn show(world: &mut World, halt: &Halt, taken: bool) -> Result<(), String> {
    let parts = halt.open.iter().map(|name| {
        let allowed = || Part::ALL.map(Part::name).join(", ");
        Part::named(name).ok_or_else(|| format!("{name:?} is none of {}", allowed()))
    });
    let mut shown = Parts::default();
    for part in parts {
        shown.show(part?, true);
    }
    if halt.date.is_some() {
        shown.show(Part::Timeline, true);
    }
    let overlay = halt.overlay.as_deref();
    world.resource_mut::<Shown>().0 = overlay.and_then(Overlay::named).unwrap_or(Overlay::Temperature);
    world.insert_resource(shown);
    world.resource_mut::<Difference>().on = halt.difference.unwrap_or(false);
    world.insert_resource(match halt.theme {
        None | Some(Theme::Dark) => Look::Dark,
        Some(Theme::Light) => Look::Light,
    });
    world.insert_resource(Aids {
        labels: halt.labels.unwrap_or(true),
        minimap: halt.minimap.unwrap_or(true),
    });
    let (mut looks, mut roofs) = (Inside::default(), Roofs(halt.roofs.unwrap_or(false)));
    looks.set(halt.inside.map_or(inside::Look::Solid, look_of), &mut roofs);
    world.insert_resource(looks);
    world.insert_resource(roofs);
    let mut timeline = Timeline::default();
    timeline.wanted = halt.date.map(|day| day.0);
    world.insert_resource(timeline);
    world.insert_resource(Wanted(halt.job.clone()));
    if let Some(words) = &halt.search {
        world.resource_mut::<Search>().write(words);
    }
    if let Some(file) = &halt.tour {
        let tour = rainier::tour::load(TEXTS, file).map_err(|report| report.to_string())?;
        let mut touring = world.resource_mut::<Touring>();
        touring.start(tour);
        if let Some(step) = halt.step {
            touring.go(step.saturating_sub(1) as usize);
        }
        if taken {
            touring.pause();
        }
    }
    Ok(())
}

fn page_of(page: EditorPage) -> Page {
    match page {
        EditorPage::Text => Page::Text,
        EditorPage::Form => Page::Form,
        EditorPage::Now => Page::Now,
    }
}

/// Forgets what the stop before has left: windows where they were, words in fields, ways back.
fn forget(world: &mut World, page: Option<EditorPage>) {
    world.insert_resource(Focus::default());
    world.insert_resource(Labels::default());
    // It stands from the first frame on, whichever system of it comes first.
    world.insert_resource(Pace::held());
    world.insert_resource(Search::default());
    world.insert_resource(Touring::default());
    world.insert_resource(Trail::default());
    world.insert_resource(Windows::default());
    world.insert_resource(Selection::default());
    world.insert_resource(Editor::at(page.map_or(Page::Text, page_of)));
    for mut ctx in world.query::<&mut EguiContext>().iter_mut(world) {
        ctx.get_mut().memory_mut(|memory| {
            let forgotten = std::mem::take(memory);
            memory.options = forgotten.options;
        });
    }
    world.resource_mut::<Orbit>().start_over();
}

/// Gives the window the size of a stop.
fn resize(world: &mut World, halt: &Halt, pictures: &Pictures) {
    let [width, height] = halt.size_px.unwrap_or(pictures.size_px);
    let scale = halt.scale.map(|scale| scale as f32).or(pictures.scale);
    for mut window in world
        .query_filtered::<&mut Window, With<PrimaryWindow>>()
        .iter_mut(world)
    {
        let now = &window.resolution;
        let fits = [now.physical_width(), now.physical_height()] == [width, height];
        if !fits || now.scale_factor_override() != scale {
            window.resolution.set_scale_factor_override(scale);
            window.resolution.set_physical_resolution(width, height);
        }
    }
}

/// Goes to the place of a stop, or looks the way that it says.
fn go(world: &mut World, halt: &Halt) -> Result<(), String> {
    let plan = world.resource::<Plan>().0.clone();
    let found = halt.place.as_deref().map(|name| place(&plan, name)).transpose()?;
    if found.is_some() {
        world.resource_mut::<Selection>().0 = found;
    }
    let mut orbit = world.resource_mut::<Orbit>();
    match &halt.camera {
        // A film begins with the look of the camera, and flies to the place.
        Some(camera) if halt.film.is_none() => orbit.go = Some(Go::View(posed(camera, orbit.view_of(&plan, found)))),
        Some(camera) => orbit.go = Some(Go::View(posed(camera, orbit.view_of(&plan, None)))),
        None if halt.film.is_none() => orbit.fly_to = found,
        None => {}
    }
    Ok(())
}

/// Shows the first stop before the first frame.
fn begin(world: &mut World) {
    world.resource_scope(|world, mut walking: Mut<Walking>| {
        let Some(halt) = walking.stops.front().cloned() else {
            return;
        };
        let pictures = walking.pictures.clone();
        if let Some(pictures) = &pictures {
            resize(world, &halt, pictures);
            if let Some(page) = halt.page {
                world.resource_mut::<Editor>().turn_to(page_of(page));
            }
        }
        let problem = show(world, &halt, pictures.is_some())
            .and_then(|()| match pictures {
                Some(_) => Ok(()),
                None => go(world, &halt),
            })
            .err();
        walking.failed = problem.map(|problem| (problem, 2));
    });
    if world.resource::<Walking>().pictures.is_none() {
        world.remove_resource::<Walking>();
    }
}

/// Whether frames are drawn: only those that are seen are worth it.
fn draw(world: &mut World, on: bool) {
    for mut camera in world.query_filtered::<&mut Camera, With<Camera3d>>().iter_mut(world) {
        if camera.is_active != on {
            camera.is_active = on;
        }
    }
}

/// The file of a picture.
fn file(to: &To, halt: &Halt, frame: Option<u32>) -> PathBuf {
    match (to, frame) {
        (To::File(file), _) => file.clone(),
        (To::Folder(folder), None) => folder.join(format!("{}.png", halt.name)),
        (To::Folder(folder), Some(frame)) => folder.join(format!("{}-{frame:04}.png", halt.name)),
    }
}

#[cfg(target_arch = "wasm32")]
fn save(_: &Image, path: &Path, _: Option<[u32; 2]>) -> Result<(), (String, u8)> {
    Err((format!("{}: a page has no folders", path.display()), 3))
}

#[cfg(not(target_arch = "wasm32"))]
fn save(image: &Image, path: &Path, asked_px: Option<[u32; 2]>) -> Result<(), (String, u8)> {
    let size = image.size();
    if let Some([width, height]) = asked_px.filter(|asked| [size.x, size.y] != *asked) {
        let found = format!("{}: {} x {} pixels", path.display(), size.x, size.y);
        return Err((
            format!("{found}, not {width} x {height}: is the screen large enough?"),
            3,
        ));
    }
    let failed = |error: &dyn std::fmt::Display| (format!("{}: {error}", path.display()), 3);
    let picture = image.clone().try_into_dynamic().map_err(|error| failed(&error))?;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| failed(&error))?;
    }
    picture.to_rgb8().save(path).map_err(|error| failed(&error))
}

/// Takes a picture of the frame.
fn take(world: &mut World, walking: &mut Walking, halt: &Halt, frame: Option<u32>) {
    let Some(pictures) = &walking.pictures else { return };
    let path = file(&pictures.to, halt, frame);
    // A window of one's own may be as large as its manager lets it.
    let walks = matches!(pictures.to, To::Folder(_));
    let asked_px = walks.then(|| halt.size_px.unwrap_or(pictures.size_px));
    walking.awaited += 1;
    world.spawn(Screenshot::primary_window()).observe(
        move |captured: On<ScreenshotCaptured>, mut walking: ResMut<Walking>| {
            walking.awaited = walking.awaited.saturating_sub(1);
            if let Err(failed) = save(&captured.image, &path, asked_px) {
                walking.failed = Some(failed);
            }
        },
    );
}

/// Lets what a film shows begin.
fn roll(world: &mut World, halt: &Halt, film: &Film) {
    wind(world, 1.0 / film.per_s);
    world.resource_mut::<Time<Virtual>>().unpause();
    let plan = world.resource::<Plan>().0.clone();
    let found = halt.place.as_deref().and_then(|name| place(&plan, name).ok());
    let mut orbit = world.resource_mut::<Orbit>();
    if halt.tour.is_none() {
        orbit.fly_to = found;
    }
    if let Some(deg_per_s) = halt.camera.as_ref().and_then(|camera| camera.drift_deg_per_s) {
        orbit.drift = (deg_per_s as f32).to_radians();
    }
    if let Some(file) = &halt.tour
        && let Ok(tour) = rainier::tour::load(TEXTS, file)
    {
        world.resource_mut::<Touring>().start(tour);
    }
    if let Some(speed) = film.speed {
        let mut pace = world.resource_mut::<Pace>();
        (pace.speed, pace.paused, pace.held) = (speed, false, false);
    }
}

/// Whether a stop stands after so many frames.
fn stands(world: &World, walking: &Walking, frames: u32) -> bool {
    let checks = world.resource::<Parts>().shown(Part::Editor);
    frames >= SETTLES && (!checks || walking.since.elapsed().as_secs_f32() >= CHECK_S)
}

/// One frame of a stop; true if it is over.
fn step(world: &mut World, walking: &mut Walking, halt: &Halt) -> Result<bool, String> {
    match walking.phase {
        Phase::Shown => {
            draw(world, false);
            // Another site has its own whole, which is looked at from the next frame on.
            walking.phase = Phase::Goes;
        }
        // A link has a time of its own.
        Phase::Goes if world.resource::<Sharing>().going.is_some() => {}
        Phase::Goes => {
            while halt.at_s.is_some_and(|at_s| world.resource::<Clock>().time_s < at_s)
                && !world.resource::<Clock>().done()
            {
                crate::cases::tick(world);
            }
            go(world, halt)?;
            walking.since = Instant::now();
            walking.phase = Phase::Settles(0);
        }
        Phase::Settles(frames) => {
            // Panels find their places first: they leave the room that the camera looks into.
            if frames > 0 {
                world.resource_mut::<Orbit>().arrive();
            }
            if frames == 1 {
                // Labels stay where they have found room: it is looked for from here, not on the way.
                world.insert_resource(Labels::default());
            }
            if let Some(cut) = halt.cut {
                // A section of a place begins at the place: what was asked for comes after.
                world.resource_mut::<Inside>().share = cut as f32;
            }
            draw(world, frames + DRAWN >= SETTLES);
            walking.phase = Phase::Settles(frames.saturating_add(1));
            if stands(world, walking, frames) {
                match &halt.film {
                    Some(film) => {
                        roll(world, halt, film);
                        walking.phase = Phase::Films(0);
                    }
                    None => {
                        if walking.pictures.as_ref().is_some_and(|pictures| pictures.prints_link) {
                            use std::io::Write;
                            let address = crate::share::address_of(world);
                            // Nobody reads it: the picture is what is asked for.
                            let _ = writeln!(std::io::stdout(), "{address}");
                        }
                        take(world, walking, halt, None);
                        walking.phase = Phase::Ends;
                    }
                }
            }
        }
        Phase::Films(taken) => {
            let Some(film) = &halt.film else { return Ok(true) };
            if f64::from(taken) >= film.seconds * film.per_s {
                walking.phase = Phase::Ends;
            } else {
                take(world, walking, halt, Some(taken));
                walking.phase = Phase::Films(taken + 1);
            }
        }
        Phase::Ends => {
            draw(world, false);
            return Ok(walking.awaited == 0);
        }
    }
    Ok(false)
}

/// Goes from stop to stop, and ends the program after the last.
fn walk(world: &mut World) {
    let Some(mut walking) = world.remove_resource::<Walking>() else {
        return;
    };
    let films = matches!(walking.phase, Phase::Films(_));
    let mut pace = world.resource_mut::<Pace>();
    // Whatever a tour says, a picture is of the time that was asked for.
    pace.held = !films;
    pace.paused |= !films;
    let over = match walking.stops.front().cloned() {
        Some(halt) => step(world, &mut walking, &halt),
        None => Ok(true),
    };
    let next = match over {
        Ok(false) => Ok(()),
        Ok(true) => {
            walking.stops.pop_front();
            match walking.stops.front().cloned() {
                None => {
                    world.write_message(AppExit::Success);
                    return;
                }
                Some(halt) => next(world, &mut walking, &halt),
            }
        }
        Err(problem) => Err(problem),
    };
    if let Err(problem) = next {
        let name = walking.stops.front().map_or("", |halt| halt.name.as_str());
        walking.failed = Some((format!("{name}: {problem}"), 2));
    }
    if let Some((problem, code)) = &walking.failed {
        eprintln!("{}", problem.trim_start_matches(": "));
        world.write_message(AppExit::from_code(*code));
        return;
    }
    world.insert_resource(walking);
}

/// Goes on to a stop.
fn next(world: &mut World, walking: &mut Walking, halt: &Halt) -> Result<(), String> {
    wind(world, FRAME_S);
    world.resource_mut::<Time<Virtual>>().pause();
    start(world, halt)?;
    forget(world, halt.page);
    if let Some(pictures) = &walking.pictures {
        resize(world, halt, pictures);
    }
    show(world, halt, true)?;
    walking.phase = Phase::Shown;
    Ok(())
}

/// Adds what is to be shown first, and the walk if pictures are taken.
pub(crate) fn add(app: &mut App, walking: Walking) {
    app.init_resource::<Look>();
    if walking.pictures.is_some() && !cfg!(target_arch = "wasm32") {
        // Clouds, water and air stand.
        app.world_mut().resource_mut::<Time<Virtual>>().pause();
        wind(app.world_mut(), FRAME_S);
        app.add_systems(Update, walk);
    }
    app.insert_resource(walking);
    app.add_systems(PostStartup, begin);
}
