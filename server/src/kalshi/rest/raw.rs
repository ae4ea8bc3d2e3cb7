//! Lists whose items are read one by one by who asks: so an odd one spoils no other.

use serde::Deserialize;
use serde_json::Value;

use super::catalogue::{HISTORICAL_MARKETS, MARKETS, MarketsAsked};
use super::history::{HISTORICAL_TRADES, TRADES, Tier, TradesAsked};
use super::pages::{Cursor, Part, borrowed};
use super::{Client, Failure};

/// How many events a page has at most.
const EVENTS: usize = 200;

/// A page of things that are not read yet.
#[derive(Debug, Deserialize)]
struct Raw {
    cursor: String,
    #[serde(alias = "trades", alias = "markets", alias = "events")]
    items: Vec<Value>,
}

impl Client {
    /// Returns a page of public trades, each as it was sent, the newest first, at most `limit` of them (up to 1000).
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart.
    pub(crate) async fn trades_raw_part(
        &self,
        tier: Tier,
        asked: TradesAsked<'_>,
        limit: usize,
        from: Option<&Cursor>,
    ) -> Result<Part<Value>, Failure> {
        self.raw_part(tier.path(&TRADES, &HISTORICAL_TRADES), asked.query(), limit, from).await
    }

    /// Returns a page of contracts, each as it was sent, at most `limit` of them (up to 1000).
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart.
    pub(crate) async fn markets_raw_part(
        &self,
        tier: Tier,
        asked: MarketsAsked<'_>,
        limit: usize,
        from: Option<&Cursor>,
    ) -> Result<Part<Value>, Failure> {
        self.raw_part(tier.path(&MARKETS, &HISTORICAL_MARKETS), asked.query(), limit, from).await
    }

    /// Returns a page of a series' events, each as it was sent, at most `limit` of them (up to 200).
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart.
    pub(crate) async fn events_raw_part(
        &self,
        series: &str,
        limit: usize,
        from: Option<&Cursor>,
    ) -> Result<Part<Value>, Failure> {
        self.raw_part(&["events"], vec![("series_ticker", series.to_owned())], limit.min(EVENTS), from).await
    }

    async fn raw_part(
        &self,
        path: &[&str],
        mut query: Vec<(&'static str, String)>,
        limit: usize,
        from: Option<&Cursor>,
    ) -> Result<Part<Value>, Failure> {
        query.push(("limit", limit.to_string()));
        query.extend(from.map(|from| ("cursor", from.as_str().to_owned())));
        let Raw { cursor, items } = self.get(path, &borrowed(&query)).await?;
        Ok(Part { items, next: Cursor::new(cursor) })
    }
}
