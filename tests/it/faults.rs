//! What a hostile machine or user does to the command line: full disks, broken folders, odd files. Every answer is an
//! error that says what, where and what would do, with its exit code; nothing panics and nothing finished is lost.

use std::fs;
use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn rainier(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rainier"))
        .args(args)
        .stdin(Stdio::null())
        .output()
        .expect("the program starts")
}

/// With no file longer than so many KiB: a disk that is full for all who write, root too.
fn on_full_disk(kib: u32, args: &[&str]) -> Output {
    Command::new("bash")
        .args(["-c", &format!("trap '' XFSZ; ulimit -f {kib}; exec \"$@\""), "bash"])
        .arg(env!("CARGO_BIN_EXE_rainier"))
        .args(args)
        .stdin(Stdio::null())
        .output()
        .expect("bash starts")
}

/// The exit code and what was said, which is never a panic's.
fn ends(output: &Output) -> (Option<i32>, String) {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!said.contains("panicked") && !said.contains("overflow"), "{said}");
    (output.status.code(), said)
}

fn word(path: &Path) -> &str {
    path.to_str().expect("is text")
}

/// A short run's folder.
fn run_into(folder: &Path) {
    let output = rainier(&[
        "run",
        "builtin:lab-jobs",
        "--duration",
        "1800",
        "-q",
        "--out",
        word(folder),
    ]);
    assert!(output.status.success(), "{}", ends(&output).1);
}

#[test]
fn a_full_disk_is_told_and_takes_nothing_that_was_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = folder.path().join("run");
    run_into(&run);
    let page = folder.path().join("page.html");
    fs::write(&page, "yesterday's").expect("is written");
    let old = folder.path().join("old.ron");
    let text = include_str!("../data/lab-day-format-0.ron");
    let text = format!("{text}\n//{}\n", "x".repeat(3_000));
    fs::write(&old, &text).expect("is written");
    for (kib, args, name) in [
        (2, vec!["report", word(&run), "--out", word(&page)], "page.html"),
        (
            2,
            vec!["compare", word(&run), word(&run), "--html", word(&page)],
            "page.html",
        ),
        (2, vec!["check", word(&old), "--upgrade"], "old.ron"),
        (0, vec!["grow", "--draws", "2", "--csv", word(&page)], "page.html"),
    ] {
        let (code, said) = ends(&on_full_disk(kib, &args));
        assert!(
            said.contains(name) && said.contains("cannot be written"),
            "{args:?}: {said}"
        );
        assert_eq!(code, Some(3), "{args:?}: {said}");
    }
    assert_eq!(fs::read_to_string(&page).expect("is there"), "yesterday's");
    assert_eq!(fs::read_to_string(&old).expect("is there"), text);
    // Every size at which one of its files does not fit.
    for kib in [0, 1, 4, 16, 64] {
        let out = folder.path().join(format!("run-{kib}"));
        let args = [
            "run",
            "builtin:lab-jobs",
            "--duration",
            "1800",
            "-q",
            "--out",
            word(&out),
        ];
        let (code, said) = ends(&on_full_disk(kib, &args));
        assert_eq!(code, Some(3), "{kib} KiB: {said}");
        assert!(
            said.contains(word(&out)) && said.contains("cannot be written"),
            "{kib} KiB: {said}"
        );
        let (code, said) = ends(&rainier(&["explain", word(&out)]));
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains("is missing: the run has not ended"), "{said}");
    }
    let left = fs::read_dir(folder.path()).expect("is there");
    let left: Vec<String> = left
        .map(|entry| entry.expect("is readable").file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".tmp"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

const SWEEP: &str = r#"(
    format: 1, name: "n", about: "a", base: "builtin:lab-day", duration_s: 600,
    axes: [(path: "scenario:seed", of: Range(1, 6, 6))],
)"#;

#[test]
fn a_sweep_and_bands_go_on_after_a_full_disk() {
    let folder = tempfile::tempdir().expect("a folder");
    let (file, out) = (folder.path().join("sweep.ron"), folder.path().join("out"));
    fs::write(&file, SWEEP).expect("is written");
    let args = ["sweep", word(&file), "--out", word(&out), "-q"];
    // A run's file fits, the table does not.
    let (code, said) = ends(&on_full_disk(8, &args));
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("sweep.parquet cannot be written"), "{said}");
    let (code, said) = ends(&on_full_disk(
        0,
        &["sweep", word(&file), "--out", word(&folder.path().join("none")), "-q"],
    ));
    assert_eq!(code, Some(3), "{said}");
    assert!(
        said.contains(".json cannot be written") && said.contains("the same call goes on"),
        "{said}"
    );
    let (code, said) = ends(&rainier(&["sweep", word(&file), "--out", word(&out)]));
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("6 of 6 runs have finished before"), "{said}");

    let bands = folder.path().join("bands");
    let args = [
        "bands",
        "builtin:lab-day",
        "--duration",
        "600",
        "--draws",
        "4",
        "--figures",
        "*tdp_w",
        "--out",
        word(&bands),
    ];
    for kib in [0, 1, 2, 4] {
        let (code, said) = ends(&on_full_disk(kib, &args));
        assert_eq!(code, Some(3), "{kib} KiB: {said}");
        assert!(said.contains("cannot be written"), "{kib} KiB: {said}");
    }
    let (code, said) = ends(&rainier(&args));
    assert_eq!(code, Some(0), "{said}");
    // A table that is no text, a folder in a file's place.
    fs::write(bands.join("draws.csv"), b"\xff\xfe\n").expect("is written");
    let (code, said) = ends(&rainier(&args));
    assert!(code == Some(3) && said.contains("draws.csv"), "{said}");
    fs::remove_file(bands.join("study.json")).expect("goes");
    fs::create_dir(bands.join("study.json")).expect("is made");
    let (code, said) = ends(&rainier(&args));
    assert!(code == Some(3) && said.contains("study.json"), "{said}");
}

#[test]
fn what_is_no_file_of_a_disk_is_written_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = folder.path().join("run");
    run_into(&run);
    for (path, code) in [
        ("/dev/null", 0),
        ("/dev/full", 3),
        (word(folder.path()), 3),
        ("/dev/stdout", 0),
    ] {
        let output = rainier(&["report", word(&run), "--out", path]);
        let (found, said) = ends(&output);
        assert_eq!(found, Some(code), "{path}: {said}");
        assert!(
            code == 0 || said.contains(&format!("{path} cannot be written")),
            "{said}"
        );
        if path == "/dev/stdout" {
            assert!(output.stdout.starts_with(b"<!DOCTYPE html>"));
        }
    }
    let null = fs::metadata("/dev/null").expect("is there");
    assert!(null.file_type().is_char_device(), "/dev/null is a device still");
    // Behind a link is the file, with who may read it.
    let (page, link) = (folder.path().join("page.html"), folder.path().join("link.html"));
    fs::write(&page, "").expect("is written");
    fs::set_permissions(&page, fs::Permissions::from_mode(0o640)).expect("is set");
    symlink("page.html", &link).expect("is made");
    assert!(rainier(&["report", word(&run), "--out", word(&link)]).status.success());
    let there = fs::metadata(&page).expect("is there");
    assert!(link.is_symlink() && there.len() > 1_000 && there.permissions().mode() & 0o777 == 0o640);
}

#[test]
fn two_runs_in_one_folder_are_never_taken_for_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = folder.path();
    run_into(run);
    assert!(run.join("jobs.csv").exists() && run.join("interruptions.csv").exists());
    let again = ["run", "builtin:lab-day", "--duration", "600", "-q", "--out", word(run)];
    assert!(rainier(&again).status.success());
    assert!(!run.join("jobs.csv").exists() && !run.join("interruptions.csv").exists());
    // Killed while it writes: the folder is of no run.
    let mut long = Command::new(env!("CARGO_BIN_EXE_rainier"))
        .args(["run", "builtin:lab-day", "--duration", "3e9", "-q", "--out", word(run)])
        .spawn()
        .expect("the program starts");
    while run.join("summary.json").exists() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    long.kill().expect("it ends");
    long.wait().expect("it ends");
    for args in [
        vec!["report", word(run)],
        vec!["explain", word(run)],
        vec!["compare", word(run), word(run)],
    ] {
        let (code, said) = ends(&rainier(&args));
        assert_eq!(code, Some(2), "{said}");
        assert!(
            said.contains("inputs.json: is missing: the run has not ended"),
            "{said}"
        );
    }
}

#[test]
fn odd_bytes_are_named_or_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("odd.ron");
    let good = include_str!("../../assets/scenarios/lab-day.ron");
    let deep = |open: &str| format!("({}", open.repeat(200_000)).into_bytes();
    let with = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        good.replace(from, to).into_bytes()
    };
    let wrong: [(&str, Vec<u8>, &str); 16] = [
        ("nothing", Vec::new(), "E0101"),
        ("a byte order mark alone", b"\xef\xbb\xbf".to_vec(), "E0101"),
        ("no UTF-8", b"(name: \"\xff\")".to_vec(), "E0111"),
        (
            "UTF-16",
            format!("\u{feff}{good}")
                .encode_utf16()
                .flat_map(u16::to_le_bytes)
                .collect(),
            "E0111",
        ),
        ("zeros", vec![0; 1_000], "E0101"),
        ("deep tuples", deep("("), "too deep"),
        ("deep lists", deep("["), "too deep"),
        ("deep maps", deep("{1:"), "too deep"),
        ("deep options", deep("Some("), "too deep"),
        ("deep comments", deep("/*"), "a comment without an end"),
        ("not a number", with("tick_s: 60", "tick_s: NaN"), "a finite number"),
        ("no end", with("tick_s: 60", "tick_s: inf"), "a finite number"),
        (
            "beyond numbers",
            with("tick_s: 60", "tick_s: 1e999"),
            "a finite decimal number",
        ),
        ("a negative one", with("tick_s: 60", "tick_s: -1e308"), "tick_s"),
        (
            "many digits",
            with("seed: 1", &format!("seed: {}", "9".repeat(400))),
            "a finite decimal number",
        ),
        ("a large one", with("seed: 1", "seed: 1e300"), "seed"),
    ];
    for (what, bytes, expected) in wrong {
        fs::write(&path, bytes).expect("is written");
        for args in [
            vec!["check", word(&path)],
            vec!["run", word(&path), "-q"],
            vec!["sweep", word(&path), "--list"],
        ] {
            let (code, said) = ends(&rainier(&args));
            assert_eq!(code, Some(2), "{what}: {said}");
            assert!(said.contains("odd.ron"), "{what}: {said}");
            assert!(args[0] == "sweep" || said.contains(expected), "{what}: {said}");
            assert!(said.len() < 20_000, "{what}: {} bytes of errors", said.len());
        }
    }
    let weather = include_str!("../../assets/weather/chicago-ohare-tmy3.epw");
    for (name, right) in [
        ("marked.ron", format!("\u{feff}{good}")),
        ("windows.ron", good.replace('\n', "\r\n")),
        ("long.ron", format!("{good}{}", " ".repeat(1 << 20))),
        ("marked.epw", format!("\u{feff}{weather}")),
    ] {
        let path = folder.path().join(name);
        fs::write(&path, right).expect("is written");
        let (code, said) = ends(&rainier(&["check", word(&path)]));
        assert_eq!(code, Some(0), "{name}: {said}");
    }
}

#[test]
fn what_is_no_file_to_read_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let large = folder.path().join("large.ron");
    fs::File::create(&large)
        .and_then(|file| file.set_len(100 << 20))
        .expect("is made");
    let circle = folder.path().join("circle.ron");
    symlink("circle.ron", &circle).expect("is made");
    for (path, expected) in [
        (word(&large), "104857600 bytes, more than"),
        (word(&circle), "symbolic link"),
        (word(folder.path()), "a folder"),
        ("/dev/zero", "bytes, more than"),
        ("/proc/self/mem", "E0111"),
        ("no/such.ron", "No such file"),
        ("", "E0111"),
    ] {
        for args in [
            vec!["check", path],
            vec!["run", path, "-q"],
            vec!["sweep", path, "--list"],
            vec!["grow", path],
            vec!["run", "builtin:lab-day", "-q", "--site", path],
            vec!["run", "builtin:lab-day", "-q", "--weather", path],
            vec!["bands", path, "--list"],
            vec!["cost", path],
        ] {
            let (code, said) = ends(&rainier(&args));
            assert_eq!(code, Some(2), "{args:?}: {said}");
            assert!(said.contains(expected), "{args:?}: {said}");
        }
    }
    // A pipe is as good as a file, once.
    let good = include_str!("../../assets/scenarios/lab-day.ron");
    let out = folder.path().join("out");
    let script = format!(
        "cat \"$0\" | {} run /dev/stdin -q --duration 600 --out \"$1\"",
        env!("CARGO_BIN_EXE_rainier")
    );
    fs::write(folder.path().join("lab.ron"), good).expect("is written");
    let output = Command::new("bash")
        .args(["-c", &script, word(&folder.path().join("lab.ron")), word(&out)])
        .output()
        .expect("bash starts");
    assert_eq!(ends(&output).0, Some(0), "{}", ends(&output).1);
}
