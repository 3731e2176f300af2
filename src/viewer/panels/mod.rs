//! The panels: readings and ways on top, the selected place on the right, legend and time below, and windows between.

mod alarms;
mod bars;
mod compare;
pub(crate) mod editor;
pub(crate) mod equipment;
pub(crate) mod format;
pub(crate) mod growth;
pub(crate) mod jobs;
mod kpi;
mod legend;
mod lists;
pub(crate) mod minimap;
pub(crate) mod money;
pub(crate) mod oneline;
pub(crate) mod parts;
pub(crate) mod pieces;
mod place;
pub(crate) mod plot;
pub(crate) mod psychrometric;
pub(crate) mod schematic;
mod share;
pub(crate) mod theme;
pub(crate) mod timeline;
pub(crate) mod trends;
pub(crate) mod undo;
mod way;
pub(crate) mod windows;

use bevy::asset::AssetEventSystems;
use bevy::diagnostic::{DiagnosticsStore, FrameTimeDiagnosticsPlugin};
use bevy::prelude::*;
use bevy_egui::{EguiContexts, EguiPostUpdateSet, EguiPrimaryContextPass, egui};
use egui::RichText;
use rainier::results::alarms::Alarms;
use rainier::sim::clock::Clock;
use rainier::sim::cooling::WaterSupply;
use rainier::sim::meters::Meters;
use rainier::sim::power::gensets::Gensets;
use rainier::sim::power::grid::Grid;
use rainier::sim::power::incidents::Incidents;
use rainier::sim::twin::Plan;
use rainier::sim::weather::Outside;
use rainier::sim::{AhuColumns, ChipColumns, HallColumns, PowerColumns, RackColumns, RowColumns};
use rainier::site::campus::Found;

use self::bars::{overlay_choice, part_choice, time_controls, top_bar};
use self::growth::Growth;
use self::jobs::JobView;
use self::legend::{air_legend, legend};
use self::lists::{assumption_list, key_list, listing};
use self::parts::{Part, Parts};
use self::pieces::{frame, scrolled};
use self::place::place_panel;
use self::theme::{Look, QUIET, theme};
use self::timeline::Timeline;
use self::trends::Trends;
use self::way::Ways;
use self::windows::Windows;
use crate::advance::Pace;
use crate::cases::{Beside, Case};
use crate::difference::Difference;
use crate::history::History;
use crate::navigation::Orbit;
use crate::picture::{self, Picture};
use crate::scenarios::Scenarios;
use crate::selection::{Overlay, Picked, Roofs, Selection, Shown, name};
use crate::share::Sharing;
use crate::words::say;
use crate::world::glance::Glance;
use crate::world::slice::Height;

/// Pages narrower than this, in points, show the panel only with a selection.
const NARROW: f32 = 860.0;

/// Share of an upright page for the panel at its foot.
const SHEET: f32 = 0.34;

/// Room for the numbers beside a tray or a chip, points.
const BESIDE: f32 = 290.0;

/// Columns that the panels read.
#[derive(bevy::ecs::system::SystemParam)]
pub(crate) struct State<'w> {
    plan: Res<'w, Plan>,
    case: Res<'w, Case>,
    beside: Option<Res<'w, Beside>>,
    difference: Res<'w, Difference>,
    clock: Res<'w, Clock>,
    meters: Res<'w, Meters>,
    outside: Res<'w, Outside>,
    chips: Res<'w, ChipColumns>,
    racks: Res<'w, RackColumns>,
    rows: Res<'w, RowColumns>,
    halls: Res<'w, HallColumns>,
    units: Res<'w, AhuColumns>,
    power: Res<'w, PowerColumns>,
    grid: Res<'w, Grid>,
    gensets: Res<'w, Gensets>,
    picked: Res<'w, Picked>,
    incidents: Res<'w, Incidents>,
    history: Res<'w, History>,
    alarms: Res<'w, Alarms>,
    glance: Res<'w, Glance>,
    water: Res<'w, WaterSupply>,
}

pub(crate) fn panels(
    mut contexts: EguiContexts,
    state: State,
    diagnostics: Res<DiagnosticsStore>,
    mut pace: ResMut<Pace>,
    mut shown: ResMut<Shown>,
    mut roofs: ResMut<Roofs>,
    mut selection: ResMut<Selection>,
    mut orbit: ResMut<Orbit>,
    mut parts: ResMut<Parts>,
    mut height: ResMut<Height>,
    mut scenarios: ResMut<Scenarios>,
    mut job_view: JobView,
    (growth, mut timeline): (Res<Growth>, ResMut<Timeline>),
    (mut sharing, mut trends, mut picture): (ResMut<Sharing>, ResMut<Trends>, ResMut<Picture>),
    (mut windows, mut ways): (ResMut<Windows>, Ways),
    (mut look, mut dressed): (ResMut<Look>, Local<Option<Look>>),
) -> Result {
    let ctx = contexts.ctx_mut()?;
    if dressed.replace(*look) != Some(*look) {
        theme(ctx, *look);
    }
    let ctx = ctx.clone();
    // The window's own name in the tree of a screen reader, whose root egui makes without one.
    #[cfg(not(target_arch = "wasm32"))]
    ctx.accesskit_node_builder(egui::Id::new("accesskit_root"), |root| {
        root.set_label(state.plan.0.name.as_str())
    });
    let mut root = egui::Ui::new(
        ctx.clone(),
        "panels".into(),
        egui::UiBuilder::new()
            .layer_id(egui::LayerId::background())
            .max_rect(ctx.content_rect()),
    );
    let root = &mut root;
    let narrow = ctx.content_rect().width() < NARROW;
    // What is borrowed to write counts as changed: only what has been must.
    let mut place = *selection;
    let mut roof = *roofs;
    egui::Panel::top("readings").frame(frame()).show(root, |ui| {
        let mut asked = None;
        scrolled(ui, |ui| asked = top_bar(ui, &state, &mut scenarios, narrow));
        if let Some(series) = asked {
            trends.ask(series);
            parts.show(Part::Trends, true);
        }
    });
    egui::Panel::top("ways")
        .frame(frame().inner_margin(egui::Margin::symmetric(10, 5)))
        .show(root, |ui| {
            let campus = &*state.plan.0;
            let listed = parts.shown(Part::Alarms);
            let mut rung = false;
            let mut contents = |ui: &mut egui::Ui| {
                let bell = |ui: &mut egui::Ui| rung = alarms::bell(ui, &state.alarms, listed);
                way::bar(
                    ui, &mut ways, campus, &mut place, &mut orbit, *shown, &mut roof, narrow, bell,
                );
            };
            if narrow {
                scrolled(ui, contents);
            } else {
                ui.horizontal(|ui| contents(ui));
            }
            if rung {
                parts.show(Part::Alarms, !listed);
            }
        });
    egui::Panel::bottom("time").frame(frame()).show(root, |ui| {
        scrolled(ui, |ui| {
            time_controls(ui, &state.clock, &mut pace);
            ui.separator();
            overlay_choice(ui, &mut shown);
            ui.separator();
            ui.toggle_value(&mut roof.0, say!("bar-roofs"))
                .on_hover_text(say!("bar-roofs.hint"));
            let mut wanted = *parts;
            part_choice(ui, &mut wanted);
            parts.set_if_neq(wanted);
            let hint = say!("bar-theme");
            if ui.button(look.other().name()).on_hover_text(hint).clicked() {
                *look = look.other();
            }
            share::button(ui, &mut sharing);
            picture::button(ui, &mut picture);
            let fps = diagnostics
                .get(&FrameTimeDiagnosticsPlugin::FPS)
                .and_then(|d| d.smoothed());
            ui.label(
                RichText::new(say!("bar-frames", frames = format!("{:.0}", fps.unwrap_or(0.0))))
                    .size(11.0)
                    .color(QUIET),
            );
        });
    });
    if parts.shown(Part::Timeline) {
        let close = egui::Panel::bottom("timeline")
            .frame(frame())
            .show(root, |ui| timeline::bar(ui, &mut timeline, &growth, &state.clock));
        if close.inner {
            parts.show(Part::Timeline, false);
        }
    }
    // A narrow page shows the campus first; the panel comes with a selection.
    if !narrow || place.0.is_some() {
        let size = ctx.content_rect().size();
        // A page held upright has room below, not beside.
        let panel = if narrow && size.y > size.x {
            egui::Panel::bottom("sheet").exact_size(size.y * SHEET)
        } else {
            egui::Panel::right("place").exact_size(if narrow { 220.0 } else { 300.0 })
        };
        panel.frame(frame()).resizable(false).show(root, |ui| {
            // Each place is read from its beginning.
            let of_place = egui::ScrollArea::vertical().id_salt(place.0.map(|found| name(&state.plan.0, found)));
            of_place.show(ui, |ui| {
                place_panel(ui, &state, &mut place, &mut orbit, &mut job_view);
            });
        });
    }
    let window = ctx.content_rect();
    let mut free = root.available_rect_before_wrap();
    windows.set_free(free);
    windows.aside.clear();
    // A tour says where one is, in the room of the map.
    if ways.aids.minimap && !narrow && !ways.touring.runs() {
        let covered = minimap::show(&ctx, free, &state, &state.glance, &mut place, &mut orbit);
        windows.aside.extend(covered);
    }
    selection.set_if_neq(place);
    roofs.set_if_neq(roof);
    let free_bottom = free.bottom();
    let legend_width = match (narrow, shown.0) {
        (true, _) => 120.0,
        (false, Overlay::Job) => 380.0,
        _ => 230.0,
    };
    // A rack is looked at from head to foot: it stands beside the legend, not behind it. The numbers of a tray or a chip
    // stand to the right of it.
    match selection.0 {
        Some(Found::Rack(_)) => free.min.x += legend_width + 40.0,
        Some(Found::Tray { .. } | Found::Chip { .. }) if !narrow => free.max.x -= BESIDE,
        _ => {}
    }
    let (size, free) = (free.size(), free.center() - window.center());
    let heights = 1.0 / window.height().max(1.0);
    orbit.free = Vec2::new(free.x, free.y) * heights;
    orbit.room = Vec2::new(size.x, size.y) * heights;
    // Behind windows: on a small page there is no room beside them.
    let legend = egui::Area::new("legend".into())
        .order(egui::Order::Background)
        .anchor(egui::Align2::LEFT_BOTTOM, [14.0, free_bottom - window.bottom() - 12.0])
        .show(&ctx, |ui| {
            if timeline::legend(ui, &parts, &growth) {
                return;
            }
            legend(ui, shown.0, legend_width, &state, &selection, &job_view);
            air_legend(ui, &parts, &selection, &mut height, legend_width);
        });
    windows.aside.push(legend.response.rect);
    listing(
        &ctx,
        &mut parts,
        &mut windows,
        Part::Assumptions,
        [480.0, 200.0],
        |ui| {
            assumption_list(ui, &state.plan.0);
        },
    );
    listing(&ctx, &mut parts, &mut windows, Part::Keys, [420.0, 300.0], key_list);
    Ok(())
}

/// Readings, places, lists and every window.
pub(crate) fn plugin(app: &mut App) {
    app.init_resource::<Windows>();
    app.add_plugins((
        alarms::plugin,
        compare::plugin,
        editor::plugin,
        growth::plugin,
        jobs::plugin,
        money::plugin,
        oneline::plugin,
        parts::plugin,
        psychrometric::plugin,
        schematic::plugin,
        share::plugin,
        timeline::plugin,
        trends::plugin,
        undo::plugin,
    ));
    app.add_plugins(FrameTimeDiagnosticsPlugin::default());
    app.add_systems(EguiPrimaryContextPass, panels);
    // A letter that is seen for the first time is drawn into the texture of letters in this frame: the renderer has to hear of
    // that before it takes what has changed, or the letter is missing for a frame, and all of the panels where the texture grows.
    app.configure_sets(
        PostUpdate,
        EguiPostUpdateSet::PostProcessOutput.before(AssetEventSystems),
    );
}
