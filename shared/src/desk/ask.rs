//! What a desk asks of the exchange, and what is answered.

use serde::{Deserialize, Serialize};

use crate::market::{Position, Ticker, Trade};
use crate::units::{Cash, Quantity, Timestamp};
use crate::wire;

/// Something that the exchange is asked. Each is answered once, whatever happens to it: where no answer comes, by
/// [`Failure::Unknown`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// Rest a new order.
    Create(Box<wire::CreateOrder>),
    /// Change the order of that id.
    Amend(String, Box<wire::AmendOrder>),
    /// Take back the order of that id.
    Cancel(String),
    /// What became of an order, and what it traded.
    Look {
        /// The exchange's id, where it is known.
        id: Option<String>,
        /// Our own name of it.
        name: String,
        /// Its contract.
        ticker: Ticker,
        /// It is of this time or later.
        since: Timestamp,
    },
    /// All orders of the account that rest.
    Resting,
    /// All orders of the account, whatever became of them.
    Orders {
        /// Those of this time or later alone, where one is said. Some that are a little older may be among them.
        since: Option<Timestamp>,
    },
    /// The account's fills from a time on.
    Fills {
        /// The time.
        since: Timestamp,
    },
    /// What the account has.
    Account,
    /// All public trades of a contract.
    Trades(Ticker),
    /// Take back every order of the account.
    CancelAll,
    /// All order groups of the account.
    Groups,
    /// Make an order group of which so many contracts may be filled within 15 seconds.
    CreateGroup(Quantity),
    /// Take back the orders of a group, and let none in until it is reset.
    TriggerGroup(String),
    /// Let a group trade again.
    ResetGroup(String),
    /// Remove a group, and take back its orders.
    DeleteGroup(String),
}

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// An order was taken in.
    Created(wire::CreateOrderAnswer),
    /// An order was changed.
    Amended(wire::AmendOrderAnswer),
    /// An order was taken back.
    Cancelled(wire::CancelOrderAnswer),
    /// The order as the exchange has it, if it has one, and its trades.
    Found(Option<Box<wire::Order>>, Vec<wire::Fill>),
    /// Orders, all pages of them.
    Orders(Vec<wire::Order>),
    /// Fills, all pages of them.
    Fills(Vec<wire::Fill>),
    /// What the account has.
    Account(Account),
    /// Public trades, all pages of them.
    Trades(Vec<Trade>),
    /// The id of the order group that was made.
    Group(String),
    /// Order groups.
    Groups(Vec<wire::OrderGroup>),
    /// It was done.
    Done,
}

/// What an account has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The cash that is free.
    pub free: Cash,
    /// What is held of each contract that anything is held of.
    pub held: Vec<(Ticker, Position)>,
}

impl Account {
    /// Returns what is held of a contract.
    pub fn held(&self, ticker: &Ticker) -> Position {
        self.held.iter().find(|held| held.0 == *ticker).map_or(Position::FLAT, |held| held.1)
    }
}

/// Why something was not done, as far as is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Failure {
    /// The exchange refused it: it changed nothing.
    #[error("refused ({status}): {text}")]
    Refused {
        /// The status code.
        status: u16,
        /// The exchange's word for programs, `order_already_exists`; empty where it has none.
        code: String,
        /// What the exchange said.
        text: String,
    },
    /// It was never sent: it changed nothing.
    #[error("not sent: {0}")]
    NotSent(String),
    /// It was sent, and no answer came that says what became of it: it may have been done, or be done yet.
    #[error("unknown what became of it: {0}")]
    Unknown(String),
}

impl Failure {
    /// Returns whether what was named isn't there: of an order, that it doesn't rest any more or never did.
    pub const fn is_not_found(&self) -> bool {
        matches!(self, Self::Refused { status: 404, .. })
    }

    /// Returns whether an order of its name was taken in before, so that a repetition of it has changed nothing.
    pub fn already_exists(&self) -> bool {
        matches!(self, Self::Refused { code, .. } if code == "order_already_exists")
    }

    /// Returns whether it was refused because the order's group was triggered or is gone.
    pub fn is_of_group(&self) -> bool {
        matches!(self, Self::Refused { code, .. } if code.starts_with("order_group"))
    }
}
