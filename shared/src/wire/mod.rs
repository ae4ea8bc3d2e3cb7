//! Kalshi's wire, as far as a desk needs it: REST bodies and WebSocket frames, API version 2.
//!
//! One type serves both directions: a client decodes what the paper exchange encodes. What money depends on must be there
//! and be exact, as text: a JSON number where Kalshi sends a string is refused, and a field that is missing is `None`, never
//! zero. Only in frames of books, tickers and public trades are numbers read too, as they were seen there. What is unknown is passed over: further fields, and further words of an enumeration that decides nothing.
//!
//! Source: Kalshi's `OpenAPI` 3.34.0 and `AsyncAPI` of 2026-10-26. Where a recorded payload says otherwise, both are read.

mod account;
mod batch;
mod book;
mod candles;
mod catalogue;
mod errors;
mod exchange;
mod fee_changes;
mod groups;
mod historical;
mod incentives;
mod market;
mod number;
mod orders;
mod portfolio;
mod stream;
mod time;
mod trades;
mod words;

pub use account::{AccountLimits, ApiKey, ApiKeys, BucketLimit, EndpointCost, EndpointCosts, UsageGrant};
pub use batch::{
    BatchCancel, BatchCancelAnswer, BatchCancelOrder, BatchCancelled, BatchCreate, BatchCreateAnswer,
    BatchCreated, DecreaseOrder, DecreaseOrderAnswer, OrderQueuePosition, QueuePosition, QueuePositions,
};
pub use book::{LevelText, Orderbook, OrderbookAnswer, OrderbookOf, OrderbooksAnswer};
pub use candles::{
    BatchCandlesticks, Candlestick, CandlesticksAnswer, EventCandlesticks, HistoricalCandlestick,
    HistoricalCandlesticks, HistoricalQuoteRange, HistoricalTradeRange, MarketCandlesticks, QuoteRange,
    TradeRange,
};
pub use catalogue::{
    Event, EventAnswer, EventMetadata, EventsPage, MarketPicture, Series, SeriesAnswer, SeriesList,
    SettlementSource,
};
pub use errors::{ErrorAnswer, ErrorBody};
pub use exchange::{
    DailySchedule, ExchangeStatus, IndexStatus, MaintenanceWindow, Schedule, ScheduleAnswer,
    UserDataTimestamp, WeeklySchedule,
};
pub use fee_changes::{EventFeeChange, EventFeeChanges, SeriesFeeChange, SeriesFeeChanges};
pub use groups::{GroupCreated, GroupLimit, OrderGroup, OrderGroupAnswer, OrderGroups};
pub use historical::HistoricalCutoff;
pub use incentives::{IncentiveProgram, IncentivesPage};
pub use market::{Market, MarketAnswer, MarketsPage, Quotes};
pub use number::{Dollars, SignedCount};
pub use orders::{
    AmendOrder, AmendOrderAnswer, CancelOrderAnswer, CreateOrder, CreateOrderAnswer, Order, OrderAnswer,
    OrdersPage,
};
pub use portfolio::{
    Balance, BalanceShare, EventPosition, Fill, FillsPage, MarketPosition, PositionsPage, Settlement,
    SettlementsPage,
};
pub use stream::{
    Channel, Command, CommandError, EventLifecycle, FillMessage, Frame, GroupUpdate, Indices,
    MarketLifecycle, MarketMetadata, OrderbookDelta, OrderbookSnapshot, Parameters, PositionMessage,
    ScannedDelta, Subscribed, Subscription, TickerMessage, TradeMessage, Underlyings, UpdateAction,
    UserOrder,
};
pub use time::{Millis, Rfc3339, Seconds};
pub use trades::{Trade, TradesPage};
pub use words::{BookSide, MarketResult, MarketStatus, OrderStatus, SelfTradePrevention, TimeInForce};

/// The path that all REST paths begin with; a signature covers it too.
pub const REST_PATH: &str = "/trade-api/v2";
/// The path of the WebSocket, which is what a signature of its handshake covers.
pub const STREAM_PATH: &str = "/trade-api/ws/v2";
/// The header that names the key.
pub const KEY_HEADER: &str = "KALSHI-ACCESS-KEY";
/// The header with the signature: base64 of the signature of [`signed_text`].
pub const SIGNATURE_HEADER: &str = "KALSHI-ACCESS-SIGNATURE";
/// The header with the time of signing, in milliseconds since 1970.
pub const TIMESTAMP_HEADER: &str = "KALSHI-ACCESS-TIMESTAMP";

/// Returns what a request's signature covers: time, method and path without the query, and not the body.
pub fn signed_text(timestamp_ms: &str, method: &str, path: &str) -> String {
    let path = path.split_once('?').map_or(path, |(path, _)| path);
    format!("{timestamp_ms}{method}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_covers_time_method_and_path_alone() {
        assert_eq!(
            signed_text("1703123456789", "GET", "/trade-api/v2/portfolio/orders?limit=5"),
            "1703123456789GET/trade-api/v2/portfolio/orders"
        );
    }
}
