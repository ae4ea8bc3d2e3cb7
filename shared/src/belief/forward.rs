//! The mean price a while ahead: what a fair value should have been.

use serde::{Deserialize, Serialize};

use super::prints::Prints;
use crate::units::Timestamp;

/// The window, in microseconds after a print: from 15 minutes on to an hour.
const FROM: i64 = 900_000_000;
const TO: i64 = 3_600_000_000;

/// The prints in the window after one batch of a contract, moved on from batch to batch.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Window {
    /// The batches in it: from `low` to before `high`.
    pub(crate) low: usize,
    pub(crate) high: usize,
    /// The sum of their prices, which carries what was rounded on the way, and how many prints that is.
    pub(crate) sum: f64,
    pub(crate) count: usize,
}

impl Window {
    /// Moves on to the window after a batch at `at`, and returns the mean price in it; NaN where there is none. What is
    /// later than the window may still be to come.
    pub(crate) fn mean_after(&mut self, at: Timestamp, prints: &Prints) -> f64 {
        let batches = &prints.batches;
        while let Some(batch) = batches.get(self.high).filter(|batch| batch.at.micros_since(at) <= TO) {
            for print in prints.of_batch(batch) {
                self.sum += print.price().to_dollars();
                self.count += 1;
            }
            self.high += 1;
        }
        while let Some(batch) =
            batches[..self.high].get(self.low).filter(|batch| batch.at.micros_since(at) <= FROM)
        {
            for print in prints.of_batch(batch) {
                self.sum -= print.price().to_dollars();
                self.count -= 1;
            }
            self.low += 1;
        }
        if self.count == 0 { f64::NAN } else { self.sum / self.count as f64 }
    }
}

/// Returns for each batch the mean price of the prints later than 15 minutes after it and at most an hour; NaN where
/// there are none.
pub(crate) fn forward_means(prints: &Prints) -> Vec<f64> {
    let mut window = Window::default();
    prints.batches.iter().map(|batch| window.mean_after(batch.at, prints)).collect()
}

/// Returns when the window of a print at `at` closes; `None` where there is no time left.
pub(crate) fn closes(at: Timestamp) -> Option<Timestamp> {
    at.checked_add_micros(TO)
}
