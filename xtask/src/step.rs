//! One step of a chore: says what it does and how long it usually takes, keeps its output in a log,
//! and when it fails says why, as far as that can be told, and what to do.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, IsTerminal, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use crate::workspace;

/// A step that is about to run.
pub struct Step {
    /// What it does, as a person would say it: "Installing Trunk 0.21.14".
    pub doing: String,
    /// How long it usually takes on two cores; empty for a short one.
    pub usually: &'static str,
    /// What to do when it fails and the output doesn't tell.
    pub remedy: &'static str,
}

impl Step {
    /// Runs `command` with its output kept in a log file; shows the output only when it fails.
    pub fn run(&self, command: &mut Command) -> anyhow::Result<()> {
        self.capture(command).map(|_| ())
    }

    /// Runs `command` and returns what it printed.
    pub fn capture(&self, command: &mut Command) -> anyhow::Result<String> {
        let started = Instant::now();
        let usually =
            if self.usually.is_empty() { String::new() } else { format!(" (usually {})", self.usually) };
        let terminal = std::io::stderr().is_terminal();
        if terminal {
            eprint!("  ▸ {}{usually} …", self.doing);
        } else {
            eprintln!("  ▸ {}{usually} …", self.doing);
        }
        let log = self.log_path()?;
        let output = match self.run_logged(command, &log, terminal, started) {
            Ok((true, output)) => output,
            Ok((false, output)) => {
                if terminal {
                    eprintln!();
                }
                bail!(failure(&self.doing, &output, self.remedy, &log.display().to_string()));
            }
            Err(error) => {
                if terminal {
                    eprintln!();
                }
                let program = command.get_program().to_string_lossy().into_owned();
                return Err(error.context(format!(
                    "{} failed: `{program}` could not be started.\n  What to do: {}",
                    self.doing, self.remedy
                )));
            }
        };
        let seconds = started.elapsed().as_secs();
        if terminal {
            eprintln!("\r\x1b[2K  ✓ {} — {}", self.doing, duration(seconds));
        } else if seconds >= 5 {
            eprintln!("  ✓ {} — {}", self.doing, duration(seconds));
        }
        Ok(output)
    }

    fn log_path(&self) -> anyhow::Result<PathBuf> {
        let folder = workspace::target().join("xtask-logs");
        fs::create_dir_all(&folder).with_context(|| {
            format!("{} can't be created: is the disk full or the folder read-only?", folder.display())
        })?;
        let name: String = self
            .doing
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
            .collect();
        Ok(folder.join(format!("{name}.log")))
    }

    fn run_logged(
        &self,
        command: &mut Command,
        log: &PathBuf,
        terminal: bool,
        started: Instant,
    ) -> anyhow::Result<(bool, String)> {
        let mut file = File::create(log).with_context(|| format!("{} can't be written", log.display()))?;
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let collected = Arc::new(Mutex::new(String::new()));
        let readers: Vec<_> = [
            child.stdout.take().map(|pipe| Box::new(pipe) as Box<dyn std::io::Read + Send>),
            child.stderr.take().map(|pipe| Box::new(pipe) as Box<dyn std::io::Read + Send>),
        ]
        .into_iter()
        .flatten()
        .map(|pipe| {
            let collected = Arc::clone(&collected);
            std::thread::spawn(move || {
                for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                    if let Ok(mut text) = collected.lock() {
                        text.push_str(&line);
                        text.push('\n');
                    }
                }
            })
        })
        .collect();
        let status = loop {
            if let Some(status) = child.try_wait()? {
                break status;
            }
            if terminal && started.elapsed().as_secs() > 0 {
                eprint!("\r\x1b[2K  ▸ {} … {}", self.doing, duration(started.elapsed().as_secs()));
                let _ = std::io::stderr().flush();
            }
            std::thread::sleep(Duration::from_millis(if started.elapsed().as_secs() < 2 { 20 } else { 250 }));
        };
        for reader in readers {
            let _ = reader.join();
        }
        let output = collected.lock().map(|text| text.clone()).unwrap_or_default();
        file.write_all(output.as_bytes())?;
        Ok((status.success(), output))
    }
}

/// Runs `command` with its output shown as it comes, for steps whose output is the result.
pub fn show(doing: &str, command: &mut Command) -> anyhow::Result<()> {
    eprintln!("  ▸ {doing} …");
    let program = command.get_program().to_string_lossy().into_owned();
    let status = command.status().with_context(|| format!("{doing}: `{program}` could not be started"))?;
    if !status.success() {
        bail!("{doing} failed ({status}): the lines above say why");
    }
    Ok(())
}

/// Formats whole seconds as a person would say them.
pub fn duration(seconds: u64) -> String {
    if seconds < 60 { format!("{seconds} s") } else { format!("{} min {:02} s", seconds / 60, seconds % 60) }
}

/// What a failing command's output says about the cause, and the cure for it.
const CAUSES: &[(&[&str], &str, &str)] = &[
    (
        &["No space left on device", "os error 28", "disk quota exceeded"],
        "the disk is full",
        "free at least 6 GB (`cargo clean` in old checkouts helps), then run the same command again: it goes on where it stopped",
    ),
    (
        &[
            "linker `cc` not found",
            "linker `cc`",
            "failed to find tool \"cc\"",
            "is `cc` not installed",
            "xcrun: error",
        ],
        "there is no C compiler",
        "on Debian or Ubuntu `sudo apt-get install build-essential`, on macOS `xcode-select --install`, then run the same command again",
    ),
    (
        &[
            "Could not resolve host",
            "Temporary failure resolving",
            "failed to lookup address",
            "Couldn't connect to server",
            "Could not connect",
            "Connection refused",
            "Network is unreachable",
            "network failure",
            "spurious network error",
            "download of config.json failed",
            "failed to download",
            "ENOTFOUND",
            "EAI_AGAIN",
            "ECONNREFUSED",
            "attempting to make an HTTP request, but --offline",
        ],
        "the network, or the package registry, can't be reached",
        "check the connection (and HTTPS_PROXY behind a proxy), then run the same command again: what is already there is kept",
    ),
    (
        &["Permission denied", "are you root?", "Operation not permitted"],
        "a permission is missing",
        "run the command named in the log as a user who may, or set TAUROI_CACHE to a folder you own",
    ),
];

/// Composes the message for a failed step from what its command printed.
fn failure(doing: &str, output: &str, remedy: &str, log: &str) -> String {
    let lines: Vec<&str> = output.lines().collect();
    let tail = lines[lines.len().saturating_sub(20)..].join("\n    ");
    let (cause, cure) = CAUSES
        .iter()
        .find(|(signs, ..)| signs.iter().any(|sign| output.contains(sign)))
        .map_or((String::new(), remedy), |(_, cause, cure)| (format!(": {cause}"), *cure));
    format!("{doing} failed{cause}.\n    {tail}\n  The whole output: {log}\n  What to do: {cure}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_cause_is_named_with_its_cure() {
        let message = failure("Installing Trunk", "error: linker `cc` not found", "look at the log", "x.log");
        assert!(message.starts_with("Installing Trunk failed: there is no C compiler."), "{message}");
        assert!(message.contains("build-essential") && message.contains("x.log"), "{message}");
        let message = failure("Installing Trunk", "write failed: No space left on device", "…", "x.log");
        assert!(message.contains("the disk is full"), "{message}");
    }

    #[test]
    fn an_unknown_cause_shows_the_end_of_the_output_and_the_steps_own_remedy() {
        let output: String = (0..50).map(|i| format!("line {i}\n")).collect();
        let message = failure("Building", &output, "run it with --verbose", "x.log");
        assert!(message.contains("line 49") && !message.contains("line 10\n"), "{message}");
        assert!(message.contains("run it with --verbose"), "{message}");
    }

    #[test]
    fn a_failing_command_is_an_error_with_its_output() {
        let step = Step { doing: "Failing".into(), usually: "", remedy: "nothing" };
        let error = step.run(Command::new("sh").args(["-c", "echo reason; exit 3"])).unwrap_err();
        assert!(error.to_string().contains("reason"), "{error}");
        let missing = step.run(&mut Command::new("no-such-program-here")).unwrap_err();
        assert!(missing.to_string().contains("no-such-program-here"), "{missing}");
    }
}
