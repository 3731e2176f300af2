//! Equipment as entities: what stands in what (`ChildOf`), what feeds what ([`FedBy`]), what cools what
//! ([`CooledBy`]). Dense state is in columns; an entity's index component says which row is its own.

use bevy_ecs::prelude::*;

use crate::site::Campus;

/// The campus.
#[derive(Component, Debug, Clone, Copy)]
pub struct Site;

macro_rules! indices {
    ($($(#[$meta:meta])* $name:ident,)*) => {$(
        $(#[$meta])*
        #[derive(Component, Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);
    )*};
}

indices! {
    /// A building: row of `Campus::buildings`.
    BuildingIndex,
    /// A hall: row of `Campus::halls` and the hall columns.
    HallIndex,
    /// A row of racks: row of `Campus::rows`.
    RowIndex,
    /// A rack: row of the rack columns; `Campus::rack_chips` has its chips.
    RackIndex,
    /// A cooling unit: row of the unit columns.
    UnitIndex,
    /// A node of the power path: row of `PowerPlan::nodes` and the power columns.
    PowerIndex,
    /// A genset: its number in the building, from 1.
    GensetIndex,
}

/// The power node that feeds this one.
#[derive(Component, Debug, Clone, Copy)]
#[relationship(relationship_target = Feeds)]
pub struct FedBy(pub Entity);

/// The power nodes that this one feeds.
#[derive(Component, Debug, Default)]
#[relationship_target(relationship = FedBy)]
pub struct Feeds(Vec<Entity>);

/// The hall that this unit cools.
#[derive(Component, Debug, Clone, Copy)]
#[relationship(relationship_target = CooledBy)]
pub struct Cools(pub Entity);

/// The units that cool this hall.
#[derive(Component, Debug, Default)]
#[relationship_target(relationship = Cools)]
pub struct CooledBy(Vec<Entity>);

/// The entity at the root of the campus.
#[derive(Resource, Debug, Clone, Copy)]
pub(super) struct Root(Entity);

/// Lets the entities of a campus stand in a world in place of those of another.
pub(super) fn stand(world: &mut World, campus: &Campus) {
    if let Some(Root(before)) = world.remove_resource::<Root>() {
        world.despawn(before);
    }
    let root = spawn(world, campus);
    world.insert_resource(Root(root));
}

/// Makes the entities of a campus and returns the site's.
fn spawn(world: &mut World, campus: &Campus) -> Entity {
    let site = world.spawn((Site, Name::new(campus.name.clone()))).id();
    for (b, building) in campus.buildings.iter().enumerate() {
        let building_entity = world.spawn((BuildingIndex(b as u32), ChildOf(site))).id();
        world.spawn_batch(
            (1..=building.gensets)
                .map(|n| (GensetIndex(n), ChildOf(building_entity)))
                .collect::<Vec<_>>(),
        );
        for h in building.halls.clone() {
            let hall = &campus.halls[h];
            let hall_entity = world.spawn((HallIndex(h as u32), ChildOf(building_entity))).id();
            let units = hall
                .units
                .clone()
                .map(|u| (UnitIndex(u as u32), ChildOf(hall_entity), Cools(hall_entity)));
            world.spawn_batch(units.collect::<Vec<_>>());
            for r in hall.rows.clone() {
                let row_entity = world.spawn((RowIndex(r as u32), ChildOf(hall_entity))).id();
                let racks = campus.rows[r]
                    .racks
                    .clone()
                    .map(|k| (RackIndex(k as u32), ChildOf(row_entity)));
                world.spawn_batch(racks.collect::<Vec<_>>());
            }
        }
    }
    let nodes: Vec<Entity> = (0..campus.power.nodes.len())
        .map(|n| world.spawn((PowerIndex(n as u32), ChildOf(site))).id())
        .collect();
    // What usually feeds it; where its switch stands now is in the grid.
    for (node, entity) in campus.power.nodes.iter().zip(&nodes) {
        if let Some(source) = node.sources.first() {
            world.entity_mut(*entity).insert(FedBy(nodes[*source as usize]));
        }
    }
    site
}
