//! Fits that are made beside an engine, so that whoever drives it needn't wait for them.

use super::contract::Learned;
use super::legacy::LevelParameters;
use super::model::Model;
use super::prints::Prints;
use super::{Calibration, ml, variational};
use crate::pieces::{Pace, Pieces};
use crate::units::Timestamp;

/// What a fit comes of, besides the prints themselves, to which more are added and none is ever changed otherwise: of the
/// same comes the same, to the last bit.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Question {
    /// The event's place.
    pub(super) event: usize,
    /// How many prints its contracts have.
    pub(super) prints: usize,
    /// When it settles: each print is seen from there.
    pub(super) settles: Option<Timestamp>,
    /// Where the search begins.
    pub(super) start: Model,
    pub(super) prior: Model,
}

impl Question {
    /// Returns what the prints of the event teach.
    pub(super) async fn answer(&self, pace: &Pace, calibration: Calibration, prints: &[&Prints]) -> Learned {
        let Self { start, prior, .. } = self;
        let model = match calibration {
            Calibration::Ml => ml::fit(pace, prints, start, prior).await,
            // Every variance is positive by construction: nothing is refused.
            Calibration::Em => {
                variational::fit(pace, prints, start, prior).await.map_or(*start, |(model, _)| model)
            }
            Calibration::Legacy => {
                return Learned { level: LevelParameters::fit(prints), ..Learned::nothing() };
            }
        };
        Learned { model, ..Learned::nothing() }
    }
}

/// A fit that an engine asks for, with a copy of all that it comes of: another thread can make it.
#[derive(Debug)]
pub struct Asked {
    pub(super) calibration: Calibration,
    pub(super) question: Question,
    pub(super) prints: Vec<Prints>,
}

impl Asked {
    /// Makes the fit, which takes many passes over the prints.
    pub fn find(self) -> Found {
        self.find_in_pieces().finish()
    }

    /// Does as [`Asked::find`], piece by piece.
    pub fn find_in_pieces(self) -> Pieces<'static, Found> {
        let Self { calibration, question, prints } = self;
        Pieces::new(move |pace| async move {
            let prints: Vec<&Prints> = prints.iter().collect();
            let learned = question.answer(&pace, calibration, &prints).await;
            Found { question, learned }
        })
    }
}

/// A fit that was made beside its engine.
#[derive(Debug, Clone)]
pub struct Found {
    pub(super) question: Question,
    pub(super) learned: Learned,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::belief::Engine;
    use crate::market::Trade;
    use crate::units::{Price, Quantity};

    /// A trade so many minutes after the first.
    fn trade(minutes: i64) -> Trade {
        let first: Timestamp = "2026-02-03T12:00:00Z".parse().unwrap();
        Trade {
            ticker: "KXTOPMONTHLY-26FEB-BAD".parse().unwrap(),
            at: first.checked_add_micros(minutes * 60_000_000).unwrap(),
            price: Price::from_cents(40 + minutes % 7).unwrap(),
            count: Quantity::from_contracts(10).unwrap(),
            taker_side: None,
            id: None,
            is_block: false,
        }
    }

    /// Hands an engine a fit that nobody could have found, after so many more trades; returns whether it went by that.
    fn goes_by_it(more: i64) -> bool {
        let mut engine = Engine::new(Calibration::Ml);
        engine.list(&"KXTOPMONTHLY-26FEB".parse().unwrap(), &trade(0).ticker, None);
        for minutes in 0..60 {
            engine.take(0, &[trade(minutes)]).unwrap();
        }
        assert!(engine.asked(trade(1_439).at).is_empty());
        let asked = engine.asked(trade(1_440).at).remove(0);
        let given = Learned::nothing();
        for minutes in 60..60 + more {
            engine.take(0, &[trade(minutes)]).unwrap();
        }
        engine.know(Found { question: asked.question, learned: given });
        engine.take(0, &[trade(1_440)]).unwrap();
        let aside = engine.aside(0).unwrap();
        assert!(engine.asked(trade(1_440).at).is_empty());
        aside.learned == given
    }

    #[test]
    fn a_fit_that_was_made_beside_is_not_made_again_unless_something_has_changed() {
        assert!(goes_by_it(0));
        assert!(!goes_by_it(1));
    }
}
