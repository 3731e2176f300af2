//! Keys as they were pressed: each with the modifiers that were held at its own time. A frame in software can take so long
//! that a modifier is up again when the frame looks.

use bevy::input::ButtonState;
use bevy::input::InputSystems;
use bevy::input::keyboard::KeyboardInput;
use bevy::prelude::*;

/// Modifiers, either side.
const SHIFT: [KeyCode; 2] = [KeyCode::ShiftLeft, KeyCode::ShiftRight];
const ALT: [KeyCode; 2] = [KeyCode::AltLeft, KeyCode::AltRight];
/// Control, and what stands for it on a Mac.
const CONTROL: [KeyCode; 4] = [
    KeyCode::ControlLeft,
    KeyCode::ControlRight,
    KeyCode::SuperLeft,
    KeyCode::SuperRight,
];

/// Modifiers that are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Held {
    shift: bool,
    alt: bool,
    control: bool,
}

impl Held {
    fn of(keys: &ButtonInput<KeyCode>) -> Self {
        Self {
            shift: keys.any_pressed(SHIFT),
            alt: keys.any_pressed(ALT),
            control: keys.any_pressed(CONTROL),
        }
    }

    fn note(&mut self, key: KeyCode, down: bool) {
        if SHIFT.contains(&key) {
            self.shift = down;
        } else if ALT.contains(&key) {
            self.alt = down;
        } else if CONTROL.contains(&key) {
            self.control = down;
        }
    }
}

/// Keys that were pressed in this frame, in their order.
#[derive(Resource, Debug, Clone, Default)]
pub(crate) struct Presses(Vec<(KeyCode, Held)>);

impl Presses {
    fn any(&self, key: KeyCode, held: impl Fn(&Held) -> bool) -> bool {
        self.0.iter().any(|(pressed, with)| *pressed == key && held(with))
    }

    /// Whether it was pressed without Control and Alt: with them a key is the browser's or the system's.
    pub(crate) fn plain(&self, key: KeyCode) -> bool {
        self.any(key, |held| !held.alt && !held.control)
    }

    /// The same with Shift.
    pub(crate) fn shifted(&self, key: KeyCode) -> bool {
        self.any(key, |held| held.shift && !held.alt && !held.control)
    }

    /// Whether it was pressed with Alt alone.
    pub(crate) fn with_alt(&self, key: KeyCode) -> bool {
        self.any(key, |held| held.alt && !held.control)
    }

    /// Whether it was pressed with Control, or Command.
    pub(crate) fn with_control(&self, key: KeyCode) -> bool {
        self.any(key, |held| held.control && !held.alt)
    }
}

fn listen(
    mut messages: MessageReader<KeyboardInput>,
    keys: Res<ButtonInput<KeyCode>>,
    mut held: Local<Held>,
    mut presses: ResMut<Presses>,
) {
    presses.0.clear();
    for message in messages.read() {
        let down = message.state == ButtonState::Pressed;
        held.note(message.key_code, down);
        if down && !message.repeat {
            presses.0.push((message.key_code, *held));
        }
    }
    // Keys that came up while the window was not in front are not told one by one.
    *held = Held::of(&keys);
}

pub(crate) fn plugin(app: &mut App) {
    app.init_resource::<Presses>();
    app.add_systems(PreUpdate, listen.after(InputSystems));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(key: KeyCode, held: Held) -> Presses {
        Presses(vec![(key, held)])
    }

    #[test]
    fn a_modifier_counts_as_it_was_when_the_key_went_down() {
        let mut held = Held::default();
        let mut presses = Presses::default();
        // Shift and a digit within one frame.
        for (key, down) in [
            (KeyCode::ShiftLeft, true),
            (KeyCode::Digit1, true),
            (KeyCode::Digit1, false),
            (KeyCode::ShiftLeft, false),
        ] {
            held.note(key, down);
            if down {
                presses.0.push((key, held));
            }
        }
        assert!(presses.plain(KeyCode::Digit1) && presses.shifted(KeyCode::Digit1));
        assert!(!held.shift);
    }

    #[test]
    fn keys_with_control_or_alt_are_not_plain() {
        let control = Held {
            control: true,
            ..Held::default()
        };
        let alt = Held {
            alt: true,
            ..Held::default()
        };
        let reload = press(KeyCode::KeyR, control);
        assert!(!reload.plain(KeyCode::KeyR) && reload.with_control(KeyCode::KeyR) && !reload.with_alt(KeyCode::KeyR));
        let back = press(KeyCode::ArrowLeft, alt);
        assert!(!back.plain(KeyCode::ArrowLeft) && back.with_alt(KeyCode::ArrowLeft));
        assert!(press(KeyCode::KeyR, Held::default()).plain(KeyCode::KeyR));
    }
}
