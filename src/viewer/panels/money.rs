//! Money and carbon: what the bill runs to by part, what a chip-hour comes to, and what the grid emits, live.

use std::collections::VecDeque;

use bevy::prelude::*;
use bevy_egui::{EguiContexts, EguiPrimaryContextPass, egui};
use egui::{Align2, Color32, FontId, Rect, RichText, Sense, Stroke, pos2, vec2};
use rainier::economics::Band;
use rainier::economics::bill::Parts as Bill;
use rainier::economics::fleet::RUN_FLOP;
use rainier::results::money::Money;
use rainier::scenario::Loaded;
use rainier::sim::clock::Clock;
use rainier::sim::jobs::Jobs;
use rainier::sim::meters::Meters;
use rainier::site::files::{CapitalFile, GridFile, TariffFile};
use rainier::site::schema::Figure;

use crate::cases::Case;
use crate::panels::format::{grouped, said};
use crate::panels::parts::{Part, Parts};
use crate::panels::pieces::reading;
use crate::panels::plot::Axes;
use crate::panels::theme::{ACCENT, GROUND, QUIET, TEXT};
use crate::panels::windows::Windows;
use crate::words::say;

/// Parts of a bill.
const PARTS: usize = Bill::NAMES.len();

/// Colours of the parts, in their order: after Okabe and Ito, muted for those that are small.
const COLORS: [[u8; 3]; PARTS] = [
    [86, 180, 233],
    [230, 159, 0],
    [200, 120, 30],
    [240, 228, 66],
    [190, 150, 60],
    [168, 118, 255],
    [0, 168, 120],
    [110, 200, 170],
    [214, 120, 176],
    [170, 180, 192],
];

/// Their names where there is little room.
fn names() -> [&'static str; PARTS] {
    [
        say!("bill-energy"),
        say!("bill-demand"),
        say!("bill-ratchet"),
        say!("bill-minimum"),
        say!("bill-peak"),
        say!("bill-capacity"),
        say!("bill-water"),
        say!("bill-sewer"),
        say!("bill-diesel"),
        say!("bill-response"),
    ]
}

/// Time over which rates are taken, s.
const RATE_S: f64 = 3600.0;

/// Least time between two points of a trend, s.
const STEP_S: f64 = 300.0;

/// Points of a trend that are kept: a day.
const POINTS: usize = 289;

/// Prices as the scenario's files give them.
#[derive(Resource, Debug, Clone)]
pub(crate) struct Costs {
    tariff: TariffFile,
    grid: Option<GridFile>,
    capital: CapitalFile,
}

impl Costs {
    /// Of a scenario's site.
    pub(crate) fn of(loaded: &Loaded) -> Self {
        Self {
            tariff: loaded.site.tariff.clone(),
            grid: loaded.site.grid.clone(),
            capital: loaded.site.capital.clone(),
        }
    }

    /// A figure with its tag and what its source says.
    fn said(&self, figure: &Figure, unit: &str) -> String {
        let range = figure
            .range
            .map_or_else(String::new, |[low, high]| say!("money-range", low = low, high = high));
        let mut text = format!("{} {unit} [{:?}]{range}", figure.value, figure.tag);
        match figure.source.strip_prefix('=') {
            Some(reason) => text += &format!("\n{}", reason.trim()),
            None => {
                for key in figure.source.split_whitespace() {
                    let files = [
                        Some(&self.tariff.sources),
                        self.grid.as_ref().map(|grid| &grid.sources),
                        Some(&self.capital.sources),
                    ];
                    let source = files.into_iter().flatten().find_map(|sources| sources.get(key));
                    text += &format!("\n{key}: {}", source.map_or("", String::as_str));
                }
            }
        }
        text
    }

    /// What stands behind a part of the bill.
    fn behind(&self, part: usize) -> String {
        let tariff = &self.tariff;
        let or = |figure: &Option<Figure>, unit: &str| {
            figure.as_ref().map_or_else(
                || say!("money-not-in-tariff").to_owned(),
                |figure| self.said(figure, unit),
            )
        };
        let text = match part {
            0 => self.said(&tariff.energy_usd_per_mwh, "$/MWh"),
            1 => self.said(&tariff.demand_usd_per_kw_month, say!("money-per-kw-month")),
            2 => or(&tariff.ratchet_share, say!("money-of-highest")),
            3 => or(&tariff.minimum_share, say!("money-of-agreed")),
            4 => or(&tariff.max_demand_usd_per_kw_month, say!("money-per-kw-month")),
            5 => or(&tariff.capacity_usd_per_mw_day, say!("money-per-mw-day")),
            6 => self.said(&tariff.water_usd_per_m3, "$/m³"),
            7 => self.said(&tariff.sewer_usd_per_m3, "$/m³"),
            8 => self.said(&tariff.diesel_usd_per_l, "$/L"),
            _ => match &tariff.demand_response {
                Some(programme) => self.said(&programme.usd_per_kw_month, say!("money-per-kw-promised")),
                None => say!("money-no-programme").into(),
            },
        };
        format!("{}: {text}\n{}", Bill::NAMES[part], tariff.name)
    }
}

/// How things stood at a time.
#[derive(Debug, Clone, Copy)]
struct Point {
    time_s: f64,
    bill: [f64; PARTS],
    usd: f64,
    grid_w: f64,
    g_per_kwh: [f64; 2],
}

/// The last day, and the bill as it stood when the month began.
#[derive(Resource, Debug, Clone, Default)]
pub(crate) struct Trend {
    points: VecDeque<Point>,
    month: Option<(i16, i8)>,
    month_bill: [f64; PARTS],
    /// What the whole run comes to, and the second of real time in which it was worked out.
    money: Option<(u64, Money)>,
}

/// Remembers the bill of a tick.
pub(crate) fn remember(clock: Res<Clock>, meters: Res<Meters>, mut trend: ResMut<Trend>) {
    let bill = meters.total.bill.values();
    let at = clock.tick_start();
    let month = (at.year(), at.month());
    if trend.month != Some(month) {
        // The bill of the tick before belongs to the month before.
        trend.month_bill = match (trend.month, trend.points.back()) {
            (Some(_), Some(last)) => last.bill,
            _ => [0.0; PARTS],
        };
        trend.month = Some(month);
    }
    let due = trend
        .points
        .back()
        .is_none_or(|last| clock.time_s - last.time_s >= STEP_S - 1e-6);
    if due {
        if trend.points.len() >= POINTS {
            trend.points.pop_front();
        }
        trend.points.push_back(Point {
            time_s: clock.time_s,
            bill,
            usd: meters.total.cost_usd,
            grid_w: meters.now.grid_w,
            g_per_kwh: meters.now.carbon_g_per_kwh,
        });
    }
}

/// Works out what the run comes to, once a second while it is shown.
fn total(world: &mut World) {
    if !world.resource::<Parts>().shown(Part::Money) || world.resource::<Clock>().time_s < RATE_S {
        return;
    }
    let second = world.resource::<Time<Real>>().elapsed().as_secs();
    if world
        .resource::<Trend>()
        .money
        .as_ref()
        .is_some_and(|(at, _)| *at == second)
    {
        return;
    }
    let name = world.resource::<Case>().name().to_owned();
    let capital = world.resource::<Costs>().capital.clone();
    let money = Money::of(world, &capital, &name, None);
    world.resource_mut::<Trend>().money = Some((second, money));
}

/// Money in short: $428k, $1.24M, $38.2B.
fn usd(value: f64) -> String {
    if !value.is_finite() {
        return "–".into();
    }
    let sign = if value < 0.0 { "-" } else { "" };
    match value.abs() {
        size if size >= 1e9 => format!("{sign}${:.2}B", size / 1e9),
        size if size >= 1e6 => format!("{sign}${:.2}M", size / 1e6),
        size if size >= 1e5 => format!("{sign}${:.0}k", size / 1e3),
        size if size >= 100.0 => format!("{sign}${}", grouped(size)),
        size => format!("{sign}${size:.2}"),
    }
}

/// A band in words, for what is shown on hover.
fn band(band: Band, scale: f64, unit: &str) -> String {
    let digits = |x: f64| match x.abs() {
        size if size >= 1000.0 => grouped(x),
        size if size >= 10.0 => format!("{x:.1}"),
        _ => format!("{x:.3}"),
    };
    say!(
        "money-band",
        value = digits(band.value * scale),
        unit = unit,
        low = digits(band.low * scale),
        high = digits(band.high * scale)
    )
}

/// A line of the right half: name and value, with what stands behind it.
fn line(ui: &mut egui::Ui, width: f32, name: &str, value: &str, behind: impl FnOnce() -> String) {
    let (rect, response) = ui.allocate_exact_size(vec2(width, 16.0), Sense::hover());
    let painter = ui.painter_at(rect);
    let font = FontId::proportional(11.5);
    painter.text(rect.left_center(), Align2::LEFT_CENTER, name, font, QUIET.now());
    let font = FontId::monospace(11.5);
    painter.text(rect.right_center(), Align2::RIGHT_CENTER, value, font, TEXT.now());
    response.on_hover_ui(|ui| {
        ui.label(RichText::new(behind()).size(12.0));
    });
}

/// A small chart of one or two lines over the last day.
fn trend_chart(
    ui: &mut egui::Ui,
    width: f32,
    title: &str,
    trend: &Trend,
    lines: &[(Color32, Vec<[f64; 2]>)],
    unit: &str,
) {
    ui.label(RichText::new(title).size(11.0).color(QUIET));
    let (whole, response) = ui.allocate_exact_size(vec2(width, 52.0), Sense::hover());
    let painter = ui.painter_at(whole);
    let rect = Rect::from_min_max(whole.min + vec2(40.0, 4.0), whole.max - vec2(4.0, 4.0));
    painter.rect_filled(rect, 2.0, GROUND);
    let values = || lines.iter().flat_map(|(_, points)| points.iter().map(|p| p[1]));
    let (low, high) = values().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
    let (Some(first), Some(last), true) = (trend.points.front(), trend.points.back(), low.is_finite()) else {
        return;
    };
    // Flat lines stand in the middle, not at the edge.
    let room = (high - low).max(high.abs() * 0.02).max(1e-9) * 0.15;
    let axes = Axes {
        rect,
        x: [first.time_s, last.time_s.max(first.time_s + STEP_S)],
        y: [low - room, high + room],
    };
    axes.levels(&painter, 2.5, crate::panels::format::compact);
    for (color, points) in lines {
        axes.line(&painter, points.iter().copied(), Stroke::new(1.5, *color));
    }
    if let Some(at) = response.hover_pos().filter(|at| rect.contains(*at)) {
        let x = axes.x_at(at.x);
        let near = |points: &[[f64; 2]]| {
            let nearest = points
                .iter()
                .min_by(|a, b| (a[0] - x).abs().total_cmp(&(b[0] - x).abs()));
            nearest.map_or_else(String::new, |p| format!("{} {unit}", grouped(p[1])))
        };
        let ago_h = (last.time_s - x) / 3600.0;
        let said = lines.iter().map(|(_, points)| near(points));
        let said = said.reduce(|first, second| say!("money-and", first = first, second = second));
        painter.line_segment(
            [pos2(at.x, rect.top()), pos2(at.x, rect.bottom())],
            Stroke::new(0.7, QUIET),
        );
        response.on_hover_text_at_pointer(say!(
            "money-ago",
            what = said.unwrap_or_default(),
            hours = format!("{ago_h:.1}")
        ));
    }
}

/// Most and least width of the two halves, points.
const HALF: [f32; 2] = [312.0, 240.0];

/// Room between them, points.
const BETWEEN: f32 = 20.0;

/// The bill by part: bar and table.
fn bill(ui: &mut egui::Ui, half: f32, costs: &Costs, meters: &Meters, trend: &Trend, rates: [f64; PARTS]) {
    let now = meters.total.bill.values();
    let all: f64 = rates.iter().map(|rate| rate.max(0.0)).sum();
    let (rect, _) = ui.allocate_exact_size(vec2(half, 12.0), Sense::hover());
    ui.painter().rect_filled(rect, 2.0, GROUND);
    let mut x = rect.left();
    for (rate, [r, g, b]) in rates.iter().zip(COLORS) {
        let end = x + rect.width() * (rate.max(0.0) / all.max(1e-9)) as f32;
        let piece = Rect::from_min_max(pos2(x, rect.top()), pos2(end, rect.bottom()));
        ui.painter().rect_filled(piece, 0.0, Color32::from_rgb(r, g, b));
        x = end;
    }
    let cells = |ui: &mut egui::Ui, texts: [&str; 4], color: Option<Color32>, quiet: bool| {
        let (rect, response) = ui.allocate_exact_size(vec2(half, 16.0), Sense::hover());
        let painter = ui.painter_at(rect);
        if let Some(color) = color {
            let mark = Rect::from_center_size(pos2(rect.left() + 5.0, rect.center().y), vec2(9.0, 9.0));
            painter.rect_filled(mark, 1.0, color);
        }
        let tint = if quiet { QUIET } else { TEXT };
        for (text, (x, align)) in texts.iter().zip([
            (16.0, Align2::LEFT_CENTER),
            (half * 0.52, Align2::RIGHT_CENTER),
            (half * 0.76, Align2::RIGHT_CENTER),
            (half, Align2::RIGHT_CENTER),
        ]) {
            let font = if quiet || x < 100.0 {
                FontId::proportional(11.5)
            } else {
                FontId::monospace(11.5)
            };
            painter.text(pos2(rect.left() + x, rect.center().y), align, text, font, tint.now());
        }
        response
    };
    cells(
        ui,
        [
            say!("bill-part"),
            say!("bill-hour"),
            say!("bill-month"),
            say!("bill-total"),
        ],
        None,
        true,
    );
    let names = names();
    for part in 0..PARTS {
        if now[part] == 0.0 && rates[part] == 0.0 {
            continue;
        }
        let [r, g, b] = COLORS[part];
        let texts = [
            usd(rates[part]),
            usd(now[part] - trend.month_bill[part]),
            usd(now[part]),
        ];
        cells(
            ui,
            [names[part], &texts[0], &texts[1], &texts[2]],
            Some(Color32::from_rgb(r, g, b)),
            false,
        )
        .on_hover_text(costs.behind(part));
    }
    let month: f64 = now.iter().zip(trend.month_bill).map(|(now, then)| now - then).sum();
    let texts = [usd(rates.iter().sum()), usd(month), usd(meters.total.cost_usd)];
    let [low, high] = meters.total.cost_range_usd;
    cells(ui, [say!("bill-all"), &texts[0], &texts[1], &texts[2]], None, false).on_hover_text(say!(
        "bill-band",
        low = usd(low),
        high = usd(high)
    ));
}

/// Rates by part over the last hour, $/h.
fn rates(trend: &Trend, meters: &Meters, clock: &Clock) -> [f64; PARTS] {
    let now = meters.total.bill.values();
    let then = trend
        .points
        .iter()
        .rev()
        .find(|point| clock.time_s - point.time_s >= RATE_S);
    let then = then.or(trend.points.front());
    match then {
        Some(then) if clock.time_s > then.time_s => {
            let hours = (clock.time_s - then.time_s) / 3600.0;
            std::array::from_fn(|k| (now[k] - then.bill[k]) / hours)
        }
        _ => std::array::from_fn(|k| now[k] / (clock.time_s / 3600.0).max(1e-9)),
    }
}

fn head(
    ui: &mut egui::Ui,
    costs: &Costs,
    meters: &Meters,
    trend: &Trend,
    jobs: Option<&Jobs>,
    clock: &Clock,
    rates: [f64; PARTS],
) {
    let now = &meters.now;
    ui.horizontal(|ui| {
        ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Extend);
        reading(ui, say!("money-bill"), usd(rates.iter().sum()), "/h", TEXT);
        let peak = match meters.total.peak_demand_w {
            0.0 => f64::NAN,
            w => w / 1e6,
        };
        reading(ui, say!("reading-peak-demand"), said(peak, 1, ""), "MW", TEXT);
        if let Some((_, money)) = &trend.money {
            let chip_hour = money.usd_per_chip_hour;
            ui.scope(|ui| reading(ui, say!("money-chip-hour"), said(chip_hour.value, 2, ""), "$", ACCENT))
                .response
                .on_hover_text(say!("money-chip-hour.hint", band = band(chip_hour, 1.0, "$")));
            let (title, run) = match jobs.map(|jobs| jobs.totals.flop).filter(|flop| *flop > 0.0) {
                Some(flop) => {
                    let hours = clock.time_s / 3600.0;
                    let spent = money.usd_per_year.value * hours / 8766.0;
                    ("10²⁵ FLOP", spent / flop * RUN_FLOP)
                }
                None => ("10²⁵ FLOP", money.usd_per_run.value),
            };
            ui.scope(|ui| reading(ui, title, usd(run), "", ACCENT))
                .response
                .on_hover_text(say!(
                    "money-run",
                    share = costs.said(&costs.capital.effective_share, "")
                ));
        }
        let [average, marginal] = now.carbon_g_per_kwh;
        reading(
            ui,
            say!("money-grid"),
            format!("{average:.0}, {marginal:.0}"),
            "g/kWh",
            TEXT,
        );
        if ui.available_width() > 70.0 {
            reading(
                ui,
                say!("money-emits"),
                said(now.grid_w / 1e9 * average, 0, ""),
                "t/h",
                TEXT,
            );
        }
    });
}

fn window(
    mut contexts: EguiContexts,
    mut parts: ResMut<Parts>,
    mut windows: ResMut<Windows>,
    costs: Res<Costs>,
    clock: Res<Clock>,
    meters: Res<Meters>,
    jobs: Option<Res<Jobs>>,
    trend: Res<Trend>,
) -> Result {
    if !parts.shown(Part::Money) {
        windows.close(Part::Money);
        return Ok(());
    }
    let ctx = contexts.ctx_mut()?.clone();
    let widest = HALF[0] * 2.0 + BETWEEN;
    let (least, most) = (vec2(420.0, 200.0), vec2(widest + 14.0, 360.0));
    let Some((window, room)) = windows.show(&ctx, Part::Money, say!("money-window"), least, most) else {
        return Ok(());
    };
    let mut open = true;
    window.open(&mut open).show(&ctx, |ui| {
        ui.set_width(room.x);
        let area = egui::ScrollArea::both().max_height(room.y).max_width(room.x);
        area.min_scrolled_height(room.y).show(ui, |ui| {
            let half = ((room.x - 14.0 - BETWEEN) / 2.0).clamp(HALF[1], HALF[0]);
            ui.set_width(half * 2.0 + BETWEEN);
            ui.spacing_mut().item_spacing.y = 3.0;
            let rates = rates(&trend, &meters, &clock);
            head(ui, &costs, &meters, &trend, jobs.as_deref(), &clock, rates);
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = BETWEEN;
                ui.vertical(|ui| {
                    ui.set_width(half);
                    bill(ui, half, &costs, &meters, &trend, rates);
                    ui.add_space(4.0);
                    capital(ui, half, &costs, &trend);
                });
                ui.vertical(|ui| {
                    ui.set_width(half);
                    // Over an hour each: demand is metered by intervals, so that a shorter slope has steps.
                    let hour = (RATE_S / STEP_S) as usize;
                    let slope: Vec<[f64; 2]> = trend
                        .points
                        .iter()
                        .zip(trend.points.iter().skip(hour))
                        .map(|(a, b)| [b.time_s, (b.usd - a.usd) / ((b.time_s - a.time_s) / 3600.0).max(1e-9)])
                        .collect();
                    let blue = Color32::from_rgb(86, 180, 233);
                    trend_chart(ui, half, say!("money-bill-chart"), &trend, &[(blue, slope)], "$/h");
                    let of = |k: usize| trend.points.iter().map(|p| [p.time_s, p.g_per_kwh[k]]).collect();
                    let title = say!("money-grid-chart");
                    let lines = [(TEXT.now(), of(0)), (Color32::from_rgb(230, 159, 0), of(1))];
                    trend_chart(ui, half, title, &trend, &lines, "g/kWh");
                    let of = trend.points.iter().map(|p| [p.time_s, p.grid_w / 1e9 * p.g_per_kwh[0]]);
                    let green = Color32::from_rgb(0, 168, 120);
                    trend_chart(
                        ui,
                        half,
                        say!("money-emitted-chart"),
                        &trend,
                        &[(green, of.collect())],
                        "t/h",
                    );
                    carbon(ui, half, &costs, &meters, &trend);
                });
            });
        });
    });
    parts.show(Part::Money, open);
    Ok(())
}

/// Carbon since the start, and what is in the buildings and racks.
fn carbon(ui: &mut egui::Ui, half: f32, costs: &Costs, meters: &Meters, trend: &Trend) {
    let total = &meters.total;
    let tonnes = |t: f64| format!("{} t", grouped(t));
    let grid = costs.grid.as_ref();
    let tariff = &costs.tariff;
    line(ui, half, say!("money-carbon"), &tonnes(total.carbon_t), || {
        let figure = grid.map_or(&tariff.carbon_g_per_kwh, |grid| &grid.average_g_per_kwh);
        say!("money-year-mean", figure = costs.said(figure, "g/kWh"))
    });
    line(
        ui,
        half,
        say!("money-carbon-marginal"),
        &tonnes(total.marginal_carbon_t),
        || {
            let figure = grid.map_or(&tariff.marginal_carbon_g_per_kwh, |grid| &grid.marginal_g_per_kwh);
            say!("money-year-mean", figure = costs.said(figure, "g/kWh"))
        },
    );
    line(
        ui,
        half,
        say!("money-carbon-long-run"),
        &tonnes(total.long_run_carbon_t),
        || {
            let figure = grid.map_or(&tariff.marginal_carbon_g_per_kwh, |grid| {
                &grid.long_run_marginal_g_per_kwh
            });
            costs.said(figure, "g/kWh")
        },
    );
    if total.diesel_carbon_t > 0.0 {
        line(
            ui,
            half,
            say!("money-carbon-diesel"),
            &tonnes(total.diesel_carbon_t),
            || costs.said(&tariff.diesel_carbon_g_per_l, "g/L"),
        );
    }
    if let Some((_, money)) = &trend.money {
        let [racks, buildings] = money.embodied_t;
        let all = racks + buildings;
        line(ui, half, say!("money-embodied"), &tonnes(all.value), || {
            say!(
                "money-embodied.hint",
                racks = band(racks, 1.0, "t"),
                buildings = band(buildings, 1.0, "t"),
                area = costs.said(&costs.capital.embodied_kg_per_m2, say!("money-per-m2"))
            )
        });
    }
}

/// Capital by part.
fn capital(ui: &mut egui::Ui, half: f32, costs: &Costs, trend: &Trend) {
    let Some((_, money)) = &trend.money else {
        let text = say!("money-capital-later");
        ui.label(RichText::new(text).size(11.0).color(QUIET));
        return;
    };
    let mut parts: Vec<(&str, Band)> = Vec::new();
    for row in &money.capital {
        match parts.iter_mut().find(|(name, _)| *name == row.part) {
            Some((_, sum)) => *sum += row.usd,
            None => parts.push((&row.part, row.usd)),
        }
    }
    parts.sort_by(|a, b| b.1.value.total_cmp(&a.1.value));
    line(ui, half, say!("money-capital"), &usd(money.capital_usd.value), || {
        band(money.capital_usd, 1e-9, say!("money-billion"))
    });
    for (name, sum) in parts.iter().take(5) {
        line(ui, half, &format!("   {name}"), &usd(sum.value), || {
            let price = costs.capital.parts.get(*name);
            let price = price.map_or_else(
                || say!("money-in-catalog").to_owned(),
                |part| costs.said(&part.usd_per_it_w, say!("money-per-it-w")),
            );
            format!("{}\n{price}", band(*sum, 1e-6, say!("money-million")))
        });
    }
    if parts.len() > 5 {
        let rest: Band = parts.iter().skip(5).map(|(_, sum)| *sum).sum();
        line(
            ui,
            half,
            &format!("   {}", say!("money-other-parts")),
            &usd(rest.value),
            || {
                let names: Vec<String> = parts
                    .iter()
                    .skip(5)
                    .map(|(name, sum)| format!("{name} {}", usd(sum.value)))
                    .collect();
                names.join("\n")
            },
        );
    }
}

pub(crate) fn plugin(app: &mut App) {
    app.add_systems(Last, total);
    app.add_systems(EguiPrimaryContextPass, window);
}
