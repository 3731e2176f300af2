//! From files to a [`Campus`]: reads all four files, checks them together, and lays everything out.

use std::collections::BTreeMap;

use super::calendar::DAYS;
use super::campus::{Building, Campus, Hall, HallLoop, RackKind, Rect, Row, SubstationPlan};
use super::epw::{self, Epw};
use super::files::{
    BuildingKind, CapitalFile, Catalog, ChipCooling, CoolingUnitSpec, GridFile, GridSeason, Override, Rejection,
    SiteFile, TariffFile, WeatherFile,
};
use super::power::{self, BuildingPower, PowerBuilder};
use super::schema::{Parsed, read};
use super::texts::{Files, beside, text_of};
use crate::diag::{Code, Diagnostic, Report};

/// A site with all that its file names.
#[derive(Debug, Clone)]
pub struct Site {
    /// What stands there.
    pub campus: Campus,
    /// Its weather.
    pub weather: Weather,
    /// Its prices.
    pub tariff: TariffFile,
    /// Carbon of its grid by season and hour, if the tariff names a file of it.
    pub grid: Option<GridFile>,
    /// What it costs to build.
    pub capital: CapitalFile,
}

/// The weather of a site: made from normals, or as it was, hour by hour.
#[derive(Debug, Clone)]
pub enum Weather {
    /// Monthly normals.
    Normals(Box<WeatherFile>),
    /// A year of records.
    Hourly(Epw),
}

/// Reads weather by name: `builtin:NAME`, a file of normals, or an EPW file, by its ending.
fn load_weather(files: &dyn Files, name: &str, report: &mut Report) -> Option<(Weather, Parts)> {
    if epw::is_epw(name) {
        let read = text_of(files, name).map_err(|error| Report { errors: vec![error] });
        return match read.and_then(|text| epw::read(name, &text)) {
            Ok(epw) => Some((Weather::Hourly(epw), Parts::default())),
            Err(errors) => {
                report.absorb(errors);
                None
            }
        };
    }
    let parsed = part::<WeatherFile>(files, name, report)?;
    check_weather(&parsed, report);
    let parts = Parts {
        assumptions: parsed
            .assumptions
            .iter()
            .map(|a| (parsed.file.clone(), a.clone()))
            .collect(),
        sources: parsed.value.sources.clone(),
    };
    Some((Weather::Normals(Box::new(parsed.value)), parts))
}

/// Figures and sources of a file.
#[derive(Default)]
struct Parts {
    assumptions: Vec<(String, super::schema::Assumption)>,
    sources: BTreeMap<String, String>,
}

/// Reads a site file and the files that it names; `weather` takes the place of the one named there.
///
/// # Errors
/// Every error of all files.
pub fn load_site(files: &dyn Files, name: &str, weather: Option<&str>) -> Result<Site, Report> {
    load_changed(files, name, weather, |_, _| Ok(()))
}

/// As [`load_site`], with the site file changed before it is laid out: what if other racks stood there.
///
/// # Errors
/// Every error of all files, or what the change says.
pub fn load_changed(
    files: &dyn Files,
    name: &str,
    weather: Option<&str>,
    change: impl FnOnce(&mut Parsed<SiteFile>, &Catalog) -> Result<(), Diagnostic>,
) -> Result<Site, Report> {
    let mut report = Report::default();
    let site = part::<SiteFile>(files, name, &mut report);
    let Some(mut site) = site else { return Err(report) };
    let beside = |other: &str| beside(name, other);
    let catalog = part::<Catalog>(files, &beside(&site.value.catalog), &mut report);
    let weather_name = weather.map_or_else(|| beside(&site.value.weather), str::to_owned);
    let weather = load_weather(files, &weather_name, &mut report);
    let tariff = part::<TariffFile>(files, &beside(&site.value.tariff), &mut report);
    let capital = site
        .value
        .capital
        .as_deref()
        .map_or("builtin:capital".to_owned(), beside);
    let capital = part::<CapitalFile>(files, &capital, &mut report);
    let grid = tariff.as_ref().and_then(|tariff| {
        check_tariff(tariff, &mut report);
        let name = super::texts::beside(&tariff.file, tariff.value.grid.as_deref()?);
        let grid = part::<GridFile>(files, &name, &mut report)?;
        check_grid(&grid, &mut report);
        Some(grid)
    });
    if let Some(catalog) = &catalog {
        check_catalog(catalog, &mut report);
    }
    let (Some(catalog), Some((weather, of_weather)), Some(tariff), Some(capital)) = (catalog, weather, tariff, capital)
    else {
        return Err(report);
    };
    if report.errors.is_empty()
        && let Err(error) = change(&mut site, &catalog.value)
    {
        report.push(error);
        return Err(report);
    }
    let campus = lay_out(&site, &catalog, &mut report);
    let Some(mut campus) = campus.filter(|_| report.errors.is_empty()) else {
        return Err(report);
    };
    let none = Vec::new();
    for (file, assumptions) in [
        (&site.file, &site.assumptions),
        (&catalog.file, &catalog.assumptions),
        (&tariff.file, &tariff.assumptions),
        (
            grid.as_ref().map_or(&site.file, |grid| &grid.file),
            grid.as_ref().map_or(&none, |grid| &grid.assumptions),
        ),
        (&capital.file, &capital.assumptions),
    ] {
        campus
            .assumptions
            .extend(assumptions.iter().map(|a| (file.clone(), a.clone())));
    }
    campus.assumptions.extend(of_weather.assumptions);
    let mut sources = of_weather.sources;
    for map in [
        &site.value.sources,
        &catalog.value.sources,
        &tariff.value.sources,
        &capital.value.sources,
    ] {
        sources.extend(map.clone());
    }
    sources.extend(grid.iter().flat_map(|grid| grid.value.sources.clone()));
    campus.sources = sources.into_iter().collect();
    Ok(Site {
        campus,
        weather,
        tariff: tariff.value,
        grid: grid.map(|grid| grid.value),
        capital: capital.value,
    })
}

/// Most by which the mean of a shape may miss 1; the rest is taken out.
const SHAPE_TOLERANCE: f64 = 0.005;

fn check_grid(grid: &Parsed<GridFile>, report: &mut Report) {
    let seasons = &grid.value.seasons;
    for month in 1..=12 {
        let times = seasons.iter().flat_map(|s| &s.months).filter(|m| **m == month).count();
        if times != 1 {
            let found = format!("month {month} {times} times");
            report.push(grid.error(Code::Inconsistent, "seasons", found, "each month in one season"));
            return;
        }
    }
    for (leaf, pick) in [
        ("average", (|s| &s.average) as fn(&GridSeason) -> &[f64; 24]),
        ("marginal", |s| &s.marginal),
    ] {
        let mean = shape_mean(seasons, pick);
        if (mean - 1.0).abs() > SHAPE_TOLERANCE {
            let field = format!("seasons[0].{leaf}");
            let allowed = format!("shapes whose mean over the year is 1, to {SHAPE_TOLERANCE}");
            report.push(grid.error(Code::Inconsistent, &field, format!("a mean of {mean:.4}"), allowed));
        }
    }
}

/// Mean of a shape over the hours of a year without a leap day.
#[must_use]
pub fn shape_mean(seasons: &[GridSeason], pick: fn(&GridSeason) -> &[f64; 24]) -> f64 {
    let days = |s: &GridSeason| s.months.iter().map(|m| f64::from(DAYS[*m as usize - 1])).sum::<f64>();
    let hours: f64 = seasons.iter().map(|s| days(s) * 24.0).sum();
    seasons
        .iter()
        .map(|s| days(s) * pick(s).iter().sum::<f64>())
        .sum::<f64>()
        / hours
}

fn check_tariff(tariff: &Parsed<TariffFile>, report: &mut Report) {
    for (i, period) in tariff.value.periods.iter().enumerate() {
        if period.from_h == period.to_h {
            let allowed = format!("another hour than from_h, {}", period.from_h);
            report.push(tariff.error(
                Code::Inconsistent,
                &format!("periods[{i}].to_h"),
                period.to_h.to_string(),
                allowed,
            ));
        }
    }
    if let (Some(months), None) = (tariff.value.ratchet_months, &tariff.value.ratchet_share) {
        let allowed = "ratchet_share beside it";
        report.push(tariff.error(
            Code::Inconsistent,
            "ratchet_months",
            format!("{months} without a share"),
            allowed,
        ));
    }
    let Some(programme) = &tariff.value.demand_response else {
        return;
    };
    let mut called_h = 0.0;
    for (i, call) in programme.calls.iter().enumerate() {
        let field = |leaf: &str| format!("demand_response.calls[{i}].{leaf}");
        let days = DAYS[call.month as usize - 1];
        if call.day > days {
            let allowed = format!("a day of the month, 1 to {days}");
            report.push(tariff.error(Code::Inconsistent, &field("day"), call.day.to_string(), allowed));
        }
        if call.from_h + call.lasts_h > 24.0 {
            let allowed = format!("at most the rest of the day, {} h", 24.0 - call.from_h);
            report.push(tariff.error(Code::Inconsistent, &field("lasts_h"), call.lasts_h.to_string(), allowed));
        }
        called_h += call.lasts_h;
    }
    if called_h > programme.most_h_per_year.value {
        let allowed = format!("at most most_h_per_year, {} h", programme.most_h_per_year.value);
        report.push(tariff.error(
            Code::Inconsistent,
            "demand_response.calls",
            format!("{called_h} h in all"),
            allowed,
        ));
    }
}

/// Reads one file of a known kind, adding what is wrong to the report.
pub fn part<T: super::schema::Checked + serde::de::DeserializeOwned>(
    files: &dyn Files,
    name: &str,
    report: &mut Report,
) -> Option<Parsed<T>> {
    match text_of(files, name) {
        Ok(text) => match read::<T>(name, &text) {
            Ok(parsed) => Some(parsed),
            Err(errors) => {
                report.absorb(errors);
                None
            }
        },
        Err(error) => {
            report.push(error);
            None
        }
    }
}

fn check_weather(weather: &Parsed<WeatherFile>, report: &mut Report) {
    let months = weather.value.months.len();
    if months != 12 {
        report.push(weather.error(Code::Inconsistent, "months", format!("{months} months"), "12 months"));
    }
    for (i, month) in weather.value.months.iter().enumerate() {
        if month.max_c.value < month.min_c.value {
            let field = format!("months[{i}].max_c");
            report.push(weather.error(
                Code::Inconsistent,
                &field,
                month.max_c.value.to_string(),
                format!("at least min_c, {}", month.min_c.value),
            ));
        }
    }
    if let Some(design) = &weather.value.design {
        let falling = [
            ("highest_c", &design.highest_c),
            ("dry_bulb_0_4_pct_c", &design.dry_bulb_0_4_pct_c),
            ("dry_bulb_1_pct_c", &design.dry_bulb_1_pct_c),
            ("dry_bulb_2_pct_c", &design.dry_bulb_2_pct_c),
            ("dry_bulb_99_pct_c", &design.dry_bulb_99_pct_c),
            ("dry_bulb_99_6_pct_c", &design.dry_bulb_99_6_pct_c),
            ("lowest_c", &design.lowest_c),
        ];
        let damp = [
            ("dry_bulb_0_4_pct_c", &design.dry_bulb_0_4_pct_c),
            ("wet_bulb_0_4_pct_c", &design.wet_bulb_0_4_pct_c),
            ("dew_point_0_4_pct_c", &design.dew_point_0_4_pct_c),
        ];
        for pair in falling.windows(2).chain(damp.windows(2)) {
            let [(above, high), (name, low)] = [pair[0], pair[1]];
            if low.value >= high.value {
                report.push(weather.error(
                    Code::Inconsistent,
                    &format!("design.{name}"),
                    low.value.to_string(),
                    format!("below {above}, {}", high.value),
                ));
            }
        }
    }
}

/// A part of the catalog that is named in it must be in it.
fn known<T>(catalog: &Parsed<Catalog>, map: &BTreeMap<String, T>, name: &str, field: &str, report: &mut Report) {
    if !map.contains_key(name) {
        let names: Vec<_> = map.keys().cloned().collect();
        report.push(catalog.error(Code::UnknownName, field, format!("{name:?}"), names.join(", ")));
    }
}

fn check_catalog(catalog: &Parsed<Catalog>, report: &mut Report) {
    for (name, chip) in &catalog.value.chips {
        let field = |leaf: &str| format!("chips.{name}.{leaf}");
        if chip.idle_w.value > chip.tdp_w.value {
            report.push(catalog.error(
                Code::Inconsistent,
                &field("idle_w"),
                chip.idle_w.value.to_string(),
                format!("at most tdp_w, {}", chip.tdp_w.value),
            ));
        }
        if chip.throttle_release_c.value >= chip.throttle_c.value {
            report.push(catalog.error(
                Code::Inconsistent,
                &field("throttle_release_c"),
                chip.throttle_release_c.value.to_string(),
                format!("less than throttle_c, {}", chip.throttle_c.value),
            ));
        }
        if chip.trip_c.value <= chip.throttle_c.value {
            report.push(catalog.error(
                Code::Inconsistent,
                &field("trip_c"),
                chip.trip_c.value.to_string(),
                format!("more than throttle_c, {}", chip.throttle_c.value),
            ));
        }
    }
    let parts = &catalog.value;
    for (name, server) in &parts.servers {
        known(
            catalog,
            &parts.chips,
            &server.chip,
            &format!("servers.{name}.chip"),
            report,
        );
    }
    for (name, server) in &parts.servers {
        let plates = parts
            .chips
            .get(&server.chip)
            .is_some_and(|chip| chip.cooling == ChipCooling::Liquid);
        if plates && server.coolant_rise_k.is_none() {
            let field = format!("servers.{name}.coolant_rise_k");
            report.push(catalog.error(
                Code::Inconsistent,
                &field,
                "nothing",
                "a figure, since its chips have cold plates",
            ));
        }
    }
    for (name, spec) in &parts.liquid_loops {
        let field = |leaf: &str| format!("liquid_loops.{name}.{leaf}");
        let mut needs = |leaf: &str, there: bool, why: &str| {
            if !there {
                report.push(catalog.error(
                    Code::Inconsistent,
                    &field(leaf),
                    "nothing",
                    format!("a figure, since {why}"),
                ));
            }
        };
        match spec.rejection {
            Rejection::DryCooler => needs(
                "dry_cooler_w_per_k",
                spec.dry_cooler_w_per_k.is_some(),
                "it has dry coolers",
            ),
            Rejection::WetTower => {
                needs(
                    "cycles_of_concentration",
                    spec.cycles_of_concentration.is_some(),
                    "it has a tower",
                );
                needs("drift_share", spec.drift_share.is_some(), "it has a tower");
                needs("basin_m3", spec.basin_m3.is_some(), "it has a tower");
            }
        }
    }
    for (name, spec) in &parts.cooling_units {
        if spec.filter_dirty_pa.value <= spec.filter_clean_pa.value {
            report.push(catalog.error(
                Code::Inconsistent,
                &format!("cooling_units.{name}.filter_dirty_pa"),
                spec.filter_dirty_pa.value.to_string(),
                format!("more than filter_clean_pa, {}", spec.filter_clean_pa.value),
            ));
        }
    }
    for (name, rack) in &parts.racks {
        let field = |leaf: &str| format!("racks.{name}.{leaf}");
        known(catalog, &parts.servers, &rack.server, &field("server"), report);
        if let Some(battery) = &rack.battery {
            known(catalog, &parts.batteries, battery, &field("battery"), report);
        }
    }
    for (name, stage) in &parts.power_stages {
        let field = |leaf: &str| format!("power_stages.{name}.{leaf}");
        if let Some(relay) = &stage.protection {
            known(catalog, &parts.protections, relay, &field("protection"), report);
        }
        if let Some(oil) = &stage.oil {
            known(catalog, &parts.oil_classes, oil, &field("oil"), report);
        }
    }
}

/// Most racks and chips that a site may have: a chip is a texel of a texture of at most 2048 x 2048.
const MAX_CHIPS: usize = 2048 * 2048;

pub(super) struct Layout<'a> {
    pub(super) site: &'a Parsed<SiteFile>,
    pub(super) catalog: &'a Parsed<Catalog>,
    report: &'a mut Report,
}

impl Layout<'_> {
    pub(super) fn named<'c, T>(&mut self, map: &'c BTreeMap<String, T>, name: &str, field: &str) -> Option<&'c T> {
        let found = map.get(name);
        if found.is_none() {
            let names: Vec<_> = map.keys().cloned().collect();
            self.report.push(
                self.site
                    .error(Code::UnknownName, field, format!("{name:?}"), names.join(", ")),
            );
        }
        found
    }

    pub(super) fn wrong(&mut self, field: &str, found: impl Into<String>, allowed: impl Into<String>) {
        self.report
            .push(self.site.error(Code::Inconsistent, field, found, allowed));
    }
}

/// A kind of building with the parts that it names.
struct Kind<'c> {
    file: &'c BuildingKind,
    cooling: &'c CoolingUnitSpec,
    power: BuildingPower<'c>,
}

fn lay_out(site: &Parsed<SiteFile>, catalog: &Parsed<Catalog>, report: &mut Report) -> Option<Campus> {
    let parts = &catalog.value;
    let file = &site.value;
    let mut layout = Layout { site, catalog, report };
    let mut kinds = BTreeMap::new();
    for (name, kind) in &file.building_kinds {
        let field = |leaf: &str| format!("building_kinds.{name}.{leaf}");
        let _ = layout.named(&parts.racks, &kind.rack, &field("rack"));
        let cooling = layout.named(&parts.cooling_units, &kind.cooling_unit, &field("cooling_unit"));
        if let Some(name) = &kind.liquid_loop {
            let _ = layout.named(&parts.liquid_loops, name, &field("liquid_loop"));
        }
        if let Some(name) = &kind.in_row_coil {
            let _ = layout.named(&parts.in_row_coils, name, &field("in_row_coil"));
        }
        let power = power::building_parts(&mut layout, name, kind);
        for axis in 0..2 {
            let halls = f64::from(kind.hall_grid[axis]);
            let needed = halls * kind.hall_size_m[axis] + (halls - 1.0) * kind.hall_gap_m[axis];
            if needed > kind.size_m[axis] {
                layout.wrong(
                    &field("hall_size_m"),
                    format!("halls of {needed} m"),
                    format!("at most the building's {} m", kind.size_m[axis]),
                );
            }
        }
        let needed = [
            f64::from(kind.rows) * kind.row_pitch_m,
            f64::from(kind.racks_per_row) * kind.rack_pitch_m,
        ];
        for (axis, leaf) in ["row_pitch_m", "rack_pitch_m"].iter().enumerate() {
            if needed[axis] > kind.hall_size_m[axis] {
                layout.wrong(
                    &field(leaf),
                    format!("{:.1} m in all", needed[axis]),
                    format!("at most the hall's {} m", kind.hall_size_m[axis]),
                );
            }
        }
        if let (Some(cooling), Some(power)) = (cooling, power) {
            kinds.insert(
                name.clone(),
                Kind {
                    file: kind,
                    cooling,
                    power,
                },
            );
        }
    }
    let main = power::check_site(&mut layout);
    let placed = place_buildings(&mut layout, &kinds);
    let overrides = read_overrides(&mut layout);
    check_places(&mut layout, &placed, &overrides);
    let main = main?;
    if !layout.report.errors.is_empty() {
        return None;
    }
    let mut builder = Builder::new(file, PowerBuilder::new(file, parts, main));
    for place in &placed {
        builder.building(place, &kinds[&place.kind], &overrides, parts);
    }
    let mut campus = builder.campus;
    campus.power = builder.power.finish();
    if campus.chips() > MAX_CHIPS {
        layout.wrong(
            "buildings",
            format!("{} chips", campus.chips()),
            format!("at most {MAX_CHIPS} chips"),
        );
        return None;
    }
    if campus.racks() == 0 {
        layout.wrong("buildings", "no racks", "at least one building with racks");
        return None;
    }
    check_liquid(&mut layout, &campus);
    Some(campus)
}

/// Cold plates need a loop, and a loop's coolant must not be colder than its own facility water can make it.
fn check_liquid(layout: &mut Layout<'_>, campus: &Campus) {
    let plates = |row: &Row| campus.rack_kinds[row.kind].chip.cooling == ChipCooling::Liquid;
    for (row, number) in campus
        .rows
        .iter()
        .filter(|row| plates(row))
        .map(|row| (row, row.number))
    {
        let hall = &campus.halls[row.hall];
        if hall.liquid.is_none() {
            let place = format!(
                "B{:02}/H{}/R{number:02}",
                campus.buildings[hall.building].number, hall.number
            );
            let found = format!(
                "{} with cold plates in {place}, whose hall has no liquid_loop",
                campus.rack_kinds[row.kind].key
            );
            layout.wrong("overrides", found, "a liquid_loop for every hall with cold plates");
            return;
        }
    }
    for (kind, coils) in campus.halls.iter().map(|hall| (hall.liquid, hall.coils)) {
        if coils.is_some() && kind.is_none() {
            layout.wrong(
                "overrides",
                "in-row coils in a hall without a liquid_loop",
                "a liquid_loop beside in-row coils",
            );
            return;
        }
    }
}

struct Placed {
    number: u32,
    phase: u32,
    at_m: [f64; 2],
    kind: String,
    substation: usize,
}

fn place_buildings(layout: &mut Layout<'_>, kinds: &BTreeMap<String, Kind<'_>>) -> Vec<Placed> {
    let file = &layout.site.value;
    let mut placed: Vec<Placed> = Vec::new();
    for (i, group) in file.buildings.iter().enumerate() {
        let field = |leaf: &str| format!("buildings[{i}].{leaf}");
        let _ = layout.named(&file.building_kinds, &group.kind, &field("kind"));
        let [columns, rows] = group.grid;
        for k in 0..columns * rows {
            let number = group.first + k;
            let step = [f64::from(k % columns), f64::from(k / columns)];
            let at_m = [
                group.at_m[0] + step[0] * group.pitch_m[0],
                group.at_m[1] - step[1] * group.pitch_m[1],
            ];
            if placed.iter().any(|other| other.number == number) {
                layout.wrong(&field("first"), format!("B{number:02} again"), "each number once");
                continue;
            }
            let Some(substation) = file
                .power
                .substations
                .iter()
                .position(|s| s.buildings.contains(&number))
            else {
                layout.wrong(
                    "power.substations",
                    format!("no substation for B{number:02}"),
                    "each building in one substation's list",
                );
                continue;
            };
            if let Some(kind) = kinds.get(&group.kind) {
                let size = kind.file.size_m;
                let clash = placed.iter().find(|other| {
                    (other.at_m[0] - at_m[0]).abs() < size[0] && (other.at_m[1] - at_m[1]).abs() < size[1]
                });
                if let Some(other) = clash {
                    layout.wrong(
                        &field("pitch_m"),
                        format!("B{number:02} on top of B{:02}", other.number),
                        "buildings apart from each other",
                    );
                }
            }
            placed.push(Placed {
                number,
                phase: group.phase,
                at_m,
                kind: group.kind.clone(),
                substation,
            });
        }
    }
    for (i, substation) in file.power.substations.iter().enumerate() {
        for number in &substation.buildings {
            let count = file
                .power
                .substations
                .iter()
                .filter(|s| s.buildings.contains(number))
                .count();
            let field = format!("power.substations[{i}].buildings");
            if !placed.iter().any(|p| p.number == *number) {
                layout.wrong(&field, format!("B{number:02}"), "a building of this site");
            } else if count > 1 {
                layout.wrong(
                    &field,
                    format!("B{number:02} in {count} substations"),
                    "each building once",
                );
            }
        }
    }
    placed.sort_by_key(|p| p.number);
    placed
}

/// An override with its number in the file and the place that it names.
struct Change<'s> {
    index: usize,
    at: super::Address,
    over: &'s Override,
}

fn read_overrides<'s>(layout: &mut Layout<'s>) -> Vec<Change<'s>> {
    let mut out = Vec::new();
    let site = layout.site;
    for (i, over) in site.value.overrides.iter().enumerate() {
        if let Some(rack) = &over.rack {
            let catalog = layout.catalog;
            let _ = layout.named(&catalog.value.racks, rack, &format!("overrides[{i}].rack"));
        }
        if let Some(name) = &over.liquid_loop {
            let parts = &layout.catalog.value.liquid_loops;
            let _ = layout.named(parts, name, &format!("overrides[{i}].liquid_loop"));
        }
        if let Some(name) = &over.in_row_coil {
            let parts = &layout.catalog.value.in_row_coils;
            let _ = layout.named(parts, name, &format!("overrides[{i}].in_row_coil"));
        }
        match over.at.parse() {
            Ok(at) => out.push(Change { index: i, at, over }),
            Err(super::address::NotAnAddress(_)) => {
                let allowed = "a place such as B03, B03/H2 or B03/H2/R12";
                layout.report.push(site.error(
                    Code::UnknownName,
                    &format!("overrides[{i}].at"),
                    format!("{:?}", over.at),
                    allowed,
                ));
            }
        }
    }
    out
}

/// Overrides must name a building, hall or row that the groups make; a rack kind holds for a row as a whole, and a
/// phase for a building.
fn check_places(layout: &mut Layout<'_>, placed: &[Placed], overrides: &[Change<'_>]) {
    let file = &layout.site.value;
    for Change {
        index,
        at: address,
        over,
    } in overrides
    {
        let kind = placed
            .iter()
            .find(|p| p.number == address.building)
            .and_then(|p| file.building_kinds.get(&p.kind));
        let exists = kind.is_some_and(|kind| {
            address
                .hall
                .is_none_or(|hall| hall <= kind.hall_grid[0] * kind.hall_grid[1])
                && address.row.is_none_or(|row| row <= kind.rows)
        });
        if let (Some(racks), Some(kind)) = (over.racks_per_row, kind)
            && racks > kind.racks_per_row
        {
            let field = format!("overrides[{index}].racks_per_row");
            let allowed = format!("at most the places of the row, {}", kind.racks_per_row);
            let error = layout
                .site
                .error(Code::Inconsistent, &field, racks.to_string(), allowed);
            layout.report.push(error);
        }
        let mut wrong = |allowed: &str| {
            let field = format!("overrides[{index}].at");
            layout.report.push(
                layout
                    .site
                    .error(Code::UnknownName, &field, format!("{:?}", over.at), allowed),
            );
        };
        if !exists {
            wrong("a building, hall or row of this site");
        } else if address.rack.is_some() {
            wrong("a building, hall or row: racks of a row are of one kind");
        } else if over.phase.is_some() && address.hall.is_some() {
            wrong("a building, since a phase is a building's");
        } else if (over.liquid_loop.is_some() || over.in_row_coil.is_some()) && address.row.is_some() {
            wrong("a building or hall, since loops and coils are a hall's");
        }
    }
}

/// The place of a part among those in use; it is added if it is new.
fn place_of<T: PartialEq + Clone>(kinds: &mut Vec<T>, part: &T) -> usize {
    kinds.iter().position(|kind| kind == part).unwrap_or_else(|| {
        kinds.push(part.clone());
        kinds.len() - 1
    })
}

/// What an override says of a place: the one that names it most closely.
fn closest<'o, T>(
    overrides: &'o [Change<'_>],
    building: u32,
    hall: u32,
    row: Option<u32>,
    pick: impl Fn(&'o Override) -> Option<T>,
) -> Option<T> {
    overrides
        .iter()
        .filter(|c| {
            c.at.building == building
                && c.at.hall.is_none_or(|h| h == hall)
                && c.at.row.is_none_or(|n| row.is_none_or(|row| row == n))
        })
        .filter_map(|c| Some(((c.at.hall.is_some(), c.at.row.is_some()), pick(c.over)?)))
        .max_by_key(|(near, _)| *near)
        .map(|(_, value)| value)
}

struct Builder<'c> {
    campus: Campus,
    power: PowerBuilder<'c>,
}

impl<'c> Builder<'c> {
    fn new(file: &'c SiteFile, power: PowerBuilder<'c>) -> Self {
        let campus = Campus {
            name: file.name.clone(),
            about: file.about.clone(),
            location: file.location.clone(),
            terrain: file.terrain.clone(),
            buildings: Vec::new(),
            halls: Vec::new(),
            rows: Vec::new(),
            rack_kinds: Vec::new(),
            cooling_kinds: Vec::new(),
            loop_kinds: Vec::new(),
            coil_kinds: Vec::new(),
            chip_first: vec![0],
            rack_row: Vec::new(),
            power: power.plan.clone(),
            substations: file
                .power
                .substations
                .iter()
                .map(|s| SubstationPlan {
                    name: s.name.clone(),
                    rect: Rect {
                        at_m: s.at_m,
                        size_m: s.size_m,
                    },
                })
                .collect(),
            features: file.features.clone(),
            published: file.published.clone(),
            assumptions: Vec::new(),
            sources: Vec::new(),
        };
        Self { campus, power }
    }

    fn rack_kind(&mut self, key: &str, parts: &Catalog) -> usize {
        if let Some(known) = self.campus.rack_kinds.iter().position(|kind| kind.key == key) {
            return known;
        }
        let rack = parts.racks[key].clone();
        let server = parts.servers[&rack.server].clone();
        let chip = parts.chips[&server.chip].clone();
        let chips = rack.servers * server.trays * server.chips_per_tray;
        self.campus.rack_kinds.push(RackKind {
            key: key.to_owned(),
            battery: rack.battery.as_ref().map(|key| parts.batteries[key].clone()),
            rack,
            server,
            chip,
            chips,
        });
        self.campus.rack_kinds.len() - 1
    }

    fn building(&mut self, place: &Placed, kind: &Kind<'c>, overrides: &[Change<'_>], parts: &Catalog) {
        let file = kind.file;
        let number = place.number;
        let index = self.campus.buildings.len();
        let first_hall = self.campus.halls.len();
        let grid = file.hall_grid;
        self.power.building(index, number, place.substation, file, &kind.power);
        for h in 0..grid[0] * grid[1] {
            let step = [f64::from(h % grid[0]), f64::from(h / grid[0])];
            let centre = |axis: usize, sign: f64| {
                let pitch = file.hall_size_m[axis] + file.hall_gap_m[axis];
                place.at_m[axis] + sign * pitch * (step[axis] - (f64::from(grid[axis]) - 1.0) / 2.0)
            };
            let rect = Rect {
                at_m: [centre(0, 1.0), centre(1, -1.0)],
                size_m: file.hall_size_m,
            };
            self.hall(index, number, h + 1, rect, kind, overrides, parts);
        }
        let phase = overrides
            .iter()
            .filter(|c| c.at.building == number && c.at.hall.is_none())
            .find_map(|c| c.over.phase)
            .unwrap_or(place.phase);
        self.campus.buildings.push(Building {
            number,
            phase,
            rect: Rect {
                at_m: place.at_m,
                size_m: [file.size_m[0], file.size_m[1]],
            },
            height_m: file.size_m[2],
            halls: first_hall..self.campus.halls.len(),
            gensets: file.gensets_per_lineup * file.lineups.len() as u32,
            lineups: file.lineups.clone(),
            genset: kind.power.genset.clone(),
            substation: place.substation,
        });
    }

    fn hall(
        &mut self,
        building: usize,
        number: u32,
        hall_number: u32,
        rect: Rect,
        kind: &Kind<'c>,
        overrides: &[Change<'_>],
        parts: &Catalog,
    ) {
        let file = kind.file;
        let hall = self.campus.halls.len();
        let name = format!("B{number:02}/H{hall_number}");
        self.power.hall(building, number, &name, file, &kind.power);
        let first_row = self.campus.rows.len();
        let first_rack = self.campus.racks();
        for r in 0..file.rows {
            let at_row = Some(r + 1);
            let key = closest(overrides, number, hall_number, at_row, |over| over.rack.as_deref());
            let key = key.unwrap_or(&file.rack);
            let racks = closest(overrides, number, hall_number, at_row, |over| over.racks_per_row);
            let racks = racks.unwrap_or(file.racks_per_row);
            // Fewer racks than places stand further apart.
            let rack_pitch_m = file.rack_pitch_m * f64::from(file.racks_per_row) / f64::from(racks);
            let rack_kind = self.rack_kind(key, parts);
            let chips = self.campus.rack_kinds[rack_kind].chips;
            let row = self.campus.rows.len();
            let start = self.campus.racks();
            for _ in 0..racks {
                let next = self.campus.chips() as u32 + chips;
                self.campus.chip_first.push(next);
                self.campus.rack_row.push(row as u32);
            }
            let offset = |count: u32, pitch: f64, k: u32| pitch * (f64::from(k) - (f64::from(count) - 1.0) / 2.0);
            self.campus.rows.push(Row {
                hall,
                number: r + 1,
                racks: start..self.campus.racks(),
                kind: rack_kind,
                first_m: [
                    rect.at_m[0] + offset(file.rows, file.row_pitch_m, r),
                    rect.at_m[1] + offset(racks, rack_pitch_m, 0),
                ],
                rack_pitch_m,
            });
        }
        let first_unit = self.campus.units();
        let cooling_kind = place_of(&mut self.campus.cooling_kinds, kind.cooling);
        let of_hall = |pick: fn(&Override) -> Option<&str>| closest(overrides, number, hall_number, None, pick);
        let count_of = |pick: fn(&Override) -> Option<u32>| closest(overrides, number, hall_number, None, pick);
        let loop_name = of_hall(|over| over.liquid_loop.as_deref()).or(file.liquid_loop.as_deref());
        let liquid = loop_name
            .and_then(|name| parts.liquid_loops.get(name))
            .map(|spec| HallLoop {
                kind: place_of(&mut self.campus.loop_kinds, spec),
                cdus: count_of(|over| over.cdus).or(file.cdus_per_hall).unwrap_or(1),
            });
        let coil_name = of_hall(|over| over.in_row_coil.as_deref()).or(file.in_row_coil.as_deref());
        let coils = coil_name.and_then(|name| parts.in_row_coils.get(name)).map(|spec| {
            let count = count_of(|over| over.in_row_coils).or(file.in_row_coils_per_hall);
            (place_of(&mut self.campus.coil_kinds, spec), count.unwrap_or(1))
        });
        self.campus.halls.push(Hall {
            building,
            number: hall_number,
            rect,
            rows: first_row..self.campus.rows.len(),
            racks: first_rack..self.campus.racks(),
            units: first_unit..first_unit + file.cooling_units_per_hall as usize,
            cooling_kind,
            supply_ratio: file.supply_ratio.value,
            leakage_share: file.leakage_share.value,
            row_end_leak: file.row_end_leak.value,
            height_spread: file.height_spread.value,
            supply_reach_m: file.supply_reach_m.value,
            liquid,
            coils,
            heat_capacity_j_per_k: file.hall_heat_capacity_j_per_k.value,
            misc_w: file.misc_w_per_hall.value,
            pitch_m: [file.row_pitch_m, file.rack_pitch_m],
        });
    }
}
