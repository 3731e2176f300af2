//! One binary for all targets: the first byte chooses, unless `FUZZ_TARGET` does; the rest is the file.
#![no_main]

use std::sync::LazyLock;

#[path = "../targets.rs"]
mod targets;

/// The one target that is asked for.
static ASKED: LazyLock<Option<targets::Target>> = LazyLock::new(|| {
    let name = std::env::var("FUZZ_TARGET").ok()?;
    let found = targets::TARGETS.iter().find(|(known, _)| *known == name);
    Some(found.unwrap_or_else(|| panic!("FUZZ_TARGET={name}: no such target")).1)
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Some((first, rest)) = bytes.split_first() {
        let chosen = targets::TARGETS[usize::from(*first) % targets::TARGETS.len()].1;
        ASKED.unwrap_or(chosen)(rest);
    }
});
