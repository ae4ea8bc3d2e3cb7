//! Intervals by resampling whole events: the contracts of one event are dependent, events hardly.

use crate::random::SplitMix64;
use crate::sort;

/// Of fewer events than this there is no interval: so few hardly differ, and the spread of their resamples would
/// understate the error.
pub(super) const FEWEST_EVENTS: usize = 4;

/// Returns the 2.5th and the 97.5th percentile of the sum when as many events are drawn with replacement as there are,
/// and `None` of fewer than four events.
///
/// `events` has each event's amount, in any unit. The percentile interval of few clusters is too narrow rather than too
/// wide: with eight events it covers nearer to 85 % than to 95 %.
pub fn sum_interval(events: &[i64], resamples: usize, rng_seed: u64) -> Option<(i64, i64)> {
    if events.len() < FEWEST_EVENTS || resamples == 0 {
        return None;
    }
    let mut rng = SplitMix64::new(rng_seed);
    let sums: Vec<i64> = (0..resamples)
        .map(|_| events.iter().map(|_| events[rng.below(events.len())]).fold(0, i64::saturating_add))
        .collect();
    let ranked = sort::places(resamples, &|a, b| sums[a] < sums[b]);
    Some((sums[ranked[(resamples - 1) * 25 / 1000]], sums[ranked[(resamples - 1) * 975 / 1000]]))
}

/// Returns the 2.5th and the 97.5th percentile of the mean when events are drawn with replacement; each has its sum and
/// its number.
pub(super) fn mean_interval(events: &[(f64, usize)], resamples: usize, rng_seed: u64) -> Option<(f64, f64)> {
    if events.len() < FEWEST_EVENTS || resamples == 0 {
        return None;
    }
    let mut rng = SplitMix64::new(rng_seed);
    let means: Vec<f64> = (0..resamples)
        .map(|_| {
            let drawn = events.iter().map(|_| events[rng.below(events.len())]);
            let (sum, n) = drawn.fold((0.0, 0), |(sum, n), event| (sum + event.0, n + event.1));
            sum / n as f64
        })
        .collect();
    let ranked = sort::places(resamples, &|a, b| means[a] < means[b]);
    Some((means[ranked[(resamples - 1) * 25 / 1000]], means[ranked[(resamples - 1) * 975 / 1000]]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_has_the_width_of_the_sampling_error() {
        // A hundred events of +1 or -1: the sum has a standard deviation of 10.
        let events: Vec<i64> = (0..100).map(|i| if i % 2 == 0 { 1000 } else { -1000 }).collect();
        let (low, high) = sum_interval(&events, 4000, 1).unwrap();
        assert!((low + 19_600).abs() < 1500 && (high - 19_600).abs() < 1500, "{low} {high}");
        assert_eq!(sum_interval(&events, 4000, 1), Some((low, high)));
    }

    #[test]
    fn one_event_that_counts_is_drawn_as_the_binomial_law_says() {
        // Of 4 draws with probability 1/4: none in 32 %, at most two in 94.9 %, at most three in 99.6 %.
        assert_eq!(sum_interval(&[0, 1_000, 0, 0], 10_000, 7), Some((0, 3_000)));
        // Of 10 with probability 1/10: none in 35 %, at most two in 93.0 %, at most three in 98.7 %.
        let mut events = [0; 10];
        events[4] = -7_000;
        assert_eq!(sum_interval(&events, 10_000, 7), Some((-21_000, 0)));
    }

    #[test]
    fn a_mean_weighs_events_by_their_number() {
        // All of a mean of 2: any resample has it, however large its events.
        let events = [(2.0, 1), (20.0, 10), (200.0, 100), (4.0, 2)];
        assert_eq!(mean_interval(&events, 500, 3), Some((2.0, 2.0)));
        assert_eq!(mean_interval(&events[..3], 500, 3), None);
        // One event of four has 3 a piece, the others nothing: drawn j times of 4, the mean is 3 j / 4.
        let events = [(3.0, 1), (0.0, 1), (0.0, 1), (0.0, 1)];
        assert_eq!(mean_interval(&events, 10_000, 7), Some((0.0, 2.25)));
    }

    #[test]
    fn few_events_have_no_interval() {
        assert_eq!(sum_interval(&[5, 5, 5], 100, 1), None);
        assert_eq!(sum_interval(&[5, 5, 5, 5], 100, 1), Some((20, 20)));
        assert_eq!(sum_interval(&[5; 9], 0, 1), None);
    }
}
