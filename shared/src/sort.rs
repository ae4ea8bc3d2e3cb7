//! One sort for all types.

/// Returns `0..count` in the order that `before` says, equal places in their own order.
///
/// `before(a, b)` is whether the thing at place `a` comes strictly before the one at `b`. The standard library's sorts
/// are compiled anew for every type they sort, some 5 kB each in the browser's bundle; this merge sort is there once.
///
/// ```
/// let words = ["pear", "fig", "plum", "date"];
/// let by_length = shared::sort::places(words.len(), &|a, b| words[a].len() < words[b].len());
/// assert_eq!(by_length, [1, 0, 2, 3]);
/// ```
pub fn places(count: usize, before: &dyn Fn(usize, usize) -> bool) -> Vec<usize> {
    let mut places: Vec<usize> = (0..count).collect();
    let mut merged = places.clone();
    let mut width = 1;
    while width < count {
        let mut start = 0;
        while start < count {
            let (middle, end) = ((start + width).min(count), (start + 2 * width).min(count));
            let (mut left, mut right) = (start, middle);
            for slot in &mut merged[start..end] {
                let take_right = left == middle || right < end && before(places[right], places[left]);
                let from = if take_right { &mut right } else { &mut left };
                *slot = places[*from];
                *from += 1;
            }
            start = end;
        }
        std::mem::swap(&mut places, &mut merged);
        width *= 2;
    }
    places
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::places;

    proptest! {
        #[test]
        fn it_is_the_standard_librarys_stable_sort(values in prop::collection::vec(0_u8..20, 0..300)) {
            let mut expected: Vec<usize> = (0..values.len()).collect();
            expected.sort_by_key(|place| values[*place]);
            prop_assert_eq!(places(values.len(), &|a, b| values[a] < values[b]), expected);
        }
    }
}
