//! What a price is worth as a probability: the favourite–longshot correction, learned from events that have settled.
//!
//! A price `p` of a contract is corrected to
//!
//! ```text
//! p* = p^t / (p^t + (1 - p)^t)
//! ```
//!
//! (Le, "Decomposing Crowd Wisdom", arXiv:2602.19520): the log-odds times an exponent `t`, above 1 where prices are too near
//! to even odds, so that longshots are too dear. Of exclusive outcomes each is raised to the same power, and so is what
//! their prices leave to outcomes that aren't listed; then all are shares of the sum. With two outcomes that is the formula
//! above, and with `t = 1` it is normalisation.
//!
//! The exponent depends on what is traded and on the time left. [`Prior`] believes something of each by three levels: all
//! markets, a [`Category`], and a span of time left within it. Public studies say something of the first two ([`FACTS`]),
//! each from the day on which it could be known; settled events say something of the last ([`Prior::learn`]), and by that
//! of all.

mod category;
mod correction;
mod facts;
mod prior;
mod settled;
#[cfg(test)]
mod tests;
mod tree;

pub use category::Category;
pub use correction::{power, shares};
pub use facts::{About, FACTS, Fact};
pub use prior::{Corrected, Evidence, Prior, interval_over};
pub use settled::{LOOKS, Look, Outcome, Settled};
