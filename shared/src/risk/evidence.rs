//! What a contract's book is worth as evidence of its price.

use crate::market::Action;
use crate::units::Price;

/// The best of the other people's orders in a contract's book, where they are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Book {
    /// The highest bid for YES.
    pub bid: Option<Price>,
    /// The lowest offer of YES.
    pub ask: Option<Price>,
}

/// What a book says of a contract's price.
///
/// Orders can be met whatever the book is worth; but a mid between $0.02 and $0.98 is nobody's opinion, and its spread no
/// opportunity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// No price of either side is known, as on a tape of prints.
    Nothing,
    /// One side is empty.
    OneSided,
    /// Bid and offer meet or cross, which no exchange lets rest: something of the book was not heard.
    Crossed,
    /// Both sides, too far apart to say anything.
    Dead,
    /// Both sides, near each other.
    Live {
        /// Twice the mid, in hundredths of a cent.
        twice_mid: i64,
    },
}

impl Book {
    /// Returns the book of these two prices.
    pub const fn new((bid, ask): (Option<Price>, Option<Price>)) -> Self {
        Self { bid, ask }
    }

    /// Returns the best price that an order of ours would meet.
    #[inline]
    pub const fn opposite(self, action: Action) -> Option<Price> {
        match action {
            Action::Buy => self.ask,
            Action::Sell => self.bid,
        }
    }

    /// Returns what the book says of the price; `dead` is the spread from which on it says nothing, in hundredths of a cent.
    pub fn evidence(self, dead: i64) -> Evidence {
        match (self.bid, self.ask) {
            (None, None) => Evidence::Nothing,
            (None, _) | (_, None) => Evidence::OneSided,
            (Some(bid), Some(ask)) => {
                let (bid, ask) = (bid.centicents(), ask.centicents());
                if bid >= ask {
                    Evidence::Crossed
                } else if ask - bid >= dead {
                    Evidence::Dead
                } else {
                    Evidence::Live { twice_mid: bid + ask }
                }
            }
        }
    }

    /// Returns the mid of a book that is evidence, rounded down to a hundredth of a cent.
    pub fn mid(self, dead: i64) -> Option<Price> {
        match self.evidence(dead) {
            Evidence::Live { twice_mid } => Price::from_centicents(twice_mid / 2).ok(),
            _ => None,
        }
    }
}
