//! What differs between two texts of RON, item by item.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Serialize;

use crate::site::tree::{self, Kind, Node};

/// Longest text of a value.
const LONGEST: usize = 200;

/// One difference of the inputs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InputChange {
    /// Which file, by its role.
    pub file: String,
    /// Where in it.
    pub path: String,
    /// `changed`, `added` or `removed`.
    pub change: &'static str,
    /// Its value in the first text.
    pub a: Option<String>,
    /// Its value in the second one.
    pub b: Option<String>,
}

/// All that differs between two texts of a file of this role; none if one of them is no RON.
#[must_use]
pub fn differences(role: &str, texts: [&str; 2]) -> Option<Vec<InputChange>> {
    let [a, b] = texts.map(|text| tree::parse(role, text).ok());
    let mut walk = Walk {
        file: role,
        texts,
        out: Vec::new(),
    };
    walk.nodes("", &a?, &b?);
    Some(walk.out)
}

/// A value as it stands in its file, on one line.
fn normal(text: &str, node: &Node) -> String {
    let raw = text.get(node.span.clone()).unwrap_or_default();
    raw.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The same, cut where it is long.
fn value(text: &str, node: &Node) -> String {
    let line = normal(text, node);
    if line.chars().count() > LONGEST {
        line.chars().take(LONGEST).chain(['…']).collect()
    } else {
        line
    }
}

fn is_scalar(node: &Node) -> bool {
    matches!(node.kind, Kind::Word(_) | Kind::Number(_) | Kind::Text(_))
}

/// Fields by which an item of a list is known among the others.
const NAMES: [&str; 3] = ["name", "id", "number"];

/// Fields that say what an item is about: events of one action at one place are the same event at another time.
const SUBJECTS: [&str; 8] = ["action", "at", "kind", "job", "what", "rack", "model", "field"];

/// Most comparisons of items for the longest common part of two lists; of longer ones only what both begin and end with.
const MOST_COMPARED: usize = 16 << 20;

/// An item of A and the item of B that it has become, by their numbers; one of them alone where it was added or removed.
type Paired = (Option<usize>, Option<usize>);

/// A scalar field of a record.
fn field<'n>(node: &'n Node, name: &str) -> Option<&'n Kind> {
    let Kind::Record(_, fields) = &node.kind else {
        return None;
    };
    let (.., node) = fields.iter().find(|(field, ..)| field == name)?;
    is_scalar(node).then_some(&node.kind)
}

/// Pairs the items of two lists by a field that names them: every item has it, and no two of a list share it.
fn by_name(a: &[Node], b: &[Node]) -> Option<Vec<Paired>> {
    let names = |nodes: &[Node], name: &str| -> Option<BTreeMap<String, usize>> {
        let keys = nodes
            .iter()
            .enumerate()
            .map(|(k, node)| Some((format!("{:?}", field(node, name)?), k)));
        let keys: BTreeMap<String, usize> = keys.collect::<Option<_>>()?;
        (keys.len() == nodes.len()).then_some(keys)
    };
    if a.is_empty() || b.is_empty() {
        return None;
    }
    let (names_a, names_b) = NAMES.iter().find_map(|name| names(a, name).zip(names(b, name)))?;
    let mut pairs: Vec<Paired> = names_a
        .iter()
        .map(|(name, k)| (Some(*k), names_b.get(name).copied()))
        .collect();
    pairs.sort_unstable();
    let mut added: Vec<Paired> = (names_b.iter().filter(|(name, _)| !names_a.contains_key(*name)))
        .map(|(_, k)| (None, Some(*k)))
        .collect();
    added.sort_unstable();
    pairs.append(&mut added);
    Some(pairs)
}

/// Pairs the items of two lists by their longest common part, and between its items those that are about the same.
fn by_place(a: &[Node], b: &[Node], words_a: &[String], words_b: &[String]) -> Vec<Paired> {
    let mut pairs = Vec::new();
    let (mut x, mut y) = (0, 0);
    for (next_x, next_y) in common(words_a, words_b).into_iter().chain([(a.len(), b.len())]) {
        between(a, b, x..next_x, y..next_y, &mut pairs);
        if next_x < a.len() {
            pairs.push((Some(next_x), Some(next_y)));
        }
        (x, y) = (next_x + 1, next_y + 1);
    }
    pairs
}

/// Pairs what is left of two lists between two items that both have.
fn between(a: &[Node], b: &[Node], of_a: Range<usize>, of_b: Range<usize>, pairs: &mut Vec<Paired>) {
    let alike = |x: &Node, y: &Node| SUBJECTS.iter().all(|name| field(x, name) == field(y, name));
    let mut y = of_b.start;
    for x in of_a {
        match (y..of_b.end).find(|k| alike(&a[x], &b[*k])) {
            Some(found) => {
                pairs.extend((y..found).map(|k| (None, Some(k))));
                pairs.push((Some(x), Some(found)));
                y = found + 1;
            }
            None => pairs.push((Some(x), None)),
        }
    }
    pairs.extend((y..of_b.end).map(|k| (None, Some(k))));
}

/// The longest common part of two lists, as pairs of places.
fn common(a: &[String], b: &[String]) -> Vec<(usize, usize)> {
    let head = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (rest_a, rest_b) = (&a[head..], &b[head..]);
    let tail = rest_a
        .iter()
        .rev()
        .zip(rest_b.iter().rev())
        .take_while(|(x, y)| x == y)
        .count();
    let (rest_a, rest_b) = (&rest_a[..rest_a.len() - tail], &rest_b[..rest_b.len() - tail]);
    let mut out: Vec<(usize, usize)> = (0..head).map(|k| (k, k)).collect();
    let width = rest_b.len() + 1;
    if rest_a.len().saturating_mul(width) <= MOST_COMPARED {
        // How much two ends of the lists have in common, from the back.
        let mut longest = vec![0_u32; (rest_a.len() + 1) * width];
        for x in (0..rest_a.len()).rev() {
            for y in (0..rest_b.len()).rev() {
                longest[x * width + y] = if rest_a[x] == rest_b[y] {
                    longest[(x + 1) * width + y + 1] + 1
                } else {
                    longest[(x + 1) * width + y].max(longest[x * width + y + 1])
                };
            }
        }
        let (mut x, mut y) = (0, 0);
        while x < rest_a.len() && y < rest_b.len() {
            if rest_a[x] == rest_b[y] {
                out.push((head + x, head + y));
                (x, y) = (x + 1, y + 1);
            } else if longest[(x + 1) * width + y] >= longest[x * width + y + 1] {
                x += 1;
            } else {
                y += 1;
            }
        }
    }
    out.extend((0..tail).map(|k| (a.len() - tail + k, b.len() - tail + k)));
    out
}

/// Two texts and what differs between their trees.
struct Walk<'t> {
    file: &'t str,
    texts: [&'t str; 2],
    out: Vec<InputChange>,
}

impl Walk<'_> {
    fn push(&mut self, path: &str, a: Option<&Node>, b: Option<&Node>) {
        let change = match (a, b) {
            (Some(_), Some(_)) => "changed",
            (None, _) => "added",
            (_, None) => "removed",
        };
        self.out.push(InputChange {
            file: self.file.to_owned(),
            path: path.to_owned(),
            change,
            a: a.map(|node| value(self.texts[0], node)),
            b: b.map(|node| value(self.texts[1], node)),
        });
    }

    /// Numbers in a path are those of A, where A has the item.
    fn list(&mut self, path: &str, a: &[Node], b: &[Node]) {
        let pairs = by_name(a, b).unwrap_or_else(|| {
            let words = |text: &str, nodes: &[Node]| nodes.iter().map(|node| normal(text, node)).collect::<Vec<_>>();
            by_place(a, b, &words(self.texts[0], a), &words(self.texts[1], b))
        });
        for (x, y) in pairs {
            let Some(k) = x.or(y) else { continue };
            self.pair(
                &format!("{path}[{k}]"),
                x.and_then(|x| a.get(x)),
                y.and_then(|y| b.get(y)),
            );
        }
    }

    fn pair(&mut self, path: &str, a: Option<&Node>, b: Option<&Node>) {
        match (a, b) {
            (Some(a), Some(b)) => self.nodes(path, a, b),
            (None, None) => {}
            _ => self.push(path, a, b),
        }
    }

    fn named(&mut self, path: &str, a: &[(&str, &Node)], b: &[(&str, &Node)]) {
        let under = |name: &str| {
            if path.is_empty() {
                name.to_owned()
            } else {
                format!("{path}.{name}")
            }
        };
        let of = |list: &[(&str, &Node)], name: &str| list.iter().position(|(other, _)| *other == name);
        for (name, node) in a {
            let other = of(b, name).map(|k| b[k].1);
            self.pair(&under(name), Some(node), other);
        }
        for (name, node) in b.iter().filter(|(name, _)| of(a, name).is_none()) {
            self.pair(&under(name), None, Some(node));
        }
    }

    fn nodes(&mut self, path: &str, a: &Node, b: &Node) {
        match (&a.kind, &b.kind) {
            (Kind::Record(x, fields_a), Kind::Record(y, fields_b)) if x == y => {
                let list_a: Vec<(&str, &Node)> = fields_a.iter().map(|(name, _, node)| (name.as_str(), node)).collect();
                let list_b: Vec<(&str, &Node)> = fields_b.iter().map(|(name, _, node)| (name.as_str(), node)).collect();
                self.named(path, &list_a, &list_b);
            }
            (Kind::Map(entries_a), Kind::Map(entries_b)) => {
                let (keys_a, keys_b) = (keys(entries_a), keys(entries_b));
                let list_a: Vec<(&str, &Node)> = keys_a
                    .iter()
                    .map(String::as_str)
                    .zip(entries_a.iter().map(|e| &e.1))
                    .collect();
                let list_b: Vec<(&str, &Node)> = keys_b
                    .iter()
                    .map(String::as_str)
                    .zip(entries_b.iter().map(|e| &e.1))
                    .collect();
                self.named(path, &list_a, &list_b);
            }
            (Kind::List(x), Kind::List(y)) => self.list(path, x, y),
            // A figure, a pair of lengths: one value.
            (Kind::Tuple(n, x), Kind::Tuple(m, y)) if n == m && x.iter().chain(y).all(is_scalar) => {
                let same = x.len() == y.len() && x.iter().zip(y).all(|(x, y)| x.kind == y.kind);
                if !same {
                    self.push(path, Some(a), Some(b));
                }
            }
            (Kind::Tuple(n, x), Kind::Tuple(m, y)) if n == m => self.list(path, x, y),
            (x, y) if is_scalar(a) && is_scalar(b) && x == y => {}
            _ => self.push(path, Some(a), Some(b)),
        }
    }
}

fn keys(entries: &[(Node, Node)]) -> Vec<String> {
    let key = |node: &Node| match &node.kind {
        Kind::Text(text) | Kind::Word(text) => text.clone(),
        _ => node.describe(),
    };
    entries.iter().map(|(node, _)| key(node)).collect()
}

#[cfg(test)]
mod tests {
    use super::InputChange;

    /// Path, change, and the values before and after, of two texts.
    fn differences(a: &str, b: &str) -> Vec<(String, &'static str, Option<String>, Option<String>)> {
        let row = |change: InputChange| (change.path, change.change, change.a, change.b);
        let found = super::differences("x", [a, b]).expect("both are RON");
        found.into_iter().map(row).collect()
    }

    fn row(
        path: &str,
        change: &'static str,
        a: Option<&str>,
        b: Option<&str>,
    ) -> (String, &'static str, Option<String>, Option<String>) {
        (path.into(), change, a.map(str::to_owned), b.map(str::to_owned))
    }

    #[test]
    fn an_item_that_is_put_in_shows_alone() {
        let a = r#"(events: [(at_s: 1, action: OpenFeed, at: "A"), (at_s: 9, action: CloseFeed, at: "A")])"#;
        let b = r#"(events: [(at_s: 0, action: CutWater), (at_s: 1, action: OpenFeed, at: "A"), (at_s: 9, action: CloseFeed, at: "A")])"#;
        let added = "(at_s: 0, action: CutWater)";
        assert_eq!(differences(a, b), [row("events[0]", "added", None, Some(added))]);
        assert_eq!(differences(b, a), [row("events[0]", "removed", Some(added), None)]);
        assert_eq!(
            differences("[1, 2, 3]", "[1, 9, 2, 3]"),
            [row("[1]", "added", None, Some("9"))]
        );
        assert_eq!(
            differences("[1, 2, 3]", "[1, 9, 3]"),
            [row("[1]", "changed", Some("2"), Some("9"))]
        );
    }

    #[test]
    fn an_event_at_another_time_is_still_that_event() {
        let a = r#"[(at_s: 1, action: OpenFeed, at: "A"), (at_s: 5, action: OpenFeed, at: "B", value: 2)]"#;
        let b = r#"[(at_s: 3, action: CutWater), (at_s: 6, action: OpenFeed, at: "B", value: 2)]"#;
        let found = differences(a, b);
        let expected = [
            row("[0]", "removed", Some(r#"(at_s: 1, action: OpenFeed, at: "A")"#), None),
            row("[0]", "added", None, Some("(at_s: 3, action: CutWater)")),
            row("[1].at_s", "changed", Some("5"), Some("6")),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn named_items_are_paired_by_their_names_in_any_order() {
        let a = r#"(sites: [(name: "S1", x: 1), (name: "S2", x: 2)])"#;
        let b = r#"(sites: [(name: "S3", x: 3), (name: "S2", x: 5), (name: "S1", x: 1)])"#;
        let expected = [
            row("sites[1].x", "changed", Some("2"), Some("5")),
            row("sites[0]", "added", None, Some(r#"(name: "S3", x: 3)"#)),
        ];
        assert_eq!(differences(a, b), expected);
        // A name that two share names neither.
        let a = r#"[(name: "S", x: 1), (name: "S", x: 2)]"#;
        let b = r#"[(name: "S", x: 1), (name: "S", x: 3)]"#;
        assert_eq!(differences(a, b), [row("[1].x", "changed", Some("2"), Some("3"))]);
    }
}
