//! One course of things: the plan's own dates, or those of a draw.

use super::delay::{chance, quantile};
use super::plan::{NEVER, Plan};

/// When everything comes, in days since the plan's start.
#[derive(Debug, Clone, Default)]
pub(super) struct Case {
    /// By building: its steel goes up.
    pub(super) started: Vec<i32>,
    /// By building: its shell stands.
    pub(super) shell: Vec<i32>,
    /// By building: it is ready for power.
    pub(super) ready: Vec<i32>,
    /// Buildings in the order in which they are filled.
    pub(super) order: Vec<usize>,
    /// Day, substation, W; by day.
    pub(super) grants: Vec<(i32, Option<usize>, f64)>,
    /// Day and crews; by day.
    pub(super) crews: Vec<(i32, f64)>,
    /// Racks per crew and day, up to the known day and after it.
    pub(super) rate: [f64; 2],
    /// Day and dollars; by day.
    pub(super) tranches: Vec<(i32, f64)>,
    /// By kind of rack: first day, last day, racks that come evenly between.
    pub(super) ramps: Vec<Vec<[f64; 3]>>,
    /// Cause, the item that it acts on, and what was drawn: days, or the figure itself. In the same order in every draw.
    pub(super) drawn: Vec<(usize, u64, f64)>,
}

/// Items of a cause, so that each has its own numbers.
const GRANTS: u64 = 1 << 12;
const SUPPLIES: u64 = 2 << 12;
const CREWS: u64 = 3 << 12;
const TRANCHES: u64 = 4 << 12;
pub(super) const SHARED: u64 = 0xffff;

struct DelaySampler<'p> {
    plan: &'p Plan,
    /// Seed and number of the draw; none for the plan itself.
    key: Option<(u64, u64)>,
    drawn: Vec<(usize, u64, f64)>,
}

impl DelaySampler<'_> {
    fn draw(&mut self, cause: usize, item: u64) -> f64 {
        let of = &self.plan.causes[cause];
        let Some((seed, draw)) = self.key else {
            return of.range[1];
        };
        let item = if of.shared { SHARED } else { item };
        let value = quantile(of.shape, of.range, chance(seed, &of.name, draw, item));
        if !self.drawn.iter().any(|known| (known.0, known.1) == (cause, item)) {
            self.drawn.push((cause, item, value));
        }
        value
    }

    /// Days late; nothing is late in the plan itself.
    fn delay(&mut self, cause: Option<usize>, item: u64) -> f64 {
        match cause {
            Some(cause) if self.key.is_some() => self.draw(cause, item),
            _ => 0.0,
        }
    }

    /// A day so many days later, if it has not come yet; then it cannot have been before today.
    fn later(&self, day: i32, days: f64) -> i32 {
        if day <= self.plan.known {
            day
        } else {
            (f64::from(day) + days).round().max(f64::from(self.plan.known) + 1.0) as i32
        }
    }
}

impl Case {
    /// The plan itself, or the draw of a seed and a number.
    pub(super) fn new(plan: &Plan, key: Option<(u64, u64)>) -> Self {
        let mut dice = DelaySampler {
            plan,
            key,
            drawn: Vec::new(),
        };
        let arrivals: Vec<i32> = plan
            .orders
            .iter()
            .map(|order| {
                let planned = order.ordered + plan.causes[order.lead].range[1].round() as i32;
                let days = dice.draw(order.lead, 0) - plan.causes[order.lead].range[1];
                dice.later(planned, days)
            })
            .collect();
        let arrived = |needs: &[usize]| needs.iter().map(|order| arrivals[*order]).max().unwrap_or(i32::MIN);
        let mut case = Self::default();
        for (b, building) in plan.buildings.iter().enumerate() {
            let days = dice.delay(building.delay, b as u64);
            case.started.push(dice.later(building.started, days));
            let shell = dice.later(building.shell, days);
            case.shell.push(shell);
            let ready = dice.later(building.ready, days).max(shell);
            case.ready.push(ready.max(arrived(&building.needs)));
        }
        for (i, grant) in plan.grants.iter().enumerate() {
            let days = dice.delay(grant.delay, GRANTS + i as u64);
            let day = dice.later(grant.day, days).max(arrived(&grant.needs));
            case.grants.push((day, grant.substation, grant.w));
        }
        case.grants.sort_by_key(|grant| grant.0);
        for (i, step) in plan.crews.iter().enumerate() {
            let days = dice.delay(step.delay, CREWS + i as u64);
            case.crews.push((dice.later(step.day, days), step.value));
        }
        case.crews.sort_by_key(|step| step.0);
        for (i, step) in plan.tranches.iter().enumerate() {
            let days = dice.delay(step.delay, TRANCHES + i as u64);
            case.tranches.push((dice.later(step.day, days), step.value));
        }
        case.tranches.sort_by_key(|step| step.0);
        case.rate = [plan.causes[plan.rate_cause].range[1], dice.draw(plan.rate_cause, 0)];
        case.ramps = vec![Vec::new(); plan.kinds.len()];
        for (i, supply) in plan.supplies.iter().enumerate() {
            let planned = |cause: usize| plan.causes[cause].range[1];
            let late = dice.delay(supply.delay, SUPPLIES + i as u64);
            let lag = dice.draw(supply.lag, 0);
            let good = dice.draw(supply.share, 0) * dice.draw(supply.good_share, 0);
            let known_good = planned(supply.share) * planned(supply.good_share);
            let shift = late + lag - planned(supply.lag);
            let known = f64::from(plan.known);
            for (from, to, racks) in &supply.made {
                let [from, to] = [from, to].map(|day| f64::from(*day) + planned(supply.lag));
                // What has come has come as planned; delays and shares act on the rest.
                let before = ((known - from) / (to - from)).clamp(0.0, 1.0);
                if before > 0.0 {
                    case.ramps[supply.kind].push([from, to.min(known), racks * before * known_good]);
                }
                if before < 1.0 {
                    let from = (from.max(known) + shift).max(known);
                    let to = (to + shift).max(from + 1.0);
                    case.ramps[supply.kind].push([from, to, racks * (1.0 - before) * good]);
                }
            }
        }
        case.order = (0..plan.buildings.len()).collect();
        case.order.sort_by_key(|b| (case.ready[*b], *b));
        case.pay_buildings(plan);
        // Crews know by when each will have power: the first grant at its substation, or any at the connection.
        let granted = |b: usize| {
            let at = plan.buildings[b].substation;
            let first = case.grants.iter().find(|grant| grant.1.is_none_or(|s| s == at));
            first.map_or(NEVER, |grant| grant.0).max(case.ready[b])
        };
        let mut order = case.order.clone();
        order.sort_by_key(|b| (granted(*b), *b));
        case.order = order;
        case.drawn = dice.drawn;
        case
    }

    /// A building is ready once the money for it and for those before it is there.
    fn pay_buildings(&mut self, plan: &Plan) {
        let mut spent = 0.0;
        for b in self.order.clone() {
            spent += plan.file.building_usd.value;
            let mut funds = 0.0;
            let paid = self.tranches.iter().find(|(_, usd)| {
                funds += usd;
                funds >= spent
            });
            if spent > 0.0 {
                self.ready[b] = self.ready[b].max(paid.map_or(NEVER, |(day, _)| *day));
            }
        }
    }
}

/// What an item of a cause is, in words.
pub(super) fn name_of(plan: &Plan, cause: usize, item: u64) -> String {
    let name = &plan.causes[cause].name;
    let number = (item & 0xfff) + 1;
    match item {
        SHARED => name.clone(),
        0..GRANTS => match plan.buildings.get(item as usize) {
            Some(building) => format!("{name}, B{:02}", building.number),
            None => name.clone(),
        },
        GRANTS..SUPPLIES => format!("{name}, grant {number}"),
        SUPPLIES..CREWS => format!("{name}, supply {number}"),
        CREWS..TRANCHES => format!("{name}, crews {number}"),
        _ => format!("{name}, tranche {number}"),
    }
}
