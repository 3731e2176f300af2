//! The file of steps: what each runs, needs and stands on.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

/// All steps, in the order in which they run.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Tools by name, with the command that tells their version.
    pub tools: BTreeMap<String, String>,
    /// Environment variables that steps hang on.
    pub environment: Vec<String>,
    /// The steps.
    pub steps: Vec<Step>,
}

/// One step.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// A short name, for the command line.
    pub name: String,
    /// What it does, for whoever reads along.
    pub title: String,
    /// From which level on it runs. A step that makes something has none: it runs when a step needs it.
    #[serde(default)]
    pub level: Option<Level>,
    /// What most of its time is spent on.
    pub work: Work,
    /// Steps that make what this one uses.
    #[serde(default)]
    pub needs: Vec<String>,
    /// Files it stands on.
    pub inputs: Inputs,
    /// Tools whose versions it stands on.
    #[serde(default)]
    pub tools: Vec<String>,
    /// Where it runs.
    pub place: Place,
    /// The compiler's lists of the files in what it makes (`*.d`), relative to Cargo's target folder.
    #[serde(default)]
    pub made_of: Vec<String>,
    /// Longest time that it may take, s: what hangs fails.
    #[serde(default = "an_hour")]
    pub limit_s: u64,
    /// A script for bash.
    pub run: String,
}

fn an_hour() -> u64 {
    3600
}

/// How much is tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub enum Level {
    /// The library and the command line.
    Quick,
    /// All that a change can have touched.
    Changed,
    /// What is published too, and nothing left out.
    All,
}

/// What a step's time is spent on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub enum Work {
    /// Checks or translates sources.
    Compiles,
    /// Makes one file of many.
    Links,
    /// Runs the program without a picture.
    Tests,
    /// Runs it with pictures.
    Draws,
}

/// Files of the project, by the starts of their paths.
#[derive(Debug, Clone, Deserialize)]
pub enum Inputs {
    /// All files but these: a file that is new belongs to the step until somebody says that it does not.
    AllBut(Vec<String>),
    /// These files alone. For steps in a folder of their own, which would miss any other.
    Only(Vec<String>),
}

/// Where a step runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Place {
    /// In the folder that Cargo builds in: what has not changed is not built again.
    Cargo,
    /// In a folder that holds its inputs and nothing else.
    Own,
}

/// Whether a path is one of these, or in one of these folders.
fn within(path: &str, starts: &[String]) -> bool {
    starts.iter().any(|start| {
        path.strip_prefix(start.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

impl Inputs {
    /// Whether a file belongs to them.
    pub fn hold(&self, path: &str) -> bool {
        match self {
            Self::AllBut(starts) => !within(path, starts),
            Self::Only(starts) => within(path, starts),
        }
    }

    /// The paths that they name.
    fn named(&self) -> &[String] {
        let (Self::AllBut(starts) | Self::Only(starts)) = self;
        starts
    }
}

impl Plan {
    /// Reads a plan and checks it against the files of the project.
    ///
    /// # Errors
    ///
    /// Every fault, a line each.
    pub fn read(text: &str, files: &[&str]) -> Result<Self, String> {
        let plan: Self = ron::from_str(text).map_err(|error| error.to_string())?;
        let faults = plan.faults(files);
        if faults.is_empty() {
            Ok(plan)
        } else {
            Err(faults.join("\n"))
        }
    }

    /// What is wrong with it.
    fn faults(&self, files: &[&str]) -> Vec<String> {
        let mut faults = Vec::new();
        let mut before = BTreeSet::new();
        for step in &self.steps {
            let name = &step.name;
            for need in &step.needs {
                if !before.contains(need) {
                    faults.push(format!("step '{name}' needs '{need}', which is no step before it"));
                } else if self.step(need).is_some_and(|step| step.level.is_some()) {
                    faults.push(format!(
                        "step '{name}' needs '{need}', which has a level and so may be left out"
                    ));
                }
            }
            for tool in &step.tools {
                if !self.tools.contains_key(tool) {
                    faults.push(format!("step '{name}' stands on '{tool}', which is none of the tools"));
                }
            }
            for start in step.inputs.named() {
                if !files.iter().any(|path| within(path, std::slice::from_ref(start))) {
                    faults.push(format!("step '{name}' names '{start}', where there is no file"));
                }
            }
            if step.place == Place::Cargo && matches!(step.inputs, Inputs::Only(_)) {
                faults.push(format!(
                    "step '{name}' could read more than its inputs: they must be AllBut, or its place Own"
                ));
            }
            if !before.insert(name.clone()) {
                faults.push(format!("two steps are called '{name}'"));
            }
        }
        faults
    }

    /// A step by name.
    pub fn step(&self, name: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.name == name)
    }

    /// A step and all that it needs, in the order in which they run.
    pub fn with_needs<'a>(&'a self, step: &'a Step) -> Vec<&'a Step> {
        let mut found = Vec::new();
        for need in step.needs.iter().filter_map(|need| self.step(need)) {
            for one in self.with_needs(need) {
                if !found.iter().any(|there: &&Step| there.name == one.name) {
                    found.push(one);
                }
            }
        }
        found.push(step);
        found
    }
}
