//! Exact amounts: prices, quantities, cash and times as checked integers.
//!
//! Every type holds a whole number of its unit, parses and prints the fixed-point text Kalshi uses, and is
//! a string in JSON. There is no operator that could overflow: sums are `checked_*` methods.

mod cash;
mod date;
mod price;
mod quantity;
mod serde_text;
mod timestamp;

pub use cash::Cash;
pub use date::Date;
pub use price::Price;
pub use quantity::Quantity;
pub use timestamp::Timestamp;

// Where the quoting settings look for them.
pub(crate) use crate::decimal::parse_fixed;
pub(crate) use crate::invalid::quoted;
pub(crate) use serde_text::serde_as_text;

#[cfg(test)]
mod tests;
