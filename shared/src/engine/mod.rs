//! The loop that decides: the same under a slider, on a tape, on a paper exchange and live.
//!
//! `belief -> coherence -> quoting -> risk gate -> execution -> ledger`, without I/O: whoever drives it says what happened
//! and when ([`Input`]) and carries out what it answers ([`Outputs`]). [`Maker`] trades one event from its beliefs on;
//! [`Engine`] has the belief of several events inside and takes their public trades. Both can be written down and taken up
//! again between any two inputs, to the same bits.

mod decision;
mod error;
mod events;
mod explain;
mod input;
mod maker;
mod parameters;
mod record;
mod state;

pub use decision::{Decision, Outputs};
pub use error::Error;
pub use events::{Engine, EngineSnapshot, Told};
pub use explain::{Explained, Explanation, Step};
pub use input::Input;
pub use maker::{Maker, Previewed, Unplaced};
pub use parameters::Parameters;
pub use record::Record;

#[cfg(test)]
mod tests;
