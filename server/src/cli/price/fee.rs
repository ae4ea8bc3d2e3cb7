//! The model `fee`.

use serde::Serialize;
use shared::Invalid;
use shared::fees::{FeeRule, FeeSchedule, Fill, OrderFees};
use shared::market::Action;
use shared::units::{Cash, Date};

use super::answer::ON_EVERY_LINE;
use super::fields::{Field, Fields};

const ONE_FILL: [&str; 8] = ["role", "price", "count", "fee_type", "multiplier", "account", "action", "date"];
const ORDER: [&str; 6] = ["fills", "fee_type", "multiplier", "account", "action", "date"];
const FILL: [&str; 3] = ["role", "price", "count"];

/// What fills cost in fees, net of rebates, and by which rules.
#[derive(Serialize)]
pub(super) struct Answer {
    #[serde(flatten)]
    fees: Fees,
    /// The name of the rules.
    rule: String,
    /// Whether it is known that these rules held then.
    known: bool,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Fees {
    /// A single fill's.
    Fill { fee: Cash },
    /// Those of the fills of one order, in their order.
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
        rule: fields.optional("date").map_or_else(|| Ok(FeeRule::newest()), |date| rule(&date))?,
        action: fields.optional("action").map_or(Ok(Action::Buy), |action| action.parsed())?,
    };
    let fees = match fills {
        None => Fees::Fill { fee: order.fill(fields)? },
        Some(fills) => Fees::Order {
            fees: fills.objects(|fill| {
                fill.check("a fill", &FILL, &[])?;
                order.fill(fill)
            })?,
        },
    };
    Ok(Answer { fees, rule: order.rule.to_string(), known: order.rule.known })
}

/// Returns the rules of a day or of a time.
fn rule(date: &Field<'_>) -> Result<FeeRule, Invalid> {
    // A number is no date, and what a date says of it is the answer.
    match date.text() {
        Ok(text) => FeeRule::dated(&text),
        Err(_) => date.parsed::<Date>().map(FeeRule::on),
    }
}

/// An order whose fills are settled one after another.
struct Order {
    fees: OrderFees,
    rule: FeeRule,
    action: Action,
}

impl Order {
    /// Settles the fill with these fields and returns its net fee.
    fn fill(&mut self, fields: &Fields<'_>) -> Result<Cash, Invalid> {
        let fill = Fill {
            rule: self.rule,
            role: fields.parsed("role")?,
            action: self.action,
            price: fields.parsed("price")?,
            count: fields.parsed("count")?,
        };
        Ok(self.fees.fill(&fill)?.net)
    }
}
