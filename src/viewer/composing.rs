//! Composed text in a window: the system's input method is asked for while the panels want text, and stands by their cursor.
//! A page has a field of its own for it (`web/index.html`).

use bevy::prelude::*;
use bevy::window::PrimaryWindow;
use bevy_egui::EguiOutput;

fn allow(outputs: Query<&EguiOutput>, mut windows: Query<&mut Window, With<PrimaryWindow>>) {
    let wanted = outputs.iter().find_map(|output| output.platform_output.ime);
    let Ok(mut window) = windows.single_mut() else { return };
    // What is borrowed to write counts as changed: only what has been must.
    if window.ime_enabled != wanted.is_some() {
        window.ime_enabled = wanted.is_some();
    }
    let at = wanted.map(|ime| ime.cursor_rect.left_bottom());
    if let Some(at) = at
        .map(|at| Vec2::new(at.x, at.y))
        .filter(|at| *at != window.ime_position)
    {
        window.ime_position = at;
    }
}

pub(crate) fn plugin(app: &mut App) {
    app.add_systems(Last, allow);
}
