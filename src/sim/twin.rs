//! Putting a scenario into a world, and the headless app that runs it.

use std::sync::Arc;

use bevy_app::App;
use bevy_ecs::prelude::*;

use super::clock::Clock;
use super::command::{CommandLog, CommandQueue, Timeline};
use super::cooling::{AirPaths, Loops, SetPoints, ThermalWatch, WaterSupply};
use super::demand::Demand;
use super::hall_meters::HallMeters;
use super::jobs::Jobs;
use super::jobs::equipment::EquipmentRisk;
use super::meters::{Meters, Prices};
use super::power::incidents::Incidents;
use super::rules::Rules;
use super::snapshot::{self, Origin, Snapshot, SnapshotError};
use super::state::{AhuColumns, ChipColumns, HallColumns, RackColumns, RowColumns, UnitMode};
use super::weather::{Change, Climate, Spells, WeatherOffset};
use super::workers::Workers;
use super::{Begin, SimPlugin, Tick, chips, entities};
use super::{ports, power};
use crate::num::{normal, uniform};
use crate::scenario::Loaded;
use crate::site::Campus;
use crate::site::campus::{Found, Hall};

/// The campus that the world is about.
#[derive(Resource, Debug, Clone)]
pub struct Plan(pub Arc<Campus>);

/// Random streams, so that no two uses share numbers.
mod stream {
    pub(super) const CHIP_SPREAD: u64 = 1;
    pub(super) const DUST: u64 = 3;
}

/// Adds the simulation and a scenario to an app. `threads` share the work; the results do not depend on it.
pub fn install(app: &mut App, loaded: Loaded, threads: usize) {
    install_with(app, loaded, threads, &|_| {});
}

/// Adds the simulation to an app, and what adds to that, without a scenario.
pub(super) fn equip(app: &mut App, threads: usize, extend: &dyn Fn(&mut App)) {
    app.insert_resource(Workers::new(threads));
    app.add_plugins(SimPlugin);
    extend(app);
}

/// The same with plugins that add to it; they are there before the scenario begins.
pub fn install_with(app: &mut App, loaded: Loaded, threads: usize, extend: &dyn Fn(&mut App)) {
    equip(app, threads, extend);
    replace(app.world_mut(), loaded);
}

/// Puts another scenario into a world that has the simulation, from its start.
pub fn replace(world: &mut World, loaded: Loaded) {
    super::step::forget(world);
    let Loaded {
        site,
        scenario,
        timeline,
        rules,
        live,
        start,
        only,
        workload,
        ..
    } = loaded;
    let campus = Arc::new(site.campus);
    entities::stand(world, &campus);

    let seed = u64::from(scenario.seed);
    let climate = Climate::new(site.weather, campus.location.elevation_m.value, scenario.seed);
    let clock = Clock {
        tick: 0,
        dt_s: scenario.tick_s,
        time_s: 0.0,
        end_s: scenario.duration_s,
        start,
        utc_offset_h: campus.location.utc_offset_h.value,
        warming_up: true,
        place_deg: [campus.location.latitude_deg.value, campus.location.longitude_deg.value],
    };
    let offset = Change {
        dry_bulb_k: scenario.weather_offset_k,
        dew_point_k: scenario.dew_point_offset_k.unwrap_or(0.0),
        ..Change::default()
    };
    let spells = Spells(scenario.spells.clone());
    let outside = climate.at(clock.moment(0.0), spells.added_to(offset, 0.0));
    let live: Vec<bool> = campus
        .halls
        .iter()
        .enumerate()
        .map(|(h, hall)| {
            let chosen = match only {
                Some(Found::Building(building)) => hall.building == building,
                Some(Found::Hall(one)) => h == one,
                _ => true,
            };
            let there = live.as_ref().is_none_or(|live| live.get(h).copied().unwrap_or(false));
            chosen && there && campus.buildings[hall.building].phase <= scenario.phase
        })
        .collect();

    world.insert_resource(Origin::of(&scenario, &live));
    world.insert_resource(chip_columns(&campus, seed, START_C));
    world.insert_resource(rack_columns(&campus, START_C));
    world.insert_resource(hall_columns(&campus, live.clone(), START_C));
    world.insert_resource(unit_columns(&campus, &live, seed, START_C));
    world.insert_resource(RowColumns::new(campus.rows.len(), START_C));
    power::insert(world, &campus, &live, seed, outside.dry_bulb_c);
    let kernels = chips::Kernels::new(&campus);
    world.insert_resource(Loops::new(&campus, &kernels));
    world.insert_resource(kernels);
    world.insert_resource(AirPaths::new(&campus, START_C));
    world.insert_resource(WaterSupply(true));
    world.insert_resource(SetPoints::new(&campus));
    world.insert_resource(Rules::new(rules));
    world.insert_resource(ThermalWatch::new(campus.halls.len()));
    world.insert_resource(Demand::new(
        campus.rows.len(),
        campus.racks(),
        scenario.utilisation,
        scenario.load_texture,
        scenario.seed,
    ));
    world.insert_resource(WeatherOffset(offset));
    world.insert_resource(spells);
    world.insert_resource(outside);
    world.insert_resource(climate);
    let agreed_w = campus.power.utility.agreed_w.value;
    let share = live_share(&campus, &live);
    world.insert_resource(Prices::new(&site.tariff, site.grid.as_ref(), agreed_w, share));
    world.insert_resource(Meters::default());
    world.insert_resource(HallMeters::new(campus.halls.len()));
    world.insert_resource(CommandQueue::default());
    world.insert_resource(CommandLog::default());
    world.insert_resource(Timeline {
        events: timeline,
        done: 0,
    });
    world.remove_resource::<Jobs>();
    world.remove_resource::<EquipmentRisk>();
    if let Some(workload) = workload {
        let jobs = Jobs::new(Arc::new(workload), &campus, &clock, scenario.seed);
        world.insert_resource(EquipmentRisk::new(&jobs, &campus, scenario.seed));
        world.insert_resource(jobs);
    }
    world.insert_resource(Plan(campus));
    ports::insert(world);
    world.insert_resource(clock);
    world.run_schedule(Begin);
    settle(world);
}

/// Rated power of live racks over that of all: a contract ramps with the buildings.
fn live_share(campus: &Campus, live: &[bool]) -> f64 {
    let rated =
        |row: &crate::site::campus::Row| row.racks.len() as f64 * campus.rack_kinds[row.kind].rack.rating_w.value;
    let of_live = campus.rows.iter().filter(|row| live[row.hall]).map(rated);
    of_live.sum::<f64>() / campus.rows.iter().map(rated).sum::<f64>()
}

/// Steps in which the campus settles, and their length, s: an hour, many time constants of chips, racks and halls.
const SETTLE: (u32, f64) = (12, 300.0);

/// Lets the campus come to the temperatures of its first moment: it has been running before the scenario begins. What
/// is metered on the way is forgotten.
fn settle(world: &mut World) {
    let dt_s = std::mem::replace(&mut world.resource_mut::<Clock>().dt_s, SETTLE.1);
    for _ in 0..SETTLE.0 {
        world.run_schedule(Tick);
    }
    let mut clock = world.resource_mut::<Clock>();
    (clock.dt_s, clock.warming_up) = (dt_s, false);
    let halls = world.resource::<Plan>().0.halls.len();
    world.insert_resource(Meters::default());
    world.insert_resource(HallMeters::new(halls));
    world.insert_resource(Incidents::default());
}

/// Everything starts at this temperature, °C: the coldest supply of the default units.
pub(super) const START_C: f64 = 20.0;

fn chip_columns(campus: &Campus, seed: u64, start_c: f64) -> ChipColumns {
    let mut chips = ChipColumns::new(campus.chips(), start_c);
    for (chip, spread) in chips.spread.iter_mut().enumerate() {
        let deviations = normal(seed, stream::CHIP_SPREAD, chip as u64);
        *spread = (deviations.clamp(-1.95, 1.95) * 64.0) as i8;
    }
    chips
}

fn rack_columns(campus: &Campus, start_c: f64) -> RackColumns {
    let mut racks = RackColumns::new(campus.racks(), start_c);
    for (rack, energy_j) in racks.battery_j.iter_mut().enumerate() {
        let battery = campus.rack_kind(rack).battery.as_ref();
        *energy_j = battery.map_or(0.0, |battery| battery.energy_j.value);
    }
    racks
}

fn unit_columns(campus: &Campus, live: &[bool], seed: u64, start_c: f64) -> AhuColumns {
    let mut units = AhuColumns::new(campus.units(), start_c);
    for (hall, _) in campus.halls.iter().zip(live).filter(|(_, live)| **live) {
        units.mode[hall.units.clone()].fill(UnitMode::Free);
    }
    units.dust_g = dust(campus, seed);
    units
}

/// Dust on the filters of every unit at the start, g: they were not all changed on one day.
fn dust(campus: &Campus, seed: u64) -> Vec<f64> {
    let of_unit = |(hall, unit): (&Hall, usize)| {
        let full_g = campus.cooling_kinds[hall.cooling_kind].filter_dust_g.value;
        full_g * uniform(seed, stream::DUST, unit as u64)
    };
    let units = campus
        .halls
        .iter()
        .flat_map(|hall| hall.units.clone().map(move |unit| (hall, unit)));
    units.map(of_unit).collect()
}

fn hall_columns(campus: &Campus, live: Vec<bool>, start_c: f64) -> HallColumns {
    let mut halls = HallColumns::new(campus.halls.len(), start_c);
    halls.live = live;
    for (h, hall) in campus.halls.iter().enumerate() {
        if let Some(liquid) = hall.liquid {
            let basin = campus.loop_kinds[liquid.kind].basin_m3.as_ref();
            halls.basin_m3[h] = f64::from(liquid.cdus) * basin.map_or(0.0, |figure| figure.value);
        }
        furnish(campus, &mut halls, h);
    }
    halls
}

/// What of a hall's columns at the start depends on what the hall is: a place for its hottest rack, and readings of a liquid
/// loop only where it has one.
pub(super) fn furnish(campus: &Campus, halls: &mut HallColumns, h: usize) {
    halls.hottest_rack[h] = campus.halls[h].racks.start as u32;
    if campus.halls[h].liquid.is_none() {
        for column in [
            &mut halls.coolant_share,
            &mut halls.coolant_supply_c,
            &mut halls.coolant_return_c,
            &mut halls.facility_supply_c,
            &mut halls.facility_return_c,
        ] {
            column[h] = f64::NAN;
        }
    }
}

/// A scenario in a headless app of its own.
///
/// ```
/// use rainier::scenario::{self, Overrides};
/// use rainier::sim::Twin;
/// use rainier::site::texts::NoFiles;
///
/// let loaded = scenario::load(&NoFiles, "builtin:lab-day", Overrides::default()).expect("is built in");
/// let mut twin = Twin::new(loaded, 1);
/// twin.tick();
/// assert!(twin.meters().now.pue > 1.0);
/// ```
pub struct Twin {
    app: App,
    extend: Extension,
}

/// What adds plugins to the app of a twin and of its forks.
type Extension = Arc<dyn Fn(&mut App) + Send + Sync>;

impl Twin {
    /// A twin at the start of its scenario.
    #[must_use]
    pub fn new(loaded: Loaded, threads: usize) -> Self {
        Self::with(loaded, threads, |_| {})
    }

    /// A twin with plugins that add to it, at the start of its scenario. Forks have them too.
    #[must_use]
    pub fn with(loaded: Loaded, threads: usize, extend: impl Fn(&mut App) + Send + Sync + 'static) -> Self {
        let extend: Extension = Arc::new(extend);
        let mut app = App::empty();
        install_with(&mut app, loaded, threads, &*extend);
        Self { app, extend }
    }

    /// One fixed step.
    pub fn tick(&mut self) {
        self.app.world_mut().run_schedule(Tick);
    }

    /// All its state now.
    #[must_use]
    pub fn snapshot(&mut self) -> Snapshot {
        Snapshot::of(self.app.world_mut())
    }

    /// Goes on from a snapshot of its scenario.
    ///
    /// # Errors
    /// If the snapshot is of another version, site or scenario; the twin stays as it is.
    pub fn restore(&mut self, snapshot: &Snapshot) -> Result<(), SnapshotError> {
        snapshot.restore(self.app.world_mut())
    }

    /// Another twin in the same state, which goes its own way from here.
    #[must_use]
    pub fn fork(&mut self) -> Self {
        Self {
            app: snapshot::fork(self.app.world_mut(), &*self.extend),
            extend: Arc::clone(&self.extend),
        }
    }

    /// The world, to read.
    #[must_use]
    pub fn world(&self) -> &World {
        self.app.world()
    }

    /// The world, to queue commands.
    pub fn world_mut(&mut self) -> &mut World {
        self.app.world_mut()
    }

    /// The world itself, with the [`Tick`] that steps it.
    #[must_use]
    pub fn into_world(mut self) -> World {
        std::mem::take(self.app.world_mut())
    }

    /// Whether the scenario is over.
    #[must_use]
    pub fn done(&self) -> bool {
        self.world().resource::<Clock>().done()
    }

    /// The readings.
    #[must_use]
    pub fn meters(&self) -> &Meters {
        self.world().resource::<Meters>()
    }
}
