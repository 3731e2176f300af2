//! `rainier cost`: what a site costs to build and to run, in money and carbon.

use comfy_table::{CellAlignment, Table, presets};
use rainier::economics::Band;
use rainier::host::Disk;
use rainier::results::money::{ENDS, Money};
use rainier::scenario;
use rainier::sim::Twin;
use rainier::sim::meters::LEDGER_TOLERANCE;

use crate::Failure;
use crate::args::Cost;
use crate::run::{leave_live, threads};

pub(crate) fn cost(args: &Cost) -> Result<(), Failure> {
    let mut loaded = scenario::load(&Disk, &args.scenario, args.instead.of()).map_err(Failure::Input)?;
    if let Some(duration_s) = args.duration {
        loaded.scenario.duration_s = duration_s.max(loaded.scenario.tick_s);
    }
    leave_live(&mut loaded, args.only.as_deref())?;
    let (name, capital) = (loaded.scenario.name.clone(), loaded.site.capital.clone());
    let mut twin = Twin::new(loaded, threads(args.threads));
    while !twin.done() {
        twin.tick();
    }
    let money = Money::of(twin.world(), &capital, &name, args.years);
    if args.json {
        let text = serde_json::to_string_pretty(&money).map_err(|error| Failure::Output(error.to_string()))?;
        println!("{text}");
    } else {
        print(&money);
    }
    let gap = twin.meters().total.worst_imbalance;
    if gap > LEDGER_TOLERANCE {
        Err(Failure::Ledger(gap))
    } else {
        Ok(())
    }
}

/// A number with as many digits as matter.
pub(crate) fn digits(x: f64) -> String {
    match x.abs() {
        a if a >= 100.0 => format!("{x:.0}"),
        a if a >= 10.0 => format!("{x:.1}"),
        a if a >= 1.0 => format!("{x:.2}"),
        _ => format!("{x:.3}"),
    }
}

/// A table of bands with a unit each.
struct Bands(Table);

impl Bands {
    fn new(title: &str) -> Self {
        let mut table = Table::new();
        table.load_preset(presets::NOTHING);
        table.set_header([title, "value", "low", "high", "unit"]);
        for column in 1..=3 {
            if let Some(column) = table.column_mut(column) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        Self(table)
    }

    fn row(&mut self, name: &str, band: Band, scale: f64, unit: &str) {
        let [value, low, high] = [band.value, band.low, band.high].map(|x| digits(x / scale));
        self.0.add_row([name.to_owned(), value, low, high, unit.to_owned()]);
    }
}

fn print(money: &Money) {
    println!(
        "{}: {}, {:.1} days scaled to a year, {} chips, IT {:.1} MW at full load, {:.1} MW drawn, {:.1} MW in all",
        money.site,
        money.scenario,
        money.days,
        money.chips,
        money.it_nameplate_w / 1e6,
        money.mean_w[0] / 1e6,
        money.mean_w[1] / 1e6
    );
    let mut table = Bands::new("capital");
    for row in &money.capital {
        let name = format!("phase {}: {}", row.phase.unwrap_or_default(), row.part);
        table.row(&name, row.usd, 1e6, "M$");
    }
    table.row("all", money.capital_usd, 1e6, "M$");
    println!("{}\n", table.0);

    let mut table = Bands::new("a year");
    for row in &money.operating {
        table.row(&row.part, row.usd, 1e6, "M$");
    }
    table.row("operating", money.operating_usd_per_year, 1e6, "M$");
    table.row("capital as annuities", money.annuity_usd_per_year, 1e6, "M$");
    table.row("all", money.usd_per_year, 1e6, "M$");
    let name = format!("net present cost of {} years", money.years);
    table.row(&name, money.net_present_usd, 1e6, "M$");
    println!("{}\n", table.0);

    let mut table = Bands::new("for");
    table.row("a chip-hour", money.usd_per_chip_hour, 1.0, "$");
    table.row("a delivered chip-hour", money.usd_per_delivered_chip_hour, 1.0, "$");
    table.row("10^25 FLOP (BF16)", money.usd_per_run, 1e6, "M$");
    if let Some(training) = &money.training {
        table.row("10^25 FLOP as jobs kept them", training.usd_per_run, 1e6, "M$");
    }
    table.row("a kWh from the grid", money.usd_per_kwh, 0.01, "c");
    table.row("delivered BF16", money.bf16_flops, 1e18, "EFLOP/s");
    println!("{}\n", table.0);

    let mut table = Bands::new("carbon");
    let names = [
        "operation, average",
        "operation, marginal",
        "operation, long-run marginal",
    ];
    for (name, band) in names.iter().zip(money.carbon_t_per_year) {
        table.row(name, band, 1e3, "kt a year");
    }
    table.row("embodied in racks", money.embodied_t[0], 1e3, "kt");
    table.row("embodied in buildings", money.embodied_t[1], 1e3, "kt");
    table.row(
        "embodied, over their lives",
        money.embodied_t_per_year,
        1e3,
        "kt a year",
    );
    table.row(
        "a chip-hour, average and embodied",
        money.carbon_kg_per_chip_hour,
        1.0,
        "kg",
    );
    table.row("10^25 FLOP, average and embodied", money.carbon_t_per_run, 1.0, "t");
    if let Some(training) = &money.training {
        table.row("the same as jobs kept them", training.carbon_t_per_run, 1.0, "t");
    }
    println!("{}\n", table.0);
    let [site, grid] = money.water_m3_per_year;
    println!(
        "water {:.0} thousand m³ a year on site; {:.0} for the grid's generation, elsewhere",
        site / 1e3,
        grid / 1e3
    );

    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    table.set_header(["beside", "found", "low", "high", "published", "source"]);
    for line in &money.published {
        let (scale, unit) = match line.what.as_str() {
            "usd_per_facility_gw" => (1e9, "B$/GW"),
            "usd_per_it_mw_year" => (1e6, "M$/MW a year"),
            _ => (0.01, "c/kWh"),
        };
        let [found, low, high, published] =
            [line.found.value, line.found.low, line.found.high, line.published].map(|x| digits(x / scale));
        table.add_row([
            line.what.clone(),
            found,
            low,
            high,
            format!("{published} {unit}"),
            format!("[{}] {}", line.tag, line.source),
        ]);
    }
    println!("{table}");
    println!("{ENDS}");
    for rack in &money.unpriced {
        eprintln!("warning: {rack} has no price or carbon in the catalog and counts as nothing");
    }
}
