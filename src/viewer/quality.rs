//! How much is drawn: fixed by a key or a flag, or chosen by how long frames take.

use bevy::prelude::*;
use bevy_egui::input::EguiWantsInput;

use crate::navigation::keys::Presses;

/// What a flag or a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(not(target_arch = "wasm32"), derive(clap::ValueEnum))]
pub(crate) enum Asked {
    /// What the machine draws in time.
    #[default]
    Auto,
    /// Without smooth edges, surfaces, clouds and moving air.
    Low,
    /// All of it.
    High,
}

/// How much is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Low,
    High,
}

/// Frames longer than this on average are too long, s.
const LONG_S: f32 = 1.0 / 24.0;

/// Frames shorter than this on average leave room for more, s.
const SHORT_S: f32 = 1.0 / 50.0;

/// Time over which frames are averaged, s.
const MEAN_S: f32 = 2.0;

/// Time after which more is tried at the start, s.
const FIRST_WAIT_S: f32 = 2.0;

/// Time after which more is tried when it has failed once, s. Each further try that fails doubles it.
const WAIT_S: f32 = 15.0;

/// A frame longer than this is a stall, such as a tab that was hidden or a scenario that was loaded, s.
const STALL_S: f32 = 1.0;

/// Longest wait before more is tried, s.
const MOST_WAIT_S: f32 = 480.0;

/// How much is drawn, and why.
#[derive(Resource, Debug, Clone, PartialEq)]
pub(crate) struct Quality {
    asked: Asked,
    level: Level,
    /// Mean time of a frame, s, and over how long it is known, s.
    mean_s: f32,
    known_s: f32,
    /// Time since the level last changed, and to wait before more is tried, s.
    since_s: f32,
    wait_s: f32,
    /// Whether the frame before was a stall.
    stalled: bool,
}

impl Quality {
    /// As asked for.
    pub(crate) fn new(asked: Asked) -> Self {
        Self {
            asked,
            // A slow machine must not begin with what it cannot draw: the first frames would take seconds each.
            level: if asked == Asked::High { Level::High } else { Level::Low },
            mean_s: 0.0,
            known_s: 0.0,
            since_s: 0.0,
            wait_s: FIRST_WAIT_S,
            stalled: false,
        }
    }

    /// Whether surfaces, clouds and moving air are drawn.
    pub(crate) fn detail(&self) -> bool {
        self.level == Level::High
    }

    /// Smoothing of edges.
    pub(crate) fn msaa(&self) -> Msaa {
        match self.level {
            Level::Low => Msaa::Off,
            Level::High => Msaa::Sample4,
        }
    }

    /// Takes note of a frame; whether another level serves better.
    fn note(&mut self, frame_s: f32) -> Option<Level> {
        if self.asked != Asked::Auto {
            return None;
        }
        // One stall says nothing about the picture; one after the other, they are the picture's.
        let before = std::mem::replace(&mut self.stalled, frame_s > STALL_S);
        if self.stalled && !before {
            return None;
        }
        let frame_s = frame_s.min(STALL_S);
        self.since_s += frame_s;
        self.known_s += frame_s;
        let share = (frame_s / MEAN_S.min(self.known_s)).min(1.0);
        self.mean_s += (frame_s - self.mean_s) * share;
        if self.known_s < 1.5 * MEAN_S {
            return None;
        }
        match self.level {
            Level::High if self.mean_s > LONG_S => Some(Level::Low),
            Level::Low if self.mean_s < SHORT_S && self.since_s > self.wait_s => Some(Level::High),
            _ => None,
        }
    }

    fn set(&mut self, level: Level) {
        if level == Level::Low {
            self.wait_s = (self.wait_s * 2.0).clamp(WAIT_S, MOST_WAIT_S);
        }
        self.level = level;
        (self.known_s, self.since_s) = (0.0, 0.0);
    }
}

/// Chooses the level by how long frames take.
fn adapt(time: Res<Time<Real>>, mut quality: ResMut<Quality>) {
    // What is only counted is no change to those who draw by the level.
    let wanted = quality.bypass_change_detection().note(time.delta_secs());
    if let Some(level) = wanted {
        quality.set(level);
    }
}

/// The key: by itself, low, high.
fn keys(presses: Res<Presses>, wants: Res<EguiWantsInput>, mut quality: ResMut<Quality>) {
    if wants.wants_any_keyboard_input() || !presses.plain(KeyCode::KeyQ) {
        return;
    }
    let asked = match quality.asked {
        Asked::Auto => Asked::Low,
        Asked::Low => Asked::High,
        Asked::High => Asked::Auto,
    };
    *quality = Quality::new(asked);
}

fn smooth(quality: Res<Quality>, mut cameras: Query<&mut Msaa, With<Camera3d>>) {
    for mut msaa in &mut cameras {
        msaa.set_if_neq(quality.msaa());
    }
}

pub(crate) fn plugin(app: &mut App) {
    app.add_systems(Update, (keys, adapt, smooth).chain());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(quality: &mut Quality, frame_s: f32, for_s: f32) -> u32 {
        let mut changes = 0;
        for _ in 0..(for_s / frame_s) as u32 {
            if let Some(level) = quality.note(frame_s) {
                quality.set(level);
                changes += 1;
            }
        }
        changes
    }

    #[test]
    fn long_frames_lower_it_and_short_ones_raise_it_later() {
        let mut quality = Quality::new(Asked::Auto);
        assert!(!quality.detail());
        assert_eq!(run(&mut quality, 0.017, 10.0), 1);
        assert!(quality.detail());
        assert_eq!(run(&mut quality, 0.100, 10.0), 1);
        assert!(!quality.detail());
        // 17 ms at the low level: more is tried, but not at once.
        assert_eq!(run(&mut quality, 0.017, 5.0), 0);
        assert_eq!(run(&mut quality, 0.017, 60.0), 1);
        assert!(quality.detail());
        // It does not go up and down all the time.
        assert_eq!(run(&mut quality, 0.100, 10.0), 1);
        assert_eq!(run(&mut quality, 0.017, 20.0), 0);
        // Frames of seconds, one after the other, are no stalls.
        let mut quality = Quality::new(Asked::Auto);
        assert_eq!(run(&mut quality, 0.010, 10.0), 1);
        assert_eq!(run(&mut quality, 2.0, 20.0), 1);
        assert!(!quality.detail());
    }

    #[test]
    fn what_is_asked_for_stays() {
        for asked in [Asked::Low, Asked::High] {
            let mut quality = Quality::new(asked);
            assert_eq!(run(&mut quality, 0.300, 30.0) + run(&mut quality, 0.005, 60.0), 0);
            assert_eq!(quality.detail(), asked == Asked::High);
        }
    }

    #[test]
    fn one_stall_is_no_reason() {
        let mut quality = Quality::new(Asked::Auto);
        run(&mut quality, 0.016, 10.0);
        assert_eq!(quality.note(3.0), None);
        assert_eq!(run(&mut quality, 0.016, 10.0), 0);
    }
}
