//! Every field that a change can reach, with its value: what an editor offers.

use super::{Overrides, files_of, text_by_role, tree_of};
use crate::site::change::{Changed, Role, figure};
use crate::site::epw::is_epw;
use crate::site::texts::Files;
use crate::site::tree::{Kind, Node};

/// A field of one of a scenario's files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reachable {
    /// File and path, such as `catalog:chips.trainium2.tdp_w`.
    pub path: String,
    /// Its value as it stands there.
    pub value: String,
}

/// Longest value that is shown, bytes.
const LONGEST: usize = 200;

fn gather(node: &Node, path: &str, text: &str, out: &mut Vec<Reachable>) {
    let dot = if path.ends_with(':') { "" } else { "." };
    match &node.kind {
        Kind::Record(_, fields) => {
            for (name, _, inner) in fields {
                gather(inner, &format!("{path}{dot}{name}"), text, out);
            }
        }
        Kind::Map(entries) => {
            for (key, inner) in entries {
                if let Kind::Text(name) = &key.kind {
                    gather(inner, &format!("{path}{dot}{name}"), text, out);
                }
            }
        }
        Kind::Tuple(Some(some), items) if some == "Some" => {
            for inner in items {
                gather(inner, path, text, out);
            }
        }
        Kind::List(items) | Kind::Tuple(_, items) => match figure(node) {
            Some(parts) => gather(&parts[0], path, text, out),
            None => {
                for (i, inner) in items.iter().enumerate() {
                    gather(inner, &format!("{path}[{i}]"), text, out);
                }
            }
        },
        Kind::Number(_) | Kind::Word(_) | Kind::Text(_) => {
            let value = text.get(node.span.clone()).unwrap_or_default();
            if value.len() <= LONGEST {
                out.push(Reachable {
                    path: path.to_owned(),
                    value: value.to_owned(),
                });
            }
        }
    }
}

/// The fields of the files that a scenario names, in the order of the files; those of the scenario itself stand beside
/// its changes. Files that cannot be read have none.
#[must_use]
pub fn reachable(files: &dyn Files, name: &str, text: &str) -> Vec<Reachable> {
    let mut changed = Changed::new(files);
    changed.put(name, text.to_owned());
    let mut out = Vec::new();
    for (role, file) in files_of(&changed, name, Overrides::default()) {
        if role == Role::Scenario || is_epw(&file) {
            continue;
        }
        if let Ok(text) = text_by_role(&changed, role, &file)
            && let Ok(tree) = tree_of(&file, &text)
        {
            gather(&tree, &format!("{}:", role.as_str()), &text, &mut out);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{self, load_text};
    use crate::site::change::Change;
    use crate::site::texts::NoFiles;

    #[test]
    fn every_field_that_is_offered_can_be_changed_to_what_it_is() {
        let text = include_str!("../../assets/scenarios/lab-jobs.ron");
        let all = reachable(&NoFiles, "x.ron", text);
        assert!(all.len() > 500, "{} fields", all.len());
        let tdp = all.iter().find(|field| field.path == "catalog:chips.trainium2.tdp_w");
        assert!(tdp.is_some_and(|field| field.value.parse::<f64>().is_ok()), "{tdp:?}");
        for field in &all {
            let change: Change = format!("{} = {}", field.path, field.value)
                .parse()
                .expect("is a change");
            let changes = [change];
            let instead = Overrides {
                changes: &changes,
                ..Overrides::default()
            };
            let made = scenario::change(&NoFiles, "x.ron", text, instead);
            assert!(
                made.is_ok(),
                "{}: {}",
                field.path,
                made.err().map(|e| e.to_string()).unwrap_or_default()
            );
        }
        assert!(load_text(&NoFiles, "x.ron", text, Overrides::default()).is_ok());
        assert!(reachable(&NoFiles, "x.ron", "(").is_empty());
    }
}
