//! The fees of an order, fill by fill.

use super::{FeeAccumulator, FeeSchedule, FillFee, Membership, Role, RoundingRule};
use crate::Invalid;
use crate::market::Action;
use crate::units::{Cash, Date, Price, Quantity};

/// One fill of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fill {
    /// The day of the trade in UTC, which decides the rounding rule.
    pub date: Date,
    /// Whether the order took or made.
    pub role: Role,
    /// Whether contracts were bought or sold.
    pub action: Action,
    /// The price of the contract bought or sold.
    pub price: Price,
    /// How many contracts were filled; more than none.
    pub count: Quantity,
}

/// The fees of one order: settles its fills one after another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderFees {
    schedule: FeeSchedule,
    accumulator: FeeAccumulator,
}

impl OrderFees {
    /// Returns the fees of an order without fills.
    pub const fn new(schedule: FeeSchedule, account: Membership) -> Self {
        Self { schedule, accumulator: FeeAccumulator::new(account) }
    }

    /// Returns what is held of the order's rounding fees, never negative.
    pub const fn held(&self) -> Cash {
        self.accumulator.held()
    }

    /// Settles the order's next fill and returns its fee.
    ///
    /// # Errors
    ///
    /// Returns [`Invalid`] naming `count` if nothing was filled, or `fee` if an amount doesn't fit a
    /// [`Cash`]; the order's fees are then unchanged.
    pub fn fill(&mut self, fill: &Fill) -> Result<FillFee, Invalid> {
        if fill.count.is_zero() {
            return Err(Invalid::new("count", "must be greater than zero, got 0.00"));
        }
        let rule = RoundingRule::on(fill.date);
        let trade_fee = rule.trade_fee(self.schedule.model_fee(fill.role, fill.price, fill.count))?;
        let cost = fill.price.cost(fill.count);
        let revenue = match fill.action {
            // A cost is not negative, so its negation fits.
            Action::Buy => Cash::from_microdollars(-cost.microdollars()),
            Action::Sell => cost,
        };
        self.accumulator.settle(rule, revenue, trade_fee)
    }
}
