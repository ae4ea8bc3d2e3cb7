//! Real money: what must be so before an order may be placed with it, read from the store each second.
//!
//! `tauroi arm` writes that a person wants it, the desk here that it has begun and has handed over;
//! [`shared::arming`] says what follows from all lines. Whoever sends orders asks [`Armed`] before each.

mod armed;
mod configuration;
mod rehearsal;

use std::time::Duration;

use anyhow::Context;
use shared::arming::{Event, Standing};
use shared::desk::Wish;
use shared::units::Timestamp;
use tokio::sync::watch;

pub(crate) use self::armed::Armed;
pub(crate) use self::configuration::Configuration;
pub(super) use self::rehearsal::Watched;
use crate::clock::machine_time;
use crate::store::{Address, Armings, Line};

/// How often the store is looked at.
const EVERY: Duration = Duration::from_secs(1);

/// What is armed or not, and how it is known.
#[derive(Debug, Clone)]
pub(crate) struct Arming {
    /// Where the lines are.
    pub(crate) store: Address,
    /// What is to be armed.
    pub(crate) configuration: Configuration,
}

/// Reads what follows from the lines of a store.
fn standing(lines: &[Line]) -> anyhow::Result<Standing> {
    let mut standing = Standing::default();
    for line in lines {
        // A line that can't be understood could be the one that disarms.
        let event: Event = serde_json::from_str(&line.data)
            .with_context(|| format!("what was written at {} about arming can't be read", line.at))?;
        standing.take(&event);
    }
    Ok(standing)
}

/// The lines of a store, as what they mean.
pub(crate) struct Book(Armings);

impl Book {
    /// Opens it; a file is made if there is none.
    ///
    /// # Errors
    ///
    /// Says that it can't be opened.
    pub(crate) async fn open(store: &Address) -> anyhow::Result<Self> {
        Armings::open(store).await.map(Self)
    }

    /// Returns what follows from all that was written.
    ///
    /// # Errors
    ///
    /// Says that it can't be read.
    pub(crate) async fn standing(&mut self) -> anyhow::Result<Standing> {
        standing(&self.0.lines().await?)
    }

    /// Writes an event down, where what follows from those before allows it.
    ///
    /// # Errors
    ///
    /// Says that it can't be written, or what `allows` says.
    pub(crate) async fn add(
        &mut self,
        event: &Event,
        allows: impl FnOnce(&Standing) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let line = Line { at: machine_time(), data: serde_json::to_string(event)? };
        self.0.add(&line, |lines| allows(&standing(lines)?)).await
    }

    /// Ends it in order.
    pub(crate) async fn close(self) {
        self.0.close().await;
    }
}

/// Waits until the desk has ended, and returns whether it did so in order.
pub(super) async fn over(ended: &mut watch::Receiver<Option<bool>>) -> bool {
    // Nobody says it when the thread has panicked.
    ended.wait_for(Option::is_some).await.is_ok_and(|ended| *ended == Some(true))
}

/// Waits until somebody wants the desk killed.
async fn killed(wish: &mut watch::Receiver<Wish>) {
    if wish.wait_for(|wish| *wish == Wish::Kill).await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Follows for a process whether it may trade.
pub(super) struct Follower {
    arming: Arming,
    book: Book,
    /// This process has begun.
    has_begun: bool,
    armed: watch::Sender<Result<Timestamp, String>>,
    wishes: watch::Sender<Wish>,
    /// Whether it quotes as soon as it may.
    starts: bool,
    /// Whether no other desk on the same journal trades.
    holds: watch::Receiver<bool>,
}

impl Follower {
    /// Begins: says that a desk waits to be armed.
    ///
    /// # Errors
    ///
    /// Says that the store can't be opened or written.
    pub(super) async fn begin(
        arming: Arming,
        armed: watch::Sender<Result<Timestamp, String>>,
        wishes: watch::Sender<Wish>,
        (starts, holds): (bool, watch::Receiver<bool>),
    ) -> anyhow::Result<Self> {
        let mut book = Book::open(&arming.store).await?;
        let configuration = arming.configuration.hash().to_owned();
        let lines = arming.configuration.lines().to_vec();
        book.add(&Event::Waits { configuration, lines }, |_| Ok(())).await?;
        Ok(Self { arming, book, has_begun: false, armed, wishes, starts, holds })
    }

    /// Looks again and again until the program ends.
    pub(super) async fn follow(mut self, mut ended: watch::Receiver<Option<bool>>) {
        let mut wish = self.wishes.subscribe();
        loop {
            let said = match self.look().await {
                Ok(said) => said,
                Err(error) => Err(format!("{error:#}")),
            };
            self.say(&said);
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                is_clear = over(&mut ended) => return self.end(is_clear).await,
                () = killed(&mut wish), if self.has_begun => self.killed().await,
            }
        }
    }

    /// Returns until when it may trade.
    async fn look(&mut self) -> anyhow::Result<Result<Timestamp, String>> {
        let configuration = self.arming.configuration.hash().to_owned();
        let standing = self.book.standing().await?;
        let allowed = standing.allows(&configuration, machine_time());
        if allowed.is_err() {
            self.has_begun = false;
        } else if !self.has_begun {
            if !*self.holds.borrow() {
                // To begin would disarm whoever trades.
                return Ok(Err("this desk has not had the lease of its journal yet".to_owned()));
            }
            // Where the one before broke off this disarms, here and for it.
            self.book.add(&Event::Begun { configuration: configuration.clone() }, |_| Ok(())).await?;
            self.has_begun = true;
            return Ok(self.book.standing().await?.allows(&configuration, machine_time()));
        }
        Ok(allowed)
    }

    /// Lets it trade or not.
    fn say(&self, said: &Result<Timestamp, String>) {
        let before = self.armed.send_replace(said.clone());
        match (said, &before) {
            (Ok(until), Err(_)) => {
                tracing::warn!("armed until {until}: orders are placed with real money");
                if self.starts {
                    self.wishes.send_if_modified(|wish| {
                        // Whoever has armed it after a kill wants it to go on.
                        let is_off = matches!(wish, Wish::Off | Wish::Kill);
                        if is_off {
                            *wish = Wish::Quote;
                        }
                        is_off
                    });
                }
            }
            (Err(why), _) => {
                if before.is_ok() {
                    tracing::warn!("not armed any more: {why}");
                }
                self.wishes.send_if_modified(|wish| {
                    let is_on = matches!(wish, Wish::Quote | Wish::Pause);
                    if is_on {
                        *wish = Wish::Off;
                    }
                    is_on
                });
            }
            (Ok(_), Ok(_)) => {}
        }
    }

    /// Disarms after a kill: a person has to look first.
    async fn killed(&mut self) {
        let why = "it was killed".to_owned();
        match self.book.add(&Event::Disarmed { why: why.clone() }, |_| Ok(())).await {
            Ok(()) => {}
            Err(error) => tracing::error!("that it was killed can't be written down: {error:#}"),
        }
        self.has_begun = false;
        self.say(&Err(why));
    }

    /// Ends with the desk, and says so where nothing of it is on its way, nor rests but what is left.
    async fn end(mut self, is_clear: bool) {
        if self.has_begun && is_clear {
            let configuration = self.arming.configuration.hash().to_owned();
            if let Err(error) = self.book.add(&Event::HandedOver { configuration }, |_| Ok(())).await {
                tracing::error!("that the desk has handed over can't be written down: {error:#}");
            }
        }
        self.book.close().await;
    }
}
