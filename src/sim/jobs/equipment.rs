//! Units of cooling and power that fail by themselves and are repaired. They act as anybody would: by commands.

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Jobs, stream};
use crate::num::{ln, uniform};
use crate::sim::clock::Clock;
use crate::sim::command::{Command, CommandQueue};
use crate::sim::registry::TwinState;
use crate::sim::state::{AhuColumns, HallColumns, UnitMode};
use crate::sim::twin::Plan;
use crate::site::Campus;
use crate::site::campus::PowerKind;
use crate::workload::files::EquipmentKind;

/// Where a failure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Where {
    Units(usize),
    Cdus(usize),
    Node(u32),
}

/// Equipment of a kind: how far it is from its next failure, in mean times between them.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Class {
    left: f64,
    drawn: u64,
    /// Places, each with so many pieces.
    places: Vec<(Where, u32)>,
}

/// All equipment that fails by itself.
#[derive(Resource, Debug, Clone, Default, Serialize, Deserialize)]
pub struct EquipmentRisk {
    seed: u64,
    classes: Vec<Class>,
    repairs: Vec<(f64, Where)>,
}

impl TwinState for EquipmentRisk {
    const NAME: &'static str = "equipment risk";

    fn fits(&self, other: &Self) -> bool {
        let places = |risk: &Self| {
            risk.classes
                .iter()
                .map(|class| class.places.clone())
                .collect::<Vec<_>>()
        };
        places(self) == places(other)
    }
}

impl EquipmentRisk {
    /// Of a workload on a campus.
    #[must_use]
    pub fn new(jobs: &Jobs, campus: &Campus, seed: u32) -> Self {
        let seed = u64::from(seed);
        let classes = jobs.workload.equipment.iter().enumerate().map(|(c, spec)| Class {
            left: draw(seed, c, 0),
            drawn: 0,
            places: places(campus, spec.what),
        });
        Self {
            seed,
            classes: classes.collect(),
            repairs: Vec::new(),
        }
    }
}

fn draw(seed: u64, class: usize, n: u64) -> f64 {
    -ln(1.0 - uniform(seed, stream::EQUIPMENT ^ ((class as u64) << 32), n))
}

fn places(campus: &Campus, what: EquipmentKind) -> Vec<(Where, u32)> {
    let nodes = |kind: PowerKind| {
        let of_kind = |(n, node): (usize, &crate::site::campus::PowerNode)| {
            (node.kind == kind).then_some((Where::Node(n as u32), node.units))
        };
        campus.power.nodes.iter().enumerate().filter_map(of_kind).collect()
    };
    match what {
        EquipmentKind::CoolingUnit => {
            let of_hall = |(h, hall): (usize, &crate::site::campus::Hall)| (Where::Units(h), hall.units.len() as u32);
            campus.halls.iter().enumerate().map(of_hall).collect()
        }
        EquipmentKind::Cdu => {
            let of_hall = |(h, hall): (usize, &crate::site::campus::Hall)| Some((Where::Cdus(h), hall.liquid?.cdus));
            campus.halls.iter().enumerate().filter_map(of_hall).collect()
        }
        EquipmentKind::Utility => nodes(PowerKind::Utility),
        EquipmentKind::MainTransformer => nodes(PowerKind::MainTransformer),
        EquipmentKind::RingMain => nodes(PowerKind::RingMain),
        EquipmentKind::Lineup => nodes(PowerKind::Lineup),
        EquipmentKind::UnitTransformer => nodes(PowerKind::UnitTransformer),
        EquipmentKind::Switchboard => nodes(PowerKind::Switchboard),
        EquipmentKind::Busway => nodes(PowerKind::Busway),
    }
}

/// Breaks what is due and repairs what is mended; the commands are carried out at the start of the next tick.
pub(super) fn fail(
    plan: Res<Plan>,
    clock: Res<Clock>,
    halls: Res<HallColumns>,
    units: Res<AhuColumns>,
    jobs: Option<ResMut<Jobs>>,
    risk: Option<ResMut<EquipmentRisk>>,
    mut queue: ResMut<CommandQueue>,
) {
    let (Some(mut jobs), Some(mut risk)) = (jobs, risk) else {
        return;
    };
    if clock.warming_up() {
        return;
    }
    let (risk, campus) = (&mut *risk, &*plan.0);
    let live = |place: &Where| match place {
        Where::Units(h) | Where::Cdus(h) => halls.live[*h],
        Where::Node(n) => campus.power.nodes[*n as usize]
            .building
            .is_none_or(|b| campus.buildings[b as usize].halls.clone().any(|h| halls.live[h])),
    };
    let mut k = 0;
    while k < risk.repairs.len() {
        let (ready_s, place) = risk.repairs[k];
        if ready_s > clock.time_s {
            k += 1;
            continue;
        }
        risk.repairs.swap_remove(k);
        // A hall's units are repaired together: the last one out of service decides.
        if risk.repairs.iter().any(|(_, other)| *other == place) {
            continue;
        }
        queue.0.push(match place {
            Where::Units(hall) => Command::RepairUnits { hall },
            Where::Cdus(hall) => Command::RepairCdus { hall },
            Where::Node(node) => Command::RepairNode(node),
        });
    }
    let hours = clock.dt_s / 3600.0;
    for (c, class) in risk.classes.iter_mut().enumerate() {
        let spec = &jobs.workload.equipment[c];
        let (mtbf_h, repair_h) = (spec.mtbf_h.value, spec.repair_h.value);
        let able: Vec<(Where, u32)> = class.places.iter().filter(|(place, _)| live(place)).copied().collect();
        let pieces: u64 = able.iter().map(|(_, n)| u64::from(*n)).sum();
        class.left -= hours * pieces as f64 / mtbf_h;
        while class.left <= 0.0 && pieces > 0 {
            class.drawn += 1;
            class.left += draw(risk.seed, c, class.drawn);
            let key = stream::EQUIPMENT ^ ((c as u64) << 32) ^ (1 << 60);
            let mut at = (uniform(risk.seed, key, class.drawn) * pieces as f64) as u64;
            let hit = able.iter().find(|(_, n)| {
                let here = at < u64::from(*n);
                at = at.saturating_sub(u64::from(*n));
                here
            });
            let Some((place, _)) = hit.copied() else { break };
            if let Where::Units(h) = place
                && campus.halls[h].units.clone().all(|u| units.mode[u] == UnitMode::Failed)
            {
                continue;
            }
            queue.0.push(match place {
                Where::Units(hall) => Command::FailUnits { hall, count: 1 },
                Where::Cdus(hall) => Command::FailCdus { hall, count: 1 },
                Where::Node(node) => Command::BreakNode { node, count: 1 },
            });
            risk.repairs.push((clock.time_s + repair_h * 3600.0, place));
            jobs.totals.equipment_failures += 1;
        }
    }
}
