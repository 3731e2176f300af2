//! The player of tours: goes from step to step, can be stopped and left, and leaves the view as it found it.

use bevy::prelude::*;
use bevy_egui::{EguiContexts, EguiPrimaryContextPass, egui};
use egui::{CornerRadius, Margin, RichText, Sense, Stroke, vec2};
use rainier::sim::clock::Clock;
use rainier::sim::meters::Meters;
use rainier::sim::twin::Plan;
use rainier::sim::weather::Outside;
use rainier::sim::{AhuColumns, ChipColumns, HallColumns, RackColumns};
use rainier::site::campus::{Found, PowerKind};
use rainier::tour::{self, Goal, Opened, Said, Step, TourFile};

use crate::advance::Pace;
use crate::args::TEXTS;
use crate::cases::Case;
use crate::navigation::aids::Aids;
use crate::navigation::camera::View;
use crate::navigation::inside::{Inside, Look};
use crate::navigation::keys::Presses;
use crate::navigation::{Go, Orbit};
use crate::panels::format::{grouped, said, said_date};
use crate::panels::growth::Growth;
use crate::panels::parts::{Part, Parts};
use crate::panels::pieces::named;
use crate::panels::theme::{ACCENT, FOCUS, LINE, PANEL, QUIET, TEXT};
use crate::panels::timeline::Timeline;
use crate::panels::windows::Windows;
use crate::scenarios::{Ask, Scenarios, Source};
use crate::selection::{Overlay, Roofs, Selection, Shown, name};
use crate::words::say;
use crate::world::meshes::at;

/// What was shown before the tour.
#[derive(Debug, Clone)]
struct Before {
    overlay: Overlay,
    roofs: Roofs,
    look: Look,
    parts: Parts,
    aids: Aids,
    speed: f64,
    paused: bool,
    /// The scenario that ran, if the tour has put another in its place.
    scenario: Option<Source>,
}

/// A tour under way.
#[derive(Debug, Clone)]
struct Running {
    tour: TourFile,
    step: usize,
    elapsed_s: f64,
    paused: bool,
    /// Whether the step's wishes have been carried out.
    entered: bool,
    /// Whether its place has been gone to: a scenario that starts comes first.
    gone: bool,
    /// The rack and the chip that were hottest when the step set out: what its caption names is what is seen.
    hottest: Option<(usize, usize)>,
    before: Option<Before>,
}

/// The tour that runs, if one does.
#[derive(Resource, Debug, Clone, Default)]
pub(crate) struct Touring {
    running: Option<Running>,
    /// What is left to put back.
    left: Option<Before>,
    /// Why the last one could not start; empty if it could.
    pub(crate) problem: String,
}

/// The tour that starts when none is named.
const DEFAULT: &str = "builtin:mission";

impl Touring {
    /// Whether a tour runs.
    pub(crate) fn runs(&self) -> bool {
        self.running.is_some()
    }

    /// Which step is shown, of how many; none without a tour.
    #[cfg(target_arch = "wasm32")]
    pub(crate) fn progress(&self) -> Option<[usize; 2]> {
        self.running
            .as_ref()
            .map(|running| [running.step, running.tour.steps.len()])
    }

    /// Starts a tour.
    pub(crate) fn start(&mut self, tour: TourFile) {
        self.problem.clear();
        let before = self.running.take().and_then(|running| running.before);
        if !tour.steps.is_empty() {
            self.running = Some(Running {
                tour,
                step: 0,
                elapsed_s: 0.0,
                paused: false,
                entered: false,
                gone: false,
                hottest: None,
                before,
            });
        }
    }

    /// Starts the tour of a file, or the one of the mission.
    pub(crate) fn ask(&mut self, file: Option<&str>) {
        match tour::load(TEXTS, file.unwrap_or(DEFAULT)) {
            Ok(tour) => self.start(tour),
            Err(report) => self.problem = report.to_string(),
        }
    }

    /// Stops where it is.
    pub(crate) fn pause(&mut self) {
        if let Some(running) = &mut self.running {
            running.paused = true;
        }
    }

    /// Goes to a step.
    pub(crate) fn go(&mut self, step: usize) {
        let Some(running) = &mut self.running else { return };
        if step >= running.tour.steps.len() {
            self.leave();
            return;
        }
        running.step = step;
        running.elapsed_s = 0.0;
        (running.entered, running.gone, running.hottest) = (false, false, None);
    }

    fn by(&mut self, steps: isize) {
        if let Some(running) = &self.running {
            self.go(running.step.saturating_add_signed(steps));
        }
    }

    /// Ends the tour; what it showed is put back.
    pub(crate) fn leave(&mut self) {
        if let Some(running) = self.running.take() {
            self.left = running.before;
        }
    }
}

/// What a tour changes: nothing that a person at the panels could not.
#[derive(bevy::ecs::system::SystemParam)]
struct Hands<'w> {
    selection: ResMut<'w, Selection>,
    orbit: ResMut<'w, Orbit>,
    shown: ResMut<'w, Shown>,
    roofs: ResMut<'w, Roofs>,
    parts: ResMut<'w, Parts>,
    aids: ResMut<'w, Aids>,
    inside: ResMut<'w, Inside>,
    pace: ResMut<'w, Pace>,
    timeline: ResMut<'w, Timeline>,
    scenarios: ResMut<'w, Scenarios>,
}

impl Hands<'_> {
    fn now(&self) -> Before {
        Before {
            overlay: self.shown.0,
            roofs: *self.roofs,
            look: self.inside.look,
            parts: *self.parts,
            aids: *self.aids,
            speed: self.pace.speed,
            paused: self.pace.paused,
            scenario: None,
        }
    }

    fn put_back(&mut self, before: &Before) {
        self.shown.0 = before.overlay;
        self.inside.set(before.look, &mut self.roofs);
        *self.roofs = before.roofs;
        *self.parts = before.parts;
        *self.aids = before.aids;
        self.pace.speed = before.speed;
        self.pace.paused = before.paused;
        self.orbit.drift = 0.0;
        if let Some(source) = &before.scenario {
            self.scenarios.ask(Ask::Start(source.clone()));
        }
    }

    fn enter(&mut self, step: &Step) {
        if let Some(speed) = step.speed {
            self.pace.speed = speed;
        }
        self.pace.paused = false;
        if let Some(overlay) = step.overlay {
            self.shown.0 = overlay;
        }
        if let Some(inside) = step.inside {
            self.inside.set(look_of(inside), &mut self.roofs);
        }
        if let Some(on) = step.roofs {
            self.roofs.0 = on;
        }
        if let Some(on) = step.labels {
            self.aids.labels = on;
        }
        for part in Part::ALL {
            let open = step.open.iter().any(|opened| part_of(*opened) == part);
            self.parts
                .show(part, open || part == Part::Timeline && step.date.is_some());
        }
        if let Some(day) = step.date {
            self.timeline.wanted = Some(day.0);
            self.timeline.playing = false;
        }
    }

    fn go(&mut self, step: &Step, plan: &Plan, hottest: Option<(usize, usize)>) {
        let campus = &*plan.0;
        if let Some(goal) = step.place.as_deref().and_then(Goal::read) {
            self.selection.0 = match goal {
                Goal::Site => None,
                Goal::HottestRack => hottest.map(|(rack, _)| Found::Rack(rack)),
                Goal::HottestChip => hottest.map(|(rack, chip)| Found::Chip { rack, chip }),
                Goal::Place(address) => campus.find(address),
            };
        }
        let mut to = self.orbit.view_of(campus, self.selection.0);
        let stays = step.place.is_none() && step.camera.is_none();
        let mut drift = 0.0;
        if let Some(camera) = &step.camera {
            to = posed(camera, to);
            drift = camera.drift_deg_per_s.map_or(0.0, |deg| (deg as f32).to_radians());
        }
        if !stays {
            self.orbit.go = Some(Go::View(to));
        }
        // Who asked for less motion gets none that goes on by itself.
        self.orbit.drift = if self.orbit.cuts { 0.0 } else { drift };
    }
}

/// A look as a step's camera has it.
pub(crate) fn posed(camera: &tour::Camera, mut to: View) -> View {
    if let Some(at_m) = camera.at_m {
        to.focus = at(at_m, 0.0);
    }
    to.distance = camera.distance_m.map_or(to.distance, |m| m as f32);
    to.yaw = camera.turn_deg.map_or(to.yaw, |deg| (deg as f32).to_radians());
    to.pitch = camera.tilt_deg.map_or(to.pitch, |deg| (deg as f32).to_radians());
    to
}

/// How buildings are looked into, by the word of files.
pub(crate) fn look_of(inside: tour::Inside) -> Look {
    match inside {
        tour::Inside::Solid => Look::Solid,
        tour::Inside::XRay => Look::XRay,
        tour::Inside::Section => Look::Section,
    }
}

fn part_of(opened: Opened) -> Part {
    match opened {
        Opened::Slice => Part::Slice,
        Opened::Airflow => Part::Airflow,
        Opened::Chart => Part::Chart,
        Opened::Cooling => Part::Cooling,
        Opened::OneLine => Part::OneLine,
        Opened::Jobs => Part::Jobs,
        Opened::Growth => Part::Growth,
        Opened::Money => Part::Money,
    }
}

fn play(
    time: Res<Time<Real>>,
    plan: Res<Plan>,
    meters: Res<Meters>,
    case: Res<Case>,
    mut touring: ResMut<Touring>,
    mut view: Hands,
) {
    if let Some(before) = touring.left.take() {
        view.put_back(&before);
    }
    let Some(running) = &mut touring.running else { return };
    let Some(step) = running.tour.steps.get(running.step).cloned() else {
        return;
    };
    if running.before.is_none() {
        running.before = Some(view.now());
    }
    if !running.entered {
        running.entered = true;
        if let Some(file) = &step.scenario
            && !is_of(&case, file)
        {
            if let Some(before) = &mut running.before {
                before.scenario.get_or_insert_with(|| source_of(&case));
            }
            view.scenarios.ask(Ask::Start(Source::Named(file.clone())));
            view.enter(&step);
            // It starts before the next frame, and with it the campus may be another.
            return;
        }
        view.enter(&step);
    }
    // Before the first tick nothing is the hottest.
    let goal = step.place.as_deref().and_then(Goal::read);
    let waits = matches!(goal, Some(Goal::HottestRack | Goal::HottestChip)) && meters.now.live_chips == 0;
    if !running.gone && !waits {
        running.gone = true;
        let now = &meters.now;
        running.hottest = (now.live_chips > 0).then_some((now.hottest_rack as usize, now.hottest_chip as usize));
        view.go(&step, &plan, running.hottest);
    }
    if !running.paused {
        // A frame in which a scenario starts takes long, and is no time for looking.
        running.elapsed_s += time.delta_secs_f64().min(0.5);
        if running.elapsed_s >= step.seconds {
            touring.by(1);
        }
    }
}

/// Where a case can be had from again.
fn source_of(case: &Case) -> Source {
    let file = case.loaded.file.clone();
    if file.starts_with("builtin:") {
        Source::Named(file)
    } else {
        Source::Text {
            file,
            text: case.text.clone(),
        }
    }
}

/// Whether a case is that of a file: its text is the same.
fn is_of(case: &Case, file: &str) -> bool {
    let text = crate::scenarios::text_of(file);
    !text.is_empty() && text == case.text
}

/// Space stops and goes on, arrows go to the next step and back, Escape leaves.
fn keys(presses: Res<Presses>, mut touring: ResMut<Touring>) {
    let Some(running) = &mut touring.running else { return };
    if presses.plain(KeyCode::Space) {
        running.paused = !running.paused;
    }
    let any = |keys: [KeyCode; 3]| keys.into_iter().any(|key| presses.plain(key));
    if any([KeyCode::ArrowRight, KeyCode::ArrowDown, KeyCode::PageDown]) {
        touring.by(1);
    } else if any([KeyCode::ArrowLeft, KeyCode::ArrowUp, KeyCode::PageUp]) {
        touring.by(-1);
    } else if presses.plain(KeyCode::Escape) {
        touring.leave();
    }
}

/// What captions read.
#[derive(bevy::ecs::system::SystemParam)]
struct Twin<'w> {
    plan: Res<'w, Plan>,
    case: Res<'w, Case>,
    clock: Res<'w, Clock>,
    meters: Res<'w, Meters>,
    outside: Res<'w, Outside>,
    chips: Res<'w, ChipColumns>,
    racks: Res<'w, RackColumns>,
    halls: Res<'w, HallColumns>,
    units: Res<'w, AhuColumns>,
    growth: Res<'w, Growth>,
    timeline: Res<'w, Timeline>,
    parts: Res<'w, Parts>,
}

impl Twin<'_> {
    /// A figure of a caption; of the hottest, those of the rack and the chip that the step shows.
    fn say(&self, what: Said, hottest: Option<(usize, usize)>) -> String {
        let campus = &*self.plan.0;
        let (now, total) = (&self.meters.now, &self.meters.total);
        let count = |n: usize| grouped(n as f64);
        let mw = |w: f64| grouped(w / 1e6);
        let gensets = || {
            campus
                .buildings
                .iter()
                .map(|b| f64::from(b.gensets) * b.genset.rating_w.value)
        };
        let (rack, chip) = hottest.unwrap_or((now.hottest_rack as usize, now.hottest_chip as usize));
        match what {
            Said::Site => campus.name.clone(),
            Said::Scenario => self.case.name().to_owned(),
            Said::Date => match self
                .growth
                .planned
                .as_ref()
                .filter(|_| self.parts.shown(Part::Timeline))
            {
                Some(planned) => said_date(self.timeline.date(planned)),
                None => self.clock.label(),
            },
            Said::Acres => grouped(campus.location.area_acres.value),
            Said::Buildings => count(campus.buildings.len()),
            Said::LiveBuildings => {
                let live = |b: &&rainier::site::campus::Building| b.halls.clone().any(|h| self.halls.live[h]);
                count(campus.buildings.iter().filter(live).count())
            }
            Said::Halls => count(campus.halls.len()),
            Said::Racks => count(campus.racks()),
            Said::Chips => count(campus.chips()),
            Said::LiveChips => grouped(f64::from(now.live_chips)),
            Said::Substations => count(campus.substations.len()),
            Said::Gensets => grouped(campus.buildings.iter().map(|b| f64::from(b.gensets)).sum()),
            Said::GensetMw => mw(gensets().sum()),
            Said::GridKv => {
                let utility = campus.power.nodes.iter().find(|node| node.kind == PowerKind::Utility);
                utility.map_or_else(String::new, |node| said(node.stage.voltage_kv, 0, ""))
            }
            Said::ItMw => mw(now.it_w),
            Said::FacilityMw => mw(now.facility_w),
            Said::CoolingMw => mw(now.cooling_w),
            Said::LossMw => mw(now.loss_w),
            Said::Pue => said(now.pue, 3, ""),
            Said::WueLPerKwh => said(now.wue_l_per_kwh, 3, ""),
            Said::WetShare => {
                let live = campus.halls.iter().zip(&self.halls.live).filter(|(_, live)| **live);
                let units: usize = live.map(|(hall, _)| hall.units.len().min(self.units.mode.len())).sum();
                said(f64::from(now.wet_units) / units.max(1) as f64 * 100.0, 0, "")
            }
            Said::HottestChipC => {
                let hot = self.chips.junction_c.get(chip);
                hot.map_or_else(String::new, |c| said(f64::from(*c), 1, ""))
            }
            Said::HottestRack if now.live_chips == 0 => say!("none").into(),
            Said::HottestRack => name(campus, Found::Rack(rack)),
            Said::ThrottledChips if now.limited_chips == 0 => say!("none").into(),
            Said::ThrottledChips => grouped(f64::from(now.limited_chips)),
            Said::OutsideC => said(self.outside.dry_bulb_c, 1, ""),
            Said::RackKw => self
                .racks
                .draw_w
                .get(rack)
                .map_or_else(String::new, |w| said(w / 1e3, 1, "")),
            Said::ChipW => {
                let power = self.chips.power_w.get(chip);
                power.map_or_else(String::new, |w| said(f64::from(*w), 0, ""))
            }
            Said::EnergyMwh => grouped(total.energy_kwh / 1e3),
            Said::WaterM3 => grouped(total.water_m3),
            Said::CarbonT => grouped(total.carbon_t),
            Said::CostUsd => grouped(total.cost_usd),
        }
    }
}

/// Widest caption, and the least room beside the legend in which it stands there, points.
const WIDEST: f32 = 760.0;
const LEAST: f32 = 420.0;

fn caption(
    mut contexts: EguiContexts,
    twin: Twin,
    mut windows: ResMut<Windows>,
    mut touring: ResMut<Touring>,
) -> Result {
    let ctx = contexts.ctx_mut()?.clone();
    let Some(free) = windows.free else { return Ok(()) };
    if !touring.problem.is_empty() {
        problem(&ctx, &mut touring.problem);
    }
    let Some(running) = &touring.running else { return Ok(()) };
    let Some(step) = running.tour.steps.get(running.step) else {
        return Ok(());
    };
    // Elsewhere than at the hottest a caption says what is the hottest now.
    let goal = step.place.as_deref().and_then(Goal::read);
    let hottest = running
        .hottest
        .filter(|_| matches!(goal, Some(Goal::HottestRack | Goal::HottestChip)));
    let text = tour::fill(&step.caption, |what| twin.say(what, hottest));
    let (steps, at, paused) = (running.tour.steps.len(), running.step, running.paused);
    let share = (running.elapsed_s / step.seconds).clamp(0.0, 1.0) as f32;
    // Beside the legend, or above it where there is little room.
    let left = windows
        .aside
        .iter()
        .map(|rect| rect.right() + 12.0)
        .fold(free.left() + 12.0, f32::max);
    let mut room = free.shrink(12.0);
    if room.right() - left >= LEAST {
        room.min.x = left;
    } else {
        room.max.y = windows
            .aside
            .iter()
            .map(|rect| rect.top() - 8.0)
            .fold(room.bottom(), f32::min);
    }
    let width = room.width().clamp(180.0, WIDEST);
    let frame = egui::Frame::new()
        .fill(PANEL.now())
        .stroke(Stroke::new(1.0, ACCENT.now().gamma_multiply(0.5)))
        .corner_radius(CornerRadius::same(8))
        .inner_margin(Margin::symmetric(22, 14));
    let mut wanted = None;
    let area = egui::Area::new("tour".into())
        .order(egui::Order::Middle)
        .pivot(egui::Align2::CENTER_BOTTOM)
        .fixed_pos(room.center_bottom())
        .show(&ctx, |ui| {
            frame.show(ui, |ui| {
                ui.set_width(width - 44.0);
                ui.label(
                    RichText::new(text)
                        .size(if width > 480.0 { 19.0 } else { 15.0 })
                        .color(TEXT),
                );
                ui.add_space(6.0);
                ui.horizontal(|ui| {
                    let button = |ui: &mut egui::Ui, label: &str, hint: &str| named(ui.button(label), hint).clicked();
                    if button(ui, "⏴", say!("tour-back")) {
                        wanted = Some(Wanted::By(-1));
                    }
                    if button(ui, if paused { "▶" } else { "⏸" }, say!("tour-pause")) {
                        wanted = Some(Wanted::Pause);
                    }
                    if button(ui, "⏵", say!("tour-next")) {
                        wanted = Some(Wanted::By(1));
                    }
                    for k in 0..steps {
                        if dot(ui, k, at, share).clicked() {
                            wanted = Some(Wanted::Step(k));
                        }
                    }
                    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                        if ui
                            .button(say!("tour-leave"))
                            .on_hover_text(say!("key-escape-name"))
                            .clicked()
                        {
                            wanted = Some(Wanted::Leave);
                        }
                        if width > 560.0 {
                            ui.label(RichText::new(&running.tour.name).size(12.0).color(QUIET));
                        }
                    });
                });
            });
        });
    windows.aside.push(area.response.rect);
    match wanted {
        Some(Wanted::By(steps)) => touring.by(steps),
        Some(Wanted::Step(step)) => touring.go(step),
        Some(Wanted::Leave) => touring.leave(),
        Some(Wanted::Pause) => {
            if let Some(running) = &mut touring.running {
                running.paused = !running.paused;
            }
        }
        None => {}
    }
    Ok(())
}

/// What a click on the caption asks for.
enum Wanted {
    By(isize),
    Step(usize),
    Pause,
    Leave,
}

/// A dot of the progress: what has been is full, what is now fills.
fn dot(ui: &mut egui::Ui, k: usize, at: usize, share: f32) -> egui::Response {
    let wide = if k == at { 26.0 } else { 9.0 };
    let (rect, response) = ui.allocate_exact_size(vec2(wide, 18.0), Sense::click());
    let bar = egui::Rect::from_center_size(rect.center(), vec2(wide, 7.0));
    let ground = if k < at { ACCENT } else { LINE };
    ui.painter().rect_filled(bar, 3.5, ground.now());
    if k == at {
        let mut done = bar;
        done.set_width(bar.width() * share.max(0.2));
        ui.painter().rect_filled(done, 3.5, ACCENT.now());
    }
    if response.has_focus() {
        ui.painter()
            .rect_stroke(rect, 3.5, Stroke::new(2.0, FOCUS), egui::StrokeKind::Inside);
    }
    named(response, &say!("tour-step", number = k + 1))
}

/// Says why a tour could not start.
fn problem(ctx: &egui::Context, text: &mut String) {
    let mut open = true;
    egui::Window::new(say!("tour-problem"))
        .open(&mut open)
        .collapsible(false)
        .anchor(egui::Align2::CENTER_CENTER, [0.0, 0.0])
        .show(ctx, |ui| {
            ui.set_max_width(560.0);
            ui.label(RichText::new(text.as_str()).monospace().size(12.0));
        });
    if !open {
        text.clear();
    }
}

pub(crate) fn plugin(app: &mut App) {
    app.init_resource::<Touring>();
    app.add_systems(
        Update,
        (keys.run_if(not(bevy_egui::input::egui_wants_any_keyboard_input)), play)
            .chain()
            .before(crate::navigation::camera::ease),
    );
    app.add_systems(EguiPrimaryContextPass, caption.after(crate::panels::panels));
}
