//! Refusals, as a client understands what Kalshi's wire says.

use crate::desk::Failure;
use crate::exchange::matching::Refusal;

/// Returns a refusal of this status and word.
pub(super) fn refused(status: u16, code: &str) -> Failure {
    detailed(status, code, "")
}

/// Returns that what was named isn't there.
pub(super) fn not_found() -> Failure {
    refused(404, "not_found")
}

fn detailed(status: u16, code: &str, details: &str) -> Failure {
    // What a server says that failed tells nothing of what it has done.
    if status >= 500 {
        return Failure::Unknown(format!("{status} {code}"));
    }
    let text = if details.is_empty() { code.replace('_', " ") } else { details.to_owned() };
    Failure::Refused { status, code: code.to_owned(), text }
}

/// Returns what a client is told of a refusal.
pub(super) fn of(refusal: &Refusal) -> Failure {
    use Refusal as R;
    match refusal {
        R::OffGrid(_) => refused(400, "invalid_price"),
        R::Count => refused(400, "invalid_order_size"),
        R::PostOnlyCross => detailed(400, "invalid_order", "post only cross"),
        R::Balance { .. } => refused(400, "insufficient_balance"),
        R::Inactive => refused(400, "market_inactive"),
        R::Expiry => detailed(400, "invalid_parameters", "Expiration timestamp must be in the future"),
        R::FillOrKill => refused(409, "fill_or_kill_insufficient_resting_volume"),
        R::ReduceOnly | R::GroupLimit | R::TooManyGroups => {
            detailed(400, "invalid_parameters", &refusal.to_string())
        }
        R::Increase => refused(400, "invalid_order_size"),
        R::GroupTriggered => refused(400, "order_group_triggered"),
        R::NoSuchGroup => refused(404, "order_group_not_found"),
        R::TradingPaused => refused(503, "exchange_paused"),
        R::ExchangePaused => refused(503, "exchange_unavailable"),
        R::NoSuchMarket => refused(404, "market_not_found"),
        R::NoSuchOrder | R::NoSuchAccount => not_found(),
        other => detailed(400, "invalid_order", &other.to_string()),
    }
}
