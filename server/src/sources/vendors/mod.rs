//! Servers on this machine that speak as Chartmetric and Spotify do, of any artists and as of any clock: what the demo asks,
//! and the tests with all that can go wrong.

mod artist;
mod chartmetric;
#[cfg_attr(not(test), expect(dead_code, reason = "only tests let something go wrong"))]
mod faults;
mod gate;
mod spotify;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};
use shared::units::Date;
use shared::world::crowd::Crowd;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub(crate) use self::artist::Artist;
use self::faults::Schedule;
pub(crate) use self::faults::{Fault, Kind};
use self::gate::Gate;
use super::config::Config;
use super::things::Release;
use crate::clock::Clock;
use crate::environment::Variables;

/// What a client must send to be let in. It opens nothing but these servers.
const REFRESH_TOKEN: &str = "a-refresh-token-of-this-machine";
const CLIENT_ID: &str = "an-app-of-this-machine";
const CLIENT_SECRET: &str = "a-secret-of-this-machine";
/// Where Spotify is on the one port.
const SPOTIFY: &str = "spotify";
const ACCOUNTS: &str = "accounts";

/// How many requests a second the servers of a simulated event take: a demo need not wait.
pub(crate) const PER_SECOND: u32 = 1_000;

/// What is served, and how.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// Whom they know.
    pub(crate) artists: Vec<Artist>,
    /// The time: what is published by then is told.
    pub(crate) clock: Clock,
    /// How many requests a second Chartmetric takes; Spotify takes as many.
    pub(crate) per_second: u32,
    /// Whether Spotify tells popularity and followers, as it does to apps with an extended quota.
    pub(crate) is_extended: bool,
    /// What goes wrong.
    pub(crate) faults: Vec<Fault>,
}

/// Servers that run; they end when this is dropped.
#[derive(Debug)]
pub(crate) struct Running {
    address: SocketAddr,
    shared: Arc<Shared>,
    serving: JoinHandle<std::io::Result<()>>,
}

#[derive(Debug)]
struct Shared {
    settings: Settings,
    gates: Mutex<Gates>,
    faults: Mutex<Schedule>,
}

#[derive(Debug)]
struct Gates {
    chartmetric: Gate,
    spotify: Gate,
    /// The paths that were asked for, in order, with their queries.
    heard: Vec<String>,
}

/// Starts both servers on a port of 127.0.0.1, in the runtime that this is called in.
///
/// # Errors
///
/// Says that no port is free.
pub(crate) async fn start(settings: Settings) -> anyhow::Result<Running> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.context("no port is free")?;
    let address = listener.local_addr().context("the socket has no address")?;
    let gates = Gates {
        chartmetric: Gate::new("chartmetric", settings.per_second),
        spotify: Gate::new("spotify", settings.per_second),
        heard: Vec::new(),
    };
    let faults = Mutex::new(Schedule::new(settings.faults.clone()));
    let shared = Arc::new(Shared { settings, gates: Mutex::new(gates), faults });
    let router = Router::new().fallback(answer).with_state(Arc::clone(&shared));
    let serving = tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(Running { address, shared, serving })
}

/// How many days before a simulated event its artists are known: enough for all that is estimated.
const PAST_DAYS: usize = 3 * 365;

/// Starts both servers for the artists of a simulated event, whose listeners settle it: the event that a paper exchange lists
/// with the same seed, first day and number of days.
///
/// # Errors
///
/// Says that no port is free, or what of the event can't be.
pub(crate) async fn of_event(
    rng_seed: u64,
    first_day: Date,
    days: u32,
    clock: Clock,
) -> anyhow::Result<Running> {
    let artists = Artist::of_crowd(&Crowd::new(rng_seed, first_day, days)?, PAST_DAYS)?;
    start(Settings { artists, clock, per_second: PER_SECOND, is_extended: false, faults: Vec::new() }).await
}

impl Running {
    /// Returns the variables by which a client, in this process or another, reaches the servers and is let in.
    pub(crate) fn variables(&self) -> [(&'static str, String); 6] {
        let at = self.address;
        [
            ("CHARTMETRIC_REFRESH_TOKEN", REFRESH_TOKEN.to_owned()),
            ("CHARTMETRIC_API_BASE", format!("http://{at}")),
            ("SPOTIFY_CLIENT_ID", CLIENT_ID.to_owned()),
            ("SPOTIFY_CLIENT_SECRET", CLIENT_SECRET.to_owned()),
            ("SPOTIFY_API_BASE", format!("http://{at}/{SPOTIFY}/v1")),
            ("SPOTIFY_ACCOUNTS_BASE", format!("http://{at}/{ACCOUNTS}")),
        ]
    }

    /// Returns what a client in this process asks them with.
    ///
    /// # Errors
    ///
    /// None in practice.
    pub(crate) fn config(&self) -> anyhow::Result<Config> {
        let variables = self.variables();
        Config::from_variables(&Variables::by(move |name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone())
        }))
    }

    /// Returns whom they know.
    pub(crate) fn artists(&self) -> &[Artist] {
        &self.shared.settings.artists
    }

    /// Returns the paths that were asked for so far, with their queries.
    #[cfg(test)]
    pub(crate) fn heard(&self) -> Vec<String> {
        self.shared.gates().heard.clone()
    }

    /// Lets this go wrong from now on, and nothing else.
    #[cfg(test)]
    pub(crate) fn fail(&self, faults: Vec<Fault>) {
        *self.shared.faults.lock().unwrap_or_else(PoisonError::into_inner) = Schedule::new(faults);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Shared {
    fn gates(&self) -> std::sync::MutexGuard<'_, Gates> {
        self.gates.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fault(&self, path: &str) -> Option<Kind> {
        let now = self.settings.clock.now();
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).at(now, path)
    }
}

/// Why a request is not answered with what it asks for.
#[derive(Debug)]
struct Refusal {
    status: StatusCode,
    said: &'static str,
    retry_after: Option<u64>,
}

impl Refusal {
    const fn new(status: StatusCode, said: &'static str) -> Self {
        Self { status, said, retry_after: None }
    }

    const NOT_FOUND: Self = Self::new(StatusCode::NOT_FOUND, "no such thing");
    const BAD: Self = Self::new(StatusCode::BAD_REQUEST, "a parameter is missing or wrong");
}

/// What a request asks for.
struct Asked<'a> {
    path: Vec<&'a str>,
    query: Vec<(String, String)>,
    /// What is wrong with the answer, if something is.
    fault: Option<Kind>,
}

impl Asked<'_> {
    fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Answers one request.
async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let whole = parts.uri.path_and_query().map_or("", |path| path.as_str()).to_owned();
    let path = parts.uri.path().to_owned();
    let is_spotify = [SPOTIFY, ACCOUNTS].iter().any(|at| path.trim_start_matches('/').starts_with(at));
    let told = {
        let mut gates = shared.gates();
        gates.heard.push(whole);
        if is_spotify { gates.spotify.pass() } else { gates.chartmetric.pass() }
    };
    let fault = shared.fault(&path);
    match fault {
        Some(Kind::Silent) => std::future::pending().await,
        Some(Kind::Cut) => return cut(),
        _ => {}
    }
    let body = to_bytes(body, 1 << 16).await.unwrap_or_default();
    let answered = match (told.is_over, fault) {
        (true, _) => Err(Refusal {
            retry_after: is_spotify.then_some(1),
            ..Refusal::new(StatusCode::TOO_MANY_REQUESTS, "Too many requests")
        }),
        (false, Some(kind)) if kind.refusal().is_some() => {
            if kind == Kind::Expired {
                let mut gates = shared.gates();
                gates.chartmetric.expire();
                gates.spotify.expire();
            }
            Err(kind.refusal().unwrap_or(Refusal::NOT_FOUND))
        }
        (false, fault) => {
            let query = parts.uri.query().unwrap_or_default();
            let query = reqwest::Url::parse(&format!("http://here/?{query}"))
                .map(|url| url.query_pairs().map(|(name, value)| (name.into(), value.into())).collect())
                .unwrap_or_default();
            let parts_of_path = path.split('/').filter(|part| !part.is_empty()).collect();
            let asked = Asked { path: parts_of_path, query, fault };
            respond(&shared, &parts.method, &parts.headers, &body, &asked)
        }
    };
    let is_quota = fault == Some(Kind::Quota);
    let (status, text, retry_after) = match answered {
        Ok(value) if fault == Some(Kind::Huge) => (StatusCode::OK, huge(&value), None),
        Ok(value) => (StatusCode::OK, value.to_string(), None),
        Err(Refusal { status, said, retry_after }) => {
            let text = match (is_spotify, is_quota) {
                (_, true) => {
                    json!({ "error": { "status": 429, "message": said, "reason": "QUOTA_EXCEEDED" } })
                }
                (true, _) => json!({ "error": { "status": status.as_u16(), "message": said } }),
                (false, _) => json!({ "error": said }),
            };
            let signed = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
            let signed = signed.map_or_else(|| String::from_utf8_lossy(&body).into_owned(), str::to_owned);
            (status, text.to_string().replace(faults::ECHO, &signed.replace('"', "'")), retry_after)
        }
    };
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Some(seconds) = retry_after {
        headers.insert(RETRY_AFTER, seconds.into());
    }
    // Chartmetric tells its limit with each answer; a fault that says nothing of when to come again is without it.
    if !is_spotify && fault != Some(Kind::Limited(None)) {
        headers.insert("x-ratelimit-limit", told.limit.into());
        headers.insert("x-ratelimit-remaining", told.remaining.into());
        headers.insert("x-ratelimit-reset", told.reset.into());
    }
    response
}

/// Signs in, or answers who is signed in.
fn respond(
    shared: &Shared,
    method: &Method,
    headers: &HeaderMap,
    body: &Bytes,
    asked: &Asked<'_>,
) -> Result<Value, Refusal> {
    const NOT_LET_IN: Refusal = Refusal::new(StatusCode::UNAUTHORIZED, "invalid token");
    let authorization = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let bearer = authorization.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    match (method, asked.path.as_slice()) {
        (&Method::POST, ["api", "token"]) => {
            let told: Value = serde_json::from_slice(body).map_err(|_| Refusal::BAD)?;
            if told.get("refreshtoken").and_then(Value::as_str) != Some(REFRESH_TOKEN) {
                return Err(NOT_LET_IN);
            }
            let token = shared.gates().chartmetric.mint();
            Ok(json!({ "token": token, "expires_in": 3600, "refresh_token": REFRESH_TOKEN, "scope": "api" }))
        }
        (&Method::POST, [ACCOUNTS, "api", "token"]) => {
            use base64::Engine as _;
            let pair = base64::prelude::BASE64_STANDARD.encode(format!("{CLIENT_ID}:{CLIENT_SECRET}"));
            if authorization != Some(format!("Basic {pair}").as_str())
                || body.as_ref() != b"grant_type=client_credentials"
            {
                return Err(Refusal::new(StatusCode::BAD_REQUEST, "invalid_client"));
            }
            let token = shared.gates().spotify.mint();
            Ok(json!({ "access_token": token, "token_type": "Bearer", "expires_in": 3600 }))
        }
        (&Method::GET, ["api", rest @ ..]) => {
            if !shared.gates().chartmetric.knows(bearer) {
                return Err(NOT_LET_IN);
            }
            chartmetric::answer(&shared.settings, rest, asked)
        }
        (&Method::GET, [SPOTIFY, "v1", rest @ ..]) => {
            if !shared.gates().spotify.knows(bearer) {
                return Err(NOT_LET_IN);
            }
            spotify::answer(&shared.settings, rest, asked)
        }
        _ => Err(Refusal::NOT_FOUND),
    }
}

/// Returns an answer that is far longer than any that is asked for.
fn huge(value: &Value) -> String {
    let mut text = value.to_string();
    text.push_str(&" ".repeat(12 << 20));
    text
}

/// Returns an answer whose connection breaks off in its middle.
fn cut() -> Response {
    let pieces = [Ok(Bytes::from_static(b"{\"obj\":")), Err(std::io::Error::other("cut"))];
    Response::new(Body::from_stream(futures_util::stream::iter(pieces)))
}
