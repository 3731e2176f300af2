//! State of the twin, registered once by the plugin whose it is. From that come its part of the digest, of snapshots, of copies
//! and of exchanges; a test finds state that is not registered.

use std::any::TypeId;
use std::io::{self, Write};

use bevy_app::App;
use bevy_ecs::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A resource that ticks change.
///
/// What a scenario gives and no tick changes need not be written: such fields are `#[serde(skip)]`, and [`TwinState::regain`] takes
/// them from the state of the same scenario that a snapshot is put into.
pub trait TwinState: Resource + Clone + Serialize + DeserializeOwned {
    /// Its name in digests and snapshots, unlike all others.
    const NAME: &'static str;

    /// Takes fields that are not written from a state of the same scenario.
    fn regain(&mut self, other: Self) {
        let _ = other;
    }

    /// Whether it is as large as a state of the same scenario must be.
    fn fits(&self, other: &Self) -> bool {
        let _ = other;
        true
    }
}

/// Whether columns of two states are as long as each other.
macro_rules! same_lengths {
    ($a:ident, $b:ident: $($column:ident $(. $of:ident)*),+ $(,)?) => {
        $($a.$column$(.$of)*.len() == $b.$column$(.$of)*.len())&&+
    };
}

pub(crate) use same_lengths;

/// Puts a state that was read into its world.
pub(super) type Put = Box<dyn FnOnce(&mut World)>;

/// Why a state could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unread {
    /// Its bytes are not those of such a state.
    Bytes,
    /// It is of another size than the scenario's.
    Size,
}

/// What can be done with a registered state.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) name: &'static str,
    id: TypeId,
    /// Writes it; whether the world has it.
    pub(super) write: fn(&World, &mut dyn Write) -> io::Result<bool>,
    /// Reads it for a world that has one.
    pub(super) read: fn(&World, &[u8]) -> Result<Put, Unread>,
    copy: fn(&World, &mut World),
    swap: fn(&mut World, &mut World),
}

/// Every state of a twin, by name, and what its scenario gives.
#[derive(Resource, Debug, Clone, Default)]
pub struct Registry {
    states: Vec<Entry>,
    given: Vec<Given>,
}

/// What can be done with what a scenario gives and no tick changes.
#[derive(Debug, Clone, Copy)]
struct Given {
    id: TypeId,
    copy: fn(&World, &mut World),
    swap: fn(&mut World, &mut World),
}

fn write<S: TwinState>(world: &World, mut to: &mut dyn Write) -> io::Result<bool> {
    let Some(state) = world.get_resource::<S>() else {
        return Ok(false);
    };
    postcard::to_io(state, &mut to).map_err(io::Error::other)?;
    Ok(true)
}

fn read<S: TwinState>(world: &World, bytes: &[u8]) -> Result<Put, Unread> {
    let (mut state, rest) = postcard::take_from_bytes::<S>(bytes).map_err(|_| Unread::Bytes)?;
    if !rest.is_empty() {
        return Err(Unread::Bytes);
    }
    let start = world.get_resource::<S>().ok_or(Unread::Size)?;
    if !state.fits(start) {
        return Err(Unread::Size);
    }
    state.regain(start.clone());
    Ok(Box::new(move |world: &mut World| world.insert_resource(state)))
}

fn copy<R: Resource + Clone>(from: &World, to: &mut World) {
    match from.get_resource::<R>() {
        Some(state) => to.insert_resource(state.clone()),
        None => drop(to.remove_resource::<R>()),
    }
}

fn swap<R: Resource>(a: &mut World, b: &mut World) {
    // Taken out and put in, not swapped in place: one of them may have none.
    let (of_a, of_b) = (a.remove_resource::<R>(), b.remove_resource::<R>());
    if let Some(of_b) = of_b {
        a.insert_resource(of_b);
    }
    if let Some(of_a) = of_a {
        b.insert_resource(of_a);
    }
}

impl Registry {
    /// All states, in the order of their names.
    pub(super) fn states(&self) -> &[Entry] {
        &self.states
    }

    /// Whether a type is registered, as state or as given.
    #[must_use]
    pub fn has(&self, id: TypeId) -> bool {
        self.states.iter().any(|entry| entry.id == id) || self.given.iter().any(|given| given.id == id)
    }

    /// Copies all of it from one world to another.
    pub(super) fn copy(&self, from: &World, to: &mut World) {
        let states = self.states.iter().map(|entry| entry.copy);
        for copy in states.chain(self.given.iter().map(|given| given.copy)) {
            copy(from, to);
        }
    }

    /// Gives each of two worlds what the other has.
    pub(super) fn swap(&self, a: &mut World, b: &mut World) {
        let states = self.states.iter().map(|entry| entry.swap);
        for swap in states.chain(self.given.iter().map(|given| given.swap)) {
            swap(a, b);
        }
    }
}

/// Registers what a plugin adds to the world.
pub trait RegisterState {
    /// A resource that ticks change.
    fn register_state<S: TwinState>(&mut self) -> &mut Self;

    /// A resource that a scenario gives and no tick changes.
    fn register_given<R: Resource + Clone>(&mut self) -> &mut Self;
}

impl RegisterState for App {
    fn register_state<S: TwinState>(&mut self) -> &mut Self {
        let mut registry = self.world_mut().get_resource_or_init::<Registry>();
        if !registry.has(TypeId::of::<S>()) {
            let at = registry.states.partition_point(|entry| entry.name < S::NAME);
            let taken = registry.states.get(at).is_some_and(|entry| entry.name == S::NAME);
            assert!(!taken, "two states are named {}", S::NAME);
            registry.states.insert(
                at,
                Entry {
                    name: S::NAME,
                    id: TypeId::of::<S>(),
                    write: write::<S>,
                    read: read::<S>,
                    copy: copy::<S>,
                    swap: swap::<S>,
                },
            );
        }
        self
    }

    fn register_given<R: Resource + Clone>(&mut self) -> &mut Self {
        let mut registry = self.world_mut().get_resource_or_init::<Registry>();
        if !registry.has(TypeId::of::<R>()) {
            registry.given.push(Given {
                id: TypeId::of::<R>(),
                copy: copy::<R>,
                swap: swap::<R>,
            });
        }
        self
    }
}

/// Writes every registered state of a world, each behind its name, in the order of the names: what a digest is taken of.
///
/// # Errors
/// Those of the writer.
pub fn write_state(world: &World, to: &mut dyn Write) -> io::Result<()> {
    for entry in world.resource::<Registry>().states() {
        to.write_all(entry.name.as_bytes())?;
        let there = (entry.write)(world, to)?;
        to.write_all(&[u8::from(there)])?;
    }
    Ok(())
}
