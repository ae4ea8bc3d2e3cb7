//! When fees change: of a series, and of an event, whose own fee goes before its series'.

use serde::{Deserialize, Serialize};

use super::Rfc3339;
use super::catalogue::as_number;
use crate::market::{EventTicker, FeeMultiplier};

/// The fee of a series from a time on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeriesFeeChange {
    /// The exchange's id.
    pub id: String,
    /// The series.
    pub series_ticker: String,
    /// The kind of fee, which may be a new one.
    pub fee_type: String,
    /// What multiplies it.
    #[serde(serialize_with = "as_number")]
    pub fee_multiplier: FeeMultiplier,
    /// From when on.
    pub scheduled_ts: Rfc3339,
}

/// The answer to `GET /series/fee_changes`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeriesFeeChanges {
    /// The changes: those to come, and past ones where they were asked for.
    pub series_fee_change_arr: Vec<SeriesFeeChange>,
}

/// The fee of an event from a time on. Nulls take its own fee away, so that its series' holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventFeeChange {
    /// The exchange's id.
    pub id: String,
    /// The event.
    pub event_ticker: EventTicker,
    /// Its series.
    pub series_ticker: String,
    /// The kind of fee, which may be a new one. Null and not there are not the same: a change without it is no change.
    #[serde(deserialize_with = "Option::deserialize")]
    pub fee_type_override: Option<String>,
    /// What multiplies it.
    #[serde(deserialize_with = "Option::deserialize")]
    pub fee_multiplier_override: Option<FeeMultiplier>,
    /// From when on.
    pub scheduled_ts: Rfc3339,
}

/// The answer to `GET /events/fee_changes`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventFeeChanges {
    /// Where the next page begins; empty on the last.
    pub cursor: String,
    /// The changes.
    pub event_fee_changes: Vec<EventFeeChange>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_override_that_is_taken_away_is_told_and_one_that_is_left_out_is_refused() {
        let text = |fields: &str| {
            format!(
                "{{\"id\":\"1\",\"event_ticker\":\"KXA-1\",\"series_ticker\":\"KXA\",{fields}\
                 \"scheduled_ts\":\"2026-11-01T00:00:00Z\"}}"
            )
        };
        let read = |fields| serde_json::from_str::<EventFeeChange>(&text(fields));
        let cleared = read("\"fee_type_override\":null,\"fee_multiplier_override\":null,").unwrap();
        assert_eq!((cleared.fee_type_override, cleared.fee_multiplier_override), (None, None));
        let own = read("\"fee_type_override\":\"flat\",\"fee_multiplier_override\":0.5,").unwrap();
        assert_eq!(own.fee_multiplier_override.unwrap().to_string(), "0.5");
        let why = read("\"fee_multiplier_override\":null,").unwrap_err().to_string();
        assert!(why.contains("missing field `fee_type_override`"), "{why}");
    }
}
