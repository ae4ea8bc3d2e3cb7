//! Where an order of a number is.
//!
//! A table with open addressing: as numbers follow one another, multiplying them by the golden ratio spreads them evenly.
//! It is at most half full and knows only what rests, so that it stays small however many orders there have been.

use super::links::Slot;

/// An entry: the lower half of an order's number above its slot and one; zero where there is none.
type Entry = u64;

/// Slots by number.
#[derive(Debug, Clone)]
pub(super) struct Index {
    /// A power of two of them.
    entries: Vec<Entry>,
    len: usize,
}

/// The least number of entries.
const LEAST: usize = 64;
/// 2^32 over the golden ratio.
const GOLDEN: u32 = 0x9E37_79B9;

const fn entry(number: u64, slot: Slot) -> Entry {
    (number << 32) | (slot.0 as u64 + 1)
}

const fn slot(entry: Entry) -> Slot {
    Slot((entry as u32).wrapping_sub(1))
}

impl Index {
    pub(super) const fn new() -> Self {
        Self { entries: Vec::new(), len: 0 }
    }

    /// Returns the entry at which the search for a number begins.
    fn home(&self, number: u32) -> usize {
        // The upper bits of the product, as many as the table has.
        number.wrapping_mul(GOLDEN).wrapping_shr(32 - self.entries.len().trailing_zeros()) as usize
    }

    /// Returns the slot of a number for which `is_it` says that it is the one: two numbers may share their lower halves.
    pub(super) fn find(&self, number: u64, is_it: impl Fn(Slot) -> bool) -> Option<Slot> {
        self.place(number, is_it).map(|place| slot(self.entries[place]))
    }

    fn place(&self, number: u64, is_it: impl Fn(Slot) -> bool) -> Option<usize> {
        if self.entries.is_empty() {
            return None;
        }
        let mask = self.entries.len() - 1;
        let mut place = self.home(number as u32);
        loop {
            let entry = self.entries[place];
            if entry == 0 {
                return None;
            }
            if (entry >> 32) as u32 == number as u32 && is_it(slot(entry)) {
                return Some(place);
            }
            place = (place + 1) & mask;
        }
    }

    /// Adds a number that is not there.
    pub(super) fn insert(&mut self, number: u64, slot: Slot) {
        if 2 * (self.len + 1) > self.entries.len() {
            let size = LEAST.max(2 * self.entries.len());
            let before = core::mem::replace(&mut self.entries, vec![0; size]);
            for entry in before.into_iter().filter(|entry| *entry != 0) {
                self.put(entry);
            }
        }
        self.put(entry(number, slot));
        self.len += 1;
    }

    fn put(&mut self, entry: Entry) {
        let mask = self.entries.len() - 1;
        let mut place = self.home((entry >> 32) as u32);
        while self.entries[place] != 0 {
            place = (place + 1) & mask;
        }
        self.entries[place] = entry;
    }

    /// Forgets a number.
    pub(super) fn remove(&mut self, number: u64, is_it: impl Fn(Slot) -> bool) {
        let Some(mut hole) = self.place(number, is_it) else { return };
        self.len -= 1;
        let mask = self.entries.len() - 1;
        // What had to move on because of the entry moves back, so that no search ends too early.
        let mut place = hole;
        loop {
            place = (place + 1) & mask;
            let entry = self.entries[place];
            if entry == 0 {
                break;
            }
            let home = self.home((entry >> 32) as u32);
            if (place.wrapping_sub(home) & mask) >= (place.wrapping_sub(hole) & mask) {
                self.entries[hole] = entry;
                hole = place;
            }
        }
        self.entries[hole] = 0;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn it_knows_what_a_map_knows() {
        let (mut index, mut map) = (Index::new(), BTreeMap::new());
        let mut random = 1_u64;
        for number in 1..20_000_u64 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            // Some share the lower half of their number with another one.
            let number = if random >> 63 == 1 { number } else { (number / 2) | (1 << 40) };
            let slot = Slot((random >> 33) as u32 % 1_000_000);
            let is_it = |slot: Slot| map.get(&number) == Some(&slot);
            assert_eq!(index.find(number, is_it), map.get(&number).copied());
            if map.contains_key(&number) {
                continue;
            }
            index.insert(number, slot);
            map.insert(number, slot);
            if map.len() > 300 {
                let (&gone, &at) = map.iter().nth((random >> 40) as usize % 300).unwrap();
                index.remove(gone, |slot| slot == at);
                map.remove(&gone);
            }
        }
        for (number, at) in &map {
            assert_eq!(index.find(*number, |slot| slot == *at), Some(*at));
        }
        assert!(index.entries.len() <= 2_048 && index.len == map.len());
    }
}
