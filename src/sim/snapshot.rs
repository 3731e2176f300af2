//! Snapshots: all state of a twin between two ticks, to be kept and gone on from.
//!
//! A snapshot holds what ticks change. What its files give comes from the scenario that it is put into, which must be the one
//! that it was taken of: the same site, start, tick, events and workload, by their contents. Only when it ends may differ.

use std::fmt::{self, Debug, Write as _};
use std::io::Write;

use bevy_app::App;
use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::clock::Clock;
use super::command::Timeline;
use super::entities;
use super::jobs::Jobs;
use super::meters::Prices;
use super::registry::{RegisterState, Registry, Unread};
use super::rules::Rules;
use super::twin::{Plan, equip};
use super::weather::Climate;
use super::workers::Workers;
use crate::scenario::ScenarioFile;

/// What a file of a snapshot begins with.
const MAGIC: &[u8] = b"rainier snapshot\n";

/// Bytes of a checksum.
const SUM: usize = 32;

/// What a snapshot is of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct About {
    /// Version of the program that took it.
    pub version: String,
    /// Name of the site.
    pub site: String,
    /// Ticks done.
    pub tick: u64,
    /// Time since the start of the scenario, s.
    pub time_s: f64,
    /// Contents of the site.
    site_sum: [u8; SUM],
    /// Contents of the scenario, but for when it ends.
    scenario_sum: [u8; SUM],
}

/// All state of a twin between two ticks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    about: About,
    /// By name, what was registered; nothing of what the world had not.
    states: Vec<(String, Option<Vec<u8>>)>,
}

/// Why a snapshot cannot be read or gone on from.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    /// It is no snapshot.
    #[error("found no snapshot; allowed: a file that `rainier run --save-at` wrote")]
    NotOne,
    /// It is cut off, or bytes of it have changed.
    #[error("found a snapshot that is cut off or damaged: its checksum does not match")]
    Damaged,
    /// It is of another version of the program.
    #[error("found a snapshot of rainier {found}; allowed: one of rainier {allowed}, the version that reads it")]
    Version {
        /// Its version.
        found: String,
        /// That of the program.
        allowed: String,
    },
    /// It is of another site.
    #[error(
        "found a snapshot of another site, {found}; allowed: one of {allowed} as its files stand now; any change of the site makes it another"
    )]
    Site {
        /// Its site.
        found: String,
        /// The site.
        allowed: String,
    },
    /// It is of another scenario of the site.
    #[error(
        "found a snapshot of another scenario of {site}; allowed: one of the same start, tick, seed, weather, events, rules, prices and workload; only the duration may differ"
    )]
    Scenario {
        /// The site.
        site: String,
    },
    /// A part of it is not what this program writes.
    #[error("found a part, {part:?}, that this program does not read; allowed: {allowed}")]
    Part {
        /// Name of the part.
        part: String,
        /// What would be read.
        allowed: String,
    },
}

/// A checksum of what is written to it as text.
struct Sum(Sha256);

impl fmt::Write for Sum {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.update(text.as_bytes());
        Ok(())
    }
}

impl Sum {
    fn new() -> Self {
        Self(Sha256::new())
    }

    fn add(&mut self, what: &dyn Debug) {
        // A checksum takes whatever comes.
        let _ = write!(self, "{what:?};");
    }

    fn done(self) -> [u8; SUM] {
        self.0.finalize().into()
    }
}

/// Contents of the scenario's file that a twin has begun with, and of which halls were live, but for when it ends and what it
/// is called.
#[derive(Resource, Debug, Clone, Copy)]
pub(super) struct Origin([u8; SUM]);

impl Origin {
    pub(super) fn of(scenario: &ScenarioFile, live: &[bool]) -> Self {
        let scenario = ScenarioFile {
            name: String::new(),
            about: String::new(),
            duration_s: 0.0,
            record_every_s: 0.0,
            ..scenario.clone()
        };
        let mut sum = Sum::new();
        sum.add(&scenario);
        sum.add(&live);
        Self(sum.done())
    }
}

pub(super) fn plugin(app: &mut App) {
    app.register_given::<Origin>();
}

impl About {
    fn of(world: &World) -> Self {
        let clock = world.resource::<Clock>();
        let campus = &world.resource::<Plan>().0;
        let mut site = Sum::new();
        site.add(campus);
        let mut scenario = Sum::new();
        scenario.add(&world.resource::<Origin>().0);
        scenario.add(&world.resource::<Timeline>().events);
        scenario.add(&world.resource::<Rules>().rules);
        scenario.add(world.resource::<Climate>());
        scenario.add(&world.get_resource::<Jobs>().map(|jobs| &jobs.workload));
        let mut prices = world.resource::<Prices>().clone();
        for terms in &mut prices.terms {
            terms.set_energy_price(None);
        }
        scenario.add(&prices);
        Self {
            version: crate::VERSION.to_owned(),
            site: campus.name.clone(),
            tick: clock.tick,
            time_s: clock.time_s,
            site_sum: site.done(),
            scenario_sum: scenario.done(),
        }
    }
}

impl Snapshot {
    /// The state of a world now; a tick that is under way is ended before.
    #[must_use]
    pub fn of(world: &mut World) -> Self {
        super::finish(world);
        let registry = world.resource::<Registry>();
        let of = |entry: &super::registry::Entry| {
            let mut bytes = Vec::new();
            // Memory takes whatever is written.
            let there = (entry.write)(world, &mut bytes).unwrap_or(false);
            (entry.name.to_owned(), there.then_some(bytes))
        };
        Self {
            about: About::of(world),
            states: registry.states().iter().map(of).collect(),
        }
    }

    /// What it is of.
    #[must_use]
    pub fn about(&self) -> &About {
        &self.about
    }

    /// It as a file.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        let sum_at = bytes.len();
        bytes.extend([0; SUM]);
        // Nothing in it can be refused.
        let _ = postcard::to_io(self, &mut bytes);
        let sum = Sha256::digest(&bytes[sum_at + SUM..]);
        bytes[sum_at..sum_at + SUM].copy_from_slice(&sum);
        bytes
    }

    /// It from a file.
    ///
    /// # Errors
    /// If the file is not one that [`Snapshot::to_bytes`] gave, or of another version of the program.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SnapshotError> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(SnapshotError::NotOne)?;
        let (sum, rest) = rest.split_at_checked(SUM).ok_or(SnapshotError::Damaged)?;
        if Sha256::digest(rest).as_slice() != sum {
            return Err(SnapshotError::Damaged);
        }
        // The version stands first, so that one of another version is told as such whatever follows.
        let (found, _) = postcard::take_from_bytes::<String>(rest).map_err(|_| SnapshotError::Damaged)?;
        if found != crate::VERSION {
            let allowed = crate::VERSION.to_owned();
            return Err(SnapshotError::Version { found, allowed });
        }
        postcard::from_bytes(rest).map_err(|_| SnapshotError::Damaged)
    }

    /// Puts it into a world that has its scenario, at whatever time.
    ///
    /// # Errors
    /// If it is of another version, site or scenario. The world is left as it was.
    pub fn restore(&self, world: &mut World) -> Result<(), SnapshotError> {
        super::finish(world);
        self.matches(&About::of(world))?;
        let registry = world.resource::<Registry>().clone();
        let part = |part: &str, allowed: String| SnapshotError::Part {
            part: part.to_owned(),
            allowed,
        };
        let names: Vec<&str> = registry.states().iter().map(|entry| entry.name).collect();
        let mut puts = Vec::new();
        for (name, bytes) in &self.states {
            let entry = registry.states().iter().find(|entry| entry.name == name);
            let entry = entry.ok_or_else(|| part(name, names.join(", ")))?;
            let Some(bytes) = bytes else { continue };
            puts.push((entry.read)(world, bytes).map_err(|unread| {
                part(
                    name,
                    match unread {
                        Unread::Bytes => "what this program writes there".to_owned(),
                        Unread::Size => "one of the scenario's own size".to_owned(),
                    },
                )
            })?);
        }
        if let Some(missing) = names
            .iter()
            .find(|name| !self.states.iter().any(|(other, _)| other == *name))
        {
            return Err(part("", format!("{missing} with the others")));
        }
        for put in puts {
            put(world);
        }
        Ok(())
    }

    fn matches(&self, other: &About) -> Result<(), SnapshotError> {
        if self.about.version != other.version {
            return Err(SnapshotError::Version {
                found: self.about.version.clone(),
                allowed: other.version.clone(),
            });
        }
        if self.about.site_sum != other.site_sum {
            return Err(SnapshotError::Site {
                found: self.about.site.clone(),
                allowed: other.site.clone(),
            });
        }
        if self.about.scenario_sum != other.scenario_sum {
            return Err(SnapshotError::Scenario {
                site: other.site.clone(),
            });
        }
        Ok(())
    }
}

/// Another app with the simulation, `extend` and all state of a world, which goes its own way from here. A tick that is under way
/// is ended before.
pub fn fork(world: &mut World, extend: &dyn Fn(&mut App)) -> App {
    super::finish(world);
    let mut app = App::empty();
    equip(&mut app, world.resource::<Workers>().threads(), extend);
    world.resource::<Registry>().copy(world, app.world_mut());
    entities::stand(app.world_mut(), &world.resource::<Plan>().0);
    app
}

/// Writes all state to a checksum.
#[must_use]
pub fn digest(world: &World) -> [u8; SUM] {
    /// A buffer before a checksum: most values are a few bytes.
    struct Hashing(Sha256);
    impl Write for Hashing {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.update(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut to = std::io::BufWriter::with_capacity(1 << 16, Hashing(Sha256::new()));
    // A checksum takes whatever comes.
    let _ = super::registry::write_state(world, &mut to).and_then(|()| to.flush());
    to.into_inner().map_or([0; SUM], |hashing| hashing.0.finalize().into())
}
