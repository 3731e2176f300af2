//! Search: places by their addresses, things by their names, what stands out now, jobs, scenarios, and what can be done.

use bevy::prelude::*;
use rainier::sim::twin::Plan;
use rainier::site::campus::{Found, PowerKind};
use rainier::site::search::{Entry, search};
use rainier::site::{Address, Campus};

use crate::advance::Pace;
use crate::named;
use crate::navigation::aids::Aids;
use crate::navigation::bookmarks::Bookmarks;
use crate::navigation::inside::{Inside, Look};
use crate::navigation::keys::Presses;
use crate::navigation::live::{Live, Standout};
use crate::navigation::tour::Touring;
use crate::navigation::{Go, Orbit, keys_are_free};
use crate::panels::jobs::Wanted;
use crate::panels::parts::{Part, Parts};
use crate::picture::{Of, Picture};
use crate::scenarios::{Ask, Scenarios, Source};
use crate::selection::{Equipment, Overlay, Picked, Roofs, Selection, Shown, name};
use crate::words::say;
use crate::world::route::position;

/// What can be found and followed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Target {
    /// A place.
    Place(Found),
    /// A node of the power path.
    Node(usize),
    /// A genset by its building and its number there, from 0.
    Genset(usize, u32),
    /// A substation.
    Substation(usize),
    /// What stands out now.
    Standout(Standout),
    /// A running job, by its name.
    Job(String),
    /// A scenario's file.
    Scenario(String),
    /// Colours.
    Overlay(Overlay),
    /// A layer or a window.
    Part(Part),
    /// A bookmark.
    Bookmark(usize),
    /// Something to do.
    Deed(Deed),
}

/// What can be done by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deed {
    /// Show the whole site.
    Home,
    /// Roofs on or off.
    Roofs,
    /// Labels on or off.
    Labels,
    /// The little map on or off.
    Minimap,
    /// Look into buildings another way.
    Look(Look),
    /// Stop or go on.
    Pause,
    /// Start the tour of the mission.
    Tour,
    /// Save a picture of what is seen.
    Picture,
}

/// Deeds with their names and other words for them.
fn deeds() -> [(Deed, &'static str, &'static str); 10] {
    [
        (Deed::Home, say!("deed-home"), say!("deed-home.also")),
        (Deed::Tour, say!("deed-tour"), say!("deed-tour.also")),
        (Deed::Roofs, say!("deed-roofs"), say!("deed-roofs.also")),
        (Deed::Labels, say!("deed-labels"), say!("deed-labels.also")),
        (Deed::Minimap, say!("deed-map"), say!("deed-map.also")),
        (Deed::Look(Look::Solid), say!("deed-solid"), say!("deed-solid.also")),
        (Deed::Look(Look::XRay), say!("deed-x-ray"), say!("deed-x-ray.also")),
        (
            Deed::Look(Look::Section),
            say!("deed-section"),
            say!("deed-section.also"),
        ),
        (Deed::Pause, say!("deed-pause"), say!("deed-pause.also")),
        (Deed::Picture, say!("deed-picture"), say!("deed-picture.also")),
    ]
}

/// What has been found.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Hit {
    /// Its name.
    pub(crate) title: String,
    /// What is said of it.
    pub(crate) about: String,
    /// What it is.
    pub(crate) target: Target,
}

/// The search.
#[derive(Resource, Default)]
pub(crate) struct Search {
    /// What has been asked for.
    pub(crate) text: String,
    /// What has been found, best first.
    pub(crate) hits: Vec<Hit>,
    /// Why nothing has been found.
    pub(crate) hint: String,
    /// Which hit is chosen.
    pub(crate) row: usize,
    /// Whether the field is to get the keys.
    pub(crate) wanted: bool,
    /// What the hits are of, and how old they are, s.
    of: String,
    age_s: f32,
    /// What is to be followed.
    errands: Vec<Target>,
    index: Vec<Entry<Target>>,
}

/// Most hits that are listed.
const MOST: usize = 9;

impl Search {
    /// Writes into the field, and shows what is found.
    pub(crate) fn write(&mut self, words: &str) {
        words.clone_into(&mut self.text);
        self.wanted = true;
    }

    /// Follows something before the next frame.
    pub(crate) fn follow(&mut self, target: Target) {
        self.errands.push(target);
    }
}

/// All that has a name and does not change while a scenario runs.
fn index(campus: &Campus, scenarios: &Scenarios) -> Vec<Entry<Target>> {
    let mut out = Vec::new();
    for standout in Standout::ALL {
        let (title, also) = standout.title();
        out.push(Entry::new(title, also, say!("found-now"), Target::Standout(standout)));
    }
    for (deed, title, also) in deeds() {
        out.push(Entry::new(title, also, "", Target::Deed(deed)));
    }
    for overlay in Overlay::ALL {
        let also = format!(
            "{} {} {}",
            say!("found-colours.also"),
            overlay.name(),
            named::theme(overlay.theme())
        );
        let title = named::overlay(overlay);
        out.push(Entry::new(
            title,
            &also,
            say!("found-colours"),
            Target::Overlay(overlay),
        ));
    }
    for part in Part::ALL {
        let title = if part == Part::Keys {
            say!("keys-window")
        } else {
            part.title()
        };
        let also = format!("{} {} {}", say!("found-window-also"), part.name(), part.about());
        out.push(Entry::new(title, &also, part.about(), Target::Part(part)));
    }
    for (k, substation) in campus.substations.iter().enumerate() {
        out.push(Entry::new(
            &substation.name,
            say!("found-substation.also"),
            say!("found-substation"),
            Target::Substation(k),
        ));
    }
    let mut number = 0;
    for (b, building) in campus.buildings.iter().enumerate() {
        let found = Found::Building(b);
        out.push(Entry::new(
            name(campus, found),
            say!("found-building.also"),
            say!("found-building", phase = &building.phase),
            Target::Place(found),
        ));
        for k in 0..building.gensets {
            number += 1;
            let rating = building.genset.rating_w.value / 1e6;
            let about = say!(
                "genset-about",
                rating = format!("{rating:.2}"),
                number = k + 1,
                all = &building.gensets,
                building = format!("{:02}", building.number)
            );
            out.push(Entry::new(
                say!("genset", number = number),
                say!("genset-about.also"),
                about,
                Target::Genset(b, k),
            ));
        }
    }
    for (n, node) in campus.power.nodes.iter().enumerate() {
        let about = format!("{}, {:.1} MVA", node.kind.as_str(), node.rating_va() / 1e6);
        out.push(Entry::new(&node.name, node.kind.as_str(), about, Target::Node(n)));
    }
    for (file, title) in &scenarios.choices {
        let also = format!(
            "{} {}",
            say!("found-scenario.also"),
            file.trim_start_matches("builtin:")
        );
        out.push(Entry::titled(
            title,
            &also,
            say!("found-scenario"),
            Target::Scenario(file.clone()),
        ));
    }
    out
}

/// What a query finds.
fn look_up(
    text: &str,
    index: &[Entry<Target>],
    bookmarks: &Bookmarks,
    live: &Live,
    near: Option<Found>,
) -> (Vec<Hit>, String) {
    let campus = &*live.plan.0;
    let mut hits = Vec::new();
    let mut hint = String::new();
    let near = near.map(|found| campus.address(found));
    if let Some(address) = Address::guess(text, near) {
        match campus.find(address) {
            Some(found) => hits.push(Hit {
                title: name(campus, found),
                about: kind_of(found).into(),
                target: Target::Place(found),
            }),
            None => hint = say!("search-not-here", place = address.to_string()) + " ",
        }
    }
    let jobs = live.jobs.iter().flat_map(|jobs| jobs.running());
    let jobs = jobs.map(|job| {
        Entry::new(
            &job.job.name,
            say!("found-job.also"),
            say!("found-job"),
            Target::Job(job.job.name.clone()),
        )
    });
    let kept = bookmarks
        .list
        .iter()
        .enumerate()
        .filter(|(_, bookmark)| bookmark.site == campus.name);
    let kept = kept.map(|(k, bookmark)| {
        Entry::new(
            &bookmark.name,
            say!("found-bookmark.also"),
            say!("found-bookmark"),
            Target::Bookmark(k),
        )
    });
    let passing: Vec<Entry<Target>> = kept.chain(jobs).collect();
    for (_, entry) in search(text, passing.iter().chain(index), MOST) {
        let Target::Standout(standout) = entry.what else {
            if !hits.iter().any(|hit| hit.target == entry.what) {
                hits.push(Hit {
                    title: entry.name.clone(),
                    about: entry.about.clone(),
                    target: entry.what.clone(),
                });
            }
            continue;
        };
        let found = live.find(standout);
        if found.is_empty() {
            hint = say!("search-none-now", what = &entry.name) + " ";
        }
        for (target, about) in found {
            let place = said(campus, &target);
            hits.push(Hit {
                title: format!("{}: {place}", entry.name),
                about,
                target,
            });
        }
    }
    hits.truncate(MOST);
    if hits.is_empty() {
        hint.push_str(say!("search-nothing"));
    }
    (hits, hint)
}

fn kind_of(found: Found) -> &'static str {
    match found {
        Found::Building(_) => say!("kind-building"),
        Found::Hall(_) => say!("kind-hall"),
        Found::Row(_) => say!("kind-row"),
        Found::Rack(_) => say!("kind-rack"),
        Found::Tray { .. } => say!("kind-tray"),
        Found::Chip { .. } => say!("kind-chip"),
    }
}

/// The name of what a live word stands for.
fn said(campus: &Campus, target: &Target) -> String {
    match target {
        Target::Place(found) => name(campus, *found),
        Target::Node(n) => campus
            .power
            .nodes
            .get(*n)
            .map_or_else(String::new, |node| node.name.clone()),
        Target::Job(name) => name.clone(),
        _ => String::new(),
    }
}

/// Hits that show live figures are looked up again after so long, s.
const STALE_S: f32 = 0.5;

fn refresh(
    time: Res<Time<Real>>,
    live: Live,
    scenarios: Res<Scenarios>,
    bookmarks: Res<Bookmarks>,
    selection: Res<Selection>,
    mut search: ResMut<Search>,
) {
    if live.plan.is_changed() || search.index.is_empty() {
        search.index = index(&live.plan.0, &scenarios);
        search.of.clear();
    }
    if search.text.trim().is_empty() {
        if !search.hits.is_empty() || !search.hint.is_empty() {
            search.hits.clear();
            search.hint.clear();
        }
        search.of.clear();
        return;
    }
    search.age_s += time.delta_secs();
    let asked_anew = search.of != search.text;
    if !asked_anew && search.age_s < STALE_S {
        return;
    }
    let search = &mut *search;
    (search.hits, search.hint) = look_up(&search.text, &search.index, &bookmarks, &live, selection.0);
    search.of.clone_from(&search.text);
    search.age_s = 0.0;
    search.row = if asked_anew {
        0
    } else {
        search.row.min(search.hits.len().saturating_sub(1))
    };
}

/// What errands change.
#[derive(bevy::ecs::system::SystemParam)]
struct Ways<'w> {
    selection: ResMut<'w, Selection>,
    picked: ResMut<'w, Picked>,
    orbit: ResMut<'w, Orbit>,
    shown: ResMut<'w, Shown>,
    roofs: ResMut<'w, Roofs>,
    parts: ResMut<'w, Parts>,
    aids: ResMut<'w, Aids>,
    inside: ResMut<'w, Inside>,
    pace: ResMut<'w, Pace>,
    scenarios: ResMut<'w, Scenarios>,
    wanted: ResMut<'w, Wanted>,
    touring: ResMut<'w, Touring>,
    picture: ResMut<'w, Picture>,
}

impl Ways<'_> {
    fn point(&mut self, campus: &Campus, n: usize) {
        let Some(node) = campus.power.nodes.get(n) else { return };
        self.selection.0 = match node.kind {
            PowerKind::Busway => {
                let row = campus.power.cords.iter().position(|cords| cords.contains(&(n as u32)));
                row.map(Found::Row)
            }
            _ => node.building.map(|b| Found::Building(b as usize)),
        };
        self.picked.pick(Equipment::Node(n), *self.selection);
        let distance = match node.kind {
            PowerKind::MainTransformer => 130.0,
            PowerKind::RingMain | PowerKind::Lineup => 80.0,
            PowerKind::Busway => 16.0,
            _ => 45.0,
        };
        self.orbit.go = Some(match (position(campus, n), node.building) {
            (Some((at_m, up_m)), _) => Go::Point(at_m, up_m, distance),
            (None, Some(b)) => Go::Point(campus.buildings[b as usize].genset_at_m(0), 2.0, 60.0),
            (None, None) => Go::Home,
        });
    }

    fn follow(&mut self, campus: &Campus, target: Target, bookmarks: &Bookmarks) {
        match target {
            Target::Place(found) => {
                self.selection.0 = Some(found);
                self.orbit.fly_to = Some(found);
                // What is under a roof is to be seen.
                if !matches!(found, Found::Building(_)) && self.inside.hides(&self.roofs) {
                    self.roofs.0 = false;
                }
            }
            Target::Node(n) => self.point(campus, n),
            Target::Genset(b, k) => {
                let Some(building) = campus.buildings.get(b) else {
                    return;
                };
                self.selection.0 = Some(Found::Building(b));
                self.picked.pick(Equipment::Genset(b, k), *self.selection);
                self.orbit.go = Some(Go::Point(building.genset_at_m(k), 2.0, 34.0));
            }
            Target::Substation(k) => {
                let Some(substation) = campus.substations.get(k) else {
                    return;
                };
                self.selection.0 = None;
                self.picked.pick(Equipment::Substation(k), *self.selection);
                let [x, y] = substation.rect.at_m;
                self.orbit.go = Some(Go::Point([x, y], 3.0, substation.rect.size_m[1] as f32 * 1.6));
            }
            Target::Job(name) => self.wanted.0 = Some(name),
            Target::Scenario(file) => self.scenarios.ask(Ask::Start(Source::Named(file))),
            Target::Overlay(overlay) => self.shown.0 = overlay,
            Target::Part(part) => {
                let on = self.parts.shown(part);
                self.parts.show(part, !on);
            }
            Target::Bookmark(k) => bookmarks.go(
                k,
                campus,
                &mut self.selection,
                &mut self.orbit,
                &mut self.shown,
                &mut self.roofs,
            ),
            Target::Deed(Deed::Home) => {
                self.selection.0 = None;
                self.orbit.go = Some(Go::Home);
            }
            Target::Deed(Deed::Roofs) => self.roofs.0 = !self.roofs.0,
            Target::Deed(Deed::Labels) => self.aids.labels = !self.aids.labels,
            Target::Deed(Deed::Minimap) => self.aids.minimap = !self.aids.minimap,
            Target::Deed(Deed::Look(look)) => self.inside.set(look, &mut self.roofs),
            Target::Deed(Deed::Pause) => self.pace.paused = !self.pace.paused,
            Target::Deed(Deed::Tour) => self.touring.ask(None),
            Target::Deed(Deed::Picture) => self.picture.ask(Of::Everything),
            // Hits name the places that stand out.
            Target::Standout(_) => {}
        }
    }
}

fn follow(mut search: ResMut<Search>, plan: Res<Plan>, bookmarks: Res<Bookmarks>, mut ways: Ways) {
    if search.errands.is_empty() {
        return;
    }
    for target in std::mem::take(&mut search.errands) {
        ways.follow(&plan.0, target, &bookmarks);
    }
}

/// Slash, or Ctrl and K.
fn keys(presses: Res<Presses>, mut search: ResMut<Search>) {
    if presses.plain(KeyCode::Slash) || presses.with_control(KeyCode::KeyK) {
        search.text.clear();
        search.wanted = true;
    }
}

pub(crate) fn plugin(app: &mut App) {
    app.init_resource::<Search>();
    app.add_systems(
        Update,
        (keys.run_if(keys_are_free), follow, refresh)
            .chain()
            .before(crate::navigation::camera::ease),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use rainier::scenario::builtin_titles;
    use rainier::site::load::load_site;
    use rainier::site::texts::NoFiles;

    #[test]
    fn things_are_found_by_what_people_call_them() {
        let campus = load_site(&NoFiles, "builtin:rainier", None).expect("is valid").campus;
        let scenarios = Scenarios {
            choices: builtin_titles(),
            ..Scenarios::default()
        };
        let index = index(&campus, &scenarios);
        let first = |text: &str| search(text, &index, 3).first().map(|(_, entry)| entry.what.clone());
        let node = |name: &str| {
            campus
                .power
                .nodes
                .iter()
                .position(|node| node.name == name)
                .map(Target::Node)
        };
        // 26 gensets a building.
        assert_eq!(first("genset 14"), Some(Target::Genset(0, 13)));
        assert_eq!(first("generator 27"), Some(Target::Genset(1, 0)));
        assert_eq!(first("substation 2"), Some(Target::Substation(1)));
        assert_eq!(first("s1/a"), node("S1/A"));
        assert_eq!(first("main transformer"), node("S1/A"));
        assert_eq!(first("line-up b3/a"), node("B03/A"));
        assert_eq!(first("transformer b03/h2/a/t1"), node("B03/H2/A/T1"));
        assert_eq!(first("money"), Some(Target::Part(Part::Money)));
        assert_eq!(first("overlay inlet"), Some(Target::Overlay(Overlay::Inlet)));
        assert_eq!(first("xray"), Some(Target::Deed(Deed::Look(Look::XRay))));
        assert_eq!(first("tour"), Some(Target::Deed(Deed::Tour)));
        assert_eq!(first("hottest rack"), Some(Target::Standout(Standout::HottestRack)));
        assert_eq!(first("coldest hall"), Some(Target::Standout(Standout::ColdestHall)));
        assert_eq!(
            first("throttled chips"),
            Some(Target::Standout(Standout::ThrottledChips))
        );
        assert_eq!(first("dark racks"), Some(Target::Standout(Standout::DarkRacks)));
        assert_eq!(first("busiest feed"), Some(Target::Standout(Standout::BusiestFeed)));
        assert_eq!(
            first("highest loading"),
            Some(Target::Standout(Standout::HighestLoading))
        );
        assert_eq!(first("largest job"), Some(Target::Standout(Standout::LargestJob)));
        assert!(matches!(first("scenario phase 1"), Some(Target::Scenario(_))));
        assert_eq!(first("zebra crossing"), None);
        for (n, node) in campus.power.nodes.iter().enumerate().step_by(37) {
            assert_eq!(first(&node.name), Some(Target::Node(n)), "{}", node.name);
        }
    }
}
