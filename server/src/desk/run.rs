//! A run that has begun: what is heard, answered, wanted and due, one after the other.

mod show;

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use shared::market::Ticker;
use shared::quoting::Status;
use shared::units::Timestamp;
use shared::wire::Channel;
use tokio::sync::mpsc;

use super::Wish;
use super::audit::{self, Audit};
use super::core::{Core, Traded};
use super::find::Found;
use super::fits::Fits;
use super::journal::{Journal, Writer};
use super::latency::{Cause, Latency};
use super::send::{Done, Sender};
use super::session::Supervisor;
use crate::kalshi::{Feed, Heard, Sending, What};

/// How many frames are taken before what came of them is sent.
const BATCH: usize = 256;
/// How long nothing is waited for: time that has come doesn't come again.
const MOMENT: Duration = Duration::from_millis(1);

/// How a run ended.
pub(super) enum End {
    /// What was traded has ended.
    Over,
    /// The program ends.
    Stopped,
}

/// A run that has begun.
pub(super) struct Run {
    core: Core,
    found: Found,
    feed: Feed,
    journal: Writer,
    sender: Sender,
    in_flight: usize,
    fits: Fits,
    latency: Latency,
    /// How much was heard, and since when.
    frames: u64,
    began: Instant,
    /// When those who watch were last told.
    shown: Option<Instant>,
    /// Not all books are here.
    books_missing: bool,
}

impl Run {
    /// Returns a run whose account was found out and that has heard what was traded.
    pub(super) fn new(core: Core, found: Found, feed: Feed, journal: Journal, sender: Sender) -> Self {
        Self {
            core,
            found,
            feed,
            journal: Writer::new(journal),
            sender,
            in_flight: 0,
            fits: Fits::default(),
            latency: Latency::default(),
            frames: 0,
            began: Instant::now(),
            shown: None,
            books_missing: true,
        }
    }

    /// Ends it, and says how quick it was.
    pub(super) async fn end(self) {
        if let Some(told) = self.latency.told() {
            let a_second = self.frames as f64 / self.began.elapsed().as_secs_f64();
            tracing::info!("from a frame to its order, at {a_second:.0} frames a second: {told}");
        }
        self.journal.close().await;
    }

    /// Runs until what is traded has ended, the program ends, or something is lost.
    ///
    /// # Errors
    ///
    /// Says what was lost: the account must be found out anew.
    pub(super) async fn go(
        &mut self,
        desk: &mut Supervisor,
        heard: &mut mpsc::Receiver<Heard>,
        mut answers: mpsc::UnboundedReceiver<Done>,
    ) -> anyhow::Result<End> {
        let (audits, mut audited) = mpsc::channel(1);
        let mut audit = tokio::time::interval(audit::EVERY);
        audit.tick().await;
        let mut misfit = None;
        // What was heard before has waited for the past to be learned: it says nothing of how quick this is.
        let began = Instant::now();
        let mut cause = None;
        loop {
            let wish = *desk.wish.borrow_and_update();
            let now = desk.clock.now();
            if wish == Wish::Stop {
                self.core.kill(now);
                self.write(true).await?;
                return Ok(End::Stopped);
            }
            // Before anything can rest that is not to.
            self.heed(desk, now);
            self.obey(now, wish);
            self.fit(now, now);
            self.core.tick(now);
            self.send(desk, cause.take()).await?;
            if let Some(why) = self.core.lost.take() {
                bail!(why);
            }
            if self.is_over() {
                self.show(desk, now);
                return Ok(End::Over);
            }
            self.show_in_time(desk, now);
            let due = self.core.due();
            let time = async {
                match due {
                    Some(due) => {
                        tokio::time::sleep(MOMENT).await;
                        desk.clock.reached(due).await;
                    }
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                first = heard.recv() => {
                    let first = first.context("the feed has ended")?;
                    cause = (first.at >= began).then(|| Cause::heard(first.at));
                    let now = desk.clock.now();
                    self.hear(now, first.what)?;
                    for _ in 1..BATCH {
                        let Ok(next) = heard.try_recv() else { break };
                        self.hear(now, next.what)?;
                    }
                    self.core.drained(now);
                }
                Some(done) = answers.recv() => {
                    let now = desk.clock.now();
                    self.answered(now, done);
                    while let Ok(done) = answers.try_recv() {
                        self.answered(now, done);
                    }
                    desk.in_flight.send_replace(self.in_flight);
                }
                Some(catalyst) = desk.catalysts.recv() => {
                    let now = desk.clock.now();
                    self.core.heed(now, &catalyst);
                }
                changed = desk.wish.changed() => changed.context("nobody steers")?,
                () = time => {}
                () = tokio::time::sleep(show::EVERY) => {}
                _ = audit.tick() => {
                    let (client, audits, fills) = (desk.client.clone(), audits.clone(), self.core.fills);
                    tokio::spawn(async move {
                        // Nobody asks any more when the run is over.
                        let _ = audits.send(Audit::of(&client, fills).await).await;
                    });
                }
                found = self.fits.found() => {
                    let now = desk.clock.now();
                    self.core.fitted(now, found);
                }
                Some(audit) = audited.recv() => misfit = audit.compare(&mut self.core, misfit)?,
            }
        }
    }

    /// Acts on what was seen of artists meanwhile.
    fn heed(&mut self, desk: &mut Supervisor, now: Timestamp) {
        for _ in 0..BATCH {
            let Ok(catalyst) = desk.catalysts.try_recv() else { break };
            self.core.heed(now, &catalyst);
        }
    }

    /// Does what a person wants, as far as it can see.
    fn obey(&mut self, now: Timestamp, wish: Wish) {
        for place in 0..self.found.contracts.len() {
            let closes = self.found.contracts.get(place).map(|market| market.close_time.0);
            if closes.is_some_and(|closes| closes <= now) {
                self.core.set_status(now, place, Status::Closed);
            }
        }
        if wish == Wish::Kill {
            self.core.kill(now);
        } else {
            self.core.orders.revive();
            self.core.pause(now, wish != Wish::Quote || self.books_missing);
        }
    }

    /// Begins to make the fits that are asked for before anything of `at` is taken into the belief.
    fn fit(&mut self, now: Timestamp, at: Timestamp) {
        let asked = self.core.asked(now, at);
        if !asked.is_empty() {
            self.fits.begin(asked);
        }
    }

    /// Takes in something that was heard.
    fn hear(&mut self, now: Timestamp, what: What) -> anyhow::Result<()> {
        self.frames += 1;
        match what {
            What::Up => {}
            What::Down(why) => bail!("the exchange's stream was cut: {why}"),
            What::Book(snapshot) => {
                self.core.book(now, &snapshot);
                self.books_missing = !self.core.contracts.iter().all(|contract| contract.book.is_known());
            }
            What::Level(delta) => self.core.level(now, &delta),
            What::Trade(trade) => {
                self.fit(now, trade.at);
                self.core.trade(now, trade);
            }
            What::Fill(fill) => {
                let traded = Traded::from(&fill);
                self.fit(now, traded.at.unwrap_or(now));
                self.core.traded(now, &traded);
            }
            What::Order(order) => {
                if let Some(id) = self.core.order(now, &order) {
                    let client = self.sender.client().clone();
                    tokio::spawn(async move {
                        match client.cancel(&id, &mut Sending::default()).await {
                            Err(error) if !error.is_not_found() => {
                                tracing::warn!("an order that nobody looks after rests: {error}");
                            }
                            _ => {}
                        }
                    });
                }
            }
            What::Lifecycle(told) => self.core.lifecycle(now, &told),
            // Not asked for.
            What::Frame(_) | What::Ticker(_) => {}
            What::Missed(Channel::OrderbookDelta) => {
                self.core.forget_books(now);
                self.books_missing = true;
            }
            // What was missed is found out as at the start.
            What::Missed(channel) => bail!("the exchange's stream lost something of {}", channel.name()),
        }
        Ok(())
    }

    /// Takes in an answer.
    fn answered(&mut self, now: Timestamp, done: Done) {
        let Done { sent, outcome, fills, at, cause } = done;
        self.in_flight = self.in_flight.saturating_sub(1);
        if let Some(cause) = cause {
            self.latency.note(&cause, at);
        }
        for fill in &fills {
            self.core.traded(now, &Traded { name: Some(sent.name.clone()), ..Traded::from(fill) });
        }
        self.core.done(now, &sent, outcome);
    }

    /// Writes down what is not yet.
    async fn write(&mut self, is_urgent: bool) -> anyhow::Result<()> {
        let entries = self.core.take_entries();
        self.journal.write(entries, is_urgent).await
    }

    /// Writes down what happened, and lets what is to be sent be sent once that is committed.
    async fn send(&mut self, desk: &Supervisor, cause: Option<Cause>) -> anyhow::Result<()> {
        // To decide may have taken a while: an order lives from when it is sent.
        let sent = self.core.take_sent(desk.clock.now());
        let cause = cause.map(Cause::decided);
        self.write(!sent.is_empty()).await?;
        if sent.is_empty() {
            return Ok(());
        }
        self.in_flight += sent.len();
        desk.in_flight.send_replace(self.in_flight);
        for sent in sent {
            let Some(ticker) = self.ticker(sent.job.place) else { continue };
            self.sender.send(sent, ticker, cause, self.journal.before());
        }
        Ok(())
    }

    fn ticker(&self, place: usize) -> Option<Ticker> {
        self.core.contracts.get(place).map(|contract| contract.ticker.clone())
    }

    /// Returns whether all contracts have settled.
    fn is_over(&self) -> bool {
        let Some(ledger) = self.core.maker().map(|maker| maker.ledger()) else { return false };
        (0..ledger.contracts()).all(|contract| ledger.settled(contract).is_some())
    }
}
