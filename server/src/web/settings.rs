//! The settings of a desk that runs.

use std::sync::Arc;

use axum::Json;
use axum::extract::State as Shared;
use axum::extract::rejection::JsonRejection;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use shared::api::{DeskSettings, Done, SettingsAsked};

use super::State;
use super::desk::desk;
use super::error::ApiError;
use super::guard;
use crate::desk::NotNow;
use crate::people::Trader;

impl From<NotNow> for ApiError {
    fn from(why: NotNow) -> Self {
        match why {
            NotNow::Refused(why) => Self::Refused(StatusCode::CONFLICT, why),
            NotNow::Invalid(why) => Self::Refused(StatusCode::BAD_REQUEST, why),
            NotNow::Unknown(why) => Self::Refused(StatusCode::GATEWAY_TIMEOUT, why),
        }
    }
}

/// Says what holds, and how that came to.
pub(super) async fn holds(Shared(state): Shared<Arc<State>>) -> Result<Json<DeskSettings>, ApiError> {
    let unread = || {
        let why = "The desk has not read yet what held last.".to_owned();
        ApiError::Refused(StatusCode::SERVICE_UNAVAILABLE, why)
    };
    desk(&state)?.settings().map(Json).ok_or_else(unread)
}

/// Changes what holds.
pub(super) async fn change(
    Shared(state): Shared<Arc<State>>,
    trader: Trader,
    asked: Result<Json<SettingsAsked>, JsonRejection>,
) -> Result<Json<Done>, ApiError> {
    let desk = desk(&state)?;
    let Json(asked) = asked?;
    let mut note =
        trader.actor().note("ChangeDeskSettings", &format!("version {}", asked.version), &asked.set);
    note.reason.clone_from(&asked.why);
    state.doors.note(&note).await?;
    let text = desk.change(asked, &trader).await?;
    Ok(Json(Done { text }))
}

/// Hands out what the desk knows and decides on, for a page that finds out what other settings would come to.
pub(super) async fn snapshot(
    Shared(state): Shared<Arc<State>>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    // It changes nothing, but each costs the desk a moment.
    if guard::is_of_another_site(&headers) {
        let why = "another site's page may ask nothing here".to_owned();
        return Err(ApiError::Refused(StatusCode::FORBIDDEN, why));
    }
    let bytes = desk(&state)?.snapshot().await?;
    let headers = [(header::CONTENT_TYPE, "application/octet-stream"), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, bytes).into_response())
}
