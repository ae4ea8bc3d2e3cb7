//! Orders that arrive.

use super::account::parts;
use super::links::Slot;
use super::orders::{MOST, MOST_RESTING};
use super::plan::Plan;
use super::{
    AccountNumber, Market, MarketStatus, Matching, NewOrder, Order, OrderNumber, OrderState, Reason, Refusal,
    TimeInForce,
};
use crate::units::{Cash, Quantity, Timestamp};

/// What an order that arrived has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// Its number.
    pub order: OrderNumber,
    /// How many contracts it traded on arrival.
    pub filled: Quantity,
    /// How many rest.
    pub left: Quantity,
    /// What those that it traded come to at their YES prices.
    pub worth: Cash,
    /// What they were charged.
    pub fees: Cash,
}

/// How an order arrives.
pub(super) struct Arrival {
    /// The most contracts that it may trade now.
    pub(super) most: Quantity,
    pub(super) time_in_force: TimeInForce,
    /// Where it rested, if it is only changed.
    pub(super) before: Option<Slot>,
    pub(super) reason: Reason,
}

impl Matching {
    /// Takes in an order: lets it trade with what rests, at the prices of what rests, and rest if it may.
    ///
    /// # Errors
    ///
    /// Refuses an order whole, or not at all; a refused one leaves nothing behind.
    pub fn place(
        &mut self,
        now: Timestamp,
        account: AccountNumber,
        new: &NewOrder,
    ) -> Result<Placed, Refusal> {
        self.advance(now);
        self.may_place()?;
        let market = self.tradable(new.market)?;
        market.check(new.price)?;
        if !(1..=MOST * 100).contains(&new.count.hundredths()) {
            return Err(Refusal::Count);
        }
        let stays = new.time_in_force == TimeInForce::GoodTillCancelled;
        if new.expires.is_some_and(|expires| expires <= self.now || !stays) {
            return Err(Refusal::Expiry);
        }
        if new.reduce_only && new.time_in_force != TimeInForce::ImmediateOrCancel {
            return Err(Refusal::ReduceOnly);
        }
        self.may_join(account, new.group)?;
        let owner = self.account(account).ok_or(Refusal::NoSuchAccount)?;
        if stays && owner.resting >= MOST_RESTING {
            return Err(Refusal::TooManyOrders);
        }
        let most = match new.reduce_only {
            true => parts(owner.position(new.market), new.action, new.count).0,
            false => new.count,
        };
        let mut order = Order::new(OrderNumber(self.last_order + 1), account, new, self.now);
        let arrival =
            Arrival { most, time_in_force: new.time_in_force, before: None, reason: Reason::Placed };
        self.take_in(&mut order, &arrival)
    }

    /// Returns a contract in which an order may be placed.
    pub(super) fn tradable(&self, market: usize) -> Result<&Market, Refusal> {
        let market = self.markets.get(market).ok_or(Refusal::NoSuchMarket)?;
        if market.status == MarketStatus::Open { Ok(market) } else { Err(Refusal::Inactive) }
    }

    /// Finds what an order would do, and does it if that is allowed.
    pub(super) fn take_in(&mut self, order: &mut Order, arrival: &Arrival) -> Result<Placed, Refusal> {
        if arrival.time_in_force == TimeInForce::GoodTillCancelled && !self.crosses(order) {
            return self.rest(order, arrival);
        }
        let mut plan = self.plan.take().unwrap_or_default();
        let done = self.plan_and_execute(&mut plan, order, arrival);
        self.plan = Some(plan);
        done
    }

    /// Lets an order rest that trades with nothing: what most orders do, and what a plan would come to.
    fn rest(&mut self, order: &mut Order, arrival: &Arrival) -> Result<Placed, Refusal> {
        self.afford_to_rest(order, arrival.before)?;
        self.begin(arrival.before);
        order.updated = self.now;
        self.link_and_tell(order, arrival.reason);
        Ok(Placed::untouched(order))
    }

    fn plan_and_execute(
        &mut self,
        plan: &mut Plan,
        order: &mut Order,
        arrival: &Arrival,
    ) -> Result<Placed, Refusal> {
        let &Arrival { most, time_in_force, before, reason } = arrival;
        self.find_plan(plan, order, most)?;
        let whole = plan.left.is_zero() || plan.stopped == Some(Reason::SelfTrade);
        if time_in_force == TimeInForce::FillOrKill && !whole {
            return Err(Refusal::FillOrKill);
        }
        if most < order.left && plan.left.is_zero() && plan.stopped.is_none() {
            plan.stopped = Some(Reason::ReduceOnly);
        }
        let stays = time_in_force == TimeInForce::GoodTillCancelled;
        let rests = stays && plan.stopped.is_none() && !plan.left.is_zero();
        self.afford(plan, order, rests, before)?;
        self.begin(before);
        Ok(self.execute(order, plan, rests, reason))
    }

    /// Takes an order that is allowed out of where it rested `before`, or counts it if it is new.
    fn begin(&mut self, before: Option<Slot>) {
        let Some(slot) = before else {
            self.last_order += 1;
            return;
        };
        self.tell_level(slot, -self.slots[slot].left.hundredths());
        self.unlink(slot);
        self.slots.remove(slot);
    }

    /// Does what was planned.
    fn execute(&mut self, order: &mut Order, plan: &Plan, rests: bool, reason: Reason) -> Placed {
        for slot in &plan.cancelled {
            self.take_out(*slot, Reason::SelfTrade);
        }
        let mut placed = Placed::untouched(order);
        if !plan.trades.is_empty() {
            self.trade_all(order, &plan.trades, &mut placed);
        }
        (placed.left, order.updated) = (order.left, self.now);
        let mut reason = if placed.filled.is_zero() { reason } else { Reason::Traded };
        if rests {
            self.link_and_tell(order, reason);
            return placed;
        }
        if !order.left.is_zero() {
            (order.left, placed.left, order.state) = (Quantity::ZERO, Quantity::ZERO, OrderState::Cancelled);
            reason = plan.stopped.unwrap_or(Reason::Cancelled);
        }
        self.tell_gone(order, reason);
        placed
    }

    /// Puts an order where it rests from now on, reserves what it needs, and tells it.
    fn link_and_tell(&mut self, order: &Order, reason: Reason) {
        let Some(account) = self.accounts.get_mut(order.account.place()) else { return };
        let seat = account.take_seat(order.market, self.now);
        let slot = self.link(order, seat);
        self.tell_level(slot, order.left.hundredths());
        self.tell_order(slot, reason);
    }
}

impl Placed {
    /// Returns what an order that did nothing on arrival has come to.
    pub(super) const fn untouched(order: &Order) -> Self {
        Self {
            order: order.number,
            filled: Quantity::ZERO,
            left: order.left,
            worth: Cash::ZERO,
            fees: Cash::ZERO,
        }
    }
}
