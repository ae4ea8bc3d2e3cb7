//! A contract's past, read from the history that the server was given.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State as Shared};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;

use super::State;
use super::error::ApiError;
use super::kept::Kept;
use crate::history::ticks::{Asked, BucketCount, time};

/// Of which time, and in how many buckets.
#[derive(Debug, Deserialize)]
pub(super) struct Cut {
    from: Option<String>,
    to: Option<String>,
    buckets: Option<String>,
}

/// Answers with a contract's ticks in buckets. What is on disk may have grown since it was last asked for, so that it is read anew;
/// a browser that has it already is told so.
pub(super) async fn chart(
    Shared(state): Shared<Arc<State>>,
    Path((series, ticker)): Path<(String, String)>,
    cut: Result<Query<Cut>, QueryRejection>,
    request: HeaderMap,
) -> Result<Response, ApiError> {
    let Query(cut) = cut?;
    let asked = asked(&series, &ticker, &cut)
        .map_err(|why| ApiError::Refused(StatusCode::BAD_REQUEST, format!("{why:#}")))?;
    let Some(ticks) = &state.holds.ticks else {
        return Err(ApiError::NotFound("this server was given no history (serve --history)".to_owned()));
    };
    let found = ticks.chart(&asked).await.map_err(|why| {
        // Where the history is and what is wrong with it is the operator's to know.
        tracing::warn!("a chart of {ticker} can't be read: {why:#}");
        ApiError::Refused(StatusCode::BAD_GATEWAY, "the history can't be read now".to_owned())
    })?;
    let none = || ApiError::NotFound(format!("the history has no trade of {ticker} then"));
    let (chart, _) = found.ok_or_else(none)?;
    Ok(Kept::json(&chart).map_err(ApiError::Failed)?.response(&request))
}

fn asked(series: &str, ticker: &str, cut: &Cut) -> anyhow::Result<Asked> {
    let at = |name: &str, text: &Option<String>| {
        let read = |text: &String| time(text).map_err(|why| anyhow::anyhow!("{name}: {why}"));
        text.as_ref().map(read).transpose()
    };
    let buckets = cut
        .buckets
        .as_ref()
        .map(|text| text.parse::<BucketCount>().map_err(|why| anyhow::anyhow!("buckets: {why}")));
    let span = (at("from", &cut.from)?, at("to", &cut.to)?);
    Asked::new(series.parse()?, ticker.parse()?, span, buckets.transpose()?.unwrap_or_default())
}
