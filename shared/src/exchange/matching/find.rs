//! Finding what an arriving order would do, and whether its account can pay for that.

use super::account::{Account, against, flow, parts};
use super::book::{Half, meets};
use super::links::Slot;
use super::orders::{less, own_price};
use super::plan::{Plan, Planned};
use super::refusal::too_much;
use super::reserve::{Change, Side};
use super::seat::Seat;
use super::slots::Slots;
use super::{Matching, Order, Reason, Refusal, SelfTrade};
use crate::fees::{FeeAccumulator, FeeRule, Membership, PriceFees, Role};
use crate::market::{Action, Position};
use crate::units::{Cash, Price, Quantity};

/// What takers and makers are charged at one price.
struct Fees {
    taker: PriceFees,
    maker: PriceFees,
}

/// Returns what a fill is charged, where so much is `held` of its order's rounding fees, and changes that.
#[inline(always)]
fn charge(fees: &PriceFees, held: &mut Cash, action: Action, count: Quantity) -> Result<Cash, Refusal> {
    let mut accumulator = FeeAccumulator::holding(Membership::Direct, *held);
    let charged = fees.settle(&mut accumulator, action, count).map_err(Refusal::TooMuch)?;
    *held = accumulator.held();
    Ok(charged.net)
}

/// Returns by how much more an account's orders in a contract would need than is reserved for them, in microdollars, if it
/// held this position and a few of them changed.
#[inline]
fn more_needed(
    account: &mut Account,
    seat: Option<Seat>,
    action: Action,
    position: Position,
    changes: &[Change],
    slots: &Slots,
) -> i128 {
    match seat.and_then(|seat| account.at_mut(seat)) {
        Some(holding) => {
            let reserved = i128::from(holding.reserved(action));
            holding.needs(action, position, changes, slots) - reserved
        }
        None => Side::new().needs(against(position, action), changes),
    }
}

/// Returns whether an account can pay for whatever may come of an order, without looking at what else rests: `cash` flows
/// in, and `count` of its contracts trade or rest.
///
/// Each of them makes at most one contract more of those that are paid for, whatever closes what, and none costs more than a
/// dollar. Orders that go make it less.
#[inline]
fn can_pay_for_sure(account: &Account, cash: i128, count: Quantity) -> bool {
    let most = Price::ONE.cost(count).microdollars();
    i128::from(account.free().microdollars()) + cash >= i128::from(most)
}

/// Refuses what would take more cash than an account has free: `cash` flows in, and `more` is reserved. What leaves it no
/// poorer is always allowed.
fn affordable(account: &Account, cash: i128, more: i128) -> Result<(), Refusal> {
    let free = i128::from(account.free().microdollars());
    let then = free + cash - more;
    if then >= 0 || then >= free {
        return Ok(());
    }
    let needed = i64::try_from(-then).map_err(|_| too_much("price"))?;
    Err(Refusal::Balance { needed: Cash::from_microdollars(needed) })
}

/// Returns the other action.
const fn opposite(action: Action) -> Action {
    match action {
        Action::Buy => Action::Sell,
        Action::Sell => Action::Buy,
    }
}

impl Matching {
    /// Returns whether an order would meet one that rests.
    #[inline]
    pub(super) fn crosses(&self, order: &Order) -> bool {
        let half = self.markets.get(order.market).map(|market| market.book.half(opposite(order.action)));
        half.and_then(Half::best).is_some_and(|best| meets(order.own_price(), best))
    }

    /// Finds what `order` would do with `count` contracts to trade, and leaves in it what rounding would then hold of its
    /// fees.
    pub(super) fn find_plan(
        &self,
        plan: &mut Plan,
        order: &mut Order,
        count: Quantity,
    ) -> Result<(), Refusal> {
        let market = self.markets.get(order.market).ok_or(Refusal::NoSuchMarket)?;
        let account = self.accounts.get(order.account.place()).ok_or(Refusal::NoSuchAccount)?;
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
            let of = |role| PriceFees::new(&market.listing.fees, rule, role, price);
            let fees = Fees { taker: of(Role::Taker), maker: of(Role::Maker) };
            for slot in queue {
                if plan.left.is_zero() || plan.stopped.is_some() {
                    return Ok(());
                }
                self.meet(plan, order, slot, &fees)?;
            }
        }
        Ok(())
    }

    /// Finds what becomes of an order at the next one that rests.
    #[inline]
    fn meet(&self, plan: &mut Plan, order: &mut Order, slot: Slot, fees: &Fees) -> Result<(), Refusal> {
        let resting = &self.slots[slot];
        if self.would_be_triggered(&plan.counted, resting.group()) {
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
        let taker_fee = charge(&fees.taker, &mut order.held, order.action, count)?;
        let maker_fee = charge(&fees.maker, &mut maker_held, resting.action, count)?;
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
        self.would_count(&mut plan.counted, resting.group(), count);
        if self.would_count(&mut plan.counted, order.group(), count) {
            plan.stopped = Some(Reason::Group);
        }
        Ok(())
    }

    /// Checks that the account of `order` can pay for a plan and, if the order then `rests`, for what is left of it, where
    /// the order may have rested `before`.
    ///
    /// What leaves it no poorer is always allowed.
    #[inline]
    pub(super) fn afford(
        &mut self,
        plan: &mut Plan,
        order: &Order,
        rests: bool,
        before: Option<Slot>,
    ) -> Result<(), Refusal> {
        let account = self.accounts.get(order.account.place()).ok_or(Refusal::NoSuchAccount)?;
        if can_pay_for_sure(account, plan.cash, order.left) {
            return Ok(());
        }
        self.afford_exactly(plan, order, rests, before)
    }

    #[inline(never)]
    fn afford_exactly(
        &mut self,
        plan: &mut Plan,
        order: &Order,
        rests: bool,
        before: Option<Slot>,
    ) -> Result<(), Refusal> {
        plan.changes.iter_mut().for_each(Vec::clear);
        for slot in plan.cancelled.iter().copied().chain(before) {
            let gone = &self.slots[slot];
            plan.changes[gone.action as usize].push((gone.own_price(), -gone.left.hundredths()));
        }
        if rests {
            plan.changes[order.action as usize].push((order.own_price(), plan.left.hundredths()));
        }
        let account = self.accounts.get_mut(order.account.place()).ok_or(Refusal::NoSuchAccount)?;
        let seat = account.seat(order.market);
        let mut more = 0;
        for (action, changes) in [Action::Buy, Action::Sell].into_iter().zip(&plan.changes) {
            if !changes.is_empty() || !plan.trades.is_empty() {
                more += more_needed(account, seat, action, plan.position, changes, &self.slots);
            }
        }
        affordable(account, plan.cash, more)
    }

    /// Checks that the account of `order` can pay for it to rest where it trades with nothing and may have rested `before`.
    #[inline]
    pub(super) fn afford_to_rest(&mut self, order: &Order, before: Option<Slot>) -> Result<(), Refusal> {
        let account = self.accounts.get(order.account.place()).ok_or(Refusal::NoSuchAccount)?;
        if can_pay_for_sure(account, 0, order.left) {
            return Ok(());
        }
        let mut plan = self.plan.take().unwrap_or_default();
        plan.clear(order.left, account.position(order.market));
        let done = self.afford_exactly(&mut plan, order, true, before);
        self.plan = Some(plan);
        done
    }
}
