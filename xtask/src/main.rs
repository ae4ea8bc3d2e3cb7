//! Every chore of the project: `cargo xtask --help` lists them.
//!
//! Each command sets up what it needs by itself and reuses what is already there.

mod bench;
mod budget;
mod bundle;
mod checks;
mod chromium;
mod debian;
mod demo;
mod deploy;
mod hands;
mod http;
mod mutants;
mod nats;
mod postgres;
mod python;
mod rehearse;
mod script;
mod simulate;
mod soak;
mod step;
mod tools;
mod wasm_tests;
mod wheel;
mod workspace;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Tauroi's chores", disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build everything that is missing and open the dashboard
    ///
    /// The first run builds the tools and the page (about ten minutes on two cores); later runs take
    /// seconds. No key and no account are needed. Stop it with Ctrl-C.
    Demo(demo::Options),
    /// Run every check: formatting, lints, licences, tests natively and in Chromium
    Test(checks::Options),
    /// Build the release: the optimised page inside one `tauroi` binary
    Dist,
    /// Build the wheel for Python into `target/python/release/wheels`
    Wheel,
    /// Write what the release is made of beside it (CycloneDX)
    Sbom,
    /// Build the image of the release, try it and weigh it; measure how soon it serves, and what it holds
    Image(deploy::ImageOptions),
    /// Measure speed, side by side with peers, as ratios in one run
    Bench(bench::Options),
    /// Simulate desks in virtual time while everything goes wrong, a seed each
    ///
    /// It exits 1 on a violation, with the command that does it again and with less that fails in the same way.
    Simulate(simulate::Options),
    /// Run long, by hand: the server under load for hours, or spoiled inputs, watching memory and errors
    Soak(soak::Options),
    /// Do beforehand what an operator may have to do one day: copy a store while a desk writes, and go back to the copy
    Rehearse(rehearse::Options),
    /// Install the tools and build nothing
    Setup {
        /// Also what only the tests and the release need: Chromium, wasm-opt, cargo-deny
        #[arg(long)]
        all: bool,
    },
}

fn main() -> std::process::ExitCode {
    // `cargo xtask demo -- --tapes …` is what fingers type after other cargo commands: one lone `--` is left out.
    let mut separators = 0;
    let arguments = std::env::args_os().filter(|argument| {
        separators += usize::from(argument == "--");
        argument != "--" || separators > 1
    });
    let outcome = match Cli::parse_from(arguments).command {
        Command::Demo(options) => demo::run(&options),
        Command::Test(options) => checks::run(&options),
        Command::Dist => bundle::dist(),
        Command::Wheel => wheel::release(),
        Command::Sbom => deploy::sbom().map(|_| ()),
        Command::Image(options) => deploy::image(&options),
        Command::Bench(options) => bench::run(&options),
        Command::Simulate(options) => simulate::run(&options),
        Command::Soak(options) => soak::run(&options),
        Command::Rehearse(options) => rehearse::run(&options),
        Command::Setup { all } => tools::set_up(all),
    };
    match outcome {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            std::process::ExitCode::FAILURE
        }
    }
}
