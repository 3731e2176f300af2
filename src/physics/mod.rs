//! Pure functions of physics. No state, no input or output.

pub mod air;
pub mod loadflow;
pub mod loss;
pub mod protection;
pub mod sun;
pub mod transformer;
