//! `cargo xtask demo`: everything set up, the page served, the browser opened.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};
use clap::Args;

use crate::step::Step;
use crate::{bundle, tools, workspace};

#[derive(Args)]
pub struct Options {
    /// Serve here instead of a port near 8080 that is free
    #[arg(long)]
    addr: Option<String>,
    /// Show recorded trades from these files or folders beside the simulated month
    #[arg(long, value_name = "PATH", num_args = 1..)]
    tapes: Vec<std::path::PathBuf>,
    /// Print the address but don't open a browser
    #[arg(long)]
    no_open: bool,
}

/// Builds what is missing, serves the page and waits until it is stopped.
pub fn run(options: &Options) -> anyhow::Result<()> {
    check_machine()?;
    bundle::build(bundle::Kind::Plain)?;
    build_server()?;
    let mut command = Command::new(workspace::target().join("debug/tauroi"));
    command.args(["serve", "--mode", "demo"]);
    match &options.addr {
        Some(addr) => command.args(["--addr", addr]),
        None => command.args(["--addr", &free_address()?]),
    };
    if !options.tapes.is_empty() {
        command.arg("--tapes").args(&options.tapes);
    }
    let mut server = command.stdout(Stdio::piped()).spawn().context("tauroi could not be started")?;
    let stdout = server.stdout.take().context("tauroi's output can't be read")?;
    let mut opened = options.no_open;
    for line in BufReader::new(stdout).lines() {
        let line = line?;
        println!("{line}");
        // The server's first line names its address once it accepts connections.
        if let Some(address) =
            line.split_whitespace().find(|word| word.starts_with("http://")).filter(|_| !opened)
        {
            opened = true;
            open_browser(address);
        }
    }
    let status = server.wait()?;
    if !status.success() {
        bail!("tauroi stopped ({status}): the lines above say why");
    }
    Ok(())
}

/// Builds the server with the page inside.
pub fn build_server() -> anyhow::Result<()> {
    Step {
        doing: "Building the server".into(),
        usually: "5 s, the first time 3 min",
        remedy: "mend the line that the compiler names, then run the same command again",
    }
    .run(Command::new("cargo").args(["build", "--locked", "--bin", "tauroi"]).current_dir(workspace::root()))
}

/// Says at once, not after minutes, what would make the build fail.
pub fn check_machine() -> anyhow::Result<()> {
    if !["cc", "gcc", "clang"].iter().any(|name| tools::on_any_path(name)) {
        bail!(
            "there is no C compiler.\n  What to do: on Debian or Ubuntu `sudo apt-get install build-essential`, on macOS `xcode-select --install`, then run the same command again."
        );
    }
    if let Some(free) = free_megabytes(workspace::root()).filter(|free| *free < 4_000) {
        bail!(
            "only {free} MB are free on this disk and a first build needs about 4,000.\n  What to do: free some space (`cargo clean` in old checkouts helps), then run the same command again."
        );
    }
    Ok(())
}

fn free_megabytes(path: &std::path::Path) -> Option<u64> {
    let output = Command::new("df").arg("-Pk").arg(path).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let kilobytes: u64 = text.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()?;
    Some(kilobytes / 1024)
}

/// Returns 127.0.0.1 with the first free port from 8080 on, so that the address stays the same when it can.
fn free_address() -> anyhow::Result<String> {
    (8080..8100)
        .map(|port| format!("127.0.0.1:{port}"))
        .find(|address| std::net::TcpListener::bind(address).is_ok())
        .context("ports 8080 to 8099 are all taken: choose one with --addr")
}

fn open_browser(address: &str) {
    let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let desktop = cfg!(target_os = "macos")
        || std::env::var_os("DISPLAY").is_some()
        || std::env::var_os("WAYLAND_DISPLAY").is_some();
    if desktop && tools::on_any_path(opener) {
        let _ = Command::new(opener).arg(address).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    } else {
        println!("Open this address in a browser. Ctrl-C stops the demo.");
    }
}
