//! What belief volatility usually is.

use serde::{Deserialize, Serialize};

/// How often belief volatility was how great, of an event's contracts so far.
///
/// Values are told apart by their exponent and five bits of their fraction: the median is within 2 % of the exact one, takes
/// no more room after a year than after a day, and has the same bits on all machines.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct UsualSigmaB {
    /// The leading bits of a value and how many had them, ascending.
    counts: Vec<(u16, u32)>,
    total: u32,
}

/// The bits of a double after the leading ones.
const REST: u32 = 47;

impl UsualSigmaB {
    /// Takes note of a value, which is not negative.
    #[inline]
    pub fn observe(&mut self, sigma_b: f64) {
        let leading = (sigma_b.to_bits() >> REST) as u16;
        match self.counts.binary_search_by_key(&leading, |(own, _)| *own) {
            Ok(place) => self.counts[place].1 = self.counts[place].1.saturating_add(1),
            Err(place) => self.counts.insert(place, (leading, 1)),
        }
        self.total = self.total.saturating_add(1);
    }

    /// Returns the median; `None` of nothing.
    pub fn median(&self) -> Option<f64> {
        let mut below = 0_u32;
        let is_middle = |(_, count): &&(u16, u32)| {
            below = below.saturating_add(*count);
            2 * u64::from(below) >= u64::from(self.total)
        };
        let (leading, _) = self.counts.iter().find(is_middle)?;
        // The middle of the values that have these bits.
        Some(f64::from_bits((u64::from(*leading) << REST) | (1 << (REST - 1))))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_median_is_within_two_per_cent(values in prop::collection::vec(0.01..100.0_f64, 1..200)) {
            let mut usual = UsualSigmaB::default();
            prop_assert_eq!(usual.median(), None);
            values.iter().for_each(|value| usual.observe(*value));
            let mut sorted = values;
            sorted.sort_by(f64::total_cmp);
            let exact = sorted[(sorted.len() - 1) / 2];
            let ratio = usual.median().unwrap() / exact;
            prop_assert!((ratio - 1.0).abs() < 0.02, "{}", ratio);
        }
    }

    #[test]
    fn no_value_is_lost() {
        let mut usual = UsualSigmaB::default();
        [0.0, f64::INFINITY, 7.6, 7.6, 7.6].into_iter().for_each(|value| usual.observe(value));
        assert!((usual.median().unwrap() / 7.6 - 1.0).abs() < 0.02);
    }
}
