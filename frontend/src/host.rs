//! What `assets/start.js` does for the program: it was there before the program, and stays when that has died.

use wasm_bindgen::prelude::*;
use web_sys::Worker;

#[wasm_bindgen]
extern "C" {
    /// Says what the address should be from now on, relative to the page's own.
    #[wasm_bindgen(js_namespace = tauroi)]
    pub(crate) fn intend(address: &str);

    /// Makes a new entry of the history: the back button returns.
    #[wasm_bindgen(js_namespace = tauroi)]
    pub(crate) fn push(address: &str);

    /// Returns the whole address, written out.
    #[wasm_bindgen(js_namespace = tauroi)]
    pub(crate) fn link() -> String;

    /// Calls back when Back or Forward has led to another entry of the history, for as long as the page lives.
    #[wasm_bindgen(js_namespace = tauroi)]
    pub(crate) fn follow(callback: &JsValue);

    /// Takes the page's first look away.
    #[wasm_bindgen(js_namespace = tauroi)]
    pub(crate) fn started();

    /// Puts up the notice that the page has stopped.
    #[wasm_bindgen(js_namespace = tauroi)]
    pub(crate) fn fail(what: &str, detail: &str);

    /// Starts a worker on this module; one callback hears its messages, the other why it ended.
    #[wasm_bindgen(js_namespace = tauroi, catch)]
    pub(crate) fn hire(module: &JsValue, heard: &JsValue, ended: &JsValue) -> Result<Worker, JsValue>;
}
