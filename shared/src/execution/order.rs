//! One order's life.

use serde::{Deserialize, Serialize};

use super::Error;
use crate::exchange::{OrderId, Request, Verdict};
use crate::risk::{MayFill, Rests};
use crate::units::{Price, Quantity};

/// Where an order is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum OrderState {
    /// On its way to the book.
    Placing,
    /// In the book, with nothing on its way.
    Resting,
    /// In the book; an amendment is on its way.
    Amending {
        /// The price it will have.
        price: Price,
        /// The contracts it will be for.
        total: Quantity,
    },
    /// In the book; a cancellation is on its way.
    Cancelling,
    /// A command was not answered: until the exchange says what rests, it counts for the most that it may be.
    Unknown {
        /// The price it has if the command was carried out.
        price: Price,
        /// The contracts it is for if the command was carried out.
        total: Quantity,
        /// Whether it was in the book before.
        rested: bool,
    },
    /// Out of the book.
    Done,
}

/// An order that may trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Working {
    /// Our number of it.
    pub id: OrderId,
    /// The YES price that it has at the exchange, as far as was heard.
    pub price: Price,
    /// How many contracts it is for, those that it has traded included.
    pub total: Quantity,
    /// How many of them have traded.
    pub traded: Quantity,
    /// Where it is in its life.
    pub state: OrderState,
}

impl Working {
    /// Returns an order that has just been sent.
    pub(super) const fn placed(id: OrderId, price: Price, count: Quantity) -> Self {
        Self { id, price, total: count, traded: Quantity::ZERO, state: OrderState::Placing }
    }

    /// Returns an order that an earlier run has left resting: the exchange has yet to say how it is.
    pub(super) const fn adopted(id: OrderId, price: Price, total: Quantity, traded: Quantity) -> Self {
        let state = OrderState::Unknown { price, total, rested: true };
        Self { id, price, total, traded, state }
    }

    /// Returns how many contracts may still trade, whatever is on its way.
    pub fn exposed(&self) -> Quantity {
        let most = match self.state {
            OrderState::Amending { total, .. } | OrderState::Unknown { total, .. } => self.total.max(total),
            _ => self.total,
        };
        most.checked_sub(self.traded).unwrap_or(Quantity::ZERO)
    }

    /// Returns what may still trade and at what prices, whatever is on its way.
    pub fn may_fill(&self) -> MayFill {
        let left = |total: Quantity| total.checked_sub(self.traded).unwrap_or(Quantity::ZERO);
        let rests = (self.price, left(self.total));
        let moves = match self.state {
            OrderState::Amending { price, total } | OrderState::Unknown { price, total, .. } => {
                (price, left(total))
            }
            _ => rests,
        };
        MayFill { rests, moves, ..MayFill::NOTHING }
    }

    /// Returns what rests, for what may take its place.
    #[inline]
    pub fn rests(&self) -> Rests {
        match self.state {
            OrderState::Resting => Rests::Order(self.price, self.exposed()),
            _ => Rests::Busy,
        }
    }

    /// Returns the request that makes the order rest as `count` contracts at `price`; none if it does already, or if an
    /// answer must come first.
    #[inline]
    pub(super) fn move_to(&mut self, price: Price, count: Quantity) -> Option<Request> {
        if self.state != OrderState::Resting {
            return None;
        }
        let total = self.traded.checked_add(count)?;
        if price == self.price && total == self.total {
            return None;
        }
        self.state = OrderState::Amending { price, total };
        Some(Request::Amend { price, total })
    }

    /// Returns the request that takes the order out of the book; none if an answer must come first.
    #[inline]
    pub(super) fn cancel(&mut self) -> Option<Request> {
        (self.state == OrderState::Resting).then(|| {
            self.state = OrderState::Cancelling;
            Request::Cancel
        })
    }

    /// Takes in the answer to what is on its way, and returns where the order is then.
    #[inline]
    pub(super) fn answered(&mut self, verdict: Verdict) -> OrderState {
        let placing = matches!(self.state, OrderState::Placing | OrderState::Unknown { rested: false, .. });
        self.state = match (verdict, self.state) {
            (Verdict::Gone, _) => OrderState::Done,
            (Verdict::Rejected, _) if placing => OrderState::Done,
            (
                Verdict::Resting,
                OrderState::Amending { price, total } | OrderState::Unknown { price, total, .. },
            ) => {
                (self.price, self.total) = (price, total);
                OrderState::Resting
            }
            // Of an order that has traded all it was for, the exchange knows nothing any more.
            (Verdict::Resting | Verdict::Rejected, _) if self.traded >= self.total => OrderState::Done,
            (Verdict::Resting | Verdict::Rejected, _) => OrderState::Resting,
            (Verdict::Unknown, OrderState::Amending { price, total }) => {
                OrderState::Unknown { price, total, rested: true }
            }
            (Verdict::Unknown, unknown @ OrderState::Unknown { .. }) => unknown,
            (Verdict::Unknown, _) => {
                OrderState::Unknown { price: self.price, total: self.total, rested: !placing }
            }
        };
        if self.state == OrderState::Resting && self.traded >= self.total {
            self.state = OrderState::Done;
        }
        self.state
    }

    /// Takes in a fill, and returns where the order is then: done only if nothing about it is on its way.
    ///
    /// # Errors
    ///
    /// Returns [`Error::Overfilled`] if it has traded more than it was for.
    #[inline]
    pub(super) fn fill(&mut self, count: Quantity) -> Result<OrderState, Error> {
        let left = self.exposed().checked_sub(count);
        let traded = left.and_then(|_| self.traded.checked_add(count));
        self.traded = traded.ok_or(Error::Overfilled { order: self.id })?;
        Ok(if self.state == OrderState::Resting && self.traded >= self.total {
            OrderState::Done
        } else {
            self.state
        })
    }
}
