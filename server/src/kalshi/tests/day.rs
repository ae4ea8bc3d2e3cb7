//! A day on which everything goes wrong: the books that the feed tells are the exchange's after each quiet second, every hole
//! is noticed, and no request is refused for being one too many.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use serde::Deserialize;
use shared::market::Ticker;
use tokio::sync::mpsc::Receiver;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::books::Books;
use crate::clock::Clock;
use crate::kalshi::{Ask, Client, Config, Feed, Heard, What, listen};
use crate::paper::{Behaviour, Running, Settings, Tier, read_faults, start};

/// How long is waited for frames before the next second passes, in the machine's time: an answer takes a millisecond.
const MOMENT: Duration = Duration::from_millis(50);
/// After so many more seconds of the exchange's the books must be right, whatever went wrong in the last ones.
const PATIENCE: u32 = 900;
/// How many requests are made at a time: more than the bucket holds.
const BURST: usize = 30;

/// What a frame may have.
#[derive(Deserialize)]
struct Envelope {
    sid: Option<u64>,
    seq: Option<u64>,
}

/// A feed, the books that it has told, and what is counted beside.
struct Listener {
    feed: Feed,
    heard: Receiver<Heard>,
    books: Books,
    is_up: bool,
    /// The last number of each subscription, and the holes between them, of this connection.
    last: BTreeMap<u64, u64>,
    holes_here: u64,
    frames: u64,
    holes: u64,
    missed: u64,
    downs: u64,
}

impl Listener {
    fn new(client: &Client, tickers: impl IntoIterator<Item = Ticker>) -> Self {
        let (feed, heard) = listen(client, Ask::trading(tickers).with_frames()).unwrap();
        let (books, last) = (Books::default(), BTreeMap::new());
        let (frames, holes_here, holes, missed, downs) = (0, 0, 0, 0, 0);
        Self { feed, heard, books, is_up: false, last, holes_here, frames, holes, missed, downs }
    }

    fn take(&mut self, what: &What) {
        self.books.hear(what);
        match what {
            What::Frame(text) => {
                self.frames += 1;
                let Ok(Envelope { sid: Some(sid), seq: Some(seq) }) = serde_json::from_str(text) else {
                    return;
                };
                let last = self.last.entry(sid).or_default();
                self.holes_here += u64::from(seq > *last + 1);
                *last = seq.max(*last);
            }
            What::Up => self.is_up = true,
            What::Down(_) => {
                self.end_connection();
                self.downs += 1;
                self.books = Books::default();
            }
            What::Missed(_) => self.missed += 1,
            _ => {}
        }
    }

    /// Counts the holes of a connection that was up: of one that never was nothing is told.
    fn end_connection(&mut self) {
        let holes = std::mem::take(&mut self.holes_here);
        self.holes += if self.is_up { holes } else { 0 };
        self.is_up = false;
        self.last.clear();
    }

    /// Takes what comes until the books are these.
    async fn agrees(&mut self, told: &Books) {
        while self.books != *told {
            let first = self.heard.recv().await.expect("the feed has ended");
            self.take(&first.what);
            while let Ok(next) = self.heard.try_recv() {
                self.take(&next.what);
            }
        }
    }
}

/// A day that is under way.
struct Day {
    exchange: Running,
    clock: Clock,
    client: Client,
    listener: Listener,
    tickers: Vec<Ticker>,
    /// How often the books were compared, and how many seconds more it took in all and at most.
    compared: u64,
    waited: u64,
    longest: u32,
    /// How many requests were made, and how many failed however often they were made.
    asked: u64,
    failed: u64,
}

impl Day {
    async fn begin(rng_seed: u64) -> Self {
        let clock = Clock::by_hand("2026-11-16T10:00:00Z".parse().unwrap());
        let faults = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/kalshi/tests/faults.toml");
        let faults = read_faults(&faults).unwrap().faults;
        let (tier, behaviour) = (Some(Tier::Basic), Behaviour::default());
        let settings = Settings {
            days: 14,
            past_days: 0,
            tier,
            behaviour,
            faults,
            ..Settings::demo(rng_seed, clock.clone())
        };
        let exchange = start(settings).await.unwrap();
        let client = Client::new(Config::of_paper(exchange.credentials()).unwrap(), clock.clone()).unwrap();
        let tickers: Vec<Ticker> = exchange.books().into_iter().map(|(ticker, _)| ticker).collect();
        let listener = Listener::new(&client, tickers.clone());
        let (compared, waited, longest, asked, failed) = (0, 0, 0, 0, 0);
        Self { exchange, clock, client, listener, tickers, compared, waited, longest, asked, failed }
    }

    fn pass(&self, seconds: i64) {
        self.clock.put_on(self.clock.now().checked_add_micros(seconds * 1_000_000).unwrap());
    }

    /// Lets seconds pass until the books that were told are the exchange's.
    async fn compare(&mut self) {
        self.compared += 1;
        for seconds in 0..PATIENCE {
            self.pass(1);
            let mut told = Books::default();
            for (ticker, book) in self.exchange.books() {
                told.read(&ticker, &book);
            }
            // What is lost at the end shows no hole before the next number.
            self.listener.feed.remind();
            if timeout(MOMENT, self.listener.agrees(&told)).await.is_ok() {
                self.waited += u64::from(seconds);
                self.longest = self.longest.max(seconds);
                return;
            }
        }
        panic!("after {PATIENCE} s the books are still others");
    }

    /// Makes more requests at once than the bucket holds.
    async fn burst(&mut self) {
        let mut requests = JoinSet::new();
        for ticker in self.tickers.iter().cycle().take(BURST) {
            let (client, ticker) = (self.client.clone(), ticker.clone());
            requests.spawn(async move { client.orderbook(&ticker).await.map(drop) });
        }
        loop {
            match timeout(MOMENT, requests.join_next()).await {
                Ok(Some(outcome)) => {
                    self.asked += 1;
                    self.failed += u64::from(outcome.unwrap().is_err());
                }
                Ok(None) => return,
                // The buckets fill, and answers arrive, by the exchange's clock.
                Err(_) => self.pass(1),
            }
        }
    }

    /// Ends it, and says what it was.
    #[expect(clippy::print_stderr, reason = "a soak says what it did")]
    async fn end(mut self, minutes: u32, began: Instant) {
        self.listener.end_connection();
        let Listener { frames, holes, missed, downs, .. } = self.listener;
        // What the exchange itself says: the client may ask again what was refused.
        let too_many = self.exchange.too_many();
        let Self { compared, waited, longest, asked, failed, .. } = self;
        eprintln!(
            "{minutes} minutes in {:.1} s: {frames} frames, {holes} holes, {missed} noticed, {downs} times down; books compared \
             {compared} times, after {waited} s more in all, {longest} at most; {asked} requests, {failed} failed, \
             {too_many} were too many",
            began.elapsed().as_secs_f64()
        );
        assert_eq!((holes, too_many), (missed, 0));
        assert!(holes > 0 && downs > 0 && asked > 0, "nothing went wrong");
        self.exchange.stop().await.unwrap();
    }
}

/// Days one after the other, of other seeds each, as long as a soak lasts; else eight hours, in which every fault strikes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_day_of_every_fault_leaves_the_exchanges_books() {
    let soak = std::env::var("TAUROI_SOAK_SECONDS").ok().map(|seconds| seconds.parse().unwrap());
    let minutes = if soak.is_some() { 24 * 60 } else { 8 * 60 };
    let (is_soak, soak) = (soak.is_some(), Duration::from_secs(soak.unwrap_or(0)));
    let begun = Instant::now();
    for rng_seed in 20.. {
        let began = Instant::now();
        let mut day = Day::begin(rng_seed).await;
        for minute in 0..minutes {
            if is_soak {
                // After each quiet second.
                for _ in 0..59 {
                    day.compare().await;
                }
            } else {
                day.pass(59);
            }
            day.compare().await;
            if minute % 10 == 0 {
                day.burst().await;
            }
        }
        day.end(minutes, began).await;
        if begun.elapsed() >= soak {
            return;
        }
    }
}
