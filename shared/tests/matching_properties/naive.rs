//! An exchange that is too simple to be wrong: one list of orders, which it searches, sorts and sums up each time, and a
//! copy of everything that it goes back to where somebody can't pay.

use std::collections::BTreeMap;

use shared::exchange::matching::{
    ExchangeState, MarketStatus, NewOrder, OrderNumber, Placed, Refusal, SelfTrade, TimeInForce,
};
use shared::fees::{FeeRule, FeeSchedule, Fill, Membership, OrderFees, Role};
use shared::market::{Action, PriceGrid};
use shared::units::{Cash, Price, Quantity, Timestamp};

/// A trade: contract, centi-cents, hundredths of a contract, whether the taker bought.
pub(crate) type Print = (usize, i64, i64, bool);

/// An order that rests.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub(crate) number: u64,
    pub(crate) who: usize,
    pub(crate) market: usize,
    pub(crate) buys: bool,
    pub(crate) price: i64,
    pub(crate) left: i64,
    pub(crate) filled: i64,
    post_only: bool,
    expires: Option<i64>,
    maker_goes: bool,
    pub(crate) group: Option<u64>,
    ends_on_pause: bool,
    fees: OrderFees,
}

impl Order {
    /// Returns what a contract of it pays.
    fn own(&self) -> i64 {
        if self.buys { self.price } else { 10_000 - self.price }
    }

    fn action(&self) -> Action {
        if self.buys { Action::Buy } else { Action::Sell }
    }

    fn crosses(&self, other: &Self) -> bool {
        self.market == other.market
            && self.buys != other.buys
            && if self.buys { self.price >= other.price } else { self.price <= other.price }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Group {
    who: usize,
    limit: i64,
    pub(crate) is_triggered: bool,
    fills: Vec<(i64, i64)>,
}

#[derive(Debug, Clone)]
pub(crate) struct Market {
    pub(crate) status: MarketStatus,
    grid: PriceGrid,
    closes: Option<i64>,
}

/// Why an order ends before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    SelfTrade,
    Group,
}

#[derive(Debug, Clone)]
pub(crate) struct Naive {
    now: i64,
    state: ExchangeState,
    schedule: FeeSchedule,
    pub(crate) markets: Vec<Market>,
    /// Microdollars by account.
    cash: Vec<i64>,
    /// Hundredths of a contract by account and contract, and what of them has been settled.
    held: BTreeMap<(usize, usize), i64>,
    settled: BTreeMap<(usize, usize), i64>,
    /// In the order of their turn.
    pub(crate) orders: Vec<Order>,
    pub(crate) groups: BTreeMap<u64, Group>,
    last_order: u64,
    last_group: u64,
    pub(crate) fees: i64,
    pub(crate) rounding: i64,
    pub(crate) prints: Vec<Print>,
}

fn price(centicents: i64) -> Price {
    Price::from_centicents(centicents).unwrap()
}

fn quantity(hundredths: i64) -> Quantity {
    Quantity::from_hundredths(hundredths).unwrap()
}

impl Naive {
    pub(crate) fn new(now: i64, schedule: FeeSchedule, cash: Vec<i64>) -> Self {
        Self {
            now,
            state: ExchangeState::Open,
            schedule,
            markets: Vec::new(),
            cash,
            held: BTreeMap::new(),
            settled: BTreeMap::new(),
            orders: Vec::new(),
            groups: BTreeMap::new(),
            last_order: 0,
            last_group: 0,
            fees: 0,
            rounding: 0,
            prints: Vec::new(),
        }
    }

    pub(crate) fn list(&mut self, grid: PriceGrid, closes: Option<i64>) {
        self.markets.push(Market { status: MarketStatus::Open, grid, closes });
        self.advance(self.now);
    }

    pub(crate) fn held(&self, who: usize, market: usize) -> i64 {
        self.held.get(&(who, market)).copied().unwrap_or(0)
    }

    /// Returns what an account's orders reserve: what they pay, but for the cheapest that may close a position.
    pub(crate) fn reserved(&self, who: usize) -> i64 {
        let mut sum = 0;
        for market in 0..self.markets.len() {
            for buys in [true, false] {
                let held = self.held(who, market);
                let mut closing = (if buys { -held } else { held }).max(0);
                let of = |order: &&Order| order.who == who && order.market == market && order.buys == buys;
                let mut orders: Vec<&Order> = self.orders.iter().filter(of).collect();
                orders.sort_by_key(|order| order.own());
                for order in orders {
                    let closes = closing.min(order.left);
                    closing -= closes;
                    sum += order.own() * (order.left - closes);
                }
            }
        }
        sum
    }

    pub(crate) fn free(&self, who: usize) -> i64 {
        self.cash[who] - self.reserved(who)
    }

    /// Returns what rests on a side of a contract, in the order in which it trades.
    pub(crate) fn queue(&self, market: usize, buys: bool) -> Vec<&Order> {
        let mut queue: Vec<&Order> =
            self.orders.iter().filter(|order| order.market == market && order.buys == buys).collect();
        queue.sort_by_key(|order| -order.own());
        queue
    }

    pub(crate) fn advance(&mut self, now: i64) {
        self.now = self.now.max(now);
        let now = self.now;
        self.orders.retain(|order| order.expires.is_none_or(|expires| expires > now));
        for market in 0..self.markets.len() {
            if self.markets[market].closes.is_some_and(|closes| closes <= now) {
                self.close(market);
            }
        }
    }

    fn close(&mut self, market: usize) {
        if matches!(self.markets[market].status, MarketStatus::Open | MarketStatus::Paused) {
            self.markets[market].status = MarketStatus::Closed;
            self.orders.retain(|order| order.market != market);
        }
    }

    fn may_cancel(&self) -> Result<(), Refusal> {
        if self.state == ExchangeState::Paused { Err(Refusal::ExchangePaused) } else { Ok(()) }
    }

    fn may_place(&self, market: usize) -> Result<&Market, Refusal> {
        match self.state {
            ExchangeState::Open => {}
            ExchangeState::TradingPaused => return Err(Refusal::TradingPaused),
            ExchangeState::Paused => return Err(Refusal::ExchangePaused),
        }
        let market = self.markets.get(market).ok_or(Refusal::NoSuchMarket)?;
        if market.status == MarketStatus::Open { Ok(market) } else { Err(Refusal::Inactive) }
    }

    pub(crate) fn place(&mut self, who: usize, new: &NewOrder) -> Result<Placed, Refusal> {
        self.may_place(new.market)?.grid.check(new.price).map_err(Refusal::OffGrid)?;
        if new.count.is_zero() {
            return Err(Refusal::Count);
        }
        let rests = new.time_in_force == TimeInForce::GoodTillCancelled;
        if new.expires.is_some_and(|expires| expires.micros() <= self.now || !rests) {
            return Err(Refusal::Expiry);
        }
        if new.reduce_only && new.time_in_force != TimeInForce::ImmediateOrCancel {
            return Err(Refusal::ReduceOnly);
        }
        if let Some(group) = new.group {
            let group = self.groups.get(&group.0).filter(|group| group.who == who);
            if group.ok_or(Refusal::NoSuchGroup)?.is_triggered {
                return Err(Refusal::GroupTriggered);
            }
        }
        let buys = new.action == Action::Buy;
        let held = self.held(who, new.market);
        let most = if new.reduce_only { (if buys { -held } else { held }).max(0) } else { i64::MAX };
        let order = Order {
            number: self.last_order + 1,
            who,
            market: new.market,
            buys,
            price: new.price.centicents(),
            left: new.count.hundredths().min(most),
            filled: 0,
            post_only: new.post_only,
            expires: new.expires.map(Timestamp::micros),
            maker_goes: new.self_trade == SelfTrade::Maker,
            group: new.group.map(|group| group.0),
            ends_on_pause: new.cancel_on_pause,
            fees: OrderFees::new(self.schedule, Membership::Direct),
        };
        let placed = self.all_or_nothing(who, |naive| naive.arrive(order, new.time_in_force))?;
        self.last_order += 1;
        Ok(placed)
    }

    /// Lets an account do something unless it can't pay for it; orders of groups that this triggers go in the end.
    fn all_or_nothing(
        &mut self,
        who: usize,
        act: impl FnOnce(&mut Self) -> Result<Placed, Refusal>,
    ) -> Result<Placed, Refusal> {
        let before = self.clone();
        let done = act(self);
        let (had, has) = (before.free(who), self.free(who));
        if done.is_err() || has < 0 && has < had {
            *self = before;
            return done.and(Err(Refusal::Balance { needed: Cash::from_microdollars(-has) }));
        }
        self.sweep_groups();
        done
    }

    fn is_triggered(&self, group: Option<u64>) -> bool {
        group.and_then(|group| self.groups.get(&group)).is_some_and(|group| group.is_triggered)
    }

    fn sweep_groups(&mut self) {
        let triggered: Vec<u64> =
            self.groups.iter().filter(|(_, group)| group.is_triggered).map(|(number, _)| *number).collect();
        self.orders.retain(|order| order.group.is_none_or(|group| !triggered.contains(&group)));
    }

    /// Counts a fill for a group.
    fn count(&mut self, group: Option<u64>, count: i64) {
        let now = self.now;
        let Some(group) = group.and_then(|group| self.groups.get_mut(&group)) else { return };
        group.fills.push((now, count));
        group.fills.retain(|fill| now - fill.0 < 15_000_000);
        group.is_triggered |= group.fills.iter().map(|fill| fill.1).sum::<i64>() >= group.limit;
    }

    /// Returns the place of what `order` meets next: the best price, the earliest turn, and no group that is over.
    fn against(&self, order: &Order) -> Option<usize> {
        let mut best: Option<usize> = None;
        for (k, other) in self.orders.iter().enumerate() {
            let is_better = |b: usize| other.own() > self.orders[b].own();
            if order.crosses(other) && !self.is_triggered(other.group) && best.is_none_or(is_better) {
                best = Some(k);
            }
        }
        best
    }

    fn arrive(&mut self, mut order: Order, tif: TimeInForce) -> Result<Placed, Refusal> {
        if order.post_only && self.against(&order).is_some() {
            return Err(Refusal::PostOnlyCross);
        }
        let (mut worth, mut fees, mut filled, mut stop) = (0, 0, 0, None);
        while order.left > 0 && stop.is_none() {
            let Some(k) = self.against(&order) else { break };
            if self.orders[k].who == order.who {
                if order.maker_goes {
                    self.orders.remove(k);
                } else {
                    stop = Some(Stop::SelfTrade);
                }
                continue;
            }
            let count = order.left.min(self.orders[k].left);
            let price = self.orders[k].price;
            fees += self.pay(&mut order, Role::Taker, price, count);
            let mut maker = self.orders[k].clone();
            self.pay(&mut maker, Role::Maker, price, count);
            let group = maker.group;
            if maker.left == 0 {
                self.orders.remove(k);
            } else {
                self.orders[k] = maker;
            }
            self.prints.push((order.market, price, count, order.buys));
            worth += price * count;
            filled += count;
            self.count(group, count);
            self.count(order.group, count);
            if self.is_triggered(order.group) {
                stop = Some(Stop::Group);
            }
        }
        if tif == TimeInForce::FillOrKill && order.left > 0 && stop != Some(Stop::SelfTrade) {
            return Err(Refusal::FillOrKill);
        }
        let rests = order.left > 0 && stop.is_none() && tif == TimeInForce::GoodTillCancelled;
        let placed = Placed {
            order: OrderNumber(order.number),
            filled: quantity(filled),
            left: quantity(if rests { order.left } else { 0 }),
            worth: Cash::from_microdollars(worth),
            fees: Cash::from_microdollars(fees),
        };
        if rests {
            self.orders.push(order);
        }
        Ok(placed)
    }

    /// Books one side of a trade and returns its fee: what opens is paid for, what closes brings the other side's price.
    fn pay(&mut self, order: &mut Order, role: Role, at: i64, count: i64) -> i64 {
        let rule = FeeRule::at(Timestamp::from_micros(self.now).unwrap());
        let fill = Fill { rule, role, action: order.action(), price: price(at), count: quantity(count) };
        let fee = order.fees.fill(&fill).unwrap().net.microdollars();
        order.left -= count;
        order.filled += count;
        let held = self.held.entry((order.who, order.market)).or_default();
        let signed = if order.buys { 1 } else { -1 };
        let closes = (-signed * *held).clamp(0, count);
        *held += signed * count;
        let own = if order.buys { at } else { 10_000 - at };
        self.cash[order.who] += (10_000 - own) * closes - own * (count - closes) - fee;
        self.fees += fee;
        fee
    }

    /// Returns the place of an account's order.
    fn owned(&self, who: usize, number: u64) -> Result<usize, Refusal> {
        let place = self.orders.iter().position(|order| order.number == number && order.who == who);
        place.ok_or(Refusal::NoSuchOrder)
    }

    pub(crate) fn cancel(&mut self, who: usize, number: u64) -> Result<Quantity, Refusal> {
        self.may_cancel()?;
        let place = self.owned(who, number)?;
        Ok(quantity(self.orders.remove(place).left))
    }

    pub(crate) fn decrease(&mut self, who: usize, number: u64, to: i64) -> Result<Quantity, Refusal> {
        self.may_cancel()?;
        let place = self.owned(who, number)?;
        if to > self.orders[place].left {
            return Err(Refusal::Increase);
        }
        self.orders[place].left = to;
        if to == 0 {
            self.orders.remove(place);
        }
        Ok(quantity(to))
    }

    pub(crate) fn amend(
        &mut self,
        who: usize,
        number: u64,
        to: Price,
        total: i64,
        expires: Option<Option<i64>>,
    ) -> Result<Placed, Refusal> {
        match self.state {
            ExchangeState::Open => {}
            ExchangeState::TradingPaused => return Err(Refusal::TradingPaused),
            ExchangeState::Paused => return Err(Refusal::ExchangePaused),
        }
        let place = self.owned(who, number)?;
        let before = self.orders[place].clone();
        let market = self.may_place(before.market)?;
        if to.centicents() != before.price {
            market.grid.check(to).map_err(Refusal::OffGrid)?;
        }
        if expires.flatten().is_some_and(|expires| expires <= self.now) {
            return Err(Refusal::Expiry);
        }
        let left = (total - before.filled).max(0);
        let changed =
            Order { price: to.centicents(), left, expires: expires.unwrap_or(before.expires), ..before };
        let untouched = Placed {
            order: OrderNumber(number),
            filled: Quantity::ZERO,
            left: quantity(left),
            worth: Cash::ZERO,
            fees: Cash::ZERO,
        };
        if left == 0 {
            self.orders.remove(place);
            return Ok(untouched);
        }
        if changed.price == before.price && left <= before.left {
            self.orders[place] = changed;
            return Ok(untouched);
        }
        self.all_or_nothing(who, |naive| {
            naive.orders.remove(place);
            naive.arrive(changed, TimeInForce::GoodTillCancelled)
        })
    }

    pub(crate) fn open_group(&mut self, who: usize, limit: i64) -> Result<u64, Refusal> {
        self.may_cancel()?;
        if limit < 100 {
            return Err(Refusal::GroupLimit);
        }
        self.last_group += 1;
        self.groups.insert(self.last_group, Group { who, limit, is_triggered: false, fills: Vec::new() });
        Ok(self.last_group)
    }

    fn group(&mut self, who: usize, number: u64) -> Result<&mut Group, Refusal> {
        self.may_cancel()?;
        self.groups.get_mut(&number).filter(|group| group.who == who).ok_or(Refusal::NoSuchGroup)
    }

    pub(crate) fn reset_group(&mut self, who: usize, number: u64) -> Result<(), Refusal> {
        let group = self.group(who, number)?;
        group.fills.clear();
        group.is_triggered = false;
        Ok(())
    }

    pub(crate) fn trigger_group(&mut self, who: usize, number: u64) -> Result<(), Refusal> {
        self.group(who, number)?.is_triggered = true;
        self.sweep_groups();
        Ok(())
    }

    pub(crate) fn limit_group(&mut self, who: usize, number: u64, limit: i64) -> Result<(), Refusal> {
        let group = self.group(who, number)?;
        if limit < 100 {
            return Err(Refusal::GroupLimit);
        }
        group.limit = limit;
        self.count(Some(number), 0);
        self.sweep_groups();
        Ok(())
    }

    pub(crate) fn delete_group(&mut self, who: usize, number: u64) -> Result<(), Refusal> {
        self.group(who, number)?;
        self.groups.remove(&number);
        self.orders.retain(|order| order.group != Some(number));
        Ok(())
    }

    pub(crate) fn set_exchange(&mut self, state: ExchangeState) {
        if self.state == ExchangeState::Open && state != ExchangeState::Open {
            self.orders.retain(|order| !order.ends_on_pause);
        }
        self.state = state;
    }

    pub(crate) fn set_status(&mut self, market: usize, status: MarketStatus) -> Result<(), Refusal> {
        let before = self.markets.get(market).ok_or(Refusal::NoSuchMarket)?.status;
        if !matches!(before, MarketStatus::Open | MarketStatus::Paused) {
            return Err(Refusal::Inactive);
        }
        self.orders.retain(|order| {
            let ends = match (before, status) {
                (MarketStatus::Open, MarketStatus::Paused) => order.ends_on_pause,
                (MarketStatus::Paused, MarketStatus::Open) | (_, MarketStatus::Closed) => true,
                _ => false,
            };
            order.market != market || !ends
        });
        self.markets[market].status = status;
        Ok(())
    }

    pub(crate) fn change_grid(&mut self, market: usize, grid: PriceGrid) -> Result<(), Refusal> {
        let market = self.markets.get_mut(market).ok_or(Refusal::NoSuchMarket)?;
        if !matches!(market.status, MarketStatus::Open | MarketStatus::Paused) {
            return Err(Refusal::Inactive);
        }
        market.grid = grid;
        Ok(())
    }

    /// Pays a position of hundredths of a contract to an account, to the cent, or takes it back.
    fn pay_out(&mut self, who: usize, held: i64, value: Price, sign: i64) {
        let yes = value.centicents();
        let exact = if held > 0 { held * yes } else { -held * (10_000 - yes) };
        self.cash[who] += sign * (exact / 10_000 * 10_000);
        self.rounding += sign * (exact % 10_000);
    }

    pub(crate) fn settle(&mut self, market: usize, value: Price) -> Result<(), Refusal> {
        if matches!(self.markets.get(market).ok_or(Refusal::NoSuchMarket)?.status, MarketStatus::Settled(_)) {
            return Err(Refusal::Inactive);
        }
        self.close(market);
        self.markets[market].status = MarketStatus::Settled(value);
        for who in 0..self.cash.len() {
            let held = self.held.insert((who, market), 0).unwrap_or(0);
            self.settled.insert((who, market), held);
            self.pay_out(who, held, value, 1);
        }
        Ok(())
    }

    pub(crate) fn resettle(&mut self, market: usize, value: Price) -> Result<(), Refusal> {
        let MarketStatus::Settled(before) = self.markets.get(market).ok_or(Refusal::NoSuchMarket)?.status
        else {
            return Err(Refusal::Inactive);
        };
        self.markets[market].status = MarketStatus::Settled(value);
        for who in 0..self.cash.len() {
            let held = self.settled[&(who, market)];
            self.pay_out(who, held, before, -1);
            self.pay_out(who, held, value, 1);
        }
        Ok(())
    }
}
