//! Tells programs apart that have one version: adds a hash of the library's sources, and of the versions of what they stand
//! on, which results hang on too.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use sha2::{Digest, Sha256};

/// Sources that no result hangs on.
const PROGRAMS: [&str; 2] = ["cli", "viewer"];

/// What Cargo took for this program; a library in another's tree has none.
const LOCK: &str = "Cargo.lock";

/// Sources in a folder and those below.
fn sources(folder: &Path, out: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            sources(&path, out)?;
        } else if path.extension().is_some_and(|end| end == "rs") {
            out.push(path);
        }
    }
    Ok(())
}

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=build.rs");
    let mut files = Vec::new();
    for entry in fs::read_dir("src")? {
        let path = entry?.path();
        if PROGRAMS.iter().any(|program| path.ends_with(program)) {
            continue;
        }
        // A folder counts as changed when a file in it is new.
        println!("cargo:rerun-if-changed={}", path.display());
        match path.is_dir() {
            true => sources(&path, &mut files)?,
            false => files.push(path),
        }
    }
    if Path::new(LOCK).is_file() {
        println!("cargo:rerun-if-changed={LOCK}");
        files.push(PathBuf::from(LOCK));
    }
    let mut texts = Vec::new();
    for path in files {
        // Other systems write paths and the ends of lines in their own way.
        let text = fs::read_to_string(&path)?.replace("\r\n", "\n");
        texts.push((path.to_string_lossy().replace('\\', "/"), text));
    }
    texts.sort();
    let mut hash = Sha256::new();
    for part in texts.iter().flat_map(|(name, text)| [name, text]) {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    let digits: String = hash
        .finalize()
        .iter()
        .take(6)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let version = env::var("CARGO_PKG_VERSION").unwrap_or_default();
    println!("cargo:rustc-env=RAINIER_VERSION={version}+{digits}");
    Ok(())
}
