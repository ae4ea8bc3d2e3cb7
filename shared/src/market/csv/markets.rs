//! The reader of contracts and their results.

use super::Malformed;
use super::trades::flag;
use crate::Invalid;
use crate::market::{Contract, Ticker};
use crate::table::{Column, Table, TableError};
use crate::units::Timestamp;

/// What a file of contracts holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MarketsRead {
    /// The contracts of all well-formed rows, in file order.
    pub contracts: Vec<Contract>,
    /// The rows that were skipped, and the cells of others that say nothing that can be used.
    pub malformed: Malformed,
}

struct Columns {
    ticker: Column,
    event_ticker: Column,
    result: Column,
    settlement_value: Option<Column>,
    mutually_exclusive: Option<Column>,
    fee_type: Option<Column>,
    fee_multiplier: Option<Column>,
    close_time: Option<Column>,
    settlement_ts: Option<Column>,
}

/// Returns the contracts of a CSV file; `source_name` is what errors call the file. A row that is malformed, or of a
/// contract that was there before, is skipped and named.
///
/// The columns are `ticker`, `event_ticker` and `result` (`yes`, `no`, `scalar`, or empty while open), and perhaps
/// `settlement_value` (what a scalar paid, in dollars), `mutually_exclusive`, `fee_type`, `fee_multiplier`, `close_time`
/// and `settlement_ts`, each of which may be empty. A contract that settled before it was to close closed then. The exchange adds kinds of results and fees: a contract with one that isn't
/// known here is named, and counts as one that has not settled, or whose fee the file doesn't tell.
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
            Ok(true) => columns.contract(&table, &mut seen, &mut read.malformed),
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
            settlement_value: table.optional(&["settlement_value"])?,
            mutually_exclusive: table.optional(&["mutually_exclusive"])?,
            fee_type: table.optional(&["fee_type"])?,
            fee_multiplier: table.optional(&["fee_multiplier"])?,
            close_time: table.optional(&["close_time"])?,
            settlement_ts: table.optional(&["settlement_ts"])?,
        })
    }

    /// Returns the current row's contract, which is not among those `seen`, in order, and is from then on; what of it is
    /// unknown here is added to `odd`.
    fn contract(
        &self,
        table: &Table,
        seen: &mut Vec<Ticker>,
        odd: &mut Malformed,
    ) -> Result<Contract, TableError> {
        let is_scalar = table.text(&self.result)?.eq_ignore_ascii_case("scalar");
        let value = table.value_if_any(self.settlement_value.as_ref());
        let mut contract = Contract {
            ticker: table.value(&self.ticker)?,
            event_ticker: table.value(&self.event_ticker)?,
            result: None,
            settlement_value: if is_scalar { value? } else { None },
            mutually_exclusive: self
                .mutually_exclusive
                .as_ref()
                .map_or(Ok(None), |column| flag(table, column))?,
            fee_type: None,
            fee_multiplier: table.value_if_any(self.fee_multiplier.as_ref())?,
            close_time: table.value_if_any(self.close_time.as_ref())?,
        };
        // The time at which it was to close stays as it was where it settled early.
        if let Some(settled) = table.value_if_any(self.settlement_ts.as_ref())? {
            contract.close_time = contract.close_time.map(|closes: Timestamp| closes.min(settled));
        }
        let Err(place) = seen.binary_search(&contract.ticker) else {
            let invalid = Invalid::new("ticker", format!("{} appears twice", contract.ticker));
            return Err(table.refuse(&self.ticker, &invalid));
        };
        seen.insert(place, contract.ticker.clone());
        if is_scalar && contract.settlement_value.is_none() {
            let why = "is scalar, and no settlement_value says what it paid: it counts as open";
            odd.add(table.refuse_text(&self.result, why.to_owned()));
        } else if !is_scalar {
            match table.value_if_any(Some(&self.result)) {
                Ok(result) => contract.result = result,
                Err(error) => odd.add(error),
            }
        }
        match table.value_if_any(self.fee_type.as_ref()) {
            Ok(fee_type) => contract.fee_type = fee_type,
            Err(error) => odd.add(error),
        }
        Ok(contract)
    }
}
