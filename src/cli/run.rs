//! `rainier run`: a scenario from start to end.

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use comfy_table::{CellAlignment, Table, presets};
use indicatif::{ProgressBar, ProgressStyle};
use rainier::host::disk;
use rainier::physics::envelope::AirClass;
use rainier::results::Summary;
use rainier::scenario::{self, Loaded};
use rainier::sim::Twin;
use rainier::sim::clock::Clock;
use rainier::sim::hall_meters::{HallMeters, MODES};
use rainier::sim::jobs::Jobs;
use rainier::sim::meters::LEDGER_TOLERANCE;
use rainier::sim::power::incidents::Incidents;
use rainier::sim::snapshot::Snapshot;
use rainier::sim::twin::Plan;
use rainier::site::Address;
use rainier::site::campus::Found;

use crate::Failure;
use crate::args::{Run, Save};
use crate::inputs::{Before, Recorder};
use crate::jobs::JobsFile;
use crate::story;
use crate::write::{Series, whole};

pub(crate) fn threads(asked: Option<u16>) -> usize {
    asked.map_or_else(
        || std::thread::available_parallelism().map_or(1, usize::from),
        usize::from,
    )
}

/// Leaves the one building or hall live that is named, if any.
pub(crate) fn leave_live(loaded: &mut Loaded, only: Option<&str>) -> Result<(), Failure> {
    let Some(place) = only else { return Ok(()) };
    let campus = &loaded.site.campus;
    let found = place.parse::<Address>().ok().and_then(|address| campus.find(address));
    if !matches!(found, Some(Found::Building(_) | Found::Hall(_))) {
        return Err(Failure::Place(format!(
            "{place:?}: a building or hall of this site, such as B01 or B01/H1"
        )));
    }
    loaded.only = found;
    Ok(())
}

fn load(args: &Run, files: &Recorder) -> Result<Loaded, Failure> {
    let mut loaded = scenario::load(files, &args.scenario, args.instead.of()).map_err(Failure::Input)?;
    if let Some(tick) = args.tick {
        if !(1.0..=300.0).contains(&tick) {
            return Err(Failure::Place(format!("--tick {tick}: a tick lasts 1 to 300 s")));
        }
        loaded.scenario.tick_s = tick;
        loaded.scenario.record_every_s = loaded.scenario.record_every_s.max(tick);
    }
    if let Some(duration) = args.duration {
        if !(1.0..=3.2e9).contains(&duration) {
            return Err(Failure::Place(format!(
                "--duration {duration}: a run lasts 1 to 3.2e9 s"
            )));
        }
        loaded.scenario.duration_s = duration;
    }
    Ok(loaded)
}

/// The longest snapshot that is read: some seventy times that of a million chips.
const MOST_SNAPSHOT_BYTES: u64 = 1 << 30;

/// Puts a twin where a snapshot was taken.
fn go_on(twin: &mut Twin, file: &Path) -> Result<(), Failure> {
    let wrong = |problem: String| Failure::Place(format!("--from {}: {problem}", file.display()));
    let bytes = disk::bytes(file, MOST_SNAPSHOT_BYTES).map_err(|error| wrong(error.to_string()))?;
    let snapshot = Snapshot::from_bytes(&bytes).map_err(|error| wrong(error.to_string()))?;
    twin.restore(&snapshot).map_err(|error| wrong(error.to_string()))
}

/// What is to be saved, in order of time; errors tell of what the run does not come to.
fn saves(args: &Run, from_s: f64, end_s: f64) -> Result<Vec<&Save>, Failure> {
    let mut saves: Vec<&Save> = args.save_at.iter().collect();
    saves.sort_by(|a, b| a.at_s.total_cmp(&b.at_s));
    for save in &saves {
        if save.at_s < from_s || save.at_s > end_s {
            return Err(Failure::Place(format!(
                "--save-at {}:{}: the run goes from {from_s} to {end_s} s",
                save.at_s,
                save.file.display()
            )));
        }
    }
    Ok(saves)
}

/// Saves what is due.
fn save_due(saves: &mut Vec<&Save>, twin: &mut Twin, quiet: bool) -> Result<(), String> {
    let now_s = twin.world().resource::<Clock>().time_s;
    let due = saves.iter().take_while(|save| save.at_s <= now_s + 1e-9).count();
    for save in saves.drain(..due) {
        let bytes = twin.snapshot().to_bytes();
        whole(&save.file, |file| file.write_all(&bytes))?;
        if !quiet {
            eprintln!(
                "saved the state at {now_s} s to {} ({} bytes)",
                save.file.display(),
                bytes.len()
            );
        }
    }
    Ok(())
}

pub(crate) fn run(args: &Run) -> Result<(), Failure> {
    let started = Instant::now();
    let recorder = Recorder::default();
    let loaded = load(args, &recorder)?;
    let before = args.out.as_ref().map(|_| Before::of(args, &recorder, &loaded));
    let scenario = loaded.scenario.clone();
    let recorded = loaded.recorded.clone();
    let mut series = match &args.out {
        Some(folder) => Some(Series::create(folder, &recorded.names()).map_err(Failure::Output)?),
        None => None,
    };
    let mut jobs_file = match &args.out {
        Some(folder) if loaded.workload.is_some() => Some(JobsFile::create(folder).map_err(Failure::Output)?),
        _ => None,
    };
    let ticks = (scenario.duration_s / scenario.tick_s).ceil() as u64;
    let bar = if args.quiet || args.json || args.silent {
        ProgressBar::hidden()
    } else {
        ProgressBar::new(ticks)
    };
    let style =
        ProgressStyle::with_template("{msg:24!} {wide_bar:.cyan/blue} {percent:>3} %  {elapsed} of about {duration}");
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));

    let mut twin = Twin::new(loaded, threads(args.threads));
    let campus = twin.world().resource::<Plan>().0.clone();
    if let Some(file) = &args.from {
        go_on(&mut twin, file)?;
    }
    let ready = started.elapsed();
    let from_s = twin.world().resource::<Clock>().time_s;
    bar.set_position(twin.world().resource::<Clock>().tick);
    let mut saves = saves(args, from_s, scenario.duration_s)?;
    let mut next_sample_s = scenario.record_every_s;
    while next_sample_s <= from_s + 1e-9 {
        next_sample_s += scenario.record_every_s;
    }
    let mut failed = save_due(&mut saves, &mut twin, args.silent).err();
    while !twin.done() {
        twin.tick();
        bar.inc(1);
        let clock = twin.world().resource::<Clock>();
        if clock.time_s >= next_sample_s - 1e-9 || clock.done() {
            bar.set_message(clock.label());
            while next_sample_s <= clock.time_s + 1e-9 {
                next_sample_s += scenario.record_every_s;
            }
            if let Some(series) = &mut series
                && let Err(error) = series.push(recorded.row(twin.world()))
            {
                failed = Some(error);
                break;
            }
            if let (Some(file), Some(mut jobs)) = (&mut jobs_file, twin.world_mut().get_resource_mut::<Jobs>())
                && let Err(error) = file
                    .push(&jobs.take_records())
                    .and_then(|()| file.stops(&mut jobs, &campus))
            {
                failed = Some(error);
                break;
            }
        }
        // What has been computed is worth more than the file: the run goes on without it, and says so at its end.
        failed = failed.or(save_due(&mut saves, &mut twin, args.silent).err());
    }
    bar.finish_and_clear();
    let wall = started.elapsed();
    let summary = Summary::of(twin.world(), &scenario.name, scenario.seed);
    if let (Some(file), Some(jobs)) = (&mut jobs_file, twin.world().get_resource::<Jobs>())
        && let Err(error) = file.push(&jobs.open_records(summary.simulated_s))
    {
        failed = failed.or(Some(error));
    }
    if let (Some(series), Some(folder)) = (series, &args.out) {
        let finished = series.finish(&summary).and_then(|()| {
            let world = twin.world();
            let campus = &world.resource::<Plan>().0;
            crate::write::halls(folder, campus, world.resource::<HallMeters>())?;
            story::write(folder, campus, world.resource::<Incidents>())?;
            before.map_or(Ok(()), |before| before.write(folder, &twin, &summary))
        });
        if let Some(error) = failed.take().or(finished.err()) {
            return Err(Failure::Output(error));
        }
        if !args.silent {
            eprintln!(
                "wrote series.parquet, series.csv, halls.csv, incidents.csv, outages.csv, inputs.json and summary.json to {}",
                folder.display()
            );
        }
    }
    if args.silent {
        // Another command shows what came of it.
    } else if args.json {
        println!(
            "{}",
            serde_json::to_string_pretty(&summary).map_err(|error| Failure::Output(error.to_string()))?
        );
    } else {
        print_summary(&summary, &twin, wall, ready);
    }
    if let Some(error) = failed {
        Err(Failure::Output(error))
    } else if summary.worst_imbalance > LEDGER_TOLERANCE {
        Err(Failure::Ledger(summary.worst_imbalance))
    } else {
        Ok(())
    }
}

/// Shares of the time by name, those that are not zero.
fn hours_by(names: &[&str], hours: &[f64]) -> String {
    let all: f64 = hours.iter().sum();
    let shares = names.iter().zip(hours).filter(|(_, h)| **h > 0.0);
    let words: Vec<String> = shares
        .map(|(name, h)| format!("{name} {:.1}", h / all * 100.0))
        .collect();
    words.join(", ")
}

fn print_summary(s: &Summary, twin: &Twin, wall: Duration, ready: Duration) {
    let campus = &twin.world().resource::<rainier::sim::twin::Plan>().0;
    let now = &twin.meters().now;
    let rack = campus.rack_address(now.hottest_rack as usize);
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    let site = twin.world().resource::<HallMeters>().sum(0..campus.halls.len());
    let beside = |what: &str| {
        campus.published(what).map_or_else(String::new, |f| {
            format!("published {} [{:?} {}]", f.value, f.tag, f.source)
        })
    };
    let rows = [
        ("Live chips", s.live_chips.to_string(), "", String::new()),
        (
            "IT power, mean",
            format!("{:.1}", s.it_power_mean_w / 1e6),
            "MW",
            beside("it_power_mw"),
        ),
        (
            "Facility power, mean",
            format!("{:.1}", s.facility_power_mean_w / 1e6),
            "MW",
            beside("facility_power_mw"),
        ),
        (
            "Peak demand",
            format!("{:.1}", s.peak_demand_w / 1e6),
            "MW",
            String::new(),
        ),
        ("PUE", format!("{:.4}", s.pue), "", beside("annual_pue_fleet")),
        (
            "WUE",
            format!("{:.4}", s.wue_l_per_kwh),
            "L/kWh",
            beside("wue_fleet_l_per_kwh"),
        ),
        ("CUE", format!("{:.4}", site.cue_kg_per_kwh()), "kg/kWh", String::new()),
        (
            "Units by mode",
            hours_by(&MODES, &site.mode_h),
            "% of time",
            String::new(),
        ),
        (
            "Air by ASHRAE class",
            hours_by(&AirClass::ALL.map(AirClass::as_str), &site.class_h),
            "% of time",
            String::new(),
        ),
        ("Water", format!("{:.1}", s.water_m3), "m³", String::new()),
        (
            "Evaporating",
            format!("{:.1}", s.wet_share * 100.0),
            "% of time",
            String::new(),
        ),
        (
            "Hottest chip",
            format!("{:.1}", s.hottest_chip_c),
            "°C",
            s.hottest_chip.clone(),
        ),
        (
            "Hottest rack at end",
            format!("{:.1}", now.hottest_chip_c),
            "°C",
            rack.to_string(),
        ),
        (
            "Throttled at end",
            s.limited_chips.to_string(),
            "chips",
            format!("{:.1} chip-hours in all", s.throttled_chip_hours),
        ),
        (
            "Unserved",
            format!("{:.3}", s.unserved_kwh / 1e3),
            "MWh",
            format!("at most {} racks dark at once", s.most_dark_racks),
        ),
        (
            "Steepest grid rise",
            format!("{:.1}", s.steepest_rise_w_per_s / 1e6),
            "MW/s",
            format!("fall {:.1} MW/s, between ticks", s.steepest_fall_w_per_s / 1e6),
        ),
        ("Diesel", format!("{:.0}", s.diesel_l), "L", String::new()),
        (
            "Energy",
            format!("{:.1}", s.energy_kwh / 1e3),
            "MWh",
            format!("IT {:.1} MWh", s.it_energy_kwh / 1e3),
        ),
        (
            "CO₂",
            format!("{:.1}", s.carbon_t),
            "t",
            format!("marginal {:.1} t", s.marginal_carbon_t),
        ),
        (
            "Cost",
            format!("{:.0}", s.cost_usd),
            "$",
            format!(
                "{:.0} to {:.0} by the ranges of prices",
                s.cost_range_usd[0], s.cost_range_usd[1]
            ),
        ),
        (
            "Water of generation",
            format!("{:.0}", s.offsite_water_m3),
            "m³",
            "elsewhere, for the grid's energy".into(),
        ),
        (
            "Ledger gap, worst tick",
            format!("{:.1e}", s.worst_imbalance),
            "",
            "relative".into(),
        ),
    ];
    for (name, value, unit, note) in rows {
        table.add_row([name.to_owned(), value, unit.to_owned(), note]);
    }
    if let Some(column) = table.column_mut(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    println!("{}: {}", s.site, s.scenario);
    println!("{table}");
    if let (Some(jobs), Some(of_jobs)) = (twin.world().get_resource::<Jobs>(), &s.jobs) {
        crate::jobs::print(jobs, of_jobs, s.simulated_s);
    }
    story::print(campus, twin.world().resource::<Incidents>());
    let speed = s.simulated_s / wall.as_secs_f64().max(1e-9);
    println!(
        "{} ticks of {} s in {:.1} s ({speed:.0} times real time; ticking after {:.2} s)",
        s.ticks,
        s.tick_s,
        wall.as_secs_f64(),
        ready.as_secs_f64()
    );
    println!("digest {}", s.digest);
    println!("See it in 3D: cargo run --release --features view --bin rainier-view");
}
