//! What power and cooling allow: room for more work in every hall, and power caps that slow clocks.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Jobs;
use crate::physics::air::AIR_CP_J_PER_KG_K;
use crate::sim::chips::Kernels;
use crate::sim::state::{HallColumns, RackColumns};
use crate::site::Campus;
use crate::site::campus::Found;
use crate::workload::place::{Conditions, Pool};
use crate::workload::plan::{CapAt, Workload};

/// Slowest clock that a power cap sets, share of full.
const SLOWEST: f64 = 0.05;

/// Fastest rise of a clock that a cap has held down, times a tick: so that it comes to the cap from below.
const RISE: f64 = 1.25;

/// Power limits and the clocks that they leave.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Limits {
    /// Caps: what they are about, W, and the clock that each leaves.
    caps: Vec<(CapAt, f64, f64)>,
    /// Clock that caps leave each hall, share of full.
    clock: Vec<f64>,
    /// IT that a hall can have with one of its line-ups lost, W.
    firm_w: Vec<f64>,
    /// Agreed demand of the site, W.
    agreed_w: f64,
}

/// Room for more work now.
pub(super) struct Room<'a> {
    inlet_c: Vec<f32>,
    power_w: Vec<f64>,
    cool_w: Vec<f64>,
    site_w: f64,
    unit_w: Box<dyn Fn(usize, f64) -> f64 + 'a>,
}

impl Room<'_> {
    /// As placement sees it.
    #[must_use]
    pub(super) fn conditions(&self) -> Conditions<'_> {
        Conditions {
            unit_inlet_c: &self.inlet_c,
            hall_headroom_w: &self.power_w,
            hall_cool_w: &self.cool_w,
            site_headroom_w: self.site_w,
            unit_w: &*self.unit_w,
        }
    }
}

impl Limits {
    /// Limits of a workload on a campus.
    #[must_use]
    pub fn new(workload: &Workload, campus: &Campus) -> Self {
        let firm_w = campus
            .power
            .boards
            .iter()
            .enumerate()
            .map(|(h, boards)| {
                let lineups = campus.buildings[campus.halls[h].building].lineups.len().max(1);
                let rating_va: f64 = boards.iter().map(|n| campus.power.nodes[*n as usize].rating_va()).sum();
                // Of two line-ups one carries all; of four, three.
                let left = if lineups > 1 {
                    (lineups - 1) as f64 / lineups as f64
                } else {
                    1.0
                };
                rating_va * left
            })
            .collect();
        Self {
            caps: workload.caps.iter().map(|(at, w)| (at.clone(), *w, 1.0)).collect(),
            clock: vec![1.0; campus.halls.len()],
            firm_w,
            agreed_w: campus.power.utility.agreed_w.value,
        }
    }

    /// Clock that caps leave a hall, share of full.
    #[must_use]
    pub fn clock(&self, hall: u32) -> f64 {
        self.clock[hall as usize]
    }

    /// Sets the limit of a place, or of the site; lifts it where there is none.
    pub fn set(&mut self, at: Option<Found>, limit_w: Option<f64>) {
        let at = at.map_or(CapAt::Site, CapAt::Place);
        self.caps.retain(|(other, ..)| *other != at);
        if let Some(limit_w) = limit_w {
            self.caps.push((at, limit_w, 1.0));
        }
    }

    /// Limits in force: what they are about, W, and the clock that each leaves.
    #[must_use]
    pub fn caps(&self) -> &[(CapAt, f64, f64)] {
        &self.caps
    }

    /// Sets the clocks for this tick from what was drawn in the last one; gives those of jobs by name.
    pub(super) fn hold(
        &mut self,
        campus: &Campus,
        kernels: &Kernels,
        halls: &HallColumns,
        job_w: &BTreeMap<String, [f64; 2]>,
    ) -> BTreeMap<String, f64> {
        let mut of_jobs = BTreeMap::new();
        if self.caps.is_empty() {
            self.clock.fill(1.0);
            return of_jobs;
        }
        let idle_w = |h: usize| {
            let rows = campus.halls[h].rows.clone();
            let idle = |r: usize| {
                let row = &campus.rows[r];
                kernels.expected_rack_w(row.kind, 0.0) * row.racks.len() as f64
            };
            rows.map(idle).sum::<f64>()
        };
        self.clock.fill(1.0);
        for (at, limit_w, clock) in &mut self.caps {
            let of_halls = |range: std::ops::Range<usize>| {
                let live = || range.clone().filter(|h| halls.live[*h]);
                [live().map(|h| halls.it_w[h]).sum::<f64>(), live().map(idle_w).sum()]
            };
            let [now_w, idle_w] = match at {
                CapAt::Site => of_halls(0..campus.halls.len()),
                CapAt::Place(found) => of_halls(halls_of(campus, *found)),
                CapAt::Job(name) => job_w.get(name).copied().unwrap_or_default(),
            };
            *clock = next_clock(*clock, now_w, idle_w, *limit_w);
            match at {
                CapAt::Site => lower(&mut self.clock, *clock),
                CapAt::Place(found) => lower(&mut self.clock[halls_of(campus, *found)], *clock),
                CapAt::Job(name) => {
                    of_jobs.insert(name.clone(), *clock);
                }
            }
        }
        of_jobs
    }

    /// Room for more work now.
    #[must_use]
    pub(super) fn room<'a>(
        &self,
        campus: &'a Campus,
        kernels: &'a Kernels,
        halls: &HallColumns,
        racks: &RackColumns,
        pool: &Pool,
    ) -> Room<'a> {
        let n = campus.halls.len();
        let mut power_w: Vec<f64> = (0..n)
            .map(|h| (self.firm_w[h] - halls.it_w[h] - halls.cooling_w[h] - halls.misc_w[h]).max(0.0))
            .collect();
        // Air that the units could move more, at the rise that the hall has now; a liquid loop takes what it does now in
        // the same proportion.
        let cool_w = (0..n)
            .map(|h| {
                let hall = &campus.halls[h];
                let able = campus.cooling_kinds[hall.cooling_kind].airflow_kg_s.value * hall.units.len() as f64;
                let air_w = halls.heat_to_air_w[h].max(0.0);
                let rise_k = (halls.hot_aisle_c[h] - halls.supply_c[h]).max(8.0);
                let air_room_w = (able / hall.supply_ratio * AIR_CP_J_PER_KG_K * rise_k - air_w).max(0.0);
                match hall.liquid {
                    Some(_) if halls.heat_to_liquid_w[h] > 0.0 => {
                        air_room_w * (1.0 + halls.heat_to_liquid_w[h] / air_w.max(1.0))
                    }
                    _ => air_room_w,
                }
            })
            .collect();
        let mut site_w = (self.agreed_w
            - halls
                .it_w
                .iter()
                .zip(&halls.cooling_w)
                .map(|(it, cooling)| it + cooling)
                .sum::<f64>())
        .max(0.0);
        for (at, limit_w, _) in &self.caps {
            match at {
                CapAt::Site => site_w = site_w.min((limit_w - halls.it_w.iter().sum::<f64>()).max(0.0)),
                CapAt::Place(found) => {
                    let range = halls_of(campus, *found);
                    let left = (limit_w - range.clone().map(|h| halls.it_w[h]).sum::<f64>()).max(0.0);
                    let each = left / range.len().max(1) as f64;
                    range.for_each(|h| power_w[h] = power_w[h].min(each));
                }
                CapAt::Job(_) => {}
            }
        }
        let inlet_c = pool
            .units
            .iter()
            .map(|unit| {
                let inlets = &racks.inlet_c[unit.racks.clone()];
                inlets.iter().sum::<f32>() / inlets.len().max(1) as f32
            })
            .collect();
        let units: Vec<(usize, f64)> = pool
            .units
            .iter()
            .map(|unit| (unit.kind as usize, unit.racks.len() as f64))
            .collect();
        Room {
            inlet_c,
            power_w,
            cool_w,
            site_w,
            unit_w: Box::new(move |u, utilisation| {
                let (kind, racks) = units[u];
                racks * (kernels.expected_rack_w(kind, utilisation) - kernels.expected_rack_w(kind, 0.0))
            }),
        }
    }
}

/// Halls of a place.
fn halls_of(campus: &Campus, found: Found) -> std::ops::Range<usize> {
    match found {
        Found::Building(building) => campus.buildings[building].halls.clone(),
        Found::Hall(hall) => hall..hall + 1,
        Found::Row(row) => {
            let hall = campus.rows[row].hall;
            hall..hall + 1
        }
        Found::Rack(rack) | Found::Tray { rack, .. } | Found::Chip { rack, .. } => {
            let hall = campus.hall_of(rack);
            hall..hall + 1
        }
    }
}

fn lower(clocks: &mut [f64], to: f64) {
    for clock in clocks {
        *clock = clock.min(to);
    }
}

/// The clock that would have met the limit in the last tick, if the draw above idle goes with it.
fn next_clock(clock: f64, now_w: f64, idle_w: f64, limit_w: f64) -> f64 {
    let above_w = now_w - idle_w;
    if above_w <= 0.0 {
        return if limit_w > now_w {
            (clock * RISE).min(1.0)
        } else {
            SLOWEST
        };
    }
    (clock * (limit_w - idle_w) / above_w)
        .min(clock * RISE)
        .clamp(SLOWEST, 1.0)
}

impl Jobs {
    /// Draw and idle draw of jobs that have a cap of their own, W.
    pub(super) fn capped_w(&self, campus: &Campus, kernels: &Kernels) -> BTreeMap<String, [f64; 2]> {
        let mut out = BTreeMap::new();
        for (at, ..) in self.limits.caps() {
            let CapAt::Job(name) = at else { continue };
            let mut sum = [0.0; 2];
            for job in self.running().filter(|job| job.job.name == *name) {
                sum[0] += job.power_w;
                for unit in &job.units {
                    let unit = &self.pool.units[*unit as usize];
                    let row = &campus.rows[unit.row as usize];
                    sum[1] += kernels.expected_rack_w(row.kind, 0.0) * unit.racks.len() as f64;
                }
            }
            out.insert(name.clone(), sum);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::next_clock;

    /// A hall that draws 40 idle and 60 more at full clock: a cap of 70 asks for half.
    #[test]
    fn a_cap_is_met_within_ticks_and_lifted_slowly() {
        let draw = |clock: f64| 40.0 + 60.0 * clock;
        let mut clock = 1.0;
        for _ in 0..3 {
            clock = next_clock(clock, draw(clock), 40.0, 70.0);
        }
        assert!((draw(clock) - 70.0).abs() < 1e-9, "{clock}");
        let freed = next_clock(clock, draw(clock), 40.0, 1_000.0);
        assert!((freed - 0.625).abs() < 1e-12, "{freed}");
        assert!(next_clock(0.5, 30.0, 40.0, 35.0) > 0.5);
    }
}
