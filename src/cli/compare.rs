//! `rainier compare`: what differs between two runs, in their inputs and in their results, and the main causes.

use std::collections::BTreeMap;

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use maud::{Markup, html};
use rainier::economics::bill::Parts;
use rainier::study::differences::{InputChange, differences};
use serde::Serialize;
use serde_json::Value;

use crate::Failure;
use crate::args::{Compare, Replacements};
use crate::causes::{clock, short, since};
use crate::folder::Folder;
use crate::inputs::InputFile;
use crate::report::{page, svg, time_marks};

/// Most lines of a list on the terminal and on the page.
const SHOWN: usize = 40;

/// Differences below this share are rounding.
const NOISE: f64 = 1e-9;

/// One number of the results that differs.
#[derive(Debug, Serialize)]
struct Moved {
    field: String,
    name: String,
    unit: String,
    a: f64,
    b: f64,
    change: f64,
    /// Over A; none where that is zero.
    relative: Option<f64>,
    #[serde(skip)]
    importance: f64,
}

/// A meter with its share of a change.
#[derive(Debug, Serialize)]
struct Cause {
    of: &'static str,
    meter: String,
    unit: &'static str,
    a: f64,
    b: f64,
    change: f64,
    /// Over the change of the whole.
    share: Option<f64>,
}

/// A place whose draw differs.
#[derive(Debug, Serialize)]
struct Where {
    place: String,
    facility_mwh: [f64; 2],
    change_mwh: f64,
    pue: [f64; 2],
}

/// A stretch of time in which the draw differs.
#[derive(Debug, Serialize)]
struct When {
    from_s: f64,
    until_s: f64,
    facility_mw: [f64; 2],
    change_mw: f64,
    /// Which part of the draw differs most then.
    mostly: String,
}

/// Incidents that only one of the runs has, or more often than the other.
#[derive(Debug, Serialize)]
struct Event {
    place: String,
    kind: String,
    what: String,
    why: String,
    a: usize,
    b: usize,
}

/// All that differs.
#[derive(Debug, Serialize)]
struct Comparison {
    a: String,
    b: String,
    a_digest: String,
    b_digest: String,
    same: bool,
    /// The answer in words.
    summary: Vec<String>,
    inputs: Vec<InputChange>,
    results: Vec<Moved>,
    meters: Vec<Cause>,
    places: Vec<Where>,
    hours: Vec<When>,
    incidents: Vec<Event>,
}

pub(crate) fn compare(args: &Compare) -> Result<(), Failure> {
    let a = Folder::open_or_run(&args.a, &Replacements::default(), args.threads)?;
    let b = Folder::open_or_run(&args.b, &Replacements::values(&args.set), args.threads)?;
    let found = Comparison::of(&a, &b);
    if let Some(path) = &args.html {
        crate::write::text(path, &found.page(&a, &b)).map_err(Failure::Output)?;
    }
    if args.json {
        let text = serde_json::to_string_pretty(&found).map_err(|error| Failure::Output(error.to_string()))?;
        println!("{text}");
    } else {
        found.print();
    }
    Ok(())
}

// --- Inputs ---------------------------------------------------------------------------------------------------

fn file_changes(role: &str, a: &InputFile, b: &InputFile, out: &mut Vec<InputChange>) {
    let plain = |path: &str, a: &str, b: &str| InputChange {
        file: role.to_owned(),
        path: path.to_owned(),
        change: "changed",
        a: Some(a.to_owned()),
        b: Some(b.to_owned()),
    };
    let before = out.len();
    if a.sha256 == b.sha256 && a.changed == b.changed {
        return;
    }
    let texts = a.effective().zip(b.effective());
    match texts.and_then(|(x, y)| differences(role, [x, y])) {
        Some(mut found) => out.append(&mut found),
        None => out.push(plain(
            "(content)",
            &a.sha256[..a.sha256.len().min(12)],
            &b.sha256[..b.sha256.len().min(12)],
        )),
    }
    if a.name != b.name && out.len() > before {
        out.insert(before, plain("(file)", &a.name, &b.name));
    }
}

fn inputs(a: &Folder, b: &Folder) -> Vec<InputChange> {
    let mut out = Vec::new();
    let mut roles: Vec<&str> = Vec::new();
    for file in a.inputs.files.iter().chain(&b.inputs.files) {
        if !roles.contains(&file.role.as_str()) {
            roles.push(&file.role);
        }
    }
    for role in roles {
        let of = |run: &'_ Folder| -> Vec<InputFile> {
            run.inputs
                .files
                .iter()
                .filter(|file| file.role == role)
                .cloned()
                .collect()
        };
        let (files_a, files_b) = (of(a), of(b));
        for k in 0..files_a.len().max(files_b.len()) {
            match (files_a.get(k), files_b.get(k)) {
                (Some(x), Some(y)) => file_changes(role, x, y, &mut out),
                (x, y) => out.push(InputChange {
                    file: role.to_owned(),
                    path: "(file)".to_owned(),
                    change: if x.is_some() { "removed" } else { "added" },
                    a: x.map(|file| file.name.clone()),
                    b: y.map(|file| file.name.clone()),
                }),
            }
        }
    }
    // What the command line replaced, which stands in no file.
    let (x, y) = (&a.inputs, &b.inputs);
    let settings = [
        ("version", x.version.clone(), y.version.clone()),
        ("seed", x.seed.to_string(), y.seed.to_string()),
        ("tick_s", x.tick_s.to_string(), y.tick_s.to_string()),
        ("duration_s", x.duration_s.to_string(), y.duration_s.to_string()),
        (
            "record_every_s",
            x.record_every_s.to_string(),
            y.record_every_s.to_string(),
        ),
    ];
    for (path, x, y) in settings {
        if x != y
            && !out
                .iter()
                .any(|change| change.file == "scenario" && change.path == path)
        {
            out.push(InputChange {
                file: if path == "version" { "program" } else { "command line" }.to_owned(),
                path: path.to_owned(),
                change: "changed",
                a: Some(x),
                b: Some(y),
            });
        }
    }
    out
}

// --- Results --------------------------------------------------------------------------------------------------

/// Fields of the summary by their importance: name, unit, scale and weight.
const FIELDS: [(&str, &str, &str, f64, f64); 27] = [
    ("/unserved_kwh", "Unserved", "MWh", 1e3, 1.0),
    ("/cost_usd", "Cost", "$", 1.0, 1.0),
    ("/carbon_t", "Carbon, average", "t", 1.0, 1.0),
    ("/energy_kwh", "Energy", "MWh", 1e3, 1.0),
    ("/it_energy_kwh", "IT energy", "MWh", 1e3, 1.0),
    ("/pue", "PUE", "", 1.0, 1.0),
    ("/wue_l_per_kwh", "WUE", "L/kWh", 1.0, 0.9),
    ("/water_m3", "Water", "m³", 1.0, 0.9),
    ("/jobs/goodput", "Goodput of training", "", 1.0, 1.0),
    ("/jobs/served_share", "Load served", "", 1.0, 1.0),
    ("/throttled_chip_hours", "Throttled", "chip-hours", 1.0, 0.9),
    ("/most_dark_racks", "Most racks dark at once", "", 1.0, 0.9),
    ("/live_chips", "Live chips", "", 1.0, 0.9),
    ("/peak_demand_w", "Peak demand", "MW", 1e6, 0.9),
    ("/it_power_mean_w", "IT power, mean", "MW", 1e6, 0.8),
    ("/facility_power_mean_w", "Facility power, mean", "MW", 1e6, 0.8),
    ("/grid_energy_kwh", "Energy from the grid", "MWh", 1e3, 0.7),
    ("/marginal_carbon_t", "Carbon, marginal", "t", 1.0, 0.7),
    ("/long_run_carbon_t", "Carbon, long run", "t", 1.0, 0.5),
    ("/offsite_water_m3", "Water of generation", "m³", 1.0, 0.5),
    ("/hottest_chip_c", "Hottest chip", "°C", 1.0, 0.8),
    ("/diesel_l", "Diesel", "L", 1.0, 0.7),
    ("/wet_share", "Time with evaporation", "", 1.0, 0.6),
    ("/incidents", "Incidents", "", 1.0, 0.5),
    ("/jobs/wait_mean_s", "Mean wait", "s", 1.0, 0.5),
    ("/lowest_busway_pu", "Lowest voltage at the end", "pu", 1.0, 0.4),
    ("/simulated_s", "Time simulated", "s", 1.0, 0.3),
];

/// Fields that say nothing about the place.
const IGNORED: [&str; 4] = ["/seed", "/ticks", "/tick_s", "/worst_imbalance"];

fn numbers(at: &str, value: &Value, out: &mut BTreeMap<String, f64>) {
    match value {
        Value::Number(x) => {
            out.insert(at.to_owned(), x.as_f64().unwrap_or(0.0));
        }
        Value::Object(fields) => fields
            .iter()
            .for_each(|(name, value)| numbers(&format!("{at}/{name}"), value, out)),
        // A name with a number, such as interruptions by cause.
        Value::Array(items) => match items.as_slice() {
            [Value::String(name), Value::Number(x)] => {
                let at = at.rsplit_once('/').map_or(at, |(list, _)| list);
                out.insert(format!("{at}/{name}"), x.as_f64().unwrap_or(0.0));
            }
            _ => items
                .iter()
                .enumerate()
                .for_each(|(k, value)| numbers(&format!("{at}/{k}"), value, out)),
        },
        _ => {}
    }
}

/// How far apart two numbers are, from 0 to 1.
fn apart(a: f64, b: f64) -> f64 {
    let most = a.abs().max(b.abs());
    if most > 0.0 {
        ((b - a).abs() / most).min(1.0)
    } else {
        0.0
    }
}

fn results(a: &Folder, b: &Folder) -> Vec<Moved> {
    let (mut of_a, mut of_b) = (BTreeMap::new(), BTreeMap::new());
    numbers("", &a.summary, &mut of_a);
    numbers("", &b.summary, &mut of_b);
    // What only one of them has, such as jobs, is a difference of the inputs.
    let mut out: Vec<Moved> = of_a
        .iter()
        .filter(|(field, _)| !IGNORED.contains(&field.as_str()))
        .filter_map(|(field, a)| {
            let (a, b) = (*a, *of_b.get(field)?);
            if apart(a, b) <= NOISE {
                return None;
            }
            let known = FIELDS.iter().find(|(known, ..)| known == field);
            // Parts of what stands above them.
            let is_part = field.starts_with("/bill/") || field.starts_with("/jobs/totals/");
            let (name, unit, scale, weight) = match known {
                Some((_, name, unit, scale, weight)) => ((*name).to_owned(), *unit, *scale, *weight),
                None => (
                    field.trim_start_matches('/').replace('/', ": ").replace('_', " "),
                    "",
                    1.0,
                    if is_part { 0.05 } else { 0.2 },
                ),
            };
            Some(Moved {
                field: field.clone(),
                name,
                unit: unit.to_owned(),
                a: a / scale,
                b: b / scale,
                change: (b - a) / scale,
                relative: (a != 0.0).then(|| (b - a) / a.abs()),
                importance: weight * apart(a, b),
            })
        })
        .collect();
    out.sort_by(|a, b| b.importance.total_cmp(&a.importance).then(a.field.cmp(&b.field)));
    out
}

// --- Causes ---------------------------------------------------------------------------------------------------

/// Columns of `halls.csv` by what they are part of.
const METERS: [(&str, &str, &str, &str, f64); 15] = [
    ("energy", "IT", "it_kwh", "MWh", 1e3),
    ("energy", "cooling fans", "fans_kwh", "MWh", 1e3),
    ("energy", "pumps", "pumps_kwh", "MWh", 1e3),
    ("energy", "towers and dry coolers", "rejection_kwh", "MWh", 1e3),
    ("energy", "chillers", "chillers_kwh", "MWh", 1e3),
    ("energy", "lights and the like", "misc_kwh", "MWh", 1e3),
    ("energy", "batteries", "battery_kwh", "MWh", 1e3),
    ("energy", "losses of the power path", "loss_kwh", "MWh", 1e3),
    ("water", "media", "media_m3", "m³", 1.0),
    ("water", "towers", "tower_m3", "m³", 1.0),
    ("water", "drift", "drift_m3", "m³", 1.0),
    ("water", "blowdown", "blowdown_m3", "m³", 1.0),
    ("water", "into basins", "basin_m3", "m³", 1.0),
    ("heat", "hall-hours with units evaporating", "evaporative_h", "h", 1.0),
    ("heat", "hall-hours above the recommended air", "A1_h", "h", 1.0),
];

fn meters(a: &Folder, b: &Folder) -> Vec<Cause> {
    let mut out: Vec<Cause> = Vec::new();
    let site = |run: &Folder, column: &str| {
        run.place("site")
            .and_then(|site| site.get(column))
            .copied()
            .unwrap_or(0.0)
    };
    for (of, meter, column, unit, scale) in METERS {
        let (x, y) = (site(a, column), site(b, column));
        if apart(x, y) > NOISE {
            out.push(Cause {
                of,
                meter: meter.to_owned(),
                unit,
                a: x / scale,
                b: y / scale,
                change: (y - x) / scale,
                share: None,
            });
        }
    }
    for (name, key) in Parts::NAMES.iter().zip(PARTS) {
        let (x, y) = (a.figure(&format!("/bill/{key}")), b.figure(&format!("/bill/{key}")));
        if apart(x, y) > NOISE {
            out.push(Cause {
                of: "cost",
                meter: (*name).to_owned(),
                unit: "$",
                a: x,
                b: y,
                change: y - x,
                share: None,
            });
        }
    }
    // Carbon is energy times what a kWh carries: which of the two has moved?
    let per_kwh = |run: &Folder| {
        let grid = run.figure("/grid_energy_kwh");
        let carbon = [run.figure("/carbon_t") * 1e6, grid];
        if grid > 0.0 {
            [carbon[0] / grid, grid]
        } else {
            [0.0, 0.0]
        }
    };
    let ([g_a, kwh_a], [g_b, kwh_b]) = (per_kwh(a), per_kwh(b));
    for (meter, change) in [
        ("energy from the grid", (kwh_b - kwh_a) * 0.5 * (g_a + g_b) / 1e6),
        (
            "carbon of a kWh, with diesel",
            (g_b - g_a) * 0.5 * (kwh_a + kwh_b) / 1e6,
        ),
    ] {
        if change.abs() > NOISE * a.figure("/carbon_t").max(b.figure("/carbon_t")) {
            out.push(Cause {
                of: "carbon",
                meter: meter.to_owned(),
                unit: "t",
                a: a.figure("/carbon_t"),
                b: a.figure("/carbon_t") + change,
                change,
                share: None,
            });
        }
    }
    let mut sums: BTreeMap<&str, f64> = BTreeMap::new();
    for cause in &out {
        *sums.entry(cause.of).or_default() += cause.change;
    }
    for cause in &mut out {
        let sum = sums[cause.of];
        cause.share = (cause.of != "heat" && sum != 0.0).then(|| cause.change / sum);
    }
    let order = ["energy", "cost", "water", "carbon", "heat"];
    let rank = |of: &str| order.iter().position(|known| *known == of).unwrap_or(order.len());
    out.sort_by(|a, b| {
        rank(a.of)
            .cmp(&rank(b.of))
            .then(b.change.abs().total_cmp(&a.change.abs()))
    });
    out
}

/// Fields of a bill, in the order of their names.
pub(crate) const PARTS: [&str; 10] = [
    "energy",
    "demand",
    "ratchet",
    "minimum",
    "max_demand",
    "capacity",
    "water",
    "sewer",
    "diesel",
    "demand_response",
];

fn places(a: &Folder, b: &Folder) -> Vec<Where> {
    let of =
        |row: Option<&BTreeMap<String, f64>>, column: &str| row.and_then(|row| row.get(column)).copied().unwrap_or(0.0);
    let mut names: Vec<&String> = a
        .halls
        .iter()
        .chain(&b.halls)
        .map(|(name, _)| name)
        .filter(|name| *name != "site")
        .collect();
    names.sort();
    names.dedup();
    let mut out: Vec<Where> = names
        .into_iter()
        .filter_map(|place| {
            let (x, y) = (a.place(place), b.place(place));
            let mwh = [x, y].map(|row| of(row, "facility_kwh") / 1e3);
            (apart(mwh[0], mwh[1]) > NOISE).then(|| Where {
                place: place.clone(),
                facility_mwh: mwh,
                change_mwh: mwh[1] - mwh[0],
                pue: [x, y].map(|row| of(row, "pue")),
            })
        })
        .collect();
    // Buildings first, each list by its change.
    let is_hall = |place: &str| place.contains('/');
    out.sort_by(|a, b| {
        is_hall(&a.place)
            .cmp(&is_hall(&b.place))
            .then(b.change_mwh.abs().total_cmp(&a.change_mwh.abs()))
            .then(a.place.cmp(&b.place))
    });
    out
}

/// A series at other times, on straight lines between its own.
fn at_times(run: &Folder, column: &str, times: &[f64]) -> Vec<f64> {
    let (own, values) = (run.series.get("time_s"), run.series.get(column));
    if values.len() != own.len() {
        return vec![f64::NAN; times.len()];
    }
    times
        .iter()
        .map(|t| match own.partition_point(|at| at < t) {
            0 => values.first().copied().unwrap_or(f64::NAN),
            k if k >= own.len() => {
                if *t > own[own.len() - 1] + 1e-6 {
                    f64::NAN
                } else {
                    values[k - 1]
                }
            }
            k => {
                let share = (t - own[k - 1]) / (own[k] - own[k - 1]);
                values[k - 1] + share * (values[k] - values[k - 1])
            }
        })
        .collect()
}

fn hours(a: &Folder, b: &Folder) -> Vec<When> {
    let parts = [
        ("it_power_w", "IT"),
        ("fan_power_w", "cooling fans"),
        ("pump_power_w", "pumps"),
        ("rejection_power_w", "towers and dry coolers"),
        ("chiller_power_w", "chillers"),
        ("loss_power_w", "losses"),
        ("battery_power_w", "batteries"),
    ];
    let end_s = a.end_s().min(b.end_s());
    let bin_s = if end_s > 6.0 * 3600.0 {
        3600.0
    } else {
        (end_s / 12.0).max(1.0)
    };
    let columns: Vec<&str> = ["facility_power_w"]
        .into_iter()
        .chain(parts.iter().map(|(column, _)| *column))
        .collect();
    // Sums and numbers of samples by bin, run and column.
    let mut bins: BTreeMap<u64, [(f64, Vec<f64>); 2]> = BTreeMap::new();
    for (r, run) in [a, b].into_iter().enumerate() {
        let values: Vec<&[f64]> = columns.iter().map(|column| run.series.get(column)).collect();
        for (i, t) in run
            .series
            .get("time_s")
            .iter()
            .enumerate()
            .filter(|(_, t)| **t <= end_s + 1e-6)
        {
            let k = ((t - 1e-6) / bin_s).max(0.0) as u64;
            let bin = bins
                .entry(k)
                .or_insert_with(|| std::array::from_fn(|_| (0.0, vec![0.0; columns.len()])));
            bin[r].0 += 1.0;
            for (sum, column) in bin[r].1.iter_mut().zip(&values) {
                *sum += column.get(i).copied().unwrap_or(0.0);
            }
        }
    }
    let mut out: Vec<When> = bins
        .into_iter()
        .filter(|(_, [x, y])| x.0 > 0.0 && y.0 > 0.0)
        .filter_map(|(k, [x, y])| {
            let mean = |(n, sums): &(f64, Vec<f64>), c: usize| sums[c] / n;
            let mw = [mean(&x, 0) / 1e6, mean(&y, 0) / 1e6];
            if apart(mw[0], mw[1]) <= NOISE {
                return None;
            }
            let change = |c: usize| (mean(&y, c + 1) - mean(&x, c + 1)) / 1e6;
            let mostly = (0..parts.len()).max_by(|c, d| change(*c).abs().total_cmp(&change(*d).abs()))?;
            Some(When {
                from_s: k as f64 * bin_s,
                until_s: (k + 1) as f64 * bin_s,
                facility_mw: mw,
                change_mw: mw[1] - mw[0],
                mostly: format!("{} {} MW", parts[mostly].1, signed(change(mostly))),
            })
        })
        .collect();
    out.sort_by(|a, b| {
        b.change_mw
            .abs()
            .total_cmp(&a.change_mw.abs())
            .then(a.from_s.total_cmp(&b.from_s))
    });
    out.truncate(6);
    out
}

fn incidents(a: &Folder, b: &Folder) -> Vec<Event> {
    let mut found: BTreeMap<(String, String), ([usize; 2], usize, usize)> = BTreeMap::new();
    for (r, run) in [a, b].into_iter().enumerate() {
        for incident in &run.incidents {
            let key = (incident.place.clone(), incident.kind.clone());
            found.entry(key).or_insert(([0; 2], r, incident.number)).0[r] += 1;
        }
    }
    let mut out: Vec<(usize, Event)> = found
        .into_iter()
        .filter(|(_, (counts, ..))| counts[0] != counts[1])
        .map(|((place, kind), (counts, r, n))| {
            let run = [a, b][r];
            let event = Event {
                place,
                kind,
                what: run.incidents[n].what.clone(),
                why: since(run, n),
                a: counts[0],
                b: counts[1],
            };
            (n, event)
        })
        .collect();
    out.sort_by_key(|(n, event)| (!crate::causes::is_loss(&event.kind), *n));
    out.into_iter().map(|(_, event)| event).collect()
}

/// A number with five digits, so that small changes show beside it.
fn fine(x: f64) -> String {
    let lead = if x == 0.0 { 0.0 } else { x.abs().log10().floor() };
    if lead >= 4.0 || x.fract() == 0.0 {
        return short(x);
    }
    format!("{x:.0$}", (4.0 - lead).clamp(0.0, 9.0) as usize)
}

fn signed(x: f64) -> String {
    format!("{}{}", if x > 0.0 { "+" } else { "" }, short(x))
}

fn percent(relative: Option<f64>) -> String {
    match relative {
        Some(x) if x.abs() >= 10.0 => format!("{} x", signed(x)),
        Some(x) if x.abs() >= 0.0005 => format!("{:+.1} %", x * 100.0),
        Some(x) => format!("{:+.1e}", x),
        None => "from 0".to_owned(),
    }
}

impl Comparison {
    fn of(a: &Folder, b: &Folder) -> Self {
        let mut found = Self {
            a: a.name.clone(),
            b: b.name.clone(),
            a_digest: a.inputs.digest.clone(),
            b_digest: b.inputs.digest.clone(),
            same: false,
            summary: Vec::new(),
            inputs: inputs(a, b),
            results: results(a, b),
            meters: meters(a, b),
            places: places(a, b),
            hours: hours(a, b),
            incidents: incidents(a, b),
        };
        found.same = found.inputs.is_empty() && found.results.is_empty() && found.a_digest == found.b_digest;
        found.summary = found.words(a);
        found
    }

    /// The answer in a few sentences.
    fn words(&self, a: &Folder) -> Vec<String> {
        if self.same {
            return vec!["Nothing differs: same inputs, same results, same digest.".to_owned()];
        }
        let mut out = Vec::new();
        out.push(match self.inputs.as_slice() {
            [] => "The inputs are the same.".to_owned(),
            [one] => format!(
                "One input differs: {} {} is {} in A and {} in B.",
                one.file,
                one.path,
                one.a.as_deref().unwrap_or("absent"),
                one.b.as_deref().unwrap_or("absent")
            ),
            all => format!("{} inputs differ.", all.len()),
        });
        match self.results.first() {
            None => out.push("No result moved.".to_owned()),
            Some(first) => out.push(format!(
                "The result that moved most is {}: {} to {} {} ({}).",
                first.name,
                fine(first.a),
                fine(first.b),
                first.unit,
                percent(first.relative)
            )),
        }
        for of in ["energy", "cost", "water", "carbon"] {
            let mut causes = self.meters.iter().filter(|cause| cause.of == of);
            let all: f64 = causes.clone().map(|cause| cause.change).sum();
            // The largest of those that move it the way it went.
            if let Some(first) = causes.find(|cause| cause.change * all > 0.0) {
                let share = first
                    .share
                    // Parts that make up for each other have no shares that mean anything.
                    .filter(|share| (0.0..=1.0).contains(share))
                    .map_or_else(String::new, |share| format!(", {:.0} % of it", share * 100.0));
                let unit = first.unit;
                out.push(format!(
                    "B's {of} differs by {} {unit}, mainly by {} ({} {unit}{share}).",
                    signed(all),
                    first.meter,
                    signed(first.change)
                ));
            }
        }
        let building = self.places.iter().find(|place| !place.place.contains('/'));
        let hall = self.places.iter().find(|place| place.place.contains('/'));
        if let (Some(building), Some(hall)) = (building, hall) {
            out.push(format!(
                "Where: most in {} ({} MWh), by hall in {} ({} MWh).",
                building.place,
                signed(building.change_mwh),
                hall.place,
                signed(hall.change_mwh)
            ));
        }
        if let Some(when) = self.hours.first() {
            out.push(format!(
                "When: most from {} to {} ({} MW, {}).",
                moment(a, when.from_s),
                moment(a, when.until_s),
                signed(when.change_mw),
                when.mostly
            ));
        }
        let (new, gone) = (
            self.incidents.iter().filter(|event| event.a == 0).count(),
            self.incidents.iter().filter(|event| event.b == 0).count(),
        );
        if new + gone > 0 {
            out.push(format!("{new} kinds of incident are new in B, {gone} have vanished."));
        }
        out
    }

    fn print(&self) {
        println!("A: {}\nB: {}\n", self.a, self.b);
        for line in &self.summary {
            println!("{line}");
        }
        if self.same {
            return;
        }
        let dash = || "-".to_owned();
        let rows = |rows: Vec<Vec<String>>, header: &[&str], title: &str, right: &[usize]| {
            if rows.is_empty() {
                return;
            }
            let mut table = Table::new();
            table
                .load_preset(presets::NOTHING)
                .set_content_arrangement(ContentArrangement::Dynamic)
                .set_header(header.to_vec());
            let all = rows.len();
            for row in rows.into_iter().take(SHOWN) {
                table.add_row(row);
            }
            for k in right {
                if let Some(column) = table.column_mut(*k) {
                    column.set_cell_alignment(CellAlignment::Right);
                }
            }
            println!("\n{title}:\n{table}");
            if all > SHOWN {
                println!("  … and {} more; all with --json", all - SHOWN);
            }
        };
        let inputs = self.inputs.iter().map(|change| {
            let (a, b) = (change.a.clone(), change.b.clone());
            vec![
                change.file.clone(),
                change.path.clone(),
                a.unwrap_or_else(dash),
                b.unwrap_or_else(dash),
                change.change.to_owned(),
            ]
        });
        rows(inputs.collect(), &["file", "field", "A", "B", ""], "Inputs", &[]);
        let results = self.results.iter().map(|moved| {
            vec![
                moved.name.clone(),
                fine(moved.a),
                fine(moved.b),
                signed(moved.change),
                percent(moved.relative),
                moved.unit.clone(),
            ]
        });
        rows(
            results.collect(),
            &["result", "A", "B", "change", "", "unit"],
            "Results",
            &[1, 2, 3, 4],
        );
        let meters = self.meters.iter().map(|cause| {
            let share = cause
                .share
                .map_or_else(String::new, |share| format!("{:.0} %", share * 100.0));
            vec![
                cause.of.to_owned(),
                cause.meter.clone(),
                fine(cause.a),
                fine(cause.b),
                signed(cause.change),
                cause.unit.to_owned(),
                share,
            ]
        });
        rows(
            meters.collect(),
            &["of", "meter", "A", "B", "change", "unit", "share"],
            "Which meters",
            &[2, 3, 4, 6],
        );
        let places = self.places.iter().take(12).map(|place| {
            let [x, y] = place.facility_mwh.map(fine);
            let [p, q] = place.pue.map(|pue| format!("{pue:.4}"));
            vec![place.place.clone(), x, y, signed(place.change_mwh), p, q]
        });
        rows(
            places.collect(),
            &["place", "A MWh", "B MWh", "change", "PUE A", "PUE B"],
            "Where",
            &[1, 2, 3, 4, 5],
        );
        let hours = self.hours.iter().map(|when| {
            let [x, y] = when.facility_mw.map(fine);
            vec![
                format!("{} to {}", clock(when.from_s), clock(when.until_s)),
                x,
                y,
                signed(when.change_mw),
                when.mostly.clone(),
            ]
        });
        rows(
            hours.collect(),
            &["since the start", "A MW", "B MW", "change", "mostly"],
            "When",
            &[1, 2, 3],
        );
        let events = self.incidents.iter().map(|event| {
            vec![
                event.a.to_string(),
                event.b.to_string(),
                event.what.clone(),
                event.why.clone(),
            ]
        });
        rows(
            events.collect(),
            &["in A", "in B", "incident", "why"],
            "Incidents that differ",
            &[0, 1],
        );
    }

    fn page(&self, a: &Folder, b: &Folder) -> String {
        let list = |title: &str, header: &[&str], rows: Vec<Vec<String>>, words: &[usize]| -> Markup {
            let all = rows.len();
            html! {
                @if all > 0 {
                    h2 { (title) }
                    div.scroll { table {
                        thead { tr { @for (k, name) in header.iter().enumerate() { th class=[(!words.contains(&k)).then_some("n")] { (name) } } } }
                        tbody { @for row in rows.iter().take(4 * SHOWN) {
                            tr { @for (k, cell) in row.iter().enumerate() { td class=[(!words.contains(&k)).then_some("n")] { (cell) } } }
                        } }
                    } }
                    @if all > 4 * SHOWN { p.note { "And " (all - 4 * SHOWN) " more; all with --json." } }
                }
            }
        };
        let times = a.series.get("time_s");
        let marks = time_marks(a);
        let chart = |title: &str, unit: &str, column: &str, scale: f64| {
            let of = |run: &Folder| {
                at_times(run, column, times)
                    .into_iter()
                    .map(|v| v / scale)
                    .collect::<Vec<f64>>()
            };
            let (x, y) = (of(a), of(b));
            if x.iter().zip(&y).all(|(x, y)| apart(*x, *y) <= NOISE) {
                return html! {};
            }
            let line = |name, values, colour| svg::Line { name, values, colour };
            svg::Chart {
                title,
                unit,
                times,
                lines: vec![line("A", x, svg::COLOURS[0]), line("B", y, svg::COLOURS[7])],
                stacked: false,
                wide: false,
                from_zero: false,
                marks: marks.clone(),
            }
            .draw("")
        };
        let body = html! {
            header {
                div.kicker { "Comparison of two runs" }
                h1 { (a.inputs.scenario) @if a.inputs.scenario != b.inputs.scenario { " and " (b.inputs.scenario) } }
                p { "A: " (self.a) ", " (a.inputs.site.name) }
                p { "B: " (self.b) ", " (b.inputs.site.name) }
            }
            @for line in &self.summary { p { (line) } }
            div.charts {
                (chart("Facility power", "MW", "facility_power_w", 1e6))
                (chart("IT power", "MW", "it_power_w", 1e6))
                (chart("PUE", "", "pue", 1.0))
                (chart("Hottest chip", "°C", "hottest_chip_c", 1.0))
                (chart("Outside, dry bulb", "°C", "dry_bulb_c", 1.0))
                (chart("Water", "L/s", "water_l_s", 1.0))
                (chart("Cost so far", "$", "cost_usd", 1.0))
                (chart("Racks without power", "racks", "dark_racks", 1.0))
            }
            (list("What differs in the inputs", &["File", "Field", "A", "B", ""], self.inputs.iter().map(|change| vec![
                change.file.clone(), change.path.clone(), change.a.clone().unwrap_or_else(|| "–".into()), change.b.clone().unwrap_or_else(|| "–".into()), change.change.to_owned(),
            ]).collect(), &[0, 1, 2, 3, 4]))
            (list("What changed in the results", &["Result", "A", "B", "Change", "", "Unit"], self.results.iter().map(|moved| vec![
                moved.name.clone(), fine(moved.a), fine(moved.b), signed(moved.change), percent(moved.relative), moved.unit.clone(),
            ]).collect(), &[0, 5]))
            (list("Which meters", &["Of", "Meter", "A", "B", "Change", "Unit", "Share"], self.meters.iter().map(|cause| vec![
                cause.of.to_owned(), cause.meter.clone(), fine(cause.a), fine(cause.b), signed(cause.change), cause.unit.to_owned(),
                cause.share.map_or_else(String::new, |share| format!("{:.0} %", share * 100.0)),
            ]).collect(), &[0, 1, 5]))
            (list("Where", &["Place", "A, MWh", "B, MWh", "Change, MWh", "PUE A", "PUE B"], self.places.iter().take(40).map(|place| vec![
                place.place.clone(), fine(place.facility_mwh[0]), fine(place.facility_mwh[1]), signed(place.change_mwh),
                format!("{:.4}", place.pue[0]), format!("{:.4}", place.pue[1]),
            ]).collect(), &[0]))
            (list("When", &["Time", "A, MW", "B, MW", "Change, MW", "Mostly"], self.hours.iter().map(|when| vec![
                format!("{} to {}", moment(a, when.from_s), moment(a, when.until_s)), fine(when.facility_mw[0]), fine(when.facility_mw[1]), signed(when.change_mw), when.mostly.clone(),
            ]).collect(), &[0, 4]))
            (list("Incidents that differ", &["In A", "In B", "Incident", "Why"], self.incidents.iter().map(|event| vec![
                event.a.to_string(), event.b.to_string(), event.what.clone(), event.why.clone(),
            ]).collect(), &[2, 3]))
            h2 { "How to make both again" }
            pre { (a.inputs.command) "\n" (b.inputs.command) }
            p.hash { "Digest of A " (self.a_digest) ", of B " (self.b_digest) }
        };
        page::page(&format!("{} and {}", a.inputs.scenario, b.inputs.scenario), &body)
    }
}

/// A time of a run in words: the day and the time on its clock.
fn moment(run: &Folder, time_s: f64) -> String {
    crate::report::moment(run, time_s).unwrap_or_else(|| clock(time_s))
}
