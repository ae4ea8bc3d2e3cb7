//! What a session came to, by contract and by fill.

use super::Session;
use crate::attribution::Holding;
use crate::backtest::{FILLS_HEADER, FillLine, Money};
use crate::market::{Action, Position, Side, Ticker};
use crate::units::{Cash, Price, Quantity, Timestamp};

/// A fill of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionFill {
    /// When it traded.
    pub at: Timestamp,
    /// The contract.
    pub ticker: Ticker,
    /// Whether YES was bought or sold.
    pub action: Action,
    /// The YES price.
    pub price: Price,
    /// How much.
    pub count: Quantity,
    /// What was charged.
    pub fee: Cash,
    /// The fair mark just before.
    pub fair: Price,
    /// The position just after.
    pub position: Position,
}

/// What a contract brought.
#[derive(Debug, Clone)]
pub struct SessionRow {
    /// The contract.
    pub ticker: Ticker,
    /// What its fills brought in.
    pub money: Money,
    /// The part that is realised, and the one that is open at its mark.
    pub holding: Holding,
    /// How many public trades were heard.
    pub prints: i64,
    /// What a YES contract paid, once it has settled.
    pub pays: Option<Price>,
}

impl Session {
    /// Returns the fills as CSV, in the form of the lab's.
    pub fn fills_csv(&self) -> String {
        let mut text = FILLS_HEADER.to_owned();
        for fill in &self.fills {
            FillLine {
                at: fill.at.micros(),
                ticker: fill.ticker.as_str(),
                model: self.mode(),
                action: fill.action,
                price: fill.price,
                count: fill.count,
                fee: fill.fee,
                fair: fill.fair,
                position: fill.position,
            }
            .write(&mut text);
        }
        text
    }
}

impl SessionRow {
    /// Returns which side won, where one did.
    pub(super) fn result(&self) -> Option<Side> {
        match self.pays? {
            Price::ONE => Some(Side::Yes),
            Price::ZERO => Some(Side::No),
            _ => None,
        }
    }
}
