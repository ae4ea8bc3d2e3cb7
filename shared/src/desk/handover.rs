//! What a run leaves to the next one where it ends to be gone on with: its orders go on to rest, and the next run adopts them.
//!
//! The exchange doesn't say how much of the cash its resting orders hold back, so the next run goes on from what this one reckons,
//! and books what has traded since. That this comes to what the exchange says is held is checked before; where it doesn't,
//! everything is taken back, and the next run begins as after any other.

use serde::{Deserialize, Serialize};

use super::{Account, Event, Left};
use crate::market::{Action, Position, Ticker, TradeId};
use crate::units::{Cash, Price, Quantity, Timestamp};
use crate::wire;

/// How long after a change of an order was answered a second copy of it is reckoned with, in microseconds: what is on its way for
/// longer comes to nothing.
const COPY: i64 = 31_000_000;

/// What a run hands over as it ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handover {
    /// The cash that it reckons with, what resting orders hold back included.
    pub cash: Cash,
    /// What it holds, where that is anything.
    pub held: Vec<(Ticker, Position)>,
    /// The orders that it leaves resting.
    pub orders: Vec<HandedOver>,
}

/// An order that is left resting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandedOver {
    /// Our name of it.
    pub name: String,
    /// The exchange's id.
    pub id: String,
    /// Its contract.
    pub ticker: Ticker,
    /// Whether it buys or sells YES.
    pub side: Action,
    /// Its YES price.
    pub price: Price,
    /// How many contracts it is for in all.
    pub total: Quantity,
    /// How many of them have traded.
    pub traded: Quantity,
    /// When it ends by itself.
    pub expires: Timestamp,
    /// When a change of it was answered last, be it of its end alone, by the exchange's clock; none if none was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<Timestamp>,
    /// The trades of it that were heard.
    pub heard: Vec<TradeId>,
}

impl Handover {
    /// Returns what the run before has handed over, if a run that trades `event` may adopt it: it has let go of its group, and
    /// of no other order it is to be found out what became of it.
    pub(super) fn to(left: &Left, event: &Event) -> Option<Self> {
        let handover = left.handover.as_ref()?;
        let is_released = left.group.as_ref().is_some_and(|(_, is_released)| *is_released);
        let are_all = left.unfinished.len() == handover.orders.len()
            && handover.orders.iter().all(|order| left.unfinished.contains_key(&order.name));
        let are_here = handover.orders.iter().all(|order| event.has(&order.ticker))
            && handover.held.iter().all(|(ticker, _)| event.has(ticker));
        (is_released && are_all && are_here).then(|| (**handover).clone())
    }

    /// Returns for how long from `now` on, by the exchange's clock, what the run before has asked may come a second time and change
    /// these orders, in microseconds: for no longer than they rest. A new order is taken once: its name is. That run has ended before
    /// this one began, so that it is no longer than after an answer that came just now, whatever its clock showed.
    pub(super) fn noise(&self, now: Timestamp) -> i64 {
        let until = |order: &HandedOver| {
            let until = order.changed?.checked_add_micros(COPY).unwrap_or(Timestamp::MAX);
            Some(until.min(order.expires))
        };
        let last = self.orders.iter().filter_map(until).max();
        last.map_or(0, |last| last.micros_since(now).clamp(0, COPY))
    }

    /// Returns whether an order that rests is one of these, as it was left but for what has traded of it.
    pub(super) fn has(&self, group: &str, listed: &wire::Order) -> bool {
        let Some(order) = self.orders.iter().find(|order| order.id == listed.order_id) else { return false };
        order.is(listed)
            && order.name == listed.client_order_id
            && listed.order_group_id.as_deref() == Some(group)
    }

    /// Returns the account that the next run goes on from, if what the exchange has is that and what these orders have traded
    /// since, by its latest fills.
    pub(super) fn account(&self, event: &Event, fills: &[wire::Fill], told: &Account) -> Option<Account> {
        let reckoned = Account { free: self.cash, held: self.held.clone() };
        let mut after = reckoned.held.clone();
        let mut has_traded = false;
        for fill in fills {
            let Some(order) = self.orders.iter().find(|order| order.id == fill.order_id) else { continue };
            if fill.trade_id.parse().is_ok_and(|trade: TradeId| order.heard.contains(&trade)) {
                continue;
            }
            has_traded = true;
            let place = after.iter().position(|(ticker, _)| *ticker == fill.ticker);
            let held = place.and_then(|place| after.get(place)).map_or(Position::FLAT, |held| held.1);
            let held = held.checked_after(fill.book_side.action(), fill.count_fp)?;
            match place.and_then(|place| after.get_mut(place)) {
                Some(known) => known.1 = held,
                None => after.push((fill.ticker.clone(), held)),
            }
        }
        let after = Account { held: after, ..reckoned };
        let all = after.held.iter().chain(&told.held).map(|(ticker, _)| ticker);
        let mut all = all.filter(|ticker| event.has(ticker));
        let is_held = all.all(|ticker| after.held(ticker) == told.held(ticker));
        // Orders only hold cash back.
        let is_there = has_traded || told.free <= self.cash;
        (is_held && is_there).then_some(reckoned)
    }
}

impl HandedOver {
    /// Returns whether the exchange lists it as it was left, but for what has traded of it.
    fn is(&self, listed: &wire::Order) -> bool {
        let left = self.total.checked_sub(listed.fill_count_fp);
        self.ticker == listed.ticker
            && self.side == listed.book_side.action()
            && self.price == listed.yes_price_dollars
            && left == Some(listed.remaining_count_fp)
    }
}
