//! Files on disk.

use crate::site::epw::is_epw;
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
        let bytes = std::fs::read(name).map_err(|error| error.to_string())?;
        match String::from_utf8(bytes) {
            Ok(text) => Ok(text),
            // Older weather files write names of places in Latin-1.
            Err(error) if is_epw(name) => Ok(error.as_bytes().iter().copied().map(char::from).collect()),
            Err(error) => Err(error.to_string()),
        }
    }
}
