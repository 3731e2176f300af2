//! Jobs on a campus: goodput, pace, placement, caps and failures, held against what is known exactly.

use rainier::results::{JobsSummary, Summary};
use rainier::scenario::{self, Overrides};
use rainier::sim::clock::Clock;
use rainier::sim::jobs::Jobs;
use rainier::sim::{HallColumns, Twin};
use rainier::site::texts::Files;
use rainier::workload::Kind;

/// Files of a test, in memory.
struct Texts(Vec<(&'static str, String)>);

impl Files for Texts {
    fn text(&self, name: &str) -> Result<String, String> {
        let found = self.0.iter().find(|(own, _)| *own == name);
        found.map(|(_, text)| text.clone()).ok_or_else(|| "no such file".into())
    }
}

/// A workload of one training job, with what a test changes in it.
fn workload(job: &str, failures: &str, more: &str) -> String {
    format!(
        r#"(
            format: 1, name: "test", about: "test", sources: {{}},
            placement: (policy: FirstFit, backfill: true, preempt: true, spare_share: (0.05, E, "= test")),
            models: {{ "m": (
                step_s: (5, E, "= test"), communication_share: (0.2, E, "= test"),
                compute_utilisation: (0.95, E, "= test"), communication_utilisation: (0.3, E, "= test"),
                jitter: (0, E, "= test"), mfu: (0.4, E, "= test"), checkpoint_s: (20, E, "= test"),
                checkpoint_utilisation: (0.2, E, "= test"), restart_s: (240, E, "= test"),
            ) }},
            training: [{job}],
            {failures}
            {more}
        )"#
    )
}

fn scenario(duration_s: f64, tick_s: f64, seed: u32, events: &str) -> String {
    format!(
        r#"(
            format: 1, name: "test", about: "test", site: "builtin:lab", workload: "w.ron",
            start: "2026-04-20T00:00:00", duration_s: {duration_s}, tick_s: {tick_s}, record_every_s: {tick_s},
            seed: {seed}, phase: 1, utilisation: 0, load_texture: 0, weather_offset_k: 0, events: [{events}],
        )"#
    )
}

fn twin(workload: &str, scenario: &str) -> Twin {
    let files = Texts(vec![("w.ron", workload.to_owned())]);
    let loaded = scenario::load_text(&files, "s.ron", scenario, Overrides::default());
    Twin::new(loaded.unwrap_or_else(|report| panic!("{report}")), 1)
}

fn finish(workload: &str, scenario: &str) -> Twin {
    let mut twin = twin(workload, scenario);
    while !twin.done() {
        twin.tick();
    }
    twin
}

fn summary(twin: &Twin) -> JobsSummary {
    Summary::of(twin.world(), "test", 1).jobs.expect("there are jobs")
}

const JOB: &str = r#"(name: "t", model: "m", submit_s: -1, chips: 512, chip: "trainium2", basis: "test")"#;

/// One interruption in about 47 minutes, and nothing to mend.
const SOFTWARE: &str = r#"failures: (basis: "test", chip_hours: (400, E, "= test"),
    causes: [(name: "software", share: (1, E, "= test"), repair_h: (0, E, "= test"))]),"#;

/// Daly (2006), complete model, by job: the mean over seeds lies within its 99 % interval.
#[test]
fn goodput_agrees_with_the_analytic_expectation() {
    let runs: Vec<(f64, f64)> = (0..12)
        .map(|seed| {
            let twin = finish(&workload(JOB, SOFTWARE, ""), &scenario(172_800.0, 300.0, seed, ""));
            let jobs = twin.world().resource::<Jobs>();
            let record = &jobs.open_records(172_800.0)[0];
            (record.goodput, record.expected_goodput)
        })
        .collect();
    let n = runs.len() as f64;
    let mean = runs.iter().map(|(found, _)| found).sum::<f64>() / n;
    let variance = runs
        .iter()
        .map(|(found, _)| (found - mean) * (found - mean))
        .sum::<f64>()
        / (n - 1.0);
    // Student's t for eleven degrees of freedom.
    let half = 3.106 * (variance / n).sqrt();
    let expected = runs[0].1;
    assert!((0.5..0.95).contains(&expected), "{expected}");
    assert!((mean - expected).abs() < half, "{mean} ± {half} is not {expected}");
    assert!(half < 0.03, "too wide to tell: {half}");
}

/// What a job does within a tick is exact: only heat moves a little with the tick.
#[test]
fn ticks_of_a_second_and_of_five_minutes_tell_the_same() {
    let of = |tick_s: f64| {
        let twin = finish(&workload(JOB, SOFTWARE, ""), &scenario(14_400.0, tick_s, 3, ""));
        let s = summary(&twin);
        (s.totals.useful_h, s.totals.interruptions, s.totals.energy_kwh[0])
    };
    let short = of(1.0);
    for tick_s in [5.0, 60.0, 300.0] {
        let long = of(tick_s);
        assert!(
            (long.0 / short.0 - 1.0).abs() < 0.005,
            "{tick_s} s: {long:?} is not {short:?}"
        );
        assert_eq!(long.1, short.1, "{tick_s} s");
        assert!(
            (long.2 / short.2 - 1.0).abs() < 0.005,
            "{tick_s} s: {long:?} is not {short:?}"
        );
    }
}

/// Every chip-hour is somebody's, and every hour of training went somewhere.
#[test]
fn the_time_of_all_chips_is_booked_in_whole() {
    let files = rainier::site::texts::NoFiles;
    let loaded = scenario::load(&files, "builtin:lab-jobs", Overrides::default());
    let mut twin = Twin::new(loaded.unwrap_or_else(|report| panic!("{report}")), 1);
    while !twin.done() {
        twin.tick();
    }
    let s = summary(&twin);
    let t = &s.totals;
    let all_h = t.held_h.iter().sum::<f64>() + t.free_h + t.spare_h + t.down_h;
    let chips = 24.0 * 32.0 * 2.0;
    assert!((all_h / (chips * 24.0) - 1.0).abs() < 1e-9, "{all_h}");
    let training_h = t.useful_h + t.slow_h + t.writing_h + t.restarting_h + t.lost_h + t.stuck_h;
    assert!(
        (training_h / t.held_h[0] - 1.0).abs() < 1e-9,
        "{training_h} is not {}",
        t.held_h[0]
    );
    assert!(t.interruptions > 10 && t.done > 20, "{t:?}");
    assert!(s.served_share > 0.95, "{}", s.served_share);
    assert!(t.held_h[1] > 24.0 * 64.0, "{t:?}");
    assert!(Summary::of(twin.world(), "x", 1).worst_imbalance < 1e-9);
}

/// A job over two halls, of which one loses most of its air: every chip of the job waits for it.
#[test]
fn one_hot_hall_slows_the_whole_job() {
    let both = r#"(name: "t", model: "m", submit_s: -1, chips: 1400, chip: "trainium2", basis: "test")"#;
    let site = include_str!("../../assets/sites/lab.ron").replace(r#"rack: "h100-air", why"#, r#"rack: "trn2", why"#);
    let files = |events: &str| {
        let text = scenario(7_200.0, 30.0, 1, events).replace("builtin:lab", "site.ron");
        (
            text,
            Texts(vec![("w.ron", workload(both, "", "")), ("site.ron", site.clone())]),
        )
    };
    let run = |events: &str| {
        let (text, files) = files(events);
        let loaded = scenario::load_text(&files, "s.ron", &text, Overrides::default());
        let mut twin = Twin::new(loaded.unwrap_or_else(|report| panic!("{report}")), 1);
        let mut least = 1.0_f64;
        let mut other_w = f64::INFINITY;
        while !twin.done() {
            twin.tick();
            let jobs = twin.world().resource::<Jobs>();
            if twin.world().resource::<Clock>().time_s < 3_600.0 {
                continue;
            }
            least = least.min(jobs.running().next().map_or(0.0, |job| job.pace));
            other_w = other_w.min(twin.world().resource::<HallColumns>().chip_w[1]);
        }
        (least, other_w, summary(&twin).totals.slow_h)
    };
    let (calm, calm_w, calm_slow_h) = run("");
    // Three of four units of B01 are lost for a quarter of an hour.
    let (hot, hot_w, hot_slow_h) = run(
        r#"(at_s: 3600, action: FailUnits, at: "B01/H1", value: 3), (at_s: 4500, action: RepairUnits, at: "B01/H1")"#,
    );
    assert!(calm > 0.99 && calm_slow_h < 1.0, "{calm} {calm_slow_h}");
    assert!(hot < 0.9, "the pace fell to {hot} only");
    assert!(hot_slow_h > calm_slow_h + 10.0, "{hot_slow_h} {calm_slow_h}");
    assert!(hot_w < 0.98 * calm_w, "the cool hall waits at {hot_w} W of {calm_w} W");
}

/// Chips that have tripped compute nothing until somebody starts them again: their job has stopped and waits, and does
/// not merely get on at no pace.
#[test]
fn a_tripped_chip_stops_its_job_until_it_is_started_again() {
    let events = r#"(at_s: 600, action: FailUnits, at: "B01/H1", value: 4),
        (at_s: 3600, action: RepairUnits, at: "B01/H1"), (at_s: 5400, action: RestartChips, at: "B01/H1")"#;
    let mut twin = twin(&workload(JOB, "", ""), &scenario(7_200.0, 30.0, 1, events));
    let mut most_tripped = 0;
    let mut at_restart = None;
    while !twin.done() {
        twin.tick();
        let now_s = twin.world().resource::<Clock>().time_s;
        most_tripped = most_tripped.max(twin.world().resource::<HallColumns>().tripped[0]);
        if now_s == 5_400.0 {
            at_restart = twin.world().resource::<Jobs>().open_records(now_s).pop();
        }
    }
    assert!(most_tripped > 0);
    let jobs = twin.world().resource::<Jobs>();
    let (before, after) = (at_restart.expect("it runs"), &jobs.open_records(7_200.0)[0]);
    // The first chips trip within half an hour of the loss of all air; the hall is cool again long before the restart.
    assert!(before.stuck_s > 3_000.0, "{before:?}");
    assert!(before.interruptions >= 1, "{before:?}");
    assert_eq!(jobs.totals.by_cause.last(), Some(&u64::from(after.interruptions)));
    assert!(jobs.interruptions.iter().all(|stop| stop.rack.is_some()));
    assert!(after.stuck_s - before.stuck_s <= 60.0, "{after:?}");
    assert!(after.done_s - before.done_s > 1_200.0, "{before:?} {after:?}");
}

/// A cap on a building holds its IT to the limit, and what it costs is pace.
#[test]
fn a_power_cap_is_held_and_slows_the_job() {
    let twin_of = |events: &str| twin(&workload(JOB, "", ""), &scenario(7_200.0, 60.0, 1, events));
    let mut free = twin_of("");
    let mut capped = twin_of(r#"(at_s: 1200, action: CapPower, at: "B01", value: 400000)"#);
    let mut most_w = 0.0_f64;
    while !capped.done() {
        capped.tick();
        free.tick();
        if capped.world().resource::<Clock>().time_s > 2_400.0 {
            most_w = most_w.max(capped.world().resource::<HallColumns>().it_w[0]);
        }
    }
    let free_w = free.world().resource::<HallColumns>().it_w[0];
    assert!(free_w > 430_000.0, "the cap would not bind: {free_w}");
    assert!((392_000.0..402_000.0).contains(&most_w), "{most_w}");
    let pace = |twin: &Twin| {
        twin.world()
            .resource::<Jobs>()
            .running()
            .next()
            .map_or(0.0, |job| job.pace)
    };
    assert!(pace(&capped) < 0.95 * pace(&free), "{} {}", pace(&capped), pace(&free));
}

/// A job's own cap slows it alone.
#[test]
fn a_job_has_a_cap_of_its_own() {
    let two = r#"(name: "t", model: "m", submit_s: -1, chips: 256, chip: "trainium2", basis: "test"),
        (name: "u", model: "m", submit_s: -1, chips: 256, chip: "trainium2", basis: "test")"#;
    let twin = finish(
        &workload(two, "", r#"caps: [(job: "u", limit_w: 160000)],"#),
        &scenario(7_200.0, 60.0, 1, ""),
    );
    let jobs = twin.world().resource::<Jobs>();
    let of = |name: &str| jobs.running().find(|job| job.job.name == name).expect("it runs");
    assert!(of("t").power_w > 180_000.0, "{}", of("t").power_w);
    assert!((150_000.0..162_000.0).contains(&of("u").power_w), "{}", of("u").power_w);
    assert!(of("u").pace < 0.95 * of("t").pace, "{} {}", of("u").pace, of("t").pace);
}

/// A service of high priority takes the place of batches; they wait and come back.
#[test]
fn a_service_takes_the_place_of_batches() {
    let more = r#"services: [(
            name: "s", chip: "trainium2", priority: 9, replica_chips: 64, peak_chips: (500, E, "= test"),
            trough_share: (0.1, E, "= test"), peak_hour_h: (12, E, "= test"), weekend_share: (1, E, "= test"),
            growth_per_year: (1, E, "= test"), target_utilisation: (0.8, E, "= test"), least_chips: 64,
        )],
        streams: [(
            name: "b", kind: Batch, per_hour: (20, E, "= test"), day_swing: (0, E, "= test"),
            peak_hour_h: (12, E, "= test"), weekend_share: (1, E, "= test"), chips_median: (64, E, "= test"),
            chips_sigma: (0.3, E, "= test"), chips_max: 128, work_median_s: (7200, E, "= test"),
            work_sigma: (0.3, E, "= test"), asked_over_work: (2, E, "= test"), utilisation: (0.8, E, "= test"),
            preemptible: true, chip: "trainium2", growth_per_year: (1, E, "= test"),
        )],"#;
    let twin = finish(&workload("", "", more), &scenario(43_200.0, 60.0, 1, ""));
    let s = summary(&twin);
    assert!(s.totals.preempted > 0, "{:?}", s.totals);
    assert!(s.served_share > 0.98, "{}", s.served_share);
    let jobs = twin.world().resource::<Jobs>();
    let service = jobs
        .running()
        .find(|job| job.job.kind == Kind::Serving)
        .expect("it runs");
    assert!(service.chips >= 600, "at noon it holds {} chips", service.chips);
}

/// A log in the Standard Workload Format and a table are run like any jobs.
#[test]
fn traces_are_run() {
    let swf = "; MaxProcs: 768\n1 0 -1 1800 128 -1 -1 128 3600 -1 1 1 1 -1 -1 -1 -1 -1\n2 600 -1 900 64 -1 -1 64 900 -1 1 1 1 -1 -1 -1 -1 -1\n";
    let csv = "name,submit_s,chips,work_s,kind\nbig,0,512,3600,batch\n";
    let more = r#"traces: [
        (file: "log.swf", chips_per_processor: 1, utilisation: 0.8, kind: Batch, chip: "trainium2"),
        (file: "table.csv", chips_per_processor: 1, utilisation: 0.9, kind: Batch, chip: "trainium2"),
    ],"#;
    let files = Texts(vec![
        ("w.ron", workload("", "", more)),
        ("log.swf", swf.to_owned()),
        ("table.csv", csv.to_owned()),
    ]);
    let loaded = scenario::load_text(&files, "s.ron", &scenario(7_200.0, 60.0, 1, ""), Overrides::default());
    let mut twin = Twin::new(loaded.unwrap_or_else(|report| panic!("{report}")), 1);
    while !twin.done() {
        twin.tick();
    }
    let s = summary(&twin);
    assert_eq!((s.totals.asked, s.totals.done), (3, 3), "{:?}", s.totals);
    let held_h = (128.0 * 1_800.0 + 64.0 * 900.0 + 512.0 * 3_600.0) / 3_600.0;
    assert!(
        (s.totals.held_h[2] / held_h - 1.0).abs() < 0.01,
        "{} is not {held_h}",
        s.totals.held_h[2]
    );
}

/// Every shipped workload and the scenarios that use one run.
#[test]
fn three_vendors_work_side_by_side() {
    let files = rainier::site::texts::NoFiles;
    let mut loaded =
        scenario::load(&files, "builtin:vendors-day", Overrides::default()).unwrap_or_else(|r| panic!("{r}"));
    loaded.scenario.duration_s = 21_600.0;
    let mut twin = Twin::new(loaded, 1);
    while !twin.done() {
        twin.tick();
    }
    let s = summary(&twin);
    assert!(s.totals.held_h.iter().all(|h| *h > 100.0), "{:?}", s.totals);
    assert!(
        s.served_share > 0.99 && s.goodput > 0.8,
        "{} {}",
        s.served_share,
        s.goodput
    );
    assert!(Summary::of(twin.world(), "x", 1).worst_imbalance < 1e-9);
}

#[test]
fn threads_do_not_matter() {
    let of = |threads: usize| {
        let files = rainier::site::texts::NoFiles;
        let loaded = scenario::load(&files, "builtin:lab-jobs", Overrides::default());
        let mut twin = Twin::new(loaded.unwrap_or_else(|report| panic!("{report}")), threads);
        for _ in 0..120 {
            twin.tick();
        }
        Summary::of(twin.world(), "x", 1).digest
    };
    assert_eq!(of(1), of(2));
}

/// Units that break are mended, spares take their place, and equipment fails by itself.
#[test]
fn broken_units_are_replaced_and_mended() {
    let failures = r#"failures: (basis: "test", chip_hours: (1500, E, "= test"),
        causes: [(name: "chip", share: (1, E, "= test"), repair_h: (4, E, "= test"))]),
        equipment: [(what: CoolingUnit, mtbf_h: (20, E, "= test"), repair_h: (1, E, "= test"))],"#;
    let twin = finish(&workload(JOB, failures, ""), &scenario(86_400.0, 60.0, 2, ""));
    let s = summary(&twin);
    assert!(s.totals.interruptions > 3, "{:?}", s.totals);
    assert!(s.totals.spare_h > 0.0 && s.totals.down_h > 0.0, "{:?}", s.totals);
    assert!(s.totals.equipment_failures > 2, "{:?}", s.totals);
    let goodput = s.goodput;
    assert!((0.3..0.98).contains(&goodput), "{goodput}");
}

#[test]
fn everything_wrong_with_a_workload_is_said_at_once() {
    let bad = workload(
        r#"(name: "t", model: "n", submit_s: 0, chips: 99999, chip: "tpu-v7", basis: "test")"#,
        r#"failures: (basis: "test", chip_hours: (0, E, "= test"), causes: [(name: "x", share: (0.5, E, "= test"), repair_h: (0, E, "= test"))]),"#,
        "",
    );
    let files = Texts(vec![("w.ron", bad)]);
    let report = scenario::load_text(&files, "s.ron", &scenario(60.0, 60.0, 1, ""), Overrides::default())
        .expect_err("it is wrong");
    // The range of a figure is found before what it means.
    assert!(report.to_string().contains("failures.chip_hours"), "{report}");
    let bad = workload(
        r#"(name: "t", model: "n", submit_s: 0, chips: 99999, chip: "tpu-v7", basis: "test")"#,
        r#"failures: (basis: "test", chip_hours: (9, E, "= test"), causes: [(name: "x", share: (0.5, E, "= test"), repair_h: (0, E, "= test"))]),"#,
        r#"caps: [(at: "B09", limit_w: 5), (job: "u", limit_w: 5)], traces: [(file: "gone.swf", chips_per_processor: 1, utilisation: 1, kind: Batch)],"#,
    );
    let files = Texts(vec![("w.ron", bad)]);
    let report = scenario::load_text(&files, "s.ron", &scenario(60.0, 60.0, 1, ""), Overrides::default())
        .expect_err("it is wrong");
    let text = report.to_string();
    for part in [
        "training[0].model",
        "training[0].chip",
        "failures.causes",
        "caps[0].at",
        "caps[1].job",
        "traces[0].file",
    ] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
}
