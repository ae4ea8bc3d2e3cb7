//! The correction of bounce: what the prices of the last minutes say of the next hour beyond the filter.
//!
//! A likelihood of the next print is served by following the side that trades: when takers buy ten times in a row, the
//! eleventh print is at the ask too. A fair value is not: it lies between bid and ask, and prices of the next hour come
//! back to it. What tells the two apart is not the next print but the hour after, so that is what is regressed here: the
//! part of the gap between a moving average of prices and the filter that the mean price 15 to 60 minutes later made
//! good, through the origin, over all contracts together, on hours that had passed by each midnight. The fair value is
//! `S(x) + weight (average - S(x))`; the log-odds `x` and all that is said of prints stay the filter's.

use serde::{Deserialize, Serialize};

use super::contract::Contract;
use super::prints::Batch;
use crate::math::{exp, max, min};
use crate::units::Date;

/// What a batch of ten contracts adds to the moving average's clock, `-ln(1 - 0.3)`: 70 % of what was are kept.
/// The clock goes with the root of the size: a sweep says more than a print of one contract, but not in proportion.
const PER_TEN: f64 = 0.356_674_943_938_732_4;
const TEN: f64 = 10.0;
/// The gap, in dollars, that counts for half a print in the regression: a greater one counts for more, but for no more than
/// one, so that a few wild prints of thin contracts don't decide.
const HALF: f64 = 0.05;
/// What is known before there is a print, in prints: ten on which nothing was made good.
const RIDGE: f64 = 10.0;

/// A moving average of a contract's prices; the first batch replaces it.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Average(f64);

impl Average {
    /// Returns the average.
    pub(crate) const fn value(self) -> f64 {
        self.0
    }

    /// Takes in a batch and returns the average.
    pub(crate) fn follow(&mut self, batch: &Batch) -> f64 {
        let clock = PER_TEN * (batch.sight.size / TEN).sqrt();
        let price = batch.sight.price;
        // The first batch finds nothing to keep.
        let kept = if batch.first == 0 { 0.0 } else { exp(-clock) };
        self.0 = price + kept * (self.0 - price);
        self.0
    }
}

/// A regression through the origin: sums of products and of squares.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Sums {
    pub(crate) products: f64,
    pub(crate) squares: f64,
}

impl Sums {
    /// Adds that of a `gap` so much was made `good`.
    pub(crate) fn add(&mut self, gap: f64, good: f64) {
        let weight = 1.0 / (HALF * HALF + gap * gap);
        self.products += weight * gap * good;
        self.squares += weight * gap * gap;
    }
}

/// How much of the gap is made good, by all that was known at the last midnight.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Bounce {
    /// The day that has begun; `None` before the first print.
    pub(crate) day: Option<Date>,
    /// Of all hours that had passed when it began.
    pub(crate) sums: Sums,
}

impl Bounce {
    /// Returns the correction before the first print.
    pub(crate) const fn new() -> Self {
        Self { day: None, sums: Sums { products: 0.0, squares: 0.0 } }
    }

    /// Returns whether a midnight has passed since the last.
    pub(crate) fn is_due(&self, today: Date) -> bool {
        self.day.is_none_or(|day| day < today)
    }

    /// Begins `today`: the hours that have passed are added, of one day after the other, contract
    /// by contract as `sorted`.
    pub(crate) fn begin(&mut self, today: Date, contracts: &mut [Contract], sorted: &[usize]) {
        while let Some(day) =
            contracts.iter().filter_map(Contract::next_closing).min().filter(|day| *day <= today)
        {
            let mut of_day = Sums::default();
            for place in sorted {
                contracts[*place].close(day, &mut of_day);
            }
            self.sums.products += of_day.products;
            self.sums.squares += of_day.squares;
        }
        self.day = Some(today);
    }

    /// Returns the weight of the average, from 0 to 1.
    pub(crate) fn weight(&self) -> f64 {
        let Sums { products, squares } = self.sums;
        min(max(products / (squares + RIDGE), 0.0), 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::belief::contract::{Learned, Open, State};
    use crate::belief::forward::forward_means;
    use crate::belief::run::Runner;
    use crate::market::Trade;
    use crate::units::{Price, Quantity, Timestamp};

    fn new() -> Contract {
        Contract::new("KXTOPMONTHLY-26FEB-BAD".parse().unwrap(), 0, State::Switching(Runner::new()))
    }

    /// Two hundred prints so many minutes apart, at 40 c and at 60 c in turns of five.
    fn trades(minutes: i64) -> Vec<Trade> {
        let start: Timestamp = "2026-02-03T12:00:00Z".parse().unwrap();
        let trade = |i: i64| Trade {
            ticker: "KXTOPMONTHLY-26FEB-BAD".parse().unwrap(),
            at: start.checked_add_micros(i * minutes * 60_000_000).unwrap(),
            price: Price::from_cents(if i % 10 < 5 { 40 } else { 60 }).unwrap(),
            count: Quantity::from_contracts(10).unwrap(),
            taker_side: None,
            id: None,
            is_block: false,
        };
        (0..200).map(trade).collect()
    }

    /// Returns the weight of the next day if the mean of the next hour was where `good` says, of a gap.
    fn next_day(minutes: i64, good: impl Fn(f64) -> f64) -> f64 {
        let mut contract = new();
        for trade in trades(minutes) {
            contract.keep(trade.at, None, &[trade]);
        }
        let means = forward_means(&contract.prints);
        contract.open = means
            .into_iter()
            .zip(&contract.prints.batches)
            .map(|(mean, batch)| {
                let gap = batch.sight.price - 0.45;
                Open { filtered: mean - good(gap), gap }
            })
            .collect();
        let mut bounce = Bounce::new();
        let mut contracts = [contract];
        bounce.begin("2026-02-03".parse().unwrap(), &mut contracts, &[0]);
        assert_eq!(bounce.weight(), 0.0);
        bounce.begin("2026-03-04".parse().unwrap(), &mut contracts, &[0]);
        assert!(contracts[0].open.is_empty());
        bounce.weight()
    }

    #[test]
    fn the_weight_is_the_part_of_the_gap_that_was_made_good() {
        // Gaps of 5 c and of 15 c, of all prints but the last sixteen: none comes more than 15 minutes after them.
        let squares = 94.0 * 0.5 + 90.0 * 0.9;
        for part in [0.25, 0.5, 1.0] {
            let weight = next_day(1, |gap| part * gap);
            let shrunk = part * squares / (squares + RIDGE);
            assert!((weight - shrunk).abs() < 1e-12 && weight > 0.9 * part, "{part}: {weight}, not {shrunk}");
        }
        assert_eq!(next_day(1, |gap| -0.5 * gap), 0.0);
        assert_eq!(next_day(1, |gap| 3.0 * gap), 1.0);
        // Nothing was paid within the hour.
        assert_eq!(next_day(120, |gap| gap), 0.0);
    }

    #[test]
    fn an_hour_counts_from_the_midnight_after_it() {
        let mut contract = new();
        let at: Timestamp = "2026-02-03T22:59:59Z".parse().unwrap();
        for seconds in [0, 1] {
            let trade =
                Trade { at: at.checked_add_micros(seconds * 1_000_000).unwrap(), ..trades(1)[0].clone() };
            contract.keep(trade.at, None, &[trade]);
        }
        contract.open = vec![Open { filtered: 0.5, gap: 0.1 }; 2];
        let mut bounce = Bounce::new();
        let mut contracts = [contract];
        bounce.begin("2026-02-04".parse().unwrap(), &mut contracts, &[0]);
        assert_eq!(contracts[0].open.len(), 1);
        bounce.begin("2026-02-05".parse().unwrap(), &mut contracts, &[0]);
        assert_eq!(contracts[0].open.len(), 0);
    }

    #[test]
    fn a_corrected_value_lies_between_the_average_and_the_filter() {
        let (mut plain, mut corrected) = (new(), new());
        let mut average = Average::default();
        for trade in trades(1) {
            let batch = plain.keep(trade.at, None, core::slice::from_ref(&trade));
            corrected.keep(trade.at, None, &[trade]);
            let filtered = plain.take(&Learned::nothing(), 0.0, &batch, None);
            let mut points = Vec::new();
            let before = corrected.fair;
            let fair = corrected.take(&Learned::nothing(), 0.5, &batch, Some(&mut points)).fair;
            let middle = 0.5 * (average.follow(&batch) + filtered.fair);
            assert!((fair - middle).abs() < 1e-15);
            assert_eq!((points[0].fair_before, points[0].fair_after), (before, fair));
        }
    }
}
