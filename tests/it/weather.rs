//! Weather: the made year against its normals and design conditions, spells, extremes, recorded years.

#![allow(clippy::print_stdout, reason = "what was reached is printed beside what was wanted")]

use crate::common::{Texts, load, order, run_for};
use proptest::prelude::*;
use rainier::scenario::{self, Loaded, Overrides};
use rainier::sim::Twin;
use rainier::sim::command::Command;
use rainier::sim::weather::{Change, Climate, Moment, Outside, Spells, USUAL_PARTICLES_UG_M3};
use rainier::site::calendar::DAYS;
use rainier::site::epw;
use rainier::site::files::WeatherFile;
use rainier::site::load::{Weather, load_site};
use rainier::site::schema::read;
use rainier::site::texts::NoFiles;

const SOUTH_BEND: &str = include_str!("../../assets/weather/south-bend.ron");
const CHICAGO: &str = include_str!("../../assets/weather/chicago-ohare-tmy3.epw");

/// Weather made from a text of normals, at the elevation of KSBN, 236 m (facts, section 8).
fn made(text: &str, seed: u32) -> Climate {
    let file = read::<WeatherFile>("test.ron", text).unwrap_or_else(|report| panic!("{report}"));
    Climate::new(Weather::Normals(Box::new(file.value)), 236.0, seed)
}

/// The values of a climate at the hours of a year.
fn year_of(climate: &Climate) -> Vec<Outside> {
    (0..8_760)
        .map(|h| climate.at(Moment::of_hour(f64::from(h), false), Change::default()))
        .collect()
}

/// The hours of each month.
fn months(year: &[Outside]) -> Vec<&[Outside]> {
    let mut rest = year;
    let mut out = Vec::new();
    for days in DAYS {
        let (month, after) = rest.split_at(days as usize * 24);
        out.push(month);
        rest = after;
    }
    out
}

fn mean(values: impl IntoIterator<Item = f64>) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    for value in values {
        sum += value;
        count += 1.0;
    }
    sum / count
}

/// Means of the days' highest, lowest and mean dry bulb, °C, and the standard deviation of the last, K.
fn days(month: &[Outside]) -> [f64; 4] {
    let dry_bulbs = |day: &[Outside]| day.iter().map(|o| o.dry_bulb_c).collect::<Vec<_>>();
    let high = mean(
        month
            .chunks(24)
            .map(|day| dry_bulbs(day).into_iter().fold(f64::MIN, f64::max)),
    );
    let low = mean(
        month
            .chunks(24)
            .map(|day| dry_bulbs(day).into_iter().fold(f64::MAX, f64::min)),
    );
    let means: Vec<f64> = month.chunks(24).map(|day| mean(dry_bulbs(day))).collect();
    let middle = mean(means.iter().copied());
    [
        high,
        low,
        middle,
        mean(means.iter().map(|x| (x - middle).powi(2))).sqrt(),
    ]
}

/// The value that a share of the hours exceeds.
fn exceeded(year: &[Outside], share: f64, of: fn(&Outside) -> f64) -> f64 {
    let mut sorted: Vec<f64> = year.iter().map(of).collect();
    sorted.sort_by(|a, b| b.total_cmp(a));
    sorted[(8_760.0 * share) as usize]
}

#[track_caller]
fn near(what: &str, found: f64, wanted: f64, within: f64) {
    assert!((found - wanted).abs() <= within, "{what}: {found}, not {wanted}");
}

/// docs/facts.md, 8, South Bend (KSBN), normals 1991-2020: mean daily maximum and minimum, °C, mean dew point, °C,
/// mean relative humidity, %, wind, m/s. Humidity is no input of the year.
const NORMALS: [[f64; 5]; 12] = [
    [-0.2, -8.0, -7.2, 79.0, 5.3],
    [1.9, -6.9, -6.2, 76.0, 5.0],
    [8.1, -1.9, -1.7, 71.0, 5.1],
    [15.3, 3.3, 3.3, 66.0, 5.1],
    [21.4, 9.3, 9.0, 66.0, 4.4],
    [26.7, 15.0, 14.4, 67.0, 4.0],
    [28.3, 16.9, 16.9, 70.0, 3.6],
    [27.1, 15.8, 16.7, 74.0, 3.4],
    [23.7, 11.8, 13.0, 74.0, 3.8],
    [16.7, 5.9, 6.6, 73.0, 4.4],
    [9.1, 0.5, 1.1, 77.0, 5.0],
    [2.7, -4.4, -3.8, 81.0, 5.0],
];

/// A typical year has its normals, whatever its seed. `-- --nocapture` prints what was reached.
#[test]
fn every_made_year_has_its_monthly_normals() {
    for seed in [1, 2, 3, 5, 8, 1_000, 77_777] {
        let year = year_of(&made(SOUTH_BEND, seed));
        for (m, (month, normal)) in months(&year).into_iter().zip(NORMALS).enumerate() {
            let [high, low, _, sd] = days(month);
            let dew_point_c = mean(month.iter().map(|o| o.dew_point_c));
            let rh = 100.0 * mean(month.iter().map(|o| o.relative_humidity));
            let wind_m_s = mean(month.iter().map(|o| o.wind_m_s));
            let what = |of: &str| format!("seed {seed}, month {}, {of}", m + 1);
            near(&what("maximum"), high, normal[0], 0.3);
            near(&what("minimum"), low, normal[1], 0.3);
            near(&what("dew point"), dew_point_c, normal[2], 0.5);
            near(&what("humidity"), rh, normal[3], 6.0);
            near(&what("wind"), wind_m_s, normal[4], 0.1);
            // Day-to-day weather is not squashed: daily means vary in a recorded January of the region by 5 to 6 K
            // (Chicago O'Hare, TMY3: 6.3 K), in a July by 3.0 K.
            match m {
                0 => near(&what("deviation"), sd, 5.8, 1.2),
                6 => near(&what("deviation"), sd, 3.0, 0.6),
                _ => {}
            }
            if seed == 1 {
                println!(
                    "{:2} {high:6.2} {low:6.2} {dew_point_c:6.2} {rh:5.1} {wind_m_s:4.2} {sd:4.2}",
                    m + 1
                );
            }
        }
    }
}

/// docs/facts.md, 8, design values of South Bend. A typical year has them, whatever its seed.
#[test]
fn every_made_year_has_its_design_conditions() {
    for seed in [1, 2, 3, 5, 8, 1_000, 77_777] {
        let year = year_of(&made(SOUTH_BEND, seed));
        let mut report = format!("seed {seed}:");
        let mut check = |what: &str, found: f64, wanted: f64, within: f64| {
            near(&format!("seed {seed}, {what}"), found, wanted, within);
            report += &format!(" {what} {found:.2} ({wanted})");
        };
        let dry = |share: f64| exceeded(&year, share, |o| o.dry_bulb_c);
        // Cooling dry bulb 0.4 / 1 / 2 % 32.6 / 31.1 / 29.6 °C; heating 99.6 / 99 % -17.2 / -14.3 °C.
        for (share, wanted) in [(0.004, 32.6), (0.01, 31.1), (0.02, 29.6), (0.99, -14.3), (0.996, -17.2)] {
            check(&format!("dry bulb {} %", share * 100.0), dry(share), wanted, 0.5);
        }
        // Dehumidification dew point 0.4 % 24.0 °C; evaporation wet bulb 0.4 % 25.5 °C.
        check("dew point 0.4 %", exceeded(&year, 0.004, |o| o.dew_point_c), 24.0, 0.5);
        check("wet bulb 0.4 %", exceeded(&year, 0.004, |o| o.wet_bulb_c), 25.5, 0.8);
        // Mean wet bulb at 32.6 °C: 23.4 °C. Mean dry bulb at a wet bulb of 25.5 °C: 30.2 °C.
        let at_hottest = year.iter().filter(|o| (o.dry_bulb_c - 32.6).abs() < 0.75);
        check("wet bulb at it", mean(at_hottest.map(|o| o.wet_bulb_c)), 23.4, 0.5);
        let at_dampest = year.iter().filter(|o| (o.wet_bulb_c - 25.5).abs() < 0.5);
        check("dry bulb at it", mean(at_dampest.map(|o| o.dry_bulb_c)), 30.2, 1.8);
        // 150 to 250 h a year above 29.4 °C.
        let hot = year.iter().filter(|o| o.dry_bulb_c > 29.4).count();
        check("h above 29.4 °C", hot as f64, 200.0, 50.0);
        // Extremes 42.8 °C (1934) and -30 °C (1943): a typical year stays well inside them, and beyond 0.4 and 99.6 %.
        let dry_bulbs = || year.iter().map(|o| o.dry_bulb_c);
        check("highest", dry_bulbs().fold(f64::MIN, f64::max), 35.5, 2.5);
        check("lowest", dry_bulbs().fold(f64::MAX, f64::min), -21.5, 4.0);
        println!("{report}");
    }
}

#[test]
fn a_made_year_is_smooth_over_every_hour_and_its_end() {
    for seed in 1..=5 {
        let year = year_of(&made(SOUTH_BEND, seed));
        for (h, now) in year.iter().enumerate() {
            let next = &year[(h + 1) % 8_760];
            // The recorded year of Chicago O'Hare (TMY3) changes by 11 K in its steepest hour, at a front.
            for (a, b) in [(now.dry_bulb_c, next.dry_bulb_c), (now.dew_point_c, next.dew_point_c)] {
                assert!((a - b).abs() < 6.0, "seed {seed}, hour {h}: {a} and {b}");
            }
            assert!(now.dew_point_c <= now.dry_bulb_c && now.relative_humidity <= 1.0);
            assert!(now.wet_bulb_c <= now.dry_bulb_c + 1e-6 && now.wet_bulb_c >= now.dew_point_c - 0.1);
        }
        // Fog stands for a few hours in a hundred, not for days: in Chicago's year the dew point is within 0.2 K of the
        // dry bulb in 1.6 % of the hours.
        let foggy = year.iter().filter(|o| o.dry_bulb_c - o.dew_point_c < 0.2).count();
        assert!(foggy < 8_760 / 25, "{foggy} h");
    }
}

#[test]
fn the_seed_makes_the_year_and_nothing_else_does() {
    assert_eq!(year_of(&made(SOUTH_BEND, 4)), year_of(&made(SOUTH_BEND, 4)));
    let [a, b] = [4, 5].map(|seed| year_of(&made(SOUTH_BEND, seed)));
    let apart = mean(a.iter().zip(&b).map(|(a, b)| (a.dry_bulb_c - b.dry_bulb_c).abs()));
    assert!(apart > 2.0, "{apart} K");
}

/// The file without what may be left out.
fn bare() -> String {
    let (head, _) = SOUTH_BEND.split_once("    particles_ug_m3").expect("has it");
    head.to_owned() + ")\n"
}

#[test]
fn normals_alone_make_a_year_too() {
    let year = year_of(&made(&bare(), 1));
    for (month, normal) in months(&year).into_iter().zip(NORMALS) {
        let [high, low, ..] = days(month);
        near("maximum", high, normal[0], 0.1);
        near("minimum", low, normal[1], 0.1);
    }
    assert!(
        year.iter()
            .all(|o| o.particles_ug_m3.to_bits() == USUAL_PARTICLES_UG_M3.to_bits())
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]
    /// No file that passes its checks makes a year with a number that is none.
    #[test]
    fn any_file_makes_a_year_of_numbers(
        max in -60.0..60.0_f64, range in 0.0..30.0_f64, dew in -70.0..40.0_f64, sd in 0.0..20.0_f64,
        hot in -50.0..60.0_f64, period in 6.0..500.0_f64, seed in 0_u32..9,
    ) {
        let mut file = read::<WeatherFile>("test.ron", SOUTH_BEND).unwrap_or_else(|report| panic!("{report}")).value;
        for month in &mut file.months {
            month.max_c.value = max;
            month.min_c.value = (max - range).max(-70.0);
            month.dew_point_c.value = dew;
            month.wind_m_s.value = 0.0;
        }
        file.synoptic_sd_winter_k.value = sd;
        file.synoptic_sd_summer_k.value = 0.0;
        file.synoptic_period_h.value = period;
        if let Some(design) = &mut file.design {
            for (k, value) in [
                &mut design.highest_c, &mut design.dry_bulb_0_4_pct_c, &mut design.dry_bulb_1_pct_c,
                &mut design.dry_bulb_2_pct_c, &mut design.dry_bulb_99_pct_c, &mut design.dry_bulb_99_6_pct_c,
                &mut design.lowest_c,
            ].into_iter().enumerate() {
                value.value = hot - k as f64;
            }
        }
        let year = year_of(&Climate::new(Weather::Normals(Box::new(file)), 236.0, seed));
        let sound = year.iter().all(|o| {
            let all = [o.dry_bulb_c, o.dew_point_c, o.wet_bulb_c, o.humidity_ratio, o.wind_m_s];
            all.iter().all(|x| x.is_finite()) && o.dew_point_c <= o.dry_bulb_c
        });
        prop_assert!(sound);
    }
}

#[test]
fn design_values_that_contradict_each_other_are_named() {
    let bad = SOUTH_BEND
        .replace("dry_bulb_1_pct_c: (31.1", "dry_bulb_1_pct_c: (33.1")
        .replace("dew_point_0_4_pct_c: (24.0", "dew_point_0_4_pct_c: (26.0");
    let files = Texts(vec![("bad.ron".into(), bad)]);
    let errors = load_site(&files, "builtin:lab", Some("bad.ron"))
        .expect_err("is wrong")
        .to_string();
    for expected in [
        "design.dry_bulb_1_pct_c: found 33.1; allowed: below dry_bulb_0_4_pct_c, 32.6",
        "design.dew_point_0_4_pct_c: found 26; allowed: below wet_bulb_0_4_pct_c, 25.5",
    ] {
        assert!(errors.contains(expected), "{expected} is not in\n{errors}");
    }
}

/// A leap year of the simulation goes over its 29 February, and over its end, without a jump.
#[test]
fn a_leap_year_is_as_smooth_as_any() {
    let climate = made(SOUTH_BEND, 1);
    let at = |hour: f64| climate.at(Moment::of_hour(hour, true), Change::default()).dry_bulb_c;
    for k in 0..8_784 * 4 {
        let (a, b) = (at(f64::from(k) / 4.0), at(f64::from(k + 1) / 4.0));
        assert!((a - b).abs() < 1.5, "hour {}: {a} and {b}", f64::from(k) / 4.0);
    }
    // From 1 March on it is the year that it is without a leap day.
    let march = Change::default();
    assert_eq!(
        climate.at(Moment::of_hour(61.0 * 24.0, true), march),
        climate.at(Moment::of_hour(60.0 * 24.0, false), march)
    );
}

#[test]
fn the_hottest_and_the_dampest_hour_are_found() {
    let climate = made(SOUTH_BEND, 1);
    let year = year_of(&climate);
    let (hottest, air) = climate.hottest_hour();
    assert!(year.iter().all(|o| o.dry_bulb_c <= air.dry_bulb_c) && air.dry_bulb_c > 32.6);
    assert_eq!(climate.at(hottest, Change::default()), air);
    assert!(
        (6..=8).contains(&hottest.month) && (13.0..19.0).contains(&hottest.hour),
        "{hottest:?}"
    );
    let (dampest, air) = climate.highest_wet_bulb_hour();
    assert!(year.iter().all(|o| o.wet_bulb_c <= air.wet_bulb_c) && air.wet_bulb_c > 25.5);
    assert_eq!(climate.at(dampest, Change::default()), air);
    // The highest value of the recorded year: 35.0 °C.
    let epw = epw::read("chicago.epw", CHICAGO).unwrap_or_else(|report| panic!("{report}"));
    let highest_c = epw.dry_bulb_c.iter().copied().fold(f64::MIN, f64::max);
    let (hottest, air) = Climate::Recorded(epw).hottest_hour();
    assert_eq!(air.dry_bulb_c, highest_c);
    assert_eq!(hottest.in_year(2026).year(), 2026);
}

/// Hours of the recorded year at or below 18, 27, 29.4 and 35 °C, counted from the file by the reference notes, as the
/// twin's clock meets them.
#[test]
fn a_recorded_year_is_met_hour_by_hour() {
    let epw = epw::read("chicago.epw", CHICAGO).unwrap_or_else(|report| panic!("{report}"));
    let climate = Climate::Recorded(epw);
    let year: Vec<f64> = (1..=8_760)
        .map(|h| {
            climate
                .at(Moment::of_hour(f64::from(h), false), Change::default())
                .dry_bulb_c
        })
        .collect();
    let hours = [18.0, 27.0, 29.4, 35.0].map(|limit| year.iter().filter(|t| **t <= limit).count());
    assert_eq!(hours, [6_152, 8_238, 8_573, 8_760]);
}

/// The small site with other texts in its scenario.
fn lab(changes: &[(&str, &str)]) -> Result<Loaded, String> {
    let mut text = include_str!("../../assets/scenarios/lab-day.ron").to_owned();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    scenario::load_text(&NoFiles, "test.ron", &text, Overrides::default()).map_err(|report| report.to_string())
}

const DAMPER: (&str, &str) = ("weather_offset_k: 0,", "weather_offset_k: 0, dew_point_offset_k: 1,");

#[test]
fn a_spell_comes_and_goes_smoothly() {
    let spells = "spells: [(what: HeatWave, at_s: 600, lasts_s: 2400, ramp_s: 600, dry_bulb_k: 8, basis: \"test\"),
        (what: Smoke, at_s: 0, lasts_s: 1200, ramp_s: 0, particles_ug_m3: 100, basis: \"test\")], events: [";
    let loaded = lab(&[("events: [", spells), DAMPER]).unwrap_or_else(|report| panic!("{report}"));
    let spells = Spells(loaded.scenario.spells.clone());
    let at = |time_s: f64| spells.added_to(Change::default(), time_s);
    for (time_s, dry_bulb_k, particles_ug_m3) in [
        (-1.0, 0.0, 0.0),
        (300.0, 0.0, 100.0),
        (900.0, 4.0, 100.0),
        (1_300.0, 8.0, 0.0),
        (2_400.0, 8.0, 0.0),
        (2_700.0, 4.0, 0.0),
        (3_001.0, 0.0, 0.0),
    ] {
        near("dry bulb", at(time_s).dry_bulb_k, dry_bulb_k, 1e-9);
        near("particles", at(time_s).particles_ug_m3, particles_ug_m3, 1e-9);
    }
    assert_eq!(at(1_800.0).dew_point_k, 0.0, "the moisture stays");

    let mut twin = Twin::new(loaded, 1);
    let climate = twin.world().resource::<Climate>().clone();
    // The middle of the 25th minute: the heat wave is at its height, the smoke is gone.
    run_for(&mut twin, 25);
    let outside = twin.world().resource::<Outside>().clone();
    let moment = twin.world().resource::<rainier::sim::clock::Clock>().moment(-30.0);
    let usual = climate.at(moment, Change::default());
    near("dry bulb", outside.dry_bulb_c, usual.dry_bulb_c + 8.0, 1e-9);
    near("dew point", outside.dew_point_c, usual.dew_point_c + 1.0, 1e-9);
    assert_eq!(outside.particles_ug_m3, 9.0, "the file's own");
    order(&mut twin, [Command::Smoke(150.0), Command::OffsetWeather(-30.0)]);
    run_for(&mut twin, 1);
    let outside = twin.world().resource::<Outside>();
    assert_eq!(outside.particles_ug_m3, 159.0);
    assert!(outside.dew_point_c <= outside.dry_bulb_c && outside.relative_humidity <= 1.0);
}

#[test]
fn spells_that_make_no_sense_are_named() {
    let spells = "spells: [(what: ColdSnap, at_s: 0, lasts_s: 100, ramp_s: 60, dry_bulb_k: 8, basis: \"test\"),
        (what: Smoke, at_s: 0, lasts_s: 100, ramp_s: 0, basis: \"test\")], events: [";
    let errors = lab(&[("events: [", spells)]).expect_err("is wrong");
    for expected in [
        "spells[0].ramp_s: found 60; allowed: at most half of lasts_s, 50",
        "spells[0].dry_bulb_k: found 8; allowed: below 0 for ColdSnap",
        "spells[1].particles_ug_m3: found 0; allowed: above 0 for Smoke",
    ] {
        assert!(errors.contains(expected), "{expected} is not in\n{errors}");
    }
}

/// What the built-in spells of weather come to at their height.
#[test]
fn built_in_spells_bring_what_they_say() {
    let extremes = |name: &str| {
        let loaded = load(name);
        let (start, duration_s) = (loaded.start, loaded.scenario.duration_s);
        let climate = Climate::new(loaded.site.weather, 236.0, loaded.scenario.seed);
        let spells = Spells(loaded.scenario.spells);
        let hours = (0..(duration_s / 3600.0) as i64).map(|h| {
            let then = start
                .checked_add(jiff::SignedDuration::from_hours(h))
                .expect("is a time");
            let moment = Moment {
                leap_year: then.in_leap_year(),
                month: then.month() as u32,
                day: then.day() as u32,
                hour: f64::from(then.hour()),
            };
            climate.at(moment, spells.added_to(Change::default(), h as f64 * 3600.0))
        });
        hours.collect::<Vec<_>>()
    };
    let highest = |air: &[Outside], of: fn(&Outside) -> f64| air.iter().map(of).fold(f64::MIN, f64::max);
    let wave = highest(&extremes("builtin:july-heat-wave"), |o| o.dry_bulb_c);
    assert!((35.0..40.0).contains(&wave), "{wave} °C");
    let snap = -highest(&extremes("builtin:cold-snap"), |o| -o.dry_bulb_c);
    assert!((-33.0..-26.0).contains(&snap), "{snap} °C");
    let smoke = highest(&extremes("builtin:smoke-week"), |o| o.particles_ug_m3);
    assert_eq!(smoke, 189.0);
}

/// The day of the default what-if is a July day like any: normals of 28.3 and 16.9 °C (facts, section 8).
#[test]
fn the_default_day_is_a_usual_one() {
    let loaded = load("builtin:default");
    let day = loaded.start.day_of_year() as usize - 1;
    let year = year_of(&Climate::new(loaded.site.weather, 236.0, loaded.scenario.seed));
    let [high, low, ..] = days(&year[day * 24..day * 24 + 24]);
    near("maximum", high, 28.3, 1.5);
    near("minimum", low, 16.9, 1.5);
}
