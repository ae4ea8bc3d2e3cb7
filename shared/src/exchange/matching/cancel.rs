//! Orders that are taken back, made smaller, or end.

use super::links::{Of, Slot};
use super::orders::less;
use super::seat::Seat;
use super::{AccountNumber, Matching, Order, OrderNumber, OrderState, Reason, Refusal};
use crate::units::{Quantity, Timestamp};

impl Matching {
    /// Takes an account's order out of the book and returns how many contracts were left of it.
    ///
    /// # Errors
    ///
    /// Refuses an order that the account has not resting: it may never have been, or be gone.
    pub fn cancel(
        &mut self,
        now: Timestamp,
        account: AccountNumber,
        number: OrderNumber,
    ) -> Result<Quantity, Refusal> {
        self.advance(now);
        self.may_cancel()?;
        let slot = self.owned(account, number)?;
        let left = self.slots[slot].left;
        self.take_out(slot, Reason::Cancelled);
        Ok(left)
    }

    /// Makes an account's order smaller, so that `to` contracts are left of it, and returns those. It keeps its place in the
    /// queue; one of which none are left is cancelled. Like a cancellation it is taken while trading is paused.
    ///
    /// # Errors
    ///
    /// Refuses an order that the account has not resting, and to leave more than there is.
    pub fn decrease(
        &mut self,
        now: Timestamp,
        account: AccountNumber,
        number: OrderNumber,
        to: Quantity,
    ) -> Result<Quantity, Refusal> {
        self.advance(now);
        self.may_cancel()?;
        let slot = self.owned(account, number)?;
        let left = self.slots[slot].left;
        if to > left {
            return Err(Refusal::Increase);
        }
        if to.is_zero() {
            self.take_out(slot, Reason::Decreased);
        } else if to < left {
            self.shrink(slot, to);
            self.tell_order(slot, Reason::Decreased);
        }
        Ok(to)
    }

    /// Returns where an account's order rests.
    pub(super) fn owned(&self, account: AccountNumber, number: OrderNumber) -> Result<Slot, Refusal> {
        let slot = self.slots.find(number).filter(|slot| self.slots[*slot].account == account);
        slot.ok_or(Refusal::NoSuchOrder)
    }

    /// Makes a resting order smaller where it is.
    pub(super) fn shrink(&mut self, slot: Slot, to: Quantity) {
        let order = &mut self.slots[slot];
        let gone = less(order.left, to).hundredths();
        (order.left, order.updated) = (to, self.now);
        if gone == 0 {
            return;
        }
        let (market, action, own) = (order.market, order.action, order.own_price());
        if let Some(market) = self.markets.get_mut(market) {
            market.book.half_mut(action).change(own, -gone);
        }
        self.tell_level(slot, -gone);
        self.reserve(slot, -gone);
    }

    /// Cancels resting orders.
    pub(super) fn take_out_all(&mut self, orders: &[OrderNumber], reason: Reason) {
        for order in orders {
            if let Some(slot) = self.slots.find(*order) {
                self.take_out(slot, reason);
            }
        }
    }

    /// Cancels a resting order.
    pub(super) fn take_out(&mut self, slot: Slot, reason: Reason) {
        self.tell_level(slot, -self.slots[slot].left.hundredths());
        self.unlink(slot);
        let order = &mut self.slots[slot];
        (order.left, order.state, order.updated) = (Quantity::ZERO, OrderState::Cancelled, self.now);
        self.tell_order(slot, reason);
        self.slots.remove(slot);
    }

    /// Puts an order into all lists of what rests, and reserves what it needs.
    pub(super) fn link(&mut self, order: &Order, seat: Seat) -> Slot {
        self.groups.note(order);
        let slot = self.slots.insert(order, seat);
        self.note_end(slot);
        let (own, left) = (order.own_price(), order.left.hundredths());
        if let Some(market) = self.markets.get_mut(order.market) {
            market.book.half_mut(order.action).push(own, &mut self.slots, slot, left);
        }
        if let Some(account) = self.accounts.get_mut(order.account.place()) {
            account.resting += 1;
            if let Some(holding) = account.at_mut(seat) {
                holding.orders.push(Of::Owner, &mut self.slots, slot);
                holding.change(order.action, (own, left));
                let more = holding.refresh(order.action, &self.slots);
                account.reserved += more;
            }
        }
        slot
    }

    /// Notes when a resting order ends, if it does so by itself.
    pub(super) fn note_end(&mut self, slot: Slot) {
        let order = &self.slots[slot];
        if let Some(expires) = order.expires() {
            self.expiries.insert(expires, order.number, slot);
            self.quiet_until = self.quiet_until.min(expires);
        }
    }

    /// Takes a resting order out of all lists, and frees what it reserves; the order itself is still there.
    pub(super) fn unlink(&mut self, slot: Slot) {
        let seat = self.slots.seat(slot);
        let order = &self.slots[slot];
        let &Order { market, action, account, number, .. } = order;
        let (own, left, group) = (order.own_price(), order.left.hundredths(), order.group());
        if order.expires().is_some() {
            self.expiries.remove(slot);
        }
        if let Some(market) = self.markets.get_mut(market) {
            market.book.half_mut(action).remove(own, &mut self.slots, slot, left);
        }
        if let Some(account) = self.accounts.get_mut(account.place()) {
            account.resting -= 1;
            if let Some(holding) = account.at_mut(seat) {
                holding.orders.remove(Of::Owner, &mut self.slots, slot);
                if left != 0 {
                    holding.change(action, (own, -left));
                    let more = holding.refresh(action, &self.slots);
                    account.reserved += more;
                }
            }
        }
        if let Some(group) = group {
            self.groups.forget(group, number);
        }
    }

    /// Reserves what an account's orders need after one of them has become larger or smaller by hundredths of a contract.
    fn reserve(&mut self, slot: Slot, change: i64) {
        let seat = self.slots.seat(slot);
        let order = &self.slots[slot];
        let (action, own) = (order.action, order.own_price());
        let Some(account) = self.accounts.get_mut(order.account.place()) else { return };
        let Some(holding) = account.at_mut(seat) else { return };
        holding.change(action, (own, change));
        let more = holding.refresh(action, &self.slots);
        account.reserved += more;
    }
}
