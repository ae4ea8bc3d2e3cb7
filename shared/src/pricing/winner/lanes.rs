//! Sixteen numbers handled together: the points of one quadrature panel.

/// How many points are evaluated together.
pub(super) const LANES: usize = 16;

/// One number for each point.
pub(super) type Lanes = [f64; LANES];

/// Returns the sum of the lanes, always added in the same order.
#[inline]
pub(super) fn sum(lanes: &Lanes) -> f64 {
    let mut half = [0.0; LANES / 2];
    for (k, h) in half.iter_mut().enumerate() {
        *h = lanes[k] + lanes[k + LANES / 2];
    }
    ((half[0] + half[4]) + (half[1] + half[5])) + ((half[2] + half[6]) + (half[3] + half[7]))
}

/// Multiplies each lane by its partner.
#[inline]
pub(super) fn multiply(product: &mut Lanes, by: &Lanes) {
    for (value, factor) in product.iter_mut().zip(by) {
        *value *= factor;
    }
}
