//! The exchange itself: who is there, what is listed, and what time does.

use std::collections::BTreeSet;

use super::expiries::Expiries;
use super::group::Groups;
use super::links::{Of, Slot};
use super::plan::Plan;
use super::refusal::too_much;
use super::slots::Slots;
use super::{
    Account, AccountNumber, Event, ExchangeState, Listing, Market, MarketStatus, Order, OrderNumber, Reason,
    Refusal, What,
};
use crate::market::Action;
use crate::units::{Cash, Quantity, Timestamp};

/// The most that may ever be paid in, in microdollars: a trillion dollars. No sum of what was paid in can then overflow,
/// and as every open pair of contracts lies on a dollar of it, no position can.
pub(super) const MOST_MONEY: i64 = 1_000_000_000_000_000_000;

/// An exchange with books, accounts and contracts. Time is told with each call and never goes back: an earlier time is
/// taken for the latest that was told.
#[derive(Debug, Clone)]
pub struct Matching {
    pub(super) now: Timestamp,
    pub(super) state: ExchangeState,
    pub(super) markets: Vec<Market>,
    pub(super) accounts: Vec<Account>,
    /// What rests.
    pub(super) slots: Slots,
    /// When orders end.
    pub(super) expiries: Expiries,
    /// When contracts close.
    pub(super) closes: BTreeSet<(Timestamp, usize)>,
    /// Before this nothing happens by itself: no later than the first of the two.
    pub(super) quiet_until: Timestamp,
    pub(super) groups: Groups,
    /// What the last arriving order did: kept for the room that its lists have.
    pub(super) plan: Option<Box<Plan>>,
    pub(super) last_order: u64,
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
            slots: Slots::new(),
            expiries: Expiries::new(),
            closes: BTreeSet::new(),
            quiet_until: Timestamp::MAX,
            groups: Groups::new(),
            plan: None,
            last_order: 0,
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
        let number = AccountNumber(self.accounts.len() as u32);
        self.accounts.push(Account::default());
        number
    }

    /// Pays cash into an account, or out of it if it is negative.
    ///
    /// # Errors
    ///
    /// Refuses to pay out more than is free, and to hold more than a trillion dollars.
    pub fn pay(&mut self, account: AccountNumber, amount: Cash) -> Result<(), Refusal> {
        let account = self.accounts.get_mut(account.place()).ok_or(Refusal::NoSuchAccount)?;
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
            self.quiet_until = self.quiet_until.min(closes);
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
        self.accounts.get(account.place())
    }

    /// Returns an order that rests.
    pub fn order(&self, number: OrderNumber) -> Option<&Order> {
        self.slots.get(number)
    }

    /// Returns what an account has resting, contract by contract and there in the order in which they came or last moved.
    pub fn resting(&self, account: AccountNumber) -> impl Iterator<Item = &Order> {
        let holdings = self.account(account).into_iter().flat_map(Account::holdings);
        holdings
            .flat_map(|(_, holding)| holding.orders.iter(Of::Owner, &self.slots))
            .map(|slot| &self.slots[slot])
    }

    /// Returns what rests on a side of a contract, in the order in which it trades.
    pub fn queue(&self, market: usize, action: Action) -> impl Iterator<Item = &Order> {
        let halves = self.markets.get(market).map(|market| market.book.half(action)).into_iter();
        halves
            .flat_map(|half| half.queues(&self.slots))
            .flat_map(|(_, queue)| queue)
            .map(|slot| &self.slots[slot])
    }

    /// Returns how many contracts trade before a resting order: those at better prices, and those of its price whose turn
    /// is earlier.
    pub fn queue_ahead(&self, number: OrderNumber) -> Option<Quantity> {
        let order = self.order(number)?;
        let half = self.markets.get(order.market)?.book.half(order.action);
        let ahead = half.queue(order.own_price()).iter(Of::Price, &self.slots).map(|slot| &self.slots[slot]);
        let ahead = ahead.take_while(|other| other.number != number).map(|other| other.left.hundredths());
        let sum = ahead.fold(half.better(order.own_price()), i64::saturating_add);
        Some(Quantity::saturating(sum))
    }

    /// Returns the number of the last trade; zero before there is one.
    pub const fn last_trade(&self) -> u64 {
        self.last_trade
    }

    /// Returns the number of the last event.
    pub const fn seq(&self) -> u64 {
        self.last_event
    }

    /// Takes what has happened since this was last called.
    pub fn drain(&mut self) -> Vec<Event> {
        core::mem::take(&mut self.events)
    }

    /// Takes what has happened since this or [`Matching::drain`] was last called, in place of what `events` held: who calls
    /// it again with the same list needs no new memory.
    pub fn drain_into(&mut self, events: &mut Vec<Event>) {
        events.clear();
        core::mem::swap(&mut self.events, events);
    }

    /// Returns when time alone will next change something.
    pub fn next_due(&self) -> Option<Timestamp> {
        let expiry = self.expiries.first().map(|due| due.0);
        let close = self.closes.first().map(|due| due.0);
        expiry.into_iter().chain(close).min()
    }

    /// Lets time pass: orders end and contracts close, each at its own time.
    pub fn advance(&mut self, now: Timestamp) {
        if now >= self.quiet_until {
            self.catch_up(now);
        }
        self.now = self.now.max(now);
    }

    #[inline(never)]
    fn catch_up(&mut self, now: Timestamp) {
        while let Some(due) = self.next_due().filter(|due| *due <= now) {
            self.now = self.now.max(due);
            if let Some((at, market)) = self.closes.first().copied().filter(|close| close.0 == due) {
                self.closes.remove(&(at, market));
                self.close(market);
            } else if let Some((_, slot)) = self.expiries.first() {
                self.take_out(slot, Reason::Expired);
            }
        }
        self.quiet_until = self.next_due().unwrap_or(Timestamp::MAX);
    }

    /// Numbers what has happened.
    #[inline]
    pub(super) fn tell(&mut self, what: What) {
        self.last_event += 1;
        let (seq, at) = (self.last_event, self.now);
        self.events.extend(core::iter::once_with(|| Event { seq, at, what }));
    }

    /// Tells how a resting order stands.
    #[inline]
    pub(super) fn tell_order(&mut self, slot: Slot, reason: Reason) {
        self.last_event += 1;
        push_order(&mut self.events, self.last_event, self.now, &self.slots[slot], reason);
    }

    /// Tells how an order stands that doesn't rest.
    pub(super) fn tell_gone(&mut self, order: &Order, reason: Reason) {
        self.last_event += 1;
        push_order(&mut self.events, self.last_event, self.now, order, reason);
    }

    /// Tells that more or less rests at an order's price, by hundredths of a contract.
    #[inline]
    pub(super) fn tell_level(&mut self, slot: Slot, change: i64) {
        let &Order { market, action: side, price, number: order, account, .. } = &self.slots[slot];
        self.tell(What::Level { market, side, price, change, order, account });
    }
}

/// Adds the event of an order, which is made where it stays: an order is large.
#[inline]
fn push_order(events: &mut Vec<Event>, seq: u64, at: Timestamp, order: &Order, reason: Reason) {
    let made = || Event { seq, at, what: What::Order { order: order.clone(), reason } };
    events.extend(core::iter::once_with(made));
}
