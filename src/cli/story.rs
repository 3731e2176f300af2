//! What happened to power and cooling, and why: on the terminal and as a file.

use std::fs::File;
use std::mem::discriminant;
use std::path::Path;

use rainier::sim::power::incidents::{Incident, Incidents, clock};
use rainier::site::Campus;
use rainier::site::campus::Found;

/// Most incidents that the terminal shows.
const SHOWN: usize = 24;

/// Most halls whose dark rows the terminal names.
const DARK_HALLS: usize = 8;

/// Prints the incidents in order, like ones together.
pub(crate) fn print(campus: &Campus, incidents: &Incidents) {
    if incidents.list.is_empty() {
        return;
    }
    println!("What happened:");
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (n, incident) in incidents.list.iter().enumerate() {
        let joins = |group: &&mut Vec<usize>| {
            let last = &incidents.list[group[group.len() - 1]];
            discriminant(&last.what) == discriminant(&incident.what) && incident.time_s - last.time_s < 30.0
        };
        // A few kinds run beside each other; the latest groups are those still open.
        let from = groups.len().saturating_sub(6);
        match groups[from..].iter_mut().rev().find(joins) {
            Some(group) => group.push(n),
            None => groups.push(vec![n]),
        }
    }
    for group in groups.iter().take(SHOWN) {
        let (first, last) = (&incidents.list[group[0]], &incidents.list[group[group.len() - 1]]);
        let more = match (
            group.len(),
            group.iter().map(|n| incidents.list[*n].what.racks()).sum::<u32>(),
        ) {
            (1, _) => String::new(),
            (n, 0) => format!(", and {} more by {}", n - 1, clock(last.time_s)),
            (n, all) => format!(", and {} more by {}: {all} racks in all", n - 1, clock(last.time_s)),
        };
        println!(
            "  {:>9}  {}{more}{}",
            clock(first.time_s),
            first.describe(campus),
            because(campus, incidents, first)
        );
    }
    if groups.len() > SHOWN {
        println!(
            "  … {} more kinds of incident; all are in incidents.csv with --out",
            groups.len() - SHOWN
        );
    }
    dark_rows(campus, incidents);
    for (first, kwh) in incidents.unserved_by_first_cause().into_iter().take(5) {
        let what = incidents.list[first as usize].describe(campus);
        println!("  {:.3} MWh unserved since {what}", kwh / 1e3);
    }
    if incidents.dropped > 0 {
        println!("  {} further incidents were counted but not kept", incidents.dropped);
    }
}

/// Which rows went dark: those of a hall on one line.
fn dark_rows(campus: &Campus, incidents: &Incidents) {
    let mut by_hall: std::collections::BTreeMap<usize, (Vec<u32>, u32, f64)> = std::collections::BTreeMap::new();
    for outage in &incidents.outages {
        let hall = campus.rows[outage.row as usize].hall;
        let entry = by_hall.entry(hall).or_insert((Vec::new(), 0, outage.from_s));
        let number = campus.rows[outage.row as usize].number;
        if !entry.0.contains(&number) {
            entry.0.push(number);
            entry.1 += outage.racks;
        }
    }
    for (shown, (hall, (mut rows, racks, from_s))) in by_hall.iter().map(|(h, e)| (*h, e.clone())).enumerate() {
        if shown == DARK_HALLS {
            println!(
                "  … and rows of {} more halls; all are in outages.csv with --out",
                by_hall.len() - shown
            );
            break;
        }
        rows.sort_unstable();
        let rows: Vec<String> = rows.iter().map(|row| format!("R{row:02}")).collect();
        let of = &campus.halls[hall];
        let building = campus.buildings[of.building].number;
        println!(
            "  {:>9}  dark in B{building:02}/H{}: {} ({racks} racks)",
            clock(from_s),
            of.number,
            rows.join(" ")
        );
    }
}

fn because(campus: &Campus, incidents: &Incidents, incident: &Incident) -> String {
    incident.cause.map_or_else(String::new, |cause| {
        format!(" (since {})", incidents.list[cause as usize].describe(campus))
    })
}

/// Writes every incident with its chain of causes, and every row that went dark.
pub(crate) fn write(folder: &Path, campus: &Campus, incidents: &Incidents) -> Result<(), String> {
    write_outages(folder, campus, incidents)?;
    let path = folder.join("incidents.csv");
    let said = |error: &dyn std::fmt::Display| format!("{} cannot be written: {error}", path.display());
    let mut csv = csv::Writer::from_writer(File::create(&path).map_err(|error| said(&error))?);
    csv.write_record([
        "number",
        "time_s",
        "place",
        "what",
        "cause",
        "chain",
        "kind",
        "racks",
        "unserved_kwh",
    ])
    .map_err(|error| said(&error))?;
    for (n, incident) in incidents.list.iter().enumerate() {
        let record = [
            n.to_string(),
            incident.time_s.to_string(),
            incident.at.name(campus),
            incident.describe(campus),
            incident.cause.map_or_else(String::new, |cause| cause.to_string()),
            chain(campus, incidents, incident.cause),
            incident.what.as_str().to_owned(),
            incident.what.racks().to_string(),
            incidents.unserved_kwh.get(n).copied().unwrap_or(0.0).to_string(),
        ];
        csv.write_record(record).map_err(|error| said(&error))?;
    }
    csv.flush().map_err(|error| said(&error))
}

fn chain(campus: &Campus, incidents: &Incidents, last: Option<u32>) -> String {
    let chain = last.map(|last| incidents.chain(last)).unwrap_or_default();
    let words: Vec<String> = chain.iter().map(|incident| incident.describe(campus)).collect();
    words.join(" <- ")
}

fn write_outages(folder: &Path, campus: &Campus, incidents: &Incidents) -> Result<(), String> {
    let path = folder.join("outages.csv");
    let said = |error: &dyn std::fmt::Display| format!("{} cannot be written: {error}", path.display());
    let mut csv = csv::Writer::from_writer(File::create(&path).map_err(|error| said(&error))?);
    csv.write_record(["row", "racks", "from_s", "until_s", "incident", "chain"])
        .map_err(|error| said(&error))?;
    for outage in &incidents.outages {
        let record = [
            campus.address(Found::Row(outage.row as usize)).to_string(),
            outage.racks.to_string(),
            outage.from_s.to_string(),
            outage.until_s.map_or_else(String::new, |until| until.to_string()),
            outage.by.map_or_else(String::new, |by| by.to_string()),
            chain(campus, incidents, outage.by),
        ];
        csv.write_record(record).map_err(|error| said(&error))?;
    }
    csv.flush().map_err(|error| said(&error))
}
