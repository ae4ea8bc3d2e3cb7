//! The client against the paper exchange, over real sockets.

mod again;
pub(super) mod answers;
pub(super) mod books;
mod day;
mod keyless;
mod limits;
mod polled;
mod proxy;
mod reading;
mod requests;
mod scripted;
mod stream;
mod surface;
mod threads;

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use shared::market::Ticker;
use shared::units::Timestamp;
use shared::wire::{BookSide, CreateOrder, SelfTradePrevention, TimeInForce};

use super::{Client, Config};
use crate::clock::Clock;
use crate::paper::{Credentials, KeyKind, Running, Settings, start};

/// The series that the paper exchange lists.
const SERIES: &str = "KXTOPMONTHLY";

/// A file that is gone when this is.
struct Fleeting(PathBuf);

impl Drop for Fleeting {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// A paper exchange whose time stands, and its member.
struct Exchange {
    running: Running,
    clock: Clock,
    client: Client,
}

impl Exchange {
    /// Starts one, and lets its traders begin.
    async fn start(key: KeyKind) -> Self {
        let begin: Timestamp = "2026-11-16T10:00:00Z".parse().unwrap();
        let clock = Clock::by_hand(begin);
        let settings = Settings { days: 14, past_days: 0, key, ..Settings::demo(20, clock.clone()) };
        let running = start(settings).await.unwrap();
        clock.put_on(begin.checked_add_micros(1_000_000).unwrap());
        let client = client(running.credentials(), None);
        Self { running, clock, client }
    }

    /// Lets time pass.
    fn pass(&self, hours: i64) {
        self.clock.put_on(self.clock.now().checked_add_micros(hours * 3_600_000_000).unwrap());
    }

    /// Returns all contracts.
    async fn tickers(&self) -> Vec<Ticker> {
        let mut tickers = Vec::new();
        for event in self.client.open_events(SERIES).await.unwrap() {
            let markets = self.client.markets(&event.event_ticker).await.unwrap();
            tickers.extend(markets.into_iter().map(|market| market.ticker));
        }
        tickers
    }
}

/// Returns the member of an exchange, by the file that hands it on; its stream is at another address where one is said.
/// Its budget fills a thousand times as fast as Kalshi's, so that no test waits for it.
fn client(credentials: &Credentials, ws_url: Option<String>) -> Client {
    static FILES: AtomicUsize = AtomicUsize::new(0);
    let number = FILES.fetch_add(1, Ordering::Relaxed);
    let path = std::env::temp_dir().join(format!("tauroi-{}-{number}.env", std::process::id()));
    let files = [Fleeting(path.clone()), Fleeting(path.with_extension("env.key"))];
    let fast = Clock::scaled("2026-11-16T10:00:00Z".parse().unwrap(), 1_000.0);
    let mut credentials = credentials.clone();
    credentials.ws_url = ws_url.unwrap_or(credentials.ws_url);
    credentials.write(&path, &fast).unwrap();
    let (config, clock) = Config::from_file(&path).unwrap();
    drop(files);
    Client::new(config, clock.expect("the file's clock")).unwrap()
}

/// Returns an order that rests, or takes what it crosses.
fn order(ticker: &Ticker, name: &str, side: BookSide, price: &str, count: &str) -> CreateOrder {
    CreateOrder {
        ticker: ticker.clone(),
        client_order_id: Some(name.to_owned()),
        side,
        count: count.parse().unwrap(),
        price: price.parse().unwrap(),
        time_in_force: TimeInForce::GoodTillCanceled,
        self_trade_prevention_type: SelfTradePrevention::TakerAtCross,
        post_only: None,
        expiration_time: None,
        cancel_order_on_pause: None,
        reduce_only: None,
        order_group_id: None,
        subaccount: None,
        exchange_index: None,
    }
}

/// Waits for what must come.
async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(30), what).await.expect("nothing for 30 s")
}
