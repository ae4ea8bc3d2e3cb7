//! What an arriving order would do, found before anything is changed: so it is done whole or refused.

use super::Reason;
use super::group::Counted;
use super::links::Slot;
use super::reserve::Change;
use crate::market::Position;
use crate::units::{Cash, Price, Quantity};

/// What an arriving order would do.
#[derive(Debug, Clone, Default)]
pub(super) struct Plan {
    /// The trades, in order.
    pub(super) trades: Vec<Planned>,
    /// Resting orders of its own account that are cancelled on the way.
    pub(super) cancelled: Vec<Slot>,
    /// What is left of it then.
    pub(super) left: Quantity,
    /// Why it ends before its time: it meets its own account, or triggers its own group.
    pub(super) stopped: Option<Reason>,
    /// What its account's cash changes by, in microdollars.
    pub(super) cash: i128,
    /// What its account then holds.
    pub(super) position: Position,
    /// What the trades count for groups.
    pub(super) counted: Counted,
    /// What its account's resting orders change by, by action.
    pub(super) changes: [Vec<Change>; 2],
}

/// One trade of a plan.
#[derive(Debug, Clone)]
pub(super) struct Planned {
    pub(super) maker: Slot,
    pub(super) price: Price,
    pub(super) count: Quantity,
    pub(super) taker_fee: Cash,
    pub(super) maker_fee: Cash,
    /// What rounding holds of the maker's fees then.
    pub(super) maker_held: Cash,
}

impl Plan {
    /// Begins anew.
    pub(super) fn clear(&mut self, count: Quantity, position: Position) {
        self.trades.clear();
        self.cancelled.clear();
        (self.left, self.stopped, self.cash, self.position) = (count, None, 0, position);
        self.counted.clear();
    }
}
