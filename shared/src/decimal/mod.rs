//! Decimal text, one implementation of each direction: of doubles, and of whole numbers of a decimal unit.
//!
//! None of it needs the standard library's tables for numbers, which would weigh more in the page than all of this.

mod double;
mod fixed;

pub use double::{parse, rounded, text};

pub(crate) use double::parse_long;
pub(crate) use fixed::{append_fixed, parse_fixed, write_fixed};
