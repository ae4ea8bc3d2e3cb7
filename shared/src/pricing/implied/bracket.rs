//! A root of a function between two points of opposite sign.

/// The most steps: bisection alone would need about 60 to exhaust a double's digits.
const MAX_STEPS: usize = 200;

/// Returns a point between `a` and `b` where `f` changes sign, to the last digits, given `fa = f(a)` and
/// `fb = f(b)` of opposite sign.
///
/// Chandrupatla's method (Advances in Engineering Software 28, 1997): inverse quadratic interpolation where
/// the last three points allow it, bisection elsewhere.
pub(super) fn root(mut a: f64, mut fa: f64, mut b: f64, mut fb: f64, mut f: impl FnMut(f64) -> f64) -> f64 {
    let mut t = 0.5;
    for _ in 0..MAX_STEPS {
        let x = a + t * (b - a);
        let fx = f(x);
        // `a` becomes the newest point, `b` the one on the other side, `c` the one before.
        let (c, fc);
        if (fx > 0.0) == (fa > 0.0) {
            (c, fc) = (a, fa);
        } else {
            (c, fc) = (b, fb);
            (b, fb) = (a, fa);
        }
        (a, fa) = (x, fx);
        let best = if fa.abs() < fb.abs() { a } else { b };
        let tolerance = 2.0 * f64::EPSILON * best.abs() / (b - a).abs();
        if fa == 0.0 || fb == 0.0 || tolerance > 0.5 || a == b {
            return best;
        }
        let xi = (a - b) / (c - b);
        let phi = (fa - fb) / (fc - fb);
        t = if phi * phi < xi && (1.0 - phi) * (1.0 - phi) < 1.0 - xi {
            fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
        } else {
            0.5
        };
        t = if t < tolerance {
            tolerance
        } else if t > 1.0 - tolerance {
            1.0 - tolerance
        } else {
            t
        };
    }
    if fa.abs() < fb.abs() { a } else { b }
}
