//! What the campus is asked to do: jobs, where they may stand, and how fast they get on. Pure functions and data; the
//! systems that carry them out are in [`crate::sim`].

pub mod job;
pub mod place;
pub mod synthetic;
pub mod trace;

pub use job::{Job, Kind};
