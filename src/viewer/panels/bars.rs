//! The bar of readings on top and that of time and choices below.

use bevy_egui::egui;
use egui::{FontId, RichText};
use rainier::overlay::Theme;
use rainier::sim::clock::Clock;

use super::State;
use super::format::grouped;
use super::pieces::reading;
use super::theme::{ACCENT, ALARM, QUIET, TEXT};
use crate::advance::Pace;
use crate::cases::Case;
use crate::scenarios::{Ask, Scenarios, Source};
use crate::selection::{Overlay, Shown, key_of};

/// What colours the racks.
pub(crate) fn overlay_choice(ui: &mut egui::Ui, shown: &mut Shown) {
    egui::ComboBox::from_id_salt("overlay")
        .width(164.0)
        .height(ui.ctx().content_rect().height())
        .selected_text(shown.0.title())
        .show_ui(ui, |ui| {
            ui.set_min_width(250.0);
            for theme in Theme::ALL {
                ui.label(RichText::new(theme.title()).size(11.0).color(ACCENT));
                for overlay in Overlay::ALL.into_iter().filter(|of| of.theme() == theme) {
                    let chosen = shown.0 == overlay;
                    let key = RichText::new(key_of(overlay)).size(11.0).color(QUIET);
                    let choice = egui::Button::selectable(chosen, overlay.title()).right_text(key);
                    if ui.add(choice).on_hover_text(overlay.about()).clicked() {
                        shown.0 = overlay;
                    }
                }
            }
        })
        .response
        .on_hover_text("colours of racks and units: digits, some with Shift");
}

/// What runs, and what else could.
fn scenario_choice(ui: &mut egui::Ui, case: &Case, scenarios: &mut Scenarios) {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 1.0;
        ui.label(RichText::new("Scenario").size(11.0).color(QUIET));
        if let Some(file) = choice(ui, "scenario", case.name(), &scenarios.choices, 190.0, case.about()) {
            scenarios.ask(Ask::Start(Source::Named(file)));
        }
        if !scenarios.problem.is_empty() {
            ui.label(RichText::new(&scenarios.problem).size(11.0).color(ALARM));
        }
    });
}

/// A list of scenarios to choose from; the file of the one that has been chosen.
pub(crate) fn choice(
    ui: &mut egui::Ui,
    id: &str,
    name: &str,
    choices: &[(String, String)],
    width: f32,
    about: &str,
) -> Option<String> {
    let mut wanted = None;
    let shown = egui::ComboBox::from_id_salt(id)
        .width(width)
        .height(420.0)
        .selected_text(name)
        .show_ui(ui, |ui| {
            for (file, title) in choices {
                if ui.selectable_label(title == name, title).clicked() {
                    wanted = Some(file.clone());
                }
            }
        });
    if !about.is_empty() {
        shown.response.on_hover_text(about);
    }
    wanted
}

pub(crate) fn top_bar(ui: &mut egui::Ui, state: &State, scenarios: &mut Scenarios, narrow: bool) {
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
        scenario_choice(ui, &state.case, scenarios);
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
        scenario_choice(ui, &state.case, scenarios);
    }
}

pub(crate) fn time_controls(ui: &mut egui::Ui, clock: &Clock, pace: &mut Pace) {
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
