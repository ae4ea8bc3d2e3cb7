//! Orders that are changed.

use super::orders::{MOST, less};
use super::place::Arrival;
use super::{AccountNumber, Amendment, Matching, OrderNumber, Placed, Reason, Refusal, TimeInForce};
use crate::units::{Cash, Quantity, Timestamp};

impl Matching {
    /// Changes a resting order. It keeps its place in the queue if it only shrinks or ends at another time; else it goes
    /// behind the others of its price, and may trade. If it may trade no more than it has, it is taken out.
    ///
    /// # Errors
    ///
    /// Refuses a change whole; the order then rests as it did.
    pub fn amend(
        &mut self,
        now: Timestamp,
        account: AccountNumber,
        number: OrderNumber,
        change: &Amendment,
    ) -> Result<Placed, Refusal> {
        self.advance(now);
        self.may_place()?;
        let slot = self.owned(account, number)?;
        let before = &self.slots[slot];
        let market = self.tradable(before.market)?;
        // What rests keeps its price, even if the grid is another one since.
        if change.price != before.price {
            market.check(change.price)?;
        }
        if change.total.hundredths() > MOST * 100 {
            return Err(Refusal::Count);
        }
        if change.expires.flatten().is_some_and(|expires| expires <= self.now) {
            return Err(Refusal::Expiry);
        }
        let left = less(change.total, before.filled);
        if left.is_zero() {
            self.take_out(slot, Reason::Amended);
            let (worth, fees) = (Cash::ZERO, Cash::ZERO);
            return Ok(Placed { order: number, filled: Quantity::ZERO, left, worth, fees });
        }
        let expires = change.expires.unwrap_or(before.expires());
        if change.price != before.price || left > before.left {
            let mut order = before.clone();
            (order.price, order.left, order.updated) = (change.price, left, self.now);
            order.end_at(expires);
            let arrival = Arrival {
                most: left,
                time_in_force: TimeInForce::GoodTillCancelled,
                before: Some(slot),
                reason: Reason::Amended,
            };
            return self.take_in(&mut order, &arrival);
        }
        if expires != before.expires() {
            if before.expires().is_some() {
                self.expiries.remove(slot);
            }
            self.slots[slot].end_at(expires);
            self.note_end(slot);
        }
        self.shrink(slot, left);
        self.tell_order(slot, Reason::Amended);
        Ok(Placed::untouched(&self.slots[slot]))
    }
}
