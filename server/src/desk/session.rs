//! Runs, one after the other, for as long as the program wants.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, bail};
use shared::api::Mode;
use shared::arming::Event;
use shared::catalyst::Catalyst;
use shared::desk::{self, End, Nowcast, Wish};
use shared::stream::DeskState;
use tokio::sync::{mpsc, watch};
use tokio::time::{sleep, timeout};

use super::arming::{Armed, Book};
use super::by_hand;
use super::change::Asked;
use super::find;
use super::hands::Hands;
use super::journal::{Journal, left};
use super::lease::{Candidate, Lease, lost};
use super::run::Run;
use super::{Face, Settings};
use crate::clock::Clock;
use crate::kalshi::{Ask, Client, Heard, What, listen};

/// How long it takes at most until the feed is up.
const UP: Duration = Duration::from_secs(30);
/// The pauses before the next run, the first and the longest.
const AGAIN: [Duration; 2] = [Duration::from_millis(250), Duration::from_secs(15)];

/// How long a desk that has given the lease back tries to take back what it has placed: whoever took over does that too.
const CLEARS: Duration = Duration::from_secs(5);
/// How long a run whose lease is lost may go on to end: what it waits for may never come, as of a database that is cut off.
const ENDS: Duration = Duration::from_secs(8);

/// Keeps a desk running.
pub(super) struct Supervisor {
    pub(super) settings: Settings,
    pub(super) hands: Hands,
    pub(super) clock: Clock,
    pub(super) face: Arc<Face>,
    pub(super) wishes: watch::Sender<Wish>,
    pub(super) wish: watch::Receiver<Wish>,
    /// The marks of kills of which people were told.
    pub(super) marked: watch::Receiver<Vec<String>>,
    pub(super) catalysts: mpsc::Receiver<Catalyst>,
    /// What people ask of orders by hand.
    pub(super) by_hand: mpsc::Receiver<by_hand::Asked>,
    /// What the nowcast says now.
    pub(super) nowcasts: watch::Receiver<Option<Nowcast>>,
    /// What is asked beside.
    pub(super) asked: mpsc::Receiver<Asked>,
    pub(super) in_flight: watch::Sender<usize>,
    /// The numbers of the runs that have begun.
    pub(super) begun: watch::Sender<Vec<i64>>,
    /// No run has begun yet.
    pub(super) is_first: bool,
    /// Whether orders may be placed.
    pub(super) armed: Armed,
    /// Applies for the lease, where the journal has one.
    pub(super) candidate: Option<Candidate>,
    pub(super) lease: Option<Lease>,
    /// Whether this desk may trade, as nobody else does.
    pub(super) holds: watch::Sender<bool>,
    /// The run that begins follows one of another desk's, while which this one stood by.
    pub(super) takes_over: bool,
}

impl Supervisor {
    /// Runs until the program ends; returns whether nothing is on its way then, nor rests but what is left to the next desk.
    pub(super) async fn run(mut self) -> bool {
        let _limits = self.hands.reads().follow_limits();
        let mut pause = AGAIN[0];
        loop {
            let began = Instant::now();
            let ended = self.session().await;
            self.in_flight.send_replace(0);
            let is_clear = matches!(ended, Ok(End::Over | End::Lost { is_clear: true, .. }));
            let (state, why) = match ended {
                Ok(End::Stopped) => return true,
                Ok(End::HandedOver(orders)) => {
                    tracing::info!("{orders} orders go on to rest, released to the next desk");
                    return true;
                }
                Ok(End::Over) => (DeskState::Ended, "What it traded has ended and is paid.".to_owned()),
                Ok(End::Lost { why, is_clear }) => {
                    let rests = if is_clear { "" } else { " What may rest of it ends by itself." };
                    (DeskState::Blind, format!("{why}{rests}"))
                }
                Err(error) => (DeskState::Blind, format!("{error:#}")),
            };
            let over = state == DeskState::Ended;
            if !over {
                tracing::warn!("the desk can't see: {why}");
            }
            self.show(state, &why);
            if self.is_to_end() {
                return is_clear;
            }
            pause = if began.elapsed() > AGAIN[1] { AGAIN[0] } else { (pause * 2).min(AGAIN[1]) };
            let again = async { if over { std::future::pending().await } else { sleep(pause).await } };
            tokio::select! {
                () = again => {}
                changed = self.wish.changed() => if changed.is_err() { return is_clear },
            }
            if self.is_to_end() {
                return is_clear;
            }
        }
    }

    pub(super) fn is_to_end(&self) -> bool {
        matches!(*self.wish.borrow(), Wish::Stop | Wish::HandOver)
    }

    /// Writes down what a run without money showed, if it was one and anything was decided.
    async fn rehearsed(&self, run: &Run, is_in_order: bool) {
        let (Some(arming), Some(place)) = (&self.settings.arming, self.settings.rehearses) else { return };
        if run.is_changed() {
            tracing::info!(
                "this run counts as no rehearsal: it went by settings that were changed at run time"
            );
            return;
        }
        let of = (arming.configuration.hash(), place);
        let Some(rehearsal) = run.rehearsal(of, self.clock.now(), is_in_order) else { return };
        match rehearsal.counts() {
            Ok(()) => tracing::info!("this run counts as a rehearsal of its configuration"),
            Err(why) => tracing::info!("this run counts as no rehearsal: {why}"),
        }
        let written = async {
            let mut book = Book::open(&arming.store).await?;
            book.add(&Event::Rehearsed(rehearsal), |_| Ok(())).await?;
            book.close().await;
            anyhow::Ok(())
        };
        if let Err(error) = written.await {
            tracing::warn!("what this run showed can't be written down: {error:#}");
        }
    }

    /// Tells those who watch what it is doing.
    pub(super) fn show(&self, state: DeskState, why: &str) {
        self.face.tell_state(Some((state, why)), *self.wish.borrow());
    }

    /// A run, once no other desk on the same journal trades.
    async fn session(&mut self) -> anyhow::Result<End> {
        self.show(DeskState::Starting, "It asks the exchange what is there.");
        if !self.stand_by().await {
            return Ok(End::Stopped);
        }
        let held = self.lease.as_ref().map(|lease| lease.held.clone());
        let late = async {
            lost(held.as_ref()).await;
            sleep(ENDS).await;
        };
        let ended = tokio::select! {
            ended = self.trade() => ended,
            () = late => Err(anyhow!("the lease is lost, and what this run waited for has not come")),
        };
        self.give_back().await;
        ended
    }

    async fn trade(&mut self) -> anyhow::Result<End> {
        self.show(DeskState::Starting, "It asks the exchange what is there.");
        let mut journal = match &self.settings.database {
            Some(database) => Journal::open_at(database).await?,
            None => Journal::open(&self.settings.journal).await?,
        };
        if let Some(lease) = &self.lease {
            journal.hold(lease.token.clone());
        }
        let left = left(&mut journal).await?;
        if std::mem::take(&mut self.takes_over) && left.wish == Some(Wish::Pause) {
            // A person has paused the desk before this one, and nobody could say otherwise to this one.
            let starts = self.settings.starts;
            self.wishes.send_if_modified(|wish| {
                let quotes = *wish == Wish::Quote || (*wish == Wish::Off && starts);
                if quotes {
                    *wish = Wish::Pause;
                }
                quotes
            });
        }
        // Who was killed stays so, whatever ended the program, until a person says otherwise.
        if std::mem::take(&mut self.is_first) && left.wish == Some(Wish::Kill) {
            let is_live = self.settings.mode == Mode::Live;
            self.wishes.send_if_modified(|wish| {
                // A kill disarms: who quotes with real money was armed after it.
                let holds = !(is_live && *wish == Wish::Quote);
                if holds {
                    *wish = Wish::Kill;
                }
                holds
            });
        }
        if self.settings.mode == Mode::Live {
            attested(self.hands.reads(), &self.clock).await?;
        }
        let client = self.hands.reads().clone();
        let exchange = client.exchange_status().await.context("whether the exchange is open")?;
        if !exchange.trading_active {
            bail!("the exchange takes no orders now");
        }
        let catalogue = self.settings.journal.with_extension("catalogue.sqlite");
        let found = find::event(&client, &self.settings.series, &catalogue).await?;
        let event = found.listed()?;
        let tap = self.settings.tap.clone();
        let (feed, mut heard) = match &self.hands {
            Hands::Exchange(client) => listen(client, Ask::trading(found.tickers()).kept_by(tap))?,
            Hands::Here(here, reads) => {
                let (feed, theirs) = listen(reads, Ask::others(found.tickers()).kept_by(tap))?;
                (feed, here.listen(event.clone(), theirs).await?)
            }
        };
        timeout(UP, up(&mut heard)).await.context("the exchange's stream does not come up")??;
        let number = journal.begin(crate::clock::machine_time().micros()).await?;
        self.begun.send_modify(|begun| begun.push(number));
        self.face.list(found.tickers());
        // A run before has heard of it, this one hasn't.
        self.nowcasts.mark_changed();
        let mut run = Run::begin(self, (number, left), (found.clone(), event), feed, journal);
        let ended = run.go(self, &mut heard).await;
        if let Ok(End::Over) = &ended {
            run.show(self);
        }
        self.rehearsed(&run, matches!(ended, Ok(End::Over | End::Stopped | End::HandedOver(_)))).await;
        if ended.is_err() {
            // The next desk takes over what this one can't find out, and only what this run has placed is its own then.
            let run = self.lease.as_ref().map(|_| number);
            self.give_back().await;
            let clearing = async {
                match &self.hands {
                    Hands::Exchange(client) => find::clear(client, &found, run).await,
                    Hands::Here(here, _) => {
                        here.ask(desk::Ask::CancelAll).await.map(|_| ()).map_err(Into::into)
                    }
                }
            };
            let cleared = match run {
                Some(_) => timeout(CLEARS, clearing).await.unwrap_or_else(|_| {
                    Err(anyhow!("the exchange has not taken back in time what may rest"))
                }),
                None => clearing.await,
            };
            if let Err(error) = cleared {
                tracing::warn!("{error:#}");
            }
        }
        run.end().await;
        ended
    }
}

/// Checks that the account has said where it is: else its keys trade no contract of music.
async fn attested(client: &Client, clock: &Clock) -> anyhow::Result<()> {
    match client.attested_until().await.context("until when the account's location is attested")? {
        Some(until) if until > clock.now() => Ok(()),
        Some(until) => {
            bail!("the account's location was attested until {until}: attest it anew on the exchange's page")
        }
        None => bail!("the account's location was never attested: attest it on the exchange's page"),
    }
}

/// Waits until the feed is up.
async fn up(heard: &mut mpsc::Receiver<Heard>) -> anyhow::Result<()> {
    loop {
        match heard.recv().await.context("the feed has ended")?.what {
            What::Up => return Ok(()),
            What::Down(why) => tracing::warn!("the exchange's stream: {why}"),
            _ => {}
        }
    }
}
