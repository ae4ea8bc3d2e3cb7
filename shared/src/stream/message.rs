//! What is said on the socket.

use super::desk::{Appended, BookView, DeskView};
use super::market::{DepthView, MarketView};
use crate::market::Ticker;
use crate::message;
use crate::units::Timestamp;

/// The version of these messages: a page of another one must be loaded anew.
pub const PROTOCOL: u32 = 6;

message! {
    /// Something to be told of.
    #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
    pub enum Topic else Desk {
        /// The desk as a whole, and a row a contract: [`Data::Desk`].
        0 = Desk {},
        /// A contract's book, our orders in it and how they were decided: [`Data::Book`].
        1 = Book {
            /// The contract.
            ticker: Ticker,
        },
        /// Fills, alerts and equity since the desk began: [`Data::Log`].
        2 = Log {},
        /// The market of the event that is open, and a row a contract: [`Data::Market`].
        3 = Market {},
        /// A contract's book as everybody sees it, and what was traded in it: [`Data::Depth`].
        4 = Depth {
            /// The contract.
            ticker: Ticker,
        },
    }
}

message! {
    /// What a page says.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub enum FromPage else Ping {
        /// It is there: said every 10 s, as a browser has no other way to say so.
        0 = Ping {},
        /// Tell me of this, from now on.
        1 = Subscribe {
            /// Of what.
            topic: Topic,
        },
        /// Tell me of this no more.
        2 = Unsubscribe {
            /// Of what.
            topic: Topic,
        },
    }
}

message! {
    /// What a server says. Numbers of a topic's states rise by one with each message of it.
    #[derive(Debug, Clone, PartialEq)]
    pub enum ToPage else Pong {
        /// It is there: the answer to [`FromPage::Ping`].
        0 = Pong {},
        /// The first message.
        1 = Hello {
            /// [`PROTOCOL`] of the server.
            protocol: u32,
            /// Which server process this is: another number means another one, and that nothing of before holds.
            epoch: i64,
        },
        /// The state of a topic, which replaces what was known.
        2 = Snapshot {
            /// Of what.
            topic: Topic,
            /// The state's number.
            seq: i64,
            /// The state.
            data: Data,
        },
        /// What a topic's state becomes.
        3 = Change {
            /// Of what.
            topic: Topic,
            /// The number of the state that this extends.
            from: i64,
            /// The number of the state that comes of it.
            seq: i64,
            /// What is added.
            data: Data,
        },
        /// There is no such topic: its contract is not traded here.
        4 = None {
            /// The topic.
            topic: Topic,
        },
        /// The server ends this connection.
        5 = Bye {
            /// Why.
            reason: String,
            /// When, by the desk's clock.
            at: Timestamp,
        },
    }
}

message! {
    /// What a message of a topic holds.
    #[derive(Debug, Clone, PartialEq)]
    pub enum Data else Nothing {
        /// Nothing: of a topic whose state is not there yet.
        0 = Nothing {},
        /// All of the desk.
        1 = Desk {
            /// It.
            desk: DeskView,
        },
        /// All of a book.
        2 = Book {
            /// It.
            book: BookView,
        },
        /// What was appended to the log; in a snapshot, all of what is kept of it.
        3 = Log {
            /// It.
            appended: Appended,
        },
        /// All of a market.
        4 = Market {
            /// It.
            market: MarketView,
        },
        /// All of a book and its latest trades.
        5 = Depth {
            /// They.
            depth: DepthView,
        },
    }
}
