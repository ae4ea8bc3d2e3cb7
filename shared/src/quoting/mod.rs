//! From belief to the quotes we want: a pure step, `(state, event, now) -> commands`, without I/O.
//!
//! Contracts are named by their place in the event's list. The same step runs in a backtest, under a slider
//! and, later, live: whoever drives it tells what happened and when, and carries out what it answers.

mod step;

pub use step::{Belief, Command, Event, Quote, Quotes};
