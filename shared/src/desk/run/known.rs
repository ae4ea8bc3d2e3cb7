//! What is known of a run.

use super::{Desk, Phase};
use crate::backtest::Config;
use crate::desk::closed::Closed;
use crate::desk::killing::Killing;
use crate::desk::trading::Trading;
use crate::desk::{Changes, Wish};
use crate::market::{Position, Ticker};
use crate::units::{Cash, Timestamp};

impl Desk {
    /// Returns how it quotes now.
    pub const fn config(&self) -> &Config {
        &self.settings.config
    }

    /// Returns what people have changed of how it quotes.
    pub const fn changes(&self) -> &Changes {
        &self.left.changes
    }

    /// Returns when it must be told that time passed, if nothing else happens before.
    pub fn due(&self) -> Option<Timestamp> {
        let phase = match &self.phase {
            Phase::Starting(starting) => starting.due(),
            Phase::Trading(trading) => {
                let closes = Closed::due(self.now, trading.orders.unknown_since());
                trading.due().into_iter().chain(closes).chain(self.others.due()).min()
            }
            Phase::Leaving(clearing, _) => clearing.due(),
            Phase::Ended => return None,
        };
        let killing = self.killing.as_ref().and_then(Killing::due);
        phase.into_iter().chain(killing).min()
    }

    /// Returns whether what the stream says is taken in: before a run knows what there is it waits.
    pub const fn hears(&self) -> bool {
        matches!(self.phase, Phase::Trading(_))
    }

    /// Returns whether the next answer may take a while to be taken in, as all past trades are heard then.
    pub const fn is_about_to_learn(&self) -> bool {
        matches!(&self.phase, Phase::Starting(starting) if starting.is_about_to_know())
    }

    /// Returns what a person wants; or what they may be taken to want, after what has happened.
    pub const fn wanted(&self) -> Wish {
        self.wish
    }

    /// Returns the cash that is reckoned with, once that is known: what orders reserve of it included.
    pub fn cash(&self) -> Option<Cash> {
        Some(self.trading()?.maker()?.ledger().balance())
    }

    /// Returns what is held of a contract, once that is known.
    pub fn position(&self, ticker: &Ticker) -> Option<Position> {
        let place = self.event.contracts.iter().position(|contract| contract.ticker == *ticker)?;
        Some(self.trading()?.maker()?.position(place))
    }

    /// Returns the places of the contracts of which something was decided, be it that nothing shall rest.
    pub fn decided(&self) -> impl Iterator<Item = usize> {
        let trading = self.trading();
        let maker = trading.and_then(Trading::maker);
        let contracts = trading.map_or(0, |trading| trading.contracts.len());
        (0..contracts).filter(move |place| maker.is_some_and(|maker| maker.explained(*place).is_some()))
    }

    /// Returns whether nothing is known in which the account differs from what is reckoned with.
    pub fn is_reconciled(&self) -> bool {
        self.closed.drift.is_none() && self.misfits.is_empty()
    }

    /// Returns what the account has otherwise than was reckoned, in words, if nothing is quoted over that.
    pub fn drift(&self) -> Option<&str> {
        self.closed.drift.as_deref()
    }

    /// Returns what the event's loss counts from, once that is known: what the account was worth as the event's first run began,
    /// and what came from elsewhere since.
    pub fn start(&self) -> Option<Cash> {
        Some(self.trading()?.maker()?.gate().start())
    }

    /// Returns what trades, once it does.
    pub(in crate::desk) fn trading(&self) -> Option<&Trading> {
        match &self.phase {
            Phase::Trading(trading) => Some(trading),
            _ => None,
        }
    }

    pub(in crate::desk) fn trading_mut(&mut self) -> Option<&mut Trading> {
        match &mut self.phase {
            Phase::Trading(trading) => Some(trading),
            _ => None,
        }
    }

    /// Returns why it ends, while what rests is taken back.
    pub(in crate::desk) const fn leaving(&self) -> Option<&String> {
        match &self.phase {
            Phase::Leaving(_, why) => Some(why),
            _ => None,
        }
    }

    /// Returns the kill that is under way or holds.
    pub(in crate::desk) const fn killing(&self) -> Option<&Killing> {
        self.killing.as_ref()
    }
}
