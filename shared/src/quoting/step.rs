//! What the quoter is told and what it answers.

use super::Reason;
use crate::market::Action;
use crate::units::{Cash, Price, Quantity};

/// What is believed of a contract when its quotes are decided.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Belief {
    /// The fair YES price, dollars.
    pub fair: f64,
    /// The standard deviation of the log-odds.
    pub sd: f64,
    /// The belief volatility, log-odds per square root of a year.
    pub sigma_b: f64,
    /// The standardised innovation of the last print.
    pub z: f64,
    /// The posterior probability that the last print was a stray or a jump, as of that print.
    pub alarm: f64,
}

/// Something that happened.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Event<'a> {
    /// A contract's belief changed: a batch of prints was filtered.
    Belief {
        /// The contract's place in the event.
        contract: usize,
        /// What is believed now.
        belief: Belief,
    },
    /// As [`Self::Belief`], from who has made the beliefs of the event agree already: one [`super::Agreement`] serves many
    /// quoters. The other contracts' beliefs are those told before.
    Agreed {
        /// The contract's place in the event.
        contract: usize,
        /// What is believed now.
        belief: Belief,
        /// What the agreement's probabilities are then, by contract.
        probabilities: &'a [f64],
    },
    /// What is known of the other orders in a contract's book changed. It moves no quote by itself: it bounds the
    /// next ones, as they must rest. Without this event nothing is known and nothing is bounded.
    Book {
        /// The contract's place in the event.
        contract: usize,
        /// The highest bid for YES, of which our asks must stay above.
        bid: Option<Price>,
        /// The lowest offer of YES, of which our bids must stay below.
        ask: Option<Price>,
    },
    /// One of our orders traded, in full or in part.
    Fill {
        /// The contract's place in the event.
        contract: usize,
        /// Whether we bought or sold YES.
        action: Action,
        /// The YES price.
        price: Price,
        /// How many contracts.
        count: Quantity,
    },
    /// The account's state, for the limits on it; a driver that has no account never tells it.
    Account {
        /// The cash that is free.
        balance: Cash,
        /// The cash and the positions at their fair values.
        equity: Cash,
    },
    /// Time passed.
    Tick,
}

/// One side of a quote, at the YES price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quote {
    /// The YES price.
    pub price: Price,
    /// How many contracts.
    pub count: Quantity,
}

/// What should rest in the book for one contract, post-only; a side that is none is cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Quotes {
    /// The bid for YES.
    pub bid: Option<Quote>,
    /// The offer of YES, shown to people as a bid for NO at its complement.
    pub ask: Option<Quote>,
}

/// Replace what rests for a contract by `quotes`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Command {
    /// The contract's place in the event.
    pub contract: usize,
    /// What should rest.
    pub quotes: Quotes,
    /// What made the quotes change.
    pub reason: Reason,
}
