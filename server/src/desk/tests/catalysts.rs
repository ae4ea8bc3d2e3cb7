//! What may move an artist's listeners reaches the exchange: a desk on the paper exchange, over real sockets.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use shared::api::Mode;
use shared::backtest::Config;
use shared::catalyst::{Catalyst, Kind, Settings as Catalysts};
use shared::quoting::Regime;
use shared::stream::{Alert, Data, DeskCommand, DeskState, DeskView, ToPage, Topic};
use shared::units::Timestamp;
use shared::wire::Order;

use crate::clock::{Clock, machine_time};
use crate::desk::{Desk, Journal, Replay, Settings, start};
use crate::kalshi::{self, Client};
use crate::paper::{self, Running};
use crate::people::{Actor, Trader};
use crate::told::Told as _;

/// How long is waited at most for what must come.
const SOON: Duration = Duration::from_secs(30);
/// How many times as fast as here the exchange's clock runs.
const SPEED: f64 = 300.0;

/// Waits for what must come.
async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(SOON, what).await.expect("nothing in time")
}

/// A paper exchange, a member's eyes on it, and the member's desk.
struct Trading {
    /// Ends when it is dropped.
    _exchange: Running,
    member: Client,
    clock: Clock,
    settings: Settings,
    desk: Desk,
}

impl Trading {
    /// Starts both, and waits until the desk's orders rest.
    async fn start(name: &str) -> Self {
        let clock = Clock::scaled(machine_time(), SPEED);
        let exchange = paper::start(paper::Settings::demo(20, clock.clone())).await.unwrap();
        let settings = Settings {
            mode: Mode::Demo,
            here: None,
            series: "KXTOPMONTHLY".to_owned(),
            config: Config::from_text("preset=seed-fixed3").unwrap(),
            order_ttl_s: 86_400,
            database: None,
            journal: fresh(name),
            starts: true,
            arming: None,
            rehearses: None,
            expects: None,
            pauses_on_alarm: false,
            releases: false,
            tap: None,
        };
        let client = || {
            let member = kalshi::Config::of_paper(exchange.credentials()).unwrap();
            Client::new(member, clock.clone()).unwrap()
        };
        let desk = start(settings.clone(), client(), clock.clone()).unwrap();
        let this = Self { member: client(), _exchange: exchange, clock, settings, desk };
        this.until("quoting", |desk| desk.state == DeskState::Quoting && desk.resting > 0).await;
        this
    }

    /// Waits until the desk says that it is as it is wanted.
    async fn until(&self, what: &str, wanted: impl Fn(&DeskView) -> bool) -> DeskView {
        let began = Instant::now();
        let mut changes = self.desk.face().changes();
        while began.elapsed() < SOON {
            changes.mark_unchanged();
            let desk = self.desk.face().desk();
            if wanted(&desk) {
                return desk;
            }
            soon(changes.changed()).await.unwrap();
        }
        panic!("it is not {what} in time: {:?}", self.desk.face().desk());
    }

    /// Returns what rests of ours, in the exchange's own words.
    async fn resting(&self) -> Vec<Order> {
        soon(self.member.resting()).await.unwrap()
    }

    /// Waits until nothing of ours rests.
    async fn until_nothing_rests(&self) {
        let began = Instant::now();
        while !self.resting().await.is_empty() {
            assert!(began.elapsed() < SOON, "something rests");
        }
    }

    /// Looks again and again until then by the exchange's clock: nothing rests.
    async fn nothing_rests_until(&self, until: Timestamp) {
        loop {
            let resting = self.resting().await;
            // What was listed was so before this.
            if self.clock.now() >= until {
                return;
            }
            assert!(resting.is_empty(), "{resting:?}");
        }
    }

    /// Returns all that people were told.
    fn alerts(&self) -> Vec<Alert> {
        match self.desk.face().newer(&Topic::Log {}, None) {
            Some(ToPage::Snapshot { data: Data::Log { appended }, .. }) => appended.alerts,
            other => panic!("{other:?}"),
        }
    }

    /// Returns a release by the artist of the first contract, which pulls for so many minutes of the exchange's clock.
    fn release(&self, title: &str, minutes: i64) -> Catalyst {
        let artist = self.desk.face().desk().rows[0].name.clone();
        let settings = Catalysts::from_text(&format!("release_min={minutes}")).unwrap();
        settings.raise(Kind::Release, &artist, self.clock.now(), format!("“{title}” is out")).unwrap()
    }

    /// Does the runs of the journal again, and returns how many times each catalyst was told to an engine.
    async fn replayed(&self) -> Vec<Catalyst> {
        let mut journal = Journal::read(&self.settings.journal).await.unwrap();
        let mut told = Vec::new();
        for run in journal.runs().await.unwrap() {
            let mut replay = Replay::default();
            for entry in journal.entries(run, 0, i64::MAX).await.unwrap() {
                replay.take(&entry).unwrap();
                if entry.data.starts_with("{\"catalyst\":") {
                    let record: shared::engine::Record = serde_json::from_str(&entry.data).unwrap();
                    let shared::engine::Record::Catalyst { catalyst, .. } = record else {
                        panic!("{entry:?}")
                    };
                    told.push(catalyst);
                }
            }
            let (told, _) = replay.finish();
            assert_eq!((told.differ, told.first), (0, None), "{} inputs", told.inputs);
        }
        journal.close().await;
        told
    }
}

/// The file of a test's own, not there yet.
fn fresh(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("tauroi-{}-{name}.sqlite", std::process::id()));
    for end in ["", "-wal", "-shm"] {
        let mut file = path.clone().into_os_string();
        file.push(end);
        let _ = std::fs::remove_file(file);
    }
    path
}

impl Drop for Trading {
    fn drop(&mut self) {
        for end in ["", "-wal", "-shm"] {
            let mut file = self.settings.journal.clone().into_os_string();
            file.push(end);
            let _ = std::fs::remove_file(file);
        }
    }
}

#[tokio::test]
async fn a_release_pulls_every_order_and_quoting_goes_on_by_itself() {
    let trading = Trading::start("release").await;
    let release = trading.release("Lux", 30);
    trading.desk.heed(release.clone()).await.unwrap();
    trading.until_nothing_rests().await;
    let desk = trading.until("pulled", |desk| desk.pulled_until == Some(release.until)).await;
    assert_eq!(desk.state, DeskState::Quoting);
    let desk = trading.until("saying why", |desk| !desk.why.is_empty()).await;
    assert!(desk.why.contains("“Lux” is out. Nothing is quoted until "), "{}", desk.why);
    assert!(desk.rows.iter().all(|row| row.regime == Regime::Catalyst && row.quotes == [None, None]));
    // Told again, as a source does that was asked twice.
    trading.desk.heed(release.clone()).await.unwrap();
    trading.nothing_rests_until(release.until).await;
    let desk = trading.until("quoting again", |desk| desk.resting > 0).await;
    assert_eq!((desk.pulled_until, desk.why.as_str()), (None, ""));
    let said =
        trading.alerts().into_iter().filter(|alert| alert.text.contains("All quotes are pulled until"));
    assert_eq!(said.count(), 1);
    trading.desk.stop(SOON).await;
    assert_eq!(trading.replayed().await, [release]);
}

#[tokio::test]
async fn a_pull_outlasts_a_pause_a_kill_and_the_program() {
    let mut trading = Trading::start("outlasts").await;
    let release = trading.release("Lux", 60);
    trading.desk.heed(release.clone()).await.unwrap();
    trading.until_nothing_rests().await;
    let trader = Trader::of(Actor::here("test".to_owned())).unwrap();
    trading.desk.tell(DeskCommand::Pause, &trader).await.unwrap();
    trading.until("paused", |desk| desk.state == DeskState::Paused).await;
    trading.desk.tell(DeskCommand::Resume, &trader).await.unwrap();
    trading.until("quoting nothing", |desk| desk.state == DeskState::Quoting && !desk.why.is_empty()).await;
    trading.desk.tell(DeskCommand::Kill, &trader).await.unwrap();
    assert_eq!(trading.desk.face().desk().state, DeskState::Killed);
    // What is seen while it is killed holds too, and lets nothing rest.
    let later = trading.release("Motomami", 75);
    trading.desk.heed(later.clone()).await.unwrap();
    trading.until("told", |desk| desk.pulled_until == Some(later.until)).await;
    trading.desk.stop(SOON).await;
    assert_eq!(trading.resting().await.len(), 0);
    // Another desk on the same journal.
    let member = trading.member.apart().unwrap();
    trading.desk = start(trading.settings.clone(), member, trading.clock.clone()).unwrap();
    trading.until("killed still", |desk| desk.state == DeskState::Killed && desk.event.is_some()).await;
    trading.desk.tell(DeskCommand::Start, &trader).await.unwrap();
    trading.until("pulled", |desk| desk.pulled_until == Some(later.until)).await;
    trading.nothing_rests_until(later.until).await;
    trading.until("quoting again", |desk| desk.resting > 0).await;
    trading.desk.stop(SOON).await;
    assert_eq!(trading.replayed().await, [release.clone(), later.clone(), release, later]);
}

#[tokio::test]
async fn a_surge_widens_and_hundreds_at_once_are_all_heeded_and_few_are_said() {
    let trading = Trading::start("hundreds").await;
    let usual = trading.desk.face().desk();
    let settings = Catalysts::from_text("velocity_min=60&widen_pct=300").unwrap();
    let raise = |n: usize| {
        let artist = &usual.rows[n % usual.rows.len()].name;
        settings.raise(Kind::Velocity, artist, trading.clock.now(), format!("{n} posts a day")).unwrap()
    };
    for n in 0..600 {
        trading.desk.heed(raise(n)).await.unwrap();
    }
    let desk = trading.until("wide", |desk| desk.rows.iter().all(|row| row.widened.is_some())).await;
    assert!(desk.rows.iter().all(|row| row.widened.is_some_and(|(percent, _)| percent == 300)));
    assert!(desk.rows.iter().all(|row| row.regime != Regime::Catalyst));
    let count =
        |alerts: &[Alert], text: &str| alerts.iter().filter(|alert| alert.text.contains(text)).count();
    trading.until("told", |_| count(&trading.alerts(), "more were acted on") > 0).await;
    assert!(count(&trading.alerts(), "are widened to 300") < 600);
    // One of an artist of whom nothing is traded here is named.
    let stranger = Catalyst { artist: "Nobody At All".to_owned(), ..trading.release("Silence", 60) };
    trading.desk.heed(stranger).await.unwrap();
    trading
        .until("told", |_| count(&trading.alerts(), "Nobody At All: “Silence” is out. No contract") == 1)
        .await;
    assert_eq!(trading.desk.face().desk().pulled_until, None);
    trading.desk.stop(SOON).await;
    assert_eq!(trading.replayed().await.len(), 600);
}
