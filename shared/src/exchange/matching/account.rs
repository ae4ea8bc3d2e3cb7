//! An account: its cash, what it holds, and what its orders reserve.

use super::links::{List, Of};
use super::orders::{less, own_price, plus};
use super::payout::Payout;
use super::reserve::Change;
use super::seat::Seat;
use super::slots::Slots;
use super::tally::Tally;
use crate::market::{Action, Position};
use crate::units::{Cash, Price, Quantity, Timestamp};

/// Cash, positions and resting orders of one member. It is a cache line; what it holds has others.
#[derive(Debug, Clone, Default)]
#[repr(align(64))]
pub struct Account {
    /// All cash that is in no position, in microdollars: free or reserved.
    pub(super) cash: i64,
    /// What resting orders reserve of it.
    pub(super) reserved: i64,
    /// How many orders rest.
    pub(super) resting: usize,
    /// Where what is held of each contract stands in `holdings`, and one; zero where there is nothing.
    places: Box<[u32]>,
    holdings: Vec<Holding>,
}

/// What an account holds of one contract, and what rests there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    /// Net YES contracts.
    pub position: Position,
    /// What the position has cost, fees apart.
    pub cost: Cash,
    /// What was made on what is no longer held, fees apart.
    pub realized: Cash,
    /// What was charged.
    pub fees: Cash,
    /// What all contracts that were bought, YES or NO, have cost.
    pub traded: Cash,
    /// What was held when the contract settled; nothing before.
    pub settled: Position,
    /// When it last traded or settled.
    pub updated: Timestamp,
    /// The orders that rest.
    pub(super) orders: List,
    /// What they come to and reserve, by action.
    tallies: Tallies,
}

/// Two tallies, in a cache line of their own: with them all of a holding is in two lines.
#[derive(Debug, Clone, PartialEq, Eq)]
#[repr(align(64))]
struct Tallies([Tally; 2]);

impl Holding {
    pub(super) const fn new(now: Timestamp) -> Self {
        Self {
            position: Position::FLAT,
            cost: Cash::ZERO,
            realized: Cash::ZERO,
            fees: Cash::ZERO,
            traded: Cash::ZERO,
            settled: Position::FLAT,
            updated: now,
            orders: List::EMPTY,
            tallies: Tallies([Tally::new(), Tally::new()]),
        }
    }

    /// Returns what is reserved for the orders on one side, in microdollars.
    pub(super) const fn reserved(&self, action: Action) -> i64 {
        self.tallies.0[action as usize].reserved
    }

    /// Adds hundredths of a contract to what the orders on one side come to, or takes them away, and reserves nothing yet.
    #[inline]
    pub(super) fn change(&mut self, action: Action, change: Change) {
        self.tallies.0[action as usize].change(change);
    }

    /// Returns what the orders on one side need, in microdollars, if this position were held and a few things changed.
    #[inline]
    pub(super) fn needs(
        &mut self,
        action: Action,
        position: Position,
        changes: &[Change],
        slots: &Slots,
    ) -> i128 {
        let against = against(position, action);
        match self.tallies.0[action as usize].total(against, changes) {
            Some(total) => total,
            None => self.needs_by_price(action, against, changes, slots),
        }
    }

    #[inline(never)]
    fn needs_by_price(
        &mut self,
        action: Action,
        against: Quantity,
        changes: &[Change],
        slots: &Slots,
    ) -> i128 {
        let orders = self.orders.iter(Of::Owner, slots).map(|slot| &slots[slot]);
        let orders = orders.map(|order| (order.action, (order.own_price(), order.left.hundredths())));
        self.tallies.0[action as usize].by_price(action, orders).needs(against, changes)
    }

    /// Reserves what the orders on one side need, and returns by how much that is more, in microdollars.
    #[inline]
    pub(super) fn refresh(&mut self, action: Action, slots: &Slots) -> i64 {
        let against = against(self.position, action);
        let needs = match self.tallies.0[action as usize].total_now(against) {
            Some(total) => total,
            // What an account can't pay for was refused.
            None => i64::try_from(self.needs_by_price(action, against, &[], slots)).unwrap_or(i64::MAX),
        };
        needs - core::mem::replace(&mut self.tallies.0[action as usize].reserved, needs)
    }

    /// Books a trade and returns what it changes the cash by, its fee included.
    #[inline]
    pub(super) fn trade(&mut self, fill: &Traded, now: Timestamp) -> Cash {
        let &Traded { action, price, count, fee } = fill;
        // Every open pair lies on a dollar that was paid in: no position is too large.
        let after = self.position.checked_after(action, count).unwrap_or(self.position);
        let (closing, opening) = parts(self.position, action, count);
        let each = own_price(action, price);
        // What closes is the other side of what is held: it brings that side's price.
        let brings = each.complement().cost(closing);
        let part = share(self.cost, closing, self.position.size());
        self.realized = plus(self.realized, difference(brings, part));
        self.cost = plus(difference(self.cost, part), each.cost(opening));
        self.traded = plus(self.traded, each.cost(count));
        self.fees = plus(self.fees, fee);
        self.position = after;
        self.updated = now;
        plus(flow(action, price, closing, opening), Cash::from_microdollars(-fee.microdollars()))
    }

    /// Pays a settled position out and returns what it pays.
    pub(super) fn settle(&mut self, value: Price, now: Timestamp) -> Payout {
        let payout = Payout::of(self.position, value);
        if self.position != Position::FLAT {
            self.realized = plus(self.realized, difference(payout.paid, self.cost));
            self.updated = now;
        }
        (self.settled, self.position, self.cost) = (self.position, Position::FLAT, Cash::ZERO);
        payout
    }

    /// Returns what the settled position is paid at a value.
    pub(super) fn would_pay(&self, value: Price) -> Cash {
        Payout::of(self.settled, value).paid
    }

    /// Corrects what a settled position was paid, and returns what it had been paid and what it is paid now.
    pub(super) fn resettle(&mut self, before: Price, value: Price, now: Timestamp) -> [Payout; 2] {
        let payouts = [before, value].map(|value| Payout::of(self.settled, value));
        if self.settled != Position::FLAT {
            self.realized = plus(self.realized, difference(payouts[1].paid, payouts[0].paid));
            self.updated = now;
        }
        payouts
    }
}

/// A trade as an account books it.
pub(super) struct Traded {
    pub(super) action: Action,
    pub(super) price: Price,
    pub(super) count: Quantity,
    pub(super) fee: Cash,
}

/// Returns a difference of two amounts that are each within what may be paid in, so that it fits.
#[inline]
const fn difference(a: Cash, b: Cash) -> Cash {
    Cash::from_microdollars(a.microdollars() - b.microdollars())
}

/// Returns the part of a cost that falls on `count` of `of` contracts, rounded down; nothing where nothing is held.
#[inline]
fn share(cost: Cash, count: Quantity, of: Quantity) -> Cash {
    if count.is_zero() {
        return Cash::ZERO;
    }
    if count == of {
        return cost;
    }
    let (cost, count, of) = (cost.microdollars(), count.hundredths(), of.hundredths());
    if let Some(product) = cost.checked_mul(count) {
        return Cash::from_microdollars(product.checked_div(of).unwrap_or(0));
    }
    let part = (i128::from(cost) * i128::from(count)).checked_div(i128::from(of)).unwrap_or(0);
    // No more than the cost, as no more is closed than is held.
    Cash::from_microdollars(i64::try_from(part).unwrap_or(0))
}

/// Returns how many contracts a trade can close of a position.
#[inline]
pub(super) fn against(position: Position, action: Action) -> Quantity {
    Quantity::saturating(-position.towards(action).hundredths())
}

/// Returns how many of the contracts of a trade close a position, and how many open one.
#[inline]
pub(super) fn parts(position: Position, action: Action, count: Quantity) -> (Quantity, Quantity) {
    let closing = against(position, action).min(count);
    (closing, less(count, closing))
}

/// Returns what a trade changes the cash by, fees apart: what opens is paid for, and what closes brings a dollar a pair
/// less its price.
#[inline]
pub(super) fn flow(action: Action, price: Price, closing: Quantity, opening: Quantity) -> Cash {
    let each = own_price(action, price);
    difference(each.complement().cost(closing), each.cost(opening))
}

impl Account {
    /// Returns the cash that no order reserves. It is below zero only where fees of resting orders made it so.
    pub const fn free(&self) -> Cash {
        Cash::from_microdollars(self.cash - self.reserved)
    }

    /// Returns what resting orders reserve.
    pub const fn reserved(&self) -> Cash {
        Cash::from_microdollars(self.reserved)
    }

    /// Returns what is held of a contract.
    pub fn position(&self, market: usize) -> Position {
        self.holding(market).map_or(Position::FLAT, |holding| holding.position)
    }

    /// Returns the contracts that it has traded or had orders in, by place.
    pub fn holdings(&self) -> impl Iterator<Item = (usize, &Holding)> {
        (0..self.places.len()).filter_map(|market| Some((market, self.holding(market)?)))
    }

    /// Returns what is held of a contract and rests in it, if there ever was something.
    pub(super) fn holding(&self, market: usize) -> Option<&Holding> {
        self.holdings.get(self.seat(market)?.0 as usize)
    }

    /// Returns the same to be changed.
    pub(super) fn holding_mut(&mut self, market: usize) -> Option<&mut Holding> {
        self.at_mut(self.seat(market)?)
    }

    /// Returns where that is kept, if there ever was something.
    #[inline]
    pub(super) fn seat(&self, market: usize) -> Option<Seat> {
        self.places.get(market)?.checked_sub(1).map(Seat)
    }

    /// Returns the same, made if there was nothing.
    #[inline]
    pub(super) fn take_seat(&mut self, market: usize, now: Timestamp) -> Seat {
        self.seat(market).unwrap_or_else(|| self.new_seat(market, now))
    }

    #[cold]
    fn new_seat(&mut self, market: usize, now: Timestamp) -> Seat {
        if self.places.len() <= market {
            // As many again, so that a series of contracts is not copied for each of them.
            let mut places = core::mem::take(&mut self.places).into_vec();
            places.resize(2 * market + 1, 0);
            self.places = places.into();
        }
        self.holdings.push(Holding::new(now));
        self.places[market] = self.holdings.len() as u32;
        Seat(self.places[market] - 1)
    }

    /// Returns what is kept there.
    #[inline]
    pub(super) fn at_mut(&mut self, seat: Seat) -> Option<&mut Holding> {
        self.holdings.get_mut(seat.0 as usize)
    }

    /// Reserves what the orders in a contract need, on both sides.
    #[inline]
    pub(super) fn refresh(&mut self, seat: Seat, slots: &Slots) {
        let Some(holding) = self.holdings.get_mut(seat.0 as usize) else { return };
        if holding.orders.is_empty() {
            return;
        }
        self.reserved += holding.refresh(Action::Buy, slots) + holding.refresh(Action::Sell, slots);
    }
}
