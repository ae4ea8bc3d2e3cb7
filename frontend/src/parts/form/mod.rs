//! What a person sets: numbers under a slider, choices among words, flags.

mod choice;
mod number;
mod setting;

pub(crate) use self::choice::{Choice, flag, item};
pub(crate) use self::number::{Dial, Range};
pub(crate) use self::setting::Control;
