//! What is fuzzed: every parser of this program, and two ticks of whatever they let through. Used by `cargo fuzz` and, on
//! a short list of mutated files, by `tests/it/fuzz.rs`.

use rainier::growth::files::PlanFile;
use rainier::scenario::{self, Overrides};
use rainier::sim::Twin;
use rainier::site::change::Change;
use rainier::site::files::{CapitalFile, Catalog, GridFile, SiteFile, TariffFile, WeatherFile};
use rainier::site::schema::{Checked, read};
use rainier::site::texts::{Files, NoFiles};
use rainier::site::{epw, tree};
use rainier::workload::Kind;
use rainier::workload::files::WorkloadFile;
use rainier::workload::trace::{Mapping, read_csv, read_swf};

/// A target takes any bytes and must not panic.
pub(crate) type Target = fn(&[u8]);

/// All targets by name.
pub(crate) const TARGETS: &[(&str, Target)] = &[
    ("scenario", scenario_text),
    ("site", site_text),
    ("records", records),
    ("epw", weather),
    ("traces", traces),
    ("change", change),
    ("parquet", parquet),
];

/// Most racks of a site that is run: what a fuzzer makes must stay small.
const MOST_RACKS: usize = 2_000;

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// One file of a test, beside the built-in ones.
struct One(String);

impl Files for One {
    fn text(&self, name: &str) -> Result<String, String> {
        if name == "fuzz-site.ron" {
            Ok(self.0.clone())
        } else {
            Err("no such file".into())
        }
    }
}

fn two_ticks(loaded: scenario::Loaded) {
    let small = loaded.site.campus.racks() <= MOST_RACKS && loaded.site.campus.chips() <= 64 * MOST_RACKS;
    if small && loaded.scenario.tick_s >= 1.0 {
        let mut twin = Twin::new(loaded, 1);
        twin.tick();
        twin.tick();
    }
}

fn scenario_text(bytes: &[u8]) {
    if let Ok(loaded) = scenario::load_text(&NoFiles, "fuzz.ron", &text(bytes), Overrides::default()) {
        two_ticks(loaded);
    }
}

fn site_text(bytes: &[u8]) {
    let instead = Overrides {
        site: Some("fuzz-site.ron"),
        ..Overrides::default()
    };
    if let Ok(loaded) = scenario::load(&One(text(bytes)), "builtin:lab-day", instead) {
        two_ticks(loaded);
    }
}

fn read_as<T: Checked + serde::de::DeserializeOwned>(text: &str) {
    if let Err(report) = read::<T>("fuzz.ron", text) {
        assert!(!report.errors.is_empty());
        let _ = report.to_string();
    }
}

fn records(bytes: &[u8]) {
    let text = text(bytes);
    let _ = tree::parse("fuzz.ron", &text);
    read_as::<Catalog>(&text);
    read_as::<SiteFile>(&text);
    read_as::<WeatherFile>(&text);
    read_as::<TariffFile>(&text);
    read_as::<GridFile>(&text);
    read_as::<CapitalFile>(&text);
    read_as::<WorkloadFile>(&text);
    read_as::<PlanFile>(&text);
}

fn weather(bytes: &[u8]) {
    let _ = epw::read("fuzz.epw", &text(bytes));
}

fn mapping() -> Mapping {
    Mapping {
        chips_per_processor: 1.0,
        utilisation: 0.5,
        kind: Kind::Batch,
        chip: None,
        priority: 0,
        limit: None,
    }
}

fn traces(bytes: &[u8]) {
    let text = text(bytes);
    let _ = read_swf("fuzz.swf", &text, &mapping());
    let _ = read_csv("fuzz.csv", &text, &mapping());
}

fn change(bytes: &[u8]) {
    let Ok(change) = text(bytes).parse::<Change>() else {
        return;
    };
    let changes = [change];
    let instead = Overrides {
        changes: &changes,
        ..Overrides::default()
    };
    if let Ok(loaded) = scenario::load(&NoFiles, "builtin:lab-day", instead) {
        two_ticks(loaded);
    }
}

fn parquet(bytes: &[u8]) {
    let _ = rainier::host::parquet::csv("fuzz.parquet", bytes);
}
