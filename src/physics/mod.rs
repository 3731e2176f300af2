//! Pure functions and small structs: no ECS, no files, no state of their own.

pub mod air;
pub mod chiller;
pub mod envelope;
pub mod fan;
pub mod heat_exchanger;
pub mod loadflow;
pub mod loss;
pub mod protection;
pub mod rc;
pub(crate) mod root;
pub mod sun;
pub mod swing;
pub mod tower;
pub mod transformer;
pub mod zonal;
