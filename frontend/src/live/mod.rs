//! What the server's desk does, as it does it: a store that pages read and never write, and the commands to it.
//!
//! There is a connection only while a page is shown that needs it: what comes twenty times a second would be decoded for
//! nobody, under the slider of another page. Who comes back is told everything again.

mod socket;

use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::codec::{Codec as _, Message};
use shared::market::Ticker;
use shared::stream::{
    Appended, BookView, Data, DeskCommand, DeskView, FromPage, Outcome, PROTOCOL, Replica, ToPage, Topic,
    retry_after,
};

use self::socket::{Heard, Socket};
use crate::desk::{self, Desk};
use crate::frames::Painter;
use crate::net;
use crate::reactive::{RwSignal, StoredValue};

/// How often it is looked whether the connection lives, in milliseconds: ages on the page are as fine.
const LOOK: u64 = 500;
/// How often the server is told that the page is there.
const PING: f64 = 10_000.0;
/// A connection that says nothing for so long is cut.
const SILENCE: f64 = 25_000.0;

/// Whether the page hears the desk.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Link {
    /// It is not asked for, or on its way for the first time.
    Opening,
    /// It does.
    Open,
    /// Not any more since then, in milliseconds since 1970; it tries again and again.
    Cut(f64),
    /// The server has no desk.
    NoDesk,
    /// The server speaks another version: the page must be loaded anew.
    Outdated,
}

/// A topic that is followed.
#[derive(Clone, Copy)]
struct Followed {
    replica: StoredValue<Option<Replica>>,
    /// Whether there is something that was not shown yet.
    is_newer: StoredValue<bool>,
    /// Tells who read it, once a frame.
    told: RwSignal<()>,
}

impl Followed {
    fn new(topic: Option<Topic>) -> Self {
        Self {
            replica: StoredValue::new(topic.map(Replica::new)),
            is_newer: StoredValue::new(false),
            told: RwSignal::new(()),
        }
    }

    fn topic(self) -> Option<Topic> {
        self.replica.with_value(|replica| replica.as_ref().map(|replica| replica.topic().clone()))
    }

    fn replace(self, topic: Option<Topic>) {
        self.replica.set_value(topic.map(Replica::new));
        self.told.set(());
    }

    fn with<R>(self, read: impl FnOnce(Option<&Data>) -> R) -> R {
        self.told.track();
        self.replica.with_value(|replica| read(replica.as_ref().map(Replica::data)))
    }
}

/// The store.
#[derive(Clone, Copy)]
pub(crate) struct Live {
    desk: Desk,
    link: RwSignal<Link>,
    /// Milliseconds since the page was opened, as of the last look.
    clock: RwSignal<f64>,
    topics: [Followed; 3],
    /// When the desk was heard last, on the same clock.
    desk_at: StoredValue<f64>,
    socket: StoredValue<Option<Rc<Socket>>>,
    painter: StoredValue<Option<Rc<Painter>>>,
    /// How many views need it.
    users: StoredValue<u32>,
    /// Which attempt this is: what an earlier one still says is not heard.
    turn: StoredValue<u32>,
    failures: StoredValue<u32>,
    epoch: StoredValue<Option<i64>>,
    heard_at: StoredValue<f64>,
    pinged_at: StoredValue<f64>,
    looking: StoredValue<Option<IntervalHandle>>,
    waiting: StoredValue<Option<TimeoutHandle>>,
}

impl Live {
    /// Returns a store that hears nothing yet, and lives as long as the page's program.
    pub(crate) fn new(desk: Desk) -> Self {
        let live = Self {
            desk,
            link: RwSignal::new(Link::Opening),
            clock: RwSignal::new(0.0),
            topics: [
                Followed::new(Some(Topic::Desk {})),
                Followed::new(Some(Topic::Log {})),
                Followed::new(None),
            ],
            desk_at: StoredValue::new(0.0),
            socket: StoredValue::default(),
            painter: StoredValue::default(),
            users: StoredValue::new(0),
            turn: StoredValue::new(0),
            failures: StoredValue::new(0),
            epoch: StoredValue::new(None),
            heard_at: StoredValue::new(0.0),
            pinged_at: StoredValue::new(0.0),
            looking: StoredValue::default(),
            waiting: StoredValue::default(),
        };
        live.painter.set_value(Some(Rc::new(Painter::new(move || live.tell()))));
        for event in ["visibilitychange", "online"] {
            // Whoever comes back shall not wait for the next try.
            let listener = window_event_listener_untyped(event, move |_| {
                let is_off = live.socket.with_value(Option::is_none);
                if live.is_needed() && is_off && !document().hidden() {
                    live.connect();
                }
            });
            on_cleanup(move || listener.remove());
        }
        live
    }

    /// Returns whether the page hears the desk.
    pub(crate) fn link(self) -> Link {
        self.link.get()
    }

    /// Reads the desk, if something of it was heard.
    pub(crate) fn desk<R>(self, read: impl FnOnce(Option<&DeskView>) -> R) -> R {
        let [desk, ..] = self.topics;
        desk.with(|data| match data {
            Some(Data::Desk { desk }) => read(Some(desk)),
            _ => read(None),
        })
    }

    /// Reads the fills, alerts and equity that were heard.
    pub(crate) fn log<R>(self, read: impl FnOnce(Option<&Appended>) -> R) -> R {
        let [_, log, _] = self.topics;
        log.with(|data| match data {
            Some(Data::Log { appended }) => read(Some(appended)),
            _ => read(None),
        })
    }

    /// Reads the chosen contract's book, if it was heard.
    pub(crate) fn book<R>(self, read: impl FnOnce(Option<&BookView>) -> R) -> R {
        let [.., book] = self.topics;
        book.with(|data| match data {
            Some(Data::Book { book }) => read(Some(book)),
            _ => read(None),
        })
    }

    /// Returns how old what the desk knows of the exchange is by now, in milliseconds; nothing where it is not connected.
    pub(crate) fn feed_age(self) -> Option<f64> {
        let since = self.clock.get() - self.desk_at.get_value();
        let age = self.desk(|desk| desk.and_then(|desk| desk.feed_age_ms))?;
        Some(f64::from(age) + if since > 0.0 { since } else { 0.0 })
    }

    /// Hears the book of this contract from now on, and of no other.
    pub(crate) fn choose(self, ticker: Option<Ticker>) {
        let [.., book] = self.topics;
        let (before, now) = (book.topic(), ticker.map(|ticker| Topic::Book { ticker }));
        if before == now {
            return;
        }
        if let Some(topic) = before {
            self.send(&FromPage::Unsubscribe { topic });
        }
        book.replace(now.clone());
        if let Some(topic) = now {
            self.send(&FromPage::Subscribe { topic });
        }
    }

    /// Connects, for a view: until what is being built is gone.
    pub(crate) fn enter(self) {
        self.users.update_value(|users| *users += 1);
        if self.socket.with_value(Option::is_none) {
            self.connect();
        }
        on_cleanup(move || {
            self.users.update_value(|users| *users = users.saturating_sub(1));
            if !self.is_needed() {
                self.leave();
                self.link.set(Link::Opening);
            }
        });
    }

    /// Tells the desk something, and the person what came of it.
    pub(crate) fn command(self, command: DeskCommand) {
        let desk = self.desk;
        spawn_local(async move {
            match net::command(command).await {
                Ok(text) => desk.say(text),
                Err(reason) => desk.warn(format!("{} was not done. {reason}", name(command))),
            }
        });
    }

    /// Connects anew, now.
    pub(crate) fn connect(self) {
        self.leave();
        let turn = self.turn.get_value();
        self.heard_at.set_value(desk::now());
        let look = move || self.look();
        self.looking.set_value(set_interval_with_handle(look, Duration::from_millis(LOOK)).ok());
        spawn_local(async move {
            // Asked first: a browser doesn't tell why a socket was refused.
            let answer = net::has_desk().await;
            if self.turn.get_value() != turn {
                return;
            }
            match answer {
                Ok(true) => {
                    let socket = Socket::open("api/stream", move |heard| {
                        if self.turn.get_value() == turn {
                            self.hear(heard);
                        }
                    });
                    match socket {
                        Some(socket) => self.socket.set_value(Some(Rc::new(socket))),
                        None => self.cut(),
                    }
                }
                Ok(false) => {
                    self.cut();
                    self.link.set(Link::NoDesk);
                }
                Err(_) => self.cut(),
            }
        });
    }

    fn is_needed(self) -> bool {
        self.users.get_value() > 0
    }

    /// Ends the connection, and whatever would make another one.
    fn leave(self) {
        self.turn.update_value(|turn| *turn += 1);
        drop(self.socket.update_value(Option::take));
        if let Some(Some(looking)) = self.looking.update_value(Option::take) {
            looking.clear();
        }
        if let Some(Some(waiting)) = self.waiting.update_value(Option::take) {
            waiting.clear();
        }
        for followed in self.topics {
            followed.replica.update_value(|replica| replica.as_mut().map(Replica::cut));
        }
    }

    /// The connection is gone: what was heard stays to be seen, and another one is tried after a while.
    fn cut(self) {
        self.leave();
        if !matches!(self.link.get_untracked(), Link::Cut(_)) {
            self.link.set(Link::Cut(js_sys::Date::now()));
        }
        let failures = self.failures.get_value();
        self.failures.set_value(failures.saturating_add(1));
        let wait = Duration::from_millis(retry_after(failures, js_sys::Math::random()) as u64);
        self.waiting.set_value(set_timeout_with_handle(move || self.connect(), wait).ok());
    }

    fn look(self) {
        let now = desk::now();
        self.clock.set(now);
        if now - self.heard_at.get_value() > SILENCE {
            self.cut();
        } else if now - self.pinged_at.get_value() >= PING {
            self.pinged_at.set_value(now);
            self.send(&FromPage::Ping {});
        }
    }

    fn send(self, message: &FromPage) {
        if let Some(socket) = self.socket.get_value() {
            socket.send(&message.to_message().bytes);
        }
    }

    fn hear(self, heard: Heard) {
        self.heard_at.set_value(desk::now());
        let Heard::Message(bytes) = heard else { return self.cut() };
        let Ok(message) = ToPage::from_message(Message { bytes, columns: Vec::new() }) else {
            return self.cut();
        };
        match &message {
            ToPage::Hello { protocol, .. } if *protocol != PROTOCOL => {
                self.leave();
                self.link.set(Link::Outdated);
            }
            ToPage::Hello { epoch, .. } => self.greet(*epoch),
            // A browser that slows a hidden page down keeps it from saying that it is there.
            ToPage::Bye { .. } => self.cut(),
            ToPage::Pong {} | ToPage::None { .. } => {}
            ToPage::Snapshot { .. } | ToPage::Change { .. } => self.take(&message),
        }
    }

    /// Asks for everything, of a server that may be another one than before.
    fn greet(self, epoch: i64) {
        let is_other = self.epoch.get_value() != Some(epoch);
        self.epoch.set_value(Some(epoch));
        self.link.set(Link::Open);
        for followed in self.topics {
            let topic = followed.topic();
            if is_other {
                followed.replace(topic.clone());
            }
            if let Some(topic) = topic {
                self.send(&FromPage::Subscribe { topic });
            }
        }
    }

    fn take(self, message: &ToPage) {
        // It works: the next cut is the first again.
        self.failures.set_value(0);
        for followed in self.topics {
            let take = |replica: &mut Option<Replica>| replica.as_mut().map(|replica| replica.take(message));
            match followed.replica.update_value(take).flatten() {
                Some(Outcome::Newer) => {
                    if matches!(followed.topic(), Some(Topic::Desk {})) {
                        self.desk_at.set_value(desk::now());
                    }
                    followed.is_newer.set_value(true);
                    if let Some(painter) = self.painter.get_value() {
                        painter.request();
                    }
                }
                Some(Outcome::Behind) => {
                    if let Some(topic) = followed.topic() {
                        self.send(&FromPage::Subscribe { topic });
                    }
                }
                _ => {}
            }
        }
    }

    /// Tells the views what is new, at most once a frame.
    fn tell(self) {
        for followed in self.topics {
            if followed.is_newer.get_value() {
                followed.is_newer.set_value(false);
                followed.told.set(());
            }
        }
    }
}

/// Returns a command's name, as its button shows it.
pub(crate) fn name(command: DeskCommand) -> &'static str {
    match command {
        DeskCommand::Start => "Start",
        DeskCommand::Pause => "Pause",
        DeskCommand::Resume => "Resume",
        DeskCommand::Kill => "Kill",
    }
}
