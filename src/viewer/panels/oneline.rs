//! The one-line diagram of a building: its power path from the grid to the busways, live, with breakers to click.

use bevy::prelude::*;
use bevy_egui::{EguiContexts, EguiPrimaryContextPass, egui};
use egui::{Align2, Color32, FontId, Pos2, Rect, Sense, Stroke, StrokeKind, pos2, vec2};
use rainier::sim::PowerColumns;
use rainier::sim::command::Command;
use rainier::sim::power::gensets::Gensets;
use rainier::sim::power::grid::Grid;
use rainier::sim::power::incidents::Incidents;
use rainier::sim::twin::Plan;
use rainier::site::Campus;
use rainier::site::campus::PowerKind;

use crate::named;
use crate::panels::parts::{Part, Parts};
use crate::panels::theme::{ACCENT, ALARM, LINE, PANEL, QUIET, TEXT};
use crate::panels::undo::Orders;
use crate::panels::windows::Windows;
use crate::selection::Selection;
use crate::words::say;

/// Stops of loading: idle, half, full, over; cold to warm, apart in lightness too.
const LOADING: [(f64, [u8; 3]); 4] = [
    (0.0, [52, 92, 120]),
    (0.5, [66, 170, 160]),
    (1.0, [244, 196, 84]),
    (1.3, [255, 106, 82]),
];
const DEAD: Color32 = Color32::from_rgb(62, 68, 78);

pub(crate) fn loading_color(loading: f64) -> Color32 {
    let (mut low, mut high) = (LOADING[0], LOADING[LOADING.len() - 1]);
    for pair in LOADING.windows(2) {
        if (pair[0].0..=pair[1].0).contains(&loading) {
            (low, high) = (pair[0], pair[1]);
        }
    }
    let t = ((loading - low.0) / (high.0 - low.0).max(1e-9)).clamp(0.0, 1.0) as f32;
    let mix = |k: usize| (f32::from(low.1[k]) + (f32::from(high.1[k]) - f32::from(low.1[k])) * t) as u8;
    Color32::from_rgb(mix(0), mix(1), mix(2))
}

/// The node that somebody has asked for, which is marked.
#[derive(Resource, Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Asked(pub(crate) Option<usize>);

/// Where a node of the diagram stands.
struct Placed {
    node: usize,
    rect: Rect,
}

/// Everything that the diagram reads.
#[derive(bevy::ecs::system::SystemParam)]
struct State<'w> {
    plan: Res<'w, Plan>,
    grid: Res<'w, Grid>,
    power: Res<'w, PowerColumns>,
    gensets: Res<'w, Gensets>,
    incidents: Res<'w, Incidents>,
    asked: Res<'w, Asked>,
}

/// The first building whose diagram has a node.
fn building_with(campus: &Campus, node: usize) -> Option<usize> {
    let of = campus.power.nodes.get(node)?.building.map(|b| b as usize);
    of.or_else(|| {
        let shows = |b: &usize| place(campus, *b, Rect::ZERO).iter().any(|placed| placed.node == node);
        (0..campus.buildings.len()).find(shows)
    })
}

fn window(
    mut contexts: EguiContexts,
    mut parts: ResMut<Parts>,
    mut windows: ResMut<Windows>,
    state: State,
    selection: Res<Selection>,
    mut orders: Orders,
) -> Result {
    if !parts.shown(Part::OneLine) {
        windows.close(Part::OneLine);
        return Ok(());
    }
    let ctx = contexts.ctx_mut()?.clone();
    let campus = &*state.plan.0;
    // Without a place, one that has what was asked for, or the first one.
    let selected = selection.0.map(|found| campus.building_of(found));
    let asked = || state.asked.0.and_then(|node| building_with(campus, node));
    let b = selected.or_else(asked).unwrap_or(0);
    let legend_below = vec2(0.0, 26.0);
    let (least, most) = (vec2(620.0, 300.0), vec2(920.0, 430.0));
    let title = say!("oneline-window", number = format!("{:02}", campus.buildings[b].number));
    let Some((window, room)) = windows.show(&ctx, Part::OneLine, title, least + legend_below, most + legend_below)
    else {
        return Ok(());
    };
    let size = (room - legend_below).max(vec2(300.0, 180.0));
    let mut shown = true;
    window.open(&mut shown).show(&ctx, |ui| {
        let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
        if let Some(command) = diagram(ui, rect, &state, b) {
            orders.give(command);
        }
        legend(ui);
    });
    parts.show(Part::OneLine, shown);
    Ok(())
}

fn legend(ui: &mut egui::Ui) {
    ui.horizontal_wrapped(|ui| {
        for (loading, text) in [
            (0.0, say!("oneline-idle")),
            (0.5, say!("oneline-half")),
            (1.0, say!("oneline-full")),
            (1.3, say!("oneline-over")),
        ] {
            let (swatch, _) = ui.allocate_exact_size(vec2(10.0, 10.0), Sense::hover());
            ui.painter().rect_filled(swatch, 2.0, loading_color(loading));
            ui.label(egui::RichText::new(text).size(11.0).color(QUIET));
        }
        let (swatch, _) = ui.allocate_exact_size(vec2(10.0, 10.0), Sense::hover());
        ui.painter().rect_filled(swatch, 2.0, DEAD);
        ui.label(egui::RichText::new(say!("oneline-dead")).size(11.0).color(QUIET));
        let text = say!("oneline-help");
        ui.label(egui::RichText::new(text).size(11.0).color(QUIET));
    });
}

/// Draws the diagram; gives what a click asks for.
fn diagram(ui: &mut egui::Ui, rect: Rect, state: &State, b: usize) -> Option<Command> {
    let campus = &*state.plan.0;
    let placed = place(campus, b, rect);
    let at = |node: usize| placed.iter().find(|p| p.node == node).map(|p| p.rect);
    let painter = ui.painter().clone();
    painter.rect_filled(rect, 4.0, PANEL);
    for p in &placed {
        for (k, source) in campus.power.nodes[p.node].sources.iter().enumerate() {
            // A ring main unit may hang on a neighbour's, which is not shown: draw to what that hangs on.
            let mut shown = *source as usize;
            while at(shown).is_none() && !campus.power.nodes[shown].sources.is_empty() && k == 0 {
                shown = campus.power.nodes[shown].sources[0] as usize;
            }
            let Some(from) = at(shown) else { continue };
            let chosen = state.grid.source[p.node] as usize == k && state.grid.usable(p.node, k);
            let live = chosen && state.grid.energised[*source as usize];
            wire(
                &painter,
                from,
                p.rect,
                live.then(|| state.power.loading[p.node]),
                chosen,
            );
        }
    }
    let mut asked = None;
    for p in &placed {
        let response = ui.interact(p.rect, ui.id().with(p.node), Sense::click());
        draw_node(&painter, state, p, response.hovered());
        let gensets = campus.power.nodes[p.node].kind == PowerKind::Genset;
        let node = p.node as u32;
        let broken = state.grid.open[p.node] || state.grid.cut[p.node] != 0;
        if response.clicked() {
            asked = Some(match (gensets, broken) {
                (true, _) => Command::BreakNode { node, count: 1 },
                (false, true) => Command::CloseFeed(node),
                (false, false) => Command::OpenFeed(node),
            });
        }
        if response.secondary_clicked() {
            asked = Some(Command::RepairNode(node));
        }
        response.on_hover_ui(|ui| hover(ui, state, p.node));
    }
    asked
}

/// Rows of the diagram from the grid down: the share of the height at which each kind stands.
fn level(kind: PowerKind) -> f32 {
    match kind {
        PowerKind::Utility => 0.05,
        PowerKind::MainTransformer => 0.19,
        PowerKind::RingMain => 0.33,
        PowerKind::Lineup | PowerKind::Genset => 0.48,
        PowerKind::UnitTransformer => 0.65,
        PowerKind::Switchboard => 0.77,
        PowerKind::Busway => 0.92,
    }
}

/// The nodes of a building and those above it: line-ups side by side, each with its transformers and busways below.
fn place(campus: &Campus, b: usize, rect: Rect) -> Vec<Placed> {
    let plan = &campus.power;
    let of_building = |kind: PowerKind| {
        let nodes = plan.nodes.iter().enumerate();
        nodes
            .filter(move |(_, node)| node.kind == kind && node.building == Some(b as u32))
            .map(|(n, _)| n)
            .collect::<Vec<_>>()
    };
    let lineups = of_building(PowerKind::Lineup);
    let mut placed = vec![Placed {
        node: 0,
        rect: box_at(rect, 0.5, PowerKind::Utility, 0.22),
    }];
    let share = 1.0 / lineups.len().max(1) as f32;
    for (i, lineup) in lineups.iter().enumerate() {
        let left = share * i as f32;
        let middle = left + share / 2.0;
        let mut above = plan.nodes[*lineup].sources.first().map(|n| *n as usize);
        // Up the preferred path: ring main unit, then the main transformer behind the ring.
        for _ in 0..plan.nodes.len() {
            let Some(node) = above.filter(|n| *n != 0) else { break };
            let kind = plan.nodes[node].kind;
            let own = kind != PowerKind::RingMain || plan.nodes[node].building == Some(b as u32);
            if own && !placed.iter().any(|p| p.node == node) {
                placed.push(Placed {
                    node,
                    rect: box_at(rect, middle, kind, share * 0.42),
                });
            }
            above = plan.nodes[node].sources.first().map(|n| *n as usize);
        }
        placed.push(Placed {
            node: *lineup,
            rect: box_at(rect, middle, PowerKind::Lineup, share * 0.42),
        });
        if let Some(plant) = plan.gensets.iter().find(|plant| plant.backs as usize == *lineup) {
            placed.push(Placed {
                node: plant.node as usize,
                rect: box_at(rect, left + share * 0.87, PowerKind::Genset, share * 0.22),
            });
        }
        let behind = |nodes: Vec<usize>, above: &[usize]| {
            let fed = |n: &usize| {
                plan.nodes[*n]
                    .sources
                    .first()
                    .is_some_and(|s| above.contains(&(*s as usize)))
            };
            nodes.into_iter().filter(fed).collect::<Vec<_>>()
        };
        let units = behind(of_building(PowerKind::UnitTransformer), &[*lineup]);
        let boards = behind(of_building(PowerKind::Switchboard), &units);
        let busways = behind(of_building(PowerKind::Busway), &boards);
        for (kind, nodes) in [
            (PowerKind::UnitTransformer, units),
            (PowerKind::Switchboard, boards),
            (PowerKind::Busway, busways),
        ] {
            let pitch = share * 0.96 / nodes.len().max(1) as f32;
            for (k, node) in nodes.iter().enumerate() {
                let x = left + share * 0.02 + pitch * (k as f32 + 0.5);
                placed.push(Placed {
                    node: *node,
                    rect: box_at(rect, x, kind, pitch * 0.78),
                });
            }
        }
    }
    placed
}

fn box_at(rect: Rect, x: f32, kind: PowerKind, width: f32) -> Rect {
    let height = match kind {
        PowerKind::Busway => 26.0,
        PowerKind::UnitTransformer | PowerKind::Switchboard => 22.0,
        _ => 30.0,
    };
    let centre = pos2(rect.left() + rect.width() * x, rect.top() + rect.height() * level(kind));
    Rect::from_center_size(centre, vec2((rect.width() * width).max(3.0), height))
}

/// A connection: bent in the middle, in the colour of what flows.
fn wire(painter: &egui::Painter, from: Rect, to: Rect, loading: Option<f64>, chosen: bool) {
    let stroke = match loading {
        Some(loading) => Stroke::new(1.5, loading_color(loading)),
        None if chosen => Stroke::new(1.0, DEAD),
        None => Stroke::new(0.5, LINE),
    };
    let points: Vec<Pos2> = if (from.center().y - to.center().y).abs() < 2.0 {
        vec![pos2(from.left(), from.center().y), pos2(to.right(), to.center().y)]
    } else {
        let (top, end) = (from.center_bottom(), to.center_top());
        let middle = (top.y + end.y) / 2.0;
        vec![top, pos2(top.x, middle), pos2(end.x, middle), end]
    };
    for pair in points.windows(2) {
        painter.line_segment([pair[0], pair[1]], stroke);
    }
}

fn draw_node(painter: &egui::Painter, state: &State, p: &Placed, hovered: bool) {
    let node = &state.plan.0.power.nodes[p.node];
    let live = state.grid.energised[p.node];
    let broken = state.grid.open[p.node] || state.grid.cut[p.node] != 0;
    let fill = if live {
        loading_color(state.power.loading[p.node])
    } else {
        DEAD
    };
    painter.rect_filled(p.rect, 3.0, fill);
    let edge = match (broken, hovered) {
        (true, _) => Stroke::new(2.0, ALARM),
        (false, true) => Stroke::new(2.0, TEXT),
        (false, false) => Stroke::new(0.5, LINE),
    };
    painter.rect_stroke(p.rect, 3.0, edge, StrokeKind::Inside);
    if state.asked.0 == Some(p.node) {
        painter.rect_stroke(p.rect.expand(3.0), 4.0, Stroke::new(2.0, ACCENT), StrokeKind::Outside);
    }
    if p.rect.width() > 70.0 {
        let ink = if live {
            Color32::from_rgb(12, 16, 22)
        } else {
            TEXT.now()
        };
        let value = if node.kind == PowerKind::Genset {
            say!("oneline-gensets", running = state.grid.units[p.node], all = &node.units)
        } else {
            format!("{:.1} MW", state.power.load_w[p.node] / 1e6)
        };
        let (upper, lower) = (p.rect.center() - vec2(0.0, 7.0), p.rect.center() + vec2(0.0, 7.0));
        painter.text(
            upper,
            Align2::CENTER_CENTER,
            &node.name,
            FontId::proportional(11.5),
            ink,
        );
        painter.text(lower, Align2::CENTER_CENTER, value, FontId::monospace(11.5), ink);
    }
}

fn hover(ui: &mut egui::Ui, state: &State, n: usize) {
    let campus = &*state.plan.0;
    let (node, power, grid) = (&campus.power.nodes[n], &state.power, &state.grid);
    ui.label(egui::RichText::new(format!("{}, {}", node.name, node.kind.as_str())).strong());
    ui.label(say!(
        "oneline-load",
        power = format!("{:.3}", power.load_w[n] / 1e6),
        reactive = format!("{:.3}", power.load_var[n] / 1e6),
        rating = format!("{:.2}", node.rating_va() / 1e6),
        loading = format!("{:.0}", power.loading[n] * 100.0)
    ));
    if grid.energised[n] {
        ui.label(say!(
            "oneline-voltage",
            voltage = format!("{:.4}", power.voltage_pu[n]),
            loss = format!("{:.1}", power.loss_w[n] / 1e3)
        ));
    }
    if power.hot_spot_c[n].is_finite() {
        ui.label(say!(
            "oneline-oil",
            oil = format!("{:.0}", power.top_oil_c[n]),
            spot = format!("{:.0}", power.hot_spot_c[n])
        ));
    }
    if let Some(p) = campus.power.gensets.iter().position(|plant| plant.node as usize == n) {
        let plant = &state.gensets.plants[p];
        ui.label(say!(
            "oneline-fuel",
            running = plant.on_bus(),
            failed = plant.failed(),
            fuel = format!("{:.0}", plant.fuel_l / 1e3)
        ));
    }
    if !grid.energised[n]
        && let Some(cause) = grid.lost_by[n]
    {
        for incident in state.incidents.chain(cause) {
            ui.label(egui::RichText::new(named::incident(incident, campus)).color(ALARM));
        }
    }
}

pub(crate) fn plugin(app: &mut App) {
    app.init_resource::<Asked>();
    app.add_systems(EguiPrimaryContextPass, window);
}
