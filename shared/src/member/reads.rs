//! Questions: orders, fills, what the account has, public trades. What is read may be a little behind.

use std::collections::BTreeMap;

use super::orders::{group_id, order_id, order_number};
use super::{Kept, Member, later, trade_id};
use crate::desk::{Account, Answer, Ask, Failure};
use crate::exchange::matching::{Called, Group, MarketStatus, OrderNumber, OrderState, OwnFill};
use crate::market::{Position, Ticker};
use crate::units::{Cash, Timestamp};
use crate::wire;

impl Member {
    /// Answers a question as of so many microseconds ago.
    pub(crate) fn read(&self, now: Timestamp, ask: &Ask, behind: i64) -> Result<Answer, Failure> {
        let as_of = later(now, -behind);
        let orders = |keep: &dyn Fn(&Kept) -> bool| -> Vec<wire::Order> {
            if behind == 0 {
                return self
                    .orders
                    .values()
                    .rev()
                    .filter(|kept| keep(kept))
                    .map(|kept| self.listed(kept))
                    .collect();
            }
            let then = self.orders_as_of(as_of);
            then.values().rev().filter(|kept| keep(kept)).map(|kept| self.listed(kept)).collect()
        };
        let rests = |kept: &Kept| kept.order.state == OrderState::Resting;
        match ask {
            Ask::Resting => Ok(Answer::Orders(orders(&rests))),
            Ask::Orders { since } => {
                let is_late = |kept: &Kept| since.is_none_or(|since| kept.order.created >= since);
                Ok(Answer::Orders(orders(&is_late)))
            }
            Ask::Groups => Ok(Answer::Groups(self.groups())),
            Ask::Fills { since } => Ok(Answer::Fills(self.fills_of(as_of, |at, _| at >= *since))),
            Ask::Account => Ok(Answer::Account(Account { free: self.free(), held: self.held(as_of) })),
            Ask::Trades(ticker) => Ok(Answer::Trades(self.public(ticker))),
            Ask::Look { .. } => {
                let found = self.find(ask, behind).map(Box::new);
                let fills =
                    found.as_ref().map_or_else(Vec::new, |found| self.fills_of_order(as_of, &found.order_id));
                Ok(Answer::Found(found, fills))
            }
            _ => Err(Failure::Unknown("it is no question".to_owned())),
        }
    }

    /// Returns the order that is looked for, as of so many microseconds ago.
    pub(crate) fn find(&self, ask: &Ask, behind: i64) -> Option<wire::Order> {
        let Ask::Look { id, name, ticker, since } = ask else { return None };
        let as_of = later(self.matching.now(), -behind);
        let then;
        let orders = if behind == 0 {
            &self.orders
        } else {
            then = self.orders_as_of(as_of);
            &then
        };
        let found = match id {
            Some(id) => orders.get(&order_number(id)?),
            None => orders.values().find(|kept| {
                kept.name == *name
                    && kept.order.created >= *since
                    && self.tickers.get(kept.order.market) == Some(ticker)
            }),
        };
        found.map(|kept| self.listed(kept))
    }

    /// Returns the fills of an order.
    pub(crate) fn fills_of_order(&self, as_of: Timestamp, id: &str) -> Vec<wire::Fill> {
        let number = order_number(id);
        self.fills_of(as_of, |_, fill| Some(fill.order) == number)
    }

    /// Returns the account's order groups.
    pub(crate) fn groups(&self) -> Vec<wire::OrderGroup> {
        let told = |(number, group): (_, &Group)| wire::OrderGroup {
            id: group_id(number),
            contracts_limit_fp: Some(group.limit()),
            is_auto_cancel_enabled: true,
            exchange_index: Some(0),
        };
        self.matching.groups(self.account).map(told).collect()
    }

    /// Returns the cash that is free.
    pub(crate) fn free(&self) -> Cash {
        self.matching.account(self.account).map_or(Cash::ZERO, |account| account.free())
    }

    /// Returns what is held, as of an earlier time.
    pub(crate) fn held(&self, as_of: Timestamp) -> Vec<(Ticker, Position)> {
        let Some(account) = self.matching.account(self.account) else { return Vec::new() };
        let mut held: BTreeMap<usize, i64> =
            account.holdings().map(|(market, held)| (market, held.position.hundredths())).collect();
        for (_, fill) in self.fills.iter().rev().take_while(|(at, _)| *at > as_of) {
            let is_settled = self
                .matching
                .markets()
                .get(fill.market)
                .is_some_and(|market| matches!(market.status(), MarketStatus::Settled(_)));
            if let Some(position) = held.get_mut(&fill.market).filter(|_| !is_settled) {
                let count = fill.count.hundredths();
                *position -= if fill.action == crate::market::Action::Buy { count } else { -count };
            }
        }
        let named = |(market, hundredths): (usize, i64)| {
            let position =
                Position::from_hundredths(hundredths).ok().filter(|held| *held != Position::FLAT)?;
            Some((self.tickers.get(market)?.clone(), position))
        };
        held.into_iter().filter_map(named).collect()
    }

    fn public(&self, ticker: &Ticker) -> Vec<crate::market::Trade> {
        self.place(ticker).and_then(|place| self.trades.get(place)).cloned().unwrap_or_default()
    }

    fn orders_as_of(&self, at: Timestamp) -> BTreeMap<OrderNumber, Kept> {
        let mut orders = self.orders.clone();
        for (_, number, before) in self.before.iter().rev().take_while(|(changed, ..)| *changed > at) {
            match before {
                Some(kept) => orders.insert(*number, kept.clone()),
                None => orders.remove(number),
            };
        }
        orders
    }

    /// Returns the fills until an instant that are meant, the newest first.
    fn fills_of(&self, until: Timestamp, is_meant: impl Fn(Timestamp, &OwnFill) -> bool) -> Vec<wire::Fill> {
        let all = self.fills.iter().rev().filter(|(at, fill)| *at <= until && is_meant(*at, fill));
        all.filter_map(|(at, fill)| self.listed_fill(*at, fill)).collect()
    }

    fn listed_fill(&self, at: Timestamp, fill: &OwnFill) -> Option<wire::Fill> {
        let ticker = self.tickers.get(fill.market)?.clone();
        Some(fill.listed(at, trade_id(fill.trade), order_id(fill.order), ticker))
    }

    fn listed(&self, kept: &Kept) -> wire::Order {
        let Kept { order, name } = kept;
        order.listed(Called {
            order_id: order_id(order.number),
            user_id: String::new(),
            client_order_id: name.clone(),
            ticker: self.tickers.get(order.market).cloned().unwrap_or_else(Ticker::none),
            group_id: order.group().map(group_id),
        })
    }
}
