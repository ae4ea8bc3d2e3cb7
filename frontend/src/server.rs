//! Whether the server is there, and whether it still holds what it held: asked now and then, and when a request fails.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{Origin, TapeList};
use shared::market::Ticker;

use crate::desk::Desk;
use crate::net;
use crate::parts::state::Remote;
use crate::reactive::StoredValue;
use crate::worker::{self, Ask};

/// How often a server that is there is asked, in milliseconds. Nothing is sent back while its tapes are the same.
const USUALLY: u64 = 20_000;
/// How soon a server that was not there is asked again at first, and how late at most: each time twice as late.
const SOON: u64 = 1_000;
const LATEST: u64 = 30_000;

/// What is known of the server.
#[derive(Clone, Copy)]
struct Watch {
    desk: Desk,
    /// The tag of the list of tapes that is shown.
    tag: StoredValue<String>,
    /// How late it is asked next.
    delay: StoredValue<u64>,
    next: StoredValue<Option<TimeoutHandle>>,
    is_asking: StoredValue<bool>,
}

/// Asks for the tapes, and watches the server from then on.
pub(crate) fn watch(desk: Desk) {
    let watch = Watch {
        desk,
        tag: StoredValue::default(),
        delay: StoredValue::new(USUALLY),
        next: StoredValue::new(None),
        is_asking: StoredValue::new(false),
    };
    watch.look();
    net::when_failed(move || {
        // Unless it is known already.
        if desk.gone.with_untracked(Option::is_none) {
            watch.look();
        }
    });
    desk.look.set_value(Some(Callback::new(move |()| watch.look())));
    // Both reach the window: one bubbles up to it from the document.
    for event in ["visibilitychange", "online"] {
        let back = move |_| {
            if !document().hidden() {
                watch.look();
            }
        };
        let listener = window_event_listener_untyped(event, back);
        on_cleanup(move || listener.remove());
    }
}

impl Watch {
    fn look(self) {
        if self.is_asking.get_value() {
            return;
        }
        self.is_asking.set_value(true);
        self.desk.find_who_looks();
        spawn_local(async move {
            let answer = net::tapes(&self.tag.get_value()).await;
            self.is_asking.set_value(false);
            match answer {
                Ok(news) => {
                    self.delay.set_value(USUALLY);
                    let was_gone = self.desk.gone.with_untracked(Option::is_some);
                    self.desk.gone.set(None);
                    if let Some((tag, list)) = news {
                        self.tag.set_value(tag);
                        self.desk.take_list(list);
                    }
                    if was_gone {
                        self.desk.returned.update(|times| *times += 1);
                    }
                }
                Err(reason) => {
                    let late = self.delay.get_value();
                    self.delay.set_value(if late == USUALLY { SOON } else { (2 * late).min(LATEST) });
                    self.desk.list.update(|list| {
                        if !matches!(list, Remote::Ready(_)) {
                            *list = Remote::Failed(reason.clone());
                        }
                    });
                    self.desk.gone.set(Some(reason));
                }
            }
            self.wait();
        });
    }

    /// Asks again after a while; while nobody looks at the page, nothing is asked.
    fn wait(self) {
        if let Some(earlier) = self.next.get_value() {
            earlier.clear();
        }
        let look = move || {
            if !document().hidden() {
                self.look();
            }
        };
        self.next
            .set_value(set_timeout_with_handle(look, Duration::from_millis(self.delay.get_value())).ok());
    }
}

impl Desk {
    /// Asks the server who it takes whoever looks to be. Who never signed in is led to where one does; who was signed out meanwhile
    /// keeps what is on the page.
    fn find_who_looks(self) {
        spawn_local(async move {
            let Ok(me) = net::me().await else { return };
            let is_out = me.signs_in && me.role.is_none();
            if is_out && self.me.with_untracked(Option::is_none) {
                let page = self.page.get_untracked().path;
                let _ = window().location().assign(&format!("sign-in?then={page}"));
                return;
            }
            if self.me.with_untracked(|known| known.as_ref() != Some(&me)) {
                self.me.set(Some(me));
            }
        });
    }

    /// Takes the server's list of events: its first, or another one than before. What was opened here stays.
    fn take_list(self, mut list: TapeList) {
        let shown = untrack(|| self.event());
        let was_served = self.served_problems.get_value();
        self.served_problems.set_value(list.problems.len());
        let mut is_first = false;
        self.list.update(|known| {
            if let Remote::Ready(known) = known {
                known.events.retain(|event| event.origin == Origin::Opened);
                list.events.retain(|event| !known.events.iter().any(|opened| opened.event == event.event));
                known.events.append(&mut list.events);
                known.problems.drain(..was_served.min(known.problems.len()));
                list.problems.append(&mut known.problems);
                known.problems = std::mem::take(&mut list.problems);
                known.mode = list.mode;
            } else {
                is_first = true;
                *known = Remote::Ready(list);
            }
        });
        if is_first {
            self.open_asked();
            return;
        }
        self.prints.update(|kept| kept.retain(|prints| self.is_opened(&prints.ticker)));
        if worker::is_there() {
            worker::ask(Ask::Forget {}, |_| {});
        }
        let is_lost = shown.is_some() && untrack(|| self.event()).is_none();
        self.say(if is_lost {
            "The server has other tapes now, and none of the event that is shown: what was loaded of it stays. Choose another event above."
        } else {
            "The server has other tapes now: the list of events is refreshed."
        });
        self.changed.update(|times| *times += 1);
    }

    /// Returns whether the contract's tape is of a file that was opened here.
    pub(crate) fn is_opened(self, ticker: &Ticker) -> bool {
        self.list.with_untracked(|list| {
            let Remote::Ready(list) = list else { return false };
            let opened = list.events.iter().filter(|event| event.origin == Origin::Opened);
            opened.flat_map(|event| &event.contracts).any(|contract| contract.ticker == *ticker)
        })
    }
}
