//! `cargo xtask test`: every check there is, in the order in which a mistake shows soonest.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::bail;
use clap::{Args, ValueEnum};

use crate::chromium::Chromium;
use crate::step::{duration, show};
use crate::{
    budget, bundle, demo, deploy, nats, postgres, python, simulate, tools, wasm_tests, wheel, workspace,
};

/// How many seeds of desks are simulated, and for how many hours each.
pub const SIMULATED: (u64, f64) = (2_000, 2.0);

#[derive(Args)]
pub struct Options {
    /// Run only these checks
    #[arg(value_enum)]
    only: Vec<Check>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Check {
    /// Formatting, as rustfmt has it
    Format,
    /// The compiler's and clippy's lints, for both targets
    Lint,
    /// Licences, sources and bans; advisories where their database can be reached
    Deny,
    /// The release bundle and its weight
    Bundle,
    /// Unit, property, golden and socket tests, natively, and desks simulated while everything goes wrong
    Native,
    /// Kalshi's own Python SDK on the paper exchange, pandas, polars and DuckDB on what commands write, the wheel against the
    /// program, and a sweep on Ray
    Python,
    /// The same mathematics as WebAssembly in Chromium: golden values, and the native code's bits
    Wasm,
    /// The release bundle in Chromium, as a person uses it
    Browser,
    /// What an operator is given: schedules, units of systemd, compose file, and the image, built and run
    Deploy,
}

/// Runs the checks and says at the end which were run and which were skipped.
pub fn run(options: &Options) -> anyhow::Result<()> {
    let started = Instant::now();
    demo::check_machine()?;
    if workspace::corpus().is_none() {
        if workspace::in_ci() {
            bail!(
                "the corpus of recorded data is missing: in CI it must be beside the checkout, or named by TAUROI_CORPUS"
            );
        }
        eprintln!("  · no recorded data beside the checkout: the tests on it are skipped by name");
    }
    for check in Check::value_variants() {
        if !options.only.is_empty() && !options.only.contains(check) {
            continue;
        }
        let begun = Instant::now();
        let name = check.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
        eprintln!("\n── {name}");
        match check {
            Check::Format => format()?,
            Check::Lint => lint()?,
            Check::Deny => deny()?,
            Check::Bundle => {
                bundle::build(bundle::Kind::Optimised)?;
                budget::check()?;
            }
            Check::Native => native()?,
            Check::Python => python()?,
            Check::Wasm => wasm_tests::run()?,
            Check::Browser => browser()?,
            Check::Deploy => deploy::check()?,
        }
        eprintln!("── {name}: {}", duration(begun.elapsed().as_secs()));
    }
    eprintln!("\nEvery check passed, in {}.", duration(started.elapsed().as_secs()));
    Ok(())
}

fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command.args(arguments).current_dir(workspace::root());
    if let Some(corpus) = workspace::corpus() {
        command.env("TAUROI_CORPUS", corpus);
    }
    command
}

fn format() -> anyhow::Result<()> {
    show("cargo fmt", &mut cargo(&["fmt", "--all", "--check"]))
}

fn lint() -> anyhow::Result<()> {
    tools::wasm_target()?;
    show("clippy, natively", &mut cargo(&["clippy", "--locked", "--all-targets", "--", "-D", "warnings"]))?;
    show(
        "clippy, browser tests",
        &mut cargo(&["clippy", "--locked", "-p", "e2e", "--all-targets", "--", "-D", "warnings"]),
    )?;
    let wasm = [
        "clippy",
        "--locked",
        "-p",
        "frontend",
        "--target",
        "wasm32-unknown-unknown",
        "--",
        "-D",
        "warnings",
    ];
    show("clippy, for the browser", &mut cargo(&wasm))?;
    show(
        "rustdoc",
        cargo(&["doc", "--locked", "--no-deps", "--document-private-items", "--quiet"])
            .env("RUSTDOCFLAGS", "-D warnings"),
    )
}

fn deny() -> anyhow::Result<()> {
    let path = tools::path_with(&[tools::cargo_deny()?])?;
    let what = ["deny", "--all-features", "check", "--hide-inclusion-graph"];
    show(
        "cargo deny: bans, licences, sources",
        cargo(&what).args(["bans", "licenses", "sources"]).env("PATH", &path),
    )?;
    let output = cargo(&what).arg("advisories").env("PATH", &path).output()?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() {
        eprintln!("  ✓ cargo deny: advisories");
    } else if text.contains("failed to fetch advisory database")
        || text.contains("failed to load advisory database")
    {
        eprintln!("  · skipped: cargo deny: advisories (their database can't be reached from here)");
    } else {
        eprint!("{text}");
        bail!("cargo deny found advisories");
    }
    Ok(())
}

fn native() -> anyhow::Result<()> {
    let mut command = cargo(&["test", "--locked", "--no-fail-fast"]);
    match postgres::find_or_install() {
        Ok(found) => found.show(&mut command),
        Err(why) if workspace::in_ci() => {
            return Err(why.context("in CI the store must be tried on PostgreSQL"));
        }
        Err(why) => eprintln!("  · no PostgreSQL: the tests on it are skipped by name ({why:#})"),
    }
    match nats::find_or_install() {
        Ok(found) => nats::show(&found, &mut command),
        Err(why) if workspace::in_ci() => {
            return Err(why.context("in CI several servers must be tried with nats-server"));
        }
        Err(why) => eprintln!("  · no nats-server: the tests with it are skipped by name ({why:#})"),
    }
    show("cargo test", &mut command)?;
    eprintln!("  ▸ simulation …");
    let began = Instant::now();
    simulate::run(&simulate::Options::of(SIMULATED.0, 1, SIMULATED.1))?;
    eprintln!("  ✓ simulation — {}", duration(began.elapsed().as_secs()));
    Ok(())
}

fn python() -> anyhow::Result<()> {
    let Some(python) = python::environment(&python::READERS)? else {
        if workspace::in_ci() {
            bail!("{}: in CI Kalshi's SDK and pandas must be tried", python::missing());
        }
        eprintln!("  · skipped: python ({})", python::missing());
        return Ok(());
    };
    demo::build_server()?;
    for (name, script) in [
        ("Kalshi's Python SDK", "server/tests/sdk/trades.py"),
        ("pandas", "server/tests/pandas/tables.py"),
        ("pandas, polars and DuckDB on a history", "server/tests/pandas/history.py"),
    ] {
        // What it imports is beside it, and nothing is written there.
        let mut command = Command::new(&python);
        command.arg("-B").arg(workspace::root().join(script)).arg(workspace::target().join("debug/tauroi"));
        show(name, &mut command)?;
    }
    if let Some(python) = python::environment(&python::STORES)? {
        let mut command = Command::new(python);
        command.arg("-B").arg(workspace::root().join("server/tests/s3/history.py"));
        show("a history on S3, over a bad way", command.arg(workspace::target().join("debug/tauroi")))?;
    }
    wheel(&python)?;
    let Some(python) = python::environment(&python::RAY)? else { return Ok(()) };
    let mut command = Command::new(python);
    command.arg("-B").arg(workspace::root().join("tools/sweep/check.py"));
    show(
        "a sweep in parts, as processes and on Ray, with one of four killed",
        command.arg(workspace::target().join("debug/tauroi")).arg("--ray"),
    )
}

/// Checks the crate that the wheel is made of, which other checks leave out as it needs an interpreter, and the wheel.
fn wheel(python: &Path) -> anyhow::Result<()> {
    let lint = ["clippy", "--locked", "-p", "tauroi-python", "--all-targets", "--", "-D", "warnings"];
    show("clippy, the wheel", cargo(&lint).env("PYO3_PYTHON", python))?;
    let site = wheel::built(python, wheel::Profile::Dev)?;
    let folder = workspace::root().join("python");
    let mut types = Command::new(python);
    types.args(["-m", "mypy", "--cache-dir"]).arg(workspace::target().join("python/mypy"));
    show("mypy --strict, the wheel", types.arg("tauroi").current_dir(&folder))?;
    let mut stubs = Command::new(python);
    show("the stubs of the wheel", stubs.args(["-m", "mypy.stubtest", "tauroi._core"]).current_dir(&site))?;
    let mut tests = Command::new(python);
    tests.arg("-B").arg(folder.join("tests")).arg(workspace::target().join("debug/tauroi"));
    if let Some(corpus) = workspace::corpus() {
        tests.env("TAUROI_CORPUS", corpus);
    }
    show("the wheel, against the program", tests.env("PYTHONPATH", &site))
}

fn browser() -> anyhow::Result<()> {
    let chromium = Chromium::find_or_install()?;
    bundle::build(bundle::Kind::Optimised)?;
    demo::build_server()?;
    let mut command = cargo(&["test", "--locked", "-p", "e2e", "--no-fail-fast", "--", "--test-threads=1"]);
    command
        .env("AXE_CORE", tools::axe_core()?)
        .env("CHROMIUM", &chromium.browser)
        .env("CHROMEDRIVER", &chromium.driver)
        .env("TAUROI_BINARY", workspace::target().join("debug/tauroi"));
    show("browser tests", &mut command)
}
