//! Selling what is too dear: offers of outcomes that hardly anybody believes in, and no bids.
//!
//! What trades below ten or fifteen cents comes true less often than it costs, and who sells it resting earns that. The
//! profit has a short tail: seldom an outcome that was sold wins, and takes many premiums at once. So what is offered is
//! bounded thrice: by Kelly's rule over all outcomes with what is held of each, by a position, and by what the event loses at
//! the worst, which [`crate::risk`] sees to.
//!
//! Nothing here is a setting. The numbers were taken from what was published before, `docs/studies.md` has the sources, and a
//! rule that was chosen among others by its result would be worth less than one that wasn't.

use serde::{Deserialize, Serialize};

use crate::math::max;
use crate::search::{Bets, Column};

/// The highest price that is offered, in dollars: "short YES under about 15 c".
pub(super) const MOST_ASKED: f64 = 0.15;
/// What an offer earns at least if the calibrated probability is right, in dollars: a maker's published profit a contract
/// under 10 c is 1.7 to 3.1 c; the lower one, on the grid.
pub(super) const EDGE: f64 = 0.02;
/// How much further up the next rung of the ladder is, in dollars: a step of the grid.
pub(super) const RUNG: f64 = 0.01;
/// The part of the start balance that Kelly's rule plays with: a quarter, as for signals.
const KELLY_FRACTION: f64 = 0.25;
/// How many innovations upward in a row are one-sided flow: if up and down are alike, that many have a chance of 1 in 32, the
/// first below 1 in 20.
pub(super) const ONE_SIDED: u32 = 5;
/// How long one-sided flow is waited out if nothing else trades, in microseconds: a day, as listeners are published daily.
pub(super) const ONE_SIDED_LASTS: i64 = 86_400_000_000;

/// What quotes of this kind are made with.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Tails {
    /// Contracts of a rung.
    lot: f64,
    /// The dollars that Kelly's rule plays with.
    played: f64,
}

impl Tails {
    /// Returns offers of `lot` contracts a rung from a balance of `capital` dollars.
    pub(super) fn new(lot: f64, capital: f64) -> Self {
        Self { lot, played: KELLY_FRACTION * capital }
    }

    /// Returns how far up the ladder a contract is of which `position` is held, in dollars: a rung for each lot that was sold.
    /// One order rests a side, so that the rungs rest one after the other.
    pub(super) fn rung(self, position: f64) -> f64 {
        RUNG * max((-position / self.lot).floor(), 0.0)
    }

    /// Returns the value that an offer is made for, in dollars: no less than the calibrated probability `p` with its edge, and
    /// than what the contract alone is believed to be worth, so that it rests.
    pub(super) fn value(self, p: f64, fair: f64, position: f64) -> f64 {
        max(p + EDGE, fair) + self.rung(position)
    }

    /// Returns how many contracts of an outcome to sell at most, in parts of contracts: what Kelly's rule sells of it for
    /// `premium` dollars each, its fee paid, beside what is held of each outcome, and no more than a lot. `outcomes` has the
    /// probability and the position of each; what they leave is OTHER's.
    ///
    /// What is held counts at its probabilities' worth. What only rests elsewhere doesn't count: it may not fill.
    pub(super) fn most(self, own: usize, premium: f64, outcomes: &[(f64, f64)]) -> f64 {
        let inside: f64 = outcomes.iter().map(|(p, _)| p).sum();
        let worth: f64 = outcomes.iter().map(|(p, position)| p * position).sum();
        let total = max(inside, 1.0);
        let other = ((total - inside) / total, 0.0);
        let all = outcomes.iter().map(|(p, position)| (p / total, *position)).chain([other]);
        let (probabilities, wealth): (Vec<f64>, Vec<f64>) =
            all.map(|(p, position)| (p, self.played + position - worth)).unzip();
        let change = |outcome: usize| if outcome == own { premium - 1.0 } else { premium };
        let changes = (0..probabilities.len()).map(change).collect();
        let column = Column { changes, uses: 0.0, most: self.lot };
        // Who could be ruined by what is held already sells no more of anything.
        let bets = Bets::new(probabilities, wealth, vec![column], 0.0);
        bets.map_or(0.0, |bets| bets.solve().amounts.first().copied().unwrap_or(0.0))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TAILS: Tails = Tails { lot: 10.0, played: 250.0 };

    #[test]
    fn the_ladder_goes_up_a_cent_a_lot_that_was_sold() {
        for (position, rung) in [(5.0, 0.0), (0.0, 0.0), (-9.99, 0.0), (-10.0, 0.01), (-35.0, 0.03)] {
            assert!((TAILS.rung(position) - rung).abs() < 1e-15, "{position}");
        }
        assert!((TAILS.value(0.03, 0.04, 0.0) - 0.05).abs() < 1e-15);
        assert!((TAILS.value(0.03, 0.08, -20.0) - 0.10).abs() < 1e-15);
    }

    #[test]
    fn nothing_is_sold_for_what_it_is_worth_and_a_lot_for_much_more() {
        let outcomes = [(0.9, 0.0), (0.05, 0.0)];
        assert_eq!(TAILS.most(1, 0.05, &outcomes), 0.0);
        assert_eq!(TAILS.most(1, 0.08, &outcomes), 10.0);
        // Kelly's rule for one bet: (premium - p) / (premium (1 - premium)) of what is played.
        let alone = 250.0 * 0.001 / (0.051 * 0.949);
        assert!((TAILS.most(1, 0.051, &outcomes) - alone).abs() < 1e-6 * alone);
    }

    proptest! {
        #[test]
        fn what_is_short_already_lessens_what_is_sold_and_another_short_hedges_it(
            p in 0.01..0.1_f64, edge in 0.0001..0.004_f64, held in 1.0..40.0_f64,
        ) {
            let most = |own: f64, other: f64| TAILS.most(1, p + edge, &[(0.8, 0.0), (p, -own), (0.05, -other)]);
            let flat = most(0.0, 0.0);
            prop_assert!(most(held, 0.0) <= flat + 1e-6);
            prop_assert!(most(0.0, held) + 1e-6 >= flat);
            prop_assert!((0.0..=10.0).contains(&flat));
        }

        #[test]
        fn whoever_could_be_ruined_sells_nothing(p in 0.01..0.1_f64, held in 300.0..900.0_f64) {
            prop_assert_eq!(TAILS.most(1, 0.15, &[(0.8, 0.0), (p, -held)]), 0.0);
        }
    }
}
