//! Folders that steps run in. What is there already is left as it is, with its time, so that Cargo builds what has changed
//! and nothing else, from whichever clone the gate is called.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::sources::File;

/// Makes a folder hold these files and nothing else.
///
/// # Errors
///
/// Where the folder cannot be read or written.
pub fn lay<'a>(files: impl IntoIterator<Item = &'a File>, folder: &Path) -> io::Result<()> {
    let files: Vec<&File> = files.into_iter().collect();
    fs::create_dir_all(folder)?;
    clear(folder, &files.iter().map(|file| folder.join(&file.path)).collect())?;
    for file in files {
        let path = folder.join(&file.path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        if fs::read(&path).ok().as_ref() != Some(&file.bytes) {
            fs::write(&path, &file.bytes)?;
        }
        set_program(&path, file.program)?;
    }
    Ok(())
}

/// Removes what is not wanted. Whether the folder is empty then.
fn clear(folder: &Path, wanted: &BTreeSet<PathBuf>) -> io::Result<bool> {
    let mut empty = true;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let about = fs::symlink_metadata(&path)?;
        if about.is_dir() {
            if clear(&path, wanted)? {
                fs::remove_dir(&path)?;
            } else {
                empty = false;
            }
        } else if wanted.contains(&path) && about.is_file() {
            empty = false;
        } else {
            fs::remove_file(&path)?;
        }
    }
    Ok(empty)
}

#[cfg(unix)]
fn set_program(path: &Path, program: bool) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = if program { 0o755 } else { 0o644 };
    if fs::metadata(path)?.permissions().mode() & 0o777 != mode {
        fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn set_program(_: &Path, _: bool) -> io::Result<()> {
    Ok(())
}
