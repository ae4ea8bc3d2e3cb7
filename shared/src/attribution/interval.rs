//! An interval that may be looked at as often as one likes.

use crate::math::ln;

/// Of fewer blocks than this there is no interval: the variance of so few is hardly known, least of all where losses are rare.
pub(super) const FEWEST: usize = 50;
/// The chance that an interval ever leaves out the truth: 5 % over the four horizons.
const ALPHA: f64 = 0.05 / 4.0;
/// The number of blocks at which the interval is about as narrow as it can be.
const TIGHTEST: f64 = 100.0;

/// A block of time: what its fills were worth later in microdollars, and how much was traded in hundredths of a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Block {
    /// Which of the blocks of that length since 1970.
    pub(super) key: i64,
    pub(super) sum: i64,
    pub(super) volume: i64,
    pub(super) fills: u32,
}

/// Returns the mean over all that was traded, in microdollars a contract, and an interval that holds the truth at all looks
/// together with 98.75 %, whenever one stops to look; none of fewer than fifty blocks, or of nothing.
///
/// A block is as long as the horizon, so that what fills were worth later depends on neighbouring blocks at most: their
/// covariance counts where it is positive. Source: the asymptotic confidence sequence of Waudby-Smith, Arbour, Sinha, Kennedy and
/// Ramdas, "Time-uniform central limit theory and asymptotic confidence sequences", 2024, for the mean of the blocks' residuals.
pub(super) fn mean(blocks: &[Block]) -> (Option<f64>, Option<(f64, f64)>) {
    let (sum, volume) = blocks
        .iter()
        .fold((0.0, 0.0), |(sum, volume), block| (sum + block.sum as f64, volume + block.volume as f64));
    if volume <= 0.0 {
        return (None, None);
    }
    let mean = sum / volume;
    let told = Some(mean * 100.0);
    if blocks.len() < FEWEST {
        return (told, None);
    }
    let n = blocks.len() as f64;
    let residual = |block: &Block| block.sum as f64 - mean * block.volume as f64;
    let own: f64 = blocks.iter().map(|block| residual(block) * residual(block)).sum();
    let pairs = blocks.iter().zip(blocks.iter().skip(1)).filter(|(one, next)| next.key == one.key + 1);
    let beside: f64 = pairs.map(|(one, next)| residual(one) * residual(next)).sum();
    let beside = if beside > 0.0 { beside } else { 0.0 };
    let deviation = ((own + 2.0 * beside) / (n - 1.0)).sqrt() / (volume / n);
    let twice = -2.0 * ln(ALPHA);
    let square = (twice + ln(twice) + 1.0) / TIGHTEST;
    let scaled = n * square + 1.0;
    let reach = deviation * (2.0 * scaled / (n * n * square) * (0.5 * ln(scaled) - ln(ALPHA))).sqrt();
    (told, Some(((mean - reach) * 100.0, (mean + reach) * 100.0)))
}
