//! Kalshi's markets: what a contract is called, and what was traded in it.
//!
//! A *series* (KXTOPMONTHLY) has *events* (KXTOPMONTHLY-26FEB), and an event has *contracts*, which Kalshi
//! also calls markets (KXTOPMONTHLY-26FEB-BAD). A contract's trades, in time order, are its [`Tape`].

mod artists;
mod contract;
pub mod csv;
mod doubts;
mod fee;
mod grid;
mod once;
mod position;
mod side;
mod tape;
mod ticker;
mod trade;

pub use artists::{artist, artists, code};
pub use contract::{Contract, is_exclusive};
pub use doubts::doubts;
pub use fee::{FeeMultiplier, FeeType};
pub use grid::{PriceGrid, PriceRange};
pub use once::{count_once, count_once_of};
pub use position::Position;
pub use side::{Action, Side};
pub use tape::{EventTape, Tape};
pub use ticker::{EventTicker, Ticker};
pub(crate) use trade::repeated;
pub use trade::{Trade, TradeId};

#[cfg(test)]
mod tests;
