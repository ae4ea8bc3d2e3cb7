//! Fills, orders and trades as the stream tells them.

use super::orders::{group_id, order_id};
use super::{Kept, Member};
use crate::exchange::matching::{Called, MarketTrade, Order, OrderNumber, OwnFill, Reason};
use crate::market::{Action, Side, Trade};
use crate::units::Timestamp;
use crate::wire::{FillMessage, UserOrder};

/// Returns the exchange's id of a trade.
pub(crate) fn trade_id(number: u64) -> String {
    format!("t{number}")
}

impl Member {
    /// Returns what the owner of an order calls it, if it is the account's.
    pub(crate) fn called_now(&self, order: OrderNumber) -> Option<String> {
        let named = |name: &str| (!name.is_empty()).then(|| name.to_owned());
        match self.orders.get(&order) {
            Some(kept) => named(&kept.name),
            // It is told that it stands in the book before it is told as an order.
            None => self
                .matching
                .order(order)
                .filter(|order| order.account == self.account)
                .and_then(|_| named(&self.placing)),
        }
    }

    /// Returns what everybody is told of a trade.
    pub(crate) fn trade(&self, at: Timestamp, trade: &MarketTrade) -> Option<Trade> {
        Some(Trade {
            ticker: self.tickers.get(trade.market)?.clone(),
            at: at.floor_to_millisecond(),
            price: trade.price,
            count: trade.count,
            taker_side: Some(if trade.taker == Action::Buy { Side::Yes } else { Side::No }),
            id: trade_id(trade.number).parse().ok(),
            is_block: false,
        })
    }

    /// Returns what the account is told of a fill of its own.
    pub(crate) fn fill(&self, at: Timestamp, fill: &OwnFill) -> Option<FillMessage> {
        let names = (order_id(fill.order), self.called_now(fill.order));
        let ticker = self.tickers.get(fill.market)?.clone();
        Some(fill.told(at.floor_to_millisecond(), trade_id(fill.trade), names, ticker))
    }

    /// Returns what the account is told of an order of its own.
    pub(crate) fn order(&self, at: Timestamp, order: &Order, reason: Reason) -> Option<UserOrder> {
        let called = Called {
            order_id: order_id(order.number),
            user_id: String::new(),
            client_order_id: self.orders.get(&order.number).map(|Kept { name, .. }| name.clone())?,
            ticker: self.tickers.get(order.market)?.clone(),
            group_id: order.group().map(group_id),
        };
        Some(order.told(at, reason, called))
    }
}
