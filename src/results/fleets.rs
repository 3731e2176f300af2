//! Fleets side by side: one building full of one kind of rack after the other, each run in the twin.

use std::collections::BTreeMap;

use super::money::Money;
use crate::diag::Report;
use crate::economics::fleet::Fleet;
use crate::scenario::Loaded;
use crate::sim::Twin;
use crate::sim::meters::Meters;
use crate::site::campus::Found;
use crate::site::fit::fill;
use crate::site::load::load_changed;
use crate::site::texts::Files;

/// Racks of the catalog of a scenario's site, by name.
///
/// # Errors
/// What is wrong with its files.
pub fn racks(files: &dyn Files, base: &Loaded) -> Result<Vec<String>, Report> {
    let mut names = Vec::new();
    load_changed(files, &base.site_file, base.weather_file.as_deref(), |_, catalog| {
        names = catalog.racks.keys().cloned().collect();
        Ok(())
    })?;
    Ok(names)
}

/// Fills a building, given by its index, with racks and runs it alone for so many days from the start of the scenario,
/// without events.
///
/// # Errors
/// An unknown rack, or one that does not fit.
pub fn run(
    files: &dyn Files,
    base: &Loaded,
    building: usize,
    rack: &str,
    days: u32,
    threads: usize,
) -> Result<Fleet, Report> {
    let number = base.site.campus.buildings[building].number;
    let mut fit = None;
    let weather = base.weather_file.as_deref();
    let site = load_changed(files, &base.site_file, weather, |site, catalog| {
        fit = Some(fill(site, catalog, number, rack)?);
        Ok(())
    })?;
    let mut loaded = base.clone();
    loaded.timeline.clear();
    loaded.scenario.duration_s = f64::from(days) * 86_400.0;
    loaded.scenario.phase = loaded.scenario.phase.max(site.campus.buildings[building].phase);
    loaded.only = Some(Found::Building(building));
    let capital = site.capital.clone();
    let racks = site.campus.racks_of(Found::Building(building));
    let (count, vendor) = (
        racks.len() as f64,
        site.campus.rack_kind(racks.start).chip.vendor.clone(),
    );
    loaded.site = site;
    let mut twin = Twin::new(loaded, threads);
    while !twin.done() {
        twin.tick();
    }
    let money = Money::of(twin.world(), &capital, rack, None);
    let total = &twin.world().resource::<Meters>().total;
    let limit = fit.map_or_else(String::new, |fit| fit.limit.to_string());
    Ok(Fleet {
        rack: rack.to_owned(),
        racks: count,
        chips: f64::from(money.chips),
        limit,
        it_w: money.mean_w[0],
        facility_w: money.mean_w[1],
        water_m3_per_day: money.water_m3_per_year[0] / 365.0,
        bf16_by_vendor: BTreeMap::from([(vendor, money.bf16_flops.value)]),
        bf16_flops: money.bf16_flops,
        fp8_flops: money.fp8_flops,
        throttled_share: money.throttled_share,
        capital_usd: money.capital_usd,
        usd_per_year: money.usd_per_year,
        effective_share: money.effective_share,
        carbon_t_per_year: money.carbon_t_per_year.map(|band| band.value),
        embodied_t_per_year: money.embodied_t_per_year,
        unserved_kwh: total.unserved_kwh,
    })
}
