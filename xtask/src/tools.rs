//! The tools the build needs: found where they are, or installed into the user's cache.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};
use serde_json::{Value, json};

use crate::step::Step;
use crate::{chromium, workspace};

/// Trunk 0.22 needs a newer compiler than the one we pin.
const TRUNK: &str = "0.21.14";
/// Debian's own wasm-opt (108) writes modules that die at start-up, so the version is pinned.
const BINARYEN: NpmPackage = NpmPackage {
    name: "binaryen",
    version: "132.0.0",
    integrity: "sha512-4Usg7yEvwO3FMso3Oov6qkOOHSod1IEv+boKkh77kTljM+eNBouqCTbqWswGzbG+vDNO/b/v2C4gfEh1WgB9Lg==",
    commands: &["wasm-opt"],
};
const AXE_CORE: NpmPackage = NpmPackage {
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
    cargo_tool("trunk", "trunk", TRUNK, &["--no-default-features"], "2 min")
}

/// Returns the folder with `wasm-bindgen` and its test runner, in exactly the version of `Cargo.lock`.
pub fn wasm_bindgen() -> anyhow::Result<PathBuf> {
    let version = workspace::locked_version("wasm-bindgen")?;
    cargo_tool("wasm-bindgen", "wasm-bindgen-cli", &version, &[], "45 s")
}

/// Returns the folder with `cargo-mutants`, which changes code to see whether tests notice.
pub fn cargo_mutants() -> anyhow::Result<PathBuf> {
    cargo_tool("cargo-mutants", "cargo-mutants", CARGO_MUTANTS, &[], "2 min")
}

/// Returns the folder with `cargo-deny`, which checks licences, sources and advisories.
pub fn cargo_deny() -> anyhow::Result<PathBuf> {
    cargo_tool("cargo-deny", "cargo-deny", CARGO_DENY, &[], "4 min")
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

/// A package of npm's registry that needs no other.
struct NpmPackage {
    name: &'static str,
    version: &'static str,
    /// The hash of its archive: npm installs nothing else under this name.
    integrity: &'static str,
    /// The commands of it that we call; each is the file of that name in its `bin`.
    commands: &'static [&'static str],
}

impl NpmPackage {
    /// Returns the folder of its own that it is installed into.
    fn prefix(&self) -> PathBuf {
        workspace::cache().join("tools").join(format!("{}-{}", self.name, self.version))
    }

    /// Installs it, with Node.js from Debian where there is none. No script of it runs.
    fn install(&self, usually: &'static str) -> anyhow::Result<()> {
        let remedy = "install Node.js 18 or newer with npm, then run the same command again";
        if !on_any_path("npm") {
            apt_install("Node.js", &["nodejs", "npm"], "1 min", remedy)?;
        }
        let prefix = self.prefix();
        std::fs::create_dir_all(&prefix).with_context(|| format!("{} can't be created", prefix.display()))?;
        for (name, content) in [("package.json", self.manifest()), ("package-lock.json", self.lock())] {
            let path = prefix.join(name);
            std::fs::write(&path, content.to_string())
                .with_context(|| format!("{} can't be written", path.display()))?;
        }
        Step { doing: format!("Installing {}@{}", self.name, self.version), usually, remedy }.run(
            Command::new("npm")
                .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix"])
                .arg(&prefix)
                .current_dir(&prefix),
        )
    }

    /// Returns what is asked for: this package in this version.
    fn manifest(&self) -> Value {
        json!({ "private": true, "dependencies": { self.name: self.version } })
    }

    /// Returns npm's lock file for it.
    fn lock(&self) -> Value {
        let file = |command: &&str| ((*command).to_owned(), Value::from(format!("bin/{command}")));
        let commands: serde_json::Map<String, Value> = self.commands.iter().map(file).collect();
        let archive = format!("https://registry.npmjs.org/{0}/-/{0}-{1}.tgz", self.name, self.version);
        json!({
            "lockfileVersion": 3,
            "requires": true,
            "packages": {
                "": { "dependencies": { self.name: self.version } },
                format!("node_modules/{}", self.name): {
                    "version": self.version,
                    "resolved": archive,
                    "integrity": self.integrity,
                    "bin": commands,
                },
            },
        })
    }
}

/// Installs Debian or Ubuntu packages, as root or through `sudo` when it asks no password.
pub fn apt_install(
    what: &str,
    packages: &[&str],
    usually: &'static str,
    remedy: &'static str,
) -> anyhow::Result<()> {
    if !on_any_path("apt-get") {
        bail!("{what} is missing and this machine has no apt-get.\n  What to do: {remedy}.");
    }
    let root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0");
    let sudo = if root { "" } else { "sudo -n " };
    let script = format!(
        "{sudo}apt-get update -qq && {sudo}env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
         --no-install-recommends {}",
        packages.join(" ")
    );
    system_install(what, &script, usually, remedy)
}

/// Changes the system with a shell script, which is shown first; with `TAUROI_NO_INSTALL` set only that is done.
pub fn system_install(
    what: &str,
    script: &str,
    usually: &'static str,
    remedy: &'static str,
) -> anyhow::Result<()> {
    if std::env::var_os("TAUROI_NO_INSTALL").is_some_and(|value| !value.is_empty()) {
        bail!("{what} is missing, and TAUROI_NO_INSTALL forbids `{script}`.\n  What to do: {remedy}.");
    }
    eprintln!("  · {what} is missing; for all users of this machine: {script}");
    Step { doing: format!("Installing {what}"), usually, remedy }.run(Command::new("sh").args(["-c", script]))
}

/// Finds `binary` on the PATH or in the cache, or builds it from the registry into the cache.
fn cargo_tool(
    binary: &str,
    package: &str,
    version: &str,
    features: &[&str],
    usually: &'static str,
) -> anyhow::Result<PathBuf> {
    if let Some(folder) = on_path(binary, version) {
        return Ok(folder);
    }
    let tools = workspace::cache().join("tools");
    let prefix = tools.join(format!("{package}-{version}"));
    let folder = prefix.join("bin");
    if answers(&folder.join(binary), version) {
        return Ok(folder);
    }
    // A build folder of its own, kept until the tool is there: an interrupted build goes on where it stopped.
    let build = tools.join(format!("{package}-{version}-build"));
    let install = |locked: bool| {
        let mut command = Command::new("cargo");
        command
            .args(["install", "--debug", "--force", package, "--version"])
            .arg(format!("={version}"))
            .args(features)
            .arg("--root")
            .arg(&prefix)
            .current_dir(workspace::root())
            .env("CARGO_TARGET_DIR", &build)
            .env("CARGO_PROFILE_DEV_DEBUG", "false")
            .env("CARGO_PROFILE_DEV_INCREMENTAL", "false");
        if locked {
            command.arg("--locked");
        }
        command
    };
    let step = Step {
        doing: format!("Building {package} {version} (once)"),
        usually,
        remedy: "look at the log, then run the same command again: it goes on where it stopped",
    };
    if let Err(error) = step.run(&mut install(true)) {
        if !lacks_a_locked_version(&error.to_string()) {
            return Err(error);
        }
        eprintln!(
            "  ! The registry lacks a version that {package}'s lock file names: building with others that fit"
        );
        step.run(&mut install(false))?;
    }
    let _ = std::fs::remove_dir_all(&build);
    if !answers(&folder.join(binary), version) {
        bail!("{package} was built but {} does not run", folder.join(binary).display());
    }
    Ok(folder)
}

/// Tells from cargo's output that the registry doesn't have a version that a lock file names, as a mirror that lags
/// behind: the one failure that a build without the lock file gets around.
fn lacks_a_locked_version(output: &str) -> bool {
    let refused = "failed to select a version for the requirement `";
    output.lines().any(|line| line.contains(refused) && line.contains("(locked to "))
}

/// Returns the folder on the PATH whose `binary` says it is `version`.
fn on_path(binary: &str, version: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    // Only the first one counts: it is the one that other tools would run.
    let folder = std::env::split_paths(&path).find(|folder| folder.join(binary).is_file())?;
    answers(&folder.join(binary), version).then_some(folder)
}

/// Returns whether a program of that name is on the PATH.
pub fn on_any_path(binary: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(binary).is_file()))
}

/// Returns whether `program --version` runs and prints `version` as a word.
fn answers(program: &Path, version: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| {
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        output.status.success()
            && text.match_indices(version).any(|(at, _)| {
                !text[at + version.len()..].starts_with(|next: char| next.is_ascii_digit() || next == '.')
            })
    })
}

/// Returns the PATH with `folders` in front.
pub fn path_with(folders: &[PathBuf]) -> anyhow::Result<std::ffi::OsString> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(folders.iter().cloned().chain(std::env::split_paths(&path)))
        .context("a tool's folder has a character that a PATH can't hold")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_lagging_registry_is_built_around() {
        let lagging = "Installing failed.\n    error: failed to compile `trunk v0.21.14`\n    Caused by:\n      \
                       failed to select a version for the requirement `itoa = \"^1\"` (locked to 1.0.999)\n      \
                       candidate versions found which didn't match: 1.0.19";
        assert!(lacks_a_locked_version(lagging));
        for other in [
            "error: could not find native static library `z`",
            "error: cannot find macro `x` in this scope",
            "error: no matching package named `itoa` found",
            "failed to select a version for the requirement `itoa = \"^99\"`",
            "error: linker `cc` not found",
        ] {
            assert!(!lacks_a_locked_version(other), "{other}");
        }
    }

    #[test]
    fn a_package_of_npm_is_locked_to_its_hash() {
        for package in [BINARYEN, AXE_CORE] {
            let lock = package.lock();
            let entry = &lock["packages"][format!("node_modules/{}", package.name)];
            assert_eq!(
                (entry["version"].as_str(), entry["integrity"].as_str()),
                (Some(package.version), Some(package.integrity))
            );
            assert_eq!(package.manifest()["dependencies"][package.name], package.version);
            // A SHA-512 in base 64.
            assert!(
                package.integrity.starts_with("sha512-") && package.integrity.len() == 95,
                "{}",
                package.name
            );
        }
    }
}
