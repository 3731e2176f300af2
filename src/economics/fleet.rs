//! Fleets side by side, and mixes of them: what each delivers, draws and costs, and what hangs on one vendor.

use std::collections::BTreeMap;

use serde::Serialize;

use super::band::Band;

/// Length of the delay that an exposure is stated for, s: a quarter of a year.
pub const DELAY_S: f64 = 0.25 * 365.0 * 86_400.0;

/// FLOP of the training run that costs are stated for.
pub const RUN_FLOP: f64 = 1e25;

/// Seconds in a year.
pub const YEAR_S: f64 = 365.0 * 86_400.0;

/// One building full of one kind of rack, or of a mix. All that adds up is for one building.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fleet {
    /// Rack by its catalog name, or the mix.
    pub rack: String,
    /// Racks.
    pub racks: f64,
    /// Chips.
    pub chips: f64,
    /// What keeps more racks out.
    pub limit: String,
    /// Mean power of IT, W.
    pub it_w: f64,
    /// Mean power of all, W.
    pub facility_w: f64,
    /// Water on site, m³ a day.
    pub water_m3_per_day: f64,
    /// Delivered dense BF16, FLOP/s, by vendor: peak x model FLOP share, less what throttling costs.
    pub bf16_by_vendor: BTreeMap<String, f64>,
    /// The same with the range of the model FLOP share.
    pub bf16_flops: Band,
    /// Delivered dense FP8, FLOP/s, at the same model FLOP share.
    pub fp8_flops: Band,
    /// Share of the chips' pace that throttling takes.
    pub throttled_share: f64,
    /// Capital, $.
    pub capital_usd: Band,
    /// All costs of a year, with capital as annuities, $.
    pub usd_per_year: Band,
    /// Share of the time that ends in useful work.
    pub effective_share: Band,
    /// Operational carbon of a year by the grid's average, margin and long run, t.
    pub carbon_t_per_year: [f64; 3],
    /// Embodied carbon a year, t.
    pub embodied_t_per_year: Band,
    /// Energy that no feed carried, kWh.
    pub unserved_kwh: f64,
}

impl Fleet {
    /// Power usage effectiveness.
    #[must_use]
    pub fn pue(&self) -> f64 {
        ratio(self.facility_w, self.it_w)
    }

    /// Water usage effectiveness, L/kWh.
    #[must_use]
    pub fn wue_l_per_kwh(&self) -> f64 {
        ratio(self.water_m3_per_day * 1000.0, self.it_w / 1000.0 * 24.0)
    }

    /// Useful BF16 FLOP of a year.
    #[must_use]
    pub fn flop_per_year(&self) -> Band {
        let each = |flops: f64, share: f64| flops * share * YEAR_S;
        Band {
            low: each(self.bf16_flops.low, self.effective_share.low),
            value: each(self.bf16_flops.value, self.effective_share.value),
            high: each(self.bf16_flops.high, self.effective_share.high),
        }
    }

    /// Cost of a training run of [`RUN_FLOP`], $.
    #[must_use]
    pub fn usd_per_run(&self) -> Band {
        self.usd_per_year / self.flop_per_year() * RUN_FLOP
    }

    /// Days that it takes so many such buildings.
    #[must_use]
    pub fn days_per_run(&self, buildings: f64) -> f64 {
        ratio(RUN_FLOP, self.flop_per_year().value * buildings) * 365.0
    }

    /// Carbon of such a run by the grid's average with its share of what is embodied, t.
    #[must_use]
    pub fn carbon_t_per_run(&self) -> f64 {
        let t = self.carbon_t_per_year[0] + self.embodied_t_per_year.value;
        ratio(t, self.flop_per_year().value) * RUN_FLOP
    }

    /// Share of the delivered FLOP/s by vendor.
    #[must_use]
    pub fn vendor_shares(&self) -> BTreeMap<&str, f64> {
        let all: f64 = self.bf16_by_vendor.values().sum();
        let shares = self.bf16_by_vendor.iter();
        shares
            .map(|(vendor, flops)| (vendor.as_str(), ratio(*flops, all)))
            .collect()
    }

    /// Herfindahl index over vendors: 1 with one vendor, 1/n with n equal ones.
    #[must_use]
    pub fn herfindahl(&self) -> f64 {
        self.vendor_shares().values().map(|share| share * share).sum()
    }

    /// FLOP that so many such buildings lose if a vendor delivers three months late.
    #[must_use]
    pub fn delay_flop(&self, vendor: &str, buildings: f64) -> f64 {
        self.bf16_by_vendor.get(vendor).copied().unwrap_or(0.0) * DELAY_S * buildings
    }

    /// The vendor on which most hangs.
    #[must_use]
    pub fn main_vendor(&self) -> &str {
        let most = self.bf16_by_vendor.iter().max_by(|a, b| a.1.total_cmp(b.1));
        most.map_or("", |(vendor, _)| vendor)
    }
}

fn ratio(a: f64, b: f64) -> f64 {
    if b > 0.0 { a / b } else { 0.0 }
}

/// Reads `trn2:0.6,tpu-v7-cube:0.4`: racks and their shares of the power, which come to 1.
///
/// # Errors
/// What is wrong, in words.
pub fn parse_mix(text: &str) -> Result<Vec<(String, f64)>, String> {
    let mut out: Vec<(String, f64)> = Vec::new();
    for part in text.split(',') {
        let read = part.trim().split_once(':');
        let share = read.and_then(|(name, share)| Some((name.trim(), share.trim().parse::<f64>().ok()?)));
        let Some((name, share)) = share.filter(|(name, share)| !name.is_empty() && (0.0..=1.0).contains(share)) else {
            return Err(format!("{part:?}: a rack and its share, such as trn2:0.6"));
        };
        if out.iter().any(|(known, _)| known == name) {
            return Err(format!("{name:?} again: each rack once"));
        }
        out.push((name.to_owned(), share));
    }
    let sum: f64 = out.iter().map(|(_, share)| share).sum();
    if (sum - 1.0).abs() > 1e-6 {
        return Err(format!("{text:?}: shares come to {sum}; they must come to 1"));
    }
    Ok(out)
}

/// A building's worth of a mix: so many buildings of each fleet that they draw the shares of the power.
#[must_use]
pub fn mix(name: &str, parts: &[(&Fleet, f64)]) -> Fleet {
    // Buildings of a fleet go with its share over what one of its buildings draws.
    let all: f64 = parts.iter().map(|(fleet, share)| ratio(*share, fleet.facility_w)).sum();
    let weighted: Vec<(&Fleet, f64)> = parts
        .iter()
        .map(|(fleet, share)| (*fleet, ratio(ratio(*share, fleet.facility_w), all)))
        .collect();
    let sum = |pick: fn(&Fleet) -> f64| weighted.iter().map(|(fleet, w)| pick(fleet) * w).sum::<f64>();
    let band = |pick: fn(&Fleet) -> Band| weighted.iter().map(|(fleet, w)| pick(fleet) * *w).sum::<Band>();
    let mut bf16_by_vendor: BTreeMap<String, f64> = BTreeMap::new();
    for (fleet, weight) in &weighted {
        for (vendor, flops) in &fleet.bf16_by_vendor {
            *bf16_by_vendor.entry(vendor.clone()).or_default() += flops * weight;
        }
    }
    let bf16 = band(|f| f.bf16_flops);
    Fleet {
        rack: name.to_owned(),
        racks: sum(|f| f.racks),
        chips: sum(|f| f.chips),
        limit: "mix".to_owned(),
        it_w: sum(|f| f.it_w),
        facility_w: sum(|f| f.facility_w),
        water_m3_per_day: sum(|f| f.water_m3_per_day),
        bf16_by_vendor,
        bf16_flops: bf16,
        fp8_flops: band(|f| f.fp8_flops),
        throttled_share: sum(|f| f.throttled_share * f.chips) / sum(|f| f.chips).max(1e-9),
        capital_usd: band(|f| f.capital_usd),
        usd_per_year: band(|f| f.usd_per_year),
        effective_share: parts
            .first()
            .map_or(Band::default(), |(fleet, _)| fleet.effective_share),
        carbon_t_per_year: [
            sum(|f| f.carbon_t_per_year[0]),
            sum(|f| f.carbon_t_per_year[1]),
            sum(|f| f.carbon_t_per_year[2]),
        ],
        embodied_t_per_year: band(|f| f.embodied_t_per_year),
        unserved_kwh: sum(|f| f.unserved_kwh),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fleet(rack: &str, vendor: &str, facility_w: f64, flops: f64) -> Fleet {
        Fleet {
            rack: rack.into(),
            racks: 10.0,
            chips: 100.0,
            limit: "places".into(),
            it_w: facility_w / 1.1,
            facility_w,
            water_m3_per_day: 24.0,
            bf16_by_vendor: BTreeMap::from([(vendor.to_owned(), flops)]),
            bf16_flops: Band::exact(flops),
            fp8_flops: Band::exact(2.0 * flops),
            throttled_share: 0.0,
            capital_usd: Band::exact(1e9),
            usd_per_year: Band::exact(3e8),
            effective_share: Band::exact(0.9),
            carbon_t_per_year: [100.0, 150.0, 40.0],
            embodied_t_per_year: Band::exact(10.0),
            unserved_kwh: 0.0,
        }
    }

    #[test]
    fn one_vendor_is_all_the_exposure() {
        let one = fleet("a", "X", 60e6, 1e19);
        assert_eq!(one.herfindahl(), 1.0);
        assert!((one.delay_flop("X", 16.0) - 1e19 * 7_884_000.0 * 16.0).abs() < 1e15);
        assert_eq!(one.delay_flop("Y", 16.0), 0.0);
        // 1e25 FLOP at 1e19 x 0.9 are 1.11e6 s; in a year 28.4 of them share $3e8.
        assert!((one.usd_per_run().value - 3e8 / (1e19 * 0.9 * YEAR_S) * 1e25).abs() < 1e-3);
        assert!((one.days_per_run(16.0) - 1e25 / (1e19 * 0.9 * 16.0) / 86_400.0).abs() < 1e-9);
    }

    /// Half of the power each: the fleet of double power has half as many buildings.
    #[test]
    fn a_mix_is_by_power() {
        let (a, b) = (fleet("a", "X", 60e6, 1e19), fleet("b", "Y", 120e6, 4e19));
        let both = mix("a:0.5,b:0.5", &[(&a, 0.5), (&b, 0.5)]);
        assert!((both.facility_w - 80e6).abs() < 1e-6, "{}", both.facility_w);
        let shares = both.vendor_shares();
        assert!((shares["X"] - 1.0 / 3.0).abs() < 1e-12 && (shares["Y"] - 2.0 / 3.0).abs() < 1e-12);
        assert!((both.herfindahl() - 5.0 / 9.0).abs() < 1e-12);
        assert_eq!(both.main_vendor(), "Y");
        let alone = mix("a:1", &[(&a, 1.0)]);
        assert_eq!((alone.bf16_flops, alone.usd_per_year), (a.bf16_flops, a.usd_per_year));
    }

    #[test]
    fn mixes_are_read_or_refused_with_a_reason() {
        let read = parse_mix("trn2:0.6, tpu-v7-cube:0.4").expect("is a mix");
        assert_eq!(read, [("trn2".to_owned(), 0.6), ("tpu-v7-cube".to_owned(), 0.4)]);
        for (text, why) in [
            ("trn2", "a rack and its share"),
            ("trn2:x", "a rack and its share"),
            ("trn2:0.5", "come to 0.5"),
            ("trn2:0.5,trn2:0.5", "again"),
            ("trn2:-1,b:2", "a rack and its share"),
        ] {
            let error = parse_mix(text).expect_err("is none");
            assert!(error.contains(why), "{text}: {error}");
        }
    }
}
