//! A member: who signs, what the account is, and what happened to its orders.

use std::collections::{BTreeMap, BTreeSet};

use shared::exchange::matching::{AccountNumber, Order, OrderNumber, OrderState, OwnFill};
use shared::fees::Role;
use shared::market::Ticker;
use shared::units::{Quantity, Timestamp};
use shared::wire::{self, BookSide, OrderStatus, Rfc3339, Seconds, Settlement};

use super::ids::{Ids, Named};
use super::keys::PublicKey;

/// A member of the exchange.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) key_id: String,
    pub(super) key: PublicKey,
    pub(super) account: AccountNumber,
    pub(super) user_id: String,
    /// Every id of the member's own that was ever taken: none is taken twice.
    pub(super) taken: BTreeSet<String>,
    /// Its orders as they stand, those that are gone included.
    pub(super) orders: BTreeMap<OrderNumber, Kept>,
    /// Its fills, the oldest first.
    pub(super) fills: Vec<(Timestamp, OwnFill)>,
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

/// Returns how an order's state is told.
pub(super) const fn status(order: &Order) -> OrderStatus {
    match order.state {
        OrderState::Resting => OrderStatus::Resting,
        OrderState::Executed => OrderStatus::Executed,
        OrderState::Cancelled => OrderStatus::Canceled,
    }
}

impl Member {
    /// Returns an order as it is listed.
    pub(super) fn order(&self, kept: &Kept, ticker: &Ticker, ids: Ids) -> wire::Order {
        let Kept { order, client_order_id } = kept;
        let side = BookSide::from(order.action);
        wire::Order {
            order_id: ids.text(Named::Order, order.number.0),
            user_id: self.user_id.clone(),
            client_order_id: client_order_id.clone(),
            ticker: ticker.clone(),
            side: Some(side.outcome()),
            action: Some(shared::market::Action::Buy),
            outcome_side: side.outcome(),
            book_side: side,
            r#type: "limit".to_owned(),
            status: status(order),
            yes_price_dollars: order.price,
            no_price_dollars: order.price.complement(),
            initial_count_fp: order.initial,
            fill_count_fp: order.filled,
            remaining_count_fp: order.left,
            taker_fill_cost_dollars: order.taker_cost,
            maker_fill_cost_dollars: order.maker_cost,
            taker_fees_dollars: order.taker_fees,
            maker_fees_dollars: order.maker_fees,
            expiration_time: order.expires.map(Rfc3339),
            created_time: Some(Rfc3339(order.created)),
            last_update_time: Some(Rfc3339(order.updated)),
            self_trade_prevention_type: Some(
                match order.self_trade {
                    shared::exchange::matching::SelfTrade::TakerAtCross => "taker_at_cross",
                    shared::exchange::matching::SelfTrade::Maker => "maker",
                }
                .to_owned(),
            ),
            order_group_id: None,
            subaccount_number: Some(0),
            exchange_index: Some(0),
        }
    }

    /// Returns a fill as it is listed.
    pub(super) fn fill(&self, at: Timestamp, fill: &OwnFill, ticker: &Ticker, ids: Ids) -> wire::Fill {
        let id = ids.text(Named::Trade, fill.trade);
        let side = BookSide::from(fill.action);
        wire::Fill {
            fill_id: id.clone(),
            trade_id: id,
            order_id: ids.text(Named::Order, fill.order.0),
            ticker: ticker.clone(),
            market_ticker: Some(ticker.clone()),
            side: Some(side.outcome()),
            action: Some(shared::market::Action::Buy),
            outcome_side: side.outcome(),
            book_side: side,
            count_fp: fill.count,
            yes_price_dollars: fill.price,
            no_price_dollars: fill.price.complement(),
            is_taker: fill.role == Role::Taker,
            created_time: Some(Rfc3339(at)),
            fee_cost: fill.fee,
            subaccount_number: Some(0),
            ts: Some(Seconds(at)),
            exchange_index: Some(0),
        }
    }
}
