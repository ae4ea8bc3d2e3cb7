//! What the nowcast of listeners says, and for how long that holds.

use crate::desk::Nowcast;
use crate::engine::Record;
use crate::quoting::nano;
use crate::units::Timestamp;

use super::Trading;

/// How long a nowcast holds after it was found, in microseconds: counts are published once a day.
const HOLDS: i64 = 86_400_000_000;

/// What was last said, and what the engine was told of it.
#[derive(Debug, Default)]
pub(super) struct Nowcasts {
    until: Option<Timestamp>,
    told: Vec<Option<i64>>,
}

impl Trading {
    /// Takes in what the nowcast says, where quotes are made about it: of a contract that it leaves out it says nothing any
    /// more.
    pub(in crate::desk) fn hear_nowcast(&mut self, now: Timestamp, nowcast: &Nowcast) {
        if !self.fair.asks_nowcast() {
            return;
        }
        self.nowcasts.until = nowcast.at.checked_add_micros(HOLDS);
        let said = |place: usize| {
            let ticker = &self.contracts.get(place)?.ticker;
            let (_, p) = nowcast.says.iter().find(|(of, p)| of == ticker && (0.0..=1.0).contains(p))?;
            Some(nano(*p))
        };
        let said: Vec<Option<i64>> = (0..self.contracts.len()).map(said).collect();
        self.tell_nowcasts(now, said);
        self.end_nowcasts(now);
    }

    /// Takes back what the nowcast said, once that is too old.
    pub(super) fn end_nowcasts(&mut self, now: Timestamp) {
        if self.nowcasts.until.is_some_and(|until| until <= now) {
            self.nowcasts.until = None;
            if self.nowcasts.told.iter().any(Option::is_some) {
                let text =
                    "The nowcast is older than a day: nothing is quoted about it until it is found anew.";
                self.alert(true, text.to_owned());
            }
            self.tell_nowcasts(now, vec![None; self.contracts.len()]);
        }
    }

    /// Returns when what the nowcast said is too old.
    pub(super) const fn nowcasts_end(&self) -> Option<Timestamp> {
        self.nowcasts.until
    }

    /// Tells the engine what is new of it.
    fn tell_nowcasts(&mut self, now: Timestamp, said: Vec<Option<i64>>) {
        let mut before = std::mem::replace(&mut self.nowcasts.told, said.clone());
        before.resize(said.len(), None);
        for (place, (nano, _)) in
            said.into_iter().zip(before).enumerate().filter(|(_, (now, then))| now != then)
        {
            self.tell(now, &Record::Nowcast { place, nano });
        }
    }
}
