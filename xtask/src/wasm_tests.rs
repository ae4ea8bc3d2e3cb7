//! The mathematics as WebAssembly, in the real browser: golden values, and the native code's bits.

use std::process::Command;

use anyhow::Context;

use crate::chromium::Chromium;
use crate::step::{Step, show};
use crate::{tools, workspace};

/// Runs `shared`'s golden and parity tests for WebAssembly in headless Chromium.
///
/// The digests of the native grid are computed first and compiled into the test, which computes the
/// same grid in the browser and compares.
pub fn run() -> anyhow::Result<()> {
    let Some(corpus) = workspace::corpus() else {
        eprintln!("  · skipped: golden values in Chromium (no recorded data beside the checkout)");
        return run_tests(&["parity".to_owned()], None);
    };
    let folder = workspace::root().join("shared/tests");
    let mut tests: Vec<String> = std::fs::read_dir(&folder)
        .with_context(|| format!("{} can't be read", folder.display()))?
        .flatten()
        .filter_map(|entry| Some(entry.file_name().to_str()?.strip_suffix(".rs")?.to_owned()))
        .filter(|name| name == "parity" || name.starts_with("golden_"))
        .collect();
    tests.sort();
    run_tests(&tests, Some(&corpus))
}

fn run_tests(tests: &[String], corpus: Option<&std::path::Path>) -> anyhow::Result<()> {
    tools::wasm_target()?;
    let chromium = Chromium::find_or_install()?;
    let path = tools::path_with(&[tools::wasm_bindgen()?])?;
    let digests = Step {
        doing: "Computing the grid natively".into(),
        usually: "",
        remedy: "mend the line that the compiler names",
    }
    .capture(
        Command::new("cargo")
            .args(["run", "--locked", "--quiet", "--release", "-p", "shared", "--example", "grid_digests"])
            .current_dir(workspace::root()),
    )?;
    let folder = workspace::target().join("xtask-logs");
    let native = folder.join("grid-digests.txt");
    std::fs::write(&native, digests).with_context(|| format!("{} can't be written", native.display()))?;
    let browser_options = folder.join("webdriver.json");
    std::fs::write(&browser_options, webdriver_options(&chromium))?;

    let mut command = Command::new("cargo");
    command
        .args([
            "test",
            "--locked",
            "-p",
            "shared",
            "--profile",
            "wasm-test",
            "--target",
            "wasm32-unknown-unknown",
        ])
        .args(tests.iter().flat_map(|test| ["--test", test]))
        .current_dir(workspace::root())
        .env("PATH", path)
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", "wasm-bindgen-test-runner")
        .env("CHROMEDRIVER", &chromium.driver)
        .env("WASM_BINDGEN_TEST_TIMEOUT", "300")
        .env("WASM_BINDGEN_USE_BROWSER", "1")
        .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", &browser_options)
        .env("TAUROI_NATIVE_GRID", &native);
    if let Some(corpus) = corpus {
        command.env("TAUROI_CORPUS", corpus);
    }
    show("shared's tests as WebAssembly in Chromium", &mut command)
}

/// Returns the capabilities with which the browser is started.
pub fn webdriver_options(chromium: &Chromium) -> String {
    // As root, which containers and CI are, Chromium refuses to start inside its own sandbox.
    serde_json::json!({
        "goog:chromeOptions": {
            "binary": chromium.browser,
            "args": [
                "headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", "no-first-run",
                "disable-background-networking", "disable-component-update", "disable-sync",
            ],
        }
    })
    .to_string()
}
