//! The shape of standardised errors, by expectation and maximisation.

use super::prior::SHAPE_ERRORS;
use crate::nowcast::model::Shape;

/// Between which the probability of a jump is sought: below, a handful of errors would be the whole tail;
/// above, the tail would be the rule.
const TAIL_WEIGHT: (f64, f64) = (0.005, 0.4);

/// Returns the contaminated normal of greatest weighted likelihood near `start`, for errors given as
/// `(z, weight)` and [`SHAPE_ERRORS`] more that are distributed as `prior`: the EM algorithm of Dempster, Laird and Rubin (JRSS B 39, 1977) for two centred normals.
pub(crate) fn fit_shape(errors: &[(f64, f64)], start: Shape, prior: &Shape, iterations: usize) -> Shape {
    let wide = SHAPE_ERRORS * prior.tail_weight;
    let narrow = SHAPE_ERRORS - wide;
    let mut shape = start;
    for _ in 0..iterations {
        let (mut narrow_weight, mut narrow_square) = (narrow, narrow * prior.core * prior.core);
        let (mut wide_weight, mut wide_square) = (wide, wide * prior.tail * prior.tail);
        for &(z, weight) in errors {
            let (narrow, wide) = shape.parts(z);
            let jump = weight * wide / (narrow + wide + f64::MIN_POSITIVE);
            let square = z * z;
            wide_weight += jump;
            wide_square += jump * square;
            narrow_weight += weight - jump;
            narrow_square += (weight - jump) * square;
        }
        let variances = (narrow_square / narrow_weight, wide_square / wide_weight);
        let usable = |x: f64| x.is_finite() && x > 0.0;
        if !usable(variances.0) || !usable(variances.1) || variances.1 < variances.0 {
            break;
        }
        shape = Shape {
            core: libm::sqrt(variances.0),
            tail_weight: (wide_weight / (wide_weight + narrow_weight)).clamp(TAIL_WEIGHT.0, TAIL_WEIGHT.1),
            tail: libm::sqrt(variances.1),
        };
    }
    shape
}
