//! Candles: the prices of a contract over minutes, hours or days in which something happened.

use serde::{Deserialize, Serialize};

use super::Seconds;
use crate::market::Ticker;
use crate::units::{Price, Quantity};

/// The prices of one side of the book in a period. Where nobody quoted there, Kalshi says `0.0000` of bids and `1.0000` of offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuoteRange {
    /// At its beginning.
    pub open_dollars: Price,
    /// The lowest.
    pub low_dollars: Price,
    /// The highest.
    pub high_dollars: Price,
    /// At its end.
    pub close_dollars: Price,
}

/// The prices of a period's trades. Without a trade there are none but the last one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TradeRange {
    /// The first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_dollars: Option<Price>,
    /// The lowest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low_dollars: Option<Price>,
    /// The highest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high_dollars: Option<Price>,
    /// The last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub close_dollars: Option<Price>,
    /// The mean of its contracts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean_dollars: Option<Price>,
    /// The last trade's before the period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_dollars: Option<Price>,
}

/// A period in which something happened; quiet ones are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candlestick {
    /// Its end, which belongs to it.
    pub end_period_ts: Seconds,
    /// Bids for YES.
    pub yes_bid: QuoteRange,
    /// Offers of YES.
    pub yes_ask: QuoteRange,
    /// Trades, at the YES price.
    pub price: TradeRange,
    /// How many contracts were traded.
    pub volume_fp: Quantity,
    /// How many pairs are open at its end.
    pub open_interest_fp: Quantity,
}

/// The answer to `GET /series/{series_ticker}/markets/{ticker}/candlesticks`, in order of time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CandlesticksAnswer {
    /// The contract.
    pub ticker: Ticker,
    /// Its candles.
    pub candlesticks: Vec<Candlestick>,
}

/// A contract's candles among those of others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarketCandlesticks {
    /// The contract.
    pub market_ticker: Ticker,
    /// Its candles.
    pub candlesticks: Vec<Candlestick>,
}

/// The answer to `GET /markets/candlesticks`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchCandlesticks {
    /// By contract.
    pub markets: Vec<MarketCandlesticks>,
}

/// The answer to `GET /series/{series_ticker}/events/{ticker}/candlesticks`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventCandlesticks {
    /// The event's contracts.
    pub market_tickers: Vec<Ticker>,
    /// The candles of each.
    pub market_candlesticks: Vec<Vec<Candlestick>>,
    /// Where the answer ends: before what was asked for where that would be too many candles.
    pub adjusted_end_ts: Seconds,
}

/// The prices of one side of the book as the historical tier writes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoricalQuoteRange {
    /// At the period's beginning.
    pub open: Price,
    /// The lowest.
    pub low: Price,
    /// The highest.
    pub high: Price,
    /// At its end.
    pub close: Price,
}

/// The prices of a period's trades as the historical tier writes them: null without a trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct HistoricalTradeRange {
    /// The first.
    #[serde(default)]
    pub open: Option<Price>,
    /// The lowest.
    #[serde(default)]
    pub low: Option<Price>,
    /// The highest.
    #[serde(default)]
    pub high: Option<Price>,
    /// The last.
    #[serde(default)]
    pub close: Option<Price>,
    /// The mean of its contracts.
    #[serde(default)]
    pub mean: Option<Price>,
    /// The last trade's before the period.
    #[serde(default)]
    pub previous: Option<Price>,
}

/// A period as the historical tier writes it: the same without units in its names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoricalCandlestick {
    /// Its end, which belongs to it.
    pub end_period_ts: Seconds,
    /// Bids for YES.
    pub yes_bid: HistoricalQuoteRange,
    /// Offers of YES.
    pub yes_ask: HistoricalQuoteRange,
    /// Trades, at the YES price.
    pub price: HistoricalTradeRange,
    /// How many contracts were traded.
    pub volume: Quantity,
    /// How many pairs are open at its end.
    pub open_interest: Quantity,
}

/// The answer to `GET /historical/markets/{ticker}/candlesticks`, in order of time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoricalCandlesticks {
    /// The contract.
    pub ticker: Ticker,
    /// Its candles.
    pub candlesticks: Vec<HistoricalCandlestick>,
}

impl From<HistoricalQuoteRange> for QuoteRange {
    fn from(range: HistoricalQuoteRange) -> Self {
        let HistoricalQuoteRange { open, low, high, close } = range;
        Self { open_dollars: open, low_dollars: low, high_dollars: high, close_dollars: close }
    }
}

impl From<HistoricalTradeRange> for TradeRange {
    fn from(range: HistoricalTradeRange) -> Self {
        let HistoricalTradeRange { open, low, high, close, mean, previous } = range;
        Self {
            open_dollars: open,
            low_dollars: low,
            high_dollars: high,
            close_dollars: close,
            mean_dollars: mean,
            previous_dollars: previous,
        }
    }
}

impl From<HistoricalCandlestick> for Candlestick {
    fn from(candle: HistoricalCandlestick) -> Self {
        Self {
            end_period_ts: candle.end_period_ts,
            yes_bid: candle.yes_bid.into(),
            yes_ask: candle.yes_ask.into(),
            price: candle.price.into(),
            volume_fp: candle.volume,
            open_interest_fp: candle.open_interest,
        }
    }
}

impl From<QuoteRange> for HistoricalQuoteRange {
    fn from(range: QuoteRange) -> Self {
        let QuoteRange { open_dollars, low_dollars, high_dollars, close_dollars } = range;
        Self { open: open_dollars, low: low_dollars, high: high_dollars, close: close_dollars }
    }
}

impl From<Candlestick> for HistoricalCandlestick {
    fn from(candle: Candlestick) -> Self {
        let TradeRange {
            open_dollars: open,
            low_dollars: low,
            high_dollars: high,
            close_dollars: close,
            mean_dollars: mean,
            previous_dollars: previous,
        } = candle.price;
        Self {
            end_period_ts: candle.end_period_ts,
            yes_bid: candle.yes_bid.into(),
            yes_ask: candle.yes_ask.into(),
            price: HistoricalTradeRange { open, low, high, close, mean, previous },
            volume: candle.volume_fp,
            open_interest: candle.open_interest_fp,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_candle_of_the_historical_tier_is_the_same_candle() {
        let live = r#"{"end_period_ts":1786137900,
            "yes_bid":{"open_dollars":"0.3300","low_dollars":"0.3200","high_dollars":"0.3400","close_dollars":"0.3300"},
            "yes_ask":{"open_dollars":"0.3500","low_dollars":"0.3400","high_dollars":"1.0000","close_dollars":"0.3500"},
            "price":{"open_dollars":null,"previous_dollars":"0.3400"},"volume_fp":"0.00","open_interest_fp":"12.34"}"#;
        let historical = r#"{"end_period_ts":1786137900,
            "yes_bid":{"open":"0.3300","low":"0.3200","high":"0.3400","close":"0.3300"},
            "yes_ask":{"open":"0.3500","low":"0.3400","high":"1.0000","close":"0.3500"},
            "price":{"open":null,"low":null,"high":null,"close":null,"mean":null,"previous":"0.3400"},
            "volume":"0.00","open_interest":"12.34"}"#;
        let live: Candlestick = serde_json::from_str(live).unwrap();
        let historical: HistoricalCandlestick = serde_json::from_str(historical).unwrap();
        assert_eq!(Candlestick::from(historical), live);
        assert_eq!(live.price.close_dollars, None);
        // Cents of the first generation have another type, and are refused instead of being taken for dollars.
        let cents = r#"{"open":11,"low":11,"high":11,"close":11}"#;
        assert!(serde_json::from_str::<HistoricalQuoteRange>(cents).is_err());
    }
}
