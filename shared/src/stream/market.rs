//! The market of an event as a page shows it, whether anybody trades there or not.

use super::desk::BookView;
use crate::market::{Action, EventTicker, Ticker};
use crate::message;
use crate::quoting::Status;
use crate::units::{Cash, Price, Quantity, Timestamp};

message! {
    /// All of an event's market.
    #[derive(Debug, Clone, PartialEq)]
    pub struct MarketView {
        /// The event, once one is open.
        pub event: Option<EventTicker>,
        /// What it is about.
        pub title: String,
        /// Why nothing is heard, or what is wrong with what is shown, for people; empty where all is well.
        pub why: String,
        /// Whether it is heard by asking again and again, as whoever has no key must, and not as it happens.
        pub is_polled: bool,
        /// Whether at most one of the contracts pays, as the exchange says.
        pub is_exclusive: bool,
        /// The exchange's clock.
        pub now: Timestamp,
        /// How many times as fast as the real one that clock runs.
        pub speed: f64,
        /// How long ago anything came from the exchange, in real milliseconds; `None` while nothing is heard.
        pub feed_age_ms: Option<u32>,
        /// When trading ends.
        pub closes: Option<Timestamp>,
        /// What is charged, in words.
        pub fee: String,
        /// What YES of all of them costs, and NO of all that have a bid, 100 of each; nothing where that can't be had or
        /// what is charged isn't known.
        pub whole: [Option<BasketView>; 2],
        /// What leaves something at the best prices: of YES, if one of the listed wins; of NO, whatever happens.
        pub leaves: [Option<BasketView>; 2],
        /// A row a contract, in the event's order.
        pub rows: Vec<MarketRow>,
    }
}

impl MarketView {
    /// Returns the market before anything is known of it, and why, by a clock that runs so many times as fast as the real one.
    pub fn unknown(now: Timestamp, speed: f64, why: String) -> Self {
        Self {
            event: None,
            title: String::new(),
            why,
            is_polled: false,
            is_exclusive: false,
            now,
            speed,
            feed_age_ms: None,
            closes: None,
            fee: String::new(),
            whole: [None; 2],
            leaves: [None; 2],
            rows: Vec::new(),
        }
    }
}

message! {
    /// A contract.
    #[derive(Debug, Clone, PartialEq)]
    pub struct MarketRow {
        /// Its ticker.
        pub ticker: Ticker,
        /// What YES means: the artist.
        pub name: String,
        /// Whether it can be traded.
        pub status: Status,
        /// The best bid for YES and how much of it, and the best offer; nothing where a side is empty or its book isn't
        /// here.
        pub best: [Option<(Price, Quantity)>; 2],
        /// Whether its book is here.
        pub is_known: bool,
        /// The micro-price in dollars: the middle of the best prices, nearer to the one where less rests.
        pub micro: Option<f64>,
        /// What the prices say of YES: the micro-price, else the last trade, over the sum of all contracts'.
        pub share: Option<f64>,
        /// The last public trade, and when it was where that is known.
        pub last: Option<(Price, Option<Timestamp>)>,
        /// How many contracts were traded since this began to listen.
        pub volume: Quantity,
    }
}

message! {
    /// A basket of an event's contracts: [`Basket`](crate::fees::Basket) in numbers.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct BasketView {
        /// In how many contracts.
        pub legs: u32,
        /// How many of each.
        pub count: Quantity,
        /// What they cost without fees.
        pub cost: Cash,
        /// What a taker is charged.
        pub fees: Cash,
        /// What is left once they have paid; negative where nothing is.
        pub profit: Cash,
    }
}

message! {
    /// A contract's book, and what was traded in it.
    #[derive(Debug, Clone, PartialEq)]
    pub struct DepthView {
        /// Its book; orders of ours aren't told apart.
        pub book: BookView,
        /// Its latest trades, the newest first.
        pub trades: Vec<TradeRow>,
    }
}

message! {
    /// A public trade.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct TradeRow {
        /// When.
        pub at: Timestamp,
        /// The YES price.
        pub price: Price,
        /// How many contracts.
        pub count: Quantity,
        /// Whether the taker bought or sold YES, where that was told.
        pub taker: Option<Action>,
        /// Whether it was matched off the book.
        pub is_block: bool,
    }
}

impl DepthView {
    /// How many trades are told.
    pub const TRADES: usize = 60;
}

impl From<crate::fees::Basket> for BasketView {
    fn from(basket: crate::fees::Basket) -> Self {
        let profit = basket.profit();
        Self { legs: basket.legs, count: basket.count, cost: basket.cost, fees: basket.fees, profit }
    }
}
