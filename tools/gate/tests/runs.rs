//! The gate at work on a small project: what passes is left out, what changes or fails runs, what reads more than it says fails.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

const STEPS: &str = r##"(
    tools: { "tool": "cat tool.txt" },
    environment: ["SETTING"],
    steps: [
        (name: "made", title: "Makes", work: Compiles, place: Own, inputs: Only(["source.txt"]),
         run: "cp source.txt \"$CACHE/made.txt\""),
        (name: "whole", title: "Uses what is made", level: Some(Quick), work: Tests, place: Own, needs: ["made"],
         inputs: Only(["kept.txt"]), tools: ["tool"], run: "cmp kept.txt \"$CACHE/made.txt\""),
        (name: "blind", title: "Reads what it does not name", level: Some(All), work: Tests, place: Own,
         inputs: Only(["kept.txt"]), run: "cat source.txt"),
    ],
)"##;

struct Small {
    folder: TempDir,
}

impl Small {
    fn new() -> Self {
        let small = Self {
            folder: tempfile::tempdir().expect("a folder"),
        };
        small.write("tests/steps.ron", STEPS);
        small.write("source.txt", "one");
        small.write("kept.txt", "one");
        small.write("tool.txt", "1.0");
        small
    }

    fn project(&self) -> std::path::PathBuf {
        self.folder.path().join("project")
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.project().join(name);
        fs::create_dir_all(path.parent().expect("has a folder")).expect("is made");
        fs::write(path, text).expect("is written");
    }

    fn gate(&self, arguments: &[&str]) -> (Output, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_gate"))
            .args(arguments)
            .current_dir(self.project())
            .env("RAINIER_CACHE", self.folder.path().join("cache"))
            .env_remove("KEEP_PICTURES")
            .output()
            .expect("the gate starts");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        (output, text)
    }

    #[track_caller]
    fn hold(&self, arguments: &[&str], code: i32, last: &str) -> String {
        let (output, text) = self.gate(arguments);
        assert_eq!(
            output.status.code(),
            Some(code),
            "{text}{}",
            String::from_utf8_lossy(&output.stderr)
        );
        assert_eq!(text.lines().last(), Some(last), "{text}");
        text
    }
}

#[test]
fn what_has_passed_is_left_out_until_it_changes() {
    let small = Small::new();
    small.hold(&["quick"], 0, "2 passed, 0 failed, 0 skipped");
    let text = small.hold(&["quick"], 0, "0 passed, 0 failed, 1 skipped");
    assert!(
        text.contains("Uses what is made: left out, nothing that it stands on has changed"),
        "{text}"
    );

    // Of a step that it needs; back again; its own; a tool.
    small.write("source.txt", "two");
    let text = small.hold(&["quick"], 1, "1 passed, 1 failed, 0 skipped");
    assert!(text.contains("changed: source.txt"), "{text}");
    // What has failed is not left out.
    small.hold(&["quick"], 1, "1 passed, 1 failed, 0 skipped");
    small.write("kept.txt", "two");
    small.hold(&["quick"], 0, "2 passed, 0 failed, 0 skipped");
    small.write("tool.txt", "1.1");
    let text = small.hold(&["quick"], 0, "2 passed, 0 failed, 0 skipped");
    assert!(text.contains("changed: the tool 'tool'"), "{text}");
    // An earlier state that has passed.
    small.write("tool.txt", "1.0");
    small.hold(&["quick"], 0, "0 passed, 0 failed, 1 skipped");
}

#[test]
fn a_state_that_passed_is_made_again_before_what_uses_it() {
    let small = Small::new();
    small.hold(&["quick"], 0, "2 passed, 0 failed, 0 skipped");
    small.write("source.txt", "two");
    small.hold(&["quick"], 1, "1 passed, 1 failed, 0 skipped");
    small.write("source.txt", "one");
    // Asked for by name, it must not take what was made of the other state.
    small.hold(&["--only", "whole"], 0, "2 passed, 0 failed, 0 skipped");
}

#[test]
fn a_step_does_not_find_what_it_does_not_name() {
    let small = Small::new();
    let text = small.hold(&["all"], 1, "2 passed, 1 failed, 0 skipped");
    assert!(text.contains("failed: blind"), "{text}");
    // Everything runs at this level, whatever has passed.
    small.hold(&["all"], 1, "2 passed, 1 failed, 0 skipped");
}

#[test]
fn a_step_that_hangs_fails() {
    let small = Small::new();
    let hangs = STEPS.replace(r#"run: "cmp kept.txt"#, r#"limit_s: 1, run: "sleep 600; cmp kept.txt"#);
    assert_ne!(hangs, STEPS);
    small.write("tests/steps.ron", &hangs);
    let text = small.hold(&["quick"], 1, "1 passed, 1 failed, 0 skipped");
    assert!(text.contains("it has not ended within 1 s"), "{text}");
}

#[test]
fn a_failed_step_is_named_for_those_that_need_it() {
    let small = Small::new();
    small.write("tests/steps.ron", &STEPS.replace("cp source.txt", "cp nothing.txt"));
    let text = small.hold(&["quick"], 1, "0 passed, 2 failed, 0 skipped");
    assert!(text.contains("Uses what is made: not run, 'made' has failed"), "{text}");
}

#[test]
fn a_plan_says_why_and_runs_nothing() {
    let small = Small::new();
    let (_, text) = small.gate(&["--plan"]);
    assert_eq!(text, "whole: Uses what is made, would run: it has not passed here\n");
    assert!(!small.folder.path().join("cache/made.txt").exists());
}

#[test]
fn faults_in_the_file_of_steps_are_told_at_once() {
    let small = Small::new();
    let wrong = STEPS
        .replace(r#"needs: ["made"]"#, r#"needs: ["gone"]"#)
        .replace(r#"Only(["source.txt"])"#, r#"Only(["gone.txt"])"#);
    small.write("tests/steps.ron", &wrong);
    let (output, _) = small.gate(&[]);
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        text.contains("'gone.txt', where there is no file")
            && text.contains("needs 'gone', which is no step before it"),
        "{text}"
    );
    let (output, _) = small.gate(&["--wrong"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn files_that_go_away_are_gone_from_the_steps_folders() {
    let small = Small::new();
    small.write(
        "tests/steps.ron",
        &STEPS.replace(r#"Only(["kept.txt"]), tools"#, r#"Only(["kept.txt", "more"]), tools"#),
    );
    small.write("more/one.txt", "1");
    small.write("more/two.txt", "2");
    small.hold(&["quick"], 0, "2 passed, 0 failed, 0 skipped");
    fs::remove_file(small.project().join("more/one.txt")).expect("is removed");
    let text = small.hold(&["quick"], 0, "2 passed, 0 failed, 0 skipped");
    assert!(text.contains("changed: more/one.txt"), "{text}");
    let tree: &Path = &small.folder.path().join("cache/trees/whole");
    assert!(!tree.join("more/one.txt").exists() && tree.join("more/two.txt").exists());
}
