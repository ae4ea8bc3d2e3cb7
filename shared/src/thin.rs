//! Fewer points for a chart, with nothing lost that a pixel could show.

/// Returns at most four points a column: the first, the lowest, the highest and the last one in it.
///
/// `points` are x and y in ascending order of x; `columns` is how many device pixels wide the plot is.
/// A line through the result covers the same pixels as a line through all the points (the M4
/// aggregation of Jugel, Jerzak, Hackenbroich and Markl, 2014). The order and every extreme are kept.
///
/// ```
/// let many: Vec<(f64, f64)> = (0..10_000).map(|i| (f64::from(i), f64::from(i % 7))).collect();
/// let few = shared::thin::min_max(&many, 100);
/// assert!(few.len() <= 400);
/// assert_eq!((few[0], few[few.len() - 1]), (many[0], many[9_999]));
/// ```
pub fn min_max(points: &[(f64, f64)], columns: usize) -> Vec<(f64, f64)> {
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return Vec::new() };
    let span = last.0 - first.0;
    if points.len() <= 4 * columns || !(span.is_finite() && span > 0.0) {
        return points.to_vec();
    }
    let column =
        |point: &(f64, f64)| (((point.0 - first.0) / span * columns as f64) as usize).min(columns - 1);
    let mut thinned = Vec::with_capacity(4 * columns);
    for bucket in points.chunk_by(|a, b| column(a) == column(b)) {
        let mut keep = [0, 0, 0, bucket.len() - 1];
        for (i, point) in bucket.iter().enumerate() {
            if point.1 < bucket[keep[1]].1 {
                keep[1] = i;
            }
            if point.1 > bucket[keep[2]].1 {
                keep[2] = i;
            }
        }
        // First and last are in place: only the two extremes may have to change theirs.
        if keep[1] > keep[2] {
            keep.swap(1, 2);
        }
        let mut previous = None;
        for i in keep {
            if previous != Some(i) {
                thinned.push(bucket[i]);
            }
            previous = Some(i);
        }
    }
    thinned
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::min_max;

    proptest! {
        #[test]
        fn the_extremes_and_the_order_stay(
            values in prop::collection::vec(-1e6_f64..1e6, 1..2_000),
            columns in 1_usize..200,
        ) {
            let points: Vec<_> = values.iter().enumerate().map(|(i, y)| (i as f64, *y)).collect();
            let few = min_max(&points, columns);
            prop_assert!(few.len() <= points.len().min(4 * columns).max(1));
            prop_assert!(few.windows(2).all(|pair| pair[0].0 < pair[1].0));
            let highest = |points: &[(f64, f64)]| points.iter().map(|p| p.1).fold(f64::NEG_INFINITY, crate::math::max);
            let lowest = |points: &[(f64, f64)]| points.iter().map(|p| p.1).fold(f64::INFINITY, crate::math::min);
            prop_assert_eq!(highest(&few), highest(&points));
            prop_assert_eq!(lowest(&few), lowest(&points));
        }
    }
}
