//! The loop of signals against the paper exchange and the sources' servers, over real sockets, with all that can go wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::time::Duration;

use shared::signal::{Action, Signal};
use shared::units::Timestamp;
use shared::world::crowd::Crowd;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use super::{Engine, Heard, Log, Settings, Spans, repeat};
use crate::clock::Clock;
use crate::kalshi::{self, Client};
use crate::paper::{self, Credentials};
use crate::sources::vendors::{self, Artist, Fault, Kind};
use crate::sources::{self, Collector, Patience, Store};

const BEGIN: &str = "2026-11-30T00:00:00Z";
const EVERY: i64 = 900;
const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;
const SEED: u64 = 20;
const DAYS: u32 = 31;
/// No run takes longer, on whatever machine.
const PATIENCE: Duration = Duration::from_secs(120);

fn at(seconds: i64) -> Timestamp {
    BEGIN.parse::<Timestamp>().unwrap().checked_add_micros(seconds * 1_000_000).unwrap()
}

/// A way to the exchange that can be closed, also to those who are on it.
struct Door {
    is_open: watch::Sender<bool>,
    address: String,
}

impl Door {
    async fn before(exchange: &str) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (is_open, seen) = watch::channel(true);
        let behind = exchange.to_owned();
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let (mut seen, behind) = (seen.clone(), behind.clone());
                tokio::spawn(async move {
                    if *seen.borrow()
                        && let Ok(mut far) = TcpStream::connect(&behind).await
                    {
                        tokio::select! {
                            // Whichever end hangs up first.
                            _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
                            _ = seen.wait_for(|is_open| !is_open) => {}
                        }
                    }
                });
            }
        });
        Self { is_open, address }
    }
}

/// All that signals are looked for in.
struct Ground {
    clock: Clock,
    door: Door,
    credentials: Credentials,
    vendors: vendors::Running,
    folder: PathBuf,
    _exchange: paper::Running,
}

impl Drop for Ground {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Ground {
    async fn new(name: &str, faults: Vec<Fault>) -> Self {
        let folder = std::env::temp_dir().join(format!("tauroi-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let clock = Clock::by_hand(at(0));
        let settings = paper::Settings { days: DAYS, ..paper::Settings::demo(SEED, clock.clone()) };
        let exchange = paper::start(settings).await.unwrap();
        let mut credentials = exchange.credentials().clone();
        let base = credentials.api_base.strip_prefix("http://").unwrap().to_owned();
        let (address, path) = base.split_once('/').unwrap();
        let door = Door::before(address).await;
        credentials.api_base = format!("http://{}/{path}", door.address);
        let crowd = Crowd::new(SEED, exchange.first_day(), DAYS).unwrap();
        // Enough to fit to, and soon done.
        let histories = crowd.histories(7, 120).unwrap();
        let artists = histories.into_iter().zip(0..).map(|(history, place)| Artist {
            known_until: exchange.first_day(),
            ..Artist::new(place, history)
        });
        let vendors = vendors::start(vendors::Settings {
            artists: artists.collect(),
            clock: clock.clone(),
            per_second: 1_000,
            is_extended: true,
            faults,
        });
        let vendors = vendors.await.unwrap();
        Self { clock, door, credentials, vendors, folder, _exchange: exchange }
    }

    async fn engine(&self) -> Engine {
        let store = Store::open(&self.folder.join("sources.sqlite")).await.unwrap();
        let patience = Patience {
            answer: Duration::from_millis(500),
            fault: Duration::from_millis(5),
            limit: Duration::from_millis(200),
            ..Patience::USUAL
        };
        let settings = sources::Settings { patience, ..sources::Settings::default() };
        let config = self.vendors.config().unwrap();
        let collector = Collector::new(config, store, self.clock.clone(), settings).await.unwrap();
        let member = kalshi::Config::of_paper(&self.credentials).unwrap();
        let client = Client::new(member, self.clock.clone()).unwrap();
        let settings = Settings { fits: Some(self.folder.join("fits.json")), ..Settings::of("KXTOPMONTHLY") };
        Engine::new(settings, client, collector, self.clock.clone(), None).unwrap()
    }

    fn log(&self) -> PathBuf {
        self.folder.join("signal_log.jsonl")
    }

    /// Starts a loop as the command does, and returns what tells of each run.
    async fn begin(&self) -> (JoinHandle<()>, mpsc::UnboundedReceiver<(usize, Vec<String>)>, Option<String>) {
        let (log, opened) = Log::open(&self.log()).unwrap();
        let logged = opened.last.map(|line| {
            let line: Signal = serde_json::from_str(&line).unwrap();
            line.run.parse::<Timestamp>().unwrap()
        });
        let (tell, heard) = mpsc::unbounded_channel();
        let spans = Spans::new(Duration::from_secs(EVERY as u64)).unwrap();
        let engine = self.engine().await;
        let hear = move |heard: Heard| {
            let _ = tell.send((heard.ran.lines.len(), heard.ran.problems));
        };
        let running = repeat(engine, self.clock.clone(), spans, log, logged, hear);
        (tokio::spawn(running), heard, opened.mended)
    }
}

/// What goes wrong in the week, a kind after the other, each for five hours.
fn faults() -> Vec<Fault> {
    let kinds = [
        Kind::Expired,
        Kind::NotInPlan,
        Kind::Limited(Some(1)),
        Kind::Limited(None),
        Kind::Quota,
        Kind::Broken(503),
        Kind::Echo,
        Kind::Cut,
        Kind::Silent,
        Kind::Missing,
        Kind::WrongTypes,
        Kind::Huge,
    ];
    // The last day is a good one.
    let begins = |place: i64| (12 + place * 11) * HOUR;
    kinds
        .into_iter()
        .zip(0..)
        .map(|(kind, place)| Fault::new(kind).between(at(begins(place)), at(begins(place) + 5 * HOUR)))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_week_of_every_fault_loses_no_row_and_doubles_none() {
    let ground = Ground::new("week", faults()).await;
    let spans = 7 * DAY / EVERY;
    let (mut loops, mut heard, _) = ground.begin().await;
    let (mut rows, mut said) = (0, BTreeSet::new());
    for span in 0..spans {
        // The exchange is away for five hours on the third day, and the loop is killed in the middle of the fourth.
        let is_away = (2 * DAY + 6 * HOUR..2 * DAY + 11 * HOUR).contains(&(span * EVERY));
        ground.door.is_open.send_replace(!is_away);
        if span * EVERY == 4 * DAY {
            loops.abort();
            let _ = loops.await;
            let mut file = std::fs::OpenOptions::new().append(true).open(ground.log()).unwrap();
            file.write_all(b"{\"artist\":\"half of a li").unwrap();
            let (again, news, mended) = ground.begin().await;
            (loops, heard) = (again, news);
            assert!(mended.unwrap().contains("half written"));
        }
        ground.clock.put_on(at(span * EVERY));
        let (lines, problems) = tokio::time::timeout(PATIENCE, heard.recv()).await.unwrap().unwrap();
        rows += lines;
        said.extend(problems);
    }
    loops.abort();
    let text = std::fs::read_to_string(ground.log()).unwrap();
    let lines: Vec<Signal> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), rows);
    let mut runs: BTreeMap<&str, Vec<&Signal>> = BTreeMap::new();
    for line in &lines {
        runs.entry(&line.run).or_default().push(line);
    }
    assert_eq!(runs.len() as i64, spans);
    for (run, lines) in &runs {
        let tickers: BTreeSet<&str> = lines.iter().map(|line| line.ticker.as_str()).collect();
        assert_eq!((lines.len(), tickers.len()), (10, 10), "{run}");
        let sum: f64 = lines.iter().map(|line| line.fair_value).sum::<f64>() + lines[0].other.unwrap();
        assert!((sum - 1.0).abs() < 1e-4, "{run}: {sum}");
    }
    let during = |from: i64, until: i64| {
        lines.iter().filter(move |line| (at(from)..at(until)).contains(&line.logged_at))
    };
    // While the exchange is away prices are as old as they are, and nobody is told to trade at them.
    let away = at(2 * DAY + 6 * HOUR - EVERY);
    for line in during(2 * DAY + 6 * HOUR, 2 * DAY + 11 * HOUR) {
        assert_eq!(
            (line.prices_stale_since.map(|since| since <= away), line.signal),
            (Some(true), Action::Hold)
        );
        assert!(line.reason.contains("prices are stale since"), "{}", line.reason);
    }
    assert!(during(2 * DAY + 11 * HOUR, 7 * DAY).all(|line| line.prices_stale_since.is_none()));
    // Every fault of a source is said, and none has told a secret.
    for word in [
        "not in the account's plan",
        "the token has expired",
        "too many requests, to be asked again in 1 s",
        "the quota is used up",
        "out of order",
        "connection closed",
        "timed out",
        "an answer that can't be read",
        "an answer of more than",
        "the exchange can't be asked, so prices are of",
    ] {
        assert!(said.iter().any(|problem| problem.contains(word)), "{word}: {said:#?}");
    }
    assert!(said.iter().all(|problem| !problem.contains("of-this-machine")), "{said:#?}");
    // When all is well again, so are the counts.
    let last = lines.last().unwrap();
    assert_eq!(last.listeners_stale_since, None, "{last:?}");
}
