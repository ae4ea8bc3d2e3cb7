//! Trades, and how both sides book them.

use super::account::Traded;
use super::orders::{less, own_price, plus};
use super::plan::Planned;
use super::{
    AccountNumber, MarketTrade, Matching, Order, OrderNumber, OrderState, OwnFill, Placed, Reason, What,
};
use crate::fees::Role;
use crate::market::{Action, Position};
use crate::units::{Cash, Price, Quantity, Timestamp};

impl Matching {
    /// Lets an arriving order trade with a resting one.
    pub(super) fn trade(&mut self, taker: &mut Order, planned: &Planned, placed: &mut Placed) {
        let &Planned { maker: slot, price, count, taker_fee, maker_fee, maker_held } = planned;
        self.last_trade += 1;
        let trade = self.last_trade;
        self.level(slot, -count.hundredths());
        taker.fill(count, self.now);
        taker.taker_cost = plus(taker.taker_cost, own_price(taker.action, price).cost(count));
        taker.taker_fees = plus(taker.taker_fees, taker_fee);
        let maker = &mut self.slots[slot];
        maker.fill(count, self.now);
        maker.held = maker_held;
        maker.maker_cost = plus(maker.maker_cost, maker.own_price().cost(count));
        maker.maker_fees = plus(maker.maker_fees, maker_fee);
        let (is_over, group) = (maker.left.is_zero(), maker.group);
        let made = Side::of(maker, Role::Maker, maker_fee);
        let took = Side::of(taker, Role::Taker, taker_fee);
        placed.filled = placed.filled.checked_add(count).unwrap_or(Quantity::MAX);
        placed.worth = plus(placed.worth, price.cost(count));
        placed.fees = plus(placed.fees, taker_fee);
        if let Some(market) = self.markets.get_mut(taker.market) {
            market.last = Some(price);
            market.volume = market.volume.checked_add(count).unwrap_or(Quantity::MAX);
        }
        let what = MarketTrade { number: trade, market: taker.market, price, count, taker: taker.action };
        self.tell(What::Trade(what));
        self.book(trade, &took, price, count);
        self.book(trade, &made, price, count);
        self.reserve(slot, -count.hundredths());
        self.tell(What::Order { order: self.slots[slot].clone(), reason: Reason::Traded });
        if is_over {
            self.unlink(slot);
            self.slots.remove(slot);
        }
        for group in [group, taker.group] {
            self.count(group, count.hundredths());
        }
    }

    /// Books one side of a trade on its account, and tells it.
    fn book(&mut self, trade: u64, side: &Side, price: Price, count: Quantity) {
        let &Side { order, account, market, action, role, fee } = side;
        let now = self.now;
        self.fees = self.fees.saturating_add(fee.microdollars());
        let mut position = Position::FLAT;
        if let Some(account) = self.accounts.get_mut(account.0) {
            let holding = account.hold(market, now);
            // Every open pair lies on a dollar that was paid in: no position is too large.
            position = holding.position.checked_after(action, count).unwrap_or(holding.position);
            let change = holding.trade(&Traded { action, price, count, fee, after: position }, now);
            let more = holding.refresh(Action::Buy) + holding.refresh(Action::Sell);
            account.cash = account.cash.saturating_add(change.microdollars());
            account.reserved += more;
        }
        self.tell(What::Fill(OwnFill {
            trade,
            account,
            order,
            market,
            action,
            price,
            count,
            role,
            fee,
            position,
        }));
    }
}

/// One side of a trade.
struct Side {
    order: OrderNumber,
    account: AccountNumber,
    market: usize,
    action: Action,
    role: Role,
    fee: Cash,
}

impl Side {
    const fn of(order: &Order, role: Role, fee: Cash) -> Self {
        let &Order { number, account, market, action, .. } = order;
        Self { order: number, account, market, action, role, fee }
    }
}

impl Order {
    /// Takes contracts off what is left, and notes that they were traded.
    fn fill(&mut self, count: Quantity, now: Timestamp) {
        self.left = less(self.left, count);
        // At most what the order was for.
        self.filled = self.filled.checked_add(count).unwrap_or(Quantity::MAX);
        self.updated = now;
        if self.left.is_zero() {
            self.state = OrderState::Executed;
        }
    }
}
