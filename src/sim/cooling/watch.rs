//! Watches every hall for chips that throttle, trip and cool down again, and says since when and why.

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use crate::sim::clock::Clock;
use crate::sim::power::RackPower;
use crate::sim::power::grid::Grid;
use crate::sim::power::incidents::{At, Incidents, What};
use crate::sim::registry::TwinState;
use crate::sim::state::{HallColumns, RackColumns};
use crate::sim::twin::Plan;
use crate::sim::weather::Outside;

/// Time without a throttled chip after which a hall counts as cool again, s: its hottest parts come and go.
const CALM_S: f64 = 600.0;

/// Time for which a hall stays warmer than before after its cooling has come back, s: chips that throttle within it do so
/// because of what was lost.
const WARM_S: f64 = 1_800.0;

/// What can be taken from a hall's cooling, the gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// Power of its fans and pumps.
    Plant,
    /// Air-handling units.
    Units,
    /// Coolant distribution units.
    Cdus,
    /// The site's water.
    Water,
    /// The set points of the plan.
    SetPoints,
}

/// What a hall's cooling lacks, each by the incident that took it, and what came back last.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
struct Losses {
    /// In the order of [`Loss`].
    open: [Option<u32>; 5],
    /// The incident by which something last came back, and when, s since the start.
    back: Option<(u32, f64)>,
}

impl Losses {
    /// The gravest that is open; else what came back so lately that the hall may still be warm from it.
    fn cause(&self, now_s: f64) -> Option<u32> {
        let lately = self.back.filter(|(_, at_s)| now_s - at_s <= WARM_S);
        let mut open = self.open.iter().flatten();
        open.next().copied().or(lately.map(|(number, _)| number))
    }
}

/// How a hall has held since the start, or since what last disturbed it.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct HallWatch {
    /// When chips first throttled, s since the start.
    pub throttled_s: Option<f64>,
    /// The rack of the hottest chip then.
    pub throttled_rack: u32,
    /// When one in a hundred of its chips first throttled: more than its few hottest parts, s since the start.
    pub percent_s: Option<f64>,
    /// Most chips that throttled or had tripped at once.
    pub most_limited: u32,
    /// When chips first tripped, s since the start.
    pub tripped_s: Option<f64>,
    /// When all of its chips were off, s since the start.
    pub shut_down_s: Option<f64>,
    /// When the last chip stopped to throttle, s since the start; none while any does, or has lately.
    pub cooled_s: Option<f64>,
    /// Hottest chip so far, °C.
    pub hottest_c: f32,
    /// Hottest inlet air so far, °C.
    pub hottest_inlet_c: f32,
    /// The incident of its throttling while it goes on.
    throttling: Option<u32>,
    /// Whether it throttles, or has within [`CALM_S`].
    active: bool,
    /// Time since a chip last throttled, s.
    calm_s: f64,
    /// Whether its plant has power.
    plant: bool,
    /// What its cooling lacks.
    losses: Losses,
}

/// All halls.
#[derive(Resource, Debug, Clone, Default, Serialize, Deserialize)]
pub struct ThermalWatch {
    /// By hall.
    pub halls: Vec<HallWatch>,
}

impl TwinState for ThermalWatch {
    const NAME: &'static str = "thermal watch";

    fn fits(&self, other: &Self) -> bool {
        self.halls.len() == other.halls.len()
    }
}

impl HallWatch {
    /// What explains its state best at a time, s since the start: that it throttles, or what took cooling from it.
    #[must_use]
    pub fn reason(&self, now_s: f64) -> Option<u32> {
        self.throttling.or(self.losses.cause(now_s))
    }

    /// The incident by which this was taken from its cooling; none while it has it.
    pub(in crate::sim) fn lost_by(&self, what: Loss) -> Option<u32> {
        self.losses.open[what as usize]
    }

    /// Notes the incident by which something was taken from its cooling.
    pub(in crate::sim) fn lose(&mut self, what: Loss, by: Option<u32>) {
        self.losses.open[what as usize] = by;
    }

    /// Notes the incident by which something came back.
    pub(in crate::sim) fn regain(&mut self, what: Loss, by: Option<u32>, now_s: f64) {
        self.losses.open[what as usize] = None;
        self.losses.back = by.map(|number| (number, now_s));
    }

    /// Begins anew; what was seen first stays on record.
    pub(in crate::sim) fn calm_down(&mut self) {
        (self.active, self.plant, self.calm_s) = (false, true, 0.0);
        (self.losses, self.throttling) = (Losses::default(), None);
    }
}

impl ThermalWatch {
    /// Nothing has happened to so many halls.
    #[must_use]
    pub fn new(halls: usize) -> Self {
        let calm = HallWatch {
            plant: true,
            hottest_c: f32::MIN,
            hottest_inlet_c: f32::MIN,
            ..HallWatch::default()
        };
        Self {
            halls: vec![calm; halls],
        }
    }
}

pub(super) fn watch(
    plan: Res<Plan>,
    clock: Res<Clock>,
    outside: Res<Outside>,
    power: Res<RackPower>,
    grid: Res<Grid>,
    racks: Res<RackColumns>,
    halls: Res<HallColumns>,
    mut watch: ResMut<ThermalWatch>,
    mut incidents: ResMut<Incidents>,
) {
    if clock.warming_up() {
        return;
    }
    let campus = &*plan.0;
    let now_s = clock.time_s;
    for (h, hall) in campus.halls.iter().enumerate().filter(|(h, _)| halls.live[*h]) {
        let watch = &mut watch.halls[h];
        let at = At::Hall(h as u32);
        if watch.plant != power.plant_fed[h] {
            watch.plant = power.plant_fed[h];
            if watch.plant {
                let back = incidents.push_at(now_s, at, What::PlantBack, watch.lost_by(Loss::Plant));
                watch.regain(Loss::Plant, back, now_s);
            } else {
                let cause = grid.last_loss(&campus.power.boards[h]);
                watch.lose(Loss::Plant, incidents.push_at(now_s, at, What::PlantDark, cause));
            }
        }
        watch.hottest_c = watch.hottest_c.max(halls.hottest_chip_c[h]);
        let inlets = racks.inlet_c[hall.racks.clone()].iter().copied();
        watch.hottest_inlet_c = watch.hottest_inlet_c.max(inlets.fold(f32::MIN, f32::max));
        let (limited, tripped) = (halls.limited[h], halls.tripped[h]);
        let chips = campus.chips_of(hall.racks.clone()).len() as u32;
        watch.most_limited = watch.most_limited.max(limited);
        if limited > 0 && limited >= chips / 100 && watch.percent_s.is_none() {
            watch.percent_s = Some(now_s);
        }
        if limited > 0 && !watch.active {
            watch.active = true;
            watch.cooled_s = None;
            let rack = halls.hottest_rack[h];
            let what = What::Throttling(rack, outside.dry_bulb_c as f32);
            watch.throttling = incidents.push_at(now_s, at, what, watch.losses.cause(now_s));
            if watch.throttled_s.is_none() {
                (watch.throttled_s, watch.throttled_rack) = (Some(now_s), rack);
            }
        }
        if tripped > 0 && watch.tripped_s.is_none() {
            watch.tripped_s = Some(now_s);
            let rack = halls.hottest_rack[h];
            watch.throttling = incidents.push_at(now_s, at, What::ChipsTripped(rack), watch.throttling);
        }
        if tripped >= chips && chips > 0 && watch.shut_down_s.is_none() {
            watch.shut_down_s = Some(now_s);
            watch.throttling = incidents.push_at(now_s, at, What::ShutDown, watch.throttling);
        }
        watch.calm_s = if limited > 0 { 0.0 } else { watch.calm_s + clock.dt_s };
        if watch.active && watch.calm_s >= CALM_S {
            watch.active = false;
            let cooled_s = now_s - watch.calm_s;
            watch.cooled_s = Some(cooled_s);
            let _ = incidents.push_at(now_s, at, What::Cooled, watch.throttling.take());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gravest_loss_is_the_cause_and_what_came_back_is_for_a_while() {
        let mut watch = HallWatch::default();
        assert_eq!(watch.reason(0.0), None);
        watch.lose(Loss::Units, Some(3));
        watch.lose(Loss::Plant, Some(7));
        watch.lose(Loss::Units, Some(8));
        assert_eq!(watch.reason(10.0), Some(7), "without power no unit counts");
        watch.regain(Loss::Plant, Some(9), 60.0);
        assert_eq!(watch.reason(60.0), Some(8), "units are still out");
        watch.regain(Loss::Units, Some(11), 90.0);
        assert_eq!(
            watch.reason(90.0 + WARM_S),
            Some(11),
            "it is still warm from what was lost"
        );
        assert_eq!(watch.reason(91.0 + WARM_S), None);
    }
}
