//! What a person keeps between sessions: texts by key, in the data folder of the user natively, in the storage of the
//! page's origin in a browser.

use crate::words::say;

/// The text that was kept under a key; none if nothing was, or it cannot be read.
#[cfg(target_arch = "wasm32")]
pub(crate) fn read(key: &str) -> Option<String> {
    storage().ok()?.get_item(&item(key)).ok()?
}

/// Keeps a text under a key, in the place of the one before.
///
/// # Errors
/// Why it cannot be kept, in words.
#[cfg(target_arch = "wasm32")]
pub(crate) fn write(key: &str, text: &str) -> Result<(), String> {
    let full = |_| say!("store-full").to_owned();
    storage()?.set_item(&item(key), text).map_err(full)
}

/// The text that this tab kept under a key, else the last that any did. Natively windows share it.
pub(crate) fn read_own(key: &str) -> Option<String> {
    #[cfg(target_arch = "wasm32")]
    if let Some(own) = own_storage().and_then(|own| own.get_item(&item(key)).ok()?) {
        return Some(own);
    }
    read(key)
}

/// Keeps a text under a key for this tab, and for the next session as the last.
///
/// # Errors
/// Why it cannot be kept, in words.
pub(crate) fn write_own(key: &str, text: &str) -> Result<(), String> {
    // What a tab keeps for itself is beside the point where the storage of all is full or refused, which is told.
    #[cfg(target_arch = "wasm32")]
    if let Some(own) = own_storage() {
        let _ = own.set_item(&item(key), text);
    }
    write(key, text)
}

/// What belongs to this tab alone, and ends with it.
#[cfg(target_arch = "wasm32")]
fn own_storage() -> Option<web_sys::Storage> {
    web_sys::window()?.session_storage().ok()?
}

#[cfg(target_arch = "wasm32")]
fn storage() -> Result<web_sys::Storage, String> {
    let refused = say!("store-refused");
    let window = web_sys::window().ok_or(refused)?;
    window.local_storage().ok().flatten().ok_or_else(|| refused.to_owned())
}

/// The name of a key in the storage, which all pages of an origin share.
#[cfg(target_arch = "wasm32")]
fn item(key: &str) -> String {
    format!("rainier.{key}")
}

/// The text that was kept under a key; none if nothing was, or it cannot be read.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn read(key: &str) -> Option<String> {
    read_in(&folder().ok()?, key)
}

/// Keeps a text under a key, in the place of the one before.
///
/// # Errors
/// Why it cannot be kept, in words.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn write(key: &str, text: &str) -> Result<(), String> {
    write_in(&folder()?, key, text)
}

/// The folder of the program in the user's data.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn folder() -> Result<std::path::PathBuf, String> {
    use etcetera::BaseStrategy;
    let none = |error: etcetera::HomeDirError| say!("store-no-folder", error = error.to_string());
    Ok(etcetera::choose_base_strategy()
        .map_err(none)?
        .data_dir()
        .join("rainier"))
}

#[cfg(not(target_arch = "wasm32"))]
fn read_in(folder: &std::path::Path, key: &str) -> Option<String> {
    std::fs::read_to_string(folder.join(key)).ok()
}

#[cfg(not(target_arch = "wasm32"))]
fn write_in(folder: &std::path::Path, key: &str, text: &str) -> Result<(), String> {
    write_file(&folder.join(key), text)
}

/// Writes a text into a file, in the place of the one before; its folder is made if it is not there.
///
/// # Errors
/// Why it cannot be written, in words.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn write_file(path: &std::path::Path, text: &str) -> Result<(), String> {
    write_bytes(path, text.as_bytes())
}

/// Writes bytes into a file, in the place of those before; its folder is made if it is not there.
///
/// # Errors
/// Why they cannot be written, in words.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn write_bytes(path: &std::path::Path, bytes: &[u8]) -> Result<(), String> {
    let said = |error: std::io::Error| {
        say!(
            "file-unwritable",
            file = path.display().to_string(),
            error = error.to_string()
        )
    };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(said)?;
    }
    // A full disk or a kill in the middle leaves the text before.
    let mut fresh = path.as_os_str().to_owned();
    fresh.push(".new");
    std::fs::write(&fresh, bytes).map_err(said)?;
    std::fs::rename(&fresh, path).map_err(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_as_it_was_kept_and_one_that_cannot_be_kept_says_why() {
        let root = crate::scratch::Scratch::new();
        let folder = root.path().join("data").join("rainier");
        assert_eq!(read_in(&folder, "bookmarks"), None);
        for text in ["first", "second\nµ"] {
            write_in(&folder, "bookmarks", text).expect("is kept");
            assert_eq!(read_in(&folder, "bookmarks").as_deref(), Some(text));
        }
        assert_eq!(read_in(&folder, "scenarios"), None);
        let file = root.path().join("file");
        std::fs::write(&file, "").expect("is written");
        let error = write_in(&file, "bookmarks", "text").expect_err("a file is no folder");
        assert!(error.contains("bookmarks cannot be written"), "{error}");
    }
}
