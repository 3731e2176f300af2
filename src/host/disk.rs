//! Files on disk.

use crate::site::texts::Files;

/// Files on disk, by their paths.
#[derive(Debug, Clone, Copy, Default)]
pub struct Disk;

/// Largest file that is read: a site is text by hand, not data.
const MAX_BYTES: u64 = 64 << 20;

impl Files for Disk {
    fn text(&self, name: &str) -> Result<String, String> {
        let size = std::fs::metadata(name).map_err(|error| error.to_string())?;
        if size.is_dir() {
            return Err("a folder".into());
        }
        if size.len() > MAX_BYTES {
            return Err(format!("{} bytes, more than {MAX_BYTES}", size.len()));
        }
        std::fs::read_to_string(name).map_err(|error| error.to_string())
    }
}
