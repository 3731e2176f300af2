//! `rainier check`: every error of every file.

use std::path::Path;

use rainier::diag::Report;
use rainier::site::load::load_site;
use rainier::site::tree::{Kind, parse};
use rainier::{growth, scenario, site, tour};

use crate::Failure;
use crate::args::Check;
use rainier::host::Disk;
use rainier::site::texts::{BUILTIN, text_of};

pub(crate) fn check(args: &Check) -> Result<(), Failure> {
    let mut report = Report::default();
    for name in &args.files {
        if args.upgrade {
            upgrade(name)?;
        }
        match check_one(name) {
            Ok(what) => println!("{name}: ok ({what})"),
            Err(errors) => report.absorb(errors),
        }
    }
    report.into_result(()).map_err(Failure::Input)
}

/// Writes a scenario of an older format anew. What is no scenario stays as it is.
fn upgrade(name: &str) -> Result<(), Failure> {
    if name.starts_with("builtin:") || site::epw::is_epw(name) {
        return Ok(());
    }
    let Ok(text) = text_of(&Disk, name) else { return Ok(()) };
    // A file that cannot be read says so in its check.
    let Ok((new, version)) = scenario::upgrade(name, &text) else {
        return Ok(());
    };
    if version < scenario::FORMAT {
        crate::write::text(Path::new(name), &new).map_err(Failure::Output)?;
        println!("{name}: written anew in format {}, from {version}", scenario::FORMAT);
    }
    Ok(())
}

/// What kind of file it is shows in its fields.
fn check_one(name: &str) -> Result<&'static str, Report> {
    let is_scenario_name = name
        .strip_prefix("builtin:")
        .is_some_and(|key| scenario::BUILTIN.iter().any(|(n, _)| *n == key) && !BUILTIN.iter().any(|(n, _)| *n == key));
    if is_scenario_name {
        return scenario::load(&Disk, name, scenario::Overrides::default()).map(|_| "scenario");
    }
    let is_plan_name = name
        .strip_prefix("builtin:")
        .is_some_and(|key| growth::BUILTIN.iter().any(|(n, _)| *n == key) && !BUILTIN.iter().any(|(n, _)| *n == key));
    if is_plan_name {
        return growth::load(&Disk, name, None).map(|_| "plan");
    }
    let sweeps = rainier::study::sweep::BUILTIN;
    let is_sweep_name = |key| sweeps.iter().any(|(n, _)| *n == key);
    if name.strip_prefix("builtin:").is_some_and(is_sweep_name) {
        return check_sweep(name);
    }
    let is_tour_name = |key| tour::BUILTIN.iter().any(|(n, _)| *n == key);
    if name.strip_prefix("builtin:").is_some_and(is_tour_name) {
        return tour::load(&Disk, name).map(|_| "tour");
    }
    let one = |error| Report { errors: vec![error] };
    let text = text_of(&Disk, name).map_err(one)?;
    if site::epw::is_epw(name) {
        return site::epw::read(name, &text).map(|_| "recorded weather");
    }
    let tree = parse(name, &text).map_err(one)?;
    let has = |field: &str| matches!(&tree.kind, Kind::Record(_, fields) if fields.iter().any(|(n, ..)| n == field));
    use site::files::{CapitalFile, Catalog, GridFile, TariffFile, WeatherFile};
    use site::schema::read;
    if has("chips") || has("racks") {
        read::<Catalog>(name, &text).map(|_| "catalog")
    } else if has("months") {
        read::<WeatherFile>(name, &text).map(|_| "weather")
    } else if has("energy_usd_per_mwh") {
        read::<TariffFile>(name, &text).map(|_| "tariff")
    } else if has("placement") {
        // Whether its chips and places exist is known with a site, in a scenario.
        read::<rainier::workload::files::WorkloadFile>(name, &text).map(|_| "workload")
    } else if has("seasons") {
        read::<GridFile>(name, &text).map(|_| "grid")
    } else if has("parts") {
        read::<CapitalFile>(name, &text).map(|_| "capital")
    } else if has("axes") {
        check_sweep(name)
    } else if has("stops") {
        // Which overlays and windows there are is known to the view.
        rainier::view::walk::load_text(name, &text, None).map(|_| "walk")
    } else if has("steps") {
        tour::load_text(name, &text).map(|_| "tour")
    } else if has("target_chips") || has("supplies") || has("grants") {
        growth::load(&Disk, name, None).map(|_| "plan")
    } else if has("duration_s") || has("tick_s") || has("events") {
        scenario::load(&Disk, name, scenario::Overrides::default()).map(|_| "scenario")
    } else {
        load_site(&Disk, name, None).map(|_| "site")
    }
}

fn check_sweep(name: &str) -> Result<&'static str, Report> {
    let kept = rainier::study::sweep::Kept::new(&Disk);
    rainier::study::sweep::Sweep::new(&kept, name).map(|_| "sweep")
}
