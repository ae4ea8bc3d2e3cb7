//! The image: built offline of a binary that is there, and run as nobody in particular.
//!
//! `podman build` makes it and `buildah run --isolation chroot` runs it, which takes no daemon and no cgroups, and shares this
//! machine's network: what listens in it on 127.0.0.1 is reached from here.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail, ensure};
use serde_json::Value;

use super::{base, sbom, served};
use crate::step::Step;
use crate::workspace;

const NAME: &str = "localhost/tauroi:tried";
/// The label of a stage that is no image by itself.
const STAGE: &str = "tauroi.stage=prebuilt";
/// Whom the image's program runs as.
const USER: u32 = 1000;
/// The most that the image may weigh, compressed, in bytes.
const HEAVIEST: u64 = 60_000_000;
/// What of the checkout the image is made of.
const PARTS: [&str; 5] =
    [".dockerignore", "LICENSE-APACHE", "LICENSE-MIT", "deploy/healthy.sh", "signals/.gitignore"];

/// An image, and a container of it; both are taken away in the end.
pub struct Image {
    container: String,
    /// What it runs where nothing is said.
    command: Vec<String>,
    /// The binary that it is made of.
    binary: PathBuf,
}

impl Drop for Image {
    fn drop(&mut self) {
        let _ = Command::new("buildah").args(["rm", &self.container]).output();
        let _ = Command::new("podman").args(["rmi", "--force", NAME]).output();
        // What Podman keeps of the stages before the last one.
        let of_ours = format!("label={STAGE}");
        let _ = Command::new("podman").args(["image", "prune", "--force", "--filter", &of_ours]).output();
    }
}

impl Image {
    /// Builds it of a binary, fetching nothing.
    ///
    /// # Errors
    ///
    /// Says which step failed, or what the image lacks.
    pub fn build(binary: &Path) -> anyhow::Result<Self> {
        let base = base::image()?;
        let context = context(binary)?;
        let argument = |name: &str, value: &str| ["--build-arg".to_owned(), format!("{name}={value}")];
        Step {
            doing: "Building the image".into(),
            usually: "10 s",
            remedy: "mend the named line of the Dockerfile",
        }
        .run(
            Command::new("podman")
                .args(["build", "--pull-never", "--format", "docker", "--tag", NAME, "--file"])
                .arg(workspace::root().join("Dockerfile"))
                .args(argument("BINARY", "prebuilt"))
                .args(argument("RUN_IMAGE", &base))
                .args(argument("CERTIFICATES", &base))
                .arg(&context),
        )?;
        let inspected = said(Command::new("podman").args(["image", "inspect", NAME]))?;
        let inspected: Value = serde_json::from_str(&inspected).context("podman image inspect")?;
        let config = &inspected[0]["Config"];
        ensure!(config["User"] == format!("{USER}:{USER}"), "the image runs as {}", config["User"]);
        let check = config.get("Healthcheck").or_else(|| inspected[0].get("Healthcheck"));
        ensure!(check.is_some_and(|check| !check.is_null()), "the image says nothing of its health");
        let words = |key: &str| {
            config[key].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned)
        };
        let command: Vec<String> = words("Entrypoint").chain(words("Cmd")).collect();
        let container = said(Command::new("buildah").args(["from", "--pull-never", NAME]))?;
        Ok(Self { container: container.trim().to_owned(), command, binary: binary.to_owned() })
    }

    /// Runs it: as it is, with an exchange to ask, and as a server.
    ///
    /// # Errors
    ///
    /// Says what it did not do.
    pub fn tried(self) -> anyhow::Result<Self> {
        let who = "test \"$(id -u)\" = 1000 && touch /app/state/x && ! touch /app/x /usr/local/bin/x /etc/x 2> /dev/null";
        Step {
            doing: "Asking whom it runs as".into(),
            usually: "",
            remedy: "the image must not write but where it is to",
        }
        .run(self.run(&[], None).args(["bash", "-c", who]))?;
        let signals = self.folder("signals")?;
        let remedy = "look at the log: it is what the container said";
        Step { doing: "Running its own command: one run for signals".into(), usually: "5 s", remedy }
            .run(self.run(&[], Some(&signals)).args(&self.command))?;
        let log = signals.join("signal_log.jsonl");
        let lines = lines(&log)?;
        ensure!(lines.len() == 1 && lines[0]["signal"].is_string(), "the log is no signal: {lines:?}");
        ensure!(fs::metadata(&log)?.uid() == USER, "the log is not its user's");
        self.asks_an_exchange(&signals)?;
        self.serves()?;
        eprintln!("  ✓ The image runs as user {USER} and does what it is for");
        Ok(self)
    }

    /// Runs it with the variables that a paper exchange of this machine hands out, as `--env-file` hands them over.
    fn asks_an_exchange(&self, signals: &Path) -> anyhow::Result<()> {
        let exchange = served::Exchange::start(&self.binary, &self.folder("exchange")?)?;
        let before = lines(&signals.join("signal_log.jsonl"))?.len();
        Step { doing: "Running it with an exchange's key".into(), usually: "", remedy: "look at the log" }
            .run(self.run(exchange.variables(), Some(signals)).args([
                "tauroi",
                "signal",
                "--event",
                "KXTOPMONTHLY-SIM",
            ]))?;
        let lines = lines(&signals.join("signal_log.jsonl"))?;
        ensure!(
            lines.len() > before + 1,
            "a line a contract was expected, and {} came",
            lines.len() - before
        );
        Ok(())
    }

    /// Serves the demo of it, asks how it is, as its own health check does too, and ends it.
    fn serves(&self) -> anyhow::Result<()> {
        let address = served::free_address()?;
        let words = ["tauroi", "serve", "--addr", address.as_str()];
        let server = served::Server::start(self.run(&[], None).args(words), &address)?;
        let process = server.process()?;
        let asked = self.run(&[], None).args(["healthy", &process.to_string()]).output()?;
        ensure!(asked.status.success(), "it serves and its health check says it doesn't: {asked:?}");
        server.end(process)?;
        let asked = self.run(&[], None).args(["healthy", &process.to_string()]).output()?;
        ensure!(!asked.status.success(), "it has ended and its health check doesn't say so");
        Ok(())
    }

    /// Fails if the image is heavier than it may be.
    ///
    /// # Errors
    ///
    /// Says what it weighs.
    pub fn weigh(&self) -> anyhow::Result<()> {
        let script = format!("set -o pipefail; podman save {NAME} | gzip -6 | wc -c");
        let weight = said(Command::new("bash").args(["-c", &script]))?;
        let weight: u64 = weight.trim().parse().context("what the image weighs")?;
        if weight > HEAVIEST {
            bail!("the image weighs {weight} bytes compressed, more than its budget of {HEAVIEST}");
        }
        eprintln!("  ✓ the image: {weight} of {HEAVIEST} bytes, compressed");
        Ok(())
    }

    /// Returns a command in the container, with variables and a folder for signals; what is run is still to be said.
    fn run(&self, variables: &[String], signals: Option<&Path>) -> Command {
        let mut command = Command::new("buildah");
        command.args(["run", "--isolation", "chroot"]);
        for variable in variables {
            command.args(["--env", variable]);
        }
        if let Some(folder) = signals {
            command.arg("--volume").arg(format!("{}:/app/signals", folder.display()));
        }
        command.args([&self.container, "--"]);
        command
    }

    /// Returns an empty folder that belongs to the image's user, as one of a checkout does to who cloned it.
    fn folder(&self, name: &str) -> anyhow::Result<PathBuf> {
        let folder = workspace::target().join("deploy").join(name);
        workspace::emptied(&folder)?;
        if name == "signals" {
            chown(&folder, Some(USER), Some(USER))
                .with_context(|| format!("{} can't be given away", folder.display()))?;
        }
        Ok(folder)
    }
}

/// Returns a folder with what the image is made of and nothing else.
fn context(binary: &Path) -> anyhow::Result<PathBuf> {
    let context = workspace::target().join("deploy/context");
    workspace::emptied(&context)?;
    let program = context.join("target/release/tauroi");
    for file in PARTS {
        place(&workspace::root().join(file), &context.join(file))?;
    }
    place(&sbom::write()?, &context.join("target/release/tauroi.cdx.json"))?;
    said(Command::new("strip").arg("-o").arg(&program).arg(binary))
        .context("the binary can't be stripped")?;
    Ok(context)
}

fn place(from: &Path, to: &Path) -> anyhow::Result<()> {
    let folder = to.parent().context("a file has a folder")?;
    fs::create_dir_all(folder).with_context(|| format!("{} can't be made", folder.display()))?;
    fs::copy(from, to).with_context(|| format!("{} can't be copied", from.display()))?;
    Ok(())
}

/// Returns the lines of a log, each of which is an object.
fn lines(log: &Path) -> anyhow::Result<Vec<Value>> {
    let text =
        fs::read_to_string(log).with_context(|| format!("nothing was written to {}", log.display()))?;
    text.lines().map(|line| serde_json::from_str(line).with_context(|| format!("not JSON: {line}"))).collect()
}

/// Returns what a command says on standard output.
fn said(command: &mut Command) -> anyhow::Result<String> {
    let output =
        command.output().with_context(|| format!("{:?} could not be started", command.get_program()))?;
    if !output.status.success() {
        bail!("{:?} failed: {}", command.get_program(), String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
