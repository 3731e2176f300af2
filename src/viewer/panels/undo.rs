//! What hands have done to switches and units, and how it is undone at once: a note with a button, and Ctrl+Z.

use bevy::ecs::system::SystemParam;
use bevy::prelude::*;
use bevy_egui::{EguiContexts, EguiPrimaryContextPass, egui};
use egui::RichText;
use rainier::sim::UnitColumns;
use rainier::sim::command::Command;
use rainier::sim::power::gensets::Gensets;
use rainier::sim::power::grid::Grid;
use rainier::sim::power::incidents::At;
use rainier::site::Campus;

use crate::named;
use crate::navigation::keys::Presses;
use crate::navigation::keys_are_free;
use crate::orders::Doing;
use crate::panels::theme::TEXT;
use crate::panels::windows::Windows;
use crate::panels::{pieces, share};
use crate::share::Sharing;
use crate::words::say;

/// How long the note of what was done stays, s.
const NOTE_S: f32 = 12.0;

/// Most of what was done that can be undone.
const MOST: usize = 50;

/// Something that was done.
struct Done {
    /// What, in words.
    what: String,
    /// What undoes it.
    back: Vec<Command>,
}

/// What was done by hand, the latest last.
#[derive(Resource, Default)]
pub(crate) struct Undo {
    done: Vec<Done>,
    /// Time for which the note of the latest still stays, s.
    left_s: f32,
}

/// The way in which panels give orders that can be undone.
#[derive(SystemParam)]
pub(crate) struct Orders<'w> {
    grid: Res<'w, Grid>,
    gensets: Res<'w, Gensets>,
    units: Res<'w, UnitColumns>,
    undo: ResMut<'w, Undo>,
    doing: Doing<'w>,
}

impl Orders<'_> {
    /// Gives an order, to be carried out at the next tick.
    pub(crate) fn give(&mut self, command: Command) {
        let plan = &self.doing.plan.0;
        let back = command.undone_by(plan, &self.grid, &self.gensets, &self.units);
        let what = in_words(&command, plan);
        self.doing.order(command);
        if self.undo.done.len() >= MOST {
            self.undo.done.remove(0);
        }
        self.undo.done.push(Done { what, back });
        self.undo.left_s = NOTE_S;
    }
}

/// What an order does, in words.
fn in_words(command: &Command, campus: &Campus) -> String {
    let node = |node: u32| named::place(At::Node(node), campus);
    let hall = |hall: usize| named::place(At::Hall(hall as u32), campus);
    match *command {
        Command::OpenFeed(n) => say!("done-opened", of = node(n)),
        Command::CloseFeed(n) => say!("done-closed", of = node(n)),
        Command::BreakNode { node: n, count } => say!("done-broke", of = node(n), count = count),
        Command::RepairNode(n) => say!("done-repaired", of = node(n)),
        Command::FailUnits { hall: h, count } => say!("done-units-broke", of = hall(h), count = count),
        Command::RepairUnits { hall: h } => say!("done-units-repaired", of = hall(h)),
        _ => String::new(),
    }
}

impl Undo {
    /// What would be undone next, in words; empty if nothing.
    #[cfg(target_arch = "wasm32")]
    pub(crate) fn next(&self) -> &str {
        self.done.last().map_or("", |done| &done.what)
    }

    /// Undoes the latest, if there is one.
    fn back(&mut self, doing: &mut Doing) {
        if let Some(done) = self.done.pop() {
            done.back.into_iter().for_each(|command| doing.order(command));
        }
        self.left_s = if self.done.is_empty() { 0.0 } else { NOTE_S };
    }
}

fn keys(presses: Res<Presses>, mut undo: ResMut<Undo>, mut doing: Doing) {
    if presses.with_control(KeyCode::KeyZ) {
        undo.back(&mut doing);
    }
}

fn note(
    mut contexts: EguiContexts,
    time: Res<Time<Real>>,
    (windows, sharing): (Res<Windows>, Res<Sharing>),
    mut undo: ResMut<Undo>,
    mut doing: Doing,
) -> Result {
    let (Some(done), Some(free), true) = (undo.done.last(), windows.free, undo.left_s > 0.0) else {
        return Ok(());
    };
    let ctx = contexts.ctx_mut()?.clone();
    let what = done.what.clone();
    // What is said of links stands there too.
    let below = ctx.memory(|memory| memory.area_rect(share::NOTE));
    let up = 12.0 + below.filter(|_| sharing.says()).map_or(0.0, |rect| rect.height() + 8.0);
    let mut back = false;
    let shown = pieces::note(&ctx, "undo", free, up, |ui| {
        ui.horizontal_wrapped(|ui| {
            ui.label(RichText::new(what).size(12.5).color(TEXT));
            back = ui.button(say!("undo")).on_hover_text(say!("undo.hint")).clicked();
        });
    });
    // Whoever is about to press has the time to.
    if !shown.contains_pointer() {
        undo.left_s -= time.delta_secs().min(0.25);
    }
    if back {
        undo.back(&mut doing);
    }
    Ok(())
}

pub(crate) fn plugin(app: &mut App) {
    app.add_systems(Update, keys.run_if(keys_are_free));
    app.add_systems(EguiPrimaryContextPass, note.after(super::panels));
}
