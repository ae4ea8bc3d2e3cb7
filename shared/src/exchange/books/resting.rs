//! An order of ours in a book, and its place among the others of its price.

use super::queue::{Place, QueueModel};
use crate::exchange::OrderId;
use crate::fees::OrderFees;

/// How many millionths of a contract a hundredth is.
const SCALE: i64 = 10_000;

/// What of our order rests.
#[derive(Debug, Clone)]
pub(super) struct Resting<M> {
    pub(super) order: OrderId,
    pub(super) level: u16,
    /// Hundredths of a contract.
    pub(super) left: i64,
    pub(super) traded: i64,
    /// What stands before it, and what stood there when it came, in millionths.
    pub(super) ahead: i64,
    pub(super) joined: i64,
    /// What was traded at its price and has not yet left the level, in hundredths: that is no cancellation.
    pub(super) owed: i64,
    pub(super) memory: M,
    pub(super) fees: Option<OrderFees>,
}

impl<M: Default> Resting<M> {
    /// Returns an order that comes to a level at which so much rests, in hundredths: all of that stands before it.
    pub(super) fn new(order: OrderId, level: usize, left: i64, there: i64) -> Self {
        let ahead = there.saturating_mul(SCALE);
        Self {
            order,
            level: level as u16,
            left,
            traded: 0,
            ahead,
            joined: ahead,
            owed: 0,
            memory: M::default(),
            fees: None,
        }
    }

    /// Sends it to the end of a level's queue.
    pub(super) fn requeue(&mut self, level: usize, there: i64) {
        self.level = level as u16;
        self.ahead = there.saturating_mul(SCALE);
        (self.joined, self.owed, self.memory) = (self.ahead, 0, M::default());
    }

    /// Takes in how much rests at its level, and did before, in hundredths. Of what a snapshot tells nothing is known to
    /// have been traded.
    #[inline]
    pub(super) fn level<Q>(&mut self, queue: &Q, before: i64, now: i64, is_snapshot: bool)
    where
        Q: QueueModel<Memory = M>,
    {
        if is_snapshot {
            self.owed = 0;
        }
        if now >= before {
            if now > before {
                queue.came(&mut self.memory, (now - before) * SCALE);
            }
        } else {
            let gone = before - now;
            let explained = gone.min(self.owed);
            self.owed -= explained;
            let gone = (gone - explained) * SCALE;
            // What rests now of others, without what was traded of it and is still to leave.
            let others = (before - explained - self.owed).max(0) * SCALE;
            let behind = (others - self.ahead).max(0);
            if gone > 0 {
                let ahead = self.ahead;
                let said = queue.gone(&mut self.memory, Place { ahead, behind }, gone);
                self.ahead -= said.max(gone - behind).min(ahead).max(0);
            }
        }
        // No more can stand before it than is there.
        self.ahead = self.ahead.min(now.saturating_mul(SCALE));
    }

    /// Takes in a trade at its price, and how much of it orders of ours before it have left, in hundredths; returns how
    /// many of them reach this order: at most what is left of it.
    #[inline]
    pub(super) fn trade(&mut self, count: i64, left: i64) -> i64 {
        self.owed = self.owed.saturating_add(count);
        let count = left.saturating_mul(SCALE);
        let before = self.ahead.min(count);
        self.ahead -= before;
        // A part of a hundredth can't be traded: what is below a half of it stands before us still.
        let reaches = ((count - before + SCALE / 2) / SCALE).min(self.left);
        if reaches > 0 {
            self.ahead = 0;
        }
        reaches
    }

    /// Takes in that so many hundredths of it were traded.
    #[inline]
    pub(super) const fn fill(&mut self, count: i64) {
        self.left -= count;
        self.traded += count;
    }
}
