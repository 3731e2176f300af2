//! From a plan's file and its site to days and watts.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::files::{PlanFile, Shape};
use crate::diag::{Code, Diagnostic, Report};
use crate::site::Campus;
use crate::site::load::load_site;
use crate::site::schema::{Assumption, Day, Figure, Parsed, read};
use crate::site::texts::{Files, builtin_names, find_text, unreadable};

/// Plans that come with the program, by the name after `builtin:`.
pub const BUILTIN: &[(&str, &str)] = &[("rainier", include_str!("../../assets/plans/rainier.ron"))];

/// Longest plan, days.
const LONGEST: i32 = 40 * 366;

/// A day that never comes.
pub(super) const NEVER: i32 = i32::MAX;

/// A plan with its site, checked and in numbers.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The file.
    pub file: PlanFile,
    /// Name of the site.
    pub site: String,
    /// Kinds of rack, in the order of the site.
    pub kinds: Vec<Kind>,
    /// Buildings, in the order of the site.
    pub buildings: Vec<Building>,
    /// Names of the site's substations.
    pub substations: Vec<String>,
    /// Every figure of the file.
    pub assumptions: Vec<Assumption>,
    /// What may be late or less than planned.
    pub causes: Vec<Cause>,
    pub(super) known: i32,
    pub(super) last: i32,
    pub(super) grants: Vec<PlannedGrant>,
    pub(super) crews: Vec<Step>,
    pub(super) tranches: Vec<Step>,
    pub(super) orders: Vec<PlannedOrder>,
    pub(super) supplies: Vec<PlannedSupply>,
    pub(super) rate_cause: usize,
}

/// A kind of rack.
#[derive(Debug, Clone, PartialEq)]
pub struct Kind {
    /// Catalog name.
    pub key: String,
    /// Chips a rack.
    pub chips: f64,
    /// IT power of a rack with its share of network and storage at nameplate, W.
    pub it_w: f64,
    /// Price, $.
    pub price_usd: f64,
}

/// A building.
#[derive(Debug, Clone, PartialEq)]
pub struct Building {
    /// Number.
    pub number: u32,
    /// Its place among the substations.
    pub substation: usize,
    /// Racks that it takes, by kind.
    pub places: Vec<f64>,
    pub(super) started: i32,
    pub(super) shell: i32,
    pub(super) ready: i32,
    pub(super) needs: Vec<usize>,
    pub(super) delay: Option<usize>,
}

/// What a cause draws from.
#[derive(Debug, Clone, PartialEq)]
pub struct Cause {
    /// Name: that of a delay, or of a figure with a range.
    pub name: String,
    pub(super) shape: Shape,
    pub(super) range: [f64; 3],
    pub(super) shared: bool,
}

#[derive(Debug, Clone)]
pub(super) struct PlannedGrant {
    pub(super) day: i32,
    pub(super) w: f64,
    pub(super) substation: Option<usize>,
    pub(super) needs: Vec<usize>,
    pub(super) delay: Option<usize>,
}

/// A day with a number: crews, or dollars.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    pub(super) day: i32,
    pub(super) value: f64,
    pub(super) delay: Option<usize>,
}

#[derive(Debug, Clone)]
pub(super) struct PlannedOrder {
    pub(super) ordered: i32,
    pub(super) lead: usize,
}

#[derive(Debug, Clone)]
pub(super) struct PlannedSupply {
    pub(super) kind: usize,
    /// First day, day after the last, racks made.
    pub(super) made: Vec<(i32, i32, f64)>,
    pub(super) share: usize,
    pub(super) good_share: usize,
    pub(super) lag: usize,
    pub(super) delay: Option<usize>,
}

/// Days from one date to another.
pub(super) fn days_between(from: Date, to: Date) -> i32 {
    (from.duration_until(to).as_hours() / 24) as i32
}

/// First day of a period such as `2025Q1` or `2025-01`, and the day after its last.
fn period(text: &str) -> Option<(Date, Date)> {
    let (year, first, months) = match text.split_once('Q') {
        Some((year, quarter)) => {
            let quarter: i8 = quarter.parse().ok().filter(|q| (1..=4).contains(q))?;
            (year, 3 * quarter - 2, 3)
        }
        None => {
            let (year, month) = text.split_once('-')?;
            (year, month.parse().ok()?, 1)
        }
    };
    let year: i16 = year.parse().ok().filter(|year| (1990..=2100).contains(year))?;
    let from = Date::new(year, first, 1).ok()?;
    let next = if first + months > 12 {
        Date::new(year + 1, first + months - 12, 1)
    } else {
        Date::new(year, first + months, 1)
    };
    Some((from, next.ok()?))
}

/// Reads a plan by name (`builtin:NAME` or a file) with its site; `site` takes the place of the one named there.
///
/// # Errors
/// Every error of the plan and of the site's files.
pub fn load(files: &dyn Files, name: &str, site: Option<&str>) -> Result<Plan, Report> {
    let parsed = parsed(files, name)?;
    let own = &parsed.value.site;
    let beside = match name.rsplit_once('/') {
        Some((folder, _)) if !own.starts_with("builtin:") && !own.starts_with('/') => format!("{folder}/{own}"),
        _ => own.clone(),
    };
    let site = load_site(files, site.unwrap_or(&beside), None)?;
    resolve(&parsed, &site.campus)
}

/// Reads a plan by name for a site that is there already.
///
/// # Errors
/// Every error of the plan.
pub fn load_on(files: &dyn Files, name: &str, campus: &Campus) -> Result<Plan, Report> {
    resolve(&parsed(files, name)?, campus)
}

fn parsed(files: &dyn Files, name: &str) -> Result<Parsed<PlanFile>, Report> {
    let text = find_text(BUILTIN, "plan", files, name).map_err(|found| {
        let allowed = format!("a readable plan file, or one of {}", builtin_names(BUILTIN));
        Report {
            errors: vec![unreadable(name, found, allowed)],
        }
    })?;
    read::<PlanFile>(name, &text)
}

/// A file being resolved.
struct Reading<'a> {
    parsed: &'a Parsed<PlanFile>,
    report: Report,
    causes: Vec<Cause>,
}

impl Reading<'_> {
    fn wrong(&mut self, code: Code, field: &str, found: String, allowed: impl Into<String>) {
        let error: Diagnostic = self.parsed.error(code, field, found, allowed);
        self.report.push(error);
    }

    fn day(&self, day: Day) -> i32 {
        days_between(self.parsed.value.starts.0.0, day.0)
    }

    /// The place of a name among those known.
    fn named<'n>(&mut self, known: impl Iterator<Item = &'n String>, name: &str, field: &str) -> Option<usize> {
        let names: Vec<&str> = known.map(String::as_str).collect();
        let found = names.iter().position(|known| *known == name);
        if found.is_none() {
            let allowed = if names.is_empty() {
                "nothing".to_owned()
            } else {
                names.join(", ")
            };
            self.wrong(Code::UnknownName, field, format!("{name:?}"), allowed);
        }
        found
    }

    fn delay(&mut self, name: Option<&String>, field: &str) -> Option<usize> {
        // Delays are the first causes, in the order of their names.
        let delays = &self.parsed.value.delays;
        self.named(delays.keys(), name?, field)
    }

    fn needs(&mut self, names: &[String], field: &str) -> Vec<usize> {
        let orders = &self.parsed.value.orders;
        let place = |(i, name): (usize, &String)| self.named(orders.keys(), name, &format!("{field}[{i}]"));
        names.iter().enumerate().filter_map(place).collect()
    }

    /// A figure that may lie anywhere in its range, as a cause of its own.
    fn figure(&mut self, name: String, figure: &Figure) -> usize {
        let [low, high] = figure.range.unwrap_or([figure.value; 2]);
        self.causes.push(Cause {
            name,
            shape: Shape::Triangular,
            range: [low, figure.value, high],
            shared: true,
        });
        self.causes.len() - 1
    }
}

/// Resolves a plan's file on a site.
///
/// # Errors
/// Everything in the file that does not fit together or does not fit the site.
pub fn resolve(parsed: &Parsed<PlanFile>, campus: &Campus) -> Result<Plan, Report> {
    let file = &parsed.value;
    let mut reading = Reading {
        parsed,
        report: Report::default(),
        causes: Vec::new(),
    };
    let last = reading.day(file.ends);
    if !(1..=LONGEST).contains(&last) {
        let allowed = format!("after starts, {}, by at most 40 years", file.starts.0.0);
        reading.wrong(Code::Inconsistent, "ends", file.ends.0.to_string(), allowed);
    }
    for (name, delay) in &file.delays {
        let range = delay.days.range.unwrap_or([delay.days.value; 2]);
        let field = format!("delays.{name}.days");
        let middle = delay.days.value;
        if delay.days.range.is_none() {
            let allowed = "a figure with low and high: (value, tag, \"source\", low, high)";
            reading.wrong(Code::Inconsistent, &field, "no range".into(), allowed);
        } else if delay.shape == Shape::LogNormal && !(range[0] < middle && middle < range[1]) {
            let found = format!("{middle} in {} to {}", range[0], range[1]);
            reading.wrong(Code::Inconsistent, &field, found, "low < value < high for LogNormal");
        }
        reading.causes.push(Cause {
            name: name.clone(),
            shape: delay.shape,
            range: [range[0], middle, range[1]],
            shared: delay.shared,
        });
    }
    let first_lead = reading.causes.len();
    for (name, figure) in &file.lead_times {
        let _ = reading.figure(format!("lead time of {name}"), figure);
    }
    let orders = read_orders(&mut reading, first_lead);
    let kinds = read_kinds(&mut reading, campus);
    let supplies = read_supplies(&mut reading, campus);
    let rate_cause = reading.figure("racks per crew and day".into(), &file.racks_per_crew_day);
    let buildings = read_buildings(&mut reading, campus);
    let grants = read_grants(&mut reading, campus);
    let mut crews = Vec::new();
    for (i, step) in file.crews.iter().enumerate() {
        crews.push(Step {
            day: reading.day(step.from.0),
            value: step.crews.value,
            delay: reading.delay(step.delay.as_ref(), &format!("crews[{i}].delay")),
        });
    }
    let mut tranches = Vec::new();
    for (i, step) in file.tranches.iter().enumerate() {
        tranches.push(Step {
            day: reading.day(step.from.0),
            value: step.usd.value,
            delay: reading.delay(step.delay.as_ref(), &format!("tranches[{i}].delay")),
        });
    }
    for (i, recorded) in file.history.iter().enumerate() {
        let day = reading.day(recorded.on);
        if !(0..=last.max(0)).contains(&day) {
            let allowed = format!("{} to {}", file.starts.0.0, file.ends.0);
            reading.wrong(
                Code::Inconsistent,
                &format!("history[{i}].on"),
                recorded.on.0.to_string(),
                allowed,
            );
        }
        if recorded.value.value <= 0.0 {
            let found = recorded.value.value.to_string();
            reading.wrong(Code::Inconsistent, &format!("history[{i}].value"), found, "above 0");
        }
    }
    let known = reading.day(file.known_until.0);
    let mut report = reading.report;
    report.errors.sort_by_key(|error| error.place);
    report.into_result(Plan {
        file: file.clone(),
        site: campus.name.clone(),
        kinds,
        buildings,
        substations: campus.substations.iter().map(|s| s.name.clone()).collect(),
        assumptions: parsed.assumptions.clone(),
        causes: reading.causes,
        known,
        last,
        grants,
        crews,
        tranches,
        orders,
        supplies,
        rate_cause,
    })
}

fn read_orders(reading: &mut Reading<'_>, first_lead: usize) -> Vec<PlannedOrder> {
    let file = &reading.parsed.value;
    let mut out = Vec::new();
    for (name, order) in &file.orders {
        let lead = reading.named(file.lead_times.keys(), &order.lead, &format!("orders.{name}.lead"));
        out.push(PlannedOrder {
            ordered: reading.day(order.ordered.0),
            lead: first_lead + lead.unwrap_or(0),
        });
    }
    out
}

fn read_kinds(reading: &mut Reading<'_>, campus: &Campus) -> Vec<Kind> {
    let file = &reading.parsed.value;
    let mut out = Vec::new();
    for kind in &campus.rack_kinds {
        let chips = f64::from(kind.chips);
        let Some(plan) = file.rack_kinds.get(&kind.key) else {
            let found = format!("no {:?}", kind.key);
            let allowed = "every kind of rack of the site";
            reading.wrong(Code::Inconsistent, "rack_kinds", found, allowed);
            continue;
        };
        let price = kind.rack.price_usd.as_ref().or(plan.price_usd.as_ref());
        if price.is_none() {
            let field = format!("rack_kinds.{}.price_usd", kind.key);
            let allowed = "a figure, since the catalog has no price for it";
            reading.wrong(Code::Inconsistent, &field, "nothing".into(), allowed);
        }
        if !file.supplies.values().any(|supply| supply.rack == kind.key) {
            let found = format!("no supply of {:?}", kind.key);
            let allowed = "one for every kind of rack of the site";
            reading.wrong(Code::Inconsistent, "supplies", found, allowed);
        }
        out.push(Kind {
            key: kind.key.clone(),
            chips,
            it_w: chips * plan.it_w_per_chip.value,
            price_usd: price.map_or(0.0, |figure| figure.value),
        });
    }
    out
}

fn read_supplies(reading: &mut Reading<'_>, campus: &Campus) -> Vec<PlannedSupply> {
    let file = &reading.parsed.value;
    let mut out = Vec::new();
    for (name, supply) in &file.supplies {
        let field = |leaf: &str| format!("supplies.{name}.{leaf}");
        let keys = campus.rack_kinds.iter().map(|kind| &kind.key);
        let kind = reading.named(keys, &supply.rack, &field("rack"));
        let chips = kind.map_or(1.0, |kind| f64::from(campus.rack_kinds[kind].chips).max(1.0));
        let mut made = Vec::new();
        for (i, batch) in supply.made.iter().enumerate() {
            match period(&batch.period) {
                Some((from, next)) => made.push((
                    reading.day(Day(from)),
                    reading.day(Day(next)),
                    batch.chips.value / chips,
                )),
                None => {
                    let field = field(&format!("made[{i}].period"));
                    let found = format!("{:?}", batch.period);
                    reading.wrong(
                        Code::WrongKind,
                        &field,
                        found,
                        "a quarter or month such as 2025Q1 or 2025-01",
                    );
                }
            }
        }
        let delay = reading.delay(supply.delay.as_ref(), &field("delay"));
        out.push(PlannedSupply {
            kind: kind.unwrap_or(0),
            made,
            share: reading.figure(format!("share of {name}"), &supply.share),
            good_share: reading.figure(format!("good share of {name}"), &supply.good_share),
            lag: reading.figure(format!("lag of {name}"), &supply.lag_days),
            delay,
        });
    }
    out
}

fn read_buildings(reading: &mut Reading<'_>, campus: &Campus) -> Vec<Building> {
    let file = &reading.parsed.value;
    let mut planned = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for (i, plan) in file.buildings.iter().enumerate() {
        let field = |leaf: &str| format!("buildings[{i}].{leaf}");
        let found = format!("B{:02}", plan.number);
        if !campus.buildings.iter().any(|b| b.number == plan.number) {
            reading.wrong(Code::UnknownName, &field("number"), found, "a building of the site");
        } else if !seen.insert(plan.number) {
            reading.wrong(
                Code::Inconsistent,
                &field("number"),
                format!("{found} again"),
                "each building once",
            );
        }
        let (started, shell, ready) = (plan.started.0, plan.shell.0, plan.energised.0);
        if shell < started {
            let allowed = format!("at or after started, {}", started.0);
            reading.wrong(Code::Inconsistent, &field("shell"), shell.0.to_string(), allowed);
        }
        if ready < shell {
            let allowed = format!("at or after shell, {}", shell.0);
            reading.wrong(Code::Inconsistent, &field("energised"), ready.0.to_string(), allowed);
        }
        let needs = reading.needs(&plan.needs, &field("needs"));
        let delay = reading.delay(plan.delay.as_ref(), &field("delay"));
        let days = [started, shell, ready].map(|day| reading.day(day));
        planned.insert(plan.number, (days, needs, delay));
    }
    let mut out = Vec::new();
    for building in &campus.buildings {
        let Some(([started, shell, ready], needs, delay)) = planned.remove(&building.number) else {
            let found = format!("no B{:02}", building.number);
            reading.wrong(Code::Inconsistent, "buildings", found, "every building of the site");
            continue;
        };
        let mut places = vec![0.0; campus.rack_kinds.len()];
        for hall in &campus.halls[building.halls.clone()] {
            for row in &campus.rows[hall.rows.clone()] {
                places[row.kind] += row.racks.len() as f64;
            }
        }
        out.push(Building {
            number: building.number,
            substation: building.substation,
            places,
            started,
            shell,
            ready,
            needs,
            delay,
        });
    }
    out
}

fn read_grants(reading: &mut Reading<'_>, campus: &Campus) -> Vec<PlannedGrant> {
    let file = &reading.parsed.value;
    if file.grants.is_empty() {
        reading.wrong(Code::Inconsistent, "grants", "nothing".into(), "at least one");
    }
    let mut out = Vec::new();
    for (i, grant) in file.grants.iter().enumerate() {
        let field = |leaf: &str| format!("grants[{i}].{leaf}");
        let names = campus.substations.iter().map(|s| &s.name);
        let substation = grant.substation.as_ref();
        out.push(PlannedGrant {
            day: reading.day(grant.from.0),
            w: grant.mw.value * 1e6,
            substation: substation.and_then(|name| reading.named(names, name, &field("substation"))),
            needs: reading.needs(&grant.needs, &field("needs")),
            delay: reading.delay(grant.delay.as_ref(), &field("delay")),
        });
    }
    out
}

impl Plan {
    /// Takes what is dated up to a day as having happened as it is written.
    pub fn know_until(&mut self, day: Date) {
        self.known = self.day_of(day);
    }

    /// The day up to which everything has happened as it is written.
    #[must_use]
    pub fn known_until(&self) -> Date {
        self.date(self.known)
    }

    /// First day.
    #[must_use]
    pub fn starts(&self) -> Date {
        self.file.starts.0.0
    }

    /// The date of a day of the plan.
    pub(super) fn date(&self, day: i32) -> Date {
        self.starts()
            .checked_add(jiff::SignedDuration::from_hours(24 * i64::from(day)))
            .unwrap_or(self.file.ends.0)
    }

    /// The day of a date.
    pub(super) fn day_of(&self, date: Date) -> i32 {
        days_between(self.starts(), date)
    }

    /// A sum over all places of the site.
    fn over_places(&self, of: impl Fn(&Kind) -> f64) -> f64 {
        let buildings = self.buildings.iter();
        let all = buildings.flat_map(|b| b.places.iter().zip(&self.kinds));
        all.map(|(racks, kind)| racks * of(kind)).sum()
    }

    /// Chips of the site with every place taken.
    #[must_use]
    pub fn chips(&self) -> f64 {
        self.over_places(|kind| kind.chips)
    }

    /// IT power of the site with every place taken, at nameplate, W.
    #[must_use]
    pub fn it_w(&self) -> f64 {
        self.over_places(|kind| kind.it_w)
    }

    /// Price of the racks of all places, $.
    pub(super) fn racks_usd(&self) -> f64 {
        self.over_places(|kind| kind.price_usd)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_quarters_and_months() {
        let date = |y, m| Date::new(y, m, 1).expect("is a date");
        assert_eq!(period("2025Q4"), Some((date(2025, 10), date(2026, 1))));
        assert_eq!(period("2025-02"), Some((date(2025, 2), date(2025, 3))));
        assert_eq!(period("2025-12"), Some((date(2025, 12), date(2026, 1))));
        for wrong in ["2025", "2025Q5", "2025Q0", "2025-13", "25Q1", "Q1", "2025-", "2025Q-1"] {
            assert_eq!(period(wrong), None, "{wrong}");
        }
    }
}
