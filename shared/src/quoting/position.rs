//! What is held of a contract.

use crate::market::Action;
use crate::units::Quantity;

/// The net number of YES contracts held, NO counted negative, in hundredths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Position(i64);

impl Position {
    /// Nothing held.
    pub const FLAT: Self = Self(0);

    /// Returns the position of `hundredths` hundredths of a YES contract.
    pub const fn from_hundredths(hundredths: i64) -> Self {
        Self(hundredths)
    }

    /// Returns the number of hundredths of a YES contract.
    pub const fn hundredths(self) -> i64 {
        self.0
    }

    /// Returns the nearest double to the number of contracts, for models.
    pub fn contracts(self) -> f64 {
        self.0 as f64 / 100.0
    }

    /// Returns the position after buying or selling `count` contracts.
    #[must_use]
    pub const fn after(self, action: Action, count: Quantity) -> Self {
        Self(match action {
            Action::Buy => self.0.saturating_add(count.hundredths()),
            Action::Sell => self.0.saturating_sub(count.hundredths()),
        })
    }
}
