//! The parity grid is answered, natively too, and its blocks tell each other apart.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use shared::parity::parity_blocks;

#[test]
fn digests_repeat_and_differ() {
    let blocks = parity_blocks().unwrap();
    assert_eq!(blocks, parity_blocks().unwrap());
    for (k, block) in blocks.iter().enumerate() {
        let differs =
            |other: &shared::parity::ParityBlock| other.digest != block.digest && other.name != block.name;
        assert!(blocks[..k].iter().all(differs), "{}", block.name);
    }
}
