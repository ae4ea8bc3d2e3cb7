//! The fees of an order, fill by fill.

use super::{FeeAccumulator, FeeRule, FeeSchedule, FillFee, Membership, ModelFee, Role, RoundingRule};
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
        let fees = PriceFees::new(&self.schedule, fill.rule, fill.role, fill.price);
        fees.settle(&mut self.accumulator, fill.action, fill.count)
    }
}

/// What fills of one role at one price are charged. For who settles many of them it is worked out once what all of them
/// have in common.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PriceFees {
    price: Price,
    rounding: RoundingRule,
    /// The fee of a hundredth of a contract.
    each: ModelFee,
}

impl PriceFees {
    /// Returns what is charged by these rules where the contract is bought or sold at `price`.
    #[inline]
    pub(crate) fn new(schedule: &FeeSchedule, rule: FeeRule, role: Role, price: Price) -> Self {
        let each = if rule.flat_makers {
            schedule.hundredth_with_flat_makers(role, price)
        } else {
            schedule.hundredth(role, price)
        };
        Self { price, rounding: rule.rounding, each }
    }

    /// Settles an order's next fill, of more than no contract, and returns its fee; the accumulator is that of the order.
    ///
    /// # Errors
    ///
    /// Returns [`Invalid`] naming `fee` if an amount doesn't fit a [`Cash`]; the accumulator is then unchanged.
    #[inline(always)]
    pub(crate) fn settle(
        &self,
        accumulator: &mut FeeAccumulator,
        action: Action,
        count: Quantity,
    ) -> Result<FillFee, Invalid> {
        let trade_fee = self.rounding.trade_fee(self.each.times(count))?;
        let cost = self.price.cost(count);
        let revenue = match action {
            // A cost is not negative, so its negation fits.
            Action::Buy => Cash::from_microdollars(-cost.microdollars()),
            Action::Sell => cost,
        };
        accumulator.settle(self.rounding, revenue, trade_fee)
    }
}
