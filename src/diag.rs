//! What is wrong with an input file, said so that it can be mended: code, file, line, column, field,
//! what was found and what is allowed. A [`Report`] holds all of them at once.

use std::fmt;

/// A place in a text file, counted from one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Place {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

impl Place {
    /// The byte of a text at which it stands; none where the text has no such place.
    #[must_use]
    pub fn byte_in(self, text: &str) -> Option<usize> {
        let before: usize = text
            .split_inclusive('\n')
            .take(self.line.checked_sub(1)? as usize)
            .map(str::len)
            .sum();
        let line = text.get(before..)?;
        let (at, _) = line.char_indices().nth(self.column.checked_sub(1)? as usize)?;
        Some(before + at)
    }
}

/// Stable codes; each has a section in `docs/errors.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Code {
    /// The text is not RON.
    Syntax,
    /// A field that this kind of record does not have.
    UnknownField,
    /// A field that must be there is not.
    MissingField,
    /// A field stands twice.
    DuplicateField,
    /// The value is of another kind than the field takes.
    WrongKind,
    /// A number outside its range.
    OutOfRange,
    /// A word that is not one of those allowed.
    UnknownChoice,
    /// A name that nothing defines.
    UnknownName,
    /// A source key that the file does not list.
    UnknownSource,
    /// Values that do not fit together.
    Inconsistent,
    /// The file cannot be read.
    Unreadable,
    /// The file is of a format version that this program does not know.
    Version,
}

impl Code {
    /// Every code, for the documentation test.
    pub const ALL: [Self; 12] = [
        Self::Syntax,
        Self::UnknownField,
        Self::MissingField,
        Self::DuplicateField,
        Self::WrongKind,
        Self::OutOfRange,
        Self::UnknownChoice,
        Self::UnknownName,
        Self::UnknownSource,
        Self::Inconsistent,
        Self::Unreadable,
        Self::Version,
    ];

    /// The printed code.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Syntax => "E0101",
            Self::UnknownField => "E0102",
            Self::MissingField => "E0103",
            Self::DuplicateField => "E0104",
            Self::WrongKind => "E0105",
            Self::OutOfRange => "E0106",
            Self::UnknownChoice => "E0107",
            Self::UnknownName => "E0108",
            Self::UnknownSource => "E0109",
            Self::Inconsistent => "E0110",
            Self::Unreadable => "E0111",
            Self::Version => "E0112",
        }
    }
}

/// One thing wrong with one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Kind of error.
    pub code: Code,
    /// File as the user named it.
    pub file: String,
    /// Where in the file.
    pub place: Place,
    /// Path of the field, such as `chips.trainium2.tdp_w`; empty for the file as a whole.
    pub field: String,
    /// What stands there.
    pub found: String,
    /// What may stand there.
    pub allowed: String,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            code,
            file,
            place,
            field,
            found,
            allowed,
        } = self;
        write!(f, "error[{}]: {file}:{}:{}: ", code.as_str(), place.line, place.column)?;
        if !field.is_empty() {
            write!(f, "{field}: ")?;
        }
        write!(f, "found {found}; allowed: {allowed}")
    }
}

/// All that is wrong, in the order of files and places.
#[derive(Debug, Clone, Default, PartialEq, Eq, thiserror::Error)]
pub struct Report {
    /// The errors.
    pub errors: Vec<Diagnostic>,
}

impl Report {
    /// Adds one error.
    pub fn push(&mut self, error: Diagnostic) {
        self.errors.push(error);
    }

    /// Adds all the errors of another report.
    pub fn absorb(&mut self, other: Self) {
        self.errors.extend(other.errors);
    }

    /// The value if nothing is wrong, else this report.
    ///
    /// # Errors
    /// Itself, when it holds any error.
    pub fn into_result<T>(self, value: T) -> Result<T, Self> {
        if self.errors.is_empty() { Ok(value) } else { Err(self) }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for error in &self.errors {
            writeln!(f, "{error}")?;
        }
        let n = self.errors.len();
        write!(
            f,
            "{n} error{}; each code is explained in docs/errors.md",
            if n == 1 { "" } else { "s" }
        )
    }
}
