//! A plan of growth in a scenario: which halls are live at its start, and which get power when.

use jiff::civil::DateTime;

use super::ScenarioFile;
use crate::diag::{Code, Diagnostic, Place, Report};
use crate::growth::{self, BuildingState, Course, Phase};
use crate::sim::command::Command;
use crate::site::Campus;
use crate::site::campus::Found;
use crate::site::texts::Files;

/// Halls are filled one after the other; the last rack of one need not stand for it to run.
const NEARLY: f64 = 1e-3;

/// Halls that are live at the start of a scenario by its plan, and the events by which others follow. A day's state
/// counts from the midnight after it.
pub(super) fn live(
    files: &dyn Files,
    name: &str,
    campus: &Campus,
    start: DateTime,
    scenario: &ScenarioFile,
    only: Option<Found>,
) -> Result<(Vec<bool>, Vec<(f64, Command)>), Report> {
    let plan = growth::load_on(files, name, campus)?;
    let course = Course::of(&plan);
    let asked = |h: usize| {
        let building = campus.halls[h].building;
        let chosen = match only {
            Some(Found::Building(one)) => building == one,
            Some(Found::Hall(one)) => h == one,
            _ => true,
        };
        chosen && campus.buildings[building].phase <= scenario.phase
    };
    let runs = |states: &[BuildingState]| -> Vec<bool> {
        let mut live = vec![false; campus.halls.len()];
        for building in &campus.buildings {
            let Some(state) = states.iter().find(|state| state.number == building.number) else {
                continue;
            };
            let halls = building.halls.len() as f64;
            for (k, h) in building.halls.clone().enumerate() {
                let filled = state.racks_share >= (k + 1) as f64 / halls - NEARLY;
                live[h] = asked(h) && state.phase == Phase::Energised && filled;
            }
        }
        live
    };
    let mut day = start.date();
    let before = |day: jiff::civil::Date| course.phases_at(day.yesterday().unwrap_or(day));
    let at_start = runs(&before(day));
    if !at_start.contains(&true) {
        let first = course
            .reaches(1.0)
            .map_or_else(|| "none".to_owned(), |day| day.to_string());
        return Err(Report {
            errors: vec![Diagnostic {
                code: Code::Inconsistent,
                file: name.to_owned(),
                place: Place { line: 1, column: 1 },
                field: "start".to_owned(),
                found: format!("{}, when no hall that is asked for runs by the plan", start.date()),
                allowed: format!("a later start; the first chips run on {first}"),
            }],
        });
    }
    let (mut live, mut events) = (at_start.clone(), Vec::new());
    let last = course.days.last().map_or(day, |day| day.on);
    while let Ok(next) = day.tomorrow() {
        day = next;
        let at_s = day.at(0, 0, 0, 0).duration_since(start).as_secs_f64();
        if day > last || at_s > scenario.duration_s {
            break;
        }
        for (h, now) in runs(&before(day)).into_iter().enumerate() {
            if now && !live[h] {
                live[h] = true;
                events.push((at_s, Command::Energise { at: Found::Hall(h) }));
            }
        }
    }
    Ok((at_start, events))
}
