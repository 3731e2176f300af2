//! What a program is made of, by the compiler's own list, held against what its step says that it stands on.

use std::fs;
use std::path::Path;

/// Files in a list of the compiler that a step does not stand on.
///
/// # Errors
///
/// Where the list cannot be read.
pub fn missed(list: &Path, tree: &Path, stands_on: impl Fn(&str) -> bool) -> Result<Vec<String>, String> {
    let text = fs::read_to_string(list).map_err(|error| format!("{}: {error}", list.display()))?;
    let mut missed: Vec<String> = paths(&text)
        .filter_map(|path| Some(Path::new(&path).strip_prefix(tree).ok()?.to_string_lossy().into_owned()))
        // A folder stands for all that may come into it: its files are listed by themselves.
        .filter(|path| tree.join(path).is_file() && !stands_on(path))
        .collect();
    missed.sort();
    missed.dedup();
    Ok(missed)
}

/// Paths in a list: `target: one two\ with\ blanks`.
fn paths(text: &str) -> impl Iterator<Item = String> {
    const BLANK: &str = "\u{1}";
    text.lines()
        .filter_map(|line| line.split_once(": "))
        .flat_map(|(_, sources)| {
            let kept = sources.replace("\\ ", BLANK);
            kept.split_whitespace()
                .map(|path| path.replace(BLANK, " "))
                .collect::<Vec<_>>()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_no_step_stands_on_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let tree = folder.path().join("tree");
        fs::create_dir_all(tree.join("src")).expect("is written");
        for name in ["src/a.rs", "src/b c.rs"] {
            fs::write(tree.join(name), "").expect("is written");
        }
        let list = folder.path().join("program.d");
        let tree_text = tree.display();
        fs::write(
            &list,
            format!("/out/program: {tree_text}/src {tree_text}/src/a.rs {tree_text}/src/b\\ c.rs /usr/x.rs\n"),
        )
        .expect("is written");
        let missed = missed(&list, &tree, |path| path == "src/a.rs").expect("is read");
        assert_eq!(missed, ["src/b c.rs"]);
    }
}
