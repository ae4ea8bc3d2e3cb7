//! The exchange itself: who is there, what is listed, and what time does.

use std::collections::{BTreeMap, BTreeSet};

use super::groups::Groups;
use super::orders::less;
use super::refusal::too_much;
use super::{
    Account, AccountNumber, Event, ExchangeState, Listing, Market, MarketStatus, Order, OrderNumber,
    OrderState, Reason, Refusal, What,
};
use crate::market::Action;
use crate::units::{Cash, Quantity, Timestamp};

/// The most that may ever be paid in, in microdollars: a trillion dollars. No sum of what was paid in can then overflow,
/// and as every open pair of contracts lies on a dollar of it, no position can.
const MOST_MONEY: i64 = 1_000_000_000_000_000_000;

/// An exchange with books, accounts and contracts. Time is told with each call and never goes back: an earlier time is
/// taken for the latest that was told.
#[derive(Debug, Clone)]
pub struct Matching {
    pub(super) now: Timestamp,
    pub(super) state: ExchangeState,
    pub(super) markets: Vec<Market>,
    pub(super) accounts: Vec<Account>,
    /// What rests, by number.
    pub(super) orders: BTreeMap<OrderNumber, Order>,
    /// When orders end.
    pub(super) expiries: BTreeSet<(Timestamp, OrderNumber)>,
    /// When contracts close.
    pub(super) closes: BTreeSet<(Timestamp, usize)>,
    pub(super) groups: Groups,
    pub(super) last_order: u64,
    pub(super) last_turn: u64,
    pub(super) last_trade: u64,
    last_event: u64,
    events: Vec<Event>,
    pub(super) paid_in: i64,
    pub(super) paid_out: i64,
    pub(super) fees: i64,
    /// What was left over of settled pairs.
    pub(super) rounding: i64,
}

impl Matching {
    /// Returns an exchange where nobody is and nothing is listed.
    pub const fn new(now: Timestamp) -> Self {
        Self {
            now,
            state: ExchangeState::Open,
            markets: Vec::new(),
            accounts: Vec::new(),
            orders: BTreeMap::new(),
            expiries: BTreeSet::new(),
            closes: BTreeSet::new(),
            groups: Groups::new(),
            last_order: 0,
            last_turn: 0,
            last_trade: 0,
            last_event: 0,
            events: Vec::new(),
            paid_in: 0,
            paid_out: 0,
            fees: 0,
            rounding: 0,
        }
    }

    /// Opens an account with no cash.
    pub fn open_account(&mut self) -> AccountNumber {
        self.accounts.push(Account::default());
        AccountNumber(self.accounts.len() - 1)
    }

    /// Pays cash into an account, or out of it if it is negative.
    ///
    /// # Errors
    ///
    /// Refuses to pay out more than is free, and to hold more than a trillion dollars.
    pub fn pay(&mut self, account: AccountNumber, amount: Cash) -> Result<(), Refusal> {
        let account = self.accounts.get_mut(account.0).ok_or(Refusal::NoSuchAccount)?;
        let amount = amount.microdollars();
        let most = |sum: i64| sum.checked_add(amount.saturating_abs()).filter(|sum| *sum <= MOST_MONEY);
        if amount < 0 {
            let free = account.free().microdollars();
            let missing = amount.saturating_neg().saturating_sub(free);
            if missing > 0 {
                return Err(Refusal::Balance { needed: Cash::from_microdollars(missing) });
            }
            self.paid_out = most(self.paid_out).ok_or_else(|| too_much("amount"))?;
        } else {
            self.paid_in = most(self.paid_in).ok_or_else(|| too_much("amount"))?;
        }
        account.cash += amount;
        Ok(())
    }

    /// Lists a contract, open, and returns its place.
    pub fn list(&mut self, now: Timestamp, listing: Listing) -> usize {
        self.advance(now);
        let place = self.markets.len();
        if let Some(closes) = listing.closes {
            self.closes.insert((closes, place));
        }
        self.markets.push(Market::new(listing));
        self.tell(What::Status { market: place, status: MarketStatus::Open });
        self.advance(now);
        place
    }

    /// Returns the latest time that was told.
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// Returns the listed contracts, by place.
    pub fn markets(&self) -> &[Market] {
        &self.markets
    }

    /// Returns an account.
    pub fn account(&self, account: AccountNumber) -> Option<&Account> {
        self.accounts.get(account.0)
    }

    /// Returns what an account has resting, contract by contract and there in order of arrival.
    pub fn resting(&self, account: AccountNumber) -> impl Iterator<Item = &Order> {
        let account = self.account(account).into_iter();
        let numbers = account.flat_map(|of| of.holdings().flat_map(|(market, _)| of.orders(market)));
        numbers.filter_map(|number| self.orders.get(&number))
    }

    /// Returns what rests on a side of a contract, in the order in which it trades.
    pub fn queue(&self, market: usize, action: Action) -> impl Iterator<Item = &Order> {
        let numbers = self.markets.get(market).into_iter().flat_map(move |market| market.book.queue(action));
        numbers.filter_map(|number| self.orders.get(&number))
    }

    /// Returns an order that rests.
    pub fn order(&self, number: OrderNumber) -> Option<&Order> {
        self.orders.get(&number)
    }

    /// Returns the number of the last event.
    pub const fn seq(&self) -> u64 {
        self.last_event
    }

    /// Takes what has happened since this was last called.
    pub fn drain(&mut self) -> Vec<Event> {
        core::mem::take(&mut self.events)
    }

    /// Returns when time alone will next change something.
    pub fn next_due(&self) -> Option<Timestamp> {
        let expiry = self.expiries.first().map(|due| due.0);
        let close = self.closes.first().map(|due| due.0);
        expiry.into_iter().chain(close).min()
    }

    /// Lets time pass: orders end and contracts close, each at its own time.
    pub fn advance(&mut self, now: Timestamp) {
        while let Some(due) = self.next_due().filter(|due| *due <= now) {
            self.now = self.now.max(due);
            if let Some((at, market)) = self.closes.first().copied().filter(|close| close.0 == due) {
                self.closes.remove(&(at, market));
                self.close(market);
            } else if let Some((at, number)) = self.expiries.first().copied() {
                self.expiries.remove(&(at, number));
                self.take_out(number, Reason::Expired);
            }
        }
        self.now = self.now.max(now);
    }

    /// Takes an account's order out of the book and returns how many contracts were left of it.
    ///
    /// # Errors
    ///
    /// Refuses an order that the account has not resting: it may never have been, or be gone.
    pub fn cancel(
        &mut self,
        now: Timestamp,
        account: AccountNumber,
        number: OrderNumber,
    ) -> Result<Quantity, Refusal> {
        self.advance(now);
        self.may_cancel()?;
        let left = self.owned(account, number)?.left;
        self.take_out(number, Reason::Cancelled);
        Ok(left)
    }

    /// Makes an account's order smaller, so that `to` contracts are left of it, and returns those. It keeps its place in the
    /// queue; one of which none are left is cancelled. Like a cancellation it is taken while trading is paused.
    ///
    /// # Errors
    ///
    /// Refuses an order that the account has not resting, and to leave more than there is.
    pub fn decrease(
        &mut self,
        now: Timestamp,
        account: AccountNumber,
        number: OrderNumber,
        to: Quantity,
    ) -> Result<Quantity, Refusal> {
        self.advance(now);
        self.may_cancel()?;
        let left = self.owned(account, number)?.left;
        if to > left {
            return Err(Refusal::Increase);
        }
        if to.is_zero() {
            self.take_out(number, Reason::Decreased);
        } else if to < left
            && let Some(order) = self.orders.get_mut(&number)
        {
            (order.left, order.updated) = (to, self.now);
            let order = order.clone();
            self.level(&order, -less(left, to).hundredths());
            self.refresh(account, order.market);
            self.tell(What::Order { order: Box::new(order), reason: Reason::Decreased });
        }
        Ok(to)
    }

    /// Returns how many contracts trade before a resting order: those at better prices, and those of its price whose turn
    /// is earlier.
    pub fn queue_ahead(&self, number: OrderNumber) -> Option<Quantity> {
        let order = self.orders.get(&number)?;
        let ahead = self.queue(order.market, order.action).take_while(|other| other.number != number);
        let sum = ahead.fold(0_i64, |sum, other| sum.saturating_add(other.left.hundredths()));
        Some(Quantity::from_hundredths(sum).unwrap_or(Quantity::MAX))
    }

    /// Returns an account's resting order.
    pub(super) fn owned(&self, account: AccountNumber, number: OrderNumber) -> Result<&Order, Refusal> {
        self.orders.get(&number).filter(|order| order.account == account).ok_or(Refusal::NoSuchOrder)
    }

    /// Cancels a resting order.
    pub(super) fn take_out(&mut self, number: OrderNumber, reason: Reason) {
        let Some(mut order) = self.unlink(number) else { return };
        let left = order.left;
        self.level(&order, -left.hundredths());
        (order.left, order.state, order.updated) = (Quantity::ZERO, OrderState::Cancelled, self.now);
        self.refresh(order.account, order.market);
        self.tell(What::Order { order: Box::new(order), reason });
    }

    /// Takes a resting order out of all lists; what rests at its price is not changed yet.
    pub(super) fn unlink(&mut self, number: OrderNumber) -> Option<Order> {
        let order = self.orders.remove(&number)?;
        if let Some(expires) = order.expires {
            self.expiries.remove(&(expires, number));
        }
        if let Some(market) = self.markets.get_mut(order.market) {
            market.book.remove(order.action, order.price, order.turn);
        }
        let account = self.accounts.get_mut(order.account.0);
        if let Some(holding) = account.and_then(|account| account.holdings.get_mut(&order.market)) {
            holding.orders.retain(|other| *other != number);
        }
        self.groups.forget(&order);
        Some(order)
    }

    /// Changes what rests at an order's price, and says so.
    pub(super) fn level(&mut self, order: &Order, change: i64) {
        if change == 0 {
            return;
        }
        if let Some(market) = self.markets.get_mut(order.market) {
            market.book.change(order.action, order.price, change);
        }
        self.tell(What::Level {
            market: order.market,
            side: order.action,
            price: order.price,
            change,
            order: order.number,
            account: order.account,
        });
    }

    /// Reserves what an account's orders in a contract need, and no more.
    pub(super) fn refresh(&mut self, account: AccountNumber, market: usize) {
        let position = self.accounts.get(account.0).map(|account| account.position(market));
        let Some(position) = position else { return };
        let needed = self.reserve(account, market, position, &|_| false, None);
        let Some(account) = self.accounts.get_mut(account.0) else { return };
        let Some(holding) = account.holdings.get_mut(&market) else { return };
        // What an account can't pay for was refused.
        let needed = i64::try_from(needed).unwrap_or(i64::MAX);
        account.reserved = account.reserved.saturating_add(needed).saturating_sub(holding.reserved);
        holding.reserved = needed;
    }

    /// Numbers what has happened.
    pub(super) fn tell(&mut self, what: What) {
        self.last_event += 1;
        self.events.push(Event { seq: self.last_event, at: self.now, what });
    }
}

/// Takes contracts off what is left of an order, and notes that they were traded.
pub(super) fn traded(order: &mut Order, count: Quantity, now: Timestamp) {
    order.left = less(order.left, count);
    // At most what the order was for.
    order.filled = order.filled.checked_add(count).unwrap_or(Quantity::MAX);
    order.updated = now;
    if order.left.is_zero() {
        order.state = OrderState::Executed;
    }
}
