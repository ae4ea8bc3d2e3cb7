//! Order statistics, and how sure a figure is: percentiles, and intervals by resampling.

mod bootstrap;

pub(crate) use bootstrap::{mean_interval, ratio_interval, resample, sum_interval};

use crate::sort;

/// Returns the value that `per_mille` thousandths of the others lie below, rounded down to a value that is there; `None`
/// of no values.
pub(crate) fn percentile<T: Copy + PartialOrd>(values: &[T], per_mille: usize) -> Option<T> {
    let [value] = percentiles(values, [per_mille])?;
    Some(value)
}

/// Returns the 2.5th and the 97.5th percentile; `None` of no values.
pub(crate) fn middle_95<T: Copy + PartialOrd>(values: &[T]) -> Option<(T, T)> {
    let [low, high] = percentiles(values, [25, 975])?;
    Some((low, high))
}

fn percentiles<T: Copy + PartialOrd, const N: usize>(values: &[T], per_mille: [usize; N]) -> Option<[T; N]> {
    let last = values.len().checked_sub(1)?;
    let rising = sort::places(values.len(), &|a, b| values[a] < values[b]);
    Some(per_mille.map(|per_mille| values[rising[last * per_mille.min(1000) / 1000]]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_are_there() {
        let values = [5, 1, 4, 2, 3];
        assert_eq!([0, 250, 499, 500, 1000].map(|p| percentile(&values, p)), [1, 2, 2, 3, 5].map(Some));
        assert_eq!(middle_95(&values), Some((1, 4)));
        assert_eq!(middle_95(&[7.5]), Some((7.5, 7.5)));
        assert_eq!((percentile::<f64>(&[], 500), middle_95::<i64>(&[])), (None, None));
    }
}
