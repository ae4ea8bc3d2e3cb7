//! One run: what the market asks, what the sources say, and what follows, through every failure of either.

use std::path::PathBuf;

use anyhow::Context;
use shared::catalyst::{self, Catalyst};
use shared::fees::FeeRule;
use shared::format;
use shared::market::EventTicker;
use shared::nowcast::series::{History, ListenerEvent};
use shared::signal::sizing::{self, Account, Charges};
use shared::signal::{Action, Candidate, Overrides, Quote, Signal, Stake};
use shared::units::{Cash, Timestamp};
use tracing::{debug, info};

use super::board::Board;
use super::calendar::{Known, albums, news};
use super::evaluator::{Evaluator, Task};
use crate::clock::Clock;
use crate::kalshi::Client;
use crate::sources::{Collected, Collector, Question, Source, Wanted};

/// What signals are looked for.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// The series whose next event is meant where none is named.
    pub(crate) series: String,
    pub(crate) event: Option<EventTicker>,
    /// The artist whose line alone is wanted; a number is Chartmetric's. None where all are.
    pub(crate) target: Option<Wanted>,
    pub(crate) overrides: Overrides,
    /// What moves listeners, from files.
    pub(crate) events: Vec<ListenerEvent>,
    /// What is done when something is seen that may move them; none where nobody quotes.
    pub(crate) catalysts: Option<catalyst::Settings>,
    /// What is bet with, and how much of it.
    pub(crate) capital: Cash,
    pub(crate) sizing: sizing::Settings,
    /// Where fits are kept from one process to the next.
    pub(crate) fits: Option<PathBuf>,
    /// Whether lines are marked as tried only.
    pub(crate) dry_run: bool,
}

impl Settings {
    /// Returns those of all contracts of a series' next event, with ten thousand dollars.
    pub(crate) fn of(series: &str) -> Self {
        Self {
            series: series.to_owned(),
            event: None,
            target: None,
            overrides: Overrides::default(),
            events: Vec::new(),
            catalysts: None,
            capital: Cash::from_microdollars(10_000_000_000),
            sizing: sizing::Settings::default(),
            fits: None,
            dry_run: false,
        }
    }
}

/// Looks for signals, a run at a time.
pub(crate) struct Engine {
    settings: Settings,
    client: Client,
    collector: Collector,
    clock: Clock,
    evaluator: Evaluator,
    /// What the market last said, and when.
    board: Option<(Timestamp, Board)>,
    /// When the sources were last looked at for news: by an earlier process, if its log says so.
    looked: Option<Timestamp>,
}

/// What a run found.
#[derive(Debug, Default)]
pub(crate) struct Ran {
    pub(crate) signals: Vec<Signal>,
    /// The same as lines of the log.
    pub(crate) lines: Vec<String>,
    /// What could not be found, a sentence each, and what holds instead.
    pub(crate) problems: Vec<String>,
    /// What was seen since the run before that may move an artist's listeners.
    pub(crate) catalysts: Vec<Catalyst>,
    /// What it comes to, in a few words.
    pub(crate) summary: String,
}

impl Engine {
    /// Returns an engine; `looked` is when one before it last did, if any has.
    ///
    /// # Errors
    ///
    /// Fails when the operating system gives no thread to compute on.
    pub(crate) fn new(
        settings: Settings,
        client: Client,
        collector: Collector,
        clock: Clock,
        looked: Option<Timestamp>,
    ) -> anyhow::Result<Self> {
        let evaluator = Evaluator::start(settings.fits.clone())?;
        Ok(Self { settings, client, collector, clock, evaluator, board: None, looked })
    }

    /// Looks for signals now, in the run that began at `span`. It never fails: what can't be found is said, and what is
    /// known from earlier is used with since when it is.
    pub(crate) async fn run(&mut self, span: Timestamp) -> Ran {
        let mut ran = Ran::default();
        if let Err(error) = self.find(span, &mut ran).await {
            ran.problems.push(format!("{error:#}"));
        }
        ran.summary = summary(&ran.signals);
        ran
    }

    async fn find(&mut self, span: Timestamp, ran: &mut Ran) -> anyhow::Result<()> {
        let asked = Board::ask(&self.client, &self.settings.series, self.settings.event.as_ref()).await;
        let prices_stale_since = match asked {
            Ok(board) => {
                self.board = Some((self.clock.now(), board));
                None
            }
            Err(error) => {
                let (at, board) = self.board.as_ref().context(error.to_string()).context("the exchange")?;
                if board.closes <= self.clock.now() {
                    return Err(error.context(format!("{} has closed, and the next event", board.event)));
                }
                ran.problems.push(format!("the exchange can't be asked, so prices are of {at}: {error:#}"));
                Some(*at)
            }
        };
        let Some((_, board)) = &self.board else { return Ok(()) };
        let wanted: Vec<Wanted> =
            board.contracts.iter().map(|contract| Wanted::Named(contract.artist.clone())).collect();
        let collected = collect(&self.collector, &wanted, ran).await;
        let (candidates, histories) = joined(board, collected.as_ref(), prices_stale_since);
        let known = known(board, collected.as_ref());
        let events = self.events(&known, ran).await;
        let now = self.clock.now();
        match self.news(&known, collected.as_ref(), now).await {
            Ok(catalysts) => (ran.catalysts, self.looked) = (catalysts, Some(now)),
            // Not looked: the next run tells it.
            Err(error) => ran.problems.push(format!("what is new can't be told: {error:#}")),
        }
        let target = match &self.settings.target {
            None => None,
            Some(wanted) => Some(self.named(wanted, ran).await?),
        };
        let now = self.clock.now();
        let stake = Stake {
            account: Account { cash: self.settings.capital, max_order: None, max_position: None },
            settings: self.settings.sizing,
            charges: Charges { schedule: board.fees, rule: FeeRule::at(now) },
        };
        let task = Task {
            event: board.event.clone(),
            settles: board.settles,
            settles_at: Some(board.closes),
            candidates,
            histories,
            events,
            overrides: self.settings.overrides,
            stake: Some(stake),
            target,
            now,
            dry_run: self.settings.dry_run,
            run: format::second(span),
        };
        ran.signals = self.evaluator.evaluate(task).await?;
        ran.lines = ran.signals.iter().map(serde_json::to_string).collect::<Result<_, _>>()?;
        Ok(())
    }

    /// Returns what moves listeners: what files say, and the albums that the sources know of.
    async fn events(&self, known: &[Known], ran: &mut Ran) -> Vec<ListenerEvent> {
        let (now, mut events) = (self.clock.now(), self.settings.events.clone());
        for artist in known {
            match albums(self.collector.store(), artist, now.date(), now).await {
                Ok(albums) => events.extend(albums),
                Err(error) => ran.problems.push(format!("{}'s releases: {error:#}", artist.name)),
            }
        }
        events
    }

    /// Returns what was seen since the last look; nothing at the first one, as everybody knows that.
    async fn news(
        &self,
        known: &[Known],
        collected: Option<&Collected>,
        now: Timestamp,
    ) -> anyhow::Result<Vec<Catalyst>> {
        let Settings { events, catalysts, .. } = &self.settings;
        let (Some(last), Some(catalysts)) = (self.looked, catalysts) else { return Ok(Vec::new()) };
        // What was known already is news only on the day it is of.
        let heard_nothing = collected.is_some_and(|collected| collected.requests() == 0);
        if heard_nothing && last.date() == now.date() {
            return Ok(Vec::new());
        }
        news(self.collector.store(), known, events, catalysts, last, now).await
    }

    /// Returns the name of an artist that may be given by Chartmetric's number.
    async fn named(&self, wanted: &Wanted, ran: &mut Ran) -> anyhow::Result<String> {
        let id = match wanted {
            Wanted::Named(name) => return Ok(name.clone()),
            Wanted::Chartmetric(id) => id.to_string(),
        };
        let store = self.collector.store();
        if store.with_id(Source::Chartmetric, &id).await?.is_none() {
            collect(&self.collector, std::slice::from_ref(wanted), ran).await;
        }
        let key = store.with_id(Source::Chartmetric, &id).await?;
        let key = key.with_context(|| {
            format!("nobody could say who Chartmetric's artist {id} is: name the artist with --artist, or the event with --event")
        })?;
        let name = store.artists().await?.into_iter().find(|(known, _)| *known == key).map(|(_, name)| name);
        name.with_context(|| format!("Chartmetric's artist {id} has no name"))
    }
}

/// Asks the sources for what is stale; what can't be had is said.
async fn collect(collector: &Collector, wanted: &[Wanted], ran: &mut Ran) -> Option<Collected> {
    let asked = async {
        let plan = collector.plan(wanted).await?;
        if !plan.is_empty() {
            info!("asking the sources: {plan}");
        }
        collector.collect(plan).await
    };
    match asked.await {
        Ok(collected) => {
            ran.problems.extend(collected.problems().map(str::to_owned));
            debug!("{} requests, all answered by {}", collected.requests(), collected.at);
            Some(collected)
        }
        Err(error) => {
            ran.problems.push(format!("no listeners are known: {error:#}"));
            None
        }
    }
}

/// Puts contracts and what is known of their artists together.
fn joined(
    board: &Board,
    collected: Option<&Collected>,
    prices_stale_since: Option<Timestamp>,
) -> (Vec<Candidate>, Vec<History>) {
    let mut histories = Vec::new();
    let candidates = board.contracts.iter().enumerate().map(|(place, contract)| {
        let of = collected.and_then(|collected| collected.artists.get(place));
        // The store's name of an artist may be spelled otherwise than the contract's.
        let history = of.and_then(|of| of.history.as_ref());
        histories.extend(history.and_then(|history| history.renamed(&contract.artist).ok()));
        let stale = of.and_then(|of| of.stale_since(Source::Chartmetric, Question::Counts)).flatten();
        Candidate {
            ticker: contract.ticker.clone(),
            artist: contract.artist.clone(),
            quote: Quote { bid: contract.bid, ask: contract.ask, last: contract.last },
            listeners: None,
            listeners_stale_since: stale,
            prices_stale_since,
        }
    });
    (candidates.collect(), histories)
}

/// Returns the artists that the store knows, under the exchange's names.
fn known(board: &Board, collected: Option<&Collected>) -> Vec<Known> {
    let artists = collected.map(|collected| collected.artists.as_slice()).unwrap_or_default();
    let pairs = board.contracts.iter().zip(artists);
    pairs.filter_map(|(contract, of)| Some(Known { name: contract.artist.clone(), key: of.key? })).collect()
}

fn summary(signals: &[Signal]) -> String {
    let count = |action: Action| signals.iter().filter(|signal| signal.signal == action).count();
    format!("{} buy, {} sell, {} hold", count(Action::Buy), count(Action::Sell), count(Action::Hold))
}
