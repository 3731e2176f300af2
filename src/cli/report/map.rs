//! The campus from above, from the site's geometry: halls by their PUE, with what stands around them.

use std::collections::BTreeSet;

use maud::{Markup, html};

use super::svg::shade;
use crate::causes::short;
use crate::folder::{Folder, hall_of};

/// Points of a line or an area on the page: north is up.
fn points(of: &[[f64; 2]]) -> String {
    of.iter().map(|[x, y]| format!("{x:.1},{:.1} ", -y)).collect()
}

/// A length of 1, 2 or 5 times a power of ten, for the bar.
fn bar_m(size: f64) -> f64 {
    super::svg::step(size, 6.0)
}

pub(super) fn draw(run: &Folder) -> Markup {
    let site = &run.inputs.site;
    // All that stands there, and the land around it, as far as it is near.
    let mut reach = [site.size_m[0].max(1.0) / 2.0, site.size_m[1].max(1.0) / 2.0];
    for block in site.buildings.iter().chain(&site.substations) {
        for (k, reach) in reach.iter_mut().enumerate() {
            *reach = reach.max(block.at_m[k].abs() + block.size_m[k] / 2.0);
        }
    }
    let [w, h] = reach.map(|r| 2.0 * r * 1.04);
    let unit = w.max(h) / 100.0;
    let pue = |name: &str| {
        let of = run.place(name)?;
        of.get("pue").copied().filter(|pue| *pue > 0.0)
    };
    let live: Vec<f64> = site.halls.iter().filter_map(|hall| pue(&hall.name)).collect();
    let mut low = live.iter().copied().fold(f64::INFINITY, f64::min);
    let mut high = live.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    // Below one, batteries carried the load: no less of a colour than the least.
    if high > 1.0 {
        low = low.max(1.0);
    }
    // Halls that are alike to a thousandth look alike.
    if high - low < 0.002 {
        let middle = 0.5 * (low + high);
        (low, high) = (middle - 0.001, middle + 0.001);
    }
    let colour = |name: &str| pue(name).map_or_else(|| "#e9ecf0".to_owned(), |pue| shade((pue - low) / (high - low)));
    let dark: BTreeSet<&str> = run.outages.iter().map(|outage| hall_of(&outage.row)).collect();
    let bar = bar_m(w);
    let at = |kind: &'static str| site.features.iter().filter(move |feature| feature.kind == kind);
    let (left, bottom) = (-w / 2.0 + 3.0 * unit, h / 2.0 - 3.0 * unit);
    html! {
        div.side {
            figure {
                figcaption { b { "Campus, halls by PUE" } }
            svg.map style=(format!("max-width:{:.0}px", 620.0 * (w / h).clamp(0.2, 5.0))) viewBox=(format!("{:.1} {:.1} {w:.1} {h:.1}", -w / 2.0, -h / 2.0)) role="img" {
                rect x=(-w / 2.0) y=(-h / 2.0) width=(w) height=(h) fill="#f3f5ee" {}
                @for trees in at("Trees") { polygon points=(points(&trees.points_m)) fill="#c9dcc0" {} }
                @for pond in at("Pond") { polygon points=(points(&pond.points_m)) fill="#a9cfe6" stroke="#6fa8cc" stroke-width=(unit * 0.15) {} }
                @for road in at("Road") {
                    polyline points=(points(&road.points_m)) fill="none" stroke="#cfd3d9" stroke-width=(road.width_m.unwrap_or(8.0).max(unit * 0.4)) stroke-linejoin="round" {}
                }
                @for fence in at("Fence") {
                    polyline points=(points(&fence.points_m)) fill="none" stroke="#8b95a3" stroke-width=(unit * 0.2) stroke-dasharray=(format!("{} {}", unit, unit * 0.6)) {}
                }
                @for line in at("Line") {
                    polyline points=(points(&line.points_m)) fill="none" stroke="#4a5563" stroke-width=(unit * 0.25) stroke-dasharray=(format!("{} {} {} {}", unit * 1.6, unit * 0.5, unit * 0.3, unit * 0.5)) {}
                }
                @for block in &site.substations {
                    @let [x, y] = [block.at_m[0], -block.at_m[1]];
                    rect x=(x - block.size_m[0] / 2.0) y=(y - block.size_m[1] / 2.0) width=(block.size_m[0]) height=(block.size_m[1]) fill="#5d6775" rx=(unit * 0.3) {}
                    text x=(x) y=(y + unit * 0.7) text-anchor="middle" font-size=(unit * 2.0) font-weight="600" style="fill:#fff" { (block.name) }
                }
                @for block in &site.buildings {
                    @let [x, y] = [block.at_m[0], -block.at_m[1]];
                    rect x=(x - block.size_m[0] / 2.0) y=(y - block.size_m[1] / 2.0) width=(block.size_m[0]) height=(block.size_m[1])
                        fill="#fff" stroke=(if block.live { "#333d4a" } else { "#8b95a3" }) stroke-width=(unit * 0.18) stroke-dasharray=(if block.live { "none" } else { "4 3" }) {}
                }
                @for block in &site.halls {
                    @let [x, y] = [block.at_m[0], -block.at_m[1]];
                    rect x=(x - block.size_m[0] / 2.0) y=(y - block.size_m[1] / 2.0) width=(block.size_m[0]) height=(block.size_m[1]) fill=(colour(&block.name))
                        stroke=(if dark.contains(block.name.as_str()) { "#c1121f" } else { "none" }) stroke-width=(unit * 0.5) {
                        title { (block.name) @if let Some(pue) = pue(&block.name) { ": PUE " (format!("{pue:.4}")) } @else { ": not live" } }
                    }
                }
                @for block in &site.buildings {
                    @let y = -block.at_m[1] - block.size_m[1] / 2.0 - unit * 0.7;
                    text x=(block.at_m[0]) y=(y) text-anchor="middle" font-size=(unit * 2.1) font-weight="600" { (block.name) }
                }
                // A bar for lengths, and north.
                rect x=(left) y=(bottom) width=(bar) height=(unit * 0.5) fill="#1b2430" {}
                text x=(left) y=(bottom - unit * 0.6) font-size=(unit * 1.7) { (bar) " m" }
                path d=(format!("M{:.1} {:.1}l{:.1} {:.1}l{:.1} {:.1}l{:.1} {:.1}Z", w / 2.0 - 4.0 * unit, -h / 2.0 + 2.0 * unit, unit, unit * 3.0, -unit, -unit * 0.8, -unit, unit * 0.8)) fill="#1b2430" {}
                text x=(w / 2.0 - 4.0 * unit) y=(-h / 2.0 + 7.2 * unit) text-anchor="middle" font-size=(unit * 1.8) { "N" }
            }
            }
            div {
                (facts(run))
            ul.legend {
                @if !live.is_empty() {
                    @for k in 0..5 {
                        @let share = f64::from(k) / 4.0;
                        li { svg.key viewBox="0 0 12 12" aria-hidden="true" { rect width="12" height="12" rx="2" fill=(shade(share)) {} } "PUE " (format!("{:.4}", low + share * (high - low))) }
                    }
                }
                @for (name, colour) in [("not live", "#e9ecf0"), ("racks went dark", "#c1121f"), ("substation", "#5d6775"), ("water", "#a9cfe6"), ("trees", "#c9dcc0"), ("road", "#cfd3d9")] {
                    li { svg.key viewBox="0 0 12 12" aria-hidden="true" { rect width="12" height="12" rx="2" fill=(colour) {} } (name) }
                }
            }
        }
        }
    }
}

/// What stands there, in numbers.
fn facts(run: &Folder) -> Markup {
    let site = &run.inputs.site;
    let live = |blocks: &[crate::inputs::Block]| blocks.iter().filter(|block| block.live).count();
    let place = |degrees: f64, ends: [char; 2]| format!("{:.4}° {}", degrees.abs(), ends[usize::from(degrees < 0.0)]);
    let racks: usize = site.halls.iter().map(|hall| hall.racks).sum();
    let chips: usize = site.halls.iter().map(|hall| hall.chips).sum();
    let rows = [
        (
            "Where",
            format!(
                "{}, {}",
                place(site.latitude_deg, ['N', 'S']),
                place(site.longitude_deg, ['E', 'W'])
            ),
        ),
        ("Land", format!("{:.0} x {:.0} m", site.size_m[0], site.size_m[1])),
        (
            "Buildings",
            format!("{}, {} live", site.buildings.len(), live(&site.buildings)),
        ),
        ("Halls", format!("{}, {} live", site.halls.len(), live(&site.halls))),
        ("Racks", short(racks as f64)),
        ("Chips", short(chips as f64)),
        ("Substations", site.substations.len().to_string()),
    ];
    html! {
        p { (site.about) }
        table { tbody { @for (name, words) in rows { tr { td { (name) } td.n { (words) } } } } }
    }
}
