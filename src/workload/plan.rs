//! A workload, read and checked against a campus: models, jobs in order of time, services, streams, limits.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::files::{
    CapSpec, EquipmentSpec, FailureSpec, ModelSpec, PlacementSpec, ServiceSpec, StreamSpec, TaskKind, TraceSpec,
    WorkloadFile,
};
use super::job::{Job, Kind};
use super::pace::Step;
use super::place::Policy;
use super::trace::{self, Mapping};
use crate::diag::{Code, Report};
use crate::site::campus::Found;
use crate::site::schema::{Assumption, Figure, Parsed, Tag, read};
use crate::site::texts::{Files, builtin_names, find_text, unreadable};
use crate::site::{Address, Campus};

/// Workloads that come with the program, by the name after `builtin:`.
pub const BUILTIN: &[(&str, &str)] = &[
    ("mission", include_str!("../../assets/workloads/mission.ron")),
    ("vendors", include_str!("../../assets/workloads/vendors.ron")),
    ("lab", include_str!("../../assets/workloads/lab.ron")),
];

/// Time in which a job of the shipped kind is taken to end where nothing says so, s: a year.
const LONG_S: f64 = 3.2e7;

/// How a training job steps, ready for use.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// Name.
    pub name: String,
    /// A step.
    pub step: Step,
    /// Model FLOP utilisation at full pace.
    pub mfu: f64,
    /// Stop for a checkpoint, s.
    pub checkpoint_s: f64,
    /// Utilisation meanwhile and while starting.
    pub checkpoint_utilisation: f64,
    /// From an interruption to the first step, s.
    pub restart_s: f64,
    /// Computing between checkpoints, s, if it is given.
    pub interval_s: Option<f64>,
}

impl Model {
    fn of(name: &str, spec: &ModelSpec) -> Self {
        let step_s = spec.step_s.value;
        let communication_s = step_s * spec.communication_share.value;
        Self {
            name: name.to_owned(),
            step: Step {
                compute_s: step_s - communication_s,
                communication_s,
                jitter: spec.jitter.value,
                compute_utilisation: spec.compute_utilisation.value,
                communication_utilisation: spec.communication_utilisation.value,
            },
            mfu: spec.mfu.value,
            checkpoint_s: spec.checkpoint_s.value,
            checkpoint_utilisation: spec.checkpoint_utilisation.value,
            restart_s: spec.restart_s.value,
            interval_s: spec.interval_s,
        }
    }
}

/// What a limit on power is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum CapAt {
    /// All IT of the site.
    Site,
    /// A building or hall.
    Place(Found),
    /// A training job, by name.
    Job(String),
}

/// A workload, checked against a campus.
#[derive(Debug, Clone)]
pub struct Workload {
    /// Name.
    pub name: String,
    /// How jobs get their places.
    pub placement: PlacementSpec,
    /// How training jobs step.
    pub models: Vec<Model>,
    /// Jobs with a time, in its order: training and traces.
    pub jobs: Vec<Job>,
    /// Services.
    pub services: Vec<ServiceSpec>,
    /// Jobs that come at random, and the model that they follow.
    pub streams: Vec<(StreamSpec, Option<usize>)>,
    /// Limits on power, W.
    pub caps: Vec<(CapAt, f64)>,
    /// What fails under jobs.
    pub failures: Option<FailureSpec>,
    /// What else fails.
    pub equipment: Vec<EquipmentSpec>,
    /// Every assumed figure.
    pub assumptions: Vec<(String, Assumption)>,
    /// Source keys and what they stand for.
    pub sources: BTreeMap<String, String>,
}

impl Default for Workload {
    /// Nothing is asked for.
    fn default() -> Self {
        Self {
            name: String::new(),
            placement: PlacementSpec {
                policy: Policy::ALL[0],
                backfill: false,
                preempt: false,
                spare_share: Figure {
                    value: 0.0,
                    tag: Tag::E,
                    source: String::new(),
                    range: None,
                },
            },
            models: Vec::new(),
            jobs: Vec::new(),
            services: Vec::new(),
            streams: Vec::new(),
            caps: Vec::new(),
            failures: None,
            equipment: Vec::new(),
            assumptions: Vec::new(),
            sources: BTreeMap::new(),
        }
    }
}

/// Reads a workload by name, `builtin:NAME` or a file, for a campus.
///
/// # Errors
/// Every error of the file and of the traces that it names.
pub fn load(files: &dyn Files, name: &str, campus: &Campus) -> Result<Workload, Report> {
    let text = find_text(BUILTIN, "workload", files, name).map_err(|found| {
        let allowed = if name.starts_with("builtin:") {
            builtin_names(BUILTIN)
        } else {
            "a readable workload file".to_owned()
        };
        Report {
            errors: vec![unreadable(name, found, allowed)],
        }
    })?;
    let parsed = read::<WorkloadFile>(name, &text)?;
    let mut report = Report::default();
    let models: Vec<Model> = parsed
        .value
        .models
        .iter()
        .map(|(name, spec)| Model::of(name, spec))
        .collect();
    let checks = Checks {
        parsed: &parsed,
        campus,
        models: &models,
    };
    let mut jobs = checks.training(&mut report);
    for (i, service) in parsed.value.services.iter().enumerate() {
        checks.chip(&format!("services[{i}].chip"), service.chip.as_deref(), &mut report);
    }
    let mut streams = Vec::new();
    for (i, stream) in parsed.value.streams.iter().enumerate() {
        let field = |leaf: &str| format!("streams[{i}].{leaf}");
        checks.chip(&field("chip"), stream.chip.as_deref(), &mut report);
        let model = checks.model_of(&field("model"), stream.kind, stream.model.as_deref(), &mut report);
        streams.push((stream.clone(), model));
    }
    for (i, spec) in parsed.value.traces.iter().enumerate() {
        let field = |leaf: &str| format!("traces[{i}].{leaf}");
        checks.chip(&field("chip"), spec.chip.as_deref(), &mut report);
        let model = checks.model_of(&field("model"), spec.kind, spec.model.as_deref(), &mut report);
        match read_trace(files, name, spec) {
            Ok(more) => jobs.extend(more.into_iter().map(|mut job| {
                job.model = if job.kind == Kind::Training { model } else { None };
                if job.kind == Kind::Training && model.is_none() {
                    job.kind = Kind::Batch;
                }
                job
            })),
            Err(Unread::Report(errors)) => report.absorb(errors),
            Err(Unread::File(why)) => {
                let found = format!("{:?}: {why}", spec.file);
                report.push(parsed.error(Code::Unreadable, &field("file"), found, "a .swf, .csv or .parquet file"));
            }
        }
    }
    jobs.sort_by(|a, b| a.submit_s.total_cmp(&b.submit_s));
    let caps = checks.caps(&mut report);
    checks.failures(&mut report);
    report.into_result(Workload {
        name: parsed.value.name.clone(),
        placement: parsed.value.placement.clone(),
        jobs,
        services: parsed.value.services.clone(),
        streams,
        caps,
        failures: parsed.value.failures.clone(),
        equipment: parsed.value.equipment.clone(),
        assumptions: parsed
            .assumptions
            .iter()
            .map(|a| (parsed.file.clone(), a.clone()))
            .collect(),
        sources: parsed.value.sources.clone(),
        models,
    })
}

/// Why a trace gives no jobs.
enum Unread {
    /// Its rows are wrong.
    Report(Report),
    /// The file cannot be read.
    File(String),
}

fn read_trace(files: &dyn Files, beside: &str, spec: &TraceSpec) -> Result<Vec<Job>, Unread> {
    let name = match beside.rsplit_once('/') {
        Some((folder, _)) if !spec.file.starts_with('/') => format!("{folder}/{}", spec.file),
        _ => spec.file.clone(),
    };
    let how = Mapping {
        chips_per_processor: spec.chips_per_processor,
        utilisation: spec.utilisation,
        kind: kind_of(spec.kind),
        chip: spec.chip.clone(),
        priority: spec.priority.unwrap_or(0),
        limit: spec.limit.map(|n| n as usize),
    };
    let text = files.text(&name).map_err(Unread::File)?;
    let jobs = if name.to_ascii_lowercase().ends_with(".swf") {
        trace::read_swf(&name, &text, &how)
    } else {
        // Where files can be read at all, a Parquet table comes as CSV text.
        trace::read_csv(&name, &text, &how)
    };
    jobs.map_err(Unread::Report)
}

fn kind_of(kind: TaskKind) -> Kind {
    match kind {
        TaskKind::Training => Kind::Training,
        TaskKind::Batch => Kind::Batch,
    }
}

/// What a workload is checked against.
struct Checks<'a> {
    parsed: &'a Parsed<WorkloadFile>,
    campus: &'a Campus,
    models: &'a [Model],
}

impl Checks<'_> {
    fn chip(&self, field: &str, chip: Option<&str>, report: &mut Report) {
        let Some(chip) = chip else { return };
        let mut there: Vec<&str> = self
            .campus
            .rack_kinds
            .iter()
            .map(|kind| kind.server.chip.as_str())
            .collect();
        there.sort_unstable();
        there.dedup();
        if !there.contains(&chip) {
            let allowed = format!("a chip of this site: {}", there.join(", "));
            report.push(
                self.parsed
                    .error(Code::UnknownName, field, format!("{chip:?}"), allowed),
            );
        }
    }

    fn model(&self, field: &str, name: &str, report: &mut Report) -> Option<usize> {
        let found = self.models.iter().position(|model| model.name == name);
        if found.is_none() {
            let names: Vec<&str> = self.models.iter().map(|model| model.name.as_str()).collect();
            let allowed = format!("one of models: {}", names.join(", "));
            report.push(
                self.parsed
                    .error(Code::UnknownName, field, format!("{name:?}"), allowed),
            );
        }
        found
    }

    /// The model of jobs that are training, which must have one.
    fn model_of(&self, field: &str, kind: TaskKind, name: Option<&str>, report: &mut Report) -> Option<usize> {
        match (kind, name) {
            (_, Some(name)) => self.model(field, name, report),
            (TaskKind::Training, None) => {
                let allowed = "a model, since it is training";
                report.push(self.parsed.error(Code::MissingField, field, "nothing", allowed));
                None
            }
            (TaskKind::Batch, None) => None,
        }
    }

    fn training(&self, report: &mut Report) -> Vec<Job> {
        let mut jobs = Vec::new();
        for (i, spec) in self.parsed.value.training.iter().enumerate() {
            let field = |leaf: &str| format!("training[{i}].{leaf}");
            self.chip(&field("chip"), spec.chip.as_deref(), report);
            let Some(model) = self.model(&field("model"), &spec.model, report) else {
                continue;
            };
            let there = self.campus.chips() as u64;
            if u64::from(spec.chips) > there {
                let allowed = format!("at most the chips of this site, {there}");
                report.push(
                    self.parsed
                        .error(Code::Inconsistent, &field("chips"), spec.chips.to_string(), allowed),
                );
            }
            jobs.push(Job {
                name: spec.name.clone(),
                kind: Kind::Training,
                submit_s: spec.submit_s,
                chips: spec.chips,
                chip: spec.chip.clone(),
                priority: spec.priority.unwrap_or(0),
                preemptible: false,
                flop: spec.flop,
                work_s: f64::INFINITY,
                asked_s: LONG_S,
                utilisation: self.models[model].step.compute_utilisation,
                model: Some(model),
            });
        }
        jobs
    }

    fn caps(&self, report: &mut Report) -> Vec<(CapAt, f64)> {
        let mut caps = Vec::new();
        for (i, CapSpec { at, job, limit_w }) in self.parsed.value.caps.iter().enumerate() {
            let field = |leaf: &str| format!("caps[{i}].{leaf}");
            let at = match (at, job) {
                (Some(_), Some(_)) => {
                    let allowed = "either `at` or `job`";
                    report.push(self.parsed.error(Code::Inconsistent, &field("job"), "both", allowed));
                    continue;
                }
                (None, None) => CapAt::Site,
                (None, Some(job)) => {
                    let names = || self.parsed.value.training.iter().map(|spec| spec.name.as_str());
                    if !names().any(|name| name == job) {
                        let allowed = format!("a training job: {}", names().collect::<Vec<_>>().join(", "));
                        report.push(
                            self.parsed
                                .error(Code::UnknownName, &field("job"), format!("{job:?}"), allowed),
                        );
                    }
                    CapAt::Job(job.clone())
                }
                (Some(at), None) => {
                    let found = at.parse::<Address>().ok().and_then(|address| self.campus.find(address));
                    match found {
                        Some(place @ (Found::Building(_) | Found::Hall(_))) => CapAt::Place(place),
                        _ => {
                            let allowed = "a building or hall of this site, such as B01 or B01/H1";
                            report.push(
                                self.parsed
                                    .error(Code::UnknownName, &field("at"), format!("{at:?}"), allowed),
                            );
                            continue;
                        }
                    }
                }
            };
            caps.push((at, *limit_w));
        }
        caps
    }

    fn failures(&self, report: &mut Report) {
        let Some(failures) = &self.parsed.value.failures else {
            return;
        };
        let sum: f64 = failures.causes.iter().map(|cause| cause.share.value).sum();
        if (sum - 1.0).abs() > 0.005 {
            report.push(self.parsed.error(
                Code::Inconsistent,
                "failures.causes",
                format!("shares that make {sum:.3}"),
                "shares that make 1",
            ));
        }
    }
}
