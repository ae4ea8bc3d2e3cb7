//! What a server tells the pages that watch its desk, as it happens.
//!
//! One WebSocket a page. A page subscribes to topics: it gets a snapshot of each, and then what changes. A snapshot
//! replaces all that was known; a change extends one state of its topic, which it names by number, and no other. So
//! whatever is lost, repeated or late on the way, a page shows a state that the server had, or knows that it is behind and
//! asks again: [`Replica`]. Commands are not sent here: they are HTTP requests with an answer.
//!
//! Messages are written by [`crate::codec`].

mod desk;
mod ladder;
mod market;
mod message;
mod replica;
mod retry;

pub use desk::{
    Alert, Appended, BookView, Decided, DeskCommand, DeskRow, DeskState, DeskView, FillRow, LadderLevel,
    MarkoutView, OwnOrder, Parts, SideDecided,
};
pub use ladder::Rung;
pub use market::{BasketView, DepthView, MarketRow, MarketView, TradeRow};
pub use message::{Data, FromPage, PROTOCOL, ToPage, Topic};
pub use replica::{Outcome, Replica};
pub use retry::retry_after;

#[cfg(test)]
mod tests;
