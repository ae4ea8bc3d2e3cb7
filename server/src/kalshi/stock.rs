//! Signatures that are made before anybody asks for them. What is signed is the time, the method and the path, and not the
//! body, so that an order's signature can be ready before the order is. The exchange takes a time that lies some seconds
//! back: five were accepted, thirty refused (recorded at Kalshi's demo in June 2026).
//!
//! Each is used once: whether Kalshi takes the same one twice isn't known.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// How old a signature may be when it is used, and from which age on another one is made, in milliseconds.
const OLDEST: i64 = 1_500;
const RENEWED: i64 = 1_000;

/// What is signed ahead: the paths below the base that are the same for every order, and how many signatures of each.
const AHEAD: [(&str, &[&str], usize); 4] = [
    ("POST", &["portfolio", "events", "orders"], 8),
    ("DELETE", &["portfolio", "events", "orders", "batched"], 8),
    ("POST", &["portfolio", "events", "orders", "batched"], 2),
    ("DELETE", &["portfolio", "events", "orders"], 2),
];

/// A signature, and the time that is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Signature {
    /// In milliseconds since 1970.
    pub(super) at: i64,
    /// In base64.
    pub(super) text: String,
}

/// The signatures that are ready.
#[derive(Debug)]
pub(super) struct Stock {
    piles: Mutex<Vec<Pile>>,
    /// How many want them to be.
    wanted: AtomicUsize,
}

/// Those for one path.
#[derive(Debug)]
struct Pile {
    method: &'static str,
    path: String,
    depth: usize,
    /// The oldest first.
    ready: VecDeque<Signature>,
}

impl Stock {
    /// Returns an empty one for an exchange whose paths begin with `base`: `/trade-api/v2`.
    pub(super) fn new(base: &str) -> Self {
        let base = base.trim_end_matches('/');
        let pile = |(method, path, depth): &(&'static str, &[&str], usize)| Pile {
            method,
            path: format!("{base}/{}", path.join("/")),
            depth: *depth,
            ready: VecDeque::new(),
        };
        Self { piles: Mutex::new(AHEAD.iter().map(pile).collect()), wanted: AtomicUsize::new(0) }
    }

    /// Takes a signature for a request at the time `now`, which nobody else gets.
    pub(super) fn take(&self, method: &str, path: &str, now: i64) -> Option<Signature> {
        let mut piles = self.lock();
        let pile = piles.iter_mut().find(|pile| pile.method == method && pile.path == path)?;
        pile.drop_older_than(OLDEST, now);
        pile.ready.pop_front()
    }

    /// Returns the method and path that most lacks a signature, if any does.
    pub(super) fn lacks(&self, now: i64) -> Option<(&'static str, String)> {
        let mut piles = self.lock();
        for pile in piles.iter_mut() {
            pile.drop_older_than(OLDEST, now);
        }
        let lacking = |pile: &Pile| {
            let fresh = pile.ready.iter().filter(|ready| (0..=RENEWED).contains(&(now - ready.at)));
            pile.depth.saturating_sub(fresh.count())
        };
        let most = piles.iter().max_by_key(|pile| lacking(pile)).filter(|pile| lacking(pile) > 0)?;
        Some((most.method, most.path.clone()))
    }

    /// Keeps a signature for a request; where there are enough, the oldest gives way.
    pub(super) fn put(&self, method: &str, path: &str, signature: Signature) {
        let mut piles = self.lock();
        let Some(pile) = piles.iter_mut().find(|pile| pile.method == method && pile.path == path) else {
            return;
        };
        pile.ready.push_back(signature);
        if pile.ready.len() > pile.depth {
            pile.ready.pop_front();
        }
    }

    /// Takes note of one more who wants them, and returns whether it is the first.
    pub(super) fn want(&self) -> bool {
        self.wanted.fetch_add(1, Ordering::AcqRel) == 0
    }

    /// Takes note of one less.
    pub(super) fn forgo(&self) {
        self.wanted.fetch_sub(1, Ordering::AcqRel);
    }

    /// Returns whether anybody wants them.
    pub(super) fn is_wanted(&self) -> bool {
        self.wanted.load(Ordering::Acquire) > 0
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Pile>> {
        // No step can panic half done.
        self.piles.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pile {
    /// Drops what is too old, or of a time that is yet to come as the machine's was set back.
    fn drop_older_than(&mut self, oldest: i64, now: i64) {
        self.ready.retain(|ready| (0..=oldest).contains(&(now - ready.at)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATH: &str = "/trade-api/v2/portfolio/events/orders";

    fn signature(at: i64) -> Signature {
        Signature { at, text: format!("signed at {at}") }
    }

    #[test]
    fn a_signature_is_used_once_and_only_while_it_is_fresh() {
        let stock = Stock::new("/trade-api/v2/");
        assert_eq!(stock.take("POST", PATH, 0), None);
        for at in [100, 200, 300] {
            stock.put("POST", PATH, signature(at));
        }
        assert_eq!(stock.take("DELETE", PATH, 300), None);
        assert_eq!(stock.take("POST", PATH, 300), Some(signature(100)));
        // 200 is 1.5 s old by then, and may just be used; at 1.6 s it may not.
        assert_eq!(stock.take("POST", PATH, 1_700), Some(signature(200)));
        assert_eq!(stock.take("POST", PATH, 1_801), None);
        stock.put("POST", PATH, signature(2_000));
        // The machine's clock was set back.
        assert_eq!(stock.take("POST", PATH, 1_999), None);
        assert_eq!(stock.take("POST", "/somewhere/else", 2_000), None);
    }

    #[test]
    fn what_lacks_most_is_made_next_until_all_are_fresh() {
        let stock = Stock::new("/trade-api/v2");
        let mut made = 0;
        while let Some((method, path)) = stock.lacks(5_000) {
            stock.put(method, &path, signature(5_000));
            made += 1;
            assert!(made <= 20, "it never ends");
        }
        assert_eq!(made, 20);
        assert_eq!(stock.lacks(6_000), None);
        // A second later each is made anew, while the old ones may still be used.
        assert!(stock.lacks(6_001).is_some());
        assert_eq!(stock.take("DELETE", PATH, 6_001), Some(signature(5_000)));
    }

    #[test]
    fn they_are_made_only_while_somebody_wants_them() {
        let stock = Stock::new("");
        assert!(!stock.is_wanted());
        assert!(stock.want() && !stock.want());
        stock.forgo();
        assert!(stock.is_wanted());
        stock.forgo();
        assert!(!stock.is_wanted());
    }
}
