//! The power path of a site: what its file says, checked, and the graph that comes of it.
//!
//! Utility → main transformers, one a bus of a substation → ring main units, if buildings are in rings → line-ups of
//! buildings → unit transformers → switchboards → a busway for each cord of a row. Every node names the nodes that can
//! feed it in order of preference, so that a ring, a transfer switch and gensets are one idea. The topologies of the
//! field are patterns of cords: N `[[["A"]]]`; 2N `[[["A"], ["B"]]]`; distributed redundant, four to make three,
//! `[[["A"], ["B"]], [["C"], ["D"]], …]`; block redundant with a catcher `[[["P1", "R"]], [["P2", "R"]], …]`; and N+1
//! is units in parallel.

use std::collections::BTreeMap;

use super::campus::{GensetPlant, PowerKind, PowerNode, PowerPlan, Stage};
use super::files::{BuildingKind, Catalog, GensetSpec, OilSpec, PowerStageSpec, ProtectionSpec, SiteFile};
use super::load::Layout;
use crate::physics::loss::LossCurve;

/// Most line-ups of a building: a cord's switch counts its sources in the bits of a byte.
const MOST_LINEUPS: usize = 8;

/// Parts of the power path that a kind of building names.
pub(super) struct BuildingPower<'c> {
    feeder: &'c PowerStageSpec,
    unit_transformer: &'c PowerStageSpec,
    switchboard: &'c PowerStageSpec,
    busway: &'c PowerStageSpec,
    pub(super) genset: &'c GensetSpec,
}

/// Checks what a kind of building says of its power path.
pub(super) fn building_parts<'c>(
    layout: &mut Layout<'c>,
    name: &str,
    kind: &BuildingKind,
) -> Option<BuildingPower<'c>> {
    let field = |leaf: &str| format!("building_kinds.{name}.{leaf}");
    let parts: &'c Catalog = &layout.catalog.value;
    let mut stage = |part: &str, leaf: &str| layout.named(&parts.power_stages, part, &field(leaf));
    let feeder = stage(&kind.feeder, "feeder");
    let unit_transformer = stage(&kind.unit_transformer, "unit_transformer");
    let switchboard = stage(&kind.switchboard, "switchboard");
    let busway = stage(&kind.busway, "busway");
    let genset = layout.named(&parts.gensets, &kind.genset, &field("genset"));
    if kind.lineups.is_empty() || kind.lineups.len() > MOST_LINEUPS {
        let found = format!("{} line-ups", kind.lineups.len());
        layout.wrong(&field("lineups"), found, format!("1 to {MOST_LINEUPS} names"));
    }
    for (i, lineup) in kind.lineups.iter().enumerate() {
        if kind.lineups[..i].contains(lineup) || !is_name(lineup) {
            layout.wrong(
                &field("lineups"),
                format!("{lineup:?}"),
                "each name once, of letters and digits, not like H1, G, L1, M, T1 or R01",
            );
        }
    }
    if kind.cords.iter().flatten().flatten().count() == 0 || kind.cords.iter().any(Vec::is_empty) {
        layout.wrong(
            &field("cords"),
            "a row without a cord",
            "at least one cord with a line-up",
        );
    }
    for lineup in kind.cords.iter().flatten().flatten() {
        if !kind.lineups.contains(lineup) {
            layout.wrong(&field("cords"), format!("{lineup:?}"), kind.lineups.join(", "));
        }
    }
    for cords in &kind.cords {
        for (i, cord) in cords.iter().enumerate() {
            let repeated = cord.iter().enumerate().any(|(k, lineup)| cord[..k].contains(lineup));
            if cord.is_empty() || repeated || cords[..i].iter().any(|other| other.first() == cord.first()) {
                layout.wrong(
                    &field("cords"),
                    format!("{cords:?}"),
                    "cords of a rack that start at different line-ups, each naming a line-up once",
                );
            }
        }
    }
    Some(BuildingPower {
        feeder: feeder?,
        unit_transformer: unit_transformer?,
        switchboard: switchboard?,
        busway: busway?,
        genset: genset?,
    })
}

/// Whether a line-up or bus may be called so: its nodes must not be taken for others.
fn is_name(name: &str) -> bool {
    let numbered = |first: char| {
        name.strip_prefix(first)
            .is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit()))
    };
    let reserved = ['H', 'G', 'L', 'M', 'T'].into_iter().any(numbered) || (numbered('R') && name.len() > 1);
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric());
    plain && !name.is_empty() && !reserved
}

/// Checks what the site says of its power path above the buildings; gives its main transformer.
pub(super) fn check_site<'c>(layout: &mut Layout<'c>) -> Option<&'c PowerStageSpec> {
    let (site, parts) = (layout.site, &layout.catalog.value);
    let power = &site.value.power;
    let main = layout.named(&parts.power_stages, &power.main_transformer, "power.main_transformer");
    if power.buses.is_empty() {
        layout.wrong("power.buses", "no bus", "at least one name");
    }
    for (i, bus) in power.buses.iter().enumerate() {
        if power.buses[..i].contains(bus) || !is_name(bus) {
            layout.wrong(
                "power.buses",
                format!("{bus:?}"),
                "each name once, of letters and digits, not like H1, G, L1, M, T1 or R01",
            );
        }
    }
    for (s, substation) in power.substations.iter().enumerate() {
        let twice = power.substations[..s].iter().any(|other| other.name == substation.name);
        if twice || substation.name.is_empty() || substation.name.contains('/') {
            let field = format!("power.substations[{s}].name");
            layout.wrong(
                &field,
                format!("{:?}", substation.name),
                "each name once, without a slash",
            );
        }
        for (r, ring) in substation.rings.iter().enumerate() {
            let field = |leaf: &str| format!("power.substations[{s}].rings[{r}].{leaf}");
            if !power.buses.contains(&ring.bus) {
                layout.wrong(&field("bus"), format!("{:?}", ring.bus), power.buses.join(", "));
            }
            let _ = layout.named(&parts.power_stages, &ring.cable, &field("cable"));
            if ring.open_after as usize > ring.buildings.len() {
                let most = format!("at most the ring's {} buildings", ring.buildings.len());
                layout.wrong(&field("open_after"), ring.open_after.to_string(), most);
            }
            for (i, number) in ring.buildings.iter().enumerate() {
                let of_bus = |other: &&super::files::Ring| other.bus == ring.bus;
                let elsewhere = substation.rings[..r]
                    .iter()
                    .filter(of_bus)
                    .any(|o| o.buildings.contains(number));
                if elsewhere || ring.buildings[..i].contains(number) || !substation.buildings.contains(number) {
                    layout.wrong(
                        &field("buildings"),
                        format!("B{number:02}"),
                        "a building of this substation, in one ring of a bus",
                    );
                }
            }
        }
    }
    main
}

/// The graph under construction.
pub(super) struct PowerBuilder<'c> {
    pub(super) plan: PowerPlan,
    parts: &'c Catalog,
    site: &'c SiteFile,
    /// Main transformers by substation and bus.
    mains: Vec<Vec<u32>>,
    /// Line-ups by building number: its name and node.
    lineups: BTreeMap<u32, Vec<(String, u32)>>,
    protections: BTreeMap<&'c str, u32>,
    oils: BTreeMap<&'c str, u32>,
}

impl<'c> PowerBuilder<'c> {
    pub(super) fn new(site: &'c SiteFile, parts: &'c Catalog, main: &'c PowerStageSpec) -> Self {
        let power = &site.power;
        let utility = &power.utility;
        // The grid behind the connection, per unit of the agreed demand: Z = S_agreed / S_short-circuit.
        let impedance = utility.agreed_w.value / utility.short_circuit_va.value;
        let x_over_r = utility.x_over_r.value;
        let resistance = impedance / (1.0 + x_over_r * x_over_r).sqrt();
        let connection = PowerNode {
            name: "utility".into(),
            kind: PowerKind::Utility,
            sources: Vec::new(),
            stage: Stage {
                loss: LossCurve {
                    rating_w: utility.agreed_w.value,
                    p0: 0.0,
                    p1: 0.0,
                    p2: resistance,
                },
                reactance: resistance * x_over_r,
                magnetising: 0.0,
                voltage_kv: utility.voltage_kv.value,
            },
            units: 1,
            protection: None,
            oil: None,
            tap_changer: None,
            building: None,
        };
        let mut builder = Self {
            plan: PowerPlan {
                nodes: vec![connection],
                cords: Vec::new(),
                boards: Vec::new(),
                gensets: Vec::new(),
                protections: Vec::new(),
                oil_classes: Vec::new(),
                utility: utility.clone(),
                switching: power.switching.clone(),
            },
            parts,
            site,
            mains: Vec::new(),
            lineups: BTreeMap::new(),
            protections: BTreeMap::new(),
            oils: BTreeMap::new(),
        };
        for substation in &power.substations {
            let mains = power
                .buses
                .iter()
                .map(|bus| {
                    let name = format!("{}/{bus}", substation.name);
                    builder.node(name, PowerKind::MainTransformer, vec![0], main, None)
                })
                .collect();
            builder.mains.push(mains);
        }
        builder
    }

    fn node(
        &mut self,
        name: String,
        kind: PowerKind,
        sources: Vec<u32>,
        spec: &'c PowerStageSpec,
        building: Option<usize>,
    ) -> u32 {
        let protections = &mut self.plan.protections;
        let protection = spec.protection.as_deref().map(|key| {
            *self.protections.entry(key).or_insert_with(|| {
                let relay: &ProtectionSpec = &self.parts.protections[key];
                protections.push(relay.clone());
                (protections.len() - 1) as u32
            })
        });
        let classes = &mut self.plan.oil_classes;
        let oil = spec.oil.as_deref().map(|key| {
            *self.oils.entry(key).or_insert_with(|| {
                let class: &OilSpec = &self.parts.oil_classes[key];
                classes.push(class.clone());
                (classes.len() - 1) as u32
            })
        });
        self.push(PowerNode {
            name,
            kind,
            sources,
            stage: Stage {
                loss: LossCurve {
                    rating_w: spec.rating_va.value,
                    p0: spec.p0.value,
                    p1: spec.p1.value,
                    p2: spec.p2.value,
                },
                reactance: spec.reactance.value,
                magnetising: spec.magnetising.value,
                voltage_kv: spec.voltage_kv.value,
            },
            units: 1,
            protection,
            oil,
            tap_changer: spec.tap_changer.clone(),
            building: building.map(|b| b as u32),
        })
    }

    fn push(&mut self, node: PowerNode) -> u32 {
        self.plan.nodes.push(node);
        (self.plan.nodes.len() - 1) as u32
    }

    /// Adds a building's line-ups with their gensets. Rings are joined at the end.
    pub(super) fn building(
        &mut self,
        building: usize,
        number: u32,
        substation: usize,
        kind: &BuildingKind,
        power: &BuildingPower<'c>,
    ) {
        let buses = &self.site.power.buses;
        let mut lineups = Vec::new();
        for (i, lineup) in kind.lineups.iter().enumerate() {
            let bus = buses.iter().position(|bus| bus == lineup).unwrap_or(i % buses.len());
            let main = self.mains[substation][bus];
            let name = format!("B{number:02}/{lineup}");
            let node = self.node(
                name.clone(),
                PowerKind::Lineup,
                vec![main],
                power.feeder,
                Some(building),
            );
            if kind.gensets_per_lineup > 0 {
                let plant = self.push(PowerNode {
                    name: format!("{name}/G"),
                    kind: PowerKind::Genset,
                    sources: Vec::new(),
                    stage: Stage {
                        loss: LossCurve {
                            rating_w: power.genset.rating_w.value,
                            p0: 0.0,
                            p1: 0.0,
                            p2: 0.0,
                        },
                        reactance: 0.0,
                        magnetising: 0.0,
                        voltage_kv: power.feeder.voltage_kv.value,
                    },
                    units: kind.gensets_per_lineup,
                    protection: None,
                    oil: None,
                    tap_changer: None,
                    building: Some(building as u32),
                });
                self.plan.nodes[node as usize].sources.push(plant);
                self.plan.gensets.push(GensetPlant {
                    node: plant,
                    backs: node,
                    building,
                    units: kind.gensets_per_lineup,
                    spec: power.genset.clone(),
                });
            }
            lineups.push((lineup.clone(), node));
        }
        self.lineups.insert(number, lineups);
    }

    /// Adds a hall of the last building: transformers and switchboards of each line-up, and a busway for each cord of
    /// its rows.
    pub(super) fn hall(
        &mut self,
        building: usize,
        number: u32,
        name: &str,
        kind: &BuildingKind,
        power: &BuildingPower<'c>,
    ) {
        let lineups = self.lineups.get(&number).cloned().unwrap_or_default();
        let mut boards: Vec<Vec<u32>> = Vec::new();
        for (lineup, node) in &lineups {
            let of_lineup = (1..=kind.unit_transformers_per_lineup)
                .map(|t| {
                    let at = format!("{name}/{lineup}");
                    let (unit, board) = (format!("{at}/T{t}"), format!("{at}/L{t}"));
                    let transformer = self.node(
                        unit,
                        PowerKind::UnitTransformer,
                        vec![*node],
                        power.unit_transformer,
                        Some(building),
                    );
                    self.plan.nodes[transformer as usize].units = kind.parallel_transformers.unwrap_or(1);
                    let spec = power.switchboard;
                    self.node(board, PowerKind::Switchboard, vec![transformer], spec, Some(building))
                })
                .collect();
            boards.push(of_lineup);
        }
        for row in 0..kind.rows {
            let t = (row * kind.unit_transformers_per_lineup / kind.rows) as usize;
            let cords = &kind.cords[row as usize % kind.cords.len()];
            let busways = cords
                .iter()
                .map(|cord| {
                    let sources = cord
                        .iter()
                        .filter_map(|lineup| kind.lineups.iter().position(|known| known == lineup))
                        .map(|i| boards[i][t])
                        .collect();
                    let name = format!("{name}/R{:02}/{}", row + 1, cord[0]);
                    self.node(name, PowerKind::Busway, sources, power.busway, Some(building))
                })
                .collect();
            self.plan.cords.push(busways);
        }
        self.plan.boards.push(boards.into_iter().flatten().collect());
    }

    /// Joins the rings: the ring main unit of a building is fed by its neighbour on the nearer side of the open point,
    /// else by the one on the other side.
    pub(super) fn finish(mut self) -> PowerPlan {
        let (site, parts) = (self.site, self.parts);
        for (s, substation) in site.power.substations.iter().enumerate() {
            for ring in &substation.rings {
                let Some(bus) = site.power.buses.iter().position(|bus| *bus == ring.bus) else {
                    continue;
                };
                let main = self.mains[s][bus];
                let cable = &parts.power_stages[&ring.cable];
                // The line-up of each building that hangs on this bus gets a ring main unit before it.
                let mut units = Vec::new();
                for number in &ring.buildings {
                    let fed = |node: &u32| self.plan.nodes[*node as usize].sources.first() == Some(&main);
                    let lineups = self.lineups.get(number).into_iter().flatten();
                    let Some(lineup) = lineups.map(|(_, node)| *node).find(fed) else {
                        continue;
                    };
                    let of = &self.plan.nodes[lineup as usize];
                    let (name, building) = (format!("{}/M", of.name), of.building);
                    let before_open = ring.buildings.iter().position(|n| n == number) < Some(ring.open_after as usize);
                    let unit = self.node(
                        name,
                        PowerKind::RingMain,
                        Vec::new(),
                        cable,
                        building.map(|b| b as usize),
                    );
                    self.plan.nodes[lineup as usize].sources[0] = unit;
                    units.push((unit, before_open));
                }
                for (i, (unit, before_open)) in units.iter().enumerate() {
                    let neighbour = |k: Option<usize>| k.and_then(|k| units.get(k)).map_or(main, |(unit, _)| *unit);
                    let (back, ahead) = (neighbour(i.checked_sub(1)), neighbour(Some(i + 1)));
                    let (first, other) = if *before_open { (back, ahead) } else { (ahead, back) };
                    let sources = &mut self.plan.nodes[*unit as usize].sources;
                    sources.push(first);
                    if other != first {
                        sources.push(other);
                    }
                }
            }
        }
        self.plan
    }
}
