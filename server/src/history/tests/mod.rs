//! Fetching from the paper exchange, over real sockets.

mod again;
mod broken;
mod heard;
mod tables;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use shared::units::Timestamp;

use super::question::Minutes;
use super::{Fetched, Home, Question, Settings, Step, fetch};
use crate::clock::Clock;
use crate::kalshi::{Client, Config};
use crate::paper::{Behaviour, Running, read_faults, start};

const SERIES: &str = "KXTOPMONTHLY";

/// When the simulated event begins, and a while after it has settled.
const BEGINS: &str = "2026-10-30T00:00:00Z";
const SETTLED: &str = "2026-11-04T00:00:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A folder that is gone when this is.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static FOLDERS: AtomicUsize = AtomicUsize::new(0);
        let number = FOLDERS.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("tauroi-{}-history-{number}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// Returns it as what is fetched into.
    fn home(&self) -> Home {
        Home::in_folder(&self.0)
    }

    /// Returns the tables that are there, by path, with what they hold.
    fn tables(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut found = BTreeMap::new();
        let mut folders = vec![self.0.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.extend((!path.ends_with(super::layout::STATE_FOLDER)).then_some(path));
                } else {
                    let name = path.strip_prefix(&self.0).unwrap().to_owned();
                    found.insert(name, std::fs::read(path).unwrap());
                }
            }
        }
        found
    }

    /// Returns a table as text.
    fn text(&self, path: &str) -> String {
        let bytes = crate::files::read(&super::files::below(&self.0, path)).unwrap();
        String::from_utf8(bytes).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// An exchange whose time stands, and who asks it without waiting for tokens.
struct World {
    running: Running,
    clock: Clock,
    client: Client,
}

/// An exchange whose trades are half on the historical tier.
fn two_tiers() -> Behaviour {
    Behaviour { live_hours: 72, ..Behaviour::plain() }
}

/// An exchange whose event is on the historical tier.
fn all_past() -> Behaviour {
    Behaviour { live_hours: 24, ..Behaviour::plain() }
}

impl World {
    /// Starts an exchange, in which these things go wrong, and lets its event settle.
    async fn start(behaviour: Behaviour, faults: &str) -> Self {
        let world = Self::open(behaviour, faults).await;
        world.clock.put_on(at(SETTLED));
        world
    }

    /// Starts an exchange whose event is about to begin.
    async fn open(behaviour: Behaviour, faults: &str) -> Self {
        let clock = Clock::by_hand(at(BEGINS));
        let folder = Folder::new();
        let file = folder.0.join("faults.toml");
        std::fs::write(&file, faults).unwrap();
        let faults = read_faults(&file).unwrap().faults;
        let settings = crate::paper::Settings {
            days: 3,
            past_days: 0,
            behaviour,
            faults,
            ..crate::paper::Settings::demo(20, clock.clone())
        };
        let running = start(settings).await.unwrap();
        let config = Config::public(Some(&running.credentials().api_base)).unwrap();
        Self { running, clock, client: Client::new(config, quick()).unwrap() }
    }

    /// Changes the exchange, as whoever runs it may.
    async fn control(&self, path: &str, body: &str) {
        let credentials = self.running.credentials();
        let at = credentials.api_base.strip_suffix(shared::wire::REST_PATH).unwrap();
        let request = reqwest::Client::new().post(format!("{at}/paper{path}")).body(body.to_owned());
        let answer = request.bearer_auth(&credentials.control_token).send().await.unwrap();
        assert!(answer.status().is_success(), "{answer:?}");
    }

    /// Fetches to the end.
    async fn fetch(&self, folder: &Folder, question: &Question) -> Fetched {
        let settings = self.settings(question);
        fetch(&folder.home(), &self.client, &settings, &mut |_| Ok(())).await.unwrap()
    }

    /// Fetches to the end, and returns what was asked for and what was said to be left out.
    async fn listen(&self, folder: &Folder, question: &Question) -> (Vec<String>, Vec<String>) {
        let (mut asked, mut odd) = (Vec::new(), Vec::new());
        let mut watch = |step: Step<'_>| {
            match step {
                Step::Asking(what) => asked.push(what.to_owned()),
                Step::Odd(what) => odd.push(what.to_owned()),
                _ => {}
            }
            Ok(())
        };
        fetch(&folder.home(), &self.client, &self.settings(question), &mut watch).await.unwrap();
        (asked, odd)
    }

    /// Returns settings whose pages are so short that most lists have several.
    fn settings(&self, question: &Question) -> Settings {
        Settings { question: question.clone(), now: self.clock.now(), clock: quick(), page: 12, rows: 60 }
    }
}

/// A clock by which nobody waits long.
fn quick() -> Clock {
    Clock::scaled(at(BEGINS), 10_000.0)
}

fn question() -> Question {
    Question {
        series: vec![SERIES.parse().unwrap()],
        events: Vec::new(),
        from: None,
        to: None,
        candles: Some(Minutes::Sixty),
    }
}

/// Returns the trades that a folder's tapes hold, as a backtest reads them.
fn tape(folder: &Path) -> crate::trades::Recorded {
    crate::trades::read("--tape", &[folder.to_owned()]).unwrap()
}
