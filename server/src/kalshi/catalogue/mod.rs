//! What the exchange has said of what it lists, with the time at which it was read, in a file of `SQLite`: so that it can be
//! told later by which terms something was traded.

#[cfg(test)]
mod tests;

use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::market::EventTicker;
use shared::units::Timestamp;
use shared::wire::{Event, Market, Series};
use sqlx::{ConnectOptions as _, Connection as _, Row as _, Sqlite, SqliteConnection, Transaction};

use crate::database;

const SCHEMA: &str = include_str!("schema.sql");

/// What is known of an event.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Facts {
    pub(crate) series: Series,
    pub(crate) event: Event,
    /// Its contracts in the order of their tickers, without quotes and volumes.
    pub(crate) contracts: Vec<Market>,
}

/// The file.
pub(crate) struct Catalogue(SqliteConnection);

impl Catalogue {
    /// Opens a file, which is made if there is none.
    ///
    /// # Errors
    ///
    /// Says that it can't be opened or is something else.
    pub(crate) async fn open(path: &Path) -> anyhow::Result<Self> {
        let shown = path.display();
        let options = database::written(path, Duration::from_secs(10));
        let mut connection =
            options.connect().await.with_context(|| format!("the catalogue {shown} can't be opened"))?;
        let made = sqlx::raw_sql(SCHEMA).execute(&mut connection).await;
        made.with_context(|| format!("{shown} is no catalogue"))?;
        Ok(Self(connection))
    }

    /// Writes down what was read at a time, as far as it is something else than the last time, and returns how much that was.
    ///
    /// # Errors
    ///
    /// Says that it can't be written; then nothing was.
    pub(crate) async fn note(&mut self, at: Timestamp, facts: &Facts) -> anyhow::Result<usize> {
        let Facts { series, event, contracts } = facts;
        let mut transaction = self.0.begin().await.context("the catalogue can't be written")?;
        let mut noted = 0;
        noted += note(&mut transaction, at, "series", &series.ticker, None, series).await?;
        let bare = Event { markets: None, ..event.clone() };
        let ticker = event.event_ticker.as_str();
        noted += note(&mut transaction, at, "event", ticker, Some(&event.series_ticker), &bare).await?;
        for market in contracts {
            let (name, whole) = (market.ticker.as_str(), market.event_ticker.as_str());
            noted += note(&mut transaction, at, "market", name, Some(whole), &fixed(market)).await?;
        }
        transaction.commit().await.context("the catalogue can't be written")?;
        Ok(noted)
    }

    /// Returns what was known of an event at a time, if anything was.
    ///
    /// # Errors
    ///
    /// Says that it can't be read.
    #[cfg_attr(not(test), allow(dead_code, reason = "for whoever asks by which terms something was traded"))]
    pub(crate) async fn facts(
        &mut self,
        event: &EventTicker,
        as_of: Timestamp,
    ) -> anyhow::Result<Option<Facts>> {
        let told = self.latest("kind = 'event' AND ticker = ?1", event.as_str(), as_of).await?;
        let Some(event) = told.into_iter().next() else { return Ok(None) };
        let event: Event = event;
        let of_series = self.latest("kind = 'series' AND ticker = ?1", &event.series_ticker, as_of).await?;
        let Some(series) = of_series.into_iter().next() else { return Ok(None) };
        let whole = event.event_ticker.as_str();
        let contracts = self.latest("kind = 'market' AND part_of = ?1", whole, as_of).await?;
        Ok(Some(Facts { series, event, contracts }))
    }

    /// Returns what was last said until a time of what fits, in the order of the tickers.
    #[cfg_attr(not(test), allow(dead_code, reason = "as `facts`"))]
    async fn latest<T: DeserializeOwned>(
        &mut self,
        which: &'static str,
        ticker: &str,
        as_of: Timestamp,
    ) -> anyhow::Result<Vec<T>> {
        // The last row of a ticker is the one whose time, and then whose number, is the greatest.
        let question = format!(
            "SELECT body FROM (
                SELECT ticker, body, row_number() OVER (PARTITION BY ticker ORDER BY read_at DESC, id DESC) AS place
                FROM fact WHERE {which} AND read_at <= ?2
             ) WHERE place = 1 ORDER BY ticker"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(question)).bind(ticker).bind(as_of.micros());
        let rows = rows.fetch_all(&mut self.0).await.context("the catalogue can't be read")?;
        let read = rows.iter().map(|row| {
            let body: String = row.try_get(0)?;
            serde_json::from_str(&body).with_context(|| format!("the catalogue says of {ticker}: {body}"))
        });
        read.collect()
    }
}

/// Writes down one thing that was read, unless the same was read the last time.
async fn note(
    transaction: &mut Transaction<'_, Sqlite>,
    at: Timestamp,
    kind: &str,
    ticker: &str,
    part_of: Option<&str>,
    body: &impl Serialize,
) -> anyhow::Result<usize> {
    let done = sqlx::query(
        "INSERT INTO fact (kind, ticker, part_of, read_at, body)
         SELECT ?1, ?2, ?3, ?4, ?5
         WHERE ?5 IS NOT (SELECT body FROM fact WHERE kind = ?1 AND ticker = ?2 ORDER BY read_at DESC, id DESC LIMIT 1)",
    )
    .bind(kind)
    .bind(ticker)
    .bind(part_of)
    .bind(at.micros())
    .bind(serde_json::to_string(body)?)
    .execute(&mut **transaction)
    .await
    .context("the catalogue can't be written")?;
    Ok(usize::try_from(done.rows_affected())?)
}

/// Returns a contract without what changes with every order and trade.
fn fixed(market: &Market) -> Market {
    Market {
        yes_bid_dollars: None,
        yes_bid_size_fp: None,
        yes_ask_dollars: None,
        yes_ask_size_fp: None,
        no_bid_dollars: None,
        no_ask_dollars: None,
        last_price_dollars: None,
        volume_fp: None,
        volume_24h_fp: None,
        open_interest_fp: None,
        previous_yes_bid_dollars: None,
        previous_yes_ask_dollars: None,
        previous_price_dollars: None,
        ..market.clone()
    }
}
