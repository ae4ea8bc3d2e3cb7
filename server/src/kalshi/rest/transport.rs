//! Sending a request, once or, if it changes nothing, until it is answered.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use reqwest::{Method, Request, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::again::{Again, Failed};
use super::ask::Ask;
use super::sent::Written;
use super::{Client, Failure, Sending};

/// The longest answer that is read, in bytes: a full page of anything is well below.
const MAX_BODY: usize = 16 << 20;

/// What the exchange has answered.
pub(super) struct Answered {
    pub(super) status: StatusCode,
    pub(super) body: Vec<u8>,
    /// How long it wants to be left alone.
    retry_after: Option<Duration>,
}

impl Client {
    /// Asks for what changes nothing, again where that may help.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> Result<T, Failure> {
        let ask = Ask::question(path, query);
        let mut waits = self.patience.waits();
        loop {
            let failed = match self.send(&ask, &mut Sending::default()).await {
                Ok(answered) => return read(&ask, &answered.body),
                Err(failed) => failed,
            };
            let (Some(least), Some(wait)) = (failed.again.after(), waits.next()) else {
                return Err(failed.failure);
            };
            let wait = wait.max(least);
            tracing::debug!("asked again in {} ms: {}", wait.as_millis(), failed.failure);
            if matches!(failed.again, Again::Refilled(_)) {
                let clock = self.member.budget.clock();
                let micros = i64::try_from(wait.as_micros()).unwrap_or(i64::MAX);
                let at = clock.now().checked_add_micros(micros);
                // As the exchange's buckets do, by whichever clock goes further.
                tokio::select! {
                    () = clock.reached(at.unwrap_or(clock.now())) => {}
                    () = tokio::time::sleep(wait) => {}
                }
            } else {
                tokio::time::sleep(wait).await;
            }
        }
    }

    /// Sends a request once and reads its answer.
    pub(super) async fn read<T: DeserializeOwned>(
        &self,
        ask: &Ask<'_, impl Serialize>,
        sent: &mut Sending,
    ) -> Result<T, Failure> {
        let answered = self.send(ask, sent).await.map_err(|failed| failed.failure)?;
        read(ask, &answered.body)
    }

    /// Sends a request once and returns an answer that is a success.
    pub(super) async fn send(
        &self,
        ask: &Ask<'_, impl Serialize>,
        sent: &mut Sending,
    ) -> Result<Answered, Failed> {
        let answered = self.exchange(ask, sent).await?;
        let status = answered.status;
        if status.is_success() {
            return Ok(answered);
        }
        let again = if status == StatusCode::TOO_MANY_REQUESTS {
            self.member.was_refused(ask.kind());
            Again::Refilled(answered.retry_after)
        } else if status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT {
            Again::Later(answered.retry_after)
        } else {
            Again::No
        };
        Err(Failed { failure: Failure::answered(ask.name(), status, &answered.body), again })
    }

    /// Returns a request, complete and signed where there is a key, when its turn has come, and what tells when it is written.
    ///
    /// # Errors
    ///
    /// Says why it can't be sent.
    pub(super) async fn prepare(&self, ask: &Ask<'_, impl Serialize>) -> anyhow::Result<(Request, Written)> {
        let member = &*self.member;
        if member.access.is_none() && !ask.is_public() {
            bail!("{} needs a key", ask.name());
        }
        if self.only_reads && ask.method != Method::GET {
            bail!("{} would change something at the exchange: this client only reads", ask.name());
        }
        let (kind, method) = (ask.kind(), ask.method.as_str());
        let cost = member.budget.cost(kind, method, ask.path, ask.items);
        if ask.items > 1 && cost > member.budget.most(kind) {
            bail!("{} of {} costs {cost} tokens, more than there ever are", ask.name(), ask.items);
        }
        member.budget.take(kind, cost).await;
        let written = Written::default();
        let mut request = ask.request(&member.api_base, &written)?;
        if let Some(access) = &member.access {
            let path = request.url().path().to_owned();
            access.sign(method, &path, request.headers_mut()).await?;
        }
        Ok((request, written))
    }

    /// Sends a request when its turn has come and what it must wait for has, and returns its answer, whatever it is.
    pub(super) async fn exchange(
        &self,
        ask: &Ask<'_, impl Serialize>,
        sent: &mut Sending,
    ) -> Result<Answered, Failed> {
        let (request, written) = self.prepare(ask).await.map_err(not_sent)?;
        sent.at.signed = Some(Instant::now());
        if !sent.may_go().await {
            return Err(not_sent(anyhow::anyhow!("{} was called off", ask.name())));
        }
        let failed = |error: reqwest::Error| anyhow::Error::new(error.without_url()).context(ask.name());
        let clock = self.clock();
        let left = clock.machine();
        let answered = self.http.execute(request).await;
        sent.at.written = written.at();
        let mut answer = answered.map_err(|error| {
            // Without a connection nothing was sent; after that nobody knows.
            let is_connect = error.is_connect();
            let why = failed(error);
            Failed::for_now(if is_connect { Failure::NotSent(why) } else { Failure::Unknown(why) })
        })?;
        let (status, retry_after) = (answer.status(), retry_after(answer.headers()));
        if let Some(date) = answer.headers().get(DATE).and_then(|date| date.to_str().ok()) {
            self.member.ahead.heard(date, left, clock.machine());
        }
        let mut body = Vec::new();
        loop {
            let chunk = answer.chunk().await;
            let Some(chunk) = chunk.map_err(|error| Failed::for_now(Failure::Unknown(failed(error))))? else {
                break;
            };
            if body.len() + chunk.len() > MAX_BODY {
                let why = anyhow::anyhow!("{}: the answer is too long", ask.name());
                return Err(Failed::for_good(Failure::Unknown(why)));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answered { status, body, retry_after })
    }
}

/// Returns a failure of what was never sent, and won't be.
const fn not_sent(why: anyhow::Error) -> Failed {
    Failed::for_good(Failure::NotSent(why))
}

/// Reads an answer.
fn read<T: DeserializeOwned>(ask: &Ask<'_, impl Serialize>, body: &[u8]) -> Result<T, Failure> {
    serde_json::from_slice(body)
        .with_context(|| format!("{} was answered with something else", ask.name()))
        .map_err(Failure::Unknown)
}

/// Returns how long the exchange wants to be left alone, where it says so in seconds. Kalshi doesn't; what stands between may.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}
