//! The tapes that can be chosen.

#![warn(clippy::indexing_slicing)]

use shared::api::Origin;

use crate::desk::Desk;
use crate::parts::state::Remote;

/// A tape that can be chosen: events of the server or of opened files.
#[derive(Clone, PartialEq)]
pub(super) struct Choice {
    /// The events' tickers with spaces between.
    pub(super) events: String,
    /// What it is called.
    pub(super) label: String,
    /// Where it comes from: an opened file is never taken for the server's tape of the same event.
    pub(super) origin: Origin,
}

impl Choice {
    /// Returns the events as an address names them.
    pub(super) fn in_address(&self) -> String {
        self.events.replace(' ', "+")
    }
}

/// Returns the tapes there are: of opened files first, then what was recorded, then what is simulated; of several events
/// all together, then each.
pub(super) fn choices(desk: Desk) -> Vec<Choice> {
    desk.list.with(|list| {
        let Remote::Ready(list) = list else { return Vec::new() };
        let mut choices = Vec::new();
        for (origin, what) in
            [(Origin::Opened, "opened"), (Origin::Recorded, "recorded"), (Origin::Simulated, "simulated")]
        {
            let events = list.events.iter().filter(|event| event.origin == origin);
            let events: Vec<&str> = events.map(|event| event.event.as_str()).collect();
            let mut choose = |events: String, label: String| choices.push(Choice { events, label, origin });
            if events.len() > 1 {
                choose(events.join(" "), format!("All {} {what} events", events.len()));
            }
            for event in events {
                choose(event.to_owned(), format!("{event}, {what}"));
            }
        }
        choices
    })
}
