//! Tours: files that lead through the view step by step, with captions that read the twin. `docs/tours.md` describes them.

use std::fmt::Write as _;

use crate::diag::{Code, Report};
use crate::overlay::Overlay;
use crate::site::Address;
use crate::site::schema::{Day, Parsed, read, within};
use crate::site::texts::{Files, builtin_names, find_text, unreadable};
use crate::{choice, record};

/// Tours that come with the program, by the name after `builtin:`.
pub const BUILTIN: &[(&str, &str)] = &[("mission", include_str!("../assets/tours/mission.ron"))];

/// Longest tour, s.
pub const LONGEST_S: f64 = 90.0;

record! {
    /// A tour of the view.
    TourFile {
        /// Format version.
        format: u32,
        /// Name.
        name: String,
        /// One sentence.
        about: String,
        /// What is shown, one after the other.
        steps: Vec<Step>,
    }
}

record! {
    /// A step of a tour. What is left out stays as it was.
    Step {
        /// How long it stays, s.
        seconds: f64 = within(1.0, 30.0),
        /// What is said: text with placeholders such as `{it_mw}`.
        caption: String,
        /// Scenario that runs from here on: `builtin:NAME`, or a path.
        scenario: Option<String>,
        /// Simulated seconds a second.
        speed: Option<f64> = within(1.0, 10_000.0),
        /// Place to go to: an address, `site`, `hottest rack` or `hottest chip`.
        place: Option<String>,
        /// How the camera looks at it.
        camera: Option<Camera>,
        /// What colours the racks.
        overlay: Option<Overlay>,
        /// Whether roofs are on.
        roofs: Option<bool>,
        /// How buildings are looked into.
        inside: Option<Inside>,
        /// Whether places are labelled.
        labels: Option<bool>,
        /// Date of the plan at which the campus is shown; without it the campus is shown as it is now.
        date: Option<Day>,
        /// Layers and windows that are open; all others are closed.
        #[serde(default)]
        open: Vec<Opened>,
    }
}

record! {
    /// How the camera looks at the place of a step. What is left out is as it is when one goes there.
    Camera {
        /// Distance, m.
        distance_m: Option<f64> = within(0.3, 4_000.0),
        /// Direction that it stands in, from the south over the east, degrees.
        turn_deg: Option<f64> = within(-360.0, 360.0),
        /// Height above the horizon that it stands in, degrees.
        tilt_deg: Option<f64> = within(1.0, 88.0),
        /// Point that it looks at instead of the place, m east and north of the middle of the site.
        at_m: Option<[f64; 2]> = within(-5_000.0, 5_000.0),
        /// How fast it goes round, degrees a second.
        drift_deg_per_s: Option<f64> = within(-20.0, 20.0),
    }
}

choice! {
    /// How buildings are looked into.
    Inside {
        /// Walls hide what is behind them.
        Solid,
        /// Walls and roofs are seen through.
        XRay,
        /// The building is cut open.
        Section,
    }
}

choice! {
    /// A layer or a window of the view.
    Opened {
        /// A plane of the air's temperature.
        Slice,
        /// The way of the air.
        Airflow,
        /// The psychrometric chart.
        Chart,
        /// The diagram of air, water and heat.
        Cooling,
        /// The one-line diagram.
        OneLine,
        /// The list of jobs.
        Jobs,
        /// The chart of growth.
        Growth,
        /// Money and carbon.
        Money,
    }
}

/// Declares what captions can say of the twin.
macro_rules! placeholders {
    ($($variant:ident $name:literal $doc:literal,)*) => {
        /// What a caption can say of the twin.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Said { $(#[doc = $doc] $variant,)* }

        impl Said {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// Its name between braces.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What it stands for.
            #[must_use]
            pub fn about(self) -> &'static str {
                match self { $(Self::$variant => $doc,)* }
            }
        }
    };
}

placeholders! {
    Site "site" "Name of the site.",
    Scenario "scenario" "Name of the scenario.",
    Date "date" "Date and time of the simulation, or the date of the plan that is shown.",
    Acres "acres" "Land, acres.",
    Buildings "buildings" "Buildings of the site.",
    LiveBuildings "live_buildings" "Buildings with a live hall.",
    Halls "halls" "Halls of the site.",
    Racks "racks" "Racks of the site.",
    Chips "chips" "Chips of the site.",
    LiveChips "live_chips" "Chips that are live.",
    Substations "substations" "Substations.",
    Gensets "gensets" "Gensets.",
    GensetMw "genset_mw" "Rating of all gensets, MW.",
    GridKv "grid_kv" "Voltage of the connection to the grid, kV.",
    ItMw "it_mw" "IT power, MW.",
    FacilityMw "facility_mw" "Facility power, MW.",
    CoolingMw "cooling_mw" "Power for cooling, MW.",
    LossMw "loss_mw" "Losses of the power path, MW.",
    Pue "pue" "Facility over IT power.",
    WueLPerKwh "wue_l_per_kwh" "Water over IT energy, L/kWh.",
    WetShare "wet_share" "Share of the cooling units that evaporate water now, %.",
    HottestChipC "hottest_chip_c" "Hottest chip, °C.",
    HottestRack "hottest_rack" "Address of the rack with the hottest chip.",
    ThrottledChips "throttled_chips" "Throttled or tripped chips.",
    OutsideC "outside_c" "Outside air, °C.",
    RackKw "rack_kw" "Draw of the rack with the hottest chip, kW.",
    ChipW "chip_w" "Power of the hottest chip, W.",
    EnergyMwh "energy_mwh" "Energy since the start, MWh.",
    WaterM3 "water_m3" "Water since the start, m³.",
    CarbonT "carbon_t" "CO₂ since the start, t.",
    CostUsd "cost_usd" "Bill since the start, $.",
}

/// A piece of a caption.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece<'t> {
    Text(&'t str),
    Said(Said),
    /// Between braces stands what is no placeholder.
    Unknown(&'t str),
    /// A brace without its other one.
    Open,
}

/// The pieces of a caption.
fn pieces(caption: &str) -> Vec<Piece<'_>> {
    let mut out = Vec::new();
    let mut rest = caption;
    while let Some((before, after)) = rest.split_once('{') {
        out.push(if before.contains('}') {
            Piece::Open
        } else {
            Piece::Text(before)
        });
        let Some((name, after)) = after.split_once('}') else {
            out.push(Piece::Open);
            return out;
        };
        let known = Said::ALL.iter().find(|said| said.name() == name);
        out.push(known.map_or(Piece::Unknown(name), |said| Piece::Said(*said)));
        rest = after;
    }
    out.push(if rest.contains('}') {
        Piece::Open
    } else {
        Piece::Text(rest)
    });
    out
}

/// A caption with its placeholders filled.
#[must_use]
pub fn fill(caption: &str, mut said: impl FnMut(Said) -> String) -> String {
    let mut out = String::new();
    for piece in pieces(caption) {
        match piece {
            Piece::Text(text) | Piece::Unknown(text) => out.push_str(text),
            Piece::Said(what) => out.push_str(&said(what)),
            Piece::Open => {}
        }
    }
    out
}

/// Where a step goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goal {
    /// The whole site.
    Site,
    /// The rack with the hottest chip.
    HottestRack,
    /// The hottest chip.
    HottestChip,
    /// A place.
    Place(Address),
}

impl Goal {
    /// What a text asks for; none if it is no such place.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        match text {
            "site" => Some(Self::Site),
            "hottest rack" => Some(Self::HottestRack),
            "hottest chip" => Some(Self::HottestChip),
            place => place.parse().ok().map(Self::Place),
        }
    }
}

/// Reads a tour: `builtin:NAME`, or a file.
///
/// # Errors
/// Everything that is wrong with it.
pub fn load(files: &dyn Files, name: &str) -> Result<TourFile, Report> {
    let text = find_text(BUILTIN, "tour", files, name).map_err(|found| {
        let allowed = format!("a readable file, or one of {}", builtin_names(BUILTIN));
        Report {
            errors: vec![unreadable(name, found, allowed)],
        }
    })?;
    load_text(name, &text)
}

/// Reads a tour from its text.
///
/// # Errors
/// Everything that is wrong with it.
pub fn load_text(file: &str, text: &str) -> Result<TourFile, Report> {
    let parsed: Parsed<TourFile> = read(file, text)?;
    let mut report = Report::default();
    let mut wrong = |code: Code, field: &str, found: String, allowed: String| {
        report.push(parsed.error(code, field, found, allowed));
    };
    let steps = &parsed.value.steps;
    let seconds: f64 = steps.iter().map(|step| step.seconds).sum();
    if steps.is_empty() {
        wrong(Code::Inconsistent, "steps", "no step".into(), "at least one".into());
    }
    if seconds > LONGEST_S {
        let found = format!("{seconds} s in all");
        wrong(Code::Inconsistent, "steps", found, format!("at most {LONGEST_S} s"));
    }
    for (i, step) in steps.iter().enumerate() {
        let field = |leaf: &str| format!("steps[{i}].{leaf}");
        for piece in pieces(&step.caption) {
            let found = match piece {
                Piece::Text(_) | Piece::Said(_) => continue,
                Piece::Unknown(name) => format!("{{{name}}}"),
                Piece::Open => "a brace without its other one".into(),
            };
            let mut allowed = String::new();
            for said in Said::ALL {
                let comma = if allowed.is_empty() { "" } else { ", " };
                let _ = write!(allowed, "{comma}{{{}}}", said.name());
            }
            wrong(Code::UnknownName, &field("caption"), found, allowed);
        }
        if let Some(place) = &step.place
            && Goal::read(place).is_none()
        {
            let allowed = "site, hottest rack, hottest chip, or an address such as B03/H2/R12/K07";
            wrong(Code::UnknownName, &field("place"), format!("{place:?}"), allowed.into());
        }
        if let Some(scenario) = &step.scenario
            && let Some(key) = scenario.strip_prefix("builtin:")
            && !crate::scenario::BUILTIN.iter().any(|(name, _)| *name == key)
        {
            let allowed = builtin_names(crate::scenario::BUILTIN);
            wrong(Code::UnknownName, &field("scenario"), format!("{scenario:?}"), allowed);
        }
    }
    report.into_result(parsed.value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::texts::NoFiles;

    fn tour(steps: &str) -> Result<TourFile, Report> {
        let text = format!("(\n format: 1,\n name: \"T\",\n about: \"A tour.\",\n steps: [\n{steps}\n ],\n)");
        load_text("tour.ron", &text)
    }

    #[test]
    fn the_tours_that_come_with_the_program_are_right() {
        for (name, _) in BUILTIN {
            let tour = load(&NoFiles, &format!("builtin:{name}")).unwrap_or_else(|report| panic!("{report}"));
            let captions: Vec<_> = tour.steps.iter().flat_map(|step| pieces(&step.caption)).collect();
            // Figures come from the twin: a caption has no digits of its own.
            for piece in captions {
                if let Piece::Text(text) = piece {
                    assert!(!text.contains(|c: char| c.is_ascii_digit()), "{name}: {text}");
                }
            }
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let wrong = [
            ("(seconds: 0.5, caption: \"a\"),", "steps[0].seconds", "1 to 30"),
            ("(seconds: 5, caption: \"{it_gw}\"),", "steps[0].caption", "{it_mw}"),
            ("(seconds: 5, caption: \"{it_mw\"),", "steps[0].caption", "a brace"),
            ("(seconds: 5, caption: \"it_mw}\"),", "steps[0].caption", "a brace"),
            (
                "(seconds: 5, caption: \"a\", place: \"B0\"),",
                "steps[0].place",
                "B03/H2/R12/K07",
            ),
            (
                "(seconds: 5, caption: \"a\", overlay: Red),",
                "steps[0].overlay",
                "Temperature",
            ),
            (
                "(seconds: 5, caption: \"a\", open: [Door]),",
                "steps[0].open[0]",
                "OneLine",
            ),
            (
                "(seconds: 5, caption: \"a\", scenario: \"builtin:none\"),",
                "steps[0].scenario",
                "builtin:default",
            ),
            (
                "(seconds: 5, caption: \"a\", camera: (tilt_deg: 95)),",
                "steps[0].camera.tilt_deg",
                "1 to 88",
            ),
            ("(seconds: 5),", "steps[0].caption", "no such field"),
            ("", "steps", "at least one"),
        ];
        for (steps, field, said) in wrong {
            let report = tour(steps).expect_err(steps).to_string();
            assert!(
                report.contains("tour.ron:") && report.contains(field),
                "{steps}: {report}"
            );
            assert!(report.contains(said), "{steps}: {report}");
        }
        let long = "(seconds: 30, caption: \"a\"),".repeat(3);
        assert!(tour(&long).is_ok());
        let report = tour(&format!("{long}(seconds: 1, caption: \"a\"),")).expect_err("is too long");
        assert!(
            report.to_string().contains("91 s in all; allowed: at most 90 s"),
            "{report}"
        );
    }

    #[test]
    fn the_document_lists_every_placeholder() {
        let text = include_str!("../docs/tours.md");
        for said in Said::ALL {
            let line = format!("| `{{{}}}` | {} |", said.name(), said.about());
            assert!(text.contains(&line), "docs/tours.md lacks the line {line}");
        }
    }

    #[test]
    fn captions_are_filled() {
        let filled = fill("{live_chips} of {chips} chips", |said| match said {
            Said::LiveChips => "1".into(),
            Said::Chips => "2".into(),
            other => other.name().into(),
        });
        assert_eq!(filled, "1 of 2 chips");
    }
}
