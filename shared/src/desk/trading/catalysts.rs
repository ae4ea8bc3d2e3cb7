//! What may move an artist's listeners: whose contract it is, what is done about it, and what of it still holds.

use crate::catalyst::{Catalyst, Precaution};
use crate::engine::Record;
use crate::format;
use crate::names::folded;
use crate::quoting::Widening;
use crate::stream::Appended;
use crate::units::Timestamp;

use super::Trading;

/// How many are said one by one, of those that come between two looks of whoever watches; the others are counted. All
/// of them are acted on.
const SAID: usize = 20;

/// Something that was heeded, and holds until it says.
#[derive(Debug)]
struct Heeded {
    place: usize,
    catalyst: Catalyst,
}

/// What was heeded: of each contract, kind and precaution the one that holds longest, so that there are never more than
/// these.
#[derive(Debug, Default)]
pub(super) struct Catalysts {
    heeded: Vec<Heeded>,
    /// How many were not said.
    unsaid: usize,
}

impl Trading {
    /// Acts on what was seen, if it is of an artist whose contract is traded here, and says what it did. What is told
    /// again changes nothing and is not said again.
    pub(in crate::desk) fn heed(&mut self, now: Timestamp, catalyst: &Catalyst) {
        let now = now.max(self.now);
        self.catalysts.heeded.retain(|known| known.catalyst.until > now);
        if self.catalysts.heeded.iter().any(|known| known.catalyst.is_same(catalyst)) {
            return;
        }
        let Catalyst { artist, text, precaution, until, .. } = catalyst;
        if let Precaution::Widen { percent } = *precaution
            && let Err(invalid) = Widening::new(percent, *until)
        {
            self.alert(true, format!("{artist}: {text}. It can't be acted on: {invalid}"));
            return;
        }
        let place = self.contracts.iter().position(|contract| folded(&contract.name) == folded(artist));
        let does = match (place, *precaution) {
            _ if *until <= now => "That is over already.".to_owned(),
            (None, _) => "No contract here is that artist's: nothing is changed.".to_owned(),
            (Some(_), Precaution::Pull) => {
                format!("All quotes are pulled until {}.", format::minute(*until))
            }
            (Some(_), Precaution::Widen { percent }) => format!(
                "The quotes of that contract and of the likeliest other one are widened to {percent}\u{202f}% until {}.",
                format::minute(*until)
            ),
        };
        if let Some(place) = place.filter(|_| *until > now) {
            self.tell(now, &Record::Catalyst { place, catalyst: catalyst.clone() });
            let of_kind = |known: &Heeded| {
                (known.place, known.catalyst.kind, known.catalyst.precaution)
                    == (place, catalyst.kind, *precaution)
            };
            match self.catalysts.heeded.iter_mut().find(|known| of_kind(known)) {
                Some(known) if known.catalyst.until > *until => {}
                Some(known) => known.catalyst = catalyst.clone(),
                None => self.catalysts.heeded.push(Heeded { place, catalyst: catalyst.clone() }),
            }
        }
        if self.appended.alerts.len() < SAID.min(Appended::ALERTS) {
            self.alert(false, format!("{artist}: {text}. {does}"));
        } else {
            self.catalysts.unsaid += 1;
        }
    }

    /// Says how many were not said, if some weren't.
    pub(in crate::desk) fn say_unsaid(&mut self) {
        let unsaid = std::mem::take(&mut self.catalysts.unsaid);
        if unsaid > 0 {
            self.alert(false, format!("{} more were acted on.", format::counted(unsaid, "catalyst")));
        }
    }

    /// Returns until when all quotes are pulled and why, if they are.
    pub(in crate::desk) fn pulled(&self) -> Option<(Timestamp, String)> {
        let until = self.maker()?.gate().pulled(self.now)?;
        let pulls = self.catalysts.heeded.iter().map(|known| &known.catalyst);
        let longest = pulls.filter(|one| one.precaution == Precaution::Pull).max_by_key(|one| one.until)?;
        let Catalyst { artist, text, .. } = longest;
        Some((until, format!("{artist}: {text}. Nothing is quoted until {}.", format::minute(until))))
    }
}
