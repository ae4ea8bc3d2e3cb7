//! `cargo xtask sbom`: what the release is made of, as CycloneDX 1.5 in JSON.
//!
//! What is linked into the program and into the page that it has inside, by `Cargo.lock`, with the checksums of the archives. The
//! same sources give the same bytes: no serial number, no time.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use crate::workspace;

/// The page's target.
const BROWSER: &str = "wasm32-unknown-unknown";

/// Packages, and what each of them needs, by their references.
#[derive(Default)]
struct Linked {
    packages: BTreeMap<String, Value>,
    needs: BTreeMap<String, BTreeSet<String>>,
}

/// Writes the list beside the release binary, and returns its path.
///
/// # Errors
///
/// Says what cargo could not tell, or what can't be written.
pub fn write() -> anyhow::Result<PathBuf> {
    let path = workspace::target().join("release/tauroi.cdx.json");
    let folder = path.parent().context("the release has no folder")?;
    std::fs::create_dir_all(folder).with_context(|| format!("{} can't be made", folder.display()))?;
    let made = document()?;
    std::fs::write(&path, format!("{made:#}\n"))
        .with_context(|| format!("{} can't be written", path.display()))?;
    eprintln!("  ✓ {}", path.display());
    Ok(path)
}

/// Returns the list.
fn document() -> anyhow::Result<Value> {
    let lock = std::fs::read_to_string(workspace::root().join("Cargo.lock")).context("Cargo.lock")?;
    let checksums = checksums(&lock);
    let mut linked = Linked::default();
    let server = linked.add(&metadata(&host()?)?, "server")?;
    let page = linked.add(&metadata(BROWSER)?, "frontend")?;
    linked.needs.entry(server.clone()).or_default().insert(page);
    let program = linked.packages.remove(&server).context("the program is not among its packages")?;
    let components: Vec<Value> =
        linked.packages.iter().map(|(name, package)| component(name, package, &checksums)).collect();
    let dependencies: Vec<Value> =
        linked.needs.iter().map(|(name, needs)| json!({ "ref": name, "dependsOn": needs })).collect();
    Ok(json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": { "component": {
            "type": "application",
            "bom-ref": server,
            "name": "tauroi",
            "version": program["version"],
            "licenses": [{ "expression": program["license"] }],
        } },
        "components": components,
        "dependencies": dependencies,
    }))
}

impl Linked {
    /// Adds what is linked into a package of the workspace, and returns the reference of that.
    fn add(&mut self, metadata: &Value, root: &str) -> anyhow::Result<String> {
        let by_id = |values: &Value| -> BTreeMap<String, Value> {
            let values = values.as_array().cloned().unwrap_or_default();
            values.into_iter().map(|value| (text(&value["id"]), value)).collect()
        };
        let packages = by_id(&metadata["packages"]);
        let nodes = by_id(&metadata["resolve"]["nodes"]);
        let first =
            packages.iter().find(|(_, package)| package["name"] == root && package["source"].is_null());
        let (id, package) = first.with_context(|| format!("there is no package {root}"))?;
        let (mut open, mut seen) = (vec![id.clone()], BTreeSet::new());
        while let Some(id) = open.pop() {
            if !seen.insert(id.clone()) {
                continue;
            }
            let package = packages.get(&id).with_context(|| format!("cargo doesn't say what {id} is"))?;
            let name = reference(package);
            let needs: Vec<String> = nodes.get(&id).map(normal).unwrap_or_default();
            self.packages.insert(name.clone(), package.clone());
            let known = self.needs.entry(name).or_default();
            known.extend(needs.iter().filter_map(|id| packages.get(id)).map(reference));
            open.extend(needs);
        }
        Ok(reference(package))
    }
}

/// Returns the packages that are linked into a node's, by their ids: not what builds or tests it alone.
fn normal(node: &Value) -> Vec<String> {
    let is_normal = |need: &&Value| {
        need["dep_kinds"].as_array().is_some_and(|kinds| kinds.iter().any(|kind| kind["kind"].is_null()))
    };
    node["deps"].as_array().into_iter().flatten().filter(is_normal).map(|need| text(&need["pkg"])).collect()
}

/// Returns a package's name for all tools that look for known faults, `pkg:cargo/NAME@VERSION`.
fn reference(package: &Value) -> String {
    format!("pkg:cargo/{}@{}", text(&package["name"]), text(&package["version"]))
}

fn component(name: &str, package: &Value, checksums: &BTreeMap<(String, String), String>) -> Value {
    let mut made = json!({
        "type": "library",
        "bom-ref": name,
        "purl": name,
        "name": package["name"],
        "version": package["version"],
    });
    if let Some(license) = package["license"].as_str() {
        // A slash is how `OR` was written once.
        made["licenses"] = json!([{ "expression": license.replace(" / ", "/").replace('/', " OR ") }]);
    }
    if let Some(checksum) = checksums.get(&(text(&package["name"]), text(&package["version"]))) {
        made["hashes"] = json!([{ "alg": "SHA-256", "content": checksum }]);
    }
    made
}

/// Returns the checksums of a lock file, by name and version.
fn checksums(lock: &str) -> BTreeMap<(String, String), String> {
    let value = |block: &str, key: &str| {
        let line = block.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = \""));
        line.and_then(|rest| rest.strip_suffix('"')).map(str::to_owned)
    };
    let blocks = lock.split("[[package]]").skip(1);
    blocks
        .filter_map(|block| {
            Some(((value(block, "name")?, value(block, "version")?), value(block, "checksum")?))
        })
        .collect()
}

/// Returns what cargo says of the workspace and what it needs on a target.
fn metadata(target: &str) -> anyhow::Result<Value> {
    let output = Command::new("cargo")
        .args(["metadata", "--locked", "--format-version", "1", "--filter-platform", target])
        .current_dir(workspace::root())
        .output()
        .context("cargo could not be started")?;
    ensure!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr).trim());
    serde_json::from_slice(&output.stdout).context("cargo metadata")
}

/// Returns the target that is built for where none is named.
fn host() -> anyhow::Result<String> {
    let output = Command::new("rustc").arg("-vV").current_dir(workspace::root()).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).context("rustc doesn't say what it builds for")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_has_what_is_linked_with_its_checksum_and_not_what_tests_it() {
        let made = document().unwrap();
        let components = made["components"].as_array().unwrap();
        let named = |name: &str| components.iter().find(|component| component["name"] == name);
        for linked in ["axum", "tokio", "sqlx", "shared", "frontend", "leptos"] {
            assert!(named(linked).is_some(), "{linked}");
        }
        for other in ["proptest", "wasm-bindgen-test", "xtask", "tauroi"] {
            assert!(named(other).is_none(), "{other}");
        }
        // All but the workspace's own come from a registry, whose archives have a checksum.
        let bare: Vec<&Value> =
            components.iter().filter(|of| of["hashes"].is_null()).map(|of| &of["name"]).collect();
        assert_eq!(bare, ["frontend", "shared"]);
        assert_eq!(document().unwrap(), made, "the same each time");
    }

    #[test]
    fn each_reference_is_of_a_component() {
        let made = document().unwrap();
        let names: BTreeSet<&str> =
            made["components"].as_array().unwrap().iter().filter_map(|of| of["bom-ref"].as_str()).collect();
        let program = made["metadata"]["component"]["bom-ref"].as_str().unwrap();
        for dependency in made["dependencies"].as_array().unwrap() {
            let needs = dependency["dependsOn"].as_array().unwrap();
            for name in needs.iter().chain([&dependency["ref"]]).filter_map(Value::as_str) {
                assert!(names.contains(name) || name == program, "{name}");
            }
        }
    }
}
