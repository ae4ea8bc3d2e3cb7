//! What a desk is told.

use super::{Answer, ByHand, Failure};
use crate::belief::Found;
use crate::catalyst::Catalyst;
use crate::market::{Ticker, Trade};
use crate::units::Timestamp;
use crate::wire;

/// What a desk is told.
#[derive(Debug)]
pub enum Input {
    /// The stream said something. [`Input::Drained`] follows when nothing more is there at the moment.
    Heard(Heard),
    /// All that has come was told.
    Drained,
    /// What was asked under this number was answered, or failed.
    Answered(u64, Result<Answer, Failure>),
    /// A person wants this.
    Wish(Wish),
    /// A person asks something of an order by hand. What comes of it is said under this number.
    Hand(u64, ByHand),
    /// Whoever killed the account past the desk has told people that these are the marks of it at the exchange: who starts the
    /// desk from now on knows of that.
    Marked(Vec<String>),
    /// What may move an artist's listeners was seen.
    Catalyst(Catalyst),
    /// The nowcast of listeners was found anew.
    Nowcast(Nowcast),
    /// The fits that were asked for are made; none where that failed.
    Fitted(Vec<Found>),
    /// It is time to ask whether the exchange holds what is thought.
    Audit,
    /// Nothing was heard of the exchange for so long, in microseconds of the machine's time.
    Silence(i64),
    /// The exchange's clock was seen to be ahead of ours by so much, in microseconds.
    Skew(i64),
    /// Time passed.
    Tick,
    /// The machine has waited long enough for what is due, whatever the clock says: one that stands would never show it.
    Waited,
}

/// What the nowcast of listeners says of an event's contracts.
#[derive(Debug, Clone, PartialEq)]
pub struct Nowcast {
    /// When it was found.
    pub at: Timestamp,
    /// The probability that a contract pays, from 0 to 1, for each of which it says something.
    pub says: Vec<(Ticker, f64)>,
}

/// Something that the exchange's stream said. Contracts that are not traded here are none of a desk's business.
#[derive(Debug, Clone)]
pub enum Heard {
    /// All of a contract's book, both sides at YES prices.
    Book(wire::OrderbookSnapshot),
    /// A change of a book.
    Level(wire::OrderbookDelta),
    /// A public trade.
    Trade(Trade),
    /// A fill of ours, in whichever contract.
    Fill(Box<wire::FillMessage>),
    /// An order of ours, in whichever contract.
    Order(Box<wire::UserOrder>),
    /// Something that happened to a contract.
    Lifecycle(Box<wire::MarketLifecycle>),
    /// Changes of books were lost: new books follow, and no change is told before them.
    MissedBooks,
    /// Something else was lost, which the text names.
    Missed(String),
    /// The connection is gone, for this reason.
    Down(String),
}

/// What a person wants of a desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    /// It is to listen and rest nothing.
    Off,
    /// It is to make the market.
    Quote,
    /// Its quotes are to be out while it goes on listening.
    Pause,
    /// Every order of the account is to be taken back, and none is to rest until a person says [`Wish::Quote`].
    Kill,
    /// It is to end in order, with nothing of it resting.
    Stop,
    /// It is to end in order, and what rests of its quotes is left to the next run.
    HandOver,
}
