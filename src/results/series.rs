//! Rows of a time series: columns of the site, and readings of places beside them.

use bevy_ecs::world::World;

use super::Sample;
use crate::scenario::Recorded;
use crate::sim::sense;

impl Recorded {
    /// Names of the columns, in order.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let site = self.columns.iter().filter_map(|column| Sample::COLUMNS.get(*column));
        let places = self.places.iter().map(|column| column.name.clone());
        site.map(|name| (*name).to_owned()).chain(places).collect()
    }

    /// The row of a world now, in the order of the columns; NaN where nothing is live.
    #[must_use]
    pub fn row(&self, world: &World) -> Vec<f64> {
        let site = Sample::of(world).values();
        let of_site = self
            .columns
            .iter()
            .map(|column| site.get(*column).copied().unwrap_or(f64::NAN));
        let of_places = self.places.iter().map(|column| {
            let read = sense::read(world, column.quantity, column.scope, column.take, true);
            read.map_or(f64::NAN, |read| read.value)
        });
        of_site.chain(of_places).collect()
    }
}
