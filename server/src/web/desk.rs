//! The desk's commands.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State as Shared};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use shared::api::{Done, Problem};
use shared::stream::DeskCommand;

use super::State;
use super::error::ApiError;
use crate::desk::Refused;

fn no_desk() -> ApiError {
    ApiError::NotFound("this server has no desk".to_owned())
}

/// Carries out a command: answers a program in JSON, and a form, which needs no script, with a page.
pub(super) async fn command(
    Shared(state): Shared<Arc<State>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Response {
    let for_program = headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|accept| accept.to_str().ok())
        .any(|accept| accept.contains("application/json"));
    let Some(command) = DeskCommand::ALL.into_iter().find(|command| command.path() == name) else {
        return ApiError::NotFound(format!("a desk knows no {name:?}")).into_response();
    };
    let Some(desk) = &state.holds.desk else { return no_desk().into_response() };
    let (status, text) = match desk.tell(command).await {
        Ok(text) => (StatusCode::OK, text),
        Err(Refused::Idle(now)) => {
            (StatusCode::CONFLICT, format!("The desk is {}: that changes nothing.", now.name()))
        }
        Err(Refused::Failed(error)) => {
            tracing::error!("a kill did not end well: {error:#}");
            (
                StatusCode::BAD_GATEWAY,
                format!(
                    "{error:#}. Orders end by themselves when their time is over; try again, or take them back at the exchange."
                ),
            )
        }
    };
    match (for_program, status) {
        (true, StatusCode::OK) => Json(Done { text }).into_response(),
        (true, status) => (status, Json(Problem { error: text })).into_response(),
        (false, status) => (status, Html(page(&text))).into_response(),
    }
}

/// Returns a page that says something, for a browser in which nothing else works.
fn page(text: &str) -> String {
    let mut said = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => said.push_str("&amp;"),
            '<' => said.push_str("&lt;"),
            '>' => said.push_str("&gt;"),
            letter => said.push(letter),
        }
    }
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>Desk</title><p>{said}</p><form method=\"post\" action=\"kill\"><button>Kill</button></form>\
         <p><a href=\"../../desk\">Back to the desk</a></p></html>"
    )
}
