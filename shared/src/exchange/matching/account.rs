//! An account: its cash, what it holds, and what its orders reserve.

use std::collections::BTreeMap;

use super::OrderNumber;
use super::orders::{less, own_price, plus};
use crate::market::{Action, Position};
use crate::units::{Cash, Price, Quantity, Timestamp};

/// Cash, positions and resting orders of one member.
#[derive(Debug, Clone, Default)]
pub struct Account {
    /// All cash that is in no position, in microdollars: free or reserved.
    pub(super) cash: i64,
    /// What resting orders reserve of it.
    pub(super) reserved: i64,
    pub(super) holdings: BTreeMap<usize, Holding>,
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
    pub(super) orders: Vec<OrderNumber>,
    /// What those orders reserve, in microdollars.
    pub(super) reserved: i64,
}

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
            orders: Vec::new(),
            reserved: 0,
        }
    }

    /// Books a trade and returns what it changes the cash by, its fee included.
    pub(super) fn trade(&mut self, fill: &Traded, now: Timestamp) -> Cash {
        let &Traded { action, price, count, fee, after } = fill;
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

/// What a settled position pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Payout {
    /// What the account gets: whole cents.
    pub(super) paid: Cash,
    /// What was rounded away, in microdollars.
    pub(super) rounded: i64,
}

impl Payout {
    /// Returns what a position pays where a YES contract pays `value`, down to the cent.
    fn of(position: Position, value: Price) -> Self {
        let each = if position.hundredths() < 0 { value.complement() } else { value };
        let exact = each.cost(position.size()).microdollars();
        let rounded = exact % 10_000;
        Self { paid: Cash::from_microdollars(exact - rounded), rounded }
    }
}

/// A trade as an account books it.
pub(super) struct Traded {
    pub(super) action: Action,
    pub(super) price: Price,
    pub(super) count: Quantity,
    pub(super) fee: Cash,
    /// The position after it.
    pub(super) after: Position,
}

fn difference(a: Cash, b: Cash) -> Cash {
    Cash::from_microdollars(a.microdollars().saturating_sub(b.microdollars()))
}

/// Returns the part of a cost that falls on `count` of `of` contracts, rounded down; nothing where nothing is held.
fn share(cost: Cash, count: Quantity, of: Quantity) -> Cash {
    let product = i128::from(cost.microdollars()) * i128::from(count.hundredths());
    let part = product.checked_div(i128::from(of.hundredths())).unwrap_or(0);
    // No more than the cost, as no more is closed than is held.
    Cash::from_microdollars(i64::try_from(part).unwrap_or(0))
}

/// Returns how many of the contracts of a trade close a position, and how many open one.
pub(super) fn parts(position: Position, action: Action, count: Quantity) -> (Quantity, Quantity) {
    let against = if position.towards(action).hundredths() < 0 { position.size() } else { Quantity::ZERO };
    let closing = against.min(count);
    (closing, less(count, closing))
}

/// Returns what a trade changes the cash by, fees apart: what opens is paid for, and what closes brings a dollar a pair
/// less its price.
pub(super) fn flow(action: Action, price: Price, closing: Quantity, opening: Quantity) -> Cash {
    let each = own_price(action, price);
    difference(each.complement().cost(closing), each.cost(opening))
}

/// Returns what orders on one side of a contract reserve, in microdollars: the own price of all contracts but those
/// that may close a position, which are taken to be the cheapest.
///
/// Whatever fills next, and in whatever order, a fill then frees at least what it costs.
pub(super) fn reserve(position: Position, action: Action, orders: &mut [(Price, Quantity)]) -> i128 {
    let against = position.towards(action).hundredths().min(0);
    let total: i64 = orders.iter().map(|order| order.1.hundredths()).fold(0, i64::saturating_add);
    let mut opening = total.saturating_add(against).max(0);
    orders.sort_unstable_by_key(|(price, _)| core::cmp::Reverse(own_price(action, *price)));
    let mut reserved = 0;
    for (price, count) in orders {
        let part = count.hundredths().min(opening);
        opening -= part;
        reserved += i128::from(own_price(action, *price).centicents()) * i128::from(part);
    }
    reserved
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
        self.holdings.get(&market).map_or(Position::FLAT, |holding| holding.position)
    }

    /// Returns the contracts that it has traded or has orders in, by place.
    pub fn holdings(&self) -> impl Iterator<Item = (usize, &Holding)> {
        self.holdings.iter().map(|(market, holding)| (*market, holding))
    }

    /// Returns the orders that rest in a contract, in order of their arrival.
    pub(super) fn orders(&self, market: usize) -> impl Iterator<Item = OrderNumber> {
        self.holdings.get(&market).into_iter().flat_map(|holding| holding.orders.iter().copied())
    }
}
