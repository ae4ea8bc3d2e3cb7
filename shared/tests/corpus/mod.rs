//! The reference values and recorded data the tests compare with: a folder beside the checkout, or the one
//! `TAUROI_CORPUS` names. Without it a test is skipped by name; in CI that is a failure.

#![allow(dead_code, unused_macros, unused_imports, reason = "each test uses a part of this module")]

/// Returns the bytes of a corpus file, or `None` after naming the skipped test.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn bytes(path: &str) -> Option<Vec<u8>> {
    let root = std::env::var_os("TAUROI_CORPUS").map_or_else(
        || std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared"),
        std::path::PathBuf::from,
    );
    if !root.join("golden").is_dir() {
        assert!(std::env::var_os("CI").is_none(), "no corpus at {}", root.display());
        let thread = std::thread::current();
        #[allow(clippy::print_stdout, reason = "the only way for a test to say that it was skipped")]
        {
            println!("skipped: {}: no corpus", thread.name().unwrap_or(path));
        }
        return None;
    }
    let file = root.join(path);
    Some(std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display())))
}

/// Returns the text of a golden table, or `None` after naming the skipped test.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn text(name: &str) -> Option<String> {
    bytes(&format!("golden/{name}")).map(|bytes| String::from_utf8(bytes).expect("a golden table is text"))
}

/// The text of a golden table by its literal name: read at run time natively, built in for WebAssembly.
macro_rules! golden {
    ($name:literal) => {{
        #[cfg(not(target_arch = "wasm32"))]
        let text = $crate::corpus::text($name);
        #[cfg(target_arch = "wasm32")]
        let text = Some(include_str!(concat!(env!("TAUROI_CORPUS"), "/golden/", $name)).to_owned());
        text
    }};
}
pub(crate) use golden;

/// Returns the rows of a table without quoting, without its header and its `#` lines.
pub(crate) fn rows(text: &str) -> impl Iterator<Item = Vec<&str>> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.skip(1).map(|line| line.split(',').collect())
}
