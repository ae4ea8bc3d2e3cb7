//! In which order rows stand.

use std::cmp::Ordering;

use shared::sort;

use super::Row;

/// Returns the places of the rows in the order that is asked for: the largest number or the first word on top.
pub(super) fn ordered(rows: &[Row], sorted: Option<(usize, bool)>) -> Vec<usize> {
    let Some((by, down)) = sorted else { return (0..rows.len()).collect() };
    let directed = |order: Ordering| if down { order } else { order.reverse() };
    let compare = |a: usize, b: usize| {
        let (Some(a), Some(b)) = (rows[a].cells.get(by), rows[b].cells.get(by)) else {
            return Ordering::Equal;
        };
        match (a.number(), b.number()) {
            // What is no number is last, whichever way.
            (Some(a), Some(b)) if a.is_nan() || b.is_nan() => a.is_nan().cmp(&b.is_nan()),
            (Some(a), Some(b)) => directed(b.total_cmp(&a)),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => directed(a.words().cmp(&b.words())),
        }
    };
    sort::places(rows.len(), &|a, b| compare(a, b) == Ordering::Less)
}
