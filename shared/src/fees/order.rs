//! The fees of an order, fill by fill.

use super::{FeeAccumulator, FeeRule, FeeSchedule, FillFee, Membership, Role};
use crate::Invalid;
use crate::market::Action;
use crate::units::{Cash, Price, Quantity};

/// One fill of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fill {
    /// The rules of the trade's time.
    pub rule: FeeRule,
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

    /// Returns the fees of an order whose fills so far have left this accumulator.
    pub const fn resumed(schedule: FeeSchedule, accumulator: FeeAccumulator) -> Self {
        Self { schedule, accumulator }
    }

    /// Returns what rounding has left so far.
    pub const fn accumulator(&self) -> FeeAccumulator {
        self.accumulator
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
    #[inline]
    pub fn fill(&mut self, fill: &Fill) -> Result<FillFee, Invalid> {
        if fill.count.is_zero() {
            return Err(Invalid::new("count", "must be greater than zero, got 0.00"));
        }
        let fee = if fill.rule.flat_makers {
            self.schedule.model_fee_with_flat_makers(fill.role, fill.price, fill.count)
        } else {
            self.schedule.model_fee(fill.role, fill.price, fill.count)
        };
        let trade_fee = fill.rule.rounding.trade_fee(fee)?;
        let cost = fill.price.cost(fill.count);
        let revenue = match fill.action {
            // A cost is not negative, so its negation fits.
            Action::Buy => Cash::from_microdollars(-cost.microdollars()),
            Action::Sell => cost,
        };
        self.accumulator.settle(fill.rule.rounding, revenue, trade_fee)
    }
}
