//! Following the event that is open: found, listened to, and the next one after it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use shared::market::Ticker;
use shared::units::Timestamp;
use shared::wire::{self, Channel};
use tokio::sync::mpsc;

use super::core::{Change, Core};
use super::face::Face;
use super::source::{Said, Source};
use crate::books::Live;
use crate::clock::Clock;
use crate::kalshi::{self, Client, What};

/// How long to wait before it is tried again, in the machine's time, where nothing is open or something went wrong.
const AGAIN: Duration = Duration::from_secs(10);
/// The least time between two things that those who watch are told; the same where nothing but its age is new, which pages
/// count on by themselves; and if nobody watches.
const EVERY: Duration = Duration::from_millis(50);
const UNCHANGED: Duration = Duration::from_millis(500);
const UNSEEN: Duration = Duration::from_secs(1);
/// How far back trades are asked for at first, in microseconds of the exchange's clock.
const BACK: i64 = 86_400_000_000;
/// Trades of this time before the last one that is known are asked for again: several may share an instant.
const OVERLAP: i64 = 1_000_000;
/// How many lists of trades may wait to be taken.
const WAITING: usize = 64;

/// What follows a series.
pub(super) struct Follower {
    pub(super) series: String,
    pub(super) client: Client,
    pub(super) clock: Clock,
    pub(super) face: Arc<Face>,
    /// Keeps what is heard of books.
    pub(super) live: Arc<Live>,
}

/// Trades that REST told, or why it didn't.
type Asked = anyhow::Result<Vec<wire::Trade>>;

impl Follower {
    /// Follows one event after the other, for ever.
    pub(super) async fn run(self) {
        loop {
            let why = match self.find().await {
                Ok(Some(core)) => match self.follow(core).await {
                    Ok(()) => "Trading in the event has ended. The next one is looked for.".to_owned(),
                    Err(error) => format!("{error:#}. It is tried again."),
                },
                Ok(None) => {
                    format!("{} has no event that can be traded now. It is looked for again.", self.series)
                }
                Err(error) => format!("What is open can't be found out: {error:#}. It is tried again."),
            };
            tracing::warn!("the market isn't followed: {why}");
            self.face.alter(|market| {
                (market.why, market.feed_age_ms, market.now) = (why, None, self.clock.now());
            });
            tokio::time::sleep(AGAIN).await;
        }
    }

    /// Finds the event that closes next.
    async fn find(&self) -> anyhow::Result<Option<Core>> {
        let found = kalshi::open_events(&self.client, &self.series).await?.into_iter().next();
        let Some(open) = found else { return Ok(None) };
        // Without it prices can be shown all the same.
        let fees = kalshi::fees(&self.client, &self.series, &open.event).await;
        Ok(Some(Core::new(open, fees.map_err(|error| format!("{error:#}")))))
    }

    /// Follows an event until nothing of it can be traded any more.
    async fn follow(&self, core: Core) -> anyhow::Result<()> {
        let tickers: Vec<Ticker> = core.contracts.iter().map(|contract| contract.ticker.clone()).collect();
        self.face.list(tickers.clone());
        self.live.follow(&tickers, self.clock.now());
        let mut source = Source::of(&self.client, &core.open.event.event_ticker, &tickers)?;
        let (trades, mut asked) = mpsc::channel(WAITING);
        let mut event = Event { core, down: Some("It is being connected to.".to_owned()), is_newer: true };
        let (mut told, mut shown) = (None::<Instant>, Vec::new());
        let mut looks = tokio::time::interval(EVERY);
        looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                said = source.next() => {
                    let missing = match said? {
                        Said::Listed(markets) => {
                            event.is_newer |= event.core.listed(&markets) != Change::Nothing;
                            false
                        }
                        Said::What(what) => {
                            if let What::Trade(trade) = &what {
                                self.live.trade(self.clock.now(), trade);
                            }
                            let changed = what.book().cloned();
                            let is_lost = matches!(what, What::Down(_) | What::Missed(Channel::OrderbookDelta));
                            let missing = event.hear(what, &source);
                            if is_lost {
                                self.live.miss(self.clock.now());
                            }
                            let changed = changed.and_then(|ticker| event.core.books.get(ticker.as_str()));
                            if let Some(book) = changed {
                                self.live.book(self.clock.now(), book);
                            }
                            missing
                        }
                    };
                    if missing {
                        self.ask_trades(&tickers, event.core.last_trade(), &trades);
                    }
                }
                Some(found) = asked.recv() => event.asked(found),
                _ = looks.tick() => {
                    let (is_watched, wanted) = self.face.wanted();
                    let every = match is_watched {
                        true if event.is_newer || wanted != shown => EVERY,
                        true => UNCHANGED,
                        false => UNSEEN,
                    };
                    if told.is_none_or(|at| at.elapsed() >= every) {
                        told = Some(Instant::now());
                        if !event.core.pass(self.clock.now()) {
                            return Ok(());
                        }
                        self.tell(&mut event, source.silence(), &wanted);
                        shown = wanted;
                    }
                }
            }
        }
    }

    /// Asks for what was traded, beside everything else.
    fn ask_trades(&self, tickers: &[Ticker], last: Option<Timestamp>, trades: &mpsc::Sender<Asked>) {
        let since = match last {
            Some(last) => last.checked_add_micros(-OVERLAP),
            None => self.clock.now().checked_add_micros(-BACK),
        };
        let (client, tickers, trades) = (self.client.clone(), tickers.to_vec(), trades.clone());
        tokio::spawn(async move {
            for ticker in tickers {
                let found = client.trades(&ticker, since).await;
                // Whoever asked may follow another event by now.
                if trades.send(found.with_context(|| format!("the trades of {ticker}"))).await.is_err() {
                    return;
                }
            }
        });
    }

    /// Tells those who watch.
    fn tell(&self, event: &mut Event, silence: Duration, wanted: &[Ticker]) {
        let mut market = self.face.market();
        if event.is_newer {
            event.core.show(self.clock.now(), &mut market);
            event.is_newer = false;
        }
        market.now = self.clock.now();
        let silence = u32::try_from(silence.as_millis()).unwrap_or(u32::MAX);
        market.feed_age_ms = event.down.is_none().then_some(silence);
        market.why = event.down.clone().unwrap_or_default();
        let depths = event.core.contracts.iter().filter(|contract| wanted.contains(&contract.ticker));
        self.face.tell(market, depths.filter_map(|contract| event.core.depth(contract)).collect());
    }
}

/// An event that is listened to.
struct Event {
    core: Core,
    /// Why nothing is heard, while that is so.
    down: Option<String>,
    /// Whether something has changed that was not told.
    is_newer: bool,
}

impl Event {
    /// Takes in what is heard, and returns whether trades may be missing.
    fn hear(&mut self, what: What, source: &Source) -> bool {
        let mut trades_missing = false;
        let change = match what {
            What::Up => {
                self.down = None;
                trades_missing = true;
                Change::Something
            }
            What::Down(why) => {
                // What was heard stays to be seen, with its age; books come again as snapshots.
                self.down =
                    Some(format!("The exchange isn't heard: {why}. It is connected to again and again."));
                Change::Something
            }
            What::Missed(channel) => {
                trades_missing = channel == Channel::Trade;
                Change::Nothing
            }
            What::Book(book) => self.core.book(&book),
            What::Level(level) => self.core.level(&level),
            What::Trade(trade) => self.core.trade(trade, true),
            What::Lifecycle(told) => self.core.lifecycle(&told),
            // Best prices follow from the books, and the rest is nobody's who only watches.
            What::Ticker(_) | What::Frame(_) | What::Fill(_) | What::Order(_) => Change::Nothing,
        };
        self.is_newer |= change != Change::Nothing;
        if change == Change::Misfit {
            source.refresh();
        }
        trades_missing
    }

    /// Takes in trades that were asked for.
    fn asked(&mut self, found: Asked) {
        match found {
            Ok(trades) => {
                for trade in trades {
                    match trade.print() {
                        Ok(trade) => self.is_newer |= self.core.trade(trade, false) != Change::Nothing,
                        Err(why) => tracing::warn!("the trade {} is passed over: {why}", trade.trade_id),
                    }
                }
            }
            Err(error) => tracing::warn!("trades may be missing: {error:#}"),
        }
    }
}
