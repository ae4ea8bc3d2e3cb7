//! The model `fee`.

use serde::Serialize;
use shared::Invalid;
use shared::fees::{FeeSchedule, Fill, OrderFees};
use shared::market::Action;
use shared::units::{Cash, Date};

use super::answer::ON_EVERY_LINE;
use super::fields::Fields;

const ONE_FILL: [&str; 8] = ["role", "price", "count", "fee_type", "multiplier", "account", "action", "date"];
const ORDER: [&str; 6] = ["fills", "fee_type", "multiplier", "account", "action", "date"];
const FILL: [&str; 3] = ["role", "price", "count"];

/// What fills cost in fees, net of rebates.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Answer {
    /// A single fill.
    Fill { fee: Cash },
    /// The fills of one order, in their order.
    Order { fees: Vec<Cash> },
}

/// Returns the fee of a fill, or those of an order's fills.
///
/// # Errors
///
/// Names the field that is missing, unknown or not acceptable, in a fill with its place: `fills[2].price`.
pub(super) fn answer(fields: &Fields<'_>) -> Result<Answer, Invalid> {
    let fills = fields.optional("fills");
    match fills {
        Some(_) => fields.check("an order with fills", &ORDER, &ON_EVERY_LINE)?,
        None => fields.check("fee", &ONE_FILL, &ON_EVERY_LINE)?,
    }
    let mut order = Order {
        fees: OrderFees::new(
            FeeSchedule::new(fields.parsed("fee_type")?, fields.parsed("multiplier")?)?,
            fields.parsed("account")?,
        ),
        // Without a date, the newest rule.
        date: fields.optional("date").map_or(Ok(Date::MAX), |date| date.parsed())?,
        action: fields.optional("action").map_or(Ok(Action::Buy), |action| action.parsed())?,
    };
    let Some(fills) = fills else {
        return Ok(Answer::Fill { fee: order.fill(fields)? });
    };
    let fees = fills.objects(|fill| {
        fill.check("a fill", &FILL, &[])?;
        order.fill(fill)
    })?;
    Ok(Answer::Order { fees })
}

/// An order whose fills are settled one after another.
struct Order {
    fees: OrderFees,
    date: Date,
    action: Action,
}

impl Order {
    /// Settles the fill with these fields and returns its net fee.
    fn fill(&mut self, fields: &Fields<'_>) -> Result<Cash, Invalid> {
        let fill = Fill {
            date: self.date,
            role: fields.parsed("role")?,
            action: self.action,
            price: fields.parsed("price")?,
            count: fields.parsed("count")?,
        };
        Ok(self.fees.fill(&fill)?.net)
    }
}
