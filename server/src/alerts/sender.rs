//! Notices on their way: signed, tried again for a while, each receiver by itself.

use std::time::Duration;

use anyhow::{Context, bail};
use backon::{BackoffBuilder as _, ExponentialBuilder};
use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode, Url};
use sha2::Sha256;
use shared::alerts::{Kind, Notice};
use tokio::sync::mpsc;

use super::shape::{Shape, name};
use crate::clock::machine_time;
use crate::environment::Secret;
use crate::hexadecimal::hexadecimal;

/// How long a receiver may take to answer.
pub(super) const ANSWER: Duration = Duration::from_secs(5);
/// How often one is tried: with the waits between, for some two minutes.
const TRIES: usize = 7;
const FIRST_WAIT: Duration = Duration::from_secs(1);

/// A receiver.
#[derive(Debug, Clone)]
pub(crate) struct Hook {
    /// Where: an address with a token in it, which is never shown.
    pub(crate) url: Url,
    pub(crate) shape: Shape,
}

/// Sends notices.
#[derive(Clone)]
pub(crate) struct Sender {
    client: Client,
    hooks: Vec<Hook>,
    /// What bodies are signed with.
    secret: Option<Secret>,
}

/// Why a notice did not arrive.
#[derive(Debug)]
enum Undelivered {
    /// It may at another time.
    Later(anyhow::Error),
    /// It never will.
    Never(anyhow::Error),
}

impl Hook {
    /// Returns the receiver at an address.
    ///
    /// # Errors
    ///
    /// Says that it is no address, or one that others on the way could read.
    pub(crate) fn new(url: &str, shape: Shape) -> anyhow::Result<Self> {
        // What is wrong is not told with the address: there may be a token in it.
        let url: Url = url.parse().ok().context("a webhook is an address like https://example.com/hook")?;
        let is_here = url.host_str().is_some_and(|host| matches!(host, "127.0.0.1" | "localhost" | "[::1]"));
        if url.scheme() != "https" && !(url.scheme() == "http" && is_here) {
            bail!("a webhook's address begins with https://, so that nobody on the way reads it");
        }
        Ok(Self { url, shape })
    }

    /// Returns where it is, without its token.
    fn shown(&self) -> &str {
        self.url.host_str().unwrap_or("its receiver")
    }
}

impl Sender {
    /// Returns what sends to these.
    ///
    /// # Errors
    ///
    /// Says that no client can be made.
    pub(crate) fn new(hooks: Vec<Hook>, secret: Option<Secret>) -> anyhow::Result<Self> {
        // Whoever has the address of a receiver could lead to one within this network: nothing is followed.
        let client = Client::builder().timeout(ANSWER).redirect(Policy::none()).no_proxy().build()?;
        Ok(Self { client, hooks, secret })
    }

    /// Sends all that comes, in order to each receiver, none of which waits for another.
    pub(super) async fn send_all(self, mut notices: mpsc::Receiver<Notice>) {
        let lanes: Vec<_> = self.hooks.iter().cloned().map(|hook| self.clone().lane(hook)).collect();
        while let Some(notice) = notices.recv().await {
            for lane in &lanes {
                if lane.try_send(notice.clone()).is_err() {
                    tracing::error!(
                        "a notice is left out, as one of its receivers doesn't keep up: {}",
                        notice.text
                    );
                }
            }
        }
    }

    /// Begins to send to a receiver what is put into the lane that this returns.
    fn lane(self, hook: Hook) -> mpsc::Sender<Notice> {
        let (lane, mut waiting) = mpsc::channel::<Notice>(super::WAITING);
        tokio::spawn(async move {
            while let Some(notice) = waiting.recv().await {
                if let Err(error) = self.send(&hook, &notice).await {
                    tracing::error!(
                        "a notice did not arrive at {}: {error:#}: {}",
                        hook.shown(),
                        notice.text
                    );
                }
            }
        });
        lane
    }

    /// Sends a notice, again and again while it may arrive.
    pub(super) async fn send(&self, hook: &Hook, notice: &Notice) -> anyhow::Result<()> {
        let backoff =
            ExponentialBuilder::default().with_min_delay(FIRST_WAIT).with_max_times(TRIES - 1).with_jitter();
        let mut waits = backoff.build();
        loop {
            match self.once(hook, notice).await {
                Ok(()) => return Ok(()),
                Err(Undelivered::Never(error)) => return Err(error),
                Err(Undelivered::Later(error)) => match waits.next() {
                    Some(wait) => tokio::time::sleep(wait).await,
                    None => return Err(error).with_context(|| format!("tried {TRIES} times")),
                },
            }
        }
    }

    async fn once(&self, hook: &Hook, notice: &Notice) -> Result<(), Undelivered> {
        let body = hook.shape.body(notice).to_string();
        let mut request = self.client.post(hook.url.clone()).header("content-type", "application/json");
        request = request.header("tauroi-notice", name(notice));
        if let Some(secret) = &self.secret {
            let seconds = machine_time().micros() / 1_000_000;
            let signed = sign(secret, seconds, &body).map_err(Undelivered::Never)?;
            request = request.header("tauroi-signature", format!("t={seconds},v1={signed}"));
        }
        // An error's text would have the address in it.
        let answer = request.body(body).send().await.map_err(|error| {
            Undelivered::Later(anyhow::Error::from(error.without_url()).context("it can't be reached"))
        })?;
        let status = answer.status();
        if status.is_success() {
            return Ok(());
        }
        let error = anyhow::anyhow!("it answered {status}");
        let is_passing = status.is_server_error()
            || matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT);
        Err(if is_passing {
            Undelivered::Later(error)
        } else if status.is_redirection() {
            Undelivered::Never(error.context("it leads elsewhere, which is not followed"))
        } else {
            Undelivered::Never(error)
        })
    }

    /// Tries all receivers once, and says of each what came of it.
    pub(crate) async fn test(&self) -> Vec<String> {
        let notice = Notice {
            kind: Kind::Test,
            at: machine_time(),
            of: "test".to_owned(),
            text: "Notices arrive here.".to_owned(),
        };
        let mut said = Vec::new();
        for hook in &self.hooks {
            said.push(match self.once(hook, &notice).await {
                Ok(()) => format!("{}: it arrived.", hook.shown()),
                Err(Undelivered::Later(error) | Undelivered::Never(error)) => {
                    format!("{}: {error:#}.", hook.shown())
                }
            });
        }
        said
    }
}

/// Returns a body's signature: HMAC-SHA256 of the time, a full stop and the body, so that none is taken at another time.
fn sign(secret: &Secret, seconds: i64, body: &str) -> anyhow::Result<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes())?;
    mac.update(format!("{seconds}.{body}").as_bytes());
    Ok(hexadecimal(&mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_of_time_and_body() {
        let secret = Secret::new("Jefe".to_owned());
        let one = sign(&secret, 1, "{}").unwrap();
        // printf '1.{}' | openssl dgst -sha256 -hmac Jefe
        assert_eq!(one, "dc7943cccf20f64327d263db5e2aca27c2b8175e8e6e7ea04f482091bf456b0f");
        assert_ne!(one, sign(&secret, 2, "{}").unwrap());
        assert_ne!(one, sign(&secret, 1, "{ }").unwrap());
        assert_ne!(one, sign(&Secret::new("jefe".to_owned()), 1, "{}").unwrap());
    }

    #[test]
    fn an_address_that_others_could_read_is_refused_without_being_shown() {
        for bad in [
            "http://example.com/token",
            "token",
            "ftp://example.com/token",
            "http://127.0.0.1.evil.example/token",
        ] {
            let error = Hook::new(bad, Shape::Json).unwrap_err().to_string();
            assert!(!error.contains("token"), "{error}");
        }
        assert!(Hook::new("https://example.com/token", Shape::Slack).is_ok());
        assert!(Hook::new("http://127.0.0.1:9/token", Shape::Json).is_ok());
    }
}
