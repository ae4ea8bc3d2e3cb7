//! Intervals by resampling blocks of days.

use crate::order::order;

/// Steele, Lea and Flood's `SplitMix64` (OOPSLA 2014): a counter through a mixing function. Ample for choosing
/// blocks, and the same on every target.
#[derive(Debug, Clone)]
struct SplitMix64(u64);

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Returns a number below `n`; its bias, below `n / 2^64`, is nothing a bootstrap could show.
    fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.next()) * n as u128) >> 64) as usize
    }
}

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
    let mut rng = SplitMix64(rng_seed);
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
    let rising = order(resamples, &|a, b| ratios[a] < ratios[b]);
    let at = |thousandths: usize| ratios[rising[(resamples - 1) * thousandths / 1000]];
    Some((at(25), at(975)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_is_the_published_one() {
        // The first outputs of Vigna's reference implementation for the seed 1234567.
        let mut rng = SplitMix64(1_234_567);
        assert_eq!([rng.next(), rng.next()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
    }

    #[test]
    fn the_interval_has_the_width_of_the_sampling_error() {
        // Independent squared normals: the ratio of two sums of n has a log standard error of sqrt(4 / n) / 2.
        let mut rng = SplitMix64(7);
        let mut square = || {
            let uniform = (rng.next() >> 11) as f64 / 9_007_199_254_740_992.0;
            let angle = (rng.next() >> 11) as f64 / 9_007_199_254_740_992.0;
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
