//! What a person sets: numbers under a slider, choices among words, flags.

mod choice;
mod number;

pub(crate) use self::choice::{Choice, flag, item};
pub(crate) use self::number::{Dial, Range};
