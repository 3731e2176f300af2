//! What a page does with files and addresses: `window.rainierFiles`, which the page declares, picks and saves; dropped
//! and picked files, and other fragments of the address, come back by calls.

#![allow(unreachable_pub, reason = "wasm-bindgen exports what is public, from a program too")]

use std::cell::RefCell;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::words::say;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["window", "rainierFiles"], js_name = pick, catch)]
    fn pick_file() -> Result<(), JsValue>;
    #[wasm_bindgen(js_namespace = ["window", "rainierFiles"], js_name = download, catch)]
    fn download_file(name: &str, text: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(js_namespace = ["window", "rainierFiles"], js_name = download, catch)]
    fn download_data(name: &str, bytes: &[u8]) -> Result<(), JsValue>;
}

/// What the page has handed over.
#[derive(Default)]
struct Inbox {
    files: Vec<(String, Result<String, String>)>,
    addresses: Vec<String>,
    link_wanted: bool,
    link: String,
}

thread_local! {
    static INBOX: RefCell<Inbox> = RefCell::default();
}

/// Takes a file that was picked or dropped: its name, its text, and why it could not be read if it could not.
#[wasm_bindgen]
pub fn rainier_open_file(name: String, text: String, problem: Option<String>) {
    let text = problem.map_or(Ok(text), Err);
    INBOX.with_borrow_mut(|inbox| inbox.files.push((name, text)));
}

/// Follows a link: an address, or its fragment alone.
#[wasm_bindgen]
pub fn rainier_open_link(address: String) {
    INBOX.with_borrow_mut(|inbox| inbox.addresses.push(address));
}

/// Asks for a link of the view; [`rainier_link`] gives it from the next frame on.
#[wasm_bindgen]
pub fn rainier_want_link() {
    INBOX.with_borrow_mut(|inbox| {
        inbox.link.clear();
        inbox.link_wanted = true;
    });
}

/// The link that was asked for; empty until it is there.
#[wasm_bindgen]
pub fn rainier_link() -> String {
    INBOX.with_borrow(|inbox| inbox.link.clone())
}

/// Gives a script the link that it asked for, if it did.
pub(crate) fn give_link(link: impl FnOnce() -> String) {
    if INBOX.with_borrow_mut(|inbox| std::mem::take(&mut inbox.link_wanted)) {
        let link = link();
        INBOX.with_borrow_mut(|inbox| inbox.link = link);
    }
}

/// Files that have come since the last call: name, and text or why there is none.
pub(crate) fn files() -> Vec<(String, Result<String, String>)> {
    INBOX.with_borrow_mut(|inbox| std::mem::take(&mut inbox.files))
}

/// Links that have come since the last call.
pub(crate) fn addresses() -> Vec<String> {
    INBOX.with_borrow_mut(|inbox| std::mem::take(&mut inbox.addresses))
}

/// Lets a person pick a file; it comes with [`files`].
///
/// # Errors
/// The page cannot.
pub(crate) fn pick() -> Result<(), String> {
    pick_file().map_err(|_| say!("page-cannot-open").into())
}

/// Saves a text as a file in the folder of downloads.
///
/// # Errors
/// The page cannot.
pub(crate) fn download(name: &str, text: &str) -> Result<(), String> {
    download_file(name, text).map_err(|_| say!("page-cannot-save").into())
}

/// The languages that the browser's user reads, the first one first.
pub(crate) fn languages() -> Vec<String> {
    let navigator = web_sys::window().map(|window| window.navigator());
    let all = navigator.map(|navigator| navigator.languages()).unwrap_or_default();
    all.iter().filter_map(|tag| tag.as_string()).collect()
}

/// Saves bytes as a file in the folder of downloads.
///
/// # Errors
/// The page cannot.
pub(crate) fn download_bytes(name: &str, bytes: &[u8]) -> Result<(), String> {
    download_data(name, bytes).map_err(|_| say!("page-cannot-save").into())
}

/// The page's address without its fragment, and the fragment.
pub(crate) fn address() -> (String, String) {
    let location = web_sys::window().map(|window| window.location());
    let href = location.and_then(|location| location.href().ok()).unwrap_or_default();
    match href.split_once('#') {
        Some((base, fragment)) => (base.to_owned(), fragment.to_owned()),
        None => (href, String::new()),
    }
}
