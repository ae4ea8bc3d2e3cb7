//! What is written down, in the order in which it happened: a run can be done again from it, and whoever comes after it
//! knows what may rest.

use serde::{Deserialize, Serialize};

use super::orders::What;
use super::{Change, Handover, Kept, Label, Left, Wish};
use crate::attribution::Alarm;
use crate::catalyst::Catalyst;
use crate::engine::{Decision, Record};
use crate::exchange::OrderId;
use crate::market::{Action, Position, Ticker};
use crate::units::{Cash, Price, Quantity, Timestamp};
use crate::wire;

/// Something to be written down.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: Written,
}

/// What is written down.
#[derive(Debug, Clone, PartialEq)]
pub enum Written {
    /// The engine was told something.
    Input(Record),
    /// The engine decided.
    Decision(Decision),
    /// The exchange is asked something about an order.
    Command(Command),
    /// It answered, or didn't.
    Answer(Answered),
    /// How the run trades, and what a person wants of it.
    Setting(Setting),
}

/// Something about an order that the exchange is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Command {
    /// Our name of the order.
    pub client_order_id: String,
    /// The exchange's id of it, where that is known.
    pub order_id: Option<String>,
    /// Its contract.
    pub ticker: Ticker,
    /// Whether it buys or sells YES.
    pub side: Action,
    /// What is asked.
    pub what: What,
    /// The YES price that it is to have.
    pub price: Price,
    /// The contracts that it is to be for in all.
    pub count: Quantity,
    /// When it is to end by itself.
    pub expires: Timestamp,
}

/// What became of something that was asked about an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// Our name of the order.
    pub client_order_id: String,
    /// What was asked; of an earlier run's order nothing in particular.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub what: Option<What>,
    /// What was answered.
    pub answer: Said,
}

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    /// The order was taken in.
    Placed(wire::CreateOrderAnswer),
    /// It was changed.
    Amended(wire::AmendOrderAnswer),
    /// It was taken back.
    Cancelled(wire::CancelOrderAnswer),
    /// It is so, if there is one.
    Found(Option<Box<wire::Order>>),
    /// It failed, for this reason.
    Failed(String),
    /// An earlier run's order became this.
    Reconciled(String),
    /// The order is over: out of the book, and all of its trades were heard.
    Over,
}

/// How a run trades, and what a person wants of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Setting {
    /// How it quotes: the text of a [`Config`](crate::backtest::Config). The first entry of a run.
    Config(String),
    /// What earlier runs left, as this one found it written down. The second entry of a run, committed with the first.
    Left(Box<Left>),
    /// The order group that its orders are in from now on.
    Group(String),
    /// The run has let go of its order group: nothing of it is on its way any more.
    Released(String),
    /// What it leaves to the next run, committed with that: these orders rest.
    HandedOver(Box<Handover>),
    /// This run goes on with an order of the one before, under a number of its own.
    Adopted {
        /// The name that the order has.
        client_order_id: String,
        /// The number.
        order: OrderId,
        /// How much of it was heard to have traded.
        traded: Quantity,
    },
    /// What a person wants.
    Wish(Wish),
    /// What the event has cost and lost so far, as that is known or has changed by more than what is told.
    SoFar(Box<Kept>),
    /// A person changed how it quotes: the engine is told so after this.
    Changed(Box<Change>),
    /// What may move an artist was seen before the run traded: the next one heeds it if this one never does.
    Seen(Catalyst),
    /// What the run is. The third entry of a run, committed with the first.
    Label(Label),
    /// What fills were worth later is not what was expected any more, or is again.
    Markouts(Alarm),
    /// What the account has as the desk reckons, once it reckons no further.
    Reckoned(Reckoned),
}

/// What an account has as a desk reckons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reckoned {
    /// The cash that is free but for what resting orders hold back.
    pub free: Cash,
    /// What is held, where anything is.
    pub held: Vec<(Ticker, Position)>,
    /// What the run has brought, positions at their marks.
    pub profit: Cash,
}
