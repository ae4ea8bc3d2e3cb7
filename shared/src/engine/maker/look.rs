//! When to look at the account and the quotes again.

use super::Maker;
use crate::engine::{Error, Outputs};
use crate::market::Position;
use crate::quoting::Widening;
use crate::risk::Halt;
use crate::units::{Cash, Timestamp};

impl Maker {
    /// Shows the account to the gate, and decides all anew if that opened or closed it.
    #[inline]
    pub(super) fn account(&mut self, now: Timestamp, out: &mut Outputs) -> Result<(), Error> {
        let (balance, equity) = (self.ledger.balance(), self.ledger.equity());
        if !self.is_valued {
            self.value(equity);
        }
        if now < self.look_again && self.halted.is_none() && self.gate.passes(balance, equity) {
            return Ok(());
        }
        self.gate.observe(now, balance, equity);
        let halted = self.gate.halted(now);
        self.look_again = self.gate.look_again(now);
        if halted.is_some() {
            // Also where something else halted before: each has an end of its own.
            self.wake_by(self.gate.resumes(now));
        }
        if halted == self.halted { Ok(()) } else { self.turn(halted, now, out) }
    }

    /// Takes the account for what the event begins with, until what was held of it at first has a value: that it gets one is
    /// neither a gain nor a loss.
    #[cold]
    fn value(&mut self, equity: Cash) {
        self.is_valued = self.contracts.iter().enumerate().all(|(contract, state)| {
            state.belief.is_some()
                || self.ledger.position(contract) == Position::FLAT
                || self.ledger.settled(contract).is_some()
        });
        let Some((before, brought)) = &self.carried else { return self.gate.begin(equity) };
        // What nobody has paid for comes in as if it had been given.
        let worth = brought.iter().enumerate().map(|(contract, held)| {
            self.mark_now(contract).map_or(0, |mark| held.worth(mark).microdollars())
        });
        let sums = [self.ledger.cash().microdollars(), before.spent.microdollars()];
        let start = sums.into_iter().chain(worth).fold(0, i64::saturating_add);
        self.gate.go_on(Cash::from_microdollars(start), equity, self.is_valued.then_some(&before.day));
        if self.is_valued {
            self.carried = None;
        }
    }

    /// Decides all anew, as the gate has opened or closed, or is closed by something else.
    #[cold]
    fn turn(&mut self, halted: Option<Halt>, now: Timestamp, out: &mut Outputs) -> Result<(), Error> {
        self.halted = halted;
        if let Some(together) = &mut self.together {
            (0..self.contracts.len()).for_each(|contract| together.watch.unwatch(contract));
        }
        self.react_all(now, out)
    }

    /// Sees to it that a tick at `due` is heard.
    pub(super) fn wake_by(&mut self, due: Option<Timestamp>) {
        self.due = match (self.due, due) {
            (Some(known), Some(due)) => Some(known.min(due)),
            (known, due) => known.or(due),
        };
    }

    /// Finds the next time after `now` that something ends or is due.
    pub(super) fn wake_again(&mut self, now: Timestamp) {
        let rules = &self.settings.quoting;
        let mut due = self.gate.resumes(now);
        for state in &self.contracts {
            if state.requote.is_calm() && state.widened.is_none() && state.again.is_none() {
                continue;
            }
            let settles = state.toxicity.settles(now, rules);
            let held = state.requote.held_since();
            let held = held.and_then(|at| at.checked_add_micros(self.settings.patience.refresh));
            let widened = state.widened.map(Widening::until);
            for at in [settles, held, widened, state.again].into_iter().flatten().filter(|at| *at > now) {
                due = Some(due.map_or(at, |known| known.min(at)));
            }
        }
        self.due = due;
    }
}
