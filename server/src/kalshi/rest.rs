//! Requests and their answers.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context;
use reqwest::{Method, StatusCode};
use serde::de::DeserializeOwned;
use shared::wire::{
    ErrorAnswer, KEY_HEADER, Order, OrdersPage, SIGNATURE_HEADER, TIMESTAMP_HEADER, signed_text,
};

use super::config::Config;

/// How long a connection may take, and a whole answer.
const CONNECT: Duration = Duration::from_secs(3);
const ANSWER: Duration = Duration::from_secs(10);
/// The longest list of orders that is read, in pages: the exchange holds no more of one member than these have.
const MAX_PAGES: usize = 200;

/// Why a request was not done, as far as is known.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The exchange refused it: it changed nothing.
    #[error("refused ({status}): {text}")]
    Refused {
        /// The status code.
        status: u16,
        /// What the exchange said.
        text: String,
    },
    /// It was never sent: it changed nothing.
    #[error("not sent: {0:#}")]
    NotSent(anyhow::Error),
    /// It was sent, and no answer came that says what became of it. The exchange must be asked.
    #[error("unknown what became of it: {0:#}")]
    Unknown(anyhow::Error),
}

/// A member's connection to the exchange.
pub(crate) struct Client {
    config: Config,
    http: reqwest::Client,
}

impl Client {
    /// Returns a client; nothing is sent yet.
    ///
    /// # Errors
    ///
    /// Fails when no TLS can be set up.
    pub(crate) fn new(config: Config) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .timeout(ANSWER)
            .tcp_nodelay(true)
            // A signature is for one host.
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .context("no HTTP client can be made")?;
        Ok(Self { config, http })
    }

    /// Takes all orders of the member back.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart.
    pub(crate) async fn cancel_all(&self) -> Result<(), Failure> {
        self.send(Method::DELETE, "/portfolio/events/orders", &[]).await.map(|_| ())
    }

    /// Returns all orders that rest.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart; part of a list is no list.
    pub(crate) async fn resting(&self) -> Result<Vec<Order>, Failure> {
        let (mut all, mut cursor) = (Vec::new(), String::new());
        for _ in 0..MAX_PAGES {
            let query = [("status", "resting"), ("limit", "1000"), ("cursor", &cursor)];
            let page: OrdersPage = self.get("/portfolio/orders", &query).await?;
            all.extend(page.orders);
            if page.cursor.is_empty() {
                return Ok(all);
            }
            cursor = page.cursor;
        }
        Err(Failure::Unknown(anyhow::anyhow!("the list of orders has no end")))
    }

    async fn get<T: DeserializeOwned>(&self, path: &str, query: &[(&str, &str)]) -> Result<T, Failure> {
        let body = self.send(Method::GET, path, query).await?;
        serde_json::from_slice(&body)
            .with_context(|| format!("GET {path} was answered with something else"))
            .map_err(Failure::Unknown)
    }

    /// Sends a signed request and returns the body of its answer.
    async fn send(&self, method: Method, path: &str, query: &[(&str, &str)]) -> Result<Vec<u8>, Failure> {
        let url = format!("{}{path}", self.config.api_base);
        let build = || {
            let mut request =
                self.http.request(method.clone(), &url).query(query).build().context("no such address")?;
            let now = SystemTime::now().duration_since(UNIX_EPOCH).context("the clock is before 1970")?;
            let timestamp = now.as_millis().to_string();
            let text = signed_text(&timestamp, method.as_str(), request.url().path());
            let signature = self.config.signer.sign(&text)?;
            let headers = request.headers_mut();
            for (name, value) in [
                (KEY_HEADER, &self.config.key_id),
                (SIGNATURE_HEADER, &signature),
                (TIMESTAMP_HEADER, &timestamp),
            ] {
                let name = reqwest::header::HeaderName::from_bytes(name.as_bytes())?;
                headers.insert(name, value.parse().context("a key id that is no header")?);
            }
            anyhow::Ok(request)
        };
        let request = build().map_err(Failure::NotSent)?;
        let what = || format!("{method} {path}");
        let answer = self.http.execute(request).await.map_err(|error| {
            // Without a connection nothing was sent; after that nobody knows.
            let sent = !error.is_connect();
            let error = anyhow::Error::new(error.without_url()).context(what());
            if sent { Failure::Unknown(error) } else { Failure::NotSent(error) }
        })?;
        let status = answer.status();
        let body = answer.bytes().await;
        let body =
            body.map_err(|error| Failure::Unknown(anyhow::Error::new(error.without_url()).context(what())))?;
        if status.is_success() {
            return Ok(body.to_vec());
        }
        let text =
            serde_json::from_slice(&body).map_or_else(|_| String::new(), |said: ErrorAnswer| said.text());
        // The exchange's own refusals leave nothing behind; what a server or something between says after it may have
        // acted says nothing of that. One that was too busy (429) did not act, but may be asked again.
        if status.is_client_error() && status != StatusCode::REQUEST_TIMEOUT {
            return Err(Failure::Refused { status: status.as_u16(), text });
        }
        Err(Failure::Unknown(anyhow::anyhow!("{}: {status} {text}", what())))
    }
}
