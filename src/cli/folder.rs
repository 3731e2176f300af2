//! The folder of a run, read again: what `rainier run … --out` has left. A file that is missing, cut or corrupt is
//! named with what is wrong with it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rainier::host::{disk, parquet};
pub(crate) use rainier::results::causes::hall_of;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Failure;
use crate::args::{Replacements, Run};
use crate::inputs::{FORMAT, Inputs};

/// Largest file that is read.
const LARGEST: u64 = 1 << 30;

/// A run.
pub(crate) struct Folder {
    /// As the user named it.
    pub(crate) name: String,
    /// Where it lies; none for a scenario that was run for this alone.
    pub(crate) path: Option<PathBuf>,
    pub(crate) inputs: Inputs,
    pub(crate) summary: Value,
    pub(crate) series: Series,
    /// What the site, buildings and halls have used, by place and column.
    pub(crate) halls: Vec<(String, BTreeMap<String, f64>)>,
    pub(crate) incidents: Vec<Incident>,
    pub(crate) outages: Vec<Outage>,
    pub(crate) jobs: Vec<Job>,
    pub(crate) stops: Vec<Stop>,
}

/// The time series.
pub(crate) struct Series {
    pub(crate) names: Vec<String>,
    pub(crate) columns: Vec<Vec<f64>>,
}

impl Series {
    /// A column; empty where an older program wrote none.
    pub(crate) fn get(&self, name: &str) -> &[f64] {
        let at = self.names.iter().position(|known| known == name);
        at.map_or(&[], |k| self.columns[k].as_slice())
    }
}

/// A row of `incidents.csv`.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Incident {
    pub(crate) number: usize,
    pub(crate) time_s: f64,
    pub(crate) place: String,
    pub(crate) what: String,
    pub(crate) cause: Option<usize>,
    pub(crate) kind: String,
    pub(crate) racks: u32,
    pub(crate) unserved_kwh: f64,
}

/// A row of `outages.csv`.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Outage {
    pub(crate) row: String,
    pub(crate) racks: u32,
    pub(crate) from_s: f64,
    pub(crate) until_s: Option<f64>,
    pub(crate) incident: Option<usize>,
}

/// A row of `jobs.csv`.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Job {
    pub(crate) name: String,
    pub(crate) number: u64,
    pub(crate) kind: String,
    pub(crate) chips: u32,
    pub(crate) submit_s: f64,
    pub(crate) start_s: f64,
    pub(crate) end_s: f64,
    pub(crate) ending: String,
    pub(crate) goodput: f64,
    pub(crate) interruptions: u32,
    pub(crate) lost_s: f64,
    pub(crate) stuck_s: f64,
    pub(crate) energy_kwh: f64,
}

/// A row of `interruptions.csv`.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Stop {
    pub(crate) time_s: f64,
    pub(crate) number: u64,
    pub(crate) name: String,
    pub(crate) chips: u32,
    pub(crate) cause: String,
    pub(crate) rack: Option<String>,
    pub(crate) lost_s: f64,
}

fn wrong(path: &Path, why: &dyn std::fmt::Display) -> Failure {
    Failure::Place(format!("{}: {why}", path.display()))
}

fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    let missing = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => wrong(
            path,
            &"is missing: the run has not ended, or an older program wrote it; `rainier run … --out` writes it",
        ),
        _ => wrong(path, &error),
    };
    disk::bytes(path, LARGEST).map_err(missing)
}

fn json<T: DeserializeOwned>(path: &Path) -> Result<T, Failure> {
    serde_json::from_slice(&bytes(path)?).map_err(|error| wrong(path, &error))
}

fn rows<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, Failure> {
    let bytes = bytes(path)?;
    if !bytes.ends_with(b"\n") {
        return Err(wrong(path, &"is cut: its last row has no end"));
    }
    csv::Reader::from_reader(bytes.as_slice())
        .deserialize()
        .collect::<Result<_, _>>()
        .map_err(|error| wrong(path, &error))
}

/// Rows of a file that only runs with jobs have.
fn rows_if_there<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, Failure> {
    if path.exists() { rows(path) } else { Ok(Vec::new()) }
}

fn series(path: &Path) -> Result<Series, Failure> {
    let bytes = bytes(path)?;
    // What its reader panics on is told as an error, once.
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let read = parquet::numbers(&bytes);
    std::panic::set_hook(hook);
    let (names, columns) = read.map_err(|why| wrong(path, &why))?;
    for column in ["time_s", "it_power_w", "facility_power_w"] {
        if !names.iter().any(|name| name == column) {
            return Err(wrong(path, &format!("has no column {column}")));
        }
    }
    let series = Series { names, columns };
    let times = series.get("time_s");
    let in_order = times.iter().all(|t| t.is_finite()) && times.windows(2).all(|pair| pair[0] < pair[1]);
    if times.is_empty() || !in_order {
        return Err(wrong(path, &"its times are none, or not in order"));
    }
    Ok(series)
}

fn halls(path: &Path) -> Result<Vec<(String, BTreeMap<String, f64>)>, Failure> {
    let rows: Vec<BTreeMap<String, String>> = rows(path)?;
    rows.into_iter()
        .map(|mut row| {
            let place = row.remove("place").ok_or_else(|| wrong(path, &"has no column place"))?;
            let numbers = row.into_iter().map(|(column, text)| match text.parse() {
                Ok(x) => Ok((column, x)),
                Err(_) => Err(wrong(
                    path,
                    &format!("{place}: {column}: found {text:?}; allowed: a number"),
                )),
            });
            Ok((place.clone(), numbers.collect::<Result<_, _>>()?))
        })
        .collect()
}

impl Folder {
    /// Opens the folder of a run.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        let at = |name: &str| path.join(name);
        let inputs: Inputs = json(&at("inputs.json"))?;
        if inputs.format != FORMAT {
            let why = format!("format: found {}; allowed: {FORMAT}", inputs.format);
            return Err(wrong(&at("inputs.json"), &why));
        }
        let summary: Value = json(&at("summary.json"))?;
        if !summary.is_object() {
            return Err(wrong(&at("summary.json"), &"is no summary of a run"));
        }
        if summary["digest"] != inputs.digest.as_str() {
            return Err(wrong(
                path,
                &"inputs.json and summary.json are of different runs: their digests differ",
            ));
        }
        let incidents: Vec<Incident> = rows(&at("incidents.csv"))?;
        for (n, incident) in incidents.iter().enumerate() {
            if incident.number != n || incident.cause.is_some_and(|cause| cause >= n) || !incident.time_s.is_finite() {
                let why = format!("row {}: a number, a time or a cause is out of order", n + 1);
                return Err(wrong(&at("incidents.csv"), &why));
            }
        }
        Ok(Self {
            name: path.display().to_string(),
            path: Some(path.to_owned()),
            inputs,
            summary,
            series: series(&at("series.parquet"))?,
            halls: halls(&at("halls.csv"))?,
            incidents,
            outages: rows(&at("outages.csv"))?,
            jobs: rows_if_there(&at("jobs.csv"))?,
            stops: rows_if_there(&at("interruptions.csv"))?,
        })
    }

    /// Opens the folder of a run, or runs a scenario with what is put in place of its own.
    pub(crate) fn open_or_run(name: &str, instead: &Replacements, threads: Option<u16>) -> Result<Self, Failure> {
        let path = Path::new(name);
        if path.is_dir() {
            if !instead.is_empty() {
                return Err(Failure::Place(format!(
                    "{name:?} is the folder of a run that has ended; --set, --site and --weather take a scenario, which \
                     is run with them"
                )));
            }
            return Self::open(path);
        }
        if !name.starts_with("builtin:") && !path.is_file() {
            return Err(Failure::Place(format!(
                "{name:?} is neither the folder of a run nor a scenario"
            )));
        }
        let scratch = Scratch::new()?;
        crate::run::run(&Run {
            scenario: name.to_owned(),
            instead: instead.clone(),
            out: Some(scratch.0.clone()),
            threads,
            silent: true,
            ..Run::default()
        })?;
        let mut run = Self::open(&scratch.0)?;
        (run.name, run.path) = (name.to_owned(), None);
        Ok(run)
    }

    /// A number of the summary by its path; 0 where there is none.
    pub(crate) fn figure(&self, pointer: &str) -> f64 {
        self.summary.pointer(pointer).and_then(Value::as_f64).unwrap_or(0.0)
    }

    /// A text of the summary.
    pub(crate) fn word(&self, field: &str) -> &str {
        self.summary[field].as_str().unwrap_or("")
    }

    /// What a place has used.
    pub(crate) fn place(&self, place: &str) -> Option<&BTreeMap<String, f64>> {
        let found = self.halls.iter().find(|(name, _)| name == place);
        found.map(|(_, columns)| columns)
    }

    /// Chips of a rack at a place that begins with its hall's name.
    pub(crate) fn chips_per_rack(&self, place: &str) -> f64 {
        let hall = hall_of(place);
        let halls = self.inputs.site.halls.iter().find(|block| block.name == hall);
        halls.map_or(0.0, |block| block.chips as f64 / (block.racks.max(1) as f64))
    }

    /// Last time of the run, s.
    pub(crate) fn end_s(&self) -> f64 {
        self.series.get("time_s").last().copied().unwrap_or(0.0)
    }

    /// What the run is called.
    pub(crate) fn title(&self) -> String {
        format!("{}: {}", self.inputs.site.name, self.inputs.scenario)
    }
}

/// A folder that goes away when it is no longer used.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Self, Failure> {
        let base = std::env::temp_dir();
        for n in 0..1_000_u32 {
            let path = base.join(format!("rainier-{}-{n}", std::process::id()));
            match fs::create_dir(&path) {
                Ok(()) => return Ok(Self(path)),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(Failure::Output(format!("{}: {error}", path.display()))),
            }
        }
        Err(Failure::Output(format!("{}: no room for a folder", base.display())))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
