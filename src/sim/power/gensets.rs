//! Genset plants: orders to start, units that join the bus or do not, blocks of load, fuel.

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use crate::num::{ln, uniform};
use crate::sim::registry::TwinState;
use crate::site::campus::GensetPlant;

/// A unit of a plant.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Unit {
    /// Standing by.
    Off,
    /// Ordered to start; ready after so many seconds.
    Starting(f64),
    /// On the bus; stops by itself after so many hours.
    On(f64),
    /// Did not start, or stopped.
    Failed,
}

/// State of a plant.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Plant {
    /// Its units.
    pub units: Vec<Unit>,
    /// Fuel left, L.
    pub fuel_l: f64,
    /// How often it was ordered to start.
    pub starts: u32,
    /// The incident by which it was ordered.
    pub ordered: Option<u32>,
    /// The incident after which it carries less than it should.
    pub weakened: Option<u32>,
    /// Time for which its line-up has been without voltage, s; while it runs, with voltage from elsewhere.
    pub wait_s: f64,
    /// Time since the last block of load, s.
    pub block_s: f64,
}

/// All plants, in the order of the campus.
#[derive(Resource, Debug, Clone, Default, Serialize, Deserialize)]
pub struct Gensets {
    /// Their states.
    pub plants: Vec<Plant>,
    /// Seed of start failures and stops.
    pub seed: u64,
}

impl TwinState for Gensets {
    const NAME: &'static str = "gensets";

    fn fits(&self, other: &Self) -> bool {
        let units = |gensets: &Self| gensets.plants.iter().map(|plant| plant.units.len()).collect::<Vec<_>>();
        units(self) == units(other)
    }
}

/// What a unit did in a step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Did {
    /// Unit did not start.
    NoStart(u32),
    /// Unit came onto the bus.
    Joined,
    /// Unit stopped.
    Stopped(u32),
    /// The tank is empty.
    OutOfFuel,
}

/// Random streams of this module, beside those of `twin`.
const START: u64 = 11;
const RUN: u64 = 12;

impl Gensets {
    /// All plants at rest with full tanks.
    #[must_use]
    pub fn new(plants: &[GensetPlant], seed: u64) -> Self {
        let plants = plants
            .iter()
            .map(|plant| Plant {
                units: vec![Unit::Off; plant.units as usize],
                fuel_l: plant.spec.tank_l.value * f64::from(plant.units),
                starts: 0,
                ordered: None,
                weakened: None,
                wait_s: 0.0,
                block_s: 0.0,
            })
            .collect();
        Self { plants, seed }
    }
}

impl Plant {
    /// Units on the bus.
    #[must_use]
    pub fn on_bus(&self) -> u32 {
        self.units.iter().filter(|unit| matches!(unit, Unit::On(_))).count() as u32
    }

    /// Units that did not start, or stopped, or are broken.
    #[must_use]
    pub fn failed(&self) -> u32 {
        self.units.iter().filter(|unit| **unit == Unit::Failed).count() as u32
    }

    /// Whether any unit runs or is about to.
    #[must_use]
    pub fn running(&self) -> bool {
        self.units
            .iter()
            .any(|unit| matches!(unit, Unit::On(_) | Unit::Starting(_)))
    }

    /// Whether any unit is still to come.
    #[must_use]
    pub fn starting(&self) -> bool {
        self.units.iter().any(|unit| matches!(unit, Unit::Starting(_)))
    }

    /// Orders every unit that stands by to start: the first is ready after `start_s`, each further one joins the bus
    /// `join_s` later.
    pub(super) fn order(&mut self, spec: &GensetPlant) {
        if self.fuel_l <= 0.0 {
            return;
        }
        self.starts += 1;
        let mut ready_s = spec.spec.start_s.value;
        for unit in &mut self.units {
            if *unit == Unit::Off {
                *unit = Unit::Starting(ready_s);
                ready_s += spec.spec.join_s.value;
            }
        }
    }

    /// Stops every unit; those that failed stay so.
    pub(super) fn rest(&mut self) {
        for unit in &mut self.units {
            if *unit != Unit::Failed {
                *unit = Unit::Off;
            }
        }
    }

    /// Moves all units by a step at a load of the plant, W, and burns fuel. `key` is the plant's number.
    pub(super) fn step(&mut self, spec: &GensetPlant, load_w: f64, dt_s: f64, seed: u64, key: u64) -> Vec<Did> {
        let mut did = Vec::new();
        let chance = |stream: u64, starts: u32, unit: usize| {
            uniform(seed, stream, (key << 32) | (u64::from(starts) << 16) | unit as u64)
        };
        let (starts, figures) = (self.starts, &spec.spec);
        for (u, unit) in self.units.iter_mut().enumerate() {
            let number = u as u32 + 1;
            match unit {
                Unit::Starting(left_s) => {
                    *left_s -= dt_s;
                    if *left_s > 1e-9 {
                        continue;
                    }
                    if chance(START, starts, u) < figures.start_failure.value {
                        *unit = Unit::Failed;
                        did.push(Did::NoStart(number));
                    } else {
                        // Stops come at a constant rate while it runs.
                        let life_h = -ln(1.0 - chance(RUN, starts, u)) * figures.mtbf_h.value;
                        *unit = Unit::On(life_h);
                        did.push(Did::Joined);
                    }
                }
                Unit::On(left_h) => {
                    *left_h -= dt_s / 3600.0;
                    if *left_h <= 0.0 {
                        *unit = Unit::Failed;
                        did.push(Did::Stopped(number));
                    }
                }
                Unit::Off | Unit::Failed => {}
            }
        }
        let rated_kw = figures.rating_w.value / 1e3 * f64::from(self.on_bus());
        if rated_kw > 0.0 {
            // Fuel over load is a straight line (Willans): some at no load, the rest in proportion.
            let share = (load_w / 1e3 / rated_kw).max(0.0);
            let idle = figures.idle_fuel_share.value;
            self.fuel_l -= rated_kw * figures.fuel_l_per_kwh.value * (idle + (1.0 - idle) * share) * dt_s / 3600.0;
            if self.fuel_l <= 0.0 {
                self.fuel_l = 0.0;
                self.rest();
                did.push(Did::OutOfFuel);
            }
        }
        did
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::load::load_site;
    use crate::site::texts::NoFiles;

    /// docs/facts.md, 4.3: about 34 h at full load from a tank of 6,670 gallons.
    #[test]
    fn a_full_tank_lasts_as_published() {
        let campus = load_site(&NoFiles, "builtin:rainier", None).expect("is valid").campus;
        let mut spec = campus.power.gensets[0].clone();
        spec.spec.start_failure.value = 0.0;
        spec.spec.mtbf_h.value = 1e6;
        let mut plant = Gensets::new(std::slice::from_ref(&spec), 1).plants.remove(0);
        plant.order(&spec);
        let mut hours = 0.0_f64;
        while plant.running() && hours < 100.0 {
            let load_w = spec.spec.rating_w.value * f64::from(plant.on_bus());
            let _ = plant.step(&spec, load_w, 60.0, 1, 0);
            hours += 60.0 / 3600.0;
        }
        assert!((hours - 34.0).abs() < 1.0, "{hours}");
        assert_eq!(plant.fuel_l, 0.0);
    }

    /// The share of units that do not start is the chance that the file gives.
    #[test]
    fn start_failures_come_as_often_as_stated() {
        let campus = load_site(&NoFiles, "builtin:rainier", None).expect("is valid").campus;
        let mut spec = campus.power.gensets[0].clone();
        spec.spec.start_failure.value = 0.1;
        let (mut failed, mut tried) = (0, 0);
        for seed in 0..400 {
            let mut plant = Gensets::new(std::slice::from_ref(&spec), seed).plants.remove(0);
            plant.order(&spec);
            for _ in 0..60 {
                let _ = plant.step(&spec, 0.0, 1.0, seed, 0);
            }
            failed += plant.failed() as usize;
            tried += plant.units.len();
        }
        let share = failed as f64 / tried as f64;
        // Four standard deviations of 5,200 draws.
        assert!((share - 0.1).abs() < 4.0 * (0.09 / tried as f64).sqrt(), "{share}");
    }
}
