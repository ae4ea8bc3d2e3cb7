//! The signals: what of their log is new, and the log as a file.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State as Shared};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use shared::signal::SignalLog;

use super::State;
use super::error::ApiError;
use crate::signals::{Served, last_bytes};

/// The longest part of a log that is sent as a file, in bytes: two months of ten contracts. The whole is on the server.
const MAX_FILE: u64 = 64 << 20;

/// What the asking page has heard.
#[derive(Debug, Deserialize)]
pub(super) struct Known {
    /// Of which log.
    #[serde(default)]
    epoch: i64,
    /// How many of its lines.
    #[serde(default)]
    after: u64,
}

/// Returns the lines of the log that the page has not heard.
pub(super) async fn latest(
    Shared(state): Shared<Arc<State>>,
    Query(known): Query<Known>,
) -> Result<Json<SignalLog>, ApiError> {
    Ok(Json(told(&state)?.told.since(known.epoch, known.after)))
}

/// Returns the log as a file of JSON Lines.
pub(super) async fn file(Shared(state): Shared<Arc<State>>) -> Result<Response, ApiError> {
    let path = told(&state)?.path.clone();
    let read = tokio::task::spawn_blocking(move || last_bytes(&path, MAX_FILE));
    let text = read.await.map_err(|error| ApiError::Failed(error.to_string()))?;
    let text = text.map_err(|error| ApiError::Failed(format!("{error:#}")))?;
    let headers = [
        (CONTENT_TYPE, "application/x-ndjson"),
        (CONTENT_DISPOSITION, "attachment; filename=\"signal_log.jsonl\""),
    ];
    Ok((headers, text).into_response())
}

fn told(state: &State) -> Result<&Served, ApiError> {
    state.holds.signals.as_ref().ok_or_else(|| {
        ApiError::NotFound(
            "this server looks for no signals: it was started with --no-signals or --no-desk".to_owned(),
        )
    })
}
