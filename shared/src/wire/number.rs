//! Numbers that Kalshi writes in a way of their own.

use core::fmt;
use core::str::FromStr;

use crate::Invalid;
use crate::decimal::{parse_fixed, write_fixed};
use crate::market::Position;
use crate::units::{Cash, serde_as_text};

/// A number of contracts with a sign, in hundredths: a position, or by how much a price level changed. Prints with two
/// decimals: `-54.00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SignedCount(i64);

impl SignedCount {
    /// Returns the number of `hundredths` hundredths of a contract.
    pub const fn from_hundredths(hundredths: i64) -> Self {
        Self(hundredths)
    }

    /// Returns the number of hundredths of a contract.
    pub const fn hundredths(self) -> i64 {
        self.0
    }

    /// Returns it as what is held of YES.
    ///
    /// # Errors
    ///
    /// Names `position` if it is too large to be held.
    pub fn position(self) -> Result<Position, Invalid> {
        Position::from_hundredths(self.0)
    }
}

impl From<Position> for SignedCount {
    fn from(position: Position) -> Self {
        Self(position.hundredths())
    }
}

impl fmt::Display for SignedCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_fixed(f, self.0, 2)
    }
}

impl FromStr for SignedCount {
    type Err = Invalid;

    /// Parses a number of contracts with up to two decimals and perhaps a leading `-`.
    ///
    /// # Errors
    ///
    /// Names `count` if the text is not such a number.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        parse_fixed("count", text, 2).map(Self)
    }
}

serde_as_text!(SignedCount, "a number of contracts as a string");

/// An amount that is written with four decimals where it has no more, as balances and averages are, else with six:
/// `98.0186`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dollars(pub Cash);

impl fmt::Display for Dollars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let microdollars = self.0.microdollars();
        if microdollars % 100 == 0 { write_fixed(f, microdollars / 100, 4) } else { self.0.fmt(f) }
    }
}

impl FromStr for Dollars {
    type Err = Invalid;

    /// Parses dollars with up to six decimals.
    ///
    /// # Errors
    ///
    /// Names `cash` if the text is not such a number.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        text.parse().map(Self)
    }
}

serde_as_text!(Dollars, "an amount in dollars as a string");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_written_as_the_exchange_does() {
        for text in ["-54.00", "0.00", "3.25"] {
            assert_eq!(text.parse::<SignedCount>().unwrap().to_string(), text);
        }
        for text in ["98.0186", "0.0000", "-3.8632", "0.017501"] {
            assert_eq!(text.parse::<Dollars>().unwrap().to_string(), text);
        }
        assert!(serde_json::from_str::<Dollars>("0.5").is_err());
    }
}
