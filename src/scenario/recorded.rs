//! What a scenario records: columns of the site, and readings of places beside them.

use super::{ScenarioFile, Words};
use crate::diag::{Code, Report};
use crate::sim::sample::Sample;
use crate::sim::sense::{self, Aggregation, Quantity, Scope};
use crate::site::campus::Found;
use crate::site::schema::Parsed;

/// Most columns of a series: memory and files stay bounded.
const MOST_COLUMNS: usize = 2_000;

/// A recorded reading of a place.
#[derive(Debug, Clone, PartialEq)]
pub struct PlaceColumn {
    /// Name of the column, such as `B03_H2_inlet_c`.
    pub name: String,
    /// What is read.
    pub quantity: Quantity,
    /// Where.
    pub scope: Scope,
    /// How the readings of its parts become one.
    pub take: Option<Aggregation>,
}

/// What is recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// Columns of the site, by their numbers.
    pub columns: Vec<usize>,
    /// Readings of places.
    pub places: Vec<PlaceColumn>,
}

impl Default for Recorded {
    fn default() -> Self {
        Self {
            columns: (0..Sample::COLUMNS.len()).collect(),
            places: Vec::new(),
        }
    }
}

/// A name that any table takes for a column.
fn column_name(place: &str, quantity: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    format!("{}_{quantity}", place.chars().map(plain).collect::<String>())
}

impl Words<'_> {
    pub(super) fn recorded(&self, parsed: &Parsed<ScenarioFile>, report: &mut Report) -> Recorded {
        let mut out = Recorded::default();
        let Some(spec) = &parsed.value.record else { return out };
        let mut wrong = |leaf: String, code: Code, found: String, allowed: String| {
            report.push(parsed.error(code, &format!("record.{leaf}"), found, allowed));
        };
        if !spec.columns.is_empty() {
            // A row without its time says nothing.
            out.columns = vec![0];
            for (i, name) in spec.columns.iter().enumerate() {
                match Sample::COLUMNS.iter().position(|column| column == name) {
                    Some(column) if out.columns.contains(&column) => {}
                    Some(column) => out.columns.push(column),
                    None => wrong(
                        format!("columns[{i}]"),
                        Code::UnknownName,
                        format!("{name:?}"),
                        Sample::COLUMNS.join(", "),
                    ),
                }
            }
        }
        for (i, spec) in spec.places.iter().enumerate() {
            let mut scopes: Vec<Scope> = Vec::new();
            for (k, name) in spec.at.iter().enumerate() {
                let campus = self.campus;
                match name.as_str() {
                    "buildings" => scopes.extend((0..campus.buildings.len()).map(|b| Scope::Place(Found::Building(b)))),
                    "halls" => scopes.extend((0..campus.halls.len()).map(|h| Scope::Place(Found::Hall(h)))),
                    name => match self.scope(name) {
                        Some(scope) => scopes.push(scope),
                        None => wrong(
                            format!("places[{i}].at[{k}]"),
                            Code::UnknownName,
                            format!("{name:?}"),
                            "buildings, halls, a place down to a rack, or a power node such as S1/A".to_owned(),
                        ),
                    },
                }
            }
            for (k, name) in spec.what.iter().enumerate() {
                for scope in &scopes {
                    match sense::quantity(name, *scope) {
                        Ok(quantity) => {
                            let column = PlaceColumn {
                                name: column_name(&scope.name(self.campus), quantity.name()),
                                quantity,
                                scope: *scope,
                                take: spec.take,
                            };
                            if out.places.iter().any(|other| other.name == column.name) {
                                let allowed = "each column once".to_owned();
                                wrong(format!("places[{i}]"), Code::DuplicateField, column.name, allowed);
                                return out;
                            }
                            out.places.push(column);
                        }
                        Err(names) => {
                            let found = format!("{name:?} of {}", scope.name(self.campus));
                            wrong(
                                format!("places[{i}].what[{k}]"),
                                Code::UnknownName,
                                found,
                                names.join(", "),
                            );
                            break;
                        }
                    }
                    if out.columns.len() + out.places.len() > MOST_COLUMNS {
                        wrong(
                            format!("places[{i}]"),
                            Code::OutOfRange,
                            format!("more than {MOST_COLUMNS} columns"),
                            format!("at most {MOST_COLUMNS} in all"),
                        );
                        return out;
                    }
                }
            }
        }
        out
    }
}
