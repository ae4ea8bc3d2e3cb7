//! Trades, and how both sides book them.

use super::account::Traded;
use super::orders::{less, more, own_price, plus};
use super::plan::Planned;
use super::seat::Seat;
use super::{AccountNumber, MarketTrade, Matching, Order, OrderState, OwnFill, Placed, Reason, What};
use crate::fees::Role;
use crate::market::Position;
use crate::units::{Quantity, Timestamp};

impl Matching {
    /// Lets an arriving order trade with resting ones, and reserves anew for what rests of its account.
    pub(super) fn trade_all(&mut self, taker: &mut Order, trades: &[Planned], placed: &mut Placed) {
        let Some(account) = self.accounts.get_mut(taker.account.place()) else { return };
        let seat = account.take_seat(taker.market, self.now);
        for planned in trades {
            self.trade(taker, seat, planned, placed);
        }
        // Once for all trades: nothing looks at what is reserved before they are done.
        if let Some(account) = self.accounts.get_mut(taker.account.place()) {
            account.refresh(seat, &self.slots);
        }
    }

    /// Lets an arriving order trade with a resting one.
    fn trade(&mut self, taker: &mut Order, seat: Seat, planned: &Planned, placed: &mut Placed) {
        let &Planned { maker: slot, price, count, taker_fee, maker_fee, maker_held } = planned;
        let (now, gone, maker_seat) = (self.now, -count.hundredths(), self.slots.seat(slot));
        self.last_trade += 1;
        let trade = self.last_trade;
        taker.fill(count, now);
        taker.taker_cost = plus(taker.taker_cost, own_price(taker.action, price).cost(count));
        taker.taker_fees = plus(taker.taker_fees, taker_fee);
        placed.filled = more(placed.filled, count);
        placed.worth = plus(placed.worth, price.cost(count));
        placed.fees = plus(placed.fees, taker_fee);
        let maker = &mut self.slots[slot];
        let (own, action, is_over, group) =
            (maker.own_price(), maker.action, maker.left == count, maker.group());
        maker.fill(count, now);
        maker.held = maker_held;
        maker.maker_cost = plus(maker.maker_cost, own.cost(count));
        maker.maker_fees = plus(maker.maker_fees, maker_fee);
        let (maker_number, maker_account) = (maker.number, maker.account);
        if let Some(market) = self.markets.get_mut(taker.market) {
            market.last = Some(price);
            market.volume = more(market.volume, count);
            market.book.half_mut(action).change(own, gone);
        }
        self.tell_level(slot, gone);
        let what = MarketTrade { number: trade, market: taker.market, price, count, taker: taker.action };
        self.tell(What::Trade(what));
        let (account, order, role, fee) = (taker.account, taker.number, Role::Taker, taker_fee);
        let (market, took) = (taker.market, taker.action);
        let position = self.book(account, seat, &Traded { action: took, price, count, fee });
        let fill = OwnFill { trade, account, order, market, action: took, price, count, role, fee, position };
        self.tell(What::Fill(fill));
        let (account, order, role, fee) = (maker_account, maker_number, Role::Maker, maker_fee);
        let position = self.book(account, maker_seat, &Traded { action, price, count, fee });
        let fill = OwnFill { trade, account, order, market, action, price, count, role, fee, position };
        self.tell(What::Fill(fill));
        if let Some(account) = self.accounts.get_mut(account.place()) {
            if let Some(holding) = account.at_mut(maker_seat) {
                holding.change(action, (own, gone));
            }
            account.refresh(maker_seat, &self.slots);
        }
        self.tell_order(slot, Reason::Traded);
        if is_over {
            self.unlink(slot);
            self.slots.remove(slot);
        }
        for group in [group, taker.group()] {
            self.count(group, count.hundredths());
        }
    }

    /// Books one side of a trade on its account, and returns what that then holds. What its orders reserve is not changed yet.
    #[inline]
    fn book(&mut self, account: AccountNumber, seat: Seat, traded: &Traded) -> Position {
        self.fees = self.fees.saturating_add(traded.fee.microdollars());
        let Some(account) = self.accounts.get_mut(account.place()) else { return Position::FLAT };
        let Some(holding) = account.at_mut(seat) else { return Position::FLAT };
        let change = holding.trade(traded, self.now);
        let after = holding.position;
        account.cash = account.cash.saturating_add(change.microdollars());
        after
    }
}

impl Order {
    /// Takes contracts off what is left, and notes that they were traded.
    fn fill(&mut self, count: Quantity, now: Timestamp) {
        self.left = less(self.left, count);
        // At most what the order was for.
        self.filled = more(self.filled, count);
        self.updated = now;
        if self.left.is_zero() {
            self.state = OrderState::Executed;
        }
    }
}
