//! `inputs.json`: all that a run was made of, so that its folder stands by itself: every file with its text and hash,
//! changes, assumptions with their sources, and the ground plan for pictures.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;

use rainier::host::Disk;
use rainier::results::Summary;
use rainier::results::money::Money;
use rainier::scenario::{self, Loaded, Overrides};
use rainier::sim::HallColumns;
use rainier::sim::Twin;
use rainier::sim::twin::Plan;
use rainier::site::Campus;
use rainier::site::campus::Found;
use rainier::site::schema::Figure;
use rainier::site::texts::Files;
use rainier::site::tree::{self, Kind};
use rainier::{growth, workload};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::args::Run;

/// Version of the file.
pub(crate) const FORMAT: u32 = 1;

/// Longest text that is kept; of a longer one the hash remains.
const LONGEST: usize = 8 << 20;

/// What a run was made of.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Inputs {
    pub(crate) format: u32,
    /// Program version.
    pub(crate) version: String,
    /// What makes the same run again.
    pub(crate) command: String,
    pub(crate) digest: String,
    pub(crate) scenario: String,
    pub(crate) about: String,
    pub(crate) file: String,
    pub(crate) site_file: String,
    pub(crate) start: String,
    pub(crate) seed: u32,
    pub(crate) tick_s: f64,
    pub(crate) duration_s: f64,
    pub(crate) record_every_s: f64,
    /// Changes by path.
    pub(crate) changes: Vec<String>,
    pub(crate) files: Vec<InputFile>,
    pub(crate) assumptions: Vec<Assumed>,
    pub(crate) published: Vec<Published>,
    /// What the keys of sources stand for in each file.
    pub(crate) sources: Vec<Source>,
    pub(crate) site: SitePlan,
    /// Cost of a chip-hour by the capital file: value, low, high, $.
    pub(crate) usd_per_chip_hour: Option<[f64; 3]>,
}

/// A file that was read.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct InputFile {
    /// What it is to the run.
    pub(crate) role: String,
    pub(crate) name: String,
    /// SHA-256 of its bytes.
    pub(crate) sha256: String,
    pub(crate) bytes: u64,
    /// Its text, where it is not too long.
    pub(crate) text: Option<String>,
    /// Its text with the changes made, where they touch it.
    pub(crate) changed: Option<String>,
}

impl InputFile {
    /// The text that counted.
    pub(crate) fn effective(&self) -> Option<&str> {
        self.changed.as_deref().or(self.text.as_deref())
    }
}

/// An assumed figure.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Assumed {
    pub(crate) file: String,
    pub(crate) path: String,
    pub(crate) value: f64,
    pub(crate) range: Option<[f64; 2]>,
    pub(crate) tag: String,
    pub(crate) source: String,
}

/// What a key stands for in a file; another file may use it for something else.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Source {
    pub(crate) file: String,
    pub(crate) key: String,
    pub(crate) what: String,
}

/// A published figure.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Published {
    pub(crate) what: String,
    pub(crate) value: f64,
    pub(crate) low: Option<f64>,
    pub(crate) high: Option<f64>,
    pub(crate) tag: String,
    pub(crate) source: String,
}

/// What stands where, m east and north of the site centre.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SitePlan {
    pub(crate) name: String,
    pub(crate) about: String,
    pub(crate) size_m: [f64; 2],
    pub(crate) latitude_deg: f64,
    pub(crate) longitude_deg: f64,
    pub(crate) buildings: Vec<Block>,
    pub(crate) halls: Vec<Block>,
    pub(crate) substations: Vec<Block>,
    pub(crate) features: Vec<Ground>,
}

/// A rectangle with a name: a building, a hall, a substation.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Block {
    pub(crate) name: String,
    pub(crate) at_m: [f64; 2],
    pub(crate) size_m: [f64; 2],
    #[serde(default)]
    pub(crate) racks: usize,
    #[serde(default)]
    pub(crate) chips: usize,
    #[serde(default)]
    pub(crate) live: bool,
}

/// Something on the ground.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Ground {
    pub(crate) kind: String,
    pub(crate) width_m: Option<f64>,
    pub(crate) points_m: Vec<[f64; 2]>,
}

/// The disk, and which names were asked for.
#[derive(Default)]
pub(crate) struct Recorder {
    seen: Mutex<Vec<(String, Option<String>)>>,
}

impl Recorder {
    fn note(&self, name: &str, text: Option<&str>) {
        let mut seen = self.seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match seen.iter_mut().find(|(known, _)| known == name) {
            Some((_, held)) => {
                if let Some(text) = text {
                    *held = Some(text.to_owned());
                }
            }
            None => seen.push((name.to_owned(), text.map(str::to_owned))),
        }
    }
}

impl Files for Recorder {
    fn text(&self, name: &str) -> Result<String, String> {
        let text = Disk.text(name)?;
        self.note(name, Some(&text));
        Ok(text)
    }

    // Every name passes here first, built-in ones too.
    fn changed(&self, name: &str) -> Option<&str> {
        self.note(name, None);
        None
    }
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:=,+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

fn command(args: &Run) -> String {
    let instead = args.instead.of();
    let mut words = vec!["rainier".to_owned(), "run".to_owned(), quoted(&args.scenario)];
    let mut option = |name: &str, value: String| words.extend([name.to_owned(), quoted(&value)]);
    if let Some(site) = instead.site {
        option("--site", site.to_owned());
    }
    if let Some(weather) = instead.weather {
        option("--weather", weather.to_owned());
    }
    for change in instead.changes {
        option("--set", change.to_string());
    }
    if let Some(tick) = args.tick {
        option("--tick", tick.to_string());
    }
    if let Some(duration) = args.duration {
        option("--duration", duration.to_string());
    }
    if let Some(from) = &args.from {
        option("--from", from.display().to_string());
    }
    words.join(" ")
}

/// The last part of a name: files name each other from where they stand.
fn tail(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// What files are to the run, by the fields in which others name them.
fn role_of(name: &str, texts: &[(String, String)]) -> String {
    for (_, text) in texts {
        let Ok(root) = tree::parse("", text) else { continue };
        let Kind::Record(_, fields) = root.kind else { continue };
        for (field, _, node) in &fields {
            let named = match &node.kind {
                Kind::Text(text) => Some(text),
                Kind::Tuple(Some(some), inner) if some == "Some" => match inner.first().map(|node| &node.kind) {
                    Some(Kind::Text(text)) => Some(text),
                    _ => None,
                },
                _ => None,
            };
            if named.is_some_and(|named| named == name || (!named.starts_with("builtin:") && tail(named) == tail(name)))
            {
                return field.clone();
            }
        }
    }
    name.strip_prefix("builtin:").unwrap_or("file").to_owned()
}

/// Every file that was read, with its text and hash.
fn files(recorder: &Recorder, loaded: &Loaded, instead: Overrides<'_>) -> Vec<InputFile> {
    let seen = recorder
        .seen
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
        .clone();
    // Names of the program's own files, each in its table; a site and a workload may have the same.
    let mut all: Vec<(Option<&str>, String, String)> = Vec::new();
    for (name, text) in &seen {
        if let Some(text) = text {
            all.push((None, name.clone(), text.clone()));
            continue;
        }
        let Some(key) = name.strip_prefix("builtin:") else {
            continue;
        };
        let own = loaded.scenario.workload.as_deref();
        let tables = [
            (Some("scenario"), scenario::BUILTIN, *name == loaded.file),
            (Some("workload"), workload::plan::BUILTIN, own == Some(name)),
            (
                Some("plan"),
                growth::BUILTIN,
                loaded.scenario.plan.as_deref() == Some(name),
            ),
            (None, rainier::site::texts::BUILTIN, true),
        ];
        for (role, table, wanted) in tables {
            if let Some((_, text)) = table.iter().find(|(builtin, _)| wanted && *builtin == key) {
                // The name of a scenario may be that of another file, too, which nobody asked for.
                if role.is_some() || *name != loaded.file || *name == loaded.site_file {
                    all.push((role, name.clone(), (*text).to_owned()));
                }
            }
        }
    }
    let texts: Vec<(String, String)> = all.iter().map(|(_, name, text)| (name.clone(), text.clone())).collect();
    // A built-in scenario, workload or plan stands in a table of its own, under a name that a site may have as well.
    let own_table = |role: &str| matches!(role, "scenario" | "workload" | "plan");
    let roles: BTreeMap<String, &'static str> = scenario::files_of(&Disk, &loaded.file, instead)
        .into_iter()
        .map(|(role, name)| (name, role.as_str()))
        .filter(|(name, role)| !(name.starts_with("builtin:") && own_table(role)))
        .collect();
    let text = texts.iter().find(|(name, _)| *name == loaded.file);
    let changed = text.and_then(|(_, text)| scenario::change(&Disk, &loaded.file, text, instead).ok());
    all.into_iter()
        .map(|(role, name, text)| {
            let role = role
                .map(str::to_owned)
                .or_else(|| roles.get(&name).map(|role| (*role).to_owned()));
            let role = role.unwrap_or_else(|| role_of(&name, &texts));
            // As the disk has it: what is read of weather and tables is not always their bytes. A pipe is read but once.
            let on_disk = !name.starts_with("builtin:") && Path::new(&name).is_file();
            let bytes = on_disk.then(|| std::fs::read(&name).ok()).flatten();
            let bytes = bytes.as_deref().unwrap_or(text.as_bytes());
            let changed = changed
                .as_ref()
                .filter(|_| role != "workload")
                .and_then(|changed| changed.changed(&name));
            InputFile {
                changed: changed.filter(|changed| *changed != text).map(str::to_owned),
                sha256: sha256(bytes),
                bytes: bytes.len() as u64,
                text: (text.len() <= LONGEST).then_some(text),
                role,
                name,
            }
        })
        .collect()
}

/// The sources that files name, in their order.
fn sources(files: &[InputFile]) -> Vec<Source> {
    let mut out = Vec::new();
    for file in files {
        let root = file.effective().and_then(|text| tree::parse(&file.name, text).ok());
        let Some(Kind::Record(_, fields)) = root.map(|root| root.kind) else {
            continue;
        };
        for (_, _, node) in fields.iter().filter(|(name, ..)| name == "sources") {
            let Kind::Map(entries) = &node.kind else { continue };
            for (key, what) in entries {
                if let (Kind::Text(key), Kind::Text(what)) = (&key.kind, &what.kind) {
                    out.push(Source {
                        file: file.name.clone(),
                        key: key.clone(),
                        what: what.clone(),
                    });
                }
            }
        }
    }
    out
}

fn site(campus: &Campus, live: &[bool]) -> SitePlan {
    let block = |name: String, rect: &rainier::site::campus::Rect| Block {
        name,
        at_m: rect.at_m,
        size_m: rect.size_m,
        racks: 0,
        chips: 0,
        live: true,
    };
    let filled = |found: Found, rect, live: bool| {
        let racks = campus.racks_of(found);
        Block {
            racks: racks.len(),
            chips: campus.chips_of(racks).len(),
            live,
            ..block(campus.address(found).to_string(), rect)
        }
    };
    let is_live = |h: usize| live.get(h).copied().unwrap_or(false);
    let buildings = campus.buildings.iter().enumerate();
    let halls = campus.halls.iter().enumerate();
    SitePlan {
        name: campus.name.clone(),
        about: campus.about.clone(),
        size_m: campus.terrain.size_m,
        latitude_deg: campus.location.latitude_deg.value,
        longitude_deg: campus.location.longitude_deg.value,
        buildings: buildings
            .map(|(b, of)| filled(Found::Building(b), &of.rect, of.halls.clone().any(is_live)))
            .collect(),
        halls: halls
            .map(|(h, of)| filled(Found::Hall(h), &of.rect, is_live(h)))
            .collect(),
        substations: campus
            .substations
            .iter()
            .map(|s| block(s.name.clone(), &s.rect))
            .collect(),
        features: campus
            .features
            .iter()
            .map(|feature| Ground {
                kind: feature.kind.as_str().to_owned(),
                width_m: feature.width_m,
                points_m: feature.points_m.clone(),
            })
            .collect(),
    }
}

fn assumed(file: &str, path: &str, figure: &Figure) -> Assumed {
    Assumed {
        file: file.to_owned(),
        path: path.to_owned(),
        value: figure.value,
        range: figure.range,
        tag: format!("{:?}", figure.tag),
        source: figure.source.clone(),
    }
}

/// What is known before the run begins.
pub(crate) struct Before {
    inputs: Inputs,
    capital: rainier::site::files::CapitalFile,
}

impl Before {
    /// Of a scenario that has been read.
    pub(crate) fn of(args: &Run, recorder: &Recorder, loaded: &Loaded) -> Self {
        let (scenario, campus) = (&loaded.scenario, &loaded.site.campus);
        let files = files(recorder, loaded, args.instead.of());
        let inputs = Inputs {
            format: FORMAT,
            version: rainier::VERSION.to_owned(),
            command: command(args),
            digest: String::new(),
            scenario: scenario.name.clone(),
            about: scenario.about.clone(),
            file: loaded.file.clone(),
            site_file: loaded.site_file.clone(),
            start: loaded.start.to_string(),
            seed: scenario.seed,
            tick_s: scenario.tick_s,
            duration_s: scenario.duration_s,
            record_every_s: scenario.record_every_s,
            changes: args.instead.set.iter().map(ToString::to_string).collect(),
            sources: sources(&files),
            files,
            assumptions: campus
                .assumptions
                .iter()
                .map(|(file, a)| assumed(file, &a.path, &a.figure))
                .collect(),
            published: campus
                .published
                .iter()
                .map(|published| Published {
                    what: published.what.clone(),
                    value: published.value.value,
                    low: published.low,
                    high: published.high,
                    tag: format!("{:?}", published.value.tag),
                    source: published.value.source.clone(),
                })
                .collect(),
            site: site(campus, &[]),
            usd_per_chip_hour: None,
        };
        Self {
            inputs,
            capital: loaded.site.capital.clone(),
        }
    }

    /// Writes `inputs.json` when the run is done: a folder without it is not whole.
    pub(crate) fn write(mut self, folder: &Path, twin: &Twin, summary: &Summary) -> Result<(), String> {
        let world = twin.world();
        self.inputs.digest = summary.digest.clone();
        self.inputs.site = site(&world.resource::<Plan>().0, &world.resource::<HallColumns>().live);
        let money = Money::of(world, &self.capital, &summary.scenario, None);
        let band = money.usd_per_chip_hour;
        let worth = [band.value, band.low, band.high];
        self.inputs.usd_per_chip_hour = worth.iter().all(|usd| usd.is_finite()).then_some(worth);
        let text = serde_json::to_string_pretty(&self.inputs).map_err(|error| error.to_string())?;
        crate::write::text(&folder.join("inputs.json"), &(text + "\n"))
    }
}

/// The built-in plan of growth of a site, by the site's file.
pub(crate) fn plan_of(site_file: &str) -> Option<String> {
    growth::BUILTIN.iter().find_map(|(key, text)| {
        let own = tree::parse(key, text).ok()?;
        (own.text("site") == Some(site_file)).then(|| format!("builtin:{key}"))
    })
}
