//! Asking a source: a bearer that is minted when it is needed, turns at its limit, and few, bounded repetitions.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::Context;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{Method, Request, StatusCode, Url};
use serde::de::DeserializeOwned;
use serde_json::json;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::config::{ChartmetricAccess, SpotifyAccess};
use super::failure::{Failure, Why, named, said, shown};
use super::pace::Pace;
use crate::clock::machine_time;
use crate::environment::Secret;

/// The longest answer that is read, in bytes: 350 days of three series are below one million.
const MAX_BODY: usize = 8 << 20;
/// How often one thing is asked for at most, the first time included.
const TRIES: u32 = 3;
/// How long before a source takes no bearer any more we mint another.
const EARLY: Duration = Duration::from_secs(60);

/// How long a source may take, in the machine's time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// For a connection.
    pub(crate) connect: Duration,
    /// For a whole answer.
    pub(crate) answer: Duration,
    /// Before a request is repeated that was answered with a fault (5xx), or whose connection broke off.
    pub(crate) fault: Duration,
    /// The longest wait for a rate limit. A longer one fails, and the next run asks again.
    pub(crate) limit: Duration,
}

impl Patience {
    /// What is right for sources at the other end of the world.
    pub(crate) const USUAL: Self = Self {
        connect: Duration::from_secs(5),
        answer: Duration::from_secs(20),
        fault: Duration::from_millis(500),
        limit: Duration::from_secs(20),
    };
}

/// How we sign in to a source.
#[derive(Debug)]
pub(super) enum Access {
    /// A refresh token, sent as JSON.
    Chartmetric(ChartmetricAccess),
    /// An app's id and secret.
    Spotify(SpotifyAccess),
}

impl Access {
    const fn name(&self) -> &'static str {
        match self {
            Self::Chartmetric(_) => "Chartmetric",
            Self::Spotify(_) => "Spotify",
        }
    }

    const fn api_base(&self) -> &Url {
        match self {
            Self::Chartmetric(access) => &access.api_base,
            Self::Spotify(access) => &access.api_base,
        }
    }

    fn secret(&self) -> &str {
        match self {
            Self::Chartmetric(access) => access.refresh_token.expose(),
            Self::Spotify(access) => access.client_secret.expose(),
        }
    }

    /// Returns the request that mints a bearer.
    fn minting(&self) -> anyhow::Result<Request> {
        match self {
            Self::Chartmetric(access) => {
                let mut request = Request::new(Method::POST, url(&access.api_base, &["api", "token"], &[])?);
                let body = json!({ "refreshtoken": access.refresh_token.expose() }).to_string();
                *request.body_mut() = Some(body.into());
                request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
                Ok(request)
            }
            Self::Spotify(access) => {
                let mut request =
                    Request::new(Method::POST, url(&access.accounts_base, &["api", "token"], &[])?);
                *request.body_mut() = Some("grant_type=client_credentials".into());
                let pair = format!("{}:{}", access.client_id, access.client_secret.expose());
                let mut basic = HeaderValue::try_from(format!("Basic {}", BASE64_STANDARD.encode(pair)))?;
                basic.set_sensitive(true);
                let headers = request.headers_mut();
                headers.insert(AUTHORIZATION, basic);
                headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
                Ok(request)
            }
        }
    }
}

/// Returns an address below a base; the parts of its path may hold anything.
fn url(base: &Url, path: &[&str], query: &[(&str, &str)]) -> anyhow::Result<Url> {
    let mut url = base.clone();
    url.path_segments_mut().ok().context("the base has no path")?.pop_if_empty().extend(path);
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    Ok(url)
}

/// A bearer.
#[derive(Debug, Clone)]
struct Bearer {
    token: Secret,
    until: Instant,
    /// How many were minted before it.
    number: u32,
}

/// What both sources answer a minting with.
#[derive(serde::Deserialize)]
struct Minted {
    #[serde(alias = "access_token")]
    token: String,
    /// In seconds.
    expires_in: u64,
}

/// An answer.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// A connection to a source.
#[derive(Debug)]
pub(super) struct Session {
    http: reqwest::Client,
    access: Access,
    patience: Patience,
    pace: Pace,
    bearer: Mutex<Option<Bearer>>,
    minted: AtomicU32,
    requests: AtomicU32,
}

/// What to do about an answer.
enum Next {
    Done(Vec<u8>),
    Fail(Why),
    /// Repeat it after this time; if it was repeated often enough, it fails for this reason.
    Again(Duration, Why),
    /// The bearer is not taken.
    MintAnother(Why),
}

impl Session {
    /// Returns a connection that begins with so many requests a second; nothing is sent yet.
    ///
    /// # Errors
    ///
    /// Fails when no TLS can be set up.
    pub(super) fn new(access: Access, per_second: f64, patience: Patience) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder()
            .connect_timeout(patience.connect)
            .timeout(patience.answer)
            // A bearer is for one host.
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .build()
            .context("no HTTP client can be made")?;
        Ok(Self {
            http,
            access,
            patience,
            pace: Pace::new(per_second),
            bearer: Mutex::new(None),
            minted: AtomicU32::new(0),
            requests: AtomicU32::new(0),
        })
    }

    /// Returns how many requests were made so far.
    pub(super) fn requests(&self) -> u32 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Returns how many requests a second there may be, as far as is known.
    pub(super) fn per_second(&self) -> f64 {
        self.pace.per_second()
    }

    /// Signs in, and asks for nothing.
    ///
    /// # Errors
    ///
    /// Says why it is not let in.
    pub(super) async fn sign_in(&self) -> Result<(), Failure> {
        let failed = |why| Failure { source_name: self.access.name(), what: "signing in".to_owned(), why };
        self.bearer(None).await.map(drop).map_err(failed)
    }

    /// Asks for something and reads the answer as JSON.
    ///
    /// A bearer that isn't taken is renewed once. A rate limit is waited for, and a fault of the source or a broken connection
    /// repeated after a moment, until it was asked three times in all.
    ///
    /// # Errors
    ///
    /// Says what was asked for and why it failed.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> Result<T, Failure> {
        let failed = |why| Failure { source_name: self.access.name(), what: named(path), why };
        let body = self.body(path, query).await.map_err(&failed)?;
        // What can't be read is quoted by the error, and may be long.
        serde_json::from_slice(&body)
            .map_err(|error| failed(Why::Odd(shown(&error.to_string(), &[self.access.secret()]))))
    }

    async fn body(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Vec<u8>, Why> {
        let odd = |error: anyhow::Error| Why::Odd(format!("{error:#}"));
        let address = url(self.access.api_base(), path, query).map_err(odd)?;
        let mut refused = None;
        let mut tries = 0;
        loop {
            let bearer = self.bearer(refused).await?;
            let mut request = Request::new(Method::GET, address.clone());
            let mut value = HeaderValue::try_from(format!("Bearer {}", bearer.token.expose()))
                .map_err(|_| Why::Odd("a bearer that is no header".to_owned()))?;
            value.set_sensitive(true);
            request.headers_mut().insert(AUTHORIZATION, value);
            tries += 1;
            match self.ask(request, tries, Some(&bearer.token)).await {
                Next::Done(body) => return Ok(body),
                Next::Again(wait, _) if tries < TRIES => tokio::time::sleep(wait).await,
                Next::MintAnother(_) if refused.is_none() => refused = Some(bearer.number),
                Next::Fail(why) | Next::Again(_, why) | Next::MintAnother(why) => return Err(why),
            }
        }
    }

    /// Returns a bearer that is not the `refused` one, minted if there is none that is still taken.
    async fn bearer(&self, refused: Option<u32>) -> Result<Bearer, Why> {
        // Whoever else needs one waits, so that only one is minted.
        let mut kept = self.bearer.lock().await;
        if let Some(bearer) = &*kept
            && refused != Some(bearer.number)
            && Instant::now() < bearer.until
        {
            return Ok(bearer.clone());
        }
        let mut tries = 0;
        let body = loop {
            let request = self.access.minting().map_err(|error| Why::Odd(format!("{error:#}")))?;
            tries += 1;
            match self.ask(request, tries, None).await {
                Next::Done(body) => break body,
                Next::Again(wait, _) if tries < TRIES => tokio::time::sleep(wait).await,
                Next::Fail(why) | Next::Again(_, why) | Next::MintAnother(why) => return Err(why),
            }
        };
        // Nothing of this answer is ever shown.
        let minted: Minted = serde_json::from_slice(&body)
            .map_err(|_| Why::Odd("what should be a bearer is none".to_owned()))?;
        let lasts = Duration::from_secs(minted.expires_in.min(86_400)).saturating_sub(EARLY);
        let number = self.minted.fetch_add(1, Ordering::Relaxed);
        let bearer = Bearer { token: Secret::new(minted.token), until: Instant::now() + lasts, number };
        *kept = Some(bearer.clone());
        Ok(bearer)
    }

    /// Sends a request when its turn has come, for the `tries`-th time, and says what follows from the answer.
    async fn ask(&self, request: Request, tries: u32, bearer: Option<&Secret>) -> Next {
        self.pace.turn().await;
        self.requests.fetch_add(1, Ordering::Relaxed);
        let Answer { status, headers, body } = match self.send(request).await {
            Ok(answer) => answer,
            Err(next) => return next,
        };
        if let Some(limit) = number(&headers, &HeaderName::from_static("x-ratelimit-limit")) {
            self.pace.hear(limit);
        }
        if status.is_success() {
            return Next::Done(body);
        }
        let secrets = [self.access.secret(), bearer.map_or("", Secret::expose)];
        let said = said(&body, &secrets);
        match (status, bearer) {
            (StatusCode::UNAUTHORIZED, Some(_)) => Next::MintAnother(Why::NotLetIn(said)),
            (StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, None) => {
                Next::Fail(Why::NotLetIn(said))
            }
            (StatusCode::TOO_MANY_REQUESTS, _) => {
                let wait = until(&headers);
                if is_quota(&body) {
                    return Next::Fail(Why::QuotaExceeded(wait));
                }
                // Nothing says how long: longer each time.
                let pause = wait.unwrap_or(self.patience.fault * 2_u32.saturating_pow(tries));
                if pause > self.patience.limit {
                    return Next::Fail(Why::Limited(wait));
                }
                self.pace.rest(pause);
                Next::Again(Duration::ZERO, Why::Limited(wait))
            }
            (status, _) if status.is_server_error() => {
                Next::Again(self.patience.fault, Why::of_status(status, said))
            }
            (status, _) => Next::Fail(Why::of_status(status, said)),
        }
    }

    async fn send(&self, request: Request) -> Result<Answer, Next> {
        let failed = |error: reqwest::Error| {
            let silent = error.is_timeout();
            let why = Why::NoAnswer(shown(&format!("{:#}", anyhow::Error::new(error.without_url())), &[]));
            // Who is silent for so long is not asked again at once.
            if silent { Next::Fail(why) } else { Next::Again(self.patience.fault, why) }
        };
        let mut answer = self.http.execute(request).await.map_err(failed)?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(failed)? {
            if body.len().saturating_add(chunk.len()) > MAX_BODY {
                return Err(Next::Fail(Why::TooLong(MAX_BODY)));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { status, headers, body })
    }
}

/// Returns a header that is a number.
fn number(headers: &HeaderMap, name: &HeaderName) -> Option<f64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

/// Returns how long to wait by the headers of a refusal: `Retry-After` in seconds, or else `X-RateLimit-Reset`, the second
/// since 1970 from which on a request succeeds.
fn until(headers: &HeaderMap) -> Option<Duration> {
    let seconds = number(headers, &RETRY_AFTER).or_else(|| {
        let reset = number(headers, &HeaderName::from_static("x-ratelimit-reset"))?;
        Some(reset - machine_time().micros() as f64 / 1e6)
    })?;
    Duration::try_from_secs_f64(seconds.max(0.0)).ok()
}

/// Returns whether a refusal says that the quota is used up, and not only that requests came too fast.
fn is_quota(body: &[u8]) -> bool {
    let json: Option<serde_json::Value> = serde_json::from_slice(body).ok();
    let reason =
        json.as_ref().and_then(|json| json.pointer("/error/reason")).and_then(|reason| reason.as_str());
    reason == Some("QUOTA_EXCEEDED")
}
