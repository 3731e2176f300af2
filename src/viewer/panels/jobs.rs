//! The job map: every rack in the colour of its job, and the window that lists the jobs.

use std::collections::BTreeMap;

use bevy::ecs::system::SystemParam;
use bevy::prelude::*;
use bevy_egui::{EguiContexts, EguiPrimaryContextPass, egui};
use egui::{Align2, Color32, FontId, Rect, RichText, Sense, pos2, vec2};
use rainier::sim::RackColumns;
use rainier::sim::clock::Clock;
use rainier::sim::jobs::Jobs;
use rainier::sim::jobs::Running;
use rainier::sim::jobs::records::{Ending, Record};
use rainier::sim::twin::Plan;
use rainier::workload::Kind;
use rainier::workload::progress::Phase;

use crate::named;
use crate::navigation::Orbit;
use crate::panels::format::{compact, grouped, said, watts};
use crate::panels::parts::{Part, Parts};
use crate::panels::pieces::{key_label, reading};
use crate::panels::theme::{ACCENT, ALARM, GROUND, LINE, QUIET, TEXT};
use crate::panels::windows::Windows;
use crate::selection::{Overlay, Roofs, Selection, Shown};
use crate::words::say;
use crate::world::scene::changed;

/// Colours of racks by number: racks without a job, then training, services and batches. After Okabe and Ito: apart in
/// hue or lightness to all eyes; batches are muted, so that large jobs stand out among them.
pub(crate) const PALETTE: [[u8; 3]; 26] = [
    [34, 40, 50],
    [236, 240, 245],
    [255, 58, 40],
    [6, 7, 9],
    // Training.
    [230, 159, 0],
    [86, 180, 233],
    [0, 168, 120],
    [240, 228, 66],
    [214, 120, 176],
    [46, 110, 224],
    [168, 118, 255],
    [176, 96, 30],
    // Services.
    [170, 235, 214],
    [206, 190, 250],
    [250, 214, 170],
    [176, 212, 250],
    // Batches.
    [74, 86, 112],
    [92, 80, 112],
    [60, 98, 100],
    [104, 90, 76],
    [80, 80, 96],
    [86, 104, 112],
    [70, 104, 84],
    [112, 100, 90],
    // Racks of a plan's date: running, and waiting for power.
    [255, 214, 120],
    [104, 114, 128],
];

/// Racks that hold no job.
const FREE: u8 = 0;
/// Kept to take the place of failed ones.
const SPARE: u8 = 1;
/// Waiting for a repair.
const BROKEN: u8 = 2;
/// Without power.
const DARK: u8 = 3;
/// A rack that runs on a plan's date.
pub(crate) const LIT: u8 = 24;
/// A rack that waits for power on a plan's date.
pub(crate) const UNLIT: u8 = 25;
/// A rack that is not drawn; see the timeline.
pub(crate) const ABSENT: u8 = 31;
/// Mark of racks that stand back behind a job that is looked at.
pub(crate) const DIM: u8 = 128;

/// First colour and number of colours of a kind.
fn colors_of(kind: Kind) -> (u8, u8) {
    match kind {
        Kind::Training => (4, 8),
        Kind::Serving => (12, 4),
        Kind::Batch => (16, 8),
    }
}

/// Colour of a number of the palette.
pub(crate) fn color(code: u8) -> Color32 {
    let [r, g, b] = PALETTE[code as usize % PALETTE.len()];
    Color32::from_rgb(r, g, b)
}

/// Which job has which colour: a job keeps its own while it runs, and no two large ones share one before all are taken.
#[derive(Resource, Debug, Clone, Default)]
pub(crate) struct Colors(BTreeMap<u64, u8>);

impl Colors {
    /// Number of a job's colour.
    pub(crate) fn code(&self, number: u64) -> u8 {
        self.0.get(&number).copied().unwrap_or(FREE)
    }

    fn follow(&mut self, jobs: &Jobs) {
        let running: BTreeMap<u64, Kind> = jobs.running().map(|job| (job.number, job.job.kind)).collect();
        self.0.retain(|number, _| running.contains_key(number));
        let mut used = [0_u32; PALETTE.len()];
        for code in self.0.values() {
            used[*code as usize] += 1;
        }
        for (number, kind) in running {
            if self.0.contains_key(&number) {
                continue;
            }
            let (first, count) = colors_of(kind);
            let start = number % u64::from(count);
            let turn = |k: u8| first + ((start + u64::from(k)) % u64::from(count)) as u8;
            let code = (0..count)
                .map(turn)
                .min_by_key(|code| used[*code as usize])
                .unwrap_or(first);
            used[code as usize] += 1;
            self.0.insert(number, code);
        }
    }
}

/// The job that is looked at, by its number.
#[derive(Resource, Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Focus(pub(crate) Option<u64>);

/// A job to look at once it runs, by its name.
#[derive(Resource, Debug, Clone, Default)]
pub(crate) struct Wanted(pub(crate) Option<String>);

/// Everything about jobs that panels read.
#[derive(SystemParam)]
pub(crate) struct JobView<'w> {
    pub(crate) jobs: Option<Res<'w, Jobs>>,
    pub(crate) colors: Res<'w, Colors>,
    pub(crate) focus: ResMut<'w, Focus>,
}

fn follow(jobs: Option<Res<Jobs>>, mut colors: ResMut<Colors>, mut focus: ResMut<Focus>) {
    let Some(jobs) = jobs else {
        focus.set_if_neq(Focus(None));
        return;
    };
    if !jobs.is_changed() {
        return;
    }
    colors.bypass_change_detection().follow(&jobs);
    let gone = |number: u64| !jobs.running().any(|job| job.number == number);
    if focus.0.is_some_and(gone) {
        focus.0 = None;
    }
}

fn forget(mut colors: ResMut<Colors>, mut focus: ResMut<Focus>) {
    *colors = Colors::default();
    focus.0 = None;
}

/// Numbers of the colours of all racks.
pub(crate) fn codes(jobs: &Jobs, colors: &Colors, racks: &RackColumns, focus: Focus) -> Vec<u8> {
    let of_slot: Vec<(u8, u64)> = jobs
        .slots
        .iter()
        .map(|slot| {
            slot.as_ref()
                .map_or((FREE, u64::MAX), |job| (colors.code(job.number), job.number))
        })
        .collect();
    let code = |rack: usize| {
        let (code, number) = match jobs.slot_of_rack(rack) {
            _ if racks.dark.get(rack) == Some(&true) => (DARK, u64::MAX),
            _ if jobs.is_broken(rack) => (BROKEN, u64::MAX),
            Some(slot) => of_slot.get(slot as usize).copied().unwrap_or((FREE, u64::MAX)),
            None if jobs.is_spare(rack) => (SPARE, u64::MAX),
            None => (FREE, u64::MAX),
        };
        let dim = focus.0.is_some_and(|looked_at| looked_at != number);
        code | if dim { DIM } else { 0 }
    };
    (0..racks.dark.len()).map(code).collect()
}

/// Jobs that run, the largest first within their kind: training, services, batches.
fn ordered(jobs: &Jobs) -> Vec<&Running> {
    let mut all: Vec<&Running> = jobs.running().collect();
    all.sort_by_key(|job| (job.job.kind, std::cmp::Reverse(job.chips), job.number));
    all
}

pub(crate) fn swatch(ui: &mut egui::Ui, code: u8) {
    let (rect, _) = ui.allocate_exact_size(vec2(11.0, 11.0), Sense::hover());
    let stroke = egui::Stroke::new(1.0, LINE);
    ui.painter()
        .rect(rect, 2.0, color(code), stroke, egui::StrokeKind::Inside);
}

/// A share in percent.
fn percent(share: f64, digits: usize) -> String {
    said(share * 100.0, digits, "%")
}

/// What a job does with its time, in a word and a number: goodput of training, served load of a service, pace.
fn measure(job: &Running, record: &Record) -> String {
    match job.job.kind {
        Kind::Training => say!("job-goodput", share = percent(record.goodput, 1)),
        Kind::Serving => say!("job-serves", share = percent(served(job), 0)),
        Kind::Batch => say!("job-pace-of", share = percent(job.pace, 0)),
    }
}

/// Share of a service's load that is served.
fn served(job: &Running) -> f64 {
    let [load, unserved] = job.load_chips;
    if load > 0.0 { 1.0 - unserved / load } else { f64::NAN }
}

/// The legend of the job map: the largest jobs, and racks without one.
pub(crate) fn legend(
    ui: &mut egui::Ui,
    view: &JobView,
    racks: &RackColumns,
    clock: &Clock,
    live: impl Fn(usize) -> bool,
) {
    let Some(jobs) = &view.jobs else {
        let text = say!("jobs-none-here");
        ui.label(RichText::new(text).size(12.0).color(QUIET));
        return;
    };
    const SHOWN: usize = 6;
    ui.spacing_mut().item_spacing.y = 3.0;
    let listed = ordered(jobs);
    let small = |job: &&&Running| job.job.kind == Kind::Batch;
    for job in listed.iter().filter(|job| !small(job)).take(SHOWN) {
        let record = job.record(clock.time_s, Ending::Runs, &jobs.workload);
        ui.horizontal(|ui| {
            swatch(ui, view.colors.code(job.number));
            let strong = view.focus.0 == Some(job.number);
            let name = RichText::new(&job.job.name).size(11.5);
            ui.label(if strong { name.color(ACCENT) } else { name });
            let (kind, count) = (named::job_kind(job.job.kind), job.chips);
            let chips = compact(f64::from(count));
            let (measure, done) = (measure(job, &record), job.done_share());
            let text = if done.is_finite() {
                let done = percent(done, 1);
                say!(
                    "job-line-done",
                    kind = kind,
                    count = count,
                    chips = chips,
                    measure = measure,
                    done = done
                )
            } else {
                say!("job-line", kind = kind, count = count, chips = chips, measure = measure)
            };
            ui.label(RichText::new(text).size(11.0).color(QUIET));
        });
    }
    let batches: Vec<_> = listed.iter().filter(small).collect();
    if !batches.is_empty() {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            for code in 16..20 {
                swatch(ui, code);
            }
            let chips: u32 = batches.iter().map(|job| job.chips).sum();
            let text = say!(
                "jobs-batches",
                batches = batches.len(),
                count = chips,
                chips = compact(f64::from(chips))
            );
            ui.label(RichText::new(text).size(11.5));
        });
    }
    let mut counts = [0_usize; 4];
    for (rack, code) in codes(jobs, &view.colors, racks, Focus(None)).into_iter().enumerate() {
        if code < 4 && live(rack) {
            counts[code as usize] += 1;
        }
    }
    ui.horizontal(|ui| {
        for (code, name) in [
            (FREE, say!("racks-free")),
            (SPARE, say!("racks-spare")),
            (BROKEN, say!("racks-broken")),
            (DARK, say!("racks-dark")),
        ] {
            swatch(ui, code);
            let count = counts[code as usize];
            let alarm = count > 0 && matches!(code, BROKEN | DARK);
            let text = RichText::new(format!("{} {name}", grouped(count as f64))).size(11.0);
            ui.label(text.color(if alarm { ALARM } else { QUIET }));
        }
        ui.label(RichText::new(say!("racks")).size(11.0).color(QUIET));
    });
}

/// What a job waits for, or what it does.
fn waits(job: &Running) -> (String, bool) {
    if job.stuck {
        return (say!("job-waits-for-spare").into(), true);
    }
    if job.service.is_some() {
        let [_, unserved] = job.load_chips;
        return if unserved >= 1.0 {
            let count = unserved.round();
            (say!("job-lacks", count = count, chips = compact(unserved)), true)
        } else {
            (say!("job-follows-load").into(), false)
        };
    }
    if job.clock < 0.999 {
        return (say!("job-capped", share = percent(job.clock, 0)), true);
    }
    match job.progress.phase {
        Phase::Restarting(left_s) if job.job.kind == Kind::Training && left_s > 0.0 => {
            (say!("job-starts", seconds = format!("{left_s:.0}")), true)
        }
        Phase::Writing(_) => (say!("job-writes").into(), false),
        _ if job.slowest < 0.999 => (say!("job-slowest", share = percent(job.slowest, 0)), true),
        _ => (say!("job-computes").into(), false),
    }
}

/// Where the time of all chips went: name, colour and chip-hours.
fn uses(jobs: &Jobs) -> Vec<(&'static str, Color32, f64)> {
    let totals = &jobs.totals;
    let [_, serving, batch] = totals.held_h;
    vec![
        (
            say!("time-training-kept"),
            Color32::from_rgb(0, 168, 120),
            totals.useful_h,
        ),
        (
            say!("time-training-slowed"),
            Color32::from_rgb(240, 228, 66),
            totals.slow_h,
        ),
        (
            say!("time-checkpoints"),
            Color32::from_rgb(86, 180, 233),
            totals.writing_h,
        ),
        (say!("time-starts"), Color32::from_rgb(230, 159, 0), totals.restarting_h),
        (say!("time-work-lost"), Color32::from_rgb(255, 58, 40), totals.lost_h),
        (say!("time-waiting"), Color32::from_rgb(176, 96, 30), totals.stuck_h),
        (say!("time-services"), Color32::from_rgb(170, 235, 214), serving),
        (say!("time-batches"), Color32::from_rgb(92, 104, 130), batch),
        (say!("time-spare"), Color32::from_rgb(236, 240, 245), totals.spare_h),
        (say!("time-free"), Color32::from_rgb(48, 56, 68), totals.free_h),
        (say!("time-down"), Color32::from_rgb(120, 30, 20), totals.down_h),
    ]
}

fn time_bar(ui: &mut egui::Ui, jobs: &Jobs, width: f32) {
    let uses = uses(jobs);
    let all: f64 = uses.iter().map(|(.., hours)| hours.max(0.0)).sum();
    ui.label(RichText::new(say!("time-title")).size(11.0).color(QUIET));
    let (rect, response) = ui.allocate_exact_size(vec2(width, 16.0), Sense::hover());
    ui.painter().rect_filled(rect, 2.0, GROUND);
    if all <= 0.0 {
        return;
    }
    let mut x = rect.left();
    let mut pointed = None;
    for (name, color, hours) in &uses {
        let end = x + rect.width() * (hours.max(0.0) / all) as f32;
        let piece = Rect::from_min_max(pos2(x, rect.top()), pos2(end, rect.bottom()));
        ui.painter().rect_filled(piece, 0.0, *color);
        if response.hover_pos().is_some_and(|at| piece.contains(at)) {
            pointed = Some((*name, *hours));
        }
        x = end;
    }
    if let Some((name, hours)) = pointed {
        response.on_hover_text(say!(
            "time-share",
            name = name,
            hours = grouped(hours),
            share = percent(hours / all, 2)
        ));
    }
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(7.0, 1.0);
        for (name, color, hours) in uses.iter().filter(|(.., hours)| *hours > all * 5e-5) {
            let share = hours / all;
            let text = format!("{name} {}", percent(share, if share < 0.1 { 1 } else { 0 }));
            key_label(ui, *color, &text, 10.5, QUIET);
        }
    });
}

/// A column of the table: where it begins or, to the right, ends, and which of these.
type Column = Option<(f32, bool)>;

/// Columns of the table where there is little room; those without a place are left out.
const NARROW: [Column; 10] = [
    Some((18.0, false)),
    None,
    Some((166.0, true)),
    Some((224.0, true)),
    Some((284.0, true)),
    None,
    Some((322.0, true)),
    Some((366.0, true)),
    None,
    Some((376.0, false)),
];

/// Columns of the table.
const COLUMNS: [Column; 10] = [
    Some((18.0, false)),
    Some((118.0, false)),
    Some((222.0, true)),
    Some((282.0, true)),
    Some((342.0, true)),
    Some((402.0, true)),
    Some((444.0, true)),
    Some((494.0, true)),
    Some((550.0, true)),
    Some((564.0, false)),
];

/// Titles of the columns.
fn titles() -> [&'static str; 10] {
    [
        say!("column-job"),
        say!("column-kind"),
        say!("column-chips"),
        say!("column-pace"),
        say!("column-goodput"),
        say!("column-expected"),
        say!("column-stops"),
        "MW",
        say!("column-done"),
        say!("column-now"),
    ]
}

/// Width of the table, points.
const WIDTH: f32 = 676.0;

/// Its width where there is little room, points.
const NARROW_WIDTH: f32 = 484.0;

/// The columns for a width.
fn columns(width: f32) -> &'static [Column; 10] {
    if width < WIDTH { &NARROW } else { &COLUMNS }
}

fn cells<T: AsRef<str>>(painter: &egui::Painter, rect: Rect, texts: &[T; 10], color: impl Fn(usize) -> Color32) {
    for (k, (text, column)) in texts.iter().zip(columns(rect.width())).enumerate() {
        let Some((x, right)) = *column else { continue };
        let text = text.as_ref();
        let at = pos2(rect.left() + x, rect.center().y);
        let align = if right {
            Align2::RIGHT_CENTER
        } else {
            Align2::LEFT_CENTER
        };
        let number = text.starts_with(|c: char| c.is_ascii_digit());
        let font = if right && number {
            FontId::monospace(11.5)
        } else {
            FontId::proportional(11.5)
        };
        painter.text(at, align, text, font, color(k));
    }
}

/// A line of the table; says whether it was clicked.
fn line(ui: &mut egui::Ui, width: f32, job: &Running, jobs: &Jobs, view: &JobView, now_s: f64) -> bool {
    let (rect, response) = ui.allocate_exact_size(vec2(width, 18.0), Sense::click());
    if !ui.is_rect_visible(rect) {
        return false;
    }
    let painter = ui.painter_at(rect);
    let looked_at = view.focus.0 == Some(job.number);
    if looked_at || response.hovered() {
        let fill = if looked_at {
            Color32::from_rgb(22, 78, 99)
        } else {
            Color32::from_rgb(30, 37, 48)
        };
        painter.rect_filled(rect, 3.0, fill);
    }
    let mark = Rect::from_center_size(pos2(rect.left() + 8.0, rect.center().y), vec2(10.0, 10.0));
    painter.rect_filled(mark, 2.0, color(view.colors.code(job.number)));
    let record = job.record(now_s, Ending::Runs, &jobs.workload);
    let (now, alarm) = waits(job);
    let training = job.job.kind == Kind::Training;
    let good = match job.job.kind {
        Kind::Training => percent(record.goodput, 1),
        Kind::Serving => percent(served(job), 1),
        Kind::Batch => percent(record.goodput, 0),
    };
    let mut name = job.job.name.clone();
    if name.chars().count() > 16 {
        name = name.chars().take(15).chain(['…']).collect();
    }
    let texts = [
        name,
        named::job_kind(job.job.kind).to_owned(),
        grouped(f64::from(job.chips)),
        percent(job.pace, 1),
        good,
        if training {
            percent(record.expected_goodput, 1)
        } else {
            "–".into()
        },
        record.interruptions.to_string(),
        said(job.power_w / 1e6, if job.power_w < 1e7 { 2 } else { 1 }, ""),
        percent(job.done_share(), 1),
        now,
    ];
    cells(&painter, rect, &texts, |k| match k {
        0 => TEXT.now(),
        9 if alarm => ALARM.now(),
        1 | 5 | 9 => QUIET.now(),
        _ => TEXT.now(),
    });
    let clicked = response.clicked();
    response.on_hover_ui(|ui| {
        let text = say!(
            "job-about",
            name = &job.job.name,
            energy = said(job.energy_kwh / 1e3, 1, ""),
            lost = span(record.lost_s),
            between = span(job.mtbf_s())
        );
        ui.label(text);
    });
    clicked
}

/// A time in words.
pub(super) fn span(s: f64) -> String {
    if !s.is_finite() {
        "–".into()
    } else if s < 120.0 {
        format!("{s:.0} s")
    } else if s < 7200.0 {
        format!("{:.0} min", s / 60.0)
    } else if s < 172_800.0 {
        format!("{:.1} h", s / 3600.0)
    } else {
        say!("span-days", days = format!("{:.1}", s / 86_400.0))
    }
}

/// Looks at a job: its racks light up and the camera goes there.
pub(crate) fn look_at(
    job: &Running,
    jobs: &Jobs,
    campus: &rainier::site::Campus,
    focus: &mut Focus,
    orbit: &mut Orbit,
) {
    focus.0 = Some(job.number);
    let racks = job
        .units
        .iter()
        .flat_map(|u| jobs.pool.units[*u as usize].racks.clone());
    let places: Vec<[f64; 2]> = racks.map(|rack| campus.rack_at_m(rack)).collect();
    // A spare that stands far away must not draw the view apart.
    let bound = |axis: usize, share: f64| {
        let mut values: Vec<f64> = places.iter().map(|place| place[axis]).collect();
        values.sort_by(f64::total_cmp);
        values
            .get((values.len().saturating_sub(1) as f64 * share) as usize)
            .copied()
    };
    let bounds = [bound(0, 0.03), bound(1, 0.03), bound(0, 0.97), bound(1, 0.97)];
    let bounds = match bounds {
        [Some(west), Some(south), Some(east), Some(north)] => Some([west, south, east, north]),
        _ => None,
    };
    orbit.fly_over = bounds;
}

/// Looks at the job that is wanted.
fn look_for(
    plan: Res<Plan>,
    jobs: Option<Res<Jobs>>,
    mut wanted: ResMut<Wanted>,
    mut focus: ResMut<Focus>,
    mut selection: ResMut<Selection>,
    mut shown: ResMut<Shown>,
    mut roofs: ResMut<Roofs>,
    mut orbit: ResMut<Orbit>,
) {
    let (Some(name), Some(jobs)) = (&wanted.0, jobs) else {
        return;
    };
    let Some(job) = jobs
        .running()
        .find(|job| job.job.name == *name && !job.units.is_empty())
    else {
        return;
    };
    look_at(job, &jobs, &plan.0, &mut focus, &mut orbit);
    selection.0 = None;
    shown.0 = Overlay::Job;
    roofs.0 = false;
    wanted.0 = None;
}

fn empty(ui: &mut egui::Ui) {
    ui.set_max_width(420.0);
    ui.label(say!("jobs-none"));
    let text = say!("jobs-none.hint");
    ui.label(RichText::new(text).size(12.0).color(QUIET));
}

fn window(
    mut contexts: EguiContexts,
    mut parts: ResMut<Parts>,
    mut windows: ResMut<Windows>,
    clock: Res<Clock>,
    mut view: JobView,
    mut wanted: ResMut<Wanted>,
) -> Result {
    if !parts.shown(Part::Jobs) {
        windows.close(Part::Jobs);
        return Ok(());
    }
    let ctx = contexts.ctx_mut()?.clone();
    let (least, most) = (vec2(400.0, 200.0), vec2(WIDTH + 12.0, 330.0));
    let Some((window, room)) = windows.show(&ctx, Part::Jobs, say!("jobs-window"), least, most) else {
        return Ok(());
    };
    let mut open = true;
    let mut clicked = None;
    window.open(&mut open).show(&ctx, |ui| {
        let Some(jobs) = &view.jobs else {
            empty(ui);
            return;
        };
        ui.set_width(room.x);
        egui::ScrollArea::horizontal().id_salt("across").show(ui, |ui| {
            let width = if room.x < WIDTH { NARROW_WIDTH } else { WIDTH };
            ui.set_width(width);
            ui.spacing_mut().item_spacing.y = 3.0;
            let listed = ordered(jobs);
            head(ui, jobs, &listed);
            time_bar(ui, jobs, width);
            ui.add_space(2.0);
            let (rect, _) = ui.allocate_exact_size(vec2(width, 15.0), Sense::hover());
            cells(&ui.painter_at(rect), rect, &titles(), |_| QUIET.now());
            let height = (room.y - 150.0).max(72.0);
            let area = egui::ScrollArea::vertical()
                .id_salt("table")
                .max_height(height)
                .min_scrolled_height(height);
            area.auto_shrink([false, true])
                .show_rows(ui, 18.0, listed.len(), |ui, rows| {
                    for job in &listed[rows] {
                        if line(ui, width, job, jobs, &view, clock.time_s) {
                            clicked = Some(job.number);
                        }
                    }
                });
            queue(ui, jobs, clock.time_s);
        });
    });
    parts.show(Part::Jobs, open);
    if let (Some(number), Some(jobs)) = (clicked, &view.jobs)
        && let Some(job) = jobs.running().find(|job| job.number == number)
    {
        if view.focus.0 == Some(number) {
            // A second click lets go of it.
            view.focus.0 = None;
        } else {
            wanted.0 = Some(job.job.name.clone());
        }
    }
    Ok(())
}

fn head(ui: &mut egui::Ui, jobs: &Jobs, listed: &[&Running]) {
    let totals = &jobs.totals;
    ui.horizontal(|ui| {
        ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Extend);
        reading(ui, say!("jobs-running"), listed.len().to_string(), "", TEXT);
        reading(ui, say!("jobs-waiting"), grouped(jobs.waiting.len() as f64), "", TEXT);
        reading(ui, say!("reading-done"), grouped(totals.done as f64), "", TEXT);
        let goodput = if totals.held_h[0] > 0.0 {
            totals.goodput()
        } else {
            f64::NAN
        };
        reading(ui, say!("jobs-goodput"), said(goodput * 100.0, 2, ""), "%", TEXT);
        let [load, unserved] = listed.iter().fold([0.0; 2], |sum, job| {
            [sum[0] + job.load_chips[0], sum[1] + job.load_chips[1]]
        });
        let served = if load > 0.0 { 1.0 - unserved / load } else { f64::NAN };
        let short = served < 0.999;
        let color = if short { ALARM } else { TEXT };
        reading(ui, say!("jobs-load-served"), said(served * 100.0, 1, ""), "%", color);
        reading(ui, say!("jobs-stops"), grouped(totals.interruptions as f64), "", TEXT);
        let draw: f64 = listed.iter().map(|job| job.power_w).sum();
        let (value, unit) = (watts(draw), "");
        reading(ui, say!("reading-draw"), value, unit, TEXT);
    });
}

/// The queue: how long it is and who is first.
fn queue(ui: &mut egui::Ui, jobs: &Jobs, now_s: f64) {
    let Some(first) = jobs.waiting.iter().max_by(|a, b| {
        let key = |w: &rainier::sim::jobs::Waiting| (w.job.priority, std::cmp::Reverse(w.number));
        key(a).cmp(&key(b))
    }) else {
        ui.label(RichText::new(say!("jobs-nobody-waits")).size(11.0).color(QUIET));
        return;
    };
    let chips: f64 = jobs.waiting.iter().map(|waiting| f64::from(waiting.job.chips)).sum();
    let text = say!(
        "jobs-queue",
        jobs = jobs.waiting.len(),
        waiting = grouped(jobs.waiting.len() as f64),
        count = chips,
        chips = grouped(chips),
        name = &first.job.name,
        first = first.job.chips,
        own = grouped(f64::from(first.job.chips)),
        time = span((now_s - first.job.submit_s).max(0.0))
    );
    ui.label(RichText::new(text).size(11.0).color(QUIET));
}

pub(crate) fn plugin(app: &mut App) {
    app.init_resource::<Colors>();
    app.init_resource::<Focus>();
    app.init_resource::<Wanted>();
    app.add_systems(Update, (forget.run_if(changed), look_for).chain());
    app.add_systems(PostUpdate, follow.before(crate::world::racks::upload));
    app.add_systems(EguiPrimaryContextPass, window);
}
