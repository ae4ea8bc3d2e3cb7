//! Kalshi's history on this machine: trades, candles, contracts and settlements in Parquet, fetched so that it can be broken
//! off anywhere and gone on with, to the same bytes.
//!
//! ```text
//! pages ──> journal (a line a page, with where the next begins) ──> partitions (sorted, each row once)
//!                            DIR/.tauroi-fetch/                         DIR/trades/series=S/month=M/ …
//! ```
//!
//! A page and its cursor are one line of the journal, so that what is known and where to go on never disagree. Partitions
//! follow from the rows alone, whatever the order in which they came: so it makes no difference when they were written, how
//! often, or what was broken off before. Each is written beside its place and then moved there.

mod address;
mod ask;
mod candles;
mod catalogue;
mod compact;
mod failure;
mod fetch;
mod files;
mod heard;
mod journal;
mod kept;
mod layout;
mod place;
mod publish;
mod question;
mod rows;
mod staged;
mod store;
mod tables;
#[cfg(test)]
mod tests;
pub(crate) mod ticks;
mod trades;
mod watch;

pub(crate) use self::address::{Address, HISTORY_URL};
pub(crate) use self::compact::{Compacted, compact};
pub(crate) use self::fetch::{Fetched, PAGE, ROWS, Settings, fetch};
pub(crate) use self::heard::{Keeper, Kept, keep};
pub(crate) use self::layout::markets_of;
pub(crate) use self::place::Place;
pub(crate) use self::question::{Minutes, Question, Series};
pub(crate) use self::store::left;
pub(crate) use self::tables::Home;
pub(crate) use self::watch::Step;
