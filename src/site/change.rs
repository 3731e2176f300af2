//! Changes by path: `catalog:chips.trainium2.tdp_w=0.55kW` and the same files with that value in its place.
//!
//! A change works on the text: the new value stands where the old one stood, so that checks, ranges and errors with
//! their places are those of any other file. A figure keeps its tag and source; its range goes, for what somebody has
//! set is no longer in doubt.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use super::texts::Files;
use super::tree::{self, Kind, Node};
use super::unit;
use crate::diag::{Code, Diagnostic, Place, Report};

/// What a file is to a scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// The scenario itself.
    Scenario,
    /// Its site.
    Site,
    /// The parts that the site is built of.
    Catalog,
    /// Its weather.
    Weather,
    /// Its prices.
    Tariff,
    /// The carbon of its grid.
    Grid,
    /// What it costs to build.
    Capital,
    /// What its chips are asked to do.
    Workload,
    /// How it grows.
    Plan,
}

impl Role {
    /// Every role; a file is named by those before it.
    pub const ALL: [Self; 9] = [
        Self::Scenario,
        Self::Site,
        Self::Catalog,
        Self::Weather,
        Self::Tariff,
        Self::Grid,
        Self::Capital,
        Self::Workload,
        Self::Plan,
    ];

    /// The word before the colon.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Scenario => "scenario",
            Self::Site => "site",
            Self::Catalog => "catalog",
            Self::Weather => "weather",
            Self::Tariff => "tariff",
            Self::Grid => "grid",
            Self::Capital => "capital",
            Self::Workload => "workload",
            Self::Plan => "plan",
        }
    }
}

/// A new value for a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The file; without it, the only one that has such a field.
    pub role: Option<Role>,
    /// Path in it, such as `chips.trainium2.tdp_w` or `buildings[1].phase`.
    pub path: String,
    /// The value: RON, a number with a unit, or a text without quotes.
    pub value: String,
}

impl Change {
    /// A number for a field, in the field's own unit.
    #[must_use]
    pub fn number(role: Role, path: &str, value: f64) -> Self {
        Self {
            role: Some(role),
            path: path.to_owned(),
            value: value.to_string(),
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(role) = self.role {
            write!(f, "{}:", role.as_str())?;
        }
        write!(f, "{}={}", self.path, self.value)
    }
}

impl FromStr for Change {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (path, value) = text
            .split_once('=')
            .ok_or("a change reads PATH=VALUE, such as catalog:chips.trainium2.tdp_w=0.55kW")?;
        let (role, path) = match path.split_once(':') {
            Some((word, path)) => {
                let role = Role::ALL.into_iter().find(|role| role.as_str() == word.trim());
                let role = role.ok_or_else(|| {
                    let words: Vec<&str> = Role::ALL.iter().map(|role| role.as_str()).collect();
                    format!("{word:?} is no file of a scenario; allowed: {}", words.join(", "))
                })?;
                (Some(role), path)
            }
            None => (None, path),
        };
        let (path, value) = (path.trim(), value.trim());
        if path.is_empty() || value.is_empty() {
            return Err(format!("{text:?} has no path before or no value after the `=`"));
        }
        Ok(Self {
            role,
            path: path.to_owned(),
            value: value.to_owned(),
        })
    }
}

/// Files of which some have other texts.
pub struct Changed<'a> {
    base: &'a dyn Files,
    texts: BTreeMap<String, String>,
}

impl<'a> Changed<'a> {
    /// Nothing is changed yet.
    #[must_use]
    pub fn new(base: &'a dyn Files) -> Self {
        Self {
            base,
            texts: BTreeMap::new(),
        }
    }

    /// Gives a file another text.
    pub fn put(&mut self, name: &str, text: String) {
        self.texts.insert(name.to_owned(), text);
    }
}

impl Files for Changed<'_> {
    fn text(&self, name: &str) -> Result<String, String> {
        self.changed(name)
            .map_or_else(|| self.base.text(name), |text| Ok(text.to_owned()))
    }

    fn changed(&self, name: &str) -> Option<&str> {
        let own = self.texts.get(name).map(String::as_str);
        own.or_else(|| self.base.changed(name))
    }
}

/// What a path leads to.
pub(super) enum Target<'t> {
    /// A value that is there.
    There(&'t Node),
    /// A field that this record could have: its check says whether it does.
    Absent { record: &'t Node, field: &'t str },
}

/// Why a path leads nowhere.
pub(super) struct Lost {
    code: Code,
    place: Place,
    found: String,
    allowed: String,
}

impl Lost {
    /// As an error of a file's field.
    pub(super) fn diagnostic(self, file: &str, field: &str) -> Diagnostic {
        Diagnostic {
            code: self.code,
            file: file.to_owned(),
            place: self.place,
            field: field.to_owned(),
            found: self.found,
            allowed: self.allowed,
        }
    }
}

/// Follows a path as [`super::schema::Assumption`] and errors write it. Names of a map may have dots in them: the longest
/// that fits counts.
pub(super) fn follow<'t>(root: &'t Node, path: &'t str) -> Result<Target<'t>, Lost> {
    let mut node = root;
    let mut rest = path;
    loop {
        if let Kind::Tuple(Some(name), inner) = &node.kind
            && name == "Some"
            && let [inner] = inner.as_slice()
        {
            node = inner;
        }
        if rest.is_empty() {
            return Ok(Target::There(node));
        }
        let lost = |code: Code, found: &str, allowed: String| Lost {
            code,
            place: node.place,
            found: format!("`{found}`"),
            allowed,
        };
        let in_list = rest.starts_with('[');
        if rest.len() < path.len() && !in_list {
            rest = rest.strip_prefix('.').unwrap_or(rest);
        }
        let end = rest[usize::from(in_list)..]
            .find(['.', '['])
            .map_or(rest.len(), |at| at + usize::from(in_list));
        let step = &rest[..end];
        match &node.kind {
            Kind::List(items) | Kind::Tuple(_, items) if in_list => {
                let index = step.strip_prefix('[').and_then(|step| step.strip_suffix(']'));
                let item = index.and_then(|digits| digits.parse::<usize>().ok());
                let Some(next) = item.and_then(|i| items.get(i)) else {
                    let allowed = match items.len() {
                        0 => "nothing: the list is empty".to_owned(),
                        n => format!("[0] to [{}]", n - 1),
                    };
                    return Err(lost(Code::UnknownName, step, allowed));
                };
                (node, rest) = (next, &rest[end..]);
            }
            Kind::Record(_, fields) if !in_list && !step.is_empty() => {
                match fields.iter().find(|(name, ..)| name == step) {
                    Some((_, _, next)) => (node, rest) = (next, &rest[end..]),
                    None if end == rest.len() && may_have(node, step) => {
                        return Ok(Target::Absent {
                            record: node,
                            field: step,
                        });
                    }
                    None => {
                        let names = fields.iter().map(|(name, ..)| name.as_str());
                        return Err(lost(Code::UnknownField, step, nearest(step, names)));
                    }
                }
            }
            Kind::Tuple(None, items) if items.is_empty() && end == rest.len() && may_have(node, step) => {
                return Ok(Target::Absent {
                    record: node,
                    field: step,
                });
            }
            Kind::Map(entries) if !in_list && !step.is_empty() => {
                let names = entries.iter().filter_map(|(key, next)| match &key.kind {
                    Kind::Text(name) => Some((name.as_str(), next)),
                    _ => None,
                });
                let fits = |name: &&str| {
                    let after = rest.strip_prefix(*name);
                    after.is_some_and(|after| after.is_empty() || after.starts_with(['.', '[']))
                };
                match names
                    .clone()
                    .filter(|(name, _)| fits(name))
                    .max_by_key(|(name, _)| name.len())
                {
                    Some((name, next)) => (node, rest) = (next, &rest[name.len()..]),
                    None => {
                        let names = names.map(|(name, _)| name);
                        return Err(lost(Code::UnknownName, step, nearest(step, names)));
                    }
                }
            }
            Kind::List(items) => {
                let allowed = format!("one of its {} items by number, such as [0]", items.len());
                return Err(lost(Code::UnknownField, step, allowed));
            }
            Kind::Record(_, fields) => {
                let names = fields.iter().map(|(name, ..)| name.as_str());
                return Err(lost(Code::UnknownField, step, nearest(step, names)));
            }
            Kind::Map(_) => return Err(lost(Code::UnknownName, step, "a name of the map".to_owned())),
            _ => {
                let allowed = format!("nothing more: {} stands there", node.describe());
                return Err(lost(Code::UnknownField, step, allowed));
            }
        }
    }
}

/// Whether a field of this name can be put behind the parenthesis with which a record begins.
fn may_have(record: &Node, field: &str) -> bool {
    let named = matches!(&record.kind, Kind::Record(Some(_), _));
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    !named && !field.starts_with(|c: char| c.is_ascii_digit()) && !field.is_empty() && field.chars().all(word)
}

/// Most names in an error.
const NAMED: usize = 8;

/// Names in the order of their likeness to a word.
fn nearest<'n>(word: &str, names: impl Iterator<Item = &'n str>) -> String {
    let mut names: Vec<(usize, &str)> = names.map(|name| (distance(word, name), name)).collect();
    names.sort_unstable();
    let all = names.len();
    let mut out: Vec<&str> = names.into_iter().take(NAMED).map(|(_, name)| name).collect();
    if all > NAMED {
        out.push("…");
    }
    out.join(", ")
}

/// Letters to add, take away or replace.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut before = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = before + usize::from(x != *y);
            before = row[j + 1];
            row[j + 1] = replaced.min(before + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

/// Bytes of a text and what takes their place.
type Edit = (Range<usize>, String);

/// A figure's parts.
pub(crate) fn figure(node: &Node) -> Option<&[Node]> {
    let Kind::Tuple(None, parts) = &node.kind else {
        return None;
    };
    let [value, tag, source, range @ ..] = parts.as_slice() else {
        return None;
    };
    let is_figure = matches!(value.kind, Kind::Number(_))
        && matches!(tag.kind, Kind::Word(_))
        && matches!(source.kind, Kind::Text(_))
        && matches!(range.len(), 0 | 2);
    is_figure.then_some(parts)
}

/// The text of a value for a field: a number in the field's unit, a quoted text, or RON as it is.
fn value_text(change: &Change, target: &Target<'_>) -> Result<String, (Code, String, String)> {
    let value = change.value.as_str();
    let quoted = || format!("{value:?}");
    let is_text = matches!(target, Target::There(node) if matches!(node.kind, Kind::Text(_)));
    if is_text && value != "None" && !value.starts_with('"') && !value.starts_with("r\"") && !value.starts_with("r#") {
        return Ok(quoted());
    }
    let as_ron = tree::parse("", value).map(|node| (value[node.span.clone()].to_owned(), node));
    if let Ok((text, node)) = as_ron {
        // A field that is not there yet does not say whether it takes a text or a choice; texts are what is left out.
        let word = matches!(&node.kind, Kind::Word(word) if !["true", "false", "None"].contains(&word.as_str()));
        return Ok(match target {
            Target::Absent { .. } if word => quoted(),
            _ => text,
        });
    }
    if !is_text && let Some((number, suffix)) = unit::number_and_unit(value) {
        let name = change.path.rsplit('.').next().unwrap_or_default();
        let name = name.split('[').next().unwrap_or_default();
        let (of_field, end) = unit::of_field(name).map_or((None, ""), |(unit, end)| (Some(unit), end));
        let written = unit::written(suffix);
        let share = unit::written("1");
        let converted = written
            .zip(of_field.or(share))
            .and_then(|(from, to)| unit::convert(number, from, to));
        // Such as a date for a field that is not there yet.
        if converted.is_none() && written.is_none() && matches!(target, Target::Absent { .. }) {
            return Ok(quoted());
        }
        return converted.map(|x| x.to_string()).ok_or_else(|| {
            let allowed = match end {
                "" => "a number without a unit, or a share in %".to_owned(),
                end => format!("a number, or one with a unit that measures the same as `{end}`"),
            };
            (Code::WrongKind, format!("`{value}`"), allowed)
        });
    }
    match target {
        Target::Absent { .. } => Ok(quoted()),
        Target::There(node) => Err((
            Code::Syntax,
            format!("`{value}`"),
            format!("a value in RON, as {} that stands there", node.describe()),
        )),
    }
}

fn edits(change: &Change, target: &Target<'_>) -> Result<Vec<Edit>, (Code, String, String)> {
    let text = value_text(change, target)?;
    Ok(match target {
        Target::There(node) => match figure(node) {
            Some(parts) if !text.starts_with('(') => {
                let mut out = vec![(parts[0].span.clone(), text)];
                if let [_, _, source, _, high] = parts {
                    out.push((source.span.end..high.span.end, String::new()));
                }
                out
            }
            _ => vec![(node.span.clone(), text)],
        },
        // Behind the opening parenthesis.
        Target::Absent { record, field } => {
            let at = record.span.start + 1;
            vec![(at..at, format!("{field}: {text}, "))]
        }
    })
}

/// The text of a file with changes in their places.
///
/// # Errors
/// Every change that leads nowhere or whose value does not fit, at the place of what is there.
pub fn edit(file: &str, text: &str, changes: &[&Change]) -> Result<String, Report> {
    if changes.is_empty() {
        return Ok(text.to_owned());
    }
    let mut report = Report::default();
    let error = |change: &Change, code: Code, place: Place, found: String, allowed: String| Diagnostic {
        code,
        file: file.to_owned(),
        place,
        field: change.path.clone(),
        found,
        allowed,
    };
    if super::epw::is_epw(file) {
        for change in changes {
            let found = "recorded weather".to_owned();
            let allowed = "a file in RON: records have no paths".to_owned();
            report.push(error(
                change,
                Code::UnknownField,
                Place { line: 1, column: 1 },
                found,
                allowed,
            ));
        }
        return Err(report);
    }
    let tree = tree::parse(file, text).map_err(|error| Report { errors: vec![error] })?;
    let mut all: Vec<(Range<usize>, String, &Change)> = Vec::new();
    for change in changes {
        let target = match follow(&tree, &change.path) {
            Ok(target) => target,
            Err(lost) => {
                report.push(lost.diagnostic(file, &change.path));
                continue;
            }
        };
        let place = match target {
            Target::There(node) => node.place,
            Target::Absent { record, .. } => record.place,
        };
        match edits(change, &target) {
            Ok(edits) => all.extend(edits.into_iter().map(|(span, text)| (span, text, *change))),
            Err((code, found, allowed)) => report.push(error(change, code, place, found, allowed)),
        }
    }
    all.sort_by_key(|(span, ..)| (span.start, span.end));
    for pair in all.windows(2) {
        let same_field = pair[0].2.path == pair[1].2.path && pair[0].2 != pair[1].2;
        let again = pair[0].2 == pair[1].2 && pair[0].0 == pair[1].0;
        if pair[0].0.end > pair[1].0.start || same_field || again {
            let found = format!("`{}` and `{}`", pair[0].2, pair[1].2);
            let place = tree.locate(&pair[1].2.path);
            report.push(error(
                pair[1].2,
                Code::DuplicateField,
                place,
                found,
                "each field once".to_owned(),
            ));
        }
    }
    report.into_result(())?;
    let mut out = text.to_owned();
    for (span, new, _) in all.iter().rev() {
        out.replace_range(span.clone(), new);
    }
    Ok(out)
}

/// Gives a change without a role the only file that has its field.
///
/// # Errors
/// No file has it, or more than one.
pub fn find_role(change: &Change, files: &[(Role, String, Node)]) -> Result<Role, Diagnostic> {
    if let Some(role) = change.role {
        return Ok(role);
    }
    let there = |(_, _, tree): &&(Role, String, Node)| matches!(follow(tree, &change.path), Ok(Target::There(_)));
    let having: Vec<&(Role, String, Node)> = files.iter().filter(there).collect();
    if let [(role, ..)] = having.as_slice() {
        return Ok(*role);
    }
    let words = |files: &[&(Role, String, Node)]| {
        let words: Vec<String> = files
            .iter()
            .map(|(role, ..)| format!("{}:{}", role.as_str(), change.path))
            .collect();
        words.join(", ")
    };
    if !having.is_empty() {
        return Err(Diagnostic {
            code: Code::UnknownName,
            file: having[0].1.clone(),
            place: having[0].2.locate(&change.path),
            field: change.path.clone(),
            found: "more than one field of this path".to_owned(),
            allowed: words(&having),
        });
    }
    // The file in which the path leads furthest says best what is wrong.
    let start = change.path.split(['.', '[']).next().unwrap_or_default();
    let starting: Vec<&(Role, String, Node)> = files
        .iter()
        .filter(|(_, _, tree)| matches!(follow(tree, start), Ok(Target::There(_))))
        .collect();
    if let [(role, ..)] = starting.as_slice() {
        return Ok(*role);
    }
    let names = files.iter().flat_map(|(_, _, tree)| match &tree.kind {
        Kind::Record(_, fields) => fields.iter().map(|(name, ..)| name.as_str()).collect(),
        _ => Vec::new(),
    });
    let (file, place) = files
        .first()
        .map_or((String::new(), Place { line: 1, column: 1 }), |f| {
            (f.1.clone(), f.2.place)
        });
    Err(Diagnostic {
        code: Code::UnknownName,
        file,
        place,
        field: change.path.clone(),
        found: format!("`{start}`, which no file of the scenario begins with"),
        allowed: nearest(start, names),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::texts::BUILTIN;
    use proptest::prelude::*;

    fn text_of(name: &str) -> &'static str {
        BUILTIN.iter().find(|(n, _)| *n == name).expect("is built in").1
    }

    fn change(text: &str) -> Change {
        text.parse().expect("is a change")
    }

    fn changed(file: &str, texts: &[&str]) -> Result<String, String> {
        let changes: Vec<Change> = texts.iter().map(|text| change(text)).collect();
        edit(file, text_of(file), &changes.iter().collect::<Vec<_>>()).map_err(|report| report.to_string())
    }

    /// Every value of a tree with its path.
    fn values<'n>(node: &'n Node, path: &str, out: &mut Vec<(String, &'n Node)>) {
        let dot = if path.is_empty() { "" } else { "." };
        match &node.kind {
            Kind::Record(_, fields) => {
                for (name, _, inner) in fields {
                    values(inner, &format!("{path}{dot}{name}"), out);
                }
            }
            Kind::Map(entries) => {
                for (key, inner) in entries {
                    if let Kind::Text(name) = &key.kind {
                        values(inner, &format!("{path}{dot}{name}"), out);
                    }
                }
            }
            Kind::List(items) | Kind::Tuple(None, items) => {
                for (i, inner) in items.iter().enumerate() {
                    values(inner, &format!("{path}[{i}]"), out);
                }
            }
            _ => {}
        }
        if !path.is_empty() {
            out.push((path.to_owned(), node));
        }
    }

    #[test]
    fn a_value_in_place_of_itself_changes_nothing() {
        for (name, text) in BUILTIN {
            let tree = tree::parse(name, text).expect("is RON");
            let mut all = Vec::new();
            values(&tree, "", &mut all);
            assert!(all.len() > 20, "{name} has values");
            for (path, node) in all {
                let change = Change {
                    role: None,
                    path,
                    value: text[node.span.clone()].to_owned(),
                };
                let same = edit(name, text, &[&change]).expect("the path leads to it");
                assert!(same == *text, "{change} changes {name}");
            }
        }
    }

    #[test]
    fn a_figure_keeps_its_tag_and_source_and_is_no_longer_in_doubt() {
        let text = "(a: (500, C2, \"E1\", 450, 550), b: [(1, E, \"x\")], c_kw: 2)";
        let set = |changes: &[&str]| {
            let changes: Vec<Change> = changes.iter().map(|text| change(text)).collect();
            edit("f", text, &changes.iter().collect::<Vec<_>>()).expect("fits")
        };
        assert_eq!(
            set(&["a=600", "b[0]=1e3"]),
            "(a: (600, C2, \"E1\"), b: [(1e3, E, \"x\")], c_kw: 2)"
        );
        assert_eq!(
            set(&["a=(7, E, \"y\", 6, 8)", "c_kw=0.5MW"]),
            "(a: (7, E, \"y\", 6, 8), b: [(1, E, \"x\")], c_kw: 500)"
        );
        assert_eq!(
            set(&["a[3]=490"]),
            "(a: (500, C2, \"E1\", 490, 550), b: [(1, E, \"x\")], c_kw: 2)"
        );
        assert_eq!(
            set(&["d=B01/H1"]),
            "(d: \"B01/H1\", a: (500, C2, \"E1\", 450, 550), b: [(1, E, \"x\")], c_kw: 2)"
        );
    }

    #[test]
    fn what_is_wrong_is_said_at_once_with_what_is_near() {
        let errors = changed(
            "catalog",
            &[
                "chips.trainum2.tdp_w=1",
                "chips.trainium2.tdp_w=2h",
                "chips.trainium2.tdp_w.more=3",
                "chipz.x=1",
                "servers.trn2-server.psu.p0=[",
            ],
        )
        .expect_err("all are wrong");
        for expected in [
            "error[E0108]: catalog:",
            "chips.trainum2.tdp_w: found `trainum2`; allowed: trainium2, trainium",
            "found `2h`; allowed: a number, or one with a unit that measures the same as `w`",
            "found `more`; allowed: nothing more: a group of",
            "found `chipz`; allowed: chips,",
            "servers.trn2-server.psu.p0: found `[`; allowed: a value in RON",
            "5 errors",
        ] {
            assert!(errors.contains(expected), "{expected} is not in\n{errors}");
        }
        let twice =
            changed("lab", &["power.utility.agreed_w=1MW", "power.utility.agreed_w=2MW"]).expect_err("is set twice");
        assert!(twice.contains("each field once"), "{twice}");
        assert!(
            "nowhere:a=1"
                .parse::<Change>()
                .expect_err("is no role")
                .contains("scenario, site")
        );
        assert!("a".parse::<Change>().is_err() && "=1".parse::<Change>().is_err());
    }

    proptest! {
        #[test]
        fn no_change_makes_it_panic(text in "[a-z_.:\\[\\]0-9=]{0,40}", value in "\\PC{0,20}") {
            for text in [text.clone(), format!("{text}={value}")] {
                if let Ok(change) = text.parse::<Change>()
                    && let Ok(out) = edit("lab", text_of("lab"), &[&change])
                {
                    prop_assert!(tree::parse("lab", &out).is_ok(), "{} breaks the file", change);
                }
            }
        }

        #[test]
        fn no_value_breaks_a_file(value in "\\PC{1,30}", path in "name|about|power\\.utility\\.agreed_w|buildings\\[0\\]|terrain\\.seed|new|power\\.new") {
            let change = Change { role: None, path, value };
            if let Ok(out) = edit("lab", text_of("lab"), &[&change]) {
                prop_assert!(tree::parse("lab", &out).is_ok(), "{} breaks the file", change);
            }
        }
    }
}
