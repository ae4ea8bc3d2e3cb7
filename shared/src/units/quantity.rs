//! A number of contracts.

use core::fmt;
use core::str::FromStr;

use super::{Price, serde_as_text};
use crate::Invalid;
use crate::decimal::{parse_fixed, write_fixed};
use crate::invalid::quoted;

/// A number of contracts, never negative, in steps of 0.01 contract.
///
/// Text has up to two decimals and prints with two: `10.00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Quantity(i64);

impl Quantity {
    /// No contract.
    pub const ZERO: Self = Self(0);
    /// The most that can be held: above 9 trillion contracts, and at $1 each still a
    /// [`Cash`](super::Cash).
    pub const MAX: Self = Self(i64::MAX / Price::ONE.centicents());

    /// Returns `hundredths` hundredths of a contract.
    ///
    /// # Errors
    ///
    /// Returns [`Invalid`] naming `count` if `hundredths` is negative or above [`Quantity::MAX`].
    pub fn from_hundredths(hundredths: i64) -> Result<Self, Invalid> {
        if (0..=Self::MAX.0).contains(&hundredths) {
            Ok(Self(hundredths))
        } else {
            Err(Invalid::new(
                "count",
                format!("must be from 0 to {} hundredths of a contract, got {hundredths}", Self::MAX.0),
            ))
        }
    }

    /// Returns `contracts` whole contracts.
    ///
    /// # Errors
    ///
    /// Returns [`Invalid`] naming `count` if `contracts` is negative or above [`Quantity::MAX`].
    pub fn from_contracts(contracts: i64) -> Result<Self, Invalid> {
        contracts
            .checked_mul(100)
            .and_then(|hundredths| Self::from_hundredths(hundredths).ok())
            .ok_or_else(|| Invalid::new("count", format!("must be from 0 to {}, got {contracts}", Self::MAX)))
    }

    /// Returns the number of contracts nearest to `hundredths` hundredths of one: none, and the most, for what lies beyond.
    #[inline]
    pub(crate) const fn saturating(hundredths: i64) -> Self {
        if hundredths < 0 {
            Self::ZERO
        } else if hundredths > Self::MAX.0 {
            Self::MAX
        } else {
            Self(hundredths)
        }
    }

    /// Returns the sum, or the most where it is above that.
    #[inline]
    #[must_use]
    pub(crate) const fn saturating_add(self, other: Self) -> Self {
        let sum = self.0 + other.0;
        if sum < Self::MAX.0 { Self(sum) } else { Self::MAX }
    }

    /// Returns the difference, or none where it is below zero.
    #[inline]
    #[must_use]
    pub(crate) const fn saturating_sub(self, other: Self) -> Self {
        let difference = self.0 - other.0;
        if difference > 0 { Self(difference) } else { Self::ZERO }
    }

    /// Returns the number of hundredths of a contract.
    pub const fn hundredths(self) -> i64 {
        self.0
    }

    /// Returns the nearest double to the number of contracts, for models.
    pub fn to_contracts(self) -> f64 {
        self.0 as f64 / 100.0
    }

    /// Tells whether there is no contract at all.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Returns the sum, or `None` above [`Quantity::MAX`].
    #[inline]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        // Two values of at most i64::MAX / 10 000 can't overflow an i64.
        let sum = self.0 + other.0;
        (sum <= Self::MAX.0).then_some(Self(sum))
    }

    /// Returns the difference, or `None` below zero.
    #[inline]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        let difference = self.0 - other.0;
        (difference >= 0).then_some(Self(difference))
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_fixed(f, self.0, 2)
    }
}

impl FromStr for Quantity {
    type Err = Invalid;

    /// Parses a number of contracts with up to two decimals.
    ///
    /// # Errors
    ///
    /// Returns [`Invalid`] naming `count` if the text is not such a number, is negative, or is above
    /// [`Quantity::MAX`].
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let hundredths = parse_fixed("count", text, 2)?;
        Self::from_hundredths(hundredths).map_err(|_| {
            let why = if hundredths < 0 { "is negative" } else { "is out of range" };
            Invalid::new("count", format!("{} {why}", quoted(text)))
        })
    }
}

serde_as_text!(Quantity, "a number of contracts as a string");
