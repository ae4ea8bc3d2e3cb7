//! One desk's process, and several that serve its pages: what goes between them, over NATS.
//!
//! The desk's process publishes what its pages are told, once for all ([`message`] has the form); each replica keeps the newest
//! state of it ([`heard`], kept up to date by [`mod@follow`]) and tells its own pages from there. What a replica's pages ask of the
//! desk goes back as a request with an answer ([`command`]). Nothing is kept in NATS: what was missed is asked for again.
//!
//! Each process that publishes has a number, the time of its start, and is spoken to under that number alone. So of two the
//! later one is followed, and a command reaches the one whose state was looked at, or nobody.

mod command;
mod follow;
mod followed;
mod heard;
mod message;

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, ensure};
use async_nats::connection::State;
use async_nats::{Client, ConnectOptions, Event, ServerAddr};

pub(crate) use self::command::{Answer, Asked, Shown, Unanswered, ask, asked, reply};
pub(crate) use self::follow::follow;
pub(crate) use self::followed::Followed;
pub(crate) use self::message::{Beat, Interest, VERSION, Wants, pack, send};
use crate::clock::machine_time;
use crate::environment::Variables;

/// What the desk's process says in each round, and that it is there; what is asked of it, with its number behind.
pub(crate) const ROUNDS: &str = "tauroi.round";
pub(crate) const BEATS: &str = "tauroi.beat";
pub(crate) const INTERESTS: &str = "tauroi.ask";
pub(crate) const COMMANDS: &str = "tauroi.command";

/// How often a process that publishes says that it is there.
pub(crate) const BEAT: Duration = Duration::from_secs(1);
/// How long a replica's interest holds after it was last said.
pub(crate) const INTERESTED: Duration = Duration::from_secs(10);
/// The variable that says where NATS is.
pub(crate) const URL: &str = "TAUROI_NATS_URL";

/// How many messages of a subscription wait for this program at most. What comes beyond is dropped, which shows as a gap.
const WAITING: usize = 256;
const CONNECTS: Duration = Duration::from_secs(5);
/// How often a server is asked whether it is still there; two questions without an answer end the connection.
const PINGS: Duration = Duration::from_secs(2);
/// The longest wait before a connection is tried again.
const AGAIN: Duration = Duration::from_secs(1);

/// What was counted of what goes over NATS, for who watches over it.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    /// Rounds that were published or heard.
    pub(crate) rounds: AtomicU64,
    /// How often something was missing and asked for.
    pub(crate) gaps: AtomicU64,
    /// Messages that make no sense, or of a process that is not followed.
    pub(crate) refused: AtomicU64,
    /// How many replicas there are, where it is published.
    pub(crate) replicas: AtomicU64,
    /// Whether another process's desk is followed.
    pub(crate) follows: bool,
    /// When that was last heard, by the machine's clock in microseconds; 0 where it never was.
    heard: AtomicI64,
    connected: AtomicU64,
}

impl Counts {
    /// Returns those of a replica.
    pub(crate) fn of_replica() -> Self {
        Self { follows: true, ..Self::default() }
    }

    /// Returns how long ago the desk's process was heard, in seconds; infinity where it never was.
    #[expect(clippy::cast_precision_loss, reason = "a span of time is far below 2^53")]
    pub(crate) fn age_s(&self) -> f64 {
        match self.heard.load(Ordering::Relaxed) {
            0 => f64::INFINITY,
            at => machine_time().micros().saturating_sub(at).max(0) as f64 / 1e6,
        }
    }

    /// Returns whether there is a connection.
    pub(crate) fn is_connected(&self) -> bool {
        self.connected.load(Ordering::Relaxed) > 0
    }

    fn hear(&self) {
        self.heard.store(machine_time().micros(), Ordering::Relaxed);
    }

    /// Counts one more.
    pub(crate) fn add(count: &AtomicU64) {
        count.fetch_add(1, Ordering::Relaxed);
    }
}

/// Where NATS is, which may hold a password.
#[derive(Clone)]
pub(crate) struct Address(Vec<ServerAddr>);

impl core::fmt::Debug for Address {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{self}")
    }
}

impl core::fmt::Display for Address {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let hosts: Vec<String> = self.0.iter().map(|at| format!("{}:{}", at.host(), at.port())).collect();
        f.write_str(&hosts.join(", "))
    }
}

impl Address {
    /// Returns what `TAUROI_NATS_URL` names, if it is set: one address, or those of a cluster with commas between them.
    ///
    /// # Errors
    ///
    /// Says that it is no address. It is not shown, as there may be a password in it.
    pub(crate) fn of(variables: &Variables) -> anyhow::Result<Option<Self>> {
        let Some(text) = variables.secret(URL)? else { return Ok(None) };
        let text = text.trimmed();
        let addresses: Result<Vec<ServerAddr>, _> = text.expose().split(',').map(str::parse).collect();
        let addresses = addresses.ok().filter(|all| !all.is_empty());
        let addresses =
            addresses.with_context(|| format!("{URL} is not like nats://USER:PASSWORD@HOST:4222"))?;
        ensure!(
            addresses.iter().all(|at| matches!(at.scheme(), "nats" | "tls")),
            "{URL} must begin with nats:// or tls://"
        );
        Ok(Some(Self(addresses)))
    }

    /// Returns whether somebody on the way could read and change what is said there.
    pub(crate) fn is_in_the_open(&self) -> bool {
        self.0.iter().any(|at| {
            let is_here = matches!(at.host(), "127.0.0.1" | "localhost" | "::1" | "[::1]");
            at.scheme() != "tls" && !is_here
        })
    }

    fn options(&self, name: &str) -> ConnectOptions {
        let own = self.0.iter().find_map(|at| {
            let (user, password) = (at.username()?, at.password()?);
            Some((user.to_owned(), password.to_owned()))
        });
        let options = ConnectOptions::new()
            .name(name)
            .connection_timeout(CONNECTS)
            .ping_interval(PINGS)
            .subscription_capacity(WAITING)
            .reconnect_delay_callback(|attempts| {
                AGAIN.min(
                    Duration::from_millis(50).saturating_mul(u32::try_from(attempts).unwrap_or(u32::MAX)),
                )
            });
        match own {
            Some((user, password)) => options.user_and_password(user, password),
            None => options,
        }
    }

    /// Connects, and goes on to try for as long as there is none. What changes is logged and counted.
    ///
    /// # Errors
    ///
    /// Says what of TLS can't be set up.
    pub(crate) async fn connect(
        &self,
        name: &'static str,
        counts: &std::sync::Arc<Counts>,
    ) -> anyhow::Result<Client> {
        let (counted, shown) = (std::sync::Arc::clone(counts), self.to_string());
        let options = self.options(name).retry_on_initial_connect().event_callback(move |event| {
            let (counted, shown) = (std::sync::Arc::clone(&counted), shown.clone());
            async move {
                match &event {
                    Event::Connected => {
                        counted.connected.store(1, Ordering::Relaxed);
                        tracing::info!("NATS at {shown}: connected");
                    }
                    Event::Disconnected | Event::Closed => {
                        counted.connected.store(0, Ordering::Relaxed);
                        tracing::warn!("NATS at {shown}: {event}");
                    }
                    Event::SlowConsumer(_) => tracing::warn!("NATS: more came than could be taken in"),
                    _ => tracing::warn!("NATS at {shown}: {event}"),
                }
            }
        });
        options.connect(self.0.clone()).await.with_context(|| format!("NATS at {self}"))
    }

    /// Connects once, to find out whether that can be done; returns the server's version.
    ///
    /// # Errors
    ///
    /// Says why not.
    pub(crate) async fn probe(&self) -> anyhow::Result<String> {
        let connecting = self.options("tauroi check").max_reconnects(1).connect(self.0.clone());
        let client = tokio::time::timeout(CONNECTS, connecting).await.context("it does not answer")??;
        tokio::time::timeout(CONNECTS, client.flush()).await.context("it does not answer")??;
        Ok(client.server_info().version)
    }
}

/// Returns whether something can be said now and not only later.
pub(crate) fn is_connected(client: &Client) -> bool {
    client.connection_state() == State::Connected
}
