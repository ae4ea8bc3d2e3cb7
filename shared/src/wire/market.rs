//! A contract as it is listed.

use serde::{Deserialize, Serialize};

use super::{MarketResult, MarketStatus, Rfc3339, SignedCount};
use crate::market::{EventTicker, PriceGrid, Ticker};
use crate::units::{Price, Quantity};

/// A contract.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Market {
    /// Its ticker.
    pub ticker: Ticker,
    /// Its event's ticker.
    pub event_ticker: EventTicker,
    /// `binary` or `scalar`.
    pub market_type: String,
    /// Deprecated: what it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What YES means.
    pub yes_sub_title: String,
    /// What NO means.
    pub no_sub_title: String,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_time: Option<Rfc3339>,
    /// When what is said here last changed, trading apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_time: Option<Rfc3339>,
    /// When trading begins.
    pub open_time: Rfc3339,
    /// When trading ends.
    pub close_time: Rfc3339,
    /// When its outcome is expected to be known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_expiration_time: Option<Rfc3339>,
    /// Deprecated: the latest time at which it can be known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiration_time: Option<Rfc3339>,
    /// The latest time at which it can be known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest_expiration_time: Option<Rfc3339>,
    /// How long after that it is paid, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settlement_timer_seconds: Option<i64>,
    /// Where it stands.
    pub status: MarketStatus,
    /// The best bid for YES; without one `0.0000` or left out, and `yes_bid_size_fp` says zero.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub yes_bid_dollars: Option<Price>,
    /// What is bid there; the exchange's demo has been seen to send less than nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub yes_bid_size_fp: Option<SignedCount>,
    /// The best offer of YES; without one `1.0000`, `0.0000` or left out, and `yes_ask_size_fp` says zero.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub yes_ask_dollars: Option<Price>,
    /// What is offered there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub yes_ask_size_fp: Option<SignedCount>,
    /// The best bid for NO.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_bid_dollars: Option<Price>,
    /// The best offer of NO.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_ask_dollars: Option<Price>,
    /// The last trade's price; `0.0000` where there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_price_dollars: Option<Price>,
    /// How many contracts were traded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volume_fp: Option<Quantity>,
    /// How many of them in the last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volume_24h_fp: Option<Quantity>,
    /// How many pairs are open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_interest_fp: Option<Quantity>,
    /// The best bid a day ago.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_yes_bid_dollars: Option<Price>,
    /// The best offer a day ago.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_yes_ask_dollars: Option<Price>,
    /// The last trade's price a day ago.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_price_dollars: Option<Price>,
    /// How it settled.
    pub result: MarketResult,
    /// What a YES contract paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settlement_value_dollars: Option<Price>,
    /// When it was paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settlement_ts: Option<Rfc3339>,
    /// Whether it has bounds of its own between which it settles: `default` has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settlement_bounds_type: Option<String>,
    /// The value that decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiration_value: Option<String>,
    /// Whether it may close before its time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub can_close_early: Option<bool>,
    /// What a contract can pay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notional_value_dollars: Option<Price>,
    /// What kind of outcome it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strike_type: Option<String>,
    /// The rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules_primary: Option<String>,
    /// More of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules_secondary: Option<String>,
    /// A label of its grid, not to be relied on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_level_structure: Option<String>,
    /// The prices that are accepted. Without them nothing can be quoted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_ranges: Option<PriceGrid>,
    /// The part of the exchange that it is traded on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange_index: Option<i64>,
}

/// What is bid, offered and was last paid for YES, where anything is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quotes {
    /// The best bid.
    pub bid: Option<Price>,
    /// The best offer.
    pub ask: Option<Price>,
    /// The last trade's price.
    pub last: Option<Price>,
}

impl Market {
    /// Returns its quotes. An empty side is sent in several ways, as `0.0000`, `1.0000` or not at all: its size tells, and
    /// where that isn't told either, the price, which is none at the bounds. The listing lags the book, and may say nothing
    /// while that is full: who trades asks for the book.
    pub fn quotes(&self) -> Quotes {
        let side = |price: Option<Price>, size: Option<SignedCount>| {
            let is_empty = size.is_some_and(|size| size.hundredths() <= 0);
            price.filter(|price| !is_empty && *price > Price::ZERO && *price < Price::ONE)
        };
        Quotes {
            bid: side(self.yes_bid_dollars, self.yes_bid_size_fp),
            ask: side(self.yes_ask_dollars, self.yes_ask_size_fp),
            last: side(self.last_price_dollars, None),
        }
    }
}

/// The answer to `GET /markets`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MarketsPage {
    /// Where the next page begins; empty on the last.
    pub cursor: String,
    /// The contracts.
    pub markets: Vec<Market>,
}

/// The answer to `GET /markets/{ticker}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MarketAnswer {
    /// The contract.
    pub market: Market,
}
