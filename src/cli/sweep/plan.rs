//! Job files that run a sweep's shares on an engine, from the templates in `deploy/`.

use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::Failure;
use crate::args::{Engine, SweepArgs};

/// Templates by the names of their files; `@WORDS@` in them are filled in.
fn templates(engine: Engine) -> &'static [(&'static str, &'static str)] {
    match engine {
        Engine::Slurm => &[
            ("sweep.sbatch", include_str!("../../../deploy/slurm/sweep.sbatch")),
            ("collect.sbatch", include_str!("../../../deploy/slurm/collect.sbatch")),
            ("submit.sh", include_str!("../../../deploy/slurm/submit.sh")),
        ],
        Engine::Kubernetes => &[
            ("sweep.yaml", include_str!("../../../deploy/kubernetes/sweep.yaml")),
            ("collect.yaml", include_str!("../../../deploy/kubernetes/collect.yaml")),
            ("submit.sh", include_str!("../../../deploy/kubernetes/submit.sh")),
        ],
        Engine::Ray => &[("sweep.py", include_str!("../../../deploy/ray/sweep.py"))],
    }
}

/// A text as the engine's files quote it.
fn quoted(engine: Engine, text: &str) -> String {
    match engine {
        Engine::Slurm => format!("'{}'", text.replace('\'', r"'\''")),
        // In arguments `$(…)` names a variable, `$$` is a dollar sign; JSON's texts are YAML's and Python's.
        Engine::Kubernetes => serde_json::json!(text.replace('$', "$$")).to_string(),
        Engine::Ray => serde_json::json!(text).to_string(),
    }
}

/// Writes the files and says how to begin.
pub(crate) fn write(engine: Engine, args: &SweepArgs, out: &Path) -> Result<(), Failure> {
    let said = |path: &Path, error: std::io::Error| Failure::Output(format!("{}: {error}", path.display()));
    let here = std::env::current_dir().map_err(|error| said(Path::new("."), error))?;
    let program = std::env::current_exe().map_err(|error| said(Path::new("."), error))?;
    // Tasks may start anywhere.
    let file = match args.file.starts_with("builtin:") {
        true => args.file.clone(),
        false => here.join(&args.file).display().to_string(),
    };
    let out = here.join(out);
    // Sweeps that run at the same time must not take each other's names.
    let id = Sha256::digest(format!("{file}\0{}", out.display()));
    let id: String = id.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    let here = here.display().to_string();
    if engine == Engine::Kubernetes && here.contains(':') {
        return Err(Failure::Place(format!(
            "{here:?}: Kubernetes mounts no folder with a `:` in its name; call from another"
        )));
    }
    let here = match engine {
        // Only what is called stands in for variables, so that here a dollar sign is one.
        Engine::Kubernetes => serde_json::json!(here).to_string(),
        Engine::Slurm | Engine::Ray => quoted(engine, &here),
    };
    let words = [
        ("@ID@", id),
        ("@PROGRAM@", quoted(engine, &program.display().to_string())),
        ("@FILE@", quoted(engine, &file)),
        ("@OUT@", quoted(engine, &out.display().to_string())),
        ("@HERE@", here),
        ("@SHARDS@", args.shards.to_string()),
        ("@LAST@", (args.shards - 1).to_string()),
    ];
    let folder = out.join("plan");
    fs::create_dir_all(&folder).map_err(|error| said(&folder, error))?;
    for (name, template) in templates(engine) {
        let path = folder.join(name);
        fs::write(&path, filled(template, &words)).map_err(|error| said(&path, error))?;
    }
    let begin = match engine {
        Engine::Slurm | Engine::Kubernetes => format!("bash {}", folder.join("submit.sh").display()),
        Engine::Ray => format!("python {}", folder.join("sweep.py").display()),
    };
    super::say(&format!(
        "wrote {} files to {}; begin with: {begin}",
        templates(engine).len(),
        folder.display()
    ))
}

/// A template with its words filled in, once: what is filled in is not looked at again.
fn filled(template: &str, words: &[(&str, String)]) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some((at, (word, text))) = words
        .iter()
        .filter_map(|pair| rest.find(pair.0).map(|at| (at, pair)))
        .min_by_key(|(at, _)| *at)
    {
        out.push_str(&rest[..at]);
        out.push_str(text);
        rest = &rest[at + word.len()..];
    }
    out + rest
}
