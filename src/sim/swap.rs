//! Two twins changing places: what one world simulates goes on in the other.

use bevy_ecs::prelude::*;

use super::registry::Registry;

/// Gives each of two worlds the twin of the other; a tick that is under way is ended before. Both worlds have the same plugins.
/// Entities stay: the systems of a tick work on resources, and entities say only what stands in what.
pub fn swap_worlds(a: &mut World, b: &mut World) {
    super::finish(a);
    super::finish(b);
    let registry = a.resource::<Registry>().clone();
    registry.swap(a, b);
}
