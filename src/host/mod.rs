//! What programs on top of the model share: the disk and the clock on the wall. The model knows neither.

pub mod disk;
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
pub mod parquet;
pub mod speed;

pub use disk::Disk;
