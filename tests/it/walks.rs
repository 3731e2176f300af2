//! The walks that the pictures of the tests are taken on.

use std::fs;
use std::path::Path;

use rainier::view::walk::load_text;

#[test]
fn the_walks_are_right_and_their_pictures_have_names_of_their_own() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/walks");
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).expect("is there") {
        let path = entry.expect("is readable").path();
        let text = fs::read_to_string(&path).expect("is readable");
        let walk = load_text(&path.display().to_string(), &text, None).unwrap_or_else(|report| panic!("{report}"));
        names.extend(walk.stops.into_iter().map(|stop| stop.name));
    }
    let count = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count, "two stops have one name");
}

/// A picture that is kept for a stop that is gone would never be looked at again.
#[test]
fn every_picture_that_is_kept_belongs_to_a_stop() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut texts = String::new();
    for entry in fs::read_dir(root.join("tests/walks")).expect("is there") {
        texts.push_str(&fs::read_to_string(entry.expect("is readable").path()).expect("is readable"));
    }
    for entry in fs::read_dir(root.join("tests/golden/native")).expect("is there") {
        let path = entry.expect("is readable").path();
        let name = path.file_stem().expect("has a name").to_string_lossy().into_owned();
        assert!(
            texts.contains(&format!("name: \"{name}\"")),
            "{} belongs to no stop",
            path.display()
        );
    }
}
