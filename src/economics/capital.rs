//! What it costs to build, and what that is a year.
//!
//! A part of life `n` at a discount rate `r` costs `price r / (1 - (1 + r)^-n)` in each year of its life (its annuity).
//! A net present cost over `N` years is the sum of the discounted yearly costs: as if every part were bought again at the
//! same price when its life ends, and what it has left after `N` years were sold for the rest of its annuities.

use std::collections::BTreeMap;

use super::band::{Band, Bound};
use crate::num::pow;
use crate::site::Campus;
use crate::site::campus::Found;
use crate::site::files::{CapitalFile, CapitalScope};
use crate::site::fit::nameplate_w;

/// Name of the part that racks are.
pub const RACKS: &str = "racks";

/// Yearly payment, as a share of a sum, that pays it back with interest in so many years.
#[must_use]
pub fn annuity(rate: f64, years: f64) -> f64 {
    if rate > 0.0 {
        rate / (1.0 - pow(1.0 + rate, -years))
    } else {
        1.0 / years
    }
}

/// Worth now of 1 at the end of every one of so many years.
#[must_use]
pub fn present_worth(rate: f64, years: f64) -> f64 {
    1.0 / annuity(rate, years)
}

/// What one part of one building costs.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Building number.
    pub building: u32,
    /// Its phase.
    pub phase: u32,
    /// Part: a name of the capital file, or [`RACKS`].
    pub part: String,
    /// Price, $.
    pub usd: Band,
    /// What it is a year over its life, $.
    pub usd_per_year: Band,
}

/// Capital of buildings, and the carbon of building them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Capital {
    /// Lines in the order of buildings and parts.
    pub lines: Vec<Line>,
    /// Staff, repairs and spares, $ a year.
    pub upkeep_usd_per_year: Band,
    /// Carbon of making racks and buildings, t.
    pub embodied_t: [Band; 2],
    /// The same a year over their lives, t.
    pub embodied_t_per_year: Band,
    /// IT at full load, W.
    pub it_w: f64,
    /// Racks without a price or without a carbon figure, which count as nothing, by their catalog name.
    pub unpriced: Vec<String>,
}

impl Capital {
    /// All of it, $.
    #[must_use]
    pub fn usd(&self) -> Band {
        self.lines.iter().map(|line| line.usd).sum()
    }

    /// A year, $.
    #[must_use]
    pub fn usd_per_year(&self) -> Band {
        self.lines.iter().map(|line| line.usd_per_year).sum()
    }

    /// Sums by building.
    #[must_use]
    pub fn by_building(&self) -> BTreeMap<u32, Band> {
        let mut out = BTreeMap::new();
        for line in &self.lines {
            *out.entry(line.building).or_default() += line.usd;
        }
        out
    }

    /// Sums by phase and part.
    #[must_use]
    pub fn by_phase_and_part(&self) -> BTreeMap<(u32, &str), Band> {
        let mut out = BTreeMap::new();
        for line in &self.lines {
            *out.entry((line.phase, line.part.as_str())).or_default() += line.usd;
        }
        out
    }
}

/// Capital of the halls that `counts` picks; a part of a building with some of its halls is that part of its price.
#[must_use]
pub fn capital(campus: &Campus, file: &CapitalFile, counts: impl Fn(usize) -> bool) -> Capital {
    let mut out = Capital::default();
    let rate = file.discount_rate.value;
    let nameplate: Vec<f64> = campus.rack_kinds.iter().map(nameplate_w).collect();
    let a_year = |usd: Band, life: &crate::site::schema::Figure| {
        Band::each(|bound| {
            let price = match bound {
                Bound::Low => usd.low,
                Bound::Middle => usd.value,
                Bound::High => usd.high,
            };
            price * annuity(rate, bound.opposite().of(life))
        })
    };
    for (b, building) in campus.buildings.iter().enumerate() {
        let mut parts: BTreeMap<&str, (Band, Band)> = BTreeMap::new();
        let halls = building.halls.clone().filter(|h| counts(*h));
        let counted = halls.clone().count();
        if counted == 0 {
            continue;
        }
        let mut racks = (Band::default(), Band::default());
        for h in halls {
            let hall = &campus.halls[h];
            let mut it_w = 0.0;
            for row in hall.rows.clone() {
                let row = &campus.rows[row];
                let kind = &campus.rack_kinds[row.kind];
                let count = row.racks.len() as f64;
                it_w += nameplate[row.kind] * count;
                let price = kind.rack.price_usd.as_ref().map(Band::of);
                let carbon = kind.rack.embodied_kg.as_ref().map(Band::of);
                if (price.is_none() || carbon.is_none()) && !out.unpriced.contains(&kind.key) {
                    out.unpriced.push(kind.key.clone());
                }
                let usd = price.unwrap_or_default() * count;
                racks.0 += usd;
                racks.1 += a_year(usd, &file.rack_life_years);
                let t = carbon.unwrap_or_default() * (count / 1000.0);
                out.embodied_t[0] += t;
                out.embodied_t_per_year += t / Band::of(&file.rack_life_years);
            }
            out.it_w += it_w;
            for (name, part) in &file.parts {
                let here = match part.counts.unwrap_or(CapitalScope::All) {
                    CapitalScope::All => true,
                    CapitalScope::Air => hall.liquid.is_none(),
                    CapitalScope::Liquid => hall.liquid.is_some(),
                };
                if here {
                    let usd = Band::of(&part.usd_per_it_w) * it_w;
                    let sum = parts.entry(name.as_str()).or_default();
                    sum.0 += usd;
                    sum.1 += a_year(usd, &part.life_years);
                }
            }
        }
        let share = counted as f64 / building.halls.len() as f64;
        let rect = campus.buildings[b].rect;
        let t = Band::of(&file.embodied_kg_per_m2) * (rect.size_m[0] * rect.size_m[1] * share / 1000.0);
        out.embodied_t[1] += t;
        out.embodied_t_per_year += t / Band::of(&file.building_life_years);
        let line = |part: &str, (usd, usd_per_year): (Band, Band)| Line {
            building: building.number,
            phase: building.phase,
            part: part.to_owned(),
            usd,
            usd_per_year,
        };
        let facility: Band = parts.values().map(|(usd, _)| *usd).sum();
        for (name, sums) in parts {
            out.lines.push(line(name, sums));
        }
        out.lines.push(line(RACKS, racks));
        let upkeep = |bound: Bound| {
            let pick = |band: Band| match bound {
                Bound::Low => band.low,
                Bound::Middle => band.value,
                Bound::High => band.high,
            };
            pick(facility) * bound.of(&file.facility_upkeep_share) + pick(racks.0) * bound.of(&file.rack_upkeep_share)
        };
        out.upkeep_usd_per_year += Band::each(upkeep);
    }
    out
}

/// Whether a hall belongs to a place; every hall does to none.
#[must_use]
pub fn within(campus: &Campus, place: Option<Found>, hall: usize) -> bool {
    match place {
        Some(Found::Building(building)) => campus.halls[hall].building == building,
        Some(Found::Hall(one)) => one == hall,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::load::load_site;
    use crate::site::texts::NoFiles;

    /// Against the sum that it stands for: payments, each discounted.
    #[test]
    fn an_annuity_pays_back_its_sum() {
        for (rate, years) in [(0.08, 5), (0.05, 40), (0.12, 15), (0.0, 7)] {
            let paid: f64 = (1..=years)
                .map(|year| annuity(rate, f64::from(years)) / pow(1.0 + rate, f64::from(year)))
                .sum();
            assert!((paid - 1.0).abs() < 1e-12, "{rate} {years}: {paid}");
        }
        // Table value: 8 %, 5 years.
        assert!((annuity(0.08, 5.0) - 0.250_456_454_568).abs() < 1e-9);
        assert!((present_worth(0.08, 5.0) - 3.992_710_037).abs() < 1e-9);
    }

    #[test]
    fn capital_sums_by_phase_and_lies_where_it_is_published() {
        let site = load_site(&NoFiles, "builtin:rainier", None).expect("is valid");
        let all = capital(&site.campus, &site.capital, |_| true);
        assert!(all.unpriced.is_empty(), "{:?}", all.unpriced);
        let by_phase: f64 = all.by_phase_and_part().values().map(|usd| usd.value).sum();
        assert!((by_phase - all.usd().value).abs() < 1.0);
        // docs/facts.md, 6: $8 to 10M/MW for air-cooled halls without racks.
        let facility: f64 = all.lines.iter().filter(|l| l.part != RACKS).map(|l| l.usd.value).sum();
        let per_mw = facility / (all.it_w / 1e6);
        assert!((8e6..=10e6).contains(&per_mw), "{per_mw}");
        // Full load of the twin itself is 910 MW (within 5 %).
        assert!((all.it_w / 910e6 - 1.0).abs() < 0.05, "{}", all.it_w);
        let first = capital(&site.campus, &site.capital, |h| site.campus.halls[h].building == 0);
        assert!((first.usd().value * 16.0 / all.usd().value - 1.0).abs() < 1e-9);
        assert!(first.usd().low < first.usd().value && first.usd().value < first.usd().high);
    }

    /// Liquid halls bear their loops: $9 to 12M/MW.
    #[test]
    fn a_liquid_hall_costs_its_loop_more() {
        let site = load_site(&NoFiles, "builtin:hybrid", None).expect("is valid");
        let of = |building: usize| {
            let one = capital(&site.campus, &site.capital, |h| {
                site.campus.halls[h].building == building
            });
            let facility: f64 = one.lines.iter().filter(|l| l.part != RACKS).map(|l| l.usd.value).sum();
            facility / one.it_w
        };
        assert!((of(1) - of(0) - 1.5).abs() < 1e-9, "{} {}", of(0), of(1));
        assert!((9.0..=12.0).contains(&of(1)));
    }
}
