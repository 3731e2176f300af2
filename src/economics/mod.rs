//! What it costs, in money and carbon: capital, energy, demand, water, and what a run or a chip-hour comes to.
//!
//! Pure functions over files and readings; [`crate::sim`] feeds them tick by tick. See `docs/money.md`.

pub mod band;
pub mod bill;
pub mod capital;
pub mod carbon;
pub mod fleet;

pub use band::{Band, Bound};
