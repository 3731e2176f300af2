//! The text that is edited: where it came from, whether it is saved, and what is wrong with it.

use bevy::tasks::futures::check_ready;
use bevy::tasks::{AsyncComputeTaskPool, Task};
use rainier::diag::{Diagnostic, Report};
use rainier::scenario::{self, Overrides};
use rainier::site::change::{Change, edit};
use rainier::site::items;
use rainier::site::tree::{self, Node};
use serde::{Deserialize, Serialize};

use crate::args::TEXTS;
use crate::scenarios::{Source, text_of};
use crate::store;

/// Where a text came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Origin {
    /// From nowhere: it has not been saved yet.
    New,
    /// From the program, as `builtin:NAME`.
    Builtin(String),
    /// From a file, or in a browser from the page's storage.
    File(String),
}

/// Longest text that is edited, bytes.
pub(crate) const LONGEST: usize = 512 << 10;

/// Time without a change after which a text is checked, s.
const SETTLES_S: f64 = 0.3;

/// Key of the text that has not been saved.
const DRAFT: &str = "draft.json";

/// A text that has not been saved, from one session to the next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Draft {
    origin: Origin,
    text: String,
    saved: String,
}

/// How far a text has been checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Checked {
    /// Not since its last change.
    No,
    /// Its form is right; files and names are being looked up.
    Form,
    /// All of it.
    All,
}

/// A text with all that is known of it.
pub(crate) struct Document {
    /// Where it came from.
    pub(crate) origin: Origin,
    /// The text.
    pub(crate) text: String,
    /// As it was opened or saved.
    saved: String,
    /// What is wrong with it.
    pub(crate) errors: Vec<Diagnostic>,
    /// How far that is known.
    pub(crate) checked: Checked,
    /// Changes so far.
    revision: u64,
    /// Time of the last change, s since the start of the program; none while it is not known yet.
    changed_s: Option<f64>,
    /// The check that runs beside the frames.
    check: Option<Task<Result<(), Report>>>,
    /// The last change that the draft holds.
    drafted: u64,
    tree: Option<(u64, Result<Node, Diagnostic>)>,
    /// Whether it is to be shown from its first letter on.
    pub(crate) from_start: bool,
}

impl Document {
    /// A text as it was opened.
    pub(crate) fn new(origin: Origin, text: String) -> Self {
        Self {
            origin,
            saved: text.clone(),
            text,
            errors: Vec::new(),
            checked: Checked::No,
            revision: 1,
            changed_s: Some(f64::NEG_INFINITY),
            check: None,
            drafted: 1,
            tree: None,
            from_start: true,
        }
    }

    /// A text that comes with the program.
    pub(crate) fn builtin(file: &str) -> Self {
        Self::new(Origin::Builtin(file.to_owned()), text_of(file))
    }

    /// The text of the last session that was not saved, if there is one.
    pub(crate) fn draft() -> Option<Self> {
        let draft: Draft = serde_json::from_str(&store::read_own(DRAFT)?).ok()?;
        if draft.text == draft.saved || draft.text.len() > LONGEST {
            return None;
        }
        let mut document = Self::new(draft.origin, draft.text);
        document.saved = draft.saved;
        Some(document)
    }

    /// Keeps the text for the next session while it is not saved.
    ///
    /// # Errors
    /// Why it cannot be kept.
    pub(crate) fn keep_draft(&mut self) -> Result<(), String> {
        if self.drafted == self.revision {
            return Ok(());
        }
        self.drafted = self.revision;
        let draft = Draft {
            origin: self.origin.clone(),
            text: self.text.clone(),
            saved: self.saved.clone(),
        };
        let text = serde_json::to_string(&draft).map_err(|error| error.to_string())?;
        store::write_own(DRAFT, &text)
    }

    /// Whether it differs from what was opened or saved.
    pub(crate) fn is_changed(&self) -> bool {
        self.text != self.saved
    }

    /// The name under which it is loaded: files that it names are looked for beside that.
    pub(crate) fn file(&self) -> &str {
        match &self.origin {
            Origin::New => "new.ron",
            Origin::Builtin(name) | Origin::File(name) => name,
        }
    }

    /// The name that a person knows it by.
    pub(crate) fn title(&self) -> String {
        let own = self.tree_now().and_then(|tree| tree.text("name").map(str::to_owned));
        own.filter(|own| !own.trim().is_empty())
            .unwrap_or_else(|| self.file().to_owned())
    }

    /// What starts it.
    pub(crate) fn source(&self) -> Source {
        match &self.origin {
            Origin::Builtin(name) if !self.is_changed() => Source::Named(name.clone()),
            Origin::Builtin(name) => Source::Text {
                // Under its own name it would be taken for the one that ships.
                file: format!("{}.ron", name.trim_start_matches("builtin:")),
                text: self.text.clone(),
            },
            _ => Source::Text {
                file: self.file().to_owned(),
                text: self.text.clone(),
            },
        }
    }

    /// The text has been typed into.
    pub(crate) fn touched(&mut self) {
        self.revision += 1;
        self.changed_s = None;
        self.checked = Checked::No;
        self.check = None;
    }

    /// Takes another text in the place of this one.
    pub(crate) fn set(&mut self, text: String) {
        if text != self.text {
            self.text = text;
            self.touched();
            // Nobody is typing: it is checked at once.
            self.changed_s = Some(f64::NEG_INFINITY);
        }
    }

    /// Goes back to what was opened or saved.
    pub(crate) fn reset(&mut self) {
        self.set(self.saved.clone());
        self.from_start = true;
    }

    /// It has been saved there.
    pub(crate) fn is_saved(&mut self, origin: Origin) {
        self.origin = origin;
        self.saved.clone_from(&self.text);
        // The draft is to be renewed, and names are looked for beside another file.
        self.touched();
        self.changed_s = Some(f64::NEG_INFINITY);
    }

    /// Gives a field another value.
    ///
    /// # Errors
    /// The field is not there, or the value does not fit.
    pub(crate) fn set_field(&mut self, path: &str, value: &str) -> Result<(), Report> {
        let change = Change {
            role: None,
            path: path.to_owned(),
            value: value.to_owned(),
        };
        let text = edit(self.file(), &self.text, &[&change])?;
        self.set(text);
        Ok(())
    }

    /// Puts an item at the end of a list.
    ///
    /// # Errors
    /// There is no such list.
    pub(crate) fn append(&mut self, list: &str, item: &str) -> Result<(), Report> {
        let text = items::append(self.file(), &self.text, list, item)?;
        self.set(text);
        Ok(())
    }

    /// Puts an item in the place of another.
    ///
    /// # Errors
    /// There is none.
    pub(crate) fn replace(&mut self, list: &str, number: usize, item: &str) -> Result<(), Report> {
        let text = items::replace(self.file(), &self.text, list, number, item)?;
        self.set(text);
        Ok(())
    }

    /// Takes an item out of a list.
    ///
    /// # Errors
    /// There is none.
    pub(crate) fn remove(&mut self, list: &str, number: usize) -> Result<(), Report> {
        let text = items::remove(self.file(), &self.text, list, number)?;
        self.set(text);
        Ok(())
    }

    fn tree_now(&self) -> Option<&Node> {
        self.tree.as_ref().and_then(|(_, tree)| tree.as_ref().ok())
    }

    /// The text as a tree, or why it is none.
    pub(crate) fn tree(&mut self) -> Result<&Node, &Diagnostic> {
        let file = self.file().to_owned();
        let (revision, text) = (self.revision, &self.text);
        if self.tree.as_ref().is_some_and(|(read, _)| *read != revision) {
            self.tree = None;
        }
        let (_, tree) = self.tree.get_or_insert_with(|| (revision, tree::parse(&file, text)));
        tree.as_ref()
    }

    /// Checks the text once nobody has typed for a while: first its form, then, beside the frames, all of it.
    pub(crate) fn check(&mut self, now_s: f64) {
        let changed_s = *self.changed_s.get_or_insert(now_s);
        if now_s - changed_s < SETTLES_S {
            return;
        }
        if self.checked == Checked::No {
            let _ = self.tree();
            match scenario::check_form(self.file(), &self.text) {
                Err(report) => {
                    self.errors = report.errors;
                    self.checked = Checked::All;
                }
                Ok(()) => {
                    let (file, text) = (self.file().to_owned(), self.text.clone());
                    let load =
                        async move { scenario::load_text(TEXTS, &file, &text, Overrides::default()).map(|_| ()) };
                    self.check = Some(AsyncComputeTaskPool::get().spawn(load));
                    self.checked = Checked::Form;
                }
            }
        }
        if let Some(outcome) = self.check.as_mut().and_then(check_ready) {
            self.check = None;
            self.errors = outcome.err().map(|report| report.errors).unwrap_or_default();
            self.checked = Checked::All;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_was_not_changed_is_the_one_that_ships() {
        let mut document = Document::builtin("builtin:feed-lost");
        assert_eq!(document.source(), Source::Named("builtin:feed-lost".into()));
        document.set_field("duration_s", "2h").expect("fits");
        assert!(document.is_changed() && document.text.contains("duration_s: 7200"));
        let Source::Text { file, text } = document.source() else {
            panic!("is another text")
        };
        assert_eq!((file.as_str(), &text), ("feed-lost.ron", &document.text));
        document.reset();
        assert!(!document.is_changed());
    }

    #[test]
    fn a_wrong_form_is_found_once_nobody_types_and_not_before() {
        let mut document = Document::builtin("builtin:lab-day");
        document.text.push(')');
        document.touched();
        document.check(10.0);
        assert_eq!((document.checked, document.errors.len()), (Checked::No, 0));
        document.check(10.2);
        assert_eq!(document.checked, Checked::No);
        document.check(10.31);
        assert_eq!((document.checked, document.errors.len()), (Checked::All, 1));
        assert!(document.tree().is_err());
        assert!(
            document.set_field("duration_s", "60").is_err(),
            "what cannot be read is not edited"
        );
    }

    #[test]
    fn rows_come_and_go_without_touching_anything_else() {
        let mut document = Document::builtin("builtin:hot-aisle");
        let before = document.text.clone();
        let events = "events";
        document
            .append(events, "(at_s: 1, action: CutWater)")
            .expect("takes it");
        document.set_field("events[4].at_s", "2 h").expect("is there");
        assert!(document.text.contains("(at_s: 7200, action: CutWater)"));
        document.remove(events, 4).expect("is there");
        assert_eq!(document.text, before);
        document
            .append("changes", "\"catalog:chips.trainium2.tdp_w = 0.55kW\"")
            .expect("begins a list");
        document
            .replace("changes", 0, "\"catalog:chips.trainium2.tdp_w = 0.6kW\"")
            .expect("is there");
        assert!(document.text.contains("0.6kW") && !document.text.contains("0.55kW"));
    }
}
