//! The diagram of cooling: air, water and heat of a hall or a building, live, with units to break and repair.

use bevy::prelude::*;
use bevy_egui::{EguiContexts, EguiPrimaryContextPass, egui};
use egui::{Align2, Color32, FontId, Pos2, Rect, RichText, Sense, Shape, Stroke, StrokeKind, pos2, vec2};
use rainier::physics::air;
use rainier::sim::command::Command;
use rainier::sim::meters::Meters;
use rainier::sim::twin::Plan;
use rainier::sim::weather::Outside;
use rainier::sim::{AhuColumns, HallColumns, RackColumns, RowColumns};
use rainier::site::Campus;
use rainier::site::campus::Found;

use crate::named;
use crate::panels::format::{said, watts};
use crate::panels::parts::{Part, Parts};
use crate::panels::pieces::{reading, swatch};
use crate::panels::theme::{GROUND, LINE, MODES, PANEL, QUIET, TEXT, WATER, diagram_color, mode_color};
use crate::panels::undo::Orders;
use crate::panels::windows::Windows;
use crate::selection::{Selection, name};
use crate::words::say;
use crate::world::units::runs;

/// Size of the diagram of air, points.
const AIR_SIZE: egui::Vec2 = vec2(952.0, 216.0);

/// Height of the diagram of water below it, points.
const WATER_HEIGHT: f32 = 118.0;

/// Boxes from outside to the exhaust.
const BOXES: usize = 9;

/// Everything that the diagram reads.
#[derive(bevy::ecs::system::SystemParam)]
struct State<'w> {
    plan: Res<'w, Plan>,
    outside: Res<'w, Outside>,
    halls: Res<'w, HallColumns>,
    racks: Res<'w, RackColumns>,
    rows: Res<'w, RowColumns>,
    units: Res<'w, AhuColumns>,
    meters: Res<'w, Meters>,
}

/// Halls together: sums of flows, means of temperatures.
struct Whole<'a> {
    state: &'a State<'a>,
    halls: Vec<usize>,
}

impl Whole<'_> {
    fn sum(&self, column: &[f64]) -> f64 {
        self.halls.iter().map(|h| column[*h]).filter(|x| x.is_finite()).sum()
    }

    /// Mean of a column by the weight of another; not a number where there is no weight.
    fn mean(&self, column: &[f64], weight: &[f64]) -> f64 {
        let pairs = self.halls.iter().map(|h| (column[*h], weight[*h]));
        let pairs = pairs.filter(|(x, w)| x.is_finite() && *w > 0.0);
        let (sum, all) = pairs.fold((0.0, 0.0), |(sum, all), (x, w)| (sum + x * w, all + w));
        sum / all
    }

    /// Mean of a column by supplied air, or a plain one while no air is supplied.
    fn of_air(&self, column: &[f64]) -> f64 {
        let mean = self.mean(column, &self.state.halls.supply_air_kg_s);
        if mean.is_finite() {
            return mean;
        }
        self.sum(column) / self.halls.len() as f64
    }

    fn units(&self) -> impl Iterator<Item = usize> + '_ {
        let campus = &self.state.plan.0;
        self.halls.iter().flat_map(|h| campus.halls[*h].units.clone())
    }

    /// Mean over the units that run.
    fn of_units(&self, column: &[f64]) -> f64 {
        let running = self.units().filter(|u| runs(self.state.units.mode[*u]));
        let (sum, n) = running.fold((0.0, 0.0), |(sum, n), u| (sum + column[u], n + 1.0));
        sum / n
    }

    /// Supply air as it reaches the rows, by the air that their racks draw.
    fn cold_aisle_c(&self) -> f64 {
        let campus = &self.state.plan.0;
        let rows = self.halls.iter().flat_map(|h| campus.halls[*h].rows.clone());
        let (sum, all) = rows.fold((0.0, 0.0), |(sum, all), r| {
            let weight = self.state.rows.rack_kg_s[r].max(1e-6);
            (sum + self.state.rows.supply_c[r] * weight, all + weight)
        });
        sum / all
    }

    /// Share of the air of racks that has been in the hot aisle: by their places, or for want of supply.
    fn hot_share(&self) -> f64 {
        let (campus, racks) = (&self.state.plan.0, &self.state.racks);
        let (mut hot_kg_s, mut all_kg_s) = (0.0, 0.0);
        for h in &self.halls {
            for rack in campus.halls[*h].racks.clone() {
                let share = f64::from(racks.hot_share[rack]).max(self.state.halls.recirculation[*h]);
                hot_kg_s += f64::from(racks.air_kg_s[rack]) * share;
                all_kg_s += f64::from(racks.air_kg_s[rack]);
            }
        }
        if all_kg_s > 0.0 { hot_kg_s / all_kg_s } else { 0.0 }
    }

    /// What the halls draw now with their share of the losses of the power path, over the draw of their racks.
    fn pue(&self) -> f64 {
        let halls = &self.state.halls;
        let drawn = |h: usize| (halls.it_w[h] + halls.battery_w[h] + halls.cooling_w[h] + halls.misc_w[h]).max(0.0);
        let own: f64 = self.halls.iter().map(|h| drawn(*h)).sum();
        let all: f64 = (0..halls.live.len()).filter(|h| halls.live[*h]).map(drawn).sum();
        let it_w = self.sum(&halls.it_w);
        (own + self.state.meters.now.loss_w * own / all) / it_w
    }

    /// Water over IT energy now, L/kWh.
    fn wue_l_per_kwh(&self) -> f64 {
        self.sum(&self.state.halls.water_l_s) * 3.6e6 / self.sum(&self.state.halls.it_w)
    }
}

/// Halls that the diagram is about, and their name: the selected hall or building, else the first live building.
fn subject(campus: &Campus, selection: &Selection, live: &[bool]) -> (Vec<usize>, String) {
    let found = match selection.0 {
        Some(Found::Building(b)) => Found::Building(b),
        Some(_) => Found::Hall(selection.halls(campus).start),
        None => {
            let first = live.iter().position(|live| *live).unwrap_or(0);
            Found::Building(campus.halls[first].building)
        }
    };
    let halls = Selection(Some(found)).halls(campus);
    (halls.filter(|h| live[*h]).collect(), name(campus, found))
}

/// A box of the diagram: its title above its values.
fn part(painter: &egui::Painter, rect: Rect, title: &str, values: &[(String, Color32)]) {
    painter.rect(rect, 4.0, PANEL, Stroke::new(1.0, LINE), StrokeKind::Inside);
    let top = rect.center_top() + vec2(0.0, 6.0);
    painter.text(top, Align2::CENTER_TOP, title, FontId::proportional(11.0), QUIET.now());
    for (k, (text, color)) in values.iter().enumerate() {
        let at = top + vec2(0.0, 16.0 + 15.0 * k as f32);
        painter.text(at, Align2::CENTER_TOP, text, FontId::monospace(11.5), *color);
    }
}

/// A flow along points with a head at its end; thin and grey where nothing flows.
fn flow(painter: &egui::Painter, points: &[Pos2], share: f64, color: Color32) {
    let flows = share > 1e-4;
    let width = if flows {
        1.5 + 4.5 * share.min(1.0).sqrt() as f32
    } else {
        1.0
    };
    let color = if flows { color } else { LINE.now() };
    let [.., before, end] = points else { return };
    let along = (*end - *before).normalized();
    let size = width * 0.9 + 3.5;
    let neck = *end - along * size;
    let mut line = points.to_vec();
    if let Some(last) = line.last_mut() {
        *last = neck;
    }
    painter.add(Shape::line(line, Stroke::new(width, color)));
    let side = along.rot90() * size * 0.75;
    painter.add(Shape::convex_polygon(
        vec![*end, neck + side, neck - side],
        color,
        Stroke::NONE,
    ));
}

/// A flow's name above it.
fn label(painter: &egui::Painter, at: Pos2, text: String) {
    let galley = painter.layout_no_wrap(text, FontId::proportional(11.0), QUIET.now());
    let rect = Align2::CENTER_CENTER.anchor_size(at, galley.size());
    painter.rect_filled(rect.expand2(vec2(4.0, 1.0)), 2.0, GROUND);
    painter.galley(rect.min, galley, QUIET.now());
}

/// The way of the air.
fn air_path(painter: &egui::Painter, rect: Rect, whole: &Whole) {
    let (halls, state) = (&whole.state.halls, whole.state);
    let pitch = rect.width() / BOXES as f32;
    let middle = rect.top() + 128.0;
    let place = |k: usize| {
        let centre = pos2(rect.left() + pitch * (k as f32 + 0.5), middle);
        Rect::from_center_size(centre, vec2(pitch - 20.0, 76.0))
    };
    let supply_kg_s = whole.sum(&halls.supply_air_kg_s);
    let rack_kg_s = whole.sum(&halls.rack_air_kg_s);
    let bypass_kg_s = whole.sum(&halls.bypass_kg_s);
    let fresh = whole.of_air(&halls.fresh_share).clamp(0.0, 1.0);
    let again = whole.hot_share();
    let (outside, mixed_c) = (&state.outside, whole.of_air(&halls.mixed_c));
    let drop_k = whole.of_air(&halls.media_drop_k);
    let (supply_c, cold_c) = (whole.of_air(&halls.supply_c), whole.cold_aisle_c());
    let (hot_c, return_c) = (whole.of_air(&halls.hot_aisle_c), whole.of_air(&halls.return_c));
    let most = supply_kg_s.max(rack_kg_s).max(1e-9);

    // Boxes stand on what flows between them.
    let hop = |from: usize, kg_s: f64, t_c: f64| {
        let points = [place(from).right_center(), place(from + 1).left_center()];
        flow(painter, &points, kg_s / most, diagram_color(t_c));
    };
    hop(0, supply_kg_s * fresh, outside.dry_bulb_c);
    hop(1, supply_kg_s, mixed_c);
    hop(2, supply_kg_s, mixed_c);
    hop(3, supply_kg_s, mixed_c - drop_k);
    hop(4, supply_kg_s, supply_c);
    hop(5, rack_kg_s, cold_c);
    hop(6, rack_kg_s, hot_c);
    hop(7, supply_kg_s * fresh, return_c);
    // Above the boxes, or below them where `up` is negative; ports keep ways apart that meet at one box.
    let over = |[from, to]: [usize; 2], port: f32, up: f32, kg_s: f64, t_c: f64, text: String| {
        let (a, b) = (place(from), place(to));
        let (y, ends) = if up > 0.0 {
            (a.top() - up, [a.center_top(), b.center_top()])
        } else {
            (a.bottom() - up, [a.center_bottom(), b.center_bottom()])
        };
        let ends = ends.map(|end| end + vec2(port, 0.0));
        let points = [ends[0], pos2(ends[0].x, y), pos2(ends[1].x, y), ends[1]];
        flow(painter, &points, kg_s / most, diagram_color(t_c));
        label(painter, pos2((ends[0].x + ends[1].x) / 2.0, y), text);
    };
    let back_kg_s = supply_kg_s * (1.0 - fresh);
    over(
        [7, 1],
        16.0,
        62.0,
        back_kg_s,
        return_c,
        say!(
            "cooling-return",
            flow = said(back_kg_s, 0, "kg/s"),
            temperature = said(return_c, 1, "°C")
        ),
    );
    over(
        [5, 7],
        -16.0,
        26.0,
        bypass_kg_s,
        cold_c,
        say!("cooling-bypass", flow = said(bypass_kg_s, 0, "kg/s")),
    );
    over(
        [7, 5],
        0.0,
        -26.0,
        again * rack_kg_s,
        hot_c,
        say!(
            "cooling-recirculation",
            share = said(again * 100.0, 1, "%"),
            flow = said(again * rack_kg_s, 0, "kg/s")
        ),
    );

    let plain = |text: String| (text, TEXT.now());
    let humid = |percent: f64| plain(say!("cooling-humidity", share = said(percent, 0, "%")));
    let of_air = |t_c: f64| (said(t_c, 1, "°C"), diagram_color(t_c));
    let supply_w = whole.of_air(&halls.supply_humidity_ratio);
    let supply_rh = air::relative_humidity(supply_c, supply_w, outside.pressure_pa) * 100.0;
    let [pressure_pa, dust_g, speed] =
        [&state.units.pressure_pa, &state.units.dust_g, &state.units.speed].map(|column| whole.of_units(column));
    let evaporated = whole.sum(&halls.media_evaporated_kg_s);
    part(
        painter,
        place(0),
        say!("cooling-outside"),
        &[
            of_air(outside.dry_bulb_c),
            humid(outside.relative_humidity * 100.0),
            plain(say!(
                "cooling-wet-bulb",
                temperature = said(outside.wet_bulb_c, 1, "°C")
            )),
        ],
    );
    part(
        painter,
        place(1),
        say!("cooling-damper"),
        &[
            plain(say!("cooling-fresh", share = said(fresh * 100.0, 0, "%"))),
            of_air(mixed_c),
        ],
    );
    part(
        painter,
        place(2),
        say!("cooling-filters"),
        &[
            plain(said(pressure_pa, 0, "Pa")),
            plain(say!("cooling-dust", mass = said(dust_g / 1e3, 1, "kg"))),
        ],
    );
    part(
        painter,
        place(3),
        say!("cooling-media"),
        &[
            plain(if drop_k > 0.05 {
                format!("−{}", said(drop_k, 1, "K"))
            } else {
                say!("cooling-dry").into()
            }),
            (said(evaporated, 2, "kg/s"), WATER.now()),
        ],
    );
    part(
        painter,
        place(4),
        say!("reading-fans"),
        &[
            plain(say!("cooling-speed", share = said(speed * 100.0, 0, "%"))),
            plain(watts(whole.sum(&halls.fans_w))),
            plain(said(supply_kg_s, 0, "kg/s")),
        ],
    );
    part(
        painter,
        place(5),
        say!("cooling-cold-aisles"),
        &[of_air(cold_c), humid(supply_rh)],
    );
    part(
        painter,
        place(6),
        say!("reading-racks"),
        &[
            plain(watts(whole.sum(&halls.it_w))),
            plain(said(rack_kg_s, 0, "kg/s")),
            plain(format!("+{}", said(hot_c - cold_c, 1, "K"))),
        ],
    );
    part(
        painter,
        place(7),
        say!("cooling-hot-aisles"),
        &[of_air(hot_c), plain(watts(whole.sum(&halls.heat_to_air_w)))],
    );
    part(
        painter,
        place(8),
        say!("cooling-exhaust"),
        &[
            of_air(return_c),
            plain(said(supply_kg_s * fresh, 0, "kg/s")),
            plain(watts(whole.sum(&halls.heat_out_w))),
        ],
    );
}

/// The way of the water, where a hall has a liquid loop.
fn water_path(painter: &egui::Painter, rect: Rect, whole: &Whole) {
    let halls = &whole.state.halls;
    let coolant = &halls.coolant_kg_s;
    let facility = &halls.facility_kg_s;
    let width = rect.width() / 5.0;
    let place = |k: usize| {
        let centre = pos2(rect.left() + width * (k as f32 + 0.5), rect.top() + 62.0);
        Rect::from_center_size(centre, vec2(width - 64.0, 76.0))
    };
    let pipe = |from: usize, kg_s: f64, out_c: f64, back_c: f64| {
        let (a, b) = (place(from), place(from + 1));
        let (up, down) = (a.center().y - 16.0, a.center().y + 20.0);
        // Warm water goes on to what takes its heat, cooler water comes back.
        let share = if kg_s > 0.0 { 0.35 } else { 0.0 };
        let [warm, cool] = [out_c, back_c].map(diagram_color);
        flow(painter, &[pos2(a.right(), up), pos2(b.left(), up)], share, warm);
        flow(painter, &[pos2(b.left(), down), pos2(a.right(), down)], share, cool);
        let middle = (a.right() + b.left()) / 2.0;
        let font = FontId::monospace(11.0);
        painter.text(
            pos2(middle, up - 6.0),
            Align2::CENTER_BOTTOM,
            said(out_c, 1, "°C"),
            font.clone(),
            TEXT.now(),
        );
        painter.text(
            pos2(middle, down + 6.0),
            Align2::CENTER_TOP,
            said(back_c, 1, "°C"),
            font,
            TEXT.now(),
        );
    };
    let coolant_kg_s = whole.sum(coolant);
    let facility_kg_s = whole.sum(facility);
    let coolant_c = [&halls.coolant_return_c, &halls.coolant_supply_c].map(|column| whole.mean(column, coolant));
    let facility_c = [&halls.facility_return_c, &halls.facility_supply_c].map(|column| whole.mean(column, facility));
    pipe(0, coolant_kg_s, coolant_c[0], coolant_c[1]);
    pipe(1, facility_kg_s, facility_c[0], facility_c[1]);
    for from in [2, 3] {
        let points = [place(from).right_center(), place(from + 1).left_center()];
        flow(
            painter,
            &points,
            if facility_kg_s > 0.0 { 0.35 } else { 0.0 },
            diagram_color(facility_c[0]),
        );
    }
    let plain = |text: String| (text, TEXT.now());
    part(
        painter,
        place(0),
        say!("cooling-cold-plates"),
        &[
            plain(watts(whole.sum(&halls.heat_to_liquid_w))),
            plain(said(coolant_kg_s, 0, "kg/s")),
            plain(format!("+{}", said(coolant_c[0] - coolant_c[1], 1, "K"))),
        ],
    );
    let coils_w = whole.sum(&halls.heat_to_coils_w);
    part(
        painter,
        place(1),
        say!("cooling-distribution"),
        &[
            plain(say!("cooling-all-pumps", power = watts(whole.sum(&halls.pumps_w)))),
            plain(if coils_w > 0.0 {
                say!("cooling-coils", power = watts(coils_w))
            } else {
                String::new()
            }),
        ],
    );
    part(
        painter,
        place(2),
        say!("cooling-facility-water"),
        &[
            (said(facility_kg_s, 0, "kg/s"), WATER.now()),
            plain(format!("+{}", said(facility_c[0] - facility_c[1], 1, "K"))),
        ],
    );
    part(
        painter,
        place(3),
        say!("reading-chillers"),
        &[
            plain(say!("cooling-lift", power = watts(whole.sum(&halls.chiller_lift_w)))),
            plain(say!("cooling-draw", power = watts(whole.sum(&halls.chillers_w)))),
        ],
    );
    let basin_m3 = whole.sum(&halls.basin_m3);
    let evaporated = whole.sum(&halls.tower_evaporated_kg_s);
    let mut tower = vec![
        plain(say!(
            "cooling-tower-fans",
            share = said(whole.mean(&halls.rejection_speed, facility) * 100.0, 0, "%"),
            power = watts(whole.sum(&halls.rejection_w))
        )),
        plain(say!("cooling-heat", power = watts(whole.sum(&halls.heat_rejected_w)))),
    ];
    // Without a basin it is a dry cooler.
    let title = if basin_m3 > 0.0 {
        tower.push((
            format!("{}, {}", said(evaporated, 2, "kg/s"), said(basin_m3, 0, "m³")),
            WATER.now(),
        ));
        say!("cooling-towers")
    } else {
        say!("cooling-dry-coolers")
    };
    let mut last = place(4);
    last.min.x -= 22.0;
    last.max.x += 26.0;
    part(painter, last, title, &tower);
}

/// A square for each unit of a hall; gives what a click asks for.
fn unit_strip(ui: &mut egui::Ui, state: &State, h: usize, width: f32) -> Option<Command> {
    let hall = &state.plan.0.halls[h];
    let title = format!("H{}", hall.number);
    let mut asked = None;
    ui.horizontal_wrapped(|ui| {
        ui.set_max_width(width);
        ui.spacing_mut().item_spacing = vec2(3.0, 3.0);
        ui.add_sized(
            [26.0, 16.0],
            egui::Label::new(RichText::new(title).size(11.5).color(QUIET)),
        );
        for (k, unit) in hall.units.clone().enumerate() {
            let (rect, response) = ui.allocate_exact_size(vec2(18.0, 16.0), Sense::click());
            let mode = state.units.mode[unit];
            ui.painter().rect_filled(rect, 3.0, mode_color(mode));
            if !runs(mode) {
                // Told from the others without colours too.
                let bar = Stroke::new(1.5, PANEL);
                ui.painter().line_segment([rect.left_bottom(), rect.right_top()], bar);
            }
            if response.hovered() {
                ui.painter()
                    .rect_stroke(rect, 3.0, Stroke::new(1.5, TEXT), StrokeKind::Outside);
            }
            if response.clicked() {
                asked = Some(Command::FailUnits { hall: h, count: 1 });
            }
            if response.secondary_clicked() {
                asked = Some(Command::RepairUnits { hall: h });
            }
            response.on_hover_ui(|ui| {
                let units = &state.units;
                ui.label(
                    RichText::new(say!(
                        "unit",
                        number = k + 1,
                        hall = &hall.number,
                        mode = named::mode(mode)
                    ))
                    .strong(),
                );
                let line = |ui: &mut egui::Ui, text: String| ui.label(RichText::new(text).size(12.0).color(QUIET));
                let speed = said(units.speed[unit] * 100.0, 0, "%");
                line(
                    ui,
                    say!(
                        "unit-speed",
                        speed = speed,
                        flow = said(units.air_kg_s[unit], 1, "kg/s")
                    ),
                );
                line(
                    ui,
                    say!("unit-supply", temperature = said(units.supply_c[unit], 1, "°C")),
                );
                let pressure = said(units.pressure_pa[unit], 0, "Pa");
                line(
                    ui,
                    say!(
                        "unit-pressure",
                        pressure = pressure,
                        dust = say!("unit-dust", mass = said(units.dust_g[unit] / 1e3, 2, "kg"))
                    ),
                );
            });
        }
    });
    asked
}

/// Meters above the diagram.
fn readings(ui: &mut egui::Ui, whole: &Whole) {
    let halls = &whole.state.halls;
    ui.horizontal_wrapped(|ui| {
        reading(ui, say!("cooling-pue"), said(whole.pue(), 3, ""), "", TEXT);
        reading(
            ui,
            say!("cooling-wue"),
            said(whole.wue_l_per_kwh(), 3, ""),
            "L/kWh",
            TEXT,
        );
        for (title, column) in [
            (say!("reading-cooling"), &halls.cooling_w),
            (say!("reading-fans"), &halls.fans_w),
            (say!("reading-pumps"), &halls.pumps_w),
            (say!("cooling-rejection"), &halls.rejection_w),
            (say!("reading-chillers"), &halls.chillers_w),
        ] {
            reading(ui, title, said(whole.sum(column) / 1e3, 0, ""), "kW", TEXT);
        }
        reading(
            ui,
            say!("reading-water"),
            said(whole.sum(&halls.water_l_s), 2, ""),
            "L/s",
            WATER,
        );
        let hottest = whole
            .halls
            .iter()
            .map(|h| halls.hottest_chip_c[*h])
            .fold(f32::NAN, f32::max);
        reading(
            ui,
            say!("reading-hottest-chip"),
            said(f64::from(hottest), 1, ""),
            "°C",
            TEXT,
        );
    });
}

fn window(
    mut contexts: EguiContexts,
    mut parts: ResMut<Parts>,
    mut windows: ResMut<Windows>,
    state: State,
    selection: Res<Selection>,
    mut orders: Orders,
) -> Result {
    if !parts.shown(Part::Cooling) {
        windows.close(Part::Cooling);
        return Ok(());
    }
    let ctx = contexts.ctx_mut()?.clone();
    let campus = &*state.plan.0;
    let (halls, title) = subject(campus, &selection, &state.halls.live);
    let whole = Whole { state: &state, halls };
    // As high as it is with the water of liquid loops; a smaller place is scrolled.
    let water = whole.sum(&state.halls.coolant_kg_s) + whole.sum(&state.halls.facility_kg_s) > 0.0;
    let tall = AIR_SIZE.y + 160.0 + if water { WATER_HEIGHT } else { 0.0 };
    let (least, most) = (vec2(460.0, 220.0), vec2(AIR_SIZE.x + 4.0, tall));
    let Some((window, room)) = windows.show(&ctx, Part::Cooling, say!("cooling-window", place = title), least, most)
    else {
        return Ok(());
    };
    let most = room.max(vec2(220.0, 120.0));
    let mut shown = true;
    window.open(&mut shown).show(&ctx, |ui| {
        ui.set_max_width(most.x);
        if whole.halls.is_empty() {
            ui.label(RichText::new(say!("cooling-not-live")).color(QUIET));
            return;
        }
        // A small window shows a part of it, to be moved.
        let area = egui::ScrollArea::both().max_width(most.x).max_height(most.y);
        area.min_scrolled_height(most.y).show(ui, |ui| {
            ui.set_width(AIR_SIZE.x);
            readings(ui, &whole);
            let (rect, _) = ui.allocate_exact_size(AIR_SIZE, Sense::hover());
            let painter = ui.painter_at(rect);
            painter.rect_filled(rect, 4.0, GROUND);
            air_path(&painter, rect, &whole);
            if whole.sum(&state.halls.coolant_kg_s) + whole.sum(&state.halls.facility_kg_s) > 0.0 {
                let size = vec2(AIR_SIZE.x, WATER_HEIGHT);
                let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
                let painter = ui.painter_at(rect);
                painter.rect_filled(rect, 4.0, GROUND);
                water_path(&painter, rect, &whole);
            }
            for h in &whole.halls {
                if let Some(command) = unit_strip(ui, &state, *h, AIR_SIZE.x) {
                    orders.give(command);
                }
            }
            ui.horizontal_wrapped(|ui| {
                for mode in MODES {
                    let count = whole.units().filter(|u| state.units.mode[*u] == mode).count();
                    swatch(ui, mode, count);
                }
                let text = say!("cooling-help");
                ui.label(RichText::new(text).size(11.0).color(QUIET));
            });
        });
    });
    parts.show(Part::Cooling, shown);
    Ok(())
}

pub(crate) fn plugin(app: &mut App) {
    app.add_systems(EguiPrimaryContextPass, window);
}
