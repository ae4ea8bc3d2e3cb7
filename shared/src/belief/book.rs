//! What a book says of a contract's worth, beside what its prints made believed.
//!
//! A book is a standing offer: what it says it says once, however long it stands. So it is not filtered as a series of
//! prints. What is believed from prints, which grows less sure as time passes, and what the book says now are two
//! observations of one value, weighed by their variances.

use super::model::Model;
use super::prints::{YEAR_HOURS, hours_left};
use super::{Belief, logit, sigmoid};
use crate::math::{exp, max, min};
use crate::settings::words;
use crate::units::{Price, Quantity, Timestamp};

/// When books are observed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FromBook {
    /// Where no print says anything: on a tape that tells no trades.
    #[default]
    Auto,
    /// Beside prints.
    Beside,
    /// Never.
    Off,
}

words!(FromBook { Auto "auto", Beside "beside", Off "off" });

/// The best prices of a contract's book with what rests there, bid and offer.
pub type Best = [Option<(Price, Quantity)>; 2];

/// How a book is read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// How much of the sizes' imbalance moves the value off the middle: 0 is the middle of the prices, 1 the micro-price,
    /// the middle weighed by what rests on the other side.
    pub imbalance: f64,
    /// How many half-spreads the last taker's side moves it, as long as that is fresh.
    pub taker: f64,
    /// In what time that is gone but for a part of e, in seconds.
    pub fades_s: f64,
    /// The standard deviation of what it says, in half-spreads of log-odds.
    pub sd: f64,
}

impl Reading {
    /// The micro-price, a half-spread unsure; the taker's side moves nothing, as no evidence says by how much.
    pub const CHOSEN: Self = Self { imbalance: 1.0, taker: 0.0, fades_s: 30.0, sd: 1.0 };
}

/// The least that a book is unsure of, in log-odds: half a cent where half a dollar is paid.
const LEAST_SD: f64 = 0.02;

/// The least price that stands for a side where nobody bids: Kalshi's finest.
const LEAST: f64 = 0.001;

/// What a book says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sight {
    /// The value in log-odds, and its standard deviation.
    pub log_odds: f64,
    /// See [`Sight::log_odds`].
    pub sd: f64,
}

impl Sight {
    /// Returns what a book says; nothing where it is empty. `taker` is which way the last trade was taken, 1 for YES and -1
    /// for NO, and how many seconds ago; 0 where nothing is known of it.
    ///
    /// Where a side is empty the least price stands for it, and what is said is the middle: nobody's size weighs.
    pub fn of([bid, ask]: Best, (taker, ago_s): (f64, f64), reading: &Reading) -> Option<Self> {
        let (low, high) = match (bid, ask) {
            (None, None) => return None,
            (low, high) => (
                low.map_or(LEAST, |(price, _)| price.to_dollars()),
                high.map_or(1.0 - LEAST, |(price, _)| price.to_dollars()),
            ),
        };
        let size = |level: Option<(Price, Quantity)>| level.map_or(0.0, |(_, size)| size.to_contracts());
        let (bids, asks) = (size(bid), size(ask));
        // From -1, all that rests is offered, to 1, all of it is bid.
        let imbalance = if bids > 0.0 && asks > 0.0 { (bids - asks) / (bids + asks) } else { 0.0 };
        let fresh = taker * exp(-ago_s / reading.fades_s);
        let moved = reading.imbalance * imbalance + reading.taker * fresh;
        let value = (low + high) / 2.0 + min(max(moved, -1.0), 1.0) * (high - low) / 2.0;
        let clip = |p: f64| min(max(p, LEAST), 1.0 - LEAST);
        let spread = (logit(clip(high)) - logit(clip(low))).abs() / 2.0;
        Some(Self { log_odds: logit(clip(value)), sd: max(reading.sd * spread, LEAST_SD) })
    }

    /// Returns what is believed of a contract of which nothing but its book is known.
    pub fn alone(&self, at: Timestamp, settles: Option<Timestamp>) -> Belief {
        let sigma_b = Model::prior().belief_volatility(self.log_odds, hours_left(settles, at));
        Belief { fair: sigmoid(self.log_odds), sd: self.sd, sigma_b, z: 0.0, weights: [1.0, 0.0, 0.0] }
    }

    /// Returns what is believed of a contract that `belief` was of, so many microseconds ago. What surprised then is no
    /// surprise again: that is left to whoever tells it with its print.
    pub fn beside(&self, belief: &Belief, ago: i64) -> Belief {
        let hours = max(ago as f64, 0.0) / 3_600e6;
        let variance = belief.sd * belief.sd + belief.sigma_b * belief.sigma_b * hours / YEAR_HOURS;
        let own = self.sd * self.sd;
        let (before, all) = (logit(belief.fair), variance + own);
        let log_odds = before + (self.log_odds - before) * (variance / all);
        let sd = (variance * own / all).sqrt();
        Belief { fair: sigmoid(log_odds), sd, z: 0.0, weights: [1.0, 0.0, 0.0], ..*belief }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn level(cents: i64, contracts: i64) -> Option<(Price, Quantity)> {
        Some((Price::from_cents(cents).unwrap(), Quantity::from_contracts(contracts).unwrap()))
    }

    const SILENT: (f64, f64) = (0.0, 0.0);

    #[test]
    fn the_micro_price_leans_to_the_side_where_less_rests() {
        let fair = |best| sigmoid(Sight::of(best, SILENT, &Reading::CHOSEN).unwrap().log_odds);
        assert!((fair([level(40, 30), level(50, 10)]) - 0.475).abs() < 1e-12);
        assert!((fair([level(40, 10), level(50, 10)]) - 0.45).abs() < 1e-12);
        assert!((fair([level(40, 10), None]) - 0.6995).abs() < 1e-12);
        assert_eq!(Sight::of([None, None], SILENT, &Reading::CHOSEN), None);
    }

    #[test]
    fn a_taker_moves_it_for_a_while() {
        let reading = Reading { taker: 0.5, ..Reading::CHOSEN };
        let said = |taker| Sight::of([level(40, 10), level(50, 10)], taker, &reading).unwrap().log_odds;
        assert!(said((1.0, 0.0)) > said((1.0, 60.0)) && said((1.0, 60.0)) > said(SILENT));
        assert!(said((-1.0, 0.0)) < said(SILENT));
    }

    proptest! {
        #[test]
        fn what_is_believed_lies_between_prints_and_book_and_is_surer_than_either(
            fair in 0.01..0.99_f64, sd in 0.01..2.0_f64, bid in 1..98_i64, more in 1..50_i64, sizes in (1..500_i64, 1..500_i64), ago in 0..100_000_000_000_i64,
        ) {
            let belief = Belief { fair, sd, sigma_b: 3.0, z: 4.0, weights: [0.0, 1.0, 0.0] };
            let best = [level(bid, sizes.0), level((bid + more).min(99), sizes.1)];
            let sight = Sight::of(best, SILENT, &Reading::CHOSEN).unwrap();
            let both = sight.beside(&belief, ago);
            let book = sigmoid(sight.log_odds);
            prop_assert!(both.fair >= min(fair, book) - 1e-12 && both.fair <= max(fair, book) + 1e-12);
            let grown = (sd * sd + 9.0 * ago as f64 / 3_600e6 / YEAR_HOURS).sqrt();
            prop_assert!(both.sd <= sight.sd * (1.0 + 1e-12) && both.sd <= grown * (1.0 + 1e-12));
            prop_assert_eq!((both.z, both.alarm()), (0.0, 0.0));
        }
    }
}
