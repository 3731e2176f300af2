//! The bar of readings on top and that of time and choices below.

use std::ops::RangeInclusive;

use bevy_egui::egui;
use egui::{FontId, RichText};
use rainier::overlay::Theme;
use rainier::sim::clock::Clock;

use super::State;
use super::format::grouped;
use super::kpi::Readings;
use super::parts::{Part, Parts};
use super::pieces::{called, named, still};
use super::theme::{ACCENT, ALARM, QUIET, TEXT};
use crate::advance::Pace;
use crate::cases::Case;
use crate::history::Series;
use crate::named;
use crate::scenarios::{Ask, Scenarios, Source};
use crate::selection::{Overlay, Shown, key_of};
use crate::words::say;

/// Simulated time per real time.
const SPEEDS: RangeInclusive<f64> = 1.0..=10_000.0;

/// Width of the list of scenarios, points.
const SCENARIO: f32 = 250.0;

/// Pages lower than this, in points, have no room for small lines below readings.
const LOW: f32 = 560.0;

/// What colours the racks.
pub(crate) fn overlay_choice(ui: &mut egui::Ui, shown: &mut Shown) {
    let drawn = egui::ComboBox::from_id_salt("overlay")
        .width(164.0)
        .height(ui.ctx().content_rect().height())
        .selected_text(named::overlay(shown.0))
        .show_ui(ui, |ui| {
            ui.set_min_width(250.0);
            for theme in Theme::ALL {
                ui.label(RichText::new(named::theme(theme)).size(11.0).color(ACCENT));
                for overlay in Overlay::ALL.into_iter().filter(|of| of.theme() == theme) {
                    let chosen = shown.0 == overlay;
                    let key = RichText::new(key_of(overlay)).size(11.0).color(QUIET);
                    let choice = egui::Button::selectable(chosen, named::overlay(overlay)).right_text(key);
                    if ui.add(choice).on_hover_text(overlay.about()).clicked() {
                        shown.0 = overlay;
                    }
                }
            }
        });
    called(drawn.response, say!("bar-colours.name")).on_hover_text(say!("bar-colours"));
}

/// What runs, and what else could.
fn scenario_choice(ui: &mut egui::Ui, case: &Case, scenarios: &mut Scenarios) {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 1.0;
        ui.label(RichText::new(say!("bar-scenario")).size(11.0).color(QUIET));
        if let Some(file) = choice(
            ui,
            ("scenario", say!("bar-scenario")),
            case.name(),
            &scenarios.choices,
            SCENARIO,
            case.about(),
        ) {
            scenarios.ask(Ask::Start(Source::Named(file)));
        }
        if !scenarios.problem.is_empty() {
            // As wide as the list above it; all of it is in the hint.
            ui.set_max_width(SCENARIO);
            let problem = RichText::new(&scenarios.problem).size(11.0).color(ALARM);
            ui.add(egui::Label::new(problem).truncate())
                .on_hover_text(&scenarios.problem);
        }
    });
}

/// A list of scenarios to choose from, with its id and its name; the file of the one that has been chosen.
pub(crate) fn choice(
    ui: &mut egui::Ui,
    (id, title): (&str, &str),
    now: &str,
    choices: &[(String, String)],
    width: f32,
    about: &str,
) -> Option<String> {
    let mut wanted = None;
    // As wide with a long name as with a short one.
    let shown = ui.scope(|ui| {
        ui.set_max_width(width);
        egui::ComboBox::from_id_salt(id)
            .width(width)
            .height(420.0)
            .truncate()
            .selected_text(now)
            .show_ui(ui, |ui| {
                for (file, name) in choices {
                    if ui.selectable_label(name == now, name).clicked() {
                        wanted = Some(file.clone());
                    }
                }
            })
    });
    let shown = shown.inner;
    // A long name is cut: the whole of it is in the hint.
    let hint = if about.is_empty() {
        now.to_owned()
    } else {
        format!("{now}\n{about}")
    };
    called(shown.response, title).on_hover_text(hint);
    wanted
}

/// The bar of readings; the one whose trend is asked for.
pub(crate) fn top_bar(ui: &mut egui::Ui, state: &State, scenarios: &mut Scenarios, narrow: bool) -> Option<Series> {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 1.0;
        ui.label(RichText::new(&state.plan.0.name).size(15.0).strong());
        ui.label(
            RichText::new(state.clock.label())
                .font(FontId::monospace(12.0))
                .color(QUIET),
        );
    });
    ui.add_space(10.0);
    if !narrow {
        scenario_choice(ui, &state.case, scenarios);
        ui.add_space(10.0);
    }
    let readings = Readings {
        history: &state.history,
        clock: &state.clock,
        lines: !narrow && ui.ctx().content_rect().height() >= LOW,
    };
    let mut asked = None;
    // A page for fingers is pushed sideways; on a desk what does not fit is in the window of trends.
    let figures = figures(state);
    let figures = if narrow { figures } else { fitting(ui, figures) };
    for reading in figures {
        let said = (reading.title, reading.value, reading.unit);
        if readings.show(ui, said, reading.series, reading.alarming) {
            asked = Some(reading.series);
        }
    }
    // Where there is little room the numbers come first.
    if narrow {
        scenario_choice(ui, &state.case, scenarios);
    }
    asked
}

/// A reading of the bar.
struct Figure {
    series: Series,
    title: &'static str,
    value: String,
    unit: &'static str,
    /// Whether it says that something is wrong.
    alarming: bool,
}

/// All readings of the bar, in their order. What is wrong comes before what is always there.
fn figures(state: &State) -> Vec<Figure> {
    let (now, total) = (&state.meters.now, &state.meters.total);
    let megawatts = |w: f64| format!("{:.1}", w / 1e6);
    let count = |n: u32| grouped(f64::from(n));
    let hot = now.limited_chips > 0;
    let mut out = Vec::new();
    let mut add = |series, title, value, unit, alarming| {
        out.push(Figure {
            series,
            title,
            value,
            unit,
            alarming,
        });
    };
    add(Series::It, say!("reading-it"), megawatts(now.it_w), "MW", false);
    add(
        Series::Facility,
        say!("bar-facility"),
        megawatts(now.facility_w),
        "MW",
        false,
    );
    add(Series::Pue, "PUE", format!("{:.3}", now.pue), "", false);
    add(Series::Wue, "WUE", format!("{:.3}", now.wue_l_per_kwh), "L/kWh", false);
    let hottest = format!("{:.1}", now.hottest_chip_c);
    add(Series::Chip, say!("reading-hottest-chip"), hottest, "°C", hot);
    add(
        Series::Throttled,
        say!("reading-throttled"),
        count(now.limited_chips),
        say!("chips"),
        hot,
    );
    if now.dark_racks > 0 {
        add(
            Series::Dark,
            say!("bar-dark"),
            count(now.dark_racks),
            say!("racks"),
            true,
        );
    }
    if now.unserved_w > 0.0 {
        add(
            Series::Unserved,
            say!("bar-unserved"),
            megawatts(now.unserved_w),
            "MW",
            true,
        );
    }
    if now.genset_w > 0.0 {
        add(
            Series::Gensets,
            say!("building-gensets"),
            megawatts(now.genset_w),
            "MW",
            true,
        );
    }
    if now.battery_w < 0.0 {
        add(
            Series::Batteries,
            say!("bar-batteries"),
            megawatts(-now.battery_w),
            "MW",
            true,
        );
    }
    let outside = format!("{:.1}", state.outside.dry_bulb_c);
    add(Series::Outside, say!("bar-outside"), outside, "°C", false);
    let energy = grouped(total.energy_kwh / 1e3);
    add(Series::Energy, say!("bar-energy"), energy, "MWh", false);
    out
}

/// Those readings for which the window has room, in their order: first what is wrong, then from the left.
fn fitting(ui: &egui::Ui, figures: Vec<Figure>) -> Vec<Figure> {
    let mut room = ui.ctx().content_rect().right() - ui.cursor().left();
    let width = |figure: &Figure| {
        let of = |text: &str, font: FontId| {
            let laid = ui.painter().layout_no_wrap(text.to_owned(), font, QUIET.now());
            laid.size().x
        };
        let value = of(&figure.value, FontId::monospace(17.0)) + 4.0 + of(figure.unit, FontId::proportional(11.5));
        let line = 40.0;
        let gap = 10.0 + 2.0 * ui.spacing().item_spacing.x;
        value.max(of(figure.title, FontId::proportional(11.0))).max(line) + gap
    };
    let mut kept = vec![false; figures.len()];
    for alarming in [true, false] {
        for (k, figure) in figures
            .iter()
            .enumerate()
            .filter(|(_, figure)| figure.alarming == alarming)
        {
            let needs = width(figure);
            if needs > room {
                break;
            }
            room -= needs;
            kept[k] = true;
        }
    }
    let mut kept = kept.into_iter();
    figures.into_iter().filter(|_| kept.next() == Some(true)).collect()
}

/// Room that the buttons right of those of windows take, points.
const BESIDE: f32 = 375.0;

/// Layers and windows that can be shown: as many as there is room for, and the others behind a button.
pub(crate) fn part_choice(ui: &mut egui::Ui, parts: &mut Parts) {
    let toggle = |ui: &mut egui::Ui, parts: &mut Parts, part: Part, title: &str| {
        let mut on = parts.shown(part);
        let button = ui.toggle_value(&mut on, title).on_hover_text(part.hint());
        if button.changed() {
            parts.show(part, on);
        }
    };
    let padding = 2.0 * ui.spacing().button_padding.x + ui.spacing().item_spacing.x;
    let font = egui::TextStyle::Button.resolve(ui.style());
    let width = |ui: &egui::Ui, part: Part| {
        let text = part.title().to_owned();
        ui.painter().layout_no_wrap(text, font.clone(), QUIET.now()).size().x + padding
    };
    let mut room = ui.ctx().content_rect().right() - ui.cursor().left() - BESIDE;
    let mut rest = Part::ALL.as_slice();
    while let [first, others @ ..] = rest {
        room -= width(ui, *first);
        if room < 0.0 {
            break;
        }
        toggle(ui, parts, *first, first.title());
        rest = others;
    }
    if rest.is_empty() {
        return;
    }
    let open = rest.iter().filter(|part| parts.shown(**part)).count();
    let title = if open > 0 {
        say!("bar-more-open", open = open)
    } else {
        say!("bar-more").to_owned()
    };
    // As wide with windows open as without.
    let font_of = |text: String| ui.painter().layout_no_wrap(text, font.clone(), QUIET.now()).size().x;
    let widest = font_of(say!("bar-more-open", open = rest.len())) + 2.0 * ui.spacing().button_padding.x;
    let button = egui::Button::new(title).min_size(egui::vec2(widest, 0.0));
    let button = ui.add(button).on_hover_text(say!("bar-more.hint"));
    egui::Popup::menu(&button)
        .close_behavior(egui::PopupCloseBehavior::CloseOnClick)
        .show(|ui| {
            ui.set_min_width(150.0);
            for part in rest {
                let name = if *part == Part::Keys {
                    say!("keys-window")
                } else {
                    part.title()
                };
                let key = part
                    .key()
                    .map_or_else(String::new, |(_, letter)| format!("   {letter}"));
                toggle(ui, parts, *part, &format!("{name}{key}"));
            }
        });
}

pub(crate) fn time_controls(ui: &mut egui::Ui, clock: &Clock, pace: &mut Pace) {
    let label = if pace.paused { "▶" } else { "⏸" };
    let size = egui::vec2(30.0, ui.spacing().interact_size.y);
    if named(ui.add_sized(size, egui::Button::new(label)), say!("bar-pause")).clicked() {
        pace.paused = !pace.paused;
    }
    ui.spacing_mut().slider_width = 110.0;
    // In one box, as egui puts the number of a slider beside it, but with a name for each of them.
    ui.horizontal(|ui| {
        let slider = egui::Slider::new(&mut pace.speed, SPEEDS).logarithmic(true);
        called(ui.add(slider.show_value(false)), say!("bar-speed"));
        let step = pace.speed * 0.01;
        let value = egui::DragValue::new(&mut pace.speed).range(SPEEDS).speed(step);
        // As wide for 10,000 as for 1.
        let size = egui::vec2(60.0, ui.spacing().interact_size.y);
        called(ui.add_sized(size, value.suffix("×").max_decimals(0)), say!("bar-speed"));
    });
    // What is asked for is beside the slider; what it comes to, where that is less.
    let rate = grouped(pace.rate.round());
    let (text, color) = match pace.behind && !pace.paused {
        true => (say!("bar-rate", rate = rate), TEXT),
        false => (say!("bar-tick", seconds = format!("{:.0}", clock.dt_s)), QUIET),
    };
    still(ui, 84.0, RichText::new(text).size(11.0).color(color));
}
