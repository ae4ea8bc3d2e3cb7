//! Orders that arrive.

use super::account::parts;
use super::links::Slot;
use super::orders::{MOST, MOST_RESTING};
use super::plan::Plan;
use super::{
    AccountNumber, Market, MarketStatus, Matching, NewOrder, Order, OrderNumber, OrderState, Reason, Refusal,
    TimeInForce, What,
};
use crate::fees::{FeeAccumulator, Membership};
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
        market.listing.grid.check(new.price).map_err(Refusal::OffGrid)?;
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
        let order = Order {
            number: OrderNumber(self.last_order + 1),
            account,
            market: new.market,
            action: new.action,
            price: new.price,
            initial: new.count,
            filled: Quantity::ZERO,
            left: new.count,
            post_only: new.post_only,
            expires: new.expires,
            self_trade: new.self_trade,
            group: new.group,
            cancel_on_pause: new.cancel_on_pause,
            created: self.now,
            updated: self.now,
            state: OrderState::Resting,
            taker_cost: Cash::ZERO,
            maker_cost: Cash::ZERO,
            taker_fees: Cash::ZERO,
            maker_fees: Cash::ZERO,
            held: FeeAccumulator::new(Membership::Direct),
        };
        let arrival =
            Arrival { most, time_in_force: new.time_in_force, before: None, reason: Reason::Placed };
        self.take_in(order, &arrival)
    }

    /// Returns a contract in which an order may be placed.
    pub(super) fn tradable(&self, market: usize) -> Result<&Market, Refusal> {
        let market = self.markets.get(market).ok_or(Refusal::NoSuchMarket)?;
        if market.status == MarketStatus::Open { Ok(market) } else { Err(Refusal::Inactive) }
    }

    /// Finds what an order would do, and does it if that is allowed.
    pub(super) fn take_in(&mut self, order: Order, arrival: &Arrival) -> Result<Placed, Refusal> {
        let mut plan = core::mem::replace(&mut self.plan, Plan::EMPTY);
        let done = self.plan_and_execute(&mut plan, order, arrival);
        self.plan = plan;
        done
    }

    fn plan_and_execute(
        &mut self,
        plan: &mut Plan,
        mut order: Order,
        arrival: &Arrival,
    ) -> Result<Placed, Refusal> {
        let &Arrival { most, time_in_force, before, reason } = arrival;
        self.find_plan(plan, &mut order, most)?;
        let whole = plan.left.is_zero() || plan.stopped == Some(Reason::SelfTrade);
        if time_in_force == TimeInForce::FillOrKill && !whole {
            return Err(Refusal::FillOrKill);
        }
        if most < order.left && plan.left.is_zero() && plan.stopped.is_none() {
            plan.stopped = Some(Reason::ReduceOnly);
        }
        let stays = time_in_force == TimeInForce::GoodTillCancelled;
        let rests = stays && plan.stopped.is_none() && !plan.left.is_zero();
        self.afford(plan, &order, rests, before)?;
        match before {
            Some(slot) => {
                self.level(slot, -self.slots[slot].left.hundredths());
                self.unlink(slot);
                self.slots.remove(slot);
            }
            None => self.last_order += 1,
        }
        Ok(self.execute(order, plan, rests, reason))
    }

    /// Does what was planned.
    fn execute(&mut self, mut order: Order, plan: &Plan, rests: bool, reason: Reason) -> Placed {
        for slot in &plan.cancelled {
            self.take_out(*slot, Reason::SelfTrade);
        }
        let mut placed = Placed::untouched(&order);
        for planned in &plan.trades {
            self.trade(&mut order, planned, &mut placed);
        }
        (placed.left, order.updated) = (order.left, self.now);
        let mut reason = if placed.filled.is_zero() { reason } else { Reason::Traded };
        if rests {
            let slot = self.link(order);
            self.level(slot, placed.left.hundredths());
            self.tell(What::Order { order: self.slots[slot].clone(), reason });
            return placed;
        }
        if !order.left.is_zero() {
            (order.left, placed.left, order.state) = (Quantity::ZERO, Quantity::ZERO, OrderState::Cancelled);
            reason = plan.stopped.unwrap_or(Reason::Cancelled);
        }
        self.tell(What::Order { order, reason });
        placed
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
