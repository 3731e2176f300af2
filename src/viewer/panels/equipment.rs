//! The numbers of equipment that has a name but holds no racks: gensets, nodes of the power path, substations.

use bevy_egui::egui;
use egui::RichText;
use rainier::sim::power::gensets::{Plant, Unit};
use rainier::site::Campus;
use rainier::site::campus::{GensetPlant, PowerKind};

use super::State;
use super::format::watts;
use super::pieces::{heading, row};
use super::theme::{ALARM, TEXT};
use crate::named;
use crate::selection::Equipment;
use crate::words::say;

/// The name of equipment.
#[cfg(target_arch = "wasm32")]
pub(crate) fn name(campus: &Campus, equipment: Equipment) -> String {
    match equipment {
        Equipment::Node(n) => campus
            .power
            .nodes
            .get(n)
            .map_or_else(String::new, |node| node.name.clone()),
        Equipment::Genset(b, number) => {
            say!("genset", number = on_site(campus, b, number))
        }
        Equipment::Substation(k) => campus.substations.get(k).map_or_else(String::new, |of| of.name.clone()),
    }
}

/// The numbers of equipment.
pub(super) fn figures(ui: &mut egui::Ui, state: &State, equipment: Equipment) {
    match equipment {
        Equipment::Node(node) => node_figures(ui, state, node),
        Equipment::Genset(building, number) => genset_figures(ui, state, building, number),
        Equipment::Substation(number) => substation_figures(ui, state, number),
    }
}

/// What a node carries, and why it does not.
fn node_figures(ui: &mut egui::Ui, state: &State, n: usize) {
    let campus = &*state.plan.0;
    let Some(node) = campus.power.nodes.get(n) else { return };
    heading(ui, node.name.clone(), node.kind.as_str());
    load_of(ui, state, n);
    if state.power.hot_spot_c[n].is_finite() {
        row(
            ui,
            say!("equipment-top-oil"),
            format!("{:.0} °C", state.power.top_oil_c[n]),
        );
        row(
            ui,
            say!("equipment-hot-spot"),
            format!("{:.0} °C", state.power.hot_spot_c[n]),
        );
    }
    let plants = campus.power.gensets.iter().zip(&state.gensets.plants);
    if let Some((_, plant)) = plants.into_iter().find(|(plant, _)| plant.node as usize == n) {
        row(
            ui,
            say!("equipment-on-bus"),
            format!("{} / {}", plant.on_bus(), plant.units.len()),
        );
        row(ui, say!("equipment-fuel"), format!("{:.0} m³", plant.fuel_l / 1e3));
    }
    why_dead(ui, state, n);
}

/// Load, rating, loading and voltage of a node.
fn load_of(ui: &mut egui::Ui, state: &State, n: usize) {
    let (node, power) = (&state.plan.0.power.nodes[n], &state.power);
    row(ui, say!("equipment-load"), watts(power.load_w[n]));
    row(
        ui,
        say!("equipment-rating"),
        format!("{:.2} MVA", node.rating_va() / 1e6),
    );
    row(
        ui,
        say!("equipment-loading"),
        format!("{:.0} %", power.loading[n] * 100.0),
    );
    row(ui, say!("equipment-voltage"), format!("{:.4} pu", power.voltage_pu[n]));
    row(ui, say!("equipment-loss"), watts(power.loss_w[n]));
}

/// What took the voltage of a node, back to the first cause.
fn why_dead(ui: &mut egui::Ui, state: &State, n: usize) {
    let dead = (!state.grid.energised[n]).then_some(state.grid.lost_by[n]).flatten();
    for incident in dead.map(|cause| state.incidents.chain(cause)).unwrap_or_default() {
        ui.label(
            RichText::new(named::incident(incident, &state.plan.0))
                .size(11.5)
                .color(ALARM),
        );
    }
}

/// The number by which the site knows a genset of a building, from 1.
pub(crate) fn on_site(campus: &Campus, building: usize, number: u32) -> u32 {
    let before = campus.buildings.iter().take(building).map(|of| of.gensets);
    before.sum::<u32>() + number + 1
}

/// The plant that a genset of a building belongs to, and its unit there.
fn unit_of<'s>(state: &'s State, building: usize, number: u32) -> Option<(&'s GensetPlant, &'s Plant, Unit)> {
    let mut left = number as usize;
    let plants = state.plan.0.power.gensets.iter().zip(&state.gensets.plants);
    for (spec, plant) in plants.filter(|(spec, _)| spec.building == building) {
        match plant.units.get(left) {
            Some(unit) => return Some((spec, plant, *unit)),
            None => left -= plant.units.len(),
        }
    }
    None
}

/// What a genset does, and its share of what its plant carries.
fn genset_figures(ui: &mut egui::Ui, state: &State, b: usize, number: u32) {
    let campus = &*state.plan.0;
    let Some(building) = campus.buildings.get(b) else {
        return;
    };
    let about = say!(
        "genset-about",
        rating = format!("{:.2}", building.genset.rating_w.value / 1e6),
        number = number + 1,
        all = &building.gensets,
        building = format!("{:02}", building.number)
    );
    heading(ui, say!("genset", number = on_site(campus, b, number)), &about);
    let Some((spec, plant, unit)) = unit_of(state, b, number) else {
        return;
    };
    let (text, color) = match unit {
        Unit::Off => (say!("genset-off").to_owned(), TEXT),
        Unit::Starting(left_s) => (say!("genset-starting", seconds = format!("{left_s:.0}")), TEXT),
        Unit::On(_) => (say!("genset-on").to_owned(), TEXT),
        Unit::Failed => (say!("genset-failed").to_owned(), ALARM),
    };
    ui.label(RichText::new(text).size(12.5).color(color));
    let carries = matches!(unit, Unit::On(_));
    let load_w = if carries {
        state.power.load_w[spec.node as usize] / f64::from(plant.on_bus().max(1))
    } else {
        0.0
    };
    row(ui, say!("equipment-load"), watts(load_w));
    row(ui, say!("equipment-rating"), watts(spec.spec.rating_w.value));
    row(
        ui,
        say!("equipment-plant"),
        campus.power.nodes[spec.node as usize].name.clone(),
    );
    row(
        ui,
        say!("equipment-on-bus"),
        format!("{} / {}", plant.on_bus(), plant.units.len()),
    );
    row(ui, say!("equipment-failed"), plant.failed().to_string());
    // Its own tank where each has one; the plant's fuel in equal parts.
    let own_l = plant.fuel_l / plant.units.len().max(1) as f64;
    row(ui, say!("equipment-fuel"), format!("{own_l:.0} L"));
}

/// What the main transformers of a substation carry together.
fn substation_figures(ui: &mut egui::Ui, state: &State, k: usize) {
    let campus = &*state.plan.0;
    let Some(substation) = campus.substations.get(k) else {
        return;
    };
    heading(ui, substation.name.clone(), say!("found-substation"));
    let of = |name: &str| name.split('/').next() == Some(substation.name.as_str());
    let nodes = campus.power.nodes.iter().enumerate();
    for (n, node) in nodes.filter(|(_, node)| node.kind == PowerKind::MainTransformer && of(&node.name)) {
        ui.label(RichText::new(&node.name).size(12.5).color(TEXT));
        load_of(ui, state, n);
        why_dead(ui, state, n);
    }
}

#[cfg(test)]
mod tests {
    use rainier::site::load::load_site;
    use rainier::site::texts::NoFiles;

    /// Gensets of a building are counted through its plants.
    #[test]
    fn every_genset_of_a_building_belongs_to_a_plant() {
        let campus = load_site(&NoFiles, "builtin:rainier", None).expect("is valid").campus;
        for (b, building) in campus.buildings.iter().enumerate() {
            let plants = campus.power.gensets.iter().filter(|plant| plant.building == b);
            assert_eq!(plants.map(|plant| plant.units).sum::<u32>(), building.gensets);
        }
        for substation in &campus.substations {
            let of = |name: &str| name.split('/').next() == Some(substation.name.as_str());
            assert!(
                campus.power.nodes.iter().any(|node| of(&node.name)),
                "{}",
                substation.name
            );
        }
    }
}
