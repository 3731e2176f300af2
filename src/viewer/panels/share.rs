//! What is said of links: the one that was copied, the way to the time of one, and what is wrong with one.

use bevy::prelude::*;
use bevy_egui::{EguiContexts, EguiPrimaryContextPass, egui};
use egui::{RichText, TextEdit};
use rainier::sim::clock::Clock;
use rainier::sim::power::incidents;

use super::pieces::called;
use super::theme::{ACCENT, ALARM, QUIET};
use super::windows::Windows;
use crate::share::Sharing;
use crate::words::say;

/// Longest part of a link that is shown, points.
const WIDTH: f32 = 360.0;

/// What the note is known by, and how far it is above the lower edge of what is free, points.
pub(super) const NOTE: &str = "share";
const UP: f32 = 14.0;

/// The button that copies a link.
pub(super) fn button(ui: &mut egui::Ui, sharing: &mut Sharing) {
    let hint = say!("copy-link.hint");
    if ui.button(say!("copy-link")).on_hover_text(hint).clicked() {
        sharing.copy();
    }
}

/// A note over the campus.
fn note(ctx: &egui::Context, free: egui::Rect, contents: impl FnOnce(&mut egui::Ui)) {
    let _ = super::pieces::note(ctx, NOTE, free, UP, contents);
}

fn notes(mut contexts: EguiContexts, windows: Res<Windows>, clock: Res<Clock>, mut sharing: ResMut<Sharing>) -> Result {
    let ctx = contexts.ctx_mut()?.clone();
    let Some(free) = windows.free else { return Ok(()) };
    let sharing = sharing.bypass_change_detection();
    if let Some(copied) = sharing.copied.as_mut().filter(|copied| !copied.done) {
        ctx.copy_text(copied.address.clone());
        #[cfg(not(target_arch = "wasm32"))]
        {
            use std::io::Write;
            // It stands in the window too, where nobody reads the output.
            let _ = writeln!(std::io::stdout(), "{}", copied.address);
        }
        copied.done = true;
    }
    if let Some(going) = sharing.going {
        let mut stay = false;
        note(&ctx, free, |ui| {
            let when = incidents::clock(going.until_s);
            ui.label(say!("link-going", when = when));
            ui.horizontal(|ui| {
                ui.add(
                    egui::ProgressBar::new(going.share(clock.time_s))
                        .desired_width(WIDTH * 0.6)
                        .fill(ACCENT.now()),
                );
                stay = ui.button(say!("link-stay")).clicked();
            });
        });
        if stay {
            sharing.stop();
        }
        return Ok(());
    }
    if !sharing.problem.is_empty() {
        let mut close = false;
        note(&ctx, free, |ui| {
            ui.label(RichText::new(say!("link-problem")).color(ALARM));
            egui::ScrollArea::vertical().max_height(140.0).show(ui, |ui| {
                ui.add(egui::Label::new(RichText::new(&sharing.problem).size(12.0)).wrap());
            });
            close = ui.button(say!("close")).clicked();
        });
        if close {
            sharing.problem.clear();
        }
        return Ok(());
    }
    let mut close = false;
    if let Some(copied) = &mut sharing.copied {
        note(&ctx, free, |ui| {
            ui.horizontal(|ui| {
                ui.label(say!("link-copied"));
                let size = say!("link-length", length = copied.address.len());
                ui.label(RichText::new(size).size(11.5).color(QUIET));
            });
            // Where the clipboard is closed to a page, it can be copied from here.
            let mut address = copied.address.as_str();
            let edit = ui.add(TextEdit::singleline(&mut address).desired_width(WIDTH));
            called(edit, say!("link-field"));
            if !copied.lacks.is_empty() {
                ui.add(egui::Label::new(RichText::new(&copied.lacks).size(12.0).color(ALARM)).wrap());
            }
            close = ui.button(say!("close")).clicked();
        });
    }
    if close {
        sharing.copied = None;
    }
    Ok(())
}

pub(super) fn plugin(app: &mut App) {
    app.add_systems(EguiPrimaryContextPass, notes);
}
