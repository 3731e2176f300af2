//! Runs steps one after the other, and tells what each took.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant, SystemTime};

use crate::key::{self, Machine};
use crate::made;
use crate::passed::Passed;
use crate::plan::{Level, Place, Plan, Step, Work};
use crate::sources::File;
use crate::tree;

/// Steps told at the end, the slowest first.
const SLOWEST: usize = 10;

/// What `timeout` ends with when the time is over.
const TIMED_OUT: i32 = 124;

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Wish {
    /// How much is tested.
    pub level: Level,
    /// Steps that run whatever has passed, and no others; none stands for all of the level.
    pub only: Vec<String>,
    /// Whether it is only told what would run.
    pub plan: bool,
    /// Whether pictures are kept as those to compare with, in place of being compared.
    pub keep_pictures: bool,
}

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// It did what it should.
    Passed,
    /// It did not; why.
    Failed(String),
    /// It was not run: nothing that it stands on has changed.
    LeftOut,
    /// It was not run: this step, which it needs, has failed.
    Missed(String),
}

/// A step that is over.
#[derive(Debug, Clone)]
pub struct Done {
    /// Its name.
    pub name: String,
    /// What its time was spent on.
    pub work: Work,
    /// How long it took.
    pub took: Duration,
    /// How it ended.
    pub end: End,
}

/// The gate: the project, and the folder that is kept between runs.
#[derive(Debug)]
pub struct Gate<'a> {
    /// The steps.
    pub plan: &'a Plan,
    /// The files of the project.
    pub files: &'a [File],
    /// Tools and settings.
    pub machine: &'a Machine,
    /// The project's folder.
    pub project: &'a Path,
    /// Compiled dependencies, folders that steps run in, and passes.
    pub cache: &'a Path,
}

impl Gate<'_> {
    /// Runs what is wished for.
    ///
    /// # Errors
    ///
    /// Where a folder cannot be written.
    pub fn run(&self, wish: &Wish) -> io::Result<Vec<Done>> {
        let passed = Passed::in_folder(&self.cache.join("passed"));
        let mut done: Vec<Done> = Vec::new();
        for step in self.wished(wish) {
            let key = key::of(self.plan, step, self.files, self.machine);
            let forced =
                !wish.only.is_empty() || wish.level == Level::All || (wish.keep_pictures && step.work == Work::Draws);
            let before = passed.with(&step.name, &key).filter(|_| !forced);
            if let Some(pass) = before {
                println!(
                    "-- {}: left out, nothing that it stands on has changed since it passed {} ago, in {}",
                    step.title,
                    in_words(SystemTime::now().duration_since(pass.when).unwrap_or_default()),
                    in_words(pass.took)
                );
                done.push(Done {
                    name: step.name.clone(),
                    work: step.work,
                    took: Duration::ZERO,
                    end: End::LeftOut,
                });
                continue;
            }
            let why = match passed.latest(&step.name) {
                _ if forced => "asked for".to_owned(),
                None => "it has not passed here".to_owned(),
                Some(pass) => changed(&key.differences(&pass.parts)),
            };
            if wish.plan {
                println!("{}: {}, would run: {why}", step.name, step.title);
                continue;
            }
            let end = self.run_with_needs(step, &why, &mut done)?;
            let keeps = wish.keep_pictures && step.work == Work::Draws;
            if keeps && end == End::Passed {
                self.take_pictures(step)?;
            } else if end == End::Passed {
                let took = done.last().map_or(Duration::ZERO, |step| step.took);
                passed.keep(&step.name, &key, took)?;
            }
        }
        Ok(done)
    }

    /// The steps that are wished for, without those that they need.
    fn wished(&self, wish: &Wish) -> Vec<&Step> {
        let steps = self.plan.steps.iter();
        if wish.only.is_empty() {
            steps
                .filter(|step| step.level.is_some_and(|level| level <= wish.level))
                .collect()
        } else {
            steps.filter(|step| wish.only.contains(&step.name)).collect()
        }
    }

    /// Runs a step after those that it needs and that have not run yet. How the step ended.
    fn run_with_needs(&self, step: &Step, why: &str, done: &mut Vec<Done>) -> io::Result<End> {
        for one in self.plan.with_needs(step) {
            let over = |name: &str| done.iter().find(|done| done.name == name);
            if one.name != step.name && over(&one.name).is_some() {
                continue;
            }
            let failed = one
                .needs
                .iter()
                .find(|need| over(need).is_some_and(|need| need.end != End::Passed))
                .cloned();
            let start = Instant::now();
            let end = match failed {
                Some(need) => {
                    println!("-- {}: not run, '{need}' has failed", one.title);
                    End::Missed(need)
                }
                None => {
                    let why = if one.name == step.name {
                        why.to_owned()
                    } else {
                        format!("for '{}'", step.name)
                    };
                    println!("\n== {} ({}; {why})", one.title, clock());
                    self.run_one(one)?
                }
            };
            let took = start.elapsed();
            if let End::Failed(why) = &end {
                println!("-- {} FAILED after {}: {why}", one.title, in_words(took));
            }
            done.push(Done {
                name: one.name.clone(),
                work: one.work,
                took,
                end,
            });
        }
        Ok(done.last().map_or(End::Passed, |step| step.end.clone()))
    }

    /// The folder that a step runs in.
    fn tree(&self, step: &Step) -> PathBuf {
        let name = match step.place {
            Place::Cargo => "cargo",
            Place::Own => &step.name,
        };
        self.cache.join("trees").join(name)
    }

    /// Lays out the folder of a step and runs its script there.
    fn run_one(&self, step: &Step) -> io::Result<End> {
        let tree = self.tree(step);
        let built: Vec<&Step> = self
            .plan
            .steps
            .iter()
            .filter(|step| step.place == Place::Cargo)
            .collect();
        // What is built for one step stands there for the next: Cargo's folder holds what any of its steps stands on.
        let theirs = |file: &&File| match step.place {
            Place::Cargo => built.iter().any(|step| step.inputs.hold(&file.path)),
            Place::Own => step.inputs.hold(&file.path),
        };
        tree::lay(self.files.iter().filter(theirs), &tree)?;
        let target = self.cache.join("target");
        let limit = format!("{}s", step.limit_s);
        // `timeout` also ends what the script has started.
        let status = Command::new("timeout")
            .args(["--kill-after=10", &limit, "bash", "-euo", "pipefail", "-c", &step.run])
            .current_dir(&tree)
            .env("CACHE", self.cache)
            .env("CARGO_TARGET_DIR", &target)
            .status()?;
        if status.code() == Some(TIMED_OUT) {
            return Ok(End::Failed(format!("it has not ended within {} s", step.limit_s)));
        }
        if !status.success() {
            return Ok(End::Failed(format!(
                "{status}; ./test.sh --only {} runs it again",
                step.name
            )));
        }
        for list in &step.made_of {
            match made::missed(&target.join(list), &tree, |path| step.inputs.hold(path)) {
                Err(error) => return Ok(End::Failed(error)),
                Ok(missed) if !missed.is_empty() => {
                    return Ok(End::Failed(format!(
                        "{list} is made of what the step does not stand on: {}",
                        missed.join(", ")
                    )));
                }
                Ok(_) => {}
            }
        }
        Ok(End::Passed)
    }

    /// Takes the kept pictures of a step's folder into the project.
    fn take_pictures(&self, step: &Step) -> io::Result<()> {
        const PICTURES: &str = "tests/golden";
        fn take(from: &Path, to: &Path) -> io::Result<()> {
            fs::create_dir_all(to)?;
            for entry in fs::read_dir(from)? {
                let path = entry?.path();
                let Some(name) = path.file_name() else { continue };
                let to = to.join(name);
                if path.is_dir() {
                    take(&path, &to)?;
                } else if fs::read(&to).ok() != Some(fs::read(&path)?) {
                    println!("   kept {}", to.display());
                    fs::copy(&path, &to)?;
                }
            }
            Ok(())
        }
        let from = self.tree(step).join(PICTURES);
        if from.is_dir() {
            take(&from, &self.project.join(PICTURES))
        } else {
            Ok(())
        }
    }
}

/// What has changed, with the first few named.
fn changed(parts: &[&str]) -> String {
    const NAMED: usize = 3;
    let named = parts.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    match parts.len() {
        0 => "it has passed on other states since".to_owned(),
        count if count > NAMED => format!("{named} and {} more have changed", count - NAMED),
        _ => format!("changed: {named}"),
    }
}

/// The hour of the day, UTC.
fn clock() -> String {
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs();
    format!("{:02}:{:02}:{:02}", now / 3600 % 24, now / 60 % 60, now % 60)
}

/// A span as people say it.
pub fn in_words(span: Duration) -> String {
    let seconds = span.as_secs();
    match seconds {
        0..10 => format!("{:.1} s", span.as_secs_f64()),
        10..60 => format!("{seconds} s"),
        60..7200 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        7200..172_800 => format!("{} h {:02} min", seconds / 3600, seconds / 60 % 60),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// Tells what took the time and what came of it. Whether nothing failed.
pub fn tell(done: &[Done], took: Duration) -> bool {
    let mut by_work: BTreeMap<Work, Duration> = BTreeMap::new();
    for step in done {
        *by_work.entry(step.work).or_default() += step.took;
    }
    let parts: Vec<String> = by_work
        .iter()
        .map(|(work, took)| format!("{} {}", word(*work), in_words(*took)))
        .collect();
    println!("\n== {} in all: {}", in_words(took), parts.join(", "));
    let mut slowest: Vec<&Done> = done.iter().filter(|step| step.took > Duration::ZERO).collect();
    slowest.sort_by_key(|step| std::cmp::Reverse(step.took));
    for step in slowest.iter().take(SLOWEST) {
        println!("{:>14}  {:<9} {}", in_words(step.took), word(step.work), step.name);
    }
    let mut failed = BTreeSet::new();
    let mut counts = [0; 3];
    for step in done {
        match &step.end {
            End::Passed => counts[0] += 1,
            End::LeftOut => counts[2] += 1,
            End::Failed(_) | End::Missed(_) => {
                counts[1] += 1;
                failed.insert(step.name.as_str());
            }
        }
    }
    for name in &failed {
        println!("failed: {name}");
    }
    println!("\n{} passed, {} failed, {} skipped", counts[0], counts[1], counts[2]);
    failed.is_empty()
}

fn word(work: Work) -> &'static str {
    match work {
        Work::Compiles => "compiling",
        Work::Links => "linking",
        Work::Tests => "testing",
        Work::Draws => "drawing",
    }
}

/// Where compiled dependencies and passes are kept.
pub fn cache() -> PathBuf {
    let home = || env::var_os("HOME").map_or_else(|| PathBuf::from("."), PathBuf::from);
    env::var_os("RAINIER_CACHE").map_or_else(|| home().join(".cache/rainier"), PathBuf::from)
}
