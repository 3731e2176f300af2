//! The invariants of ARCHITECTURE.md, held by reading the sources and the dependency tree.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::common::sources::sources;

/// Layers from the bottom up; a module uses those before it, never those after it. `sim` and `scenario`
/// stand together: a scenario's events are commands of the simulation.
const LAYERS: [&[&str]; 10] = [
    &["num", "diag"],
    &["physics"],
    &["site"],
    &["workload", "economics"],
    &["growth"],
    &["sim", "scenario", "overlay", "tour", "view"],
    &["results"],
    &["study"],
    &["host"],
    &["cli", "viewer"],
];

#[test]
fn dependencies_run_one_way() {
    for (rank, names) in LAYERS.iter().enumerate().take(9) {
        for name in *names {
            let files = if Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(name).is_dir() {
                sources(&format!("src/{name}"))
            } else {
                let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/{name}.rs"));
                vec![(path.clone(), fs::read_to_string(path).expect("is readable"))]
            };
            for (path, text) in files {
                for above in LAYERS.iter().skip(rank + 1).flat_map(|layer| layer.iter()) {
                    assert!(
                        !text.contains(&format!("crate::{above}::")),
                        "{} uses {above}, which stands above it",
                        path.display()
                    );
                }
            }
        }
    }
}

#[test]
fn the_model_does_no_input_or_output_and_keeps_no_wall_time() {
    let banned = [
        "std::fs",
        "std::env::",
        "std::time::Instant",
        "SystemTime",
        "println!",
        "HashMap",
        "bevy::",
        "wgpu",
        "winit",
        "egui",
    ];
    for (path, text) in sources("src") {
        let inside = path
            .strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
            .expect("is inside");
        if ["host", "cli", "viewer"].iter().any(|outer| inside.starts_with(outer)) {
            continue;
        }
        for word in banned {
            assert!(!text.contains(word), "{} uses {word}", path.display());
        }
    }
}

#[test]
fn transcendental_functions_come_from_one_place() {
    let banned = [
        ".exp()", ".ln()", ".sin()", ".cos()", ".powf(", ".powi(", ".tan()", ".atan2(", "libm::",
    ];
    for (path, text) in sources("src/sim")
        .into_iter()
        .chain(sources("src/physics"))
        .chain(sources("src/site"))
        .chain(sources("src/economics"))
    {
        for word in banned {
            assert!(
                !text.contains(word),
                "{} uses {word}: use crate::num, which is the same on every platform",
                path.display()
            );
        }
    }
}

/// The view changes the world through commands alone: it never takes the columns to write.
#[test]
fn the_view_does_not_write_the_simulation() {
    for (path, text) in sources("src/viewer") {
        for column in [
            "ChipColumns",
            "RackColumns",
            "HallColumns",
            "AhuColumns",
            "PowerColumns",
            "Grid",
            "Meters",
            "Outside",
            "Clock",
            "Jobs",
        ] {
            for write in [
                format!("ResMut<{column}>"),
                format!("ResMut<'w, {column}>"),
                format!("resource_mut::<{column}>"),
            ] {
                assert!(!text.contains(&write), "{} writes {column}", path.display());
            }
        }
    }
}

#[test]
fn the_headless_program_has_no_renderer_window_or_gpu_in_its_tree() {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--edges", "normal", "--prefix", "none", "--offline", "--locked"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8_lossy(&output.stdout);
    assert!(tree.contains("bevy_ecs"), "the tree is that of the twin");
    for banned in [
        "bevy_render",
        "bevy_window",
        "bevy_winit",
        "bevy_egui",
        "bevy_pbr",
        "wgpu",
        "winit",
        "egui",
        "naga",
    ] {
        assert!(
            !tree.lines().any(|line| line.starts_with(&format!("{banned} "))),
            "{banned} is in the headless tree"
        );
    }
}

#[test]
fn every_error_code_has_its_section() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/errors.md")).expect("is readable");
    for code in rainier::diag::Code::ALL {
        assert!(
            text.contains(&format!("## {}", code.as_str())),
            "{} is missing in docs/errors.md",
            code.as_str()
        );
    }
}

#[test]
fn every_cited_fact_has_its_section() {
    let facts = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/facts.md")).expect("is readable");
    let cites = ["docs/facts.md", ", "].concat();
    let mut cited = 0;
    for (path, text) in ["src", "tests/it"].iter().flat_map(|folder| sources(folder)) {
        for section in text.split(&cites).skip(1) {
            let number: String = section
                .chars()
                .take_while(|c| c.is_ascii_digit() || *c == '.')
                .collect();
            let number = number.trim_end_matches('.');
            let heads = [format!("## {number}. "), format!("### {number} ")];
            let found = facts
                .lines()
                .any(|line| heads.iter().any(|head| line.starts_with(head)));
            assert!(
                found,
                "{}: section {number:?} is missing in docs/facts.md",
                path.display()
            );
            cited += 1;
        }
    }
    assert!(cited > 10, "{cited} citations found");
}
