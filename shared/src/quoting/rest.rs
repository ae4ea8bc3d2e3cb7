//! From the price wanted to one that rests: outward to the grid, and away from the other side of the book.

use super::amount::{nano, of_price, price_above, price_below};
use super::waterfall::{Stage, Waterfall};
use super::{Nano, Withheld};
use crate::market::PriceGrid;
use crate::units::Price;

/// A price that rests, and whether the book kept it from where it should be.
pub(super) type Resting = (Result<Price, Withheld>, bool);

/// Returns the highest price of the grid that isn't above `wanted` and stays below the others' lowest offer.
#[inline]
pub(super) fn bid(
    wanted: Nano,
    grid: &PriceGrid,
    lowest_ask: Option<Price>,
    trace: Option<&mut Waterfall>,
) -> Resting {
    let Some(price) = price_below(wanted).and_then(|price| grid.round_down(price)) else {
        return (Err(Withheld::NoPrice), false);
    };
    let resting = below(price, grid, lowest_ask);
    if let Some(waterfall) = trace {
        tell(wanted, price, resting, waterfall);
    }
    resting
}

/// Returns the highest price of the grid at or below a value, and the lowest at or above it.
#[inline]
pub(super) fn within(value: f64, grid: &PriceGrid) -> [Option<Price>; 2] {
    let value = nano(value);
    let above = price_above(value).and_then(|price| grid.round_up(price));
    [price_below(value).and_then(|price| grid.round_down(price)), above]
}

/// Returns `price`, or the highest of the grid below the others' lowest offer.
#[inline]
pub(super) fn below(price: Price, grid: &PriceGrid, lowest_ask: Option<Price>) -> Resting {
    let resting = match lowest_ask {
        Some(ask) if price >= ask => grid.next_below(ask),
        _ => Some(price),
    };
    (resting.ok_or(Withheld::WouldCross), resting != Some(price))
}

/// Returns the lowest price of the grid that isn't below `wanted` and stays above the others' highest bid.
#[inline]
pub(super) fn ask(
    wanted: Nano,
    grid: &PriceGrid,
    highest_bid: Option<Price>,
    trace: Option<&mut Waterfall>,
) -> Resting {
    let Some(price) = price_above(wanted).and_then(|price| grid.round_up(price)) else {
        return (Err(Withheld::NoPrice), false);
    };
    let resting = above(price, grid, highest_bid);
    if let Some(waterfall) = trace {
        tell(wanted, price, resting, waterfall);
    }
    resting
}

/// Returns `price`, or the lowest of the grid above the others' highest bid.
#[inline]
pub(super) fn above(price: Price, grid: &PriceGrid, highest_bid: Option<Price>) -> Resting {
    let resting = match highest_bid {
        Some(bid) if price <= bid => grid.next_above(bid),
        _ => Some(price),
    };
    (resting.ok_or(Withheld::WouldCross), resting != Some(price))
}

/// Writes the last two steps to the trace.
fn tell(wanted: Nano, price: Price, (resting, _): Resting, waterfall: &mut Waterfall) {
    waterfall.add(Stage::Grid, of_price(price) - wanted);
    if let Ok(resting) = resting {
        waterfall.add(Stage::PostOnly, of_price(resting) - of_price(price));
    }
}
