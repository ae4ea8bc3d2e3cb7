//! The price of one contract.

use core::fmt;
use core::str::FromStr;

use super::{Cash, Quantity, serde_as_text};
use crate::Invalid;
use crate::decimal::{parse_fixed, write_fixed};
use crate::invalid::quoted;

/// A price of one YES or NO contract, from $0 to $1 in steps of a centi-cent ($0.0001).
///
/// Text has up to four decimals of a dollar and prints with four: `0.5600`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Price(i32);

impl Price {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// One dollar: what a winning contract pays.
    pub const ONE: Self = Self(10_000);

    /// Returns the price of `centicents` ten-thousandths of a dollar.
    ///
    /// # Errors
    ///
    /// Returns [`Invalid`] naming `price` unless `centicents` is from 0 to 10 000.
    pub fn from_centicents(centicents: i64) -> Result<Self, Invalid> {
        if (0..=Self::ONE.centicents()).contains(&centicents) {
            Ok(Self(centicents as i32))
        } else {
            Err(Invalid::new(
                "price",
                format!("must be from 0 to 10000 ten-thousandths of a dollar, got {centicents}"),
            ))
        }
    }

    /// Returns the price of `cents` whole cents.
    ///
    /// # Errors
    ///
    /// Returns [`Invalid`] naming `price` unless `cents` is from 0 to 100.
    pub fn from_cents(cents: i64) -> Result<Self, Invalid> {
        if (0..=100).contains(&cents) {
            Ok(Self(100 * cents as i32))
        } else {
            Err(Invalid::new("price", format!("must be from 0 to 100 cents, got {cents}")))
        }
    }

    /// Returns a price known to be from 0 to 10 000 centi-cents when the code was written.
    pub(crate) const fn literal(centicents: i64) -> Self {
        Self(centicents as i32)
    }

    /// Returns the price in ten-thousandths of a dollar, 0 to 10 000.
    pub const fn centicents(self) -> i64 {
        self.0 as i64
    }

    /// Returns the price nearest to `dollars`, $0 or $1 for what lies beyond them, and $0 for what is no number: what a
    /// model says is worth this much when positions are valued.
    pub fn nearest(dollars: f64) -> Self {
        // A conversion saturates, and NaN becomes 0.
        Self(((dollars * f64::from(Self::ONE.0)).round() as i32).clamp(0, Self::ONE.0))
    }

    /// Returns the nearest double to the price in dollars, for models.
    pub fn to_dollars(self) -> f64 {
        f64::from(self.0) / 10_000.0
    }

    /// Returns the price of the opposite outcome: $1 less this price.
    #[must_use]
    pub const fn complement(self) -> Self {
        Self(Self::ONE.0 - self.0)
    }

    /// Returns the sum, or `None` above $1.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        Self::from_centicents(self.centicents() + other.centicents()).ok()
    }

    /// Returns the difference, or `None` below $0.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        Self::from_centicents(self.centicents() - other.centicents()).ok()
    }

    /// Returns what `count` contracts cost at this price, exactly: a centi-cent times a hundredth of a
    /// contract is a millionth of a dollar, and [`Quantity::MAX`] is such that no product overflows.
    pub const fn cost(self, count: Quantity) -> Cash {
        Cash::from_microdollars(self.centicents() * count.hundredths())
    }
}

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_fixed(f, self.centicents(), 4)
    }
}

impl FromStr for Price {
    type Err = Invalid;

    /// Parses dollars with up to four decimals.
    ///
    /// # Errors
    ///
    /// Returns [`Invalid`] naming `price` if the text is not such a number or is not from 0 to 1.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let centicents = parse_fixed("price", text, 4)?;
        Self::from_centicents(centicents)
            .map_err(|_| Invalid::new("price", format!("{} is not from 0 to 1 dollar", quoted(text))))
    }
}

serde_as_text!(Price, "a price in dollars as a string");
