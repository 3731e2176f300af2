//! What colours racks and chips: the overlays, and what each says of a rack, read from the state of a simulation.
//!
//! The view draws it; tours name it. Kinds, such as which side feeds a rack, are numbers in the order of their list, the
//! gravest last, so that the gravest of many is the largest.

use std::borrow::Cow;

use bevy_ecs::world::World;
use jiff::civil::Date;

use crate::choice;
use crate::growth::Course;
use crate::sim::cooling::{Loops, WaterSupply};
use crate::sim::hall_meters::HallMeters;
use crate::sim::jobs::Jobs;
use crate::sim::meters::Meters;
use crate::sim::power::RackPower;
use crate::sim::power::gensets::Gensets;
use crate::sim::power::grid::Grid;
use crate::sim::state::{AhuColumns, ChipColumns, HallColumns, RackColumns, UnitMode, chip_flag};
use crate::sim::twin::Plan;
use crate::site::Campus;
use crate::site::campus::PowerKind;

choice! {
    /// What colours the racks.
    Overlay {
        /// Junction temperature of each chip.
        Temperature,
        /// Inlet air of each rack.
        Inlet,
        /// Outlet air of each rack.
        Outlet,
        /// Power of each chip.
        Power,
        /// Spare power at the node that binds on the way to each row.
        Headroom,
        /// What feeds each rack now, and whether it has lost a side.
        Feed,
        /// Utilisation of each chip.
        Utilisation,
        /// The job of each rack.
        Job,
        /// What is broken or without power.
        Failures,
        /// What each cooling unit does; racks show what most units of their hall do.
        Units,
        /// Air that each rack draws.
        Airflow,
        /// Share of each rack's inlet air that comes from the hot aisle.
        HotShare,
        /// Water that cooling a rack takes now.
        Water,
        /// Carbon of each rack's power, with its share of cooling and losses.
        Carbon,
        /// Whether each building runs, is next, or comes later.
        Phase,
    }
}

/// What an overlay is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// How warm it is.
    Heat,
    /// Where power goes and comes from.
    Power,
    /// What is computed, and what keeps it from being so.
    Work,
    /// How heat is carried away.
    Cooling,
    /// What it leaves behind, and what is still to come.
    Plan,
}

impl Theme {
    /// All, in order.
    pub const ALL: [Self; 5] = [Self::Heat, Self::Power, Self::Work, Self::Cooling, Self::Plan];
}

/// Ends of the colours for air of halls, °C: coldest supply to a hot aisle in trouble.
pub const AIR_C: [f32; 2] = [15.0, 55.0];

impl Overlay {
    /// Theme, name in scripts, and unit. Titles are the view's, in its languages.
    fn meaning(self) -> (Theme, &'static str, &'static str) {
        match self {
            Self::Temperature => (Theme::Heat, "temperature", "°C"),
            Self::Inlet => (Theme::Heat, "inlet", "°C"),
            Self::Outlet => (Theme::Heat, "outlet", "°C"),
            Self::Power => (Theme::Power, "power", "W"),
            Self::Headroom => (Theme::Power, "headroom", "% of rating"),
            Self::Feed => (Theme::Power, "feed", ""),
            Self::Utilisation => (Theme::Work, "utilisation", "%"),
            Self::Job => (Theme::Work, "job", ""),
            Self::Failures => (Theme::Work, "failures", ""),
            Self::Units => (Theme::Cooling, "units", ""),
            Self::Airflow => (Theme::Cooling, "airflow", "kg/s"),
            Self::HotShare => (Theme::Cooling, "hot-share", "%"),
            Self::Water => (Theme::Cooling, "water", "L/kWh of IT"),
            Self::Carbon => (Theme::Plan, "carbon", "kg/h"),
            Self::Phase => (Theme::Plan, "phase", ""),
        }
    }

    /// What it is about.
    #[must_use]
    pub fn theme(self) -> Theme {
        self.meaning().0
    }

    /// Name in scripts, links and flags.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.meaning().1
    }

    /// The overlay of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|overlay| overlay.name() == name)
    }

    /// Unit in the legend; empty where it shows kinds.
    #[must_use]
    pub fn unit(self) -> &'static str {
        self.meaning().2
    }

    /// Whether it shows a measure that can be subtracted, and not kinds.
    #[must_use]
    pub fn is_measure(self) -> bool {
        !self.unit().is_empty()
    }

    /// What a value is multiplied by to be written in its unit.
    #[must_use]
    pub fn scale(self) -> f32 {
        match self {
            Self::Utilisation | Self::HotShare | Self::Headroom => 100.0,
            _ => 1.0,
        }
    }

    /// Values at the ends of the colours: of the site where its chips and racks decide.
    #[must_use]
    pub fn range(self, campus: &Campus) -> [f32; 2] {
        let kinds = || campus.rack_kinds.iter();
        match self {
            Self::Temperature => [20.0, 95.0],
            Self::Inlet => [15.0, 40.0],
            Self::Outlet => AIR_C,
            // A third more than the design power: chips spread, and some sprint.
            Self::Power => [0.0, up_to(kinds().map(|kind| kind.chip.tdp_w.value * 1.33), 100.0)],
            // With two sides that carry half each, rows have about half to spare, and more while they do little.
            Self::Headroom => [0.0, 0.8],
            // A rack of 52 kW at a rise of 14 K draws 3.6 kg/s.
            Self::Airflow => [0.0, 4.0],
            Self::HotShare => [0.0, 0.2],
            // What wet media take at the hottest hours.
            Self::Water => [0.0, 2.0],
            // A full rack with a tenth on top of it, on a grid that burns coal.
            Self::Carbon => [0.0, up_to(kinds().map(|kind| kind.rack.rating_w.value * 0.75e-3), 20.0)],
            Self::Utilisation | Self::Feed | Self::Job | Self::Failures | Self::Units | Self::Phase => [0.0, 1.0],
        }
    }
}

/// The largest of some values, rounded up to whole steps; a step of none.
fn up_to(values: impl Iterator<Item = f64>, step: f64) -> f32 {
    ((values.fold(0.0, f64::max) / step).ceil().max(1.0) * step) as f32
}

/// Declares kinds: their numbers are their places in the list. What they are called is the view's, in its languages.
macro_rules! kinds {
    ($(#[doc = $doc:literal])* $name:ident { $($(#[doc = $variant_doc:literal])* $variant:ident,)* }) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum $name { $($(#[doc = $variant_doc])* $variant,)* }

        impl $name {
            /// All, in the order of their numbers.
            pub const ALL: &[Self] = &[$(Self::$variant),*];
        }
    };
}

kinds! {
    /// What feeds a rack.
    Feed {
        /// All sides that it was built with, each by its usual way.
        Whole,
        /// All sides, one of them by another way than usual.
        Detour,
        /// The first side alone.
        FirstSide,
        /// The second side alone.
        SecondSide,
        /// Fewer sides than it was built with, but more than one, or one beyond the second.
        Fewer,
        /// Gensets carry a part of it.
        PartGensets,
        /// Gensets carry all of it.
        Gensets,
        /// It lives on its battery.
        Battery,
        /// Nothing.
        Dark,
    }
}

kinds! {
    /// What is wrong with a chip, a rack, or what serves them.
    Trouble {
        /// Nothing.
        None,
        /// A chip is throttled.
        Throttled,
        /// It failed under a job and waits for its repair.
        Repair,
        /// A cooling unit or a coolant distribution unit is broken.
        Cooling,
        /// Gensets did not start or have stopped.
        Gensets,
        /// A node of the power path is open, or units of it are broken.
        Breaker,
        /// A rack lives on its battery.
        Battery,
        /// A chip has tripped.
        Tripped,
        /// A rack has no power.
        Dark,
    }
}

kinds! {
    /// How far a building is.
    Stage {
        /// It runs, of the first phase.
        FirstPhase,
        /// It runs, of the second phase.
        SecondPhase,
        /// It runs, of a later phase.
        LaterPhase,
        /// It is the next to run.
        Next,
        /// It runs later.
        Later,
    }
}

impl Stage {
    /// Whether it runs.
    #[must_use]
    pub fn runs(self) -> bool {
        self < Self::Next
    }

    fn of_phase(phase: u32) -> Self {
        match phase {
            0 | 1 => Self::FirstPhase,
            2 => Self::SecondPhase,
            _ => Self::LaterPhase,
        }
    }
}

/// What overlays read of a simulation.
#[derive(Clone, Copy)]
pub struct Seen<'w> {
    /// What stands there.
    pub campus: &'w Campus,
    /// Chips.
    pub chips: &'w ChipColumns,
    /// Racks.
    pub racks: &'w RackColumns,
    /// Halls.
    pub halls: &'w HallColumns,
    /// Cooling units.
    pub units: &'w AhuColumns,
    /// Liquid loops.
    pub loops: &'w Loops,
    /// Whether water is supplied.
    pub water: &'w WaterSupply,
    /// Switches and load flow.
    pub grid: &'w Grid,
    /// Which rows have power.
    pub power: &'w RackPower,
    /// Gensets.
    pub gensets: &'w Gensets,
    /// Meters of the site.
    pub meters: &'w Meters,
    /// Meters of halls.
    pub hall_meters: &'w HallMeters,
    /// Jobs, if there are any.
    pub jobs: Option<&'w Jobs>,
}

/// What an overlay says.
#[derive(Debug, Clone, PartialEq)]
pub enum Said<'w> {
    /// A measure of each chip.
    Chips(Cow<'w, [f32]>),
    /// A share of each chip, in 255ths.
    ChipShares(&'w [u8]),
    /// A measure of each rack.
    Racks(Vec<f32>),
    /// A kind of each chip.
    ChipKinds(Vec<u8>),
    /// A kind of each rack.
    RackKinds(Vec<u8>),
    /// Nothing by itself: whoever draws jobs has colours for them.
    Nothing,
}

/// The room at the node that binds on the way to a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Room {
    /// The node.
    pub node: u32,
    /// What it could carry beyond its load, as a share of its rating.
    pub share: f32,
    /// The same, VA.
    pub va: f64,
}

/// What stands for many.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Sum {
    /// The mean of a measure.
    Mean(f32),
    /// A kind: the gravest, or the most common.
    Kind(u8),
    /// Nothing.
    None,
}

/// Where something is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spot {
    /// In a hall.
    Hall(usize),
    /// At a node of the power path.
    Node(usize),
    /// Beside a building.
    Building(usize),
}

/// So many things at a place are broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken {
    /// In which way.
    pub trouble: Trouble,
    /// Where.
    pub spot: Spot,
    /// How many.
    pub count: usize,
}

impl<'w> Seen<'w> {
    /// Of a world with a twin; none of any other.
    #[must_use]
    pub fn of(world: &'w World) -> Option<Self> {
        Some(Self {
            campus: &world.get_resource::<Plan>()?.0,
            chips: world.get_resource()?,
            racks: world.get_resource()?,
            halls: world.get_resource()?,
            units: world.get_resource()?,
            loops: world.get_resource()?,
            water: world.get_resource()?,
            grid: world.get_resource()?,
            power: world.get_resource()?,
            gensets: world.get_resource()?,
            meters: world.get_resource()?,
            hall_meters: world.get_resource()?,
            jobs: world.get_resource(),
        })
    }

    /// What an overlay says of its chips or racks.
    #[must_use]
    pub fn say(&self, overlay: Overlay) -> Said<'w> {
        match overlay {
            Overlay::Temperature => Said::Chips(Cow::Borrowed(&self.chips.junction_c)),
            Overlay::Power => Said::Chips(Cow::Borrowed(&self.chips.power_w)),
            Overlay::Utilisation => Said::ChipShares(&self.chips.utilisation),
            Overlay::Inlet => Said::Racks(self.racks.inlet_c.clone()),
            Overlay::Outlet => Said::Racks(self.racks.outlet_c.iter().map(|t_c| *t_c as f32).collect()),
            Overlay::Airflow => Said::Racks(self.racks.air_kg_s.clone()),
            Overlay::HotShare => Said::Racks(self.racks.hot_share.clone()),
            Overlay::Headroom => {
                Said::Racks(self.by_row(|row| room(self.campus, self.grid, row).map_or(0.0, |room| room.share)))
            }
            Overlay::Water => Said::Racks(self.by_hall(|hall| self.water_l_per_kwh(hall))),
            Overlay::Carbon => Said::Racks((0..self.campus.racks()).map(|rack| self.carbon_kg_h(rack)).collect()),
            Overlay::Feed => {
                let feeds: Vec<Feed> = self.rows().map(|row| feed(self.campus, self.grid, row)).collect();
                let of_rack = |(rack, row): (usize, &u32)| {
                    if self.racks.dark[rack] {
                        Feed::Dark as u8
                    } else {
                        feeds[*row as usize] as u8
                    }
                };
                Said::RackKinds(self.campus.rack_row.iter().enumerate().map(of_rack).collect())
            }
            Overlay::Failures => Said::ChipKinds(self.troubles()),
            Overlay::Units => Said::RackKinds(self.by_hall(|hall| self.most_common_mode(hall) as u8)),
            Overlay::Phase => {
                let buildings = self.campus.buildings.iter();
                let of_building: Vec<u8> = buildings.map(|b| Stage::of_phase(b.phase) as u8).collect();
                Said::RackKinds(self.by_hall(|hall| of_building[self.campus.halls[hall].building]))
            }
            Overlay::Job => Said::Nothing,
        }
    }

    fn rows(&self) -> std::ops::Range<usize> {
        0..self.campus.rows.len()
    }

    fn by_row<T: Copy>(&self, value: impl Fn(usize) -> T) -> Vec<T> {
        let values: Vec<T> = self.rows().map(value).collect();
        self.campus.rack_row.iter().map(|row| values[*row as usize]).collect()
    }

    fn by_hall<T: Copy>(&self, value: impl Fn(usize) -> T) -> Vec<T> {
        let values: Vec<T> = (0..self.campus.halls.len()).map(value).collect();
        self.by_row(|row| values[self.campus.rows[row].hall])
    }

    /// Water over IT energy of a hall now, L/kWh; 0 without IT.
    #[must_use]
    pub fn water_l_per_kwh(&self, hall: usize) -> f32 {
        let it_w = self.halls.it_w[hall];
        if it_w > 0.0 {
            (self.halls.water_l_s[hall] / it_w * 3.6e6) as f32
        } else {
            0.0
        }
    }

    /// Carbon of a rack's power by the grid's average, with its share of the hall's cooling and losses, kg/h.
    #[must_use]
    pub fn carbon_kg_h(&self, rack: usize) -> f32 {
        let hall = self.campus.hall_of(rack);
        let it_w = self.halls.it_w[hall];
        if it_w <= 0.0 || self.racks.dark[rack] {
            return 0.0;
        }
        let with_share_w = self.racks.draw_w[rack] / it_w * self.hall_meters.facility_now_w[hall];
        (with_share_w / 1e3 * self.meters.now.carbon_g_per_kwh[0] / 1e3) as f32
    }

    /// What most units of a hall do.
    #[must_use]
    pub fn most_common_mode(&self, hall: usize) -> UnitMode {
        let mut counts: Vec<(UnitMode, usize)> = Vec::new();
        for mode in &self.units.mode[self.campus.halls[hall].units.clone()] {
            match counts.iter_mut().find(|(known, _)| known == mode) {
                Some((_, count)) => *count += 1,
                None => counts.push((*mode, 1)),
            }
        }
        // The first of equals.
        let best = counts.iter().rev().max_by_key(|(_, count)| *count);
        best.map_or(UnitMode::Off, |(mode, _)| *mode)
    }

    /// What is wrong with each chip: with itself, or with its rack.
    fn troubles(&self) -> Vec<u8> {
        let mut out = vec![Trouble::None as u8; self.campus.chips()];
        for (rack, row) in self.campus.rack_row.iter().enumerate() {
            let of_rack = self.trouble_of(rack, *row as usize);
            let chips = self.campus.rack_chips(rack);
            for (out, flags) in out[chips.clone()].iter_mut().zip(&self.chips.flags[chips]) {
                let own = if flags & chip_flag::TRIPPED != 0 {
                    Trouble::Tripped
                } else if flags & chip_flag::THROTTLED != 0 {
                    Trouble::Throttled
                } else {
                    Trouble::None
                };
                *out = own.max(of_rack) as u8;
            }
        }
        out
    }

    fn trouble_of(&self, rack: usize, row: usize) -> Trouble {
        if self.racks.dark[rack] {
            Trouble::Dark
        } else if !self.power.fed[row] {
            Trouble::Battery
        } else if self.jobs.is_some_and(|jobs| jobs.is_broken(rack)) {
            Trouble::Repair
        } else {
            Trouble::None
        }
    }

    /// All that is broken in what is live, place by place.
    #[must_use]
    pub fn broken(&self) -> Vec<Broken> {
        let campus = self.campus;
        let mut out = Vec::new();
        let mut add = |trouble, spot, count| {
            if count > 0 {
                out.push(Broken { trouble, spot, count });
            }
        };
        for (h, hall) in campus.halls.iter().enumerate().filter(|(h, _)| self.halls.live[*h]) {
            let racks = |trouble: Trouble| {
                let of_row = |row: usize| campus.rows[row].racks.clone().map(move |rack| (rack, row));
                let all = hall.rows.clone().flat_map(of_row);
                all.filter(|(rack, row)| self.trouble_of(*rack, *row) == trouble)
                    .count()
            };
            let failed = |mode: &&UnitMode| **mode == UnitMode::Failed;
            let units = self.units.mode[hall.units.clone()].iter().filter(failed).count();
            let tripped = self.halls.tripped[h] as usize;
            let spot = Spot::Hall(h);
            add(
                Trouble::Throttled,
                spot,
                (self.halls.limited[h] as usize).saturating_sub(tripped),
            );
            add(Trouble::Repair, spot, racks(Trouble::Repair));
            add(Trouble::Cooling, spot, units + self.loops.0[h].broken as usize);
            add(Trouble::Battery, spot, racks(Trouble::Battery));
            add(Trouble::Tripped, spot, tripped);
            add(Trouble::Dark, spot, racks(Trouble::Dark));
        }
        let plan = &campus.power;
        for (n, node) in plan.nodes.iter().enumerate() {
            if node.kind == PowerKind::Genset || !self.grid.live[n] {
                continue;
            }
            let lost = node.units.saturating_sub(self.grid.units[n]) as usize;
            let open = usize::from(self.grid.open[n]) + self.grid.cut[n].count_ones() as usize;
            add(Trouble::Breaker, Spot::Node(n), lost + open);
        }
        for (plant, state) in plan.gensets.iter().zip(&self.gensets.plants) {
            add(
                Trouble::Gensets,
                Spot::Building(plant.building),
                state.failed() as usize,
            );
        }
        out
    }

    /// What stands for each hall from afar: means, gravest or most common kinds; nothing of halls that are not live.
    #[must_use]
    pub fn sums(&self, overlay: Overlay, said: &Said) -> Vec<Sum> {
        let mut broken = vec![0_u8; self.campus.halls.len()];
        if overlay == Overlay::Failures {
            for of in self.broken() {
                if let Spot::Hall(h) = of.spot {
                    broken[h] = broken[h].max(of.trouble as u8);
                }
            }
        }
        let of_hall = |(h, hall): (usize, &crate::site::campus::Hall)| {
            if !self.halls.live[h] {
                return Sum::None;
            }
            let racks = hall.racks.clone();
            let chips = self.campus.chips_of(racks.clone());
            match said {
                Said::Chips(values) => mean(values[chips].iter().copied()),
                Said::ChipShares(shares) => mean(shares[chips].iter().map(|share| f32::from(*share) / 255.0)),
                Said::Racks(values) => mean(values[racks].iter().copied()),
                Said::ChipKinds(_) => Sum::Kind(broken[h]),
                Said::RackKinds(kinds) if overlay == Overlay::Feed => {
                    kinds[racks].iter().max().map_or(Sum::None, |kind| Sum::Kind(*kind))
                }
                Said::RackKinds(kinds) => most_common(&kinds[racks]),
                Said::Nothing => Sum::None,
            }
        };
        self.campus.halls.iter().enumerate().map(of_hall).collect()
    }
}

/// How far each building is on a date: by a plan of the site if there is one, by its phase otherwise. With the day on
/// which it gets power by the plan.
#[must_use]
pub fn stages(campus: &Campus, live: &[bool], course: Option<&Course>, today: Date) -> Vec<(Stage, Option<Date>)> {
    let runs: Vec<bool> = campus
        .buildings
        .iter()
        .map(|b| b.halls.clone().any(|h| live.get(h).copied().unwrap_or(false)))
        .collect();
    let days: Vec<Option<Date>> = campus
        .buildings
        .iter()
        .map(|b| {
            let of_plan = course?.buildings.iter().find(|of| of.number == b.number)?;
            of_plan.energised
        })
        .collect();
    let waiting = || (0..runs.len()).filter(|b| !runs[*b]);
    // A day that has gone by says nothing of what a scenario leaves dark.
    let next_day = waiting().filter_map(|b| days[b]).filter(|day| *day >= today).min();
    let next_phase = waiting().map(|b| campus.buildings[b].phase).min();
    let stage = |b: usize| {
        let phase = campus.buildings[b].phase;
        let next = match next_day {
            Some(day) => days[b] == Some(day),
            None => Some(phase) == next_phase,
        };
        match (runs[b], next) {
            (true, _) => Stage::of_phase(phase),
            (false, true) => Stage::Next,
            (false, false) => Stage::Later,
        }
    };
    (0..runs.len()).map(|b| (stage(b), days[b])).collect()
}

/// A node and what feeds it, up to the source.
fn path<'g>(campus: &'g Campus, grid: &'g Grid, node: usize) -> impl Iterator<Item = usize> + 'g {
    let plan = &campus.power;
    // No path is longer than there are nodes; a loop of switches would be.
    std::iter::successors(Some(node), move |node| grid.above(plan, *node)).take(plan.nodes.len())
}

/// The room on the way to a row from the connection to the grid, which all share; none to one without voltage.
#[must_use]
pub fn room(campus: &Campus, grid: &Grid, row: usize) -> Option<Room> {
    let cords = campus.power.cords[row].iter().map(|cord| *cord as usize);
    let live = cords.filter(|cord| grid.energised[*cord]);
    let ways = live.flat_map(|cord| path(campus, grid, cord));
    let ways = ways.filter(|node| campus.power.nodes[*node].kind != PowerKind::Utility);
    ways.map(|node| room_at(campus, grid, node))
        .min_by(|a, b| a.share.total_cmp(&b.share))
}

/// The room at a node.
#[must_use]
pub fn room_at(campus: &Campus, grid: &Grid, node: usize) -> Room {
    let [p, q] = grid.out(node);
    let rating_va = grid.rating_va(&campus.power, node);
    let va = (rating_va - (p * p + q * q).sqrt()).max(0.0);
    let share = if rating_va > 0.0 { va / rating_va } else { 0.0 };
    Room {
        node: node as u32,
        share: share as f32,
        va,
    }
}

/// What feeds a row.
#[must_use]
pub fn feed(campus: &Campus, grid: &Grid, row: usize) -> Feed {
    let plan = &campus.power;
    let cords = &plan.cords[row];
    let live = |cord: &usize| grid.energised[cords[*cord] as usize];
    let count = (0..cords.len()).filter(live).count();
    if count == 0 {
        return Feed::Battery;
    }
    let (mut by_genset, mut detour) = (0, false);
    for cord in (0..cords.len()).filter(live) {
        for node in path(campus, grid, cords[cord] as usize) {
            by_genset += usize::from(plan.nodes[node].kind == PowerKind::Genset);
            detour |= grid.source[node] > 0;
        }
    }
    match (by_genset, cords.len() - count) {
        (n, _) if n == count => Feed::Gensets,
        (n, _) if n > 0 => Feed::PartGensets,
        (_, 0) if detour => Feed::Detour,
        (_, 0) => Feed::Whole,
        _ if count > 1 => Feed::Fewer,
        _ if live(&0) => Feed::FirstSide,
        _ if live(&1) => Feed::SecondSide,
        _ => Feed::Fewer,
    }
}

impl Said<'_> {
    /// What this has more than another; none of kinds, or of other places.
    #[must_use]
    pub fn less(&self, other: &Said) -> Option<Said<'static>> {
        fn pairs<A: Copy, B: Copy>(a: &[A], b: &[B], less: impl Fn(A, B) -> f32) -> Option<Vec<f32>> {
            (a.len() == b.len()).then(|| a.iter().zip(b).map(|(a, b)| less(*a, *b)).collect())
        }
        match (self, other) {
            (Self::Chips(a), Said::Chips(b)) => Some(Said::Chips(Cow::Owned(pairs(a, b, |a, b| a - b)?))),
            (Self::ChipShares(a), Said::ChipShares(b)) => {
                let less = pairs(a, b, |a: u8, b: u8| (f32::from(a) - f32::from(b)) / 255.0)?;
                Some(Said::Chips(Cow::Owned(less)))
            }
            (Self::Racks(a), Said::Racks(b)) => Some(Said::Racks(pairs(a, b, |a, b| a - b)?)),
            _ => None,
        }
    }

    /// Measures of chips or racks; none of kinds.
    #[must_use]
    pub fn measures(&self) -> &[f32] {
        match self {
            Self::Chips(values) => values,
            Self::Racks(values) => values,
            _ => &[],
        }
    }
}

fn mean(values: impl Iterator<Item = f32>) -> Sum {
    let (mut sum, mut count) = (0.0_f64, 0_u32);
    for value in values.filter(|value| value.is_finite()) {
        sum += f64::from(value);
        count += 1;
    }
    if count > 0 {
        Sum::Mean((sum / f64::from(count)) as f32)
    } else {
        Sum::None
    }
}

/// The most common of some kinds.
#[must_use]
pub fn most_common(kinds: &[u8]) -> Sum {
    let mut counts = [0_u32; 256];
    for kind in kinds {
        counts[usize::from(*kind)] += 1;
    }
    let best = (0..=u8::MAX).rev().max_by_key(|kind| counts[usize::from(*kind)]);
    match best {
        Some(kind) if counts[usize::from(kind)] > 0 => Sum::Kind(kind),
        _ => Sum::None,
    }
}

/// What stands for some sums: the mean of means, or the largest kind where the gravest counts, or else the most common.
#[must_use]
pub fn of_sums(overlay: Overlay, sums: &[Sum]) -> Sum {
    let kinds: Vec<u8> = sums
        .iter()
        .filter_map(|sum| if let Sum::Kind(kind) = sum { Some(*kind) } else { None })
        .collect();
    if matches!(overlay, Overlay::Feed | Overlay::Failures) {
        return kinds.iter().max().map_or(Sum::None, |kind| Sum::Kind(*kind));
    }
    if !kinds.is_empty() {
        return most_common(&kinds);
    }
    mean(
        sums.iter()
            .filter_map(|sum| if let Sum::Mean(value) = sum { Some(*value) } else { None }),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{self, Overrides};
    use crate::sim::Twin;
    use crate::site::texts::NoFiles;

    fn lab(text_of_events: &str) -> Twin {
        let text = include_str!("../assets/scenarios/lab-day.ron");
        let (head, _) = text.split_once("events: [").expect("has events");
        let text = format!("{head}events: [{text_of_events}],\n)");
        let loaded = scenario::load_text(&NoFiles, "mine.ron", &text, Overrides::default());
        Twin::new(loaded.unwrap_or_else(|report| panic!("{report}")), 1)
    }

    fn run(twin: &mut Twin, ticks: u32) {
        for _ in 0..ticks {
            twin.tick();
        }
    }

    #[test]
    fn every_overlay_says_something_of_every_rack_or_chip() {
        let mut twin = lab("");
        run(&mut twin, 5);
        let seen = Seen::of(twin.world()).expect("is a twin");
        for overlay in Overlay::ALL {
            let said = seen.say(overlay);
            let [low, high] = overlay.range(seen.campus);
            let inside = |value: &f32| value.is_finite() && *value >= low - 20.0 && *value <= high * 1.2;
            match &said {
                Said::Chips(values) => {
                    assert!(
                        values.len() == seen.campus.chips() && values.iter().all(inside),
                        "{overlay:?}"
                    );
                }
                Said::Racks(values) => {
                    assert!(
                        values.len() == seen.campus.racks() && values.iter().all(inside),
                        "{overlay:?}"
                    );
                }
                Said::ChipShares(all) => assert_eq!(all.len(), seen.campus.chips()),
                Said::ChipKinds(all) => assert_eq!(all.len(), seen.campus.chips()),
                Said::RackKinds(all) => assert_eq!(all.len(), seen.campus.racks()),
                Said::Nothing => assert_eq!(overlay, Overlay::Job),
            }
            assert_eq!(
                overlay.is_measure(),
                matches!(said, Said::Chips(_) | Said::ChipShares(_) | Said::Racks(_))
            );
            let sums = seen.sums(overlay, &said);
            assert_eq!(sums.len(), seen.campus.halls.len());
            assert!(
                overlay == Overlay::Job || sums.iter().all(|sum| *sum != Sum::None),
                "{overlay:?}"
            );
        }
    }

    #[test]
    fn names_lead_back_and_themes_stand_together() {
        for overlay in Overlay::ALL {
            assert_eq!(Overlay::named(overlay.name()), Some(overlay));
        }
        assert_eq!(Overlay::named("heat"), None);
        let mut themes: Vec<Theme> = Overlay::ALL.map(Overlay::theme).to_vec();
        themes.dedup();
        assert_eq!(themes, Theme::ALL);
    }

    #[test]
    fn room_is_the_least_on_the_way_and_less_with_one_side() {
        let mut twin = lab("(at_s: 120, action: OpenFeed, at: \"S1/A\")");
        run(&mut twin, 2);
        let rooms = |twin: &Twin| {
            let seen = Seen::of(twin.world()).expect("is a twin");
            seen.rows()
                .map(|row| room(seen.campus, seen.grid, row))
                .collect::<Vec<_>>()
        };
        let before = rooms(&twin);
        assert!(before.iter().flatten().all(|room| room.share > 0.0 && room.share < 1.0));
        run(&mut twin, 2);
        let after = rooms(&twin);
        let seen = Seen::of(twin.world()).expect("is a twin");
        let least = |rooms: &[Option<Room>]| rooms.iter().flatten().map(|room| room.share).fold(1.0, f32::min);
        assert!(least(&after) < least(&before), "{} {}", least(&after), least(&before));
        for (row, room) in after.iter().enumerate() {
            let Some(room) = room else { continue };
            let plan = &seen.campus.power;
            let on_way = plan.cords[row]
                .iter()
                .any(|cord| seen.grid.hangs_on(plan, *cord as usize, room.node as usize));
            assert!(on_way && room.va <= seen.grid.rating_va(plan, room.node as usize));
        }
    }

    fn feeds(seen: &Seen) -> Vec<Feed> {
        seen.rows().map(|row| feed(seen.campus, seen.grid, row)).collect()
    }

    #[test]
    fn feeds_and_failures_follow_what_happens() {
        let mut twin = lab(
            "(at_s: 120, action: FailUnits, at: \"B01/H1\", value: 1), (at_s: 180, action: OpenFeed, at: \"utility\")",
        );
        run(&mut twin, 1);
        let seen = Seen::of(twin.world()).expect("is a twin");
        assert!(feeds(&seen).iter().all(|feed| *feed == Feed::Whole));
        assert!(seen.broken().is_empty(), "{:?}", seen.broken());
        run(&mut twin, 1);
        run(&mut twin, 1);
        let seen = Seen::of(twin.world()).expect("is a twin");
        let failed = Broken {
            trouble: Trouble::Cooling,
            spot: Spot::Hall(0),
            count: 1,
        };
        assert!(seen.broken().contains(&failed), "{:?}", seen.broken());
        run(&mut twin, 3);
        let seen = Seen::of(twin.world()).expect("is a twin");
        assert!(
            feeds(&seen).iter().all(|feed| *feed >= Feed::PartGensets),
            "{:?}",
            feeds(&seen)
        );
        let open = |of: &Broken| of.trouble == Trouble::Breaker && of.spot == Spot::Node(0);
        assert!(seen.broken().iter().any(open), "{:?}", seen.broken());
        let kinds = seen.sums(Overlay::Feed, &seen.say(Overlay::Feed));
        assert!(
            kinds
                .iter()
                .all(|sum| matches!(sum, Sum::Kind(kind) if *kind >= Feed::PartGensets as u8))
        );
    }

    #[test]
    fn buildings_that_wait_are_next_or_later() {
        let twin = lab("");
        let campus = Seen::of(twin.world()).expect("is a twin").campus;
        let mut live = vec![true; campus.halls.len()];
        let today = Date::constant(2026, 7, 20);
        assert!(stages(campus, &live, None, today).iter().all(|(stage, _)| stage.runs()));
        for h in campus.buildings[1].halls.clone() {
            live[h] = false;
        }
        let stages = stages(campus, &live, None, today);
        assert!(stages[0].0.runs());
        assert_eq!(stages[1], (Stage::Next, None));
    }

    #[test]
    fn what_stands_for_many_is_their_mean_their_gravest_or_their_most_common() {
        assert_eq!(
            of_sums(Overlay::Inlet, &[Sum::Mean(20.0), Sum::None, Sum::Mean(30.0)]),
            Sum::Mean(25.0)
        );
        let kinds = [Sum::Kind(1), Sum::Kind(1), Sum::Kind(4)];
        assert_eq!(of_sums(Overlay::Feed, &kinds), Sum::Kind(4));
        assert_eq!(of_sums(Overlay::Units, &kinds), Sum::Kind(1));
        assert_eq!(of_sums(Overlay::Units, &[]), Sum::None);
    }
}
