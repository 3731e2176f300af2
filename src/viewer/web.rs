//! The page's side: `window.rainier` calls these functions. Requests wait in a queue and are carried out by
//! a system, so that a page changes the world only as a click would.

#![allow(unreachable_pub, reason = "wasm-bindgen exports what is public, from a program too")]

use std::cell::RefCell;
use std::time::Duration;

use bevy::diagnostic::{DiagnosticsStore, FrameTimeDiagnosticsPlugin};
use bevy::ecs::system::SystemState;
use bevy::platform::time::Instant;
use bevy::prelude::*;
use bevy::window::WindowOccluded;
use bevy::winit::{UpdateMode, WinitSettings};
use bevy_egui::input::EguiInputEvent;
use bevy_egui::{EguiOutput, PrimaryEguiContext, egui};
use rainier::results::alarms::{Alarms, Severity};
use rainier::results::digest_world;
use rainier::scenario::command as scenario_command;
use rainier::sim::clock::Clock;
use rainier::sim::jobs::Jobs;
use rainier::sim::meters::Meters;
use rainier::sim::twin::Plan;
use rainier::sim::weather::Outside;
use serde_json::{Value, json};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::advance::Pace;
use crate::cases::{Beside, Case};
use crate::difference::Difference;
use crate::heard;
use crate::navigation::Orbit;
use crate::navigation::inside::{Inside, Look};
use crate::navigation::search::Search;
use crate::navigation::tour::Touring;
use crate::orders::Doing;
use crate::panels::equipment::name as equipment_name;
use crate::panels::growth::Growth;
use crate::panels::jobs::{Focus, Wanted};
use crate::panels::parts::{Part, Parts};
use crate::panels::timeline::Timeline;
use crate::panels::undo::Undo;
use crate::panels::windows::Windows;
use crate::scenarios::{Ask, Source, answer as answer_ask};
use crate::selection::{Overlay, Picked, Roofs, Selection, Shown, name, place as place_of};

/// Names as a message lists them.
fn listed<const N: usize>(names: [&str; N]) -> String {
    names.join(", ")
}

enum Request {
    Select(String),
    Overlay(String),
    Show(String, bool),
    Timeline(Option<String>),
    Job(String),
    Pause(bool),
    Speed(f64),
    Load(String),
    Event(String, Option<String>, Option<f64>),
    Run(u32),
    Tour(Option<String>),
    LeaveTour,
    Search(String),
    Follow(u32),
    Look(String),
    Compose(String, bool),
}

#[wasm_bindgen]
extern "C" {
    /// Says whether the panels want text, and where it goes, CSS pixels from the upper left of the page.
    #[wasm_bindgen(js_namespace = ["window", "rainierText"], js_name = want, catch)]
    fn want_text(on: bool, x: f32, y: f32) -> Result<(), wasm_bindgen::JsValue>;
}

#[derive(Default)]
struct Exchange {
    /// Whether the panels wanted text in the last frame.
    wants_text: bool,
    requests: Vec<Request>,
    state: String,
    digest_wanted: bool,
    digest: String,
    /// What the panels say of the control that has got the focus or has been used.
    said: String,
    message: String,
    /// Scenarios that were asked for and have been answered, and what was wrong with the last of them.
    loads: u32,
    load_problem: String,
    frames: u64,
}

thread_local! {
    static EXCHANGE: RefCell<Exchange> = RefCell::default();
}

fn ask(request: Request) {
    EXCHANGE.with_borrow_mut(|exchange| exchange.requests.push(request));
}

/// The state as JSON text: time, readings, selection and how the view stands. Empty before the first frame.
#[wasm_bindgen]
pub fn rainier_state() -> String {
    EXCHANGE.with_borrow(|exchange| exchange.state.clone())
}

/// Selects a place, such as `B03/H2/R12/K07`, and goes there; nothing for an empty text.
#[wasm_bindgen]
pub fn rainier_select(place: String) {
    ask(Request::Select(place));
}

/// Shows an overlay: temperature, utilisation, power, inlet, outlet, airflow, hot-share, units or job.
#[wasm_bindgen]
pub fn rainier_set_overlay(name: String) {
    ask(Request::Overlay(name));
}

/// Shows or hides a part of the view: slice, airflow, chart, cooling, oneLine, jobs, timeline, growth, money, editor,
/// compare, trends, alarms, assumptions or keys.
#[wasm_bindgen]
pub fn rainier_show(name: String, on: bool) {
    ask(Request::Show(name, on));
}

/// Shows the campus as the plan has it on a date, such as `2025-06-12`; as it is now without one.
#[wasm_bindgen]
pub fn rainier_timeline(date: Option<String>) {
    ask(Request::Timeline(date));
}

/// Looks at the racks of a running job, by its name; at no job for an empty text.
#[wasm_bindgen]
pub fn rainier_job(name: String) {
    ask(Request::Job(name));
}

/// Shows in the text that has the focus what is being composed, and takes it once it is done.
#[wasm_bindgen]
pub fn rainier_compose(text: String, done: bool) {
    ask(Request::Compose(text, done));
}

/// Stops or goes on.
#[wasm_bindgen]
pub fn rainier_pause(paused: bool) {
    ask(Request::Pause(paused));
}

/// Sets the speed, 1 to 10,000 times real time.
#[wasm_bindgen]
pub fn rainier_speed(times: f64) {
    ask(Request::Speed(times));
}

/// Starts a scenario from its RON text.
#[wasm_bindgen]
pub fn rainier_load_scenario(text: String) {
    ask(Request::Load(text));
}

/// Does what a scenario's event does, such as `OpenFeed` at `S1/A`, at the next tick.
#[wasm_bindgen]
pub fn rainier_event(action: String, at: Option<String>, value: Option<f64>) {
    ask(Request::Event(action, at, value));
}

/// Runs so many ticks in the next frames and pauses.
#[wasm_bindgen]
pub fn rainier_run(ticks: u32) {
    ask(Request::Run(ticks.min(10_000_000)));
}

/// Starts a tour from its RON text, or the one of the mission without one.
#[wasm_bindgen]
pub fn rainier_tour(text: Option<String>) {
    ask(Request::Tour(text));
}

/// Leaves the tour that runs.
#[wasm_bindgen]
pub fn rainier_leave_tour() {
    ask(Request::LeaveTour);
}

/// Writes into the search; what it finds comes with the state.
#[wasm_bindgen]
pub fn rainier_search(text: String) {
    ask(Request::Search(text));
}

/// Follows what the search has found, from 0.
#[wasm_bindgen]
pub fn rainier_follow(hit: u32) {
    ask(Request::Follow(hit));
}

/// Looks into buildings another way: solid, x-ray or section.
#[wasm_bindgen]
pub fn rainier_look(name: String) {
    ask(Request::Look(name));
}

/// Asks for the digest of the world; it comes with the state.
#[wasm_bindgen]
pub fn rainier_want_digest() {
    EXCHANGE.with_borrow_mut(|exchange| {
        exchange.digest.clear();
        exchange.digest_wanted = true;
    });
}

/// Tells the page to show what is wrong, with what to do and what to send.
pub(crate) fn show_error(message: &str) {
    let Some(window) = web_sys::window() else { return };
    let text = window
        .document()
        .and_then(|document| document.get_element_by_id("problem-text"));
    if let (Some(text), Ok(event)) = (text, web_sys::Event::new("rainier-problem")) {
        text.set_text_content(Some(message));
        let _ = window.dispatch_event(&event);
    }
}

/// Ticks that a script asked for.
#[derive(Resource, Default)]
struct ToRun {
    /// Still to do.
    left: u32,
    /// What one of the last frame's took, ms.
    tick_ms: f64,
}

/// Most ticks of a script in one frame, so that the page stays alive.
const TICKS_PER_FRAME: u32 = 10;

fn answer(world: &mut World) {
    let requests = EXCHANGE.with_borrow_mut(|exchange| std::mem::take(&mut exchange.requests));
    for request in requests {
        // What went wrong stays to be read until something goes right.
        let load = matches!(request, Request::Load(_));
        let message = carry_out(world, request).err().unwrap_or_default();
        EXCHANGE.with_borrow_mut(|exchange| {
            if load {
                exchange.loads += 1;
                exchange.load_problem.clone_from(&message);
            }
            exchange.message = message;
        });
    }
    let ticks = world.resource::<ToRun>().left.min(TICKS_PER_FRAME);
    if ticks == 0 {
        return;
    }
    let started = Instant::now();
    for _ in 0..ticks {
        crate::cases::tick(world);
    }
    let took_ms = started.elapsed().as_secs_f64() * 1e3;
    let mut to_run = world.resource_mut::<ToRun>();
    to_run.left -= ticks;
    to_run.tick_ms = took_ms / f64::from(ticks);
}

/// A page that nobody sees costs nothing: no ticks, no frames, until the browser says that it is seen again.
fn sleep(mut seen: MessageReader<WindowOccluded>, mut settings: ResMut<WinitSettings>) {
    if let Some(last) = seen.read().last() {
        *settings = if last.occluded {
            // A longer wait than this would not end at a time that the event loop can count to.
            let mode = UpdateMode::reactive_low_power(Duration::from_secs(86_400));
            WinitSettings {
                focused_mode: mode,
                unfocused_mode: mode,
            }
        } else {
            WinitSettings::game()
        };
    }
}

fn carry_out(world: &mut World, request: Request) -> Result<(), String> {
    match request {
        Request::Select(place) if place.is_empty() => world.resource_mut::<Selection>().0 = None,
        Request::Select(place) => {
            let found = place_of(&world.resource::<Plan>().0, &place)?;
            world.resource_mut::<Selection>().0 = Some(found);
            world.resource_mut::<Orbit>().fly_to = Some(found);
        }
        Request::Overlay(name) => {
            let overlay = Overlay::named(&name)
                .ok_or_else(|| format!("{name} is none of {}", listed(Overlay::ALL.map(Overlay::name))))?;
            world.resource_mut::<Shown>().0 = overlay;
        }
        Request::Show(name, on) => {
            let part =
                Part::named(&name).ok_or_else(|| format!("{name} is none of {}", listed(Part::ALL.map(Part::name))))?;
            world.resource_mut::<Parts>().show(part, on);
        }
        Request::Job(name) if name.is_empty() => world.resource_mut::<Focus>().0 = None,
        Request::Job(name) => {
            let jobs = world.get_resource::<Jobs>();
            if !jobs.is_some_and(|jobs| jobs.running().any(|job| job.job.name == name)) {
                return Err(format!("no job of the name {name} runs"));
            }
            world.resource_mut::<Wanted>().0 = Some(name);
        }
        Request::Timeline(date) => {
            let date = date.filter(|text| !text.is_empty());
            if let Some(text) = &date {
                let date = text
                    .parse()
                    .map_err(|_| format!("{text} is no date such as 2025-06-12"))?;
                world.resource_mut::<Timeline>().wanted = Some(date);
            }
            world.resource_mut::<Parts>().show(Part::Timeline, date.is_some());
        }
        Request::Pause(paused) => world.resource_mut::<Pace>().paused = paused,
        Request::Speed(times) if times.is_finite() => world.resource_mut::<Pace>().speed = times.clamp(1.0, 10_000.0),
        Request::Speed(_) => return Err("a speed is 1 to 10,000".into()),
        Request::Load(text) => {
            let name = text.trim();
            let source = if name.starts_with("builtin:") {
                Source::Named(name.into())
            } else {
                Source::Text {
                    file: "page.ron".into(),
                    text,
                }
            };
            // A page that stands goes on standing, for its script to say how far to run.
            let paused = world.resource::<Pace>().paused && !world.resource::<Clock>().done();
            answer_ask(world, Ask::Start(source)).map_err(|report| report.to_string())?;
            world.resource_mut::<Pace>().paused = paused;
        }
        Request::Event(action, at, value) => {
            let campus = world.resource::<Plan>().0.clone();
            let (event, command) = scenario_command(&campus, &action, at.as_deref(), value)?;
            let mut hands = SystemState::<Doing>::new(world);
            hands
                .get_mut(world)
                .map_err(|error| error.to_string())?
                .carry_out(Some(event), command);
        }
        Request::Tour(text) => {
            let tour = match text {
                Some(text) => rainier::tour::load_text("page.ron", &text),
                None => rainier::tour::load(crate::args::TEXTS, "builtin:mission"),
            };
            let tour = tour.map_err(|report| report.to_string())?;
            world.resource_mut::<Touring>().start(tour);
        }
        Request::LeaveTour => world.resource_mut::<Touring>().leave(),
        Request::Search(text) => world.resource_mut::<Search>().write(&text),
        Request::Follow(hit) => {
            let mut search = world.resource_mut::<Search>();
            let found = search.hits.get(hit as usize).map(|hit| hit.target.clone());
            let target = found.ok_or_else(|| format!("the search has found {} things", search.hits.len()))?;
            search.follow(target);
            search.text.clear();
        }
        Request::Look(name) => {
            let look = Look::ALL.into_iter().find(|look| look.name() == name);
            let look = look.ok_or_else(|| format!("{name} is none of {}", listed(Look::ALL.map(Look::name))))?;
            let mut roofs = *world.resource::<Roofs>();
            world.resource_mut::<Inside>().set(look, &mut roofs);
            world.insert_resource(roofs);
        }
        Request::Compose(text, true) => compose(world, egui::ImeEvent::Commit(text)),
        Request::Compose(text, false) => {
            let active_range_chars = None;
            compose(
                world,
                egui::ImeEvent::Preedit {
                    text,
                    active_range_chars,
                },
            );
        }
        Request::Run(ticks) => {
            world.resource_mut::<Pace>().paused = true;
            world.resource_mut::<ToRun>().left = ticks;
        }
    }
    Ok(())
}

/// Hands what is being composed to the panels.
fn compose(world: &mut World, event: egui::ImeEvent) {
    let event = egui::Event::Ime(event);
    let mut contexts = world.query_filtered::<Entity, With<PrimaryEguiContext>>();
    if let Ok(context) = contexts.single(world) {
        world.write_message(EguiInputEvent { context, event });
    }
}

/// Tells the page when panels begin or cease to want text.
fn tell_wanted(ime: Option<egui::output::IMEOutput>) {
    let changed = EXCHANGE.with_borrow_mut(|exchange| std::mem::replace(&mut exchange.wants_text, ime.is_some()));
    if changed != ime.is_some() {
        let at = ime.map_or(egui::Pos2::ZERO, |ime| ime.cursor_rect.left_top());
        // A page that has another script has no such field.
        let _ = want_text(ime.is_some(), at.x, at.y);
    }
}

fn publish(world: &mut World) {
    let wanted = EXCHANGE.with_borrow_mut(|exchange| std::mem::take(&mut exchange.digest_wanted));
    if wanted {
        // Of whole ticks.
        crate::cases::finish(world);
        let digest = digest_world(world);
        EXCHANGE.with_borrow_mut(|exchange| exchange.digest = digest);
    }
    let mut outputs = world.query::<&EguiOutput>();
    for output in outputs.iter(world) {
        tell_wanted(output.platform_output.ime);
        let said = heard::said(&output.platform_output.events);
        if !said.is_empty() {
            EXCHANGE.with_borrow_mut(|exchange| exchange.said = said);
        }
    }
    let (clock, meters, plan) = (
        world.resource::<Clock>(),
        world.resource::<Meters>(),
        world.resource::<Plan>(),
    );
    let outside = world.resource::<Outside>();
    let (pace, now, total) = (world.resource::<Pace>(), &meters.now, &meters.total);
    let fps = world
        .resource::<DiagnosticsStore>()
        .get(&FrameTimeDiagnosticsPlugin::FPS)
        .and_then(|d| d.smoothed());
    let selection = world.resource::<Selection>().0.map(|found| name(&plan.0, found));
    let equipment = world.resource::<Picked>().beside(*world.resource::<Selection>());
    let equipment = equipment.map_or_else(String::new, |of| equipment_name(&plan.0, of));
    let timeline = world
        .resource::<Growth>()
        .planned
        .as_ref()
        .filter(|_| world.resource::<Parts>().shown(Part::Timeline))
        .map(|planned| world.resource::<Timeline>().date(planned).to_string());
    let jobs = world.get_resource::<Jobs>().map(|jobs| {
        json!({
            "running": jobs.running().count(),
            "waiting": jobs.waiting.len(),
            "done": jobs.totals.done,
            "goodput": jobs.totals.goodput(),
        })
    });
    EXCHANGE.with_borrow_mut(|exchange| {
        exchange.frames += 1;
        let readings = json!({
            "tick": clock.tick,
            "time_s": clock.time_s,
            "time": clock.label(),
            "site": plan.0.name,
            "scenario": world.resource::<Case>().name(),
            "dry_bulb_c": outside.dry_bulb_c,
            "wet_bulb_c": outside.wet_bulb_c,
            "live_chips": now.live_chips,
            "it_power_w": now.it_w,
            "facility_power_w": now.facility_w,
            "grid_power_w": now.grid_w,
            "genset_power_w": now.genset_w,
            "battery_power_w": now.battery_w,
            "dark_racks": now.dark_racks,
            "pue": now.pue,
            "wue_l_per_kwh": now.wue_l_per_kwh,
            "hottest_chip_c": now.hottest_chip_c,
            "throttled_chips": now.limited_chips,
            "unserved_w": now.unserved_w,
            "energy_kwh": total.energy_kwh,
            "water_m3": total.water_m3,
            "carbon_t": total.carbon_t,
            "cost_usd": total.cost_usd,
            "worst_imbalance": total.worst_imbalance,
        });
        let windows = world.resource::<Windows>();
        let corners = |rect: egui::Rect| [rect.left(), rect.top(), rect.right(), rect.bottom()];
        let open = windows.laid_out().map(|(part, rect)| (part.name(), corners(rect)));
        let view = json!({
            "frame": exchange.frames,
            // In pixels of the page: left, top, right, bottom.
            "windows": open.collect::<std::collections::BTreeMap<_, _>>(),
            "notes": windows.notes.map(corners),
            "front": world.get_resource::<Beside>().map(|beside| beside.front.letter()),
            "difference": world.resource::<Difference>().on,
            "selection": selection,
            "equipment": equipment,
            "undo": world.resource::<Undo>().next(),
            "overlay": world.resource::<Shown>().0.name(),
            "shown": Part::ALL
                .into_iter()
                .filter(|part| world.resource::<Parts>().shown(*part))
                .map(Part::name)
                .collect::<Vec<_>>(),
            "timeline": timeline,
            "tour": world.resource::<Touring>().progress(),
            "look": world.resource::<Inside>().look.name(),
            "found": world.resource::<Search>().hits.iter().map(|hit| &hit.title).collect::<Vec<_>>(),
            "jobs": jobs,
            "alarms": Severity::ALL
                .into_iter()
                .zip(world.resource::<Alarms>().standing())
                .map(|(severity, count)| (severity.as_str(), count))
                .collect::<std::collections::BTreeMap<_, _>>(),
            "paused": pace.paused,
            "speed": pace.speed,
            "going": world.resource::<crate::share::Sharing>().going.is_some(),
            "to_run": world.resource::<ToRun>().left,
            "tick_ms": world.resource::<ToRun>().tick_ms,
            "fps": fps,
            "digest": exchange.digest,
            "said": exchange.said,
            "message": exchange.message,
            "loads": exchange.loads,
            "load_problem": exchange.load_problem,
        });
        let all = [readings, view].into_iter().filter_map(|part| match part {
            Value::Object(fields) => Some(fields),
            _ => None,
        });
        exchange.state = Value::Object(all.flatten().collect()).to_string();
    });
}

pub(crate) fn add(app: &mut App) {
    app.init_resource::<ToRun>();
    app.add_systems(First, (answer, sleep));
    app.add_systems(Last, publish);
}
