//! An account: its cash, what it holds, and what its orders reserve.

use super::links::List;
use super::orders::{less, own_price, plus};
use super::reserve::Side;
use crate::market::{Action, Position};
use crate::units::{Cash, Price, Quantity, Timestamp};

/// Cash, positions and resting orders of one member.
#[derive(Debug, Clone, Default)]
pub struct Account {
    /// All cash that is in no position, in microdollars: free or reserved.
    pub(super) cash: i64,
    /// What resting orders reserve of it.
    pub(super) reserved: i64,
    /// How many orders rest.
    pub(super) resting: usize,
    /// Where what is held of each contract stands in `holdings`, and one; zero where there is nothing.
    places: Vec<u32>,
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
    /// What they reserve, by action.
    pub(super) sides: [Side; 2],
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
            orders: List::EMPTY,
            sides: [Side::new(), Side::new()],
        }
    }

    /// Returns the orders that rest on one side.
    pub(super) const fn side(&self, action: Action) -> &Side {
        &self.sides[action as usize]
    }

    /// Returns the same to be changed.
    pub(super) const fn side_mut(&mut self, action: Action) -> &mut Side {
        &mut self.sides[action as usize]
    }

    /// Reserves what the orders on one side need, and returns by how much that is more, in microdollars.
    pub(super) fn refresh(&mut self, action: Action) -> i64 {
        let against = against(self.position, action);
        let side = self.side_mut(action);
        // What an account can't pay for was refused.
        let needs = i64::try_from(side.needs(against, &[])).unwrap_or(i64::MAX);
        needs - core::mem::replace(&mut side.reserved, needs)
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

/// Returns how many contracts a trade can close of a position.
pub(super) fn against(position: Position, action: Action) -> Quantity {
    if position.towards(action).hundredths() < 0 { position.size() } else { Quantity::ZERO }
}

/// Returns how many of the contracts of a trade close a position, and how many open one.
pub(super) fn parts(position: Position, action: Action, count: Quantity) -> (Quantity, Quantity) {
    let closing = against(position, action).min(count);
    (closing, less(count, closing))
}

/// Returns what a trade changes the cash by, fees apart: what opens is paid for, and what closes brings a dollar a pair
/// less its price.
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
        let place = self.places.get(market)?.checked_sub(1)?;
        self.holdings.get(place as usize)
    }

    /// Returns the same to be changed.
    pub(super) fn holding_mut(&mut self, market: usize) -> Option<&mut Holding> {
        let place = self.places.get(market)?.checked_sub(1)?;
        self.holdings.get_mut(place as usize)
    }

    /// Returns the same, made if there was nothing.
    pub(super) fn hold(&mut self, market: usize, now: Timestamp) -> &mut Holding {
        if self.places.len() <= market {
            self.places.resize(market + 1, 0);
        }
        if self.places[market] == 0 {
            self.holdings.push(Holding::new(now));
            self.places[market] = self.holdings.len() as u32;
        }
        &mut self.holdings[self.places[market] as usize - 1]
    }
}
