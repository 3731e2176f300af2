//! What the colours mean.

use bevy_egui::egui;
use egui::{Color32, CornerRadius, FontId, RichText};
use rainier::overlay::{AIR_C, Feed, Overlay, Spot, Stage, Trouble, room_at};
use rainier::sim::power::of_kind;
use rainier::sim::state::UnitMode;
use rainier::site::Campus;
use rainier::site::campus::{Found, PowerKind};

use super::State;
use super::format::grouped;
use super::jobs::{self, JobView};
use super::parts::{Part, Parts};
use super::pieces::{color_bar, frame, swatch};
use super::theme::{ALARM, COLD_TO_HOT, DIAGRAM_C, LINE, MODES, QUIET, Tint, map_colors, stops_of};
use super::timeline::said_date;
use crate::difference;
use crate::selection::{Selection, name};
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
    let title = match overlay.unit() {
        "" => overlay.title().to_owned(),
        unit => format!("{}, {unit}", overlay.title()),
    };
    let campus = &*state.plan.0;
    frame().corner_radius(CornerRadius::same(6)).show(ui, |ui| {
        ui.set_max_width(width);
        ui.spacing_mut().item_spacing.y = 3.0;
        if state.beside.is_some() && state.difference.on {
            let reach = state.difference.reach * overlay.scale();
            if !reach.is_finite() {
                let text = format!("{title} cannot be taken from each other: choose another overlay.");
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
            let mut text = format!("Least: {share:.0} % at {name}, {mva:.1} MVA to spare.");
            // The connection is the same for all rows.
            let connection = of_kind(campus, PowerKind::Utility).find(|node| state.grid.energised[*node]);
            if let Some(room) = connection.map(|node| room_at(campus, &state.grid, node)) {
                let (share, mva) = (room.share * 100.0, room.va / 1e6);
                text += &format!(" Connection: {share:.0} %, {mva:.0} MVA.");
            }
            Some(text)
        }
        Overlay::Water => Some(format!(
            "Site: {:.2} L/kWh, {:.1} L/s",
            now.wue_l_per_kwh, now.water_l_s
        )),
        Overlay::Carbon => {
            let g_per_kwh = now.carbon_g_per_kwh[0];
            let t_h = now.grid_w / 1e3 * g_per_kwh / 1e6;
            Some(format!("Grid: {g_per_kwh:.0} g/kWh. Site: {t_h:.0} t/h"))
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
    quiet(ui, "units; racks show what most units of their hall do");
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
            Feed::FirstSide => side(0).map_or_else(|| feed.as_str().into(), |name| format!("side {name} alone")),
            Feed::SecondSide => side(1).map_or_else(|| feed.as_str().into(), |name| format!("side {name} alone")),
            feed => feed.as_str().to_owned(),
        };
        kind(ui, feed_color(*feed), count, &words, *feed >= Feed::Battery);
    }
    quiet(ui, "racks, by what feeds them now");
}

/// All that is broken, by how.
fn failures(ui: &mut egui::Ui, state: &State) {
    let broken = &state.glance.broken;
    if broken.is_empty() {
        quiet(ui, "Nothing is broken, throttled or without power.");
    }
    for trouble in Trouble::ALL.iter().rev() {
        let of = broken.iter().filter(|of| of.trouble == *trouble);
        let (places, count) = of.fold((0, 0), |(places, sum), of| (places + 1, sum + of.count));
        if count == 0 {
            continue;
        }
        let (one, many) = match trouble {
            Trouble::Throttled => ("chip throttled", "chips throttled"),
            Trouble::Tripped => ("chip tripped", "chips tripped"),
            Trouble::Repair => ("rack waits for repair", "racks wait for repair"),
            Trouble::Battery => ("rack on its battery", "racks on batteries"),
            Trouble::Dark => ("rack dark", "racks dark"),
            Trouble::Cooling => ("cooling unit broken", "cooling units broken"),
            Trouble::Gensets => ("genset failed", "gensets failed"),
            Trouble::Breaker => ("breaker open or unit lost", "breakers open or units lost"),
            Trouble::None => continue,
        };
        let words = if count == 1 { one } else { many };
        let place = match (places, broken.iter().find(|of| of.trouble == *trouble)) {
            (1, Some(of)) => format!("{words}, {}", spot_name(&state.plan.0, of.spot)),
            (n, _) => format!("{words}, {n} places"),
        };
        kind(ui, trouble_color(*trouble), count, &place, *trouble >= Trouble::Battery);
    }
    if !state.water.0 {
        ui.label(RichText::new("The water supply is cut.").size(11.5).color(ALARM));
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
            format!(
                "B{:02} to B{:02}",
                campus.buildings[*first].number, campus.buildings[*last].number
            )
        } else {
            names.collect::<Vec<_>>().join(", ")
        };
        let words = if stage.runs() {
            let phase = campus.buildings[*first].phase;
            format!("run, phase {phase}: {names}")
        } else {
            let days = of.iter().filter_map(|b| stages[*b].1);
            match (days.clone().min(), days.max()) {
                (Some(from), Some(to)) if from == to => format!("{}, {}: {names}", stage.as_str(), said_date(from)),
                (Some(from), Some(to)) => {
                    format!("{}, {} to {}: {names}", stage.as_str(), said_date(from), said_date(to))
                }
                _ => format!("{}: {names}", stage.as_str()),
            }
        };
        kind(ui, stage_color(*stage), of.len(), &words, false);
    }
    ui.set_max_width(width);
    quiet(ui, "buildings; days by the plan of growth, where it has one");
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
            ui.label(
                RichText::new("Select a hall or a building to see its air.")
                    .size(12.0)
                    .color(QUIET),
            );
            return;
        }
        if slice {
            ui.label(RichText::new("Air slice, °C").size(12.0));
            color_bar(ui, &map_colors(), AIR_C, width);
            ui.spacing_mut().slider_width = width - 74.0;
            let slider = egui::Slider::new(&mut height.0, HEIGHT_M[0]..=HEIGHT_M[1]);
            ui.add(slider.suffix(" m").fixed_decimals(2))
                .on_hover_text("height of the plane above the floor: page keys");
        }
        if airflow {
            ui.label(RichText::new("Airflow, °C").size(12.0));
            let colors = COLD_TO_HOT.map(Tint::now);
            color_bar(ui, &colors, DIAGRAM_C.map(|t_c| t_c as f32), width);
        }
    });
}
