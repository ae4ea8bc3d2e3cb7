//! What only the desk's process can answer, asked of it by a replica; both ends.
//!
//! The replica lets in whoever may ask, and sends on what was asked. The desk's process finds out by itself who that is and what
//! they may, and then does as if they had asked it here: the same handlers, statuses and words, and the same lines in the log of
//! what people do.

use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use axum::{Router, http};
use shared::access::{ALL, Action};
use shared::api::Problem;
use std::net::IpAddr;
use tower_service::Service as _;

use super::kalshi::Peer;
use super::{MAX_BODY_BYTES, State, desk, doors, guard, routes};
use crate::fanout::{self, Answer, Asked, Followed, Shown, Unanswered};

/// The most that is answered to a replica.
const MOST: usize = 8 << 20;

/// By what whoever asked a replica has shown who they are.
#[derive(Clone)]
pub(super) struct Forwarded(pub(super) Shown);

/// Returns whether only the desk's process can answer this.
pub(super) const fn is_forwarded(action: Action) -> bool {
    matches!(
        action,
        Action::Signals
            | Action::SignalLog
            | Action::AskExchange
            | Action::DeskSettings
            | Action::DeskSnapshot
            | Action::StartDesk
            | Action::PauseDesk
            | Action::ResumeDesk
            | Action::KillDesk
            | Action::ChangeDeskSettings
            | Action::OrderByHand
            | Action::PlanFlatten
            | Action::Flatten
            | Action::TestAlerts
    )
}

/// Returns whether this is done however long it was on its way: what stops is never late.
const fn stops(action: Action) -> bool {
    matches!(action, Action::KillDesk | Action::PauseDesk)
}

/// Sends a request on, and returns what the desk's process answers.
pub(super) async fn send_on(followed: &Followed, action: Action, from: IpAddr, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let for_program = desk::is_for_program(&parts.headers);
    if guard::is_of_another_site(&parts.headers) {
        return refused(
            for_program,
            StatusCode::FORBIDDEN,
            "another site's page may ask nothing here".to_owned(),
        );
    }
    let Ok(body) = to_bytes(body, MAX_BODY_BYTES).await else {
        return refused(for_program, StatusCode::PAYLOAD_TOO_LARGE, "that is too long".to_owned());
    };
    let Ok(body) = String::from_utf8(body.to_vec()) else {
        return refused(for_program, StatusCode::BAD_REQUEST, "that is no text".to_owned());
    };
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
    let mut asked = Asked::new(parts.method.as_str(), target, doors::shown(&parts.headers), from);
    let text = |name| {
        parts.headers.get(name).and_then(|value: &http::HeaderValue| value.to_str().ok()).map(str::to_owned)
    };
    (asked.accept, asked.content_type, asked.body) = (text(ACCEPT), text(CONTENT_TYPE), body);
    match fanout::ask(followed, &asked).await {
        Ok(Answer { status, content_type, body }) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
            (status, [(CONTENT_TYPE, content_type.as_str()), (CACHE_CONTROL, "no-store")], body)
                .into_response()
        }
        Err(Unanswered::Nobody(why)) => {
            let kill = if stops(action) {
                " The page of the desk's own process still does it, and `tauroi kill` where the exchange's key is."
            } else {
                ""
            };
            let why = format!("Nothing was done: {why}.{kill}");
            refused(for_program, StatusCode::SERVICE_UNAVAILABLE, why)
        }
        Err(Unanswered::Unknown(why)) => {
            let why =
                format!("It is not known whether it was done: {why}. Look at the desk before you ask again.");
            refused(for_program, StatusCode::GATEWAY_TIMEOUT, why)
        }
    }
}

fn refused(for_program: bool, status: StatusCode, error: String) -> Response {
    if for_program {
        (status, axum::Json(Problem { error })).into_response()
    } else {
        (status, Html(desk::page(&error))).into_response()
    }
}

/// Does what a replica's page asks, if whoever asks may.
pub(super) async fn carry_out(state: &Arc<State>, message: &[u8]) -> Answer {
    match find(message) {
        Ok((asked, action)) => {
            if asked.is_old() && !stops(action) {
                let why = "Nothing was done: by the clocks of both machines it was asked too long ago, or is yet to be.";
                return problem(StatusCode::CONFLICT, why);
            }
            let router = routes::routes(state)
                .with_state(Arc::clone(state))
                .layer(DefaultBodyLimit::max(MAX_BODY_BYTES));
            answer(router, asked).await
        }
        Err(why) => problem(StatusCode::BAD_REQUEST, why),
    }
}

/// Reads what is asked; only what a replica sends on is done for it.
fn find(message: &[u8]) -> Result<(Asked, Action), &'static str> {
    let asked = fanout::asked(message).map_err(|_| "that is no question of a replica of this version")?;
    let path = asked.target.split('?').next().unwrap_or_default();
    let is_it = |action: &&Action| {
        let rule = action.rule();
        let is_there = match rule.path.split_once("{*") {
            Some((before, _)) => path.starts_with(before),
            None => rule.path == path,
        };
        is_there && rule.method.name() == asked.method
    };
    let action = ALL.iter().find(is_it).copied().filter(|action| is_forwarded(*action));
    action.map(|action| (asked, action)).ok_or("that is nothing that is asked from elsewhere")
}

async fn answer(mut router: Router, asked: Asked) -> Answer {
    let method = Method::from_bytes(asked.method.as_bytes()).unwrap_or(Method::GET);
    let request = Request::builder().method(method).uri(asked.target.as_str());
    let given = [(ACCEPT, asked.accept), (CONTENT_TYPE, asked.content_type)];
    let request = given
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .fold(request, |request, (name, value)| request.header(name, value));
    let Ok(mut request) = request.body(Body::from(asked.body)) else {
        return problem(StatusCode::BAD_REQUEST, "that is no request");
    };
    request.extensions_mut().insert(Peer(asked.address));
    request.extensions_mut().insert(Forwarded(asked.shown));
    let Ok(response) = router.call(request).await;
    let (status, content_type) = (response.status().as_u16(), content_type(response.headers()));
    match to_bytes(response.into_body(), MOST).await {
        Ok(body) => Answer { status, content_type, body },
        Err(_) => problem(
            StatusCode::BAD_GATEWAY,
            "the answer is too long to be sent to a replica: ask the desk's own process",
        ),
    }
}

fn content_type(headers: &HeaderMap) -> String {
    headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("application/octet-stream")
        .to_owned()
}

fn problem(status: StatusCode, why: &str) -> Answer {
    let body = serde_json::to_vec(&Problem { error: why.to_owned() }).unwrap_or_default();
    Answer { status: status.as_u16(), content_type: "application/json".to_owned(), body: Bytes::from(body) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(method: &str, target: &str) -> Option<Action> {
        let asked = Asked::new(method, target, Shown::Nothing, [127, 0, 0, 1].into());
        find(&serde_json::to_vec(&asked).unwrap()).ok().map(|(_, action)| action)
    }

    #[test]
    fn only_what_is_sent_on_is_done_for_a_replica() {
        assert_eq!(found("POST", "/api/desk/kill"), Some(Action::KillDesk));
        assert_eq!(found("GET", "/api/desk/flatten?slippage_cents=2"), Some(Action::PlanFlatten));
        assert_eq!(found("GET", "/api/kalshi/markets?limit=1"), Some(Action::AskExchange));
        for (method, target) in [
            ("GET", "/api/desk/kill"),
            ("POST", "/api/people/invite"),
            ("POST", "/sign-in"),
            ("GET", "/api/audit"),
            ("POST", "/api/desk/kill/"),
            ("GET", "/../api/desk/settings"),
            ("GET", ""),
        ] {
            assert_eq!(found(method, target), None, "{method} {target}");
        }
        assert!(find(b"{}").is_err() && find(&[0xff; 64]).is_err());
    }

    #[test]
    fn all_of_the_desk_is_asked_of_its_process() {
        for action in ALL.iter().filter(|action| action.rule().path.starts_with("/api/desk/")) {
            assert!(is_forwarded(*action), "{}", action.name());
        }
    }
}
