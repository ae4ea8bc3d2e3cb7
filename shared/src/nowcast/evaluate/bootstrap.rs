//! Intervals by resampling blocks of days.

use crate::random::SplitMix64;
use crate::sort;

/// Of fewer blocks than this there is no interval: few blocks, around the end, hardly differ, and one not at all, so
/// that their spread would understate the error, down to nothing.
const FEWEST_BLOCKS: usize = 4;

/// Returns the 2.5th and the 97.5th percentile of `sqrt(sum a / sum b)` when blocks of `block` consecutive days
/// are drawn with replacement, and `None` if the days are fewer than four blocks: the circular block bootstrap of
/// Politis and Romano (1992), which keeps the dependence of errors within a block.
///
/// `days` has each day's `(a, b)`: sums of squared errors of two forecasts over all artists.
pub(crate) fn ratio_interval(
    days: &[(f64, f64)],
    block: usize,
    resamples: usize,
    rng_seed: u64,
) -> Option<(f64, f64)> {
    let block = block.max(1);
    if days.len() / block < FEWEST_BLOCKS || resamples == 0 {
        return None;
    }
    let mut rng = SplitMix64::new(rng_seed);
    // Sums over a block from each start, around the end.
    let blocks: Vec<(f64, f64)> = (0..days.len())
        .map(|start| {
            (start..start + block)
                .map(|t| days[t % days.len()])
                .fold((0.0, 0.0), |s, d| (s.0 + d.0, s.1 + d.1))
        })
        .collect();
    let draws = days.len().div_ceil(block);
    let ratios: Vec<f64> = (0..resamples)
        .map(|_| {
            let sums = (0..draws).map(|_| blocks[rng.below(blocks.len())]);
            let (a, b) = sums.fold((0.0, 0.0), |s, d| (s.0 + d.0, s.1 + d.1));
            libm::sqrt(a / b)
        })
        .collect();
    let rising = sort::places(resamples, &|a, b| ratios[a] < ratios[b]);
    let at = |thousandths: usize| ratios[rising[(resamples - 1) * thousandths / 1000]];
    Some((at(25), at(975)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_has_the_width_of_the_sampling_error() {
        // Independent squared normals: the ratio of two sums of n has a log standard error of sqrt(4 / n) / 2.
        let mut rng = SplitMix64::new(7);
        let mut square = || {
            let (uniform, angle) = (rng.uniform(), rng.uniform());
            let z = libm::sqrt(-2.0 * libm::log(1.0 - uniform)) * libm::cos(core::f64::consts::TAU * angle);
            z * z
        };
        let days: Vec<(f64, f64)> = (0..2000).map(|_| (square(), square())).collect();
        let (low, high) = ratio_interval(&days, 5, 2000, 1).unwrap();
        let expected = 2.0 * 1.96 * libm::sqrt(4.0 / 2000.0) / 2.0;
        assert!(((high - low) / expected - 1.0).abs() < 0.15, "{low} {high} {expected}");
        assert_eq!(ratio_interval(&days, 5, 2000, 1), Some((low, high)));
        assert!(ratio_interval(&days[..20], 5, 2000, 1).is_some());
        assert_eq!(ratio_interval(&days[..19], 5, 2000, 1), None);
        assert_eq!(ratio_interval(&[], 0, 2000, 1), None);
    }
}
