//! `tauroi nowcast`: what listeners are and where they end.

mod evaluate;
pub(crate) mod histories;
mod report;
mod table;

use clap::{Args, Subcommand};

#[derive(Args)]
pub(super) struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Score the nowcast walk-forward on recorded histories
    #[command(long_about = evaluate::ABOUT, after_long_help = evaluate::MORE)]
    Evaluate(evaluate::Options),
}

/// Runs the subcommand that was typed.
pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    match &options.command {
        Command::Evaluate(options) => evaluate::run(options),
    }
}
