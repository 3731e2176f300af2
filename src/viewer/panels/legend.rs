//! What the colours mean.

use bevy_egui::egui;
use egui::{Color32, CornerRadius, RichText};
use rainier::sim::state::UnitMode;

use super::State;
use super::jobs::{self, JobView};
use super::parts::{Part, Parts};
use super::pieces::{color_bar, frame, swatch};
use super::theme::{COLD_TO_HOT, DIAGRAM_C, MODES, QUIET, Tint, map_colors};
use crate::difference;
use crate::selection::{AIR_C, Overlay, Selection};
use crate::world::slice::{HEIGHT_M, Height};

/// What the colours mean: of racks by their values, or of units by what they do.
pub(crate) fn legend(
    ui: &mut egui::Ui,
    overlay: Overlay,
    width: f32,
    state: &State,
    selection: &Selection,
    job_view: &JobView,
) {
    let (title, unit) = overlay.title();
    if state.beside.is_some() && state.difference.on {
        frame().corner_radius(CornerRadius::same(6)).show(ui, |ui| {
            let reach = state.difference.reach * overlay.scale();
            if !reach.is_finite() {
                let text = format!("{title} cannot be taken from each other: choose another overlay.");
                ui.set_max_width(width);
                ui.label(RichText::new(text).size(12.0).color(QUIET));
                return;
            }
            ui.label(RichText::new(format!("{title}, B − A, {unit}")).size(12.0));
            let colors = difference::MAP.map(|[r, g, b]| Color32::from_rgb(r, g, b));
            color_bar(ui, &colors, [-reach, reach], width);
        });
        return;
    }
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

/// The scales of the air of halls, where a plane or points show it, and the height of the plane.
pub(crate) fn air_legend(ui: &mut egui::Ui, parts: &Parts, selection: &Selection, height: &mut Height, width: f32) {
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
            let colors = COLD_TO_HOT.map(Tint::now);
            color_bar(ui, &colors, DIAGRAM_C.map(|t_c| t_c as f32), width);
        }
    });
}
