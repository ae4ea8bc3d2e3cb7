//! `tauroi kill`: takes all orders back, whatever else runs or doesn't.

use std::io::Write as _;

use anyhow::Context;

use shared::format;

use crate::clock::Clock;
use crate::desk;
use crate::kalshi::{Client, Config};

pub(super) const ABOUT: &str = "\
Take back all orders at the exchange that the KALSHI_ variables name, let no desk place others, and ask until none rests

All orders of the whole account, in all contracts, whoever placed them: other programs and people too. What
is held stays. All order groups are triggered and a mark is left at the exchange: a desk, whether it runs,
stands still, wakes or is started later, places no order until a person tells it to start. A program that
places orders outside of any order group still can.";

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
    let killed = runtime.block_on(desk::kill(&client, true))?;
    let mut out = std::io::stdout();
    let cant = "standard output can't be written";
    for resting in killed.rested {
        writeln!(out, "{resting} orders still rested.").context(cant)?;
    }
    if killed.groups > 0 {
        let groups = format::counted(killed.groups, "order group");
        writeln!(out, "{groups} triggered: no order of theirs is taken until they are reset.")
            .context(cant)?;
    }
    writeln!(out, "No order rests.").context(cant)
}
