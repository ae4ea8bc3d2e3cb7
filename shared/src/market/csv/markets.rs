//! The reader of contracts and their results.

use crate::Invalid;
use crate::market::{Contract, Ticker};
use crate::table::{Table, TableError};

/// Returns the contracts of a CSV file in file order; `source_name` is what errors call the file.
///
/// The columns are `ticker`, `event_ticker` and `result` (`yes`, `no`, or empty while open), and perhaps
/// `fee_type`, `fee_multiplier` and `close_time`, each of which may be empty.
///
/// # Errors
///
/// Returns [`TableError`] if one of the first three columns is missing, a named column appears twice, a line
/// is not a row of the table, a field is not what its column holds, or a ticker appears twice.
pub fn read_markets(bytes: &[u8], source_name: &str) -> Result<Vec<Contract>, TableError> {
    let (mut table, mut rest) = (Table::new(source_name), bytes);
    table.read_header(&mut rest, true)?;
    let ticker = table.required(&["ticker"])?;
    let event_ticker = table.required(&["event_ticker"])?;
    let result = table.required(&["result"])?;
    let fee_type = table.optional(&["fee_type"])?;
    let fee_multiplier = table.optional(&["fee_multiplier"])?;
    let close_time = table.optional(&["close_time"])?;

    let mut contracts = Vec::new();
    let mut seen: Vec<Ticker> = Vec::new();
    while table.advance(&mut rest, true)? {
        let contract = Contract {
            ticker: table.value(&ticker)?,
            event_ticker: table.value(&event_ticker)?,
            result: table.value_if_any(Some(&result))?,
            fee_type: table.value_if_any(fee_type.as_ref())?,
            fee_multiplier: table.value_if_any(fee_multiplier.as_ref())?,
            close_time: table.value_if_any(close_time.as_ref())?,
        };
        match seen.binary_search(&contract.ticker) {
            Ok(_) => {
                let invalid = Invalid::new("ticker", format!("{} appears twice", contract.ticker));
                return Err(table.refuse(&ticker, &invalid));
            }
            Err(place) => seen.insert(place, contract.ticker.clone()),
        }
        contracts.push(contract);
    }
    Ok(contracts)
}
