//! What stands there: RON files, checked as a whole, resolved into a [`Campus`].

pub mod address;
pub mod calendar;
pub mod campus;
pub mod change;
pub mod epw;
pub mod files;
pub mod fit;
pub mod items;
pub mod load;
pub mod pick;
mod power;
pub mod schema;
pub mod search;
pub mod shape;
pub mod texts;
pub mod tree;
pub mod unit;

pub use address::Address;
pub use campus::Campus;
