//! Small pieces of the editor's forms.

use bevy_egui::egui;
use egui::{Align, Key, Layout, RichText, TextEdit, vec2};

use crate::panels::pieces::called;
use crate::panels::theme::QUIET;

/// Room for the names of fields, points.
const NAMES: f32 = 116.0;

/// A line of a form: a name, and what belongs to it.
pub(super) fn line(ui: &mut egui::Ui, name: &str, contents: impl FnOnce(&mut egui::Ui)) {
    ui.horizontal(|ui| {
        let size = vec2(NAMES, ui.spacing().interact_size.y);
        ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
            ui.set_min_width(NAMES);
            ui.label(RichText::new(name).size(12.0).color(QUIET));
        });
        ui.with_layout(Layout::left_to_right(Align::Center).with_main_wrap(true), contents);
    });
}

/// A value that can be typed over, with its id and its name: what it was given, once that is done. Escape leaves it as it was.
pub(super) fn cell(
    ui: &mut egui::Ui,
    (id, name): (egui::Id, &str),
    now: &str,
    width: f32,
    hint: &str,
    about: &str,
) -> Option<String> {
    let kept: Option<String> = ui.data(|data| data.get_temp(id));
    let mut text = kept.unwrap_or_else(|| now.to_owned());
    let edit = TextEdit::singleline(&mut text)
        .id(id)
        .desired_width(width)
        .hint_text(hint);
    // In a table the width that is desired would give way to what is left of a column.
    let size = vec2(width, ui.spacing().interact_size.y);
    let response = called(ui.add_sized(size, edit), name).on_hover_text(about);
    if response.lost_focus() {
        ui.data_mut(|data| data.remove::<String>(id));
        let given_up = ui.input(|input| input.key_pressed(Key::Escape));
        return (!given_up && text != now).then_some(text);
    }
    if response.has_focus() {
        ui.data_mut(|data| data.insert_temp(id, text));
    }
    None
}

/// A choice of words, with its id and its name; the one that has been chosen.
pub(super) fn words(
    ui: &mut egui::Ui,
    (id, name): (egui::Id, &str),
    now: &str,
    width: f32,
    all: &[(&'static str, &'static str)],
) -> Option<&'static str> {
    let mut chosen = None;
    let drawn = egui::ComboBox::from_id_salt(id)
        .width(width)
        .height(320.0)
        .selected_text(now)
        .show_ui(ui, |ui| {
            for (word, about) in all {
                if ui.selectable_label(now == *word, *word).on_hover_text(*about).clicked() {
                    chosen = Some(*word).filter(|word| *word != now);
                }
            }
        });
    called(drawn.response, name);
    chosen
}
