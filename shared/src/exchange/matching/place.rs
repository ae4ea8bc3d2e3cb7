//! Orders that arrive: new ones, and those that are changed.

use super::account::{Holding, Traded, parts};
use super::book::meets;
use super::engine::traded;
use super::orders::{MOST, less, own_price, plus};
use super::plan::{Plan, Planned, opposite};
use super::{
    AccountNumber, Amendment, MarketStatus, MarketTrade, Matching, NewOrder, Order, OrderNumber, OrderState,
    OwnFill, Reason, Refusal, TimeInForce, What,
};
use crate::fees::{Membership, OrderFees, Role};
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
        let held = self.account(account).ok_or(Refusal::NoSuchAccount)?.position(new.market);
        let most = if new.reduce_only { parts(held, new.action, new.count).0 } else { new.count };
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
            fees: OrderFees::new(market.listing.fees, Membership::Direct),
            turn: self.last_turn + 1,
        };
        self.may_take(&order)?;
        let mut plan = self.plan(&order, most)?;
        let whole = plan.left.is_zero() || plan.stopped == Some(Reason::SelfTrade);
        if new.time_in_force == TimeInForce::FillOrKill && !whole {
            return Err(Refusal::FillOrKill);
        }
        if most < new.count && plan.left.is_zero() && plan.stopped.is_none() {
            plan.stopped = Some(Reason::ReduceOnly);
        }
        let rests = stays && plan.stopped.is_none() && !plan.left.is_zero();
        self.afford(&order, &plan, rests)?;
        self.last_order += 1;
        self.last_turn += 1;
        Ok(self.execute(order, plan, rests, Reason::Placed))
    }

    /// Changes a resting order. It keeps its place in the queue if it only shrinks or ends at another time; else it goes
    /// behind the others of its price, and may trade. If it may trade no more than it has, it is taken out.
    ///
    /// # Errors
    ///
    /// Refuses a change whole; the order then rests as it did.
    pub fn amend(
        &mut self,
        now: Timestamp,
        account: AccountNumber,
        number: OrderNumber,
        change: &Amendment,
    ) -> Result<Placed, Refusal> {
        self.advance(now);
        self.may_place()?;
        let before = self.owned(account, number)?.clone();
        let market = self.tradable(before.market)?;
        // What rests keeps its price, even if the grid is another one since.
        if change.price != before.price {
            market.listing.grid.check(change.price).map_err(Refusal::OffGrid)?;
        }
        if change.total.hundredths() > MOST * 100 {
            return Err(Refusal::Count);
        }
        if change.expires.flatten().is_some_and(|expires| expires <= self.now) {
            return Err(Refusal::Expiry);
        }
        let left = less(change.total, before.filled);
        if left.is_zero() {
            self.take_out(number, Reason::Amended);
            return Ok(Placed {
                order: number,
                filled: Quantity::ZERO,
                left,
                worth: Cash::ZERO,
                fees: Cash::ZERO,
            });
        }
        let mut order = before.clone();
        (order.price, order.left, order.updated) = (change.price, left, self.now);
        order.expires = change.expires.unwrap_or(order.expires);
        let stays = order.price == before.price && left <= before.left;
        if !stays {
            order.turn = self.last_turn + 1;
        }
        self.may_take(&order)?;
        let plan = self.plan(&order, left)?;
        let rests = plan.stopped.is_none() && !plan.left.is_zero();
        self.afford(&order, &plan, rests)?;
        if !stays {
            self.last_turn += 1;
        }
        if let Some(old) = self.unlink(number) {
            // In place, the price shows the difference alone; elsewhere the order leaves and arrives.
            let gone = if stays { less(old.left, left) } else { old.left };
            self.level(&old, -gone.hundredths());
        }
        if stays {
            let (market, placed) = (order.market, Self::untouched(&order));
            self.link(&order);
            self.refresh(account, market);
            self.tell(What::Order { order: Box::new(order), reason: Reason::Amended });
            return Ok(placed);
        }
        Ok(self.execute(order, plan, rests, Reason::Amended))
    }

    /// Returns a contract in which an order may be placed.
    fn tradable(&self, market: usize) -> Result<&super::Market, Refusal> {
        let market = self.markets.get(market).ok_or(Refusal::NoSuchMarket)?;
        if market.status != MarketStatus::Open {
            return Err(Refusal::Inactive);
        }
        Ok(market)
    }

    /// Refuses an order that must rest and would trade.
    fn may_take(&self, order: &Order) -> Result<(), Refusal> {
        let market = self.markets.get(order.market).ok_or(Refusal::NoSuchMarket)?;
        let best = market.book.best(opposite(order.action));
        if order.post_only && best.is_some_and(|best| meets(order.action, order.price, best)) {
            return Err(Refusal::PostOnlyCross);
        }
        Ok(())
    }

    /// Returns what an order that did nothing on arrival has come to.
    const fn untouched(order: &Order) -> Placed {
        Placed {
            order: order.number,
            filled: Quantity::ZERO,
            left: order.left,
            worth: Cash::ZERO,
            fees: Cash::ZERO,
        }
    }

    /// Does what was planned.
    fn execute(&mut self, mut order: Order, plan: Plan, rests: bool, reason: Reason) -> Placed {
        for number in plan.cancelled {
            self.take_out(number, Reason::SelfTrade);
        }
        let mut placed = Self::untouched(&order);
        for planned in &plan.trades {
            self.trade(&mut order, planned, &mut placed);
        }
        order.fees = plan.fees;
        (placed.left, order.updated) = (order.left, self.now);
        let mut reason = if placed.filled.is_zero() { reason } else { Reason::Traded };
        if rests {
            self.link(&order);
            self.level(&order, order.left.hundredths());
        } else if !order.left.is_zero() {
            (order.left, placed.left, order.state) = (Quantity::ZERO, Quantity::ZERO, OrderState::Cancelled);
            reason = plan.stopped.unwrap_or(Reason::Cancelled);
        }
        self.refresh(order.account, order.market);
        self.tell(What::Order { order: Box::new(order), reason });
        placed
    }

    /// Lets an arriving order trade with a resting one.
    fn trade(&mut self, taker: &mut Order, planned: &Planned, placed: &mut Placed) {
        let Planned { price, count, .. } = *planned;
        // It rested when the plan was made, and nothing has happened since.
        let Some(mut maker) = self.orders.get(&planned.maker).cloned() else { return };
        self.last_trade += 1;
        let trade = self.last_trade;
        if count == maker.left {
            self.unlink(maker.number);
        }
        self.level(&maker, -count.hundredths());
        traded(&mut maker, count, self.now);
        traded(taker, count, self.now);
        maker.fees = planned.maker_fees;
        let cost = |order: &Order| own_price(order.action, price).cost(count);
        maker.maker_cost = plus(maker.maker_cost, cost(&maker));
        maker.maker_fees = plus(maker.maker_fees, planned.maker_side.fee);
        taker.taker_cost = plus(taker.taker_cost, cost(taker));
        taker.taker_fees = plus(taker.taker_fees, planned.taker_side.fee);
        placed.filled = placed.filled.checked_add(count).unwrap_or(Quantity::MAX);
        placed.worth = plus(placed.worth, price.cost(count));
        placed.fees = plus(placed.fees, planned.taker_side.fee);
        if !maker.left.is_zero() {
            self.orders.insert(maker.number, maker.clone());
        }
        if let Some(market) = self.markets.get_mut(taker.market) {
            market.last = Some(price);
            market.volume = market.volume.checked_add(count).unwrap_or(Quantity::MAX);
        }
        let what = MarketTrade { number: trade, market: taker.market, price, count, taker: taker.action };
        self.tell(What::Trade(what));
        for (order, role, side) in
            [(&*taker, Role::Taker, &planned.taker_side), (&maker, Role::Maker, &planned.maker_side)]
        {
            self.book(
                order,
                &Traded { action: order.action, price, count, fee: side.fee, after: side.after },
            );
            self.tell(What::Fill(OwnFill {
                trade,
                account: order.account,
                order: order.number,
                market: order.market,
                action: order.action,
                price,
                count,
                role,
                fee: side.fee,
                position: side.after,
            }));
        }
        self.refresh(maker.account, maker.market);
        let group = maker.group;
        self.tell(What::Order { order: Box::new(maker), reason: Reason::Traded });
        for group in [group, taker.group] {
            self.count(group, count.hundredths());
        }
    }

    /// Books one side of a trade on its account.
    fn book(&mut self, order: &Order, fill: &Traded) {
        let now = self.now;
        self.fees = self.fees.saturating_add(fill.fee.microdollars());
        if let Some(account) = self.accounts.get_mut(order.account.0) {
            let holding = account.holdings.entry(order.market).or_insert_with(|| Holding::new(now));
            let change = holding.trade(fill, now);
            account.cash = account.cash.saturating_add(change.microdollars());
        }
    }

    /// Puts an order into all lists; what rests at its price is not changed yet.
    fn link(&mut self, order: &Order) {
        let now = self.now;
        if let Some(market) = self.markets.get_mut(order.market) {
            market.book.insert(order.action, order.price, order.turn, order.number);
        }
        if let Some(expires) = order.expires {
            self.expiries.insert((expires, order.number));
        }
        if let Some(account) = self.accounts.get_mut(order.account.0) {
            let holding = account.holdings.entry(order.market).or_insert_with(|| Holding::new(now));
            holding.orders.push(order.number);
        }
        self.groups.note(order);
        self.orders.insert(order.number, order.clone());
    }
}
