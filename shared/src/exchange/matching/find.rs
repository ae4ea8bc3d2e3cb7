//! Finding what an arriving order would do, and whether its account can pay for that.

use super::account::{against, flow, parts};
use super::book::meets;
use super::links::Slot;
use super::orders::{less, own_price};
use super::plan::{Plan, Planned};
use super::refusal::too_much;
use super::reserve::Side;
use super::{Matching, Order, Reason, Refusal, SelfTrade};
use crate::fees::{FeeAccumulator, FeeRule, FeeSchedule, Fill, OrderFees, Role};
use crate::market::Action;
use crate::units::{Cash, Quantity};

/// Returns what a fill is charged.
fn fee(schedule: FeeSchedule, held: &mut FeeAccumulator, fill: &Fill) -> Result<Cash, Refusal> {
    let mut fees = OrderFees::resumed(schedule, *held);
    let charged = fees.fill(fill).map_err(Refusal::TooMuch)?;
    *held = fees.accumulator();
    Ok(charged.net)
}

/// Returns the other action.
const fn opposite(action: Action) -> Action {
    match action {
        Action::Buy => Action::Sell,
        Action::Sell => Action::Buy,
    }
}

impl Matching {
    /// Finds what `order` would do with `count` contracts to trade, and leaves in it what rounding would then hold of its
    /// fees.
    pub(super) fn find_plan(
        &self,
        plan: &mut Plan,
        order: &mut Order,
        count: Quantity,
    ) -> Result<(), Refusal> {
        let market = self.markets.get(order.market).ok_or(Refusal::NoSuchMarket)?;
        let account = self.accounts.get(order.account.0).ok_or(Refusal::NoSuchAccount)?;
        plan.clear(count, account.position(order.market));
        let own = order.own_price();
        let half = market.book.half(opposite(order.action));
        if !half.best().is_some_and(|best| meets(own, best)) {
            return Ok(());
        }
        if order.post_only {
            return Err(Refusal::PostOnlyCross);
        }
        let rule = FeeRule::at(self.now);
        for (theirs, queue) in half.queues(&self.slots) {
            if !meets(own, theirs) {
                break;
            }
            let price = own_price(opposite(order.action), theirs);
            for slot in queue {
                if plan.left.is_zero() || plan.stopped.is_some() {
                    return Ok(());
                }
                let fill = |role, action, count| Fill { rule, role, action, price, count };
                self.meet(plan, order, slot, &market.listing.fees, fill)?;
            }
        }
        Ok(())
    }

    /// Finds what becomes of an order at the next one that rests.
    fn meet(
        &self,
        plan: &mut Plan,
        order: &mut Order,
        slot: Slot,
        schedule: &FeeSchedule,
        fill: impl Fn(Role, Action, Quantity) -> Fill,
    ) -> Result<(), Refusal> {
        let resting = &self.slots[slot];
        if self.would_be_triggered(&plan.counted, resting.group) {
            // A trade of this plan takes it out.
            return Ok(());
        }
        if resting.account == order.account {
            match order.self_trade {
                SelfTrade::TakerAtCross => plan.stopped = Some(Reason::SelfTrade),
                SelfTrade::Maker => plan.cancelled.push(slot),
            }
            return Ok(());
        }
        let count = resting.left.min(plan.left);
        let mut maker_held = resting.held;
        let taker_fee = fee(*schedule, &mut order.held, &fill(Role::Taker, order.action, count))?;
        let maker_fee = fee(*schedule, &mut maker_held, &fill(Role::Maker, resting.action, count))?;
        let (closing, opening) = parts(plan.position, order.action, count);
        plan.position =
            plan.position.checked_after(order.action, count).ok_or_else(|| too_much("position"))?;
        plan.cash += i128::from(flow(order.action, resting.price, closing, opening).microdollars());
        plan.cash -= i128::from(taker_fee.microdollars());
        plan.left = less(plan.left, count);
        plan.trades.push(Planned {
            maker: slot,
            price: resting.price,
            count,
            taker_fee,
            maker_fee,
            maker_held,
        });
        self.would_count(&mut plan.counted, resting.group, count);
        if self.would_count(&mut plan.counted, order.group, count) {
            plan.stopped = Some(Reason::Group);
        }
        Ok(())
    }

    /// Checks that the account of `order` can pay for a plan and, if the order then `rests`, for what is left of it, where
    /// the order may have rested `before`.
    ///
    /// What leaves it no poorer is always allowed.
    pub(super) fn afford(
        &self,
        plan: &mut Plan,
        order: &Order,
        rests: bool,
        before: Option<Slot>,
    ) -> Result<(), Refusal> {
        let account = self.accounts.get(order.account.0).ok_or(Refusal::NoSuchAccount)?;
        plan.changes.iter_mut().for_each(Vec::clear);
        for slot in plan.cancelled.iter().copied().chain(before) {
            let gone = &self.slots[slot];
            plan.changes[gone.action as usize].push((gone.own_price(), -gone.left.hundredths()));
        }
        if rests {
            plan.changes[order.action as usize].push((order.own_price(), plan.left.hundredths()));
        }
        let holding = account.holding(order.market);
        let nothing = Side::new();
        let mut more = 0;
        for (action, changes) in [Action::Buy, Action::Sell].into_iter().zip(&plan.changes) {
            let side = holding.map_or(&nothing, |holding| holding.side(action));
            if !changes.is_empty() || !plan.trades.is_empty() {
                more += side.needs(against(plan.position, action), changes) - i128::from(side.reserved);
            }
        }
        let free = i128::from(account.free().microdollars());
        let then = free + plan.cash - more;
        if then >= 0 || then >= free {
            return Ok(());
        }
        let needed = i64::try_from(-then).map_err(|_| too_much("price"))?;
        Err(Refusal::Balance { needed: Cash::from_microdollars(needed) })
    }
}
