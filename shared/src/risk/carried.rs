//! What of the limits' account outlives a run: who begins again has not lost nothing yet, and has sent messages.
//!
//! Sums are counted from what the event began with, so that cash that came from elsewhere meanwhile is no gain of it.

use serde::{Deserialize, Serialize};

use super::Gate;
use crate::units::{Cash, Timestamp};

/// What is counted on from the runs before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carried {
    /// What of the event is known, if one of them traded it.
    pub event: Option<EventSoFar>,
    /// When messages were sent within the last minute, the oldest first.
    pub messages: Vec<Timestamp>,
}

/// An event's account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventSoFar {
    /// What it began with less the cash that there is, NO's collateral not taken off: what it takes if all that is held is worth
    /// nothing.
    pub spent: Cash,
    /// The day and its loss.
    pub day: Day,
}

/// The account's day, its equities as what they are above what the event began with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    /// When it ends.
    pub ends: Timestamp,
    /// The equity that it began with.
    pub start: Cash,
    /// The highest one since.
    pub high: Cash,
    /// Until when its loss halts, if it does.
    pub lost_until: Option<Timestamp>,
    /// The greatest loss that has halted, in thousandths of what it counts from.
    pub lost: i64,
}

impl Gate {
    /// Takes the messages of runs before for sent, and a halt for their day's loss for one that holds.
    pub fn carry(&mut self, carried: &Carried) {
        if self.bounds.max_messages.is_some() {
            self.messages = carried.messages.iter().copied().collect();
        }
        self.halts.carry_halt(carried.event.as_ref().map(|event| &event.day));
    }

    /// Takes note that the event began with `start`, in runs before, and that the account has `equity` now; with the day of these
    /// runs once all that is held has a value.
    pub fn go_on(&mut self, start: Cash, equity: Cash, day: Option<&Day>) {
        self.start = start;
        self.halts.begin(equity);
        if let Some(day) = day {
            self.halts.carry_day(day, start);
        }
    }

    /// Returns what is to be counted on from after this run, where the event has `cash` by now, NO's collateral not taken off.
    pub fn so_far(&self, cash: Cash) -> EventSoFar {
        let spent = self.start.microdollars().saturating_sub(cash.microdollars());
        EventSoFar { spent: Cash::from_microdollars(spent), day: self.halts.day(self.start) }
    }
}
