//! RON text as a tree that remembers where everything stands.
//!
//! `ron` builds the typed values; it stops at the first error and keeps no places. This reader finds the
//! places, so that [`super::schema`] can report every error of a file at once.

use std::ops::Range;

use crate::diag::{Code, Diagnostic, Place};

/// A value and its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Where it starts.
    pub place: Place,
    /// Its bytes in the text.
    pub span: Range<usize>,
    /// What it is.
    pub kind: Kind,
}

/// Kinds of RON values.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// A bare word: `true`, `None`, a choice.
    Word(String),
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// `[a, b]`.
    List(Vec<Node>),
    /// `(a, b)`, with the name before it if any.
    Tuple(Option<String>, Vec<Node>),
    /// `(a: 1, b: 2)`, with the name before it if any.
    Record(Option<String>, Vec<(String, Place, Node)>),
    /// `{ "a": 1 }`.
    Map(Vec<(Node, Node)>),
}

impl Node {
    /// What stands here, in words, for an error.
    #[must_use]
    pub fn describe(&self) -> String {
        match &self.kind {
            Kind::Word(word) => format!("`{word}`"),
            Kind::Number(x) => format!("{x}"),
            Kind::Text(text) => format!("{text:?}"),
            Kind::List(items) => format!("a list of {}", items.len()),
            Kind::Tuple(Some(name), _) | Kind::Record(Some(name), _) => format!("`{name}(…)`"),
            Kind::Tuple(None, items) => format!("a group of {}", items.len()),
            Kind::Record(None, fields) => format!("a record of {} fields", fields.len()),
            Kind::Map(entries) => format!("a map of {}", entries.len()),
        }
    }

    /// The text in a field of this record, if it has one.
    #[must_use]
    pub fn text(&self, field: &str) -> Option<&str> {
        let Kind::Record(_, fields) = &self.kind else {
            return None;
        };
        match &fields.iter().find(|(name, ..)| name == field)?.2.kind {
            Kind::Text(text) => Some(text),
            Kind::Tuple(Some(some), inner) if some == "Some" => match &inner.first()?.kind {
                Kind::Text(text) => Some(text),
                _ => None,
            },
            _ => None,
        }
    }

    /// The place of a field by its path (`buildings[2].rows`), or of the nearest parent that exists.
    #[must_use]
    pub fn locate(&self, path: &str) -> Place {
        let mut node = self;
        let mut place = self.place;
        for step in path.split(['.', '[']).filter(|step| !step.is_empty()) {
            let next = match &node.kind {
                Kind::Record(_, fields) => fields.iter().find(|(name, ..)| name == step).map(|(_, _, n)| n),
                Kind::Map(entries) => entries
                    .iter()
                    .find(|(key, _)| matches!(&key.kind, Kind::Text(text) if text == step))
                    .map(|(_, n)| n),
                Kind::List(items) | Kind::Tuple(_, items) => step
                    .trim_end_matches(']')
                    .parse::<usize>()
                    .ok()
                    .and_then(|i| items.get(i)),
                _ => None,
            };
            let Some(next) = next else { break };
            node = next;
            place = node.place;
        }
        place
    }
}

/// Deepest nesting that is read; deeper text is refused rather than overflowing the stack.
const MAX_DEPTH: usize = 64;

/// Reads RON text.
///
/// # Errors
/// The first thing that is not RON, at its place.
pub fn parse(file: &str, text: &str) -> Result<Node, Diagnostic> {
    let mut reader = Reader {
        chars: text.chars().collect(),
        at: 0,
        byte: 0,
        line: 1,
        column: 1,
    };
    let outcome = reader.document();
    outcome.map_err(|(place, found, allowed)| Diagnostic {
        code: Code::Syntax,
        file: file.to_owned(),
        place,
        field: String::new(),
        found,
        allowed,
    })
}

type Step<T> = Result<T, (Place, String, String)>;

struct Reader {
    chars: Vec<char>,
    at: usize,
    byte: usize,
    line: u32,
    column: u32,
}

impl Reader {
    fn document(&mut self) -> Step<Node> {
        if self.peek() == Some('\u{feff}') {
            self.advance();
        }
        self.blank()?;
        while self.peek() == Some('#') {
            while !matches!(self.peek(), None | Some('\n')) {
                self.advance();
            }
            self.blank()?;
        }
        let node = self.value(0)?;
        self.blank()?;
        if self.peek().is_some() {
            Err(self.unexpected("the end of the file"))
        } else {
            Ok(node)
        }
    }

    fn place(&self) -> Place {
        Place {
            line: self.line,
            column: self.column,
        }
    }

    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn ahead(&self, k: usize) -> Option<char> {
        self.chars.get(self.at + k).copied()
    }

    fn advance(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += 1;
        self.byte += c.len_utf8();
        if c == '\n' {
            self.line += 1;
            self.column = 1;
        } else {
            self.column += 1;
        }
        Some(c)
    }

    fn unexpected(&self, allowed: &str) -> (Place, String, String) {
        let found = self
            .peek()
            .map_or_else(|| "the end of the file".to_owned(), |c| format!("`{c}`"));
        (self.place(), found, allowed.to_owned())
    }

    fn blank(&mut self) -> Step<()> {
        loop {
            match (self.peek(), self.ahead(1)) {
                (Some(c), _) if c.is_whitespace() => {
                    self.advance();
                }
                (Some('/'), Some('/')) => {
                    while !matches!(self.peek(), None | Some('\n')) {
                        self.advance();
                    }
                }
                (Some('/'), Some('*')) => {
                    let start = self.place();
                    let mut depth = 0_usize;
                    loop {
                        match (self.peek(), self.ahead(1)) {
                            (Some('/'), Some('*')) => {
                                depth += 1;
                                self.advance();
                                self.advance();
                            }
                            (Some('*'), Some('/')) => {
                                depth -= 1;
                                self.advance();
                                self.advance();
                                if depth == 0 {
                                    break;
                                }
                            }
                            (Some(_), _) => {
                                self.advance();
                            }
                            (None, _) => {
                                return Err((start, "a comment without an end".into(), "`*/` after it".into()));
                            }
                        }
                    }
                }
                _ => return Ok(()),
            }
        }
    }

    fn value(&mut self, depth: usize) -> Step<Node> {
        let (place, start) = (self.place(), self.byte);
        if depth > MAX_DEPTH {
            return Err((
                place,
                "values nested too deep".into(),
                format!("at most {MAX_DEPTH} levels"),
            ));
        }
        let kind = match self.peek() {
            Some('[') => {
                self.advance();
                Kind::List(self.items(']', depth)?)
            }
            Some('{') => self.map(depth)?,
            Some('(') => self.group(None, depth)?,
            Some('"') => Kind::Text(self.text()?),
            Some('r') if matches!(self.ahead(1), Some('"' | '#')) => Kind::Text(self.raw_text()?),
            Some(c) if c.is_ascii_digit() || matches!(c, '-' | '+' | '.') => self.number()?,
            Some(c) if c.is_alphabetic() || c == '_' => {
                let word = self.word();
                match word.as_str() {
                    "inf" | "NaN" => {
                        return Err((place, format!("`{word}`"), "a finite number".into()));
                    }
                    _ => {
                        let before = (self.at, self.byte, self.line, self.column);
                        self.blank()?;
                        if self.peek() == Some('(') {
                            self.group(Some(word), depth)?
                        } else {
                            (self.at, self.byte, self.line, self.column) = before;
                            Kind::Word(word)
                        }
                    }
                }
            }
            _ => return Err(self.unexpected("a value")),
        };
        Ok(Node {
            place,
            span: start..self.byte,
            kind,
        })
    }

    fn word(&mut self) -> String {
        let mut word = String::new();
        while let Some(c) = self.peek() {
            if !(c.is_alphanumeric() || matches!(c, '_')) {
                break;
            }
            word.push(c);
            self.advance();
        }
        word
    }

    fn number(&mut self) -> Step<Kind> {
        let place = self.place();
        let mut text = String::new();
        while let Some(c) = self.peek() {
            if !(c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '+')) {
                break;
            }
            text.push(c);
            self.advance();
        }
        match text.replace('_', "").parse::<f64>() {
            Ok(x) if x.is_finite() => Ok(Kind::Number(x)),
            _ => Err((place, format!("`{text}`"), "a finite decimal number".into())),
        }
    }

    fn text(&mut self) -> Step<String> {
        let start = self.place();
        self.advance();
        let mut out = String::new();
        loop {
            let place = self.place();
            match self.advance() {
                Some('"') => return Ok(out),
                Some('\\') => match self.advance() {
                    Some('n') => out.push('\n'),
                    Some('t') => out.push('\t'),
                    Some('r') => out.push('\r'),
                    Some('0') => out.push('\0'),
                    Some(c @ ('"' | '\\' | '\'')) => out.push(c),
                    Some('\n') => {
                        while self.peek().is_some_and(char::is_whitespace) {
                            self.advance();
                        }
                    }
                    Some('u') => {
                        let digits: String = std::iter::from_fn(|| self.advance().filter(|c| *c != '}'))
                            .skip(1)
                            .collect();
                        match u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32) {
                            Some(c) => out.push(c),
                            None => return Err((place, format!("`\\u{{{digits}}}`"), "a Unicode code point".into())),
                        }
                    }
                    _ => {
                        return Err((
                            place,
                            "an unknown escape".into(),
                            "\\n \\t \\r \\0 \\\" \\\\ \\u{…}".into(),
                        ));
                    }
                },
                Some(c) => out.push(c),
                None => return Err((start, "a text without an end".into(), "a closing `\"`".into())),
            }
        }
    }

    fn raw_text(&mut self) -> Step<String> {
        let start = self.place();
        self.advance();
        let mut hashes = 0;
        while self.peek() == Some('#') {
            hashes += 1;
            self.advance();
        }
        if self.advance() != Some('"') {
            return Err((start, "`r#`".into(), "a raw text such as r#\"…\"#".into()));
        }
        let mut out = String::new();
        loop {
            match self.advance() {
                Some('"') if (0..hashes).all(|k| self.ahead(k) == Some('#')) => {
                    for _ in 0..hashes {
                        self.advance();
                    }
                    return Ok(out);
                }
                Some(c) => out.push(c),
                None => return Err((start, "a raw text without an end".into(), "its closing `\"`".into())),
            }
        }
    }

    fn items(&mut self, close: char, depth: usize) -> Step<Vec<Node>> {
        let mut items = Vec::new();
        loop {
            self.blank()?;
            if self.peek() == Some(close) {
                self.advance();
                return Ok(items);
            }
            items.push(self.value(depth + 1)?);
            self.separator(close)?;
        }
    }

    fn separator(&mut self, close: char) -> Step<()> {
        self.blank()?;
        match self.peek() {
            Some(',') => {
                self.advance();
                Ok(())
            }
            Some(c) if c == close => Ok(()),
            _ => Err(self.unexpected(&format!("`,` or `{close}`"))),
        }
    }

    fn map(&mut self, depth: usize) -> Step<Kind> {
        self.advance();
        let mut entries = Vec::new();
        loop {
            self.blank()?;
            if self.peek() == Some('}') {
                self.advance();
                return Ok(Kind::Map(entries));
            }
            let key = self.value(depth + 1)?;
            self.blank()?;
            if self.peek() != Some(':') {
                return Err(self.unexpected("`:` after a key"));
            }
            self.advance();
            self.blank()?;
            entries.push((key, self.value(depth + 1)?));
            self.separator('}')?;
        }
    }

    fn group(&mut self, name: Option<String>, depth: usize) -> Step<Kind> {
        self.advance();
        self.blank()?;
        if !self.starts_field() {
            return Ok(Kind::Tuple(name, self.items(')', depth)?));
        }
        let mut fields = Vec::new();
        loop {
            self.blank()?;
            if self.peek() == Some(')') {
                self.advance();
                return Ok(Kind::Record(name, fields));
            }
            let place = self.place();
            let field = self.word();
            if field.is_empty() {
                return Err(self.unexpected("a field name"));
            }
            self.blank()?;
            if self.peek() != Some(':') {
                return Err(self.unexpected("`:` after a field name"));
            }
            self.advance();
            self.blank()?;
            fields.push((field, place, self.value(depth + 1)?));
            self.separator(')')?;
        }
    }

    /// Whether a `name:` comes next.
    fn starts_field(&self) -> bool {
        let mut at = self.at;
        let word = |c: &char| c.is_alphanumeric() || *c == '_';
        if !self.chars.get(at).is_some_and(|c| c.is_alphabetic() || *c == '_') {
            return false;
        }
        while self.chars.get(at).is_some_and(word) {
            at += 1;
        }
        while self.chars.get(at).is_some_and(|c| c.is_whitespace()) {
            at += 1;
        }
        self.chars.get(at) == Some(&':')
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn places_are_counted_from_one_and_found_by_path() {
        let node = parse("x", "// note\n(a: 1, list: [\n  (2.5, C2),\n], m: {\"k\": Some(3)})").expect("is RON");
        assert_eq!(node.locate("list[0]"), Place { line: 3, column: 3 });
        assert_eq!(node.locate("m.k"), Place { line: 4, column: 13 });
        assert_eq!(node.locate("a.nothing"), Place { line: 2, column: 5 });
    }

    #[test]
    fn a_span_holds_the_text_of_its_value() {
        let text = "(µ: \"é\", b: [Some (1), C2 , (x: 2)])";
        let Kind::Record(_, fields) = parse("x", text).expect("is RON").kind else {
            panic!("is a record");
        };
        assert_eq!(&text[fields[0].2.span.clone()], "\"é\"");
        let Kind::List(items) = &fields[1].2.kind else {
            panic!("is a list");
        };
        let texts: Vec<&str> = items.iter().map(|item| &text[item.span.clone()]).collect();
        assert_eq!(texts, ["Some (1)", "C2", "(x: 2)"]);
    }

    #[test]
    fn a_syntax_error_says_where_and_what() {
        let error = parse("site.ron", "(\n  a: 1\n  b: 2)").expect_err("a comma is missing");
        assert_eq!(
            error.to_string(),
            "error[E0101]: site.ron:3:3: found `b`; allowed: `,` or `)`"
        );
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in "[\\[\\](){}:,\"r#a-z0-9./*\\\\ \n-]{0,60}") {
            let _ = parse("fuzz", &text);
        }
    }
}
