//! What the colours mean.

use bevy_egui::egui;
use egui::{Color32, CornerRadius, FontId, RichText};
use rainier::overlay::{AIR_C, Feed, Overlay, Spot, Stage, Trouble, room_at};
use rainier::sim::power::of_kind;
use rainier::sim::state::UnitMode;
use rainier::site::Campus;
use rainier::site::campus::{Found, PowerKind};

use super::State;
use super::format::{grouped, said_date};
use super::jobs::{self, JobView};
use super::parts::{Part, Parts};
use super::pieces::{called, color_bar, frame, swatch};
use super::theme::{ALARM, COLD_TO_HOT, DIAGRAM_C, LINE, MODES, QUIET, Tint, map_colors, stops_of};
use crate::difference;
use crate::named;
use crate::selection::{Selection, name};
use crate::words::say;
use crate::world::colors::{Rgb, feed_color, map_of, stage_color, trouble_color};
use crate::world::slice::{HEIGHT_M, Height};

/// What the colours mean: of racks by their values or kinds, or of units by what they do.
pub(crate) fn legend(
    ui: &mut egui::Ui,
    overlay: Overlay,
    width: f32,
    state: &State,
    selection: &Selection,
    job_view: &JobView,
) {
    let title = match named::unit(overlay) {
        "" => named::overlay(overlay).to_owned(),
        unit => format!("{}, {unit}", named::overlay(overlay)),
    };
    let campus = &*state.plan.0;
    frame().corner_radius(CornerRadius::same(6)).show(ui, |ui| {
        ui.set_max_width(width);
        ui.spacing_mut().item_spacing.y = 3.0;
        if state.beside.is_some() && state.difference.on {
            let reach = state.difference.reach * overlay.scale();
            if !reach.is_finite() {
                let text = say!("legend-no-difference", title = title);
                ui.label(RichText::new(text).size(12.0).color(QUIET));
                return;
            }
            ui.label(RichText::new(format!("{title}, B − A")).size(12.0));
            color_bar(ui, &stops_of(&difference::MAP), [-reach, reach], width);
            return;
        }
        ui.label(RichText::new(title).size(12.0));
        match overlay {
            Overlay::Job => {
                let live = |rack: usize| state.halls.live[campus.hall_of(rack)];
                jobs::legend(ui, job_view, &state.racks, &state.clock, live);
            }
            Overlay::Units => modes(ui, state, selection),
            Overlay::Feed => feeds(ui, state),
            Overlay::Failures => failures(ui, state),
            Overlay::Phase => phases(ui, state, width),
            _ => {
                let range = overlay.range(campus).map(|value| value * overlay.scale());
                color_bar(ui, &stops_of(map_of(overlay)), range, width);
                if let Some(text) = site_now(overlay, state) {
                    quiet(ui, text);
                }
            }
        }
    });
}

fn quiet(ui: &mut egui::Ui, text: impl Into<String>) {
    ui.label(RichText::new(text).size(11.5).color(QUIET));
}

/// What a measure of racks comes to on the site.
fn site_now(overlay: Overlay, state: &State) -> Option<String> {
    let now = &state.meters.now;
    match overlay {
        Overlay::Headroom => {
            let least = state.glance.least?;
            let campus = &*state.plan.0;
            let name = &campus.power.nodes[least.node as usize].name;
            let (share, mva) = (least.share * 100.0, least.va / 1e6);
            let mut text = say!(
                "legend-least",
                share = format!("{share:.0}"),
                name = name,
                spare = format!("{mva:.1}")
            );
            // The connection is the same for all rows.
            let connection = of_kind(campus, PowerKind::Utility).find(|node| state.grid.energised[*node]);
            if let Some(room) = connection.map(|node| room_at(campus, &state.grid, node)) {
                let (share, mva) = (room.share * 100.0, room.va / 1e6);
                let (share, spare) = (format!("{share:.0}"), format!("{mva:.0}"));
                text.push(' ');
                text += &say!("legend-connection", share = share, spare = spare);
            }
            Some(text)
        }
        Overlay::Water => Some(say!(
            "legend-water",
            intensity = format!("{:.2}", now.wue_l_per_kwh),
            rate = format!("{:.1}", now.water_l_s)
        )),
        Overlay::Carbon => {
            let g_per_kwh = now.carbon_g_per_kwh[0];
            let t_h = now.grid_w / 1e3 * g_per_kwh / 1e6;
            Some(say!(
                "legend-carbon",
                intensity = format!("{g_per_kwh:.0}"),
                rate = format!("{t_h:.0}")
            ))
        }
        _ => None,
    }
}

/// A kind's colour, how many there are of it, and what it is.
fn kind(ui: &mut egui::Ui, [r, g, b]: Rgb, count: usize, words: &str, alarm: bool) {
    ui.horizontal(|ui| {
        let (rect, _) = ui.allocate_exact_size(egui::vec2(11.0, 11.0), egui::Sense::hover());
        let rim = egui::Stroke::new(1.0, LINE);
        ui.painter()
            .rect(rect, 2.0, Color32::from_rgb(r, g, b), rim, egui::StrokeKind::Inside);
        let number = RichText::new(grouped(count as f64)).font(FontId::monospace(11.5));
        ui.label(if alarm { number.color(ALARM) } else { number });
        quiet(ui, words);
    });
}

/// Units of the selected halls, or of all, by what they do.
fn modes(ui: &mut egui::Ui, state: &State, selection: &Selection) {
    let campus = &*state.plan.0;
    let chosen = selection.halls(campus);
    let halls = if chosen.is_empty() {
        0..campus.halls.len()
    } else {
        chosen
    };
    let live = halls.filter(|h| state.halls.live[*h]);
    let modes: Vec<UnitMode> = live
        .flat_map(|h| state.units.mode[campus.halls[h].units.clone()].iter().copied())
        .collect();
    for mode in MODES {
        let count = modes.iter().filter(|of| **of == mode).count();
        ui.horizontal(|ui| swatch(ui, mode, count));
    }
    quiet(ui, say!("legend-modes"));
}

/// Racks by what feeds them.
fn feeds(ui: &mut egui::Ui, state: &State) {
    let side = |k: usize| {
        let cords = state.plan.0.power.cords.iter().find(|cords| cords.len() > 1)?;
        let name = &state.plan.0.power.nodes[*cords.get(k)? as usize].name;
        name.rsplit('/').next()
    };
    for feed in Feed::ALL {
        let count = state.glance.counts.get(*feed as usize).copied().unwrap_or(0);
        if count == 0 && *feed != Feed::Whole {
            continue;
        }
        let words = match feed {
            Feed::FirstSide => {
                side(0).map_or_else(|| named::feed(*feed).to_owned(), |name| say!("feed-side", name = name))
            }
            Feed::SecondSide => {
                side(1).map_or_else(|| named::feed(*feed).to_owned(), |name| say!("feed-side", name = name))
            }
            feed => named::feed(*feed).to_owned(),
        };
        kind(ui, feed_color(*feed), count, &words, *feed >= Feed::Battery);
    }
    quiet(ui, say!("legend-feeds"));
}

/// All that is broken, by how.
fn failures(ui: &mut egui::Ui, state: &State) {
    let broken = &state.glance.broken;
    if broken.is_empty() {
        quiet(ui, say!("failures-none"));
    }
    for trouble in Trouble::ALL.iter().rev() {
        let of = broken.iter().filter(|of| of.trouble == *trouble);
        let (places, count) = of.fold((0, 0), |(places, sum), of| (places + 1, sum + of.count));
        if count == 0 {
            continue;
        }
        let words = match trouble {
            Trouble::Throttled => say!("failures-throttled", count = count),
            Trouble::Tripped => say!("failures-tripped", count = count),
            Trouble::Repair => say!("failures-repair", count = count),
            Trouble::Battery => say!("failures-battery", count = count),
            Trouble::Dark => say!("failures-dark", count = count),
            Trouble::Cooling => say!("failures-cooling", count = count),
            Trouble::Gensets => say!("failures-gensets", count = count),
            Trouble::Breaker => say!("failures-breaker", count = count),
            Trouble::None => continue,
        };
        let place = match (places, broken.iter().find(|of| of.trouble == *trouble)) {
            (1, Some(of)) => say!("failures-at", what = words, place = spot_name(&state.plan.0, of.spot)),
            (n, _) => say!("failures-places", what = words, count = n),
        };
        kind(ui, trouble_color(*trouble), count, &place, *trouble >= Trouble::Battery);
    }
    if !state.water.0 {
        ui.label(RichText::new(say!("failures-water")).size(11.5).color(ALARM));
    }
}

/// The name of a place where something is broken.
fn spot_name(campus: &Campus, spot: Spot) -> String {
    match spot {
        Spot::Hall(h) => name(campus, Found::Hall(h)),
        Spot::Building(b) => name(campus, Found::Building(b)),
        Spot::Node(n) => campus.power.nodes[n].name.clone(),
    }
}

/// Buildings by how far they are, with the days of those that wait.
fn phases(ui: &mut egui::Ui, state: &State, width: f32) {
    let (campus, stages) = (&*state.plan.0, &state.glance.stages);
    for stage in Stage::ALL {
        let of: Vec<usize> = (0..stages.len()).filter(|b| stages[*b].0 == *stage).collect();
        let (Some(first), Some(last)) = (of.first(), of.last()) else {
            continue;
        };
        let names = of.iter().map(|b| format!("B{:02}", campus.buildings[*b].number));
        let names = if of.len() > 2 && last - first + 1 == of.len() {
            say!(
                "stage-names",
                first = format!("{:02}", campus.buildings[*first].number),
                last = format!("{:02}", campus.buildings[*last].number)
            )
        } else {
            names.collect::<Vec<_>>().join(", ")
        };
        let words = if stage.runs() {
            let phase = campus.buildings[*first].phase;
            say!("stage-runs", phase = phase, names = names)
        } else {
            let days = of.iter().filter_map(|b| stages[*b].1);
            match (days.clone().min(), days.max()) {
                (Some(from), Some(to)) if from == to => say!(
                    "stage-on",
                    stage = named::stage(*stage),
                    date = said_date(from),
                    names = names
                ),
                (Some(from), Some(to)) => {
                    say!(
                        "stage-between",
                        stage = named::stage(*stage),
                        from = said_date(from),
                        to = said_date(to),
                        names = names
                    )
                }
                _ => say!("stage-of", stage = named::stage(*stage), names = names),
            }
        };
        kind(ui, stage_color(*stage), of.len(), &words, false);
    }
    ui.set_max_width(width);
    quiet(ui, say!("stage-legend"));
}

/// The scales of the air of halls, where a plane or points show it, and the height of the plane.
pub(crate) fn air_legend(ui: &mut egui::Ui, parts: &Parts, selection: &Selection, height: &mut Height, width: f32) {
    let (slice, airflow) = (parts.shown(Part::Slice), parts.shown(Part::Airflow));
    if !slice && !airflow {
        return;
    }
    frame().corner_radius(CornerRadius::same(6)).show(ui, |ui| {
        ui.set_max_width(width);
        if selection.0.is_none() {
            ui.label(RichText::new(say!("legend-no-air")).size(12.0).color(QUIET));
            return;
        }
        if slice {
            ui.label(RichText::new(say!("legend-slice")).size(12.0));
            color_bar(ui, &map_colors(), AIR_C, width);
            ui.spacing_mut().slider_width = width - 74.0;
            let heights = HEIGHT_M[0]..=HEIGHT_M[1];
            let named = |control| called(control, say!("legend-slice.height")).on_hover_text(say!("legend-slice.hint"));
            ui.horizontal(|ui| {
                named(ui.add(egui::Slider::new(&mut height.0, heights.clone()).show_value(false)));
                let value = egui::DragValue::new(&mut height.0).range(heights).speed(0.01);
                named(ui.add(value.suffix(" m").fixed_decimals(2)));
            });
        }
        if airflow {
            ui.label(RichText::new(say!("legend-airflow")).size(12.0));
            let colors = COLD_TO_HOT.map(Tint::now);
            color_bar(ui, &colors, DIAGRAM_C.map(|t_c| t_c as f32), width);
        }
    });
}
