//! The rows of the tables, their columns, and what is the same row.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use shared::market::{EventTicker, FeeMultiplier, Ticker};
use shared::units::{Price, Quantity, Timestamp};

use crate::files::{Column, Layout, Values};

/// A row of one of the tables.
pub(super) trait Row: Serialize + DeserializeOwned + Clone + PartialEq {
    /// What rows of one table differ by.
    type Key: Ord + Clone;
    /// In which order they stand in a file.
    type Place: Ord;
    /// How a file of them is laid out.
    const LAYOUT: Layout = Layout::Plain;

    fn key(&self) -> Self::Key;
    fn place(&self) -> Self::Place;
    /// Returns when it was, for the month that it is kept in.
    fn at(&self) -> Timestamp;
    /// Takes from another row with the same key what isn't known here; returns whether the two agree.
    fn agree(&mut self, other: &Self) -> bool;
    /// Returns the name that an error has for it.
    fn name(&self) -> String;
    fn columns(rows: &[Self]) -> Vec<Column>;
}

/// A public trade.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct TradeRow {
    pub(super) trade_id: String,
    pub(super) ticker: Ticker,
    pub(super) yes_price_dollars: Price,
    pub(super) count_fp: Quantity,
    /// Older answers don't say it.
    pub(super) taker_outcome_side: Option<shared::market::Side>,
    pub(super) is_block_trade: bool,
    pub(super) created_time: Timestamp,
}

impl Row for TradeRow {
    type Key = String;
    type Place = (Ticker, Timestamp, String);
    const LAYOUT: Layout = Layout::Sorted { text: "ticker", instant: "created_time" };

    fn key(&self) -> String {
        self.trade_id.clone()
    }

    fn place(&self) -> Self::Place {
        (self.ticker.clone(), self.created_time, self.trade_id.clone())
    }

    fn at(&self) -> Timestamp {
        self.created_time
    }

    fn agree(&mut self, other: &Self) -> bool {
        self.taker_outcome_side = self.taker_outcome_side.or(other.taker_outcome_side);
        // What the stream told of a trade is cut to milliseconds: what was asked for is exact.
        if self.created_time == other.created_time.floor_to_millisecond() {
            self.created_time = other.created_time;
        }
        let created_time = if other.created_time == self.created_time.floor_to_millisecond() {
            self.created_time
        } else {
            other.created_time
        };
        let taker_outcome_side = other.taker_outcome_side.or(self.taker_outcome_side);
        *self == Self { taker_outcome_side, created_time, ..other.clone() }
    }

    fn name(&self) -> String {
        format!("{}: trade {}", self.ticker, self.trade_id)
    }

    fn columns(rows: &[Self]) -> Vec<Column> {
        vec![
            text("trade_id", rows, |row| Some(row.trade_id.clone())),
            text("ticker", rows, |row| Some(row.ticker.to_string())),
            price("yes_price_dollars", rows, |row| Some(row.yes_price_dollars)),
            count("count_fp", rows, |row| row.count_fp),
            text("taker_outcome_side", rows, |row| row.taker_outcome_side.map(|side| side.to_string())),
            flag("is_block_trade", rows, |row| Some(row.is_block_trade)),
            instant("created_time", rows, |row| Some(row.created_time)),
        ]
    }
}

/// A candle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct CandleRow {
    pub(super) ticker: Ticker,
    /// In minutes.
    pub(super) period_interval: i32,
    pub(super) end_period_ts: Timestamp,
    pub(super) yes_bid_open_dollars: Price,
    pub(super) yes_bid_low_dollars: Price,
    pub(super) yes_bid_high_dollars: Price,
    pub(super) yes_bid_close_dollars: Price,
    pub(super) yes_ask_open_dollars: Price,
    pub(super) yes_ask_low_dollars: Price,
    pub(super) yes_ask_high_dollars: Price,
    pub(super) yes_ask_close_dollars: Price,
    pub(super) price_open_dollars: Option<Price>,
    pub(super) price_low_dollars: Option<Price>,
    pub(super) price_high_dollars: Option<Price>,
    pub(super) price_close_dollars: Option<Price>,
    pub(super) price_mean_dollars: Option<Price>,
    pub(super) price_previous_dollars: Option<Price>,
    pub(super) volume_fp: Quantity,
    pub(super) open_interest_fp: Quantity,
}

impl Row for CandleRow {
    type Key = (Ticker, i32, Timestamp);
    type Place = (Timestamp, Ticker);

    fn key(&self) -> Self::Key {
        (self.ticker.clone(), self.period_interval, self.end_period_ts)
    }

    fn place(&self) -> Self::Place {
        (self.end_period_ts, self.ticker.clone())
    }

    /// Returns when it began: the candle that ends with a month is that month's.
    fn at(&self) -> Timestamp {
        let length = i64::from(self.period_interval) * 60_000_000;
        self.end_period_ts.checked_add_micros(-length).unwrap_or(self.end_period_ts)
    }

    fn agree(&mut self, other: &Self) -> bool {
        self == other
    }

    fn name(&self) -> String {
        format!("{}: the candle that ends at {}", self.ticker, self.end_period_ts)
    }

    fn columns(rows: &[Self]) -> Vec<Column> {
        vec![
            text("ticker", rows, |row| Some(row.ticker.to_string())),
            Column {
                name: "period_interval",
                values: Values::Whole(rows.iter().map(|row| Some(row.period_interval)).collect()),
            },
            instant("end_period_ts", rows, |row| Some(row.end_period_ts)),
            price("yes_bid_open_dollars", rows, |row| Some(row.yes_bid_open_dollars)),
            price("yes_bid_low_dollars", rows, |row| Some(row.yes_bid_low_dollars)),
            price("yes_bid_high_dollars", rows, |row| Some(row.yes_bid_high_dollars)),
            price("yes_bid_close_dollars", rows, |row| Some(row.yes_bid_close_dollars)),
            price("yes_ask_open_dollars", rows, |row| Some(row.yes_ask_open_dollars)),
            price("yes_ask_low_dollars", rows, |row| Some(row.yes_ask_low_dollars)),
            price("yes_ask_high_dollars", rows, |row| Some(row.yes_ask_high_dollars)),
            price("yes_ask_close_dollars", rows, |row| Some(row.yes_ask_close_dollars)),
            price("price_open_dollars", rows, |row| row.price_open_dollars),
            price("price_low_dollars", rows, |row| row.price_low_dollars),
            price("price_high_dollars", rows, |row| row.price_high_dollars),
            price("price_close_dollars", rows, |row| row.price_close_dollars),
            price("price_mean_dollars", rows, |row| row.price_mean_dollars),
            price("price_previous_dollars", rows, |row| row.price_previous_dollars),
            count("volume_fp", rows, |row| row.volume_fp),
            count("open_interest_fp", rows, |row| row.open_interest_fp),
        ]
    }
}

/// What is known of a contract besides its trades.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct MarketRow {
    pub(super) ticker: Ticker,
    pub(super) event_ticker: EventTicker,
    pub(super) series_ticker: String,
    pub(super) event_title: Option<String>,
    pub(super) title: Option<String>,
    pub(super) yes_sub_title: Option<String>,
    pub(super) no_sub_title: Option<String>,
    pub(super) market_type: Option<String>,
    pub(super) strike_type: Option<String>,
    pub(super) status: Option<String>,
    pub(super) open_time: Timestamp,
    /// As the exchange says, which may be after an early settlement.
    pub(super) close_time: Timestamp,
    pub(super) result: Option<String>,
    pub(super) settlement_value: Option<Price>,
    pub(super) settlement_ts: Option<Timestamp>,
    pub(super) expiration_value: Option<String>,
    pub(super) mutually_exclusive: Option<bool>,
    pub(super) fee_type: Option<String>,
    pub(super) fee_multiplier: Option<FeeMultiplier>,
    /// As the exchange writes it, in JSON.
    pub(super) price_ranges: Option<String>,
    /// Since when it is known to be so: when a fetch first read what stands here.
    pub(super) read_at: Timestamp,
}

impl MarketRow {
    /// Returns whether it has settled.
    pub(super) fn has_settled(&self) -> bool {
        self.result.is_some()
    }

    /// Returns the columns of the table of settlements.
    pub(super) fn settlement_columns(rows: &[&Self]) -> Vec<Column> {
        vec![
            text("ticker", rows, |row| Some(row.ticker.to_string())),
            text("event_ticker", rows, |row| Some(row.event_ticker.to_string())),
            text("series_ticker", rows, |row| Some(row.series_ticker.clone())),
            text("result", rows, |row| row.result.clone()),
            price("settlement_value", rows, |row| row.settlement_value),
            instant("settlement_ts", rows, |row| row.settlement_ts),
            instant("close_time", rows, |row| Some(row.close_time)),
            text("expiration_value", rows, |row| row.expiration_value.clone()),
        ]
    }
}

impl Row for MarketRow {
    type Key = Ticker;
    type Place = Ticker;

    fn key(&self) -> Ticker {
        self.ticker.clone()
    }

    fn place(&self) -> Ticker {
        self.ticker.clone()
    }

    fn at(&self) -> Timestamp {
        self.open_time
    }

    /// What was read later stands, unless nothing has changed.
    fn agree(&mut self, other: &Self) -> bool {
        if *self != (Self { read_at: self.read_at, ..other.clone() }) {
            *self = other.clone();
        }
        true
    }

    fn name(&self) -> String {
        self.ticker.to_string()
    }

    fn columns(rows: &[Self]) -> Vec<Column> {
        vec![
            text("ticker", rows, |row| Some(row.ticker.to_string())),
            text("event_ticker", rows, |row| Some(row.event_ticker.to_string())),
            text("series_ticker", rows, |row| Some(row.series_ticker.clone())),
            text("event_title", rows, |row| row.event_title.clone()),
            text("title", rows, |row| row.title.clone()),
            text("yes_sub_title", rows, |row| row.yes_sub_title.clone()),
            text("no_sub_title", rows, |row| row.no_sub_title.clone()),
            text("market_type", rows, |row| row.market_type.clone()),
            text("strike_type", rows, |row| row.strike_type.clone()),
            text("status", rows, |row| row.status.clone()),
            instant("open_time", rows, |row| Some(row.open_time)),
            instant("close_time", rows, |row| Some(row.close_time)),
            text("result", rows, |row| row.result.clone()),
            price("settlement_value", rows, |row| row.settlement_value),
            instant("settlement_ts", rows, |row| row.settlement_ts),
            text("expiration_value", rows, |row| row.expiration_value.clone()),
            flag("mutually_exclusive", rows, |row| row.mutually_exclusive),
            text("fee_type", rows, |row| row.fee_type.clone()),
            Column {
                name: "fee_multiplier",
                values: Values::Decimal {
                    precision: 10,
                    scale: 6,
                    unscaled: rows.iter().map(|row| Some(row.fee_multiplier?.millionths())).collect(),
                },
            },
            text("price_ranges", rows, |row| row.price_ranges.clone()),
            instant("read_at", rows, |row| Some(row.read_at)),
        ]
    }
}

fn text<R>(name: &'static str, rows: &[R], of: impl Fn(&R) -> Option<String>) -> Column {
    Column { name, values: Values::Text(rows.iter().map(of).collect()) }
}

/// Returns a column of prices, in dollars with four decimals.
fn price<R>(name: &'static str, rows: &[R], of: impl Fn(&R) -> Option<Price>) -> Column {
    let unscaled = rows.iter().map(|row| of(row).map(Price::centicents)).collect();
    Column { name, values: Values::Decimal { precision: 10, scale: 4, unscaled } }
}

/// Returns a column of numbers of contracts, with two decimals.
fn count<R>(name: &'static str, rows: &[R], of: impl Fn(&R) -> Quantity) -> Column {
    let unscaled = rows.iter().map(|row| Some(of(row).hundredths())).collect();
    Column { name, values: Values::Decimal { precision: 18, scale: 2, unscaled } }
}

fn instant<R>(name: &'static str, rows: &[R], of: impl Fn(&R) -> Option<Timestamp>) -> Column {
    Column { name, values: Values::Instant(rows.iter().map(|row| of(row).map(Timestamp::micros)).collect()) }
}

fn flag<R>(name: &'static str, rows: &[R], of: impl Fn(&R) -> Option<bool>) -> Column {
    Column { name, values: Values::Flag(rows.iter().map(of).collect()) }
}
