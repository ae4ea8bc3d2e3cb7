//! An exchange of which the books are known: what rests at each price, who trades, and where in the queue we would stand.
//!
//! ```text
//! frames ──> Decoder ──> BookTape ──┬─ when it happened ──> BookVenue ──reports──> wire ──> Trader
//!                                   └─ when it was heard ──> Ladders of the trader's own ──┘   │
//!                                              BookVenue <──────── wire <──────── commands ────┘
//! ```
//!
//! A tape tells how much rests at a price, not whose it is. A [`QueueModel`] says how much of what was taken back stood
//! before our order; all else follows from price and time. `docs/books.md` says what such a backtest knows and what it
//! doesn't.

mod bounds;
mod decoder;
mod delay;
mod ladders;
mod model;
mod queue;
mod replayed;
mod resting;
mod run;
mod tape;
mod told;
mod tops;
mod venue;

pub use bounds::Bound;
pub use decoder::{Decoder, Level};
pub use delay::{Delay, Delays};
pub use ladders::Ladders;
pub use model::BookModel;
pub use queue::{
    BySize, First, Logarithm, Optimistic, Pessimistic, Place, Power, Proportional, Queue, QueueModel,
};
pub use replayed::Replayed;
pub use run::{Ran, Trader, View, run};
pub use tape::{BookTape, Event, What};
pub use told::Told;
pub use tops::Top;
pub use venue::{BookVenue, Lasts, Live, Rules, Standing, Through};

#[cfg(test)]
mod tests;
