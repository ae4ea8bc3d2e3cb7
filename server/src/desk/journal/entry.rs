//! What a desk writes down.

use serde_json::json;
use shared::engine::{Decision, Record};
use shared::market::Ticker;
use shared::units::Timestamp;

use crate::desk::orders::{Outcome, Sent};
use crate::store::{Entry, Kind};

impl Entry {
    pub(in crate::desk) fn input(at: Timestamp, record: &Record) -> Self {
        Self::new(at, Kind::Input, record)
    }

    pub(crate) fn decision(at: Timestamp, decision: &Decision) -> Self {
        Self::new(at, Kind::Decision, decision)
    }

    pub(in crate::desk) fn setting(at: Timestamp, config: &str) -> Self {
        Self::new(at, Kind::Setting, &json!({ "config": config }))
    }

    pub(in crate::desk) fn command(at: Timestamp, sent: &Sent, ticker: Option<&Ticker>) -> Self {
        let Sent { job, name, id, price, total, expires } = sent;
        Self::new(
            at,
            Kind::Command,
            &json!({
                "client_order_id": name, "order_id": id, "ticker": ticker, "side": job.action, "what": job.what,
                "price": price, "count": total, "expires": expires,
            }),
        )
    }

    pub(in crate::desk) fn answer(at: Timestamp, sent: &Sent, outcome: &Outcome) -> Self {
        let what = match outcome {
            Outcome::Placed(placed) => json!({ "placed": placed }),
            Outcome::Amended(amended) => json!({ "amended": amended }),
            Outcome::Cancelled(cancelled) => json!({ "cancelled": cancelled }),
            Outcome::Found(found) => json!({ "found": found }),
            Outcome::Failed(failure) => json!({ "failed": failure.to_string() }),
        };
        Self::new(
            at,
            Kind::Answer,
            &json!({ "client_order_id": sent.name, "what": sent.job.what, "answer": what }),
        )
    }

    /// What was found out of an order that an earlier run left.
    pub(in crate::desk) fn found(at: Timestamp, name: &str, became: &str) -> Self {
        Self::new(
            at,
            Kind::Answer,
            &json!({ "client_order_id": name, "what": "reconciled", "answer": became }),
        )
    }
}
