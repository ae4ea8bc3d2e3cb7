//! Starting and ending an exchange.

#[cfg(test)]
mod look;

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, bail};
use shared::units::{Cash, Date, Timestamp};
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
use super::journal::{Header, Journal, SCHEMA, Said, Written};
use super::keys::{FreshKey, KeyKind, PublicKey};
use super::rest::{Shared, router};
use super::tape::{Files, Recording, Summary, Tape};
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
    /// When it ends by itself, if it does.
    pub(crate) ends: Option<Timestamp>,
    /// Where its tape goes, if it is recorded.
    pub(crate) tape: Option<Files>,
    /// Where what clients do is noted, if it is.
    pub(crate) journal: Option<PathBuf>,
    /// Whether a journal is done again: nothing is charged, as it was charged before.
    pub(crate) is_again: bool,
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
        let (ends, tape, journal) = (None, None, None);
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
            ends,
            tape,
            journal,
            is_again: false,
        }
    }

    /// Returns the day on which the event begins, and the instant from which on its exchange is there.
    pub(super) fn begins(&self) -> anyhow::Result<(Date, Timestamp)> {
        // Not what it shows by now: how long it took to come here is nobody's world.
        let now = self.clock.first();
        let first = i32::try_from(self.past_days).ok().and_then(|past| now.date().checked_add_days(-past));
        let first = first.context("so many days ago there was no calendar")?;
        // The first who asks, or the first step of time, lets the past happen.
        Ok((first, if self.past_days == 0 { now } else { first.midnight() }))
    }

    /// Returns those of the exchange whose journal begins so, on another clock.
    pub(super) fn of(header: &Header, clock: Clock) -> Self {
        let Header { rng_seed, days, past_days, tier, ends, .. } = *header;
        let (behaviour, faults) = (header.behaviour.clone(), header.faults.clone());
        Self { days, past_days, tier, ends, behaviour, faults, is_again: true, ..Self::demo(rng_seed, clock) }
    }

    /// Returns what a journal begins with.
    fn header(&self) -> Header {
        Header {
            schema: SCHEMA,
            start: self.clock.first(),
            rng_seed: self.rng_seed,
            days: self.days,
            past_days: self.past_days,
            tier: self.tier,
            behaviour: self.behaviour.clone(),
            faults: self.faults.clone(),
            ends: self.ends,
        }
    }

    /// Returns the exchange with its event, its traders and its member, and what is written of it.
    ///
    /// # Errors
    ///
    /// Says what of the event can't be, or which file can't be written.
    pub(super) fn open(&self, member: PublicKey, token: Option<Token>) -> anyhow::Result<Open> {
        let (first_day, began) = self.begins()?;
        let mut core = Core::new(began, Ids(self.rng_seed as u32));
        (core.ends, core.token) = (self.ends, token);
        core.behave(self.behaviour.clone());
        for fault in &self.faults {
            core.hub.faults.add(self.clock.first(), fault.clone());
        }
        let mut recording = None;
        if let Some(files) = &self.tape {
            let (tape, written) = Tape::begin(files)?;
            core.hub.tape = Some(tape);
            recording = Some(written);
        }
        core.register(&key_id(self.rng_seed), member, PURSE)?;
        core.invite(Crowd::new(self.rng_seed, first_day, self.days)?)?;
        let mut noted = None;
        if let Some(file) = &self.journal {
            let begun = Journal::begin(file, &self.header())?;
            core.hub.keep(begun.0.clone());
            noted = Some(begun);
        }
        let mut shared = Shared::new(core, self.clock.clone(), self.tier);
        match &noted {
            Some((journal, _)) => shared.keep(journal.clone()),
            None if self.is_again => shared.do_again(),
            None => {}
        }
        Ok(Open { shared: Arc::new(shared), recording, noted })
    }
}

/// An exchange that is there, and what is written of it.
pub(super) struct Open {
    pub(super) shared: Arc<Shared>,
    recording: Option<Recording>,
    /// What clients do, as it is noted.
    noted: Option<(Journal, Written)>,
}

impl Open {
    /// Ends what is written, waits until it is, and returns what the tape came to if it was recorded.
    ///
    /// # Errors
    ///
    /// Names the file that can't be written.
    pub(super) fn finish(self) -> anyhow::Result<Option<Summary>> {
        // Nothing happens between the two: the journal ends where the tape does.
        self.shared.with_quietly(|core| {
            core.hub.tape = None;
            if let Some((journal, _)) = &self.noted {
                journal.end(core.exchange.now());
            }
        });
        self.noted.map(|(_, written)| written.finish()).transpose()?;
        self.recording.map(Recording::finish).transpose()
    }
}

/// An exchange that runs; it ends when this is dropped.
pub(crate) struct Running {
    credentials: Credentials,
    /// The day on which its event began.
    first_day: Date,
    /// Dropped, it ends the exchange.
    stop: Option<oneshot::Sender<()>>,
    /// `None` once it is known to have ended.
    ended: Option<JoinHandle<anyhow::Result<()>>>,
    open: Open,
}

/// Lets an exchange without any client run until its time ends, as fast as it goes.
///
/// # Errors
///
/// Says what of the event can't be, or which file of its tape can't be written.
pub(crate) fn simulate(settings: &Settings, ends: Timestamp) -> anyhow::Result<Summary> {
    let tape = Some(settings.tape.clone().unwrap_or_default());
    let settings = Settings { ends: Some(ends), tape, ..settings.clone() };
    // Time is at its end when it is first looked at.
    let settings = Settings { clock: Clock::by_hand(settings.clock.first()), journal: None, ..settings };
    let open = settings.open(FreshKey::generate(settings.key)?.public, None)?;
    settings.clock.put_on(ends);
    open.finish()?.context("nothing was recorded")
}

/// Starts an exchange with the simulated event, its traders and one member, in the runtime that this is called in.
///
/// # Errors
///
/// Says that the port is taken, or what of the event can't be.
pub(crate) async fn start(settings: Settings) -> anyhow::Result<Running> {
    let wanted = SocketAddr::from((Ipv4Addr::LOCALHOST, settings.port));
    let listener = match TcpListener::bind(wanted).await {
        Ok(listener) => listener,
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            bail!("{wanted} is taken: choose another port with --port, or 0 for any free one")
        }
        Err(error) => return Err(error).with_context(|| format!("can't listen on {wanted}")),
    };
    let address = listener.local_addr().context("the socket has no address")?;
    let fresh = FreshKey::generate(settings.key)?;
    let (control_token, token) = Token::generate().context("no entropy for a token")?;
    let open = settings.open(fresh.public, Some(token))?;
    let (first_day, _) = settings.begins()?;
    let (stop, stopped) = oneshot::channel();
    Ok(Running {
        first_day,
        credentials: Credentials {
            key_id: key_id(settings.rng_seed),
            private_pem: fresh.private_pem,
            api_base: format!("http://{address}{REST_PATH}"),
            ws_url: format!("ws://{address}{STREAM_PATH}"),
            control_token,
        },
        stop: Some(stop),
        ended: Some(tokio::spawn(serve(listener, Arc::clone(&open.shared), stopped))),
        open,
    })
}

/// Returns the id of the key that the exchange's own member has from the beginning.
pub(super) fn key_id(rng_seed: u64) -> String {
    Ids(rng_seed as u32).text(Named::Key, 0)
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
            shared.heed(|| Said::Close, |core| core.hub.close());
        }
    };
    // A head that doesn't come to its end keeps no connection.
    let serving = crate::web::serve(listener, None, router(Arc::clone(&shared)), told);
    tokio::select! {
        () = serving => Ok(()),
        () = pass_time(&shared) => Ok(()),
    }
}

/// Lets what is due happen when it is, until time ends.
async fn pass_time(shared: &Shared) {
    loop {
        let (due, ends) = shared.with_quietly(|core| (core.next_due(), core.ends));
        // With nothing else due, the end is.
        let due = due.or(ends);
        if ends.is_some_and(|ends| shared.clock.now() >= ends) {
            shared.heed(|| Said::Close, |core| core.hub.close());
            return;
        }
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

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running").field("credentials", &self.credentials).finish_non_exhaustive()
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

    /// Ends it, waits until it has, and returns what its tape came to if it was recorded.
    ///
    /// # Errors
    ///
    /// Says what else has ended it, or which file can't be written.
    pub(crate) async fn stop(mut self) -> anyhow::Result<Option<Summary>> {
        drop(self.stop.take());
        self.ended().await?;
        let finished = tokio::task::spawn_blocking(move || self.open.finish());
        finished.await.context("the writers are lost")?
    }

    /// Waits until it ends by itself: when its time does, or if it can't go on.
    ///
    /// # Errors
    ///
    /// Says why it can't.
    pub(crate) async fn ended(&mut self) -> anyhow::Result<()> {
        let Some(ended) = &mut self.ended else { return Ok(()) };
        let outcome = ended.await.context("the exchange panicked");
        self.ended = None;
        outcome?
    }
}
