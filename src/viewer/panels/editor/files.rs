//! Files that come by themselves, and texts that must not be lost: dropped and picked files, and the draft.

use bevy::prelude::*;
#[cfg(not(target_arch = "wasm32"))]
use bevy::window::FileDragAndDrop;

use super::{Editor, Opening};
use crate::cases::Case;
use crate::mine::SavedScenarios;
use crate::panels::parts::{Part, Parts};
use crate::words::say;

/// Opens files that are dropped on the window.
#[cfg(not(target_arch = "wasm32"))]
fn dropped(
    mut drops: MessageReader<FileDragAndDrop>,
    mut editor: ResMut<Editor>,
    mut parts: ResMut<Parts>,
    mine: Res<SavedScenarios>,
    case: Res<Case>,
) {
    for drop in drops.read() {
        let FileDragAndDrop::DroppedFile { path_buf, .. } = drop else {
            continue;
        };
        parts.show(Part::Editor, true);
        match path_buf.to_str() {
            Some(path) => editor.ask_to_open(Opening::File(path.to_owned()), &case, &mine),
            None => editor.complain(say!("file-name-no-unicode", name = path_buf.display().to_string())),
        }
    }
}

/// Opens files that were picked, or dropped on the page.
#[cfg(target_arch = "wasm32")]
fn dropped(mut editor: ResMut<Editor>, mut parts: ResMut<Parts>, mine: Res<SavedScenarios>, case: Res<Case>) {
    for (name, text) in crate::web_files::files() {
        parts.show(Part::Editor, true);
        match text {
            Ok(text) => editor.ask_to_open(Opening::Text(text), &case, &mine),
            Err(problem) => editor.complain(say!("file-unreadable", file = name, problem = problem)),
        }
    }
}

/// Time between two copies of a text that is being typed, s. A copy is short work, but not one for every key.
const EVERY_S: f64 = 0.5;

/// Keeps a text that is not saved for the next session: while it is typed, and when the program ends.
fn keep(mut editor: ResMut<Editor>, exit: MessageReader<AppExit>, time: Res<Time<Real>>, mut last_s: Local<f64>) {
    let now_s = time.elapsed_secs_f64();
    if !editor.keeps_drafts || (now_s - *last_s < EVERY_S && exit.is_empty()) {
        return;
    }
    *last_s = now_s;
    let editor = editor.bypass_change_detection();
    let outcome = editor.document.as_mut().map_or(Ok(()), super::Document::keep_draft);
    if let Err(problem) = outcome {
        editor.complain(say!("editor-draft-lost", problem = problem));
    }
}

pub(super) fn add(app: &mut App) {
    app.add_systems(Update, dropped);
    app.add_systems(Last, keep);
}
