//! What the options name: tapes and contracts, read and laid out.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;

use anyhow::{Context, bail};
use shared::backtest::{Config, Link, Prepared, Preset, Recorded, SETTINGS, tape_hash};
use shared::belief::{settlements, walk_forward};
use shared::market::{Contract, EventTape};
use shared::settings::Kind;

use crate::books;
use crate::cli::trades;

/// Returns the text below the options: settings, assumptions, files.
pub(super) fn more() -> String {
    let mut text = String::from("Settings, with the values of the preset seed:\n");
    let config = Config::preset(Preset::Seed);
    let mut assumed = false;
    for entry in &SETTINGS {
        if entry.is_assumed() && !assumed {
            text.push_str("\nAssumptions about the exchange, set alike:\n");
            assumed = true;
        }
        let (setting, value) = (entry.setting, config.value(entry));
        let range = match setting.kind {
            Kind::Number { range: (_, high), auto: true, .. } => format!("auto, or up to {high}"),
            Kind::Number { range: (low, high), .. } => format!("{low} to {high} {}", setting.unit),
            Kind::Flag => "true or false".to_owned(),
            Kind::Choice(words) => words.join(", "),
            Kind::Fee => "exact, maker, or flat: and dollars a contract".to_owned(),
        };
        // Writing to a string can't fail.
        let _ = writeln!(text, "  {:<24}{value:<8}{}; {}", setting.key, setting.meaning, range.trim_end());
    }
    text.push_str(FILES);
    text
}

const FILES: &str = "
Files:
  A tape is CSV, JSON or JSON Lines, perhaps packed with gzip, or Parquet, with Kalshi's own names: ticker; timestamp
  or created_time; price, yes_price_dollars or mid_price in dollars, or else yes_price in whole cents;
  count_fp, count or volume; and, where they are there, taker_side or taker_outcome_side, trade_id and
  is_block_trade. A block trade moves the belief and fills nobody. Of a folder, the files called
  *trades.csv, *trades.json or *trades.jsonl (or .gz) or *trades.parquet are read, and what `tauroi fetch` has
  brought, with its contracts where --markets names none. A malformed row is skipped, a trade that two files
  hold counts once, and both are said on standard error.

  A recorded stream is what `tauroi record` writes, or another recorder's frames a line, perhaps packed with
  gzip; of a folder, the files called *.ws.jsonl or *.ws_frames.jsonl (or .gz). Its trades move the belief
  as prints do; where it tells none, the book says what a contract is worth (the setting book), and fills have
  a lower and an upper bound: that what went from the best price was taken back, or was traded.

  A markets file has ticker, event_ticker, result (yes, no, scalar or nothing), and perhaps settlement_value
  (what a scalar paid), mutually_exclusive, fee_type, fee_multiplier, close_time. It is the authority on which
  contracts are one event, and whether at most one of them pays: where it says false, each is priced apart.
  Without it nothing is settled, positions are marked at the fair price, and no probability is scored.

  DIR gets report.json, whose SHA-256 is the result hash; evidence.json, what puts it into proportion;
  decisions.jsonl, fills.csv and, of a sweep, sweep.csv; and report.html, all of it to look at.

  Of a part (--shard) DIR gets a file a job and part.json; the same command again goes on where a part was cut
  short. `tauroi merge` makes of all parts the files that one run writes.

Example:
  tauroi backtest --tape kxtopmonthly --markets kxtopmonthly/markets.csv --set skew_cents=0.5 --out result
  tauroi backtest --tape kxtopmonthly --sweep skew_cents=0:3:31 --shard 1/2 --out part-1
";

/// What `--tape` names.
pub(super) struct Source {
    /// The prints; of books, their trades, of which there may be none.
    pub(super) tapes: Vec<EventTape>,
    /// The books, where they are recorded.
    pub(super) books: Option<Recorded>,
    /// The files that were read.
    pub(super) files: Vec<PathBuf>,
}

/// Reads the tapes, and says on standard error what was left out. An error names the option.
pub(super) fn source(paths: &[PathBuf]) -> anyhow::Result<Source> {
    let (mut recorded, mut others) = (Vec::new(), None);
    for path in paths {
        if books::is_recorded(path).context("--tape")? {
            recorded.push(path.clone());
        } else {
            others = others.or(Some(path));
        }
    }
    if recorded.is_empty() {
        let read = trades::read(paths)?;
        let tapes = EventTape::group(read.trades).context("--tape")?;
        return Ok(Source { tapes, books: None, files: read.files });
    }
    if let Some(other) = others {
        bail!("--tape: {} is no recorded stream, and the others are: run it apart", other.display());
    }
    let books::Tape { recorded, left_out, files } = books::read_tape("--tape", &recorded)?;
    let mut stderr = std::io::stderr().lock();
    for what in &left_out {
        writeln!(stderr, "skipped: {what}")?;
    }
    let tapes = recorded.events(&[]).context("--tape")?;
    Ok(Source { tapes, books: Some(recorded), files })
}

/// Filters the tapes as the link's configuration says, and lays them out.
pub(super) fn prepare(
    (tapes, books): (&[EventTape], Option<&Recorded>),
    markets: &[Contract],
    link: &Link,
    progress: impl Fn(f64),
) -> anyhow::Result<Prepared> {
    if let Some(tape) = &link.tape {
        let here = books.map_or_else(|| tape_hash(tapes), Recorded::hash);
        if *tape != here {
            bail!("--link: it is of tape {tape}, this is {here}");
        }
    }
    let belief = link.config.belief;
    let settles = settlements(tapes, markets);
    let tracks = walk_forward(tapes, &settles, belief.calibration, &mut |done| progress(done))?;
    Ok(match books {
        None => Prepared::new(tapes, &tracks, markets)?,
        Some(books) => Prepared::on_books(books, (tapes, &tracks), markets, belief.book)?,
    })
}
