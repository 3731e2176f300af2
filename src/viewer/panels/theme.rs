//! Colours and the look of all panels.

use std::sync::atomic::{AtomicBool, Ordering};

use bevy::prelude::Resource;
use bevy_egui::egui;
use egui::{Color32, CornerRadius, Stroke};
use rainier::sim::state::UnitMode;

use crate::world::colors::{MAP, Stops};

/// Whether the light theme is on. One for the whole program: a colour is asked for in places that know nothing of it.
static LIGHT: AtomicBool = AtomicBool::new(false);

/// A colour of the theme: one in the dark, one in the light.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tint {
    dark: Color32,
    light: Color32,
}

impl Tint {
    const fn new(dark: [u8; 3], light: [u8; 3]) -> Self {
        Self {
            dark: Color32::from_rgb(dark[0], dark[1], dark[2]),
            light: Color32::from_rgb(light[0], light[1], light[2]),
        }
    }

    /// As it is now.
    pub(crate) fn now(self) -> Color32 {
        if LIGHT.load(Ordering::Relaxed) {
            self.light
        } else {
            self.dark
        }
    }
}

impl From<Tint> for Color32 {
    fn from(tint: Tint) -> Self {
        tint.now()
    }
}

/// The ground of panels.
pub(crate) const PANEL: Tint = Tint::new([17, 21, 28], [250, 251, 252]);

/// Lines between things.
pub(crate) const LINE: Tint = Tint::new([46, 54, 66], [206, 212, 220]);

/// What is read first.
pub(crate) const TEXT: Tint = Tint::new([226, 232, 240], [22, 28, 36]);

/// What is read second.
pub(crate) const QUIET: Tint = Tint::new([150, 162, 178], [84, 95, 110]);

/// Titles, and what can be clicked.
pub(crate) const ACCENT: Tint = Tint::new([94, 214, 238], [0, 104, 134]);

/// What asks for attention.
pub(crate) const ALARM: Tint = Tint::new([255, 132, 96], [184, 52, 10]);

/// The ground of diagrams and charts.
pub(crate) const GROUND: Tint = Tint::new([11, 14, 19], [238, 241, 245]);

/// Water.
pub(crate) const WATER: Tint = Tint::new([110, 180, 255], [20, 96, 186]);

/// What is well.
pub(crate) const GOOD: Tint = Tint::new([120, 220, 160], [18, 112, 62]);

/// The ground of a question.
pub(crate) const ASKING: Tint = Tint::new([38, 46, 60], [225, 233, 242]);

/// Comments of a text that is written.
pub(crate) const COMMENT: Tint = Tint::new([124, 152, 130], [72, 102, 78]);

/// Texts in quotes.
pub(crate) const QUOTED: Tint = Tint::new([232, 196, 128], [134, 82, 0]);

/// Numbers.
pub(crate) const NUMBER: Tint = Tint::new([178, 200, 255], [38, 70, 170]);

/// Words that are values.
pub(crate) const WORD: Tint = Tint::new([236, 158, 196], [152, 34, 96]);

/// What is chosen.
const CHOSEN: Tint = Tint::new([22, 78, 99], [190, 226, 238]);

/// Buttons at rest and under the pointer.
const BUTTONS: [Tint; 2] = [
    Tint::new([38, 45, 56], [228, 232, 238]),
    Tint::new([54, 64, 80], [212, 219, 228]),
];

/// Modes of cooling units in the order of the legend.
pub(crate) const MODES: [UnitMode; 6] = [
    UnitMode::Off,
    UnitMode::Mixing,
    UnitMode::Free,
    UnitMode::Evaporative,
    UnitMode::Failed,
    UnitMode::Maintenance,
];

/// Colour of a cooling unit's mode: after Okabe and Ito, apart in hue to all eyes, and in lightness.
pub(crate) const fn mode_color(mode: UnitMode) -> Color32 {
    match mode {
        UnitMode::Off => Color32::from_rgb(92, 102, 116),
        UnitMode::Mixing => Color32::from_rgb(204, 121, 167),
        UnitMode::Free => Color32::from_rgb(110, 200, 245),
        UnitMode::Evaporative => Color32::from_rgb(0, 104, 200),
        UnitMode::Failed => Color32::from_rgb(226, 92, 10),
        UnitMode::Maintenance => Color32::from_rgb(240, 228, 66),
    }
}

/// ASHRAE's classes of air from the narrowest to the widest.
pub(crate) const AIR_CLASSES: [Color32; 5] = [
    Color32::from_rgb(80, 220, 160),
    Color32::from_rgb(86, 180, 233),
    Color32::from_rgb(140, 140, 255),
    Color32::from_rgb(214, 130, 190),
    Color32::from_rgb(230, 160, 40),
];

/// Ends of the colours of air and water in diagrams and of points of air, °C.
pub(crate) const DIAGRAM_C: [f64; 2] = [10.0, 50.0];

/// Stops of those colours: cold blue over pale to warm orange, which all eyes tell apart.
pub(crate) const COLD_TO_HOT: [Tint; 3] = [
    Tint::new([56, 140, 250], [16, 92, 210]),
    Tint::new([214, 222, 232], [104, 108, 118]),
    Tint::new([255, 120, 40], [206, 70, 0]),
];

/// Colour of air or water of a temperature in diagrams.
pub(crate) fn diagram_color(t_c: f64) -> Color32 {
    if !t_c.is_finite() {
        return QUIET.now();
    }
    let share = ((t_c - DIAGRAM_C[0]) / (DIAGRAM_C[1] - DIAGRAM_C[0])).clamp(0.0, 1.0) as f32 * 2.0;
    let k = usize::from(share >= 1.0);
    let [low, high] = [COLD_TO_HOT[k], COLD_TO_HOT[k + 1]].map(|tint| tint.now().to_array());
    let mix = |c: usize| (f32::from(low[c]) + (f32::from(high[c]) - f32::from(low[c])) * (share - k as f32)) as u8;
    Color32::from_rgb(mix(0), mix(1), mix(2))
}

/// Stops of a map for panels.
pub(crate) fn stops_of(map: &Stops) -> [Color32; 8] {
    map.map(|[r, g, b]| Color32::from_rgb(r, g, b))
}

/// The stops of the map of what glows.
pub(crate) fn map_colors() -> [Color32; 8] {
    stops_of(&MAP)
}

/// Light or dark panels.
#[derive(Resource, Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(not(target_arch = "wasm32"), derive(clap::ValueEnum))]
pub(crate) enum Look {
    /// Light text on dark ground.
    #[default]
    Dark,
    /// Dark text on light ground.
    Light,
}

impl Look {
    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Dark => "Dark",
            Self::Light => "Light",
        }
    }

    /// The other one.
    pub(crate) fn other(self) -> Self {
        match self {
            Self::Dark => Self::Light,
            Self::Light => Self::Dark,
        }
    }
}

/// Dresses all panels.
pub(crate) fn theme(ctx: &egui::Context, look: Look) {
    LIGHT.store(look == Look::Light, Ordering::Relaxed);
    let mut visuals = match look {
        Look::Dark => egui::Visuals::dark(),
        Look::Light => egui::Visuals::light(),
    };
    visuals.panel_fill = PANEL.now();
    visuals.window_fill = PANEL.now();
    visuals.extreme_bg_color = GROUND.now();
    visuals.override_text_color = Some(TEXT.now());
    visuals.hyperlink_color = ACCENT.now();
    visuals.selection.bg_fill = CHOSEN.now();
    visuals.selection.stroke = Stroke::new(1.0, ACCENT.now());
    visuals.window_stroke = Stroke::new(1.0, LINE.now());
    visuals.widgets.noninteractive.bg_stroke = Stroke::new(1.0, LINE.now());
    for (widget, fill) in [
        (&mut visuals.widgets.inactive, BUTTONS[0]),
        (&mut visuals.widgets.hovered, BUTTONS[1]),
        (&mut visuals.widgets.active, BUTTONS[1]),
        (&mut visuals.widgets.open, BUTTONS[1]),
    ] {
        widget.bg_fill = fill.now();
        widget.weak_bg_fill = fill.now();
    }
    visuals.window_corner_radius = CornerRadius::same(6);
    ctx.set_visuals(visuals);
    ctx.all_styles_mut(|style| {
        style.spacing.item_spacing = egui::vec2(8.0, 6.0);
        style.spacing.button_padding = egui::vec2(8.0, 4.0);
        for font in style.text_styles.values_mut() {
            font.size = font.size.max(12.5);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance after WCAG 2.2, section "relative luminance".
    fn luminance(color: Color32) -> f64 {
        let linear = |c: u8| {
            let c = f64::from(c) / 255.0;
            if c <= 0.04045 {
                c / 12.92
            } else {
                ((c + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * linear(color.r()) + 0.7152 * linear(color.g()) + 0.0722 * linear(color.b())
    }

    /// Text stands out from what it is written on by 4.5 at least: WCAG 2.2, success criterion 1.4.3.
    #[test]
    fn text_can_be_read_in_both_looks() {
        for ink in [TEXT, QUIET, ACCENT, ALARM, WATER, GOOD, COMMENT, QUOTED, NUMBER, WORD] {
            for ground in [PANEL, GROUND] {
                for [ink, ground] in [[ink.dark, ground.dark], [ink.light, ground.light]] {
                    let [a, b] = [ink, ground].map(luminance);
                    let contrast = (a.max(b) + 0.05) / (a.min(b) + 0.05);
                    assert!(contrast >= 4.5, "{ink:?} on {ground:?}: {contrast:.2}");
                }
            }
        }
        for ground in BUTTONS.into_iter().chain([CHOSEN, ASKING]) {
            for [ink, ground] in [[TEXT.dark, ground.dark], [TEXT.light, ground.light]] {
                let [a, b] = [ink, ground].map(luminance);
                assert!((a.max(b) + 0.05) / (a.min(b) + 0.05) >= 4.5, "{ink:?} on {ground:?}");
            }
        }
    }
}
