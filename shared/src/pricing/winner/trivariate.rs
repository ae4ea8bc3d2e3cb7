//! Three jointly normal levels with any covariance.

use super::contract::{Unlisted, WinnerTakeAll};
use super::outcome::Outcome;
use crate::invalid::finite;
use crate::{Invalid, math};

impl WinnerTakeAll {
    /// Returns the contract on three jointly normal levels with means `a` and this covariance.
    ///
    /// Only differences of levels decide who wins, and the covariance of the differences is that of a race in this
    /// module's own form. Let `v_ij` be the variance of `X_i - X_j`, and `u_1 = (v_12 + v_13 - v_23) / 2`, which is the
    /// covariance of `X_1 - X_2` with `X_1 - X_3`. If `u_1`, `u_2` and `u_3` are all positive or zero, then independent
    /// levels with variances `u_i` have the same differences, because `u_i + u_j = v_ij`. Otherwise one of them is
    /// negative, say `u_1`, and the first level may be taken as known: the other two then load on a common factor with
    /// opposite signs, `-b_2` and `b_3`, with `b_2 b_3 = -u_1` and `b_2 / b_3 = sqrt(v_12 / v_13)`.
    ///
    /// # Errors
    ///
    /// Names `covariance` if it is not symmetric, or not positive semidefinite for the differences; `a` or `covariance`
    /// if a number is not finite; otherwise as [`new`](Self::new). If the differences are all but collinear,
    /// [`probabilities`](Self::probabilities) may fail to converge, and says so.
    pub fn trivariate(a: [f64; 3], covariance: [[f64; 3]; 3]) -> Result<Self, Invalid> {
        for value in a {
            finite("a", value)?;
        }
        for value in covariance.as_flattened() {
            finite("covariance", *value)?;
        }
        if [(0, 1), (0, 2), (1, 2)].iter().any(|&(i, j)| covariance[i][j] != covariance[j][i]) {
            return Err(Invalid::new("covariance", "must be symmetric"));
        }
        let u = [0, 1, 2].map(|i| {
            let (j, k) = ((i + 1) % 3, (i + 2) % 3);
            (covariance[i][i] - covariance[i][j]) - (covariance[i][k] - covariance[j][k])
        });
        let normal =
            |i: usize, variance: f64, beta: f64| Outcome::Normal { a: a[i], s: variance.sqrt(), beta };
        let least = (0..3).fold(0, |least, i| if u[i] < u[least] { i } else { least });
        if u[least] >= 0.0 {
            return Self::new(&[0, 1, 2].map(|i| normal(i, u[i], 0.0)), Unlisted::Excluded);
        }
        let (j, k) = ((least + 1) % 3, (least + 2) % 3);
        let (to_j, to_k) = (u[least] + u[j], u[least] + u[k]);
        if to_j <= 0.0 || to_k <= 0.0 || u[least] * u[least] > to_j * to_k {
            return Err(Invalid::new(
                "covariance",
                "must be positive semidefinite, at least for differences",
            ));
        }
        let opposed = -u[least];
        let ratio = (to_j / to_k).sqrt();
        let mut outcomes = [normal(least, 0.0, 0.0); 3];
        outcomes[j] = normal(j, math::max(to_j - opposed * ratio, 0.0), -(opposed * ratio).sqrt());
        outcomes[k] = normal(k, math::max(to_k - opposed / ratio, 0.0), (opposed / ratio).sqrt());
        Self::new(&outcomes, Unlisted::Excluded)
    }
}
