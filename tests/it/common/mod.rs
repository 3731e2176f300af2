//! What the tests of the twin share.

#![allow(dead_code, reason = "each test takes what it needs")]

pub(crate) mod program;
pub(crate) mod sources;

use rainier::scenario::{self, Loaded};
use rainier::sim::Twin;
use rainier::sim::command::{Command, CommandQueue};
use rainier::site::texts::{Files, NoFiles};

/// A scenario by name.
pub(crate) fn load(name: &str) -> Loaded {
    scenario::load(&NoFiles, name, scenario::Overrides::default()).unwrap_or_else(|report| panic!("{report}"))
}

/// Commands to carry out at the next tick.
pub(crate) fn order(twin: &mut Twin, commands: impl IntoIterator<Item = Command>) {
    twin.world_mut().resource_mut::<CommandQueue>().0.extend(commands);
}

/// So many ticks.
pub(crate) fn run_for(twin: &mut Twin, ticks: u32) {
    for _ in 0..ticks {
        twin.tick();
    }
}

/// Texts by name.
pub(crate) struct Texts(pub(crate) Vec<(String, String)>);

impl Files for Texts {
    fn text(&self, name: &str) -> Result<String, String> {
        let found = self.0.iter().find(|(key, _)| key == name).map(|(_, text)| text.clone());
        found.ok_or_else(|| "no such text".into())
    }
}
