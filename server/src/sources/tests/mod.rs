//! The sources against servers on this machine, over real sockets.

mod collecting;
mod failing;

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use shared::nowcast::series::History;
use shared::units::{Date, Timestamp};
use shared::world;

use super::session::Patience;
use super::vendors::{self, Artist, Running};
use super::{Collected, Collector, Config, Settings, Source, Store, Wanted};
use crate::clock::Clock;

/// When a test begins: after the counts of the day are published.
const BEGIN: &str = "2026-11-29T17:00:00Z";
const HOUR: i64 = 3_600_000_000;

/// A folder that is gone when this is.
struct Fleeting(PathBuf);

impl Fleeting {
    fn new() -> Self {
        static FOLDERS: AtomicUsize = AtomicUsize::new(0);
        let number = FOLDERS.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("tauroi-{}-sources-{number}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }
}

impl Drop for Fleeting {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Servers whose time stands, and a collector that asks them.
struct Tried {
    clock: Clock,
    vendors: Running,
    collector: Collector,
    folder: Fleeting,
}

/// The histories of two invented artists of 420 days, twenty of them to come.
fn histories() -> Vec<History> {
    let begin: Timestamp = BEGIN.parse().unwrap();
    world::histories(4, begin.date().plus_days(-400), 2, 420).unwrap()
}

/// Short waits, so that no test takes long.
fn settings() -> Settings {
    let patience =
        Patience { fault: Duration::from_millis(5), limit: Duration::from_secs(5), ..Patience::USUAL };
    Settings { patience, at_once: 16, spotify_calls: 2 }
}

impl Tried {
    async fn new() -> Self {
        Self::with(settings()).await
    }

    async fn with(settings: Settings) -> Self {
        let clock = Clock::by_hand(BEGIN.parse().unwrap());
        let artists = histories().into_iter().zip(0..).map(|(history, place)| Artist::new(place, history));
        let vendors = vendors::start(vendors::Settings {
            artists: artists.collect(),
            clock: clock.clone(),
            per_second: 1_000,
            is_extended: true,
            faults: Vec::new(),
        });
        let vendors = vendors.await.unwrap();
        let folder = Fleeting::new();
        let collector = collector(&folder, &clock, vendors.config().unwrap(), settings).await;
        Self { clock, vendors, collector, folder }
    }

    /// Lets time pass.
    fn pass(&self, hours: i64) {
        self.clock.put_on(self.clock.now().checked_add_micros(hours * HOUR).unwrap());
    }

    /// Asks for what is stale of both artists.
    async fn collect(&self) -> Collected {
        let plan = self.collector.plan(&wanted()).await.unwrap();
        let collecting = self.collector.collect(plan);
        tokio::time::timeout(Duration::from_secs(60), collecting).await.expect("it ends").unwrap()
    }
}

async fn collector(folder: &Fleeting, clock: &Clock, config: Config, settings: Settings) -> Collector {
    let store = Store::open(&folder.0.join("sources.sqlite")).await.unwrap();
    Collector::new(config, store, clock.clone(), settings).await.unwrap()
}

fn wanted() -> [Wanted; 2] {
    // In capitals: names are the same without case.
    [Wanted::Named("AURORA VALE".to_owned()), Wanted::Chartmetric(900_002)]
}

/// Returns the counts of a history by day, up to and including `last`.
fn counts(history: &History, last: Date) -> Vec<(Date, f64)> {
    let days = history.as_of(last);
    let all = days.days().iter().zip(0..).map(|(day, ahead)| (days.first().plus_days(ahead), day.listeners));
    all.filter_map(|(day, count)| Some((day, count?))).collect()
}
