//! From what the nowcast says and what the market asks to a decision: how much of what to hold.

pub mod sizing;
