//! A decimal number of few places, exact.

use core::fmt;

use super::text::short;

/// A number with `DECIMALS` places, kept as a whole number of its last one. Prints without trailing zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fixed<const DECIMALS: usize>(i64);

impl<const DECIMALS: usize> Fixed<DECIMALS> {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// Returns the number of so many units of the last place.
    pub const fn of_units(units: i64) -> Self {
        Self(units)
    }

    /// Returns how many units of the last place it has.
    pub const fn units(self) -> i64 {
        self.0
    }

    /// Returns the nearest double, for models.
    pub fn to_f64(self) -> f64 {
        let scale = const { 10_i64.pow(DECIMALS as u32) };
        self.0 as f64 / scale as f64
    }
}

impl<const DECIMALS: usize> fmt::Display for Fixed<DECIMALS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&short(self.0, DECIMALS))
    }
}

/// A number as [`Fixed`], or none: `auto`, what is best known without being told. It is kept as 0, which is no value of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrAuto<const DECIMALS: usize>(i64);

impl<const DECIMALS: usize> OrAuto<DECIMALS> {
    /// What is best known.
    pub const AUTO: Self = Self(0);

    /// Returns the number of so many units of the last place; [`OrAuto::AUTO`] of none.
    pub const fn of_units(units: i64) -> Self {
        Self(units)
    }

    /// Returns how many units of the last place it has.
    pub const fn units(self) -> i64 {
        self.0
    }

    /// Returns the nearest number to `value` that is one.
    pub fn nearest(value: f64) -> Self {
        let scale = const { 10_i64.pow(DECIMALS as u32) };
        // A conversion saturates, and NaN becomes 0.
        Self(((value * scale as f64 + 0.5) as i64).max(1))
    }

    /// Returns the number; nothing where it is `auto`.
    pub fn number(self) -> Option<f64> {
        (self != Self::AUTO).then(|| Fixed::<DECIMALS>::of_units(self.0).to_f64())
    }
}
