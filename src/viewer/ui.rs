//! The panels: readings on top, the selected place on the right, legend and time below.

use bevy::diagnostic::{DiagnosticsStore, FrameTimeDiagnosticsPlugin};
use bevy::prelude::*;
use bevy_egui::{EguiContexts, EguiPrimaryContextPass, egui};
use egui::{Align, Color32, CornerRadius, FontId, Frame, Layout, Margin, RichText, Stroke};
use rainier::sim::clock::Clock;
use rainier::sim::meters::Meters;
use rainier::sim::power::grid::Grid;
use rainier::sim::power::incidents::{Incidents, clock};
use rainier::sim::twin::Plan;
use rainier::sim::weather::Outside;
use rainier::sim::{ChipColumns, HallColumns, PowerColumns, RackColumns, UnitColumns};
use rainier::site::Campus;
use rainier::site::campus::Found;

use crate::advance::Pace;
use crate::camera::Orbit;
use crate::oneline::OneLine;
use crate::racks::MAP;
use crate::scenarios::Scenarios;
use crate::selection::{Overlay, Roofs, Selection, Shown, name, up};

pub(crate) const PANEL: Color32 = Color32::from_rgb(17, 21, 28);
pub(crate) const LINE: Color32 = Color32::from_rgb(46, 54, 66);
pub(crate) const TEXT: Color32 = Color32::from_rgb(226, 232, 240);
pub(crate) const QUIET: Color32 = Color32::from_rgb(150, 162, 178);
const ACCENT: Color32 = Color32::from_rgb(94, 214, 238);
pub(crate) const ALARM: Color32 = Color32::from_rgb(255, 132, 96);

/// Pages narrower than this, in points, show the panel only with a selection.
const NARROW: f32 = 860.0;

/// Whether the list of assumptions is open.
#[derive(Resource, Debug, Default)]
struct AssumptionsOpen(bool);

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

fn frame() -> Frame {
    Frame::new()
        .fill(PANEL)
        .inner_margin(Margin::symmetric(14, 9))
        .stroke(Stroke::new(1.0, LINE))
}

/// A reading: its name small above its value.
fn reading(ui: &mut egui::Ui, title: &str, value: String, unit: &str, color: Color32) {
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
    mut assumptions: ResMut<AssumptionsOpen>,
    mut scenarios: ResMut<Scenarios>,
    mut one_line: ResMut<OneLine>,
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
            for (k, overlay) in Overlay::ALL.into_iter().enumerate() {
                let (title, _) = overlay.title();
                if ui
                    .selectable_label(shown.0 == overlay, title)
                    .on_hover_text(format!("key {}", k + 1))
                    .clicked()
                {
                    shown.0 = overlay;
                }
            }
            ui.separator();
            ui.toggle_value(&mut roofs.0, "Roofs").on_hover_text("key R");
            ui.toggle_value(&mut one_line.0, "One-line").on_hover_text("key O");
            ui.toggle_value(&mut assumptions.0, "Assumptions");
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
    // A narrow page shows the campus first; the panel comes with a selection.
    if !narrow || selection.0.is_some() {
        let width = if narrow { 220.0 } else { 300.0 };
        egui::Panel::right("place")
            .frame(frame())
            .exact_size(width)
            .resizable(false)
            .show(root, |ui| {
                egui::ScrollArea::vertical().show(ui, |ui| place_panel(ui, &state, &mut selection, &mut orbit));
            });
    }
    let window = ctx.content_rect();
    let mut free = root.available_rect_before_wrap();
    let legend_width = if narrow { 120.0 } else { 230.0 };
    // A rack is looked at from head to foot: it stands beside the legend, not behind it.
    if matches!(selection.0, Some(Found::Rack(_) | Found::Chip { .. })) {
        free.min.x += legend_width + 40.0;
    }
    let free = (free.center() - window.center()) / window.height().max(1.0);
    orbit.free = Vec2::new(free.x, free.y);
    egui::Area::new("legend".into())
        .anchor(egui::Align2::LEFT_BOTTOM, [14.0, -62.0])
        .show(&ctx, |ui| legend(ui, shown.0, legend_width));
    if assumptions.0 {
        egui::Window::new("Assumptions")
            .open(&mut assumptions.0)
            .default_size([760.0, 420.0])
            .show(&ctx, |ui| {
                assumption_list(ui, &state.plan.0);
            });
    }
    Ok(())
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
    ui.spacing_mut().slider_width = 130.0;
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
fn grouped(value: f64) -> String {
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

fn legend(ui: &mut egui::Ui, overlay: Overlay, width: f32) {
    let (title, unit) = overlay.title();
    let [low, high] = overlay.range();
    let scale = if overlay == Overlay::Utilisation { 100.0 } else { 1.0 };
    frame().corner_radius(CornerRadius::same(6)).show(ui, |ui| {
        ui.label(RichText::new(format!("{title}, {unit}")).size(12.0));
        let (rect, _) = ui.allocate_exact_size(egui::vec2(width, 12.0), egui::Sense::hover());
        let mut mesh = egui::Mesh::default();
        for (k, [r, g, b]) in MAP.into_iter().enumerate() {
            let x = rect.left() + rect.width() * k as f32 / (MAP.len() - 1) as f32;
            let color = Color32::from_rgb(r, g, b);
            mesh.colored_vertex(egui::pos2(x, rect.top()), color);
            mesh.colored_vertex(egui::pos2(x, rect.bottom()), color);
            if k > 0 {
                let n = (k * 2) as u32;
                mesh.add_triangle(n - 2, n - 1, n);
                mesh.add_triangle(n - 1, n, n + 1);
            }
        }
        ui.painter().add(egui::Shape::mesh(mesh));
        let (labels, _) = ui.allocate_exact_size(egui::vec2(width, 14.0), egui::Sense::hover());
        for k in 0..=4 {
            let value = (low + (high - low) * k as f32 / 4.0) * scale;
            let align = [
                egui::Align2::LEFT_TOP,
                egui::Align2::CENTER_TOP,
                egui::Align2::RIGHT_TOP,
            ][usize::from(k > 0) + usize::from(k == 4)];
            let at = egui::pos2(labels.left() + labels.width() * k as f32 / 4.0, labels.top());
            ui.painter()
                .text(at, align, format!("{value:.0}"), FontId::proportional(11.0), QUIET);
        }
    });
}

fn place_panel(ui: &mut egui::Ui, state: &State, selection: &mut Selection, orbit: &mut Orbit) {
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
        Some(Found::Rack(rack)) => rack_numbers(ui, state, rack),
        Some(Found::Chip { rack, chip }) => {
            chip_numbers(ui, state, rack, chip);
            ui.separator();
            rack_numbers(ui, state, rack);
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
    row(ui, "IT", format!("{:.2} MW", columns.it_w[h] / 1e6));
    row(ui, "Cooling", format!("{:.0} kW", columns.cooling_w[h] / 1e3));
    row(ui, "Supply air", format!("{:.1} °C", columns.supply_c[h]));
    row(ui, "Hot aisle", format!("{:.1} °C", columns.hot_aisle_c[h]));
    row(ui, "Supply flow", format!("{:.0} kg/s", columns.supply_air_kg_s[h]));
    row(ui, "Rack flow", format!("{:.0} kg/s", columns.rack_air_kg_s[h]));
    row(
        ui,
        "Recirculation",
        format!("{:.1} %", columns.recirculation[h] * 100.0),
    );
    row(ui, "Water", format!("{:.2} L/s", columns.water_l_s[h]));
    row(ui, "Hottest chip", format!("{:.1} °C", columns.hottest_chip_c[h]));
    row(ui, "Throttled", columns.limited[h].to_string());
    let mut modes = std::collections::BTreeMap::new();
    for unit in hall.units.clone() {
        *modes.entry(state.units.mode[unit].as_str()).or_insert(0) += 1;
    }
    let modes: Vec<String> = modes.iter().map(|(mode, n)| format!("{n} {mode}")).collect();
    row(ui, "Units", modes.join(", "));
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
    row(ui, "Outlet", format!("{:.1} °C", racks.outlet_c[rack]));
    row(ui, "Fans", format!("{:.0} %", racks.fan_speed[rack] * 100.0));
    row(ui, "Utilisation", format!("{:.0} %", racks.utilisation[rack] * 100.0));
    row(ui, "Hottest chip", format!("{:.1} °C", racks.hottest_c[rack]));
    row(ui, "Throttled", racks.limited[rack].to_string());
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
    app.init_resource::<AssumptionsOpen>();
    app.add_plugins(FrameTimeDiagnosticsPlugin::default());
    app.add_systems(EguiPrimaryContextPass, panels);
}
