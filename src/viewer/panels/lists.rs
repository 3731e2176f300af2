//! Windows with a list in them: keys, and the assumptions of the site with their sources.

use bevy_egui::egui;
use egui::{FontId, RichText};
use rainier::site::Campus;

use super::parts::{Part, Parts};
use super::theme::{ACCENT, QUIET};
use super::windows::Windows;
use crate::selection::{Overlay, key_of};

/// A window with a list in it.
pub(crate) fn listing(
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
pub(crate) fn key_list(ui: &mut egui::Ui) {
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
                key("Q", "detail: by itself, low, high");
                for overlay in Overlay::ALL {
                    key(&key_of(overlay), &format!("colours: {}", overlay.title()));
                }
                key("space", "stop and go on");
                key("F2", "save a picture; with Shift without panels");
                key("Esc", "one level up, and the camera with it");
                key("/  or  Ctrl K", "search: places, what stands out now, jobs, scenarios, colours, windows");
                key("[ ]  or  Alt ← →", "back and forward to where you were; mouse buttons 4 and 5 too");
                key("← ↑ → ↓", "move; with Shift turn and tilt");
                key("+ -", "zoom");
                key("Home", "the whole site");
                key("L", "labels on or off");
                key("N", "little map on or off");
                key("V", "solid walls, x-ray, section");
                key(", .", "move the section; with Shift faster");
                key("page up, down", "raise and lower the air slice");
                key(
                    "mouse",
                    "drag turns, right drag moves, wheel zooms to what it points at; click a place, click again to go there",
                );
            });
    });
}

pub(crate) fn assumption_list(ui: &mut egui::Ui, campus: &Campus) {
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
