//! Records of a sweep's file: a base scenario, and the fields that take many values.

use std::fmt;

use serde::de::{Deserializer, Visitor};
use serde::{Deserialize, Serialize};

use crate::diag::Code;
use crate::record;
use crate::site::schema::{Check, Checked, Limits, within};
use crate::site::shape::{Shape, Shapes};
use crate::site::tree::{Kind, Node};

record! {
    /// A sweep.
    SweepFile {
        /// Format version.
        format: u32,
        /// Name.
        name: String,
        /// What it asks, in a sentence.
        about: String,
        /// Scenario that every run begins with: `builtin:NAME`, or a path from this file.
        base: String,
        /// The one building or hall that is live, instead of the scenario's.
        only: Option<String>,
        /// Duration instead of the scenario's, s.
        duration_s: Option<f64> = within(1.0, 3.2e9),
        /// Tick instead of the scenario's, s.
        tick_s: Option<f64> = within(1.0, 300.0),
        /// Changes that hold in every run, as `--set` takes them.
        #[serde(default)]
        set: Vec<String>,
        /// Fields that take many values.
        axes: Vec<AxisFile>,
        /// Draws of every axis that has a distribution.
        draws: Option<u32> = within(1.0, 1e6),
        /// Seed of the draws, 1 without it; that of the scenario stays.
        seed: Option<u32>,
        /// Rank correlations between drawn axes.
        #[serde(default)]
        correlations: Vec<Correlated>,
    }
}

record! {
    /// A field and its values.
    AxisFile {
        /// The field, as `--set` names it.
        path: String,
        /// Name of its column; its path without one.
        name: Option<String>,
        /// Its values.
        of: Spread,
    }
}

record! {
    /// A rank correlation between two drawn axes.
    Correlated {
        /// One, by its column.
        a: String,
        /// The other.
        b: String,
        /// How strong.
        rho: f64 = within(-0.999, 0.999),
    }
}

/// A value: a number in the field's unit, or whatever `--set` takes as a text, such as `"0.55kW"`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Entry {
    /// In the field's own unit.
    Number(f64),
    /// As it is written.
    Text(String),
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(x) => x.fmt(f),
            Self::Text(text) => f.write_str(text),
        }
    }
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl Visitor<'_> for Any {
            type Value = Entry;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(WORDS)
            }
            fn visit_bool<E>(self, flag: bool) -> Result<Entry, E> {
                Ok(Entry::Text(flag.to_string()))
            }
            fn visit_i64<E>(self, x: i64) -> Result<Entry, E> {
                Ok(Entry::Number(x as f64))
            }
            fn visit_u64<E>(self, x: u64) -> Result<Entry, E> {
                Ok(Entry::Number(x as f64))
            }
            fn visit_f64<E>(self, x: f64) -> Result<Entry, E> {
                Ok(Entry::Number(x))
            }
            fn visit_str<E>(self, text: &str) -> Result<Entry, E> {
                Ok(Entry::Text(text.to_owned()))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

const WORDS: &str = "a number, true, false, or a text as `--set` takes it, such as \"0.55kW\"";

impl Checked for Entry {
    fn shape(_: Limits, _: &mut Shapes) -> Shape {
        Shape::Words(WORDS)
    }
    fn check(node: &Node, _: Limits, check: &mut Check) {
        match &node.kind {
            Kind::Number(_) => {}
            Kind::Text(text) if !text.trim().is_empty() => {}
            Kind::Word(word) if word == "true" || word == "false" => {}
            _ => check.error(Code::WrongKind, node, node.describe(), WORDS),
        }
    }
    fn expects(_: Limits) -> String {
        WORDS.into()
    }
}

/// What values an axis takes.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub enum Spread {
    /// These.
    Values(Vec<Entry>),
    /// From one to another in so many values, both ends among them.
    Range(Entry, Entry, u32),
    /// Draws of which one lies in each of as many parts of equal probability.
    LatinHypercube(Distribution),
    /// Draws that know nothing of each other.
    MonteCarlo(Distribution),
}

/// How likely values are. Values may have units.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub enum Distribution {
    /// As likely everywhere: low, high.
    Uniform(Entry, Entry),
    /// Most likely in the middle, never beyond the ends: low, likeliest, high.
    Triangular(Entry, Entry, Entry),
    /// Mean, standard deviation, and the ends beyond which nothing lies.
    Normal(Entry, Entry, Entry, Entry),
    /// Median, the value that one in ten exceeds, and the ends beyond which nothing lies.
    LogNormal(Entry, Entry, Entry, Entry),
}

const SPREADS: &str = "Values([…]), Range(from, to, steps), LatinHypercube(…), MonteCarlo(…)";
const DISTRIBUTIONS: &str = "Uniform(low, high), Triangular(low, likeliest, high), Normal(mean, deviation, low, high), \
                             LogNormal(median, ninth_in_ten, low, high)";

/// A word and what stands in its parentheses.
fn parts(node: &Node) -> Option<(&str, &[Node])> {
    match &node.kind {
        Kind::Tuple(Some(name), parts) => Some((name, parts)),
        _ => None,
    }
}

impl Checked for Spread {
    fn shape(_: Limits, _: &mut Shapes) -> Shape {
        Shape::Words(SPREADS)
    }
    fn check(node: &Node, limits: Limits, check: &mut Check) {
        match parts(node) {
            Some(("Values", [list])) => match &list.kind {
                Kind::List(items) if items.is_empty() => {
                    check.error(Code::WrongKind, list, list.describe(), "at least one value");
                }
                _ => Vec::<Entry>::check(list, limits, check),
            },
            Some(("Range", [from, to, steps])) => {
                Entry::check(from, limits, check);
                Entry::check(to, limits, check);
                u32::check(steps, within(2.0, 1e6), check);
            }
            Some(("LatinHypercube" | "MonteCarlo", [of])) => Distribution::check(of, limits, check),
            Some(("Values" | "Range" | "LatinHypercube" | "MonteCarlo", parts)) => {
                let found = format!("{} of {}", node.describe(), parts.len());
                check.error(Code::WrongKind, node, found, SPREADS);
            }
            _ => check.error(Code::UnknownChoice, node, node.describe(), SPREADS),
        }
    }
    fn expects(_: Limits) -> String {
        SPREADS.into()
    }
}

impl Checked for Distribution {
    fn shape(_: Limits, _: &mut Shapes) -> Shape {
        Shape::Words(DISTRIBUTIONS)
    }
    fn check(node: &Node, limits: Limits, check: &mut Check) {
        match parts(node) {
            Some(("Uniform", parts @ [_, _]) | ("Triangular", parts @ [_, _, _]))
            | Some(("Normal" | "LogNormal", parts @ [_, _, _, _])) => {
                parts.iter().for_each(|part| Entry::check(part, limits, check));
            }
            Some(("Uniform" | "Triangular" | "Normal" | "LogNormal", parts)) => {
                let found = format!("{} of {}", node.describe(), parts.len());
                check.error(Code::WrongKind, node, found, DISTRIBUTIONS);
            }
            _ => check.error(Code::UnknownChoice, node, node.describe(), DISTRIBUTIONS),
        }
    }
    fn expects(_: Limits) -> String {
        DISTRIBUTIONS.into()
    }
}
