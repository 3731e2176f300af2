//! Day by day from the first day to the last: stocks of racks, and the least of what could run.

use jiff::civil::Date;

use super::case::Case;
use super::plan::{NEVER, Plan};

/// What bounds growth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub enum Limit {
    /// Buildings that are ready for power.
    Buildings,
    /// Power granted at the connection.
    Power,
    /// Racks that have come, or would have if they were paid.
    Racks,
    /// Crews that install them.
    Staff,
    /// Money for buildings and racks.
    Money,
}

impl Limit {
    /// All, in the order in which one is named if two are equal.
    pub const ALL: [Self; 5] = [Self::Buildings, Self::Power, Self::Racks, Self::Staff, Self::Money];

    /// In a word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Buildings => "buildings",
            Self::Power => "power",
            Self::Racks => "racks",
            Self::Staff => "staff",
            Self::Money => "money",
        }
    }
}

/// What could run by one limit, or runs.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Level {
    /// Chips.
    pub chips: f64,
    /// IT power at nameplate, W.
    pub it_w: f64,
}

/// How things stand at the end of a day.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// The day.
    pub on: Date,
    /// Shells that stand.
    pub up: u32,
    /// Buildings that are ready for power.
    pub ready: u32,
    /// Buildings with power.
    pub live: u32,
    /// What runs.
    pub runs: Level,
    /// Power of what runs at design peak at the connection, W.
    pub facility_w: f64,
    /// Power granted at the connection, W.
    pub granted_w: f64,
    /// What could run by each limit alone, in the order of [`Limit::ALL`].
    pub limits: [Level; 5],
    /// The limit that binds: more could run without it than without any other. None once every place runs.
    pub binding: Option<Limit>,
    /// The limit that would bind next.
    pub runner_up: Limit,
    /// How much more could run before it does, or before the site is full.
    pub slack: Level,
    /// Racks that have come and are paid.
    pub delivered_racks: f64,
    /// Of these, racks that stand in a shell.
    pub installed_racks: f64,
    /// Of these, racks that wait.
    pub stored_racks: f64,
    /// Capital spent on buildings and racks, $.
    pub capital_usd: f64,
}

/// A day as the walk hands it out.
pub(super) struct Day<'w> {
    pub(super) day: i32,
    pub(super) standing: &'w Standing,
    /// Racks installed, by building.
    pub(super) racks: &'w [f64],
    /// Which buildings have power.
    pub(super) live: &'w [bool],
}

/// Days of work by which the staff's limit is ahead of what stands when no rack waits.
const STAFF_DAYS: f64 = 30.0;

/// A limit is never more than this many times the whole site: money and power without end are still numbers.
const MOST: f64 = 10.0;

/// Walks through a case day by day.
pub(super) fn walk(plan: &Plan, case: &Case, mut each: impl FnMut(&Day<'_>)) {
    let (n, kinds) = (plan.buildings.len(), plan.kinds.len());
    let all = Level {
        chips: plan.chips(),
        it_w: plan.it_w(),
    };
    let chips_per_w = all.chips / all.it_w;
    let site_racks: f64 = plan.buildings.iter().flat_map(|b| &b.places).sum();
    let overhead = plan.file.design_overhead.value;
    let building_usd = plan.file.building_usd.value;
    let racks_usd = plan.racks_usd();
    let places: Vec<f64> = (0..kinds)
        .map(|k| plan.buildings.iter().map(|b| b.places[k]).sum())
        .collect();
    let there: Vec<Vec<f64>> = (0..plan.substations.len())
        .map(|s| {
            let here = || plan.buildings.iter().filter(move |b| b.substation == s);
            (0..kinds).map(|k| here().map(|b| b.places[k]).sum()).collect()
        })
        .collect();
    let mut ready = there.clone();
    let mut by_kind = vec![[0.0; 3]; kinds];
    let of = |racks: &[f64]| {
        let mut level = Level::default();
        for (racks, kind) in racks.iter().zip(&plan.kinds) {
            level.chips += racks * kind.chips;
            level.it_w += racks * kind.it_w;
        }
        level
    };
    let by_site = case.grants.iter().any(|grant| grant.1.is_none());
    let by_substation = case.grants.iter().any(|grant| grant.1.is_some());
    let mut granted = vec![0.0; plan.substations.len()];
    let mut granted_site = 0.0;
    let (mut next_grant, mut next_crew, mut next_tranche) = (0, 0, 0);
    let (mut funds, mut crews) = (0.0, 0.0);
    let mut installed = vec![vec![0.0; kinds]; n];
    let mut sums = vec![0.0; n];
    let mut live = vec![false; n];
    let (mut delivered, mut stored, mut offered) = (vec![0.0; kinds], vec![0.0; kinds], vec![0.0; kinds]);
    let mut standing = Standing {
        on: plan.starts(),
        up: 0,
        ready: 0,
        live: 0,
        runs: Level::default(),
        facility_w: 0.0,
        granted_w: 0.0,
        limits: [Level::default(); 5],
        binding: Some(Limit::Buildings),
        runner_up: Limit::Power,
        slack: Level::default(),
        delivered_racks: 0.0,
        installed_racks: 0.0,
        stored_racks: 0.0,
        capital_usd: 0.0,
    };
    for day in 0..=plan.last {
        while let Some((_, substation, w)) = case.grants.get(next_grant).filter(|grant| grant.0 <= day) {
            match substation {
                Some(s) => granted[*s] += w,
                None => granted_site += w,
            }
            next_grant += 1;
        }
        while let Some((_, count)) = case.crews.get(next_crew).filter(|step| step.0 <= day) {
            crews = *count;
            next_crew += 1;
        }
        while let Some((_, usd)) = case.tranches.get(next_tranche).filter(|step| step.0 <= day) {
            funds += usd;
            next_tranche += 1;
        }

        // Money: buildings first, racks with what is left.
        let spent_on = |b: usize| {
            let (from, to) = (case.started[b], case.ready[b]);
            if to == NEVER {
                0.0
            } else {
                (f64::from(day - from + 1) / f64::from(to - from + 1).max(1.0)).clamp(0.0, 1.0)
            }
        };
        let buildings_usd: f64 = (0..n).map(|b| building_usd * spent_on(b)).sum();
        let left_usd = (funds - buildings_usd).max(0.0);
        let mut wanted_usd = 0.0;
        for (k, ramps) in case.ramps.iter().enumerate() {
            let of_ramp = |[from, to, racks]: &[f64; 3]| {
                racks * ((f64::from(day) + 1.0 - from) / (to - from).max(1e-9)).clamp(0.0, 1.0)
            };
            offered[k] = ramps.iter().map(of_ramp).sum();
            wanted_usd += f64::min(offered[k], places[k]) * plan.kinds[k].price_usd;
        }
        let paid = if wanted_usd > left_usd {
            left_usd / wanted_usd
        } else {
            1.0
        };
        for k in 0..kinds {
            // Nobody sends a rack back, and nobody buys more than there are places for.
            let now = f64::max(delivered[k], f64::min(offered[k], places[k]) * paid);
            stored[k] += now - delivered[k];
            delivered[k] = now;
        }

        // Crews fill shells in the order in which they will have power.
        let rate = crews * case.rate[usize::from(day > plan.known)];
        let mut able = rate;
        let mut waiting = false;
        for b in case.order.iter().copied().filter(|b| case.shell[*b] <= day) {
            for k in 0..kinds {
                let wanted = f64::min(plan.buildings[b].places[k] - installed[b][k], stored[k]).max(0.0);
                let done = wanted.min(able);
                installed[b][k] += done;
                sums[b] += done;
                stored[k] -= done;
                able -= done;
                waiting |= wanted - done > 1e-9;
            }
        }

        // What runs: installed, with a building ready and power at its substation.
        for (b, building) in plan.buildings.iter().enumerate() {
            let by_its_substation = !by_substation || granted[building.substation] > 0.0;
            live[b] |= case.ready[b] <= day && by_its_substation && (!by_site || granted_site > 0.0);
        }
        let mut runs = Level::default();
        for (s, granted_w) in granted.iter().enumerate() {
            let mut here = Level::default();
            for (b, building) in plan.buildings.iter().enumerate() {
                if live[b] && building.substation == s {
                    let level = of(&installed[b]);
                    here.chips += level.chips;
                    here.it_w += level.it_w;
                }
            }
            let most_w = if by_substation {
                granted_w / overhead
            } else {
                f64::INFINITY
            };
            let share = if here.it_w > most_w { most_w / here.it_w } else { 1.0 };
            runs.chips += here.chips * share;
            runs.it_w += here.it_w * share;
        }
        if by_site && runs.it_w > granted_site / overhead {
            let share = granted_site / overhead / runs.it_w;
            runs = Level {
                chips: runs.chips * share,
                it_w: runs.it_w * share,
            };
        }

        // What could run by each limit alone.
        let of_w = |it_w: f64| {
            let it_w = it_w.clamp(0.0, MOST * all.it_w);
            Level {
                chips: it_w * chips_per_w,
                it_w,
            }
        };
        let mut by_buildings = Level::default();
        for (b, building) in plan.buildings.iter().enumerate() {
            if case.ready[b] <= day {
                let level = of(&building.places);
                by_buildings.chips += level.chips;
                by_buildings.it_w += level.it_w;
            }
        }
        let granted_w = match (by_substation, by_site) {
            (true, true) => granted.iter().sum::<f64>().min(granted_site),
            (true, false) => granted.iter().sum(),
            _ => granted_site,
        };
        let stands = installed.iter().fold(Level::default(), |sum, racks| {
            let level = of(racks);
            Level {
                chips: sum.chips + level.chips,
                it_w: sum.it_w + level.it_w,
            }
        });
        let ahead_w = if waiting {
            0.0
        } else {
            rate * STAFF_DAYS * all.it_w / site_racks
        };
        let by_staff = Level {
            chips: stands.chips + ahead_w * chips_per_w,
            it_w: stands.it_w + ahead_w,
        };
        let bought = of(&delivered);
        let by_money = if racks_usd > 0.0 { left_usd / racks_usd } else { MOST };
        let by_money_level = of_w((by_money * all.it_w).max(bought.it_w));
        let limits = [
            by_buildings,
            of_w(granted_w / overhead),
            of(&offered),
            by_staff,
            by_money_level,
        ];
        for (s, ready) in ready.iter_mut().enumerate() {
            for (k, racks) in ready.iter_mut().enumerate() {
                let here = plan.buildings.iter().zip(&case.ready);
                let here = here.filter(|(building, day_ready)| building.substation == s && **day_ready <= day);
                *racks = here.map(|(building, _)| building.places[k]).sum();
            }
        }
        for k in 0..kinds {
            let stand: f64 = installed.iter().map(|racks| racks[k]).sum();
            let ahead = if waiting { 0.0 } else { rate * STAFF_DAYS };
            by_kind[k] = [offered[k], stand + ahead, f64::max(delivered[k], by_money * places[k])];
        }
        // What could run with some limits lifted, wherever the racks stand now.
        let without = |lifted: [bool; 5]| {
            let mut could_w = 0.0;
            for k in 0..kinds {
                let mut racks = 0.0;
                for (s, ready) in ready.iter().enumerate() {
                    let ready = if lifted[0] { &there[s] } else { ready };
                    let most_w = if by_substation && !lifted[1] {
                        granted[s] / overhead
                    } else {
                        f64::INFINITY
                    };
                    let asked_w = of(ready).it_w;
                    racks += ready[k] * if asked_w > most_w { most_w / asked_w } else { 1.0 };
                }
                for (limit, most) in by_kind[k].iter().enumerate() {
                    if !lifted[limit + 2] {
                        racks = racks.min(*most);
                    }
                }
                could_w += racks * plan.kinds[k].it_w;
            }
            if by_site && !lifted[1] {
                could_w = could_w.min(granted_site / overhead);
            }
            could_w
        };
        let first_to_lift = |lifted: [bool; 5]| {
            let could_w = without(lifted);
            let mut best = (usize::MAX, 0.0);
            for k in (0..5).filter(|k| !lifted[*k]) {
                let mut more = lifted;
                more[k] = true;
                let gain_w = without(more) - could_w;
                // Where none helps by itself it is the least by its own number.
                let closer = best.0 == usize::MAX || limits[k].it_w < limits[best.0].it_w;
                let alike = (gain_w - best.1).abs() < 1e-3;
                if gain_w > best.1 + 1e-3 || alike && closer {
                    best = (k, gain_w);
                }
            }
            best
        };
        let (binding, slack_w) = first_to_lift([false; 5]);
        let (second, _) = first_to_lift([0, 1, 2, 3, 4].map(|k| k == binding));
        let complete = runs.it_w >= all.it_w * (1.0 - 1e-9);

        standing.on = plan.date(day);
        standing.up = case.shell.iter().filter(|shell| **shell <= day).count() as u32;
        standing.ready = case.ready.iter().filter(|ready| **ready <= day).count() as u32;
        standing.live = live.iter().filter(|live| **live).count() as u32;
        standing.runs = runs;
        standing.facility_w = runs.it_w * overhead;
        standing.granted_w = granted_w;
        standing.limits = limits;
        standing.binding = (!complete).then_some(Limit::ALL[binding]);
        standing.runner_up = Limit::ALL[second];
        standing.slack = of_w(slack_w);
        standing.delivered_racks = delivered.iter().sum();
        standing.installed_racks = sums.iter().sum();
        standing.stored_racks = stored.iter().sum();
        standing.capital_usd = buildings_usd
            + delivered
                .iter()
                .zip(&plan.kinds)
                .map(|(racks, kind)| racks * kind.price_usd)
                .sum::<f64>();
        each(&Day {
            day,
            standing: &standing,
            racks: &sums,
            live: &live,
        });
    }
}

/// How far a building has come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Phase {
    /// Nothing stands.
    NotStarted,
    /// Its shell goes up: the share that stands.
    Rising(f64),
    /// Its shell stands, without power.
    Standing,
    /// It has power.
    Energised,
}

/// A building on a day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BuildingState {
    /// Number.
    pub number: u32,
    /// How far it has come.
    pub phase: Phase,
    /// Share of its racks that are installed.
    pub racks_share: f64,
}

/// The days of a building.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Milestones {
    /// Number.
    pub number: u32,
    /// Its steel goes up.
    pub started: Date,
    /// Its shell stands.
    pub shell: Date,
    /// It gets power; none if that is after the last day.
    pub energised: Option<Date>,
}

/// The plan as it is written, day by day.
#[derive(Debug, Clone)]
pub struct Course {
    /// How things stand, day by day from the first.
    pub days: Vec<Standing>,
    /// Buildings, in the order of the site.
    pub buildings: Vec<Milestones>,
    places: Vec<f64>,
    /// Share of racks installed, day by day and building by building.
    racks: Vec<f32>,
}

impl Course {
    /// The course of a plan without delays.
    #[must_use]
    pub fn of(plan: &Plan) -> Self {
        let case = Case::new(plan, None);
        let mut energised = vec![None; plan.buildings.len()];
        let mut days = Vec::with_capacity(plan.last.max(0) as usize + 1);
        let mut racks = Vec::new();
        let places: Vec<f64> = plan.buildings.iter().map(|b| b.places.iter().sum()).collect();
        walk(plan, &case, |day| {
            for (b, live) in day.live.iter().enumerate() {
                if *live && energised[b].is_none() {
                    energised[b] = Some(day.standing.on);
                }
            }
            racks.extend(
                day.racks
                    .iter()
                    .zip(&places)
                    .map(|(racks, of)| (racks / of.max(1e-9)) as f32),
            );
            days.push(day.standing.clone());
        });
        let milestones = |(b, building): (usize, &super::plan::Building)| Milestones {
            number: building.number,
            started: plan.date(case.started[b]),
            shell: plan.date(case.shell[b]),
            energised: energised[b],
        };
        Self {
            days,
            buildings: plan.buildings.iter().enumerate().map(milestones).collect(),
            places,
            racks,
        }
    }

    /// How things stand at the end of a date: of the first day before it, of the last day after it.
    #[must_use]
    pub fn on(&self, date: Date) -> Option<&Standing> {
        let after = self.days.partition_point(|day| day.on <= date);
        self.days.get(after.saturating_sub(1))
    }

    /// The first of every month.
    pub fn months(&self) -> impl Iterator<Item = &Standing> {
        self.days.iter().filter(|day| day.on.day() == 1)
    }

    /// The first day on which so many chips run.
    #[must_use]
    pub fn reaches(&self, chips: f64) -> Option<Date> {
        self.days.iter().find(|day| day.runs.chips >= chips).map(|day| day.on)
    }

    /// How far every building is at the end of a date.
    #[must_use]
    pub fn phases_at(&self, date: Date) -> Vec<BuildingState> {
        let after = self.days.partition_point(|day| day.on <= date);
        let of = |(b, dates): (usize, &Milestones)| {
            let phase = if dates.energised.is_some_and(|day| day <= date) {
                Phase::Energised
            } else if dates.shell <= date {
                Phase::Standing
            } else if dates.started <= date {
                let days = |to: Date| f64::from(super::plan::days_between(dates.started, to));
                Phase::Rising((days(date) / days(dates.shell).max(1.0)).clamp(0.0, 1.0))
            } else {
                Phase::NotStarted
            };
            let share = after
                .checked_sub(1)
                .and_then(|day| self.racks.get(day * self.places.len() + b));
            BuildingState {
                number: dates.number,
                phase,
                racks_share: share.map_or(0.0, |share| f64::from(*share).clamp(0.0, 1.0)),
            }
        };
        self.buildings.iter().enumerate().map(of).collect()
    }
}
