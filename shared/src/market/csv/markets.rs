//! The reader of contracts and their results.

use super::Malformed;
use crate::Invalid;
use crate::market::{Contract, Ticker};
use crate::table::{Column, Table, TableError};

/// What a file of contracts holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MarketsRead {
    /// The contracts of all well-formed rows, in file order.
    pub contracts: Vec<Contract>,
    /// The rows that were skipped.
    pub malformed: Malformed,
}

struct Columns {
    ticker: Column,
    event_ticker: Column,
    result: Column,
    fee_type: Option<Column>,
    fee_multiplier: Option<Column>,
    close_time: Option<Column>,
}

/// Returns the contracts of a CSV file; `source_name` is what errors call the file. A row that is malformed, or of a
/// contract that was there before, is skipped and named.
///
/// The columns are `ticker`, `event_ticker` and `result` (`yes`, `no`, or empty while open), and perhaps
/// `fee_type`, `fee_multiplier` and `close_time`, each of which may be empty.
///
/// # Errors
///
/// Returns [`TableError`] if one of the first three columns is missing or a named column appears twice: then nothing of
/// the file can be read.
pub fn read_markets(bytes: &[u8], source_name: &str) -> Result<MarketsRead, TableError> {
    let (mut table, mut rest) = (Table::new(source_name), bytes);
    table.read_header(&mut rest, true)?;
    let columns = Columns::find(&table)?;
    let mut read = MarketsRead::default();
    let mut seen: Vec<Ticker> = Vec::new();
    loop {
        let contract = match table.advance(&mut rest, true) {
            Ok(true) => columns.contract(&table, &mut seen),
            Ok(false) => return Ok(read),
            Err(error) => Err(error),
        };
        match contract {
            Ok(contract) => read.contracts.push(contract),
            Err(error) => read.malformed.add(error),
        }
    }
}

impl Columns {
    fn find(table: &Table) -> Result<Self, TableError> {
        Ok(Self {
            ticker: table.required(&["ticker"])?,
            event_ticker: table.required(&["event_ticker"])?,
            result: table.required(&["result"])?,
            fee_type: table.optional(&["fee_type"])?,
            fee_multiplier: table.optional(&["fee_multiplier"])?,
            close_time: table.optional(&["close_time"])?,
        })
    }

    /// Returns the current row's contract, which is not among those `seen`, in order, and is from then on.
    fn contract(&self, table: &Table, seen: &mut Vec<Ticker>) -> Result<Contract, TableError> {
        let contract = Contract {
            ticker: table.value(&self.ticker)?,
            event_ticker: table.value(&self.event_ticker)?,
            result: table.value_if_any(Some(&self.result))?,
            fee_type: table.value_if_any(self.fee_type.as_ref())?,
            fee_multiplier: table.value_if_any(self.fee_multiplier.as_ref())?,
            close_time: table.value_if_any(self.close_time.as_ref())?,
        };
        match seen.binary_search(&contract.ticker) {
            Ok(_) => {
                let invalid = Invalid::new("ticker", format!("{} appears twice", contract.ticker));
                Err(table.refuse(&self.ticker, &invalid))
            }
            Err(place) => {
                seen.insert(place, contract.ticker.clone());
                Ok(contract)
            }
        }
    }
}
