//! Trends: the course of chosen readings one above the other, over one axis of local time with what happened marked on it. A
//! line at the pointer reads all of them, of both cases where two are compared; a table of it can be saved.

use bevy::prelude::*;
use bevy_egui::{EguiContexts, EguiPrimaryContextPass, egui};
use egui::text::{LayoutJob, TextFormat};
use egui::{Align2, Color32, FontId, Rect, RichText, Sense, Stroke, pos2, vec2};
use jiff::civil::DateTime;
use rainier::results::alarms::Severity;
use rainier::sim::clock::Clock;
use rainier::sim::power::incidents::Incidents;
use rainier::sim::twin::Plan;
use rainier::site::Campus;

use super::alarms::sign;
use super::compare::{COLORS, number};
use super::kpi::ends;
use super::parts::{Part, Parts};
use super::plot::{Axes, local, short_time, times};
use super::theme::{ACCENT, GROUND, LINE, QUIET, TEXT};
use super::windows::Windows;
use crate::cases::{Beside, Case, Side};
use crate::export::{self, Saved, slug};
use crate::history::{Course, History, Series, Spread, thinned};
use crate::named;
use crate::picture::told;
use crate::words::say;

/// Least and most size of the window's inside, points.
const SIZES: [[f32; 2]; 2] = [[420.0, 260.0], [900.0, 480.0]];

/// Windows narrower than this, in points, have the choice of readings behind a button.
const WIDE: f32 = 600.0;

/// Width of the choice of readings beside the charts, points.
const CHOICE: f32 = 158.0;

/// Room for values at the left of charts, points.
const LEFT: f32 = 54.0;

/// Least and most height of a chart, points.
const HEIGHTS: [f32; 2] = [58.0, 150.0];

/// Height of the axis of time, and of a row of marks above it, points.
const AXIS: f32 = 18.0;
const MARKS: f32 = 14.0;

/// Width of what one mark stands for, points.
const MARK: f32 = 9.0;

/// Most of what one mark stands for that is written out.
const TOLD: usize = 8;

/// How much of the past is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Range {
    /// The last hour.
    Hour,
    /// The last six hours.
    SixHours,
    /// The last day.
    Day,
    /// All since the start.
    #[default]
    All,
}

impl Range {
    const ALL: [Self; 4] = [Self::Hour, Self::SixHours, Self::Day, Self::All];

    fn title(self) -> &'static str {
        match self {
            Self::Hour => "1 h",
            Self::SixHours => "6 h",
            Self::Day => "24 h",
            Self::All => say!("all"),
        }
    }

    /// The stretch of time up to an end, s.
    fn until(self, end_s: f64) -> [f64; 2] {
        let span_s = match self {
            Self::Hour => 3_600.0,
            Self::SixHours => 21_600.0,
            Self::Day => 86_400.0,
            Self::All => end_s,
        };
        let from_s = (end_s - span_s).max(0.0);
        [from_s, end_s.max(from_s + 1.0)]
    }
}

/// What the window shows.
#[derive(Resource, Debug, Clone)]
pub(crate) struct Trends {
    chosen: [bool; Series::ALL.len()],
    range: Range,
    /// A reading that somebody has asked for: its chart is to be seen.
    wanted: Option<Series>,
    saved: Option<Saved>,
}

impl Default for Trends {
    fn default() -> Self {
        let mut chosen = [false; Series::ALL.len()];
        for series in [Series::Facility, Series::Pue, Series::Outside, Series::Chip] {
            chosen[series as usize] = true;
        }
        Self {
            chosen,
            range: Range::default(),
            wanted: None,
            saved: None,
        }
    }
}

impl Trends {
    /// Shows a reading beside those that are shown.
    pub(crate) fn ask(&mut self, series: Series) {
        self.chosen[series as usize] = true;
        self.wanted = Some(series);
    }

    fn shown(&self) -> Vec<Series> {
        let chosen = |series: &Series| self.chosen[*series as usize];
        Series::ALL.into_iter().filter(chosen).collect()
    }
}

/// One case of those that are shown.
struct Shown<'a> {
    history: &'a History,
    incidents: &'a Incidents,
    campus: &'a Campus,
    color: Color32,
    /// Its letter where there are two.
    side: Option<Side>,
}

impl Shown<'_> {
    /// Value of a reading at a time; none where there is none, or after the end of the case.
    fn at(&self, course: &Course, series: Series, time_s: f64) -> Option<f64> {
        // Its last point stands for as long as those before it do.
        let step_s = match course.time_s.as_slice() {
            [.., before, last] => last - before,
            _ => 0.0,
        };
        let over = time_s > self.history.end_s() + step_s + 1e-6;
        let value = course.at(series, time_s).filter(|_| !over);
        value.filter(|value| value.is_finite())
    }

    /// Name of its column of a reading.
    fn column(&self, series: Series) -> String {
        match self.side {
            Some(side) => format!("{}_{}", side.letter().to_lowercase(), series.column()),
            None => series.column().to_owned(),
        }
    }
}

/// The readings that are shown as a table: local time, s since the start, and a column each, with units in their names.
fn table(shown: &[Shown], series: &[Series], start: DateTime, stretch: [f64; 2]) -> Result<Vec<u8>, String> {
    let wrong = |error: csv::Error| say!("trends-unwritable", error = error.to_string());
    let mut csv = csv::Writer::from_writer(Vec::new());
    let names = shown
        .iter()
        .flat_map(|case| series.iter().map(|series| case.column(*series)));
    let header = ["time_local".to_owned(), "time_s".to_owned()];
    csv.write_record(header.into_iter().chain(names)).map_err(wrong)?;
    let Some(first) = shown.first() else {
        return Err(say!("trends-nothing").into());
    };
    let courses: Vec<_> = shown.iter().map(|case| case.history.finest(stretch[0])).collect();
    for time_s in &first.history.finest(stretch[0]).time_s {
        if !(stretch[0] - 1e-6..=stretch[1] + 1e-6).contains(time_s) {
            continue;
        }
        let at = local(start, *time_s).strftime("%Y-%m-%dT%H:%M:%S").to_string();
        let values = shown.iter().zip(&courses).flat_map(|(case, course)| {
            series.iter().map(move |series| {
                let value = case.at(course, *series, *time_s);
                value.map_or_else(String::new, |value| value.to_string())
            })
        });
        let record = [at, time_s.to_string()].into_iter().chain(values);
        csv.write_record(record).map_err(wrong)?;
    }
    csv.into_inner()
        .map_err(|error| say!("trends-unwritable", error = error.to_string()))
}

/// Which readings are shown, in their groups.
fn choice(ui: &mut egui::Ui, trends: &mut Trends) {
    ui.spacing_mut().item_spacing.y = 2.0;
    for (title, group) in Series::groups() {
        ui.label(RichText::new(title).size(11.5).color(ACCENT));
        for series in group {
            let (title, unit, _) = series.title();
            let on = &mut trends.chosen[*series as usize];
            let response = ui.checkbox(on, RichText::new(title).size(12.5));
            if !unit.is_empty() {
                response.on_hover_text(unit);
            }
        }
        ui.add_space(3.0);
    }
    if ui
        .button(say!("trends-none"))
        .on_hover_text(say!("trends-none.hint"))
        .clicked()
    {
        trends.chosen = [false; Series::ALL.len()];
    }
}

/// The range and what can be done.
fn head(ui: &mut egui::Ui, trends: &mut Trends, wide: bool) -> bool {
    let mut save = false;
    ui.horizontal_wrapped(|ui| {
        if !wide {
            let button = ui
                .button(say!("trends-readings"))
                .on_hover_text(say!("trends-readings.hint"));
            egui::Popup::from_toggle_button_response(&button)
                .close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside)
                .show(|ui| {
                    egui::ScrollArea::vertical()
                        .max_height(280.0)
                        .show(ui, |ui| choice(ui, trends));
                });
        }
        for range in Range::ALL {
            let hint = match range {
                Range::All => say!("trends-all-hint"),
                _ => say!("trends-range-hint"),
            };
            ui.selectable_value(&mut trends.range, range, range.title())
                .on_hover_text(hint);
        }
        ui.separator();
        let hint = say!("trends-save.hint");
        save = ui.button(say!("trends-save")).on_hover_text(hint).clicked();
    });
    let mut close = false;
    if let Some(saved) = &trends.saved {
        ui.horizontal(|ui| {
            told(
                ui,
                saved,
                say!("trends-table"),
                (ui.available_width() - 150.0).clamp(60.0, 380.0),
            );
            close = ui.small_button("×").on_hover_text(say!("trends-close")).clicked();
        });
    }
    if close {
        trends.saved = None;
    }
    save
}

/// What a chart says of its reading, right of its title: the values at a time, or the last ones.
fn values(shown: &[Shown], series: Series, from_s: f64, at_s: Option<f64>) -> LayoutJob {
    let mut job = LayoutJob::default();
    let (.., digits) = series.title();
    let mut last = f64::NAN;
    let format = |size, color| TextFormat::simple(FontId::monospace(size), color);
    for case in shown {
        let course = case.history.finest(from_s);
        let value = case.at(course, series, at_s.unwrap_or(case.history.end_s()));
        let text = value.map_or_else(|| "–".to_owned(), |value| number(value, digits));
        last = value.unwrap_or(last);
        let mut gap = 0.0;
        if shown.len() > 1 {
            let gap_before = if job.text.is_empty() { 0.0 } else { 10.0 };
            job.append("■", gap_before, format(10.0, case.color));
            gap = 4.0;
        }
        job.append(&text, gap, format(12.0, TEXT.now()));
    }
    let unit = series.unit(last);
    if !unit.is_empty() {
        let format = TextFormat::simple(FontId::proportional(11.5), QUIET.now());
        job.append(&unit, 5.0, format);
    }
    job
}

/// The chart of a reading.
fn chart(
    ui: &mut egui::Ui,
    size: egui::Vec2,
    shown: &[Shown],
    series: Series,
    stretch: [f64; 2],
    at_s: Option<f64>,
) -> egui::Response {
    let (outer, response) = ui.allocate_exact_size(size, Sense::hover());
    let rect = Rect::from_min_max(outer.min + vec2(LEFT, 17.0), outer.max - vec2(4.0, 4.0));
    let painter = ui.painter_at(outer);
    painter.rect_filled(rect, 2.0, GROUND);
    let (title, _, digits) = series.title();
    let top = outer.top() + 2.0;
    painter.text(
        pos2(rect.left(), top),
        Align2::LEFT_TOP,
        title,
        FontId::proportional(12.0),
        ACCENT.now(),
    );
    let galley = ui.painter().layout_job(values(shown, series, stretch[0], at_s));
    painter.galley(pos2(rect.right() - galley.size().x - 3.0, top), galley, TEXT.now());
    let stretches = rect.width().max(8.0) as usize / 2;
    let lines: Vec<Vec<[f64; 2]>> = shown
        .iter()
        .map(|case| {
            let points = case.history.finest(stretch[0]).points_from(series, stretch[0]);
            thinned(points, stretch, stretches)
        })
        .collect();
    let Some(spread) = Spread::of(lines.iter().flatten().copied()) else {
        painter.text(
            rect.center(),
            Align2::CENTER_CENTER,
            say!("no-values"),
            FontId::proportional(12.0),
            QUIET.now(),
        );
        return response;
    };
    let axes = Axes {
        rect,
        x: stretch,
        y: ends(series, spread.least.value, spread.most.value),
    };
    let step = axes.y[1] - axes.y[0];
    let level_digits = match step {
        step if step < 0.05 => 4,
        step if step < 5.0 => 2,
        step => usize::from(step < 50.0),
    };
    axes.levels(&painter, 3.0, |value| number(value, level_digits.min(digits.max(1))));
    for (points, case) in lines.iter().zip(shown) {
        axes.line(&painter, points.iter().copied(), Stroke::new(1.5, case.color));
    }
    if let Some(time_s) = at_s {
        painter.vline(axes.right_of(time_s), rect.y_range(), Stroke::new(0.8, QUIET));
        for case in shown {
            if let Some(value) = case.at(case.history.finest(stretch[0]), series, time_s) {
                painter.circle_filled(axes.at(time_s, value), 2.6, case.color);
            }
        }
    }
    response
}

/// Incidents of a case by place on the axis: what one mark stands for.
struct Mark {
    x: f32,
    worst: Option<Severity>,
    first: usize,
    count: usize,
}

fn marks(case: &Shown, axes: &Axes) -> Vec<Mark> {
    let mut out: Vec<Mark> = Vec::new();
    for (n, incident) in case.incidents.list.iter().enumerate() {
        if !(axes.x[0]..=axes.x[1]).contains(&incident.time_s) {
            continue;
        }
        let x = axes.right_of(incident.time_s);
        let severity = Severity::of(incident.what);
        match out.last_mut() {
            Some(mark) if x - mark.x < MARK => {
                mark.worst = mark.worst.max(severity);
                mark.count += 1;
            }
            _ => out.push(Mark {
                x,
                worst: severity,
                first: n,
                count: 1,
            }),
        }
    }
    out
}

/// A row of marks of what happened in a case; words of what is under the pointer.
fn events(ui: &mut egui::Ui, axes: &Axes, case: &Shown, start: DateTime, now: DateTime) {
    let (outer, response) =
        ui.allocate_exact_size(vec2(axes.rect.right() - ui.min_rect().left(), MARKS), Sense::hover());
    let painter = ui.painter_at(outer.expand(2.0));
    let middle = outer.center().y;
    let name = match case.side {
        Some(side) => say!("trends-events-of", side = side.letter()),
        None => say!("trends-events").to_owned(),
    };
    let at = pos2(axes.rect.left() - 5.0, middle);
    painter.text(at, Align2::RIGHT_CENTER, name, FontId::proportional(10.5), QUIET.now());
    let marks = marks(case, axes);
    for mark in &marks {
        let (glyph, color) = match mark.worst {
            Some(severity) => {
                let (glyph, tint) = sign(severity, true);
                (glyph, tint.now())
            }
            None => ("|", QUIET.now()),
        };
        let at = pos2(mark.x, middle);
        painter.text(at, Align2::CENTER_CENTER, glyph, FontId::monospace(10.0), color);
    }
    let Some(pointer) = response.hover_pos() else { return };
    let near = marks.iter().min_by(|a, b| {
        let far = |mark: &Mark| (mark.x - pointer.x).abs();
        far(a).total_cmp(&far(b))
    });
    let Some(mark) = near.filter(|mark| (mark.x - pointer.x).abs() < MARK) else {
        return;
    };
    response.on_hover_ui_at_pointer(|ui| {
        ui.set_max_width(420.0);
        for incident in case.incidents.list.iter().skip(mark.first).take(mark.count.min(TOLD)) {
            ui.horizontal(|ui| {
                let time = short_time(local(start, incident.time_s), Some(now));
                ui.label(RichText::new(time).font(FontId::monospace(12.0)).color(QUIET));
                ui.label(RichText::new(named::incident(incident, case.campus)).size(12.5));
            });
        }
        if mark.count > TOLD {
            let text = say!("trends-more", count = mark.count - TOLD);
            ui.label(RichText::new(text).size(12.0).color(QUIET));
        }
    });
}

/// The axis of local time, with the time under the pointer.
fn axis(ui: &mut egui::Ui, axes: &Axes, start: DateTime, now: DateTime, at_s: Option<f64>) {
    let (outer, _) = ui.allocate_exact_size(vec2(axes.rect.right() - ui.min_rect().left(), AXIS), Sense::hover());
    let painter = ui.painter_at(outer.expand2(vec2(30.0, 0.0)));
    let font = FontId::proportional(10.5);
    let most = axes.rect.width() / 74.0;
    // What is near an edge is written inside it.
    let inside = |x: f32, wide: f32| x.clamp(outer.left() + wide, (axes.rect.right() - wide).max(outer.left() + wide));
    let pointed = at_s.map(|time_s| (axes.right_of(time_s), short_time(local(start, time_s), Some(now))));
    for (time_s, text) in times(start, axes.x, most) {
        let x = axes.right_of(time_s);
        painter.vline(x, outer.top()..=outer.top() + 3.0, Stroke::new(0.8, LINE));
        // What is pointed at stands in the place of what is near by.
        if pointed.as_ref().is_none_or(|(at, _)| (at - x).abs() > 64.0) {
            let galley = painter.layout_no_wrap(text, font.clone(), QUIET.now());
            let half = galley.size().x / 2.0;
            painter.galley(pos2(inside(x, half) - half, outer.top() + 4.0), galley, QUIET.now());
        }
    }
    if let Some((x, text)) = pointed {
        let galley = painter.layout_no_wrap(text, FontId::proportional(11.5), TEXT.now());
        let half = galley.size().x / 2.0;
        painter.galley(pos2(inside(x, half) - half, outer.top() + 4.0), galley, TEXT.now());
    }
}

/// Charts one above the other, what happened, and the axis of time.
fn charts(ui: &mut egui::Ui, room: egui::Vec2, trends: &mut Trends, shown: &[Shown], clock: &Clock, stretch: [f64; 2]) {
    let series = trends.shown();
    if series.is_empty() {
        ui.add_space(20.0);
        let text = say!("trends-empty");
        ui.add(egui::Label::new(RichText::new(text).size(12.5).color(QUIET)).wrap());
        return;
    }
    let below = AXIS + MARKS * shown.len() as f32;
    let height = ((room.y - below - 4.0) / series.len() as f32).clamp(HEIGHTS[0], HEIGHTS[1]);
    // A bar to scroll with stands right of the charts.
    let scrolls = height * series.len() as f32 > room.y - below;
    let width = room.x - if scrolls { 12.0 } else { 0.0 };
    ui.spacing_mut().item_spacing.y = 0.0;
    let left = ui.cursor().left();
    let axes = |top: f32| Axes {
        rect: Rect::from_min_max(pos2(left + LEFT, top), pos2(left + width - 4.0, top)),
        x: stretch,
        y: [0.0, 1.0],
    };
    // All charts are read at the time under the pointer, whichever it is over.
    let place = axes(0.0);
    let area = Rect::from_min_size(ui.cursor().min, vec2(width, room.y - below));
    let pointer = ui
        .input(|input| input.pointer.latest_pos())
        .filter(|at| area.contains(*at));
    let over = pointer.filter(|_| ui.rect_contains_pointer(area));
    let at_s = over
        .filter(|at| place.rect.x_range().contains(at.x))
        .map(|at| place.x_at(at.x).clamp(stretch[0], stretch[1]));
    let wanted = trends.wanted.take();
    egui::ScrollArea::vertical()
        .id_salt("charts")
        .max_height((room.y - below).max(HEIGHTS[0]))
        .auto_shrink([false, true])
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for series in series {
                let response = chart(ui, vec2(width, height), shown, series, stretch, at_s);
                if wanted == Some(series) {
                    response.scroll_to_me(None);
                }
            }
        });
    let now = clock.now();
    for case in shown {
        events(ui, &place, case, clock.start, now);
    }
    axis(ui, &place, clock.start, now, at_s);
}

/// What the window reads.
#[derive(bevy::ecs::system::SystemParam)]
struct State<'w> {
    plan: Res<'w, Plan>,
    case: Res<'w, Case>,
    clock: Res<'w, Clock>,
    history: Res<'w, History>,
    incidents: Res<'w, Incidents>,
    beside: Option<Res<'w, Beside>>,
}

impl State<'_> {
    /// The cases that are shown: the one that runs, or A and B.
    fn shown(&self) -> Vec<Shown<'_>> {
        let pair = self.beside.as_ref().and_then(|beside| {
            let histories = beside.pair::<History>(&self.history)?;
            let incidents = beside.pair::<Incidents>(&self.incidents)?;
            Some((histories, incidents, beside.pair::<Plan>(&self.plan)?))
        });
        let Some((histories, incidents, plans)) = pair else {
            return vec![Shown {
                history: &self.history,
                incidents: &self.incidents,
                campus: &self.plan.0,
                color: ACCENT.now(),
                side: None,
            }];
        };
        let of = |(k, side): (usize, Side)| Shown {
            history: histories[k],
            incidents: incidents[k],
            campus: &plans[k].0,
            color: COLORS[k],
            side: Some(side),
        };
        [Side::A, Side::B].into_iter().enumerate().map(of).collect()
    }
}

fn window(
    mut contexts: EguiContexts,
    mut parts: ResMut<Parts>,
    mut windows: ResMut<Windows>,
    state: State,
    mut trends: ResMut<Trends>,
) -> Result {
    if !parts.shown(Part::Trends) {
        windows.close(Part::Trends);
        return Ok(());
    }
    let ctx = contexts.ctx_mut()?.clone();
    let [least, most] = SIZES.map(egui::Vec2::from);
    let Some((window, room)) = windows.show(&ctx, Part::Trends, say!("trends-window"), least, most) else {
        return Ok(());
    };
    let trends = trends.bypass_change_detection();
    let shown = state.shown();
    let end_s = shown.iter().map(|case| case.history.end_s()).fold(0.0, f64::max);
    let stretch = trends.range.until(end_s);
    let wide = room.x > WIDE;
    let mut open = true;
    let mut save = false;
    window.open(&mut open).show(&ctx, |ui| {
        ui.set_width(room.x);
        ui.set_height(room.y);
        let top = ui.cursor().top();
        let body = |ui: &mut egui::Ui, width: f32, save: &mut bool, trends: &mut Trends| {
            *save = head(ui, trends, wide);
            let used = ui.cursor().top() - top;
            charts(ui, vec2(width, room.y - used), trends, &shown, &state.clock, stretch);
        };
        if wide {
            ui.horizontal_top(|ui| {
                ui.vertical(|ui| {
                    ui.set_width(CHOICE);
                    egui::ScrollArea::vertical()
                        .id_salt("choice")
                        .max_height(room.y)
                        .auto_shrink(false)
                        .show(ui, |ui| choice(ui, trends));
                });
                ui.vertical(|ui| body(ui, room.x - CHOICE - 10.0, &mut save, trends));
            });
        } else {
            ui.vertical(|ui| body(ui, room.x, &mut save, trends));
        }
    });
    if save {
        let name = format!(
            "trends-{}-{}",
            slug(state.case.name()),
            state.clock.now().strftime("%Y-%m-%d-%H%M%S")
        );
        let table = table(&shown, &trends.shown(), state.clock.start, stretch);
        let saved = table.and_then(|bytes| export::save("tables", &name, "csv", &bytes));
        trends.saved = Some(saved.into());
    }
    parts.show(Part::Trends, open);
    Ok(())
}

pub(crate) fn plugin(app: &mut App) {
    app.init_resource::<Trends>();
    app.add_systems(EguiPrimaryContextPass, window);
}

#[cfg(test)]
mod tests {
    use super::*;
    use rainier::scenario::{self, Overrides};
    use rainier::sim::Twin;
    use rainier::site::texts::NoFiles;

    #[test]
    fn a_table_has_local_times_units_in_its_names_and_a_column_for_each_case() {
        let loaded = scenario::load(&NoFiles, "builtin:lab-day", Overrides::default()).expect("is valid");
        let case = Case::of(loaded.clone(), String::new());
        let mut world = Twin::new(loaded, 1).into_world();
        crate::cases::remember(&mut world);
        crate::cases::begin(&mut world, case);
        for _ in 0..30 {
            world.run_schedule(rainier::sim::Tick);
        }
        let shown = |side| Shown {
            history: world.resource::<History>(),
            incidents: world.resource::<Incidents>(),
            campus: &world.resource::<Plan>().0,
            color: Color32::WHITE,
            side,
        };
        let start = world.resource::<Clock>().start;
        let series = [Series::It, Series::Goodput];
        let bytes = table(&[shown(None)], &series, start, [600.0, 1_800.0]).expect("is written");
        let text = String::from_utf8(bytes).expect("is text");
        let mut lines = text.lines();
        assert_eq!(lines.next(), Some("time_local,time_s,it_mw,goodput_percent"));
        let first = lines.next().expect("has rows");
        assert!(first.starts_with("2026-07-20T12:10:00,600,"), "{first}");
        assert!(first.ends_with(','), "what has no value has none: {first}");
        assert_eq!(lines.count(), 20);
        let two = [shown(Some(Side::A)), shown(Some(Side::B))];
        let bytes = table(&two, &series[..1], start, [0.0, 60.0]).expect("is written");
        assert!(bytes.starts_with(b"time_local,time_s,a_it_mw,b_it_mw\n"));
        assert!(table(&[], &series, start, [0.0, 60.0]).is_err());
        assert_eq!(Range::Hour.until(7_200.0), [3_600.0, 7_200.0]);
        assert_eq!(Range::Day.until(7_200.0), [0.0, 7_200.0]);
        assert_eq!(Range::All.until(0.0), [0.0, 1.0]);
    }
}
