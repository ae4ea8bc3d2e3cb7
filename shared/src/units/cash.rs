//! An amount of money.

use core::fmt;
use core::str::FromStr;

use super::serde_as_text;
use crate::Invalid;
use crate::decimal::{parse_fixed, write_fixed};

/// A signed amount of money in millionths of a dollar: a cost, a fee, a balance or a change of one.
///
/// Text has up to six decimals of a dollar and prints with six: `-0.517500`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cash(i64);

impl Cash {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// Returns the amount of `microdollars` millionths of a dollar.
    pub const fn from_microdollars(microdollars: i64) -> Self {
        Self(microdollars)
    }

    /// Returns the amount in millionths of a dollar.
    pub const fn microdollars(self) -> i64 {
        self.0
    }

    /// Returns the nearest double to the amount in dollars, for models and reports.
    pub fn to_dollars(self) -> f64 {
        self.0 as f64 / 1_000_000.0
    }

    /// Returns the sum, or `None` if it overflows.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// Returns the difference, or `None` if it overflows.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }
}

impl fmt::Display for Cash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_fixed(f, self.0, 6)
    }
}

impl FromStr for Cash {
    type Err = Invalid;

    /// Parses dollars with up to six decimals and perhaps a leading `-`.
    ///
    /// # Errors
    ///
    /// Returns [`Invalid`] naming `cash` if the text is not such a number or doesn't fit.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        parse_fixed("cash", text, 6).map(Self)
    }
}

serde_as_text!(Cash, "an amount in dollars as a string");
