//! Where jobs stand and which goes next: units of one kind near each other, within the power and cooling that is left,
//! by a policy; priorities, backfill and preemption.
//!
//! Free units are counted hall by hall as they are taken and given back, so that a place is chosen among halls, not
//! among units.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::choice;
use crate::site::Campus;

/// Nobody's: the mark of a free unit in [`Pool::used_by`].
pub const FREE: u32 = u32::MAX;

/// Rounding that limits forgive, of their size.
const ROUNDING: f64 = 1e-12;

/// The least that a job gets: racks that belong together, such as the two of an UltraServer.
#[derive(Debug, Clone, PartialEq, Eq)]
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
#[derive(Debug, Clone)]
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
#[derive(Debug, Clone)]
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

/// What is free at a time: units and chips of each group, power of each hall and of the site.
#[derive(Debug, Clone)]
struct Room {
    units: Vec<u32>,
    chips: Vec<u64>,
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
            // What a unit draws it also heats, so that the smaller of the two is what is left.
            hall_w: (0..halls)
                .map(|hall| left(now.hall_headroom_w, hall).min(left(now.hall_cool_w, hall)))
                .collect(),
            site_w: now.site_headroom_w,
        }
    }

    fn take(&mut self, pool: &Pool, units: &[u32], utilisation: f64, now: &Conditions<'_>) {
        for u in units {
            let g = pool.group(*u);
            self.units[g] -= 1;
            self.chips[g] -= u64::from(pool.units[*u as usize].chips);
            let watts = now.watts(*u, utilisation);
            self.hall_w[pool.groups[g].hall] -= watts;
            self.site_w -= watts;
        }
    }

    /// Gives back what a job would: units that are down stay so, and of like neighbours one says what they draw.
    fn give_back(&mut self, pool: &Pool, units: &[u32], utilisation: f64, now: &Conditions<'_>) {
        let mut last = (usize::MAX, 0.0);
        for u in units {
            let g = pool.group(*u);
            if last.0 != g {
                last = (g, now.watts(*u, utilisation));
            }
            if !pool.down[*u as usize] {
                self.units[g] += 1;
                self.chips[g] += u64::from(pool.units[*u as usize].chips);
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
        let groups = pool.kinds.get(kind).map_or(&[][..], Vec::as_slice);
        let free: u64 = groups.iter().map(|g| self.chips[*g as usize]).sum();
        if free < chips {
            return false;
        }
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

/// Which jobs start now, and which make way for them.
///
/// By priority, then by the time since when they wait. The first that finds no place may have the units of jobs of
/// strictly lower priority that are preemptible: the lowest priority first, then the youngest, and none that is not
/// needed. If that is not enough it is promised the time at which, by what owners say, enough will have ended; others
/// may start before it where they end by then or leave it its place (EASY backfill: Lifka 1995). One that would not
/// find a place even then is promised nothing and holds up nobody.
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
        is_free: (0..pool.units.len()).map(|unit| pool.is_free(unit)).collect(),
        started: Vec::new(),
        failed: Vec::new(),
        decisions: Vec::new(),
        now_s,
    };
    let mut promised: Option<Reservation> = None;
    for i in order {
        let job = &waiting[i];
        let units = plan.units(&job.ask);
        if let Some(promised) = &mut promised {
            if let Some(units) = units
                && plan.leaves_its_place(job, &units, promised)
            {
                plan.start(i, job, units);
            }
            if plan.room.units.iter().all(|units| *units == 0) {
                break;
            }
        } else if let Some(units) = units.or_else(|| plan.preempt(job)) {
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
    is_free: Vec<bool>,
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
        let units = self.search.units(&self.room, ask, &|u| self.is_free[u as usize]);
        if units.is_none() {
            self.failed.push(*ask);
        }
        units
    }

    fn start(&mut self, i: usize, job: &Waiting, units: Vec<u32>) {
        self.room
            .take(self.search.pool, &units, job.ask.utilisation, self.search.now);
        for u in &units {
            self.is_free[*u as usize] = false;
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
            room.give_back(pool, running[*r].units, running[*r].utilisation, now);
            fits(pool, &room, job.ask.chips, &kinds)
        })?;
        can.truncate(enough + 1);
        // Some were of no use, such as those in another kind of rack: the last that would go is the first that stays.
        let mut needed: Vec<usize> = can.clone();
        for spared in can.iter().rev() {
            let without: Vec<usize> = needed.iter().copied().filter(|r| r != spared).collect();
            let mut room = self.room.clone();
            for r in &without {
                room.give_back(pool, running[*r].units, running[*r].utilisation, now);
            }
            if fits(pool, &room, job.ask.chips, &kinds) {
                needed = without;
            }
        }
        let mut room = self.room.clone();
        let mut is_free = self.is_free.clone();
        for r in &needed {
            room.give_back(pool, running[*r].units, running[*r].utilisation, now);
            for u in running[*r].units {
                is_free[*u as usize] = !pool.down[*u as usize];
            }
        }
        let units = self.search.units(&room, &job.ask, &|u| is_free[u as usize])?;
        (self.room, self.is_free) = (room, is_free);
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
        ends.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut promised = Reservation {
            chips: ask.chips,
            kinds: kinds_of(pool, ask, now),
            at_s: self.now_s,
            room: self.room.clone(),
        };
        let mut ends = ends.into_iter().peekable();
        loop {
            while let Some((_, utilisation, units)) = ends.next_if(|(ends_s, ..)| *ends_s <= promised.at_s) {
                promised.room.give_back(pool, units, utilisation, now);
            }
            if fits(pool, &promised.room, promised.chips, &promised.kinds) {
                return Some(promised);
            }
            promised.at_s = ends.peek()?.0;
        }
    }
}
