//! What happened, in order.

use super::{AccountNumber, ExchangeState, GroupNumber, MarketStatus, Order, OrderNumber};
use crate::fees::Role;
use crate::market::{Action, Position};
use crate::units::{Cash, Price, Quantity, Timestamp};

/// Something that happened at the exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its number: one more than that of the event before, from 1 on.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// An order came, changed or went: here it is as it stands after that. It is no pointer, as a list of events is used
    /// again: larger elements cost less than boxes.
    Order {
        /// The order.
        order: Order,
        /// Why it changed.
        reason: Reason,
    },
    /// More or less rests at a price.
    Level {
        /// The contract's place.
        market: usize,
        /// The side of the book: bids are orders to buy.
        side: Action,
        /// The YES price.
        price: Price,
        /// Hundredths of a contract, negative where they were taken away.
        change: i64,
        /// The order that is more or less.
        order: OrderNumber,
        /// Whose order that is.
        account: AccountNumber,
    },
    /// Contracts changed hands.
    Trade(MarketTrade),
    /// One side of a trade.
    Fill(OwnFill),
    /// A contract was listed, paused, opened, closed or settled.
    Status {
        /// The contract's place.
        market: usize,
        /// What it is now.
        status: MarketStatus,
    },
    /// Other prices are accepted in a contract from now on; [`Listing::grid`](super::Listing::grid) has them.
    Grid {
        /// The contract's place.
        market: usize,
    },
    /// The whole exchange was paused or goes on.
    Exchange(ExchangeState),
    /// An order group was made, changed or triggered.
    Group {
        /// The group.
        group: GroupNumber,
        /// Whose it is.
        account: AccountNumber,
        /// What became of it.
        change: GroupChange,
    },
}

/// What became of an order group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupChange {
    /// It was made, with this limit.
    Created(Quantity),
    /// Its orders were cancelled, and none is taken until it is reset.
    Triggered,
    /// Nothing counts as traded, and orders are taken again.
    Reset,
    /// It has another limit.
    Limit(Quantity),
    /// It is gone.
    Deleted,
}

/// Why an order changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// It arrived.
    Placed,
    /// Its owner changed it.
    Amended,
    /// Its owner made it smaller.
    Decreased,
    /// It traded.
    Traded,
    /// Its owner took it back, or it was not to rest.
    Cancelled,
    /// It met an order of its own account.
    SelfTrade,
    /// Its time was over.
    Expired,
    /// The contract closed.
    Closed,
    /// Its group was triggered or deleted.
    Group,
    /// Trading was paused and it was not to outlast that, or its contract goes on after a pause.
    Paused,
    /// It was to reduce a position alone, and what is left of it would not.
    ReduceOnly,
}

/// A public trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MarketTrade {
    /// The exchange's number of it, from 1 on.
    pub number: u64,
    /// The contract's place.
    pub market: usize,
    /// The YES price: that of the order that rested.
    pub price: Price,
    /// How many contracts.
    pub count: Quantity,
    /// Whether the taker bought or sold YES.
    pub taker: Action,
}

/// One side of a trade, as its account is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnFill {
    /// The trade.
    pub trade: u64,
    /// Whose fill.
    pub account: AccountNumber,
    /// Which order.
    pub order: OrderNumber,
    /// The contract's place.
    pub market: usize,
    /// Whether YES was bought or sold.
    pub action: Action,
    /// The YES price.
    pub price: Price,
    /// How many contracts.
    pub count: Quantity,
    /// Whether the order took or had rested.
    pub role: Role,
    /// What it was charged.
    pub fee: Cash,
    /// What the account holds of the contract after it.
    pub position: Position,
}
