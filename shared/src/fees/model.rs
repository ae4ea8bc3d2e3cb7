//! The fee before any rounding.

use core::fmt;

use crate::units::Quantity;

/// Units of a [`ModelFee`] in a dollar.
const PER_DOLLAR: i128 = 10_i128.pow(20);
/// Units of a [`ModelFee`] in a cent.
const PER_CENT: i128 = PER_DOLLAR / 100;
/// Decimals of a [`ModelFee`] in dollars.
const DECIMALS: usize = 20;
/// A microdollar has `2^TWOS` times `FIVES` units.
const TWOS: u32 = 14;
const FIVES: u64 = 5_u64.pow(14);

/// The exact fee of the fee model, before any rounding, in units of 10^-20 of a dollar.
///
/// That unit holds every fee exactly: a rate (10^-4) times a multiplier (10^-6), a count (10^-2), a price
/// (10^-4) and its complement (10^-4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModelFee(i128);

impl ModelFee {
    /// Returns the fee of `units` 10^-20 dollars, which must not be negative.
    pub(super) const fn from_units(units: i128) -> Self {
        Self(units)
    }

    /// Returns the fee of so many hundredths of a contract, where this is that of one.
    #[inline]
    pub(super) fn times(self, count: Quantity) -> Self {
        // At most 7e19 · 9.3e14 = 6.5e34, and an i128 holds 1.7e38.
        Self(self.0 * i128::from(count.hundredths()))
    }

    /// Returns the least whole number of `unit` microdollars, 1 to 10,000, that covers the fee; in microdollars.
    #[inline]
    pub(super) fn round_up_to(self, unit: u32) -> i128 {
        // Rounding up twice, first to 2^14 units, comes to the same as once. What is then left of all but enormous fees
        // fits a machine word, which is divided many times as fast.
        let (twos, fives) = ((self.0 + (1 << TWOS) - 1) >> TWOS, FIVES * u64::from(unit));
        match u64::try_from(twos) {
            Ok(twos) => i128::from(twos.div_ceil(fives) * u64::from(unit)),
            Err(_) => (twos + i128::from(fives) - 1) / i128::from(fives) * i128::from(unit),
        }
    }

    /// Returns the nearest double to the fee in dollars.
    pub fn to_dollars(self) -> f64 {
        self.0 as f64 / PER_DOLLAR as f64
    }

    /// Returns the fee in cents rounded half up to `decimals` decimals, at most 18, for tables: `0.44`.
    pub fn to_cents_text(self, decimals: usize) -> String {
        let mut scale = 1;
        let decimals = decimals.min(DECIMALS - 2);
        for _ in 0..decimals {
            scale *= 10;
        }
        // In steps of one unit of the last decimal; the half is added before the floor.
        let step = PER_CENT / scale;
        let steps = (self.0 + step / 2) / step;
        if decimals == 0 {
            format!("{steps}")
        } else {
            format!("{}.{:0decimals$}", steps / scale, steps % scale)
        }
    }
}

impl fmt::Display for ModelFee {
    /// Writes the exact fee in dollars without trailing zeros: `0.00050925`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{}.{:0DECIMALS$}", self.0 / PER_DOLLAR, self.0 % PER_DOLLAR);
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}
