//! The chart of growth: what could run by each limit, what runs, and what binds, by date.

use bevy::prelude::*;
use bevy_egui::{EguiContexts, EguiPrimaryContextPass, egui};
use egui::{Color32, Rect, RichText, Sense, Stroke, pos2, vec2};
use jiff::civil::Date;
use rainier::growth::files::Measure;
use rainier::growth::{self, BUILTIN, Comparison, Course, Limit, Outlook, Plan as GrowthPlan, Standing};
use rainier::sim::clock::Clock;
use rainier::sim::twin::Plan;
use rainier::site::schema::Tag;

use crate::args::TEXTS;
use crate::named;
use crate::panels::format::{compact, grouped, said, said_date, said_month};
use crate::panels::parts::{Part, Parts};
use crate::panels::pieces::{key_label, reading};
use crate::panels::plot::{Axes, faint};
use crate::panels::theme::{ACCENT, ALARM, GROUND, QUIET, TEXT};
use crate::panels::timeline::{Timeline, band, diamond, months};
use crate::panels::windows::Windows;
use crate::selection::{Overlay, Shown};
use crate::words::say;
use crate::world::scene::changed;

/// Draws of what may be late. A page has one thread, which the picture needs too.
const DRAWS: u32 = if cfg!(target_arch = "wasm32") { 60 } else { 200 };

/// Colour of a limit: after Okabe and Ito.
pub(crate) fn limit_color(limit: Limit) -> Color32 {
    match limit {
        Limit::Buildings => Color32::from_rgb(230, 159, 0),
        Limit::Power => Color32::from_rgb(240, 228, 66),
        Limit::Racks => Color32::from_rgb(86, 180, 233),
        Limit::Staff => Color32::from_rgb(214, 120, 176),
        Limit::Money => Color32::from_rgb(0, 168, 120),
    }
}

/// A plan and what follows from it.
pub(crate) struct Planned {
    pub(crate) plan: GrowthPlan,
    pub(crate) course: Course,
    pub(crate) comparisons: Vec<Comparison>,
    pub(crate) outlook: Option<Outlook>,
    /// Whether it is about the site that is shown.
    pub(crate) here: bool,
}

impl Planned {
    /// Days from the plan's first to a date.
    pub(crate) fn day_of(&self, date: Date) -> f64 {
        self.plan.starts().duration_until(date).as_hours() as f64 / 24.0
    }

    /// Days from the plan's first to a date, or to the first or last day of its course if it is beyond that.
    pub(crate) fn nearest_day(&self, date: Date) -> f32 {
        let after = self.course.days.partition_point(|day| day.on <= date);
        after.saturating_sub(1) as f32
    }

    /// What a source key or a reason says, with its tag.
    pub(crate) fn source(&self, source: &str, tag: Tag) -> String {
        if let Some(reason) = source.strip_prefix('=') {
            return format!("[{tag:?}] {}", reason.trim());
        }
        let texts: Vec<String> = source
            .split_whitespace()
            .map(|key| match self.plan.file.sources.get(key) {
                Some(text) => format!("{key}: {text}"),
                None => key.to_owned(),
            })
            .collect();
        format!("[{tag:?}] {}", texts.join("\n"))
    }

    /// A figure on record beside the model's.
    pub(crate) fn said(&self, comparison: &Comparison) -> String {
        let recorded = &comparison.recorded;
        let number = |value: f64| match recorded.measure {
            Measure::CapitalUsd => say!("growth-billion", amount = format!("{:.1}", value / 1e9)),
            measure => format!("{} {}", grouped(value), measure.unit()),
        };
        say!(
            "growth-record",
            date = said_date(recorded.on.0),
            what = &recorded.what,
            recorded = number(recorded.value.value),
            found = number(comparison.found),
            deviation = format!("{:+.1}", comparison.deviation * 100.0),
            source = self.source(&recorded.value.source, recorded.value.tag)
        )
    }
}

/// The plan, once it is asked for.
#[derive(Resource, Default)]
pub(crate) struct Growth {
    pub(crate) planned: Option<Planned>,
    /// Why there is none.
    pub(crate) problem: String,
    tried: bool,
}

/// Reads the plan of the site when it is first asked for: that of another site if there is none of this one.
fn load(parts: Res<Parts>, shown: Res<Shown>, plan: Res<Plan>, mut growth: ResMut<Growth>) {
    let wanted = parts.shown(Part::Timeline) || parts.shown(Part::Growth);
    if !wanted && (shown.0 != Overlay::Phase || growth.tried) {
        return;
    }
    if !growth.tried {
        growth.tried = true;
        let mut found: Option<Planned> = None;
        for (name, _) in BUILTIN {
            match growth::load(TEXTS, &format!("builtin:{name}"), None) {
                Ok(read) => {
                    let here = read.site == plan.0.name;
                    if here || found.is_none() {
                        let course = Course::of(&read);
                        found = Some(Planned {
                            comparisons: growth::compare(&read, &course),
                            course,
                            plan: read,
                            outlook: None,
                            here,
                        });
                    }
                }
                Err(report) => growth.problem = report.to_string(),
            }
        }
        growth.planned = found;
    } else if let Some(planned) = growth.planned.as_mut().filter(|planned| planned.outlook.is_none()) {
        // A frame later, so that what is known by then is seen at once.
        planned.outlook = Some(growth::draws(&planned.plan, 1, DRAWS));
    }
}

fn forget(mut growth: ResMut<Growth>) {
    *growth = Growth::default();
}

/// What the chart counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Unit {
    #[default]
    Megawatts,
    Chips,
}

impl Unit {
    fn of(self, level: &rainier::growth::Level) -> f64 {
        match self {
            Self::Megawatts => level.it_w / 1e6,
            Self::Chips => level.chips,
        }
    }

    fn said(self, value: f64) -> String {
        match self {
            Self::Megawatts => said(value, 0, "MW"),
            Self::Chips => compact(value),
        }
    }

    /// A figure on record in this unit, and whether it was measured in it.
    fn recorded(self, planned: &Planned, comparison: &Comparison) -> Option<(f64, bool)> {
        let value = comparison.recorded.value.value;
        let chips_per_mw = planned.plan.chips() / (planned.plan.it_w() / 1e6);
        let overhead = planned.plan.file.design_overhead.value;
        let (mw, direct) = match comparison.recorded.measure {
            Measure::ItMw => (value, self == Self::Megawatts),
            Measure::FacilityMw => (value / overhead, false),
            Measure::Chips => (value / chips_per_mw, self == Self::Chips),
            _ => return None,
        };
        let value = match self {
            Self::Megawatts => mw,
            Self::Chips => mw * chips_per_mw,
        };
        Some((value, direct))
    }
}

fn window(
    mut contexts: EguiContexts,
    mut parts: ResMut<Parts>,
    mut windows: ResMut<Windows>,
    growth: Res<Growth>,
    mut timeline: ResMut<Timeline>,
    clock: Res<Clock>,
    mut unit: Local<Unit>,
) -> Result {
    if !parts.shown(Part::Growth) {
        windows.close(Part::Growth);
        return Ok(());
    }
    let ctx = contexts.ctx_mut()?.clone();
    let (least, most) = (vec2(480.0, 240.0), vec2(700.0, 380.0));
    let Some((window, room)) = windows.show(&ctx, Part::Growth, say!("growth-window"), least, most) else {
        return Ok(());
    };
    let mut open = true;
    let on_bar = parts.shown(Part::Timeline);
    window.open(&mut open).show(&ctx, |ui| {
        ui.set_width(room.x);
        let Some(planned) = &growth.planned else {
            let text = if growth.problem.is_empty() {
                say!("growth-reading")
            } else {
                &growth.problem
            };
            ui.label(RichText::new(text).color(QUIET));
            return;
        };
        ui.spacing_mut().item_spacing.y = 3.0;
        // That of the timeline, else the twin's own.
        let handle = if on_bar {
            timeline.day
        } else {
            planned.nearest_day(clock.now().date())
        };
        head(ui, planned, &mut unit, handle);
        let (whole, response) =
            ui.allocate_exact_size(vec2(room.x, (room.y - 118.0).max(90.0)), Sense::click_and_drag());
        let pointed = chart(ui, whole, &response, planned, *unit, handle);
        if let Some(day) = pointed
            && on_bar
            && (response.dragged() || response.clicked())
        {
            timeline.day = day;
            timeline.playing = false;
        }
        foot(ui, planned, *unit, pointed.unwrap_or(handle));
    });
    parts.show(Part::Growth, open);
    Ok(())
}

fn head(ui: &mut egui::Ui, planned: &Planned, unit: &mut Unit, day: f32) {
    ui.horizontal(|ui| {
        ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Extend);
        ui.selectable_value(unit, Unit::Megawatts, "MW");
        ui.selectable_value(unit, Unit::Chips, say!("growth-unit-chips"));
        ui.add_space(6.0);
        if let Some(standing) = planned.course.days.get(day as usize) {
            reading(
                ui,
                &said_date(standing.on),
                said(standing.runs.it_w / 1e6, 0, ""),
                say!("growth-unit-it"),
                TEXT,
            );
            if ui.available_width() > 420.0 {
                reading(ui, say!("reading-chips"), compact(standing.runs.chips), "", TEXT);
            }
            let (name, color) = match standing.binding {
                Some(limit) => (named::limit(limit), limit_color(limit)),
                None => (say!("growth-nothing"), QUIET.now()),
            };
            reading(ui, say!("growth-bound-by"), name.into(), "", color);
        }
        if let Some(outlook) = &planned.outlook {
            let month = |date: Option<Date>| date.map_or_else(|| say!("growth-later").to_owned(), said_month);
            let target = &outlook.target;
            let title = say!("growth-target", chips = compact(planned.plan.file.target_chips.value));
            let text = format!("{} – {} – {}", month(target.p10), month(target.p50), month(target.p90));
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 1.0;
                ui.label(RichText::new(title).size(11.0).color(QUIET));
                ui.label(RichText::new(text).size(13.0).color(ACCENT));
            })
            .response
            .on_hover_text(say!(
                "growth-target.hint",
                draws = &outlook.draws,
                share = format!("{:.0}", target.share * 100.0)
            ));
        }
    });
}

/// Draws the chart; gives the day under the pointer.
fn chart(
    ui: &egui::Ui,
    whole: Rect,
    response: &egui::Response,
    planned: &Planned,
    unit: Unit,
    handle: f32,
) -> Option<f32> {
    let painter = ui.painter_at(whole);
    let rect = Rect::from_min_max(whole.min + vec2(48.0, 6.0), whole.max - vec2(12.0, 22.0));
    painter.rect_filled(rect, 3.0, GROUND);
    let days = &planned.course.days;
    let last = days.len().saturating_sub(1) as f64;
    let all = match unit {
        Unit::Megawatts => planned.plan.it_w() / 1e6,
        Unit::Chips => planned.plan.chips(),
    };
    let axes = Axes {
        rect,
        x: [0.0, last.max(1.0)],
        y: [0.0, all * 1.22],
    };
    axes.levels(&painter, 7.0, |value| unit.said(value));
    let step = (days.len() / 500).max(1);
    let sampled = || days.iter().enumerate().step_by(step);
    let area: Vec<_> = sampled()
        .map(|(day, standing): (usize, &Standing)| {
            let color = standing.binding.map_or(QUIET.now(), limit_color);
            ([day as f64, unit.of(&standing.runs)], faint(color, 0.5))
        })
        .collect();
    axes.area(&painter, &area);
    band(&painter, &axes, planned);
    for limit in Limit::ALL {
        let points = sampled().map(|(day, standing)| [day as f64, unit.of(&standing.limits[limit as usize])]);
        axes.line(&painter, points, Stroke::new(1.6, limit_color(limit)));
    }
    if let Some(outlook) = &planned.outlook {
        // A tenth and nine tenths of what runs, month by month.
        let scale = all / planned.plan.chips();
        for k in [0, 2] {
            let points = outlook
                .months
                .iter()
                .map(|month| [planned.day_of(month.on), month.chips[k] * scale]);
            axes.line(&painter, points, Stroke::new(0.8, faint(TEXT.now(), 0.6)));
        }
    }
    let runs = sampled().map(|(day, standing)| [day as f64, unit.of(&standing.runs)]);
    axes.line(&painter, runs, Stroke::new(2.0, TEXT));
    let known = axes.right_of(planned.day_of(planned.plan.known_until()));
    let dashes = egui::Shape::dashed_line(
        &[pos2(known, rect.top()), pos2(known, rect.bottom())],
        Stroke::new(1.0, QUIET),
        3.0,
        4.0,
    );
    painter.extend(dashes);
    painter.text(
        pos2(known - 4.0, rect.top() + 2.0),
        egui::Align2::RIGHT_TOP,
        say!("growth-on-record"),
        egui::FontId::proportional(10.0),
        QUIET.now(),
    );
    painter.text(
        pos2(known + 4.0, rect.top() + 2.0),
        egui::Align2::LEFT_TOP,
        say!("growth-planned"),
        egui::FontId::proportional(10.0),
        QUIET.now(),
    );
    months(&painter, &axes, planned);
    let pointer = response.hover_pos().filter(|at| rect.expand(4.0).contains(*at));
    let mut told = None;
    for comparison in &planned.comparisons {
        if let Some((value, direct)) = unit.recorded(planned, comparison) {
            let at = axes.at(planned.day_of(comparison.recorded.on.0), value);
            let near = pointer.is_some_and(|p| p.distance(at) < 7.0);
            diamond(&painter, at, if near { 6.0 } else { 4.5 }, ALARM.now(), direct);
            if near {
                told = Some(planned.said(comparison));
            }
        }
    }
    let x = axes.right_of(f64::from(handle));
    painter.line_segment([pos2(x, rect.top()), pos2(x, rect.bottom())], Stroke::new(1.5, TEXT));
    let at = pointer?;
    if let Some(told) = told {
        response.clone().on_hover_text_at_pointer(told);
    }
    let stroke = Stroke::new(0.7, faint(TEXT.now(), 0.6));
    painter.line_segment([pos2(at.x, rect.top()), pos2(at.x, rect.bottom())], stroke);
    Some(axes.x_at(at.x).clamp(0.0, last) as f32)
}

/// What the colours mean, with the values of a day.
fn foot(ui: &mut egui::Ui, planned: &Planned, unit: Unit, day: f32) {
    let Some(standing) = planned.course.days.get(day as usize) else {
        return;
    };
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(10.0, 1.0);
        let date = say!(
            "growth-runs",
            date = said_date(standing.on),
            amount = unit.said(unit.of(&standing.runs))
        );
        ui.label(RichText::new(date).size(11.5));
        for limit in Limit::ALL {
            let value = unit.of(&standing.limits[limit as usize]);
            let binds = standing.binding == Some(limit);
            let text = format!("{} {}", named::limit(limit), unit.said(value));
            let color = if binds { TEXT } else { QUIET };
            key_label(ui, limit_color(limit), &text, 11.5, color);
        }
    });
    let mut text = say!("growth-legend").to_owned();
    if let Some(outlook) = &planned.outlook {
        let strongest = outlook.drivers.iter().take(3);
        let drivers: Vec<String> = strongest.map(|d| format!("{} {:.2}", d.name, d.correlation)).collect();
        if !drivers.is_empty() {
            text.push(' ');
            text += &say!("growth-drivers", drivers = drivers.join(", "));
        }
    }
    ui.label(RichText::new(text).size(11.0).color(QUIET));
}

pub(crate) fn plugin(app: &mut App) {
    app.init_resource::<Growth>();
    app.add_systems(Update, forget.run_if(changed));
    app.add_systems(Last, load);
    app.add_systems(EguiPrimaryContextPass, window);
}
