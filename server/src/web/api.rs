//! The API's handlers.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State as Shared};
use axum::http::HeaderMap;
use axum::response::Response;
use shared::api::{Health, Prints, TapeList};
use shared::market::csv::{write_markets, write_trades};
use shared::stream::Topic;

use super::error::ApiError;
use super::kept::Kept;
use super::{PAGE_IS_BUILT, State};

/// Says that the server is up, and what it holds.
pub(super) async fn health(Shared(state): Shared<Arc<State>>) -> Json<Health> {
    Json(Health {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        mode: state.holds.mode,
        page_is_built: PAGE_IS_BUILT,
        desk: state.has(state.holds.desk.is_some(), &Topic::Desk {}),
        market: state.has(state.holds.market.is_some(), &Topic::Market {}),
        contracts: state.holds.library.contracts(),
        trades: state.holds.library.trades(),
    })
}

/// Lists events and contracts, and what could not be read.
pub(super) async fn tapes(state: Shared<Arc<State>>, request: HeaderMap) -> Result<Response, ApiError> {
    answer(state, &request, Answer::Tapes).await
}

/// Returns the trades of one contract.
pub(super) async fn prints(
    state: Shared<Arc<State>>,
    Path(ticker): Path<String>,
    request: HeaderMap,
) -> Result<Response, ApiError> {
    if state.holds.library.tape(&ticker).is_none() {
        return Err(ApiError::NotFound(format!("no tape of a contract called {ticker:?}")));
    }
    answer(state, &request, Answer::Prints(ticker)).await
}

/// Returns the trades of one event as a file: what the lab runs on.
pub(super) async fn trades_csv(
    state: Shared<Arc<State>>,
    Path(event): Path<String>,
    request: HeaderMap,
) -> Result<Response, ApiError> {
    if state.holds.library.event(&event).is_none() {
        return Err(ApiError::NotFound(format!("no tape of an event called {event:?}")));
    }
    answer(state, &request, Answer::Trades(event)).await
}

/// Returns what is known of contracts besides their trades as a file.
pub(super) async fn markets_csv(state: Shared<Arc<State>>, request: HeaderMap) -> Result<Response, ApiError> {
    answer(state, &request, Answer::Markets).await
}

/// Returns the histories of listeners that the server holds.
pub(super) async fn listeners(state: Shared<Arc<State>>, request: HeaderMap) -> Result<Response, ApiError> {
    answer(state, &request, Answer::Listeners).await
}

/// Returns the studies that were registered, and what came of them.
pub(super) async fn studies(state: Shared<Arc<State>>, request: HeaderMap) -> Result<Response, ApiError> {
    answer(state, &request, Answer::Studies).await
}

/// What an answer that is kept is of. Only what the library holds: names from outside get no place on the shelf.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Answer {
    Tapes,
    Listeners,
    Markets,
    Studies,
    /// Of a contract.
    Prints(String),
    /// Of an event.
    Trades(String),
}

/// Answers with what is on the shelf, or is put there now.
async fn answer(
    Shared(state): Shared<Arc<State>>,
    request: &HeaderMap,
    what: Answer,
) -> Result<Response, ApiError> {
    let (all, of) = (Arc::clone(&state), what.clone());
    let kept = state.shelf.get(what, move || of.render(&all)).await?;
    Ok(kept.response(request))
}

impl Answer {
    fn render(&self, state: &State) -> Result<Kept, String> {
        let library = &state.holds.library;
        match self {
            Self::Tapes => Kept::json(&TapeList {
                mode: state.holds.mode,
                events: library.events(),
                problems: library.problems().to_vec(),
            }),
            Self::Listeners => Kept::json(&state.holds.listeners),
            Self::Studies => Kept::json(&state.holds.studies),
            Self::Markets => Ok(Kept::csv(write_markets(library.markets()))),
            Self::Prints(ticker) => {
                let tape = library.tape(ticker).ok_or_else(|| format!("{ticker} has no tape"))?;
                Kept::json(&Prints::from(tape))
            }
            Self::Trades(event) => {
                let tape = library.event(event).ok_or_else(|| format!("{event} has no tape"))?;
                Ok(Kept::csv(write_trades(tape)))
            }
        }
    }
}
