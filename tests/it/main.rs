//! The integration tests: one program, so that the library is linked once. `cargo test --test it wording` runs those of one file.

mod architecture;
mod cli;
mod common;
mod cooling;
mod extension;
mod faults;
mod fuzz;
mod growth;
mod jobs;
mod language;
mod loadflow;
mod money;
mod power;
mod report;
mod snapshot;
mod study;
mod sweep;
mod twin;
mod walks;
mod weather;
mod wording;

/// What the view says, whose macro names its module from the root.
#[path = "../../src/viewer/words.rs"]
#[allow(dead_code, reason = "the view uses all of it")]
mod words;
