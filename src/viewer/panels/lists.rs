//! Windows with a list in them: keys, and the assumptions of the site with their sources.

use bevy_egui::egui;
use egui::{FontId, RichText};
use rainier::site::Campus;

use super::parts::{Part, Parts};
use super::theme::{ACCENT, QUIET};
use super::windows::Windows;
use crate::named;
use crate::selection::{Overlay, key_of};
use crate::words::say;

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
        Part::Keys => (say!("keys-window"), [640.0, 420.0]),
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
        // The names of keys take no more than this; what they do is broken into lines beside them.
        let beside = (ui.available_width() - 170.0).max(160.0);
        egui::Grid::new("keys")
            .num_columns(2)
            .max_col_width(beside)
            .spacing([14.0, 3.0])
            .show(ui, |ui| {
                let mut key = |letter: &str, what: &str| {
                    ui.label(RichText::new(letter).font(FontId::monospace(12.5)).color(ACCENT));
                    ui.add(egui::Label::new(RichText::new(what).size(12.0)).wrap());
                    ui.end_row();
                };
                for part in Part::ALL {
                    if let Some((_, letter)) = part.key() {
                        key(letter, part.about());
                    }
                }
                key("R", say!("key-roofs"));
                key("Q", say!("key-quality"));
                for overlay in Overlay::ALL {
                    key(&key_of(overlay), &say!("key-colours", what = named::overlay(overlay)));
                }
                key(say!("key-space-name"), say!("key-space"));
                key("F2", say!("key-picture"));
                key(say!("key-undo-name"), say!("key-undo"));
                key(say!("key-tab-name"), say!("key-tab"));
                key(say!("key-escape-name"), say!("key-escape"));
                key(say!("key-search-name"), say!("key-search"));
                key(say!("key-back-name"), say!("key-back"));
                key("← ↑ → ↓", say!("key-arrows"));
                key("+ -", say!("key-zoom"));
                key(say!("key-home-name"), say!("key-home"));
                key("L", say!("key-labels"));
                key("N", say!("key-map"));
                key("V", say!("key-inside"));
                key(", .", say!("key-section"));
                key(say!("key-page-name"), say!("key-page"));
                key(say!("key-mouse-name"), say!("key-mouse"));
            });
    });
}

pub(crate) fn assumption_list(ui: &mut egui::Ui, campus: &Campus) {
    ui.label(RichText::new(say!("assumption-tags")).size(12.0).color(QUIET));
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
