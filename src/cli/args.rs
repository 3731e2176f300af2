//! What can be asked on the command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use rainier::scenario::Overrides;
use rainier::site::change::Change;

/// A digital twin of an AI campus: racks, chips, cooling and power.
///
/// Without a command, runs the default what-if: the complete campus on a July day.
#[derive(Debug, Parser)]
#[command(version = rainier::VERSION, max_term_width = 100, args_conflicts_with_subcommands = true, after_help = EXIT_CODES)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) run: Run,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  the program itself failed (please report it)
  2  wrong arguments or input files; every error is listed with its place and code (docs/errors.md)
  3  a result could not be written
  4  the energy ledger did not close
  5  runs of a sweep have no result; the others are kept

The 3D view: cargo run --release --features view --bin rainier-view";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Runs a scenario and prints what it comes to
    Run(Run),
    /// Prints a site as a tree, or one place with its numbers
    Describe(Describe),
    /// Runs a whole year and an hour at nameplate, and prints both beside what is published
    Year(Year),
    /// Says how long every hall holds without a unit, its fans, its coolant or the water, on the hottest hour
    Ride(Ride),
    /// Says where the power path has headroom, what is stranded, and what every single failure leads to
    Power(Power),
    /// Says what the steps of a synchronous training job do to the draw from the grid
    Swing(SwingArgs),
    /// Says what can run by when, what bounds it, and how late it may be
    Grow(Grow),
    /// Says how far results may be off, for the ranges of the figures that they rest on, and which of these matter most
    Bands(Bands),
    /// Runs a scenario with many values of its fields, on all cores or many machines, and makes one table of the results
    Sweep(SweepArgs),
    /// Checks files and reports every error at once
    Check(Check),
    /// Measures the speed of a tick on the complete campus
    Bench(Bench),
    /// Says what a site costs to build and to run, by part, by chip-hour and by training run, in money and carbon
    Cost(Cost),
    /// Fills a building with one kind of rack after the other and says what each delivers, draws and costs
    Fleets(Fleets),
    /// Prints every field of every file with its type, unit and range
    Reference(Reference),
    /// Says what went wrong in a run and why: incidents, throttling, dark racks and interrupted jobs, back to first causes
    Explain(Explain),
    /// Says what differs between two runs: in the inputs, in the results, and the main causes
    Compare(Compare),
    /// Writes a run as one HTML page to read, print or send
    Report(Report),
}

#[derive(Debug, Default, clap::Args)]
pub(crate) struct Run {
    /// Scenario file, or builtin:NAME (default, phase-1, july-heat-wave, cold-snap, smoke-week, feed-lost,
    /// utility-30s, utility-10min, utility-72h, gensets-fail, training-swing, lab-day, hybrid-day, year,
    /// mission-day, mission-month, vendors-day, lab-jobs; docs/scenarios.md has them all)
    #[arg(default_value = "builtin:default")]
    pub(crate) scenario: String,
    #[command(flatten)]
    pub(crate) instead: Replacements,
    /// Folder for inputs.json, series.parquet, series.csv, halls.csv, incidents.csv, outages.csv, jobs.csv and
    /// summary.json; made if it is not there
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Threads; results are the same for any number [default: all cores]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) threads: Option<u16>,
    /// Time step that replaces the scenario's, s (1 to 300)
    #[arg(long, value_name = "SECONDS")]
    pub(crate) tick: Option<f64>,
    /// Duration that replaces the scenario's, s
    #[arg(long, value_name = "SECONDS")]
    pub(crate) duration: Option<f64>,
    /// Save all state to a file when that much time has been simulated, such as 6h:noon.snapshot (s, min, h or d; s without a
    /// unit); may be given more than once. A run goes on from there with --from
    #[arg(long, value_name = "TIME:FILE", value_parser = save)]
    pub(crate) save_at: Vec<Save>,
    /// Go on from a file of --save-at, of the same version, site and scenario; only --duration may differ. What is written
    /// covers the time from there on, the sums all of it
    #[arg(long, value_name = "FILE")]
    pub(crate) from: Option<PathBuf>,
    /// Print the summary as JSON instead of a table
    #[arg(long)]
    pub(crate) json: bool,
    /// No progress bar
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// Print nothing: another command asks for the run
    #[arg(skip)]
    pub(crate) silent: bool,
}

/// When to save, s since the start, and where.
#[derive(Debug, Clone)]
pub(crate) struct Save {
    pub(crate) at_s: f64,
    pub(crate) file: PathBuf,
}

/// A time and a file, as TIME:FILE.
fn save(text: &str) -> Result<Save, String> {
    let (time, file) = text
        .split_once(':')
        .ok_or("found no colon; allowed: TIME:FILE, such as 6h:noon.snapshot")?;
    if file.is_empty() {
        return Err("found no file behind the colon; allowed: TIME:FILE, such as 6h:noon.snapshot".into());
    }
    let number = time.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let scale = match &time[number.len()..] {
        "" | "s" => 1.0,
        "min" => 60.0,
        "h" => 3_600.0,
        "d" => 86_400.0,
        unit => return Err(format!("found the unit {unit:?}; allowed: s, min, h, d")),
    };
    let at_s = number.trim().parse::<f64>().ok().map(|value| value * scale);
    let at_s = at_s.filter(|s| (0.0..=3.2e9).contains(s));
    Ok(Save {
        at_s: at_s
            .ok_or_else(|| format!("found the time {time:?}; allowed: 0 to 3.2e9 s, such as 21600, 360min or 6h"))?,
        file: file.into(),
    })
}

#[derive(Debug, clap::Args)]
pub(crate) struct Describe {
    /// Place, such as B03, B03/H2, B03/H2/R12, B03/H2/R12/K07 or B03/H2/R12/K07/C05
    pub(crate) place: Option<String>,
    /// Site file, or builtin:NAME
    #[arg(long, value_name = "FILE", default_value = "builtin:rainier")]
    pub(crate) site: String,
    /// List every assumed figure with its confidence and source
    #[arg(long)]
    pub(crate) assumptions: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Power {
    /// Scenario file, or builtin:NAME
    #[arg(default_value = "builtin:default")]
    pub(crate) scenario: String,
    #[command(flatten)]
    pub(crate) instead: Replacements,
    /// One node with all its numbers, such as S1/A, B03/A, B03/H2/A/T1 or B03/H2/R12/A
    #[arg(long, value_name = "NAME")]
    pub(crate) node: Option<String>,
    /// Name every single failure that overloads something or leaves racks dark
    #[arg(long = "n-1")]
    pub(crate) n_1: bool,
    /// Simulated time to look at, s [default: 3600]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) at: Option<f64>,
    /// Threads; results are the same for any number [default: all cores]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) threads: Option<u16>,
    /// Print everything as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Year {
    /// Scenario file, or builtin:NAME
    #[arg(default_value = "builtin:year")]
    pub(crate) scenario: String,
    #[command(flatten)]
    pub(crate) instead: Replacements,
    /// Threads; results are the same for any number [default: all cores]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) threads: Option<u16>,
    /// The one building or hall that is live, such as B01: a sixteenth of the time, and the same ratios
    #[arg(long, value_name = "PLACE")]
    pub(crate) only: Option<String>,
    /// Days from the scenario's start instead of all of it
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=366))]
    pub(crate) days: Option<u32>,
    /// Print everything as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Ride {
    /// Scenario file, or builtin:NAME; its time, weather changes and events do not count
    #[arg(default_value = "builtin:default")]
    pub(crate) scenario: String,
    #[command(flatten)]
    pub(crate) instead: Replacements,
    /// Time until what failed is repaired, s
    #[arg(long, value_name = "SECONDS", default_value_t = 1_800.0, value_parser = seconds)]
    pub(crate) repair: f64,
    /// Time step, s (1 to 60)
    #[arg(long, value_name = "SECONDS", default_value_t = 5.0, value_parser = short_tick)]
    pub(crate) tick: f64,
    /// Threads; results are the same for any number [default: all cores]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) threads: Option<u16>,
    /// Print every hall as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct SwingArgs {
    /// Scenario file with a `training`, or builtin:NAME
    #[arg(default_value = "builtin:training-swing")]
    pub(crate) scenario: String,
    #[command(flatten)]
    pub(crate) instead: Replacements,
    /// Simulated time to look at, s
    #[arg(long, value_name = "SECONDS", default_value_t = 1_800.0, value_parser = seconds)]
    pub(crate) at: f64,
    /// Print everything as JSON, with the spectrum
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Grow {
    /// Plan file, or builtin:NAME
    #[arg(default_value = "builtin:rainier")]
    pub(crate) plan: String,
    /// Site file that replaces the plan's, or builtin:NAME
    #[arg(long, value_name = "FILE")]
    pub(crate) site: Option<String>,
    /// Draws of what may be late
    #[arg(long, default_value_t = 2_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) draws: u32,
    /// Seed of the draws
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Day up to which all has happened as it is written, instead of the plan's
    #[arg(long, value_name = "DAY", value_parser = date)]
    pub(crate) as_of: Option<jiff::civil::Date>,
    /// Write the months with their odds as CSV
    #[arg(long, value_name = "FILE")]
    pub(crate) csv: Option<PathBuf>,
    /// Print everything as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Bands {
    /// Scenario file, or builtin:NAME
    #[arg(default_value = "builtin:default")]
    pub(crate) scenario: String,
    #[command(flatten)]
    pub(crate) instead: Replacements,
    /// Draws of a Latin hypercube
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u32).range(2..=100_000))]
    pub(crate) draws: u32,
    /// The one building or hall that is live, such as B01/H1: seconds instead of minutes a draw
    #[arg(long, value_name = "PLACE")]
    pub(crate) only: Option<String>,
    /// Duration that replaces the scenario's, s, or with a unit, such as 2h
    #[arg(long, value_name = "TIME")]
    pub(crate) duration: Option<String>,
    /// Seed of the draws
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Threads; results are the same for any number [default: all cores]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) threads: Option<u16>,
    /// Folder for draws.csv, bands.csv and bands.json; a second call with the same folder goes on where the first ended
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Only figures whose name fits, such as 'catalog:chips.*' or '*tdp_w'; may be given again
    #[arg(long, value_name = "GLOB", num_args = 1)]
    pub(crate) figures: Vec<String>,
    /// Every value of a range is as likely, instead of the figure's own being the likeliest
    #[arg(long)]
    pub(crate) uniform: bool,
    /// Rank correlation of two figures by their names, such as catalog:A,tariff:B=0.7; may be given again
    #[arg(long, value_name = "A,B=RHO", value_parser = correlation)]
    pub(crate) correlate: Vec<(String, String, f64)>,
    /// Name the figures with their ranges, and run nothing
    #[arg(long)]
    pub(crate) list: bool,
    /// Print everything as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Two figures and their rank correlation.
fn correlation(text: &str) -> Result<(String, String, f64), String> {
    let parts = text.split_once('=').and_then(|(names, rho)| {
        let (a, b) = names.split_once(',')?;
        Some((a.trim().to_owned(), b.trim().to_owned(), rho.trim().parse().ok()?))
    });
    parts.ok_or_else(|| "a correlation reads A,B=RHO, such as catalog:A,tariff:B=0.7".into())
}

#[derive(Debug, clap::Args)]
pub(crate) struct SweepArgs {
    /// Sweep file, or builtin:NAME (climate-supply, tdp-load)
    pub(crate) file: String,
    /// Folder for the finished runs and sweep.parquet; a second call goes on where the first ended [default: NAME-sweep]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Threads, each with a run of its own [default: all cores]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) threads: Option<u16>,
    /// Do one run, by its number from 1, and make no table
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u64).range(1..), conflicts_with = "shard")]
    pub(crate) only_run: Option<u64>,
    /// Do one share of the runs, such as 0/4 to 3/4, and make no table
    #[arg(long, value_name = "I/N", value_parser = shard)]
    pub(crate) shard: Option<(u32, u32)>,
    /// Run nothing, and make the table of runs that have finished
    #[arg(long, conflicts_with_all = ["only_run", "shard"])]
    pub(crate) collect: bool,
    /// Print the runs with their values, and run nothing
    #[arg(long, conflicts_with = "collect")]
    pub(crate) list: bool,
    /// Write job files for an engine to DIR/plan, and run nothing
    #[arg(long, value_name = "ENGINE", value_enum, conflicts_with_all = ["collect", "list", "only_run", "shard"])]
    pub(crate) plan: Option<Engine>,
    /// Shares that the engine's tasks take
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) shards: u32,
    /// Time a few runs on one thread and on all, and keep nothing
    #[arg(long, conflicts_with_all = ["collect", "list", "plan"])]
    pub(crate) efficiency: bool,
    /// No progress bar
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// Print results as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// What runs the shares of a sweep on many machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Engine {
    /// An array of jobs, and one after it that collects
    Slurm,
    /// An Indexed Job on a shared volume
    Kubernetes,
    /// A driver in Python
    Ray,
}

/// A share of a sweep and how many there are.
fn shard(text: &str) -> Result<(u32, u32), String> {
    let parts = text
        .split_once('/')
        .and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
    let parts = parts.filter(|(i, n): &(u32, u32)| i < n);
    parts.ok_or_else(|| "a share reads I/N with I from 0 to N-1, such as 0/4".into())
}

#[derive(Debug, clap::Args)]
pub(crate) struct Check {
    /// Site, scenario, plan or sweep files, or builtin:NAME
    #[arg(required = true)]
    pub(crate) files: Vec<String>,
    /// Write scenario files of older formats anew in today's, where they stand, before they are checked
    #[arg(long)]
    pub(crate) upgrade: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Reference {
    /// Print a JSON Schema of scenarios instead, for editors
    #[arg(long)]
    pub(crate) json_schema: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Bench {
    /// Ticks to measure
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(10..=100_000))]
    pub(crate) ticks: u32,
    /// Threads
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) threads: u16,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Cost {
    /// Scenario file, or builtin:NAME; what it comes to is scaled to a year
    #[arg(default_value = "builtin:default")]
    pub(crate) scenario: String,
    #[command(flatten)]
    pub(crate) instead: Replacements,
    /// The one building or hall that is counted, such as B01
    #[arg(long, value_name = "PLACE")]
    pub(crate) only: Option<String>,
    /// Years that the net present cost looks ahead [default: those of the capital file]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=60))]
    pub(crate) years: Option<u32>,
    /// Duration that replaces the scenario's, s
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) duration: Option<f64>,
    /// Threads; results are the same for any number [default: all cores]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) threads: Option<u16>,
    /// Print everything as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Fleets {
    /// Scenario file, or builtin:NAME; its events do not count
    #[arg(default_value = "builtin:default")]
    pub(crate) scenario: String,
    #[command(flatten)]
    pub(crate) instead: Replacements,
    /// Racks to compare, by their catalog names, parted by commas [default: all of the catalog]
    #[arg(long, value_name = "RACKS", value_delimiter = ',')]
    pub(crate) racks: Vec<String>,
    /// A mix of racks by their shares of the power, such as trn2:0.6,tpu-v7-cube:0.4; may be given again
    #[arg(long, value_name = "MIX")]
    pub(crate) mix: Vec<String>,
    /// Building that is filled, such as B01 [default: the first]
    #[arg(long, value_name = "PLACE")]
    pub(crate) only: Option<String>,
    /// Days from the scenario's start
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=366))]
    pub(crate) days: u32,
    /// Threads; results are the same for any number [default: all cores]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) threads: Option<u16>,
    /// Print everything as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Explain {
    /// Folder of a run (`rainier run … --out`), or a scenario that is run first: a file, or builtin:NAME
    pub(crate) run: String,
    /// The one incident or job to explain: its number, or any of its words
    pub(crate) event: Option<String>,
    #[command(flatten)]
    pub(crate) instead: Replacements,
    /// Threads; results are the same for any number [default: all cores]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) threads: Option<u16>,
    /// Print everything as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Compare {
    /// Folder of a run (`rainier run … --out`), or a scenario that is run first: a file, or builtin:NAME
    pub(crate) a: String,
    /// The other one
    pub(crate) b: String,
    /// Another value for a field of B, which is then a scenario, such as catalog:chips.trainium2.tdp_w=0.55kW; the file
    /// may be left out where only one has such a field; may be given again
    #[arg(long, value_name = "PATH=VALUE")]
    pub(crate) set: Vec<Change>,
    /// Write the comparison as an HTML page, too
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Threads; results are the same for any number [default: all cores]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) threads: Option<u16>,
    /// Print everything as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Report {
    /// Folder of a run (`rainier run … --out`), or a scenario that is run first: a file, or builtin:NAME
    pub(crate) run: String,
    /// The page [default: report.html in the folder of the run, or here]
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) instead: Replacements,
    /// Threads; results are the same for any number [default: all cores]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) threads: Option<u16>,
}

/// Files that take the place of those that a scenario names.
#[derive(Debug, Default, Clone, clap::Args)]
pub(crate) struct Replacements {
    /// Site file that replaces the scenario's, or builtin:NAME
    #[arg(long, value_name = "FILE")]
    site: Option<String>,
    /// Weather file that replaces the site's: normals, an EPW file, or builtin:NAME
    #[arg(long, value_name = "FILE")]
    weather: Option<String>,
    /// Another value for a field, such as catalog:chips.trainium2.tdp_w=0.55kW or site:buildings[1].phase=3; the file
    /// (scenario, site, catalog, weather, tariff, grid, capital, workload, plan) may be left out where only one has such a field; may be given again
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub(crate) set: Vec<Change>,
}

impl Replacements {
    /// Other values for fields alone.
    pub(crate) fn values(set: &[Change]) -> Self {
        Self {
            set: set.to_vec(),
            ..Self::default()
        }
    }

    /// Whether everything stays as the scenario has it.
    pub(crate) fn is_empty(&self) -> bool {
        self.site.is_none() && self.weather.is_none() && self.set.is_empty()
    }

    /// As the library takes them.
    pub(crate) fn of(&self) -> Overrides<'_> {
        Overrides {
            site: self.site.as_deref(),
            weather: self.weather.as_deref(),
            changes: &self.set,
        }
    }
}

/// A short time step, s.
fn short_tick(text: &str) -> Result<f64, String> {
    let value = text.parse().ok().filter(|s: &f64| (1.0..=60.0).contains(s));
    value.ok_or_else(|| "a step is 1 to 60 s".into())
}

/// A time of a run, s.
fn seconds(text: &str) -> Result<f64, String> {
    let value = text.parse().ok().filter(|s: &f64| (0.0..=3.2e9).contains(s));
    value.ok_or_else(|| "a time is 0 to 3.2e9 s".into())
}

/// A day.
fn date(text: &str) -> Result<jiff::civil::Date, String> {
    let date = text
        .parse()
        .ok()
        .filter(|day: &jiff::civil::Date| (1990..=2100).contains(&day.year()));
    date.ok_or_else(|| "a day is written 2025-10-31".into())
}
