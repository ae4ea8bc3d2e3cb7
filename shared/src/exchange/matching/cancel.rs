//! Orders that are taken back, made smaller, or end.

use super::links::{Of, Slot};
use super::orders::less;
use super::{AccountNumber, Matching, Order, OrderNumber, OrderState, Reason, Refusal, What};
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
            self.tell(What::Order { order: self.slots[slot].clone(), reason: Reason::Decreased });
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
        self.level(slot, -gone);
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
        self.level(slot, -self.slots[slot].left.hundredths());
        self.unlink(slot);
        let order = &mut self.slots[slot];
        (order.left, order.state, order.updated) = (Quantity::ZERO, OrderState::Cancelled, self.now);
        let order = order.clone();
        self.tell(What::Order { order, reason });
        self.slots.remove(slot);
    }

    /// Puts an order into all lists, and reserves what it needs; what rests at its price is not changed yet.
    pub(super) fn link(&mut self, order: Order) -> Slot {
        let (now, left) = (self.now, order.left.hundredths());
        if let Some(expires) = order.expires {
            self.expiries.insert((expires, order.number));
            self.quiet_until = self.quiet_until.min(expires);
        }
        self.groups.note(&order);
        let (market, action, own, account) = (order.market, order.action, order.own_price(), order.account);
        let slot = self.slots.insert(order);
        if let Some(market) = self.markets.get_mut(market) {
            market.book.half_mut(action).push(own, &mut self.slots, slot);
        }
        if let Some(account) = self.accounts.get_mut(account.0) {
            account.resting += 1;
            account.hold(market, now).orders.push(Of::Owner, &mut self.slots, slot);
        }
        self.reserve(slot, left);
        slot
    }

    /// Takes a resting order out of all lists, and frees what it reserves; what rests at its price is not changed, and the
    /// order itself is still there.
    pub(super) fn unlink(&mut self, slot: Slot) {
        self.reserve(slot, -self.slots[slot].left.hundredths());
        let order = &self.slots[slot];
        let (market, action, own, account) = (order.market, order.action, order.own_price(), order.account);
        if let Some(market) = self.markets.get_mut(market) {
            market.book.half_mut(action).remove(own, &mut self.slots, slot);
        }
        if let Some(account) = self.accounts.get_mut(account.0) {
            account.resting -= 1;
            if let Some(holding) = account.holding_mut(market) {
                holding.orders.remove(Of::Owner, &mut self.slots, slot);
            }
        }
        let order = &self.slots[slot];
        if let Some(expires) = order.expires {
            self.expiries.remove(&(expires, order.number));
        }
        self.groups.forget(order);
    }

    /// Changes what rests at an order's price, and says so.
    pub(super) fn level(&mut self, slot: Slot, change: i64) {
        if change == 0 {
            return;
        }
        let &Order { market, action: side, price, number, account, .. } = &self.slots[slot];
        let own = self.slots[slot].own_price();
        if let Some(listed) = self.markets.get_mut(market) {
            listed.book.half_mut(side).change(own, change);
        }
        self.tell(What::Level { market, side, price, change, order: number, account });
    }

    /// Reserves what an account's orders need after one of them has become larger or smaller by hundredths of a contract.
    pub(super) fn reserve(&mut self, slot: Slot, change: i64) {
        let order = &self.slots[slot];
        let Some(account) = self.accounts.get_mut(order.account.0) else { return };
        let Some(holding) = account.holding_mut(order.market) else { return };
        holding.side_mut(order.action).change((order.own_price(), change));
        let more = holding.refresh(order.action);
        account.reserved += more;
    }
}
