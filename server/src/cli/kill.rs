//! `tauroi kill`: takes all orders back, whatever else runs or doesn't.

use std::io::Write as _;

use anyhow::Context;

use crate::clock::Clock;
use crate::desk;
use crate::kalshi::{Client, Config};

pub(super) const ABOUT: &str = "\
Take back all orders at the exchange that the KALSHI_ variables name, and ask until none rests

All orders of the whole account, in all contracts, whoever placed them: other programs and people too. What
is held stays. A desk that still runs may place new ones: stop it first.";

pub(super) const MORE: &str = "\
Variables, of the environment or else of ./.env:
  KALSHI_API_BASE          where REST is, such as https://external-api.kalshi.com/trade-api/v2
  KALSHI_ACCESS_KEY        the id of an API key that may trade
  KALSHI_API_SECRET_FILE   a file with its private key in PEM, RSA or Ed25519, that nobody else may read
  KALSHI_API_SECRET        or the key itself

  It says `No order rests.` and exits with 0 once the exchange has said so. Otherwise it exits with 1 and says
  why; where it says that orders may still rest, run it again, or cancel them on the exchange's own page.

Example: what rests at a paper exchange that runs with --env paper.env
  (set -a; . ./paper.env; tauroi kill)";

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
