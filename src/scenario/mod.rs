//! What if: a base site, what changes, what happens when, and what to record.

mod actions;
mod fields;
mod own;
mod plan;
mod recorded;
pub mod reference;
mod rules;
mod version;

use std::collections::BTreeMap;

use jiff::civil::DateTime;

pub use self::actions::{Amount, Takes, Where};
pub use self::fields::{Reachable, reachable};
pub use self::own::change;
pub use self::recorded::{PlaceColumn, Recorded};
pub use self::version::{FORMAT, upgrade};

use crate::diag::{Code, Report};
use crate::sim::command::Command;
use crate::sim::cooling::SetPoint;
use crate::sim::rules::Rule;
use crate::sim::sense::Aggregation;
use crate::site::campus::Found;
use crate::site::change::{Change, Role};
use crate::site::load::{Site, load_site};
use crate::site::schema::{Figure, Parsed, read, within};
use crate::site::texts::{Files, beside, builtin_names, find_text, unreadable};
use crate::site::tree::{self, Node};
use crate::site::{Address, Campus};
use crate::workload::{self, Job, plan::Workload};
use crate::{choice, record};

/// Scenarios that come with the program, by the name after `builtin:`.
pub const BUILTIN: &[(&str, &str)] = &[
    ("default", include_str!("../../assets/scenarios/default.ron")),
    ("open-day", include_str!("../../assets/scenarios/open-day.ron")),
    ("phase-1", include_str!("../../assets/scenarios/phase-1.ron")),
    (
        "july-heat-wave",
        include_str!("../../assets/scenarios/july-heat-wave.ron"),
    ),
    ("cold-snap", include_str!("../../assets/scenarios/cold-snap.ron")),
    ("smoke-week", include_str!("../../assets/scenarios/smoke-week.ron")),
    ("feed-lost", include_str!("../../assets/scenarios/feed-lost.ron")),
    ("utility-30s", include_str!("../../assets/scenarios/utility-30s.ron")),
    (
        "utility-10min",
        include_str!("../../assets/scenarios/utility-10min.ron"),
    ),
    ("utility-72h", include_str!("../../assets/scenarios/utility-72h.ron")),
    ("gensets-fail", include_str!("../../assets/scenarios/gensets-fail.ron")),
    (
        "training-swing",
        include_str!("../../assets/scenarios/training-swing.ron"),
    ),
    ("lab-day", include_str!("../../assets/scenarios/lab-day.ron")),
    ("mission-day", include_str!("../../assets/scenarios/mission-day.ron")),
    (
        "mission-month",
        include_str!("../../assets/scenarios/mission-month.ron"),
    ),
    ("vendors-day", include_str!("../../assets/scenarios/vendors-day.ron")),
    ("lab-jobs", include_str!("../../assets/scenarios/lab-jobs.ron")),
    ("year", include_str!("../../assets/scenarios/year.ron")),
    ("hybrid-day", include_str!("../../assets/scenarios/hybrid-day.ron")),
    (
        "phase-2-completion",
        include_str!("../../assets/scenarios/phase-2-completion.ron"),
    ),
    ("chips-late", include_str!("../../assets/scenarios/chips-late.ron")),
    (
        "line-345kv-lost",
        include_str!("../../assets/scenarios/line-345kv-lost.ron"),
    ),
    ("all-trainium", include_str!("../../assets/scenarios/all-trainium.ron")),
    ("mixed-fleet", include_str!("../../assets/scenarios/mixed-fleet.ron")),
    (
        "gb300-retrofit",
        include_str!("../../assets/scenarios/gb300-retrofit.ron"),
    ),
    ("water-cut", include_str!("../../assets/scenarios/water-cut.ron")),
    ("grid-80", include_str!("../../assets/scenarios/grid-80.ron")),
    (
        "demand-response",
        include_str!("../../assets/scenarios/demand-response.ron"),
    ),
    ("hot-aisle", include_str!("../../assets/scenarios/hot-aisle.ron")),
];

record! {
    /// A scenario.
    ScenarioFile {
        /// Format version.
        format: u32,
        /// Name.
        name: String,
        /// What it asks, in a sentence.
        about: String,
        /// Site file: `builtin:NAME`, or a path.
        site: String,
        /// Weather that takes the place of the site's: `builtin:NAME`, or a path to normals or an EPW file.
        weather: Option<String>,
        /// What is asked of its chips: `builtin:NAME`, or a path to a workload; without it, `utilisation` alone. With it,
        /// `utilisation` is that of racks without a job.
        workload: Option<String>,
        /// Plan of growth: `builtin:NAME`, or a path. With it, a hall is live when its building has power and its racks
        /// are there; `phase` and `only` still bound what is.
        plan: Option<String>,
        /// Other values for fields of the files that it names, such as `catalog:chips.trainium2.tdp_w = 0.55kW`.
        #[serde(default)]
        changes: Vec<String>,
        /// Local standard time of the start, such as `2026-07-20T00:00:00`.
        start: String,
        /// Duration, s.
        duration_s: f64 = within(1.0, 3.2e9),
        /// Fixed time step, s.
        tick_s: f64 = within(1.0, 300.0),
        /// Time between recorded samples, s.
        record_every_s: f64 = within(1.0, 31_622_400.0),
        /// Seed of all that is random.
        seed: u32,
        /// Highest construction phase that is live.
        phase: u32 = within(1.0, 99.0),
        /// The one building or hall that is live, such as `B01` or `B01/H2`; all of those phases without it.
        only: Option<String>,
        /// Utilisation asked of every chip.
        utilisation: f64 = within(0.0, 1.0),
        /// Swing of the load texture, as a share of the level.
        load_texture: f64 = within(0.0, 1.0),
        /// Change of the dry bulb, K.
        weather_offset_k: f64 = within(-40.0, 40.0),
        /// Change of the dew point, K; the moisture stays as it is without it.
        dew_point_offset_k: Option<f64> = within(-40.0, 40.0),
        /// Spells of unusual weather.
        #[serde(default)]
        spells: Vec<Spell>,
        /// What happens when.
        #[serde(default)]
        events: Vec<Event>,
        /// What follows when a reading is beyond a limit.
        #[serde(default)]
        when: Vec<When>,
        /// What is recorded; all of the site and nothing of places without it.
        record: Option<RecordSpec>,
        /// The step pattern of a synchronous job on all live racks, for its swing at the grid connection.
        training: Option<TrainingSpec>,
    }
}

choice! {
    /// What a spell of weather is.
    SpellKind {
        /// Hotter than usual.
        HeatWave,
        /// Colder than usual.
        ColdSnap,
        /// Smoke in the air.
        Smoke,
        /// Any other change.
        Change,
    }
}

record! {
    /// A spell of unusual weather, with smooth shoulders.
    Spell {
        /// What it is.
        what: SpellKind,
        /// When it begins, s since the start of the scenario; below 0 it has begun before.
        at_s: f64 = within(-3.2e9, 3.2e9),
        /// How long it lasts with its shoulders, s.
        lasts_s: f64 = within(1.0, 3.2e9),
        /// Length of each shoulder, s.
        ramp_s: f64 = within(0.0, 1.6e9),
        /// Change of the dry bulb, K.
        dry_bulb_k: Option<f64> = within(-40.0, 40.0),
        /// Change of the dew point, K; the moisture stays as it is without it.
        dew_point_k: Option<f64> = within(-40.0, 40.0),
        /// Airborne particles that it brings, fine ones (PM2.5), µg/m³.
        particles_ug_m3: Option<f64> = within(0.0, 5_000.0),
        /// Where its figures come from.
        basis: String,
    }
}

record! {
    /// The step pattern of a synchronous training job, and what is done against its swing.
    TrainingSpec {
        /// Where its figures come from.
        basis: String,
        /// Length of a step, s.
        period_s: f64 = within(0.02, 600.0),
        /// Its phases in order.
        phases: Vec<PhaseSpec>,
        /// Time in which all racks go from one phase to the next, s.
        edge_s: f64 = within(0.0001, 60.0),
        /// Standard deviation of the racks' start times, s.
        jitter_s: f64 = within(0.0, 60.0),
        /// Least power of any phase, as a share of the highest: the chips burn it if there is no work.
        floor_share: f64 = within(0.0, 1.0),
        /// Time constant of the power supplies' own storage, s.
        supply_lag_s: f64 = within(0.0, 600.0),
        /// Storage that evens out the rest.
        storage: Option<StorageSpec>,
    }
}

record! {
    /// One phase of a step.
    PhaseSpec {
        /// Share of the step.
        share: f64 = within(0.0001, 1.0),
        /// Utilisation of the chips.
        utilisation: f64 = within(0.0, 1.0),
    }
}

choice! {
    /// How a storage answers a swing.
    StorageControl {
        /// Follows the deviation from the mean until it is full or empty.
        Follow,
        /// Takes the largest share of the deviation that never meets a limit.
        Share,
    }
}

record! {
    /// Storage in every rack against the swing of a job.
    StorageSpec {
        /// Usable energy, J a rack.
        energy_j_per_rack: Figure = within(0.0, 1e9),
        /// Most power, W a rack.
        power_w_per_rack: Figure = within(0.0, 1e7),
        /// Energy given over energy taken.
        round_trip: Figure = within(0.3, 1.0),
        /// How it answers.
        control: StorageControl,
    }
}

choice! {
    /// What an event does.
    Action {
        /// Opens the power node named in `at`.
        OpenFeed,
        /// Closes it again.
        CloseFeed,
        /// Breaks `value` units of the power node named in `at`: gensets, or transformers in parallel.
        BreakNode,
        /// Repairs the units of the power node named in `at`.
        RepairNode,
        /// Breaks `value` cooling units of the hall in `at`.
        FailUnits,
        /// Repairs the cooling units of the hall in `at`.
        RepairUnits,
        /// Takes `value` cooling units of the hall in `at` out of service to change their filters.
        ServiceUnits,
        /// Breaks `value` coolant distribution units of the hall in `at`.
        FailCdus,
        /// Repairs the coolant distribution units of the hall in `at`.
        RepairCdus,
        /// Cuts the site's water.
        CutWater,
        /// Brings the site's water back.
        RestoreWater,
        /// Starts tripped chips of the hall in `at` again.
        RestartChips,
        /// Gives power to the building or hall in `at` that has had none.
        Energise,
        /// Takes the building or hall in `at` out of service.
        Deenergise,
        /// Sets the utilisation of the place in `at`, or of all, to `value`.
        SetUtilisation,
        /// Moves the dry bulb by `value` K.
        OffsetWeather,
        /// Brings `value` µg/m³ of particles into the air; 0 ends it.
        Smoke,
        /// Holds the IT power of the building or hall in `at`, or of the site, to `value` W.
        CapPower,
        /// Lifts that limit.
        UncapPower,
        /// Moves the coldest supply that is allowed in the building or hall in `at` to `value` °C.
        SetSupply,
        /// Lets the units of the building or hall in `at` evaporate above `value` °C.
        SetEvaporation,
        /// Lets the units of the building or hall in `at` supply `value` times the air that its racks draw.
        SetSupplyRatio,
        /// Gives energy another price, `value` $/MWh; that of the tariff without a value.
        EnergyPrice,
        /// Asks for the `job`.
        SubmitJob,
    }
}

record! {
    /// Something that happens at a time.
    Event {
        /// Time since the start, s.
        at_s: f64 = within(0.0, 3.2e9),
        /// What happens.
        action: Action,
        /// Where: a place (`B03/H2`) or a power node (`S1/A`).
        at: Option<String>,
        /// How much.
        value: Option<f64> = within(-1e6, 1e11),
        /// Time after which it is taken back, s.
        lasts_s: Option<f64> = within(0.0, 3.2e9),
        /// Job that is asked for.
        job: Option<JobSpec>,
    }
}

record! {
    /// A job that is asked for by an event or a rule.
    JobSpec {
        /// Training job or stream of the workload that it is like; what is left out here comes from there.
        like: Option<String>,
        /// Name.
        name: Option<String>,
        /// Chips.
        chips: Option<u32> = within(1.0, 1e8),
        /// Chip that it needs, by its catalog name.
        chip: Option<String>,
        /// Work at full pace, s.
        work_s: Option<f64> = within(1.0, 1e8),
        /// Utilisation while it works.
        utilisation: Option<f64> = within(0.0, 1.0),
        /// The larger goes first.
        priority: Option<i32> = within(-1_000.0, 1_000.0),
    }
}

record! {
    /// A rule: when a reading has been beyond a limit for so long, something follows.
    When {
        /// What is measured, such as `inlet`, `supply`, `hottest chip`, `it power`, `load`, or any column of the series.
        what: String,
        /// Where: a place (`B03/H2`) or a power node (`S1/A`); all that is live without it.
        at: Option<String>,
        /// How the readings of the parts of the place become one; the usual way of the quantity without it.
        take: Option<Aggregation>,
        /// Limit that it must be above, such as `"32°C"` or `"30MW"`.
        above: Option<String>,
        /// Limit that it must be below.
        below: Option<String>,
        /// How long it must have been beyond, s; not at all without it.
        for_s: Option<f64> = within(0.0, 3.2e9),
        /// Where it counts as over; the limit itself without it.
        clears: Option<String>,
        /// Time after which the rule may be met again once it is over, s; it is met only once without it.
        again_after_s: Option<f64> = within(0.0, 3.2e9),
        /// What follows.
        then: Vec<Deed>,
        /// What follows when it is over.
        #[serde(default)]
        cleared: Vec<Deed>,
    }
}

record! {
    /// What follows when a rule is met: an event without a time.
    Deed {
        /// Time after the rule is met, s; at once without it.
        after_s: Option<f64> = within(0.0, 3.2e9),
        /// What happens.
        action: Action,
        /// Where: a place (`B03/H2`) or a power node (`S1/A`).
        at: Option<String>,
        /// How much.
        value: Option<f64> = within(-1e6, 1e11),
        /// Time after which it is taken back, s.
        lasts_s: Option<f64> = within(0.0, 3.2e9),
        /// Job that is asked for.
        job: Option<JobSpec>,
    }
}

record! {
    /// What is recorded, every `record_every_s`.
    RecordSpec {
        /// Columns of the site; all if there are none.
        #[serde(default)]
        columns: Vec<String>,
        /// Readings of places beside them.
        #[serde(default)]
        places: Vec<PlaceRecord>,
    }
}

record! {
    /// Readings of places that are recorded.
    PlaceRecord {
        /// Places and power nodes, such as `B03`, `B03/H2`, `S1/A`; `buildings` and `halls` are all of them.
        at: Vec<String>,
        /// What is measured there, such as `inlet` or `it power`.
        what: Vec<String>,
        /// How the readings of the parts of a place become one; the usual way of the quantity without it.
        take: Option<Aggregation>,
    }
}

/// A scenario with its site, ready to run.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The site.
    pub site: Site,
    /// The scenario.
    pub scenario: ScenarioFile,
    /// Its events as commands, in order of time.
    pub timeline: Vec<(f64, Command)>,
    /// Its rules.
    pub rules: Vec<Rule>,
    /// What is recorded beside the site.
    pub recorded: Recorded,
    /// Halls that are live at the start by its plan, if it has one.
    pub live: Option<Vec<bool>>,
    /// Its start.
    pub start: DateTime,
    /// The place that alone is live, if it names one.
    pub only: Option<Found>,
    /// What is asked of its chips, if it names a workload.
    pub workload: Option<Workload>,
    /// Name of the scenario file.
    pub file: String,
    /// Name of the site file, as it was read.
    pub site_file: String,
    /// Name of the weather that took the place of the site's, if any.
    pub weather_file: Option<String>,
}

/// Files that take the place of those that a scenario names.
#[derive(Debug, Clone, Copy, Default)]
pub struct Overrides<'a> {
    /// Site.
    pub site: Option<&'a str>,
    /// Weather.
    pub weather: Option<&'a str>,
    /// Changes of fields in any of the files.
    pub changes: &'a [Change],
}

/// The files of a scenario by their roles, as far as they name each other.
#[must_use]
pub fn files_of(files: &dyn Files, name: &str, instead: Overrides<'_>) -> Vec<(Role, String)> {
    let mut out = vec![(Role::Scenario, name.to_owned())];
    let scenario = find_text(BUILTIN, "scenario", files, name).and_then(|text| tree_of(name, &text));
    let Ok(scenario) = scenario else { return out };
    let site = instead.site.map(str::to_owned);
    let Some(site) = site.or_else(|| Some(beside(name, scenario.text("site")?))) else {
        return out;
    };
    out.push((Role::Site, site.clone()));
    for (role, field) in [(Role::Workload, "workload"), (Role::Plan, "plan")] {
        out.extend(scenario.text(field).map(|other| (role, beside(name, other))));
    }
    let tree = find_text(crate::site::texts::BUILTIN, "file", files, &site).and_then(|text| tree_of(&site, &text));
    let Ok(tree) = tree else { return out };
    let weather = instead.weather.map(str::to_owned);
    let weather = weather.or_else(|| Some(beside(name, scenario.text("weather")?)));
    let named = |field: &str| tree.text(field).map(|other| beside(&site, other));
    let tariff = named("tariff");
    let grid = tariff.as_ref().and_then(|file| {
        let text = text_by_role(files, Role::Tariff, file).ok()?;
        Some(beside(file, tree_of(file, &text).ok()?.text("grid")?))
    });
    let others = [
        (Role::Catalog, named("catalog")),
        (Role::Weather, weather.or_else(|| named("weather"))),
        (Role::Tariff, tariff),
        (Role::Grid, grid),
        (
            Role::Capital,
            Some(named("capital").unwrap_or_else(|| "builtin:capital".to_owned())),
        ),
    ];
    out.extend(
        others
            .into_iter()
            .filter_map(|(role, other)| other.map(|other| (role, other))),
    );
    out.sort_by_key(|(role, _)| *role);
    out
}

fn tree_of(name: &str, text: &str) -> Result<Node, String> {
    tree::parse(name, text).map_err(|error| error.to_string())
}

/// The text of a file of a scenario.
///
/// # Errors
/// Why it cannot be read.
pub fn text_by_role(files: &dyn Files, role: Role, name: &str) -> Result<String, String> {
    let table = match role {
        Role::Scenario => BUILTIN,
        Role::Workload => workload::plan::BUILTIN,
        Role::Plan => crate::growth::BUILTIN,
        _ => crate::site::texts::BUILTIN,
    };
    find_text(table, role.as_str(), files, name)
}

/// Reads a scenario by name (`builtin:NAME` or a file).
///
/// # Errors
/// Every error of the scenario and of the files that it names.
pub fn load(files: &dyn Files, name: &str, instead: Overrides<'_>) -> Result<Loaded, Report> {
    match find_text(BUILTIN, "scenario", files, name) {
        Ok(text) => load_text(files, name, &text, instead),
        Err(found) => {
            let allowed = if name.starts_with("builtin:") {
                builtin_names(BUILTIN)
            } else {
                "a readable scenario file".to_owned()
            };
            Err(Report {
                errors: vec![unreadable(name, found, allowed)],
            })
        }
    }
}

/// Reads a scenario from its text.
///
/// # Errors
/// As [`load`].
pub fn load_text(files: &dyn Files, name: &str, text: &str, instead: Overrides<'_>) -> Result<Loaded, Report> {
    let current = version::current(name, text)?;
    let text = current.as_str();
    let mut report = Report::default();
    let own = own::Own::read(name, text, &mut report);
    if !instead.changes.is_empty() || !own.is_empty() || !report.errors.is_empty() {
        // Errors of form are worth knowing at once, whatever the changes would do.
        let form = |mut errors: Report| {
            if let Err(more) = read::<ScenarioFile>(name, text) {
                errors.absorb(more);
            }
            errors
        };
        let changed = change(files, name, text, instead).map_err(form)?;
        let named = files_of(&changed, name, instead);
        let instead = Overrides {
            changes: &[],
            ..instead
        };
        let mut loaded = load_text(&changed, name, changed.changed(name).unwrap_or(text), instead)
            .map_err(|errors| own.placed(name, &named, errors))?;
        loaded.scenario.changes = own.texts;
        return Ok(loaded);
    }
    let parsed = read::<ScenarioFile>(name, text)?;
    let start = parsed.value.start.parse::<DateTime>();
    if start.is_err() {
        let found = format!("{:?}", parsed.value.start);
        report.push(parsed.error(
            Code::WrongKind,
            "start",
            found,
            "a local standard time such as \"2026-07-20T00:00:00\"",
        ));
    }
    if parsed.value.record_every_s < parsed.value.tick_s {
        let found = parsed.value.record_every_s.to_string();
        report.push(parsed.error(
            Code::Inconsistent,
            "record_every_s",
            found,
            format!("at least tick_s, {}", parsed.value.tick_s),
        ));
    }
    if parsed
        .value
        .training
        .as_ref()
        .is_some_and(|training| training.phases.len() < 2)
    {
        let found = "fewer than two phases".to_owned();
        report.push(parsed.error(Code::Inconsistent, "training.phases", found, "at least two"));
    }
    check_spells(&parsed, &mut report);
    let site_name = instead
        .site
        .map_or_else(|| beside(name, &parsed.value.site), str::to_owned);
    let own_weather = parsed.value.weather.as_deref().map(|own| beside(name, own));
    let weather = instead.weather.map(str::to_owned).or(own_weather);
    let site = match load_site(files, &site_name, weather.as_deref()) {
        Ok(site) => Some(site),
        Err(errors) => {
            report.absorb(errors);
            None
        }
    };
    // A scenario that is run on another site than its own takes of it what there is.
    let buildings = site
        .iter()
        .filter(|_| instead.site.is_none())
        .flat_map(|site| &site.campus.buildings);
    if let Some(last) = buildings.map(|building| building.phase).max()
        && parsed.value.phase > last
    {
        let allowed = match last {
            1 => format!("1, the only phase of {site_name}"),
            _ => format!("1 to {last}, the phases of {site_name}"),
        };
        report.push(parsed.error(Code::Inconsistent, "phase", parsed.value.phase.to_string(), allowed));
    }
    let place = |name: &String| {
        let campus = site.as_ref().map(|site| &site.campus)?;
        campus.find(name.parse::<Address>().ok()?)
    };
    let only = parsed.value.only.as_ref().and_then(place);
    if let Some(name) = parsed.value.only.as_ref().filter(|_| site.is_some())
        && !matches!(only, Some(Found::Building(_) | Found::Hall(_)))
    {
        let allowed = "a building or hall of this site, such as B01 or B01/H1";
        report.push(parsed.error(Code::UnknownName, "only", format!("{name:?}"), allowed));
    }
    let workload =
        parsed
            .value
            .workload
            .as_deref()
            .zip(site.as_ref())
            .and_then(
                |(own, site)| match workload::plan::load(files, &beside(name, own), &site.campus) {
                    Ok(workload) => Some(workload),
                    Err(errors) => {
                        report.absorb(errors);
                        None
                    }
                },
            );
    let mut timeline = Vec::new();
    let (mut rules, mut recorded, mut live) = (Vec::new(), Recorded::default(), None);
    if let Some(site) = &site {
        let words = Words {
            campus: &site.campus,
            nodes: node_numbers(&site.campus),
            workload: workload.as_ref(),
        };
        timeline = words.timeline(&parsed, &mut report);
        rules = words.rules(&parsed, &mut report);
        recorded = words.recorded(&parsed, &mut report);
        if let (Some(own), Ok(start)) = (&parsed.value.plan, &start) {
            match plan::live(files, &beside(name, own), &site.campus, *start, &parsed.value, only) {
                Ok((at_start, events)) => {
                    live = Some(at_start);
                    timeline.extend(events);
                }
                Err(errors) => report.absorb(errors),
            }
        }
        timeline.sort_by(|a, b| a.0.total_cmp(&b.0));
    }
    match (site, start) {
        (Some(site), Ok(start)) => report.into_result(Loaded {
            site,
            workload,
            scenario: parsed.value,
            timeline,
            rules,
            recorded,
            live,
            start,
            only,
            file: name.to_owned(),
            site_file: site_name,
            weather_file: weather,
        }),
        _ => Err(report),
    }
}

/// A spell has room for its shoulders, and is what it says.
fn check_spells(parsed: &Parsed<ScenarioFile>, report: &mut Report) {
    for (i, spell) in parsed.value.spells.iter().enumerate() {
        let mut wrong = |leaf: &str, found: f64, allowed: String| {
            let field = format!("spells[{i}].{leaf}");
            report.push(parsed.error(Code::Inconsistent, &field, found.to_string(), allowed));
        };
        if spell.ramp_s > 0.5 * spell.lasts_s {
            let allowed = format!("at most half of lasts_s, {}", 0.5 * spell.lasts_s);
            wrong("ramp_s", spell.ramp_s, allowed);
        }
        let change = spell.change();
        let (leaf, found, allowed) = match spell.what {
            SpellKind::HeatWave if change.dry_bulb_k <= 0.0 => ("dry_bulb_k", change.dry_bulb_k, "above 0"),
            SpellKind::ColdSnap if change.dry_bulb_k >= 0.0 => ("dry_bulb_k", change.dry_bulb_k, "below 0"),
            SpellKind::Smoke if change.particles_ug_m3 <= 0.0 => ("particles_ug_m3", change.particles_ug_m3, "above 0"),
            _ => continue,
        };
        wrong(leaf, found, format!("{allowed} for {}", spell.what.as_str()));
    }
}

/// Built-in scenarios: the name of each file and its title. Only the scenario's own text is read, no site.
#[must_use]
pub fn builtin_titles() -> Vec<(String, String)> {
    let title = |(key, text): &(&str, &str)| {
        let file = format!("builtin:{key}");
        let title = read::<ScenarioFile>(&file, text).ok()?.value.name;
        Some((file, title))
    };
    BUILTIN.iter().filter_map(title).collect()
}

/// An event that is given by its words, as a page's scripts give it, and its command.
///
/// # Errors
/// What is wrong, what was found and what is allowed.
pub fn command(
    campus: &Campus,
    action: &str,
    at: Option<&str>,
    value: Option<f64>,
) -> Result<(Event, Command), String> {
    let known = Action::ALL.into_iter().find(|known| known.as_str() == action);
    let action = known.ok_or_else(|| {
        let names: Vec<&str> = Action::ALL.into_iter().map(Action::as_str).collect();
        format!("action: found {action:?}; allowed: {}", names.join(", "))
    })?;
    let event = Event {
        at_s: 0.0,
        action,
        at: at.map(str::to_owned),
        value,
        lasts_s: None,
        job: None,
    };
    let words = Words {
        campus,
        nodes: node_numbers(campus),
        workload: None,
    };
    let command = words.command(&event).map_err(in_words)?;
    Ok((event, command))
}

/// The command of an event of a loaded scenario, as if it happened now.
///
/// # Errors
/// What is wrong, what was found and what is allowed.
pub fn order(loaded: &Loaded, event: &Event) -> Result<Command, String> {
    let words = Words {
        campus: &loaded.site.campus,
        nodes: node_numbers(&loaded.site.campus),
        workload: loaded.workload.as_ref(),
    };
    words.command(event).map_err(in_words)
}

fn in_words((field, found, allowed): Wrong) -> String {
    format!("{field}: found {found}; allowed: {allowed}")
}

/// Checks the form of a scenario's text alone: names and files that it speaks of are not looked up.
///
/// # Errors
/// Every error of form.
pub fn check_form(name: &str, text: &str) -> Result<(), Report> {
    read::<ScenarioFile>(name, &version::current(name, text)?).map(|_| ())
}

/// Power nodes by their names.
fn node_numbers(campus: &Campus) -> BTreeMap<&str, u32> {
    let nodes = campus.power.nodes.iter().enumerate();
    nodes.map(|(n, node)| (node.name.as_str(), n as u32)).collect()
}

/// What the words of a scenario stand for.
struct Words<'a> {
    campus: &'a Campus,
    nodes: BTreeMap<&'a str, u32>,
    workload: Option<&'a Workload>,
}

/// The field that is wrong, what was found and what is allowed.
type Wrong = (&'static str, String, String);

/// What takes an event back, if anything does.
fn undone(event: &Event) -> Option<Event> {
    let (action, value) = event.action.undone()?;
    Some(Event {
        action,
        value,
        lasts_s: None,
        ..event.clone()
    })
}

impl Words<'_> {
    fn timeline(&self, parsed: &Parsed<ScenarioFile>, report: &mut Report) -> Vec<(f64, Command)> {
        let mut out = Vec::new();
        for (i, event) in parsed.value.events.iter().enumerate() {
            match self.commands(event) {
                Ok(commands) => out.extend(commands.into_iter().map(|(after_s, c)| (event.at_s + after_s, c))),
                Err((leaf, found, allowed)) => {
                    report.push(parsed.error(Code::UnknownName, &format!("events[{i}].{leaf}"), found, allowed));
                }
            }
        }
        out
    }

    /// The commands of an event, each with its time after the event.
    fn commands(&self, event: &Event) -> Result<Vec<(f64, Command)>, Wrong> {
        let mut out = vec![(0.0, self.command(event)?)];
        if let Some(lasts_s) = event.lasts_s {
            let Some(undone) = undone(event) else {
                let allowed = format!("nothing: {} cannot be taken back", event.action.as_str());
                return Err(("lasts_s", lasts_s.to_string(), allowed));
            };
            out.push((lasts_s, self.command(&undone)?));
        }
        Ok(out)
    }

    /// The job that an event asks for.
    fn job(&self, event: &Event) -> Result<Job, Wrong> {
        let Some(spec) = &event.job else {
            return Err((
                "job",
                "nothing".to_owned(),
                "a job, such as (chips: 64, work_s: 3600)".to_owned(),
            ));
        };
        let Some(workload) = self.workload else {
            let allowed = "nothing: the scenario has no workload".to_owned();
            return Err(("job", "a job".to_owned(), allowed));
        };
        let mut job = Job {
            name: "asked".to_owned(),
            kind: workload::Kind::Batch,
            submit_s: 0.0,
            chips: 1,
            chip: None,
            priority: 0,
            preemptible: false,
            flop: None,
            work_s: 3_600.0,
            asked_s: 3_600.0,
            utilisation: 0.9,
            model: None,
        };
        match &spec.like {
            Some(like) => {
                let known = workload.jobs.iter().find(|job| job.name == *like);
                let stream = workload.streams.iter().find(|(stream, _)| stream.name == *like);
                match (known, stream) {
                    (Some(known), _) => job = known.clone(),
                    (None, Some((stream, model))) => {
                        job.name.clone_from(&stream.name);
                        if stream.kind == workload::files::TaskKind::Training {
                            job.kind = workload::Kind::Training;
                        }
                        job.chips = (stream.chips_median.value.round() as u32).clamp(1, stream.chips_max);
                        job.chip.clone_from(&stream.chip);
                        job.priority = stream.priority.unwrap_or(0);
                        job.preemptible = stream.preemptible;
                        job.work_s = stream.work_median_s.value;
                        job.asked_s = stream.work_median_s.value * stream.asked_over_work.value;
                        job.utilisation = stream.utilisation.value;
                        job.model = *model;
                    }
                    (None, None) => {
                        let mut names: Vec<&str> = workload.jobs.iter().map(|job| job.name.as_str()).collect();
                        names.extend(workload.streams.iter().map(|(stream, _)| stream.name.as_str()));
                        names.dedup();
                        names.truncate(12);
                        return Err(("job.like", format!("{like:?}"), names.join(", ")));
                    }
                }
            }
            None if spec.chips.is_none() || spec.work_s.is_none() => {
                let allowed = "`like`, or `chips` and `work_s`".to_owned();
                return Err(("job", "neither".to_owned(), allowed));
            }
            None => {}
        }
        if let Some(name) = &spec.name {
            job.name.clone_from(name);
        }
        job.chips = spec.chips.unwrap_or(job.chips);
        let there = self.campus.chips();
        if job.chips as usize > there {
            let allowed = format!("at most the chips of this site, {there}");
            return Err(("job.chips", job.chips.to_string(), allowed));
        }
        if let Some(chip) = &spec.chip {
            if workload::place::kinds_with(self.campus, chip).is_empty() {
                let mut names: Vec<&str> = self
                    .campus
                    .rack_kinds
                    .iter()
                    .map(|kind| kind.server.chip.as_str())
                    .collect();
                names.sort_unstable();
                names.dedup();
                return Err(("job.chip", format!("{chip:?}"), names.join(", ")));
            }
            job.chip = Some(chip.clone());
        }
        if let Some(work_s) = spec.work_s {
            (job.work_s, job.asked_s, job.flop) = (work_s, work_s, None);
        }
        job.utilisation = spec.utilisation.unwrap_or(job.utilisation);
        job.priority = spec.priority.unwrap_or(job.priority);
        Ok(job)
    }

    /// The command of an event.
    fn command(&self, event: &Event) -> Result<Command, Wrong> {
        let (campus, nodes) = (self.campus, &self.nodes);
        let takes = event.action.takes();
        let name = event.at.as_deref();
        let found = name.map_or_else(|| "nothing".to_owned(), |name| format!("{name:?}"));
        let asked = || match (takes.value, event.value) {
            // Without one it goes back to what it was.
            (None, _) | (Some(Amount { optional: true, .. }), None) => Ok(None),
            (Some(Amount { low, high, .. }), Some(x)) if (low..=high).contains(&x) => Ok(Some(x)),
            (Some(Amount { low, high, .. }), other) => {
                let found = other.map_or_else(|| "nothing".to_owned(), |x| x.to_string());
                Err(("value", found, format!("{low} to {high}")))
            }
        };
        // A value that must be there is.
        let value = || asked().map(Option::unwrap_or_default);
        let node = || {
            let examples: Vec<&str> = campus.power.nodes.iter().map(|n| n.name.as_str()).take(6).collect();
            name.and_then(|name| nodes.get(name).copied()).ok_or_else(|| {
                (
                    "at",
                    found.clone(),
                    format!("a power node such as {}", examples.join(", ")),
                )
            })
        };
        let place = || {
            name.and_then(|name| name.parse::<Address>().ok())
                .and_then(|address| campus.find(address))
                .ok_or_else(|| ("at", found.clone(), "a place of this site, such as B01/H1".to_owned()))
        };
        let any = || name.map(|_| place()).transpose();
        let hall = || match place()? {
            Found::Hall(hall) => Ok(hall),
            _ => Err(("at", found.clone(), takes.at.allowed().to_owned())),
        };
        let whole = || match place()? {
            found @ (Found::Building(_) | Found::Hall(_)) => Ok(found),
            _ => Err(("at", found.clone(), takes.at.allowed().to_owned())),
        };
        Ok(match event.action {
            Action::OpenFeed => Command::OpenFeed(node()?),
            Action::CloseFeed => Command::CloseFeed(node()?),
            Action::BreakNode => Command::BreakNode {
                node: node()?,
                count: value()? as u32,
            },
            Action::RepairNode => Command::RepairNode(node()?),
            Action::FailUnits => Command::FailUnits {
                hall: hall()?,
                count: value()? as u32,
            },
            Action::RepairUnits => Command::RepairUnits { hall: hall()? },
            Action::ServiceUnits => Command::ServiceUnits {
                hall: hall()?,
                count: value()? as u32,
            },
            Action::FailCdus => Command::FailCdus {
                hall: hall()?,
                count: value()? as u32,
            },
            Action::RepairCdus => Command::RepairCdus { hall: hall()? },
            Action::CutWater => Command::SupplyWater(false),
            Action::RestoreWater => Command::SupplyWater(true),
            Action::RestartChips => Command::RestartChips { hall: hall()? },
            Action::Energise => Command::Energise { at: whole()? },
            Action::Deenergise => Command::Deenergise { at: whole()? },
            Action::SetUtilisation => Command::SetUtilisation {
                at: any()?,
                utilisation: value()?,
            },
            Action::OffsetWeather => Command::OffsetWeather(value()?),
            Action::Smoke => Command::Smoke(value()?),
            Action::CapPower | Action::UncapPower => Command::CapPower {
                at: any()?,
                limit_w: asked()?,
            },
            Action::SetSupply | Action::SetEvaporation | Action::SetSupplyRatio => Command::SetPoint {
                at: whole()?,
                what: match event.action {
                    Action::SetSupply => SetPoint::Supply,
                    Action::SetEvaporation => SetPoint::Evaporation,
                    _ => SetPoint::SupplyRatio,
                },
                value: asked()?,
            },
            Action::EnergyPrice => Command::EnergyPrice(asked()?),
            Action::SubmitJob => Command::SubmitJob(Box::new(self.job(event)?)),
        })
    }
}
