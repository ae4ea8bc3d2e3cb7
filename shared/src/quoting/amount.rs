//! Exact amounts finer than a price: what the steps from fair value to quote are added up in.

use crate::settings::Fixed;
use crate::units::Price;

/// Billionths of a dollar.
pub type Nano = i64;

/// Billionths of a dollar in a cent.
const CENT: Nano = 10_000_000;
/// Billionths of a dollar in a price's unit, the centi-cent.
const CENTICENT: Nano = 100_000;

/// Returns the whole number of billionths nearest to `value`. Beyond a million it is a million: what no price is, and yet far
/// from what a whole number holds, so that differences of amounts are amounts.
#[inline]
pub(crate) fn nano(value: f64) -> Nano {
    let scaled = (value * 1e9).clamp(-1e15, 1e15);
    (if scaled < 0.0 { scaled - 0.5 } else { scaled + 0.5 }) as Nano
}

/// Returns the amount of a setting in cents.
pub(crate) const fn nano_of_cents(cents: Fixed<2>) -> Nano {
    cents.units() * (CENT / 100)
}

/// Returns the amount of a price.
#[inline]
pub(super) fn of_price(price: Price) -> Nano {
    price.centicents() * CENTICENT
}

/// Returns the greatest price at or below `amount`, or `None` below $0.
#[inline]
pub(super) fn price_below(amount: Nano) -> Option<Price> {
    let centicents = amount.div_euclid(CENTICENT);
    Price::from_centicents(if centicents > Price::ONE.centicents() {
        Price::ONE.centicents()
    } else {
        centicents
    })
    .ok()
}

/// Returns the least price at or above `amount`, or `None` above $1.
#[inline]
pub(super) fn price_above(amount: Nano) -> Option<Price> {
    let centicents = -(-amount).div_euclid(CENTICENT);
    Price::from_centicents(if centicents < 0 { 0 } else { centicents }).ok()
}
