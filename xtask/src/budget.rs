//! What the page may weigh on the wire: enforced, as it is no timing.

use std::path::Path;

use anyhow::{Context, bail, ensure};

use crate::bundle;

/// The most that the page's program may weigh, brotli-compressed, in bytes: the WebAssembly and the JavaScript that
/// binds it to the browser, all of which must be here before the page answers.
const PROGRAM_BROTLI: usize = 570_000;

/// Fails when the bundle in `dist/` is heavier than its budget.
pub fn check() -> anyhow::Result<()> {
    let modules = bundle::files("wasm")?;
    ensure!(!modules.is_empty(), "dist/ holds no WebAssembly: build the page first");
    let mut total = 0;
    for file in modules.into_iter().chain(bundle::files("js")?) {
        total += weigh(&file)?;
    }
    if total > PROGRAM_BROTLI {
        bail!("the program weighs {total} bytes brotli-compressed, more than its budget of {PROGRAM_BROTLI}");
    }
    eprintln!("  ✓ WebAssembly and JavaScript: {total} of {PROGRAM_BROTLI} bytes, brotli-compressed");
    Ok(())
}

/// Prints what a file weighs, and returns its weight once compressed.
fn weigh(file: &Path) -> anyhow::Result<usize> {
    let bytes = std::fs::read(file).with_context(|| format!("{} can't be read", file.display()))?;
    let mut compressed = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: 11,
        lgwin: 22,
        size_hint: bytes.len(),
        ..Default::default()
    };
    brotli::BrotliCompress(&mut bytes.as_slice(), &mut compressed, &parameters)?;
    eprintln!("  · {}: {} bytes, brotli {}", file.display(), bytes.len(), compressed.len());
    Ok(compressed.len())
}
