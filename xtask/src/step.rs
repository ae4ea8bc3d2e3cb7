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

/// The longest that a step whose output is shown may take: all checks together get 90 minutes, and one that hangs must
/// not cost the words of the others.
const LONGEST: Duration = Duration::from_mins(40);

/// Runs `command` with its output shown as it comes, for steps whose output is the result.
///
/// # Errors
///
/// It can't be started, fails, or takes longer than [`LONGEST`]: then it is ended with all that it had started.
pub fn show(doing: &str, command: &mut Command) -> anyhow::Result<()> {
    show_within(doing, command, LONGEST)
}

/// Like [`show`], for what runs as long as somebody asked for.
pub fn show_for_as_long_as_it_takes(doing: &str, command: &mut Command) -> anyhow::Result<()> {
    show_within(doing, command, Duration::MAX)
}

fn show_within(doing: &str, command: &mut Command, longest: Duration) -> anyhow::Result<()> {
    eprintln!("  ▸ {doing} …");
    let program = command.get_program().to_string_lossy().into_owned();
    let started = Instant::now();
    let mut child = command.spawn().with_context(|| format!("{doing}: `{program}` could not be started"))?;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if started.elapsed() > longest {
            end_with_descendants(child.id());
            let _ = child.wait();
            bail!(
                "{doing} was ended after {}: the last of the lines above says what hangs",
                duration(longest.as_secs())
            );
        }
        std::thread::sleep(Duration::from_millis(100));
    };
    if !status.success() {
        bail!("{doing} failed ({status}): the lines above say why");
    }
    Ok(())
}

/// Ends a process and all that it has started, by their ids, from the youngest up.
fn end_with_descendants(process: u32) {
    let listed = Command::new("ps").args(["-eo", "pid=,ppid="]).output();
    let text = listed.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let parents: Vec<(u32, u32)> = text
        .lines()
        .filter_map(|line| {
            let mut numbers = line.split_whitespace().map_while(|word| word.parse().ok());
            Some((numbers.next()?, numbers.next()?))
        })
        .collect();
    let mut found = vec![process];
    let mut next = 0;
    while let Some(parent) = found.get(next) {
        let children: Vec<u32> =
            parents.iter().filter(|(_, of)| of == parent).map(|(child, _)| *child).collect();
        found.extend(children);
        next += 1;
    }
    for process in found.iter().rev() {
        let _ = Command::new("kill").args(["-KILL", &process.to_string()]).status();
    }
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

    #[test]
    fn what_hangs_is_ended_with_what_it_had_started() {
        // The shell waits for a process of its own, which holds the pipe open as long as it lives.
        let (mut ends, started) = std::io::pipe().unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 1000 & wait"]).stdout(started);
        let error = show_within("Hanging", &mut command, Duration::from_millis(300)).unwrap_err();
        assert!(error.to_string().contains("Hanging was ended after"), "{error}");
        drop(command);
        assert_eq!(std::io::Read::read(&mut ends, &mut [0]).unwrap(), 0);
    }
}
