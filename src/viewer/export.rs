//! Files that a person asks for: a table or a picture, in the user's data folder natively, as a download in a browser.

#[cfg(not(target_arch = "wasm32"))]
use crate::words::say;

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Saved {
    /// It lies here.
    #[cfg_attr(target_arch = "wasm32", expect(dead_code, reason = "a window saves into folders"))]
    At(String),
    /// The browser has it, under this name.
    #[cfg_attr(not(target_arch = "wasm32"), expect(dead_code, reason = "a page downloads"))]
    Downloaded(String),
    /// It could not be saved, and why.
    Failed(String),
}

impl From<Result<Self, String>> for Saved {
    fn from(saved: Result<Self, String>) -> Self {
        saved.unwrap_or_else(Self::Failed)
    }
}

/// Longest part of a file's name that comes from a scenario's.
const LONGEST: usize = 48;

/// A text as a part of a file's name: small letters, digits and dashes.
pub(crate) fn slug(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
        if out.len() >= LONGEST {
            break;
        }
    }
    let out = out.trim_end_matches('-');
    if out.is_empty() { "scenario".into() } else { out.into() }
}

/// Saves bytes under a name and an end, such as `july` and `csv`, in a folder of the user's data.
///
/// # Errors
/// Why it cannot be saved, in words.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn save(folder: &str, name: &str, end: &str, bytes: &[u8]) -> Result<Saved, String> {
    let path = crate::store::folder()?.join(folder);
    save_in(&path, name, end, bytes)
}

/// Saves bytes under a name that is free yet: what was saved before stays.
#[cfg(not(target_arch = "wasm32"))]
fn save_in(folder: &std::path::Path, name: &str, end: &str, bytes: &[u8]) -> Result<Saved, String> {
    const MOST: u32 = 10_000;
    let named = |k: u32| match k {
        1 => folder.join(format!("{name}.{end}")),
        k => folder.join(format!("{name}-{k}.{end}")),
    };
    let path = (1..MOST).map(named).find(|path| !path.exists());
    let path = path.ok_or_else(|| say!("saved-too-many", folder = folder.display().to_string(), name = name))?;
    crate::store::write_bytes(&path, bytes)?;
    Ok(Saved::At(path.display().to_string()))
}

/// Downloads bytes under a name and an end.
///
/// # Errors
/// The page cannot.
#[cfg(target_arch = "wasm32")]
pub(crate) fn save(_: &str, name: &str, end: &str, bytes: &[u8]) -> Result<Saved, String> {
    let name = format!("{name}.{end}");
    crate::web_files::download_bytes(&name, bytes)?;
    Ok(Saved::Downloaded(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_scenarios_become_names_of_files() {
        assert_eq!(slug("A main transformer is lost"), "a-main-transformer-is-lost");
        assert_eq!(slug("  July 2026: 40 °C! "), "july-2026-40-c");
        assert_eq!(slug("../../etc"), "etc");
        assert_eq!(slug("…"), "scenario");
        assert!(slug(&"x".repeat(500)).len() <= LONGEST);
    }

    #[test]
    fn what_was_saved_before_stays() {
        let root = crate::scratch::Scratch::new();
        let folder = root.path().join("pictures");
        let mut paths = Vec::new();
        for bytes in [[1], [2], [3]] {
            match save_in(&folder, "day", "png", &bytes) {
                Ok(Saved::At(path)) => paths.push((path, bytes)),
                other => panic!("{other:?}"),
            }
        }
        for (path, bytes) in &paths {
            assert_eq!(std::fs::read(path).expect("is there"), bytes);
        }
        assert!(paths[2].0.ends_with("day-3.png"));
        let file = root.path().join("file");
        std::fs::write(&file, "").expect("is written");
        assert!(save_in(&file, "day", "png", &[1]).is_err());
    }
}
