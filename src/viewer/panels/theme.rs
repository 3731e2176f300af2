//! Colours and the look of all panels.

use std::sync::atomic::{AtomicBool, Ordering};

use bevy::prelude::Resource;
use bevy_egui::egui;
use egui::{Color32, CornerRadius, Stroke};
use rainier::sim::state::UnitMode;
use rainier::view::palette;

use crate::words::say;
use crate::world::colors::{MAP, Stops};

/// Whether the light theme is on. One for the whole program: a colour is asked for in places that know nothing of it.
static LIGHT: AtomicBool = AtomicBool::new(false);

/// A colour of the theme: one in the dark, one in the light.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tint(palette::Tint);

impl Tint {
    const fn new(dark: [u8; 3], light: [u8; 3]) -> Self {
        Self(palette::Tint { dark, light })
    }

    /// As it is now.
    pub(crate) fn now(self) -> Color32 {
        let [r, g, b] = if LIGHT.load(Ordering::Relaxed) {
            self.0.light
        } else {
            self.0.dark
        };
        Color32::from_rgb(r, g, b)
    }
}

impl From<Tint> for Color32 {
    fn from(tint: Tint) -> Self {
        tint.now()
    }
}

/// Takes colours from the palette, which says what they are for.
macro_rules! tints {
    ($($name:ident)*) => { $(pub(crate) const $name: Tint = Tint(palette::$name);)* };
}

tints! { PANEL LINE TEXT QUIET ACCENT ALARM GROUND WATER GOOD ASKING COMMENT QUOTED NUMBER WORD CHOSEN FOCUS }

/// Buttons at rest and under the pointer.
const BUTTONS: [Tint; 2] = [Tint(palette::BUTTONS[0]), Tint(palette::BUTTONS[1])];

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
            Self::Dark => say!("theme-dark"),
            Self::Light => say!("theme-light"),
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
    // A browser makes the page larger and smaller itself.
    #[cfg(target_arch = "wasm32")]
    ctx.options_mut(|options| options.zoom_with_keyboard = false);
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
    visuals.weak_text_color = Some(QUIET.now());
    // What has the focus of the keyboard looks as if it were pressed: both are seen by a ring.
    visuals.widgets.active.bg_stroke = Stroke::new(2.0, FOCUS.now());
    visuals.widgets.hovered.bg_stroke = Stroke::new(1.0, QUIET.now());
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
