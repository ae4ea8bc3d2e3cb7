//! Readers of the project's CSV files, bytes in, typed rows out; and their writers.
//!
//! Columns are found by name, in any order, and others are ignored. An error names the file, the line and
//! the column, and quotes the offending text.

mod malformed;
mod markets;
mod trades;
mod write;

pub use crate::table::TableError;
pub use malformed::Malformed;
pub use markets::{MarketsRead, read_markets};
pub use trades::{TradeReader, TradesRead, read_trades};
pub use write::{write_markets, write_trades};
