//! `tauroi signal`: signals, once or for ever, and whether they would have made money.

mod backtest;
mod data;
mod ground;
mod run;

use clap::{Args, Subcommand};

pub(super) use self::run::{ABOUT, MORE, last_run};

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Options {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    run: run::Options,
}

#[derive(Subcommand)]
enum Command {
    /// Walk through recorded events day by day, size what the signals say, fill and settle it
    #[command(long_about = backtest::ABOUT, after_long_help = backtest::MORE)]
    Backtest(backtest::Options),
}

/// Runs the subcommand that was typed, or looks for signals.
pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    match &options.command {
        Some(Command::Backtest(options)) => backtest::run(options),
        None => run::run(&options.run),
    }
}
