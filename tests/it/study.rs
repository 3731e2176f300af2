//! Studies on the small site: bands and rankings, whatever the order of the runs.

use rainier::scenario::{self, Overrides};
use rainier::site::change::Change;
use rainier::site::texts::NoFiles;
use rainier::study::{Answers, Plan, Question, Run, Shape, Study};

fn changes(texts: &[&str]) -> Vec<Change> {
    texts.iter().map(|text| text.parse().expect("is a change")).collect()
}

fn question(texts: &[&str]) -> Question<'static> {
    let changes = changes(texts);
    let instead = Overrides {
        changes: &changes,
        ..Overrides::default()
    };
    Question::new(&NoFiles, "builtin:lab-day", instead).expect("is valid")
}

const SHORT: [&str; 3] = ["scenario:duration_s=10min", "scenario:events=[]", "scenario:only=B01"];

fn plan(draws: u32) -> Plan {
    Plan {
        draws,
        seed: 1,
        shape: Shape::Triangular,
        correlations: Vec::new(),
    }
}

#[test]
fn changes_reach_every_file_of_a_scenario() {
    let changes = changes(&[
        "duration_s=1h",
        "utilisation=50%",
        "catalog:chips.trainium2.tdp_w=0.55kW",
        "site:building_kinds.shed.supply_ratio=1.2",
        "power.utility.agreed_w=4MW",
        "tariff:energy_usd_per_mwh=0.05$/kWh",
        "months[6].max_c=86F",
    ]);
    let instead = Overrides {
        changes: &changes,
        ..Overrides::default()
    };
    let loaded = scenario::load(&NoFiles, "builtin:lab-day", instead).expect("all fit");
    assert_eq!(loaded.scenario.duration_s, 3_600.0);
    assert_eq!(loaded.scenario.utilisation, 0.5);
    assert_eq!(loaded.site.tariff.energy_usd_per_mwh.value, 50.0);
    assert_eq!(loaded.site.tariff.energy_usd_per_mwh.range, None);
    let chip = &loaded.site.campus.rack_kinds[0].chip;
    assert_eq!((chip.tdp_w.value, chip.tdp_w.source.as_str()), (550.0, "E1 S1"));
    let figure = |path: &str| {
        let all = &loaded.site.campus.assumptions;
        all.iter()
            .find(|(_, a)| a.path == path)
            .expect("is there")
            .1
            .figure
            .value
    };
    assert_eq!(figure("building_kinds.shed.supply_ratio"), 1.2);
    assert_eq!(figure("power.utility.agreed_w"), 4e6);
    assert!((figure("months[6].max_c") - 30.0).abs() < 1e-9);
}

#[test]
fn a_change_may_name_other_files_and_is_checked_like_any_text() {
    let load = |texts: &[&str]| {
        let changes = changes(texts);
        let instead = Overrides {
            changes: &changes,
            ..Overrides::default()
        };
        scenario::load(&NoFiles, "builtin:lab-day", instead)
            .map(|loaded| loaded.site.campus.name)
            .map_err(|report| report.to_string())
    };
    let other = load(&["scenario:site=builtin:hybrid", "site:name=Mine", "scenario:events=[]"]);
    assert_eq!(other.as_deref(), Ok("Mine"));
    let errors = load(&["catalog:chips.trainium2.tdp_w=9kW", "tariff:nothing=1"]).expect_err("does not fit");
    for expected in [
        "chips.trainium2.tdp_w: found 9000; allowed: 1 to 5000",
        "nothing: found `nothing`; allowed: format, name, sources",
        "2 errors",
    ] {
        assert!(errors.contains(expected), "{expected} is not in\n{errors}");
    }
    let ambiguous = load(&["name=x"]).expect_err("three files have a name");
    assert!(ambiguous.contains("scenario:name, site:name"), "{ambiguous}");
}

#[test]
fn the_site_s_figures_in_doubt_are_found_and_no_others() {
    let question = question(&SHORT);
    let names: Vec<String> = question.figures.iter().map(|figure| figure.name()).collect();
    for expected in [
        "catalog:chips.trainium2.tdp_w",
        "catalog:servers.trn2-server.psu.p2",
        "site:building_kinds.shed.supply_ratio",
        "tariff:energy_usd_per_mwh",
    ] {
        assert!(
            names.iter().any(|name| name == expected),
            "{expected} is not in {names:?}"
        );
    }
    // This site has no such racks, loops or main transformers.
    for part in ["gb300", "tower-32", "main-300mva", "published"] {
        assert!(names.iter().all(|name| !name.contains(part)), "{part} is in {names:?}");
    }
    let fixed = self::question(&["catalog:chips.trainium2.tdp_w=510", SHORT[0], SHORT[1]]);
    assert!(
        fixed
            .figures
            .iter()
            .all(|figure| !figure.path.ends_with("trainium2.tdp_w"))
    );
}

#[test]
fn bands_hold_the_value_and_name_what_matters_in_any_order() {
    let question = question(&SHORT);
    let study = Study::new(&question, question.figures.clone(), &plan(12)).expect("is possible");
    let mut answers = Answers::new();
    for run in study.runs().into_iter().rev() {
        answers.insert(run, question.answer(&study.changes(run)));
    }
    let findings = study.findings(&answers);
    assert_eq!((findings.draws, findings.failed.len()), (12, 0));
    let band = |output: &str| {
        let found = findings.bands.iter().find(|band| band.output == output);
        found.expect("is an output")
    };
    let power = band("it_power_mean_w");
    assert!(power.percentiles.is_sorted() && power.percentiles[0] < power.own && power.own < power.percentiles[4]);
    assert_eq!(power.assumptions[0].name, "catalog:chips.trainium2.tdp_w", "{power:?}");
    assert!(power.assumptions[0].coefficient > 0.5, "{power:?}");
    for run in study.swings(&findings, &["it_power_mean_w"], 1) {
        answers.insert(run, question.answer(&study.changes(run)));
    }
    let again = study.findings(&answers);
    let power = again
        .bands
        .iter()
        .find(|band| band.output == "it_power_mean_w")
        .expect("is there");
    let [Some(low), Some(high)] = power.assumptions[0].swing else {
        panic!("the swing was run");
    };
    assert!(low < power.own && power.own < high, "{power:?}");
    for run in answers.keys() {
        assert_eq!(study.run(&study.name(*run)), Some(*run));
    }
}

#[test]
fn a_draw_that_does_not_fit_is_said_and_the_rest_counts() {
    // The throttle point may fall below its release.
    let question = question(&[
        SHORT[0],
        SHORT[1],
        "catalog:chips.trainium2.throttle_c=(90, E, \"= wide\", 80, 95)",
    ]);
    let figures = question
        .figures
        .iter()
        .filter(|f| f.path.ends_with("trainium2.throttle_c"));
    let study = Study::new(&question, figures.cloned().collect(), &plan(6)).expect("is possible");
    let answers: Answers = study
        .runs()
        .into_iter()
        .map(|run| (run, question.answer(&study.changes(run))))
        .collect();
    let findings = study.findings(&answers);
    assert!(
        !findings.failed.is_empty() && findings.draws + findings.failed.len() == 6,
        "{findings:?}"
    );
    assert!(findings.failed[0].1.contains("throttle_release_c"), "{findings:?}");
    let same = Study::new(&question, study.figures.clone(), &plan(6)).expect("is possible");
    let other = Study::new(&question, study.figures.clone(), &plan(7)).expect("is possible");
    assert!(same.hash == study.hash && other.hash != study.hash);
    assert_eq!(study.values(Run::Own), [90.0]);
}
