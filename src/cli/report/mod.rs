//! `rainier report`: a run as one page that stands alone, to read, print or send.

pub(crate) mod page;
pub(crate) mod svg;

mod map;

use std::collections::BTreeMap;
use std::path::Path;

use jiff::ToSpan;
use jiff::civil::{Date, DateTime};
use maud::{Markup, html};
use rainier::economics::bill::Parts;
use rainier::growth::{self, Course};
use rainier::host::Disk;
use rainier::physics::envelope::AirClass;
use rainier::sim::hall_meters::MODES;

use self::svg::{COLOURS, Chart, Growth, Line};
use crate::Failure;
use crate::args::Report;
use crate::causes::{blamed, clock, groups, is_loss, short, since, stories};
use crate::compare::PARTS;
use crate::explain::stop_words;
use crate::folder::{Folder, hall_of};
use crate::inputs::{Assumed, Published, plan_of};

/// Draws of a plan of growth: enough for a picture.
const DRAWS: u32 = 400;

/// First causes and lines of each that the page tells.
const STORIES: usize = 12;
const LINES: usize = 14;

/// Halls with dark rows that it lists.
const DARK_HALLS: usize = 24;

pub(crate) fn report(args: &Report) -> Result<(), Failure> {
    let run = Folder::open_or_run(&args.run, &args.instead, args.threads)?;
    let default = run.path.as_deref().unwrap_or(Path::new(".")).join("report.html");
    let path = args.out.as_ref().unwrap_or(&default);
    crate::write::text(path, &html_of(&run)).map_err(Failure::Output)?;
    println!("wrote {}", path.display());
    Ok(())
}

// --- Time -----------------------------------------------------------------------------------------------------

fn start(run: &Folder) -> Option<DateTime> {
    run.inputs.start.parse().ok()
}

fn at(run: &Folder, time_s: f64) -> Option<DateTime> {
    let ms = (time_s * 1000.0).round() as i64;
    start(run)?.checked_add(ms.milliseconds()).ok()
}

/// A time of a run in words: its day and the time on the site's clock.
pub(crate) fn moment(run: &Folder, time_s: f64) -> Option<String> {
    let seconds = if run.inputs.tick_s < 60.0 { ":%S" } else { "" };
    at(run, time_s).map(|at| at.strftime(&format!("%-d %b %H:%M{seconds}")).to_string())
}

/// Plain times for the axis below: whole hours, days or months of the site's clock.
pub(crate) fn time_marks(run: &Folder) -> Vec<(f64, String)> {
    const STEPS_S: [f64; 17] = [
        10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1_800.0, 3_600.0, 7_200.0, 10_800.0, 14_400.0, 21_600.0,
        43_200.0, 86_400.0, 172_800.0, 604_800.0,
    ];
    const MONTH_S: f64 = 30.4 * 86_400.0;
    let (Some(start), Some(first)) = (start(run), run.series.get("time_s").first()) else {
        return Vec::new();
    };
    let end_s = run.end_s();
    let range_s = end_s - first;
    let mut out = Vec::new();
    if range_s > 3.0 * MONTH_S {
        // First days of months, every one, two, three, six or twelve.
        let every = [1, 2, 3, 6, 12, 24, 60, 120]
            .into_iter()
            .find(|n| range_s / (f64::from(*n) * MONTH_S) <= 12.5);
        let every = every.unwrap_or(240);
        let mut month = start.date().first_of_month();
        while let Ok(next) = month.checked_add(1.month()) {
            month = next;
            let since = month.to_datetime(jiff::civil::Time::midnight()).since(start);
            let time_s = since.ok().and_then(|span| span.total((jiff::Unit::Second, start)).ok());
            let Some(time_s) = time_s.filter(|t| *t <= end_s) else {
                break;
            };
            if (i32::from(month.month()) - 1) % every.min(12) == 0 {
                let words = if range_s > 24.0 * MONTH_S { "%Y" } else { "%b" };
                out.push((time_s, month.strftime(words).to_string()));
            }
            if out.len() > 60 {
                break;
            }
        }
        return out;
    }
    let step_s = STEPS_S
        .into_iter()
        .find(|step| range_s / step <= 8.5)
        .unwrap_or(2.0 * 604_800.0);
    let midnight_s = -f64::from(start.hour()) * 3600.0 - f64::from(start.minute()) * 60.0 - f64::from(start.second());
    let k = ((0.0 - midnight_s) / step_s).floor();
    let mut time_s = midnight_s + k * step_s;
    while time_s <= end_s && out.len() < 40 {
        if time_s >= *first - 1e-6
            && let Some(now) = at(run, time_s)
        {
            let midnight = now.hour() == 0 && now.minute() == 0 && now.second() == 0;
            let words = match step_s {
                step if step >= 86_400.0 || (midnight && range_s > 86_400.0) => "%-d %b",
                step if step < 60.0 => "%H:%M:%S",
                _ => "%H:%M",
            };
            out.push((time_s, now.strftime(words).to_string()));
        }
        time_s += step_s;
    }
    out
}

fn lasts(s: f64) -> String {
    match s {
        s if s >= 2.0 * 86_400.0 => format!("{} days", short(s / 86_400.0)),
        s if s >= 2.0 * 3_600.0 => format!("{} hours", short(s / 3_600.0)),
        s if s >= 120.0 => format!("{} minutes", short(s / 60.0)),
        s => format!("{} s", short(s)),
    }
}

// --- Words ----------------------------------------------------------------------------------------------------

fn meaning(tag: &str) -> &'static str {
    match tag {
        "C" => "confirmed in a primary source",
        "C2" => "read in press or third-party text",
        "B" => "background knowledge, unverified",
        _ => "engineering estimate",
    }
}

/// A source as people read it: its reason, or what its keys stand for.
fn source(run: &Folder, file: &str, keys: &str) -> String {
    if let Some(reason) = keys.strip_prefix('=') {
        return reason.trim().to_owned();
    }
    let of = |key: &str| {
        let known = run
            .inputs
            .sources
            .iter()
            .find(|known| known.file == file && known.key == key);
        known.map_or_else(|| key.to_owned(), |known| known.what.clone())
    };
    keys.split_whitespace().map(of).collect::<Vec<_>>().join("; ")
}

/// What a published figure is about, in words, and the twin's own: value, unit, digits.
fn beside(run: &Folder, published: &Published) -> (String, Option<(f64, &'static str, usize)>) {
    let (words, found) = match published.what.as_str() {
        "it_power_mw" => (
            "IT power at nameplate",
            Some((run.figure("/it_power_mean_w") / 1e6, "MW", 1)),
        ),
        "facility_power_mw" => (
            "Facility power at nameplate",
            Some((run.figure("/facility_power_mean_w") / 1e6, "MW", 1)),
        ),
        "annual_pue_fleet" => ("PUE of the operator's fleet, a year", Some((run.figure("/pue"), "", 4))),
        "wue_fleet_l_per_kwh" => (
            "WUE of the operator's fleet, a year",
            Some((run.figure("/wue_l_per_kwh"), "L/kWh", 4)),
        ),
        "wue_site_l_per_kwh" => (
            "WUE of the site, a year",
            Some((run.figure("/wue_l_per_kwh"), "L/kWh", 4)),
        ),
        "wet_hours_share" => (
            "Share of hours with evaporation, a year",
            Some((run.figure("/wet_share"), "", 3)),
        ),
        "chips_phase_1" => ("Chips of the first phase", Some((run.figure("/live_chips"), "", 0))),
        "chips_complete" => ("Chips when complete", Some((run.figure("/live_chips"), "", 0))),
        other => {
            let words = other.replace('_', " ");
            let first = words.chars().take(1).flat_map(char::to_uppercase);
            return (first.chain(words.chars().skip(1)).collect(), None);
        }
    };
    (words.to_owned(), found)
}

// --- The page -------------------------------------------------------------------------------------------------

fn html_of(run: &Folder) -> String {
    let inputs = &run.inputs;
    let begins = at(run, 0.0).map_or_else(
        || inputs.start.clone(),
        |at| at.strftime("%A, %-d %B %Y, %H:%M").to_string(),
    );
    let body = html! {
        header {
            div.kicker { (inputs.site.name) }
            h1 { (inputs.scenario) }
            p { (inputs.about) }
            p.note {
                (lasts(run.figure("/simulated_s"))) " from " (begins) " (local standard time), in ticks of "
                (short(inputs.tick_s)) " s. Simulated with rainier " (inputs.version) "; every number below follows from the files listed at the end."
            }
        }
        (tiles(run))
        (findings(run))
        (published(run))
        section.page {
            h2 { "Power, temperature and water" }
            (charts(run))
        }
        section.page {
            h2 { "Where" }
            (map::draw(run))
            (places(run))
        }
        section { h2 { "What happened, and why" } (alarms(run)) }
        (jobs(run))
        (growth_of(run))
        section { h2 { "What this rests on" } (grounds(run)) }
        section.page { h2 { "How to make this run again" } (again(run)) }
        section.page.small { h2 { "Every assumption" } (assumptions(run)) }
        footer {
            "Digest " code.hash { (inputs.digest) } ". The digest is the same on every platform, build and number of threads."
        }
    };
    page::page(&run.title(), &body)
}

/// A tile: title, value, unit, note.
fn tile(title: &str, value: String, unit: &str, note: &str) -> Markup {
    html! {
        div.tile {
            h3 { (title) }
            div.value { (value) @if !unit.is_empty() { small { " " (unit) } } }
            p { (note) }
        }
    }
}

/// A number with a unit that fits its size.
fn sized(x: f64, units: &[(f64, &'static str)]) -> (String, &'static str) {
    let fits = units
        .iter()
        .rev()
        .find(|(scale, _)| x.abs() >= *scale)
        .or(units.first());
    fits.map_or_else(|| (short(x), ""), |(scale, unit)| (short(x / scale), unit))
}

fn tiles(run: &Folder) -> Markup {
    const POWER: [(f64, &str); 3] = [(1e3, "kW"), (1e6, "MW"), (1e9, "GW")];
    const ENERGY: [(f64, &str); 3] = [(1.0, "kWh"), (1e3, "MWh"), (1e6, "GWh")];
    const MONEY: [(f64, &str); 3] = [(1.0, ""), (1e6, "million"), (1e9, "billion")];
    let f = |pointer: &str| run.figure(pointer);
    let known = |what: &str, unit: &str, when: &str| {
        let of = run.inputs.published.iter().find(|published| published.what == what);
        of.map_or_else(String::new, |p| {
            format!("published {}{unit} {when} [{}]", crate::causes::short(p.value), p.tag)
        })
    };
    let sized_tile = |title: &str, value: f64, units: &[(f64, &'static str)], note: &str| {
        let (value, unit) = sized(value, units);
        tile(title, value, unit, note)
    };
    let range = [f("/cost_range_usd/0"), f("/cost_range_usd/1")].map(|usd| {
        let (value, unit) = sized(usd, &MONEY);
        format!("${value} {unit}").trim_end().to_owned()
    });
    let (cost, cost_unit) = sized(f("/cost_usd"), &MONEY);
    let jobs = run.summary.get("jobs").is_some_and(serde_json::Value::is_object);
    html! {
        div.tiles {
            (tile("Live chips", short(f("/live_chips")), "", &format!("of {} on the site", short(run.inputs.site.halls.iter().map(|hall| hall.chips as f64).sum()))))
            (sized_tile("Facility power, mean", f("/facility_power_mean_w"), &POWER, &known("facility_power_mw", " MW", "at nameplate")))
            (sized_tile("IT power, mean", f("/it_power_mean_w"), &POWER, &known("it_power_mw", " MW", "at nameplate")))
            (sized_tile("Peak demand", f("/peak_demand_w"), &POWER, "highest mean over a demand interval"))
            (tile("PUE", format!("{:.4}", f("/pue")), "", &known("annual_pue_fleet", "", "for a year of the fleet")))
            (tile("WUE", format!("{:.4}", f("/wue_l_per_kwh")), "L/kWh", &known("wue_fleet_l_per_kwh", "", "for a year of the fleet")))
            (sized_tile("Energy", f("/energy_kwh"), &ENERGY, &{ let (v, u) = sized(f("/it_energy_kwh"), &ENERGY); format!("{v} {u} of it by IT") }))
            (tile("Carbon", short(f("/carbon_t")), "t", &format!("by the grid's average; {} t by its margin", short(f("/marginal_carbon_t")))))
            (tile("Operating bill", format!("${cost}"), cost_unit, &format!("{} to {} by the ranges of prices", range[0], range[1])))
            (tile("Hottest chip", format!("{:.1}", f("/hottest_chip_c")), "°C", &format!("{}; {} throttled chip-hours", run.word("hottest_chip"), short(f("/throttled_chip_hours")))))
            (sized_tile("Unserved", f("/unserved_kwh"), &ENERGY, &format!("at most {} racks dark at once", short(f("/most_dark_racks")))))
            @if jobs {
                (tile("Goodput of training", format!("{:.1}", f("/jobs/goodput") * 100.0), "%", &format!("{} interruptions; {:.2} % of services' load served", short(f("/jobs/totals/interruptions")), f("/jobs/served_share") * 100.0)))
            } @else {
                (tile("Water", short(f("/water_m3")), "m³", &format!("evaporation in {:.1} % of the time", f("/wet_share") * 100.0)))
            }
        }
    }
}

/// The answer in a few sentences.
fn findings(run: &Folder) -> Markup {
    let stories = stories(run);
    let costly: Vec<_> = stories
        .iter()
        .filter(|story| !story.cost.words(None).is_empty())
        .collect();
    let site = run.place("site");
    let of = |column: &str| site.and_then(|site| site.get(column)).copied().unwrap_or(0.0);
    let all = of("facility_kwh");
    let share = |kwh: f64| if all > 0.0 { kwh / all * 100.0 } else { 0.0 };
    let cooling = of("fans_kwh") + of("pumps_kwh") + of("rejection_kwh") + of("chillers_kwh");
    html! {
        p {
            "Of the energy that came in, " (format!("{:.1}", share(of("it_kwh")))) " % reached IT, "
            (format!("{:.1}", share(cooling))) " % went to cooling and "
            (format!("{:.1}", share(of("loss_kwh")))) " % was lost in the power path. "
            @if run.incidents.is_empty() { "Nothing failed, throttled or went dark." }
            @else if costly.is_empty() {
                (short(run.incidents.len() as f64)) " incidents came of " (stories.len()) " first causes; none left load unserved, racks dark or chips throttled."
            } @else {
                (short(run.incidents.len() as f64)) " incidents came of " (stories.len()) " first causes. The costliest: "
                @for (k, story) in costly.iter().take(3).enumerate() {
                    @if k > 0 { "; " }
                    b { (run.incidents[story.first].what) } " (" (story.cost.words(run.inputs.usd_per_chip_hour)) ")"
                }
                "."
            }
        }
    }
}

fn published(run: &Folder) -> Markup {
    if run.inputs.published.is_empty() {
        return html! {};
    }
    html! {
        h2 { "Beside published figures" }
        p.note { "A run of another length, load or season than what is published need not agree with it; bands are those that a run of a whole year or of an hour at nameplate is held to." }
        div.scroll { table {
            thead { tr { th { "Figure" } th.n { "This run" } th.n { "Published" } th.n { "Band" } th { "Tag" } th { "Source" } } }
            tbody {
                @for figure in &run.inputs.published {
                    @let (words, found) = beside(run, figure);
                    tr {
                        td { (words) }
                        td.n { @match found { Some((x, unit, places)) => { (if places == 0 { short(x) } else { format!("{x:.places$}") }) " " (unit) } None => { "–" } } }
                        td.n { (short(figure.value)) }
                        td.n { @match (figure.low, figure.high) { (Some(low), Some(high)) => { (short(low)) " to " (short(high)) } _ => { "–" } } }
                        td { (figure.tag) }
                        td { (source(run, &run.inputs.site_file, &figure.source)) }
                    }
                }
            }
        } }
    }
}

fn charts(run: &Folder) -> Markup {
    let times = run.series.get("time_s");
    let marks = time_marks(run);
    let column = |name: &str, scale: f64| -> Vec<f64> { run.series.get(name).iter().map(|v| v / scale).collect() };
    let top = run.series.get("facility_power_w").iter().copied().fold(0.0, f64::max);
    let (scale, unit) = if top >= 5e6 { (1e6, "MW") } else { (1e3, "kW") };
    let chart = |title, unit, lines, stacked: bool, from_zero: bool| Chart {
        title,
        unit,
        times,
        lines,
        stacked,
        wide: false,
        from_zero,
        marks: marks.clone(),
    };
    fn line<'a>(name: &'a str, values: Vec<f64>, k: usize) -> Line<'a> {
        Line {
            name,
            values,
            colour: COLOURS[k],
        }
    }
    let any = |name: &str| run.series.get(name).iter().any(|v| *v != 0.0);
    let pue: Vec<f64> = run
        .series
        .get("pue")
        .iter()
        .map(|v| if *v >= 1.0 { *v } else { f64::NAN })
        .collect();
    let charging: Vec<f64> = run
        .series
        .get("battery_power_w")
        .iter()
        .map(|v| v.max(0.0) / scale)
        .collect();
    let helping: Vec<f64> = run
        .series
        .get("battery_power_w")
        .iter()
        .map(|v| (-v).max(0.0) / scale)
        .collect();
    let power = vec![
        line("IT", column("it_power_w", scale), 0),
        line("cooling fans", column("fan_power_w", scale), 1),
        line("pumps", column("pump_power_w", scale), 4),
        line("towers and dry coolers", column("rejection_power_w", scale), 2),
        line("chillers", column("chiller_power_w", scale), 3),
        line("lights and the like", column("misc_power_w", scale), 5),
        line("losses", column("loss_power_w", scale), 6),
        line("charging of batteries", charging, 7),
    ];
    // What is small beside IT, by itself, where it can be seen.
    let overhead: Vec<Line<'_>> = power
        .iter()
        .skip(1)
        .map(|of| Line {
            name: of.name,
            values: of.values.clone(),
            colour: of.colour,
        })
        .collect();
    html! {
        div.charts {
            div.wide { (Chart { wide: true, ..chart("Power by part", unit, power, true, true) }.draw("")) }
            (chart("All but IT", unit, overhead, true, true).draw("the same, without IT"))
            (chart("PUE", "", vec![line("PUE", pue, 0)], false, false).draw("facility over IT power; gaps where batteries carry the load"))
            (chart("Temperatures", "°C", vec![
                line("hottest chip", column("hottest_chip_c", 1.0), 7),
                line("warmest rack inlet", column("hottest_inlet_c", 1.0), 1),
                line("supply air, mean", column("supply_c", 1.0), 2),
                line("outside, dry bulb", column("dry_bulb_c", 1.0), 0),
                line("outside, wet bulb", column("wet_bulb_c", 1.0), 4),
            ], false, false).draw(""))
            (chart("Cooling units by mode", "", vec![
                line("mixing", column("mixing_units", 1.0), 4),
                line("free", column("free_units", 1.0), 2),
                line("evaporative", column("wet_units", 1.0), 0),
                line("not running", column("off_units", 1.0), 6),
            ], true, true).draw(""))
            @if any("water_l_s") { (chart("Water", "L/s", vec![line("water", column("water_l_s", 1.0), 0)], false, true).draw(&format!("{} m³ in all", short(run.figure("/water_m3"))))) }
            @if any("genset_power_w") || any("unserved_w") || any("battery_power_w") {
                (chart("Where power came from", unit, vec![
                    line("grid", column("grid_power_w", scale), 0),
                    line("gensets", column("genset_power_w", scale), 1),
                    line("rack batteries", helping, 2),
                    line("unserved", column("unserved_w", scale), 7),
                ], true, true).draw(""))
            }
            @if any("dark_racks") { (chart("Racks without power", "", vec![line("dark racks", column("dark_racks", 1.0), 7)], false, true).draw("")) }
            @if any("limited_chips") { (chart("Throttled or tripped chips", "", vec![line("chips", column("limited_chips", 1.0), 7)], false, true).draw("")) }
            (chart("Carbon of the grid", "g/kWh", vec![
                line("average", column("carbon_g_per_kwh", 1.0), 0),
                line("margin", column("marginal_carbon_g_per_kwh", 1.0), 7),
            ], false, true).draw(&format!("{} t in all by the average", short(run.figure("/carbon_t")))))
            (bill(run))
        }
    }
}

/// The bill by its parts.
fn bill(run: &Folder) -> Markup {
    let all = run.figure("/cost_usd");
    let rows: Vec<(String, f64, String)> = Parts::NAMES
        .iter()
        .zip(PARTS)
        .map(|(name, key)| ((*name).to_owned(), run.figure(&format!("/bill/{key}"))))
        .filter(|(_, usd)| *usd != 0.0)
        .map(|(name, usd)| {
            let share = if all == 0.0 { 0.0 } else { usd / all * 100.0 };
            (name, usd, format!("${} ({share:.1} %)", short(usd)))
        })
        .collect();
    svg::bars("Operating bill by part", &rows, &format!("${} in all", short(all)))
}

/// Energy, water and hours of every building, and of every hall in small print.
fn places(run: &Folder) -> Markup {
    let row = |name: &str, of: &BTreeMap<String, f64>, sum: bool| {
        let f = |column: &str| of.get(column).copied().unwrap_or(0.0);
        let all = f("facility_kwh");
        let share = |kwh: f64| {
            if all > 0.0 {
                format!("{:.2}", kwh / all * 100.0)
            } else {
                "–".to_owned()
            }
        };
        let cooling = f("fans_kwh") + f("pumps_kwh") + f("rejection_kwh") + f("chillers_kwh");
        let water = f("media_m3") + f("tower_m3") + f("drift_m3") + f("blowdown_m3") + f("basin_m3");
        let mode_h = MODES.map(|mode| f(&format!("{}_h", mode.replace(' ', "_"))));
        let class_h = AirClass::ALL.map(|class| f(&format!("{}_h", class.as_str().replace(' ', "_"))));
        let of_hours = |h: f64, all: &[f64]| {
            let all: f64 = all.iter().sum();
            if all > 0.0 {
                format!("{:.1}", h / all * 100.0)
            } else {
                "–".to_owned()
            }
        };
        html! {
            tr class=[sum.then_some("sum")] {
                td { (name) }
                td.n { (short(f("it_kwh") / 1e3)) }
                td.n { @if all > 0.0 { (format!("{:.4}", f("pue"))) } @else { "–" } }
                td.n { (share(cooling)) }
                td.n { (share(f("loss_kwh"))) }
                td.n { (short(water)) }
                td.n { (short(f("carbon_kg") / 1e3)) }
                @for h in &mode_h { td.n { (of_hours(*h, &mode_h)) } }
                td.n { (of_hours(class_h[0], &class_h)) }
            }
        }
    };
    let head = html! {
        thead { tr {
            th { "Place" } th.n { "IT, MWh" } th.n { "PUE" } th.n { "Cooling, %" } th.n { "Losses, %" } th.n { "Water, m³" } th.n { "Carbon, t" }
            th.n { "Mixing, % h" } th.n { "Free, % h" } th.n { "Evap., % h" } th.n { "Off, % h" } th.n { "Recomm. air, % h" }
        } }
    };
    let is_hall = |name: &str| name.contains('/');
    let used = |of: &BTreeMap<String, f64>| of.get("facility_kwh").copied().unwrap_or(0.0) > 0.0;
    let dark = run
        .halls
        .iter()
        .filter(|(name, of)| !is_hall(name) && name != "site" && !used(of))
        .count();
    html! {
        h3 { "By building" }
        div.scroll { table.places {
            (head)
            tbody {
                @for (name, of) in run.halls.iter().filter(|(name, of)| !is_hall(name) && used(of)) {
                    (row(if name == "site" { "All" } else { name }, of, name == "site"))
                }
            }
        } }
        @if dark > 0 { p.note { (dark) " buildings are not live in this scenario." } }
        p.note { "Cooling and losses are shares of the energy that came in. Hours are shares of unit-hours by mode, and of hall-hours in which the average rack breathes air within ASHRAE's recommended envelope. A PUE below 1 is that of batteries that carried the load." }
        div.small {
            h3 { "By hall" }
            div.scroll { table.places { (head) tbody { @for (name, of) in run.halls.iter().filter(|(name, of)| is_hall(name) && used(of)) { (row(name, of, false)) } } } }
        }
    }
}

/// Rows of a hall that went dark by one first cause.
struct Dark {
    hall: String,
    rows: Vec<String>,
    racks: u32,
    from_s: f64,
    /// When the last came back; none while any is dark.
    until_s: Option<f64>,
    why: String,
}

/// Dark rows by hall and first cause, in order of time.
fn dark_halls(run: &Folder) -> Vec<Dark> {
    let mut by: BTreeMap<(&str, Option<usize>), Vec<&crate::folder::Outage>> = BTreeMap::new();
    for outage in &run.outages {
        let incident = outage.incident.filter(|n| *n < run.incidents.len());
        let first = incident.and_then(|n| crate::causes::chain(run, n).last().copied());
        by.entry((hall_of(&outage.row), first)).or_default().push(outage);
    }
    let mut out: Vec<Dark> = by
        .into_iter()
        .map(|((hall, _), outages)| {
            let name = |row: &str| row.rsplit('/').next().unwrap_or(row).to_owned();
            let mut rows: Vec<String> = outages.iter().map(|outage| name(&outage.row)).collect();
            rows.sort();
            rows.dedup();
            let until = outages
                .iter()
                .map(|outage| outage.until_s)
                .collect::<Option<Vec<f64>>>();
            let why = outages[0].incident.filter(|n| *n < run.incidents.len()).map(|n| {
                let chain = crate::causes::chain(run, n);
                let words: Vec<&str> = chain.iter().map(|n| run.incidents[*n].what.as_str()).collect();
                words.join(", since ")
            });
            Dark {
                hall: hall.to_owned(),
                rows,
                racks: outages.iter().map(|outage| outage.racks).sum(),
                from_s: outages.iter().map(|outage| outage.from_s).fold(f64::INFINITY, f64::min),
                until_s: until.map(|until| until.into_iter().fold(0.0, f64::max)),
                why: why.unwrap_or_default(),
            }
        })
        .collect();
    out.sort_by(|a, b| a.from_s.total_cmp(&b.from_s).then(a.hall.cmp(&b.hall)));
    out
}

fn alarms(run: &Folder) -> Markup {
    if run.incidents.is_empty() {
        return html! { p { "Nothing: no equipment failed, no chip throttled, no rack lost power." } };
    }
    let stories = stories(run);
    html! {
        p {
            (short(run.incidents.len() as f64)) " incidents, told by their " (stories.len())
            " first causes, those that cost most first. Shaded lines are losses: racks dark, halls without fans, chips throttled or tripped."
        }
        @for story in stories.iter().take(STORIES) {
            @let first = &run.incidents[story.first];
            @let lines = groups(run, &story.members);
            @let cost = story.cost.words(run.inputs.usd_per_chip_hour);
            h3 { (clock(first.time_s)) " – " (first.what) }
            p.note {
                @if story.members.len() > 1 { "Led to " (story.members.len() - 1) " more. " }
                @if cost.is_empty() { "Nothing that is metered was lost." } @else { "Cost: " (cost) "." }
            }
            @if story.members.len() > 1 {
                table {
                    thead { tr { th.t { "Since start" } th.n { "#" } th.what { "What" } th { "Why" } } }
                    tbody {
                        // Losses are told even where the list is long.
                        @let few = lines.iter().enumerate().filter(|(k, line)| *k < LINES || is_loss(&run.incidents[line.members[0]].kind)).take(2 * LINES);
                        @for (_, line) in few {
                            @let n = line.members[0];
                            tr class=[is_loss(&run.incidents[n].kind).then_some("loss")] {
                                td.t { (clock(run.incidents[n].time_s)) }
                                td.n { (n) }
                                td { (line.words(run)) }
                                td.chain { @if n == story.first { "first cause" } @else { (since(run, n)) } }
                            }
                        }
                    }
                }
                @if lines.len() > LINES { p.note { (lines.len()) " lines in all; the rest is in incidents.csv, and " code { "rainier explain" } " tells any of them." } }
            }
        }
        @if stories.len() > STORIES { p.note { "And " (stories.len() - STORIES) " further first causes, all in incidents.csv." } }
        @if !run.outages.is_empty() {
            h3 { "Rows that went dark" }
            table {
                thead { tr { th { "Hall" } th { "Rows" } th.n { "Racks" } th.t { "From" } th.t { "Until" } th { "Why" } } }
                tbody {
                    @for dark in dark_halls(run).iter().take(DARK_HALLS) {
                        tr {
                            td.t { (dark.hall) } td { (dark.rows.join(" ")) } td.n { (dark.racks) } td.t { (clock(dark.from_s)) }
                            td.t { @match dark.until_s { Some(until) => { (clock(until)) } None => { "the end" } } }
                            td.chain { (dark.why) }
                        }
                    }
                }
            }
            @if dark_halls(run).len() > DARK_HALLS { p.note { "And more halls; all rows are in outages.csv." } }
        }
    }
}

fn jobs(run: &Folder) -> Markup {
    let Some(of) = run.summary.get("jobs").filter(|jobs| jobs.is_object()) else {
        return html! {};
    };
    let f = |pointer: &str| of.pointer(pointer).and_then(serde_json::Value::as_f64).unwrap_or(0.0);
    let times = run.series.get("time_s");
    let marks = time_marks(run);
    let column = |name: &str, scale: f64| -> Vec<f64> { run.series.get(name).iter().map(|v| v * scale).collect() };
    let chart = |title, unit, lines, from_zero| Chart {
        title,
        unit,
        times,
        lines,
        stacked: false,
        wide: false,
        from_zero,
        marks: marks.clone(),
    };
    let line = |name, values, k: usize| Line {
        name,
        values,
        colour: COLOURS[k],
    };
    let mut largest: Vec<_> = run.jobs.iter().collect();
    largest.sort_by(|a, b| {
        (b.end_s - b.start_s)
            .max(0.0)
            .total_cmp(&(a.end_s - a.start_s).max(0.0))
            .then(b.chips.cmp(&a.chips))
    });
    largest.sort_by_key(|job| std::cmp::Reverse(job.chips));
    let blamed = blamed(run);
    html! {
        section.page {
            h2 { "Jobs" }
            p {
                "Workload " b { (of["workload"].as_str().unwrap_or("")) } ": " (short(f("/totals/asked"))) " jobs asked for, " (short(f("/totals/started"))) " started, "
                (short(f("/totals/done"))) " done; " (short(f("/totals/interruptions"))) " interruptions; goodput of training " (format!("{:.1}", f("/goodput") * 100.0))
                " %, load of services served " (format!("{:.2}", f("/served_share") * 100.0)) " %, mean wait " (clock(f("/wait_mean_s"))) "."
            }
            div.charts {
                (chart("Chips that jobs hold", "chips", vec![line("held", column("held_chips", 1.0), 0)], true).draw(""))
                (chart("Jobs", "jobs", vec![line("running", column("running_jobs", 1.0), 2), line("waiting", column("waiting_jobs", 1.0), 7)], true).draw(""))
                (chart("Pace of training", "%", vec![line("pace", column("training_pace", 100.0), 0)], false).draw("mean over its chips, of full speed"))
                @if run.series.get("unserved_load_chips").iter().any(|v| *v > 0.0) {
                    (chart("Load of services that is not served", "chips", vec![line("unserved", column("unserved_load_chips", 1.0), 7)], true).draw(""))
                }
            }
            @if !largest.is_empty() {
                h3 { "Largest jobs" }
                table {
                    thead { tr { th { "Job" } th { "Kind" } th.n { "Chips" } th.n { "Started" } th.n { "Ended" } th { "How" } th.n { "Goodput" } th.n { "Stops" } th.n { "Lost" } th.n { "MWh" } } }
                    tbody { @for job in largest.iter().take(12) {
                        tr {
                            td { (job.name) } td { (job.kind) } td.n { (job.chips) } td.n { (clock(job.start_s)) } td.n { (clock(job.end_s)) } td { (job.ending) }
                            td.n { @if job.goodput.is_finite() { (format!("{:.1} %", job.goodput * 100.0)) } @else { "–" } }
                            td.n { (job.interruptions) } td.n { (clock(job.lost_s)) } td.n { (short(job.energy_kwh / 1e3)) }
                        }
                    } }
                }
            }
            @if !run.stops.is_empty() {
                h3 { "Stops of jobs" }
                ul.chain { @for (stop, by) in run.stops.iter().zip(&blamed).take(24) { li { (stop_words(run, stop, *by).trim()) } } }
                @if run.stops.len() > 24 { p.note { "And " (run.stops.len() - 24) " more, all in interruptions.csv." } }
            }
        }
    }
}

/// The built-in plan of the site, if it has one.
fn growth_of(run: &Folder) -> Markup {
    let Some(plan) = plan_of(&run.inputs.site_file).and_then(|name| growth::load(&Disk, &name, None).ok()) else {
        return html! {};
    };
    let course = Course::of(&plan);
    let outlook = growth::draws(&plan, 1, DRAWS);
    let (known, target) = (plan.known_until(), plan.file.target_chips.value);
    let day = |date: Date| -> f64 {
        let days = date.since((jiff::Unit::Day, Date::constant(2000, 1, 1)));
        days.map_or(0.0, |span| f64::from(span.get_days()))
    };
    let (mut xs, mut planned, mut odds, mut marks, mut binding) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut complete_for = 0;
    for (month, of) in course.months().zip(&outlook.months) {
        let x = day(month.on);
        xs.push(x);
        planned.push(month.runs.chips / 1e3);
        odds.push((month.on >= known).then_some(of.chips.map(|chips| chips / 1e3)));
        if month.on.month() == 1 || (month.on.month() == 7) {
            let words = if month.on.month() == 1 { "%Y" } else { "%b" };
            marks.push((x, month.on.strftime(words).to_string()));
        }
        let limit = month.binding.map_or("complete", growth::Limit::as_str);
        if binding.last().is_none_or(|(_, last)| *last != limit) {
            binding.push((month.on, limit));
        }
        complete_for = if month.binding.is_none() && of.chips[0] >= 0.999 * month.runs.chips {
            complete_for + 1
        } else {
            0
        };
        if complete_for >= 3 {
            break;
        }
    }
    let recorded = growth::compare(&plan, &course);
    let recorded: Vec<(f64, f64)> = recorded
        .iter()
        .filter(|line| matches!(line.recorded.measure, growth::files::Measure::Chips))
        .map(|line| (day(line.recorded.on.0), line.recorded.value.value / 1e3))
        .filter(|(x, _)| xs.first().is_some_and(|first| x >= first) && xs.last().is_some_and(|last| x <= last))
        .collect();
    let chart = Growth {
        title: "Chips that can run",
        unit: "thousands",
        xs,
        planned,
        odds,
        recorded,
        marks,
    };
    let when = |date: Option<Date>| date.map_or_else(|| format!("after {}", plan.file.ends.0), |date| date.to_string());
    html! {
        section {
            h2 { "Growth" }
            p {
                "By the plan " b { (plan.file.name) } ", " (short(target)) " chips run on " (when(course.reaches(target)))
                " were everything on time; of " (outlook.draws) " draws of what may be late, a tenth by " (when(outlook.target.p10)) ", half by " (when(outlook.target.p50))
                ", nine tenths by " (when(outlook.target.p90)) "."
            }
            (chart.draw(&format!("up to {known} all has happened as it is written")))
            p.note {
                "What bounds it, as planned: "
                @for (k, (on, limit)) in binding.iter().take(16).enumerate() { @if k > 0 { ", " } (limit) " from " (on.strftime("%b %Y").to_string()) }
                ". The plan is the program's own, not an input of this run; " code { "rainier grow" } " tells it in full."
            }
        }
    }
}

const TAGS: [&str; 4] = ["C", "C2", "B", "E"];

fn grounds(run: &Folder) -> Markup {
    let count = |tag: &str, ranged: bool| {
        let of = run
            .inputs
            .assumptions
            .iter()
            .filter(|a| a.tag == tag && (!ranged || a.range.is_some()));
        of.count()
    };
    html! {
        p { (run.inputs.assumptions.len()) " figures describe the site, its parts, weather and prices. Each has a tag for how sure it is, and a source; all are listed at the end." }
        table {
            thead { tr { th { "Tag" } th { "Meaning" } th.n { "Figures" } th.n { "With a range" } } }
            tbody { @for tag in TAGS { tr { td { (tag) } td { (meaning(tag)) } td.n { (count(tag, false)) } td.n { (count(tag, true)) } } } }
        }
        p.note { code { "rainier bands" } " says how far results may be off for these ranges, and which figures matter most." }
    }
}

fn assumptions(run: &Folder) -> Markup {
    let range = |a: &Assumed| {
        a.range
            .map_or_else(String::new, |[low, high]| format!("{low} to {high}"))
    };
    html! {
        p.note { "Grouped by tag; figures with a range come first in each group. Sources by key follow." }
        @for tag in TAGS.into_iter().rev() {
            @let of = || run.inputs.assumptions.iter().filter(move |a| a.tag == tag);
            @if of().next().is_some() {
                h3 { (tag) ": " (meaning(tag)) }
                table {
                    thead { tr { th.fig { "Figure" } th.n { "Value" } th.t { "Range" } th { "Source" } } }
                    tbody {
                        @for ranged in [true, false] {
                            @for a in of().filter(|a| a.range.is_some() == ranged) {
                                tr {
                                    td { (a.path) " " span.note { (a.file.trim_start_matches("builtin:")) } }
                                    td.n { (a.value) }
                                    td.t { @if ranged { b { (range(a)) } } }
                                    td { (a.source.trim_start_matches(['=', ' '])) }
                                }
                            }
                        }
                    }
                }
            }
        }
        h3 { "Sources" }
        table { thead { tr { th { "File" } th { "Key" } th { "What" } } } tbody { @for of in &run.inputs.sources { tr { td { (of.file.trim_start_matches("builtin:")) } td { (of.key) } td { (of.what) } } } } }
    }
}

fn again(run: &Folder) -> Markup {
    let inputs = &run.inputs;
    html! {
        pre { (inputs.command) }
        table {
            tbody {
                tr { td { "Program" } td { "rainier " (inputs.version) } }
                tr { td { "Scenario" } td { (inputs.file) } }
                tr { td { "Site" } td { (inputs.site_file) } }
                tr { td { "Seed" } td { (inputs.seed) } }
                tr { td { "Tick and duration" } td { (inputs.tick_s) " s, " (inputs.duration_s) " s" } }
                tr { td { "Energy ledger" } td { "worst relative gap of any tick " (format!("{:.1e}", run.figure("/worst_imbalance"))) } }
                tr { td { "Digest" } td { code.hash { (inputs.digest) } } }
            }
        }
        @if !inputs.changes.is_empty() {
            h3 { "Changes" }
            pre { @for change in &inputs.changes { (change) "\n" } }
        }
        h3 { "Files" }
        table {
            thead { tr { th { "Role" } th { "File" } th.n { "Bytes" } th { "SHA-256" } } }
            tbody { @for file in &inputs.files {
                tr { td { (file.role) } td { (file.name) @if file.changed.is_some() { " (changed as above)" } } td.n { (file.bytes) } td { code.hash { (file.sha256) } } }
            } }
        }
        p.note { "The same program with the same files gives the same digest on any machine. Texts of all files are in inputs.json beside this page." }
    }
}
