//! What the view says: each message that is said is in the file, each in the file is said, no text is left in the sources,
//! and languages stand in for each other message by message. All of it is read as text: nothing is drawn.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement, Resource};
use fluent_syntax::{parser, serializer};

use crate::common::sources::sources;
use crate::words::{Args, BUILTIN, Words, chosen, say};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Sources of the view with their names, without tests.
fn view_sources() -> Vec<(String, String)> {
    let named = |(path, text): (PathBuf, String)| {
        let name = path.strip_prefix(root().join("src/viewer")).expect("is inside");
        (name.to_string_lossy().replace('\\', "/"), without_tests(text))
    };
    sources("src/viewer").into_iter().map(named).collect()
}

/// A source without its modules of tests.
fn without_tests(mut text: String) -> String {
    while let Some(from) = text.find("#[cfg(test)]") {
        let source = Source::of(&text);
        let open = from + text[from..].find('{').expect("a test is a module");
        let end = source.close(open);
        text.replace_range(from..=end, "");
    }
    text
}

/// A literal of a source: where its quotes are, and what stands between them.
#[derive(Debug, Clone)]
struct Literal {
    from: usize,
    to: usize,
    text: String,
}

/// A source in which literals and comments are told from code.
struct Source {
    literals: Vec<Literal>,
    /// The text with blanks for what is no code; quotes stay.
    code: Vec<u8>,
}

impl Source {
    fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut code = bytes.to_vec();
        let mut literals = Vec::new();
        let mut at = 0;
        let blank = |code: &mut Vec<u8>, from: usize, to: usize| code[from..to].fill(b' ');
        while at < bytes.len() {
            let rest = &text[at..];
            let raw = rest.strip_prefix('r').map(|after| {
                let hashes = after.len() - after.trim_start_matches('#').len();
                (hashes, after[hashes..].starts_with('"'))
            });
            let word_before = at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_');
            if rest.starts_with("//") {
                let end = at + rest.find('\n').unwrap_or(rest.len());
                blank(&mut code, at, end);
                at = end;
            } else if let Some((hashes, true)) = raw.filter(|_| !word_before) {
                let close = format!("\"{}", "#".repeat(hashes));
                let from = at + hashes + 2;
                let to = from + text[from..].find(&close).expect("a literal ends");
                literals.push(Literal {
                    from,
                    to,
                    text: text[from..to].to_owned(),
                });
                blank(&mut code, from, to);
                at = to + close.len();
            } else if rest.starts_with('"') {
                let mut to = at + 1;
                while bytes[to] != b'"' {
                    to += if bytes[to] == b'\\' { 2 } else { 1 };
                }
                literals.push(Literal {
                    from: at + 1,
                    to,
                    text: text[at + 1..to].to_owned(),
                });
                blank(&mut code, at + 1, to);
                at = to + 1;
            } else if let Some(after) = rest.strip_prefix('\'') {
                // A letter, or a lifetime.
                let mut letters = after.char_indices();
                let first = letters.next().map(|(_, c)| c);
                let end = match first {
                    Some('\\') => after[2..].find('\'').map(|k| k + 4),
                    _ => letters.next().filter(|(_, c)| *c == '\'').map(|(k, _)| k + 2),
                };
                let end = at + end.unwrap_or(1);
                blank(&mut code, at, end);
                at = end;
            } else {
                at += rest.chars().next().map_or(1, char::len_utf8);
            }
        }
        Self { literals, code }
    }

    /// Where the bracket that opens at a place is closed.
    fn close(&self, open: usize) -> usize {
        let mut depth = 0_usize;
        for (at, byte) in self.code.iter().enumerate().skip(open) {
            match byte {
                b'(' | b'[' | b'{' => depth += 1,
                b')' | b']' | b'}' => {
                    depth -= 1;
                    if depth == 0 {
                        return at;
                    }
                }
                _ => {}
            }
        }
        panic!("a bracket is not closed")
    }

    /// The name of the call whose bracket a place stands in, and of the calls around it, from within.
    fn calls(&self, place: usize) -> Vec<String> {
        let mut out = Vec::new();
        let mut depth = 0_usize;
        for at in (0..place).rev() {
            match self.code[at] {
                b')' | b']' | b'}' => depth += 1,
                b'(' | b'[' if depth == 0 => {
                    let before = self.code[..at].trim_ascii_end();
                    let name = before
                        .iter()
                        .rev()
                        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'!' | b':'));
                    let mut name: Vec<u8> = name.copied().collect();
                    name.reverse();
                    let name = String::from_utf8(name).expect("is ASCII");
                    // The end of a path: `RichText::new`, wherever that comes from.
                    let parts: Vec<&str> = name.split("::").collect();
                    out.push(parts[parts.len().saturating_sub(2)..].join("::"));
                }
                // Calls around a block are calls of something else.
                b'{' if depth == 0 => break,
                b'(' | b'[' | b'{' => depth -= 1,
                _ => {}
            }
        }
        out
    }

    fn line(&self, text: &str, place: usize) -> usize {
        text[..place].matches('\n').count() + 1
    }

    /// The messages that are said: key, names of variables, and where.
    fn said(&self) -> Vec<(String, BTreeSet<String>, usize)> {
        let mut out = Vec::new();
        let code = String::from_utf8_lossy(&self.code);
        let mut at = 0;
        while let Some(found) = code[at..].find("say!(").map(|k| at + k) {
            at = found + 5;
            // The macro's own arms.
            let inside = code[at..].trim_start();
            if !inside.starts_with('"') {
                continue;
            }
            let end = self.close(found + 4);
            let key = self
                .literals
                .iter()
                .find(|of| of.from > at)
                .expect("a key is a literal");
            let mut names = BTreeSet::new();
            let mut depth = 0_usize;
            let mut begins = None;
            for place in key.to + 1..=end {
                match self.code[place] {
                    b'(' | b'[' | b'{' => depth += 1,
                    b')' | b']' | b'}' if depth > 0 => depth -= 1,
                    b',' | b')' if depth == 0 => {
                        if let Some(from) = begins.replace(place + 1) {
                            let argument = code[from..place].trim();
                            if !argument.is_empty() {
                                let (name, _) = argument.split_once('=').expect("an argument is `name = value`");
                                names.insert(name.trim().to_owned());
                            }
                        }
                    }
                    _ => {}
                }
            }
            out.push((key.text.clone(), names, found));
        }
        out
    }
}

/// Names of the variables of a text, through all its forms.
fn variables(pattern: &Pattern<&str>, out: &mut BTreeSet<String>) {
    fn inline(of: &InlineExpression<&str>, out: &mut BTreeSet<String>) {
        match of {
            InlineExpression::VariableReference { id } => {
                out.insert(id.name.to_owned());
            }
            InlineExpression::Placeable { expression: of } => expression(of, out),
            InlineExpression::FunctionReference { arguments, .. } => {
                arguments.positional.iter().for_each(|of| inline(of, out));
            }
            _ => {}
        }
    }
    fn expression(of: &Expression<&str>, out: &mut BTreeSet<String>) {
        match of {
            Expression::Inline(of) => inline(of, out),
            Expression::Select { selector, variants } => {
                inline(selector, out);
                variants.iter().for_each(|variant| variables(&variant.value, out));
            }
        }
    }
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression: of } = element {
            expression(of, out);
        }
    }
}

/// The messages of a file, with their variables.
fn messages(text: &str) -> BTreeMap<String, BTreeSet<String>> {
    let resource = parser::parse(text).unwrap_or_else(|(_, errors)| panic!("the file cannot be read: {errors:?}"));
    let mut out = BTreeMap::new();
    let mut add = |key: String, pattern: &Pattern<&str>| {
        let mut names = BTreeSet::new();
        variables(pattern, &mut names);
        assert!(out.insert(key.clone(), names).is_none(), "{key} is there twice");
    };
    for entry in &resource.body {
        if let Entry::Message(message) = entry {
            if let Some(value) = &message.value {
                add(message.id.name.to_owned(), value);
            }
            for attribute in &message.attributes {
                add(format!("{}.{}", message.id.name, attribute.id.name), &attribute.value);
            }
        }
    }
    out
}

fn english() -> &'static str {
    BUILTIN[0].1
}

#[test]
fn what_is_said_is_in_the_file_and_what_is_in_the_file_is_said() {
    let english = messages(english());
    let mut unsaid: BTreeSet<&str> = english.keys().map(String::as_str).collect();
    for (file, text) in view_sources() {
        let source = Source::of(&text);
        for (key, names, place) in source.said() {
            let at = format!("src/viewer/{file}:{}", source.line(&text, place));
            let known = english
                .get(&key)
                .unwrap_or_else(|| panic!("{at}: {key} is not in en.ftl"));
            assert_eq!(
                &names, known,
                "{at}: {key} is said with other variables than en.ftl has"
            );
            unsaid.remove(key.as_str());
        }
    }
    assert!(unsaid.is_empty(), "nobody says {unsaid:?} of en.ftl");
}

#[test]
fn translations_say_nothing_that_english_does_not() {
    let english = messages(english());
    let folder = fs::read_dir(root().join("assets/words")).expect("the folder is there");
    let mut files: Vec<PathBuf> = folder.map(|entry| entry.expect("is readable").path()).collect();
    files.sort();
    assert_eq!(BUILTIN[0].0, "en", "English stands behind all others");
    assert_eq!(files.len(), BUILTIN.len(), "every file of assets/words is built in");
    for (tag, text) in BUILTIN {
        let path = root().join(format!("assets/words/{tag}.ftl"));
        assert!(files.contains(&path), "{} is there", path.display());
        for (key, names) in messages(text) {
            let known = english
                .get(&key)
                .unwrap_or_else(|| panic!("{tag}: {key} is not in en.ftl"));
            assert!(
                names.is_subset(known),
                "{tag}: {key} has the variables {names:?}; en.ftl {known:?}"
            );
        }
    }
}

/// Sources whose texts are for other readers: flags of the command line, its tables and pictures, and functions that a page's scripts call.
const NOT_OF_THE_VIEW: [&str; 4] = ["args.rs", "measure.rs", "walk.rs", "web.rs"];

/// Calls that show what stands in them.
const SHOWS: [&str; 29] = [
    "Button::new",
    "Label::new",
    "Link::new",
    "RichText::new",
    "Window::new",
    "add_enabled",
    "button",
    "checkbox",
    "collapsing",
    "complain",
    "heading",
    "hint_text",
    "key",
    "key_label",
    "label",
    "line",
    "menu_button",
    "on_hover_text",
    "on_hover_text_at_pointer",
    "part",
    "radio_value",
    "reading",
    "row",
    "said",
    "say",
    "selectable_label",
    "selectable_value",
    "small_button",
    "toggle_value",
];

/// Calls in which no text is for a person who looks at the view.
const HIDES: [&str; 29] = [
    "Area::new",
    "Grid::new",
    "Id::new",
    "MeshVertexAttribute::new",
    "Ui::new",
    "allow",
    "allow!",
    "cfg",
    "cfg!",
    "cfg_attr",
    "debug!",
    "declared",
    "env!",
    "error!",
    "expect",
    "from_id_salt",
    "id_salt",
    "include_str!",
    "info!",
    "join",
    "make_persistent_id",
    "match_media",
    "panic!",
    "push_str",
    "starts_with",
    "strip_prefix",
    "table",
    "trim_start_matches",
    "warn!",
];

/// Symbols of units and quantities, and what is written alike in every language.
const SYMBOLS: [&str; 26] = [
    "CO", "FLOP", "GJ", "GW", "GWh", "MVA", "MW", "MWh", "Mvar", "PUE", "Pa", "RON", "WUE", "builtin", "g", "kJ", "kV",
    "kW", "kWh", "kg", "kvar", "m", "min", "pu", "rainier", "ron",
];

/// Literals that look like text and are none, with their files.
const NO_TEXT: &[(&str, &str)] = &[
    // What stands in files.
    (
        "panels/editor/form.rs",
        r#"(what: HeatWave, at_s: 0, lasts_s: 86400, ramp_s: 21600, dry_bulb_k: 8, basis: \"Assumed\")"#,
    ),
    ("panels/editor/form.rs", "None"),
    ("panels/editor/form.rs", "Some"),
    // Names that shaders ask for.
    ("world/materials.rs", "DETAIL"),
    ("world/materials.rs", "CUT"),
    ("world/materials.rs", "SELECTED"),
    ("world/materials.rs", "WORLD"),
];

/// Words of a literal, without what is filled in and what stands behind a backslash.
fn words_of(text: &str) -> Vec<String> {
    let mut plain = String::new();
    let mut letters = text.chars();
    while let Some(c) = letters.next() {
        match c {
            '{' => while letters.next().is_some_and(|c| c != '}') {},
            '\\' => {
                letters.next();
                plain.push(' ');
            }
            c => plain.push(c),
        }
    }
    let words = plain.split(|c: char| !c.is_alphabetic() && c != '\'');
    words
        .filter(|word| word.chars().count() > 1)
        .map(str::to_owned)
        .collect()
}

/// Whether a call is one of these, by its own name or with what it is of.
fn is_one_of(names: &[&str], call: &str) -> bool {
    names.contains(&call) || call.rsplit("::").next().is_some_and(|own| names.contains(&own))
}

#[test]
fn no_text_that_a_person_reads_is_left_in_the_sources() {
    let mut left = Vec::new();
    for (file, text) in view_sources() {
        if NOT_OF_THE_VIEW.contains(&file.as_str()) {
            continue;
        }
        let source = Source::of(&text);
        for literal in &source.literals {
            let words = words_of(&literal.text);
            if words.iter().all(|word| SYMBOLS.contains(&word.as_str())) {
                continue;
            }
            let calls = source.calls(literal.from - 1);
            let call = calls.iter().find(|name| !name.is_empty()).map_or("", String::as_str);
            if call == "say!" || is_one_of(&HIDES, call) || NO_TEXT.contains(&(file.as_str(), literal.text.as_str())) {
                continue;
            }
            let prose = words.len() > 1 && literal.text.contains(' ');
            let title = literal.text.starts_with(char::is_uppercase);
            if prose || title || is_one_of(&SHOWS, call) {
                let line = source.line(&text, literal.from);
                left.push(format!("src/viewer/{file}:{line}: {:?} in {call:?}", literal.text));
            }
        }
    }
    assert!(
        left.is_empty(),
        "these belong in assets/words/en.ftl:\n{}",
        left.join("\n")
    );
}

/// A language that nobody speaks: English with every letter doubled.
fn made_up() -> String {
    fn double(pattern: &mut Pattern<String>) {
        for element in &mut pattern.elements {
            match element {
                PatternElement::TextElement { value } => {
                    *value = value
                        .chars()
                        .flat_map(|c| std::iter::repeat_n(c, 1 + usize::from(c.is_alphabetic())))
                        .collect();
                }
                PatternElement::Placeable {
                    expression: Expression::Select { variants, .. },
                } => variants.iter_mut().for_each(|variant| double(&mut variant.value)),
                PatternElement::Placeable { .. } => {}
            }
        }
    }
    let mut resource: Resource<String> = parser::parse(english().to_owned()).expect("English can be read");
    for entry in &mut resource.body {
        if let Entry::Message(message) = entry {
            message.value.iter_mut().for_each(double);
            message.attributes.iter_mut().for_each(|of| double(&mut of.value));
        }
    }
    serializer::serialize(&resource)
}

fn args<'a>(of: &[(&'static str, &'a str)]) -> Args<'a> {
    of.iter().copied().collect()
}

#[test]
fn a_second_language_says_all_that_english_says() {
    let text = made_up();
    let (other, plain) = (Words::of(&[("qaa", &text), BUILTIN[0]]), Words::of(&[BUILTIN[0]]));
    for (key, names) in messages(english()) {
        let filled: Vec<_> = names.iter().map(|name| (&*name.clone().leak(), "7")).collect();
        let [ours, theirs] = [&plain, &other].map(|words| match names.is_empty() {
            true => words.plain(key.as_str()).to_owned(),
            false => words.filled(&key, &args(&filled)),
        });
        assert!(!ours.contains('\u{2068}'), "{key} has marks around what is filled in");
        let doubled = ours.chars().any(char::is_alphabetic);
        assert_eq!(ours != theirs, doubled, "{key}: {ours:?} and {theirs:?}");
    }
}

#[test]
fn what_a_language_lacks_is_said_in_english_and_what_english_lacks_by_its_key() {
    let part = "close = Zu\nlink-copied = { $nothing }\nlink-length = { $size } Zeichen\n= broken\nsite = Gelände\n";
    let words = Words::of(&[("de", part), BUILTIN[0]]);
    assert_eq!(words.plain("close"), "Zu");
    assert_eq!(words.plain("site"), "Gelände", "what follows a broken line is read");
    assert_eq!(words.plain("cancel"), "Cancel", "is not there");
    assert_eq!(
        words.plain("link-copied"),
        "Link copied",
        "asks for a variable that nobody fills in"
    );
    assert_eq!(words.filled("link-length", &args(&[("length", "9")])), "9 characters");
    assert_eq!(words.plain("no-such-key"), "no-such-key");
    assert_eq!(words.filled("no-such-key", &args(&[("length", "9")])), "no-such-key");
    assert_eq!(words.plain("copy-link.no-such-hint"), "copy-link.no-such-hint");
    assert_eq!(
        words.filled("link-length", &Args::new()),
        "link-length",
        "nothing is filled in"
    );
}

#[test]
fn numbers_have_the_forms_of_their_language() {
    let polish = "editor-errors =\n    { $count ->\n        [one] { $count } błąd\n        [few] { $count } błędy\n       *[many] { $count } błędów\n    }\n";
    let words = Words::of(&[("pl", polish), BUILTIN[0]]);
    let said = [1, 3, 5].map(|count| {
        let mut args = Args::new();
        args.set("count", count);
        words.filled("editor-errors", &args)
    });
    assert_eq!(said, ["1 błąd", "3 błędy", "5 błędów"]);
    assert_eq!(say!("editor-errors", count = 1), "1 error");
    assert_eq!(say!("editor-errors", count = 0), "0 errors");
}

#[test]
fn messages_without_variables_are_not_made_anew() {
    let [first, second] = [say!("close"), say!("close")];
    assert_eq!(first, "Close");
    assert!(std::ptr::eq(first, second));
}

#[test]
fn the_first_language_that_is_built_in_is_spoken() {
    let builtin: &[(&'static str, &'static str)] =
        &[("en", ""), ("de", ""), ("pt-BR", ""), ("zh-Hans", ""), ("zh-Hant", "")];
    let spoken = |wanted: &[&str]| -> Vec<&str> { chosen(wanted, builtin).iter().map(|(tag, _)| *tag).collect() };
    assert_eq!(spoken(&[]), ["en"]);
    assert_eq!(spoken(&["en-GB", "de"]), ["en"]);
    assert_eq!(spoken(&["de"]), ["de", "en"]);
    assert_eq!(spoken(&["de-AT", "en"]), ["de", "en"]);
    assert_eq!(spoken(&["fr-FR", "pt-PT"]), ["pt-BR", "en"]);
    assert_eq!(spoken(&["zh-Hant-TW"]), ["zh-Hant", "en"]);
    assert_eq!(spoken(&["zh-Hans"]), ["zh-Hans", "en"]);
    assert_eq!(spoken(&["fr", "", "no language", "../de"]), ["en"]);
}
