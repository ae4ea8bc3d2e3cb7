//! What the exchange says: trades, books, what became of our orders.

use crate::engine::Record;
use crate::exchange::Fill;
use crate::market::{Action, Position, Side, Ticker, Trade, TradeId};
use crate::stream::{Appended, FillRow};
use crate::units::{Cash, Price, Quantity, Timestamp};
use crate::wire;

use super::Trading;
use crate::desk::book::{self, Own};
use crate::desk::orders::{FLATTENS, Follows, PREFIX, run_of};

/// An order of ours traded, whoever told it.
#[derive(Debug, Clone)]
pub(in crate::desk) struct Traded {
    pub(in crate::desk) name: Option<String>,
    pub(in crate::desk) id: String,
    pub(in crate::desk) trade_id: String,
    pub(in crate::desk) ticker: Ticker,
    pub(in crate::desk) action: Action,
    pub(in crate::desk) price: Price,
    pub(in crate::desk) count: Quantity,
    pub(in crate::desk) fee: Cash,
    pub(in crate::desk) at: Option<Timestamp>,
}

/// An order that should not be there.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::desk) enum Stray {
    /// One of ours by this id of the exchange's, after nobody looks after it any more.
    Late(String),
    /// One of a desk that began later than this one.
    Successor,
}

impl Trading {
    /// Takes in a public trade.
    pub(in crate::desk) fn trade(&mut self, now: Timestamp, trade: Trade) {
        let Some(place) = self.places.get(&trade.ticker).copied() else { return };
        if let Some(contract) = self.contracts.get_mut(place) {
            contract.last = Some(trade.price);
        }
        self.tell(now, &Record::Trade { place, trade });
        self.has_trades = true;
    }

    /// Takes note that nothing more is on its way at the moment.
    pub(in crate::desk) fn drained(&mut self, now: Timestamp) {
        if std::mem::take(&mut self.has_trades) {
            self.tell(now, &Record::Drained);
        }
    }

    /// Takes in all of a book.
    pub(in crate::desk) fn book(&mut self, now: Timestamp, snapshot: &wire::OrderbookSnapshot) {
        let Some(place) = self.places.get(&snapshot.market_ticker).copied() else { return };
        if let Some(contract) = self.contracts.get_mut(place)
            && let Err(why) = contract.book.replace(snapshot)
        {
            self.lost.get_or_insert(why.to_string());
        }
        self.look_at_book(now, place);
    }

    /// Takes in a change of a book.
    pub(in crate::desk) fn level(&mut self, now: Timestamp, delta: &wire::OrderbookDelta) {
        let Some(place) = self.places.get(&delta.market_ticker).copied() else { return };
        let Some(contract) = self.contracts.get_mut(place) else { return };
        let name = delta.client_order_id.as_deref();
        if let Some(order) =
            name.filter(|_| delta.delta_fp.hundredths() > 0).and_then(|name| self.orders.named(name))
        {
            // What stands there now came before it.
            let action = if delta.side == Side::Yes { Action::Buy } else { Action::Sell };
            self.orders.rests(order, contract.book.at(action, delta.price_dollars));
        }
        if let Err(why) = contract.book.change(delta.side, delta.price_dollars, delta.delta_fp) {
            self.lost.get_or_insert(why.to_string());
        }
        self.look_at_book(now, place);
    }

    /// Forgets all books, as changes of them were missed.
    pub(in crate::desk) fn forget_books(&mut self, now: Timestamp) {
        for place in 0..self.contracts.len() {
            if let Some(contract) = self.contracts.get_mut(place) {
                contract.book.forget();
            }
            self.look_at_book(now, place);
        }
    }

    /// Tells the engine of the others' best prices if they are others than before.
    pub(super) fn look_at_book(&mut self, now: Timestamp, place: usize) {
        let own: Vec<Own> = self.own(place).collect();
        let Some(contract) = self.contracts.get_mut(place) else { return };
        let others = book::others(&contract.book, &own);
        if contract.others != others {
            contract.others = others;
            let [bid, ask] = others;
            self.tell(now, &Record::Book { place, bid, ask });
        }
    }

    /// Returns our orders of a contract as they stand in its book, as far as was confirmed.
    pub(in crate::desk) fn own(&self, place: usize) -> impl Iterator<Item = Own> {
        self.orders.of(place).filter(|live| live.confirmed).map(|live| Own {
            action: live.action,
            price: live.price,
            left: live.total.checked_sub(live.traded).unwrap_or(Quantity::ZERO),
            is_by_hand: live.order.by_hand().is_some(),
        })
    }

    /// Takes in a trade of ours. One of an earlier run is in the position that this one began with.
    pub(in crate::desk) fn traded(&mut self, now: Timestamp, traded: &Traded) {
        let Some(place) = self.places.get(&traded.ticker).copied() else { return };
        let order = traded.name.as_deref().and_then(|name| self.orders.named(name));
        let Some(order) = order.or_else(|| self.orders.by_id(&traded.id)) else {
            let name = traded.name.as_deref().unwrap_or_default();
            if name.starts_with(FLATTENS) {
                self.lost.get_or_insert(
                    "What was held is being sold: it asks the exchange what is left.".to_owned(),
                );
            } else if !name.starts_with(PREFIX) {
                self.lost.get_or_insert("an order traded that is not this desk's".to_owned());
            }
            return;
        };
        let Ok(id) = traded.trade_id.parse::<TradeId>() else { return };
        if !self.orders.fill(order, id, traded.count) {
            return;
        }
        let Traded { action, price, count, fee, .. } = *traded;
        let at = traded.at.unwrap_or(now);
        let fill = Fill { contract: place, order, action, quoted: price, price, count, fee, trade: Some(id) };
        let trade = Trade {
            ticker: traded.ticker.clone(),
            at,
            price,
            count,
            // We rest, so that the taker took the other side.
            taker_side: Some(if action == Action::Buy { Side::No } else { Side::Yes }),
            id: Some(id),
            is_block: false,
        };
        self.tell(now, &Record::Fill { fill, trade });
        let position = self.maker().map_or(Position::FLAT, |maker| maker.position(place)).hundredths();
        self.fills += 1;
        if let Some(contract) = self.contracts.get_mut(place) {
            contract.fills += 1;
            contract.last = Some(price);
        }
        let ticker = traded.ticker.clone();
        if self.appended.fills.len() < Appended::FILLS {
            self.appended.fills.push(FillRow { at, ticker, action, price, count, fee, position });
        }
        let mut follows = Follows::default();
        self.orders.filled(now, order, &mut follows);
        self.follow(now, follows);
    }

    /// Takes in what the feed says of one of our orders. Returns what should not be there, if this is that.
    pub(in crate::desk) fn order(&mut self, now: Timestamp, order: &wire::UserOrder) -> Option<Stray> {
        let named = self.orders.named(&order.client_order_id);
        match (named, &order.status) {
            (Some(order_of), wire::OrderStatus::Canceled | wire::OrderStatus::Executed) => {
                let mut follows = Follows::default();
                self.orders.end(now, order_of, order.fill_count_fp, &mut follows);
                self.follow(now, follows);
                None
            }
            (Some(order_of), wire::OrderStatus::Resting) if self.orders.is_live(order_of) => {
                self.orders.know(order_of, &order.order_id);
                None
            }
            // A later run has begun on this account, from another journal: two that take back each other's orders help nobody.
            (None, wire::OrderStatus::Resting)
                if self.places.contains_key(&order.ticker)
                    && run_of(&order.client_order_id).is_some_and(|run| run > self.run) =>
            {
                Some(Stray::Successor)
            }
            // One of an earlier run, or of which it was believed that it never was, arrived after all: nobody looks after it. Of
            // another event another desk does.
            (named, wire::OrderStatus::Resting)
                if order.client_order_id.starts_with(PREFIX)
                    && self.places.contains_key(&order.ticker)
                    && named.is_none_or(|named| !self.orders.is_live(named)) =>
            {
                Some(Stray::Late(order.order_id.clone()))
            }
            _ => None,
        }
    }
}

impl From<&wire::FillMessage> for Traded {
    fn from(told: &wire::FillMessage) -> Self {
        Self {
            name: told.client_order_id.clone(),
            id: told.order_id.clone(),
            trade_id: told.trade_id.clone(),
            ticker: told.market_ticker.clone(),
            action: told.book_side.action(),
            price: told.yes_price_dollars,
            count: told.count_fp,
            fee: told.fee_cost,
            at: told.ts_ms.map(|at| at.0).or(told.ts.map(|at| at.0)),
        }
    }
}

impl From<&wire::Fill> for Traded {
    fn from(told: &wire::Fill) -> Self {
        Self {
            name: None,
            id: told.order_id.clone(),
            trade_id: told.trade_id.clone(),
            ticker: told.ticker.clone(),
            action: told.book_side.action(),
            price: told.yes_price_dollars,
            count: told.count_fp,
            fee: told.fee_cost,
            at: told.created_time.map(|at| at.0).or(told.ts.map(|at| at.0)),
        }
    }
}
