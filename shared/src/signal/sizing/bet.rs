//! What sizes are asked of, and the answer.

use super::order::{Nothing, Order};
use crate::fees::Quotes;
use crate::market::Position;
use crate::units::{Cash, Quantity};

/// One contract.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bet {
    /// The probability that YES comes true.
    pub fair: f64,
    /// Its standard error; zero where it is taken as known.
    pub error: f64,
    /// Whether it may be traded at all: not where its fair value is its price's, or is too near it.
    pub is_signal: bool,
    /// The best prices of YES.
    pub quotes: Quotes,
    /// What is held of it.
    pub position: Position,
}

/// What there is to play with, and the limits on single contracts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Account {
    /// The money that is free.
    pub cash: Cash,
    /// The most contracts of one order; any number if there is no limit.
    pub max_order: Option<Quantity>,
    /// The greatest position in a contract, either way; any if there is no limit.
    pub max_position: Option<Quantity>,
}

/// What to do about one contract.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sized {
    /// What to buy, or why nothing.
    pub order: Result<Order, Nothing>,
    /// The best number of contracts, before it was made whole: of YES, or if negative of NO.
    pub best: f64,
}

/// What to buy of an event.
#[derive(Debug, Clone, PartialEq)]
pub struct Sizing {
    /// What to do about each contract, in their order.
    pub contracts: Vec<Sized>,
    /// What the fair values' errors left of the fraction, from 0 to 1.
    pub shrink: f64,
    /// By what the orders, fees exact, raise the expected logarithm of what is not put aside.
    pub growth: f64,
    /// What the best portfolio in parts of contracts would raise it by.
    pub best_growth: f64,
    /// No portfolio raises it by more than `best_growth + gap`.
    pub gap: f64,
    /// What the account is worth in dollars: the money, and what is held at what it would cost now.
    pub worth: f64,
}
