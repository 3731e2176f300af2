//! The files of the project as they are now.

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;

use sha2::{Digest, Sha256};

/// One file, read once: what is hashed is what is tested.
#[derive(Debug, Clone)]
pub struct File {
    /// From the project's folder, with `/`.
    pub path: String,
    /// What is in it.
    pub bytes: Vec<u8>,
    /// Whether it can be run.
    pub program: bool,
    /// Of both.
    pub hash: String,
}

impl File {
    /// A file from its parts.
    pub fn new(path: String, bytes: Vec<u8>, program: bool) -> Self {
        let mut hash = Sha256::new();
        hash.update([u8::from(program)]);
        hash.update(&bytes);
        let hash = hex(&hash.finalize());
        Self {
            path,
            bytes,
            program,
            hash,
        }
    }
}

/// Bytes as digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(unix)]
fn is_program(about: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    about.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn is_program(_: &fs::Metadata) -> bool {
    false
}

/// All files of a project, by path: those that git keeps or would keep; in a folder that is no clone, such as an unpacked
/// archive, all that are there.
///
/// # Errors
///
/// Where git cannot tell, or a file cannot be read.
pub fn read(project: &Path) -> io::Result<Vec<File>> {
    let mut paths = if project.join(".git").exists() {
        kept(project)?
    } else {
        all(project, project)?
    };
    paths.sort_unstable();
    paths.dedup();
    let mut files = Vec::with_capacity(paths.len());
    for path in paths {
        let place = project.join(&path);
        // One that is deleted but not yet committed is still told; a folder is another repository.
        let Ok(about) = fs::metadata(&place) else { continue };
        if about.is_file() {
            files.push(File::new(path, fs::read(&place)?, is_program(&about)));
        }
    }
    Ok(files)
}

fn kept(project: &Path) -> io::Result<Vec<String>> {
    let told = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(project)
        .output()?;
    if !told.status.success() {
        return Err(io::Error::other(format!(
            "git ls-files: {}",
            String::from_utf8_lossy(&told.stderr).trim()
        )));
    }
    let text = String::from_utf8(told.stdout).map_err(io::Error::other)?;
    Ok(text
        .split('\0')
        .filter(|path| !path.is_empty())
        .map(str::to_owned)
        .collect())
}

fn all(project: &Path, folder: &Path) -> io::Result<Vec<String>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            paths.extend(all(project, &path)?);
        } else if let Ok(inside) = path.strip_prefix(project) {
            paths.push(inside.to_string_lossy().replace('\\', "/"));
        }
    }
    Ok(paths)
}
