//! The project's own steps: a change of what a step stands on changes its key, so that it cannot be left out.

use std::fs;
use std::path::{Path, PathBuf};

use gate::key::{self, Machine};
use gate::plan::{Level, Place, Plan, Step};
use gate::sources::{self, File};

struct Project {
    plan: Plan,
    files: Vec<File>,
    machine: Machine,
}

fn project() -> Project {
    let root: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let files = sources::read(&root).expect("the project is read");
    let text = fs::read_to_string(root.join("tests/steps.ron")).expect("the steps are there");
    let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let plan = Plan::read(&text, &paths).unwrap_or_else(|faults| panic!("tests/steps.ron: {faults}"));
    let tools = plan.tools.keys().map(|name| (name.clone(), "1".to_owned())).collect();
    Project {
        plan,
        files,
        machine: Machine {
            tools,
            ..Machine::default()
        },
    }
}

impl Project {
    /// Steps that can be left out, with their keys.
    fn keys(&self, files: &[File], machine: &Machine) -> Vec<(&Step, String)> {
        let steps = self.plan.steps.iter().filter(|step| step.level.is_some());
        steps
            .map(|step| (step, key::of(&self.plan, step, files, machine).hash))
            .collect()
    }

    /// Steps that run again after a change of one file.
    fn after(&self, path: &str) -> Vec<&str> {
        let mut files = self.files.clone();
        let file = files
            .iter_mut()
            .find(|file| file.path == path)
            .unwrap_or_else(|| panic!("{path} is there"));
        let mut bytes = file.bytes.clone();
        bytes.push(b'\n');
        *file = File::new(file.path.clone(), bytes, file.program);
        self.changed(&files, &self.machine)
    }

    fn changed(&self, files: &[File], machine: &Machine) -> Vec<&str> {
        let before = self.keys(&self.files, &self.machine);
        let after = self.keys(files, machine);
        before
            .iter()
            .zip(&after)
            .filter(|(a, b)| a.1 != b.1)
            .map(|(a, _)| a.0.name.as_str())
            .collect()
    }

    fn all_from(&self, least: Level) -> Vec<&str> {
        let steps = self
            .plan
            .steps
            .iter()
            .filter(|step| step.level.is_some_and(|level| level <= least));
        steps.map(|step| step.name.as_str()).collect()
    }
}

const PICTURES: [&str; 3] = ["view-pictures", "page-walk", "page-webgpu"];
const PAGE: [&str; 6] = [
    "page-webgpu",
    "page-smoke",
    "page-share",
    "page-robust",
    "page-hand",
    "page-walk",
];

#[track_caller]
fn hold(changed: &[&str], wanted: &[&str]) {
    for step in wanted {
        assert!(
            changed.contains(step),
            "'{step}' would be left out; these would run: {changed:?}"
        );
    }
}

#[test]
fn a_shader_is_drawn_again() {
    let project = project();
    let changed = project.after("assets/shaders/racks.wgsl");
    hold(&changed, &PICTURES);
    hold(&changed, &PAGE);
    hold(&changed, &["view-tests", "view-flags", "screen-reader"]);
}

#[test]
fn a_word_is_read_again() {
    let project = project();
    let changed = project.after("assets/words/en.ftl");
    hold(&changed, &PICTURES);
    hold(&changed, &PAGE);
    hold(&changed, &["tests", "view-tests", "screen-reader"]);
}

#[test]
fn a_constant_of_the_model_is_computed_again() {
    let project = project();
    // In the code, and in the data that stands for the site.
    for path in ["src/physics/air.rs", "assets/catalog.ron", "assets/sites/rainier.ron"] {
        let changed = project.after(path);
        hold(&changed, &["lints", "tests", "digest", "python", "view-tests"]);
        hold(&changed, &PICTURES);
        hold(&changed, &PAGE);
    }
}

#[test]
fn a_kept_picture_is_compared_again() {
    let project = project();
    hold(
        &project.after("tests/golden/native/site.jpg"),
        &["view-pictures", "tests"],
    );
    hold(
        &project.after("tests/golden/web/site.jpg"),
        &["page-walk", "page-webgpu"],
    );
}

#[test]
fn a_dependency_runs_everything() {
    let project = project();
    for path in ["Cargo.lock", "Cargo.toml", "rust-toolchain.toml", ".cargo/config.toml"] {
        let changed = project.after(path);
        for step in project.all_from(Level::Changed) {
            assert!(
                changed.contains(&step),
                "'{step}' would be left out after a change of {path}"
            );
        }
    }
}

#[test]
fn a_kept_digest_is_compared_again() {
    let project = project();
    hold(
        &project.after("tests/golden/lab-day.digest"),
        &["tests", "digest", "python", "page-smoke", "page-webgpu"],
    );
}

#[test]
fn a_script_of_a_step_or_of_what_it_needs_counts() {
    let project = project();
    let before = project.keys(&project.files, &project.machine);
    for changed in &project.plan.steps {
        let mut plan = project.plan.clone();
        let step = plan
            .steps
            .iter_mut()
            .find(|step| step.name == changed.name)
            .expect("is there");
        step.run.push_str("\ntrue");
        for (step, hash) in &before {
            let new = key::of(
                &plan,
                plan.step(&step.name).expect("is there"),
                &project.files,
                &project.machine,
            )
            .hash;
            let needs = project.plan.with_needs(step).iter().any(|one| one.name == changed.name);
            assert_eq!(
                new != *hash,
                needs,
                "'{}' after a change of the script of '{}'",
                step.name,
                changed.name
            );
        }
    }
}

#[test]
fn another_version_of_a_tool_runs_what_uses_it() {
    let project = project();
    for (tool, wanted) in [
        ("rust", "page-smoke"),
        ("chromium", "page-walk"),
        ("drawing", "view-pictures"),
        ("python", "python"),
    ] {
        let mut machine = project.machine.clone();
        machine.tools.insert(tool.to_owned(), "2".to_owned());
        hold(&project.changed(&project.files, &machine), &[wanted]);
    }
    let mut machine = project.machine.clone();
    machine
        .environment
        .insert("RUSTFLAGS".to_owned(), "-Copt-level=0".to_owned());
    assert_eq!(
        project.changed(&project.files, &machine).len(),
        project.keys(&project.files, &machine).len()
    );
}

/// A file that nobody has thought of belongs to all that is compiled.
#[test]
fn a_new_file_runs_what_is_compiled() {
    let project = project();
    let mut files = project.files.clone();
    files.push(File::new("new/thing.rs".to_owned(), b"//".to_vec(), false));
    let changed = project.changed(&files, &project.machine);
    for step in project.plan.steps.iter().filter(|step| step.level.is_some()) {
        let compiled = project
            .plan
            .with_needs(step)
            .iter()
            .any(|one| one.place == Place::Cargo);
        assert!(
            !compiled || changed.contains(&step.name.as_str()),
            "'{}' would be left out",
            step.name
        );
    }
}

/// The reason for all this: words for people alone compile and draw nothing.
#[test]
fn a_page_of_the_documentation_draws_nothing() {
    let project = project();
    assert_eq!(
        project.after("docs/adr/0001-records-declared-once.md"),
        ["gate", "release", "view-release", "page-release"]
    );
    let changed = project.after("docs/power.md");
    for step in PICTURES
        .iter()
        .chain(&PAGE)
        .chain(&["view-tests", "digest", "python", "screen-reader"])
    {
        assert!(!changed.contains(step), "'{step}' runs after a change of docs/power.md");
    }
    hold(&changed, &["tests"]);
}
