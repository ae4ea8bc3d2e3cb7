//! Kalshi's questions that a page may ask, under `/api/kalshi/…`: the server asks them in its name, with its key where it has
//! one, and keeps each answer for as long as it is fresh.
//!
//! What may be asked is a list; nothing on it changes anything or tells of an account. A page that asks too much is refused,
//! and all pages together ask less than the server's own budget at the exchange allows.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State as Shared};
use axum::http::header::{AGE, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use governor::{DefaultDirectRateLimiter, DefaultKeyedRateLimiter, Quota, RateLimiter};
use moka::Expiry;
use moka::future::Cache;

use std::sync::Arc;

use super::State;
use super::error::ApiError;
use crate::kalshi::{Client, Failure};

/// How many questions a peer may ask a second, and at once, whether they are answered from what is kept or not.
const PEER_A_SECOND: NonZeroU32 = NonZeroU32::new(20).unwrap();
const PEER_AT_ONCE: NonZeroU32 = NonZeroU32::new(60).unwrap();
/// How many questions are asked of the exchange a second, and at once, for all pages together: a part of what the exchange
/// allows anybody, so that a desk never waits for pages.
const ASKED_A_SECOND: NonZeroU32 = NonZeroU32::new(4).unwrap();
const ASKED_AT_ONCE: NonZeroU32 = NonZeroU32::new(12).unwrap();
/// How many bytes of answers are kept.
const KEPT: u64 = 32 << 20;
/// The longest query, in bytes, and the longest part of a path.
const MAX_QUERY: usize = 2 << 10;
const MAX_PART: usize = 80;

/// A question that may be asked: its path, `*` for a name; for how many seconds an answer is fresh; and what may follow `?`.
struct Allowed(&'static [&'static str], u64, &'static [&'static str]);

/// Kalshi's questions without an account, as its `OpenAPI` description of October 2026 has them.
const ALLOWED: [Allowed; 18] = [
    Allowed(&["exchange", "status"], 5, &[]),
    Allowed(&["exchange", "schedule"], 300, &[]),
    Allowed(&["series"], 300, &["category", "tags"]),
    Allowed(&["series", "fee_changes"], 300, &["series_ticker", "show_historical"]),
    Allowed(&["series", "*"], 60, &[]),
    Allowed(
        &["series", "*", "markets", "*", "candlesticks"],
        30,
        &["start_ts", "end_ts", "period_interval", "include_latest_before_start"],
    ),
    Allowed(
        &["events"],
        10,
        &["limit", "cursor", "status", "series_ticker", "with_nested_markets", "tickers"],
    ),
    Allowed(&["events", "fee_changes"], 300, &["event_ticker", "limit", "cursor"]),
    Allowed(&["events", "*"], 10, &["with_nested_markets"]),
    Allowed(&["markets"], 5, &["limit", "cursor", "event_ticker", "series_ticker", "tickers", "status"]),
    Allowed(&["markets", "trades"], 2, &["limit", "cursor", "ticker", "min_ts", "max_ts"]),
    Allowed(&["markets", "*"], 2, &[]),
    Allowed(&["markets", "*", "orderbook"], 1, &["depth"]),
    Allowed(&["historical", "cutoff"], 300, &[]),
    Allowed(
        &["historical", "markets"],
        300,
        &["limit", "cursor", "event_ticker", "series_ticker", "tickers"],
    ),
    Allowed(&["historical", "markets", "*"], 300, &[]),
    Allowed(&["historical", "trades"], 300, &["limit", "cursor", "ticker", "min_ts", "max_ts"]),
    Allowed(&["incentive_programs"], 60, &["status", "type", "limit", "cursor"]),
];

/// Who asked, as the connection says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer(pub(super) IpAddr);

/// Asks for pages, and keeps what was answered.
pub(super) struct Proxy {
    client: Client,
    answers: Cache<String, Reply>,
    peers: DefaultKeyedRateLimiter<IpAddr>,
    asked: DefaultDirectRateLimiter,
}

/// An answer of the exchange.
#[derive(Clone)]
struct Reply {
    body: Bytes,
    at: Instant,
    fresh: Duration,
}

/// Says for how long an answer is kept.
struct Freshness;

impl Expiry<String, Reply> for Freshness {
    fn expire_after_create(&self, _: &String, reply: &Reply, _: Instant) -> Option<Duration> {
        Some(reply.fresh)
    }
}

/// Why a question has no answer.
#[derive(Debug, Clone)]
enum Refusal {
    /// Too much was asked: of one peer, or of all.
    TooMuch(&'static str),
    /// The exchange refused it, with this status.
    Exchange(u16, String),
    /// The exchange can't be asked now.
    Unreachable(String),
}

/// A question that may be asked.
#[derive(Debug, PartialEq, Eq)]
struct Question {
    path: Vec<String>,
    query: Vec<(String, String)>,
    fresh: Duration,
}

impl Proxy {
    /// Returns a proxy that asks as this member, or as anybody where it has no key.
    pub(super) fn new(client: Client) -> Self {
        let weigh =
            |key: &String, reply: &Reply| u32::try_from(key.len() + reply.body.len()).unwrap_or(u32::MAX);
        Self {
            client,
            answers: Cache::builder().max_capacity(KEPT).weigher(weigh).expire_after(Freshness).build(),
            peers: RateLimiter::keyed(Quota::per_second(PEER_A_SECOND).allow_burst(PEER_AT_ONCE)),
            asked: RateLimiter::direct(Quota::per_second(ASKED_A_SECOND).allow_burst(ASKED_AT_ONCE)),
        }
    }

    /// Answers a question with what is kept, or asks the exchange once however many ask the same at the same time.
    async fn answer(&self, peer: IpAddr, question: Question) -> Result<Reply, Refusal> {
        // What nobody asks any more is forgotten now and then.
        if self.peers.len() > 10_000 {
            self.peers.retain_recent();
        }
        if self.peers.check_key(&peer).is_err() {
            return Err(Refusal::TooMuch("this page asks too much"));
        }
        let key = question.key();
        let asked = self.answers.try_get_with(key, async {
            if self.asked.check().is_err() {
                return Err(Refusal::TooMuch("all pages together ask the exchange too much"));
            }
            let path: Vec<&str> = question.path.iter().map(String::as_str).collect();
            let query: Vec<(&str, &str)> =
                question.query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            match self.client.read_as_it_is(&path, &query).await {
                Ok(body) => Ok(Reply { body: body.into(), at: Instant::now(), fresh: question.fresh }),
                Err(Failure::Refused { status, text, .. }) => Err(Refusal::Exchange(status, text)),
                Err(error) => Err(Refusal::Unreachable(error.to_string())),
            }
        });
        asked.await.map_err(|refusal| (*refusal).clone())
    }
}

impl Question {
    /// Returns the question that a path and a query are.
    ///
    /// # Errors
    ///
    /// Says what of it isn't on the list.
    fn of(path: &str, query: &str) -> Result<Self, String> {
        let parts: Vec<&str> = path.split('/').collect();
        let fits = |allowed: &&Allowed| {
            let pairs = || allowed.0.iter().zip(&parts);
            allowed.0.len() == parts.len() && pairs().all(|(wanted, part)| *wanted == "*" || wanted == part)
        };
        // The rows with names of their own stand before those that take any.
        let Some(Allowed(_, fresh, parameters)) = ALLOWED.iter().find(fits) else {
            return Err(format!("/{path} is nothing that a page may ask the exchange"));
        };
        let is_name = |part: &&str| {
            (1..=MAX_PART).contains(&part.len())
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'))
                && !part.starts_with('.')
        };
        if let Some(part) = parts.iter().find(|part| !is_name(part)) {
            return Err(format!("{part:?} is no ticker"));
        }
        if query.len() > MAX_QUERY {
            return Err("the query is too long".to_owned());
        }
        let mut query: Vec<(String, String)> =
            reqwest::Url::parse("http://localhost").map_err(|error| error.to_string()).map(|mut url| {
                url.set_query(Some(query).filter(|query| !query.is_empty()));
                url.query_pairs().into_owned().collect()
            })?;
        if let Some((name, _)) = query.iter().find(|(name, _)| !parameters.contains(&name.as_str())) {
            return Err(format!("/{path} takes no {name:?} from a page"));
        }
        // The same question in another order is the same.
        query.sort_unstable();
        let path = parts.into_iter().map(str::to_owned).collect();
        Ok(Self { path, query, fresh: Duration::from_secs(*fresh) })
    }

    /// Returns what its answer is kept under.
    fn key(&self) -> String {
        let mut key = self.path.join("/");
        for (name, value) in &self.query {
            // A length keeps a value from looking like another parameter.
            key.push_str(&format!("\n{name}={}:{value}", value.len()));
        }
        key
    }
}

/// Answers a page's question to the exchange.
pub(super) async fn ask(
    Shared(state): Shared<Arc<State>>,
    Extension(Peer(peer)): Extension<Peer>,
    Path(path): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let Some(proxy) = &state.proxy else {
        return ApiError::NotFound("this server asks no exchange".to_owned()).into_response();
    };
    let question = match Question::of(&path, &query.unwrap_or_default()) {
        Ok(question) => question,
        Err(why) => return ApiError::NotFound(why).into_response(),
    };
    match proxy.answer(peer, question).await {
        Ok(reply) => {
            let age = reply.at.elapsed();
            let left = reply.fresh.saturating_sub(age).as_secs();
            let mut response = (
                [(CONTENT_TYPE, HeaderValue::from_static("application/json"))],
                [(AGE, HeaderValue::from(age.as_secs()))],
                reply.body,
            )
                .into_response();
            if let Ok(kept) = HeaderValue::from_str(&format!("private, max-age={left}")) {
                response.headers_mut().insert(CACHE_CONTROL, kept);
            }
            response
        }
        Err(Refusal::TooMuch(why)) => {
            let error = ApiError::Refused(StatusCode::TOO_MANY_REQUESTS, why.to_owned());
            ([(RETRY_AFTER, HeaderValue::from_static("1"))], error).into_response()
        }
        Err(Refusal::Exchange(status, text)) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
            ApiError::Refused(status, format!("the exchange says: {text}")).into_response()
        }
        Err(Refusal::Unreachable(why)) => {
            tracing::warn!("a page's question could not be asked: {why}");
            let error = "the exchange can't be asked now".to_owned();
            ApiError::Refused(StatusCode::BAD_GATEWAY, error).into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_on_the_list_may_be_asked() {
        for (path, query) in [
            ("exchange/status", ""),
            ("markets/KXTOPMONTHLY-26NOV-BRU/orderbook", "depth=10"),
            ("series/fee_changes", "series_ticker=KXTOPMONTHLY"),
            ("markets", "tickers=A-B-C%2CA-B-D&limit=100"),
        ] {
            assert!(Question::of(path, query).is_ok(), "{path}?{query}");
        }
        for (path, query) in [
            ("portfolio/balance", ""),
            ("portfolio/events/orders", ""),
            ("account/limits", ""),
            ("api_keys", ""),
            ("markets/../portfolio/balance", ""),
            ("markets/..", ""),
            ("markets/%2e%2e", ""),
            ("markets/", ""),
            ("markets//orderbook", ""),
            ("markets/A B/orderbook", ""),
            ("exchange/status/", ""),
            ("markets/trades", "subaccount=1"),
            ("exchange/status", "a=b"),
        ] {
            assert!(Question::of(path, query).is_err(), "{path}?{query}");
        }
        assert!(Question::of("markets", &format!("cursor={}", "x".repeat(MAX_QUERY))).is_err());
    }

    #[test]
    fn the_same_question_is_kept_under_the_same_name_and_no_other() {
        let key = |path, query| Question::of(path, query).unwrap().key();
        assert_eq!(key("markets", "limit=1&status=open"), key("markets", "status=open&limit=1"));
        assert_ne!(key("markets", "tickers=a"), key("markets", "tickers=a%0Alimit%3D1%3A1"));
        assert_ne!(key("markets", "limit=1"), key("markets", "limit=2"));
    }
}
