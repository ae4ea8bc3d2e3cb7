//! What is bought, or why nothing is.

use core::fmt;

use crate::Invalid;
use crate::fees::{FeeRule, FeeSchedule, Fill, Membership, OrderFees, Role};
use crate::market::{Action, Side};
use crate::units::{Cash, Price, Quantity};

/// What a taker is charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charges {
    /// The series' fees.
    pub schedule: FeeSchedule,
    /// The rules of the time.
    pub rule: FeeRule,
}

impl Charges {
    /// Returns the taker's fee of a contract in dollars, before rounding.
    pub(super) fn each(&self, price: Price) -> Result<f64, Invalid> {
        let one = Quantity::from_contracts(1)?;
        Ok(self.schedule.model_fee(Role::Taker, price, one).to_dollars())
    }
}

/// Contracts to buy at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// The outcome to buy; of what is held of the other one, as much is thereby sold.
    pub side: Side,
    /// What a contract of that outcome costs.
    pub price: Price,
    /// How many, a whole number.
    pub count: Quantity,
    /// The taker's fee of all of them.
    pub fee: Cash,
}

impl Order {
    /// Returns the order to buy `count` contracts of `side` for `price` each by these charges.
    ///
    /// # Errors
    ///
    /// Names `count` if nothing is bought or more than an amount of money holds.
    pub fn new(side: Side, price: Price, count: Quantity, charges: &Charges) -> Result<Self, Invalid> {
        let fill = Fill { rule: charges.rule, role: Role::Taker, action: Action::Buy, price, count };
        let fee = OrderFees::new(charges.schedule, Membership::Direct).fill(&fill)?.net;
        Ok(Self { side, price, count, fee })
    }

    /// Returns the price of YES at which it trades.
    pub fn yes_price(&self) -> Price {
        match self.side {
            Side::Yes => self.price,
            Side::No => self.price.complement(),
        }
    }

    /// Returns what all of it costs in dollars, fee included.
    pub fn cost(&self) -> f64 {
        self.price.cost(self.count).to_dollars() + self.fee.to_dollars()
    }
}

/// Why nothing is bought of a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nothing {
    /// It is not to be traded: its fair value is its price's, or too near it.
    NoSignal,
    /// Nobody quotes it.
    NoQuotes,
    /// After the fee, neither outcome is worth its price.
    NoEdge,
    /// As much is held as may be.
    AtLimit,
    /// There is no money left for it, or none that may go into this event.
    NoBudget,
    /// What is held or bought of the event's other contracts is a better use of the same risk.
    Crowded,
    /// The best number of contracts is less than one.
    LessThanOne,
    /// The fee of so few contracts, rounded up, is more than they are expected to earn.
    Fee,
}

impl fmt::Display for Nothing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoSignal => "no signal to trade on",
            Self::NoQuotes => "nobody quotes it",
            Self::NoEdge => "no edge after the fee",
            Self::AtLimit => "the most that may be held is held",
            Self::NoBudget => "no money left for the event",
            Self::Crowded => "the event's other contracts are a better use of the risk",
            Self::LessThanOne => "less than one contract",
            Self::Fee => "the rounded fee of so few takes the edge",
        })
    }
}
