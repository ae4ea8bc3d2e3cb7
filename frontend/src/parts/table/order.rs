//! In which order rows stand.

use std::cmp::Ordering;

use shared::sort;

use super::{Cell, Row};

/// Returns the places of the rows in the order that is asked for: the largest number or the first word on top.
pub(super) fn ordered(rows: &[Row], sorted: Option<(usize, bool)>) -> Vec<usize> {
    let Some((by, down)) = sorted else { return (0..rows.len()).collect() };
    let compare = |a: usize, b: usize| match (rows[a].cells.get(by), rows[b].cells.get(by)) {
        // What is no number is last, whichever way.
        (Some(Cell::Number(a)), Some(Cell::Number(b))) if a.is_nan() || b.is_nan() => {
            a.is_nan().cmp(&b.is_nan())
        }
        (Some(Cell::Number(a)), Some(Cell::Number(b))) => {
            let order = b.total_cmp(a);
            if down { order } else { order.reverse() }
        }
        (Some(Cell::Words(a)), Some(Cell::Words(b))) => {
            let order = a.cmp(b);
            if down { order } else { order.reverse() }
        }
        (Some(Cell::Number(_)), Some(Cell::Words(_))) => Ordering::Less,
        (Some(Cell::Words(_)), Some(Cell::Number(_))) => Ordering::Greater,
        _ => Ordering::Equal,
    };
    sort::places(rows.len(), &|a, b| compare(a, b) == Ordering::Less)
}
