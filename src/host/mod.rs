//! What programs on top of the model share: the disk and the clock on the wall. The model knows neither.

pub mod disk;
pub mod speed;

pub use disk::Disk;
