//! The same bits natively and as WebAssembly: one grid of results, compared in the browser.

#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// The digests that the native build printed, just before this one was compiled.
const NATIVE: &str = include_str!(env!("TAUROI_NATIVE_GRID"));

#[wasm_bindgen_test]
fn the_browser_computes_the_native_bits() {
    let blocks = shared::parity::parity_blocks().unwrap();
    let here: Vec<String> =
        blocks.iter().map(|block| format!("{} {:016x}", block.name, block.digest)).collect();
    let native: Vec<&str> = NATIVE.lines().collect();
    assert!(!native.is_empty());
    assert_eq!(here, native);
}
