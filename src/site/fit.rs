//! Which racks fit a building: as many as its places, busways, boards, line-ups, gensets, air and coolant carry.

use std::fmt;

use super::Address;
use super::campus::RackKind;
use super::files::{
    BuildingKind, Catalog, ChipCooling, CoolingUnitSpec, LiquidLoopSpec, Override, Rejection, SiteFile, SupplySpec,
};
use super::schema::{Figure, Parsed};
use crate::diag::{Code, Diagnostic};
use crate::num::pow;
use crate::physics::air::AIR_CP_J_PER_KG_K;
use crate::physics::loss::{LossBlock, LossCurve};

/// The loss of so many sets of supplies that share a load.
#[must_use]
pub fn supplies(spec: &SupplySpec, sets: f64) -> LossBlock {
    let or_none = |figure: &Option<Figure>| figure.as_ref().map_or(0.0, |f| f.value);
    match &spec.efficiency {
        Some(efficiency) => LossBlock::FixedEfficiency {
            fixed_w: sets * f64::from(spec.count) * or_none(&spec.fixed_w),
            efficiency: efficiency.value,
        },
        None => LossBlock::Curve(LossCurve {
            rating_w: sets * spec.rating_w.value,
            p0: or_none(&spec.p0),
            p1: or_none(&spec.p1),
            p2: or_none(&spec.p2),
        }),
    }
}

impl RackKind {
    /// A rack of the catalog with its server, chip and battery.
    #[must_use]
    pub fn of(key: &str, catalog: &Catalog) -> Option<Self> {
        let rack = catalog.racks.get(key)?.clone();
        let server = catalog.servers.get(&rack.server)?.clone();
        let chip = catalog.chips.get(&server.chip)?.clone();
        Some(Self {
            key: key.to_owned(),
            battery: rack
                .battery
                .as_ref()
                .and_then(|key| catalog.batteries.get(key))
                .cloned(),
            chips: rack.servers * server.trays * server.chips_per_tray,
            rack,
            server,
            chip,
        })
    }
}

fn or_none(figure: &Option<Figure>) -> f64 {
    figure.as_ref().map_or(0.0, |figure| figure.value)
}

/// Draw of a rack at its cords with all chips at design power and all fans at full speed, with its share of the network, W.
#[must_use]
pub fn nameplate_w(kind: &RackKind) -> f64 {
    let servers = f64::from(kind.rack.servers);
    let each_w = kind.server.overhead_w.value + kind.server.fan_w.value;
    let used_w = f64::from(kind.chips) * kind.chip.tdp_w.value + servers * each_w;
    let input_w = supplies(&kind.server.psu, servers).input_w(used_w);
    let input_w = match &kind.rack.shelf {
        Some(shelf) => supplies(shelf, 1.0).input_w(input_w + or_none(&kind.rack.inner_w)),
        None => input_w,
    };
    input_w + kind.rack.network_w.value
}

/// Heat of a rack that its coolant takes at full load, W.
#[must_use]
pub fn liquid_w(kind: &RackKind) -> f64 {
    if kind.chip.cooling == ChipCooling::Air {
        return 0.0;
    }
    let servers = f64::from(kind.rack.servers);
    let overhead_w = servers * kind.server.overhead_w.value * or_none(&kind.server.overhead_to_liquid);
    f64::from(kind.chips) * kind.chip.tdp_w.value + overhead_w
}

/// What keeps more racks out of a hall.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Places in its rows.
    Places,
    /// A row's busway with the other cord lost.
    Busway,
    /// A unit transformer with the other line-up lost.
    UnitTransformer,
    /// A switchboard, likewise.
    Switchboard,
    /// The building's feeder, likewise.
    Feeder,
    /// The substation's transformer with another bus lost.
    MainTransformer,
    /// The building's gensets.
    Gensets,
    /// The building's share of the agreed demand.
    AgreedDemand,
    /// Air of the cooling units.
    Air,
    /// Coolant distribution units.
    Coolant,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Places => "places",
            Self::Busway => "busway",
            Self::UnitTransformer => "unit transformer",
            Self::Switchboard => "switchboard",
            Self::Feeder => "feeder",
            Self::MainTransformer => "main transformer",
            Self::Gensets => "gensets",
            Self::AgreedDemand => "agreed demand",
            Self::Air => "air",
            Self::Coolant => "coolant",
        })
    }
}

/// How many racks of a kind a hall holds, and what they need.
#[derive(Debug, Clone, PartialEq)]
pub struct RackCapacity {
    /// Racks a hall.
    pub racks: u32,
    /// What keeps out one more.
    pub limit: Limit,
    /// Liquid loop by its catalog name, and coolant distribution units a hall, for racks with cold plates.
    pub liquid: Option<(String, u32)>,
}

/// What a hall is checked against.
struct Hall<'a> {
    kind: &'a BuildingKind,
    site: &'a SiteFile,
    catalog: &'a Catalog,
    unit: &'a CoolingUnitSpec,
    rack: &'a RackKind,
    nameplate_w: f64,
    liquid_w: f64,
    plates: Option<(&'a str, &'a LiquidLoopSpec)>,
    /// Buildings of its substation, the most of any.
    neighbours: f64,
}

impl Hall<'_> {
    /// Coolant distribution units for so many racks: the hall's own, or as many as the heat needs and a spare.
    fn cdus(&self, racks: f64) -> u32 {
        let Some((_, spec)) = self.plates else { return 0 };
        if let (Some(_), Some(own)) = (&self.kind.liquid_loop, self.kind.cdus_per_hall) {
            return own;
        }
        (racks * self.liquid_w / self.cdu_w(spec)).ceil() as u32 + 1
    }

    /// Heat that one of them carries at the rack's own rise, W.
    fn cdu_w(&self, spec: &LiquidLoopSpec) -> f64 {
        let rise_k = self
            .rack
            .server
            .coolant_rise_k
            .as_ref()
            .map_or(10.0, |figure| figure.value);
        spec.coolant_kg_s.value * spec.coolant_cp_j_per_kg_k.value * rise_k
    }

    /// Air that so many racks need over what the units give.
    fn air_share(&self, racks: f64) -> f64 {
        let heat_w = (self.nameplate_w - self.rack.rack.network_w.value - self.liquid_w).max(0.0);
        let rack_kg_s = heat_w / (AIR_CP_J_PER_KG_K * self.rack.server.air_rise_k.value);
        let there = f64::from(self.kind.cooling_units_per_hall) * self.unit.airflow_kg_s.value;
        racks * rack_kg_s * self.kind.supply_ratio.value / there
    }

    /// Fans, pumps, lights and the like of a hall with so many racks, W.
    fn other_w(&self, racks: f64) -> f64 {
        let unit = self.unit;
        // Air at 1.2 kg/m³; power follows speed to the third power, less what drives lose at part load.
        let full_w = unit.airflow_kg_s.value / 1.2 * unit.rated_pressure_pa.value / unit.fan_efficiency.value;
        let speed = self.air_share(racks).clamp(unit.min_speed.value, 1.0);
        let fans_w = f64::from(self.kind.cooling_units_per_hall) * full_w * pow(speed, 3.0 - unit.drive_exponent.value);
        let loop_w = self.plates.map_or(0.0, |(_, spec)| {
            let chiller_w = spec
                .chiller
                .as_ref()
                .map_or(0.0, |chiller| chiller.capacity_w.value / 4.0);
            spec.coolant_pump_w.value + spec.facility_pump_w.value + spec.rejection_fan_w.value + chiller_w
        });
        // A spare unit stands beside those that run.
        let running = f64::from(self.cdus(racks).saturating_sub(1));
        fans_w + loop_w * running + self.kind.misc_w_per_hall.value
    }

    /// The first limit that so many racks pass.
    fn passed(&self, racks: u32) -> Option<Limit> {
        let (kind, n) = (self.kind, f64::from(racks));
        let rows = f64::from(kind.rows);
        let stage = |name: &str| {
            self.catalog
                .power_stages
                .get(name)
                .map_or(0.0, |stage| stage.rating_va.value)
        };
        let supply = self.rack.rack.shelf.as_ref().unwrap_or(&self.rack.server.psu);
        let factor = supply.power_factor.value;
        let others = |count: usize| (count.saturating_sub(1)).max(1) as f64;
        let lineups = others(kind.lineups.len());
        let cords = kind
            .cords
            .iter()
            .map(|cords| others(cords.len()))
            .fold(f64::INFINITY, f64::min);
        let boards = f64::from(kind.unit_transformers_per_lineup) * lineups;
        // The fans of a hall may all hang on one of its boards.
        let board_va = (n / boards).ceil() * self.nameplate_w / factor + self.other_w(n) / 0.95;
        let halls = f64::from(kind.hall_grid[0] * kind.hall_grid[1]);
        let building_w = halls * (n * self.nameplate_w + self.other_w(n));
        let gensets_w = f64::from(kind.gensets_per_lineup)
            * kind.lineups.len() as f64
            * self
                .catalog
                .gensets
                .get(&kind.genset)
                .map_or(0.0, |genset| genset.rating_w.value)
            * self.site.power.switching.genset_limit.value;
        let buildings: u32 = self
            .site
            .buildings
            .iter()
            .map(|group| group.grid[0] * group.grid[1])
            .sum();
        let parallel = f64::from(kind.parallel_transformers.unwrap_or(1));
        let row_va = (n / rows).ceil() * self.nameplate_w / factor;
        let buses = others(self.site.power.buses.len());
        let coolant_w = self
            .plates
            .map_or(f64::INFINITY, |(_, spec)| f64::from(self.cdus(n)) * self.cdu_w(spec));
        let main_va = self.neighbours * building_w / factor / buses;
        [
            (Limit::Places, n, rows * f64::from(kind.racks_per_row)),
            (Limit::Busway, row_va, stage(&kind.busway) * cords),
            (
                Limit::UnitTransformer,
                board_va,
                stage(&kind.unit_transformer) * parallel,
            ),
            (Limit::Switchboard, board_va, stage(&kind.switchboard)),
            (Limit::Feeder, building_w / factor / lineups, stage(&kind.feeder)),
            (
                Limit::MainTransformer,
                main_va,
                stage(&self.site.power.main_transformer),
            ),
            (
                Limit::Gensets,
                building_w,
                if gensets_w > 0.0 { gensets_w } else { f64::INFINITY },
            ),
            (
                Limit::AgreedDemand,
                building_w,
                self.site.power.utility.agreed_w.value / f64::from(buildings.max(1)),
            ),
            (Limit::Air, self.air_share(n), 1.0),
            (Limit::Coolant, n * self.liquid_w, coolant_w),
        ]
        .into_iter()
        .find(|(_, asked, there)| asked > there)
        .map(|(limit, ..)| limit)
    }
}

/// How many racks of a kind a hall of a kind of building holds. Racks with cold plates take the hall's own loop, else the
/// catalog's first one on dry coolers, which need no water, else its first one.
///
/// # Errors
/// What hinders even one rack a row, in words.
pub fn fit(site: &SiteFile, catalog: &Catalog, kind: &BuildingKind, rack: &RackKind) -> Result<RackCapacity, String> {
    let Some(unit) = catalog.cooling_units.get(&kind.cooling_unit) else {
        return Err(format!("no cooling unit {:?}", kind.cooling_unit));
    };
    let liquid = liquid_w(rack);
    let plates = if liquid > 0.0 {
        let loops = &catalog.liquid_loops;
        let own = kind.liquid_loop.as_ref().and_then(|name| loops.get_key_value(name));
        let dry = || loops.iter().find(|(_, spec)| spec.rejection == Rejection::DryCooler);
        let any = own.or_else(dry).or_else(|| loops.iter().next());
        let (name, spec) = any.ok_or("cold plates, and the catalog has no liquid loop")?;
        Some((name.as_str(), spec))
    } else {
        None
    };
    let neighbours = site
        .power
        .substations
        .iter()
        .map(|s| s.buildings.len())
        .max()
        .unwrap_or(1);
    let hall = Hall {
        kind,
        site,
        catalog,
        unit,
        rack,
        nameplate_w: nameplate_w(rack),
        liquid_w: liquid,
        plates,
        neighbours: neighbours as f64,
    };
    let mut limit = Limit::Places;
    for racks in (kind.rows..=kind.rows * kind.racks_per_row).rev() {
        match hall.passed(racks) {
            Some(passed) => limit = passed,
            None => {
                return Ok(RackCapacity {
                    racks,
                    limit,
                    liquid: plates.map(|(name, _)| (name.to_owned(), hall.cdus(f64::from(racks)))),
                });
            }
        }
    }
    Err(format!("one rack a row is too much for: {limit}"))
}

/// Fills a building with racks of one kind, in the site file, before it is laid out.
///
/// # Errors
/// An unknown building or rack, or one that does not fit, at its place in the site file.
pub fn fill(
    site: &mut Parsed<SiteFile>,
    catalog: &Catalog,
    building: u32,
    rack: &str,
) -> Result<RackCapacity, Diagnostic> {
    let group = |site: &SiteFile| {
        let group = site.buildings.iter().find(|group| {
            let count = group.grid[0] * group.grid[1];
            (group.first..group.first + count).contains(&building)
        })?;
        site.building_kinds
            .get(&group.kind)
            .map(|kind| (group.kind.clone(), kind.clone()))
    };
    let Some((name, kind)) = group(&site.value) else {
        let found = format!("B{building:02}");
        return Err(site.error(Code::UnknownName, "buildings", found, "a building of this site"));
    };
    let Some(of_rack) = RackKind::of(rack, catalog) else {
        let names: Vec<&str> = catalog.racks.keys().map(String::as_str).collect();
        let found = format!("rack {rack:?}");
        return Err(site.error(Code::UnknownName, "catalog", found, names.join(", ")));
    };
    let fit = fit(&site.value, catalog, &kind, &of_rack).map_err(|why| {
        let field = format!("building_kinds.{name}");
        site.error(
            Code::Inconsistent,
            &field,
            format!("{rack}: {why}"),
            "racks that fit the building",
        )
    })?;
    let at = format!("B{building:02}");
    let of_building = |over: &Override| over.at.parse::<Address>().is_ok_and(|at| at.building == building);
    site.value.overrides.retain(|over| !of_building(over));
    let change = |at: String, racks: u32| Override {
        at,
        rack: None,
        racks_per_row: Some(racks),
        liquid_loop: None,
        cdus: None,
        in_row_coil: None,
        in_row_coils: None,
        phase: None,
        why: "a fleet that is compared".to_owned(),
    };
    let (base, extra) = (fit.racks / kind.rows, fit.racks % kind.rows);
    let (liquid_loop, cdus) = fit.liquid.clone().unzip();
    site.value.overrides.push(Override {
        rack: Some(rack.to_owned()),
        liquid_loop,
        cdus,
        ..change(at.clone(), base)
    });
    for hall in 1..=kind.hall_grid[0] * kind.hall_grid[1] {
        // What does not part evenly is spread over the rows, and so over their boards.
        for row in (0..kind.rows).filter(|row| (row + 1) * extra / kind.rows > row * extra / kind.rows) {
            let at = format!("{at}/H{hall}/R{:02}", row + 1);
            site.value.overrides.push(change(at, base + 1));
        }
    }
    Ok(fit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Report;
    use crate::site::load::part;
    use crate::site::texts::NoFiles;

    fn files(site: &str) -> (Parsed<SiteFile>, Catalog) {
        let mut report = Report::default();
        let site = part::<SiteFile>(&NoFiles, site, &mut report).expect("is valid");
        let catalog = part::<Catalog>(&NoFiles, "builtin:catalog", &mut report).expect("is valid");
        (site, catalog.value)
    }

    /// The racks that a building was designed for fill all its places.
    #[test]
    fn the_campus_holds_the_racks_that_it_was_designed_for() {
        let (mut site, catalog) = files("builtin:rainier");
        let fit = fill(&mut site, &catalog, 1, "trn2").expect("fits");
        assert_eq!((fit.racks, fit.limit), (512, Limit::Places));
    }

    /// Denser racks fill the power before the places; every kind of the catalog fits, within the power of the building.
    #[test]
    fn every_rack_of_the_catalog_fits_every_building() {
        let (site, catalog) = files("builtin:rainier");
        for rack in catalog.racks.keys() {
            let mut changed = site.clone();
            let fit = fill(&mut changed, &catalog, 1, rack).unwrap_or_else(|error| panic!("{rack}: {error}"));
            let kind = RackKind::of(rack, &catalog).expect("is there");
            let it_mw = 4.0 * f64::from(fit.racks) * nameplate_w(&kind) / 1e6;
            assert!(it_mw < 68.0, "{rack}: {it_mw} MW, {:?}", fit.limit);
            assert!(
                fit.limit == Limit::Places || it_mw > 30.0,
                "{rack}: {it_mw} MW by {}",
                fit.limit
            );
            assert_eq!(fit.liquid.is_some(), kind.chip.cooling == ChipCooling::Liquid);
        }
    }

    #[test]
    fn what_does_not_exist_is_refused_with_its_place() {
        let (mut site, catalog) = files("builtin:lab");
        let error = fill(&mut site, &catalog, 9, "trn2").expect_err("is no building");
        assert!(error.to_string().contains("B09"), "{error}");
        let error = fill(&mut site, &catalog, 1, "abacus").expect_err("is no rack");
        assert!(error.to_string().contains("trn2"), "{error}");
    }
}
