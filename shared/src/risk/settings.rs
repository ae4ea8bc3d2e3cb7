//! The limits.

use crate::settings::{Fixed, settings};
use crate::units::{Cash, Quantity};

settings! {
    /// What orders, positions and losses may never go beyond.
    pub struct Limits {
        /// The most contracts of one order.
        max_order_size: Quantity = 10, "Order limit" "contracts" [0.01 to 500.0 by 1.0];
        /// The greatest position, long or short, that the quotes of a contract may lead to.
        max_position_per_ticker: Quantity = 50, "Position limit" "contracts" [0.0 to 500.0 by 1.0, 0 decimals];
        /// A loss of this part of the equity at 00:00 UTC halts quoting until the next 00:00 UTC.
        max_daily_loss_pct: Fixed<1> = 10, "Daily loss limit" "%" [0.1 to 100.0 by 1.0];
        /// Nothing is quoted while the balance is below this.
        min_balance_floor_cents: Cash = 1000, "Balance floor" "¢" [0.0 to 10_000_000.0 by 100.0, 0 decimals];
        /// The balance that an event is quoted from at first.
        start_balance: Cash = 1000, "Start balance" "$" [1.0 to 10_000_000.0 by 100.0];
    }
}
