//! Names of orders that are taken.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

/// How many of the latest are known: who sends an order again does so soon.
const KNOWN: usize = 2_000;

/// The latest names.
#[derive(Debug, Default)]
pub(super) struct Names {
    known: BTreeSet<Arc<str>>,
    in_order: VecDeque<Arc<str>>,
}

impl Names {
    /// Takes note of a name.
    pub(super) fn insert(&mut self, name: &str) {
        let name: Arc<str> = name.into();
        if !self.known.insert(Arc::clone(&name)) {
            return;
        }
        self.in_order.push_back(name);
        if self.in_order.len() > KNOWN
            && let Some(oldest) = self.in_order.pop_front()
        {
            self.known.remove(&oldest);
        }
    }

    /// Returns whether a name is taken.
    pub(super) fn contains(&self, name: &str) -> bool {
        self.known.contains(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_are_known() {
        let mut names = Names::default();
        for k in 0..=KNOWN {
            names.insert(&k.to_string());
            names.insert("1");
        }
        assert!(!names.contains("0") && names.contains("2") && names.contains(&KNOWN.to_string()));
        assert_eq!((names.known.len(), names.in_order.len()), (KNOWN, KNOWN));
    }
}
