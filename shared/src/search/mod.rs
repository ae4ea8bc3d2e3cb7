//! The searches for a minimum, named by what they can search: deterministic, and of functions of a few variables; and of the
//! best portfolio for the expected logarithm, which is one of many variables, but concave.

mod any;
mod barrier;
mod kelly;
mod smooth;

pub(crate) use any::minimise_any;
pub use kelly::{Bets, Column, Optimum};
pub(crate) use smooth::minimise_smooth;
