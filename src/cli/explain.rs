//! `rainier explain`: what went wrong in a run, and why, back to first causes.

use std::collections::BTreeMap;

use crate::Failure;
use crate::args::Explain;
use crate::causes::{blamed, chain, clock, cost_of, descendants, groups, is_loss, short, since, stories};
use crate::folder::Folder;

/// Most lines of a list on the terminal.
const SHOWN: usize = 30;

pub(crate) fn explain(args: &Explain) -> Result<(), Failure> {
    let run = Folder::open_or_run(&args.run, args.threads)?;
    match &args.event {
        None => {
            all(&run);
            Ok(())
        }
        Some(event) => one(&run, event),
    }
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
            let words: Vec<String> = kinds.iter().map(|(kind, n)| format!("{kind} {n}")).collect();
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

pub(crate) fn stop_words(run: &Folder, stop: &crate::folder::Stop, by: Option<usize>) -> String {
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

/// The incidents and jobs that an event names.
fn one(run: &Folder, event: &str) -> Result<(), Failure> {
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
    match (found.first(), jobs.first()) {
        (Some(n), _) => incident(run, *n, &found),
        (None, Some(_)) => job(run, &jobs),
        (None, None) => {
            let allowed = match run.incidents.len() {
                0 => "there are no incidents in this run".to_owned(),
                n => format!(
                    "a number from 0 to {}, or words of an incident or the name of a job",
                    n - 1
                ),
            };
            return Err(Failure::Place(format!("{event:?}: no incident and no job; {allowed}")));
        }
    }
    Ok(())
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

fn job(run: &Folder, jobs: &[&crate::folder::Job]) {
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
        let within = |time_s: f64| (job.start_s - 1e-6..=job.end_s + 1e-6).contains(&time_s);
        let stops = run.stops.iter().zip(&blamed);
        for (stop, by) in stops.filter(|(stop, _)| stop.number == job.number && within(stop.time_s)) {
            println!("  {}", stop_words(run, stop, *by));
        }
    }
    more(jobs.len());
}
