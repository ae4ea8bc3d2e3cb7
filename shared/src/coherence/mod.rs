//! The beliefs in an event's contracts, made to add up: of exclusive outcomes at most one comes true.
//!
//! [`Agreement`] keeps what is believed of each contract and [`tilt()`]s it to what may be; [`Longshots`] learns from events
//! that have settled how much of the excess is whose. [`project`] is another way to agree, which asks how certain each
//! belief is and not how likely: it is kept to compare with.

mod agreement;
mod longshots;
mod projection;
mod tilt;

pub use agreement::Agreement;
pub use longshots::Longshots;
pub use projection::{Coherent, project};
pub use tilt::{slopes, tilt, weight};
