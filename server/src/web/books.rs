//! Recorded books: which there are, and what was recorded of a contract.
//!
//! Answers are messages of [`shared::codec`]: a hundred thousand frames are some megabytes of numbers, and JSON would be
//! five times as much.

use std::sync::Arc;

use axum::extract::{Path, State as Shared};
use axum::http::HeaderMap;
use axum::response::Response;
use shared::codec::Codec;

use super::State;
use super::error::ApiError;
use super::kept::Kept;
use crate::books::Books;

/// Lists the recordings.
pub(super) async fn list(Shared(state): Shared<Arc<State>>, request: HeaderMap) -> Response {
    Kept::message(&state.holds.books.list()).response(&request)
}

/// Says what is in a recording.
pub(super) async fn recording(
    Shared(state): Shared<Arc<State>>,
    Path(name): Path<String>,
    request: HeaderMap,
) -> Result<Response, ApiError> {
    let none = format!("there is no recording called {name:?}");
    answer(state, &request, none, move |books| books.recording(&name)).await
}

/// Returns what was recorded of a contract.
pub(super) async fn session(
    Shared(state): Shared<Arc<State>>,
    Path((name, ticker)): Path<(String, String)>,
    request: HeaderMap,
) -> Result<Response, ApiError> {
    let none = format!("no recording called {name:?} has a contract called {ticker:?}");
    answer(state, &request, none, move |books| books.session(&name, &ticker)).await
}

/// Answers with what `find` finds, on a thread that may be busy for long.
async fn answer<T: Codec>(
    state: Arc<State>,
    request: &HeaderMap,
    none: String,
    find: impl FnOnce(&Books) -> Result<Option<T>, String> + Send + 'static,
) -> Result<Response, ApiError> {
    let find = move || find(&state.holds.books).map(|found| found.map(|message| Kept::message(&message)));
    let found =
        tokio::task::spawn_blocking(find).await.map_err(|error| ApiError::Failed(error.to_string()))?;
    // Why a file can't be read is what who named it asks for.
    let found = found.map_err(|why| ApiError::Refused(axum::http::StatusCode::UNPROCESSABLE_ENTITY, why))?;
    Ok(found.ok_or(ApiError::NotFound(none))?.response(request))
}
