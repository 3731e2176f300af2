//! The numbers of the selected place.

use bevy_egui::egui;
use egui::RichText;
use rainier::overlay::{feed, room};
use rainier::sim::power::incidents::clock;
use rainier::site::campus::Found;

use super::format::{grouped, said, watts};
use super::jobs::{self, JobView};
use super::pieces::{heading, part, row, swatch};
use super::theme::{ACCENT, MODES, QUIET};
use super::{State, equipment};
use crate::named;
use crate::navigation::Orbit;
use crate::selection::{Selection, name};
use crate::words::say;

pub(crate) fn place_panel(
    ui: &mut egui::Ui,
    state: &State,
    selection: &mut Selection,
    orbit: &mut Orbit,
    job_view: &mut JobView,
) {
    if let Some(equipment) = state.picked.beside(*selection) {
        equipment::figures(ui, state, equipment);
        ui.separator();
    }
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
        if ui.button(say!("place-go-there")).clicked() {
            orbit.fly_to = Some(found);
        }
    }
}

pub(crate) fn site_numbers(ui: &mut egui::Ui, state: &State, selection: &mut Selection, orbit: &mut Orbit) {
    let campus = &*state.plan.0;
    let (now, total) = (&state.meters.now, &state.meters.total);
    heading(ui, say!("site").into(), &campus.about);
    row(ui, say!("site-live-chips"), grouped(f64::from(now.live_chips)));
    row(ui, say!("site-buildings"), campus.buildings.len().to_string());
    row(ui, say!("reading-racks"), grouped(campus.racks() as f64));
    row(ui, say!("reading-cooling"), format!("{:.1} MW", now.cooling_w / 1e6));
    row(ui, say!("site-losses"), format!("{:.1} MW", now.loss_w / 1e6));
    // The first demand interval has to pass before there is a peak.
    let peak = match total.peak_demand_w {
        0.0 => say!("site-no-peak").to_owned(),
        peak_w => format!("{:.1} MW", peak_w / 1e6),
    };
    row(ui, say!("reading-peak-demand"), peak);
    row(ui, say!("reading-water"), format!("{} m³", grouped(total.water_m3)));
    row(ui, say!("site-carbon"), format!("{} t", grouped(total.carbon_t)));
    row(ui, say!("site-cost"), format!("${}", grouped(total.cost_usd)));
    row(ui, say!("site-ledger"), format!("{:.0e}", total.worst_imbalance));
    let incidents = &state.incidents.list;
    if !incidents.is_empty() {
        ui.add_space(8.0);
        ui.label(RichText::new(say!("site-happened")).color(ACCENT));
        for incident in incidents.iter().rev().take(8) {
            let when = clock(incident.time_s);
            let why = incident.cause.map_or_else(String::new, |cause| {
                let chain: Vec<String> = state
                    .incidents
                    .chain(cause)
                    .iter()
                    .map(|i| say!("incident-since", cause = named::incident(i, campus)))
                    .collect();
                chain.join(", ")
            });
            ui.label(RichText::new(format!("{when}  {}", named::incident(incident, campus))).size(11.5))
                .on_hover_text(why);
        }
    }
    ui.add_space(6.0);
    if ui.button(say!("site-go-to-hottest")).clicked() {
        let found = Found::Chip {
            rack: now.hottest_rack as usize,
            chip: now.hottest_chip as usize,
        };
        selection.0 = Some(found);
        orbit.fly_to = Some(found);
    }
    ui.add_space(10.0);
    ui.label(RichText::new(say!("site-help")).size(11.5).color(QUIET));
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
        say!("building-live", phase = &building.phase)
    } else {
        say!("building-not-live", phase = &building.phase)
    };
    heading(ui, say!("building", number = format!("{:02}", building.number)), &about);
    let sum = |column: &[f64]| building.halls.clone().map(|h| column[h]).sum::<f64>();
    row(
        ui,
        say!("reading-it"),
        format!("{:.2} MW", sum(&state.halls.it_w) / 1e6),
    );
    row(
        ui,
        say!("reading-cooling"),
        format!("{:.2} MW", sum(&state.halls.cooling_w) / 1e6),
    );
    row(
        ui,
        say!("reading-water"),
        format!("{:.2} L/s", sum(&state.halls.water_l_s)),
    );
    row(
        ui,
        say!("reading-racks"),
        grouped(campus.racks_of(Found::Building(b)).len() as f64),
    );
    row(
        ui,
        say!("building-gensets"),
        format!("{} × {:.2} MW", building.gensets, building.genset.rating_w.value / 1e6),
    );
    row(
        ui,
        say!("building-substation"),
        campus.substations[building.substation].name.clone(),
    );
    ui.add_space(6.0);
    for h in building.halls.clone() {
        if ui
            .button(say!("hall-number", number = &campus.halls[h].number))
            .clicked()
        {
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
        say!("hall", name = name(campus, Found::Hall(h))),
        &say!("hall-about", racks = hall.racks.len(), rows = hall.rows.len()),
    );
    if !columns.live[h] {
        row(ui, say!("place-state"), say!("not-live"));
        return;
    }
    row(ui, say!("reading-it"), format!("{:.2} MW", columns.it_w[h] / 1e6));
    row(
        ui,
        say!("reading-hottest-chip"),
        format!("{:.1} °C", columns.hottest_chip_c[h]),
    );
    row(ui, say!("reading-throttled"), columns.limited[h].to_string());
    part(ui, say!("reading-air"));
    row(ui, say!("hall-fresh-air"), said(columns.fresh_share[h] * 100.0, 0, "%"));
    row(ui, say!("hall-mixed-air"), said(columns.mixed_c[h], 1, "°C"));
    row(ui, say!("hall-media-drop"), said(columns.media_drop_k[h], 1, "K"));
    row(ui, say!("reading-supply-air"), said(columns.supply_c[h], 1, "°C"));
    row(ui, say!("hall-hot-aisle"), said(columns.hot_aisle_c[h], 1, "°C"));
    row(ui, say!("hall-return-air"), said(columns.return_c[h], 1, "°C"));
    row(
        ui,
        say!("reading-supply-flow"),
        said(columns.supply_air_kg_s[h], 0, "kg/s"),
    );
    row(ui, say!("reading-rack-flow"), said(columns.rack_air_kg_s[h], 0, "kg/s"));
    row(ui, say!("hall-bypass"), said(columns.bypass_kg_s[h], 0, "kg/s"));
    row(
        ui,
        say!("hall-recirculation"),
        said(columns.recirculation[h] * 100.0, 1, "%"),
    );
    if columns.coolant_kg_s[h] + columns.facility_kg_s[h] > 0.0 {
        part(ui, say!("hall-liquid"));
        let loop_of = |supply: &[f64], back: &[f64], flow: &[f64]| {
            format!("{:.1} → {:.1} °C, {:.0} kg/s", supply[h], back[h], flow[h])
        };
        row(
            ui,
            say!("hall-coolant"),
            loop_of(
                &columns.coolant_supply_c,
                &columns.coolant_return_c,
                &columns.coolant_kg_s,
            ),
        );
        row(
            ui,
            say!("hall-facility"),
            loop_of(
                &columns.facility_supply_c,
                &columns.facility_return_c,
                &columns.facility_kg_s,
            ),
        );
        row(ui, say!("hall-heat-to-coolant"), watts(columns.heat_to_liquid_w[h]));
        row(ui, say!("hall-heat-to-coils"), watts(columns.heat_to_coils_w[h]));
        row(ui, say!("hall-heat-rejected"), watts(columns.heat_rejected_w[h]));
        row(ui, say!("hall-basin"), said(columns.basin_m3[h], 1, "m³"));
    }
    part(ui, say!("hall-power-for-cooling"));
    row(ui, say!("hall-all"), watts(columns.cooling_w[h]));
    row(ui, say!("reading-fans"), watts(columns.fans_w[h]));
    row(ui, say!("reading-pumps"), watts(columns.pumps_w[h]));
    row(ui, say!("hall-rejection-fans"), watts(columns.rejection_w[h]));
    row(ui, say!("reading-chillers"), watts(columns.chillers_w[h]));
    part(ui, say!("reading-water"));
    row(ui, say!("hall-all"), said(columns.water_l_s[h], 2, "L/s"));
    let evaporated = columns.media_evaporated_kg_s[h] + columns.tower_evaporated_kg_s[h];
    row(ui, say!("hall-evaporated"), said(evaporated, 2, "kg/s"));
    row(ui, say!("hall-drift"), said(columns.drift_kg_s[h], 3, "kg/s"));
    row(ui, say!("hall-blowdown"), said(columns.blowdown_kg_s[h], 2, "kg/s"));
    part(ui, say!("hall-units"));
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
        say!("row", name = name(campus, Found::Row(r))),
        &campus.rack_kinds[plan.kind].rack.name,
    );
    let draw: f64 = state.racks.draw_w[plan.racks.clone()].iter().sum();
    row(ui, say!("reading-racks"), plan.racks.len().to_string());
    row(ui, say!("reading-draw"), format!("{:.0} kW", draw / 1e3));
    row(ui, say!("reading-supply-air"), said(state.rows.supply_c[r], 1, "°C"));
    row(
        ui,
        say!("reading-supply-flow"),
        said(state.rows.supply_kg_s[r], 1, "kg/s"),
    );
    row(ui, say!("reading-rack-flow"), said(state.rows.rack_kg_s[r], 1, "kg/s"));
    power_to(ui, state, r);
    for node in &campus.power.cords[r] {
        let n = *node as usize;
        let name = campus.power.nodes[n].name.rsplit('/').next().unwrap_or("");
        let busway = if state.grid.energised[n] {
            say!("row-busway", name = name)
        } else {
            say!("row-busway-dead", name = name)
        };
        row(
            ui,
            &busway,
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
    row(ui, say!("row-fed-by"), named::feed(feed(campus, &state.grid, r)));
    let spare = room(campus, &state.grid, r).map_or_else(
        || say!("none").to_owned(),
        |room| {
            let name = &campus.power.nodes[room.node as usize].name;
            say!(
                "row-spare-at",
                share = format!("{:.0}", room.share * 100.0),
                name = name
            )
        },
    );
    row(ui, say!("row-spare"), spare);
}

pub(crate) fn rack_numbers(ui: &mut egui::Ui, state: &State, rack: usize) {
    let campus = &*state.plan.0;
    let kind = campus.rack_kind(rack);
    let racks = &state.racks;
    heading(
        ui,
        say!("rack", name = campus.rack_address(rack).to_string()),
        &format!("{}: {} {}", kind.rack.name, kind.chips, kind.chip.name),
    );
    let tag = format!("[{:?}]", kind.rack.rating_w.tag);
    row(
        ui,
        say!("reading-draw"),
        say!(
            "rack-draw",
            draw = format!("{:.1}", racks.draw_w[rack] / 1e3),
            rating = format!("{:.0}", kind.rack.rating_w.value / 1e3),
            tag = tag
        ),
    );
    if let Some(battery) = &kind.battery {
        row(
            ui,
            say!("rack-battery"),
            format!("{:.0} %", racks.battery_j[rack] / battery.energy_j.value * 100.0),
        );
    }
    power_to(ui, state, campus.rack_row[rack] as usize);
    row(ui, say!("rack-inlet"), format!("{:.1} °C", racks.inlet_c[rack]));
    row(
        ui,
        say!("rack-hot-share"),
        said(f64::from(racks.hot_share[rack]) * 100.0, 1, "%"),
    );
    row(ui, say!("rack-outlet"), format!("{:.1} °C", racks.outlet_c[rack]));
    // Steel takes minutes to follow its air: it stores the heat that the outlet does not show yet.
    if racks.draw_w[rack] > 0.0 && racks.outlet_c[rack] < f64::from(racks.inlet_c[rack]) {
        ui.add(egui::Label::new(RichText::new(say!("rack-warming-up")).size(11.5).color(QUIET)).wrap());
    }
    row(
        ui,
        say!("reading-air"),
        said(f64::from(racks.air_kg_s[rack]), 2, "kg/s"),
    );
    row(
        ui,
        say!("reading-fans"),
        format!("{:.0} %", racks.fan_speed[rack] * 100.0),
    );
    row(
        ui,
        say!("reading-utilisation"),
        format!("{:.0} %", racks.utilisation[rack] * 100.0),
    );
    row(
        ui,
        say!("reading-hottest-chip"),
        format!("{:.1} °C", racks.hottest_c[rack]),
    );
    row(ui, say!("reading-throttled"), racks.limited[rack].to_string());
}

/// The job of a rack, if the scenario has jobs.
pub(crate) fn job_of_rack(ui: &mut egui::Ui, state: &State, rack: usize, orbit: &mut Orbit, job_view: &mut JobView) {
    let Some(all) = &job_view.jobs else { return };
    part(ui, say!("rack-job"));
    if all.is_broken(rack) {
        row(ui, say!("rack-unit"), say!("rack-unit-waits"));
    }
    let Some(job) = all.of_rack(rack) else {
        let text = if all.is_spare(rack) {
            say!("rack-job-spare")
        } else {
            say!("rack-job-free")
        };
        row(ui, say!("rack-job"), text);
        return;
    };
    row(ui, say!("job-name"), job.job.name.clone());
    row(ui, say!("job-kind"), named::job_kind(job.job.kind));
    row(ui, say!("reading-chips"), grouped(f64::from(job.chips)));
    row(ui, say!("job-pace"), said(job.pace * 100.0, 1, "%"));
    row(ui, say!("reading-draw"), watts(job.power_w));
    if job.done_share().is_finite() {
        row(ui, say!("reading-done"), said(job.done_share() * 100.0, 1, "%"));
    }
    if ui.button(say!("job-show-racks")).clicked() {
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
    let about = say!(
        "tray-about",
        name = &kind.server.name,
        chips = chips.len(),
        all = &kind.chips
    );
    heading(
        ui,
        say!("tray", name = campus.address(Found::Tray { rack, tray }).to_string()),
        &about,
    );
    let power: f64 = state.chips.power_w[chips.clone()].iter().map(|w| f64::from(*w)).sum();
    row(ui, say!("tray-power"), watts(power));
    for chip in chips {
        let name = campus.chip_address(chip).to_string();
        let name = name.rsplit('/').next().unwrap_or("").to_owned();
        let numbers = format!(
            "{:.1} °C, {:.0} W",
            state.chips.junction_c[chip], state.chips.power_w[chip]
        );
        row(ui, &name, numbers);
        if ui.button(say!("chip", name = name)).clicked() {
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
        say!("chip", name = name.rsplit('/').next().unwrap_or("")),
        &say!(
            "chip-about",
            name = &kind.chip.name,
            power = format!("{:.0}", kind.chip.tdp_w.value),
            tag = format!("{:?}", kind.chip.tdp_w.tag)
        ),
    );
    row(
        ui,
        say!("chip-junction"),
        format!("{:.1} °C", state.chips.junction_c[chip]),
    );
    row(ui, say!("chip-power"), format!("{:.0} W", state.chips.power_w[chip]));
    row(
        ui,
        say!("reading-utilisation"),
        format!("{:.0} %", f32::from(state.chips.utilisation[chip]) / 2.55),
    );
    row(
        ui,
        say!("chip-throttles-at"),
        format!("{:.0} °C [{:?}]", kind.chip.throttle_c.value, kind.chip.throttle_c.tag),
    );
}
