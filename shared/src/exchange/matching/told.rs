//! Orders and fills in Kalshi's words: what is asked, what is listed and what the stream tells. Whoever stands between an
//! exchange and its wire gives the names; the rest is said here, once.
//!
//! Source: Kalshi's descriptions of its REST and its stream, October 2026.

use super::{GroupNumber, NewOrder, Order, OrderState, OwnFill, Reason, SelfTrade, TimeInForce};
use crate::fees::Role;
use crate::market::{Action, Side, Ticker};
use crate::units::Timestamp;
use crate::wire::{self, BookSide, Millis, OrderStatus, Rfc3339, Seconds, SelfTradePrevention};

/// How an order is called on the wire.
#[derive(Debug, Clone)]
pub struct Called {
    /// The exchange's id of it.
    pub order_id: String,
    /// Its owner's id; empty where nobody asks.
    pub user_id: String,
    /// Its owner's name of it; empty where it has none.
    pub client_order_id: String,
    /// Its contract.
    pub ticker: Ticker,
    /// The id of its order group, if it is in one.
    pub group_id: Option<String>,
}

impl NewOrder {
    /// Returns what is asked for, in the contract of that place and in that order group.
    pub fn asked(asked: &wire::CreateOrder, market: usize, group: Option<GroupNumber>) -> Self {
        Self {
            market,
            action: asked.side.action(),
            price: asked.price,
            count: asked.count,
            time_in_force: match asked.time_in_force {
                wire::TimeInForce::GoodTillCanceled => TimeInForce::GoodTillCancelled,
                wire::TimeInForce::ImmediateOrCancel => TimeInForce::ImmediateOrCancel,
                wire::TimeInForce::FillOrKill => TimeInForce::FillOrKill,
            },
            post_only: asked.post_only.unwrap_or(false),
            expires: asked.expiration_time.map(|at| at.0),
            self_trade: match asked.self_trade_prevention_type {
                SelfTradePrevention::TakerAtCross => SelfTrade::TakerAtCross,
                SelfTradePrevention::Maker => SelfTrade::Maker,
            },
            reduce_only: asked.reduce_only.unwrap_or(false),
            group,
            cancel_on_pause: asked.cancel_order_on_pause.unwrap_or(false),
        }
    }
}

impl Order {
    /// Returns the wire's word for where it is in its life.
    pub const fn status(&self) -> OrderStatus {
        match self.state {
            OrderState::Resting => OrderStatus::Resting,
            OrderState::Executed => OrderStatus::Executed,
            OrderState::Cancelled => OrderStatus::Canceled,
        }
    }

    /// Returns it as REST lists it.
    pub fn listed(&self, called: Called) -> wire::Order {
        let side = BookSide::from(self.action);
        wire::Order {
            order_id: called.order_id,
            user_id: called.user_id,
            client_order_id: called.client_order_id,
            ticker: called.ticker,
            // In the old words, who asks sells YES.
            side: Some(Side::Yes),
            action: Some(self.action),
            outcome_side: side.outcome(),
            book_side: side,
            r#type: "limit".to_owned(),
            status: self.status(),
            yes_price_dollars: self.price,
            no_price_dollars: self.price.complement(),
            initial_count_fp: self.initial,
            fill_count_fp: self.filled,
            remaining_count_fp: self.left,
            taker_fill_cost_dollars: self.taker_cost,
            maker_fill_cost_dollars: self.maker_cost,
            taker_fees_dollars: self.taker_fees,
            maker_fees_dollars: self.maker_fees,
            expiration_time: self.expires().map(Rfc3339),
            created_time: Some(Rfc3339(self.created)),
            last_update_time: Some(Rfc3339(self.updated)),
            self_trade_prevention_type: Some(
                match self.self_trade {
                    SelfTrade::TakerAtCross => "taker_at_cross",
                    SelfTrade::Maker => "maker",
                }
                .to_owned(),
            ),
            order_group_id: called.group_id,
            cancel_order_on_pause: Some(self.cancel_on_pause),
            subaccount_number: Some(0),
            exchange_index: Some(0),
        }
    }

    /// Returns it as the stream tells its owner, when it has changed and why.
    pub fn told(&self, at: Timestamp, reason: Reason, called: Called) -> wire::UserOrder {
        let side = BookSide::from(self.action);
        wire::UserOrder {
            order_id: called.order_id,
            user_id: called.user_id,
            client_order_id: called.client_order_id,
            ticker: called.ticker,
            status: self.status(),
            side: Some(side.outcome()),
            is_yes: Some(side == BookSide::Bid),
            outcome_side: side.outcome(),
            book_side: side,
            yes_price_dollars: self.price,
            initial_count_fp: self.initial,
            fill_count_fp: self.filled,
            remaining_count_fp: self.left,
            taker_fill_cost_dollars: self.taker_cost,
            maker_fill_cost_dollars: self.maker_cost,
            taker_fees_dollars: self.taker_fees,
            maker_fees_dollars: self.maker_fees,
            created_time: Some(Rfc3339(self.created)),
            created_ts_ms: Some(Millis(self.created)),
            last_updated_ts_ms: Some(Millis(at)),
            last_update_time: Some(Rfc3339(at)),
            expiration_ts_ms: self.expires().map(Millis),
            expiration_time: self.expires().map(Rfc3339),
            order_group_id: called.group_id,
            self_trade_prevention_type: Some(match self.self_trade {
                SelfTrade::TakerAtCross => SelfTradePrevention::TakerAtCross,
                SelfTrade::Maker => SelfTradePrevention::Maker,
            }),
            last_update_reason: reason.word().map(str::to_owned),
            exchange_index: Some(0),
            subaccount_number: Some(0),
        }
    }
}

impl Reason {
    /// Returns the wire's word for why an order changed; none where its owner placed or cancelled it.
    const fn word(self) -> Option<&'static str> {
        match self {
            // For a group the wire has no word.
            Self::Placed | Self::Cancelled | Self::Group => None,
            Self::Amended => Some("Amend"),
            Self::Decreased => Some("Decrease"),
            Self::Paused => Some("HaltCancel"),
            Self::ReduceOnly => Some("ReduceOnlyCancel"),
            Self::Traded => Some("Trade"),
            Self::SelfTrade => Some("SelfTradeCancel"),
            Self::Expired => Some("ExpiryCancel"),
            Self::Closed => Some("CloseCancel"),
        }
    }
}

impl OwnFill {
    /// Returns it as REST lists it, by the ids of the trade and the order.
    pub fn listed(&self, at: Timestamp, trade_id: String, order_id: String, ticker: Ticker) -> wire::Fill {
        let side = BookSide::from(self.action);
        wire::Fill {
            fill_id: trade_id.clone(),
            trade_id,
            order_id,
            market_ticker: Some(ticker.clone()),
            ticker,
            side: Some(side.outcome()),
            action: Some(Action::Buy),
            outcome_side: side.outcome(),
            book_side: side,
            count_fp: self.count,
            yes_price_dollars: self.price,
            no_price_dollars: self.price.complement(),
            is_taker: self.role == Role::Taker,
            created_time: Some(Rfc3339(at)),
            fee_cost: self.fee,
            subaccount_number: Some(0),
            ts: Some(Seconds(at)),
            exchange_index: Some(0),
        }
    }

    /// Returns it as the stream tells its owner, by the ids of the trade and the order, and the owner's name of that.
    pub fn told(
        &self,
        at: Timestamp,
        trade_id: String,
        (order_id, client_order_id): (String, Option<String>),
        ticker: Ticker,
    ) -> wire::FillMessage {
        let side = BookSide::from(self.action);
        wire::FillMessage {
            trade_id,
            order_id,
            client_order_id,
            market_ticker: ticker,
            is_taker: self.role == Role::Taker,
            side: Some(side.outcome()),
            action: Some(Action::Buy),
            purchased_side: Some(side.outcome()),
            outcome_side: side.outcome(),
            book_side: side,
            yes_price_dollars: self.price,
            count_fp: self.count,
            fee_cost: self.fee,
            post_position_fp: self.position.into(),
            ts: Some(Seconds(at)),
            ts_ms: Some(Millis(at)),
            exchange_index: Some(0),
            subaccount: Some(0),
        }
    }
}
