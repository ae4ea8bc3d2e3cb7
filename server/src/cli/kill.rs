//! `tauroi kill`: takes all orders back, whatever else runs or doesn't.

use std::io::Write as _;

use anyhow::Context;

use crate::clock::Clock;
use crate::desk;
use crate::kalshi::{Client, Config};

/// Takes all orders back and asks the exchange until none rests.
pub(super) fn run() -> anyhow::Result<()> {
    let client = Client::new(Config::from_environment()?, Clock::real())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let rested = runtime.block_on(desk::kill(&client))?;
    let mut out = std::io::stdout();
    for resting in rested {
        writeln!(out, "{resting} orders still rested.").context("standard output can't be written")?;
    }
    writeln!(out, "No order rests.").context("standard output can't be written")
}
