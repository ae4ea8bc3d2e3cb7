//! What befalls requests.

use core::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::DATE;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use shared::units::Timestamp;

use super::{Faults, later};
use crate::clock::machine_time;
use crate::paper::journal::Again;
use crate::paper::rest::{MAX_BODY_BYTES, Refusal, Shared};
use shared::faults::What;
use shared::faults::own_path;

/// What befalls a request.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Plight {
    /// How long it takes there and back, in microseconds.
    there: i64,
    back: i64,
    /// What it is answered instead, and whether it is carried out all the same.
    status: Option<(u16, bool)>,
    /// It arrives twice.
    is_doubled: bool,
    /// It gets lost.
    is_lost: bool,
    /// Its answer does.
    is_answer_lost: bool,
    /// It is never answered.
    is_unanswered: bool,
    /// By how much what it reads is behind, in microseconds.
    lag: i64,
}

/// By how much what a request reads is behind, in microseconds of the exchange's clock: in the request's extensions.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::paper) struct Lag(pub(in crate::paper) i64);

impl<S: Sync> FromRequestParts<S> for Lag {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().copied().unwrap_or_default())
    }
}

impl Faults {
    /// Returns what befalls a request to a path behind `/trade-api/v2`.
    pub(super) fn request(&mut self, now: Timestamp, method: &str, path: &str) -> Plight {
        let mut plight = Plight::default();
        for there in
            self.strike(now, |fault| befalls_requests(&fault.what) && fault.target.is_request(method, path))
        {
            match there.fault.what {
                What::Latency(delay) => {
                    plight.there += delay.draw(|| there.draws.uniform());
                    plight.back += delay.draw(|| there.draws.uniform());
                }
                What::Drop { is_request: true } => plight.is_lost = true,
                What::Drop { is_request: false } => plight.is_answer_lost = true,
                What::Duplicate => plight.is_doubled = true,
                What::Unanswered => plight.is_unanswered = true,
                What::Http { status, is_done } => plight.status = Some((status, is_done)),
                What::LateRead(delay) => plight.lag = plight.lag.max(delay.draw(|| there.draws.uniform())),
                // None of these befalls requests.
                _ => {}
            }
        }
        plight
    }
}

/// Returns whether it befalls requests: what befalls frames or the exchange is not used up by them.
const fn befalls_requests(what: &What) -> bool {
    matches!(
        what,
        What::Latency(_)
            | What::Drop { .. }
            | What::Duplicate
            | What::Unanswered
            | What::Http { .. }
            | What::LateRead(_)
    )
}

/// Lets a request and its answer meet what befalls them, and dates the answer by the exchange's clock.
pub(in crate::paper) async fn meddle(state: State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let shared = Arc::clone(&state.0);
    let mut answer = befall(state, request, next).await;
    let skew = shared.with_quietly(|core| core.hub.faults.skew_ms(core.exchange.now()));
    // Without a skew whoever writes the answer dates it.
    if skew != 0 {
        let micros = machine_time().micros().saturating_add(skew.saturating_mul(1_000));
        let date = SystemTime::UNIX_EPOCH + Duration::from_micros(u64::try_from(micros).unwrap_or(0));
        if let Ok(date) = HeaderValue::from_str(&httpdate::fmt_http_date(date)) {
            answer.headers_mut().insert(DATE, date);
        }
    }
    answer
}

async fn befall(State(shared): State<Arc<Shared>>, mut request: Request, next: Next) -> Response {
    // What is done again has arrived already, as late as it was.
    if request.extensions().get::<Again>().is_some() {
        return next.run(request).await;
    }
    let Some(path) = own_path(request.uri().path()).map(str::to_owned) else {
        return next.run(request).await;
    };
    let (now, plight) = shared.with_quietly(|core| {
        let now = core.exchange.now();
        (now, core.hub.faults.request(now, request.method().as_str(), &path))
    });
    request.extensions_mut().insert(Lag(plight.lag));
    if plight == (Plight { lag: plight.lag, ..Plight::default() }) {
        return next.run(request).await;
    }
    pass(&shared, later(now, plight.there)).await;
    if plight.is_lost {
        return nothing();
    }
    if let Some((status, false)) = plight.status {
        return failure(status);
    }
    let (parts, body) = request.into_parts();
    // A body that is too long is the handler's to refuse.
    let Ok(body) = to_bytes(body, MAX_BODY_BYTES + 1).await else { return failure(413) };
    let again = |body: &Bytes| Request::from_parts(parts.clone(), Body::from(body.clone()));
    let mut answer = next.clone().run(again(&body)).await;
    if plight.is_doubled {
        answer = next.run(again(&body)).await;
    }
    if plight.is_unanswered {
        hold(&shared, std::future::pending()).await;
        return nothing();
    }
    let now = shared.clock.now();
    pass(&shared, later(now, plight.back)).await;
    match plight.status {
        _ if plight.is_answer_lost => nothing(),
        Some((status, _)) => failure(status),
        None => answer,
    }
}

/// Waits until the exchange's clock shows `at`.
async fn pass(shared: &Shared, at: Timestamp) {
    hold(shared, shared.clock.reached(at)).await;
}

/// Waits for something, or for the exchange's end.
async fn hold(shared: &Shared, until: impl Future<Output = ()>) {
    let end = shared.with_quietly(|core| core.hub.hold());
    tokio::select! {
        () = until => {}
        // Only ever dropped.
        _ = end => {}
    }
}

/// Returns an answer that never leaves: its connection is closed before anything is sent.
fn nothing() -> Response {
    // The head of an answer waits for the first part of its body, and goes with it.
    let broken = stream::once(async { Err::<Bytes, _>(std::io::Error::other("lost on purpose")) });
    Response::new(Body::from_stream(broken))
}

/// Returns a failure in the words that a gateway or the exchange has for it.
pub(in crate::paper) fn failure(status: u16) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    match status {
        StatusCode::TOO_MANY_REQUESTS => Refusal::too_many().into_response(),
        // Of what stands before the exchange, which speaks no JSON.
        StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT => {
            (status, status.canonical_reason().unwrap_or("")).into_response()
        }
        _ => {
            let words = status.canonical_reason().unwrap_or("failure").to_lowercase();
            Refusal::new(status, &words.replace(' ', "_"), None).into_response()
        }
    }
}
