//! The programs that are measured: ours, natively and as WebAssembly, and the peers that are there.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

use super::bars;
use crate::step::Step;
use crate::{tools, workspace};

/// The benchmarks of `shared`, each a file of that name in `shared/benches`.
const BENCHES: &[&str] =
    &["backtest", "belief", "books", "engine", "matching", "pricing", "quoting", "winner"];

/// What is measured as WebAssembly: an example of `shared`, what its figure is called, and how many calls its `main`
/// makes.
const EXAMPLES: &[(&str, &str, u32)] = &[
    ("greeks_in_wasm", "price and Greeks, lambda T = 0.5", 102_400),
    ("belief_in_wasm", "fair value and toxicity of a print", 200_000),
    ("books_in_wasm", "an event of a book", 4_000_000),
    ("matching_in_wasm", "an order action at the exchange", 400_000),
];

/// The label of ours in WebAssembly.
pub const WASM: &str = "wasm";
/// The label of QuantLib.
pub const QUANTLIB: &str = "QuantLib";
/// The label of a plain Python loop.
pub const PYTHON: &str = "Python";

/// A program that prints a line of JSON for each thing it measures.
pub struct Source {
    /// What its names begin with in a report; empty for ours natively.
    pub label: &'static str,
    /// What it was measured with: a version.
    pub version: String,
    program: Result<Program, String>,
}

struct Program {
    path: PathBuf,
    arguments: Vec<String>,
}

impl Source {
    /// Runs the program and returns what it prints; nothing if it is not there.
    pub fn run(&self) -> anyhow::Result<Option<String>> {
        let Ok(Program { path, arguments }) = &self.program else { return Ok(None) };
        let output = Command::new(path)
            .args(arguments)
            .stderr(Stdio::inherit())
            .output()
            .with_context(|| format!("{} could not be started", path.display()))?;
        if !output.status.success() {
            bail!("{} failed ({}): the lines above say why", path.display(), output.status);
        }
        String::from_utf8(output.stdout)
            .map(Some)
            .with_context(|| format!("{} printed no text", path.display()))
    }

    /// Returns why there is no program to run, and what to do about it.
    pub fn missing(&self) -> Option<&str> {
        self.program.as_ref().err().map(String::as_str)
    }
}

/// Builds what measures the rows that `filter` selects.
pub fn prepare(filter: &str, install_peers: bool) -> anyhow::Result<Vec<Source>> {
    let mut sources = ours(filter)?;
    for (label, source) in [
        (WASM, wasm as fn(bool) -> anyhow::Result<Source>),
        (QUANTLIB, quantlib),
        (PYTHON, |_| Ok(interpreted(PYTHON, "python3", "-c", include_str!("scalar.py"), Vec::new()))),
    ] {
        if bars::uses(label, filter) {
            sources.push(source(install_peers)?);
        }
    }
    Ok(sources)
}

/// Builds the benchmarks of `shared`.
fn ours(filter: &str) -> anyhow::Result<Vec<Source>> {
    let mut command = Command::new("cargo");
    command
        .args(["bench", "--locked", "--quiet", "-p", "shared", "--no-run", "--message-format=json"])
        .args(BENCHES.iter().flat_map(|bench| ["--bench", bench]))
        .current_dir(workspace::root());
    let step = Step {
        doing: "Building the benchmarks".into(),
        usually: "1 min, the first time",
        remedy: "mend the line that the compiler names",
    };
    let output = step.capture(&mut command)?;
    let executables: Vec<_> = output
        .lines()
        .filter_map(|line| {
            let message: serde_json::Value = serde_json::from_str(line).ok()?;
            Some(PathBuf::from(message.get("executable")?.as_str()?))
        })
        .collect();
    if executables.len() != BENCHES.len() {
        bail!("cargo built {} of {} benchmarks", executables.len(), BENCHES.len());
    }
    let mut arguments = vec!["--json".to_owned()];
    arguments.extend(bars::measured(filter));
    Ok(executables
        .into_iter()
        .map(|path| Source {
            label: "",
            version: String::new(),
            program: Ok(Program { path, arguments: arguments.clone() }),
        })
        .collect())
}

/// Builds the WebAssembly that Node.js runs.
fn wasm(_install: bool) -> anyhow::Result<Source> {
    const TARGET: &str = "wasm32-unknown-unknown";
    tools::wasm_target()?;
    let build = ["build", "--locked", "--quiet", "-p", "shared", "--profile", "wasm-release"];
    Step {
        doing: "Building the benchmarks for WebAssembly".into(),
        usually: "1 min, the first time",
        remedy: "mend the line that the compiler names",
    }
    .run(
        Command::new("cargo")
            .args(build)
            .args(["--target", TARGET])
            .args(EXAMPLES.iter().flat_map(|(example, ..)| ["--example", example]))
            .current_dir(workspace::root()),
    )?;
    let folder = workspace::target().join(TARGET).join("wasm-release/examples");
    let arguments = EXAMPLES.iter().flat_map(|(example, name, calls)| {
        let module = folder.join(format!("{example}.wasm"));
        [module.display().to_string(), (*name).to_owned(), calls.to_string()]
    });
    let script = include_str!("in_wasm.mjs");
    let mut source = interpreted(WASM, "node", "--eval", script, arguments.collect());
    if let Ok(program) = &mut source.program {
        program.arguments.insert(0, "--input-type=module".into());
    }
    Ok(source)
}

/// Compiles our harness against QuantLib, where it is installed.
fn quantlib(install: bool) -> anyhow::Result<Source> {
    let mut version = quantlib_version();
    if version.is_none() && install {
        tools::apt_install(
            "QuantLib, a peer to measure against",
            &["libquantlib0-dev", "g++"],
            "1 min",
            "install QuantLib with its headers and g++, or leave --install-peers out",
        )?;
        version = quantlib_version();
    }
    let Some(version) = version else {
        let program = Err("peer not installed: cargo xtask bench --install-peers".to_owned());
        return Ok(Source { label: QUANTLIB, version: String::new(), program });
    };
    let folder = workspace::target().join("bench");
    std::fs::create_dir_all(&folder).with_context(|| format!("{} can't be created", folder.display()))?;
    let harness = folder.join(format!("quantlib-{version}"));
    let text = folder.join("quantlib.cpp");
    let current = include_str!("quantlib.cpp");
    if !harness.is_file() || std::fs::read_to_string(&text).ok().as_deref() != Some(current) {
        let _ = std::fs::remove_file(&harness);
        std::fs::write(&text, current).with_context(|| format!("{} can't be written", text.display()))?;
        Step {
            doing: "Compiling the harness for QuantLib".into(),
            usually: "20 s, once",
            remedy: "mend the line that the compiler names",
        }
        .run(
            Command::new("g++")
                .args(["-std=c++17", "-O2", "-o"])
                .args([&harness, &text])
                .arg("-lQuantLib")
                .current_dir(workspace::root()),
        )?;
    }
    Ok(Source { label: QUANTLIB, version, program: Ok(Program { path: harness, arguments: Vec::new() }) })
}

/// Returns the version of QuantLib's headers, where the compiler finds them.
fn quantlib_version() -> Option<String> {
    let output = Command::new("g++")
        .args(["-dM", "-E", "-include", "ql/version.hpp", "-x", "c++", "/dev/null"])
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    String::from_utf8(output.stdout)
        .ok()?
        .lines()
        .find_map(|line| Some(line.strip_prefix("#define QL_VERSION ")?.trim().trim_matches('"').to_owned()))
}

/// Returns `interpreter` running `script`, where it is installed.
fn interpreted(
    label: &'static str,
    interpreter: &str,
    flag: &str,
    script: &str,
    arguments: Vec<String>,
) -> Source {
    let output = Command::new(interpreter).arg("--version").output().ok();
    let Some(output) = output.filter(|output| output.status.success()) else {
        let program = Err(format!("not measured: install {interpreter}"));
        return Source { label, version: String::new(), program };
    };
    let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let arguments = [flag.to_owned(), script.to_owned()].into_iter().chain(arguments).collect();
    Source { label, version, program: Ok(Program { path: interpreter.into(), arguments }) }
}
