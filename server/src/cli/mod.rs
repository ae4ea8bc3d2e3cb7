//! The command line: `tauroi --help`.

mod arm;
mod backtest;
mod belief;
mod check;
mod desk;
#[cfg(test)]
mod documented;
mod fetch;
mod history;
mod interrupts;
mod journal;
mod kill;
mod listeners;
mod log;
mod markets;
mod merge;
mod metrics;
pub(crate) mod nowcast;
mod page;
mod paper;
mod price;
mod progress;
mod record;
mod report;
mod serve;
mod signal;
mod store;
mod study;
mod traces;
mod trades;
mod trading;
mod user;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use rustix::process::{Resource, Rlimit, setrlimit};

use self::interrupts::Interrupted;

#[derive(Parser)]
#[command(name = "tauroi", version, about = "Prices, nowcasts and makes markets in Kalshi's music contracts")]
#[command(disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Let a desk trade with real money for a while, or no longer
    #[command(long_about = arm::ABOUT, after_long_help = arm::MORE)]
    Arm(arm::Options),
    /// Check and export the log of what people did
    Audit(user::AuditOptions),
    /// Quote over recorded trades, fill in four ways, and show the evidence
    #[command(long_about = backtest::ABOUT)]
    Backtest(backtest::Options),
    /// Say what a contract was worth at every print, from the prints before it
    #[command(long_about = belief::ABOUT)]
    Belief(belief::Options),
    /// Say what is wrong with keys, clock, database, disk, network and configuration, and the cure of each
    #[command(long_about = check::ABOUT, after_long_help = check::MORE)]
    Check(check::Options),
    /// Run the desk without a page
    #[command(long_about = desk::ABOUT, after_long_help = desk::MORE)]
    Desk(desk::Options),
    /// Fetch an exchange's history into Parquet: trades, candles, contracts, settlements
    #[command(long_about = fetch::ABOUT)]
    Fetch(fetch::Options),
    /// Show a contract's past from a history, or what a history has
    #[command(long_about = history::ABOUT, after_long_help = history::MORE)]
    History(history::Options),
    /// Take back all orders at the exchange that the `KALSHI_` variables name, and ask until none rests
    #[command(long_about = kill::ABOUT, after_long_help = kill::MORE)]
    Kill(kill::Options),
    /// Read what a desk wrote down
    Journal(journal::JournalOptions),
    /// Take histories of listeners into the store, or write them out of it
    Listeners(listeners::Options),
    /// Put the parts of a backtest together
    #[command(long_about = merge::ABOUT, after_long_help = merge::MORE)]
    Merge(merge::Options),
    /// Say where listeners end, and how well that was said in the past
    Nowcast(nowcast::Options),
    /// Run a paper exchange that speaks Kalshi's wire, with simulated traders
    #[command(long_about = paper::ABOUT)]
    Paper(paper::Options),
    /// Answer questions of price, probability and fee, a JSON line each
    Price(price::Options),
    /// Write down what Kalshi's stream says
    #[command(long_about = record::ABOUT, after_long_help = record::MORE)]
    Record(record::Options),
    /// Do a desk's run again from its journal, and compare what is decided
    #[command(long_about = journal::ABOUT)]
    Replay(journal::ReplayOptions),
    /// Serve the dashboard and its API
    Serve(Box<serve::Options>),
    /// Say what contracts are worth beside their prices, once or for ever
    #[command(long_about = signal::ABOUT, after_long_help = signal::MORE)]
    Signal(signal::Options),
    /// Check, copy and rebuild the store that a desk writes
    #[command(long_about = store::ABOUT)]
    Store(store::Options),
    /// Register a study, and look at it as often as it allows
    #[command(long_about = study::ABOUT, after_long_help = study::MORE)]
    Study(study::Options),
    /// Look after the accounts of people who sign in
    #[command(long_about = user::ABOUT, after_long_help = user::MORE)]
    User(user::Options),
}

/// Runs the command that was typed; an error is one line on standard error and exit code 1.
pub(crate) fn main() -> ExitCode {
    if let Err(why) = no_core_dumps() {
        #[expect(clippy::print_stderr, reason = "said before there is a log")]
        {
            eprintln!("warning: a crash would write this process's memory to disk, keys included: {why}");
        }
    }
    let outcome = match Cli::parse().command {
        Command::Arm(options) => arm::run(&options),
        Command::Audit(options) => user::audit(&options),
        Command::Backtest(options) => backtest::run(&options),
        Command::Belief(options) => belief::run(&options),
        Command::Check(options) => check::run(&options),
        Command::Desk(options) => desk::run(&options),
        Command::Fetch(options) => fetch::run(&options),
        Command::History(options) => history::run(&options),
        Command::Kill(options) => kill::run(&options),
        Command::Journal(options) => journal::journal(&options),
        Command::Listeners(options) => listeners::run(&options),
        Command::Merge(options) => merge::run(&options),
        Command::Nowcast(options) => nowcast::run(&options),
        Command::Paper(options) => paper::run(&options),
        Command::Price(options) => price::run(&options),
        Command::Record(options) => record::run(&options),
        Command::Replay(options) => journal::replay(&options),
        Command::Serve(options) => serve::run(&options),
        Command::Signal(options) => signal::run(&options),
        Command::Store(options) => store::run(&options),
        Command::Study(options) => study::run(&options),
        Command::User(options) => user::run(&options),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever closed the pipe, as `head` does, has read enough. An error of a file has its name around it.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            #[expect(clippy::print_stderr, reason = "the one place where a command's failure is told")]
            {
                eprintln!("error: {error:#}");
            }
            error.downcast_ref::<Interrupted>().map_or(ExitCode::FAILURE, |ended| ended.exit_code().into())
        }
    }
}

/// Lets no crash write this process's memory, and so its keys, to a file.
///
/// # Errors
///
/// Says that the operating system doesn't let it be so.
fn no_core_dumps() -> rustix::io::Result<()> {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    setrlimit(Resource::Core, none)
}

/// Returns whether an error is, by itself, that nobody reads the output any longer.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let outermost = error.chain().next().and_then(|error| error.downcast_ref::<std::io::Error>());
    outermost.is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_commands_and_their_options_go_together() {
        super::Cli::command().debug_assert();
    }
}
