//! Names of orders that are taken.

use std::collections::BTreeSet;

use sha2::{Digest as _, Sha256};

/// The names that a member's orders have ever had: none is taken twice, however long ago its order ended.
///
/// Of each, 128 bits of its hash are kept: some thirty bytes of memory, whatever the name's length. That two names meet
/// in them by chance is out of the question for fewer than some 2^60 orders.
#[derive(Debug, Clone, Default)]
pub(super) struct Names(BTreeSet<u128>);

/// Returns the first 128 bits of a name's hash.
fn hash(name: &str) -> u128 {
    let hash = Sha256::digest(name.as_bytes());
    hash.iter().take(16).fold(0, |bits, byte| bits << 8 | u128::from(*byte))
}

impl Names {
    /// Takes note of a name.
    pub(super) fn insert(&mut self, name: &str) {
        self.0.insert(hash(name));
    }

    /// Returns whether a name is taken.
    pub(super) fn contains(&self, name: &str) -> bool {
        self.0.contains(&hash(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_taken_for_ever_and_no_other_with_it() {
        let mut names = Names::default();
        for k in 0..20_000 {
            assert!(!names.contains(&k.to_string()));
            names.insert(&k.to_string());
            names.insert("0");
        }
        assert!((0..20_000).all(|k| names.contains(&k.to_string())) && !names.contains("20000"));
        assert_eq!(names.0.len(), 20_000);
    }
}
