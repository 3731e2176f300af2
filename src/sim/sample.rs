//! The site at a glance: every figure of a recorded sample, which conditions can watch as well.

use bevy_ecs::world::World;
use serde::Serialize;

use super::clock::Clock;
use super::jobs::Jobs;
use super::meters::Meters;
use super::state::{AhuColumns, HallColumns, RackColumns, UnitMode};
use super::twin::Plan;
use super::weather::Outside;
use crate::workload::Kind;

/// Declares the sample from one list of columns, so that names and values cannot part.
macro_rules! columns {
    ($($(#[$meta:meta])* $name:ident,)*) => {
        /// One recorded sample of the site. Every field is a column of the time series.
        #[derive(Debug, Clone, Copy, PartialEq, Serialize)]
        pub struct Sample { $($(#[$meta])* pub $name: f64,)* }

        impl Sample {
            /// Names of the columns, in order.
            pub const COLUMNS: [&'static str; [$(stringify!($name)),*].len()] = [$(stringify!($name)),*];

            /// Values in the order of the columns.
            #[must_use]
            pub fn values(&self) -> [f64; Self::COLUMNS.len()] {
                [$(self.$name),*]
            }
        }
    };
}

columns! {
    /// Time since the start, s.
    time_s,
    /// Dry bulb outside, °C.
    dry_bulb_c,
    /// Wet bulb outside, °C.
    wet_bulb_c,
    /// Racks and network, W.
    it_power_w,
    /// All that comes in, from the utility and from fuel, W.
    facility_power_w,
    /// From the utility, W.
    grid_power_w,
    /// From gensets, W.
    genset_power_w,
    /// Into rack batteries, W; negative while they help.
    battery_power_w,
    /// All that cooling draws, W.
    cooling_power_w,
    /// Fans of air-handling units and in-row coils, W.
    fan_power_w,
    /// Pumps of media and liquid loops, W.
    pump_power_w,
    /// Fans of towers and dry coolers, W.
    rejection_power_w,
    /// Compressors of chillers, W.
    chiller_power_w,
    /// Losses of the power path, W.
    loss_power_w,
    /// Facility over IT.
    pue,
    /// Water, L/s.
    water_l_s,
    /// Hottest chip, °C.
    hottest_chip_c,
    /// Throttled or tripped chips.
    limited_chips,
    /// Cooling units that evaporate.
    wet_units,
    /// Racks without any power.
    dark_racks,
    /// Load that no feed carries, W.
    unserved_w,
    /// Facility energy since the start, kWh.
    energy_kwh,
    /// Jobs that hold units.
    running_jobs,
    /// Jobs that wait.
    waiting_jobs,
    /// Chips held by training jobs, services and batches.
    held_chips,
    /// Mean pace of training jobs by their chips, share of full; 0 while none runs.
    training_pace,
    /// Load of services that is not served, in chips at full utilisation.
    unserved_load_chips,
    /// Price of energy, $/MWh.
    energy_usd_per_mwh,
    /// Average carbon of the grid, g/kWh.
    carbon_g_per_kwh,
    /// Short-run marginal carbon of the grid, g/kWh.
    marginal_carbon_g_per_kwh,
    /// The bill since the start, $.
    cost_usd,
    /// Carbon by the grid's average since the start, t.
    carbon_t,
    /// Lights and the like, W.
    misc_power_w,
    /// Supply air, mean over live halls, °C.
    supply_c,
    /// Warmest air at the inlet of any live rack, °C.
    hottest_inlet_c,
    /// Cooling units of live halls that mix outside air with return air.
    mixing_units,
    /// Cooling units of live halls that cool with outside air alone.
    free_units,
    /// Cooling units of live halls that do not run.
    off_units,
}

impl Sample {
    /// The sample of a world now.
    #[must_use]
    pub fn of(world: &World) -> Self {
        let meters = world.resource::<Meters>();
        let (now, outside) = (&meters.now, world.resource::<Outside>());
        let jobs = world.get_resource::<Jobs>().map(JobsNow::of).unwrap_or_default();
        let air = AirNow::of(world);
        Self {
            time_s: world.resource::<Clock>().time_s,
            dry_bulb_c: outside.dry_bulb_c,
            wet_bulb_c: outside.wet_bulb_c,
            it_power_w: now.it_w,
            facility_power_w: now.facility_w,
            grid_power_w: now.grid_w,
            genset_power_w: now.genset_w,
            battery_power_w: now.battery_w,
            cooling_power_w: now.cooling_w,
            fan_power_w: now.fans_w,
            pump_power_w: now.pumps_w,
            rejection_power_w: now.rejection_w,
            chiller_power_w: now.chillers_w,
            loss_power_w: now.loss_w,
            pue: now.pue,
            water_l_s: now.water_l_s,
            hottest_chip_c: now.hottest_chip_c,
            limited_chips: f64::from(now.limited_chips),
            wet_units: f64::from(now.wet_units),
            dark_racks: f64::from(now.dark_racks),
            unserved_w: now.unserved_w,
            energy_kwh: meters.total.energy_kwh,
            running_jobs: jobs.running,
            waiting_jobs: jobs.waiting,
            held_chips: jobs.held_chips,
            training_pace: jobs.training_pace,
            unserved_load_chips: jobs.unserved_chips,
            energy_usd_per_mwh: now.energy_usd_per_mwh,
            carbon_g_per_kwh: now.carbon_g_per_kwh[0],
            marginal_carbon_g_per_kwh: now.carbon_g_per_kwh[1],
            cost_usd: meters.total.cost_usd,
            carbon_t: meters.total.carbon_t,
            misc_power_w: now.misc_w,
            supply_c: air.supply_c,
            hottest_inlet_c: air.hottest_inlet_c,
            mixing_units: air.units[0],
            free_units: air.units[1],
            off_units: air.units[2],
        }
    }
}

/// Readings of jobs.
#[derive(Debug, Clone, Copy, Default)]
struct JobsNow {
    running: f64,
    waiting: f64,
    held_chips: f64,
    training_pace: f64,
    unserved_chips: f64,
}

impl JobsNow {
    fn of(jobs: &Jobs) -> Self {
        let mut now = Self {
            waiting: jobs.waiting.len() as f64,
            ..Self::default()
        };
        let mut training = [0.0; 2];
        for job in jobs.running() {
            let chips = f64::from(job.chips);
            now.running += 1.0;
            now.held_chips += chips;
            now.unserved_chips += job.load_chips[1];
            if job.job.kind == Kind::Training {
                let pace = if job.stuck { 0.0 } else { job.pace };
                training = [training[0] + chips * pace, training[1] + chips];
            }
        }
        if training[1] > 0.0 {
            now.training_pace = training[0] / training[1];
        }
        now
    }
}

/// Readings of the air of live halls.
#[derive(Debug, Clone, Copy, Default)]
struct AirNow {
    supply_c: f64,
    hottest_inlet_c: f64,
    /// Mixing, free, not running.
    units: [f64; 3],
}

impl AirNow {
    fn of(world: &World) -> Self {
        let (campus, halls) = (&world.resource::<Plan>().0, world.resource::<HallColumns>());
        let (racks, units) = (world.resource::<RackColumns>(), world.resource::<AhuColumns>());
        let mut now = Self::default();
        let (mut live, mut hottest) = (0.0, f32::NEG_INFINITY);
        for (h, hall) in campus.halls.iter().enumerate().filter(|(h, _)| halls.live[*h]) {
            live += 1.0;
            now.supply_c += halls.supply_c[h];
            hottest = racks.inlet_c[hall.racks.clone()]
                .iter()
                .copied()
                .fold(hottest, f32::max);
            for mode in &units.mode[hall.units.clone()] {
                match mode {
                    UnitMode::Mixing => now.units[0] += 1.0,
                    UnitMode::Free => now.units[1] += 1.0,
                    UnitMode::Evaporative => {}
                    UnitMode::Off | UnitMode::Failed | UnitMode::Maintenance => now.units[2] += 1.0,
                }
            }
        }
        if live > 0.0 {
            now.supply_c /= live;
            now.hottest_inlet_c = f64::from(hottest);
        }
        now
    }
}
