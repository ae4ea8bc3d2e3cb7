//! `tauroi signal`: signals, and whether they would have made money.

mod backtest;

use clap::{Args, Subcommand};

#[derive(Args)]
pub(super) struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Walk through recorded events day by day, size what the signals say, fill and settle it
    #[command(long_about = backtest::ABOUT, after_long_help = backtest::MORE)]
    Backtest(backtest::Options),
}

/// Runs the subcommand that was typed.
pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    match &options.command {
        Command::Backtest(options) => backtest::run(options),
    }
}
