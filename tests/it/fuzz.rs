//! A short fuzzing run on a stable compiler: every built-in file and the corpus, mutated from fixed seeds. Coverage-guided
//! runs use the same targets (fuzz/README.md).

#[path = "../../fuzz/targets.rs"]
mod targets;

use std::fs;
use std::path::{Path, PathBuf};

use rainier::num::hash_u64;

/// Words that parsers trip over.
const WORDS: &[&str] = &[
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "\"",
    "\\",
    "//",
    "/*",
    "*/",
    "\n",
    "\0",
    "é",
    "-1",
    "0",
    "1e308",
    "-1e308",
    "1e-320",
    "NaN",
    "inf",
    "None",
    "Some(",
    "true",
    "99999999999999999999",
    "0x",
    "\"B01/H1\"",
    "builtin:lab",
    "..",
    "=",
    "%",
    "\u{feff}",
    "r#\"",
];

fn files(folder: &str, out: &mut Vec<Vec<u8>>) {
    let mut paths: Vec<PathBuf> = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder))
        .expect("is there")
        .map(|entry| entry.expect("is readable").path())
        .collect();
    paths.sort();
    for path in paths.iter().filter(|path| path.is_file()) {
        let mut bytes = fs::read(path).expect("is readable");
        // A year of weather is as good in its first days.
        bytes.truncate(60_000);
        out.push(bytes);
    }
}

fn mutate(bytes: &mut Vec<u8>, seed: u64) {
    let pick = |n: u64, below: usize| hash_u64(seed, n, 0) as usize % below.max(1);
    for step in 0..=pick(0, 4) as u64 {
        let at = pick(10 * step + 1, bytes.len() + 1);
        match pick(10 * step + 2, 6) {
            0 if at < bytes.len() => bytes[at] ^= 1 << pick(10 * step + 3, 8),
            1 => bytes.truncate(at.max(1)),
            2 => {
                let end = (at + pick(10 * step + 3, 40)).min(bytes.len());
                bytes.drain(at..end);
            }
            3 => {
                let end = (at + pick(10 * step + 3, 40)).min(bytes.len());
                let part = bytes[at..end].to_vec();
                bytes.splice(at..at, part);
            }
            4 => {
                // A digit more or another one: numbers at and past their limits.
                if let Some(k) = bytes[at..].iter().position(u8::is_ascii_digit) {
                    bytes[at + k] = b'0' + pick(10 * step + 3, 10) as u8;
                    if pick(10 * step + 4, 3) == 0 {
                        bytes.splice(at + k..at + k, *b"999");
                    }
                }
            }
            _ => {
                let word = WORDS[pick(10 * step + 3, WORDS.len())];
                bytes.splice(at..at, word.bytes());
            }
        }
    }
}

#[test]
fn no_file_panics() {
    let rounds: u64 = std::env::var("FUZZ_ROUNDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(40);
    let mut seeds = Vec::new();
    for folder in [
        "assets",
        "assets/scenarios",
        "assets/sites",
        "assets/tariffs",
        "assets/weather",
        "assets/workloads",
        "assets/plans",
        "assets/grids",
        "assets/tours",
        "tests/walks",
    ] {
        files(folder, &mut seeds);
    }
    let mut corpus = Vec::new();
    files("fuzz/corpus", &mut corpus);
    for bytes in &corpus {
        let (first, rest) = bytes.split_first().expect("is not empty");
        targets::TARGETS[usize::from(*first) % targets::TARGETS.len()].1(rest);
    }
    seeds.extend(corpus.into_iter().map(|bytes| bytes[1..].to_vec()));
    for (s, seed) in seeds.iter().enumerate() {
        for (t, (_, target)) in targets::TARGETS.iter().enumerate() {
            for round in 0..rounds {
                let mut bytes = seed.clone();
                mutate(&mut bytes, (s as u64) << 40 | (t as u64) << 32 | round);
                target(&bytes);
            }
        }
    }
}
