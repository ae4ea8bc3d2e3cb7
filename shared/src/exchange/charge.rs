//! What an exchange takes for a fill.

use crate::Invalid;
use crate::fees::{FeeRule, FeeSchedule, Fill, Membership, OrderFees, Role, RoundingRule};
use crate::market::Action;
use crate::units::{Cash, Price, Quantity, Timestamp};

/// What fills in one contract are charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charge {
    /// By this schedule, rounded as at the trade's time for a direct member, with one rounding account an order.
    Exact(FeeSchedule),
    /// By this schedule, rounded up to the microdollar.
    ToMicrodollar(FeeSchedule),
    /// The same a contract, whatever its price.
    Flat(Cash),
}

impl Charge {
    /// Returns what a fill costs who made or took; `order` keeps what rounding still holds of the order's fees.
    ///
    /// # Errors
    ///
    /// Names a fee that is too large to hold.
    pub(super) fn of(
        &self,
        order: &mut Option<OrderFees>,
        now: Timestamp,
        (role, action): (Role, Action),
        price: Price,
        count: Quantity,
    ) -> Result<Cash, Invalid> {
        match *self {
            Self::Flat(each) => each
                .microdollars()
                .checked_mul(count.hundredths())
                .map(|product| Cash::from_microdollars(product / 100))
                .ok_or_else(|| Invalid::new("fee", format!("of {count} contracts is too large to hold"))),
            Self::ToMicrodollar(schedule) => {
                RoundingRule::Microdollar.trade_fee(schedule.model_fee(role, price, count))
            }
            Self::Exact(schedule) => {
                let fees = order.get_or_insert_with(|| OrderFees::new(schedule, Membership::Direct));
                let fill = Fill { rule: FeeRule::at(now), role, action, price, count };
                Ok(fees.fill(&fill)?.net)
            }
        }
    }
}
