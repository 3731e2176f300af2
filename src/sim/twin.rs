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
use super::power;
use super::power::incidents::Incidents;
use super::rules::Rules;
use super::state::{ChipColumns, HallColumns, RackColumns, RowColumns, UnitColumns, UnitMode};
use super::weather::{Change, Climate, Spells, WeatherOffset};
use super::workers::Workers;
use super::{SimPlugin, Tick, chips, entities};
use crate::num::{normal, uniform};
use crate::scenario::Loaded;
use crate::site::Campus;
use crate::site::campus::{Found, Hall};

/// The campus that the world is about.
#[derive(Resource, Debug, Clone)]
pub struct Plan(pub Arc<Campus>);

/// The entity at the root of the campus.
#[derive(Resource, Debug, Clone, Copy)]
struct Root(Entity);

/// Random streams, so that no two uses share numbers.
mod stream {
    pub(super) const CHIP_SPREAD: u64 = 1;
    pub(super) const DUST: u64 = 3;
}

/// Adds the simulation and a scenario to an app. `threads` share the work; the results do not depend on it.
pub fn install(app: &mut App, loaded: Loaded, threads: usize) {
    app.insert_resource(Workers::new(threads));
    app.add_plugins(SimPlugin);
    replace(app.world_mut(), loaded);
}

/// Puts another scenario into a world that has the simulation, from its start.
pub fn replace(world: &mut World, loaded: Loaded) {
    super::step::forget(world);
    if let Some(Root(entity)) = world.remove_resource::<Root>() {
        world.despawn(entity);
    }
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
    let root = entities::spawn(world, &campus);
    world.insert_resource(Root(root));

    let seed = u64::from(scenario.seed);
    let climate = Climate::new(site.weather, campus.location.elevation_m.value, scenario.seed);
    let clock = Clock {
        tick: 0,
        dt_s: scenario.tick_s,
        time_s: 0.0,
        end_s: scenario.duration_s,
        start,
        utc_offset_h: campus.location.utc_offset_h.value,
        stands: true,
        place_deg: [campus.location.latitude_deg.value, campus.location.longitude_deg.value],
    };
    let offset = Change {
        dry_bulb_k: scenario.weather_offset_k,
        dew_point_k: scenario.dew_point_offset_k.unwrap_or(0.0),
        ..Change::default()
    };
    let spells = Spells(scenario.spells);
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

    world.insert_resource(chip_columns(&campus, seed, START_C));
    world.insert_resource(rack_columns(&campus, START_C));
    world.insert_resource(hall_columns(&campus, live.clone(), START_C));
    world.insert_resource(UnitColumns {
        mode: campus
            .halls
            .iter()
            .enumerate()
            .flat_map(|(h, hall)| vec![if live[h] { UnitMode::Free } else { UnitMode::Off }; hall.units.len()])
            .collect(),
        mode_s: vec![1e9; campus.units()],
        speed: vec![0.0; campus.units()],
        air_kg_s: vec![0.0; campus.units()],
        supply_c: vec![START_C; campus.units()],
        dust_g: dust(&campus, seed),
        pressure_pa: vec![0.0; campus.units()],
    });
    world.insert_resource(RowColumns {
        supply_c: vec![START_C; campus.rows.len()],
        supply_kg_s: vec![0.0; campus.rows.len()],
        rack_kg_s: vec![0.0; campus.rows.len()],
    });
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
    world.insert_resource(clock);
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
    (clock.dt_s, clock.stands) = (dt_s, false);
    let halls = world.resource::<Plan>().0.halls.len();
    world.insert_resource(Meters::default());
    world.insert_resource(HallMeters::new(halls));
    world.insert_resource(Incidents::default());
}

/// Everything starts at this temperature, °C: the coldest supply of the default units.
pub(super) const START_C: f64 = 20.0;

fn chip_columns(campus: &Campus, seed: u64, start_c: f64) -> ChipColumns {
    let n = campus.chips();
    ChipColumns {
        junction_c: vec![start_c as f32; n],
        power_w: vec![0.0; n],
        utilisation: vec![0; n],
        flags: vec![0; n],
        spread: (0..n as u64)
            .map(|chip| (normal(seed, stream::CHIP_SPREAD, chip).clamp(-1.95, 1.95) * 64.0) as i8)
            .collect(),
    }
}

fn rack_columns(campus: &Campus, start_c: f64) -> RackColumns {
    let n = campus.racks();
    RackColumns {
        inlet_c: vec![start_c as f32; n],
        outlet_c: vec![start_c; n],
        draw_w: vec![0.0; n],
        cord_w: vec![0.0; n],
        battery_j: (0..n)
            .map(|rack| {
                campus
                    .rack_kind(rack)
                    .battery
                    .as_ref()
                    .map_or(0.0, |battery| battery.energy_j.value)
            })
            .collect(),
        dark: vec![false; n],
        hottest_c: vec![start_c as f32; n],
        utilisation: vec![0.0; n],
        limited: vec![0; n],
        pace: vec![1.0; n],
        fan_speed: vec![0.0; n],
        air_kg_s: vec![0.0; n],
        hot_share: vec![0.0; n],
    }
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

pub(super) fn hall_columns(campus: &Campus, live: Vec<bool>, start_c: f64) -> HallColumns {
    let n = campus.halls.len();
    let of_loop = |value: f64| {
        let there = |hall: &Hall| if hall.liquid.is_some() { value } else { f64::NAN };
        campus.halls.iter().map(there).collect::<Vec<f64>>()
    };
    let basin_m3 = campus.halls.iter().map(|hall| {
        let liquid = hall
            .liquid
            .map(|liquid| (f64::from(liquid.cdus), &campus.loop_kinds[liquid.kind].basin_m3));
        liquid.map_or(0.0, |(cdus, basin)| {
            cdus * basin.as_ref().map_or(0.0, |figure| figure.value)
        })
    });
    let basin_m3 = basin_m3.collect();
    HallColumns {
        live,
        supply_c: vec![start_c; n],
        hot_aisle_c: vec![start_c; n],
        fans_w: vec![0.0; n],
        rejection_w: vec![0.0; n],
        chillers_w: vec![0.0; n],
        media_evaporated_kg_s: vec![0.0; n],
        tower_evaporated_kg_s: vec![0.0; n],
        drift_kg_s: vec![0.0; n],
        blowdown_kg_s: vec![0.0; n],
        media_drop_k: vec![0.0; n],
        coolant_kg_s: vec![0.0; n],
        facility_kg_s: vec![0.0; n],
        heat_to_liquid_w: vec![0.0; n],
        heat_to_coils_w: vec![0.0; n],
        heat_rejected_w: vec![0.0; n],
        rejection_speed: vec![0.0; n],
        chiller_lift_w: vec![0.0; n],
        basin_m3,
        bypass_kg_s: vec![0.0; n],
        basin_fill_kg_s: vec![0.0; n],
        tower_drift_kg_s: vec![0.0; n],
        tower_blowdown_kg_s: vec![0.0; n],
        loop_pumps_w: vec![0.0; n],
        loop_stored_j: vec![0.0; n],
        coil_air_kg_s: vec![0.0; n],
        coil_supply_c: vec![0.0; n],
        coil_fans_w: vec![0.0; n],
        cold_air_kg_s: vec![0.0; n],
        coolant_share: of_loop(1.0),
        tripped: vec![0; n],
        supply_humidity_ratio: vec![0.0; n],
        coolant_supply_c: of_loop(start_c),
        coolant_return_c: of_loop(start_c),
        facility_supply_c: of_loop(start_c),
        facility_return_c: of_loop(start_c),
        mixed_c: vec![start_c; n],
        return_c: vec![start_c; n],
        fresh_share: vec![1.0; n],
        rack_air_kg_s: vec![0.0; n],
        supply_air_kg_s: vec![0.0; n],
        recirculation: vec![0.0; n],
        it_w: vec![0.0; n],
        cooling_w: vec![0.0; n],
        pumps_w: vec![0.0; n],
        misc_w: vec![0.0; n],
        water_l_s: vec![0.0; n],
        chip_w: vec![0.0; n],
        battery_w: vec![0.0; n],
        heat_to_air_w: vec![0.0; n],
        heat_out_w: vec![0.0; n],
        heat_evaporated_w: vec![0.0; n],
        stored_j: vec![0.0; n],
        hottest_chip_c: vec![start_c as f32; n],
        hottest_rack: campus.halls.iter().map(|hall| hall.racks.start as u32).collect(),
        limited: vec![0; n],
        demand: vec![0.0; n],
        unserved_w: vec![0.0; n],
    }
}

/// A scenario in a headless app of its own.
pub struct Twin {
    app: App,
}

impl Twin {
    /// A twin at the start of its scenario.
    #[must_use]
    pub fn new(loaded: Loaded, threads: usize) -> Self {
        let mut app = App::empty();
        install(&mut app, loaded, threads);
        Self { app }
    }

    /// One fixed step.
    pub fn tick(&mut self) {
        self.app.world_mut().run_schedule(Tick);
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
