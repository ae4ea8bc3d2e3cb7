//! A desk's process: its clock, its disk, its connection, and what is on its way out.

use std::collections::VecDeque;

use super::dice::later;
use super::journal::Journal;
use super::world::PURSE;
use crate::desk::{Ask, Effect, End, Entry, Event, Wish};
use crate::units::{Cash, Timestamp};

/// How often the account is compared, in microseconds.
pub(super) const AUDIT: i64 = 10_000_000;
/// How often it is said that nothing was heard, and after how long first, in microseconds.
pub(super) const SILENCE: i64 = 5_000_000;

/// A desk's process.
#[derive(Debug)]
pub(super) struct Shell<T> {
    pub(super) event: Event,
    /// The run, if one is under way.
    pub(super) desk: Option<T>,
    pub(super) run: i64,
    pub(super) journal: Journal,
    /// What follows and is not done yet.
    pub(super) out: VecDeque<(Timestamp, Out)>,
    /// When the disk is done with what it was given.
    pub(super) written: Timestamp,
    /// What a person wants, whether the run was told, and not before when it is.
    pub(super) wish: Wish,
    pub(super) is_told: bool,
    pub(super) repeat: Timestamp,
    /// What the next run is told at first.
    pub(super) begins: Wish,
    /// Until when the process stands still.
    pub(super) frozen: Timestamp,
    /// When the run began.
    pub(super) began: Timestamp,
    /// When the next run begins, if none is under way.
    pub(super) again: Option<Timestamp>,
    /// The run was told to end in order: after how long the next one begins.
    pub(super) comes_back: Option<i64>,
    /// Why the last run was lost.
    pub(super) why: String,
    /// When the process ends, in effects, and whether the machine does.
    pub(super) crash: Option<(i64, bool)>,
    /// When it looks at the clock.
    pub(super) wake: Option<Timestamp>,
    pub(super) audit: Timestamp,
    /// When something was last heard.
    pub(super) heard: Timestamp,
    pub(super) silence: Timestamp,
    pub(super) was_silent: bool,
    /// The latest that its clock has shown: what it goes by, as its time never goes back.
    pub(super) clock: Timestamp,
    /// By how much its clock was ahead when an answer last showed it.
    pub(super) skew: i64,
    /// The run can't know its cash: something that a person placed by hand rested when it began, which counts as spent, as nothing
    /// that the exchange says tells them apart; or a contract that had settled then was corrected since.
    pub(super) is_blurred: bool,
    /// What its event began with, unless what tells of that was lost with the machine: then the next run says it.
    pub(super) event_began: Option<Cash>,
    /// It has ended for good.
    pub(super) is_over: bool,
    /// How often it woke up at one instant.
    pub(super) woke: (Timestamp, u32),
}

/// Something to be done.
#[derive(Debug)]
pub(super) enum Out {
    /// Written down.
    Commit(Vec<Entry>),
    /// Sent, under this number.
    Send(u64, Ask),
    /// Made beside the loop.
    Fit(Vec<crate::belief::Asked>),
    /// The end of the run.
    End(End),
}

impl<T> Shell<T> {
    pub(super) fn new(event: Event, desk: usize, journal: Journal, now: Timestamp) -> Self {
        Self {
            event,
            desk: None,
            run: desk as i64,
            journal,
            out: VecDeque::new(),
            written: now,
            wish: Wish::Quote,
            is_told: true,
            repeat: now,
            begins: Wish::Quote,
            frozen: now,
            began: now,
            again: Some(now),
            comes_back: None,
            why: String::new(),
            crash: None,
            wake: None,
            audit: now,
            heard: now,
            silence: now,
            was_silent: false,
            clock: now,
            skew: 0,
            is_blurred: false,
            event_began: Some(Cash::from_microdollars(PURSE)),
            is_over: false,
            woke: (now, 0),
        }
    }

    /// Takes in what follows, which is done in order; what is written takes so many microseconds.
    pub(super) fn queue(&mut self, now: Timestamp, effect: Effect, takes: i64) {
        let out = match effect {
            Effect::Write(entries) => {
                // What is written together is committed together.
                self.written = self.written.max(later(now, takes));
                Out::Commit(entries)
            }
            Effect::Ask(number, ask) => Out::Send(number, ask),
            Effect::Fit(asked) => Out::Fit(asked),
            // Whoever asked by hand goes by what rests then.
            Effect::Hand(..) => return,
            Effect::End(end) => Out::End(end),
        };
        self.out.push_back((self.written.max(now), out));
    }

    /// Returns when it does something by itself.
    pub(super) fn due(&self) -> Option<Timestamp> {
        if self.is_over {
            return None;
        }
        let runs = self.desk.is_some().then_some(self.audit.min(self.silence));
        let tells = (self.desk.is_some() && !self.is_told).then_some(self.repeat);
        let out = self.out.front().map(|out| out.0);
        let due = [self.again, runs, tells, out, self.wake].into_iter().flatten().min()?;
        Some(due.max(self.frozen))
    }

    /// Ends the run: nothing more is told to it or done for it; the next one begins later.
    pub(super) fn end(&mut self, again: Option<Timestamp>) {
        self.desk = None;
        self.comes_back = None;
        self.out.clear();
        self.wake = None;
        self.crash = None;
        self.again = again;
        self.journal.close();
    }
}
