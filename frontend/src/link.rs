//! The state of the page in its address, so that a copied link shows a colleague the same numbers.

use leptos::prelude::*;
use wasm_bindgen::JsValue;

/// Returns the value of `key` in the address' query.
pub(crate) fn read(key: &str) -> Option<String> {
    let query = window().location().search().ok()?;
    web_sys::UrlSearchParams::new_with_str(&query).ok()?.get(key)
}

/// Writes the address' query, without a new entry in the history.
///
/// Browsers refuse hundreds of changes a minute, so call this once the hand rests.
pub(crate) fn write(pairs: &[(&str, String)]) {
    let Ok(query) = web_sys::UrlSearchParams::new() else { return };
    for (key, value) in pairs {
        query.append(key, value);
    }
    let path = window().location().pathname().unwrap_or_else(|_| "/".to_owned());
    let url = format!("{path}?{}", String::from(query.to_string()));
    if let Ok(history) = window().history() {
        // Refused only for another origin's address.
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&url));
    }
}
