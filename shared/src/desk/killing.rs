//! Taking every order of the account back, and letting no other one in.

use super::{Answer, Ask, Failure, is_kill_mark};
use crate::units::Timestamp;

/// How long an answer is waited for before the same is asked once more, which changes nothing if it was done, in microseconds;
/// and how long while so many are on their way that nothing seems to get through. When that changes can't be known but by
/// asking.
const AGAIN: i64 = 150_000;
const RARELY: i64 = 500_000;
const MANY: usize = 24;
/// How often it is looked while nothing rests whether the account was killed past the desk too, in microseconds.
const LOOK: i64 = 2_000_000;
/// A cancellation of all orders may catch those of the next minute: for so long no order is placed after it.
const AFTERMATH: i64 = 60_000_000;

/// A kill.
#[derive(Debug)]
pub(super) struct Killing {
    /// The order group, which is triggered: none if there is none yet.
    group: Option<String>,
    is_triggered: bool,
    /// The group of the run before, as long as it isn't known to be triggered: what of it is on its way may come to rest.
    before: Option<String>,
    is_cancelled: bool,
    /// Nothing rests: the exchange has said so after both.
    pub(super) is_done: bool,
    /// When something was last asked, and how much is on its way.
    asked: Option<Timestamp>,
    waiting: usize,
    /// When all orders were last asked to be taken back.
    cancelled: Timestamp,
    /// When the exchange last said which marks there are.
    looked: Option<Timestamp>,
    /// A person wants the desk to trade again.
    pub(super) is_over: bool,
    /// The marks of kills past the desk of which people know, until a person wants to trade again; then those of them that still
    /// stand. Whoever starts a desk overrules what was known then, and no kill that came to be known later.
    marks: Vec<String>,
    /// The group takes orders again.
    is_reset: bool,
    /// It was looked after that whether there is another mark: none if not, else whether there is.
    marked_since: Option<bool>,
}

impl Killing {
    pub(super) fn new(now: Timestamp, group: Option<&str>, before: Option<&str>) -> Self {
        Self {
            before: before.map(str::to_owned),
            group: group.map(str::to_owned),
            is_triggered: group.is_none(),
            is_cancelled: false,
            is_done: false,
            asked: None,
            waiting: 0,
            cancelled: now,
            looked: None,
            is_over: false,
            marks: Vec::new(),
            is_reset: group.is_none(),
            marked_since: None,
        }
    }

    /// Takes note of marks that the exchange has, of which people know: whoever killed knows its own.
    pub(super) fn marked(&mut self, marks: Vec<String>) {
        if !self.is_over {
            self.marks.extend(marks);
        }
    }

    /// Takes note that a person wants to trade again.
    pub(super) const fn is_to_end(&mut self) {
        (self.is_over, self.asked) = (true, None);
    }

    /// Takes note that the machine has waited long enough: a clock that was put back would not show it for a while.
    pub(super) const fn waited(&mut self) {
        if !self.is_done {
            self.asked = None;
        }
    }

    /// Returns what is to be asked now.
    pub(super) fn tick(&mut self, now: Timestamp) -> Vec<Ask> {
        let mut asks = Vec::new();
        if self.due().is_some_and(|due| due <= now) {
            if self.is_done {
                asks = if self.is_over { self.rearm() } else { vec![Ask::Groups] };
            } else if self.is_triggered && self.before.is_none() && self.is_cancelled {
                asks.push(Ask::Resting);
            } else {
                if !self.is_triggered
                    && let Some(group) = &self.group
                {
                    asks.push(Ask::TriggerGroup(group.clone()));
                }
                if let Some(before) = &self.before {
                    asks.push(Ask::TriggerGroup(before.clone()));
                }
                if !self.is_cancelled {
                    asks.push(Ask::CancelAll);
                    self.cancelled = now;
                }
            }
        }
        if !asks.is_empty() {
            self.asked = Some(now);
            self.waiting += asks.len();
        }
        asks
    }

    /// Returns when something is to be asked.
    pub(super) fn due(&self) -> Option<Timestamp> {
        let again = match self.asked {
            None => Timestamp::MIN,
            Some(asked) => {
                let pause = if self.waiting < MANY { AGAIN } else { RARELY };
                asked.checked_add_micros(pause).unwrap_or(Timestamp::MAX)
            }
        };
        if !self.is_done {
            return Some(again);
        }
        if !self.is_over {
            let next = |at: Timestamp| at.checked_add_micros(LOOK).unwrap_or(Timestamp::MAX);
            return Some(self.looked.map_or(again, |at| again.max(next(at))));
        }
        if self.marked_since.is_some() {
            return None;
        }
        // The marks that a person knows of are taken away at once: one that is there later is of another kill.
        if !self.marks.is_empty() {
            return Some(again);
        }
        // An answer that tells of an earlier time must not be taken for one that comes after the reset.
        if !self.is_reset && self.waiting > 0 {
            return None;
        }
        Some(again.max(self.over_at()))
    }

    /// Returns what lets orders be placed again, step by step.
    fn rearm(&self) -> Vec<Ask> {
        match &self.group {
            _ if !self.marks.is_empty() => self.marks.iter().cloned().map(Ask::DeleteGroup).collect(),
            Some(group) if !self.is_reset => vec![Ask::ResetGroup(group.clone())],
            // Who kills past the desk leaves the mark first, and triggers the groups then: either it is there by now, or the
            // group is triggered after it was reset.
            _ => vec![Ask::Groups],
        }
    }

    /// Returns when orders may be placed again.
    pub(super) fn over_at(&self) -> Timestamp {
        self.cancelled.checked_add_micros(AFTERMATH).unwrap_or(Timestamp::MAX)
    }

    /// Returns whether it is over: a person wants that, the time has come, the group takes orders again, and nobody has killed
    /// the account since.
    pub(super) fn has_ended(&self, now: Timestamp) -> bool {
        self.is_done && self.is_over && self.marked_since == Some(false) && now >= self.over_at()
    }

    /// Returns whether somebody has killed the account since a person wanted to trade again.
    pub(super) fn is_again(&self) -> bool {
        self.marked_since == Some(true)
    }

    /// Takes in an answer to `ask`.
    pub(super) fn answered(&mut self, now: Timestamp, ask: &Ask, answer: &Result<Answer, Failure>) {
        self.waiting = self.waiting.saturating_sub(1);
        let is_done = answer.is_ok();
        // A group that is gone takes no order.
        let is_gone = answer.as_ref().is_err_and(Failure::is_not_found);
        match ask {
            Ask::TriggerGroup(id) if self.before.as_ref() == Some(id) && (is_done || is_gone) => {
                self.before = None;
                // What of it came to rest meanwhile is taken back once more.
                self.is_cancelled = false;
            }
            Ask::TriggerGroup(id) if self.before.as_ref() == Some(id) => {}
            Ask::TriggerGroup(_) => self.is_triggered |= is_done || is_gone,
            Ask::CancelAll => self.is_cancelled |= is_done,
            Ask::ResetGroup(_) => self.is_reset |= is_done,
            Ask::Groups => {
                if let Ok(Answer::Groups(groups)) = answer {
                    let marks = groups.iter().filter(|group| is_kill_mark(group));
                    let marks: Vec<String> = marks.map(|group| group.id.clone()).collect();
                    if !self.is_over {
                        (self.marks, self.looked) = (marks, Some(now));
                    } else if self.is_reset && now >= self.over_at() {
                        self.marked_since.get_or_insert(!marks.is_empty());
                    }
                }
            }
            Ask::DeleteGroup(id) if is_done || is_gone => {
                self.marks.retain(|mark| mark != id);
            }
            Ask::Resting => match answer {
                Ok(Answer::Orders(resting)) if resting.is_empty() => self.is_done = true,
                // What came in before the group was triggered is taken back once more.
                Ok(_) => self.is_cancelled = false,
                Err(_) => {}
            },
            _ => {}
        }
        if is_done {
            // The next step needn't wait.
            self.asked = None;
        }
    }
}
