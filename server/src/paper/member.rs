//! A member: who signs, what the account is, and what happened to its orders.

use std::collections::{BTreeMap, VecDeque};

use shared::exchange::matching::{AccountNumber, Called, Order, OrderNumber, OrderState, OwnFill};
use shared::market::Ticker;
use shared::units::{Quantity, Timestamp};
use shared::wire::{self, Settlement};

use super::ids::{Ids, Named};
use super::names::Names;

/// How many orders that are over are listed, and how many fills, the latest: so what is kept doesn't grow for ever. Kalshi
/// has what is older elsewhere, under `/historical`.
const OVER: usize = 500;
const FILLS: usize = 5_000;

/// A member of the exchange.
#[derive(Debug, Clone)]
pub(super) struct Member {
    pub(super) account: AccountNumber,
    pub(super) user_id: String,
    /// The ids of the member's own that are taken: none is taken twice.
    pub(super) taken: Names,
    /// Its orders as they stand, the latest that are over included.
    pub(super) orders: BTreeMap<OrderNumber, Kept>,
    /// Those that are over, in that order.
    over: VecDeque<OrderNumber>,
    /// Its latest fills, the oldest first, and how many there were before them.
    fills: VecDeque<(Timestamp, OwnFill)>,
    fills_before: u64,
    /// What it was paid, the oldest first.
    pub(super) settlements: Vec<Settlement>,
    /// How many contracts it has bought, by place of the contract.
    pub(super) bought: BTreeMap<usize, Quantity>,
    /// When its money last changed.
    pub(super) updated: Timestamp,
}

/// An order, and what its owner calls it.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    pub(super) order: Order,
    pub(super) client_order_id: String,
}

impl Member {
    /// Returns a member without orders.
    pub(super) fn new(account: AccountNumber, user_id: String, now: Timestamp) -> Self {
        Self {
            account,
            user_id,
            taken: Names::default(),
            orders: BTreeMap::new(),
            over: VecDeque::new(),
            fills: VecDeque::new(),
            fills_before: 0,
            settlements: Vec::new(),
            bought: BTreeMap::new(),
            updated: now,
        }
    }

    /// Takes note of how an order stands; one that was not known yet is called `name`.
    pub(super) fn note_order(&mut self, order: &Order, name: impl FnOnce() -> String) {
        let kept = self.orders.entry(order.number);
        let kept = kept.or_insert_with(|| Kept { order: order.clone(), client_order_id: name() });
        kept.order = order.clone();
        if order.state == OrderState::Resting || self.over.contains(&order.number) {
            return;
        }
        self.over.push_back(order.number);
        if self.over.len() > OVER
            && let Some(oldest) = self.over.pop_front()
        {
            self.orders.remove(&oldest);
        }
    }

    /// Takes note of a fill.
    pub(super) fn note_fill(&mut self, at: Timestamp, fill: OwnFill) {
        self.fills.push_back((at, fill));
        if self.fills.len() > FILLS {
            self.fills.pop_front();
            self.fills_before += 1;
        }
        let bought = self.bought.entry(fill.market).or_insert(Quantity::ZERO);
        *bought = bought.checked_add(fill.count).unwrap_or(Quantity::MAX);
    }

    /// Returns the member as it was at an instant, where `undone` are the orders that have changed since, the latest first, as
    /// they were before. Which names it had taken is not said.
    pub(super) fn as_of(&self, at: Timestamp, undone: &[&(Timestamp, OrderNumber, Option<Kept>)]) -> Self {
        let mut orders = self.orders.clone();
        for (_, number, before) in undone {
            match before {
                Some(kept) => orders.insert(*number, kept.clone()),
                None => orders.remove(number),
            };
        }
        let mut bought = self.bought.clone();
        for (_, fill) in self.fills.iter().rev().take_while(|(filled, _)| *filled > at) {
            if let Some(count) = bought.get_mut(&fill.market) {
                *count = count.checked_sub(fill.count).unwrap_or(Quantity::ZERO);
            }
        }
        Self {
            account: self.account,
            user_id: self.user_id.clone(),
            taken: Names::default(),
            orders,
            over: VecDeque::new(),
            fills: self.fills.iter().take_while(|(filled, _)| *filled <= at).copied().collect(),
            fills_before: self.fills_before,
            settlements: self.settlements.iter().filter(|paid| paid.settled_time.0 <= at).cloned().collect(),
            bought,
            updated: self.updated.min(at),
        }
    }

    /// Returns the fills, each with its number, the newest first.
    pub(super) fn fills(&self) -> impl Iterator<Item = (u64, &(Timestamp, OwnFill))> {
        let first = self.fills_before;
        self.fills.iter().enumerate().rev().map(move |(k, fill)| (first + k as u64, fill))
    }

    /// Returns an order as it is listed.
    pub(super) fn order(&self, kept: &Kept, ticker: &Ticker, ids: Ids) -> wire::Order {
        let Kept { order, client_order_id } = kept;
        order.listed(Called {
            order_id: ids.text(Named::Order, order.number.0),
            user_id: self.user_id.clone(),
            client_order_id: client_order_id.clone(),
            ticker: ticker.clone(),
            group_id: order.group().map(|group| ids.text(Named::Group, group.0)),
        })
    }

    /// Returns a fill as it is listed.
    pub(super) fn fill(at: Timestamp, fill: &OwnFill, ticker: &Ticker, ids: Ids) -> wire::Fill {
        let (trade, order) = (ids.text(Named::Trade, fill.trade), ids.text(Named::Order, fill.order.0));
        fill.listed(at, trade, order, ticker.clone())
    }
}

#[cfg(test)]
mod tests {
    use shared::exchange::matching::{Listing, NewOrder};
    use shared::fees::{FeeMultiplier, FeeSchedule, FeeType};
    use shared::market::{Action, PriceGrid};

    use super::*;
    use crate::paper::KeyKind;
    use crate::paper::core::Core;
    use crate::paper::keys::FreshKey;

    #[test]
    fn of_orders_that_are_over_the_latest_are_kept_and_all_that_rest() {
        let now: Timestamp = "2026-11-16T10:00:00Z".parse().unwrap();
        let mut core = Core::new(now, Ids(1));
        let fees = FeeSchedule::new(FeeType::Quadratic, FeeMultiplier::ONE).unwrap();
        let market = core.exchange.list(now, Listing { grid: PriceGrid::linear_cent(), fees, closes: None });
        let key = FreshKey::generate(KeyKind::Ed25519).unwrap().public;
        let number = core.register("key", key, "1000".parse().unwrap()).unwrap();
        let account = core.members[number].account;
        let (price, count) = ("0.01".parse().unwrap(), "1".parse().unwrap());
        let order = NewOrder::resting(market, Action::Buy, price, count);
        let mut place = |name: usize, rests: bool| {
            let placed = core.order(Some(&name.to_string()), |exchange| exchange.place(now, account, &order));
            let placed = placed.unwrap().order;
            if !rests {
                core.exchange.cancel(now, account, placed).unwrap();
                core.publish();
            }
            placed
        };
        let rests = place(0, true);
        let over: Vec<OrderNumber> = (1..=OVER + 2).map(|name| place(name, false)).collect();
        let kept: Vec<OrderNumber> = core.members[number].orders.keys().copied().collect();
        assert_eq!(kept, [&[rests], &over[2..]].concat());
        assert_eq!(core.client_order_id(number, over[2]), Some("3"));
    }
}
