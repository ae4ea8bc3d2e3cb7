//! What limits count on from: told as a run begins to trade, and written down for the next one.

use crate::desk::entry::{Entry, Written};
use crate::desk::{Account, Kept, Setting, SoFar};
use crate::engine::Record;
use crate::market::{Position, Ticker};
use crate::risk::Carried;
use crate::units::Timestamp;

use super::Trading;

impl Trading {
    /// Tells the engine what runs before have sent and lost, once all that was traded in the past is told: what is held counts from
    /// what it is worth now.
    pub(in crate::desk) fn count_on(&mut self, now: Timestamp, account: &Account, so_far: &SoFar) {
        let held = self.contracts.iter().map(|one| (one.ticker.clone(), account.held(&one.ticker)));
        let held: Vec<(Ticker, Position)> = held.collect();
        let (carried, brought) = so_far.carried(&self.event, &held);
        if carried != Carried::default() || !account.held.is_empty() {
            let (event, carried) = (self.event.clone(), Box::new(carried));
            self.tell(now, &Record::Carried { event, carried, brought });
        }
    }

    /// Writes down what the event has cost and lost, if that is something else than was last: the highest equity, which changes
    /// all the time, only where all of it is asked for.
    pub(in crate::desk) fn note_so_far(&mut self, all: bool) {
        let Some(maker) = self.maker() else { return };
        let Some(mut so_far) = maker.so_far() else { return };
        if let Some(noted) = self.noted.filter(|noted| !all && noted.day.ends == so_far.day.ends) {
            so_far.day.high = noted.day.high;
        }
        if self.noted == Some(so_far) {
            return;
        }
        let held = self.contracts.iter().enumerate();
        let held = held.map(|(place, contract)| (contract.ticker.clone(), maker.position(place)));
        let held = held.filter(|(_, held)| *held != Position::FLAT).collect();
        let kept = Kept { event: self.event.clone(), so_far, held };
        self.noted = Some(so_far);
        let what = Written::Setting(Setting::SoFar(Box::new(kept)));
        self.entries.push(Entry { at: self.now, what });
    }
}
