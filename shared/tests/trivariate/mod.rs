//! Three jointly normal levels with any covariance, in the form that the product has: independent levels, and ones that
//! load on a common factor.

use shared::math;
use shared::pricing::winner::Outcome;

/// Returns levels with means `a` whose differences have the covariance of these.
///
/// Only differences of levels decide who wins, and the covariance of the differences is that of a race of the product's
/// form. Let `v_ij` be the variance of `X_i - X_j`, and `u_1 = (v_12 + v_13 - v_23) / 2`, which is the covariance of
/// `X_1 - X_2` with `X_1 - X_3`. If `u_1`, `u_2` and `u_3` are all positive or zero, then independent levels with variances
/// `u_i` have the same differences, because `u_i + u_j = v_ij`. Otherwise one of them is negative, say `u_1`, and the first
/// level may be taken as known: the other two then load on a common factor with opposite signs, `-b_2` and `b_3`, with
/// `b_2 b_3 = -u_1` and `b_2 / b_3 = sqrt(v_12 / v_13)`.
pub(crate) fn levels(a: [f64; 3], covariance: [[f64; 3]; 3]) -> [Outcome; 3] {
    let u = [0, 1, 2].map(|i| {
        let (j, k) = ((i + 1) % 3, (i + 2) % 3);
        (covariance[i][i] - covariance[i][j]) - (covariance[i][k] - covariance[j][k])
    });
    let normal = |i: usize, variance: f64, beta: f64| Outcome::Normal { a: a[i], s: variance.sqrt(), beta };
    let least = (0..3).fold(0, |least, i| if u[i] < u[least] { i } else { least });
    if u[least] >= 0.0 {
        return [0, 1, 2].map(|i| normal(i, u[i], 0.0));
    }
    let (j, k) = ((least + 1) % 3, (least + 2) % 3);
    let opposed = -u[least];
    let (to_j, to_k) = (u[least] + u[j], u[least] + u[k]);
    let ratio = (to_j / to_k).sqrt();
    let mut outcomes = [normal(least, 0.0, 0.0); 3];
    outcomes[j] = normal(j, math::max(to_j - opposed * ratio, 0.0), -(opposed * ratio).sqrt());
    outcomes[k] = normal(k, math::max(to_k - opposed / ratio, 0.0), (opposed / ratio).sqrt());
    outcomes
}
