//! Tapes and contracts as Python hands them over: files, or tables in the text that they would have as files.

use pyo3::pybacked::PyBackedBytes;
use shared::Invalid;
use shared::belief::{Calibration, Track, settlements, walk_in_pieces};
use shared::market::csv::{MarketsRead, TableError, TradeReader, TradesRead, read_markets};
use shared::market::{Contract, EventTape, Trade, count_once_of};

use crate::error::Failed;
use crate::pace::finish;

/// What a file is called in messages, and its text.
pub(crate) type Source = (String, PyBackedBytes);

/// A tape, and what is known of its contracts.
pub(crate) struct Tape {
    /// The trades, in the order of files and rows.
    pub(crate) trades: Vec<Trade>,
    /// The same by event and contract, each in order of time.
    pub(crate) events: Vec<EventTape>,
    /// What is known of the contracts.
    pub(crate) markets: Vec<Contract>,
    /// What was left out, and why, a sentence each.
    pub(crate) left_out: Vec<String>,
}

impl Tape {
    /// Reads what `tape` and `markets` hold, as all commands do: a malformed row is left out and named, and what two files
    /// hold counts once.
    ///
    /// # Errors
    ///
    /// Names `tape` or `markets` if one of their files is no such table, and `tape` if there is no trade.
    pub(crate) fn read(tape: &[Source], markets: Option<&Source>) -> Result<Self, Invalid> {
        let (mut trades, mut left_out) = (Vec::new(), Vec::new());
        let (mut names, mut starts) = (Vec::new(), Vec::new());
        for (name, text) in tape {
            let mut reader = TradeReader::new(name);
            let read = reader.push(text).and_then(|()| reader.finish());
            let TradesRead { trades: of_file, malformed } = read.map_err(|error| no_table("tape", &error))?;
            left_out.extend(malformed.sentences(name));
            names.push(name.clone());
            starts.push(trades.len());
            trades.extend(of_file);
        }
        left_out.extend(count_once_of(&mut trades, &starts, &names));
        if trades.is_empty() {
            let why = left_out.first().map_or_else(String::new, |first| format!(": {first}"));
            return Err(Invalid::new("tape", format!("there is no trade in it{why}")));
        }
        let mut contracts = Vec::new();
        if let Some((name, text)) = markets {
            let MarketsRead { contracts: read, malformed } =
                read_markets(text, name).map_err(|error| no_table("markets", &error))?;
            left_out.extend(malformed.sentences(name));
            contracts = read;
        }
        let events = EventTape::regrouped(EventTape::group(trades.iter().cloned())?, &contracts);
        Ok(Self { trades, events, markets: contracts, left_out })
    }

    /// Returns what was believed of each contract, print by print. The interpreter is asked meanwhile whether somebody wants
    /// it to stop.
    ///
    /// # Errors
    ///
    /// Names `tape` if prints of a contract that two events have don't come in order; or passes on what a signal raised.
    pub(crate) fn walk(&self, calibration: Calibration) -> Result<Vec<Vec<Track>>, Failed> {
        let settles = settlements(&self.events, &self.markets);
        let tracks = finish(walk_in_pieces(&self.events, &settles, calibration))?;
        tracks.map_err(|why| Invalid::new("tape", why.to_string()).into())
    }
}

fn no_table(field: &'static str, error: &TableError) -> Invalid {
    Invalid::new(field, error.to_string())
}
