//! What a contract is worth: a causal filter of its prints in log-odds.

mod track;

pub use track::{Point, Track};
