//! The bill of a site, tick by tick: energy by time of use, demand with a ratchet and a minimum, capacity, water, sewer,
//! diesel and demand response. Memory does not grow with time.
//!
//! Months are those of the calendar. A month of which only a part is metered bears that part of its monthly charges.

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use super::band::Bound;
use crate::num::hypot;
use crate::site::files::{DemandCall, DemandUnit, TariffFile};

/// Months that a ratchet can look back.
const MOST_MONTHS: usize = 24;

/// Months that it looks back unless the tariff says otherwise.
const RATCHET_MONTHS: u32 = 11;

/// A price that holds at certain times.
#[derive(Debug, Clone, PartialEq)]
struct Period {
    /// Bit by month and by day of the week; all bits if the file names none.
    months: u32,
    weekdays: u32,
    from_h: f64,
    to_h: f64,
    usd_per_mwh: f64,
}

/// A demand-response programme with its prices.
#[derive(Debug, Clone, PartialEq)]
struct Programme {
    committed_kw: f64,
    usd_per_kw_month: f64,
    usd_per_mwh: f64,
    penalty_usd_per_mwh: f64,
    calls: Vec<DemandCall>,
}

/// A tariff with every figure at one end of its range.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Terms {
    #[serde(skip)]
    energy_usd_per_mwh: f64,
    #[serde(skip)]
    periods: Vec<Period>,
    #[serde(skip)]
    apparent: bool,
    #[serde(skip)]
    interval_s: f64,
    #[serde(skip)]
    demand_usd_per_kw: f64,
    #[serde(skip)]
    max_demand_usd_per_kw: f64,
    #[serde(skip)]
    ratchet_share: f64,
    #[serde(skip)]
    ratchet_months: usize,
    #[serde(skip)]
    minimum_kw: f64,
    #[serde(skip)]
    capacity_usd_per_kw_day: f64,
    #[serde(skip)]
    water_usd_per_m3: f64,
    #[serde(skip)]
    sewer_usd_per_m3: f64,
    #[serde(skip)]
    diesel_usd_per_l: f64,
    #[serde(skip)]
    programme: Option<Programme>,
    /// A price of energy that holds instead of all others, while there is one.
    set_usd_per_mwh: Option<f64>,
}

impl Terms {
    /// Of a tariff. `agreed_w` is the contract where the file names none; of contract and promises only `share` counts:
    /// that of the site which is live, since a contract ramps with the buildings.
    #[must_use]
    pub fn of(tariff: &TariffFile, agreed_w: f64, share: f64, bound: Bound) -> Self {
        let or = |figure: &Option<crate::site::schema::Figure>, none: f64| {
            figure.as_ref().map_or(none, |figure| bound.of(figure))
        };
        let bits = |list: &[u32]| list.iter().fold(0_u32, |bits, n| bits | 1 << n);
        let or_all = |bits: u32| if bits == 0 { u32::MAX } else { bits };
        let contract_kw = or(&tariff.contract_w, agreed_w) * share / 1000.0;
        Self {
            energy_usd_per_mwh: bound.of(&tariff.energy_usd_per_mwh),
            periods: tariff
                .periods
                .iter()
                .map(|period| Period {
                    months: or_all(bits(&period.months)),
                    weekdays: or_all(bits(&period.weekdays)),
                    from_h: period.from_h,
                    to_h: period.to_h,
                    usd_per_mwh: bound.of(&period.usd_per_mwh),
                })
                .collect(),
            apparent: tariff.demand_unit == Some(DemandUnit::KilovoltAmpere),
            interval_s: tariff.demand_interval_s.value,
            demand_usd_per_kw: bound.of(&tariff.demand_usd_per_kw_month),
            max_demand_usd_per_kw: or(&tariff.max_demand_usd_per_kw_month, 0.0),
            ratchet_share: or(&tariff.ratchet_share, 0.0),
            ratchet_months: tariff.ratchet_months.unwrap_or(RATCHET_MONTHS) as usize,
            minimum_kw: or(&tariff.minimum_share, 0.0) * contract_kw,
            capacity_usd_per_kw_day: or(&tariff.capacity_usd_per_mw_day, 0.0) / 1000.0,
            water_usd_per_m3: bound.of(&tariff.water_usd_per_m3),
            sewer_usd_per_m3: bound.of(&tariff.sewer_usd_per_m3),
            diesel_usd_per_l: bound.of(&tariff.diesel_usd_per_l),
            set_usd_per_mwh: None,
            programme: tariff.demand_response.as_ref().map(|programme| {
                let earned = bound.opposite();
                Programme {
                    committed_kw: programme.committed_w.value * share / 1000.0,
                    usd_per_kw_month: earned.of(&programme.usd_per_kw_month),
                    usd_per_mwh: earned.of(&programme.usd_per_mwh),
                    penalty_usd_per_mwh: bound.of(&programme.penalty_usd_per_mwh),
                    calls: programme.calls.clone(),
                }
            }),
        }
    }

    /// The price of energy that was given to it instead of its own, $/MWh, if one was.
    #[must_use]
    pub fn energy_price_set(&self) -> Option<f64> {
        self.set_usd_per_mwh
    }

    /// Gives energy another price, $/MWh, at any time; without one, those of the tariff hold again.
    pub fn set_energy_price(&mut self, usd_per_mwh: Option<f64>) {
        self.set_usd_per_mwh = usd_per_mwh;
    }

    /// Price of energy at a time, $/MWh.
    #[must_use]
    pub fn energy_price(&self, at: DateTime) -> f64 {
        if let Some(price) = self.set_usd_per_mwh {
            return price;
        }
        let hour = hour_of(at);
        let month = 1_u32 << at.month().unsigned_abs();
        let weekday = 1_u32 << at.weekday().to_monday_one_offset().unsigned_abs();
        let holds = |period: &&Period| {
            let (from, to) = (period.from_h, period.to_h);
            let within = if from < to {
                (from..to).contains(&hour)
            } else {
                hour >= from || hour < to
            };
            within && period.months & month != 0 && period.weekdays & weekday != 0
        };
        let period = self.periods.iter().find(holds);
        period.map_or(self.energy_usd_per_mwh, |period| period.usd_per_mwh)
    }

    /// Whether the site is called to cut its draw.
    #[must_use]
    pub fn called(&self, at: DateTime) -> bool {
        let hour = hour_of(at);
        let now = |call: &DemandCall| {
            call.month == u32::from(at.month().unsigned_abs())
                && call.day == u32::from(at.day().unsigned_abs())
                && (call.from_h..call.from_h + call.lasts_h).contains(&hour)
        };
        self.programme.as_ref().is_some_and(|p| p.calls.iter().any(now))
    }
}

fn hour_of(at: DateTime) -> f64 {
    f64::from(at.hour()) + f64::from(at.minute()) / 60.0 + f64::from(at.second()) / 3600.0
}

/// What the meters read over one tick.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// Its begin, local standard time. A tick is billed as a whole by it.
    pub from: DateTime,
    /// Its length, s.
    pub dt_s: f64,
    /// Mean draw from the utility, W.
    pub grid_w: f64,
    /// Mean reactive draw, var.
    pub grid_var: f64,
    /// Water drawn, m³.
    pub water_m3: f64,
    /// Diesel burnt, L.
    pub diesel_l: f64,
}

/// Parts of a bill, $.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Parts {
    /// Energy, by time of use.
    pub energy: f64,
    /// Demand as it was metered.
    pub demand: f64,
    /// What the ratchet adds.
    pub ratchet: f64,
    /// What the minimum billing demand adds.
    pub minimum: f64,
    /// The second charge on the month's highest demand.
    pub max_demand: f64,
    /// Capacity of the market.
    pub capacity: f64,
    /// Water.
    pub water: f64,
    /// Sewer.
    pub sewer: f64,
    /// Diesel.
    pub diesel: f64,
    /// Demand response: penalties less what it pays.
    pub demand_response: f64,
}

impl Parts {
    /// Names, in order.
    pub const NAMES: [&'static str; 10] = [
        "energy",
        "demand",
        "ratchet",
        "minimum demand",
        "maximum demand",
        "capacity",
        "water",
        "sewer",
        "diesel",
        "demand response",
    ];

    /// Values in that order.
    #[must_use]
    pub fn values(&self) -> [f64; 10] {
        [
            self.energy,
            self.demand,
            self.ratchet,
            self.minimum,
            self.max_demand,
            self.capacity,
            self.water,
            self.sewer,
            self.diesel,
            self.demand_response,
        ]
    }

    /// Their sum.
    #[must_use]
    pub fn sum(&self) -> f64 {
        self.values().iter().sum()
    }

    fn add(&mut self, other: &Self) {
        self.energy += other.energy;
        self.demand += other.demand;
        self.ratchet += other.ratchet;
        self.minimum += other.minimum;
        self.max_demand += other.max_demand;
        self.capacity += other.capacity;
        self.water += other.water;
        self.sewer += other.sewer;
        self.diesel += other.diesel;
        self.demand_response += other.demand_response;
    }
}

/// The month under way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
struct Month {
    /// Year and month; none before the first reading.
    of: Option<(i16, i8)>,
    length_s: f64,
    metered_s: f64,
    /// Highest demand, kW or kVA.
    peak_kw: f64,
    energy_usd: f64,
    water_m3: f64,
    diesel_l: f64,
    curtailed_mwh: f64,
    missed_mwh: f64,
}

/// The metering interval under way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
struct Interval {
    j: f64,
    var_s: f64,
    s: f64,
}

/// The bill since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Bill {
    /// Months that are over.
    closed: Parts,
    closed_usd: f64,
    month: Month,
    /// Highest demands of the months before, the last one first, kW or kVA.
    past_kw: [f64; MOST_MONTHS],
    interval: Interval,
    /// Mean of the last interval outside a call, kW.
    before_call_kw: Option<f64>,
    /// Highest mean over an interval since the start, W.
    pub peak_w: f64,
}

impl Bill {
    /// Adds a tick.
    pub fn meter(&mut self, terms: &Terms, reading: &Reading) {
        let at = reading.from;
        let of = (at.year(), at.month());
        if self.month.of != Some(of) {
            if self.month.of.is_some() {
                self.close_interval(terms, false);
                self.close_month(terms);
            }
            self.month = Month {
                of: Some(of),
                length_s: f64::from(at.days_in_month()) * 86_400.0,
                ..Month::default()
            };
        }
        let called = terms.called(at);
        let hours = reading.dt_s / 3600.0;
        let month = &mut self.month;
        let mwh = reading.grid_w / 1e6 * hours;
        month.metered_s += reading.dt_s;
        month.energy_usd += mwh * terms.energy_price(at);
        month.water_m3 += reading.water_m3;
        month.diesel_l += reading.diesel_l;
        if let (true, Some(programme), Some(before_kw)) = (called, &terms.programme, self.before_call_kw) {
            let cut_kw = (before_kw - reading.grid_w / 1000.0).max(0.0);
            month.curtailed_mwh += cut_kw * hours / 1000.0;
            month.missed_mwh += (programme.committed_kw - cut_kw).max(0.0) * hours / 1000.0;
        }
        self.interval.j += reading.grid_w * reading.dt_s;
        self.interval.var_s += reading.grid_var * reading.dt_s;
        self.interval.s += reading.dt_s;
        if self.interval.s >= terms.interval_s - 1e-9 {
            self.close_interval(terms, called);
        }
    }

    /// Reads what is left of the last metering interval.
    pub fn finish(&mut self, terms: &Terms) {
        self.close_interval(terms, true);
    }

    fn close_interval(&mut self, terms: &Terms, called: bool) {
        let Interval { j, var_s, s } = std::mem::take(&mut self.interval);
        if s <= 0.0 {
            return;
        }
        let mean_w = j / s;
        self.peak_w = self.peak_w.max(mean_w);
        let billed = if terms.apparent {
            hypot(mean_w, var_s / s)
        } else {
            mean_w
        };
        self.month.peak_kw = self.month.peak_kw.max(billed / 1000.0);
        if !called {
            self.before_call_kw = Some(mean_w / 1000.0);
        }
    }

    fn close_month(&mut self, terms: &Terms) {
        let (parts, usd) = (self.of_month(terms), self.usd_of_month(terms));
        self.closed.add(&parts);
        self.closed_usd += usd;
        self.past_kw.rotate_right(1);
        self.past_kw[0] = self.month.peak_kw;
    }

    /// Share of the month that has been metered.
    fn share(&self) -> f64 {
        if self.month.length_s > 0.0 {
            self.month.metered_s / self.month.length_s
        } else {
            0.0
        }
    }

    /// Demand that the ratchet asks for at least, kW.
    fn ratchet_kw(&self, terms: &Terms) -> f64 {
        let past = &self.past_kw[..terms.ratchet_months.min(MOST_MONTHS)];
        terms.ratchet_share * past.iter().copied().fold(0.0, f64::max)
    }

    /// Parts of the month under way.
    fn of_month(&self, terms: &Terms) -> Parts {
        let (month, share) = (&self.month, self.share());
        let price = terms.demand_usd_per_kw * share;
        let ratcheted = month.peak_kw.max(self.ratchet_kw(terms));
        Parts {
            energy: month.energy_usd,
            demand: month.peak_kw * price,
            ratchet: (ratcheted - month.peak_kw) * price,
            minimum: (terms.minimum_kw - ratcheted).max(0.0) * price,
            max_demand: month.peak_kw * terms.max_demand_usd_per_kw * share,
            capacity: month.peak_kw * terms.capacity_usd_per_kw_day * (month.metered_s / 86_400.0),
            water: month.water_m3 * terms.water_usd_per_m3,
            sewer: month.water_m3 * terms.sewer_usd_per_m3,
            diesel: month.diesel_l * terms.diesel_usd_per_l,
            demand_response: self.response_usd(terms),
        }
    }

    fn response_usd(&self, terms: &Terms) -> f64 {
        terms.programme.as_ref().map_or(0.0, |programme| {
            self.month.missed_mwh * programme.penalty_usd_per_mwh
                - self.month.curtailed_mwh * programme.usd_per_mwh
                - programme.committed_kw * programme.usd_per_kw_month * self.share()
        })
    }

    /// The same month as a clerk would sum it: from what is billed, not from parts. The two must agree.
    fn usd_of_month(&self, terms: &Terms) -> f64 {
        let month = &self.month;
        let billed_kw = month.peak_kw.max(self.ratchet_kw(terms)).max(terms.minimum_kw);
        let monthly = billed_kw * terms.demand_usd_per_kw + month.peak_kw * terms.max_demand_usd_per_kw;
        let daily = month.peak_kw * terms.capacity_usd_per_kw_day * (month.length_s / 86_400.0);
        month.energy_usd
            + (monthly + daily) * self.share()
            + month.water_m3 * (terms.water_usd_per_m3 + terms.sewer_usd_per_m3)
            + month.diesel_l * terms.diesel_usd_per_l
            + self.response_usd(terms)
    }

    /// Parts since the start.
    #[must_use]
    pub fn parts(&self, terms: &Terms) -> Parts {
        let mut parts = self.closed;
        parts.add(&self.of_month(terms));
        parts
    }

    /// All since the start, $: summed on its own way, so that parts that do not add up show.
    #[must_use]
    pub fn usd(&self, terms: &Terms) -> f64 {
        self.closed_usd + self.usd_of_month(terms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::schema::{Figure, Tag, read};
    use crate::site::texts::BUILTIN;
    use jiff::civil::date;

    fn builtin(name: &str) -> TariffFile {
        let (_, text) = BUILTIN.iter().find(|(key, _)| *key == name).expect("is built in");
        read::<TariffFile>(name, text).expect("is valid").value
    }

    fn figure(value: f64) -> Figure {
        Figure {
            value,
            tag: Tag::E,
            source: "= test".into(),
            range: None,
        }
    }

    /// $30/MWh, $10/kW and month, hourly metering; water $1 and sewer $2 a m³, diesel $1/L.
    fn plain() -> TariffFile {
        TariffFile {
            energy_usd_per_mwh: figure(30.0),
            demand_usd_per_kw_month: figure(10.0),
            demand_interval_s: figure(3600.0),
            water_usd_per_m3: figure(1.0),
            sewer_usd_per_m3: figure(2.0),
            diesel_usd_per_l: figure(1.0),
            ratchet_share: None,
            ratchet_months: None,
            minimum_share: None,
            ..builtin("indiana")
        }
    }

    /// Meters whole hours from a date, each with its draw in MW, and holds the ledger every hour.
    fn metered(terms: &Terms, from: DateTime, mw: impl IntoIterator<Item = f64>) -> Bill {
        let mut bill = Bill::default();
        for (hour, mw) in mw.into_iter().enumerate() {
            let reading = Reading {
                from: from + jiff::SignedDuration::from_hours(hour as i64),
                dt_s: 3600.0,
                grid_w: mw * 1e6,
                grid_var: 0.0,
                water_m3: 0.5,
                diesel_l: 0.25,
            };
            bill.meter(terms, &reading);
            let (parts, usd) = (bill.parts(terms).sum(), bill.usd(terms));
            assert!(
                (parts - usd).abs() <= 1e-9 * usd.abs().max(1.0),
                "hour {hour}: {parts} {usd}"
            );
        }
        bill.finish(terms);
        bill
    }

    fn midnight(month: i8) -> DateTime {
        date(2026, month, 1).at(0, 0, 0, 0)
    }

    /// April at 10 MW with one hour of 12: 720 h. Energy 7,202 MWh at $30; demand 12,000 kW at $10.
    #[test]
    fn a_plain_month_is_the_bill_worked_by_hand() {
        let terms = Terms::of(&plain(), 20e6, 1.0, Bound::Middle);
        let bill = metered(
            &terms,
            midnight(4),
            (0..720).map(|h| if h == 100 { 12.0 } else { 10.0 }),
        );
        let parts = bill.parts(&terms);
        assert!((parts.energy - 216_060.0).abs() < 1e-6, "{parts:?}");
        assert!((parts.demand - 120_000.0).abs() < 1e-6, "{parts:?}");
        assert_eq!((parts.water, parts.sewer, parts.diesel), (360.0, 720.0, 180.0));
        assert_eq!((parts.ratchet, parts.minimum, parts.demand_response), (0.0, 0.0, 0.0));
        assert_eq!(bill.peak_w, 12e6);
        // Ten days of it bear a third of the demand charge.
        let bill = metered(&terms, midnight(4), (0..240).map(|_| 10.0));
        assert!((bill.parts(&terms).demand - 100_000.0 / 3.0).abs() < 1e-6);
    }

    /// A peak of 20 MW in January; 80 % of it is billed for eleven months, and no longer in the twelfth.
    #[test]
    fn a_ratchet_holds_for_eleven_months() {
        let mut tariff = plain();
        tariff.ratchet_share = Some(figure(0.8));
        let terms = Terms::of(&tariff, 20e6, 1.0, Bound::Middle);
        let mut tail = Vec::new();
        for months in [2, 12, 13] {
            let hours = [744, 672, 744, 720, 744, 720, 744, 744, 720, 744, 720, 744, 744];
            let all: usize = hours[..months].iter().sum();
            let bill = metered(&terms, midnight(1), (0..all).map(|h| if h == 0 { 20.0 } else { 10.0 }));
            tail.push(bill.parts(&terms).ratchet);
        }
        // Each month from February to December: 16,000 - 10,000 kW at $10. The next January looks back to February.
        for (found, expected) in tail.iter().zip([60_000.0, 660_000.0, 660_000.0]) {
            assert!((found - expected).abs() < 1e-3, "{found} {expected}");
        }
    }

    /// 80 % of a contract of 20 MW while 10 MW is drawn: 6,000 kW more at $10. Of half the site, half of it: nothing more.
    #[test]
    fn a_minimum_bills_what_was_not_drawn() {
        let mut tariff = plain();
        tariff.minimum_share = Some(figure(0.8));
        let terms = Terms::of(&tariff, 20e6, 1.0, Bound::Middle);
        let parts = metered(&terms, midnight(4), (0..720).map(|_| 10.0)).parts(&terms);
        assert!(
            (parts.minimum - 60_000.0).abs() < 1e-6 && (parts.demand - 100_000.0).abs() < 1e-6,
            "{parts:?}"
        );
        let half = Terms::of(&tariff, 20e6, 0.5, Bound::Middle);
        assert_eq!(
            metered(&half, midnight(4), (0..720).map(|_| 10.0)).parts(&half).minimum,
            0.0
        );
        tariff.contract_w = Some(figure(30e6));
        let own = Terms::of(&tariff, 20e6, 1.0, Bound::Middle);
        let parts = metered(&own, midnight(4), (0..720).map(|_| 10.0)).parts(&own);
        assert!((parts.minimum - 140_000.0).abs() < 1e-6, "{parts:?}");
    }

    /// Tuesday 30 June to Thursday 2 July 2026 at 1 MW: the June evening at $50, July evenings at $80, nights at $20.
    #[test]
    fn time_of_use_changes_at_the_month() {
        let mut tariff = plain();
        let period =
            |name: &str, months: Vec<u32>, from_h: f64, to_h: f64, usd: f64| crate::site::files::EnergyPeriod {
                name: name.into(),
                months,
                weekdays: vec![1, 2, 3, 4, 5],
                from_h,
                to_h,
                usd_per_mwh: figure(usd),
            };
        tariff.periods = vec![
            period("June evening", vec![6], 16.0, 20.0, 50.0),
            period("July evening", vec![7], 16.0, 20.0, 80.0),
            period("night", vec![], 22.0, 2.0, 20.0),
        ];
        let terms = Terms::of(&tariff, 1e6, 1.0, Bound::Middle);
        let bill = metered(&terms, date(2026, 6, 30).at(12, 0, 0, 0), (0..48).map(|_| 1.0));
        // 12 to 16 at 30, 16 to 20 at 50, 20 to 22 at 30, 22 to 2 at 20; 14 h at 30, 4 h at 80, 2 at 30, 4 at 20; 10 at 30.
        let by_hand = 4.0 * 30.0
            + 4.0 * 50.0
            + 2.0 * 30.0
            + 4.0 * 20.0
            + 14.0 * 30.0
            + 4.0 * 80.0
            + 2.0 * 30.0
            + 4.0 * 20.0
            + 10.0 * 30.0;
        assert!((bill.parts(&terms).energy - by_hand).abs() < 1e-9, "{by_hand}");
        // Half a day of June's month and one and a half of July's.
        let demand = 1000.0 * 10.0 * (12.0 / 720.0 + 36.0 / 744.0);
        assert!((bill.parts(&terms).demand - demand).abs() < 1e-9);
        // A Saturday has neither evenings nor nights.
        assert_eq!(terms.energy_price(date(2026, 7, 4).at(17, 0, 0, 0)), 30.0);
    }

    /// docs/facts.md, 6: $63.3/MWh at a load factor of 90 %. $19.582/kVA over 730 h x 0.9 is $29.81/MWh, beside $33.52.
    #[test]
    fn the_proxy_tariff_gives_its_published_price() {
        let tariff = builtin("anderson");
        let terms = Terms::of(&tariff, 100e6, 1.0, Bound::Middle);
        // A year at full draw for nine hours of ten, at unity power factor.
        let bill = metered(
            &terms,
            midnight(1),
            (0..8760).map(|h| if h % 10 == 9 { 0.0 } else { 100.0 }),
        );
        let parts = bill.parts(&terms);
        let mwh = 8760.0 * 0.9 * 100.0;
        let price = (parts.energy + parts.demand + parts.max_demand) / mwh;
        assert!((price / 63.3 - 1.0).abs() < 0.01, "{price}");
        assert!((price - 63.33).abs() < 0.01, "{price}");
        // With reactive power the kVA cost more, and energy the same.
        let mut bill = Bill::default();
        let reading = Reading {
            from: midnight(1),
            dt_s: 3600.0,
            grid_w: 80e6,
            grid_var: 60e6,
            water_m3: 0.0,
            diesel_l: 0.0,
        };
        bill.meter(&terms, &reading);
        bill.finish(&terms);
        let demand = bill.parts(&terms).demand;
        assert!((demand - 100_000.0 * 16.624 / 744.0).abs() < 1e-6, "{demand}");
        assert_eq!(bill.peak_w, 80e6);
    }

    /// 10 MW promised; called for two hours in which 6 and then 12 MW are cut from 50.
    #[test]
    fn demand_response_pays_for_what_is_cut_and_fines_what_is_not() {
        let mut tariff = plain();
        tariff.demand_response = Some(crate::site::files::DemandResponse {
            name: "test".into(),
            committed_w: figure(10e6),
            usd_per_kw_month: figure(5.0),
            usd_per_mwh: figure(100.0),
            penalty_usd_per_mwh: figure(1000.0),
            most_h_per_year: figure(10.0),
            calls: vec![DemandCall {
                month: 4,
                day: 1,
                from_h: 15.0,
                lasts_h: 2.0,
            }],
        });
        let terms = Terms::of(&tariff, 50e6, 1.0, Bound::Middle);
        let draw = |h: usize| match h {
            15 => 44.0,
            16 => 38.0,
            _ => 50.0,
        };
        let bill = metered(&terms, midnight(4), (0..720).map(draw));
        let found = bill.parts(&terms).demand_response;
        // Fined for 4 MWh, paid for 18 MWh and for 10,000 kW.
        assert!((found - (4_000.0 - 1_800.0 - 50_000.0)).abs() < 1e-6, "{found}");
    }

    /// Prices carry ranges, and what is earned counts the other way round.
    #[test]
    fn low_and_high_stand_around_the_middle() {
        for name in ["indiana", "anderson", "market"] {
            let tariff = builtin(name);
            let [low, middle, high] = Bound::ALL.map(|bound| {
                let terms = Terms::of(&tariff, 1.1e9, 1.0, bound);
                metered(&terms, midnight(7), (0..744).map(|_| 1000.0)).usd(&terms)
            });
            assert!(low < middle && middle < high, "{name}: {low} {middle} {high}");
        }
    }

    #[test]
    fn a_clean_bill_costs_nothing() {
        let terms = Terms::of(&builtin("indiana"), 1e9, 1.0, Bound::Middle);
        assert_eq!(
            (Bill::default().usd(&terms), Bill::default().parts(&terms).sum()),
            (0.0, 0.0)
        );
    }
}
