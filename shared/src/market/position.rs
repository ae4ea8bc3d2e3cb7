//! What is held of a contract.

use serde::{Deserialize, Serialize};

use super::Action;
use crate::Invalid;
use crate::units::{Cash, Price, Quantity};

/// The net number of YES contracts held, NO counted negative, in hundredths; at most [`Quantity::MAX`] either way, so that
/// what it is worth always fits a [`Cash`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Position(i64);

impl Position {
    /// Nothing held.
    pub const FLAT: Self = Self(0);

    /// Returns the position of `hundredths` hundredths of a YES contract.
    ///
    /// # Errors
    ///
    /// Returns [`Invalid`] naming `position` beyond [`Quantity::MAX`].
    pub fn from_hundredths(hundredths: i64) -> Result<Self, Invalid> {
        if hundredths.unsigned_abs() <= Quantity::MAX.hundredths().unsigned_abs() {
            Ok(Self(hundredths))
        } else {
            Err(Invalid::new("position", format!("{hundredths} hundredths are beyond {}", Quantity::MAX)))
        }
    }

    /// Returns the number of hundredths of a YES contract.
    pub const fn hundredths(self) -> i64 {
        self.0
    }

    /// Returns the nearest double to the number of contracts, for models.
    pub fn contracts(self) -> f64 {
        self.0 as f64 / 100.0
    }

    /// Returns the position as the side that buys or sells YES adds to it: positive if more of that would be more risk.
    #[must_use]
    pub const fn towards(self, action: Action) -> Self {
        match action {
            Action::Buy => self,
            Action::Sell => Self(-self.0),
        }
    }

    /// Returns the position after buying or selling `count` contracts, or `None` beyond [`Quantity::MAX`].
    #[inline]
    pub fn checked_after(self, action: Action, count: Quantity) -> Option<Self> {
        // Two values of at most i64::MAX / 10 000 can't overflow an i64.
        let after = match action {
            Action::Buy => self.0 + count.hundredths(),
            Action::Sell => self.0 - count.hundredths(),
        };
        let most = Quantity::MAX.hundredths();
        (-most..=most).contains(&after).then_some(Self(after))
    }

    /// Returns how many contracts are held, whichever way.
    #[inline]
    pub const fn size(self) -> Quantity {
        // Bounded by construction.
        Quantity::saturating(self.0.abs())
    }

    /// Returns what the position is worth at a YES price: negative where NO is held, whose collateral of $1 a contract is
    /// counted apart ([`Position::collateral`]).
    pub const fn worth(self, price: Price) -> Cash {
        Cash::from_microdollars(self.0 * price.centicents())
    }

    /// Returns what is rounded away when a YES contract settles at `value`: what the contracts that are held pay together is paid
    /// down to the cent.
    ///
    /// Source: Kalshi's documentation of market settlement, October 2026.
    pub const fn residue(self, value: Price) -> Cash {
        let each = if self.0 < 0 { value.complement() } else { value };
        Cash::from_microdollars(each.cost(self.size()).microdollars() % 10_000)
    }

    /// Returns what the exchange holds back for NO contracts when they are booked as YES sold: $1 each.
    pub const fn collateral(self) -> Cash {
        let short = if self.0 < 0 { -self.0 } else { 0 };
        Cash::from_microdollars(short * Price::ONE.centicents())
    }
}

impl TryFrom<i64> for Position {
    type Error = Invalid;

    fn try_from(hundredths: i64) -> Result<Self, Invalid> {
        Self::from_hundredths(hundredths)
    }
}

impl From<Position> for i64 {
    fn from(position: Position) -> Self {
        position.0
    }
}
