//! Lists whose items are read one by one by who asks: so an odd one spoils no other.

use serde::Deserialize;
use serde_json::Value;

use super::catalogue::MarketsAsked;
use super::history::{Tier, TradesAsked};
use super::pages::{Cursor, Part};
use super::{Client, Failure};

/// A page of trades that are not read yet.
#[derive(Debug, Deserialize)]
struct RawTrades {
    cursor: String,
    trades: Vec<Value>,
}

/// A page of contracts that are not read yet.
#[derive(Debug, Deserialize)]
struct RawMarkets {
    cursor: String,
    markets: Vec<Value>,
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
        let (min_ts, max_ts) = (asked.min_ts.map(|at| at.to_string()), asked.max_ts.map(|at| at.to_string()));
        let limit = limit.to_string();
        let mut query = vec![("limit", limit.as_str())];
        query.extend(asked.ticker.map(|ticker| ("ticker", ticker.as_str())));
        query.extend(min_ts.as_deref().map(|at| ("min_ts", at)));
        query.extend(max_ts.as_deref().map(|at| ("max_ts", at)));
        query.extend(from.map(|from| ("cursor", from.as_str())));
        let path = tier.path(&["markets", "trades"], &["historical", "trades"]);
        let RawTrades { cursor, trades: items } = self.get(path, &query).await?;
        Ok(Part { items, next: Cursor::new(cursor) })
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
        let limit = limit.to_string();
        let mut query = vec![("limit", limit.as_str())];
        query.extend(asked.event.map(|event| ("event_ticker", event.as_str())));
        query.extend(asked.series.map(|series| ("series_ticker", series)));
        query.extend(asked.status.map(|status| ("status", status)));
        query.extend(from.map(|from| ("cursor", from.as_str())));
        let path = tier.path(&["markets"], &["historical", "markets"]);
        let RawMarkets { cursor, markets: items } = self.get(path, &query).await?;
        Ok(Part { items, next: Cursor::new(cursor) })
    }
}
