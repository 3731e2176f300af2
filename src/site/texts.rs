//! Where the texts of files come from: the program itself, a folder, a test's memory.

use crate::diag::{Code, Diagnostic, Place};

/// Files that come with the program, by the name after `builtin:`.
pub const BUILTIN: &[(&str, &str)] = &[
    ("catalog", include_str!("../../assets/catalog.ron")),
    ("rainier", include_str!("../../assets/sites/rainier.ron")),
    ("lab", include_str!("../../assets/sites/lab.ron")),
    ("hybrid", include_str!("../../assets/sites/hybrid.ron")),
    ("south-bend", include_str!("../../assets/weather/south-bend.ron")),
    ("indiana", include_str!("../../assets/tariffs/indiana.ron")),
    ("anderson", include_str!("../../assets/tariffs/anderson.ron")),
    ("market", include_str!("../../assets/tariffs/market.ron")),
    ("rfc-west", include_str!("../../assets/grids/rfc-west.ron")),
    ("capital", include_str!("../../assets/capital.ron")),
];

/// Where texts come from: a folder, a page's fetches, a test's memory.
pub trait Files: Sync {
    /// The text of a file, or why it cannot be read.
    ///
    /// # Errors
    /// The reason, in words.
    fn text(&self, name: &str) -> Result<String, String>;

    /// The text that takes the place of any file of this name, built-in ones too: what [`super::change`] made of it.
    fn changed(&self, _name: &str) -> Option<&str> {
        None
    }
}

/// Only the files that come with the program.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoFiles;

impl Files for NoFiles {
    fn text(&self, _: &str) -> Result<String, String> {
        Err("only built-in files can be read here".into())
    }
}

/// The name of a file that another one names: a relative path starts at the file that names it.
pub(crate) fn beside(file: &str, other: &str) -> String {
    match file.rsplit_once('/') {
        Some((folder, _)) if !other.starts_with("builtin:") && !other.starts_with('/') => format!("{folder}/{other}"),
        _ => other.to_owned(),
    }
}

/// The name under which a changed text of a file is kept. Built-in files of these two kinds may have the names of others.
pub(crate) fn key(what: &str, name: &str) -> String {
    match what {
        "workload" | "plan" if name.starts_with("builtin:") => format!("{what} {name}"),
        _ => name.to_owned(),
    }
}

/// The text of a name: that of a table after `builtin:`, else a file's; or why there is none.
pub(crate) fn find_text(table: &[(&str, &str)], what: &str, files: &dyn Files, name: &str) -> Result<String, String> {
    if let Some(text) = files.changed(&key(what, name)) {
        return Ok(text.to_owned());
    }
    match name.strip_prefix("builtin:") {
        Some(key) => match table.iter().find(|(builtin, _)| *builtin == key) {
            Some((_, text)) => Ok((*text).to_owned()),
            None => Err(format!("no built-in {what} of that name")),
        },
        None => files.text(name),
    }
}

/// The names of a table, as they are written in files.
pub(crate) fn builtin_names(table: &[(&str, &str)]) -> String {
    let names: Vec<String> = table.iter().map(|(name, _)| format!("builtin:{name}")).collect();
    names.join(", ")
}

/// An error about a file as a whole.
pub(crate) fn unreadable(name: &str, found: String, allowed: String) -> Diagnostic {
    Diagnostic {
        code: Code::Unreadable,
        file: name.to_owned(),
        place: Place { line: 1, column: 1 },
        field: String::new(),
        found,
        allowed,
    }
}

/// The text of a name: `builtin:NAME`, or a file.
///
/// # Errors
/// One error that says why it cannot be read.
pub fn text_of(files: &dyn Files, name: &str) -> Result<String, Diagnostic> {
    find_text(BUILTIN, "file", files, name).map_err(|found| {
        let allowed = format!("a readable file, or one of {}", builtin_names(BUILTIN));
        unreadable(name, found, allowed)
    })
}
