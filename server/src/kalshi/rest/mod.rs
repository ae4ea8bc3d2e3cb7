//! Requests and their answers.

mod again;
mod as_it_is;
mod ask;
mod batches;
mod catalogue;
mod exchange;
mod failure;
mod groups;
mod history;
mod limits;
mod orders;
mod pages;
mod portfolio;
mod raw;
mod sent;
mod transport;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use reqwest::Url;
use tokio::sync::Notify;
use tokio_tungstenite::tungstenite::http::Uri;

use self::again::Patience;
use self::ask::{Ask, NONE};
pub(crate) use self::catalogue::{EventsAsked, MarketsAsked};
pub(crate) use self::failure::Failure;
pub(crate) use self::history::{Period, Tier, TradesAsked};
pub(crate) use self::pages::{Cursor, Part};
pub(crate) use self::sent::{Sending, SentAt};
use super::access::Access;
use super::ahead::Ahead;
use super::budget::{Budget, Kind};
use super::config::Config;
use super::signing::Ready;
use crate::clock::Clock;

/// How long a connection may take, and a whole answer, in the machine's time.
const CONNECT: Duration = Duration::from_secs(3);
const ANSWER: Duration = Duration::from_secs(10);
/// How long a connection is kept for the next request.
const IDLE: Duration = Duration::from_secs(90);

/// A connection to the exchange, a member's or, without a key, anybody's; a clone is the same one.
///
/// Each request waits for the tokens that it costs ([`Budget`]) before it is signed. A question that isn't answered is asked
/// again; whatever changes something is sent once.
#[derive(Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    member: Arc<Member>,
    patience: Patience,
    /// Nothing but questions is sent.
    only_reads: bool,
}

/// What is the same whatever connections are used.
struct Member {
    /// Without it only what anybody may ask is asked.
    access: Option<Access>,
    budget: Budget,
    /// Tells who follows the limits that they may be others.
    refused: Notify,
    api_base: Url,
    ws_url: Option<Uri>,
    ahead: Ahead,
}

impl Member {
    /// Takes note that the exchange had no tokens left (429).
    fn was_refused(&self, kind: Kind) {
        self.budget.was_empty(kind);
        self.refused.notify_waiters();
    }
}

impl Client {
    /// Returns a client whose budget goes by `clock`; nothing is sent yet.
    ///
    /// # Errors
    ///
    /// Fails when no TLS can be set up, or no thread to sign on can be started.
    pub(crate) fn new(config: Config, clock: Clock) -> anyhow::Result<Self> {
        let Config { key, api_base, ws_url } = config;
        let access = key.map(|key| Access::new(key, api_base.path())).transpose()?;
        let budget = if access.is_some() { Budget::basic(clock) } else { Budget::keyless(clock) };
        let member = Arc::new(Member {
            access,
            budget,
            refused: Notify::new(),
            api_base,
            ws_url,
            ahead: Ahead::default(),
        });
        Ok(Self { http: connections()?, member, patience: Patience::Brief, only_reads: false })
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
        Ok(Self { http: connections()?, ..self.clone() })
    }

    /// Returns the same client for long work that one missing answer would break off: it asks a question again for up to two
    /// minutes before it gives up.
    #[must_use]
    pub(crate) fn patient(&self) -> Self {
        Self { patience: Patience::Long, ..self.clone() }
    }

    /// Returns the same client without the power to change anything at the exchange: whatever is no question is never signed and
    /// [never sent](Failure::NotSent), by none of its clones.
    #[must_use]
    pub(crate) fn reading(self) -> Self {
        Self { only_reads: true, ..self }
    }

    /// Returns whether it has a key.
    pub(crate) fn has_key(&self) -> bool {
        self.member.access.is_some()
    }

    /// Returns the id of its key, if it has one.
    pub(crate) fn key_id(&self) -> Option<&str> {
        self.member.access.as_ref().and_then(Access::key_id)
    }

    /// Returns where REST is.
    pub(crate) fn api_base(&self) -> &Url {
        &self.member.api_base
    }

    /// Returns the clock that its budget goes by.
    pub(crate) fn clock(&self) -> &Clock {
        self.member.budget.clock()
    }

    /// Returns by how much the exchange's clock is ahead of [`Self::clock`] at least, by its answers; negative where it is
    /// behind, zero where that is not known. Microseconds of that clock.
    pub(crate) fn ahead(&self) -> i64 {
        self.member.ahead.least(self.clock())
    }

    /// Keeps orders' signatures ready while what is returned is there, for who is about to trade.
    pub(crate) fn keep_ready(&self) -> Option<Ready> {
        self.member.access.as_ref().map(Access::keep_ready)
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
