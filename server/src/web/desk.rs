//! The desk's commands.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Query, State as Shared};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;
use shared::access::Action;
use shared::api::{Done, FlattenAsked, FlattenPlan, Problem};
use shared::desk::ByHand;
use shared::flatten::SLIPPAGE;
use shared::stream::DeskCommand;
use shared::units::Price;

use super::State;
use super::error::ApiError;
use super::guard;
use crate::desk::{Desk, NotAsked, Refused, Unsold};
use crate::people::Trader;

fn no_desk() -> ApiError {
    ApiError::NotFound("this server has no desk".to_owned())
}

pub(super) fn desk(state: &State) -> Result<&Desk, ApiError> {
    state.holds.desk.as_ref().ok_or_else(no_desk)
}

/// How a plan to sell is to be made.
#[derive(Debug, Deserialize)]
pub(super) struct Slippage {
    /// By how many cents a limit may be worse than the best price.
    slippage_cents: Option<i64>,
}

/// Says how what is held would be sold, and keeps that for a minute.
pub(super) async fn flatten_plan(
    Shared(state): Shared<Arc<State>>,
    _trader: Trader,
    headers: HeaderMap,
    asked: Result<Query<Slippage>, QueryRejection>,
) -> Result<Json<FlattenPlan>, ApiError> {
    // It changes nothing, but each plan costs questions to the exchange.
    if guard::is_of_another_site(&headers) {
        let why = "another site's page may ask nothing here".to_owned();
        return Err(ApiError::Refused(StatusCode::FORBIDDEN, why));
    }
    let desk = desk(&state)?;
    let unfit = |why: String| ApiError::Refused(StatusCode::BAD_REQUEST, why);
    let Query(Slippage { slippage_cents }) = asked?;
    let slippage = match slippage_cents {
        None => SLIPPAGE,
        Some(cents @ 0..=99) => Price::from_cents(cents).map_err(|error| unfit(error.to_string()))?,
        Some(cents) => return Err(unfit(format!("slippage_cents must be from 0 to 99, got {cents}"))),
    };
    let plan = desk.flatten_plan(slippage).await;
    plan.map(Json).map_err(|error| ApiError::Refused(StatusCode::BAD_GATEWAY, format!("{error:#}")))
}

/// Carries out a plan that was shown.
pub(super) async fn flatten(
    Shared(state): Shared<Arc<State>>,
    trader: Trader,
    asked: Result<Json<FlattenAsked>, JsonRejection>,
) -> Result<Json<Done>, ApiError> {
    let desk = desk(&state)?;
    let Json(FlattenAsked { id }) = asked?;
    state.doors.note(&trader.actor().note("Flatten", &id, "asked")).await?;
    match desk.flatten(&id, &trader).await {
        Ok(text) => Ok(Json(Done { text })),
        Err(Unsold::Not(why)) => Err(ApiError::Refused(StatusCode::CONFLICT, why)),
        Err(Unsold::Failed(error)) => {
            tracing::error!("what is held was not sold: {error:#}");
            Err(ApiError::Refused(StatusCode::BAD_GATEWAY, format!("{error:#}")))
        }
    }
}

/// Asks something of an order by hand, or only what would come of it.
pub(super) async fn by_hand(
    Shared(state): Shared<Arc<State>>,
    trader: Trader,
    asked: Result<Json<ByHand>, JsonRejection>,
) -> Result<Json<Done>, ApiError> {
    let desk = desk(&state)?;
    let Json(asked) = asked?;
    let said = serde_json::to_string(&asked).map_err(|error| ApiError::Failed(error.to_string()))?;
    state.doors.note(&trader.actor().note("OrderByHand", "", &said)).await?;
    let (status, why) = match desk.by_hand(asked, &trader).await {
        Ok(text) => return Ok(Json(Done { text })),
        Err(NotAsked::Not(why)) => (StatusCode::CONFLICT, why.to_string()),
        Err(NotAsked::Unarmed(why)) => (StatusCode::CONFLICT, unarmed(&why)),
        Err(NotAsked::StandsBy(who)) => (StatusCode::CONFLICT, stands_by(&who)),
        Err(NotAsked::Silent) => {
            let text = "The desk did not answer, and does nothing of it any more unless it has by now: look at the ladder.";
            (StatusCode::SERVICE_UNAVAILABLE, text.to_owned())
        }
    };
    Err(ApiError::Refused(status, why))
}

/// Returns what a person is told who asks something of a desk that stands by for the one of this name.
fn stands_by(who: &str) -> String {
    format!("{who}. Tell it to the one that trades; Kill works here too.")
}

fn unarmed(why: &str) -> String {
    format!("It may not trade with real money, as {why}. `tauroi arm` lets it.")
}

/// Tries whether notices arrive at their receivers.
pub(super) async fn test_alerts(
    Shared(state): Shared<Arc<State>>,
    _trader: Trader,
) -> Result<Json<Done>, ApiError> {
    let none =
        || ApiError::NotFound("this server sends notices to nobody: start it with --webhook".to_owned());
    let sender = state.holds.alerts.as_ref().ok_or_else(none)?;
    Ok(Json(Done { text: sender.test().await.join(" ") }))
}

/// Returns whether a program asks, and no form of a page.
pub(super) fn is_for_program(headers: &HeaderMap) -> bool {
    let accepts = headers.get_all(header::ACCEPT).iter().filter_map(|accept| accept.to_str().ok());
    accepts.into_iter().any(|accept| accept.contains("application/json"))
}

/// Carries out a command: answers a program in JSON, and a form, which needs no script, with a page.
pub(super) async fn command(
    state: &State,
    trader: &Trader,
    headers: &HeaderMap,
    command: DeskCommand,
) -> Response {
    let for_program = is_for_program(headers);
    let Some(desk) = &state.holds.desk else { return no_desk().into_response() };
    let note = |detail: &str| trader.actor().note(Action::of(command).name(), "", detail);
    let stops = matches!(command, DeskCommand::Pause | DeskCommand::Kill);
    if !stops && let Err(unwritten) = state.doors.note(&note("asked")).await {
        return unwritten.into_response();
    }
    let (status, text) = match desk.tell(command, trader).await {
        Ok(text) => (StatusCode::OK, text),
        Err(Refused::Idle(now)) => {
            (StatusCode::CONFLICT, format!("The desk is {}: that changes nothing.", now.name()))
        }
        Err(Refused::Unarmed(why)) => (StatusCode::CONFLICT, unarmed(&why)),
        Err(Refused::StandsBy(who)) => (StatusCode::CONFLICT, stands_by(&who)),
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
    if stops {
        state.doors.note_later(note(&text));
    }
    match (for_program, status) {
        (true, StatusCode::OK) => Json(Done { text }).into_response(),
        (true, status) => (status, Json(Problem { error: text })).into_response(),
        (false, status) => (status, Html(page(&text))).into_response(),
    }
}

/// Returns a page that says something, for a browser in which nothing else works.
pub(super) fn page(text: &str) -> String {
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
