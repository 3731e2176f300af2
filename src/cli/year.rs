//! `rainier year`: does the twin tell the truth? A year and an hour at nameplate, beside what is published.

use comfy_table::{Table, presets};
use indicatif::{ProgressBar, ProgressStyle};
use rainier::host::Disk;
use rainier::results::Summary;
use rainier::scenario::{self, Loaded};
use rainier::sim::Twin;
use rainier::sim::clock::Clock;
use rainier::sim::meters::LEDGER_TOLERANCE;
use rainier::sim::twin::Plan;
use serde::Serialize;

use crate::Failure;
use crate::args::Year;
use crate::run::{leave_live, threads};

/// Length of the run at nameplate, s: temperatures have long settled.
const NAMEPLATE_S: f64 = 3_600.0;

/// One figure beside its published counterpart.
#[derive(Debug, Serialize)]
struct Line {
    what: &'static str,
    found: f64,
    unit: &'static str,
    published: f64,
    low: Option<f64>,
    high: Option<f64>,
    tag: String,
    source: String,
    holds: bool,
}

fn finish(loaded: Loaded, threads: usize, quiet: bool) -> (Summary, Twin) {
    let name = loaded.scenario.name.clone();
    let seed = loaded.scenario.seed;
    let ticks = (loaded.scenario.duration_s / loaded.scenario.tick_s).ceil() as u64;
    let bar = if quiet {
        ProgressBar::hidden()
    } else {
        ProgressBar::new(ticks)
    };
    if let Ok(style) =
        ProgressStyle::with_template("{msg:24!} {wide_bar:.cyan/blue} {percent:>3} %  {elapsed} of about {duration}")
    {
        bar.set_style(style);
    }
    let mut twin = Twin::new(loaded, threads);
    while !twin.done() {
        twin.tick();
        bar.inc(1);
        if twin.world().resource::<Clock>().tick.is_multiple_of(288) {
            bar.set_message(twin.world().resource::<Clock>().label());
        }
    }
    bar.finish_and_clear();
    (Summary::of(twin.world(), &name, seed), twin)
}

pub(crate) fn year(args: &Year) -> Result<(), Failure> {
    let mut loaded = scenario::load(&Disk, &args.scenario, args.instead.of()).map_err(Failure::Input)?;
    if let Some(days) = args.days {
        loaded.scenario.duration_s = f64::from(days) * 86_400.0;
    }
    leave_live(&mut loaded, args.only.as_deref())?;
    let whole = loaded.only.is_none();
    let threads = threads(args.threads);
    let mut nameplate = loaded.clone();
    nameplate.timeline.clear();
    (nameplate.scenario.utilisation, nameplate.scenario.load_texture) = (1.0, 0.0);
    nameplate.scenario.duration_s = NAMEPLATE_S;
    let (at_nameplate, _) = finish(nameplate, threads, args.json);
    let (summary, twin) = finish(loaded, threads, args.json);
    let campus = &twin.world().resource::<Plan>().0;
    let figures = [
        ("it_power_mw", at_nameplate.it_power_mean_w / 1e6, "MW"),
        ("annual_pue_fleet", summary.pue, ""),
        ("wue_site_l_per_kwh", summary.wue_l_per_kwh, "L/kWh"),
        ("wue_fleet_l_per_kwh", summary.wue_l_per_kwh, "L/kWh"),
        ("wet_hours_share", summary.wet_share, ""),
        ("facility_power_mw", at_nameplate.facility_power_mean_w / 1e6, "MW"),
    ];
    let lines: Vec<Line> = figures
        .into_iter()
        // Power is published for the whole campus; ratios are those of any part.
        .filter(|(_, _, unit)| whole || *unit != "MW")
        .filter_map(|(what, found, unit)| {
            let published = campus.published.iter().find(|p| p.what == what)?;
            let holds = published.low.is_none_or(|low| found >= low) && published.high.is_none_or(|high| found <= high);
            Some(Line {
                what,
                found,
                unit,
                published: published.value.value,
                low: published.low,
                high: published.high,
                tag: format!("{:?}", published.value.tag),
                source: published.value.source.clone(),
                holds,
            })
        })
        .collect();
    if args.json {
        let all = serde_json::json!({ "year": summary, "nameplate": at_nameplate, "lines": lines });
        let text = serde_json::to_string_pretty(&all).map_err(|error| Failure::Output(error.to_string()))?;
        println!("{text}");
    } else {
        print(&summary, &lines);
    }
    let gap = summary.worst_imbalance.max(at_nameplate.worst_imbalance);
    if gap > LEDGER_TOLERANCE {
        Err(Failure::Ledger(gap))
    } else {
        Ok(())
    }
}

fn print(summary: &Summary, lines: &[Line]) {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    table.set_header(["", "found", "must be", "published", "source", ""]);
    for line in lines {
        let band = match (line.low, line.high) {
            (Some(low), Some(high)) => format!("{low} to {high}"),
            _ => "-".to_owned(),
        };
        table.add_row([
            line.what.to_owned(),
            format!("{:.4} {}", line.found, line.unit),
            band,
            line.published.to_string(),
            format!("[{}] {}", line.tag, line.source),
            if line.holds { "holds" } else { "does not hold" }.to_owned(),
        ]);
    }
    println!(
        "{}: {}, {:.0} days",
        summary.site,
        summary.scenario,
        summary.simulated_s / 86_400.0
    );
    println!("{table}");
    println!(
        "hottest chip {:.1} °C at {}, {:.0} throttled chip-hours, {:.1} GWh, ledger gap {:.1e}",
        summary.hottest_chip_c,
        summary.hottest_chip,
        summary.throttled_chip_hours,
        summary.energy_kwh / 1e6,
        summary.worst_imbalance
    );
    println!("digest {}", summary.digest);
}
