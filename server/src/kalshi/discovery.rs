//! Discovery in two stages: the open events of a series, then all contracts of each.

use std::collections::BTreeSet;

use anyhow::{Context, bail};
use shared::fees::{FeeSchedule, FeeType};
use shared::market::FeeMultiplier;
use shared::quoting::Status;
use shared::units::Timestamp;
use shared::wire::{Event, EventFeeChange, Market, MarketStatus, Series, SeriesFeeChange};

use super::Client;

/// An event that can be traded.
#[derive(Debug, Clone)]
pub(crate) struct Open {
    /// When the first of its contracts that can be traded closes.
    pub(crate) closes: Timestamp,
    pub(crate) event: Event,
    /// All its contracts, wherever they stand.
    pub(crate) contracts: Vec<Market>,
}

/// Returns the events of a series that can be traded, the one that closes next first.
///
/// # Errors
///
/// Says what can't be listed.
pub(crate) async fn open_events(client: &Client, series: &str) -> anyhow::Result<Vec<Open>> {
    let mut found = Vec::new();
    for event in client.open_events(series).await.context("the open events")? {
        let contracts = client.markets(&event.event_ticker).await.context("the contracts")?;
        // The fields say what belongs together.
        if let Some(other) = contracts.iter().find(|market| market.event_ticker != event.event_ticker) {
            bail!(
                "{} is listed in {} and says that it is of {}",
                other.ticker,
                event.event_ticker,
                other.event_ticker
            );
        }
        let open = contracts.iter().filter(|market| market.status == MarketStatus::Active);
        if let Some(closes) = open.map(|market| market.close_time.0).min() {
            found.push(Open { closes, event, contracts });
        }
    }
    found.sort_by_key(|open| open.closes);
    Ok(found)
}

/// Returns whether a contract can be traded.
pub(crate) const fn trading_status(status: &MarketStatus) -> Status {
    match status {
        MarketStatus::Active => Status::Open,
        MarketStatus::Initialized | MarketStatus::Inactive | MarketStatus::Other(_) => Status::Paused,
        MarketStatus::Closed
        | MarketStatus::Determined
        | MarketStatus::Disputed
        | MarketStatus::Amended
        | MarketStatus::Finalized => Status::Closed,
    }
}

/// Checks that at most one of an event's contracts pays, which Kalshi alone says.
///
/// # Errors
///
/// Says that it isn't so: contracts that are priced together are priced wrong then.
pub(crate) fn exclusive(event: &Event) -> anyhow::Result<()> {
    if event.mutually_exclusive {
        return Ok(());
    }
    bail!(
        "{} is not mutually exclusive: more than one of its contracts may pay, and the desk can't price contracts apart",
        event.event_ticker
    )
}

/// Returns what is charged in an event now: its own fee, where it has one, takes the series' place. A fee that is to change
/// while the event can be traded is said.
///
/// # Errors
///
/// Says what can't be asked for, or that a fee is of a kind that isn't known.
pub(crate) async fn fees(client: &Client, series: &str, event: &Event) -> anyhow::Result<FeeSchedule> {
    charged(client, series, event).await?.now(event, client.clock().now())
}

/// Asks what is charged in an event, and when that changes.
///
/// # Errors
///
/// Says what can't be asked for.
pub(crate) async fn charged(client: &Client, series: &str, event: &Event) -> anyhow::Result<Fees> {
    let event_changes = client.event_fee_changes(&event.event_ticker).await;
    Ok(Fees {
        of_series: client.series(series).await.with_context(|| format!("series {series}"))?,
        series_changes: client.series_fee_changes(series).await.context("the fees of the series")?,
        event_changes: event_changes.context("the fees of the event")?,
    })
}

/// What the exchange says of an event's fees.
#[derive(Debug, Clone)]
pub(crate) struct Fees {
    pub(crate) of_series: Series,
    /// Those of the series that were and that are to come, in any order.
    pub(crate) series_changes: Vec<SeriesFeeChange>,
    /// Those of the event itself.
    pub(crate) event_changes: Vec<EventFeeChange>,
}

impl Fees {
    /// Returns what is charged now, and says in the log what is to change later.
    ///
    /// # Errors
    ///
    /// As [`Self::at`].
    pub(crate) fn now(&self, event: &Event, now: Timestamp) -> anyhow::Result<FeeSchedule> {
        for at in self.changes_after(now) {
            let then = self.at(event, at).map_or_else(|why| why.to_string(), |then| format!("{then:?}"));
            tracing::warn!("the fee of {} changes at {at}: {then}", event.event_ticker);
        }
        self.at(event, now)
    }

    /// Returns what is charged at a time. Before the first change that is told, it is taken to have been what it is now: what
    /// came before isn't told.
    ///
    /// # Errors
    ///
    /// Says that a fee is of a kind that isn't known.
    pub(crate) fn at(&self, event: &Event, at: Timestamp) -> anyhow::Result<FeeSchedule> {
        let (fee_type, multiplier) = self.named_at(event, at)?;
        Ok(FeeSchedule::new(fee_type, multiplier)?)
    }

    /// Returns the kind of fee and its multiplier at a time, as [`Self::at`] does.
    ///
    /// # Errors
    ///
    /// As [`Self::at`].
    pub(crate) fn named_at(&self, event: &Event, at: Timestamp) -> anyhow::Result<(FeeType, FeeMultiplier)> {
        let of_series = self.series_changes.iter().filter(|change| change.scheduled_ts.0 <= at);
        let of_event = self.event_changes.iter().filter(|change| change.scheduled_ts.0 <= at);
        let (series_type, series_multiplier) = match of_series.max_by_key(|change| change.scheduled_ts) {
            Some(change) => (&change.fee_type, change.fee_multiplier),
            None => (&self.of_series.fee_type, self.of_series.fee_multiplier),
        };
        let (own_type, own_multiplier) = match of_event.max_by_key(|change| change.scheduled_ts) {
            Some(change) => (change.fee_type_override.as_ref(), change.fee_multiplier_override),
            None => (event.fee_type_override.as_ref(), event.fee_multiplier_override),
        };
        let named = own_type.unwrap_or(series_type);
        let fee_type: FeeType =
            named.parse().with_context(|| format!("the fee of {}", event.event_ticker))?;
        Ok((fee_type, own_multiplier.unwrap_or(series_multiplier)))
    }

    /// Returns when fees change after a time, the next time first.
    fn changes_after(&self, at: Timestamp) -> BTreeSet<Timestamp> {
        let of_series = self.series_changes.iter().map(|change| change.scheduled_ts.0);
        let of_event = self.event_changes.iter().map(|change| change.scheduled_ts.0);
        of_series.chain(of_event).filter(|change| *change > at).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn exclusivity_and_fees_are_what_the_exchange_says() {
        let of_series = json!({"ticker":"KXA","title":"t","frequency":"monthly","category":"c",
            "fee_type":"quadratic","fee_multiplier":1});
        let event = json!({"event_ticker":"KXA-1","series_ticker":"KXA","title":"t","sub_title":"s",
            "collateral_return_type":"MECNET","mutually_exclusive":true});
        let series_change = json!({"id":"1","series_ticker":"KXA","fee_type":"quadratic_with_maker_fees",
            "fee_multiplier":0.5,"scheduled_ts":"2026-11-10T00:00:00Z"});
        let of_event = |at: &str, kind: serde_json::Value, multiplier: serde_json::Value| {
            json!({"id":"2","event_ticker":"KXA-1","series_ticker":"KXA","fee_type_override":kind,
                "fee_multiplier_override":multiplier,"scheduled_ts":at})
        };
        let null = serde_json::Value::Null;
        let fees = Fees {
            of_series: serde_json::from_value(of_series).unwrap(),
            series_changes: vec![serde_json::from_value(series_change).unwrap()],
            event_changes: [
                of_event("2026-11-15T00:00:00Z", json!("quadratic"), json!(2)),
                of_event("2026-11-20T00:00:00Z", null.clone(), null),
                of_event("2026-11-25T00:00:00Z", json!("a_new_kind"), json!(1)),
            ]
            .map(|change| serde_json::from_value(change).unwrap())
            .into(),
        };
        let mut event: Event = serde_json::from_value(event).unwrap();
        assert!(exclusive(&event).is_ok());
        event.mutually_exclusive = false;
        let why = exclusive(&event).unwrap_err().to_string();
        assert!(why.starts_with("KXA-1 is not mutually exclusive"), "{why}");
        let schedule =
            |kind: FeeType, multiplier: &str| FeeSchedule::new(kind, multiplier.parse().unwrap()).unwrap();
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        for (time, expected) in [
            ("2026-11-09T23:59:59Z", schedule(FeeType::Quadratic, "1")),
            ("2026-11-10T00:00:00Z", schedule(FeeType::QuadraticWithMakerFees, "0.5")),
            ("2026-11-15T00:00:00Z", schedule(FeeType::Quadratic, "2")),
            ("2026-11-21T00:00:00Z", schedule(FeeType::QuadraticWithMakerFees, "0.5")),
        ] {
            assert_eq!(fees.at(&event, at(time)).unwrap(), expected, "{time}");
        }
        // Nothing can be charged by a kind that isn't known, so that nothing is to be quoted.
        let why = format!("{:#}", fees.at(&event, at("2026-11-26T00:00:00Z")).unwrap_err());
        assert!(why.contains("KXA-1") && why.contains("a_new_kind"), "{why}");
        assert_eq!(fees.changes_after(at("2026-11-16T00:00:00Z")).len(), 2);
    }
}
