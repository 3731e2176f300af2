//! The bar of ways: back and forward, where one is, search, bookmarks, how buildings are looked into, and aids.

use bevy::prelude::*;
use bevy_egui::egui;
use egui::{FontId, Key, Modifiers, RichText};
use rainier::site::Campus;

use super::pieces::{called, frame, named};
use super::theme::{ACCENT, ALARM, LINE, QUIET, TEXT};
use crate::navigation::aids::Aids;
use crate::navigation::bookmarks::{Bookmarks, LONGEST, Shows};
use crate::navigation::inside::{Inside, Look};
use crate::navigation::search::{Deed, Search, Target};
use crate::navigation::tour::Touring;
use crate::navigation::trail::Trail;
use crate::navigation::{Go, Orbit};
use crate::selection::{Roofs, Selection, Shown, name};
use crate::words::say;

/// What the bar shows and changes.
#[derive(bevy::ecs::system::SystemParam)]
pub(crate) struct Ways<'w> {
    pub(crate) trail: ResMut<'w, Trail>,
    pub(crate) search: ResMut<'w, Search>,
    pub(crate) bookmarks: ResMut<'w, Bookmarks>,
    pub(crate) aids: ResMut<'w, Aids>,
    pub(crate) inside: ResMut<'w, Inside>,
    pub(crate) touring: Res<'w, Touring>,
}

/// The bar. What lies to the right of the path comes first where there is little room.
pub(crate) fn bar(
    ui: &mut egui::Ui,
    ways: &mut Ways,
    campus: &Campus,
    selection: &mut Selection,
    orbit: &mut Orbit,
    shown: Shown,
    roofs: &mut Roofs,
    narrow: bool,
    alarms: impl FnOnce(&mut egui::Ui),
) {
    let button = |ui: &mut egui::Ui, on: bool, label: &str, hint: &str| {
        named(ui.add_enabled(on, egui::Button::new(label)), hint).clicked()
    };
    if button(ui, ways.trail.can_go_back(), "⬅", say!("way-back")) {
        ways.trail.back(selection, orbit);
    }
    if button(ui, ways.trail.can_go_forward(), "➡", say!("way-forward")) {
        ways.trail.forward(selection, orbit);
    }
    if narrow {
        alarms(ui);
        field(ui, &mut ways.search, 130.0);
        path(ui, campus, selection, orbit);
        tools(ui, ways, campus, selection, orbit, shown, roofs);
        return;
    }
    path(ui, campus, selection, orbit);
    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
        field(ui, &mut ways.search, 250.0);
        alarms(ui);
        ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
            ui.separator();
            tools(ui, ways, campus, selection, orbit, shown, roofs);
        });
    });
}

fn tools(
    ui: &mut egui::Ui,
    ways: &mut Ways,
    campus: &Campus,
    selection: &Selection,
    orbit: &Orbit,
    shown: Shown,
    roofs: &mut Roofs,
) {
    bookmarks(ui, ways, campus, selection, orbit, shown, roofs);
    for look in Look::ALL {
        let chosen = ways.inside.look == look;
        if ui
            .selectable_label(chosen, look.title())
            .on_hover_text(say!("look-key"))
            .clicked()
        {
            ways.inside.set(look, roofs);
        }
    }
    if ways.inside.look == Look::Section {
        let inside = &mut *ways.inside;
        ui.spacing_mut().slider_width = 90.0;
        let slider = ui.add(egui::Slider::new(&mut inside.share, 0.0..=1.0).show_value(false));
        called(slider, say!("section-slider.name")).on_hover_text(say!("section-slider"));
        let text = if inside.along_rows {
            say!("section-along")
        } else {
            say!("section-across")
        };
        if ui.button(text).on_hover_text(say!("section-turn")).clicked() {
            inside.along_rows = !inside.along_rows;
        }
    }
    ui.separator();
    ui.toggle_value(&mut ways.aids.labels, say!("way-labels"))
        .on_hover_text(say!("way-labels.hint"));
    ui.toggle_value(&mut ways.aids.minimap, say!("way-map"))
        .on_hover_text(say!("way-map.hint"));
    let runs = ways.touring.runs();
    if ui
        .add_enabled(!runs, egui::Button::new(say!("way-tour")))
        .on_hover_text(say!("way-tour.hint"))
        .clicked()
    {
        ways.search.follow(Target::Deed(Deed::Tour));
    }
}

/// Where one is, with the way up.
fn path(ui: &mut egui::Ui, campus: &Campus, selection: &mut Selection, orbit: &mut Orbit) {
    ui.spacing_mut().item_spacing.x = 5.0;
    let mut steps = Vec::new();
    let mut step = selection.0;
    while let Some(found) = step {
        steps.push(found);
        step = campus.up(found);
    }
    let link = |ui: &mut egui::Ui, text: &str, here: bool| {
        let color = if here { TEXT } else { ACCENT };
        ui.add(egui::Link::new(RichText::new(text).size(13.5).color(color)))
            .clicked()
    };
    if link(ui, say!("site"), steps.is_empty()) {
        selection.0 = None;
        orbit.go = Some(Go::Home);
    }
    for (k, found) in steps.iter().enumerate().rev() {
        ui.label(RichText::new("›").color(QUIET));
        let full = name(campus, *found);
        let last = full.rsplit('/').next().unwrap_or(&full);
        if link(ui, last, k == 0) {
            selection.0 = Some(*found);
            orbit.fly_to = Some(*found);
        }
    }
    ui.spacing_mut().item_spacing.x = 8.0;
}

/// The field of the search, and the list below it.
fn field(ui: &mut egui::Ui, search: &mut Search, width: f32) {
    let id = egui::Id::new("search");
    let had = ui.memory(|memory| memory.has_focus(id));
    let (mut down, mut up) = (false, false);
    if had {
        ui.input_mut(|input| {
            down = input.consume_key(Modifiers::NONE, Key::ArrowDown);
            up = input.consume_key(Modifiers::NONE, Key::ArrowUp);
        });
    }
    let last = search.hits.len().saturating_sub(1);
    search.row = (search.row + usize::from(down))
        .min(last)
        .saturating_sub(usize::from(up));
    let edit = egui::TextEdit::singleline(&mut search.text)
        .id(id)
        .char_limit(80)
        .hint_text(say!("search-field"))
        .desired_width(width);
    let response = called(ui.add(edit), say!("search-field.name"));
    if std::mem::take(&mut search.wanted) {
        response.request_focus();
    }
    let mut chosen = None;
    if response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
        chosen = search.hits.get(search.row).map(|hit| hit.target.clone());
        // What is not found yet stays to be mended.
        if chosen.is_none() && !search.text.trim().is_empty() {
            response.request_focus();
        }
    }
    let list = egui::Id::new("search list");
    let pointer = ui.input(|input| input.pointer.interact_pos());
    let before = ui.memory(|memory| memory.area_rect(list));
    let over = before.zip(pointer).is_some_and(|(rect, at)| rect.contains(at));
    let open = !search.text.trim().is_empty() && (response.has_focus() || had || over);
    if open && (!search.hits.is_empty() || !search.hint.is_empty()) {
        let wide = response.rect.width().max(330.0);
        let window = ui.ctx().content_rect();
        let left = (response.rect.right() - wide).max(window.left() + 4.0);
        egui::Area::new(list)
            .order(egui::Order::Foreground)
            .fixed_pos(egui::pos2(left, response.rect.bottom() + 8.0))
            .show(ui.ctx(), |ui| {
                frame().inner_margin(egui::Margin::same(6)).show(ui, |ui| {
                    ui.set_width(wide - 14.0);
                    chosen = chosen.take().or(hits(ui, search));
                });
            });
    }
    if let Some(target) = chosen {
        search.follow(target);
        search.text.clear();
        response.surrender_focus();
    }
}

/// What has been found; the one that is clicked.
fn hits(ui: &mut egui::Ui, search: &mut Search) -> Option<Target> {
    let mut chosen = None;
    for (k, hit) in search.hits.iter().enumerate() {
        let mut job = egui::text::LayoutJob::default();
        let format = |size, color| egui::TextFormat::simple(FontId::proportional(size), color);
        job.append(&hit.title, 0.0, format(13.0, TEXT.now()));
        job.append(&hit.about, 9.0, format(11.5, QUIET.now()));
        job.wrap = egui::text::TextWrapping::truncate_at_width(ui.available_width() - 18.0);
        let wide = egui::vec2(ui.available_width(), 22.0);
        // Arrows and Enter choose one from the field. One that took the focus would take it along when the list closes, and Tab
        // would begin anew.
        let row = egui::Button::selectable(k == search.row, job)
            .min_size(wide)
            .sense(egui::Sense::CLICK);
        let response = ui.add(row);
        if response.clicked() {
            chosen = Some(hit.target.clone());
        }
    }
    if !search.hint.is_empty() {
        ui.label(RichText::new(&search.hint).size(12.0).color(QUIET));
    }
    chosen
}

/// Bookmarks: the list, and a field to keep what is shown.
fn bookmarks(
    ui: &mut egui::Ui,
    ways: &mut Ways,
    campus: &Campus,
    selection: &Selection,
    orbit: &Orbit,
    shown: Shown,
    roofs: &Roofs,
) {
    let button = named(ui.button("★"), say!("bookmarks"));
    let popup = egui::Popup::from_toggle_button_response(&button)
        .close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside)
        .frame(frame());
    popup.show(|ui| {
        ui.set_width(290.0);
        let kept = &mut *ways.bookmarks;
        let here = selection
            .0
            .map_or_else(|| say!("site").to_owned(), |found| name(campus, found));
        ui.horizontal(|ui| {
            let edit = egui::TextEdit::singleline(&mut kept.draft)
                .char_limit(LONGEST)
                .hint_text(&here)
                .desired_width(200.0);
            let edit = called(ui.add(edit), say!("bookmark-name"));
            if button.clicked() {
                // Who comes by keys can write, or press enter, at once.
                edit.request_focus();
            }
            let entered = edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            if ui.button(say!("bookmark-keep")).clicked() || entered {
                let label = std::mem::take(&mut kept.draft);
                let label = if label.trim().is_empty() { here } else { label };
                let shows = Shows {
                    selection: *selection,
                    view: orbit.goal(),
                    overlay: shown.0,
                    roofs: roofs.0,
                };
                kept.add(&label, campus, &shows);
            }
        });
        if !kept.problem.is_empty() {
            ui.label(RichText::new(&kept.problem).size(11.5).color(ALARM));
        }
        let (mut go, mut remove) = (None, None);
        egui::ScrollArea::vertical().max_height(320.0).show(ui, |ui| {
            for (k, bookmark) in kept.list.iter().enumerate().filter(|(_, of)| of.site == campus.name) {
                ui.horizontal(|ui| {
                    let wide = egui::vec2(236.0, 20.0);
                    if ui
                        .add(egui::Button::selectable(false, bookmark.name.as_str()).min_size(wide))
                        .clicked()
                    {
                        go = Some(k);
                    }
                    let cross = egui::Button::new("×").stroke(egui::Stroke::new(1.0, LINE));
                    if ui.add(cross).on_hover_text(say!("bookmark-remove")).clicked() {
                        remove = Some(k);
                    }
                });
            }
        });
        if !kept.list.iter().any(|of| of.site == campus.name) {
            let text = say!("bookmarks-none");
            ui.label(RichText::new(text).size(12.0).color(QUIET));
        }
        if let Some(k) = remove {
            kept.remove(k);
        }
        if let Some(k) = go {
            ways.search.follow(Target::Bookmark(k));
            ui.close();
        }
    });
}
