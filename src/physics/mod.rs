//! Pure functions and small structs: no ECS, no files, no state of their own.

pub mod air;
pub mod loss;
pub mod sun;
