//! Which side of a contract to take at the market's price, and what that earns.

use shared::format;
use shared::market::Side;
use shared::scenario::Row;

/// The least that counts as something, in dollars a contract: less reads as 0.0¢.
const LEAST: f64 = 0.0005;

/// Returns what the better side earns a contract after the taker's fee, in dollars; nothing without a price.
pub(crate) fn earns(row: &Row) -> Option<f64> {
    row.trade.map(|edge| edge.earns.to_dollars())
}

/// Returns the side that earns something after the taker's fee; nothing where neither does, or without a price.
pub(crate) fn side(row: &Row) -> Option<&'static str> {
    earns(row).filter(|earned| *earned >= LEAST)?;
    Some(match row.trade?.take()? {
        Side::Yes => "Buy YES",
        Side::No => "Sell YES",
    })
}

/// Returns the side and what it earns a contract, in few words.
pub(crate) fn briefly(row: &Row) -> String {
    match (side(row), earns(row)) {
        (Some(side), Some(earned)) => format!("{side} {}", format::signed_cents(earned, 1)),
        (None, Some(_)) => "no edge".to_owned(),
        _ => String::new(),
    }
}

/// Returns the side, at which price, and what it earns a contract; nothing without a price.
pub(crate) fn in_words(row: &Row) -> String {
    let Some(price) = row.market.map(|price| format::cents(price, 1)) else { return String::new() };
    match (side(row), earns(row)) {
        (Some(side), Some(earned)) => {
            format!("{side} at {price}: {} after fees", format::signed_cents(earned, 1))
        }
        _ => format!("At {price} neither side earns its fees"),
    }
}
