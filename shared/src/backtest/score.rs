//! How well probabilities matched outcomes: Brier's score, the logarithmic score, and Murphy's decomposition.

use crate::Invalid;
use crate::math::{ln, max, min};

/// The least and the greatest probability of the clipped logarithmic score: half a cent from either end.
const CLIP: (f64, f64) = (0.005, 0.995);

/// The bins of a decomposition: tenths.
const BINS: usize = 10;

/// Probabilities of YES and what came, to be scored.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scores {
    pairs: Vec<(f64, bool)>,
}

/// One bin of a reliability diagram.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bin {
    /// How many probabilities fell into it.
    pub n: usize,
    /// Their mean.
    pub mean: f64,
    /// The fraction of them whose outcome was YES.
    pub frequency: f64,
}

/// The scores of a sample, lower being better, and what the Brier score is made of.
///
/// `brier = reliability - resolution + uncertainty + within_bin_variance - within_bin_covariance`, exactly: the
/// terms within bins are those that Murphy (1973) has not, as he assumes one probability a bin (Stephenson, Coelho and
/// Jolliffe, "Two extra components in the Brier score decomposition", 2008).
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    /// How many probabilities were scored.
    pub n: usize,
    /// The mean of `(p - y)^2`.
    pub brier: f64,
    /// The mean of `-ln` of the probability of what came; infinite if what was called impossible came.
    pub log_score: f64,
    /// The same with probabilities clipped to 0.005 and 0.995.
    pub log_score_clipped: f64,
    /// The mean squared distance of a bin's mean from its frequency.
    pub reliability: f64,
    /// The mean squared distance of a bin's frequency from that of all.
    pub resolution: f64,
    /// The variance of the outcomes.
    pub uncertainty: f64,
    /// The mean squared distance of a probability from its bin's mean.
    pub within_bin_variance: f64,
    /// Twice the mean covariance of probability and outcome within bins.
    pub within_bin_covariance: f64,
    /// The bins, tenths of the unit interval; those without a probability are `None`.
    pub bins: [Option<Bin>; BINS],
}

impl Scores {
    /// Returns an empty sample.
    pub const fn new() -> Self {
        Self { pairs: Vec::new() }
    }

    /// Adds that YES was given the probability `p` and `came` or not.
    ///
    /// # Errors
    ///
    /// Names `p` unless it is from 0 to 1.
    pub fn add(&mut self, p: f64, came: bool) -> Result<(), Invalid> {
        if !(0.0..=1.0).contains(&p) {
            return Err(Invalid::new("p", format!("must be from 0 to 1, got {p}")));
        }
        self.pairs.push((p, came));
        Ok(())
    }

    /// Returns the scores, or `None` of an empty sample.
    pub fn score(&self) -> Option<Score> {
        if self.pairs.is_empty() {
            return None;
        }
        let n = self.pairs.len() as f64;
        let mut sums = [(0_usize, 0.0, 0.0); BINS];
        let (mut brier, mut log_score, mut clipped) = (0.0, 0.0, 0.0);
        for &(p, came) in &self.pairs {
            let y = f64::from(u8::from(came));
            brier += (p - y) * (p - y);
            let of_outcome = |p: f64| if came { p } else { 1.0 - p };
            log_score -= ln(of_outcome(p));
            clipped -= ln(of_outcome(min(max(p, CLIP.0), CLIP.1)));
            let sum = &mut sums[bin_of(p)];
            *sum = (sum.0 + 1, sum.1 + p, sum.2 + y);
        }
        let bins =
            sums.map(|(n, p, y)| (n > 0).then(|| Bin { n, mean: p / n as f64, frequency: y / n as f64 }));
        let base = sums.iter().map(|sum| sum.2).sum::<f64>() / n;
        let (mut reliability, mut resolution) = (0.0, 0.0);
        for bin in bins.iter().flatten() {
            let share = bin.n as f64 / n;
            reliability += share * (bin.mean - bin.frequency) * (bin.mean - bin.frequency);
            resolution += share * (bin.frequency - base) * (bin.frequency - base);
        }
        let (mut variance, mut covariance) = (0.0, 0.0);
        for &(p, came) in &self.pairs {
            let y = f64::from(u8::from(came));
            if let Some(bin) = bins[bin_of(p)] {
                variance += (p - bin.mean) * (p - bin.mean) / n;
                covariance += 2.0 * (p - bin.mean) * (y - bin.frequency) / n;
            }
        }
        Some(Score {
            n: self.pairs.len(),
            brier: brier / n,
            log_score: log_score / n,
            log_score_clipped: clipped / n,
            reliability,
            resolution,
            uncertainty: base * (1.0 - base),
            within_bin_variance: variance,
            within_bin_covariance: covariance,
            bins,
        })
    }
}

/// Returns the bin of a probability: a tenth includes its lower end, the last one both.
fn bin_of(p: f64) -> usize {
    ((p * BINS as f64) as usize).min(BINS - 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_was_called_impossible_costs_without_bound_unless_clipped() {
        let mut scores = Scores::new();
        scores.add(0.0, true).unwrap();
        let score = scores.score().unwrap();
        assert!(score.log_score.is_infinite());
        assert!((score.log_score_clipped - 5.298_317_366_548_036).abs() < 1e-12);
        assert_eq!(Scores::new().score(), None);
        assert_eq!(scores.add(f64::NAN, true).unwrap_err().field, "p");
    }

    proptest! {
        #[test]
        fn the_decomposition_is_exact(pairs in prop::collection::vec((0.0..=1.0_f64, any::<bool>()), 1..200)) {
            let score = Scores { pairs }.score().unwrap();
            let sum = score.reliability - score.resolution + score.uncertainty + score.within_bin_variance
                - score.within_bin_covariance;
            prop_assert!((score.brier - sum).abs() < 1e-12);
        }
    }
}
