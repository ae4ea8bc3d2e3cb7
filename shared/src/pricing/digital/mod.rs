//! The digital: $1 if a count exceeds a strike, under Merton's jump diffusion.

mod model;
mod series;

pub use model::{DAYS_PER_YEAR, Drift, Jumps, MAX_EXPECTED_JUMPS, MertonDigital, Parameters};

use crate::math::min;
use series::{Mixture, Sums};

/// What a digital is worth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Value {
    /// `P(S_T > K)`.
    pub prob_yes: f64,
    /// `P(S_T <= K)`, summed by itself: accurate also where it is tiny.
    pub prob_no: f64,
    /// `e^(-rT) P(S_T > K)`, in dollars.
    pub price: f64,
}

/// The partial derivatives of `P(S_T > K)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Greeks {
    /// To the spot, per listener.
    pub dp_ds: f64,
    /// Twice to the spot, per listener squared.
    pub d2p_ds2: f64,
    /// To the volatility, per unit; of either sign.
    pub dp_dsigma: f64,
    /// To the intensity of jumps, per jump a year.
    pub dp_dlambda: f64,
    /// To the mean of a jump of `ln S`.
    pub dp_dmu_j: f64,
    /// To the standard deviation of a jump of `ln S`.
    pub dp_dsig_j: f64,
    /// To the time to expiry, per year.
    pub dp_dt: f64,
    /// To a trend of `ln S`, per unit a year.
    pub dp_db: f64,
}

impl Greeks {
    /// Returns all of them, in the order in which they are declared.
    pub const fn to_array(&self) -> [f64; 8] {
        let Self { dp_ds, d2p_ds2, dp_dsigma, dp_dlambda, dp_dmu_j, dp_dsig_j, dp_dt, dp_db } = *self;
        [dp_ds, d2p_ds2, dp_dsigma, dp_dlambda, dp_dmu_j, dp_dsig_j, dp_dt, dp_db]
    }
}

impl MertonDigital {
    /// Returns the probabilities and the price.
    ///
    /// With `d_n` and `s_n` the standardised log-moneyness and its standard deviation given `n` jumps,
    /// `P = sum w_n Phi(d_n)` over Poisson weights (Merton 1976, with the digital's payoff in place of the
    /// call's). Both probabilities are relatively accurate, down to the least numbers.
    pub fn value(&self) -> Value {
        self.priced(&self.mixture().probabilities())
    }

    /// Returns the value and the Greeks from one pass over the jumps.
    ///
    /// The Greeks are those of this digital's own [`Drift`]: under [`Drift::Median`] the vega has no part
    /// from `-sigma^2/2` (it is `dP/dsigma + sigma dP/db` of a raw digital with `b = sigma^2/2`), and
    /// `dp_db` is to a trend of the median. They are the termwise derivatives of the series.
    ///
    /// At `sigma = 0` or `T = 0` they are the limits from above. There are none where the law has an atom on the strike:
    /// as it crosses the probability jumps.
    pub fn value_and_greeks(&self) -> (Value, Option<Greeks>) {
        let mixture = self.mixture();
        if mixture.variance == 0.0 && self.jumps_onto_strike(&mixture) {
            return (self.value(), None);
        }
        let sums = mixture.sums();
        (self.priced(&sums), Some(self.differentiated(&sums)))
    }

    /// Returns whether, without volatility, some number of jumps that is possible ends on the strike for certain.
    #[cold]
    fn jumps_onto_strike(&self, mixture: &Mixture) -> bool {
        let Mixture { mean, step, step_variance, .. } = *mixture;
        if self.jumps.lambda == 0.0 || step_variance > 0.0 || step == 0.0 {
            return mean == 0.0;
        }
        let jumps = (-mean / step).round();
        // The way to the strike is a logarithm, which was rounded: what ends as near as that is on it.
        jumps >= 0.0 && (mean + jumps * step).abs() <= 8.0 * f64::EPSILON * mean.abs()
    }

    fn mixture(&self) -> Mixture {
        Mixture {
            expected_jumps: self.expected_jumps,
            mean: self.log_forward - self.convexity * 0.5 * self.sigma * self.sigma * self.years,
            step: self.jumps.mean,
            variance: self.sigma * self.sigma * self.years,
            step_variance: self.jumps.sd * self.jumps.sd,
        }
    }

    fn priced(&self, sums: &Sums) -> Value {
        // A sum over certain terms may round to above 1.
        let (prob_yes, prob_no) = (min(sums.yes, 1.0), min(sums.no, 1.0));
        Value { prob_yes, prob_no, price: self.discount * prob_yes }
    }

    fn differentiated(&self, sums: &Sums) -> Greeks {
        let Self { spot, years, sigma, jumps, convexity, .. } = *self;
        let log_drift = self.growth - convexity * 0.5 * sigma * sigma;
        Greeks {
            dp_ds: sums.density / spot,
            d2p_ds2: -(sums.density + sums.slope) / spot / spot,
            // Taken from 0, so that no volatility has a vega of 0 and not of -0.
            dp_dsigma: 0.0 - sigma * years * (convexity * sums.density + sums.slope),
            dp_dlambda: years * (sums.one_more - self.kappa * sums.density),
            dp_dmu_j: sums.n_density - self.compensator * sums.density,
            dp_dsig_j: -jumps.sd * (self.compensator * sums.density + sums.n_slope),
            dp_dt: jumps.lambda * sums.one_more + log_drift * sums.density - 0.5 * sigma * sigma * sums.slope,
            dp_db: years * sums.density,
        }
    }
}

/// Where a digital stands against a quoted probability.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Against {
    /// The model's probability.
    pub(crate) prob: f64,
    /// What it exceeds the quote by, from the smaller sides of both.
    pub(crate) excess: f64,
    /// `dP/dsigma`.
    pub(crate) vega: f64,
}

impl MertonDigital {
    /// Returns the excess over a quote and the vega, which is 0 where there is none.
    pub(crate) fn against(&self, quote: f64) -> Against {
        let (value, greeks) = self.value_and_greeks();
        Against {
            prob: value.prob_yes,
            excess: value.excess(quote),
            vega: greeks.map_or(0.0, |greeks| greeks.dp_dsigma),
        }
    }

    /// Returns `sigma^2` where the digital given `n` jumps has its greatest or least probability; negative if
    /// its probability is monotone in the volatility.
    ///
    /// Given `n` jumps `d = (l - sigma^2 T/2 + n muJ) / sqrt(sigma^2 T + n sigJ^2)`, and `dd/dsigma = 0` is
    /// `sigma^2 T = -2 (l + n muJ + n sigJ^2)`.
    pub(crate) fn critical_variance(&self, n: f64) -> f64 {
        let Jumps { mean, sd, .. } = self.jumps;
        -2.0 * (self.log_forward + n * (mean + sd * sd)) / self.years
    }
}

impl Value {
    /// Returns what `prob_yes` exceeds a quote by; above 1/2, what `prob_no` falls short of its complement by.
    pub(crate) fn excess(&self, quote: f64) -> f64 {
        if quote <= 0.5 { self.prob_yes - quote } else { (1.0 - quote) - self.prob_no }
    }
}
