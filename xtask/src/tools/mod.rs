//! The tools the build needs: found where they are, or installed into the user's cache.

mod cargo;
mod found;
mod npm;
mod system;

use std::path::PathBuf;
use std::process::Command;

use anyhow::bail;

use self::cargo::Program;
use self::found::{answers, on_path};
pub use self::found::{on_any_path, path_with};
pub use self::system::{apt_install, system_install};
use crate::step::Step;
use crate::{chromium, workspace};

/// Trunk 0.22 needs a newer compiler than the one we pin.
const TRUNK: &str = "0.21.14";
/// Debian's own wasm-opt (108) writes modules that die at start-up, so the version is pinned.
const BINARYEN: npm::Package = npm::Package {
    name: "binaryen",
    version: "132.0.0",
    integrity: "sha512-4Usg7yEvwO3FMso3Oov6qkOOHSod1IEv+boKkh77kTljM+eNBouqCTbqWswGzbG+vDNO/b/v2C4gfEh1WgB9Lg==",
    commands: &["wasm-opt"],
};
const AXE_CORE: npm::Package = npm::Package {
    name: "axe-core",
    version: "4.14.1",
    integrity: "sha512-FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==",
    commands: &[],
};
const CARGO_DENY: &str = "0.20.2";
const CARGO_MUTANTS: &str = "27.1.0";

/// Installs what `demo` needs, or with `all` also what only tests and releases need.
pub fn set_up(all: bool) -> anyhow::Result<()> {
    wasm_target()?;
    trunk()?;
    wasm_bindgen()?;
    if all {
        wasm_opt()?;
        axe_core()?;
        cargo_deny()?;
        chromium::Chromium::find_or_install()?;
    }
    eprintln!("  ✓ Everything is there");
    Ok(())
}

/// Makes sure that the compiler can build for the browser.
pub fn wasm_target() -> anyhow::Result<()> {
    let present = || {
        let sysroot =
            Command::new("rustc").args(["--print", "sysroot"]).current_dir(workspace::root()).output();
        sysroot.is_ok_and(|output| {
            let sysroot = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
            sysroot.join("lib/rustlib/wasm32-unknown-unknown/lib").is_dir()
        })
    };
    if present() {
        return Ok(());
    }
    Step {
        doing: "Installing the WebAssembly target of the compiler".into(),
        usually: "10 s",
        remedy: "install rustup from https://rustup.rs, then run `rustup target add wasm32-unknown-unknown` in this folder",
    }
    .run(Command::new("rustup").args(["target", "add", "wasm32-unknown-unknown"]).current_dir(workspace::root()))
}

/// Returns the folder with `trunk`, which bundles the page.
pub fn trunk() -> anyhow::Result<PathBuf> {
    // Without its default features Trunk can't download: it never has to, and builds in half the time.
    Program {
        binary: "trunk",
        package: "trunk",
        version: TRUNK,
        features: &["--no-default-features"],
        usually: "2 min",
    }
    .find_or_build()
}

/// Returns the folder with `wasm-bindgen` and its test runner, in exactly the version of `Cargo.lock`.
pub fn wasm_bindgen() -> anyhow::Result<PathBuf> {
    let version = workspace::locked_version("wasm-bindgen")?;
    Program {
        binary: "wasm-bindgen",
        package: "wasm-bindgen-cli",
        version: &version,
        features: &[],
        usually: "45 s",
    }
    .find_or_build()
}

/// Returns the folder with `cargo-mutants`, which changes code to see whether tests notice.
pub fn cargo_mutants() -> anyhow::Result<PathBuf> {
    Program {
        binary: "cargo-mutants",
        package: "cargo-mutants",
        version: CARGO_MUTANTS,
        features: &[],
        usually: "2 min",
    }
    .find_or_build()
}

/// Returns the folder with `cargo-deny`, which checks licences, sources and advisories.
pub fn cargo_deny() -> anyhow::Result<PathBuf> {
    Program {
        binary: "cargo-deny",
        package: "cargo-deny",
        version: CARGO_DENY,
        features: &[],
        usually: "4 min",
    }
    .find_or_build()
}

/// Returns the folder with a `wasm-opt` that works.
pub fn wasm_opt() -> anyhow::Result<PathBuf> {
    let expected = format!("version {}", BINARYEN.version.split('.').next().unwrap_or(BINARYEN.version));
    if let Some(folder) = on_path("wasm-opt", &expected) {
        return Ok(folder);
    }
    let prefix = BINARYEN.prefix();
    let folder = prefix.join("node_modules/.bin");
    if answers(&folder.join("wasm-opt"), &expected) {
        return Ok(folder);
    }
    BINARYEN.install("20 s")?;
    if !answers(&folder.join("wasm-opt"), &expected) {
        bail!(
            "wasm-opt was installed into {} but does not run: Node.js 18 or newer is needed",
            prefix.display()
        );
    }
    Ok(folder)
}

/// Returns the file of axe-core, which looks for what people with disabilities can't use.
pub fn axe_core() -> anyhow::Result<PathBuf> {
    let file = AXE_CORE.prefix().join("node_modules/axe-core/axe.min.js");
    if !file.is_file() {
        AXE_CORE.install("5 s")?;
    }
    Ok(file)
}
