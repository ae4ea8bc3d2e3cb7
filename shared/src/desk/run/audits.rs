//! Whether the account is as is reckoned.

use super::{Desk, Phase, Purpose};
use crate::desk::{Answer, Ask, Effect, Failure, Wish, audit};

impl Desk {
    pub(super) fn audit(&mut self, effects: &mut Vec<Effect>) {
        let Phase::Trading(trading) = &self.phase else { return };
        let heard = audit::heard(trading);
        let is_asked = self.asked.values().any(|purpose| matches!(purpose, Purpose::Audit(_)));
        if !is_asked {
            self.ask(Purpose::Audit(heard), Ask::Account, effects);
        }
    }

    /// Compares cash and positions with what the exchange says, where nothing has happened since it was asked. Twice in a row,
    /// with no fill between, is no delay any more: the exchange tells positions up to a second later than fills, so that a look
    /// that comes soon after a fill proves nothing.
    pub(super) fn audited(&mut self, asked: &audit::Heard, answer: Result<Answer, Failure>) {
        let Phase::Trading(trading) = &mut self.phase else { return };
        let account = match answer {
            Ok(Answer::Account(account)) => account,
            Ok(_) => return,
            Err(failure) => {
                trading.alert(true, format!("the account can't be asked for: {failure}"));
                return;
            }
        };
        trading.note_so_far(true);
        let misfits = audit::differs(trading, &account, asked);
        if let Some(misfit) = misfits.iter().find(|misfit| misfit.is_again(&self.misfits)) {
            let text = format!("{} Nothing is quoted until a person goes on.", misfit.text);
            trading.alert(true, text.clone());
            self.closed.drift.get_or_insert(text);
            if self.wish == Wish::Quote {
                self.wish(Wish::Pause);
            }
        }
        self.misfits = misfits;
    }
}
