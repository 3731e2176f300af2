//! Colours and the look of all panels.

use bevy_egui::egui;
use egui::{Color32, CornerRadius, Stroke};
use rainier::sim::state::UnitMode;

use crate::world::racks::MAP;

pub(crate) const PANEL: Color32 = Color32::from_rgb(17, 21, 28);

pub(crate) const LINE: Color32 = Color32::from_rgb(46, 54, 66);

pub(crate) const TEXT: Color32 = Color32::from_rgb(226, 232, 240);

pub(crate) const QUIET: Color32 = Color32::from_rgb(150, 162, 178);

pub(crate) const ACCENT: Color32 = Color32::from_rgb(94, 214, 238);

pub(crate) const ALARM: Color32 = Color32::from_rgb(255, 132, 96);

/// The ground of diagrams and charts.
pub(crate) const GROUND: Color32 = Color32::from_rgb(11, 14, 19);

/// Water.
pub(crate) const WATER: Color32 = Color32::from_rgb(110, 180, 255);

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
pub(crate) const COLD_TO_HOT: [[u8; 3]; 3] = [[56, 140, 250], [214, 222, 232], [255, 120, 40]];

/// Colour of air or water of a temperature in diagrams.
pub(crate) fn diagram_color(t_c: f64) -> Color32 {
    if !t_c.is_finite() {
        return QUIET;
    }
    let share = ((t_c - DIAGRAM_C[0]) / (DIAGRAM_C[1] - DIAGRAM_C[0])).clamp(0.0, 1.0) as f32 * 2.0;
    let k = usize::from(share >= 1.0);
    let (low, high) = (COLD_TO_HOT[k], COLD_TO_HOT[k + 1]);
    let mix = |c: usize| (f32::from(low[c]) + (f32::from(high[c]) - f32::from(low[c])) * (share - k as f32)) as u8;
    Color32::from_rgb(mix(0), mix(1), mix(2))
}

/// The stops of the racks' colour map.
pub(crate) fn map_colors() -> [Color32; 8] {
    MAP.map(|[r, g, b]| Color32::from_rgb(r, g, b))
}

pub(crate) fn theme(ctx: &egui::Context) {
    let mut visuals = egui::Visuals::dark();
    visuals.panel_fill = PANEL;
    visuals.window_fill = PANEL;
    visuals.override_text_color = Some(TEXT);
    visuals.selection.bg_fill = Color32::from_rgb(22, 78, 99);
    visuals.selection.stroke = Stroke::new(1.0, ACCENT);
    visuals.widgets.noninteractive.bg_stroke = Stroke::new(1.0, LINE);
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
