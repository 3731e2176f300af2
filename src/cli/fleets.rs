//! `rainier fleets`: what a building delivers, draws and costs with one kind of rack or another.

use comfy_table::{CellAlignment, Table, presets};
use rainier::economics::Band;
use rainier::economics::fleet::{Fleet, mix, parse_mix};
use rainier::host::Disk;
use rainier::results::fleets;
use rainier::results::money::ENDS;
use rainier::scenario;
use rainier::site::Address;
use rainier::site::campus::Found;

use crate::Failure;
use crate::args::Fleets;
use crate::cost::digits;
use crate::run::threads;

pub(crate) fn fleets(args: &Fleets) -> Result<(), Failure> {
    let base = scenario::load(&Disk, &args.scenario, args.instead.of()).map_err(Failure::Input)?;
    let campus = &base.site.campus;
    let building = match &args.only {
        None => 0,
        Some(place) => match place.parse::<Address>().ok().and_then(|address| campus.find(address)) {
            Some(Found::Building(building)) => building,
            _ => {
                return Err(Failure::Place(format!(
                    "{place:?}: a building of this site, such as B01"
                )));
            }
        },
    };
    let known = fleets::racks(&Disk, &base).map_err(Failure::Input)?;
    let mut racks: Vec<String> = if args.racks.is_empty() && args.mix.is_empty() {
        known.clone()
    } else {
        args.racks.iter().map(|name| name.trim().to_owned()).collect()
    };
    let mixes = (args.mix.iter())
        .map(|text| parse_mix(text).map_err(Failure::Place))
        .collect::<Result<Vec<_>, _>>()?;
    for (name, _) in mixes.iter().flatten() {
        if !racks.contains(name) {
            racks.push(name.clone());
        }
    }
    if let Some(name) = racks.iter().find(|name| !known.contains(name)) {
        let names = known.join(", ");
        return Err(Failure::Place(format!(
            "{name:?}: no rack of the catalog; it has {names}"
        )));
    }
    let (mut found, mut left_out) = (Vec::new(), Vec::new());
    for rack in &racks {
        match fleets::run(&Disk, &base, building, rack, args.days, threads(args.threads)) {
            Ok(fleet) => found.push(fleet),
            // One that does not fit is no reason to withhold the others, unless it was asked for.
            Err(report) if args.racks.is_empty() && args.mix.is_empty() => left_out.push(report.to_string()),
            Err(report) => return Err(Failure::Input(report)),
        }
    }
    for (parts, text) in mixes.iter().zip(&args.mix) {
        let of = |name: &String| found.iter().find(|fleet: &&Fleet| fleet.rack == *name);
        let parts: Vec<(&Fleet, f64)> = parts.iter().filter_map(|(name, w)| Some((of(name)?, *w))).collect();
        let both = mix(text, &parts);
        found.push(both);
    }
    let number = campus.buildings[building].number;
    let buildings = campus.buildings.len() as f64;
    if args.json {
        let all: Vec<_> = found.iter().map(|fleet| as_json(fleet, buildings)).collect();
        let all = serde_json::json!({
            "site": campus.name, "building": number, "buildings": buildings, "days": args.days, "fleets": all,
        });
        let text = serde_json::to_string_pretty(&all).map_err(|error| Failure::Output(error.to_string()))?;
        println!("{text}");
    } else {
        println!(
            "{}: B{number:02} with each fleet, {} days of {}",
            campus.name, args.days, base.scenario.name
        );
        print(&found, buildings);
    }
    for text in left_out {
        eprintln!("left out: {text}");
    }
    Ok(())
}

fn as_json(fleet: &Fleet, buildings: f64) -> serde_json::Value {
    let mut value = serde_json::to_value(fleet).unwrap_or_default();
    let shares = fleet.vendor_shares();
    let delays: serde_json::Map<_, _> = shares
        .keys()
        .map(|vendor| ((*vendor).to_owned(), fleet.delay_flop(vendor, buildings).into()))
        .collect();
    let more = serde_json::json!({
        "pue": fleet.pue(),
        "wue_l_per_kwh": fleet.wue_l_per_kwh(),
        "usd_per_run": fleet.usd_per_run(),
        "campus_days_per_run": fleet.days_per_run(buildings),
        "carbon_t_per_run": fleet.carbon_t_per_run(),
        "vendor_shares": shares,
        "herfindahl": fleet.herfindahl(),
        "campus_flop_lost_by_a_delay_of_three_months": delays,
    });
    if let (Some(all), serde_json::Value::Object(more)) = (value.as_object_mut(), more) {
        all.extend(more);
    }
    value
}

fn range(band: Band, scale: f64) -> String {
    let [value, low, high] = [band.value, band.low, band.high].map(|x| digits(x / scale));
    format!("{value} ({low}-{high})")
}

fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    table.set_header(header.iter().copied());
    for k in 1..header.len() {
        if let Some(column) = table.column_mut(k) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

fn print(fleets: &[Fleet], buildings: f64) {
    let mut machines = table(&[
        "a building of",
        "racks",
        "chips",
        "limit",
        "IT MW",
        "MW",
        "PUE",
        "L/kWh",
        "BF16 EFLOP/s",
        "FP8",
        "throttled %",
        "unserved MWh",
    ]);
    let mut money = table(&[
        "a building of",
        "capital M$",
        "M$ a year",
        "M$ for 10^25 FLOP",
        "days on the campus",
        "kt CO2 a year",
        "marginal",
        "long-run",
        "embodied",
        "t for 10^25 FLOP",
    ]);
    let mut exposure = table(&[
        "exposure",
        "by vendor",
        "Herfindahl",
        "three months late",
        "costs the campus 10^25 FLOP",
    ]);
    for fleet in fleets {
        let name = fleet.rack.clone();
        machines.add_row([
            name.clone(),
            digits(fleet.racks),
            digits(fleet.chips),
            fleet.limit.clone(),
            digits(fleet.it_w / 1e6),
            digits(fleet.facility_w / 1e6),
            format!("{:.3}", fleet.pue()),
            format!("{:.3}", fleet.wue_l_per_kwh()),
            range(fleet.bf16_flops, 1e18),
            digits(fleet.fp8_flops.value / 1e18),
            format!("{:.2}", fleet.throttled_share * 100.0),
            digits(fleet.unserved_kwh / 1e3),
        ]);
        money.add_row([
            name.clone(),
            range(fleet.capital_usd, 1e6),
            range(fleet.usd_per_year, 1e6),
            range(fleet.usd_per_run(), 1e6),
            digits(fleet.days_per_run(buildings)),
            digits(fleet.carbon_t_per_year[0] / 1e3),
            digits(fleet.carbon_t_per_year[1] / 1e3),
            digits(fleet.carbon_t_per_year[2] / 1e3),
            digits(fleet.embodied_t_per_year.value / 1e3),
            digits(fleet.carbon_t_per_run()),
        ]);
        let shares: Vec<String> = (fleet.vendor_shares().iter())
            .map(|(vendor, share)| format!("{vendor} {:.0} %", share * 100.0))
            .collect();
        let vendor = fleet.main_vendor();
        exposure.add_row([
            name,
            shares.join(", "),
            format!("{:.2}", fleet.herfindahl()),
            vendor.to_owned(),
            digits(fleet.delay_flop(vendor, buildings) / 1e25),
        ]);
    }
    println!("{machines}\n\n{money}\n\n{exposure}");
    println!("FLOP/s are delivered: peak x model FLOP share of the chip, less throttling; FP8 at the same share");
    println!("{ENDS}");
}
