//! What happened to the power path, and why: on the terminal and as a file.

use std::fs::File;
use std::path::Path;

use rainier::sim::power::incidents::{Incident, Incidents, What};
use rainier::site::Campus;

/// Most incidents that the terminal shows.
const SHOWN: usize = 24;

/// Time since the start, as h:mm:ss.
fn clock(time_s: f64) -> String {
    let s = time_s.round() as u64;
    format!("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
}

/// Incidents of the same kind that follow each other within a few seconds are one line of the story.
fn kind(what: &What) -> u8 {
    match what {
        What::Opened => 0,
        What::Closed => 1,
        What::Broke(_) => 2,
        What::Repaired => 3,
        What::Transferred(_) => 4,
        What::Tripped(_) => 5,
        What::Ordered => 6,
        What::Ready(_) => 7,
        What::NoStart(_) => 8,
        What::Stopped(_) => 9,
        What::OutOfFuel => 10,
        What::Shed => 11,
        What::Refused(_) => 16,
        What::OnBattery(_) => 12,
        What::Dark(_) => 13,
        What::Restored(_) => 14,
        What::Collapse => 15,
    }
}

fn racks(what: &What) -> u32 {
    match what {
        What::OnBattery(n) | What::Dark(n) | What::Restored(n) => *n,
        _ => 0,
    }
}

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
            kind(&last.what) == kind(&incident.what) && incident.time_s - last.time_s < 30.0
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
            group.iter().map(|n| racks(&incidents.list[*n].what)).sum::<u32>(),
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
    for (first, kwh) in incidents.unserved_by_first_cause().into_iter().take(5) {
        let what = incidents.list[first as usize].describe(campus);
        println!("  {:.3} MWh unserved since {what}", kwh / 1e3);
    }
    if incidents.dropped > 0 {
        println!("  {} further incidents were counted but not kept", incidents.dropped);
    }
}

fn because(campus: &Campus, incidents: &Incidents, incident: &Incident) -> String {
    incident.cause.map_or_else(String::new, |cause| {
        format!(" (since {})", incidents.list[cause as usize].describe(campus))
    })
}

/// Writes every incident with its chain of causes.
pub(crate) fn write(folder: &Path, campus: &Campus, incidents: &Incidents) -> Result<(), String> {
    let path = folder.join("incidents.csv");
    let said = |error: &dyn std::fmt::Display| format!("{} cannot be written: {error}", path.display());
    let mut csv = csv::Writer::from_writer(File::create(&path).map_err(|error| said(&error))?);
    csv.write_record(["number", "time_s", "node", "what", "cause", "chain"])
        .map_err(|error| said(&error))?;
    for (n, incident) in incidents.list.iter().enumerate() {
        let chain: Vec<String> = incidents
            .chain(n as u32)
            .iter()
            .skip(1)
            .map(|i| i.describe(campus))
            .collect();
        let record = [
            n.to_string(),
            incident.time_s.to_string(),
            campus.power.nodes[incident.node as usize].name.clone(),
            incident.describe(campus),
            incident.cause.map_or_else(String::new, |cause| cause.to_string()),
            chain.join(" <- "),
        ];
        csv.write_record(record).map_err(|error| said(&error))?;
    }
    csv.flush().map_err(|error| said(&error))
}
