//! Finding out what is there: what an earlier run left, what is held, what is listed, what was traded.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use shared::fees::FeeSchedule;
use shared::market::{EventTicker, Position, Ticker};
use shared::quoting::Terms;
use shared::units::{Cash, Timestamp};
use shared::wire::{Market, Order, OrderStatus};

use super::core::Listed;
use super::journal::{Entry, Journal};
use super::orders::PREFIX;
use crate::clock::Clock;
use crate::kalshi::{
    Catalogue, Client, Facts, Failure, Open, Sending, charged, exclusive, open_events, trading_status,
};

/// How often orders are taken back until none of ours rests, and the pause between two looks.
const ROUNDS: u32 = 40;
const PAUSE: Duration = Duration::from_millis(50);
/// By how much positions may be behind fills, in microseconds of the exchange's clock: about a second was seen. And the same in
/// the machine's time.
const LAG: i64 = 2_000_000;
const LAG_AT_MOST: Duration = Duration::from_secs(2);

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
    /// Returns the contracts as they are to be listed, with what is held of them.
    ///
    /// # Errors
    ///
    /// Names a contract without a price grid: nothing could be quoted in it.
    pub(super) fn listed(&self, held: &BTreeMap<Ticker, Position>) -> anyhow::Result<Vec<Listed>> {
        self.contracts
            .iter()
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
                    position: held.get(&market.ticker).copied().unwrap_or(Position::FLAT),
                    ticker: market.ticker.clone(),
                })
            })
            .collect()
    }

    pub(super) fn tickers(&self) -> Vec<Ticker> {
        self.contracts.iter().map(|market| market.ticker.clone()).collect()
    }
}

/// Takes back whatever rests of ours, whoever placed it, and returns how many orders that were once none rests.
///
/// # Errors
///
/// Says that it can't be found out what rests, or that something does.
pub(super) async fn clear(client: &Client) -> anyhow::Result<usize> {
    let mut taken = 0;
    for round in 0..ROUNDS {
        let ours: Vec<Order> = client
            .resting()
            .await
            .context("what rests can't be found out")?
            .into_iter()
            .filter(|order| order.client_order_id.starts_with(PREFIX))
            .collect();
        if ours.is_empty() {
            return Ok(taken);
        }
        if round == 0 {
            taken = ours.len();
        } else {
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
    bail!("orders of an earlier run still rest");
}

/// Finds out what became of the orders that the last run left, and returns what is to be written down of them and how many
/// the exchange has never heard of.
///
/// # Errors
///
/// Says that the journal or the exchange's list can't be read.
pub(super) async fn reconcile(
    client: &Client,
    journal: &mut Journal,
    last: i64,
    now: Timestamp,
) -> anyhow::Result<Vec<Entry>> {
    let unfinished = journal.unfinished(last).await?;
    if unfinished.is_empty() {
        return Ok(Vec::new());
    }
    let orders = client.orders(None, None).await.context("the orders can't be listed")?;
    let known: BTreeMap<&str, &Order> =
        orders.iter().map(|order| (order.client_order_id.as_str(), order)).collect();
    let mut entries = Vec::new();
    for (name, was_confirmed) in &unfinished {
        let became = match known.get(name.as_str()) {
            Some(order) => {
                let what = match &order.status {
                    OrderStatus::Canceled => "cancelled",
                    OrderStatus::Executed => "executed",
                    OrderStatus::Resting => "resting",
                    OrderStatus::Other(word) => word,
                };
                format!("{what}, {} of {} traded", order.fill_count_fp, order.initial_count_fp)
            }
            None if *was_confirmed => {
                tracing::warn!("{name} is not listed at the exchange any more");
                "not listed any more".to_owned()
            }
            None => "never was".to_owned(),
        };
        entries.push(Entry::found(now, name, &became));
    }
    Ok(entries)
}

/// What the account has.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) free: Cash,
    pub(super) held: BTreeMap<Ticker, Position>,
}

/// Waits until positions tell of all fills that there were: the exchange tells them up to a second later. Nothing of ours may
/// rest meanwhile.
///
/// # Errors
///
/// As [`Failure`] tells them apart.
pub(super) async fn settled(client: &Client, clock: &Clock) -> anyhow::Result<()> {
    let since = clock.now().checked_add_micros(-LAG).unwrap_or(Timestamp::MIN);
    let fills = client.fills(None, Some(since)).await.context("the latest fills")?;
    let latest = fills.iter().filter_map(|fill| fill.created_time).map(|at| at.0).max();
    if let Some(told) = latest.and_then(|latest| latest.checked_add_micros(LAG)) {
        // No longer than it takes on a clock that runs as the machine's does: one that stands would never show it.
        let _ = tokio::time::timeout(LAG_AT_MOST, clock.reached(told)).await;
    }
    Ok(())
}

/// Finds out what the account has.
///
/// # Errors
///
/// As [`Failure`] tells them apart, or says that the balance is not told to the microdollar.
pub(super) async fn account(client: &Client) -> anyhow::Result<Account> {
    let balance = client.balance().await.context("the balance")?;
    let free = balance.balance_dollars.context("the balance is told in cents only")?.0;
    let positions: Result<Vec<_>, Failure> = client.positions().await;
    let held = positions
        .context("the positions")?
        .into_iter()
        .map(|held| Ok((held.ticker, held.position_fp.position()?)))
        .collect::<anyhow::Result<_>>()?;
    Ok(Account { free, held })
}
