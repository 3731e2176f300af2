//! The scenarios that a person has saved: files of a folder natively, texts in the page's storage in a browser.

use bevy::prelude::*;
use rainier::site::tree;

use crate::words::say;

/// A saved scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Saved {
    /// Its file natively, its name in a browser.
    pub(crate) file: String,
    /// What it calls itself, or else its file's name.
    pub(crate) title: String,
}

/// The saved scenarios.
#[derive(Resource, Debug, Clone, Default)]
pub(crate) struct SavedScenarios {
    /// In the order of their titles.
    pub(crate) list: Vec<Saved>,
    /// Why they cannot be listed; empty if they can.
    pub(crate) problem: String,
    /// Folder that a flag names.
    #[cfg(not(target_arch = "wasm32"))]
    folder: Option<std::path::PathBuf>,
}

/// Most of them that are listed.
const LISTED: usize = 500;

/// Longest name of one.
const LONGEST_NAME: usize = 120;

/// What a text calls itself, or else its name.
fn title(name: &str, text: &str) -> String {
    let tree = tree::parse(name, text).ok();
    let own = tree.as_ref().and_then(|tree| tree.text("name"));
    let own = own.map(str::trim).filter(|own| !own.is_empty());
    own.unwrap_or(name).to_owned()
}

/// A name without the end of its file.
fn stem(name: &str) -> &str {
    let end = name.rsplit(['/', '\\']).next().unwrap_or(name);
    end.strip_suffix(".ron").unwrap_or(end)
}

/// A name that can be saved under, or why it cannot.
fn checked(name: &str) -> Result<&str, String> {
    let name = name.trim();
    let of_file = stem(name);
    if of_file.is_empty() || of_file.starts_with('.') || of_file.len() > LONGEST_NAME {
        return Err(say!("file-bad-name", name = format!("{name:?}"), most = LONGEST_NAME));
    }
    if name.chars().any(char::is_control) {
        return Err(say!("file-control-name").into());
    }
    Ok(name)
}

impl SavedScenarios {
    fn sorted(&mut self, mut list: Vec<Saved>) {
        list.sort_by(|a, b| (a.title.to_lowercase(), &a.file).cmp(&(b.title.to_lowercase(), &b.file)));
        list.truncate(LISTED);
        self.list = list;
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod on_disk {
    use std::path::{Path, PathBuf};

    use super::{Saved, SavedScenarios, checked, stem, title};
    use crate::args::TEXTS;
    use crate::store;
    use crate::words::say;

    impl SavedScenarios {
        /// Those of a folder; of the user's data without one.
        pub(crate) fn of(folder: Option<PathBuf>) -> Self {
            let mut mine = Self {
                folder,
                ..Self::default()
            };
            mine.refresh();
            mine
        }

        /// Where they are kept.
        pub(crate) fn folder(&self) -> Result<PathBuf, String> {
            match &self.folder {
                Some(folder) => Ok(folder.clone()),
                None => Ok(store::folder()?.join("scenarios")),
            }
        }

        /// Looks for them again.
        pub(crate) fn refresh(&mut self) {
            let listed = self.folder().and_then(|folder| list(&folder));
            self.problem.clear();
            match listed {
                Ok(list) => self.sorted(list),
                Err(problem) => {
                    self.list.clear();
                    self.problem = problem;
                }
            }
        }

        /// The file of a name: one of the folder, or the path itself where it is one.
        pub(crate) fn file_of(&self, name: &str) -> Result<String, String> {
            let name = checked(name)?;
            let end = if name.ends_with(".ron") { "" } else { ".ron" };
            let name = format!("{name}{end}");
            let path = Path::new(&name);
            let path = if path.components().count() > 1 {
                path.to_path_buf()
            } else {
                self.folder()?.join(path)
            };
            path.into_os_string()
                .into_string()
                .map_err(|_| say!("file-folder-no-unicode").to_owned())
        }

        /// Whether there is one already.
        pub(crate) fn has(&self, file: &str) -> bool {
            Path::new(file).exists()
        }

        /// The text of one.
        ///
        /// # Errors
        /// Why it cannot be read.
        pub(crate) fn read(&self, file: &str) -> Result<String, String> {
            TEXTS
                .text(file)
                .map_err(|problem| say!("file-unreadable", file = file, problem = problem))
        }

        /// Saves one in the place of the one before.
        ///
        /// # Errors
        /// Why it cannot be written.
        pub(crate) fn save(&mut self, file: &str, text: &str) -> Result<(), String> {
            store::write_file(Path::new(file), text)?;
            self.refresh();
            Ok(())
        }
    }

    fn list(folder: &Path) -> Result<Vec<Saved>, String> {
        let said = |error: std::io::Error| {
            say!(
                "file-unreadable",
                file = folder.display().to_string(),
                problem = error.to_string()
            )
        };
        // It is made with the first one that is saved.
        if !folder.exists() {
            return Ok(Vec::new());
        }
        let mut out = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(said)? {
            let path = entry.map_err(said)?.path();
            let is_scenario = path.extension().is_some_and(|end| end == "ron") && path.is_file();
            let Some(file) = path.to_str().filter(|_| is_scenario) else {
                continue;
            };
            // One that cannot be read is listed too: opening it says why.
            let text = TEXTS.text(file).unwrap_or_default();
            out.push(Saved {
                title: title(stem(file), &text),
                file: file.to_owned(),
            });
        }
        Ok(out)
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn what_is_saved_is_listed_by_its_title_and_read_again() {
            let root = crate::scratch::Scratch::new();
            let folder = root.path().join("mine");
            let mut mine = SavedScenarios::of(Some(folder.clone()));
            assert!(mine.list.is_empty() && mine.problem.is_empty());
            let text = "// é\n(name: \"A hot day\")";
            for name in ["hot", "other.ron"] {
                let file = mine.file_of(name).expect("is a name");
                assert!(!mine.has(&file));
                mine.save(&file, text).expect("is saved");
                assert!(mine.has(&file));
                assert_eq!(mine.read(&file).as_deref(), Ok(text));
            }
            std::fs::write(folder.join("broken.ron"), [0xff, 0xfe]).expect("is written");
            mine.refresh();
            let titles: Vec<&str> = mine.list.iter().map(|saved| saved.title.as_str()).collect();
            assert_eq!(titles, ["A hot day", "A hot day", "broken"]);
            let broken = folder.join("broken.ron");
            let error = mine.read(broken.to_str().expect("is Unicode")).expect_err("is no text");
            assert!(error.contains("broken.ron cannot be read"), "{error}");
        }

        #[test]
        fn names_that_cannot_be_saved_under_say_why() {
            let root = crate::scratch::Scratch::new();
            let file = root.path().join("file");
            std::fs::write(&file, "").expect("is written");
            let mut mine = SavedScenarios::of(Some(file));
            assert!(mine.problem.contains("cannot be read"), "{}", mine.problem);
            for name in ["", "  ", ".hidden", "a/.ron", "a\nb", &"x".repeat(200)] {
                assert!(mine.file_of(name).is_err(), "{name:?}");
            }
            let inside = mine.file_of("day").expect("is a name");
            assert!(
                mine.save(&inside, "()")
                    .expect_err("is in a file")
                    .contains("cannot be written")
            );
            let elsewhere = mine.file_of("some/where/day").expect("is a path");
            assert_eq!(elsewhere, "some/where/day.ron");
        }
    }
}

#[cfg(target_arch = "wasm32")]
mod in_page {
    use super::{Saved, SavedScenarios, checked, stem, title};
    use crate::store;
    use crate::words::say;

    /// Key of the list of names.
    const NAMES: &str = "scenarios";

    fn key(name: &str) -> String {
        format!("scenario {name}")
    }

    fn names() -> Vec<String> {
        let text = store::read(NAMES).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }

    impl SavedScenarios {
        /// Those of the page.
        pub(crate) fn of(_: Option<std::path::PathBuf>) -> Self {
            let mut mine = Self::default();
            mine.refresh();
            mine
        }

        /// Looks for them again.
        pub(crate) fn refresh(&mut self) {
            let saved = |name: String| {
                let text = store::read(&key(&name))?;
                Some(Saved {
                    title: title(&name, &text),
                    file: name,
                })
            };
            let list = names().into_iter().filter_map(saved).collect();
            self.sorted(list);
        }

        /// The name that one is saved under.
        pub(crate) fn file_of(&self, name: &str) -> Result<String, String> {
            Ok(stem(checked(name)?).to_owned())
        }

        /// Whether there is one already.
        pub(crate) fn has(&self, file: &str) -> bool {
            self.list.iter().any(|saved| saved.file == file)
        }

        /// The text of one.
        ///
        /// # Errors
        /// Why it cannot be read.
        pub(crate) fn read(&self, file: &str) -> Result<String, String> {
            store::read(&key(file)).ok_or_else(|| say!("file-not-kept", file = file))
        }

        /// Saves one in the place of the one before.
        ///
        /// # Errors
        /// Why it cannot be kept.
        pub(crate) fn save(&mut self, file: &str, text: &str) -> Result<(), String> {
            store::write(&key(file), text)?;
            let mut names = names();
            if !names.iter().any(|name| name == file) {
                names.push(file.to_owned());
                let names = serde_json::to_string(&names).map_err(|error| error.to_string())?;
                store::write(NAMES, &names)?;
            }
            self.refresh();
            Ok(())
        }
    }
}
