//! `rainier`: the twin from a script. Results go to standard output, everything else to standard error.

#[macro_use]
mod out;

mod args;
mod bands;
mod bench;
mod causes;
mod check;
mod compare;
mod cost;
mod describe;
mod explain;
mod fleets;
mod folder;
mod grow;
mod inputs;
mod jobs;
mod power;
mod reference;
mod report;
mod ride;
mod run;
mod story;
mod sweep;
mod swing;
mod write;
mod year;

use std::process::ExitCode;

use clap::Parser;

use args::{Args, Command};

/// Why a command did not do what it was asked; each has its exit code.
enum Failure {
    /// The input is wrong: 2.
    Input(rainier::diag::Report),
    /// A file could not be written: 3.
    Output(String),
    /// The energy ledger did not close: 4.
    Ledger(f64),
    /// A place does not exist: 2.
    Place(String),
    /// Runs of a sweep have no result: 5.
    Runs(String),
}

fn main() -> ExitCode {
    let args = Args::parse();
    let outcome = match args.command.unwrap_or(Command::Run(args.run)) {
        Command::Run(run) => run::run(&run),
        Command::Describe(describe) => describe::describe(&describe),
        Command::Year(year) => year::year(&year),
        Command::Ride(ride) => ride::ride(&ride),
        Command::Power(power) => power::power(&power),
        Command::Swing(swing) => swing::swing(&swing),
        Command::Grow(grow) => grow::grow(&grow),
        Command::Bands(bands) => bands::bands(&bands),
        Command::Sweep(args) => sweep::sweep(&args),
        Command::Check(check) => check::check(&check),
        Command::Bench(bench) => bench::bench(&bench),
        Command::Cost(cost) => cost::cost(&cost),
        Command::Fleets(fleets) => fleets::fleets(&fleets),
        Command::Reference(reference) => reference::reference(&reference),
        Command::Explain(explain) => explain::explain(&explain),
        Command::Compare(compare) => compare::compare(&compare),
        Command::Report(report) => report::report(&report),
    };
    let said = out::finish();
    match outcome {
        Ok(()) if !said => {
            eprintln!("error: standard output cannot be written");
            ExitCode::from(3)
        }
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Input(report)) => {
            eprintln!("{report}");
            ExitCode::from(2)
        }
        Err(Failure::Place(message)) => {
            eprintln!("error: {message}");
            ExitCode::from(2)
        }
        Err(Failure::Output(message)) => {
            eprintln!("error: {message}");
            ExitCode::from(3)
        }
        Err(Failure::Runs(message)) => {
            eprintln!("error: {message}");
            ExitCode::from(5)
        }
        Err(Failure::Ledger(gap)) => {
            eprintln!(
                "error: the energy ledger is off by {gap:.3e} (allowed: {:.0e}); results are written but must not be trusted",
                rainier::sim::meters::LEDGER_TOLERANCE
            );
            ExitCode::from(4)
        }
    }
}
