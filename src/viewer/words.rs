//! What the view says, language by language: Project Fluent's files in `assets/words`.
//!
//! `say!("key")` is a message without variables: it costs a look-up and nothing is made. `say!("key", name = value)` fills
//! variables in; figures are written by `panels/format.rs` before. A message that a language lacks is said in English, and
//! one that English lacks is said by its key, so that nothing here can fail.

use std::collections::HashMap;
use std::sync::OnceLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use fluent_syntax::ast::{Entry, Pattern};
use unic_langid::LanguageIdentifier;

/// Languages that are built in, by their BCP 47 tags. English comes first: it has every message.
pub(crate) const BUILTIN: &[(&str, &str)] = &[("en", include_str!("../../assets/words/en.ftl"))];

/// What the variables of a message stand for.
pub(crate) type Args<'a> = FluentArgs<'a>;

/// The messages of a language, with those of English behind them.
pub(crate) struct Words {
    /// In the order in which they are asked.
    bundles: Vec<FluentBundle<FluentResource>>,
    /// Messages without variables by their keys, ready to be shown.
    plain: HashMap<String, String>,
}

/// A text of a bundle: a message, or its attribute behind a full stop.
fn pattern<'b>(bundle: &'b FluentBundle<FluentResource>, key: &str) -> Option<&'b Pattern<&'b str>> {
    match key.split_once('.') {
        Some((id, name)) => Some(bundle.get_message(id)?.get_attribute(name)?.value()),
        None => bundle.get_message(key)?.value(),
    }
}

/// Keys of all messages of a file and of their attributes.
fn keys(resource: &FluentResource) -> Vec<String> {
    let mut out = Vec::new();
    for entry in resource.entries() {
        if let Entry::Message(message) = entry {
            let id = message.id.name;
            out.push(id.to_owned());
            out.extend(message.attributes.iter().map(|of| format!("{id}.{}", of.id.name)));
        }
    }
    out
}

impl Words {
    /// Of languages by their tags, the one that is wanted first. What cannot be read of a file is left out.
    pub(crate) fn of(languages: &[(&str, &str)]) -> Self {
        let mut words = Self {
            bundles: Vec::new(),
            plain: HashMap::new(),
        };
        // From behind: what comes first takes the place of what comes after.
        for (tag, text) in languages.iter().rev() {
            let tag: LanguageIdentifier = tag.parse().unwrap_or_default();
            let resource = FluentResource::try_new((*text).to_owned()).unwrap_or_else(|(whole, _)| whole);
            let keys = keys(&resource);
            let mut bundle = FluentBundle::new_concurrent(vec![tag]);
            // Marks around what is filled in would be drawn as boxes.
            bundle.set_use_isolating(false);
            // A key that is there twice: the first one counts.
            let _ = bundle.add_resource(resource);
            for key in keys {
                let mut problems = Vec::new();
                let text = pattern(&bundle, &key).map(|pattern| bundle.format_pattern(pattern, None, &mut problems));
                if let Some(text) = text.filter(|_| problems.is_empty()) {
                    words.plain.insert(key, text.into_owned());
                }
            }
            words.bundles.insert(0, bundle);
        }
        words
    }

    /// A message without variables.
    pub(crate) fn plain<'a>(&'a self, key: &'a str) -> &'a str {
        self.plain.get(key).map_or(key, String::as_str)
    }

    /// A message with its variables filled in.
    pub(crate) fn filled(&self, key: &str, args: &Args) -> String {
        for bundle in &self.bundles {
            let Some(pattern) = pattern(bundle, key) else { continue };
            let mut problems = Vec::new();
            let text = bundle.format_pattern(pattern, Some(args), &mut problems);
            if problems.is_empty() {
                return text.into_owned();
            }
        }
        key.to_owned()
    }
}

/// The built-in language that serves a wanted one best, if one does: the same one, or one of another region.
fn serves(wanted: &str, builtin: &[(&'static str, &'static str)]) -> Option<(&'static str, &'static str)> {
    let wanted: LanguageIdentifier = wanted.parse().ok()?;
    let all = || {
        let tags = builtin.iter().filter_map(|of| Some((*of, of.0.parse().ok()?)));
        tags.filter(|(_, tag): &(_, LanguageIdentifier)| tag.language == wanted.language)
    };
    let same = all().find(|(_, tag)| *tag == wanted);
    let other = || all().find(|(_, tag)| tag.script.is_none() || tag.script == wanted.script);
    same.or_else(other).map(|(of, _)| of)
}

/// The languages to speak: the first of the wanted ones that is built in, and English behind it.
pub(crate) fn chosen<S: AsRef<str>>(
    wanted: &[S],
    builtin: &[(&'static str, &'static str)],
) -> Vec<(&'static str, &'static str)> {
    let first = wanted.iter().find_map(|tag| serves(tag.as_ref(), builtin));
    let mut out: Vec<_> = first.into_iter().collect();
    out.extend(builtin.first().filter(|english| Some(**english) != first));
    out
}

/// One for the whole program: texts are said in places that know nothing of it.
static WORDS: OnceLock<Words> = OnceLock::new();

fn words() -> &'static Words {
    WORDS.get_or_init(|| Words::of(&chosen::<&str>(&[], BUILTIN)))
}

/// Chooses the language, once, before anything is said: the first of these tags that is built in, or else English.
pub(crate) fn choose<S: AsRef<str>>(wanted: &[S]) {
    let _ = WORDS.set(Words::of(&chosen(wanted, BUILTIN)));
}

/// A message without variables, for [`say!`].
pub(crate) fn plain(key: &'static str) -> &'static str {
    words().plain(key)
}

/// A message with its variables filled in, for [`say!`].
pub(crate) fn filled(key: &str, args: &Args) -> String {
    words().filled(key, args)
}

/// Says a message: `say!("key")` is a `&'static str`, `say!("key", name = value)` a `String`.
macro_rules! say {
    ($key:literal) => {
        $crate::words::plain($key)
    };
    ($key:literal, $($name:ident = $value:expr),+ $(,)?) => {{
        let mut args = $crate::words::Args::new();
        $(args.set(stringify!($name), $value);)+
        $crate::words::filled($key, &args)
    }};
}

pub(crate) use say;
