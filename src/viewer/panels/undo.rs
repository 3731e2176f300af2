//! What hands have done to switches and units, and how it is undone at once: a note with a button, and Ctrl+Z.

use bevy::ecs::system::SystemParam;
use bevy::prelude::*;
use bevy_egui::{EguiContexts, EguiPrimaryContextPass, egui};
use egui::RichText;
use rainier::sim::AhuColumns;
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
#[derive(Clone)]
struct Done {
    /// What, in words.
    what: String,
    /// What undoes it.
    back: Vec<Command>,
}

/// What was done by hand, the latest last.
#[derive(Resource, Clone, Default)]
pub(crate) struct Undo {
    done: Vec<Done>,
    /// What was ordered since the state was as it is now, and when that is carried out, s since the start.
    pending: (f64, Vec<Command>),
    /// Time for which the note of the latest still stays, s.
    left_s: f32,
}

/// The way in which panels give orders that can be undone.
#[derive(SystemParam)]
pub(crate) struct Orders<'w> {
    grid: Res<'w, Grid>,
    gensets: Res<'w, Gensets>,
    units: Res<'w, AhuColumns>,
    undo: ResMut<'w, Undo>,
    doing: Doing<'w>,
}

impl Orders<'_> {
    /// Gives an order, to be carried out at the next tick.
    pub(crate) fn give(&mut self, command: Command) {
        let plan = &self.doing.plan.0;
        let back = command.undone_by(plan, &self.grid, &self.gensets, &self.units);
        let back = again(back, &command, self.undo.pending(self.doing.at_s()));
        let what = in_words(&command, plan);
        self.undo.pending.1.push(command.clone());
        self.doing.order(command);
        if self.undo.done.len() >= MOST {
            self.undo.done.remove(0);
        }
        self.undo.done.push(Done { what, back });
        self.undo.left_s = NOTE_S;
    }
}

/// The node or hall that an order is about, if it is one that can be undone.
fn place(command: &Command) -> Option<At> {
    match *command {
        Command::OpenFeed(n) | Command::CloseFeed(n) | Command::BreakNode { node: n, .. } | Command::RepairNode(n) => {
            Some(At::Node(n))
        }
        Command::FailUnits { hall, .. } | Command::RepairUnits { hall } => Some(At::Hall(hall as u32)),
        _ => None,
    }
}

/// What undoes an order, with what puts the state back as it is now. What was ordered before it and is still to come is
/// ordered again. Opening and closing are each other's undoing, whatever the state.
fn again(back: Vec<Command>, command: &Command, pending: &[Command]) -> Vec<Command> {
    let switches = |command: &Command| matches!(command, Command::OpenFeed(_) | Command::CloseFeed(_));
    if switches(command) {
        return back;
    }
    let same = |other: &&Command| !switches(other) && place(other) == place(command);
    back.into_iter().chain(pending.iter().filter(same).cloned()).collect()
}

/// What an order does, in words.
fn in_words(command: &Command, campus: &Campus) -> String {
    let of = place(command).map_or_else(String::new, |at| named::place(at, campus));
    match *command {
        Command::OpenFeed(_) => say!("done-opened", of = of),
        Command::CloseFeed(_) => say!("done-closed", of = of),
        Command::BreakNode { count, .. } => say!("done-broke", of = of, count = count),
        Command::RepairNode(_) => say!("done-repaired", of = of),
        Command::FailUnits { count, .. } => say!("done-units-broke", of = of, count = count),
        Command::RepairUnits { .. } => say!("done-units-repaired", of = of),
        _ => String::new(),
    }
}

impl Undo {
    /// What would be undone next, in words; empty if nothing.
    #[cfg(target_arch = "wasm32")]
    pub(crate) fn next(&self) -> &str {
        self.done.last().map_or("", |done| &done.what)
    }

    /// What was ordered and is still to come, for orders that are carried out at a time, s since the start.
    fn pending(&mut self, at_s: f64) -> &[Command] {
        if self.pending.0 != at_s {
            self.pending = (at_s, Vec::new());
        }
        &self.pending.1
    }

    /// Undoes the latest, if there is one.
    fn back(&mut self, doing: &mut Doing) {
        if let Some(done) = self.done.pop() {
            self.pending(doing.at_s());
            self.pending.1.extend_from_slice(&done.back);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_of_one_tick_are_undone_one_by_one() {
        let broke = |hall, count| Command::FailUnits { hall, count };
        let repaired = |hall| Command::RepairUnits { hall };
        // Three units of hall 4 are broken; two more are about to be, and one of another hall.
        let now = || vec![repaired(4), broke(4, 3)];
        let pending = [broke(4, 2), broke(5, 1)];
        let back = again(now(), &broke(4, 1), &pending);
        assert_eq!(back, [repaired(4), broke(4, 3), broke(4, 2)]);
        // So it is after what was broken is about to be mended.
        let pending = [broke(4, 2), repaired(4), broke(4, 3)];
        assert_eq!(again(now(), &broke(4, 1), &pending)[2..], pending);
        assert_eq!(again(now(), &broke(4, 1), &[]), now());
        let opened = Command::OpenFeed(7);
        let closed = || vec![Command::CloseFeed(7)];
        assert_eq!(again(closed(), &opened, &[Command::RepairNode(7)]), closed());
    }
}
