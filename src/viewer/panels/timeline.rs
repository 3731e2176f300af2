//! The bar of the plan's dates: from groundbreaking to completion, with what is published, and a handle to drag.
//!
//! It looks at a plan. The simulation goes on by its own clock, and the campus is as it is now once the bar is closed.

use bevy::prelude::*;
use bevy_egui::egui;
use egui::{Align2, Color32, FontId, Rect, RichText, Sense, Shape, Stroke, pos2, vec2};
use jiff::civil::Date;
use rainier::growth::Standing;
use rainier::sim::clock::Clock;
use rainier::site::schema::Tag;

use crate::panels::format::{compact, month, said, said_date};
use crate::panels::growth::{Growth, Planned, limit_color};
use crate::panels::parts::{Part, Parts};
use crate::panels::pieces::named;
use crate::panels::plot::{Axes, faint};
use crate::panels::theme::{ACCENT, ALARM, GROUND, LINE, QUIET, TEXT};
use crate::words::say;

/// Days of the plan that pass in a second of play.
const DAYS_PER_S: f32 = 45.0;

/// Height of the bar, points.
pub(crate) const HEIGHT: f32 = 64.0;

/// Width of what is said of the date, points.
const FACTS: f32 = 264.0;

/// Where the handle is.
#[derive(Resource, Debug, Clone, Default)]
pub(crate) struct Timeline {
    /// Days since the plan's first.
    pub(crate) day: f32,
    /// Whether days pass.
    pub(crate) playing: bool,
    /// A date to go to when the plan is there.
    pub(crate) wanted: Option<Date>,
    open: bool,
}

impl Timeline {
    /// The date at the handle.
    pub(crate) fn date(&self, planned: &Planned) -> Date {
        let last = planned.course.days.len().saturating_sub(1);
        let day = (self.day.max(0.0) as usize).min(last);
        planned.course.days.get(day).map_or(planned.plan.starts(), |day| day.on)
    }

    /// Goes to a date.
    pub(crate) fn go(&mut self, planned: &Planned, date: Date) {
        self.day = planned.nearest_day(date);
    }
}

/// Opens at the scenario's own date; plays.
fn advance(
    time: Res<Time<Real>>,
    parts: Res<Parts>,
    clock: Res<Clock>,
    growth: Res<Growth>,
    mut timeline: ResMut<Timeline>,
) {
    let shown = parts.shown(Part::Timeline);
    if !shown {
        if timeline.open {
            *timeline = Timeline::default();
        }
        return;
    }
    let Some(planned) = &growth.planned else { return };
    if !timeline.open {
        timeline.open = true;
        timeline.go(planned, clock.now().date());
    }
    if let Some(date) = timeline.wanted.take() {
        timeline.go(planned, date);
    }
    if timeline.playing {
        let last = planned.course.days.len().saturating_sub(1) as f32;
        timeline.day = (timeline.day + time.delta_secs().min(0.25) * DAYS_PER_S).min(last);
        timeline.playing = timeline.day < last;
    }
}

/// Something published or planned on a day.
pub(crate) struct Mark {
    pub(crate) day: f64,
    pub(crate) text: String,
    pub(crate) solid: bool,
}

/// What is on the record by date.
fn marks(planned: &Planned) -> Vec<Mark> {
    let first = planned.plan.starts();
    let mut marks = vec![Mark {
        day: 0.0,
        text: say!(
            "timeline-groundbreaking",
            date = said_date(first),
            source = planned.source(&planned.plan.file.starts.2, planned.plan.file.starts.1)
        ),
        solid: true,
    }];
    for comparison in &planned.comparisons {
        marks.push(Mark {
            day: planned.day_of(comparison.recorded.on.0),
            text: planned.said(comparison),
            solid: comparison.recorded.value.tag != Tag::E,
        });
    }
    marks
}

/// The bar, over the whole width. Says whether it is to be closed.
pub(crate) fn bar(ui: &mut egui::Ui, timeline: &mut Timeline, growth: &Growth, clock: &Clock) -> bool {
    let Some(planned) = &growth.planned else {
        let text = if growth.problem.is_empty() {
            say!("growth-reading")
        } else {
            &growth.problem
        };
        ui.label(RichText::new(text).color(QUIET));
        return false;
    };
    let date = timeline.date(planned);
    let mut close = false;
    ui.horizontal(|ui| {
        ui.set_height(HEIGHT);
        let label = if timeline.playing { "⏸" } else { "▶" };
        if named(ui.button(label), say!("timeline-play")).clicked() {
            let last = planned.course.days.len().saturating_sub(1) as f32;
            if !timeline.playing && timeline.day >= last {
                timeline.day = 0.0;
            }
            timeline.playing = !timeline.playing;
        }
        // Of one width, so that the track stays where it is while dates go by.
        let (rect, _) = ui.allocate_exact_size(vec2(FACTS, HEIGHT), Sense::hover());
        let builder = egui::UiBuilder::new().max_rect(rect);
        ui.scope_builder(builder, |ui| ui.vertical(|ui| facts(ui, planned, date)));
        let width = (ui.available_width() - 66.0).max(120.0);
        let (whole, response) = ui.allocate_exact_size(vec2(width, HEIGHT), Sense::click_and_drag());
        track(ui, whole, &response, timeline, planned, clock);
        if ui
            .button(say!("timeline-now"))
            .on_hover_text(say!("timeline-now.hint"))
            .clicked()
        {
            close = true;
        }
    });
    close
}

fn facts(ui: &mut egui::Ui, planned: &Planned, date: Date) {
    ui.spacing_mut().item_spacing.y = 1.0;
    ui.label(RichText::new(say!("timeline-title")).size(11.0).color(ALARM))
        .on_hover_text(format!("{}: {}", planned.plan.file.name, planned.plan.file.about));
    ui.label(RichText::new(said_date(date)).font(FontId::monospace(17.0)));
    let Some(standing) = planned.course.on(date) else {
        return;
    };
    let text = say!(
        "timeline-facts",
        up = &standing.up,
        live = &standing.live,
        power = said(standing.runs.it_w / 1e6, 0, say!("growth-unit-it")),
        chips = compact(standing.runs.chips)
    );
    ui.label(RichText::new(text).size(11.0).color(QUIET));
    let of = match standing.binding {
        Some(limit) => say!("timeline-bound", limit = crate::named::limit(limit)),
        None => say!("timeline-complete").into(),
    };
    let color = standing.binding.map_or(QUIET.now(), limit_color);
    if !planned.here {
        let text = say!("timeline-elsewhere", site = &planned.plan.site);
        ui.label(RichText::new(text).size(11.0).color(ALARM));
    } else {
        ui.label(RichText::new(of).size(11.0).color(color));
    }
}

fn track(
    ui: &egui::Ui,
    whole: Rect,
    response: &egui::Response,
    timeline: &mut Timeline,
    planned: &Planned,
    clock: &Clock,
) {
    let painter = ui.painter_at(whole);
    let last = planned.course.days.len().saturating_sub(1) as f64;
    let rect = Rect::from_min_max(whole.min + vec2(14.0, 16.0), whole.max - vec2(14.0, 20.0));
    let axes = Axes {
        rect,
        x: [0.0, last.max(1.0)],
        y: [0.0, planned.plan.it_w()],
    };
    if (response.dragged() || response.clicked() || response.drag_started())
        && let Some(at) = response.interact_pointer_pos()
    {
        timeline.day = axes.x_at(at.x).clamp(0.0, last) as f32;
        timeline.playing = false;
    }
    painter.rect_filled(rect, 3.0, GROUND);
    // What runs, as the ground of the track.
    let step = (planned.course.days.len() / 240).max(1);
    let days = || planned.course.days.iter().enumerate().step_by(step);
    let area: Vec<_> = days()
        .map(|(day, standing): (usize, &Standing)| {
            let color = standing.binding.map_or(QUIET.now(), limit_color);
            ([day as f64, standing.runs.it_w], faint(color, 0.45))
        })
        .collect();
    axes.area(&painter, &area);
    let known = planned.day_of(planned.plan.known_until());
    let x = axes.right_of(known);
    let ahead = Rect::from_min_max(pos2(x, rect.top()), rect.max);
    painter.rect_filled(ahead, 3.0, faint(Color32::WHITE, 0.04));
    painter.text(
        pos2(x + 4.0, rect.top() + 1.0),
        Align2::LEFT_TOP,
        say!("growth-planned"),
        FontId::proportional(10.0),
        QUIET.now(),
    );
    band(&painter, &axes, planned);
    months(&painter, &axes, planned);
    for building in &planned.course.buildings {
        if let Some(on) = building.energised {
            let x = axes.right_of(planned.day_of(on));
            painter.line_segment(
                [pos2(x, rect.bottom() - 5.0), pos2(x, rect.bottom())],
                Stroke::new(1.5, TEXT),
            );
        }
    }
    let now = planned.day_of(clock.now().date());
    if (0.0..=last).contains(&now) {
        let x = axes.right_of(now);
        painter.extend(Shape::dashed_line(
            &[pos2(x, rect.top()), pos2(x, rect.bottom())],
            Stroke::new(1.0, ACCENT),
            3.0,
            3.0,
        ));
        painter.text(
            pos2(x, whole.top()),
            Align2::CENTER_TOP,
            say!("timeline-simulation"),
            FontId::proportional(10.0),
            ACCENT.now(),
        );
    }
    let mut said = None;
    let pointer = response.hover_pos();
    for mark in marks(planned) {
        let at = pos2(axes.right_of(mark.day), rect.top() - 4.0);
        let near = pointer.is_some_and(|p| (p.x - at.x).abs() < 6.0 && p.y < rect.top() + 10.0);
        diamond(&painter, at, if near { 5.5 } else { 4.0 }, ALARM.now(), mark.solid);
        if near {
            said = Some(mark.text);
        }
    }
    // The handle.
    let x = axes.right_of(f64::from(timeline.day));
    painter.line_segment(
        [pos2(x, rect.top() - 2.0), pos2(x, rect.bottom() + 4.0)],
        Stroke::new(2.0, TEXT),
    );
    painter.circle(pos2(x, rect.center().y), 6.0, TEXT, Stroke::new(2.0, ACCENT));
    if let Some(said) = said {
        response.clone().on_hover_text_at_pointer(said);
    } else if let Some(at) = pointer {
        let day = axes.x_at(at.x).clamp(0.0, last) as usize;
        if let Some(standing) = planned.course.days.get(day) {
            response.clone().on_hover_text_at_pointer(format!(
                "{}: {}",
                said_date(standing.on),
                crate::panels::format::watts(standing.runs.it_w)
            ));
        }
    }
}

/// A published point.
pub(crate) fn diamond(painter: &egui::Painter, at: egui::Pos2, size: f32, color: Color32, solid: bool) {
    let corners = vec![
        at + vec2(0.0, -size),
        at + vec2(size, 0.0),
        at + vec2(0.0, size),
        at + vec2(-size, 0.0),
    ];
    let fill = if solid { color } else { GROUND.now() };
    painter.add(Shape::convex_polygon(corners, fill, Stroke::new(1.3, color)));
}

/// The date of the target over all draws: from a tenth to nine tenths.
pub(crate) fn band(painter: &egui::Painter, axes: &Axes, planned: &Planned) {
    let Some(outlook) = &planned.outlook else { return };
    let day = |date: Option<Date>| date.map(|date| planned.day_of(date));
    let target = &outlook.target;
    let Some(from) = day(target.p10) else { return };
    let to = day(target.p90).unwrap_or(axes.x[1]);
    let rect = Rect::from_min_max(
        pos2(axes.right_of(from), axes.rect.top()),
        pos2(axes.right_of(to).max(axes.right_of(from) + 1.0), axes.rect.bottom()),
    );
    painter.rect_filled(rect, 0.0, faint(ACCENT.now(), 0.16));
    if let Some(middle) = day(target.p50) {
        let x = axes.right_of(middle);
        painter.line_segment([pos2(x, rect.top()), pos2(x, rect.bottom())], Stroke::new(1.2, ACCENT));
    }
}

/// Ticks of months below, and years.
pub(crate) fn months(painter: &egui::Painter, axes: &Axes, planned: &Planned) {
    let bottom = axes.rect.bottom();
    let month_points = axes.rect.width() / (planned.course.days.len() as f32 / 30.4).max(1.0);
    for (day, standing) in planned.course.days.iter().enumerate() {
        let on = standing.on;
        if on.day() != 1 {
            continue;
        }
        let x = axes.right_of(day as f64);
        let long = match on.month() {
            1 => 7.0,
            4 | 7 | 10 => 4.0,
            _ => 2.5,
        };
        let color = if on.month() == 1 { QUIET } else { LINE };
        painter.line_segment([pos2(x, bottom), pos2(x, bottom + long)], Stroke::new(1.0, color));
        let every = if month_points > 26.0 {
            1
        } else if month_points > 9.0 {
            3
        } else {
            6
        };
        let at = pos2(x, bottom + 7.0);
        let font = FontId::proportional(10.0);
        if on.month() == 1 {
            painter.text(
                at,
                Align2::CENTER_TOP,
                on.year().to_string(),
                FontId::proportional(11.0),
                TEXT.now(),
            );
        } else if (on.month() - 1) % every == 0 {
            painter.text(at, Align2::CENTER_TOP, month(on), font, QUIET.now());
        }
    }
}

/// What the colours of racks mean while a date is looked at; says whether one is.
pub(crate) fn legend(ui: &mut egui::Ui, parts: &Parts, growth: &Growth) -> bool {
    let shown = parts.shown(Part::Timeline) && growth.planned.as_ref().is_some_and(|planned| planned.here);
    if shown {
        let frame = crate::panels::pieces::frame().corner_radius(egui::CornerRadius::same(6));
        frame.show(ui, |ui| {
            ui.label(RichText::new(say!("timeline-legend")).size(12.0));
            for (code, text) in [
                (crate::panels::jobs::LIT, say!("timeline-lit")),
                (crate::panels::jobs::UNLIT, say!("timeline-unlit")),
            ] {
                ui.horizontal(|ui| {
                    crate::panels::jobs::swatch(ui, code);
                    ui.label(RichText::new(text).size(11.5).color(QUIET));
                });
            }
        });
    }
    shown
}

pub(crate) fn plugin(app: &mut App) {
    app.init_resource::<Timeline>();
    app.add_systems(Update, advance);
}
