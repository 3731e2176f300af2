//! Small pieces that panels are made of.

use bevy_egui::egui;
use egui::output::OutputEvent;
use egui::{Align, Color32, FontId, Frame, Layout, Margin, RichText, Stroke};
use rainier::sim::state::UnitMode;

use super::theme::{ACCENT, ALARM, LINE, PANEL, QUIET, TEXT, mode_color};

/// Most width of a note, points.
const NOTE: f32 = 480.0;

pub(crate) fn frame() -> Frame {
    Frame::new()
        .fill(PANEL.now())
        .inner_margin(Margin::symmetric(14, 9))
        .stroke(Stroke::new(1.0, LINE))
}

/// A note over the lower middle of what the panels leave free, so many points above its edge.
pub(super) fn note(
    ctx: &egui::Context,
    id: &'static str,
    free: egui::Rect,
    up: f32,
    contents: impl FnOnce(&mut egui::Ui),
) -> egui::Response {
    let from_middle = free.center_bottom() - ctx.content_rect().center_bottom();
    let area = egui::Area::new(id.into())
        .order(egui::Order::Foreground)
        .anchor(egui::Align2::CENTER_BOTTOM, [from_middle.x, from_middle.y - up]);
    let shown = area.show(ctx, |ui| {
        frame().corner_radius(6.0).show(ui, |ui| {
            ui.set_max_width((free.width() - 60.0).clamp(120.0, NOTE));
            contents(ui);
        });
    });
    shown.response
}

/// Gives a button that shows a symbol a name for those who hear it: what its hint says before a colon.
pub(crate) fn named(response: egui::Response, hint: &str) -> egui::Response {
    let name = hint.split(':').next().unwrap_or(hint);
    let on = response.enabled();
    response.widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::Button, on, name));
    response.on_hover_text(hint)
}

/// Gives a control that shows only its value, such as a field or a list, a name for those who hear it.
pub(crate) fn called(response: egui::Response, name: &str) -> egui::Response {
    #[cfg(not(target_arch = "wasm32"))]
    response
        .ctx
        .accesskit_node_builder(response.id, |node| node.set_label(name));
    // A page says what happens to a control, and has no tree of them.
    if response.gained_focus() || response.clicked() || response.changed() {
        response.ctx.output_mut(|output| {
            if let Some(event) = output.events.last_mut() {
                let (OutputEvent::Clicked(info)
                | OutputEvent::DoubleClicked(info)
                | OutputEvent::TripleClicked(info)
                | OutputEvent::FocusGained(info)
                | OutputEvent::TextSelectionChanged(info)
                | OutputEvent::ValueChanged(info)) = event;
                info.label = Some(name.to_owned());
            }
        });
    }
    response
}

/// A name small above its value, in a column.
pub(crate) fn named_value(ui: &mut egui::Ui, title: &str, value: String, unit: &str, color: impl Into<Color32>) {
    ui.spacing_mut().item_spacing.y = 1.0;
    ui.label(RichText::new(title).size(11.0).color(QUIET));
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        ui.label(RichText::new(value).font(FontId::monospace(17.0)).color(color));
        ui.label(RichText::new(unit).size(11.5).color(QUIET));
    });
}

/// A reading: its name small above its value.
pub(crate) fn reading(ui: &mut egui::Ui, title: &str, value: String, unit: &str, color: impl Into<Color32>) {
    ui.vertical(|ui| named_value(ui, title, value, unit, color));
    ui.add_space(10.0);
}

pub(crate) fn row(ui: &mut egui::Ui, title: &str, value: impl Into<String>) {
    ui.horizontal(|ui| {
        ui.label(RichText::new(title).color(QUIET));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.label(RichText::new(value.into()).font(FontId::monospace(13.0)));
        });
    });
}

pub(crate) fn heading(ui: &mut egui::Ui, title: String, about: &str) {
    ui.label(RichText::new(title).size(17.0).color(ACCENT));
    if !about.is_empty() {
        ui.label(RichText::new(about).size(12.0).color(QUIET));
    }
    ui.add_space(4.0);
}

/// A quiet title between the numbers of a panel.
pub(crate) fn part(ui: &mut egui::Ui, title: &str) {
    ui.add_space(4.0);
    ui.label(RichText::new(title).size(12.0).color(ACCENT));
}

/// One line of things that scrolls sideways where the window is too narrow for it.
pub(crate) fn scrolled(ui: &mut egui::Ui, contents: impl FnOnce(&mut egui::Ui)) {
    ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Extend);
    egui::ScrollArea::horizontal().show(ui, |ui| ui.horizontal(contents));
}

/// Small words that change while one looks, in room that does not: what stands beside them never moves under a pointer.
pub(crate) fn still(ui: &mut egui::Ui, width: f32, text: RichText) {
    let size = egui::vec2(width, ui.spacing().interact_size.y);
    ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
        ui.set_min_width(width);
        ui.add(egui::Label::new(text).truncate());
    });
}

/// A colour and what it stands for, which stay together where a line ends.
pub(crate) fn key_label(ui: &mut egui::Ui, color: Color32, text: &str, size: f32, tint: impl Into<Color32>) {
    let mut job = egui::text::LayoutJob::default();
    let font = FontId::proportional(size);
    let format = |color| egui::TextFormat::simple(font.clone(), color);
    job.append("■\u{a0}", 0.0, format(color));
    job.append(&text.replace(' ', "\u{a0}"), 0.0, format(tint.into()));
    ui.label(job);
}

/// A mode's colour and name, with the number of units in it.
pub(crate) fn swatch(ui: &mut egui::Ui, mode: UnitMode, count: usize) {
    let (rect, _) = ui.allocate_exact_size(egui::vec2(11.0, 11.0), egui::Sense::hover());
    ui.painter().rect_filled(rect, 2.0, mode_color(mode));
    let color = if mode == UnitMode::Failed && count > 0 {
        ALARM
    } else {
        TEXT
    };
    ui.label(
        RichText::new(count.to_string())
            .font(FontId::monospace(11.5))
            .color(color),
    );
    ui.label(RichText::new(crate::named::mode(mode)).size(11.5).color(QUIET));
    ui.add_space(4.0);
}

/// Colours from left to right with values below them.
pub(crate) fn color_bar(ui: &mut egui::Ui, colors: &[Color32], [low, high]: [f32; 2], width: f32) {
    let (rect, _) = ui.allocate_exact_size(egui::vec2(width, 12.0), egui::Sense::hover());
    let mut mesh = egui::Mesh::default();
    for (k, color) in colors.iter().enumerate() {
        let x = rect.left() + rect.width() * k as f32 / (colors.len() - 1).max(1) as f32;
        mesh.colored_vertex(egui::pos2(x, rect.top()), *color);
        mesh.colored_vertex(egui::pos2(x, rect.bottom()), *color);
        if k > 0 {
            let n = (k * 2) as u32;
            mesh.add_triangle(n - 2, n - 1, n);
            mesh.add_triangle(n - 1, n, n + 1);
        }
    }
    ui.painter().add(egui::Shape::mesh(mesh));
    let (labels, _) = ui.allocate_exact_size(egui::vec2(width, 14.0), egui::Sense::hover());
    // Between small numbers tenths are told apart.
    let digits = if high - low < 10.0 && (high - low) % 4.0 != 0.0 {
        1
    } else {
        0
    };
    for k in 0..=4 {
        let value = low + (high - low) * k as f32 / 4.0;
        let align = [
            egui::Align2::LEFT_TOP,
            egui::Align2::CENTER_TOP,
            egui::Align2::RIGHT_TOP,
        ][usize::from(k > 0) + usize::from(k == 4)];
        let at = egui::pos2(labels.left() + labels.width() * k as f32 / 4.0, labels.top());
        let font = FontId::proportional(11.0);
        ui.painter()
            .text(at, align, format!("{value:.digits$}"), font, QUIET.now());
    }
}
