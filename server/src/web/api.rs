//! The API's handlers.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State as Shared};
use serde::Deserialize;
use shared::api::{Health, Listeners, Prints, TapeList, TapeReading};

use super::error::ApiError;
use super::{PAGE_IS_BUILT, State};
use crate::tapes;

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

/// Returns the histories of listeners that the server holds.
pub(super) async fn listeners(Shared(state): Shared<Arc<State>>) -> Json<Listeners> {
    Json(state.listeners.clone())
}

/// What an opened file is called.
#[derive(Deserialize)]
pub(super) struct Named {
    name: String,
}

/// Reads a file of trades and answers with what it holds; nothing is kept.
pub(super) async fn read_tape(
    Query(Named { name }): Query<Named>,
    body: Bytes,
) -> Result<Json<TapeReading>, ApiError> {
    // A large file takes a while, and other requests go on meanwhile.
    let read = tokio::task::spawn_blocking(move || tapes::open(&body, &name));
    match read.await {
        Ok(Ok(opened)) => Ok(Json(TapeReading::Opened(opened))),
        Ok(Err(error)) => Ok(Json(TapeReading::Unreadable(format!("{error:#}")))),
        Err(error) => {
            tracing::error!("reading an opened tape ended: {error}");
            Err(ApiError::Internal)
        }
    }
}
