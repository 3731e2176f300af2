//! Walks: lists of stops at which the view takes a picture of itself. `docs/view.md` describes them.

use crate::diag::{Code, Report};
use crate::site::Address;
use crate::site::schema::{Day, read, within};
use crate::site::texts::Files;
use crate::tour::{Camera, Inside};
use crate::view::Names;
use crate::{choice, record};

record! {
    /// A walk through the view.
    WalkFile {
        /// Format version.
        format: u32,
        /// One sentence.
        about: String,
        /// Width and height of the pictures whose stops say no other; 1366 by 768 if left out.
        size_px: Option<[u32; 2]> = within(200.0, 8_192.0),
        /// Where a picture is taken, one after the other.
        stops: Vec<Halt>,
    }
}

record! {
    /// A stop of a walk. What is left out is as at the start of the view, whatever the stop before has shown; only the
    /// scenario, what it is compared with, and its time stay.
    Halt {
        /// Name of the picture, without the ending of a file.
        name: String,
        /// Scenario that runs from here on: `builtin:NAME`, or a path from where the program runs.
        scenario: Option<String>,
        /// Scenario beside it from here on; none where a scenario is named and this is left out.
        compare: Option<String>,
        /// Simulated time, s since the start. A scenario that is past it starts again.
        at_s: Option<f64> = within(0.0, 1e7),
        /// Selected place, which the camera goes to: an address.
        place: Option<String>,
        /// How the camera looks at it, or at the site.
        camera: Option<Camera>,
        /// What colours the racks, by its name in links.
        overlay: Option<String>,
        /// Whether racks are coloured by what the other scenario has more or less.
        difference: Option<bool>,
        /// Whether roofs are on.
        roofs: Option<bool>,
        /// How buildings are looked into.
        inside: Option<Inside>,
        /// Where the section cuts, as a share of the building's length.
        cut: Option<f64> = within(0.0, 1.0),
        /// Whether places are labelled.
        labels: Option<bool>,
        /// Whether the little map is shown.
        minimap: Option<bool>,
        /// Date of the plan at which the campus is shown.
        date: Option<Day>,
        /// Layers and windows that are open, by their names in links.
        #[serde(default)]
        open: Vec<String>,
        /// Page of the editor.
        page: Option<EditorPage>,
        /// Job whose racks are looked at, by its name.
        job: Option<String>,
        /// What is written into the search.
        search: Option<String>,
        /// Tour: `builtin:NAME`, or a path.
        tour: Option<String>,
        /// Step of the tour, from 1; it stands there. A film lets the tour run.
        step: Option<u32> = within(1.0, 90.0),
        /// Light or dark panels.
        theme: Option<Theme>,
        /// Width and height.
        size_px: Option<[u32; 2]> = within(200.0, 8_192.0),
        /// Pixels of a point.
        scale: Option<f64> = within(0.5, 4.0),
        /// A row of pictures in place of one.
        film: Option<Film>,
    }
}

record! {
    /// A row of pictures: `NAME-0000.png` and so on. Flights, tours and the simulation go on by the time of the pictures, however
    /// long each of them takes.
    Film {
        /// How long it is, s.
        seconds: f64 = within(0.1, 90.0),
        /// Pictures a second.
        per_s: f64 = within(1.0, 60.0),
        /// Simulated seconds a second; without it the simulation stands, unless a tour lets it go on.
        speed: Option<f64> = within(1.0, 10_000.0),
    }
}

choice! {
    /// Light or dark panels.
    Theme {
        /// Light text on dark ground.
        Dark,
        /// Dark text on light ground.
        Light,
    }
}

choice! {
    /// A page of the editor.
    EditorPage {
        /// The text.
        Text,
        /// The form.
        Form,
        /// What can be done now.
        Now,
    }
}

/// Size of pictures where a walk says none, pixels.
pub const SIZE_PX: [u32; 2] = [1366, 768];

/// Reads a walk from a file.
///
/// # Errors
/// Everything that is wrong with it.
pub fn load(files: &dyn Files, file: &str, names: Names<'_>) -> Result<WalkFile, Report> {
    let text = files.text(file).map_err(|found| Report {
        errors: vec![crate::site::texts::unreadable(file, found, "a readable file".into())],
    })?;
    load_text(file, &text, Some(names))
}

/// Reads a walk from its text. Without names those of overlays and parts are not looked at.
///
/// # Errors
/// Everything that is wrong with it.
pub fn load_text(file: &str, text: &str, names: Option<Names<'_>>) -> Result<WalkFile, Report> {
    let parsed = read::<WalkFile>(file, text)?;
    let mut report = Report::default();
    let mut wrong = |code: Code, field: String, found: String, allowed: String| {
        report.push(parsed.error(code, &field, found, allowed));
    };
    let stops = &parsed.value.stops;
    if stops.is_empty() {
        let allowed = "at least one".into();
        wrong(Code::Inconsistent, "stops".into(), "no stop".into(), allowed);
    }
    for (k, stop) in stops.iter().enumerate() {
        let field = |name: &str| format!("stops[{k}].{name}");
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if stop.name.is_empty() || !stop.name.chars().all(plain) {
            let allowed = "small letters, digits and hyphens";
            wrong(
                Code::UnknownName,
                field("name"),
                format!("{:?}", stop.name),
                allowed.into(),
            );
        }
        if stops.iter().take(k).any(|other| other.name == stop.name) {
            let found = format!("{:?} again", stop.name);
            wrong(Code::DuplicateField, field("name"), found, "each name once".into());
        }
        if let Some(place) = &stop.place
            && place.parse::<Address>().is_err()
        {
            let allowed = "an address such as B03/H2/R12/K07";
            wrong(Code::UnknownName, field("place"), format!("{place:?}"), allowed.into());
        }
        if stop.step.is_some() && stop.tour.is_none() {
            let allowed = "a tour beside it";
            wrong(
                Code::Inconsistent,
                field("step"),
                "a step of no tour".into(),
                allowed.into(),
            );
        }
        let Some(names) = names else { continue };
        let mut known = |field: String, name: &str, allowed: &[&str]| {
            if !allowed.contains(&name) {
                wrong(Code::UnknownName, field, format!("{name:?}"), allowed.join(", "));
            }
        };
        if let Some(overlay) = &stop.overlay {
            known(field("overlay"), overlay, names.overlays);
        }
        for (j, part) in stop.open.iter().enumerate() {
            known(format!("stops[{k}].open[{j}]"), part, names.parts);
        }
    }
    report.into_result(parsed.value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: Names<'_> = Names {
        overlays: &["temperature", "power"],
        parts: &["oneLine", "money"],
    };

    fn walk(stops: &str) -> Result<WalkFile, Report> {
        let text = format!("(\n format: 1,\n about: \"A walk.\",\n stops: [\n{stops}\n ],\n)");
        load_text("walk.ron", &text, Some(NAMES))
    }

    #[test]
    fn a_walk_is_read() {
        let stops = "(name: \"a-1\", overlay: \"power\", open: [\"money\"], theme: Light, size_px: (640, 360)),\n\
             (name: \"b\", camera: (tilt_deg: 20), film: (seconds: 2, per_s: 15))";
        let walk = walk(stops).unwrap_or_else(|report| panic!("{report}"));
        assert_eq!(walk.stops[0].size_px, Some([640, 360]));
        assert_eq!(walk.stops[1].film.as_ref().map(|film| film.per_s), Some(15.0));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        for (stops, line, field, said) in [
            ("(name: \"A b\")", 5, "stops[0].name", "small letters"),
            ("(name: \"a\"),\n(name: \"a\")", 6, "stops[1].name", "each name once"),
            (
                "(name: \"a\", overlay: \"heat\")",
                5,
                "stops[0].overlay",
                "temperature, power",
            ),
            (
                "(name: \"a\", open: [\"door\"])",
                5,
                "stops[0].open[0]",
                "oneLine, money",
            ),
            ("(name: \"a\", place: \"B0\")", 5, "stops[0].place", "B03/H2/R12/K07"),
            ("(name: \"a\", step: 2)", 5, "stops[0].step", "a tour"),
            ("(name: \"a\", scale: 9)", 5, "stops[0].scale", "0.5 to 4"),
            ("(name: \"a\", size_px: (10, 10))", 5, "stops[0].size_px", "200 to 8192"),
            ("(name: \"a\", theme: Grey)", 5, "stops[0].theme", "Dark, Light"),
            ("(overlay: \"power\")", 5, "stops[0].name", "no such field"),
            ("", 4, "stops", "at least one"),
        ] {
            let report = walk(stops).expect_err(stops).to_string();
            for part in [&format!("walk.ron:{line}:"), field, said] {
                assert!(report.contains(part), "{stops}: {part} is not in {report}");
            }
        }
    }
}
