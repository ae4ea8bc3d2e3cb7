//! `tauroi arm`: lets a desk trade with real money, after a person has read what that means and typed it.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;
use shared::arming::{Event, Rehearsal, Standing};
use shared::format;
use shared::units::Timestamp;

use super::trading::{Quoting, armings};
use crate::clock::{Clock, machine_time, span};
use crate::desk::Book;
use crate::kalshi::{Client, Config};

pub(super) const ABOUT: &str = "\
Let a desk trade with real money for a while, or no longer

A desk of mode live places no order until somebody has armed its configuration: series, settings, limits and
how long orders live, under one hash: the one that options name, else the one that a desk waits for. It is
shown what that is, that it was rehearsed, and until when the account's location is attested; then its hash is
typed. Another configuration is not armed by it. A desk that breaks off, or is killed, is not armed any more:
whoever arms it again has looked at what happened.";

pub(super) const MORE: &str = "\
A rehearsal counts when the same configuration ran for half an hour of its exchange's clock in mode paper or
on a paper exchange, decided something of every contract, met no limit, and ended in order, holding what its
exchange said. Run it with the same --armings or DATABASE_URL.

Examples:
  tauroi desk --mode live                                       in one terminal: it waits
  tauroi arm --for 5h                                           in another: what waits is shown, and armed
  tauroi arm --config preset=tails --for 5h --reason 'last week' --confirm 'arm 3fa9c2d1'
                                                                where nobody can type
  tauroi arm --off --reason 'lunch'                             from now on nothing is placed";

#[derive(Args)]
pub(super) struct Options {
    /// For how long, as 90s, 10m, 5h or 31d
    #[arg(long = "for", value_name = "TIME", default_value = "5h", value_parser = span)]
    lasts: Duration,
    /// Why, for whoever reads it later
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// What would be typed: `arm` and the first eight digits of the hash
    #[arg(long, value_name = "TEXT", requires = "reason")]
    confirm: Option<String>,
    /// Disarm: from now on no order is placed, and what rests is taken back
    #[arg(long, conflicts_with_all = ["confirm", "config", "series", "order_ttl_s"])]
    off: bool,
    #[command(flatten)]
    quoting: Quoting,
    /// Where it is written what may trade with real money [default: what `DATABASE_URL` names, or else a file in the cache
    /// folder]
    #[arg(long, value_name = "FILE")]
    armings: Option<PathBuf>,
    /// Rehearse it on the paper exchange that wrote this file (`tauroi paper --env FILE`)
    #[arg(long, value_name = "FILE")]
    paper: Option<PathBuf>,
}

/// Arms or disarms.
pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(arm(options))
}

async fn arm(options: &Options) -> anyhow::Result<()> {
    let store = armings(options.armings.as_deref())?;
    let mut book = Book::open(&store).await?;
    if options.off {
        let reason = options.reason.as_deref().unwrap_or("no reason given");
        let why = format!("{} has disarmed it: {reason}", who());
        book.add(&Event::Disarmed { why }, |_| Ok(())).await?;
        return say(
            "Disarmed: no order is placed from now on, and what rests is taken back within seconds.\n",
        );
    }
    let standing = book.standing().await?;
    let (hash, lines) = configuration(options, &standing)?;
    let short = hash.get(..8).context("a hash is too short")?;
    let rehearsal = rehearsed(&standing, &hash)?;
    let (client, clock) = client(options)?;
    let attested = attested(&client, &clock).await?;
    let lasts = options.lasts.min(attested.lasts);
    let until = later(machine_time(), lasts);
    say(&format!("This may trade with {}:\n", money(options)))?;
    for (name, value) in lines.iter().filter(|(_, value)| !value.is_empty()) {
        say(&format!("  {name:<24} {value}\n"))?;
    }
    say(&format!("  {:<24} {hash}\n", "hash"))?;
    say(&format!("  {:<24} {}\n", "rehearsed", described(rehearsal)))?;
    say(&format!("  {:<24} attested until {} UTC\n", "location", format::instant(attested.until)))?;
    say(&format!("  {:<24} until {} UTC\n", "armed", format::instant(until)))?;
    let wanted = format!("arm {short}");
    let reason = match (&options.confirm, &options.reason) {
        (Some(typed), Some(reason)) => {
            if *typed != wanted {
                bail!("--confirm is not `{wanted}`: nothing is armed");
            }
            reason.clone()
        }
        (_, reason) => {
            let reason = reason.clone().map_or_else(|| ask("Why: "), Ok)?;
            if ask(&format!("Type `{wanted}` to let it: "))? != wanted {
                bail!("that is not `{wanted}`: nothing is armed");
            }
            reason
        }
    };
    if reason.trim().is_empty() {
        bail!("somebody will want to know why: nothing is armed");
    }
    let armed = Event::Armed { configuration: hash.clone(), until, who: who(), reason };
    // It may have been written meanwhile that the rehearsal was none.
    book.add(&armed, |standing| rehearsed(standing, &hash).map(|_| ())).await?;
    book.close().await;
    say(&format!(
        "Armed until {} UTC. `tauroi arm --off` ends it, and so does a kill.\n",
        format::instant(until)
    ))
}

/// Returns the hash of what is to be armed, and what is in it by name: what options say, else what a desk waits for.
fn configuration(options: &Options, standing: &Standing) -> anyhow::Result<(String, Vec<(String, String)>)> {
    match standing.waits() {
        Some((hash, lines)) if !options.quoting.is_said() => Ok((hash.to_owned(), lines.to_vec())),
        _ => {
            let named = options.quoting.configuration()?;
            Ok((named.hash().to_owned(), named.lines().to_vec()))
        }
    }
}

fn rehearsed<'a>(standing: &'a Standing, hash: &str) -> anyhow::Result<&'a Rehearsal> {
    standing.rehearsed(hash).context(
        "no run counts as a rehearsal of this configuration: let it run for half an hour on a paper exchange first, \
         and end it with Ctrl-C (`tauroi arm --help` says more)",
    )
}

fn described(rehearsal: &Rehearsal) -> String {
    let minutes = rehearsal.until.micros_since(rehearsal.from) / 60_000_000;
    format!(
        "for {minutes} min until {} UTC on {}, {}",
        format::instant(rehearsal.until),
        rehearsal.place,
        format::counted(rehearsal.contracts, "contract")
    )
}

/// Returns what it would trade with, in words.
fn money(options: &Options) -> &'static str {
    if options.paper.is_some() { "the paper exchange's money" } else { "REAL MONEY" }
}

fn client(options: &Options) -> anyhow::Result<(Client, Clock)> {
    let (config, clock) = match &options.paper {
        Some(file) => Config::from_file(file)?,
        None => (Config::from_environment()?, None),
    };
    let clock = clock.unwrap_or_else(Clock::real);
    Ok((Client::new(config, clock.clone())?, clock))
}

/// Until when the account's location is attested by the exchange's clock, and how long that is by the machine's.
struct Attested {
    until: Timestamp,
    lasts: Duration,
}

async fn attested(client: &Client, clock: &Clock) -> anyhow::Result<Attested> {
    let until = client.attested_until().await.context("until when the account's location is attested")?;
    let until = until.context(
        "the account's location was never attested, and contracts of music need that: attest it on the exchange's page",
    )?;
    let left = until.micros_since(clock.now());
    if left <= 0 {
        bail!("the account's location was attested until {until}: attest it anew on the exchange's page");
    }
    Ok(Attested { until, lasts: Duration::from_secs_f64(left as f64 / 1e6 / clock.speed()) })
}

fn later(now: Timestamp, by: Duration) -> Timestamp {
    let micros = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
    now.checked_add_micros(micros).unwrap_or(Timestamp::MAX)
}

/// Returns who does this, as the operating system knows them.
fn who() -> String {
    // Not of `./.env`: a file says what is set, not who types.
    let said = |name| std::env::var(name).ok().filter(|name| !name.is_empty());
    let name = ["SUDO_USER", "USER", "LOGNAME", "GITHUB_ACTOR"].into_iter().find_map(said);
    name.unwrap_or_else(|| "somebody".to_owned())
}

fn ask(what: &str) -> anyhow::Result<String> {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        bail!("nobody can be asked here: say it with --reason and --confirm");
    }
    say(what)?;
    let mut typed = String::new();
    stdin.lock().read_line(&mut typed).context("standard input can't be read")?;
    Ok(typed.trim().to_owned())
}

fn say(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}
