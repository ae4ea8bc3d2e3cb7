//! A member of an exchange with books, as Kalshi's wire speaks to it: what it asks, what is answered, what it is told.
//!
//! It does what it is asked when the request arrives, and knows nothing of networks: those are around it. A simulation has
//! a crowd of others in the same books; in [`local`](crate::local) nobody else is there.

mod orders;
mod reads;
mod refusal;
mod told;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

pub(crate) use self::orders::order_number;
pub(crate) use self::told::trade_id;
use crate::exchange::matching::{
    AccountNumber, Event, Matching, NewOrder, Order, OrderNumber, OrderState, OwnFill, Refusal, What,
};
use crate::market::{Ticker, Trade};
use crate::units::Timestamp;

/// For how long reads can be made as of an earlier time, in microseconds.
const REMEMBERED: i64 = 5_000_000;
/// For how long an order that is over is listed, in microseconds.
const LISTED: i64 = 3_600_000_000;

/// An order of the account, and what its owner calls it.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub(crate) order: Order,
    pub(crate) name: String,
}

/// An exchange, and one account at it.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) matching: Matching,
    pub(crate) account: AccountNumber,
    /// The contracts, by place.
    pub(crate) tickers: Vec<Ticker>,
    places: BTreeMap<Ticker, usize>,
    /// The account's orders as they stand, those that are over included for a while.
    pub(crate) orders: BTreeMap<OrderNumber, Kept>,
    /// Those that are over, in that order.
    over: VecDeque<(Timestamp, OrderNumber)>,
    /// How orders stood before they changed, the oldest first.
    before: VecDeque<(Timestamp, OrderNumber, Option<Kept>)>,
    /// The account's fills, the oldest first.
    pub(crate) fills: Vec<(Timestamp, OwnFill)>,
    /// The names that are taken, for ever.
    taken: BTreeSet<String>,
    /// What the order that is being placed is called.
    placing: String,
    /// All public trades, by contract.
    trades: Vec<Vec<Trade>>,
    /// What has happened, while it is looked at.
    pub(crate) events: Vec<Event>,
}

impl Member {
    /// Returns an exchange that lists nothing yet.
    pub(crate) fn new(now: Timestamp) -> Self {
        let mut matching = Matching::new(now);
        let account = matching.open_account();
        Self {
            matching,
            account,
            tickers: Vec::new(),
            places: BTreeMap::new(),
            orders: BTreeMap::new(),
            over: VecDeque::new(),
            before: VecDeque::new(),
            fills: Vec::new(),
            taken: BTreeSet::new(),
            placing: String::new(),
            trades: Vec::new(),
            events: Vec::new(),
        }
    }

    /// Takes note of what a contract is called that was just listed.
    pub(crate) fn name(&mut self, ticker: Ticker) {
        self.places.insert(ticker.clone(), self.tickers.len());
        self.tickers.push(ticker);
        self.trades.push(Vec::new());
    }

    /// Returns the place of a contract.
    pub(crate) fn place(&self, ticker: &Ticker) -> Option<usize> {
        self.places.get(ticker).copied()
    }

    /// Returns what rests of the account.
    pub(crate) fn resting(&self) -> impl Iterator<Item = &Order> {
        self.matching.resting(self.account)
    }

    /// Returns what the owner of an order calls it.
    pub(crate) fn called(&self, number: OrderNumber) -> Option<&str> {
        self.orders.get(&number).map(|kept| kept.name.as_str())
    }

    /// Lets a person place an order by hand: it has no name.
    pub(crate) fn place_by_hand(&mut self, now: Timestamp, order: &NewOrder) {
        self.placing.clear();
        // What is refused was not placed.
        let _ = self.matching.place(now, self.account, order);
    }

    /// Keeps what the account and the public may ask about later.
    pub(crate) fn note(&mut self, event: &Event) {
        match &event.what {
            What::Order { order, .. } if order.account == self.account => self.note_order(event.at, order),
            What::Fill(fill) if fill.account == self.account => self.fills.push((event.at, *fill)),
            What::Trade(trade) => {
                if let (Some(told), Some(trades)) =
                    (self.trade(event.at, trade), self.trades.get_mut(trade.market))
                {
                    trades.push(told);
                }
            }
            _ => {}
        }
    }

    fn note_order(&mut self, at: Timestamp, order: &Order) {
        let known = self.orders.get_mut(&order.number);
        let before = known.as_ref().map(|kept| (**kept).clone());
        match known {
            Some(kept) => kept.order.clone_from(order),
            None => {
                let kept = Kept { order: order.clone(), name: self.placing.clone() };
                self.orders.insert(order.number, kept);
            }
        }
        self.before.push_back((at, order.number, before));
        while self.before.front().is_some_and(|(then, ..)| at.micros_since(*then) > REMEMBERED) {
            self.before.pop_front();
        }
        if order.state != OrderState::Resting {
            self.over.push_back((at, order.number));
        }
        while let Some((_, number)) = self.over.front().copied().filter(|(then, _)| later(*then, LISTED) < at)
        {
            self.over.pop_front();
            self.orders.remove(&number);
        }
    }
}

/// Returns the instant that is so many microseconds later, or earlier where they are negative.
fn later(at: Timestamp, micros: i64) -> Timestamp {
    at.checked_add_micros(micros).unwrap_or(if micros < 0 { Timestamp::MIN } else { Timestamp::MAX })
}

/// Returns what a client is told of what the exchange has done.
fn told<T>(done: Result<T, Refusal>) -> Result<T, crate::desk::Failure> {
    done.map_err(|refusal| refusal::of(&refusal))
}
