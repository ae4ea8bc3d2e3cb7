//! Packages of npm's registry.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Context;
use serde_json::{Value, json};

use super::found::on_any_path;
use super::system::apt_install;
use crate::step::Step;
use crate::workspace;

/// A package of npm's registry that needs no other.
pub(super) struct Package {
    pub(super) name: &'static str,
    pub(super) version: &'static str,
    /// The hash of its archive: npm installs nothing else under this name.
    pub(super) integrity: &'static str,
    /// The commands of it that we call; each is the file of that name in its `bin`.
    pub(super) commands: &'static [&'static str],
}

impl Package {
    /// Returns the folder of its own that it is installed into.
    pub(super) fn prefix(&self) -> PathBuf {
        workspace::cache().join("tools").join(format!("{}-{}", self.name, self.version))
    }

    /// Installs it, with Node.js from Debian where there is none. No script of it runs.
    pub(super) fn install(&self, usually: &'static str) -> anyhow::Result<()> {
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

#[cfg(test)]
mod tests {
    use super::super::{AXE_CORE, BINARYEN};

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
