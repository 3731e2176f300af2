//! The numbers of the selected place.

use bevy_egui::egui;
use egui::RichText;
use rainier::overlay::{feed, room};
use rainier::sim::power::incidents::clock;
use rainier::site::campus::Found;

use super::State;
use super::format::{grouped, said, watts};
use super::jobs::{self, JobView};
use super::pieces::{heading, part, row, swatch};
use super::theme::{ACCENT, MODES, QUIET};
use crate::navigation::Orbit;
use crate::selection::{Selection, name};

pub(crate) fn place_panel(
    ui: &mut egui::Ui,
    state: &State,
    selection: &mut Selection,
    orbit: &mut Orbit,
    job_view: &mut JobView,
) {
    match selection.0 {
        None => site_numbers(ui, state, selection, orbit),
        Some(Found::Building(b)) => building_numbers(ui, state, b, selection, orbit),
        Some(Found::Hall(h)) => hall_numbers(ui, state, h),
        Some(Found::Row(r)) => row_numbers(ui, state, r),
        Some(Found::Rack(rack)) => {
            rack_numbers(ui, state, rack);
            job_of_rack(ui, state, rack, orbit, job_view);
        }
        Some(Found::Tray { rack, tray }) => {
            tray_numbers(ui, state, rack, tray, selection, orbit);
            ui.separator();
            rack_numbers(ui, state, rack);
            job_of_rack(ui, state, rack, orbit, job_view);
        }
        Some(Found::Chip { rack, chip }) => {
            chip_numbers(ui, state, rack, chip);
            ui.separator();
            rack_numbers(ui, state, rack);
            job_of_rack(ui, state, rack, orbit, job_view);
        }
    }
    if let Some(found) = selection.0 {
        ui.add_space(8.0);
        if ui.button("Go there").clicked() {
            orbit.fly_to = Some(found);
        }
    }
}

pub(crate) fn site_numbers(ui: &mut egui::Ui, state: &State, selection: &mut Selection, orbit: &mut Orbit) {
    let campus = &*state.plan.0;
    let (now, total) = (&state.meters.now, &state.meters.total);
    heading(ui, "Site".into(), &campus.about);
    row(ui, "Live chips", grouped(f64::from(now.live_chips)));
    row(ui, "Buildings", campus.buildings.len().to_string());
    row(ui, "Racks", grouped(campus.racks() as f64));
    row(ui, "Cooling", format!("{:.1} MW", now.cooling_w / 1e6));
    row(ui, "Power path losses", format!("{:.1} MW", now.loss_w / 1e6));
    // The first demand interval has to pass before there is a peak.
    let peak = match total.peak_demand_w {
        0.0 => "not yet metered".to_owned(),
        peak_w => format!("{:.1} MW", peak_w / 1e6),
    };
    row(ui, "Peak demand", peak);
    row(ui, "Water", format!("{} m³", grouped(total.water_m3)));
    row(ui, "CO₂", format!("{} t", grouped(total.carbon_t)));
    row(ui, "Cost", format!("${}", grouped(total.cost_usd)));
    row(ui, "Energy ledger gap", format!("{:.0e}", total.worst_imbalance));
    let incidents = &state.incidents.list;
    if !incidents.is_empty() {
        ui.add_space(8.0);
        ui.label(RichText::new("What happened").color(ACCENT));
        for incident in incidents.iter().rev().take(8) {
            let when = clock(incident.time_s);
            let why = incident.cause.map_or_else(String::new, |cause| {
                let chain: Vec<String> = state
                    .incidents
                    .chain(cause)
                    .iter()
                    .map(|i| i.describe(campus))
                    .collect();
                format!("since {}", chain.join(", since "))
            });
            ui.label(RichText::new(format!("{when}  {}", incident.describe(campus))).size(11.5))
                .on_hover_text(why);
        }
    }
    ui.add_space(6.0);
    if ui.button("Go to the hottest chip").clicked() {
        let found = Found::Chip {
            rack: now.hottest_rack as usize,
            chip: now.hottest_chip as usize,
        };
        selection.0 = Some(found);
        orbit.fly_to = Some(found);
    }
    ui.add_space(10.0);
    ui.label(
        RichText::new("Drag turns, right drag moves, wheel zooms; click a place, click again to go there.")
            .size(11.5)
            .color(QUIET),
    );
}

pub(crate) fn building_numbers(
    ui: &mut egui::Ui,
    state: &State,
    b: usize,
    selection: &mut Selection,
    orbit: &mut Orbit,
) {
    let campus = &*state.plan.0;
    let building = &campus.buildings[b];
    let live = state.halls.live[building.halls.start];
    let about = if live {
        format!("phase {}, live", building.phase)
    } else {
        format!("phase {}, not live in this scenario", building.phase)
    };
    heading(ui, format!("Building B{:02}", building.number), &about);
    let sum = |column: &[f64]| building.halls.clone().map(|h| column[h]).sum::<f64>();
    row(ui, "IT", format!("{:.2} MW", sum(&state.halls.it_w) / 1e6));
    row(ui, "Cooling", format!("{:.2} MW", sum(&state.halls.cooling_w) / 1e6));
    row(ui, "Water", format!("{:.2} L/s", sum(&state.halls.water_l_s)));
    row(ui, "Racks", grouped(campus.racks_of(Found::Building(b)).len() as f64));
    row(
        ui,
        "Gensets",
        format!("{} × {:.2} MW", building.gensets, building.genset.rating_w.value / 1e6),
    );
    row(ui, "Substation", campus.substations[building.substation].name.clone());
    ui.add_space(6.0);
    for h in building.halls.clone() {
        if ui.button(format!("Hall H{}", campus.halls[h].number)).clicked() {
            selection.0 = Some(Found::Hall(h));
            orbit.fly_to = Some(Found::Hall(h));
        }
    }
}

pub(crate) fn hall_numbers(ui: &mut egui::Ui, state: &State, h: usize) {
    let campus = &*state.plan.0;
    let (hall, columns) = (&campus.halls[h], &state.halls);
    heading(
        ui,
        format!("Hall {}", name(campus, Found::Hall(h))),
        &format!("{} racks in {} rows", hall.racks.len(), hall.rows.len()),
    );
    if !columns.live[h] {
        row(ui, "State", "not live in this scenario");
        return;
    }
    row(ui, "IT", format!("{:.2} MW", columns.it_w[h] / 1e6));
    row(ui, "Hottest chip", format!("{:.1} °C", columns.hottest_chip_c[h]));
    row(ui, "Throttled", columns.limited[h].to_string());
    part(ui, "Air");
    row(ui, "Fresh air", said(columns.fresh_share[h] * 100.0, 0, "%"));
    row(ui, "Mixed air", said(columns.mixed_c[h], 1, "°C"));
    row(ui, "Cooled by media", said(columns.media_drop_k[h], 1, "K"));
    row(ui, "Supply air", said(columns.supply_c[h], 1, "°C"));
    row(ui, "Hot aisle", said(columns.hot_aisle_c[h], 1, "°C"));
    row(ui, "Return air", said(columns.return_c[h], 1, "°C"));
    row(ui, "Supply flow", said(columns.supply_air_kg_s[h], 0, "kg/s"));
    row(ui, "Rack flow", said(columns.rack_air_kg_s[h], 0, "kg/s"));
    row(ui, "Bypass", said(columns.bypass_kg_s[h], 0, "kg/s"));
    row(ui, "Recirculation", said(columns.recirculation[h] * 100.0, 1, "%"));
    if columns.coolant_kg_s[h] + columns.facility_kg_s[h] > 0.0 {
        part(ui, "Liquid");
        let loop_of = |supply: &[f64], back: &[f64], flow: &[f64]| {
            format!("{:.1} → {:.1} °C, {:.0} kg/s", supply[h], back[h], flow[h])
        };
        row(
            ui,
            "Coolant",
            loop_of(
                &columns.coolant_supply_c,
                &columns.coolant_return_c,
                &columns.coolant_kg_s,
            ),
        );
        row(
            ui,
            "Facility",
            loop_of(
                &columns.facility_supply_c,
                &columns.facility_return_c,
                &columns.facility_kg_s,
            ),
        );
        row(ui, "Heat to coolant", watts(columns.heat_to_liquid_w[h]));
        row(ui, "Heat to coils", watts(columns.heat_to_coils_w[h]));
        row(ui, "Heat rejected", watts(columns.heat_rejected_w[h]));
        row(ui, "Basin", said(columns.basin_m3[h], 1, "m³"));
    }
    part(ui, "Power for cooling");
    row(ui, "All", watts(columns.cooling_w[h]));
    row(ui, "Fans", watts(columns.fans_w[h]));
    row(ui, "Pumps", watts(columns.pumps_w[h]));
    row(ui, "Rejection fans", watts(columns.rejection_w[h]));
    row(ui, "Chillers", watts(columns.chillers_w[h]));
    part(ui, "Water");
    row(ui, "All", said(columns.water_l_s[h], 2, "L/s"));
    let evaporated = columns.media_evaporated_kg_s[h] + columns.tower_evaporated_kg_s[h];
    row(ui, "Evaporated", said(evaporated, 2, "kg/s"));
    row(ui, "Drift", said(columns.drift_kg_s[h], 3, "kg/s"));
    row(ui, "Blowdown", said(columns.blowdown_kg_s[h], 2, "kg/s"));
    part(ui, "Units");
    let modes = &state.units.mode[hall.units.clone()];
    for mode in MODES {
        let count = modes.iter().filter(|of| **of == mode).count();
        if count > 0 {
            ui.horizontal(|ui| swatch(ui, mode, count));
        }
    }
}

pub(crate) fn row_numbers(ui: &mut egui::Ui, state: &State, r: usize) {
    let campus = &*state.plan.0;
    let plan = &campus.rows[r];
    heading(
        ui,
        format!("Row {}", name(campus, Found::Row(r))),
        &campus.rack_kinds[plan.kind].rack.name,
    );
    let draw: f64 = state.racks.draw_w[plan.racks.clone()].iter().sum();
    row(ui, "Racks", plan.racks.len().to_string());
    row(ui, "Draw", format!("{:.0} kW", draw / 1e3));
    row(ui, "Supply air", said(state.rows.supply_c[r], 1, "°C"));
    row(ui, "Supply flow", said(state.rows.supply_kg_s[r], 1, "kg/s"));
    row(ui, "Rack flow", said(state.rows.rack_kg_s[r], 1, "kg/s"));
    power_to(ui, state, r);
    for node in &campus.power.cords[r] {
        let n = *node as usize;
        let name = campus.power.nodes[n].name.rsplit('/').next().unwrap_or("");
        let on = if state.grid.energised[n] { "" } else { " (dead)" };
        row(
            ui,
            &format!("Busway {name}{on}"),
            format!(
                "{:.0} kW, {:.0} %, {:.3} pu",
                state.power.load_w[n] / 1e3,
                state.power.loading[n] * 100.0,
                state.power.voltage_pu[n]
            ),
        );
    }
}

/// What feeds a row, and how much more could come to it.
fn power_to(ui: &mut egui::Ui, state: &State, r: usize) {
    let campus = &*state.plan.0;
    if !state.halls.live[campus.rows[r].hall] {
        return;
    }
    row(ui, "Fed by", feed(campus, &state.grid, r).as_str());
    let spare = room(campus, &state.grid, r).map_or_else(
        || "none".to_owned(),
        |room| {
            let name = &campus.power.nodes[room.node as usize].name;
            format!("{:.0} % at {name}", room.share * 100.0)
        },
    );
    row(ui, "Spare power", spare);
}

pub(crate) fn rack_numbers(ui: &mut egui::Ui, state: &State, rack: usize) {
    let campus = &*state.plan.0;
    let kind = campus.rack_kind(rack);
    let racks = &state.racks;
    heading(
        ui,
        format!("Rack {}", campus.rack_address(rack)),
        &format!("{}: {} {}", kind.rack.name, kind.chips, kind.chip.name),
    );
    let tag = format!("[{:?}]", kind.rack.rating_w.tag);
    row(
        ui,
        "Draw",
        format!(
            "{:.1} kW of {:.0} {tag}",
            racks.draw_w[rack] / 1e3,
            kind.rack.rating_w.value / 1e3
        ),
    );
    if let Some(battery) = &kind.battery {
        row(
            ui,
            "Battery",
            format!("{:.0} %", racks.battery_j[rack] / battery.energy_j.value * 100.0),
        );
    }
    power_to(ui, state, campus.rack_row[rack] as usize);
    row(ui, "Inlet", format!("{:.1} °C", racks.inlet_c[rack]));
    row(
        ui,
        "Hot-aisle share",
        said(f64::from(racks.hot_share[rack]) * 100.0, 1, "%"),
    );
    row(ui, "Outlet", format!("{:.1} °C", racks.outlet_c[rack]));
    row(ui, "Air", said(f64::from(racks.air_kg_s[rack]), 2, "kg/s"));
    row(ui, "Fans", format!("{:.0} %", racks.fan_speed[rack] * 100.0));
    row(ui, "Utilisation", format!("{:.0} %", racks.utilisation[rack] * 100.0));
    row(ui, "Hottest chip", format!("{:.1} °C", racks.hottest_c[rack]));
    row(ui, "Throttled", racks.limited[rack].to_string());
}

/// The job of a rack, if the scenario has jobs.
pub(crate) fn job_of_rack(ui: &mut egui::Ui, state: &State, rack: usize, orbit: &mut Orbit, job_view: &mut JobView) {
    let Some(all) = &job_view.jobs else { return };
    part(ui, "Job");
    if all.is_broken(rack) {
        row(ui, "Unit", "waits for a repair");
    }
    let Some(job) = all.of_rack(rack) else {
        let text = if all.is_spare(rack) {
            "none: kept as a spare"
        } else {
            "none: free"
        };
        row(ui, "Job", text);
        return;
    };
    row(ui, "Name", job.job.name.clone());
    row(ui, "Kind", job.job.kind.as_str());
    row(ui, "Chips", grouped(f64::from(job.chips)));
    row(ui, "Pace", said(job.pace * 100.0, 1, "%"));
    row(ui, "Draw", watts(job.power_w));
    if job.done_share().is_finite() {
        row(ui, "Done", said(job.done_share() * 100.0, 1, "%"));
    }
    if ui.button("Show all its racks").clicked() {
        jobs::look_at(job, all, &state.plan.0, &mut job_view.focus, orbit);
    }
}

/// The chips of a tray side by side.
fn tray_numbers(
    ui: &mut egui::Ui,
    state: &State,
    rack: usize,
    tray: usize,
    selection: &mut Selection,
    orbit: &mut Orbit,
) {
    let campus = &*state.plan.0;
    let kind = campus.rack_kind(rack);
    let chips = campus.tray_chips(rack, tray);
    let about = format!("{}: {} of {} chips", kind.server.name, chips.len(), kind.chips);
    heading(
        ui,
        format!("Tray {}", campus.address(Found::Tray { rack, tray })),
        &about,
    );
    let power: f64 = state.chips.power_w[chips.clone()].iter().map(|w| f64::from(*w)).sum();
    row(ui, "Power of its chips", watts(power));
    for chip in chips {
        let name = campus.chip_address(chip).to_string();
        let name = name.rsplit('/').next().unwrap_or("").to_owned();
        let numbers = format!(
            "{:.1} °C, {:.0} W",
            state.chips.junction_c[chip], state.chips.power_w[chip]
        );
        row(ui, &name, numbers);
        if ui.button(format!("Chip {name}")).clicked() {
            selection.0 = Some(Found::Chip { rack, chip });
            orbit.fly_to = selection.0;
        }
    }
}

pub(crate) fn chip_numbers(ui: &mut egui::Ui, state: &State, rack: usize, chip: usize) {
    let campus = &*state.plan.0;
    let kind = campus.rack_kind(rack);
    let name = name(campus, Found::Chip { rack, chip });
    heading(
        ui,
        format!("Chip {}", name.rsplit('/').next().unwrap_or("")),
        &format!(
            "{}, {:.0} W design power [{:?}]",
            kind.chip.name, kind.chip.tdp_w.value, kind.chip.tdp_w.tag
        ),
    );
    row(ui, "Junction", format!("{:.1} °C", state.chips.junction_c[chip]));
    row(ui, "Power", format!("{:.0} W", state.chips.power_w[chip]));
    row(
        ui,
        "Utilisation",
        format!("{:.0} %", f32::from(state.chips.utilisation[chip]) / 2.55),
    );
    row(
        ui,
        "Throttles at",
        format!("{:.0} °C [{:?}]", kind.chip.throttle_c.value, kind.chip.throttle_c.tag),
    );
}
