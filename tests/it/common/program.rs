//! The program as tests start it.

#![allow(dead_code, reason = "each test takes what it needs")]

use std::path::Path;
use std::process::{Command, Output};

/// Runs the program to its end.
pub(crate) fn rainier(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rainier"))
        .args(args)
        .output()
        .expect("the program starts")
}

/// What it has written.
pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A path as an argument.
pub(crate) fn word(path: &Path) -> &str {
    path.to_str().expect("is text")
}
