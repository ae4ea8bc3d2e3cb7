//! Which contract a text names.

use crate::market::Ticker;

/// Places of tickers, found by a hash: standing tables of the standard library draw entropy, and a tree compares a ticker's
/// common beginning again and again.
#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    /// As often a power of two as is more than twice the tickers; looked through from a ticker's own place on.
    slots: Vec<Option<(Ticker, usize)>>,
}

impl Index {
    /// Returns an index of tickers by their places.
    pub(super) fn of<'a>(tickers: impl ExactSizeIterator<Item = (&'a Ticker, usize)>) -> Self {
        let size = (tickers.len() * 2 + 1).next_power_of_two();
        let mut index = Self { slots: vec![None; size] };
        for (ticker, place) in tickers {
            let mut slot = index.first(ticker.as_str());
            while index.slots.get(slot).is_some_and(Option::is_some) {
                slot = index.next(slot);
            }
            if let Some(free) = index.slots.get_mut(slot) {
                *free = Some((ticker.clone(), place));
            }
        }
        index
    }

    /// Returns the ticker that a text is and its place, if it is here.
    #[inline]
    pub(super) fn find(&self, text: &str) -> Option<(&Ticker, usize)> {
        let mut slot = self.first(text);
        // One is free: it ends.
        loop {
            match self.slots.get(slot)? {
                Some((ticker, place)) if ticker.as_str() == text => return Some((ticker, *place)),
                Some(_) => slot = self.next(slot),
                None => return None,
            }
        }
    }

    /// Where to look first: tickers of an event differ at their end. FNV-1a, of the last bytes.
    #[inline]
    fn first(&self, text: &str) -> usize {
        let tail = text.as_bytes().iter().rev().take(12);
        let hash = tail.fold(0xcbf2_9ce4_8422_2325_u64 ^ text.len() as u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        (hash ^ (hash >> 32)) as usize & (self.slots.len().wrapping_sub(1))
    }

    #[inline]
    fn next(&self, slot: usize) -> usize {
        (slot + 1) & (self.slots.len().wrapping_sub(1))
    }
}
