//! `rainier explain`: what went wrong in a run, and why, back to first causes.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use crate::Failure;
use crate::args::Explain;
use crate::causes::{Cost, blamed, chain, clock, cost_of, descendants, groups, is_loss, short, since, stories};
use crate::folder::{Folder, Incident, Job, Stop};

/// Most lines of a list on the terminal.
const SHOWN: usize = 30;

pub(crate) fn explain(args: &Explain) -> Result<(), Failure> {
    let run = Folder::open_or_run(&args.run, &args.instead, args.threads)?;
    let fitting = args.event.as_ref().map(|event| fitting(&run, event)).transpose()?;
    if args.json {
        let all = match &fitting {
            None => json_of_all(&run),
            Some((incidents, jobs)) => json_of(&run, incidents, jobs),
        };
        let text = serde_json::to_string_pretty(&all).map_err(|error| Failure::Output(error.to_string()))?;
        println!("{text}");
        return Ok(());
    }
    match fitting {
        None => all(&run),
        Some((incidents, jobs)) => match incidents.first() {
            Some(n) => incident(&run, *n, &incidents),
            None => job(&run, &jobs),
        },
    }
    Ok(())
}

/// An incident with its causes.
#[derive(Serialize)]
struct Link<'a> {
    #[serde(flatten)]
    incident: &'a Incident,
    /// Whether something is lost by it.
    loss: bool,
    /// Numbers from the first cause to the incident itself.
    chain: Vec<usize>,
}

/// Numbers from the first cause to an incident.
fn from_first(run: &Folder, n: usize) -> Vec<usize> {
    let mut chain = chain(run, n);
    chain.reverse();
    chain
}

fn link(run: &Folder, n: usize) -> Link<'_> {
    let incident = &run.incidents[n];
    Link {
        incident,
        loss: is_loss(&incident.kind),
        chain: from_first(run, n),
    }
}

/// What something cost, with the worth of its chip-hours.
fn cost_json(run: &Folder, cost: Cost) -> Value {
    let mut all = json!(cost);
    all["usd"] = json!(cost.usd(run.inputs.usd_per_chip_hour));
    all
}

/// Something that an incident led to, with the chain that ends there.
fn blamed_json(run: &Folder, what: &impl Serialize, by: Option<usize>) -> Value {
    let by = by.filter(|n| *n < run.incidents.len());
    let mut all = json!(what);
    all["incident"] = json!(by);
    all["chain"] = json!(by.map_or_else(Vec::new, |n| from_first(run, n)));
    all
}

fn outages_json(run: &Folder, wanted: &dyn Fn(Option<usize>) -> bool) -> Vec<Value> {
    let outages = run.outages.iter().filter(|outage| wanted(outage.incident));
    outages
        .map(|outage| blamed_json(run, outage, outage.incident))
        .collect()
}

fn stops_json(run: &Folder, wanted: &dyn Fn(&Stop, Option<usize>) -> bool) -> Vec<Value> {
    let blamed = blamed(run);
    let stops = run.stops.iter().zip(&blamed).filter(|(stop, by)| wanted(stop, **by));
    stops.map(|(stop, by)| blamed_json(run, stop, *by)).collect()
}

/// All incidents, dark racks and stopped jobs of a run.
fn json_of_all(run: &Folder) -> Value {
    let links: Vec<Link<'_>> = (0..run.incidents.len()).map(|n| link(run, n)).collect();
    let stories: Vec<Value> = stories(run)
        .iter()
        .map(|story| json!({ "first": story.first, "members": story.members, "cost": cost_json(run, story.cost) }))
        .collect();
    json!({
        "run": run.title(),
        "digest": run.inputs.digest,
        "unserved_kwh": run.figure("/unserved_kwh"),
        "most_dark_racks": run.figure("/most_dark_racks"),
        "throttled_chip_hours": run.figure("/throttled_chip_hours"),
        "stories": stories,
        "incidents": links,
        "outages": outages_json(run, &|_| true),
        "stops": stops_json(run, &|_, _| true),
        "waited": waited(run),
    })
}

/// The first of the incidents that fit, or else the jobs that do.
fn json_of(run: &Folder, incidents: &[usize], jobs: &[&Job]) -> Value {
    let mut all =
        json!({ "run": run.title(), "digest": run.inputs.digest, "also_fit": incidents.get(1..).unwrap_or(&[]) });
    let Some(n) = incidents.first() else {
        let jobs = jobs.iter().map(|job| {
            let mut of_job = json!(job);
            of_job["stops"] = json!(stops_json(run, &|stop, _| stop_of(job, stop)));
            of_job
        });
        all["jobs"] = jobs.collect();
        return all;
    };
    let own = descendants(run, *n);
    let links = |numbers: &[usize]| -> Vec<Value> { numbers.iter().map(|m| json!(link(run, *m))).collect() };
    let chain = from_first(run, *n);
    let of_first = descendants(run, chain[0]);
    let is_own = |by: Option<usize>| by.is_some_and(|by| own.binary_search(&by).is_ok());
    all["incident"] = json!(link(run, *n));
    all["why"] = json!(links(&chain));
    all["led_to"] = json!(links(&own[1..]));
    all["cost"] = cost_json(run, cost_of(run, &own));
    all["of_first_cause"] = json!({ "members": of_first, "cost": cost_json(run, cost_of(run, &of_first)) });
    all["outages"] = json!(outages_json(run, &is_own));
    all["stops"] = json!(stops_json(run, &|_, by| is_own(by)));
    all
}

fn more(all: usize) {
    if all > SHOWN {
        println!("  … and {} more; all are in the folder of the run", all - SHOWN);
    }
}

fn all(run: &Folder) {
    println!("{}", run.title());
    println!(
        "{} incidents; {} kWh unserved, at most {} racks dark at once, {} throttled chip-hours",
        run.incidents.len(),
        short(run.figure("/unserved_kwh")),
        short(run.figure("/most_dark_racks")),
        short(run.figure("/throttled_chip_hours"))
    );
    let stories = stories(run);
    if !stories.is_empty() {
        println!("\nFirst causes, those that cost most first:");
    }
    for story in stories.iter().take(SHOWN) {
        let first = &run.incidents[story.first];
        println!("  {:>9}  #{} {}", clock(first.time_s), story.first, first.what);
        if story.members.len() > 1 {
            let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
            for n in &story.members[1..] {
                *kinds.entry(run.incidents[*n].kind.as_str()).or_default() += 1;
            }
            let words: Vec<String> = kinds.iter().map(|(kind, n)| format!("{n} {kind}")).collect();
            println!("             led to {}: {}", story.members.len() - 1, words.join(", "));
        }
        let cost = story.cost.words(run.inputs.usd_per_chip_hour);
        if !cost.is_empty() {
            println!("             cost {cost}");
        }
    }
    more(stories.len());
    let members: Vec<usize> = (0..run.incidents.len()).collect();
    let groups = groups(run, &members);
    let told = |title: &str, wanted: &dyn Fn(&str) -> bool| {
        let of = |group: &&crate::causes::Group| wanted(&run.incidents[group.members[0]].kind);
        let found: Vec<_> = groups.iter().filter(of).collect();
        if found.is_empty() {
            return;
        }
        println!("\n{title}:");
        for group in found.iter().take(SHOWN) {
            let n = group.members[0];
            println!("  {:>9}  #{n} {}", clock(run.incidents[n].time_s), group.words(run));
            let kwh: f64 = group.members.iter().map(|n| run.incidents[*n].unserved_kwh).sum();
            if kwh > 0.0 {
                println!("             {} kWh unserved", short(kwh));
            }
            let why = since(run, n);
            if !why.is_empty() {
                println!("             {why}");
            }
        }
        more(found.len());
    };
    told("What was lost", &|kind| is_loss(kind));
    told("What else happened", &|kind| !is_loss(kind));
    outages(run, &|_| true);
    jobs(run);
}

fn outages(run: &Folder, wanted: &dyn Fn(Option<usize>) -> bool) {
    let found: Vec<_> = run.outages.iter().filter(|outage| wanted(outage.incident)).collect();
    if found.is_empty() {
        return;
    }
    println!("\nDark racks:");
    for outage in found.iter().take(SHOWN) {
        let until = outage.until_s.map_or_else(|| "the end".to_owned(), clock);
        let why = outage.incident.filter(|n| *n < run.incidents.len());
        let why = why.map_or_else(String::new, |n| {
            let words: Vec<&str> = chain(run, n).iter().map(|n| run.incidents[*n].what.as_str()).collect();
            format!(": {}", words.join(", since "))
        });
        println!(
            "  {:>9}  {} racks of {} until {until}{why}",
            clock(outage.from_s),
            outage.racks,
            outage.row
        );
    }
    more(found.len());
}

/// Jobs that waited longer than a tick for room, the longest first.
fn waited(run: &Folder) -> Vec<&Job> {
    let mut waited: Vec<_> = run
        .jobs
        .iter()
        .filter(|job| job.start_s - job.submit_s.max(0.0) > run.inputs.tick_s)
        .collect();
    waited.sort_by(|a, b| {
        (b.start_s - b.submit_s)
            .total_cmp(&(a.start_s - a.submit_s))
            .then(a.number.cmp(&b.number))
    });
    waited
}

/// Which jobs were stopped, by what, and what waited.
fn jobs(run: &Folder) {
    let Some(of_jobs) = run.summary.get("jobs").filter(|jobs| jobs.is_object()) else {
        return;
    };
    let number = |pointer: &str| {
        of_jobs
            .pointer(pointer)
            .and_then(serde_json::Value::as_f64)
            .unwrap_or(0.0)
    };
    println!(
        "\nJobs: {} asked for, {} started, {} done, {} preempted, {} turned away; at most {} waited at once, {} on average",
        short(number("/totals/asked")),
        short(number("/totals/started")),
        short(number("/totals/done")),
        short(number("/totals/preempted")),
        short(number("/totals/turned_away")),
        short(number("/totals/most_waiting")),
        clock(number("/wait_mean_s"))
    );
    let blamed = blamed(run);
    for (stop, by) in run.stops.iter().zip(&blamed).take(SHOWN) {
        println!("  {}", stop_words(run, stop, *by));
    }
    more(run.stops.len());
    let waited = waited(run);
    if !waited.is_empty() {
        println!("  Waited for room:");
    }
    for job in waited.iter().take(SHOWN) {
        println!(
            "  {:>9}  {} ({} chips), asked for at {}",
            clock(job.start_s - job.submit_s.max(0.0)),
            job.name,
            job.chips,
            clock(job.submit_s)
        );
    }
    more(waited.len());
}

pub(crate) fn stop_words(run: &Folder, stop: &Stop, by: Option<usize>) -> String {
    let at = stop
        .rack
        .as_ref()
        .map_or_else(String::new, |rack| format!(" at {rack}"));
    let mut words = format!(
        "{:>9}  {} ({} chips) was stopped by {}{at}",
        clock(stop.time_s),
        stop.name,
        stop.chips,
        stop.cause
    );
    if stop.lost_s > 0.0 {
        words += &format!(", {} of work lost", clock(stop.lost_s));
    }
    if let Some(n) = by {
        let chain: Vec<&str> = chain(run, n).iter().map(|n| run.incidents[*n].what.as_str()).collect();
        words += &format!(": {}", chain.join(", since "));
    }
    words
}

/// The incidents and jobs that an event names; at least one of either.
fn fitting<'r>(run: &'r Folder, event: &str) -> Result<(Vec<usize>, Vec<&'r Job>), Failure> {
    let number = event.trim_start_matches('#').parse::<usize>().ok();
    let wanted = event.to_lowercase();
    let fits = |text: &str| text.to_lowercase().contains(&wanted);
    let found: Vec<usize> = match number {
        Some(n) if n < run.incidents.len() => vec![n],
        _ => (run.incidents.iter())
            .filter(|incident| fits(&incident.what) || fits(&incident.place) || fits(&incident.kind))
            .map(|incident| incident.number)
            .collect(),
    };
    let jobs: Vec<_> = run.jobs.iter().filter(|job| fits(&job.name)).collect();
    if found.is_empty() && jobs.is_empty() {
        let allowed = match run.incidents.len() {
            0 => "there are no incidents in this run".to_owned(),
            n => format!(
                "a number from 0 to {}, or words of an incident or the name of a job",
                n - 1
            ),
        };
        return Err(Failure::Place(format!("{event:?}: no incident and no job; {allowed}")));
    }
    Ok((found, jobs))
}

fn incident(run: &Folder, n: usize, found: &[usize]) {
    let at = &run.incidents[n];
    println!("{}", run.title());
    println!("#{n} at {}: {} [{}, {}]", clock(at.time_s), at.what, at.place, at.kind);
    let chain = chain(run, n);
    println!("\nWhy, back to the first cause:");
    for (depth, m) in chain.iter().rev().enumerate() {
        let link = &run.incidents[*m];
        let mark = if depth == 0 { "first cause: " } else { "so " };
        println!(
            "  {:>9}  {}{mark}#{m} {}",
            clock(link.time_s),
            "  ".repeat(depth),
            link.what
        );
    }
    let own = descendants(run, n);
    let cost = cost_of(run, &own).words(run.inputs.usd_per_chip_hour);
    println!(
        "\nIt and what it led to cost: {}",
        if cost.is_empty() {
            "nothing that is metered"
        } else {
            &cost
        }
    );
    told(run, "It led to", &own[1..]);
    let first = chain[chain.len() - 1];
    if first != n {
        let all = descendants(run, first);
        let others: Vec<usize> = all
            .iter()
            .copied()
            .filter(|m| own.binary_search(m).is_err() && *m != first)
            .collect();
        let cost = cost_of(run, &all).words(run.inputs.usd_per_chip_hour);
        println!(
            "\nAll that the first cause led to cost: {}",
            if cost.is_empty() {
                "nothing that is metered"
            } else {
                &cost
            }
        );
        told(run, "The same first cause also led to", &others);
    }
    outages(run, &|by| by.is_some_and(|by| own.binary_search(&by).is_ok()));
    let blamed = blamed(run);
    let stops = run
        .stops
        .iter()
        .zip(&blamed)
        .filter(|(_, by)| by.is_some_and(|by| own.binary_search(&by).is_ok()));
    for (stop, by) in stops.take(SHOWN) {
        println!("  {}", stop_words(run, stop, *by));
    }
    if found.len() > 1 {
        println!("\nThe same words fit {} more:", found.len() - 1);
        for m in found[1..].iter().take(10) {
            println!(
                "  {:>9}  #{m} {}",
                clock(run.incidents[*m].time_s),
                run.incidents[*m].what
            );
        }
    }
}

fn told(run: &Folder, title: &str, members: &[usize]) {
    if members.is_empty() {
        return;
    }
    println!("\n{title}:");
    let groups = groups(run, members);
    for group in groups.iter().take(SHOWN) {
        let n = group.members[0];
        println!("  {:>9}  #{n} {}", clock(run.incidents[n].time_s), group.words(run));
    }
    more(groups.len());
}

/// Whether a stop came in this stay of a job.
fn stop_of(job: &Job, stop: &Stop) -> bool {
    stop.number == job.number && (job.start_s - 1e-6..=job.end_s + 1e-6).contains(&stop.time_s)
}

fn job(run: &Folder, jobs: &[&Job]) {
    println!("{}", run.title());
    let blamed = blamed(run);
    for job in jobs.iter().take(SHOWN) {
        println!(
            "{} (#{}, {}, {} chips): asked for at {}, started at {}, {} at {}; goodput {:.1} %, {} stops, {} of work lost, {} without a spare, {} MWh",
            job.name,
            job.number,
            job.kind,
            job.chips,
            clock(job.submit_s),
            clock(job.start_s),
            match job.ending.as_str() {
                "Done" => "done",
                "Preempted" => "preempted",
                _ => "still running",
            },
            clock(job.end_s),
            job.goodput * 100.0,
            job.interruptions,
            clock(job.lost_s),
            clock(job.stuck_s),
            short(job.energy_kwh / 1e3)
        );
        let stops = run.stops.iter().zip(&blamed);
        for (stop, by) in stops.filter(|(stop, _)| stop_of(job, stop)) {
            println!("  {}", stop_words(run, stop, *by));
        }
    }
    more(jobs.len());
}
