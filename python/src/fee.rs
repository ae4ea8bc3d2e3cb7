//! What fills cost: exact decimals, in and out as text.

use pyo3::prelude::{PyResult, pyfunction};
use shared::Invalid;
use shared::fees::{FeeRule, FeeSchedule, Fill, OrderFees};
use shared::market::Action;

use crate::error::refused;

/// The role, the price in dollars and the count of a fill.
type Filled = (String, String, String);

/// Returns the net fees of one order's fills in dollars, the name of the rules, and whether they are known to have held.
///
/// Fills of an order are called `fills[2]` in errors, unless there is only one and it `stands_alone`.
#[pyfunction]
#[pyo3(signature = (fills, stands_alone, fee_type, multiplier, account, action, date))]
#[expect(clippy::needless_pass_by_value, reason = "what Python hands over is owned")]
pub(crate) fn fees(
    fills: Vec<Filled>,
    stands_alone: bool,
    fee_type: &str,
    multiplier: &str,
    account: &str,
    action: &str,
    date: Option<&str>,
) -> PyResult<(Vec<String>, String, bool)> {
    let order = || {
        let schedule = FeeSchedule::new(parsed("fee_type", fee_type)?, parsed("multiplier", multiplier)?)?;
        let mut order = Order {
            fees: OrderFees::new(schedule, parsed("account", account)?),
            rule: date.map_or_else(|| Ok(FeeRule::newest()), FeeRule::dated)?,
            action: parsed("action", action)?,
        };
        let mut settled = Vec::with_capacity(fills.len());
        for (place, fill) in fills.iter().enumerate() {
            let within = |invalid: Invalid| {
                if stands_alone { invalid } else { invalid.within(format!("fills[{place}]")) }
            };
            settled.push(order.fill(fill).map_err(within)?);
        }
        Ok((settled, order.rule.to_string(), order.rule.known))
    };
    order().map_err(|invalid| refused(&invalid))
}

/// An order whose fills are settled one after another.
struct Order {
    fees: OrderFees,
    rule: FeeRule,
    action: Action,
}

impl Order {
    fn fill(&mut self, (role, price, count): &Filled) -> Result<String, Invalid> {
        let fill = Fill {
            rule: self.rule,
            role: parsed("role", role)?,
            action: self.action,
            price: parsed("price", price)?,
            count: parsed("count", count)?,
        };
        Ok(self.fees.fill(&fill)?.net.to_string())
    }
}

/// Returns what `text` spells; the type names the field that it is usually in, which here is `field`.
fn parsed<T: std::str::FromStr<Err = Invalid>>(field: &'static str, text: &str) -> Result<T, Invalid> {
    text.parse().map_err(|Invalid { reason, .. }| Invalid::new(field, reason))
}
