//! What whoever runs the exchange may do to it while it runs: under `/paper`, where no Kalshi client ever asks, and only with
//! the token that the exchange hands to whoever started it.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use shared::exchange::matching::{ExchangeState, MarketStatus, Refusal as Refused};
use shared::units::{Price, Timestamp};

use super::core::Core;
use super::faults::{Fault, grid, is_ours, settle};
use super::journal::Again;
use super::rest::{Refusal, Shared};
use super::strangers::Strange;
use crate::hexadecimal::hexadecimal;

/// What a token is known by: its hash, which takes as long to compare whatever was sent.
pub(super) struct Token([u8; 32]);

impl Token {
    /// Makes a token of entropy, and returns it with what it is known by.
    ///
    /// # Errors
    ///
    /// Fails when the operating system gives no entropy.
    pub(super) fn generate() -> Result<(String, Self), getrandom::Error> {
        let mut secret = [0; 16];
        getrandom::fill(&mut secret)?;
        let text = hexadecimal(&secret);
        let known = Self::of(&text);
        Ok((text, known))
    }

    fn of(text: &str) -> Self {
        Self(Sha256::digest(text).into())
    }
}

/// A request with the exchange's token.
struct Controlled;

impl FromRequestParts<Arc<Shared>> for Controlled {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Refusal> {
        if parts.extensions.get::<Again>().is_some() {
            return Ok(Self);
        }
        let said = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let said = said.and_then(|text| text.strip_prefix("Bearer ")).map(Token::of);
        let is_known = shared.with_quietly(|core| match (&core.token, &said) {
            (Some(token), Some(said)) => token.0 == said.0,
            _ => false,
        });
        if is_known {
            Ok(Self)
        } else {
            Err(Refusal::new(StatusCode::UNAUTHORIZED, "control_token_required", None))
        }
    }
}

/// Returns the paths.
pub(super) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/faults", get(list).post(add))
        .route("/faults/{number}", delete(remove))
        .route("/behaviour", get(behaviour).put(behave))
        .route("/events", post(events))
        .route("/exchange", post(exchange))
        .route("/orders", post(order).delete(withdraw))
        .route("/markets/{ticker}", post(market))
}

type Exchange = State<Arc<Shared>>;
type Done = Result<StatusCode, Refusal>;

fn wrong(why: &str) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, "invalid_parameters", Some(why))
}

fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|why| wrong(&why.to_string()))
}

async fn list(_: Controlled, State(shared): Exchange) -> Response {
    let told = shared.with_quietly(|core| {
        let faults = core.hub.faults.list(core.exchange.now());
        json!({ "faults": faults })
    });
    Json(told).into_response()
}

async fn add(_: Controlled, State(shared): Exchange, body: Bytes) -> Result<Response, Refusal> {
    let fault: Fault = read(&body)?;
    if !is_ours(&fault) {
        let kind = fault.kind();
        return Err(wrong(&format!(
            "{kind} befalls whoever trades: an exchange can't do that to its clients"
        )));
    }
    let number = shared.with(|core| {
        let now = core.exchange.now();
        let number = core.hub.faults.add(now, fault);
        // What is due at once happens at once.
        core.advance(now);
        number
    });
    Ok((StatusCode::CREATED, Json(json!({ "number": number }))).into_response())
}

async fn remove(_: Controlled, State(shared): Exchange, Path(number): Path<u64>) -> Done {
    let was_there = shared.with(|core| {
        let now = core.exchange.now();
        let was_there = core.hub.faults.remove(now, number);
        core.advance(now);
        was_there
    });
    if was_there { Ok(StatusCode::NO_CONTENT) } else { Err(Refusal::not_found()) }
}

async fn behaviour(_: Controlled, State(shared): Exchange) -> Response {
    Json(shared.with_quietly(|core| core.behaviour().clone())).into_response()
}

async fn behave(_: Controlled, State(shared): Exchange, body: Bytes) -> Done {
    let behaviour = read(&body)?;
    shared.with(|core| core.behave(behaviour));
    Ok(StatusCode::NO_CONTENT)
}

async fn events(_: Controlled, State(shared): Exchange, body: Bytes) -> Done {
    let listed = read(&body)?;
    shared.with(|core| core.list(core.exchange.now(), listed)).map_err(|why| wrong(&why))?;
    Ok(StatusCode::CREATED)
}

async fn order(_: Controlled, State(shared): Exchange, body: Bytes) -> Result<Response, Refusal> {
    let strange: Strange = read(&body)?;
    let became = shared.with(|core| core.order_strangely(core.exchange.now(), &strange));
    became.map(|became| (StatusCode::CREATED, Json(became)).into_response()).map_err(|why| wrong(&why))
}

async fn withdraw(_: Controlled, State(shared): Exchange) -> StatusCode {
    shared.with(|core| core.withdraw_strangers(core.exchange.now()));
    StatusCode::NO_CONTENT
}

/// What is to become of the exchange.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfExchange {
    state: Wanted,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Wanted {
    Open,
    TradingPaused,
    Paused,
}

async fn exchange(_: Controlled, State(shared): Exchange, body: Bytes) -> Done {
    let state = match read::<OfExchange>(&body)?.state {
        Wanted::Open => ExchangeState::Open,
        Wanted::TradingPaused => ExchangeState::TradingPaused,
        Wanted::Paused => ExchangeState::Paused,
    };
    shared.with(|core| {
        core.exchange.set_exchange(core.exchange.now(), state);
        core.publish();
    });
    Ok(StatusCode::NO_CONTENT)
}

/// What is to become of a contract: one of these.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum OfMarket {
    /// `open`, `paused` or `closed`.
    Status(String),
    /// It settles, or is restated, at so much a YES contract.
    Settle(Price),
    /// Its prices are those of this grid.
    Grid(String),
}

async fn market(_: Controlled, State(shared): Exchange, Path(ticker): Path<String>, body: Bytes) -> Done {
    let wanted: OfMarket = read(&body)?;
    shared.with(|core| {
        let place = core.catalogue.place(&ticker).ok_or_else(Refusal::not_found)?;
        let now = core.exchange.now();
        change(core, now, place, wanted)?;
        core.publish();
        Ok(StatusCode::NO_CONTENT)
    })
}

fn change(core: &mut Core, now: Timestamp, market: usize, wanted: OfMarket) -> Result<(), Refusal> {
    let refused = |why: Refused| wrong(&why.to_string());
    match wanted {
        OfMarket::Status(word) => {
            let status = match word.as_str() {
                "open" => MarketStatus::Open,
                "paused" => MarketStatus::Paused,
                "closed" => MarketStatus::Closed,
                _ => return Err(wrong("a status is open, paused or closed")),
            };
            core.exchange.set_status(now, market, status).map_err(refused)
        }
        OfMarket::Settle(value) => {
            settle(core, now, market, value);
            Ok(())
        }
        OfMarket::Grid(name) => {
            let grid = grid(&name).map_err(|why| wrong(&why))?;
            core.exchange.change_grid(now, market, grid).map_err(refused)
        }
    }
}
