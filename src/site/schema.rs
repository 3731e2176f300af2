//! Records declared once: the Rust type that `ron` and serde build, and the check that finds every error
//! in a file with its place, its allowed values and its unit.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::civil::Date;
use serde::de::{DeserializeOwned, Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::shape::{Shape, Shapes};
use super::tree::{self, Kind, Node};
use crate::diag::{Code, Diagnostic, Report};

/// Format version of every file that this program reads.
pub const FORMAT: u32 = 1;

/// How sure a figure is; the letters are those of the facts sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
pub enum Tag {
    /// Confirmed in a primary source.
    C,
    /// Read in press or third-party text.
    C2,
    /// Background knowledge, unverified.
    B,
    /// Engineering estimate.
    E,
}

impl Tag {
    /// The tag in words.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::C => "confirmed in a primary source",
            Self::C2 => "read in press or third-party text",
            Self::B => "background knowledge, unverified",
            Self::E => "engineering estimate",
        }
    }
}

/// A number with its confidence tag and source, `(500, C2, "E1 S1")`, and the range in which it may lie, if it has
/// one: `(500, C2, "E1 S1", 450, 550)`.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// The value, in the unit that the field's name ends with.
    pub value: f64,
    /// How sure it is.
    pub tag: Tag,
    /// Source keys of the file's `sources`, parted by blanks, or a reason after `=`.
    pub source: String,
    /// Least and most that it may be.
    pub range: Option<[f64; 2]>,
}

impl<'de> Deserialize<'de> for Figure {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Parts;
        impl<'de> Visitor<'de> for Parts {
            type Value = Figure;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a figure (value, tag, \"source\") or (value, tag, \"source\", low, high)")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Figure, A::Error> {
                let missing = || A::Error::custom("a figure has a value, a tag and a source");
                Ok(Figure {
                    value: seq.next_element()?.ok_or_else(missing)?,
                    tag: seq.next_element()?.ok_or_else(missing)?,
                    source: seq.next_element()?.ok_or_else(missing)?,
                    range: match (seq.next_element()?, seq.next_element()?) {
                        (Some(low), Some(high)) => Some([low, high]),
                        _ => None,
                    },
                })
            }
        }
        deserializer.deserialize_tuple(3, Parts)
    }
}

/// A day, `"2025-07-15"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct Day(pub Date);

impl TryFrom<String> for Day {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let day = text.parse::<Date>().ok();
        let day = day.filter(|day| (1990..=2100).contains(&day.year()));
        day.map(Self).ok_or_else(|| Self::expects(ANY))
    }
}

/// A day with its confidence tag and source, `("2025-07-15", C2, "P14")`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Dated(
    /// The day.
    pub Day,
    /// How sure it is.
    pub Tag,
    /// Source keys of the file's `sources`, parted by blanks, or a reason after `=`.
    pub String,
);

/// One figure of a file with its path, for the list of assumptions.
#[derive(Debug, Clone, PartialEq)]
pub struct Assumption {
    /// Path in the file, such as `chips.trainium2.tdp_w`.
    pub path: String,
    /// The figure.
    pub figure: Figure,
}

/// What a check gathers.
#[derive(Debug, Default)]
pub struct Check {
    file: String,
    path: Vec<String>,
    /// Errors so far.
    pub report: Report,
    /// Figures so far.
    pub assumptions: Vec<Assumption>,
    used_sources: Vec<(String, String, crate::diag::Place)>,
}

impl Check {
    /// Reports a value.
    pub(crate) fn error(&mut self, code: Code, node: &Node, found: String, allowed: impl Into<String>) {
        self.error_at(code, node.place, found, allowed);
    }

    fn error_at(&mut self, code: Code, place: crate::diag::Place, found: String, allowed: impl Into<String>) {
        self.report.push(Diagnostic {
            code,
            file: self.file.clone(),
            place,
            field: self.field(),
            found,
            allowed: allowed.into(),
        });
    }

    fn field(&self) -> String {
        let mut out = String::new();
        for step in &self.path {
            if !step.starts_with('[') && !out.is_empty() {
                out.push('.');
            }
            out.push_str(step);
        }
        out
    }

    /// Checks what stands a step further down.
    pub(crate) fn within<T>(&mut self, step: impl Into<String>, f: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(step.into());
        let out = f(self);
        self.path.pop();
        out
    }

    /// Reports a format version that this program does not read.
    fn version(&mut self, root: &Node) {
        if let Kind::Record(_, fields) = &root.kind
            && let Some((_, _, node)) = fields.iter().find(|(name, ..)| name == "format")
            && let Kind::Number(version) = node.kind
            && version != f64::from(FORMAT)
        {
            self.within("format", |check| {
                check.error(Code::Version, node, version.to_string(), FORMAT.to_string());
            });
        }
    }

    /// Checks one field of a record; used by [`record!`](macro@crate::record).
    pub fn field_of<T: Checked>(
        &mut self,
        fields: &[(String, crate::diag::Place, Node)],
        parent: &Node,
        name: &str,
        limits: Limits,
    ) {
        let mut matching = fields.iter().filter(|(field, ..)| field == name);
        let Some((_, _, value)) = matching.next() else {
            if !T::OPTIONAL {
                self.within(name, |check| {
                    check.error(Code::MissingField, parent, "no such field".into(), T::expects(limits));
                });
            }
            return;
        };
        self.within(name, |check| T::check(value, limits, check));
        for (_, place, _) in matching {
            self.within(name, |check| {
                check.error_at(
                    Code::DuplicateField,
                    *place,
                    "the field again".into(),
                    "each field once",
                );
            });
        }
    }

    /// Reports the fields of a record that its type does not have; used by [`record!`](macro@crate::record).
    pub fn unknown_fields(&mut self, fields: &[(String, crate::diag::Place, Node)], known: &[&str]) {
        for (name, place, _) in fields {
            if !known.contains(&name.as_str()) {
                self.within(name.as_str(), |check| {
                    check.error_at(Code::UnknownField, *place, format!("`{name}`"), known.join(", "));
                });
            }
        }
    }

    /// Reports a value that is not a record; used by [`record!`](macro@crate::record).
    pub fn not_a_record(&mut self, node: &Node, known: &[&str]) {
        self.error(
            Code::WrongKind,
            node,
            node.describe(),
            format!("a record with the fields {}", known.join(", ")),
        );
    }

    /// Checks a tag and a source, and notes the keys that the source names; gives its text.
    fn source_of(&mut self, tag: &Node, source: &Node) -> Option<String> {
        let allowed = "source keys of this file, or \"= reason\"";
        self.word_of(tag, &["C", "C2", "B", "E"]);
        let Kind::Text(text) = &source.kind else {
            self.error(Code::WrongKind, source, source.describe(), allowed);
            return None;
        };
        if text.trim().is_empty() {
            self.error(Code::MissingField, source, "an empty source".into(), allowed);
        } else if !text.starts_with('=') {
            let field = self.field();
            for key in text.split_whitespace() {
                self.used_sources.push((key.to_owned(), field.clone(), source.place));
            }
        }
        Some(text.clone())
    }

    /// Checks a bare word against choices; used by [`choice!`](crate::choice).
    pub fn word_of(&mut self, node: &Node, choices: &[&str]) {
        match &node.kind {
            Kind::Word(word) if choices.contains(&word.as_str()) => {}
            _ => self.error(Code::UnknownChoice, node, node.describe(), choices.join(", ")),
        }
    }
}

/// Smallest and largest value allowed, both included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Smallest.
    pub low: f64,
    /// Largest.
    pub high: f64,
}

/// No limits but those of the type.
pub const ANY: Limits = Limits {
    low: f64::NEG_INFINITY,
    high: f64::INFINITY,
};

/// Limits from `low` to `high`.
#[must_use]
pub const fn within(low: f64, high: f64) -> Limits {
    Limits { low, high }
}

impl fmt::Display for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == ANY {
            f.write_str("any number")
        } else {
            write!(f, "{} to {}", self.low, self.high)
        }
    }
}

/// A type that can be checked in a tree before serde builds it.
pub trait Checked {
    /// Whether the field may be left out.
    const OPTIONAL: bool = false;
    /// Adds what is wrong with `node` to the check.
    fn check(node: &Node, limits: Limits, check: &mut Check);
    /// What is allowed, in words.
    fn expects(limits: Limits) -> String;
    /// What is allowed, for the reference; declares the records and choices that it needs.
    fn shape(limits: Limits, shapes: &mut Shapes) -> Shape;
}

fn check_number(node: &Node, limits: Limits, whole: bool, check: &mut Check) {
    let kind = if whole { "a whole number" } else { "a number" };
    match node.kind {
        Kind::Number(x) if whole && x.fract() != 0.0 => {
            check.error(Code::WrongKind, node, node.describe(), format!("{kind}, {limits}"));
        }
        Kind::Number(x) if x < limits.low || x > limits.high => {
            check.error(Code::OutOfRange, node, node.describe(), limits.to_string());
        }
        Kind::Number(_) => {}
        _ => check.error(Code::WrongKind, node, node.describe(), format!("{kind}, {limits}")),
    }
}

impl Checked for f64 {
    fn shape(limits: Limits, _: &mut Shapes) -> Shape {
        Shape::Number(false, limits)
    }
    fn check(node: &Node, limits: Limits, check: &mut Check) {
        check_number(node, limits, false, check);
    }
    fn expects(limits: Limits) -> String {
        format!("a number, {limits}")
    }
}

macro_rules! whole_numbers {
    ($($kind:ty),*) => {$(
        impl Checked for $kind {
            fn shape(limits: Limits, _: &mut Shapes) -> Shape {
                Shape::Number(true, Limits { low: limits.low.max(0.0), high: limits.high.min(<$kind>::MAX as f64) })
            }
            fn check(node: &Node, limits: Limits, check: &mut Check) {
                let limits = Limits { low: limits.low.max(0.0), high: limits.high.min(<$kind>::MAX as f64) };
                check_number(node, limits, true, check);
            }
            fn expects(limits: Limits) -> String {
                format!("a whole number, {limits}")
            }
        }
    )*};
}
whole_numbers!(u32, u64);

impl Checked for i32 {
    fn shape(limits: Limits, _: &mut Shapes) -> Shape {
        Shape::Number(true, limits)
    }
    fn check(node: &Node, limits: Limits, check: &mut Check) {
        let limits = Limits {
            low: limits.low.max(Self::MIN.into()),
            high: limits.high.min(Self::MAX.into()),
        };
        check_number(node, limits, true, check);
    }
    fn expects(limits: Limits) -> String {
        format!("a whole number, {limits}")
    }
}

/// The range of a figure, where its ends stand on either side of the value.
fn range_of(value: &Node, low: &Node, high: &Node, limits: Limits, check: &mut Check) -> Option<[f64; 2]> {
    check_number(low, limits, false, check);
    check_number(high, limits, false, check);
    let (Kind::Number(x), Kind::Number(least), Kind::Number(most)) = (&value.kind, &low.kind, &high.kind) else {
        return None;
    };
    if least > x {
        check.error(
            Code::Inconsistent,
            low,
            least.to_string(),
            format!("at most the value, {x}"),
        );
    }
    if most < x {
        check.error(
            Code::Inconsistent,
            high,
            most.to_string(),
            format!("at least the value, {x}"),
        );
    }
    Some([*least, *most])
}

impl Checked for Figure {
    fn shape(limits: Limits, _: &mut Shapes) -> Shape {
        Shape::Figure(limits)
    }
    fn check(node: &Node, limits: Limits, check: &mut Check) {
        let Kind::Tuple(None, parts) = &node.kind else {
            check.error(Code::WrongKind, node, node.describe(), Self::expects(limits));
            return;
        };
        let (value, tag, source, range) = match parts.as_slice() {
            [value, tag, source] => (value, tag, source, None),
            [value, tag, source, low, high] => (value, tag, source, Some((low, high))),
            _ => {
                check.error(Code::WrongKind, node, node.describe(), Self::expects(limits));
                return;
            }
        };
        let before = check.report.errors.len();
        check_number(value, limits, false, check);
        let range = range.and_then(|(low, high)| range_of(value, low, high, limits, check));
        let Some(text) = check.source_of(tag, source) else {
            return;
        };
        if check.report.errors.len() == before
            && let (Kind::Number(value), Kind::Word(tag)) = (&value.kind, &tag.kind)
        {
            let tag = match tag.as_str() {
                "C" => Tag::C,
                "C2" => Tag::C2,
                "B" => Tag::B,
                _ => Tag::E,
            };
            let figure = Figure {
                value: *value,
                tag,
                source: text,
                range,
            };
            check.assumptions.push(Assumption {
                path: check.field(),
                figure,
            });
        }
    }
    fn expects(limits: Limits) -> String {
        format!(
            "a figure (number, tag, \"source\") with a number of {limits} and a tag of C, C2, B, E; low and high may follow"
        )
    }
}

impl Checked for Day {
    fn shape(_: Limits, _: &mut Shapes) -> Shape {
        Shape::Day
    }
    fn check(node: &Node, limits: Limits, check: &mut Check) {
        let right = matches!(&node.kind, Kind::Text(text) if Self::try_from(text.clone()).is_ok());
        if !right {
            check.error(Code::WrongKind, node, node.describe(), Self::expects(limits));
        }
    }
    fn expects(_: Limits) -> String {
        "a day such as \"2025-07-15\", 1990 to 2100".into()
    }
}

impl Checked for Dated {
    fn shape(_: Limits, _: &mut Shapes) -> Shape {
        Shape::Dated
    }
    fn check(node: &Node, limits: Limits, check: &mut Check) {
        match &node.kind {
            Kind::Tuple(None, parts) if parts.len() == 3 => {
                Day::check(&parts[0], limits, check);
                let _ = check.source_of(&parts[1], &parts[2]);
            }
            _ => check.error(Code::WrongKind, node, node.describe(), Self::expects(limits)),
        }
    }
    fn expects(limits: Limits) -> String {
        format!("{}, with tag and source: (day, tag, \"source\")", Day::expects(limits))
    }
}

impl Checked for bool {
    fn shape(_: Limits, _: &mut Shapes) -> Shape {
        Shape::Flag
    }
    fn check(node: &Node, _: Limits, check: &mut Check) {
        check.word_of(node, &["true", "false"]);
    }
    fn expects(_: Limits) -> String {
        "true, false".into()
    }
}

impl Checked for String {
    fn shape(_: Limits, _: &mut Shapes) -> Shape {
        Shape::Text
    }
    fn check(node: &Node, limits: Limits, check: &mut Check) {
        if !matches!(node.kind, Kind::Text(_)) {
            check.error(Code::WrongKind, node, node.describe(), Self::expects(limits));
        }
    }
    fn expects(_: Limits) -> String {
        "a text in quotes".into()
    }
}

impl<T: Checked> Checked for Option<T> {
    const OPTIONAL: bool = true;
    fn shape(limits: Limits, shapes: &mut Shapes) -> Shape {
        Shape::Maybe(Box::new(T::shape(limits, shapes)))
    }
    fn check(node: &Node, limits: Limits, check: &mut Check) {
        match &node.kind {
            Kind::Word(word) if word == "None" => {}
            Kind::Tuple(Some(name), inner) if name == "Some" && inner.len() == 1 => T::check(&inner[0], limits, check),
            _ => T::check(node, limits, check),
        }
    }
    fn expects(limits: Limits) -> String {
        format!("{}, or None", T::expects(limits))
    }
}

/// A field that takes its default when left out.
impl<T: Checked> Checked for Vec<T> {
    const OPTIONAL: bool = true;
    fn shape(limits: Limits, shapes: &mut Shapes) -> Shape {
        Shape::List(Box::new(T::shape(limits, shapes)))
    }
    fn check(node: &Node, limits: Limits, check: &mut Check) {
        let Kind::List(items) = &node.kind else {
            check.error(Code::WrongKind, node, node.describe(), Self::expects(limits));
            return;
        };
        for (i, item) in items.iter().enumerate() {
            check.within(format!("[{i}]"), |check| T::check(item, limits, check));
        }
    }
    fn expects(limits: Limits) -> String {
        format!("a list, each {}", T::expects(limits))
    }
}

impl<T: Checked> Checked for BTreeMap<String, T> {
    fn shape(limits: Limits, shapes: &mut Shapes) -> Shape {
        Shape::Map(Box::new(T::shape(limits, shapes)))
    }
    fn check(node: &Node, limits: Limits, check: &mut Check) {
        let Kind::Map(entries) = &node.kind else {
            check.error(Code::WrongKind, node, node.describe(), Self::expects(limits));
            return;
        };
        let mut seen = BTreeSet::new();
        for (key, value) in entries {
            let Kind::Text(name) = &key.kind else {
                check.error(Code::WrongKind, key, key.describe(), "a name in quotes");
                continue;
            };
            if !seen.insert(name) {
                check.error(Code::DuplicateField, key, format!("{name:?} again"), "each name once");
            }
            check.within(name.as_str(), |check| T::check(value, limits, check));
        }
    }
    fn expects(limits: Limits) -> String {
        format!("a map from names to {}", T::expects(limits))
    }
}

/// A group of numbers of one kind in parentheses.
impl<T: Checked, const N: usize> Checked for [T; N] {
    fn shape(limits: Limits, shapes: &mut Shapes) -> Shape {
        Shape::Group(N, Box::new(T::shape(limits, shapes)))
    }
    fn check(node: &Node, limits: Limits, check: &mut Check) {
        match &node.kind {
            Kind::Tuple(None, items) if items.len() == N => {
                for item in items {
                    T::check(item, limits, check);
                }
            }
            _ => check.error(Code::WrongKind, node, node.describe(), Self::expects(limits)),
        }
    }
    fn expects(limits: Limits) -> String {
        format!("a group of {N}, each {}", T::expects(limits))
    }
}

/// A file that has been read: the typed value, its tree for later errors, and its figures.
#[derive(Debug, Clone)]
pub struct Parsed<T> {
    /// File as the user named it.
    pub file: String,
    /// The typed value.
    pub value: T,
    /// Where everything stands.
    pub tree: Node,
    /// Every figure, in file order.
    pub assumptions: Vec<Assumption>,
}

impl<T> Parsed<T> {
    /// An error about a field of this file.
    #[must_use]
    pub fn error(&self, code: Code, field: &str, found: impl Into<String>, allowed: impl Into<String>) -> Diagnostic {
        Diagnostic {
            code,
            file: self.file.clone(),
            place: self.tree.locate(field),
            field: field.to_owned(),
            found: found.into(),
            allowed: allowed.into(),
        }
    }
}

/// Reads a file's text: first every error of form, range and source, then the typed value.
///
/// # Errors
/// Everything that is wrong with the text.
pub fn read<T: Checked + DeserializeOwned>(file: &str, text: &str) -> Result<Parsed<T>, Report> {
    let tree = tree::parse(file, text).map_err(|error| Report { errors: vec![error] })?;
    let mut check = Check {
        file: file.to_owned(),
        ..Check::default()
    };
    // Fields of another version mean nothing to this one: its number is then the only error.
    check.version(&tree);
    if !check.report.errors.is_empty() {
        return Err(check.report);
    }
    T::check(&tree, ANY, &mut check);
    let sources = source_keys(&tree);
    for (key, field, place) in std::mem::take(&mut check.used_sources) {
        if !sources.contains(&key) {
            check.report.push(Diagnostic {
                code: Code::UnknownSource,
                file: file.to_owned(),
                place,
                field,
                found: format!("{key:?}"),
                allowed: "a key of this file's `sources`, or \"= reason\"".into(),
            });
        }
    }
    check.report.errors.sort_by_key(|error| error.place);
    check.report.into_result(())?;
    let options = ron::Options::default().with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME);
    // Editors of some systems mark texts so; the reader of trees passes over it, that of values does not.
    match options.from_str::<T>(text.strip_prefix('\u{feff}').unwrap_or(text)) {
        Ok(value) => Ok(Parsed {
            file: file.to_owned(),
            value,
            tree,
            assumptions: check.assumptions,
        }),
        Err(error) => Err(Report {
            errors: vec![Diagnostic {
                code: Code::Syntax,
                file: file.to_owned(),
                place: crate::diag::Place {
                    line: u32::try_from(error.span.start.line).unwrap_or(u32::MAX),
                    column: u32::try_from(error.span.start.col).unwrap_or(u32::MAX),
                },
                field: String::new(),
                found: error.code.to_string(),
                allowed: "RON as docs/formats.md describes it".into(),
            }],
        }),
    }
}

fn source_keys(tree: &Node) -> BTreeSet<String> {
    let Kind::Record(_, fields) = &tree.kind else {
        return BTreeSet::new();
    };
    let Some((_, _, node)) = fields.iter().find(|(name, ..)| name == "sources") else {
        return BTreeSet::new();
    };
    let Kind::Map(entries) = &node.kind else {
        return BTreeSet::new();
    };
    entries
        .iter()
        .filter_map(|(key, _)| {
            if let Kind::Text(text) = &key.kind {
                Some(text.clone())
            } else {
                None
            }
        })
        .collect()
}

/// Declares a record: the struct, its serde reader, its check and its place in the reference, from one list of fields.
#[macro_export]
macro_rules! record {
    ($(#[doc = $doc:literal])* $name:ident {
        $($(#[doc = $field_doc:literal])* $(#[serde $serde:tt])* $field:ident: $kind:ty $(= $limits:expr)?,)*
    }) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, PartialEq, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name { $($(#[doc = $field_doc])* $(#[serde $serde])* pub $field: $kind,)* }

        impl $crate::site::schema::Checked for $name {
            fn check(
                node: &$crate::site::tree::Node,
                _: $crate::site::schema::Limits,
                check: &mut $crate::site::schema::Check,
            ) {
                const KNOWN: &[&str] = &[$(stringify!($field)),*];
                let fields: &[_] = match &node.kind {
                    $crate::site::tree::Kind::Record(_, fields) => fields,
                    $crate::site::tree::Kind::Tuple(_, items) if items.is_empty() => &[],
                    _ => return check.not_a_record(node, KNOWN),
                };
                check.unknown_fields(fields, KNOWN);
                $(
                    #[allow(unused_mut, unused_assignments, reason = "limits are optional")]
                    {
                        let mut limits = $crate::site::schema::ANY;
                        $(limits = $limits;)?
                        check.field_of::<$kind>(fields, node, stringify!($field), limits);
                    }
                )*
            }
            fn expects(_: $crate::site::schema::Limits) -> String {
                concat!("a record ", stringify!($name)).to_owned()
            }
            fn shape(
                _: $crate::site::schema::Limits,
                shapes: &mut $crate::site::shape::Shapes,
            ) -> $crate::site::shape::Shape {
                const NAME: &str = stringify!($name);
                if shapes.enter(NAME) {
                    let fields = vec![$({
                        #[allow(unused_mut, unused_assignments, reason = "limits are optional")]
                        let mut limits = $crate::site::schema::ANY;
                        $(limits = $limits;)?
                        let shape = <$kind as $crate::site::schema::Checked>::shape(limits, shapes);
                        let has_default = concat!($(stringify!($serde)),*).contains("default");
                        let left_out = matches!(shape, $crate::site::shape::Shape::Maybe(_)) || has_default;
                        $crate::site::shape::FieldShape {
                            name: stringify!($field),
                            doc: concat!($($field_doc),*).trim_ascii(),
                            shape,
                            optional: left_out && <$kind as $crate::site::schema::Checked>::OPTIONAL,
                        }
                    }),*];
                    let declared = $crate::site::shape::Declared::Record(concat!($($doc),*).trim_ascii(), fields);
                    shapes.all.insert(NAME, declared);
                }
                $crate::site::shape::Shape::Record(NAME)
            }
        }
    };
}

/// Declares an enum of bare words with its check.
#[macro_export]
macro_rules! choice {
    ($(#[doc = $doc:literal])* $name:ident { $($(#[doc = $variant_doc:literal])* $variant:ident,)* }) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize, serde::Serialize)]
        pub enum $name { $($(#[doc = $variant_doc])* $variant,)* }

        impl $name {
            /// Every choice, in order.
            pub const ALL: [Self; [$(stringify!($variant)),*].len()] = [$(Self::$variant),*];

            /// The word as it stands in files.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => stringify!($variant),)* }
            }

            /// What the word says.
            #[must_use]
            pub fn about(self) -> &'static str {
                match self { $(Self::$variant => concat!($($variant_doc),*).trim_ascii(),)* }
            }
        }

        impl $crate::site::schema::Checked for $name {
            fn check(
                node: &$crate::site::tree::Node,
                _: $crate::site::schema::Limits,
                check: &mut $crate::site::schema::Check,
            ) {
                check.word_of(node, &[$(stringify!($variant)),*]);
            }
            fn expects(_: $crate::site::schema::Limits) -> String {
                [$(stringify!($variant)),*].join(", ")
            }
            fn shape(
                _: $crate::site::schema::Limits,
                shapes: &mut $crate::site::shape::Shapes,
            ) -> $crate::site::shape::Shape {
                const NAME: &str = stringify!($name);
                if shapes.enter(NAME) {
                    let words = vec![$((stringify!($variant), concat!($($variant_doc),*).trim_ascii())),*];
                    let declared = $crate::site::shape::Declared::Choice(concat!($($doc),*).trim_ascii(), words);
                    shapes.all.insert(NAME, declared);
                }
                $crate::site::shape::Shape::Choice(NAME)
            }
        }
    };
}
