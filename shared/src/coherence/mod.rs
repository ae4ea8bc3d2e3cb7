//! The beliefs in an event's contracts, made to add up: of exclusive outcomes at most one comes true.
//!
//! [`Agreement`] keeps what is believed of each contract and finds the probabilities nearest to that. [`newton::project`]
//! finds them fast and nearly always, [`project`] slowly and wherever there are any.

mod agreement;
pub mod newton;
mod projection;

pub use agreement::Agreement;
pub use projection::{Coherent, project};
