//! `tauroi kill`: takes all orders back, whatever else runs or doesn't, and sells what is held if that is wanted.

use std::io::{IsTerminal as _, Write as _};
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;
use shared::flatten::{Plan, SLIPPAGE};
use shared::format;
use shared::risk::Limits;
use shared::units::{Cash, Price};

use crate::clock::Clock;
use crate::desk;
use crate::kalshi::{Client, Config};

pub(super) const ABOUT: &str = "\
Take back all orders at the exchange that the KALSHI_ variables name, let no desk place others, and ask until none rests

All orders of the whole account, in all contracts, whoever placed them: other programs and people too. What
is held stays, unless --flatten sells it. All order groups are triggered and a mark is left at the exchange:
a desk, whether it runs, stands still, wakes or is started later, places no order until a person tells it to
start. A program that places orders outside of any order group still can.";

pub(super) const MORE: &str = "\
Variables, of the environment or else of ./.env:
  KALSHI_API_BASE          where REST is, such as https://external-api.kalshi.com/trade-api/v2
  KALSHI_ACCESS_KEY        the id of an API key that may trade
  KALSHI_API_SECRET_FILE   a file with its private key in PEM, RSA or Ed25519, that nobody else may read
  KALSHI_API_SECRET        or the key itself

  It says `No order rests.` and exits with 0 once the exchange has said so. Otherwise it exits with 1 and says
  why; where it says that orders may still rest, run it again, or cancel them on the exchange's own page.

Selling what is held:
  --flatten shows for each position the order that ends it: YES is sold down to a limit, NO is ended by buying
  YES up to one. A limit is the best price less or plus --slippage-cents, on the contract's grid. Beside it
  stands how much is there to meet it, and what that brings after fees: as expected, and at worst. Nothing is
  sold before `flatten` is typed, or with --yes. Then each order takes at once what is there or ends, and can
  only make a position smaller. It exits with 0 once nothing is held, otherwise with 1, saying what is left.

Examples: what rests at a paper exchange that runs with --env paper.env, and what is held there too
  (set -a; . ./paper.env; tauroi kill)
  (set -a; . ./paper.env; tauroi kill --flatten)";

/// How much later than trades positions are told.
const LATE: Duration = Duration::from_secs(1);

#[derive(Args)]
pub(super) struct Options {
    /// Then sell what is held, at limits that are shown first
    #[arg(long)]
    flatten: bool,
    /// By how many cents a limit may be worse than the best price
    #[arg(long, requires = "flatten", default_value_t = SLIPPAGE.centicents() / 100, value_name = "N",
        value_parser = clap::value_parser!(i64).range(0..=99))]
    slippage_cents: i64,
    /// Sell without asking
    #[arg(long, requires = "flatten")]
    yes: bool,
}

/// Takes all orders back and asks the exchange until none rests; then sells what is held, if that is wanted.
pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    let client = Client::new(Config::from_environment()?, Clock::real())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let killed = runtime.block_on(desk::kill(&client))?;
    for resting in killed.rested {
        say(&format!("{resting} orders still rested."))?;
    }
    if killed.groups > 0 {
        let groups = format::counted(killed.groups, "order group");
        say(&format!("{groups} triggered: no order of theirs is taken until they are reset."))?;
    }
    say("No order rests.")?;
    if !options.flatten {
        return Ok(());
    }
    // Who has just been filled is not told so at once.
    std::thread::sleep(LATE);
    let slippage = Price::from_cents(options.slippage_cents)?;
    let hands = desk::Hands::Exchange(client);
    let plan = runtime.block_on(desk::plan(&hands, slippage, Limits::default().max_order_size))?;
    if plan.rows.is_empty() {
        return say("Nothing is held.");
    }
    say(&table(&plan))?;
    let (asked, there, worst) = plan.total();
    if asked.is_zero() {
        bail!("nothing of what is held can be sold now");
    }
    say(&format!(
        "{} of {} contracts are there within their limits, for {} at least.",
        format::shortest(there.to_contracts()),
        format::shortest(asked.to_contracts()),
        money(worst)
    ))?;
    if !options.yes {
        confirm()?;
    }
    let sold = runtime.block_on(desk::carry_out(&hands, &plan));
    for one in &sold {
        say(&one.says())?;
    }
    if !sold.iter().all(desk::Sold::is_flat) {
        bail!("something is still held");
    }
    say("Nothing is held.")
}

fn say(text: &str) -> anyhow::Result<()> {
    writeln!(std::io::stdout(), "{text}").context("standard output can't be written")
}

/// Asks the person to say so.
fn confirm() -> anyhow::Result<()> {
    if !std::io::stdin().is_terminal() {
        bail!("nothing was sold: there is no terminal to ask at, and --yes is not there");
    }
    let mut out = std::io::stdout();
    write!(out, "Type `flatten` to sell at these limits: ")
        .and_then(|()| out.flush())
        .context("standard output can't be written")?;
    let mut typed = String::new();
    std::io::stdin().read_line(&mut typed).context("standard input can't be read")?;
    if typed.trim() != "flatten" {
        bail!("nothing was sold");
    }
    Ok(())
}

fn money(amount: Cash) -> String {
    format::dollars(amount.to_dollars(), 2)
}

/// Returns a plan as a table, a line a position.
fn table(plan: &Plan) -> String {
    let mut lines =
        vec![["contract", "held", "order", "there", "expected", "worst", "fees"].map(str::to_owned)];
    for row in &plan.rows {
        let sums = if row.limit.is_some() {
            let fees = row.fees.map_or_else(|| "unknown".to_owned(), money);
            [format::shortest(row.there.to_contracts()), money(row.expected), money(row.worst), fees]
        } else {
            [const { String::new() }; 4]
        };
        let [there, expected, worst, fees] = sums;
        let held = format::shortest(row.position.contracts());
        lines.push([row.ticker.to_string(), held, row.says(), there, expected, worst, fees]);
    }
    let mut widths = [0; 7];
    for line in &lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = cell.chars().count().max(*width);
        }
    }
    let written = lines.iter().map(|line| {
        let cells = line.iter().zip(widths).enumerate().map(|(place, (cell, width))| match place {
            0 | 2 => format!("{cell:width$}"),
            _ => format!("{cell:>width$}"),
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    });
    written.collect::<Vec<_>>().join("\n")
}
