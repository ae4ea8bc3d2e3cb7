//! What limits count on from, whatever run it came of: what the event has cost, the day and its loss, the messages of the last
//! minute. Read from what was written down.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::entry::{Answered, Command, Entry, Said, Setting, Written};
use super::orders::What;
use crate::engine::Record;
use crate::exchange::{Fill, OrderId};
use crate::market::{Action, EventTicker, Position, Ticker};
use crate::risk::{Carried, EventSoFar};
use crate::units::{Cash, Price, Quantity, Timestamp};
use crate::wire;

/// For how long it is kept when messages were sent, in microseconds: those of a minute count, and a clock that was ahead may be right
/// in the next run, for which that minute began earlier.
const COUNTS: i64 = 3 * 60_000_000;

/// What an event has cost so far, and for what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The event.
    pub event: EventTicker,
    /// What it has cost and lost.
    pub so_far: EventSoFar,
    /// What is held for that.
    pub held: BTreeMap<Ticker, Position>,
}

/// What the limits count on from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SoFar {
    /// What the event has cost, once that is known.
    pub kept: Option<Kept>,
    /// When messages were sent in the last three minutes of which something was written down, the oldest first.
    pub messages: Vec<Timestamp>,
    /// When something was last written down.
    pub last: Option<Timestamp>,
    /// How much was heard to have traded of orders that are not known to be over, by our names.
    heard: BTreeMap<String, Quantity>,
    /// The contracts of the run, by place.
    #[serde(skip)]
    places: Vec<Ticker>,
    /// What the run's names for orders begin with.
    #[serde(skip)]
    prefix: String,
    /// The names of orders of the run before that this one goes on with.
    #[serde(skip)]
    adopted: BTreeMap<OrderId, String>,
}

impl SoFar {
    /// Forgets what is of one run alone, as the next one begins.
    pub(super) fn begin(&mut self) {
        self.places.clear();
        self.prefix.clear();
        self.adopted.clear();
    }

    /// Takes in the next entry of a run.
    pub(super) fn take(&mut self, entry: &Entry) {
        match &entry.what {
            Written::Setting(Setting::SoFar(kept)) => self.kept = Some((**kept).clone()),
            Written::Setting(Setting::Adopted { client_order_id: name, order, traded }) => {
                self.adopted.insert(*order, name.clone());
                self.heard.insert(name.clone(), *traded);
            }
            Written::Input(Record::List { ticker, .. }) => self.places.push(ticker.clone()),
            Written::Input(Record::Fill { fill, .. }) => {
                let adopted = self.adopted.get(&fill.order).cloned();
                let name = adopted.unwrap_or_else(|| format!("{}{}", self.prefix, fill.order));
                let heard = self.heard.entry(name).or_default();
                *heard = heard.saturating_add(fill.count);
                if let Some(ticker) = self.places.get(fill.contract).cloned() {
                    let Fill { action, price, count, fee, .. } = *fill;
                    self.pay(&ticker, action, (price, count), fee);
                }
            }
            Written::Input(Record::Settled { place, value }) => {
                if let (Some(kept), Some(ticker)) = (&mut self.kept, self.places.get(*place))
                    && let Some(held) = kept.held.remove(ticker)
                {
                    let paid = held.worth(*value).microdollars() - held.residue(*value).microdollars();
                    kept.spend(-paid);
                }
            }
            Written::Command(Command { client_order_id: name, what, .. }) => {
                if matches!(what, What::Place { .. } | What::Amend { .. } | What::Cancel) {
                    self.messages.retain(|at| entry.at.micros_since(*at) < COUNTS);
                    self.messages.push(entry.at);
                }
                if let (What::Place { .. }, Some(dash)) = (what, name.rfind('-')) {
                    name.get(..=dash).unwrap_or_default().clone_into(&mut self.prefix);
                }
            }
            Written::Answer(Answered {
                client_order_id: name,
                answer: Said::Over | Said::Reconciled(_),
                ..
            }) => {
                self.heard.remove(name);
            }
            _ => {}
        }
        self.last = self.last.max(Some(entry.at));
    }

    /// Takes in what orders that earlier runs left have traded and was not heard, by the exchange's list of them and its latest
    /// fills. Returns whether there was any.
    pub(super) fn pay_unheard(&mut self, orders: &[wire::Order], fills: &[wire::Fill]) -> bool {
        let mut is_any = false;
        for order in orders {
            let heard = self.heard.get(&order.client_order_id).copied().unwrap_or_default();
            let mut left = order.fill_count_fp.saturating_sub(heard);
            is_any |= !left.is_zero();
            let (ticker, action) = (&order.ticker, order.book_side.action());
            let mut of_order: Vec<&wire::Fill> =
                fills.iter().filter(|fill| fill.order_id == order.order_id).collect();
            // What was not heard is what came last.
            of_order.sort_by_key(|fill| core::cmp::Reverse(fill.created_time.map(|at| at.0)));
            for fill in of_order {
                let count = fill.count_fp.min(left);
                if !count.is_zero() {
                    self.pay(ticker, action, (fill.yes_price_dollars, count), fill.fee_cost);
                    left = left.saturating_sub(count);
                }
            }
            self.pay(ticker, action, (order.yes_price_dollars, left), Cash::ZERO);
        }
        is_any
    }

    fn pay(&mut self, ticker: &Ticker, action: Action, (price, count): (Price, Quantity), fee: Cash) {
        let Some(kept) = &mut self.kept else { return };
        let held = kept.held.entry(ticker.clone()).or_insert(Position::FLAT);
        if let Some(after) = held.checked_after(action, count) {
            *held = after;
            let cost = price.cost(count).microdollars();
            kept.spend(if action == Action::Buy { cost } else { -cost });
            kept.spend(fee.microdollars());
        }
    }

    /// Returns what a run that trades an event counts on from, and of each of its contracts what is held that was not paid for in
    /// that.
    pub(super) fn carried(
        &self,
        event: &EventTicker,
        held: &[(Ticker, Position)],
    ) -> (Carried, Vec<Position>) {
        let kept = self.kept.as_ref().filter(|kept| kept.event == *event);
        let brought = held.iter().map(|(ticker, held)| {
            let known = kept.and_then(|kept| kept.held.get(ticker)).copied().unwrap_or(Position::FLAT);
            let brought = held.hundredths().saturating_sub(known.hundredths());
            Position::from_hundredths(brought).unwrap_or(Position::FLAT)
        });
        let carried = Carried { event: kept.map(|kept| kept.so_far), messages: self.messages.clone() };
        (carried, brought.collect())
    }
}

impl Kept {
    fn spend(&mut self, microdollars: i64) {
        let spent = self.so_far.spent.microdollars().saturating_add(microdollars);
        self.so_far.spent = Cash::from_microdollars(spent);
    }
}
