//! What is kept of a run: samples, a summary and a digest. Writers of files are in the command line.

pub mod alarms;
pub mod causes;
pub mod fleets;
pub mod money;
pub mod series;

pub use crate::sim::sample::Sample;
use bevy_ecs::world::World;
use serde::Serialize;

use self::causes::POWER_OR_HEAT;
use crate::economics::bill::Parts;
use crate::sim::PowerColumns;
use crate::sim::clock::Clock;
use crate::sim::jobs::Jobs;
use crate::sim::jobs::records::Totals;
use crate::sim::meters::Meters;
use crate::sim::power::incidents::Incidents;
use crate::sim::power::of_kind;
use crate::sim::snapshot;
use crate::sim::twin::Plan;
use crate::site::campus::PowerKind;

/// What a run comes to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// Program version.
    pub version: &'static str,
    /// Scenario.
    pub scenario: String,
    /// Site.
    pub site: String,
    /// Seed.
    pub seed: u32,
    /// Ticks done.
    pub ticks: u64,
    /// Length of a tick, s.
    pub tick_s: f64,
    /// Time simulated, s.
    pub simulated_s: f64,
    /// Chips that are live.
    pub live_chips: u32,
    /// Mean IT power, W.
    pub it_power_mean_w: f64,
    /// Mean facility power, W.
    pub facility_power_mean_w: f64,
    /// Highest mean over a demand interval, W.
    pub peak_demand_w: f64,
    /// Facility over IT energy.
    pub pue: f64,
    /// Water over IT energy, L/kWh.
    pub wue_l_per_kwh: f64,
    /// Water, m³.
    pub water_m3: f64,
    /// Share of the time in which any unit evaporated.
    pub wet_share: f64,
    /// Facility energy, kWh.
    pub energy_kwh: f64,
    /// IT energy, kWh.
    pub it_energy_kwh: f64,
    /// Carbon by the grid's average, t.
    pub carbon_t: f64,
    /// Carbon by the grid's margin, t.
    pub marginal_carbon_t: f64,
    /// Cost, $.
    pub cost_usd: f64,
    /// Hottest chip of the run, °C.
    pub hottest_chip_c: f64,
    /// Its place.
    pub hottest_chip: String,
    /// Throttled or tripped chips at the end.
    pub limited_chips: u32,
    /// Throttled or tripped, chip-hours.
    pub throttled_chip_hours: f64,
    /// Unserved energy, kWh.
    pub unserved_kwh: f64,
    /// Most racks that were without any power at once.
    pub most_dark_racks: u32,
    /// From the utility, kWh.
    pub grid_energy_kwh: f64,
    /// Diesel burnt, L.
    pub diesel_l: f64,
    /// Steepest rise of the draw from the utility between ticks, W/s.
    pub steepest_rise_w_per_s: f64,
    /// Steepest fall, W/s.
    pub steepest_fall_w_per_s: f64,
    /// Lowest voltage at any busway at the end, per unit.
    pub lowest_busway_pu: f64,
    /// Incidents of the power path.
    pub incidents: u64,
    /// Largest relative gap of the energy ledger.
    pub worst_imbalance: f64,
    /// Jobs, where the scenario has a workload.
    pub jobs: Option<JobsSummary>,
    /// Digest of the end state and totals.
    pub digest: String,
    /// Parts of the cost, $.
    pub bill: Parts,
    /// The cost with all prices at the low and at the high end of their ranges, $.
    pub cost_range_usd: [f64; 2],
    /// Carbon by what answers one more kWh over decades, t.
    pub long_run_carbon_t: f64,
    /// Water that the grid's generation evaporates, elsewhere, m³.
    pub offsite_water_m3: f64,
}

/// What became of the jobs of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct JobsSummary {
    /// Workload.
    pub workload: String,
    /// Share of the time of training that became work at full pace and was kept.
    pub goodput: f64,
    /// Mean wait of started jobs, s.
    pub wait_mean_s: f64,
    /// Share of the load of services that was served.
    pub served_share: f64,
    /// Interruptions by cause.
    pub interruptions_by_cause: Vec<(String, u64)>,
    /// Where the time of all chips went.
    pub totals: Totals,
}

impl JobsSummary {
    fn of(jobs: &Jobs) -> Self {
        let totals = jobs.totals.clone();
        let ratio = |a: f64, b: f64, none: f64| if b > 0.0 { a / b } else { none };
        let causes = jobs.workload.failures.iter().flat_map(|failures| &failures.causes);
        let names = causes.map(|cause| cause.name.clone()).chain([POWER_OR_HEAT.to_owned()]);
        Self {
            workload: jobs.workload.name.clone(),
            goodput: totals.goodput(),
            wait_mean_s: ratio(totals.wait_s, totals.started as f64, 0.0),
            served_share: ratio(totals.served_h[0], totals.served_h[0] + totals.served_h[1], 1.0),
            interruptions_by_cause: names.zip(totals.by_cause.iter().copied()).collect(),
            totals,
        }
    }
}

impl Summary {
    /// The summary of a world.
    #[must_use]
    pub fn of(world: &World, scenario: &str, seed: u32) -> Self {
        let clock = world.resource::<Clock>();
        let meters = world.resource::<Meters>();
        let campus = &world.resource::<Plan>().0;
        let total = &meters.total;
        let hours = (clock.time_s / 3600.0).max(1e-12);
        Self {
            version: crate::VERSION,
            scenario: scenario.to_owned(),
            site: campus.name.clone(),
            seed,
            ticks: clock.tick,
            tick_s: clock.dt_s,
            simulated_s: clock.time_s,
            live_chips: meters.now.live_chips,
            it_power_mean_w: total.it_energy_kwh / hours * 1000.0,
            facility_power_mean_w: total.energy_kwh / hours * 1000.0,
            peak_demand_w: total.peak_demand_w,
            pue: total.pue,
            wue_l_per_kwh: total.wue_l_per_kwh,
            water_m3: total.water_m3,
            wet_share: total.wet_hours / hours,
            energy_kwh: total.energy_kwh,
            it_energy_kwh: total.it_energy_kwh,
            carbon_t: total.carbon_t,
            marginal_carbon_t: total.marginal_carbon_t,
            cost_usd: total.cost_usd,
            hottest_chip_c: total.hottest_chip_c,
            hottest_chip: campus.chip_address(total.hottest_chip as usize).to_string(),
            limited_chips: meters.now.limited_chips,
            throttled_chip_hours: total.throttled_chip_hours,
            unserved_kwh: total.unserved_kwh,
            most_dark_racks: total.most_dark_racks,
            grid_energy_kwh: total.grid_energy_kwh,
            diesel_l: total.diesel_l,
            steepest_rise_w_per_s: total.steepest_w_per_s[0],
            steepest_fall_w_per_s: total.steepest_w_per_s[1],
            lowest_busway_pu: lowest_busway_pu(world),
            incidents: {
                let incidents = world.resource::<Incidents>();
                incidents.list.len() as u64 + incidents.dropped
            },
            worst_imbalance: total.worst_imbalance,
            jobs: world.get_resource::<Jobs>().map(JobsSummary::of),
            digest: digest_world(world),
            bill: total.bill,
            cost_range_usd: total.cost_range_usd,
            long_run_carbon_t: total.long_run_carbon_t,
            offsite_water_m3: total.offsite_water_m3,
        }
    }
}

fn lowest_busway_pu(world: &World) -> f64 {
    let campus = &world.resource::<Plan>().0;
    let power = world.resource::<PowerColumns>();
    let busways = of_kind(campus, PowerKind::Busway).map(|n| power.voltage_pu[n]);
    busways.filter(|v| *v > 0.0).fold(f64::INFINITY, f64::min).min(1e9)
}

/// SHA-256 of every bit of state that is registered: the same for a scenario natively and in the browser, in any build, for any
/// number of threads and in pieces.
#[must_use]
pub fn digest_world(world: &World) -> String {
    snapshot::digest(world)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
