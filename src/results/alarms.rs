//! Alarms: incidents that somebody should know of, and stopped jobs, each with how grave it is, whether it still stands,
//! and since when it does not. Like ones are one alarm; how many are kept is bounded.

use std::collections::{BTreeSet, VecDeque};

use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;

use super::causes::{POWER_OR_HEAT, Told, blame, joins};
use crate::sim::clock::Clock;
use crate::sim::cooling::{Loops, ThermalWatch, WaterSupply};
use crate::sim::jobs::Jobs;
use crate::sim::power::RackPower;
use crate::sim::power::gensets::{Gensets, Unit};
use crate::sim::power::grid::Grid;
use crate::sim::power::incidents::{At, Incident, Incidents, What};
use crate::sim::rules::Rules;
use crate::sim::state::{AhuColumns, HallColumns, UnitMode};
use crate::sim::twin::Plan;
use crate::site::campus::PowerKind;

/// How grave an alarm is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Good to know.
    Notice,
    /// Less is left to lose.
    Warning,
    /// Work is lost, or about to be.
    Critical,
}

impl Severity {
    /// All, the gravest first.
    pub const ALL: [Self; 3] = [Self::Critical, Self::Warning, Self::Notice];

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Notice => "notice",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }

    /// How grave what happened is; none where it is no alarm but a part of normal work, or the end of an alarm.
    #[must_use]
    pub fn of(what: What) -> Option<Self> {
        match what {
            What::Dark(_)
            | What::PlantDark
            | What::Collapse
            | What::OutOfFuel
            | What::Refused(..)
            | What::ChipsTripped(_)
            | What::ShutDown => Some(Self::Critical),
            What::Opened
            | What::Broke(_)
            | What::Tripped(_)
            | What::NoStart(_)
            | What::Stopped(_)
            | What::Shed
            | What::OnBattery(_)
            | What::UnitsLost(_)
            | What::CdusLost(_)
            | What::WaterCut
            | What::Throttling(..) => Some(Self::Warning),
            What::RuleTransition(met) if met.over => None,
            What::RuleTransition(_) | What::Deenergised => Some(Self::Notice),
            What::Closed
            | What::Repaired
            | What::Transferred(_)
            | What::Ordered
            | What::Ready(_)
            | What::Restored(_)
            | What::UnitsBack
            | What::CdusBack
            | What::PlantBack
            | What::WaterBack
            | What::Energised
            | What::Cooled
            | What::SetPoint(..)
            | What::EnergyPrice(_)
            | What::JobAsked(_) => None,
        }
    }
}

/// A stop of a job.
#[derive(Debug, Clone, PartialEq)]
pub struct Stop {
    /// The job's name.
    pub job: String,
    /// Chips that it held.
    pub chips: u32,
    /// Why it stopped.
    pub cause: String,
    /// The rack that failed, where one did.
    pub rack: Option<u32>,
    /// Work that was lost, s at full pace.
    pub lost_s: f64,
    /// The incident behind it, where one is known.
    pub by: Option<u32>,
}

/// An alarm: like incidents that came together, or a stop of a job.
#[derive(Debug, Clone, PartialEq)]
pub struct Alarm {
    /// Its number: later alarms have higher ones.
    pub number: u64,
    /// How grave it is.
    pub severity: Severity,
    /// When it began, s since the start.
    pub from_s: f64,
    /// When the last of it ended, s since the start; none while it stands. What has no length ends when it begins.
    pub until_s: Option<f64>,
    /// Numbers of its incidents, in order of time; none of a stop of a job.
    pub members: Vec<u32>,
    /// Those that still stand.
    standing: Vec<u32>,
    /// Racks of all of them, where they count some.
    pub racks: u32,
    /// The stop of a job, if it is one.
    pub stop: Option<Stop>,
}

impl Alarm {
    /// Whether it still stands.
    #[must_use]
    pub fn stands(&self) -> bool {
        self.until_s.is_none()
    }

    /// Load that was not served because of it alone, kWh.
    #[must_use]
    pub fn unserved_kwh(&self, incidents: &Incidents) -> f64 {
        let of = |n: &u32| incidents.unserved_kwh.get(*n as usize).copied().unwrap_or(0.0);
        self.members.iter().map(of).sum()
    }

    /// The incident that its causes are told from: its first, or what stopped the job.
    #[must_use]
    pub fn incident(&self) -> Option<u32> {
        let stopped = || self.stop.as_ref()?.by;
        self.members.first().copied().or_else(stopped)
    }
}

/// Most alarms that are kept; of more, those go first that are over, mild and old.
pub const MOST: usize = 400;

/// A few kinds of incidents run beside each other: alarms that a like incident may still join.
const OPEN: usize = 8;

/// All alarms of a twin, in the order in which they came.
#[derive(Resource, Debug, Clone, Default)]
pub struct Alarms {
    list: VecDeque<Alarm>,
    /// Incidents and stops of jobs that have been looked at.
    seen: [usize; 2],
    next: u64,
    /// Alarms that were let go.
    pub dropped: u64,
}

/// Whether what happened lasts, and goes on until the state of the twin says otherwise.
fn lasts(what: What) -> bool {
    !matches!(what, What::Collapse)
}

/// The state that says whether alarms still stand.
#[derive(SystemParam)]
pub struct State<'w> {
    plan: Res<'w, Plan>,
    grid: Res<'w, Grid>,
    gensets: Res<'w, Gensets>,
    power: Res<'w, RackPower>,
    halls: Res<'w, HallColumns>,
    units: Res<'w, AhuColumns>,
    loops: Res<'w, Loops>,
    water: Res<'w, WaterSupply>,
    watch: Res<'w, ThermalWatch>,
    rules: Res<'w, Rules>,
}

/// Incidents by which rows are on battery or dark now.
#[derive(Debug, Default)]
struct Rows {
    on_battery: BTreeSet<u32>,
    dark: BTreeSet<u32>,
}

impl Rows {
    fn of(power: &RackPower) -> Self {
        let mut rows = Self::default();
        for (row, dark) in power.dark.iter().enumerate() {
            if *dark > 0 {
                rows.dark.extend(power.dark_by[row]);
            } else {
                rows.on_battery.extend(power.on_battery[row]);
            }
        }
        rows
    }
}

impl State<'_> {
    /// Whether what happened still is so.
    fn stands(&self, number: u32, incident: &Incident, rows: &Rows) -> bool {
        match (incident.what, incident.at) {
            (What::RuleTransition(met), _) => self.rules.is_met(met.rule),
            (_, At::Node(node)) => self.node_stands(number, incident.what, node as usize, rows),
            (what, At::Hall(hall)) => self.hall_stands(what, hall as usize),
            (What::WaterCut, At::Site) => !self.water.0,
            (_, At::Site) => false,
        }
    }

    fn node_stands(&self, number: u32, what: What, node: usize, rows: &Rows) -> bool {
        let grid = &*self.grid;
        let nodes = &self.plan.0.power.nodes;
        let plants = self.plan.0.power.gensets.iter().zip(&self.gensets.plants);
        let mut own = plants.filter(|(spec, _)| spec.node as usize == node);
        match what {
            What::OnBattery(_) => rows.on_battery.contains(&number),
            What::Dark(_) => rows.dark.contains(&number),
            What::Opened | What::Tripped(_) | What::Broke(_) => {
                let units = |unit: &Unit| *unit == Unit::Failed;
                grid.open[node] || grid.cut[node] != 0 || own.any(|(_, plant)| plant.units.iter().any(units))
            }
            What::NoStart(unit) | What::Stopped(unit) => {
                let unit = (unit as usize).saturating_sub(1);
                own.any(|(_, plant)| plant.units.get(unit) == Some(&Unit::Failed))
            }
            What::OutOfFuel => own.any(|(_, plant)| plant.fuel_l <= 0.0),
            What::Shed => grid.shed[node],
            What::Refused(..) => own.any(|(spec, _)| {
                let block = |(n, of): (usize, &crate::site::campus::PowerNode)| {
                    of.kind == PowerKind::UnitTransformer && of.sources.first() == Some(&spec.backs) && grid.shed[n]
                };
                nodes.iter().enumerate().any(block)
            }),
            _ => false,
        }
    }

    fn hall_stands(&self, what: What, hall: usize) -> bool {
        let live = self.halls.live[hall];
        match what {
            What::Deenergised => !live,
            What::UnitsLost(_) => {
                let units = self.plan.0.halls[hall].units.clone();
                let out = |mode: &UnitMode| matches!(mode, UnitMode::Failed | UnitMode::Maintenance);
                live && self.units.mode[units].iter().any(out)
            }
            What::CdusLost(_) => live && self.loops.0[hall].broken > 0,
            What::PlantDark => live && !self.power.plant_fed[hall],
            What::Throttling(..) => live && self.watch.halls[hall].cooled_s.is_none(),
            What::ChipsTripped(_) | What::ShutDown => live && self.halls.tripped[hall] > 0,
            _ => false,
        }
    }
}

impl Alarms {
    /// Those that are kept, in the order in which they came.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Alarm> + ExactSizeIterator {
        self.list.iter()
    }

    /// The alarm of a number; none if it was let go.
    #[must_use]
    pub fn get(&self, number: u64) -> Option<&Alarm> {
        let k = self.list.binary_search_by_key(&number, |alarm| alarm.number).ok()?;
        self.list.get(k)
    }

    /// The number of the next alarm.
    #[must_use]
    pub fn next_number(&self) -> u64 {
        self.next
    }

    /// How many stand, from the gravest on.
    #[must_use]
    pub fn standing(&self) -> [usize; Severity::ALL.len()] {
        let of = |severity| {
            let alarms = self.list.iter();
            alarms
                .filter(|alarm| alarm.stands() && alarm.severity == severity)
                .count()
        };
        Severity::ALL.map(of)
    }

    fn push(&mut self, mut alarm: Alarm) {
        if self.list.len() >= MOST {
            let worth = |alarm: &Alarm| (alarm.stands(), alarm.severity, alarm.number);
            let least = (0..self.list.len()).min_by_key(|k| worth(&self.list[*k]));
            if let Some(least) = least {
                self.list.remove(least);
                self.dropped += 1;
            }
        }
        alarm.number = self.next;
        self.next += 1;
        self.list.push_back(alarm);
    }

    /// Takes in what has happened since the last call.
    fn take(&mut self, told: Told<'_>, jobs: Option<&Jobs>, dt_s: f64) {
        let Told { incidents, campus } = told;
        for n in self.seen[0]..incidents.list.len() {
            let incident = &incidents.list[n];
            let Some(severity) = Severity::of(incident.what) else {
                continue;
            };
            let (number, racks) = (n as u32, incident.what.racks());
            let lasts = lasts(incident.what);
            let from = self.list.len().saturating_sub(OPEN);
            let like = |alarm: &&mut Alarm| alarm.members.last().is_some_and(|last| joins(&told, *last as usize, n));
            // What is lost of one place piece by piece is one alarm as long as the first of it is missing.
            let of_one_place = |alarm: &Alarm| {
                let last = alarm.standing.last().map(|last| &incidents.list[*last as usize]);
                // Rules have no place of their own.
                let last = last.filter(|last| !matches!(last.what, What::RuleTransition(_)));
                last.is_some_and(|last| last.at == incident.at && last.what.as_str() == incident.what.as_str())
            };
            let found = self.list.iter().rposition(of_one_place);
            let joined = match found {
                Some(k) => self.list.get_mut(k),
                None => self.list.range_mut(from..).rev().find(like),
            };
            if let Some(alarm) = joined {
                alarm.members.push(number);
                alarm.racks += racks;
                if lasts {
                    alarm.standing.push(number);
                    alarm.until_s = None;
                }
                continue;
            }
            self.push(Alarm {
                number: 0,
                severity,
                from_s: incident.time_s,
                until_s: (!lasts).then_some(incident.time_s),
                members: vec![number],
                standing: if lasts { vec![number] } else { Vec::new() },
                racks,
                stop: None,
            });
        }
        self.seen[0] = incidents.list.len();
        let Some(jobs) = jobs else { return };
        // Whoever takes the stops leaves none here.
        self.seen[1] = self.seen[1].min(jobs.interruptions.len());
        let causes = jobs.workload.failures.as_ref().map(|failures| &failures.causes);
        for stop in &jobs.interruptions[self.seen[1]..] {
            let known = causes.and_then(|causes| causes.get(stop.cause));
            let by = stop.rack.filter(|_| known.is_none()).and_then(|rack| {
                let rack = campus.rack_address(rack as usize).to_string();
                blame(&told, &rack, stop.time_s, dt_s + 1e-6)
            });
            self.push(Alarm {
                number: 0,
                severity: Severity::Notice,
                from_s: stop.time_s,
                until_s: Some(stop.time_s),
                members: Vec::new(),
                standing: Vec::new(),
                racks: 0,
                stop: Some(Stop {
                    job: stop.name.clone(),
                    chips: stop.chips,
                    cause: known.map_or_else(|| POWER_OR_HEAT.to_owned(), |cause| cause.name.clone()),
                    rack: stop.rack,
                    lost_s: stop.lost_s,
                    by: by.map(|by| by as u32),
                }),
            });
        }
        self.seen[1] = jobs.interruptions.len();
    }

    /// Ends what no longer stands.
    fn settle(&mut self, now_s: f64, incidents: &Incidents, state: &State<'_>) {
        let mut rows = None;
        for alarm in self.list.iter_mut().filter(|alarm| alarm.stands()) {
            let rows = rows.get_or_insert_with(|| Rows::of(&state.power));
            alarm.standing.retain(|number| {
                let incident = incidents.list.get(*number as usize);
                incident.is_some_and(|incident| state.stands(*number, incident, rows))
            });
            if alarm.standing.is_empty() {
                alarm.until_s = Some(now_s.max(alarm.from_s));
            }
        }
    }
}

/// Keeps the alarms of a twin up to date, at the end of a tick.
pub fn remember(
    clock: Res<Clock>,
    incidents: Res<Incidents>,
    jobs: Option<Res<Jobs>>,
    state: State,
    mut alarms: ResMut<Alarms>,
) {
    let told = Told {
        incidents: &incidents,
        campus: &state.plan.0,
    };
    let alarms = alarms.bypass_change_detection();
    alarms.take(told, jobs.as_deref(), clock.dt_s);
    alarms.settle(clock.time_s, &incidents, &state);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{self, Overrides};
    use crate::sim::command::{Command, CommandQueue};
    use crate::sim::{Tick, TickSet, Twin};
    use crate::site::texts::NoFiles;

    fn lab() -> Twin {
        let mut loaded = scenario::load(&NoFiles, "builtin:lab-day", Overrides::default()).expect("is valid");
        loaded.timeline = Vec::new();
        let mut twin = Twin::new(loaded, 1);
        let world = twin.world_mut();
        world.init_resource::<Alarms>();
        let mut schedules = world.resource_mut::<Schedules>();
        schedules.add_systems(Tick, remember.in_set(TickSet::Memory));
        twin
    }

    fn order(twin: &mut Twin, commands: impl IntoIterator<Item = Command>) {
        twin.world_mut().resource_mut::<CommandQueue>().0.extend(commands);
        twin.tick();
    }

    #[test]
    fn an_alarm_stands_until_what_happened_is_undone() {
        let mut twin = lab();
        twin.tick();
        assert_eq!(twin.world().resource::<Alarms>().standing(), [0, 0, 0]);
        order(&mut twin, [Command::FailUnits { hall: 0, count: 1 }]);
        order(&mut twin, [Command::OpenFeed(1), Command::SupplyWater(false)]);
        let alarms = twin.world().resource::<Alarms>().clone();
        let incidents = twin.world().resource::<Incidents>();
        let of = |what: &str| {
            let is = |alarm: &&Alarm| incidents.list[alarm.members[0] as usize].what.as_str() == what;
            alarms.iter().find(is)
        };
        for what in ["units lost", "opened", "water cut"] {
            let alarm = of(what).expect(what);
            assert!(alarm.stands() && alarm.severity == Severity::Warning, "{alarm:?}");
        }
        let lost = of("units lost").map(|alarm| alarm.number);
        order(&mut twin, [Command::RepairUnits { hall: 0 }, Command::CloseFeed(1)]);
        order(&mut twin, [Command::SupplyWater(true)]);
        let alarms = twin.world().resource::<Alarms>();
        assert_eq!(alarms.standing(), [0, 0, 0], "{alarms:?}");
        let lost = lost.and_then(|number| alarms.get(number)).expect("is kept");
        assert_eq!((lost.from_s, lost.until_s), (60.0, Some(240.0)));
        // Repairs are no alarms.
        assert_eq!(alarms.iter().len(), 3);
    }

    #[test]
    fn racks_that_go_dark_are_told_with_what_was_not_served() {
        let mut twin = lab();
        order(&mut twin, [Command::OpenFeed(0)]);
        for plant in 0..twin.world().resource::<Plan>().0.power.gensets.len() {
            let node = twin.world().resource::<Plan>().0.power.gensets[plant].node;
            order(&mut twin, [Command::BreakNode { node, count: 99 }]);
        }
        for _ in 0..12 {
            twin.tick();
        }
        let alarms = twin.world().resource::<Alarms>();
        let incidents = twin.world().resource::<Incidents>();
        let dark = |alarm: &&Alarm| {
            let first = alarm.members.first().map(|n| incidents.list[*n as usize].what);
            matches!(first, Some(What::Dark(_)))
        };
        let alarm = alarms.iter().find(dark).expect("racks are dark");
        assert!(alarm.stands() && alarm.severity == Severity::Critical && alarm.racks > 0);
        assert!(alarm.unserved_kwh(incidents) > 0.0);
        let rows = twin.world().resource::<RackPower>();
        assert!(rows.dark.iter().sum::<u32>() > 0);
        assert!(alarms.standing()[0] >= 1);
    }

    #[test]
    fn of_too_many_alarms_the_mild_and_old_ones_go() {
        let mut alarms = Alarms::default();
        for k in 0..2 * MOST {
            let severity = Severity::ALL[k % 3];
            alarms.push(Alarm {
                number: 0,
                severity,
                from_s: k as f64,
                until_s: (severity != Severity::Critical).then_some(k as f64),
                members: Vec::new(),
                standing: Vec::new(),
                racks: 0,
                stop: None,
            });
        }
        assert_eq!(alarms.iter().len(), MOST);
        assert_eq!(alarms.dropped, MOST as u64);
        let critical = alarms.iter().filter(|alarm| alarm.stands()).count();
        assert_eq!(critical, (2 * MOST).div_ceil(3));
        assert_eq!(alarms.get(0).map(|alarm| alarm.number), Some(0));
        assert_eq!(alarms.get(1), None);
    }
}
