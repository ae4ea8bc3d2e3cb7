//! Why nothing may be quoted, of a contract or of all, although a person wants it: what can't be seen or relied on.

use super::trading::Trading;
use crate::risk::ClosedFor;
use crate::units::Timestamp;

/// How long nothing may have been heard of the exchange, by how much clocks may differ, and for how long it may not be known
/// what became of an order, in microseconds. The exchange says something every ten seconds.
const SILENCE: i64 = 25_000_000;
const SKEW: i64 = 2_000_000;
const UNKNOWN: i64 = 30_000_000;

/// What closes a contract, by its place, or all of them.
pub(super) type Closure = (Option<usize>, ClosedFor);

/// What is known of what closes a desk.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Closed {
    silence: i64,
    skew: i64,
    /// What the account has otherwise than was reckoned: both sides, in words.
    pub(super) drift: Option<String>,
}

impl Closed {
    /// Takes note of how long nothing was heard.
    pub(super) const fn silent(&mut self, micros: i64) {
        self.silence = micros;
    }

    /// Returns by how much the exchange's clock was last seen to be ahead, in microseconds.
    pub(super) const fn skew(&self) -> i64 {
        self.skew
    }

    /// Takes note of by how much the exchange's clock is ahead.
    pub(super) const fn skewed(&mut self, micros: i64) {
        self.skew = micros;
    }

    /// Returns all that closes at `now`.
    pub(super) fn closures(&self, now: Timestamp, trading: &Trading) -> Vec<Closure> {
        let unseen = trading.contracts.iter().enumerate().filter(|(_, contract)| !contract.book.is_known());
        let mut closures: Vec<Closure> = unseen.map(|(place, _)| (Some(place), ClosedFor::FeedGap)).collect();
        let is_old = |since: Timestamp| now.micros_since(since) > UNKNOWN;
        let unknown = trading.orders.all().filter(|live| live.unknown.is_some_and(is_old));
        closures.extend(unknown.map(|live| (Some(live.place), ClosedFor::UnknownOrders)));
        let all = [
            (self.drift.is_some(), ClosedFor::Drift),
            (self.silence > SILENCE, ClosedFor::StaleBook),
            (self.skew.abs() > SKEW, ClosedFor::Clock),
        ];
        closures.extend(all.into_iter().filter(|(holds, _)| *holds).map(|(_, why)| (None, why)));
        closures.sort_unstable();
        closures.dedup();
        closures
    }

    /// Says why nothing at all may be quoted, if so.
    pub(super) fn why(&self, trading: &Trading) -> Option<String> {
        if let Some(drift) = &self.drift {
            return Some(drift.clone());
        }
        if self.silence > SILENCE {
            return Some(format!("Nothing was heard of the exchange for {} s.", self.silence / 1_000_000));
        }
        if self.skew.abs() > SKEW {
            return Some(format!(
                "The exchange's clock differs from ours by {} ms: orders would end at other times than they are to.",
                self.skew / 1_000
            ));
        }
        (!trading.contracts.iter().any(|contract| contract.book.is_known()))
            .then(|| "No book is here yet.".to_owned())
    }

    /// Says which contracts are closed, while others are quoted; nothing where none is.
    pub(super) fn some(&self, now: Timestamp, trading: &Trading) -> String {
        let mut closures = self.closures(now, trading);
        closures.extend(trading.without_fair_value().map(|place| (Some(place), ClosedFor::NoFairValue)));
        let texts: Vec<String> = closures
            .iter()
            .filter_map(|(place, why)| {
                let contract = trading.contracts.get((*place)?)?;
                let text = match why {
                    ClosedFor::UnknownOrders => "what became of an order is not known",
                    ClosedFor::NoFairValue => ClosedFor::NoFairValue.text(),
                    _ => "its book is not here",
                };
                Some(format!("Nothing is quoted of {}: {text}.", contract.name))
            })
            .collect();
        texts.join(" ")
    }

    /// Returns when that may change as time passes.
    pub(super) fn due(now: Timestamp, unknown: Option<Timestamp>) -> Option<Timestamp> {
        unknown?.checked_add_micros(UNKNOWN + 1).filter(|at| *at > now)
    }
}
