//! The connection: made, watched, lost and made anew.

use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::codec::{Codec as _, Message};
use shared::stream::{FromPage, Outcome, PROTOCOL, ToPage, Topic, retry_after};

use super::followed::Followed;
use super::socket::{Heard, Socket};
use super::{Link, Live, Of};
use crate::{desk, net};

/// How often it is looked whether the connection lives, in milliseconds: ages on the page are as fine.
const LOOK: u64 = 500;
/// How often the server is told that the page is there.
const PING: f64 = 10_000.0;
/// A connection that says nothing for so long is cut.
const SILENCE: f64 = 25_000.0;

impl Live {
    /// Connects anew, now.
    pub(crate) fn connect(self) {
        self.leave();
        let turn = self.turn.get_value();
        self.heard_at.set_value(desk::now());
        let look = move || self.look();
        self.looking.set_value(set_interval_with_handle(look, Duration::from_millis(LOOK)).ok());
        spawn_local(async move {
            // Asked first: a browser doesn't tell why a socket was refused.
            let answer = net::health().await.map(|health| match self.of {
                Of::Desk => health.desk,
                Of::Market => health.market,
            });
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
                    self.link.set(Link::Absent);
                }
                Err(_) => self.cut(),
            }
        });
    }

    /// Returns whether a view needs it.
    pub(super) fn is_needed(self) -> bool {
        self.users.get_value() > 0
    }

    /// Ends the connection, and whatever would make another one.
    pub(super) fn leave(self) {
        self.turn.update_value(|turn| *turn += 1);
        drop(self.socket.update_value(Option::take));
        if let Some(Some(looking)) = self.looking.update_value(Option::take) {
            looking.clear();
        }
        if let Some(Some(waiting)) = self.waiting.update_value(Option::take) {
            waiting.clear();
        }
        self.topics.into_iter().for_each(Followed::cut);
    }

    /// The connection is gone: what was heard stays to be seen, and another one is tried after a while.
    fn cut(self) {
        self.leave();
        if !matches!(self.link.get_untracked(), Link::Cut(_)) {
            self.link.set(Link::Cut(js_sys::Date::now()));
        }
        // What is shown grows older all the same.
        let tick = move || self.clock.set(desk::now());
        self.looking.set_value(set_interval_with_handle(tick, Duration::from_millis(LOOK)).ok());
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

    /// Tells the server something; where there is no connection it is lost.
    pub(super) fn send(self, message: &FromPage) {
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
            match followed.take(message) {
                Some(Outcome::Newer) => {
                    if matches!(followed.topic(), Some(Topic::Desk {} | Topic::Market {})) {
                        self.whole_at.set_value(desk::now());
                    }
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
    pub(super) fn tell(self) {
        self.topics.into_iter().for_each(Followed::tell);
    }
}
