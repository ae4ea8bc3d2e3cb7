//! Starting and ending an exchange.

use std::future::IntoFuture as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use anyhow::{Context, bail};
use shared::units::{Cash, Date};
use shared::wire::{REST_PATH, STREAM_PATH};
use shared::world::crowd::Crowd;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::behaviour::Behaviour;
use super::control::Token;
use super::core::Core;
use super::credentials::Credentials;
use super::faults::Fault;
use super::ids::{Ids, Named};
use super::keys::{FreshKey, KeyKind};
use super::rest::{Shared, router};
use super::tier::Tier;
use crate::clock::Clock;

/// What a member starts with: ten thousand dollars.
const PURSE: Cash = Cash::from_microdollars(10_000_000_000);

/// How an exchange is to run.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// The port on 127.0.0.1; 0 takes any free one.
    pub(crate) port: u16,
    /// The seed of the simulated traders, and of the ids.
    pub(crate) rng_seed: u64,
    /// How many days the simulated event lasts.
    pub(crate) days: u32,
    /// How many of these are over when it starts: what was traded on them is there already.
    pub(crate) past_days: u32,
    /// The kind of key that its member gets.
    pub(crate) key: KeyKind,
    /// How much each member may ask; none asks without limit.
    pub(crate) tier: Option<Tier>,
    /// How it behaves where nothing is wrong.
    pub(crate) behaviour: Behaviour,
    /// What goes wrong.
    pub(crate) faults: Vec<Fault>,
    /// The time.
    pub(crate) clock: Clock,
}

/// How long the demo's event lasts, in days, and how many of them are over when it starts, so that there is something to learn
/// from.
pub(crate) const DEMO_DAYS: u32 = 31;
const DEMO_PAST_DAYS: u32 = 3;

impl Settings {
    /// Returns those of the demo's world, on any free port.
    pub(crate) fn demo(rng_seed: u64, clock: Clock) -> Self {
        let (days, past_days) = (DEMO_DAYS, DEMO_PAST_DAYS);
        let (behaviour, faults) = (Behaviour::plain(), Vec::new());
        Self {
            port: 0,
            rng_seed,
            days,
            past_days,
            key: KeyKind::Ed25519,
            tier: None,
            behaviour,
            faults,
            clock,
        }
    }
}

/// An exchange that runs; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Running {
    credentials: Credentials,
    /// The day on which its event began.
    first_day: Date,
    /// Dropped, it ends the exchange.
    stop: Option<oneshot::Sender<()>>,
    ended: JoinHandle<anyhow::Result<()>>,
}

/// Starts an exchange with the simulated event, its traders and one member, in the runtime that this is called in.
///
/// # Errors
///
/// Says that the port is taken, or what of the event can't be.
pub(crate) async fn start(settings: Settings) -> anyhow::Result<Running> {
    let Settings { port, rng_seed, days, past_days, key, tier, behaviour, faults, clock } = settings;
    let wanted = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let listener = match TcpListener::bind(wanted).await {
        Ok(listener) => listener,
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            bail!("{wanted} is taken: choose another port with --port, or 0 for any free one")
        }
        Err(error) => return Err(error).with_context(|| format!("can't listen on {wanted}")),
    };
    let address = listener.local_addr().context("the socket has no address")?;
    let now = clock.now();
    let first_day = i32::try_from(past_days).ok().and_then(|past| now.date().checked_add_days(-past));
    let first_day = first_day.context("so many days ago there was no calendar")?;
    // The first who asks, or the first step of time, lets the past happen.
    let began = if past_days == 0 { now } else { first_day.midnight() };
    let mut core = Core::new(began, Ids(rng_seed as u32));
    let fresh = FreshKey::generate(key)?;
    let key_id = core.ids.text(Named::Key, core.keyring.registered());
    core.register(&key_id, fresh.public, PURSE)?;
    core.invite(Crowd::new(rng_seed, first_day, days)?)?;
    core.behave(behaviour);
    for fault in faults {
        core.hub.faults.add(now, fault);
    }
    let (control_token, token) = Token::generate().context("no entropy for a token")?;
    core.token = Some(token);
    let shared = Arc::new(Shared::new(core, clock, tier));
    let (stop, stopped) = oneshot::channel();
    Ok(Running {
        first_day,
        credentials: Credentials {
            key_id,
            private_pem: fresh.private_pem,
            api_base: format!("http://{address}{REST_PATH}"),
            ws_url: format!("ws://{address}{STREAM_PATH}"),
            control_token,
        },
        stop: Some(stop),
        ended: tokio::spawn(serve(listener, shared, stopped)),
    })
}

/// Answers and lets time pass until it is told to stop, or left alone. Requests under way are then finished, and streams are
/// cut: who trades must live with that.
async fn serve(
    listener: TcpListener,
    shared: Arc<Shared>,
    stopped: oneshot::Receiver<()>,
) -> anyhow::Result<()> {
    let told = {
        let shared = Arc::clone(&shared);
        async move {
            // The sender is dropped to tell.
            stopped.await.unwrap_or_default();
            shared.with_quietly(|core| core.hub.close());
        }
    };
    let serving = axum::serve(listener, router(Arc::clone(&shared))).with_graceful_shutdown(told);
    tokio::select! {
        ended = serving.into_future() => Ok(ended?),
        () = pass_time(&shared) => Ok(()),
    }
}

/// Lets what is due happen when it is.
async fn pass_time(shared: &Shared) {
    loop {
        let due = shared.with_quietly(|core| core.next_due());
        tokio::select! {
            () = async {
                match due {
                    Some(due) => shared.clock.reached(due).await,
                    None => std::future::pending().await,
                }
            } => {}
            // Something else may be due earlier now.
            () = shared.changed.notified() => {}
        }
    }
}

impl Running {
    /// Returns what its member signs with.
    pub(crate) const fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// Returns the day on which its event began: with its seed and how many days it lasts, all of it.
    pub(crate) const fn first_day(&self) -> Date {
        self.first_day
    }

    /// Ends it and waits until it has.
    ///
    /// # Errors
    ///
    /// Says what else has ended it.
    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        drop(self.stop.take());
        (&mut self.ended).await.context("the exchange panicked")?
    }

    /// Waits until it ends by itself, which it does only if it can't go on.
    ///
    /// # Errors
    ///
    /// Says why it can't.
    pub(crate) async fn ended(&mut self) -> anyhow::Result<()> {
        (&mut self.ended).await.context("the exchange panicked")?
    }
}
