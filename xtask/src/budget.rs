//! What the page may weigh on the wire: enforced, as it is no timing.

use anyhow::{bail, ensure};

use crate::bundle;

/// The most that the WebAssembly may weigh, brotli-compressed, in bytes.
///
/// The bar is 300 kB. The engine is in it twice, once to run and once to explain each decision; a
/// single one would win about 20 kB back.
const WASM_BROTLI: usize = 420_000;

/// Fails when the bundle in `dist/` is heavier than its budget.
pub fn check() -> anyhow::Result<()> {
    let modules = bundle::files("wasm")?;
    ensure!(!modules.is_empty(), "dist/ holds no WebAssembly: build the page first");
    let mut total = 0;
    for module in modules {
        let bytes = std::fs::read(&module)?;
        let mut compressed = Vec::new();
        let parameters = brotli::enc::BrotliEncoderParams {
            quality: 11,
            lgwin: 22,
            size_hint: bytes.len(),
            ..Default::default()
        };
        brotli::BrotliCompress(&mut bytes.as_slice(), &mut compressed, &parameters)?;
        eprintln!("  · {}: {} bytes, brotli {}", module.display(), bytes.len(), compressed.len());
        total += compressed.len();
    }
    if total > WASM_BROTLI {
        bail!(
            "the WebAssembly weighs {total} bytes brotli-compressed, more than its budget of {WASM_BROTLI}"
        );
    }
    eprintln!("  ✓ WebAssembly: {total} of {WASM_BROTLI} bytes, brotli-compressed");
    Ok(())
}
