//! Trades that tests of the belief make up.

use shared::market::Trade;
use shared::units::{Price, Quantity, Timestamp};

/// Returns a trade of `contract` whose taker isn't told, without an id.
pub(crate) fn trade(contract: &str, at: Timestamp, cents: i64, contracts: i64) -> Trade {
    Trade {
        ticker: contract.parse().unwrap(),
        at,
        price: Price::from_cents(cents).unwrap(),
        count: Quantity::from_contracts(contracts).unwrap(),
        taker_side: None,
        id: None,
        is_block: false,
    }
}
