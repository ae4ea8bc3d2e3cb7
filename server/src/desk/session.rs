//! Runs, one after the other, for as long as the program wants.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use shared::catalyst::Catalyst;
use shared::stream::DeskState;
use shared::wire::Trade;
use tokio::sync::{mpsc, watch};

use super::core::Core;
use super::find::{self, Account, Found};
use super::journal::Journal;
use super::run::{End, Run};
use super::send::Sender;
use super::{Face, Settings, Wish};
use crate::clock::Clock;
use crate::kalshi::{Ask, Client, Heard, What, listen};

/// How long it takes at most until the feed is up.
const UP: Duration = Duration::from_secs(30);
/// The pauses before the next run, the first and the longest.
const AGAIN: [Duration; 2] = [Duration::from_millis(250), Duration::from_secs(15)];

/// Keeps a desk running.
pub(super) struct Supervisor {
    pub(super) settings: Settings,
    pub(super) client: Client,
    pub(super) clock: Clock,
    pub(super) face: Arc<Face>,
    pub(super) wish: watch::Receiver<Wish>,
    pub(super) catalysts: mpsc::Receiver<Catalyst>,
    pub(super) in_flight: watch::Sender<usize>,
}

impl Supervisor {
    /// Runs until the program ends.
    pub(super) async fn run(mut self) {
        let _limits = self.client.follow_limits();
        let mut pause = AGAIN[0];
        loop {
            let began = Instant::now();
            let ended = self.session().await;
            self.in_flight.send_replace(0);
            if matches!(ended, Ok(End::Stopped)) {
                break;
            }
            let (state, why) = match ended {
                Ok(_) => (DeskState::Ended, "What it traded has ended and is paid.".to_owned()),
                Err(error) => {
                    let why = format!("{error:#}");
                    tracing::warn!("the desk can't see: {why}");
                    (DeskState::Blind, why)
                }
            };
            let over = state == DeskState::Ended;
            self.show(state, &why);
            // What is left at the exchange ends by itself, at the latest; where it can be reached, now.
            if !over && let Err(error) = find::clear(&self.client).await {
                tracing::warn!("{error:#}");
            }
            pause = if began.elapsed() > AGAIN[1] { AGAIN[0] } else { (pause * 2).min(AGAIN[1]) };
            let again =
                async { if over { std::future::pending().await } else { tokio::time::sleep(pause).await } };
            tokio::select! {
                () = again => {}
                changed = self.wish.changed() => if changed.is_err() { break },
            }
            if *self.wish.borrow() == Wish::Stop {
                break;
            }
        }
        if let Err(error) = find::clear(&self.client).await {
            tracing::warn!("{error:#}");
        }
    }

    /// Tells those who watch what it is doing.
    fn show(&self, state: DeskState, why: &str) {
        self.face.tell_state(Some((state, why)), *self.wish.borrow());
    }

    /// A run.
    async fn session(&mut self) -> anyhow::Result<End> {
        self.show(DeskState::Starting, "It asks the exchange what is there.");
        let mut journal = match &self.settings.database {
            Some(database) => Journal::open_at(database).await?,
            None => Journal::open(&self.settings.journal).await?,
        };
        let exchange = self.client.exchange_status().await.context("whether the exchange is open")?;
        if !exchange.trading_active {
            bail!("the exchange takes no orders now");
        }
        let catalogue = self.settings.journal.with_extension("catalogue.sqlite");
        let found = find::event(&self.client, &self.settings.series, &catalogue).await?;
        let (feed, mut heard) = listen(&self.client, Ask::trading(found.tickers()))?;
        tokio::time::timeout(UP, up(&mut heard))
            .await
            .context("the exchange's stream does not come up")??;
        let taken = find::clear(&self.client).await?;
        let now = self.clock.now();
        let left = match journal.last_run().await? {
            Some(last) => find::reconcile(&self.client, &mut journal, last, now).await?,
            None => Vec::new(),
        };
        let holding = journal.catalysts(now).await?;
        let run = journal.begin(crate::clock::machine_time().micros()).await?;
        journal.commit(&left).await?;
        find::settled(&self.client, &self.clock).await?;
        let account = find::account(&self.client).await?;
        self.show(DeskState::Starting, "It learns from past trades.");
        let mut core = self.warm(run, &found, &account).await?;
        if taken + left.len() > 0 {
            let text = format!(
                "An earlier run left {taken} orders resting, which are taken back; of {} it is found out what became of them.",
                left.len()
            );
            core.alert(false, text);
        }
        for catalyst in &holding {
            core.heed(now, catalyst);
        }
        let (sender, answers) = Sender::new(self.client.clone(), now);
        self.face.list(found.tickers());
        self.face.alter(|desk| {
            (desk.title, desk.closes) = (found.title.clone(), Some(found.closes));
        });
        let mut run = Run::new(core, found, feed, journal, sender);
        let ended = run.go(self, &mut heard, answers).await;
        run.end().await;
        ended
    }

    /// Returns the run with all past trades heard.
    async fn warm(&self, run: i64, found: &Found, account: &Account) -> anyhow::Result<Core> {
        let mut trades = Vec::new();
        for ticker in found.tickers() {
            trades.extend(self.client.trades(&ticker, None).await.context("past trades")?);
        }
        let mut trades: Vec<_> = trades.iter().filter_map(|trade: &Trade| trade.print().ok()).collect();
        trades.sort_by_key(|trade| trade.at);
        let began = trades.first().map_or_else(|| self.clock.now(), |trade| trade.at);
        let listed = (found.event.clone(), found.listed(&account.held)?);
        let (settings, free) = (self.settings.clone(), account.free);
        // To fit the models of many trades takes a while.
        let warm = tokio::task::spawn_blocking(move || {
            let mut core = Core::new(run, began, &settings, listed, free)?;
            for trade in trades {
                core.trade(trade.at, trade);
            }
            anyhow::Ok(core)
        });
        let mut core = warm.await.context("the past could not be learned")??;
        core.drained(self.clock.now());
        Ok(core)
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
