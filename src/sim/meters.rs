//! Meters: what is drawn, lost, used and paid for, and the ledger that must close.
//!
//! PUE and WUE after ISO/IEC 30134-2 and -9: facility energy over IT energy, and water over IT energy.

use bevy_app::App;
use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use super::clock::Clock;
use super::ports::HallPorts;
use super::power::gensets::Gensets;
use super::power::{RackPower, of_kind};
use super::registry::{RegisterState, TwinState};
use super::state::{AhuColumns, ChipColumns, HallColumns, PowerColumns, UnitMode};
use super::twin::Plan;
use super::{Tick, TickSet};
use crate::economics::bill::{Bill, Parts, Reading, Terms};
use crate::economics::carbon::GridCarbon;
use crate::economics::{Band, Bound};
use crate::site::campus::PowerKind;
use crate::site::files::{GridFile, TariffFile};

/// Prices and carbon in use.
#[derive(Resource, Debug, Clone, Serialize, Deserialize)]
pub struct Prices {
    /// The tariff with its figures at the low end, at their values and at the high end.
    pub terms: [Terms; 3],
    /// Carbon of the grid.
    #[serde(skip)]
    pub carbon: GridCarbon,
    /// Carbon of diesel, g/L.
    #[serde(skip)]
    pub diesel_carbon_g_per_l: f64,
}

impl Prices {
    /// Of a tariff; `share` is the part of the site that is live, which has that part of its agreed demand.
    #[must_use]
    pub fn new(tariff: &TariffFile, grid: Option<&GridFile>, agreed_w: f64, share: f64) -> Self {
        Self {
            terms: Bound::ALL.map(|bound| Terms::of(tariff, agreed_w, share, bound)),
            carbon: GridCarbon::of(tariff, grid),
            diesel_carbon_g_per_l: tariff.diesel_carbon_g_per_l.value,
        }
    }
}

impl TwinState for Prices {
    const NAME: &'static str = "prices";

    // All of it but the price that a command has set is the tariff's.
    fn regain(&mut self, other: Self) {
        let set = self.terms.each_ref().map(Terms::energy_price_set);
        *self = other;
        for (terms, price) in self.terms.iter_mut().zip(set) {
            terms.set_energy_price(price);
        }
    }
}

/// Readings of one tick (means over it, but temperatures at its end).
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Now {
    /// Racks and network at their cords, W.
    pub it_w: f64,
    /// Chips alone, W.
    pub chip_w: f64,
    /// All that comes into the site, from the utility and from fuel, W.
    pub facility_w: f64,
    /// Drawn from the utility, W.
    pub grid_w: f64,
    /// Drawn from the utility, var.
    pub grid_var: f64,
    /// Given by gensets, W.
    pub genset_w: f64,
    /// In the fuel that gensets burn, W; what they do not give as power leaves as their heat.
    pub fuel_w: f64,
    /// Into rack batteries, W; negative while they help.
    pub battery_w: f64,
    /// Change of the draw from the utility since the last tick, W/s.
    pub ramp_w_per_s: f64,
    /// All that cooling draws, W: the next four together.
    pub cooling_w: f64,
    /// Fans of air-handling units and in-row coils, W.
    pub fans_w: f64,
    /// Pumps of media and liquid loops, W.
    pub pumps_w: f64,
    /// Fans of towers and dry coolers, W.
    pub rejection_w: f64,
    /// Compressors of chillers, W.
    pub chillers_w: f64,
    /// Losses of the power path, W.
    pub loss_w: f64,
    /// Lights and the like, W.
    pub misc_w: f64,
    /// What the facility uses over what IT uses, from whichever source: what batteries give counts while it is used, not
    /// while it is stored. 0 while IT is off.
    pub pue: f64,
    /// Water over IT energy, L/kWh.
    pub wue_l_per_kwh: f64,
    /// Water, L/s.
    pub water_l_s: f64,
    /// Hottest chip, °C.
    pub hottest_chip_c: f64,
    /// Its index.
    pub hottest_chip: u32,
    /// Its rack.
    pub hottest_rack: u32,
    /// Throttled or tripped chips.
    pub limited_chips: u32,
    /// Racks without any power.
    pub dark_racks: u32,
    /// Load that no feed carries, W.
    pub unserved_w: f64,
    /// Cooling units that evaporate.
    pub wet_units: u32,
    /// Chips that are live.
    pub live_chips: u32,
    /// Price of energy, $/MWh.
    pub energy_usd_per_mwh: f64,
    /// Carbon of the grid on average and at the short-run margin, g/kWh.
    pub carbon_g_per_kwh: [f64; 2],
}

/// Sums since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Total {
    /// All that came into the site, kWh.
    pub energy_kwh: f64,
    /// Drawn from the utility, kWh.
    pub grid_energy_kwh: f64,
    /// Diesel burnt, L.
    pub diesel_l: f64,
    /// Steepest rise and fall of the draw from the utility between ticks, W/s.
    pub steepest_w_per_s: [f64; 2],
    /// Drawn by IT, kWh.
    pub it_energy_kwh: f64,
    /// Drawn by fans and pumps, kWh.
    pub cooling_energy_kwh: f64,
    /// Lost in the power path, kWh.
    pub loss_energy_kwh: f64,
    /// Water, m³.
    pub water_m3: f64,
    /// Carbon by the grid's average, t.
    pub carbon_t: f64,
    /// Carbon by the grid's margin, t.
    pub marginal_carbon_t: f64,
    /// All of the bill, $.
    pub cost_usd: f64,
    /// Highest mean over a demand interval, W.
    pub peak_demand_w: f64,
    /// Facility over IT energy.
    pub pue: f64,
    /// Water over IT energy, L/kWh.
    pub wue_l_per_kwh: f64,
    /// Hottest chip so far, °C.
    pub hottest_chip_c: f64,
    /// Index of that chip.
    pub hottest_chip: u32,
    /// Throttled or tripped chips, chip-hours.
    pub throttled_chip_hours: f64,
    /// Most racks that were without any power at once.
    pub most_dark_racks: u32,
    /// Load that no feed carried, kWh.
    pub unserved_kwh: f64,
    /// Hours in which any unit evaporated.
    pub wet_hours: f64,
    /// Largest relative gap of the energy ledger in any tick.
    pub worst_imbalance: f64,
    /// Parts of the bill, $.
    pub bill: Parts,
    /// The bill with all prices at the low and at the high end of their ranges, $.
    pub cost_range_usd: [f64; 2],
    /// Carbon by what answers one more kWh over decades, t.
    pub long_run_carbon_t: f64,
    /// Carbon of diesel, which every carbon figure holds, t.
    pub diesel_carbon_t: f64,
    /// Water that the grid's generation evaporates, elsewhere, m³.
    pub offsite_water_m3: f64,
}

/// All readings.
#[derive(Resource, Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Meters {
    /// This tick.
    pub now: Now,
    /// Since the start.
    pub total: Total,
    /// Bills at the three ends of the prices.
    bills: [Bill; 3],
    /// Carbon of the grid's energy on average and at the margin, g.
    grid_carbon_g: [f64; 2],
    burnt_j: f64,
}

impl TwinState for Meters {
    const NAME: &'static str = "meters";
}

impl Meters {
    /// Parts of the bill with their ranges, $.
    #[must_use]
    pub fn bill(&self, prices: &Prices) -> [Band; Parts::NAMES.len()] {
        let [low, value, high] = [0, 1, 2].map(|k| self.bills[k].parts(&prices.terms[k]).values());
        std::array::from_fn(|k| Band {
            low: low[k],
            value: value[k],
            high: high[k],
        })
    }
}

/// Largest relative gap that the ledger may show.
pub const LEDGER_TOLERANCE: f64 = 1e-9;

/// Joules in a kWh.
pub const J_PER_KWH: f64 = 3.6e6;

pub(super) fn read(
    plan: Res<Plan>,
    clock: Res<Clock>,
    prices: Res<Prices>,
    chips: Res<ChipColumns>,
    halls: Res<HallColumns>,
    units: Res<AhuColumns>,
    power: Res<PowerColumns>,
    gensets: Res<Gensets>,
    rows: Res<RackPower>,
    ports: Res<HallPorts>,
    mut meters: ResMut<Meters>,
) {
    let campus = &*plan.0;
    let dt_s = clock.dt_s;
    let live = || (0..campus.halls.len()).filter(|h| halls.live[*h]);
    let sum = |column: &[f64]| live().map(|h| column[h]).sum::<f64>();
    let hottest_hall = live().fold(None, |best: Option<usize>, h| match best {
        Some(b) if halls.hottest_chip_c[b] >= halls.hottest_chip_c[h] => best,
        _ => Some(h),
    });
    let hottest_rack = hottest_hall.map_or(0, |h| halls.hottest_rack[h]);
    let hottest_chip = campus.rack_chips(hottest_rack as usize).fold(0, |best, c| {
        if best == 0 || chips.junction_c[c] > chips.junction_c[best] {
            c
        } else {
            best
        }
    });
    let it_w = sum(&halls.it_w);
    // Metered at the connection: what is lost in the grid before it is not the site's.
    let grid_w = power.load_w[0];
    let genset_w: f64 = of_kind(campus, PowerKind::Genset).map(|n| power.load_w[n]).sum();
    let facility_w = grid_w + genset_w;
    let burnt = campus.power.gensets.iter().zip(&gensets.plants).map(|(spec, plant)| {
        let litres = spec.spec.tank_l.value * f64::from(spec.units) - plant.fuel_l;
        (litres, litres * spec.spec.fuel_j_per_l.value)
    });
    let (diesel_l, burnt_j) = burnt.fold((0.0, 0.0), |(l, j), (litres, joules)| (l + litres, j + joules));
    let fuel_w = (burnt_j - meters.burnt_j) / dt_s;
    meters.burnt_j = burnt_j;
    let ramp_w_per_s = if clock.tick > 1 {
        (grid_w - meters.now.grid_w) / dt_s
    } else {
        0.0
    };
    let water_l_s = sum(&halls.water_l_s);
    let ratio = |a: f64, b: f64| if b > 0.0 { a / b } else { 0.0 };
    let battery_w = sum(&halls.battery_w);
    let now = Now {
        it_w,
        chip_w: sum(&halls.chip_w),
        facility_w,
        grid_w,
        grid_var: power.load_var[0],
        genset_w,
        fuel_w,
        battery_w,
        ramp_w_per_s,
        cooling_w: sum(&halls.cooling_w),
        fans_w: sum(&halls.fans_w),
        pumps_w: sum(&halls.pumps_w),
        rejection_w: sum(&halls.rejection_w),
        chillers_w: sum(&halls.chillers_w),
        loss_w: power.loss_w[1..].iter().sum(),
        misc_w: sum(&halls.misc_w),
        pue: ratio(facility_w - battery_w, it_w),
        wue_l_per_kwh: ratio(water_l_s * J_PER_KWH, it_w),
        water_l_s,
        hottest_chip_c: f64::from(chips.junction_c[hottest_chip]),
        hottest_chip: hottest_chip as u32,
        hottest_rack,
        limited_chips: live().map(|h| halls.limited[h]).sum(),
        dark_racks: rows.dark.iter().sum(),
        unserved_w: sum(&halls.unserved_w),
        wet_units: units.mode.iter().filter(|m| **m == UnitMode::Evaporative).count() as u32,
        live_chips: live()
            .map(|h| campus.chips_of(campus.halls[h].racks.clone()).len() as u32)
            .sum(),
        ..Now::default()
    };

    let total = &mut meters.total;
    // Power: what comes in is what is used, lost and stored.
    let used_w = it_w + now.battery_w + now.cooling_w + now.misc_w + now.loss_w;
    let electrical_scale_w = facility_w.max(it_w).max(1.0);
    total.worst_imbalance = total
        .worst_imbalance
        .max((facility_w - used_w).abs() / electrical_scale_w);
    // Heat, hall by hall: what is drawn is carried out by air and water, rejected by loops, or stored.
    for h in live() {
        let drawn_j = (halls.it_w[h] + halls.cooling_w[h] + halls.misc_w[h]) * dt_s;
        let rejected_w = halls.heat_rejected_w[h] + ports.heat_rejected_w[h];
        let out_w = halls.heat_out_w[h] + halls.heat_evaporated_w[h] + rejected_w;
        let stored_j = halls.stored_j[h] + ports.stored_j[h];
        let left_j = out_w * dt_s + stored_j;
        let scale = drawn_j.max(stored_j.abs()).max(1.0);
        total.worst_imbalance = total.worst_imbalance.max((drawn_j - left_j).abs() / scale);
    }

    let hours = dt_s / 3600.0;
    let kwh = |w: f64| w * dt_s / J_PER_KWH;
    total.energy_kwh += kwh(facility_w);
    total.it_energy_kwh += kwh(it_w);
    total.cooling_energy_kwh += kwh(now.cooling_w);
    total.loss_energy_kwh += kwh(now.loss_w);
    total.unserved_kwh += kwh(now.unserved_w);
    total.water_m3 += water_l_s * dt_s / 1000.0;
    total.grid_energy_kwh += kwh(grid_w);
    let burnt_l = diesel_l - total.diesel_l;
    total.diesel_l = diesel_l;
    let [rise, fall] = total.steepest_w_per_s;
    total.steepest_w_per_s = [rise.max(now.ramp_w_per_s), fall.max(-now.ramp_w_per_s)];
    total.most_dark_racks = total.most_dark_racks.max(now.dark_racks);
    total.throttled_chip_hours += f64::from(now.limited_chips) * hours;
    if now.wet_units > 0 {
        total.wet_hours += hours;
    }
    if now.hottest_chip_c > total.hottest_chip_c {
        total.hottest_chip_c = now.hottest_chip_c;
        total.hottest_chip = now.hottest_chip;
    }
    total.pue = ratio(total.energy_kwh, total.it_energy_kwh);
    total.wue_l_per_kwh = ratio(total.water_m3 * 1000.0, total.it_energy_kwh);

    let from = clock.tick_start();
    let intensity = prices
        .carbon
        .at(from.month().unsigned_abs().into(), from.hour().unsigned_abs().into());
    let reading = Reading {
        from,
        dt_s,
        grid_w,
        grid_var: now.grid_var,
        water_m3: water_l_s * dt_s / 1000.0,
        diesel_l: burnt_l,
    };
    let meters = &mut *meters;
    for (bill, terms) in meters.bills.iter_mut().zip(&prices.terms) {
        bill.meter(terms, &reading);
        if clock.done() {
            bill.finish(terms);
        }
    }
    for (sum, g_per_kwh) in meters.grid_carbon_g.iter_mut().zip(intensity) {
        *sum += kwh(grid_w) * g_per_kwh;
    }
    let total = &mut meters.total;
    let [low, middle, high] = [0, 1, 2].map(|k| meters.bills[k].usd(&prices.terms[k]));
    total.cost_usd = middle;
    total.cost_range_usd = [low, high];
    total.bill = meters.bills[1].parts(&prices.terms[1]);
    total.peak_demand_w = meters.bills[1].peak_w;
    total.diesel_carbon_t = total.diesel_l * prices.diesel_carbon_g_per_l / 1e6;
    total.carbon_t = meters.grid_carbon_g[0] / 1e6 + total.diesel_carbon_t;
    total.marginal_carbon_t = meters.grid_carbon_g[1] / 1e6 + total.diesel_carbon_t;
    total.long_run_carbon_t = total.grid_energy_kwh * prices.carbon.long_run_g_per_kwh / 1e6 + total.diesel_carbon_t;
    total.offsite_water_m3 = total.grid_energy_kwh * prices.carbon.water_l_per_kwh / 1000.0;
    meters.now = Now {
        energy_usd_per_mwh: prices.terms[1].energy_price(from),
        carbon_g_per_kwh: intensity,
        ..now
    };
}

pub(super) fn plugin(app: &mut App) {
    app.register_state::<Meters>().register_state::<Prices>();
    app.add_systems(Tick, read.in_set(TickSet::Meters));
}
