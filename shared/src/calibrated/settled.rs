//! An event that has settled, as the prior learns from it.

use super::Category;
use super::correction::{power, shares};
use crate::math::{ln, max, min};
use crate::units::Timestamp;

/// How many days before settlement an event is looked at: once in each span of the time left.
pub const LOOKS: [f64; 9] = [60.0, 14.0, 4.0, 1.5, 0.75, 0.375, 0.1875, 0.0833, 0.0069];

/// Microseconds in a day.
const DAY: f64 = 86_400_000_000.0;

/// What is thought possible of any outcome: one surprise doesn't decide for ever.
const LEAST: f64 = 1e-4;

/// One contract of an event that has settled.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// What YES was paid, in dollars; between 0 and 1 where a dead heat was shared or a rule says so.
    pub pays: f64,
    /// When it was priced at what, in order of time: from 0 to 1 dollar. A price of 0 or 1 is none.
    pub prices: Vec<(Timestamp, f64)>,
}

/// An event that has settled, with the prices before.
#[derive(Debug, Clone, PartialEq)]
pub struct Settled {
    /// What it is about.
    pub category: Category,
    /// Whether at most one of its outcomes comes true. Not all of them need be here, and none of them need come.
    pub is_exclusive: bool,
    /// When it settled, and could be learned from.
    pub at: Timestamp,
    /// From when on its prices aren't looked at, as the outcome was known or was being played: its settlement at the latest.
    pub until: Timestamp,
    /// Its outcomes.
    pub outcomes: Vec<Outcome>,
}

/// What was known of an event at a time before it settled.
#[derive(Debug, Clone, PartialEq)]
pub struct Look {
    /// How many days were left.
    pub days_left: f64,
    /// Of each outcome that had a price by then, the price and what it came to pay, in dollars.
    pub known: Vec<(f64, f64)>,
    /// The place of each of them among the event's outcomes.
    pub places: Vec<usize>,
}

impl Settled {
    /// Returns what was known so many days before settlement; `None` where that isn't looked at or nothing was priced.
    pub fn look(&self, days_left: f64) -> Option<Look> {
        let at = self.at.checked_add_micros(-((days_left * DAY) as i64))?;
        if at >= self.until {
            return None;
        }
        let mut look = Look { days_left, known: Vec::new(), places: Vec::new() };
        for (place, outcome) in self.outcomes.iter().enumerate() {
            let priced = outcome.prices.iter().take_while(|(time, _)| *time <= at);
            if let Some((_, price)) = priced.filter(|(_, price)| *price > 0.0 && *price < 1.0).last() {
                look.known.push((*price, min(max(outcome.pays, 0.0), 1.0)));
                look.places.push(place);
            }
        }
        (!look.known.is_empty()).then_some(look)
    }

    /// Returns what was known at each of [`LOOKS`].
    pub fn looks(&self) -> Vec<Look> {
        LOOKS.iter().filter_map(|days_left| self.look(*days_left)).collect()
    }
}

impl Look {
    /// Returns the logarithm of how likely prices with their odds raised to the power `theta` held what came. Contracts
    /// that don't exclude each other say much the same: together they count as one.
    pub fn log_likelihood(&self, is_exclusive: bool, theta: f64) -> f64 {
        let sure = |p: f64| ln(min(max(p, LEAST), 1.0));
        if is_exclusive {
            let prices: Vec<f64> = self.known.iter().map(|(price, _)| *price).collect();
            let mut found = prices.clone();
            let other = shares(&prices, theta, &mut found);
            let paid: f64 = self.known.iter().map(|(_, pays)| pays).sum();
            let of_listed = self.known.iter().zip(found).map(|((_, pays), p)| pays * sure(p));
            return of_listed.sum::<f64>() + max(1.0 - paid, 0.0) * sure(other);
        }
        let of_each = self.known.iter().map(|(price, pays)| {
            let p = power(*price, theta);
            pays * sure(p) + (1.0 - pays) * sure(1.0 - p)
        });
        of_each.sum::<f64>() / self.known.len() as f64
    }
}
