//! The API's handlers.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State as Shared};
use axum::http::HeaderName;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use shared::api::{Health, Listeners, Prints, TapeList};

use super::error::ApiError;
use super::{PAGE_IS_BUILT, State};

/// Says that the server is up, and what it holds.
pub(super) async fn health(Shared(state): Shared<Arc<State>>) -> Json<Health> {
    Json(Health {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        mode: state.mode,
        page_is_built: PAGE_IS_BUILT,
        contracts: state.library.contracts(),
        trades: state.library.trades(),
    })
}

/// Lists events and contracts, and what could not be read.
pub(super) async fn tapes(Shared(state): Shared<Arc<State>>) -> Json<TapeList> {
    Json(TapeList {
        mode: state.mode,
        events: state.library.events(),
        problems: state.library.problems().to_vec(),
    })
}

/// Returns the trades of one contract.
pub(super) async fn prints(
    Shared(state): Shared<Arc<State>>,
    Path(ticker): Path<String>,
) -> Result<Json<Prints>, ApiError> {
    let tape = state
        .library
        .tape(&ticker)
        .ok_or_else(|| ApiError::NotFound(format!("no tape of a contract called {ticker:?}")))?;
    Ok(Json(tape.into()))
}

/// What a CSV file is sent as.
const CSV: [(HeaderName, &str); 1] = [(CONTENT_TYPE, "text/csv; charset=utf-8")];

/// Returns the trades of one event as a file: what the lab runs on.
pub(super) async fn trades_csv(
    Shared(state): Shared<Arc<State>>,
    Path(event): Path<String>,
) -> Result<impl IntoResponse, ApiError> {
    let csv = state.library.trades_csv(&event);
    csv.map(|csv| (CSV, csv))
        .ok_or_else(|| ApiError::NotFound(format!("no tape of an event called {event:?}")))
}

/// Returns what is known of contracts besides their trades as a file.
pub(super) async fn markets_csv(Shared(state): Shared<Arc<State>>) -> impl IntoResponse {
    (CSV, state.library.markets_csv())
}

/// Returns the histories of listeners that the server holds.
pub(super) async fn listeners(Shared(state): Shared<Arc<State>>) -> Json<Listeners> {
    Json(state.listeners.clone())
}
