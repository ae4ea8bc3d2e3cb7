//! What people want of a run, by whatever way.

use super::{Desk, Phase};
use crate::desk::entry::{Setting, Written};
use crate::desk::killing::Killing;
use crate::desk::others::Others;
use crate::desk::{ByHand, Effect, NotByHand, Unchanged, Wanted, Wish};
use crate::units::Timestamp;

impl Desk {
    /// Makes a change of settings that a person wants, at `now`: it is written down, then the engine is told. Returns the version
    /// that holds then. What follows is added to `effects`.
    ///
    /// # Errors
    ///
    /// Says why it isn't made: nothing has changed then.
    pub fn change(
        &mut self,
        now: Timestamp,
        wanted: &Wanted,
        effects: &mut Vec<Effect>,
    ) -> Result<u64, Unchanged> {
        self.now = now.max(self.now);
        if !self.settings.can_change {
            return Err(Unchanged::Armed);
        }
        let Phase::Trading(trading) = &mut self.phase else { return Err(Unchanged::NotNow) };
        let (config, change) = self.left.changes.make(self.now, &self.settings.config, wanted)?;
        let (version, change) = (change.version, Box::new(change));
        self.settings.config = config;
        trading.change(self.now, change, &config.parameters());
        self.flush(effects);
        Ok(version)
    }

    /// Takes note of what a person wants.
    pub(super) fn wish(&mut self, wish: Wish) {
        if wish == Wish::Quote {
            if self.closed.drift.is_some() {
                // What the exchange says is taken for what there is.
                self.lose("A person goes on with what the exchange says.".to_owned());
            }
            self.end_killing();
        }
        if wish == self.wish {
            return;
        }
        self.wish = wish;
        if wish == Wish::HandOver {
            // What is not known by now is not waited for.
            self.others.decide();
        }
        if !self.is_to_end() {
            self.write(Written::Setting(Setting::Wish(wish)));
        }
        if wish == Wish::Kill {
            self.killing = Some(Killing::new(self.now, self.group.as_deref(), self.unfenced()));
        }
    }

    /// Returns whether a person wants it to end.
    pub(super) const fn is_to_end(&self) -> bool {
        matches!(self.wish, Wish::Stop | Wish::HandOver)
    }

    /// Returns whether it is to end with what rests left to the next run: not where everything is to be taken back, nor where the
    /// account isn't known to be as is reckoned.
    pub(super) fn hands_over(&self) -> bool {
        self.wish == Wish::HandOver
            && self.killing.is_none()
            && self.is_reconciled()
            && self.others == Others::None
    }

    /// Does what a person asks by hand, or only says what would come of it.
    pub(super) fn by_hand(&mut self, asked: &ByHand) -> Result<String, NotByHand> {
        let is_on = matches!(self.wish, Wish::Quote | Wish::Pause) && self.killing.is_none();
        match &mut self.phase {
            Phase::Trading(trading) if is_on => trading.by_hand(self.now, asked),
            _ => Err(NotByHand::Idle),
        }
    }

    /// Takes note of marks of kills of which people know.
    pub(super) fn mark(&mut self, marks: Vec<String>) {
        if let Some(killing) = &mut self.killing {
            killing.marked(marks);
        }
    }

    /// Takes note that a person wants it to quote.
    pub(super) const fn end_killing(&mut self) {
        if let Some(killing) = &mut self.killing {
            killing.is_to_end();
        }
    }

    /// Takes note that the account was killed past the desk. A person who wanted it to quote may not have known of that: it is
    /// killed until one says so again.
    pub(super) fn killed_past(&mut self) {
        if let Phase::Trading(trading) = &mut self.phase {
            let text = "The account was killed past this desk: it was not known yet when the desk was started. Start once more \
                        makes it quote again.";
            trading.alert(true, text.to_owned());
        }
        self.wish(Wish::Kill);
    }

    /// Takes note that a desk which began later trades this account: this one lets it.
    pub(super) fn succeeded(&mut self) {
        if self.wish != Wish::Quote {
            return;
        }
        if let Phase::Trading(trading) = &mut self.phase {
            let text = "Another desk has begun to trade this account: this one quotes nothing any more. End one of the two \
                        before you start this one again.";
            trading.alert(true, text.to_owned());
        }
        self.wish(Wish::Off);
    }
}
