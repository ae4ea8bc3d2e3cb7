//! Where the live tier ends: older records are told by the historical one alone.

use serde::{Deserialize, Serialize};

use super::Rfc3339;

/// The answer to `GET /historical/cutoff`. What lies before such a time is found under `/historical` and nowhere else; the
/// windows differ and move, so that it is read each time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoricalCutoff {
    /// Of contracts and their candles, by when they settled.
    pub market_settled_ts: Rfc3339,
    /// Of trades, by when they were matched.
    pub trades_created_ts: Rfc3339,
    /// Of orders, by when they ended.
    pub orders_updated_ts: Rfc3339,
    /// Of settled positions, by when they last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub market_positions_last_updated_ts: Option<Rfc3339>,
}
