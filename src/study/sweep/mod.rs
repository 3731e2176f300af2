//! Sweeps: a base scenario run with every combination of the values of some fields, or with draws of them.
//!
//! A [`Sweep`] knows its runs by number and makes none of them before it is asked, so that it takes no more memory for a
//! million than for ten. A run's [`Sweep::key`] is a hash of all that its result hangs on: whoever keeps results by
//! key may stop and go on, add values, or share the runs among machines.

pub mod files;
pub mod law;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest, Sha256};

use self::files::{AxisFile, Distribution, Entry, Spread, SweepFile};
use self::law::Law;
use super::question::Question;
use super::sample::{self, Correlation};
use crate::diag::{Code, Diagnostic, Report};
use crate::results::Summary;
use crate::scenario::{self, Overrides};
use crate::site::change::{Change, Role};
use crate::site::schema::{Parsed, read};
use crate::site::texts::{self, Files, beside};
use crate::site::unit;
use crate::workload;

/// Sweeps that come with the program, by the name after `builtin:`.
pub const BUILTIN: &[(&str, &str)] = &[
    (
        "climate-supply",
        include_str!("../../../assets/sweeps/climate-supply.ron"),
    ),
    ("tdp-load", include_str!("../../../assets/sweeps/tdp-load.ron")),
];

/// Most runs of a sweep.
pub const MOST_RUNS: u64 = 10_000_000;

/// Columns of the data set that are no axes.
pub const RESERVED: [&str; 4] = ["run", "seed", "digest", "error"];

/// Texts that are read once and kept, so that no run waits for the disk or sees a file that has changed.
pub struct Kept<'a> {
    base: &'a dyn Files,
    texts: Mutex<BTreeMap<String, Result<Arc<str>, String>>>,
}

impl<'a> Kept<'a> {
    /// Nothing is read yet.
    #[must_use]
    pub fn new(base: &'a dyn Files) -> Self {
        Self {
            base,
            texts: Mutex::new(BTreeMap::new()),
        }
    }
}

impl Files for Kept<'_> {
    fn text(&self, name: &str) -> Result<String, String> {
        let mut texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        let text = texts
            .entry(name.to_owned())
            .or_insert_with(|| self.base.text(name).map(Arc::from));
        text.as_ref().map(ToString::to_string).map_err(Clone::clone)
    }

    fn changed(&self, name: &str) -> Option<&str> {
        self.base.changed(name)
    }
}

/// A field that takes many values.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// Name of its column.
    pub name: String,
    role: Option<Role>,
    path: String,
    points: Points,
}

#[derive(Debug, Clone, PartialEq)]
enum Points {
    /// One after the other.
    Listed(Vec<Entry>),
    /// One for each draw.
    Drawn(Vec<f64>),
}

impl Axis {
    /// Whether its values are numbers.
    #[must_use]
    pub fn is_number(&self) -> bool {
        match &self.points {
            Points::Listed(points) => points.iter().all(|point| matches!(point, Entry::Number(_))),
            Points::Drawn(_) => true,
        }
    }

    fn change(&self, value: &Entry) -> Change {
        Change {
            role: self.role,
            path: self.path.clone(),
            value: value.to_string(),
        }
    }
}

/// What a run comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Seed of its scenario.
    pub seed: u32,
    /// Digest of its end state.
    pub digest: String,
    /// Every number of its summary, by its column.
    pub numbers: BTreeMap<String, f64>,
}

/// A sweep that has been read, checked and drawn.
pub struct Sweep<'a> {
    /// Its name.
    pub name: String,
    /// What it asks.
    pub about: String,
    /// Its axes, in the order of the file.
    pub axes: Vec<Axis>,
    question: Question<'a>,
    combinations: u64,
    draws: u64,
    /// Hash of all that the runs share.
    shared: Sha256,
}

/// The text of a sweep's file, or of a built-in sweep.
///
/// # Errors
/// Why it cannot be read.
pub fn text_of(files: &dyn Files, name: &str) -> Result<String, Report> {
    texts::find_text(BUILTIN, "sweep", files, name).map_err(|found| {
        let allowed = format!("a readable sweep file, or one of {}", texts::builtin_names(BUILTIN));
        Report {
            errors: vec![texts::unreadable(name, found, allowed)],
        }
    })
}

impl<'a> Sweep<'a> {
    /// Reads a sweep by its name, and the files that its runs need into `files`.
    ///
    /// # Errors
    /// Every error of the sweep and of its base scenario.
    pub fn new(files: &'a Kept<'a>, name: &str) -> Result<Self, Report> {
        let text = text_of(files.base, name)?;
        let parsed = read::<SweepFile>(name, &text)?;
        let file = &parsed.value;
        let mut report = Report::default();
        let fixed = fixed(&parsed, &mut report);
        // Too many are not laid out first.
        let combinations = combinations(&parsed)?;
        let axes = axes(&parsed, &mut report);
        once(&parsed, &fixed, &axes, &mut report);
        let base = beside(name, &file.base);
        let instead = Overrides {
            changes: &fixed,
            ..Overrides::default()
        };
        let question = match Question::new(files, &base, instead) {
            Ok(question) => question,
            Err(errors) => {
                report.absorb(errors);
                return Err(report);
            }
        };
        follow(&parsed, &question, &axes, &mut report);
        report.into_result(())?;
        let shared = shared(files, name, &file.base, &fixed);
        Ok(Self {
            name: parsed.value.name,
            about: parsed.value.about,
            axes,
            question,
            combinations,
            draws: parsed.value.draws.map_or(1, u64::from),
            shared,
        })
    }

    /// How many runs there are; they are numbered from 1.
    #[must_use]
    pub fn runs(&self) -> u64 {
        self.combinations * self.draws
    }

    /// Values of the axes in a run: draws go by fastest, then the last of the listed axes.
    #[must_use]
    pub fn values(&self, run: u64) -> Vec<Entry> {
        let index = run.saturating_sub(1);
        let draw = (index % self.draws) as usize;
        let mut rest = index / self.draws;
        let backwards = self.axes.iter().rev().map(|axis| match &axis.points {
            Points::Listed(points) => {
                let at = rest % points.len() as u64;
                rest /= points.len() as u64;
                points[at as usize].clone()
            }
            Points::Drawn(points) => Entry::Number(points[draw]),
        });
        let mut out: Vec<Entry> = backwards.collect();
        out.reverse();
        out
    }

    /// A run as changes of the base.
    #[must_use]
    pub fn changes(&self, run: u64) -> Vec<Change> {
        let values = self.values(run);
        self.axes
            .iter()
            .zip(&values)
            .map(|(axis, value)| axis.change(value))
            .collect()
    }

    /// What a run is kept by: 32 digits that hang on the program, all texts and the run's values, and on nothing else.
    #[must_use]
    pub fn key(&self, run: u64) -> String {
        let mut hash = self.shared.clone();
        for change in self.changes(run) {
            part(&mut hash, &change.to_string());
        }
        hash.finalize()
            .iter()
            .take(16)
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    /// Does a run, in this thread.
    ///
    /// # Errors
    /// Why there is no result.
    pub fn outcome(&self, run: u64) -> Result<Outcome, String> {
        let summary = self.question.summary(&self.changes(run))?;
        Ok(Outcome {
            numbers: numbers(&summary),
            seed: summary.seed,
            digest: summary.digest,
        })
    }
}

/// Every number of a summary by a name for a column: `bill_energy`, `cost_range_usd_1`.
fn numbers(summary: &Summary) -> BTreeMap<String, f64> {
    fn gather(name: &str, value: &serde_json::Value, out: &mut BTreeMap<String, f64>) {
        let under = |step: &str| {
            if name.is_empty() {
                step.to_owned()
            } else {
                format!("{name}_{step}")
            }
        };
        match value {
            serde_json::Value::Number(x) => out.extend(x.as_f64().map(|x| (name.to_owned(), x))),
            serde_json::Value::Object(fields) => fields
                .iter()
                .for_each(|(field, value)| gather(&under(field), value, out)),
            serde_json::Value::Array(items) => {
                // Pairs of a name and a number, or numbers alone.
                if let [serde_json::Value::String(word), value @ serde_json::Value::Number(_)] = items.as_slice() {
                    let word: String = word
                        .chars()
                        .map(|c| if c.is_alphanumeric() { c } else { '_' })
                        .collect();
                    let list = name
                        .trim_end_matches(|c: char| c.is_ascii_digit())
                        .trim_end_matches('_');
                    gather(&format!("{list}_{}", word.to_lowercase()), value, out);
                } else {
                    let items = items.iter().enumerate();
                    items.for_each(|(i, value)| gather(&under(&i.to_string()), value, out));
                }
            }
            _ => {}
        }
    }
    let mut out = BTreeMap::new();
    if let Ok(value) = serde_json::to_value(summary) {
        gather("", &value, &mut out);
    }
    // It has a column of its own, and axes may have taken the names of the others.
    out.remove("seed");
    out
}

fn part(hash: &mut Sha256, text: &str) {
    hash.update((text.len() as u64).to_le_bytes());
    hash.update(text);
}

/// Hashes the program, its files, those that were read, and what holds in all runs. Names of files count from the
/// sweep's folder, so that runs of another machine with other folders are the same runs.
fn shared(files: &Kept<'_>, name: &str, base: &str, fixed: &[Change]) -> Sha256 {
    let mut hash = Sha256::new();
    part(&mut hash, crate::VERSION);
    for (name, text) in [
        texts::BUILTIN,
        scenario::BUILTIN,
        workload::plan::BUILTIN,
        crate::growth::BUILTIN,
    ]
    .concat()
    {
        part(&mut hash, name);
        part(&mut hash, text);
    }
    part(&mut hash, base);
    let folder = name.rsplit_once('/').map(|(folder, _)| format!("{folder}/"));
    let texts = files.texts.lock().unwrap_or_else(PoisonError::into_inner);
    let local = |name: &String| {
        let inside = folder.as_ref().and_then(|folder| name.strip_prefix(folder.as_str()));
        inside.unwrap_or(name).to_owned()
    };
    let sorted: BTreeMap<String, &Result<Arc<str>, String>> =
        texts.iter().map(|(name, text)| (local(name), text)).collect();
    for (name, text) in sorted {
        part(&mut hash, &name);
        match text {
            Ok(text) => part(&mut hash, text),
            Err(_) => part(&mut hash, "unreadable"),
        }
    }
    for change in fixed {
        part(&mut hash, &change.to_string());
    }
    // Where what all runs share ends, and a run's own begins.
    part(&mut hash, "");
    hash
}

/// Changes that hold in every run.
fn fixed(parsed: &Parsed<SweepFile>, report: &mut Report) -> Vec<Change> {
    let file = &parsed.value;
    let mut out = Vec::new();
    for (i, text) in file.set.iter().enumerate() {
        match text.parse::<Change>() {
            Ok(change) => out.push(change),
            Err(allowed) => {
                report.push(parsed.error(Code::WrongKind, &format!("set[{i}]"), format!("{text:?}"), allowed));
            }
        }
    }
    let own = [
        ("only", file.only.clone()),
        ("duration_s", file.duration_s.map(|x| x.to_string())),
        ("tick_s", file.tick_s.map(|x| x.to_string())),
    ];
    for (path, value) in own {
        out.extend(value.map(|value| Change {
            role: Some(Role::Scenario),
            path: path.to_owned(),
            value,
        }));
    }
    // A sweep keeps no samples: no tick is too long for them.
    let record = "record_every_s";
    if !out.iter().any(|change| change.path == record) && !file.axes.iter().any(|axis| axis.path.ends_with(record)) {
        out.push(Change::number(Role::Scenario, record, 31_622_400.0));
    }
    out
}

/// A field's file and path.
fn field(path: &str) -> Result<(Option<Role>, String), String> {
    // Whatever stands behind the `=`.
    let change = format!("{path}=0").parse::<Change>()?;
    if path.contains('=') {
        return Err("the path of a field alone, such as catalog:chips.trainium2.tdp_w".into());
    }
    Ok((change.role, change.path))
}

/// A value in the field's unit, if it is a number.
fn in_unit(path: &str, entry: &Entry, difference: bool) -> Entry {
    let Entry::Text(text) = entry else {
        return entry.clone();
    };
    let Some((x, suffix)) = unit::number_and_unit(text) else {
        return entry.clone();
    };
    let leaf = path.rsplit('.').next().unwrap_or_default();
    let leaf = leaf.split('[').next().unwrap_or_default();
    let of = |unit: unit::Unit| if difference { unit.of_differences() } else { unit };
    let to = unit::of_field(leaf)
        .map(|(unit, _)| unit)
        .or(unit::written("1"))
        .map(of);
    let converted = match suffix {
        "" => Some(x),
        suffix => unit::written(suffix)
            .map(of)
            .zip(to)
            .and_then(|(from, to)| unit::convert(x, from, to)),
    };
    converted.map_or_else(|| entry.clone(), Entry::Number)
}

/// Axes with their values, and draws.
fn axes(parsed: &Parsed<SweepFile>, report: &mut Report) -> Vec<Axis> {
    let file = &parsed.value;
    let seed = u64::from(file.seed.unwrap_or(1));
    let mut out: Vec<Axis> = Vec::new();
    // Shares of drawn axes, by the axis.
    let mut shares: Vec<(usize, bool, Vec<f64>)> = Vec::new();
    let mut laws: Vec<Option<Law>> = Vec::new();
    for (i, axis) in file.axes.iter().enumerate() {
        let name = axis.name.clone().unwrap_or_else(|| axis.path.trim().to_owned());
        let (role, path) = field(&axis.path).unwrap_or_else(|allowed| {
            let found = format!("{:?}", axis.path);
            report.push(parsed.error(Code::WrongKind, &format!("axes[{i}].path"), found, allowed));
            (None, axis.path.clone())
        });
        let (points, law) = points(parsed, i, axis, &path, report);
        if law.is_some() {
            let latin = matches!(axis.of, Spread::LatinHypercube(_));
            let draws = file.draws.unwrap_or(0);
            let key = sample::key(&name);
            let column = if latin {
                sample::column(draws, seed, key)
            } else {
                sample::independent(draws, seed, key)
            };
            shares.push((i, latin, column));
        }
        laws.push(law);
        out.push(Axis {
            name,
            role,
            path,
            points,
        });
    }
    let any = file
        .axes
        .iter()
        .any(|axis| !matches!(axis.of, Spread::Values(_) | Spread::Range(..)));
    if any && file.draws.is_none() {
        report.push(parsed.error(
            Code::MissingField,
            "draws",
            "no such field",
            "how many draws, 1 to 1000000",
        ));
    }
    if !any && let Some(draws) = file.draws {
        let allowed = "no draws without an axis of LatinHypercube or MonteCarlo";
        report.push(parsed.error(Code::Inconsistent, "draws", draws.to_string(), allowed));
    }
    correlate(parsed, &out, &mut shares, report);
    for (i, _, column) in shares {
        if let Some(law) = laws[i] {
            out[i].points = Points::Drawn(column.into_iter().map(|u| law.quantile(u)).collect());
        }
    }
    out
}

/// Listed values of an axis, or its distribution.
fn points(
    parsed: &Parsed<SweepFile>,
    i: usize,
    axis: &AxisFile,
    path: &str,
    report: &mut Report,
) -> (Points, Option<Law>) {
    let mut wrong = |code: Code, found: String, allowed: &str| {
        report.push(parsed.error(code, &format!("axes[{i}].of"), found, allowed));
    };
    let mut number = |entry: &Entry, difference: bool| match in_unit(path, entry, difference) {
        Entry::Number(x) => Some(x),
        Entry::Text(text) => {
            wrong(
                Code::WrongKind,
                format!("{text:?}"),
                "a number, or one with a unit that the field measures in",
            );
            None
        }
    };
    let nothing = Points::Listed(Vec::new());
    match &axis.of {
        Spread::Values(entries) => {
            let entries: Vec<Entry> = entries.iter().map(|entry| in_unit(path, entry, false)).collect();
            let mut seen = BTreeSet::new();
            if let Some(entry) = entries.iter().find(|entry| !seen.insert(entry.to_string())) {
                wrong(Code::DuplicateField, format!("{entry} again"), "each value once");
            }
            (Points::Listed(entries), None)
        }
        Spread::Range(from, to, steps) => {
            let (Some(from), Some(to)) = (number(from, false), number(to, false)) else {
                return (nothing, None);
            };
            let last = steps.saturating_sub(1).max(1);
            let at = |k: u32| Entry::Number(from + (to - from) * f64::from(k) / f64::from(last));
            (Points::Listed((0..*steps).map(at).collect()), None)
        }
        Spread::LatinHypercube(of) | Spread::MonteCarlo(of) => {
            let law = match of {
                Distribution::Uniform(a, b) => {
                    let all = (number(a, false), number(b, false));
                    all.0.zip(all.1).map(|(a, b)| Law::Uniform([a, b]))
                }
                Distribution::Triangular(a, b, c) => {
                    four([number(a, false), number(b, false), number(c, false), Some(0.0)])
                        .map(|[a, b, c, _]| Law::Triangular([a, b, c]))
                }
                Distribution::Normal(a, b, c, d) => {
                    four([number(a, false), number(b, true), number(c, false), number(d, false)]).map(Law::Normal)
                }
                Distribution::LogNormal(a, b, c, d) => {
                    four([number(a, false), number(b, false), number(c, false), number(d, false)]).map(Law::LogNormal)
                }
            };
            if let Some((law, rule)) = law.and_then(|law| Some((law, law.wrong()?))) {
                wrong(Code::Inconsistent, law.to_string(), rule);
            }
            (nothing, law.filter(|law| law.wrong().is_none()))
        }
    }
}

fn four([a, b, c, d]: [Option<f64>; 4]) -> Option<[f64; 4]> {
    Some([a?, b?, c?, d?])
}

/// Puts the correlations that are asked for into the shares of drawn axes.
fn correlate(parsed: &Parsed<SweepFile>, axes: &[Axis], shares: &mut [(usize, bool, Vec<f64>)], report: &mut Report) {
    let mut asked: Vec<[usize; 2]> = Vec::new();
    let mut rhos = Vec::new();
    for (i, correlated) in parsed.value.correlations.iter().enumerate() {
        let mut at = |leaf: &str, name: &str| {
            let found = shares.iter().position(|(axis, ..)| axes[*axis].name == name);
            if found.is_none() {
                let names: Vec<&str> = shares.iter().map(|(axis, ..)| axes[*axis].name.as_str()).collect();
                let allowed = format!("a drawn axis: {}", names.join(", "));
                let path = format!("correlations[{i}].{leaf}");
                report.push(parsed.error(Code::UnknownName, &path, format!("{name:?}"), allowed));
            }
            found
        };
        if let (Some(a), Some(b)) = (at("a", &correlated.a), at("b", &correlated.b)) {
            asked.push([a, b]);
            rhos.push(correlated.rho);
        }
    }
    if !report.errors.is_empty() {
        return;
    }
    // Latin hypercubes lose their chance correlations; draws of a Monte Carlo axis stay independent unless they are
    // asked about.
    let chosen: Vec<usize> = (0..shares.len())
        .filter(|k| shares[*k].1 || asked.iter().flatten().any(|one| one == k))
        .collect();
    let at = |k: usize| chosen.iter().position(|one| *one == k).unwrap_or(0);
    let correlations: Vec<Correlation> = asked
        .iter()
        .zip(rhos)
        .map(|([a, b], rho)| Correlation {
            a: at(*a),
            b: at(*b),
            rho,
        })
        .collect();
    let mut columns: Vec<Vec<f64>> = chosen.iter().map(|k| std::mem::take(&mut shares[*k].2)).collect();
    if let Err(why) = sample::correlate(&mut columns, &correlations) {
        report.push(parsed.error(
            Code::Inconsistent,
            "correlations",
            why,
            "correlations that can hold together",
        ));
    }
    for (k, column) in chosen.into_iter().zip(columns) {
        shares[k].2 = column;
    }
}

/// Each column and each field once.
fn once(parsed: &Parsed<SweepFile>, fixed: &[Change], axes: &[Axis], report: &mut Report) {
    if axes.is_empty() {
        report.push(parsed.error(Code::MissingField, "axes", "an empty list", "at least one axis"));
    }
    let mut names: BTreeSet<&str> = RESERVED.into();
    for (i, axis) in axes.iter().enumerate() {
        if axis.name.trim().is_empty() || !names.insert(&axis.name) {
            let allowed = format!("a column's name once, and none of {}", RESERVED.join(", "));
            let path = format!("axes[{i}].name");
            report.push(parsed.error(Code::DuplicateField, &path, format!("{:?}", axis.name), allowed));
        }
        let same = |role: Option<Role>, path: &str| path == axis.path && role == axis.role;
        let before = axes[..i].iter().any(|other| same(other.role, &other.path));
        if before || fixed.iter().any(|change| same(change.role, &change.path)) {
            let path = format!("axes[{i}].path");
            let allowed = "each field once, in `set` or in one axis";
            report.push(parsed.error(Code::DuplicateField, &path, format!("`{}` again", axis.path), allowed));
        }
    }
}

/// Combinations of listed axes.
fn combinations(parsed: &Parsed<SweepFile>) -> Result<u64, Report> {
    let lengths = parsed.value.axes.iter().map(|axis| match &axis.of {
        Spread::Values(entries) => entries.len() as u64,
        Spread::Range(_, _, steps) => u64::from(*steps),
        Spread::LatinHypercube(_) | Spread::MonteCarlo(_) => 1,
    });
    let all = lengths.fold(1, u64::saturating_mul);
    let runs = all.saturating_mul(parsed.value.draws.map_or(1, u64::from));
    if runs <= MOST_RUNS {
        return Ok(all);
    }
    let allowed = format!("at most {MOST_RUNS}");
    Err(Report {
        errors: vec![parsed.error(Code::OutOfRange, "axes", format!("{runs} runs"), allowed)],
    })
}

/// Whether axes lead to fields that take such values. Files that values name are read on the way.
fn follow(parsed: &Parsed<SweepFile>, question: &Question<'_>, axes: &[Axis], report: &mut Report) {
    let place = |error: Diagnostic| {
        let axis = axes.iter().position(|axis| axis.path == error.field);
        axis.map_or(error.clone(), |i| {
            let leaf = if matches!(error.code, Code::WrongKind | Code::Syntax) {
                "of"
            } else {
                "path"
            };
            let path = format!("axes[{i}].{leaf}");
            parsed.error(error.code, &path, error.found, error.allowed)
        })
    };
    let first = |axis: &Axis| match &axis.points {
        Points::Listed(points) => points.first().map(|point| axis.change(point)),
        Points::Drawn(points) => points.first().map(|x| axis.change(&Entry::Number(*x))),
    };
    let firsts: Vec<Change> = axes.iter().filter_map(first).collect();
    let before = report.errors.len();
    if let Err(errors) = question.follow(&firsts) {
        errors.errors.into_iter().for_each(|error| report.push(place(error)));
    }
    if report.errors.len() > before {
        return;
    }
    for axis in axes {
        let Points::Listed(points) = &axis.points else { continue };
        for point in points.iter().filter(|point| matches!(point, Entry::Text(_))) {
            let change = [axis.change(point)];
            match question.follow(&change) {
                Err(errors) => errors.errors.into_iter().for_each(|error| report.push(place(error))),
                // What does not fit is an error of its runs.
                Ok(()) => drop(question.load(&change)),
            }
        }
    }
}
