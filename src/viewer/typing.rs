//! Keys as text fields hear them: each with the modifiers that were held when it went down or came up. egui's plugin gives all
//! keys of a frame the modifiers of its end, so that where frames are slow Ctrl+A would write an "a".

use bevy::input::keyboard::{Key, KeyboardFocusLost, KeyboardInput};
use bevy::prelude::*;
#[cfg(not(target_arch = "wasm32"))]
use bevy_egui::EguiClipboard;
use bevy_egui::helpers::{bevy_to_egui_key, bevy_to_egui_physical_key};
use bevy_egui::input::{EguiInputEvent, ModifierKeysState, WindowToEguiContextMap};
use bevy_egui::{EguiGlobalSettings, EguiInputSet, EguiPreUpdateSet, egui};
use egui::Event;

/// Notes a modifier that goes down or comes up.
fn note(held: &mut ModifierKeysState, message: &KeyboardInput) {
    let down = message.state.is_pressed();
    match message.logical_key {
        Key::Shift => held.shift = down,
        Key::Control => held.ctrl = down,
        Key::Alt => held.alt = down,
        Key::Super | Key::Meta => held.win = down,
        _ => {}
    }
}

/// What a key writes, if it writes anything.
fn text(message: &KeyboardInput, held: &ModifierKeysState) -> Option<Event> {
    if !message.state.is_pressed() || !held.text_input_is_allowed() {
        return None;
    }
    match &message.logical_key {
        Key::Character(written) if !written.contains(char::is_control) => Some(Event::Text(written.to_string())),
        Key::Space => Some(Event::Text(" ".into())),
        _ => None,
    }
}

/// The key itself. Where a keyboard has no Latin letters, the place of the key counts.
fn key(message: &KeyboardInput, held: &ModifierKeysState) -> Option<Event> {
    let physical_key = bevy_to_egui_physical_key(&message.key_code);
    Some(Event::Key {
        key: bevy_to_egui_key(&message.logical_key).or(physical_key)?,
        physical_key,
        pressed: message.state.is_pressed(),
        // egui finds that out.
        repeat: false,
        modifiers: held.to_egui_modifiers(),
    })
}

/// What a shortcut of the clipboard asks for. A browser tells of these by itself.
#[cfg(not(target_arch = "wasm32"))]
fn clipboard(heard: &Event, clipboard: &mut EguiClipboard) -> Option<Event> {
    match heard {
        Event::Key {
            key,
            pressed: true,
            modifiers,
            ..
        } if modifiers.command => match key {
            egui::Key::C => Some(Event::Copy),
            egui::Key::X => Some(Event::Cut),
            egui::Key::V => clipboard.get_text().map(Event::Paste),
            _ => None,
        },
        _ => None,
    }
}

fn hear(
    mut messages: MessageReader<KeyboardInput>,
    mut lost: MessageReader<KeyboardFocusLost>,
    at_end: Res<ModifierKeysState>,
    mut held: Local<ModifierKeysState>,
    contexts: Res<WindowToEguiContextMap>,
    #[cfg(not(target_arch = "wasm32"))] mut copied: ResMut<EguiClipboard>,
    mut out: MessageWriter<EguiInputEvent>,
) {
    // Keys that came up while the window was not in front are not told one by one.
    if lost.read().last().is_some() {
        (held.shift, held.ctrl, held.alt, held.win) = (false, false, false, false);
    }
    for message in messages.read() {
        note(&mut held, message);
        let heard = key(message, &held);
        #[cfg(not(target_arch = "wasm32"))]
        let asked = heard.as_ref().and_then(|heard| clipboard(heard, &mut copied));
        #[cfg(target_arch = "wasm32")]
        let asked: Option<Event> = None;
        let events: Vec<Event> = [text(message, &held), heard, asked].into_iter().flatten().collect();
        for context in contexts.window_to_contexts.get(&message.window).into_iter().flatten() {
            out.write_batch(events.iter().map(|event| EguiInputEvent {
                context: *context,
                event: event.clone(),
            }));
        }
    }
    *held = *at_end;
}

pub(crate) fn plugin(app: &mut App) {
    if let Some(mut settings) = app.world_mut().get_resource_mut::<EguiGlobalSettings>() {
        settings.input_system_settings.run_write_keyboard_input_messages_system = false;
    }
    app.add_systems(
        PreUpdate,
        hear.in_set(EguiPreUpdateSet::ProcessInput)
            .in_set(EguiInputSet::ReadBevyMessages),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use bevy::input::ButtonState;

    fn message(key_code: KeyCode, logical_key: Key, state: ButtonState) -> KeyboardInput {
        KeyboardInput {
            key_code,
            logical_key,
            state,
            text: None,
            repeat: false,
            window: Entity::PLACEHOLDER,
        }
    }

    /// What a field hears of keys within one frame: what is written, and keys that went down with Control or Shift.
    fn heard(messages: &[KeyboardInput]) -> (String, Vec<(egui::Key, bool, bool)>) {
        let mut held = ModifierKeysState::default();
        let (mut written, mut keys) = (String::new(), Vec::new());
        for message in messages {
            note(&mut held, message);
            if let Some(Event::Text(text)) = text(message, &held) {
                written += &text;
            }
            if let Some(Event::Key {
                key,
                pressed: true,
                modifiers,
                ..
            }) = key(message, &held)
            {
                keys.push((key, modifiers.ctrl, modifiers.shift));
            }
        }
        (written, keys)
    }

    #[test]
    fn a_modifier_counts_as_it_was_when_the_key_went_down() {
        use ButtonState::{Pressed, Released};
        let a = |state| message(KeyCode::KeyA, Key::Character("a".into()), state);
        let control = |state| message(KeyCode::ControlLeft, Key::Control, state);
        let shift = |state| message(KeyCode::ShiftLeft, Key::Shift, state);
        let left = |state| message(KeyCode::ArrowLeft, Key::ArrowLeft, state);
        // Ctrl+A within one frame, and then a letter.
        let hurried = [control(Pressed), a(Pressed), a(Released), control(Released), a(Pressed)];
        let (written, keys) = heard(&hurried);
        assert_eq!(written, "a");
        assert_eq!(keys, [(egui::Key::A, true, false), (egui::Key::A, false, false)]);
        // A letter before Control goes down in the same frame is written.
        assert_eq!(heard(&[a(Pressed), a(Released), control(Pressed)]).0, "a");
        let (_, keys) = heard(&[shift(Pressed), left(Pressed), left(Released), shift(Released)]);
        assert_eq!(keys, [(egui::Key::ArrowLeft, false, true)]);
    }

    #[test]
    fn keys_of_other_alphabets_are_known_by_their_place() {
        let ef = message(KeyCode::KeyA, Key::Character("ф".into()), ButtonState::Pressed);
        assert_eq!(heard(&[ef]), ("ф".into(), vec![(egui::Key::A, false, false)]));
    }
}
