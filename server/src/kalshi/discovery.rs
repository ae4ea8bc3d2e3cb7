//! Discovery in two stages: the open events of a series, then all contracts of each.

use anyhow::Context;
use shared::fees::{FeeSchedule, FeeType};
use shared::market::FeeMultiplier;
use shared::quoting::Status;
use shared::units::Timestamp;
use shared::wire::{Event, Market, MarketStatus};

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
        let open = contracts.iter().filter(|market| market.status == MarketStatus::Active);
        if let Some(closes) = open.map(|market| market.close_time.0).min() {
            found.push(Open { closes, event, contracts });
        }
    }
    found.sort_by_key(|open| open.closes);
    Ok(found)
}

/// Returns what is charged in an event: its own fee, where it has one, takes the series' place.
///
/// # Errors
///
/// Says that the series can't be asked for, or that its fee is of a kind that isn't known.
pub(crate) async fn fees(client: &Client, series: &str, event: &Event) -> anyhow::Result<FeeSchedule> {
    let of_series = client.series(series).await.with_context(|| format!("series {series}"))?;
    let fee_type: FeeType = match &event.fee_type_override {
        Some(own) => own.parse().with_context(|| format!("the fee of {}", event.event_ticker))?,
        None => of_series.fee_type().with_context(|| format!("the fee of {series}"))?,
    };
    let multiplier: FeeMultiplier = event.fee_multiplier_override.unwrap_or(of_series.fee_multiplier);
    Ok(FeeSchedule::new(fee_type, multiplier)?)
}

/// Returns whether a contract can be traded.
pub(crate) const fn trading_status(status: MarketStatus) -> Status {
    match status {
        MarketStatus::Active => Status::Open,
        MarketStatus::Initialized | MarketStatus::Inactive | MarketStatus::Unknown => Status::Paused,
        MarketStatus::Closed
        | MarketStatus::Determined
        | MarketStatus::Disputed
        | MarketStatus::Amended
        | MarketStatus::Finalized => Status::Closed,
    }
}
