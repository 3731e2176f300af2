//! Where jobs stand and which goes next: units of one kind near each other, within the power and cooling that is left,
//! by a policy; priorities, backfill and preemption.
//!
//! Free units are counted hall by hall as they are taken and given back, so that a place is chosen among halls, not
//! among units.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::choice;
use crate::site::Campus;

/// Nobody's: the mark of a free unit in [`Pool::used_by`].
pub const FREE: u32 = u32::MAX;

/// Rounding that limits forgive, of their size.
const ROUNDING: f64 = 1e-12;

/// The least that a job gets: racks that belong together, such as the two of an UltraServer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    /// Chips.
    pub chips: u32,
    /// Row of [`Campus::rack_kinds`].
    pub kind: u32,
    /// Row of racks.
    pub row: u32,
    /// Hall.
    pub hall: u32,
    /// Building.
    pub building: u32,
    /// Its racks.
    pub racks: Range<usize>,
}

/// Units of one kind in one hall.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Group {
    hall: usize,
    building: usize,
    units: Vec<u32>,
    /// Chips of its largest unit.
    unit_chips: u32,
    free_units: u32,
    free_chips: u64,
}

/// All units of a campus and who uses them. Its tables are to be read; [`Pool::take`], [`Pool::give_back`] and
/// [`Pool::set_down`] write them together with the counts.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Pool {
    /// Units in the order of their racks.
    pub units: Vec<Unit>,
    /// Slot of the job that each is given to, or [`FREE`].
    pub used_by: Vec<u32>,
    /// Whether each cannot take work: failed, dark, not yet live.
    pub down: Vec<bool>,
    groups: Vec<Group>,
    group_of: Vec<u32>,
    /// Groups of each kind, hall by hall.
    kinds: Vec<Vec<u32>>,
    unit_of_rack: Vec<u32>,
    /// Buildings by their distance from each, itself first: building and distance, m.
    near: Vec<Vec<(u32, f64)>>,
}

impl Pool {
    /// The units of a campus, all free. Racks at the end of a row that do not make a whole unit are a smaller one.
    #[must_use]
    pub fn of(campus: &Campus) -> Self {
        let mut units = Vec::new();
        for (r, row) in campus.rows.iter().enumerate() {
            let step = campus.rack_kinds[row.kind].rack.racks_per_unit.unwrap_or(1).max(1) as usize;
            for start in row.racks.clone().step_by(step) {
                let racks = start..(start + step).min(row.racks.end);
                units.push(Unit {
                    chips: campus.chips_of(racks.clone()).len() as u32,
                    kind: row.kind as u32,
                    row: r as u32,
                    hall: row.hall as u32,
                    building: campus.halls[row.hall].building as u32,
                    racks,
                });
            }
        }
        let places: Vec<[f64; 2]> = campus.buildings.iter().map(|building| building.rect.at_m).collect();
        Self::new(units, &places)
    }

    /// Units in the order of their racks, all free, in buildings that stand at places, m.
    #[must_use]
    pub fn new(units: Vec<Unit>, buildings_at_m: &[[f64; 2]]) -> Self {
        let mut by_hall: BTreeMap<(u32, u32), Vec<u32>> = BTreeMap::new();
        for (u, unit) in units.iter().enumerate() {
            by_hall.entry((unit.hall, unit.kind)).or_default().push(u as u32);
        }
        let mut group_of = vec![0; units.len()];
        let (mut groups, mut kinds) = (Vec::new(), Vec::<Vec<u32>>::new());
        for ((hall, kind), members) in by_hall {
            let g = groups.len() as u32;
            for u in &members {
                group_of[*u as usize] = g;
            }
            let kind = kind as usize;
            kinds.resize(kinds.len().max(kind + 1), Vec::new());
            kinds[kind].push(g);
            let chips = members.iter().map(|u| units[*u as usize].chips);
            groups.push(Group {
                hall: hall as usize,
                building: units[members[0] as usize].building as usize,
                unit_chips: chips.clone().max().unwrap_or(0).max(1),
                free_units: members.len() as u32,
                free_chips: chips.map(u64::from).sum(),
                units: members,
            });
        }
        let racks = units.iter().map(|unit| unit.racks.end).max().unwrap_or(0);
        let mut unit_of_rack = vec![FREE; racks];
        for (u, unit) in units.iter().enumerate() {
            unit_of_rack[unit.racks.clone()].fill(u as u32);
        }
        let near = buildings_at_m.iter().map(|from| {
            let away = |to: &[f64; 2]| crate::num::hypot(to[0] - from[0], to[1] - from[1]);
            let others = buildings_at_m.iter().enumerate();
            let mut all: Vec<(u32, f64)> = others.map(|(b, to)| (b as u32, away(to))).collect();
            all.sort_by(|a, b| a.1.total_cmp(&b.1));
            all
        });
        Self {
            used_by: vec![FREE; units.len()],
            down: vec![false; units.len()],
            near: near.collect(),
            units,
            groups,
            group_of,
            kinds,
            unit_of_rack,
        }
    }

    /// The unit that a rack belongs to.
    #[must_use]
    pub fn unit_of(&self, rack: usize) -> Option<usize> {
        self.unit_of_rack.get(rack).filter(|u| **u != FREE).map(|u| *u as usize)
    }

    /// Whether a unit can be given to a job.
    #[must_use]
    pub fn is_free(&self, unit: usize) -> bool {
        self.used_by[unit] == FREE && !self.down[unit]
    }

    /// Units that can be given to a job.
    #[must_use]
    pub fn free_units(&self) -> u32 {
        self.groups.iter().map(|group| group.free_units).sum()
    }

    /// Chips that can be given to a job, of one kind of rack or of all.
    #[must_use]
    pub fn free_chips(&self, kind: Option<u32>) -> u64 {
        let of = |groups: &[u32]| groups.iter().map(|g| self.groups[*g as usize].free_chips).sum::<u64>();
        match kind {
            Some(kind) => self.kinds.get(kind as usize).map_or(0, |groups| of(groups)),
            None => self.kinds.iter().map(|groups| of(groups)).sum(),
        }
    }

    /// Gives units to the job of a slot.
    pub fn take(&mut self, units: &[u32], slot: u32) {
        self.assign(units, slot);
    }

    /// Takes units back from their jobs.
    pub fn give_back(&mut self, units: &[u32]) {
        self.assign(units, FREE);
    }

    fn assign(&mut self, units: &[u32], slot: u32) {
        for u in units {
            let before = self.is_free(*u as usize);
            self.used_by[*u as usize] = slot;
            self.count(*u as usize, before);
        }
    }

    /// Says whether a unit cannot take work. The job that has it keeps it.
    pub fn set_down(&mut self, unit: usize, down: bool) {
        let before = self.is_free(unit);
        self.down[unit] = down;
        self.count(unit, before);
    }

    fn count(&mut self, unit: usize, before: bool) {
        let group = &mut self.groups[self.group_of[unit] as usize];
        let chips = u64::from(self.units[unit].chips);
        match (before, self.used_by[unit] == FREE && !self.down[unit]) {
            (true, false) => {
                group.free_units -= 1;
                group.free_chips -= chips;
            }
            (false, true) => {
                group.free_units += 1;
                group.free_chips += chips;
            }
            _ => {}
        }
    }

    fn group(&self, unit: u32) -> usize {
        self.group_of[unit as usize] as usize
    }
}

/// Kinds of rack that hold a chip of a catalog name: rows of [`Campus::rack_kinds`].
#[must_use]
pub fn kinds_with(campus: &Campus, chip: &str) -> Vec<u32> {
    let kinds = campus.rack_kinds.iter().enumerate();
    let with = kinds.filter(|(_, kind)| kind.server.chip == chip);
    with.map(|(k, _)| k as u32).collect()
}

choice! {
    /// Which hall or building a job gets, of those that have room for it.
    Policy {
        /// The first.
        FirstFit,
        /// The fullest, so that whole halls stay free.
        Pack,
        /// The emptiest, so that heat and load are spread.
        Spread,
        /// The one with the coolest inlets, and there the coolest units.
        Coolest,
        /// The one with the most power left.
        Headroom,
    }
}

/// What is left to give at the moment. An empty slice sets no limit.
#[derive(Clone, Copy)]
pub struct Conditions<'a> {
    /// Inlet temperature of each unit, °C.
    pub unit_inlet_c: &'a [f32],
    /// Power left in each hall, W.
    pub hall_headroom_w: &'a [f64],
    /// Power of a unit at a utilisation over what it draws idle, W.
    pub unit_w: &'a dyn Fn(usize, f64) -> f64,
    /// Cooling left in each hall, W.
    pub hall_cool_w: &'a [f64],
    /// Power left on the site, W.
    pub site_headroom_w: f64,
}

impl Conditions<'_> {
    /// No limits, and no differences between halls.
    pub const NONE: Conditions<'static> = Conditions {
        unit_inlet_c: &[],
        hall_headroom_w: &[],
        unit_w: &|_, _| 0.0,
        hall_cool_w: &[],
        site_headroom_w: f64::INFINITY,
    };

    fn watts(&self, unit: u32, utilisation: f64) -> f64 {
        (self.unit_w)(unit as usize, utilisation).max(0.0)
    }
}

/// What a job asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ask {
    /// Chips, at least.
    pub chips: u32,
    /// Kind of rack, a row of [`Campus::rack_kinds`]; any one kind will do without it.
    pub kind: Option<u32>,
    /// Utilisation of its chips while they work, 0 to 1.
    pub utilisation: f64,
}

/// A job that waits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Waiting {
    /// What it asks for.
    pub ask: Ask,
    /// The larger goes first.
    pub priority: i32,
    /// Since when it waits, s; of one priority the first goes first.
    pub submit_s: f64,
    /// How long its owner says that it runs, s.
    pub asked_s: f64,
}

/// A job that runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Running<'a> {
    /// Its slot.
    pub slot: u32,
    /// Its priority.
    pub priority: i32,
    /// Whether one of higher priority may take its place.
    pub preemptible: bool,
    /// When it started, s.
    pub started_s: f64,
    /// When it ends by what its owner said, s.
    pub ends_s: f64,
    /// Utilisation of its chips, 0 to 1.
    pub utilisation: f64,
    /// Its units.
    pub units: &'a [u32],
}

/// What is to be done, in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// A waiting job starts.
    Start {
        /// Its place in the list of those that wait.
        waiting: usize,
        /// Its units.
        units: Vec<u32>,
    },
    /// A running job gives its units to one of higher priority that starts next.
    Preempt {
        /// Its slot.
        slot: u32,
    },
}

/// What is free at a time: units and chips of each group, chips of each kind, power of each hall and of the site.
#[derive(Debug, Clone)]
struct Room {
    units: Vec<u32>,
    chips: Vec<u64>,
    kind_chips: Vec<u64>,
    hall_w: Vec<f64>,
    site_w: f64,
}

impl Room {
    fn of(pool: &Pool, now: &Conditions<'_>) -> Self {
        let halls = pool.groups.iter().map(|group| group.hall + 1).max().unwrap_or(0);
        let left = |of: &[f64], hall: usize| of.get(hall).copied().unwrap_or(f64::INFINITY);
        Self {
            units: pool.groups.iter().map(|group| group.free_units).collect(),
            chips: pool.groups.iter().map(|group| group.free_chips).collect(),
            kind_chips: (0..pool.kinds.len())
                .map(|kind| pool.free_chips(Some(kind as u32)))
                .collect(),
            // What a unit draws it also heats, so that the smaller of the two is what is left.
            hall_w: (0..halls)
                .map(|hall| left(now.hall_headroom_w, hall).min(left(now.hall_cool_w, hall)))
                .collect(),
            site_w: now.site_headroom_w,
        }
    }

    /// Adds the chips of a unit to what is free, or takes them from it.
    fn count(&mut self, pool: &Pool, unit: u32, free: bool) {
        let g = pool.group(unit);
        let Unit { chips, kind, .. } = pool.units[unit as usize];
        let (chips, of_kind) = (u64::from(chips), &mut self.kind_chips[kind as usize]);
        if free {
            self.units[g] += 1;
            self.chips[g] += chips;
            *of_kind += chips;
        } else {
            self.units[g] = self.units[g].saturating_sub(1);
            self.chips[g] = self.chips[g].saturating_sub(chips);
            *of_kind = of_kind.saturating_sub(chips);
        }
    }

    fn take(&mut self, pool: &Pool, units: &[u32], utilisation: f64, now: &Conditions<'_>) {
        for u in units {
            self.count(pool, *u, false);
            let watts = now.watts(*u, utilisation);
            self.hall_w[pool.units[*u as usize].hall as usize] -= watts;
            self.site_w -= watts;
        }
    }

    /// Gives back what a job would, or undoes that: units that are down stay so, and of like neighbours one says what
    /// they draw.
    fn give_back(&mut self, pool: &Pool, units: &[u32], utilisation: f64, now: &Conditions<'_>, undo: bool) {
        let mut last = (usize::MAX, 0.0);
        for u in units {
            let g = pool.group(*u);
            if last.0 != g {
                let watts = now.watts(*u, utilisation);
                last = (g, if undo { -watts } else { watts });
            }
            if !pool.down[*u as usize] {
                self.count(pool, *u, !undo);
            }
            self.hall_w[pool.groups[g].hall] += last.1;
            self.site_w += last.1;
        }
    }

    /// Chips that a group can give to units of so many watts.
    fn cap(&self, pool: &Pool, g: usize, watts: f64) -> u64 {
        let group = &pool.groups[g];
        let left_w = self.hall_w[group.hall];
        let by_power = match left_w {
            _ if left_w.is_nan() || left_w < 0.0 => 0,
            _ if watts > 0.0 => (left_w * (1.0 + ROUNDING) / watts) as u64,
            _ => u64::MAX,
        };
        if by_power >= u64::from(self.units[g]) {
            self.chips[g]
        } else {
            self.chips[g].min(by_power * u64::from(group.unit_chips))
        }
    }

    /// Whether units of a kind that draw so many watts each can be had.
    fn fits_kind(&self, pool: &Pool, kind: usize, chips: u64, watts: f64) -> bool {
        if self.kind_chips[kind] < chips {
            return false;
        }
        let groups = &pool.kinds[kind];
        let unit_chips = groups
            .iter()
            .map(|g| pool.groups[*g as usize].unit_chips)
            .max()
            .unwrap_or(1);
        let site_w = chips.div_ceil(unit_chips.into()) as f64 * watts;
        site_w <= self.site_w * (1.0 + ROUNDING)
            && groups.iter().map(|g| self.cap(pool, *g as usize, watts)).sum::<u64>() >= chips
    }
}

/// Kinds that an ask may have, with what one unit of each would draw, W.
fn kinds_of(pool: &Pool, ask: &Ask, now: &Conditions<'_>) -> Vec<(usize, f64)> {
    let range = match ask.kind {
        Some(kind) => kind as usize..kind as usize + 1,
        None => 0..pool.kinds.len(),
    };
    let first = |kind: usize| pool.kinds.get(kind)?.first().map(|g| pool.groups[*g as usize].units[0]);
    range
        .filter_map(|kind| first(kind).map(|unit| (kind, now.watts(unit, ask.utilisation))))
        .collect()
}

fn fits(pool: &Pool, room: &Room, chips: u32, kinds: &[(usize, f64)]) -> bool {
    kinds
        .iter()
        .any(|(kind, watts)| room.fits_kind(pool, *kind, chips.into(), *watts))
}

/// How far the halls of a job lie apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    Hall,
    Building,
    Site,
}

/// A search for units at one time.
struct Search<'a> {
    pool: &'a Pool,
    policy: Policy,
    now: &'a Conditions<'a>,
    /// Mean inlet of each group, °C; empty where the policy does not ask for it.
    inlet_c: Vec<f64>,
}

impl<'a> Search<'a> {
    fn of(pool: &'a Pool, policy: Policy, now: &'a Conditions<'a>) -> Self {
        let mut search = Self {
            pool,
            policy,
            now,
            inlet_c: Vec::new(),
        };
        if policy == Policy::Coolest {
            let mean = |group: &Group| {
                group
                    .units
                    .iter()
                    .map(|u| f64::from(search.unit_inlet_c(*u)))
                    .sum::<f64>()
                    / group.units.len() as f64
            };
            search.inlet_c = pool.groups.iter().map(mean).collect();
        }
        search
    }

    fn unit_inlet_c(&self, unit: u32) -> f32 {
        self.now.unit_inlet_c.get(unit as usize).copied().unwrap_or(0.0)
    }

    /// Units for a job, of those that are free; the room says how much of each hall that is.
    fn units(&self, room: &Room, ask: &Ask, is_free: &dyn Fn(u32) -> bool) -> Option<Vec<u32>> {
        let need = u64::from(ask.chips.max(1));
        let kinds = kinds_of(self.pool, ask, self.now).into_iter();
        let mut found: Vec<(Reach, usize, Vec<u64>)> = kinds
            .filter(|(kind, watts)| room.fits_kind(self.pool, *kind, need, *watts))
            .map(|(kind, watts)| {
                let groups = &self.pool.kinds[kind];
                let caps: Vec<u64> = groups.iter().map(|g| room.cap(self.pool, *g as usize, watts)).collect();
                let reach = if caps.iter().any(|cap| *cap >= need) {
                    Reach::Hall
                } else if self.by_building(kind, &caps).iter().any(|cap| *cap >= need) {
                    Reach::Building
                } else {
                    Reach::Site
                };
                (reach, kind, caps)
            })
            .collect();
        // The kind whose units lie closest together.
        found.sort_by_key(|(reach, kind, _)| (*reach, *kind));
        found.into_iter().find_map(|(reach, kind, caps)| {
            let mut gather = Gather {
                search: self,
                room,
                groups: &self.pool.kinds[kind],
                caps,
                is_free,
                utilisation: ask.utilisation,
                need,
                site_w: room.site_w * (1.0 + ROUNDING),
                units: Vec::new(),
            };
            gather.all(reach, kind);
            (gather.need == 0).then_some(gather.units)
        })
    }

    /// Units for a job where some are free or not other than by the pool.
    fn units_changed(&self, room: &Room, ask: &Ask, changed: &[Option<bool>]) -> Option<Vec<u32>> {
        self.units(room, ask, &|u| {
            changed[u as usize].unwrap_or_else(|| self.pool.is_free(u as usize))
        })
    }

    /// Chips that each building can give, of those that the groups of a kind can.
    fn by_building(&self, kind: usize, caps: &[u64]) -> Vec<u64> {
        let mut out = vec![0; self.pool.near.len()];
        for (g, cap) in self.pool.kinds[kind].iter().zip(caps) {
            out[self.pool.groups[*g as usize].building] += cap;
        }
        out
    }

    /// What the policy would have small, of a group.
    fn key(&self, room: &Room, g: usize) -> f64 {
        match self.policy {
            Policy::FirstFit => g as f64,
            Policy::Pack => room.chips[g] as f64,
            Policy::Spread => -(room.chips[g] as f64),
            Policy::Coolest => self.inlet_c[g],
            Policy::Headroom => -room.hall_w[self.pool.groups[g].hall],
        }
    }
}

/// Units on their way to a job.
struct Gather<'a> {
    search: &'a Search<'a>,
    room: &'a Room,
    /// Groups of the kind in question, and the chips that each can give.
    groups: &'a [u32],
    caps: Vec<u64>,
    is_free: &'a dyn Fn(u32) -> bool,
    utilisation: f64,
    /// Chips that are wanted yet.
    need: u64,
    /// Power that is left on the site, W.
    site_w: f64,
    units: Vec<u32>,
}

impl Gather<'_> {
    fn all(&mut self, reach: Reach, kind: usize) {
        let pool = self.search.pool;
        let seed = match reach {
            Reach::Hall => {
                let Some(k) = self.best(|_| true) else { return };
                self.take(k);
                pool.groups[self.groups[k] as usize].building
            }
            Reach::Building | Reach::Site => {
                let caps = self.search.by_building(kind, &self.caps);
                let Some(seed) = self.seed(&caps) else { return };
                seed
            }
        };
        // One building is enough but where units of one kind draw differently.
        for (building, _) in &pool.near[seed] {
            let inside = |g: &Group| g.building == *building as usize;
            while self.need > 0
                && let Some(k) = self.best(inside)
            {
                self.take(k);
            }
        }
    }

    /// The building from which the job spreads over the fewest, then over the nearest, then by policy.
    fn seed(&self, caps: &[u64]) -> Option<usize> {
        let pool = self.search.pool;
        let reach = |seed: usize| {
            let mut got = 0;
            for (count, (building, away_m)) in pool.near[seed].iter().enumerate() {
                got += caps[*building as usize];
                if got >= self.need {
                    return Some((count, *away_m));
                }
            }
            None
        };
        let seeds = (0..caps.len()).filter(|seed| caps[*seed] > 0);
        let seeds =
            seeds.filter_map(|seed| reach(seed).map(|(count, away_m)| (count, away_m, self.key_of(seed), seed)));
        let least = seeds.min_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.total_cmp(&b.2)));
        least.map(|(.., seed)| seed)
    }

    /// What the policy would have small, of a building.
    fn key_of(&self, building: usize) -> f64 {
        let inside = |g: &&u32| self.search.pool.groups[**g as usize].building == building;
        let keys = self
            .groups
            .iter()
            .filter(inside)
            .map(|g| self.search.key(self.room, *g as usize));
        let (sum, count) = keys.fold((0.0, 0.0), |(sum, count), key| (sum + key, count + 1.0));
        match self.search.policy {
            Policy::Pack | Policy::Spread | Policy::Headroom => sum,
            Policy::FirstFit | Policy::Coolest => sum / count,
        }
    }

    /// The group that the policy takes next: of those that can give all that is wanted, or else of all that can give.
    fn best(&self, inside: impl Fn(&Group) -> bool) -> Option<usize> {
        let pool = self.search.pool;
        let can = |k: &usize| self.caps[*k] > 0 && inside(&pool.groups[self.groups[*k] as usize]);
        let enough = |k: &usize| self.caps[*k] >= self.need;
        let any_enough = (0..self.caps.len()).any(|k| can(&k) && enough(&k));
        let key = |k: usize| match self.search.policy {
            // A job over several halls fills as few as it can.
            Policy::Pack if !any_enough => -(self.caps[k] as f64),
            _ => self.search.key(self.room, self.groups[k] as usize),
        };
        (0..self.caps.len())
            .filter(|k| can(k) && (enough(k) || !any_enough))
            .min_by(|a, b| key(*a).total_cmp(&key(*b)))
    }

    /// Takes what is wanted from a group, as far as its hall and the site have power for it.
    fn take(&mut self, k: usize) {
        let search = self.search;
        let group = &search.pool.groups[self.groups[k] as usize];
        self.caps[k] = 0;
        let mut hall_w = self.room.hall_w[group.hall] * (1.0 + ROUNDING);
        let mut take = |this: &mut Self, u: u32| {
            let watts = search.now.watts(u, this.utilisation);
            if watts <= hall_w && watts <= this.site_w {
                hall_w -= watts;
                this.site_w -= watts;
                this.need = this.need.saturating_sub(search.pool.units[u as usize].chips.into());
                this.units.push(u);
            }
            this.need > 0
        };
        let free = group.units.iter().copied().filter(|u| (self.is_free)(*u));
        if search.policy == Policy::Coolest {
            let mut free: Vec<u32> = free.collect();
            free.sort_by(|a, b| search.unit_inlet_c(*a).total_cmp(&search.unit_inlet_c(*b)));
            let _ = free.into_iter().all(|u| take(self, u));
        } else {
            let _ = free.collect::<Vec<u32>>().into_iter().all(|u| take(self, u));
        }
    }
}

/// Units for a job, or none where there is no place for it now.
#[must_use]
pub fn place(pool: &Pool, job: &Ask, policy: Policy, now: &Conditions<'_>) -> Option<Vec<u32>> {
    if pool.free_chips(job.kind) < job.chips.into() {
        return None;
    }
    let room = Room::of(pool, now);
    Search::of(pool, policy, now).units(&room, job, &|u| pool.is_free(u as usize))
}

/// What the first that cannot start is promised: when, and what else is free then.
struct Reservation {
    chips: u32,
    kinds: Vec<(usize, f64)>,
    at_s: f64,
    room: Room,
}

impl Reservation {
    /// Whether, by chips alone, another job may run until a time and leave what is promised.
    fn may_leave(&self, other: &Ask, ends_s: f64) -> bool {
        let free = &self.room.kind_chips;
        let mut kinds = (0..free.len()).filter(|kind| other.kind.is_none_or(|k| k as usize == *kind));
        ends_s <= self.at_s
            || kinds.any(|kind| {
                self.kinds.iter().any(|(own, _)| {
                    let taken = if *own == kind { other.chips } else { 0 };
                    free[*own] >= u64::from(self.chips) + u64::from(taken)
                })
            })
    }
}

/// Which jobs start now, and which make way for them.
///
/// By priority, then by the time since when they wait. The first that finds no place may have the units of jobs of
/// strictly lower priority that are preemptible: the lowest priority first, then the youngest, and none that is not
/// needed. If that is not enough it is promised the time at which, by what owners say, enough will have ended; with
/// `backfill`, others may start before it where they end by then or leave it its place (EASY: Lifka 1995). One that
/// would not find a place even then is promised nothing and holds up nobody.
#[must_use]
pub fn schedule(
    pool: &Pool,
    waiting: &[Waiting],
    running: &[Running<'_>],
    policy: Policy,
    backfill: bool,
    now_s: f64,
    now: &Conditions<'_>,
) -> Vec<Decision> {
    let Some(highest) = waiting.iter().map(|job| job.priority).max() else {
        return Vec::new();
    };
    let preempts = running.iter().any(|job| job.preemptible && job.priority < highest);
    if pool.free_units() == 0 && !preempts {
        return Vec::new();
    }
    let mut order: Vec<usize> = (0..waiting.len()).collect();
    order.sort_by(|a, b| {
        let (a, b) = (&waiting[*a], &waiting[*b]);
        b.priority.cmp(&a.priority).then(a.submit_s.total_cmp(&b.submit_s))
    });
    let mut plan = Plan {
        search: Search::of(pool, policy, now),
        running,
        gone: vec![false; running.len()],
        room: Room::of(pool, now),
        changed: vec![None; pool.units.len()],
        started: Vec::new(),
        failed: Vec::new(),
        decisions: Vec::new(),
        now_s,
    };
    let mut promised: Option<Reservation> = None;
    for i in order {
        let job = &waiting[i];
        if let Some(promised) = &mut promised {
            if promised.may_leave(&job.ask, now_s + job.asked_s)
                && let Some(units) = plan.units(&job.ask)
                && plan.leaves_its_place(job, &units, promised)
            {
                plan.start(i, job, units);
            }
            if plan.room.units.iter().all(|units| *units == 0) {
                break;
            }
        } else if let Some(units) = plan.units(&job.ask).or_else(|| plan.preempt(job)) {
            plan.start(i, job, units);
        } else {
            promised = plan.reserve(&job.ask);
            if !backfill {
                break;
            }
        }
    }
    plan.decisions
}

/// Decisions in the making, with what they leave.
struct Plan<'a> {
    search: Search<'a>,
    running: &'a [Running<'a>],
    /// Which of those that run make way.
    gone: Vec<bool>,
    room: Room,
    /// Units that are free or not other than by the pool.
    changed: Vec<Option<bool>>,
    /// Place in `decisions`, end and utilisation of those that start.
    started: Vec<(usize, f64, f64)>,
    /// Asks for which there was no place; larger ones of their kind have none either.
    failed: Vec<Ask>,
    decisions: Vec<Decision>,
    now_s: f64,
}

impl Plan<'_> {
    fn units(&mut self, ask: &Ask) -> Option<Vec<u32>> {
        let smaller = |failed: &Ask| {
            failed.kind == ask.kind && failed.chips <= ask.chips && failed.utilisation <= ask.utilisation
        };
        if self.failed.iter().any(smaller) {
            return None;
        }
        let units = self.search.units_changed(&self.room, ask, &self.changed);
        if units.is_none() {
            self.failed.push(*ask);
        }
        units
    }

    fn start(&mut self, i: usize, job: &Waiting, units: Vec<u32>) {
        self.room
            .take(self.search.pool, &units, job.ask.utilisation, self.search.now);
        for u in &units {
            self.changed[*u as usize] = Some(false);
        }
        self.started
            .push((self.decisions.len(), self.now_s + job.asked_s, job.ask.utilisation));
        self.decisions.push(Decision::Start { waiting: i, units });
    }

    /// Whether a job that starts now keeps a promise.
    fn leaves_its_place(&self, job: &Waiting, units: &[u32], promised: &mut Reservation) -> bool {
        if self.now_s + job.asked_s <= promised.at_s {
            return true;
        }
        let mut then = promised.room.clone();
        then.take(self.search.pool, units, job.ask.utilisation, self.search.now);
        let fits = fits(self.search.pool, &then, promised.chips, &promised.kinds);
        if fits {
            promised.room = then;
        }
        fits
    }

    /// Makes way for a job of higher priority: its units.
    fn preempt(&mut self, job: &Waiting) -> Option<Vec<u32>> {
        let (pool, now) = (self.search.pool, self.search.now);
        let running = self.running;
        let mut can: Vec<usize> = (0..running.len())
            .filter(|r| !self.gone[*r] && running[*r].preemptible && running[*r].priority < job.priority)
            .collect();
        can.sort_by(|a, b| {
            let (a, b) = (&running[*a], &running[*b]);
            a.priority.cmp(&b.priority).then(b.started_s.total_cmp(&a.started_s))
        });
        let kinds = kinds_of(pool, &job.ask, now);
        let mut room = self.room.clone();
        let enough = can.iter().position(|r| {
            room.give_back(pool, running[*r].units, running[*r].utilisation, now, false);
            fits(pool, &room, job.ask.chips, &kinds)
        })?;
        can.truncate(enough + 1);
        // Some are of no use, such as those in another kind of rack: the last that would go is the first that stays.
        let mut needed = Vec::new();
        for r in can.into_iter().rev() {
            room.give_back(pool, running[r].units, running[r].utilisation, now, true);
            if !fits(pool, &room, job.ask.chips, &kinds) {
                room.give_back(pool, running[r].units, running[r].utilisation, now, false);
                needed.push(r);
            }
        }
        needed.reverse();
        let mut changed = self.changed.clone();
        for u in needed.iter().flat_map(|r| running[*r].units) {
            changed[*u as usize] = Some(!pool.down[*u as usize]);
        }
        let units = self.search.units_changed(&room, &job.ask, &changed)?;
        (self.room, self.changed) = (room, changed);
        self.failed.clear();
        for r in needed {
            self.gone[r] = true;
            self.decisions.push(Decision::Preempt { slot: running[r].slot });
        }
        Some(units)
    }

    /// What a job that cannot start is promised; none where it would not find a place when all has ended.
    fn reserve(&self, ask: &Ask) -> Option<Reservation> {
        let (pool, now) = (self.search.pool, self.search.now);
        let mut ends: Vec<(f64, f64, &[u32])> = Vec::new();
        for (job, _) in self.running.iter().zip(&self.gone).filter(|(_, gone)| !**gone) {
            // One that has run past what its owner said may end at any moment.
            ends.push((job.ends_s.max(self.now_s), job.utilisation, job.units));
        }
        for (decision, ends_s, utilisation) in &self.started {
            if let Decision::Start { units, .. } = &self.decisions[*decision] {
                ends.push((*ends_s, *utilisation, units));
            }
        }
        ends.retain(|(ends_s, ..)| ends_s.is_finite());
        ends.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let mut promised = Reservation {
            chips: ask.chips,
            kinds: kinds_of(pool, ask, now),
            at_s: self.now_s,
            room: self.room.clone(),
        };
        let mut ends = ends.into_iter().peekable();
        loop {
            while let Some((_, utilisation, units)) = ends.next_if(|(ends_s, ..)| *ends_s <= promised.at_s) {
                promised.room.give_back(pool, units, utilisation, now, false);
            }
            if fits(pool, &promised.room, promised.chips, &promised.kinds) {
                return Some(promised);
            }
            promised.at_s = ends.peek()?.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::load::load_site;
    use crate::site::texts::NoFiles;
    use proptest::prelude::*;

    /// Two buildings by two halls, and two further off; four rows a hall of four units; every third row is of a kind
    /// with units of 9 chips, the others of 4.
    fn pool() -> Pool {
        let mut units: Vec<Unit> = Vec::new();
        for hall in 0..8_u32 {
            for row in 0..4 {
                let kind = u32::from(row == 2);
                for _ in 0..4 {
                    let first = units.len() * 2;
                    units.push(Unit {
                        chips: if kind == 1 { 9 } else { 4 },
                        kind,
                        row: hall * 4 + row,
                        hall,
                        building: hall / 2,
                        racks: first..first + 2,
                    });
                }
            }
        }
        Pool::new(units, &[[0.0, 0.0], [100.0, 0.0], [0.0, 900.0], [100.0, 900.0]])
    }

    fn ask(chips: u32) -> Ask {
        Ask {
            chips,
            kind: Some(0),
            utilisation: 1.0,
        }
    }

    fn halls(pool: &Pool, units: &[u32]) -> Vec<u32> {
        let mut halls: Vec<u32> = units.iter().map(|u| pool.units[*u as usize].hall).collect();
        halls.sort_unstable();
        halls.dedup();
        halls
    }

    fn of_hall(pool: &Pool, hall: u32, count: usize) -> Vec<u32> {
        let units = 0..pool.units.len() as u32;
        let inside = |u: &u32| pool.units[*u as usize].hall == hall && pool.units[*u as usize].kind == 0;
        units.filter(inside).take(count).collect()
    }

    #[test]
    fn the_campus_is_made_of_units() {
        let site = load_site(&NoFiles, "builtin:rainier", None).expect("is right");
        let pool = Pool::of(&site.campus);
        assert_eq!(pool.units.len(), 16_384);
        assert!(pool.units.iter().all(|unit| unit.chips == 64 && unit.racks.len() == 2));
        assert_eq!(pool.free_chips(None), site.campus.chips() as u64);
        assert_eq!(pool.unit_of(32_767), Some(16_383));
        assert_eq!(pool.unit_of(32_768), None);
        // A job over several buildings gets neighbours.
        let units = place(&pool, &ask(3 * 65_536), Policy::Pack, &Conditions::NONE).expect("fits");
        let mut buildings: Vec<u32> = units.iter().map(|u| pool.units[*u as usize].building).collect();
        buildings.dedup();
        let at = |b: &u32| site.campus.buildings[*b as usize].rect.at_m;
        assert_eq!(buildings.len(), 3);
        for b in &buildings[1..] {
            let ([x, y], [x0, y0]) = (at(b), at(&buildings[0]));
            assert!(crate::num::hypot(x - x0, y - y0) <= 280.0);
        }
        let hybrid = load_site(&NoFiles, "builtin:hybrid", None).expect("is right");
        let pool = Pool::of(&hybrid.campus);
        assert_eq!(pool.free_chips(None), hybrid.campus.chips() as u64);
        let kinds = kinds_with(&hybrid.campus, &hybrid.campus.rack_kinds[1].server.chip);
        assert!(kinds.contains(&1));
    }

    #[test]
    fn each_policy_takes_its_hall() {
        let mut pool = pool();
        pool.take(&of_hall(&pool, 3, 8), 1);
        pool.take(&of_hall(&pool, 1, 4), 2);
        pool.take(&of_hall(&pool, 0, 1), 3);
        let mut inlet_c = vec![25.0; pool.units.len()];
        for u in of_hall(&pool, 5, 12) {
            inlet_c[u as usize] = 22.0 - f64::from(u % 3) as f32;
        }
        let mut headroom_w = [1e6; 8];
        headroom_w[6] = 2e6;
        let now = Conditions {
            unit_inlet_c: &inlet_c,
            hall_headroom_w: &headroom_w,
            ..Conditions::NONE
        };
        let hall = |chips, policy| halls(&pool, &place(&pool, &ask(chips), policy, &now).expect("fits"));
        assert_eq!(hall(8, Policy::FirstFit), [0]);
        assert_eq!(hall(8, Policy::Pack), [3]);
        assert_eq!(hall(20, Policy::Pack), [1], "hall 3 has room for 16 chips");
        assert_eq!(hall(8, Policy::Spread), [2]);
        assert_eq!(hall(8, Policy::Coolest), [5]);
        assert_eq!(hall(8, Policy::Headroom), [6]);
        let units = place(&pool, &ask(16), Policy::Coolest, &now).expect("fits");
        assert!(
            units.iter().all(|u| inlet_c[*u as usize] == 20.0),
            "the coolest units of the hall"
        );
        assert_eq!(hall(80, Policy::Pack), [4, 5], "one building holds it");
        assert_eq!(hall(80, Policy::FirstFit), [4, 5]);
        // Two of the four buildings hold it; those that stand together are taken.
        assert_eq!(hall(180, Policy::FirstFit), [4, 5, 6, 7]);
    }

    #[test]
    fn limits_hold_a_job_back() {
        let pool = pool();
        let headroom_w = [2_500.0; 8];
        let cool_w = [9_000.0, 9_000.0, 1_500.0, 9_000.0, 9_000.0, 9_000.0, 9_000.0, 0.0];
        let watts = |_: usize, utilisation: f64| 1_000.0 * utilisation;
        let mut now = Conditions {
            hall_headroom_w: &headroom_w,
            hall_cool_w: &cool_w,
            unit_w: &watts,
            ..Conditions::NONE
        };
        // Two units in each of six halls, one in hall 2 and none in hall 7.
        assert_eq!(place(&pool, &ask(13 * 4), Policy::Pack, &now).expect("fits").len(), 13);
        assert_eq!(place(&pool, &ask(14 * 4), Policy::Pack, &now), None);
        assert_eq!(
            place(&pool, &ask(8), Policy::FirstFit, &now).map(|units| halls(&pool, &units)),
            Some(vec![0])
        );
        let gentle = Ask {
            utilisation: 0.5,
            ..ask(20)
        };
        assert_eq!(
            place(&pool, &gentle, Policy::FirstFit, &now).map(|units| halls(&pool, &units)),
            Some(vec![0])
        );
        now.site_headroom_w = 5_000.0;
        assert!(place(&pool, &ask(5 * 4), Policy::Pack, &now).is_some());
        assert_eq!(place(&pool, &ask(6 * 4), Policy::Pack, &now), None);
    }

    fn waiting(chips: u32, priority: i32, submit_s: f64, asked_s: f64) -> Waiting {
        Waiting {
            ask: ask(chips),
            priority,
            submit_s,
            asked_s,
        }
    }

    fn running(slot: u32, units: &[u32], ends_s: f64) -> Running<'_> {
        Running {
            slot,
            priority: 0,
            preemptible: true,
            started_s: 0.0,
            ends_s,
            utilisation: 1.0,
            units,
        }
    }

    /// Starts and preemptions as short words.
    fn told(decisions: &[Decision]) -> Vec<String> {
        let word = |decision: &Decision| match decision {
            Decision::Start { waiting, units } => format!("start {waiting} on {}", units.len()),
            Decision::Preempt { slot } => format!("preempt {slot}"),
        };
        decisions.iter().map(word).collect()
    }

    #[test]
    fn backfill_keeps_the_promise_to_the_first() {
        let mut pool = pool();
        // Of 96 units, 46 end at 100 s and 40 at 500 s; 10 are free.
        let all: Vec<u32> = (0..8).flat_map(|hall| of_hall(&pool, hall, 12)).collect();
        let (short, long) = (all[..46].to_vec(), all[46..86].to_vec());
        pool.take(&short, 0);
        pool.take(&long, 1);
        let runs = [running(0, &short, 100.0), running(1, &long, 500.0)];
        let jobs = [
            waiting(50 * 4, 0, 0.0, 1_000.0), // Waits for 100 s, which leaves 6 units.
            waiting(4 * 4, 0, 1.0, 200.0),    // Ends later, but within the 6.
            waiting(3 * 4, 0, 2.0, 101.0),    // Ends later, and 2 are left.
            waiting(3 * 4, 0, 3.0, 100.0),    // Ends in time.
            waiting(2 * 4, 5, 4.0, 1e9),      // Comes before all.
            waiting(2 * 4, 0, 5.0, 1e9),
        ];
        let decisions = schedule(&pool, &jobs, &runs, Policy::Pack, true, 0.0, &Conditions::NONE);
        assert_eq!(told(&decisions), ["start 4 on 2", "start 1 on 4", "start 3 on 3"]);
        // One that can never run holds up nobody.
        let jobs = [waiting(97 * 4, 0, 0.0, 10.0), waiting(10 * 4, 0, 1.0, 1e9)];
        let decisions = schedule(&pool, &jobs, &runs, Policy::Pack, true, 0.0, &Conditions::NONE);
        assert_eq!(told(&decisions), ["start 1 on 10"]);
    }

    #[test]
    fn preemption_takes_the_youngest_and_no_more_than_needed() {
        let mut pool = pool();
        let all: Vec<u32> = (0..8).flat_map(|hall| of_hall(&pool, hall, 12)).collect();
        let other: Vec<u32> = (0..pool.units.len() as u32).filter(|u| !all.contains(u)).collect();
        let parts = [&all[..30], &all[30..60], &all[60..62], &all[62..96], &other];
        for (slot, units) in parts.iter().enumerate() {
            pool.take(units, slot as u32);
        }
        let run = |slot: usize, priority, preemptible, started_s| Running {
            priority,
            preemptible,
            started_s,
            ..running(slot as u32, parts[slot], 1e6)
        };
        let runs = [
            run(0, 1, true, 10.0),
            run(1, 1, true, 20.0),
            run(2, 1, true, 30.0),
            run(3, 1, false, 40.0),
            run(4, 0, true, 50.0), // Of the other kind.
        ];
        let at = |priority, units: u32| {
            let jobs = [waiting(units * 4, priority, 0.0, 60.0)];
            told(&schedule(
                &pool,
                &jobs,
                &runs,
                Policy::Pack,
                true,
                100.0,
                &Conditions::NONE,
            ))
        };
        assert_eq!(at(1, 2), [""; 0], "of the same priority");
        assert_eq!(at(2, 2), ["preempt 2", "start 0 on 2"]);
        assert_eq!(
            at(2, 3),
            ["preempt 1", "start 0 on 3"],
            "the two of slot 2 would not help"
        );
        assert_eq!(at(2, 62), ["preempt 2", "preempt 1", "preempt 0", "start 0 on 62"]);
        assert_eq!(at(2, 63), [""; 0], "one is not preemptible");
    }

    const POLICIES: [Policy; 5] = Policy::ALL;

    /// Chips of a kind that can be placed at so many watts a unit, counted one by one.
    fn most_chips(pool: &Pool, kind: u32, watts: f64, hall_w: &[f64]) -> u64 {
        let mut left = hall_w.to_vec();
        let mut chips = 0;
        for (u, unit) in pool.units.iter().enumerate() {
            if unit.kind == kind && pool.is_free(u) && left[unit.hall as usize] >= watts {
                left[unit.hall as usize] -= watts;
                chips += u64::from(unit.chips);
            }
        }
        chips
    }

    proptest! {
        #[test]
        fn counts_follow_what_is_taken_and_given(steps in proptest::collection::vec((0_u32..128, 0..4), 0..200)) {
            let mut pool = pool();
            for (u, what) in steps {
                match what {
                    0 => pool.take(&[u], u),
                    1 => pool.give_back(&[u]),
                    2 => pool.set_down(u as usize, true),
                    _ => pool.set_down(u as usize, false),
                }
            }
            for kind in 0..2 {
                prop_assert_eq!(pool.free_chips(Some(kind)), most_chips(&pool, kind, 0.0, &[0.0; 8]));
            }
            prop_assert_eq!(pool.free_units() as usize, (0..128).filter(|u| pool.is_free(*u)).count());
        }

        /// A place is found where there is one, and it is within all limits.
        #[test]
        fn a_place_is_whole_and_within_limits(
            used in proptest::collection::vec(0..3, 128),
            hall_w in proptest::collection::vec(-1e3..15e3_f64, 8),
            cool_w in proptest::collection::vec(0.0..15e3_f64, 8),
            site_w in 0.0..150e3_f64,
            chips in 1_u32..400,
            kind in proptest::option::of(0_u32..2),
            utilisation in 0.1..1.0_f64,
            policy in proptest::sample::select(&POLICIES[..]),
            uneven in 0.0..500.0_f64,
        ) {
            let mut pool = pool();
            for (u, what) in used.iter().enumerate() {
                match what {
                    0 => pool.take(&[u as u32], 7),
                    1 => pool.set_down(u, u % 2 == 0),
                    _ => {}
                }
            }
            let watts = |u: usize, x: f64| 1_000.0 * x + uneven * (u % 3) as f64;
            let inlet_c: Vec<f32> = (0..128).map(|u| 20.0 + (u * 37 % 11) as f32).collect();
            for even in [false, true] {
                let even_watts = |_: usize, x: f64| 1_000.0 * x;
                let now = Conditions {
                    unit_inlet_c: &inlet_c,
                    hall_headroom_w: &hall_w,
                    unit_w: if even { &even_watts } else { &watts },
                    hall_cool_w: &cool_w,
                    site_headroom_w: site_w,
                };
                let job = Ask { chips, kind, utilisation };
                let found = place(&pool, &job, policy, &now);
                if even {
                    let hall_w: Vec<f64> = hall_w.iter().zip(&cool_w).map(|(a, b)| a.min(*b)).collect();
                    let w = 1_000.0 * utilisation;
                    let can = (0..2_u32).filter(|k| kind.is_none_or(|kind| kind == *k)).any(|k| {
                        let units = chips.div_ceil(if k == 1 { 9 } else { 4 });
                        most_chips(&pool, k, w, &hall_w) >= chips.into() && f64::from(units) * w <= site_w
                    });
                    prop_assert_eq!(found.is_some(), can);
                }
                let Some(units) = found else { continue };
                let mut seen = units.clone();
                seen.sort_unstable();
                seen.dedup();
                prop_assert_eq!(seen.len(), units.len(), "no unit twice");
                prop_assert!(units.iter().all(|u| pool.is_free(*u as usize)));
                let first = &pool.units[units[0] as usize];
                prop_assert!(units.iter().all(|u| pool.units[*u as usize].kind == first.kind));
                prop_assert!(kind.is_none_or(|kind| kind == first.kind));
                let got: u32 = units.iter().map(|u| pool.units[*u as usize].chips).sum();
                prop_assert!(got >= chips && got < chips + first.chips, "{} for {}", got, chips);
                let draw = |u: &u32| (now.unit_w)(*u as usize, utilisation);
                for hall in 0..8 {
                    let inside = units.iter().filter(|u| pool.units[**u as usize].hall == hall as u32);
                    let sum: f64 = inside.map(draw).sum();
                    prop_assert!(sum == 0.0 || sum <= hall_w[hall].min(cool_w[hall]) + 1e-6);
                }
                prop_assert!(units.iter().map(draw).sum::<f64>() <= site_w + 1e-6);
            }
        }
    }

    /// A campus in which jobs run exactly as long as they said, from event to event.
    struct Trial {
        pool: Pool,
        running: Vec<(u32, Waiting, f64, Vec<u32>)>,
        waiting: Vec<(u32, Waiting)>,
        hall_w: f64,
        policy: Policy,
    }

    impl Trial {
        /// When the job of a slot starts.
        fn start_of(mut self, slot: u32) -> Option<f64> {
            let mut now_s = 0.0;
            let watts = |_: usize, utilisation: f64| 1_024.0 * utilisation;
            loop {
                let mut hall_w = [self.hall_w; 8];
                for (_, job, _, units) in &self.running {
                    for u in units {
                        hall_w[self.pool.units[*u as usize].hall as usize] -= watts(0, job.ask.utilisation);
                    }
                }
                assert!(hall_w.iter().all(|left| *left >= 0.0), "limits are kept");
                let now = Conditions {
                    hall_headroom_w: &hall_w,
                    unit_w: &watts,
                    ..Conditions::NONE
                };
                let waiting: Vec<Waiting> = self.waiting.iter().map(|(_, job)| *job).collect();
                let running: Vec<Running<'_>> = self
                    .running
                    .iter()
                    .map(|(slot, job, ends_s, units)| Running {
                        preemptible: false,
                        utilisation: job.ask.utilisation,
                        ..super::tests::running(*slot, units, *ends_s)
                    })
                    .collect();
                let decisions = schedule(&self.pool, &waiting, &running, self.policy, true, now_s, &now);
                let mut started = Vec::new();
                for decision in decisions {
                    let Decision::Start { waiting: i, units } = decision else {
                        panic!("nobody makes way")
                    };
                    let (slot, job) = self.waiting[i];
                    assert!(
                        units.iter().all(|u| self.pool.is_free(*u as usize)),
                        "no unit is used twice"
                    );
                    self.pool.take(&units, slot);
                    self.running.push((slot, job, now_s + job.asked_s, units));
                    started.push(slot);
                }
                if started.contains(&slot) {
                    return Some(now_s);
                }
                self.waiting.retain(|(slot, _)| !started.contains(slot));
                now_s = self
                    .running
                    .iter()
                    .map(|(.., ends_s, _)| *ends_s)
                    .min_by(f64::total_cmp)?;
                for (.., units) in self.running.iter().filter(|(.., ends_s, _)| *ends_s <= now_s) {
                    self.pool.give_back(units);
                }
                self.running.retain(|(.., ends_s, _)| *ends_s > now_s);
            }
        }
    }

    fn a_job() -> impl Strategy<Value = Waiting> {
        let kind = proptest::option::of(0_u32..2);
        (1_u32..300, kind, 0..3_i32, 1_u32..50, 1..5_i32).prop_map(|(chips, kind, priority, asked, use_)| Waiting {
            ask: Ask {
                chips,
                kind,
                utilisation: f64::from(use_) / 4.0,
            },
            priority,
            submit_s: 0.0,
            asked_s: f64::from(asked),
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        /// The first that waits starts no later than it would if those behind it were not there.
        #[test]
        fn backfill_never_delays_the_first(
            runs in proptest::collection::vec(a_job(), 1..12),
            jobs in proptest::collection::vec(a_job(), 2..15),
            units_of_a_hall in 4_u32..17,
            policy in proptest::sample::select(&POLICIES[..]),
        ) {
            let hall_w = 1_024.0 * f64::from(units_of_a_hall);
            let start = |waiting: Vec<(u32, Waiting)>, slot: u32| {
                let mut trial = Trial { pool: pool(), running: Vec::new(), waiting, hall_w, policy };
                let mut hall_left_w = [hall_w; 8];
                for (k, job) in runs.iter().enumerate() {
                    let watts = |_: usize, utilisation: f64| 1_024.0 * utilisation;
                    let now = Conditions { hall_headroom_w: &hall_left_w, unit_w: &watts, ..Conditions::NONE };
                    let Some(units) = place(&trial.pool, &job.ask, policy, &now) else { continue };
                    let slot = 100 + k as u32;
                    for u in &units {
                        hall_left_w[trial.pool.units[*u as usize].hall as usize] -= 1_024.0 * job.ask.utilisation;
                    }
                    trial.pool.take(&units, slot);
                    trial.running.push((slot, *job, job.asked_s, units));
                }
                trial.start_of(slot)
            };
            let mut jobs: Vec<(u32, Waiting)> = jobs.into_iter().enumerate().map(|(k, job)| (k as u32, job)).collect();
            jobs.sort_by_key(|(_, job)| -job.priority);
            // The first that does not start at once, all before it being there.
            let head = (0..jobs.len()).find(|k| start(jobs[..=*k].to_vec(), jobs[*k].0) != Some(0.0));
            if let Some(k) = head {
                let alone = start(jobs[..=k].to_vec(), jobs[k].0);
                if let Some(alone) = alone {
                    let among_others = start(jobs.clone(), jobs[k].0);
                    prop_assert!(among_others.is_some_and(|t| t <= alone), "{:?} after {}", among_others, alone);
                }
            }
        }

        /// Only those of lower priority make way, only for one that starts, and limits hold then too.
        #[test]
        fn preemption_touches_only_lower_priority(
            runs in proptest::collection::vec((a_job(), any::<bool>(), 0_u32..9), 1..14),
            jobs in proptest::collection::vec(a_job(), 1..8),
            policy in proptest::sample::select(&POLICIES[..]),
        ) {
            let mut pool = pool();
            let mut parts = Vec::new();
            for (slot, (job, ..)) in runs.iter().enumerate() {
                let units = place(&pool, &job.ask, policy, &Conditions::NONE).unwrap_or_default();
                pool.take(&units, slot as u32);
                parts.push(units);
            }
            let running: Vec<Running<'_>> = runs.iter().zip(&parts).enumerate().map(|(slot, ((job, yields, at), units))| Running {
                priority: job.priority,
                preemptible: *yields,
                started_s: f64::from(*at),
                ..running(slot as u32, units, 100.0)
            }).collect();
            let decisions = schedule(&pool, &jobs, &running, policy, true, 10.0, &Conditions::NONE);
            let mut making_way: Vec<u32> = Vec::new();
            let mut started = Vec::new();
            for decision in &decisions {
                match decision {
                    Decision::Preempt { slot } => {
                        prop_assert!(running[*slot as usize].preemptible);
                        making_way.push(*slot);
                        pool.give_back(running[*slot as usize].units);
                    }
                    Decision::Start { waiting, units } => {
                        prop_assert!(!started.contains(waiting));
                        started.push(*waiting);
                        for slot in making_way.drain(..) {
                            prop_assert!(running[slot as usize].priority < jobs[*waiting].priority);
                            prop_assert!(!running[slot as usize].units.is_empty(), "one without units helps nobody");
                        }
                        prop_assert!(units.iter().all(|u| pool.is_free(*u as usize)));
                        pool.take(units, 1_000);
                        let got: u32 = units.iter().map(|u| pool.units[*u as usize].chips).sum();
                        prop_assert!(got >= jobs[*waiting].ask.chips);
                    }
                }
            }
            prop_assert!(making_way.is_empty(), "someone starts for those that made way");
        }
    }
}
