//! The API's handlers.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State as Shared};
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

/// Returns the histories of listeners that the server holds.
pub(super) async fn listeners(Shared(state): Shared<Arc<State>>) -> Json<Listeners> {
    Json(state.listeners.clone())
}
