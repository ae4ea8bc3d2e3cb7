//! The gate: every limit, once. Nothing reaches an exchange but through it.
//!
//! What is wanted becomes [`Cleared`], which only the gate makes and only [`crate::execution`] takes.

mod closed;
mod halt;
mod settings;

pub use closed::{ClosedFor, Closures};
pub use halt::{Halt, Halts};
pub use settings::Limits;

use serde::{Deserialize, Serialize};

use crate::market::{Action, Position};
use crate::units::{Cash, Price, Quantity, Timestamp};

/// The limits as numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounds {
    /// The most contracts of one order.
    pub max_order: Quantity,
    /// The greatest position in a contract, long or short, that orders may lead to.
    pub max_position: Quantity,
    /// The loss of a day that halts, in thousandths of the equity at 00:00 UTC.
    pub max_loss: i64,
    /// The balance below which nothing is quoted.
    pub floor: Cash,
}

impl Bounds {
    /// Returns the limits as numbers.
    pub fn new(limits: &Limits) -> Self {
        Self {
            max_order: limits.max_order_size,
            max_position: limits.max_position_per_ticker,
            max_loss: limits.max_daily_loss_pct.units(),
            floor: limits.min_balance_floor_cents,
        }
    }
}

/// A price and a number of contracts that may rest: it passed every limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cleared {
    price: Price,
    count: Quantity,
}

impl Cleared {
    /// Returns the YES price.
    pub const fn price(self) -> Price {
        self.price
    }

    /// Returns how many contracts.
    pub const fn count(self) -> Quantity {
        self.count
    }
}

/// Why an order may not rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The account is halted.
    Halted(Halt),
    /// The position limit leaves no room on this side.
    PositionLimit,
}

/// The limits, and what is known of the account that they apply to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gate {
    bounds: Bounds,
    halts: Halts,
}

impl Gate {
    /// Returns the gate of an account that has `equity` and has lost nothing yet.
    pub fn new(bounds: Bounds, equity: Cash) -> Self {
        Self { bounds, halts: Halts::new(equity) }
    }

    /// Takes other limits. A halt that has begun lasts as long as it was said to.
    pub fn set_bounds(&mut self, bounds: Bounds) {
        self.bounds = bounds;
    }

    /// Takes note of the account at `now`.
    #[inline]
    pub fn observe(&mut self, now: Timestamp, balance: Cash, equity: Cash) {
        self.halts.observe(now, balance, equity, &self.bounds);
    }

    /// Takes note of an account that nothing speaks against, on a day that has begun and while nothing halts it; returns
    /// whether it is one.
    #[inline]
    pub fn passes(&mut self, balance: Cash, equity: Cash) -> bool {
        self.halts.passes(balance, equity, &self.bounds)
    }

    /// Takes note that what may move the event's artists was seen: nothing is to be quoted until `until`.
    pub fn pull(&mut self, until: Timestamp) {
        self.halts.pull(until);
    }

    /// Returns until when nothing is to be quoted for that, if it is so at `now`, whatever else halts.
    pub fn pulled(&self, now: Timestamp) -> Option<Timestamp> {
        self.halts.pulled(now)
    }

    /// Takes note that nothing be quoted from now on, or that it may be again.
    pub fn pause(&mut self, paused: bool) {
        self.halts.pause(paused);
    }

    /// Returns for what nothing of the event is quoted.
    pub const fn closures(&self) -> Closures {
        self.halts.closures
    }

    /// Returns for what nothing of the event is quoted, to be changed.
    pub const fn closures_mut(&mut self) -> &mut Closures {
        &mut self.halts.closures
    }

    /// Returns what halts all quoting at `now`, if anything does.
    #[inline]
    pub fn halted(&self, now: Timestamp) -> Option<Halt> {
        self.halts.at(now)
    }

    /// Returns when a halt ends by itself, after `now`.
    pub fn resumes(&self, now: Timestamp) -> Option<Timestamp> {
        self.halts.resumes(now)
    }

    /// Returns when the account must be shown again although nothing of it has changed: a day or a halt ends.
    pub fn look_again(&self, now: Timestamp) -> Timestamp {
        self.halts.look_again(now)
    }

    /// Returns as much of an order as may rest.
    ///
    /// `others` is what else may still fill on that side: orders that this one doesn't take the place of.
    ///
    /// # Errors
    ///
    /// Returns the [`Refusal`] if nothing may.
    #[inline]
    pub fn clear(
        &self,
        now: Timestamp,
        action: Action,
        (price, count): (Price, Quantity),
        position: Position,
        others: Quantity,
    ) -> Result<Cleared, Refusal> {
        if let Some(halt) = self.halted(now) {
            return Err(Refusal::Halted(halt));
        }
        let exposure = position.towards(action).hundredths().saturating_add(others.hundredths());
        let room = self.bounds.max_position.hundredths().saturating_sub(exposure);
        let count = room.min(count.hundredths()).min(self.bounds.max_order.hundredths());
        match Quantity::from_hundredths(count) {
            Ok(count) if !count.is_zero() => Ok(Cleared { price, count }),
            _ => Err(Refusal::PositionLimit),
        }
    }
}

#[cfg(test)]
mod tests;
