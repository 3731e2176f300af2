//! What a step stands on, as one hash.

use std::collections::BTreeMap;
use std::env;
use std::path::Path;
use std::process::Command;

use sha2::{Digest, Sha256};

use crate::plan::{Plan, Step};
use crate::sources::{File, hex};

/// All that a step stands on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Of everything below.
    pub hash: String,
    /// Each part with its hash: files by path, tools and settings by name.
    pub parts: BTreeMap<String, String>,
}

/// What tools and settings are here.
#[derive(Debug, Clone, Default)]
pub struct Machine {
    /// What each tool says of its version.
    pub tools: BTreeMap<String, String>,
    /// Environment variables that are set.
    pub environment: BTreeMap<String, String>,
}

impl Machine {
    /// Asks all tools of a plan. One that is not here says nothing: the steps that use it will tell.
    pub fn ask(plan: &Plan, project: &Path) -> Self {
        let version = |command: &String| {
            // In the project's folder, because it says which toolchain is used.
            let told = Command::new("bash").args(["-c", command]).current_dir(project).output();
            told.map(|told| String::from_utf8_lossy(&told.stdout).into_owned())
                .unwrap_or_default()
        };
        let set = |name: &String| env::var(name).ok().map(|value| (name.clone(), value));
        Self {
            tools: plan
                .tools
                .iter()
                .map(|(name, command)| (name.clone(), version(command)))
                .collect(),
            environment: plan.environment.iter().filter_map(set).collect(),
        }
    }
}

fn hash(text: &str) -> String {
    hex(&Sha256::digest(text))
}

/// The key of a step. Those that it needs are part of it: their scripts, files and tools.
pub fn of(plan: &Plan, step: &Step, files: &[File], machine: &Machine) -> Key {
    let mut parts = BTreeMap::new();
    for one in plan.with_needs(step) {
        parts.insert(format!("the step '{}'", one.name), hash(&format!("{one:?}")));
        for file in files.iter().filter(|file| one.inputs.hold(&file.path)) {
            parts.insert(file.path.clone(), file.hash.clone());
        }
        for tool in &one.tools {
            let version = machine.tools.get(tool).map_or("", String::as_str);
            parts.insert(format!("the tool '{tool}'"), hash(version));
        }
    }
    for (name, value) in &machine.environment {
        parts.insert(format!("the setting {name}"), hash(value));
    }
    let mut all = Sha256::new();
    for (name, part) in &parts {
        all.update((name.len() as u64).to_le_bytes());
        all.update(name);
        all.update(part);
    }
    Key {
        hash: hex(&all.finalize()),
        parts,
    }
}

impl Key {
    /// Parts that differ from those of another key, new and gone ones too.
    pub fn differences<'a>(&'a self, other: &'a BTreeMap<String, String>) -> Vec<&'a str> {
        let changed = self.parts.iter().filter(|(name, part)| other.get(*name) != Some(part));
        let gone = other.iter().filter(|(name, _)| !self.parts.contains_key(*name));
        changed.chain(gone).map(|(name, _)| name.as_str()).collect()
    }
}
