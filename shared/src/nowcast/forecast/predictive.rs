//! A forecast's distribution: the logarithm of the listeners as a normal with a Poisson number of jumps.

use crate::math::{self, normal};
use crate::nowcast::model::Shape;

/// More jumps than this have a probability below 1e-12 at the greatest intensity a shape can have.
const MOST_JUMPS: usize = 10;

/// The distribution of the logarithm of the listeners on a day: Merton's normal with jumps,
/// `sum_n e^-L L^n / n! N(mean, sd^2 + n jump_sd^2)`.
///
/// These are the numbers the winner's probability integral takes, so that the fan on the page and the price of
/// the contract come from one distribution. A zero `sd` is a number already published.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Predictive {
    /// The mean of the logarithm; its exponential is the median, in listeners.
    pub mean: f64,
    /// The standard deviation without a jump, in log units.
    pub sd: f64,
    /// The expected number of jumps up to the day.
    pub jump_intensity: f64,
    /// The standard deviation of one jump, in log units; jumps are centred.
    pub jump_sd: f64,
}

impl Predictive {
    /// Returns the distribution of a forecast with this mean and model variance, of standardised `shape`.
    ///
    /// The probability of no jump is the shape's narrow part, and the variance is the shape's.
    pub(crate) fn new(mean: f64, variance: f64, shape: &Shape) -> Self {
        let sd = libm::sqrt(variance);
        let jump_intensity = -math::ln_1p(-shape.tail_weight);
        let excess = shape.tail * shape.tail - shape.core * shape.core;
        let per_jump = if jump_intensity > 0.0 { shape.tail_weight / jump_intensity } else { 0.0 };
        Self { mean, sd: sd * shape.core, jump_intensity, jump_sd: sd * libm::sqrt(per_jump * excess) }
    }

    /// Calls `visit(weight, sd)` for each number of jumps; the weights sum to one.
    fn each(&self, mut visit: impl FnMut(f64, f64)) {
        let mut weight = math::exp(-self.jump_intensity);
        let mut left = 1.0;
        for n in 0..=MOST_JUMPS {
            let share = if n == MOST_JUMPS { left } else { weight };
            if share <= 0.0 {
                break;
            }
            visit(share, libm::sqrt(self.sd * self.sd + n as f64 * self.jump_sd * self.jump_sd));
            left -= share;
            weight *= self.jump_intensity / (n + 1) as f64;
        }
    }

    /// Returns the median, in listeners.
    pub fn median(&self) -> f64 {
        math::exp(self.mean)
    }

    /// Returns the standard deviation of the logarithm, jumps included.
    pub fn total_sd(&self) -> f64 {
        libm::sqrt(self.sd * self.sd + self.jump_intensity * self.jump_sd * self.jump_sd)
    }

    /// Returns the probability of at most `listeners`.
    pub fn cdf(&self, listeners: f64) -> f64 {
        let x = math::ln(listeners) - self.mean;
        if self.sd <= 0.0 {
            return if x >= 0.0 { 1.0 } else { 0.0 };
        }
        let mut sum = 0.0;
        self.each(|weight, sd| sum += weight * normal::cdf(x / sd));
        sum
    }

    /// Returns the listeners that are exceeded with probability `1 - p`; NaN unless `0 < p < 1`.
    ///
    /// By bisection of the logarithm, to the last bit that matters: 60 halvings of 80 standard deviations.
    pub fn quantile(&self, p: f64) -> f64 {
        if !(p > 0.0 && p < 1.0) {
            return f64::NAN;
        }
        if self.sd <= 0.0 {
            return self.median();
        }
        let width = 40.0 * libm::sqrt(self.sd * self.sd + MOST_JUMPS as f64 * self.jump_sd * self.jump_sd);
        let (mut low, mut high) = (-width, width);
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            let mut below = 0.0;
            self.each(|weight, sd| below += weight * normal::cdf(middle / sd));
            if below < p {
                low = middle;
            } else {
                high = middle;
            }
        }
        math::exp(self.mean + 0.5 * (low + high))
    }

    /// Returns the central interval that holds the number with probability `coverage`, in listeners.
    pub fn interval(&self, coverage: f64) -> (f64, f64) {
        (self.quantile(0.5 - 0.5 * coverage), self.quantile(0.5 + 0.5 * coverage))
    }

    /// Returns the continuous ranked probability score of the outcome `listeners`, in listeners.
    ///
    /// `E|M - y| - E|M - M'| / 2` (Gneiting and Raftery, JASA 102, 2007) in closed form: for lognormals of
    /// one median `e^m`, `E|M - y| = y (2 Phi(w) - 1) - 2 e^(m + s^2/2) (Phi(w - s) - 1/2)` with
    /// `w = (ln y - m) / s`, and, by tilting each by its own variance, `E|M_i - M_j| =
    /// sum_{k=i,j} e^(m + s_k^2/2) (2 Phi(s_k^2 / sqrt(s_i^2 + s_j^2)) - 1)`.
    pub fn crps(&self, listeners: f64) -> f64 {
        let median = self.median();
        if self.sd <= 0.0 {
            return (listeners - median).abs();
        }
        let x = math::ln(listeners) - self.mean;
        let mut parts = [(0.0, 0.0, 0.0); MOST_JUMPS + 1];
        let mut n = 0;
        self.each(|weight, sd| {
            parts[n] = (weight, sd, median * math::exp(0.5 * sd * sd));
            n += 1;
        });
        let mut score = 0.0;
        for (i, &(weight, sd, mean)) in parts[..n].iter().enumerate() {
            let w = x / sd;
            score += weight
                * (listeners * (2.0 * normal::cdf(w) - 1.0) - 2.0 * mean * (normal::cdf(w - sd) - 0.5));
            for (j, &(other_weight, other_sd, other_mean)) in parts[..=i].iter().enumerate() {
                let both = libm::sqrt(sd * sd + other_sd * other_sd);
                let spread = mean * (2.0 * normal::cdf(sd * sd / both) - 1.0)
                    + other_mean * (2.0 * normal::cdf(other_sd * other_sd / both) - 1.0);
                let pairs = if i == j { 0.5 } else { 1.0 };
                score -= pairs * weight * other_weight * spread;
            }
        }
        score
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JUMPY: Predictive = Predictive { mean: 18.0, sd: 0.02, jump_intensity: 0.15, jump_sd: 0.1 };

    #[test]
    fn quantiles_invert_the_distribution() {
        for p in [1e-6, 0.025, 0.1, 0.5, 0.9, 0.975] {
            assert!((JUMPY.cdf(JUMPY.quantile(p)) - p).abs() < 1e-12, "{p}");
        }
        assert!((JUMPY.quantile(0.5) / JUMPY.median() - 1.0).abs() < 1e-14);
        assert!(JUMPY.quantile(1.0).is_nan());
    }

    #[test]
    fn crps_is_the_integral_of_the_squared_distance() {
        let y = 1.05 * JUMPY.median();
        // Either side of the outcome by itself, for the integrand jumps there.
        let side = |low: f64, high: f64, below: f64| -> f64 {
            let steps = 20_000;
            let width = (high - low) / f64::from(steps);
            let distance = |i: i32| JUMPY.cdf(low + (f64::from(i) + 0.5) * width) - below;
            (0..steps).map(|i| distance(i) * distance(i) * width).sum()
        };
        let integral = side(0.2 * JUMPY.median(), y, 0.0) + side(y, 5.0 * JUMPY.median(), 1.0);
        assert!((JUMPY.crps(y) / integral - 1.0).abs() < 1e-5, "{} {integral}", JUMPY.crps(y));
    }

    #[test]
    fn a_shape_keeps_its_variance_and_its_chance_of_no_jump() {
        let shape = Shape { core: 0.9, tail_weight: 0.08, tail: 6.0 };
        let forecast = Predictive::new(18.0, 4e-4, &shape);
        let variance = 4e-4 * (0.92 * 0.81 + 0.08 * 36.0);
        assert!((forecast.total_sd() * forecast.total_sd() / variance - 1.0).abs() < 1e-12);
        assert!((math::exp(-forecast.jump_intensity) - 0.92).abs() < 1e-15);
    }

    #[test]
    fn a_published_number_is_certain() {
        let known = Predictive::new(18.0, 0.0, &Shape::START);
        assert_eq!(known.interval(0.95), (known.median(), known.median()));
        assert!(known.crps(known.median()).abs() < 1e-6);
    }
}
