//! Sharing a view by a link: what is shown becomes one, and one becomes what is shown.
//!
//! A link names a simulated time. The twin runs there in slices, so that frames go on, and then stands.

use bevy::platform::time::Instant;
use bevy::prelude::*;
use rainier::scenario;
use rainier::sim::clock::Clock;
use rainier::sim::twin::Plan;
use rainier::view::link::{LONGEST_TEXT, Link};

use crate::advance::Pace;
use crate::args::Args;
use crate::cases::{self, Beside, ByHand, Case, Side};
use crate::difference::Difference;
use crate::navigation::{Orbit, Pose};
use crate::panels::parts::{Part, Parts};
use crate::scenarios::{self, Source};
use crate::selection::{Overlay, Roofs, Selection, Shown, name, place};
use crate::words::say;

/// A way to a simulated time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Going {
    /// Where it began, s since the start.
    pub(crate) from_s: f64,
    /// Where it ends.
    pub(crate) until_s: f64,
}

impl Going {
    /// Share of the way that is done.
    pub(crate) fn share(&self, time_s: f64) -> f32 {
        let whole_s = (self.until_s - self.from_s).max(f64::MIN_POSITIVE);
        ((time_s - self.from_s) / whole_s).clamp(0.0, 1.0) as f32
    }
}

/// Links that come and go.
#[derive(Resource, Debug, Clone, Default)]
pub(crate) struct Sharing {
    /// What links begin with: the address of a page.
    pub(crate) base_url: String,
    /// A link to follow.
    wanted: Option<Wanted>,
    /// The way to its time, if it is not there yet.
    pub(crate) going: Option<Going>,
    /// Where the camera is to stand.
    pose: Option<Pose>,
    /// A link of the view is wanted.
    copies: bool,
    /// The link of the view, ready to be copied.
    pub(crate) copied: Option<Copied>,
    /// What was wrong with the last link; empty if nothing was.
    pub(crate) problem: String,
}

/// A link of the view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Copied {
    /// The whole address.
    pub(crate) address: String,
    /// What another reader of it will miss; empty if nothing.
    pub(crate) lacks: String,
    /// Whether it is in the clipboard.
    pub(crate) done: bool,
}

/// A link to follow.
#[derive(Debug, Clone)]
struct Wanted {
    link: Link,
    /// Whether its scenarios run already.
    loaded: bool,
}

impl Sharing {
    /// Asks for a link of the view.
    pub(crate) fn copy(&mut self) {
        self.copies = true;
    }

    /// Follows a link; one whose scenarios run already only shows its view.
    pub(crate) fn follow(&mut self, link: Link, loaded: bool) {
        self.wanted = Some(Wanted { link, loaded });
    }

    /// Follows an address; a problem is there to be read then, if it is none.
    #[cfg(target_arch = "wasm32")]
    pub(crate) fn open(&mut self, address: &str) {
        match crate::args::decode(address) {
            Ok(Some(link)) => self.follow(link, false),
            Ok(None) => {}
            Err(problem) => self.problem = problem,
        }
    }

    /// Whether something is said of a link over the site.
    pub(crate) fn says(&self) -> bool {
        self.going.is_some() || self.copied.is_some() || !self.problem.is_empty()
    }

    /// Stays at the time that has been reached.
    pub(crate) fn stop(&mut self) {
        self.going = None;
    }
}

/// Where a link finds a case's scenario again, with what was done to it by hand.
fn source_of(case: &Case, by_hand: Option<&ByHand>) -> Source {
    let file = &case.loaded.file;
    if let Some(text) = by_hand.and_then(|by_hand| by_hand.text.clone()) {
        let file = file.clone();
        return Source::Text { file, text };
    }
    let builtin = file
        .strip_prefix("builtin:")
        .and_then(|name| scenario::BUILTIN.iter().find(|(builtin, _)| *builtin == name));
    match builtin {
        Some((_, text)) if *text == case.text => Source::Named(file.clone()),
        _ => Source::Text {
            file: file.clone(),
            text: case.text.clone(),
        },
    }
}

/// Files that a case needs and a link does not carry, in words.
fn lacks(case: &Case, by_hand: Option<&ByHand>) -> String {
    let loaded = &case.loaded;
    let asked = &loaded.scenario;
    let mut files = vec![loaded.site_file.as_str()];
    files.extend(loaded.weather_file.as_deref());
    files.extend(asked.workload.as_deref());
    files.extend(asked.plan.as_deref());
    files.retain(|file| !file.starts_with("builtin:"));
    let mut out = String::new();
    if !files.is_empty() {
        out = say!("link-lacks", files = files.join(", "));
    }
    if loaded.site_file != asked.site && files.is_empty() {
        out = say!("link-lacks-site", file = &loaded.site_file);
    }
    let lost = by_hand.map_or(0, |by_hand| by_hand.lost);
    if lost > 0 {
        out = say!("link-lacks-hand", count = lost);
    }
    let text = by_hand.and_then(|by_hand| by_hand.text.as_ref()).unwrap_or(&case.text);
    if text.len() > LONGEST_TEXT {
        out = say!("link-lacks-text", bytes = text.len());
    }
    out
}

/// A link of what is shown.
pub(crate) fn link_of(world: &World) -> Link {
    let case = world.resource::<Case>();
    let beside = world.get_resource::<Beside>();
    let by_hand = world.resource::<ByHand>();
    let hands = beside.and_then(|beside| beside.pair(by_hand));
    let hand = |k: usize| hands.map(|hands| hands[k]);
    let (a, b) = match beside.and_then(|beside| beside.pair(case)) {
        Some([a, b]) => (source_of(a, hand(0)), Some(source_of(b, hand(1)))),
        None => (source_of(case, Some(by_hand)), None),
    };
    let parts = world.resource::<Parts>();
    let plan = world.resource::<Plan>();
    Link {
        second_in_front: beside.is_some_and(|beside| beside.front == Side::B),
        difference: b.is_some() && world.resource::<Difference>().on,
        a,
        b,
        time_s: world.resource::<Clock>().time_s.max(0.0),
        place: world.resource::<Selection>().0.map(|found| name(&plan.0, found)),
        camera: world.get_resource::<Orbit>().map(Orbit::pose),
        overlay: world.resource::<Shown>().0.name().into(),
        roofs: world.resource::<Roofs>().0,
        parts: Part::ALL
            .into_iter()
            .filter(|part| parts.shown(*part))
            .map(|part| part.name().to_owned())
            .collect(),
        speed: world.resource::<Pace>().speed.clamp(1.0, 10_000.0),
    }
}

/// The address of what is shown.
pub(crate) fn address_of(world: &World) -> String {
    let base = world.resource::<Sharing>().base_url.clone();
    format!("{base}#{}", link_of(world).encode())
}

fn copy(world: &mut World) {
    #[cfg(target_arch = "wasm32")]
    crate::web_files::give_link(|| address_of(world));
    if !std::mem::take(&mut world.resource_mut::<Sharing>().copies) {
        return;
    }
    let address = address_of(world);
    let mut missing = lacks(world.resource::<Case>(), world.get_resource::<ByHand>());
    let beside = world.get_resource::<Beside>();
    if let Some((beside, behind)) = beside.and_then(|beside| Some((beside, beside.get::<Case>()?))) {
        let other = lacks(behind, beside.get::<ByHand>());
        if other != missing {
            missing = format!("{missing} {other}").trim().to_owned();
        }
    }
    world.resource_mut::<Sharing>().copied = Some(Copied {
        address,
        lacks: missing,
        done: false,
    });
}

/// Shows what a link says.
fn show(world: &mut World, link: &Link, loaded: bool) -> Result<(), String> {
    let said = |report: rainier::diag::Report| report.to_string();
    if !loaded {
        // Both are read before either starts, so that a wrong one leaves what runs as it is.
        let a = scenarios::load(&link.a).map_err(said)?;
        let b = link.b.as_ref().map(scenarios::load).transpose().map_err(said)?;
        scenarios::put(world, a, b);
    }
    let front = world.get_resource::<Beside>().map(|beside| beside.front);
    if front.is_some_and(|front| (front == Side::B) != link.second_in_front) {
        cases::exchange(world);
    }
    world.resource_mut::<Difference>().on = link.difference;
    if let Some(overlay) = Overlay::named(&link.overlay) {
        world.resource_mut::<Shown>().0 = overlay;
    }
    world.resource_mut::<Roofs>().0 = link.roofs;
    let mut parts = Parts::default();
    for part in link.parts.iter().filter_map(|name| Part::named(name)) {
        parts.show(part, true);
    }
    world.insert_resource(parts);
    {
        let mut pace = world.resource_mut::<Pace>();
        pace.speed = link.speed;
        pace.paused = true;
    }
    let from_s = world.resource::<Clock>().time_s;
    {
        let mut sharing = world.resource_mut::<Sharing>();
        sharing.pose = link.camera;
        sharing.going = (link.time_s > from_s).then_some(Going {
            from_s,
            until_s: link.time_s,
        });
    }
    let found = link
        .place
        .as_deref()
        .map(|name| place(&world.resource::<Plan>().0, name));
    let found = found.transpose()?;
    world.resource_mut::<Selection>().0 = found;
    if link.camera.is_none() {
        world.resource_mut::<Orbit>().fly_to = found;
    }
    Ok(())
}

/// Real time of a slice of the way, ms: frames go on, and not much of the way is lost to them.
const SLICE_MS: u128 = 60;

/// Goes on to the time of a link.
fn go(world: &mut World) {
    let Some(going) = world.resource::<Sharing>().going else {
        return;
    };
    world.resource_mut::<Pace>().paused = true;
    let started = Instant::now();
    loop {
        let clock = world.resource::<Clock>();
        if clock.time_s + 0.5 * clock.dt_s >= going.until_s || clock.done() {
            world.resource_mut::<Sharing>().going = None;
            return;
        }
        cases::tick(world);
        if started.elapsed().as_millis() >= SLICE_MS {
            return;
        }
    }
}

/// Follows the link that is wanted.
fn follow(world: &mut World) {
    #[cfg(target_arch = "wasm32")]
    for address in crate::web_files::addresses() {
        world.resource_mut::<Sharing>().open(&address);
    }
    if let Some(wanted) = world.resource_mut::<Sharing>().wanted.take() {
        let problem = show(world, &wanted.link, wanted.loaded).err().unwrap_or_default();
        world.resource_mut::<Sharing>().problem = problem;
    }
    go(world);
}

/// Puts the camera where a link has it, after whatever another site has done to it.
fn stand(mut sharing: ResMut<Sharing>, mut orbit: ResMut<Orbit>) {
    if let Some(pose) = sharing.bypass_change_detection().pose.take() {
        orbit.stand(pose);
    }
}

/// Adds what the flags or the page's address ask for.
pub(crate) fn add(app: &mut App, args: &Args) {
    let mut sharing = app.world_mut().resource_mut::<Sharing>();
    sharing.base_url.clone_from(&args.base_url);
    sharing.problem.clone_from(&args.problem);
    if let Some(link) = &args.link {
        sharing.follow(link.clone(), true);
    }
}

pub(crate) fn plugin(app: &mut App) {
    app.init_resource::<Sharing>();
    app.add_systems(First, follow);
    app.add_systems(PostUpdate, stand);
    app.add_systems(Last, copy);
}
