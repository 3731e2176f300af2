//! Links between the project's documents.

use std::fs;
use std::path::Path;

/// Places within the project that a Markdown file links to, without their headings.
fn linked(text: &str) -> impl Iterator<Item = &str> {
    let links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let within = links.filter(|link| !link.contains("://") && !link.starts_with('#') && !link.contains(' '));
    within.map(|link| link.split('#').next().unwrap_or(link))
}

#[test]
fn every_link_of_the_documents_leads_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut checked = 0;
    for folder in ["", "docs", "docs/adr"] {
        let files = fs::read_dir(root.join(folder)).expect("is readable");
        for path in files.map(|file| file.expect("is readable").path()) {
            if path.extension().is_some_and(|end| end == "md") {
                let text = fs::read_to_string(&path).expect("is readable");
                for link in linked(&text) {
                    let to = path.parent().expect("has a folder").join(link);
                    assert!(to.exists(), "{} links to {link}, which is not there", path.display());
                    checked += 1;
                }
            }
        }
    }
    assert!(checked > 50, "{checked} links found");
}
