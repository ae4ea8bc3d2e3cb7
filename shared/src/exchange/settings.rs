//! What is assumed of an exchange that only its prints are known of.

use crate::settings::{Fee, Fixed, settings};
use crate::units::{Price, Quantity};

settings! {
    /// What is assumed of the exchange.
    ///
    /// Of 15 078 sides of recorded books of winner-take-all events the median size at the best price is 26 contracts
    /// (quartiles 5 and 273): hence the default of `queue_ahead`.
    pub struct Assumptions {
        /// What a fill is charged: the series' own fee, the maker fee, or an amount a contract.
        fee: Fee = Fee::Exact, "Fee";
        /// How long after a print our answer to it is in the book.
        latency_ms: Fixed<0> = 200, "Latency" "ms" [0.0 to 600_000.0 by 10.0];
        /// How long after a print we hear of it; on recorded books, beyond when the recorder did.
        feed_ms: Fixed<0> = 0, "Feed latency" "ms" [0.0 to 600_000.0 by 10.0];
        /// How long after it was filled or answered we hear of an order.
        answer_ms: Fixed<0> = 0, "Answer latency" "ms" [0.0 to 600_000.0 by 10.0];
        /// What stands before an order of ours that joins a price, for the fill model `queue`.
        queue_ahead: Quantity = 25, "Queue ahead" "contracts" [0.0 to 1_000_000.0 by 1.0];
        /// How much worse than quoted every fill is.
        slippage_cents: Fixed<2> = 0, "Slippage" "¢" [0.0 to 20.0 by 1.0];
        /// How many of the prints that should have filled us did not.
        lost_fills_pct: Fixed<1> = 0, "Lost fills" "%" [0.0 to 100.0 by 0.5];
        /// How long, in the middle of each event, no belief arrives while what rests goes on trading.
        blackout_h: Fixed<1> = 0, "Blackout" "h" [0.0 to 2_000.0 by 0.5];
    }
}

impl Assumptions {
    /// Returns how much worse than quoted every fill is.
    pub fn slippage(&self) -> Price {
        // A hundredth of a cent is a price's unit, and the range ends at 20 cents.
        Price::from_centicents(self.slippage_cents.units()).unwrap_or(Price::ZERO)
    }
}
