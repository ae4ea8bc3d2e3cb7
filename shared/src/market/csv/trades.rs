//! The reader of trades.

use std::collections::BTreeSet;

use super::TapeError;
use super::table::Table;
use crate::Invalid;
use crate::market::{Ticker, Trade};
use crate::units::Quantity;

/// Returns the trades of a CSV file in file order; `source_name` is what errors call the file.
///
/// | value | columns, the first that is there |
/// |---|---|
/// | ticker | `ticker` |
/// | time, RFC 3339, without a zone UTC | `timestamp`, `created_time` |
/// | YES price in dollars | `price`, `yes_price_dollars`, `mid_price` |
/// | contracts, more than none | `count`, `count_fp`, `volume` |
/// | taker's side `yes`/`no`, may be absent or empty | `taker_side`, `taker_outcome_side` |
///
/// # Errors
///
/// Returns [`TapeError`] if a column other than the side's is missing, a named column appears twice, a
/// line is not a row of the table, or a field is not what its column holds.
pub fn read_trades(bytes: &[u8], source_name: &str) -> Result<Vec<Trade>, TapeError> {
    let mut table = Table::new(bytes, source_name)?;
    let ticker = table.required(&["ticker"])?;
    let at = table.required(&["timestamp", "created_time"])?;
    let price = table.required(&["price", "yes_price_dollars", "mid_price"])?;
    let count = table.required(&["count", "count_fp", "volume"])?;
    let taker_side = table.optional(&["taker_side", "taker_outcome_side"])?;

    let mut trades: Vec<Trade> = Vec::new();
    // One text for each contract, however many trades it has.
    let mut tickers: BTreeSet<Ticker> = BTreeSet::new();
    while table.advance()? {
        let contract = match tickers.get(table.text(&ticker)?) {
            Some(known) => known.clone(),
            None => {
                let new: Ticker = table.value(&ticker)?;
                tickers.insert(new.clone());
                new
            }
        };
        let contracts: Quantity = table.value(&count)?;
        if contracts.is_zero() {
            let invalid = Invalid::new("count", format!("{contracts} contracts are no trade"));
            return Err(table.refuse(&count, &invalid));
        }
        trades.push(Trade {
            ticker: contract,
            at: table.value(&at)?,
            price: table.value(&price)?,
            count: contracts,
            taker_side: table.value_if_any(taker_side.as_ref())?,
        });
    }
    Ok(trades)
}
