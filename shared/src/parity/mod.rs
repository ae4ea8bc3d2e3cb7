//! One fixed grid of inputs, whose answers must have the same bits natively and as WebAssembly.
//!
//! Comparing millions of numbers across that border is slow; comparing a digest of each block of them is not, and
//! the block's name says where they part.

mod backtest;
mod belief;
mod digital;
mod nowcast;
mod quoting;
mod scenario;
mod winner;

use crate::Invalid;

/// The digest of everything that one part of the grid answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParityBlock {
    /// What is answered, and on which part of the grid.
    pub name: &'static str,
    /// The 64-bit FNV-1a hash (Fowler, Noll and Vo) of the bits of every number, in order.
    pub digest: u64,
}

/// Returns the digests of the grid's blocks, in about a second. Two builds that agree on them agree on every bit.
///
/// # Errors
///
/// If a part of the grid can't be answered, which would be a mistake in this module.
pub fn parity_blocks() -> Result<Vec<ParityBlock>, Invalid> {
    let mut blocks = digital::blocks()?;
    blocks.extend(winner::blocks()?);
    blocks.extend(scenario::blocks()?);
    blocks.extend(nowcast::blocks()?);
    blocks.extend(backtest::blocks()?);
    blocks.extend(belief::blocks()?);
    blocks.extend(quoting::blocks()?);
    Ok(blocks)
}

/// An FNV-1a hash in progress.
struct Digest(u64);

impl Digest {
    fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    fn add(&mut self, values: &[f64]) {
        for byte in values.iter().flat_map(|value| value.to_bits().to_le_bytes()) {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn block(self, name: &'static str) -> ParityBlock {
        ParityBlock { name, digest: self.0 }
    }
}
