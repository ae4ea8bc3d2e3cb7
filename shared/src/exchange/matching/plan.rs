//! What an arriving order would do, found before anything is changed: so it is done whole or refused.

use std::collections::BTreeMap;

use super::account::{flow, parts, reserve};
use super::book::meets;
use super::groups::Counted;
use super::orders::less;
use super::refusal::too_much;
use super::{AccountNumber, Matching, Order, OrderNumber, Reason, Refusal, SelfTrade};
use crate::fees::{FeeRule, Fill, OrderFees, Role};
use crate::market::{Action, Position};
use crate::units::{Cash, Price, Quantity};

/// What an arriving order would do.
pub(super) struct Plan {
    /// The trades, in order.
    pub(super) trades: Vec<Planned>,
    /// Resting orders of its own account that are cancelled on the way.
    pub(super) cancelled: Vec<OrderNumber>,
    /// What is left of it then.
    pub(super) left: Quantity,
    /// Why it ends before its time: it meets its own account, or triggers its own group.
    pub(super) stopped: Option<Reason>,
    /// What rounding holds of its fees then.
    pub(super) fees: OrderFees,
    /// What its account's cash changes by, in microdollars.
    cash: i128,
    /// What its account then holds.
    position: Position,
}

/// One trade of a plan.
pub(super) struct Planned {
    pub(super) maker: OrderNumber,
    pub(super) price: Price,
    pub(super) count: Quantity,
    pub(super) taker_side: Booked,
    pub(super) maker_side: Booked,
    /// What rounding holds of the maker's fees then.
    pub(super) maker_fees: OrderFees,
}

/// One side of such a trade, as it will be booked.
pub(super) struct Booked {
    pub(super) fee: Cash,
    /// The position after it.
    pub(super) after: Position,
}

/// Returns the other action.
pub(super) const fn opposite(action: Action) -> Action {
    match action {
        Action::Buy => Action::Sell,
        Action::Sell => Action::Buy,
    }
}

impl Matching {
    /// Finds what `order` would do with `count` contracts to trade.
    pub(super) fn plan(&self, order: &Order, count: Quantity) -> Result<Plan, Refusal> {
        let market = self.markets.get(order.market).ok_or(Refusal::NoSuchMarket)?;
        let account = self.accounts.get(order.account.0).ok_or(Refusal::NoSuchAccount)?;
        let mut plan = Plan {
            trades: Vec::new(),
            cancelled: Vec::new(),
            left: count,
            stopped: None,
            fees: order.fees,
            cash: 0,
            position: account.position(order.market),
        };
        let mut makers: BTreeMap<AccountNumber, Position> = BTreeMap::new();
        let mut counted = Counted::default();
        for number in market.book.queue(opposite(order.action)) {
            let Some(resting) = self.orders.get(&number) else { continue };
            if plan.left.is_zero() || !meets(order.action, order.price, resting.price) {
                break;
            }
            if self.would_be_triggered(&counted, resting.group) {
                // A trade of this plan takes it out.
                continue;
            }
            if resting.account == order.account {
                if order.self_trade == SelfTrade::TakerAtCross {
                    plan.stopped = Some(Reason::SelfTrade);
                    break;
                }
                plan.cancelled.push(number);
                continue;
            }
            let (price, count) = (resting.price, resting.left.min(plan.left));
            let rule = FeeRule::at(self.now);
            let fill = |role, action| Fill { rule, role, action, price, count };
            let taken = plan.fees.fill(&fill(Role::Taker, order.action)).map_err(Refusal::TooMuch)?;
            let mut maker_fees = resting.fees;
            let made = maker_fees.fill(&fill(Role::Maker, resting.action)).map_err(Refusal::TooMuch)?;
            let held = makers.entry(resting.account).or_insert_with(|| {
                self.accounts
                    .get(resting.account.0)
                    .map_or(Position::FLAT, |maker| maker.position(order.market))
            });
            let after = |position: Position, action| {
                position.checked_after(action, count).ok_or_else(|| too_much("position"))
            };
            *held = after(*held, resting.action)?;
            let (closing, opening) = parts(plan.position, order.action, count);
            plan.position = after(plan.position, order.action)?;
            plan.cash += i128::from(flow(order.action, price, closing, opening).microdollars());
            plan.cash -= i128::from(taken.net.microdollars());
            plan.left = less(plan.left, count);
            plan.trades.push(Planned {
                maker: number,
                price,
                count,
                taker_side: Booked { fee: taken.net, after: plan.position },
                maker_side: Booked { fee: made.net, after: *held },
                maker_fees,
            });
            self.would_count(&mut counted, resting.group, count);
            if self.would_count(&mut counted, order.group, count) {
                plan.stopped = Some(Reason::Group);
                break;
            }
        }
        Ok(plan)
    }

    /// Checks that the account of `order` can pay for a plan and, if the order then `rests`, for what is left of it.
    ///
    /// What leaves it no poorer is always allowed.
    pub(super) fn afford(&self, order: &Order, plan: &Plan, rests: bool) -> Result<(), Refusal> {
        let account = self.accounts.get(order.account.0).ok_or(Refusal::NoSuchAccount)?;
        let before = account.holdings.get(&order.market).map_or(0, |holding| holding.reserved);
        let extra = rests.then_some((order.action, order.price, plan.left));
        let gone = |number| number == order.number || plan.cancelled.contains(&number);
        let reserved = self.reserve(order.account, order.market, plan.position, &gone, extra);
        let free = i128::from(account.free().microdollars());
        let then = free + plan.cash + i128::from(before) - reserved;
        if then >= 0 || then >= free {
            return Ok(());
        }
        let needed = i64::try_from(-then).map_err(|_| too_much("price"))?;
        Err(Refusal::Balance { needed: Cash::from_microdollars(needed) })
    }

    /// Returns what an account's orders in a contract reserve if it holds `position`, without those that are `gone` and
    /// with an `extra` one; in microdollars.
    pub(super) fn reserve(
        &self,
        account: AccountNumber,
        market: usize,
        position: Position,
        gone: &dyn Fn(OrderNumber) -> bool,
        extra: Option<(Action, Price, Quantity)>,
    ) -> i128 {
        let resting = self.accounts.get(account.0).into_iter().flat_map(|account| account.orders(market));
        let resting: Vec<&Order> =
            resting.filter(|number| !gone(*number)).filter_map(|number| self.orders.get(&number)).collect();
        let side = |action| {
            let own =
                resting.iter().filter(|order| order.action == action).map(|order| (order.price, order.left));
            let extra = extra.filter(|extra| extra.0 == action).map(|(_, price, count)| (price, count));
            let mut orders: Vec<(Price, Quantity)> = own.chain(extra).collect();
            reserve(position, action, &mut orders)
        };
        side(Action::Buy) + side(Action::Sell)
    }
}
