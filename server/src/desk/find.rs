//! Finding out what is traded.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use shared::desk::{Event, Listed, PREFIX};
use shared::fees::FeeSchedule;
use shared::market::{EventTicker, Ticker};
use shared::quoting::Terms;
use shared::units::Timestamp;
use shared::wire::{Market, Order};

use crate::kalshi::{
    Catalogue, Client, Facts, Open, Sending, charged, exclusive, open_events, trading_status,
};

/// How often orders are taken back until none of ours rests, and the pause between two looks.
const ROUNDS: u32 = 40;
const PAUSE: Duration = Duration::from_millis(50);

/// What is traded: an event and its contracts.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) event: EventTicker,
    pub(super) title: String,
    pub(super) closes: Timestamp,
    pub(super) contracts: Vec<Market>,
    fees: FeeSchedule,
}

/// Finds the event of a series that closes next, and writes down what the exchange says of it.
///
/// # Errors
///
/// Says that there is none, that its contracts don't exclude each other, or what of it nothing can be quoted on.
pub(super) async fn event(client: &Client, series: &str, catalogue: &Path) -> anyhow::Result<Found> {
    let found = open_events(client, series).await?.into_iter().next();
    let Open { closes, event, contracts } =
        found.with_context(|| format!("{series} has no event that can be traded now"))?;
    exclusive(&event)?;
    let now = client.clock().now();
    let charged = charged(client, series, &event).await?;
    let fees = charged.now(&event, now)?;
    let facts = Facts { series: charged.of_series, event, contracts };
    let noted = async { Catalogue::open(catalogue).await?.note(now, &facts).await };
    // Without it everything else goes on; it is for those who ask later.
    if let Err(error) = noted.await {
        tracing::warn!("what is listed is not written down: {error:#}");
    }
    let Facts { event, contracts, .. } = facts;
    Ok(Found { event: event.event_ticker, title: event.title, closes, contracts, fees })
}

impl Found {
    /// Returns the event as it is to be traded.
    ///
    /// # Errors
    ///
    /// Names a contract without a price grid: nothing could be quoted in it.
    pub(super) fn listed(&self) -> anyhow::Result<Event> {
        let contracts = self.contracts.iter();
        let contracts: anyhow::Result<Vec<Listed>> = contracts
            .map(|market| {
                let grid = market.price_ranges.clone();
                Ok(Listed {
                    name: market.yes_sub_title.clone(),
                    terms: Terms {
                        grid: grid.with_context(|| format!("{} has no price grid", market.ticker))?,
                        fees: Some(self.fees),
                        settles: market.expected_expiration_time.map(|at| at.0),
                        status: trading_status(&market.status),
                    },
                    closes: market.close_time.0,
                    ticker: market.ticker.clone(),
                })
            })
            .collect();
        Ok(Event { event: self.event.clone(), contracts: contracts? })
    }

    pub(super) fn tickers(&self) -> Vec<Ticker> {
        self.contracts.iter().map(|market| market.ticker.clone()).collect()
    }
}

/// Takes back whatever rests of ours in an event, or of one run in it, where a run could not do so itself.
///
/// # Errors
///
/// Says that it can't be found out what rests, or that something does.
pub(super) async fn clear(client: &Client, found: &Found, run: Option<i64>) -> anyhow::Result<()> {
    let prefix = run.map_or_else(|| PREFIX.to_owned(), |run| format!("{PREFIX}{run:x}-"));
    let is_ours = |order: &Order| {
        order.client_order_id.starts_with(&prefix)
            && found.contracts.iter().any(|market| market.ticker == order.ticker)
    };
    for round in 0..ROUNDS {
        let ours: Vec<Order> = client
            .resting()
            .await
            .context("what rests can't be found out")?
            .into_iter()
            .filter(is_ours)
            .collect();
        if ours.is_empty() {
            return Ok(());
        }
        if round > 0 {
            // What is listed may be a little behind.
            tokio::time::sleep(PAUSE).await;
        }
        for order in &ours {
            match client.cancel(&order.order_id, &mut Sending::default()).await {
                Ok(_) => {}
                Err(failure) if failure.is_not_found() => {}
                Err(failure) => tracing::warn!("{}: {failure}", order.client_order_id),
            }
        }
    }
    bail!("orders of ours still rest");
}
