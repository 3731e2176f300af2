//! The panels: readings on top, the selected place on the right, legend and time below.

use bevy::diagnostic::{DiagnosticsStore, FrameTimeDiagnosticsPlugin};
use bevy::prelude::*;
use bevy_egui::{EguiContexts, EguiPrimaryContextPass, egui};
use egui::{Align, Color32, CornerRadius, FontId, Frame, Layout, Margin, RichText, Stroke};
use rainier::sim::clock::Clock;
use rainier::sim::meters::Meters;
use rainier::sim::power::grid::Grid;
use rainier::sim::power::incidents::{Incidents, clock};
use rainier::sim::state::UnitMode;
use rainier::sim::twin::Plan;
use rainier::sim::weather::Outside;
use rainier::sim::{ChipColumns, HallColumns, PowerColumns, RackColumns, RowColumns, UnitColumns};
use rainier::site::Campus;
use rainier::site::campus::Found;

use crate::advance::Pace;
use crate::camera::Orbit;
use crate::growth::Growth;
use crate::jobs::{self, JobView};
use crate::parts::{Part, Parts};
use crate::racks::MAP;
use crate::scenarios::Scenarios;
use crate::selection::{AIR_C, Overlay, Roofs, Selection, Shown, name, up};
use crate::slice::{HEIGHT_M, Height};
use crate::timeline::{self, Timeline};
use crate::windows::Windows;

pub(crate) const PANEL: Color32 = Color32::from_rgb(17, 21, 28);
pub(crate) const LINE: Color32 = Color32::from_rgb(46, 54, 66);
pub(crate) const TEXT: Color32 = Color32::from_rgb(226, 232, 240);
pub(crate) const QUIET: Color32 = Color32::from_rgb(150, 162, 178);
pub(crate) const ACCENT: Color32 = Color32::from_rgb(94, 214, 238);
pub(crate) const ALARM: Color32 = Color32::from_rgb(255, 132, 96);
/// The ground of diagrams and charts.
pub(crate) const GROUND: Color32 = Color32::from_rgb(11, 14, 19);
/// Water.
pub(crate) const WATER: Color32 = Color32::from_rgb(110, 180, 255);

/// Modes of cooling units in the order of the legend.
pub(crate) const MODES: [UnitMode; 6] = [
    UnitMode::Off,
    UnitMode::Mixing,
    UnitMode::Free,
    UnitMode::Evaporative,
    UnitMode::Failed,
    UnitMode::Maintenance,
];

/// Colour of a cooling unit's mode: after Okabe and Ito, apart in hue to all eyes, and in lightness.
pub(crate) const fn mode_color(mode: UnitMode) -> Color32 {
    match mode {
        UnitMode::Off => Color32::from_rgb(92, 102, 116),
        UnitMode::Mixing => Color32::from_rgb(204, 121, 167),
        UnitMode::Free => Color32::from_rgb(110, 200, 245),
        UnitMode::Evaporative => Color32::from_rgb(0, 104, 200),
        UnitMode::Failed => Color32::from_rgb(226, 92, 10),
        UnitMode::Maintenance => Color32::from_rgb(240, 228, 66),
    }
}

/// ASHRAE's classes of air from the narrowest to the widest.
pub(crate) const AIR_CLASSES: [Color32; 5] = [
    Color32::from_rgb(80, 220, 160),
    Color32::from_rgb(86, 180, 233),
    Color32::from_rgb(140, 140, 255),
    Color32::from_rgb(214, 130, 190),
    Color32::from_rgb(230, 160, 40),
];

/// Ends of the colours of air and water in diagrams and of points of air, °C.
pub(crate) const DIAGRAM_C: [f64; 2] = [10.0, 50.0];

/// Stops of those colours: cold blue over pale to warm orange, which all eyes tell apart.
const COLD_TO_HOT: [[u8; 3]; 3] = [[56, 140, 250], [214, 222, 232], [255, 120, 40]];

/// Colour of air or water of a temperature in diagrams.
pub(crate) fn diagram_color(t_c: f64) -> Color32 {
    if !t_c.is_finite() {
        return QUIET;
    }
    let share = ((t_c - DIAGRAM_C[0]) / (DIAGRAM_C[1] - DIAGRAM_C[0])).clamp(0.0, 1.0) as f32 * 2.0;
    let k = usize::from(share >= 1.0);
    let (low, high) = (COLD_TO_HOT[k], COLD_TO_HOT[k + 1]);
    let mix = |c: usize| (f32::from(low[c]) + (f32::from(high[c]) - f32::from(low[c])) * (share - k as f32)) as u8;
    Color32::from_rgb(mix(0), mix(1), mix(2))
}

/// A value with its unit; a dash where there is none.
pub(crate) fn said(value: f64, digits: usize, unit: &str) -> String {
    if !value.is_finite() {
        return "–".into();
    }
    // Minus nothing is nothing.
    let value = if value.abs() < 0.5 * 0.1_f64.powi(digits as i32) {
        0.0
    } else {
        value
    };
    let space = if unit.is_empty() { "" } else { " " };
    format!("{value:.digits$}{space}{unit}")
}

/// A power in kW, or in MW from one of them.
pub(crate) fn watts(w: f64) -> String {
    if w.abs() < 1e4 {
        said(w / 1e3, 1, "kW")
    } else if w.abs() < 1e6 {
        said(w / 1e3, 0, "kW")
    } else {
        said(w / 1e6, if w.abs() < 1e8 { 2 } else { 1 }, "MW")
    }
}

/// A colour and what it stands for, which stay together where a line ends.
pub(crate) fn key_label(ui: &mut egui::Ui, color: Color32, text: &str, size: f32, tint: Color32) {
    let mut job = egui::text::LayoutJob::default();
    let font = FontId::proportional(size);
    let format = |color| egui::TextFormat::simple(font.clone(), color);
    job.append("■\u{a0}", 0.0, format(color));
    job.append(&text.replace(' ', "\u{a0}"), 0.0, format(tint));
    ui.label(job);
}

/// A count in short: 262k, 1.05M.
pub(crate) fn compact(value: f64) -> String {
    match value.abs() {
        size if size >= 999_500.0 => format!("{:.2}M", value / 1e6),
        size if size >= 9_950.0 => format!("{:.0}k", value / 1e3),
        size if size >= 1_000.0 => format!("{:.1}k", value / 1e3),
        _ => format!("{value:.0}"),
    }
}

/// Pages narrower than this, in points, show the panel only with a selection.
const NARROW: f32 = 860.0;

fn theme(ctx: &egui::Context) {
    let mut visuals = egui::Visuals::dark();
    visuals.panel_fill = PANEL;
    visuals.window_fill = PANEL;
    visuals.override_text_color = Some(TEXT);
    visuals.selection.bg_fill = Color32::from_rgb(22, 78, 99);
    visuals.selection.stroke = Stroke::new(1.0, ACCENT);
    visuals.widgets.noninteractive.bg_stroke = Stroke::new(1.0, LINE);
    visuals.window_corner_radius = CornerRadius::same(6);
    ctx.set_visuals(visuals);
    ctx.all_styles_mut(|style| {
        style.spacing.item_spacing = egui::vec2(8.0, 6.0);
        style.spacing.button_padding = egui::vec2(8.0, 4.0);
        for font in style.text_styles.values_mut() {
            font.size = font.size.max(12.5);
        }
    });
}

pub(crate) fn frame() -> Frame {
    Frame::new()
        .fill(PANEL)
        .inner_margin(Margin::symmetric(14, 9))
        .stroke(Stroke::new(1.0, LINE))
}

/// A reading: its name small above its value.
pub(crate) fn reading(ui: &mut egui::Ui, title: &str, value: String, unit: &str, color: Color32) {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 1.0;
        ui.label(RichText::new(title).size(11.0).color(QUIET));
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            ui.label(RichText::new(value).font(FontId::monospace(17.0)).color(color));
            ui.label(RichText::new(unit).size(11.5).color(QUIET));
        });
    });
    ui.add_space(10.0);
}

fn row(ui: &mut egui::Ui, title: &str, value: impl Into<String>) {
    ui.horizontal(|ui| {
        ui.label(RichText::new(title).color(QUIET));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.label(RichText::new(value.into()).font(FontId::monospace(13.0)));
        });
    });
}

/// One line of things that scrolls sideways where the window is too narrow for it.
fn scrolled(ui: &mut egui::Ui, contents: impl FnOnce(&mut egui::Ui)) {
    ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Extend);
    egui::ScrollArea::horizontal().show(ui, |ui| ui.horizontal(contents));
}

/// Columns that the panels read.
#[derive(bevy::ecs::system::SystemParam)]
struct State<'w> {
    plan: Res<'w, Plan>,
    clock: Res<'w, Clock>,
    meters: Res<'w, Meters>,
    outside: Res<'w, Outside>,
    chips: Res<'w, ChipColumns>,
    racks: Res<'w, RackColumns>,
    rows: Res<'w, RowColumns>,
    halls: Res<'w, HallColumns>,
    units: Res<'w, UnitColumns>,
    power: Res<'w, PowerColumns>,
    grid: Res<'w, Grid>,
    incidents: Res<'w, Incidents>,
}

fn panels(
    mut contexts: EguiContexts,
    state: State,
    diagnostics: Res<DiagnosticsStore>,
    mut pace: ResMut<Pace>,
    mut shown: ResMut<Shown>,
    mut roofs: ResMut<Roofs>,
    mut selection: ResMut<Selection>,
    mut orbit: ResMut<Orbit>,
    mut parts: ResMut<Parts>,
    mut height: ResMut<Height>,
    mut scenarios: ResMut<Scenarios>,
    mut job_view: JobView,
    (growth, mut timeline): (Res<Growth>, ResMut<Timeline>),
    mut windows: ResMut<Windows>,
    mut themed: Local<bool>,
) -> Result {
    let ctx = contexts.ctx_mut()?;
    if !*themed {
        theme(ctx);
        *themed = true;
    }
    let ctx = ctx.clone();
    let mut root = egui::Ui::new(
        ctx.clone(),
        "panels".into(),
        egui::UiBuilder::new()
            .layer_id(egui::LayerId::background())
            .max_rect(ctx.content_rect()),
    );
    let root = &mut root;
    let narrow = ctx.content_rect().width() < NARROW;
    egui::Panel::top("readings").frame(frame()).show(root, |ui| {
        scrolled(ui, |ui| top_bar(ui, &state, &mut scenarios, narrow))
    });
    egui::Panel::bottom("time").frame(frame()).show(root, |ui| {
        scrolled(ui, |ui| {
            time_controls(ui, &state.clock, &mut pace);
            ui.separator();
            overlay_choice(ui, &mut shown);
            ui.separator();
            ui.toggle_value(&mut roofs.0, "Roofs").on_hover_text("key R");
            for part in Part::ALL {
                let mut on = parts.shown(part);
                if ui
                    .toggle_value(&mut on, part.title())
                    .on_hover_text(part.hint())
                    .changed()
                {
                    parts.show(part, on);
                }
            }
            let fps = diagnostics
                .get(&FrameTimeDiagnosticsPlugin::FPS)
                .and_then(|d| d.smoothed());
            ui.label(
                RichText::new(format!("{:.0} frames/s", fps.unwrap_or(0.0)))
                    .size(11.0)
                    .color(QUIET),
            );
        });
    });
    if parts.shown(Part::Timeline) {
        let close = egui::Panel::bottom("timeline")
            .frame(frame())
            .show(root, |ui| timeline::bar(ui, &mut timeline, &growth, &state.clock));
        if close.inner {
            parts.show(Part::Timeline, false);
        }
    }
    // A narrow page shows the campus first; the panel comes with a selection.
    if !narrow || selection.0.is_some() {
        let width = if narrow { 220.0 } else { 300.0 };
        egui::Panel::right("place")
            .frame(frame())
            .exact_size(width)
            .resizable(false)
            .show(root, |ui| {
                egui::ScrollArea::vertical().show(ui, |ui| {
                    place_panel(ui, &state, &mut selection, &mut orbit, &mut job_view);
                });
            });
    }
    let window = ctx.content_rect();
    let mut free = root.available_rect_before_wrap();
    windows.set_free(free);
    let free_bottom = free.bottom();
    let legend_width = match (narrow, shown.0) {
        (true, _) => 120.0,
        (false, Overlay::Job) => 380.0,
        _ => 230.0,
    };
    // A rack is looked at from head to foot: it stands beside the legend, not behind it.
    if matches!(selection.0, Some(Found::Rack(_) | Found::Chip { .. })) {
        free.min.x += legend_width + 40.0;
    }
    let free = (free.center() - window.center()) / window.height().max(1.0);
    orbit.free = Vec2::new(free.x, free.y);
    // Behind windows: on a small page there is no room beside them.
    egui::Area::new("legend".into())
        .order(egui::Order::Background)
        .anchor(egui::Align2::LEFT_BOTTOM, [14.0, free_bottom - window.bottom() - 12.0])
        .show(&ctx, |ui| {
            if timeline::legend(ui, &parts, &growth) {
                return;
            }
            legend(ui, shown.0, legend_width, &state, &selection, &job_view);
            air_legend(ui, &parts, &selection, &mut height, legend_width);
        });
    listing(
        &ctx,
        &mut parts,
        &mut windows,
        Part::Assumptions,
        [480.0, 200.0],
        |ui| {
            assumption_list(ui, &state.plan.0);
        },
    );
    listing(&ctx, &mut parts, &mut windows, Part::Keys, [420.0, 300.0], key_list);
    Ok(())
}

/// A window with a list in it.
fn listing(
    ctx: &egui::Context,
    parts: &mut Parts,
    windows: &mut Windows,
    part: Part,
    least: [f32; 2],
    contents: impl FnOnce(&mut egui::Ui),
) {
    if !parts.shown(part) {
        windows.close(part);
        return;
    }
    let (title, most) = match part {
        Part::Keys => ("Keys", [420.0, 420.0]),
        _ => (part.title(), [760.0, 420.0]),
    };
    let Some((window, room)) = windows.show(ctx, part, title, least.into(), most.into()) else {
        return;
    };
    let mut open = true;
    window.open(&mut open).show(ctx, |ui| {
        ui.set_width(room.x);
        ui.set_max_height(room.y);
        contents(ui);
    });
    parts.show(part, open);
}

/// Every key and what it does.
fn key_list(ui: &mut egui::Ui) {
    egui::ScrollArea::vertical().show(ui, |ui| {
        egui::Grid::new("keys")
            .num_columns(2)
            .spacing([14.0, 3.0])
            .show(ui, |ui| {
                let mut key = |letter: &str, what: &str| {
                    ui.label(RichText::new(letter).font(FontId::monospace(12.5)).color(ACCENT));
                    ui.label(RichText::new(what).size(12.0));
                    ui.end_row();
                };
                for part in Part::ALL {
                    if let Some((_, letter)) = part.key() {
                        key(letter, part.about());
                    }
                }
                key("R", "roofs on or off");
                for (k, overlay) in Overlay::ALL.into_iter().enumerate() {
                    let what = format!("colours: {}", overlay.title().0.to_lowercase());
                    key(&(k + 1).to_string(), &what);
                }
                key("space", "stop and go on");
                key("Esc", "one level up");
                key("page up, down", "raise and lower the air slice");
                key(
                    "mouse",
                    "drag turns, right drag moves, wheel zooms; click a place, click again to go there",
                );
            });
    });
}

/// What colours the racks.
fn overlay_choice(ui: &mut egui::Ui, shown: &mut Shown) {
    egui::ComboBox::from_id_salt("overlay")
        .width(164.0)
        .selected_text(shown.0.title().0)
        .show_ui(ui, |ui| {
            for (k, overlay) in Overlay::ALL.into_iter().enumerate() {
                let text = format!("{}  {}", k + 1, overlay.title().0);
                if ui.selectable_label(shown.0 == overlay, text).clicked() {
                    shown.0 = overlay;
                }
            }
        })
        .response
        .on_hover_text(format!("colours of racks and units: keys 1 to {}", Overlay::ALL.len()));
}

/// What runs, and what else could.
fn scenario_choice(ui: &mut egui::Ui, scenarios: &mut Scenarios) {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 1.0;
        ui.label(RichText::new("Scenario").size(11.0).color(QUIET));
        let mut wanted = None;
        egui::ComboBox::from_id_salt("scenario")
            .width(190.0)
            .selected_text(&scenarios.name)
            .show_ui(ui, |ui| {
                for (file, title) in &scenarios.choices {
                    if ui.selectable_label(*title == scenarios.name, title).clicked() {
                        wanted = Some(file.clone());
                    }
                }
            })
            .response
            .on_hover_text(&scenarios.about);
        scenarios.wanted = wanted.or(scenarios.wanted.take());
        if !scenarios.problem.is_empty() {
            ui.label(RichText::new(&scenarios.problem).size(11.0).color(ALARM));
        }
    });
}

fn top_bar(ui: &mut egui::Ui, state: &State, scenarios: &mut Scenarios, narrow: bool) {
    let (now, total) = (&state.meters.now, &state.meters.total);
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 1.0;
        ui.label(RichText::new(&state.plan.0.name).size(15.0).strong());
        ui.label(
            RichText::new(state.clock.label())
                .font(FontId::monospace(12.0))
                .color(QUIET),
        );
    });
    ui.add_space(10.0);
    if !narrow {
        scenario_choice(ui, scenarios);
        ui.add_space(10.0);
    }
    reading(ui, "IT", format!("{:.1}", now.it_w / 1e6), "MW", TEXT);
    reading(ui, "Facility", format!("{:.1}", now.facility_w / 1e6), "MW", TEXT);
    reading(ui, "PUE", format!("{:.3}", now.pue), "", TEXT);
    reading(ui, "WUE", format!("{:.3}", now.wue_l_per_kwh), "L/kWh", TEXT);
    let hot = now.limited_chips > 0;
    reading(
        ui,
        "Hottest chip",
        format!("{:.1}", now.hottest_chip_c),
        "°C",
        if hot { ALARM } else { TEXT },
    );
    reading(
        ui,
        "Throttled",
        grouped(f64::from(now.limited_chips)),
        "chips",
        if hot { ALARM } else { TEXT },
    );
    reading(ui, "Outside", format!("{:.1}", state.outside.dry_bulb_c), "°C", TEXT);
    reading(ui, "Energy", grouped(total.energy_kwh / 1e3), "MWh", TEXT);
    if now.genset_w > 0.0 {
        reading(ui, "Gensets", format!("{:.1}", now.genset_w / 1e6), "MW", ALARM);
    }
    if now.battery_w < 0.0 {
        reading(ui, "Batteries", format!("{:.1}", -now.battery_w / 1e6), "MW", ALARM);
    }
    if now.dark_racks > 0 {
        reading(ui, "Dark", grouped(f64::from(now.dark_racks)), "racks", ALARM);
    }
    if now.unserved_w > 0.0 {
        reading(ui, "Unserved", format!("{:.1}", now.unserved_w / 1e6), "MW", ALARM);
    }
    // Where there is little room the numbers come first.
    if narrow {
        scenario_choice(ui, scenarios);
    }
}

fn time_controls(ui: &mut egui::Ui, clock: &Clock, pace: &mut Pace) {
    let label = if pace.paused { "▶" } else { "⏸" };
    if ui.button(label).on_hover_text("space").clicked() {
        pace.paused = !pace.paused;
    }
    ui.spacing_mut().slider_width = 110.0;
    ui.add(
        egui::Slider::new(&mut pace.speed, 1.0..=10_000.0)
            .logarithmic(true)
            .suffix("×")
            .max_decimals(0),
    );
    if pace.behind {
        ui.label(RichText::new("as fast as it can").size(11.0).color(QUIET));
    }
    ui.label(
        RichText::new(format!("tick {:.0} s", clock.dt_s))
            .size(11.0)
            .color(QUIET),
    );
}

/// A whole number with its thousands parted.
pub(crate) fn grouped(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut out = String::from(if value <= -0.5 { "-" } else { "" });
    for (k, digit) in digits.chars().enumerate() {
        if k > 0 && (digits.len() - k) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// What the colours mean: of racks by their values, or of units by what they do.
fn legend(ui: &mut egui::Ui, overlay: Overlay, width: f32, state: &State, selection: &Selection, job_view: &JobView) {
    let (title, unit) = overlay.title();
    if overlay == Overlay::Job {
        frame().corner_radius(CornerRadius::same(6)).show(ui, |ui| {
            ui.label(RichText::new(title).size(12.0));
            ui.set_max_width(width);
            let campus = &*state.plan.0;
            let live = |rack: usize| state.halls.live[campus.rows[campus.rack_row[rack] as usize].hall];
            jobs::legend(ui, job_view, &state.racks, &state.clock, live);
        });
        return;
    }
    if overlay == Overlay::Units {
        frame().corner_radius(CornerRadius::same(6)).show(ui, |ui| {
            ui.label(RichText::new(title).size(12.0));
            ui.set_max_width(width);
            let campus = &*state.plan.0;
            let chosen = selection.halls(campus);
            let halls = if chosen.is_empty() {
                0..campus.halls.len()
            } else {
                chosen
            };
            let live = halls.filter(|h| state.halls.live[*h]);
            let modes: Vec<UnitMode> = live
                .flat_map(|h| state.units.mode[campus.halls[h].units.clone()].iter().copied())
                .collect();
            for mode in MODES {
                let count = modes.iter().filter(|of| **of == mode).count();
                ui.horizontal(|ui| swatch(ui, mode, count));
            }
        });
        return;
    }
    frame().corner_radius(CornerRadius::same(6)).show(ui, |ui| {
        ui.label(RichText::new(format!("{title}, {unit}")).size(12.0));
        color_bar(
            ui,
            &map_colors(),
            overlay.range().map(|value| value * overlay.scale()),
            width,
        );
    });
}

/// A mode's colour and name, with the number of units in it.
pub(crate) fn swatch(ui: &mut egui::Ui, mode: UnitMode, count: usize) {
    let (rect, _) = ui.allocate_exact_size(egui::vec2(11.0, 11.0), egui::Sense::hover());
    ui.painter().rect_filled(rect, 2.0, mode_color(mode));
    let color = if mode == UnitMode::Failed && count > 0 {
        ALARM
    } else {
        TEXT
    };
    ui.label(
        RichText::new(count.to_string())
            .font(FontId::monospace(11.5))
            .color(color),
    );
    ui.label(RichText::new(mode.as_str()).size(11.5).color(QUIET));
    ui.add_space(4.0);
}

/// The scales of the air of halls, where a plane or points show it, and the height of the plane.
fn air_legend(ui: &mut egui::Ui, parts: &Parts, selection: &Selection, height: &mut Height, width: f32) {
    let (slice, airflow) = (parts.shown(Part::Slice), parts.shown(Part::Airflow));
    if !slice && !airflow {
        return;
    }
    frame().corner_radius(CornerRadius::same(6)).show(ui, |ui| {
        ui.set_max_width(width);
        if selection.0.is_none() {
            ui.label(
                RichText::new("Select a hall or a building to see its air.")
                    .size(12.0)
                    .color(QUIET),
            );
            return;
        }
        if slice {
            ui.label(RichText::new("Air slice, °C").size(12.0));
            color_bar(ui, &map_colors(), AIR_C, width);
            ui.spacing_mut().slider_width = width - 74.0;
            let slider = egui::Slider::new(&mut height.0, HEIGHT_M[0]..=HEIGHT_M[1]);
            ui.add(slider.suffix(" m").fixed_decimals(2))
                .on_hover_text("height of the plane above the floor: page keys");
        }
        if airflow {
            ui.label(RichText::new("Airflow, °C").size(12.0));
            let colors = COLD_TO_HOT.map(|[r, g, b]| Color32::from_rgb(r, g, b));
            color_bar(ui, &colors, DIAGRAM_C.map(|t_c| t_c as f32), width);
        }
    });
}

/// The stops of the racks' colour map.
fn map_colors() -> [Color32; 8] {
    MAP.map(|[r, g, b]| Color32::from_rgb(r, g, b))
}

/// Colours from left to right with values below them.
fn color_bar(ui: &mut egui::Ui, colors: &[Color32], [low, high]: [f32; 2], width: f32) {
    let (rect, _) = ui.allocate_exact_size(egui::vec2(width, 12.0), egui::Sense::hover());
    let mut mesh = egui::Mesh::default();
    for (k, color) in colors.iter().enumerate() {
        let x = rect.left() + rect.width() * k as f32 / (colors.len() - 1).max(1) as f32;
        mesh.colored_vertex(egui::pos2(x, rect.top()), *color);
        mesh.colored_vertex(egui::pos2(x, rect.bottom()), *color);
        if k > 0 {
            let n = (k * 2) as u32;
            mesh.add_triangle(n - 2, n - 1, n);
            mesh.add_triangle(n - 1, n, n + 1);
        }
    }
    ui.painter().add(egui::Shape::mesh(mesh));
    let (labels, _) = ui.allocate_exact_size(egui::vec2(width, 14.0), egui::Sense::hover());
    // Between small numbers tenths are told apart.
    let digits = if high - low < 10.0 && (high - low) % 4.0 != 0.0 {
        1
    } else {
        0
    };
    for k in 0..=4 {
        let value = low + (high - low) * k as f32 / 4.0;
        let align = [
            egui::Align2::LEFT_TOP,
            egui::Align2::CENTER_TOP,
            egui::Align2::RIGHT_TOP,
        ][usize::from(k > 0) + usize::from(k == 4)];
        let at = egui::pos2(labels.left() + labels.width() * k as f32 / 4.0, labels.top());
        let font = FontId::proportional(11.0);
        ui.painter().text(at, align, format!("{value:.digits$}"), font, QUIET);
    }
}

fn place_panel(ui: &mut egui::Ui, state: &State, selection: &mut Selection, orbit: &mut Orbit, job_view: &mut JobView) {
    let campus = &*state.plan.0;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 3.0;
        if ui.link("site").clicked() {
            selection.0 = None;
        }
        let mut path = Vec::new();
        let mut step = selection.0;
        while let Some(found) = step {
            path.push(found);
            step = up(campus, found);
        }
        for found in path.into_iter().rev() {
            ui.label(RichText::new("›").color(QUIET));
            let full = name(campus, found);
            let part = full.rsplit('/').next().unwrap_or(&full).to_owned();
            if ui.link(part).clicked() {
                selection.0 = Some(found);
                orbit.fly_to = Some(found);
            }
        }
    });
    ui.separator();
    match selection.0 {
        None => site_numbers(ui, state, selection, orbit),
        Some(Found::Building(b)) => building_numbers(ui, state, b, selection, orbit),
        Some(Found::Hall(h)) => hall_numbers(ui, state, h),
        Some(Found::Row(r)) => row_numbers(ui, state, r),
        Some(Found::Rack(rack)) => {
            rack_numbers(ui, state, rack);
            job_of_rack(ui, state, rack, orbit, job_view);
        }
        Some(Found::Chip { rack, chip }) => {
            chip_numbers(ui, state, rack, chip);
            ui.separator();
            rack_numbers(ui, state, rack);
            job_of_rack(ui, state, rack, orbit, job_view);
        }
    }
    if let Some(found) = selection.0 {
        ui.add_space(8.0);
        if ui.button("Go there").clicked() {
            orbit.fly_to = Some(found);
        }
    }
}

fn heading(ui: &mut egui::Ui, title: String, about: &str) {
    ui.label(RichText::new(title).size(17.0).color(ACCENT));
    if !about.is_empty() {
        ui.label(RichText::new(about).size(12.0).color(QUIET));
    }
    ui.add_space(4.0);
}

fn site_numbers(ui: &mut egui::Ui, state: &State, selection: &mut Selection, orbit: &mut Orbit) {
    let campus = &*state.plan.0;
    let (now, total) = (&state.meters.now, &state.meters.total);
    heading(ui, "Site".into(), &campus.about);
    row(ui, "Live chips", grouped(f64::from(now.live_chips)));
    row(ui, "Buildings", campus.buildings.len().to_string());
    row(ui, "Racks", grouped(campus.racks() as f64));
    row(ui, "Cooling", format!("{:.1} MW", now.cooling_w / 1e6));
    row(ui, "Power path losses", format!("{:.1} MW", now.loss_w / 1e6));
    // The first demand interval has to pass before there is a peak.
    let peak = match total.peak_demand_w {
        0.0 => "not yet metered".to_owned(),
        peak_w => format!("{:.1} MW", peak_w / 1e6),
    };
    row(ui, "Peak demand", peak);
    row(ui, "Water", format!("{} m³", grouped(total.water_m3)));
    row(ui, "CO₂", format!("{} t", grouped(total.carbon_t)));
    row(ui, "Cost", format!("${}", grouped(total.cost_usd)));
    row(ui, "Energy ledger gap", format!("{:.0e}", total.worst_imbalance));
    let incidents = &state.incidents.list;
    if !incidents.is_empty() {
        ui.add_space(8.0);
        ui.label(RichText::new("What happened").color(ACCENT));
        for incident in incidents.iter().rev().take(8) {
            let when = clock(incident.time_s);
            let why = incident.cause.map_or_else(String::new, |cause| {
                let chain: Vec<String> = state
                    .incidents
                    .chain(cause)
                    .iter()
                    .map(|i| i.describe(campus))
                    .collect();
                format!("since {}", chain.join(", since "))
            });
            ui.label(RichText::new(format!("{when}  {}", incident.describe(campus))).size(11.5))
                .on_hover_text(why);
        }
    }
    ui.add_space(6.0);
    if ui.button("Go to the hottest chip").clicked() {
        let found = Found::Chip {
            rack: now.hottest_rack as usize,
            chip: now.hottest_chip as usize,
        };
        selection.0 = Some(found);
        orbit.fly_to = Some(found);
    }
    ui.add_space(10.0);
    ui.label(
        RichText::new("Drag turns, right drag moves, wheel zooms; click a place, click again to go there.")
            .size(11.5)
            .color(QUIET),
    );
}

fn building_numbers(ui: &mut egui::Ui, state: &State, b: usize, selection: &mut Selection, orbit: &mut Orbit) {
    let campus = &*state.plan.0;
    let building = &campus.buildings[b];
    let live = state.halls.live[building.halls.start];
    let about = if live {
        format!("phase {}, live", building.phase)
    } else {
        format!("phase {}, not live in this scenario", building.phase)
    };
    heading(ui, format!("Building B{:02}", building.number), &about);
    let sum = |column: &[f64]| building.halls.clone().map(|h| column[h]).sum::<f64>();
    row(ui, "IT", format!("{:.2} MW", sum(&state.halls.it_w) / 1e6));
    row(ui, "Cooling", format!("{:.2} MW", sum(&state.halls.cooling_w) / 1e6));
    row(ui, "Water", format!("{:.2} L/s", sum(&state.halls.water_l_s)));
    row(ui, "Racks", grouped(campus.racks_of(Found::Building(b)).len() as f64));
    row(
        ui,
        "Gensets",
        format!("{} × {:.2} MW", building.gensets, building.genset.rating_w.value / 1e6),
    );
    row(ui, "Substation", campus.substations[building.substation].name.clone());
    ui.add_space(6.0);
    for h in building.halls.clone() {
        if ui.button(format!("Hall H{}", campus.halls[h].number)).clicked() {
            selection.0 = Some(Found::Hall(h));
            orbit.fly_to = Some(Found::Hall(h));
        }
    }
}

fn hall_numbers(ui: &mut egui::Ui, state: &State, h: usize) {
    let campus = &*state.plan.0;
    let (hall, columns) = (&campus.halls[h], &state.halls);
    heading(
        ui,
        format!("Hall {}", name(campus, Found::Hall(h))),
        &format!("{} racks in {} rows", hall.racks.len(), hall.rows.len()),
    );
    if !columns.live[h] {
        row(ui, "State", "not live in this scenario");
        return;
    }
    row(ui, "IT", format!("{:.2} MW", columns.it_w[h] / 1e6));
    row(ui, "Hottest chip", format!("{:.1} °C", columns.hottest_chip_c[h]));
    row(ui, "Throttled", columns.limited[h].to_string());
    part(ui, "Air");
    row(ui, "Fresh air", said(columns.fresh_share[h] * 100.0, 0, "%"));
    row(ui, "Mixed air", said(columns.mixed_c[h], 1, "°C"));
    row(ui, "Cooled by media", said(columns.media_drop_k[h], 1, "K"));
    row(ui, "Supply air", said(columns.supply_c[h], 1, "°C"));
    row(ui, "Hot aisle", said(columns.hot_aisle_c[h], 1, "°C"));
    row(ui, "Return air", said(columns.return_c[h], 1, "°C"));
    row(ui, "Supply flow", said(columns.supply_air_kg_s[h], 0, "kg/s"));
    row(ui, "Rack flow", said(columns.rack_air_kg_s[h], 0, "kg/s"));
    row(ui, "Bypass", said(columns.bypass_kg_s[h], 0, "kg/s"));
    row(ui, "Recirculation", said(columns.recirculation[h] * 100.0, 1, "%"));
    if columns.coolant_kg_s[h] + columns.facility_kg_s[h] > 0.0 {
        part(ui, "Liquid");
        let loop_of = |supply: &[f64], back: &[f64], flow: &[f64]| {
            format!("{:.1} → {:.1} °C, {:.0} kg/s", supply[h], back[h], flow[h])
        };
        row(
            ui,
            "Coolant",
            loop_of(
                &columns.coolant_supply_c,
                &columns.coolant_return_c,
                &columns.coolant_kg_s,
            ),
        );
        row(
            ui,
            "Facility",
            loop_of(
                &columns.facility_supply_c,
                &columns.facility_return_c,
                &columns.facility_kg_s,
            ),
        );
        row(ui, "Heat to coolant", watts(columns.heat_to_liquid_w[h]));
        row(ui, "Heat to coils", watts(columns.heat_to_coils_w[h]));
        row(ui, "Heat rejected", watts(columns.heat_rejected_w[h]));
        row(ui, "Basin", said(columns.basin_m3[h], 1, "m³"));
    }
    part(ui, "Power for cooling");
    row(ui, "All", watts(columns.cooling_w[h]));
    row(ui, "Fans", watts(columns.fans_w[h]));
    row(ui, "Pumps", watts(columns.pumps_w[h]));
    row(ui, "Rejection fans", watts(columns.rejection_w[h]));
    row(ui, "Chillers", watts(columns.chillers_w[h]));
    part(ui, "Water");
    row(ui, "All", said(columns.water_l_s[h], 2, "L/s"));
    let evaporated = columns.media_evaporated_kg_s[h] + columns.tower_evaporated_kg_s[h];
    row(ui, "Evaporated", said(evaporated, 2, "kg/s"));
    row(ui, "Drift", said(columns.drift_kg_s[h], 3, "kg/s"));
    row(ui, "Blowdown", said(columns.blowdown_kg_s[h], 2, "kg/s"));
    part(ui, "Units");
    let modes = &state.units.mode[hall.units.clone()];
    for mode in MODES {
        let count = modes.iter().filter(|of| **of == mode).count();
        if count > 0 {
            ui.horizontal(|ui| swatch(ui, mode, count));
        }
    }
}

/// A quiet title between the numbers of a panel.
fn part(ui: &mut egui::Ui, title: &str) {
    ui.add_space(4.0);
    ui.label(RichText::new(title).size(12.0).color(ACCENT));
}

fn row_numbers(ui: &mut egui::Ui, state: &State, r: usize) {
    let campus = &*state.plan.0;
    let plan = &campus.rows[r];
    heading(
        ui,
        format!("Row {}", name(campus, Found::Row(r))),
        &campus.rack_kinds[plan.kind].rack.name,
    );
    let draw: f64 = state.racks.draw_w[plan.racks.clone()].iter().sum();
    row(ui, "Racks", plan.racks.len().to_string());
    row(ui, "Draw", format!("{:.0} kW", draw / 1e3));
    row(ui, "Supply air", said(state.rows.supply_c[r], 1, "°C"));
    row(ui, "Supply flow", said(state.rows.supply_kg_s[r], 1, "kg/s"));
    row(ui, "Rack flow", said(state.rows.rack_kg_s[r], 1, "kg/s"));
    for node in &campus.power.cords[r] {
        let n = *node as usize;
        let name = campus.power.nodes[n].name.rsplit('/').next().unwrap_or("");
        let on = if state.grid.energised[n] { "" } else { " (dead)" };
        row(
            ui,
            &format!("Busway {name}{on}"),
            format!(
                "{:.0} kW, {:.0} %, {:.3} pu",
                state.power.load_w[n] / 1e3,
                state.power.loading[n] * 100.0,
                state.power.voltage_pu[n]
            ),
        );
    }
}

fn rack_numbers(ui: &mut egui::Ui, state: &State, rack: usize) {
    let campus = &*state.plan.0;
    let kind = campus.rack_kind(rack);
    let racks = &state.racks;
    heading(
        ui,
        format!("Rack {}", campus.rack_address(rack)),
        &format!("{}: {} {}", kind.rack.name, kind.chips, kind.chip.name),
    );
    let tag = format!("[{:?}]", kind.rack.rating_w.tag);
    row(
        ui,
        "Draw",
        format!(
            "{:.1} kW of {:.0} {tag}",
            racks.draw_w[rack] / 1e3,
            kind.rack.rating_w.value / 1e3
        ),
    );
    if let Some(battery) = &kind.battery {
        row(
            ui,
            "Battery",
            format!("{:.0} %", racks.battery_j[rack] / battery.energy_j.value * 100.0),
        );
    }
    row(ui, "Inlet", format!("{:.1} °C", racks.inlet_c[rack]));
    row(
        ui,
        "Hot-aisle share",
        said(f64::from(racks.hot_share[rack]) * 100.0, 1, "%"),
    );
    row(ui, "Outlet", format!("{:.1} °C", racks.outlet_c[rack]));
    row(ui, "Air", said(f64::from(racks.air_kg_s[rack]), 2, "kg/s"));
    row(ui, "Fans", format!("{:.0} %", racks.fan_speed[rack] * 100.0));
    row(ui, "Utilisation", format!("{:.0} %", racks.utilisation[rack] * 100.0));
    row(ui, "Hottest chip", format!("{:.1} °C", racks.hottest_c[rack]));
    row(ui, "Throttled", racks.limited[rack].to_string());
}

/// The job of a rack, if the scenario has jobs.
fn job_of_rack(ui: &mut egui::Ui, state: &State, rack: usize, orbit: &mut Orbit, job_view: &mut JobView) {
    let Some(all) = &job_view.jobs else { return };
    part(ui, "Job");
    if all.is_broken(rack) {
        row(ui, "Unit", "waits for a repair");
    }
    let Some(job) = all.of_rack(rack) else {
        let text = if all.is_spare(rack) {
            "none: kept as a spare"
        } else {
            "none: free"
        };
        row(ui, "Job", text);
        return;
    };
    row(ui, "Name", job.job.name.clone());
    row(ui, "Kind", job.job.kind.as_str());
    row(ui, "Chips", grouped(f64::from(job.chips)));
    row(ui, "Pace", said(job.pace * 100.0, 1, "%"));
    row(ui, "Draw", watts(job.power_w));
    if job.done_share().is_finite() {
        row(ui, "Done", said(job.done_share() * 100.0, 1, "%"));
    }
    if ui.button("Show all its racks").clicked() {
        jobs::look_at(job, all, &state.plan.0, &mut job_view.focus, orbit);
    }
}

fn chip_numbers(ui: &mut egui::Ui, state: &State, rack: usize, chip: usize) {
    let campus = &*state.plan.0;
    let kind = campus.rack_kind(rack);
    let name = name(campus, Found::Chip { rack, chip });
    heading(
        ui,
        format!("Chip {}", name.rsplit('/').next().unwrap_or("")),
        &format!(
            "{}, {:.0} W design power [{:?}]",
            kind.chip.name, kind.chip.tdp_w.value, kind.chip.tdp_w.tag
        ),
    );
    row(ui, "Junction", format!("{:.1} °C", state.chips.junction_c[chip]));
    row(ui, "Power", format!("{:.0} W", state.chips.power_w[chip]));
    row(
        ui,
        "Utilisation",
        format!("{:.0} %", f32::from(state.chips.utilisation[chip]) / 2.55),
    );
    row(
        ui,
        "Throttles at",
        format!("{:.0} °C [{:?}]", kind.chip.throttle_c.value, kind.chip.throttle_c.tag),
    );
}

fn assumption_list(ui: &mut egui::Ui, campus: &Campus) {
    ui.label(
        RichText::new("C confirmed · C2 press · B background · E estimate")
            .size(12.0)
            .color(QUIET),
    );
    egui::ScrollArea::both()
        .auto_shrink(false)
        .show_rows(ui, 18.0, campus.assumptions.len(), |ui, range| {
            for (file, assumption) in &campus.assumptions[range] {
                ui.horizontal(|ui| {
                    ui.label(
                        RichText::new(format!("{:?}", assumption.figure.tag))
                            .monospace()
                            .color(ACCENT),
                    );
                    ui.label(RichText::new(assumption.figure.value.to_string()).monospace());
                    ui.label(&assumption.path);
                    ui.label(RichText::new(format!("{} · {file}", assumption.figure.source)).color(QUIET));
                });
            }
        });
}

pub(crate) fn plugin(app: &mut App) {
    app.add_plugins(FrameTimeDiagnosticsPlugin::default());
    app.add_systems(EguiPrimaryContextPass, panels);
}
