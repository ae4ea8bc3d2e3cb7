//! What the page shows: which recording, which contract, which instant and what time around it.

#![warn(clippy::indexing_slicing)]

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::set_timeout;
use leptos::task::spawn_local;
use shared::codec::{Codec, Message};
use shared::depth::{Depth, Placed, Queue, Recording, Recordings, Session};
use shared::market::Action;
use shared::units::{Price, Quantity};

use crate::commands::{self, Command};
use crate::desk::Desk;
use crate::frames::Painter;
use crate::net;
use crate::reactive::{RwSignal, StoredValue, effect};
use crate::route::Said;

/// How often what still grows is asked for while its end is followed, in milliseconds.
const GROWS: u64 = 2_000;
/// The shortest time that fills the chart, in microseconds.
const SHORTEST: i64 = 100_000;
/// How many frames a page key passes.
const LEAP: i64 = 100;

/// How far the page is.
#[derive(Clone, PartialEq)]
pub(super) enum Stage {
    /// Something is on its way.
    Loading,
    /// There is a book to look at.
    Ready,
    /// There is none.
    Empty,
    /// It did not come, for this reason.
    Failed(String),
}

/// The page's state.
#[derive(Clone, Copy)]
pub(super) struct Scene {
    desk: Desk,
    /// How far it is.
    pub(super) stage: RwSignal<Stage>,
    /// The recordings that there are.
    pub(super) list: RwSignal<Recordings>,
    /// The one that is shown; none is the first.
    pub(super) recording: RwSignal<String>,
    /// What is in it.
    pub(super) found: RwSignal<Recording>,
    /// The contract that is shown; none is the first.
    pub(super) contract: RwSignal<String>,
    /// Its book.
    pub(super) depth: RwSignal<Option<Arc<Depth>>>,
    /// The instant: a frame.
    pub(super) frame: RwSignal<usize>,
    /// The time that fills the chart, in microseconds; none is all.
    pub(super) window: RwSignal<Option<(i64, i64)>>,
    /// Whether the end is followed.
    pub(super) follows: RwSignal<bool>,
    /// Whether all prices are shown, and not only those around the best ones.
    pub(super) all_prices: RwSignal<bool>,
    /// The order that was asked about.
    pub(super) queue: RwSignal<Option<Arc<Queue>>>,
    /// The instant that an address named, in microseconds, until its book is here.
    wanted: StoredValue<Option<i64>>,
    /// Counts what is asked for: an answer to an earlier question is dropped.
    asked: StoredValue<u32>,
    is_waiting: StoredValue<bool>,
    seek: StoredValue<(Rc<Cell<usize>>, Rc<Painter>)>,
}

impl Scene {
    /// Returns the state of a page that is not shown yet.
    pub(super) fn new(desk: Desk) -> Self {
        let (pending, frame) = (Rc::new(Cell::new(0)), RwSignal::new(0));
        let sought = Rc::clone(&pending);
        // However often the hand moves, the page follows once a frame.
        let painter = Rc::new(Painter::new(move || frame.set(sought.get())));
        let scene = Self {
            desk,
            stage: RwSignal::new(Stage::Loading),
            list: RwSignal::new(Recordings { names: Vec::new(), grows: false }),
            recording: RwSignal::default(),
            found: RwSignal::new(Recording { contracts: Vec::new(), problems: Vec::new() }),
            contract: RwSignal::default(),
            depth: RwSignal::new(None),
            frame,
            window: RwSignal::new(None),
            follows: RwSignal::new(false),
            all_prices: RwSignal::new(false),
            queue: RwSignal::new(None),
            wanted: StoredValue::new(None),
            asked: StoredValue::new(0),
            is_waiting: StoredValue::new(false),
            seek: StoredValue::new((pending, painter)),
        };
        effect(move || {
            if desk.returned.get() > 0
                && scene.stage.with_untracked(|stage| matches!(stage, Stage::Failed(_)))
            {
                scene.retry();
            }
        });
        scene
    }

    /// Takes what an address says.
    pub(super) fn read(self, said: &Said) {
        let time = |key: &str| said.value(key).and_then(|text| text.parse::<i64>().ok());
        let named = |key: &str| said.value(key).unwrap_or_default().to_owned();
        let (recording, contract) = (named("recording"), named("contract"));
        let is_other =
            self.recording.get_untracked() != recording || self.contract.get_untracked() != contract;
        self.recording.set(recording);
        self.contract.set(contract);
        self.window.set(time("from").zip(time("until")).filter(|(from, until)| until - from >= SHORTEST));
        self.wanted.set_value(time("at"));
        self.follows.set(said.value("follow").is_some());
        if is_other && self.depth.with_untracked(Option::is_some) {
            self.retry();
        } else if let (Some(depth), Some(at)) = (self.depth.get_untracked(), time("at")) {
            self.frame.set(depth.frame_at(at));
        }
    }

    /// Returns what the address says.
    pub(super) fn write(self) -> Option<String> {
        let depth = self.depth.get()?;
        let at = depth.time(self.frame.get());
        let mut text = format!("recording={}&contract={}", self.recording.get(), self.contract.get());
        if self.follows.get() {
            text.push_str("&follow=end");
        } else {
            text.push_str(&format!("&at={at}"));
        }
        if let Some((from, until)) = self.window.get() {
            text.push_str(&format!("&from={from}&until={until}"));
        }
        Some(text)
    }

    /// Asks for what there is when the page is shown.
    pub(super) fn enter(self) {
        if self.depth.with_untracked(Option::is_none) {
            self.retry();
        } else {
            self.follow();
        }
    }

    /// Asks for all of it once more.
    pub(super) fn retry(self) {
        self.stage.set(Stage::Loading);
        self.load();
    }

    /// Shows another recording.
    pub(super) fn choose(self, recording: String) {
        self.recording.set(recording);
        self.turn_to(String::new());
    }

    /// Shows another contract.
    pub(super) fn turn_to(self, contract: String) {
        self.contract.set(contract);
        self.window.set(None);
        self.queue.set(None);
        self.wanted.set_value(None);
        self.retry();
    }

    /// Asks for the recordings, what is in the one that is shown, and the contract's book.
    fn load(self) {
        self.asked.update_value(|asked| *asked += 1);
        let number = self.asked.get_value();
        spawn_local(async move {
            let found = self.ask().await;
            if self.asked.get_value() != number {
                return;
            }
            match found {
                Ok(Some(depth)) => self.show(depth),
                Ok(None) => self.stage.set(Stage::Empty),
                Err(reason) => self.stage.set(Stage::Failed(reason)),
            }
        });
    }

    async fn ask(self) -> Result<Option<Depth>, String> {
        let list: Recordings = message("api/books").await?;
        let mut name = self.recording.get_untracked();
        if name.is_empty() {
            name = list.names.first().cloned().unwrap_or_default();
        }
        self.list.set(list);
        if name.is_empty() {
            return Ok(None);
        }
        self.recording.set(name.clone());
        let found: Recording = message(&format!("api/books/{name}")).await?;
        let mut contract = self.contract.get_untracked();
        if contract.is_empty() {
            let most = found.contracts.iter().max_by_key(|(_, frames)| *frames);
            contract = most.map(|(ticker, _)| ticker.to_string()).unwrap_or_default();
        }
        self.found.set(found);
        if contract.is_empty() {
            return Ok(None);
        }
        self.contract.set(contract.clone());
        let session: Session = message(&format!("api/books/{name}/{contract}")).await?;
        let depth = Depth::open(session).map_err(|error| format!("The recording can't be read: {error}."))?;
        Ok(Some(depth).filter(|depth| depth.frames() > 0))
    }

    /// Shows a book that has come.
    fn show(self, depth: Depth) {
        let last = depth.frames().saturating_sub(1);
        let before =
            self.depth.with_untracked(|before| Some(before.as_ref()?.time(self.frame.get_untracked())));
        let wanted =
            self.wanted.get_value().or(before.filter(|_| self.stage.with_untracked(|s| *s == Stage::Ready)));
        let frame = match wanted {
            Some(at) if !self.follows.get_untracked() => depth.frame_at(at),
            _ => last,
        };
        self.wanted.set_value(None);
        if let Some((from, until)) = self.window.get_untracked().filter(|_| self.follows.get_untracked()) {
            let end = depth.time(last);
            self.window.set(Some((end - (until - from), end)));
        }
        self.depth.set(Some(Arc::new(depth)));
        self.frame.set(frame);
        self.stage.set(Stage::Ready);
        self.follow();
    }

    /// Asks again in a while where the end of what still grows is followed.
    fn follow(self) {
        let grows = self.list.with_untracked(|list| {
            list.grows && list.names.first().is_some_and(|name| *name == self.recording.get_untracked())
        });
        if !grows || !self.follows.get_untracked() || self.is_waiting.get_value() {
            return;
        }
        self.is_waiting.set_value(true);
        let again = move || {
            self.is_waiting.set_value(false);
            if self.follows.get_untracked() && self.desk.page.with_untracked(|page| *page == &super::PAGE) {
                self.load();
            }
        };
        set_timeout(again, Duration::from_millis(GROWS));
    }

    /// Follows the end, or no more.
    pub(super) fn turn_follow(self) {
        self.follows.update(|follows| *follows = !*follows);
        if self.follows.get_untracked() {
            self.seek_to(usize::MAX);
            self.load();
        }
    }

    /// Goes to a frame, in the next picture; the last where there are fewer.
    pub(super) fn seek_to(self, frame: usize) {
        let frame = self.with(|depth| frame.min(depth.frames().saturating_sub(1))).unwrap_or(0);
        self.seek.with_value(|(pending, painter)| {
            pending.set(frame);
            painter.request();
        });
        let at = self.with(|depth| depth.time(frame)).unwrap_or(0);
        // The time around it moves along.
        if let Some((from, until)) =
            self.window.get_untracked().filter(|(from, until)| at < *from || at > *until)
        {
            let (span, room) = (until - from, (until - from) / 10);
            let start = if at < from { at - room } else { at + room - span };
            self.window.set(Some((start, start + span)));
        }
    }

    /// Goes to an instant by hand: the end is followed no more.
    pub(super) fn go_to(self, frame: usize) {
        self.follows.set(false);
        self.seek_to(frame);
    }

    fn step(self, by: i64) {
        let frame = i64::try_from(self.frame.get_untracked()).unwrap_or(0).saturating_add(by);
        self.go_to(usize::try_from(frame).unwrap_or(0));
    }

    /// Shows a part of the time; all of it, where it is as long.
    pub(super) fn zoom_to(self, from: i64, until: i64) {
        let Some((first, last)) = self.with(|depth| (depth.time(0), depth.time(usize::MAX))) else { return };
        let span = (until - from).max(SHORTEST);
        self.window.set((span < last - first).then(|| {
            let from = from.min(last - span / 10).max(first - span * 9 / 10);
            (from, from + span)
        }));
    }

    /// Returns the time that fills the chart.
    pub(super) fn shown(self) -> (i64, i64) {
        let all =
            || self.depth.with(|depth| depth.as_ref().map_or((0, 1), |d| (d.time(0), d.time(usize::MAX))));
        let (from, until) = self.window.get().unwrap_or_else(all);
        (from, until.max(from + 1))
    }

    /// Asks where an order of one contract would stand that is placed now.
    pub(super) fn place(self, action: Action, price: Price) {
        let size = Quantity::from_contracts(1).unwrap_or(Quantity::ZERO);
        let placed = Placed { frame: self.frame.get_untracked(), action, price, size };
        let queue = self.with(|depth| Queue::follow(depth, placed));
        self.queue.set(queue.map(Arc::new));
    }

    /// Reads the book, if it is here, and follows nothing.
    pub(super) fn with<T>(self, read: impl FnOnce(&Depth) -> T) -> Option<T> {
        self.depth.with_untracked(|depth| depth.as_deref().map(read))
    }

    /// Returns what can be done on the page.
    pub(super) fn commands(self) -> Vec<Command> {
        let is_here = move || self.depth.with_untracked(Option::is_some);
        let go =
            |name: &str, key: &str, by: i64| Command::new(name, key, move || self.step(by)).when(is_here);
        let turn = move |by: usize| {
            let contracts = self.found.with_untracked(|found| found.contracts.clone());
            let now = self.contract.get_untracked();
            let place = contracts.iter().position(|(ticker, _)| ticker.as_str() == now).unwrap_or(0);
            if let Some((ticker, _)) = contracts.get((place + by) % contracts.len().max(1)) {
                self.turn_to(ticker.to_string());
            }
        };
        let count = move || self.found.with_untracked(|found| found.contracts.len());
        vec![
            go("Next change of the book", "ArrowRight", 1),
            go("Change before", "ArrowLeft", -1),
            go("A hundred changes on", "PageDown", LEAP),
            go("A hundred changes back", "PageUp", -LEAP),
            go("To the first change", "Home", i64::MIN / 2),
            go("To the last change", "End", i64::MAX / 2),
            Command::new("Follow the end, or no more", "f", move || self.turn_follow()).when(is_here),
            Command::new("Show all of the time", "a", move || self.window.set(None)).when(is_here),
            Command::new("All prices, or those around the best", "v", move || {
                self.all_prices.update(|all| *all = !*all);
            }),
            Command::new("Take the order away that was asked about", "x", move || self.queue.set(None))
                .when(move || self.queue.with_untracked(Option::is_some)),
            Command::new("Next contract", "j", move || turn(1)),
            Command::new("Previous contract", "k", move || turn(count().saturating_sub(1))),
            commands::focus("Choose a recording", "#depth-recording"),
        ]
    }
}

/// Asks for a message.
async fn message<T: Codec>(path: &str) -> Result<T, String> {
    let message = Message { bytes: net::bytes(path).await?, columns: Vec::new() };
    T::from_message(message).map_err(|error| format!("The server's answer can't be read: {error}"))
}
