//! What a run comes to in money and carbon, scaled to a year, beside what it costs to build.

use bevy_ecs::world::World;
use serde::Serialize;

use crate::economics::Band;
use crate::economics::bill::Parts;
use crate::economics::capital::{capital, present_worth};
use crate::economics::fleet::{RUN_FLOP, YEAR_S};
use crate::sim::HallColumns;
use crate::sim::clock::Clock;
use crate::sim::jobs::Jobs;
use crate::sim::meters::{J_PER_KWH, Meters, Prices};
use crate::sim::twin::Plan;
use crate::site::campus::RackKind;
use crate::site::files::CapitalFile;
use crate::workload::Kind;

/// Hours in a year.
const YEAR_H: f64 = YEAR_S / 3600.0;

/// Model FLOP over peak FLOP of chips that name no share.
const MODEL_FLOP_SHARE: f64 = 0.4;

/// Model FLOP over peak FLOP of a rack's chips.
#[must_use]
pub fn model_flop_share(kind: &RackKind) -> Band {
    let share = kind.chip.model_flop_share.as_ref();
    share.map_or(Band::exact(MODEL_FLOP_SHARE), Band::of)
}

/// A sum of money by name.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// Construction phase, of capital.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase: Option<u32>,
    /// Part.
    pub part: String,
    /// Money, $ or $ a year.
    pub usd: Band,
}

/// A figure beside its published counterpart.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Beside {
    /// Which, as the capital file names it.
    pub what: String,
    /// What the twin comes to.
    pub found: Band,
    /// What is published.
    pub published: f64,
    /// Its tag.
    pub tag: String,
    /// Its source.
    pub source: String,
}

/// Money and carbon of the live part of a site.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Money {
    /// Site.
    pub site: String,
    /// Scenario.
    pub scenario: String,
    /// Days that were run; everything a year is scaled from them.
    pub days: f64,
    /// Chips that are live.
    pub chips: u32,
    /// IT at full load, W.
    pub it_nameplate_w: f64,
    /// Mean of IT and of all over the run, W.
    pub mean_w: [f64; 2],
    /// Price of what stands there, by phase and part.
    pub capital: Vec<Row>,
    /// All of it, $.
    pub capital_usd: Band,
    /// By building number, $.
    pub capital_by_building: Vec<(u32, Band)>,
    /// Operating cost a year, by part: the bill, and upkeep.
    pub operating: Vec<Row>,
    /// All of it, $ a year.
    pub operating_usd_per_year: Band,
    /// Capital as annuities over the life of each part, $ a year.
    pub annuity_usd_per_year: Band,
    /// Both, $ a year.
    pub usd_per_year: Band,
    /// Years that the net present cost looks ahead.
    pub years: u32,
    /// Net present cost, $.
    pub net_present_usd: Band,
    /// Share of the chips' pace that throttling takes.
    pub throttled_share: f64,
    /// Share of the chip-hours that end in useful work.
    pub effective_share: Band,
    /// Cost of a chip-hour, $.
    pub usd_per_chip_hour: Band,
    /// Cost of one that ends in useful work, $.
    pub usd_per_delivered_chip_hour: Band,
    /// Delivered dense BF16: peak x model FLOP share, less what throttling costs, FLOP/s.
    pub bf16_flops: Band,
    /// The same for FP8, FLOP/s.
    pub fp8_flops: Band,
    /// Cost of 10^25 FLOP of useful BF16, $.
    pub usd_per_run: Band,
    /// Price of electricity with all its charges, $/kWh.
    pub usd_per_kwh: Band,
    /// Operational carbon by the grid's average, short-run and long-run margin, with diesel, t a year.
    pub carbon_t_per_year: [Band; 3],
    /// Carbon of making racks and buildings, t.
    pub embodied_t: [Band; 2],
    /// The same over their lives, t a year.
    pub embodied_t_per_year: Band,
    /// Carbon by the grid's average with what is embodied, of a chip-hour, kg.
    pub carbon_kg_per_chip_hour: Band,
    /// The same of 10^25 FLOP, t.
    pub carbon_t_per_run: Band,
    /// Water on site and for the grid's generation, m³ a year.
    pub water_m3_per_year: [f64; 2],
    /// Racks that count as nothing, since the catalog has no price or carbon of them.
    pub unpriced: Vec<String>,
    /// What training jobs came to, where the scenario has a workload.
    pub training: Option<Training>,
    /// Beside published figures.
    pub published: Vec<Beside>,
}

/// What training jobs of a run came to, with their share of all cost and carbon by the chip-hours that they held.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Training {
    /// Share of the time of all chips.
    pub held_share: f64,
    /// Share of its time that became work at full pace and was kept.
    pub goodput: f64,
    /// Operations kept, FLOP a year.
    pub flop_per_year: f64,
    /// Cost of 10^25 of them, $.
    pub usd_per_run: Band,
    /// Their carbon, by the grid's average with what is embodied, t.
    pub carbon_t_per_run: Band,
}

impl Training {
    /// Of the jobs of a run that a year is so many times as long as; none if nothing was kept.
    fn of(jobs: &Jobs, a_year: f64, usd_per_year: Band, carbon_t_per_year: Band) -> Option<Self> {
        let totals = &jobs.totals;
        let held_h = totals.held_h[Kind::Training as usize];
        let all_h = totals.held_h.iter().sum::<f64>() + totals.free_h + totals.spare_h + totals.down_h;
        if totals.flop <= 0.0 || all_h <= 0.0 {
            return None;
        }
        let (held_share, flop_per_year) = (held_h / all_h, totals.flop * a_year);
        let per_run = held_share / flop_per_year * RUN_FLOP;
        Some(Self {
            held_share,
            goodput: totals.goodput(),
            flop_per_year,
            usd_per_run: usd_per_year * per_run,
            carbon_t_per_run: carbon_t_per_year * per_run,
        })
    }
}

impl Money {
    /// Of a world after a run, what is live in it; `years` replaces those of the file.
    #[must_use]
    pub fn of(world: &World, file: &CapitalFile, scenario: &str, years: Option<u32>) -> Self {
        let campus = &world.resource::<Plan>().0;
        let (clock, meters) = (world.resource::<Clock>(), world.resource::<Meters>());
        let (prices, live) = (world.resource::<Prices>(), &world.resource::<HallColumns>().live);
        let total = &meters.total;
        let hours = (clock.time_s / 3600.0).max(1e-12);
        let a_year = YEAR_H / hours;
        let built = capital(campus, file, |hall| live[hall]);
        let bill = meters.bill(prices);
        let row = |phase: Option<u32>, part: &str, usd: Band| Row {
            phase,
            part: part.to_owned(),
            usd,
        };
        let mut operating: Vec<Row> = (Parts::NAMES.iter().zip(bill))
            .filter(|(_, usd)| *usd != Band::default())
            .map(|(name, usd)| row(None, name, usd * a_year))
            .collect();
        operating.push(row(None, "upkeep", built.upkeep_usd_per_year));
        let operating_usd_per_year: Band = operating.iter().map(|row| row.usd).sum();
        let annuity_usd_per_year = built.usd_per_year();
        let usd_per_year = operating_usd_per_year + annuity_usd_per_year;
        let years = years.unwrap_or(file.years);
        let worth = Band::each(|bound| present_worth(bound.opposite().of(&file.discount_rate), f64::from(years)));
        let net_present_usd = Band {
            low: usd_per_year.low * worth.low,
            value: usd_per_year.value * worth.value,
            high: usd_per_year.high * worth.high,
        };
        // Peak speed of live chips, and what throttling leaves of it.
        let (mut chips, mut slowed, mut bf16, mut fp8) = (0.0, 0.0, Band::default(), Band::default());
        for row in campus.rows.iter().filter(|row| live[row.hall]) {
            let kind = &campus.rack_kinds[row.kind];
            let count = row.racks.len() as f64 * f64::from(kind.chips);
            let share = model_flop_share(kind);
            chips += count;
            slowed += count * (1.0 - kind.chip.throttle_share.value);
            bf16 += share * (count * kind.chip.bf16_tflops.value * 1e12);
            fp8 += share * (count * kind.chip.fp8_tflops.value * 1e12);
        }
        let ratio = |a: f64, b: f64| if b > 0.0 { a / b } else { 0.0 };
        let throttled_share = ratio(total.throttled_chip_hours, chips * hours) * ratio(slowed, chips);
        let pace = 1.0 - throttled_share;
        let effective_share = Band::of(&file.effective_share);
        let (bf16_flops, fp8_flops) = (bf16 * pace, fp8 * pace);
        let flop_per_year = Band {
            low: bf16_flops.low * effective_share.low,
            value: bf16_flops.value * effective_share.value,
            high: bf16_flops.high * effective_share.high,
        } * YEAR_S;
        let chip_hours = Band::exact(chips * YEAR_H);
        let delivered = effective_share * (chips * YEAR_H * pace);
        let electricity: Band = bill[..6].iter().copied().sum::<Band>() + bill[9];
        let usd_per_kwh = electricity / Band::exact(total.grid_energy_kwh);
        let diesel_t = Band::exact(total.diesel_carbon_t * a_year);
        let grid_t = [total.carbon_t, total.marginal_carbon_t, total.long_run_carbon_t];
        let carbon_t_per_year =
            [0, 1, 2].map(|k| prices.carbon.range[k] * ((grid_t[k] - total.diesel_carbon_t) * a_year) + diesel_t);
        let all_carbon = carbon_t_per_year[0] + built.embodied_t_per_year;
        let mean_w = [total.it_energy_kwh, total.energy_kwh].map(|kwh| kwh * J_PER_KWH / (hours * 3600.0));
        let found = |what: &str| match what {
            "usd_per_facility_gw" => Some(built.usd() / Band::exact(built.it_w * total.pue / 1e9)),
            "usd_per_it_mw_year" => Some(usd_per_year / Band::exact(built.it_w / 1e6)),
            "usd_per_kwh" => Some(usd_per_kwh),
            _ => None,
        };
        let published = file.published.iter().filter_map(|published| {
            Some(Beside {
                what: published.what.clone(),
                found: found(&published.what)?,
                published: published.value.value,
                tag: format!("{:?}", published.value.tag),
                source: published.value.source.clone(),
            })
        });
        Self {
            site: campus.name.clone(),
            scenario: scenario.to_owned(),
            days: hours / 24.0,
            chips: meters.now.live_chips,
            it_nameplate_w: built.it_w,
            mean_w,
            capital: (built.by_phase_and_part().into_iter())
                .map(|((phase, part), usd)| row(Some(phase), part, usd))
                .collect(),
            capital_usd: built.usd(),
            capital_by_building: built.by_building().into_iter().collect(),
            operating,
            operating_usd_per_year,
            annuity_usd_per_year,
            usd_per_year,
            years,
            net_present_usd,
            throttled_share,
            effective_share,
            usd_per_chip_hour: usd_per_year / chip_hours,
            usd_per_delivered_chip_hour: usd_per_year / delivered,
            bf16_flops,
            fp8_flops,
            usd_per_run: usd_per_year / flop_per_year * RUN_FLOP,
            usd_per_kwh,
            carbon_t_per_year,
            embodied_t: built.embodied_t,
            embodied_t_per_year: built.embodied_t_per_year,
            carbon_kg_per_chip_hour: all_carbon / chip_hours * 1000.0,
            carbon_t_per_run: all_carbon / flop_per_year * RUN_FLOP,
            water_m3_per_year: [total.water_m3 * a_year, total.offsite_water_m3 * a_year],
            unpriced: built.unpriced.clone(),
            training: (world.get_resource::<Jobs>())
                .and_then(|jobs| Training::of(jobs, a_year, usd_per_year, all_carbon)),
            published: published.collect(),
        }
    }
}

/// What low and high are, in words.
pub const ENDS: &str = "low and high: every price, life and share at the end of its range that makes the result small or large, all at once: wider than P5 to P95";
