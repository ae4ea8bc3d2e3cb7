//! The correction of bounce: what the prices of the last minutes say of the next hour beyond the filter.
//!
//! A likelihood of the next print is served by following the side that trades: when takers buy ten times in a row, the
//! eleventh print is at the ask too. A fair value is not: it lies between bid and ask, and prices of the next hour come
//! back to it. What tells the two apart is not the next print but the hour after, so that is what is regressed here: the
//! part of the gap between a moving average of prices and the filter that the mean price 15 to 60 minutes later made
//! good, through the origin, over all contracts together, on hours that had passed by each midnight. The fair value is
//! `S(x) + weight (average - S(x))`; the log-odds `x` and all that is said of prints stay the filter's.

use super::Point;
use super::forward::closed_on;
use super::prints::{Batch, Prints};
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

/// A moving average of a contract's prices.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Average(f64);

impl Average {
    /// Returns what is replaced by the first batch.
    pub(crate) const fn new() -> Self {
        Self(0.0)
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
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    products: f64,
    squares: f64,
}

/// How much of the gap is made good, by day.
#[derive(Debug)]
pub(crate) struct Bounce {
    /// The first day of which there are sums.
    first: Date,
    /// Of all that was known by each day's midnight.
    sums: Vec<Sums>,
}

impl Bounce {
    /// Returns a regression for the days from `first` to `last`, with nothing in it.
    pub(crate) fn new(first: Date, last: Date) -> Self {
        let days = usize::try_from(last.days_since(first)).unwrap_or(0);
        Self { first, sums: vec![Sums::default(); days + 1] }
    }

    /// Returns the place of a day's sums.
    fn place(&self, day: Date) -> Option<usize> {
        usize::try_from(day.days_since(self.first)).ok().filter(|place| *place < self.sums.len())
    }

    /// Adds a contract, its `forward` means and what was filtered at its prints.
    pub(crate) fn add(&mut self, prints: &Prints, forward: &[f64], points: &[Point]) {
        let mut average = Average::new();
        for (batch, forward) in prints.batches.iter().zip(forward) {
            let filtered = points[batch.first].fair_after;
            let gap = average.follow(batch) - filtered;
            if forward.is_nan() {
                continue;
            }
            if let Some(place) = closed_on(batch.at).and_then(|day| self.place(day)) {
                let weight = 1.0 / (HALF * HALF + gap * gap);
                self.sums[place].products += weight * gap * (forward - filtered);
                self.sums[place].squares += weight * gap * gap;
            }
        }
    }

    /// Makes of each day's sums those of all days up to it, when all contracts were added.
    pub(crate) fn accumulate(&mut self) {
        let mut all = Sums::default();
        for sums in &mut self.sums {
            all = Sums { products: all.products + sums.products, squares: all.squares + sums.squares };
            *sums = all;
        }
    }

    /// Returns the weight of the average on `day`, from 0 to 1.
    fn weight(&self, day: Date) -> f64 {
        self.place(day).map_or(0.0, |place| {
            let Sums { products, squares } = self.sums[place];
            min(max(products / (squares + RIDGE), 0.0), 1.0)
        })
    }

    /// Corrects the fair values that were filtered along a contract.
    pub(crate) fn correct(&self, prints: &Prints, points: &mut [Point]) {
        let mut average = Average::new();
        let mut before = None;
        for batch in &prints.batches {
            let points = &mut points[batch.first..batch.end];
            let filtered = points[0].fair_after;
            let after = filtered + self.weight(batch.at.date()) * (average.follow(batch) - filtered);
            for point in points {
                point.fair_before = before.unwrap_or(point.fair_before);
                point.fair_after = after;
            }
            before = Some(after);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::{Tape, Trade};
    use crate::units::{Price, Quantity, Timestamp};

    /// Two hundred prints a minute apart, at 40 c and at 60 c in turns of five, and a filter that follows each.
    fn bounced() -> (Prints, Vec<Point>, Date) {
        let start: Timestamp = "2026-02-03T12:00:00Z".parse().unwrap();
        let trades = (0..200).map(|i| Trade {
            ticker: "KXTOPMONTHLY-26FEB-BAD".parse().unwrap(),
            at: start.checked_add_micros(i * 60_000_000).unwrap(),
            price: Price::from_cents(if i % 10 < 5 { 40 } else { 60 }).unwrap(),
            count: Quantity::from_contracts(10).unwrap(),
            taker_side: None,
        });
        let prints = Prints::new(&Tape::new(trades.collect()).unwrap(), None);
        let point = |price: f64| Point {
            fair_before: price,
            sd_before: 1.0,
            fair_after: price,
            sd_after: 1.0,
            weights: [1.0, 0.0, 0.0],
            z: 0.0,
            pit: 0.5,
            probability: 0.5,
            sigma_b: 1.0,
        };
        let points = prints.prints.iter().map(|print| point(print.price)).collect();
        (prints, points, start.date())
    }

    fn next_day(forward: impl Fn(f64, f64) -> f64) -> f64 {
        let (prints, points, today) = bounced();
        let mut average = Average::new();
        let forward: Vec<f64> =
            prints.batches.iter().map(|batch| forward(average.follow(batch), batch.sight.price)).collect();
        let tomorrow = today.checked_add_days(1).unwrap();
        let mut bounce = Bounce::new(today, tomorrow);
        bounce.add(&prints, &forward, &points);
        bounce.accumulate();
        assert_eq!(bounce.weight(today), 0.0);
        bounce.weight(tomorrow)
    }

    #[test]
    fn the_weight_is_the_part_of_the_gap_that_was_made_good() {
        for part in [0.25, 0.5, 1.0] {
            let weight = next_day(|average, filtered| filtered + part * (average - filtered));
            assert!(weight < part && weight > 0.9 * part, "{part}: {weight}");
        }
        assert_eq!(next_day(|average, filtered| filtered - 0.5 * (average - filtered)), 0.0);
        assert_eq!(next_day(|average, filtered| filtered + 3.0 * (average - filtered)), 1.0);
        assert_eq!(next_day(|_, _| f64::NAN), 0.0);
    }

    #[test]
    fn a_corrected_value_lies_between_the_average_and_the_filter() {
        let (prints, mut points, today) = bounced();
        let filtered = points.clone();
        let mut bounce = Bounce::new(today, today);
        bounce.sums[0] = Sums { products: 1e6, squares: 2e6 };
        bounce.correct(&prints, &mut points);
        let mut average = Average::new();
        for (k, batch) in prints.batches.iter().enumerate() {
            let middle = 0.5 * (average.follow(batch) + filtered[k].fair_after);
            assert!(
                (points[k].fair_after - middle).abs()
                    < 0.01 * (middle - filtered[k].fair_after).abs() + 1e-15
            );
            if k > 0 {
                assert_eq!(points[k].fair_before, points[k - 1].fair_after);
            }
        }
    }
}
