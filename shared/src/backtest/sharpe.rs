//! Sharpe's ratio, and what is left of the best of many.

use serde::{Deserialize, Serialize};

use crate::math::{exp, normal};

/// Euler and Mascheroni's constant.
const EULER: f64 = 0.577_215_664_901_532_9;

/// The moments of a series of profits that its Sharpe ratio is judged by.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Sharpe {
    /// How many periods.
    pub n: usize,
    /// The mean over the standard deviation, a period.
    pub ratio: f64,
    /// The third standardised moment.
    pub skewness: f64,
    /// The fourth standardised moment; 3 for a normal law.
    pub kurtosis: f64,
}

impl Sharpe {
    /// Returns the ratio and the moments of profits, one a period; `None` of fewer than three or of equal ones.
    pub fn of(profits: &[i64]) -> Option<Self> {
        let n = profits.len();
        if n < 3 {
            return None;
        }
        let mean = profits.iter().map(|profit| *profit as f64).sum::<f64>() / n as f64;
        let moment = |power: usize| {
            let deviations = profits.iter().map(|profit| *profit as f64 - mean);
            deviations.map(|d| (0..power).fold(1.0, |product, _| product * d)).sum::<f64>() / n as f64
        };
        let variance = moment(2);
        if variance <= 0.0 {
            return None;
        }
        let sd = variance.sqrt();
        Some(Self {
            n,
            ratio: mean / sd,
            skewness: moment(3) / (variance * sd),
            kurtosis: moment(4) / (variance * variance),
        })
    }

    /// Returns the probability that the true ratio is above `benchmark`, by the ratio's asymptotic law under skewed and
    /// heavy-tailed profits (Bailey and López de Prado, "The Sharpe ratio efficient frontier", 2012).
    pub fn probability_above(&self, benchmark: f64) -> f64 {
        let spread = 1.0 - self.skewness * self.ratio + (self.kurtosis - 1.0) / 4.0 * self.ratio * self.ratio;
        if spread <= 0.0 {
            return if self.ratio > benchmark { 1.0 } else { 0.0 };
        }
        normal::cdf((self.ratio - benchmark) * (self.n as f64 - 1.0).sqrt() / spread.sqrt())
    }
}

/// The best of many trials, judged with their number in mind.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DeflatedSharpe {
    /// How many trials the best was chosen from.
    pub trials: usize,
    /// The best trial's ratio.
    pub best: f64,
    /// The ratio that the best of as many worthless trials is expected to show.
    pub expected_best: f64,
    /// The probability that the best trial's true ratio is above zero once the choice is accounted for.
    pub probability: f64,
}

impl DeflatedSharpe {
    /// Judges the trial at place `best` among `trials` (Bailey and López de Prado, "The deflated Sharpe ratio", 2014);
    /// `None` where that trial has no ratio.
    ///
    /// Every trial counts as independent. Those of a sweep are not, so that the verdict errs on the strict side.
    pub fn of(trials: &[Option<Sharpe>], best: usize) -> Option<Self> {
        let chosen = trials.get(best).copied().flatten()?;
        let ratios: Vec<f64> = trials.iter().flatten().map(|sharpe| sharpe.ratio).collect();
        let n = ratios.len() as f64;
        let mean = ratios.iter().sum::<f64>() / n;
        let variance = ratios.iter().map(|ratio| (ratio - mean) * (ratio - mean)).sum::<f64>() / n;
        // The expected greatest of n standard normals; of one it is zero.
        let greatest = if ratios.len() > 1 {
            let quantile = |p: f64| normal::quantile(p).unwrap_or(0.0);
            (1.0 - EULER) * quantile(1.0 - 1.0 / n) + EULER * quantile(1.0 - exp(-1.0) / n)
        } else {
            0.0
        };
        let expected_best = variance.sqrt() * greatest;
        Some(Self {
            trials: ratios.len(),
            best: chosen.ratio,
            expected_best,
            probability: chosen.probability_above(expected_best),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SplitMix64;

    /// Sums of twelve uniform numbers: nearly normal profits without a mean.
    fn worthless(rng: &mut SplitMix64, periods: usize) -> Vec<i64> {
        (0..periods).map(|_| (1e6 * ((0..12).map(|_| rng.uniform()).sum::<f64>() - 6.0)) as i64).collect()
    }

    #[test]
    fn the_papers_example() {
        // Bailey and López de Prado (2014), "A numerical example": an annualised ratio of 2.5 from 1250 daily returns,
        // 100 trials whose annualised ratios have variance 1/2, skewness -3 and kurtosis 10 give 0.9004. The paper
        // quotes an expected best of 0.1132 a day.
        let chosen = Sharpe { n: 1250, ratio: 2.5 / 250_f64.sqrt(), skewness: -3.0, kurtosis: 10.0 };
        let probability = chosen.probability_above(0.1132);
        assert!((probability - 0.9004).abs() < 5e-4, "{probability}");
        // Two ratios 0.5 below and above a mean of zero, repeated, have that variance.
        let step = (0.5_f64 / 250.0).sqrt();
        let mut trials: Vec<Option<Sharpe>> = (0..100)
            .map(|i| Some(Sharpe { ratio: if i % 2 == 0 { step } else { -step }, ..chosen }))
            .collect();
        let expected = DeflatedSharpe::of(&trials, 0).unwrap().expected_best;
        assert!((expected - 0.1132).abs() < 1e-4, "{expected}");
        trials[0] = None;
        assert_eq!(DeflatedSharpe::of(&trials, 0), None);
    }

    #[test]
    fn the_best_of_worthless_trials_is_seen_through() {
        let mut rng = SplitMix64::new(3);
        let (mut naive, mut deflated) = (0, 0);
        for _ in 0..40 {
            let trials: Vec<Option<Sharpe>> =
                (0..100).map(|_| Sharpe::of(&worthless(&mut rng, 60))).collect();
            let best = (0..trials.len())
                .max_by(|a, b| trials[*a].unwrap().ratio.total_cmp(&trials[*b].unwrap().ratio))
                .unwrap();
            naive += usize::from(trials[best].unwrap().probability_above(0.0) > 0.95);
            deflated += usize::from(DeflatedSharpe::of(&trials, best).unwrap().probability > 0.95);
        }
        assert!(naive == 40 && deflated <= 2, "{naive} {deflated}");
    }

    #[test]
    fn what_has_no_spread_has_no_ratio() {
        assert_eq!(Sharpe::of(&[1, 1, 1, 1]), None);
        assert_eq!(Sharpe::of(&[1, 2]), None);
        let sharpe = Sharpe::of(&[-1, 0, 1]).unwrap();
        assert_eq!((sharpe.ratio, sharpe.skewness), (0.0, 0.0));
    }
}
