//! `rainier grow`: what can run by when, what bounds it, and how late it may be.

use std::fs::File;

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use rainier::growth::files::Measure;
use rainier::growth::{self, Comparison, Course, Dates, Limit, Outlook, Plan, Standing};
use rainier::host::Disk;
use serde_json::{Value, json};

use crate::Failure;
use crate::args::Grow;
use crate::write;

pub(crate) fn grow(args: &Grow) -> Result<(), Failure> {
    let mut plan = growth::load(&Disk, &args.plan, args.site.as_deref()).map_err(Failure::Input)?;
    if let Some(day) = args.as_of {
        plan.know_until(day);
    }
    let course = Course::of(&plan);
    let history = growth::compare(&plan, &course);
    let outlook = growth::draws(&plan, args.seed, args.draws);
    if let Some(path) = &args.csv {
        write::whole(path, |file| Ok(write_csv(file, &course, &outlook)?)).map_err(Failure::Output)?;
    }
    if args.json {
        let all = as_json(&plan, &course, &history, &outlook);
        let text = serde_json::to_string_pretty(&all).map_err(|error| Failure::Output(error.to_string()))?;
        println!("{text}");
    } else {
        print(&plan, &course, &history, &outlook);
    }
    Ok(())
}

/// A table whose columns but the first stand to the right.
fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    table.set_header(header.to_vec());
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn day(date: Option<jiff::civil::Date>, plan: &Plan) -> String {
    date.map_or_else(|| format!("after {}", plan.file.ends.0), |date| date.to_string())
}

/// A thousand at a time.
fn grouped(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut out = String::new();
    for (k, digit) in digits.chars().enumerate() {
        if k > 0 && (digits.len() - k).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if value <= -0.5 { format!("-{out}") } else { out }
}

fn limit_of(standing: &Standing) -> &'static str {
    standing.binding.map_or("complete", Limit::as_str)
}

fn print(plan: &Plan, course: &Course, history: &[Comparison], outlook: &Outlook) {
    println!("{} ({})", plan.file.name, plan.site);
    println!(
        "What can run on the first of each month, were everything on time; slack is how much more could run before the next limit."
    );
    let mut months = table(&[
        "", "up", "live", "chips", "IT MW", "MW", "granted", "$ bn", "racks in", "stored", "limit", "then", "slack MW",
    ]);
    for month in course.months() {
        months.add_row([
            month.on.strftime("%Y-%m").to_string(),
            month.up.to_string(),
            month.live.to_string(),
            grouped(month.runs.chips),
            format!("{:.0}", month.runs.it_w / 1e6),
            format!("{:.0}", month.facility_w / 1e6),
            format!("{:.0}", month.granted_w / 1e6),
            format!("{:.1}", month.capital_usd / 1e9),
            grouped(month.installed_racks),
            grouped(month.stored_racks),
            limit_of(month).to_owned(),
            month.binding.map_or("", |_| month.runner_up.as_str()).to_owned(),
            month
                .binding
                .map_or_else(String::new, |_| format!("{:.0}", month.slack.it_w / 1e6)),
        ]);
        if month.binding.is_none() {
            break;
        }
    }
    println!("{months}");
    if !history.is_empty() {
        println!("\nOn record, and in the plan:");
        print_history(history);
    }
    println!(
        "\n{} draws of what may be late, seed {}; up to {} all has happened as it is written.",
        outlook.draws,
        outlook.seed,
        plan.known_until()
    );
    let mut dates = table(&["", "as planned", "P10", "P50", "P90", "by the end"]);
    let mut add = |what: String, planned: Option<jiff::civil::Date>, of: &Dates| {
        dates.add_row([
            what,
            day(planned, plan),
            day(of.p10, plan),
            day(of.p50, plan),
            day(of.p90, plan),
            format!("{:.0} %", of.share * 100.0),
        ]);
    };
    let target = plan.file.target_chips.value;
    add(
        format!("{} chips run", grouped(target)),
        course.reaches(target),
        &outlook.target,
    );
    let known = plan.known_until();
    let next = course
        .buildings
        .iter()
        .filter_map(|b| b.energised)
        .filter(|day| *day > known)
        .min();
    add("next building live".into(), next, &outlook.next_building);
    for ((number, of), planned) in outlook.buildings.iter().zip(&course.buildings) {
        if planned.energised.is_none_or(|day| day > known) {
            add(format!("B{number:02} live"), planned.energised, of);
        }
    }
    println!("{dates}");
    println!(
        "\nBy month: odds of {} chips, chips that run, and how often each limit binds.",
        grouped(target)
    );
    let mut odds = table(&[
        "",
        "target",
        "P10",
        "P50",
        "P90",
        "buildings",
        "power",
        "racks",
        "staff",
        "money",
        "complete",
    ]);
    for month in outlook.months.iter().filter(|month| month.on > known) {
        let percent = |share: f64| format!("{:.0} %", share * 100.0);
        let mut row = vec![month.on.strftime("%Y-%m").to_string(), percent(month.target_share)];
        row.extend(month.chips.map(grouped));
        row.extend(month.binding.map(percent));
        let complete = 1.0 - month.binding.iter().sum::<f64>();
        row.push(percent(complete.max(0.0)));
        odds.add_row(row);
        if complete >= 0.95 {
            break;
        }
    }
    println!("{odds}");
    println!("\nWhat moves the day of the target most (rank correlation; what is within chance is left out):");
    let mut drivers = table(&["", "correlation"]);
    // Two standard deviations of what two numbers that have nothing to do with each other show.
    let chance = 2.0 / f64::from(outlook.draws.max(2) - 1).sqrt();
    for driver in outlook
        .drivers
        .iter()
        .take(10)
        .filter(|driver| driver.correlation.abs() > chance)
    {
        drivers.add_row([driver.name.clone(), format!("{:+.2}", driver.correlation)]);
    }
    println!("{drivers}");
}

fn print_history(history: &[Comparison]) {
    let mut table = Table::new();
    table
        .load_preset(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(["day", "", "found", "published", "off", "source", ""]);
    for line in history {
        let recorded = &line.recorded;
        let number = |value: f64| match recorded.measure {
            Measure::CapitalUsd => format!("{:.1} $ bn", value / 1e9),
            measure => format!("{} {}", grouped(value), measure.unit()),
        };
        let range = recorded.value.range;
        let range = range.map_or_else(String::new, |[low, high]| {
            format!(" ({} to {})", grouped(low), grouped(high))
        });
        table.add_row([
            recorded.on.0.to_string(),
            recorded.what.clone(),
            number(line.found),
            format!("{}{range}", number(recorded.value.value)),
            format!("{:+.1} %", line.deviation * 100.0),
            format!("[{:?}] {}", recorded.value.tag, recorded.value.source),
            match line.holds {
                Some(true) => "holds",
                Some(false) => "does not hold",
                None => "shown only",
            }
            .to_owned(),
        ]);
    }
    println!("{table}");
}

fn dates_json(of: &Dates) -> Value {
    let text = |date: Option<jiff::civil::Date>| date.map(|date| date.to_string());
    json!({ "p10": text(of.p10), "p50": text(of.p50), "p90": text(of.p90), "share": of.share })
}

fn as_json(plan: &Plan, course: &Course, history: &[Comparison], outlook: &Outlook) -> Value {
    let text = |date: Option<jiff::civil::Date>| date.map(|date| date.to_string());
    let by_limit = |of: &dyn Fn(usize) -> Value| -> Value {
        let pairs = Limit::ALL.into_iter().enumerate();
        pairs
            .map(|(k, limit)| (limit.as_str().to_owned(), of(k)))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    let months: Vec<Value> = course
        .months()
        .map(|month| {
            json!({
                "month": month.on.to_string(),
                "buildings_up": month.up,
                "buildings_live": month.live,
                "chips": month.runs.chips,
                "it_mw": month.runs.it_w / 1e6,
                "facility_mw": month.facility_w / 1e6,
                "granted_mw": month.granted_w / 1e6,
                "capital_usd": month.capital_usd,
                "delivered_racks": month.delivered_racks,
                "installed_racks": month.installed_racks,
                "stored_racks": month.stored_racks,
                "limit": limit_of(month),
                "runner_up": month.runner_up.as_str(),
                "slack_mw": month.slack.it_w / 1e6,
                "slack_chips": month.slack.chips,
                "could_run_chips": by_limit(&|k| json!(month.limits[k].chips)),
                "could_run_it_mw": by_limit(&|k| json!(month.limits[k].it_w / 1e6)),
            })
        })
        .collect();
    let history: Vec<Value> = history
        .iter()
        .map(|line| {
            json!({
                "what": line.recorded.what,
                "on": line.recorded.on.0.to_string(),
                "measure": line.recorded.measure,
                "found": line.found,
                "published": line.recorded.value.value,
                "deviation": line.deviation,
                "tag": format!("{:?}", line.recorded.value.tag),
                "source": line.recorded.value.source,
                "holds": line.holds,
            })
        })
        .collect();
    let buildings: Vec<Value> = outlook
        .buildings
        .iter()
        .zip(&course.buildings)
        .map(|((number, of), planned)| {
            json!({
                "building": number,
                "started": planned.started.to_string(),
                "shell": planned.shell.to_string(),
                "energised": text(planned.energised),
                "dates": dates_json(of),
            })
        })
        .collect();
    let odds: Vec<Value> = outlook
        .months
        .iter()
        .map(|month| {
            json!({
                "month": month.on.to_string(),
                "target_share": month.target_share,
                "chips_p10_p50_p90": month.chips,
                "binding_share": by_limit(&|k| json!(month.binding[k])),
            })
        })
        .collect();
    let drivers: Vec<Value> = outlook
        .drivers
        .iter()
        .map(|driver| json!({ "cause": driver.name, "rank_correlation": driver.correlation }))
        .collect();
    json!({
        "plan": plan.file.name,
        "site": plan.site,
        "known_until": plan.known_until().to_string(),
        "months": months,
        "history": history,
        "outlook": {
            "draws": outlook.draws,
            "seed": outlook.seed,
            "target_chips": plan.file.target_chips.value,
            "target_as_planned": text(course.reaches(plan.file.target_chips.value)),
            "target": dates_json(&outlook.target),
            "next_building": dates_json(&outlook.next_building),
            "buildings": buildings,
            "months": odds,
            "drivers": drivers,
        },
    })
}

fn write_csv(file: &mut File, course: &Course, outlook: &Outlook) -> Result<(), csv::Error> {
    let mut out = csv::Writer::from_writer(file);
    let mut header: Vec<String> = [
        "month",
        "buildings_up",
        "buildings_live",
        "chips",
        "it_mw",
        "facility_mw",
        "granted_mw",
        "capital_usd",
        "delivered_racks",
        "installed_racks",
        "stored_racks",
        "limit",
        "runner_up",
        "slack_mw",
        "slack_chips",
    ]
    .map(str::to_owned)
    .to_vec();
    header.extend(Limit::ALL.map(|limit| format!("{}_chips", limit.as_str())));
    header.extend(["target_share", "chips_p10", "chips_p50", "chips_p90"].map(str::to_owned));
    header.extend(Limit::ALL.map(|limit| format!("{}_binds_share", limit.as_str())));
    out.write_record(&header)?;
    for (month, odds) in course.months().zip(&outlook.months) {
        let mut row = vec![month.on.to_string(), month.up.to_string(), month.live.to_string()];
        let numbers = [
            month.runs.chips,
            month.runs.it_w / 1e6,
            month.facility_w / 1e6,
            month.granted_w / 1e6,
            month.capital_usd,
            month.delivered_racks,
            month.installed_racks,
            month.stored_racks,
        ];
        row.extend(numbers.map(|value| value.to_string()));
        row.extend([limit_of(month).to_owned(), month.runner_up.as_str().to_owned()]);
        row.extend([month.slack.it_w / 1e6, month.slack.chips].map(|value| value.to_string()));
        row.extend(month.limits.map(|level| level.chips.to_string()));
        row.push(odds.target_share.to_string());
        row.extend(odds.chips.map(|value| value.to_string()));
        row.extend(odds.binding.map(|value| value.to_string()));
        out.write_record(&row)?;
    }
    out.flush()?;
    Ok(())
}
