//! Items of lists in a text: put in, put in another's place and taken out, so that comments, order and the look of what
//! stands around them stay.

use std::ops::Range;

use super::change::{Lost, Target, follow};
use super::tree::{self, Kind, Node};
use crate::diag::{Code, Diagnostic, Report};

/// Whether a scan stops at the end of a line.
#[derive(Clone, Copy, PartialEq)]
enum Scan {
    Line,
    All,
}

/// The byte behind blanks and comments.
fn skip(text: &str, mut at: usize, scan: Scan) -> usize {
    loop {
        let rest = &text[at..];
        let Some(c) = rest.chars().next() else { return at };
        if c == '\n' && scan == Scan::Line {
            return at;
        }
        if c.is_whitespace() {
            at += c.len_utf8();
        } else if rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
        } else if rest.starts_with("/*") {
            at += block(rest);
        } else {
            return at;
        }
    }
}

/// Length of the comment with which a text begins, with those inside it.
fn block(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        if text[at..].starts_with("/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if text[at..].starts_with("*/") {
            (depth, at) = (depth.saturating_sub(1), at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += c.len_utf8();
        }
    }
    at
}

/// The byte with which the line of a byte begins.
fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |end| end + 1)
}

/// The blanks with which the line of a byte begins.
fn indent(text: &str, at: usize) -> &str {
    let line = &text[line_start(text, at)..at];
    &line[..line.len() - line.trim_start().len()]
}

/// The comma behind a value, if there is one.
fn comma(text: &str, end: usize) -> Option<usize> {
    let at = skip(text, end, Scan::All);
    text[at..].starts_with(',').then_some(at)
}

/// Puts a last part into a list or record, whose parts there are.
fn put_last(text: &str, group: &Range<usize>, parts: &[Range<usize>], new: &str) -> String {
    let mut out = text.to_owned();
    let close = group.end - 1;
    let many_lines = text[group.clone()].contains('\n');
    let Some(last) = parts.last() else {
        let around = indent(text, group.start).to_owned();
        let inside = text[group.start + 1..close].trim_end();
        let from = group.start + 1 + inside.len();
        out.replace_range(from..close, &format!("\n{around}    {new},\n{around}"));
        return out;
    };
    if !many_lines {
        match comma(text, last.end) {
            Some(at) => out.insert_str(at + 1, &format!(" {new},")),
            None => out.insert_str(last.end, &format!(", {new}")),
        }
        return out;
    }
    let first_of_line = parts.iter().rev().find(|part| {
        let line = line_start(text, part.start);
        line > group.start && text[line..part.start].trim().is_empty()
    });
    let around = match first_of_line {
        Some(part) => indent(text, part.start).to_owned(),
        None => format!("{}    ", indent(text, group.start)),
    };
    let line = |text: &str| format!("\n{around}{text},");
    match comma(text, last.end) {
        // Behind the comment that belongs to what stands before.
        Some(at) => {
            let end = skip(text, at + 1, Scan::Line);
            let end = at + 1 + text[at + 1..end].trim_end().len();
            out.insert_str(end, &line(new));
        }
        None => {
            let end = skip(text, last.end, Scan::Line).min(close);
            let end = last.end + text[last.end..end].trim_end().len();
            out.insert_str(end, &line(new));
            out.insert(last.end, ',');
        }
    }
    out
}

/// Something that is wrong with a list.
fn wrong(file: &str, path: &str, node: &Node, code: Code, found: String, allowed: String) -> Report {
    Report {
        errors: vec![Diagnostic {
            code,
            file: file.to_owned(),
            place: node.place,
            field: path.to_owned(),
            found,
            allowed,
        }],
    }
}

fn parse(file: &str, text: &str) -> Result<Node, Report> {
    tree::parse(file, text).map_err(|error| Report { errors: vec![error] })
}

fn lead<'t>(file: &str, root: &'t Node, path: &'t str) -> Result<Target<'t>, Report> {
    follow(root, path).map_err(|lost: Lost| Report {
        errors: vec![lost.diagnostic(file, path)],
    })
}

/// The item of a list by its number, and all items.
fn item<'t>(file: &str, root: &'t Node, path: &'t str, number: usize) -> Result<(&'t Node, &'t [Node]), Report> {
    let Target::There(list) = lead(file, root, path)? else {
        let allowed = "a list that is there".to_owned();
        return Err(wrong(file, path, root, Code::MissingField, "nothing".into(), allowed));
    };
    let Kind::List(items) = &list.kind else {
        let allowed = "a list".to_owned();
        return Err(wrong(file, path, list, Code::WrongKind, list.describe(), allowed));
    };
    let found = items.get(number).ok_or_else(|| {
        let allowed = match items.len() {
            0 => "nothing: the list is empty".to_owned(),
            n => format!("[0] to [{}]", n - 1),
        };
        wrong(file, path, list, Code::UnknownName, format!("[{number}]"), allowed)
    })?;
    Ok((found, items))
}

/// A text that a program has made, if it can still be read.
fn readable(file: &str, text: String) -> Result<String, Report> {
    parse(file, &text).map(|_| text)
}

/// The text with another item at the end of a list; a list that is not there yet begins with it.
///
/// # Errors
/// The text or the item is not RON, or the path does not lead to a list.
pub fn append(file: &str, text: &str, path: &str, item: &str) -> Result<String, Report> {
    parse(file, item)?;
    let root = parse(file, text)?;
    let out = match lead(file, &root, path)? {
        Target::There(list) => {
            let Kind::List(items) = &list.kind else {
                let allowed = "a list".to_owned();
                return Err(wrong(file, path, list, Code::WrongKind, list.describe(), allowed));
            };
            let parts: Vec<Range<usize>> = items.iter().map(|item| item.span.clone()).collect();
            put_last(text, &list.span, &parts, item)
        }
        Target::Absent { record, field } => {
            let parts: Vec<Range<usize>> = match &record.kind {
                Kind::Record(_, fields) => fields
                    .iter()
                    .filter_map(|(_, place, value)| Some(place.byte_in(text)?..value.span.end))
                    .collect(),
                _ => Vec::new(),
            };
            let deeper = match parts.last() {
                Some(last) if text[record.span.clone()].contains('\n') => indent(text, last.start),
                _ => "",
            };
            let list = if deeper.is_empty() {
                format!("{field}: [{item}]")
            } else {
                format!("{field}: [\n{deeper}    {item},\n{deeper}]")
            };
            put_last(text, &record.span, &parts, &list)
        }
    };
    readable(file, out)
}

/// The text with another item in the place of one of a list.
///
/// # Errors
/// As [`append`], or the list has no such item.
pub fn replace(file: &str, text: &str, path: &str, number: usize, new: &str) -> Result<String, Report> {
    parse(file, new)?;
    let root = parse(file, text)?;
    let (old, _) = item(file, &root, path, number)?;
    let mut out = text.to_owned();
    out.replace_range(old.span.clone(), new);
    readable(file, out)
}

/// The text without an item of a list, with the comment behind it in its line.
///
/// # Errors
/// As [`replace`].
pub fn remove(file: &str, text: &str, path: &str, number: usize) -> Result<String, Report> {
    let root = parse(file, text)?;
    let (old, items) = item(file, &root, path, number)?;
    let mut range = old.span.clone();
    let begin = line_start(text, range.start);
    let alone_before = text[begin..range.start].trim().is_empty();
    match comma(text, range.end) {
        Some(at) => range.end = at + 1,
        None => {
            if let Some(before) = number.checked_sub(1).and_then(|k| items.get(k))
                && let Some(at) = comma(text, before.span.end)
                && !alone_before
            {
                range.start = at;
            }
        }
    }
    let rest = skip(text, range.end, Scan::Line);
    let line_ends = text[rest..].starts_with('\n') || rest == text.len();
    if alone_before && line_ends && begin > 0 {
        range = begin - 1..rest;
    } else if text[range.end..].starts_with(' ') && !text[..range.start].ends_with(['[', ' ']) {
        // What stands before keeps its distance from what comes next.
    } else if text[range.end..].starts_with(' ') {
        range.end += 1;
    }
    let mut out = text.to_owned();
    out.replace_range(range, "");
    readable(file, out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn list(text: &str, path: &str) -> Vec<String> {
        let root = tree::parse("f", text).expect("is RON");
        let Ok(Target::There(node)) = follow(&root, path) else {
            return Vec::new();
        };
        let Kind::List(items) = &node.kind else {
            panic!("is a list")
        };
        items.iter().map(|item| text[item.span.clone()].to_owned()).collect()
    }

    #[test]
    fn an_item_is_put_where_a_person_would_put_it() {
        for (before, after) in [
            ("(a: [])", "(a: [\n    9,\n])"),
            ("(a: [1])", "(a: [1, 9])"),
            ("(a: [1, ])", "(a: [1, 9, ])"),
            ("(b: 1)", "(b: 1, a: [9])"),
            ("(\n    b: 1,\n)", "(\n    b: 1,\n    a: [\n        9,\n    ],\n)"),
            (
                "(\n    b: 1 // one\n)",
                "(\n    b: 1, // one\n    a: [\n        9,\n    ],\n)",
            ),
            ("(\n    a: [], // none\n)", "(\n    a: [\n        9,\n    ], // none\n)"),
            (
                "(\n  a: [\n    1, // é\n    // two\n    2, // second\n    // the end\n  ],\n)",
                "(\n  a: [\n    1, // é\n    // two\n    2, // second\n    9,\n    // the end\n  ],\n)",
            ),
            (
                "(\n  a: [\n    1 /* x */ // é\n  ],\n)",
                "(\n  a: [\n    1, /* x */ // é\n    9,\n  ],\n)",
            ),
            (
                "(\n    a: [\n        // nothing yet\n    ],\n)",
                "(\n    a: [\n        // nothing yet\n        9,\n    ],\n)",
            ),
            (
                "(\n    a: [(\n        1)],\n)",
                "(\n    a: [(\n        1),\n        9,],\n)",
            ),
        ] {
            assert_eq!(append("f", before, "a", "9").as_deref(), Ok(after), "{before}");
        }
    }

    #[test]
    fn an_item_goes_with_its_comma_and_its_line() {
        for (before, number, after) in [
            ("(a: [1])", 0, "(a: [])"),
            ("(a: [1, 2])", 0, "(a: [2])"),
            ("(a: [1, 2])", 1, "(a: [1])"),
            ("(a: [1, 2, 3])", 1, "(a: [1, 3])"),
            (
                "(\n  a: [\n    1, // first\n    // two\n    2, // second\n  ],\n)",
                1,
                "(\n  a: [\n    1, // first\n    // two\n  ],\n)",
            ),
            (
                "(\n  a: [\n    1, // first\n    2\n  ],\n)",
                0,
                "(\n  a: [\n    2\n  ],\n)",
            ),
            ("(\n  a: [\n    1,\n    2\n  ],\n)", 1, "(\n  a: [\n    1,\n  ],\n)"),
        ] {
            assert_eq!(remove("f", before, "a", number).as_deref(), Ok(after), "{before}");
        }
        let text = "(a: [1, /* two */ 2])";
        assert_eq!(
            replace("f", text, "a", 1, "(x: 3)").as_deref(),
            Ok("(a: [1, /* two */ (x: 3)])")
        );
    }

    #[test]
    fn what_cannot_be_done_is_said() {
        for (text, path, number, expected) in [
            ("(a: [1])", "a", 1, "found [1]; allowed: [0] to [0]"),
            ("(a: [])", "a", 0, "found [0]; allowed: nothing: the list is empty"),
            ("(a: 1)", "a", 0, "found 1; allowed: a list"),
            ("(b: 1)", "a", 0, "found nothing; allowed: a list that is there"),
            ("(b: 1)", "b.c", 0, "allowed: nothing more"),
            ("(b: ", "b", 0, "E0101"),
        ] {
            let error = remove("f", text, path, number).expect_err("cannot be done").to_string();
            assert!(error.contains(expected), "{expected} is not in {error}");
        }
        assert!(append("f", "(a: [])", "a", "(").is_err());
        assert!(append("f", "(a: 1)", "a", "1").is_err());
    }

    proptest! {
        #[test]
        fn whatever_stands_around_items_nothing_else_changes(
            blanks in prop::collection::vec("[ \n]{0,3}|// é\n|/\\* /\\* \\] \\*/ \\*/", 12),
            items in prop::collection::vec("[0-9]{1,3}|\"[,\\]é/]{0,3}\"|\\(x: \\[1, 2\\]\\)", 0..4),
            ends_with_comma in any::<bool>(),
            number in 0_usize..4,
        ) {
            let mut text = format!("({}a:{}[", blanks[0], blanks[1]);
            for (k, item) in items.iter().enumerate() {
                text += &blanks[2 + 2 * k];
                text += item;
                text += &blanks[3 + 2 * k];
                if k + 1 < items.len() || ends_with_comma {
                    text.push(',');
                }
            }
            text += &format!("{}]{})", blanks[10], blanks[11]);
            let longer = append("f", &text, "a", "(new: 1)").expect("is a list");
            let mut expected = items.clone();
            expected.push("(new: 1)".to_owned());
            prop_assert_eq!(list(&longer, "a"), expected);
            if number < items.len() {
                let shorter = remove("f", &text, "a", number).expect("has the item");
                let mut expected = items.clone();
                expected.remove(number);
                prop_assert_eq!(list(&shorter, "a"), expected);
                let other = replace("f", &text, "a", number, "7").expect("has the item");
                let mut expected = items.clone();
                expected[number] = "7".to_owned();
                prop_assert_eq!(list(&other, "a"), expected);
            } else {
                prop_assert!(remove("f", &text, "a", number).is_err());
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in "[\\[\\](){}:,\"a0-9./*\n é-]{0,40}", path in "a|b\\[0\\]|", number in 0_usize..3) {
            let _ = append("f", &text, &path, "1");
            let _ = remove("f", &text, &path, number);
            let _ = replace("f", &text, &path, number, "1");
        }
    }
}
