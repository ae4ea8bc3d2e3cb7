//! How many contracts: fractional Kelly over all outcomes of an event at once.
//!
//! The outcomes of an event exclude each other: listed artist `i` wins with probability `p_i`, or OTHER with the rest.
//! YES of contract `i` costs its ask and the taker's fee and pays a dollar in outcome `i`; NO costs what the bid leaves
//! of a dollar and the fee, and pays a dollar in all others. What is bought maximises
//!
//! ```text
//! sum over outcomes j of  p_j ln(wealth if j wins - what is put aside)
//! ```
//!
//! (J. L. Kelly, "A new interpretation of information rate", Bell System Technical Journal 35, 1956; bets on outcomes
//! that exclude each other: P. Smoczynski and D. Tomkins, "An explicit solution to the problem of optimizing the
//! allocations of a bettor's wealth when wagering on horse races", Mathematical Scientist 35, 2010, whose bets are YES
//! alone). `1 - fraction · shrink` of what the account is worth is put aside: that is fractional Kelly, and it stays so
//! when something is held already, where a fraction of each day's *purchase* would creep up to the whole. `fraction` is
//! a setting; `shrink` is what the fair values' own errors leave of it ([`shrink`](self::shrink())).
//!
//! The optimum is found by an interior-point method and comes with a proof: [`Sizing::gap`] bounds how much better any
//! other portfolio could be. What is ordered is whole contracts, each order of which raises the expected logarithm after
//! the exact fee of that many.

mod bet;
mod event;
mod ladder;
mod order;
mod settings;
mod shrink;
mod size;
mod whole;

pub use bet::{Account, Bet, Sized, Sizing};
pub use ladder::{ladder, rung};
pub use order::{Charges, Nothing, Order};
pub use settings::Settings;
pub use shrink::shrink;
pub use size::{MOST_CONTRACTS, size};

pub use crate::search::{Bets, Column, Optimum};

#[cfg(test)]
mod tests;
