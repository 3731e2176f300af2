//! Files on disk.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::site::epw::is_epw;
use crate::site::texts::Files;

/// Files on disk, by their paths.
#[derive(Debug, Clone, Copy, Default)]
pub struct Disk;

/// Largest file that is read: a site is text by hand, not data.
const MAX_BYTES: u64 = 64 << 20;

/// The bytes of a file, of which there may be so many.
///
/// # Errors
/// Why they cannot be read.
pub fn bytes(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let about = std::fs::metadata(path)?;
    if about.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "a folder"));
    }
    let too_large = |size: &str| io::Error::new(io::ErrorKind::FileTooLarge, format!("{size} bytes, more than {most}"));
    if about.len() > most {
        return Err(too_large(&about.len().to_string()));
    }
    // Pipes and devices do not say how much is to come.
    let mut bytes = Vec::new();
    File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > most {
        true => Err(too_large("yet more")),
        false => Ok(bytes),
    }
}

impl Files for Disk {
    fn text(&self, name: &str) -> Result<String, String> {
        let bytes = bytes(Path::new(name), MAX_BYTES).map_err(|error| error.to_string())?;
        if Path::new(name)
            .extension()
            .is_some_and(|end| end.eq_ignore_ascii_case("parquet"))
        {
            return table(name, &bytes);
        }
        match String::from_utf8(bytes) {
            Ok(text) => Ok(text),
            // Older weather files write names of places in Latin-1.
            Err(error) if is_epw(name) => Ok(error.as_bytes().iter().copied().map(char::from).collect()),
            Err(error) => Err(error.to_string()),
        }
    }
}

/// A table of jobs as CSV text.
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
fn table(name: &str, bytes: &[u8]) -> Result<String, String> {
    super::parquet::csv(name, bytes).map_err(|report| {
        let all = report.errors.iter().map(|error| {
            let field = if error.field.is_empty() {
                String::new()
            } else {
                format!("{}: ", error.field)
            };
            format!("{field}found {}, allowed {}", error.found, error.allowed)
        });
        all.collect::<Vec<_>>().join("; ")
    })
}

/// A table of jobs as CSV text.
#[cfg(not(all(feature = "cli", not(target_arch = "wasm32"))))]
fn table(_: &str, _: &[u8]) -> Result<String, String> {
    Err("Parquet is read by the command line alone; CSV everywhere".into())
}
