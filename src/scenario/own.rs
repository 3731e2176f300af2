//! Changes that a scenario makes itself: `changes: ["catalog:chips.trainium2.tdp_w = 0.55kW"]`.

use std::collections::BTreeMap;

use super::{Overrides, files_of, text_by_role, tree_of};
use crate::diag::{Code, Diagnostic, Place, Report};
use crate::site::change::{Change, Changed, Role, edit, find_role};
use crate::site::epw::is_epw;
use crate::site::texts::{Files, key};
use crate::site::tree::{self, Kind, Node};

/// A change and where it stands: in the scenario, or on the command line.
#[derive(Debug, Clone)]
struct Placed<'c> {
    change: &'c Change,
    /// Number in the scenario's list, and place.
    own: Option<(usize, Place)>,
}

/// Changes of a scenario's own list, each with its number and place.
#[derive(Debug, Clone, Default)]
pub(super) struct Own {
    changes: Vec<(usize, Place, Change)>,
    /// As they stand in the file.
    pub(super) texts: Vec<String>,
}

/// The list of changes in a scenario's tree, if it has one.
fn list(tree: &Node) -> Option<&Node> {
    let Kind::Record(_, fields) = &tree.kind else {
        return None;
    };
    let (_, _, node) = fields.iter().find(|(name, ..)| name == "changes")?;
    matches!(&node.kind, Kind::List(items) if !items.is_empty()).then_some(node)
}

impl Own {
    /// Reads the list. What is not a list of texts is an error of the file's form, which its own check finds.
    pub(super) fn read(file: &str, text: &str, report: &mut Report) -> Self {
        let mut own = Self::default();
        let Ok(tree) = tree::parse(file, text) else { return own };
        let Some(Kind::List(items)) = list(&tree).map(|node| &node.kind) else {
            return own;
        };
        for (i, item) in items.iter().enumerate() {
            let Kind::Text(text) = &item.kind else { continue };
            own.texts.push(text.clone());
            let mut wrong = |code: Code, found: String, allowed: String| {
                report.push(Diagnostic {
                    code,
                    file: file.to_owned(),
                    place: item.place,
                    field: format!("changes[{i}]"),
                    found,
                    allowed,
                });
            };
            match text.parse::<Change>() {
                Ok(change) if change.role == Some(Role::Scenario) => wrong(
                    Code::Inconsistent,
                    format!("`{change}`"),
                    "a field of another file: those of the scenario stand beside it".to_owned(),
                ),
                Ok(change) => own.changes.push((i, item.place, change)),
                Err(allowed) => wrong(Code::Syntax, format!("{text:?}"), allowed),
            }
        }
        own
    }

    /// Whether there is nothing to change.
    pub(super) fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Gives errors of changed fields the place of the change.
    pub(super) fn placed(&self, file: &str, files: &[(Role, String)], mut report: Report) -> Report {
        for error in &mut report.errors {
            let of_role = |role: Role| files.iter().any(|(r, name)| *r == role && *name == error.file);
            let hits = |change: &Change| {
                let inside = error.field.strip_prefix(change.path.as_str());
                inside.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
                    && change.role.is_none_or(of_role)
                    && error.file != file
            };
            if let Some((i, place, _)) = self.changes.iter().find(|(_, _, change)| hits(change)) {
                error.field = format!("changes[{i}]: {}", error.field);
                error.place = *place;
                file.clone_into(&mut error.file);
            }
        }
        report
    }
}

/// The text without its own changes, everything else in its place.
pub(super) fn without(file: &str, text: &str) -> String {
    let Ok(tree) = tree::parse(file, text) else {
        return text.to_owned();
    };
    let Some(span) = list(&tree).map(|node| node.span.clone()) else {
        return text.to_owned();
    };
    let mut out = text.to_owned();
    let inside = &text[span.start + 1..span.end - 1];
    let blank: String = inside.chars().map(|c| if c == '\n' { c } else { ' ' }).collect();
    out.replace_range(span.start..span.end, &format!("[{blank}]"));
    out
}

/// An error of a change at the place where it stands.
fn at(placed: &Placed<'_>, scenario: &str, mut error: Diagnostic) -> Diagnostic {
    if let Some((i, place)) = placed.own {
        scenario.clone_into(&mut error.file);
        error.place = place;
        error.field = format!("changes[{i}]: {}", error.field);
    }
    error
}

/// Makes changes in their files, those before which others name it first.
fn make(out: &mut Changed<'_>, name: &str, instead: Overrides<'_>, changes: &[Placed<'_>], report: &mut Report) {
    if changes.is_empty() {
        return;
    }
    let trees: Vec<(Role, String, Node)> = files_of(out, name, instead)
        .into_iter()
        .filter(|(_, file)| !is_epw(file))
        .filter_map(|(role, file)| {
            let text = text_by_role(out, role, &file).ok()?;
            let tree = tree_of(&file, &text).ok()?;
            Some((role, file, tree))
        })
        .collect();
    let others: Vec<(Role, String, Node)> = trees
        .iter()
        .filter(|(role, ..)| *role != Role::Scenario)
        .cloned()
        .collect();
    let mut by_role: BTreeMap<Role, Vec<&Placed<'_>>> = BTreeMap::new();
    for placed in changes {
        let trees = if placed.own.is_some() { &others } else { &trees };
        match find_role(placed.change, trees) {
            Ok(role) => by_role.entry(role).or_default().push(placed),
            Err(error) => report.push(at(placed, name, error)),
        }
    }
    // In this order, for a change of a file may be one of the names of others.
    for (role, placed) in by_role {
        let named = files_of(out, name, instead);
        let Some((_, file)) = named.into_iter().find(|(r, _)| *r == role) else {
            for placed in placed {
                let error = Diagnostic {
                    code: Code::UnknownName,
                    file: name.to_owned(),
                    place: Place { line: 1, column: 1 },
                    field: placed.change.path.clone(),
                    found: format!("a change of a {}", role.as_str()),
                    allowed: "files that the scenario names".to_owned(),
                };
                report.push(at(placed, name, error));
            }
            continue;
        };
        // A file that cannot be read is an error of its own, later.
        let Ok(text) = text_by_role(out, role, &file) else {
            continue;
        };
        let all: Vec<&Change> = placed.iter().map(|placed| placed.change).collect();
        match edit(&file, &text, &all) {
            Ok(text) => out.put(&key(role.as_str(), &file), text),
            Err(errors) => {
                for error in errors.errors {
                    let of = placed.iter().find(|placed| placed.change.path == error.field);
                    report.push(match of {
                        Some(placed) => at(placed, name, error),
                        None => error,
                    });
                }
            }
        }
    }
}

/// The files of a scenario, of this text, with the changes made: those of the scenario itself, and on top of them those
/// from outside. The scenario's list is empty then.
///
/// # Errors
/// Every change that leads nowhere or whose value does not fit.
pub fn change<'a>(files: &'a dyn Files, name: &str, text: &str, instead: Overrides<'_>) -> Result<Changed<'a>, Report> {
    let mut out = Changed::new(files);
    let mut report = Report::default();
    out.put(name, text.to_owned());
    let outside: Vec<Placed<'_>> = instead
        .changes
        .iter()
        .map(|change| Placed { change, own: None })
        .collect();
    let (of_scenario, others): (Vec<_>, Vec<_>) = outside
        .into_iter()
        .partition(|placed| placed.change.role == Some(Role::Scenario));
    make(&mut out, name, instead, &of_scenario, &mut report);
    let text = out.changed(name).unwrap_or(text).to_owned();
    let own = Own::read(name, &text, &mut report);
    out.put(name, without(name, &text));
    let placed = |(i, place, change): &'_ (usize, Place, Change)| (Some((*i, *place)), change.clone());
    let listed: Vec<(Option<(usize, Place)>, Change)> = own.changes.iter().map(placed).collect();
    let listed: Vec<Placed<'_>> = listed
        .iter()
        .map(|(own, change)| Placed { change, own: *own })
        .collect();
    make(&mut out, name, instead, &listed, &mut report);
    make(&mut out, name, instead, &others, &mut report);
    report.into_result(out)
}
