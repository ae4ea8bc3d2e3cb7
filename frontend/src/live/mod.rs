//! What happens at the server, as it happens: a store that pages read and never write, and the commands to its desk.
//!
//! There is a connection only while a page is shown that needs it: what comes twenty times a second would be decoded for
//! nobody, under the slider of another page. Who comes back is told everything again.

mod connection;
mod followed;
mod socket;

use std::rc::Rc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::market::Ticker;
use shared::stream::{
    Appended, BookView, Data, DepthView, DeskCommand, DeskView, FromPage, MarketView, Topic,
};

use self::followed::Followed;
use self::socket::Socket;
use crate::desk::Desk;
use crate::frames::Painter;
use crate::net;
use crate::reactive::{RwSignal, StoredValue};

/// Whether the page hears what it is about.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Link {
    /// It is not asked for, or on its way for the first time.
    Opening,
    /// It does.
    Open,
    /// Not any more since then, in milliseconds since 1970; it tries again and again.
    Cut(f64),
    /// The server has no such thing.
    Absent,
    /// The server speaks another version: the page must be loaded anew.
    Outdated,
}

/// What is heard: what our own desk does, or what everybody does at the market that the server follows.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Of {
    /// The desk, its log, and a book with our orders in it.
    Desk,
    /// The market, and a book with its trades.
    Market,
}

/// The store.
#[derive(Clone, Copy)]
pub(crate) struct Live {
    desk: Desk,
    of: Of,
    link: RwSignal<Link>,
    /// Milliseconds since the page was opened, as of the last look.
    clock: RwSignal<f64>,
    topics: [Followed; 3],
    /// When the whole was heard last, on the same clock.
    whole_at: StoredValue<f64>,
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
    pub(crate) fn new(desk: Desk, of: Of) -> Self {
        let (whole, log) = match of {
            Of::Desk => (Topic::Desk {}, Some(Topic::Log {})),
            Of::Market => (Topic::Market {}, None),
        };
        let live = Self {
            desk,
            of,
            link: RwSignal::new(Link::Opening),
            clock: RwSignal::new(0.0),
            topics: [Followed::new(Some(whole)), Followed::new(log), Followed::new(None)],
            whole_at: StoredValue::new(0.0),
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

    /// Reads the market, if something of it was heard.
    pub(crate) fn market<R>(self, read: impl FnOnce(Option<&MarketView>) -> R) -> R {
        let [market, ..] = self.topics;
        market.with(|data| match data {
            Some(Data::Market { market }) => read(Some(market)),
            _ => read(None),
        })
    }

    /// Reads the chosen contract's book and trades, if they were heard.
    pub(crate) fn depth<R>(self, read: impl FnOnce(Option<&DepthView>) -> R) -> R {
        let [.., depth] = self.topics;
        depth.with(|data| match data {
            Some(Data::Depth { depth }) => read(Some(depth)),
            _ => read(None),
        })
    }

    /// Returns how old what the server knows of the exchange is by now, in milliseconds; nothing where it is not connected.
    pub(crate) fn feed_age(self) -> Option<f64> {
        let since = self.clock.get() - self.whole_at.get_value();
        let [whole, ..] = self.topics;
        let age = whole.with(|data| match data {
            Some(Data::Desk { desk }) => desk.feed_age_ms,
            Some(Data::Market { market }) => market.feed_age_ms,
            _ => None,
        })?;
        Some(f64::from(age) + if since > 0.0 { since } else { 0.0 })
    }

    /// Hears the book of this contract from now on, and of no other.
    pub(crate) fn choose(self, ticker: Option<Ticker>) {
        let [.., book] = self.topics;
        let topic = |ticker| match self.of {
            Of::Desk => Topic::Book { ticker },
            Of::Market => Topic::Depth { ticker },
        };
        let (before, now) = (book.topic(), ticker.map(topic));
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
