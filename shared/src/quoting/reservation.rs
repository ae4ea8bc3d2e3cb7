//! What inventory makes contracts worth: constant absolute risk aversion over the outcomes of one event.
//!
//! Of outcomes with probabilities `p` exactly one pays $1 a contract. Positions `q` in them are then worth a sure
//! amount of `CE(q) = -ln(sum p_i e^(-gamma q_i)) / gamma`, for risk aversion `gamma` a dollar. Its derivatives are the
//! reservation prices `r = softmax(ln p - gamma q)`, which add up to one: what inventory makes of the probabilities. It is
//! the cost function of the logarithmic market scoring rule with liquidity `1 / gamma` (Chen and Pennock, "A utility
//! framework for bounded-loss market makers", 2007).

use serde::{Deserialize, Serialize};

use crate::math::{exp_m1, ln_1p};

/// What `lot` more contracts of an outcome, or as many fewer, are worth.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LotValues {
    size: f64,
    /// `e^-size - 1` and `e^size - 1`.
    gains: (f64, f64),
}

impl LotValues {
    /// Returns the values of lots of `lot` contracts at `risk_aversion` a dollar; both are positive.
    pub fn new(lot: f64, risk_aversion: f64) -> Self {
        let size = risk_aversion * lot;
        Self { size, gains: (exp_m1(-size), exp_m1(size)) }
    }

    /// Returns the reservation prices at which a lot is worth this much a contract to who buys it, and to who sells it: what
    /// [`LotValues::of`] takes back.
    pub fn reservations(self, value: f64) -> (f64, f64) {
        (exp_m1(-value * self.size) / self.gains.0, exp_m1(value * self.size) / self.gains.1)
    }

    /// Returns the most that is worth paying, and the least that is worth taking, in dollars a contract, for a lot of an
    /// outcome whose reservation price is `price`: `(CE(q + lot) - CE(q)) / lot` and `(CE(q) - CE(q - lot)) / lot`.
    ///
    /// Both depend on probabilities and positions through the reservation price alone.
    #[inline]
    pub fn of(self, price: f64) -> (f64, f64) {
        (-ln_1p(price * self.gains.0) / self.size, ln_1p(price * self.gains.1) / self.size)
    }
}
