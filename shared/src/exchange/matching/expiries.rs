//! When orders end.

use super::OrderNumber;
use super::links::Slot;
use crate::units::Timestamp;

/// When an order ends; of those that end at once, the one that came first is the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct End {
    at: Timestamp,
    number: OrderNumber,
    slot: Slot,
}

/// When orders end, the earliest first: a binary heap that knows where in it each order is, so that one whose order is gone
/// is taken out at once.
#[derive(Debug, Clone)]
pub(super) struct Expiries {
    heap: Vec<End>,
    /// Where in the heap the order of a slot is, if it is there.
    places: Vec<u32>,
}

impl Expiries {
    pub(super) const fn new() -> Self {
        Self { heap: Vec::new(), places: Vec::new() }
    }

    /// Returns the first end, and whose it is.
    #[inline]
    pub(super) fn first(&self) -> Option<(Timestamp, Slot)> {
        self.heap.first().map(|end| (end.at, end.slot))
    }

    /// Notes that an order ends at a time.
    pub(super) fn insert(&mut self, at: Timestamp, number: OrderNumber, slot: Slot) {
        if self.places.len() <= slot.place() {
            self.places.resize(slot.place() + 1, 0);
        }
        let end = End { at, number, slot };
        self.heap.push(end);
        self.raise(self.heap.len() - 1, end);
    }

    /// Forgets when the order of a slot ends; it must have been noted.
    pub(super) fn remove(&mut self, slot: Slot) {
        let place = self.places[slot.place()] as usize;
        let Some(last) = self.heap.pop() else { return };
        if place < self.heap.len() {
            let place = self.sink(place, last);
            self.raise(place, last);
        }
    }

    /// Puts an end where there is room for one, or above it, where it is later than the one above.
    fn raise(&mut self, mut place: usize, end: End) {
        while place > 0 {
            let above = (place - 1) / 2;
            if self.heap[above] <= end {
                break;
            }
            self.put(place, self.heap[above]);
            place = above;
        }
        self.put(place, end);
    }

    /// Makes room for an end where there is some, or below it, where it is earlier than all below.
    fn sink(&mut self, mut place: usize, end: End) -> usize {
        loop {
            let below = 2 * place + 1;
            let Some(mut earlier) = self.heap.get(below).copied() else { return place };
            let mut to = below;
            if let Some(other) = self.heap.get(below + 1).filter(|other| **other < earlier) {
                (earlier, to) = (*other, below + 1);
            }
            if end <= earlier {
                return place;
            }
            self.put(place, earlier);
            place = to;
        }
    }

    fn put(&mut self, place: usize, end: End) {
        self.heap[place] = end;
        self.places[end.slot.place()] = place as u32;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_first_end_is_the_earliest_whatever_goes(steps in proptest::collection::vec((0..40_u32, 0..9_i64), 0..300)) {
            let mut expiries = Expiries::new();
            let mut naive: BTreeSet<(Timestamp, OrderNumber, u32)> = BTreeSet::new();
            for (slot, at) in steps {
                let at = Timestamp::from_micros(at).unwrap();
                if let Some(there) = naive.iter().find(|end| end.2 == slot).copied() {
                    naive.remove(&there);
                    expiries.remove(Slot(slot));
                } else {
                    let number = OrderNumber(u64::from(slot) * 7 % 40);
                    naive.insert((at, number, slot));
                    expiries.insert(at, number, Slot(slot));
                }
                prop_assert_eq!(expiries.first(), naive.first().map(|end| (end.0, Slot(end.2))));
            }
            while let Some((at, number, slot)) = naive.pop_first() {
                prop_assert_eq!(expiries.first(), Some((at, Slot(slot))), "{:?}", number);
                expiries.remove(Slot(slot));
            }
            prop_assert_eq!(expiries.first(), None);
        }
    }
}
