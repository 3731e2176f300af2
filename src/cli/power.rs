//! `rainier power`: where there is headroom, what is stranded, and what every single failure leads to.

use std::time::Instant;

use comfy_table::{CellAlignment, Table, presets};
use rainier::host::Disk;
use rainier::scenario;
use rainier::sim::power::answers::{Failure, SingleFailures, headroom, single_failures};
use rainier::sim::power::grid::Grid;
use rainier::sim::power::of_kind;
use rainier::sim::{PowerColumns, Twin};
use rainier::site::Campus;
use rainier::site::campus::PowerKind;
use serde_json::json;

use crate::Failure as Failed;
use crate::args::Power;
use crate::run::threads;

/// Most single failures that the terminal shows.
const SHOWN: usize = 40;

pub(crate) fn power(args: &Power) -> Result<(), Failed> {
    let loaded = scenario::load(&Disk, &args.scenario, args.instead.of()).map_err(Failed::Input)?;
    let at_s = args.at.unwrap_or(3_600.0);
    let mut twin = Twin::new(loaded, threads(args.threads));
    while twin.world().resource::<rainier::sim::clock::Clock>().time_s < at_s && !twin.done() {
        twin.tick();
    }
    let campus = twin.world().resource::<rainier::sim::twin::Plan>().0.clone();
    let node = match &args.node {
        Some(name) => Some(
            campus
                .power
                .nodes
                .iter()
                .position(|node| node.name == *name)
                .ok_or_else(|| {
                    Failed::Place(format!(
                        "{name} is no power node of this site; such as {}",
                        examples(&campus)
                    ))
                })?,
        ),
        None => None,
    };
    let started = Instant::now();
    let failures = single_failures(twin.world());
    let took_s = started.elapsed().as_secs_f64();
    if args.json {
        println!("{}", as_json(&campus, &twin, &failures));
        return Ok(());
    }
    let label = twin.world().resource::<rainier::sim::clock::Clock>().label();
    println!("{}, {label}", campus.name);
    match node {
        Some(node) => print_node(&campus, &twin, &failures, node),
        None => print_kinds(&campus, &twin, &failures),
    }
    if args.n_1 {
        print_failures(&campus, &failures, node);
    }
    println!("{} single failures in {took_s:.2} s", failures.failures.len());
    Ok(())
}

fn examples(campus: &Campus) -> String {
    let kinds = [
        PowerKind::MainTransformer,
        PowerKind::Lineup,
        PowerKind::UnitTransformer,
        PowerKind::Busway,
    ];
    let names: Vec<&str> = kinds
        .into_iter()
        .filter_map(|kind| of_kind(campus, kind).next())
        .map(|n| campus.power.nodes[n].name.as_str())
        .collect();
    names.join(", ")
}

fn print_kinds(campus: &Campus, twin: &Twin, failures: &SingleFailures) {
    let power = twin.world().resource::<PowerColumns>();
    let grid = twin.world().resource::<Grid>();
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    table.set_header([
        "",
        "with voltage",
        "rating MVA",
        "load MW",
        "loss MW",
        "lowest pu",
        "highest load",
        "at",
        "under one failure",
        "at",
        "when fails",
    ]);
    for kind in [
        PowerKind::Utility,
        PowerKind::MainTransformer,
        PowerKind::RingMain,
        PowerKind::Lineup,
        PowerKind::UnitTransformer,
        PowerKind::Switchboard,
        PowerKind::Busway,
    ] {
        let nodes: Vec<usize> = of_kind(campus, kind).filter(|n| grid.energised[*n]).collect();
        let by = |value: &dyn Fn(usize) -> f64| nodes.iter().copied().max_by(|a, b| value(*a).total_cmp(&value(*b)));
        let (Some(busiest), Some(worst)) = (by(&|n| power.loading[n]), by(&|n| failures.worst[n].0)) else {
            continue;
        };
        let sum = |value: &dyn Fn(usize) -> f64| nodes.iter().map(|n| value(*n)).sum::<f64>() / 1e6;
        let lowest = nodes.iter().map(|n| power.voltage_pu[*n]).fold(f64::INFINITY, f64::min);
        let name = |n: usize| campus.power.nodes[n].name.clone();
        let (loading, by) = failures.worst[worst];
        table.add_row([
            kind.as_str().to_owned(),
            nodes.len().to_string(),
            format!("{:.0}", sum(&|n| campus.power.nodes[n].rating_va())),
            format!("{:.1}", sum(&|n| power.load_w[n])),
            format!("{:.2}", sum(&|n| power.loss_w[n])),
            format!("{lowest:.4}"),
            format!("{:.0} %", power.loading[busiest] * 100.0),
            name(busiest),
            format!("{:.0} %", loading * 100.0),
            name(worst),
            if by == u32::MAX { "-".into() } else { name(by as usize) },
        ]);
    }
    for column in [1, 2, 3, 4, 5, 6, 8] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    println!("{table}");
    let violations = failures.failures.iter().filter(|failure| failure.violates()).count();
    println!(
        "{violations} of {} single failures overload something or leave racks dark",
        failures.failures.len()
    );
}

fn print_node(campus: &Campus, twin: &Twin, failures: &SingleFailures, n: usize) {
    let power = twin.world().resource::<PowerColumns>();
    let grid = twin.world().resource::<Grid>();
    let node = &campus.power.nodes[n];
    let room = headroom(campus, grid, n);
    let names = |list: &[u32]| {
        list.iter()
            .map(|n| campus.power.nodes[*n as usize].name.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    };
    let (worst, by) = failures.worst[n];
    println!("{}  {}, {} kV", node.name, node.kind.as_str(), node.stage.voltage_kv);
    let line = |name: &str, value: String| println!("  {name:<24} {value}");
    line(
        "rating",
        format!(
            "{:.3} MVA, {} of {} units in service",
            node.rating_va() / 1e6,
            grid.units[n],
            node.units
        ),
    );
    line(
        "fed by",
        grid.above(&campus.power, n)
            .map_or("itself".into(), |above| campus.power.nodes[above].name.clone()),
    );
    if node.sources.len() > 1 {
        line("can be fed by", names(&node.sources));
    }
    line(
        "load",
        format!(
            "{:.3} MW, {:.3} Mvar, {:.1} % of rated current",
            power.load_w[n] / 1e6,
            power.load_var[n] / 1e6,
            power.loading[n] * 100.0
        ),
    );
    line("loss", format!("{:.1} kW", power.loss_w[n] / 1e3));
    line("voltage", format!("{:.4} per unit", power.voltage_pu[n]));
    line("headroom", format!("{:.3} MVA", room.own_va / 1e6));
    line("usable of that", format!("{:.3} MVA", room.usable_va / 1e6));
    line("stranded", format!("{:.3} MVA", room.stranded_va() / 1e6));
    let cause = if by == u32::MAX {
        "as it stands".into()
    } else {
        format!("when {} fails", campus.power.nodes[by as usize].name)
    };
    line("under one failure", format!("{:.1} % {cause}", worst * 100.0));
    if power.top_oil_c[n].is_finite() {
        line(
            "top oil, hot spot",
            format!("{:.1} °C, {:.1} °C", power.top_oil_c[n], power.hot_spot_c[n]),
        );
        line("life used", format!("{:.3} h", power.life_h[n]));
    }
    if let Some(failure) = failures.failures.iter().find(|failure| failure.node as usize == n) {
        line("if it fails", describe(campus, failure));
    }
}

/// What a failure leads to, in words.
fn describe(campus: &Campus, failure: &Failure) -> String {
    let mut parts = Vec::new();
    if failure.dark_racks > 0 {
        let then = if failure.gensets_carry {
            "until gensets carry them"
        } else {
            "and gensets cannot carry them all"
        };
        parts.push(format!("{} racks on battery {then}", failure.dark_racks));
    }
    if let Some((worst, loading)) = failure.overloaded.first() {
        let name = &campus.power.nodes[*worst as usize].name;
        parts.push(format!(
            "{} overloaded, {name} at {:.0} %",
            failure.overloaded.len(),
            loading * 100.0
        ));
    }
    if failure.collapse {
        parts.push("voltage collapses".into());
    }
    if parts.is_empty() {
        "nothing is overloaded or dark".into()
    } else {
        parts.join("; ")
    }
}

fn print_failures(campus: &Campus, failures: &SingleFailures, node: Option<usize>) {
    let touches = |failure: &&Failure| {
        node.is_none_or(|n| failure.node as usize == n || failure.overloaded.iter().any(|(o, _)| *o as usize == n))
    };
    let list: Vec<&Failure> = failures
        .failures
        .iter()
        .filter(|failure| failure.violates())
        .filter(touches)
        .collect();
    for failure in list.iter().take(SHOWN) {
        println!(
            "  {:<16} {}",
            campus.power.nodes[failure.node as usize].name,
            describe(campus, failure)
        );
    }
    if list.len() > SHOWN {
        println!("  … {} more; all are in --json", list.len() - SHOWN);
    }
}

fn as_json(campus: &Campus, twin: &Twin, failures: &SingleFailures) -> String {
    let power = twin.world().resource::<PowerColumns>();
    let grid = twin.world().resource::<Grid>();
    let name = |n: u32| campus.power.nodes.get(n as usize).map(|node| node.name.as_str());
    let nodes: Vec<_> = campus
        .power
        .nodes
        .iter()
        .enumerate()
        .map(|(n, node)| {
            let room = headroom(campus, grid, n);
            json!({
                "name": node.name, "kind": node.kind.as_str(), "rating_va": node.rating_va(),
                "energised": grid.energised[n], "load_w": power.load_w[n], "load_var": power.load_var[n],
                "loss_w": power.loss_w[n], "voltage_pu": power.voltage_pu[n], "loading": power.loading[n],
                "headroom_va": room.own_va, "usable_va": room.usable_va, "stranded_va": room.stranded_va(),
                "worst_loading": failures.worst[n].0, "worst_failure": name(failures.worst[n].1),
            })
        })
        .collect();
    let failures: Vec<_> = failures
        .failures
        .iter()
        .map(|failure| {
            let overloaded: Vec<_> = failure
                .overloaded
                .iter()
                .map(|(n, loading)| json!([name(*n), loading]))
                .collect();
            json!({
                "fails": name(failure.node), "overloaded": overloaded, "dark_racks": failure.dark_racks,
                "gensets_carry": failure.gensets_carry, "lowest_pu": failure.lowest_pu, "collapse": failure.collapse,
            })
        })
        .collect();
    json!({ "nodes": nodes, "single_failures": failures }).to_string()
}
