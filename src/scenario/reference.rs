//! The reference of all files, and a JSON Schema of scenarios, from the declarations of their records.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::ScenarioFile;
use crate::growth::files::PlanFile;
use crate::site::files::{CapitalFile, Catalog, GridFile, SiteFile, TariffFile, WeatherFile};
use crate::site::schema::{ANY, Checked, Limits};
use crate::site::shape::{Declared, FieldShape, Shape, Shapes};
use crate::site::unit;
use crate::tour::TourFile;
use crate::view::walk::WalkFile;
use crate::workload::files::WorkloadFile;

/// Kinds of file: name, its record, and an example.
type Kind = (&'static str, fn(Limits, &mut Shapes) -> Shape, &'static str);

const KINDS: [Kind; 11] = [
    ("Scenario", ScenarioFile::shape, "assets/scenarios/default.ron"),
    ("Site", SiteFile::shape, "assets/sites/lab.ron"),
    ("Catalog", Catalog::shape, "assets/catalog.ron"),
    ("Weather", WeatherFile::shape, "assets/weather/south-bend.ron"),
    ("Tariff", TariffFile::shape, "assets/tariffs/indiana.ron"),
    ("Grid", GridFile::shape, "assets/grids/rfc-west.ron"),
    ("Capital", CapitalFile::shape, "assets/capital.ron"),
    ("Workload", WorkloadFile::shape, "assets/workloads/mission.ron"),
    ("Plan of growth", PlanFile::shape, "assets/plans/rainier.ron"),
    ("Tour", TourFile::shape, "assets/tours/mission.ron"),
    ("Walk", WalkFile::shape, "tests/walks/lab.ron"),
];

/// What a shape takes, in a few words.
fn words(shape: &Shape) -> String {
    let range = |limits: &Limits| {
        if *limits == ANY {
            String::new()
        } else if limits.high == f64::INFINITY {
            format!(" from {}", limits.low)
        } else {
            format!(", {limits}")
        }
    };
    let link = |name: &str| format!("[{name}](#{})", name.to_lowercase());
    match shape {
        Shape::Number(false, limits) => format!("number{}", range(limits)),
        Shape::Number(true, limits) => format!("whole number{}", range(limits)),
        Shape::Figure(limits) => format!("figure{}", range(limits)),
        Shape::Text => "text".to_owned(),
        Shape::Flag => "`true`, `false`".to_owned(),
        Shape::Day => "day".to_owned(),
        Shape::Dated => "dated figure".to_owned(),
        Shape::Choice(name) | Shape::Record(name) => link(name),
        Shape::List(inner) => format!("list of {}", words(inner)),
        Shape::Map(inner) => format!("names to {}", words(inner)),
        Shape::Group(n, inner) => format!("group of {n}: {}", words(inner)),
        Shape::Maybe(inner) => words(inner),
        Shape::Words(words) => (*words).to_owned(),
    }
}

/// Whether numbers stand in it, so that its name says a unit.
fn has_numbers(shape: &Shape) -> bool {
    match shape {
        Shape::Number(..) | Shape::Figure(_) => true,
        Shape::List(inner) | Shape::Map(inner) | Shape::Group(_, inner) | Shape::Maybe(inner) => has_numbers(inner),
        _ => false,
    }
}

fn unit_of(field: &FieldShape) -> Option<String> {
    has_numbers(&field.shape).then(|| unit::spelt(field.name)).flatten()
}

/// The reference in Markdown.
#[must_use]
pub fn markdown() -> String {
    let mut out = String::from(
        "# Reference of all files\n\n\
         Written by `rainier reference`; a test holds it to the code. [formats.md](formats.md) explains what is not \
         self-evident. A field that need not be there says *may be left out*; lists are empty then. Units come from the \
         end of a field's name. A figure is `(value, tag, \"sources\")`, with low and high if it is in doubt.\n",
    );
    let mut shapes = Shapes::default();
    for (name, shape, example) in KINDS {
        let from = shapes.order.len();
        let _ = shape(ANY, &mut shapes);
        let _ = write!(out, "\n## {name}\n\nExample: `{example}`.\n");
        for name in &shapes.order[from..] {
            match shapes.all.get(name) {
                Some(Declared::Record(doc, fields)) => {
                    let _ = write!(
                        out,
                        "\n### {name}\n\n{doc}\n\n| Field | Takes | Unit | |\n|---|---|---|---|\n"
                    );
                    for field in fields {
                        let optional = if field.optional { " *May be left out.*" } else { "" };
                        let unit = unit_of(field).unwrap_or_default();
                        let takes = words(&field.shape);
                        let doc = field.doc.replace('|', "\\|");
                        let _ = writeln!(out, "| `{}` | {takes} | {unit} | {doc}{optional} |", field.name);
                    }
                }
                Some(Declared::Choice(doc, words)) => {
                    let _ = write!(out, "\n### {name}\n\n{doc}\n\n| Word | |\n|---|---|\n");
                    for (word, doc) in words {
                        let _ = writeln!(out, "| `{word}` | {} |", doc.replace('|', "\\|"));
                    }
                }
                None => {}
            }
        }
    }
    out
}

fn number(whole: bool, limits: &Limits) -> Map<String, Value> {
    let mut out = Map::new();
    out.insert("type".into(), json!(if whole { "integer" } else { "number" }));
    // JSON has no infinity.
    for (name, limit) in [("minimum", limits.low), ("maximum", limits.high)] {
        if limit.is_finite() {
            out.insert(name.into(), json!(limit));
        }
    }
    out
}

fn schema(shape: &Shape) -> Value {
    let tag = json!({ "enum": ["C", "C2", "B", "E"] });
    match shape {
        Shape::Number(whole, limits) => Value::Object(number(*whole, limits)),
        Shape::Figure(limits) => {
            let value = Value::Object(number(false, limits));
            let items = [&value, &tag, &json!({ "type": "string" }), &value, &value];
            json!({ "type": "array", "prefixItems": items, "minItems": 3, "maxItems": 5 })
        }
        Shape::Text => json!({ "type": "string" }),
        Shape::Flag => json!({ "type": "boolean" }),
        Shape::Day => json!({ "type": "string", "format": "date" }),
        Shape::Dated => {
            let items = [
                json!({ "type": "string", "format": "date" }),
                tag,
                json!({ "type": "string" }),
            ];
            json!({ "type": "array", "prefixItems": items, "minItems": 3, "maxItems": 3 })
        }
        Shape::Choice(name) | Shape::Record(name) => json!({ "$ref": format!("#/$defs/{name}") }),
        Shape::List(inner) => json!({ "type": "array", "items": schema(inner) }),
        Shape::Map(inner) => json!({ "type": "object", "additionalProperties": schema(inner) }),
        Shape::Group(n, inner) => {
            json!({ "type": "array", "items": schema(inner), "minItems": n, "maxItems": n })
        }
        Shape::Maybe(inner) => schema(inner),
        Shape::Words(words) => json!({ "description": words }),
    }
}

/// A JSON Schema (2020-12) of scenarios: records are objects, groups and figures arrays, words texts.
#[must_use]
pub fn json_schema() -> Value {
    let mut shapes = Shapes::default();
    let root = schema(&ScenarioFile::shape(ANY, &mut shapes));
    let mut defs = Map::new();
    for (name, declared) in &shapes.all {
        let of = match declared {
            Declared::Record(doc, fields) => {
                let mut properties = Map::new();
                let mut required = Vec::new();
                for field in fields {
                    let mut of = match schema(&field.shape) {
                        Value::Object(of) => of,
                        _ => Map::new(),
                    };
                    of.insert("description".into(), json!(field.doc));
                    if let Some(unit) = unit_of(field) {
                        of.insert("x-unit".into(), json!(unit));
                    }
                    properties.insert(field.name.into(), Value::Object(of));
                    if !field.optional {
                        required.push(field.name);
                    }
                }
                json!({
                    "type": "object", "description": doc, "properties": properties, "required": required,
                    "additionalProperties": false,
                })
            }
            Declared::Choice(doc, words) => {
                let of = words
                    .iter()
                    .map(|(word, doc)| json!({ "const": word, "description": doc }));
                json!({ "description": doc, "oneOf": of.collect::<Vec<_>>() })
            }
        };
        defs.insert((*name).into(), of);
    }
    let mut out = Map::new();
    out.insert("$schema".into(), json!("https://json-schema.org/draft/2020-12/schema"));
    out.insert("title".into(), json!("A scenario"));
    out.insert("$defs".into(), Value::Object(defs));
    out.insert("$ref".into(), root.get("$ref").cloned().unwrap_or_default());
    Value::Object(out)
}
