//! Finished runs in a folder, a file each: `runs/3f/3f2a….json`, named by the run's key.
//!
//! A file is written whole under another name, brought to the disk and then renamed, so that a kill at any moment
//! leaves a run either finished or not begun. What does not read as the run that its name says is not finished.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use rainier::site::tree::{Kind, Node, parse};
use rainier::study::sweep::{Outcome, Sweep};
use serde::Serialize;

use crate::write::whole;

/// What became of a run.
pub(crate) type Finished = Result<Outcome, String>;

/// A run's file.
#[derive(Serialize)]
struct RunFile<'a> {
    format: u32,
    key: &'a str,
    changes: Vec<String>,
    error: Option<String>,
    seed: Option<u32>,
    digest: Option<&'a str>,
    numbers: Option<&'a BTreeMap<String, f64>>,
}

/// A folder of finished runs.
pub(crate) struct Store {
    folder: PathBuf,
}

impl Store {
    /// Makes the folder if it is not there.
    pub(crate) fn open(folder: &Path) -> Result<Self, String> {
        let folder = folder.join("runs");
        fs::create_dir_all(&folder).map_err(|error| format!("{} cannot be written: {error}", folder.display()))?;
        Ok(Self { folder })
    }

    fn path(&self, key: &str) -> PathBuf {
        // No folder holds more than a few thousand of a million.
        self.folder.join(&key[..2]).join(format!("{key}.json"))
    }

    /// The result of a run, if it has finished.
    pub(crate) fn read(&self, key: &str) -> Option<Finished> {
        let text = fs::read_to_string(self.path(key)).ok()?;
        // JSON without escapes of code points, which these files do not have, is RON; and this reader gives every number
        // back to the last bit.
        let tree = parse("", &text).ok()?;
        let field = |name: &str| {
            let Kind::Map(entries) = &tree.kind else { return None };
            let named = |node: &Node| matches!(&node.kind, Kind::Text(text) if text == name);
            entries.iter().find(|(key, _)| named(key)).map(|(_, value)| &value.kind)
        };
        let text = |name: &str| match field(name) {
            Some(Kind::Text(text)) => Some(text.clone()),
            _ => None,
        };
        if text("key")? != key {
            return None;
        }
        if let Some(why) = text("error") {
            return Some(Err(why));
        }
        let Some(Kind::Number(seed)) = field("seed") else {
            return None;
        };
        let Some(Kind::Map(numbers)) = field("numbers") else {
            return None;
        };
        let numbers = numbers
            .iter()
            .filter_map(|(name, value)| match (&name.kind, &value.kind) {
                (Kind::Text(name), Kind::Number(x)) => Some((name.clone(), *x)),
                _ => None,
            });
        Some(Ok(Outcome {
            seed: *seed as u32,
            digest: text("digest")?,
            numbers: numbers.collect(),
        }))
    }

    /// Keeps the result of a run, so that no kill can take it.
    pub(crate) fn write(&self, sweep: &Sweep<'_>, run: u64, finished: &Finished) -> Result<(), String> {
        let key = sweep.key(run);
        let outcome = finished.as_ref().ok();
        let file = RunFile {
            format: 1,
            key: &key,
            changes: sweep.changes(run).iter().map(ToString::to_string).collect(),
            error: finished.as_ref().err().map(|why| one_line(why)),
            seed: outcome.map(|outcome| outcome.seed),
            digest: outcome.map(|outcome| outcome.digest.as_str()),
            numbers: outcome.map(|outcome| &outcome.numbers),
        };
        let path = self.path(&key);
        let text = serde_json::to_string_pretty(&file).map_err(|error| error.to_string())?;
        whole(&path, |file| {
            file.write_all(text.as_bytes()).and_then(|()| file.write_all(b"\n"))
        })
    }
}

/// A text without line ends and other control characters.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
