//! What the fair value is made of: the filter, two averages and the last print, by how well each has forecast.
//!
//! A likelihood of the next print is served by following the side that trades: when takers buy ten times in a row, the
//! eleventh print is at the ask too. A fair value is not: it lies between bid and ask, and prices of the next hour come
//! back to it. What tells the two apart is not the next print but the hour after. So the filter is one expert among
//! four, and each weighs `exp(-RATE loss)`, where the loss is of the mean price 15 to 60 minutes later: the contract's
//! own, and a part of that of all contracts together, of hours that had passed by the last [`Days`] end. Squared errors
//! of forecasts that are mixed by such weights are in sum no greater than the best expert's and a constant (Vovk 1990,
//! Haussler, Kivinen and Warmuth 1998).
//!
//! No single instant moves the fair value far, as it may be a slip: it moves it by no more than [`DOUBT`], unless it
//! confirms the price of the instant before, and then by as much more as its size tells. And no news is followed late: the fair value
//! is no more than [`NEAR`] beyond the prices of the last three instants.

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::belief::contract::Contract;
use crate::belief::prints::{Batch, Sight};
use crate::math::{exp, max, min};
use crate::units::Timestamp;

/// Filter, slow average, quick average, last print: the place of each in arrays.
pub const EXPERTS: usize = 4;
/// What they weigh before anything is known: a single print says less than an average.
const FIRST: [f64; EXPERTS] = [0.3, 0.3, 0.3, 0.1];
/// The filter alone.
pub(crate) const FILTER: [f64; EXPERTS] = [1.0, 0.0, 0.0, 0.0];

/// How far a print that nothing confirms may move the fair value, and a lot that does, dollars.
const DOUBT: f64 = 0.09;
/// How far the fair value may be from the prices of the last three instants: less than half of the widest spread that
/// recorded contracts trade at, dollars.
pub(crate) const NEAR: f64 = 0.02;
const TEN: f64 = 10.0;
/// Between the times at which weights change.
const DAY: i64 = 86_400_000_000;

/// What was chosen by looking at how well the experts together forecast recorded prices.
///
/// An event's figures are of a design that was chosen on others; `examples/measure_belief` does so.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Design {
    /// What a batch of ten contracts adds to the slow average's clock, `-ln` of what is kept; the quick one's is three times
    /// as fast. It goes with the root of the size: a sweep says more than a print of one contract, but not in proportion.
    pub per_ten: f64,
    /// What an hour adds.
    pub per_hour: f64,
    /// By how much a loss tells.
    pub rate: f64,
    /// What part of the loss of all contracts counts for each.
    pub shared: f64,
    /// The error, in dollars, that counts for half a print; a greater one counts for more, but for no more than one, so
    /// that a few wild hours don't decide.
    pub half: f64,
    /// How much of what was known of a contract's surprises is kept from one instant to the next.
    pub kept: f64,
    /// As how many instants that surprised as they should it counts that nothing is known yet.
    pub begun: f64,
    /// And in how many of each tenth of their distribution.
    pub each: f64,
}

impl Design {
    /// The one that is in use.
    pub const CHOSEN: Self = Self {
        per_ten: 0.1,
        per_hour: 2.0 / 3.0,
        rate: 0.1,
        shared: 0.1,
        half: 0.02,
        kept: 0.98,
        begun: 5.0,
        each: 4.0,
    };
}

/// Days since the first print, whatever the clock showed then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Days {
    /// The first print; `None` before it.
    pub(crate) start: Option<Timestamp>,
    /// How many have ended.
    pub(crate) ended: i64,
}

impl Days {
    /// Returns how many had ended at `now`.
    fn by(start: Timestamp, now: Timestamp) -> i64 {
        now.micros_since(start).max(0) / DAY
    }

    /// Returns whether there is something to begin at `now`.
    #[inline]
    pub(crate) fn is_due(&self, now: Timestamp) -> bool {
        self.start.is_some_and(|start| Self::by(start, now) > self.ended)
    }
}

/// What a contract's experts say, and what they are made of.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Experts {
    slow: f64,
    quick: f64,
    /// The prices of the last two instants.
    prices: [f64; 2],
}

/// What the experts said after a batch whose hour had not passed at the last end of a day.
pub(crate) type Said = [f64; EXPERTS];

impl Experts {
    /// Returns its numbers, which are all finite.
    pub(crate) fn numbers(&self) -> [f64; 4] {
        [self.slow, self.quick, self.prices[0], self.prices[1]]
    }

    /// Takes in a batch after which the filter says `filtered`, and returns what the experts say and, by `weights`, the
    /// fair value, which was `fair` before.
    pub(crate) fn follow(
        &mut self,
        design: &Design,
        batch: &Batch,
        filtered: f64,
        fair: f64,
        weights: &[f64; EXPERTS],
    ) -> (Said, f64) {
        let price = batch.sight.price;
        if batch.first == 0 {
            *self = Self { slow: price, quick: price, prices: [price; 2] };
            let said = [filtered, price, price, price];
            return (said, mixed(weights, &said));
        }
        let [second, last] = self.prices;
        let reach = reach(&batch.sight, fair, last);
        let (least, most) = (fair - reach, fair + reach);
        let low = min(second, min(last, price)) - NEAR;
        let high = max(second, max(last, price)) + NEAR;
        let within = |value: f64| min(max(min(max(value, low), high), least), most);
        let counts = min(max(price, least), most);
        let kept = exp(-(design.per_ten * (batch.sight.size / TEN).sqrt() + design.per_hour * batch.hours));
        self.slow = within(counts + kept * (self.slow - counts));
        self.quick = within(counts + kept * kept * kept * (self.quick - counts));
        self.prices = [last, price];
        let said = [within(filtered), self.slow, self.quick, counts];
        (said, within(mixed(weights, &said)))
    }
}

/// Returns how far from `fair` a print may move it, dollars: by as many times [`DOUBT`] as the root of its size where it
/// confirms the price of the `last` instant, as it is no more than [`DOUBT`] beyond it; else by no more than [`DOUBT`], or
/// to that price where it is on the same side.
#[inline(always)]
pub(crate) fn reach(print: &Sight, fair: f64, last: f64) -> f64 {
    let confirmed = DOUBT * max(print.size, 1.0).sqrt();
    let (away, same_way) = if print.price > fair {
        (print.price - fair, last - fair)
    } else {
        (fair - print.price, fair - last)
    };
    if away <= max(same_way, 0.0) + DOUBT { confirmed } else { min(confirmed, max(same_way, DOUBT)) }
}

fn mixed(weights: &[f64; EXPERTS], said: &Said) -> f64 {
    weights.iter().zip(said).map(|(weight, said)| weight * said).sum()
}

/// What experts have lost.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Losses(pub(crate) [f64; EXPERTS]);

impl Losses {
    /// Adds what was lost when the mean price of the hour after was `mean`.
    pub(crate) fn add(&mut self, design: &Design, said: &Said, mean: f64) {
        let squares = said.map(|said| (said - mean) * (said - mean));
        let weight = 1.0 / (design.half * design.half + squares.iter().sum::<f64>() / EXPERTS as f64);
        self.with(&Self(squares.map(|square| weight * square)));
    }

    fn with(&mut self, other: &Self) {
        for (sum, more) in self.0.iter_mut().zip(other.0) {
            *sum += more;
        }
    }

    /// Returns the weights of experts that have lost this in a contract, and `shared` in all of them.
    pub(crate) fn weights(&self, design: &Design, shared: &Self) -> [f64; EXPERTS] {
        let mut weights = [0.0; EXPERTS];
        for ((weight, own), all) in weights.iter_mut().zip(self.0).zip(shared.0) {
            *weight = design.rate * (own + design.shared * all);
        }
        let least = weights.iter().fold(f64::INFINITY, |least, loss| min(least, *loss));
        let mut sum = 0.0;
        for (weight, first) in weights.iter_mut().zip(FIRST) {
            *weight = first * exp(least - *weight);
            sum += *weight;
        }
        weights.map(|weight| weight / sum)
    }
}

/// What the experts of all contracts have lost by the last end of a day.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Learning {
    pub(crate) days: Days,
    pub(crate) losses: Losses,
}

impl Learning {
    /// Returns what holds before the first print.
    pub(crate) const fn new() -> Self {
        Self { days: Days { start: None, ended: 0 }, losses: Losses([0.0; EXPERTS]) }
    }

    /// Ends the days up to `now`: the hours that have passed are added, of one day after the other, contract by
    /// contract as `sorted`.
    pub(crate) fn begin(
        &mut self,
        design: &Design,
        now: Timestamp,
        contracts: &mut [Contract],
        sorted: &[usize],
    ) {
        let Some(start) = self.days.start else { return };
        self.days.ended = Days::by(start, now);
        while let Some(day) = contracts
            .iter()
            .filter_map(|contract| contract.next_closing(start))
            .min()
            .filter(|day| *day <= self.days.ended)
        {
            let mut of_day = Losses::default();
            for place in sorted {
                contracts[*place].close(design, start, day, &mut of_day);
            }
            self.losses.with(&of_day);
        }
        for contract in contracts {
            contract.weights = contract.losses.weights(design, &self.losses);
        }
    }

    /// Returns by the end of which day the hour after `at` had passed.
    pub(crate) fn closed_on(start: Timestamp, at: Timestamp) -> Option<i64> {
        Some(Days::by(start, crate::belief::forward::closes(at)?) + 1)
    }
}
