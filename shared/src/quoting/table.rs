//! From reservation price to quote without logarithms: at which reservation prices a quote moves to the next price.
//!
//! A quote is a function of the reservation price that rises in steps. Where the steps are can be told beforehand, by
//! taking the way from fair value to quote backwards; which step a reservation price is on is then a search. Within a
//! hair's breadth of a step, where rounding may decide, nothing is said and the whole way is gone.

use super::FeeModel;
use super::reservation::LotValues;
use crate::market::PriceGrid;
use crate::math::min;
use crate::units::Price;

/// Nearer to a step than this, in dollars, rounding may decide.
const HAIR: f64 = 1e-11;
/// Billionths are the nearest whole ones.
const HALF_NANO: f64 = 0.5e-9;

/// How many steps around a guess are looked at.
const WINDOW: usize = 4;

/// The steps of bid and offer, for one way of charging, one grid and one distance.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct QuoteTable {
    /// The prices of the grid, ascending.
    prices: Vec<Price>,
    /// The least reservation price at which the bid is at each of them or above.
    bids: Steps,
    /// The reservation price below which the offer is at each of them or below.
    asks: Steps,
}

/// Where a function rises, ascending.
#[derive(Debug, Clone, PartialEq)]
struct Steps {
    at: Vec<f64>,
    /// How many there are in a dollar, on average.
    per_dollar: f64,
}

impl QuoteTable {
    /// Returns the steps of quotes that are `distance` dollars from what a lot is worth.
    pub(super) fn new(grid: &PriceGrid, lots: &LotValues, distance: f64, fee: FeeModel) -> Self {
        let first = grid.round_up(Price::ZERO);
        let prices: Vec<Price> = core::iter::successors(first, |price| grid.next_above(*price)).collect();
        let bids = prices.iter().map(|price| {
            let (worth, _) = lots.reservations(fee.worth_bidding(price.to_dollars() - HALF_NANO) + distance);
            worth
        });
        let asks = prices.iter().map(|price| {
            let (_, worth) = lots.reservations(fee.worth_asking(price.to_dollars() + HALF_NANO) - distance);
            worth
        });
        Self { bids: Steps::new(bids.collect()), asks: Steps::new(asks.collect()), prices }
    }

    /// Returns bid and offer, each on the grid, at a reservation price: none where there is no price far enough out, and
    /// nothing at all where rounding may decide.
    #[inline]
    pub(super) fn quotes(&self, reservation: f64) -> Option<[Option<Price>; 2]> {
        let reached = self.bids.reached(reservation)?;
        let passed = self.asks.reached(reservation)?;
        let bid = reached.checked_sub(1).and_then(|place| self.prices.get(place)).copied();
        Some([bid, self.prices.get(passed).copied()])
    }
}

impl Steps {
    fn new(at: Vec<f64>) -> Self {
        let per_dollar = match (at.first(), at.last()) {
            (Some(first), Some(last)) if last > first => (at.len() - 1) as f64 / (last - first),
            _ => 0.0,
        };
        Self { at, per_dollar }
    }

    /// Returns how many are at or below `value`; nothing near one of them.
    #[inline]
    fn reached(&self, value: f64) -> Option<usize> {
        let steps = self.at.as_slice();
        // They are nearly as far apart as the prices are, on most grids all alike: a guess is a step off at most.
        let guess = (value - steps.first()?) * self.per_dollar;
        // A conversion saturates, and NaN becomes 0.
        let first = (guess as usize).saturating_sub(1).min(steps.len().saturating_sub(WINDOW));
        let window = steps.get(first..first + WINDOW)?;
        let place = first + window.iter().map(|step| usize::from(*step <= value)).sum::<usize>();
        let nearest = window.iter().fold(f64::INFINITY, |nearest, step| min(nearest, (step - value).abs()));
        let is_whole = (first == 0 || steps[first - 1] <= value)
            && steps.get(first + WINDOW).is_none_or(|step| *step > value);
        (is_whole && nearest >= HAIR && value.is_finite()).then_some(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_found_or_nothing_is_said() {
        for (at, least) in [
            (vec![-0.5, 0.1, 0.2, 0.3, 0.9, 1.0], 1_000),
            ((0..99).map(|k| 0.013 + 0.01 * f64::from(k)).collect(), 3_990),
            (vec![0.5], 0),
        ] {
            let steps = Steps::new(at.clone());
            let mut found = 0;
            for thousandth in -1_500..2_500 {
                let value = f64::from(thousandth) / 1_000.0 + 0.000_3;
                if let Some(place) = steps.reached(value) {
                    assert_eq!(place, at.partition_point(|step| *step <= value));
                    found += 1;
                }
            }
            assert!(found >= least, "{found}");
            assert_eq!((steps.reached(at[0]), steps.reached(f64::NAN)), (None, None));
        }
    }
}
