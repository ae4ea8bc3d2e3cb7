//! What an arriving order would do, found before anything is changed: so it is done whole or refused.

use super::account::{against, flow, parts};
use super::book::meets;
use super::groups::Counted;
use super::links::Slot;
use super::orders::{less, own_price};
use super::refusal::too_much;
use super::reserve::{Change, Side};
use super::{Matching, Order, Reason, Refusal, SelfTrade};
use crate::fees::{FeeRule, Fill, OrderFees, Role};
use crate::market::{Action, Position};
use crate::units::{Cash, Price, Quantity};

/// What an arriving order would do.
#[derive(Debug, Clone)]
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
    cash: i128,
    /// What its account then holds.
    position: Position,
    /// What the trades count for groups.
    counted: Counted,
    /// What its account's resting orders change by, by action.
    changes: [Vec<Change>; 2],
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
    pub(super) maker_fees: OrderFees,
}

/// Returns the other action.
pub(super) const fn opposite(action: Action) -> Action {
    match action {
        Action::Buy => Action::Sell,
        Action::Sell => Action::Buy,
    }
}

impl Plan {
    /// A plan in which nothing happens.
    pub(super) const EMPTY: Self = Self {
        trades: Vec::new(),
        cancelled: Vec::new(),
        left: Quantity::ZERO,
        stopped: None,
        cash: 0,
        position: Position::FLAT,
        counted: Counted::NOTHING,
        changes: [Vec::new(), Vec::new()],
    };

    /// Begins anew.
    fn clear(&mut self, count: Quantity, position: Position) {
        self.trades.clear();
        self.cancelled.clear();
        (self.left, self.stopped, self.cash, self.position) = (count, None, 0, position);
        self.counted.clear();
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
                self.meet(plan, order, slot, |role, action, count| Fill {
                    rule,
                    role,
                    action,
                    price,
                    count,
                })?;
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
        let taken = order.fees.fill(&fill(Role::Taker, order.action, count)).map_err(Refusal::TooMuch)?;
        let mut maker_fees = resting.fees;
        let made = maker_fees.fill(&fill(Role::Maker, resting.action, count)).map_err(Refusal::TooMuch)?;
        let (closing, opening) = parts(plan.position, order.action, count);
        plan.position =
            plan.position.checked_after(order.action, count).ok_or_else(|| too_much("position"))?;
        plan.cash += i128::from(flow(order.action, resting.price, closing, opening).microdollars());
        plan.cash -= i128::from(taken.net.microdollars());
        plan.left = less(plan.left, count);
        plan.trades.push(Planned {
            maker: slot,
            price: resting.price,
            count,
            taker_fee: taken.net,
            maker_fee: made.net,
            maker_fees,
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
