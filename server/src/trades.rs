//! The trades that a command names, read the same way by all of them.

mod json;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;
use std::path::PathBuf;

use anyhow::bail;
use shared::market::csv::{TradeReader, TradesRead};
use shared::market::{Ticker, Trade};
use shared::units::{Price, Quantity, Timestamp};

use crate::files::{self, Found};

/// What files of trades are called in a folder.
const CALLED: &str = "*trades.csv, *trades.json or *trades.jsonl, or one of these with .gz";

/// What files of trades hold.
#[derive(Debug, Default)]
pub(crate) struct Recorded {
    /// The trades, in the order of files and lines.
    pub(crate) trades: Vec<Trade>,
    /// What was left out, and why, a sentence each: files, rows, trades that were in an earlier file.
    pub(crate) left_out: Vec<String>,
    /// The files that were read.
    pub(crate) files: Vec<PathBuf>,
    parts: Vec<Part>,
}

/// What is kept of one file's trades.
#[derive(Debug)]
struct Part {
    name: String,
    /// The contracts that the file has trades of.
    tickers: HashSet<Ticker>,
    /// Where its trades are among all.
    range: Range<usize>,
}

/// What tells a trade from others where no id does. Not the taker's side: of two recordings of a trade only one may
/// have it.
type Row<'a> = (&'a Ticker, Timestamp, Price, Quantity);

fn row(trade: &Trade) -> Row<'_> {
    (&trade.ticker, trade.at, trade.price, trade.count)
}

/// Reads the files of trades among `paths`, each a file or a folder, which `option` names.
///
/// A malformed row is left out and named, and the rest of its file is read; so is a file that can't be read as one of
/// trades. What an earlier file holds too counts once, and is named: the same file under another name or packing, or
/// downloads that overlap. Within a file all rows count: a sweep may fill several equal orders at one instant.
///
/// # Errors
///
/// Fails when a path isn't there, or is a folder without a file of trades.
pub(crate) fn read(option: &str, paths: &[PathBuf]) -> anyhow::Result<Recorded> {
    let mut recorded = Recorded::default();
    for file in files::find(option, paths, is_called, CALLED)? {
        recorded.files.push(file.path.clone());
        match read_file(&file) {
            Ok(read) => recorded.add(&file, read),
            Err(error) => recorded.left_out.push(format!("{error:#}")),
        }
    }
    Ok(recorded)
}

impl Recorded {
    /// Takes in what a file holds.
    fn add(&mut self, file: &Found, mut read: TradesRead) {
        let name = file.path.display().to_string();
        self.left_out.extend(read.malformed.sentences(&name));
        let mut tickers: HashSet<Ticker> = HashSet::new();
        for trade in &read.trades {
            if !tickers.contains(&trade.ticker) {
                tickers.insert(trade.ticker.clone());
            }
        }
        let total = read.trades.len();
        let (is_new, others) = self.compare(&tickers, &read.trades);
        let mut is_new = is_new.into_iter();
        read.trades.retain(|_| is_new.next().unwrap_or(true));
        let again = total - read.trades.len();
        if again > 0 {
            let which = if again == total { "all".to_owned() } else { format!("{again} of") };
            let others = others.into_iter().collect::<Vec<_>>().join(", ");
            self.left_out
                .push(format!("{name}: {which} its {total} trades are in {others} too, and count once"));
        }
        let start = self.trades.len();
        self.trades.append(&mut read.trades);
        self.parts.push(Part { name, tickers, range: start..self.trades.len() });
    }

    /// Tells of each of a further file's trades whether it is new, and names the files that hold those that aren't.
    ///
    /// Of rows that are equal, a file adds as many as it has more than those before it.
    fn compare(&self, tickers: &HashSet<Ticker>, trades: &[Trade]) -> (Vec<bool>, BTreeSet<&str>) {
        // Most files share no contract with another: then there is nothing to compare.
        let parts = self.parts.iter().filter(|part| !part.tickers.is_disjoint(tickers));
        let mut before: HashMap<Row<'_>, (usize, &str)> = HashMap::new();
        for part in parts {
            let own = self.trades.get(part.range.clone()).unwrap_or_default();
            for trade in own.iter().filter(|trade| tickers.contains(&trade.ticker)) {
                before.entry(row(trade)).or_insert((0, &part.name)).0 += 1;
            }
        }
        let mut others = BTreeSet::new();
        let mut is_new = |trade| match before.get_mut(&row(trade)) {
            Some((count, name)) if *count > 0 => {
                *count -= 1;
                others.insert(*name);
                false
            }
            _ => true,
        };
        let is_new = trades.iter().map(&mut is_new).collect();
        (is_new, others)
    }
}

/// Returns whether a file in a folder says by its name that it holds trades.
fn is_called(name: &str) -> bool {
    let name = name.strip_suffix(".gz").unwrap_or(name);
    ["trades.csv", "trades.json", "trades.jsonl"].iter().any(|end| name.ends_with(end))
}

/// Reads one file; an error names it.
fn read_file(file: &Found) -> anyhow::Result<TradesRead> {
    let name = file.path.display().to_string();
    let mut reader = TradeReader::new(&name);
    // A table is read as it comes; JSON is kept, and read when it is whole.
    let (mut kept, mut is_first, mut is_json) = (Vec::new(), true, false);
    files::read_pieces(&file.path, |piece| {
        if std::mem::take(&mut is_first) {
            is_json = json::begins(piece);
        }
        if is_json {
            kept.extend_from_slice(piece);
        } else {
            reader.push(piece)?;
        }
        Ok(())
    })?;
    let read = if is_json { json::read(&kept, &name)? } else { reader.finish()? };
    if read.trades.is_empty() && read.malformed.count == 0 {
        bail!("{} holds no trade", file.path.display());
    }
    Ok(read)
}
