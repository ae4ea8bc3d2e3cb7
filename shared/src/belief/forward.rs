//! The mean price a while ahead: what a fair value should have been.

use super::prints::Prints;
use crate::units::{Date, Timestamp};

/// The window, in microseconds after a print: from 15 minutes on to an hour.
const FROM: i64 = 900_000_000;
const TO: i64 = 3_600_000_000;

/// Returns for each batch the mean price of the prints later than 15 minutes after it and at most an hour; NaN where
/// there are none.
pub(crate) fn forward_means(prints: &Prints) -> Vec<f64> {
    let batches = &prints.batches;
    let (mut low, mut high) = (0, 0);
    let (mut sum, mut count) = (0.0, 0_usize);
    batches
        .iter()
        .map(|batch| {
            while high < batches.len() && batches[high].at.micros_since(batch.at) <= TO {
                for print in &prints.prints[batches[high].first..batches[high].end] {
                    sum += print.price;
                    count += 1;
                }
                high += 1;
            }
            while low < high && batches[low].at.micros_since(batch.at) <= FROM {
                for print in &prints.prints[batches[low].first..batches[low].end] {
                    sum -= print.price;
                    count -= 1;
                }
                low += 1;
            }
            if count == 0 { f64::NAN } else { sum / count as f64 }
        })
        .collect()
}

/// Returns the first day at whose midnight the window of a print at `at` had closed; `None` where there are no days left.
pub(crate) fn closed_on(at: Timestamp) -> Option<Date> {
    at.checked_add_micros(TO)?.date().checked_add_days(1)
}
