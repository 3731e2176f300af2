//! What happened, in the view's language. Its English is the model's, sentence by sentence, as a test says.

use rainier::results::alarms::Severity;
use rainier::sim::power::incidents::{At, Incident, What, rounded};
use rainier::sim::rules::RuleTransition;
use rainier::sim::sense::Scope;
use rainier::site::Campus;

use crate::words::say;

/// The name of the place where something happened.
pub(crate) fn place(at: At, campus: &Campus) -> String {
    match at {
        At::Site => say!("the-site").to_owned(),
        at => at.name(campus),
    }
}

/// An incident in words, without its time and cause.
pub(crate) fn incident(incident: &Incident, campus: &Campus) -> String {
    let of = place(incident.at, campus);
    let rack = |rack: u32| campus.rack_address(rack as usize).to_string();
    match incident.what {
        What::Opened => say!("incident-opened", of = of),
        What::Closed => say!("incident-closed", of = of),
        What::Broke(count) => say!("incident-broke", of = of, count = count),
        What::Repaired => say!("incident-repaired", of = of),
        What::Transferred(source) => {
            say!("incident-transferred", of = of, to = place(At::Node(source), campus))
        }
        What::Tripped(loading) => {
            say!("incident-tripped", of = of, percent = format!("{:.0}", loading * 100.0))
        }
        What::Ordered => say!("incident-ordered", of = of),
        What::Ready(count) => say!("incident-ready", of = of, count = count),
        What::NoStart(number) => say!("incident-no-start", of = of, number = number),
        What::Stopped(number) => say!("incident-stopped", of = of, number = number),
        What::OutOfFuel => say!("incident-out-of-fuel", of = of),
        What::Shed => say!("incident-shed", of = of),
        What::Refused(count, units) => say!("incident-refused", of = of, count = count, units = units),
        What::OnBattery(racks) => say!("incident-on-battery", of = of, racks = racks),
        What::Dark(racks) => say!("incident-dark", of = of, racks = racks),
        What::Restored(racks) => say!("incident-restored", of = of, racks = racks),
        What::Collapse => say!("incident-collapse", of = of),
        What::UnitsLost(count) => say!("incident-units-lost", of = of, count = count),
        What::UnitsBack => say!("incident-units-back", of = of),
        What::CdusLost(count) => say!("incident-cdus-lost", of = of, count = count),
        What::CdusBack => say!("incident-cdus-back", of = of),
        What::PlantDark => say!("incident-plant-dark", of = of),
        What::PlantBack => say!("incident-plant-back", of = of),
        What::WaterCut => say!("incident-water-cut", of = of),
        What::WaterBack => say!("incident-water-back", of = of),
        What::Energised => say!("incident-energised", of = of),
        What::Deenergised => say!("incident-deenergised", of = of),
        What::Throttling(first, outside_c) => say!(
            "incident-throttling",
            of = of,
            rack = rack(first),
            outside = format!("{outside_c:.1}")
        ),
        What::ChipsTripped(first) => say!("incident-chips-tripped", of = of, rack = rack(first)),
        What::ShutDown => say!("incident-shut-down", of = of),
        What::Cooled => say!("incident-cooled", of = of),
        What::RuleTransition(rule) => met(&rule, campus),
        What::SetPoint(what, Some(value)) => {
            say!(
                "incident-set-point",
                of = of,
                what = what.as_str(),
                value = value.to_string()
            )
        }
        What::SetPoint(what, None) => say!("incident-set-point-planned", of = of, what = what.as_str()),
        What::EnergyPrice(Some(price)) => say!("incident-energy-price", price = price.to_string()),
        What::EnergyPrice(None) => say!("incident-energy-tariff").to_owned(),
        What::JobAsked(chips) => say!("incident-job-asked", chips = chips),
    }
}

/// A rule that was met, or is over. Readings have the names that files give them.
fn met(met: &RuleTransition, campus: &Campus) -> String {
    let scope = match met.scope {
        Scope::Site => say!("the-site").to_owned(),
        scope => scope.name(campus),
    };
    let value = rounded(met.value).to_string();
    if met.over {
        return say!(
            "incident-rule-over",
            rule = met.rule,
            name = met.quantity.name(),
            scope = scope,
            value = value
        );
    }
    let limit = rounded(met.limit).to_string();
    let side = if met.above { "above" } else { "below" };
    say!(
        "incident-rule-met",
        rule = met.rule,
        name = met.quantity.name(),
        scope = scope,
        value = value,
        side = side,
        limit = limit
    )
}

/// So many incidents of a kind, in words.
pub(crate) fn counted(what: What, count: usize) -> String {
    match what {
        What::Opened => say!("incident-opened.counted", count = count),
        What::Closed => say!("incident-closed.counted", count = count),
        What::Broke(_) => say!("incident-broke.counted", count = count),
        What::Repaired => say!("incident-repaired.counted", count = count),
        What::Transferred(_) => say!("incident-transferred.counted", count = count),
        What::Tripped(_) => say!("incident-tripped.counted", count = count),
        What::Ordered => say!("incident-ordered.counted", count = count),
        What::Ready(_) => say!("incident-ready.counted", count = count),
        What::NoStart(_) => say!("incident-no-start.counted", count = count),
        What::Stopped(_) => say!("incident-stopped.counted", count = count),
        What::OutOfFuel => say!("incident-out-of-fuel.counted", count = count),
        What::Shed => say!("incident-shed.counted", count = count),
        What::Refused(..) => say!("incident-refused.counted", count = count),
        What::OnBattery(_) => say!("incident-on-battery.counted", count = count),
        What::Dark(_) => say!("incident-dark.counted", count = count),
        What::Restored(_) => say!("incident-restored.counted", count = count),
        What::Collapse => say!("incident-collapse.counted", count = count),
        What::UnitsLost(_) => say!("incident-units-lost.counted", count = count),
        What::UnitsBack => say!("incident-units-back.counted", count = count),
        What::CdusLost(_) => say!("incident-cdus-lost.counted", count = count),
        What::CdusBack => say!("incident-cdus-back.counted", count = count),
        What::PlantDark => say!("incident-plant-dark.counted", count = count),
        What::PlantBack => say!("incident-plant-back.counted", count = count),
        What::WaterCut => say!("incident-water-cut.counted", count = count),
        What::WaterBack => say!("incident-water-back.counted", count = count),
        What::Energised => say!("incident-energised.counted", count = count),
        What::Deenergised => say!("incident-deenergised.counted", count = count),
        What::Throttling(..) => say!("incident-throttling.counted", count = count),
        What::ChipsTripped(_) => say!("incident-chips-tripped.counted", count = count),
        What::ShutDown => say!("incident-shut-down.counted", count = count),
        What::Cooled => say!("incident-cooled.counted", count = count),
        What::RuleTransition(_) => say!("incident-rule-met.counted", count = count),
        What::SetPoint(..) => say!("incident-set-point.counted", count = count),
        What::EnergyPrice(_) => say!("incident-energy-price.counted", count = count),
        What::JobAsked(_) => say!("incident-job-asked.counted", count = count),
    }
}

/// How grave an alarm is.
pub(crate) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => say!("severity-critical"),
        Severity::Warning => say!("severity-warning"),
        Severity::Notice => say!("severity-notice"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rainier::scenario::{self, Overrides};
    use rainier::sim::cooling::SetPoint;
    use rainier::sim::sense::Quantity;
    use rainier::site::texts::NoFiles;

    #[test]
    fn english_is_what_reports_say() {
        let loaded = scenario::load(&NoFiles, "builtin:lab-day", Overrides::default()).expect("is valid");
        let campus = &loaded.site.campus;
        let rule = |above, over, value| {
            What::RuleTransition(RuleTransition {
                rule: 2,
                quantity: Quantity::Site(0),
                scope: Scope::Site,
                value,
                above,
                limit: 1_234.56,
                over,
            })
        };
        let all = [
            What::Opened,
            What::Closed,
            What::Broke(2),
            What::Repaired,
            What::Transferred(1),
            What::Tripped(1.254),
            What::Ordered,
            What::Ready(3),
            What::NoStart(4),
            What::Stopped(5),
            What::OutOfFuel,
            What::Shed,
            What::Refused(1, 0),
            What::Refused(6, 1),
            What::Refused(2, 11),
            What::OnBattery(1),
            What::OnBattery(2_048),
            What::Dark(1),
            What::Dark(7),
            What::Restored(1),
            What::Restored(8),
            What::Collapse,
            What::UnitsLost(1),
            What::UnitsLost(9),
            What::UnitsBack,
            What::CdusLost(1),
            What::CdusLost(10),
            What::CdusBack,
            What::PlantDark,
            What::PlantBack,
            What::WaterCut,
            What::WaterBack,
            What::Energised,
            What::Deenergised,
            What::Throttling(3, 34.26),
            What::ChipsTripped(4),
            What::ShutDown,
            What::Cooled,
            rule(true, false, 1_234_567.0),
            rule(false, false, 0.12345),
            rule(true, true, -3.0),
            What::SetPoint(SetPoint::Supply, Some(24.5)),
            What::SetPoint(SetPoint::Evaporation, None),
            What::EnergyPrice(Some(45.5)),
            What::EnergyPrice(None),
            What::JobAsked(1),
            What::JobAsked(2_048),
        ];
        for what in all {
            for at in [At::Site, At::Hall(1), At::Node(2)] {
                let one = Incident {
                    time_s: 0.0,
                    at,
                    what,
                    cause: None,
                };
                assert_eq!(incident(&one, campus), one.describe(campus));
            }
            let [one, more] = [1, 11].map(|count| counted(what, count));
            assert!(
                one.starts_with("1 ") && more.starts_with("11 ") && one[2..] != more[3..],
                "{one}, {more}"
            );
        }
        for one in Severity::ALL {
            assert_eq!(severity(one), one.as_str());
        }
    }
}
