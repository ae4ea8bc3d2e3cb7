//! From listeners to edge: what an event's contracts are worth by the nowcast, what the market asks, and what follows.
//!
//! [`evaluate()`] puts an event's artists, counts and quotes together into one [`Signal`] a contract: a line of the
//! signal log. The same inputs give the same line; no line sends an order. [`sizing`] says how much of what to
//! buy, and [`backtest`] what that would have earned.

pub mod backtest;
mod decision;
mod evaluate;
mod interval;
pub mod leader_strike;
mod line;
mod opened;
mod question;
mod record;
mod row;
mod sized;
pub mod sizing;

pub use crate::nowcast::calibration;
pub use decision::{Action, Decision, MarketPrice, PriceBasis, Quote, THRESHOLD, decide};
pub use evaluate::evaluate;
pub use question::{Candidate, Overrides, Question};
pub use record::{FairBasis, MarketType, Signal, StrikeBasis};
pub use row::{SignalLog, SignalRow};
pub use sized::Stake;

#[cfg(test)]
mod tests;
