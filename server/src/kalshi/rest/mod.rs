//! Requests and their answers.

mod catalogue;
mod failure;
mod history;
mod orders;
mod pages;
mod portfolio;
mod raw;
mod sent;

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Method, Request, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio_tungstenite::tungstenite::http::Uri;

pub(crate) use self::catalogue::{EventsAsked, MarketsAsked};
pub(crate) use self::failure::Failure;
pub(crate) use self::history::{Period, Tier, TradesAsked};
pub(crate) use self::pages::{Cursor, Part};
use self::sent::Written;
pub(crate) use self::sent::{Sending, SentAt};
use super::access::Access;
use super::budget::{Budget, COST, Kind};
use super::config::Config;
use crate::clock::Clock;

/// How long a connection may take, and a whole answer, in the machine's time.
const CONNECT: Duration = Duration::from_secs(3);
const ANSWER: Duration = Duration::from_secs(10);
/// How long a connection is kept for the next request.
const IDLE: Duration = Duration::from_secs(90);
/// The longest answer that is read, in bytes: a full page of anything is well below.
const MAX_BODY: usize = 16 << 20;

/// A connection to the exchange, a member's or, without a key, anybody's; a clone is the same one.
///
/// Each request waits for the tokens that it costs ([`Budget`]) before it is signed.
#[derive(Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    member: Arc<Member>,
}

/// What is the same whatever connections are used.
struct Member {
    /// Without it only what anybody may ask is asked.
    access: Option<Access>,
    budget: Budget,
    api_base: Url,
    ws_url: Option<Uri>,
}

/// A request that is not signed yet.
struct Ask<'a, B> {
    method: Method,
    /// The parts of its path behind the base; they may hold anything.
    path: &'a [&'a str],
    query: &'a [(&'a str, &'a str)],
    body: Option<&'a B>,
    kind: Kind,
    cost: u64,
}

/// The body of a request without one.
const NONE: Option<&()> = None;

impl Client {
    /// Returns a client whose budget goes by `clock`; nothing is sent yet.
    ///
    /// # Errors
    ///
    /// Fails when no TLS can be set up, or no thread to sign on can be started.
    pub(crate) fn new(config: Config, clock: Clock) -> anyhow::Result<Self> {
        let Config { key, api_base, ws_url } = config;
        let access = key.map(|key| Access::new(&key.id, key.signer)).transpose()?;
        let budget = if access.is_some() { Budget::basic(clock) } else { Budget::keyless(clock) };
        let member = Arc::new(Member { access, budget, api_base, ws_url });
        Ok(Self { http: connections()?, member })
    }

    /// Returns a client without a key, of the exchange at an address or else of Kalshi's own. What only a member may ask is
    /// [not sent](Failure::NotSent).
    ///
    /// # Errors
    ///
    /// As [`Config::public`] and [`Self::new`].
    pub(crate) fn public(api_base: Option<&str>, clock: Clock) -> anyhow::Result<Self> {
        Self::new(Config::public(api_base)?, clock)
    }

    /// Returns a client for the same member and budget with connections of its own, which are driven by the runtime that it
    /// is used in: whatever holds up the other's doesn't hold up these.
    ///
    /// # Errors
    ///
    /// Fails when no TLS can be set up.
    pub(crate) fn apart(&self) -> anyhow::Result<Self> {
        Ok(Self { http: connections()?, member: Arc::clone(&self.member) })
    }

    /// Returns whether it has a key.
    pub(crate) fn has_key(&self) -> bool {
        self.member.access.is_some()
    }

    /// Returns what signs for the member.
    ///
    /// # Errors
    ///
    /// Says that there is no key.
    pub(super) fn access(&self) -> anyhow::Result<&Access> {
        self.member.access.as_ref().context("this needs a key: KALSHI_ACCESS_KEY is not set")
    }

    /// Returns where the stream is.
    ///
    /// # Errors
    ///
    /// Says which variable is not set.
    pub(super) fn ws_url(&self) -> anyhow::Result<&Uri> {
        self.member.ws_url.as_ref().context("KALSHI_WS_URL is not set")
    }

    /// Asks for what changes nothing.
    async fn get<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
        cost: u64,
    ) -> Result<T, Failure> {
        let ask = Ask { method: Method::GET, path, query, body: NONE, kind: Kind::Read, cost };
        self.read(&ask, &mut Sending::default()).await
    }

    /// Sends a request and reads its answer.
    async fn read<T: DeserializeOwned>(
        &self,
        ask: &Ask<'_, impl Serialize>,
        sent: &mut Sending,
    ) -> Result<T, Failure> {
        let body = self.send(ask, sent).await?;
        serde_json::from_slice(&body)
            .with_context(|| format!("{} was answered with something else", ask.name()))
            .map_err(Failure::Unknown)
    }

    /// Sends a signed request when its turn has come and what it must wait for has, and returns the body of its answer.
    async fn send(&self, ask: &Ask<'_, impl Serialize>, sent: &mut Sending) -> Result<Vec<u8>, Failure> {
        let access = self.member.access.as_ref();
        if access.is_none() && !ask.is_public() {
            return Err(Failure::NotSent(anyhow::anyhow!("{} needs a key", ask.name())));
        }
        self.member.budget.take(ask.kind, ask.cost).await;
        let written = Written::default();
        let mut request = ask.request(&self.member.api_base, &written).map_err(Failure::NotSent)?;
        if let Some(access) = access {
            let path = request.url().path().to_owned();
            let signed = access.sign(ask.method.as_str(), &path, request.headers_mut()).await;
            signed.map_err(Failure::NotSent)?;
        }
        let failed = |error: reqwest::Error| anyhow::Error::new(error.without_url()).context(ask.name());
        sent.at.signed = Some(Instant::now());
        if !sent.may_go().await {
            return Err(Failure::NotSent(anyhow::anyhow!("{} was called off", ask.name())));
        }
        let answered = self.http.execute(request).await;
        sent.at.written = written.at();
        let mut answer = answered.map_err(|error| {
            // Without a connection nothing was sent; after that nobody knows.
            if error.is_connect() { Failure::NotSent(failed(error)) } else { Failure::Unknown(failed(error)) }
        })?;
        let status = answer.status();
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| Failure::Unknown(failed(error)))? {
            if body.len() + chunk.len() > MAX_BODY {
                return Err(Failure::Unknown(anyhow::anyhow!("{}: the answer is too long", ask.name())));
            }
            body.extend_from_slice(&chunk);
        }
        if status.is_success() { Ok(body) } else { Err(Failure::answered(ask.name(), status, &body)) }
    }
}

/// Returns connections, none of which is open yet.
fn connections() -> anyhow::Result<reqwest::Client> {
    reqwest::Client::builder()
        .connect_timeout(CONNECT)
        .timeout(ANSWER)
        .pool_idle_timeout(IDLE)
        .tcp_nodelay(true)
        // A signature is for one host, and nothing is sent twice but by whoever knows what it is.
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .build()
        .context("no HTTP client can be made")
}

impl<B: Serialize> Ask<'_, B> {
    /// Returns what it is called in an error.
    fn name(&self) -> String {
        format!("{} /{}", self.method, self.path.join("/"))
    }

    /// Returns whether anybody may ask it, by what Kalshi's `OpenAPI` document says of security.
    fn is_public(&self) -> bool {
        let is_own = matches!(
            self.path,
            ["portfolio" | "api_keys" | "communications", ..]
                | ["account", "limits" | "api_usage_level", ..]
                | ["historical", "fills" | "orders" | "positions"]
        );
        self.method == Method::GET && !is_own
    }

    /// Returns it without its signature.
    fn request(&self, api_base: &Url, written: &Written) -> anyhow::Result<Request> {
        let mut url = api_base.clone();
        url.path_segments_mut().ok().context("the base has no path")?.extend(self.path);
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(self.query);
        }
        let mut request = Request::new(self.method.clone(), url);
        if let Some(body) = self.body {
            *request.body_mut() = Some(written.body(serde_json::to_vec(body)?));
            request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        Ok(request)
    }
}
