//! Which steps have passed, and on what: a small file a pass, beside the compiled dependencies.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::key::Key;

/// Passes that are kept of a step: so many states of the project one can go back to.
const KEPT: usize = 30;

/// A pass of a step.
#[derive(Debug, Clone)]
pub struct Pass {
    /// When it was.
    pub when: SystemTime,
    /// How long the step took.
    pub took: Duration,
    /// What it stood on, part by part.
    pub parts: BTreeMap<String, String>,
}

/// All passes that are kept.
#[derive(Debug, Clone)]
pub struct Passed {
    folder: PathBuf,
}

impl Passed {
    /// Those in a folder, which need not be there.
    pub fn in_folder(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
        }
    }

    fn file(&self, step: &str, hash: &str) -> PathBuf {
        self.folder.join(step).join(hash)
    }

    /// Files of a step's passes, the latest first.
    fn latest_first(&self, step: &str) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.folder.join(step)).into_iter().flatten().flatten();
        let dated = |entry: fs::DirEntry| Some((entry.metadata().ok()?.modified().ok()?, entry.path()));
        let mut files: Vec<_> = entries.filter_map(dated).collect();
        files.sort();
        files.into_iter().rev().map(|(_, path)| path).collect()
    }

    /// The pass of a step with this key.
    pub fn with(&self, step: &str, key: &Key) -> Option<Pass> {
        let pass = read(&self.file(step, &key.hash))?;
        // A file that was cut short, or a key of other parts, is no pass.
        (pass.parts == key.parts).then_some(pass)
    }

    /// The latest pass of a step, whatever it stood on.
    pub fn latest(&self, step: &str) -> Option<Pass> {
        self.latest_first(step).first().and_then(|path| read(path))
    }

    /// Keeps a pass.
    ///
    /// # Errors
    ///
    /// Where the file cannot be written.
    pub fn keep(&self, step: &str, key: &Key, took: Duration) -> io::Result<()> {
        let mut text = format!("{:.1} s\n", took.as_secs_f64());
        for (name, hash) in &key.parts {
            text += &format!("{hash} {name}\n");
        }
        let path = self.file(step, &key.hash);
        fs::create_dir_all(self.folder.join(step))?;
        // Never half a file under the name that counts.
        let half = path.with_extension("half");
        fs::write(&half, text)?;
        fs::rename(&half, &path)?;
        for old in self.latest_first(step).iter().skip(KEPT) {
            fs::remove_file(old)?;
        }
        Ok(())
    }
}

fn read(path: &Path) -> Option<Pass> {
    let when = fs::metadata(path).ok()?.modified().ok()?;
    let text = fs::read_to_string(path).ok()?;
    let mut lines = text.lines();
    let seconds: f64 = lines.next()?.strip_suffix(" s")?.parse().ok()?;
    let part = |line: &str| {
        line.split_once(' ')
            .map(|(hash, name)| (name.to_owned(), hash.to_owned()))
    };
    Some(Pass {
        when,
        took: Duration::try_from_secs_f64(seconds).ok()?,
        parts: lines.filter_map(part).collect(),
    })
}
