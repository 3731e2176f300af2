//! A scenario whose files hold figures in doubt, and the answer that it gives to any values of them.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use crate::diag::Report;
use crate::results::Summary;
use crate::scenario::{self, Loaded, Overrides, files_of, text_by_role};
use crate::sim::Twin;
use crate::sim::meters::LEDGER_TOLERANCE;
use crate::site::change::{Change, Changed, Role};
use crate::site::epw::is_epw;
use crate::site::schema::Figure;
use crate::site::texts::{Files, key};
use crate::site::tree::{Kind, Node, parse};

/// Every number of a summary by its field.
pub type Answer = BTreeMap<String, f64>;

/// A figure in doubt.
#[derive(Debug, Clone, PartialEq)]
pub struct Uncertain {
    /// Its file.
    pub role: Role,
    /// Its path there.
    pub path: String,
    /// The figure.
    pub figure: Figure,
    /// Low end, value and high end.
    pub range: [f64; 3],
}

impl Uncertain {
    /// Its name, as `--set` takes it.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}:{}", self.role.as_str(), self.path)
    }
}

/// A scenario with the texts of its files, so that nothing that changes on the disk changes a study.
pub struct Question<'a> {
    files: Changed<'a>,
    scenario: String,
    site: Option<String>,
    weather: Option<String>,
    names: Vec<(Role, String)>,
    /// Figures with a range that the site uses.
    pub figures: Vec<Uncertain>,
}

impl<'a> Question<'a> {
    /// Reads a scenario with its changes.
    ///
    /// # Errors
    /// Every error of its files.
    pub fn new(files: &'a dyn Files, name: &str, instead: Overrides<'_>) -> Result<Self, Report> {
        let loaded = scenario::load(files, name, instead)?;
        // What was just read is there.
        let text = text_by_role(files, Role::Scenario, name).unwrap_or_default();
        let mut changed = scenario::change(files, name, &text, instead)?;
        let names = files_of(&changed, name, instead);
        for (role, file) in &names {
            if let Ok(text) = text_by_role(&changed, *role, file) {
                changed.put(&key(role.as_str(), file), text);
            }
        }
        let mut question = Self {
            files: changed,
            scenario: name.to_owned(),
            site: instead.site.map(str::to_owned),
            weather: instead.weather.map(str::to_owned),
            names,
            figures: Vec::new(),
        };
        question.figures = question.in_doubt(&loaded);
        Ok(question)
    }

    /// The files' roles and texts, in order, for a digest.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        for (role, name) in &self.names {
            let text = text_by_role(&self.files, *role, name).unwrap_or_default();
            for part in [role.as_str(), name, &text] {
                hash.update((part.len() as u64).to_le_bytes());
                hash.update(part);
            }
        }
        hash.finalize().into()
    }

    /// The scenario with changes.
    ///
    /// # Errors
    /// Whatever does not fit together then.
    pub fn load(&self, changes: &[Change]) -> Result<Loaded, Report> {
        let instead = Overrides {
            site: self.site.as_deref(),
            weather: self.weather.as_deref(),
            changes,
        };
        scenario::load(&self.files, &self.scenario, instead)
    }

    /// Whether changes lead to fields and have values that these take.
    ///
    /// # Errors
    /// Every change that leads nowhere or whose value does not fit.
    pub fn follow(&self, changes: &[Change]) -> Result<(), Report> {
        let instead = Overrides {
            site: self.site.as_deref(),
            weather: self.weather.as_deref(),
            changes,
        };
        let text = text_by_role(&self.files, Role::Scenario, &self.scenario).unwrap_or_default();
        scenario::change(&self.files, &self.scenario, &text, instead).map(|_| ())
    }

    /// Runs the scenario with changes to its end, in this thread.
    ///
    /// # Errors
    /// The values do not fit together, or the energy ledger did not close.
    pub fn summary(&self, changes: &[Change]) -> Result<Summary, String> {
        let loaded = self.load(changes).map_err(|report| match report.errors.as_slice() {
            [] => "nothing could be read".to_owned(),
            [one] => one.to_string(),
            [first, rest @ ..] => format!("{first}; and {} more", rest.len()),
        })?;
        let (name, seed) = (loaded.scenario.name.clone(), loaded.scenario.seed);
        let mut twin = Twin::new(loaded, 1);
        while !twin.done() {
            twin.tick();
        }
        let summary = Summary::of(twin.world(), &name, seed);
        if summary.worst_imbalance > LEDGER_TOLERANCE {
            return Err(format!("the energy ledger is off by {:.3e}", summary.worst_imbalance));
        }
        Ok(summary)
    }

    /// The numbers that a run with changes comes to.
    ///
    /// # Errors
    /// As [`Self::summary`].
    pub fn answer(&self, changes: &[Change]) -> Result<Answer, String> {
        self.summary(changes).map(|summary| numbers(&summary))
    }

    fn in_doubt(&self, loaded: &Loaded) -> Vec<Uncertain> {
        let used = self.used();
        let of_workload = loaded.workload.iter().flat_map(|workload| &workload.assumptions);
        let figures = loaded.site.campus.assumptions.iter().chain(of_workload);
        let figures = figures.filter_map(|(file, assumption)| {
            let [low, high] = assumption.figure.range.filter(|[low, high]| low < high)?;
            let (role, _) = self.names.iter().find(|(_, name)| name == file)?;
            Some(Uncertain {
                role: *role,
                path: assumption.path.clone(),
                range: [low, assumption.figure.value, high],
                figure: assumption.figure.clone(),
            })
        });
        let counts = |figure: &Uncertain| match (figure.role, &used) {
            (Role::Catalog, Some(used)) => used.iter().any(|part| {
                let inside = figure.path.strip_prefix(part.as_str());
                inside.is_some_and(|rest| rest.starts_with('.'))
            }),
            // What it costs to build moves no run.
            (Role::Capital, _) => false,
            // What the twin is compared with moves nothing.
            (Role::Site, _) => !figure.path.starts_with("published["),
            _ => true,
        };
        let mut out: Vec<Uncertain> = figures.filter(counts).collect();
        out.sort_by_key(Uncertain::name);
        out.dedup_by_key(|figure| figure.name());
        out
    }

    /// Parts of the catalog that the site names, and those that they name in turn: the others move nothing either.
    fn used(&self) -> Option<BTreeSet<String>> {
        let tree = |role: Role| {
            let (_, name) = self.names.iter().find(|(r, name)| *r == role && !is_epw(name))?;
            parse(name, &text_by_role(&self.files, role, name).ok()?).ok()
        };
        let catalog = tree(Role::Catalog)?;
        let Kind::Record(_, maps) = &catalog.kind else {
            return None;
        };
        let mut words = BTreeSet::new();
        texts(&tree(Role::Site)?, &mut words);
        let mut used = BTreeSet::new();
        loop {
            let before = used.len();
            for (map, _, node) in maps {
                let Kind::Map(entries) = &node.kind else { continue };
                for (key, part) in entries {
                    if let Kind::Text(name) = &key.kind
                        && words.contains(name)
                        && used.insert(format!("{map}.{name}"))
                    {
                        texts(part, &mut words);
                    }
                }
            }
            if used.len() == before {
                return Some(used);
            }
        }
    }
}

/// Every text of a tree that is a value.
fn texts(node: &Node, out: &mut BTreeSet<String>) {
    match &node.kind {
        Kind::Text(text) => {
            out.insert(text.clone());
        }
        Kind::List(items) | Kind::Tuple(_, items) => items.iter().for_each(|item| texts(item, out)),
        Kind::Record(_, fields) => fields.iter().for_each(|(_, _, field)| texts(field, out)),
        Kind::Map(entries) => entries.iter().for_each(|(_, value)| texts(value, out)),
        Kind::Word(_) | Kind::Number(_) => {}
    }
}

/// Fields of a summary that say what was asked rather than what came of it.
const ASKED: [&str; 4] = ["seed", "ticks", "tick_s", "simulated_s"];

/// Every number of a summary that is a result.
#[must_use]
pub fn numbers(summary: &Summary) -> Answer {
    let fields = match serde_json::to_value(summary) {
        Ok(serde_json::Value::Object(fields)) => fields,
        _ => return Answer::new(),
    };
    let numbers = fields.into_iter().filter(|(name, _)| !ASKED.contains(&name.as_str()));
    numbers
        .filter_map(|(name, value)| value.as_f64().map(|x| (name, x)))
        .collect()
}
