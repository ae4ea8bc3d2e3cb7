//! When a resting order trades: four answers where only prints are known, and those of recorded books.

use core::fmt;
use core::str::FromStr;

use super::books::BookModel;
use crate::Invalid;
use crate::invalid::quoted;
use crate::units::serde_as_text;

/// A rule for when a print fills our resting order.
///
/// A print whose taker bought fills no bid of ours and one whose taker sold no offer, where the tape says so. Where it
/// doesn't, a print is taken to be on the side that could have met our order: a print below our bid could not have been
/// made otherwise, as our bid was the better price; one at our very price might have been. No print fills more than its
/// size, and none fills a bid and an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FillModel {
    /// Pessimistic: only prints strictly through our price, which price priority proves.
    Through,
    /// Between: prints at our price fill us once as many contracts have traded there, since our order was placed, as stood
    /// before it; that number is an assumption. Cancellations of others never help.
    Queue,
    /// Optimistic: every print at our price or through it, as if we were first in the queue.
    Front,
    /// For comparison: as `Front`, whatever the taker's side, but an order that would have crossed the last print
    /// was never placed.
    Touch,
    /// Books are known: an order waits in its queue, of which the model says what prices and times don't.
    Book(BookModel),
}

impl FillModel {
    /// All that prints alone can answer, from pessimistic to optimistic, then the one for comparison.
    pub const ALL: [Self; 4] = [Self::Through, Self::Queue, Self::Front, Self::Touch];

    /// Returns its name in files and options.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Through => "through",
            Self::Queue => "queue",
            Self::Front => "front",
            Self::Touch => "touch",
            Self::Book(model) => model.name(),
        }
    }
}

impl fmt::Display for FillModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for FillModel {
    type Err = Invalid;

    /// Parses `through`, `queue`, `front` or `touch`, or a [`BookModel`]'s name.
    ///
    /// # Errors
    ///
    /// Returns [`Invalid`] naming `fills` for any other text.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let books = BookModel::all().map(Self::Book);
        Self::ALL.into_iter().chain(books).find(|model| model.name() == text).ok_or_else(|| {
            let why = "must be through, queue, front or touch, or a queue model of books";
            Invalid::new("fills", format!("{why}, got {}", quoted(text)))
        })
    }
}

serde_as_text!(FillModel, "\"through\", \"queue\", \"front\", \"touch\" or a queue model of books");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for model in FillModel::ALL.into_iter().chain(BookModel::all().map(FillModel::Book)) {
            assert_eq!(model.to_string().parse::<FillModel>().unwrap(), model);
        }
        assert_eq!("mid".parse::<FillModel>().unwrap_err().field, "fills");
    }
}
