//! The project's sources, to be read as text.

use std::fs;
use std::path::{Path, PathBuf};

/// The sources of a folder of the project and of those in it, by their paths.
pub(crate) fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("the folder is there") {
            let path = entry.expect("is readable").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = fs::read_to_string(&path).expect("is readable");
                found.push((path, text));
            }
        }
    }
    found.sort();
    found
}
