//! `rainier describe`: the site as a tree, or one place with its numbers.

use comfy_table::{ContentArrangement, Table, presets};
use rainier::site::campus::Found;
use rainier::site::load::load_site;
use rainier::site::{Address, Campus};

use crate::Failure;
use crate::args::Describe;
use rainier::host::Disk;

pub(crate) fn describe(args: &Describe) -> Result<(), Failure> {
    let site = load_site(&Disk, &args.site, None).map_err(Failure::Input)?;
    let campus = &site.campus;
    if args.assumptions {
        print_assumptions(campus);
        return Ok(());
    }
    let Some(place) = &args.place else {
        print_site(campus);
        return Ok(());
    };
    let address: Address = place
        .parse()
        .map_err(|error: rainier::site::address::NotAnAddress| Failure::Place(error.to_string()))?;
    let found = campus.find(address).ok_or_else(|| {
        let last = campus.buildings.last().map_or(0, |b| b.number);
        Failure::Place(format!(
            "{address} is not on this site; its buildings are B01 to B{last:02}; `rainier describe` lists them"
        ))
    })?;
    match found {
        Found::Building(b) => print_building(campus, b),
        Found::Hall(h) => print_hall(campus, h, ""),
        Found::Row(r) => print_row(campus, r, ""),
        Found::Rack(k) => print_rack(campus, k),
        Found::Tray { rack, tray } => {
            print_rack(campus, rack);
            let chips = campus.tray_chips(rack, tray);
            let names: Vec<String> = chips.map(|chip| campus.chip_address(chip).to_string()).collect();
            println!("  {} has {}", campus.address(found), names.join(", "));
        }
        Found::Chip { rack, chip } => {
            print_rack(campus, rack);
            println!("  {} is chip {chip} of the campus", campus.chip_address(chip));
        }
    }
    Ok(())
}

fn rating_mw(campus: &Campus, found: Found) -> f64 {
    campus
        .racks_of(found)
        .map(|rack| campus.rack_kind(rack).rack.rating_w.value)
        .sum::<f64>()
        / 1e6
}

fn chips_of(campus: &Campus, found: Found) -> usize {
    campus.chips_of(campus.racks_of(found)).len()
}

fn print_site(campus: &Campus) {
    println!("{}", campus.name);
    println!("  {}", campus.about);
    let location = &campus.location;
    println!(
        "  {:.4} N, {:.4} E, {:.0} m above sea level, {:.0} acres",
        location.latitude_deg.value,
        location.longitude_deg.value,
        location.elevation_m.value,
        location.area_acres.value
    );
    println!(
        "  {} buildings, {} halls, {} rows, {} racks, {} chips, {} cooling units, {} gensets, {} power nodes",
        campus.buildings.len(),
        campus.halls.len(),
        campus.rows.len(),
        campus.racks(),
        campus.chips(),
        campus.units(),
        campus.buildings.iter().map(|b| b.gensets).sum::<u32>(),
        campus.power.nodes.len()
    );
    for (s, substation) in campus.substations.iter().enumerate() {
        println!("├─ {} substation", substation.name);
        for (b, building) in campus
            .buildings
            .iter()
            .enumerate()
            .filter(|(_, building)| building.substation == s)
        {
            let found = Found::Building(b);
            println!(
                "│  ├─ B{:02}  phase {}  {} halls  {} racks  {} chips  racks rated {:.1} MW  {} gensets of {:.2} MW",
                building.number,
                building.phase,
                building.halls.len(),
                campus.racks_of(found).len(),
                chips_of(campus, found),
                rating_mw(campus, found),
                building.gensets,
                building.genset.rating_w.value / 1e6
            );
        }
    }
    println!(
        "Go deeper: rainier describe B{:02}/H1/R01/K01",
        campus.buildings.first().map_or(1, |b| b.number)
    );
}

fn print_building(campus: &Campus, b: usize) {
    let building = &campus.buildings[b];
    println!(
        "B{:02}  phase {}, fed by {}, {:.0} x {:.0} m, {} gensets of {:.2} MW",
        building.number,
        building.phase,
        campus.substations[building.substation].name,
        building.rect.size_m[0],
        building.rect.size_m[1],
        building.gensets,
        building.genset.rating_w.value / 1e6
    );
    for h in building.halls.clone() {
        print_hall(campus, h, "├─ ");
    }
}

fn print_hall(campus: &Campus, h: usize, indent: &str) {
    let hall = &campus.halls[h];
    let found = Found::Hall(h);
    let unit = &campus.cooling_kinds[hall.cooling_kind];
    println!(
        "{indent}B{:02}/H{}  {} rows  {} racks  {} chips  racks rated {:.2} MW  {} {} units of {:.0} kg/s",
        campus.buildings[hall.building].number,
        hall.number,
        hall.rows.len(),
        hall.racks.len(),
        chips_of(campus, found),
        rating_mw(campus, found),
        hall.units.len(),
        unit.name,
        unit.airflow_kg_s.value
    );
    if indent.is_empty() {
        for r in hall.rows.clone() {
            print_row(campus, r, "├─ ");
        }
    }
}

fn print_row(campus: &Campus, r: usize, indent: &str) {
    let row = &campus.rows[r];
    let kind = &campus.rack_kinds[row.kind];
    let cords: Vec<String> = campus.power.cords[r]
        .iter()
        .map(|n| {
            let node = &campus.power.nodes[*n as usize];
            format!("{} of {:.2} MVA", node.name, node.rating_va() / 1e6)
        })
        .collect();
    println!(
        "{indent}{}  {} racks of {} ({} x {}), rated {:.1} kW each, busways {}",
        campus.address(Found::Row(r)),
        row.racks.len(),
        kind.rack.name,
        kind.chips,
        kind.chip.name,
        kind.rack.rating_w.value / 1e3,
        cords.join(" and ")
    );
}

fn print_rack(campus: &Campus, rack: usize) {
    let kind = campus.rack_kind(rack);
    let at = campus.rack_at_m(rack);
    println!(
        "{}  {}  {} servers x {} trays x {} chips = {} {}",
        campus.rack_address(rack),
        kind.rack.name,
        kind.rack.servers,
        kind.server.trays,
        kind.server.chips_per_tray,
        kind.chips,
        kind.chip.name
    );
    println!("  at {:.1} m east, {:.1} m north of the site centre", at[0], at[1]);
    let figures = [
        ("rack rating", &kind.rack.rating_w, "W"),
        ("chip design power", &kind.chip.tdp_w, "W"),
        ("chip BF16", &kind.chip.bf16_tflops, "TFLOP/s"),
        ("chip memory", &kind.chip.hbm_gib, "GiB"),
        ("chip throttles at", &kind.chip.throttle_c, "°C"),
    ];
    for (name, figure, unit) in figures {
        println!(
            "  {name:<20} {:>9} {unit:<8} [{:?}: {}; {}]",
            figure.value,
            figure.tag,
            figure.tag.meaning(),
            figure.source
        );
    }
}

fn print_assumptions(campus: &Campus) {
    let mut table = Table::new();
    table
        .load_preset(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(["file", "field", "value", "range", "tag", "source"]);
    for (file, assumption) in &campus.assumptions {
        let figure = &assumption.figure;
        table.add_row([
            file.clone(),
            assumption.path.clone(),
            figure.value.to_string(),
            figure
                .range
                .map_or_else(String::new, |[low, high]| format!("{low} to {high}")),
            format!("{:?}", figure.tag),
            figure.source.clone(),
        ]);
    }
    println!("{table}");
    println!("Sources:");
    for (key, what) in &campus.sources {
        println!("  {key:<4} {what}");
    }
}
