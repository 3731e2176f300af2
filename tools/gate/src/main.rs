//! The gate's command line: see `test.sh`.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use gate::key::Machine;
use gate::plan::{Level, Plan};
use gate::run::{Gate, Wish, cache, tell};
use gate::sources;

const HELP: &str = "usage: ./test.sh [quick | all] [--plan] [--only STEP]...

  (nothing)     all that a change can have touched: what stands on nothing that has changed since it passed is left out
  quick         the same of format, lints, and tests of the library and the command line alone
  all           everything, and what is published too; leaves nothing out
  --plan        say what would run and why, and run nothing
  --only STEP   run this step and what it needs, whatever has passed
  --list        say which steps there are

KEEP_PICTURES=1 keeps the pictures that are taken as those to compare with.
RAINIER_CACHE is where compiled dependencies and passes are kept; ~/.cache/rainier without it.";

/// The file of steps, from the project's folder.
const STEPS: &str = "tests/steps.ron";

fn wish(arguments: &[String]) -> Result<Wish, String> {
    let keep_pictures = env::var_os("KEEP_PICTURES").is_some_and(|value| !value.is_empty() && value != "0");
    let mut wish = Wish {
        level: Level::Changed,
        only: Vec::new(),
        plan: false,
        keep_pictures,
    };
    let mut left = arguments.iter();
    while let Some(argument) = left.next() {
        match argument.as_str() {
            "quick" => wish.level = Level::Quick,
            "all" => wish.level = Level::All,
            "--plan" => wish.plan = true,
            "--only" => wish
                .only
                .push(left.next().ok_or("--only wants the name of a step")?.clone()),
            other => return Err(format!("'{other}' is none of the words that are known\n\n{HELP}")),
        }
    }
    Ok(wish)
}

fn start(project: &Path, arguments: &[String]) -> Result<bool, String> {
    let since = Instant::now();
    let files = sources::read(project).map_err(|error| format!("{}: {error}", project.display()))?;
    let text = fs::read_to_string(project.join(STEPS)).map_err(|error| format!("{STEPS}: {error}"))?;
    let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let plan = Plan::read(&text, &paths).map_err(|error| format!("{STEPS}: {error}"))?;
    if arguments == ["--list"] {
        for step in &plan.steps {
            let level = step.level.map_or("when it is needed".to_owned(), |level| {
                format!("{level:?}").to_lowercase()
            });
            println!("{:<18} {level:<18} {}", step.name, step.title);
        }
        return Ok(true);
    }
    let wish = wish(arguments)?;
    for name in &wish.only {
        if plan.step(name).is_none() {
            return Err(format!("there is no step '{name}'; ./test.sh --list tells all"));
        }
    }
    let cache = cache();
    fs::create_dir_all(&cache).map_err(|error| format!("{}: {error}", cache.display()))?;
    let lock = fs::File::create(cache.join("lock")).map_err(|error| format!("{}: {error}", cache.display()))?;
    if lock.try_lock().is_err() {
        println!("another run is under way; waiting until it ends");
        lock.lock().map_err(|error| error.to_string())?;
    }
    let machine = Machine::ask(&plan, project);
    let gate = Gate {
        plan: &plan,
        files: &files,
        machine: &machine,
        project,
        cache: &cache,
    };
    let done = gate.run(&wish).map_err(|error| error.to_string())?;
    Ok(wish.plan || tell(&done, since.elapsed()))
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if arguments
        .iter()
        .any(|argument| argument == "--help" || argument == "-h")
    {
        println!("{HELP}");
        return ExitCode::SUCCESS;
    }
    let project = env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    match start(&project, &arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("test.sh: {error}");
            ExitCode::from(2)
        }
    }
}
