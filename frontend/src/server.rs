//! Whether the server is there, and whether it still holds what it held: asked now and then, and when a request fails.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{Origin, TapeList};

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
    /// Takes the server's list of events: its first, or another one than before. What was opened here stays.
    fn take_list(self, mut list: TapeList) {
        let before = self.list.with_untracked(|before| match before {
            Remote::Ready(before) => Some(before.clone()),
            _ => None,
        });
        let served_problems = list.problems.len();
        if let Some(before) = before {
            let is_opened = |event: &&shared::api::EventSummary| event.origin == Origin::Opened;
            let opened: Vec<_> = before.events.iter().filter(is_opened).cloned().collect();
            list.events.retain(|event| !opened.iter().any(|other| other.event == event.event));
            list.events.splice(0..0, opened.iter().cloned());
            list.problems.extend(before.problems.into_iter().skip(self.served_problems.get_value()));
            self.prints.update(|kept| {
                kept.retain(|prints| {
                    opened.iter().flat_map(|event| &event.contracts).any(|c| c.ticker == prints.ticker)
                });
            });
            if worker::is_there() {
                worker::ask(Ask::Forget {}, |_| {});
            }
            let shown = self.scenario.with_untracked(|scenario| scenario.as_ref().map(|s| s.event().clone()));
            let lost = shown.filter(|shown| {
                let holds =
                    |events: &[shared::api::EventSummary]| events.iter().any(|event| event.event == *shown);
                holds(&before.events) && !holds(&list.events)
            });
            self.say(match lost {
                Some(event) => format!("The server has other tapes now, and none of {event}: what is shown is what it held. Choose another event above."),
                None => "The server has other tapes now: the list of events is refreshed.".to_owned(),
            });
            self.served_problems.set_value(served_problems);
            self.list.set(Remote::Ready(list));
            self.changed.update(|times| *times += 1);
        } else {
            self.served_problems.set_value(served_problems);
            self.list.set(Remote::Ready(list));
            self.open_asked();
        }
    }
}
