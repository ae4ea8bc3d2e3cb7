//! The gate: every limit, once. Nothing reaches an exchange but through it.
//!
//! What is wanted becomes [`Cleared`], which only the gate makes and only [`crate::execution`] takes. What it refuses it
//! refuses with a [`Refusal`]: which limit, where its bound is, what it would have come to, and the order.
//!
//! Invariants, which `tests/maker_limit.rs` and `tests/maker_properties.rs` attack through the whole maker:
//!
//! * No order leaves that is larger than `max_order_size`.
//! * What is held of a contract and what may still fill on one side of it stay within `max_position_per_ticker`, and what the
//!   event loses in its worst outcome, with all that may still fill and its fees, within `max_event_loss`: an order passes only
//!   if that is so whether it fills, fills in part or not. What is on its way counts for the most that it may be.
//! * No order is placed or moved while `max_messages_per_minute` messages were sent within a minute.
//! * No quote would meet the others' best price, our own order on the other side, or be further past the mid of a book that is
//!   evidence than `max_past_mid_cents`.
//! * While a halt, a pause, a catalyst or a reason of [`ClosedFor`] holds, no quote is wanted; what is wanted already is
//!   cancelled at once. Of what a person places by hand ([`Purpose::Hand`]) the same is so but for a pause, and for what brings a
//!   position nearer to zero: that passes.
//! * What a person places by hand never meets the others' best price, nor our own order on the other side.
//! * What brings a position nearer to zero, and no further, passes all of these but the order size: as a quote unless
//!   something halts or closes, and for [`Purpose::Reduce`] always.
//! * A cancel is never asked for here: it always passes, and counts as a message.
//! * A limit binds at its bound: what comes to exactly that passes, and a hundredth more doesn't. A loss of the day halts as
//!   soon as it is reached, and the floor only below it.

mod bounds;
mod carried;
mod checks;
mod closed;
mod evidence;
mod halt;
mod messages;
mod order;
mod refusal;
mod settings;
mod standing;
mod worst;

pub use bounds::Bounds;
pub use carried::{Carried, Day, EventSoFar};
pub use closed::{ClosedFor, Closures};
pub use evidence::{Book, Evidence};
pub use halt::{Halt, Halts};
pub use order::{Cleared, Order, Place, Purpose, Rests};
pub use refusal::{Limit, Refusal};
pub use settings::{EquityAt, Limits, LossFrom};
pub use standing::Standing;
pub use worst::{Charged, Exposure, MayFill, Outcomes, Stake};

use serde::{Deserialize, Serialize};

use self::messages::Messages;
use crate::units::{Cash, Quantity, Timestamp};

/// The limits, and what is known of the account that they apply to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gate {
    bounds: Bounds,
    halts: Halts,
    /// What the event began with.
    start: Cash,
    messages: Messages,
}

impl Gate {
    /// Returns the gate of an account that has `equity` and has lost nothing yet.
    pub fn new(bounds: Bounds, equity: Cash) -> Self {
        Self { bounds, halts: Halts::new(equity), start: equity, messages: Messages::default() }
    }

    /// Takes other limits. A halt that has begun lasts as long as it was said to; the messages of a minute count from when
    /// they are limited.
    pub fn set_bounds(&mut self, bounds: Bounds) {
        self.bounds = bounds;
        if bounds.max_messages.is_none() {
            self.messages = Messages::default();
        }
    }

    /// Returns the limits as numbers.
    #[inline]
    pub const fn bounds(&self) -> &Bounds {
        &self.bounds
    }

    /// Takes note that the account began with `equity` and has lost nothing yet: what was taken for it before was not known.
    pub fn begin(&mut self, equity: Cash) {
        self.start = equity;
        self.halts.begin(equity);
    }

    /// Returns what the event began with, which its loss counts from.
    pub const fn start(&self) -> Cash {
        self.start
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

    /// Takes note that so many messages were sent at `now`, whatever they ask for.
    #[inline]
    pub fn note_sent(&mut self, now: Timestamp, messages: usize) {
        if self.bounds.max_messages.is_some() {
            self.messages.note(now, messages);
        }
    }

    /// Returns when another message may be sent, if none may at `now`.
    pub fn room_for_messages(&self, now: Timestamp) -> Option<Timestamp> {
        self.messages.room_at(now, self.bounds.max_messages?)
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

    /// Returns as much of an order as may rest. `exposure` is asked for only where the event's loss is limited.
    ///
    /// # Errors
    ///
    /// Returns the [`Refusal`] if nothing may.
    #[inline]
    pub fn clear(
        &self,
        now: Timestamp,
        order: &Order,
        place: &Place,
        exposure: impl FnOnce() -> Exposure,
    ) -> Result<Cleared, Refusal> {
        let exposed =
            place.position.towards(order.action).hundredths().saturating_add(place.others.hundredths());
        let count = order.count.min(self.bounds.max_order);
        if count.is_zero() {
            return Err(self.refuse(order, Limit::OrderSize));
        }
        // What brings the position nearer to zero, and no further.
        let lessens = Quantity::saturating(exposed.saturating_neg()).min(count);
        let cleared = |count| Cleared { price: order.price, count };
        if order.purpose == Purpose::Reduce {
            let refusal = || Refusal::new(order, Limit::Reduces, (0, exposed));
            return if lessens.is_zero() { Err(refusal()) } else { Ok(cleared(lessens)) };
        }
        let is_by_hand = order.purpose == Purpose::Hand;
        if is_by_hand {
            self.rests(order, place)?;
        }
        let halt = if is_by_hand { self.halts.unpaused_at(now) } else { self.halted(now) };
        let halt = halt.map(Limit::from).or((!place.closures.is_empty()).then_some(Limit::Closed));
        if let Some(limit) = halt {
            let passes = is_by_hand && !lessens.is_zero();
            return if passes { Ok(cleared(lessens)) } else { Err(self.refuse(order, limit)) };
        }
        if lessens == count {
            return Ok(cleared(count));
        }
        match self.within(now, (order, count), exposed, place, exposure) {
            Ok(count) => Ok(cleared(count)),
            Err(refusal) if lessens.is_zero() => Err(refusal),
            Err(_) => Ok(cleared(lessens)),
        }
    }
}

#[cfg(test)]
mod tests;
